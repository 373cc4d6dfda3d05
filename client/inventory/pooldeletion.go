package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"janitor/client"
)

// beforePool takes away what a pool holds of its own, as S1 orders it: the members one by one, then the health monitor.
// Whoever changes a shared load balancer waits for the one before.
func beforePool(r Resource, g *Graph) []Step {
	p := pool(r)
	lane := ""
	if p.Shared && p.LoadBalancers.Len() > 0 {
		lane = p.LoadBalancers.First()
	}
	var steps []Step
	for m := range p.Members.All() {
		step := Step{
			Text: "server " + g.serverName(m), Call: "DELETE pools/{pool_id}/members/{id}", Lane: lane,
			Send: func(ctx context.Context, d *client.Deleter) error { return d.DeletePoolMember(ctx, p.ID, m) },
		}
		if p.Shared {
			step.Call = "DELETE v2.0/lbaas/pools/{pool_id}/members/{id}"
			step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DeleteSharedPoolMember(ctx, p.ID, m) }
		}
		steps = append(steps, step)
	}
	if id := p.HealthMonitorID; id != "" {
		step := Step{
			Text: "health monitor", Call: "DELETE healthmonitors/{id}", Lane: lane,
			Send: func(ctx context.Context, d *client.Deleter) error { return d.DeleteHealthMonitor(ctx, id) },
		}
		if p.Shared {
			step.Call = "DELETE v2.0/lbaas/healthmonitors/{id}"
			step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DeleteSharedHealthMonitor(ctx, id) }
		}
		steps = append(steps, step)
	}
	return steps
}

func (g *Graph) serverName(id string) string {
	if g == nil {
		return id
	}
	return cmp.Or(g.servers[id].name, id)
}

// detachPool takes a pool out of use: what refers to it is changed, or deleted where it cannot be without a pool. In v3 a
// policy that redirects to a pool always has one (api.md 2.7); in v2.0 it can have none (S1).
func detachPool(r Resource, g *Graph) ([]Step, error) {
	p := pool(r)
	lane := ""
	if p.Shared && p.LoadBalancers.Len() > 0 {
		lane = p.LoadBalancers.First()
	}
	var steps []Step
	changed := map[string]bool{}
	for _, u := range g.Uses(Pools, p.ID) {
		if changed[u.By] {
			continue
		}
		step := Step{Text: "", Lane: lane}
		switch {
		case u.Of == Listeners && p.Shared:
			step.Text, step.Call = "default pool of "+u.Text, "PUT v2.0/lbaas/listeners/{id}"
			step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DetachSharedListener(ctx, u.By) }
		case u.Of == Listeners:
			step.Text, step.Call = "default pool of "+u.Text, "PUT listeners/{id}"
			step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DetachListener(ctx, u.By) }
		default:
			policy := g.policies[u.By]
			if policy == nil {
				return nil, fmt.Errorf("%s is not known well enough to take the pool out of it", u.Text)
			}
			if err := detachFromPolicy(&step, p, policy, u); err != nil {
				return nil, err
			}
		}
		changed[u.By] = true
		steps = append(steps, step)
	}
	for l := range p.Listeners.All() {
		if !changed[l] && !g.behind(l, changed) {
			return nil, errors.New("listener " + g.listenerName(l) + " uses it in a way that is not known")
		}
	}
	return steps, nil
}

// behind: the listener has the pool only through a policy that is changed anyway.
func (g *Graph) behind(listener string, changed map[string]bool) bool {
	for id := range changed {
		if p := g.policies[id]; p != nil && p.ListenerID == listener {
			return true
		}
	}
	return false
}

func detachFromPolicy(step *Step, p *Pool, policy *Policy, u Use) error {
	var rest []client.WeightedPool
	weighted := false
	for _, w := range policy.WeightedPools {
		if w.PoolID == p.ID {
			weighted = true
		} else {
			rest = append(rest, w)
		}
	}
	for _, id := range policy.mirrors() {
		if id == p.ID {
			return errors.New(u.Text + " sends it a copy of its traffic: change that in the console first")
		}
	}
	switch {
	case policy.Shared:
		step.Text, step.Call = "redirect of "+u.Text, "PUT v2.0/lbaas/l7policies/{id}"
		step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DetachSharedPolicy(ctx, policy.ID) }
	case weighted && len(rest) > 0 && policy.RedirectPoolID != p.ID:
		step.Text, step.Call = "share of "+u.Text, "PUT l7policies/{id}"
		step.Send = func(ctx context.Context, d *client.Deleter) error { return d.SetWeightedPools(ctx, policy.ID, rest) }
	default:
		step.Text, step.Call = u.Text, "DELETE l7policies/{id}"
		step.Send = func(ctx context.Context, d *client.Deleter) error { return d.DeletePolicy(ctx, policy.ID) }
	}
	return nil
}

// effectsOfPools: only pools that are in use have any, and these are only deleted when they are to be taken out of use.
func effectsOfPools(doomed, _ []Resource, g *Graph) []Consequence {
	var effects []Consequence
	for _, r := range doomed {
		p := pool(r)
		serving := ""
		if n := p.carrying(g); n > 0 {
			serving = ", which " + count(n, "server answers", "servers answer") + " now"
		}
		for _, u := range g.Uses(Pools, p.ID) {
			text := ""
			policy := g.policies[u.By]
			switch {
			case u.Of == Listeners:
				text = u.Text + " is left without a default pool: requests that no policy takes" + serving + ", are not answered"
				if serving == "" {
					text = strings.Replace(text, ", are", " are", 1)
				}
			case policy != nil && policy.Shared:
				text = u.Text + " redirects to no pool any more" + serving
			case u.Via == "redirect_pools_config" && policy != nil && len(policy.WeightedPools) > 1:
				text = u.Text + " sends its share to its other pools"
			default:
				text = u.Text + " is deleted: listener " + g.listenerOf(policy) + " treats its requests" + serving + ", as if it had never been"
				if serving == "" {
					text = strings.Replace(text, "requests, as", "requests as", 1)
				}
			}
			effects = append(effects, Consequence{Of: []Ref{r.Ref}, Grade: Danger, Text: r.Label() + ": " + text, Name: r.Label()})
		}
	}
	return effects
}

func (g *Graph) listenerOf(p *Policy) string {
	if p == nil {
		return "of it"
	}
	return g.listenerName(p.ListenerID)
}

// carrying counts the servers that get traffic, as far as is known: not offline, and with a weight.
func (p *Pool) carrying(g *Graph) int {
	n := 0
	for m := range p.Members.All() {
		if s, known := g.servers[m]; known && !s.offline && !s.idle {
			n++
		}
	}
	return n
}
