package cleanup

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

// undoLab is a cloud with a history: what is deleted in it can be brought back.
type undoLab struct {
	*sim
	history *History
}

func newUndoLab(t *testing.T, o simcloud.Options) *undoLab {
	t.Helper()
	lab := &undoLab{sim: simulate(t, o, nil), history: NewHistory(t.TempDir(), "test")}
	lab.engine.journal = lab.history.Journal(lab.where())
	return lab
}

// restart goes on with the history in what knows as little of the cloud as a new process.
func (lab *undoLab) restart() {
	rest := lab.engine.rest
	lab.connect()
	lab.engine.rest, lab.engine.journal = rest, lab.history.Journal(lab.where())
}

func (lab *undoLab) where() Where {
	return Where{Profile: "test", Region: lab.cloud.Account().Region, Project: lab.project}
}

// newest is the run that was begun last.
func (lab *undoLab) newest() *Past {
	lab.t.Helper()
	all, err := lab.history.All()
	if err != nil || len(all) == 0 || all[0].Err != nil {
		lab.t.Fatal(all, err)
	}
	return all[0]
}

// delete deletes all of these, and gives the run.
func (lab *undoLab) delete(marked []inventory.Resource, from *inventory.Snapshot, c Choice) *Past {
	lab.t.Helper()
	p, err := NewPlan(refsOf(marked), from, c)
	if err != nil || len(p.Items) != len(marked) {
		lab.t.Fatal(err, p.LeftOut)
	}
	if summary, results := lab.run(p); !summary.OK() {
		lab.t.Fatal(summary, results)
	}
	return lab.newest()
}

// resume goes on with a run that was broken off.
func (lab *undoLab) resume(p *Past) *Run {
	lab.t.Helper()
	j, err := lab.history.Resume(p)
	if err != nil {
		lab.t.Fatal(err)
	}
	return lab.engine.Resume(lab.t.Context(), p.Ledger, j)
}

// undo brings back what a run has deleted.
func (lab *undoLab) undo(p *Past) (Summary, []Result) {
	lab.t.Helper()
	plan, err := lab.history.UndoPlan(p)
	if err != nil {
		lab.t.Fatal(err)
	}
	run := lab.engine.Start(lab.t.Context(), plan)
	results := finished(lab.t, run)
	if err := run.Unrecorded(); err != nil {
		lab.t.Fatal(err)
	}
	l := lab.newest().Ledger
	for i := range results {
		if got, want := told(l.Requests(i)), told(run.Requests(i)); !slices.Equal(got, want) {
			lab.t.Errorf("item %d: requests of the journal\n%s\nof the run\n%s", i, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	return run.Summary(), results
}

// entriesOf are those of the first group that has at least n.
func (lab *undoLab) entriesOf(n int) ([]inventory.Resource, *inventory.Snapshot) {
	lab.t.Helper()
	groups := lab.load(inventory.IPGroups)
	some := pick(groups, inventory.IPGroups, 1, func(r inventory.Resource) bool {
		return len(groupEntries(r)) >= n && r.Verdict.State != inventory.Protected
	})
	inside := inventory.Last(lab.loader.Open(lab.t.Context(), inventory.Entries, some))
	return pick(inside, inventory.Entries, n, func(inventory.Resource) bool { return true }), inside
}

func TestEntriesComeBack(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3})
	some, from := lab.entriesOf(3)
	before := lab.load(inventory.IPGroups).Find([]inventory.Ref{inventory.Parents(some)[0].Ref})
	past := lab.delete(some, from, Choice{})
	summary, results := lab.undo(past)
	if got := summary.String(); got != "3 entries: 3 restored (proved there)" || !summary.OK() {
		t.Error(got, results)
	}
	after := lab.load(inventory.IPGroups).Find([]inventory.Ref{inventory.Parents(some)[0].Ref})
	for ref := range before {
		was, is := groupEntries(before[ref]), groupEntries(after[ref])
		if len(was) == 0 || len(was) != len(is) || slices.ContainsFunc(was, func(e string) bool { return !slices.Contains(is, e) }) {
			t.Errorf("the group had %v, and has %v", was, is)
		}
	}
	for i, res := range results {
		if res.NewID != "" || res.Ref != some[i].Ref {
			t.Errorf("%+v", res)
		}
	}
	summary, results = lab.undo(past)
	if got := summary.String(); got != "3 entries: 3 already there" || !summary.OK() {
		t.Error(got, results)
	}
}

// groupEntries are the entries of a group with their notes.
func groupEntries(r inventory.Resource) []string {
	var all []string
	for e := range r.Object.(*client.IPGroup).Entries.All() {
		all = append(all, e.IP+" "+e.Description)
	}
	return all
}

// What only a later list showed to be gone comes back like what was proved at once.
func TestWhatIsUndone(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from, Choice{})
	for name, c := range map[string]struct {
		outcome Outcome
		message string
		sent    int
		found   Presence // by the latest verify
		undone  bool
	}{
		"deleted":                       {Deleted, "", 1, "", true},
		"deleted, and there again":      {Deleted, "", 1, IsThere, true},
		"unknown":                       {Unknown, "", 1, "", false},
		"unknown, and gone":             {Unknown, "", 1, IsGone, true},
		"unknown, and there":            {Unknown, "", 1, IsThere, false},
		"unknown, and still unknown":    {Unknown, "", 1, IsUnknown, false},
		"reappeared":                    {Reappeared, "the closing list has it (again)", 1, "", false},
		"reappeared, and gone":          {Reappeared, "the closing list has it (again)", 1, IsGone, true},
		"made again under another id":   {Reappeared, madeAgain + "x: look for who makes it", 1, IsGone, false},
		"gone before":                   {AlreadyGone, "", 0, IsGone, false},
		"never sent, and gone":          {Unknown, "", 0, IsGone, false},
		"refused, and gone by somebody": {Blocked, "", 1, IsGone, false},
	} {
		t.Run(name, func(t *testing.T) {
			e := &past.Ledger.Items[0]
			e.Result.Outcome, e.Result.Message, e.Sent, e.Found = c.outcome, c.message, c.sent, c.found
			plan, err := lab.history.UndoPlan(past)
			if len(plan.Items) == 1 != c.undone || errors.Is(err, ErrNothing) == c.undone {
				t.Errorf("%d items, %v", len(plan.Items), err)
			}
		})
	}
}

// A closing list that cannot be read is told once, however many items it would have proved.
func TestAnUndoThatCannotBeProved(t *testing.T) {
	var made atomic.Int32
	lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 3}, func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/ipgroups"):
			made.Add(1)
		case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/ipgroups") && made.Load() == 3:
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	})}
	lab.engine.journal = lab.history.Journal(lab.where())
	from := lab.load(inventory.IPGroups)
	plan, err := lab.history.UndoPlan(lab.delete(pick(from, inventory.IPGroups, 3, unused), from, Choice{}))
	if err != nil {
		t.Fatal(err)
	}
	run := lab.engine.Start(t.Context(), plan)
	run.Wait()
	var notes []string
	for e := range eventsOf(run) {
		if strings.HasPrefix(e.Note, "not proved: ") {
			notes = append(notes, e.Note)
		}
	}
	if got := run.Summary().String(); got != "3 IP groups: 3 restored (not proved)" || len(notes) != 1 {
		t.Errorf("%s, noted %q", got, notes)
	}
}

// A run whose plan cannot be read may be an undo: what it has made would be made again. One that was never begun made nothing.
func TestWhatMayBeAnUndoIsRead(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	from := lab.load(inventory.Pools)
	two := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	past := lab.delete(two[:1], from, Choice{})
	other := lab.delete(two[1:], lab.load(inventory.Pools), Choice{})
	plan := filepath.Join(lab.history.Folder(other.ID), planName)
	if err := os.WriteFile(plan, []byte(`{"form`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.history.UndoPlan(past); err == nil || !strings.Contains(err.Error(), "run "+other.ID+", which may be an undo of run "+past.ID+", cannot be read: it is not a plan") {
		t.Errorf("%v", err)
	}
	if err := os.Remove(filepath.Join(lab.history.Folder(other.ID), journalName)); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.history.UndoPlan(past); err != nil {
		t.Errorf("it was not begun, and %v", err)
	}
}

// What an undo that is at work, or whose journal was changed, has made is not known: another one would make it again.
func TestAnUndoBesideOneThatIsNotKnown(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from, Choice{})
	lab.undo(past)
	undo := lab.newest()
	lock, err := journal.TryLock(filepath.Join(lab.history.Folder(undo.ID), lockName), journal.Holder{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.history.UndoPlan(past); !errors.Is(err, ErrGoesOn) || !strings.HasPrefix(err.Error(), "run "+undo.ID+", an undo of run "+past.ID+", goes on: ") {
		t.Errorf("%v", err)
	}
	lock.Unlock()
	lines := filepath.Join(lab.history.Folder(undo.ID), journalName)
	data, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(lines, bytes.Replace(data, []byte("restored"), []byte("failed"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lab.history.UndoPlan(past); err == nil || !strings.HasPrefix(err.Error(), "an undo of run "+past.ID+" cannot be read, and what it has brought back is not known: ") {
		t.Errorf("%v", err)
	}
}

// A plan that waits to be confirmed while another janitor undoes the same run would make everything a second time.
func TestTwoPlansOfOneUndo(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	before := lab.state()
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from, Choice{})
	waiting, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	_, first := lab.undo(past)
	undo := lab.newest().ID
	n := len(lab.changes())
	run := lab.engine.Start(t.Context(), waiting)
	finished(t, run)
	if err := run.Unrecorded(); !errors.Is(err, ErrOutdated) || err.Error() != "the plan of the undo is out of date: run "+undo+" has undone run "+past.ID+" meanwhile; undo it again" {
		t.Error(err)
	}
	if s := run.Summary(); s.Counts[Cancelled] != 2 || len(lab.changes()) != n || lab.newest().ID != undo {
		t.Errorf("%s; %v", s, lab.changes()[n:])
	}
	was := map[string]string{}
	for _, res := range first {
		was[res.NewID] = res.Ref.ID
	}
	if s, results := lab.undo(past); s.Counts[AlreadyThere] != 2 {
		t.Error(results)
	}
	compare(t, before, lab.state(), was, nil)
}

// A run that goes on, one that is not finished and an undo have nothing to undo: the error says what to do.
func TestWhatIsNoRunToUndo(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3})
	some, from := lab.entriesOf(1)
	lab.delete(some, from, Choice{})
	for name, c := range map[string]struct {
		edit func(p *Past)
		want string
	}{
		"undo":         {func(p *Past) { p.Ledger.Plan.Undoes = "another" }, " is an undo itself, of run another: to take it back, delete again"},
		"goes on":      {func(p *Past) { p.Live = true }, " goes on: "},
		"not finished": {func(p *Past) { p.Ledger.Finished = false }, " goes on with it first"},
		"not readable": {func(p *Past) { p.Ledger, p.Err = nil, ErrGoesOn }, ErrGoesOn.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			past := lab.newest()
			c.edit(past)
			if plan, err := lab.history.UndoPlan(past); err == nil || len(plan.Items) > 0 || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%d items, %v, want %q", len(plan.Items), err, c.want)
			}
		})
	}
}

// An undo that is cancelled on the way says so, and the next one brings back the rest: nothing is there twice.
func TestAnUndoThatIsCancelled(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	before := lab.state()
	runs := lab.some()
	plan, err := lab.history.UndoPlan(runs[0])
	if err != nil {
		t.Fatal(err)
	}
	run := lab.engine.Start(t.Context(), plan)
	n := 0
	for ev := range eventsOf(run) {
		if ev.Item >= 0 && ev.Step == Sent {
			if n++; n == 4 {
				run.Cancel()
			}
		}
	}
	run.Wait()
	first := run.Results()
	if s := run.Summary(); s.Counts[Cancelled] == 0 || s.Counts[Pending] > 0 || s.OK() {
		t.Fatal(s)
	}
	if past := lab.newest(); past.State() != "finished" {
		t.Error(past.State())
	}
	_, second := lab.undo(runs[0])
	for i, res := range second {
		switch {
		case first[i].Outcome == Restored && res.Outcome != AlreadyThere, first[i].Outcome != Restored && res.Outcome != Restored && res.Outcome != AlreadyThere:
			t.Errorf("%v, then %v: %s", first[i].Outcome, res.Outcome, res.Message)
		case first[i].NewID != "" && first[i].NewID != res.NewID:
			t.Errorf("made as %s, then as %s", first[i].NewID, res.NewID)
		}
	}
	was, apart := map[string]string{}, map[string]bool{}
	for i, res := range second {
		if res.NewID != "" {
			was[res.NewID] = res.Ref.ID
		}
		if plan.Items[i].Undo > inventory.NewID {
			apart[" "+res.Ref.ID] = true
		}
	}
	for _, past := range runs[1:] {
		_, results := lab.undo(past)
		for _, res := range results {
			if res.NewID != "" {
				was[res.NewID] = res.Ref.ID
			}
		}
	}
	compare(t, before, lab.state(), was, apart)
}

// An undo that was cancelled stays so when its program was killed before all of it had ended: resumed it makes no more.
func TestACancelledUndoThatIsResumedSendsNoMore(t *testing.T) {
	started := make(chan *Run, 1)
	lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 3}, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/ipgroups") {
			run := <-started
			run.Cancel()
			started <- run
		}
		return false
	})}
	lab.engine.journal = lab.history.Journal(lab.where())
	lab.engine.atOnce = 1
	from := lab.load(inventory.IPGroups)
	deleted := lab.delete(pick(from, inventory.IPGroups, 3, unused), from, Choice{})
	plan, err := lab.history.UndoPlan(deleted)
	if err != nil {
		t.Fatal(err)
	}
	run := lab.engine.Start(t.Context(), plan)
	started <- run
	finished(t, run)
	past := lab.newest()
	file := filepath.Join(lab.history.Folder(past.ID), journalName)
	lines, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, after, killed := bytes.Cut(lines, []byte(`"stop":true`))
	if !killed {
		t.Fatalf("the journal knows of no stop:\n%s", lines)
	}
	end := len(lines) - len(after) + bytes.IndexByte(after, '\n') + 1
	if err := os.WriteFile(file, lines[:end], 0o600); err != nil {
		t.Fatal(err)
	}
	sent := len(lab.changes())
	past = lab.history.Read(past.ID)
	if past.Err != nil || past.Ledger.Finished {
		t.Fatal("nothing to resume: ", past.Err)
	}
	resumed := lab.resume(past)
	finished(t, resumed)
	if more := lab.changes()[sent:]; len(more) > 0 {
		t.Errorf("sent %q", more)
	}
	if s := resumed.Summary(); s.Counts[Cancelled] < 2 || s.Counts[Pending] > 0 || !lab.newest().Ledger.Finished {
		t.Error(s)
	}
}

// What it takes to bring it back is read first: where it cannot be, nothing is deleted.
func TestWhatCannotBeKeptIsNotDeleted(t *testing.T) {
	var down atomic.Bool
	lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 5, Size: 25}, func(w http.ResponseWriter, r *http.Request) bool {
		if !down.Load() || !isList(r, "healthmonitors") {
			return false
		}
		http.Error(w, `{"error_code":"ELB.8902","error_msg":"no"}`, http.StatusBadRequest)
		return true
	})}
	lab.engine.journal = lab.history.Journal(lab.where())
	from := lab.load(inventory.Pools)
	p, err := NewPlan(refsOf(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).HealthMonitorID != ""
	})), from, Choice{})
	if err != nil {
		t.Fatal(err)
	}
	down.Store(true)
	_, results := lab.run(p)
	const want = "not sent: what it takes to bring it back could not be read: "
	if results[0].Outcome != Failed || !strings.HasPrefix(results[0].Message, want) || len(lab.changes()) > 0 {
		t.Errorf("%+v, %q", results[0], lab.changes())
	}
	down.Store(false)
	if _, results = lab.run(p); results[0].Outcome != Deleted {
		t.Errorf("%+v", results[0])
	}
}

func TestWhatLivesInOthersComesBackAfterThem(t *testing.T) {
	r := &Run{kinds: map[inventory.KindID]*inventory.Kind{}}
	var items []int
	for i, kind := range inventory.Kinds() {
		r.kinds[kind.ID] = kind
		r.plan.Items = append(r.plan.Items, Item{Resource: inventory.Resource{Ref: inventory.Ref{Kind: kind.ID}}})
		items = append(items, i)
	}
	var got []inventory.KindID
	for kind := range r.kindByKind(items) {
		got = append(got, kind.ID)
	}
	want := []inventory.KindID{inventory.Certificates, inventory.Channels, inventory.IPGroups, inventory.Pools, inventory.Members, inventory.Entries}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
