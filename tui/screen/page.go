package screen

import (
	"strconv"
	"strings"

	"charm.land/bubbles/v2/viewport"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Scroll moves a page of text; false when the action is not about moving.
func Scroll(page *viewport.Model, a keys.Action) bool {
	switch a {
	case keys.Up:
		page.ScrollUp(1)
	case keys.Down:
		page.ScrollDown(1)
	case keys.PageUp:
		page.PageUp()
	case keys.PageDown:
		page.PageDown()
	case keys.HalfUp:
		page.HalfPageUp()
	case keys.HalfDown:
		page.HalfPageDown()
	case keys.Top:
		page.GotoTop()
	case keys.Bottom:
		page.GotoBottom()
	default:
		return false
	}
	return true
}

// Step is how far an action moves in a list of so many rows, of which a page is shown; false when it is not about moving.
func Step(a keys.Action, page, rows int) (by int, ok bool) {
	switch a {
	case keys.Up:
		return -1, true
	case keys.Down:
		return 1, true
	case keys.PageUp:
		return -max(page-1, 1), true
	case keys.PageDown:
		return max(page-1, 1), true
	case keys.HalfUp:
		return -max(page/2, 1), true
	case keys.HalfDown:
		return max(page/2, 1), true
	case keys.Top:
		return -rows, true
	case keys.Bottom:
		return rows, true
	}
	return 0, false
}

// Page draws the visible part of a page in w columns and h lines; the last line says how much there is below.
func Page(t *theme.Theme, page *viewport.Model, w, h int) string {
	if h <= 0 {
		return ""
	}
	total := page.TotalLineCount()
	room := h
	if total > h && h > 1 {
		room = h - 1
	}
	page.SetWidth(w)
	page.SetHeight(room)
	page.SetYOffset(page.YOffset()) // back into bounds when the room has changed
	lines := strings.Split(page.View(), "\n")
	for len(lines) < room {
		lines = append(lines, "")
	}
	lines = lines[:room]
	for i := range lines {
		lines[i] = theme.FitPainted(lines[i], w)
	}
	if room < h {
		lines = append(lines, More(t, total-page.YOffset()-room, w))
	}
	return strings.Join(lines, "\n")
}

// More is the line under a page of which n lines are below.
func More(t *theme.Theme, n, w int) string {
	if n <= 0 {
		return theme.Fit("", w)
	}
	return t.Paint(theme.Muted, theme.Fit(" "+t.Descending+" "+strconv.Itoa(n)+" more", w))
}
