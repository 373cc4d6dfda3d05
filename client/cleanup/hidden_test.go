package cleanup

import (
	"net/http"
	"strings"
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// elsewhere is a cloud whose lists show no listener unless those of all enterprise projects are asked for; nor do other objects
// name any.
func elsewhere(cloud *simcloud.Cloud) front {
	nameless := func(o map[string]any) { o["listeners"] = []any{} }
	fronts := []front{rewritten("pools", nameless)(cloud), rewritten("loadbalancers", nameless)(cloud)}
	hidden := rewrittenList("listeners", func([]any) []any { return []any{} })(cloud)
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Query().Get("enterprise_project_id") == "" && hidden(w, r) {
			return true
		}
		for _, f := range fronts {
			if f(w, r) {
				return true
			}
		}
		return false
	}
}

// TestWhatThePlanFoundBehindTheLists: apply and resume are other processes than plan, and look where it had to look: what uses a
// pool is taken out of use as it was confirmed.
func TestWhatThePlanFoundBehindTheLists(t *testing.T) {
	s := simulateBy(t, simcloud.Options{Seed: 3}, way{around: elsewhere})
	from := s.load(inventory.Pools)
	some := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		v := r.Verdict
		return v.State == inventory.InUse && len(v.Reasons) == 1 && v.Reasons[0].Via == "default_pool_id"
	})
	plan, err := NewPlan(refsOf(some), from, Choice{Detach: true})
	if err != nil || len(plan.Items) != 1 || len(plan.Items[0].Detaches) != 1 {
		t.Fatalf("%v, %+v", err, plan)
	}
	file, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if plan, err = decodePlan(file); err != nil {
		t.Fatal(err)
	}
	s.connect()
	_, results := s.run(plan)
	if results[0].Outcome != Deleted || !strings.Contains(results[0].Message, "default pool of listener ") {
		t.Errorf("%+v", results[0])
	}
}
