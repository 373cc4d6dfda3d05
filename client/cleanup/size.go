package cleanup

import (
	"math"
	"slices"
	"time"

	"janitor/client/inventory"
)

// How many items go in one request.
//
// While the service takes as many requests as we have, more of them side by side are as fast as larger ones, and what
// goes wrong concerns fewer items: a batch has no more than its route says, and what is nearly done is spread over all
// that may be in flight. Once requests are what is scarce, or there are many more items than go side by side, size is all
// that helps: what was answered without doubt lets the next one be eight times as large, up to [batchMost], or as large as
// it takes for all to go while the quota lasts.
//
// That bound is about what a single lost answer leaves in doubt, all of which has to be read back, and about time: the
// services work through a batch item by item and the gateway before them gives up on an answer after a minute or so
// (api.md 6.3, 0201). So a batch is not larger either than what should take [batchTime], and one that got no answer at all
// is never tried again in that size. The 12 MB of the gateway are far away: 500 ids are 20 kB.
const (
	batchMost = 500
	batchTime = 10 * time.Second
	// When they are spread, batches have at least so many: on its own each costs a request.
	spreadLeast = 20
	// Requests of a quota that are left for the proof: two lists show what is there of most kinds.
	proofLists = 2
)

// lesson is what the service taught about a call.
type lesson struct {
	absent   bool
	accepted int           // most items a request had that was taken
	refused  int           // fewest items a batch had that was refused as a whole; 0 = none
	most     int           // items that a batch may have where size helps; 0 = nothing was learnt
	full     bool          // one of more than the route says had no answer: no larger one is tried any more
	each     time.Duration // what an item of the last one took

	scout   int       // items of the largest that was sent and not answered; 0 = none
	scouted time.Time // when
}

// sent: a batch of n is in flight.
func (l *lesson) sent(n int, now time.Time) {
	if n > max(l.accepted, l.scout) {
		l.scout, l.scouted = n, now
	}
}

// tooBig: a batch of n was refused as a whole, perhaps for its size.
func (l *lesson) tooBig(route *inventory.Route, n int) {
	l.scout = 0
	if l.refused == 0 || n < l.refused {
		l.refused = n
	}
	l.shrink(route, n)
}

// unanswered: a batch of n got no answer.
func (l *lesson) unanswered(route *inventory.Route, n int) {
	if l.shrink(route, n) {
		l.full = true
	}
}

// shrink: n were too many. Those that the route says may have had bad luck.
func (l *lesson) shrink(route *inventory.Route, n int) bool {
	if n <= route.Max {
		return false
	}
	half := max(route.Max, n/2)
	if l.most == 0 || half < l.most {
		l.most = half
	}
	return true
}

// taken: a batch of n was answered after a while.
func (l *lesson) taken(route *inventory.Route, n int, took time.Duration) {
	l.accepted, l.each = max(l.accepted, n), took/time.Duration(max(1, n))
	if route.Max == 1 {
		return
	}
	inTime := batchMost
	if took > 0 {
		inTime = int(min(batchMost, int64(n)*int64(batchTime)/int64(took)))
	}
	switch larger := min(batchMost, 8*n); {
	case inTime < larger:
		l.most = max(route.Max, min(inTime, l.tried(route)))
	case l.refused == 0 && !l.full && larger > l.tried(route):
		l.most = larger
	}
}

// tried is how large a batch may be: twice what the route says, as long as none was answered.
func (l *lesson) tried(route *inventory.Route) int {
	switch {
	case l.most > 0:
		return l.most
	case route.Max <= 1 || l.refused > 0:
		return max(1, route.Max)
	}
	return min(batchMost, 2*route.Max)
}

// size is how many items of a piece go in one request, and by which call. Aloft is what is in flight before it.
func (r *Run) size(service string, p piece, aloft []*flight) (waypoint, int) {
	e := r.engine
	if e.deleter == nil {
		return e.way(p.way, p.part, asRoute)
	}
	pace := e.deleter.Pace(service)
	places := max(1, min(pace.AtOnce, e.atOnce))
	rests := e.stillAloft(p.way, aloft)
	large := asRoute
	switch {
	case pace.Scarce:
		large = asTried
	case len(p.items)+sum(rests) > places*p.way.route.Max:
		large = asLearnt
	}
	w, most := e.way(p.way, p.part, large)
	switch {
	case most <= spreadLeast || p.part:
	case pace.Scarce:
		free := max(pace.Left+1, pace.Soon) - proofLists // this one has been let in
		if divided(len(p.items), most) <= free {
			most = max(spreadLeast, divided(len(p.items), free))
		}
	default:
		least := spreadLeast
		if large == asLearnt {
			least = p.way.route.Max
		}
		most = min(most, max(least, share(len(p.items), rests, places)))
	}
	return w, most
}

// share is how many of the items that are left go into the next of so many places, so that all places are ready together;
// rests are what others of them are still at. Those that are busy for as long anyway take no more: what they would take is not
// worth a request.
func share(left int, rests []int, places int) int {
	slices.Sort(rests)
	all := left + sum(rests)
	for n := len(rests) - 1; n >= 0 && places > 1 && rests[n]+spreadLeast > divided(all, places); n-- {
		all -= rests[n]
		places--
	}
	return divided(all, places)
}

// stillAloft is how many items of each flight are still to be worked through.
func (e *Engine) stillAloft(w waypoint, aloft []*flight) []int {
	e.mu.Lock()
	defer e.mu.Unlock()
	var each time.Duration
	if l := e.learnt[w]; l != nil {
		each = l.each
	}
	rests := make([]int, len(aloft))
	for n, f := range aloft {
		rests[n] = f.items
		if each > 0 {
			rests[n] = max(0, f.items-int(time.Since(f.since)/each))
		}
	}
	return rests
}

func sum(of []int) (n int) {
	for _, one := range of {
		n += one
	}
	return n
}

// divided is how many each gets.
func divided(n, by int) int {
	by = max(1, by)
	return (n + by - 1) / by
}

// more is how many requests are to follow the next one of a queue: no end of them while it has yet to be seen whether the
// service takes batches of that size.
func (r *Run) more(service string, q *queue) int {
	if r.engine.deleter == nil || !r.engine.deleter.Pace(service).Scarce {
		return 0
	}
	soon := 2 * r.traffic.now(service).refusal
	doubt := false
	all, _ := q.ahead(func(p piece, aloft []*flight) (waypoint, int) {
		w, n := r.size(service, p, aloft)
		doubt = doubt || !r.engine.proven(w, min(n, len(p.items)), soon)
		return w, n
	})
	if doubt {
		return math.MaxInt
	}
	return max(0, all-1)
}

// proven: the service has taken a batch as large, or is at one for longer than it takes to refuse it.
func (e *Engine) proven(w waypoint, n int, soon time.Duration) bool {
	now := e.now()
	e.mu.Lock()
	defer e.mu.Unlock()
	l := e.learnt[w]
	return n <= w.route.Max || l != nil && (l.accepted >= n || l.scout >= n && soon > 0 && now.Sub(l.scouted) > soon)
}

// accepted learns from a piece that was answered.
func (r *Run) accepted(p piece, took time.Duration) {
	r.engine.learn(p.way, func(l *lesson) { l.taken(p.way.route, len(p.items), took) })
}

// largeness is how far a batch may go beyond what its route says.
type largeness int

const (
	asRoute  largeness = iota // not at all
	asLearnt                  // as far as the service is known to go
	asTried                   // further, if nothing is known
)

// way is the call that this cloud has, and the most items to give it. What is part of a refused batch may be as big as the
// call allows: it is smaller than what was refused.
func (e *Engine) way(w waypoint, part bool, large largeness) (waypoint, int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		l := e.learnt[w]
		if l == nil {
			l = &lesson{}
		}
		if l.absent && w.route.Instead != nil {
			w.route = w.route.Instead
			continue
		}
		size := max(1, w.route.Max)
		switch {
		case large == asTried:
			size = max(size, l.tried(w.route))
		case large == asLearnt, part:
			size = max(size, l.most)
		}
		if l.refused > 0 && !part {
			known := max(1, l.accepted, l.refused/2)
			if l.refused > w.route.Max {
				known = max(known, w.route.Max)
			}
			size = min(size, known)
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
