package cleanup

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// What was taken away before a deletion that did not come to pass is put back, and nothing else is touched.
func TestWhatStayedGetsBackWhatItLost(t *testing.T) {
	held := func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return p.Members.Len() > 1 && p.HealthMonitorID != ""
	}
	for name, c := range map[string]struct {
		which  func(inventory.Resource) bool
		choice Choice
		said   string
	}{
		"servers and monitor of a shared pool": {
			func(r inventory.Resource) bool { return unused(r) && !dedicated(r) && held(r) }, Choice{}, "servers and 1 health monitor were removed",
		},
		"what it was taken out of": {
			func(r inventory.Resource) bool { return r.Verdict.State == inventory.InUse && dedicated(r) }, Choice{Detach: true}, " was ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var refuse atomic.Bool
			refuse.Store(true)
			lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 5}, func(w http.ResponseWriter, r *http.Request) bool {
				deletes := r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/pools/") && !strings.Contains(r.URL.Path, "/members/") || strings.HasSuffix(r.URL.Path, "/pools/batch-delete")
				if !refuse.Load() || !deletes {
					return false
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusConflict)
				_, _ = w.Write([]byte(`{"error_code":"ELB.8907","error_msg":"listener 5555 is using this pool"}`))
				return true
			})}
			lab.engine.journal = lab.history.Journal(lab.where())
			before := lab.state()
			from := lab.load(inventory.Pools)
			var plan Plan
			for _, one := range pick(from, inventory.Pools, 40, c.which) {
				p, err := NewPlan(refsOf([]inventory.Resource{one}), from, c.choice)
				if err == nil && len(p.Items) == 1 && (!c.choice.Detach || len(p.Items[0].Detaches) > 0) {
					plan = p
					break
				}
			}
			if len(plan.Items) == 0 {
				t.Fatal("no such pool")
			}
			run := lab.engine.Start(t.Context(), plan)
			res := finished(t, run)[0]
			summary := run.Summary().String()
			if res.Outcome != Blocked || !strings.Contains(res.Message, c.said) || !strings.Contains(summary, "; 1 that stayed was changed") {
				t.Fatalf("%s: %+v", summary, res)
			}
			past := lab.newest()
			if got := past.Ledger.Counts().String(); got != summary {
				t.Errorf("the journal says %q, the run %q", got, summary)
			}
			undo, results := lab.undo(past)
			if got := undo.String(); got != "1 pool: 1 restored (proved there)" || results[0].NewID != "" {
				t.Errorf("%s: %+v", got, results)
			}
			compare(t, before, lab.state(), map[string]string{}, nil)
			n := len(lab.changes())
			if again, _ := lab.undo(past); !again.OK() || len(lab.changes()) != n {
				t.Errorf("again: %s, %q", again, lab.changes()[n:])
			}

			refuse.Store(false)
			lab.cloud.Remove(res.Ref.ID)
			if _, results := lab.undo(past); results[0].Outcome != Skipped || !strings.Contains(results[0].Message, "no longer there") || len(lab.changes()) != n {
				t.Errorf("with nothing to put it back into: %+v, %q", results, lab.changes()[n:])
			}
		})
	}
}

// A run that cannot reach the service is not over: it is resumed when that is there again.
func TestAServiceOutOfReach(t *testing.T) {
	var away atomic.Bool
	lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 5}, func(http.ResponseWriter, *http.Request) bool {
		if away.Load() {
			panic(http.ErrAbortHandler)
		}
		return false
	})}
	lab.engine.journal = lab.history.Journal(lab.where())
	from := lab.load(inventory.Pools)
	plan := lab.plan(pick(from, inventory.Pools, 3, unused), from)
	away.Store(true)
	run := lab.engine.Start(t.Context(), plan)
	for _, res := range finished(t, run) {
		if res.Outcome != Cancelled || !strings.Contains(res.Message, "not sent: the service cannot be reached: ") {
			t.Errorf("%+v", res)
		}
	}
	for range 2 {
		past := lab.newest()
		if !run.Resumable() || past.Ledger == nil || past.Ledger.Finished || len(past.Ledger.Open()) != 3 {
			t.Fatalf("it is over: %+v", past)
		}
		run = lab.resume(past)
		finished(t, run)
		away.Store(false)
	}
	if s := run.Summary(); !s.OK() || s.Counts[Deleted] != 3 || run.Resumable() || len(lab.cloud.Requests()) == 0 {
		t.Error(s)
	}
}

// severable is a lab whose network goes away when so many more changing requests have come as left says.
func severable(t *testing.T, o simcloud.Options) (lab *undoLab, left *atomic.Int64) {
	t.Helper()
	left = new(atomic.Int64)
	left.Store(1 << 30)
	lab = &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulateBy(t, o, way{
		pipes: true,
		front: func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet && left.Add(-1) == 0 {
				panic(http.ErrAbortHandler)
			}
			return false
		},
		carry: signedThrough(func(base http.RoundTripper) {
			tr := base.(*http.Transport)
			dial := tr.DialContext
			tr.DisableKeepAlives = true
			tr.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if left.Load() <= 0 {
					return nil, &net.DNSError{Err: "no such host", Name: "elb.eu-de.example.com", IsNotFound: true}
				}
				return dial(ctx, network, addr)
			}
		}),
	})}
	lab.engine.journal = lab.history.Journal(lab.where())
	return lab, left
}

// So it is when the network goes away in the middle, of a run as of its undo: what was not sent, or has no answer, stays open.
func TestANetworkThatGoesAway(t *testing.T) {
	lab, left := severable(t, simcloud.Options{Seed: 5, Lacks: []string{oneByOne}})
	from := lab.load(inventory.Pools)
	plan := lab.plan(pick(from, inventory.Pools, 12, unused), from)
	interrupted := func(run *Run) *Past {
		t.Helper()
		results := finished(t, run)
		left.Store(1 << 30)
		if s := run.Summary(); !run.Resumable() || s.Counts[Failed] > 0 || !strings.Contains(s.Stopped, "the service cannot be reached: ") {
			t.Fatalf("%s: %+v", s, results)
		}
		past := lab.newest()
		if past.CanResume() != nil || len(past.Ledger.Open()) == 0 {
			t.Fatalf("it is over: %+v", past)
		}
		run = lab.resume(past)
		finished(t, run)
		if s := run.Summary(); !s.OK() || run.Resumable() {
			t.Errorf("resumed: %s: %+v", s, run.Results())
		}
		return lab.newest()
	}
	left.Store(4)
	past := interrupted(lab.engine.Start(t.Context(), plan))
	undo, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	left.Store(6)
	interrupted(lab.engine.Start(t.Context(), undo))

	// A pool of a shared load balancer goes in steps, and here the network goes away in the middle of them.
	from = lab.load(inventory.Pools)
	plan = lab.plan(pick(from, inventory.Pools, 2, func(r inventory.Resource) bool {
		return unused(r) && !dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 1
	}), from)
	left.Store(2)
	past = interrupted(lab.engine.Start(t.Context(), plan))
	if undo, err = lab.history.UndoPlan(past); err != nil {
		t.Fatal(err)
	}
	left.Store(0)
	interrupted(lab.engine.Start(t.Context(), undo))
}

// What nobody can read is told once, not for every list.
func TestOneNoteOfANetworkThatIsAway(t *testing.T) {
	lab, left := severable(t, simcloud.Options{Seed: 5})
	groups := lab.load(inventory.IPGroups)
	from := inventory.Last(lab.loader.Open(t.Context(), inventory.Entries, pick(groups, inventory.IPGroups, 8, unused)))
	plan := lab.plan(pick(from, inventory.Entries, 1000, unused), from)
	lab.engine.atOnce = 2
	left.Store(5)
	run := lab.engine.Start(t.Context(), plan)
	var notes []string
	for ev := range eventsOf(run) {
		if ev.Note != "" && ev.Step != Finished {
			notes = append(notes, ev.Note)
		}
	}
	if s := run.Summary(); len(notes) != 1 || !strings.HasPrefix(notes[0], "stopped: the service cannot be reached: ") || s.Counts[Deleted] == 0 || !run.Resumable() {
		t.Errorf("%q: %s", notes, s)
	}
}

func TestNothingWasTakenAway(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Script: simcloud.Script{Rules: []simcloud.Rule{
		{Method: "DELETE", Path: "**", Do: simcloud.Act{Status: 403, Code: "ELB.9802", Message: "not allowed"}},
	}}})
	from := lab.load(inventory.Pools)
	plan := lab.plan(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		return unused(r) && !dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 0
	}), from)
	if summary, results := lab.run(plan); strings.Contains(summary.String(), "changed") {
		t.Errorf("%s: %+v", summary, results)
	}
	if _, err := lab.history.UndoPlan(lab.newest()); !errors.Is(err, ErrNothing) {
		t.Error(err)
	}
}

// What no list shows is asked for by its id before it is said to be gone: it may lie in the recycle bin, or belong to
// another enterprise project.
func TestUsersThatNoListShowsGetTheirPoolsBack(t *testing.T) {
	var hidden atomic.Bool
	lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 5, Size: 25}, func(w http.ResponseWriter, r *http.Request) bool {
		list := r.Method == http.MethodGet && (strings.HasSuffix(r.URL.Path, "/elb/listeners") || strings.HasSuffix(r.URL.Path, "/elb/l7policies"))
		if !hidden.Load() || !list {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"listeners":[],"l7policies":[],"page_info":{"current_count":0}}`))
		return true
	})}
	lab.engine.journal = lab.history.Journal(lab.where())
	before := lab.state()
	from := lab.load(inventory.Pools)
	taken := map[string]bool{}
	used := pick(from, inventory.Pools, 12, func(r inventory.Resource) bool {
		p, err := NewPlan(refsOf([]inventory.Resource{r}), from, Choice{Detach: true})
		if err != nil || len(p.Items) != 1 || !dedicated(r) {
			return false
		}
		for _, d := range p.Items[0].Detaches {
			taken[d.Call] = true
		}
		return len(p.Items[0].Detaches) > 0
	})
	if !taken["PUT listeners/{id}"] || !taken["DELETE l7policies/{id}"] {
		t.Fatal(taken)
	}
	past := lab.delete(used, from, Choice{Detach: true})
	lab.back(before, []*Past{past}, func(p *Past) []Result {
		hidden.Store(true)
		defer hidden.Store(false)
		_, results := lab.undo(p)
		return results
	})
}
