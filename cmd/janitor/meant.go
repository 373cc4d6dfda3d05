package main

import (
	"slices"
	"strings"

	"janitor/client/inventory"
	"janitor/client/spelling"
)

// meant asks whether one of the words was meant by one that is not known, ": did you mean pools?"; without one that is near
// it is otherwise.
func meant(word string, words []string, otherwise string) string {
	near := spelling.Nearest(word, words)
	if near == "" {
		return otherwise
	}
	return ": did you mean " + near + "?"
}

// meantKind is [meant] for kinds, which have names besides their ids, such as "entry".
func meantKind(word string, words []string, otherwise string) string {
	for _, k := range inventory.Kinds() {
		if slices.Contains(words, string(k.ID)) && (strings.EqualFold(word, k.One) || strings.EqualFold(word, k.Many)) {
			return ": did you mean " + string(k.ID) + "?"
		}
	}
	return meant(word, words, otherwise)
}
