package cleanup

import (
	"cmp"
	"slices"
	"strings"

	"janitor/client/english"
)

// tally counts what steps take away, by what it is.
type tally []counted

type counted struct {
	noun    string
	n, done int
}

func (t *tally) add(noun string, done bool) {
	i := 0
	for i < len(*t) && (*t)[i].noun != noun {
		i++
	}
	if i == len(*t) {
		*t = append(*t, counted{noun: noun})
	}
	c := &(*t)[i]
	c.n++
	if done {
		c.done++
	}
}

func tallyOf(steps []Prerequisite) (t tally) {
	for _, step := range steps {
		t.add(step.What, false)
	}
	return t
}

// all is "3 servers, 1 health monitor".
func (t tally) all() string {
	var parts []string
	for _, c := range t {
		parts = append(parts, number(c.n, c.noun))
	}
	return strings.Join(parts, ", ")
}

// sofar is what is done: "2 of 3 servers", "3 servers and 1 health monitor"; the number of it, 0 for nothing.
func (t tally) sofar() (text string, n int) {
	var parts []string
	for _, c := range t {
		n += c.done
		switch {
		case c.done == c.n:
			parts = append(parts, number(c.n, c.noun))
		case c.done > 0:
			parts = append(parts, english.Number(c.done)+" of "+number(c.n, c.noun))
		}
	}
	return english.And(parts), n
}

func number(n int, noun string) string { return english.Count(n, noun, english.Plural(noun)) }

// First says what is taken away before the deletions, over all items: "7 servers, 2 health monitors"; "" for nothing.
func (p Plan) First() string { return p.held(true) }

// Along says what goes with the items without a step of its own, over all of them.
func (p Plan) Along() string { return p.held(false) }

// held counts what the items hold, the most first: by the items it would be in any order.
func (p Plan) held(first bool) string {
	var all []Prerequisite
	for _, it := range p.Items {
		if it.Demands == first {
			all = append(all, it.Holds...)
		}
	}
	t := tallyOf(all)
	slices.SortStableFunc(t, func(a, b counted) int { return cmp.Compare(b.n, a.n) })
	return t.all()
}
