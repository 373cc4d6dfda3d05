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
