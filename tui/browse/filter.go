package browse

import (
	"slices"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
)

// typed takes a key while the filter is being typed. The table follows every key, and can be moved in.
func (m *Model) typed(key tea.KeyPressMsg) {
	switch action, _ := m.env.Keys.Action(keys.Input, key.String()); action {
	case keys.Confirm:
		m.typing = false
		m.filter(strings.TrimSpace(m.line.String()))
		return
	case keys.Back:
		m.typing = false
		m.filter("")
		return
	}
	if key.Text == "" {
		switch action, _ := m.env.Keys.Action(keys.Move, key.String()); action {
		case keys.Up, keys.Down, keys.PageUp, keys.PageDown:
			if !m.line.owns(key.String()) {
				m.tab().table.Do(action)
				return
			}
		}
	}
	if m.line.press(key) {
		m.filter(m.line.String())
	}
}

func (m *Model) filter(s string) {
	t := m.tab()
	t.filter = s
	t.table.Filter(s)
}

// maxLine bounds what can be typed or pasted into a line, in characters.
const maxLine = 200

// line is a line of text being typed.
type line struct {
	text []rune
	at   int // the cursor stands before this character
}

func (l *line) String() string { return string(l.text) }

func (l *line) set(s string) {
	l.text = []rune(s)
	l.at = len(l.text)
}

// insert types s; what cannot be shown is left out.
func (l *line) insert(s string) {
	for _, r := range s {
		if unicode.IsPrint(r) && len(l.text) < maxLine {
			l.text = slices.Insert(l.text, l.at, r)
			l.at++
		}
	}
}

// owns says whether a key edits the line although it means something elsewhere.
func (l *line) owns(key string) bool {
	return slices.Contains([]string{"left", "right", "home", "end", "ctrl+b", "ctrl+f", "ctrl+a", "ctrl+e"}, key)
}

// press edits the line; false when its text is the same as before.
func (l *line) press(key tea.KeyPressMsg) bool {
	switch key.String() {
	case "left", "ctrl+b":
		l.at = max(l.at-1, 0)
	case "right", "ctrl+f":
		l.at = min(l.at+1, len(l.text))
	case "home", "ctrl+a":
		l.at = 0
	case "end", "ctrl+e":
		l.at = len(l.text)
	case "backspace", "ctrl+h":
		return l.cut(l.at-1, l.at)
	case "delete", "ctrl+d":
		return l.cut(l.at, l.at+1)
	case "ctrl+u":
		return l.cut(0, l.at)
	case "ctrl+k":
		return l.cut(l.at, len(l.text))
	case "ctrl+w", "alt+backspace":
		return l.cut(l.word(), l.at)
	default:
		before := len(l.text)
		l.insert(key.Text)
		return len(l.text) != before
	}
	return false
}

func (l *line) cut(from, to int) bool {
	from, to = max(from, 0), min(to, len(l.text))
	if from >= to {
		return false
	}
	l.text = slices.Delete(l.text, from, to)
	l.at = from
	return true
}

// word is where the word before the cursor begins.
func (l *line) word() int {
	i := l.at
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}
