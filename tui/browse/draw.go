package browse

import (
	"strings"

	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/theme"
)

// pane is the detail beside the table, kept until the row or the room changes.
type pane struct {
	of    inventory.Ref
	from  *inventory.Snapshot
	look  theme.Look
	w     int
	lines []string
}

// beside puts the detail of the current row to the right of the table, which is tw columns wide.
func (p *pane) beside(m *Model, left string, tw, w, h int) string {
	th, t := m.env.Theme, m.tab()
	pw := w - tw - 1
	if r, ok := m.current(); !ok {
		*p = pane{}
	} else if p.of != r.Ref || p.from != t.shown || p.w != pw || p.look != th.Look() {
		*p = pane{of: r.Ref, from: t.shown, look: th.Look(), w: pw, lines: card.Lines(th, r, t.shown.Graph, t.shown.At, pw-2)}
	}
	edge := th.Paint(theme.Border, "│")
	var b strings.Builder
	b.Grow(2*len(left) + h*w)
	i := 0
	for row := range strings.SplitSeq(left, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(row)
		for n := theme.WidthPainted(row); n < tw; n++ {
			b.WriteByte(' ')
		}
		b.WriteString(edge)
		switch {
		case i == h-1 && len(p.lines) > h:
			b.WriteString(" " + th.Paint(theme.Muted, th.Ellipsis))
		case i < len(p.lines):
			b.WriteByte(' ')
			b.WriteString(p.lines[i])
		}
		i++
	}
	return b.String()
}
