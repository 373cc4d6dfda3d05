package cleanup

import (
	"context"
	"iter"
	"sync"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// Options of an engine; the zero value works.
type Options struct {
	Parallel int              // most deleting requests in flight at once over all runs; 0 = 4 (api.md 7)
	Now      func() time.Time // nil = time.Now
	// Journal opens the journal of a run before its first request; its error is a sentence. nil: runs have none.
	Journal func(Plan) (Journal, error)
}

// lists is what the engine reads the account through: an [inventory.Loader].
type lists interface {
	Load(ctx context.Context, kinds ...inventory.KindID) iter.Seq[*inventory.Snapshot]
	Open(ctx context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot]
	List(ctx context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot]
}

// Engine runs plans against one account. It holds what its runs share: the number of requests in flight, the turn at
// each gateway instance, and what was learnt about the cloud's calls.
type Engine struct {
	deleter  *client.Deleter
	lists    lists
	backs    keeper                                 // nil: what is deleted is not kept to be brought back
	waits    []func() (until time.Time, why string) // pauses of deleting and of reading
	kind     func(inventory.KindID) (*inventory.Kind, error)
	parallel int
	journal  func(Plan) (Journal, error)
	now      func() time.Time
	rest     time.Duration // first pause before something is tried again; doubles
	fresh    time.Duration // how old the last look at an item may be when a step for it is made

	slots chan struct{} // one token a request in flight

	mu     sync.Mutex
	turns  map[place]chan struct{} // by lane: who holds the token may send
	learnt map[waypoint]*lesson
}

// waypoint is a call at a place: clouds and gateway instances differ in what they offer.
type waypoint struct {
	route *inventory.Route
	scope inventory.ScopeID
}

// lesson is what the service taught about a call.
type lesson struct {
	absent   bool
	accepted int // most items a request had that was taken
	refused  int // fewest items a batch had that was refused as a whole; 0 = none
}

// NewEngine deletes through d and reads through l.
func NewEngine(d *client.Deleter, l *inventory.Loader, o Options) *Engine {
	e := newEngine(d, l, inventory.Lookup, o)
	e.waits = append(e.waits, d.Paused, l.Paused)
	e.backs = l
	return e
}

func newEngine(d *client.Deleter, l lists, kind func(inventory.KindID) (*inventory.Kind, error), o Options) *Engine {
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Engine{
		deleter: d, lists: l, kind: kind, parallel: o.Parallel, journal: o.Journal, now: o.Now,
		rest: time.Second, fresh: 5 * time.Second,
		slots:  make(chan struct{}, o.Parallel),
		turns:  map[place]chan struct{}{},
		learnt: map[waypoint]*lesson{},
	}
}

// Start begins to execute the plan. Ending ctx aborts hard: what is in flight ends Unknown, the rest Cancelled.
// [Run.Cancel] is the gentle way.
func (e *Engine) Start(ctx context.Context, p Plan) *Run {
	r := newRun(e, p)
	r.open = e.journal
	r.begin(ctx)
	return r
}

// Retry starts a new run of what failed, was blocked, is unknown or has reappeared in a finished run; false: there is
// nothing to retry.
func (e *Engine) Retry(ctx context.Context, of *Run) (*Run, bool) {
	select {
	case <-of.done:
	default:
		return nil, false
	}
	results := of.Results()
	p := of.plan.only(func(i int) bool {
		switch results[i].Outcome {
		case Failed, Blocked, Unknown, Reappeared:
			return true
		}
		return false
	})
	if len(p.Items) == 0 {
		return nil, false
	}
	for i := range p.Items { // the run before may have edited them
		p.Items[i].Resource.Updated = time.Time{}
	}
	of.handOver(p)
	return e.Start(ctx, p), true
}

// paused tells until when the service wants no requests, and why.
func (e *Engine) paused() (until time.Time, why string) {
	for _, wait := range e.waits {
		if at, reason := wait(); at.After(until) {
			until, why = at, reason
		}
	}
	return until, why
}

// laneOf is where requests must not meet: the gateway instance of a serial route, the parent of children (S2 answers
// with what is left of the group); zero where they may.
func laneOf(route *inventory.Route, at place, scope inventory.ScopeID) place {
	switch {
	case route.Serial:
		return place{scope: scope}
	case at.parent != "":
		return at
	}
	return place{}
}

// enter waits for permission to send one request; leave gives it back. It fails when ctx ends first.
func (e *Engine) enter(ctx context.Context, lane place) (leave func(), err error) {
	turn := e.turn(lane)
	if err := take(ctx, turn); err != nil { // the turn first: who waits for it must not hold a slot
		return nil, err
	}
	if err := take(ctx, e.slots); err != nil {
		<-turn
		return nil, err
	}
	return func() {
		<-e.slots
		<-turn
	}, nil
}

// turn of a lane is shared by all runs; who needs none gets one of their own.
func (e *Engine) turn(lane place) chan struct{} {
	if lane == (place{}) {
		return make(chan struct{}, 1)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	turn := e.turns[lane]
	if turn == nil {
		turn = make(chan struct{}, 1)
		e.turns[lane] = turn
	}
	return turn
}

func take(ctx context.Context, tokens chan<- struct{}) error {
	if err := ctx.Err(); err != nil { // select picks at random when both are ready
		return err
	}
	select {
	case tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// way is the call that this cloud has, and the most items to give it. What is part of a refused batch may be as big as
// the call allows: it is smaller than what was refused.
func (e *Engine) way(w waypoint, part bool) (waypoint, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		l := e.learnt[w]
		if l != nil && l.absent && w.route.Instead != nil {
			w.route = w.route.Instead
			continue
		}
		size := max(1, w.route.Max)
		if l != nil && l.refused > 0 && !part {
			size = min(size, max(1, l.accepted, l.refused/2))
		}
		return w, size
	}
}

// learn keeps a lesson; it says whether it is news.
func (e *Engine) learn(w waypoint, teach func(*lesson)) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.learnt[w]
	if l == nil {
		l = &lesson{}
		e.learnt[w] = l
	}
	before := *l
	teach(l)
	return *l != before
}

// nap waits before the try-th repetition, doubling up to eight times the first pause, or until ctx ends.
func (e *Engine) nap(ctx context.Context, try int) error {
	t := time.NewTimer(e.rest << min(try-1, 3))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
