package run

import (
	"slices"
	"strings"
	"testing"
	"time"

	"janitor/client/cleanup"
)

func TestHeadTellsThePace(t *testing.T) {
	whole := cleanup.Pace{InFlight: 3, Most: 10, Quota: 60, Per: time.Minute, Left: 9, Throttled: 4}
	for _, tt := range []struct {
		name string
		w    int
		pace cleanup.Pace
		why  string
		want string // after the diagram
	}{
		{"nothing is known", 120, cleanup.Pace{}, "", ""},
		{"requests", 120, cleanup.Pace{Most: 4}, "", "0 of 4 requests in flight"},
		{"columns stay", 120, cleanup.Pace{InFlight: 3, Most: 10}, "", " 3 of 10 requests in flight"},
		{"quota", 120, cleanup.Pace{InFlight: 3, Most: 10, Quota: 60, Per: time.Minute, Left: 9}, "", " 3 of 10 requests in flight · quota 60/min,  9 left"},
		{"quota in another time", 120, cleanup.Pace{Quota: 20, Per: 10 * time.Second, Left: -1}, "", "quota 20 in 10 s,  0 left"},
		{"quota of a second", 120, cleanup.Pace{Quota: 5, Per: time.Second, Left: 2}, "", "quota 5/s, 2 left"},
		{"quota of a part of one", 120, cleanup.Pace{Quota: 5, Per: 500 * time.Millisecond, Left: 2}, "", "quota 5 in 0.50 s, 2 left"},
		{"quota of minutes", 120, cleanup.Pace{Quota: 100, Per: 5 * time.Minute, Left: 2}, "", "quota 100 in 5 min,   2 left"},
		{"quota of an hour", 120, cleanup.Pace{Quota: 100, Per: time.Hour, Left: 100}, "", "quota 100/h, 100 left"},
		{"quota of nobody knows what", 120, cleanup.Pace{Quota: 5, Left: 2}, "", "quota 5, 2 left"},
		{"reason", 120, whole, "too many requests", " 3 of 10 requests in flight · quota 60/min,  9 left · 4 throttled · too many requests"},
		{"narrow: gives way from the end", 80, whole, "too many requests", " 3 of 10 requests in flight · quota 60/min,  9 left"},
		{"narrower", 60, whole, "too many requests", " 3 of 10 requests in flight"},
		{"narrowest", 30, whole, "too many requests", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(30)
			d.phase(cleanup.Sending)
			d.run.pace, d.run.why = tt.pace, tt.why
			line := strings.Split(d.text(tt.w, 24), "\n")[2]
			if got := strings.TrimRight(strings.TrimLeft(line, " ▁"), " "); strings.TrimSpace(got) != strings.TrimSpace(tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if !strings.Contains(line, tt.want) {
				t.Errorf("columns move: %q", line)
			}
		})
	}
}

// While nothing can be in flight, what is read says more than that nothing is.
func TestHeadTellsWhatIsRead(t *testing.T) {
	for _, tt := range []struct {
		phase  cleanup.Step
		undoes bool
		w      int
		want   string
	}{
		{cleanup.Checking, false, 60, "▁  listing again before anything is sent"},
		{cleanup.Checking, true, 60, "▁  listing again before anything is sent"},
		{cleanup.Proving, false, 60, "▁  listing again what was deleted"},
		{cleanup.Proving, false, 80, "▁  listing again what was deleted · lists can lag by 10 s"},
		{cleanup.Proving, true, 80, "▁  listing again what was brought back · lists can lag by 10 s"},
		{cleanup.Sending, false, 80, "▁  0 of 4 requests in flight"},
	} {
		d := newDesk(30)
		d.undoes = tt.undoes
		d.phase(tt.phase)
		d.run.pace = cleanup.Pace{Most: 4}
		line := strings.Split(d.text(tt.w, 24), "\n")[2]
		if got := strings.TrimSpace(line); !strings.HasSuffix(got, tt.want) {
			t.Errorf("%v at %d columns: %q, want %q", tt.phase, tt.w, got, tt.want)
		}
	}
}

// What the engine knows of the time that is left counts for more than what the screen has measured.
func TestTimeLeft(t *testing.T) {
	d := newDesk(10)
	d.phase(cleanup.Sending)
	d.sent(0, 1, 2, 3, 4)
	d.now = d.now.Add(time.Second)
	d.deleted(0, 1, 2, 3, 4)
	if got := d.text(80, 24); !strings.Contains(got, "5.0/s   0:01 left") {
		t.Errorf("measured:\n%s", got)
	}
	d.run.pace.Remaining = 90 * time.Second
	if got := d.text(80, 24); !strings.Contains(got, "5.0/s   1:30 left") {
		t.Errorf("known:\n%s", got)
	}
}

// No time is told that is none.
func TestLessThanASecondLeftIsNotTold(t *testing.T) {
	d := newDesk(10)
	d.phase(cleanup.Sending)
	d.sent(0, 1)
	d.run.pace.Remaining = 400 * time.Millisecond
	if got := d.text(80, 24); strings.Contains(got, "left") {
		t.Errorf("told:\n%s", got)
	}
}

// A run of which much has failed has room for what its undo has done, too.
func TestWhatFailedAndWhatIsUndoneAreBothTold(t *testing.T) {
	d := newDesk(12)
	for i := range 10 {
		d.end(i, cleanup.Result{Outcome: cleanup.Blocked})
	}
	d.deleted(10, 11)
	d.finish(cleanup.Summary{})
	d.Undone(false)
	if got := d.text(80, 24); !strings.Contains(got, "10 not deleted: f shows only them, r tries again · undone as far as it can be") {
		t.Errorf("not told:\n%s", got)
	}
}

// The diagram counts the outcomes of the last 30 seconds; a column changes only while it is the present one.
func TestTrend(t *testing.T) {
	at := func(s float64) time.Time { return noon.Add(time.Duration(s * float64(time.Second))) }
	var tr trend
	for _, s := range []float64{0, 0.5, 1, 3, 3.1, 3.9, 31.5} {
		tr.add(at(s))
	}
	tr.add(at(-100)) // too late to be told
	for _, tt := range []struct {
		now  float64
		n    int
		want []int // the last ones
	}{
		{31.9, 30, []int{0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
		{33, 30, []int{0, 0, 0, 1, 0, 0}},
		{31.9, 15, []int{3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
		{32, 15, []int{0, 0, 1, 0}},
		{33, 15, []int{0, 0, 1, 0}},
		{31.9, 10, []int{3, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
		{70, 10, []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
	} {
		got := tr.columns(at(tt.now), tt.n)
		if len(got) != tt.n || !slices.Equal(got[tt.n-min(len(tt.want), tt.n):], tt.want) {
			t.Errorf("at %v in %d: %v, want … %v", tt.now, tt.n, got, tt.want)
		}
	}
	if got := new(trend).columns(noon, 15); slices.Max(got) != 0 {
		t.Errorf("a run without outcomes has %v", got)
	}
}

// From its first second to after its end, the list, the bar and the count of a run stay where they are.
func TestNothingJumps(t *testing.T) {
	d := newDesk(30)
	first, bar, count := -1, -1, -1
	look := func(stage string) {
		t.Helper()
		lines := strings.Split(d.text(80, 24), "\n")
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "web-00") })
		if first >= 0 && at != first {
			t.Errorf("%s: the list begins in line %d, before in line %d:\n%s", stage, at, first, strings.Join(lines, "\n"))
		}
		first = at
		if !d.live() || d.stopped() {
			return
		}
		from, to := strings.IndexAny(lines[0], "█░"), strings.Index(lines[0], "/30")
		if from < 0 || to < 0 || bar >= 0 && (from != bar || len([]rune(lines[0][:to])) != count) {
			t.Errorf("%s: the bar moves: %s", stage, lines[0])
		}
		bar, count = from, len([]rune(lines[0][:to]))
	}
	look("begun")
	d.phase(cleanup.Checking)
	look("checking")
	d.phase(cleanup.Sending)
	d.sent(0, 1, 2, 3)
	d.run.pace = cleanup.Pace{InFlight: 1, Most: 10}
	look("sending")
	d.now = d.now.Add(time.Second)
	d.deleted(0, 1, 2)
	d.end(3, cleanup.Result{Outcome: cleanup.Failed, Message: "boom"})
	look("outcomes")
	d.run.pace.Quota, d.run.pace.Per, d.run.pace.Left = 60, time.Minute, 3
	look("a quota")
	d.run.until, d.run.why = d.now.Add(100*time.Second), "the quota of 60 requests in 30 seconds is used up"
	look("a pause")
	d.run.until = time.Time{}
	d.press("f")
	look("only failures")
	d.press("f")
	for i := range 26 {
		d.deleted(4 + i)
	}
	look("all outcomes")
	d.phase(cleanup.Proving)
	look("proving")
	d.press("home")
	d.finish(summary(30, map[cleanup.Outcome]int{cleanup.Deleted: 29, cleanup.Failed: 1}, 29))
	d.run.pace.Requests = 12
	look("finished")
}

func TestCostOfARun(t *testing.T) {
	d := newDesk(1)
	d.deleted(0)
	d.run.pace = cleanup.Pace{Requests: 1200, Throttled: 3}
	d.finish(summary(1, map[cleanup.Outcome]int{cleanup.Deleted: 1}, 1))
	if got := d.text(80, 24); !strings.Contains(got, "\n   1 200 requests, 3 throttled ") {
		t.Errorf("got:\n%s", got)
	}
}

// An undo speaks of bringing back, and shows the new ids.
func TestAnUndoBringsBack(t *testing.T) {
	d := newDesk(3)
	d.undoes = true
	d.phase(cleanup.Sending)
	d.sent(0)
	got := d.text(80, 24)
	for _, want := range []string{" Bringing back 3 pools", "restoring"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	d.end(0, cleanup.Result{Outcome: cleanup.Restored, NewID: "77dfc0b9-62d3-4936", Proved: true})
	d.end(1, cleanup.Result{Outcome: cleanup.AlreadyThere})
	d.end(2, cleanup.Result{Outcome: cleanup.Failed, Message: "quota exceeded"})
	if line := d.line("web-0000"); !strings.Contains(line, d.env.Theme.OK+" restored ") || !strings.Contains(line, "→ 77dfc0b9-62d3-4936; proved there") {
		t.Errorf("restored: %s", line)
	}
	if line := d.line("web-0001"); !strings.Contains(line, d.env.Theme.OK+" already there  web-0001") {
		t.Errorf("already there: %s", line)
	}
	if head := strings.Split(d.text(80, 24), "\n")[1]; !strings.Contains(head, "1 restored") || !strings.Contains(head, "1 already there") {
		t.Errorf("not counted: %s", head)
	}
	d.finish(summary(3, map[cleanup.Outcome]int{cleanup.Restored: 1, cleanup.AlreadyThere: 1, cleanup.Failed: 1}, 0))
	if got := d.text(80, 24); !strings.Contains(got, "1 not brought back: f shows only it") || strings.Contains(got, "not deleted") {
		t.Errorf("the end:\n%s", got)
	}
	d.press("u")
	if len(d.notices) != 1 || !strings.Contains(d.notices[0], "is an undo") {
		t.Errorf("said %q", d.notices)
	}
}

// An estimate that only repeats itself is none: serial requests are left, and nobody knows how long they take.
func TestTimeLeftIsShownWhileItFalls(t *testing.T) {
	d := newDesk(10)
	d.phase(cleanup.Sending)
	d.sent(0, 1, 2, 3)
	d.deleted(0, 1)
	next := 2
	shows := func(left, after time.Duration, want bool) {
		t.Helper()
		d.deleted(next) // there is an answer now and then
		next++
		d.run.pace.Remaining = left
		for range int(after / beat) {
			d.now = d.now.Add(beat)
			d.Update(ticked{to: d.Model})
		}
		if got := d.text(100, 24); strings.Contains(got, " left") != want {
			t.Errorf("%v left for %v, shown: %v\n%s", left, after, !want, got)
		}
	}
	shows(9*time.Second, time.Second, true)
	shows(time.Second, 3*time.Second, true)
	shows(time.Second, time.Second, false)
	shows(2*time.Second, time.Second, false)
	shows(time.Second, time.Second, true)
	d.run.until = d.now.Add(9 * time.Second)
	shows(time.Second, 8*time.Second, false)
	shows(time.Second, 2*time.Second, true) // after a pause it has not had the time
}
