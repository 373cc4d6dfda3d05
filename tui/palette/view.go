package palette

import (
	"strings"

	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Columns and lines of the terminal.
const (
	widest   = 90 // the list grows no wider
	most     = 16 // entries shown at once
	mostLead = 24 // the names of entries that say more about themselves
	mostLack = 4  // lines on what is not among the entries, where none is found
	mostWhy  = 3  // lines on why the entry at hand is not possible
	around   = 4  // lines of the box that are no entries: its edges, the line, what it has to say
)

// lead is the width that puts what is said about entries below each other.
func lead(entries []Entry) int {
	w := 0
	for _, e := range entries {
		if e.About != "" || e.Why != "" && e.Key == "" { // actions with a key have long names
			w = max(w, theme.Width(e.Name))
		}
	}
	return min(w, mostLead)
}

// Over draws the list over another screen, which it dims: h lines of w columns.
func (m *Model) Over(below string, w, h int) string {
	if w <= 0 || h <= 0 {
		return strings.Repeat("\n", max(h-1, 0))
	}
	bw := min(w, widest)
	box := strings.Split(m.box(bw, h), "\n")
	return m.env.Theme.Over(below, box, (w-bw)/2, min(1, max(h-len(box), 0)), w, h)
}

func (m *Model) box(w, h int) string {
	t := m.env.Theme
	tw := w - 4
	// The room is that of all entries, so that the box does not jump while one types, but none where there is none.
	room := h - around - 1
	if m.missing != "" {
		room--
	}
	m.page = max(min(len(m.entries), most, room), 0)
	if len(m.found) == 0 && m.line.String() != "" {
		m.page = min(m.page, 1)
	}
	lines := 1 + m.page
	foot := m.whyNot(tw)
	m.page = max(m.page-max(len(foot)-1, 0), min(m.page, 1))
	if m.cursor < m.top {
		m.top = m.cursor
	}
	m.top = max(min(m.top, len(m.found)-m.page), m.cursor-m.page+1, 0)

	body := []string{t.Paint(theme.Key, ":") + m.line.Draw(t, max(tw-1, 1))}
	for _, i := range m.found[min(m.top, len(m.found)):min(m.top+m.page, len(m.found))] {
		body = append(body, m.row(m.entries[i], i == m.found[m.cursor], tw))
	}
	switch {
	case m.missing != "":
		most := 1
		if len(m.found) == 0 { // what was typed may be what is missing
			most = max(min(h-around-1, mostLack), 1)
		}
		for _, part := range theme.WrapTo(m.missing, tw-2, most) {
			body = append(body, t.Paint(theme.Warn, theme.Fit("  "+part, tw)))
		}
		lines++
	case len(m.found) == 0:
		body = append(body, t.Paint(theme.Warn, theme.Fit("  Nothing is called that", tw)))
	}
	if len(foot) == 0 {
		foot = []string{m.foot()}
	}
	for len(body)+len(foot) <= lines {
		body = append(body, "")
	}
	body = append(body, foot...)
	if len(body) > h-2 {
		body = body[:max(h-2, 0)]
	}
	return t.Box(t.Paint(theme.Title, "Go"), strings.Join(body, "\n"), w)
}

// whyNot is why the entry is not possible, in lines of w columns: its own line may have no room for it.
func (m *Model) whyNot(w int) []string {
	why := m.say
	if why == "" && len(m.found) > 0 {
		why = m.entries[m.found[m.cursor]].Why
	}
	if why == "" {
		return nil
	}
	lines := theme.WrapTo(why, w, mostWhy)
	for i, line := range lines {
		lines[i] = m.env.Theme.Paint(theme.Warn, line)
	}
	return lines
}

// foot is how to go on.
func (m *Model) foot() string {
	t := m.env.Theme
	hint := func(a keys.Action) string {
		for _, b := range m.env.Keys.Own(keys.Choosing) {
			if b.Action == a {
				return t.Hint(b.Label(), b.Short)
			}
		}
		return ""
	}
	if len(m.found) == 0 {
		return hint(keys.Back)
	}
	dot := t.Paint(theme.Muted, " "+t.Dot+" ")
	s := hint(keys.Confirm) + dot + hint(keys.Back)
	if more := len(m.found) - m.top - m.page; more > 0 {
		s += dot + t.Paint(theme.Muted, t.Descending+" "+english.Number(more)+" more")
	}
	return s
}

// row is an entry in w columns: its name, what it says of itself, and its key at the end.
func (m *Model) row(e Entry, cursor bool, w int) string {
	t := m.env.Theme
	paint := t.Paint
	bar := " "
	if cursor {
		paint, bar = t.PaintRow, t.Bar
	}
	name, about := theme.Text, e.About
	switch {
	case e.Why != "":
		name, about = theme.Muted, t.Left+" "+e.Why
	case e.Danger:
		name = theme.Bad
	}
	kw := theme.Width(e.Key)
	room := max(w-2-kw-1, 0) // the bar and a blank before, a blank after
	nw := room
	if about != "" {
		nw = min(max(theme.Width(e.Name), min(m.lead, room*2/5)), room)
	}
	if e.Why != "" && e.Key != "" { // why not says more than the end of a long name
		nw = min(max(m.lead, w*2/5), room)
	}
	s := paint(theme.Accent, bar) + paint(theme.Text, " ") + paint(name, theme.Fit(e.Name, nw))
	if rest := room - nw; rest > 0 {
		s += paint(theme.Muted, theme.Fit("  "+about, rest))
	}
	return s + paint(theme.Text, " ") + paint(theme.Key, theme.Fit(e.Key, kw))
}
