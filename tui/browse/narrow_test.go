package browse

import (
	"errors"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"janitor/client/inventory"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
)

// mixed are pools of all verdicts, some with signs.
func mixed() []inventory.Resource {
	rows := []inventory.Resource{
		pool(1, "web-1", inventory.Unused, "no listener, no policy"),
		pool(2, "web-2", inventory.InUse, "listener api-443"),
		pool(3, "core-3", inventory.Protected, `"owned by payments"`),
		pool(4, "edge-4", inventory.Unknown, "l7policies could not be listed"),
		pool(5, "web-5", inventory.Unused, "no listener, no policy"),
	}
	rows[1].Verdict.Signs = []string{"all offline"}
	rows[4].Verdict.Signs = []string{"empty"}
	return rows
}

// names that the frame shows.
func (p *probe) names() []string {
	var out []string
	for line := range strings.SplitSeq(p.text(120, 20), "\n") {
		for _, r := range mixed() {
			if strings.Contains(line, " "+r.Name+" ") {
				out = append(out, r.Name)
			}
		}
	}
	return out
}

func TestVerdictsGoRound(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	for _, step := range []struct {
		keys  []string
		want  []string
		words []string
	}{
		{nil, []string{"core-3", "edge-4", "web-1", "web-2", "web-5"}, []string{"1/5"}},
		{[]string{"V"}, []string{"web-1", "web-5"}, []string{"[unused]", "2 of 5", "esc back"}},
		{[]string{"/", "w", "e", "b", "-", "5", "enter"}, []string{"web-5"}, []string{"[unused] /web-5", "1 of 5"}},
		{[]string{"V"}, []string{"web-5"}, []string{"[worth a look] /web-5", "1 of 5"}},
		{[]string{"V"}, nil, []string{"[protected] /web-5", "Nothing that is protected matches “web-5”", "5 hidden; esc clears the filter"}},
		{[]string{"esc"}, []string{"core-3"}, []string{"[protected]", "1 of 5"}},
		{[]string{"esc"}, []string{"core-3", "edge-4", "web-1", "web-2", "web-5"}, []string{"/5"}},
		{[]string{"V", "V"}, []string{"web-2", "web-5"}, []string{"[worth a look]"}},
		{[]string{"V", "V"}, []string{"core-3", "edge-4", "web-1", "web-2", "web-5"}, []string{"/5"}},
	} {
		p.press(step.keys...)
		got := p.text(120, 20) + strings.Join(hintsOf(p), " · ")
		if names := p.names(); !slices.Equal(names, step.want) {
			t.Errorf("%v shows %v, want %v", step.keys, names, step.want)
		}
		for _, w := range step.words {
			if !strings.Contains(got, w) {
				t.Errorf("%v: %q is missing:\n%s", step.keys, w, got)
			}
		}
	}
}

// hintsOf are the actions at the foot, as "key word".
func hintsOf(p *probe) []string {
	var out []string
	for _, a := range p.Hints() {
		out = append(out, p.env.Keys.Label(a)+" "+string(a))
	}
	return out
}

// Where there is no row, the foot names nothing that needs one.
func TestHintsWithoutARow(t *testing.T) {
	failed := errors.New("listing pools: 503")
	for _, test := range []struct {
		name string
		feed []*inventory.Snapshot
		keys string
		want []keys.Action
	}{
		{"none", whole(nil), "", []keys.Action{keys.Help, keys.Go}},
		{"not listed", []*inventory.Snapshot{listing(true, failed, nil)}, "", []keys.Action{keys.Refresh, keys.Help, keys.Go}},
		{"all hidden", whole(unused(1, 2)), "VVV", []keys.Action{keys.Filter, keys.Back, keys.Help, keys.Go}},
	} {
		p := newProbe(t, &feed{test.feed}, nil)
		for _, key := range test.keys {
			p.press(string(key))
		}
		if got := p.Hints(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// The way back says what it undoes first.
func TestTheWayBackSaysWhatItUndoes(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2, 3))}, nil)
	for _, step := range []struct{ press, want string }{
		{"V", "show all"}, {"v", "end range"}, {"esc", "show all"}, {"esc", ""},
	} {
		if p.press(step.press); p.Word(keys.Back) != step.want {
			t.Errorf("after %s: %q, want %q", step.press, p.Word(keys.Back), step.want)
		}
	}
	p.press("/").write("web").press("enter")
	if got := p.Word(keys.Back); got != "clear the filter" {
		t.Errorf("with a filter: %q", got)
	}
}

func TestNothingToShowSaysWhatHidesIt(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2))}, nil)
	p.press("V", "V", "V")
	got := p.text(100, 10)
	for _, want := range []string{"Nothing is protected", "2 hidden; esc shows all", "0 of 2"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	p.press("d")
	if got := p.lastSaid(); got != "No row is shown: esc shows all" {
		t.Errorf("said %q", got)
	}
}

// The rows of a new listing are shown by the same choice, and marks of rows that no longer are in it stay.
func TestLimitsHoldForEveryListing(t *testing.T) {
	after := mixed()
	after[0] = pool(1, "web-1", inventory.InUse, "listener new")
	p := newProbe(t, &feed{whole(mixed()), whole(after)}, nil)
	p.View(120, 20)
	p.press("V", "ctrl+a", "ctrl+r")
	if got := p.text(120, 20); !strings.Contains(got, "1 of 5 · 2 marked (1 hidden)") {
		t.Errorf("after the listing:\n%s", got)
	}
	if names := p.names(); !slices.Equal(names, []string{"web-5"}) {
		t.Errorf("shows %v", names)
	}
}

// Typed ahead of the rows: "all" is all of those asked for, not of those from before.
func TestKeysWaitForTheRowsAskedFor(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.View(120, 20)
	find := p.Update(screentest.Key("V"))
	for _, name := range []string{"ctrl+a", "V", "space"} {
		if cmd := p.Update(screentest.Key(name)); cmd != nil {
			t.Errorf("%s did not wait: %#v", name, cmd())
		}
	}
	if got := p.text(120, 20); strings.Contains(got, "marked") || !strings.Contains(got, "5… of 5") {
		t.Errorf("something was marked before the rows were there:\n%s", got)
	}
	p.run(find)
	if want := []inventory.Ref{ref(1), ref(5), ref(2)}; !slices.Equal(p.tab().table.Marks(), want) {
		t.Errorf("marked %v, want %v", p.tab().table.Marks(), want)
	}
	if got := p.text(120, 20); !strings.Contains(got, "[worth a look]") || !strings.Contains(got, "marked") {
		t.Errorf("the keys were lost:\n%s", got)
	}
}

// Replies go to all screens that are open, and only the one that asked knows which keys wait for its rows.
func TestAnAnswerIsForTheScreenThatAsked(t *testing.T) {
	below := newProbe(t, &feed{whole(mixed())}, nil)
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.View(120, 20)
	asked := p.verdicts()
	p.press("space")
	answer := asked()
	below.run(below.Update(answer))
	p.run(p.Update(answer))
	if p.tab().table.Marked() != 1 || below.tab().table.Marked() != 0 {
		t.Errorf("%d and %d marked: the key was lost", p.tab().table.Marked(), below.tab().table.Marked())
	}
}

func TestOnlyTheLatestAnswerCounts(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.View(120, 20)
	early := p.verdicts()
	p.tab().limits.show = showProtected
	late := p.settle(p.tab())
	p.run(late)
	p.run(func() tea.Msg { return early() })
	if names := p.names(); !slices.Equal(names, []string{"core-3"}) {
		t.Errorf("a stale answer shows %v", names)
	}
}

func TestCountsByVerdictStandInTheTabs(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	for _, test := range []struct {
		w    int
		want string
	}{
		{120, "1 Pools 5  ◇2 ◆1 ■1 ?1   2 Certificates 0   3 IP groups 0   4 Channels 0"},
		{74, "1 Pools 5  ◇2 ◆1 ■1 ?1   2 Certificates 0   3 IP groups 0   4 Channels 0"},
		{73, "1 Pools 5   2 Certificates 0   3 IP groups 0   4 Channels 0"},
		{61, "1 Pools 5   2 Certificates 0   3 IP groups 0   4 Channels 0"},
		{60, "1 Pools 5  ◇2 ◆1 ■1 ?1   2 0   3 0   4 0"},
		{43, "1 Pools 5  ◇2 ◆1 ■1 ?1   2 0   3 0   4 0"},
		{40, "1 Pools 5   2 0   3 0   4 0"},
	} {
		first, _, _ := strings.Cut(p.text(test.w, 10), "\n")
		if strings.TrimSpace(first) != test.want {
			t.Errorf("at %d columns: %q, want %q", test.w, first, test.want)
		}
	}
	p.press("2")
	if first, _, _ := strings.Cut(p.text(73, 10), "\n"); !strings.HasPrefix(first, " 1 Pools 5   2 Certificates 0 ") {
		t.Errorf("another tab: %q", first)
	}
	if first, _, _ := strings.Cut(p.text(120, 10), "\n"); !strings.HasPrefix(first, " 1 Pools 5  ◇2 ◆1 ■1 ?1   2 Certificates 0 ") {
		t.Errorf("with room, every tab has them: %q", first)
	}
}

// The texts of all rows take much memory: they are at hand where words are typed or kept, and nowhere else.
func TestTextsAreThereForAsLongAsWordsNeedThem(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed()), whole(mixed())}, nil)
	for _, step := range []struct {
		do    func()
		texts bool
	}{
		{func() {}, false},
		{func() { p.press("/") }, true},
		{func() { p.write("web") }, true},
		{func() { p.press("enter") }, true},
		{func() { p.press("ctrl+r") }, true}, // other rows
		{func() { p.press("esc") }, false},
		{func() { p.press("/").write("=unused").press("enter") }, false},
		{func() { p.press("/", "esc") }, false},
		{func() { p.press("/").write("web").press("ctrl+u", "enter") }, false},
	} {
		step.do()
		if c := p.tab().content; c.limits.search != step.texts || p.tab().narrowing() {
			t.Errorf("%q, typing %v: texts at hand %v, want %v", p.tab().filter, p.Typing(), c.limits.search, step.texts)
		}
	}
}
