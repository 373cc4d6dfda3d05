package inventory

import (
	"reflect"
	"slices"
	"strings"
)

// shelf keeps short lists side by side. A hundred thousand that are kept each by itself lie scattered between what is garbage
// soon, and leave gaps that take as much memory as they do.
type shelf[T any] struct{ room []T }

// put gives a copy of a list, which has no room to grow.
func (s *shelf[T]) put(list ...T) []T {
	if cap(s.room)-len(s.room) < len(list) {
		s.room = make([]T, 0, max(len(list), together/int(reflect.TypeFor[T]().Size())))
	}
	from := len(s.room)
	s.room = append(s.room, list...)
	return slices.Clip(s.room[from:])
}

// together is how much room a shelf makes at once, in bytes.
const together = 8 << 10

// textShelf is a shelf of texts.
type textShelf struct{ room strings.Builder }

// put gives the parts as one text.
func (s *textShelf) put(parts ...string) string {
	n := 0
	for _, part := range parts {
		n += len(part)
	}
	if s.room.Cap()-s.room.Len() < n {
		s.room.Reset()
		s.room.Grow(max(n, together))
	}
	from := s.room.Len()
	for _, part := range parts {
		s.room.WriteString(part)
	}
	return s.room.String()[from:]
}
