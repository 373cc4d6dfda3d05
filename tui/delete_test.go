package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/browse"
	"janitor/tui/confirm"
)

// usedPool is a list with one pool in use, which can be taken out of use.
func usedPool() (*inventory.Snapshot, inventory.Ref) {
	ref := inventory.Ref{Scope: "s", Kind: inventory.Pools, ID: "p-1"}
	kind := &inventory.Kind{ID: inventory.Pools, One: "pool", Many: "pools", Deletion: &inventory.Deletion{
		Route: func(inventory.Resource) *inventory.Route { return &inventory.Route{Max: 1} },
		Undo:  func(inventory.Resource) (inventory.Undo, string) { return inventory.NewID, "" },
		Detach: func(inventory.Resource, map[inventory.Ref]bool, *inventory.Graph) ([]inventory.Step, error) {
			return []inventory.Step{{What: "policy", Which: "/images", ID: "1"}}, nil
		},
	}}
	used := inventory.Verdict{State: inventory.InUse, Reasons: []inventory.Reason{{Text: "policy /images"}}}
	return &inventory.Snapshot{Done: true, Listings: []inventory.Listing{{
		Kind: kind, Done: true, Resources: inventory.RowsOf(inventory.Resource{Ref: ref, Name: "web-old", Verdict: used}),
	}}}, ref
}

// The dialog's choice makes another plan of the same marks, outside the event loop, and the dialog begins anew with it.
func TestTakingOutOfUseIsPlannedAnew(t *testing.T) {
	m := many(t, 10, 80, 24)
	m.opts.Engine = &cleanup.Engine{}
	now := time.Now()
	m.env.Now = func() time.Time { return now }
	from, ref := usedPool()
	_, cmd := m.Update(browse.DeleteMsg{By: m.stack[0].(*browse.Model), Refs: []inventory.Ref{ref}, From: from})
	m.Update(cmd())
	see := func(want ...string) {
		t.Helper()
		got := ansi.Strip(m.View().Content)
		for _, s := range want {
			if !strings.Contains(got, s) {
				t.Fatalf("does not show %q:\n%s", s, got)
			}
		}
	}
	press := func(keys ...tea.Key) tea.Cmd {
		now = now.Add(time.Second)
		var cmd tea.Cmd
		for _, k := range keys {
			_, cmd = m.Update(tea.KeyPressMsg(k))
		}
		return cmd
	}
	tab, space, esc := tea.Key{Code: tea.KeyTab}, tea.Key{Code: tea.KeySpace, Text: " "}, tea.Key{Code: tea.KeyEscape}
	see("Nothing to delete", "[ ] also take 1 pool out of use first")

	asked := press(tab, space)()
	_, cmd = m.Update(asked)
	m.Update(cmd())
	see("Delete 1 pool", "[x] take 1 pool out of use first", "Type web-old to delete: ▏", "policy /images goes first", "danger")

	asked = press(tab, space)()
	_, cmd = m.Update(asked)
	late := cmd()
	_, again := m.Update(confirm.ChoiceMsg{By: &confirm.Model{}, Detach: true})
	if again != nil {
		t.Error("another dialog was answered")
	}
	m.Update(press(esc)())
	m.Update(late)
	if m.dialog != nil || len(m.runs) != 0 {
		t.Error("a plan that came after the answer opened the dialog or started a run")
	}
}

// A profile can want a name typed, whatever is deleted.
func TestAProfileAlwaysAsksForAName(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.AlwaysName = true
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.press("E").see("VERDICT ▲").press("g", "space", "space").see("2 marked").press("ctrl+d").see("Type acme to delete: ")
	a.clock.pass(time.Second)
	x.press("y", "enter").see("That is not acme").press("ctrl+u", "acme", "enter").see("2 deleted (proved gone)")
	x.press("ctrl+c").end()
}
