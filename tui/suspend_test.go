package tui

import (
	"errors"
	"strings"
	"testing"

	"janitor/client/simcloud"
)

// TestCtrlZGivesTheTerminalBack: from a list, an input, a palette and a dialog alike; afterwards all is as it was.
func TestCtrlZGivesTheTerminalBack(t *testing.T) {
	for name, test := range map[string]struct {
		keys []string
		sees string
	}{
		"a list":    {nil, "1/48"},
		"an input":  {[]string{"/", "te"}, "/te"},
		"a palette": {[]string{":"}, "go to pools"},
		"a dialog":  {[]string{"ctrl+d"}, "Cancel ]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simcloud.Options{Seed: 1})
			away := make(chan struct{})
			a.opts.Suspend = func() error {
				<-away
				return errors.New("no shell waits for it")
			}
			x := open(t, a.opts, 100, 30).see("1 Pools 48 ", "listed").press(test.keys...).see(test.sees)
			x.press("ctrl+z").until("the screen is not left", func(string) bool { return x.sent("\x1b[?1049l") == 1 })
			close(away)
			x.see("no shell waits for it", test.sees)
			if n := x.sent("\x1b[?1049h"); n != 2 {
				t.Errorf("the screen was taken %d times, not once more", n)
			}
		})
	}
}

// TestCtrlZWithARunGoingOn: what was sent would stay without an answer for as long as the shell likes.
func TestCtrlZWithARunGoingOn(t *testing.T) {
	answers := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(answers))
	a.opts.Suspend = func() error {
		t.Error("stopped with a run going on")
		return nil
	}
	two := some(t, a.list(t, "pools"), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("1 Pools 48 ").choose(ids(two)...)
	x.press("ctrl+d").confirm(a, "2").see("deleting")
	x.press("ctrl+z").see("ctrl+z would stop the run halfway: wait for its end, or cancel it")
	close(answers)
	x.see("proved")
	if x.sent("\x1b[?1049l") > 0 {
		t.Error("the screen was left")
	}
}

func TestCtrlZWhereASystemCannotSuspend(t *testing.T) {
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("listed").press("ctrl+z")
	if s := x.see("no going back to the shell on this system").still(); !strings.Contains(s, "ctrl+c quits") {
		t.Errorf("what else can be done is missing:\n%s", s)
	}
}

// TestCtrlLDrawsTheScreenAnew: whoever wrote on it, over a list, an input and a dialog alike.
func TestCtrlLDrawsTheScreenAnew(t *testing.T) {
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("1 Pools 48 ", "listed")
	for _, keys := range []string{"", "/", "ctrl+d"} {
		before := x.press(keys).still()
		if _, err := x.screen.WriteString("\x1b[5;1HBroadcast message from root"); err != nil {
			t.Fatal(err)
		}
		x.see("Broadcast").press("ctrl+l").gone("Broadcast")
		if after := x.still(); after != before {
			t.Errorf("after %q:\n%s\nwant:\n%s", keys, after, before)
		}
		x.press("esc").still()
	}
}
