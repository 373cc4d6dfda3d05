package cleanup

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"janitor/client/english"
	"janitor/client/inventory"
)

// item is where one item of the plan stands. The run's lock guards it.
type item struct {
	result  Result
	flying  bool      // a worker has it: it gets its outcome from an answer
	instead *ending   // how it ends when it is not sent again; nil: as the stop says
	sentAt  time.Time // first request
	lost    int       // requests that ended in server trouble
	doubt   bool      // a request about it may have been applied without our knowing
	unread  bool      // a request may have reached it, and no list was read since

	seen    sighting
	steps   steps
	refusal refusal
	told    telling
	noted   noted
}

// sighting is the last look at an item.
type sighting struct {
	resource inventory.Resource // what is sent

	forSteps, forDeletion term // when each may rely on it
}

// refusal is how the service has refused an item so far.
type refusal struct {
	alone bool // in a batch, which gives no reason: it goes on its own next
	mute  bool // without a word on what uses it, or by its id only
	holds bool // perhaps for what it holds: that is taken away, and it is sent once more
}

// telling is what was told of an item on its way.
type telling struct {
	last     Step   // of Sent, Reading, Rechecking and Clearing
	clearing int    // how often Clearing or, in an undo, a part that was made
	doing    string // the note of the last Clearing
}

// noted is what the journal has of an item.
type noted struct {
	outcome bool
	object  inventory.Object  // as which it has the item
	sum     [sha256.Size]byte // of the JSON of that; zero: it does not have the item
	secured bool              // what it takes to make the item again is there, or will be before anything is done to it
	back    inventory.Back    // that, until it is there
}

// ending is an outcome with what the service said, for one item or several.
type ending struct {
	outcome                  Outcome
	code, message, requestID string
}

// saw notes what a look has shown.
func (it *item) saw(res inventory.Resource, now *view, left []move) {
	it.seen = sighting{res, now.forSteps, now.forDeletion}
	it.steps.left = left
	if t := it.steps.tried; t != nil && !slices.ContainsFunc(left, func(m move) bool { return m.same(*t) }) {
		it.steps.add(*t)
	}
	it.steps.tried = nil
}

// steps are what goes before an item.
type steps struct {
	done    []taken // in order
	left    []move
	lost    int    // how many ended in server trouble
	cleared bool   // nothing was left: a refusal is final now
	tried   *taken // before the run was broken off: perhaps it was done
}

// add notes a step as done, once: a list that lagged behind can have had it done again.
func (s *steps) add(done taken) {
	if !slices.ContainsFunc(s.done, done.same) {
		s.done = append(s.done, done)
	}
}

// doing is "removing server 2 of 3".
func (s *steps) doing(m move) string {
	doing := "removing "
	if m.leaves() {
		doing = "detaching "
	}
	n, all := 1, 0
	for _, other := range s.done {
		if other.leaves() == m.leaves() && other.What == m.What {
			n++
			all++
		}
	}
	for _, other := range s.left {
		if other.leaves() == m.leaves() && other.What == m.What {
			all++
		}
	}
	if all <= 1 {
		return doing + m.String()
	}
	return fmt.Sprintf("%s%s %d of %d", doing, m.What, n, all)
}

// story is the message of an outcome with what went before it: "cancelled after 2 of 3 servers were removed".
func (s *steps) story(v ending) string {
	gone := gone(v.outcome)
	went := s.wentBefore(gone)
	if went != "" && gone {
		went += " first"
	}
	switch {
	case went == "":
		return v.message
	case v.message != "":
		return v.message + "; " + went
	case gone:
		return went
	}
	return v.outcome.String() + " after " + went
}

// wentBefore is "policy /images detached and 3 servers removed" or, as a clause of its own, "policy /images was detached and
// 2 of 3 servers were removed"; "" for nothing.
func (s *steps) wentBefore(short bool) string {
	var detached, removed tally
	var names []string
	for _, m := range s.done {
		if m.leaves() {
			names = append(names, m.String())
			detached.add(m.What, true)
		} else {
			removed.add(m.What, true)
		}
	}
	for _, m := range s.left {
		if m.leaves() {
			detached.add(m.What, false)
		} else {
			removed.add(m.What, false)
		}
	}
	var parts []string
	put := func(what string, n int, did string) {
		switch {
		case n == 0:
		case short:
			parts = append(parts, what+" "+did)
		case n == 1:
			parts = append(parts, what+" was "+did)
		default:
			parts = append(parts, what+" were "+did)
		}
	}
	what, n := detached.sofar()
	if n == len(names) && 0 < n && n <= wordNames {
		what = english.And(names)
	}
	put(what, n, "detached")
	what, n = removed.sofar()
	put(what, n, "removed")
	return strings.Join(parts, " and ")
}
