package inventory_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"janitor/client/inventory"
)

// used is one object that is in use in one way only, and the lists that can tell of it.
type used struct {
	kind inventory.KindID
	by   string // "" when nothing uses it
	told []string
}

// everyWay is an account in which each object is used in one way of design §5 alone, and some are not used.
func everyWay() (map[string][]object, map[string]used) {
	named := func(id string, more object) object {
		o := object{"id": id, "name": id, "members": refs("m"), "ip_list": []object{{"ip": "10.0.0.1"}}}
		maps.Copy(o, more)
		return o
	}
	access := func(ids, kind string, on bool) object {
		return object{"ipgroup": object{"ipgroup_id": ids, "type": kind, "enable_ipgroup": on}}
	}
	with := func(id string, more object) object {
		maps.Copy(more, object{"id": id, "name": id, "listener_id": "l-first"})
		return more
	}
	lists := map[string][]object{
		"pools": {
			named("p-named", object{"listeners": refs("l-first")}), named("p-default", nil), named("p-redirect", nil), named("p-weighted", nil),
			named("p-mirror", nil), named("p-error", nil), named("p-free", nil),
		},
		"lbaas/pools":  {named("p-shared-default", nil), named("p-shared-redirect", nil), named("p-shared-free", nil)},
		"certificates": {named("c-default", nil), named("c-ca", nil), named("c-sni", nil), named("c-shared", nil), named("c-free", nil)},
		"ipgroups": {
			named("g-white", nil), named("g-black", nil), named("g-off", nil), named("g-second", nil),
			named("g-named", object{"listeners": refs("l-first")}), named("g-free", nil),
		},
		"listeners": {
			with("l-first", object{}), with("l-pool", object{"default_pool_id": "p-default"}),
			with("l-cert", object{"default_tls_container_ref": "c-default"}), with("l-ca", object{"client_ca_tls_container_ref": "c-ca"}),
			with("l-sni", object{"sni_container_refs": []string{"c-other", "c-sni"}}), with("l-white", access("g-white", "white", true)),
			with("l-black", access("g-black", "black", true)), with("l-off", access("g-off", "white", false)),
			with("l-two", access("g-other, g-second", "white", true)),
		},
		"lbaas/listeners": {with("l-shared", object{"default_pool_id": "p-shared-default"}), with("l-shared-cert", object{"default_tls_container_ref": "c-shared"})},
		"l7policies": {
			with("y-redirect", object{"redirect_pool_id": "p-redirect"}),
			with("y-weighted", object{"redirect_pools_config": []object{{"pool_id": "p-other", "weight": 1}, {"pool_id": "p-weighted", "weight": 0}}}),
			with("y-mirror", object{"redirect_pools_extend_config": object{"traffic_mirror_config": object{"target_ids": []string{"p-mirror"}}}}),
			with("y-error", object{"redirect_pool_id": "p-error", "provisioning_status": "ERROR"}),
		},
		"lbaas/l7policies": {with("y-shared", object{"redirect_pool_id": "p-shared-redirect"})},
	}
	lists["recycled"] = []object{with("l-gone", object{"default_pool_id": "p-recycled", "default_tls_container_ref": "c-recycled"})}
	lists["pools"] = append(lists["pools"], named("p-recycled", nil))
	lists["certificates"] = append(lists["certificates"], named("c-recycled", nil))
	pool, cert, group := inventory.Pools, inventory.Certificates, inventory.IPGroups
	return lists, map[string]used{
		"p-recycled": {pool, "listener l-gone", []string{"listeners", "lbaas/listeners", "recycled"}},
		"c-recycled": {cert, "listener l-gone", []string{"listeners", "lbaas/listeners", "recycled"}},
		"p-named":    {pool, "listener l-first", []string{"pools"}}, "p-default": {pool, "listener l-pool", []string{"listeners"}},
		"p-redirect": {pool, "policy y-redirect", []string{"l7policies"}}, "p-weighted": {pool, "weighted policy y-weighted", []string{"l7policies"}},
		"p-mirror": {pool, "mirror policy y-mirror", []string{"l7policies"}}, "p-error": {pool, "policy y-error", []string{"l7policies"}},
		"p-free": {kind: pool}, "p-shared-free": {kind: pool},
		"p-shared-default":  {pool, "listener l-shared", []string{"lbaas/listeners"}},
		"p-shared-redirect": {pool, "policy y-shared", []string{"lbaas/l7policies"}},
		"c-default":         {cert, "listener l-cert", []string{"listeners"}}, "c-ca": {cert, "CA of listener l-ca", []string{"listeners"}},
		"c-sni": {cert, "SNI of listener l-sni", []string{"listeners"}}, "c-shared": {cert, "listener l-shared-cert", []string{"lbaas/listeners"}},
		"c-free":  {kind: cert},
		"g-white": {group, "listener l-white (white)", []string{"listeners"}}, "g-black": {group, "listener l-black (black)", []string{"listeners"}},
		"g-off": {group, "listener l-off (white, off)", []string{"listeners"}}, "g-second": {group, "listener l-two (white)", []string{"listeners"}},
		"g-named": {group, "listener l-first", []string{"ipgroups"}}, "g-free": {kind: group},
	}
}

// dependent are the lists that a verdict about a kind cannot do without.
var dependent = map[inventory.KindID][]string{
	inventory.Pools:        {"pools", "lbaas/pools", "listeners", "lbaas/listeners", "recycled", "l7policies", "lbaas/l7policies"},
	inventory.Certificates: {"listeners", "lbaas/listeners", "recycled"},
	inventory.IPGroups:     {"listeners", "recycled"},
}

// TestEveryWayOfBeingUsed: verdicts are right for each object; when one list fails, or only part of it comes, exactly what
// depends on it is unknown, and nothing becomes unused.
func TestEveryWayOfBeingUsed(t *testing.T) {
	lists, want := everyWay()
	kinds := []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups}
	words := map[string]string{
		"lbaas/pools": "shared pools", "lbaas/listeners": "shared listeners", "lbaas/l7policies": "shared l7policies", "ipgroups": "IP groups",
		"recycled": "listeners in the recycle bin",
	}
	check := func(t *testing.T, w *world, failed string) {
		t.Helper()
		l, _ := w.serve(t)
		s := inventory.Last(l.WithDetail().Load(t.Context(), kinds...))
		seen := 0
		for _, kind := range kinds {
			for _, r := range s.Listing(kind).Resources.All() {
				seen++
				u, v := want[r.Name], r.Verdict
				depends := slices.Contains(dependent[kind], failed)
				switch {
				case u.by != "" && !slices.Contains(u.told, failed):
					if got := "in use: " + u.by; said(v) != got && !strings.HasPrefix(said(v), got) {
						t.Errorf("%s is %q, want %q", r.Name, said(v), got)
					}
				case depends:
					word := failed
					if words[failed] != "" {
						word = words[failed]
					}
					if v.State != inventory.Unknown || !strings.HasPrefix(v.Reasons[0].Text, word+" could not be listed") {
						t.Errorf("%s is %q without %s", r.Name, said(v), word)
					}
				default:
					if v.State != inventory.Unused {
						t.Errorf("%s is %q, want unused", r.Name, said(v))
					}
				}
			}
		}
		if failed == "" && seen != len(want) {
			t.Errorf("%d resources, want %d", seen, len(want))
		}
	}
	t.Run("all lists", func(t *testing.T) { check(t, &world{lists: lists}, "") })
	others := []string{"members", "lbaas/members", "loadbalancers", "lbaas/loadbalancers", "healthmonitors", "lbaas/healthmonitors"}
	for _, list := range slices.Concat(slices.Collect(maps.Keys(lists)), others) {
		t.Run(list+" fails", func(t *testing.T) {
			w := &world{lists: lists}
			w.refuse(list, 403, "ELB.9802", "not allowed")
			check(t, w, list)
		})
		t.Run(list+" is cut short", func(t *testing.T) {
			w := &world{lists: lists}
			plural := list[strings.LastIndexByte(list, '/')+1:]
			if list == "recycled" {
				plural = "listeners"
			}
			w.answer = map[string]http.HandlerFunc{"GET " + list: func(rw http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("marker") {
					http.Error(rw, `{"error_code":"ELB.9802"}`, http.StatusForbidden)
					return
				}
				fmt.Fprintf(rw, `{%q:[{"id":"a"}],"page_info":{"next_marker":"a"},"%s_links":[{"rel":"next","href":"/?marker=a"}]}`, plural, plural)
			}}
			l, _ := w.serve(t)
			s := inventory.Last(l.WithDetail().Load(t.Context(), kinds...))
			for _, kind := range kinds {
				for _, r := range s.Listing(kind).Resources.All() {
					if r.Verdict.State == inventory.Unused && slices.Contains(dependent[kind], list) {
						t.Errorf("%s is unused with half of %s", r.Label(), list)
					}
				}
			}
		})
	}
}

// TestListenersThatAreNotListed: another object names a listener that no list shows. It is asked for; until it is known
// what it uses, nothing is unused.
func TestListenersThatAreNotListed(t *testing.T) {
	account := func() *world {
		return &world{lists: map[string][]object{
			"pools":         {{"id": "p", "name": "pool", "listeners": refs("hidden")}, {"id": "q", "name": "free"}},
			"certificates":  {{"id": "c", "name": "cert"}},
			"ipgroups":      {{"id": "g", "name": "group"}},
			"loadbalancers": {{"id": "b", "name": "lb", "listeners": refs("hidden")}},
		}}
	}
	for name, tt := range map[string]struct {
		change            func(*world)
		pool, free, cert  string
		group, listenerIs string
	}{
		"it is there": {
			change: func(w *world) {
				w.hidden = []object{{"id": "hidden", "name": "web-443", "default_tls_container_ref": "c"}}
			},
			pool: "in use: listener web-443", free: "unused: no listener, no policy", cert: "in use: listener web-443",
			group: "unused: no listener", listenerIs: "web-443",
		},
		"it does not exist": {
			change: func(*world) {},
			pool:   "unknown: names listener hidden, which does not exist", free: "unused: no listener, no policy", cert: "unused: no listener",
			group: "unused: no listener",
		},
		"it does not exist, and the cloud has no shared ones": {
			change: func(w *world) {
				w.absent("lbaas/pools", "lbaas/listeners", "lbaas/l7policies", "lbaas/certificates", "lbaas/listeners/hidden")
			},
			pool: "unknown: names listener hidden, which does not exist", free: "unused: no listener, no policy", cert: "unused: no listener",
			group: "unused: no listener",
		},
		"it may not be there or not be seen": {
			change: func(w *world) { w.refuse("listeners/hidden", 403, "ELB.8903", "URI or resource not found") },
			pool:   "in use: listener hidden",
			free:   "unknown: listener hidden, which load balancer lb names, could not be read: 403 ELB.8903 URI or resource not found",
			cert:   "unknown: listener hidden, which load balancer lb names, could not be read: 403 ELB.8903 URI or resource not found",
			group:  "unknown: listener hidden, which load balancer lb names, could not be read: 403 ELB.8903 URI or resource not found",
		},
		"it may not be read": {
			change: func(w *world) { w.refuse("listeners/hidden", 403, "ELB.9802", "no") },
			pool:   "in use: listener hidden",
			free:   "unknown: listener hidden, which load balancer lb names, could not be read: needs elb:listeners:get (403 ELB.9802 no)",
			cert:   "unknown: listener hidden, which load balancer lb names, could not be read: needs elb:listeners:get (403 ELB.9802 no)",
			group:  "unknown: listener hidden, which load balancer lb names, could not be read: needs elb:listeners:get (403 ELB.9802 no)",
		},
		"it is a shared one": {
			change: func(w *world) {
				w.answer = map[string]http.HandlerFunc{"GET lbaas/listeners/hidden": func(rw http.ResponseWriter, _ *http.Request) {
					fmt.Fprint(rw, `{"listener":{"id":"hidden","name":"old-80","default_pool_id":"q"}}`)
				}}
			},
			pool: "in use: listener old-80", free: "in use: listener old-80", cert: "unused: no listener", group: "unused: no listener",
			listenerIs: "old-80",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := account()
			tt.change(w)
			l, _ := w.serve(t)
			s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
			for _, want := range []struct {
				kind          inventory.KindID
				name, verdict string
			}{
				{inventory.Pools, "pool", tt.pool},
				{inventory.Pools, "free", tt.free},
				{inventory.Certificates, "cert", tt.cert},
				{inventory.IPGroups, "group", tt.group},
			} {
				v := named(t, s.Listing(want.kind), want.name).Verdict
				v.Signs = nil
				if got := said(v); got != want.verdict {
					t.Errorf("%s is %q, want %q", want.name, got, want.verdict)
				}
			}
			listed := s.Listing(inventory.Listeners).Resources.All()
			if tt.listenerIs == "" && len(listed) > 0 || tt.listenerIs != "" && (len(listed) != 1 || listed[0].Name != tt.listenerIs) {
				t.Errorf("listeners %v", listed)
			}
		})
	}
}

// TestListenersNamedInAnotherSpelling: they are the ones that are listed, told once and not asked for.
func TestListenersNamedInAnotherSpelling(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools":     {{"id": "p", "name": "pool", "listeners": refs("L1")}},
		"ipgroups":  {{"id": "g", "name": "group", "ip_list": []object{{"ip": "10.0.0.1"}}, "listeners": refs("l1")}},
		"listeners": {{"id": "l-1", "name": "web", "default_pool_id": "P", "ipgroup": object{"ipgroup_id": "G", "type": "white"}}},
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.IPGroups))
	for kind, want := range map[inventory.KindID]string{
		inventory.Pools: "in use: listener web [empty]", inventory.IPGroups: "in use: listener web (white)",
	} {
		if got := said(s.Listing(kind).Resources.At(0).Verdict); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
	for _, seen := range w.seen {
		if strings.HasPrefix(seen, "GET listeners/") {
			t.Error(seen)
		}
	}
}

// TestHalfOfTheSharedFamily: a cloud has all lists of shared load balancers or none. One that is missing beside another that
// answers may list whatever uses something.
func TestHalfOfTheSharedFamily(t *testing.T) {
	for _, lacks := range []string{"lbaas/listeners", "lbaas/l7policies", "lbaas/pools"} {
		w := &world{lists: map[string][]object{
			"pools": {{"id": "p", "name": "pool"}}, "certificates": {{"id": "c", "name": "cert"}}, "ipgroups": {{"id": "g", "name": "group"}},
		}}
		w.refuse(lacks, 404, "APIGW.0101", "not published")
		l, _ := w.serve(t)
		s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
		if v := named(t, s.Listing(inventory.Pools), "pool").Verdict; v.State != inventory.Unknown {
			t.Errorf("without %s a pool is %q", lacks, said(v))
		}
		want := inventory.Unused
		if lacks == "lbaas/listeners" {
			want = inventory.Unknown
		}
		if v := named(t, s.Listing(inventory.Certificates), "cert").Verdict; v.State != want {
			t.Errorf("without %s a certificate is %q", lacks, said(v))
		}
		if v := named(t, s.Listing(inventory.IPGroups), "group").Verdict; v.State != inventory.Unused {
			t.Errorf("without %s a group is %q", lacks, said(v))
		}
	}
}

func TestTooManyListenersThatAreNotListed(t *testing.T) {
	w := &world{lists: map[string][]object{"pools": {{"id": "free", "name": "free"}}}}
	for i := range 30 {
		id := fmt.Sprintf("l%02d", i)
		w.lists["pools"] = append(w.lists["pools"], object{"id": "p" + id, "name": "p" + id, "listeners": refs(id)})
	}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Pools)
	const want = "unknown: 30 listeners are named by others and not listed, such as l00 by pool pl00: not all listeners can be seen [empty]"
	if got := said(named(t, listing, "free").Verdict); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, seen := range w.seen {
		if strings.HasPrefix(seen, "GET listeners/") {
			t.Fatalf("%s although there are too many to ask for", seen)
		}
	}
}

// TestPoolsBesideListenersInTheRecycleBin: of a load balancer that lies there the listeners are listed, and not their policies.
// What is on it may be used by these, and is needed when it is taken out again.
func TestPoolsBesideListenersInTheRecycleBin(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools": {
			{"id": "p", "name": "binned", "loadbalancers": refs("b1")}, {"id": "q", "name": "kept", "loadbalancers": refs("b2")}, {"id": "r", "name": "loose"},
		},
		"listeners": {{"id": "l", "name": "web", "loadbalancers": refs("b2")}},
		"recycled":  {{"id": "k", "name": "old", "loadbalancers": refs("b1")}},
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.Load(t.Context(), inventory.Pools))
	for name, want := range map[string]string{
		"binned": "unknown: its load balancer b1 is in the recycle bin, whose policies are not listed [empty]",
		"kept":   "unused: no listener, no policy [empty]", "loose": "unused: no listener, no policy [empty]",
	} {
		if got := said(named(t, s.Listing(inventory.Pools), name).Verdict); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	detach := s.Listing(inventory.Pools).Kind.Deletion.Detach
	if _, err := detach(named(t, s.Listing(inventory.Pools), "binned"), nil, s.Graph); err == nil || !strings.Contains(err.Error(), "in the recycle bin") {
		t.Errorf("it can be taken out of use: %v", err)
	}
}

// TestReferencesThatAreNotUnderstood: an object that refers to something without saying to what may use anything of it.
func TestReferencesThatAreNotUnderstood(t *testing.T) {
	for _, access := range []object{{"type": "white", "enable_ipgroup": true}, {"type": "black"}, {"enable_ipgroup": true}} {
		notUnderstood(t, access)
	}
}

func notUnderstood(t *testing.T, access object) {
	t.Helper()
	w := &world{lists: map[string][]object{
		"pools": {{"id": "p", "name": "pool", "members": refs("m")}}, "ipgroups": {{"id": "g", "name": "group", "ip_list": []object{{"ip": "10.0.0.1"}}}},
		"l7policies": {{"id": "y", "name": "a-b", "redirect_pools_config": []object{{"id": "p", "weight": 1}}}},
		"listeners":  {{"id": "l", "name": "web", "ipgroup": access}, {"id": "k", "name": "plain", "ipgroup": object{}}},
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.IPGroups))
	for kind, want := range map[inventory.KindID]string{
		inventory.Pools:    "unknown: policy a-b sends to a pool that it does not name",
		inventory.IPGroups: "unknown: listener web has access control without saying by which IP group",
	} {
		if got := said(s.Listing(kind).Resources.At(0).Verdict); got != want {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

// TestReferencesInAnotherSpelling: who uses an object may write its id in upper case, without dashes or with spaces around it.
func TestReferencesInAnotherSpelling(t *testing.T) {
	const pool, weighted, cert, group = "11111111-aaaa-4000-8000-000000000001", "22222222AAAA40008000000000000002",
		"233a325e5e3e4ce8beeb320aa714cc12", "33333333-aaaa-4000-8000-000000000003"
	for name, spell := range map[string]func(string) string{
		"upper case":     strings.ToUpper,
		"lower case":     strings.ToLower,
		"without dashes": func(id string) string { return strings.ReplaceAll(id, "-", "") },
		"with spaces":    func(id string) string { return " " + id + " " },
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"pools":        {{"id": pool, "members": refs("m")}, {"id": weighted, "members": refs("m")}},
				"certificates": {{"id": cert}},
				"ipgroups":     {{"id": group, "ip_list": []object{{"ip": "10.0.0.1"}}}},
				"listeners": {{
					"id": "l", "name": "web", "default_pool_id": spell(pool), "sni_container_refs": []string{spell(cert)},
					"ipgroup": object{"ipgroup_id": spell(group), "type": "white", "enable_ipgroup": true},
				}},
				"l7policies": {{"id": "y", "name": "rest", "redirect_pools_config": []object{{"pool_id": spell(weighted), "weight": 1}}}},
			}}
			l, _ := w.serve(t)
			s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
			for id, want := range map[string]string{
				pool: "in use: listener web", weighted: "in use: weighted policy rest", cert: "in use: SNI of listener web",
				group: "in use: listener web (white)",
			} {
				for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups} {
					for _, r := range s.Listing(kind).Resources.All() {
						if r.Ref.ID == id && said(r.Verdict) != want {
							t.Errorf("%s %s is %q, want %q", kind, id, said(r.Verdict), want)
						}
					}
				}
			}
		})
	}
}

// TestSignsThatAreNotAllKnown: without what they look at, none is not "nothing is worth a look".
func TestSignsThatAreNotAllKnown(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools":        {{"id": "1", "name": "served", "members": refs("m", "n")}, {"id": "2", "name": "empty"}},
		"members":      {{"id": "m", "operating_status": "OFFLINE"}},
		"certificates": {{"id": "c", "name": "timeless"}, {"id": "d", "name": "timed", "expire_time": "2030-01-01T00:00:00Z"}},
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools, inventory.Certificates))
	for name, want := range map[string]bool{"served": true, "empty": false} {
		if got := named(t, s.Listing(inventory.Pools), name).Verdict.Partial; got != want {
			t.Errorf("%s: partial %v", name, got)
		}
	}
	for name, want := range map[string]bool{"timeless": true, "timed": false} {
		if got := named(t, s.Listing(inventory.Certificates), name).Verdict.Partial; got != want {
			t.Errorf("%s: partial %v", name, got)
		}
	}
}

// TestSignsOfCertificatesNeedBothLists: one that is not there yet, or failed, may hold a twin or a newer one.
func TestSignsOfCertificatesNeedBothLists(t *testing.T) {
	for shown, other := range map[string]string{"certificates": "lbaas/certificates", "lbaas/certificates": "certificates"} {
		w := &world{lists: map[string][]object{shown: {{"id": "d", "name": "timed", "expire_time": "2030-01-01T00:00:00Z"}}}}
		release := w.hold(other, 1)
		l, _ := w.serve(t)
		waited := false
		for s := range l.Load(t.Context(), inventory.Certificates) {
			rows := s.Listing(inventory.Certificates).Resources.All()
			done, _ := s.Graph.State(inventory.ListID(strings.Replace(shown, "lbaas/", "shared ", 1)))
			if partial := len(rows) > 0 && rows[0].Verdict.Partial; len(rows) > 0 && (partial && s.Done || !partial && !waited) {
				t.Errorf("%s late, done %v: partial %v", other, s.Done, partial)
			}
			if len(rows) > 0 && done && !waited {
				waited = true
				close(release)
			}
		}
		if !waited {
			t.Errorf("%s did not end before %s began", shown, other)
		}
		w.refuse(other, http.StatusForbidden, "ELB.9802", "no")
		if v := inventory.Last(l.Load(t.Context(), inventory.Certificates)).Listing(inventory.Certificates).Resources.At(0).Verdict; !v.Partial {
			t.Errorf("%s is refused, and %q is all", other, said(v))
		}
	}
}

func TestSignsOfPools(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools": {
			{"id": "1", "name": "dead", "members": refs("off1", "off2")}, {"id": "2", "name": "half", "members": refs("off1", "on")},
			{"id": "3", "name": "idle", "members": refs("zero1", "zero2")}, {"id": "4", "name": "single", "members": refs("off2")},
			{"id": "5", "name": "partly known", "members": refs("off1", "elsewhere")}, {"id": "6", "name": "unchecked", "members": refs("unchecked")},
			{"id": "7", "name": "by listeners", "members": refs("per-listener")}, {"id": "8", "name": "no weight said", "members": refs("silent")},
		},
		"members": {
			{"id": "off1", "operating_status": "OFFLINE", "weight": 1}, {"id": "off2", "operating_status": "OFFLINE", "weight": 1},
			{"id": "on", "operating_status": "ONLINE", "weight": 1}, {"id": "zero1", "operating_status": "ONLINE", "weight": 0},
			{"id": "zero2", "operating_status": "OFFLINE", "weight": 0}, {"id": "unchecked", "operating_status": "NO_MONITOR", "weight": 1},
			{"id": "per-listener", "operating_status": "OFFLINE", "weight": 1, "status": []object{{"listener_id": "l", "operating_status": "ONLINE"}}},
			{"id": "silent", "operating_status": "ONLINE"},
		},
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools))
	for name, want := range map[string]string{
		"dead": "all offline", "half": "", "idle": "all weight 0", "single": "server offline",
		"partly known": "", "unchecked": "", "by listeners": "", "no weight said": "",
	} {
		if got := strings.Join(named(t, s.Listing(inventory.Pools), name).Verdict.Signs, ", "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestCertificatesThatOthersReplace(t *testing.T) {
	day := func(n int) string { return now.AddDate(0, 0, n).Format("2006-01-02T15:04:05Z") }
	cert := func(name, domain string, expires int, more object) object {
		o := object{"id": name, "name": name, "type": "server", "domain": domain, "expire_time": day(expires)}
		maps.Copy(o, more)
		return o
	}
	w := &world{lists: map[string][]object{"certificates": {
		cert("old", "a.example,b.example", 40, nil), cert("older", "B.example, A.example", 35, nil),
		cert("new", "b.example", 400, object{"subject_alternative_names": []string{"a.example", "b.example"}}),
		cert("other", "a.example", 40, nil), cert("ca", "a.example", 50, object{"type": "client"}), cert("ca2", "a.example", 500, object{"type": "client"}),
		cert("nameless", "", 40, nil), cert("nameless2", "", 400, nil),
		cert("print1", "x", 40, object{"fingerprint": "AB:CD"}), cert("print2", "x", 40, object{"fingerprint": "abcd"}),
		cert("namesake", "y", 40, object{"fingerprint": "12"}), cert("namesake2", "y", 40, object{"fingerprint": "12", "name": "namesake"}),
		cert("renewed", "z", 40, nil), cert("renewed2", "z", 400, object{"name": "renewed"}),
		{"id": "timeless", "name": "timeless", "type": "server", "domain": "b.example,a.example"},
	}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Certificates)
	wants := map[string]string{
		"old": "replaced by new", "older": "replaced by new", "new": "", "other": "", "ca": "", "ca2": "", "nameless": "", "nameless2": "",
		"print1": "the same as print2", "print2": "the same as print1", "timeless": "",
		"namesake": "the same as another of its name", "renewed": "replaced by a newer one of its name",
		"namesake2": "the same as another of its name", "renewed2": "",
	}
	seen := 0
	for _, r := range listing.Resources.All() {
		seen++
		if got := strings.Join(r.Verdict.Signs, ", "); got != wants[r.Ref.ID] {
			t.Errorf("%s: %q, want %q", r.Ref.ID, got, wants[r.Ref.ID])
		}
	}
	if seen != len(wants) {
		t.Errorf("%d certificates, want %d", seen, len(wants))
	}
}

func TestGroupsThatOthersCover(t *testing.T) {
	group := func(name string, ips ...string) object {
		var list []object
		for _, ip := range ips {
			list = append(list, object{"ip": ip})
		}
		return object{"id": name, "name": name, "ip_list": list}
	}
	w := &world{lists: map[string][]object{"ipgroups": {
		group("wide", "10.0.0.0/8", "2001:db8::/32"), group("inside", "10.1.0.0/16", "10.9.9.9", "2001:db8::7"),
		group("spread", "10.255.0.0-11.0.0.1"), group("halves", "192.0.2.0/25", "192.0.2.128/25"), group("whole", "192.0.2.0-192.0.2.255"),
		group("odd", "10.1.1.1", "no address"), group("none"),
	}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.IPGroups)
	for name, want := range map[string]string{
		"wide": "", "inside": "all within wide", "spread": "", "halves": "", "whole": "all within halves", "odd": "", "none": "empty",
	} {
		if got := strings.Join(named(t, listing, name).Verdict.Signs, ", "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestGroupsOfEveryAddress: that a white list lets everybody in is the gravest that can be found of it, and that everything is within
// every address says nothing.
func TestGroupsOfEveryAddress(t *testing.T) {
	access := func(id, groups, kind string, on bool) object {
		return object{"id": id, "name": id, "ipgroup": object{"ipgroup_id": groups, "type": kind, "enable_ipgroup": on}}
	}
	w := &world{lists: map[string][]object{
		"ipgroups": {
			group("open", "open", "10.0.0.0/8", "0.0.0.0/0", "no address"), group("six", "six", "::/0"), group("halves", "halves", "128.0.0.0/1", "0.0.0.0/1"),
			group("off", "off", "0.0.0.0/0"), group("black", "black", "0.0.0.0/0"), group("unused", "unused", "0.0.0.0/0", "2001:db8::/32"),
			group("small", "small", "10.0.0.0/8"), group("inside", "inside", "10.1.0.0/16"), group("six of some", "six of some", "2001:db8::7"),
		},
		"listeners": {access("l1", "open,small", "white", true), access("l2", "six", "white", true), access("l3", "halves", "white", true),
			access("l4", "off", "white", false), access("l5", "black", "black", true)},
	}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.IPGroups)
	for name, want := range map[string]string{
		"open": "lets every address in", "six": "lets every address in", "halves": "lets every address in", "off": "", "black": "", "unused": "",
		"small": "", "inside": "all within small", "six of some": "all within unused",
	} {
		if v := named(t, listing, name).Verdict; strings.Join(v.Signs, ", ") != want || v.Partial {
			t.Errorf("%s: %+v, want %q", name, v, want)
		}
	}
}

func TestMadeByAController(t *testing.T) {
	marked := object{"description": `{"attention":"Auto-generated by CCE service, do not modify!","cluster_id":"1"}`}
	prefixed := object{"name": "k8s_tls_default"}
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups} {
		for want, more := range map[string]object{"protected: made by a CCE cluster": marked, "protected: made by a container cluster": prefixed} {
			o := object{"id": "x", "name": "x", "members": refs("m"), "ip_list": []object{{"ip": "10.0.0.1"}}}
			maps.Copy(o, more)
			w := &world{lists: map[string][]object{string(kind): {o}}}
			l, _ := w.serve(t)
			_, listing := load(t, l, kind)
			if got := said(listing.Resources.At(0).Verdict); got != want {
				t.Errorf("%s: %q, want %q", kind, got, want)
			}
		}
	}
}

func TestChannelsThatOthersReferTo(t *testing.T) {
	on := "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{on: {
		{"id": "a", "name": "origin"},
		{"id": "b", "name": "mirror", "vpc_channel_type": "reference", "member_groups": []object{{"member_group_id": "g", "member_group_name": "default", "reference_vpc_channel_id": "a"}}},
	}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Channels)
	for name, want := range map[string]string{"origin": "in use: reference channel mirror", "mirror": "unknown: callers not listed"} {
		if got := said(named(t, listing, name).Verdict); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
