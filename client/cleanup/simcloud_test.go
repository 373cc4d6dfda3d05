package cleanup

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

func TestThreePools(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	from := s.load(inventory.Pools)
	three := pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	summary, results := s.run(s.plan(three, from))
	if got := summary.String(); got != "3 pools: 3 deleted (proved gone)" || !summary.OK() {
		t.Error(got, results)
	}
	if got := s.asked("pools"); !slices.Equal(got, idsOf(three)) {
		t.Errorf("the server was asked to delete %v, want %v", got, idsOf(three))
	}
	if got := s.deletions(); len(got) != 1 {
		t.Errorf("%d deleting requests: %v", len(got), got)
	}
	for i, res := range results {
		if s.cloud.Has(res.Ref.ID) {
			t.Errorf("the server still has %s", res.Ref.ID)
		}
		if res.RequestID == "" || res.Ref != three[i].Ref {
			t.Errorf("%+v", res)
		}
	}
	if before, after := from.Listing(inventory.Pools).Resources.Len(), s.load(inventory.Pools).Listing(inventory.Pools).Resources.Len(); after != before-3 {
		t.Errorf("%d pools before, %d after", before, after)
	}
}

func TestCertificates(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	from := s.load(inventory.Certificates)
	four := pick(from, inventory.Certificates, 4, unused)
	p := s.plan(four, from)
	if !p.Typed() {
		t.Error("a server certificate cannot be brought back: its plan must be typed")
	}
	summary, results := s.run(p)
	if got := summary.String(); got != "4 certificates: 4 deleted (proved gone)" {
		t.Error(got, results)
	}
	if got := s.asked("certificates"); !slices.Equal(got, idsOf(four)) {
		t.Errorf("the server was asked to delete %v, want %v", got, idsOf(four))
	}
}

// What the dialog leaves out is not sent, and the listener is named.
func TestPoolInUse(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	from := s.load(inventory.Pools)
	free := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	used := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		return r.Verdict.State == inventory.InUse && strings.HasPrefix(r.Verdict.Why(), "listener ")
	})
	p := s.plan(slices.Concat(used, free), from)
	if len(p.Items) != 1 || len(p.LeftOut) != 1 || !strings.HasPrefix(p.LeftOut[0].Why, "in use by listener ") {
		t.Fatalf("%+v", p.LeftOut)
	}
	if summary, _ := s.run(p); !summary.OK() {
		t.Error(summary)
	}
	if got := s.asked("pools"); !slices.Equal(got, idsOf(free)) || !s.cloud.Has(used[0].Ref.ID) {
		t.Errorf("the server was asked to delete %v", got)
	}
}

// All protected, used and unknown resources of the whole account survive a plan of everything.
func TestEverythingMarked(t *testing.T) {
	s := simulate(t, simcloud.Options{Seed: 7}, nil)
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups} {
		from := s.load(kind)
		all := from.Listing(kind).Resources.All()
		p := s.plan(all, from)
		if len(p.Items) == 0 || len(p.LeftOut) == 0 {
			t.Fatalf("%s: %d items, %d left out: the world is too simple for this test", kind, len(p.Items), len(p.LeftOut))
		}
		summary, results := s.run(p)
		if !summary.OK() {
			t.Errorf("%s: %s", kind, summary)
			for _, res := range results {
				if res.Outcome != Deleted {
					t.Errorf("  %+v", res)
				}
			}
		}
		for _, out := range p.LeftOut {
			if !s.cloud.Has(out.Ref.ID) {
				t.Errorf("%s: %s was left out (%s) and is gone", kind, out.Label, out.Why)
			}
		}
	}
}

func TestEntries(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	groups := pick(s.load(inventory.IPGroups), inventory.IPGroups, 2, func(r inventory.Resource) bool {
		return r.Object.(*client.IPGroup).Entries.Len() >= 3
	})
	from := inventory.Last(s.loader.Open(t.Context(), inventory.Entries, groups))
	var marked []inventory.Resource
	left := 0
	for _, r := range from.Listing(inventory.Entries).Resources.All() {
		if n := len(marked); n < 2 || n < 4 && r.Ref.Parent != marked[0].Ref.Parent {
			marked = append(marked, r)
		} else {
			left++
		}
	}
	summary, results := s.run(s.plan(marked, from))
	if got := summary.String(); got != "4 entries: 4 deleted (proved gone)" {
		t.Error(got, results)
	}
	if got := s.deletions(); len(got) != 2 {
		t.Errorf("want one request a group: %q", got)
	}
	after := inventory.Last(s.loader.Open(t.Context(), inventory.Entries, groups)).Listing(inventory.Entries)
	if after.Resources.Len() != left {
		t.Errorf("%d entries are left, want %d", after.Resources.Len(), left)
	}
}

// Members of several channels of both gateways: never two requests at once at one gateway, which APIG.9999 would tell.
func TestMembers(t *testing.T) {
	s := simulate(t, simcloud.Options{Size: simcloud.Large, Latency: 2 * time.Millisecond}, nil)
	perGateway := map[inventory.ScopeID]int{}
	channels := pick(s.load(inventory.Channels), inventory.Channels, 24, func(r inventory.Resource) bool {
		perGateway[r.Ref.Scope]++
		return perGateway[r.Ref.Scope] <= 12
	})
	from := inventory.Last(s.loader.Open(t.Context(), inventory.Members, channels))
	seen := map[string]int{}
	scopes := map[inventory.ScopeID]bool{}
	marked := pick(from, inventory.Members, 60, func(r inventory.Resource) bool {
		seen[r.Ref.Parent]++
		return seen[r.Ref.Parent] <= 3 && r.Verdict.State != inventory.Protected
	})
	p := s.plan(marked, from)
	for _, it := range p.Items {
		scopes[it.Resource.Ref.Scope] = true
	}
	if len(scopes) < 2 || len(p.Items) < 20 {
		t.Fatalf("%d members at %d gateways: the world is too simple for this test", len(p.Items), len(scopes))
	}
	// Two runs of one engine must not meet either.
	odd := s.engine.Start(t.Context(), p.only(func(i int) bool { return i%2 == 1 }))
	even := s.engine.Start(t.Context(), p.only(func(i int) bool { return i%2 == 0 }))
	for _, run := range []*Run{odd, even} {
		finished(t, run)
		if summary := run.Summary(); !summary.OK() {
			t.Error(summary)
		}
	}
	requests := 0
	for _, r := range s.cloud.Requests() {
		if r.Method == http.MethodDelete {
			requests++
			if r.Status != http.StatusNoContent {
				t.Errorf("%s answered %d", r.Path, r.Status)
			}
		}
	}
	if requests != len(p.Items) {
		t.Errorf("%d requests for %d members", requests, len(p.Items))
	}
}

func TestRemovedByAnotherClient(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	from := s.load(inventory.Pools)
	three := pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	p := s.plan(three, from)
	s.cloud.Remove(three[1].Ref.ID)
	summary, _ := s.run(p)
	if got := summary.String(); got != "3 pools: 2 deleted (proved gone), 1 already gone" || !summary.OK() {
		t.Error(got)
	}
	if slices.Contains(s.asked("pools"), three[1].Ref.ID) {
		t.Error("what was gone was sent")
	}
}

// Removed between the check and the request: the service says so.
func TestRemovedAtTheLastMoment(t *testing.T) {
	var s *sim
	var id atomic.Value
	s = simulate(t, simcloud.Options{}, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/pools/batch-delete") {
			s.cloud.Remove(id.Load().(string))
		}
		return false
	})
	from := s.load(inventory.Pools)
	two := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	id.Store(two[0].Ref.ID)
	summary, results := s.run(s.plan(two, from))
	if results[0].Outcome != AlreadyGone || results[1].Outcome != Deleted || !summary.OK() {
		t.Errorf("%+v", results)
	}
}

func TestCameIntoUseAfterThePlan(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	from := s.load(inventory.Pools)
	two := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool {
		return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Protocol == "HTTP"
	})
	p := s.plan(two, from)
	s.use(two[0].Ref.ID)
	summary, results := s.run(p)
	if got := summary.String(); got != "2 pools: 1 deleted (proved gone), 1 skipped" {
		t.Error(got)
	}
	if results[0].Message != "changed: now in use by listener brand-new" {
		t.Errorf("%q", results[0].Message)
	}
	if got := s.asked("pools"); !slices.Equal(got, []string{two[1].Ref.ID}) {
		t.Errorf("the server was asked to delete %v", got)
	}
}

// In use only at the last moment: the service refuses that one item, and a retry says what came of it.
func TestCameIntoUseAtTheLastMoment(t *testing.T) {
	var s *sim
	var id atomic.Pointer[string] // nil once it is in use
	s = simulate(t, simcloud.Options{}, func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/pools/batch-delete") {
			if id := id.Swap(nil); id != nil {
				s.use(*id)
			}
		}
		return false
	})
	from := s.load(inventory.Pools)
	two := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool {
		return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Protocol == "HTTP"
	})
	id.Store(&two[0].Ref.ID)
	run := s.engine.Start(t.Context(), s.plan(two, from))
	results := finished(t, run)
	if results[0].Outcome != Blocked || results[0].Code != "ELB.8907" || results[1].Outcome != Deleted {
		t.Errorf("%+v", results)
	}
	again, ok := s.engine.Retry(t.Context(), run)
	if !ok {
		t.Fatal("nothing to retry")
	}
	if res := finished(t, again); len(res) != 1 || res[0].Outcome != Skipped {
		t.Errorf("%+v", res)
	}
}

// TestSharedPools: S1's order, members before the health monitor before the pool, seen in the service's log.
func TestSharedPools(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	from := s.load(inventory.Pools)
	pools := pick(from, inventory.Pools, 20, func(r inventory.Resource) bool { return !dedicated(r) && unused(r) })
	held := 0
	var want []string
	for _, r := range pools {
		p := r.Object.(*inventory.Pool)
		for m := range p.Members.All() {
			want = append(want, "DELETE /v2.0/lbaas/pools/"+p.ID+"/members/"+m)
			held++
		}
		if p.HealthMonitorID != "" {
			want = append(want, "DELETE /v2.0/lbaas/healthmonitors/"+p.HealthMonitorID)
			held++
		}
		want = append(want, "DELETE /v2.0/lbaas/pools/"+p.ID)
	}
	if held < 3 || len(pools) < 3 {
		t.Fatalf("%d pools hold %d things: the world is too simple for this test", len(pools), held)
	}
	plan := s.plan(pools, from)
	if len(plan.LeftOut) > 0 || plan.First() == "" {
		t.Fatalf("left out %+v, first %q", plan.LeftOut, plan.First())
	}
	summary, results := s.run(plan)
	if !summary.OK() {
		t.Fatal(summary, results)
	}
	got := s.changes()
	for _, r := range pools { // each pool's own requests in order; pools go side by side
		id, monitor := r.Ref.ID, r.Object.(*inventory.Pool).HealthMonitorID
		of := func(all []string) []string {
			return slices.DeleteFunc(slices.Clone(all), func(call string) bool {
				return !strings.Contains(call, id) && (monitor == "" || !strings.Contains(call, monitor))
			})
		}
		if !slices.Equal(of(got), of(want)) {
			t.Errorf("%s: %q, want %q", r.Label(), of(got), of(want))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d requests, want %d", len(got), len(want))
	}
}

// TestDedicatedPoolsThatMustBeEmpty: a cloud that reads S1 as a rule of v3 too gets the steps after its first refusal.
func TestDedicatedPoolsThatMustBeEmpty(t *testing.T) {
	s := simulate(t, simcloud.Options{KeepMembers: true}, nil)
	from := s.load(inventory.Pools)
	full := pick(from, inventory.Pools, 5, func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return dedicated(r) && unused(r) && p.Members.Len() > 0 && p.HealthMonitorID != ""
	})
	bare := pick(from, inventory.Pools, 5, func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return dedicated(r) && unused(r) && p.Members.Len() == 0 && p.HealthMonitorID == ""
	})
	if len(full) == 0 || len(bare) == 0 {
		t.Fatalf("%d full and %d bare pools", len(full), len(bare))
	}
	summary, results := s.run(s.plan(slices.Concat(full, bare), from))
	if !summary.OK() {
		t.Error(summary, results)
	}
	if !strings.Contains(results[0].Message, "removed first") || strings.Contains(results[len(full)].Message, "removed") {
		t.Errorf("%q, %q", results[0].Message, results[len(full)].Message)
	}
	if got := s.changes()[0]; !strings.HasSuffix(got, "/pools/batch-delete") {
		t.Errorf("the first request is %s, want the batch", got)
	}
}

// TestPoolsTakenOutOfUse: only when that was chosen, and what used them is changed as the documents say.
func TestPoolsTakenOutOfUse(t *testing.T) {
	s := simulate(t, simcloud.Options{}, nil)
	s.loader = s.loader.WithDetail()
	from := s.load(inventory.Pools)
	used := pick(from, inventory.Pools, 100, func(r inventory.Resource) bool { return r.Verdict.State == inventory.InUse })
	marked := make([]inventory.Ref, len(used))
	for i, r := range used {
		marked[i] = r.Ref
	}
	plain, err := NewPlan(marked, from, Choice{})
	if err != nil || len(plain.Items) != 0 {
		t.Fatal(len(plain.Items), err)
	}
	can := 0
	for _, out := range plain.LeftOut {
		if out.CanDetach {
			can++
		}
	}
	plan, err := NewPlan(marked, from, Choice{Detach: true})
	if err != nil || len(plan.Items) != can || can < 5 || plan.Grade != inventory.Danger || !plan.Typed() {
		t.Fatalf("%d items, want %d; %s, %v", len(plan.Items), can, plan.Grade, err)
	}
	before := len(s.changes())
	summary, results := s.run(plan)
	if !summary.OK() {
		for i, r := range results {
			if r.Outcome != Deleted {
				t.Errorf("%s: %s %s", plan.Items[i].Resource.Label(), r.Outcome, r.Message)
			}
		}
		t.Fatal(summary)
	}
	for _, it := range plan.Items {
		if refs := s.cloud.References(it.Resource.Ref.ID); len(refs) > 0 || s.cloud.Has(it.Resource.Ref.ID) {
			t.Errorf("%s is still there or referred to: %+v", it.Resource.Label(), refs)
		}
	}
	calls := map[string]int{}
	for _, call := range s.changes()[before:] {
		method, path, _ := strings.Cut(call, " ")
		part := strings.Split(path, "/")
		family := "v3"
		if part[1] == "v2.0" {
			family = "v2.0"
		}
		switch {
		case strings.Contains(path, "l7policies"):
			calls[method+" "+family+" policy"]++
		case strings.Contains(path, "listeners"):
			calls[method+" "+family+" listener"]++
		}
	}
	for _, want := range []string{"PUT v2.0 policy", "PUT v2.0 listener", "DELETE v3 policy", "PUT v3 listener"} {
		if calls[want] == 0 {
			t.Errorf("no %s in %v", want, calls)
		}
	}
	if calls["DELETE v2.0 policy"] > 0 || calls["DELETE v3 listener"] > 0 {
		t.Errorf("%v", calls)
	}
}

// A cloud without the batch calls: one by one, and the absent call is tried once.
func TestWithoutBatchCalls(t *testing.T) {
	s := simulate(t, simcloud.Options{Lacks: []string{"/pools/batch-delete"}}, nil)
	for n := range 2 {
		from := s.load(inventory.Pools)
		three := pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
		if summary, results := s.run(s.plan(three, from)); !summary.OK() {
			t.Error(summary, results)
		}
		if got, want := len(s.deletions()), 1+3*(n+1); got != want {
			t.Errorf("%d deleting requests, want %d: %q", got, want, s.deletions())
		}
	}
}

func TestListsThatFail(t *testing.T) {
	refuse := func(w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error_code":"SYS.0403","error_msg":"elb:pools:list is not allowed"}`)
		return true
	}
	t.Run("before sending", func(t *testing.T) {
		var broken atomic.Bool
		s := simulate(t, simcloud.Options{}, func(w http.ResponseWriter, r *http.Request) bool {
			return broken.Load() && isList(r, "l7policies") && refuse(w)
		})
		from := s.load(inventory.Pools)
		p := s.plan(pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
		broken.Store(true)
		summary, results := s.run(p)
		if summary.Counts[Failed] != 2 || !strings.Contains(results[0].Message, "l7policies could not be listed") {
			t.Error(summary, results)
		}
		if got := s.deletions(); len(got) != 0 {
			t.Errorf("sent %q", got)
		}
	})
	t.Run("after a lost answer", func(t *testing.T) {
		var s *sim
		var sent atomic.Bool
		s = simulate(t, simcloud.Options{}, func(w http.ResponseWriter, r *http.Request) bool {
			switch {
			case strings.HasSuffix(r.URL.Path, "/pools/batch-delete"):
				sent.Store(true)
				s.cloud.ServeHTTP(httptest.NewRecorder(), r) // applied
				panic(http.ErrAbortHandler)                  // and cut off
			case sent.Load() && isList(r, "pools"):
				return refuse(w)
			}
			return false
		})
		from := s.load(inventory.Pools)
		p := s.plan(pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
		summary, results := s.run(p)
		if summary.Counts[Unknown] != 2 || !strings.Contains(results[0].Message, "could not be read back") {
			t.Error(summary, results)
		}
	})
}

func TestLostAnswers(t *testing.T) {
	for _, applied := range []bool{true, false} {
		t.Run(fmt.Sprint("applied ", applied), func(t *testing.T) {
			var s *sim
			var cut atomic.Bool
			s = simulate(t, simcloud.Options{}, func(w http.ResponseWriter, r *http.Request) bool {
				if strings.HasSuffix(r.URL.Path, "/pools/batch-delete") && !cut.Swap(true) {
					if applied {
						s.cloud.ServeHTTP(httptest.NewRecorder(), r)
					}
					panic(http.ErrAbortHandler)
				}
				return false
			})
			from := s.load(inventory.Pools)
			p := s.plan(pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
			if summary, results := s.run(p); summary.String() != "3 pools: 3 deleted (proved gone)" {
				t.Error(summary, results)
			}
			if got := len(s.asked("pools")); got != 3 {
				t.Errorf("the server was asked about %d ids, want each once", got)
			}
		})
	}
}

// The gateway's APIG.9999 when another client deletes at the same time: read back, sent again.
func TestSystemErrorAtAGateway(t *testing.T) {
	var errors atomic.Int64
	s := simulate(t, simcloud.Options{}, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete && errors.Add(1) <= 2 {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, `{"error_code":"APIG.9999","error_msg":"System error"}`)
			return true
		}
		return false
	})
	channels := s.load(inventory.Channels).Listing(inventory.Channels).Resources.All()
	from := inventory.Last(s.loader.Open(t.Context(), inventory.Members, channels))
	p := s.plan(pick(from, inventory.Members, 1, func(r inventory.Resource) bool { return r.Verdict.State == inventory.InUse }), from)
	if summary, results := s.run(p); summary.String() != "1 member: 1 deleted (proved gone)" {
		t.Error(summary, results)
	}
	if got := errors.Load(); got < 2 {
		t.Errorf("%d errors were met, want 2", got)
	}
}

func TestCancelMidRun(t *testing.T) {
	s := simulate(t, simcloud.Options{Size: 400, Latency: 20 * time.Millisecond, Lacks: []string{"/pools/batch-delete"}}, nil)
	from := s.load(inventory.Pools)
	p := s.plan(pick(from, inventory.Pools, 100, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
	run := s.engine.Start(t.Context(), p)
	for range eventsOf(run) {
		if run.Summary().Counts[Deleted] >= 5 {
			break
		}
	}
	run.Cancel()
	run.Wait()
	summary := run.Summary()
	if summary.Counts[Deleted] < 5 || summary.Counts[Deleted] > 5+2*mostAtOnce || summary.Counts[Deleted]+summary.Counts[Cancelled] != len(p.Items) {
		t.Error(summary)
	}
	sent := strings.Join(s.deletions(), "\n")
	for _, res := range run.Results() {
		switch there := s.cloud.Has(res.Ref.ID); {
		case res.Outcome == Deleted && (there || !res.Proved):
			t.Errorf("%+v, on the server: %v", res, there)
		case res.Outcome == Cancelled && (!there || strings.Contains(sent, "/v3/P/elb/pools/"+res.Ref.ID)):
			t.Errorf("%s is cancelled and was sent", res.Ref.ID)
		}
	}
}

func TestAbortMidRun(t *testing.T) {
	s := simulate(t, simcloud.Options{Size: 100, Latency: 50 * time.Millisecond}, nil)
	from := s.load(inventory.Pools)
	p := s.plan(pick(from, inventory.Pools, 10, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
	ctx, abort := context.WithCancel(t.Context())
	run := s.engine.Start(ctx, p)
	for ev := range eventsOf(run) {
		if ev.Step == Sent {
			break
		}
	}
	abort()
	run.Wait()
	if summary := run.Summary(); summary.Counts[Unknown]+summary.Counts[Cancelled] != len(p.Items) {
		t.Error(summary)
	}
}

// Cancelled while the quota holds requests back: they are not sent when it is lifted, and nobody waits for that.
func TestCancelWhileThrottled(t *testing.T) {
	throttled := make(chan struct{}, 1)
	s := simulate(t, simcloud.Options{}, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/pools/batch-delete") {
			return false
		}
		throttled <- struct{}{}
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error_code":"APIGW.0308","error_msg":"policy user over ratelimit,limit:60,time:5 minute"}`)
		return true
	})
	from := s.load(inventory.Pools)
	p := s.plan(pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
	run := s.engine.Start(t.Context(), p)
	<-throttled
	for {
		if until, _ := run.Paused(); !until.IsZero() {
			break
		}
		<-time.After(time.Millisecond)
	}
	run.Cancel()
	finished(t, run)
	if summary := run.Summary(); summary.String() != "3 pools: 3 cancelled" {
		t.Error(summary)
	}
	if len(throttled) != 0 {
		t.Error("sent again")
	}
}

// A quota makes a run wait; no item fails for it.
func TestQuota(t *testing.T) {
	s := simulate(t, simcloud.Options{Size: 100, Lacks: []string{"/pools/batch-delete"}, Quota: simcloud.Quota{Requests: 16, Per: time.Second}}, nil)
	from := s.load(inventory.Pools)
	p := s.plan(pick(from, inventory.Pools, 8, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from)
	summary, results := s.run(p)
	if !summary.OK() || summary.Counts[Deleted] != len(p.Items) {
		t.Error(summary, results)
	}
	throttled := 0
	for _, r := range s.cloud.Requests() {
		if r.Status == http.StatusTooManyRequests {
			throttled++
		}
	}
	if throttled == 0 {
		t.Error("the quota was never met: the test shows nothing")
	}
}
