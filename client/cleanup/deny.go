package cleanup

import (
	"errors"
	"fmt"

	"janitor/client"
)

// maxDenied is how many requests of one errand may be answered with "not allowed" in a row. Some may be about items that
// are not ours; after so many it is the call that is not allowed, and more of them look like an attack.
const maxDenied = 5

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
	v := d.last
	v.message = fmt.Sprintf("not sent: %d requests before it were not allowed: %s", d.times, v.message)
	for _, i := range out.items {
		r.close(i, v)
	}
	return true
}

// allowed counts the answers that say that a call is not allowed, from the last one that was.
func (r *Run) allowed(out outgoing, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := errand{out.call, r.placeOf(out.items[0])}
	switch {
	case err == nil:
		delete(r.denied, at)
	case errors.Is(err, client.Forbidden):
		if r.denied[at] == nil {
			r.denied[at] = &denial{}
		}
		r.denied[at].times++
		r.denied[at].last = endingOf(err)
	}
}
