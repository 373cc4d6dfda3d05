package inventory

import (
	"math"
	"time"

	"janitor/client/addresses"
)

// Type is what a column holds, for filters and exports.
type Type uint8

// The types. Text compares without case. A Span is a length of time ("age > 90d"), a Moment a point in it. Size is a
// number of addresses, up to 2^128. Words is a set of texts, Block the addresses that an entry covers or a host has.
const (
	Text Type = iota
	Number
	Span
	Moment
	Size
	Flag
	Words
	Block
)

// Datum is the typed value of a column. The zero Datum is not known: it is equal to nothing and less than nothing.
type Datum struct {
	Known  bool
	Text   string   // Text
	Number float64  // Number and Size as such, Span in seconds, Moment in seconds since 1970, Flag 0 or 1
	Words  []string // Words; shared, never written to
	Block  addresses.Block
}

// Value is a datum of that type for programs: a text, a number, true or false, or a list of words; nil when it is not known.
// A Moment is a text as RFC 3339 has it, a Span whole seconds, a Block an address or "first-last".
func (d Datum) Value(t Type) any {
	if !d.Known {
		return nil
	}
	switch t {
	case Text:
		return d.Text
	case Flag:
		return d.Number != 0
	case Moment:
		return time.Unix(int64(d.Number), 0).UTC().Format(time.RFC3339)
	case Words:
		return append([]string{}, d.Words...)
	case Block:
		return d.Block.String()
	case Span:
		return math.Round(d.Number)
	}
	return d.Number
}
