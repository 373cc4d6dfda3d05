// Package search finds plain words in text: what is typed to narrow a table, a list or a log to some of its lines.
package search

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Words are what must occur in a text and what must not. The zero value lets every text through.
type Words struct{ with, without [][]byte }

// Parse reads words as typed, in any case. A word after a "!", with or without a space between, must not occur; a "!" that
// no word follows is one that is still being typed.
func Parse(typed string) Words {
	var w Words
	not := false
	for word := range bytes.FieldsSeq(AppendFolded(nil, typed)) {
		bare, here := bytes.CutPrefix(word, []byte("!"))
		switch not = not || here; {
		case len(bare) == 0:
			continue
		case not:
			w.without = append(w.without, bare)
		default:
			w.with = append(w.with, word)
		}
		not = false
	}
	// Long words are rarer: most texts are out after the first.
	slices.SortStableFunc(w.with, func(a, b []byte) int { return len(b) - len(a) })
	return w
}

// Empty says that every text is let through.
func (w *Words) Empty() bool { return len(w.with)+len(w.without) == 0 }

// Match says whether a text, which [AppendFolded] has folded, is let through.
func (w *Words) Match(folded []byte) bool {
	for _, word := range w.with {
		if !bytes.Contains(folded, word) {
			return false
		}
	}
	for _, word := range w.without {
		if bytes.Contains(folded, word) {
			return false
		}
	}
	return true
}

// AppendFolded appends text with all letters that differ in case only made one, in any script.
func AppendFolded(dst []byte, text string) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			dst = append(dst, lower(c))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		dst = utf8.AppendRune(dst, fold(r))
		i += size
	}
	return dst
}

func lower[T byte | rune](c T) T {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// fold gives the first of the letters that [strings.EqualFold] takes for the same, so that ſ and the Kelvin sign are found
// as s and k. The dotted İ is an i, too.
func fold(r rune) rune {
	r = unicode.ToLower(r)
	first := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		first = min(first, other)
	}
	return lower(first)
}
