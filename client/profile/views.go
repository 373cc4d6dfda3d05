package profile

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// View is an expression that has a name in the config file. Whether it is one, and of which kinds, is not known here.
type View struct {
	Name  string
	Expr  string
	Where string // FILE:LINE, for errors
}

var viewForm = regexp.MustCompile(`^[A-Za-z0-9-]+$`)

// views are those of the file, in its order.
func (c file) views(path string, lines map[string]int) ([]View, error) {
	var all []View
	at := func(name string) int { return lines["views."+name] }
	inOrder := func(a, b string) int { return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a, b)) }
	for _, name := range slices.SortedFunc(maps.Keys(c.Views), inOrder) {
		v := View{Name: name, Expr: oneLine(c.Views[name]), Where: fmt.Sprintf("%s:%d", path, at(name))}
		switch {
		case !viewForm.MatchString(name):
			return nil, usage("%s: a view cannot be called %q: letters, digits and dashes only", v.Where, name)
		case v.Expr == "":
			return nil, usage("%s: the view %q is empty: give it an expression, such as unused && age > 180d", v.Where, name)
		}
		all = append(all, v)
	}
	return all, nil
}

// oneLine is text as it can be typed into a line; columns stay the same.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, strings.TrimSpace(s))
}
