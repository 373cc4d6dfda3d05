package tui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/browse"
	"janitor/tui/keys"
)

func TestThePaletteGoesToKindsFromAnywhere(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 80, 24).see("listed just now", "? help · : go", "ctrl+d delete")
	x.press(":").see("╭─ Go ", "go to IP groups", "enter do it").press("ipg", "enter").see("ENTRIES")
	x.press("enter").see("Entries of IP group", " 1/").press("d").see("Fields")
	x.press(":", "pools", "enter").see("SERVERS").gone("╭─ Go ").press("esc").see("This is the first screen")
	x.press(":", "q:?").see("Nothing is called that").press("enter").press("esc").gone("╭─ Go ").see("SERVERS")
	x.press(":", "ctrl+c").end()
}

// Choosing an action does what its key does, with all that guards it.
func TestThePaletteDoesWhatKeysDo(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.press(":", "mark all", "enter").see("48 marked")
	x.press(":", "raw", "enter").see(`"id":`).press("esc").see("1 Pools")
	x.press(":", "show the run", "enter").see("No run yet in this session").press("esc").gone("╭─ Go ")
	x.press(":", "delete what", "enter").see("of 48 marked pools")
	a.clock.pass(time.Second)
	x.press("enter").see("Nothing was deleted").press(":", "quit", "down", "enter").end()
	if got := a.deletions(); len(got) > 0 {
		t.Errorf("deleted %q", got)
	}
}

func TestThePaletteSaysWhatIsNotPossible(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Engine, a.opts.ReadOnlyWhy = nil, "Read-only: the profile says read_only"
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.press(":", "delete what", "enter").see("╭─ Go ", "Read-only: the profile says read_only").press("\x1b").gone("╭─ Go ")
}

// What a key could not do now stands at the end, with the reason; what it can do stands before.
func TestThePaletteEndsInWhatIsNotPossible(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.recorded(t)
	pool := some(t, a.list(t, inventory.Pools), 1, unusedDedicated)[0]
	x := open(t, a.opts, 120, 30).see("listed just now").press(":")
	for typed, why := range map[string]string{
		"show the run": "No run yet in this session", "next step": "There is no runbook", "take all marks": "Nothing is marked",
		"read whole": "Nothing is known to be missing", "open the entries": "Pools hold nothing to open",
	} {
		x.press("ctrl+u", typed).see("! " + why)
	}
	x.press("esc").gone("╭─ Go ").choose(pool.Ref.ID).press("ctrl+d").confirm(a, "1 pool").see("1 deleted (proved gone)")
	x.press(":").see("copy the id that the item has now", "undo: bring back", "write reports").gone("leave it running")
	x.press("only").see("only one outcome", "! No failures")
	if got := x.text(); strings.Index(got, "! No failures") < strings.Index(got, "only one outcome") {
		t.Errorf("what is not possible does not stand at the end:\n%s", got)
	}
	for typed, why := range map[string]string{
		"retry": "Nothing to retry: nothing failed", "only failures": "No failures", "go on with": "Nothing to resume: the run is finished",
	} {
		x.press("ctrl+u", typed).see("! " + why)
	}
	x.press("ctrl+u")
	x.press("cancel", "enter").see("Nothing to cancel: the run is finished", "╭─ Go ").press("esc").gone("╭─ Go ")
	x.press(":", "copy the id", "enter").see("Copied " + pool.Ref.ID).press("ctrl+c").end()
}

// What a screen asks for while the palette has come over it is no longer wanted.
func TestThePaletteTakesTheKeys(t *testing.T) {
	m := many(t, 5, 80, 24)
	ask := m.top().Update(keys.Press("enter"))
	m.Update(keys.Press(":"))
	m.Update(ask())
	if _, ok := m.top().(*browse.Model); !ok || m.palette == nil {
		t.Errorf("the detail opened under the palette: %T", m.top())
	}
	m.Update(tea.PasteMsg{Content: "chann"})
	m.Update(keys.Press("enter"))
	if m.palette != nil || !strings.Contains(m.View().Content, "No channels") {
		t.Error("the pasted word was not taken")
	}
}

func TestSavedViewsInThePalette(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Views = []View{{"stale", "=unused && age > 180d"}, {"expiring", "expires < 30d"}}
	x := open(t, a.opts, 100, 30).see("listed just now")
	x.press(":", "view").see("view stale", "unused && age > 180d", `! pools have no field "expires"`)
	x.press("down", "enter").see("╭─ Go ").press("esc").gone("╭─ Go ").see("1/48")
	x.press(":", "stale", "enter").see("/=unused && age > 180d", " of 48").gone("◆ in use")
	x.press("2", ":", "expiring", "enter").see("/=expires < 30d")
	x.press("d").see("Fields").press(":", "expiring", "enter").see("Views are of lists: esc goes back")
}

// Another profile is gone on to from the palette, once nothing is under way here; one that cannot be used says why.
func TestThePaletteGoesToAnotherProfile(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	var to atomic.Pointer[string]
	looks := atomic.Int32{}
	fails := make(chan struct{})
	a.opts.Places = func(context.Context) ([]Place, error) {
		if looks.Add(1) == 1 {
			<-fails
			return []Place{{Name: "profile acme", Why: "You are here"}}, errors.New("GET https://iam.example/v3/auth/projects: 503")
		}
		return []Place{{Name: "profile acme", Why: "You are here"}, {Name: "profile other", About: "eu-de 99a3"}, {Name: "profile broken", Why: "it has no region"}, {Name: "region eu-nl"}}, nil
	}
	a.opts.GoTo = func(place string) { to.Store(&place) }
	a.opts.Notice = "profile other could not be opened"
	x := open(t, a.opts, 100, 30).see("listed just now", "profile other could not be opened")
	if looks.Load() != 0 {
		t.Error("looked for places before anybody wanted to know")
	}
	x.press(":", "region eu-nl").see("Looking for regions and projects…").gone("Nothing is called")
	close(fails)
	x.see("Regions and projects are not known (: asks again): ", "https://iam.example/v3/auth/projects: 503").press("ctrl+u", "profile acme").see("You are here")
	x.press("esc").gone("╭─ Go ").press(":", "region eu-nl").gone("not known").see("region eu-nl").press("ctrl+u")
	x.press("profile acme").see("profile acme").press("enter").see("You are here").press("ctrl+u", "profile broken", "enter").see("it has no region")
	if to.Load() != nil {
		t.Fatalf("gone to %s", *to.Load())
	}
	x.press("ctrl+u", "profile other").see("eu-de 99a3")
	x.press("ctrl+u", "region eu-nl", "enter").end()
	if got := to.Load(); got == nil || *got != "region eu-nl" {
		t.Errorf("gone to %v", got)
	}
}
