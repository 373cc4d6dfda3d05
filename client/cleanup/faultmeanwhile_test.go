package cleanup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

// Row 15: what has to go first is planned and goes first; before the last step the item is looked at once more.
func faultPrerequisites(t *testing.T) {
	t.Helper()
	laden := func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return unused(r) && p.Shared && p.Members.Len() > 0 && p.HealthMonitorID != ""
	}
	t.Run("in order", func(t *testing.T) {
		f := meetThe(t, simcloud.Options{Size: 300}, way{}, 1, laden, nil)
		holds := len(f.plan.Items[0].Holds)
		if holds < 2 || f.plan.First() == "" {
			t.Fatalf("%+v", f.plan.Items[0])
		}
		if got, results, _ := f.outcomes(t); got != "deleted" {
			t.Error(results)
		}
		got := f.changes()
		if len(got) != holds+1 || !strings.Contains(got[0], "/members/") || !strings.Contains(got[holds-1], "/healthmonitors/") || !strings.HasSuffix(got[holds], f.ids[0]) {
			t.Errorf("%q", got)
		}
	})
	t.Run("used before the last step", func(t *testing.T) {
		f := meetThe(t, simcloud.Options{Size: 300}, way{}, 1, laden, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Method: "DELETE", Path: "/v2.0/lbaas/healthmonitors/*", Do: simcloud.Act{After: []simcloud.Hand{{Use: ids[0]}}}}}
		})
		got, results, _ := f.outcomes(t)
		if got != "skipped" || !f.cloud.Has(f.ids[0]) {
			t.Errorf("%+v", results)
		}
		says(t, results[0], "now in use by listener by-another-client", "health monitor", "removed")
		for _, change := range f.changes() {
			if strings.HasSuffix(change, "/pools/"+f.ids[0]) {
				t.Errorf("%s was sent", change)
			}
		}
	})
	t.Run("more than was confirmed", func(t *testing.T) {
		var member string
		f := meetThe(t, simcloud.Options{Size: 300}, way{}, 1, func(r inventory.Resource) bool {
			if !laden(r) {
				return false
			}
			if member == "" {
				member = r.Object.(*inventory.Pool).Members.First()
			}
			return true
		}, func([]string) []simcloud.Rule { return []simcloud.Rule{nudged(simcloud.Hand{Recreate: member})} })
		f.nudge(t)
		got, results, _ := f.outcomes(t)
		if got != "skipped" || len(f.changes()) > 0 {
			t.Errorf("%+v, sent %q", results, f.changes())
		}
		says(t, results[0], "changed: now holding server")
	})
	for field, user := range map[string]string{"redirect_pools_config": "weighted policy ", "redirect_pool_id": "policy "} {
		t.Run("used by "+field+" only", func(t *testing.T) {
			s := simulate(t, simcloud.Options{Size: simcloud.Large}, nil)
			from := s.load(inventory.Pools)
			used := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
				refs := s.cloud.References(r.Ref.ID)
				return len(refs) > 0 && !slices.ContainsFunc(refs, func(u simcloud.Reference) bool { return u.Field != field })
			})
			if len(used) == 0 {
				t.Fatal("there is no such pool")
			}
			p := s.plan(used, from)
			if len(p.Items) != 0 || len(p.LeftOut) != 1 || !strings.Contains(p.LeftOut[0].Why, "in use by "+user) {
				t.Errorf("%+v", p)
			}
		})
	}
	t.Run("policies cannot be listed", func(t *testing.T) {
		f := meetLater(t, simcloud.Options{}, way{}, 1, bare, rules(simcloud.Rule{Path: "/v3/*/elb/l7policies", Do: simcloud.Act{Forbidden: "elb:l7policies:list"}}))
		says(t, f.check(t, "failed", "")[0], "not sent", "l7policies could not be listed", "elb:l7policies:list")
	})
}

// Row 16: one deletion at a time within a gateway instance; its system error is read back, then tried again.
func faultGateway(t *testing.T) {
	t.Helper()
	for times, want := range map[int]string{0: "deleted, deleted, deleted", 1: "deleted, deleted, deleted", 2: "deleted, deleted, deleted"} {
		t.Run(fmt.Sprint("APIG.9999 ", times, " times"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				script := rules(simcloud.Rule{Method: "DELETE", Path: "/v2/**", Times: max(1, times), Do: simcloud.Act{Status: 500, Code: "APIG.9999", Message: "System error"}})
				if times == 0 {
					script = nil
				}
				f := meet(t, simcloud.Options{Size: 100, Latency: 5 * time.Millisecond}, by, 1, script)
				f.plan = f.members(t, 3)
				if got, results, _ := f.outcomes(t); got != want {
					t.Errorf("%s: %+v", got, results)
				}
				neverTwice(t, f.cloud.Requests())
				refused := 0
				for _, r := range f.cloud.Requests() { // the cloud answers APIG.9999 to what meets another request too
					if r.Status == 500 {
						refused++
					}
				}
				if refused != times {
					t.Errorf("%d system errors, want %d", refused, times)
				}
			})
		})
	}
	t.Run("applied all the same", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			f := meet(t, simcloud.Options{Size: 100}, by, 1, rules(simcloud.Rule{Method: "DELETE", Path: "/v2/**", Do: simcloud.Act{Status: 500, Code: "APIG.9999", Message: "System error", Applied: true}}))
			f.plan = f.members(t, 2)
			f.check(t, "deleted, deleted", "1 1")
		})
	})
	t.Run("a channel that refers to another", func(t *testing.T) {
		s := simulate(t, simcloud.Options{Size: simcloud.Large}, nil)
		channels := pick(s.load(inventory.Channels), inventory.Channels, 1000, func(r inventory.Resource) bool {
			return slices.ContainsFunc(s.cloud.References(r.Ref.ID), func(u simcloud.Reference) bool { return u.Kind == "channel" })
		})
		if len(channels) == 0 {
			t.Fatal("no channel is referred to")
		}
		var refers []inventory.Resource
		for _, r := range s.load(inventory.Channels).Listing(inventory.Channels).Resources.All() {
			if slices.ContainsFunc(s.cloud.References(channels[0].Ref.ID), func(u simcloud.Reference) bool { return u.ID == r.Ref.ID }) {
				refers = append(refers, r)
			}
		}
		inside := inventory.Last(s.loader.Open(t.Context(), inventory.Members, refers)).Listing(inventory.Members)
		if len(refers) == 0 || inside.Resources.Len() != 0 || inside.Err != nil {
			t.Errorf("%d channels show %d members that are another channel's", len(refers), inside.Resources.Len())
		}
	})
	t.Run("an operation that the channel does not have", func(t *testing.T) {
		f := meet(t, simcloud.Options{Size: 100}, way{}, 1, rules(simcloud.Rule{Method: "DELETE", Path: "/v2/**", Do: simcloud.Act{Status: 403, Code: "APIG.3471", Message: "not possible for this kind of channel"}}))
		f.plan = f.members(t, 1)
		if res := f.check(t, "blocked", "1")[0]; res.Code != "APIG.3471" {
			t.Errorf("%+v", res)
		}
	})
}

// Row 17: what is not as it was confirmed is not sent.
func faultChanged(t *testing.T) {
	t.Helper()
	for name, c := range map[string]struct {
		hand    func(id string) simcloud.Hand
		outcome string
		says    string
	}{
		"edited":      {func(id string) simcloud.Hand { return simcloud.Hand{Edit: id} }, "skipped", "changed: edited "},
		"in use":      {func(id string) simcloud.Hand { return simcloud.Hand{Use: id} }, "skipped", "changed: now in use by listener by-another-client"},
		"made anew":   {func(id string) simcloud.Hand { return simcloud.Hand{Recreate: id} }, "already gone", ""},
		"gone before": {func(id string) simcloud.Hand { return simcloud.Hand{Delete: id} }, "already gone", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := meet(t, simcloud.Options{}, way{}, 2, func(ids []string) []simcloud.Rule { return []simcloud.Rule{nudged(c.hand(ids[0]))} })
			f.nudge(t)
			before := f.load(inventory.Pools).Listing(inventory.Pools).Resources.Len()
			says(t, f.check(t, c.outcome+", deleted", "1")[0], c.says)
			if after := f.load(inventory.Pools).Listing(inventory.Pools).Resources.Len(); after != before-1 {
				t.Errorf("%d pools before, %d after", before, after)
			}
		})
	}
	for name, c := range map[string]struct {
		remove        func(Item) string
		gone, deleted int
	}{
		"a member gone before, from a file":          {func(it Item) string { return it.Resource.Ref.ID }, 1, 2},
		"members whose channel is gone, from a file": {func(it Item) string { return it.Resource.Ref.Parent }, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := meet(t, simcloud.Options{Size: 100}, way{}, 1, nil)
			plan := f.members(t, 3)
			file, err := plan.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if f.plan, err = decodePlan(file); err != nil {
				t.Fatal(err)
			}
			f.cloud.Remove(c.remove(f.plan.Items[0]))
			_, results, run := f.outcomes(t)
			if s := run.Summary(); s.Counts[Deleted] != c.deleted || s.Counts[AlreadyGone] != c.gone || !s.OK() {
				t.Errorf("%s: %+v", s, results)
			}
		})
	}
	t.Run("edited, from a file", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, func(ids []string) []simcloud.Rule { return []simcloud.Rule{nudged(simcloud.Hand{Edit: ids[0]})} })
		file, err := f.plan.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if f.plan, err = decodePlan(file); err != nil {
			t.Fatal(err)
		}
		f.nudge(t)
		says(t, f.check(t, "skipped", "")[0], "changed: edited ")
	})
	t.Run("renamed", func(t *testing.T) {
		it := ""
		f := meet(t, simcloud.Options{}, way{around: rewritten("pools", func(p map[string]any) {
			if p["id"] == it {
				p["name"] = "something-else"
			}
		})}, 1, nil)
		it = f.ids[0]
		says(t, f.check(t, "skipped", "")[0], `changed: now named "something-else"`)
	})
	t.Run("edited, where no time tells it", func(t *testing.T) {
		for name, c := range map[string]struct {
			list, field string
			plan        func(*fault) Plan
			says        string
		}{
			"the weight of a member": {
				"members", "weight", func(f *fault) Plan { return f.members(t, 1) }, `its weight was "`,
			},
			"the description of a shared pool": {
				"pools", "description", func(f *fault) Plan {
					from := f.load(inventory.Pools)
					return f.sim.plan(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
						return unused(r) && r.Object.(*inventory.Pool).Shared && r.Updated.IsZero()
					}), from)
				}, `its description was "`,
			},
		} {
			t.Run(name, func(t *testing.T) {
				var (
					mu sync.Mutex
					it string
				)
				f := meet(t, simcloud.Options{Size: 100}, way{around: rewritten(c.list, func(o map[string]any) {
					mu.Lock()
					defer mu.Unlock()
					if o["id"] != it {
						return
					}
					switch was := o[c.field].(type) {
					case float64:
						o[c.field] = was + 1
					case string:
						o[c.field] = "payroll needs it, do not delete"
					}
				})}, 1, nil)
				plan := c.plan(f)
				file, err := plan.Encode()
				if err != nil || len(plan.Items) != 1 {
					t.Fatalf("%d items, %v", len(plan.Items), err)
				}
				if f.plan, err = decodePlan(file); err != nil {
					t.Fatal(err)
				}
				mu.Lock()
				it = plan.Items[0].Resource.Ref.ID
				mu.Unlock()
				says(t, f.check(t, "skipped", "")[0], "changed: "+c.says)
			})
		}
	})
}

// Row 18: what a controller makes again under another id is told, and left alone.
func faultMadeAgain(t *testing.T) {
	t.Helper()
	t.Run("a pool", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 2, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{After: []simcloud.Hand{{Recreate: ids[0]}}}}}
		})
		got, results, run := f.outcomes(t)
		if got != "reappeared, deleted" || f.sent(t) != "2" {
			t.Errorf("%+v after %s", results, f.sent(t))
		}
		says(t, results[0], "made again as ")
		fresh := ""
		for _, r := range f.load(inventory.Pools).Listing(inventory.Pools).Resources.All() {
			if r.Name == f.plan.Items[0].Resource.Name {
				fresh = r.Ref.ID
			}
		}
		if fresh == "" || !strings.Contains(results[0].Message, fresh) || run.Summary().OK() {
			t.Errorf("%q, made again: %q; %s", results[0].Message, fresh, run.Summary())
		}
		next, ok := f.engine.Retry(t.Context(), run)
		if !ok || finished(t, next)[0].Outcome != AlreadyGone || !f.cloud.Has(fresh) || f.sent(t) != "2" {
			t.Errorf("a retry went for what was made again: %s", f.sent(t))
		}
	})
	t.Run("a member", func(t *testing.T) {
		f := meet(t, simcloud.Options{Size: 100}, way{}, 1, rules(simcloud.Rule{Method: "DELETE", Path: "/v2/**", Do: simcloud.Act{After: []simcloud.Hand{{Recreate: simcloud.Asked}}}}))
		f.plan = f.members(t, 1)
		results := f.check(t, "reappeared", "1")
		says(t, results[0], "made again as ")
	})
	t.Run("by the same id", func(t *testing.T) { // an entry
		f := meet(t, simcloud.Options{}, way{}, 1, nil)
		group, marked := f.entries(t, 3)
		f.plan = marked
		f.plan = f.plan.only(func(i int) bool { return i == 0 })
		ip := f.plan.Items[0].Resource.Ref.ID
		g := meet(t, simcloud.Options{}, way{}, 1, rules(simcloud.Rule{Path: "/**/iplist/batch-delete", Do: simcloud.Act{After: []simcloud.Hand{{Replace: group, With: []string{ip}}}}}))
		_, same := g.entries(t, 3)
		g.plan = same.only(func(i int) bool { return i == 0 })
		got := finished(t, g.engine.Start(t.Context(), g.plan))
		if got[0].Outcome != Reappeared {
			t.Errorf("%+v", got)
		}
	})
}

// entries is a plan of all entries of the first group that has so many and that no listener uses, and the group's id.
func (s *sim) entries(t *testing.T, n int) (group string, p Plan) {
	t.Helper()
	for _, g := range s.load(inventory.IPGroups).Listing(inventory.IPGroups).Resources.All() {
		if g.Verdict.State != inventory.Unused {
			continue
		}
		from := inventory.Last(s.loader.Open(t.Context(), inventory.Entries, []inventory.Resource{g}))
		if all := from.Listing(inventory.Entries).Resources.All(); len(all) >= n {
			return g.Ref.ID, s.plan(all, from)
		}
	}
	t.Fatalf("no unused group has %d entries", n)
	return "", Plan{}
}

// Row 19: killed anywhere, a run is resumed without loss and without a second deletion; two janitors do not meet.
func faultKilled(t *testing.T) {
	t.Helper()
	lab := newCrashLab(t)
	lab.survives(t, "before the intent is on disk", crashOrder{Line: 4}, 0, false)
	lab.survives(t, "within the line of an intent", crashOrder{Line: 8, Torn: true}, 0, false)
	lab.survives(t, "between intent and request", crashOrder{Synced: 2}, 0, false)
	lab.survives(t, "between request and answer", crashOrder{}, 2, true)
	t.Run("two janitors on one machine", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 2, nil)
		dir, at := t.TempDir(), f.at()
		j, err := NewHistory(dir, "1").Journal(at)(f.plan)
		if err != nil {
			t.Fatal(err)
		}
		f.engine.journal = NewHistory(dir, "1").Journal(at)
		run := f.engine.Start(t.Context(), f.plan)
		finished(t, run)
		var held *journal.HeldError
		if !errors.As(run.Unrecorded(), &held) || f.sent(t) != "" {
			t.Errorf("%v, sent %s", run.Unrecorded(), f.sent(t))
		}
		j.Close()
		if got, results, _ := f.outcomes(t); got != "deleted, deleted" {
			t.Error(results)
		}
	})
	t.Run("two janitors on two machines", func(t *testing.T) {
		f := meet(t, simcloud.Options{Lacks: []string{oneByOne}, Latency: 2 * time.Millisecond}, way{}, 10, nil)
		other := NewEngine(f.deleter, f.loader, Options{Journal: remember})
		runs := []*Run{f.engine.Start(t.Context(), f.plan), other.Start(t.Context(), f.plan)}
		deleted := map[string]int{}
		for _, run := range runs {
			for _, res := range finished(t, run) {
				if !gone(res.Outcome) || f.cloud.Has(res.Ref.ID) {
					t.Errorf("%+v", res)
				}
				if res.Outcome == Deleted {
					deleted[res.Ref.ID]++
				}
			}
		}
		for _, id := range f.ids {
			if deleted[id] != 1 {
				t.Errorf("%s was deleted by %d of two", id, deleted[id])
			}
		}
	})
}

func (s *sim) at() Where {
	return Where{Profile: "test", Region: s.cloud.Account().Region, Project: s.project}
}
