package cleanup

import (
	"time"

	"janitor/client/inventory"
)

// How many items go in one request.
//
// While the service takes as many requests as we have, more of them side by side are as fast as larger ones, and what
// goes wrong concerns fewer items: a batch has no more than its route says, and what is nearly done is spread over all
// that may be in flight. Once requests are what is scarce, size is all that helps: each batch that was answered without
// doubt lets the next one be twice as large, up to [batchMost].
//
// That bound is about what a single lost answer leaves in doubt, all of which has to be read back, and about time: the
// services work through a batch item by item and the gateway before them gives up on an answer after a minute or so
// (api.md 6.3, 0201). So a batch does not grow either when one of twice the size might take longer than [batchTime], and
// one that got no answer at all is never tried again in that size. The 12 MB of the gateway are far away: 500 ids are 20 kB.
const (
	batchMost = 500
	batchTime = 10 * time.Second
	// When they are spread, batches have at least so many: on its own each costs a request.
	spreadLeast = 20
)

// lesson is what the service taught about a call.
type lesson struct {
	absent   bool
	accepted int  // most items a request had that was taken
	refused  int  // fewest items a batch had that was refused as a whole; 0 = none
	grown    int  // items of a batch while requests are scarce; 0 = as many as the route says
	full     bool // one as large as that had no answer: it never grows again
}

// tooBig: a batch of n was refused as a whole, perhaps for its size.
func (l *lesson) tooBig(route *inventory.Route, n int) {
	if l.refused == 0 || n < l.refused {
		l.refused = n
	}
	if l.grown > 0 && n > route.Max {
		l.grown = min(l.grown, max(route.Max, n/2))
	}
}

// unanswered: a batch of n got no answer.
func (l *lesson) unanswered(route *inventory.Route, n int) {
	if l.grown > 0 && n > route.Max {
		l.grown, l.full = min(l.grown, max(route.Max, n/2)), true
	}
}

// taken: a batch of n was answered after a while. scarce: requests are.
func (l *lesson) taken(route *inventory.Route, n int, took time.Duration, scarce bool) {
	l.accepted = max(l.accepted, n)
	if scarce && route.Max > 1 && l.refused == 0 && !l.full && 2*took <= batchTime && n >= max(route.Max, l.grown) {
		l.grown = min(batchMost, 2*n)
	}
}

// size is how many items of a piece go in one request, and by which call.
func (r *Run) size(service string, p piece) (waypoint, int) {
	e := r.engine
	if e.deleter == nil {
		return e.way(p.way, p.part, false)
	}
	pace := e.deleter.Pace(service)
	w, most := e.way(p.way, p.part, pace.Scarce)
	if most > spreadLeast && !p.part && !pace.Scarce {
		free := max(1, min(pace.AtOnce, e.atOnce)-pace.InFlight+1) // this one has been let in
		most = min(most, max(spreadLeast, (len(p.items)+free-1)/free))
	}
	return w, most
}

// accepted learns from a piece that was answered.
func (r *Run) accepted(p piece, took time.Duration) {
	scarce := r.engine.deleter != nil && r.engine.deleter.Pace(p.way.scope.Service()).Scarce
	r.engine.learn(p.way, func(l *lesson) { l.taken(p.way.route, len(p.items), took, scarce) })
}

// way is the call that this cloud has, and the most items to give it. What is part of a refused batch may be as big as
// the call allows: it is smaller than what was refused.
func (e *Engine) way(w waypoint, part, scarce bool) (waypoint, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		l := e.learnt[w]
		if l != nil && l.absent && w.route.Instead != nil {
			w.route = w.route.Instead
			continue
		}
		size := max(1, w.route.Max)
		if l != nil && (scarce || part) {
			size = max(size, l.grown)
		}
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
