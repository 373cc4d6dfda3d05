package cleanup

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"janitor/client/inventory"
)

// check reads the planned items again and lets through what is as it was confirmed, as pieces to send: one for each
// way, place and call, in the order of the plan.
func (r *Run) check(sending context.Context) []piece {
	r.enter(Checking)
	var items []int
	for i, it := range r.plan.Items {
		if r.kinds[it.Resource.Ref.Kind] == nil {
			r.end(i, verdict{outcome: Failed, message: fmt.Sprintf("not sent: unknown kind %q", it.Resource.Ref.Kind)})
			continue
		}
		items = append(items, i)
	}
	if len(items) == 0 {
		return nil
	}
	now := r.engine.look(sending, r.kinds, r.resources(items))
	if sending.Err() != nil {
		return nil // whoever stopped the run ends the items
	}
	items = slices.DeleteFunc(items, func(i int) bool {
		v, changed := r.changed(r.plan.Items[i], now)
		if changed {
			r.end(i, v)
		}
		return changed
	})
	items = r.dropDangers(items, now)

	type group struct {
		way    waypoint
		kind   inventory.KindID
		parent string
	}
	var (
		pieces []piece
		which  = map[group]int{}
	)
	for _, i := range items {
		fresh := now.found[r.plan.Items[i].Resource.Ref]
		r.prepare(i, fresh)
		kind := r.kinds[fresh.Ref.Kind]
		g := group{waypoint{kind.Deletion.Route(fresh), fresh.Ref.Scope}, fresh.Ref.Kind, fresh.Ref.Parent}
		n, ok := which[g]
		if !ok {
			n = len(pieces)
			which[g] = n
			at := placeOf(kind, fresh.Ref)
			pieces = append(pieces, piece{at: at, lane: laneOf(g.way.route, at, g.way.scope), way: g.way})
		}
		pieces[n].items = append(pieces[n].items, i)
	}
	return pieces
}

// changed compares an item with the account as it is now: by everything the plan showed of it.
func (r *Run) changed(planned Item, now *view) (verdict, bool) {
	ref := planned.Resource.Ref
	kind := r.kinds[ref.Kind]
	fresh, found := now.found[ref]
	if err := now.bad[placeOf(kind, ref)]; err != nil {
		return verdict{outcome: Failed, message: fmt.Sprintf("not sent: could not be read again before deleting: %v", err)}, true
	}
	if !found {
		return verdict{outcome: AlreadyGone, message: "gone before"}, true
	}
	skipped := func(why string) (verdict, bool) { return verdict{outcome: Skipped, message: "changed: " + why}, true }
	why := objection(kind, fresh, now.graphs[ref.Kind])
	switch {
	case why != "" && fresh.Verdict.State == inventory.Unknown:
		return verdict{outcome: Failed, message: "not sent: could not be read again before deleting: " + why}, true
	case why != "":
	case fresh.Name != planned.Resource.Name:
		why = fmt.Sprintf("named %q", fresh.Name)
	case !fresh.Created.Equal(planned.Resource.Created):
		return skipped("another object has this id now")
	case takes(kind, fresh) != planned.Takes:
		why = "taking along " + nothing(takes(kind, fresh))
	default:
		why = newUser(planned.Resource.Verdict, fresh.Verdict)
	}
	if why == "" {
		return verdict{}, false
	}
	return skipped("now " + why)
}

func nothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
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

// dropDangers skips the items that have come to mean a danger that was not confirmed: others may have taken away the
// remaining entries of a group meanwhile.
func (r *Run) dropDangers(items []int, now *view) []int {
	type danger struct {
		text string
		of   inventory.Ref // channels of two instances may share a name, and so the text
	}
	confirmed := map[danger]bool{}
	for _, c := range r.plan.Consequences {
		for _, ref := range c.Of {
			if c.Grade == inventory.Danger {
				confirmed[danger{c.Text, ref}] = true
			}
		}
	}
	why := map[inventory.Ref]string{}
	for id, kind := range r.kinds {
		var doomed []inventory.Resource
		for _, i := range items {
			if ref := r.plan.Items[i].Resource.Ref; ref.Kind == id {
				doomed = append(doomed, now.found[ref])
			}
		}
		for _, c := range effects(kind, doomed, now.rows[id], now.graphs[id]) {
			for _, ref := range c.Of {
				if c.Grade == inventory.Danger && !confirmed[danger{c.Text, ref}] {
					why[ref] = c.Text
				}
			}
		}
	}
	return slices.DeleteFunc(items, func(i int) bool {
		text, dangerous := why[r.plan.Items[i].Resource.Ref]
		if dangerous {
			r.end(i, verdict{outcome: Skipped, message: "changed: now " + text})
		}
		return dangerous
	})
}
