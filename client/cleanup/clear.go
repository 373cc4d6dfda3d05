package cleanup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"janitor/client"
	"janitor/client/inventory"
)

// move is a step that has to go before an item.
type move struct {
	taken
	lane string // see [inventory.Step]
	send func(ctx context.Context, d *client.Deleter) error
}

func movesOf(steps []inventory.Step, detach bool) []move {
	var moves []move
	for _, s := range steps {
		moves = append(moves, move{taken{prerequisite(s), detach, s.Whole}, s.Lane, s.Send})
	}
	return moves
}

// work checks the items and sends them: first those that can go as they are, then those that something has to go
// before, among them what the service has refused and holds something of its own.
func (r *Run) work(ctx, sending context.Context) {
	items := r.check(sending)
	if len(items) == 0 {
		return
	}
	r.enter(Sending)
	bare, laden := r.part(items)
	r.send(ctx, sending, r.pieces(bare))
	checked := len(bare) == 0 // nothing has happened since
	for laden = r.withAside(laden); len(laden) > 0; checked = false {
		if !checked {
			laden = r.recheck(sending, laden)
		}
		scouts, rest := r.scouts(laden)
		begun, late := r.clear(ctx, sending, scouts)
		r.send(ctx, sending, r.pieces(r.recheck(sending, begun)))
		if sending.Err() != nil {
			return
		}
		laden = r.withAside(slices.Concat(late, rest))
	}
}

// part divides items by whether something has to go before them.
func (r *Run) part(items []int) (bare, laden []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		if len(r.items[i].steps.left) == 0 {
			bare = append(bare, i)
		} else {
			laden = append(laden, i)
		}
	}
	return bare, laden
}

// mayHold: the item holds something that was not taken away yet, and that may be why it is refused.
func (r *Run) mayHold(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	it, planned := &r.items[i], &r.plan.Items[i]
	emptied := it.steps.cleared && planned.Demands
	return !it.refusal.holds && !emptied && len(planned.Holds) > 0 && !planned.MayBeInUse() && it.result.Outcome == Pending
}

// askAlone keeps an item that a batch has refused without a reason, for the call that gives one.
func (r *Run) askAlone(p piece, i int, v ending) bool {
	if p.way.route.Max <= 1 || p.way.route.Alone() == nil || saysHolds(v.message) || !r.mayHold(i) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[i].refusal.alone = true
	r.aside = append(r.aside, i)
	r.tell(i, Rechecking)
	r.land(i, &v)
	return true
}

// setAside keeps a refused item for another try, once, when it holds something; v is how it ends should that not be the cause.
func (r *Run) setAside(i int, v ending) bool {
	if !r.mayHold(i) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	it.refusal.holds, it.steps.cleared = true, false
	r.aside = append(r.aside, i)
	r.tell(i, Rechecking)
	r.land(i, &v)
	return true
}

// withAside are the items and those that were set aside since, in the order of the plan.
func (r *Run) withAside(items []int) []int {
	r.mu.Lock()
	defer r.mu.Unlock()
	items = slices.Concat(items, r.aside)
	r.aside = nil
	slices.Sort(items)
	return items
}

// clear takes away what has to go before the items, one item after the other in each lane. Items whose turn comes when
// they have not been looked at for too long are left for another round: somebody may use them by then, and the service
// takes away a server that carries traffic as it takes any other. So are those that would be taken out of an object that
// another item is taken out of: what is left in it is only known when it was read again.
func (r *Run) clear(ctx, sending context.Context, items []int) (begun, later []int) {
	var pieces []piece
	changed := map[string]bool{}
	r.mu.Lock()
	for _, i := range items {
		left := r.items[i].steps.left
		if slices.ContainsFunc(left, func(m move) bool { return m.Detach && changed[m.ID] }) {
			later = append(later, i)
			continue
		}
		p := piece{items: []int{i}}
		if len(left) > 0 {
			p.lane = r.lane(i, left[0])
		}
		for _, m := range left {
			changed[m.ID] = changed[m.ID] || m.Detach
		}
		pieces = append(pieces, p)
	}
	r.mu.Unlock()
	var mu sync.Mutex
	r.engine.sideBySide(sending, pieces, func(items []int) {
		i := items[0]
		mu.Lock()
		late := len(begun) > 0 && r.stale(i)
		if late {
			later = append(later, i)
		} else {
			begun = append(begun, i)
		}
		mu.Unlock()
		if !late {
			r.clearItem(ctx, sending, i)
		}
	})
	slices.Sort(begun)
	slices.Sort(later)
	return begun, later
}

// lane is where a step must not meet another: its own lane within the scope of the item.
func (r *Run) lane(i int, m move) place {
	if m.lane == "" {
		return place{}
	}
	return place{scope: r.plan.Items[i].Resource.Ref.Scope, parent: m.lane}
}

// clearItem makes the steps of one item, one after the other, and looks again between them. It stops at what cannot be
// done, which is the item's outcome, and when the run is stopped.
func (r *Run) clearItem(ctx, sending context.Context, i int) {
	for tries := (tries{}); ; {
		if r.stale(i) {
			r.refresh(ctx, i)
		}
		m, ok := r.nextMove(i)
		if !ok {
			return
		}
		var err error
		tell := func(i int) { r.tellClearing(i, m) }
		service := r.plan.Items[i].Resource.Ref.Scope.Service()
		out := outgoing{call: m.Call, step: &m, lane: r.lane(i, m), service: service, items: []int{i}}
		sent := r.depart(sending, out, tell, func(d *client.Deleter, _ []int, _ []inventory.Resource) ([]inventory.Answer, error) {
			err = m.send(ctx, d)
			return nil, err
		})
		if !sent {
			return
		}
		if err == nil || errors.Is(err, client.NotFound) {
			tries.reset()
			r.moved(i)
			continue
		}
		v := m.failed(err)
		switch next, pause := r.after(sending, err, v, &tries); next {
		case giveUp, isRefused:
			r.end(i, v)
			return
		case sendAgain:
			r.put(i)
			if pause > 0 && r.engine.nap(sending, pause) != nil {
				return
			}
		case leaveOff:
			r.put(i)
			return
		case lookUp:
			n, ok := r.lostMove(ctx, i, v)
			if !ok || r.engine.nap(sending, n) != nil {
				return
			}
		}
	}
}

// failed is what an error of a step means for its item.
func (m move) failed(err error) ending {
	v := endingOfCall(m.Call, err)
	v.message = fmt.Sprintf("%s could not be %s: %s", m, m.did(), v.message)
	return v
}

// nextMove is the next step of an item; false: none is left, or the item has its outcome.
func (r *Run) nextMove(i int) (move, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	switch {
	case it.result.Outcome != Pending:
		return move{}, false
	case len(it.steps.left) == 0:
		it.steps.cleared = true
		r.tell(i, Rechecking)
		return move{}, false
	}
	return it.steps.left[0], true
}

// moved notes that the first step that was left is done.
func (r *Run) moved(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	m := it.steps.left[0]
	it.steps.left = it.steps.left[1:]
	it.steps.add(m.taken)
	r.share(i, m.taken)
	r.land(i, it.instead)
}

// share notes a step that is done for all other items that it has taken out of use as well. With the lock held.
func (r *Run) share(by int, done taken) {
	if !done.Detach {
		return
	}
	for i := range r.items {
		it := &r.items[i]
		if i == by || it.result.Outcome != Pending {
			continue
		}
		if n := slices.IndexFunc(it.steps.left, func(m move) bool { return m.doneByAny([]taken{done}) }); n >= 0 {
			it.steps.add(it.steps.left[n].taken)
			it.steps.left = slices.Delete(slices.Clone(it.steps.left), n, n+1)
		}
	}
}

// flyingMoves are the steps in flight that take something out of use. With the lock held.
func (r *Run) flyingMoves() []taken {
	var flying []taken
	for i := range r.items {
		if it := &r.items[i]; it.flying && len(it.steps.left) > 0 && it.steps.left[0].Detach {
			flying = append(flying, it.steps.left[0].taken)
		}
	}
	return flying
}

// refresh reads an item again between its steps: somebody may use it by now.
func (r *Run) refresh(ctx context.Context, i int) {
	now, left, ends := r.rejudge(ctx, i)
	if ends != nil {
		r.end(i, *ends)
		return
	}
	r.prepare(i, now, left)
}

// rejudge is judge with a look that readers of the same place share.
func (r *Run) rejudge(ctx context.Context, i int) (now *view, left []move, ends *ending) {
	now = r.read(ctx, reading{r.placeOf(i), true}, []int{i})
	r.saw([]int{i}, now)
	left, ends = r.judge(i, now, r.leaving())
	return now, left, ends
}

// put takes an item out of flight as it is.
func (r *Run) put(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.land(i, r.items[i].instead)
}

// lostMove deals with a step whose answer says nothing about whether it was applied: the item is read again and judged
// again, and what is then left to do is done, a few times. It says how often that was; false: the item has ended.
func (r *Run) lostMove(ctx context.Context, i int, v ending) (times int, on bool) {
	now, left, ends := r.rejudge(ctx, i)
	if err := now.bad[r.placeOf(i)]; offline(err) && r.cutOff(err) { // resume reads it back
		r.put(i)
		return 0, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	if ends != nil {
		ends.message = v.message + "; " + ends.message
		if ends.code == "" && ends.requestID == "" {
			ends.code, ends.requestID = v.code, v.requestID
		}
		r.close(i, *ends)
		return 0, false
	}
	there := false
	for n, m := range it.steps.left {
		if slices.ContainsFunc(left, func(l move) bool { return l.same(m.taken) }) {
			there = there || n == 0
		} else {
			it.steps.add(m.taken)
			r.share(i, m.taken)
		}
	}
	it.saw(now.found[it.result.Ref], now, left)
	if it.steps.lost++; it.steps.lost >= maxLost && there {
		v.message += "; read back: still there"
		r.close(i, v)
		return 0, false
	}
	r.land(i, it.instead)
	return it.steps.lost, true
}

// tellClearing reports the next step of an item, once; of many, only some. With the lock held.
func (r *Run) tellClearing(i int, m move) {
	it := &r.items[i]
	n, most := len(it.steps.done)+1, len(it.steps.done)+len(it.steps.left)
	if it.told.clearing == maxCleared || most > maxCleared && n > 1 && n*maxCleared/most == (n-1)*maxCleared/most {
		return
	}
	doing := it.steps.doing(m)
	if it.told.last == Clearing && it.told.doing == doing {
		return
	}
	it.told.clearing++
	it.told.last, it.told.doing = Clearing, doing
	r.emit(Event{Step: Clearing, Item: i, Result: it.result, Note: doing})
}
