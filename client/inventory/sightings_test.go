package inventory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"janitor/client/inventory"
)

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
				if s.Listing(inventory.Pools).Resources.Len() == 3 && before == nil {
					before = s
					if v := s.Listing(inventory.Pools).Resources.At(1).Verdict; v.State != inventory.Unknown {
						t.Errorf("%q before the other list is there", said(v))
					}
					close(release)
				}
				last = s
			}
			listing := last.Listing(inventory.Pools)
			if listing.Resources.Len() != 4 {
				t.Fatalf("%d rows, want 4", listing.Resources.Len())
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
			if old.Resources.Len() != 3 || old.Resources.At(0).Object.(*inventory.Pool) == p {
				t.Error("an earlier snapshot has changed")
			}
		})
	}
}

// TestWhatIsAroundPoolsIsOneRow: whichever list shows it first, what v3 says is kept, for it says more.
func TestWhatIsAroundPoolsIsOneRow(t *testing.T) {
	for _, tt := range []struct {
		kind inventory.KindID
		list string
		v3   object // fields that v2.0 does not show
		want object
	}{
		{inventory.Listeners, "listeners", object{"protection_reason": "audit"}, object{"protection_reason": "audit", "shared": true}},
		{inventory.Policies, "l7policies", object{"priority": 7.0}, object{"priority": 7.0, "shared": true}},
		{inventory.Monitors, "healthmonitors", object{"type": "TLS"}, object{"type": "TLS", "shared": true}},
		{inventory.LoadBalancers, "loadbalancers", object{"guaranteed": true}, object{"guaranteed": true}},
		{inventory.LoadBalancers, "loadbalancers", object{"created_at": "2026-01-02T03:04:05Z"}, object{"created_at": "2026-01-02T03:04:05Z"}},
	} {
		for _, late := range []string{tt.list, "lbaas/" + tt.list} {
			v3 := object{"id": "x", "name": "of v3"}
			maps.Copy(v3, tt.v3)
			w := &world{lists: map[string][]object{tt.list: {v3}, "lbaas/" + tt.list: {{"id": "x", "name": "of v2.0"}}}}
			release := w.hold(late, 1)
			l, _ := w.serve(t)
			var rows []inventory.Resource
			for s := range l.WithDetail().Load(t.Context(), inventory.Pools) {
				if rows = s.Listing(tt.kind).Resources.All(); len(rows) > 0 && !s.Done && release != nil {
					close(release)
					release = nil
				}
			}
			if release != nil || len(rows) != 1 || rows[0].Name != "of v3" {
				t.Errorf("%s, %s late: %+v", tt.kind, late, rows)
				continue
			}
			data, err := json.Marshal(rows[0].Object)
			if err != nil {
				t.Fatal(err)
			}
			var got object
			if err := json.Unmarshal(data, &got); err != nil {
				t.Fatal(err)
			}
			for field, want := range tt.want {
				if got[field] != want {
					t.Errorf("%s, %s late: %s is %v, want %v", tt.kind, late, field, got[field], want)
				}
			}
		}
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

func TestRepeatedRowsAreOne(t *testing.T) {
	again := object{"id": "c1", "name": "second sighting"}
	w := &world{lists: map[string][]object{"certificates": {{"id": "c1", "name": "first"}, {"id": "c2"}, again}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Certificates)
	if listing.Resources.Len() != 2 || listing.Resources.At(0).Name != "second sighting" {
		t.Errorf("%+v", listing.Resources.All())
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
