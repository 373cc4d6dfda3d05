package screen

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

// What has the focus is seen without colour, and nothing moves when it goes on.
func TestButtonsStayWhereTheyAre(t *testing.T) {
	th := theme.New(theme.Look{NoColor: true})
	for _, test := range []struct {
		name     string
		dim      bool
		one, two Button
		want     string
	}{
		{"the safe one", false, Button{Text: "Cancel", Focus: true}, Button{Text: "Delete", Does: true}, "▸[ Cancel ]    Delete  "},
		{"the other one", false, Button{Text: "Cancel"}, Button{Text: "Delete", Does: true, Focus: true}, "   Cancel   ▸[ Delete ]"},
		{"not yet", false, Button{Text: "Cancel", Focus: true}, Button{Text: "Delete", Does: true, Off: true}, "▸[ Cancel ]    Delete  "},
		{"no key is taken", true, Button{Text: "Cancel", Focus: true}, Button{Text: "Delete", Does: true}, "▸[ Cancel ]    Delete  "},
	} {
		if got := ansi.Strip(Buttons(th, test.dim, test.one, test.two)); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestHintsGiveWayFromTheEnd(t *testing.T) {
	th := theme.New(theme.Look{NoColor: true})
	hints := []string{"n cancel", "↑↓ scroll", "tab other button"}
	for w, want := range map[int]string{
		60: "n cancel · ↑↓ scroll · tab other button",
		45: "n cancel · ↑↓ scroll",
		20: "n cancel",
	} {
		got := ansi.Strip(HintLine(th, hints, "1–9 of 40", w))
		if line, ok := strings.CutSuffix(got, "1–9 of 40"); !ok || strings.TrimSpace(line) != want || ansi.StringWidth(got) != w {
			t.Errorf("in %d columns: %q, want %q", w, got, want)
		}
	}
}

func TestSentencesGoOnInALine(t *testing.T) {
	th := theme.New(theme.Look{NoColor: true})
	says := []Said{{theme.Strong, "3 pools will be deleted."}, {theme.Text, ""}, {theme.Warn, "2 of the 3 pools are hidden by the filter."}}
	for w, want := range map[int][]string{
		80: {"3 pools will be deleted. 2 of the 3 pools are hidden by the filter."},
		50: {"3 pools will be deleted.", "2 of the 3 pools are hidden by the filter."},
		30: {"3 pools will be deleted.", "2 of the 3 pools are hidden by", "the filter."},
	} {
		if got := ansi.Strip(strings.Join(Paragraph(th, says, w), "|")); got != strings.Join(want, "|") {
			t.Errorf("in %d columns: %q", w, got)
		}
	}
}

func TestTheKeyForYesIsNamed(t *testing.T) {
	env := &Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default()}
	if got := ansi.Strip(PressYes(env, "bring back")); got != "Press y to bring back" {
		t.Errorf("%q", got)
	}
	if got := ansi.Strip(ScrollHint(env)); got != "↑↓ scroll" {
		t.Errorf("%q", got)
	}
}
