package confirm

import (
	"fmt"
	"slices"
	"strings"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Columns and lines of the terminal.
const (
	narrow  = 56 // columns of text below which words give way
	gap     = 2  // between two columns
	longest = 40 // columns of a note that names give way to

	shortestID = 8 // what has to be typed of one, in characters
)

// View draws the dialog alone in the middle of h lines of w columns.
func (m *Model) View(w, h int) string {
	return m.Over("", w, h)
}

// Over draws the dialog over another screen, which it dims.
func (m *Model) Over(below string, w, h int) string {
	if w <= 0 || h <= 0 {
		return strings.Repeat("\n", max(h-1, 0))
	}
	box := strings.Split(m.dialog(w, h), "\n")
	return m.env.Theme.Over(below, box, (w-theme.WidthPainted(box[0]))/2, (h-len(box))/2, w, h)
}

// dialog draws the box, at most w columns and h lines.
func (m *Model) dialog(w, h int) string {
	t := m.env.Theme
	if m.cramped = screen.Cramped(w, h); m.cramped {
		return screen.TooSmall(m.title(), m.noKey(), w, h)
	}
	bw := min(w, screen.DialogWidth)
	tw, tight := bw-4, h < screen.DialogAiry
	head, controls := m.head(tw, tight), m.controls(tw)
	room := h - 2 - len(head) - len(controls) - 1 // a line of keys below the buttons
	if !tight {
		head = append(head, "")
		room -= 4 // two lines of the screen below stay in sight, blank ones or a notice set the list off
	}
	if m.cramped = room < 1; m.cramped {
		return screen.TooSmall(m.title(), m.noKey(), w, h)
	}
	m.lay(room, tw, tight)
	m.page = min(len(m.rows), room)
	m.scroll(0)

	body := head
	for i := m.top; i < m.top+m.page; i++ {
		body = append(body, m.row(m.rows[i], tw))
	}
	say, keys := t.Paint(theme.Warn, theme.Fit(m.say, tw)), m.hints(tw)
	if tight && m.say != "" {
		keys = say
	}
	if !tight {
		body = append(body, say)
	}
	body = append(append(body, controls...), keys)

	return screen.Frame(t, m.title(), m.scope, m.plan.Grade == inventory.Danger, body, bw)
}

func (m *Model) title() string {
	n, out := len(m.plan.Items), len(m.plan.LeftOut)
	switch {
	case n == 0:
		return "Nothing to delete"
	case out == 0:
		return "Delete " + m.count(n)
	default:
		return "Delete " + english.Number(n) + " of " + english.Number(n+out) + " marked " + m.many
	}
}

// head counts what will happen; where it is tight, only what the title does not say.
func (m *Model) head(w int, tight bool) []string {
	n, out := len(m.plan.Items), len(m.plan.LeftOut)
	s := ""
	switch {
	case n == 0 && out == 1:
		s = "This " + m.one + " cannot be deleted."
	case n == 0:
		s = fmt.Sprintf("None of the %s marked %s can be deleted.", english.Number(out), m.many)
	case tight:
	case out == 0:
		s = m.count(n) + " will be deleted."
	case out == 1:
		s = m.count(n) + " will be deleted, 1 is left out."
	default:
		s = m.count(n) + " will be deleted, " + english.Number(out) + " are left out."
	}
	says := []screen.Said{{Role: theme.Strong, Text: s}}
	say := func(r theme.Role, text string) { says = append(says, screen.Said{Role: r, Text: text}) }
	if m.first != "" && !tight {
		say(theme.Text, "Also removed first: "+m.first+".")
	}
	if m.along != "" && !tight {
		say(theme.Text, "Going along: "+m.along+".")
	}
	if m.detaches > 0 {
		say(theme.Warn, english.Sentence(m.are(m.detaches))+" taken out of use first.")
	}
	if m.unsure > 0 {
		say(theme.Warn, english.Sentence(m.are(m.unsure))+" perhaps in use.")
	}
	switch m.hidden {
	case 0:
	case n:
		say(theme.Warn, "All that will be deleted is hidden by the filter.")
	default:
		say(theme.Warn, m.are(m.hidden)+" hidden by the filter.")
	}
	say(theme.Text, m.whose)
	return screen.Paragraph(m.env.Theme, says, w)
}

// are begins a sentence about so many of what will be deleted.
func (m *Model) are(n int) string {
	many := m.many
	if len(m.plan.LeftOut) > 0 {
		many += " to delete"
	}
	return english.Are(n, len(m.plan.Items), m.one, many)
}

// where says which of the items, deleted or left out, are in sight, "" when all are.
func (m *Model) where() string {
	if m.page >= len(m.rows) {
		return ""
	}
	first, last, total := 0, 0, len(m.plan.Items)+len(m.plan.LeftOut)
	for _, r := range m.rows[m.top : m.top+m.page] {
		var n int
		switch r.what {
		case doomed:
			n = r.i + 1
		case spared, sharing:
			n = len(m.plan.Items) + r.i + 1
		default:
			continue
		}
		if first == 0 {
			first = n
		}
		last = n
	}
	if first == 0 {
		return "of " + english.Number(total)
	}
	return english.Number(first) + "–" + english.Number(last) + " of " + english.Number(total)
}

// row is one line of the list; text is the line's part of a text that takes several, first the first of them.
type row struct {
	what  part
	i     int
	text  string
	first bool
}

type part uint8

const (
	effect part = iota
	doomed
	spared  // left out, with its reason
	reason  // of several that are left out
	sharing // one of these
	blank
)

// measure finds the widths that the names ask for, and sums up; it looks at every item once.
func (m *Model) measure() {
	m.first, m.along = m.plan.First(), m.plan.Along()
	m.tags, m.outTags = m.plan.Tags()
	m.in = m.plan.Parents()
	m.told = map[inventory.Ref]bool{}
	for _, c := range m.plan.Consequences {
		for _, ref := range c.Of {
			m.told[ref] = true
		}
	}
	var seen []int
	for i := range m.plan.Items {
		if m.unseen[m.plan.Items[i].Resource.Ref] {
			m.order = append(m.order, i)
		} else {
			seen = append(seen, i)
		}
		if len(m.plan.Items[i].Detaches) > 0 {
			m.detaches++
		}
		if m.plan.Items[i].MayBeInUse() {
			m.unsure++
		}
		undo, _ := undoWord(m.plan.Items[i].Undo)
		m.undos = max(m.undos, theme.Width(undo))
		r := &m.plan.Items[i].Resource
		m.names = max(m.names, tagged(r.Label(), m.tags[i]))
		m.parents = max(m.parents, theme.Width(m.in[r.Ref.Parent]))
		if n := theme.Width(m.note(i)); n <= longest {
			m.notes = max(m.notes, n)
		}
	}
	m.hidden = len(m.order)
	m.order = append(m.order, seen...)
	m.group()
	at := 0
	for _, group := range m.groups {
		if group == 1 {
			m.names = max(m.names, tagged(m.out(at).Label, m.outTags[m.outOrder[at]]))
		}
		at += group
	}
}

// group puts together what is left out for the same reason, in the order in which the reasons come first in the plan.
func (m *Model) group() {
	place := map[string]int{} // of a reason among them
	var shared [][]int
	for i := range m.plan.LeftOut {
		l := &m.plan.LeftOut[i]
		if l.CanDetach {
			m.detachable++
		}
		if l.CanTake {
			m.takeable++
		}
		at, known := place[l.Why]
		if !known {
			at = len(shared)
			place[l.Why], shared = at, append(shared, nil)
		}
		shared[at] = append(shared[at], i)
	}
	for _, of := range shared {
		m.outOrder = append(m.outOrder, of...)
		m.groups = append(m.groups, len(of))
	}
}

// explain says of what the ids are that have to be typed where names cannot be: they stand nowhere else.
func (m *Model) explain() string {
	var says []string
	for word := range strings.SplitSeq(m.want, ", ") {
		if slices.ContainsFunc(m.plan.Consequences, func(c inventory.Consequence) bool { return c.Name == word }) {
			continue
		}
		for i := range m.plan.Items {
			r := &m.plan.Items[i].Resource
			of := ""
			switch {
			case len(word) < shortestID, r.Label() == word:
			case strings.HasPrefix(r.Ref.Parent, word):
				of = r.In
			case strings.HasPrefix(r.Ref.ID, word):
				of = r.Label()
			}
			if of != "" {
				says = append(says, word+" is the beginning of the id of "+of+".")
				break
			}
		}
	}
	return strings.Join(says, " ")
}

// tagged is the width of a name with its tag.
func tagged(name, tag string) int {
	if tag == "" {
		return theme.Width(name)
	}
	return theme.Width(name) + 1 + theme.Width(tag)
}

// lay breaks the plan into rows of w columns. The effects stand first, the worst on top; what would leave no room for
// a few items in the first h rows stands below them.
func (m *Model) lay(h, w int, tight bool) {
	if m.size == (size{w, h}) {
		return
	}
	m.size, m.rows = size{w, h}, m.rows[:0]
	apart := func() {
		if !tight && len(m.rows) > 0 {
			m.rows = append(m.rows, row{what: blank})
		}
	}
	most := h - min(len(m.plan.Items), 3)
	var below []int
	for _, grade := range []inventory.Grade{inventory.Danger, inventory.Care, inventory.None} {
		for i, c := range m.plan.Consequences {
			if c.Grade != grade {
				continue
			}
			before := len(m.rows)
			m.effect(i, w)
			if len(m.rows) > most && (before > 0 || grade != inventory.Danger) {
				m.rows = m.rows[:before]
				below = append(below, i)
				most = 0 // in order: nothing overtakes
			}
		}
	}
	m.below = len(below)
	if len(m.plan.Items) > 0 {
		apart()
	}
	room := m.noteWidth(w)
	for i, of := range m.order {
		note := m.note(of)
		if theme.Width(note) <= room {
			m.rows = append(m.rows, row{doomed, i, note, true})
			continue
		}
		m.rows = append(m.rows, row{doomed, i, "", true})
		for _, line := range theme.Wrap(note, max(w-4, 1)) {
			m.rows = append(m.rows, row{doomed, i, line, false})
		}
	}
	if len(m.plan.LeftOut) > 0 {
		apart()
	}
	m.layOut(w)
	if len(below) > 0 {
		apart()
	}
	for _, i := range below {
		m.effect(i, w)
	}
}

// layOut adds the rows of what is left out: each with its reason beside it, or a reason once with all that share it below.
func (m *Model) layOut(w int) {
	at := 0
	for _, group := range m.groups {
		if group == 1 {
			m.wrap(spared, at, "left out: "+m.out(at).Why, w-2-m.nameWidth(w)-gap)
		} else {
			m.wrap(reason, at, english.Number(group)+" left out: "+m.out(at).Why, w-2)
			for i := at; i < at+group; i++ {
				m.rows = append(m.rows, row{what: sharing, i: i})
			}
		}
		at += group
	}
}

// out is what is left out, by its place in the list.
func (m *Model) out(i int) *cleanup.LeftOut { return &m.plan.LeftOut[m.outOrder[i]] }

// effect adds the rows of a consequence; its grade has a column of its own where there is room for one.
func (m *Model) effect(i, w int) {
	c := &m.plan.Consequences[i]
	if w < narrow {
		text := c.Text
		if grade := word(c.Grade); grade != "" {
			text = grade + ": " + text
		}
		m.wrap(effect, i, text, w-2)
		return
	}
	m.wrap(effect, i, c.Text, w-2-len("danger")-gap)
}

// word of a grade; what is harmless needs none.
func word(g inventory.Grade) string {
	if g == inventory.None {
		return ""
	}
	return g.String()
}

func (m *Model) wrap(what part, i int, text string, w int) {
	for n, line := range theme.Wrap(text, max(w, 1)) {
		m.rows = append(m.rows, row{what, i, line, n == 0})
	}
}

// nameWidth is what the names get of w columns: all they want while the other columns have what they want, else no
// more than a quarter, in a narrow dialog a third.
func (m *Model) nameWidth(w int) int {
	w -= 2
	free := w - gap - m.undos - m.flag()
	for _, want := range []int{m.parents, m.notes} {
		if want > 0 {
			free -= gap + want
		}
	}
	if slices.Contains(m.groups, 1) {
		free = min(free, w/2)
	}
	return min(m.names, max(free, w/4, min(w/3, 16)))
}

func (m *Model) row(r row, w int) string {
	t := m.env.Theme
	switch r.what {
	case effect:
		grade := m.plan.Consequences[r.i].Grade
		role, text, sign := theme.Warn, theme.Text, t.Left+" "
		switch grade {
		case inventory.Danger:
			role = theme.Bad
		case inventory.None:
			role, text, sign = theme.Muted, theme.Muted, t.Dot+" "
		}
		lead := 2
		if w >= narrow {
			lead += len("danger") + gap
			sign += word(grade)
		}
		if !r.first {
			sign = ""
		}
		return t.Paint(role, theme.Fit(sign, lead)) + t.Paint(text, theme.Fit(r.text, w-lead))
	case doomed:
		if !r.first {
			return "    " + t.Paint(theme.Muted, theme.Fit(r.text, w-4))
		}
		return m.item(r, w)
	case spared:
		lead := 2 + m.nameWidth(w) + gap
		why := t.Paint(theme.Muted, theme.Fit(r.text, w-lead))
		if !r.first {
			return theme.Fit("", lead) + why
		}
		name := theme.FitTail(m.out(r.i).Label, m.outTags[m.outOrder[r.i]], lead-2-gap) + theme.Fit("", gap)
		return t.Paint(theme.Warn, t.Skip) + " " + name + why
	case reason:
		lead := theme.Fit("", 2)
		if r.first {
			lead = t.Paint(theme.Warn, t.Skip) + " "
		}
		return lead + t.Paint(theme.Muted, theme.Fit(r.text, w-2))
	case sharing:
		return theme.Fit("", 4) + theme.FitTail(m.out(r.i).Label, m.outTags[m.outOrder[r.i]], w-4)
	}
	return ""
}

// hiddenWord stands on the items that the filter hides.
const hiddenWord = "hidden"

// flag is the width of its column with the gap after it.
func (m *Model) flag() int {
	if m.hidden == 0 {
		return 0
	}
	return len(hiddenWord) + gap
}

// item is a line of what will be deleted: name, where it is, what goes with it, the way back.
func (m *Model) item(r row, w int) string {
	t, i := m.env.Theme, m.order[r.i]
	it := &m.plan.Items[i]
	undo, role := undoWord(it.Undo)
	flag, fw := "", m.flag()
	if r.i < m.hidden {
		flag = hiddenWord
	}
	if w < 36 {
		return t.Paint(theme.Mark, t.Mark) + " " + t.Paint(theme.Warn, theme.Fit(flag, fw)) + theme.FitTail(it.Resource.Label(), m.tags[i], w-2-fw)
	}
	nw, pw, tw := m.widths(w)
	s := t.Paint(theme.Mark, t.Mark) + " " + theme.FitTail(it.Resource.Label(), m.tags[i], nw) + theme.Fit("", gap) +
		t.Paint(theme.Warn, theme.Fit(flag, fw))
	if pw > 0 {
		s += t.Paint(theme.Muted, theme.Fit(m.in[it.Resource.Ref.Parent], pw-gap)) + theme.Fit("", gap)
	}
	if tw > gap {
		s += t.Paint(theme.Muted, theme.Fit(r.text, tw-gap)) + theme.Fit("", gap)
	} else {
		s += theme.Fit("", tw)
	}
	return s + t.Paint(role, theme.FitRight(undo, m.undos))
}

// widths are the columns of the name, the parent and the note of an item, those of the last two with the gap after them.
func (m *Model) widths(w int) (nw, pw, tw int) {
	nw = m.nameWidth(w)
	free := w - 2 - nw - gap - m.flag() - m.undos - gap
	if m.notes > 0 {
		free -= m.notes + gap
	}
	if pw = min(m.parents, max((w-2)/4, free)); pw > 0 {
		pw += gap
	}
	if tw = w - 2 - nw - gap - m.flag() - pw - m.undos; tw < 0 { // a narrow dialog: the name and the way back
		nw, pw, tw = max(w-2-gap-m.flag()-m.undos, 1), 0, 0
	}
	return nw, pw, tw
}

// noteWidth is the room for a note beside its item; what is longer stands below it.
func (m *Model) noteWidth(w int) int {
	if w < 36 {
		return 0
	}
	_, _, tw := m.widths(w)
	return max(tw-gap, 0)
}

// note says what goes before an item and along with it and, where the way back is lost in part or whole, why, unless a
// consequence has said so already.
func (m *Model) note(i int) string {
	it := &m.plan.Items[i]
	var parts []string
	switch d := it.Detaches; len(d) {
	case 0:
	case 1:
		parts = append(parts, d[0].String()+" goes first")
	case 2:
		parts = append(parts, d[0].String()+" and "+d[1].String()+" go first")
	default:
		parts = append(parts, fmt.Sprintf("%s and %d more go first", d[0], len(d)-1))
	}
	if it.Takes != "" {
		goes := " go "
		if strings.HasPrefix(it.Takes, "1 ") && !strings.Contains(it.Takes, ", ") {
			goes = " goes "
		}
		when := "along"
		if it.Demands && len(it.Holds) > 0 {
			when = "first"
		}
		parts = append(parts, it.Takes+goes+when)
	}
	if it.Undo == inventory.Lossy || it.Undo == inventory.Impossible && !m.told[it.Resource.Ref] {
		parts = append(parts, it.UndoWhy)
	}
	return strings.Join(parts, "; ")
}

// undoWord is the way back, see janitor undo.
func undoWord(u inventory.Undo) (string, theme.Role) {
	if u == inventory.Exact || u == inventory.NewID {
		return "undo: " + u.String(), theme.Muted
	}
	return "undo: " + u.String(), theme.Warn
}

func (m *Model) count(n int) string { return english.Count(n, m.one, m.many) }
