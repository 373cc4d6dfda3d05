// Package notes is the screen that shows whole what a list lacks: the line above its rows may have no room for it.
package notes

import (
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Model is the screen.
type Model struct {
	screen.Exit

	env   *screen.Env
	title string
	notes []string
	page  viewport.Model
	w     int
	look  theme.Look
}

// New shows notes, each of which may say several things with "; " between them.
func New(env *screen.Env, title string, notes []string) *Model {
	return &Model{env: env, title: title, notes: notes, page: viewport.New()}
}

// Update takes keys.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch action, _ := m.env.Keys.Action(keys.Reading, key.String()); action {
	case keys.Back:
		m.Leave()
	default:
		if why := m.WhyNot(action); why != "" {
			return screen.Say(why)
		}
		screen.Scroll(&m.page, action)
	}
	return nil
}

// WhyNot is why a key that works elsewhere does not here.
func (m *Model) WhyNot(a keys.Action) string {
	switch a {
	case keys.Open, keys.Raw, keys.CopyID, keys.Delete:
		return m.env.Keys.Label(a) + " works in lists and in the detail: " + m.env.Keys.Label(keys.Back) + " goes back"
	}
	return ""
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action { return []keys.Action{keys.Back, keys.Help} }

// View draws the page at its place.
func (m *Model) View(w, h int) string {
	if look := m.env.Theme.Look(); w != m.w || look != m.look {
		m.w, m.look = w, look
		m.page.SetContentLines(m.lines(w))
	}
	return screen.Page(m.env.Theme, &m.page, w, h)
}

func (m *Model) lines(w int) []string {
	t := m.env.Theme
	var lines []string
	for _, line := range theme.Wrap(m.title, max(w-2, 1)) {
		lines = append(lines, " "+t.Paint(theme.Title, line))
	}
	for _, note := range m.notes {
		lines = append(lines, "")
		for part := range strings.SplitSeq(note, "; ") {
			lead := " " + t.Paint(theme.Warn, t.Left) + " "
			for _, line := range theme.Wrap(theme.Sentence(part), max(w-4, 1)) {
				lines = append(lines, lead+line)
				lead = "   "
			}
		}
	}
	return lines
}
