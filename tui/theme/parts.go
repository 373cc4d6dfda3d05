package theme

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Box draws a dialog w columns wide around body, with the title in its upper border. Title and body may be painted;
// lines of the body are cut or filled, never wrapped: a box has two lines more than its body. The text area is w-4
// columns wide.
func (t *Theme) Box(title, body string, w int) string {
	return t.box(Border, title, body, w)
}

// DangerBox is Box for what must not be overlooked.
func (t *Theme) DangerBox(title, body string, w int) string {
	return t.box(Bad, title, body, w)
}

func (t *Theme) box(border Role, title, body string, w int) string {
	if w < 4 {
		return blanks(w)
	}
	var b strings.Builder
	edge := func(s string) { b.WriteString(t.Paint(border, s)) }

	tw := min(WidthPainted(title), w-6)
	if tw > 0 {
		edge("╭" + t.Line + " ")
		b.WriteString(FitPainted(title, tw))
		edge(" " + strings.Repeat(t.Line, w-5-tw) + "╮")
	} else {
		edge("╭" + strings.Repeat(t.Line, w-2) + "╮")
	}
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteByte('\n')
		edge(t.Edge)
		b.WriteByte(' ')
		b.WriteString(FitPainted(line, w-4))
		b.WriteByte(' ')
		edge(t.Edge)
	}
	b.WriteByte('\n')
	edge("╰" + strings.Repeat(t.Line, w-2) + "╯")
	return b.String()
}

// Rule is a line w columns long that sets one part off from the other.
func (t *Theme) Rule(w int) string { return t.Paint(Border, strings.Repeat(t.Line, max(w, 0))) }

// Progress draws a bar of w columns; done is the share from 0 to 1. It is full only when done is 1, and shows
// something as soon as done is more than 0.
func (t *Theme) Progress(done float64, w int) string {
	if w <= 0 {
		return ""
	}
	full := 0
	switch {
	case done >= 1:
		full = w
	case done > 0:
		full = min(max(int(done*float64(w)), 1), max(w-1, 1))
	}
	return t.Paint(Accent, strings.Repeat(t.Full, full)) + t.Paint(Muted, strings.Repeat(t.Empty, w-full))
}

// Spark draws amounts side by side, one column each, measured by the largest of them. What is not nothing is seen.
func (t *Theme) Spark(amounts []int) string {
	most := 1
	for _, n := range amounts {
		most = max(most, n)
	}
	var b []byte
	for i := 0; i < len(amounts); {
		none := amounts[i] <= 0
		role, columns := Accent, ""
		if none {
			role = Muted
		}
		for ; i < len(amounts) && (amounts[i] <= 0) == none; i++ {
			level := 0
			if !none {
				level = 1 + amounts[i]*(len(t.Levels)-2)/most
			}
			columns += t.Levels[level]
		}
		b = t.Append(b, role, columns)
	}
	return string(b)
}

// Badge is a word that qualifies the whole screen, such as [read-only].
func (t *Theme) Badge(r Role, s string) string { return t.Paint(r, "["+s+"]") }

// ButtonText draws a button. The focused one stands in brackets, so that focus is seen without colour; both forms are
// four columns wider than s.
func (t *Theme) ButtonText(s string, focus, danger bool) string {
	switch {
	case focus && danger:
		return t.Paint(ButtonDanger, "[ "+s+" ]")
	case focus:
		return t.Paint(ButtonFocus, "[ "+s+" ]")
	default:
		return t.Paint(Button, "  "+s+"  ")
	}
}

// TabText draws the title of a tab with the key that goes there and what is in it ("412", "200…").
func (t *Theme) TabText(key, title, count string, active bool) string {
	s := " " + key
	if title != "" {
		s += " " + title
	}
	if count != "" {
		s += " " + count
	}
	s += " "
	if active {
		return t.Paint(TabActive, s)
	}
	return t.Paint(Tab, s)
}

// Hint draws a key and what it does, for the foot line.
func (t *Theme) Hint(key, does string) string {
	return t.Paint(Key, key) + " " + t.Paint(Muted, does)
}

// Over draws a box, whose lines are of one width, with its upper left corner at column x of line y over a screen of h lines
// and w columns, which it dims.
func (t *Theme) Over(below string, box []string, x, y, w, h int) string {
	back := strings.Split(below, "\n")
	after := Fit("", w-x-WidthPainted(box[0]))
	lines := make([]string, h)
	for i := range lines {
		if at := i - y; at >= 0 && at < len(box) {
			lines[i] = Fit("", x) + box[at] + after
			continue
		}
		line := ""
		if i < len(back) {
			line = ansi.Strip(back[i])
		}
		lines[i] = t.Paint(Muted, Fit(line, w))
	}
	return strings.Join(lines, "\n")
}

// Brief is enough of an id to know it by.
func (t *Theme) Brief(id string) string {
	if len(id) > 9 {
		return id[:8] + t.Ellipsis
	}
	return id
}
