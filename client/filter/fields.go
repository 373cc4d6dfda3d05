package filter

import (
	"strings"
	"time"

	"janitor/client/inventory"
)

// functions are what can be called, with what they look at.
var functions = []struct {
	name string
	what what
}{
	{"any", tReasons},        // (list, condition): the condition holds for one of the list or more: .text, .via, .by of a reason, # of a word
	{"all", tReasons},        // (list, condition): it holds for each, or the list is empty
	{"none", tReasons},       // (list, condition): it holds for none
	{"one", tReasons},        // (list, condition): it holds for exactly one
	{"count", tReasons},      // (list, condition): for how many it holds
	{"len", tReasons},        // (list): how many there are
	{"date", tMoment},        // ("2026-01-31"): a day, or a moment in it, in UTC
	{"covers", tAddresses},   // ("10.0.0.0/8"): it covers all of that address, block or range
	{"within", tAddresses},   // ("10.0.0.0/8"): it lies within that block or range
	{"contains", tAddresses}, // ("10.1.2.3"): it covers that address
}

// functionsOf are the names of those that can be called on a kind.
func functionsOf(kind *inventory.Kind) []string {
	var names []string
	for _, f := range functions {
		if f.what == tAddresses && blockOf(kind) == nil || f.what == tMoment && !has(kind, tMoment) {
			continue
		}
		names = append(names, f.name)
	}
	return names
}

// what is the type of an expression.
type what uint8

const (
	tText what = iota
	tNumber
	tSpan
	tMoment
	tSize
	tFlag
	tWords
	tAddresses
	tReasons
)

func (w what) String() string {
	return [...]string{
		"text", "number", "length of time", "point in time", "number of addresses", "yes or no", "list of words", "addresses", "list of reasons",
	}[min(w, tReasons)]
}

// article is what w is in a sentence: "age is a length of time".
func (w what) article() string {
	switch w {
	case tNumber, tSpan, tMoment, tSize, tWords, tReasons:
		return "a " + w.String()
	case tText, tFlag, tAddresses:
	}
	return w.String()
}

// field is a name with how it is read from a row. Only the readers of its type are there.
type field struct {
	name  string
	what  what
	means string
	oneOf []string

	// sure is false where the row may not say all: a text that does not match is undecided then, and of a list more may
	// be missing. nil: always sure.
	sure  func(row) bool
	test  test
	num   func(row) (float64, bool)
	text  func(row) (string, bool)
	words func(row) ([]string, bool)
}

// known says whether the verdict tells if something is used.
func known(x row) bool { return x.Verdict.State != inventory.Unknown }

// verdictIs is undecided while the verdict is unknown.
func verdictIs(s inventory.State) test {
	return func(x row) Answer {
		switch x.Verdict.State {
		case s:
			return Yes
		case inventory.Unknown:
			return Undecided
		case inventory.Unused, inventory.InUse, inventory.Protected:
		}
		return No
	}
}

// allSigns: no more may be missing.
func allSigns(x row) bool { return !x.Verdict.Partial }

// worth says whether a row is worth a look: it has signs. Without any that is undecided while more may come.
func worth(x row) Answer { return settled(len(x.Verdict.Signs) > 0, x.Verdict.Partial) }

// judged are the fields that every kind has besides its columns: its verdict and what led to it.
func judged() []field {
	var states []string
	for _, s := range []inventory.State{inventory.Unused, inventory.InUse, inventory.Protected, inventory.Unknown} {
		states = append(states, s.String())
	}
	return []field{
		{name: "unused", what: tFlag, means: "its verdict is unused", test: verdictIs(inventory.Unused)},
		{name: "used", what: tFlag, means: "its verdict is in use", test: verdictIs(inventory.InUse)},
		{name: "protected", what: tFlag, means: "its verdict is protected", test: verdictIs(inventory.Protected)},
		{name: "unknown", what: tFlag, means: "its verdict is unknown", test: func(x row) Answer { return answer(!known(x)) }},
		{name: "worth", what: tFlag, means: "worth a look: it has signs", test: worth},
		{name: "verdict", what: tText, means: "its verdict as a word", oneOf: states,
			text: func(x row) (string, bool) { return x.Verdict.State.String(), true }},
		{name: "why", what: tText, means: "the text of all its reasons", sure: known,
			text: func(x row) (string, bool) { return why(x.Verdict.Reasons), true }},
		{name: "reasons", what: tReasons, means: "its reasons: .text, .via (field that refers), .by (id of who refers)", sure: known},
		{name: "signs", what: tWords, means: "what is worth a look: expired, empty, …", sure: allSigns,
			words: func(x row) ([]string, bool) { return x.Verdict.Signs, true }},
	}
}

func why(reasons []inventory.Reason) string {
	if len(reasons) == 1 {
		return reasons[0].Text
	}
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.Text
	}
	return strings.Join(texts, ", ")
}

// fieldsOf are all fields of a kind: name and id, the verdict, then its columns.
func fieldsOf(kind *inventory.Kind) []field {
	var first, rest []field
	for _, c := range kind.Columns {
		f := fromColumn(c)
		if c.ID == "name" || c.ID == "id" {
			first = append(first, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(append(first, judged()...), rest...)
}

func fromColumn(c inventory.Column) field {
	f := field{name: c.ID, means: c.Means, oneOf: c.OneOf}
	data := c.Data
	switch c.Type {
	case inventory.Text:
		f.what = tText
		f.text = func(x row) (string, bool) {
			d := data(*x.Resource, x.now)
			return d.Text, d.Known
		}
	case inventory.Words:
		f.what = tWords
		f.words = func(x row) ([]string, bool) {
			d := data(*x.Resource, x.now)
			return d.Words, d.Known
		}
	case inventory.Flag:
		f.what = tFlag
		f.test = func(x row) Answer {
			d := data(*x.Resource, x.now)
			if !d.Known {
				return Undecided
			}
			return answer(d.Number != 0)
		}
	case inventory.Number, inventory.Span, inventory.Moment, inventory.Size:
		f.what = map[inventory.Type]what{
			inventory.Number: tNumber, inventory.Span: tSpan, inventory.Moment: tMoment, inventory.Size: tSize,
		}[c.Type]
		f.num = func(x row) (float64, bool) {
			d := data(*x.Resource, x.now)
			return d.Number, d.Known
		}
	case inventory.Block:
		f.what = tAddresses
	}
	return f
}

// blockOf reads the addresses of a kind that has some.
func blockOf(kind *inventory.Kind) func(inventory.Resource, time.Time) inventory.Datum {
	for _, c := range kind.Columns {
		if c.Type == inventory.Block {
			return c.Data
		}
	}
	return nil
}

func has(kind *inventory.Kind, w what) bool {
	for _, f := range fieldsOf(kind) {
		if f.what == w {
			return true
		}
	}
	return false
}
