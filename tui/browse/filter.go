package browse

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// typed takes a key while the filter is being typed. The table follows every key, and can be moved in.
func (m *Model) typed(key tea.KeyPressMsg) tea.Cmd {
	switch action, _ := m.env.Keys.Action(keys.Input, key.String()); action {
	case keys.Confirm:
		m.typing = false
		return m.filter(strings.TrimSpace(m.line.String()))
	case keys.Back:
		m.typing = false
		return m.filter("")
	}
	if key.Text == "" {
		switch action, _ := m.env.Keys.Action(keys.Move, key.String()); action {
		case keys.Up, keys.Down, keys.PageUp, keys.PageDown:
			if !m.line.Owns(key.String()) {
				m.tab().table.Do(action)
				return nil
			}
		}
	}
	if m.line.Press(key) {
		return m.filter(m.line.String())
	}
	return nil
}

// paste types what was pasted, all of it or nothing.
func (m *Model) paste(s string) tea.Cmd {
	if !m.line.Insert(s) {
		return say("Not pasted: a filter has at most " + theme.Number(screen.MaxLine) + " characters")
	}
	return m.filter(m.line.String())
}

// Unfit is why a filter cannot be used on the kind shown, as a sentence; "" when it can.
func (m *Model) Unfit(s string) string { return "" }

// Filter shows only what a filter lets through, as if it had been typed and kept.
func (m *Model) Filter(s string) tea.Cmd {
	m.typing = false
	return m.filter(s)
}

func (m *Model) filter(s string) tea.Cmd {
	t := m.tab()
	t.filter = s
	t.words = s
	return m.settle(t)
}
