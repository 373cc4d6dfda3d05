package cleanup

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

const (
	maxLag  = 4 // how often lists are read again for what they still show: eleven seconds and more, for they lag up to ten
	maxLost = 3 // how many requests for an item may end in server trouble; it is read back after each
	maxWait = 5 // how often a request is put off because the service is busy
	// How often a throttled request is sent again. Each time the service is first left alone for as long as it asks, or for up
	// to a minute.
	maxThrottled = 12
	// How often items wait together for a change that is under way on one of them, before the others go on without it.
	maxWaitTogether = 2

	maxCleared = 8 // how many Clearing events an item has at most; see [Run.tellClearing]
)

// Run is one execution of a plan. All methods may be called from anywhere at any time.
type Run struct {
	engine   *Engine
	deleter  *client.Deleter
	plan     Plan
	kinds    map[inventory.KindID]*inventory.Kind
	services []string // that it sends requests to
	started  time.Time
	done     chan struct{}
	halt     context.CancelFunc // ends the context of sending
	aborted  func() error       // why what is in flight is broken off too; nil error: it is not

	open func(Plan) (Journal, error) // opens the journal; nil: there is none, or it is open
	past *Ledger                     // of a run that is resumed

	// Each has its own lock.
	permissions permissions
	census      census
	readers     readers
	traffic     traffic

	// Where the items stand. Outcomes are written by end and prove only, so that an item gets one. Events and the lines of the
	// journal are made under the same lock, so that they cannot tell another story than Results.
	mu      sync.Mutex
	items   []item
	events  []Event       // that nobody has taken yet
	untold  chan struct{} // closed while there are some
	step    Step
	ended   time.Time
	stopped stoppage
	aside   []int // refused items, to be sent once more: alone, or when what they hold was taken away
	held    []int // items of a stopped run whose end depends on a step for another item that is in flight
	record  record
	undo    *undoing // nil: it deletes
}

func newRun(e *Engine, p Plan) *Run {
	if p.Hides && e.reveal != nil {
		e.reveal()
	}
	r := &Run{
		engine: e, plan: p, started: e.now(), done: make(chan struct{}), untold: make(chan struct{}),
		kinds:       map[inventory.KindID]*inventory.Kind{},
		items:       make([]item, len(p.Items)),
		record:      record{book: newDealings(len(p.Items))},
		permissions: newPermissions(),
	}
	for i, it := range p.Items {
		ref := it.Resource.Ref
		r.items[i].result.Ref = ref
		if service := ref.Scope.Service(); !slices.Contains(r.services, service) {
			r.services = append(r.services, service)
		}
		if r.kinds[ref.Kind] == nil {
			if kind, err := e.kind(ref.Kind); err == nil {
				r.kinds[ref.Kind] = kind
			}
		}
	}
	if p.Undoes != "" {
		r.undo = &undoing{}
	}
	return r
}

// begin starts the run's one goroutine tree; Wait waits for it. It has two contexts: ctx is for what is in flight, and sending
// ends as soon as nothing more may be sent.
func (r *Run) begin(ctx context.Context) {
	sending, halt := context.WithCancel(ctx)
	r.halt, r.aborted = halt, ctx.Err
	if r.deleter = r.engine.deleter; r.deleter != nil {
		r.deleter = r.deleter.While(sending) // a throttled request is not sent again after a stop
	}
	go func() {
		defer close(r.done)
		defer halt()
		r.openJournal()
		r.logBegin(ctx)
		r.takeUp(ctx)
		if r.undo != nil {
			r.bringBack(ctx, sending)
		} else {
			r.work(ctx, sending)
		}
		if ctx.Err() != nil {
			r.stop(stoppage{items: &ending{outcome: Cancelled, message: "aborted before it was sent"}, why: "aborted"})
		}
		if r.undo != nil {
			r.proveBack(ctx)
		} else {
			r.prove(ctx)
		}
		r.finish()
		r.logEnd(ctx)
	}()
}

func (r *Run) logBegin(ctx context.Context) {
	s := r.Summary()
	does := "delete"
	switch {
	case r.past != nil:
		does = "resume"
	case r.plan.Undoes != "":
		does = "undo"
	}
	r.engine.log.InfoContext(ctx, "run begins", "does", does, "items", s.Items, "what", s.Many, "run", r.ID())
}

func (r *Run) logEnd(ctx context.Context) {
	s := r.Summary()
	level := slog.LevelInfo
	if !s.OK() {
		level = slog.LevelWarn
	}
	r.engine.log.Log(ctx, level, "run ends", "took", s.Took.Round(time.Millisecond), "came_to", s.String(), "resumable", r.Resumable(), "run", r.ID())
}

// Plan is what the run executes.
func (r *Run) Plan() Plan { return r.plan }

// Take gives the events since it was called last, in order. More is closed as soon as there are others; it is nil when
// Finished is among them, or was.
func (r *Run) Take() (events []Event, more <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	events, r.events = r.events, nil
	if r.step == Finished {
		return events, nil
	}
	if len(events) > 0 {
		r.untold = make(chan struct{})
	}
	return events, r.untold
}

// Started is when the run began.
func (r *Run) Started() time.Time { return r.started }

// Wait returns when the run has finished and all its requests have ended.
func (r *Run) Wait() { <-r.done }

// Results are the outcomes so far, in the order of the plan.
func (r *Run) Results() []Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Result, len(r.items))
	for i := range r.items {
		out[i] = r.items[i].result
	}
	return out
}

// Summary counts the outcomes so far.
func (r *Run) Summary() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.summary()
}

func (r *Run) summary() Summary {
	s := Summary{One: "item", Many: "items", Took: r.ended.Sub(r.started)}
	if r.ended.IsZero() {
		s.Took = r.engine.now().Sub(r.started)
	}
	if len(r.kinds) == 1 {
		for _, kind := range r.kinds {
			s.One, s.Many = kind.One, kind.Many
		}
	}
	for i := range r.items {
		it := &r.items[i]
		s.add(&it.result, r.undo == nil && len(it.steps.done) > 0)
	}
	s.Stopped, s.Safety, s.Unauthorised = cmp.Or(r.stopped.alarm, r.stopped.why), r.stopped.alarm != "", r.stopped.unauthorised
	return s
}

// enter begins a phase of the run.
func (r *Run) enter(step Step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step = step
	r.emit(Event{Step: step, Item: -1})
}

// note tells something about the run as a whole.
func (r *Run) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	r.record.write(lineNote, remark{Text: text})
	r.emit(Event{Step: r.step, Item: -1, Note: text})
}

// unproved tells why it is not known what became of some items, unless the run has stopped for that.
func (r *Run) unproved(err error) {
	r.mu.Lock()
	told := r.stopped.offline && offline(err)
	r.mu.Unlock()
	if !told {
		r.note("not proved: %v", err)
	}
}

func (r *Run) finish() {
	err := r.closeJournal()
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil && r.record.lost == nil {
		r.record.lost = err
		r.stopped.why = cmp.Or(r.stopped.why, err.Error())
		r.emit(Event{Step: r.step, Item: -1, Note: err.Error()})
	}
	r.ended, r.step = r.engine.now(), Finished
	r.emit(Event{Step: Finished, Item: -1, Note: r.summary().String()})
}

// emit tells an event, and waits for nobody. With the lock held.
func (r *Run) emit(ev Event) {
	ev.At = r.engine.now()
	if len(r.events) == 0 {
		close(r.untold)
	}
	r.events = append(r.events, ev)
}

// tell reports an item on its way. A refused batch that goes on in smaller ones is not told again. With the lock held.
func (r *Run) tell(i int, step Step) {
	it := &r.items[i]
	if it.told.last == step {
		return
	}
	it.told.last = step
	r.emit(Event{Step: step, Item: i, Result: it.result})
}

// end gives an item its outcome. The first one counts: there is no second.
func (r *Run) end(i int, v ending) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.close(i, v)
}

// close is end with the lock held.
func (r *Run) close(i int, v ending) {
	it := &r.items[i]
	if it.result.Outcome != Pending {
		return
	}
	it.flying = false
	it.result.Outcome, it.result.Code, it.result.Message, it.result.RequestID = v.outcome, v.code, it.steps.story(v), v.requestID
	if !it.sentAt.IsZero() {
		it.result.Took = r.engine.now().Sub(it.sentAt)
	}
	r.wrote(i)
	r.emit(Event{Step: Ended, Item: i, Result: it.result})
	if held := r.held; len(held) > 0 {
		r.held = nil
		r.settle(held)
	}
}

// prepare keeps what was seen, to be sent, and what has to go before it.
func (r *Run) prepare(i int, now *view, left []move) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[i].saw(now.found[r.plan.Items[i].Resource.Ref], now, left)
}

// stale: something has yet to be taken away for an item, and the last look at it is too old for that.
func (r *Run) stale(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	return it.result.Outcome == Pending && len(it.steps.left) > 0 && !it.seen.forSteps.holds(r.engine.now())
}

// outdated are those of the items whose last look is too old for them to be sent.
func (r *Run) outdated(items []int) []int {
	now := r.engine.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	var old []int
	for _, i := range items {
		if !r.items[i].seen.forDeletion.holds(now) {
			old = append(old, i)
		}
	}
	return old
}

// countLost notes that a request about an item ended in server trouble, and says how many have.
func (r *Run) countLost(i int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[i].lost++
	return r.items[i].lost
}

// pending are those of the items that have no outcome yet.
func (r *Run) pending(items []int) []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []int
	for _, i := range items {
		if r.items[i].result.Outcome == Pending {
			out = append(out, i)
		}
	}
	return out
}

// resources are the items as they were seen last, as planned where they were not.
func (r *Run) resources(items []int) []inventory.Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]inventory.Resource, len(items))
	for n, i := range items {
		out[n] = r.items[i].seen.resource
		if out[n].Ref == (inventory.Ref{}) {
			out[n] = r.plan.Items[i].Resource
		}
	}
	return out
}
