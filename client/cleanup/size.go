package cleanup

import (
	"math"
	"slices"
	"time"
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

// size is how many items of a piece go in one request, and by which call. Aloft is what is in flight before it.
func (r *Run) size(service string, p piece, aloft []*flight) (waypoint, int) {
	e := r.engine
	if e.deleter == nil {
		return e.lessons.way(p.way, p.part, asRoute)
	}
	pace := e.deleter.Pace(service)
	places := max(1, min(pace.AtOnce, e.atOnce))
	rests := e.lessons.stillAloft(p.way, aloft)
	large := asRoute
	switch {
	case pace.Scarce:
		large = asTried
	case len(p.items)+sum(rests) > places*p.way.route.Max:
		large = asLearnt
	}
	w, most := e.lessons.way(p.way, p.part, large)
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
		doubt = doubt || !r.engine.lessons.proven(w, min(n, len(p.items)), soon, r.engine.now())
		return w, n
	})
	if doubt {
		return math.MaxInt
	}
	return max(0, all-1)
}

// accepted learns from a piece that was answered.
func (r *Run) accepted(p piece, took time.Duration) {
	r.engine.lessons.learn(p.way, func(l *lesson) { l.taken(p.way.route, len(p.items), took) })
}
