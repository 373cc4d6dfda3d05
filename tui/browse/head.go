package browse

import (
	"strings"

	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/theme"
)

// head is the line of tabs, or the way that led here.
func (m *Model) head(w int) string {
	th := m.env.Theme
	if len(m.opts.Parents) == 0 {
		return m.tabs.draw(m, w)
	}
	tally := m.tab().tally(th, true)
	if tally != "" {
		tally += " "
	}
	room := w - theme.WidthPainted(tally) - 1
	if tally == "" || room < w/2 {
		return th.Paint(theme.Title, theme.Fit(" "+m.path(), w))
	}
	return th.Paint(theme.Title, theme.Fit(" "+m.path(), room)) + " " + tally
}

// path: "Entries of IP group office-acl", or "Entries of 3 IP groups: office-acl, lab, vpn".
func (m *Model) path() string {
	kind := m.tab().columns.kind
	within, err := inventory.Lookup(kind.Within)
	if err != nil {
		return kind.Title
	}
	if len(m.opts.Parents) == 1 {
		return kind.Title + " of " + within.One + " " + m.opts.Parents[0].Label()
	}
	names := make([]string, len(m.opts.Parents))
	for i, p := range m.opts.Parents {
		names[i] = strings.TrimSpace(p.Label() + " " + m.tab().columns.tags[p.Ref.ID])
	}
	return kind.Title + " of " + english.Number(len(names)) + " " + within.Many + ": " + strings.Join(names, ", ")
}

// tabLine keeps the line of tabs until it changes.
type tabLine struct {
	w, active int
	look      theme.Look
	heads     []tabHead
	text      string
}

// tabHead is what changes on a tab.
type tabHead struct {
	count string
	tally tally
}

// draw shows as much of the tabs as there is room for: the counts by verdict go before the names, those of the active tab
// after those of the others.
func (l *tabLine) draw(m *Model, w int) string {
	th := m.env.Theme
	fresh := l.w == w && l.active == m.active && l.look == th.Look() && len(l.heads) == len(m.list)
	l.w, l.active, l.look = w, m.active, th.Look()
	if len(l.heads) != len(m.list) {
		l.heads = make([]tabHead, len(m.list))
	}
	for i, t := range m.list {
		h := tabHead{count: t.count(th, m.loading != nil)}
		if t.content != nil {
			h.tally = t.content.tally
		}
		fresh = fresh && l.heads[i] == h
		l.heads[i] = h
	}
	if fresh {
		return l.text
	}
	for _, room := range []struct{ titles, tallies, tally bool }{{true, true, true}, {true, false, true}, {true, false, false}, {false, false, true}, {}} {
		var b strings.Builder
		for i, t := range m.list {
			title, count := t.columns.kind.Title, l.heads[i].count
			if i != m.active && !room.titles {
				title = ""
			}
			if i != m.active && room.tallies || i == m.active && room.tally {
				if tally := t.tally(th, false); tally != "" {
					count += "  " + tally
				}
			}
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(th.TabText(m.env.Keys.KindLabel(i), title, count, i == m.active))
		}
		l.text = b.String()
		if theme.WidthPainted(l.text) <= w {
			break
		}
	}
	l.text = theme.FitPainted(l.text, w)
	return l.text
}

// count is how many there are, with … while more may come and ! when not all could be listed.
func (t *tab) count(th *theme.Theme, loading bool) string {
	switch l := t.coming; {
	case t.whole:
		return english.Number(t.listing.Resources.Len())
	case l == nil && loading:
		return th.Ellipsis
	case l == nil:
		return ""
	case l.Err != nil && l.Resources.Len() == 0:
		return "!"
	case l.Err != nil:
		return english.Number(l.Resources.Len()) + "!"
	case !l.Done:
		return english.Number(l.Resources.Len()) + th.Ellipsis
	default:
		return english.Number(l.Resources.Len())
	}
}

// byWorth are the verdicts in the order in which they are counted: what can be cleaned up comes first.
var byWorth = [...]inventory.State{inventory.Unused, inventory.InUse, inventory.Protected, inventory.Unknown}

// tally counts the rows by verdict, by their signs: "◇21 ◆19 ■6 ?2". Verdicts that no row has are left out.
func (t *tab) tally(th *theme.Theme, painted bool) string {
	if t.content == nil {
		return ""
	}
	var parts []string
	for _, s := range byWorth {
		n := t.content.tally[s]
		if n == 0 {
			continue
		}
		glyph, role := card.State(th, s)
		text := glyph + english.Number(n)
		if painted {
			text = th.Paint(role, text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}
