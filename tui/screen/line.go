package screen

import (
	"slices"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/theme"
)

// MaxLine bounds what can be typed or pasted into a line, in characters.
const MaxLine = 1000

// Line is a line of text being typed. The zero Line is empty.
type Line struct {
	text []rune
	at   int // the cursor stands before this character
}

func (l *Line) String() string { return string(l.text) }

// Cursor is how many characters stand before it.
func (l *Line) Cursor() int { return l.at }

// Set begins with this text, the cursor at its end; what cannot be shown is left out.
func (l *Line) Set(s string) {
	l.text, l.at = nil, 0
	l.Insert(s)
}

// Insert types s; line breaks and tabs become one space, so that words stay words, and what cannot be shown is left out.
// It is false, and nothing is typed, when the line would become too long: half of what was meant could mean something
// else.
func (l *Line) Insert(s string) bool {
	typed := make([]rune, 0, min(len(s), MaxLine))
	last := rune(0) // before the next one
	if l.at > 0 {
		last = l.text[l.at-1]
	}
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) && r != ' ':
			if last == ' ' {
				continue
			}
			r = ' '
		case !unicode.IsPrint(r):
			continue
		}
		if len(l.text)+len(typed) == MaxLine {
			return false
		}
		typed = append(typed, r)
		last = r
	}
	l.text = slices.Insert(l.text, l.at, typed...)
	l.at += len(typed)
	return true
}

// Full says that no more can be typed.
func (l *Line) Full() bool { return len(l.text) == MaxLine }

// Replace puts s in place of the characters from there to the cursor; false when it is too long.
func (l *Line) Replace(from int, s string) bool {
	before := Line{text: slices.Clone(l.text), at: l.at}
	l.cut(from, l.at)
	if !l.Insert(s) {
		*l = before
		return false
	}
	return true
}

// Owns says whether a key edits the line although it means something elsewhere.
func (l *Line) Owns(key string) bool {
	return slices.Contains([]string{"left", "right", "home", "end", "ctrl+b", "ctrl+f", "ctrl+a", "ctrl+e"}, key)
}

// Press edits the line; false when its text is the same as before.
func (l *Line) Press(key tea.KeyPressMsg) bool {
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
		l.Insert(key.Text)
		return len(l.text) != before
	}
	return false
}

func (l *Line) cut(from, to int) bool {
	from, to = max(from, 0), min(to, len(l.text))
	if from >= to {
		return false
	}
	l.text = slices.Delete(l.text, from, to)
	l.at = from
	return true
}

// word is where the word before the cursor begins.
func (l *Line) word() int {
	i := l.at
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}

// Draw is the line with its cursor, in at most w columns; it shows the part around the cursor.
func (l *Line) Draw(t *theme.Theme, w int) string {
	under, after := " ", ""
	if l.at < len(l.text) {
		under, after = string(l.text[l.at]), string(l.text[l.at+1:])
	}
	before := string(l.text[l.first(w):l.at])
	room := max(w-theme.Width(before)-theme.Width(under), 0)
	return before + t.Paint(theme.ButtonFocus, under) + theme.Fit(after, min(room, theme.Width(after)))
}

// Column is where Draw puts a character: the nearest column that is shown, from 0.
func (l *Line) Column(char, w int) int {
	first := l.first(w)
	char = max(first, min(char, len(l.text)))
	return min(theme.Width(string(l.text[first:char])), max(w-1, 0))
}

// first is the first character that is drawn, such that those before the cursor and one more fit.
func (l *Line) first(w int) int {
	from, used := l.at, 0
	for from > 0 && used < w {
		from--
		used += theme.Width(string(l.text[from]))
	}
	for from < l.at && theme.Width(string(l.text[from:l.at])) >= w { // marks that stand alone are narrower
		from++
	}
	return from
}
