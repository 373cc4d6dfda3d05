package browse

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/inventory"
	"janitor/tui/keys"
)

// current is the row under the cursor; when there is none, why says so.
func (m *Model) current() (r inventory.Resource, ok bool) {
	t := m.tab()
	i, ok := t.table.Row()
	if !ok {
		return r, false
	}
	return t.content.rows.items[i], true
}

// noRow says why there is no row to act on.
func (m *Model) noRow() string {
	t := m.tab()
	kind := t.columns.kind
	switch {
	case t.failed():
		return kind.Title + " could not be listed: " + m.env.Keys.Label(keys.Refresh) + " tries again"
	case t.table.Total() > 0:
		return "No row is shown: " + m.env.Keys.Label(keys.Back) + t.undone()
	case m.loading != nil:
		return "The " + kind.Many + " are still being listed"
	default:
		return "There are no " + kind.Many + " here"
	}
}

func (m *Model) open() tea.Cmd {
	r, ok := m.current()
	if !ok {
		return say(m.noRow())
	}
	holds := m.tab().columns.kind.Holds
	if holds == "" {
		return m.detail(false)
	}
	return m.children(holds, []inventory.Resource{r})
}

func (m *Model) openMarked() tea.Cmd {
	t := m.tab()
	kind := t.columns.kind
	key := m.env.Keys.Label(keys.Children)
	if kind.Holds == "" {
		return say(kind.Title + " hold nothing to open: " + key + " is for IP groups and channels")
	}
	held, err := inventory.Lookup(kind.Holds)
	if err != nil {
		return say(err.Error())
	}
	marks := t.table.Marks()
	if len(marks) == 0 {
		return say("Mark " + kind.Many + " first: " + key + " opens the " + held.Many + " of all that are marked")
	}
	found := t.shown.Find(marks)
	var parents []inventory.Resource
	for _, ref := range marks {
		if r, ok := found[ref]; ok {
			parents = append(parents, r)
		}
	}
	if len(parents) == 0 {
		return say("The marked " + kind.Many + " are no longer listed")
	}
	return m.children(kind.Holds, parents)
}

func (m *Model) children(id inventory.KindID, of []inventory.Resource) tea.Cmd {
	kind, err := inventory.Lookup(id)
	if err != nil {
		return say(err.Error())
	}
	return func() tea.Msg { return OpenMsg{By: m, Kind: kind, Parents: of} }
}

func (m *Model) detail(raw bool) tea.Cmd {
	r, ok := m.current()
	if !ok {
		return say(m.noRow())
	}
	s := m.tab().shown
	return func() tea.Msg { return DetailMsg{By: m, Resource: r, Snapshot: s, Raw: raw} }
}

func (m *Model) copyID() tea.Cmd {
	r, ok := m.current()
	if !ok {
		return say(m.noRow())
	}
	return tea.Batch(tea.SetClipboard(r.Ref.ID), say("Copied "+r.Ref.ID))
}

// delete asks for the dialog, or says why there is nothing to ask.
func (m *Model) delete() tea.Cmd {
	t := m.tab()
	kind := t.columns.kind
	switch {
	case m.opts.ReadOnly != "":
		return say(m.opts.ReadOnly)
	case kind.Deletion == nil:
		return say(kind.WhyNot)
	}
	refs := t.table.SelectedOrCurrent()
	if len(refs) == 0 {
		return say(m.noRow())
	}
	msg := DeleteMsg{By: m, Refs: refs, From: t.shown, Hidden: t.table.HiddenMarks()}
	return func() tea.Msg { return msg }
}

func (m *Model) refresh() tea.Cmd {
	if m.loading != nil {
		return say("Already listing")
	}
	return m.load()
}

// going marks what a run has deleted as such and takes it out of the marks; the rows go when they are listed again.
func (m *Model) going(msg GoingMsg) {
	for _, ref := range msg.InHand {
		if _, known := m.ours[ref]; !known {
			m.ours[ref] = time.Time{}
		}
	}
	news := false
	for _, ref := range msg.Gone {
		if m.ours[ref].IsZero() {
			m.ours[ref], news = m.env.Now(), true
		}
	}
	if !news {
		return
	}
	for _, t := range m.list {
		if slices.ContainsFunc(msg.Gone, t.table.IsMarked) {
			t.table.Unmark(msg.Gone...)
		}
		t.table.Redraw()
	}
}

// ended lists again what a run has touched: its kinds, and those they live in, which count them.
func (m *Model) ended(msg EndedMsg) tea.Cmd {
	m.going(GoingMsg{Gone: msg.Gone})
	gone := make(map[inventory.Ref]bool, len(msg.Gone))
	for _, ref := range msg.Gone {
		gone[ref] = true
	}
	for _, ref := range msg.Touched {
		if !gone[ref] {
			delete(m.ours, ref)
		}
	}
	touches := func(t *tab) bool {
		kind := t.columns.kind
		return slices.ContainsFunc(msg.Touched, func(ref inventory.Ref) bool {
			return ref.Kind == kind.ID || ref.Kind == kind.Holds
		})
	}
	if !slices.ContainsFunc(m.list, touches) {
		return nil
	}
	return m.load()
}

// Marks are those of the children shown, in their order, for [Model.Keep] of a later screen.
func (m *Model) Marks() []inventory.Ref {
	t := m.tab()
	return append(t.table.Marks(), t.kept...)
}

// Keep marks rows as soon as they are listed. Those that are not there any more are forgotten.
func (m *Model) Keep(marks []inventory.Ref) { m.tab().kept = marks }

// Parents are those whose children are shown, nil at the top.
func (m *Model) Parents() []inventory.Resource { return m.opts.Parents }

// Kinds are those of the tabs.
func (m *Model) Kinds() []*inventory.Kind { return m.opts.Kinds }

// Show goes to the tab of a kind.
func (m *Model) Show(kind inventory.KindID) tea.Cmd {
	return m.show(slices.IndexFunc(m.opts.Kinds, func(k *inventory.Kind) bool { return k.ID == kind }))
}

func (m *Model) show(i int) tea.Cmd {
	switch {
	case len(m.list) == 1:
		return say(m.env.Keys.Label(keys.Back) + " goes back to the kinds")
	case 0 <= i && i < len(m.list):
		m.active = i
	}
	return nil
}
