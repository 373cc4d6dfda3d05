package keys

import (
	"slices"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// modifiers in the order in which Bubble Tea writes them.
var modifiers = []string{"ctrl", "alt", "shift"}

var mods = [...]tea.KeyMod{tea.ModCtrl, tea.ModAlt, tea.ModShift}

// named are the keys that have names instead of characters.
var named = []struct {
	name string
	code rune
}{
	{"space", tea.KeySpace}, {"enter", tea.KeyEnter}, {"tab", tea.KeyTab}, {"esc", tea.KeyEscape}, {"backspace", tea.KeyBackspace},
	{"delete", tea.KeyDelete}, {"insert", tea.KeyInsert}, {"up", tea.KeyUp}, {"down", tea.KeyDown}, {"left", tea.KeyLeft},
	{"right", tea.KeyRight}, {"home", tea.KeyHome}, {"end", tea.KeyEnd}, {"pgup", tea.KeyPgUp}, {"pgdown", tea.KeyPgDown},
	{"f1", tea.KeyF1}, {"f2", tea.KeyF2}, {"f3", tea.KeyF3}, {"f4", tea.KeyF4}, {"f5", tea.KeyF5}, {"f6", tea.KeyF6},
	{"f7", tea.KeyF7}, {"f8", tea.KeyF8}, {"f9", tea.KeyF9}, {"f10", tea.KeyF10}, {"f11", tea.KeyF11}, {"f12", tea.KeyF12},
}

// names of all keys that have one.
func names() []string {
	out := make([]string, len(named))
	for i, key := range named {
		out[i] = key.name
	}
	return out
}

// Press is the key press of a key that can be bound, as a terminal would send it.
func Press(name string) tea.KeyPressMsg {
	var k tea.Key
	for i, mod := range modifiers {
		if rest, ok := strings.CutPrefix(name, mod+"+"); ok && rest != "" {
			k.Mod |= mods[i]
			name = rest
		}
	}
	if i := slices.Index(names(), name); i >= 0 {
		k.Code = named[i].code
	} else {
		k.Code, _ = utf8.DecodeRuneInString(name)
	}
	if k.Mod == 0 && types(name) {
		k.Text = string(k.Code)
	}
	return tea.KeyPressMsg(k)
}
