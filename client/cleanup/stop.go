package cleanup

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"janitor/client"
)

// byUser is why a run stopped that has no reason of its own.
const byUser = "cancelled"

// stoppage is why a run sends nothing more. The run's lock guards it.
type stoppage struct {
	items        *ending // how those end that are not in flight; nil: the run goes on
	why          string  // "" when the user wanted it
	interrupted  bool    // for now: what was not sent stays open in the journal, if there is one
	unauthorised bool    // the service does not accept the credentials
	offline      bool    // it cannot be reached
	alarm        string  // the service spoke of what it was not asked about, whatever the run had stopped for before; "" it did not
}

func (s *stoppage) goesOn() bool { return s.items == nil }

// Cancel stops sending. What is in flight ends truthfully, what is not ends Cancelled; the run still proves what it did.
func (r *Run) Cancel() { r.stop(stoppage{items: &ending{outcome: Cancelled}}) }

// Interrupt is [Run.Cancel] for a program that is told to end: what was not sent stays open in the journal, to be resumed.
func (r *Run) Interrupt() { r.breakOff(ending{outcome: Cancelled}, "interrupted") }

// breakOff stops a run that can be resumed.
func (r *Run) breakOff(v ending, why string) {
	r.stop(stoppage{items: &v, why: why, interrupted: true})
}

// stop ends sending for good, and every item that is not in flight. The first stop counts, and none after the last request.
func (r *Run) stop(s stoppage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped.alarm = cmp.Or(r.stopped.alarm, s.alarm)
	if !r.stopped.goesOn() || r.step >= Proving {
		return
	}
	s.interrupted = s.interrupted && (r.record.journal != nil || r.open != nil)
	s.alarm = r.stopped.alarm
	r.stopped = s
	r.wroteStop()
	r.emit(Event{Step: r.step, Item: -1, Note: "stopped: " + cmp.Or(s.why, byUser)})
	all := make([]int, len(r.items))
	for i := range all {
		all[i] = i
	}
	r.settle(all)
	r.halt()
}

// settle ends the items of a stopped run that are not in flight. With the lock held.
func (r *Run) settle(items []int) {
	flying := r.flyingMoves()
	var held []int
	for _, i := range items {
		switch it := &r.items[i]; {
		case it.flying:
		case it.result.Outcome == Pending && slices.ContainsFunc(it.steps.left, func(m move) bool { return m.doneByAny(flying) }):
			held = append(held, i)
		default:
			r.close(i, r.unsent(i))
		}
	}
	r.held = held
}

const notRenewed = "the credentials could not be renewed: "

// unauthorised stops a run whose credentials are not accepted, or are no longer and new ones are not to be had.
func (r *Run) unauthorised(err error, v ending) {
	why := "the credentials are not accepted: "
	if aboutCredentials(err) {
		why = notRenewed
	}
	why += v.message
	v = ending{outcome: Failed, code: v.code, requestID: v.requestID, message: "not sent: " + why}
	r.stop(stoppage{items: &v, why: why, unauthorised: true})
}

// outwait stops a run, for now, when the service wants more patience than anyone has: what else is sent it would refuse as
// well, and count.
func (r *Run) outwait(err error) {
	if e, ok := errors.AsType[*client.Error](err); ok && e.RetryAfter > client.MaxPause {
		why := fmt.Sprintf("the service takes no more requests for %v", e.RetryAfter.Round(time.Second))
		r.breakOff(ending{outcome: Cancelled, code: e.Code, requestID: e.RequestID, message: "not sent: " + why}, why)
	}
}

// stayStopped stops a resumed run that was stopped for good.
func (r *Run) stayStopped() {
	before := r.past.stop
	if !before.Final {
		return
	}
	s := stoppage{why: before.Text}
	if before.Safety {
		s.alarm = before.Text
	}
	if s.why == byUser {
		s.why = ""
	}
	s.items = &ending{outcome: Cancelled, message: s.why}
	r.stop(s)
}
