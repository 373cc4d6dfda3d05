package cleanup

import (
	"errors"
	"sync"
	"time"

	"janitor/client"
)

// Pace is how fast a run may go at the moment, and why.
type Pace struct {
	InFlight int // changing requests under way
	Most     int // of them side by side, at the moment

	// Quota is how many requests the service said it takes in Per; 0 = it has not said. Left is how many of them may go
	// right now, less the share that is left to others.
	Quota int
	Per   time.Duration
	Left  int

	Until time.Time // nothing is sent before; zero: nothing is held back
	Why   string    // what holds it back or slows it down, as a part of a sentence: "too many requests"; "" for nothing

	Requests  int // changing requests that were sent, those that were throttled each time again
	Throttled int // how many of them were answered with "too many requests"

	// Remaining is how long the rest of the run will take by what is known; 0 = nothing is known yet.
	Remaining time.Duration
}

// traffic is what a run knows of its own requests.
type traffic struct {
	mu                  sync.Mutex
	requests, throttled int
	roads               map[string]*road // by service
	proof               time.Duration    // what reading everything took
}

// road is the way to one service.
type road struct {
	queue    *queue // the one that is being worked through; nil = none yet
	inFlight int
	took     time.Duration // by a request, of late; 0 = none has been answered
	refusal  time.Duration // by one that was throttled, the slowest of late; 0 = there was none
}

// road is where requests to a service go. With the lock held.
func (t *traffic) road(service string) *road {
	if t.roads == nil {
		t.roads = map[string]*road{}
	}
	w := t.roads[service]
	if w == nil {
		w = &road{}
		t.roads[service] = w
	}
	return w
}

// now is the road to a service as it is now.
func (t *traffic) now(service string) road {
	t.mu.Lock()
	defer t.mu.Unlock()
	return *t.road(service)
}

// follow notes what is left to be sent to a service.
func (t *traffic) follow(service string, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.road(service).queue = q
}

// leaves counts a request; landed is to be told what became of it.
func (t *traffic) leaves(service string) (landed func(error)) {
	began := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	road := t.road(service)
	t.requests++
	road.inFlight++
	return func(err error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		road.inFlight--
		switch took := time.Since(began); {
		case errors.Is(err, client.Throttled): // quickly, and says nothing about the others
			t.throttled++
			road.refusal = max(took, road.refusal/2)
		case road.took == 0:
			road.took = took
		default:
			road.took += (took - road.took) / 4
		}
	}
}

// looked notes how long it took to read everything again: proving will take about as long.
func (t *traffic) looked(took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.proof = took
}

// Paused tells how long a service that the run needs does not want any requests, and why.
func (r *Run) Paused() (until time.Time, why string) {
	for _, service := range r.services {
		if s := r.engine.pace(service); s.Until.After(until) {
			until, why = s.Until, s.Why
		}
	}
	return until, why
}

func (e *Engine) pace(service string) client.Pace {
	if e.deleter == nil {
		return client.Pace{AtOnce: e.atOnce}
	}
	s := e.deleter.Pace(service)
	s.AtOnce = min(s.AtOnce, e.atOnce)
	if until, why := e.paused(service); until.After(s.Until) { // where reading has a pace of its own
		s.Until, s.Why, s.Left = until, why, 0
	}
	return s
}

// Pace tells how fast the run may go. Of several services it speaks of the one that will take longest.
func (r *Run) Pace() Pace {
	now := time.Now()
	r.mu.Lock()
	step, steps := r.step, r.stepsLeft()
	r.mu.Unlock()
	r.traffic.mu.Lock()
	p, proof := Pace{Requests: r.traffic.requests, Throttled: r.traffic.throttled}, r.traffic.proof
	r.traffic.mu.Unlock()

	var longest time.Duration
	for n, service := range r.services {
		s, road := r.engine.pace(service), r.traffic.now(service)
		p.InFlight += road.inFlight
		p.Most += s.AtOnce
		size := func(p piece, aloft []*flight) (waypoint, int) { return r.size(service, p, aloft) }
		rest := road.remaining(now, s, steps[service], size)
		if n == 0 || rest > longest || p.Why == "" && s.Why != "" {
			p.Quota, p.Per, p.Left, p.Until, p.Why = s.Quota, s.Per, s.Left, s.Until, s.Why
		}
		longest = max(longest, rest)
	}
	switch {
	case step == Finished:
	case step == Proving:
		p.Remaining = max(p.Until.Sub(now), proof/2)
	case longest > 0:
		p.Remaining = longest + proof
	}
	return p
}

// stepsLeft counts by service the requests of items that something has to go before; no queue holds them yet. With the
// lock held.
func (r *Run) stepsLeft() map[string]int {
	steps := make(map[string]int, 1)
	for i := range r.items {
		if it := &r.items[i]; it.result.Outcome == Pending && len(it.steps.left) > 0 {
			steps[r.plan.Items[i].Resource.Ref.Scope.Service()] += len(it.steps.left) + 1
		}
	}
	return steps
}

// remaining is how long it will take to send what is left: the longest of what the busiest lane takes for its requests one
// after the other, what all take side by side, and what the quota takes to let them all go. steps are requests that the queue
// does not hold.
func (w road) remaining(now time.Time, s client.Pace, steps int, size sizing) time.Duration {
	left, inOneLane := steps, 0
	if w.queue != nil {
		all, most := w.queue.ahead(size)
		left, inOneLane = left+all, most
	}
	if left+w.inFlight == 0 {
		return 0
	}
	pause := max(0, s.Until.Sub(now))
	if w.took == 0 { // nothing is known but that
		return pause
	}
	rounds := max(1, s.AtOnce)
	work := w.took * time.Duration((left+w.inFlight+rounds-1)/rounds)
	work = max(work, w.took*time.Duration(inOneLane))
	if left > s.Left {
		work = max(work, s.Every*time.Duration(left-s.Left)+w.took)
	}
	return pause + work
}
