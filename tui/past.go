package tui

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/ask"
	"janitor/tui/keys"
	"janitor/tui/run"
	"janitor/tui/runs"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// chores are commands that work on the history. Those that have begun are waited for; those that have not, once it is
// closed, do nothing.
type chores struct {
	doing  sync.RWMutex // read by those under way
	closed bool

	mu       sync.Mutex
	journals []cleanup.Journal // opened, and not yet taken by a run
}

// command is a chore that may take a while.
func (c *chores) command(do func() tea.Msg) tea.Cmd {
	return func() tea.Msg {
		c.doing.RLock()
		defer c.doing.RUnlock()
		if c.closed {
			return nil
		}
		return do()
	}
}

func (c *chores) hold(j cleanup.Journal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journals = append(c.journals, j)
}

// take gives a journal into the hands of a run.
func (c *chores) take(j cleanup.Journal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journals = slices.DeleteFunc(c.journals, func(o cleanup.Journal) bool { return o == j })
}

func (c *chores) close() {
	c.doing.Lock()
	c.closed = true
	c.doing.Unlock()
	for _, j := range c.journals {
		j.Close() //nolint:errcheck // its run was not gone on with: it stands as it stood
	}
}

// sessionOf is the latest run of this session with that journal, nil when there is none.
func (m *Model) sessionOf(id string) *session {
	for _, s := range slices.Backward(m.runs) {
		if h, ok := s.run.Recorded(); ok && h.Run == id {
			return s
		}
	}
	return nil
}

// showRuns goes to the list of runs, back to it where it is open already.
func (m *Model) showRuns() tea.Cmd {
	if i := slices.IndexFunc(m.stack, func(s screen.Screen) bool { _, ok := s.(*runs.Model); return ok }); i >= 0 {
		var cmds []tea.Cmd
		for len(m.stack) > i+1 {
			cmds = append(cmds, m.pop())
		}
		return tea.Batch(cmds...)
	}
	o := runs.Options{Sessions: m.sessions}
	if m.opts.History != nil {
		o.History = m.opts.History
	}
	list := runs.New(m.ctx, m.env, o)
	m.push(list)
	return list.Init()
}

// sessions are the runs of this session as the list shows them.
func (m *Model) sessions() []runs.Session {
	out := make([]runs.Session, len(m.runs))
	for i, s := range m.runs {
		out[i] = runs.Session{Run: s.run, Ended: s.ended, Summary: s.run.Summary()}
		if !s.ended {
			out[i].Doing = m.doing([]*session{s})
		}
		if h, ok := s.run.Recorded(); ok {
			out[i].ID = h.Run
		}
	}
	return out
}

// want does something with a run that a screen asks for.
func (m *Model) want(msg screen.WantMsg) tea.Cmd {
	if !m.onTop(msg.By) || m.quitting {
		return nil
	}
	switch msg.Do {
	case keys.Export:
		return m.export(msg.Run, msg.ID)
	case keys.Retry:
		return m.wantRetry(msg)
	}
	if s := m.sessionOf(msg.ID); msg.Run == nil && msg.ID != "" && s != nil && !s.ended {
		msg.Run = s.run // it was opened from its journal, and then resumed
	}
	if msg.Do == keys.Open && msg.Run != nil {
		if i := slices.IndexFunc(m.runs, func(s *session) bool { return s.run == msg.Run }); i >= 0 {
			m.shown = i
			m.push(m.runs[i].screen)
		}
		return nil
	}
	if why := m.cannot(msg.Do, msg.ID); why != "" {
		m.notice = screen.Notice{Text: why}
		return nil
	}
	if msg.Do == keys.Verify {
		m.verifying = msg.ID
	}
	w := &matter{WantMsg: msg}
	m.matter = w
	h, loader := m.opts.History, m.opts.Loader
	mine := m.isMine
	return m.chores.command(func() tea.Msg {
		past := h.Read(w.ID)
		msg := read{to: w, past: past}
		switch w.Do {
		case keys.Open: // a run that cannot be read has a screen that says why
			return msg
		case keys.Undo:
			msg.err = past.Err
		case keys.Resume:
			msg.err = past.CanResume()
		case keys.Verify:
			msg.err = past.CanVerify()
		}
		if msg.err == nil {
			msg.err = mine(past)
		}
		switch {
		case msg.err != nil && w.Do == keys.Verify:
			return verified{past, msg.err}
		case msg.err != nil:
			return msg
		}
		switch w.Do {
		case keys.Undo:
			msg.plan, msg.err = h.UndoPlan(past)
		case keys.Verify:
			return verify(m.ctx, h, loader, past)
		}
		return msg
	})
}

// matter is what is to be done with a run of the history, or again with one of this session; the answer to any but the
// latest is dropped.
type matter struct {
	screen.WantMsg
	past *cleanup.Past
	plan cleanup.Plan // of an undo
}

// read is a run of the history as it stands, and why nothing can be done with it.
type read struct {
	to   *matter
	past *cleanup.Past
	plan cleanup.Plan
	err  error
}

// cannot is why something is not possible now by what the session knows; the rest is for the journal to tell.
func (m *Model) cannot(a keys.Action, id string) string {
	s := screen.Standing{Record: m.opts.History != nil && id != "", Finished: a != keys.Resume, Deleted: 1}
	if of := m.sessionOf(id); of != nil {
		s.Live = !of.ended
	}
	if why := s.WhyNot(a, m.env); why != "" {
		return why
	}
	if a == keys.Verify && m.verifying != "" {
		return "A run is being verified: wait until that has ended"
	}
	return ""
}

// lacks is why something is not possible in this session with any run.
func (m *Model) lacks(a keys.Action) string {
	if a == keys.Resume || a == keys.Undo {
		return m.readOnly()
	}
	return ""
}

// isMine refuses runs of another project, and of a profile that is called otherwise: by that name its things are known.
func (m *Model) isMine(p *cleanup.Past) error {
	if err := p.In(m.opts.Region, m.opts.Project); err != nil {
		return fmt.Errorf("%w; this session is for project %s of %s", err, m.opts.Project, m.opts.Region)
	}
	if name := p.Ledger.Header.Where.Profile; name != m.opts.Profile {
		return fmt.Errorf("run %s was begun with the profile %s, this session has %s: janitor --profile %s", p.ID, name, m.opts.Profile, name)
	}
	return nil
}

// take opens a run of the history, or asks before it is gone on with or undone.
func (m *Model) take(msg read) tea.Cmd {
	w := msg.to
	if w != m.matter {
		return nil
	}
	m.matter = nil
	if msg.err == nil && w.Do == keys.Resume {
		msg.err = m.meets(msg.past)
	}
	switch {
	case msg.err != nil:
		m.notice = screen.Notice{Text: theme.Sentence(msg.err.Error()), Bad: true}
		return nil
	case !m.onTop(w.By) || m.quitting:
		return nil
	case w.Do == keys.Open:
		m.push(run.Past(m.env, msg.past))
		return nil
	}
	w.past, w.plan = msg.past, msg.plan
	m.matter = w
	if w.Do == keys.Resume {
		m.question = m.askResume(w.past)
	} else {
		m.question = m.askUndo(w.plan)
	}
	return m.question.Init()
}

// meets is an error when another run of this session has some of what is left in hand.
func (m *Model) meets(p *cleanup.Past) error {
	inHand := m.inHand()
	for _, i := range p.Ledger.Open() {
		if slices.Contains(inHand, p.Ledger.Items[i].Result.Ref) {
			return fmt.Errorf("another run is deleting some of these: resume when it has ended")
		}
	}
	return nil
}

// askResume asks before what is left of a run is deleted.
func (m *Model) askResume(p *cleanup.Past) *ask.Model {
	t, l := m.env.Theme, p.Ledger
	var lines []ask.Line
	tags, _ := l.Plan.Tags()
	for _, i := range l.Open() {
		line := ask.Line{Glyph: t.Wait, Role: theme.Muted, Name: label(&l.Plan.Items[i].Resource, tags[i]), Note: "checked, then deleted"}
		if l.Items[i].Unread {
			line.Glyph, line.Role, line.Note = t.Unsure, theme.Warn, "in doubt: looked up first"
		}
		lines = append(lines, line)
	}
	open := len(lines)
	left, are, were := "items have no outcome", "they are", "they were"
	if open == 1 {
		left, are, were = "items has no outcome", "it is", "it was"
	}
	left = fmt.Sprintf("%s of %s %s", theme.Number(open), theme.Number(len(l.Items)), left)
	text := fmt.Sprintf("%s: %s checked again and deleted as %s confirmed on %s, then the whole is proved.",
		left, are, were, l.Header.Started.UTC().Format("2006-01-02 15:04 UTC"))
	switch {
	case open == 0:
		text = "All its items have their outcome: nothing is deleted, the whole is proved."
	case l.Stopped != "":
		text = fmt.Sprintf("%s. It stopped: %s. If that was for good, nothing more is sent, and what was done is proved.",
			left, strings.TrimSuffix(l.Stopped, "."))
	}
	risks := m.risks(l.Plan, l.Open())
	return ask.New(m.env, ask.Question{
		Title: m.about("Resume", p.ID), Text: text, Verb: "Resume", Lines: append(risks, lines...), Grave: len(risks) > 0,
	})
}

// about is the title of a question on a run: "Undo run ID · acme · eu-de · 99a3…".
func (m *Model) about(verb, id string) string {
	if id == "" { // it leaves no record
		return verb + " the run " + m.env.Theme.Dot + " " + m.scope()
	}
	return verb + " run " + id + " " + m.env.Theme.Dot + " " + m.scope()
}

func label(r *inventory.Resource, tag string) string {
	s := r.Label()
	if tag != "" {
		s += " " + tag
	}
	if r.In != "" {
		s += " in " + r.In
	}
	return s
}

// askUndo asks before what a run has deleted is brought back: what exactly, and how well. The plan has something that can be.
func (m *Model) askUndo(p cleanup.Plan) *ask.Model {
	t := m.env.Theme
	tags, out := p.Tags()
	var lines []ask.Line
	hopeless := 0
	for i := range p.Items {
		it := &p.Items[i]
		line := ask.Line{Glyph: t.OK, Role: theme.Good, Name: label(&it.Resource, tags[i]), Note: it.Undo.String()}
		switch it.Undo {
		case inventory.Lossy:
			line.Glyph, line.Role = t.Left, theme.Warn
		case inventory.Impossible:
			line.Glyph, line.Role = t.Fail, theme.Bad
			hopeless++
		}
		if it.UndoWhy != "" {
			line.Note += ": " + it.UndoWhy
		}
		lines = append(lines, line)
	}
	for i, l := range p.LeftOut {
		lines = append(lines, ask.Line{Glyph: t.Skip, Role: theme.Muted, Name: strings.TrimSpace(l.Label + " " + out[i]), Note: "stays gone: " + l.Why})
	}
	one, many := p.Nouns()
	count := func(n int) string {
		if n == 1 {
			return "1 " + one
		}
		return theme.Number(n) + " " + many
	}
	text := count(len(p.Items)-hopeless) + " will be brought back as the journal has them; what is there again already is left alone."
	if not := hopeless + len(p.LeftOut); not > 0 {
		text += " " + count(not) + " not."
	}
	return ask.New(m.env, ask.Question{Title: m.about("Undo", p.Undoes), Text: text, Verb: "Bring back", Lines: lines})
}

// answered goes on with a run, undoes or retries it, as it was asked, or does nothing.
func (m *Model) answered(a ask.Answer) tea.Cmd {
	if m.question == nil || a.To != m.question {
		return nil
	}
	w := m.matter
	m.question, m.matter = nil, nil
	if !a.Yes || m.opts.Engine == nil || m.quitting {
		m.notice = screen.Notice{Text: "Nothing was done"}
		return nil
	}
	if w.Do == keys.Retry {
		return m.retry(w.Run)
	}
	if w.Do == keys.Undo {
		m.leavePast(w.ID)
		ctx, abort := m.running()
		return m.start(m.opts.Engine.Undo(ctx, w.plan), abort)
	}
	h := m.opts.History
	return m.chores.command(func() tea.Msg {
		j, err := h.Resume(w.past)
		if err == nil {
			m.chores.hold(j)
		}
		return resumable{w, j, err}
	})
}

// resumable is a run whose journal is open to go on with.
type resumable struct {
	matter  *matter
	journal cleanup.Journal
	err     error
}

func (m *Model) resume(msg resumable) tea.Cmd {
	if msg.err == nil {
		msg.err = m.meets(msg.matter.past) // a run that was started meanwhile
	}
	switch {
	case msg.err != nil:
		m.notice = screen.Notice{Text: "Not resumed: " + msg.err.Error(), Bad: true}
		fallthrough
	case m.quitting:
		if msg.journal == nil {
			return nil
		}
		m.chores.take(msg.journal)
		return m.chores.command(func() tea.Msg {
			msg.journal.Close() //nolint:errcheck // nothing was written but that somebody was here
			return nil
		})
	}
	m.chores.take(msg.journal)
	m.leavePast(msg.matter.ID)
	ctx, abort := m.running()
	return m.start(m.opts.Engine.Resume(ctx, msg.matter.past.Ledger, msg.journal), abort)
}

// leavePast takes the screen of a past run off when it is on top: it is about to be out of date.
func (m *Model) leavePast(id string) {
	if top, ok := m.top().(*run.Model); ok && top.Past() != nil && top.Past().ID == id {
		m.pop()
	}
}

// verified is a run with what a verify has found.
type verified struct {
	past *cleanup.Past
	err  error
}

// verify lists again what a run was about and writes it to the journal, then reads the run anew.
func verify(ctx context.Context, h *cleanup.History, l *inventory.Loader, past *cleanup.Past) verified {
	j, err := h.Verify(past) //nolint:contextcheck // it waits for a lock, a moment at most
	if err != nil {
		return verified{past, err}
	}
	_, err = cleanup.Verify(ctx, l, past.Ledger, j)
	if closing := j.Close(); err == nil {
		err = closing
	}
	return verified{h.Read(past.ID), err}
}

// verified shows what was found on the screen of the run, which it opens where that was asked for.
func (m *Model) verified(msg verified) tea.Cmd {
	w := m.matter
	m.verifying = ""
	changed := m.broadcast(runs.Changed{ID: msg.past.ID})
	if w != nil && w.Do == keys.Verify {
		m.matter = nil
	}
	if msg.err == nil {
		msg.err = msg.past.Err
	}
	if msg.err != nil {
		m.notice = screen.Notice{Text: "Not verified: " + msg.err.Error(), Bad: true}
		return changed
	}
	found, undoes := msg.past.Ledger.Findings(), msg.past.Ledger.Plan.Undoes != ""
	m.notice = screen.Notice{Text: "Verified: " + runs.Found(found, undoes) + " (run " + msg.past.ID + ")", Bad: !found.OK()}
	switch {
	case found.Any():
	case undoes:
		m.notice = screen.Notice{Text: "Verified: the run has brought nothing back"}
	default:
		m.notice = screen.Notice{Text: "Verified: the run has deleted nothing"}
	}
	for i, s := range m.stack {
		if r, ok := s.(*run.Model); ok && r.Past() != nil && r.Past().ID == msg.past.ID {
			m.stack[i] = run.Past(m.env, msg.past)
		}
	}
	if _, list := m.top().(*runs.Model); list && w != nil && w.Do == keys.Verify && m.onTop(w.By) {
		m.push(run.Past(m.env, msg.past))
	}
	return changed
}

// written is a report on disk.
type written struct {
	paths []string
	err   error
}

// export writes what became of a run, in every format, beside its journal or where reports go.
func (m *Model) export(r *cleanup.Run, id string) tea.Cmd {
	dir, name := m.opts.Reports, "janitor-run"
	switch {
	case dir == "" && m.opts.History != nil && id != "":
		dir, name = m.opts.History.Folder(id), "report"
	case id != "":
		name = "janitor-" + id
	}
	h := m.opts.History
	return m.chores.command(func() tea.Msg {
		var x cleanup.Exportable = r
		if r == nil {
			past := h.Read(id)
			if past.Err != nil {
				return written{err: past.Err}
			}
			x = past.Ledger
		}
		paths, err := cleanup.WriteReports(dir, name, x)
		return written{paths, err}
	})
}

func (m *Model) written(msg written) {
	if msg.err != nil {
		m.notice = screen.Notice{Text: theme.Sentence(msg.err.Error()), Bad: true}
		return
	}
	m.reports = append(m.reports, msg.paths)
	names := append([]string{filepath.Base(msg.paths[0])}, formats(msg.paths[1:])...)
	m.notice = screen.Notice{Text: "Reports written: " + series(names) + " in " + atHome(filepath.Dir(msg.paths[0]))}
}

// formats are those of reports, by what their names end in.
func formats(paths []string) []string {
	out := make([]string, len(paths))
	for i, path := range paths {
		out[i] = filepath.Ext(path)
	}
	return out
}

// series is "a, b and c".
func series(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// atHome is a path as people write it.
func atHome(path string) string {
	home, err := os.UserHomeDir()
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); err == nil && home != "" && ok {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}

// whereReports ends the summary.
func (m *Model) whereReports() string {
	var s strings.Builder
	for _, paths := range m.reports {
		s.WriteString("\nReport: " + paths[0] + " (also " + series(formats(paths[1:])) + ")")
	}
	return s.String()
}
