package tui

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/browse"
	"janitor/tui/confirm"
	"janitor/tui/screen"
)

func unusedDedicated(r inventory.Resource) bool {
	p, ok := r.Object.(*inventory.Pool)
	return r.Verdict.State == inventory.Unused && (!ok || !p.Shared)
}

// checkDeleted: exactly these ids were asked for, and they are gone.
func checkDeleted(t *testing.T, a *account, wanted []string, others []inventory.Resource) {
	t.Helper()
	asked := strings.Join(a.deletions(), "\n")
	for _, id := range wanted {
		if !strings.Contains(asked, id) {
			t.Errorf("%s was confirmed but never asked for", id)
		}
	}
	doomed := map[string]bool{}
	for _, id := range wanted {
		doomed[id] = true
	}
	for _, r := range others {
		if !doomed[r.Ref.ID] && strings.Contains(asked, `"`+r.Ref.ID+`"`) || !doomed[r.Ref.ID] && strings.Contains(asked, "/"+r.Ref.ID+" ") {
			t.Errorf("%s was asked for but never confirmed:\n%s", r.Ref.ID, asked)
		}
	}
}

func TestDeleteThreePools(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	all := a.list(t, inventory.Pools)
	three := some(t, all, 3, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now", fmt.Sprintf("1 Pools %d", len(all)))
	x.choose(ids(three)...).see("3 marked (2 hidden)")
	x.press("ctrl+d").confirm(a, "3").see("3 deleted (proved gone)")
	checkDeleted(t, a, ids(three), all)
	for _, id := range ids(three) {
		if a.Has(id) {
			t.Errorf("%s is still there", id)
		}
	}
	x.press("esc").see(fmt.Sprintf("1 Pools %d", len(all)-3)).gone("marked")
	x.press("esc", "q").end()
	if !strings.Contains(x.summary, "3 pools: 3 deleted (proved gone)") || !strings.Contains(x.summary, "acme") {
		t.Errorf("summary: %s", x.summary)
	}
}

func TestDeleteThreeCertificates(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	all := a.list(t, inventory.Certificates)
	three := some(t, all, 3, unusedDedicated)
	x := open(t, a.opts, 80, 24).see("listed just now").press("2").see("EXPIRES")
	x.choose(ids(three)...).press("ctrl+d").confirm(a, "3").see("3 deleted (proved gone)")
	checkDeleted(t, a, ids(three), all)
}

func TestDeleteThreeEntriesOfAGroup(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	group := some(t, a.list(t, inventory.IPGroups), 1, func(r inventory.Resource) bool {
		return r.Verdict.State == inventory.Unused && len(a.children(t, inventory.Entries, r)) > 4
	})[0]
	all := a.children(t, inventory.Entries, group)
	three := some(t, all, 3, func(inventory.Resource) bool { return true })
	x := open(t, a.opts, 120, 30).see("listed just now")
	x.press("3", "/", group.Ref.ID, "enter").see("1 of ").press("enter").see("Entries of IP group", three[0].Ref.ID)
	x.choose(ids(three)...).press("ctrl+d").confirm(a, "3").see("3 deleted (proved gone)")
	checkDeleted(t, a, ids(three), all)
	if left := a.children(t, inventory.Entries, group); len(left) != len(all)-3 {
		t.Errorf("%d of %d entries are left", len(left), len(all))
	}
	// Both listings, of the entries and of the groups that count them, are read again.
	x.press("esc").see("Entries of IP group").press("esc").gone("/"+three[2].Ref.ID).press("esc").see("1 Pools", group.Label(), fmt.Sprintf(" %d ", len(all)-3))
}

// What is said of most channels is not cut, wherever they are shown.
func TestWhyOfChannelsIsWhole(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	for _, w := range []int{80, 100, 140, 160} {
		open(t, a.opts, w, 30).see("listed just now").press("4").see("callers not listed")
	}
}

func TestDeleteThreeMembersOfAChannel(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	deletable := func(r inventory.Resource) bool {
		return r.Verdict.State == inventory.InUse || r.Verdict.State == inventory.Unused
	}
	var channel inventory.Resource
	var all []inventory.Resource
	for _, r := range a.list(t, inventory.Channels) {
		if rows := a.children(t, inventory.Members, r); len(rows) > 3 && deletable(rows[0]) {
			channel, all = r, rows
			break
		}
	}
	three := some(t, all, 3, deletable)
	x := open(t, a.opts, 120, 36).see("listed just now")
	x.press("4", "/", channel.Ref.ID, "enter").see("1 of ").press("enter").see("Members of channel", three[0].Label())
	x.choose(ids(three)...).press("ctrl+d").confirm(a, "3").see("3 deleted (proved gone)")
	checkDeleted(t, a, ids(three), all)
	if left := a.children(t, inventory.Members, channel); len(left) != len(all)-3 {
		t.Errorf("%d of %d members are left", len(left), len(all))
	}
}

func TestChildrenOfAllMarkedGroupsTogether(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	two := some(t, a.list(t, inventory.IPGroups), 2, func(r inventory.Resource) bool {
		return len(a.children(t, inventory.Entries, r)) > 0
	})
	n := len(a.children(t, inventory.Entries, two[0])) + len(a.children(t, inventory.Entries, two[1]))
	x := open(t, a.opts, 100, 30).see("listed just now").press("3").see("ENTRIES")
	x.choose(ids(two)...).press("M").see("Entries of 2 IP groups", two[0].Label(), two[1].Label(), "GROUP", fmt.Sprintf("1/%d", n))
}

func TestInUseIsLeftOutWithTheNameOfItsUser(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	all := a.list(t, inventory.Pools)
	used := some(t, all, 1, func(r inventory.Resource) bool {
		return r.Verdict.State == inventory.InUse && strings.HasPrefix(r.Verdict.Why(), "listener ")
	})[0]
	free := some(t, all, 1, unusedDedicated)[0]
	x := open(t, a.opts, 120, 30).see("listed just now")
	x.choose(used.Ref.ID, free.Ref.ID).press("ctrl+d")
	x.see("1 pool will be deleted, 1 is left out", used.Verdict.Reasons[0].Text)
	x.confirm(a, "1").see("1 deleted (proved gone)")
	checkDeleted(t, a, []string{free.Ref.ID}, all)
}

func TestGoneMeanwhileIsAlreadyGone(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	two := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.choose(ids(two)...).press("ctrl+d").see("Delete 2 pools")
	a.Remove(two[0].Ref.ID)
	x.confirm(a, "2").see("1 deleted (proved gone)", "1 already gone")
}

// TestMarksAreWhatIsDeleted: between marking and confirming, another client adds and removes rows, and the user
// refreshes, sorts and filters.
func TestMarksAreWhatIsDeleted(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 7})
	all := a.list(t, inventory.Pools)
	five := ids(some(t, all, 5, unusedDedicated))
	lost, kept := five[4], five[:4]
	x := open(t, a.opts, 100, 30).see("listed just now").choose(five...).press("esc").see("5 marked").gone("hidden")

	a.Remove(lost)
	for _, r := range some(t, all, 9, unusedDedicated)[5:] {
		a.Remove(r.Ref.ID)
	}
	for i := range 12 {
		a.AddPool(fmt.Sprintf("%08x-1111-4111-8111-%012x", i, i), fmt.Sprintf("aaa-%d", i))
	}
	x.press("O", "ctrl+r").see("1 marked row is gone", "4 marked")
	x.press("E", "/", "aaa-", "enter").see("12 of ", "4 marked (4 hidden)")
	x.press("A", "ctrl+d").see("All that will be deleted is hidden by the filter")
	x.confirm(a, "4").see("4 deleted (proved gone)")
	checkDeleted(t, a, kept, append(a.list(t, inventory.Pools), all...))
}

func TestEnterTwiceAnywhereDeletesNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	pools := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now")
	enter := func() {
		a.clock.pass(time.Second)
		x.press("enter", "enter")
	}
	// The second one opens the first reference, where there is one by then.
	back := func(depth int, to string) { x.see("Used by").back(depth).see(to) }
	enter() // on a row, then in its detail
	back(1, "1 Pools")
	x.choose(ids(pools)...)
	enter()
	back(1, "2 marked")
	x.press("ctrl+d").see("Delete 2 pools")
	enter() // in the dialog; the second one comes before or after it has gone
	x.gone("will be deleted").press("enter")
	back(1, "2 marked")
	x.press("delete").see("Delete 2 pools")
	a.clock.pass(time.Second)
	x.press("esc").gone("will be deleted")
	x.press("3", "ctrl+a", "M").see("Entries of", "listed just now", " 1/")
	enter()
	back(2, "Entries of")
	x.press("ctrl+a", "ctrl+d").see("entries")
	x.see("Cancel")
	enter()
	x.gone("Cancel").press("q", "q", "q").end()
	if got := a.deletions(); len(got) > 0 {
		t.Errorf("enter deleted: %q", got)
	}
	if !strings.Contains(x.summary, "nothing was deleted") {
		t.Errorf("summary: %s", x.summary)
	}
}

func TestKeysUnderTheDialogAreTakenByTheGraceTime(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.choose(some(t, a.list(t, inventory.Pools), 1, unusedDedicated)[0].Ref.ID)
	x.press("ctrl+d").see("Delete 1 pool").press("y", "y", "enter", "esc").taken()
	x.see("Delete 1 pool") // the clock stands still: these keys came at once
	a.clock.pass(399 * time.Millisecond)
	x.press("y").taken().see("Delete 1 pool")
	if got := a.deletions(); len(got) > 0 {
		t.Errorf("a key in the grace time deleted: %q", got)
	}
	a.clock.pass(time.Millisecond)
	x.press("y").see("1 deleted (proved gone)")
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Engine, a.opts.ReadOnlyWhy = nil, "Read-only: the profile says read_only"
	x := open(t, a.opts, 80, 24).see("listed just now", "[read-only]").gone("ctrl+d delete")
	x.press("space", "ctrl+d").see("Read-only: the profile says read_only")
	x.press("q").end()
	if got := a.deletions(); len(got) > 0 {
		t.Errorf("read-only deleted: %q", got)
	}
}

func TestHostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1, Size: simcloud.Empty})
	names := []string{
		"esc\x1b[31mred\x1b[2J", "osc\x1b]52;c;ZXZpbA==\x07", "title\x1b]0;evil\x07", "bidi\u202eevil", "line\r\nbreak", strings.Repeat("long ", 2000),
		"family👩‍👩‍👧‍👦 thumb👍🏽 flag🇩🇪", "中文名字很长", "c1\u009b31m\u0085", "combining e\u0301\u0301\u0301",
	}
	for i, name := range names {
		a.AddPool(fmt.Sprintf("00000000-0000-4000-8000-%012d", i), name)
	}
	x := open(t, a.opts, 80, 24).see("listed just now", fmt.Sprintf("1 Pools %d", len(names)), "中文名字很长", `\x1b[31mred`)
	columns := map[int]int{}
	for line := range strings.SplitSeq(x.text(), "\n") {
		if name, _, ok := strings.Cut(line, "◇ unused"); ok {
			columns[ansi.StringWidth(name)]++
		}
	}
	if len(columns) != 1 {
		t.Errorf("the verdicts do not stand below each other: %v\n%s", columns, x.text())
	}
	for range names {
		x.press("d").see("Used by").press("esc").see("NAME").press("down")
	}
	x.press("ctrl+a", "ctrl+d").confirm(a, fmt.Sprint(len(names))).see(fmt.Sprintf("%d deleted (proved gone)", len(names))).press("esc").see("1 Pools").press("q").end()
	x.mu.Lock()
	defer x.mu.Unlock()
	raw := x.raw.String()
	for _, evil := range []string{"\x1b]52", "evil\x07", "\u202e", "\u009b"} {
		if strings.Contains(raw, evil) {
			t.Errorf("%q reached the terminal", evil)
		}
	}
}

func TestQuittingWithARunGoingOn(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	pools := some(t, a.list(t, inventory.Pools), 3, unusedDedicated)
	x := open(t, a.opts, 100, 30)
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	x.see("listed just now").choose(ids(pools)...)
	x.press("ctrl+d").confirm(a, "3").see("Deleting 3 pools").press("esc").see("deleting 0/3, r shows it · listed")
	x.resize(80, 24).see("acme · eu-sim-1 · c3cc4483… ", "deleting 0/3, r shows it ").gone("· listed") // where this is, is always said
	x.resize(60, 24).see("acme · eu-sim-1 · c3cc4483… ", "deleting 0/3 ").gone("shows it").resize(100, 30).see("shows it")
	const question = "All 3 pools are still to go: leave and cancel?"
	x.press("q", "q", "y", "enter").see(question, "[ Stay ]").taken().see(question) // the clock stands still: these keys came at once
	a.clock.pass(time.Second)
	x.press("enter").see("The run goes on").gone(question).press("q").see(question)
	a.clock.pass(time.Second)
	x.press("esc").see("The run goes on").press("down").gone("The run goes on").press("r").see("Deleting 3 pools")
	x.press("ctrl+c").see("ctrl+c again cancels").press("down").gone("ctrl+c again").press("ctrl+c").see("ctrl+c again cancels")
	a.clock.pass(399 * time.Millisecond)
	x.press("ctrl+c").taken().see("ctrl+c again cancels")
	a.clock.pass(time.Millisecond)
	x.press("esc").see("The run goes on", "Deleting 3 pools").press("esc").see("1 Pools").press("ctrl+c").see("ctrl+c again cancels")
	x.press("esc").see("The run goes on").gone("first screen").press("q").see(question).press("ctrl+c", "ctrl+c").see("ctrl+c again cancels").taken()
	a.clock.pass(time.Second)
	x.press("ctrl+c", "ctrl+c", "ctrl+c").see("3 in flight").gone(question).taken() // none of them is a third time
	release()
	x.end()
	if !strings.Contains(x.summary, "3 pools: ") || strings.Contains(x.summary, "pending") {
		t.Errorf("an item has no outcome: %s", x.summary)
	}
}

// TestMarksOfEntriesOutliveTheirScreen: they are of resources, also when others are opened beside them.
func TestMarksOfEntriesOutliveTheirScreen(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("listed just now").press("3").see("ENTRIES").press("E", "E").see("VERDICT ▼").press("enter").see("Entries of IP group", "listed just now", " 1/")
	x.press("space", "down", "space").see("2 marked").press("esc").see("3 IP groups").gone("Entries of")
	x.press("enter").see("Entries of IP group", "2 marked").gone("hidden").press("esc").gone("Entries of")
	x.press("ctrl+a", "M").see("Entries of 24 IP groups", "2 marked").gone("hidden").press("/", "0.0", "enter", "ctrl+a").see("hidden").press("esc").gone("hidden")
	n, _, _ := strings.Cut(x.text(), " marked")
	n = n[strings.LastIndex(n, " "):] + " marked"
	x.press("esc").gone("Entries of").press("M").see("Entries of 24", n).press(`ctrl+\`).gone("marked").press("esc").gone("Entries of").see("24 marked")
	x.press("enter").see("Entries of IP group", "listed just now", " 1/").gone("marked")
}

// TestCancellingARunAsks: the key copies an id where one has just been.
func TestCancellingARunAsks(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	x := open(t, a.opts, 80, 24).see("listed just now").choose(ids(some(t, a.list(t, inventory.Pools), 3, unusedDedicated))...)
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	const question = "All 3 pools are still to go: send nothing more?"
	x.press("ctrl+d").confirm(a, "3").see("Deleting 3 pools", "◌ 3 in flight").press("c").see(question, "[ Go on ]").press("y", "enter").taken().see(question)
	a.clock.pass(time.Second)
	x.press("enter").see("The run goes on").gone(question).see("Deleting 3 pools", "◌ 3 in flight").press("c").see(question)
	a.clock.pass(time.Second)
	x.press("y").see("Cancelled, 3 in flight will end", "esc leave it running").press("c").see("Already cancelled")
	release()
	x.see("3 deleted (proved gone)").press("c").see("Nothing to cancel")
}

// TestLeavingARun: yes cancels and quits once what was sent is proved; when the run ends first, nothing is left to ask.
func TestLeavingARun(t *testing.T) {
	t.Parallel()
	for _, yes := range []bool{true, false} {
		more := make(chan struct{})
		a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
		x := open(t, a.opts, 80, 24).see("listed just now").choose(ids(some(t, a.list(t, inventory.Pools), 3, unusedDedicated))...)
		release := sync.OnceFunc(func() { close(more) })
		t.Cleanup(release)
		x.press("ctrl+d").confirm(a, "3").see("Deleting 3 pools", "◌ 3 in flight").press("esc").see("r shows it").press("q").see("still to go", "Press y to leave")
		a.clock.pass(time.Second)
		if yes {
			x.press("tab", "enter").see("3 in flight")
			release()
		} else {
			release()
			x.see("Run ended: 3 pools: 3 deleted").gone("still to go").press("q")
		}
		if x.end(); !strings.Contains(x.summary, "3 pools: 3 deleted (proved gone)") {
			t.Errorf("%v: %s", yes, x.summary)
		}
	}
}

// TestFirstPageIsUsableBeforeTheSecondHasArrived: rows can be looked at and marked while the list still loads; what is in
// use is known, and nothing is unused, for the rest may name a listener that nobody lists.
func TestFirstPageIsUsableBeforeTheSecondHasArrived(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1, Size: simcloud.Large}, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/elb/pools") && r.URL.Query().Has("marker") {
				select {
				case <-more:
				case <-r.Context().Done():
				}
			}
			h.ServeHTTP(w, r)
		})
	})
	x := open(t, a.opts, 100, 30).see("listing…", "3 IP groups 50 ", "…  ", "2 Cert", "◆ in use")
	x.press("/", "unknown", "enter").see("/unknown", "? unknown", "listeners that others").press("space", "ctrl+d").see("This pool cannot be deleted.")
	a.clock.pass(time.Second)
	x.press("esc").see("Nothing was deleted").press("esc").gone("◇ unused")
	close(more)
	x.see("1 Pools 500 ", "1 marked").press("/", "unused", "enter").see("◇ unused")
}

func TestRetryDeletesWhatFailed(t *testing.T) {
	t.Parallel()
	var allowed atomic.Bool
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "batch-delete") && !allowed.Load() {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"error_code":"ELB.0001","error_msg":"Policy doesn't allow elb:pools:delete to be performed."}`)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	pools := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	x := open(t, a.opts, 120, 30).see("listed just now").choose(ids(pools)...)
	x.press("ctrl+d").confirm(a, "2").see("2 failed", "elb:pools:delete", "tries again")
	allowed.Store(true)
	before := len(a.deletions())
	x.press("r", "y", "enter").taken().see("Retry the run ─ acme", "Both pools are tried again.", "First checked, then deleted as confirmed on 2026-08-01 12:00 UTC", "failed: ")
	a.clock.pass(time.Second)
	x.press("enter").see("Nothing was done").press("r").see("Retry the run")
	a.clock.pass(time.Second)
	if got := a.deletions()[before:]; len(got) > 0 {
		t.Errorf("retried at one key press: %q", got)
	}
	x.press("y").see("2 deleted (proved gone)").press("esc").see("1 Pools 46").press("q").end()
	if !strings.Contains(x.summary, "2 pools: 2 failed; 2 pools: 2 deleted (proved gone)") {
		t.Errorf("summary: %s", x.summary)
	}
}

// What was dangerous when it was confirmed is so when it is tried again.
func TestRetryTellsOfDangers(t *testing.T) {
	t.Parallel()
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				h.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"error_code":"ELB.0001","error_msg":"not allowed"}`)
		})
	})
	groups := a.list(t, inventory.IPGroups)
	var danger string
	group := some(t, groups, 1, func(r inventory.Resource) bool {
		opened := inventory.Last(a.loader.Open(t.Context(), inventory.Entries, []inventory.Resource{r}))
		var all []inventory.Ref
		for _, e := range opened.Listing(inventory.Entries).Resources.All() {
			all = append(all, e.Ref)
		}
		p, err := cleanup.NewPlan(all, opened, cleanup.Choice{})
		if err != nil || len(all) != 1 || p.Grade != inventory.Danger {
			return false
		}
		danger = p.Consequences[slices.IndexFunc(p.Consequences, func(c inventory.Consequence) bool { return c.Grade == inventory.Danger })].Text
		return strings.Contains(danger, "body in") // and not too long for one line
	})[0]
	x := open(t, a.opts, 140, 30).see("listed just now").press("3").see("LISTENERS").press("/", group.Ref.ID, "enter").see("/"+group.Ref.ID, "1 of ")
	x.press("enter").see("Entries of", "listed just now").press("ctrl+a").see("marked").press("ctrl+d").see("Delete ", "danger")
	a.clock.pass(time.Second)
	before, _, _ := strings.Cut(x.text(), " to delete:")
	x.press(before[strings.LastIndex(before, "Type ")+len("Type "):], "enter").see(" failed", "not allowed", "tries again")
	x.press("r").see("Retry the run", "1 entry is tried again", "! danger", danger)
	a.clock.pass(time.Second)
	x.press("esc").see("Nothing was done").press("ctrl+c").end()
}

func TestFilterKeepsLettersThatMeanSomethingElsewhere(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.press("/", "q?r1").see("/q?r1", "Nothing matches “q?r1”").press("esc").gone("/q?r1").press("q").end()
}

// Every letter that is underlined in a heading sorts, also one that means something on other screens.
func TestLettersOfHeadingsSort(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 120, 30).see("listed just now", "NAME ▲").press("E").see("VERDICT ▲").press("R").see("R works on the screen of a run")
	x.press("3", "enter").see("Entries of", "ENTRY ▲").press("R").see("VERDICT ▲").press("R").see("VERDICT ▼")
}

func TestTooSmallATerminalSaysSo(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 36, 24).see("janitor needs 40×10, this is 36×24")
	x.resize(80, 24)
	x.see("1 Pools").press("q").end()
}

// What cannot be seen cannot be meant: in a window that is too small nothing is answered, marked or typed, and only quitting
// works. What asks when there is room again comes up under a typing hand.
func TestNothingIsTakenByAWindowThatIsTooSmall(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 80, 24).see("listed just now")
	x.resize(80, 9).see("janitor needs 40×10, this is 80×9").press("ctrl+a", "V", "j", "/", "x", "q")
	x.program.Send(tea.PasteMsg{Content: "pasted"})
	x.taken().resize(80, 24).see("listed just now").gone("marked").gone("/x").gone("only unused")
	x.choose(some(t, a.list(t, inventory.Pools), 1, unusedDedicated)[0].Ref.ID)
	x.press("ctrl+d").see("Delete 1 pool").resize(39, 24).see("janitor needs")
	a.clock.pass(time.Second)
	x.press("y", "tab", "enter", "esc").taken()
	x.resize(80, 24).see("Delete 1 pool").press("y").taken().see("Delete 1 pool")
	if got := a.deletions(); len(got) > 0 {
		t.Errorf("a dialog that was not shown deleted: %q", got)
	}
	a.clock.pass(time.Second)
	x.press("esc").gone("Delete 1 pool").resize(80, 9).see("janitor needs").press("ctrl+c").end()
}

// TestEverySize goes through the screens at all sizes: no panic, and exactly the lines and columns there are.
func TestEverySize(t *testing.T) {
	m := many(t, 300, 80, 24)
	key := func(k tea.Key) func() { return func() { m.press(tea.KeyPressMsg(k)) } }
	first := listed(m)
	steps := []struct {
		name string
		do   func()
	}{
		{"browse", func() {}},
		{"marked", key(tea.Key{Code: 'a', Mod: tea.ModCtrl})},
		{"typing", key(tea.Key{Code: '/', Text: "/"})},
		{"typed", key(tea.Key{Code: 'x', Text: "x"})},
		{"nothing", key(tea.Key{Code: tea.KeyEnter})},
		{"notice", func() { m.Update(screen.Notice{Text: strings.Repeat("a long sentence ", 20), Bad: true}) }},
		{"detail", func() { m.Update(browse.DetailMsg{By: m.top().(*browse.Model), Resource: first}) }},
		{"raw", key(tea.Key{Code: 'y', Text: "y"})},
		{"help", key(tea.Key{Code: '?', Text: "?"})},
		{"palette", key(tea.Key{Code: ':', Text: ":"})},
		{"chosen from", key(tea.Key{Code: 'h', Text: "h"})},
		{"runs", func() {
			m.palette = nil
			m.showRuns()
		}},
		{"question", func() {
			m.question = m.askUndo(cleanup.Plan{Items: []cleanup.Item{{Resource: first}}, LeftOut: []cleanup.LeftOut{{Label: strings.Repeat("long ", 99), Why: "why"}}})
		}},
		{"dialog", func() {
			m.question = nil
			m.dialog = confirm.New(m.env, m.scope(), cleanup.Plan{Items: []cleanup.Item{{Resource: first}}}, nil, nil)
		}},
	}
	sizes := rand.New(rand.NewPCG(1, 2))
	for _, step := range steps {
		step.do()
		for w := 1; w < 180; w += 1 + sizes.IntN(9) {
			for h := 1; h < 50; h += 1 + sizes.IntN(5) {
				m.Update(tea.WindowSizeMsg{Width: w, Height: h})
				lines := strings.Split(m.View().Content, "\n")
				if len(lines) > h || len(lines) < h && w >= minWidth && h >= minHeight {
					t.Fatalf("%s: %d lines at %d×%d", step.name, len(lines), w, h)
				}
				for _, line := range lines {
					if got := ansi.StringWidth(line); got > w {
						t.Fatalf("%s: a line of %d columns at %d×%d: %q", step.name, got, w, h, line)
					}
				}
			}
		}
	}
}

func TestResizeStorm(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("listed just now").press("ctrl+a", "ctrl+d").see("of 48 marked pools")
	sizes := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		w, h := 1+sizes.IntN(200), 1+sizes.IntN(60)
		x.resize(w, h)
	}
	x.resize(80, 24)
	x.see("of 48 marked pools", "acme")
}

func TestAPlanThatComesTooLateOpensNothing(t *testing.T) {
	m := many(t, 10, 80, 24)
	m.opts.Engine = &cleanup.Engine{}
	ask := func() tea.Cmd {
		_, cmd := m.Update(browse.DeleteMsg{By: m.stack[0].(*browse.Model), Refs: []inventory.Ref{listed(m).Ref}, From: &inventory.Snapshot{}})
		return cmd
	}
	first, second := ask(), ask()
	m.Update(first())
	if m.dialog != nil {
		t.Error("the answer to an earlier request opened the dialog")
	}
	m.press(tea.KeyPressMsg{Code: '?', Text: "?"})
	m.Update(second())
	if m.dialog != nil {
		t.Error("the dialog opened over another screen than the one it was asked for on")
	}
	m.press(tea.KeyPressMsg{Code: tea.KeyEscape})
	m.Update(ask()())
	if m.dialog == nil {
		t.Error("no dialog")
	}
}

func TestADecisionWithoutADialogStartsNothing(t *testing.T) {
	m := many(t, 10, 80, 24)
	m.opts.Engine = &cleanup.Engine{}
	m.Update(confirm.Decision{Yes: true, Plan: cleanup.Plan{Items: []cleanup.Item{{Resource: listed(m)}}}})
	if len(m.runs) != 0 {
		t.Error("a run was started")
	}
}

// What the dialog shows can be written down for the command line instead; nothing is deleted, and the dialog stays.
func TestThePlanOfTheDialogIsSaved(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	all := a.list(t, inventory.Pools)
	two := some(t, all, 2, unusedDedicated)
	var written atomic.Pointer[cleanup.Plan]
	refuse := atomic.Bool{}
	a.opts.SavePlan = func(p cleanup.Plan, listed int) (string, error) {
		if listed != len(all) {
			t.Errorf("chosen out of %d, want %d", listed, len(all))
		}
		if refuse.Load() {
			return "", errors.New("no room")
		}
		written.Store(&p)
		return "plan-1.json", nil
	}
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.choose(ids(two)...).press("ctrl+d").see("Delete 2", "ctrl+s save the plan")
	a.clock.pass(time.Second)
	x.press("ctrl+s").see("Saved: janitor apply plan-1.json")
	if p := written.Load(); p == nil || len(p.Items) != 2 {
		t.Errorf("saved %+v", p)
	}
	refuse.Store(true)
	x.press("ctrl+s").see("Not saved: no room")
	x.press("n").see("Nothing was deleted").press("esc", "q").end()
	if asked := a.deletions(); len(asked) > 0 {
		t.Errorf("asked for %q", asked)
	}
}

// A list that leaves out the servers of pools does not say that they have none: before the dialog opens they are asked for.
func TestTheDialogTellsWhatListsLeaveOut(t *testing.T) {
	t.Parallel()
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/elb/pools") {
				h.ServeHTTP(w, r)
				return
			}
			whole := httptest.NewRecorder()
			h.ServeHTTP(whole, r)
			body := map[string]any{}
			if err := json.Unmarshal(whole.Body.Bytes(), &body); err != nil {
				t.Error(err)
			}
			for _, pool := range body["pools"].([]any) {
				delete(pool.(map[string]any), "members")
			}
			if err := json.NewEncoder(w).Encode(body); err != nil {
				t.Error(err)
			}
		})
	})
	listed := inventory.Last(a.loader.Load(t.Context(), inventory.Pools))
	var all []inventory.Ref
	for _, r := range listed.Listing(inventory.Pools).Resources.All() {
		all = append(all, r.Ref)
	}
	pool := some(t, a.loader.Fill(t.Context(), listed, all).Listing(inventory.Pools).Resources.All(), 1, func(r inventory.Resource) bool {
		return unusedDedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 1
	})
	servers := fmt.Sprintf("%d servers", pool[0].Object.(*inventory.Pool).Members.Len())
	x := open(t, a.opts, 120, 30).see("listed just now").choose(ids(pool)...).press("ctrl+d").see("Delete 1 pool", servers)
	a.clock.pass(time.Second)
	x.press("esc").see("Nothing was deleted").press("ctrl+c").end()
}

// TestWhatMayBeInUse: where the policies may not be listed, all pools are unknown and left out, unless one switches them on.
func TestWhatMayBeInUse(t *testing.T) {
	t.Parallel()
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/l7policies") {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	pools := some(t, a.list(t, inventory.Pools), 2, func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return r.Verdict.State == inventory.Unknown && !p.Shared && p.Members.Len() == 0 && p.HealthMonitorID == ""
	})
	x := open(t, a.opts, 120, 36).see("listed just now").choose(ids(pools)...).press("ctrl+d").
		see("None of the 2 marked pools can be deleted.", "[ ] also delete 2 pools that may be in use")
	a.clock.pass(time.Second)
	x.press("tab", "space").see("2 pools will be deleted.", "! danger  "+pools[0].Name+" may be in use: l7policies", "[x] delete 2 pools that may be in use")
	a.clock.pass(time.Second)
	names := pools[0].Name + ", " + pools[1].Name
	if !strings.Contains(x.text(), "Type "+names+" to delete:") {
		names = pools[1].Name + ", " + pools[0].Name
	}
	x.press(names).see("[ Delete").press("enter").see("2 deleted (proved gone)").press("ctrl+c").end()
	checkDeleted(t, a, ids(pools), nil)
}
