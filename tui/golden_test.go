package tui

import (
	"flag"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/google/go-cmp/cmp"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what is on the screen with testdata/NAME.txt.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: go test ./tui -run Golden -update makes it", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-golden +screen; -update accepts it):\n%s", path, diff)
	}
}

// still waits until the screen has not changed for a while, and gives it, without blanks at the ends of lines.
func (x *terminal) still() string {
	last, since := x.text(), time.Now()
	for time.Since(since) < 150*time.Millisecond {
		time.Sleep(10 * time.Millisecond)
		if s := x.text(); s != last {
			last, since = s, time.Now()
		}
	}
	return trim(last)
}

func trim(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.Join(lines, "\n") + "\n"
}

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
					golden(t, fmt.Sprintf("%dx%d-%s", test.w, test.h, name), x.taken().still())
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
			x.press("y").see("proved gone")
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
			golden(t, "look-"+test.name, strings.ReplaceAll(x.screen.Render(), "\x1b", "␛")+"\n")
		})
	}
}
