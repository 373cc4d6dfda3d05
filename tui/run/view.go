package run

import (
	"fmt"
	"strings"

	"janitor/client/cleanup"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Lines of the terminal.
const (
	paneFrom = 14 // below, the list has them all
	paneRoom = 8  // lines that the list and the pane need together
)

// View draws exactly h lines of at most w columns: how far the run is, the items, what was said of the current one with
// its requests: below the list, beside it or, when it was opened, in its place.
func (m *Model) View(w, h int) string {
	now := m.env.Now()
	until, _ := m.src.Paused()
	m.waiting = until.After(now) && !m.stopped()
	if m.waiting {
		m.pace.touched = until
	}
	tall, least := h >= paneFrom, 2
	if tall {
		least = 3
	}
	lines, note := m.head(w, now, least)
	room := max(h-len(lines)-1, 0)
	pw := screen.PaneWidth(w, w*35/100)
	var body []string
	switch {
	case room == 0:
		m.page = 0
	case m.reading >= 0:
		body = append([]string{m.env.Theme.Rule(w)}, m.whole(m.reading, w, room-1, now)...)
	case tall && pw > 0 && room >= paneRoom:
		body = strings.Split(screen.Beside(m.env.Theme, m.list(w-pw-1, room, now), m.pane(pw-1, room, now, true), w-pw-1), "\n")
	case tall && room >= paneRoom:
		below := paneHeight(room)
		body = append(m.list(w, room-below-1, now), m.env.Theme.Rule(w))
		body = append(body, m.pane(w, below, now, false)...)
	default:
		body = m.list(w, room, now)
	}
	lines = append(append(lines, m.news(note, w)), body...)
	return strings.Join(theme.Fill(lines, h), "\n")
}

// status is the glyph and the word of an item.
func (m *Model) status(it *item) (glyph, word string, role theme.Role) {
	t := m.env.Theme
	switch {
	case (it.step == cleanup.Sent || it.step == cleanup.Clearing) && m.waiting:
		return t.Wait, "waiting", theme.Warn
	case it.step == cleanup.Clearing:
		return t.Busy, "clearing", theme.Info
	case it.step == cleanup.Rechecking:
		return t.Wait, "checking", theme.Muted
	case it.step == cleanup.Sent:
		return t.Busy, m.doing(), theme.Info
	case it.step == cleanup.Reading:
		return t.Busy, "reading back", theme.Info
	case m.past != nil && it.result.Outcome == cleanup.Pending && it.doubt:
		return t.Unsure, cleanup.Pending.String(), theme.Bad
	case m.past != nil && it.result.Outcome == cleanup.Pending:
		return t.Wait, cleanup.Pending.String(), theme.Muted
	case it.step == cleanup.Ended:
		glyph, role = screen.Sign(t, it.result.Outcome)
		return glyph, it.result.Outcome.String(), role
	default:
		return t.Wait, "queued", theme.Muted
	}
}

// doing is what is done to an item in flight.
func (m *Model) doing() string {
	if m.undoes {
		return "restoring"
	}
	return "deleting"
}

// tells is what a row says of an item beside the word: what is being done to it, or what is known of its end.
func (m *Model) tells(i int) string {
	it := &m.items[i]
	switch end := Said(m.env.Theme, it.result); {
	case it.step == cleanup.Clearing, m.past != nil && end == "":
		return it.note
	case m.past == nil || it.note == "":
		return end
	default:
		return it.note + "; " + end
	}
}

// Said is what is known of an item's end: its new id, the proof, then the service's words where it has any.
func Said(t *theme.Theme, r cleanup.Result) string {
	var parts []string
	if r.NewID != "" {
		parts = append(parts, t.Becomes+" "+r.NewID)
	}
	switch {
	case !r.Proved:
	case r.Outcome == cleanup.Deleted:
		parts = append(parts, "proved gone")
	case r.Outcome == cleanup.Restored:
		parts = append(parts, "proved there")
	}
	switch {
	case r.Message != "" && r.Code != "" && !strings.Contains(r.Message, r.Code):
		parts = append(parts, r.Code+" "+r.Message)
	case r.Message != "":
		parts = append(parts, r.Message)
	case r.Code != "":
		parts = append(parts, r.Code)
	}
	return strings.Join(parts, "; ")
}

// speed is outcomes a second, or a minute when they are rare.
func speed(rate float64) string {
	switch {
	case rate >= 9.95:
		return fmt.Sprintf("%.0f/s", rate)
	case rate >= 1:
		return fmt.Sprintf("%.1f/s", rate)
	default:
		return fmt.Sprintf("%.0f/min", rate*60)
	}
}
