package runs

import (
	"strings"
	"time"

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

// Asked is what a question is about.
type Asked struct {
	Title string
	Text  string // what will happen
	Verb  string // of the button
	Not   string // of the one that has the focus; "" for Cancel
	Lines []Line
	Grave bool // something is in danger
}

// Question asks before a run is retried, resumed, undone or cancelled. It is answered once.
type Question struct {
	env *screen.Env
	Asked

	opened   time.Time
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
	To  *Question
	Yes bool
}

// NewQuestion opens a question.
func NewQuestion(env *screen.Env, a Asked) *Question {
	if a.Not == "" {
		a.Not = "Cancel"
	}
	return &Question{env: env, Asked: a, opened: env.Now()}
}

// Reopen takes no keys again for the time after opening: the question was there, but could not be seen.
func (q *Question) Reopen() tea.Cmd {
	q.opened = q.env.Now()
	return q.Init()
}

// Init redraws the question once it begins to take keys.
func (q *Question) Init() tea.Cmd {
	return tea.Tick(screen.Grace, func(time.Time) tea.Msg { return ready{q} })
}

type ready struct{ q *Question }

func (q *Question) waiting() bool { return q.env.Now().Sub(q.opened) < screen.Grace }

// Press takes a key. Enter is Cancel unless the other button has the focus.
func (q *Question) Press(key tea.KeyPressMsg) tea.Cmd {
	if q.answered || q.waiting() {
		return nil
	}
	action, _ := q.env.Keys.Action(keys.Dialog, key.String())
	switch action {
	case keys.Yes:
		return q.yes()
	case keys.Confirm:
		if q.focus {
			return q.yes()
		}
		return q.answer(false)
	case keys.No:
		return q.answer(false)
	case keys.NextFocus, keys.PrevFocus:
		q.focus = !q.focus
	default:
		if by, ok := screen.Step(action, q.page, len(q.rows)); ok {
			q.scroll(by)
		}
	}
	return nil
}

func (q *Question) yes() tea.Cmd {
	if q.cramped {
		return nil
	}
	return q.answer(true)
}

func (q *Question) scroll(by int) { q.top = max(min(q.top+by, len(q.rows)-q.page), 0) }

func (q *Question) answer(yes bool) tea.Cmd {
	q.answered = true
	return func() tea.Msg { return Answer{q, yes} }
}

// Columns and lines of the terminal.
const (
	widest    = 110
	narrowest = 28
	lowest    = 8
	short     = 60 // of text, where there are no lines
)

// Over draws the question over another screen, which it dims.
func (q *Question) Over(below string, w, h int) string {
	box := strings.Split(q.box(w, h), "\n")
	return q.env.Theme.Over(below, box, (w-theme.WidthPainted(box[0]))/2, (h-len(box))/2, w, h)
}

func (q *Question) box(w, h int) string {
	t, k := q.env.Theme, q.env.Keys
	bw := min(w, widest)
	if len(q.Lines) == 0 {
		bw = min(bw, max(theme.Width(q.Title)+2, theme.Width(q.Text), short)+4)
	}
	if q.cramped = bw < narrowest || h < lowest; q.cramped {
		return theme.Fit("Too small to ask: "+q.env.Keys.Label(keys.No)+" cancels", w)
	}
	tw := bw - 4
	var body []string
	for _, line := range theme.WrapTo(q.Text, tw, h/3) {
		body = append(body, t.Paint(theme.Text, line))
	}
	tight := h < 16
	if !tight {
		body = append(body, "")
	}
	room := h - 2 - len(body) - 2 // buttons, keys
	if !tight {
		room -= 3
	}
	if q.cramped = room < 1; q.cramped {
		return theme.Fit("Too small to ask: "+q.env.Keys.Label(keys.No)+" cancels", w)
	}
	q.lay(tw)
	q.page = min(len(q.rows), room)
	q.scroll(0)
	for _, r := range q.rows[q.top : q.top+q.page] {
		body = append(body, q.row(r, tw))
	}
	if !tight && len(q.rows) > 0 {
		body = append(body, "")
	}
	buttons := t.ButtonText(q.Not, !q.focus, false) + "  " + t.ButtonText(q.Verb, q.focus, true)
	body = append(body, theme.Spread("", buttons, tw))
	hints := []string{
		t.Hint(k.Label(keys.Yes), strings.ToLower(q.Verb)), t.Hint(k.Label(keys.No), strings.ToLower(q.Not)), t.Hint(k.Label(keys.NextFocus), "next button"),
	}
	if n := q.top + q.page; q.page < len(q.rows) {
		hints = append(hints, t.Paint(theme.Muted, theme.Number(q.rows[q.top].i+1)+"–"+theme.Number(q.rows[n-1].i+1)+" of "+theme.Number(len(q.Lines))))
	}
	body = append(body, theme.FitPainted(strings.Join(hints, t.Paint(theme.Muted, " "+t.Dot+" ")), tw))
	box := t.Box
	if q.Grave {
		box = t.DangerBox
	}
	return box(t.Paint(theme.Title, q.Title), strings.Join(body, "\n"), bw)
}

// lay breaks the lines into rows of w columns: names below each other and notes beside them, those that are longer whole
// below their names.
func (q *Question) lay(w int) {
	if q.w == w {
		return
	}
	q.w, q.rows, q.names = w, q.rows[:0], 0
	for i := range q.Lines {
		q.names = max(q.names, theme.Width(q.Lines[i].Name))
	}
	q.names = min(q.names, max((w-2-gap)/2, 8))
	for i := range q.Lines {
		note := q.Lines[i].Note
		if theme.Width(note) <= w-2-q.names-gap {
			q.rows = append(q.rows, part{i, note, true})
			continue
		}
		q.rows = append(q.rows, part{i, "", true})
		for _, line := range theme.Wrap(note, max(w-4, 1)) {
			q.rows = append(q.rows, part{i, line, false})
		}
	}
}

func (q *Question) row(r part, w int) string {
	t, l := q.env.Theme, &q.Lines[r.i]
	switch {
	case !r.first:
		return "    " + t.Paint(l.Role, theme.Fit(r.note, w-4))
	case r.note == "":
		return t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, w-2)
	}
	return t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, q.names) + "  " + t.Paint(l.Role, theme.Fit(r.note, w-2-q.names-gap))
}
