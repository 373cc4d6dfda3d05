// Package help is the screen of all keys. It is made from the bindings, so that it cannot say what is not so.
package help

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Model is the help screen.
type Model struct {
	env   *screen.Env
	first keys.Context
	off   bool // what deletes does not work
	page  viewport.Model
	w     int
	look  theme.Look
}

// New makes the screen; the sections that hold on the screen one comes from stand first.
func New(env *screen.Env, first keys.Context, readOnly bool) *Model {
	return &Model{env: env, first: first, off: readOnly, page: viewport.New()}
}

// Update takes keys.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch action, _ := m.env.Keys.Action(keys.Reading, key.String()); action {
	case keys.Back, keys.Help:
		return func() tea.Msg { return screen.Leave{By: m} }
	case keys.Open, keys.Raw, keys.CopyID, keys.Delete, keys.ShowRun:
		return screen.Say(m.env.Keys.Label(action) + " works in lists and in the detail: " + m.env.Keys.Label(keys.Back) + " goes back")
	default:
		screen.Scroll(&m.page, action)
	}
	return nil
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action { return []keys.Action{keys.Up, keys.Down, keys.Back} }

// View draws the page at its place, in two columns where there is room.
func (m *Model) View(w, h int) string {
	if look := m.env.Theme.Look(); w != m.w || look != m.look {
		m.w, m.look = w, look
		m.page.SetContentLines(m.lines(w))
	}
	return screen.Page(m.env.Theme, &m.page, w, h)
}

// twoFrom is the width from which sections stand side by side.
const twoFrom = 120

func (m *Model) lines(w int) []string {
	sections := m.sections()
	if w < twoFrom {
		var lines []string
		for _, s := range sections {
			lines = append(lines, m.section(s, w)...)
		}
		return lines
	}
	// The sections go one after the other into the shorter column.
	var columns [2][]string
	half := w / 2
	for _, s := range sections {
		c := 0
		if len(columns[1]) < len(columns[0]) {
			c = 1
		}
		columns[c] = append(columns[c], m.section(s, half-2)...)
	}
	lines := make([]string, max(len(columns[0]), len(columns[1])))
	for i := range lines {
		var left, right string
		if i < len(columns[0]) {
			left = columns[0][i]
		}
		if i < len(columns[1]) {
			right = columns[1][i]
		}
		lines[i] = theme.FitPainted(left, half) + right
	}
	return lines
}

func (m *Model) sections() []keys.Context {
	out := m.first.With()
	for _, c := range keys.Sections() {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// keyColumn is the width of the keys.
const keyColumn = 18

func (m *Model) section(c keys.Context, w int) []string {
	t := m.env.Theme
	own := m.env.Keys.Own(c)
	if len(own) == 0 {
		return nil
	}
	lines := []string{" " + t.Paint(theme.Title, theme.Fit(c.Title(), min(theme.Width(c.Title()), max(w-1, 0))))}
	for _, b := range own {
		role, does := theme.Key, b.Help
		switch {
		case b.Danger && m.off:
			role, does = theme.Muted, "(read-only) "+does
		case b.Danger:
			role = theme.Bad
		}
		label := strings.Join(b.Labels(), " ")
		head := "  " + t.Paint(role, theme.Fit(label, max(keyColumn, theme.Width(label)))) + " "
		used := 3 + max(keyColumn, theme.Width(label))
		for _, part := range theme.Wrap(does, max(w-used, 12)) {
			lines = append(lines, head+part)
			head = strings.Repeat(" ", used)
		}
	}
	return append(lines, "")
}
