package filter

import (
	"fmt"
	"slices"
	"strings"

	"janitor/client/inventory"
)

// Markdown is the table of fields and functions for the README: first what every kind has, then each kind's own.
func Markdown() string {
	kinds := inventory.Kinds()
	shared := Fields(kinds[0])
	for _, k := range kinds[1:] {
		own := Fields(k)
		shared = slices.DeleteFunc(shared, func(f Field) bool {
			return !slices.ContainsFunc(own, func(o Field) bool { return o.Name == f.Name && o.Means == f.Means })
		})
	}
	var b strings.Builder
	b.WriteString("| Of | Field | Is a | Means |\n|---|---|---|---|\n")
	put := func(of string, fields []Field) {
		for _, f := range fields {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", of, f.Name, f.Type, strings.ReplaceAll(f.Means, "|", `\|`))
			of = ""
		}
	}
	put("all", shared)
	for _, k := range kinds {
		put(k.Many, slices.DeleteFunc(Fields(k), func(f Field) bool {
			return slices.ContainsFunc(shared, func(s Field) bool { return s.Name == f.Name })
		}))
	}
	return b.String()
}
