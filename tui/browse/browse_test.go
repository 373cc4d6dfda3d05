package browse

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func TestShowsRowsWithVerdictAndReason(t *testing.T) {
	p := newProbe(t, &feed{whole([]inventory.Resource{
		pool(1, "web-blue", inventory.Unused, "no listener, no policy"),
		pool(2, "api", inventory.InUse, "listener api-443"),
		pool(3, "core", inventory.Protected, `"owned by payments"`),
		pool(4, "edge", inventory.Unknown, "l7policies could not be listed"),
	})}, nil)
	got := p.text(120, 12)
	for _, want := range []string{
		"1 Pools 4", "2 Certificates 0", "VERDICT", "WHY",
		"unused", "no listener, no policy", "in use", "listener api-443", "protected", `"owned by payments"`, "unknown", "l7policies could not be listed",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}

// By verdict what can be cleaned up comes first; by reason those that have the same stand together, by name.
func TestSortsByVerdictAndReason(t *testing.T) {
	p := newProbe(t, &feed{whole([]inventory.Resource{
		pool(1, "a-core", inventory.Protected, "owned by payments"), pool(2, "b-api", inventory.InUse, "listener api-443"), pool(3, "c-edge", inventory.Unknown, "cannot be listed"),
		pool(4, "d-old", inventory.Unused, "no listener"), pool(5, "e-api", inventory.InUse, "listener api-443"), pool(6, "f-new", inventory.Unused, "no listener"),
	})}, nil)
	for _, tt := range []struct{ key, want string }{
		{"o", "d-old f-new c-edge b-api e-api a-core"},
		{"W", "c-edge b-api e-api d-old f-new a-core"},
		{"O", "a-core f-new d-old e-api b-api c-edge"}, // the other way round
	} {
		p.press(tt.key)
		var got []string
		for line := range strings.Lines(p.text(120, 12)) {
			if name := strings.Trim(line, "▍ \n"); len(name) > 1 && name[1] == '-' {
				got = append(got, strings.Fields(name)[0])
			}
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.key, got, tt.want)
		}
	}
}

// live is a source that the test feeds page by page.
type live struct {
	pages chan *inventory.Snapshot
}

func (l *live) list(ctx context.Context) iter.Seq[*inventory.Snapshot] {
	return func(yield func(*inventory.Snapshot) bool) {
		for {
			select {
			case s, ok := <-l.pages:
				if !ok || !yield(s) {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

func TestFirstPageIsShownWhileOthersLoad(t *testing.T) {
	source := &live{pages: make(chan *inventory.Snapshot, 1)}
	env := &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: func() time.Time { return epoch }}
	m := New(t.Context(), env, Options{Kinds: inventory.Top(), List: source.list})
	defer m.Close()
	read := m.Init()
	source.pages <- listing(false, nil, unused(1, 2, 3))
	next := m.Update(read())
	got := ansi.Strip(m.View(100, 10))
	if !strings.Contains(got, "web-3") || !strings.Contains(got, "1 Pools 3…") {
		t.Errorf("the first page is not on screen:\n%s", got)
	}
	source.pages <- listing(true, nil, unused(1, 2, 3, 4))
	m.Update(next())
	if got := ansi.Strip(m.View(100, 10)); !strings.Contains(got, "1 Pools 4 ") {
		t.Errorf("the count has not grown:\n%s", got)
	}
}

func TestMarksSurviveRefreshSortAndFilter(t *testing.T) {
	before := unused(1, 2, 3, 4, 5, 6)
	after := append(unused(9, 8), unused(6, 5, 3, 1)...) // 2 and 4 are gone, 8 and 9 are new, the order is another
	p := newProbe(t, &feed{whole(before), whole(after)}, nil)
	p.View(100, 20)
	p.press("space", "down", "space", "space") // 1, 3, 4
	p.press("O", "A", "/").write("web-5").press("enter")
	if got := p.text(100, 20); !strings.Contains(got, "1 of 6 · 3 marked (3 hidden)") {
		t.Errorf("hidden marks are not counted:\n%s", got)
	}
	p.press("ctrl+r")
	if got := p.lastSaid(); got != "1 marked row is gone" {
		t.Errorf("said %q about a marked row that is gone", got)
	}
	p.press("esc", "ctrl+d")
	msg := p.out[len(p.out)-1].(DeleteMsg)
	if want := []inventory.Ref{ref(1), ref(3)}; !slices.Equal(msg.Refs, want) {
		t.Errorf("asked to delete %v, marked were %v", msg.Refs, want)
	}
	if len(msg.Hidden) != 0 {
		t.Errorf("%d hidden, want none", len(msg.Hidden))
	}
}

func TestRefreshKeepsRowsUntilComplete(t *testing.T) {
	p := newProbe(t, &feed{
		whole(unused(1, 2, 3)),
		{listing(false, nil, unused(1)), listing(false, nil, unused(1, 2))}, // ends without having been complete
	}, nil)
	p.press("ctrl+r")
	if got := p.text(100, 10); !strings.Contains(got, "web-3") || !strings.Contains(got, "1 Pools 3 ") {
		t.Errorf("rows vanished during a refresh:\n%s", got)
	}
}

func TestFailedRefreshKeepsRowsAndMarks(t *testing.T) {
	p := newProbe(t, &feed{
		whole(unused(1, 2, 3)),
		{listing(true, errors.New("listing pools: ELB.0001 Policy doesn't allow elb:pools:list"), unused(1))},
	}, nil)
	p.View(100, 10)
	p.press("pgdown", "space", "ctrl+r")
	got := p.text(120, 10)
	for _, want := range []string{"web-3", "1 marked", "the rows are from before", "elb:pools:list", "ctrl+r tries again"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}

// What a list lacks stands above its rows in a line as long as they are shown, and is shown whole when asked for.
func TestANoteStandsAboveTheRows(t *testing.T) {
	noted := listing(true, nil, mixed())
	note := "ROMA 442395e9… does not run: it is FROZEN; APIG ac0c5493… does not run: it is CreateFail; APIG 1c0c5493… does not run: it is CreateFail"
	for i := range noted.Listings {
		noted.Listings[i].Note = note
	}
	p := newProbe(t, &feed{{noted}}, nil)
	for _, keys := range []string{"", "j", "V", "V", "V", "o", "space"} {
		if keys != "" {
			p.press(keys)
		}
		got := p.text(100, 20)
		if n := strings.Count(got, "does not run"); n != 2 || !strings.Contains(got, "! ROMA 4423") || !strings.Contains(got, "…  ! more") {
			t.Errorf("after %q it stands there in %d parts:\n%s", keys, n, got)
		}
	}
	if got := p.text(180, 20); !strings.Contains(got, "it is CreateFail") || strings.Contains(got, "! more") {
		t.Errorf("there is room for it:\n%s", got)
	}
	p.out = nil
	p.press("!")
	if msg, ok := p.out[0].(NotesMsg); !ok || msg.By != p.Model || !slices.Equal(msg.Notes, []string{note}) {
		t.Errorf("asks for %v", p.out)
	}
	whole := newProbe(t, &feed{whole(mixed())}, nil)
	whole.press("!")
	if got := whole.lastSaid(); got != "Nothing is known to be missing from this list" {
		t.Errorf("of a whole list: %q", got)
	}
}

// Several lacks have a line each, or share one on a low screen; what to do comes with each.
func TestSeveralLacksAreAllTold(t *testing.T) {
	some := listing(true, errors.New("listing pools: 503 at page 3"), unused(1, 2))
	for i := range some.Listings {
		some.Listings[i].Note = "shared pools: this cloud has none"
	}
	p := newProbe(t, &feed{{some}}, nil)
	if got := p.text(100, 20); !strings.Contains(got, "! These are not all (ctrl+r tries again): listing pools: 503 at page 3") || !strings.Contains(got, "\n ! Shared pools: this cloud") {
		t.Errorf("at 20 lines:\n%s", got)
	}
	if got := p.text(120, 10); !strings.Contains(got, "503 at page 3; Shared pools: this cloud") {
		t.Errorf("at 10 lines:\n%s", got)
	}
}

func TestSaysWhyThereAreNoRows(t *testing.T) {
	failed := errors.New("listing pools: ELB.0001 Policy doesn't allow elb:pools:list to be performed")
	gateway, some := listing(true, nil, nil), listing(true, nil, unused(1))
	for i := range gateway.Listings {
		gateway.Listings[i].Note = "The profile names no gateway"
		some.Listings[i].Note = "one gateway does not run"
	}
	for _, test := range []struct {
		name  string
		snap  *inventory.Snapshot
		keys  func(*probe)
		wants []string
	}{
		{"failed", listing(true, failed, nil), nil, []string{"Pools in acme · eu-de could not be listed", "elb:pools:list", "ctrl+r tries again; janitor doctor examines the profile"}},
		{"empty", listing(true, nil, nil), nil, []string{"No pools in acme · eu-de"}},
		{"note", gateway, nil, []string{"No pools", "The profile names no gateway"}},
		{"note beside rows", some, nil, []string{"web-1", "! One gateway does not run"}},
		{
			"filter", listing(true, nil, unused(1, 2)), func(p *probe) { p.press("/").write("xyz").press("enter") },
			[]string{"Nothing matches “xyz”", "2 hidden; esc clears the filter", "0 of 2"},
		},
		{"partly", listing(true, failed, unused(1)), nil, []string{"web-1", "These are not all", "1 Pools 1!"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProbe(t, &feed{{test.snap}}, nil)
			if test.keys != nil {
				test.keys(p)
			}
			got := p.text(120, 12)
			for _, want := range test.wants {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing:\n%s", want, got)
				}
			}
		})
	}
}

func TestSaysWhyAnActionIsNotPossible(t *testing.T) {
	rows := &feed{whole(unused(1))}
	for _, test := range []struct {
		name string
		opts func(*Options)
		feed *feed
		keys []string
		want string
	}{
		{"read-only", func(o *Options) { o.ReadOnly = "Read-only: because" }, nil, []string{"ctrl+d"}, "Read-only: because"},
		{"channels", nil, nil, []string{"4", "ctrl+d"}, "Channels are not deleted"},
		{"nothing listed", nil, nil, []string{"2", "ctrl+d"}, "There are no certificates here"},
		{"no row shown", nil, nil, []string{"/", "x", "y", "enter", "delete"}, "esc clears the filter"},
		{"children of pools", nil, nil, []string{"M"}, "Pools hold nothing to open"},
		{"children without marks", nil, nil, []string{"3", "M"}, "Mark IP groups first"},
		{"detail of nothing", nil, nil, []string{"3", "d"}, "There are no IP groups here"},
		{"copy nothing", nil, nil, []string{"4", "c"}, "There are no channels here"},
		{"mark nothing", nil, nil, []string{"2", "space"}, "There are no certificates here"},
		{"a range of nothing", nil, nil, []string{"2", "v"}, "There are no certificates here"},
		{"all of nothing", nil, nil, []string{"2", "ctrl+a"}, "There are no certificates here"},
		{"no marks to take away", nil, nil, []string{`ctrl+\`}, "Nothing is marked"},
		{"back at the top", nil, nil, []string{"esc"}, "q quits"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := slices.Clone(*rows)
			p := newProbe(t, &f, test.opts)
			p.View(100, 20)
			p.press(test.keys...)
			if got := p.lastSaid(); !strings.Contains(got, test.want) {
				t.Errorf("said %q, want %q", got, test.want)
			}
			if len(p.out) != 0 {
				t.Errorf("asked for %#v nevertheless", p.out)
			}
		})
	}
}

func TestStillListing(t *testing.T) {
	source := &live{pages: make(chan *inventory.Snapshot)}
	p := &probe{t: t, Model: New(t.Context(), &screen.Env{Theme: theme.New(theme.Look{}), Keys: keys.Default(), Now: time.Now},
		Options{Kinds: inventory.Top(), Scope: "acme", List: source.list})}
	defer p.Close()
	p.Init()
	for _, test := range []struct{ key, want string }{
		{"ctrl+d", "still being listed"}, {"enter", "still being listed"}, {"ctrl+r", "Already listing"},
	} {
		if p.press(test.key); !strings.Contains(strings.Join(p.said, "\n"), test.want) {
			t.Errorf("%s: said %q, want %q", test.key, p.said, test.want)
		}
		p.said = nil
	}
	if got := p.text(80, 10); !strings.Contains(got, "Listing pools in acme…") {
		t.Errorf("does not say that it lists:\n%s", got)
	}
}

func TestDeleteAsksForMarksInTheirOrder(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2, 3, 4))}, nil)
	p.View(100, 20)
	p.press("ctrl+d")
	if got := p.out[0].(DeleteMsg).Refs; !slices.Equal(got, []inventory.Ref{ref(1)}) {
		t.Errorf("without marks: %v, want the current row", got)
	}
	p.press("G", "space", "g", "space", "/").write("web-2").press("enter", "ctrl+d")
	msg := p.out[1].(DeleteMsg)
	if want := []inventory.Ref{ref(4), ref(1)}; !slices.Equal(msg.Refs, want) {
		t.Errorf("asked for %v, want %v", msg.Refs, want)
	}
	if len(msg.Hidden) != 2 || msg.From == nil {
		t.Errorf("hidden %d (want 2), snapshot %v", len(msg.Hidden), msg.From)
	}
}

func TestFilterIsLive(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 22, 23))}, nil)
	p.View(100, 20)
	p.press("/").write("web-2")
	if got := p.text(100, 10); !strings.Contains(got, "/web-2") || !strings.Contains(got, "2 of 3") || strings.Contains(got, "web-1") {
		t.Errorf("the table does not follow the filter:\n%s", got)
	}
	p.write("q?r:").press("backspace", "backspace", "backspace", "backspace", "left", "left", "backspace", "end").write("2")
	if got := p.text(100, 10); !strings.Contains(got, "/we-22") || !strings.Contains(got, "0 of 3") {
		t.Errorf("keys with a meaning elsewhere did not type and edit:\n%s", got)
	}
	p.press("ctrl+w").write("!web-1").press("enter")
	if p.Typing() {
		t.Error("enter did not leave the input")
	}
	if got := p.text(100, 10); !strings.Contains(got, "/!web-1") || !strings.Contains(got, "2 of 3") {
		t.Errorf("enter did not keep the filter:\n%s", got)
	}
	p.press("/", "esc")
	if got := p.text(100, 10); strings.Contains(got, "/!") || !strings.Contains(got, "web-1") {
		t.Errorf("esc did not clear the filter:\n%s", got)
	}
	if len(p.out) != 0 {
		t.Errorf("typing asked for %#v", p.out)
	}
}

func TestPasteTypesIntoTheFilterOnly(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2))}, nil)
	p.run(p.Update(tea.PasteMsg{Content: "q\x04\n"}))
	p.press("/")
	p.run(p.Update(tea.PasteMsg{Content: "web-\x1b[2J\n2"}))
	if got := p.input.String(); got != "web-[2J 2" {
		t.Errorf("pasted %q", got)
	}
}

func TestEachKindKeepsItsOwnState(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2, 3))}, nil)
	p.View(100, 20)
	p.press("space", "/").write("web").press("enter", "down", "tab")
	if got := p.text(100, 10); strings.Contains(got, "/web") || strings.Contains(got, "marked") {
		t.Errorf("filter or marks of pools show on certificates:\n%s", got)
	}
	p.press("shift+tab")
	if got := p.text(100, 10); !strings.Contains(got, "/web") || !strings.Contains(got, "1 marked") {
		t.Errorf("filter or marks were lost:\n%s", got)
	}
	if r, _ := p.current(); r.Ref != ref(3) {
		t.Errorf("the cursor moved to %v", r.Ref)
	}
}

func TestAfterARunWhatIsGoneIsListedAndUnmarkedSilently(t *testing.T) {
	rest := &feed{whole(unused(1, 2, 3)), whole(unused(3)), whole(unused(3))}
	p := newProbe(t, rest, nil)
	p.View(100, 20)
	p.press("ctrl+a")
	p.run(p.Update(EndedMsg{Touched: []inventory.Ref{ref(1), ref(2), ref(3)}, Gone: []inventory.Ref{ref(1), ref(2)}}))
	if got := p.lastSaid(); got != "" {
		t.Errorf("said %q about what the user has just deleted", got)
	}
	if got := p.text(100, 10); !strings.Contains(got, "1 marked") || strings.Contains(got, "web-1") {
		t.Errorf("not listed again, or the wrong marks:\n%s", got)
	}
	p.run(p.Update(EndedMsg{Touched: []inventory.Ref{{Kind: inventory.Entries, Parent: "g", ID: "10.0.0.1"}}})) // in no tab, but IP groups count them
	if len(*rest) != 0 {
		t.Error("the groups of deleted entries were not listed again")
	}
}

func TestRepliesToAnEarlierListingAreDropped(t *testing.T) {
	first := &live{pages: make(chan *inventory.Snapshot, 1)}
	p := newProbe(t, &feed{whole(unused(1))}, nil)
	p.opts.List = first.list
	early := p.load()
	first.pages <- listing(true, nil, unused(7))
	stale := early()
	p.opts.List = func(context.Context) iter.Seq[*inventory.Snapshot] { return slices.Values(whole(unused(2))) }
	p.run(p.load())
	p.run(p.Update(stale))
	if got := p.text(80, 10); !strings.Contains(got, "web-2") || strings.Contains(got, "web-7") {
		t.Errorf("a stale reply was shown:\n%s", got)
	}
	if len(p.requests) != 0 {
		t.Errorf("%d loadings are not known to have ended", len(p.requests))
	}
}

func TestLeavingEndsTheListing(t *testing.T) {
	source := &live{pages: make(chan *inventory.Snapshot)}
	m := New(context.Background(), &screen.Env{Theme: theme.New(theme.Look{}), Keys: keys.Default(), Now: time.Now},
		Options{Kinds: inventory.Top(), List: source.list})
	read := m.Init()
	done := make(chan tea.Msg)
	go func() { done <- read() }() // waits for a page that never comes
	m.Cancel()
	if _, ok := (<-done).(finished); !ok {
		t.Error("the reply to a cancelled listing is not its end")
	}
	m.Close()
}

func TestHostileNamesAreHarmlessAndAligned(t *testing.T) {
	names := []string{
		"esc\x1b[31mred", "osc\x1b]52;c;ZXZpbA==\x07", "bidi\u202eevil", "line\nbreak", strings.Repeat("long", 2500),
		"emoji👩‍👩‍👧‍👦👍🏽", "中文名字很长很长很长很长很长很长", "zero\u200bwidth", "tab\there", "c1\u009b31m", "e\u0301\u0301\u0301", "\xff\xfe",
	}
	var rows []inventory.Resource
	for i, n := range names {
		rows = append(rows, pool(i, client.Clean(n), inventory.Unused, client.Clean(n)))
	}
	p := newProbe(t, &feed{whole(rows)}, nil)
	for _, w := range []int{80, 120, 160} {
		for range names {
			screentest.Fits(t, "the list", p.View(w, 20), w, 20)
			p.press("down")
		}
		p.press("g")
	}
	p.press("/").write("中文")
	screentest.Fits(t, "the list", p.View(80, 20), 80, 20)
}

func TestEverySize(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2, 3, 4, 5, 6, 7, 8, 9))}, nil)
	empty := newProbe(t, &feed{{listing(true, errors.New("listing pools: it failed for a reason that takes long to tell"), nil)}}, nil)
	for w := 1; w < 200; w += 7 {
		for h := 1; h < 40; h += 3 {
			p.press("down", "space")
			screentest.Fits(t, "the list", p.View(w, h), w, h)
			screentest.Fits(t, "the list", empty.View(w, h), w, h)
		}
	}
}

func TestDetailStandsBesideAWideTable(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2))}, nil)
	p.View(160, 30)
	p.press("down")
	got := p.text(160, 30)
	if !strings.Contains(got, "│ web-2") || !strings.Contains(got, "Protocol") {
		t.Errorf("no detail of the current row:\n%s", got)
	}
	if got := p.text(139, 30); strings.Contains(got, "│") {
		t.Errorf("a detail where there is no room:\n%s", got)
	}
}

func TestChildrenNameTheirParents(t *testing.T) {
	entries, err := inventory.Lookup(inventory.Entries)
	if err != nil {
		t.Fatal(err)
	}
	parent := func(name string) inventory.Resource {
		return inventory.Resource{Ref: inventory.Ref{Kind: inventory.IPGroups, ID: name}, Name: name}
	}
	for _, test := range []struct {
		parents []inventory.Resource
		want    []string
		without string
	}{
		{[]inventory.Resource{parent("office")}, []string{"Entries of IP group office"}, "GROUP"},
		{[]inventory.Resource{parent("office"), parent("lab")}, []string{"Entries of 2 IP groups: office, lab", "GROUP"}, "\x00"},
	} {
		p := newProbe(t, &feed{{&inventory.Snapshot{At: epoch, Done: true, Listings: []inventory.Listing{{
			Kind: settledKind(entries), Parents: test.parents, Done: true,
			Resources: inventory.RowsOf(inventory.Resource{
				Ref: inventory.Ref{Kind: inventory.Entries, Parent: "office", ID: "10.0.0.1"}, Name: "10.0.0.1", In: "office",
				Object: &inventory.Entry{IPEntry: client.IPEntry{IP: "10.0.0.1"}}, Verdict: inventory.Verdict{State: inventory.Unused},
			}),
		}}}}}, func(o *Options) { o.Kinds, o.Parents = []*inventory.Kind{entries}, test.parents })
		got := p.text(80, 10)
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing:\n%s", want, got)
			}
		}
		if strings.Contains(got, test.without) {
			t.Errorf("%q is shown although it says the same in every row:\n%s", test.without, got)
		}
		p.press("esc")
		if !p.Left() {
			t.Errorf("esc asked for %#v", p.out)
		}
		if p.press("2"); !strings.Contains(p.lastSaid(), "esc goes back") {
			t.Error("a number does not say that there are no kinds here")
		}
	}
}

func TestRowsThatARunDeletesSaySoAndAreNotMarked(t *testing.T) {
	rest := &feed{whole(unused(1, 2, 3)), whole(unused(3)), whole(unused(2, 3))}
	p := newProbe(t, rest, nil)
	p.View(100, 20)
	p.press("ctrl+a")
	all := []inventory.Ref{ref(1), ref(2)}
	p.run(p.Update(GoingMsg{InHand: all}))
	if got := p.text(100, 10); !strings.Contains(got, "3 marked") || strings.Contains(got, "deleted") {
		t.Errorf("a run that has begun has deleted something:\n%s", got)
	}
	p.run(p.Update(GoingMsg{InHand: all, Gone: all[:1]}))
	got := p.text(100, 10)
	if !strings.Contains(got, "2 marked") || strings.Count(got, "✓ deleted") != 1 || strings.Count(got, "◇ unused") != 2 {
		t.Errorf("one of three is deleted:\n%s", got)
	}
	if got := p.text(160, 20); !strings.Contains(got, "└ by a run of this session") {
		t.Errorf("beside the table stands the old verdict:\n%s", got)
	}
	p.press("ctrl+r") // the second is gone too, its outcome is not yet here
	if got := p.lastSaid(); got != "" {
		t.Errorf("said %q about what the user is deleting", got)
	}
	p.run(p.Update(EndedMsg{Touched: all, Gone: all[:1]})) // the second reappeared
	if got := p.text(100, 10); strings.Contains(got, "deleted") || !strings.Contains(got, "web-2") {
		t.Errorf("what is there is shown as deleted:\n%s", got)
	}
}

func TestAKeptFilterGoesOnWithAnotherWord(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 22, 23))}, nil)
	p.View(100, 20)
	p.press("/").write("web-2").press("enter", "/").write("!23").press("enter")
	if got := p.text(100, 10); !strings.Contains(got, "/web-2 !23 ") || !strings.Contains(got, "1 of 3") {
		t.Errorf("want two words:\n%s", got)
	}
	p.press("/", "enter")
	if p.tab().filter != "web-2 !23" {
		t.Errorf("the filter has grown to %q", p.tab().filter)
	}
}

// What is asked of columns that have no room is said, not done in silence.
func TestSaysWhatHasNoRoom(t *testing.T) {
	p := newProbe(t, &feed{whole(unused(1, 2))}, nil)
	p.View(80, 10)
	p.press("P")
	if got := p.text(80, 10); !strings.Contains(got, "sorted by PROTOCOL ▲ · 1/2") {
		t.Errorf("does not say what it is sorted by:\n%s", got)
	}
	p.press("P", "ctrl+w")
	if said := p.lastSaid(); !strings.HasPrefix(said, "All columns need a terminal of 1") {
		t.Errorf("said %q", said)
	}
	if got := p.text(80, 10); !strings.Contains(got, "sorted by PROTOCOL ▼ · 1/2") {
		t.Errorf("does not say what it is sorted by:\n%s", got)
	}
	if got := p.text(200, 10); !strings.Contains(got, "PROTOCOL ▼") || !strings.Contains(got, "pool-0001") || strings.Contains(got, "sorted by") {
		t.Errorf("not all columns are shown:\n%s", got)
	}
	p.press("ctrl+w")
	if said := p.lastSaid(); said != "" {
		t.Errorf("said %q of the usual columns", said)
	}
}

func TestWhatIsNotKnownStandsLastInBothOrders(t *testing.T) {
	rows := unused(1, 2, 3)
	rows[1].Created = client.Time{}
	p := newProbe(t, &feed{whole(rows)}, nil)
	p.View(100, 10)
	for _, want := range []string{"web-1 web-3 web-2", "web-3 web-1 web-2"} {
		p.press("A")
		var got []string
		for _, line := range strings.Split(p.text(100, 10), "\n")[3:] {
			if at := strings.Index(line, "web-"); at >= 0 {
				got = append(got, line[at:at+5])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q, want %s", got, want)
		}
	}
}

// Marks from before wait for their rows; only a list that has come whole says that a row is gone.
func TestKeptMarksWaitForTheirRows(t *testing.T) {
	refused := errors.New("page 2: refused")
	p := newProbe(t, &feed{{listing(true, refused, nil)}, {listing(true, refused, unused(1))}, whole(unused(1, 2))}, nil)
	p.Keep([]inventory.Ref{ref(3), ref(2), ref(1)})
	for _, want := range [][]inventory.Ref{{ref(1), ref(3), ref(2)}, {ref(1), ref(2)}} {
		p.press("ctrl+r")
		if got := p.Marks(); !slices.Equal(got, want) || p.lastSaid() != "" {
			t.Errorf("%v, want %v", got, want)
		}
	}
}
