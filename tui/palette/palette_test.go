package palette

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

var some = []Entry{
	{Name: "pools", About: "go to pools", Key: "1"},
	{Name: "ipgroups", About: "go to IP groups", Key: "3"},
	{Name: "view stale", About: "unused && age > 180d"},
	{Name: "view expiring", Why: `pools have no field "expires"`},
	{Name: "list again", Key: "ctrl+r"},
	{Name: "delete what is marked", Key: "ctrl+d", Danger: true},
	{Name: "help", Key: "?"},
}

func open(entries []Entry) *Model {
	return New(&screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: time.Now}, entries)
}

func (m *Model) write(s string) {
	for _, r := range s {
		m.Press(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func (m *Model) names() []string {
	var out []string
	for _, i := range m.found {
		out = append(out, m.entries[i].Name)
	}
	return out
}

func TestFindsWhatIsTyped(t *testing.T) {
	for typed, want := range map[string][]string{
		"":           {"pools", "ipgroups", "view stale", "list again", "delete what is marked", "help", "view expiring"},
		"pool":       {"pools"},
		"p":          {"pools", "ipgroups", "help", "view expiring"},
		"view":       {"view stale", "view expiring"},
		"VIEW st":    {"view stale"},
		"again list": {"list again"},
		"go to":      {"pools", "ipgroups"},
		"age":        {"view stale"}, // in what it says of itself
		"marked":     {"delete what is marked"},
		"nothing":    nil,
	} {
		m := open(some)
		m.write(typed)
		if diff := cmp.Diff(want, m.names()); diff != "" {
			t.Errorf("%q (-want +found)\n%s", typed, diff)
		}
	}
}

func TestKeys(t *testing.T) {
	enter, esc := tea.KeyPressMsg{Code: tea.KeyEnter}, tea.KeyPressMsg{Code: tea.KeyEscape}
	down, up := tea.KeyPressMsg{Code: tea.KeyDown}, tea.KeyPressMsg{Code: tea.KeyUp}
	for _, test := range []struct {
		typed string
		keys  []tea.KeyPressMsg
		want  string // chosen
		open  bool
		say   string
	}{
		{"", []tea.KeyPressMsg{enter}, "pools", false, ""},
		{"", []tea.KeyPressMsg{down, down, enter}, "view stale", false, ""},
		{"", []tea.KeyPressMsg{up, down, up, enter}, "pools", false, ""},
		{"", []tea.KeyPressMsg{{Code: tea.KeyPgDown}, up, enter}, "help", false, ""},
		{"list", []tea.KeyPressMsg{enter}, "list again", false, ""},
		{"j?q:", []tea.KeyPressMsg{enter, down, enter}, "", true, ""},
		{"expiring", []tea.KeyPressMsg{enter}, "", true, `pools have no field "expires"`},
		{"expiring", []tea.KeyPressMsg{enter, up}, "", true, ""},
		{"list", []tea.KeyPressMsg{esc}, "", false, ""},
	} {
		m := open(some)
		m.Over("", 80, 24)
		m.write(test.typed)
		var chosen *Entry
		open := true
		for _, k := range test.keys {
			chosen, open = m.Press(k)
		}
		got := ""
		if chosen != nil {
			got = chosen.Name
		}
		if got != test.want || open != test.open || !strings.Contains(m.say, test.say) || test.say == "" && m.say != "" {
			t.Errorf("%q %v: chose %q, open %v, said %q", test.typed, test.keys, got, open, m.say)
		}
	}
}

func TestShowsWhatIsNotPossibleAndWhy(t *testing.T) {
	m := open(some)
	got := ansi.Strip(m.Over("", 80, 24))
	for _, want := range []string{
		"╭─ Go ", "│ :", "▍ pools          go to pools", " 1 │", "view expiring  ! pools have no field", "enter do it · esc leave",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}

// At once, not only when enter is pressed.
func TestSaysThatNothingIsCalledThat(t *testing.T) {
	m := open(some)
	m.Over("", 80, 24)
	for _, test := range []struct {
		typed string
		key   rune
		want  bool
	}{{"no", 0, true}, {"", tea.KeyEnter, true}, {"", tea.KeyBackspace, false}, {"thing", 0, true}} {
		m.write(test.typed)
		if test.key != 0 {
			m.Press(tea.KeyPressMsg{Code: test.key})
		}
		got := ansi.Strip(m.Over("", 80, 24))
		if strings.Contains(got, "│   Nothing is called that") != test.want || strings.Contains(got, "enter do it") == test.want || !strings.Contains(got, "esc leave") {
			t.Errorf("%q is typed:\n%s", m.line.String(), got)
		}
	}
}

func TestNothingTakesNoRoom(t *testing.T) {
	m := open(some)
	m.Over("", 80, 24)
	m.write("nothing")
	if got := ansi.Strip(m.Over("", 80, 24)); strings.Count(got, "│")/2 > 3 {
		t.Errorf("an empty box:\n%s", got)
	}
}

// While not all entries are there, it is not said that there is none of that name.
func TestSaysWhatIsMissing(t *testing.T) {
	m := open(some)
	m.Lack("Looking for regions…")
	for _, typed := range []string{"", "p", "region eu-de"} {
		m.write(typed)
		got := ansi.Strip(m.Over("", 80, 24))
		if !strings.Contains(got, "│   Looking for regions…") || strings.Contains(got, "Nothing is called") {
			t.Errorf("%q is typed:\n%s", m.line.String(), got)
		}
	}
	m.Lack("Regions and projects are not known: " + strings.Repeat("what the service said, ", 4) + "and what to do")
	if got := ansi.Strip(m.Over("", 80, 24)); !strings.Contains(got, "and what to do") {
		t.Errorf("nothing else is shown, and yet not all of why:\n%s", got)
	}
	m.Lack("")
	if got := ansi.Strip(m.Over("", 80, 24)); strings.Contains(got, "Looking") || !strings.Contains(got, "Nothing is called that") {
		t.Errorf("nothing is missing:\n%s", got)
	}
}

// Why the entry at hand is not possible stands whole at the foot, before it is chosen.
func TestTheFootSaysWhyNot(t *testing.T) {
	m := open([]Entry{{Name: "cancel: send nothing more, asks first", Key: "c", Why: "Nothing to cancel: every item has its outcome"}, {Name: "help", Key: "?"}})
	foot := func() string {
		lines := strings.Split(strings.TrimRight(ansi.Strip(m.Over("", 60, 24)), " \n"), "\n")
		return strings.Trim(lines[len(lines)-2], " │")
	}
	if got := foot(); !strings.HasPrefix(got, "enter do it") { // what is possible comes first
		t.Errorf("of what is possible: %q", got)
	}
	m.Press(tea.KeyPressMsg{Code: tea.KeyDown})
	if got := foot(); got != "Nothing to cancel: every item has its outcome" {
		t.Errorf("of what is not: %q", got)
	}
}

// A long reason takes lines from the entries, not from itself, and the box stays as high as it is.
func TestALongReasonIsToldWhole(t *testing.T) {
	why := "You are here, and there is no other: the cloud of a demo is simulated in this process"
	entries := append(slices.Clone(some), Entry{Name: "region eu-sim-1", Why: why})
	for _, typed := range []string{"", "region"} {
		m := open(entries)
		m.write(typed)
		m.Press(tea.KeyPressMsg{Code: tea.KeyUp})
		high := strings.Count(strings.TrimSpace(ansi.Strip(m.Over("", 60, 13))), "\n")
		m.Press(tea.KeyPressMsg{Code: tea.KeyPgDown})
		got := strings.TrimSpace(ansi.Strip(m.Over("", 60, 13)))
		lines := strings.Split(got, "\n")
		foot := strings.Trim(lines[len(lines)-3], " │") + " " + strings.Trim(lines[len(lines)-2], " │")
		if foot != why || strings.Count(got, "\n") != high || !strings.Contains(got, "▍ region eu-sim-1") {
			t.Errorf("%q is typed:\n%s", typed, got)
		}
	}
}

func TestATooLongPasteIsRefused(t *testing.T) {
	m := open(some)
	m.write("po")
	if m.Paste(strings.Repeat("x", 1000)); m.line.String() != "po" || !strings.HasPrefix(m.say, "Too long to paste") {
		t.Errorf("%q, said %q", m.line.String(), m.say)
	}
	if m.Paste("ols\n"); !slices.Equal(m.names(), []string{"pools"}) || m.say != "" {
		t.Errorf("%v, said %q", m.names(), m.say)
	}
}

// The frame is exact at every size, wherever the cursor is, and the cursor is in it.
func TestEverySize(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	entries := append([]Entry{{Name: strings.Repeat("long ", 40), About: strings.Repeat("名", 90), Key: "ctrl+space"}}, some...)
	for range 300 {
		m := open(entries)
		m.Lack([]string{"", strings.Repeat("why ", 99)}[rng.IntN(2)])
		m.write([]string{"", "p", "view", "nothing"}[rng.IntN(4)])
		for range 3 {
			w, h := 1+rng.IntN(130), 1+rng.IntN(40)
			m.Press(tea.KeyPressMsg{Code: []rune{tea.KeyDown, tea.KeyUp, tea.KeyPgDown, tea.KeyEnd}[rng.IntN(4)]})
			view := m.Over(strings.Repeat(strings.Repeat("x", 200)+"\n", 50), w, h)
			screentest.Fits(t, "the palette", view, w, h)
			if w > 8 && h > around+2 && len(m.found) > 0 && !strings.Contains(view, "▍") {
				t.Fatalf("the cursor is not in sight at %d×%d:\n%s", w, h, ansi.Strip(view))
			}
		}
	}
}

// What comes later does not change what enter chooses.
func TestOfferedEntriesKeepTheCurrentOne(t *testing.T) {
	m := open([]Entry{{Name: "project b"}, {Name: "other"}})
	for _, r := range "b" {
		m.Press(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	m.Offer([]Entry{{Name: "b"}, {Name: "bb"}}) // better fits stand before it
	chosen, _ := m.Press(tea.KeyPressMsg{Code: tea.KeyEnter})
	if chosen == nil || chosen.Name != "project b" {
		t.Errorf("chose %+v", chosen)
	}
}
