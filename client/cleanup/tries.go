package cleanup

import (
	"context"
	"errors"

	"janitor/client"
)

// tries counts how often a request was put off, one after the other.
type tries struct {
	throttled int // there were too many
	waits     int // the service was busy
}

func (t *tries) reset() { *t = tries{} }

// reaction is what a failed request calls for.
type reaction int

const (
	giveUp    reaction = iota // for good: it was tried often enough, or nobody may
	isRefused                 // it does not go
	sendAgain                 // it was not done, and may go now
	leaveOff                  // it never left, and the run has stopped
	lookUp                    // it may have been done
)

// after says what an error calls for, and which nap is due before that; pause 0: none.
func (r *Run) after(sending context.Context, err error, v ending, t *tries) (next reaction, pause int) {
	switch {
	case errors.Is(err, client.Throttled): // whoever lets the next one in knows when
		if t.throttled++; t.throttled > maxThrottled {
			return giveUp, 0
		}
		r.outwait(err)
		return sendAgain, 0
	case errors.Is(err, client.Pending): // refused for the moment
		if t.waits++; t.waits > maxWait {
			return giveUp, 0
		}
		return sendAgain, t.waits
	case unsent(err) && sending.Err() != nil:
		return leaveOff, 0
	case offline(err) && r.cutOff(err): // the others would fare no better
		return leaveOff, 0
	case errors.Is(err, client.Unauthorised):
		r.unauthorised(err, v)
		return giveUp, 0
	case definite(err):
		return isRefused, 0
	}
	return lookUp, 0
}

// cutOff breaks off a run that cannot reach the service. One without a journal cannot be resumed, and goes on.
func (r *Run) cutOff(err error) bool {
	r.mu.Lock()
	recorded := r.record.journal != nil
	r.mu.Unlock()
	if recorded {
		why := "the service cannot be reached: "
		if aboutCredentials(err) {
			why = notRenewed
		}
		why += err.Error()
		r.stop(stoppage{items: &ending{outcome: Cancelled, message: "not sent: " + why}, why: why, interrupted: true, offline: true})
	}
	return recorded
}
