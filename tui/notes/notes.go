// Package notes is the screen that shows whole what a list lacks: the line above its rows may have no room for it.
package notes

import (
	"strings"

	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Model is the screen.
type Model struct {
	screen.Reading

	title string
	notes []string
}

// New shows notes, each of which may say several things with "; " between them. What was said is not said again.
func New(env *screen.Env, title string, notes []string) *Model {
	m := &Model{title: title, notes: notes}
	m.Reading = screen.NewReading(env, m.lines)
	return m
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action { return []keys.Action{keys.Back, keys.Help} }

func (m *Model) lines(w int) []string {
	t := m.Env.Theme
	var lines []string
	for _, line := range theme.Wrap(m.title, max(w-2, 1)) {
		lines = append(lines, " "+t.Paint(theme.Title, line))
	}
	said := map[string]bool{}
	for _, note := range m.notes {
		blank := []string{""}
		for part := range strings.SplitSeq(note, "; ") {
			if said[part] {
				continue
			}
			said[part] = true
			lines, blank = append(lines, blank...), nil
			lead := " " + t.Paint(theme.Warn, t.Left) + " "
			for _, line := range theme.Wrap(english.Sentence(part), max(w-4, 1)) {
				lines = append(lines, lead+line)
				lead = "   "
			}
		}
	}
	return lines
}
