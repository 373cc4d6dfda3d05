package run

import (
	"slices"
	"strings"
	"testing"

	"janitor/client/cleanup"
	"janitor/tui/internal/screentest"
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

func TestOnlyFailures(t *testing.T) {
	d := newDesk(50)
	d.press("f")
	if !slices.Equal(d.notices, []string{"No failures so far"}) {
		t.Errorf("said %q", d.notices)
	}
	d.deleted(0, 1, 2)
	d.end(40, cleanup.Result{Outcome: cleanup.Blocked})
	d.end(7, cleanup.Result{Outcome: cleanup.Failed})
	d.press("f")
	got := d.text(80, 24)
	if !strings.Contains(got, "web-0007") || !strings.Contains(got, "web-0040") || strings.Contains(got, "web-0001") {
		t.Errorf("does not list the failures alone:\n%s", got)
	}
	d.press("f")
	if got := d.text(80, 24); !strings.Contains(got, "web-0001") {
		t.Errorf("does not list all:\n%s", got)
	}
}

func TestListFollowsUntilTheUserMoves(t *testing.T) {
	d := newDesk(200)
	for i := range 100 {
		d.deleted(i)
	}
	d.deleted(190) // out of order: the list stays at the first that is still open
	if got := d.text(80, 24); !strings.Contains(got, "web-0099") || !strings.Contains(got, "web-0100") {
		t.Errorf("does not follow:\n%s", got)
	}
	d.press("home")
	for i := range 50 {
		d.deleted(100 + i)
	}
	if got := d.text(80, 24); !strings.Contains(got, "web-0000") || strings.Contains(got, "web-0150") {
		t.Errorf("does not stay where the user is:\n%s", got)
	}
	d.press("end")
	if got := d.text(80, 24); !strings.Contains(got, "web-0199") {
		t.Errorf("does not go to the end:\n%s", got)
	}
	d.press("end")
	if got := d.text(80, 24); !strings.Contains(got, "web-0150") {
		t.Errorf("does not follow again:\n%s", got)
	}
	d.press("up")
	d.finish(summary(200, nil, 0))
	if d.cursor != 149 {
		t.Errorf("the end moved the cursor to %d", d.cursor)
	}
}

// What is not known is not said to be there.
func TestWhatIsLeft(t *testing.T) {
	for _, tt := range []struct {
		failed, unknown int
		want            string
	}{
		{2, 0, "2 not deleted: f shows only them"},
		{2, 1, "2 not deleted, 1 unknown: f shows only them"},
		{0, 1, "1 unknown: f shows only it"},
	} {
		d := newDesk(5)
		for i := range 5 {
			switch {
			case i < tt.failed:
				d.end(i, cleanup.Result{Outcome: cleanup.Failed})
			case i < tt.failed+tt.unknown:
				d.end(i, cleanup.Result{Outcome: cleanup.Unknown})
			default:
				d.deleted(i)
			}
		}
		d.finish(summary(5, nil, 0))
		if got := d.text(80, 24); !strings.Contains(got, tt.want) {
			t.Errorf("want %q in:\n%s", tt.want, got)
		}
	}
	d := newDesk(1)
	d.finish(summary(1, nil, 0))
	if d.press("f"); !slices.Equal(d.notices, []string{"No failures"}) {
		t.Errorf("said %q", d.notices)
	}
}

func TestSameNames(t *testing.T) {
	p := plan(3)
	p.Items[0].Resource.Name, p.Items[0].Resource.Ref.ID = "acl1", "a39ea157-1111"
	p.Items[1].Resource.Name, p.Items[1].Resource.Ref.ID = "acl1", "b39ea157-2222"
	for _, w := range []int{40, 80} {
		got := deskOf(p).text(w, 24)
		if !strings.Contains(got, "acl1 a39ea157…") || !strings.Contains(got, "acl1 b39ea157…") || !strings.Contains(got, "web-0002") {
			t.Errorf("does not tell them apart:\n%s", got)
		}
	}
}

func TestParentsOfOneName(t *testing.T) {
	p := plan(2)
	for i, group := range []string{"a39ea157-1111", "b39ea157-2222"} {
		r := &p.Items[i].Resource
		r.Ref.Parent, r.In = group, "acl1"
	}
	d := deskOf(p)
	d.deleted(1)
	d.press("down")
	got := d.text(80, 24)
	for _, want := range []string{"web-0000  acl1 a39ea157…", "web-0001  acl1 b39ea157…", "web-0001 in acl1 b39ea157…"} {
		if !strings.Contains(got, want) {
			t.Errorf("does not show %q:\n%s", want, got)
		}
	}
}

// What a name leaves of its room is for what the item is in.
func TestParentsTakeWhatNamesLeave(t *testing.T) {
	p := plan(2)
	for i := range p.Items {
		r := &p.Items[i].Resource
		r.Ref.Parent, r.In = "a39ea157-1111", "partner-legacy-soap"
	}
	d := deskOf(p)
	d.deleted(0, 1)
	if got := d.text(80, 24); !strings.Contains(got, "web-0001  partner-legacy-soap  ") {
		t.Errorf("the group is cut:\n%s", got)
	}
}

// On a small terminal the list has the lines until more is asked for; then all that was said can be read.
func TestPaneWhereThereIsLittleRoom(t *testing.T) {
	for _, size := range [][2]int{{50, 10}, {40, 8}} {
		d := newDesk(30)
		d.end(4, cleanup.Result{Outcome: cleanup.Failed, Message: "backend exploded in the middle of it all"})
		if got := d.text(size[0], size[1]); strings.Contains(got, "of it all") || !strings.Contains(got, "web-0004") {
			t.Errorf("%v: a pane, or no list:\n%s", size, got)
		}
		k := screentest.Key("enter")
		d.Update(k)
		if got := d.text(size[0], size[1]); !strings.Contains(strings.Join(strings.Fields(got), " "), "in the middle of it all") {
			t.Errorf("%v: the error cannot be read:\n%s", size, got)
		}
		d.Update(k)
		if got := d.text(size[0], size[1]); strings.Contains(got, "of it all") {
			t.Errorf("%v: the pane does not go away:\n%s", size, got)
		}
	}
	for _, h := range []int{10, 24} { // nothing has failed yet: the item that the run is at
		d := newDesk(30)
		d.text(50, h)
		d.Update(screentest.Key("enter"))
		if got := d.text(50, h); !strings.Contains(got, "id-0000") {
			t.Errorf("an empty pane:\n%s", got)
		}
	}
}

// Below the list stands all that the service said, which the list has to cut.
func TestCurrentItemIsToldWhole(t *testing.T) {
	d := newDesk(30)
	d.end(4, cleanup.Result{
		Outcome: cleanup.Blocked, Code: "ELB.8907", RequestID: "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
		Message: "pool 11111111-2222-3333-4444-555555555555 is used by listener api-443 and by policy images",
	})
	want := []string{"0a1b2c3d4e5f60718293a4b5c6d7e8f9", "by listener", "policy images"}
	for _, keys := range [][]string{nil, {"home", "down", "down", "down", "down"}} { // the last failure; the current item
		d.press(keys...)
		got := strings.Join(strings.Fields(d.text(80, 24)), " ")
		for _, s := range want {
			if !strings.Contains(got, s) {
				t.Errorf("%v: does not show %q:\n%s", keys, s, d.text(80, 24))
			}
		}
	}
	d.press("down")
	if got := d.text(80, 24); strings.Contains(got, want[0]) {
		t.Errorf("shows another item's request:\n%s", got)
	}
}
