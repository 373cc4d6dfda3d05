package run

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// ledger is the record of a run of n pools, with these outcomes.
func ledger(n int, outcomes ...cleanup.Outcome) *cleanup.Ledger {
	l := &cleanup.Ledger{Plan: plan(n), Items: make([]cleanup.Entry, n), Header: cleanup.Header{
		Run: "20260301T115500Z-0a1b2c", Started: noon.Add(-5 * time.Minute), Who: cleanup.Who{User: "ops", Host: "bastion"},
		Where: cleanup.Where{Profile: "acme", Region: "eu-de", Project: "99a3fff0d03c428eac3678da6a7d0f24"},
	}}
	for i := range l.Items {
		l.Items[i].Result.Ref = l.Plan.Items[i].Resource.Ref
		if i < len(outcomes) {
			l.Items[i].Result.Outcome = outcomes[i]
			l.Items[i].Result.Proved = outcomes[i] == cleanup.Deleted
		}
	}
	if n == len(outcomes) {
		l.Finished, l.Ended = true, noon.Add(-4*time.Minute)
	}
	return l
}

// past is the screen of a run of the history.
func past(p *cleanup.Past) *desk {
	d := &desk{now: noon, run: &script{}}
	env := &screen.Env{Theme: theme.New(theme.Look{Dark: true}), Keys: keys.Default(), Now: func() time.Time { return d.now }}
	d.Model = Past(env, p)
	return d
}

func TestAPastRunTellsWhatItsJournalDoes(t *testing.T) {
	verified := ledger(3, cleanup.Deleted, cleanup.Deleted, cleanup.Deleted)
	verified.Verified = noon.Add(-time.Minute)
	verified.Items[0].Found, verified.Items[1].Found, verified.Items[2].Found = "gone", "there", "unknown"
	sound := ledger(1, cleanup.Deleted)
	sound.Verified, sound.Items[0].Found = noon, "gone"
	undone := ledger(3, cleanup.Restored, cleanup.Restored, cleanup.AlreadyThere)
	undone.Plan.Undoes, undone.Verified = "20260301T110000Z-0001", noon.Add(-time.Minute)
	undone.Items[0].Found, undone.Items[1].Found, undone.Items[2].Found = cleanup.IsThere, cleanup.IsGone, cleanup.IsUnknown
	found := func(outcome cleanup.Outcome, is cleanup.Presence, back string) *cleanup.Ledger {
		l := ledger(1, outcome)
		l.Verified, l.Items[0].Found, l.Items[0].Back = noon, is, back
		l.Header.Who.As = cleanup.Principal{Way: "password", User: "jane", Account: "OTC-1"}
		return l
	}
	open := ledger(6, cleanup.Deleted, cleanup.Blocked)
	open.Items[2].Unread, open.Items[2].Sent = true, 1
	open.Items[3].Sent = 1
	open.Items[5].Unread, open.Items[5].Steps = true, 1
	for _, tt := range []struct {
		name string
		past *cleanup.Past
		want []string
		not  string
	}{
		{
			"finished", &cleanup.Past{Ledger: ledger(3, cleanup.Deleted, cleanup.AlreadyGone, cleanup.Blocked)},
			[]string{
				"! 3 pools: 1 deleted (proved gone), 1 already gone, 1 blocked · 1:00\n",
				"   2026-03-01 11:55 UTC · by ops@bastion · acme · eu-de · 99a3fff0…",
				"   not verified since · 1 not deleted: f shows only it",
				"✓ deleted        web-0000  proved gone",
			}, "tries again",
		},
		{
			"unfinished", &cleanup.Past{Ledger: open},
			[]string{
				"! Unfinished: 6 pools: 1 deleted (proved gone), 1 blocked, 4 pending\n",
				"4 pending: R resumes",
				"? pending        web-0002  a request may have reached it; resume reads it back first",
				"· pending        web-0003  was sent, and is still there",
				"· pending        web-0004  never sent",
				"? pending        web-0005  something was being taken away before it; nothing was sent to",
			}, "queued",
		},
		{
			"going on elsewhere", &cleanup.Past{Ledger: open, Live: true},
			[]string{"◌ Running elsewhere: 6 pools: 1 deleted"}, "R resumes",
		},
		{
			"verified, and something is back", &cleanup.Past{Ledger: verified},
			[]string{
				"verified 2026-03-01 11:59: 1 reappeared",
				"web-0001  reappeared, as verify found; proved gone",
				"web-0002  could not be verified; proved gone",
			}, "not verified",
		},
		{
			"an undo verified, and something is gone", &cleanup.Past{Ledger: undone},
			[]string{"verified 2026-03-01 11:59: 1 gone again", "web-0001  gone again, as verify found", "web-0002  could not be verified"}, "reappeared",
		},
		{"verified, and not everything could be read", &cleanup.Past{Ledger: found(cleanup.Deleted, cleanup.IsUnknown, "")}, []string{"verified 2026-03-01 12:00: 1 could not be read"}, "all as"},
		{"verified, and it was brought back", &cleanup.Past{Ledger: found(cleanup.Deleted, cleanup.IsThere, "r2")}, []string{"verified 2026-03-01 12:00: 1 brought back by an undo"}, "reappeared"},
		{"verified, and nothing was deleted", &cleanup.Past{Ledger: found(cleanup.Blocked, "", "")}, []string{"verified 2026-03-01 12:00: there was nothing to look for"}, "all as"},
		{"as whom", &cleanup.Past{Ledger: found(cleanup.Deleted, cleanup.IsGone, "")}, []string{"by ops@bastion · acme · eu-de · 99a3fff0… · as ", "jane"}, "hunter2"},
		{"verified", &cleanup.Past{Ledger: sound}, []string{"verified 2026-03-01 12:00: all as it should be"}, "reappeared"},
		{
			"damaged", &cleanup.Past{ID: "r", Err: errors.New("run r is damaged: journal.ndjson line 7: the hash is not that of \x1b[31mthe line")},
			[]string{"✗ run r is damaged: journal.ndjson line 7: the hash is not that of"}, "\x1b",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := past(tt.past).text(120, 24)
			for _, s := range tt.want {
				flat := strings.ReplaceAll(got, " \n", "\n")
				for strings.Contains(flat, " \n") {
					flat = strings.ReplaceAll(flat, " \n", "\n")
				}
				if !strings.Contains(flat, s) {
					t.Errorf("no %q in:\n%s", s, got)
				}
			}
			if strings.Contains(got, tt.not) {
				t.Errorf("%q in:\n%s", tt.not, got)
			}
		})
	}
}

// Whoever reads a run while its journal is read again stays at their item and in its story, among those they have chosen.
func TestARunThatIsReadAgain(t *testing.T) {
	outcomes := slices.Repeat([]cleanup.Outcome{cleanup.Deleted, cleanup.Failed}, 20)
	d := past(&cleanup.Past{ID: "r", Ledger: ledger(40, outcomes...)})
	d.press("f", "end", "up", "enter")
	if got := d.text(80, 24); !strings.Contains(got, "web-0037") {
		t.Fatalf("not in the story of an item:\n%s", got)
	}
	again := ledger(40, outcomes...)
	again.Verified, again.Items[37].Found = noon, cleanup.IsUnknown
	d.Renew(&cleanup.Past{ID: "r", Ledger: again})
	if got := d.text(80, 24); !strings.Contains(got, "failed  web-0037") {
		t.Errorf("left the story:\n%s", got)
	}
	d.press("esc")
	if got := d.text(80, 24); !strings.Contains(got, "▍✗ failed         web-0037") || !strings.Contains(got, "only failures: 20 shown, 20 hidden") || d.Left() {
		t.Errorf("left the row, or the failures:\n%s", got)
	}
	if d.Renew(&cleanup.Past{ID: "r", Ledger: ledger(2, cleanup.Deleted, cleanup.Deleted)}); !strings.Contains(d.text(80, 24), "only failures: 0 shown, 2 hidden") {
		t.Errorf("one that has become shorter:\n%s", d.text(80, 24))
	}
}

// What a run can be asked for is asked of the root; what is not possible says why.
func TestWhatARunCanBeAskedFor(t *testing.T) {
	finished := &cleanup.Past{ID: "r", Ledger: ledger(2, cleanup.Deleted, cleanup.Failed)}
	kept := &cleanup.Past{ID: "r", Ledger: ledger(1, cleanup.Blocked)}
	open := &cleanup.Past{ID: "r", Ledger: ledger(2, cleanup.Deleted)}
	live := &cleanup.Past{ID: "r", Ledger: ledger(2, cleanup.Deleted), Live: true}
	damaged := &cleanup.Past{ID: "r", Err: errors.New("run r is damaged")}
	going := func() *desk { d := newDesk(2); d.deleted(0); return d }
	over := func() *desk { d := going(); d.deleted(1); d.finish(summary(2, nil, 0)); return d }
	of := func(p *cleanup.Past) func() *desk { return func() *desk { return past(p) } }
	for _, tt := range []struct {
		name string
		of   func() *desk
		key  string
		want any // an action, or why not
	}{
		{"going on", going, "u", "The run still goes on: undo it when it is finished"},
		{"going on", going, "e", keys.Export},
		{"going on", going, "R", "Nothing to resume: the run goes on"},
		{"going on", going, "v", "The run still goes on: verify it when it is finished"},
		{"over", over, "u", keys.Undo},
		{"over", over, "e", keys.Export},
		{"over", over, "R", "Nothing to resume: the run is finished"},
		{"over", over, "v", "The run was proved when it ended: to verify it again, open it from the runs"},
		{"finished", of(finished), "u", keys.Undo},
		{"finished", of(finished), "e", keys.Export},
		{"finished", of(finished), "v", keys.Verify},
		{"finished", of(finished), "R", "Nothing to resume: the run is finished"},
		{"finished", of(finished), "r", "Only a run of this session is retried: mark what is left in its list"},
		{"finished", of(finished), "c", "Nothing to cancel: the run is finished"},
		{"nothing deleted", of(kept), "u", "Nothing to undo: the run has changed nothing"},
		{"unfinished", of(open), "R", keys.Resume},
		{"unfinished", of(open), "u", "Not finished: resume it first, R"},
		{"unfinished", of(open), "e", keys.Export},
		{"unfinished", of(open), "v", "Not finished: resume it first, R"},
		{"unfinished", of(open), "r", "Only a run of this session is retried: R resumes this one"},
		{"unfinished", of(open), "c", "Nothing to cancel: the run does not go on"},
		{"going on elsewhere", of(live), "R", "Another janitor is at this run"},
		{"going on elsewhere", of(live), "u", "Another janitor is at this run"},
		{"going on elsewhere", of(live), "v", "Another janitor is at this run"},
		{"going on elsewhere", of(live), "e", keys.Export},
		{"going on elsewhere", of(live), "c", "Another janitor is at this run: cancel it there"},
		{"damaged", of(damaged), "u", "Nothing to undo: run r is damaged"},
		{"damaged", of(damaged), "e", "Nothing to report: run r is damaged"},
		{"damaged", of(damaged), "R", "Nothing to resume: run r is damaged"},
		{"damaged", of(damaged), "v", "Nothing to verify: run r is damaged"},
	} {
		t.Run(tt.name+" "+tt.key, func(t *testing.T) {
			d := tt.of()
			out := d.press(tt.key)
			if why, ok := tt.want.(string); ok {
				if len(out) != 0 || !slices.Equal(d.notices, []string{why}) {
					t.Errorf("asked for %v, said %q, want %q", out, d.notices, why)
				}
				return
			}
			want := screen.WantMsg{By: d.Model, Do: tt.want.(keys.Action)}
			if d.Past() != nil {
				want.ID = "r"
			}
			if len(out) != 1 || out[0] != want || len(d.notices) != 0 {
				t.Errorf("asked for %#v, said %q, want %#v", out, d.notices, want)
			}
		})
	}
}

func TestHintsOfAPastRun(t *testing.T) {
	for _, tt := range []struct {
		name string
		past *cleanup.Past
		want []keys.Action
	}{
		{"finished", &cleanup.Past{Ledger: ledger(2, cleanup.Deleted, cleanup.Failed)},
			[]keys.Action{keys.Undo, keys.Verify, keys.Back, keys.OnlyFailures, keys.Pane, keys.Export, keys.Help, keys.CopyItem}},
		{"unfinished", &cleanup.Past{Ledger: ledger(2, cleanup.Deleted)},
			[]keys.Action{keys.Resume, keys.Back, keys.Pane, keys.Export, keys.Help, keys.CopyItem}},
		{"damaged", &cleanup.Past{Err: errors.New("damaged")}, []keys.Action{keys.Back, keys.Pane, keys.Help}},
	} {
		if got := past(tt.past).Hints(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// What the session can do with no run is not promised for this one, and the key says why.
func TestARunInASessionThatOnlyReads(t *testing.T) {
	const why = "Read-only: the profile says read_only"
	finished := &cleanup.Past{Ledger: ledger(2, cleanup.Deleted, cleanup.Failed)}
	unfinished := &cleanup.Past{Ledger: ledger(2, cleanup.Deleted)}
	for key, of := range map[string]*cleanup.Past{"u": finished, "R": unfinished} {
		d := past(of)
		d.env.Cannot = func(a keys.Action) string {
			if a == keys.Undo || a == keys.Resume {
				return why
			}
			return ""
		}
		if got := d.Hints(); slices.Contains(got, keys.Undo) || slices.Contains(got, keys.Resume) {
			t.Errorf("the foot has %v", got)
		}
		if out := d.press(key); len(out) != 0 || !slices.Equal(d.notices, []string{why}) {
			t.Errorf("%s asked for %v, said %q", key, out, d.notices)
		}
	}
}

// A run of the history does nothing by itself: it neither listens nor ticks.
func TestAPastRunIsStill(t *testing.T) {
	d := past(&cleanup.Past{Ledger: ledger(2, cleanup.Deleted)})
	if cmd := d.Init(); cmd != nil {
		t.Errorf("begins with %v", cmd())
	}
	if cmd := d.Update(ticked{d.Model}); cmd != nil {
		t.Error("ticks")
	}
	if done, total, live := d.Progress(); done != 1 || total != 2 || live || d.Run() != nil || d.Past() == nil {
		t.Errorf("%d of %d, live %v", done, total, live)
	}
	if out := d.press("esc"); out != nil || !d.Left() {
		t.Errorf("esc did %v", out)
	}
}

// One reads it from its beginning, or from what failed or was not done.
func TestAPastRunIsOpenedAtItsBeginning(t *testing.T) {
	gone := slices.Repeat([]cleanup.Outcome{cleanup.Deleted}, 60)
	if d := past(&cleanup.Past{Ledger: ledger(60, gone...)}); !strings.Contains(d.text(80, 24), "▍✓ deleted        web-0000") {
		t.Errorf("of one that went well:\n%s", d.text(80, 24))
	}
	gone[20] = cleanup.Cancelled
	if d := past(&cleanup.Past{Ledger: ledger(60, gone...)}); !strings.Contains(d.text(80, 24), "▍– cancelled      web-0020") {
		t.Errorf("of one that was cancelled:\n%s", d.text(80, 24))
	}
	gone[40] = cleanup.Failed
	if d := past(&cleanup.Past{Ledger: ledger(60, gone...)}); !strings.Contains(d.text(80, 24), "▍✗ failed         web-0040") {
		t.Errorf("of one with a failure:\n%s", d.text(80, 24))
	}
}

// The journal of a real run shows the same on the screen as the run did, with the requests.
func TestARealRunFromItsJournal(t *testing.T) {
	a := newAccount(t)
	h := cleanup.NewHistory(t.TempDir(), "test")
	run := a.engine(cleanup.Options{Journal: h.Journal(a.where)}).Start(t.Context(), a.plan(t, 3))
	env := &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: time.Now}
	live := New(env, run)
	play(live)
	all, err := h.All()
	if err != nil || len(all) != 1 || all[0].Err != nil {
		t.Fatalf("%d runs, %v", len(all), err)
	}
	from := Past(env, all[0])
	rows := func(m *Model) (out []string) {
		m.Update(screentest.Key("home"))
		for range 3 {
			m.Update(screentest.Key("enter"))
			out = append(out, strings.Split(ansi.Strip(m.View(120, 30)), "\n")[4:]...)
			m.Update(screentest.Key("esc"))
			out = append(out, strings.Split(ansi.Strip(m.View(120, 30)), "\n")[4:]...)
			m.Update(screentest.Key("down"))
		}
		return out
	}
	if out := live.Update(screentest.Key("e")); out == nil || out() != (screen.WantMsg{By: live, Do: keys.Export, Run: run, ID: all[0].ID}) {
		t.Error("a run of the session is not asked for by the name of its record")
	}
	was, is := rows(live), rows(from)
	for i := range was {
		// times are those of the journal, which come a moment later
		if w, s := clockless(was[i]), clockless(is[i]); w != s {
			t.Errorf("live    %q\njournal %q", w, s)
		}
	}
	if !strings.Contains(strings.Join(is, "\n"), "1 request about it") {
		t.Errorf("no request:\n%s", strings.Join(is, "\n"))
	}
}

// clockless is a line without digits: times and how long something took.
func clockless(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("0123456789:. ", r) }), " ")
}
