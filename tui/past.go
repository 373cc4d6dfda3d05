package tui

import (
	"errors"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/ask"
	"janitor/tui/keys"
	"janitor/tui/run"
	"janitor/tui/runs"
	"janitor/tui/screen"
)

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
	m.matter = &matter{WantMsg: msg}
	return m.look(m.matter)
}

// look reads the run that a matter is about, and whether that is possible; a run that is to be verified is, at once.
func (m *Model) look(w *matter) tea.Cmd {
	h, loader, mine := m.opts.History, m.opts.Loader, m.isMine
	return m.chores.command(func() tea.Msg {
		msg := read{to: w, past: h.Read(w.ID)}
		switch w.Do {
		case keys.Open: // a run that cannot be read has a screen that says why
			return msg
		case keys.Undo:
			msg.err = msg.past.Err
		case keys.Resume:
			msg.err = msg.past.CanResume()
		case keys.Verify:
			msg.err = msg.past.CanVerify()
		}
		if msg.err == nil {
			msg.err = mine(msg.past)
		}
		switch {
		case w.Do == keys.Verify && msg.err != nil:
			return verified{msg.past, msg.err}
		case w.Do == keys.Verify:
			return verify(m.ctx, h, loader, msg.past)
		case w.Do == keys.Undo && msg.err == nil:
			msg.plan, msg.err = h.UndoPlan(msg.past)
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
	s := screen.Standing{Record: m.opts.History != nil && id != "", Finished: a != keys.Resume, Undoable: 1}
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

// isMine refuses runs that are not for this session.
func (m *Model) isMine(p *cleanup.Past) error {
	if p.Err != nil {
		return p.Err
	}
	if why := m.foreign(p.ID, p.Ledger.Header.Where); why != "" {
		return errors.New(why)
	}
	return nil
}

// foreign is why a run is not for this session: it is about another project, or of a profile that is called otherwise,
// and by that name its things are known. It is "" when it is.
func (m *Model) foreign(run string, at cleanup.Where) string {
	switch {
	case at.Region != m.opts.Region || at.Project != m.opts.Project:
		return fmt.Sprintf("run %s is about project %s of %s; this session is for project %s of %s", run, at.Project, at.Region, m.opts.Project, m.opts.Region)
	case at.Profile != m.opts.Profile:
		return fmt.Sprintf("run %s was begun with the profile %s, this session has %s: janitor --profile %s", run, at.Profile, m.opts.Profile, at.Profile)
	}
	return ""
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
		m.notice = screen.Notice{Text: english.Sentence(msg.err.Error()), Bad: true}
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
		return m.start(m.opts.Engine.Start(ctx, w.plan), abort)
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
