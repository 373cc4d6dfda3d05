package tui

import (
	"fmt"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// Each step shows what it matches, marked, and waits: nothing is deleted by walking. What was deleted in one step is gone
// in the next.
func TestARunbookIsWalkedThrough(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	pools := a.list(t, inventory.Pools)
	empty, used := 0, 0
	for _, r := range pools {
		p, ok := r.Object.(*inventory.Pool)
		if ok && r.Verdict.State == inventory.Unused && p.Members.Len() == 0 {
			empty++
		}
		if r.Verdict.State == inventory.InUse {
			used++
		}
	}
	group := a.list(t, inventory.IPGroups)[0]
	entries := len(a.children(t, inventory.Entries, group))
	a.opts.Steps = []Step{
		{Of: "Tidy up", Name: "empty pools", Kind: inventory.Pools, Expr: "unused && servers == 0", Reason: "OPS-7", Empty: true},
		{Name: "used pools", Kind: inventory.Pools, Expr: "used"},
		{Name: "entries", Kind: inventory.Entries, In: []string{group.Ref.ID, group.Name}, Expr: "size > 0"},
		{Name: "of nothing", Kind: inventory.Entries, In: []string{"nowhere"}, Expr: "size > 0"},
	}
	marked := func(n int) string { return fmt.Sprintf("%d of %d", n, len(pools)) }
	x := open(t, a.opts, 120, 36).see("step 1 of 4: empty pools · listed", fmt.Sprintf("%d marked", empty), marked(empty), "Step 1 of Tidy up: empty pools – OPS-7")
	x.press("<").see("This is the first step")
	x.press("V").see("[unused]") // of a step all is shown that it marks
	x.press(">").see("step 2 of 4: used pools", fmt.Sprintf("%d marked", used), marked(used), "/=used").gone("[unused]")
	x.press(">").see("step 3 of 4: entries", fmt.Sprintf("%d of %d", entries, entries), fmt.Sprintf("%d marked", entries))
	x.press(">").see("step 4 of 4: of nothing", `Step 4: no IP group has the name or id "nowhere"`)
	x.press(">").see("The runbook is through: this is step 4 of 4")
	if asked := a.deletions(); len(asked) > 0 {
		t.Fatalf("walking asked for %q", asked)
	}

	x.press("<", "<", "<").see("step 1 of 4: empty pools", fmt.Sprintf("%d marked", empty))
	x.press("ctrl+d").see("Delete ")
	a.clock.pass(time.Second)
	x.confirm(a, fmt.Sprint(empty)).see(fmt.Sprintf("%d deleted (proved gone)", empty))
	x.press("esc").see(fmt.Sprintf("1 Pools %d", len(pools)-empty)).press(">").see("step 2 of 4: used pools", fmt.Sprintf("%d marked", used))
	x.press("<").see("step 1 of 4: empty pools", fmt.Sprintf("0 of %d", len(pools)-empty)).gone(fmt.Sprintf("%d marked", empty))
	x.press("ctrl+c").end()
}

// What is deleted at a step is no more than the step, the runbook and the profile allow; elsewhere only the last two hold.
func TestAStepKeepsToWhatItAllows(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	laden, used := 0, 0
	for _, r := range a.list(t, inventory.Pools) {
		p, ok := r.Object.(*inventory.Pool)
		if ok && r.Verdict.State == inventory.Unused && p.Shared && p.Members.Len() > 0 {
			laden++
		}
		if r.Verdict.State == inventory.InUse {
			used++
		}
	}
	a.opts.Limits = cleanup.Limits{Items: 22}
	a.opts.Steps = []Step{
		{Name: "few", Kind: inventory.Pools, Expr: "used", Limits: cleanup.Limits{Items: laden - 1}, Empty: true, Detach: true},
		{Name: "bare", Kind: inventory.Pools, Expr: `unused && type == "shared" && servers > 0`},
		{Name: "laden", Kind: inventory.Pools, Expr: `unused && type == "shared" && servers > 0`, Limits: cleanup.Limits{Items: laden - 1}, Empty: true},
		{Name: "whole", Kind: inventory.Pools, Expr: `unused && type == "shared" && servers > 0`, Empty: true},
		{Name: "in use", Kind: inventory.Pools, Expr: "used"},
	}
	x := open(t, a.opts, 120, 36).see("step 1", fmt.Sprintf("%d marked", used))
	leave := func() *terminal {
		a.clock.pass(time.Second)
		return x.press("esc").gone("╭")
	}
	x.press("ctrl+d").see("Nothing to delete", "take", "out of use")
	leave().press(">").see("bare", fmt.Sprintf("%d marked", laden))
	x.press("ctrl+d").see("Nothing to delete", "to be taken away first, which is not allowed")
	leave().press(">").see("laden", fmt.Sprintf("%d marked", laden))
	x.press("ctrl+d").see(fmt.Sprintf("Not deleted: %d items are more than the limit of %d that the step sets: unmark some", laden, laden-1))
	x.press(">").see("whole", fmt.Sprintf("%d marked", laden))
	x.press("ctrl+d").see(fmt.Sprintf("Delete %d pools", laden), "removed first")
	leave().press(">").see("in use", fmt.Sprintf("%d marked", used))
	x.press("ctrl+d").see("Nothing to delete", "in use by").gone("out of use")
	leave().press("2").see("EXPIRES").press("ctrl+a", "ctrl+d").see("Not deleted: 23 items are more than the limit of 22 that profile or runbook set: unmark some")
	x.press("space").see("35 marked").press("ctrl+d").see("Delete 22 of 35 ")
	leave().press("ctrl+c").end()
}

// The step stands in the frame on every screen, as much of it as there is room for; where one is and what goes on stay.
func TestTheStepStaysInTheFrame(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	pool := some(t, a.list(t, inventory.Pools), 1, unusedDedicated)[0]
	a.opts.Steps = []Step{
		{Name: "what nobody has used for a long time", Kind: inventory.Pools, Expr: "unused && id == \"" + pool.Ref.ID + "\""},
		{Name: "next", Kind: inventory.Pools, Expr: "used"},
	}
	x := open(t, a.opts, 80, 24).see("acme · eu-sim-1 · c3cc4483…", "  step 1 of 2: what nobody has u… · listed", "1 marked")
	x.resize(120, 30).see("janitor", "step 1 of 2: what nobody has used for a long time", "listed just now")
	x.resize(60, 24).see("acme · eu-sim-1 · c3cc4483…", "step 1 of 2: what nobo").gone("listed")
	x.resize(40, 12).see("acme · eu-sim-1 · c3cc4483…   step 1/2")
	const here = "step 1 of 2: what nobody has used for a long t"
	x.resize(80, 24).press("ctrl+d").see("Delete 1 pool", "step 1 of 2: what nobody")
	x.confirm(a, "1").see("Deleting 1 pool", here)
	x.press("esc").see("what nobody has used… · deleting 0/1", "r run")
	release()
	x.see("Run ended").press("ctrl+c").end()
}

// A filter that is typed before the list is complete keeps a step from marking what it no longer shows.
func TestAnotherFilterKeepsAStepFromMarking(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1, Latency: 300 * time.Millisecond})
	a.opts.Steps = []Step{{Name: "all", Kind: inventory.Pools, Expr: "used || unused"}}
	x := open(t, a.opts, 120, 36).see("step 1 of 1: all")
	x.press("/", "ctrl+u", "a", "enter").see("/a", "listed").gone("marked")
	x.press("ctrl+c").end()
}

// What is opened for a step does not come over somebody who is typing or has gone elsewhere; it is said how to come to it.
func TestAStepDoesNotComeOverATypingHand(t *testing.T) {
	m := many(t, 10, 80, 24)
	m.opts.Steps = []Step{{Name: "one", Kind: inventory.Entries, Expr: "size > 0"}, {Name: "two", Kind: inventory.Entries, Expr: "size > 0"}}
	press := func(text string) { m.Update(tea.KeyPressMsg{Code: rune(text[0]), Text: text}) }
	for name, away := range map[string]func(){
		"typing":      func() { press("/") },
		"in the help": func() { press("?") },
		"choosing":    func() { press(":") },
	} {
		m.step(+1)
		m.walkTo(0)
		away()
		m.Update(found{to: m.walk.search, parents: []inventory.Resource{{Name: "office"}}})
		if len(m.stack) > 2 || m.notice.Text != "Step 1 is not shown, for you were elsewhere: > shows it" {
			t.Errorf("%s: %d screens, %q", name, len(m.stack), m.notice.Text)
		}
		m.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
		if press(">"); m.walk.at != 0 || m.walk.search == nil {
			t.Errorf("%s: at step %d", name, m.walk.at+1)
		}
		if press(">"); m.walk.at != 1 {
			t.Errorf("%s: does not go on, at step %d", name, m.walk.at+1)
		}
	}
}

func TestWithoutARunbookTheKeysSaySo(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	open(t, a.opts, 100, 30).see("listed just now").press(">").see("There is no runbook: janitor -f FILE walks through one").press("q").end()
}
