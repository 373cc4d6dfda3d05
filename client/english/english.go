// Package english puts numbers and lists into sentences.
package english

import (
	"strconv"
	"strings"
)

// Number is n in groups of three digits: "43 087".
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// Count is a [Number] with its noun: "1 server", "12 000 servers".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Are begins a sentence about some of several things: "22 of the 23 pools are", "1 of the 23 pools is", "both pools are".
func Are(n, of int, one, many string) string {
	switch all := n == of; {
	case all && n == 1:
		return "1 " + one + " is"
	case all && n == 2:
		return "both " + many + " are"
	case all:
		return "all " + Number(n) + " " + many + " are"
	case n == 1:
		return "1 of the " + Number(of) + " " + many + " is"
	}
	return Number(n) + " of the " + Number(of) + " " + many + " are"
}

// Sentence begins with a capital letter.
func Sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
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
