// Package browse is the screen one lives in: a table for each kind, or one of the entries or members of opened groups
// and channels; filtering, marking, and the way to everything else.
package browse

import (
	"context"
	"iter"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/table"
)

// Options of a browse screen.
type Options struct {
	Kinds    []*inventory.Kind    // a tab each; a single one has no tabs
	First    inventory.KindID     // the tab to begin with; "" = the first
	Parents  []inventory.Resource // whose children are shown, nil at the top
	Scope    string               // where, for sentences: "acme · eu-de"
	ReadOnly string               // why nothing can be deleted, as a sentence; "" when it can
	// List begins to list the kinds and ends when its context does.
	List func(context.Context) iter.Seq[*inventory.Snapshot]
}

// The screen asks its owner for these. They count only while By is on top: a key pressed twice opens once.
type (
	// OpenMsg asks for the children of these parents.
	OpenMsg struct {
		By      *Model
		Kind    *inventory.Kind
		Parents []inventory.Resource
	}
	// DetailMsg asks for everything about one resource, as fields or as JSON.
	DetailMsg struct {
		By       *Model
		Resource inventory.Resource
		Snapshot *inventory.Snapshot
		Gone     func(inventory.Ref) bool // whether a run of this session has deleted something since it was listed
		Raw      bool
	}
	// DeleteMsg asks for the dialog. The refs are those marked when the key was pressed, in order of marking, or the
	// current one.
	DeleteMsg struct {
		By     *Model
		Refs   []inventory.Ref
		From   *inventory.Snapshot
		Hidden []inventory.Ref // those of them that no shown row has
	}
	// NotesMsg asks for what the list lacks to be shown whole.
	NotesMsg struct {
		By    *Model
		Title string
		Notes []string
	}
	// ReleaseMsg asks for the keys of [Model.Held] to be pressed: the rows that they are about are there now.
	ReleaseMsg struct{ By *Model }
)

// GoingMsg tells the screen what a run that is going on has in hand, and all of it that is gone so far.
type GoingMsg struct{ InHand, Gone []inventory.Ref }

// EndedMsg tells the screen that a run has ended: what it touched is listed again, what is gone is no longer marked.
type EndedMsg struct{ Touched, Gone []inventory.Ref }

// Model is a browse screen.
type Model struct {
	screen.Exit

	env  *screen.Env
	ctx  context.Context // of everything this screen reads
	opts Options

	list   []*tab
	active int
	tabs   tabLine
	input  input
	held   []tea.KeyPressMsg // typed while the rows shown are not yet those asked for

	loading  *request                    // whose replies count; nil when nothing is being listed
	requests []*request                  // all of which something may be left
	ours     map[inventory.Ref]time.Time // what runs of this session touch, and when it was gone: zero for not yet

	pane pane
	w    int // columns of the last frame
}

// tab is the table of one kind.
type tab struct {
	columns *columns
	table   *table.Model[inventory.Ref]
	filter  string              // as it was typed
	words   string              // that part of it which the table searches for
	limits  limits              // the other part, and which verdicts are shown
	content *content            // what the table shows; nil before the first page
	asked   *asked              // what is being prepared to be shown instead; nil when nothing is
	shown   *inventory.Snapshot // that the rows are from; nil before the first page
	listing *inventory.Listing  // of shown
	whole   bool                // shown is complete and settled
	coming  *inventory.Listing  // the newest of the loading under way, or of the last one
	kept    []inventory.Ref     // marks from when it was open before, whose rows have not yet come
	chosen  bool                // all that the filter lets through is to be marked, once that is certain
}

// New makes the screen; nothing is read before [Model.Init]. What it reads ends with ctx.
func New(ctx context.Context, env *screen.Env, o Options) *Model {
	m := &Model{env: env, ctx: ctx, opts: o, ours: map[inventory.Ref]time.Time{}}
	for i, k := range o.Kinds {
		if k.ID == o.First {
			m.active = i
		}
		c, heads := layOut(env, k, len(o.Parents))
		c.ours, c.tags = m.ours, tags(o.Parents)
		m.list = append(m.list, &tab{columns: c, table: table.New[inventory.Ref](env.Theme, heads)})
	}
	return m
}

// Init begins to list.
func (m *Model) Init() tea.Cmd { return m.load() }

// Update takes replies, and keys when on top.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case arrived:
		return m.arrive(msg)
	case finished:
		cmd := m.finish(msg)
		m.markChosen()
		return cmd
	case prepared:
		return m.answer(msg)
	case GoingMsg:
		m.going(msg)
	case EndedMsg:
		return m.ended(msg)
	case tea.PasteMsg:
		if m.input.on {
			return m.paste(msg.Content)
		}
	case tea.KeyPressMsg:
		switch {
		case m.input.on:
			return m.typed(msg)
		case m.tab().narrowing(), len(m.held) > 0:
			return m.hold(msg)
		}
		return m.press(msg.String())
	}
	return nil
}

func (m *Model) tab() *tab { return m.list[m.active] }

func (m *Model) press(key string) tea.Cmd {
	action, bound := m.env.Keys.Action(keys.Browse, key)
	t := m.tab()
	if why := m.WhyNot(action); bound && why != "" {
		return screen.Refuse(action, why)
	}
	switch {
	case !bound && t.table.Hot(key), bound && t.table.Do(action):
		switch action {
		case keys.ClearMarks:
			t.kept = nil
		case keys.Wide:
			return m.widened()
		}
		if t.table.Stale() {
			return m.settle(t)
		}
		return nil
	case !bound:
		return nil
	}
	switch action {
	case keys.Filter:
		return m.begin()
	case keys.Verdicts:
		return m.verdicts()
	case keys.Open:
		return m.open()
	case keys.Children:
		return m.openMarked()
	case keys.Detail:
		return m.detail(false)
	case keys.Raw:
		return m.detail(true)
	case keys.CopyID:
		return m.copyID()
	case keys.Delete:
		return m.delete()
	case keys.Refresh:
		return m.load()
	case keys.Notes:
		return m.notes()
	case keys.Kind1:
		return m.show(0)
	case keys.Kind2:
		return m.show(1)
	case keys.Kind3:
		return m.show(2)
	case keys.Kind4:
		return m.show(3)
	case keys.NextKind:
		return m.show((m.active + 1) % len(m.list))
	case keys.PrevKind:
		return m.show((m.active + len(m.list) - 1) % len(m.list))
	case keys.Back:
		return m.back()
	}
	return nil
}

// widened says when there is no room for what was asked for.
func (m *Model) widened() tea.Cmd {
	if wide, need := m.tab().table.Wide(); wide && need > m.w {
		notice := screen.Notice{By: m, Width: m.w, Text: "All columns need a terminal of " + english.Number(need) + " columns, this one has " +
			english.Number(m.w) + ": as many as fit are shown"}
		return func() tea.Msg { return notice }
	}
	return nil
}

// back undoes the innermost thing: a range, the filter, the choice of verdicts, the screen.
func (m *Model) back() tea.Cmd {
	t := m.tab()
	switch {
	case t.table.EndRange():
		return nil
	case t.filter != "":
		return m.follow("")
	case t.limits.show != showAll:
		t.limits.show = showAll
		return m.settle(t)
	default:
		m.Leave()
		return nil
	}
}

// Typing says that every key goes into the filter, or waits because one before it does.
func (m *Model) Typing() bool { return m.input.on || len(m.held) > 0 }

// Sorts says whether a key that is no binding is the letter of a heading.
func (m *Model) Sorts(key string) bool { return m.tab().table.Sorts(key) }

// Hints are the actions for the foot of the frame.
func (m *Model) Hints() []keys.Action {
	switch {
	case m.input.on && m.input.expression():
		return []keys.Action{keys.Confirm, keys.Complete, keys.Back}
	case m.input.on:
		return []keys.Action{keys.Confirm, keys.Back}
	}
	var hints []keys.Action
	if l := m.tab().newest(); l != nil && l.Err != nil {
		hints = append(hints, keys.Refresh)
	}
	_, row := m.tab().table.Row()
	if !row { // nothing to mark, to open or to delete
		if m.tab().table.Total() > 0 {
			hints = append(hints, keys.Filter)
		}
		if len(m.opts.Parents) > 0 || m.tab().limited() {
			hints = append(hints, keys.Back)
		}
		return append(hints, keys.Help, keys.Go)
	}
	hints = append(hints, keys.Mark, keys.Filter, keys.Open)
	if m.tab().columns.kind.Holds != "" && m.tab().table.Marked() > 0 {
		hints = append(hints, keys.Children)
	}
	if m.opts.ReadOnly == "" && m.tab().columns.kind.Deletion != nil {
		hints = append(hints, keys.Delete)
	}
	if len(m.opts.Parents) > 0 || m.tab().limited() {
		hints = append(hints, keys.Back)
	}
	return append(hints, keys.Help, keys.Go, keys.Range, keys.MarkAll)
}

// Loading says whether something is being listed.
func (m *Model) Loading() bool { return m.loading != nil }

// ListedAt is when the listing of what is shown began; the zero time before there is anything, or when it failed.
func (m *Model) ListedAt() time.Time {
	if t := m.tab(); t.shown != nil && !t.failed() {
		return t.shown.Began()
	}
	return time.Time{}
}

// newest is the listing under way or the last one, nil before there is any.
func (t *tab) newest() *inventory.Listing {
	if t.coming != nil {
		return t.coming
	}
	return t.listing
}

// limited: a filter or a choice of verdicts may hide rows.
func (t *tab) limited() bool { return t.filter != "" || t.limits.show != showAll }

// failed: nothing could be listed at all.
func (t *tab) failed() bool {
	l := t.newest()
	return l != nil && l.Err != nil && t.table.Total() == 0
}

func say(text string) tea.Cmd { return screen.Say(text) }
