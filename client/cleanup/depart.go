package cleanup

import (
	"context"

	"janitor/client"
	"janitor/client/inventory"
)

// outgoing is a request that changes something: a deletion of items, a step for one, or what makes them again.
type outgoing struct {
	call    string
	step    *move
	lane    place
	service string
	items   []int
	in      *entry // permission to send it; nil: depart waits for one
	making  *inventory.Making
	twins   []string // what was there before and looks like what is made
}

// depart is the only way in which a changing request of a run goes out. It waits for the lane and for permission, unless it has
// that already, makes sure that the run still goes on, marks the items as in flight and puts the intent on disk. Then send is
// given the items that really are to be sent, as they were seen last. False: nothing was sent; the items have ended, or will
// by what stopped the run.
func (r *Run) depart(
	sending context.Context, out outgoing, tell func(i int),
	send func(*client.Deleter, []int, []inventory.Resource) ([]inventory.Answer, error),
) bool {
	if out.in == nil {
		in, err := r.engine.enter(sending, r.deleter, out.lane, out.service)
		if err != nil {
			return false
		}
		out.in = &in
	}
	defer out.in.leave()
	if r.spared(out) {
		return false
	}
	open, resources := r.takeOff(out.items, tell)
	if len(open) == 0 {
		return false
	}
	request, err := r.intend(out, open)
	if err != nil {
		r.unwritten(err)
		for _, i := range open {
			r.put(i)
		}
		return false
	}
	landed := r.traffic.leaves(out.service)
	var id string // the service's id of a request that succeeded
	d := out.in.deleter
	if d != nil {
		d = d.Noting(&id)
	}
	answers, err := send(d, open, resources)
	landed(err)
	r.replied(request, out, open, answers, id, err)
	r.permissions.learn(r.errandOf(out), err)
	return true
}

// takeOff marks items as in flight and returns those that really are to be sent, as they will be sent: none when
// the run was stopped meanwhile.
func (r *Run) takeOff(items []int, tell func(i int)) ([]int, []inventory.Resource) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped.goesOn() {
		return nil, nil
	}
	var (
		open      []int
		resources []inventory.Resource
	)
	for _, i := range items {
		it := &r.items[i]
		if it.result.Outcome != Pending {
			continue
		}
		if it.sentAt.IsZero() {
			it.sentAt = r.engine.now()
		}
		tell(i)
		it.flying = true
		open, resources = append(open, i), append(resources, it.seen.resource)
	}
	return open, resources
}

// putBack takes items out of flight, to be sent again; otherwise is how they end should the run be stopped before
// that, nil as the stop says. False: it was stopped already, and there is nothing to send again.
func (r *Run) putBack(items []int, otherwise *ending) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		r.land(i, otherwise)
	}
	return r.stopped.goesOn()
}

// land is putBack for one item, with the lock held.
func (r *Run) land(i int, otherwise *ending) {
	r.items[i].flying = false
	r.items[i].instead = otherwise
	if !r.stopped.goesOn() {
		r.close(i, r.unsent(i))
	}
}

// unsent is the outcome of an item that a stopped run does not send (again). With the lock held.
func (r *Run) unsent(i int) ending {
	if v := r.items[i].instead; v != nil {
		return *v
	}
	return *r.stopped.items
}
