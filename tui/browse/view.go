package browse

import (
	"strings"

	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

const (
	wideFrom = 140 // columns from which the detail stands beside the table
	paneMin  = 48
)

// View draws the tabs, a line on what is shown, a line on what is wrong, the table and beside it the detail.
func (m *Model) View(w, h int) string {
	t := m.tab()
	lines := make([]string, 0, h+1)
	lines = append(lines, m.head(w), m.status(w))
	if s := m.trouble(); s != "" {
		lines = append(lines, m.warn(s, w)...)
	}
	if len(lines) > h {
		lines = lines[:max(h, 0)]
	}
	if room := h - len(lines); room > 0 {
		lines = append(lines, m.body(t, w, room))
	}
	return strings.Join(lines, "\n")
}

// head is the line of tabs, or the way that led here.
func (m *Model) head(w int) string {
	th := m.env.Theme
	if len(m.opts.Parents) > 0 {
		return th.Paint(theme.Title, theme.Fit(" "+m.path(), w))
	}
	full := m.heads(true)
	if s := full; theme.WidthPainted(s) <= w {
		return theme.FitPainted(s, w)
	}
	return theme.FitPainted(m.heads(false), w)
}

func (m *Model) heads(titles bool) string {
	var b strings.Builder
	for i, t := range m.tabs {
		title := t.columns.kind.Title
		if !titles && i != m.active {
			title = ""
		}
		b.WriteString(m.env.Theme.TabText(m.env.Keys.Label(kindKeys[min(i, len(kindKeys)-1)]), title, t.count(m.loading != nil), i == m.active))
		b.WriteByte(' ')
	}
	return b.String()
}

var kindKeys = [...]keys.Action{keys.Kind1, keys.Kind2, keys.Kind3, keys.Kind4}

// count is how many there are, with … while more may come and ! when not all could be listed.
func (t *tab) count(loading bool) string {
	switch l := t.coming; {
	case t.whole:
		return theme.Number(len(t.listing.Resources))
	case l == nil && loading:
		return "…"
	case l == nil:
		return ""
	case l.Err != nil && len(l.Resources) == 0:
		return "!"
	case l.Err != nil:
		return theme.Number(len(l.Resources)) + "!"
	case !l.Done:
		return theme.Number(len(l.Resources)) + "…"
	default:
		return theme.Number(len(l.Resources))
	}
}

// path: "IP groups › office-acl", or "Entries of 3 IP groups: office-acl, lab, vpn".
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
		names[i] = p.Label()
	}
	return kind.Title + " of " + theme.Number(len(names)) + " " + within.Many + ": " + strings.Join(names, ", ")
}

// status is the filter and what it leaves, and how much is marked.
func (m *Model) status(w int) string {
	th, t := m.env.Theme, m.tab()
	var left string
	switch {
	case m.typing:
		left = " " + th.Paint(theme.Key, "/") + m.line.draw(th, max(w/2, 12))
	case t.filter != "":
		left = " " + th.Paint(theme.Key, "/") + th.Paint(theme.Strong, theme.Fit(t.filter, min(theme.Width(t.filter), max(w/2, 12))))
	case t.table.Ranging():
		left = " " + th.Paint(theme.Mark, "range: move, then "+m.env.Keys.Label(keys.Range))
	}
	return theme.Spread(left, m.counts()+" ", w)
}

// counts: "187 of 412 · 12 marked (3 hidden)".
func (m *Model) counts() string {
	th, t := m.env.Theme, m.tab()
	var b strings.Builder
	shown, total := t.table.Shown(), t.table.Total()
	switch {
	case t.filter != "":
		b.WriteString(th.Paint(theme.Muted, theme.Number(shown)+" of "+theme.Number(total)))
	case total > 0:
		b.WriteString(th.Paint(theme.Muted, theme.Number(min(t.table.Cursor()+1, total))+"/"+theme.Number(total)))
	}
	if n := t.table.Marked(); n > 0 {
		if b.Len() > 0 {
			b.WriteString(th.Paint(theme.Muted, " "+th.Dot+" "))
		}
		b.WriteString(th.Paint(theme.Mark, theme.Number(n)+" marked"))
		if hidden := t.table.Hidden(); hidden > 0 {
			b.WriteString(th.Paint(theme.Warn, " ("+theme.Number(hidden)+" hidden)"))
		}
	}
	return b.String()
}

// trouble is what makes the table incomplete or doubtful, "" when nothing does.
func (m *Model) trouble() string {
	t := m.tab()
	if t.table.Total() == 0 && t.listing != nil && t.listing.Err != nil {
		return "" // stands in the place of the rows
	}
	again := " (" + m.env.Keys.Label(keys.Refresh) + " tries again): "
	if l := t.coming; l != nil && l.Err != nil {
		if t.whole {
			return "Could not be listed again, the rows are from before" + again + causes(l.Err)
		}
		return "These are not all" + again + causes(l.Err)
	}
	if t.shown != nil {
		for _, id := range t.columns.kind.Needs {
			if _, err := t.shown.Graph.State(id); err != nil {
				return "Not every verdict is known" + again + causes(err)
			}
		}
	}
	return ""
}

// warn draws the trouble in at most two lines.
func (m *Model) warn(s string, w int) []string {
	th := m.env.Theme
	parts := theme.Wrap(s, w-4)
	if len(parts) > 2 {
		parts = []string{parts[0], strings.Join(parts[1:], " ")}
	}
	lead := " " + th.Left + " "
	for i, part := range parts {
		parts[i] = th.Paint(theme.Warn, theme.Fit(lead+part, w))
		lead = "   "
	}
	return parts
}

// body is the table, or what stands in its place, and the detail beside it.
func (m *Model) body(t *tab, w, h int) string {
	tw := w
	beside := w >= wideFrom
	if beside {
		tw = w - max(w/3, paneMin) - 1
	}
	var left string
	if t.table.Shown() == 0 {
		left = m.instead(tw, h)
	} else {
		t.table.SetSize(tw, h)
		left = t.table.View()
	}
	if !beside {
		return left
	}
	return m.pane.beside(m, left, tw, w, h)
}

// instead says why there are no rows: what, where, and what to do.
func (m *Model) instead(w, h int) string {
	th, t := m.env.Theme, m.tab()
	kind := t.columns.kind
	where := ""
	if m.opts.Scope != "" {
		where = " in " + m.opts.Scope
	}
	if len(m.opts.Parents) == 1 {
		where = " in " + m.opts.Parents[0].Label()
	} else if n := len(m.opts.Parents); n > 1 {
		where = " in these " + theme.Number(n)
	}
	label := m.env.Keys.Label
	var title string
	var text []string
	role := theme.Text
	l := t.listing
	if l == nil {
		l = t.coming
	}
	switch {
	case t.filter != "" && t.table.Total() > 0:
		title = "Nothing matches “" + t.filter + "”"
		text = []string{theme.Number(t.table.Total()) + " hidden; " + label(keys.Back) + " clears the filter"}
	case l != nil && l.Err != nil:
		role = theme.Bad
		title = kind.Title + where + " could not be listed"
		text = []string{causes(l.Err), label(keys.Refresh) + " tries again"}
	case m.loading != nil && (l == nil || !l.Done):
		title, role = "Listing "+kind.Many+where+th.Ellipsis, theme.Muted
	case l != nil && l.Note != "":
		title = "No " + kind.Many + where
		text = []string{l.Note}
	case l != nil:
		title = "No " + kind.Many + where
		if len(m.opts.Parents) > 0 {
			text = []string{label(keys.Back) + " goes back"}
		}
	default:
		title = "Listing was stopped"
		text = []string{label(keys.Refresh) + " lists again"}
	}
	lines := []string{"", "  " + th.Paint(role, theme.Fit(title, max(w-4, 0)))}
	for _, s := range text {
		for _, part := range theme.Wrap(s, w-4) {
			lines = append(lines, "  "+th.Paint(theme.Muted, part))
		}
	}
	for i := range lines {
		lines[i] = theme.FitPainted(lines[i], w)
	}
	return fill(lines, h)
}
