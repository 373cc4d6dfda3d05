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
	return t.content.rows.items.At(i), true
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

// WhyNot is why something cannot be done here now, as far as that can be said before it is tried; "" when it can.
func (m *Model) WhyNot(a keys.Action) string {
	t := m.tab()
	switch a {
	case keys.Open, keys.Detail, keys.Raw, keys.CopyID, keys.Mark, keys.Range, keys.RangeUp, keys.RangeDown, keys.RangeHere, keys.MarkAll, keys.Invert:
		if _, ok := m.current(); !ok {
			return m.noRow()
		}
	case keys.ClearMarks:
		if t.table.Marked()+len(t.kept) == 0 {
			return "Nothing is marked"
		}
	case keys.Children:
		return m.notChildren()
	case keys.Delete:
		return m.notDelete()
	case keys.Refresh:
		if m.loading != nil {
			return "Already listing"
		}
	case keys.Notes:
		if len(m.lacks()) == 0 {
			return "Nothing is known to be missing from this list"
		}
	case keys.Kind1, keys.Kind2, keys.Kind3, keys.Kind4, keys.NextKind, keys.PrevKind:
		if len(m.list) == 1 {
			return m.env.Keys.Label(keys.Back) + " goes back to the kinds"
		}
	case keys.Back:
		if !t.table.Ranging() && !t.limited() && len(m.opts.Parents) == 0 {
			return "This is the first screen: " + m.env.Keys.Label(keys.Quit) + " quits"
		}
	}
	return ""
}

// Word is what the way back undoes first.
func (m *Model) Word(a keys.Action) string {
	t := m.tab()
	switch {
	case a == keys.Back && !m.input.on && (t.table.Ranging() || t.limited()):
		switch {
		case t.table.Ranging():
			return "end range"
		case t.filter != "":
			return "clear the filter"
		}
		return "show all"
	case a == keys.Range && t.table.Ranging():
		return "end range"
	}
	return ""
}

func (m *Model) open() tea.Cmd {
	holds := m.tab().columns.kind.Holds
	if holds == "" {
		return m.detail(false)
	}
	r, _ := m.current()
	return m.children(holds, []inventory.Resource{r})
}

// notChildren is why what the marked ones hold cannot be opened, "" when it can.
func (m *Model) notChildren() string {
	t := m.tab()
	kind := t.columns.kind
	key := m.env.Keys.Label(keys.Children)
	if kind.Holds == "" {
		return kind.Title + " hold nothing to open: " + key + " is for IP groups and channels"
	}
	held, err := inventory.Lookup(kind.Holds)
	switch {
	case err != nil:
		return err.Error()
	case t.table.Marked() == 0:
		return "Mark " + kind.Many + " first: " + key + " opens the " + held.Many + " of all that are marked"
	}
	return ""
}

func (m *Model) openMarked() tea.Cmd {
	t := m.tab()
	kind, marks := t.columns.kind, t.table.Marks()
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
	r, _ := m.current()
	t := m.tab()
	msg := DetailMsg{By: m, Resource: r, Snapshot: t.shown, Gone: t.content.rows.deleted, Raw: raw}
	return func() tea.Msg { return msg }
}

func (m *Model) copyID() tea.Cmd {
	r, _ := m.current()
	return tea.Batch(tea.SetClipboard(r.Ref.ID), say("Copied "+r.Ref.ID))
}

// notDelete is why there is nothing to ask, "" when there is.
func (m *Model) notDelete() string {
	t := m.tab()
	kind := t.columns.kind
	switch {
	case m.opts.ReadOnly != "":
		return m.opts.ReadOnly
	case kind.Deletion == nil:
		return kind.WhyNot
	case len(t.table.SelectedOrCurrent()) == 0:
		return m.noRow()
	}
	return ""
}

// delete asks for the dialog.
func (m *Model) delete() tea.Cmd {
	t := m.tab()
	msg := DeleteMsg{By: m, Refs: t.table.SelectedOrCurrent(), From: t.shown, Hidden: t.table.HiddenMarks()}
	return func() tea.Msg { return msg }
}

// notes asks for what the list lacks to be shown whole.
func (m *Model) notes() tea.Cmd {
	msg := NotesMsg{By: m, Title: "What is missing or doubtful in this list of " + m.tab().columns.kind.Many, Notes: m.lacks()}
	return func() tea.Msg { return msg }
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
	if 0 <= i && i < len(m.list) {
		m.active = i
	}
	return nil
}
