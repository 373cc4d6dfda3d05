package cleanup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"janitor/client/inventory"
)

func state(s inventory.State, reasons ...string) inventory.Verdict {
	v := inventory.Verdict{State: s}
	for _, text := range reasons {
		v.Reasons = append(v.Reasons, inventory.Reason{Text: text})
	}
	return v
}

func thing(id string, v inventory.Verdict) inventory.Resource {
	return inventory.Resource{Ref: inventory.Ref{Scope: here, Kind: things, ID: id}, Name: "name of " + id, Verdict: v}
}

func TestPlanLeavesOut(t *testing.T) {
	w := newWorld(t)
	w.kinds[things].Deletion.Missing = func(r inventory.Resource, _ *inventory.Graph) []string {
		if r.Ref.ID == "full" {
			return []string{"has 3 members", "has a health monitor"}
		}
		return nil
	}
	w.withBox("box", "crumb")
	for _, r := range []inventory.Resource{
		thing("free", state(inventory.Unused)),
		thing("used", state(inventory.InUse, "listener api-443", "policy /images")),
		thing("kept", state(inventory.Protected, `"owned by payments"`)),
		thing("locked", state(inventory.Protected, "protected in the console")),
		thing("odd", state(inventory.Unknown, "l7policies could not be listed: 403")),
		thing("full", state(inventory.Unused)),
		thing("also free", state(inventory.Unused)),
	} {
		w.add(r)
	}
	w.change("crumb", func(r *inventory.Resource) { r.Verdict = state(inventory.InUse, "listener web-443 (white)") })
	s := inventory.Last(w.snapshot([]inventory.KindID{things, boxes, crumbs}, nil))
	ref := func(kind inventory.KindID, parent, id string) inventory.Ref {
		return inventory.Ref{Scope: here, Kind: kind, Parent: parent, ID: id}
	}
	marked := []inventory.Ref{
		ref(things, "", "also free"), ref(things, "", "used"), ref(things, "", "kept"), ref(things, "", "locked"), ref(things, "", "odd"),
		ref(things, "", "full"), ref(things, "", "vanished"), ref(things, "", "free"), ref(things, "", "also free"),
		ref(boxes, "", "box"), ref(crumbs, "box", "crumb"), ref("dust", "", "speck"),
		{Scope: "elsewhere", Kind: things, ID: "free"},
	}
	p, err := NewPlan(marked, s)
	if err != nil {
		t.Fatal(err)
	}
	var items, out []string
	for _, it := range p.Items {
		items = append(items, it.Resource.Ref.ID)
	}
	for _, l := range p.LeftOut {
		out = append(out, l.Label+": "+l.Why)
	}
	if want := []string{"also free", "free", "crumb"}; !slices.Equal(items, want) {
		t.Errorf("items %q, want %q", items, want)
	}
	want := []string{
		"name of used: in use by listener api-443, policy /images",
		`name of kept: protected: "owned by payments"`,
		"name of locked: protected in the console",
		"name of odd: unknown whether it is in use: l7policies could not be listed: 403",
		"name of full: has 3 members, has a health monitor",
		"vanished: no longer listed",
		"box: Boxes stay.",
		"speck: not listed here",
		"free: no longer listed",
	}
	if !slices.Equal(out, want) {
		t.Errorf("left out\n%s\nwant\n%s", strings.Join(out, "\n"), strings.Join(want, "\n"))
	}
}

// What an incomplete list does not show is not said to be gone.
func TestPlanFromIncompleteList(t *testing.T) {
	w := newWorld(t)
	for want, l := range map[string]inventory.Listing{
		"not seen: things could not be listed to the end: down": {Kind: w.kinds[things], Done: true, Err: errors.New("down")},
		"not seen yet: things are still being listed":           {Kind: w.kinds[things]},
	} {
		p, err := NewPlan([]inventory.Ref{{Scope: here, Kind: things, ID: "a"}}, &inventory.Snapshot{Listings: []inventory.Listing{l}})
		if err != nil || len(p.Items) != 0 || len(p.LeftOut) != 1 || p.LeftOut[0].Why != want {
			t.Errorf("%+v, %v, want left out: %s", p, err, want)
		}
	}
	if _, err := NewPlan(nil, &inventory.Snapshot{}); err == nil {
		t.Error("a plan of nothing")
	}
	if _, err := NewPlan([]inventory.Ref{{}}, nil); err == nil {
		t.Error("a plan from nothing")
	}
}

// What another run deletes is not planned twice, and what both do together is told.
func TestPlanBesideARun(t *testing.T) {
	w := newWorld(t)
	w.with("going", "also going", "free")
	w.kinds[things].Deletion.Effects = func(doomed, present []inventory.Resource, _ *inventory.Graph) []inventory.Consequence {
		if len(doomed) < len(present) {
			return nil
		}
		return []inventory.Consequence{
			{Of: refsOf(doomed), Text: "none is left", Grade: inventory.Danger},
			{Of: refsOf(doomed[1:]), Text: "of the other run", Grade: inventory.Care},
		}
	}
	s := inventory.Last(w.snapshot([]inventory.KindID{things}, nil))
	ref := func(id string) inventory.Ref { return inventory.Ref{Scope: here, Kind: things, ID: id} }
	p, err := NewPlan([]inventory.Ref{ref("going"), ref("free")}, s, ref("going"), ref("also going"), ref("not listed"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Items) != 1 || p.Items[0].Resource.Ref != ref("free") {
		t.Errorf("items %+v, want free alone", p.Items)
	}
	if len(p.LeftOut) != 1 || p.LeftOut[0].Ref != ref("going") || p.LeftOut[0].Why != "being deleted by the run that is going on" {
		t.Errorf("left out %+v", p.LeftOut)
	}
	if len(p.Consequences) != 1 || p.Consequences[0].Text != "none is left" || p.Grade != inventory.Danger {
		t.Errorf("consequences %+v, grade %v", p.Consequences, p.Grade)
	}
	if p, _ := NewPlan([]inventory.Ref{ref("going")}, s, ref("going"), ref("also going"), ref("free")); len(p.Items)+len(p.Consequences) != 0 {
		t.Errorf("nothing to delete has %+v", p)
	}
}

func TestTyped(t *testing.T) {
	many := func(n int) func(*world) {
		return func(w *world) {
			for i := range n {
				w.with(fmt.Sprint("t", i))
			}
		}
	}
	danger := func(grade inventory.Grade) func(*world) {
		return func(w *world) {
			w.with("a")
			w.kinds[things].Deletion.Effects = func(doomed, _ []inventory.Resource, _ *inventory.Graph) []inventory.Consequence {
				return []inventory.Consequence{{Text: "care", Grade: inventory.Care}, {Of: refsOf(doomed), Text: "boom", Grade: grade}}
			}
		}
	}
	for name, c := range map[string]struct {
		make func(*world)
		want bool
		word string
	}{
		"ten":    {many(10), false, "10"},
		"eleven": {many(11), true, "11"},
		"care":   {danger(inventory.Care), false, "1"},
		"danger": {danger(inventory.Danger), true, "1"},
		"no way back": {func(w *world) {
			w.with("a")
			w.kinds[things].Deletion.Undo = func(inventory.Resource) (inventory.Undo, string) { return inventory.Impossible, "no key" }
		}, true, "1"},
	} {
		w := newWorld(t)
		c.make(w)
		if p := w.plan(things); p.Typed() != c.want || p.Word() != c.word {
			t.Errorf("%s: typed %v %q, want %v %q", name, p.Typed(), p.Word(), c.want, c.word)
		}
	}
}
