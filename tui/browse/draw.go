package browse

import (
	"slices"

	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/theme"
)

// pane is the detail beside the table, kept until the row or the room changes.
type pane struct {
	of    inventory.Ref
	gone  bool
	from  *inventory.Snapshot
	look  theme.Look
	w     int
	lines []string
}

// draw is the detail of the current row in h lines of w columns.
func (p *pane) draw(m *Model, w, h int) []string {
	th, t := m.env.Theme, m.tab()
	if r, ok := m.current(); !ok {
		*p = pane{}
	} else if gone := t.content.rows.deleted(r.Ref); p.of != r.Ref || p.gone != gone || p.from != t.shown || p.w != w || p.look != th.Look() {
		*p = pane{of: r.Ref, gone: gone, from: t.shown, look: th.Look(), w: w, lines: card.Lines(th, r, t.shown.Graph, gone, t.shown.At, w-2)}
		for i, line := range p.lines {
			p.lines[i] = " " + line
		}
	}
	if len(p.lines) <= h || h <= 0 {
		return p.lines[:min(len(p.lines), max(h, 0))]
	}
	return append(slices.Clone(p.lines[:h-1]), " "+th.Paint(theme.Muted, th.Ellipsis))
}
