package decode

import (
	"hash/maphash"
	"strings"
)

// texts keeps text many at a time: an answer holds hundreds of thousands that are short, and most of those that were there
// before come soon again.
type texts struct {
	chunk  int
	seed   maphash.Seed
	room   strings.Builder // what it holds is never written again, so parts of it can be given away
	recent [][2]string     // by hash: one that came again, and the last other one; most come never again
}

// prepare is for an answer of so many bytes: the longer it is, the more text may come again, such as the load balancers
// of all pools.
func (t *texts) prepare(answer int) {
	if t.chunk == 0 {
		t.chunk, t.seed = min(answer, 16<<10), maphash.MakeSeed()
	}
	if n := max(128, min(answer/256, 4096)); n > 2*len(t.recent) {
		t.recent = make([][2]string, n)
	}
}

func (t *texts) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	known := &t.recent[maphash.Bytes(t.seed, b)%uint64(len(t.recent))]
	switch { // comparing makes no text, as a switch on it would
	case string(b) == known[0]:
		return known[0]
	case string(b) == known[1]:
		known[0], known[1] = known[1], known[0]
		return known[0]
	}
	if t.room.Cap()-t.room.Len() < len(b) {
		t.room.Reset()
		t.room.Grow(max(t.chunk, len(b)))
	}
	from := t.room.Len()
	t.room.Write(b)
	known[1] = t.room.String()[from:]
	return known[1]
}
