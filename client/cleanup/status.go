package cleanup

import "time"

// Status is where a run stands, all of it at one moment.
type Status struct {
	Header   Header // zero: it has no journal
	Plan     Plan
	State    string // "running", "finished", "unfinished"
	Summary  Summary
	Started  time.Time
	Ended    time.Time    // zero: it has not
	Verified time.Time    // zero: it was not
	Requests int          // that change something
	Items    []ItemStatus // of the plan
}

// ItemStatus is where one item stands.
type ItemStatus struct {
	Result   Result
	Requests int      // about it: of more than [MaxRequests], as many
	Doubt    bool     // by its journal: a request may have reached it, and no list was read since
	Found    Presence // by the latest verify
	Back     string   // the run that had brought back what it found there; "" when none had
}

// Word is the outcome, or "in doubt" of an item without one that a request may have reached.
func (s *ItemStatus) Word() string {
	if s.Doubt && s.Result.Outcome == Pending {
		return "in doubt"
	}
	return s.Result.Outcome.String()
}

// Status is where the run stands now.
func (r *Run) Status() Status {
	header, _ := r.Recorded()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := Status{
		Header: header, Plan: r.plan, State: "finished", Summary: r.summary(),
		Started: r.started, Ended: r.ended, Requests: r.record.requests, Items: make([]ItemStatus, len(r.items)),
	}
	switch {
	case r.step != Finished:
		s.State = "running"
	case r.journalled() && r.broken():
		s.State = "unfinished"
	}
	for i := range r.items {
		s.Items[i] = ItemStatus{Result: r.items[i].result, Requests: r.record.book.count(i)}
	}
	return s
}

// Status is where the run stands by its journal.
func (l *Ledger) Status() Status {
	s := Status{
		Header: l.Header, Plan: l.Plan, State: "unfinished", Summary: l.Counts(),
		Started: l.Header.Started, Verified: l.Verified, Requests: l.made, Items: make([]ItemStatus, len(l.Items)),
	}
	if l.Finished {
		s.State, s.Ended = "finished", l.Ended
	}
	for i := range l.Items {
		e := &l.Items[i]
		s.Items[i] = ItemStatus{Result: e.Result, Requests: l.book.count(i), Doubt: e.Unread, Found: e.Found, Back: e.Back}
	}
	return s
}
