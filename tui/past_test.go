package tui

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/client/report"
	"janitor/client/simcloud"
	"janitor/tui/keys"
)

func marked(rs []inventory.Resource) []inventory.Ref {
	refs := make([]inventory.Ref, len(rs))
	for i, r := range rs {
		refs[i] = r.Ref
	}
	return refs
}

// until waits for the first event of a step.
func until(run *cleanup.Run, step cleanup.Step) {
	for {
		events, more := run.Take()
		if more == nil || slices.ContainsFunc(events, func(ev cleanup.Event) bool { return ev.Step == step }) {
			return
		}
		<-more
	}
}

// brokenOff is a run of these that ended before its first request, as when its program is told to end. It gives its name.
func (a *account) brokenOff(t *testing.T, h *cleanup.History, rs []inventory.Resource) string {
	t.Helper()
	plan, err := cleanup.NewPlan(marked(rs), inventory.Last(a.loader.Load(t.Context(), inventory.Pools)), cleanup.Choice{})
	if err != nil || len(plan.Items) != len(rs) {
		t.Fatal(plan.LeftOut, err)
	}
	return breakOff(t, h, a.engine.Start(t.Context(), plan))
}

// breakOff lets a run end before its first request, and gives its name.
func breakOff(t *testing.T, h *cleanup.History, run *cleanup.Run) string {
	t.Helper()
	until(run, cleanup.Checking)
	run.Interrupt()
	run.Wait()
	header, ok := run.Recorded()
	if !ok || !run.Resumable() {
		t.Fatal("nothing is left to resume", run.Unrecorded())
	}
	if past := h.Read(header.Run); past.State() != "unfinished" {
		t.Fatal(past.State(), past.Err)
	}
	return header.Run
}

// A run is in the list while it goes on and when it has ended, in this session and in the next; it can be opened, verified
// and reported.
func TestARunIsKeptInTheHistory(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	h := a.recorded(t)
	three := some(t, a.list(t, inventory.Pools), 3, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now")
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	x.press("h").see("No run yet").press("R").see("There is no run").press("esc").see("1 Pools")
	x.choose(ids(three)...).press("ctrl+d").confirm(a, "3").see("Deleting 3 pools")
	x.press("h").see("Runs 1", "◌ running", "deleting 0/3", "acme eu-sim-1", "1 running").press("v").see("still goes on")
	x.press("R").see("Nothing to resume: the run goes on").press("enter").see("Deleting 3 pools").press("h").see("Runs 1")
	release()
	x.see("✓ finished", "3 pools deleted, proved gone").press("esc").gone("Runs 1").press("esc").see("1 Pools").press("q").end()

	x = open(t, a.opts, 100, 30).see("listed just now").press(":", "runs", "enter").see("Runs 1", "3 pools deleted, proved gone")
	x.press("R").see("Nothing to resume: the run is finished")
	x.press("enter").see("✓ 3 pools: 3 deleted (proved gone)", three[0].Label(), "not verified since")
	x.press("v").see("Verified: 3 still gone").press("down").see("all as it should be").gone("not verified since")
	x.press("e").see("Reports written: report.md, .html, .json and .csv in ").press("h").see("3 pools deleted, verified gone")
	x.press("e").see("report-2.md").press("enter").see("all as it should be").press("esc").see("Runs 1").press("esc").see("1 Pools")
	x.press("q").end()
	names, err := h.Names()
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	for _, name := range []string{"report.md", "report.json", "report.csv", "report-2.md"} {
		path := filepath.Join(h.Folder(names[0]), name)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
		if name == "report.md" && !strings.Contains(x.summary, "Report: "+path+" (also .html, .json and .csv)") {
			t.Errorf("the summary does not say where: %s", x.summary)
		}
	}
}

// The keys that write reports tell the formats.
func TestTheHelpNamesEveryReport(t *testing.T) {
	want := "write reports: " + english.And(report.Formats())
	for _, in := range []keys.Context{keys.Run, keys.History} {
		for _, b := range keys.Default().Own(in) {
			if b.Action == keys.Export && b.Help != want {
				t.Errorf("%s: %q, want %q", in.Title(), b.Help, want)
			}
		}
	}
}

// What is there again is told where the run is shown.
func TestVerifyTellsWhatIsThereAgain(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.recorded(t)
	two := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now").choose(ids(two)...)
	x.press("ctrl+d").confirm(a, "2").see("2 deleted (proved gone)")
	a.AddPool(two[1].Ref.ID, two[1].Label())
	x.press("h").see("Runs 1").press("v").see("Verified: 1 still gone, 1 reappeared", "reappeared, as verify found")
	x.press("h").see("✗ finished", "1 reappeared; 2 pools")
}

// Resuming asks first, and does no more than what was confirmed then.
func TestResumingOnTheScreen(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	h := a.recorded(t)
	all := a.list(t, inventory.Pools)
	three := some(t, all, 3, unusedDedicated)
	id := a.brokenOff(t, h, three)
	x := open(t, a.opts, 110, 30).see("listed just now", "1 unfinished run of ", ": h shows it").press("down").gone("unfinished").press("h").see("· unfinished", "3 without an outcome: R goes on")
	x.press("v").see("Not finished: resume it first, R")
	x.press("R").see("Resume run "+id, "All 3 pools are without an outcome.", three[2].Label(), "checked, then deleted")
	x.press("y", "enter").taken().see("Resume run ") // at once: it may have come up under a typing hand
	a.clock.pass(time.Second)
	x.press("enter").see("Nothing was done").press("enter").see("Unfinished", "pending")
	if got := a.deletions(); len(got) > 0 {
		t.Fatalf("deleted without being asked: %q", got)
	}
	x.press("R").see("Resume run "+id).resize(110, 9).see("janitor needs")
	a.clock.pass(time.Second)
	x.press("y").taken().resize(110, 30).see("Resume run " + id).press("y").taken().see("Resume run " + id) // it could not be seen before
	a.clock.pass(time.Second)
	x.press("y").see("3 deleted (proved gone)").gone("Unfinished")
	checkDeleted(t, a, ids(three), all)
	x.press("h").see("Runs 1", "✓ finished", "3 pools deleted, proved gone").press("esc").see("1 Pools 45").press("q").end()
	if past := h.Read(id); past.State() != "finished" {
		t.Errorf("%s: %v", past.State(), past.Err)
	}
	if !strings.Contains(x.summary, "3 pools: 3 deleted (proved gone)") {
		t.Errorf("summary: %s", x.summary)
	}
}

// What will be done with what is left is said of an undo, and of a run that stays stopped, as it is.
func TestResumingSaysWhatItDoes(t *testing.T) {
	t.Parallel()
	begin := func(t *testing.T) (*account, *cleanup.History, *cleanup.Run) {
		t.Helper()
		a := newAccount(t, simcloud.Options{Seed: 1})
		h := a.recorded(t)
		plan, err := cleanup.NewPlan(marked(some(t, a.list(t, inventory.Pools), 2, unusedDedicated)), inventory.Last(a.loader.Load(t.Context(), inventory.Pools)), cleanup.Choice{})
		if err != nil {
			t.Fatal(err)
		}
		return a, h, a.engine.Start(t.Context(), plan)
	}
	for name, test := range map[string]struct {
		past func(t *testing.T) *cleanup.Past
		says []string
		not  string
	}{
		"an undo": {func(t *testing.T) *cleanup.Past {
			t.Helper()
			a, h, run := begin(t)
			run.Wait()
			header, _ := run.Recorded()
			plan, err := h.UndoPlan(h.Read(header.Run))
			if err != nil {
				t.Fatal(err)
			}
			return h.Read(breakOff(t, h, a.engine.Start(t.Context(), plan)))
		}, []string{"Both pools are without an outcome.", "First checked again, then brought back, in the end the whole is proved.", "checked, then brought back"}, "deleted"},
		"cancelled": {func(t *testing.T) *cleanup.Past {
			t.Helper()
			_, h, run := begin(t)
			until(run, cleanup.Checking)
			run.Cancel()
			run.Wait()
			header, _ := run.Recorded()
			path := filepath.Join(h.Folder(header.Run), "journal.ndjson")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			at := bytes.Index(text, []byte(`"final":true`))
			if err := os.WriteFile(path, text[:at+bytes.IndexByte(text[at:], '\n')+1], 0o600); err != nil { // its program was killed there
				t.Fatal(err)
			}
			return h.Read(header.Run)
		}, []string{"Both pools are without an outcome.", "It stays stopped: nothing more is sent, what was done is proved.", "not sent"}, "then deleted"},
		"the network": {func(t *testing.T) *cleanup.Past {
			t.Helper()
			_, h, run := begin(t)
			past := h.Read(breakOff(t, h, run))
			past.Ledger.Stopped = "the service cannot be reached"
			return past
		}, []string{"It stopped: the service cannot be reached. First checked again, then deleted as confirmed on ", "checked, then deleted"}, "stays stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := many(t, 10, 160, 30)
			m.question = m.askResume(test.past(t))
			got := strings.Join(strings.Fields(strings.ReplaceAll(ansi.Strip(m.frame()), "│", " ")), " ")
			for _, want := range test.says {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in:\n%s", want, ansi.Strip(m.frame()))
				}
			}
			if strings.Contains(got, test.not) {
				t.Errorf("%q in:\n%s", test.not, ansi.Strip(m.frame()))
			}
		})
	}
}

// Every reason against going on with a run is one sentence, and nothing is sent.
func TestWhatIsNotResumed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(t *testing.T, a *account, h *cleanup.History, id string)
		yes    bool // it is found out when it is to begin
		says   string
	}{
		"another project": {func(_ *testing.T, a *account, _ *cleanup.History, _ string) { a.opts.Project = "another" }, false, "is about project "},
		"another profile": {func(_ *testing.T, a *account, _ *cleanup.History, _ string) { a.opts.Profile = "other" }, false, "janitor --profile acme "},
		"read-only": {func(_ *testing.T, a *account, _ *cleanup.History, _ string) {
			a.opts.Engine, a.opts.ReadOnlyWhy = nil, "Read-only: the profile says read_only"
		}, false, "Read-only: the profile says read_only"},
		"another janitor in the project": {func(t *testing.T, a *account, h *cleanup.History, id string) {
			t.Helper()
			past := h.Read(id)
			j, err := cleanup.NewHistory(filepath.Dir(filepath.Dir(h.Folder(id))), "test").Journal(past.Ledger.Header.Where)(past.Ledger.Plan)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { j.Close() })
		}, true, "Not resumed: another janitor deletes in project"},
		"changed meanwhile": {func(t *testing.T, _ *account, h *cleanup.History, id string) {
			t.Helper()
			path := filepath.Join(h.Folder(id), "journal.ndjson")
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), `"user":"`, `"user":"x`, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, false, "is damaged: journal.ndjson line 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simcloud.Options{Seed: 1})
			h := a.recorded(t)
			id := a.brokenOff(t, h, some(t, a.list(t, inventory.Pools), 2, unusedDedicated))
			opened := name != "changed meanwhile"
			if opened {
				test.change(t, a, h, id)
			}
			x := open(t, a.opts, 80, 24).see("listed just now").press("h").see("Runs ", "unfinished")
			if !opened {
				test.change(t, a, h, id)
			}
			if test.yes {
				x.press("down") // the one that holds the project is newer
			}
			x.press("R")
			if test.yes {
				x.see("Resume run " + id)
				a.clock.pass(time.Second)
				x.press("y")
			}
			x.see(test.says).press("q").gone("Runs ").press("q").end()
			if got := a.deletions(); len(got) > 0 {
				t.Errorf("deleted %q", got)
			}
		})
	}
}

// A run that is gone on with does not have what another one has in hand.
func TestARunIsNotResumedBesideOneThatHasItsItems(t *testing.T) {
	t.Parallel()
	more := make(chan struct{})
	a := newAccountBehind(t, simcloud.Options{Seed: 1}, gate(more))
	h := a.recorded(t)
	two := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	a.brokenOff(t, h, two)
	x := open(t, a.opts, 110, 30).see("listed just now").choose(two[0].Ref.ID)
	release := sync.OnceFunc(func() { close(more) })
	t.Cleanup(release)
	x.press("ctrl+d").confirm(a, "1").see("Deleting 1 pool").press("h").see("Runs 2", "1 unfinished").press("down", "R")
	x.see("Another run is deleting some of these: resume when it has ended")
	release()
	x.see("✓ finished").press("R").see("Both pools are without an outcome.")
	a.clock.pass(time.Second)
	x.press("y").see("already gone").see("deleted (proved gone)").press("h").see("Runs 2").gone("unfinished")
}

// Before anything is brought back it is said what exactly, and how well.
func TestUndoAsksWithTheGradeOfEveryItem(t *testing.T) {
	item := func(name string, u inventory.Undo, why string) cleanup.Item {
		return cleanup.Item{Resource: inventory.Resource{Ref: inventory.Ref{Kind: inventory.Pools, ID: name}, Name: name}, Undo: u, UndoWhy: why}
	}
	m := many(t, 10, 100, 30)
	m.question = m.askUndo(cleanup.Plan{
		Undoes:  "20260801T120000Z-9999",
		Items:   []cleanup.Item{item("web-a", inventory.Exact, ""), item("web-b", inventory.NewID, ""), item("web-c", inventory.Lossy, "its weights are lost"), item("web-e", inventory.Impossible, "its private key is not kept")},
		LeftOut: []cleanup.LeftOut{{Ref: inventory.Ref{Kind: inventory.Pools, ID: "web-d"}, Label: "web-d", Why: "its private key was never kept"}},
	})
	got := ansi.Strip(m.frame())
	for _, want := range []string{
		"Undo run 20260801T120000Z-9999 ─ ", "3 pools will be brought back", "web-a  exact", "web-b  new id", "web-c  lossy: its weights are lost",
		"web-e  impossible: its private key is not kept", "web-d  stays gone: its private key was never kept", "2 stay gone.",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// What a run has deleted comes back in a run of its own, once that was said.
func TestUndoingOnTheScreen(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	h := a.recorded(t)
	one := some(t, a.list(t, inventory.Pools), 1, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("listed just now").choose(one[0].Ref.ID).press("ctrl+d").confirm(a, "1").see("1 deleted (proved gone)")
	names, err := h.Names()
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	x.press("h").see("Runs 1").press("u").see("Undo run "+names[0]+" ─ acme · eu-sim-1", "1 pool will be brought back", one[0].Label()+"  new id")
	a.clock.pass(time.Second)
	x.press("esc").see("Nothing was done").press("esc").gone("Runs 1").press("u").see("1 pool will be brought back")
	a.clock.pass(time.Second)
	x.press("y").see("run 2 of 2", "1 restored (proved there)").press("u").see("This run is an undo").press("esc").gone("run 2 of 2")
	x.see("run 1 of 2", "undone").gone("as far as it can be").gone("u undo")
	x.press("q").see("1 Pools").press("q").end()
	if n := len(a.list(t, inventory.Pools)); n != 48 {
		t.Errorf("%d pools", n)
	}
}

// An undo is not suggested again once what can come back is back, though the rest never will be.
func TestAnUndoIsNotSuggestedForWhatNeverComesBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.recorded(t)
	kind, err := inventory.Lookup(inventory.Certificates)
	if err != nil {
		t.Fatal(err)
	}
	hopeless := func(is bool) func(inventory.Resource) bool {
		return func(r inventory.Resource) bool {
			undo, _ := kind.Deletion.Undo(r)
			return r.Verdict.State == inventory.Unused && (undo == inventory.Impossible) == is
		}
	}
	all := a.list(t, inventory.Certificates)
	two := append(some(t, all, 1, hopeless(true)), some(t, all, 1, hopeless(false))...)
	x := open(t, a.opts, 100, 30).see("listed just now").press("2").choose(ids(two)...).press("ctrl+d").confirm(a, "2").see("2 deleted (proved gone)", "u undo")
	x.press("u").see("1 stays gone")
	a.clock.pass(time.Second)
	x.press("y").see("run 2 of 2", "1 skipped").press("esc").see("run 1 of 2", "undone as far as it can be").gone("u undo")
}

func TestReportsWithoutAHistoryAreWrittenWhereItIsSaid(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.opts.Reports = t.TempDir()
	one := some(t, a.list(t, inventory.Pools), 1, unusedDedicated)
	x := open(t, a.opts, 160, 30).see("listed just now").choose(one[0].Ref.ID).press("ctrl+d").confirm(a, "1").see("1 deleted (proved gone)")
	x.press("e").see("Reports written: janitor-run.md, .html, .json and .csv in ")
	x.press("h").see("a run of this session, without a record").press("v").see("This run leaves no record: there is nothing to go by")
	if text, err := os.ReadFile(filepath.Join(a.opts.Reports, "janitor-run.csv")); err != nil || !strings.Contains(string(text), one[0].Ref.ID) {
		t.Errorf("%s, %v", text, err)
	}
	if err := os.RemoveAll(a.opts.Reports); err != nil {
		t.Fatal(err)
	}
	x.press("e").see("The report cannot be written: ")
}

// The terminal's own progress bar, which its window and its task bar show, follows the run: an error once something has
// failed, a warning while the service wants no requests, and it is taken away in the end.
func TestTheTerminalShowsHowTheRunGoes(t *testing.T) {
	t.Parallel()
	const n = 60 // more than go in one request
	for name, test := range map[string]struct {
		throttled, refused bool // the proof; the first request
		frame, title, bar  string
	}{
		"well":      {frame: "proving 60/60, r shows it", title: "proving 60/60", bar: "\x1b]9;4;3\a"},
		"throttled": {throttled: true, frame: "proving 60/60, paused 5", title: "proving 60/60", bar: "\x1b]9;4;4;100\a"},
		"failed":    {refused: true, frame: "deleting ", title: "deleting ", bar: "\x1b]9;4;2;"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			more := make(chan struct{})
			var mu sync.Mutex
			deletions := 0
			a := newAccountBehind(t, simcloud.Options{Seed: 1, Size: simcloud.Empty}, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					held := h
					batch := strings.Contains(r.URL.Path, "batch-delete")
					mu.Lock()
					if batch {
						deletions++
					}
					first, begun := deletions == 1, deletions > 0
					mu.Unlock()
					switch {
					case batch && test.refused && first:
						w.WriteHeader(http.StatusForbidden)
						_, _ = io.WriteString(w, `{"error_code":"ELB.0001","error_msg":"no"}`)
						return
					case !batch && begun && test.throttled:
						w.Header().Set("Retry-After", "57")
						w.WriteHeader(http.StatusTooManyRequests)
						return
					case batch == test.refused && begun: // another request, or the proof
						held = gateAll(more)(h)
					}
					held.ServeHTTP(w, r)
				})
			})
			for i := range n {
				a.AddPool(fmt.Sprintf("%08x-1111-4111-8111-%012x", i, i), fmt.Sprintf("aaa-%d", i))
			}
			a.opts.Now = func() time.Time { return time.Now().Add(a.clock.now().Sub(epoch)) } // pauses are in real time
			x := open(t, a.opts, 110, 30).see("  listed ", fmt.Sprintf("1 Pools %d  ◇%d", n, n)).press("ctrl+a").see(fmt.Sprintf("%d marked", n))
			release := sync.OnceFunc(func() { close(more) })
			t.Cleanup(release)
			sent := func(what string) {
				t.Helper()
				x.until("never sent: "+strings.ReplaceAll(what, "\x1b", "␛"), func(string) bool { return x.sent(what) > 0 })
			}
			x.press("ctrl+d").confirm(a, fmt.Sprint(n))
			sent(test.bar)
			x.press("esc").see("1 Pools", test.frame)
			sent("\x1b]2;" + test.title)
			release()
			if test.throttled {
				x.press("q").see("[ Stay ]")
				a.clock.pass(time.Second)
				x.press("y").see("quota frees")
				a.clock.pass(time.Second)
				x.press("ctrl+c")
			} else {
				x.see("Run ended").press("q")
			}
			x.end()
			sent("\x1b]9;4;0\a")
		})
	}
}

// gateAll holds every request back until it is opened.
func gateAll(open <-chan struct{}) func(http.Handler) http.Handler {
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			select {
			case <-open:
			case <-r.Context().Done():
			}
			h.ServeHTTP(w, r)
		})
	}
}

// What a run has not sent because it was broken off is resumed, not retried: the key for the one names the other.
func TestRetryOfARunThatIsNotFinished(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.recorded(t)
	a.opts.Started = func(r *cleanup.Run) { r.Interrupt() }
	two := some(t, a.list(t, inventory.Pools), 2, unusedDedicated)
	x := open(t, a.opts, 100, 30).see("1 Pools 48 ").choose(ids(two)...).press("ctrl+d").confirm(a, "2").see("R resume", "2 cancelled")
	x.see("R resumes the run")
	x.press("r").see("Nothing to retry: R resumes the run with what was not sent")
}
