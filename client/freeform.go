package client

import (
	"bytes"
	"unique"

	"janitor/client/decode"
	"janitor/client/wire"
)

// FreeForm is an object that is only shown and written down, whatever is in it: its JSON, cleaned, without what its keys say
// is secret. The zero value is none, or an empty one. Many objects have the same: it is kept once.
type FreeForm struct{ json unique.Handle[string] }

// UnmarshalJSON takes an object. What is none counts as unset.
func (f *FreeForm) UnmarshalJSON(data []byte) error {
	*f = FreeForm{}
	if shown := shownOf(data); shown != nil {
		f.json = unique.Make(string(shown))
	}
	return nil
}

// DecodeFrom is UnmarshalJSON; see [decode.Own].
func (f *FreeForm) DecodeFrom(d *decode.Decoder) bool {
	raw, ok := d.Raw()
	return ok && f.UnmarshalJSON(raw) == nil
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
	if f == (FreeForm{}) {
		return []byte("null"), nil
	}
	return []byte(f.json.Value()), nil
}

// Equal says whether both say the same.
func (f FreeForm) Equal(other FreeForm) bool { return f == other }
