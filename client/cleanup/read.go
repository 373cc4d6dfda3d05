package cleanup

import (
	"context"
	"fmt"
	"sync"

	"janitor/client/inventory"
)

// reading is what is read: the list of a place, or whole, with everything that the verdicts of its items depend on.
type reading struct {
	at    place
	whole bool
}

// readers of one list share it.
type readers struct {
	mu sync.Mutex
	of map[reading]*counter
}

// counter is where those who want the same list meet. Whoever comes while one is being read waits for the next one, which
// then serves all who came. So every reader gets a list that was begun after its own request had ended.
type counter struct {
	turn chan struct{} // one token: who holds it reads
	next *shared       // guarded by the lock of the readers; nil: nobody waits for it
}

// shared is a list for all who wait for it.
type shared struct {
	items []int // of these; nobody joins any more once it is being read
	view  *view // nil until it was read; written and read by holders of the turn
}

// join has a list read for these items too.
func (rs *readers) join(what reading, items []int) (*counter, *shared) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.of == nil {
		rs.of = map[reading]*counter{}
	}
	c := rs.of[what]
	if c == nil {
		c = &counter{turn: make(chan struct{}, 1)}
		rs.of[what] = c
	}
	if c.next == nil {
		c.next = &shared{}
	}
	c.next.items = append(c.next.items, items...)
	return c, c.next
}

// begin closes the next list to those who come later.
func (rs *readers) begin(c *counter) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	c.next = nil
}

// read gives a list that was begun after the call, for these items and those of others who call meanwhile.
func (r *Run) read(ctx context.Context, what reading, items []int) *view {
	c, mine := r.readers.join(what, items)
	c.turn <- struct{}{}
	defer func() { <-c.turn }()
	if mine.view == nil {
		r.readers.begin(c)
		look := r.engine.glance
		if what.whole {
			look = r.engine.look
		}
		mine.view = look(ctx, r.kinds, r.resources(mine.items))
	}
	return mine.view
}

// readBack settles what an answer left open: absent from a complete list ends as absent says (Deleted when our request
// can have been the cause), no list ends Unknown, and what somebody uses by now ends Blocked, as the check before a deletion
// would not let it through either: at best it would be refused, and an IP group would be emptied under its new user. What
// else is still there is returned.
func (r *Run) readBack(ctx context.Context, at place, doubts []doubt, absent Outcome) (left []doubt) {
	if len(doubts) == 0 {
		return nil
	}
	items := make([]int, len(doubts))
	r.mu.Lock()
	for n, d := range doubts {
		items[n] = d.item
		r.tell(d.item, Reading)
		if absent == Deleted {
			r.items[d.item].doubt = true
		}
	}
	r.mu.Unlock()
	now := r.read(ctx, reading{at: at}, items)
	r.saw(items, now)
	for _, d := range doubts {
		fresh, there := now.found[r.plan.Items[d.item].Resource.Ref]
		v := d.is
		switch err := now.bad[at]; {
		case there && r.cameIntoUse(d.item, now):
			v.outcome = Blocked
			v.message += "; read back: still there, now " + because("in use by ", fresh.Verdict, "in use")
			r.unexplained(d.item)
		case there:
			v.message += "; read back: still there"
			left = append(left, doubt{d.item, v})
			continue
		case err != nil:
			v.outcome = Unknown
			v.message += fmt.Sprintf("; could not be read back: %v", err)
			if offline(err) { // resume reads it back
				r.cutOff(err)
			}
		default:
			v.outcome = absent
			if absent == AlreadyGone {
				v.outcome = r.gone(d.item)
			}
			v.message += "; read back: gone"
		}
		r.end(d.item, v)
	}
	return left
}

// cameIntoUse: a list shows that an item is used which nothing used when it was sent. What the service is deleting may still
// be shown with its users.
func (r *Run) cameIntoUse(i int, now *view) bool {
	planned := r.plan.Items[i].Resource
	fresh := now.found[planned.Ref]
	return planned.Verdict.State == inventory.Unused && fresh.Verdict.State == inventory.InUse && !r.isGoing(i, now)
}
