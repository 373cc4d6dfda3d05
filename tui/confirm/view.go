package confirm

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Columns and lines of the terminal.
const (
	widest    = 120 // the dialog grows no wider
	narrowest = 28  // below, the plan cannot be read and so not be confirmed
	lowest    = 8   // lines, likewise
	airy      = 16  // lines from which there are blank ones
	narrow    = 56  // columns of text below which words give way
	gap       = 2   // between two columns
	undoWidth = len("by hand: new id")
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
	bw := theme.WidthPainted(box[0])
	x, y := (w-bw)/2, (h-len(box))/2
	back := strings.Split(below, "\n")

	var b strings.Builder
	for i := range h {
		if i > 0 {
			b.WriteByte('\n')
		}
		line := ""
		if i < len(back) {
			line = ansi.Strip(back[i])
		}
		if i < y || i >= y+len(box) {
			b.WriteString(m.env.Theme.Paint(theme.Muted, theme.Fit(line, w)))
			continue
		}
		b.WriteString(theme.Fit("", x) + box[i-y] + theme.Fit("", w-x-bw))
	}
	return b.String()
}

// dialog draws the box, at most w columns and h lines.
func (m *Model) dialog(w, h int) string {
	t := m.env.Theme
	bw := min(w, widest)
	if m.cramped = bw < narrowest || h < lowest; m.cramped {
		return m.small(w, h)
	}
	tw, tight := bw-4, h < airy
	head, controls := m.head(tw, tight), m.controls(tw)
	room := h - 2 - len(head) - len(controls) - 1 // a line of keys below the buttons
	if !tight {
		head = append(head, "")
		room -= 4 // two lines of the screen below stay in sight, blank ones or a notice set the list off
	}
	if m.cramped = room < 1; m.cramped {
		return m.small(w, h)
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

	title := t.Paint(theme.Title, m.title())
	if m.scope != "" {
		title += t.Paint(theme.Border, " ─ ") + t.Paint(theme.Muted, m.scope)
	}
	if m.plan.Grade == inventory.Danger {
		return t.DangerBox(title, strings.Join(body, "\n"), bw)
	}
	return t.Box(title, strings.Join(body, "\n"), bw)
}

// small is all that a terminal shows that is too small for the list: a way out.
func (m *Model) small(w, h int) string {
	lines := []string{"Too small to confirm", m.env.Keys.Label(keys.No) + " cancels", m.title()}
	for i := range lines {
		lines[i] = theme.Fit(lines[i], w)
	}
	return strings.Join(lines[:min(h, len(lines))], "\n")
}

func (m *Model) title() string {
	n, out := len(m.plan.Items), len(m.plan.LeftOut)
	switch {
	case n == 0:
		return "Nothing to delete"
	case out == 0:
		return "Delete " + m.count(n)
	default:
		return "Delete " + theme.Number(n) + " of " + theme.Number(n+out) + " marked " + m.many
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
		s = fmt.Sprintf("None of %s marked %s can be deleted.", theme.Number(out), m.many)
	case tight:
	case out == 0:
		s = m.count(n) + " will be deleted."
	case out == 1:
		s = theme.Number(n) + " will be deleted, 1 is left out."
	default:
		s = theme.Number(n) + " will be deleted, " + theme.Number(out) + " are left out."
	}
	var lines []string
	if s != "" {
		lines = m.paint(theme.Strong, s, w)
	}
	switch {
	case m.hidden == 1:
		s = "1 of them is hidden by the filter."
	case m.hidden > 1:
		s = theme.Number(m.hidden) + " of them are hidden by the filter."
	default:
		return lines
	}
	if len(lines) == 1 && theme.WidthPainted(lines[0])+1+len(s) <= w {
		return []string{lines[0] + " " + m.env.Theme.Paint(theme.Warn, s)}
	}
	return append(lines, m.paint(theme.Warn, s, w)...)
}

// controls are the field and the buttons, in shorter words where they would not fit side by side. How many lines they
// take does not depend on what is typed.
func (m *Model) controls(w int) []string {
	brief := "Delete"
	whole := brief + " " + m.count(len(m.plan.Items))
	for _, words := range []struct{ ask, button string }{{" to delete", whole}, {" to delete", brief}, {"", brief}} {
		prompt, buttons := m.prompt(words.ask), m.buttons(words.button)
		still := max(len(m.want)-len(m.typed), 0) // columns that typing will take
		if theme.WidthPainted(prompt)+still+1+theme.WidthPainted(buttons) <= w {
			return []string{theme.Spread(prompt, buttons, w)}
		}
	}
	button := whole
	if theme.WidthPainted(m.buttons(whole)) > w {
		button = brief
	}
	return []string{theme.FitPainted(m.prompt(" to delete"), w), theme.Spread("", m.buttons(button), w)}
}

func (m *Model) prompt(ask string) string {
	t := m.env.Theme
	if m.want == "" || m.empty() {
		return ""
	}
	s := t.Paint(theme.Text, "Type ") + t.Paint(theme.Strong, m.want) + t.Paint(theme.Text, ask+": ") +
		t.Paint(theme.Strong, m.typed)
	switch {
	case m.matches() && ask == "":
		return s + " "
	case m.matches():
		return s + " " + t.Paint(theme.Good, t.OK)
	case ask == "":
		return s + t.Paint(theme.Accent, "▏")
	default:
		return s + t.Paint(theme.Accent, "▏") + " "
	}
}

// buttons always take the same columns, whatever has the focus.
func (m *Model) buttons(proceeds string) string {
	if m.empty() {
		return m.button("Close", true, false, true)
	}
	return m.button("Cancel", m.focus == cancel, false, true) + " " +
		m.button(proceeds, m.focus == proceed, true, m.matches())
}

func (m *Model) button(s string, focus, danger, able bool) string {
	t := m.env.Theme
	switch {
	case focus && m.waiting():
		return t.Paint(theme.Muted, t.Pointer+"[ "+s+" ]")
	case focus:
		return t.Paint(theme.Strong, t.Pointer) + t.ButtonText(s, true, danger)
	case !able || m.waiting():
		return t.Paint(theme.Muted, "   "+s+"  ")
	default:
		return " " + t.ButtonText(s, false, danger)
	}
}

// hints are the keys, as many as fit beside what is in sight.
func (m *Model) hints(w int) string {
	t, k := m.env.Theme, m.env.Keys
	where := t.Paint(theme.Muted, m.where())
	if m.below > 0 && m.top+m.page < len(m.rows) {
		effects := theme.Number(m.below) + " effects below"
		if m.below == 1 {
			effects = "1 effect below"
		}
		where = t.Paint(theme.Warn, effects) + t.Paint(theme.Muted, " "+t.Dot+" ") + where
	}
	all := []string{t.Hint(k.Label(keys.No), "cancel")}
	switch {
	case m.empty():
		all = []string{t.Hint(k.Label(keys.Confirm), "close")}
	case m.want == "":
		all = append(all, t.Hint(k.Label(keys.Yes), "delete"))
	}
	if m.page < len(m.rows) {
		all = append(all, t.Hint("↑↓", "scroll"))
	}
	if !m.empty() {
		all = append(all, t.Hint(k.Label(keys.NextFocus), "other button"))
	}
	line := all[0]
	for _, hint := range all[1:] {
		longer := line + t.Paint(theme.Muted, " "+t.Dot+" ") + hint
		if theme.WidthPainted(longer)+1+theme.WidthPainted(where) > w {
			break
		}
		line = longer
	}
	return theme.Spread(line, where, w)
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
		case spared:
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
		return "of " + theme.Number(total)
	}
	return theme.Number(first) + "–" + theme.Number(last) + " of " + theme.Number(total)
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
	spared
	blank
)

// measure finds the widths that the names ask for; it looks at every item once.
func (m *Model) measure() {
	m.tags, m.outTags = m.plan.Tags()
	m.told = map[inventory.Ref]bool{}
	for _, c := range m.plan.Consequences {
		for _, ref := range c.Of {
			m.told[ref] = true
		}
	}
	for i := range m.plan.Items {
		r := &m.plan.Items[i].Resource
		m.names = max(m.names, tagged(r.Label(), m.tags[i]))
		m.parents = max(m.parents, theme.Width(r.In))
		m.notes = max(m.notes, theme.Width(m.note(i)))
	}
	for i := range m.plan.LeftOut {
		m.names = max(m.names, tagged(m.plan.LeftOut[i].Label, m.outTags[i]))
	}
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
	for _, grade := range []inventory.Grade{inventory.Danger, inventory.Care} {
		for i, c := range m.plan.Consequences {
			if c.Grade != grade {
				continue
			}
			before := len(m.rows)
			m.effect(i, w)
			if len(m.rows) > most && (before > 0 || grade == inventory.Care) {
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
	for i := range m.plan.Items {
		m.rows = append(m.rows, row{what: doomed, i: i})
	}
	if len(m.plan.LeftOut) > 0 {
		apart()
	}
	for i, l := range m.plan.LeftOut {
		m.wrap(spared, i, "left out: "+l.Why, w-2-m.nameWidth(w)-gap)
	}
	if len(below) > 0 {
		apart()
	}
	for _, i := range below {
		m.effect(i, w)
	}
}

// effect adds the rows of a consequence; its grade has a column of its own where there is room for one.
func (m *Model) effect(i, w int) {
	c := &m.plan.Consequences[i]
	if w < narrow {
		m.wrap(effect, i, word(c.Grade)+": "+c.Text, w-2)
		return
	}
	m.wrap(effect, i, c.Text, w-2-len("danger")-gap)
}

func word(g inventory.Grade) string {
	if g == inventory.Danger {
		return "danger"
	}
	return "care"
}

func (m *Model) wrap(what part, i int, text string, w int) {
	for n, line := range theme.Wrap(text, max(w, 1)) {
		m.rows = append(m.rows, row{what, i, line, n == 0})
	}
}

// nameWidth is what the names get of w columns: all they want while the other columns have what they want, else no
// more than a third.
func (m *Model) nameWidth(w int) int {
	w -= 2
	free := w - gap - undoWidth
	for _, want := range []int{m.parents, m.notes} {
		if want > 0 {
			free -= gap + want
		}
	}
	if len(m.plan.LeftOut) > 0 {
		free = min(free, w/2)
	}
	return min(m.names, max(free, w/3))
}

func (m *Model) row(r row, w int) string {
	t := m.env.Theme
	switch r.what {
	case effect:
		role := theme.Warn
		if m.plan.Consequences[r.i].Grade == inventory.Danger {
			role = theme.Bad
		}
		lead, sign := 2, t.Left+" "
		if w >= narrow {
			lead += len("danger") + gap
			sign += word(m.plan.Consequences[r.i].Grade)
		}
		if !r.first {
			sign = ""
		}
		return t.Paint(role, theme.Fit(sign, lead)) + theme.Fit(r.text, w-lead)
	case doomed:
		return m.item(r.i, w)
	case spared:
		lead := 2 + m.nameWidth(w) + gap
		why := t.Paint(theme.Muted, theme.Fit(r.text, w-lead))
		if !r.first {
			return theme.Fit("", lead) + why
		}
		name := theme.FitTail(m.plan.LeftOut[r.i].Label, m.outTags[r.i], lead-2-gap) + theme.Fit("", gap)
		return t.Paint(theme.Warn, t.Skip) + " " + name + why
	}
	return ""
}

// item is a line of what will be deleted: name, where it is, what goes with it, the way back.
func (m *Model) item(i, w int) string {
	t := m.env.Theme
	it := &m.plan.Items[i]
	undo, role := undoWord(it.Undo)
	if w < 36 {
		return t.Paint(theme.Mark, t.Mark) + " " + theme.FitTail(it.Resource.Label(), m.tags[i], w-2)
	}
	nw := m.nameWidth(w)
	free := w - 2 - nw - gap - undoWidth - gap
	if m.notes > 0 {
		free -= m.notes + gap
	}
	pw := min(m.parents, max((w-2)/4, free))
	if pw > 0 {
		pw += gap
	}
	tw := w - 2 - nw - gap - pw - undoWidth
	if tw < 0 { // a narrow dialog: the name and the way back
		nw, pw, tw = max(w-2-gap-undoWidth, 1), 0, 0
	}
	s := t.Paint(theme.Mark, t.Mark) + " " + theme.FitTail(it.Resource.Label(), m.tags[i], nw) + theme.Fit("", gap)
	if pw > 0 {
		s += t.Paint(theme.Muted, theme.Fit(it.Resource.In, pw-gap)) + theme.Fit("", gap)
	}
	if tw > gap {
		s += t.Paint(theme.Muted, theme.Fit(m.note(i), tw-gap)) + theme.Fit("", gap)
	} else {
		s += theme.Fit("", tw)
	}
	return s + t.Paint(role, theme.FitRight(undo, undoWidth))
}

// note says what goes along with an item and, where the way back is lost in part or whole, why, unless a consequence
// has said so already.
func (m *Model) note(i int) string {
	it := &m.plan.Items[i]
	with, why := "", ""
	if it.Takes != "" {
		with = "with " + it.Takes
	}
	if it.Undo == inventory.Lossy || it.Undo == inventory.Impossible && !m.told[it.Resource.Ref] {
		why = it.UndoWhy
	}
	if with != "" && why != "" {
		return with + "; " + why
	}
	return with + why
}

// undoWord is the way back: nothing but hands takes it yet.
func undoWord(u inventory.Undo) (string, theme.Role) {
	switch u {
	case inventory.Exact, inventory.NewID:
		return "by hand: " + u.String(), theme.Muted
	case inventory.Lossy:
		return "by hand: " + u.String(), theme.Warn
	default:
		return "no way back", theme.Warn
	}
}

// paint wraps s to w columns.
func (m *Model) paint(r theme.Role, s string, w int) []string {
	lines := theme.Wrap(s, w)
	for i := range lines {
		lines[i] = m.env.Theme.Paint(r, lines[i])
	}
	return lines
}

func (m *Model) count(n int) string {
	if n == 1 {
		return "1 " + m.one
	}
	return theme.Number(n) + " " + m.many
}
