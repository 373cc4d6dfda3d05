package client

import (
	"bytes"

	"janitor/client/decode"
	"janitor/client/wire"
)

// FreeForm is an object that is only shown and written down, whatever is in it: its JSON, cleaned, without what its keys say
// is secret. The zero value is none, or an empty one.
type FreeForm struct{ json string }

// UnmarshalJSON takes an object. What is none counts as unset.
func (f *FreeForm) UnmarshalJSON(data []byte) error {
	*f = FreeForm{string(shownOf(data))}
	return nil
}

// DecodeFrom is UnmarshalJSON with what other objects say too kept once: many pools have the same; see [decode.Own].
func (f *FreeForm) DecodeFrom(d *decode.Decoder) bool {
	raw, ok := d.Raw()
	*f = FreeForm{d.Keep(shownOf(raw))}
	return ok
}

// shownOf is what may be kept of an object.
func shownOf(data []byte) []byte {
	var fields map[string]any
	if len(data) == 0 || data[0] != '{' || wire.Decode(data, &fields) != nil || len(fields) == 0 {
		return nil
	}
	shown, err := marshal(fields)
	if err != nil {
		return nil
	}
	return bytes.TrimSpace(shown)
}

// MarshalJSON writes the object.
func (f FreeForm) MarshalJSON() ([]byte, error) {
	if f.json == "" {
		return []byte("null"), nil
	}
	return []byte(f.json), nil
}

// Equal says whether both say the same.
func (f FreeForm) Equal(other FreeForm) bool { return f == other }
