package runs

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// grace is how long a question takes no keys after it was opened: it may have come up under a typing hand.
const grace = 400 * time.Millisecond

// Line is one thing that a question is about.
type Line struct {
	Glyph string
	Role  theme.Role // of glyph and note
	Name  string
	Note  string // what happens to it, how well, and why
}

// Question asks before a run is resumed or undone. It is answered once.
type Question struct {
	env   *screen.Env
	title string
	text  string // what will happen
	lines []Line
	verb  string // of the button
	no    string // why the answer can only be no, "" when it can be yes

	opened   time.Time
	answered bool
	focus    bool // on the button that does it
	top      int
	page     int
	rows     int
	cramped  bool
}

// Answer is what was said to a question.
type Answer struct {
	To  *Question
	Yes bool
}

// NewQuestion opens a question; no is why it cannot be answered with yes, "" when it can.
func NewQuestion(env *screen.Env, title, text, verb string, lines []Line, no string) *Question {
	return &Question{env: env, title: title, text: text, verb: verb, lines: lines, no: no, opened: env.Now()}
}

// Reopen takes no keys again for the time after opening: the question was there, but could not be seen.
func (q *Question) Reopen() tea.Cmd {
	q.opened = q.env.Now()
	return q.Init()
}

// Init redraws the question once it begins to take keys.
func (q *Question) Init() tea.Cmd {
	return tea.Tick(grace, func(time.Time) tea.Msg { return ready{q} })
}

type ready struct{ q *Question }

func (q *Question) waiting() bool { return q.env.Now().Sub(q.opened) < grace }

// Press takes a key. Enter is Cancel unless the other button has the focus; a key that is held down never says yes.
func (q *Question) Press(key tea.KeyPressMsg) tea.Cmd {
	if q.answered || q.waiting() {
		return nil
	}
	action, _ := q.env.Keys.Action(keys.Dialog, key.String())
	switch action {
	case keys.Yes:
		return q.yes(key)
	case keys.Confirm:
		if q.focus {
			return q.yes(key)
		}
		return q.answer(false)
	case keys.No:
		return q.answer(false)
	case keys.NextFocus, keys.PrevFocus:
		q.focus = !q.focus && q.no == ""
	default:
		if by, ok := screen.Step(action, q.page, q.rows); ok {
			q.top = max(min(q.top+by, q.rows-q.page), 0)
		}
	}
	return nil
}

func (q *Question) yes(key tea.KeyPressMsg) tea.Cmd {
	if key.IsRepeat || q.no != "" || q.cramped {
		return nil
	}
	return q.answer(true)
}

func (q *Question) answer(yes bool) tea.Cmd {
	q.answered = true
	return func() tea.Msg { return Answer{q, yes} }
}

// Columns and lines of the terminal.
const (
	widest    = 110
	narrowest = 28
	lowest    = 8
)

// Over draws the question over another screen, which it dims.
func (q *Question) Over(below string, w, h int) string {
	box := strings.Split(q.box(w, h), "\n")
	return q.env.Theme.Over(below, box, (w-theme.WidthPainted(box[0]))/2, (h-len(box))/2, w, h)
}

func (q *Question) box(w, h int) string {
	t, k := q.env.Theme, q.env.Keys
	bw := min(w, widest)
	if q.cramped = bw < narrowest || h < lowest; q.cramped {
		return theme.Fit("Too small to ask: "+q.env.Keys.Label(keys.No)+" cancels", w)
	}
	tw := bw - 4
	var body []string
	for _, line := range theme.Wrap(q.text, tw) {
		body = append(body, t.Paint(theme.Text, line))
	}
	if len(body) > h/3 {
		body = body[:h/3]
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
	rows := q.draw(tw)
	q.rows, q.page = len(rows), min(len(rows), room)
	q.top = max(min(q.top, q.rows-q.page), 0)
	body = append(body, rows[q.top:q.top+q.page]...)
	if !tight {
		body = append(body, "")
	}
	buttons := t.ButtonText("Cancel", !q.focus, false)
	if q.no == "" {
		buttons += "  " + t.ButtonText(q.verb, q.focus, true)
	}
	say := ""
	if q.no != "" {
		say = t.Paint(theme.Warn, theme.Fit(q.no, tw-theme.WidthPainted(buttons)-1))
	}
	body = append(body, theme.Spread(say, buttons, tw))
	var hints []string
	if q.no == "" {
		hints = append(hints, t.Hint(k.Label(keys.Yes), strings.ToLower(q.verb)))
	}
	hints = append(hints, t.Hint(k.Label(keys.No), "cancel"), t.Hint(k.Label(keys.NextFocus), "next button"))
	if q.rows > q.page {
		hints = append(hints, t.Paint(theme.Muted, theme.Number(q.top+1)+"–"+theme.Number(q.top+q.page)+" of "+theme.Number(q.rows)))
	}
	body = append(body, theme.FitPainted(strings.Join(hints, t.Paint(theme.Muted, " "+t.Dot+" ")), tw))
	return t.Box(t.Paint(theme.Title, q.title), strings.Join(body, "\n"), bw)
}

// draw lays the lines out: names below each other, notes beside them where there is room.
func (q *Question) draw(w int) []string {
	t := q.env.Theme
	names := 0
	for i := range q.lines {
		names = max(names, theme.Width(q.lines[i].Name))
	}
	names = min(names, max((w-2-gap)/2, 8))
	out := make([]string, len(q.lines))
	for i := range q.lines {
		l := &q.lines[i]
		out[i] = t.Paint(l.Role, l.Glyph) + " " + theme.Fit(l.Name, names) + "  " + t.Paint(l.Role, theme.Fit(l.Note, max(w-2-names-gap, 0)))
	}
	return out
}
