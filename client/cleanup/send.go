package cleanup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"janitor/client"
	"janitor/client/inventory"
)

// send works through the pieces, those of each service on their own: one that makes its requests wait holds up no other.
func (r *Run) send(ctx, sending context.Context, pieces []piece) {
	of := map[string][]piece{}
	for _, p := range pieces {
		service := p.way.scope.Service()
		of[service] = append(of[service], p)
	}
	var wg sync.WaitGroup
	for service, pieces := range of {
		q := newQueue(pieces, r.engine.atOnce, r.engine.turns)
		r.traffic.follow(service, q)
		admit := func() (entry, error) {
			return admit(sending, r.deleter, service, func() int { return r.more(service, q) })
		}
		size := func(p piece, aloft []*flight) (waypoint, int) { return r.size(service, p, aloft) }
		if r.record.journal != nil {
			wg.Go(func() { r.writeAhead(sending, q.items(), q.left) })
		}
		wg.Go(func() {
			renew := func(p piece) piece { return r.renew(sending, q, p) }
			each(sending, q, admit, size, renew, func(p piece, in entry) []piece { return r.request(ctx, sending, p, in) })
		})
	}
	wg.Wait()
}

// request sends one piece and sees every item of it through to its outcome, or hands back what is to be sent again.
func (r *Run) request(ctx, sending context.Context, p piece, in entry) (left []piece) {
	var (
		answers []inventory.Answer
		err     error
	)
	tell := func(i int) { r.tell(i, Sent) }
	out := outgoing{call: p.way.route.Call, lane: p.lane, service: p.way.scope.Service(), items: p.items, in: &in}
	began := r.engine.now()
	sent := r.depart(sending, out, tell, func(d *client.Deleter, items []int, resources []inventory.Resource) ([]inventory.Answer, error) {
		p.items = items
		r.engine.lessons.learn(p.way, func(l *lesson) { l.sent(len(items), r.engine.now()) })
		answers, err = p.way.route.Send(ctx, d, resources)
		return answers, err
	})
	if !sent {
		return nil
	}
	if err != nil {
		return r.refused(ctx, sending, p, err)
	}
	r.accepted(p, r.engine.now().Sub(began))
	if p.from.route != nil && len(answers) > 0 && answers[0].Said == inventory.SaidDeleted { // so it was not the item
		r.absent(p.from)
	}
	return r.answered(ctx, sending, p, answers)
}

// doubt is an item whose fate an answer left open; if is what it is should it still be there.
type doubt struct {
	item int
	is   ending
}

// answered takes the service's word for each id about which the answer says one thing. The rest is read back. An answer that
// contradicts itself or speaks of something else is not believed at all. It hands back what is to be sent again, because the
// service had trouble of its own with it.
func (r *Run) answered(ctx, sending context.Context, p piece, answers []inventory.Answer) (left []piece) {
	said, distrust, alien := r.words(p.items, answers)
	var last inventory.Answer // for the request id of what is not mentioned
	if len(answers) > 0 {
		last = answers[len(answers)-1]
	}
	if alien != nil {
		why := safetyStop(alien.ID)
		r.stop(stoppage{items: &ending{outcome: Cancelled, requestID: alien.RequestID, message: why}, why: why, alarm: why})
	}
	var doubts []doubt
	for _, i := range p.items {
		a, mentioned := said[r.plan.Items[i].Resource.Ref.ID]
		v := ending{code: a.Code, message: a.Message, requestID: a.RequestID}
		switch {
		case distrust != "":
			v.message, v.requestID = distrust, last.RequestID
		case !mentioned:
			v.message, v.requestID = "the answer does not mention it", last.RequestID
		case a.Said == inventory.SaidDeleted:
			v.outcome = Deleted
		case a.Said == inventory.SaidGone:
			v.outcome = r.gone(i)
		case a.Said == inventory.SaidRefused:
			v.outcome = Blocked
			if r.askAlone(p, i, v) || aboutHolds(v.message) && r.setAside(i, v) {
				continue
			}
			if p.way.route.Max > 1 && !r.kinds[p.at.kind].Deletion.UsedToo {
				r.unexplained(i)
			}
		case v.message == "":
			v.message = "the answer is unclear"
		}
		if v.outcome == Pending {
			v.outcome = Failed
			doubts = append(doubts, doubt{i, v})
			continue
		}
		r.end(i, v)
	}
	return r.resolve(ctx, sending, p, doubts)
}

// resolve reads back what an answer left open. It hands back what the service had trouble of its own with, a few times; what
// else is still there ends, or is asked for alone.
func (r *Run) resolve(ctx, sending context.Context, p piece, doubts []doubt) (left []piece) {
	var troubled []int
	worst := 0
	for _, d := range r.readBack(ctx, p.at, doubts, Deleted) {
		if d.is.code == internalTrouble {
			if n := r.countLost(d.item); n < maxLost {
				troubled, worst = append(troubled, d.item), max(worst, n)
				continue
			}
		}
		if r.askAlone(p, d.item, d.is) {
			continue
		}
		r.end(d.item, d.is)
	}
	if len(troubled) == 0 {
		return nil
	}
	p.items = troubled
	left = r.again(&ending{outcome: Failed, code: internalTrouble, message: "failed; read back: still there"}, p)
	if len(left) > 0 && r.engine.nap(sending, worst) != nil {
		return nil // whoever stopped the run ends the items
	}
	return left
}

// internalTrouble is the code of ELB for trouble of its own (api.md 6.2).
const internalTrouble = "ELB.8906"

func safetyStop(alien string) string {
	return fmt.Sprintf("safety stop: the service answered about %q, which was not asked for", alien)
}

// unasked: the id is none of those asked about, however it is spelt.
func unasked(id string, asked []string) bool {
	plain := func(id string) string { return strings.ToLower(strings.ReplaceAll(id, "-", "")) }
	return !slices.ContainsFunc(asked, func(a string) bool { return plain(a) == plain(id) })
}

// words are what an answer says of each id; distrust says why it is not to be believed, alien is what it says of
// something else.
func (r *Run) words(items []int, answers []inventory.Answer) (said map[string]inventory.Answer, distrust string, alien *inventory.Answer) {
	ids := make([]string, len(items))
	asked := make(map[string]bool, len(items))
	for n, i := range items {
		ids[n] = r.plan.Items[i].Resource.Ref.ID
		asked[ids[n]] = true
	}
	said = make(map[string]inventory.Answer, len(answers))
	for n, a := range answers {
		if !asked[a.ID] {
			distrust = fmt.Sprintf("the answer speaks of %q, which was not asked for", a.ID)
			if alien == nil && unasked(a.ID, ids) {
				alien = &answers[n]
			}
		}
		if before, doubled := said[a.ID]; doubled && (before.Said != a.Said || before.Code != a.Code) {
			distrust = fmt.Sprintf("the answer contradicts itself about %q", a.ID)
		}
		said[a.ID] = a
	}
	return said, distrust, alien
}

// gone is what "not found" means for an item: our own doing when an earlier request may have been applied.
func (r *Run) gone(i int) Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.items[i].doubt {
		return Deleted
	}
	return AlreadyGone
}

// refused deals with a request that has no answer for each item.
func (r *Run) refused(ctx, sending context.Context, p piece, err error) (left []piece) {
	v := endingOfCall(p.way.route.Call, err)
	sent := len(p.items)
	if partly(sent, err) {
		if p.items = r.survivors(ctx, p, v); len(p.items) == 0 {
			return nil
		}
	}
	switch alone, instead := p.way.route.Alone(), p.way.route.Instead; {
	case errors.Is(err, client.RouteAbsent) && alone != nil:
		r.absent(p.way)
		return r.again(nil, p)
	case errors.Is(err, client.RouteAbsent) && instead != nil:
		return r.againBy(instead, p, v)
	case errors.Is(err, client.NotFound) && alone != nil: // the call or something in it: the answer does not say
		p.way.route = alone
		return r.again(nil, p)
	case errors.Is(err, client.NotFound):
		return r.notFound(ctx, p, v)
	case errors.Is(err, client.Pending) && r.heldBack(p, v, err):
		return nil
	}
	next, pause := r.after(sending, err, v, &p.tries)
	if errors.Is(err, client.Pending) && len(p.items) > 1 && p.waits > maxWaitTogether {
		return r.again(nil, halves(p)...)
	}
	switch next {
	case giveUp:
		r.endAll(p.items, v)
		return nil
	case leaveOff:
		return r.again(nil, p)
	case sendAgain:
		left = r.again(nil, p)
		if left != nil && pause > 0 && r.engine.nap(sending, pause) != nil {
			return nil // whoever stopped the run ends the items
		}
		return left
	case lookUp:
		return r.lost(ctx, sending, p, v, err)
	}
	return r.divide(p, sent, v, err)
}

// notFound reads back what the service does not know. What is still there may lack the call only, and goes by another one.
func (r *Run) notFound(ctx context.Context, p piece, v ending) (left []piece) {
	there := r.readBack(ctx, p.at, doubtsOf(p, v), AlreadyGone)
	instead := p.way.route.Instead
	if instead == nil || len(there) == 0 {
		for _, d := range there {
			if d.is.code == "" { // as of a server that does not know the path
				d.is.message += "; perhaps this cloud does not have the call " + p.way.route.Call
			}
			r.end(d.item, d.is)
		}
		return nil
	}
	p.items = nil
	for _, d := range there {
		p.items = append(p.items, d.item)
	}
	v.message += "; read back: still there"
	return r.againBy(instead, p, v)
}

// divide deals with a piece that was refused when it was so many items: perhaps one of them spoils it, or it is too big. What
// remains refused ends so.
func (r *Run) divide(p piece, sent int, v ending, err error) (left []piece) {
	if divisible(err) && sent > 1 {
		if aboutSize(err) {
			r.engine.lessons.learn(p.way, func(l *lesson) { l.tooBig(p.way.route, sent) })
			if _, most := r.engine.lessons.way(p.way, false, asTried); sent > p.way.route.Max && most < sent && !p.part { // its size it is
				return r.again(nil, p)
			}
		}
		return r.again(nil, halves(p)...)
	}
	if aboutSize(err) && p.part { // it was this item that spoilt the batches, not their size
		r.engine.lessons.learn(p.way, func(l *lesson) { l.refused = 0 })
	}
	if alone := p.way.route.Alone(); aboutSize(err) && alone != nil { // the item, or batches of any size: the other call will tell
		return r.againBy(alone, p, v)
	}
	if r.heldBack(p, v, err) {
		return nil
	}
	r.endAll(p.items, v)
	return nil
}

// heldBack: one item was refused and is set aside as what it holds may be the cause. The services have many words for
// that, also those for a change under way. What has another cause is not emptied.
func (r *Run) heldBack(p piece, v ending, err error) bool {
	if len(p.items) != 1 || unsent(err) || !errors.Is(err, client.InUse) && !errors.Is(err, client.Pending) && !saysHolds(v.message) {
		return false
	}
	return !errors.Is(err, client.Forbidden) && !errors.Is(err, client.Protected) && aboutHolds(v.message) && r.setAside(p.items[0], v)
}

// absent remembers that a place lacks a call; there is another one.
func (r *Run) absent(w waypoint) {
	if r.engine.lessons.learn(w, func(l *lesson) { l.absent = true }) {
		r.note("%s does not work here: going on with %s", w.route.Call, w.route.Instead.Call)
	}
}

func halves(p piece) []piece {
	half := len(p.items) / 2
	p.part = true
	if half == 0 {
		return []piece{p}
	}
	first, second := p, p
	first.items, second.items = p.items[:half:half], p.items[half:]
	return []piece{first, second}
}

// survivors are the items of a refused batch that are still there; the others end.
func (r *Run) survivors(ctx context.Context, p piece, v ending) (left []int) {
	for _, d := range r.readBack(ctx, p.at, doubtsOf(p, v), Deleted) {
		left = append(left, d.item)
	}
	return left
}

func doubtsOf(p piece, v ending) []doubt {
	doubts := make([]doubt, len(p.items))
	for n, i := range p.items {
		doubts[n] = doubt{i, v}
	}
	return doubts
}

// lost deals with a request whose answer does not say whether it was applied: what is still there is sent again a few times,
// and read back before each. One item can be too much for the service and take its batch down with it: in the end each is sent
// once more on its own.
func (r *Run) lost(ctx, sending context.Context, p piece, v ending, err error) (left []piece) {
	r.engine.lessons.learn(p.way, func(l *lesson) { l.unanswered(p.way.route, len(p.items)) })
	next, apart := p, p
	next.items, apart.items, apart.way.route = nil, nil, p.way.route.Alone()
	spoilt := statusOf(err) == http.StatusInternalServerError && apart.way.route != nil
	worst := 1
	for _, d := range r.readBack(ctx, p.at, doubtsOf(p, v), Deleted) {
		switch n := r.countLost(d.item); {
		case n < maxLost:
			worst = max(worst, n)
			next.items = append(next.items, d.item)
		case spoilt:
			apart.items = append(apart.items, d.item)
		default:
			r.end(d.item, d.is)
		}
	}
	for _, p := range []piece{next, apart} {
		if len(p.items) > 0 {
			left = append(left, p)
		}
	}
	if len(left) == 0 {
		return nil
	}
	v.message += "; read back: still there"
	left = r.again(&v, left...)
	if left != nil && r.engine.rally(sending, worst, err) != nil {
		return nil // whoever stopped the run ends the items
	}
	return left
}

// again hands pieces back to be sent again; see putBack for otherwise.
func (r *Run) again(otherwise *ending, pieces ...piece) []piece {
	on := true
	for _, p := range pieces {
		on = r.putBack(p.items, otherwise) && on
	}
	if !on {
		return nil
	}
	return pieces
}

// againBy hands a piece back to go by another call. That the place lacks the first one is only remembered when the other one is
// there.
func (r *Run) againBy(route *inventory.Route, p piece, otherwise ending) []piece {
	p.from, p.way.route = p.way, route
	return r.again(&otherwise, p)
}

// endAll gives items one outcome.
func (r *Run) endAll(items []int, v ending) {
	for _, i := range items {
		r.end(i, v)
	}
}
