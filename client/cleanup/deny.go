package cleanup

import (
	"errors"
	"fmt"
	"sync"

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

// permissions are what the answers to a run's requests say of what it is allowed to do.
type permissions struct {
	mu      sync.Mutex
	granted map[errand]bool
	denied  map[errand]*denial // in a row, since the last that was granted
}

// denial is how an errand was answered of late.
type denial struct {
	times int
	last  ending
}

func newPermissions() permissions {
	return permissions{granted: map[errand]bool{}, denied: map[errand]*denial{}}
}

// learn counts the answers that say that an errand is not allowed, from the last one that was.
func (p *permissions) learn(of errand, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil, errors.Is(err, client.InUse), errors.Is(err, client.Pending):
		p.granted[of] = true
		delete(p.denied, of)
	case errors.Is(err, client.Forbidden):
		d := p.denied[of]
		if d == nil {
			d = &denial{}
			p.denied[of] = d
		}
		d.times++
		d.last = endingOf(err)
	}
}

// refuses says how what is not sent ends because so many before it were not allowed.
func (p *permissions) refuses(of errand, most int) (v ending, refused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.denied[of]
	if d == nil || d.times < most {
		return ending{}, false
	}
	v = d.last
	v.message = fmt.Sprintf("not sent: %d requests before it were not allowed: %s", d.times, v.message)
	return v, true
}

// has says that an errand is known to be allowed.
func (p *permissions) has(of errand) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.granted[of]
}

// errandOf is what a request is.
func (r *Run) errandOf(out outgoing) errand { return errand{out.call, r.placeOf(out.items[0])} }

// spared ends the items of a request that would be refused like those before it.
func (r *Run) spared(out outgoing) bool {
	v, refused := r.permissions.refuses(r.errandOf(out), maxDenied)
	if refused {
		r.endAll(out.items, v)
	}
	return refused
}

// scouts are the items that may be cleared now. Until a deletion is known to be allowed only one item goes ahead: were it
// refused, what was taken away before it would be gone for nothing. The items of a deletion that is not allowed end.
func (r *Run) scouts(items []int) (now, later []int) {
	resources := r.resources(items)
	sent := map[errand]bool{}
	for n, i := range items {
		fresh := resources[n]
		way, _ := r.engine.lessons.way(waypoint{r.kinds[fresh.Ref.Kind].Deletion.Route(fresh), fresh.Ref.Scope}, false, asRoute)
		deletion := errand{way.route.Call, r.placeOf(i)}
		v, refused := r.permissions.refuses(deletion, mostScouts)
		switch {
		case refused:
			r.end(i, v)
		case !sent[deletion] || r.permissions.has(deletion):
			sent[deletion] = true
			now = append(now, i)
		default:
			later = append(later, i)
		}
	}
	return now, later
}
