package screen

import "janitor/tui/theme"

// PaneWidth is how wide a pane beside a list becomes of w columns when it wants so many: enough to read, 0 where there is
// no room for both.
func PaneWidth(w, want int) int {
	if w < 140 {
		return 0
	}
	return max(want, 48)
}

// Beside puts two blocks of lines next to each other; the left one is w columns wide.
func Beside(t *theme.Theme, left, right []string, w int) []string {
	edge := t.Paint(theme.Border, "│")
	for i := range left {
		left[i] = theme.FitPainted(left[i], w) + edge
		if i < len(right) {
			left[i] += right[i]
		}
	}
	return left
}
