package cleanup

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// Options of an engine; the zero value works.
type Options struct {
	Now func() time.Time // nil = time.Now
	// Journal opens the journal of a run before its first request; its error is a sentence. nil: runs have none.
	Journal func(Plan) (Journal, error)
	Log     *slog.Logger // logs the beginning and the end of each run; nil: nothing is logged
}

// lists is what the engine reads the account through: an [inventory.Loader].
type lists interface {
	Load(ctx context.Context, kinds ...inventory.KindID) iter.Seq[*inventory.Snapshot]
	Open(ctx context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot]
	List(ctx context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot]
	ListOf(ctx context.Context, kind inventory.KindID, parents, wanted []inventory.Resource) iter.Seq[*inventory.Snapshot]
	Fill(ctx context.Context, s *inventory.Snapshot, refs []inventory.Ref) *inventory.Snapshot
}

// account is all that the engine reads through.
type account struct {
	lists lists
	backs keeper // nil: what is deleted is not kept to be brought back
}

// Engine runs plans against one account. It holds what its runs share: whose turn it is at each gateway instance, and what
// was learnt about the cloud's calls. The deleter knows how many requests each service takes.
type Engine struct {
	deleter *client.Deleter // nil in tests, which send by other means
	account account
	moment  func() (in account, end func())                    // see [inventory.Loader.Moment]
	reveal  func()                                             // see [inventory.Loader.Reveal]; nil without a loader
	paused  func(service string) (until time.Time, why string) // of reading; nil without a deleter
	kind    func(inventory.KindID) (*inventory.Kind, error)
	journal func(Plan) (Journal, error)
	log     *slog.Logger
	now     func() time.Time
	rest    time.Duration // first pause before something is tried again; doubles
	// How old the last look at an item may be when a step for it is made, and when its deletion is sent.
	fresh, lasting time.Duration

	atOnce  int // pieces of a queue that are worked on at once
	turns   *turns
	lessons lessons
}

// waypoint is a call at a place: clouds and gateway instances differ in what they offer.
type waypoint struct {
	route *inventory.Route
	scope inventory.ScopeID
}

// mostAtOnce pieces of a queue are worked on at once: in flight, being read back, or waiting to be sent again. A service in
// trouble is therefore not sent everything before the first doubts are settled.
const mostAtOnce = 16

// longestRest is how long a piece waits because a service in trouble asks for it.
const longestRest = time.Minute

// NewEngine deletes through d and reads through l.
func NewEngine(d *client.Deleter, l *inventory.Loader, o Options) *Engine {
	e := newEngine(d, nil, inventory.Lookup, o)
	e.paused = l.Paused
	e.reads(l)
	return e
}

// reads has it read through l.
func (e *Engine) reads(l *inventory.Loader) {
	l = l.Whole()
	e.reveal = l.Reveal
	e.account = account{l, l}
	e.moment = func() (account, func()) {
		in, end := l.Moment()
		return account{in, in}, end
	}
}

func newEngine(d *client.Deleter, l lists, kind func(inventory.KindID) (*inventory.Kind, error), o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{
		deleter: d, account: account{lists: l}, kind: kind, journal: o.Journal, log: o.Log, now: o.Now,
		rest: time.Second, fresh: 5 * time.Second, lasting: time.Minute,
		atOnce: mostAtOnce,
		turns:  newTurns(),
	}
	e.moment = func() (account, func()) { return e.account, func() {} }
	return e
}

// Start begins to execute the plan; one of [History.UndoPlan] brings back what is no longer there. When ctx ends the run is
// aborted: what is in flight ends Unknown, the rest Cancelled. [Run.Cancel] is the gentle way.
func (e *Engine) Start(ctx context.Context, p Plan) *Run {
	r := newRun(e, p)
	r.open = e.journal
	r.begin(ctx)
	return r
}

// Retried says whether [Engine.Retry] tries an item again that ended this way.
func (o Outcome) Retried() bool {
	switch o {
	case Failed, Blocked, Unknown, Reappeared:
		return true
	}
	return false
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
	p := of.plan.only(func(i int) bool { return results[i].Outcome.Retried() })
	if len(p.Items) == 0 {
		return nil, false
	}
	for i := range p.Items { // the run before may have edited them
		p.Items[i].Resource.Updated, p.Items[i].Settings = client.Time{}, nil
	}
	of.handOver(&p)
	return e.Start(ctx, p), true
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

// entry is the permission to send one request.
type entry struct {
	deleter *client.Deleter // for that request only
	leave   func()          // gives it back
}

// enter waits for the turn of the lane and then until the service takes one more request, or until ctx ends.
func (e *Engine) enter(ctx context.Context, d *client.Deleter, lane place, service string) (entry, error) {
	if err := e.turns.wait(ctx, lane); err != nil { // the turn first: whoever waits for it must not hold up the others
		return entry{}, err
	}
	in, err := admit(ctx, d, service, nil)
	if err != nil {
		e.turns.release(lane)
		return entry{}, err
	}
	return e.turns.with(in, lane), nil
}

// admit waits until the service takes one more changing request; more are to follow, see [client.Deleter.Enter].
func admit(ctx context.Context, d *client.Deleter, service string, more func() int) (entry, error) {
	if d == nil {
		return entry{nil, func() {}}, ctx.Err()
	}
	deleter, leave, err := d.Enter(ctx, service, more)
	return entry{deleter, leave}, err
}

// rally waits before something is sent once more whose request ended in err without saying what became of it. It was read
// back in between: where only the answer got lost, a twentieth of a rest is enough at first, and four times as much after each
// try. A service in trouble is left alone for longer, or for as long as it asks.
func (e *Engine) rally(ctx context.Context, try int, err error) error {
	if fault, ok := errors.AsType[*client.Error](err); ok && fault.Status >= http.StatusInternalServerError {
		if after := fault.RetryAfter; after > 0 && after <= longestRest {
			return e.wait(ctx, after)
		}
		return e.nap(ctx, try)
	}
	most := e.rest / 20 << min(2*(try-1), 6)
	return e.wait(ctx, most/4+rand.N(max(most*3/4, 1)))
}

// nap waits before the try-th repetition, or until ctx ends. The pause doubles up to eight times the first one; a quarter more
// or less is left to chance, so that requests that failed together do not come back together.
func (e *Engine) nap(ctx context.Context, try int) error {
	rest := e.rest << min(try-1, 3)
	return e.wait(ctx, rest*3/4+rand.N(max(rest/2, 1)))
}

func (e *Engine) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
