package cleanup

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	"janitor/client/inventory"
)

// place is where a list looks: a kind, for children also their parent.
type place struct {
	kind   inventory.KindID
	scope  inventory.ScopeID // of children: that of the parent; "" for top-level kinds, whose list spans all scopes
	parent string
}

func placeOf(kind *inventory.Kind, ref inventory.Ref) place {
	if kind.Within == "" {
		return place{kind: ref.Kind}
	}
	return place{kind: ref.Kind, scope: ref.Scope, parent: ref.Parent}
}

// view is the account as one look showed it, as far as it concerns some items.
type view struct {
	found  map[inventory.Ref]inventory.Resource
	bad    map[place]error // lists that are not complete: absence from them means nothing
	rows   map[inventory.KindID][]inventory.Resource
	graphs map[inventory.KindID]*inventory.Graph

	forSteps, forDeletion term // when each may rely on it; never, for lists without verdicts
}

// term is from when and until when a look may be relied on. It goes by the wall clock: the other one stands still while a
// machine sleeps.
type term struct{ from, to time.Time }

func termOf(from time.Time, long time.Duration) term {
	from = from.Round(0) // without the reading of the other clock
	return term{from, from.Add(long)}
}

// holds says whether it is that time. A clock that was set back does not tell how long ago the look was.
func (t term) holds(now time.Time) bool {
	now = now.Round(0)
	return !now.Before(t.from) && !now.After(t.to)
}

func newView() *view {
	return &view{
		found:  map[inventory.Ref]inventory.Resource{},
		bad:    map[place]error{},
		rows:   map[inventory.KindID][]inventory.Resource{},
		graphs: map[inventory.KindID]*inventory.Graph{},
	}
}

// opener is [inventory.Loader.Open], [inventory.Loader.List] or, of certain resources, [inventory.Loader.ListOf].
type opener func(ctx context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot]

// look reads everything that these resources depend on once: their kinds, their parents, the lists of their verdicts. It
// is good for a moment, and for as long as it took, or ten times as long for what nothing has to go before: otherwise a large
// account would be read all the time.
func (e *Engine) look(ctx context.Context, kinds map[inventory.KindID]*inventory.Kind, planned []inventory.Resource) *view {
	in, end := e.moment()
	defer end()
	return e.lookIn(ctx, in, kinds, planned)
}

// lookIn is look within a moment that others look in too.
func (e *Engine) lookIn(ctx context.Context, in account, kinds map[inventory.KindID]*inventory.Kind, planned []inventory.Resource) *view {
	var (
		v      = newView()
		begun  = e.now()
		refs   = refsOf(planned)
		tops   []inventory.KindID
		groups = byKind(planned)
	)
	for _, group := range groups {
		kind := kinds[group[0].Ref.Kind]
		top := kind.ID
		if kind.Within != "" {
			top = kind.Within
		}
		if !slices.Contains(tops, top) {
			tops = append(tops, top)
		}
	}
	above := in.lists.Fill(ctx, inventory.Last(in.lists.Load(ctx, tops...)), refs)
	v.take(above, refs)
	for _, top := range tops {
		if err := complete(ctx, above, top); err != nil {
			v.bad[place{kind: top}] = err
		}
	}
	for _, group := range groups {
		kind := kinds[group[0].Ref.Kind]
		if kind.Within == "" {
			continue
		}
		if parents := v.parents(kind, group, above); len(parents) > 0 {
			v.open(ctx, in.lists.Open, kind, parents, refs)
		}
	}
	end := e.now()
	took := end.Sub(begun)
	v.forSteps, v.forDeletion = termOf(end, max(e.fresh, took)), termOf(end, max(e.lasting, 10*took))
	return v
}

// parents are what resources of a kind live in, as the snapshot shows it now. The children of what an incomplete list does not
// show are not known.
func (v *view) parents(kind *inventory.Kind, children []inventory.Resource, above *inventory.Snapshot) (there []inventory.Resource) {
	wanted := inventory.Parents(children)
	fresh := above.Find(refsOf(wanted))
	incomplete := v.bad[place{kind: kind.Within}]
	for _, parent := range wanted {
		now, ok := fresh[parent.Ref]
		switch {
		case ok:
			there = append(there, now)
		case incomplete != nil:
			v.bad[childrenOf(kind, parent)] = incomplete
		default: // gone, or its gateway has stopped: what it holds is asked of itself
			there = append(there, parent)
		}
	}
	return there
}

// list reads what is left of the resources: all lists of their kinds, and nothing around them.
func (e *Engine) list(ctx context.Context, kinds map[inventory.KindID]*inventory.Kind, of []inventory.Resource) *view {
	return e.listBy(ctx, kinds, of, func([]inventory.Resource) opener { return e.account.lists.List })
}

// glance is list without the lists of a kind that cannot show any of the resources; the proof reads all of them.
func (e *Engine) glance(ctx context.Context, kinds map[inventory.KindID]*inventory.Kind, of []inventory.Resource) *view {
	return e.listBy(ctx, kinds, of, func(group []inventory.Resource) opener {
		return func(ctx context.Context, kind inventory.KindID, parents []inventory.Resource) iter.Seq[*inventory.Snapshot] {
			return e.account.lists.ListOf(ctx, kind, parents, group)
		}
	})
}

// listBy reads the lists that resources are in, by what lists those of one kind. What is known from a plan's file only does not
// say what a list of children needs to know of their parents: these are read first.
func (e *Engine) listBy(
	ctx context.Context, kinds map[inventory.KindID]*inventory.Kind, of []inventory.Resource, by func(group []inventory.Resource) opener,
) *view {
	v := newView()
	refs := refsOf(of)
	for _, group := range byKind(of) {
		kind := kinds[group[0].Ref.Kind]
		parents := inventory.Parents(group)
		if slices.ContainsFunc(parents, func(p inventory.Resource) bool { return p.Object == nil }) {
			now := inventory.Last(e.account.lists.List(ctx, kind.Within, nil)).Find(refsOf(parents))
			for n, p := range parents {
				if fresh, ok := now[p.Ref]; ok {
					parents[n] = fresh
				}
			}
		}
		v.open(ctx, by(group), kind, parents, refs)
	}
	return v
}

// open reads the children of all parents in one go (no parents: a top-level kind); when that fails, parent by parent,
// so that one bad parent does not hide the others.
func (v *view) open(ctx context.Context, open opener, kind *inventory.Kind, parents []inventory.Resource, refs []inventory.Ref) {
	inside := inventory.Last(open(ctx, kind.ID, parents))
	err := complete(ctx, inside, kind.ID)
	if err != nil && len(parents) > 1 && ctx.Err() == nil {
		for i := range parents {
			v.open(ctx, open, kind, parents[i:i+1], refs)
		}
		return
	}
	v.take(inside, refs)
	switch {
	case err == nil:
	case kind.Within == "":
		v.bad[place{kind: kind.ID}] = err
	default:
		for _, parent := range parents {
			v.bad[childrenOf(kind, parent)] = err
		}
	}
}

func (v *view) take(s *inventory.Snapshot, refs []inventory.Ref) {
	if s == nil {
		return
	}
	if found := s.Find(refs); len(v.found) == 0 { // as most looks: a copy of thousands takes its time
		v.found = found
	} else {
		maps.Copy(v.found, found)
	}
	for i := range s.Listings {
		l := &s.Listings[i]
		if rows := v.rows[l.Kind.ID]; rows == nil {
			v.rows[l.Kind.ID] = l.Resources.All()
		} else {
			v.rows[l.Kind.ID] = append(rows, l.Resources.All()...)
		}
		v.graphs[l.Kind.ID] = s.Graph
	}
}

// complete says why a list cannot be trusted to hold everything, nil when it can.
func complete(ctx context.Context, s *inventory.Snapshot, kind inventory.KindID) error {
	if l := s.Listing(kind); l != nil && l.Done {
		if l.Err == nil {
			return l.Lacking // an absent list has nothing to say of what was in it
		}
		return l.Err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return fmt.Errorf("the list of %s did not end", kind)
}

func childrenOf(kind *inventory.Kind, parent inventory.Resource) place {
	return place{kind: kind.ID, scope: parent.Ref.Scope, parent: parent.Ref.ID}
}

func refsOf(resources []inventory.Resource) []inventory.Ref {
	refs := make([]inventory.Ref, len(resources))
	for i, r := range resources {
		refs[i] = r.Ref
	}
	return refs
}

// byKind splits resources, keeping their order and the order in which the kinds appear.
func byKind(resources []inventory.Resource) [][]inventory.Resource {
	other := func(r inventory.Resource) bool { return r.Ref.Kind != resources[0].Ref.Kind }
	if len(resources) > 0 && !slices.ContainsFunc(resources, other) { // as most runs are
		return [][]inventory.Resource{resources}
	}
	var groups [][]inventory.Resource
	at := map[inventory.KindID]int{}
	for _, r := range resources {
		n, ok := at[r.Ref.Kind]
		if !ok {
			n = len(groups)
			at[r.Ref.Kind] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], r)
	}
	return groups
}
