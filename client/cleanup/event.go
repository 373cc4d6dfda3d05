package cleanup

import (
	"time"

	"janitor/client/inventory"
)

// Outcome is how one item ended. An item has exactly one in the end; Pending is "not yet".
type Outcome uint8

// Deleted needs the service's word, or a list without the item after a request about it was in flight. Cancelled:
// never sent, or refused without effect before the run was stopped; the message says what was taken away for it. Reappeared:
// the service said deleted, the closing list still (or again) has it. Restored and AlreadyThere are how items of an undo end.
const (
	Pending Outcome = iota
	Deleted
	AlreadyGone
	Blocked   // the service refuses: in use, protected, precondition
	Failed    // the service or the network failed; the item is still there
	Skipped   // changed since it was confirmed: not sent
	Cancelled // never sent
	Unknown   // sent, and neither the answer nor reading back could tell
	Reappeared
	Restored     // an undo has brought it back, under the id it had or a new one
	AlreadyThere // an undo found it, or what an earlier one had made of it

	outcomes = iota
)

// stays: the item has ended, and is there still by all that is known, or may be.
func (o Outcome) stays() bool { return o != Pending && o.wanted() == "" }

// fits says whether an item of an undo, or else of a run that deletes, can end so.
func (o Outcome) fits(undo bool) bool {
	switch o {
	case Deleted, AlreadyGone, Reappeared:
		return !undo
	case Restored, AlreadyThere:
		return undo
	}
	return true
}

// String is the word for an outcome, on screen and in reports alike.
func (o Outcome) String() string {
	return [outcomes]string{"pending", "deleted", "already gone", "blocked", "failed", "skipped", "cancelled", "unknown", "reappeared", "restored", "already there"}[o]
}

// Step is where an item or the run stands.
type Step uint8

// Clearing to Ended and Proved carry an item; the others concern the run.
const (
	Checking Step = iota // reading the planned resources again before the first request
	Sending
	Clearing   // what has to go before it is being taken away; the note says what: "removing server 2 of 3"
	Rechecking // waits to be read again before its next request
	Sent       // in flight
	Reading    // unclear answer, being read back
	Ended      // has its outcome
	Proving    // the closing lists are being read
	Proved     // the closing list agrees with (or has changed) the outcome
	Finished
)

// Event is one thing that happened in a run. Events come in order and none is dropped.
type Event struct {
	At     time.Time
	Step   Step
	Item   int // index into Plan.Items; -1 when it concerns the whole run
	Result Result
	Note   string
}

// Result is an item's outcome with what the service said.
type Result struct {
	Ref       inventory.Ref
	Outcome   Outcome
	Proved    bool // a complete list after the run agrees
	Code      string
	Message   string
	RequestID string
	NewID     string        // of an item that an undo has brought back under another id than Ref's
	Took      time.Duration // from sending to outcome
}
