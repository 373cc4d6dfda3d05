package tui

import (
	"sync"
	"testing"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// A run that another janitor is at is followed where it is shown, in the list and on its own screen, until it has ended.
func TestARunOfAnotherJanitorIsFollowed(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	a.recorded(t)
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	three := some(t, a.list(t, inventory.Pools), 3, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now").press("h").see("No run yet").press("esc").see("1 Pools")
	plan, err := cleanup.NewPlan(marked(three), inventory.Last(a.loader.Load(t.Context(), inventory.Pools)), cleanup.Choice{})
	if err != nil {
		t.Fatal(err)
	}
	run := a.engine.Start(t.Context(), plan)
	t.Cleanup(run.Wait)
	t.Cleanup(release)
	until(run, cleanup.Sent)
	x.press("h").see("Runs 1", "◌ running", "3 pending").press("enter").see("Running elsewhere", three[0].Label()).press("down")
	release()
	x.see("✓ 3 pools: 3 deleted (proved gone)", "not verified since", "▍✓ deleted        "+three[1].Label()[:9], "u undo")
	x.press("esc").see("✓ finished", "3 pools deleted, proved gone")
}
