package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"janitor/client/inventory"
)

// meant asks whether one of the words was meant by one that is not known, ": did you mean pools?"; without one that is near
// it is otherwise.
func meant(word string, words []string, otherwise string) string {
	near := nearTo(word, words)
	if near == "" {
		return otherwise
	}
	return ": did you mean " + near + "?"
}

// nearTo are the words that a mistyped one is near to, as cobra has it, "a or b".
func nearTo(word string, words []string) string {
	if strings.TrimSpace(word) == "" { // everything begins with it
		return ""
	}
	all := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, w := range words {
		all.AddCommand(&cobra.Command{Use: w, Run: func(*cobra.Command, []string) {}})
	}
	return strings.Join(all.SuggestionsFor(word), " or ")
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
