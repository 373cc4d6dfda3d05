package cleanup

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// What others have changed since stays as they want it, and the item says so.
func TestChangedReferencesAreLeftAlone(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	from := lab.load(inventory.Pools)
	one := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		p, err := NewPlan(refsOf([]inventory.Resource{r}), from, Choice{Detach: true})
		return err == nil && len(p.Items) == 1 && len(p.Items[0].Detaches) == 1 && p.Items[0].Detaches[0].Call == "PUT listeners/{id}"
	})
	if len(one) == 0 {
		t.Fatal("no pool that is the default of a listener")
	}
	plan, err := NewPlan(refsOf(one), from, Choice{Detach: true})
	if err != nil {
		t.Fatal(err)
	}
	listener := plan.Items[0].Detaches[0].ID
	past := lab.delete(one, from, Choice{Detach: true})
	lab.cloud.AddPool("another", "another")
	lab.put("/v3/P/elb/listeners/"+listener, `{"listener":{"default_pool_id":"another"}}`)
	summary, results := lab.undo(past)
	if res := results[0]; !summary.OK() || !strings.Contains(res.Message, "has another default pool now: left alone") {
		t.Errorf("%+v", res)
	}
	for _, l := range lab.raw("/v3/P/elb/listeners?limit=2000", "listeners") {
		if l["id"] == listener && l["default_pool_id"] != "another" {
			t.Errorf("the listener has %v", l["default_pool_id"])
		}
	}
}

// A policy that sent to several of the pools is made again once, also when they have to go back into others before it.
func TestAPolicyOfSeveralPoolsComesBackOnce(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	for _, id := range []string{"a", "b", "other"} {
		lab.cloud.AddPool(id, id)
	}
	dedicated := map[any]bool{}
	for _, lb := range lab.raw("/v3/P/elb/loadbalancers?limit=2000", "loadbalancers") {
		dedicated[lb["id"]] = lb["guaranteed"] == true
	}
	listener := ""
	for _, l := range lab.raw("/v3/P/elb/listeners?limit=2000", "listeners") {
		on := l["loadbalancers"].([]any)[0].(map[string]any)["id"]
		if protocol := l["protocol"]; dedicated[on] && (protocol == "HTTP" || protocol == "HTTPS") {
			listener = l["id"].(string)
		}
	}
	for n, pools := range [][]string{{"b", "other"}, {"a", "b"}, {"b", "other"}} {
		var weighted []map[string]any
		for _, id := range pools {
			weighted = append(weighted, map[string]any{"pool_id": id, "weight": 3})
		}
		body, err := json.Marshal(map[string]any{"l7policy": map[string]any{
			"name": fmt.Sprint("weighted ", n), "action": "REDIRECT_TO_POOL", "listener_id": listener, "redirect_pools_config": weighted,
		}})
		if err != nil {
			t.Fatal(err)
		}
		lab.change(http.MethodPost, "/v3/P/elb/l7policies", string(body))
	}
	before := lab.state()
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return r.Name == "a" || r.Name == "b" }), from, Choice{Detach: true})
	plan, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	for i, it := range plan.Items { // each keeps what it was taken out of itself, also by the step of another one
		var planned []string
		for _, step := range past.Ledger.Plan.Items[i].Detaches {
			planned = append(planned, step.ID)
		}
		slices.Sort(planned)
		if !slices.Equal(it.kept.Taken, planned) {
			t.Errorf("%s was taken out of %v, and keeps %v", it.Resource.Name, planned, it.kept.Taken)
		}
	}
	lab.back(before, []*Past{past}, func(p *Past) []Result { _, results := lab.undo(p); return results })
}
