// Package runs is the list of runs: those of this session as they go on, and past ones as their journals tell them.
package runs

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

// History is where past runs are: a [cleanup.History].
type History interface {
	Names() ([]string, error) // newest first
	Read(name string) *cleanup.Past
}

// Session is a run of this session.
type Session struct {
	Run     *cleanup.Run
	ID      string // of its journal, "" when it has none
	Doing   string // while it goes on: "deleting 7/10, paused 12 s"
	Ended   bool
	Summary cleanup.Summary
}

// Options of the screen.
type Options struct {
	History  History                    // nil: runs leave no record
	Sessions func() []Session           // in the order in which they were started
	Cannot   func(a keys.Action) string // why something is not possible with any run, "" when it is; nil: all is
}

// Target is a run that something is to be done with: one of this session, or one of the history by its name.
type Target struct {
	Run *cleanup.Run // nil: it is none of this session
	ID  string       // "": it has no journal
}

// WantMsg asks for something to be done with a run: [keys.Open], Resume, Verify, Undo or Export.
type WantMsg struct {
	By     *Model
	Do     keys.Action
	Target Target
}

// Model is the screen. It gives names to runs as the history does.
type Model struct {
	screen.Exit

	env   *screen.Env
	opts  Options
	shelf *shelf

	reading *reading // the one that goes on; nil: all is read
	past    []row    // of the history, newest first
	total   int      // how many the history has
	err     error    // why they are not known

	cursor string // the key of the row; "" the first one
	top    int    // first row shown
	page   int    // rows shown
}

// New makes the screen; reading ends with ctx.
func New(ctx context.Context, env *screen.Env, o Options) *Model {
	return &Model{env: env, opts: o, shelf: newShelf(ctx, o.History)}
}

// Cancel tells the reading to stop.
func (m *Model) Cancel() { m.shelf.cancel() }

// Close waits until nothing is being read any more.
func (m *Model) Close() { m.shelf.close() }

// Init begins to read the history.
func (m *Model) Init() tea.Cmd {
	if m.opts.History == nil {
		return nil
	}
	return m.read()
}

func (m *Model) read() tea.Cmd {
	m.reading = &reading{m.shelf}
	return m.reading.begin()
}

// Update takes what is read and, when on top, key presses.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case named:
		if msg.to != m.reading {
			return nil
		}
		if msg.err != nil {
			m.reading, m.err = nil, msg.err
			m.past, m.total = nil, 0
			return nil
		}
		m.err, m.total, m.past = nil, len(msg.names), make([]row, 0, len(msg.names))
		return m.reading.next(msg.names)
	case found:
		if msg.to != m.reading {
			return nil
		}
		m.past = append(m.past, msg.rows...)
		if len(msg.rest) == 0 {
			m.reading = nil
			return nil
		}
		return m.reading.next(msg.rest)
	case Changed:
		return m.again(msg.ID)
	case reread:
		if msg.by != m.shelf {
			return nil
		}
		for i := range m.past {
			if m.past[i].id == msg.row.id {
				m.past[i] = msg.row
			}
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return nil
}

// Changed says that the journal of a run has grown.
type Changed struct{ ID string }

type reread struct {
	by  *shelf
	row row
}

// again reads one run anew, when it is in the list.
func (m *Model) again(id string) tea.Cmd {
	for i := range m.past {
		if m.past[i].id == id {
			return m.shelf.one(id)
		}
	}
	return nil
}

func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	action, _ := m.env.Keys.Action(keys.History, key.String())
	if by, ok := screen.Step(action, m.page, m.count()); ok {
		m.move(by)
		return nil
	}
	switch action {
	case keys.Back:
		m.Leave()
		return nil
	case keys.Refresh:
		return m.refresh()
	case keys.Open, keys.Resume, keys.Verify, keys.Undo, keys.Export, keys.CopyID:
	default:
		return nil
	}
	r, ok := m.current()
	switch {
	case !ok && m.reading != nil:
		return screen.Say("The runs are still being read")
	case !ok:
		return screen.Say("There is no run")
	case action == keys.CopyID && r.id == "":
		return screen.Say("This run has no name: it leaves no record")
	case action == keys.CopyID:
		return tea.Batch(tea.SetClipboard(r.id), screen.Say("Copied "+r.id))
	}
	if why := m.whyNot(action, &r); why != "" {
		return screen.Say(why)
	}
	msg := WantMsg{m, action, Target{r.run, r.id}}
	return func() tea.Msg { return msg }
}

// whyNot is why something cannot be done with a run by what the list knows, "" when it can be tried.
func (m *Model) whyNot(a keys.Action, r *row) string {
	k := m.env.Keys
	switch {
	case a == keys.Open:
		return ""
	case r.err != "":
		return sentence(r.err)
	case a == keys.Export:
		return ""
	case m.opts.Cannot != nil && m.opts.Cannot(a) != "":
		return m.opts.Cannot(a)
	case r.id == "" && r.run != nil:
		return "This run leaves no record: there is nothing to go by"
	case r.live && r.run == nil:
		return "Another janitor is at this run"
	case r.live && a == keys.Resume:
		return "The run goes on: there is nothing to resume"
	case r.live:
		return "The run is still going on: wait until it is finished"
	case a == keys.Resume && r.finished:
		return "The run is finished: there is nothing to resume"
	case a == keys.Verify && !r.finished:
		return "The run is not finished: " + k.Label(keys.Resume) + " goes on with it and proves it"
	case a == keys.Undo && r.summary.Counts[cleanup.Deleted] == 0:
		return "The run has deleted nothing: there is nothing to bring back"
	}
	return ""
}

// sentence begins with a capital letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (m *Model) refresh() tea.Cmd {
	switch {
	case m.opts.History == nil:
		return screen.Say("Runs leave no record here: there is nothing to read")
	case m.reading != nil:
		return screen.Say("The runs are still being read")
	}
	return m.read()
}

// Hints are what the foot of the frame shows.
func (m *Model) Hints() []keys.Action {
	var hints []keys.Action
	if r, ok := m.current(); ok {
		for _, a := range []keys.Action{keys.Open, keys.Resume, keys.Undo, keys.Verify, keys.Export} {
			if m.whyNot(a, &r) == "" {
				hints = append(hints, a)
			}
		}
	}
	if m.err != nil {
		hints = append(hints, keys.Refresh)
	}
	return append(hints, keys.Back, keys.Help)
}

// rows are all runs, newest first: those of this session on top, as they stand.
func (m *Model) rows() []row {
	var sessions []Session
	if m.opts.Sessions != nil {
		sessions = m.opts.Sessions()
	}
	out := make([]row, 0, len(sessions)+len(m.past))
	ours := make(map[string]bool, len(sessions))
	for i := range sessions { // a run that was broken off and resumed may be there twice: the latest tells more
		s := &sessions[len(sessions)-1-i]
		if s.ID == "" || !ours[s.ID] {
			out = append(out, sessionRow(s, len(sessions)-i))
		}
		ours[s.ID] = true
	}
	for i := range m.past {
		if !ours[m.past[i].id] {
			out = append(out, m.past[i])
			continue
		}
		for n := range out { // what only the journal tells
			if out[n].id == m.past[i].id && !out[n].live {
				out[n].verified, out[n].found = m.past[i].verified, m.past[i].found
			}
		}
	}
	return out
}

func (m *Model) count() int { return len(m.rows()) }

func (m *Model) current() (row, bool) {
	rows := m.rows()
	if len(rows) == 0 {
		return row{}, false
	}
	return rows[m.at(rows)], true
}

// at is the cursor's row; the first where it is on none.
func (m *Model) at(rows []row) int {
	for i := range rows {
		if rows[i].key == m.cursor {
			return i
		}
	}
	return 0
}

func (m *Model) move(by int) {
	rows := m.rows()
	if len(rows) > 0 {
		m.cursor = rows[max(min(m.at(rows)+by, len(rows)-1), 0)].key
	}
}
