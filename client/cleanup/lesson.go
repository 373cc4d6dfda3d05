package cleanup

import (
	"sync"
	"time"

	"janitor/client/inventory"
)

// lessons are what the services taught about their calls, for all runs of an engine.
type lessons struct {
	mu sync.Mutex
	of map[waypoint]*lesson
}

// learn keeps a lesson; it says whether it is news.
func (ls *lessons) learn(w waypoint, teach func(*lesson)) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.of[w]
	if l == nil {
		l = &lesson{}
		set(&ls.of, w, l)
	}
	before := *l
	teach(l)
	return *l != before
}

// about is what is known of a call.
func (ls *lessons) about(w waypoint) lesson {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.of[w]; l != nil {
		return *l
	}
	return lesson{}
}

// way is the call that this cloud has, and the most items to give it; see [lesson.limit].
func (ls *lessons) way(w waypoint, part bool, large largeness) (waypoint, int) {
	l := ls.about(w)
	for l.absent && w.route.Instead != nil {
		w.route = w.route.Instead
		l = ls.about(w)
	}
	return w, l.limit(w.route, part, large)
}

// proven: the service has taken a batch as large, or is at one for longer than it takes to refuse it.
func (ls *lessons) proven(w waypoint, n int, soon time.Duration, now time.Time) bool {
	l := ls.about(w)
	return n <= max(w.route.Max, l.accepted) || l.scout >= n && soon > 0 && now.Sub(l.scouted) > soon
}

// stillAloft is how many items of each flight are still to be worked through.
func (ls *lessons) stillAloft(w waypoint, aloft []*flight) []int {
	each := ls.about(w).each
	rests := make([]int, len(aloft))
	for n, f := range aloft {
		rests[n] = f.items
		if each > 0 {
			rests[n] = max(0, f.items-int(time.Since(f.since)/each))
		}
	}
	return rests
}

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

// largeness is how far a batch may go beyond what its route says.
type largeness int

const (
	asRoute  largeness = iota // not at all
	asLearnt                  // as far as the service is known to go
	asTried                   // further, if nothing is known
)

// limit is how many items a batch may have. What is part of a refused batch may be as big as the call allows: it is smaller
// than what was refused.
func (l *lesson) limit(route *inventory.Route, part bool, large largeness) int {
	size := max(1, route.Max)
	switch {
	case large == asTried:
		size = max(size, l.tried(route))
	case large == asLearnt, part:
		size = max(size, l.most)
	}
	if l.refused == 0 || part {
		return size
	}
	known := max(1, l.accepted, l.refused/2)
	if l.refused > route.Max {
		known = max(known, route.Max)
	}
	return min(size, known)
}
