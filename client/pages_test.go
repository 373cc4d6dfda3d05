package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// paged serves n pools as a service pages them; meta writes what stands beside a page that ends before or at the end.
func paged(t *testing.T, n int, meta func(r *http.Request, last string, more bool) string) *Client {
	t.Helper()
	return reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		from := 0
		if marker := q.Get("marker"); marker != "" {
			from, _ = strconv.Atoi(strings.TrimPrefix(marker, "p"))
			from++
		}
		limit, err := strconv.Atoi(q.Get("limit"))
		if err != nil {
			t.Errorf("no limit in %s", r.RequestURI)
		}
		to := min(n, from+limit)
		var ids []string
		for i := from; i < to; i++ {
			ids = append(ids, fmt.Sprintf(`{"id":"p%d"}`, i))
		}
		fmt.Fprintf(w, `{"pools":[%s]%s}`, strings.Join(ids, ","), meta(r, fmt.Sprintf("p%d", to-1), to < n))
	}))
}

func v3(_ *http.Request, last string, more bool) string {
	if !more {
		return `,"page_info":{"current_count":1}`
	}
	return `,"page_info":{"next_marker":"` + last + `","current_count":1}`
}

// links of v2.0 point at a host that must never be asked.
func links(r *http.Request, last string, more bool) string {
	if !more {
		return `,"pools_links":[{"rel":"previous","href":"https://elsewhere.example.com/?marker=x"}]`
	}
	return `,"pools_links":[{"rel":"previous","href":"x"},{"rel":"next","href":"https://elsewhere.example.com/v2.0/lbaas/pools?limit=1&marker=` + url.QueryEscape(last) + `"}]`
}

func silence(*http.Request, string, bool) string { return "" }

func TestListsEndWhereTheyEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		n      int
		shared bool
		meta   func(*http.Request, string, bool) string
		sizes  []int
	}{
		{"nothing", 0, false, v3, []int{0}},
		{"less than a page", 3, false, v3, []int{3}},
		{"a small first page, so that something is seen at once", 4500, false, v3, []int{200, 2000, 2000, 300}},
		{"exactly full", 2200, false, v3, []int{200, 2000}},
		{"links", 2300, true, links, []int{200, 2000, 100}},
		{"no word about paging, full pages", 2200, true, silence, []int{200, 2000}},
		{"no word about paging, half a page", 110, true, silence, []int{110}},
		{"no word about paging, a full page and half a page", 210, true, silence, []int{200, 10}},
		{"no word about paging in v3", 200, false, silence, []int{200}},
		{"no word about paging in v3, half a page", 210, false, silence, []int{200, 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := paged(t, c.n, c.meta)
			from := client.Pools(t.Context())
			if c.shared {
				from = client.SharedPools(t.Context())
			}
			all, sizes, err := collect(from)
			if diff := cmp.Diff(c.sizes, sizes); diff != "" || err != nil || len(all) != c.n {
				t.Errorf("%d pools, %v, %v", len(all), err, diff)
			}
			for i, p := range all {
				if p.ID != fmt.Sprintf("p%d", i) {
					t.Fatalf("%s at place %d", p.ID, i)
				}
			}
		})
	}
}

func TestListsOfServicesThatPageInTheirOwnWay(t *testing.T) {
	whole := func(q url.Values, most int, meta func(next, marker string) string) string {
		from := 0
		if marker := q.Get("marker"); marker != "" {
			from, _ = strconv.Atoi(strings.TrimPrefix(marker, "p"))
			from++
		}
		limit, _ := strconv.Atoi(q.Get("limit"))
		to := min(450, from+min(limit, most))
		var ids []string
		for i := from; i < to; i++ {
			ids = append(ids, fmt.Sprintf(`{"id":"p%d"}`, i))
		}
		next := ""
		if to > from {
			next = fmt.Sprintf("p%d", to-1)
		}
		return fmt.Sprintf(`{"pools":[%s]%s}`, strings.Join(ids, ","), meta(next, q.Get("marker")))
	}
	nothing := func(string, string) string { return "" }
	null := func(string, string) string { return `,"page_info":null` }
	for _, c := range []struct {
		name   string
		shared bool
		answer func(url.Values) string
	}{
		{"less than asked for and no word about paging", false, func(q url.Values) string { return whole(q, 100, nothing) }},
		{"the first page full, the next ones less than asked for", false, func(q url.Values) string { return whole(q, 200, null) }},
		{"the same without links", true, func(q url.Values) string { return whole(q, 200, nothing) }},
		{"a link without a marker", true, func(q url.Values) string {
			return whole(q, 100, func(string, string) string {
				return `,"pools_links":[{"rel":"next","href":"/v2.0/lbaas/pools?page=2"}]`
			})
		}},
		{"everything whatever the limit", false, func(url.Values) string { return whole(url.Values{"limit": {"9999"}}, 9999, nothing) }},
		{"the marker asked for stands on the empty page after the last", false, func(q url.Values) string {
			return whole(q, 200, func(next, marker string) string {
				if next == "" {
					next = marker
				}
				return `,"page_info":{"next_marker":"` + next + `"}`
			})
		}},
		{"a limit above 1000 is refused", false, func(q url.Values) string {
			if limit, _ := strconv.Atoi(q.Get("limit")); limit > 1000 {
				return ""
			}
			return whole(q, 1000, nothing)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
				answer := c.answer(r.URL.Query())
				if answer == "" {
					w.WriteHeader(http.StatusBadRequest)
					answer = `{"error_code":"ELB.8902","error_msg":"limit is invalid"}`
				}
				fmt.Fprint(w, answer)
			}))
			from := client.Pools(t.Context())
			if c.shared {
				from = client.SharedPools(t.Context())
			}
			if all, sizes, err := collect(from); err != nil || len(all) != 450 {
				t.Errorf("%d pools in %v, %v", len(all), sizes, err)
			}
		})
	}
}

func TestAServiceThatKnowsNoMarkersGivesAllAtOnce(t *testing.T) {
	client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"pools":[{"id":"a"},{"id":"b"}]}`) }))
	if all, _, err := collect(client.Pools(t.Context())); err != nil || len(all) != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestALinkAfterAFullLastPageLeadsToAnEmptyPage(t *testing.T) {
	client := paged(t, 400, func(_ *http.Request, last string, more bool) string {
		if last == "p399" && !more {
			return links(nil, last, true)
		}
		return links(nil, last, more)
	})
	client.first, client.page = 200, 200
	asked := 0
	// The page after the last one is empty and has no link.
	client2 := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Query().Get("marker") == "b" {
			fmt.Fprint(w, `{"pools":[],"pools_links":[{"rel":"previous","href":"x"}]}`)
			return
		}
		fmt.Fprint(w, `{"pools":[{"id":"a"},{"id":"b"}],"pools_links":[{"rel":"next","href":"/v2.0/lbaas/pools?marker=b"}]}`)
	}))
	all, _, err := collect(client2.SharedPools(t.Context()))
	if err != nil || len(all) != 2 || asked != 2 {
		t.Errorf("%v, %v, asked %d times", all, err, asked)
	}
	// One that repeats the marker even then has nothing more either.
	if all, _, err := collect(client.SharedPools(t.Context())); err != nil || len(all) != 400 {
		t.Errorf("%d pools, %v", len(all), err)
	}
}

func TestListsThatDoNotEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(n int, q url.Values) string
		says   string
		most   int // requests
	}{
		{"the same marker again", func(n int, _ url.Values) string {
			return fmt.Sprintf(`{"pools":[{"id":"p%d"}],"page_info":{"next_marker":"m"}}`, n)
		}, "in circles at marker m", 2},
		{"a circle", func(n int, _ url.Values) string {
			return fmt.Sprintf(`{"pools":[{"id":"p%d"}],"page_info":{"next_marker":"m%d"}}`, n, n%3)
		}, "in circles", 4},
		{"the same page again", func(n int, _ url.Values) string {
			return fmt.Sprintf(`{"pools":[{"id":"p"}],"page_info":{"next_marker":"m%d"}}`, n)
		}, "the same page came twice", 2},
		{"an empty page that promises more", func(n int, _ url.Values) string {
			return fmt.Sprintf(`{"pools":[],"page_info":{"next_marker":"m%d"}}`, n)
		}, "an empty page promises more", 1},
		{"always something new", func(n int, _ url.Values) string {
			return fmt.Sprintf(`{"pools":[{"id":"p%d"}],"page_info":{"next_marker":"m%d"}}`, n, n)
		}, "does not end: stopped after 50 pages", 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, c.answer(asked, r.URL.Query()))
				asked++
			}))
			client.mostPages = 50
			_, _, err := collect(client.Pools(t.Context()))
			if !errors.Is(err, BadAnswer) || !strings.HasPrefix(err.Error(), "listing pools: ") || !strings.Contains(err.Error(), c.says) || asked != c.most {
				t.Errorf("%v after %d requests", err, asked)
			}
		})
	}
}

// TestNullIsAnEmptyList: services written in Go say null for a list without elements, unless the answer says beside it that there
// are some. {} and "" in place of a list say nothing, unless it says that there are none.
func TestNullIsAnEmptyList(t *testing.T) {
	for body, empty := range map[string]bool{
		`{"pools":null}`: true, `{"pools" : null , "request_id":"r"}`: true, `{"pools":null,"other":1.5,"page_info":null}`: true,
		`{"pools":null,"page_info":{}}`: true, `{"pools":null,"page_info":{"current_count":0}}`: true, `{"pools":[]}`: true,
		`{"pools":null,"pools_links":[]}`: true, `{"pools":null,"pools_links":[{"rel":"previous","href":"/?marker=p"}]}`: true,

		`{}`: false, `{"pools":{}}`: false, `{"pools":""}`: false, `{"page_info":{"current_count":0}}`: false, `null`: false, `{"pools":"","page_info":{}}`: false,
		`{"pools":null,"page_info":{"current_count":3}}`: false, `{"pools":null,"page_info":{"next_marker":"p"}}`: false,
		`{"pools":null,"pools_links":[{"rel":"next","href":"/?marker=p"}]}`: false, `{"pools":null,"pools_links":[{"rel":"next"}]}`: false,
		`{"pools":null,"total":2}`: false, `{"pools":"","page_info":{"current_count":0}}`: true,
	} {
		client := reader(t, listen(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
		all, _, err := collect(client.Pools(t.Context()))
		if len(all) != 0 || (err == nil) != empty || err != nil && !errors.Is(err, BadAnswer) {
			t.Errorf("%s: %d pools, %v", body, len(all), err)
		}
	}
}

func TestGatewayListsEndWhereTheyEnd(t *testing.T) {
	serve := func(page func(offset, limit int) string) *Client {
		client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
			fmt.Fprint(w, page(offset, limit))
		}))
		client.gatewayPage, client.mostPages = 10, 50
		return client
	}
	ids := func(from, to int) string {
		var all []string
		for i := from; i < to; i++ {
			all = append(all, fmt.Sprintf(`{"id":"c%d"}`, i))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	for _, c := range []struct {
		name  string
		page  func(offset, limit int) string
		count int
		says  string // "" = no error
	}{
		{"three pages", func(o, l int) string { return fmt.Sprintf(`{"total":25,"vpc_channels":%s}`, ids(o, min(25, o+l))) }, 25, ""},
		{"exactly full", func(o, l int) string { return fmt.Sprintf(`{"total":20,"vpc_channels":%s}`, ids(o, min(20, o+l))) }, 20, ""},
		{"a smaller limit than asked for", func(o, _ int) string { return fmt.Sprintf(`{"total":25,"vpc_channels":%s}`, ids(o, min(25, o+4))) }, 25, ""},
		{"no total", func(o, l int) string { return fmt.Sprintf(`{"vpc_channels":%s}`, ids(o, min(20, o+l))) }, 20, ""},
		{"no total and less than asked for", func(o, _ int) string { return fmt.Sprintf(`{"vpc_channels":%s}`, ids(o, min(25, o+4))) }, 25, ""},
		{"null for none", func(int, int) string { return `{"total":0,"size":0,"vpc_channels":null}` }, 0, ""},
		{"null and how many not said", func(int, int) string { return `{"vpc_channels":null}` }, 0, ""},
		{"null for some", func(int, int) string { return `{"total":2,"vpc_channels":null}` }, 0, "holds no list"},
		{"null after all, and no total", func(o, l int) string {
			if o == 10 {
				return `{"vpc_channels":null}`
			}
			return fmt.Sprintf(`{"vpc_channels":%s}`, ids(o, l))
		}, 10, ""},
		{"nothing at all", func(int, int) string { return `{"size":0}` }, 0, "holds no list"},
		{"ends too early", func(o, l int) string { return fmt.Sprintf(`{"total":25,"vpc_channels":%s}`, ids(o, min(12, o+l))) }, 12, "ends after 12 of 25"},
		{"does not page", func(o, l int) string { return fmt.Sprintf(`{"total":25,"vpc_channels":%s}`, ids(0, l)) }, 10, "same page came twice"},
		{"got shorter", func(o, l int) string {
			return fmt.Sprintf(`{"total":%d,"vpc_channels":%s}`, 25-o/10, ids(o, min(25, o+l)))
		}, 10, "got shorter"},
		{"does not end", func(o, l int) string { return fmt.Sprintf(`{"total":%d,"vpc_channels":%s}`, o+100, ids(o, o+1)) }, 50, "stopped after 50 pages"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, _, err := collect(serve(c.page).Channels(t.Context(), Gateway{APIG, "i"}))
			if len(all) != c.count || (err == nil) != (c.says == "") || err != nil && (!errors.Is(err, BadAnswer) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%d channels, %v", len(all), err)
			}
		})
	}
}

// A gateway may refuse as much as is asked for at once: then it gives what it likes, and a refusal for another reason stays one.
func TestAGatewayThatRefusesTheLimit(t *testing.T) {
	for _, most := range []int{100, 0} {
		client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			if limit, _ := strconv.Atoi(r.URL.Query().Get("limit")); limit > most || most == 0 {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"error_code":"APIG.2012","error_msg":"Invalid parameter value,parameterName:limit"}`)
				return
			}
			fmt.Fprintf(w, `{"total":3,"vpc_channels":[{"id":"c%d"}]}`, offset)
		}))
		all, _, err := collect(client.Channels(t.Context(), Gateway{ROMA, "i"}))
		if refused := err != nil && strings.Contains(err.Error(), "APIG.2012"); most > 0 && (err != nil || len(all) != 3) || most == 0 && !refused {
			t.Errorf("at most %d: %d channels, %v", most, len(all), err)
		}
	}
}

func TestAListCanBeLeftAndFailsWhole(t *testing.T) {
	asked := 0
	client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 2 {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error_code":"SYS.0403","error_msg":"Policy doesn't allow elb:pools:list to be performed.","request_id":"r1"}`)
			return
		}
		fmt.Fprintf(w, `{"pools":[{"id":"p%d"}],"page_info":{"next_marker":"m%d"}}`, asked, asked)
	}))
	for range client.Pools(t.Context()) {
		break
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	all, _, err := collect(client.Pools(t.Context()))
	const want = "listing pools: SYS.0403 Policy doesn't allow elb:pools:list to be performed. (HTTP 403, request r1)"
	if len(all) != 1 || !errors.Is(err, Forbidden) || err.Error() != want {
		t.Errorf("%d pools, %v", len(all), err)
	}
}

func TestAnAbsentFamilyIsToldFromAMissingObject(t *testing.T) {
	client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }))
	if _, _, err := collect(client.SharedPools(t.Context())); !errors.Is(err, RouteAbsent) {
		t.Errorf("%v", err)
	}
	if _, err := client.SharedListener(t.Context(), "l"); !errors.Is(err, NotFound) {
		t.Errorf("%v", err)
	}
}

// TestAMarkerThatIsGone: the object at the end of a page is deleted before the next page is asked for. The list is begun
// again, gives every object that is there all the while, and none twice.
func TestAMarkerThatIsGone(t *testing.T) {
	refusals := map[string]struct {
		status int
		body   string
	}{
		"ELB":     {400, `{"error_code":"ELB.8902","error_msg":"marker is invalid","request_id":"r"}`},
		"Octavia": {400, `{"faultcode":"Client","faultstring":"Supplied pagination marker 'x' is not valid.","debuginfo":null}`},
		"Neutron": {404, `{"NeutronError":{"type":"PoolNotFound","message":"Pool x could not be found","detail":""}}`},
	}
	for name, refusal := range refusals {
		for _, c := range []struct {
			doomed []string // each goes when the page that it ends was sent
			stays  bool     // and yet its marker is refused for ever
			all    int
			fails  bool
		}{
			{doomed: []string{"p03"}, all: 12},
			{doomed: []string{"p03", "p04", "p08", "p09"}, all: 12},
			{doomed: []string{"p11"}, all: 12}, // the last of all
			{doomed: []string{"p03"}, stays: true, all: 4, fails: true},
			{doomed: []string{"p03", "p04", "p05", "p06", "p07", "p08"}, all: 9, fails: true}, // it never comes to rest
		} {
			t.Run(fmt.Sprint(name, c.doomed, c.stays), func(t *testing.T) {
				var pools []string
				for i := range 12 {
					pools = append(pools, fmt.Sprintf("p%02d", i))
				}
				asked := 0
				client := reader(t, listen(t, func(w http.ResponseWriter, r *http.Request) {
					asked++
					from, marker := 0, r.URL.Query().Get("marker")
					if marker != "" {
						from = slices.Index(pools, marker) + 1
					}
					if marker != "" && (from == 0 || c.stays && slices.Contains(c.doomed, marker)) {
						w.WriteHeader(refusal.status)
						fmt.Fprint(w, refusal.body)
						return
					}
					page := slices.Clone(pools[from:min(len(pools), from+4)])
					var ids []string
					for _, id := range page {
						ids = append(ids, `{"id":"`+id+`"}`)
					}
					next := ""
					if len(page) == 4 {
						next = `{"rel":"next","href":"http://127.0.0.1:1/v2.0/lbaas/pools?limit=4&marker=` + page[3] + `"}`
						if !c.stays && slices.Contains(c.doomed, page[3]) {
							pools = slices.DeleteFunc(pools, func(id string) bool { return id == page[3] })
						}
					}
					fmt.Fprintf(w, `{"pools":[%s],"pools_links":[%s]}`, strings.Join(ids, ","), next)
				}))
				all, _, err := collect(client.SharedPools(t.Context()))
				seen := map[string]bool{}
				for _, p := range all {
					if seen[p.ID] {
						t.Errorf("%s comes twice", p.ID)
					}
					seen[p.ID] = true
				}
				if len(all) != c.all || (err != nil) != c.fails || asked > 40 {
					t.Errorf("%d pools after %d requests, %v", len(all), asked, err)
				}
			})
		}
	}
}
