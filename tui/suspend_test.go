package tui

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/internal/screentest"
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
			back := sync.OnceFunc(func() { close(away) })
			a.opts.Suspend = func() error {
				<-away
				return errors.New("no shell waits for it")
			}
			x := open(t, a.opts, 100, 30).see("1 Pools 48 ", "listed")
			t.Cleanup(back) // the program does not end while it is away
			x.press(test.keys...).see(test.sees)
			x.press("ctrl+z").until("the screen is not left", func(string) bool { return x.sent("\x1b[?1049l") == 1 })
			back()
			x.see("no shell waits for it", test.sees)
			if n := x.sent("\x1b[?1049h"); n != 2 {
				t.Errorf("the screen was taken %d times, not once more", n)
			}
		})
	}
}

// TestCtrlZInAWindowThatIsTooSmall: it works as anywhere, and is named where it does.
func TestCtrlZInAWindowThatIsTooSmall(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Suspend = func() error { return nil }
	x := open(t, a.opts, 36, 9).see("ctrl+c quits, ctrl+z", "suspends, no other key")
	x.press("ctrl+z").until("the screen is not taken again", func(string) bool { return x.sent("\x1b[?1049h") == 2 })
	a.opts.Suspend = nil
	open(t, a.opts, 36, 9).see("ctrl+c quits, no other")
}

// TestCtrlZWithARunGoingOn: what was sent would stay without an answer for as long as the shell likes.
func TestCtrlZWithARunGoingOn(t *testing.T) {
	answers := make(chan struct{})
	answer := sync.OnceFunc(func() { close(answers) })
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(answers))
	a.opts.Suspend = func() error {
		t.Error("stopped with a run going on")
		return nil
	}
	two := some(t, a.list(t, "pools"), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30)
	t.Cleanup(answer)
	x.see("1 Pools 48 ").choose(ids(two)...).press("ctrl+d").confirm(a, "2").see("deleting")
	x.press("ctrl+z").see("ctrl+z would stop the run halfway: wait for its end, or cancel it")
	answer()
	x.see("proved")
	if x.sent("\x1b[?1049l") > 0 {
		t.Error("the screen was left")
	}
}

// TestTheDialogThatComesBackTakesNoKeysAtFirst: it comes up under a hand that typed for the shell, however long it was away.
func TestTheDialogThatComesBackTakesNoKeysAtFirst(t *testing.T) {
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Suspend = func() error {
		a.clock.pass(time.Minute)
		return errors.New("no shell waits for it")
	}
	a.opts.Started = func(*cleanup.Run) { t.Error("deleted what nobody has confirmed") }
	one := some(t, a.list(t, inventory.Pools), 1, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed").choose(ids(one)...).press("ctrl+d").see("Delete 1 pool")
	x.press("ctrl+z").see("no shell waits for it", "Delete 1 pool")
	for _, key := range []string{"y", "n"} { // past the input, of which tests have no second reader
		x.program.Send(screentest.Key(key))
		x.program.Send(tea.FocusMsg{})
		<-x.got // is taken
		a.clock.pass(time.Second)
		if key == "y" {
			x.see("Delete 1 pool")
		}
	}
	x.gone("Delete 1 pool")
}

// TestCtrlZIsUnderWay: on the way to the shell and back no key counts, so two presses stop the program once. What was confirmed
// just before may have begun a run by then.
func TestCtrlZIsUnderWay(t *testing.T) {
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Suspend = func() error {
		t.Error("stopped with a run going on")
		return nil
	}
	m := New(t.Context(), a.opts)
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	ctrlZ := tea.KeyPressMsg{Code: 'z', Mod: tea.ModCtrl}
	for range 2 {
		if _, cmd := m.Update(ctrlZ); cmd == nil {
			t.Fatal("is not on the way to the shell")
		}
		if _, cmd := m.Update(ctrlZ); cmd != nil {
			t.Error("goes there twice")
		}
		m.Update(screentest.Key("?"))
		m.Update(resumed{})
		if m.helping() {
			t.Error("a key counts that was typed meanwhile")
		}
	}

	m.runs = []*session{{}}
	if err := (suspension{m}).Run(); err == nil || !strings.Contains(err.Error(), "would stop the run halfway") {
		t.Errorf("says %v", err)
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
