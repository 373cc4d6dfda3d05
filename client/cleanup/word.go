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
// names of two or three, joined by commas; from four on it is how many dangers are told, "5 dangers". A name that people cannot well type stands
// aside for the beginning of an id, see [typedName]. Without danger it is the number of items.
func (p Plan) Word() string {
	var names []string
	dangers, hopeless := 0, false
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
	switch n := len(names); {
	case p.Grade != inventory.Danger || n == 0:
		return strconv.Itoa(len(p.Items))
	case n > wordNames || hopeless && n > 1:
		return fmt.Sprintf("%d dangers", dangers)
	case hopeless:
		return "1 danger"
	}
	return strings.Join(names, ", ")
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
func beginning(id string) string { return strings.TrimSuffix(short(id), "…") }

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
