package keys

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Map is a set of bindings in which no key means two things in one place. It is never changed once made; the zero Map
// has no bindings.
type Map struct {
	made     []Binding // as they were given
	bindings []Binding // with the keys that their texts name
	index    [contexts]map[string]Action
}

// Default is the key table of the README.
func Default() Map {
	m, err := newMap(defaults())
	if err != nil {
		panic("keys: " + err.Error())
	}
	return m
}

func newMap(bindings []Binding) (Map, error) {
	m := Map{made: bindings, bindings: slices.Clone(bindings)}
	for i := range bindings {
		m.bindings[i].Help, m.bindings[i].Instead = m.fill(bindings[i].Help), m.fill(bindings[i].Instead)
	}
	for c := range contexts {
		m.index[c] = map[string]Action{}
		for _, b := range m.Bindings(c) {
			for _, key := range b.Keys {
				if other, taken := m.index[c][key]; taken {
					if other == LeaveRun && b.Action == Back {
						continue // the same, under the name it has in a run
					}
					return Map{}, wrong([]Action{b.Action, other}, "key %q: bound to both %s and %s (%s)", key, other, b.Action, strings.ToLower(c.Title()))
				}
				if (c == Input || c == Choosing) && types(key) {
					return Map{}, wrong([]Action{b.Action}, "key %q: cannot be %s, for it types a character in filters and counts", key, b.Action)
				}
				m.index[c][key] = b.Action
			}
		}
	}
	return m, nil
}

// Action is what a key, as spelled by tea.KeyPressMsg.String, asks for in a context.
func (m Map) Action(c Context, key string) (Action, bool) {
	a, ok := m.index[c][key]
	return a, ok
}

// Bindings that hold in a context: its own, then those of the contexts it takes in.
func (m Map) Bindings(c Context) []Binding {
	var out []Binding
	for _, in := range c.With() {
		out = append(out, m.Own(in)...)
	}
	return out
}

// Own bindings of a context, without those it takes in: a section of the help.
func (m Map) Own(c Context) []Binding {
	var out []Binding
	for _, b := range m.bindings {
		if b.In == c {
			out = append(out, b)
		}
	}
	return out
}

// Label is the first key of an action, as a person reads it: "↑", "ctrl+d". It is "" when the action has no key.
func (m Map) Label(a Action) string {
	for _, b := range m.bindings {
		if b.Action == a {
			return b.Label()
		}
	}
	return ""
}

// NoLabel is the first key that says no where something has to be typed: one that does not type or, where all do, the one
// that presses the button.
func (m Map) NoLabel() string {
	for _, b := range m.bindings {
		for _, key := range b.Keys {
			if b.Action == No && !types(key) {
				return pretty(key)
			}
		}
	}
	return m.Label(Confirm)
}

// fill puts keys into a text that names them by their actions.
func (m Map) fill(text string) string {
	before, rest, ok := strings.Cut(text, "{")
	if !ok {
		return text
	}
	action, after, _ := strings.Cut(rest, "}")
	key := m.Label(Action(action))
	if Action(action) == No {
		key = m.NoLabel()
	}
	if utf8.RuneCountInString(key) > 1 && after != "" && after[0] != ' ' {
		key += " "
	}
	return before + key + m.fill(after)
}

// Label is the binding's first key, as a person reads it.
func (b Binding) Label() string {
	if b.Instead != "" || len(b.Keys) == 0 {
		return b.Instead
	}
	return pretty(b.Keys[0])
}

// Labels are all keys of the binding, as a person reads them.
func (b Binding) Labels() []string {
	if b.Instead != "" {
		return []string{b.Instead}
	}
	out := make([]string, len(b.Keys))
	for i, key := range b.Keys {
		out[i] = pretty(key)
	}
	return out
}

// Error is why keys cannot be bound.
type Error struct {
	Actions []Action // whose keys are wrong: one, or two that have the same key
	text    string
}

func (e *Error) Error() string { return e.text }

func wrong(of []Action, format string, args ...any) error {
	return &Error{of, fmt.Sprintf(format, args...)}
}

// Override gives actions other keys, in every context they are bound in. Its [*Error] names what is wrong: an action that
// does not exist, a key that no terminal sends, a key that would mean two things in one place.
func (m Map) Override(with map[Action][]string) (Map, error) {
	changed := slices.Clone(m.made)
	for _, a := range slices.Sorted(maps.Keys(with)) {
		if len(with[a]) == 0 {
			return Map{}, wrong([]Action{a}, "keys of %s: give at least one key", a)
		}
		for _, key := range with[a] {
			if err := valid(key); err != nil {
				return Map{}, wrong([]Action{a}, "keys of %s: %v", a, err)
			}
		}
		found := false
		for i := range changed {
			if changed[i].Action != a {
				continue
			}
			if changed[i].Instead != "" {
				return Map{}, wrong([]Action{a}, "keys of %s: cannot be changed: it is %s", a, m.bindings[i].Instead)
			}
			changed[i].Keys = slices.Clone(with[a])
			found = true
		}
		if !found {
			return Map{}, wrong([]Action{a}, "keys of %s: no such action; there are %s", a, strings.Join(m.words(), ", "))
		}
	}
	return newMap(changed)
}

// words are the actions whose keys can be changed, in the order of the table.
func (m Map) words() []string {
	var out []string
	for _, b := range m.bindings {
		if b.Instead == "" && !slices.Contains(out, string(b.Action)) {
			out = append(out, string(b.Action))
		}
	}
	return out
}

// valid says whether a terminal can send the key, and if not, what was probably meant.
func valid(key string) error {
	name := key
	var mods []string
	for {
		mod, rest, ok := strings.Cut(name, "+")
		if !ok || rest == "" || !slices.Contains(modifiers, mod) {
			break
		}
		mods, name = append(mods, mod), rest
	}
	r, size := utf8.DecodeRuneInString(name)
	single := size == len(name) && unicode.IsPrint(r)
	shift, ctrl := slices.Contains(mods, "shift"), slices.Contains(mods, "ctrl")
	switch {
	case key == "":
		return fmt.Errorf("a key is empty")
	case name == " ":
		return fmt.Errorf("key %q: write it as %q", key, strings.TrimSuffix(key, " ")+"space")
	case !single && !slices.Contains(names(), name):
		return fmt.Errorf("key %q: unknown; write a character or one of %s, with %s+ before it", key, strings.Join(names(), " "), strings.Join(modifiers, "+ "))
	case single && shift && !ctrl && unicode.IsLetter(r):
		return fmt.Errorf("key %q: write it as %q", key, string(unicode.ToUpper(r)))
	case single && ctrl && unicode.IsUpper(r):
		return fmt.Errorf("key %q: write it as %q", key, strings.TrimSuffix(key, name)+string(unicode.ToLower(r)))
	case ctrl && same[name] != "":
		return fmt.Errorf("key %q: terminals send the same as for %q", key, same[name])
	case !slices.IsSortedFunc(mods, func(a, b string) int { return slices.Index(modifiers, a) - slices.Index(modifiers, b) }):
		return fmt.Errorf("key %q: modifiers go in the order %s", key, strings.Join(modifiers, ", "))
	}
	return nil
}

// types says whether a key puts a character into a line of input.
func types(key string) bool {
	return key == "space" || utf8.RuneCountInString(key) == 1
}

// same are the control characters that are keys of their own.
var same = map[string]string{"i": "tab", "m": "enter", "[": "esc", "@": "ctrl+space"}

var arrows = strings.NewReplacer("up", "↑", "down", "↓", "left", "←", "right", "→")

func pretty(key string) string {
	if strings.Contains(key, "pg") {
		return key
	}
	return arrows.Replace(key)
}
