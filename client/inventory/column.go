package inventory

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"janitor/client"
)

// nameColumn is the first column of every kind.
func nameColumn(title string) Column {
	return Column{
		ID: "name", Title: title, Width: 28, Means: "name; the id where there is none",
		Value:   func(r Resource, _ time.Time) string { return r.Label() },
		Compare: func(a, b Resource) int { return fold(a.Label(), b.Label()) },
		Data:    func(r Resource, _ time.Time) Datum { return text(r.Label()) },
	}
}

// addressColumn is the first column of those whose name is an address: it sorts by number.
func addressColumn(title string, compare func(a, b Resource) int) Column {
	c := nameColumn(title)
	c.Compare = compare
	return c
}

// idColumn is the last one; those who need it often widen the table.
func idColumn() Column {
	return Column{
		ID: "id", Title: "ID", Width: 36, Extra: true, Means: "id",
		Value:   func(r Resource, _ time.Time) string { return r.Ref.ID },
		Compare: func(a, b Resource) int { return strings.Compare(a.Ref.ID, b.Ref.ID) },
		Data:    func(r Resource, _ time.Time) Datum { return text(r.Ref.ID) },
	}
}

// ageColumn sorts the youngest first; what has no time comes last.
func ageColumn() Column {
	return Column{
		ID: "age", Title: "AGE", Right: true, Width: 7, Type: Span, Means: "time since it was created",
		Value:   func(r Resource, now time.Time) string { return age(r.Created, now) },
		Compare: func(a, b Resource) int { return b.Created.Compare(a.Created) },
		Data: func(r Resource, now time.Time) Datum {
			if r.Created.IsZero() {
				return Datum{}
			}
			return Datum{Known: true, Number: now.Sub(r.Created.Time()).Seconds()}
		},
	}
}

// inColumn names the parent.
func inColumn(id, title string) Column {
	return Column{
		ID: id, Title: title, Width: 20, Parent: true, Means: "name of the " + id + " it is in",
		Value:   func(r Resource, _ time.Time) string { return r.In },
		Compare: func(a, b Resource) int { return fold(a.In, b.In) },
		Data:    func(r Resource, _ time.Time) Datum { return text(r.In) },
	}
}

func textColumn(id, title string, width int, of func(Resource) string) Column {
	return Column{
		ID: id, Title: title, Width: width,
		Value:   func(r Resource, _ time.Time) string { return of(r) },
		Compare: func(a, b Resource) int { return fold(of(a), of(b)) },
		Data:    func(r Resource, _ time.Time) Datum { return text(of(r)) },
	}
}

func numberColumn(id, title string, width int, of func(Resource) int) Column {
	return countColumn(id, title, width, func(r Resource) (int, bool) { return of(r), true })
}

// countColumn counts; known: it is said how many there are.
func countColumn(id, title string, width int, of func(Resource) (n int, known bool)) Column {
	return Column{
		ID: id, Title: title, Width: width, Right: true, Type: Number,
		Value:   func(r Resource, _ time.Time) string { return counted(of(r)) },
		Compare: func(a, b Resource) int { return count(of(a)).compare(count(of(b))) },
		Data:    func(r Resource, _ time.Time) Datum { return count(of(r)) },
	}
}

// counted is a count for people, "" when it is not known.
func counted(n int, known bool) string {
	if !known {
		return ""
	}
	return strconv.Itoa(n)
}

func (c Column) extra() Column {
	c.Extra = true
	return c
}

// fold compares without case; names that differ in case only keep an order of their own.
func fold(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x|y >= utf8.RuneSelf {
			return cmp.Or(foldRunes(a[i:], b[i:]), strings.Compare(a, b))
		}
		if d := cmp.Compare(lower(x), lower(y)); d != 0 {
			return d
		}
	}
	return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
}

func foldRunes(a, b string) int {
	for a != "" && b != "" {
		x, n := utf8.DecodeRuneInString(a)
		y, m := utf8.DecodeRuneInString(b)
		if d := cmp.Compare(unicode.ToLower(x), unicode.ToLower(y)); d != 0 {
			return d
		}
		a, b = a[n:], b[m:]
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// age of something made at that time: "412 d", below two days "31 h", below two hours "40 min"; "" when not known.
func age(made client.Time, now time.Time) string {
	if made.IsZero() {
		return ""
	}
	return span(now.Sub(made.Time()))
}

// span is a length of time in its one fitting unit; negative ones count as none.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d min", max(d, 0)/time.Minute)
}

// moment is a time for the detail view: "2025-04-02 00:39 UTC, 601 d ago"; "" when not known.
func moment(at client.Time, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	t := at.Time()
	away := span(now.Sub(t)) + " ago"
	if t.After(now) {
		away = "in " + span(t.Sub(now))
	}
	return t.Format("2006-01-02 15:04 MST") + ", " + away
}

// Brief is the beginning of an id, enough to tell two things of one name apart: "a39ea157…".
func Brief(id string) string {
	n := 0
	for i := range id {
		if n == 8 {
			return id[:i] + "…"
		}
		n++
	}
	return id
}

// fields are those that all kinds have, around the kind's own.
func fields(r Resource, now time.Time, own ...Field) []Field {
	all := append([]Field{{"Name", r.Name}, {"ID", r.Ref.ID}}, own...)
	all = append(all, Field{"Created", moment(r.Created, now)})
	return slices.DeleteFunc(all, func(f Field) bool { return f.Value == "" })
}

// ids lists the ids for the detail view.
func ids(of client.IDs) string { return strings.Join(of.List(), ", ") }

// families of load balancers, and of what belongs to them.
var families = []string{"dedicated", "shared"}

func familyOf(shared bool) string {
	if shared {
		return families[1]
	}
	return families[0]
}

// optional is a number that may not be said; "" then.
func optional(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// withPort is host:port; the host alone where there is no port, which is "" or 0.
func withPort(host, port string) string {
	if host == "" || port == "" || port == "0" {
		return host
	}
	return net.JoinHostPort(host, port)
}
