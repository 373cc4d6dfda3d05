package browse

import (
	"strings"

	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// status is the choice of verdicts, the filter, what both leave, and how much is marked.
func (m *Model) status(w int) string {
	th, t := m.env.Theme, m.tab()
	right := m.counts()
	room := m.lineWidth(w, right)
	left := " "
	if s := t.limits.show; s != showAll {
		left += th.Badge(theme.Info, s.String()) + " "
	}
	switch {
	case m.input.on:
		left += th.Paint(theme.Key, "/") + m.input.Draw(th, room)
	case t.filter != "":
		left += th.Paint(theme.Key, "/") + th.Paint(theme.Strong, theme.Fit(t.filter, min(theme.Width(t.filter), room)))
	case t.table.Ranging():
		left += th.Paint(theme.Mark, "range: move, then "+m.env.Keys.Label(keys.Range))
	}
	return theme.Spread(left, right+" ", w)
}

// lineFrom is the column where the filter begins.
func (m *Model) lineFrom() int {
	if s := m.tab().limits.show; s != showAll {
		return 2 + len("[] ") + len(s.String())
	}
	return 2
}

// lineWidth is the room for the filter: what the counts leave of the line, but never next to nothing.
func (m *Model) lineWidth(w int, counts string) int {
	return max(w-m.lineFrom()-theme.WidthPainted(counts)-3, 12)
}

// counts: "187 of 412 · 3 not known · 12 marked (3 hidden)".
func (m *Model) counts() string {
	th, t := m.env.Theme, m.tab()
	var parts []string
	shown, total := t.table.Shown(), t.table.Total()
	if by := t.table.Unseen(); by != "" && shown > 0 {
		parts = append(parts, th.Paint(theme.Muted, "sorted by "+by))
	}
	switch {
	case t.limited():
		n := english.Number(shown)
		if t.narrowing() {
			n += th.Ellipsis
		}
		parts = append(parts, th.Paint(theme.Muted, n+" of "+english.Number(total)))
	case total > 0:
		parts = append(parts, th.Paint(theme.Muted, english.Number(min(t.table.Cursor()+1, total))+"/"+english.Number(total)))
	}
	if t.content != nil && t.content.undecided > 0 {
		parts = append(parts, th.Paint(theme.Warn, english.Number(t.content.undecided)+" not known"))
	}
	if n := t.table.Marked(); n > 0 {
		marked := th.Paint(theme.Mark, english.Number(n)+" marked")
		if hidden := t.table.Hidden(); hidden > 0 {
			marked += th.Paint(theme.Warn, " ("+english.Number(hidden)+" hidden)")
		}
		parts = append(parts, marked)
	}
	return strings.Join(parts, th.Paint(theme.Muted, " "+th.Dot+" "))
}

// undone is what the key that goes back will do, after the key's name.
func (t *tab) undone() string {
	if t.filter != "" {
		return " clears the filter"
	}
	return " shows all"
}

// nothing says that the limits leave no row.
func (t *tab) nothing() string {
	switch s := t.limits.show; {
	case s == showAll:
		return "Nothing matches “" + t.filter + "”"
	case t.filter == "":
		return "Nothing is " + s.String()
	default:
		return "Nothing that is " + s.String() + " matches “" + t.filter + "”"
	}
}
