package profile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Binding gives an action of the screen other keys. Which actions and keys there are is not known here.
type Binding struct {
	Action string
	Keys   []string
	Where  string // FILE:LINE, for errors
}

// bindings are those of the file, by action.
func (c file) bindings(path string, lines map[string]int) []Binding {
	var all []Binding
	for _, action := range slices.Sorted(maps.Keys(c.Keys)) {
		line := cmp.Or(lines["keys."+action], lines["keys"])
		all = append(all, Binding{Action: action, Keys: c.Keys[action], Where: fmt.Sprintf("%s:%d", path, line)})
	}
	return all
}
