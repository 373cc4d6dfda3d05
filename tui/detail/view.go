package detail

import (
	"strings"
	"time"

	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/theme"
)

// View draws the page at its place, and above it the way that led here.
func (m *Model) View(w, h int) string {
	if h <= 0 {
		return ""
	}
	m.lay(w)
	var lines []string
	if len(m.trail) > 1 && h > 1 {
		lines = append(lines, m.way(w))
	}
	return strings.Join(append(lines, m.page().lines(m.env.Theme, w, h-len(lines))...), "\n")
}

// way is "pool api-v2 › listener web-443"; where there is little room, it begins further on.
func (m *Model) way(w int) string {
	t, last := m.env.Theme, len(m.trail)-1
	then := " " + t.Then + " "
	here := m.trail[last]
	before, room := "", w-2-theme.Width(here)
	for i := last - 1; i >= 0; i-- {
		longer := m.trail[i] + then + before
		need := theme.Width(longer)
		if i > 0 {
			need += theme.Width(t.Ellipsis + then)
		}
		if need > room {
			before = t.Ellipsis + then + before
			break
		}
		before = longer
	}
	return theme.FitPainted(" "+t.Paint(theme.Muted, theme.Fit(before, theme.Width(before)))+t.Paint(theme.Strong, theme.Fit(here, theme.Width(here))), w)
}

// lay fills the page anew when the width, the look or the trees have changed, or the resource has gone.
func (m *Model) lay(w int) {
	p, look, gone := m.page(), m.env.Theme.Look(), m.gone()
	if w == p.w && look == p.look && gone == p.gone {
		return
	}
	next := page{w: w, look: look, gone: gone}
	if m.raw {
		next.text(m.object(width(w))...)
	} else {
		m.fill(&next, width(w))
	}
	next.take(p)
	*p = next
}

func (m *Model) fill(p *page, w int) {
	t := m.env.Theme
	p.text(card.Head(t, m.resource, p.gone, w)...)
	tree := func(title string, of func(*trees) []card.Node) {
		p.text(card.Heading(t, title, w)...)
		if m.trees == nil {
			p.text("  " + t.Paint(theme.Muted, t.Ellipsis))
			return
		}
		nodes := of(m.trees)
		if len(nodes) == 0 {
			p.text("  " + t.Paint(theme.Muted, m.nothing()))
		}
		p.tree(nodes, w)
	}
	tree("Used by", func(t *trees) []card.Node { return t.usedBy })
	tree("Uses", func(t *trees) []card.Node { return t.uses })
	p.text(card.Fields(t, m.resource, m.now(), w)...)
	p.ready()
}

// now is the time by the clock of the services, whose times are shown.
func (m *Model) now() time.Time {
	if m.from == nil {
		return m.env.Now()
	}
	return m.env.Now().Add(m.from.Ahead)
}

// nothing stands in the place of an empty tree.
func (m *Model) nothing() string {
	if m.from != nil && !m.from.Done {
		return "nothing that was listed so far"
	}
	return "nothing that is listed"
}

// object is the raw JSON, with the names of its fields set off.
func (m *Model) object(w int) []string {
	var lines []string
	for line := range strings.SplitSeq(string(inventory.JSON(m.resource)), "\n") {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		for i, part := range theme.Wrap(line[indent:], max(w-indent, 8)) {
			name, rest, ok := strings.Cut(part, `": `)
			if ok && i == 0 && strings.HasPrefix(name, `"`) {
				part = m.env.Theme.Paint(theme.Accent, name+`":`) + " " + rest
			}
			lines = append(lines, line[:indent]+part)
		}
	}
	return lines
}
