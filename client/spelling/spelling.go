// Package spelling finds the word that was probably meant by one that nobody knows.
package spelling

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Nearest of the known words to one that is not known, of equally near ones the first; "" when none is near. Case does not
// matter.
func Nearest(word string, known []string) string {
	word = strings.ToLower(strings.TrimSpace(word))
	best, least := "", (utf8.RuneCountInString(word)+2)/3+1
	for _, k := range known {
		if d := distance(word, strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" && len(word) >= 2 {
		for _, k := range known {
			if strings.HasPrefix(strings.ToLower(k), word) || strings.HasPrefix(word, strings.ToLower(k)) && len(k) > 2 {
				return k
			}
		}
	}
	return best
}

// Suggest names the known word nearest to one that is not known, or all of them.
func Suggest(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "known here: " + strings.Join(known, ", ")
}

// distance is how many characters must be put in, left out, replaced or swapped with their neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row[0] = i + 1
		for j := range y {
			swap := 1
			if x[i] == y[j] {
				swap = 0
			}
			row[j+1] = min(last[j]+swap, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
