package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strconv"
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

// UnmarshalJSON takes a string or a number of unix milliseconds (gateway instances), or of seconds where these would be long
// before there were such services; it never fails. ELB v3 writes a time as RFC 3339 has it, or without a zone (S2), the
// gateways with fractions, and v2 certificates with a blank before the hour.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	s, quoted := bytes.CutPrefix(data, []byte(`"`))
	if !quoted {
		// The clouds are younger than 2001; what is no whole number is 0.
		const sec2001, ms2001 = 1e9, 1e12
		switch n, _ := strconv.ParseInt(string(s), 10, 64); {
		case n >= ms2001:
			t.set(time.UnixMilli(n))
		case n >= sec2001:
			t.set(time.Unix(n, 0))
		}
		return nil
	}
	s = bytes.TrimSpace(bytes.TrimSuffix(s, []byte(`"`)))
	const day, second = len(time.DateOnly), len(time.DateTime)
	if len(s) < second {
		return nil
	}
	var room [len(time.RFC3339Nano)]byte
	s = append(room[:0], s...)
	if s[day] == ' ' {
		s[day] = 'T'
	}
	if !bytes.ContainsAny(s[second:], "Z+-") {
		s = append(s, 'Z')
	}
	var at time.Time
	if at.UnmarshalText(s) == nil {
		t.set(at)
	}
	return nil
}

// set leaves a time unknown that RFC 3339 cannot write in UTC.
func (t *Time) set(at time.Time) {
	if year := at.UTC().Year(); 0 < year && year < 10_000 {
		*t = At(at)
	}
}

// DecodeFrom takes a time; see [decode.Own].
func (t *Time) DecodeFrom(d *decode.Decoder) bool {
	raw, ok := d.Raw()
	return ok && t.UnmarshalJSON(raw) == nil
}

// MarshalJSON writes the zero time as null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.Time().Format(time.RFC3339Nano))
}
