package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"
)

// markers lists by marker and limit: ELB v3 and v2.0. key is the list's name in the answer. The iteration ends after
// the first error. A list that goes round in circles, promises more after an empty page or has more pages than is sane
// is an error: what it holds cannot be trusted to be all.
func markers[T object](ctx context.Context, c *Client, r request, key string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		seen := map[string]bool{}
		marker, before := "", ""
		for n := range c.mostPages {
			limit := c.page
			if n == 0 {
				limit = min(c.first, c.page)
			}
			query := url.Values{"limit": {strconv.Itoa(limit)}}
			if marker != "" {
				query.Set("marker", marker)
			}
			a := answer[[]T]{key: key}
			err := r.get(ctx, query, &a)
			page := a.Value
			next, silent := a.next()
			if silent && len(page) == limit { // ask whether there is more, by the id that ends this page
				next = page[limit-1].key()
			}
			switch {
			case err != nil:
			case !a.Given:
				err = r.bad("", "the answer holds no %s", key)
			case len(page) == 0 && next != "":
				err = r.bad("", "an empty page promises more")
			case len(page) > 0 && n > 0 && page[0].key() == before:
				err = r.bad("", "the same page came twice")
			case seen[next]:
				err = r.bad("", "the pages go round in circles at marker %s", next)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page, nil) || next == "" {
				return
			}
			seen[next] = true
			marker, before = next, page[0].key()
		}
		yield(nil, r.bad("", "the list does not end: stopped after %d pages", c.mostPages))
	}
}

// offsets lists by offset and limit: the gateways. The end is where total says it is. A list that ends earlier, or got
// shorter meanwhile so that something may have slipped through between two pages, is an error.
func offsets[T object](ctx context.Context, c *Client, r request, key string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		offset, known, before := 0, 0, ""
		for n := range c.mostPages {
			query := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(c.gatewayPage)}}
			a := answer[[]T]{key: key}
			err := r.get(ctx, query, &a)
			page, total := a.Value, a.Total
			switch {
			case err != nil:
			case !a.Given:
				err = r.bad("", "the answer holds no %s", key)
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
			last := len(page) < c.gatewayPage
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
