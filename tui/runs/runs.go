// Package runs is the list of runs: those of this session as they go on, and past ones as their journals tell them.
package runs

import (
	"context"
	"slices"

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
	History  History          // nil: runs leave no record
	Sessions func() []Session // in the order in which they were started
}

// Model is the screen. It gives names to runs as the history does.
type Model struct {
	screen.Exit

	env   *screen.Env
	opts  Options
	shelf *shelf

	reading *reading // the one that goes on; nil: all is read
	past    []row    // of the history, newest first
	whole   bool     // past was read to its end
	coming  []row    // what is read so far by the one that goes on
	total   int      // how many the history has
	err     error    // why they are not known

	rows   []row  // all runs as they were last drawn or acted on
	at     int    // the row of the cursor
	cursor string // its key: it stays on its run; "" on the first row
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
			m.past, m.total, m.whole = nil, 0, false
			return nil
		}
		m.err, m.total, m.coming = nil, len(msg.names), make([]row, 0, len(msg.names))
		return m.reading.next(msg.names)
	case found:
		if msg.to != m.reading {
			return nil
		}
		m.coming = append(m.coming, msg.rows...)
		if len(msg.rest) == 0 {
			m.reading, m.past, m.whole = nil, m.coming, true
			return nil
		}
		if !m.whole { // else those of before stay until all are there
			m.past = m.coming
		}
		return m.reading.next(msg.rest)
	case Changed:
		return m.again(msg.ID)
	case reread:
		if msg.by == m.shelf {
			m.put(msg.row)
		}
	case Read:
		m.put(rowOf(msg.Past))
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return nil
}

// Changed says that the journal of a run has grown.
type Changed struct{ ID string }

// Read is a run of the history as it was read just now.
type Read struct{ Past *cleanup.Past }

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

// put is what is known of a run by now, when it is in the list.
func (m *Model) put(r row) {
	for _, rows := range [][]row{m.past, m.coming} {
		for i := range rows {
			if rows[i].id == r.id {
				rows[i] = r
			}
		}
	}
}

// Elsewhere are the runs listed that other janitors are at.
func (m *Model) Elsewhere() []string {
	var ids []string
	for i := range m.rows {
		if r := &m.rows[i]; r.live && r.run == nil {
			ids = append(ids, r.id)
		}
	}
	return ids
}

func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	m.gather()
	action, _ := m.env.Keys.Action(keys.History, key.String())
	if by, ok := screen.Step(action, m.page, len(m.rows)); ok {
		m.move(by)
		return nil
	}
	switch action {
	case keys.Back:
		m.Leave()
		return nil
	case keys.Refresh:
		m.move(0)
		return m.refresh()
	case keys.Open, keys.Resume, keys.Verify, keys.Undo, keys.Export, keys.CopyID:
	default:
		return nil
	}
	m.move(0)
	if why := m.WhyNot(action); why != "" {
		return screen.Refuse(action, why)
	}
	r := m.rows[m.at]
	if action == keys.CopyID {
		return tea.Batch(tea.SetClipboard(r.id), screen.Say("Copied "+r.id))
	}
	msg := screen.WantMsg{By: m, Do: action, Run: r.run, ID: r.id}
	return func() tea.Msg { return msg }
}

// WhyNot is why something cannot be done here now, "" when it can be tried.
func (m *Model) WhyNot(a keys.Action) string {
	switch a {
	case keys.Refresh:
		switch {
		case m.opts.History == nil:
			return "Runs leave no record here: there is nothing to read"
		case m.reading != nil:
			return "The runs are still being read"
		}
		return ""
	case keys.Open, keys.Resume, keys.Verify, keys.Undo, keys.Export, keys.CopyID:
	default:
		return ""
	}
	r, ok := m.current()
	switch {
	case !ok && m.reading != nil:
		return "The runs are still being read"
	case !ok:
		return "There is no run"
	case a == keys.CopyID && r.id == "":
		return "This run has no name: it leaves no record"
	case a == keys.CopyID:
		return ""
	}
	return m.whyNot(a, &r)
}

// whyNot is why something cannot be done with a run by what the list knows, "" when it can be tried.
func (m *Model) whyNot(a keys.Action, r *row) string {
	s := screen.Standing{
		Record: r.id != "", Lost: r.err, Live: r.live, Away: r.run == nil, Finished: r.finished, Undoes: r.undoes != "",
		Undoable: r.summary.Counts[cleanup.Deleted] + r.summary.Changed,
	}
	if r.run == nil {
		s = s.Of(m.env, r.id, r.where)
	}
	return s.WhyNot(a, m.env)
}

func (m *Model) refresh() tea.Cmd {
	if why := m.WhyNot(keys.Refresh); why != "" {
		return screen.Refuse(keys.Refresh, why)
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
	if (m.err != nil || len(m.rows) == 0) && m.WhyNot(keys.Refresh) == "" { // one may have been begun elsewhere meanwhile
		hints = append(hints, keys.Refresh)
	}
	return append(hints, keys.Back, keys.Help)
}

// gather takes all runs as they stand, newest first: those of this session on top.
func (m *Model) gather() {
	var sessions []Session
	if m.opts.Sessions != nil {
		sessions = m.opts.Sessions()
	}
	m.rows = m.rows[:0]
	ours := make(map[string]int, len(sessions)) // where they stand
	for i := range sessions {                   // a run that was broken off and resumed may be there twice: the latest tells more
		s := &sessions[len(sessions)-1-i]
		if _, twice := ours[s.ID]; s.ID == "" || !twice {
			ours[s.ID] = len(m.rows)
			m.rows = append(m.rows, sessionRow(s, len(sessions)-i))
		}
	}
	for i := range m.past {
		n, known := ours[m.past[i].id]
		switch {
		case !known:
			m.rows = append(m.rows, m.past[i])
		case !m.rows[n].live: // what only the journal tells
			m.rows[n].verified, m.rows[n].found = m.past[i].verified, m.past[i].found
		}
	}
	at := slices.IndexFunc(m.rows, func(r row) bool { return r.key == m.cursor })
	switch {
	case at >= 0:
		m.at = at
	case m.cursor == "":
		m.at = 0
	default: // it is gone
		m.at = max(min(m.at, len(m.rows)-1), 0)
	}
}

// current is the row of the cursor.
func (m *Model) current() (row, bool) {
	if len(m.rows) == 0 {
		return row{}, false
	}
	return m.rows[m.at], true
}

func (m *Model) move(by int) {
	if len(m.rows) > 0 {
		m.at = max(min(m.at+by, len(m.rows)-1), 0)
		m.cursor = m.rows[m.at].key
	}
}
