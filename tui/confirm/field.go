package confirm

import (
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// beyond is how many characters the field takes more than are wanted, so that a wrong text never becomes right by being
// cut.
const beyond = 8

// edit gives the key to the field when something has to be typed: every key that types does so there, and acts nowhere.
func (m *Model) edit(key tea.KeyPressMsg) bool {
	if m.want == "" || m.empty() {
		return false
	}
	switch {
	case key.String() == "backspace":
		_, n := utf8.DecodeLastRuneInString(m.typed)
		m.set(m.typed[:len(m.typed)-n])
	case key.String() == "ctrl+u":
		m.set("")
	case key.Text != "":
		m.put(key.Text)
	default:
		return false
	}
	return true
}

// put adds text to the field. What stood on two lines does not become one word by it.
func (m *Model) put(text string) {
	if m.want == "" || m.empty() {
		return
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, text)
	typed := m.typed
	for _, r := range text {
		if typed == "" && r == ' ' { // no text that is wanted begins with one
			continue
		}
		if utf8.RuneCountInString(typed) < len(m.want)+beyond {
			typed += string(r)
		}
	}
	m.set(typed)
}

// set moves the focus as well: to Delete when the text is right, else to Cancel.
func (m *Model) set(typed string) {
	m.typed = typed
	if m.matches() {
		m.focus, m.arrived = proceed, true
	} else {
		m.focus, m.arrived = cancel, false
	}
}
