package browse

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
)

// lines are those at the top of the frame, from the filter on.
func (p *probe) lines() []string {
	all := strings.Split(p.text(100, 20), "\n")
	for i := range all {
		all[i] = strings.TrimRight(all[i], " ")
	}
	return all[1:]
}

func TestRowsFollowAnExpressionAsItIsTyped(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.press("/")
	all := []string{"core-3", "edge-4", "web-1", "web-2", "web-5"}
	for _, step := range []struct {
		typed string
		want  []string
		right bool
	}{
		{"=", all, false},
		{"un", all, false},
		{"used", []string{"web-1", "web-5"}, true},
		{" &&", []string{"web-1", "web-5"}, false},
		{" age > 2", []string{"web-1", "web-5"}, false},
		{"d", []string{"web-5"}, true},
		{" || unknwn", []string{"web-5"}, false},
	} {
		p.write(step.typed)
		if got := p.names(); !slices.Equal(got, step.want) {
			t.Errorf("after %q: %v, want %v", step.typed, got, step.want)
		}
		if (p.input.wrong == nil) != step.right {
			t.Errorf("after %q: wrong is %v", step.typed, p.input.wrong)
		}
	}
}

func TestAMistakeIsShownWhereItIsAndNotKept(t *testing.T) {
	for _, test := range []struct {
		typed, caret string
	}{
		{"=agge > 90d", `   ^ pools have no field "agge": did you mean age?`},
		{"=unused && servers >", "                      ^ the expression ends too early"},
		{"=age > 90", "         ^ age is a length of time and 90 has no unit: write 90d, or min, h, d, w or y (365 days)"},
		{`=name == "` + strings.Repeat("x", 30) + `" && agge > 90d`, strings.Repeat(" ", 47) + `^ pools have no field "agge": did you mean age?`},
		{`=name == "` + strings.Repeat("x", 55) + `" && agge > 90d`, strings.Repeat(" ", 26) + `pools have no field "agge": did you mean age? ^`},
	} {
		p := newProbe(t, &feed{whole(mixed())}, nil)
		p.press("/").write("=unused").press("enter", "/", "ctrl+u").write(test.typed)
		p.press("enter")
		if !p.Typing() || p.tab().filter == test.typed {
			t.Errorf("%q was kept", test.typed)
		}
		if got := p.lines()[1]; got != test.caret {
			t.Errorf("%q:\n%s\nwant\n%s", test.typed, got, test.caret)
		}
		if p.press("esc"); p.Typing() || len(p.names()) != 5 || strings.Contains(p.text(100, 20), "^") {
			t.Errorf("esc does not leave:\n%s", p.text(100, 20))
		}
	}
}

// What is wrong is said whole: what helps stands at its end.
func TestALongMistakeTakesTwoLines(t *testing.T) {
	for typed, w := range map[string]int{"=age > 90": 80, `=verdict == "unused" && age > 90`: 80, `=verdict == "unused" && !protected && age > 90`: 60} {
		p := newProbe(t, &feed{whole(mixed())}, nil)
		p.press("/").write(typed)
		p.View(w, 20)
		if got := ansi.Strip(strings.Join(p.advice(w), "\n")); !strings.Contains(got, "^") || !strings.Contains(got, "w or y (365 days)") || strings.Contains(got, "…") {
			t.Errorf("%s at %d columns:\n%s", typed, w, got)
		}
	}
}

// A mistake within an expression that is kept leaves the rows of the kept one.
func TestAMistakeShowsNeitherNothingNorEverything(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed()), whole(mixed())}, nil)
	p.press("/").write("=unused").press("enter", "/").write("&& nonsense(").press("enter")
	if got := p.names(); !slices.Equal(got, []string{"web-1", "web-5"}) || !p.Typing() {
		t.Errorf("shows %v", got)
	}
	p.run(p.load()) // a new listing meanwhile
	if got := p.names(); !slices.Equal(got, []string{"web-1", "web-5"}) {
		t.Errorf("after a listing: %v", got)
	}
	p.press("ctrl+w", "ctrl+w", "enter")
	if p.Typing() || p.tab().filter != "=unused" {
		t.Errorf("mended, but not kept: %q", p.tab().filter)
	}
}

func TestRowsThatDoNotTellAreCountedNotShown(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.press("/").write("=!used").press("enter")
	if got := p.text(120, 20); !strings.Contains(got, "3 of 5 · 1 not known") || strings.Contains(got, "edge-4") {
		t.Errorf("%s", got)
	}
	p.press("V") // of the unused ones, all tell
	if got := p.text(120, 20); !strings.Contains(got, "[unused] /=!used") || strings.Contains(got, "not known") {
		t.Errorf("%s", got)
	}
	p.press("esc", "esc", "/").write(`=used && name == "x"`).press("enter")
	got := p.text(120, 20)
	for _, want := range []string{"Nothing matches", "5 hidden; esc clears the filter", "0 of 5"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	p.press("/", "ctrl+u").write(`=used && name == "edge-4"`).press("enter")
	if got := p.text(120, 20); !strings.Contains(got, "For 1 of the 5 pools it is not known whether it matches") {
		t.Errorf("%s", got)
	}
}

func TestAKeptExpressionHoldsForNewListingsAndKeepsMarks(t *testing.T) {
	after := mixed()
	after[4].Verdict.State = inventory.InUse
	after = append(after, pool(6, "web-6", inventory.Unused, "no listener, no policy"))
	p := newProbe(t, &feed{whole(mixed()), whole(after)}, nil)
	p.press("/").write("=unused").press("enter", "ctrl+a", "ctrl+r")
	if got := p.text(120, 20); !strings.Contains(got, "2 of 6 · 1 not known · 2 marked (1 hidden)") || !strings.Contains(got, "web-6") || strings.Contains(got, "web-5") {
		t.Errorf("%s", got)
	}
	p.press("ctrl+d")
	msg := p.out[len(p.out)-1].(DeleteMsg)
	if want := []inventory.Ref{ref(1), ref(5)}; !slices.Equal(msg.Refs, want) || len(msg.Hidden) != 1 {
		t.Errorf("asks to delete %v, %d hidden", msg.Refs, len(msg.Hidden))
	}
}

// Typed in one go, before any answer is there: what is marked is what the expression lets through.
func TestAllIsWhatTheExpressionLetsThrough(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.View(120, 20)
	var waiting []tea.Cmd
	press := func(k tea.KeyPressMsg) { waiting = append(waiting, p.Update(k)) }
	press(screentest.Key("/"))
	for _, r := range "=unused" {
		press(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	press(screentest.Key("enter"))
	press(screentest.Key("ctrl+a"))
	press(screentest.Key("ctrl+d"))
	if n := p.tab().table.Marked(); n != 0 {
		t.Errorf("%d marked before the rows are there", n)
	}
	for _, cmd := range waiting {
		p.run(cmd)
	}
	msg, ok := p.out[len(p.out)-1].(DeleteMsg)
	if want := []inventory.Ref{ref(1), ref(5)}; !ok || !slices.Equal(msg.Refs, want) {
		t.Errorf("asks for %#v", p.out)
	}
}

func TestCompletion(t *testing.T) {
	for _, test := range []struct {
		typed string
		tabs  int
		want  string
		shown string // on the line of candidates
	}{
		{"=serv", 1, "=servers", ""},
		{"=used && pro", 1, "=used && prot", "protected protocol"}, // what they share
		{"=used && pro", 2, "=used && protected", "protected protocol"},
		{"=used && pro", 3, "=used && protocol", "protected protocol"},
		{"=used && pro", 4, "=used && protected", "protected protocol"},
		{`=verdict == "in`, 1, `=verdict == "in use`, ""},
		{"=name sta", 1, "=name startsWith", ""},
		{"=un", 1, "=unused", "unused unknown"},
		{"=unused && agge", 1, "=unused && age", ""}, // what was meant
		{"=age > 3d ", 1, "=age > 3d and", "and or"},
		{"=age > 3d ", 2, "=age > 3d or", "and or"},
		{"=(used)", 1, "=(used) and", "and or"},
	} {
		p := newProbe(t, &feed{whole(mixed())}, nil)
		p.press("/").write(test.typed)
		p.press(slices.Repeat([]string{"tab"}, test.tabs)...)
		if got := p.input.String(); got != test.want {
			t.Errorf("%q and tab %d times: %q, want %q", test.typed, test.tabs, got, test.want)
		}
		if got := p.lines()[2]; !strings.Contains(got, test.shown) {
			t.Errorf("%q: candidates %q, want %q", test.typed, got, test.shown)
		}
	}
	p := newProbe(t, &feed{whole(mixed())}, nil)
	if p.press("/").write("web").press("tab"); !strings.Contains(p.lastSaid(), "begin with =") || p.input.String() != "web" {
		t.Error("tab in words does not say why nothing happens")
	}
	if p.press("ctrl+u").write(`=name == "x`).press("tab"); p.lastSaid() == "" {
		t.Error("tab where nothing can stand says nothing")
	}
	if want := []keys.Action{keys.Confirm, keys.Complete, keys.Back}; !slices.Equal(p.Hints(), want) {
		t.Errorf("hints %v", p.Hints())
	}
}

func TestSavedViewsAreFiltersThatFitOrSayWhyNot(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.View(120, 20)
	if why := p.Unfit("=expires < 30d"); why != `pools have no field "expires"` {
		t.Errorf("does not fit because %q", why)
	}
	if why := p.Unfit("=unused"); why != "" {
		t.Errorf("fits, but %q", why)
	}
	p.run(p.Filter("=unused"))
	if got := p.names(); !slices.Equal(got, []string{"web-1", "web-5"}) || p.Typing() {
		t.Errorf("shows %v", got)
	}
	p.run(p.Filter("=expires < 30d"))
	if got := p.names(); len(got) != 2 || p.lastSaid() == "" || p.tab().filter != "=unused" {
		t.Errorf("a view that does not fit shows %v", got)
	}
}

// Half of what was meant could mean something else.
func TestWhatIsTooLongForTheFilterIsNotTypedInPart(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.press("/").write("=unused")
	p.run(p.Update(tea.PasteMsg{Content: " && age > 9" + strings.Repeat("0", 1000) + "d"}))
	if got := p.lastSaid(); p.input.String() != "=unused" || got != "Too long to paste: a filter has at most 1 000 characters" {
		t.Errorf("the filter is %.40q, said %q", p.input.String(), got)
	}
	p.run(p.Update(tea.PasteMsg{Content: strings.Repeat(" ", 993)}))
	p.write("x")
	if got := p.lastSaid(); len(p.input.String()) != 1000 || got != "Not typed: a filter has at most 1 000 characters" {
		t.Errorf("the filter has %d characters, said %q", len(p.input.String()), got)
	}
	p.press("left")
	if got := p.lastSaid(); got != "" {
		t.Errorf("said %q of a key that types nothing", got)
	}
}

// pieces are what the test below types.
var pieces = []string{
	"=", "=unused", " && ", " || ", "!", "(", ")", "age > 2d", "used", "worth", `name contains "web"`, "unknown", " ", "web", "\"", "x", "servers == 0",
	"backspace", "backspace", "ctrl+u", "enter", "enter", "esc", "/", "/", "V", "tab", "left", "ctrl+a", "space", "*", "ctrl+r",
}

// TestShownIsWhatTheLastRightFilterSays: whatever is typed, in whatever order the answers come, rows that the last filter
// that was right does not let through are neither shown nor marked.
func TestShownIsWhatTheLastRightFilterSays(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 60 {
		var f feed
		for range 60 {
			f = append(f, whole(mixed()))
		}
		p := newProbe(t, &f, nil)
		p.View(120, 20)
		var waiting []tea.Cmd
		var log []string
		for range 40 {
			piece := pieces[rng.IntN(len(pieces))]
			log = append(log, piece)
			before := p.tab().table.Marked()
			if piece == "tab" && !p.input.on {
				continue // goes to another kind
			}
			if len(piece) > 1 && (piece == "backspace" || piece == "enter" || piece == "esc" || piece == "tab" || piece == "left" ||
				piece == "space" || strings.HasPrefix(piece, "ctrl+")) || piece == "/" || piece == "V" || piece == "*" {
				waiting = append(waiting, p.Update(screentest.Key(piece)))
			} else if p.input.on {
				for _, r := range piece {
					waiting = append(waiting, p.Update(tea.KeyPressMsg{Code: r, Text: string(r)}))
				}
			}
			if p.tab().narrowing() && p.tab().table.Marked() != before {
				t.Fatalf("%q: marked while the rows asked for are not there", log)
			}
			rng.Shuffle(len(waiting), func(i, j int) { waiting[i], waiting[j] = waiting[j], waiting[i] })
			for len(waiting) > 0 && rng.IntN(3) > 0 {
				p.run(waiting[0])
				waiting = waiting[1:]
			}
		}
		for _, cmd := range waiting {
			p.run(cmd)
		}
		tb := p.tab()
		if tb.narrowing() {
			t.Fatalf("%q: the rows asked for never came", log)
		}
		fl, err := filter.New(tb.columns.kind, tb.filter)
		if err != nil {
			t.Fatalf("%q: the filter that holds is wrong: %v", log, err)
		}
		var want []string
		for _, r := range mixed() {
			if tb.limits.show.lets(r.Verdict) && fl.Match(&r, epoch) == filter.Yes {
				want = append(want, r.Name)
			}
		}
		slices.Sort(want)
		got := p.names()
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("%q\nfilter %q, %v: shows %v, want %v\n%s", log, tb.filter, tb.limits.show, got, want, p.text(120, 20))
		}
	}
}

// At every size, whatever is typed, the frame is exact.
func TestEverySizeWhileTypingAnExpression(t *testing.T) {
	p := newProbe(t, &feed{whole(mixed())}, nil)
	p.press("V", "/")
	for _, typed := range []string{"=", "unus", "ed && name == \"名前名前名前名前名前名前名前名前名前\"", " && agge", " " + strings.Repeat("(", 80)} {
		p.write(typed)
		for w := 1; w < 150; w += 3 {
			for h := 1; h < 12; h++ {
				screentest.Fits(t, "the list", p.View(w, h), w, h)
			}
		}
		if p.input.wrong != nil && !strings.Contains(ansi.Strip(p.View(80, 20)), "^") {
			t.Errorf("no caret after %q:\n%s", typed, p.text(80, 20))
		}
	}
}
