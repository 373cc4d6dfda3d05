package cleanup

import (
	"errors"
	"fmt"

	"janitor/client"
)

// maxDenied is how many requests of one errand may be answered with "not allowed" in a row. Some may be about items that
// are not ours; after so many it is the call that is not allowed, and more of them look like an attack.
const maxDenied = 5

// mostScouts is the same where something has to be taken away before each of them, which would be in vain.
const mostScouts = 2

// errand is a call at a place: what a permission is given for.
type errand struct {
	call string
	at   place
}

// denial is how an errand was answered of late.
type denial struct {
	times int // in a row
	last  ending
}

// spared ends the items of a request that would be refused like those before it.
func (r *Run) spared(out outgoing) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.denied[errand{out.call, r.placeOf(out.items[0])}]
	if d == nil || d.times < maxDenied {
		return false
	}
	v := d.unsent()
	for _, i := range out.items {
		r.close(i, v)
	}
	return true
}

// scouts are the items that may be cleared now: of a deletion that nobody knows to be allowed only one at a time, for what
// is taken away before it is gone when it is not. Those that it is not allowed for end.
func (r *Run) scouts(items []int) (now, later []int) {
	resources := r.resources(items)
	sent := map[errand]bool{}
	for n, i := range items {
		fresh := resources[n]
		way, _ := r.engine.way(waypoint{r.kinds[fresh.Ref.Kind].Deletion.Route(fresh), fresh.Ref.Scope}, false, asRoute)
		r.mu.Lock()
		at := errand{way.route.Call, r.placeOf(i)}
		denied, known := r.denied[at], r.allows[at]
		r.mu.Unlock()
		switch {
		case denied != nil && denied.times >= mostScouts:
			r.end(i, denied.unsent())
		case known || !sent[at]:
			sent[at] = true
			now = append(now, i)
		default:
			later = append(later, i)
		}
	}
	return now, later
}

func (d *denial) unsent() ending {
	v := d.last
	v.message = fmt.Sprintf("not sent: %d requests before it were not allowed: %s", d.times, v.message)
	return v
}

// allowed counts the answers that say that a call is not allowed, from the last one that was.
func (r *Run) allowed(out outgoing, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := errand{out.call, r.placeOf(out.items[0])}
	switch {
	case err == nil, errors.Is(err, client.InUse), errors.Is(err, client.Pending):
		r.allows[at] = true
		delete(r.denied, at)
	case errors.Is(err, client.Forbidden):
		if r.denied[at] == nil {
			r.denied[at] = &denial{}
		}
		r.denied[at].times++
		r.denied[at].last = endingOf(err)
	}
}
