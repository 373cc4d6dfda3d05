package main

import (
	"io"
	"testing"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// TestChaosCanBeCopedWith: in the trouble of --chaos every unused pool ends in one definite outcome, most of them gone,
// and the service agrees.
func TestChaosCanBeCopedWith(t *testing.T) {
	t.Parallel()
	sim := simulation{Options: simcloud.Options{Seed: 3, Size: 60}, chaos: chaosFlag{on: true, seed: 1}}
	if err := sim.script(); err != nil {
		t.Fatal(err)
	}
	v, err := sim.serve(t.Context(), "127.0.0.1:0", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer v.stop()
	p := v.profile("chaos")
	p.Auth = v.login()
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	loader := inventory.NewLoader(s.Client, inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project})
	snapshot := inventory.Last(loader.Load(t.Context(), inventory.Pools))
	var refs []inventory.Ref
	for _, r := range snapshot.Listing(inventory.Pools).Resources.All() {
		if r.Verdict.State == inventory.Unused {
			refs = append(refs, r.Ref)
		}
	}
	plan, err := cleanup.NewPlan(refs, snapshot, cleanup.Choice{})
	if err != nil {
		t.Fatal(err)
	}
	run := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{}).Start(t.Context(), plan)
	run.Wait()
	outcomes := map[cleanup.Outcome]int{}
	for _, r := range run.Results() {
		outcomes[r.Outcome]++
		gone := r.Outcome == cleanup.Deleted || r.Outcome == cleanup.AlreadyGone
		if r.Outcome == cleanup.Unknown || gone == v.cloud.Has(r.Ref.ID) {
			t.Errorf("%s is %v %s %s, and the service has it: %t", r.Ref.ID, r.Outcome, r.Code, r.Message, v.cloud.Has(r.Ref.ID))
		}
	}
	t.Logf("%v; strikes by rule: %v", outcomes, v.cloud.Strikes())
	if n := outcomes[cleanup.Deleted] + outcomes[cleanup.AlreadyGone]; n <= len(plan.Items)/2 {
		t.Errorf("%d of %d pools are gone", n, len(plan.Items))
	}
}
