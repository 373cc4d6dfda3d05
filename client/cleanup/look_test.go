package cleanup

import (
	"testing"
	"time"

	"janitor/client/inventory"
)

// What was looked at before a laptop slept, or before its clock was set back, is looked at again before it is sent.
func TestALookIsGoodByTheWallClock(t *testing.T) {
	w := newWorld(t).with("a")
	e := w.engine(1)
	seen := time.Now()
	e.now = func() time.Time { return seen }
	v := e.look(t.Context(), w.kinds, []inventory.Resource{w.plan(things).Items[0].Resource})
	if !v.forDeletion.holds(seen) || !v.forDeletion.holds(seen.Add(time.Minute)) {
		t.Error("it is not good for a minute")
	}
	if v.forDeletion.holds(seen.Add(61*time.Second)) || v.forSteps.holds(seen.Add(6*time.Second)) {
		t.Error("it is good for longer")
	}
	if v.forDeletion.holds(seen.Add(-time.Second)) {
		t.Error("it is good when the clock was set back")
	}
	if to := v.forDeletion.to; to != to.Round(0) {
		t.Errorf("%v goes by a clock that stands still while the machine sleeps", to)
	}
}
