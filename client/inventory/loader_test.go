package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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
		if n := listing.Resources.Len(); n == 2 && early == 0 {
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
	if n := last.Listing(inventory.Pools).Resources.Len(); n != 5 || !last.Done {
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
			shown += listing.Resources.Len()
		}
		if shown == 3 && !released {
			released = true
			for _, listing := range s.Listings[:3] {
				v := listing.Resources.At(0).Verdict
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
				if v := listing.Resources.At(0).Verdict; v.State != inventory.Unused {
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
		if listing.Resources.Len() == 2 && !s.Done {
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

func TestGateways(t *testing.T) {
	t.Run("none configured", func(t *testing.T) {
		l, _ := connect(t, &world{t: t})
		_, listing := load(t, l, inventory.Channels)
		if !listing.Done || listing.Resources.Len() != 0 || !strings.HasPrefix(listing.Note, "no gateway instance") {
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
		if listing.Resources.Len() != 1 || listing.Err == nil || !strings.Contains(listing.Err.Error(), "APIGW.0101") {
			t.Errorf("%d channels, %v", listing.Resources.Len(), listing.Err)
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
		if listing.Resources.Len() != 1 || listing.Err == nil || !strings.Contains(listing.Err.Error(), "ROMA eddc4d25") {
			t.Errorf("%d channels, %v", listing.Resources.Len(), listing.Err)
		}
	})
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
	if got, want := note(parents.Resources.All()[:1]...), "channel orders refers to channel c2: its servers are there"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	w.answer = map[string]http.HandlerFunc{"GET " + on + "/c2": func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, `{"id":"c2","name":"orders-eu"}`)
	}}
	if got, want := note(parents.Resources.All()...), "channel orders refers to channel orders-eu: its servers are there; "+unnamed; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := note(parents.Resources.At(2)); got != "" {
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
	s := inventory.Last(l.Open(t.Context(), inventory.Members, parents.Resources.All()))
	listing := s.Listing(inventory.Members)
	if listing.Resources.Len() != 17 {
		t.Errorf("%d members, want those of 17 channels", listing.Resources.Len())
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
	for _, r := range listing.Resources.All() {
		seen[r.Ref] = true
	}
	if len(seen) != 17 {
		t.Errorf("members with equal ids in different channels have %d references", len(seen))
	}
	if diff := cmp.Diff(len(inventory.Parents(listing.Resources.All())), 17); diff != "" {
		t.Error(diff)
	}
}

// TestGroupsWhoseEntriesAreNotListed are read alone; those that are empty need not be.
func TestGroupsWhoseEntriesAreNotListed(t *testing.T) {
	w := &world{lists: map[string][]object{"ipgroups": {
		{"id": "g1", "name": "mute"}, {"id": "g2", "ip_list": []object{{"ip": "::2"}}}, {"id": "g3", "ip_list": []object{}}, {"id": "g4", "name": "null", "ip_list": nil},
	}}}
	w.answer = map[string]http.HandlerFunc{}
	w.answer["GET ipgroups/g1"] = func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"ipgroup":{"id":"g1","ip_list":[{"ip":"::1"}]}}`)
	}
	l, _ := w.serve(t)
	_, listing := open(t, l, inventory.Entries)
	var got []string
	for _, r := range listing.Resources.All() {
		got = append(got, r.Ref.Parent+" "+r.Ref.ID)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"g1 ::1", "g2 ::2"}, got); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(w.seen, "GET ipgroups/g3") || slices.Contains(w.seen, "GET ipgroups/g4") {
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
		for _, parents := range [][]inventory.Resource{inventory.Parents(first.Resources.All()), inventory.Parents(first.Resources.All()[:1])} {
			again := inventory.Last(l.Open(t.Context(), kind, parents)).Listing(kind)
			if again.Err != nil || again.Resources.Len() < len(parents) || again.Resources.At(0).Ref != first.Resources.At(0).Ref {
				t.Errorf("%s: %d again, %v", kind, again.Resources.Len(), again.Err)
			}
		}
	}
	gone := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "g9"}, Name: "former"}
	listing := inventory.Last(l.Open(t.Context(), inventory.Entries, []inventory.Resource{gone})).Listing(inventory.Entries)
	if listing.Err != nil || listing.Resources.Len() != 0 || listing.Note != "IP group former is no longer there" {
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
	if pools.Resources.Len() != 2 || pools.Err != nil {
		t.Fatalf("%+v", pools)
	}
	for _, r := range pools.Resources.All() {
		if r.Verdict.State != inventory.Unknown || r.Verdict.Reasons[0].Text != "listeners were not listed" {
			t.Errorf("%q", said(r.Verdict))
		}
	}
	group := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "g1"}}
	entries := inventory.Last(l.List(t.Context(), inventory.Entries, []inventory.Resource{group})).Listing(inventory.Entries)
	if entries.Resources.Len() != 1 || entries.Err != nil {
		t.Fatalf("%+v", entries)
	}
	slices.Sort(w.seen)
	if want := []string{"GET ipgroups/g1", "GET lbaas/pools", "GET pools"}; !slices.Equal(w.seen, want) {
		t.Errorf("requests %q, want %q", w.seen, want)
	}
}

// What only v3 has made is gone when v3 no longer shows it; of what may be in either list both are read.
func TestListOfReadsWhereThoseAreThatAreWanted(t *testing.T) {
	for _, c := range []struct {
		name   string
		wanted []string // of all pools
		want   []string
	}{
		{"dedicated", []string{"p0", "p1"}, []string{"GET pools"}},
		{"shared", []string{"s"}, []string{"GET lbaas/pools", "GET pools"}},
		{"both", []string{"p0", "s"}, []string{"GET lbaas/pools", "GET pools"}},
		{"in both lists, and made by v3", []string{"b"}, []string{"GET pools"}},
		{"known by its id only", []string{"p0", ""}, []string{"GET lbaas/pools", "GET pools"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"pools":       {{"id": "p0"}, {"id": "p1"}, {"id": "b", "created_at": "2020-01-02T03:04:05Z"}},
				"lbaas/pools": {{"id": "s"}, {"id": "b"}},
			}}
			l, _ := w.serve(t)
			wanted := make([]inventory.Resource, 0, 2)
			for _, r := range inventory.Last(l.List(t.Context(), inventory.Pools, nil)).Listing(inventory.Pools).Resources.All() {
				if slices.Contains(c.wanted, r.Ref.ID) {
					wanted = append(wanted, r)
				}
			}
			if slices.Contains(c.wanted, "") {
				wanted = append(wanted, inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.Pools, ID: "from-a-file"}})
			}
			w.seen = nil
			listing := inventory.Last(l.ListOf(t.Context(), inventory.Pools, nil, wanted)).Listing(inventory.Pools)
			if listing.Err != nil || !listing.Done || listing.Resources.Len() < len(c.wanted) {
				t.Errorf("%+v", listing)
			}
			if slices.Sort(w.seen); !slices.Equal(w.seen, c.want) {
				t.Errorf("requests %q, want %q", w.seen, c.want)
			}
		})
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
		if s.Listing(inventory.Pools).Resources.Len() > 0 {
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
	for _, r := range last.Listing(inventory.Pools).Resources.All() {
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
		rows := s.Listing(inventory.Pools).Resources.All()
		all = append(all, kept{s, slices.Clone(rows)})
	}
	for i, k := range all {
		rows := k.s.Listing(inventory.Pools).Resources.All()
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
	for _, r := range last.Resources.All() {
		if want := used[r.Ref.ID]; (r.Verdict.State == inventory.InUse) != want {
			t.Errorf("%s: %q, used: %v", r.Ref.ID, said(r.Verdict), want)
		}
	}
	refs := make([]inventory.Ref, 0, last.Resources.Len())
	for _, r := range last.Resources.All() {
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

func TestJSONIsReadableAndKeepsNoKey(t *testing.T) {
	w := &world{lists: map[string][]object{
		"certificates": {{"id": "c1", "name": "a<b>", "private_key": "-----BEGIN SECRET", "certificate": "-----BEGIN CERTIFICATE"}},
	}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Certificates)
	text := string(inventory.JSON(listing.Resources.At(0)))
	if strings.Contains(text, "SECRET") || !strings.Contains(text, "\n  \"name\": \"a<b>\",\n") {
		t.Error(text)
	}
}
