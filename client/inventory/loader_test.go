package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
)

func manyPools(n int) []object {
	var all []object
	for i := range n {
		all = append(all, object{"id": fmt.Sprintf("p%05d", i), "name": fmt.Sprintf("web-%d", i), "members": refs("m")})
	}
	return all
}

// hold makes the nth request for a list wait until the channel is closed or the client gives up.
func (w *world) hold(list string, nth int) (release chan struct{}) {
	release = make(chan struct{})
	if w.answer == nil {
		w.answer = map[string]http.HandlerFunc{}
	}
	count := 0
	w.answer["GET "+list] = func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		count++
		wait := count == nth
		w.mu.Unlock()
		if wait {
			select {
			case <-release:
			case <-r.Context().Done():
				return
			}
		}
		inner := &world{t: w.t, lists: w.lists, pages: w.pages}
		inner.ServeHTTP(rw, r)
	}
	return release
}

func TestFirstPageComesBeforeTheSecondIsAnswered(t *testing.T) {
	w := &world{lists: map[string][]object{"pools": manyPools(5)}, pages: 2}
	release := w.hold("pools", 2)
	l, _ := w.serve(t)
	var last *inventory.Snapshot
	early := 0
	for s := range l.Load(t.Context(), inventory.Pools) {
		listing := s.Listing(inventory.Pools)
		if n := len(listing.Resources); n == 2 && early == 0 {
			early = n
			if listing.Done || s.Done {
				t.Error("done before the second page")
			}
			close(release)
		}
		last = s
	}
	if early != 2 {
		t.Fatal("the first page never came by itself")
	}
	if n := len(last.Listing(inventory.Pools).Resources); n != 5 || !last.Done {
		t.Fatalf("%d pools at the end, done %v", n, last.Done)
	}
}

func TestEveryKindShowsWhileOthersStillLoad(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools":        manyPools(1),
		"certificates": {{"id": "c1", "name": "cert"}},
		"ipgroups":     {{"id": "g1", "name": "group"}},
	}}
	release := w.hold("listeners", 1)
	l, _ := w.serve(t)
	released := false
	for s := range l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups) {
		shown := 0
		for _, listing := range s.Listings[:3] {
			shown += len(listing.Resources)
		}
		if shown == 3 && !released {
			released = true
			for _, listing := range s.Listings[:3] {
				v := listing.Resources[0].Verdict
				if v.State != inventory.Unknown || !slices.ContainsFunc(v.Reasons, func(r inventory.Reason) bool {
					return r.Text == "listeners are still being listed"
				}) {
					t.Errorf("%s: %q while listeners load", listing.Kind.ID, said(v))
				}
			}
			close(release)
		}
		if s.Done {
			for _, listing := range s.Listings[:3] {
				if v := listing.Resources[0].Verdict; v.State != inventory.Unused {
					t.Errorf("%s: %q at the end", listing.Kind.ID, said(v))
				}
			}
		}
	}
	if !released {
		t.Fatal("the kinds did not show before listeners were there")
	}
}

func TestInUseIsKnownWhileListsStillLoad(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools": {
			{"id": "x", "name": "named", "listeners": refs("l1")},
			{"id": "y", "name": "safe", "protection_status": "consoleProtection"},
		},
	}}
	release := w.hold("l7policies", 1)
	l, _ := w.serve(t)
	for s := range l.Load(t.Context(), inventory.Pools) {
		listing := s.Listing(inventory.Pools)
		if len(listing.Resources) == 2 && !s.Done {
			if v := named(t, listing, "named").Verdict; v.State != inventory.InUse {
				t.Errorf("named: %q", said(v))
			}
			if v := named(t, listing, "safe").Verdict; v.State != inventory.Protected {
				t.Errorf("safe: %q", said(v))
			}
			break
		}
	}
	close(release)
}

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
					v := listing.Resources[0].Verdict
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
	if listing.Err == nil || !listing.Done || len(listing.Resources) != 2 {
		t.Fatalf("%d pools, done %v, %v", len(listing.Resources), listing.Done, listing.Err)
	}
	if got, want := said(listing.Resources[0].Verdict), "unknown: pools could not be listed: 500 ELB.8906 internal"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if v := s.Listing(inventory.Certificates).Resources[0].Verdict; v.State != inventory.Unused {
		t.Errorf("certificate: %q", said(v))
	}
}

// TestSharedListsThatBreakOff: what has answered once is there, and a 404 after that is a failure, even where the first
// page refers to nothing.
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
	const want = "unknown: listeners, shared listeners and listeners in the recycle bin could not be listed: SYS.0403 Policy doesn't allow elb:listeners:list to be performed; " +
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
		if v := listing.Resources[0].Verdict; v.State != inventory.Unknown {
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
		if v := listing.Resources[0].Verdict; v.State != tt.want {
			t.Errorf("%s: %q", name, said(v))
		}
	}
}

func TestCloudWithoutSharedLoadBalancers(t *testing.T) {
	for name, refuse := range map[string]func(*world, string){
		"404 of the gateway": func(w *world, list string) { w.refuse(list, 404, "APIGW.0101", "The API does not exist") },
		"405":                func(w *world, list string) { w.refuse(list, 405, "", "") },
		"403 unknown URI":    func(w *world, list string) { w.refuse(list, 403, "ELB.8903", "URI does not exist") },
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{"pools": manyPools(1), "certificates": {{"id": "c"}}}}
			for _, list := range []string{"lbaas/pools", "lbaas/listeners", "lbaas/l7policies"} {
				refuse(w, list)
			}
			l, _ := w.serve(t)
			s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates))
			for _, listing := range s.Listings[:2] {
				if v := listing.Resources[0].Verdict; v.State != inventory.Unused || listing.Err != nil {
					t.Errorf("%s: %q, %v", listing.Kind.ID, said(v), listing.Err)
				}
			}
		})
	}
}

// TestSharedPoolIsOneRow: whichever list shows it first. What says when it was made is no pool of a shared load balancer.
func TestSharedPoolIsOneRow(t *testing.T) {
	v3 := object{"id": "s1", "name": "shared", "members": refs("m1"), "protection_status": "consoleProtection", "vpc_id": "v"}
	v2 := object{"id": "s1", "name": "shared", "members": refs("m1", "m2"), "healthmonitor_id": "h1"}
	only := object{"id": "s2", "name": "shared-only"}
	dedicated := object{"id": "d1", "name": "dedicated"}
	newer := object{"id": "d2", "name": "in both", "created_at": "2026-01-02T03:04:05Z"}
	for _, first := range []string{"pools", "lbaas/pools"} {
		t.Run(first+" first", func(t *testing.T) {
			w := &world{lists: map[string][]object{"pools": {v3, dedicated, newer}, "lbaas/pools": {v2, only, {"id": "d2", "name": "in both"}}}}
			second := "pools"
			if first == second {
				second = "lbaas/pools"
			}
			release := w.hold(second, 1)
			l, _ := w.serve(t)
			var before, last *inventory.Snapshot
			for s := range l.Load(t.Context(), inventory.Pools) {
				if len(s.Listing(inventory.Pools).Resources) == 3 && before == nil {
					before = s
					if v := s.Listing(inventory.Pools).Resources[1].Verdict; v.State != inventory.Unknown {
						t.Errorf("%q before the other list is there", said(v))
					}
					close(release)
				}
				last = s
			}
			listing := last.Listing(inventory.Pools)
			if len(listing.Resources) != 4 {
				t.Fatalf("%d rows, want 4", len(listing.Resources))
			}
			r := named(t, listing, "shared")
			p := r.Object.(*inventory.Pool)
			if !p.Shared || p.VPCID != "v" || p.Members.Len() != 2 || p.HealthMonitorID != "h1" || r.Verdict.State != inventory.Protected {
				t.Errorf("%+v %q", p, said(r.Verdict))
			}
			for name, call := range map[string]string{
				"shared": "DELETE v2.0/lbaas/pools/{id}", "shared-only": "DELETE v2.0/lbaas/pools/{id}", "dedicated": "POST pools/batch-delete", "in both": "POST pools/batch-delete",
			} {
				if got := listing.Kind.Deletion.Route(named(t, listing, name)).Call; got != call {
					t.Errorf("%s is deleted by %s", name, got)
				}
			}
			old := before.Listing(inventory.Pools)
			if len(old.Resources) != 3 || old.Resources[0].Object.(*inventory.Pool) == p {
				t.Error("an earlier snapshot has changed")
			}
		})
	}
}

// TestSharedPoolWaitsForProtection: v2.0 does not know what is protected, so that a pool only it has shown is not judged
// before v3 has said all.
func TestSharedPoolWaitsForProtection(t *testing.T) {
	w := &world{lists: map[string][]object{"lbaas/pools": {{"id": "s1", "name": "shared"}}}}
	release := w.hold("pools", 1)
	l, _ := w.serve(t)
	waited := false
	for s := range l.Load(t.Context(), inventory.Pools) {
		listing := s.Listing(inventory.Pools)
		others := 0
		for _, list := range listing.Kind.Needs {
			if done, err := s.Graph.State(list); done && err == nil {
				others++
			}
		}
		if others == len(listing.Kind.Needs)-1 && !s.Done && !waited { // the last one waits for these
			waited = true
			if got, want := said(named(t, listing, "shared").Verdict), "unknown: listeners that others name are still being listed; pools are still being listed [empty]"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
			close(release)
		}
		if s.Done {
			if got, want := said(named(t, listing, "shared").Verdict), "unused: no listener, no policy [empty]"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	}
	if !waited {
		t.Error("the other lists did not end before the held one")
	}
}

func TestGateways(t *testing.T) {
	t.Run("none configured", func(t *testing.T) {
		l, _ := connect(t, &world{t: t})
		_, listing := load(t, l, inventory.Channels)
		if !listing.Done || len(listing.Resources) != 0 || !strings.HasPrefix(listing.Note, "no gateway instance") {
			t.Errorf("%+v", listing)
		}
	})
	t.Run("instances cannot be listed", func(t *testing.T) {
		w := &world{t: t}
		w.refuse("instances", 403, "APIGW.0302", "not authorised")
		l, _ := connect(t, w, client.Gateway{Service: client.ROMA})
		s := inventory.Last(l.Load(t.Context(), inventory.Channels))
		if listing := s.Listing(inventory.Channels); listing.Err == nil || !strings.Contains(listing.Err.Error(), "APIGW.0302") || !listing.Done {
			t.Errorf("%+v", listing)
		}
	})
	t.Run("instances of one service cannot be listed, those of the other show", func(t *testing.T) {
		w := &world{t: t, lists: map[string][]object{
			"apigw/instances": {{"id": apig, "status": "Running"}, {"id": "0123456789", "status": "Freezed"}},
			"apigw/instances/" + apig + "/vpc-channels": {{"id": "c1", "name": "orders"}},
		}}
		w.refuse("instances", 404, "APIGW.0101", "the API does not exist")
		l, _ := connect(t, w, client.Gateway{Service: client.ROMA}, client.Gateway{Service: client.APIG})
		listing := inventory.Last(l.Load(t.Context(), inventory.Channels)).Listing(inventory.Channels)
		if len(listing.Resources) != 1 || listing.Err == nil || !strings.Contains(listing.Err.Error(), "APIGW.0101") {
			t.Errorf("%d channels, %v", len(listing.Resources), listing.Err)
		}
		if want := "APIG 01234567… does not run: it is Freezed"; listing.Note != want {
			t.Errorf("%q, want %q", listing.Note, want)
		}
	})
	t.Run("both fail, in one line", func(t *testing.T) {
		w := &world{}
		w.refuse("apic/instances/"+roma+"/vpc-channels", 403, "APIG.1020", "no permission")
		w.refuse("apigw/instances/"+apig+"/vpc-channels", 500, "APIG.9999", "system error")
		l, _ := w.serve(t)
		err := inventory.Last(l.Load(t.Context(), inventory.Channels)).Listing(inventory.Channels).Err
		if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "APIG.1020") || !strings.Contains(err.Error(), "APIG.9999") {
			t.Errorf("%v", err)
		}
		if !errors.Is(err, client.Forbidden) {
			t.Errorf("%v is not forbidden", err)
		}
	})
	t.Run("one fails, the other shows", func(t *testing.T) {
		w := &world{lists: map[string][]object{
			"apigw/instances/" + apig + "/vpc-channels": {{"id": "c1", "name": "orders"}},
		}}
		w.refuse("apic/instances/"+roma+"/vpc-channels", 500, "APIC.9999", "internal")
		l, _ := w.serve(t)
		s := inventory.Last(l.Load(t.Context(), inventory.Channels))
		listing := s.Listing(inventory.Channels)
		if len(listing.Resources) != 1 || listing.Err == nil || !strings.Contains(listing.Err.Error(), "ROMA eddc4d25") {
			t.Errorf("%d channels, %v", len(listing.Resources), listing.Err)
		}
	})
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

// TestReferenceChannelSaysWhereItsServersAre: it has none of its own.
func TestReferenceChannelSaysWhereItsServersAre(t *testing.T) {
	on := "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{on: {
		{"id": "c1", "name": "orders", "vpc_channel_type": "reference", "member_groups": []object{{"reference_vpc_channel_id": "c2"}}},
		{"id": "c3", "name": "users", "vpc_channel_type": "reference"},
		{"id": "c4", "name": "plain"},
	}}}
	l, _ := w.serve(t)
	_, parents := load(t, l, inventory.Channels)
	note := func(of ...inventory.Resource) string {
		return inventory.Last(l.Open(t.Context(), inventory.Members, of)).Listing(inventory.Members).Note
	}
	const unnamed = "channel users refers to another channel: its servers are there"
	if got, want := note(parents.Resources[:1]...), "channel orders refers to channel c2: its servers are there"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	w.answer = map[string]http.HandlerFunc{"GET " + on + "/c2": func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, `{"id":"c2","name":"orders-eu"}`)
	}}
	if got, want := note(parents.Resources...), "channel orders refers to channel orders-eu: its servers are there; "+unnamed; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := note(parents.Resources[2]); got != "" {
		t.Errorf("%q about a channel without servers", got)
	}
}

func TestOpenSeveralParents(t *testing.T) {
	on := "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{on: {}}}
	for i := range 20 {
		id := fmt.Sprintf("c%02d", i)
		w.lists[on] = append(w.lists[on], object{"id": id, "name": "channel-" + id})
		w.lists[on+"/"+id+"/members"] = []object{{"id": "m", "host": "10.0.0.1", "port": i + 1}}
	}
	w.refuse(on+"/c07/members", 403, "APIG.1113", "no permission for this channel")
	w.refuse(on+"/c08/members", 404, "APIG.3023", "channel does not exist")
	w.refuse(on+"/c09/members", 404, "APIG.0103", "the backend does not exist")
	l, _ := w.serve(t)
	_, parents := load(t, l, inventory.Channels)
	s := inventory.Last(l.Open(t.Context(), inventory.Members, parents.Resources))
	listing := s.Listing(inventory.Members)
	if len(listing.Resources) != 17 {
		t.Errorf("%d members, want those of 17 channels", len(listing.Resources))
	}
	for _, channel := range []string{"channel channel-c07", "channel channel-c09"} {
		if listing.Err == nil || !strings.Contains(listing.Err.Error(), channel) {
			t.Errorf("error %v does not name %s", listing.Err, channel)
		}
	}
	if listing.Note != "channel channel-c08 is no longer there" {
		t.Errorf("note %q", listing.Note)
	}
	seen := map[inventory.Ref]bool{}
	for _, r := range listing.Resources {
		seen[r.Ref] = true
	}
	if len(seen) != 17 {
		t.Errorf("members with equal ids in different channels have %d references", len(seen))
	}
	if diff := cmp.Diff(len(inventory.Parents(listing.Resources)), 17); diff != "" {
		t.Error(diff)
	}
}

// TestGroupsWhoseEntriesAreNotListed are read alone; those that are empty need not be.
func TestGroupsWhoseEntriesAreNotListed(t *testing.T) {
	w := &world{lists: map[string][]object{"ipgroups": {
		{"id": "g1", "name": "mute"}, {"id": "g2", "ip_list": []object{{"ip": "::2"}}}, {"id": "g3", "ip_list": []object{}}, {"id": "g4", "name": "null", "ip_list": nil},
	}}}
	w.answer = map[string]http.HandlerFunc{}
	for _, id := range []string{"g1", "g4"} {
		w.answer["GET ipgroups/"+id] = func(rw http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(rw, `{"ipgroup":{"id":%q,"ip_list":[{"ip":"::1"}]}}`, id)
		}
	}
	l, _ := w.serve(t)
	_, listing := open(t, l, inventory.Entries)
	var got []string
	for _, r := range listing.Resources {
		got = append(got, r.Ref.Parent+" "+r.Ref.ID)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"g1 ::1", "g2 ::2", "g4 ::1"}, got); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(w.seen, "GET ipgroups/g3") {
		t.Error("an empty group was read alone")
	}
}

// TestParentsCanBeOpenedAgain: what a resource remembers of its parent is enough to list its children afresh.
func TestParentsCanBeOpenedAgain(t *testing.T) {
	on := "apic/instances/" + roma + "/vpc-channels"
	w := &world{lists: map[string][]object{
		"ipgroups":         {{"id": "g1", "name": "office", "ip_list": []object{{"ip": "::1"}}}, {"id": "g2", "ip_list": []object{{"ip": "::2"}}}},
		on:                 {{"id": "c1", "name": "orders"}},
		on + "/c1/members": {{"id": "m1", "host": "10.0.0.5", "port": 80}},
	}}
	l, _ := w.serve(t)
	for _, kind := range []inventory.KindID{inventory.Entries, inventory.Members} {
		_, first := open(t, l, kind)
		for _, parents := range [][]inventory.Resource{inventory.Parents(first.Resources), inventory.Parents(first.Resources[:1])} {
			again := inventory.Last(l.Open(t.Context(), kind, parents)).Listing(kind)
			if again.Err != nil || len(again.Resources) < len(parents) || again.Resources[0].Ref != first.Resources[0].Ref {
				t.Errorf("%s: %d again, %v", kind, len(again.Resources), again.Err)
			}
		}
	}
	gone := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "g9"}, Name: "former"}
	listing := inventory.Last(l.Open(t.Context(), inventory.Entries, []inventory.Resource{gone})).Listing(inventory.Entries)
	if listing.Err != nil || len(listing.Resources) != 0 || listing.Note != "IP group former is no longer there" {
		t.Errorf("%+v", listing)
	}
	w.refuse("ipgroups/g9", 403, "ELB.8903", "URI or resource not found")
	listing = inventory.Last(l.Open(t.Context(), inventory.Entries, []inventory.Resource{gone})).Listing(inventory.Entries)
	if listing.Err == nil || listing.Note != "" {
		t.Errorf("perhaps there: %+v", listing)
	}
}

func TestKindsThatCannotBeLoaded(t *testing.T) {
	l, _ := (&world{}).serve(t)
	for name, seq := range map[string]*inventory.Snapshot{
		"unknown":                 inventory.Last(l.Load(t.Context(), "servers")),
		"child without parents":   inventory.Last(l.Load(t.Context(), inventory.Entries)),
		"opened at the top":       inventory.Last(l.Open(t.Context(), inventory.Pools, nil)),
		"unknown kind of a child": inventory.Last(l.Open(t.Context(), "servers", nil)),
	} {
		if !seq.Done || len(seq.Listings) != 1 || seq.Listings[0].Err == nil || !seq.Listings[0].Done {
			t.Errorf("%s: %+v", name, seq)
		}
	}
	_, err := inventory.Lookup("server\x1b[2J")
	if err == nil || !strings.Contains(err.Error(), "pools, certificates, ipgroups, channels, entries, members") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("%v", err)
	}
}

// TestListReadsNothingElse: proving that something is gone takes its own lists only, and judges nothing unused.
func TestListReadsNothingElse(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools":    manyPools(2),
		"ipgroups": {{"id": "g1", "name": "office", "ip_list": []object{{"ip": "::1"}}}},
	}}
	l, _ := w.serve(t)
	pools := inventory.Last(l.List(t.Context(), inventory.Pools, nil)).Listing(inventory.Pools)
	if len(pools.Resources) != 2 || pools.Err != nil {
		t.Fatalf("%+v", pools)
	}
	for _, r := range pools.Resources {
		if r.Verdict.State != inventory.Unknown || r.Verdict.Reasons[0].Text != "listeners were not listed" {
			t.Errorf("%q", said(r.Verdict))
		}
	}
	group := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "g1"}}
	entries := inventory.Last(l.List(t.Context(), inventory.Entries, []inventory.Resource{group})).Listing(inventory.Entries)
	if len(entries.Resources) != 1 || entries.Err != nil {
		t.Fatalf("%+v", entries)
	}
	slices.Sort(w.seen)
	if want := []string{"GET ipgroups/g1", "GET lbaas/pools", "GET pools"}; !slices.Equal(w.seen, want) {
		t.Errorf("requests %q, want %q", w.seen, want)
	}
}

// inFlight counts the requests that have not returned yet.
type inFlight struct {
	http.RoundTripper
	now, all atomic.Int32
}

func (f *inFlight) RoundTrip(r *http.Request) (*http.Response, error) {
	f.all.Add(1)
	f.now.Add(1)
	defer f.now.Add(-1)
	return f.RoundTripper.RoundTrip(r)
}

// TestBreakingOutWaitsForEverything: what was asked is over when the loop is left, and nothing is asked afterwards.
func TestBreakingOutWaitsForEverything(t *testing.T) {
	w := &world{t: t, lists: map[string][]object{"pools": manyPools(50)}, pages: 1}
	release := w.hold("listeners", 1)
	srv := httptest.NewServer(w)
	defer srv.Close()
	defer close(release)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	flights := &inFlight{RoundTripper: transport}
	c, _ := clients(t, client.Config{
		Project: project, ELB: srv.URL, APIG: srv.URL, Transport: flights,
		Gateways: []client.Gateway{{Service: client.APIG, InstanceID: apig}},
	})
	l := inventory.NewLoader(c, scope)
	for s := range l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels) {
		if len(s.Listing(inventory.Pools).Resources) > 0 {
			break
		}
	}
	if n := flights.now.Load(); n != 0 {
		t.Errorf("%d requests are still under way", n)
	}
	if flights.all.Load() == 0 {
		t.Error("nothing was asked at all")
	}
}

func TestCancelledLoadEndsAndSaysSo(t *testing.T) {
	w := &world{lists: map[string][]object{"pools": manyPools(3)}}
	release := w.hold("listeners", 1)
	defer close(release)
	l, _ := w.serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last *inventory.Snapshot
	for s := range l.Load(ctx, inventory.Pools) {
		last = s
		cancel()
	}
	if !last.Done {
		t.Fatal("no last snapshot")
	}
	if _, err := last.Graph.State("listeners"); !errors.Is(err, context.Canceled) {
		t.Errorf("listeners: %v", err)
	}
	for _, r := range last.Listing(inventory.Pools).Resources {
		if r.Verdict.State != inventory.Unknown {
			t.Errorf("%s: %q", r.Name, said(r.Verdict))
		}
	}
}

// TestSnapshotsNeverChangeAndNeverKnowLess loads random worlds page by page, keeps a copy of each snapshot's rows as
// they were when it came, and compares in the end.
func TestSnapshotsNeverChangeAndNeverKnowLess(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	w := &world{lists: map[string][]object{}, pages: 3}
	for i := range 40 {
		p := object{"id": fmt.Sprintf("p%02d", i), "name": fmt.Sprint("pool-", i), "members": refs()}
		if rnd.IntN(3) > 0 {
			w.lists["pools"] = append(w.lists["pools"], p)
		}
		if rnd.IntN(3) == 0 {
			w.lists["lbaas/pools"] = append(w.lists["lbaas/pools"], p)
		}
		if rnd.IntN(3) == 0 {
			w.lists["listeners"] = append(w.lists["listeners"], object{"id": fmt.Sprint("l", i), "default_pool_id": p["id"]})
		}
		if rnd.IntN(4) == 0 {
			w.lists["lbaas/l7policies"] = append(w.lists["lbaas/l7policies"], object{"id": fmt.Sprint("y", i), "redirect_pool_id": p["id"]})
		}
	}
	used := map[any]bool{}
	for _, o := range w.lists["listeners"] {
		used[o["default_pool_id"]] = true
	}
	for _, o := range w.lists["lbaas/l7policies"] {
		used[o["redirect_pool_id"]] = true
	}
	l, _ := w.serve(t)
	type kept struct {
		s    *inventory.Snapshot
		copy []inventory.Resource
	}
	var all []kept
	for s := range l.Load(t.Context(), inventory.Pools) {
		rows := s.Listing(inventory.Pools).Resources
		all = append(all, kept{s, slices.Clone(rows)})
	}
	for i, k := range all {
		rows := k.s.Listing(inventory.Pools).Resources
		for j, r := range rows {
			if r.Ref != k.copy[j].Ref || r.Object != k.copy[j].Object || said(r.Verdict) != said(k.copy[j].Verdict) {
				t.Fatalf("row %d of snapshot %d has changed", j, i)
			}
			if r.Verdict.State == inventory.Unused && used[r.Ref.ID] {
				t.Fatalf("snapshot %d calls %s unused", i, r.Ref.ID)
			}
		}
		if i > 0 && len(rows) < len(all[i-1].copy) {
			t.Fatalf("snapshot %d has fewer rows than the one before", i)
		}
	}
	last := all[len(all)-1].s.Listing(inventory.Pools)
	for _, r := range last.Resources {
		if want := used[r.Ref.ID]; (r.Verdict.State == inventory.InUse) != want {
			t.Errorf("%s: %q, used: %v", r.Ref.ID, said(r.Verdict), want)
		}
	}
	refs := make([]inventory.Ref, 0, len(last.Resources))
	for _, r := range last.Resources {
		refs = append(refs, r.Ref)
	}
	found := all[len(all)-1].s.Find(append(refs, inventory.Ref{Kind: inventory.Pools, ID: "none"}))
	if len(found) != len(refs) {
		t.Errorf("found %d of %d", len(found), len(refs))
	}
}

func TestKindsAskedForTwiceAreReadOnce(t *testing.T) {
	w := &world{}
	l, _ := w.serve(t)
	s := inventory.Last(l.Load(t.Context(), inventory.IPGroups, inventory.IPGroups))
	if len(s.Listings) != 2 || s.Listings[1].Kind.ID != inventory.Listeners || len(w.seen) != 3 {
		t.Errorf("%d listings, requests %q", len(s.Listings), w.seen)
	}
}

func TestRepeatedRowsAreOne(t *testing.T) {
	again := object{"id": "c1", "name": "second sighting"}
	w := &world{lists: map[string][]object{"certificates": {{"id": "c1", "name": "first"}, {"id": "c2"}, again}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Certificates)
	if len(listing.Resources) != 2 || listing.Resources[0].Name != "second sighting" {
		t.Errorf("%+v", listing.Resources)
	}
}

// TestRepeatedRowsLoseNothing: what one sighting says of users and of protection holds, whichever comes last.
func TestRepeatedRowsLoseNothing(t *testing.T) {
	guarded := object{"protection_status": "consoleProtection", "protection_reason": "audit"}
	for _, tt := range []struct {
		kind inventory.KindID
		more object
		want string
	}{
		{inventory.Pools, guarded, `protected: "audit"`},
		{inventory.Pools, object{"member_deletion_protection_enable": true}, "protected: its members are protected from deletion"},
		{inventory.Pools, object{"listeners": refs("l")}, "in use: listener l"},
		{inventory.Certificates, guarded, `protected: "audit"`},
		{inventory.IPGroups, object{"listeners": refs("l")}, "in use: listener l"},
	} {
		for _, order := range [][]bool{{true, false}, {false, true}} {
			w := &world{lists: map[string][]object{"listeners": {{"id": "l"}}}, pages: 2}
			for _, more := range order {
				o := object{"id": "x", "name": "x", "members": refs("m"), "ip_list": []object{{"ip": "10.0.0.1"}}}
				if more {
					maps.Copy(o, tt.more)
				}
				other := object{"id": fmt.Sprint("other", more)}
				if len(w.lists[string(tt.kind)]) == 0 {
					o, other = other, o // a page that begins as the one before is refused
				}
				w.lists[string(tt.kind)] = append(w.lists[string(tt.kind)], other, o)
			}
			l, _ := w.serve(t)
			_, listing := load(t, l, tt.kind)
			if got := said(named(t, listing, "x").Verdict); got != tt.want {
				t.Errorf("%s with %v first: %q, want %q", tt.kind, order[0], got, tt.want)
			}
		}
	}
}

func TestJSONIsReadableAndKeepsNoKey(t *testing.T) {
	w := &world{lists: map[string][]object{
		"certificates": {{"id": "c1", "name": "a<b>", "private_key": "-----BEGIN SECRET", "certificate": "-----BEGIN CERTIFICATE"}},
	}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Certificates)
	text := string(inventory.JSON(listing.Resources[0]))
	if strings.Contains(text, "SECRET") || !strings.Contains(text, "\n  \"name\": \"a<b>\",\n") {
		t.Error(text)
	}
}
