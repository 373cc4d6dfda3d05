package browse

import (
	"slices"
	"strings"

	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// View draws the tabs, a line on what is shown, a line on what is wrong, the table and beside it the detail.
func (m *Model) View(w, h int) string {
	t := m.tab()
	m.w = w
	lines := make([]string, 0, h+1)
	lines = append(lines, m.head(w), "")
	lines = append(lines, m.advice(w)...)
	lines = append(lines, m.warnings(w, h)...)
	if len(lines) > h {
		lines = lines[:max(h, 0)]
	}
	if room := h - len(lines); room > 0 {
		lines = append(lines, m.body(t, w, room))
	}
	if len(lines) > 1 { // once it is known which columns there is room for
		lines[1] = m.status(w)
	}
	return strings.Join(lines, "\n")
}

// warnings say what makes the rows incomplete or doubtful: a note in a line, what failed in two, or all of it as if it
// were one where there is little room. What stands in the place of the rows is not said twice.
func (m *Model) warnings(w, h int) []string {
	t := m.tab()
	if t.table.Total() == 0 {
		return nil
	}
	failures, lines := m.failures(), []string(nil)
	if h < lowly {
		return m.warn(strings.Join(m.lacks(), "; "), w, 1+min(len(failures), 1))
	}
	for _, s := range failures {
		lines = append(lines, m.warn(s, w, 2)...)
	}
	return append(lines, m.warn(m.note(), w, 1)...)
}

// lowly is the height in lines below which warnings share theirs.
const lowly = 16

// lacks is what makes the rows incomplete or doubtful, as sentences; none when nothing does.
func (m *Model) lacks() []string {
	said := m.failures()
	if note := m.note(); note != "" {
		said = append(said, note)
	}
	return said
}

// note is what the list says of itself, "" when nothing.
func (m *Model) note() string {
	if l := m.tab().listing; l != nil {
		return english.Sentence(l.Note)
	}
	return ""
}

// failures are what could not be read, and what to do about it.
func (m *Model) failures() []string {
	t := m.tab()
	again := " (" + m.env.Keys.Label(keys.Refresh) + " tries again): "
	var said []string
	if l := t.coming; l != nil && l.Err != nil {
		if t.whole {
			said = append(said, "Could not be listed again, the rows are from before"+again+l.Err.Error())
		} else {
			said = append(said, "These are not all"+again+l.Err.Error())
		}
	}
	if t.shown == nil {
		return said
	}
	var unread []string
	for _, id := range t.columns.kind.Needs {
		if _, err := t.shown.Graph.State(id); err != nil && !slices.Contains(unread, err.Error()) {
			unread = append(unread, err.Error())
		}
	}
	if len(unread) > 0 {
		said = append(said, "Not every verdict is known"+again+strings.Join(unread, "; "))
	}
	return said
}

// warn draws a warning in at most so many lines; where they have no room, the last one ends in the key that shows all.
func (m *Model) warn(s string, w, most int) []string {
	if s == "" {
		return nil
	}
	th := m.env.Theme
	parts, hint := theme.Wrap(s, w-4), ""
	if len(parts) > most {
		hint = "  " + th.Hint(m.env.Keys.Label(keys.Notes), "more") + " "
		parts[most-1] += " " + parts[most]
		parts = parts[:most]
	}
	lead := " " + th.Left + " "
	for i, part := range parts {
		if i == most-1 {
			parts[i] = th.Paint(theme.Warn, theme.Fit(lead+part, max(w-theme.WidthPainted(hint), 1))) + hint
		} else {
			parts[i] = th.Paint(theme.Warn, theme.Fit(lead+part, w))
		}
		lead = "   "
	}
	return parts
}

// body is the table, or what stands in its place, and the detail beside it.
func (m *Model) body(t *tab, w, h int) string {
	tw, pw := w, screen.PaneWidth(w, w/3)
	if pw > 0 {
		tw = w - pw - 1
		if wide, need := t.table.Wide(); wide && tw <= need && need <= w { // all columns were asked for
			tw, pw = w, 0
		}
	}
	var left string
	if t.table.Shown() == 0 {
		left = m.instead(tw, h)
	} else {
		room := tw
		if pw > 0 {
			room-- // a blank before the edge
		}
		t.table.SetSize(room, h)
		left = t.table.View()
	}
	if pw == 0 {
		return left
	}
	return screen.Beside(m.env.Theme, strings.Split(left, "\n"), m.pane.draw(m, pw, h), tw)
}

// instead says in place of the rows why there are none.
func (m *Model) instead(w, h int) string {
	title, role, text := m.none()
	th := m.env.Theme
	lines := []string{"", "  " + th.Paint(role, theme.Fit(title, max(w-4, 0)))}
	for _, s := range text {
		for _, part := range theme.Wrap(s, w-4) {
			lines = append(lines, "  "+th.Paint(theme.Muted, part))
		}
	}
	for i := range lines {
		lines[i] = theme.FitPainted(lines[i], w)
	}
	return strings.Join(theme.Fill(lines, h), "\n")
}

// none is why there are no rows: what, where, and what to do.
func (m *Model) none() (title string, role theme.Role, text []string) {
	t, label := m.tab(), m.env.Keys.Label
	kind := t.columns.kind
	l := t.listing
	if l == nil {
		l = t.coming
	}
	switch {
	case t.limited() && t.table.Total() > 0:
		text = []string{english.Number(t.table.Total()) + " hidden; " + label(keys.Back) + t.undone()}
		if n := t.content.undecided; n > 0 {
			match := "they match"
			if n == 1 {
				match = "it matches"
			}
			text = append(text, "For "+english.Number(n)+" of the "+english.Number(t.table.Total())+" "+kind.Many+" it is not known whether "+match)
		}
		return t.nothing(), theme.Text, text
	case l != nil && l.Err != nil:
		way := label(keys.Refresh) + " tries again"
		if len(m.opts.Parents) == 0 {
			way += "; janitor doctor examines the profile"
		}
		return kind.Title + m.where() + " could not be listed", theme.Bad, []string{english.Sentence(l.Err.Error()), way}
	case m.loading != nil && (l == nil || !l.Done):
		return "Listing " + kind.Many + m.where() + m.env.Theme.Ellipsis, theme.Muted, nil
	case l == nil:
		return "Listing was stopped", theme.Text, []string{label(keys.Refresh) + " lists again"}
	case l.Note != "":
		text = []string{english.Sentence(l.Note)}
	case len(m.opts.Parents) > 0:
		text = []string{label(keys.Back) + " goes back"}
	}
	return "No " + kind.Many + m.where(), theme.Text, text
}

// where the rows would be: " in acme-prod · eu-de".
func (m *Model) where() string {
	switch n := len(m.opts.Parents); {
	case n == 1:
		return " in " + m.opts.Parents[0].Label()
	case n > 1:
		return " in these " + english.Number(n)
	case m.opts.Scope != "":
		return " in " + m.opts.Scope
	}
	return ""
}
