package inventory_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// Ages and expiry are judged by the clock of the services, also when it is learnt after something was judged already; when it
// was listed is told by ours.
func TestTimesAreJudgedByTheClockOfTheServices(t *testing.T) {
	const ahead = 700 * 24 * time.Hour // certificates expire in the course of that
	signs := func(s *inventory.Snapshot) map[inventory.Ref][]string {
		of := map[inventory.Ref][]string{}
		for _, r := range s.Listing(inventory.Certificates).Resources.All() {
			of[r.Ref] = r.Verdict.Signs
		}
		return of
	}
	load := func(l *inventory.Loader) *inventory.Snapshot {
		return inventory.Last(l.Load(t.Context(), inventory.Certificates))
	}
	l, _, _ := simulated(t, simcloud.Options{Seed: 1})
	ours := signs(load(l))
	right := *l
	right.Now = func() time.Time { return now.Add(ahead) }
	want := load(&right)
	if cmp.Equal(ours, signs(want)) {
		t.Fatal("the clocks make no difference here")
	}

	for _, after := range []int{0, 1, 3} { // looks at what is known of the clock
		var asked atomic.Int64
		protectedAt := time.Time{}
		wrong := *l
		wrong.Ahead = func() time.Duration {
			if int(asked.Add(1)) <= after {
				return 0
			}
			return ahead
		}
		wrong.Protect = func(_ *inventory.Resource, at time.Time) string { protectedAt = at; return "" }
		var got *inventory.Snapshot
		for s := range wrong.Load(t.Context(), inventory.Certificates, inventory.Pools, inventory.IPGroups) {
			got = s
		}
		if int(asked.Load()) <= after {
			continue // one snapshot was enough, this time
		}
		if diff := cmp.Diff(signs(want), signs(got)); diff != "" {
			t.Errorf("after %d looks: %s", after, diff)
		}
		if !got.At.Equal(now.Add(ahead)) || !got.Began().Equal(now) || !protectedAt.Equal(got.At) {
			t.Errorf("judged at %v, protected at %v, listed at %v", got.At, protectedAt, got.Began())
		}
	}
}
