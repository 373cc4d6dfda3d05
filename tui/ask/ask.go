// Package ask is the dialog before a run is retried, resumed, undone or cancelled: what will happen to each item, yes or no.
package ask

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Line is one thing that a question is about.
type Line struct {
	Glyph string
	Role  theme.Role // of glyph and note
	Name  string
	Note  string // what happens to it, how well, and why
}

// Question is what is asked.
type Question struct {
	Title string
	Text  string // what will happen
	Verb  string // of the button
	Not   string // of the one that has the focus; "" for Cancel
	Lines []Line
	Grave bool // something is in danger
}

// Model is the dialog. It is answered once.
type Model struct {
	screen.Asking
	Question

	env      *screen.Env
	answered bool
	focus    bool // on the button that does it
	rows     []part
	w        int // of the rows
	names    int // columns of a name with its note beside it
	top      int // first row shown
	page     int // rows shown
	cramped  bool
}

// part is one row: a line with its note beside it, or one of several rows where the note is too long for that.
type part struct {
	i     int
	note  string
	first bool
}

// Answer is what was said to a question.
type Answer struct {
	To  *Model
	Yes bool
}

// New opens the dialog for q.
func New(env *screen.Env, q Question) *Model {
	if q.Not == "" {
		q.Not = "Cancel"
	}
	return &Model{Asking: screen.Ask(env), Question: q, env: env}
}

// Press takes a key. Enter is the safe one unless the other button has the focus.
func (m *Model) Press(key tea.KeyPressMsg) tea.Cmd {
	if m.answered || m.Waiting() {
		return nil
	}
	action, _ := m.env.Keys.Action(keys.Dialog, key.String())
	switch action {
	case keys.Yes:
		return m.yes()
	case keys.Confirm:
		if m.focus {
			return m.yes()
		}
		return m.answer(false)
	case keys.No:
		return m.answer(false)
	case keys.NextFocus, keys.PrevFocus:
		m.focus = !m.focus
	default:
		if by, ok := screen.Step(action, m.page, len(m.rows)); ok {
			m.scroll(by)
		}
	}
	return nil
}

func (m *Model) yes() tea.Cmd {
	if m.cramped {
		return nil
	}
	return m.answer(true)
}

func (m *Model) scroll(by int) { m.top = max(min(m.top+by, len(m.rows)-m.page), 0) }

func (m *Model) answer(yes bool) tea.Cmd {
	m.answered = true
	return func() tea.Msg { return Answer{m, yes} }
}

// Columns and lines of the terminal.
const (
	widest = 110
	gap    = 2  // between a name and its note
	airy   = 16 // lines from which there are blank ones
	short  = 60 // of text, where there are no lines
)

// Over draws the question over another screen, which it dims.
func (m *Model) Over(below string, w, h int) string {
	box := strings.Split(m.box(w, h), "\n")
	return m.env.Theme.Over(below, box, (w-theme.WidthPainted(box[0]))/2, (h-len(box))/2, w, h)
}

func (m *Model) box(w, h int) string {
	t, k := m.env.Theme, m.env.Keys
	if m.cramped = screen.Cramped(w, h); m.cramped {
		return m.small(w)
	}
	bw := min(w, widest)
	if len(m.Lines) == 0 {
		bw = min(bw, max(theme.Width(m.Title)+2, theme.Width(m.Text), short)+4)
	}
	tw, tight := bw-4, h < airy
	var body []string
	for _, line := range theme.WrapTo(m.Text, tw, h/3) {
		body = append(body, t.Paint(theme.Text, line))
	}
	room := h - 2 - len(body) - 2 // buttons, keys
	if !tight {
		body = append(body, "")
		room -= 4
	}
	if m.cramped = room < 1; m.cramped {
		return m.small(w)
	}
	m.lay(tw)
	m.page = min(len(m.rows), room)
	m.scroll(0)
	for _, r := range m.rows[m.top : m.top+m.page] {
		body = append(body, m.row(r, tw))
	}
	if !tight && len(m.rows) > 0 {
		body = append(body, "")
	}
	buttons := t.ButtonText(m.Not, !m.focus, false) + "  " + t.ButtonText(m.Verb, m.focus, true)
	body = append(body, theme.Spread("", buttons, tw))
	hints := []string{
		t.Hint(k.Label(keys.Yes), strings.ToLower(m.Verb)), t.Hint(k.Label(keys.No), strings.ToLower(m.Not)), t.Hint(k.Label(keys.NextFocus), "next button"),
	}
	if n := m.top + m.page; m.page < len(m.rows) {
		hints = append(hints, t.Paint(theme.Muted, theme.Number(m.rows[m.top].i+1)+"–"+theme.Number(m.rows[n-1].i+1)+" of "+theme.Number(len(m.Lines))))
	}
	body = append(body, theme.FitPainted(strings.Join(hints, t.Paint(theme.Muted, " "+t.Dot+" ")), tw))
	box := t.Box
	if m.Grave {
		box = t.DangerBox
	}
	return box(t.Paint(theme.Title, m.Title), strings.Join(body, "\n"), bw)
}

func (m *Model) small(w int) string {
	return theme.Fit("Too small to ask: "+m.env.Keys.Label(keys.No)+" cancels", w)
}

// lay breaks the lines into rows of w columns: names below each other and notes beside them, those that are longer whole
// below their names.
func (m *Model) lay(w int) {
	if m.w == w {
		return
	}
	m.w, m.rows, m.names = w, m.rows[:0], 0
	for i := range m.Lines {
		m.names = max(m.names, theme.Width(m.Lines[i].Name))
	}
	m.names = min(m.names, max((w-2-gap)/2, 8))
	for i := range m.Lines {
		note := m.Lines[i].Note
		if theme.Width(note) <= w-2-m.names-gap {
			m.rows = append(m.rows, part{i, note, true})
			continue
		}
		m.rows = append(m.rows, part{i, "", true})
		for _, line := range theme.Wrap(note, max(w-4, 1)) {
			m.rows = append(m.rows, part{i, line, false})
		}
	}
}

func (m *Model) row(r part, w int) string {
	t, l := m.env.Theme, &m.Lines[r.i]
	switch {
	case !r.first:
		return "    " + t.Paint(l.Role, theme.Fit(r.note, w-4))
	case r.note == "":
		return t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, w-2)
	}
	return t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, m.names) + "  " + t.Paint(l.Role, theme.Fit(r.note, w-2-m.names-gap))
}
