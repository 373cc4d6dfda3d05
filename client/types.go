package client

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"janitor/client/decode"
)

// The values of protection_status that are documented; compare without case.
const (
	NotProtected       = "nonProtection"
	ProtectedByConsole = "consoleProtection" // by its owner, in the console
)

// idRef is how the services point at another object.
type idRef struct {
	ID string `json:"id"`
}

// Time is a time as the services write it, in UTC. What cannot be parsed, "" and null are the zero time: unknown.
type Time struct{ time.Time }

// timeLayouts: ELB v3 with and without Z (S2), gateway with fractions (RFC3339 takes them), v2 certificates.
var timeLayouts = [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05"}

// UnmarshalJSON takes a string in any known layout or a number of unix milliseconds (gateway instances); it never fails.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	s, quoted := strings.CutPrefix(string(data), `"`)
	if !quoted {
		if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 {
			t.Time = time.UnixMilli(ms).UTC()
		}
		return nil
	}
	s = strings.TrimSpace(strings.TrimSuffix(s, `"`))
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, s); err == nil {
			t.Time = at.UTC()
			return nil
		}
	}
	return nil
}

// DecodeFrom takes a time, most often one as ELB v3 writes it; see [decode.Own].
func (t *Time) DecodeFrom(d *decode.Decoder) bool {
	raw, ok := d.Raw()
	if !ok {
		return false
	}
	if raw[0] == '"' && t.UnmarshalText(raw[1:len(raw)-1]) == nil {
		t.Time = t.UTC()
		return true
	}
	return t.UnmarshalJSON(raw) == nil
}

// MarshalJSON writes the zero time as null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.Format(time.RFC3339Nano))
}
