package client

import (
	"context"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"janitor/client/decode"
)

// mostRestarts is how often a list is begun again because the object that its marker names was deleted meanwhile.
const mostRestarts = 5

// markers lists by marker and limit: ELB v3 and v2.0. key is the list's name in the answer. The iteration ends after
// the first error. A list that goes round in circles, promises more after an empty page or has more pages than is sane
// is an error: what it holds cannot be trusted to be all. One whose marker is refused is begun again, and gives nothing
// twice: the services do not know the markers of what is deleted (api.md 2.2; Octavia, Neutron).
func markers[T object](ctx context.Context, c *Client, r request, key string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		seen := map[string]bool{}
		marker, before := "", ""
		var d decode.Decoder
		most, guessing := c.page, false
		var given given
		for range c.mostPages {
			begins := marker == ""
			limit := most
			if begins && !c.whole {
				limit = min(c.first, c.page)
			}
			ask := func() (a answer[[]T], err error) {
				query := url.Values{"limit": {strconv.Itoa(limit)}}
				maps.Copy(query, r.also)
				if marker != "" {
					query.Set("marker", marker)
				}
				a.key, a.decoder = key, &d
				err = r.get(ctx, query, &a)
				return a, err
			}
			a, err := ask()
			if limit > c.first && statusOf(err) == http.StatusBadRequest { // perhaps too much to ask for
				limit = c.first
				if a, err = ask(); err == nil {
					most = c.first
				}
			}
			if status := statusOf(err); !begins && (status == http.StatusBadRequest || status == http.StatusNotFound) && given.anew(marker) {
				seen, marker, before, guessing = map[string]bool{}, "", "", false
				continue
			}
			page := a.Value
			next, silent := a.next()
			// Silence ends a list of v2.0, unless the page is full or a link that cannot be used promises more; in v3 it says
			// nothing at all. Then the id that ends this page is asked for what follows. Who gives more than the limit does
			// not page.
			open := !r.quiet || guessing || len(page) == limit || len(a.Links) > 0
			if silent && open && len(page) > 0 && len(page) <= limit {
				next, guessing = page[len(page)-1].key(), true
			}
			switch {
			case err != nil:
			case page == nil && !a.none():
				err = r.bad("", "the answer holds no list of %s", key)
			case len(page) == 0 && next == marker: // an empty page is the end, whatever it repeats (api.md 2.2)
				next = ""
			case len(page) == 0 && next != "":
				err = r.bad("", "an empty page promises more")
			case len(page) > 0 && !begins && page[0].key() == before:
				if guessing && silent && len(page) < min(limit, c.first) { // it knows no markers, and gave all that it has
					return
				}
				err = r.bad("", "the same page came twice")
			case seen[next]:
				err = r.bad("", "the pages go round in circles at marker %s", next)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if before = ""; len(page) > 0 {
				before = page[0].key()
			}
			if page = fresh(&given, page); (len(page) > 0 || !given.again) && !yield(page, nil) || next == "" {
				return
			}
			seen[next] = true
			marker = next
		}
		yield(nil, r.bad("", "the list does not end: stopped after %d pages", c.mostPages))
	}
}

// given is what a list has handed out, for when it is begun again.
type given struct {
	keys    []string
	known   map[string]bool // keys, once it is needed
	again   bool
	refused []string // markers
}

// anew says whether a list may be begun again after a marker was refused: not too often, and not twice for one that is
// still at the end of a page, so that it is not its object that is missing.
func (g *given) anew(marker string) bool {
	if len(g.refused) == mostRestarts || slices.Contains(g.refused, marker) {
		return false
	}
	g.refused = append(g.refused, marker)
	if g.again = true; g.known == nil {
		g.known = make(map[string]bool, len(g.keys))
		for _, key := range g.keys {
			g.known[key] = true
		}
	}
	return true
}

// fresh are the objects of a page that were not handed out before the list was begun again.
func fresh[T object](g *given, page []T) []T {
	if !g.again {
		for i := range page {
			g.keys = append(g.keys, page[i].key())
		}
		return page
	}
	return slices.DeleteFunc(page, func(o T) bool {
		key := o.key()
		again := g.known[key]
		g.known[key] = true
		return again
	})
}

// offsets lists by offset and limit: the gateways. The end is where total says it is. A list that ends earlier, or got
// shorter meanwhile so that something may have slipped through between two pages, is an error.
func offsets[T object](ctx context.Context, c *Client, r request, key string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		offset, known, before := 0, 0, ""
		var d decode.Decoder
		for n := range c.mostPages {
			query := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(c.gatewayPage)}}
			a := answer[[]T]{key: key, decoder: &d}
			err := r.get(ctx, query, &a)
			page, total := a.Value, a.Total
			switch {
			case err != nil:
			case page == nil && !a.none():
				err = r.bad("", "the answer holds no list of %s", key)
			case total != nil && *total < known:
				err = r.bad("", "the list got shorter while it was read; try again")
			case len(page) == 0 && total != nil && *total > offset:
				err = r.bad("", "the list ends after %d of %d", offset, *total)
			case len(page) > 0 && n > 0 && page[0].key() == before:
				err = r.bad("", "the same page came twice")
			}
			if err != nil {
				yield(nil, err)
				return
			}
			offset += len(page)
			last := false // without a total only an empty page says so: the service may give less than asked for
			if total != nil {
				known, last = *total, offset >= *total
			}
			if !yield(page, nil) || last || len(page) == 0 {
				return
			}
			before = page[0].key()
		}
		yield(nil, r.bad("", "the list does not end: stopped after %d pages", c.mostPages))
	}
}

// statusOf is the HTTP status that an error stands for, 0 for none.
func statusOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}
