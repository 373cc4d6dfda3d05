package tui

import (
	"context"
	"iter"
	"slices"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/ask"
	"janitor/tui/browse"
	"janitor/tui/confirm"
	"janitor/tui/detail"
	"janitor/tui/help"
	"janitor/tui/keys"
	"janitor/tui/log"
	"janitor/tui/notes"
	"janitor/tui/run"
	"janitor/tui/runs"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Update sends keys to the top and everything else to all, and does what the screens ask for.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	before := m.notice
	cmd := m.update(msg)
	m.logShown(before)
	return m, cmd
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	if cmd, ok := m.fromTerminal(msg); ok {
		return cmd
	}
	if cmd, ok := m.fromScreen(msg); ok {
		return cmd
	}
	if cmd, ok := m.fromCommand(msg); ok {
		return cmd
	}
	return tea.Batch(m.broadcast(msg), m.follow())
}

// fromTerminal takes what the terminal says: keys, what is pasted, how large it is and what it looks like.
func (m *Model) fromTerminal(msg tea.Msg) (cmd tea.Cmd, ok bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return m.press(msg), true
	case tea.PasteMsg:
		return m.paste(msg), true
	case tea.WindowSizeMsg:
		return m.resize(msg), true
	case tea.BackgroundColorMsg:
		look := m.env.Theme.Look()
		look.Dark = msg.IsDark()
		m.dress(look)
	case tea.ColorProfileMsg:
		look := m.env.Theme.Look()
		look.NoColor = msg.Profile <= colorprofile.ASCII
		look.Basic = msg.Profile == colorprofile.ANSI
		m.dress(look)
	default:
		return nil, false
	}
	return nil, true
}

// fromScreen does what a screen or a dialog asks for.
func (m *Model) fromScreen(msg tea.Msg) (cmd tea.Cmd, ok bool) {
	switch msg := msg.(type) {
	case screen.Notice:
		m.notice = msg
	case browse.OpenMsg:
		if m.onTop(msg.By) {
			cmd = m.open(msg)
		}
	case browse.DetailMsg:
		if m.onTop(msg.By) {
			cmd = m.read(detail.New(m.env, detail.Options{
				Resource: msg.Resource, From: msg.Snapshot, Gone: msg.Gone, Raw: msg.Raw, ReadOnly: m.readOnly(),
			}))
		}
	case detail.OpenMsg:
		if m.onTop(msg.By) {
			cmd = m.read(msg.Next)
		}
	case browse.NotesMsg:
		if m.onTop(msg.By) {
			m.push(notes.New(m.env, msg.Title, msg.Notes))
		}
	case browse.ReleaseMsg:
		cmd = m.release(msg)
	case browse.DeleteMsg:
		cmd = m.ask(msg.By, msg.Refs, msg.From, msg.Hidden)
	case detail.DeleteMsg:
		cmd = m.ask(msg.By, []inventory.Ref{msg.Ref}, msg.From, nil)
	case confirm.ChoiceMsg:
		cmd = m.replan(msg)
	case confirm.SaveMsg:
		cmd = m.save(msg)
	case confirm.Decision:
		cmd = m.decided(msg)
	case run.CancelMsg:
		cmd = m.wantCancel(msg)
	case screen.WantMsg:
		cmd = m.want(msg)
	case ask.Answer:
		cmd = m.reply(msg)
	default:
		return nil, false
	}
	return cmd, true
}

// fromCommand takes what came of a command of the program itself.
func (m *Model) fromCommand(msg tea.Msg) (cmd tea.Cmd, ok bool) {
	switch msg := msg.(type) {
	case ticked:
		m.tellUnlogged()
		m.tellClock()
		cmd = tea.Batch(m.tick(), m.watch())
	case left:
		m.leaving = slices.DeleteFunc(m.leaving, func(l screen.Loader) bool { return l == msg.screen })
	case planned:
		cmd = m.planned(msg)
	case saved:
		m.saved(msg)
	case ended:
		cmd = m.ended(msg)
	case placed:
		m.placed(msg)
	case found:
		cmd = m.enter(msg)
	case read:
		cmd = m.take(msg)
	case resumable:
		cmd = m.resume(msg)
	case verified:
		cmd = m.verified(msg)
	case grown:
		cmd = m.grown(msg)
	case unfinished:
		m.tellUnfinished(msg)
	case written:
		m.written(msg)
	case resumed:
		cmd = m.resumed(msg)
	default:
		return nil, false
	}
	return cmd, true
}

// paste gives what was pasted to whatever takes text now.
func (m *Model) paste(msg tea.PasteMsg) tea.Cmd {
	switch {
	case m.cramped(), m.question != nil:
		return nil
	case m.dialog != nil:
		return m.dialog.Update(msg)
	case m.palette != nil:
		m.palette.Paste(msg.Content)
		return nil
	}
	return m.top().Update(msg)
}

// broadcast sends a message that is not a key to the dialog, to all screens, and to runs whose screens are not open.
func (m *Model) broadcast(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	if m.dialog != nil {
		cmds = append(cmds, m.dialog.Update(msg))
	}
	for _, s := range m.stack {
		if _, ok := s.(*run.Model); !ok {
			cmds = append(cmds, s.Update(msg))
		}
	}
	for _, s := range m.runs {
		cmds = append(cmds, s.screen.Update(msg))
	}
	return tea.Batch(cmds...)
}

// resize takes the size of the window. What asks and could not be seen before comes up now, perhaps under a typing hand.
func (m *Model) resize(msg tea.WindowSizeMsg) tea.Cmd {
	unseen := m.cramped()
	m.w, m.h = msg.Width, msg.Height
	if !unseen || m.cramped() {
		return nil
	}
	return m.reopen()
}

// reopen lets what asks take no keys for a moment, as when it had just come up.
func (m *Model) reopen() tea.Cmd {
	switch {
	case m.dialog != nil:
		return m.dialog.Reopen()
	case m.question != nil:
		return m.question.Reopen()
	}
	return nil
}

// press does what concerns the whole program; all other keys are the top's.
func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	if m.noticed() || m.notice.Of != "" || m.notice.Width != 0 { // a reason against something that is no longer true must not come back
		m.notice = screen.Notice{}
	}
	in := m.context()
	action, bound := m.env.Keys.Action(in, key.String())
	asked, again := m.asked, m.again
	m.asked = false
	if in != keys.Run {
		m.again = action == keys.ShowRun
	}
	switch {
	case action == keys.QuitNow:
		m.palette = nil
		return m.quit(asked)
	case action == keys.Redraw:
		return tea.ClearScreen
	case m.away:
		return nil
	case action == keys.Suspend:
		return m.suspend()
	case m.cramped():
		return nil
	case m.dialog != nil:
		return m.dialog.Update(key)
	case m.palette != nil:
		return m.choose(key)
	case m.question != nil:
		return m.question.Press(key)
	case m.typing():
	case asked && (action == keys.Back || action == keys.LeaveRun): // a no, not the way back
		m.notice = screen.Notice{Text: "The run goes on"}
		return nil
	case action == keys.Go:
		return m.choices()
	case action == keys.Help:
		if !m.helping() {
			m.push(help.New(m.env, in, m.opts.Engine == nil))
			return nil
		}
	case action == keys.Quit && len(m.stack) > 1:
		return m.pop()
	case action == keys.Quit:
		return m.leave()
	case action == keys.ShowRun && !m.helping():
		return m.showRun(again)
	case action == keys.Runs:
		return m.showRuns()
	case action == keys.NextStep:
		return m.step(+1)
	case action == keys.PrevStep:
		return m.step(-1)
	case !bound && !m.sorts(key.String()):
		if why := m.elsewhere(key.String()); why != "" {
			m.notice = screen.Notice{Text: why}
			return nil
		}
	}
	top := m.top()
	cmd := top.Update(key)
	if l, ok := top.(interface{ Left() bool }); ok && l.Left() {
		return tea.Batch(cmd, m.pop())
	}
	return cmd
}

// release presses the keys that have waited for the rows of a list; when another screen has come over it they are lost.
func (m *Model) release(msg browse.ReleaseMsg) tea.Cmd {
	var cmds []tea.Cmd
	for _, key := range msg.By.Held() {
		if m.onTop(msg.By) {
			cmds = append(cmds, m.press(key))
		}
	}
	return tea.Batch(cmds...)
}

// sorts: the key is no binding, but a letter of a heading on the screen.
func (m *Model) sorts(key string) bool {
	b, ok := m.top().(*browse.Model)
	return ok && b.Sorts(key)
}

// elsewhere says where a key works that does nothing here, "" when it does nothing anywhere.
func (m *Model) elsewhere(key string) string {
	var places []string
	for _, in := range []struct {
		context keys.Context
		place   string
	}{{keys.Browse, m.tables()}, {keys.Run, "on the screen of a run"}, {keys.History, "in the list of runs"}, {keys.Reading, "in the detail"}} {
		if _, ok := m.env.Keys.Action(in.context, key); ok {
			places = append(places, in.place)
		}
	}
	if len(places) == 0 {
		return ""
	}
	return key + " works " + english.And(places)
}

// tables are the lists that things are marked in: others are lists too.
func (m *Model) tables() string {
	first, ok := m.stack[0].(*browse.Model)
	if !ok {
		return "in lists"
	}
	var kinds []string
	for _, k := range first.Kinds() {
		kinds = append(kinds, k.Many)
	}
	return "in the tables of " + english.And(kinds)
}

// context is where keys hold now.
func (m *Model) context() keys.Context {
	switch {
	case m.dialog != nil || m.question != nil:
		return keys.Dialog
	case m.palette != nil:
		return keys.Choosing
	case m.typing():
		return keys.Input
	}
	switch m.top().(type) {
	case *browse.Model:
		return keys.Browse
	case *run.Model:
		return keys.Run
	case *runs.Model:
		return keys.History
	case *log.Model:
		return keys.Log
	default:
		return keys.Reading
	}
}

func (m *Model) helping() bool {
	_, ok := m.top().(*help.Model)
	return ok
}

func (m *Model) typing() bool {
	t, ok := m.top().(screen.Typer)
	return ok && t.Typing()
}

func (m *Model) top() screen.Screen { return m.stack[len(m.stack)-1] }

// onTop: what a screen asks for comes a moment later; by then the user may be elsewhere.
func (m *Model) onTop(s screen.Screen) bool {
	return m.dialog == nil && m.palette == nil && m.question == nil && m.top() == s
}

func (m *Model) push(s screen.Screen) { m.stack = append(m.stack, s) }

func (m *Model) read(d *detail.Model) tea.Cmd {
	m.push(d)
	return d.Init()
}

// left: nothing of a screen that was taken off is under way any more.
type left struct{ screen screen.Loader }

// pop takes the top screen off; what it reads ends.
func (m *Model) pop() tea.Cmd {
	if len(m.stack) == 1 {
		return nil
	}
	top := m.top()
	m.stack = m.stack[:len(m.stack)-1]
	if b, ok := top.(*browse.Model); ok {
		m.keepMarks(b)
	}
	l, ok := top.(screen.Loader)
	if !ok {
		return nil
	}
	l.Cancel()
	m.leaving = append(m.leaving, l)
	return func() tea.Msg {
		l.Close()
		return left{l}
	}
}

func (m *Model) open(msg browse.OpenMsg) tea.Cmd {
	_, cmd := m.openChildren(msg.Kind, msg.Parents)
	return cmd
}

// openChildren shows the entries or members of these parents on a screen of their own.
func (m *Model) openChildren(kind *inventory.Kind, parents []inventory.Resource) (*browse.Model, tea.Cmd) {
	b := m.browse([]*inventory.Kind{kind}, parents, func(ctx context.Context) iter.Seq[*inventory.Snapshot] {
		return m.opts.Loader.Open(ctx, kind.ID, parents)
	})
	for _, s := range m.runs {
		if !s.ended {
			b.Update(s.going())
		}
	}
	for _, p := range parents {
		b.Keep(append(b.Marks(), m.marks[p.Ref]...))
	}
	m.push(b)
	return b, b.Init()
}

// keepMarks remembers what is marked of each parent, for when it is opened again: marks are of resources, not of screens.
func (m *Model) keepMarks(b *browse.Model) {
	marks := b.Marks()
	for _, p := range b.Parents() {
		var of []inventory.Ref
		for _, ref := range marks {
			if ref.Parent == p.Ref.ID && ref.Scope == p.Ref.Scope {
				of = append(of, ref)
			}
		}
		m.marks[p.Ref] = of
	}
}

// dress gives the program another look, unless one was asked for.
func (m *Model) dress(l theme.Look) {
	if m.opts.Look == nil {
		m.env.Theme.Set(l)
	}
}
