// Package ask is the dialog before a run is retried, resumed, undone or cancelled: what will happen to each item, yes or no.
package ask

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/english"
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
	Grade bool   // Name is a grade of what Note says, not an item: whatever its length, the note stands beside it
}

// Question is what is asked.
type Question struct {
	Title string
	Place string // that it is about
	Text  string // what will happen, as a sentence
	More  string // what there is to say of it; ""
	Verb  string // of the button
	What  string // that is done to, after the verb where there is room: "23 pools"; ""
	Not   string // of the button that has the focus; "" for Cancel
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
	names int // columns of the name that the note stands beside; 0: below it
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
	gap   = 2  // between a name and its note
	short = 60 // of text, where there are no lines
)

// Over draws the question over another screen, which it dims.
func (m *Model) Over(below string, w, h int) string {
	box := strings.Split(m.box(w, h), "\n")
	return m.env.Theme.Over(below, box, (w-theme.WidthPainted(box[0]))/2, (h-len(box))/2, w, h)
}

func (m *Model) box(w, h int) string {
	t := m.env.Theme
	no := m.env.Keys.Label(keys.No)
	if m.cramped = screen.Cramped(w, h); m.cramped {
		return screen.TooSmall(m.Title, no, w, h)
	}
	bw := min(w, screen.DialogWidth)
	if len(m.Lines) == 0 {
		bw = min(bw, max(theme.Width(m.Title)+3+theme.Width(m.Place)+2, theme.Width(m.Text)+1+theme.Width(m.More), short)+4)
	}
	tw, tight := bw-4, h < screen.DialogAiry
	body := screen.Paragraph(t, []screen.Said{{Role: theme.Strong, Text: m.Text}, {Role: theme.Text, Text: m.More}}, tw)
	if most := max(h/3, 1); len(body) > most && len(m.Lines) > 0 { // what it is about has to be seen
		body = body[:most]
		body[most-1] = theme.FitPainted(body[most-1], min(theme.WidthPainted(body[most-1]), tw-2)) + " " + t.Ellipsis
	}
	controls, presses := m.controls(tw)
	room := h - 2 - len(body) - 2 // buttons, keys
	if !tight {
		body = append(body, "")
		room -= 4
	}
	if m.cramped = room < 1; m.cramped {
		return screen.TooSmall(m.Title, no, w, h)
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
	return screen.Frame(t, m.Title, m.Place, m.Grave, append(body, controls, m.hints(tw, presses)), bw)
}

// controls are what to press and the buttons, in shorter words where they would not fit side by side. presses: the line
// says which key is yes.
func (m *Model) controls(w int) (line string, presses bool) {
	t := m.env.Theme
	press := screen.PressYes(m.env, strings.ToLower(m.Verb))
	buttons := func(text string) string {
		return screen.Buttons(t, m.Waiting(), screen.Button{Text: m.Not, Focus: !m.focus}, screen.Button{Text: text, Focus: m.focus, Does: true})
	}
	whole := strings.TrimSpace(m.Verb + " " + m.What)
	for _, says := range []struct{ press, button string }{{press, whole}, {press, m.Verb}, {"", whole}} {
		if b := buttons(says.button); theme.WidthPainted(says.press)+1+theme.WidthPainted(b) <= w {
			return theme.Spread(says.press, b, w), says.press != ""
		}
	}
	return theme.Spread("", buttons(m.Verb), w), false
}

// hints are the keys, as many as fit beside what is in sight; the one for yes where the line above does not say it.
func (m *Model) hints(w int, presses bool) string {
	t, k := m.env.Theme, m.env.Keys
	all := []string{t.Hint(k.Label(keys.No), strings.ToLower(m.Not))}
	if !presses {
		all = append(all, t.Hint(k.Label(keys.Yes), strings.ToLower(m.Verb)))
	}
	where := ""
	if n := m.top + m.page; m.page < len(m.rows) {
		all = append(all, screen.ScrollHint(m.env))
		where = english.Number(m.rows[m.top].i+1) + "–" + english.Number(m.rows[n-1].i+1) + " of " + english.Number(len(m.Lines))
	}
	all = append(all, t.Hint(k.Label(keys.NextFocus), "other button"))
	return screen.HintLine(t, all, t.Paint(theme.Muted, where), w)
}

// lay breaks the lines into rows of w columns: names below each other and notes beside them, those that have no room there
// whole below their names. Grades are no names of that column.
func (m *Model) lay(w int) {
	if m.w == w {
		return
	}
	m.w, m.rows, m.names = w, m.rows[:0], 0
	half, notes := max((w-2-gap)/2, 8), 0
	for i := range m.Lines {
		l := &m.Lines[i]
		if l.Grade {
			continue
		}
		m.names = max(m.names, theme.Width(l.Name))
		if n := theme.Width(l.Note); n <= w-2-half-gap {
			notes = max(notes, n)
		}
	}
	m.names = min(m.names, max(half, w-2-gap-notes)) // what notes leave of their half is for names
	for i := range m.Lines {
		l := &m.Lines[i]
		if names := m.beside(l, w); names > 0 {
			for n, line := range theme.Wrap(l.Note, max(w-2-names-gap, 1)) {
				m.rows = append(m.rows, part{i, line, n == 0, names})
			}
			continue
		}
		m.rows = append(m.rows, part{i: i, first: true})
		for _, line := range theme.Wrap(l.Note, max(w-4, 1)) {
			m.rows = append(m.rows, part{i: i, note: line})
		}
	}
}

// beside is how wide the name of a line is when its note stands beside it; 0: there is no room for that.
func (m *Model) beside(l *Line, w int) int {
	name, note := theme.Width(l.Name), theme.Width(l.Note)
	switch room := w - 2 - gap; {
	case l.Grade:
		return name
	case note <= room-m.names:
		return m.names
	case name+note <= room: // ends where all lines do
		return room - note
	}
	return 0
}

func (m *Model) row(r part, w int) string {
	t, l := m.env.Theme, &m.Lines[r.i]
	note := func(left int) string { return t.Paint(l.Role, theme.Fit(r.note, w-left)) }
	beside := 2 + r.names + gap
	switch {
	case r.first && r.names == 0:
		return t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, w-2)
	case r.first:
		return t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, r.names) + strings.Repeat(" ", gap) + note(beside)
	case r.names > 0:
		return strings.Repeat(" ", beside) + note(beside)
	}
	return "    " + note(4)
}
