package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// TestAnExpressionIsWhatIsDeleted: an expression, all that is shown, the dialog: exactly those.
func TestAnExpressionIsWhatIsDeleted(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	all := a.list(t, inventory.Pools)
	var old []inventory.Resource
	unknown := 0
	for _, r := range all {
		switch {
		case r.Verdict.State != inventory.Unused:
		case r.Created.IsZero():
			unknown++
		case epoch.Sub(r.Created.Time()) > 90*24*time.Hour:
			old = append(old, r)
		}
	}
	if len(old) < 3 || unknown == 0 {
		t.Fatalf("%d old ones, %d of unknown age: not fit for the test", len(old), unknown)
	}
	x := open(t, a.opts, 120, 36).see("listed just now")
	// All in one go, as fast as bytes come.
	x.press("/", "=unused && age > 90d", "enter", "ctrl+a")
	x.see("/=unused && age > 90d", fmt.Sprintf("%d of %d · %d not known · %d marked", len(old), len(all), unknown, len(old)))
	x.press("ctrl+d").see(fmt.Sprintf("Delete %d pools", len(old)))
	x.confirm(a, fmt.Sprint(len(old))).see(fmt.Sprintf("%d deleted (proved gone)", len(old)))
	checkDeleted(t, a, ids(old), all)
}

func TestAWrongExpressionStaysInTheInput(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 80, 24).see("listed just now")
	x.press("/", "=unused && agge > 90d").see("^ pools have no field", "tab ", "enter keep · tab complete · esc clear")
	x.press("enter", "down").see("did you mean age?", "enter keep").gone("◆ in use")
	x.press("ctrl+w", "ctrl+w", "ctrl+w", "age > 90").see("has no unit").press("d", "enter").see("/=unused && age > 90d", "space mark").gone("^")
	x.press("V").see("[unused] /=unused").press("V", "V").see("[protected] /=unused", "Nothing that is protected matches")
	x.press("esc").see("[protected]", "■ protected").press("esc").see("/48").press("esc").see("This is the first screen")
}

// What was pasted is there whole, or the foot says why not.
func TestPastingIntoTheFilter(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 80, 24).see("listed just now").press("/").see("enter keep")
	paste := func(s string) *terminal { return x.press("\x1b[200~" + s + "\x1b[201~") }
	paste("!prod\r\n!test\n").see("/!prod !test ")
	paste(strings.Repeat("x", 5_000)).see("Too long to paste: a filter has at most 1 000 characters").see("/!prod !test ")
	x.press("a").see("enter keep", "/!prod !test a").gone("Too long").press("esc").see("1/48")
	x.press(":").see("╭─ Go ")
	paste(strings.Repeat("x", 5_000)).see("Too long to paste").press("esc").gone("╭─ Go ")
}

func TestCountsInTheTabsAt80And120Columns(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	count := map[inventory.State]int{}
	pools := a.list(t, inventory.Pools)
	for _, r := range pools {
		count[r.Verdict.State]++
	}
	tally := fmt.Sprintf("1 Pools %d  ◇%d ◆%d ■%d ", len(pools), count[inventory.Unused], count[inventory.InUse], count[inventory.Protected])
	for _, w := range []int{80, 120} {
		x := open(t, a.opts, w, 24).see("listed just now", tally, "4 Channels 20")
		if certificates := strings.Contains(x.text(), "2 Certificates 36  ◇"); certificates != (w == 120) {
			t.Errorf("at %d columns:\n%s", w, x.text())
		}
	}
}
