package run

import (
	"slices"
	"strings"
	"testing"

	"janitor/client/cleanup"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

func TestCancel(t *testing.T) {
	d := newDesk(10)
	d.sent(0, 1, 2)
	d.cancel()
	if d.run.cancelled != 1 || len(d.notices) > 0 {
		t.Errorf("cancelled %d times, said %q", d.run.cancelled, d.notices)
	}
	if got := d.text(80, 24); !strings.Contains(got, "Cancelled, 3 in flight will end") || slices.Contains(d.Hints(), keys.CancelRun) {
		t.Errorf("the screen does not say so:\n%s", got)
	}
	d.cancel()
	if d.run.cancelled != 1 || !slices.Equal(d.notices, []string{"Already cancelled: nothing more is sent"}) {
		t.Errorf("cancelled %d times, said %q", d.run.cancelled, d.notices)
	}
	d.notices = nil
	d.deleted(0, 1, 2)
	for i := range 7 {
		d.end(3+i, cleanup.Result{Outcome: cleanup.Cancelled})
	}
	d.phase(cleanup.Proving)
	if got := d.text(80, 24); !strings.Contains(got, "Cancelled, proving…") || strings.Contains(got, "Deleting") || strings.Contains(got, "in flight") {
		t.Errorf("the screen does not say what it does:\n%s", got)
	}
	d.cancel()
	if d.run.cancelled != 1 || !strings.HasPrefix(d.notices[0], "Nothing to cancel") {
		t.Errorf("cancelled %d times, said %q", d.run.cancelled, d.notices)
	}
	d.finish(summary(10, nil, 0))
	d.cancel()
	if d.run.cancelled != 1 || d.notices[1] != "Nothing to cancel: the run is finished" {
		t.Errorf("cancelled %d times, said %q", d.run.cancelled, d.notices)
	}

	d = newDesk(1)
	d.deleted(0)
	d.cancel()
	if d.run.cancelled != 0 || !slices.Equal(d.notices, []string{"Nothing to cancel: every item has its outcome"}) {
		t.Errorf("cancelled %d times, said %q", d.run.cancelled, d.notices)
	}
}

// Between the question whether a run is to be cancelled and the answer it may have ended.
func TestCancelledTooLate(t *testing.T) {
	d := newDesk(1)
	asked := d.press("c")
	if len(asked) != 1 || asked[0] != (CancelMsg{d.Model}) {
		t.Fatalf("asks %v", asked)
	}
	d.deleted(0)
	d.finish(summary(1, map[cleanup.Outcome]int{cleanup.Deleted: 1}, 1))
	if said := d.Stop()().(screen.Notice).Text; said != "Nothing to cancel: the run is finished" || d.run.cancelled != 0 || !strings.Contains(d.text(80, 24), "1 pool: 1 deleted") {
		t.Errorf("said %q, cancelled %d times:\n%s", said, d.run.cancelled, d.text(80, 24))
	}
}

func TestRetry(t *testing.T) {
	for _, tt := range []struct {
		name    string
		outcome cleanup.Outcome
		over    bool
		want    string // the notice; "" when a retry is asked for
	}{
		{"running", cleanup.Failed, false, "The run still goes on: retry it when it is finished"},
		{"failed", cleanup.Failed, true, ""},
		{"blocked", cleanup.Blocked, true, ""},
		{"unknown", cleanup.Unknown, true, ""},
		{"reappeared", cleanup.Reappeared, true, ""},
		{"deleted", cleanup.Deleted, true, "Nothing to retry: nothing failed"},
		{"skipped", cleanup.Skipped, true, "Nothing to retry: 1 was skipped; marks are kept"},
		{"cancelled", cleanup.Cancelled, true, "Nothing to retry: 1 was cancelled; marks are kept"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(2)
			d.deleted(0)
			d.end(1, cleanup.Result{Outcome: tt.outcome})
			if tt.over {
				d.finish(summary(2, nil, 0))
			}
			out := d.press("r")
			if tt.want != "" {
				if len(out) != 0 || !slices.Equal(d.notices, []string{tt.want}) {
					t.Errorf("got %v, said %q", out, d.notices)
				}
				return
			}
			if len(out) != 1 || out[0] != (screen.WantMsg{By: d.Model, Do: keys.Retry}) || len(d.notices) != 0 {
				t.Errorf("got %v, said %q", out, d.notices)
			}
		})
	}
}

func TestNothingToRetryOfMany(t *testing.T) {
	d := newDesk(3)
	for i, o := range []cleanup.Outcome{cleanup.Skipped, cleanup.Cancelled, cleanup.Skipped} {
		d.end(i, cleanup.Result{Outcome: o})
	}
	d.finish(summary(3, nil, 0))
	if d.press("r"); !slices.Equal(d.notices, []string{"Nothing to retry: 1 was cancelled, 2 were skipped; marks are kept"}) {
		t.Errorf("said %q", d.notices)
	}
}
