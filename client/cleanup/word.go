package cleanup

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"janitor/client/inventory"
)

const (
	wordNames = 3  // most names that are typed one after another
	wordName  = 40 // longest name that is typed, in characters
)

// Word is what must be typed when [Plan.Typed]. Where there is danger it is the name of what the danger befalls: the
// names of two or three, joined by commas; from four on it is how many dangers are told, "5 dangers". A name that people
// cannot well type stands aside for the beginning of an id, see [typedName]. Without danger it is the number of items.
func (p Plan) Word() string {
	names, dangers, hopeless := p.dangers()
	switch n := len(names); {
	case n == 0:
		return strconv.Itoa(len(p.Items))
	case n > wordNames || hopeless && n > 1:
		return fmt.Sprintf("%d dangers", dangers)
	case hopeless:
		return "1 danger"
	}
	return strings.Join(names, ", ")
}

// Name is what must be typed where the profile always asks for a name, never for a number only: those of the dangers where
// [Plan.Word] has them, else that of the only item, or the beginning of its id, else the profile's or, where people cannot
// well type that, the project's id.
func (p Plan) Name(profile, project string) string {
	names, _, hopeless := p.dangers()
	switch n := len(names); {
	case n > 0 && n <= wordNames && !hopeless:
		return strings.Join(names, ", ")
	case len(p.Items) == 1 && n <= 1:
		res := p.Items[0].Resource
		for _, s := range []string{res.Label(), beginning(res.Ref.ID)} {
			if canType(s) {
				return s
			}
		}
	}
	if canType(profile) {
		return profile
	}
	return project
}

// dangers are the names of what danger befalls, each once, and how many dangers there are; hopeless: one has no name that
// can be typed.
func (p Plan) dangers() (names []string, dangers int, hopeless bool) {
	if p.Grade != inventory.Danger {
		return nil, 0, false
	}
	for _, c := range p.Consequences {
		if c.Grade != inventory.Danger {
			continue
		}
		dangers++
		name := typedName(c)
		hopeless = hopeless || name == ""
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, dangers, hopeless
}

// typedName is what is typed for a danger: its name. A name that is empty, longer than 40 characters, not of printable
// ASCII only, or with blanks that do not show is replaced by the first 8 characters of the id of what the first
// resource that causes the danger lives in, or of that resource; "" when that cannot be typed either.
func typedName(c inventory.Consequence) string {
	candidates := []string{c.Name}
	for _, ref := range c.Of {
		candidates = append(candidates, beginning(ref.Parent), beginning(ref.ID))
	}
	for _, s := range candidates {
		if canType(s) {
			return s
		}
	}
	return ""
}

// beginning is the id as tags show it, less the dots.
func beginning(id string) string { return strings.TrimSuffix(inventory.Brief(id), "…") }

func canType(s string) bool {
	if s == "" || len(s) > wordName || strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
