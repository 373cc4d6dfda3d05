package cleanup

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"janitor/client/inventory"
)

// keeping is what was read to make items of one kind again.
type keeping struct {
	kept  map[inventory.Ref]inventory.Back
	lacks string // what the account may not read; goes without it
	err   error
}

// unsecured are the items, by kind, of which the journal has yet to hold what it takes to make them again.
func (r *Run) unsecured(items []int) map[inventory.KindID][]int {
	groups := map[inventory.KindID][]int{}
	if r.record.journal == nil || r.engine.account.backs == nil {
		return groups
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		if !r.items[i].noted.secured {
			id := r.plan.Items[i].Resource.Ref.Kind
			groups[id] = append(groups[id], i)
		}
	}
	return groups
}

// keepAhead begins to read what it takes to make items again while they are looked at. The items must be known whole: those
// of a plan that comes from a file are not before they were looked at. wait gives what there is, by kind.
func (r *Run) keepAhead(ctx context.Context, in account, items []int) (wait func() map[inventory.KindID]keeping) {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		read = map[inventory.KindID]keeping{}
	)
	for id, group := range r.unsecured(items) {
		known := r.resources(group)
		if slices.ContainsFunc(known, func(res inventory.Resource) bool { return res.Object == nil }) {
			continue
		}
		wg.Go(func() {
			k := r.keepOf(ctx, in, r.kinds[id], group)
			mu.Lock()
			defer mu.Unlock()
			read[id] = k
		})
	}
	return func() map[inventory.KindID]keeping {
		wg.Wait()
		return read
	}
}

func (r *Run) keepOf(ctx context.Context, in account, kind *inventory.Kind, items []int) (k keeping) {
	doomed := make([]inventory.Doomed, len(items))
	for n, res := range r.resources(items) {
		doomed[n].Resource = res
		for _, p := range r.plan.Items[items[n]].Detaches {
			doomed[n].Users = append(doomed[n].Users, inventory.Step{What: p.What, Which: p.Which, ID: p.ID, Call: p.Call})
		}
	}
	k.kept, k.lacks, k.err = in.backs.Keep(ctx, kind, doomed)
	return k
}

// secure sees to it that what it takes to make items again is written down before anything is done to them, and lets
// through those of which it is known. What the account may not read is told, and goes without it.
func (r *Run) secure(ctx context.Context, in account, items []int, ahead map[inventory.KindID]keeping) []int {
	groups := r.unsecured(items)
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		k, read := ahead[id]
		if !read {
			k = r.keepOf(ctx, in, r.kinds[id], groups[id])
		}
		if k.err != nil && ctx.Err() != nil {
			continue // whoever stopped the run ends the items
		}
		r.secureKind(groups[id], k)
	}
	return r.pending(items)
}

func (r *Run) secureKind(items []int, k keeping) {
	if k.lacks != "" {
		r.note("%s", k.lacks)
	}
	for _, i := range items {
		if k.err != nil {
			r.end(i, ending{outcome: Failed, message: fmt.Sprintf("not sent: what it takes to bring it back could not be read: %v", k.err)})
			continue
		}
		r.mu.Lock()
		r.items[i].noted.back, r.items[i].noted.secured = k.kept[r.plan.Items[i].Resource.Ref], true
		r.mu.Unlock()
	}
}
