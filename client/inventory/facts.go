package inventory

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/addresses"
)

// text that is empty is not known: the services leave out what they do not say.
func text(s string) Datum { return Datum{Known: s != "", Text: s} }

// free is text that people write: none at all is an answer too.
func free(s string) Datum { return Datum{Known: true, Text: s} }

func number(n int) Datum { return Datum{Known: true, Number: float64(n)} }

// count is a number of things where it is known.
func count(n int, known bool) Datum {
	if !known {
		return Datum{}
	}
	return number(n)
}

func flag(on bool) Datum {
	if on {
		return Datum{Known: true, Number: 1}
	}
	return Datum{Known: true}
}

func instant(at client.Time) Datum {
	if at.IsZero() {
		return Datum{}
	}
	t := at.Time()
	return Datum{Known: true, Number: float64(t.Unix()) + float64(t.Nanosecond())/1e9}
}

func blockDatum(b addresses.Block) Datum {
	return Datum{Known: b.Valid(), Block: b}
}

func sizeDatum(b addresses.Block) Datum {
	return Datum{Known: b.Valid(), Number: b.Number()}
}

func (c Column) means(words string) Column {
	c.Means = words
	return c
}

// oneOf: it says one of these words, or it is not known.
func (c Column) oneOf(words ...string) Column {
	c.OneOf = words
	return c
}

// typed gives a column what filters and exports read.
func (c Column) typed(t Type, of func(Resource) Datum) Column {
	c.Type, c.Data = t, func(r Resource, _ time.Time) Datum { return of(r) }
	return c
}

// fact is a column for filters and exports only.
func fact(id string, t Type, means string, of func(r Resource, now time.Time) Datum) Column {
	return Column{
		ID: id, Title: strings.ToUpper(id), Type: t, Data: of, Hidden: true, Means: means,
		Compare: func(a, b Resource) int {
			// What is seen from now is compared as seen from any moment.
			return of(a, time.Time{}).compare(of(b, time.Time{}))
		},
	}
}

func textFact(id, means string, of func(Resource) string) Column {
	return fact(id, Text, means, func(r Resource, _ time.Time) Datum { return text(of(r)) })
}

func flagFact(id, means string, of func(Resource) bool) Column {
	return fact(id, Flag, means, func(r Resource, _ time.Time) Datum { return flag(of(r)) })
}

func createdFact() Column {
	return fact("created", Moment, "when it was created", func(r Resource, _ time.Time) Datum { return instant(r.Created) })
}

func descriptionFact(of func(Resource) string) Column {
	return fact("description", Text, "description", func(r Resource, _ time.Time) Datum { return free(of(r)) })
}

// compare puts what is not known last.
func (d Datum) compare(o Datum) int {
	known := func(d Datum) int {
		if d.Known {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(known(d), known(o)),
		cmp.Compare(d.Number, o.Number),
		fold(d.Text, o.Text),
		slices.Compare(d.Words, o.Words),
		d.Block.Compare(o.Block),
	)
}

func port(n int) Datum {
	if n == 0 {
		return Datum{}
	}
	return number(n)
}
