package help

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func open(first keys.Context) *Model {
	return New(&screen.Env{Theme: theme.New(theme.Look{}), Keys: keys.Default(), Now: time.Now}, first, false)
}

// TestShowsEveryBinding: nothing is bound that help does not tell.
func TestShowsEveryBinding(t *testing.T) {
	got := strings.Join(strings.Fields(ansi.Strip(strings.Join(open(keys.Browse).lines(80), "\n"))), " ")
	for _, c := range keys.Sections() {
		for _, b := range keys.Default().Own(c) {
			if !strings.Contains(got, strings.Join(b.Labels(), " ")+" "+b.Help) {
				t.Errorf("%s %q (%s) is missing", b.Action, b.Labels(), c.Title())
			}
		}
	}
}

func TestNamesTheKeysThatAreBound(t *testing.T) {
	bound, err := keys.Default().Override(map[keys.Action][]string{keys.Range: {"ctrl+v"}, keys.ShowRun: {"x"}})
	if err != nil {
		t.Fatal(err)
	}
	m := New(&screen.Env{Theme: theme.New(theme.Look{}), Keys: bound, Now: time.Now}, keys.Browse, false)
	got := strings.Join(strings.Fields(ansi.Strip(strings.Join(m.lines(80), "\n"))), " ")
	for _, want := range []string{"ctrl+v mark a range: start, move, ctrl+v again to end", "leave it running; x shows it again"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing: %s", want, got)
		}
	}
}

func TestTwoColumnsHoldEverySection(t *testing.T) {
	m := open(keys.Browse)
	got := strings.Join(m.lines(160), "\n")
	for _, c := range keys.Sections() {
		for _, line := range m.section(c, 160/2-2) {
			if !strings.Contains(got, line) {
				t.Errorf("%q is missing", ansi.Strip(line))
			}
		}
	}
}

func TestBeginsWithTheKeysOfTheScreenOneComesFrom(t *testing.T) {
	for _, c := range []keys.Context{keys.Browse, keys.Run, keys.Reading} {
		var titles []string
		for line := range strings.SplitSeq(ansi.Strip(open(c).View(80, 40)), "\n") {
			if strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "  ") {
				titles = append(titles, strings.TrimSpace(line))
			}
		}
		if len(titles) < 2 || titles[0] != c.Title() || titles[1] != signsTitle {
			t.Errorf("begins with %q, want %q and %q", titles, c.Title(), signsTitle)
		}
	}
}

// TestExplainsEveryVerdictAndGrade: what a table or the dialog can show is in the legend, by the same sign.
func TestExplainsEveryVerdictAndGrade(t *testing.T) {
	m := open(keys.Browse)
	got := strings.Join(strings.Fields(ansi.Strip(strings.Join(m.signs(80), "\n"))), " ")
	for s := range inventory.Protected + 1 {
		glyph, _ := card.State(m.Env.Theme, s)
		if want := glyph + " " + s.String() + " " + meaning(s); !strings.Contains(got, want) {
			t.Errorf("%q is missing: %s", want, got)
		}
	}
	for _, want := range []string{m.Env.Theme.Mark, m.Env.Theme.Bar, inventory.Care.String(), inventory.Danger.String(), "V shows only those"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing: %s", want, got)
		}
	}
}

func TestFits80x24AndScrollsToItsEnd(t *testing.T) {
	m := open(keys.Browse)
	seen := map[string]bool{}
	for range 20 {
		view := m.View(80, 22)
		screentest.Fits(t, "help", view, 80, 22)
		for line := range strings.SplitSeq(view, "\n") {
			seen[strings.TrimSpace(ansi.Strip(line))] = true
		}
		m.Update(tea.KeyPressMsg{Code: tea.KeyPgDown})
	}
	for _, line := range m.lines(80) {
		if s := strings.TrimSpace(ansi.Strip(line)); !seen[s] {
			t.Errorf("never shown: %q", s)
		}
	}
}

func TestHelpKeyAndEscLeave(t *testing.T) {
	for _, key := range []tea.KeyPressMsg{{Code: '?', Text: "?"}, {Code: tea.KeyEscape}} {
		m := open(keys.Browse)
		if m.Update(key); !m.Left() {
			t.Errorf("%s does not leave", key)
		}
	}
}
