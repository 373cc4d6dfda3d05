package run

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"go.uber.org/goleak"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// script is a run that says what a test has it say.
type script struct {
	plan cleanup.Plan
	feed
	results   []cleanup.Result
	summary   cleanup.Summary
	until     time.Time
	why       string
	cancelled int
	pace      cleanup.Pace
	requests  map[int][]cleanup.Request
}

func (s *script) Plan() cleanup.Plan               { return s.plan }
func (s *script) Results() []cleanup.Result        { return slices.Clone(s.results) }
func (s *script) Cancel()                          { s.cancelled++ }
func (s *script) Paused() (time.Time, string)      { return s.until, s.why }
func (s *script) Summary() cleanup.Summary         { return s.summary }
func (s *script) Requests(i int) []cleanup.Request { return s.requests[i] }

func (s *script) Pace() cleanup.Pace {
	p := s.pace
	p.Until, p.Why = s.until, s.why
	return p
}

// feed is what a run says.
type feed struct {
	mu     sync.Mutex
	events []cleanup.Event
	untold chan struct{} // closed when there is more; nil: nobody waits
	closed bool
}

func (f *feed) Take() (events []cleanup.Event, more <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	events, f.events = f.events, nil
	if f.closed {
		return events, nil
	}
	if f.untold == nil {
		f.untold = make(chan struct{})
	}
	return events, f.untold
}

func (f *feed) emit(ev cleanup.Event) { f.tell(func() { f.events = append(f.events, ev) }) }

func (f *feed) close() { f.tell(func() { f.closed = true }) }

func (f *feed) tell(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
	if f.untold != nil {
		close(f.untold)
		f.untold = nil
	}
}

// desk is a screen on a scripted run, with the clock in the test's hand.
type desk struct {
	*Model
	run     *script
	now     time.Time
	notices []string
}

func newDesk(n int) *desk {
	return deskOf(plan(n))
}

func deskOf(p cleanup.Plan) *desk {
	d := &desk{now: noon, run: &script{
		plan:    p,
		results: make([]cleanup.Result, len(p.Items)),
		summary: summary(len(p.Items), nil, 0),
	}}
	env := &screen.Env{Theme: theme.New(theme.Look{Dark: true}), Keys: keys.Default(), Now: func() time.Time { return d.now }}
	d.Model = newModel(env, nil, d.run)
	d.View(80, 24)
	return d
}

func plan(n int) cleanup.Plan {
	var p cleanup.Plan
	for i := range n {
		ref := inventory.Ref{Scope: "s", Kind: inventory.Pools, ID: fmt.Sprintf("id-%04d", i)}
		p.Items = append(p.Items, cleanup.Item{Resource: inventory.Resource{Ref: ref, Name: fmt.Sprintf("web-%04d", i)}})
	}
	return p
}

func (d *desk) text(w, h int) string { return ansi.Strip(d.View(w, h)) }

// line of the screen that holds s.
func (d *desk) line(s string) string {
	for l := range strings.SplitSeq(d.text(120, 30), "\n") {
		if strings.Contains(l, s) {
			return l
		}
	}
	return ""
}

func (d *desk) phase(s cleanup.Step) { d.say(cleanup.Event{Step: s, Item: -1}) }

func (d *desk) sent(items ...int) {
	for _, i := range items {
		d.say(cleanup.Event{Step: cleanup.Sent, Item: i})
	}
}

func (d *desk) clearing(i int, note string) {
	d.say(cleanup.Event{Step: cleanup.Clearing, Item: i, Note: note})
}

func (d *desk) end(i int, r cleanup.Result) {
	d.run.results[i] = r
	d.say(cleanup.Event{Step: cleanup.Ended, Item: i, Result: r})
}

func (d *desk) deleted(items ...int) {
	for _, i := range items {
		d.end(i, cleanup.Result{Outcome: cleanup.Deleted, Took: 210 * time.Millisecond})
	}
}

// cancel presses the key and says yes to the question.
func (d *desk) cancel() {
	for _, msg := range d.press("c") {
		if _, ok := msg.(CancelMsg); ok {
			if cmd := d.Stop(); cmd != nil {
				d.notices = append(d.notices, cmd().(screen.Notice).Text)
			}
		}
	}
}

func (d *desk) say(e cleanup.Event) {
	e.At = d.now
	d.Update(happened{to: d.Model, events: []cleanup.Event{e}})
}

func (d *desk) finish(s cleanup.Summary) {
	d.run.summary = s
	d.say(cleanup.Event{Step: cleanup.Finished, Item: -1, Note: s.String()})
	d.Update(happened{to: d.Model, last: true})
}

// press returns what the keys led to, notices aside.
func (d *desk) press(names ...string) (out []tea.Msg) {
	for _, name := range names {
		cmd := d.Update(screentest.Key(name))
		d.View(80, 24)
		if cmd == nil {
			continue
		}
		msgs := []tea.Msg{cmd()}
		if all, ok := msgs[0].(tea.BatchMsg); ok { // a copy, and a word on it
			msgs = msgs[:0]
			for _, cmd := range all {
				msgs = append(msgs, cmd())
			}
		}
		for _, msg := range msgs {
			if n, ok := msg.(screen.Notice); ok {
				d.notices = append(d.notices, n.Text)
				continue
			}
			if msg != nil {
				out = append(out, msg)
			}
		}
	}
	return out
}

func summary(n int, counts map[cleanup.Outcome]int, proved int) cleanup.Summary {
	s := cleanup.Summary{One: "pool", Many: "pools", Items: n, Proved: proved, Took: 400 * time.Millisecond}
	for o, c := range counts {
		s.Counts[o] = c
	}
	return s
}

func TestItemsTellTheirState(t *testing.T) {
	blocked := cleanup.Result{
		Outcome: cleanup.Blocked, Code: "ELB.8907", Message: "pool is used by listener api-443", RequestID: "0a1b2c3d4e5f", Took: time.Second,
	}
	for _, tt := range []struct {
		name string
		do   func(d *desk)
		want []string // in this order on the item's line
	}{
		{"queued", func(*desk) {}, []string{"queued", "web-0001"}},
		{"sent", func(d *desk) { d.sent(1) }, []string{"deleting", "web-0001"}},
		{"slow", func(d *desk) { d.sent(1); d.now = d.now.Add(3 * time.Second) }, []string{"deleting", "web-0001", "3.00 s"}},
		{"reading back", func(d *desk) { d.sent(1); d.say(cleanup.Event{Step: cleanup.Reading, Item: 1}) }, []string{"reading back", "web-0001"}},
		{"clearing", func(d *desk) { d.clearing(1, "removing server 2 of 3") }, []string{"◌", "clearing", "web-0001", "removing server 2 of 3"}},
		{"clearing slowly", func(d *desk) { d.clearing(1, "removing server 2 of 3"); d.now = d.now.Add(3 * time.Second) },
			[]string{"clearing", "removing server 2 of 3", "3.00 s"}},
		{"clearing in a pause", func(d *desk) {
			d.clearing(1, "removing server 2 of 3")
			d.run.until, d.run.why = d.now.Add(time.Minute), "quota"
			d.View(80, 24)
		}, []string{"·", "waiting", "web-0001", "removing server 2 of 3"}},
		{"checking again", func(d *desk) {
			d.clearing(1, "removing server 2 of 3")
			d.say(cleanup.Event{Step: cleanup.Rechecking, Item: 1})
		}, []string{"·", "checking", "web-0001"}},
		{"cleared and sent", func(d *desk) {
			d.clearing(1, "removing server 2 of 3")
			d.say(cleanup.Event{Step: cleanup.Rechecking, Item: 1})
			d.sent(1)
		}, []string{"◌", "deleting", "web-0001"}},
		{"deleted", func(d *desk) { d.sent(1); d.deleted(1) }, []string{"✓", "deleted", "web-0001", "0.21 s"}},
		{"proved", func(d *desk) {
			d.deleted(1)
			d.say(cleanup.Event{Step: cleanup.Proved, Item: 1, Result: cleanup.Result{Outcome: cleanup.Deleted, Proved: true}})
		}, []string{"deleted", "web-0001", "proved gone"}},
		{"reappeared", func(d *desk) {
			d.deleted(1)
			d.say(cleanup.Event{Step: cleanup.Proved, Item: 1, Result: cleanup.Result{Outcome: cleanup.Reappeared, Message: "listed again"}})
		}, []string{"reappeared", "web-0001", "listed again"}},
		{"already gone", func(d *desk) { d.end(1, cleanup.Result{Outcome: cleanup.AlreadyGone}) }, []string{"already gone", "web-0001"}},
		{"blocked", func(d *desk) { d.end(1, blocked) },
			[]string{"blocked", "web-0001", "ELB.8907 pool is used by listener api-443", "1.00 s", "0a1b2c3d4…"}},
		{"code within the message", func(d *desk) {
			d.end(1, cleanup.Result{Outcome: cleanup.Failed, Code: "ELB.1", Message: "500 ELB.1: broken"})
		},
			[]string{"failed", "web-0001", "  500 ELB.1: broken"}},
		{"a code alone", func(d *desk) { d.end(1, cleanup.Result{Outcome: cleanup.Failed, Code: "ELB.1"}) }, []string{"failed", "web-0001", "  ELB.1 "}},
		{"skipped", func(d *desk) { d.end(1, cleanup.Result{Outcome: cleanup.Skipped, Message: "changed: now used by x"}) },
			[]string{"skipped", "web-0001", "changed: now used by x"}},
		{"cancelled", func(d *desk) { d.end(1, cleanup.Result{Outcome: cleanup.Cancelled}) }, []string{"cancelled", "web-0001"}},
		{"unknown", func(d *desk) { d.end(1, cleanup.Result{Outcome: cleanup.Unknown, Message: "answer lost"}) },
			[]string{"unknown", "web-0001", "answer lost"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(3)
			d.env.Theme.OK = "✓"
			tt.do(d)
			line := d.line("web-0001")
			rest := line
			for _, s := range tt.want {
				_, after, ok := strings.Cut(rest, s)
				if !ok {
					t.Errorf("no %q in its place: %s", s, line)
				}
				rest = after
			}
		})
	}
}

func TestHeadTellsHowFar(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(d *desk)
		want []string
		not  string
	}{
		{"checking", func(d *desk) { d.phase(cleanup.Checking) }, []string{"Deleting 10 pools", "0/10", "checking…", "10 queued"}, "left"},
		{"half way", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0, 1, 2, 3, 4, 5, 6)
			d.now = d.now.Add(time.Second)
			d.deleted(0, 1, 2, 3, 4)
		}, []string{"5/10", "5.0/s", "0:01 left", "5 deleted", "2 in flight", "3 queued"}, "checking"},
		{"slow", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0)
			d.now = d.now.Add(10 * time.Second)
			d.deleted(0)
		}, []string{"1/10", "6/min", "1:30 left"}, "/s"},
		{"rate is of late", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0, 1, 2, 3)
			d.deleted(0, 1, 2)
			d.now = d.now.Add(30 * time.Second)
			d.deleted(3)
		}, []string{"4/10", "6/min"}, "/s"},
		{"paused", func(d *desk) {
			d.phase(cleanup.Sending)
			d.deleted(0, 1)
			d.run.until, d.run.why = d.now.Add(11500*time.Millisecond), "60 requests per minute"
		}, []string{"2/10", "paused 12 s: 60 requests per minute"}, "left"},
		{"paused for a long reason", func(d *desk) {
			d.phase(cleanup.Sending)
			d.run.until, d.run.why = d.now.Add(29*time.Second), "the quota of 60 requests in 30 seconds is used up"
		}, []string{"░   0/10   paused 29 s", "\n the quota of 60 requests in 30 seconds is used up"}, "left"},
		{"pause over", func(d *desk) {
			d.phase(cleanup.Sending)
			d.run.until, d.run.why = d.now.Add(-time.Second), "60 requests per minute"
		}, []string{"0/10"}, "paused"},
		{"paused while proving", func(d *desk) {
			d.phase(cleanup.Proving)
			d.run.until = d.now.Add(29 * time.Second)
		}, []string{"proving, paused 29 s"}, "left"},
		{"requests wait for the pause", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0, 1)
			d.run.until = d.now.Add(9 * time.Second)
			d.now = d.now.Add(3 * time.Second)
		}, []string{"paused 6 s", "2 waiting   · 8 queued", "· waiting        web-0000  "}, "in flight"},
		{"answers stay out", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0, 1, 2, 3, 4)
			d.now = d.now.Add(time.Second)
			d.deleted(0, 1)
			d.now = d.now.Add(4 * time.Second)
		}, []string{"2/10", "no answer for 4 s"}, "left"},
		{"nothing may be asked", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0, 1, 2, 3, 4)
			d.now = d.now.Add(time.Second)
			d.deleted(0, 1)
			d.run.pace, d.run.why = cleanup.Pace{Most: 4, Quota: 10, Per: 5 * time.Second}, "quota of 10 in 5 s"
			d.now = d.now.Add(4 * time.Second)
		}, []string{"2/10", "waiting to send", "quota 10 in 5 s,  0 left"}, "no answer"},
		{"a pause is no silence", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0, 1, 2, 3, 4)
			d.now = d.now.Add(time.Second)
			d.deleted(0, 1)
			d.run.until = d.now.Add(9 * time.Second)
			d.View(80, 24)
			d.now = d.now.Add(10 * time.Second)
		}, []string{"2/10"}, "no answer"},
		{"stopped by itself", func(d *desk) {
			d.phase(cleanup.Sending)
			d.sent(0)
			d.end(1, cleanup.Result{Outcome: cleanup.Cancelled})
		}, []string{"Stopped, 1 in flight will end"}, "Deleting"},
		{"cancelled in a pause", func(d *desk) {
			d.phase(cleanup.Sending)
			d.run.until, d.run.why = d.now.Add(9*time.Second), "60 requests per minute"
			d.cancel()
			d.phase(cleanup.Proving)
		}, []string{"Cancelled, proving, paused 9 s: 60 requests per minute"}, "Deleting"},
		{"proving", func(d *desk) { d.deleted(0, 1, 2, 3, 4, 5, 6, 7, 8, 9); d.phase(cleanup.Proving) }, []string{"10/10", "proving…"}, "queued"},
		{"note", func(d *desk) {
			d.say(cleanup.Event{Step: cleanup.Sending, Item: -1, Note: "stopped: an answer about an id that was never asked for"})
		}, []string{"stopped: an answer about an id that was never asked for"}, "cancelled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(10)
			tt.do(d)
			got := d.text(80, 24)
			for _, s := range tt.want {
				if !strings.Contains(got, s) {
					t.Errorf("does not show %q:\n%s", s, got)
				}
			}
			head := strings.Join(strings.Split(got, "\n")[:2], "\n")
			if strings.Contains(head, tt.not) {
				t.Errorf("shows %q:\n%s", tt.not, head)
			}
		})
	}
}

func TestEndIsOneClearLine(t *testing.T) {
	d := newDesk(3)
	d.deleted(0, 1, 2)
	d.finish(summary(3, map[cleanup.Outcome]int{cleanup.Deleted: 3}, 3))
	want := d.env.Theme.OK + " 3 pools: 3 deleted (proved gone) · 0.40 s"
	if got := d.text(80, 24); !strings.Contains(got, want) || strings.Contains(got, "left") || strings.Contains(got, "try") {
		t.Errorf("want %q in:\n%s", want, got)
	}

	d = newDesk(3)
	d.deleted(0, 1)
	d.end(2, cleanup.Result{Outcome: cleanup.Failed, Message: "boom"})
	d.finish(summary(3, map[cleanup.Outcome]int{cleanup.Deleted: 2, cleanup.Failed: 1}, 2))
	got := d.text(80, 24)
	for _, want := range []string{
		d.env.Theme.Fail + " 3 pools: 2 deleted (proved gone), 1 failed", "1 not deleted: f shows only it, r tries again", "boom",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in:\n%s", want, got)
		}
	}
	if done, total, live := d.Progress(); done != 3 || total != 3 || live {
		t.Errorf("progress %d of %d, live %v", done, total, live)
	}
}

// The results of the run have the last word, whatever events came or did not come.
func TestEndTakesTheResults(t *testing.T) {
	d := newDesk(3)
	d.sent(0, 1)
	d.run.results = []cleanup.Result{{Outcome: cleanup.Deleted, Proved: true}, {Outcome: cleanup.Unknown}, {Outcome: cleanup.Cancelled}}
	d.finish(summary(3, nil, 0))
	if d.flying != 0 || d.counts[cleanup.Deleted] != 1 || d.counts[cleanup.Unknown] != 1 || d.counts[cleanup.Cancelled] != 1 {
		t.Errorf("counts %v, %d in flight", d.counts, d.flying)
	}
	if done, total, _ := d.Progress(); done != total {
		t.Errorf("progress %d of %d", done, total)
	}
}

// Counts always add up, and the list is the items that were asked for, in order.
func TestCountsAddUp(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 1))
	d := newDesk(40)
	last := make([]cleanup.Outcome, 40)
	steps := []cleanup.Step{cleanup.Clearing, cleanup.Rechecking, cleanup.Sent, cleanup.Reading, cleanup.Ended, cleanup.Proved}
	for range 5000 {
		switch rng.IntN(20) {
		case 0:
			d.press("F")
		case 1:
			d.press("f")
		case 2:
			d.press("down")
		}
		i, step := rng.IntN(40), steps[rng.IntN(len(steps))]
		r := cleanup.Result{Outcome: cleanup.Outcome(1 + rng.IntN(outcomes-1))}
		if step < cleanup.Ended && last[i] != cleanup.Pending {
			continue // what has ended is not sent again
		}
		if step >= cleanup.Ended {
			last[i] = r.Outcome
		}
		d.say(cleanup.Event{Step: step, Item: i, Result: r})

		var counts [outcomes]int
		var rows []int
		ended, failed := 0, 0
		for i, o := range last {
			if o != cleanup.Pending {
				counts[o]++
				ended++
			}
			if failure(o) {
				failed++
			}
			if !d.only.all() && d.only.has(o) {
				rows = append(rows, i)
			}
		}
		if counts != d.counts || ended != d.ended || failed != d.failed() || !slices.Equal(rows, d.rows) || d.flying < 0 || d.flying > 40-ended {
			t.Fatalf("seed %d: counts %v ended %d flying %d failed %d, only %v: %v; want %v %d %d, %v",
				seed, d.counts, d.ended, d.flying, d.failed(), d.only, d.rows, counts, ended, failed, rows)
		}
		if d.shown() > 0 && d.at(d.row(d.cursor)) != d.cursor && !d.follow {
			d.View(80, 24)
			if d.at(d.row(d.cursor)) != d.cursor {
				t.Fatalf("seed %d: the cursor is on item %d, which is not listed", seed, d.cursor)
			}
		}
	}
}

func TestEveryEventArrivesInFewMessages(t *testing.T) {
	const n = 5000
	d := newDesk(n)
	for i := range n {
		r := cleanup.Result{Outcome: cleanup.Deleted}
		d.run.results[i] = r
		d.run.emit(cleanup.Event{At: noon, Step: cleanup.Sent, Item: i})
		d.run.emit(cleanup.Event{At: noon, Step: cleanup.Ended, Item: i, Result: r})
	}
	d.run.close()
	messages := 0
	for cmd := d.listen(); cmd != nil; messages++ {
		cmd = d.Update(cmd())
	}
	if done, _, live := d.Progress(); done != n || live {
		t.Errorf("%d of %d arrived, live %v", done, n, live)
	}
	if messages > 100 {
		t.Errorf("%d messages for %d events", messages, 2*n)
	}
}

func TestOthersMessagesAreNotTaken(t *testing.T) {
	d, other := newDesk(2), newDesk(2)
	if cmd := d.Update(happened{to: other.Model, events: []cleanup.Event{{Step: cleanup.Ended, Result: cleanup.Result{Outcome: cleanup.Failed}}}}); cmd != nil {
		t.Error("listens once more for each message of another run")
	}
	if cmd := d.Update(ticked{to: other.Model}); cmd != nil {
		t.Error("ticks once more for each tick of another run")
	}
	if d.ended != 0 {
		t.Error("took another run's event")
	}
}

func TestTicksOnlyWhileRunning(t *testing.T) {
	d := newDesk(1)
	if d.Update(ticked{to: d.Model}) == nil {
		t.Error("stopped ticking while running")
	}
	d.finish(summary(1, nil, 0))
	if d.Update(ticked{to: d.Model}) != nil {
		t.Error("ticks after the end")
	}
}

// A run that has ended before its screen was opened is shown as it ended.
func TestARunThatHasEndedAlready(t *testing.T) {
	d := newDesk(2)
	d.run.close()
	d.run.results = []cleanup.Result{{Outcome: cleanup.Deleted}, {Outcome: cleanup.Blocked}}
	d.run.summary = summary(2, map[cleanup.Outcome]int{cleanup.Deleted: 1, cleanup.Blocked: 1}, 1)
	if cmd := d.Update(d.listen()()); cmd != nil {
		t.Error("goes on listening")
	}
	if got := d.text(80, 24); !strings.Contains(got, "2 pools: 1 deleted (proved gone), 1 blocked") || !strings.Contains(got, "web-0001") {
		t.Errorf("shows:\n%s", got)
	}
}

func TestLeave(t *testing.T) {
	d := newDesk(2)
	if out := d.press("esc"); out != nil || !d.Left() {
		t.Errorf("got %v", out)
	}
	d.deleted(0) // goes on while another screen is on top
	if done, _, live := d.Progress(); done != 1 || !live {
		t.Errorf("progress %d, live %v", done, live)
	}
	if out := d.press("enter", "y"); out != nil {
		t.Errorf("enter and y did %v", out)
	}
}

func TestHintsAreWhatIsPossible(t *testing.T) {
	d := newDesk(2)
	for _, tt := range []struct {
		do   func()
		want []keys.Action
	}{
		{func() {}, []keys.Action{keys.CancelRun, keys.LeaveRun, keys.Pane, keys.Help}},
		{func() { d.end(0, cleanup.Result{Outcome: cleanup.Failed}) }, []keys.Action{keys.CancelRun, keys.LeaveRun, keys.OnlyFailures, keys.Pane, keys.Help, keys.CopyItem}},
		{func() { d.cancel() }, []keys.Action{keys.LeaveRun, keys.OnlyFailures, keys.Pane, keys.Help, keys.CopyItem}},
		{func() { d.deleted(1); d.finish(summary(2, nil, 0)) }, []keys.Action{keys.Retry, keys.Undo, keys.Back, keys.OnlyFailures, keys.Pane, keys.Export, keys.Help, keys.CopyItem}},
		{func() { d.press("enter") }, []keys.Action{keys.Back, keys.CopyItem, keys.Help}},
	} {
		tt.do()
		if got := d.Hints(); !slices.Equal(got, tt.want) {
			t.Errorf("hints %v, want %v", got, tt.want)
		}
	}
}

func TestEverySize(t *testing.T) {
	hostile := []string{
		"", strings.Repeat("x", 10_000), "漢字の名前がとても長いのでここで切られるはずです漢字漢字漢字", "👩‍👩‍👧‍👦 family", "e\u0301\u0301", "a\tb",
		"\u202egnp.exe", "tail\x1b[31mred", "line\nbreak", "\u200b", "\xff\xfe",
	}
	var p cleanup.Plan
	for i := range 3 * len(hostile) {
		s := hostile[i%len(hostile)]
		ref := inventory.Ref{Kind: inventory.Members, ID: s + strconv.Itoa(i)}
		p.Items = append(p.Items, cleanup.Item{Resource: inventory.Resource{Ref: ref, Name: s, In: hostile[(i+3)%len(hostile)]}})
	}
	stages := []func(d *desk){
		func(d *desk) { d.phase(cleanup.Checking) },
		func(d *desk) {
			for i := range p.Items {
				s := hostile[(i+5)%len(hostile)]
				d.end(i, cleanup.Result{Outcome: cleanup.Outcome(1 + i%(outcomes-1)), Code: s, Message: s, RequestID: s, Took: time.Duration(i*i) * time.Second})
			}
			d.say(cleanup.Event{Step: cleanup.Sending, Item: -1, Note: hostile[7]})
			d.run.until, d.run.why = noon.Add(time.Hour), hostile[2]
		},
		func(d *desk) { d.press("f", "down") },
		func(d *desk) {
			d.run.pace = cleanup.Pace{InFlight: 3, Most: 10, Quota: 6000, Per: time.Hour, Left: 12, Throttled: 7}
			d.run.requests = map[int][]cleanup.Request{}
			for i := range p.Items {
				s := hostile[(i+2)%len(hostile)]
				d.run.requests[i] = []cleanup.Request{
					{N: 1, Call: s, Step: s, Items: 3, At: noon, Answered: i%2 == 0, Status: 500, Code: s, Message: s, RequestID: s, Doubt: true, Found: "there"},
					{N: 1234, Call: s, At: noon, Answered: true, Said: "deleted"},
				}
			}
		},
		func(d *desk) { d.press("F") },
		func(d *desk) { d.press("d") },
		func(d *desk) { d.press("d") },
		func(d *desk) { d.finish(summary(len(p.Items), map[cleanup.Outcome]int{cleanup.Failed: 9}, 0)) },
	}
	d, empty := deskOf(p), newDesk(0)
	for n, stage := range stages {
		stage(d)
		for h := 1; h <= 60; h += 1 + h/5 {
			for w := 1; w <= 200; w += 1 + w/5 {
				for _, d := range []*desk{d, empty} {
					got := d.View(w, h)
					screentest.Fits(t, fmt.Sprint("stage ", n), got, w, h)
					if strings.Contains(got, "\x1b[31mred") {
						t.Fatalf("stage %d, %d×%d: bytes of the service came through: %q", n, w, h, got)
					}
					d.Update(screentest.Key([]string{"down", "pgdown", "up", "pgup"}[(w+h)%4]))
				}
			}
		}
	}
}

// The whole cost of 5 000 outcomes that arrive at once: taking them in and drawing the frames between.
func BenchmarkOutcomes(b *testing.B) {
	const n = 5000
	for _, o := range []cleanup.Outcome{cleanup.Deleted, cleanup.Failed} {
		b.Run(o.String(), func(b *testing.B) {
			p := plan(n)
			events := make([]cleanup.Event, 0, 2*n)
			for i := range n {
				events = append(events, cleanup.Event{At: noon, Step: cleanup.Sent, Item: i})
			}
			for i := range n {
				events = append(events, cleanup.Event{At: noon, Step: cleanup.Ended, Item: i, Result: cleanup.Result{Outcome: o, Message: "said"}})
			}
			b.ReportAllocs()
			for b.Loop() {
				d := deskOf(p)
				for batch := range slices.Chunk(events, 50) {
					d.Update(happened{to: d.Model, events: batch})
					d.View(120, 36)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/5000-outcomes")
		})
	}
}

func BenchmarkView(b *testing.B) {
	for _, n := range []int{10, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			d := newDesk(n)
			for i := range n {
				d.deleted(i)
			}
			b.ReportAllocs()
			for b.Loop() {
				d.Update(screentest.Key("up"))
				d.View(120, 36)
			}
		})
	}
}

// The key that copies elsewhere cancels here: another one copies the id by which the service knows the item now.
func TestCopiesTheIDOfAnItem(t *testing.T) {
	d := newDesk(2)
	if d.press("C"); !slices.Equal(d.notices, []string{"No row is chosen: ↑ and ↓ go there"}) {
		t.Errorf("while the list follows the run: %q", d.notices)
	}
	d.end(1, cleanup.Result{Outcome: cleanup.Restored, NewID: "the-new-one"})
	for _, test := range []struct{ keys, want string }{
		{"g C", "Copied " + d.plan.Items[0].Resource.Ref.ID},
		{"G C", "Copied the-new-one"},
		{"g enter j C", "Copied " + d.plan.Items[0].Resource.Ref.ID}, // in the detail of that item
	} {
		d.notices = nil
		d.press(strings.Fields(test.keys)...)
		if !slices.Equal(d.notices, []string{test.want}) {
			t.Errorf("%s: %q, want %q", test.keys, d.notices, test.want)
		}
	}
	if !slices.Contains(d.Hints(), keys.CopyItem) {
		t.Error("the foot of the detail does not name the key")
	}
}
