package notes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func open(notes ...string) *Model {
	return New(&screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: time.Now}, "Channels: what this list lacks", notes)
}

func TestEveryPartStandsOnItsOwn(t *testing.T) {
	got := ansi.Strip(open("callers could not be listed: 403 APIG.1", "ROMA 4423 does not run: it is FROZEN; APIG ac0c does not run: it is CreateFail").View(44, 12))
	want := []string{
		"Channels: what this list lacks", "",
		"! Callers could not be listed: 403 APIG.1", "",
		"! ROMA 4423 does not run: it is FROZEN",
		"! APIG ac0c does not run: it is CreateFail",
	}
	for i, line := range strings.Split(got, "\n")[:len(want)] {
		if strings.TrimSpace(line) != want[i] {
			t.Errorf("line %d is %q, want %q", i, line, want[i])
		}
	}
}

// What to do is said once, however many lists it would help.
func TestTheSameIsSaidOnce(t *testing.T) {
	got := ansi.Strip(open("Listing pools: 401; check the clock; listing listeners: 401; check the clock", "These are not all: 401; check the clock").View(60, 12))
	if strings.Count(got, "Check the clock") != 1 || !strings.Contains(got, "Listing listeners: 401") || !strings.Contains(got, "These are not all: 401") {
		t.Error(got)
	}
}

// A note of which all was said leaves nothing behind, no line either.
func TestANoteThatIsSaidTwiceIsThereOnce(t *testing.T) {
	once, twice := open("a: 401", "c: 403").View(60, 12), open("a: 401", "a: 401", "c: 403").View(60, 12)
	if once != twice {
		t.Errorf("%s\nis not\n%s", twice, once)
	}
}

// However much it is, all of it can be read at every size.
func TestAllOfItCanBeRead(t *testing.T) {
	parts := make([]string, 40)
	for i := range parts {
		parts[i] = fmt.Sprintf("gateway g%02d does not run: it is FROZEN", i)
	}
	for _, size := range [][2]int{{40, 10}, {80, 22}, {200, 48}} {
		m := open(strings.Join(parts, "; "))
		seen := ""
		for range 90 {
			view := ansi.Strip(m.View(size[0], size[1]))
			if n := strings.Count(view, "\n") + 1; n != size[1] {
				t.Fatalf("%d lines at %v", n, size)
			}
			seen += view
			m.Update(tea.KeyPressMsg{Code: 'j', Text: "j"})
		}
		for i := range parts {
			if !strings.Contains(seen, fmt.Sprintf("ateway g%02d", i)) {
				t.Errorf("gateway %d is never seen at %v", i, size)
			}
		}
	}
}

func TestEscGoesBackAndOtherKeysSaySo(t *testing.T) {
	m := open("one")
	if got := m.Update(tea.KeyPressMsg{Code: 'c', Text: "c"})(); got != (screen.Notice{Text: "c works in lists and in the detail: esc goes back"}) {
		t.Errorf("c says %v", got)
	}
	if m.Update(tea.KeyPressMsg{Code: tea.KeyEscape}); !m.Left() {
		t.Error("esc does not go back")
	}
}
