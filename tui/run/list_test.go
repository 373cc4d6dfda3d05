package run

import (
	"slices"
	"strings"
	"testing"

	"janitor/client/cleanup"
)

// F goes through the outcomes that there are, f back to all; the head says what is shown and how much is hidden.
func TestOneOutcomeAfterTheOther(t *testing.T) {
	d := newDesk(30)
	d.deleted(0, 1, 2)
	d.end(7, cleanup.Result{Outcome: cleanup.Blocked})
	d.end(9, cleanup.Result{Outcome: cleanup.Failed})
	d.end(8, cleanup.Result{Outcome: cleanup.Failed})
	for _, tt := range []struct {
		key  string
		head string // "" for all
		rows []string
	}{
		{"F", "only deleted: 3 shown, 27 hidden · f shows all", []string{"web-0000", "web-0001", "web-0002"}},
		{"F", "only blocked: 1 shown, 29 hidden · f shows all", []string{"web-0007"}},
		{"F", "only failed: 2 shown, 28 hidden · f shows all", []string{"web-0008", "web-0009"}},
		{"F", "only pending: 24 shown, 6 hidden · f shows all", nil},
		{"F", "", nil},
		{"f", "only failures: 3 shown, 27 hidden · f shows all", []string{"web-0007", "web-0008", "web-0009"}},
		{"F", "only deleted: 3 shown, 27 hidden · f shows all", []string{"web-0000", "web-0001", "web-0002"}},
		{"f", "", nil},
	} {
		d.press(tt.key)
		got := d.text(80, 24)
		line := strings.TrimSpace(strings.Split(got, "\n")[3])
		if tt.head == "" {
			if strings.Contains(line, "only") || d.shown() != 30 {
				t.Errorf("not all are shown: %s", line)
			}
			continue
		}
		if before, _, _ := strings.Cut(line, "  "); before != tt.head {
			t.Errorf("head %q, want %q", line, tt.head)
		}
		var rows []string
		for l := range strings.SplitSeq(strings.SplitN(got, "───", 2)[0], "\n") {
			if at := strings.Index(l, "web-"); at >= 0 {
				rows = append(rows, l[at:at+len("web-0000")])
			}
		}
		if tt.rows != nil && !slices.Equal(rows, tt.rows) {
			t.Errorf("%s: rows %v, want %v", tt.head, rows, tt.rows)
		}
	}
}

// What leaves the selection leaves the list, and the cursor goes to what is nearest.
func TestAListOfOneOutcomeFollowsTheRun(t *testing.T) {
	d := newDesk(10)
	d.deleted(0, 1, 2, 3, 4)
	for range 2 {
		d.press("F")
	}
	d.press("home", "down", "down")
	if d.cursor != 7 {
		t.Fatalf("the cursor is on item %d", d.cursor)
	}
	d.deleted(7)
	if got := d.text(80, 24); strings.Contains(strings.SplitN(got, "───", 2)[0], "web-0007") || d.cursor != 8 {
		t.Errorf("the cursor is on item %d in:\n%s", d.cursor, got)
	}
	d.deleted(5, 6, 8, 9)
	if got := d.text(80, 24); !strings.Contains(got, "none is pending any more") || !strings.Contains(got, "only pending: 0 shown, 10 hidden") {
		t.Errorf("an empty list:\n%s", got)
	}
	d.press("enter", "down", "enter") // nothing to open
	if d.reading >= 0 {
		t.Errorf("opened item %d", d.reading)
	}
}

func TestTheListSaysWhichPartIsInSight(t *testing.T) {
	d := newDesk(2000)
	d.press("end")
	for _, size := range [][2]int{{80, 24}, {60, 10}, {160, 48}} {
		if got := d.text(size[0], size[1]); !strings.Contains(got, "–2 000 of 2 000 ") {
			t.Errorf("%v:\n%s", size, got)
		}
	}
}

func TestNoItemsNoOutcome(t *testing.T) {
	d := newDesk(0)
	if d.press("F"); !slices.Equal(d.notices, []string{"There are no items"}) {
		t.Errorf("said %q", d.notices)
	}
}
