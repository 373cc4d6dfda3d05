package filter

import "janitor/client/inventory"

// Field is a field of a kind as tests look at it.
type Field struct {
	Name, Type, Means string
	OneOf             []string
}

// Fields are all fields of a kind.
func Fields(kind *inventory.Kind) []Field {
	var all []Field
	for _, f := range fieldsOf(kind) {
		all = append(all, Field{f.name, f.what.String(), f.means, f.oneOf})
	}
	return all
}

// Names are all words that an expression may use of a kind: its fields and functions.
func Names(kind *inventory.Kind) []string {
	names := functionsOf(kind)
	for _, f := range fieldsOf(kind) {
		names = append(names, f.name)
	}
	return names
}
