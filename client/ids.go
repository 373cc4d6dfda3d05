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
// thousand pools hold several each, so they take as little memory as can be. The zero value is not said: a list may leave
// such a field out, which does not mean that there are none.
type IDs struct{ lines string } // each id with a line break after it, which no cleaned text holds

// none are ids that the service says are none.
const none = "-"

// NewIDs are these ids, cleaned.
func NewIDs(ids ...string) IDs {
	if len(ids) == 0 {
		return IDs{none}
	}
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(Clean(id))
		b.WriteByte('\n')
	}
	return IDs{b.String()}
}

// Said says that the service has told them, even if there are none.
func (ids IDs) Said() bool { return ids.lines != "" }

// Len is how many there are, as far as they are said.
func (ids IDs) Len() int { return strings.Count(ids.lines, "\n") }

// All are the ids in order.
func (ids IDs) All() iter.Seq[string] {
	return func(yield func(string) bool) {
		for id, rest, more := strings.Cut(ids.lines, "\n"); more; id, rest, more = strings.Cut(rest, "\n") {
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
	if *ids = (IDs{lines}); lines == "" {
		ids.lines = none
	}
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
