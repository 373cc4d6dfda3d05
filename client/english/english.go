// Package english puts numbers and lists into sentences.
package english

import (
	"strconv"
	"strings"
)

// Count is a number with its noun: "1 server", "3 servers".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Plural of a noun that has a regular one: "servers", "policies".
func Plural(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return stem + "ies"
	}
	return noun + "s"
}

// And joins words: "a", "a and b", "a, b and c".
func And(words []string) string { return series(words, " and ") }

// Or joins words: "a", "a or b", "a, b or c".
func Or(words []string) string { return series(words, " or ") }

func series(words []string, last string) string {
	n := len(words) - 1
	if n < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n], ", ") + last + words[n]
}
