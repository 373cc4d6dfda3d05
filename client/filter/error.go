package filter

import (
	"fmt"
	"strings"
)

// Error says what is wrong with a filter and where.
type Error struct {
	Column int      // where, in characters of the text as typed, from 1
	Text   string   // what, as a clause: `pools have no field "agge"`
	Near   string   // what was probably meant, "" when nothing is near
	Fields []string // what could stand there: fields, functions or words; nil when that is not the question
}

func (e *Error) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "column %d: %s", e.Column, e.Text)
	if e.Near != "" {
		fmt.Fprintf(&s, ": did you mean %s?", e.Near)
	}
	if len(e.Fields) > 0 {
		if e.Near == "" {
			s.WriteByte('.')
		}
		s.WriteString(" There are: " + strings.Join(e.Fields, ", "))
	}
	return s.String()
}

// nearest of the known words to one that is not known; "" when none is near.
func nearest(word string, known []string) string {
	word = strings.ToLower(word)
	best, least := "", (len(word)+2)/3+1
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
