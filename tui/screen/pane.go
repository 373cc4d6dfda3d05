package screen

import (
	"strings"

	"janitor/tui/theme"
)

// PaneWidth is how wide a pane beside a list becomes of w columns when it wants so many: enough to read, 0 where there is
// no room for both.
func PaneWidth(w, want int) int {
	if w < 140 {
		return 0
	}
	return max(want, 48)
}

// Beside puts two blocks of lines next to each other, as one; the left one is w columns wide.
func Beside(t *theme.Theme, left, right []string, w int) string {
	edge := t.Paint(theme.Border, t.Edge)
	var b strings.Builder
	b.Grow(2 * (len(left) + 1) * w) // there are colours too
	for i, line := range left {
		if i > 0 {
			b.WriteByte('\n')
		}
		n := theme.WidthPainted(line)
		if n > w {
			line, n = theme.FitPainted(line, w), w
		}
		b.WriteString(line)
		for ; n < w; n++ {
			b.WriteByte(' ')
		}
		b.WriteString(edge)
		if i < len(right) {
			b.WriteString(right[i])
		}
	}
	return b.String()
}
