package cleanup

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// world is an account made by hand: resources, the calls that delete them, and the lists the engine reads. Its calls
// answer as a test wants; it watches what every run must respect.
type world struct {
	t testing.TB

	mu    sync.Mutex
	rows  map[inventory.KindID][]inventory.Resource
	kinds map[inventory.KindID]*inventory.Kind

	// answer decides what a request comes to; nil: delete all and say so. Called without the lock.
	answer func(call string, ids []string) ([]inventory.Answer, error)
	// stepping decides what a step comes to; nil: it is done. Called without the lock.
	stepping func(jar, text string) error
	// listing may fail a list; nil: it works. Called with the number of lists before it.
	listing func(n int) error
	delay   time.Duration // of each list

	sent     [][]string // ids of each request, in order
	calls    []string
	lists    int
	planned  map[inventory.Ref]bool // nil: not watched
	lost     map[inventory.Ref]bool // a request about it has no outcome and no list was read since
	flying   map[place]int          // by lane
	steps    []string               // what was sent about jars, in order: "a: health monitor", "delete a"
	blind    map[string]bool        // steps without an outcome since no list was read
	detached map[string]bool        // jars whose users were planned to be taken off
	late     []string               // jars that came into use after a run had looked at them
	inFlight int
	most     int
}

const here inventory.ScopeID = "here"

// The kinds of this world: things go in batches, or one by one where there are no batches; crumbs live in boxes, which
// are told by the parent's id alone and serve one request at a time.
const (
	things inventory.KindID = "things"
	crumbs                  = inventory.Entries
	boxes                   = inventory.IPGroups
)

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{
		t: tb, rows: map[inventory.KindID][]inventory.Resource{},
		lost: map[inventory.Ref]bool{}, flying: map[place]int{}, blind: map[string]bool{},
	}
	single := &inventory.Route{Call: "single", Max: 1, Send: w.send("single", false)}
	batch := &inventory.Route{Call: "batch", Max: 50, Send: w.send("batch", false), Instead: single}
	serial := &inventory.Route{Call: "serial", Max: 1, Serial: true, Send: w.send("serial", true)}
	exact := func(inventory.Resource) (inventory.Undo, string) { return inventory.Exact, "" }
	route := func(r *inventory.Route) func(inventory.Resource) *inventory.Route {
		return func(inventory.Resource) *inventory.Route { return r }
	}
	w.kinds = map[inventory.KindID]*inventory.Kind{
		things: {ID: things, One: "thing", Many: "things", Deletion: &inventory.Deletion{Route: route(batch), Undo: exact}},
		boxes:  {ID: boxes, One: "box", Many: "boxes", Holds: crumbs, WhyNot: "Boxes stay."},
		crumbs: {ID: crumbs, One: "crumb", Many: "crumbs", Within: boxes, Deletion: &inventory.Deletion{Route: route(serial), Undo: exact, UsedToo: true}},
		jars:   w.jarKind(batch, single),
	}
	return w
}

// with adds resources that nothing uses: things by id, crumbs as box/id.
func (w *world) with(ids ...string) *world {
	for _, id := range ids {
		w.add(inventory.Resource{Ref: inventory.Ref{Scope: here, Kind: things, ID: id}, Name: id})
	}
	return w
}

func (w *world) withBox(box string, crumbIDs ...string) *world {
	w.add(inventory.Resource{Ref: inventory.Ref{Scope: here, Kind: boxes, ID: box}, Name: box})
	for _, id := range crumbIDs {
		w.add(inventory.Resource{Ref: inventory.Ref{Scope: here, Kind: crumbs, Parent: box, ID: id}, Name: id, In: box})
	}
	return w
}

func (w *world) add(r inventory.Resource) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.Verdict.State == inventory.Unknown && len(r.Verdict.Reasons) == 0 {
		r.Verdict.State = inventory.Unused
	}
	w.rows[r.Ref.Kind] = append(w.rows[r.Ref.Kind], r)
}

// remove takes ids away, whatever their kind.
func (w *world) remove(ids ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for kind, rows := range w.rows {
		w.rows[kind] = slices.DeleteFunc(slices.Clone(rows), func(r inventory.Resource) bool { return slices.Contains(ids, r.Ref.ID) })
	}
}

// change edits a resource; the old value stays as it is in snapshots.
func (w *world) change(id string, edit func(*inventory.Resource)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for kind, rows := range w.rows {
		rows = slices.Clone(rows)
		for i := range rows {
			if rows[i].Ref.ID == id {
				edit(&rows[i])
			}
		}
		w.rows[kind] = rows
	}
}

func (w *world) has(ref inventory.Ref) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.rows[ref.Kind], func(r inventory.Resource) bool { return r.Ref == ref })
}

func (w *world) send(call string, serial bool) func(context.Context, *client.Deleter, []inventory.Resource) ([]inventory.Answer, error) {
	return func(ctx context.Context, _ *client.Deleter, items []inventory.Resource) ([]inventory.Answer, error) {
		ids := make([]string, len(items))
		w.mu.Lock()
		for i, r := range items {
			ids[i] = r.Ref.ID
			if w.planned != nil && !w.planned[r.Ref] {
				w.t.Errorf("%s: %v was never planned", call, r.Ref)
			}
			if w.lost[r.Ref] {
				w.t.Errorf("%s: %v is sent again and was not read back", call, r.Ref)
			}
		}
		w.sent, w.calls = append(w.sent, ids), append(w.calls, call)
		if items[0].Ref.Kind == jars {
			w.steps = append(w.steps, "delete "+strings.Join(ids, " "))
		}
		w.inFlight++
		w.most = max(w.most, w.inFlight)
		lane := place{kind: items[0].Ref.Kind, scope: items[0].Ref.Scope, parent: items[0].Ref.Parent}
		if serial {
			lane.parent = ""
		}
		if w.flying[lane]++; w.flying[lane] > 1 && (serial || lane.parent != "") {
			w.t.Errorf("two requests at once at %v", lane)
		}
		answer := w.answer
		w.mu.Unlock()
		if answer == nil {
			answer = w.deleteAll
		}
		answers, err := answer(call, ids)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.inFlight--
		w.flying[lane]--
		if err != nil && !definite(err) && !errors.Is(err, client.Throttled) && !errors.Is(err, client.Pending) {
			for _, r := range items {
				w.lost[r.Ref] = true
			}
		}
		return answers, err
	}
}

func (w *world) deleteAll(_ string, ids []string) ([]inventory.Answer, error) {
	var answers []inventory.Answer
	for _, id := range ids {
		if w.refuses(id) {
			answers = append(answers, inventory.Answer{ID: id, Said: inventory.SaidRefused, Code: "ELB.8907", Message: "has members"})
			continue
		}
		w.remove(id)
		answers = append(answers, say(inventory.SaidDeleted, id)...)
	}
	return answers, nil
}

func say(said inventory.Said, ids ...string) []inventory.Answer {
	answers := make([]inventory.Answer, len(ids))
	for i, id := range ids {
		answers[i] = inventory.Answer{ID: id, Said: said, RequestID: "req"}
	}
	return answers
}

func (w *world) snapshot(ids []inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot] {
	return func(yield func(*inventory.Snapshot) bool) {
		if w.delay > 0 {
			<-time.After(w.delay)
		}
		w.mu.Lock()
		var err error
		if w.listing != nil {
			err = w.listing(w.lists)
		}
		w.lists++
		s := &inventory.Snapshot{Done: true}
		for _, id := range ids {
			var rows []inventory.Resource
			for _, r := range w.rows[id] {
				within := len(parents) == 0 || slices.ContainsFunc(parents, func(p inventory.Resource) bool {
					return p.Ref.ID == r.Ref.Parent && p.Ref.Scope == r.Ref.Scope
				})
				if err == nil && within {
					rows = append(rows, r)
				}
			}
			if err == nil && id == jars {
				clear(w.blind)
			}
			if err == nil {
				for ref := range w.lost {
					if ref.Kind == id {
						delete(w.lost, ref)
					}
				}
			}
			s.Listings = append(s.Listings, inventory.Listing{
				Kind: w.kinds[id], Parents: parents, Resources: inventory.RowsOf(rows...), Done: true, Err: err,
			})
		}
		w.mu.Unlock()
		yield(s)
	}
}

func (w *world) Load(_ context.Context, kinds ...inventory.KindID) iter.Seq[*inventory.Snapshot] {
	return w.snapshot(kinds, nil)
}

func (w *world) Open(_ context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot] {
	return w.snapshot([]inventory.KindID{kind}, parents)
}

func (w *world) List(_ context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot] {
	return w.snapshot([]inventory.KindID{kind}, parents)
}

func (w *world) ListOf(ctx context.Context, kind inventory.KindID, parents, _ []inventory.Resource) iter.Seq[*inventory.Snapshot] {
	return w.List(ctx, kind, parents)
}

// Fill: its lists tell all.
func (w *world) Fill(_ context.Context, s *inventory.Snapshot, _ []inventory.Ref) *inventory.Snapshot {
	return s
}

func (w *world) engine(parallel int) *Engine {
	e := newEngine(nil, w, func(id inventory.KindID) (*inventory.Kind, error) {
		if kind := w.kinds[id]; kind != nil {
			return kind, nil
		}
		return nil, fmt.Errorf("unknown kind %q", id)
	}, Options{Journal: remember})
	e.atOnce = parallel
	e.rest = 50 * time.Microsecond
	return e
}

// oneAtOnce has an engine work on one request after the other.
func oneAtOnce(e *Engine) *Engine {
	e.atOnce = 1
	return e
}

// plan of everything there is of these kinds.
func (w *world) plan(kinds ...inventory.KindID) Plan {
	w.t.Helper()
	return w.planWith(Choice{}, kinds...)
}

func (w *world) planWith(c Choice, kinds ...inventory.KindID) Plan {
	w.t.Helper()
	s := inventory.Last(w.snapshot(kinds, nil))
	w.lists = 0
	var marked []inventory.Ref
	for _, l := range s.Listings {
		for _, r := range l.Resources.All() {
			marked = append(marked, r.Ref)
		}
	}
	p, err := NewPlan(marked, s, c)
	if err != nil {
		w.t.Fatal(err)
	}
	w.watch(p)
	return p
}

func (w *world) watch(p Plan) {
	w.planned = map[inventory.Ref]bool{}
	w.detached = map[string]bool{}
	for _, it := range p.Items {
		w.planned[it.Resource.Ref] = true
		w.detached[it.Resource.Ref.ID] = len(it.Detaches) > 0
	}
}

// eventsOf are the events of a run one after the other as they come, up to Finished.
func eventsOf(r *Run) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for more := make(<-chan struct{}); more != nil; {
			var events []Event
			events, more = r.Take()
			for _, ev := range events {
				if !yield(ev) {
					return
				}
			}
			if more != nil {
				<-more
			}
		}
	}
}

// finished waits for a run and checks what holds for every run: each item has one outcome, and the events tell the
// same story as the results.
func finished(tb testing.TB, r *Run) []Result {
	tb.Helper()
	r.Wait()
	var events []Event
	for ev := range eventsOf(r) {
		events = append(events, ev)
	}
	results := r.Results()
	ended := make([]int, len(results))
	told := make([]Result, len(results))
	for n, ev := range events {
		if n > 0 && ev.At.Before(events[n-1].At) {
			tb.Errorf("event %d is older than the one before", n)
		}
		switch ev.Step {
		case Ended:
			ended[ev.Item]++
			told[ev.Item] = ev.Result
		case Proved:
			if ended[ev.Item] != 1 {
				tb.Errorf("item %d is proved before it has ended", ev.Item)
			}
			told[ev.Item] = ev.Result
		case Sent, Reading, Clearing, Rechecking:
			if ended[ev.Item] != 0 {
				tb.Errorf("item %d goes on after it has ended", ev.Item)
			}
		}
	}
	for i, res := range results {
		if ended[i] != 1 {
			tb.Errorf("item %d (%s) has ended %d times", i, res.Ref.ID, ended[i])
		}
		if res != told[i] {
			tb.Errorf("item %d: the result is %+v, the events say %+v", i, res, told[i])
		}
		if res.Outcome == Pending {
			tb.Errorf("item %d (%s) has no outcome", i, res.Ref.ID)
		}
	}
	if len(events) == 0 || events[len(events)-1].Step != Finished {
		tb.Errorf("the last event is not Finished")
	}
	audited(tb, r)
	return results
}

// outcomesOf says "a deleted, b blocked" for comparing.
func outcomesOf(results []Result) map[string]Outcome {
	out := map[string]Outcome{}
	for _, res := range results {
		out[res.Ref.ID] = res.Outcome
	}
	return out
}

// halvesAtOnce runs every other item of a plan in a run of its own, on one engine that works on three requests of each at once.
func (w *world) halvesAtOnce(t *testing.T, all Plan) {
	t.Helper()
	e := w.engine(3)
	var runs []*Run
	for part := range 2 {
		runs = append(runs, e.Start(t.Context(), all.only(func(i int) bool { return i%2 == part })))
	}
	for _, run := range runs {
		finished(t, run)
		if s := run.Summary(); !s.OK() {
			t.Error(s)
		}
	}
	if w.most > 2*3 || w.most < 2 {
		t.Errorf("%d requests in flight at once, want 2 to 6", w.most)
	}
}
