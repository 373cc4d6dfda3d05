package cleanup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"janitor/client"
	"janitor/client/inventory"
)

// bring makes what is left to be made of items that go together or one after the other, up to what comes late.
func (r *Run) bring(ctx, sending context.Context, items []int, late bool) {
	for tries := (tries{}); sending.Err() == nil; {
		m, together := r.nextMaking(items, late)
		if len(together) == 0 {
			return
		}
		twins := r.undo.all[together[0]].Twins[m.Part]
		open, ids, err := r.sendMaking(ctx, sending, m, together, twins)
		if len(open) == 0 {
			return
		}
		if err == nil {
			tries.reset()
			if !r.answeredMaking(ctx, sending, m, open, ids, twins) {
				return
			}
			continue
		}
		v := unmade(m, err)
		switch next, pause := r.after(sending, err, v, &tries); next {
		case giveUp:
			r.endMakings(open, v)
			return
		case isRefused:
			if len(open) > 1 && !m.Late && divisible(err) { // one of them spoils it, or it is too big
				r.putMakings(open)
				half := (len(open) + 1) / 2
				r.bring(ctx, sending, open[:half], late)
				r.bring(ctx, sending, open[half:], late)
				return
			}
			r.endMakings(open, v)
		case sendAgain:
			r.putMakings(open)
			if pause > 0 && r.engine.nap(sending, pause) != nil {
				return
			}
		case leaveOff:
			r.putMakings(open)
			return
		case lookUp:
			if !r.doubted(ctx, sending, open, m.Part, twins, v) {
				return
			}
		}
	}
}

// sendMaking sends a request that makes a part of items; open are those that it was sent for, none when it was not sent. The
// ids are those of what was made, "" where the answer does not show it.
func (r *Run) sendMaking(ctx, sending context.Context, m inventory.Making, items []int, twins []string) (open []int, ids []string, err error) {
	out := outgoing{
		call: m.Call, lane: r.makingLane(items[0], m), service: r.plan.Items[items[0]].Resource.Ref.Scope.Service(), items: items,
		making: &m, twins: twins,
	}
	tell := func(i int) { r.tellMaking(i, m) }
	r.depart(sending, out, tell, func(d *client.Deleter, sent []int, _ []inventory.Resource) ([]inventory.Answer, error) {
		open = sent
		all := make([]*inventory.Comeback, len(open))
		for n, i := range open {
			all[n] = r.undo.all[i].Comeback
		}
		if m.Late { // one request for all that it concerns
			all = all[:1]
		}
		ids, err = m.Send(ctx, d, all)
		if m.Late && err == nil {
			ids = slices.Repeat(ids, len(open))
		}
		if err == nil {
			ids = r.believable(open, m, ids)
		}
		return r.madeAnswers(open, ids), err
	})
	return open, ids, err
}

// answeredMaking notes what an answer shows as made, and reads back what it does not. False: there is nothing to go on with.
func (r *Run) answeredMaking(ctx, sending context.Context, m inventory.Making, items []int, ids, twins []string) bool {
	var doubts []int
	for n, i := range items {
		if ids[n] == "" {
			doubts = append(doubts, i)
		} else {
			r.wasMade(i, m.Part, ids[n], false)
		}
	}
	return r.doubted(ctx, sending, doubts, m.Part, twins, ending{outcome: Failed, message: "the answer does not show it"})
}

// unmade is what an error of making something means for its item.
func unmade(m inventory.Making, err error) ending {
	v := endingOfCall(m.Call, err)
	if m.Part != inventory.Itself {
		v.message = fmt.Sprintf("%s could not be brought back: %s", m, v.message)
	}
	return v
}

// nextMaking is the next request, and the items that it is for.
func (r *Run) nextMaking(items []int, late bool) (m inventory.Making, together []int) {
	for _, i := range r.pending(items) {
		c := r.undo.all[i]
		next, ok := c.next()
		switch {
		case !ok, next.Late && !late:
			continue
		case len(together) == 0:
			m, together = next, []int{i}
		case m.Most > len(together) && next.Part == m.Part:
			together = append(together, i)
		}
		if m.Most <= len(together) {
			break
		}
	}
	if !m.Late || len(together) == 0 {
		return m, together
	}
	// It concerns all that were taken out of the same object and are back.
	for i, c := range r.undo.all {
		if c == nil || i == together[0] || c.ID() == "" || len(r.pending([]int{i})) == 0 {
			continue
		}
		if c.Awaits(m.Part) {
			together = append(together, i)
		}
	}
	return m, together
}

// believable drops ids that cannot be those of something new: they were there before, or were given to another item.
func (r *Run) believable(items []int, m inventory.Making, ids []string) []string {
	if len(ids) != len(items) {
		return make([]string, len(items))
	}
	ids = slices.Clone(ids)
	if m.Part != inventory.Itself || m.Most > 1 {
		return ids
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, i := range items {
		c := r.undo.all[i]
		if c.Known[ids[n]] || r.undo.claimed[claim{c.Ref.Kind, ids[n]}] {
			ids[n] = ""
		}
	}
	return ids
}

// madeAnswers are the answer of a making as the journal has it: what is not shown is not in it.
func (r *Run) madeAnswers(items []int, ids []string) []inventory.Answer {
	var answers []inventory.Answer
	for n, i := range items {
		if n < len(ids) && ids[n] != "" {
			answers = append(answers, inventory.Answer{ID: r.plan.Items[i].Resource.Ref.ID, Said: inventory.SaidMade, New: ids[n]})
		}
	}
	return answers
}

// wasMade notes a part that is there now by our doing; found: a list says so, not the answer. It ends an item that lacks
// nothing more.
func (r *Run) wasMade(i int, part, id string, found bool) {
	c := r.undo.all[i]
	r.mu.Lock()
	if part == inventory.Itself && c.Made[part] != id {
		c.Made = map[string]string{} // what one before had made went with it
	}
	c.Made[part] = id
	if c.There == nil {
		c.There = map[string]string{}
	}
	c.There[part] = id
	c.ours[part] = true
	r.undo.claimed[claim{c.Ref.Kind, id}] = true
	if part == inventory.Itself {
		r.undo.now[c.Ref] = id
	}
	it := &r.items[i]
	if part == inventory.Itself && id != c.Ref.ID {
		it.result.NewID = id
	}
	if found {
		r.record.write(lineMade, made{Item: i, Parts: map[string]string{part: id}})
	}
	r.mu.Unlock()
	if c.whole() {
		r.back(i)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.land(i, r.halfway(i))
}

// halfway is how an item ends of which something is there by our doing, should the run be stopped. With the lock held.
func (r *Run) halfway(i int) *ending {
	c := r.undo.all[i]
	if len(c.ours) == 0 {
		return nil
	}
	return &ending{outcome: Cancelled, message: fmt.Sprintf("cancelled when only a part of it was back: %s; undo again brings the rest", c.ID())}
}

// back ends an item of which nothing is left to be made.
func (r *Run) back(i int) {
	c := r.undo.all[i]
	v := ending{outcome: AlreadyThere}
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	if len(c.ours) > 0 {
		v.outcome, v.requestID = Restored, r.record.book.madeBy(i)
	}
	if id := c.ID(); id != c.Ref.ID {
		it.result.NewID = id
	}
	v.message = strings.Join(c.Aside, "; ")
	r.close(i, v)
}

func (r *Run) putMakings(items []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		r.land(i, r.halfway(i))
	}
}

func (r *Run) endMakings(items []int, v ending) {
	for _, i := range items {
		v := v
		if c := r.undo.all[i]; c.ID() != "" && c.ID() != c.Ref.ID && c.ours[inventory.Itself] {
			v.message = fmt.Sprintf("only a part of it is back: %s", v.message)
		}
		r.end(i, v)
	}
}

// doubted reads back what a request may have made: what is there is ours, what is not may be sent again, a few times.
// False: there is nothing to go on with. What was there and looked the same before the request are the twins.
func (r *Run) doubted(ctx, sending context.Context, items []int, part string, twins []string, v ending) bool {
	if len(items) == 0 {
		return true
	}
	r.mu.Lock()
	for _, i := range items {
		r.tell(i, Reading)
	}
	r.mu.Unlock()
	absent, whole := r.readMakings(ctx, items, part, twins, v)
	if !whole {
		return false
	}
	if len(absent) == 0 {
		return true
	}
	r.seenMade(sight{Gone: absent})
	v.message += "; read back: not there"
	again, worst := r.survivingMakings(absent, v)
	if len(again) == 0 {
		return true
	}
	r.mu.Lock()
	for _, i := range again {
		r.land(i, cmp.Or(r.halfway(i), &v))
	}
	r.mu.Unlock()
	return r.engine.nap(sending, worst) == nil
}

// readMakings reads back what a request may have made, and gives the items of which nothing is there. False: it was stopped
// before that was certain, and the items are unknown.
func (r *Run) readMakings(ctx context.Context, items []int, part string, twins []string, v ending) (absent []int, whole bool) {
	kind := r.kinds[r.plan.Items[items[0]].Resource.Ref.Kind]
	unknown := func(i int, why string) {
		r.mayBeMade(i, part, twins)
		w := v
		w.outcome, w.message = Unknown, v.message+"; "+why
		r.end(i, w)
	}
	for lag := 0; lag <= maxLag && len(items) > 0; lag++ { // lists can lag behind, as in prove
		if lag > 0 && r.engine.nap(ctx, lag) != nil { // one list does not say that it is not there: whoever resumes reads again
			for _, i := range items {
				unknown(i, "not read back to the end")
			}
			return nil, false
		}
		r.lookAt(ctx, kind, items)
		var rest []int
		for _, i := range items {
			switch id, unclear := r.readMaking(i, part, twins); {
			case unclear != "":
				if err := r.undo.all[i].Err; offline(err) { // resume reads it back
					r.cutOff(err)
				}
				r.seenMade(sight{Unknown: []int{i}})
				unknown(i, unclear)
			case id == "":
				rest = append(rest, i)
			default:
				r.seenMade(sight{There: []int{i}})
				r.wasMade(i, part, id, true)
			}
		}
		items = rest
	}
	return items, true
}

// survivingMakings are those of the items that may be sent for again, and how often the request for one of them was lost at
// most; the others end.
func (r *Run) survivingMakings(items []int, v ending) (again []int, worst int) {
	for _, i := range items {
		r.mu.Lock()
		r.undo.all[i].lost++
		n := r.undo.all[i].lost
		r.mu.Unlock()
		if n >= maxLost {
			r.endMakings([]int{i}, v)
			continue
		}
		worst = max(worst, n)
		again = append(again, i)
	}
	return again, worst
}

// mayBeMade notes it for whoever tries again.
func (r *Run) mayBeMade(i int, part string, twins []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	by := cmp.Or(r.record.name(), "a run without a record")
	r.undo.perhaps[r.plan.Items[i].Resource.Ref] = &maybe{by, part, twins}
}

// readMaking is the id of what a request has made, "" when it is not there; unclear: which it is cannot be told.
func (r *Run) readMaking(i int, part string, twins []string) (id, unclear string) {
	c := r.undo.all[i]
	if c.Err != nil {
		return "", "could not be read back: " + c.Err.Error()
	}
	if id := c.There[part]; id != "" {
		return id, ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var fresh []string
	for _, id := range c.Twins[part] {
		if !slices.Contains(twins, id) && !r.undo.claimed[claim{c.Ref.Kind, id}] {
			fresh = append(fresh, id)
		}
	}
	switch {
	case len(fresh) == 0:
		return "", ""
	case len(fresh) == 1 && !c.Differ[fresh[0]]:
		return fresh[0], ""
	case len(fresh) == 1:
		return "", "something of the same name has appeared since, and is not as it was: " + fresh[0]
	}
	slices.Sort(fresh)
	return "", fmt.Sprintf("%d that look like it have appeared since; which of them this run made is not known: %s", len(fresh), strings.Join(fresh, ", "))
}

// seenMade is the line of what a list showed.
func (r *Run) seenMade(s sight) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range slices.Concat(s.There, s.Gone) {
		r.items[i].unread = false
	}
	r.record.write(lineRead, s)
	r.record.book.read(s)
}

// unread: a request may have reached the item, and no list was read since.
func (r *Run) unread(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.items[i].unread
}

// takeUpMakings reads back what a run that is resumed may have made without an answer.
func (r *Run) takeUpMakings(ctx, sending context.Context, items []int) []int {
	if r.past == nil {
		return items
	}
	for _, i := range items {
		if making := r.past.Items[i].making; making != nil && r.unread(i) {
			r.doubted(ctx, sending, []int{i}, making.Part, making.Twins, ending{outcome: Cancelled, message: "the run was broken off before the answer came"})
		}
	}
	return r.pending(items)
}

// takeUpDoubts looks for what an undo before this one may have made. Until that is known it is not made again.
func (r *Run) takeUpDoubts(ctx context.Context, items []int) []int {
	var found []int
	for _, i := range items {
		d := r.keptOf(i).Perhaps
		if d == nil || r.undo.all[i].Made[d.Part] != "" {
			continue
		}
		switch id, unclear := r.readMaking(i, d.Part, d.Twins); {
		case unclear != "":
			r.end(i, ending{outcome: Unknown, message: "an earlier undo may have made it: " + unclear})
		case id != "":
			r.mu.Lock()
			r.undo.all[i].Made[d.Part] = id
			r.undo.claimed[claim{r.plan.Items[i].Resource.Ref.Kind, id}] = true
			r.record.write(lineMade, made{Item: i, Parts: map[string]string{d.Part: id}, By: d.By})
			r.mu.Unlock()
			found = append(found, i)
		}
	}
	if len(found) > 0 { // with what is in it
		r.lookAll(ctx, found)
	}
	return r.pending(items)
}

// tellMaking reports the next request for an item; of many, only some. With the lock held.
func (r *Run) tellMaking(i int, m inventory.Making) {
	it := &r.items[i]
	if m.Part == inventory.Itself {
		r.tell(i, Sent)
		return
	}
	if it.told.clearing == maxCleared {
		return
	}
	it.told.clearing++
	it.told.last = Sent
	r.emit(Event{Step: Sent, Item: i, Result: it.result, Note: "bringing back " + m.String()})
}

// proveBack reads closing lists and compares them with what is said to be there.
func (r *Run) proveBack(ctx context.Context) {
	var items []int
	r.mu.Lock()
	for i := range r.items {
		o := r.items[i].result.Outcome
		if (o == Restored || o == AlreadyThere) && r.undo.all[i] != nil {
			items = append(items, i)
		}
	}
	r.mu.Unlock()
	if len(items) == 0 || ctx.Err() != nil {
		return
	}
	r.enter(Proving)
	left := items
	told := map[string]bool{}
	for lag := 0; lag <= maxLag && len(left) > 0; lag++ { // lists can lag behind, as in prove
		if lag > 0 && r.engine.nap(ctx, lag) != nil {
			return
		}
		var late []int
		for kind, of := range r.kindByKind(left) {
			r.lookAt(ctx, kind, of)
			late = append(late, r.compareBack(of, lag == maxLag, told)...)
		}
		left = late
	}
}

// compareBack concludes what was seen of items, and gives those of which something is not there, as long as that may be for a
// list that lags behind: not at the last look. An error that many items share is told once.
func (r *Run) compareBack(items []int, last bool, told map[string]bool) (late []int) {
	for _, i := range items {
		lacks, err := r.lacking(i), r.undo.all[i].Err
		switch {
		case lacks != "" && !last:
			late = append(late, i)
		case lacks != "" || err == nil:
			r.concludeBack(i, lacks)
		case !told[err.Error()]:
			told[err.Error()] = true
			r.unproved(err)
		}
	}
	return late
}

// lacking says what of an item is not there although this run has made it, or found it.
func (r *Run) lacking(i int) string {
	c := r.undo.all[i]
	switch {
	case errors.Is(c.Err, errNotShown):
		return "it"
	case c.Err != nil:
		return ""
	}
	return c.Lacking(c.ours)
}

// concludeBack is the only change that an outcome of an undo can see.
func (r *Run) concludeBack(i int, lacks string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := &r.items[i].result
	if lacks != "" {
		res.Outcome = Failed
		res.Message = strings.TrimPrefix(res.Message+"; the closing list does not have "+lacks, "; ")
	}
	res.Proved = lacks == ""
	if r.items[i].noted.outcome {
		r.record.write(lineProof, endedOf(i, res))
	}
	r.emit(Event{Step: Proved, Item: i, Result: *res})
}
