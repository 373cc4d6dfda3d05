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

// markers lists by marker and limit: ELB v3 and v2.0. key is the list's name in the answer. An empty list gives one empty
// page. The iteration ends after the first error. A list that goes round in circles, promises more after an empty page or has
// more pages than is sane is an error: what it holds cannot be trusted to be all. One whose marker is refused is begun again,
// and gives nothing twice: the services do not know the markers of what is deleted (api.md 2.2; Octavia, Neutron).
func markers[T object](ctx context.Context, c *Client, r request, key string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		w := walk[T]{client: c, request: r, key: key, most: c.page, seen: map[string]bool{}}
		empty := true
		for range c.mostPages {
			page, more, err := w.step(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) > 0 || empty && !more {
				empty = false
				if !yield(page, nil) {
					return
				}
			}
			if !more {
				return
			}
		}
		yield(nil, r.bad("", "the list does not end: stopped after %d pages", c.mostPages))
	}
}

// walk goes through a list from marker to marker.
type walk[T object] struct {
	client  *Client
	request request
	key     string
	most    int // objects on a page: what the service has not refused

	marker  string          // of the page to come, "" = the first
	before  string          // what the page before began with
	guessed bool            // markers are taken from the ends of pages: the service does not say where the next one begins
	seen    map[string]bool // markers
	given   given

	decoder decode.Decoder
}

// step reads one page and gives what of it was not handed out yet; more says whether another one follows.
func (w *walk[T]) step(ctx context.Context) (page []T, more bool, err error) {
	a, limit, err := w.ask(ctx)
	switch {
	case err != nil && w.anew(err):
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	page = a.Value
	next, silent := w.next(a, limit)
	switch {
	case page == nil && !a.none():
		return nil, false, w.request.bad("", "the answer holds no list of %s", w.key)
	case len(page) == 0 && next == w.marker: // an empty page is the end, whatever it repeats (api.md 2.2)
		return nil, false, nil
	case len(page) == 0 && next != "":
		return nil, false, w.request.bad("", "an empty page promises more")
	case len(page) == 0:
	case w.marker != "" && page[0].key() == w.before:
		if w.guessed && silent && len(page) < min(limit, w.client.first) { // it knows no markers, and gave all that it has
			return nil, false, nil
		}
		return nil, false, w.request.bad("", "the same page came twice")
	case w.seen[next]:
		return nil, false, w.request.bad("", "the pages go round in circles at marker %s", next)
	default:
		w.before = page[0].key()
	}
	w.marker, w.seen[next] = next, true
	return fresh(&w.given, page), next != "", nil
}

// ask asks for the page at the marker, for a smaller one when a large one is refused. limit is what was asked for.
func (w *walk[T]) ask(ctx context.Context) (a answer[[]T], limit int, err error) {
	get := func(limit int) (answer[[]T], int, error) {
		query := url.Values{"limit": {strconv.Itoa(limit)}}
		maps.Copy(query, w.request.also)
		if w.marker != "" {
			query.Set("marker", w.marker)
		}
		a := answer[[]T]{key: w.key, decoder: &w.decoder}
		err := w.request.get(ctx, query, &a)
		return a, limit, err
	}
	limit = w.most
	if w.marker == "" && !w.client.whole {
		limit = min(w.client.first, w.client.page)
	}
	a, limit, err = get(limit)
	if limit > w.client.first && statusOf(err) == http.StatusBadRequest { // perhaps too much to ask for
		if a, limit, err = get(w.client.first); err == nil {
			w.most = w.client.first
		}
	}
	return a, limit, err
}

// next is the marker of the page after this one, "" after the last. silent: the answer has no word about paging. That ends a
// list of v2.0, unless the page is full or a link that cannot be used promises more; in v3 it says nothing at all. Then the
// id that ends this page is asked for what follows. Who gives more than the limit does not page.
func (w *walk[T]) next(a answer[[]T], limit int) (marker string, silent bool) {
	page := a.Value
	marker, silent = a.next()
	open := !w.request.quiet || w.guessed || len(page) == limit || len(a.Links) > 0
	if silent && open && len(page) > 0 && len(page) <= limit {
		marker, w.guessed = page[len(page)-1].key(), true
	}
	return marker, silent
}

// anew begins the list again, if its marker may be gone and that may help.
func (w *walk[T]) anew(err error) bool {
	status := statusOf(err)
	if w.marker == "" || status != http.StatusBadRequest && status != http.StatusNotFound || !w.given.anew(w.marker) {
		return false
	}
	w.marker, w.before, w.guessed = "", "", false
	clear(w.seen)
	return true
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
		limit := strconv.Itoa(c.gatewayPage)
		var d decode.Decoder
		for n := range c.mostPages {
			query := url.Values{"offset": {strconv.Itoa(offset)}}
			if limit != "" {
				query.Set("limit", limit)
			}
			a := answer[[]T]{key: key, decoder: &d}
			err := r.get(ctx, query, &a)
			if n == 0 && statusOf(err) == http.StatusBadRequest { // perhaps too much to ask for: what it gives by itself, then
				limit = ""
				query.Del("limit")
				a = answer[[]T]{key: key, decoder: &d}
				err = r.get(ctx, query, &a)
			}
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
