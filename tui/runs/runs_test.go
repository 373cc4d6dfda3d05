package runs

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/internal/golden"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

func newEnv() *screen.Env {
	return &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: func() time.Time { return epoch }}
}

// shelfOf is a history of these runs, newest first.
type shelfOf []*cleanup.Past

func (s shelfOf) Names() ([]string, error) {
	names := make([]string, len(s))
	for i, p := range s {
		names[i] = p.ID
	}
	return names, nil
}

func (s shelfOf) Read(name string) *cleanup.Past {
	return s[slices.IndexFunc(s, func(p *cleanup.Past) bool { return p.ID == name })]
}

// past is a finished run of so many days ago, with these outcomes.
func past(days int, outcomes ...cleanup.Outcome) *cleanup.Past {
	at := epoch.AddDate(0, 0, -days)
	p := &cleanup.Past{ID: at.Format("20060102T150405Z") + "-0a1b2c", Ledger: &cleanup.Ledger{
		Header: cleanup.Header{
			Started: at, Who: cleanup.Who{User: "jane", Host: "build-7"},
			Where: cleanup.Where{Profile: "acme-prod", Region: "eu-de", Project: "99a3fff0d03c428eac3678da6a7d0f24"},
		},
		Finished: true, Ended: at.Add(2100 * time.Millisecond),
	}}
	for i, o := range outcomes {
		ref := inventory.Ref{Kind: inventory.Pools, ID: fmt.Sprint("p-", i)}
		p.Ledger.Plan.Items = append(p.Ledger.Plan.Items, cleanup.Item{Resource: inventory.Resource{Ref: ref}})
		p.Ledger.Items = append(p.Ledger.Items, cleanup.Entry{Result: cleanup.Result{Ref: ref, Outcome: o, Proved: o == cleanup.Deleted}})
	}
	return p
}

// some are runs of every sort.
func some(t *testing.T) shelfOf {
	t.Helper()
	running, unfinished, verified, again, stopped := past(0, cleanup.Deleted, cleanup.Pending), past(1, cleanup.Deleted, cleanup.Pending, cleanup.Pending),
		past(2, cleanup.Deleted, cleanup.Deleted), past(3, cleanup.Deleted, cleanup.Deleted, cleanup.AlreadyGone), past(4, cleanup.Deleted, cleanup.Cancelled)
	running.Live, running.Ledger.Finished, running.Ledger.Ended = true, false, time.Time{}
	unfinished.Ledger.Finished, unfinished.Ledger.Ended = false, time.Time{}
	for _, p := range []*cleanup.Past{verified, again} {
		p.Ledger.Verified = p.Ledger.Ended.Add(time.Hour)
		for i := range p.Ledger.Items {
			p.Ledger.Items[i].Found = "gone"
		}
	}
	again.Ledger.Items[1].Found = "there"
	stopped.Ledger.Stopped = "the service does not accept the credentials: 401 APIGW.0301 Incorrect IAM authentication information"
	damaged, notBegun := past(6), cleanup.NewHistory(t.TempDir(), "test").Read(past(7).ID)
	damaged.Ledger, damaged.Err = nil, &cleanup.Unreadable{Run: damaged.ID, State: "damaged", Why: errors.New("journal.ndjson line 17: it was changed, or a line before it: the hashes differ")}
	return shelfOf{running, unfinished, verified, again, stopped, past(5, cleanup.Deleted, cleanup.Blocked, cleanup.Failed), damaged, notBegun}
}

// What an undo has brought back is looked for as what a run has deleted.
func TestTheVerifyOfAnUndo(t *testing.T) {
	undo := func(found ...cleanup.Presence) *Model {
		p := past(0, cleanup.Restored, cleanup.AlreadyThere, cleanup.Failed)
		p.Ledger.Plan.Undoes, p.Ledger.Verified = past(1).ID, p.Ledger.Ended.Add(time.Hour)
		for i, is := range found {
			p.Ledger.Items[i].Found = is
		}
		return shown(t, Options{History: shelfOf{p}})
	}
	for want, m := range map[string]*Model{
		"2 still there":                 undo(cleanup.IsThere, cleanup.IsThere, cleanup.IsGone),
		"1 still there, 1 gone again":   undo(cleanup.IsThere, cleanup.IsGone, cleanup.IsGone),
		"1 gone again, 1 not known":     undo(cleanup.IsGone, cleanup.IsUnknown, cleanup.IsGone),
		"there was nothing to look for": undo(),
	} {
		if got := strings.Join(strings.Fields(m.text(120, 30)), " "); !strings.Contains(got, "UTC: "+want) || strings.Contains(got, "reappeared") {
			t.Errorf("no %q:\n%s", want, got)
		}
	}
}

// What came of a run stands on its line: that all is as it was to be and how that is known, else the worst first.
func TestWhatCameOfARun(t *testing.T) {
	const deleted, restored, gone, there = cleanup.Deleted, cleanup.Restored, cleanup.IsGone, cleanup.IsThere
	for _, tt := range []struct {
		outcomes []cleanup.Outcome
		proved   int
		found    []cleanup.Presence
		undoes   bool
		want     string
	}{
		{[]cleanup.Outcome{deleted, deleted}, 2, nil, false, "2 pools deleted, proved gone"},
		{[]cleanup.Outcome{deleted, deleted}, 1, nil, false, "2 pools: 2 deleted"},
		{[]cleanup.Outcome{deleted, deleted}, 1, []cleanup.Presence{gone, gone}, false, "2 pools deleted, verified gone"},
		{[]cleanup.Outcome{deleted, deleted}, 2, []cleanup.Presence{gone, there}, false, "1 reappeared; 2 pools deleted, proved gone"},
		{[]cleanup.Outcome{deleted, deleted}, 2, []cleanup.Presence{gone, cleanup.IsUnknown}, false, "1 not known; 2 pools deleted, proved gone"},
		{[]cleanup.Outcome{deleted, cleanup.AlreadyGone}, 1, []cleanup.Presence{gone, gone}, false, "2 pools: 1 deleted, 1 already gone"},
		{[]cleanup.Outcome{deleted, cleanup.Blocked, cleanup.Failed, cleanup.Skipped}, 1, nil, false, "4 pools: 1 failed, 1 blocked, 1 skipped, 1 deleted"},
		{[]cleanup.Outcome{restored, restored}, 2, nil, true, "2 pools restored, proved there"},
		{[]cleanup.Outcome{restored, restored}, 1, nil, true, "2 pools: 2 restored"},
		{[]cleanup.Outcome{restored, restored}, 1, []cleanup.Presence{there, there}, true, "2 pools restored, verified there"},
		{[]cleanup.Outcome{restored, cleanup.AlreadyThere}, 1, nil, true, "2 pools: 1 restored, 1 already there"},
		{nil, 0, nil, false, "0 items"},
	} {
		p := past(0, tt.outcomes...)
		if tt.undoes {
			p.Ledger.Plan.Undoes = past(1).ID
		}
		for i := range p.Ledger.Items {
			p.Ledger.Items[i].Result.Proved = i < tt.proved
			if i < len(tt.found) {
				p.Ledger.Verified, p.Ledger.Items[i].Found = epoch, tt.found[i]
			}
		}
		_, after, _ := strings.Cut(shown(t, Options{History: shelfOf{p}}).text(140, 10), "jane@build-7")
		line, _, _ := strings.Cut(after, "\n")
		if got := strings.TrimSpace(line); got != tt.want {
			t.Errorf("%v, %v: %q, want %q", tt.outcomes, tt.found, got, tt.want)
		}
	}
}

// An undo and the run that it undoes name each other; of several undos the latest is named.
func TestAnUndoAndItsRunNameEachOther(t *testing.T) {
	done, first, latest := past(2, cleanup.Deleted), past(1, cleanup.Restored), past(0, cleanup.Restored)
	first.Ledger.Plan.Undoes, latest.Ledger.Plan.Undoes = done.ID, done.ID
	m := shown(t, Options{History: shelfOf{latest, first, done, past(3, cleanup.Deleted)}})
	for i, want := range []string{"undo of run " + done.ID, "undo of run " + done.ID, "its undo is run " + latest.ID, ""} {
		if i > 0 {
			m.Update(screentest.Key("down"))
		}
		got := ansi.Strip(m.View(120, 36))
		if !strings.Contains(got, want) || want == "" && strings.Contains(got, "undo") {
			t.Errorf("row %d: no %q in:\n%s", i, want, got)
		}
	}
}

// The name of a run is copied for the commands. What an undo has brought back is not undone.
func TestTheNameOfARun(t *testing.T) {
	undo := past(0, cleanup.Restored)
	undo.Ledger.Plan.Undoes = past(1).ID
	m := shown(t, Options{History: shelfOf{undo, past(1, cleanup.Deleted)}})
	m.View(100, 30)
	for _, key := range []string{"c", "u"} {
		said := ""
		switch msg := press(m, key).(type) {
		case tea.BatchMsg:
			for _, cmd := range msg {
				if n, ok := cmd().(screen.Notice); ok {
					said = n.Text
				}
			}
		case screen.Notice:
			said = msg.Text
		}
		if want := map[string]string{"c": "Copied " + undo.ID, "u": "This run is an undo"}[key]; !strings.Contains(said, want) {
			t.Errorf("%s says %q, want %q", key, said, want)
		}
	}
	if hints := m.Hints(); slices.Contains(hints, keys.Undo) {
		t.Errorf("hints %v", hints)
	}
}

// Why nothing is read says what there is to wait for, or that there is nothing.
func TestWhyTheRunsAreNotRead(t *testing.T) {
	if n, _ := press(shown(t, Options{}), "ctrl+r").(screen.Notice); n.Text != "Runs leave no record here: there is nothing to read" {
		t.Errorf("without a history: %q", n.Text)
	}
	m := New(t.Context(), newEnv(), Options{History: some(t)})
	defer m.Close()
	m.Init() // not begun yet
	for _, key := range []string{"ctrl+r", "enter"} {
		if n, _ := press(m, key).(screen.Notice); n.Text != "The runs are still being read" {
			t.Errorf("%s while they are read: %q", key, n.Text)
		}
	}
}

// shown is the screen of a history, read to its end.
func shown(t *testing.T, o Options) *Model {
	t.Helper()
	m := New(t.Context(), newEnv(), o)
	drain(m, m.Init())
	t.Cleanup(m.Close)
	return m
}

// drain does what commands ask for until there are no more.
func drain(m *Model, cmd tea.Cmd) {
	for cmd != nil {
		cmd = m.Update(cmd())
	}
}

func (m *Model) text(w, h int) string { return golden.Trim(ansi.Strip(m.View(w, h))) }

// press gives what the last of the keys asks for.
func press(m *Model, names ...string) tea.Msg {
	var cmd tea.Cmd
	for _, name := range names {
		cmd = m.Update(screentest.Key(name))
	}
	if cmd == nil {
		return nil
	}
	return cmd()
}

func TestGoldenRuns(t *testing.T) {
	for _, size := range []struct{ w, h int }{{80, 22}, {120, 34}} { // less the frame
		name := func(s string) string { return fmt.Sprintf("%dx%d-%s.txt", size.w, size.h+2, s) }
		m := shown(t, Options{History: some(t)})
		golden.Check(t, name("runs"), m.text(size.w, size.h))
		press(m, "j")
		golden.Check(t, name("unfinished"), m.text(size.w, size.h))
		press(m, "j", "j")
		golden.Check(t, name("reappeared"), m.text(size.w, size.h))
		press(m, "G", "k")
		golden.Check(t, name("damaged"), m.text(size.w, size.h))
		golden.Check(t, name("empty"), shown(t, Options{History: shelfOf{}}).text(size.w, size.h))
	}
}

// unreadable is a history whose folder cannot be read, until it can.
type unreadable struct {
	shelfOf
	err error
}

func (u *unreadable) Names() ([]string, error) {
	if u.err != nil {
		return nil, u.err
	}
	return u.shelfOf.Names()
}

func TestAnUnreadableHistorySaysSoAndCanBeReadAgain(t *testing.T) {
	h := &unreadable{some(t), errors.New("the runs cannot be read: open /home/jane/.local/state/janitor/runs: permission denied")}
	m := shown(t, Options{History: h})
	got := strings.Join(strings.Fields(m.text(60, 20)), " ")
	if want := "The runs cannot be read: open /home/jane/.local/state/janitor/runs: permission denied. ctrl+r reads them again."; !strings.Contains(got, want) {
		t.Errorf("does not say so:\n%s", got)
	}
	h.err = nil
	drain(m, m.Update(screentest.Key("ctrl+r")))
	if got := m.text(80, 20); !strings.Contains(got, "Runs 8") || strings.Contains(got, "cannot be read") {
		t.Errorf("was not read again:\n%s", got)
	}
}

// Nothing is asked for that the list knows to be impossible, and it says why.
func TestEveryActionOrWhyNot(t *testing.T) {
	const running, unfinished, verified, again, stopped, mixed, damaged, notBegun = 0, 1, 2, 3, 4, 5, 6, 7
	for _, test := range []struct {
		row  int
		key  string
		does keys.Action // or
		why  string
	}{
		{running, "enter", keys.Open, ""},
		{running, "R", "", "Another janitor is at this run"},
		{running, "v", "", "Another janitor is at this run"},
		{running, "u", "", "Another janitor is at this run"},
		{running, "e", keys.Export, ""},
		{unfinished, "R", keys.Resume, ""},
		{unfinished, "v", "", "Not finished: resume it first, R"},
		{unfinished, "u", "", "Not finished: resume it first, R"},
		{verified, "R", "", "Nothing to resume: the run is finished"},
		{verified, "v", keys.Verify, ""},
		{verified, "u", keys.Undo, ""},
		{mixed, "e", keys.Export, ""},
		{damaged, "enter", keys.Open, ""},
		{damaged, "R", "", "is damaged: journal.ndjson line 17"},
		{damaged, "e", "", "is damaged: journal.ndjson line 17"},
		{notBegun, "v", "", "was not begun"},
	} {
		m := shown(t, Options{History: some(t)})
		m.View(100, 30)
		for range test.row {
			press(m, "j")
		}
		switch msg := press(m, test.key).(type) {
		case screen.WantMsg:
			if msg != (screen.WantMsg{By: m, Do: test.does, ID: some(t)[test.row].ID}) {
				t.Errorf("%s on row %d asks for %v", test.key, test.row, msg)
			}
		case screen.Notice:
			if test.why == "" || !strings.Contains(msg.Text, test.why) {
				t.Errorf("%s on row %d: %q, want %q", test.key, test.row, msg.Text, test.why)
			}
		default:
			t.Errorf("%s on row %d: %v", test.key, test.row, msg)
		}
	}
	m := shown(t, Options{History: some(t)})
	m.env.Cannot = func(keys.Action) string { return "Read-only: the profile says read_only" }
	press(m, "j")
	if msg, _ := press(m, "R").(screen.Notice); msg.Text != "Read-only: the profile says read_only" {
		t.Errorf("read-only: %v", msg)
	}
	if slices.Contains(m.Hints(), keys.Resume) {
		t.Error("the foot promises what is not possible")
	}
	if msg, _ := press(shown(t, Options{History: shelfOf{}}), "enter").(screen.Notice); msg.Text != "There is no run" {
		t.Errorf("without a run: %v", msg)
	}
}

// many are n runs of so many items each, made when they are read.
type many struct{ n, items int }

func (h many) Names() ([]string, error) {
	names := make([]string, h.n)
	for i := range names {
		names[i] = epoch.Add(-time.Duration(i)*time.Hour).Format("20060102T150405Z") + "-0a1b2c"
	}
	return names, nil
}

func (h many) Read(name string) *cleanup.Past {
	p := past(0, slices.Repeat([]cleanup.Outcome{cleanup.Deleted}, h.items)...)
	p.ID = name
	for i := range p.Ledger.Items {
		p.Ledger.Items[i].Object = make([]byte, 1000)
	}
	return p
}

// Runs come as they are read, newest first, and of each only its row is kept.
func TestFiveHundredRuns(t *testing.T) {
	m := New(t.Context(), newEnv(), Options{History: many{500, 200}})
	defer m.Close()
	cmd := m.Update(m.Init()())
	msg := cmd().(found)
	next := m.Update(msg)
	if n := len(msg.rows); n == 0 || n == 500 || len(msg.rest) != 500-n {
		t.Fatalf("%d runs at once, %d left", n, len(msg.rest))
	}
	if got := m.text(100, 30); !strings.Contains(got, fmt.Sprintf("reading %d of 500…", len(msg.rows))) || !strings.Contains(got, "2026-08-01 12:00  acme-prod eu-de") {
		t.Errorf("what is read is not shown:\n%s", got)
	}
	press(m, "j", "j")
	before, _ := m.current()
	drain(m, next)
	if now, _ := m.current(); now.id != before.id || len(m.past) != 500 || m.reading != nil {
		t.Errorf("%d runs, the cursor went from %s to %s", len(m.past), before.id, now.id)
	}
	press(m, "G")
	if got := m.text(100, 30); !strings.Contains(got, "–500 of 500") || strings.Contains(got, "reading") {
		t.Errorf("the end is not shown:\n%s", got)
	}
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	if mem.HeapAlloc > 50<<20 { // the objects of all would be 100 MB
		t.Errorf("%d MB are kept", mem.HeapAlloc>>20)
	}
}

// Reading again leaves the list and the cursor on its run until all is read, and an action is about the run that is shown.
func TestReadingAgainKeepsTheRun(t *testing.T) {
	h := some(t)
	m := shown(t, Options{History: h})
	press(m, "j", "j")
	m.shelf.from = append(shelfOf{past(-1, cleanup.Deleted)}, h...) // one is new
	cmd := m.Update(screentest.Key("ctrl+r"))
	for n := 0; cmd != nil; n++ {
		msg := cmd()
		cmd = m.Update(msg)
		if got := m.text(100, 30); !strings.Contains(got, h[2].ID) {
			t.Errorf("after %d replies another run is shown:\n%s", n+1, got)
		}
		if asks, ok := press(m, "enter").(screen.WantMsg); !ok || asks.ID != h[2].ID {
			t.Errorf("after %d replies %v is opened", n+1, asks)
		}
	}
	if got := m.text(100, 30); !strings.Contains(got, "Runs 9") {
		t.Errorf("the new one is not there:\n%s", got)
	}
	m.shelf.from = append(slices.Clone(h[:2]), h[3:]...) // and the run is gone: the cursor stays at its place
	drain(m, m.Update(screentest.Key("ctrl+r")))
	m.View(100, 30)
	if r, _ := m.current(); r.id != h[4].ID {
		t.Errorf("the cursor is on %s", r.id)
	}
}

// What an earlier reading has found is not put beside what a later one finds, nor does a closed screen read on.
func TestStaleRepliesAreDropped(t *testing.T) {
	m := New(t.Context(), newEnv(), Options{History: some(t)})
	first := m.Init()()
	cmd := m.Update(first)
	late := cmd()
	drain(m, m.Update(late))
	again := m.Update(screentest.Key("ctrl+r"))
	if m.Update(late); len(m.past) != 8 {
		t.Errorf("%d runs after a stale reply", len(m.past))
	}
	m.Close()
	if msg := again(); msg != nil {
		t.Errorf("a closed screen has read: %v", msg)
	}
}

func TestARunIsReadAnewWhenItsJournalHasGrown(t *testing.T) {
	h := some(t)
	m := shown(t, Options{History: h})
	h[1].Ledger.Finished = true
	drain(m, m.Update(Changed{h[1].ID}))
	if m.past[1].state != "finished" {
		t.Errorf("it is still %s", m.past[1].state)
	}
	if cmd := m.Update(Changed{"another"}); cmd != nil {
		t.Error("another run is read")
	}
}

// No name breaks the screen, at any size.
func TestEverySize(t *testing.T) {
	h := some(t)
	long := past(9, cleanup.Deleted)
	long.Ledger.Header.Who.User = strings.Repeat("a-very-long-name", 20)
	long.Ledger.Header.Where.Profile = "中文名字很长\x1b[31m" + strings.Repeat("x", 300)
	long.Ledger.Stopped = strings.Repeat("because ", 100)
	h = append(shelfOf{long}, h...)
	for _, m := range []*Model{shown(t, Options{History: h}), shown(t, Options{History: shelfOf{}}), shown(t, Options{})} {
		for w := 1; w < 170; w += 3 {
			for hh := 1; hh < 40; hh += 2 {
				view := m.View(w, hh)
				screentest.Fits(t, "runs", view, w, hh)
				if strings.Contains(view, "\x1b[31m") {
					t.Fatalf("a name acts on the terminal: %q", view)
				}
			}
		}
	}
}

// A run that is not finished although all have an outcome lacks the proof: that is what resume is for.
func TestAnUnfinishedRunSaysWhatIsLeft(t *testing.T) {
	all := past(0, cleanup.Deleted, cleanup.Unknown)
	all.Ledger.Finished, all.Ledger.Ended = false, time.Time{}
	for want, p := range map[string]*cleanup.Past{"not proved to the end: R goes on": all, "2 without an outcome: R goes on": some(t)[1]} {
		if got := shown(t, Options{History: shelfOf{p}}).text(80, 22); !strings.Contains(got, want) || strings.Contains(got, "0 without") {
			t.Errorf("no %q:\n%s", want, got)
		}
	}
}

// What is of another place says so, and the foot does not name what it refuses.
func TestARunOfElsewhere(t *testing.T) {
	m := shown(t, Options{History: some(t)})
	m.env.Foreign = func(run string, of cleanup.Where) string {
		return "run " + run + " was begun with the profile " + of.Profile
	}
	press(m, "G", "k", "k", "k", "k")
	if n, ok := press(m, "u").(screen.Notice); !ok || !strings.Contains(n.Text, "was begun with the profile acme-prod") {
		t.Errorf("undo says %v", n)
	}
	if want := []keys.Action{keys.Open, keys.Export, keys.Back, keys.Help}; !slices.Equal(m.Hints(), want) {
		t.Errorf("hints %v, want %v", m.Hints(), want)
	}
}
