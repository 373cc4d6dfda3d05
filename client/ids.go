package client

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"janitor/client/decode"
)

// IDs point at other objects, in the order in which the service listed them; services write [{"id":"…"}, …]. A hundred
// thousand pools hold several each, so they take as little memory as can be. The zero value is not said: a list may leave
// such a field out, which does not mean that there are none.
type IDs struct{ packed string }

// How ids are packed: where each is a UUID as it is usually written, a zero byte and 16 bytes of each; otherwise each with a
// line break after it. Cleaned text holds neither. So the same ids are always packed in the same way.
const (
	uuids = "\x00"
	none  = "-" // ids that the service says are none
)

// NewIDs are these ids, cleaned.
func NewIDs(ids ...string) IDs {
	var lines []byte
	for _, id := range ids {
		lines = append(append(lines, Clean(id)...), '\n')
	}
	return IDs{string(packed(nil, lines))}
}

// packed appends to out ids that have a line break after each, packed; or gives them as they are.
func packed(out, lines []byte) []byte {
	if len(lines) == 0 {
		return append(out, none...)
	}
	out = append(out, uuids...)
	for id := range bytes.Lines(lines) {
		u, ok := uuid(id[:len(id)-1])
		if !ok {
			return lines
		}
		out = append(out, u[:]...)
	}
	return out
}

// uuid reads one in lower case, with its dashes.
func uuid(id []byte) (u [16]byte, ok bool) {
	if len(id) != 36 {
		return u, false
	}
	digits := make([]byte, 0, 32)
	for i, c := range id {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		switch {
		case dash != (c == '-'), 'A' <= c && c <= 'F':
			return u, false
		case !dash:
			digits = append(digits, c)
		}
	}
	_, err := hex.Decode(u[:], digits)
	return u, err == nil
}

// written is a UUID as it is usually written.
func written(u string) string {
	var b [36]byte
	at := b[:0]
	for i := range len(u) {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			at = append(at, '-')
		}
		at = append(at, "0123456789abcdef"[u[i]>>4], "0123456789abcdef"[u[i]&15])
	}
	return string(at)
}

// Said says that the service has told them, even if there are none.
func (ids IDs) Said() bool { return ids.packed != "" }

// Len is how many there are, as far as they are said.
func (ids IDs) Len() int {
	if all, ok := strings.CutPrefix(ids.packed, uuids); ok {
		return len(all) / 16
	}
	return strings.Count(ids.packed, "\n")
}

// All are the ids in order.
func (ids IDs) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		if all, ok := strings.CutPrefix(ids.packed, uuids); ok {
			for ; all != ""; all = all[16:] {
				if !yield(written(all[:16])) {
					return
				}
			}
			return
		}
		for id, rest, more := strings.Cut(ids.packed, "\n"); more; id, rest, more = strings.Cut(rest, "\n") {
			if !yield(id) {
				return
			}
		}
	}
}

// First is the first one, "" when there is none.
func (ids IDs) First() string {
	for id := range ids.All() {
		return id
	}
	return ""
}

// List is All as a new list.
func (ids IDs) List() []string {
	return slices.AppendSeq(make([]string, 0, ids.Len()), ids.All())
}

// And adds those of others that are not there yet.
func (ids IDs) And(others IDs) IDs {
	if !ids.Said() {
		return others
	}
	all := ids.List()
	for id := range others.All() {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return NewIDs(all...)
}

// Equal says whether they are the same in the same order.
func (ids IDs) Equal(others IDs) bool { return ids == others }

// UnmarshalJSON takes what the services write, a bare id for an object too, and cleans it.
func (ids *IDs) UnmarshalJSON(data []byte) error {
	var refs []idRef
	if err := decode.Lenient(data, &refs); err != nil {
		return err
	}
	all := make([]string, len(refs))
	for i, ref := range refs {
		all[i] = ref.ID
	}
	*ids = NewIDs(all...)
	return nil
}

// DecodeFrom takes what the services write as documented; see [decode.Own].
func (ids *IDs) DecodeFrom(d *decode.Decoder) bool {
	lines, ok := d.Lines(Clean, "id")
	var room [256]byte
	*ids = IDs{d.Keep(packed(room[:0], lines))}
	return ok
}

// MarshalJSON writes them as the services do.
func (ids IDs) MarshalJSON() ([]byte, error) {
	refs := make([]idRef, 0, ids.Len())
	for id := range ids.All() {
		refs = append(refs, idRef{id})
	}
	return marshal(refs)
}

// marshal leaves < and > as they are: whoever wants them escaped does it afterwards, as [json.Marshal] does.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return out.Bytes(), err
}
