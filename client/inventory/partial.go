package inventory

import (
	"context"
	"slices"
	"sync"

	"janitor/client"
)

// Lists may leave out fields, which does not mean that there is nothing (api.md 1 says so of references only): the members of
// a pool, the entries of an IP group, the listeners of either.

// Fill reads what the lists have left out of some resources, one by one, and gives the snapshot with these as they are;
// the same snapshot when nothing was left out. What cannot be read stays left out.
func (l *Loader) Fill(ctx context.Context, s *Snapshot, refs []Ref) *Snapshot {
	if s == nil {
		return nil
	}
	var wanted map[Ref]bool
	var whole *Snapshot
	for n := range s.Listings {
		k := s.Listings[n].Kind
		if k.partial == nil || !s.Listings[n].Resources.any(k.partial) {
			continue
		}
		if whole == nil {
			copied := *s
			copied.Listings = slices.Clone(s.Listings)
			whole = &copied
			wanted = make(map[Ref]bool, len(refs))
			for _, ref := range refs {
				wanted[ref] = true
			}
		}
		whole.Listings[n].Resources = l.fill(ctx, k, s, s.Listings[n].Resources, wanted)
	}
	if whole == nil {
		return s
	}
	return whole
}

// fill gives the rows with those whole that are wanted and that the list shows in part.
func (l *Loader) fill(ctx context.Context, k *Kind, s *Snapshot, listed Rows, wanted map[Ref]bool) Rows {
	const together = 8
	whole := map[int]*Resource{}
	for i := range listed.Len() {
		if r := listed.At(i); wanted[r.Ref] && k.partial(r) {
			whole[i] = &r
		}
	}
	var (
		free = make(chan struct{}, together)
		errs = map[*Resource]error{}
		mu   sync.Mutex
		wg   sync.WaitGroup
	)
	for _, r := range whole {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			err := k.whole(ctx, l.client, r)
			mu.Lock()
			defer mu.Unlock()
			errs[r] = err
		})
	}
	wg.Wait()
	kept := l.guard(s.Graph, s.At)
	for r, err := range errs {
		r.Verdict = kept.judge(k, r)
		if err != nil && r.Verdict.State == Unused {
			r.Verdict.State = Unknown
			r.Verdict.Reasons = []Reason{{Text: "the list shows a part of it only, and it could not be read: " + cause(err)}}
		}
	}
	return listed.with(whole)
}

// fillPool asks for the pool, and, where that does not tell its members either, for these.
func fillPool(ctx context.Context, c *client.Client, r *Resource) error {
	p := *pool(*r)
	show, members := c.Pool, c.MemberSpecs
	if p.Shared {
		show, members = c.SharedPool, c.SharedMemberSpecs
	}
	shown, err := show(ctx, p.ID)
	if err != nil {
		return needs("elb:pools:get", err)
	}
	p.Listeners, p.Members = p.Listeners.And(shown.Listeners), p.Members.And(shown.Members)
	if !p.Members.Said() {
		var ids []string
		if err := pages(members(ctx, p.ID), func(m client.Spec) { ids = append(ids, m.ID) }); err != nil {
			return needs("elb:members:list", err)
		}
		p.Members = client.NewIDs(ids...)
	}
	r.Object = &p
	return nil
}

// fillGroup asks for the IP group.
func fillGroup(ctx context.Context, c *client.Client, r *Resource) error {
	group := *ipGroup(*r)
	shown, err := c.IPGroup(ctx, group.ID)
	if err != nil {
		return needs("elb:ipgroups:get", err)
	}
	group.Listeners = group.Listeners.And(shown.Listeners)
	if !group.Entries.Said() {
		group.Entries = shown.Entries
	}
	r.Object = &group
	return nil
}
