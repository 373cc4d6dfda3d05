package inventory_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
)

// TestOneFailedListMarksWhatDependsOnIt: each list alone fails; what depends on it is unknown and names it, nothing
// else changes, and what is in use all the same stays in use.
func TestOneFailedListMarksWhatDependsOnIt(t *testing.T) {
	lists := func() map[string][]object {
		return map[string][]object{
			"pools":        {{"id": "x", "name": "pool"}, {"id": "u", "name": "used", "listeners": refs("l1")}},
			"certificates": {{"id": "x", "name": "cert"}},
			"ipgroups":     {{"id": "x", "name": "group"}},
			"listeners":    {{"id": "l1"}},
		}
	}
	all := []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups}
	for list, tt := range map[string]struct {
		word, needs string
		unknown     []inventory.KindID
	}{
		"listeners":        {"listeners", "elb:listeners:list", all},
		"l7policies":       {"l7policies", "elb:l7policies:list", all[:1]},
		"lbaas/listeners":  {"shared listeners", "elb:listeners:list", all[:2]},
		"lbaas/l7policies": {"shared l7policies", "elb:l7policies:list", all[:1]},
		"lbaas/pools":      {"shared pools", "elb:pools:list", all[:1]},

		"lbaas/certificates": {"shared certificates", "elb:certificates:list", nil},
	} {
		for _, status := range []int{403, 404, 500} {
			t.Run(fmt.Sprint(tt.word, " ", status), func(t *testing.T) {
				w := &world{lists: lists()}
				code := map[int]string{403: "ELB.9802", 404: "APIGW.0103", 500: "ELB.8906"}[status]
				w.refuse(list, status, code, "it does not work")
				l, _ := w.serve(t)
				s := inventory.Last(l.Load(t.Context(), all...))
				why := fmt.Sprintf("%s could not be listed: needs %s (403 ELB.9802 it does not work)", tt.word, tt.needs)
				if status != 403 {
					why = fmt.Sprintf("%s could not be listed: %d %s it does not work", tt.word, status, code)
				}
				for _, kind := range all {
					listing := s.Listing(kind)
					if listName := inventory.ListID(tt.word); listName != "shared pools" && listName != "shared certificates" && listing.Err != nil {
						t.Errorf("%s: %v", kind, listing.Err)
					}
					v := listing.Resources.At(0).Verdict
					if slices.Contains(tt.unknown, kind) {
						if v.State != inventory.Unknown || len(v.Reasons) != 1 || v.Reasons[0].Text != why {
							t.Errorf("%s: %q, want unknown: %s", kind, said(v), why)
						}
					} else if v.State != inventory.Unused {
						t.Errorf("%s: %q, want unused", kind, said(v))
					}
				}
				if v := named(t, s.Listing(inventory.Pools), "used").Verdict; v.State != inventory.InUse {
					t.Errorf("used pool: %q", said(v))
				}
				done, err := s.Graph.State(inventory.ListID(tt.word))
				if !done || err == nil {
					t.Errorf("state of %s: %v, %v", tt.word, done, err)
				}
				if want := list == "lbaas/pools"; (s.Listing(inventory.Pools).Err != nil) != want {
					t.Errorf("listing of pools ended with %v", s.Listing(inventory.Pools).Err)
				}
			})
		}
	}
}

func TestBrokenOwnListIsNoVerdict(t *testing.T) {
	w := &world{lists: map[string][]object{"pools": manyPools(4), "certificates": {{"id": "c", "name": "cert"}}}, pages: 2}
	count := 0
	w.answer = map[string]http.HandlerFunc{"GET pools": func(rw http.ResponseWriter, r *http.Request) {
		if count++; count > 1 {
			http.Error(rw, `{"error_code":"ELB.8906","error_msg":"internal"}`, http.StatusInternalServerError)
			return
		}
		(&world{t: t, lists: w.lists, pages: 2}).ServeHTTP(rw, r)
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates))
	listing := s.Listing(inventory.Pools)
	if listing.Err == nil || !listing.Done || listing.Resources.Len() != 2 {
		t.Fatalf("%d pools, done %v, %v", listing.Resources.Len(), listing.Done, listing.Err)
	}
	if got, want := said(listing.Resources.At(0).Verdict), "unknown: pools could not be listed: 500 ELB.8906 internal"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if v := s.Listing(inventory.Certificates).Resources.At(0).Verdict; v.State != inventory.Unused {
		t.Errorf("certificate: %q", said(v))
	}
}

// TestListsThatFailAlikeAreOneReason: whoever may not list listeners meets the same refusal in several lists.
func TestListsThatFailAlikeAreOneReason(t *testing.T) {
	w := &world{lists: map[string][]object{"pools": {{"id": "p1", "name": "pool", "members": refs("m")}}}}
	for _, list := range []string{"listeners", "lbaas/listeners", "recycled"} {
		w.refuse(list, 403, "SYS.0403", "Policy doesn't allow elb:listeners:list to be performed.")
	}
	w.refuse("lbaas/l7policies", 500, "ELB.8906", "Internal error.")
	w.refuse("l7policies", 403, "ELB.9802", "Forbidden.")
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Pools)
	const want = "unknown: listeners (recycle bin too) and shared listeners could not be listed: SYS.0403 Policy doesn't allow elb:listeners:list to be performed; " +
		"l7policies could not be listed: needs elb:l7policies:list (403 ELB.9802 Forbidden); shared l7policies could not be listed: 500 ELB.8906 Internal error"
	if got := said(named(t, listing, "pool").Verdict); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestAListThatIsRefusedNamesThePermission: where the service does not say it.
func TestAListThatIsRefusedNamesThePermission(t *testing.T) {
	for body, want := range map[string]string{
		``: "listing pools: Forbidden; needs elb:pools:list (HTTP 403)",
		`{"error_code":"ELB.9802","error_msg":"forbidden"}`:                                           "listing pools: ELB.9802 forbidden; needs elb:pools:list (HTTP 403)",
		`{"error_code":"SYS.0403","error_msg":"Policy doesn't allow elb:pools:list to be performed"}`: "listing pools: SYS.0403 Policy doesn't allow elb:pools:list to be performed (HTTP 403)",
	} {
		w := &world{answer: map[string]http.HandlerFunc{"GET pools": func(rw http.ResponseWriter, _ *http.Request) {
			rw.WriteHeader(http.StatusForbidden)
			fmt.Fprint(rw, body)
		}}}
		l, _ := w.serve(t)
		if err := inventory.Last(l.Load(t.Context(), inventory.Pools)).Listing(inventory.Pools).Err; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestSharedListsThatBreakOff: what has answered once is there, and a 404 after that is a failure, even where the first
// page refers to nothing.
func TestSharedListsThatBreakOff(t *testing.T) {
	for list, first := range map[string]string{
		"lbaas/listeners":  `{"listeners":[{"id":"l1"}],"listeners_links":[{"rel":"next","href":"http://x/?marker=l1"}]}`,
		"lbaas/l7policies": `{"l7policies":[{"id":"p1"}],"l7policies_links":[{"rel":"next","href":"http://x/?marker=p1"}]}`,
	} {
		w := &world{lists: map[string][]object{"pools": manyPools(1)}}
		w.answer = map[string]http.HandlerFunc{"GET " + list: func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("marker") {
				rw.WriteHeader(http.StatusNotFound)
				return
			}
			io.WriteString(rw, first)
		}}
		l, _ := w.serve(t)
		_, listing := load(t, l, inventory.Pools)
		if v := listing.Resources.At(0).Verdict; v.State != inventory.Unknown {
			t.Errorf("%s: %q", list, said(v))
		}
	}
}

// TestCloudWithoutARecycleBin: nothing can be in it; one that must not be looked into may hold what uses anything.
func TestCloudWithoutARecycleBin(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		code   string
		want   inventory.State
	}{
		"it does not know the parameter": {400, "ELB.8902", inventory.Unused},
		"it does not have the feature":   {403, "ELB.8962", inventory.Unused},
		"it must not be looked into":     {403, "ELB.9802", inventory.Unknown},
	} {
		w := &world{lists: map[string][]object{"pools": {{"id": "x", "name": "pool"}}}}
		w.refuse("recycled", tt.status, tt.code, "no")
		l, _ := w.serve(t)
		_, listing := load(t, l, inventory.Pools)
		if v := listing.Resources.At(0).Verdict; v.State != tt.want {
			t.Errorf("%s: %q", name, said(v))
		}
	}
}

// TestRecycleBinThatBreaksOff: a cloud that has begun to list it has one, whatever it says later.
func TestRecycleBinThatBreaksOff(t *testing.T) {
	for _, refusal := range []struct {
		status int
		code   string
	}{{400, "ELB.8902"}, {403, "ELB.8962"}} {
		w := &world{lists: map[string][]object{"pools": {{"id": "x", "name": "pool"}}}}
		w.answer = map[string]http.HandlerFunc{"GET recycled": func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("marker") {
				rw.WriteHeader(refusal.status)
				fmt.Fprintf(rw, `{"error_code":%q,"error_msg":"no"}`, refusal.code)
				return
			}
			io.WriteString(rw, `{"listeners":[{"id":"l1"}],"page_info":{"next_marker":"l1"}}`)
		}}
		l, _ := w.serve(t)
		_, listing := load(t, l, inventory.Pools)
		if v := listing.Resources.At(0).Verdict; v.State != inventory.Unknown {
			t.Errorf("%d %s after the first page: %q", refusal.status, refusal.code, said(v))
		}
	}
}

func TestCloudWithoutSharedLoadBalancers(t *testing.T) {
	for name, refuse := range map[string]func(*world, string){
		"404 of the gateway": func(w *world, list string) { w.refuse(list, 404, "APIGW.0101", "The API does not exist") },
		"404 of a router":    func(w *world, list string) { w.answer["GET "+list] = http.NotFound },
		"405":                func(w *world, list string) { w.refuse(list, 405, "", "") },
		"403 unknown URI":    func(w *world, list string) { w.refuse(list, 403, "ELB.8903", "URI does not exist") },
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{"pools": manyPools(1), "certificates": {{"id": "c"}}}, answer: map[string]http.HandlerFunc{}}
			for _, list := range []string{"lbaas/pools", "lbaas/listeners", "lbaas/l7policies"} {
				refuse(w, list)
			}
			l, _ := w.serve(t)
			s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates))
			for _, listing := range s.Listings[:2] {
				if v := listing.Resources.At(0).Verdict; v.State != inventory.Unused || listing.Err != nil {
					t.Errorf("%s: %q, %v", listing.Kind.ID, said(v), listing.Err)
				}
			}
		})
	}
}

// TestSameCauseIsToldOnce: in the order of the lists, whichever failed first.
func TestSameCauseIsToldOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		status int // of shared pools
		first  string
		want   string
	}{
		"same cause":           {403, "lbaas/pools", "listing pools and shared pools: ELB.9802 not allowed; needs elb:pools:list (HTTP 403, request r-1)"},
		"same, the other late": {403, "pools", "listing pools and shared pools: ELB.9802 not allowed; needs elb:pools:list (HTTP 403, request r-1)"},
		"different causes": {400, "lbaas/pools",
			"listing pools: ELB.9802 not allowed; needs elb:pools:list (HTTP 403, request r-1); listing shared pools: ELB.9802 not allowed; needs elb:pools:list (HTTP 400, request r-2)"},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{})
			refuse := func(list string, status int, request string) http.HandlerFunc {
				return func(rw http.ResponseWriter, r *http.Request) {
					if list != tt.first {
						<-ended
					}
					rw.WriteHeader(status)
					fmt.Fprintf(rw, `{"error_code":"ELB.9802","error_msg":"not allowed","request_id":%q}`, request)
				}
			}
			w := &world{answer: map[string]http.HandlerFunc{
				"GET pools": refuse("pools", 403, "r-1"), "GET lbaas/pools": refuse("lbaas/pools", tt.status, "r-2"),
			}}
			l, _ := w.serve(t)
			var last *inventory.Snapshot
			for s := range l.Load(t.Context(), inventory.Pools) {
				if last == nil || last.Listing(inventory.Pools).Err == nil {
					if s.Listing(inventory.Pools).Err != nil {
						close(ended)
					}
				}
				last = s
			}
			err := last.Listing(inventory.Pools).Err
			if err == nil || err.Error() != tt.want || !errors.Is(err, client.Forbidden) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}
