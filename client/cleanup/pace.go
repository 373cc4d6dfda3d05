package cleanup

import "time"

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

// Pace tells how fast the run may go.
func (r *Run) Pace() Pace {
	until, why := r.engine.paused()
	return Pace{InFlight: len(r.engine.slots), Most: r.engine.parallel, Until: until, Why: why}
}
