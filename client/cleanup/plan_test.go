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
	p, err := NewPlan(marked, s, Choice{})
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
		"name of odd: not known to be unused: l7policies could not be listed: 403",
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
		p, err := NewPlan([]inventory.Ref{{Scope: here, Kind: things, ID: "a"}}, &inventory.Snapshot{Listings: []inventory.Listing{l}}, Choice{})
		if err != nil || len(p.Items) != 0 || len(p.LeftOut) != 1 || p.LeftOut[0].Why != want {
			t.Errorf("%+v, %v, want left out: %s", p, err, want)
		}
	}
	if _, err := NewPlan(nil, &inventory.Snapshot{}, Choice{}); err == nil {
		t.Error("a plan of nothing")
	}
	if _, err := NewPlan([]inventory.Ref{{}}, nil, Choice{}); err == nil {
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
	p, err := NewPlan([]inventory.Ref{ref("going"), ref("free")}, s, Choice{InHand: []inventory.Ref{ref("going"), ref("also going"), ref("not listed")}})
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
	if p, _ := NewPlan([]inventory.Ref{ref("going")}, s, Choice{InHand: []inventory.Ref{ref("going"), ref("also going"), ref("free")}}); len(p.Items)+len(p.Consequences) != 0 {
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
		"danger": {danger(inventory.Danger), true, "a"},
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

// What is in use is left out, or, when that was chosen and can be done, taken out of use first, which is a danger.
func TestPlanDetaches(t *testing.T) {
	w := newWorld(t).
		withJar("free", jar{demands: true, holds: []string{"server 10.0.0.1:80", "server 10.0.0.2:80", "health monitor"}}).
		withJar("along", jar{holds: []string{"server 10.0.0.3:80"}}).
		withJar("used", jar{users: []string{"policy /images", "listener api"}, holds: []string{"server 10.0.0.4:80"}}).
		withJar("bound", jar{users: []string{"listener api"}, bound: true}).
		withJar("kept", jar{users: []string{"listener api"}}).
		withJar("odd", jar{})
	w.judge("kept", state(inventory.Protected, `"mine"`, "listener api"))
	w.judge("odd", state(inventory.Unknown, "listeners could not be listed: 403"))
	w.with("thing")
	w.judge("thing", state(inventory.InUse, "listener api"))
	for name, c := range map[string]struct {
		choice Choice
		items  []string
		out    []string
		first  string
		along  string
		grade  inventory.Grade
		danger string
	}{
		"not chosen": {Choice{}, []string{"free", "along"}, []string{
			"used: in use by policy /images, listener api (can be detached)", "bound: in use by listener api", `kept: protected: "mine", listener api`,
			"odd: not known to be unused: listeners could not be listed: 403 (can be taken in)", "thing: in use by listener api",
		}, "2 servers, 1 health monitor", "1 server", inventory.None, ""},
		"not allowed": {Choice{Attached: true}, []string{"free", "along"}, []string{
			"used: in use by policy /images, listener api", "bound: in use by listener api", `kept: protected: "mine", listener api`,
			"odd: not known to be unused: listeners could not be listed: 403 (can be taken in)", "thing: in use by listener api",
		}, "2 servers, 1 health monitor", "1 server", inventory.None, ""},
		"only what is known": {Choice{Sure: true}, []string{"free", "along"}, []string{
			"used: in use by policy /images, listener api (can be detached)", "bound: in use by listener api", `kept: protected: "mine", listener api`,
			"odd: not known to be unused: listeners could not be listed: 403", "thing: in use by listener api",
		}, "2 servers, 1 health monitor", "1 server", inventory.None, ""},
		"unknown too": {Choice{Unknown: true}, []string{"free", "along", "odd"}, []string{
			"used: in use by policy /images, listener api (can be detached)", "bound: in use by listener api", `kept: protected: "mine", listener api`,
			"thing: in use by listener api",
		}, "2 servers, 1 health monitor", "1 server", inventory.Danger, "odd may be in use: listeners could not be listed: 403"},
		"nothing may go before": {Choice{Bare: true}, []string{"along"}, []string{
			"free: holds 2 servers, 1 health monitor, to be taken away first, which is not allowed",
			"used: in use by policy /images, listener api (can be detached)", "bound: in use by listener api", `kept: protected: "mine", listener api`,
			"odd: not known to be unused: listeners could not be listed: 403 (can be taken in)", "thing: in use by listener api",
		}, "", "1 server", inventory.None, ""},
		"chosen": {Choice{Detach: true}, []string{"free", "along", "used: policy /images, listener api"}, []string{
			"bound: in use by listener api; it cannot be taken out of use: it is bound", `kept: protected: "mine", listener api`,
			"odd: not known to be unused: listeners could not be listed: 403 (can be taken in)", "thing: in use by listener api",
		}, "2 servers, 1 health monitor", "2 servers", inventory.Danger, "used is taken out of use: in use by policy /images, listener api"},
	} {
		t.Run(name, func(t *testing.T) {
			p := w.planWith(c.choice, jars, things)
			var items, out []string
			for _, it := range p.Items {
				text := it.Resource.Ref.ID
				if len(it.Detaches) > 0 {
					var off []string
					for _, d := range it.Detaches {
						off = append(off, d.String())
					}
					text += ": " + strings.Join(off, ", ")
				}
				items = append(items, text)
			}
			for _, l := range p.LeftOut {
				text := l.Label + ": " + l.Why
				if l.CanDetach {
					text += " (can be detached)"
				}
				if l.CanTake {
					text += " (can be taken in)"
				}
				out = append(out, text)
			}
			if !slices.Equal(items, c.items) {
				t.Errorf("items %q, want %q", items, c.items)
			}
			if !slices.Equal(out, c.out) {
				t.Errorf("left out\n%s\nwant\n%s", strings.Join(out, "\n"), strings.Join(c.out, "\n"))
			}
			if p.First() != c.first || p.Along() != c.along || p.Grade != c.grade || p.Detach != c.choice.Detach {
				t.Errorf("first %q, along %q, grade %s, detach %v", p.First(), p.Along(), p.Grade, p.Detach)
			}
			if c.danger != "" && (len(p.Consequences) != 1 || p.Consequences[0].Text != c.danger || p.Word() != p.Items[len(p.Items)-1].Resource.Name) {
				t.Errorf("consequences %+v, word %q", p.Consequences, p.Word())
			}
		})
	}
}

// A kind that tells the danger of taking something out of use itself is not told twice.
func TestPlanDetachesWithItsOwnDanger(t *testing.T) {
	w := newWorld(t).withJar("used", jar{users: []string{"listener api"}})
	w.kinds[jars].Deletion.Effects = func(doomed, _ []inventory.Resource, _ *inventory.Graph) []inventory.Consequence {
		return []inventory.Consequence{{Of: refsOf(doomed), Text: "listener api answers 503", Grade: inventory.Danger, Name: "api"}}
	}
	p := w.planWith(Choice{Detach: true}, jars)
	if len(p.Consequences) != 1 || p.Word() != "api" {
		t.Errorf("%+v, word %q", p.Consequences, p.Word())
	}
}

func TestWord(t *testing.T) {
	danger := func(names ...string) []inventory.Consequence {
		var cs []inventory.Consequence
		for _, name := range names {
			cs = append(cs, inventory.Consequence{
				Name: name, Grade: inventory.Danger,
				Of: []inventory.Ref{{Parent: "a39ea157-10c8-4c35", ID: "10.0.0.1"}, {Parent: "b39ea157-10c8-4c35", ID: "10.0.0.2"}},
			})
		}
		return cs
	}
	of := func(name string, refs ...inventory.Ref) []inventory.Consequence {
		return []inventory.Consequence{{Name: name, Grade: inventory.Danger, Of: refs}}
	}
	for name, c := range map[string]struct {
		of   []inventory.Consequence
		want string
	}{
		"one":                   {danger("office-acl"), "office-acl"},
		"one of two listeners":  {danger("office-acl", "office-acl"), "office-acl"},
		"two":                   {danger("office-acl", "home acl", "office-acl"), "office-acl, home acl"},
		"three":                 {danger("a", "b", "c"), "a, b, c"},
		"four":                  {danger("a", "b", "c", "d", "a"), "5 dangers"},
		"care beside it":        {append(danger("a"), inventory.Consequence{Name: "b", Grade: inventory.Care}), "a"},
		"no name":               {danger(""), "a39ea157"},
		"as long as can be":     {danger(strings.Repeat("x", 40)), strings.Repeat("x", 40)},
		"too long":              {danger(strings.Repeat("x", 41)), "a39ea157"},
		"not ASCII":             {danger("büro"), "a39ea157"},
		"control characters":    {danger("a\tb"), "a39ea157"},
		"a character to delete": {danger("a\x7fb"), "a39ea157"},
		"blanks that hide":      {danger("office "), "a39ea157"},
		"two blanks":            {danger("office  acl"), "a39ea157"},
		"no parent":             {of("", inventory.Ref{ID: "c39ea157-10c8"}), "c39ea157"},
		"a short id":            {of("", inventory.Ref{ID: "p-1"}), "p-1"},
		"an id that is no help": {of("", inventory.Ref{ID: "ü"}), "1 danger"},
		"of nothing":            {of(""), "1 danger"},
	} {
		t.Run(name, func(t *testing.T) {
			p := Plan{Items: make([]Item, 7), Consequences: c.of, Grade: inventory.Danger}
			if got := p.Word(); got != c.want || !p.Typed() {
				t.Errorf("type %q, want %q", got, c.want)
			}
			want := c.want
			if strings.HasSuffix(want, " dangers") || want == "1 danger" {
				want = "acme-prod"
			}
			if got := p.Name("acme-prod", "99a3fff0"); got != want {
				t.Errorf("the name is %q, want %q", got, want)
			}
		})
	}
}

// Where the profile always asks for a name, a number is never enough.
func TestNameWithoutDanger(t *testing.T) {
	item := func(name, id string) Item {
		return Item{Resource: inventory.Resource{Ref: inventory.Ref{ID: id}, Name: name}}
	}
	for name, c := range map[string]struct {
		items   []Item
		profile string
		want    string
	}{
		"one":                      {[]Item{item("web-blue-old", "c39ea157-10c8")}, "acme-prod", "web-blue-old"},
		"one without a name":       {[]Item{item("", "c39ea157-10c8")}, "acme-prod", "c39ea157-10c8"},
		"one in other letters":     {[]Item{item("名前", "c39ea157-10c8")}, "acme-prod", "c39ea157"},
		"one of no help":           {[]Item{item("名前", "ü")}, "acme-prod", "acme-prod"},
		"two":                      {[]Item{item("a", "1"), item("b", "2")}, "acme-prod", "acme-prod"},
		"eleven":                   {make([]Item, 11), "clouds/otc", "clouds/otc"},
		"of a profile like büro":   {make([]Item, 11), "büro", "99a3fff0"},
		"of a profile without any": {make([]Item, 2), "", "99a3fff0"},
	} {
		if got := (Plan{Items: c.items}).Name(c.profile, "99a3fff0"); got != c.want {
			t.Errorf("%s: type %q, want %q", name, got, c.want)
		}
	}
}

// Whichever item is named first: both sentences of the dialog count in one order.
func TestWhatGoesIsCountedTheMostFirst(t *testing.T) {
	monitor, server := Prerequisite{What: "health monitor"}, Prerequisite{What: "server"}
	p := Plan{Items: []Item{
		{Demands: true, Holds: []Prerequisite{monitor}}, {Demands: true, Holds: []Prerequisite{server, server, monitor}}, {Demands: true, Holds: []Prerequisite{server}},
		{Holds: []Prerequisite{monitor}}, {Holds: []Prerequisite{server, server}},
	}}
	if got := p.First(); got != "3 servers, 2 health monitors" {
		t.Errorf("first %q", got)
	}
	if got := p.Along(); got != "2 servers, 1 health monitor" {
		t.Errorf("along %q", got)
	}
}

func TestTally(t *testing.T) {
	for want, steps := range map[string][]string{
		"":         nil,
		"1 server": {"server"},
		"3 servers, 1 health monitor, 2 policies": {"server", "server", "server", "health monitor", "policy", "policy"},
	} {
		var all tally
		for _, what := range steps {
			all.add(what, false)
		}
		if got := all.all(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
