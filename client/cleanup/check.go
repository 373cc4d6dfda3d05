package cleanup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// check reads the planned items again and lets through what is as it was confirmed.
func (r *Run) check(sending context.Context) []int {
	r.enter(Checking)
	var items []int
	for i, it := range r.plan.Items {
		if r.kinds[it.Resource.Ref.Kind] == nil {
			r.end(i, ending{outcome: Failed, message: fmt.Sprintf("not sent: unknown kind %q", it.Resource.Ref.Kind)})
			continue
		}
		items = append(items, i)
	}
	return r.recheck(sending, items)
}

// recheck reads items again and lets through what is as it was confirmed, or as this run has made it.
func (r *Run) recheck(sending context.Context, items []int) []int {
	if items = r.pending(items); len(items) == 0 {
		return nil
	}
	began := time.Now()
	in, end := r.engine.moment()
	defer end()
	keeps := r.keepAhead(sending, in, items)
	defer keeps() // nobody reads any more when this has returned
	written := r.writePlanned(sending, items)
	now := r.engine.lookIn(sending, in, r.kinds, r.resources(items))
	written()
	r.traffic.looked(time.Since(began))
	// A list can lag behind a change, as in prove: only what the last one still shows is in use.
	lags := func(i int) bool { return r.lags(i, now) }
	for try := 1; try <= maxLag && slices.ContainsFunc(items, lags) && r.engine.nap(sending, try) == nil; try++ {
		now = r.engine.look(sending, r.kinds, r.resources(items))
	}
	if sending.Err() != nil {
		return nil // whoever stopped the run ends the items
	}
	if err := now.refusedUs(); err != nil { // the deletions would fare no better
		r.unauthorised(err, endingOf(err))
		return nil
	}
	if err := r.outOfReach(items, now); err != nil && r.cutOff(err) {
		return nil
	}
	r.saw(items, now)
	r.census.take(now)
	return r.secure(sending, in, r.confirmed(items, now), keeps())
}

// confirmed prepares those of the items that are as they were confirmed, and ends the others.
func (r *Run) confirmed(items []int, now *view) []int {
	left := map[int][]move{}
	for all := -1; len(items) != all; { // what drops out stays in use: the steps of the others must leave it there
		all = len(items)
		leaving := r.leaving()
		items = slices.DeleteFunc(items, func(i int) bool {
			moves, v := r.judge(i, now, leaving)
			left[i] = moves
			if v != nil {
				r.end(i, *v)
			}
			return v != nil
		})
		items = r.dropUnconfirmed(items, now)
	}
	for _, i := range items {
		r.prepare(i, now, left[i])
	}
	return items
}

// outOfReach is why nothing at all could be read of the items, for want of a connection.
func (r *Run) outOfReach(items []int, now *view) (why error) {
	for _, i := range items {
		if why = now.bad[r.placeOf(i)]; !errors.Is(why, client.Transport) {
			return nil
		}
	}
	return why
}

// refusedUs is the error of a list for which the credentials were not accepted, nil when there is none.
func (v *view) refusedUs() error {
	for _, err := range v.bad {
		if errors.Is(err, client.Unauthorised) {
			return err
		}
	}
	return nil
}

// renew looks again at what a piece holds when the last look at it is too old, as it is after a long pause, and at all else
// in its queue that was seen as long ago. It gives the piece without what is not to be sent, or only after something else.
func (r *Run) renew(sending context.Context, q *queue, p piece) piece {
	if len(r.outdated(p.items)) == 0 {
		return p
	}
	off := map[int]bool{}
	old := r.outdated(slices.Concat(p.items, q.items()))
	for _, i := range old {
		off[i] = true
	}
	slices.Sort(old)
	bare, laden := r.part(r.recheck(sending, old))
	for _, i := range bare {
		delete(off, i)
	}
	r.mu.Lock()
	r.aside = append(r.aside, laden...)
	r.mu.Unlock()
	return q.drop(p, off)
}

// pieces are checked items as they can be sent: one piece for each way, place and call, in the order of the plan.
func (r *Run) pieces(items []int) []piece {
	type group struct {
		way    waypoint
		kind   inventory.KindID
		parent string
		lane   string
	}
	var (
		pieces []piece
		which  = map[group]int{}
	)
	for n, fresh := range r.resources(items) {
		kind := r.kinds[fresh.Ref.Kind]
		route := kind.Deletion.Route(fresh)
		if alone := route.Alone(); alone != nil && r.asksAlone(items[n]) {
			route = alone
		}
		g := group{waypoint{route, fresh.Ref.Scope}, fresh.Ref.Kind, fresh.Ref.Parent, ""}
		if lane := kind.Deletion.Lane; lane != nil {
			g.lane = lane(fresh)
		}
		at, ok := which[g]
		if !ok {
			at = len(pieces)
			which[g] = at
			where := placeOf(kind, fresh.Ref)
			lane := laneOf(g.way.route, where, g.way.scope)
			if g.lane != "" {
				lane = place{scope: g.way.scope, parent: g.lane}
			}
			pieces = append(pieces, piece{at: where, lane: lane, way: g.way})
		}
		pieces[at].items = append(pieces[at].items, items[n])
	}
	return pieces
}

func (r *Run) asksAlone(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.items[i].refusal.alone
}

// leaving are the items that are taken out of use together: what of them has ended otherwise than gone stays in use.
func (r *Run) leaving() map[inventory.Ref]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	off := map[inventory.Ref]bool{}
	for i := range r.items {
		o := r.items[i].result.Outcome
		if it := &r.plan.Items[i]; len(it.Detaches) > 0 && (o == Pending || gone(o)) {
			off[it.Resource.Ref] = true
		}
	}
	return off
}

// judge compares an item with the account as it is now, by everything the plan showed of it. It gives what has to go
// before the item, or, when it may not be sent, how it ends.
func (r *Run) judge(i int, now *view, leaving map[inventory.Ref]bool) ([]move, *ending) {
	planned := &r.plan.Items[i]
	ref := planned.Resource.Ref
	kind, g := r.kinds[ref.Kind], now.graphs[ref.Kind]
	if err := now.bad[placeOf(kind, ref)]; err != nil {
		return nil, &ending{outcome: Failed, message: fmt.Sprintf("not sent: could not be read again before deleting: %v", err)}
	}
	fresh, found := now.found[ref]
	if !found {
		if r.gone(i) == Deleted {
			return nil, &ending{outcome: Deleted, message: "gone: a request whose answer was lost has deleted it"}
		}
		if other := r.anotherSpelling(planned, kind, now); other != "" {
			return nil, r.changed(i, fmt.Sprintf("its %s has it as %s now", parentNoun(kind), other))
		}
		return nil, &ending{outcome: AlreadyGone, message: "gone before it was sent"}
	}
	r.mu.Lock()
	refusedForHolds, cleared := r.items[i].refusal.holds, r.items[i].steps.cleared
	r.mu.Unlock()
	why := objection(kind, fresh, g, despite{
		use: len(planned.Detaches) > 0 && !cleared, unknown: planned.MayBeInUse(),
	})
	newly := newUser(planned.Resource.Verdict, fresh.Verdict)
	switch {
	case why == "":
	case fresh.Verdict.State == inventory.Unknown:
		return nil, &ending{outcome: Failed, message: "not sent: could not be read again before deleting: " + why}
	case fresh.Verdict.State == inventory.InUse && len(planned.Detaches) > 0 && newly == "":
		return nil, &ending{outcome: Blocked, message: "still " + why}
	default:
		return nil, r.changed(i, "now "+why)
	}
	if other := another(planned, kind, fresh, newly); other != "" {
		return nil, r.changed(i, other)
	}
	left, more := detaching(planned, kind, fresh, leaving, g)
	if more != "" {
		return nil, r.changed(i, more)
	}
	holds := movesOf(before(kind, fresh, g), false)
	if more := beyond(planned.Holds, holds, "holding"); more != "" {
		return nil, r.changed(i, "now "+more)
	}
	if edit := edited(planned, kind, fresh); edit != "" && r.untouched(i) {
		return nil, r.changed(i, edit)
	}
	if d := kind.Deletion; !cleared && (refusedForHolds || d.Demands != nil && d.Demands(fresh)) {
		left = append(left, holds...)
	}
	return left, nil
}

// anotherSpelling is what stands for the same as an item that is not there, since it was planned; "" when nothing does, or what
// is to go as well. What stood beside it already is why it would not come back exactly.
func (r *Run) anotherSpelling(planned *Item, kind *inventory.Kind, now *view) string {
	if kind.Deletion.Same == nil || planned.Undo != inventory.Exact {
		return ""
	}
	ref, here := planned.Resource.Ref, spotOf(kind, planned.Resource)
	for _, row := range now.rows[kind.ID] {
		if row.Ref.Parent == ref.Parent && spotOf(kind, row) == here && !r.plans(row.Ref) {
			return row.Name
		}
	}
	return ""
}

func (r *Run) plans(ref inventory.Ref) bool {
	return slices.ContainsFunc(r.plan.Items, func(it Item) bool { return it.Resource.Ref == ref })
}

// changed is how an item ends that is no longer as it was confirmed. Where the service has refused it, what it is like now
// explains the service's word.
func (r *Run) changed(i int, why string) *ending {
	r.mu.Lock()
	defer r.mu.Unlock()
	it := &r.items[i]
	if (it.refusal.holds || it.refusal.alone) && it.instead != nil {
		v := *it.instead
		v.message = why
		return &v
	}
	return &ending{outcome: Skipped, message: "changed: " + why}
}

// another tells how a resource is not the one that was confirmed, or means something else to delete; "" when it is.
func another(planned *Item, kind *inventory.Kind, fresh inventory.Resource, newUser string) string {
	switch takes := takes(kind, fresh); {
	case fresh.Name != planned.Resource.Name:
		return fmt.Sprintf("now named %q", fresh.Name)
	case fresh.In != planned.Resource.In && planned.Resource.In != "":
		return fmt.Sprintf("its %s is now named %q", parentNoun(kind), fresh.In)
	case !fresh.Created.Equal(planned.Resource.Created):
		return "another object has this id now"
	case newUser != "":
		return "now " + newUser
	case kind.Deletion.Before == nil && takes != planned.Takes:
		return "now taking along " + cmp.Or(takes, "nothing")
	}
	return ""
}

// parentNoun is the word for what a resource of this kind lives in.
func parentNoun(kind *inventory.Kind) string {
	if within, err := inventory.Lookup(kind.Within); err == nil {
		return within.One
	}
	return "parent"
}

// detaching are the steps that take a resource out of use, if it is in use; why says why they may not be made.
func detaching(planned *Item, kind *inventory.Kind, fresh inventory.Resource, leaving map[inventory.Ref]bool, g *inventory.Graph) (moves []move, why string) {
	if fresh.Verdict.State != inventory.InUse || kind.Deletion.UsedToo {
		return nil, ""
	}
	steps, err := kind.Deletion.Detach(fresh, leaving, g)
	if err != nil {
		return nil, "it cannot be taken out of use now: " + err.Error()
	}
	moves = movesOf(steps, true)
	if more := beyond(planned.Detaches, moves, "also used by"); more != "" {
		return nil, "now " + more
	}
	return moves, ""
}

// mostQuoted is how long two values may be together that are told of an edit.
const mostQuoted = 300

// edited tells how a resource is not as it was planned, "" when nothing shows that.
func edited(planned *Item, kind *inventory.Kind, fresh inventory.Resource) string {
	if before, at := planned.Resource.Updated, fresh.Updated; !before.IsZero() && !at.IsZero() && !at.Equal(before) {
		return "edited " + at.Time().Format("2006-01-02 15:04:05 UTC")
	}
	var now []inventory.Field
	if len(planned.Settings) > 0 && kind.Deletion.Settings != nil {
		now = kind.Deletion.Settings(fresh)
	}
	for _, was := range planned.Settings {
		i := slices.IndexFunc(now, func(f inventory.Field) bool { return f.Name == was.Name })
		switch {
		case i < 0 || now[i].Value == was.Value:
		case len(now[i].Value)+len(was.Value) > mostQuoted:
			return "its " + was.Name + " has changed"
		default:
			return fmt.Sprintf("its %s was %q, now %q", was.Name, was.Value, now[i].Value)
		}
	}
	return ""
}

// untouched: no request of this run can have edited an item, so that others have where it was edited. A step that takes one
// item out of use may change others that are in the same object.
func (r *Run) untouched(i int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.record.requests == 0 || len(r.record.book.about[i]) == 0 && len(r.plan.Items[i].Detaches) == 0
}

// beyond is a step that was not confirmed, as it is told of the item, or one that now does something else to what was
// confirmed; "" when there is none. Fewer are no harm: what is gone is gone.
func beyond(confirmed []Prerequisite, moves []move, is string) string {
	calls := make(map[string]string, len(confirmed))
	for _, p := range confirmed {
		calls[p.ID] = p.Call
	}
	for _, m := range moves {
		switch call, known := calls[m.ID]; {
		case !known:
			return is + " " + m.String()
		case call != m.Call:
			return m.String() + " would have to be " + m.did()
		}
	}
	return ""
}

// lags: this run has taken the item out of use, and nobody new uses it, and yet it is shown in use.
func (r *Run) lags(i int, now *view) bool {
	planned := &r.plan.Items[i]
	fresh, found := now.found[planned.Resource.Ref]
	r.mu.Lock()
	defer r.mu.Unlock()
	return found && r.items[i].steps.cleared && len(planned.Detaches) > 0 &&
		fresh.Verdict.State == inventory.InUse && newUser(planned.Resource.Verdict, fresh.Verdict) == ""
}

// newUser names what uses a resource now and did not when it was confirmed.
func newUser(before, now inventory.Verdict) string {
	if now.State != inventory.InUse {
		return ""
	}
	var users []string
	for _, r := range now.Reasons {
		known := before.State == inventory.InUse && slices.ContainsFunc(before.Reasons, func(old inventory.Reason) bool {
			return old.Text == r.Text || old.By != "" && old.By == r.By
		})
		if !known {
			users = append(users, r.Text)
		}
	}
	switch {
	case len(users) > 0:
		return "in use: " + strings.Join(users, ", ")
	case before.State != inventory.InUse:
		return "in use"
	}
	return ""
}

// dropUnconfirmed skips the items that have come to mean more than was confirmed: others may have taken away the
// remaining entries of a group meanwhile, or may rely on what mattered to nobody.
func (r *Run) dropUnconfirmed(items []int, now *view) []int {
	confirmed := map[matter][]inventory.Consequence{}
	for _, c := range r.plan.Consequences {
		for _, ref := range c.Of {
			confirmed[matterOf(c, ref)] = append(confirmed[matterOf(c, ref)], c)
		}
	}
	why := map[inventory.Ref]inventory.Consequence{} // the worst of each
	for id, kind := range r.kinds {
		var doomed []inventory.Resource
		for _, i := range items {
			if ref := r.plan.Items[i].Resource.Ref; ref.Kind == id {
				doomed = append(doomed, now.found[ref])
			}
		}
		for _, c := range effects(kind, doomed, now.rows[id], now.graphs[id]) {
			for _, ref := range c.Of {
				known := func(old inventory.Consequence) bool { return covers(old, c) }
				if c.Grade > why[ref].Grade && !slices.ContainsFunc(confirmed[matterOf(c, ref)], known) {
					why[ref] = c
				}
			}
		}
	}
	return slices.DeleteFunc(items, func(i int) bool {
		c, graver := why[r.plan.Items[i].Resource.Ref]
		if graver {
			r.end(i, ending{outcome: Skipped, message: "changed: now " + c.Text})
		}
		return graver
	})
}

// matter is what a consequence is about, without what may change on the way.
type matter struct {
	key string
	of  inventory.Ref // channels of two instances may share a name, and so the text
}

func matterOf(c inventory.Consequence, of inventory.Ref) matter {
	return matter{cmp.Or(c.Key, c.Text), of}
}

// covers: who has confirmed the old consequence has confirmed the new one of the same matter. Less is no harm; amounts
// that are not known on both sides are not compared.
func covers(old, now inventory.Consequence) bool {
	if old.Grade < now.Grade {
		return false
	}
	for n, much := range now.Much[:min(len(now.Much), len(old.Much))] {
		if before := old.Much[n]; much != nil && before != nil && much.Cmp(before) > 0 {
			return false
		}
	}
	return true
}
