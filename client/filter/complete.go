package filter

import (
	"slices"

	"janitor/client/inventory"
)

// Complete says what the word before the cursor may become, in the text as typed: words stand in place of the
// characters from to at, both counted from 0. Plain words and what nobody can know have none.
//
// Where an operand begins these are fields and functions, after one the operators that are words, within quotes what
// the field before can say, and after the dot of a reason its parts.
func Complete(kind *inventory.Kind, text string, at int) (from int, words []string) {
	runes := []rune(text)
	at = min(max(at, 0), len(runes))
	begin, is := isExpression(text)
	if !is || at < begin || len(runes) > maxText {
		return at, nil
	}
	before := runes[:at]
	for i := range begin {
		before[i] = ' '
	}
	tokens, err := scan(before)
	var known []string
	typed, rest := "", tokens
	from = at
	if n := len(tokens); n > 0 && (tokens[n-1].open || tokens[n-1].kind == word && tokens[n-1].to == at) {
		typed, rest, from = tokens[n-1].text, tokens[:n-1], tokens[n-1].from
	}
	switch n := len(rest); {
	case len(tokens) > 0 && tokens[len(tokens)-1].open:
		typed, from = typed[1:], from+1
		known = sayings(kind, rest)
	case err != nil, n > 0 && rest[n-1].to == at && (rest[n-1].kind == number || rest[n-1].kind == length):
		return at, nil
	case n > 0 && rest[n-1].text == ".":
		known = []string{"text", "via", "by"}
	case !begins(rest):
		known = operators
	default:
		for _, f := range fieldsOf(kind) {
			if f.what != tAddresses {
				known = append(known, f.name)
			}
		}
		for _, name := range functionsOf(kind) {
			known = append(known, name+"(")
		}
		known = append(known, "not")
	}
	for _, k := range known {
		if hasPrefix(k, typed) {
			words = append(words, k)
		}
	}
	if len(words) == 1 && words[0] == typed {
		return from, nil
	}
	return from, words
}

// sayings are the words of the field that the text being typed is compared with: verdict == "…, verdict in ["…", "….
func sayings(kind *inventory.Kind, before []token) []string {
	n := len(before)
	for n > 0 && (before[n-1].kind == quoted || slices.Contains([]string{",", "["}, before[n-1].text)) {
		n--
	}
	if n < 2 || !slices.Contains([]string{"==", "!=", "in"}, before[n-1].text) {
		return nil
	}
	n--
	if n > 1 && before[n-1].text == "not" {
		n--
	}
	for _, f := range fieldsOf(kind) {
		if f.name == before[n-1].text {
			return f.oneOf
		}
	}
	return nil
}
