package cleanup

import (
	"cmp"
	"context"
	"slices"

	"janitor/client/inventory"
)

// prove reads one closing list for each place that a deletion concerned and compares it with the outcomes.
func (r *Run) prove(ctx context.Context) {
	items, mute := r.concerned()
	if len(items)+len(mute) == 0 || ctx.Err() != nil {
		return
	}
	r.enter(Proving)
	var now *view
	if len(mute) > 0 {
		var missed []int
		now, missed = r.explain(ctx, items, mute)
		items = append(items, missed...)
	}
	if len(items) == 0 {
		return
	}
	if now == nil {
		now = r.engine.list(ctx, r.kinds, r.resources(items))
	}
	r.outwaitLag(ctx, items, now)
	made := r.census.since(now, r.kinds)
	told := map[place]bool{}
	for _, i := range items {
		at := r.placeOf(i)
		err := now.bad[at]
		if offline(err) {
			at = place{} // a note for all
		}
		if err != nil && !told[at] {
			told[at] = true
			r.unproved(err)
		}
		r.conclude(i, now, made)
	}
}

// outwaitLag reads again what a view still shows although it is said to be gone. A list can lag behind a deletion, for up to ten
// seconds (api.md 4.7): only what the last one still shows has reappeared, or stayed. What the service says to be still deleting
// is waited for longer.
func (r *Run) outwaitLag(ctx context.Context, items []int, now *view) {
	back := slices.DeleteFunc(slices.Clone(items), func(i int) bool { return !r.lingers(i, now) })
	for try := 1; len(back) > 0 && (try <= maxLag || try <= maxWait && r.going(back, now)) && r.engine.nap(ctx, try) == nil; try++ {
		second := r.engine.list(ctx, r.kinds, r.resources(back))
		for _, i := range back {
			ref := r.plan.Items[i].Resource.Ref
			if res, there := second.found[ref]; there {
				now.found[ref] = res
			} else if second.bad[r.placeOf(i)] == nil {
				delete(now.found, ref)
			}
		}
		back = slices.DeleteFunc(back, func(i int) bool { return !r.lingers(i, now) })
	}
}

// going: of all these the service says that it is deleting some.
func (r *Run) going(items []int, now *view) bool {
	return slices.ContainsFunc(items, func(i int) bool { return r.isGoing(i, now) })
}

func (r *Run) isGoing(i int, now *view) bool {
	ref := r.plan.Items[i].Resource.Ref
	d := r.kinds[ref.Kind].Deletion
	fresh, there := now.found[ref]
	return there && d != nil && d.Going != nil && d.Going(fresh)
}

func (r *Run) placeOf(i int) place {
	ref := r.plan.Items[i].Resource.Ref
	return placeOf(r.kinds[ref.Kind], ref)
}

// concerned are the items that are said to be gone, and those that a request may have reached; mute are those of all that are
// blocked by something without a name.
func (r *Run) concerned() (items, mute []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.items {
		switch it := &r.items[i]; {
		case it.refusal.mute && it.result.Outcome == Blocked:
			mute = append(mute, i)
		case gone(it.result.Outcome) || it.doubt:
			items = append(items, i)
		}
	}
	return items, mute
}

// unexplained notes that nothing has named what uses an item: the answer of a batch call has a code and a word, but no room
// for it, and a list of the items alone has its id only.
func (r *Run) unexplained(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.items[i].refusal.mute = true
}

// explain looks what stands in the way of the mute items, once for all, and gives those that a request may have reached and
// that were not there. Where that shows the other items as well, it gives what it saw, for their proof.
func (r *Run) explain(ctx context.Context, items, mute []int) (now *view, missed []int) {
	kinds := map[inventory.KindID]bool{}
	for _, i := range mute {
		kinds[r.plan.Items[i].Resource.Ref.Kind] = true
	}
	looked, shown := mute, false
	if !slices.ContainsFunc(items, func(i int) bool { return !kinds[r.plan.Items[i].Resource.Ref.Kind] }) {
		looked, shown = slices.Concat(items, mute), true
	}
	now = r.engine.look(ctx, r.kinds, r.resources(looked))
	for _, i := range mute {
		planned := &r.plan.Items[i]
		ref := planned.Resource.Ref
		fresh, there := now.found[ref]
		if !there {
			if r.inDoubt(i) {
				missed = append(missed, i)
			}
			continue
		}
		why := objection(r.kinds[ref.Kind], fresh, now.graphs[ref.Kind], despite{})
		if why == "" && r.cameIntoUse(i, now) { // what may be deleted all the same, had it been confirmed
			why = because("in use by ", fresh.Verdict, "in use")
		}
		r.mu.Lock()
		it := &r.items[i]
		if why != "" && fresh.Verdict.State != inventory.Unknown {
			it.result.Message = it.steps.story(ending{outcome: Blocked, message: "now " + why})
		}
		r.proved(i)
		r.mu.Unlock()
	}
	if !shown {
		return nil, missed
	}
	return now, missed
}

// inDoubt: a request about the item may have been applied without our knowing.
func (r *Run) inDoubt(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.items[i].doubt
}

func gone(o Outcome) bool { return o == Deleted || o == AlreadyGone }

// lingers: the list shows what is said to be gone, or what a request may have deleted that nothing was heard of. Who has
// stopped a run does not wait for the latter.
func (r *Run) lingers(i int, now *view) bool {
	_, there := now.found[r.plan.Items[i].Resource.Ref]
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.items[i].result.Outcome
	return there && (gone(o) || (o == Failed || o == Unknown) && r.items[i].doubt && r.stopped.goesOn())
}

// madeAgain begins the message of what has reappeared under another id.
const madeAgain = "gone, and made again as "

// conclude is the only change an outcome can see: the closing list knows better than the answers.
func (r *Run) conclude(i int, now *view, made map[spot]inventory.Ref) {
	_, there := now.found[r.plan.Items[i].Resource.Ref]
	planned := r.plan.Items[i].Resource
	at, here := r.placeOf(i), spotOf(r.kinds[planned.Ref.Kind], planned)
	r.mu.Lock()
	defer r.mu.Unlock()
	res := &r.items[i].result
	switch {
	case there && res.Outcome == AlreadyGone && !r.items[i].sentAt.IsZero(): // nobody has seen that it was gone
		res.Outcome = Failed
		res.Message = cmp.Or(res.Message, "not found") + "; the closing list still has it"
	case there && gone(res.Outcome):
		res.Outcome = Reappeared
		message := "the closing list has it (again)"
		if r.isGoing(i, now) {
			message = "the service is still deleting it: list again later"
		}
		res.Message = r.items[i].steps.story(ending{outcome: Reappeared, message: message})
	case there && res.Outcome == Unknown:
		res.Outcome = Failed
		res.Message += "; the closing list still has it"
	case there:
	case now.bad[at] != nil:
		return
	case res.Outcome == Deleted && made[here] != (inventory.Ref{}):
		res.Outcome = Reappeared
		res.Message = r.items[i].steps.story(ending{outcome: Reappeared, message: madeAgain + made[here].ID + ": look for who makes it"})
		delete(made, here) // of one name and one other
	case !gone(res.Outcome): // a request was in flight and it is gone
		res.Outcome = Deleted
		res.Message += "; the closing list no longer has it"
	}
	r.proved(i)
}

// proved is called with the lock held.
func (r *Run) proved(i int) {
	it := &r.items[i]
	it.result.Proved = true
	if it.noted.outcome {
		r.record.write(lineProof, endedOf(i, &it.result))
	}
	r.emit(Event{Step: Proved, Item: i, Result: it.result})
}
