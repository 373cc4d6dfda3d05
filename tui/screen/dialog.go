package screen

import (
	"strings"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Columns and lines of the terminal, for whatever asks.
const (
	DialogWidth = 120 // it grows no wider
	DialogAiry  = 16  // lines from which it has blank ones
)

// Frame draws what asks in a box w columns wide: its title with the place that it is about, and the lines of its body.
func Frame(t *theme.Theme, title, place string, grave bool, body []string, w int) string {
	title = t.Paint(theme.Title, title)
	if place != "" {
		title += t.Paint(theme.Border, " "+t.Line+" ") + t.Paint(theme.Muted, place)
	}
	if grave {
		return t.DangerBox(title, strings.Join(body, "\n"), w)
	}
	return t.Box(title, strings.Join(body, "\n"), w)
}

// Said is a sentence of what a dialog says first.
type Said struct {
	Role theme.Role
	Text string // "": none
}

// Paragraph puts sentences one after the other, in w columns: a sentence that does not fit behind the one before begins a line.
func Paragraph(t *theme.Theme, says []Said, w int) []string {
	var lines []string
	for _, say := range says {
		last := len(lines) - 1
		switch {
		case say.Text == "":
		case last >= 0 && theme.WidthPainted(lines[last])+1+theme.Width(say.Text) <= w:
			lines[last] += " " + t.Paint(say.Role, say.Text)
		default:
			for _, line := range theme.Wrap(say.Text, w) {
				lines = append(lines, t.Paint(say.Role, line))
			}
		}
	}
	return lines
}

// Button is one of a dialog.
type Button struct {
	Text  string
	Focus bool
	Does  bool // what is asked; the other one does nothing
	Off   bool // it cannot be pressed yet
}

// Buttons draws them side by side. They take the same columns whatever has the focus; dim: no key is taken now.
func Buttons(t *theme.Theme, dim bool, all ...Button) string {
	var b strings.Builder
	for i, button := range all {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch s := button.Text; {
		case button.Focus && dim:
			b.WriteString(t.Paint(theme.Muted, t.Pointer+"[ "+s+" ]"))
		case button.Focus:
			b.WriteString(t.Paint(theme.Strong, t.Pointer) + t.ButtonText(s, true, button.Does))
		case button.Off || dim:
			b.WriteString(t.Paint(theme.Muted, "   "+s+"  "))
		default:
			b.WriteString(" " + t.ButtonText(s, false, button.Does))
		}
	}
	return b.String()
}

// PressYes is how a dialog asks where nothing has to be typed: "Press y to delete".
func PressYes(env *Env, does string) string {
	return env.Theme.Paint(theme.Text, "Press ") + env.Theme.Paint(theme.Strong, env.Keys.Label(keys.Yes)) +
		env.Theme.Paint(theme.Text, " to "+does)
}

// ScrollHint are the keys that scroll a list, as a hint.
func ScrollHint(env *Env) string {
	up, down := env.Keys.Label(keys.Up), env.Keys.Label(keys.Down)
	if theme.Width(up+down) > 2 {
		up += " "
	}
	return env.Theme.Hint(up+down, "scroll")
}

// HintLine is as many of these as fit into w columns, the first always, and at its end what part of a list is in sight.
func HintLine(t *theme.Theme, hints []string, where string, w int) string {
	line := hints[0]
	for _, hint := range hints[1:] {
		longer := line + t.Paint(theme.Muted, " "+t.Dot+" ") + hint
		if theme.WidthPainted(longer)+2+theme.WidthPainted(where) > w {
			break
		}
		line = longer
	}
	return theme.Spread(line, where, w)
}

// TooSmall is all that a terminal shows that is too small for the list: what is asked, and the key that says no.
func TooSmall(title, no string, w, h int) string {
	lines := []string{"Too small to confirm", no + " cancels", title}
	for i := range lines {
		lines[i] = theme.Fit(lines[i], w)
	}
	return strings.Join(lines[:max(min(h, len(lines)), 0)], "\n")
}
