package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/inventory"
	"janitor/client/simcloud"
	"janitor/tui/browse"
	"janitor/tui/detail"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

// gate holds requests that delete back until it is opened.
func gate(open <-chan struct{}) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "batch-delete") {
				body, _ := io.ReadAll(r.Body) // a server notices that its client has gone only once it has read everything
				r.Body = io.NopCloser(bytes.NewReader(body))
				select {
				case <-open:
				case <-r.Context().Done():
				}
			}
			h.ServeHTTP(w, r)
		})
	}
}

// TestASecondRunLeavesOutWhatTheFirstHas: nothing is deleted by two runs, and every run can be seen again.
func TestASecondRunLeavesOutWhatTheFirstHas(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	four := ids(some(t, a.list(t, inventory.Pools), 4, unusedDedicated))
	x := open(t, a.opts, 110, 30)
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	x.see("listed just now").choose(four[:3]...)
	x.press("ctrl+d").confirm(a, "3").see("Deleting 3 pools").press("esc").see("r shows it", "3 marked")
	x.press("/", "ctrl+u", four[3], "enter").see("/" + four[3]).press("space").see("4 marked")
	x.press("ctrl+d").see("1 pool will be deleted, 3 are left out", "being deleted by the run that is going")
	x.confirm(a, "1").see("Deleting 1 pool", "run 2 of 2")

	x.press("esc").see("1 Pools").press("r").see("run 2 of 2")
	x.press("esc").see("1 Pools").press("r").see("run 1 of 2", "Deleting 3 pools")
	x.press("esc").see("1 Pools").press("r").see("run 2 of 2")
	x.press("?").see("Watching a run").press("r").see("r works in lists and in the detail").press("esc").see("run 2 of 2")
	x.press("esc").see("1 Pools", "deleting 0/4, r shows it")
	release()
	x.gone("deleting").gone("proving").gone("marked").press("r").see("run 2 of 2", "1 deleted (proved gone)")
	x.press("esc", "r").see("run 1 of 2", "3 deleted (proved gone)") // keys that are typed ahead reach the screen below
	x.press("esc", "q").end()
	asked := strings.Join(a.deletions(), "\n")
	for _, id := range four {
		if n := strings.Count(asked, id); n != 1 {
			t.Errorf("%s was asked for %d times", id, n)
		}
	}
}

// TestARetriedRunIsNotRetriedBesideItsRetry, and can still be seen.
func TestARetriedRunIsNotRetriedBesideItsRetry(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	var refused atomic.Bool
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		held := gate(more)(h)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "batch-delete") && !refused.Swap(true) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"error_code":"ELB.0001","error_msg":"no"}`)
				return
			}
			held.ServeHTTP(w, r)
		})
	})
	pool := some(t, a.list(t, inventory.Pools), 1, unusedDedicated)[0]
	x := open(t, a.opts, 110, 30)
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	x.see("listed just now").choose(pool.Ref.ID)
	x.press("ctrl+d").confirm(a, "1").see("1 failed", "tries again").press("r").see("Retry the run")
	a.clock.pass(time.Second)
	x.press("y").see("Deleting 1 pool", "run 2 of 2")
	x.press("esc").see("1 Pools").press("r").see("run 2 of 2").press("esc").see("1 Pools").press("r").see("run 1 of 2", "1 failed")
	x.press("r").see("Another run is deleting some of these").gone("run 3")
	release()
	x.gone("deleting").gone("proving").press("f").gone("Another run").press("esc").see("Run ended: 1 pool: 1 deleted (proved gone)")
}

// TestTheThirdCtrlCDoesNotWait: cancelling proves what was sent and says what it waits for; ctrl+c again breaks it off.
func TestTheThirdCtrlCDoesNotWait(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		front      func(http.Handler) http.Handler
		says, ends string
	}{
		"the quota holds up the proof": {
			front: func(h http.Handler) http.Handler {
				var deleted atomic.Bool
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case strings.Contains(r.URL.Path, "batch-delete"):
						deleted.Store(true)
					case deleted.Load() && strings.HasSuffix(r.URL.Path, "/elb/pools"):
						w.Header().Set("Retry-After", "57")
						w.WriteHeader(http.StatusTooManyRequests)
						return
					}
					h.ServeHTTP(w, r)
				})
			},
			says: "then proof; ctrl+c again quits without proof",
			ends: "2 pools: 2 deleted (not proved)",
		},
		"an answer does not come": {
			front: gate(nil),
			says:  "2 in flight; ctrl+c again quits without proof",
			ends:  "2 pools: 2 unknown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccountBehind(t, simcloud.Options{Seed: 1}, test.front)
			// Pauses are in real time.
			a.opts.Now = func() time.Time { return time.Now().Add(a.clock.now().Sub(epoch)) }
			two := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
			x := open(t, a.opts, 100, 30).see("1 Pools 48 ").choose(ids(two)...)
			x.press("ctrl+d").confirm(a, "2")
			if strings.Contains(test.says, "then proof") {
				x.see("proving")
			} else {
				x.see("deleting")
			}
			x.press("ctrl+c").see("A run is going on: ctrl+c again cancels it, proves what was sent and quits")
			a.clock.pass(time.Second)
			x.press("ctrl+c").see(test.says)
			if strings.Contains(test.says, "then proof") {
				x.see("Cancelled: quota frees in 5")
			}
			a.clock.pass(time.Second)
			x.press("ctrl+c").end()
			for _, want := range []string{test.ends, "Quit before the proof"} {
				if !strings.Contains(x.summary, want) {
					t.Errorf("%q is missing in: %s", want, x.summary)
				}
			}
		})
	}
}

// TestASignalWaitsForWhatIsInFlight: told to end, the program lets go of the terminal, says that it waits, and waits until
// it is told not to.
func TestASignalWaitsForWhatIsInFlight(t *testing.T) {
	t.Parallel()
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(nil))
	a.recorded(t)
	flying, breakOff := context.WithCancel(t.Context())
	defer breakOff()
	waits := make(chan struct{}, 2)
	a.opts.InFlight, a.opts.Waiting = flying, func() { waits <- struct{}{} }
	two := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("1 Pools 48 ").choose(ids(two)...)
	x.press("ctrl+d").confirm(a, "2").see("deleting")
	x.cancel()
	<-waits
	select {
	case <-x.done:
		t.Error("it did not wait")
	default:
	}
	breakOff()
	x.end()
	if !errors.Is(x.err, context.Canceled) || !strings.Contains(x.summary, "2 pools: ") || len(waits) > 0 {
		t.Errorf("%v: %s; told again: %d", x.err, x.summary, len(waits))
	}
	all, err := a.opts.History.All()
	if err != nil || len(all) != 1 || all[0].State() != "unfinished" || len(all[0].Ledger.Open()) != 2 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestAFailedListSaysSoEverywhere(t *testing.T) {
	t.Parallel()
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/pools") {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `{"error_code":"ELB.0001","error_msg":"not allowed"}`)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	x := open(t, a.opts, 80, 24).see("1 Pools !", "not listed", "ctrl+r list again", "could not be listed")
	if n := strings.Count(x.text(), "not allowed"); n != 1 {
		t.Errorf("the cause stands there %d times:\n%s", n, x.text())
	}
	x.press("enter").see("Pools could not be listed: ctrl+r tries again")
	x.press("2").see("listed just now").gone("ctrl+r")
}

func TestDeleteFromTheDetail(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	all := a.list(t, inventory.Pools)
	two := some(t, all, 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now").choose(two[0].Ref.ID)
	x.press("/", "ctrl+u", two[1].Ref.ID, "enter").see("/"+two[1].Ref.ID, "1 of ").press("d").see("Used by", "ctrl+d delete")
	x.press("r").see("No run yet in this session").press("space").see("space works in the tables of pools, certificates, IP groups and channels")
	x.press("ctrl+d").confirm(a, "1").see("1 deleted (proved gone)") // not the marked one
	checkDeleted(t, a, ids(two[1:]), all)
	x.press("esc").see("1 Pools", "1 marked", " 0 of ").gone("Used by") // listed again
	x.press("d").see("No row is shown").press("esc", "d").see("Used by").press("r").see("1 deleted (proved gone)")
}

// TestDetailsAreStacked: what a detail opens stands on top of it, when that is still where the user is.
func TestDetailsAreStacked(t *testing.T) {
	m := many(t, 10, 80, 24)
	row := listed(m)
	m.Update(browse.DetailMsg{By: m.top().(*browse.Model), Resource: row})
	first := m.top().(*detail.Model)
	next := detail.New(m.env, detail.Options{Resource: row, From: &inventory.Snapshot{}})
	m.Update(detail.OpenMsg{By: next, Next: first})
	if m.top() != screen.Screen(first) {
		t.Fatal("opened what was asked for on another screen")
	}
	_, cmd := m.Update(detail.OpenMsg{By: first, Next: next})
	if m.top() != screen.Screen(next) || cmd == nil {
		t.Fatal("did not open it and ask for its references")
	}
	m.Update(detail.OpenMsg{By: first, Next: next})
	if len(m.stack) != 3 {
		t.Errorf("%d screens after a key that was pressed twice", len(m.stack))
	}
	m.Update(cmd())
	if got := m.frame(); !strings.Contains(got, "nothing that was listed so far") {
		t.Errorf("the references did not reach their screen:\n%s", got)
	}
	m.press(tea.KeyPressMsg{Code: tea.KeyEscape})
	if m.top() != screen.Screen(first) {
		t.Error("esc does not lead back to where it was opened")
	}
}

func TestReadOnlyHelpDoesNotPromise(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Engine = nil
	x := open(t, a.opts, 100, 60).see("listed just now").press("?").see("(read-only) delete what is marked").press("esc").see("1 Pools")
	x.press("h").see("No run yet").press("?").see("(read-only) undo: bring back", "(read-only) go on with a run").press("esc", "esc").see("1 Pools").press("?")
	x.press("esc").see("1 Pools").press("d").see("Used by").gone("ctrl+d").press("ctrl+d").see("Read-only: this session cannot delete")
	x.press("esc").see("1 Pools").press("f").see("f works on the screen of a run")
}

// TestTheFootKeepsHelpAndDelete at every width.
func TestTheFootKeepsHelpAndDelete(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	x := open(t, a.opts, 100, 20).see("listed just now")
	for _, w := range []int{40, 47, 55, 63, 71, 80} {
		x.resize(w, 20)
		x.until(fmt.Sprintf("at %d columns", w), func(s string) bool {
			lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
			foot := lines[len(lines)-1]
			return ansi.StringWidth(lines[0]) <= w && strings.Contains(foot, "ctrl+d delete") && strings.Contains(foot, "? help")
		})
	}
	x.press("/").see("enter keep · esc clear")
}

// A notice ends with what to do: it is there whole, as far as three lines go, and takes them from the screen.
func TestANoticeIsWrapped(t *testing.T) {
	m := many(t, 100, 80, 24)
	for text, want := range map[string]int{
		"short": 1,
		"run 20260801T120000Z-1a2b3c was begun with the profile acme-production, this session has sandbox: janitor --profile acme-production": 2,
		strings.Repeat("x", 300):                            3,
		strings.Repeat("資", 300):                            3,
		"a\nb\x1b[2J\r" + strings.Repeat("long words ", 99): 3,
	} {
		m.Update(screen.Notice{Text: text, Bad: true})
		lines := strings.Split(ansi.Strip(m.frame()), "\n")
		if len(lines) != 24 {
			t.Fatalf("%d lines for %q", len(lines), text)
		}
		n := len(m.says(80))
		if foot := strings.Join(lines[24-n:], ""); n != want || want < 3 && !strings.Contains(foot, text[len(text)-5:]) || want == 3 && !strings.HasSuffix(strings.TrimSpace(foot), "…") {
			t.Errorf("%q: %d lines, want %d:\n%s", text, n, want, strings.Join(lines, "\n"))
		}
		for _, line := range lines {
			if ansi.StringWidth(line) > 80 {
				t.Errorf("%d columns: %q", ansi.StringWidth(line), line)
			}
		}
	}
}

// TestANoticeIsForItsScreen: what a list has to say does not cover the keys of another screen, and is not lost.
func TestANoticeIsForItsScreen(t *testing.T) {
	m := many(t, 10, 80, 24)
	list := m.top()
	m.push(m.browse(inventory.Top(), nil, nil))
	m.Update(screen.Notice{By: list, Text: "1 marked row is gone"})
	if got := m.frame(); strings.Contains(got, "is gone") {
		t.Errorf("covers another screen:\n%s", got)
	}
	m.press(tea.KeyPressMsg{Code: 'j', Text: "j"})
	m.pop()
	if got := m.frame(); !strings.Contains(got, "is gone") {
		t.Errorf("was lost:\n%s", got)
	}
	m.press(tea.KeyPressMsg{Code: 'j', Text: "j"})
	if got := m.frame(); strings.Contains(got, "is gone") {
		t.Errorf("stays:\n%s", got)
	}
}

// Why something cannot be done is said as long as it is so, and no longer.
func TestAReasonAgainstGoesWithIt(t *testing.T) {
	t.Parallel()
	lists, deletes := make(chan struct{}), make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, func(h http.Handler) http.Handler {
		slow, all := gate(deletes)(h), gateAll(lists)(h)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				all.ServeHTTP(w, r)
				return
			}
			slow.ServeHTTP(w, r)
		})
	})
	a.recorded(t)
	list, deleting := sync.OnceFunc(func() { close(lists) }), sync.OnceFunc(func() { close(deletes) })
	x := open(t, a.opts, 100, 30)
	t.Cleanup(list)
	t.Cleanup(deleting)
	x.see("listing").press("space").see("The pools are still being listed")
	list()
	x.see("1/48", "listed just now", "space mark").gone("still being listed")
	x.choose(ids(some(t, a.list(t, inventory.Pools), 1, unusedDedicated))...).press("ctrl+d").confirm(a, "1").see("Deleting 1 pool", "1 in flight")
	x.press("u").see("still goes on")
	deleting()
	x.see("1 deleted (proved gone)", "u undo").gone("still goes on")
}

// What was refused is not said again when the same is done later, once it can be.
func TestAReasonAgainstDoesNotComeBack(t *testing.T) {
	m := many(t, 10, 80, 24)
	m.opts.Loader = newAccount(t, simcloud.Options{Seed: 1}).loader
	m.Update(screen.Notice{Text: "Already listing", Of: keys.Refresh}) // which has ended since
	m.press(screentest.Key("ctrl+r"))
	if got := m.frame(); !strings.Contains(got, "listing") || strings.Contains(got, "Already listing") {
		t.Error(got)
	}
}

// What is said of the width of a terminal goes when it has another one, and does not come back with the old one.
func TestWhatIsSaidOfAWidthGoesWithIt(t *testing.T) {
	m := many(t, 10, 80, 24)
	said := func() bool { return strings.Contains(m.frame(), "this one has 80") }
	m.frame() // a screen knows its width once it is drawn
	m.Update(m.press(screentest.Key("ctrl+w"))())
	if !said() {
		t.Errorf("not said:\n%s", m.frame())
	}
	m.Update(tea.WindowSizeMsg{Width: 200, Height: 24})
	if said() {
		t.Errorf("still said:\n%s", m.frame())
	}
	m.press(screentest.Key("down"))
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if said() {
		t.Errorf("said again:\n%s", m.frame())
	}
}
