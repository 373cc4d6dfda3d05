// Package screentest is what tests of screens have in common: keys by their names, and what every frame must respect.
package screentest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// colours are the only escape sequences of a frame.
var colours = regexp.MustCompile(`\x1b\[[0-9;:]*m`)

var codes = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft,
	"right": tea.KeyRight, "home": tea.KeyHome, "end": tea.KeyEnd, "pgdown": tea.KeyPgDown, "pgup": tea.KeyPgUp,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "space": tea.KeySpace,
}

// Key is the message of a key as a key map names it: "G", "ctrl+d", "shift+tab".
func Key(name string) tea.KeyPressMsg {
	var k tea.Key
	rest := name
	for _, mod := range []struct {
		prefix string
		mod    tea.KeyMod
	}{{"ctrl+", tea.ModCtrl}, {"shift+", tea.ModShift}} {
		if s, ok := strings.CutPrefix(rest, mod.prefix); ok && s != "" {
			k.Mod |= mod.mod
			rest = s
		}
	}
	if code, ok := codes[rest]; ok {
		k.Code = code
	} else {
		k.Code, _ = utf8.DecodeRuneInString(rest)
	}
	if k.Mod == 0 && (k.Code == tea.KeySpace || utf8.RuneCountInString(rest) == 1) {
		k.Text = string(k.Code)
	}
	if seen := tea.KeyPressMsg(k).String(); seen != name {
		panic(fmt.Sprintf("key %q is seen as %q", name, seen))
	}
	return tea.KeyPressMsg(k)
}

// Fits says that a frame has exactly h lines, none of them wider than w columns, and no control characters but those of its own
// colours. what says in a failure which frame it is.
func Fits(t *testing.T, what, frame string, w, h int) {
	t.Helper()
	if n := strings.Count(frame, "\n") + 1; n != h {
		t.Fatalf("%s at %d×%d: %d lines", what, w, h, n)
	}
	if wrong := Misfit(frame, w); wrong != "" {
		t.Fatalf("%s at %d×%d: %s", what, w, h, wrong)
	}
}

// Misfit is the first line of a frame that is wider than w columns, or has control characters other than those of its own
// colours, and why; "" when there is none.
func Misfit(frame string, w int) string {
	for i, line := range strings.Split(frame, "\n") {
		if got := ansi.StringWidth(line); got > w {
			return fmt.Sprintf("line %d is %d columns wide: %q", i, got, line)
		}
		for _, r := range colours.ReplaceAllString(line, "") {
			if acts(r) {
				return fmt.Sprintf("%U in line %d: %q", r, i, line)
			}
		}
	}
	return ""
}

// acts: a terminal does not show the character but obeys it.
func acts(r rune) bool {
	return r < ' ' || 0x7f <= r && r <= 0x9f || r == 0x200b || 0x200e <= r && r <= 0x200f || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
}
