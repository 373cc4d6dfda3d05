package client

import (
	"cmp"
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

// Time is a time as the services write it, to the microsecond. What cannot be parsed, "" and null are the zero Time:
// unknown. Every row and every object keeps two or three: it is a third of a [time.Time].
type Time struct{ micros int64 } // since the beginning of the year 1, as the zero time.Time is

// At is that time, without what is less than a microsecond.
func At(t time.Time) Time { return Time{t.UnixMicro() - year1} }

const year1 = -62_135_596_800_000_000 // in microseconds of unix time

// Time is it in UTC; the zero Time is the zero time.Time.
func (t Time) Time() time.Time { return time.UnixMicro(t.micros + year1).UTC() }

// IsZero says that it is not known.
func (t Time) IsZero() bool { return t == Time{} }

// Compare puts the earlier one first, and what is not known before all others.
func (t Time) Compare(other Time) int { return cmp.Compare(t.micros, other.micros) }

// Equal says whether both are the same time.
func (t Time) Equal(other Time) bool { return t == other }

// timeLayouts: ELB v3 with and without Z (S2), gateway with fractions (RFC3339 takes them), v2 certificates.
var timeLayouts = [...]string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05"}

// UnmarshalJSON takes a string in any known layout or a number of unix milliseconds (gateway instances); it never fails.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	s, quoted := strings.CutPrefix(string(data), `"`)
	if !quoted {
		if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 {
			*t = At(time.UnixMilli(ms))
		}
		return nil
	}
	s = strings.TrimSpace(strings.TrimSuffix(s, `"`))
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, s); err == nil {
			*t = At(at)
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
	var at time.Time
	if raw[0] == '"' && at.UnmarshalText(raw[1:len(raw)-1]) == nil {
		*t = At(at)
		return true
	}
	return t.UnmarshalJSON(raw) == nil
}

// MarshalJSON writes the zero time as null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.Time().Format(time.RFC3339Nano))
}
