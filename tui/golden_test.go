package tui

import (
	"fmt"
	"image/color"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/internal/golden"
)

// TestGoldenScreens: the screens as a user meets them, without colour.
func TestGoldenScreens(t *testing.T) {
	for _, test := range []struct {
		w, h  int
		shots string
	}{
		{80, 24, "browse child detail help confirm run filter palette"},
		{120, 36, "browse child detail help confirm run filter palette"},
		{160, 48, "browse confirm"},
	} {
		t.Run(fmt.Sprintf("%dx%d", test.w, test.h), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simcloud.Options{Seed: 1})
			a.recorded(t)
			a.opts.Views = []View{{"stale", "unused && age > 180d"}, {"expiring", "expires < 30d"}}
			x := open(t, a.opts, test.w, test.h, tea.WithColorProfile(colorprofile.ASCII))
			shot := func(name string) {
				if strings.Contains(test.shots, name) {
					golden.Check(t, fmt.Sprintf("%dx%d-%s.txt", test.w, test.h, name), x.still())
				}
			}
			x.see("listed just now").press("?").see("Browsing")
			shot("help")
			x.press("esc").see("1 Pools").press("E").see("VERDICT ▲").press("g", "space", "space", "space").see("3 marked")
			shot("browse")
			x.press("/", "=unused && agge").see("^ pools have no field")
			shot("filter")
			x.press("esc").gone("no field").press("g", ":").see("╭─ Go ")
			shot("palette")
			x.press("esc").gone("╭─ Go ").press("G", "space").see("4 marked")
			x.press("ctrl+d").see("of 4 marked pools")
			a.clock.pass(time.Second)
			x.press("up")
			shot("confirm")
			x.press("y").see("(proved gone)")
			shot("run")
			x.press("esc").see("1 Pools").press("3").see("ENTRIES").press("enter").see("Entries of", " 1/", "listed just now")
			shot("child")
			x.press("esc").see("ENTRIES").press("1").see("SERVERS")
			used := some(t, a.list(t, inventory.Pools), 1, func(r inventory.Resource) bool { return len(r.Verdict.Reasons) > 1 })[0]
			x.press("/", used.Ref.ID, "enter").see("1 of ").press("d").see("Used by", "load balancer", used.Label())
			shot("detail")
		})
	}
}

// TestGoldenLooks: the same screen in the look that fits the terminal. Escape characters are written as ␛.
func TestGoldenLooks(t *testing.T) {
	for _, test := range []struct {
		name    string
		paper   color.Color
		profile colorprofile.Profile
	}{
		{"dark", color.Black, colorprofile.TrueColor},
		{"light", color.White, colorprofile.TrueColor},
		{"16-colours", color.Black, colorprofile.ANSI},
		{"no-colour", color.Black, colorprofile.ASCII},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simcloud.Options{Seed: 1})
			x := openOn(t, test.paper, a.opts, 80, 12, tea.WithColorProfile(test.profile))
			x.see("listed just now").press("space", "down").taken().see("1 marked")
			x.still()
			golden.Check(t, "look-"+test.name+".txt", strings.ReplaceAll(x.screen.Render(), "\x1b", "␛")+"\n")
		})
	}
}

// The environment speaks for a terminal that does not say what its background is; one that does knows better.
func TestTheBackgroundUntilTheTerminalSays(t *testing.T) {
	for _, light := range []bool{false, true} {
		a := newAccount(t, simcloud.Options{Seed: 1})
		a.opts.Light = light
		m := New(t.Context(), a.opts)
		if dark := m.env.Theme.Look().Dark; dark == light {
			t.Errorf("light %v: dark %v at first", light, dark)
		}
		for _, paper := range []color.Color{color.Black, color.White} {
			m.Update(tea.BackgroundColorMsg{Color: paper})
			if dark := m.env.Theme.Look().Dark; dark != (paper == color.Black) {
				t.Errorf("light %v: dark %v on %v", light, dark, paper)
			}
		}
	}
}
