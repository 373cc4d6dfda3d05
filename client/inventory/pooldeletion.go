package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"janitor/client"
	"janitor/client/english"
)

// laneOfPool: a shared load balancer takes one change after the other (api.md 3).
func laneOfPool(r Resource) string {
	if p := pool(r); p.Shared {
		return p.LoadBalancers.First()
	}
	return ""
}

// beforePool takes away what a pool holds of its own, as S1 orders it: the members one by one, then the health monitor.
func beforePool(r Resource, g *Graph) []Step {
	p := pool(r)
	lane := laneOfPool(r)
	var steps []Step
	for m := range p.Members.All() {
		step := Step{
			What: "server", Which: g.serverName(m), ID: m, Call: "DELETE pools/{pool_id}/members/{id}", Lane: lane,
			Send: func(ctx context.Context, d *client.Deleter) error {
				return needs("elb:members:delete", d.DeletePoolMember(ctx, p.ID, m))
			},
		}
		if p.Shared {
			step.Call = "DELETE v2.0/lbaas/pools/{pool_id}/members/{id}"
			step.Send = func(ctx context.Context, d *client.Deleter) error {
				return needs("elb:members:delete", d.DeleteSharedPoolMember(ctx, p.ID, m))
			}
		}
		steps = append(steps, step)
	}
	if id := p.HealthMonitorID; id != "" {
		step := Step{
			What: "health monitor", ID: id, Call: "DELETE healthmonitors/{id}", Lane: lane,
			Send: func(ctx context.Context, d *client.Deleter) error {
				return needs("elb:healthmonitors:delete", d.DeleteHealthMonitor(ctx, id))
			},
		}
		if p.Shared {
			step.Call = "DELETE v2.0/lbaas/healthmonitors/{id}"
			step.Send = func(ctx context.Context, d *client.Deleter) error {
				return needs("elb:healthmonitors:delete", d.DeleteSharedHealthMonitor(ctx, id))
			}
		}
		steps = append(steps, step)
	}
	return steps
}

func (g *Graph) serverName(id string) string {
	if g == nil {
		return id
	}
	if m := g.servers[id]; m != nil {
		return serverName(m)
	}
	return id
}

// What a pool is taken out of, as it is shown and as journals have it: an undo goes by these words, and by the calls that
// change an object without deleting it.
const (
	ofDefaultPool = "default pool"
	ofRedirect    = "redirect"
	ofShare       = "share"
	ofPolicy      = "policy" // which is deleted

	putListener       = "PUT listeners/{id}"
	putSharedListener = "PUT v2.0/lbaas/listeners/{id}"
	putPolicy         = "PUT l7policies/{id}"
	putSharedPolicy   = "PUT v2.0/lbaas/l7policies/{id}"
)

// detachPool takes a pool out of use: what refers to it is changed, or deleted where it cannot be without a pool. In v3 a
// policy that redirects to a pool always has one (api.md 2.7); in v2.0 it can have none (S1).
func detachPool(r Resource, doomed map[Ref]bool, g *Graph) ([]Step, error) {
	p := pool(r)
	lane := laneOfPool(r)
	if gaps := g.gapsFor(Pools); len(gaps) > 0 {
		return nil, errors.New("not all that may use it is known: " + gaps[0].Text)
	}
	if lb := g.binnedOf(p); lb != "" {
		return nil, errors.New("not all that may use it is known: " + inRecycleBin(lb))
	}
	var steps []Step
	changed := map[string]bool{}
	for _, u := range g.Uses(Pools, p.ID) {
		if changed[u.By] {
			continue
		}
		if why := g.guarded[foldedID(g.entrance(u))]; why != "" {
			return nil, fmt.Errorf("listener %s is protected: %s", g.listenerName(g.entrance(u)), why)
		}
		step := Step{Which: "of " + u.Text, ID: u.By, Lane: lane}
		switch {
		case byListener(u) && p.Shared:
			step.What, step.Call = ofDefaultPool, putSharedListener
			step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DetachSharedListener(ctx, u.By) }
		case byListener(u):
			step.What, step.Call = ofDefaultPool, putListener
			step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DetachListener(ctx, u.By) }
		default:
			policy := g.policies[u.By]
			if policy == nil {
				return nil, fmt.Errorf("%s is not known well enough to take the pool out of it", u.Text)
			}
			if err := detachFromPolicy(&step, r, doomed, policy, u); err != nil {
				return nil, err
			}
		}
		changed[u.By] = true
		steps = append(steps, step)
	}
	for l := range p.Listeners.All() {
		if !g.behind(l, changed) {
			return nil, errors.New("listener " + g.listenerName(l) + " uses it in a way that is not known")
		}
	}
	return steps, nil
}

// byListener: a listener uses the pool, and no policy.
func byListener(u Reason) bool { return u.Via == viaDefaultPool }

// entrance is the listener of a user: itself, or the one that a policy belongs to.
func (g *Graph) entrance(u Reason) string {
	if p := g.policies[u.By]; p != nil && !byListener(u) {
		return p.ListenerID
	}
	return u.By
}

// behind: the listener is changed anyway, or has the pool only through a policy that is.
func (g *Graph) behind(listener string, changed map[string]bool) bool {
	for id := range changed {
		if p := g.policies[id]; sameID(id, listener) || p != nil && sameID(p.ListenerID, listener) {
			return true
		}
	}
	return false
}

func detachFromPolicy(step *Step, r Resource, doomed map[Ref]bool, policy *Policy, u Reason) error {
	p := pool(r)
	if !p.Shared && !policy.names(p.ID) { // in v2.0 there is nothing to tell: a policy has one pool
		return errors.New(u.Text + " writes its id in another way: change that in the console first")
	}
	var rest []client.WeightedPool
	weighted := false
	for _, w := range policy.WeightedPools {
		switch {
		case w.PoolID == p.ID:
			weighted = true
		case !doomed[near(r, Pools, w.PoolID)]:
			rest = append(rest, w)
		}
	}
	if slices.Contains(policy.mirrors(), p.ID) {
		return errors.New(u.Text + " sends it a copy of its traffic: change that in the console first")
	}
	switch {
	case p.Shared:
		step.What, step.Call = ofRedirect, putSharedPolicy
		step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DetachSharedPolicy(ctx, policy.ID) }
	case weighted && len(rest) > 0 && policy.RedirectPoolID != p.ID:
		step.What, step.Call = ofShare, putPolicy
		step.Send = func(ctx context.Context, d *client.Deleter) error { return d.SetWeightedPools(ctx, policy.ID, rest) }
	default:
		step.What, step.Which, step.Whole, step.Call = ofPolicy, cmp.Or(policy.Name, policy.ID), true, "DELETE l7policies/{id}"
		step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DeletePolicy(ctx, policy.ID) }
	}
	return nil
}

// effectsOfPools: only pools that are in use have any, and these are only deleted when they are to be taken out of use.
func effectsOfPools(doomed, _ []Resource, g *Graph) []Consequence {
	var effects []Consequence
	goes := make(map[string]bool, len(doomed))
	for _, r := range doomed {
		goes[r.Ref.ID] = true
	}
	for _, r := range doomed {
		p := pool(r)
		serving := ""
		switch n, known := p.carrying(g); {
		case !known:
			serving = "; how many servers carry this traffic is not known"
		case n > 0:
			serving = "; " + english.Count(n, "server carries", "servers carry") + " this traffic now"
		}
		for _, u := range g.Uses(Pools, p.ID) {
			text := g.without(u, p, goes)
			effects = append(effects, Consequence{
				Of: []Ref{r.Ref}, Grade: Danger, Name: r.Label(), Key: u.By + " " + text, Text: r.Label() + ": " + text + serving,
			})
		}
	}
	return effects
}

// without says what becomes of a user that loses the pool, and all others that go, see [detachPool].
func (g *Graph) without(u Reason, p *Pool, goes map[string]bool) string {
	policy := g.policies[u.By]
	switch {
	case byListener(u):
		return u.Text + " is left without a default pool"
	case policy == nil:
		return u.Text + " loses it"
	case p.Shared:
		return u.Text + " redirects to no pool any more"
	case u.Via == "redirect_pools_config" && policy.RedirectPoolID != p.ID &&
		slices.ContainsFunc(policy.WeightedPools, func(w client.WeightedPool) bool { return !goes[w.PoolID] }):
		if !slices.ContainsFunc(policy.WeightedPools, func(w client.WeightedPool) bool {
			return !goes[w.PoolID] && (w.Weight == nil || *w.Weight > 0)
		}) {
			return u.Text + " is left with pools of weight 0 only: its traffic ends"
		}
		return u.Text + " sends its share to its other pools"
	}
	return u.Text + " is deleted: listener " + g.listenerName(policy.ListenerID) + " goes on without it"
}

// carrying counts the servers that get traffic: not offline, and with a weight. known: all of them are listed.
func (p *Pool) carrying(g *Graph) (n int, known bool) {
	known = true
	for m := range p.Members.All() {
		s, listed := g.servers[m]
		known = known && listed
		if listed && !offline(s) && !idle(s) {
			n++
		}
	}
	return n, known
}
