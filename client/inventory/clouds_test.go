package inventory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
)

// TestCertificatesOfBothAPIs: one row for one certificate, whichever list shows it first, and each is deleted by a call that
// knows it.
func TestCertificatesOfBothAPIs(t *testing.T) {
	v3 := object{"id": "both", "name": "both", "type": "server", "protection_status": "consoleProtection", "fingerprint": "ab"}
	v2 := object{"id": "both", "name": "both", "type": "server", "tenant_id": project, "create_time": "2019-03-31 22:23:51"}
	used := object{"id": "used", "name": "used", "type": "client"}
	sni := object{"id": "sni", "name": "sni", "type": "server"}
	free := object{"id": "free", "name": "free", "type": "server"}
	for _, first := range []string{"certificates", "lbaas/certificates"} {
		t.Run(first+" first", func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"certificates":       {v3, {"id": "own", "name": "own", "type": "server"}},
				"lbaas/certificates": {v2, used, sni, free},
				"lbaas/listeners":    {{"id": "l", "name": "web", "client_ca_tls_container_ref": "used", "sni_container_refs": []string{"sni"}}},
			}}
			second := map[string]string{"certificates": "lbaas/certificates", "lbaas/certificates": "certificates"}[first]
			release := w.hold(second, 1)
			l, _ := w.serve(t)
			var last *inventory.Snapshot
			open := true
			for s := range l.Load(t.Context(), inventory.Certificates) {
				if rows := s.Listing(inventory.Certificates).Resources.All(); open && len(rows) > 0 {
					open = false
					close(release)
					for _, r := range rows { // of protection only v3 knows
						if second == "certificates" && r.Verdict.State == inventory.Unused {
							t.Errorf("%s is %q before v3 has said all", r.Name, said(r.Verdict))
						}
					}
				}
				last = s
			}
			listing := last.Listing(inventory.Certificates)
			if listing.Resources.Len() != 5 || listing.Err != nil {
				t.Fatalf("%d rows, %v", listing.Resources.Len(), listing.Err)
			}
			columns := map[string]inventory.Column{}
			for _, c := range listing.Kind.Columns {
				columns[c.ID] = c
			}
			for name, want := range map[string][3]string{
				"both": {`protected: protected in the console`, "server", "POST certificates/batch-delete"},
				"own":  {"unused: no listener", "server", "POST certificates/batch-delete"},
				"used": {"in use: CA of listener web", "client shared", "DELETE v2.0/lbaas/certificates/{id}"},
				"sni":  {"in use: SNI of listener web", "server shared", "DELETE v2.0/lbaas/certificates/{id}"},
				"free": {"unused: no listener", "server shared", "DELETE v2.0/lbaas/certificates/{id}"},
			} {
				r := named(t, listing, name)
				got := [3]string{said(r.Verdict), columns["type"].Value(r, now), listing.Kind.Deletion.Route(r).Call}
				if got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
				family := columns["family"].Data(r, now).Text
				if shared := strings.HasSuffix(want[1], "shared"); shared != (family == "shared") {
					t.Errorf("%s is of the family %s", name, family)
				}
			}
			if c := named(t, listing, "both").Object.(*client.Certificate); c.Shared || c.Fingerprint != "ab" {
				t.Errorf("%+v", c)
			}
		})
	}
}

// TestEnterpriseProjects: where objects are in some, the lists may show the default one alone. What is used from another one is
// not unused; who has no rights project by project, or asks a cloud that knows nothing of them, has seen all there is.
func TestEnterpriseProjects(t *testing.T) {
	const wide = "all_granted_eps listeners"
	account := func() *world {
		return &world{lists: map[string][]object{
			"pools":        {{"id": "p1", "name": "default pool", "enterprise_project_id": "0"}, {"id": "p2", "name": "redirected", "enterprise_project_id": "0"}, {"id": "p3", "name": "free"}},
			"certificates": {{"id": "c1", "name": "cert", "enterprise_project_id": "0"}},
			"ipgroups":     {{"id": "g1", "name": "group", "enterprise_project_id": "0"}},
			"listeners":    {{"id": "l1", "name": "mine", "enterprise_project_id": "0"}},
		}}
	}
	others := func(w *world) {
		w.lists[wide] = append([]object{
			{"id": "l2", "name": "theirs", "default_pool_id": "p1", "default_tls_container_ref": "c1", "ipgroup": object{"ipgroup_id": "g1", "type": "white"}},
		}, w.lists["listeners"]...)
		w.lists["all_granted_eps l7policies"] = []object{{"id": "y", "name": "images", "listener_id": "l2", "redirect_pool_id": "p2"}}
	}
	used := map[string]string{
		"default pool": "in use: listener theirs", "redirected": "in use: policy images", "cert": "in use: listener theirs",
		"group": "in use: listener theirs (white)", "free": "unused: no listener, no policy",
	}
	unused := map[string]string{
		"default pool": "unused: no listener, no policy", "redirected": "unused: no listener, no policy", "cert": "unused: no listener",
		"group": "unused: no listener", "free": "unused: no listener, no policy",
	}
	unknown := func(list string) map[string]string {
		all := map[string]string{}
		for name := range used {
			all[name] = "unknown: " + list + " of all enterprise projects could not be listed: 500 ELB.8906 no"
		}
		return all
	}
	for name, tt := range map[string]struct {
		change func(*world)
		want   map[string]string
		asked  int // in two loads and a look
	}{
		"there is another one": {others, used, 3},
		"the lists show all of them": {func(w *world) {
			w.lists[wide] = w.lists["listeners"]
		}, unused, 1},
		"the cloud does not know the question": {func(*world) {}, unused, 1},
		"no rights project by project":         {func(w *world) { w.refuse(wide, 403, "ELB.9802", "no") }, unused, 1},
		"it cannot be told":                    {func(w *world) { w.refuse(wide, 500, "ELB.8906", "no") }, unknown("listeners"), 9}, // each time three tries
		"its policies cannot be told": {func(w *world) {
			others(w)
			w.refuse("all_granted_eps l7policies", 500, "ELB.8906", "no")
		}, func() map[string]string {
			all := unknown("l7policies")
			for name, by := range used {
				if name != "redirected" && name != "free" {
					all[name] = by
				}
			}
			return all
		}(), 3},
		"the cloud has none": {func(w *world) {
			others(w)
			for _, list := range w.lists {
				for _, o := range list {
					delete(o, "enterprise_project_id")
				}
			}
		}, unused, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := account()
			tt.change(w)
			l, _ := w.serve(t)
			for n := range 3 {
				l := l
				if n == 2 { // for who looks just before sending, it is known
					in, end := l.Moment()
					t.Cleanup(end)
					l = in
				}
				s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
				for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups} {
					for _, r := range s.Listing(kind).Resources.All() {
						if got := strings.TrimSuffix(said(r.Verdict), " [empty]"); got != tt.want[r.Name] {
							t.Errorf("%s is %q, want %q", r.Name, got, tt.want[r.Name])
						}
					}
				}
			}
			asked := 0
			for _, path := range w.seen {
				if path == "GET "+wide {
					asked++
				}
			}
			if asked != tt.asked {
				t.Errorf("asked %d times, want %d", asked, tt.asked)
			}
		})
	}
}

// TestWhicheverListTellsOfEnterpriseProjects: only the objects of one list say that there are some, and that list is the last one
// to end, or the first. Either way the listeners of the other projects are asked for before anything is unused.
func TestWhicheverListTellsOfEnterpriseProjects(t *testing.T) {
	user := object{"id": "l2", "name": "theirs", "default_pool_id": "p1", "sni_container_refs": []string{"c1"}, "ipgroup": object{"ipgroup_id": "g1", "type": "white"}}
	for _, tt := range []struct {
		kind    inventory.KindID
		own     inventory.ListID
		telling string // the list whose objects are in projects, as the server knows it
		id      inventory.ListID
	}{
		{inventory.Pools, "pools", "pools", "pools"},
		{inventory.Pools, "pools", "listeners", "listeners"},
		{inventory.Certificates, "certificates", "certificates", "certificates"},
		{inventory.Certificates, "certificates", "listeners", "listeners"},
		{inventory.IPGroups, "IP groups", "ipgroups", "IP groups"},
		{inventory.IPGroups, "IP groups", "recycled", "listeners in the recycle bin"},
	} {
		for _, last := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s told by %s, which ends last: %v", tt.kind, tt.telling, last), func(t *testing.T) {
				w := &world{t: t, lists: map[string][]object{
					"pools": {{"id": "p1", "name": "x"}}, "certificates": {{"id": "c1", "name": "x"}}, "ipgroups": {{"id": "g1", "name": "x"}},
					"listeners": {{"id": "l1"}}, "recycled": {{"id": "l9"}}, "all_granted_eps listeners": {user}, "all_granted_eps l7policies": {},
				}}
				for _, o := range w.lists[tt.telling] {
					o["enterprise_project_id"] = "0"
				}
				hold, waitFor := []string{tt.telling}, []inventory.ListID{tt.own, "listeners", "listeners in the recycle bin"}
				waitFor = slices.DeleteFunc(waitFor, func(id inventory.ListID) bool { return id == tt.id })
				if !last {
					hold, waitFor = slices.DeleteFunc([]string{string(tt.kind), "listeners", "recycled"}, func(list string) bool { return list == tt.telling }), []inventory.ListID{tt.id}
				}
				release := make(chan struct{})
				w.answer = map[string]http.HandlerFunc{}
				for _, list := range hold {
					w.answer["GET "+list] = func(rw http.ResponseWriter, r *http.Request) {
						select {
						case <-release:
						case <-r.Context().Done():
							return
						}
						(&world{t: t, lists: w.lists}).ServeHTTP(rw, r)
					}
				}
				l, _ := w.serve(t)
				held := true
				for s := range l.Load(t.Context(), tt.kind) {
					rows := s.Listing(tt.kind).Resources.All()
					if len(rows) == 1 && rows[0].Verdict.State == inventory.Unused {
						t.Errorf("%q, which is not so", said(rows[0].Verdict))
					}
					waiting := slices.ContainsFunc(waitFor, func(id inventory.ListID) bool {
						done, err := s.Graph.State(id)
						return !done || err != nil
					})
					if held && !waiting {
						held = false
						close(release)
					}
					if s.Done && (len(rows) != 1 || rows[0].Verdict.State != inventory.InUse) {
						t.Errorf("at the end: %+v", rows)
					}
				}
			})
		}
	}
}

// TestARefusalIsNoSilence: who may not list project by project is told so with each listing that listeners matter to, and only then.
func TestARefusalIsNoSilence(t *testing.T) {
	const wide = "all_granted_eps listeners"
	for _, tt := range []struct {
		status int
		code   string
		note   string
	}{
		{403, "ELB.9802", "listeners of other enterprise projects may not be listed: 403 ELB.9802 no"},
		{403, "ELB.8962", ""}, // the cloud does not have them
		{400, "ELB.8902", ""},
		{500, "ELB.8906", ""}, // the verdicts say it
	} {
		w := &world{lists: map[string][]object{"pools": {{"id": "p1", "name": "pool", "enterprise_project_id": "0"}}}}
		w.refuse(wide, tt.status, tt.code, "no")
		l, _ := w.serve(t)
		for range 2 {
			s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Channels))
			if got := s.Listing(inventory.Pools).Note; got != tt.note {
				t.Errorf("%d: %q, want %q", tt.status, got, tt.note)
			}
			if got := s.Listing(inventory.Channels).Note; got != "" {
				t.Errorf("%d: channels: %q", tt.status, got)
			}
		}
	}
}

// TestARefusalInTheMiddleIsNoRefusal: a cloud that has answered knows the question. What the rest of its answer holds is not known.
func TestARefusalInTheMiddleIsNoRefusal(t *testing.T) {
	mine := object{"id": "l1", "name": "mine"}
	for list, bin := range map[string][]object{"all_granted_eps listeners": nil, "all_granted_eps recycled": {}} {
		w := &world{lists: map[string][]object{
			"pools": {{"id": "p1", "name": "pool", "enterprise_project_id": "0"}}, "listeners": {mine}, "all_granted_eps listeners": {mine}, "recycled": bin,
		}, answer: map[string]http.HandlerFunc{"GET " + list: func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("marker") != "" {
				http.Error(rw, `{"error_code":"ELB.9802","error_msg":"no"}`, http.StatusForbidden)
				return
			}
			json.NewEncoder(rw).Encode(object{"listeners": []object{mine}, "page_info": object{"next_marker": "l1"}})
		}}}
		l, _ := w.serve(t)
		_, listing := load(t, l, inventory.Pools)
		const want = "unknown: listeners of all enterprise projects could not be listed: needs elb:listeners:list (403 ELB.9802 no) [empty]"
		if got := said(named(t, listing, "pool").Verdict); got != want {
			t.Errorf("half of %s: %q, want %q", list, got, want)
		}
	}
}

// TestHiddenListenersAreRemembered: pools say nothing of enterprise projects, but certificates have, and what the lists hide they
// hide from everybody.
func TestHiddenListenersAreRemembered(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools": {{"id": "p1", "name": "pool"}}, "certificates": {{"id": "c1", "name": "cert", "enterprise_project_id": "0"}},
		"all_granted_eps listeners": {{"id": "l2", "name": "theirs", "default_pool_id": "p1"}}, "all_granted_eps l7policies": {},
	}}
	l, _ := w.serve(t)
	load(t, l, inventory.Certificates)
	_, listing := load(t, l, inventory.Pools)
	if got := said(named(t, listing, "pool").Verdict); got != "in use: listener theirs [empty]" {
		t.Errorf("the pool is %q", got)
	}
}

// TestTheRecycleBinOfOtherProjects: a listener that lies in it, and is in another enterprise project, is shown by that list alone
// which is asked for both. A cloud that does not take both at once is asked for the projects only.
func TestTheRecycleBinOfOtherProjects(t *testing.T) {
	const wide, widest = "all_granted_eps listeners", "all_granted_eps recycled"
	mine := object{"id": "l1", "name": "mine"}
	theirs := object{"id": "l2", "name": "theirs", "default_pool_id": "p2"}
	binned := object{"id": "l3", "name": "binned", "default_pool_id": "p1"}
	for name, tt := range map[string]struct {
		lists map[string][]object
		p1    string
		asked []string
	}{
		"both at once":  {map[string][]object{"recycled": {}, widest: {mine, theirs, binned}}, "in use: listener binned [empty]", []string{widest}},
		"one at a time": {map[string][]object{"recycled": {}, wide: {mine, theirs}}, "unused: no listener, no policy [empty]", []string{widest, wide}},
		"no bin":        {map[string][]object{wide: {mine, theirs}}, "unused: no listener, no policy [empty]", []string{wide}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"pools":                      {{"id": "p1", "name": "held", "enterprise_project_id": "0"}, {"id": "p2", "name": "taken"}},
				"listeners":                  {mine},
				"all_granted_eps l7policies": {},
			}}
			maps.Copy(w.lists, tt.lists)
			l, _ := w.serve(t)
			_, listing := load(t, l, inventory.Pools)
			if got := said(named(t, listing, "held").Verdict); got != tt.p1 {
				t.Errorf("%q, want %q", got, tt.p1)
			}
			if got := said(named(t, listing, "taken").Verdict); got != "in use: listener theirs [empty]" {
				t.Errorf("%q", got)
			}
			var asked []string
			for _, path := range w.seen {
				if list, ok := strings.CutPrefix(path, "GET "); ok && (list == wide || list == widest) {
					asked = append(asked, list)
				}
			}
			if !slices.Equal(asked, tt.asked) {
				t.Errorf("asked for %q, want %q", asked, tt.asked)
			}
		})
	}
}

// TestACloudWithoutIPGroups has no entries either, and both say why there are none, whatever is asked.
func TestACloudWithoutIPGroups(t *testing.T) {
	w := &world{lists: map[string][]object{"pools": {{"id": "p1", "name": "pool"}}}}
	w.absent("ipgroups")
	l, _ := w.serve(t)
	const none = "this cloud does not have IP groups (404 APIGW.0101 The API does not exist)"
	_, groups := load(t, l, inventory.IPGroups)
	parents, err := l.Complete(t.Context(), inventory.IPGroups)
	if err != nil {
		t.Fatal(err)
	}
	for name, listing := range map[string]*inventory.Listing{"groups": groups, "parents": parents} {
		if _, err := listing.Named("office"); listing.Note != none || err == nil || err.Error() != `no IP group has the name or id "office": `+none {
			t.Errorf("%s: %q, %v", name, listing.Note, err)
		}
	}
	_, entries := open(t, l, inventory.Entries) // of no group
	if _, err := entries.Named("10.0.0.1"); entries.Note != none || entries.Lacking == nil || err == nil || err.Error() != `no entry has the name or id "10.0.0.1": `+none {
		t.Errorf("entries: %q, %v, %v", entries.Note, entries.Lacking, err)
	}
}

// absent makes these lists answer that there is no such path.
func (w *world) absent(lists ...string) {
	for _, list := range lists {
		w.refuse(list, http.StatusNotFound, "APIGW.0101", "The API does not exist")
	}
}

var (
	everyV3 = []string{"pools", "listeners", "recycled", "l7policies", "certificates", "ipgroups", "loadbalancers", "members", "healthmonitors"}
	older   = map[string][]object{
		"lbaas/pools":        {{"id": "p1", "name": "free"}, {"id": "p2", "name": "used", "listeners": refs("l1")}},
		"lbaas/listeners":    {{"id": "l1", "name": "web", "default_tls_container_ref": "c2"}},
		"lbaas/certificates": {{"id": "c1", "name": "old", "type": "server"}, {"id": "c2", "name": "new", "type": "server"}},
	}
)

// TestACloudWithOnlyTheOlderAPI: what is shared is judged, what only ELB v3 has is not there, and nothing has failed.
func TestACloudWithOnlyTheOlderAPI(t *testing.T) {
	w := &world{lists: older}
	w.absent(everyV3...)
	l, _ := w.serve(t)
	for range 2 { // the second time it is known
		s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
		for _, listing := range s.Listings {
			if listing.Err != nil {
				t.Errorf("%s: %v", listing.Kind.ID, listing.Err)
			}
		}
		for name, want := range map[string]string{"free": "unused: no listener, no policy [empty]", "used": "in use: listener web [empty]"} {
			if got := said(named(t, s.Listing(inventory.Pools), name).Verdict); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		for name, want := range map[string]string{"old": "unused: no listener", "new": "in use: listener web"} {
			if got := said(named(t, s.Listing(inventory.Certificates), name).Verdict); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		groups := s.Listing(inventory.IPGroups)
		if want := "this cloud does not have IP groups (404 APIGW.0101 The API does not exist)"; groups.Note != want || groups.Lacking == nil {
			t.Errorf("%q, %v", groups.Note, groups.Lacking)
		}
	}
	// Read back by itself, it is complete too.
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates} {
		if listing := inventory.Last(l.List(t.Context(), kind, nil)).Listing(kind); listing.Err != nil || listing.Lacking != nil || listing.Resources.Len() != 2 {
			t.Errorf("%+v", listing)
		}
	}
}

// TestACloudWithFewListsOfTheOlderAPI: its pools and certificates are listed whole, and what may use them is not known.
func TestACloudWithFewListsOfTheOlderAPI(t *testing.T) {
	w := &world{lists: older}
	w.absent(append([]string{"lbaas/listeners", "lbaas/l7policies"}, everyV3...)...)
	for _, kinds := range [][]inventory.KindID{{inventory.Pools, inventory.Certificates}, {inventory.Pools}, {inventory.Certificates}} {
		l, _ := w.serve(t)
		for range 2 { // the second time it is known
			s := inventory.Last(l.Load(t.Context(), kinds...))
			for _, kind := range kinds {
				listing := s.Listing(kind)
				if listing.Err != nil || listing.Resources.Len() != 2 {
					t.Errorf("%d %s of %v: %v", listing.Resources.Len(), kind, kinds, listing.Err)
				}
				for _, r := range listing.Resources.All() {
					if got := said(r.Verdict); r.Name != "used" && !strings.HasPrefix(got, "unknown: shared listeners") {
						t.Errorf("%s of %v is %q", r.Name, kinds, got)
					}
				}
			}
		}
	}
}

// TestWhatOnlyLooksAbsent: a cloud that has some of ELB v3, or had it before, or whose older API does not answer either, has
// all of it: what cannot be read may use anything.
func TestWhatOnlyLooksAbsent(t *testing.T) {
	without := func(lists ...string) (rest []string) {
		for _, list := range everyV3 {
			if list != lists[0] {
				rest = append(rest, list)
			}
		}
		return rest
	}
	for name, spoil := range map[string]func(*world){
		"one list of v3 answers": func(w *world) { w.absent(without("l7policies")...) },
		"one list of v3 fails": func(w *world) {
			w.absent(everyV3...)
			w.refuse("listeners", http.StatusForbidden, "ELB.9802", "not allowed")
		},
		"the older API fails": func(w *world) {
			w.absent(everyV3...)
			w.refuse("lbaas/listeners", http.StatusInternalServerError, "ELB.8906", "internal")
		},
		"only one list is absent": func(w *world) { w.absent("listeners") },
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: older}
			spoil(w)
			l, _ := w.serve(t)
			s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates))
			for _, listing := range s.Listings[:2] {
				for _, r := range listing.Resources.All() {
					if r.Verdict.State == inventory.Unused {
						t.Errorf("%s is %q", r.Name, said(r.Verdict))
					}
				}
			}
		})
	}
	t.Run("it was there before", func(t *testing.T) {
		w := &world{lists: map[string][]object{"pools": manyPools(2), "lbaas/pools": {{"id": "s", "name": "s"}}}}
		l, _ := w.serve(t)
		load(t, l, inventory.Pools)
		w.absent(append([]string{"lbaas/pools"}, everyV3...)...)
		for _, s := range []*inventory.Snapshot{
			inventory.Last(l.List(t.Context(), inventory.Pools, nil)), inventory.Last(l.Load(t.Context(), inventory.Pools)),
		} {
			if listing := s.Listing(inventory.Pools); listing.Err == nil || !strings.Contains(listing.Err.Error(), "shared pools") {
				t.Errorf("%+v", listing)
			}
		}
	})
	t.Run("nothing answers", func(t *testing.T) {
		w := &world{}
		w.absent(append([]string{"lbaas/pools", "lbaas/listeners", "lbaas/l7policies", "lbaas/certificates"}, everyV3...)...)
		l, _ := w.serve(t)
		s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates))
		for _, listing := range s.Listings[:2] {
			if listing.Err == nil {
				t.Errorf("%s: nothing failed", listing.Kind.ID)
			}
		}
	})
}

// TestNamedListenersOfACloudWithOnlyTheOlderAPI: ELB v3 is not there to ask.
func TestNamedListenersOfACloudWithOnlyTheOlderAPI(t *testing.T) {
	w := &world{lists: map[string][]object{
		"lbaas/pools": {{"id": "p1", "name": "named", "listeners": refs("hidden")}, {"id": "p2", "name": "stale", "listeners": refs("gone")}},
	}, hidden: []object{{"id": "hidden", "name": "other"}}}
	w.absent(append([]string{"listeners/hidden", "listeners/gone"}, everyV3...)...)
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Pools)
	if got := said(named(t, listing, "named").Verdict); got != "in use: listener other [empty]" {
		t.Error(got)
	}
	if got := said(named(t, listing, "stale").Verdict); !strings.HasPrefix(got, "unknown: names listener gone, which does not exist") {
		t.Error(got)
	}
}
