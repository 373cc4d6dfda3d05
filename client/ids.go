package client

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"janitor/client/decode"
)

// IDs point at other objects, in the order in which the service listed them; services write [{"id":"…"}, …]. A hundred
// thousand pools hold several each, so they take as little memory as can be. The zero value is none.
type IDs struct{ lines string } // each id with a line break after it, which no cleaned text holds

// NewIDs are these ids, cleaned.
func NewIDs(ids ...string) IDs {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(Clean(id))
		b.WriteByte('\n')
	}
	return IDs{b.String()}
}

// Len is how many there are.
func (ids IDs) Len() int { return strings.Count(ids.lines, "\n") }

// All are the ids in order.
func (ids IDs) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for rest := ids.lines; rest != ""; {
			id, after, _ := strings.Cut(rest, "\n")
			if !yield(id) {
				return
			}
			rest = after
		}
	}
}

// First is the first one, "" when there is none.
func (ids IDs) First() string {
	id, _, _ := strings.Cut(ids.lines, "\n")
	return id
}

// List is All as a new list.
func (ids IDs) List() []string {
	return slices.AppendSeq(make([]string, 0, ids.Len()), ids.All())
}

// And adds those of others that are not there yet.
func (ids IDs) And(others IDs) IDs {
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
	lines, ok := d.IDs()
	*ids = IDs{lines}
	return ok
}

// MarshalJSON writes them as the services do.
func (ids IDs) MarshalJSON() ([]byte, error) {
	refs := make([]idRef, 0, ids.Len())
	for id := range ids.All() {
		refs = append(refs, idRef{id})
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // whoever asked for it does it
	err := enc.Encode(refs)
	return out.Bytes(), err
}
