package cleanup

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// The clouds that the same account may be in (api.md 2.1, 3).
var (
	batches = []string{"/pools/batch-delete", "/certificates/batch-delete", "/members/batch-delete"}
	noV3    = []string{"/v3/*/elb"}
	pending = simcloud.Script{Rules: []simcloud.Rule{{Path: "/v2.0/lbaas/**", Also: true, Do: simcloud.Act{Pending: 50 * time.Millisecond}}}}
)

// TestTheSameOutcomesInEveryCloud: what was marked in an account that has everything ends in the same way where there
// are no batch calls, no ELB v3, other paths, or the bodies of Octavia and load balancers that are pending for a
// second after each change.
func TestTheSameOutcomesInEveryCloud(t *testing.T) {
	whole := simulate(t, simcloud.Options{Seed: 4}, nil)
	from := inventory.Last(whole.loader.Load(t.Context(), inventory.Pools, inventory.Certificates))
	laden := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return p.Shared && unused(r) && p.Members.Len() > 0 && p.Members.Len() <= 2 && p.HealthMonitorID != ""
	})
	bare := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return p.Shared && unused(r) && p.Members.Len() == 0
	})
	// The older API does not know SM pairs; that it has no dedicated pools goes without saying.
	certs := pick(from, inventory.Certificates, 4, func(r inventory.Resource) bool {
		return unused(r) && r.Object.(*client.Certificate).Type != "server_sm"
	})
	own := pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	if len(laden) == 0 || len(bare) == 0 || len(certs) < 3 || len(own) < 3 {
		t.Fatalf("%d, %d, %d, %d: the world is too simple for this test", len(laden), len(bare), len(certs), len(own))
	}
	marked := refsOf(slices.Concat(laden, bare, certs, own))
	for _, c := range []struct {
		name    string
		options simcloud.Options
		lacks   int // of marked
	}{
		{"everything", simcloud.Options{}, 0},
		{"no batch calls", simcloud.Options{Lacks: batches}, 0},
		{"only v2.0", simcloud.Options{Lacks: noV3}, len(own)},
		{"only Huawei's v2", simcloud.Options{Lacks: append([]string{"/v2.0/"}, noV3...)}, len(own)},
		{"Octavia, slow load balancers", simcloud.Options{Lacks: noV3, Octavia: true, Script: pending}, len(own) + len(certs)},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Seed = 4
			s := newUndoLab(t, c.options)
			if c.options.Octavia {
				s.engine.rest = 50 * time.Millisecond
			}
			from := inventory.Last(s.loader.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
			for _, l := range from.Listings {
				if l.Err != nil {
					t.Errorf("%s: %v", l.Kind.ID, l.Err)
				}
			}
			there := from.Find(marked)
			if len(marked)-len(there) != c.lacks {
				t.Fatalf("%d of %d are there", len(there), len(marked))
			}
			var present []inventory.Resource
			for _, ref := range marked {
				if r, ok := there[ref]; ok {
					if r.Verdict.State != inventory.Unused {
						t.Errorf("%s is %s: %v", r.Label(), r.Verdict.State, r.Verdict.Reasons)
					}
					present = append(present, r)
				}
			}
			summary, results := s.run(s.plan(present, from))
			if !summary.OK() || len(results) != len(present) {
				t.Fatal(summary, results)
			}
			for _, res := range results {
				if res.Outcome != Deleted || !res.Proved || s.cloud.Has(res.Ref.ID) {
					t.Errorf("%s: %s %q, proved %v", res.Ref.ID, res.Outcome, res.Message, res.Proved)
				}
			}
			s.checkLadder(present)
			s.bringBack(present)
			tried := map[string]int{}
			for _, r := range s.cloud.Requests() {
				if strings.HasSuffix(r.Path, "batch-delete") && r.Status == http.StatusNotFound {
					tried[r.Path]++
				}
			}
			for path, n := range tried {
				if n > 1 {
					t.Errorf("%s was tried %d times", path, n)
				}
			}
		})
	}
}

// bringBack undoes the last run in a new process, which has to find out anew what the cloud has.
func (lab *undoLab) bringBack(deleted []inventory.Resource) {
	lab.t.Helper()
	past := lab.newest()
	lab.restart()
	summary, results := lab.undo(past)
	if len(results) != len(deleted) {
		lab.t.Fatal(summary, results)
	}
	for i, res := range results {
		want := Restored
		if cert, ok := deleted[i].Object.(*client.Certificate); ok && (cert.Shared || cert.Type != "client" && cert.SCMCertificateID == "") {
			want = Skipped
		}
		if res.Outcome != want || res.Proved != (want == Restored) {
			lab.t.Errorf("%s: %s %q, proved %v", deleted[i].Label(), res.Outcome, res.Message, res.Proved)
		}
	}
	there := map[string]*inventory.Pool{}
	for _, r := range lab.load(inventory.Pools).Listing(inventory.Pools).Resources.All() {
		there[r.Ref.ID] = r.Object.(*inventory.Pool)
	}
	for i, r := range deleted {
		was, ok := r.Object.(*inventory.Pool)
		if !ok {
			continue
		}
		is := there[results[i].NewID]
		if is == nil || is.Name != was.Name || is.Shared != was.Shared || is.Members.Len() != was.Members.Len() || (is.HealthMonitorID == "") != (was.HealthMonitorID == "") {
			lab.t.Errorf("%s was %+v, and is %+v", r.Label(), was, is)
		}
	}
}

// done are the changes that the service has made, in order: "DELETE pools/p/members/m", below the prefix of the family.
func (s *sim) done() []string {
	var all []string
	for _, r := range s.cloud.Requests() {
		if r.Method == http.MethodGet || r.Status >= 300 || strings.HasSuffix(r.Path, "/auth/tokens") {
			continue
		}
		path := r.Path
		for _, prefix := range []string{"/v2.0/lbaas/", "/v2/" + s.project + "/elb/", "/v3/" + s.project + "/elb/"} {
			path = strings.TrimPrefix(path, prefix)
		}
		all = append(all, strings.TrimSpace(r.Method+" "+path+" "+r.Body))
	}
	return all
}

// checkLadder: S1's order as the service has seen it, members before the health monitor before the pool.
func (s *sim) checkLadder(pools []inventory.Resource) {
	s.t.Helper()
	did := s.done()
	for _, r := range pools {
		p, ok := r.Object.(*inventory.Pool)
		if !ok || !p.Shared {
			continue
		}
		var want []string
		for m := range p.Members.All() {
			want = append(want, "DELETE pools/"+p.ID+"/members/"+m)
		}
		if p.HealthMonitorID != "" {
			want = append(want, "DELETE healthmonitors/"+p.HealthMonitorID)
		}
		want = append(want, "DELETE pools/"+p.ID)
		got := slices.DeleteFunc(slices.Clone(did), func(call string) bool { return !slices.Contains(want, call) })
		if diff := cmp.Diff(want, got); diff != "" {
			s.t.Errorf("%s: %s", r.Label(), diff)
		}
	}
}

// TestTheWholeLadder: a pool of a cloud with only v2.0 that is in use and holds everything. It is taken out of use first,
// policies before listeners, so that no server that carries traffic is taken away; then all that S1 demands. It comes back with all of that.
func TestTheWholeLadder(t *testing.T) {
	for _, o := range []simcloud.Options{{Lacks: noV3}, {Lacks: noV3, Octavia: true}} {
		t.Run(fmt.Sprint("Octavia ", o.Octavia), func(t *testing.T) {
			o.Size = 200
			s := newUndoLab(t, o)
			from := s.load(inventory.Pools)
			used := pick(from, inventory.Pools, 100, func(r inventory.Resource) bool {
				p := r.Object.(*inventory.Pool)
				return p.Shared && r.Verdict.State == inventory.InUse
			})
			plan, err := NewPlan(refsOf(used), from, Choice{Detach: true})
			if err != nil {
				t.Fatal(err)
			}
			if summary, results := s.run(plan); !summary.OK() || len(results) < 3 {
				t.Fatal(summary, results)
			}
			s.checkLadder(used)
			did := s.done()
			kinds, held := map[string]int{}, 0
			for i := range plan.Items {
				it := &plan.Items[i]
				gone := slices.Index(did, "DELETE pools/"+it.Resource.Ref.ID)
				last := -1
				for _, d := range it.Detaches {
					call := "PUT l7policies/" + d.ID + ` {"l7policy":{"redirect_pool_id":null}}`
					if d.What == "default pool" {
						call = "PUT listeners/" + d.ID + ` {"listener":{"default_pool_id":null}}`
					}
					kinds[d.What]++
					at := slices.Index(did, call)
					if at < 0 || at < last || at > gone {
						t.Errorf("%s: %s is request %d, after %d, and the pool %d", it.Resource.Label(), call, at, last, gone)
					}
					last = at
				}
				held += len(it.Holds)
				for _, h := range it.Holds {
					if at := slices.IndexFunc(did, func(call string) bool { return strings.HasSuffix(call, h.ID) }); at < last {
						t.Errorf("%s: %s goes while it is in use", it.Resource.Label(), h)
					}
				}
			}
			if kinds["redirect"] == 0 || kinds["default pool"] == 0 || held < 3 {
				t.Errorf("%v, %d held: the world is too simple for this test", kinds, held)
			}
			past := s.newest()
			s.restart()
			summary, results := s.undo(past)
			if !summary.OK() {
				t.Fatal(summary, results)
			}
			did = s.done()
			for i := range plan.Items {
				for _, d := range plan.Items[i].Detaches {
					call := "PUT l7policies/" + d.ID + ` {"l7policy":{"redirect_pool_id":"` + results[i].NewID + `"}}`
					if d.What == "default pool" {
						call = "PUT listeners/" + d.ID + ` {"listener":{"default_pool_id":"` + results[i].NewID + `"}}`
					}
					if !slices.Contains(did, call) {
						t.Errorf("%s: no %s", plan.Items[i].Resource.Label(), call)
					}
				}
			}
		})
	}
}

// TestWithoutAnyBatchCalls is Open Telekom Cloud: each call that is absent is found out once in the life of an engine, and
// every item ends as it does where there are batches.
func TestWithoutAnyBatchCalls(t *testing.T) {
	s := simulate(t, simcloud.Options{Lacks: batches}, nil)
	for range 2 {
		from := inventory.Last(s.loader.Load(t.Context(), inventory.Pools, inventory.Certificates))
		marked := slices.Concat(
			pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }),
			pick(from, inventory.Certificates, 2, unused),
		)
		if summary, results := s.run(s.plan(marked, from)); !summary.OK() || len(results) != 5 {
			t.Fatal(summary, results)
		}
	}
	tried := map[string]int{}
	for _, call := range s.deletions() {
		if path, _, found := strings.Cut(call, "/batch-delete"); found {
			tried[path[strings.LastIndexByte(path, '/')+1:]]++
		}
	}
	if diff := cmp.Diff(map[string]int{"pools": 1, "certificates": 1}, tried); diff != "" {
		t.Error(diff)
	}
	if got := len(s.deletions()); got != 2+2*5 {
		t.Errorf("%d deleting requests: %q", got, s.deletions())
	}
}

// TestOneGatewayOfTwoFails: channels of ROMA Connect and API Gateway are listed and emptied side by side, and the one that
// refuses holds nothing of the other up.
func TestOneGatewayOfTwoFails(t *testing.T) {
	var broken atomic.Pointer[string] // service
	s := simulate(t, simcloud.Options{}, func(w http.ResponseWriter, r *http.Request) bool {
		if service := broken.Load(); service == nil || !strings.Contains(r.URL.Path, "/"+*service+"/") {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error_code":"APIG.1020","error_msg":"no permission"}`)
		return true
	})
	for _, service := range []string{"apic", "apigw"} {
		broken.Store(nil)
		channels := s.load(inventory.Channels).Listing(inventory.Channels)
		from := inventory.Last(s.loader.Open(t.Context(), inventory.Members, channels.Resources.All()))
		seen := map[string]bool{}
		two := pick(from, inventory.Members, 2, func(r inventory.Resource) bool {
			gateway := "apic"
			if strings.Contains(string(r.Ref.Scope), "/apigw/") {
				gateway = "apigw"
			}
			first := !seen[gateway] && r.Verdict.State != inventory.Protected
			seen[gateway] = seen[gateway] || first
			return first
		})
		if len(two) != 2 || channels.Err != nil {
			t.Fatal(len(two), channels.Err)
		}
		plan := s.plan(two, from)
		broken.Store(&service)
		if l := s.load(inventory.Channels).Listing(inventory.Channels); l.Err == nil || l.Resources.Len() == 0 || l.Resources.Len() >= channels.Resources.Len() {
			t.Errorf("without %s: %d of %d channels, %v", service, l.Resources.Len(), channels.Resources.Len(), l.Err)
		}
		_, results := s.run(plan)
		for i, res := range results {
			fails := strings.Contains(string(plan.Items[i].Resource.Ref.Scope), "/"+service+"/")
			if fails == (res.Outcome == Deleted) || s.cloud.Has(res.Ref.ID) != fails {
				t.Errorf("without %s: %s ended %s: %s", service, res.Ref.Scope, res.Outcome, res.Message)
			}
		}
	}
}
