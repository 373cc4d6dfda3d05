package cleanup

import (
	"context"
	"slices"

	"janitor/client/inventory"
)

// Resume goes on with a run that was broken off, where its ledger says that it stands, in its journal. What a request may
// have reached is read back before anything is sent; items that have an outcome keep it. A run that was stopped before
// stays so.
func (e *Engine) Resume(ctx context.Context, l *Ledger, j Journal) *Run {
	r := newRun(e, l.Plan)
	r.past, r.record.requests, r.record.book = l, l.made, l.book.goOn()
	r.record.journal = j
	for i := range l.Items {
		entry := &l.Items[i]
		it := &r.items[i]
		it.result, it.unread, it.doubt = entry.Result, entry.Unread, entry.doubted || entry.Unread && l.waits(i)
		it.noted.outcome = entry.Result.Outcome != Pending
		it.flying = !it.noted.outcome // until it is taken up: no stop may end what the service has said the last word about
		it.steps.done, it.steps.tried = slices.Clone(entry.done), entry.tried
		it.noted.secured = entry.whole.Back != nil
	}
	r.begin(ctx)
	return r
}

// takeUp tells what is known of a run that is resumed, ends what the service has said the last word about, and reads back
// what may have been deleted without an answer that says so. Steps before a deletion need no more than the check of every
// item.
func (r *Run) takeUp(ctx context.Context) {
	if r.past == nil {
		return
	}
	r.mu.Lock()
	doubts := map[place][]doubt{}
	var places []place
	for i := range r.items {
		it := &r.items[i]
		switch entry := &r.past.Items[i]; {
		case entry.Result.Outcome != Pending:
			r.emit(Event{Step: Ended, Item: i, Result: it.result})
			continue
		case r.undo != nil && it.unread: // see takeUpMakings
			continue
		case r.undo != nil:
			r.land(i, nil)
			continue
		case entry.said.Said == saidWord(inventory.SaidDeleted), entry.said.Said == saidWord(inventory.SaidGone) && it.doubt:
			r.close(i, ending{Deleted, entry.said.Code, entry.said.Message, entry.said.RequestID})
			continue
		case entry.said.Said == saidWord(inventory.SaidGone):
			r.close(i, ending{AlreadyGone, entry.said.Code, entry.said.Message, entry.said.RequestID})
			continue
		case !it.unread, !it.doubt, r.kinds[it.result.Ref.Kind] == nil:
			r.land(i, nil)
			continue
		}
		at := r.placeOf(i)
		if doubts[at] == nil {
			places = append(places, at)
		}
		doubts[at] = append(doubts[at], doubt{i, ending{outcome: Failed, message: "the run was broken off before the answer came"}})
	}
	r.mu.Unlock()
	for _, at := range places {
		left := r.readBack(ctx, at, doubts[at], Deleted)
		items := make([]int, len(left))
		for n, d := range left {
			items[n] = d.item
		}
		r.putBack(items, nil)
	}
	if r.undo == nil {
		r.stayStopped()
	}
}
