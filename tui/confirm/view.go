package confirm

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Columns of the terminal.
const (
	widest    = 100 // the dialog grows no wider
	narrowest = 28  // below, the plan cannot be read and so not be confirmed
	lowest    = 8   // lines, likewise
	gap       = 2   // between two columns
	undoWidth = len("undo: new id")
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
		b.WriteString(m.env.Theme.Paint(theme.Muted, theme.Fit(ansi.Cut(line, 0, x), x)))
		b.WriteString(box[i-y])
		b.WriteString(m.env.Theme.Paint(theme.Muted, theme.Fit(ansi.Cut(line, x+bw, w), w-x-bw)))
	}
	return b.String()
}

// dialog draws the box, at most w columns and h lines.
func (m *Model) dialog(w, h int) string {
	t := m.env.Theme
	bw := min(w-2, widest)
	if w < 60 {
		bw = w
	}
	if m.cramped = bw < narrowest || h < lowest; m.cramped {
		return m.small(w, h)
	}
	tw := bw - 4
	airy := h >= 16

	head := m.head(tw)
	foot := m.foot(tw)
	m.lay(tw)
	rest := h - 2 - len(head) - len(foot)
	if airy {
		rest -= 3 // two lines of the screen below stay in sight, a blank one sets the list off
	}
	if m.cramped = rest < 1; m.cramped {
		return m.small(w, h)
	}
	m.page = min(len(m.rows), rest)
	m.scroll(0)

	var body []string
	body = append(body, head...)
	if airy {
		body = append(body, "")
	}
	for i := m.top; i < m.top+m.page; i++ {
		body = append(body, m.row(m.rows[i], tw))
	}
	body = append(body, foot...)

	title := t.Paint(theme.Title, "Delete "+m.count(len(m.plan.Items)+len(m.plan.LeftOut)))
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
	lines := []string{"Too small to confirm", m.env.Keys.Label(keys.No) + " cancels", "Delete " + m.count(len(m.plan.Items))}
	for i := range lines {
		lines[i] = theme.Fit(lines[i], w)
	}
	return strings.Join(lines[:min(h, len(lines))], "\n")
}

// head counts what will happen.
func (m *Model) head(w int) []string {
	n, out := len(m.plan.Items), len(m.plan.LeftOut)
	var s string
	switch {
	case n == 0 && out == 1:
		s = "Nothing can be deleted: it is left out."
	case n == 0:
		s = fmt.Sprintf("Nothing can be deleted: all %d are left out.", out)
	case out == 0:
		s = m.count(n) + " will be deleted."
	case out == 1:
		s = fmt.Sprintf("%d will be deleted, 1 is left out.", n)
	default:
		s = fmt.Sprintf("%d will be deleted, %d are left out.", n, out)
	}
	lines := m.paint(theme.Strong, s, w)
	switch {
	case m.hidden == 1:
		s = "1 of them is hidden by the filter."
	case m.hidden > 1:
		s = fmt.Sprintf("%d of them are hidden by the filter.", m.hidden)
	default:
		return lines
	}
	if both := theme.Width(ansi.Strip(lines[0])) + 1 + len(s); len(lines) == 1 && both <= w {
		return []string{lines[0] + " " + m.env.Theme.Paint(theme.Warn, s)}
	}
	return append(lines, m.paint(theme.Warn, s, w)...)
}

// foot is the field, the buttons and the keys, with why a key did nothing above them.
func (m *Model) foot(w int) []string {
	t := m.env.Theme
	prompt, buttons := m.prompt(), m.buttons()
	lines := []string{t.Paint(theme.Warn, theme.Fit(m.say, w))}
	if theme.WidthPainted(prompt)+1+theme.WidthPainted(buttons) <= w {
		lines = append(lines, theme.Spread(prompt, buttons, w))
	} else {
		lines = append(lines, theme.FitPainted(prompt, w), theme.Spread("", buttons, w))
	}
	where := ""
	if m.page < len(m.rows) && m.page > 0 {
		where = fmt.Sprintf("%d–%d of %d", m.top+1, m.top+m.page, len(m.rows))
	}
	return append(lines, theme.Spread(m.hints(), t.Paint(theme.Muted, where), w))
}

func (m *Model) prompt() string {
	t := m.env.Theme
	if m.want == "" {
		return ""
	}
	s := t.Paint(theme.Text, "Type ") + t.Paint(theme.Strong, m.want) + t.Paint(theme.Text, " to delete: ") +
		t.Paint(theme.Strong, m.typed)
	if m.matches() {
		return s + " " + t.Paint(theme.Good, t.OK)
	}
	return s + t.Paint(theme.Accent, "▏")
}

// buttons always take the same columns, whatever has the focus.
func (m *Model) buttons() string {
	if m.empty() {
		return m.button("Close", true, false, true)
	}
	return m.button("Cancel", m.focus == cancel, false, true) + " " +
		m.button("Delete "+m.count(len(m.plan.Items)), m.focus == proceed, true, m.matches())
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

func (m *Model) hints() string {
	t, k := m.env.Theme, m.env.Keys
	if m.empty() {
		return t.Hint(k.Label(keys.Confirm), "close")
	}
	hints := []string{t.Hint(k.Label(keys.No), "cancel"), t.Hint(k.Label(keys.NextFocus), "other button")}
	if m.want == "" {
		hints = append(hints, t.Hint(k.Label(keys.Yes), "delete"))
	}
	if m.page < len(m.rows) {
		hints = append(hints, t.Hint("↑↓", "scroll"))
	}
	return strings.Join(hints, t.Paint(theme.Muted, " "+t.Dot+" "))
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
	for i := range m.plan.Items {
		r := &m.plan.Items[i].Resource
		m.names = max(m.names, theme.Width(r.Label()))
		m.parents = max(m.parents, theme.Width(r.In))
		m.notes = max(m.notes, theme.Width(note(&m.plan.Items[i])))
	}
	for i := range m.plan.LeftOut {
		m.names = max(m.names, theme.Width(m.plan.LeftOut[i].Label))
	}
}

// lay breaks the plan into rows for w columns.
func (m *Model) lay(w int) {
	if m.rowsFor == w {
		return
	}
	m.rowsFor, m.rows = w, m.rows[:0]
	for _, grade := range []inventory.Grade{inventory.Danger, inventory.Care} {
		for i, c := range m.plan.Consequences {
			if c.Grade == grade {
				m.wrap(effect, i, c.Text, w-2-len("danger")-gap)
			}
		}
	}
	if len(m.rows) > 0 {
		m.rows = append(m.rows, row{what: blank})
	}
	for i := range m.plan.Items {
		m.rows = append(m.rows, row{what: doomed, i: i})
	}
	if len(m.plan.Items) > 0 && len(m.plan.LeftOut) > 0 {
		m.rows = append(m.rows, row{what: blank})
	}
	for i, l := range m.plan.LeftOut {
		m.wrap(spared, i, "left out: "+l.Why, w-2-m.nameWidth(w)-gap)
	}
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
		c := m.plan.Consequences[r.i]
		word, role := "care", theme.Warn
		if c.Grade == inventory.Danger {
			word, role = "danger", theme.Bad
		}
		lead := 2 + len("danger") + gap
		if !r.first {
			return theme.Fit("", lead) + theme.Fit(r.text, w-lead)
		}
		return t.Paint(role, t.Left+" "+theme.Fit(word, lead-2)) + theme.Fit(r.text, w-lead)
	case doomed:
		return m.item(r.i, w)
	case spared:
		lead := 2 + m.nameWidth(w) + gap
		why := t.Paint(theme.Muted, theme.Fit(r.text, w-lead))
		if !r.first {
			return theme.Fit("", lead) + why
		}
		name := theme.Fit(m.plan.LeftOut[r.i].Label, lead-2-gap) + theme.Fit("", gap)
		return t.Paint(theme.Warn, t.Skip) + " " + name + why
	}
	return ""
}

// item is a line of what will be deleted: name, where it is, what goes with it, the way back.
func (m *Model) item(i, w int) string {
	t := m.env.Theme
	it := &m.plan.Items[i]
	undo, role := undoWord(it.Undo)
	nw := m.nameWidth(w)
	pw := min(m.parents, (w-2)/4)
	if pw > 0 {
		pw += gap
	}
	tw := w - 2 - nw - gap - pw - undoWidth
	if tw < 0 { // a narrow dialog: the name and the way back
		nw, pw, tw = max(w-2-gap-undoWidth, 1), 0, 0
	}
	s := t.Paint(theme.Mark, t.Mark) + " " + theme.Fit(it.Resource.Label(), nw) + theme.Fit("", gap)
	if pw > 0 {
		s += t.Paint(theme.Muted, theme.Fit(it.Resource.In, pw-gap)) + theme.Fit("", gap)
	}
	if tw > gap {
		s += t.Paint(theme.Muted, theme.Fit(note(it), tw-gap)) + theme.Fit("", gap)
	} else {
		s += theme.Fit("", tw)
	}
	return s + t.Paint(role, theme.FitRight(undo, undoWidth))
}

// note says what goes along with an item and, where the way back is lost in part or whole, why.
func note(it *cleanup.Item) string {
	with, why := "", ""
	if it.Takes != "" {
		with = "with " + it.Takes
	}
	if it.Undo >= inventory.Lossy {
		why = it.UndoWhy
	}
	if with != "" && why != "" {
		return with + "; " + why
	}
	return with + why
}

func undoWord(u inventory.Undo) (string, theme.Role) {
	switch u {
	case inventory.Exact, inventory.NewID:
		return "undo: " + u.String(), theme.Muted
	case inventory.Lossy:
		return "undo: " + u.String(), theme.Warn
	default:
		return "no undo", theme.Warn
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
	return strconv.Itoa(n) + " " + m.many
}
