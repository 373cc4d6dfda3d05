package inventory_test

import (
	"encoding/json"
	"testing"

	"janitor/client/inventory"
)

// TestUsersInAnotherSpelling: an undo knows what a deletion has left, and what is back already, however a listener or a policy
// spells the ids of its pools by now.
func TestUsersInAnotherSpelling(t *testing.T) {
	const kept = `{"pool":{"id":"p","name":"web","protocol":"HTTP"},"users":[
		{"is":"share","id":"left","name":"left","policy":{"id":"left","redirect_pools_config":[{"pool_id":"p","weight":1},{"pool_id":"o-1","weight":2},{"pool_id":"a-2","weight":3}]}},
		{"is":"share","id":"back","name":"back","policy":{"id":"back","redirect_pools_config":[{"pool_id":"p","weight":1}]}},
		{"is":"default pool","id":"l","name":"web-443"}]}`
	w := &world{lists: map[string][]object{
		"pools":     {{"id": "n-1", "name": "web", "protocol": "HTTP"}},
		"listeners": {{"id": "l", "default_pool_id": "N1"}},
		"l7policies": {
			{"id": "left", "redirect_pools_config": []object{{"pool_id": "A2", "weight": 3}, {"pool_id": "O1", "weight": 2}}},
			{"id": "back", "redirect_pools_config": []object{{"pool_id": "N1", "weight": 1}}},
		},
	}}
	loader, _ := w.serve(t)
	pools, err := inventory.Lookup(inventory.Pools)
	if err != nil {
		t.Fatal(err)
	}
	ref := inventory.Ref{Scope: scope.ID(), Kind: inventory.Pools, ID: "p"}
	back, err := pools.Restore.Recall(ref, json.RawMessage(kept), false)
	if err != nil {
		t.Fatal(err)
	}
	one := &inventory.Comeback{Ref: ref, Back: back, Made: map[string]string{inventory.Itself: "n-1"}, Taken: []string{"left", "back", "l"}}
	if err := loader.Look(t.Context(), pools, []*inventory.Comeback{one}); err != nil || one.Err != nil {
		t.Fatal(err, one.Err)
	}
	if len(one.Aside) > 0 || one.There["policy left"] != "" || one.There["policy back"] != "back" || one.There["listener l"] != "l" {
		t.Errorf("there are %v, left alone are %q", one.There, one.Aside)
	}
	if next, more := back.Next(one); !more || next.Part != "policy left" {
		t.Errorf("next is %q", next.Part)
	}
}
