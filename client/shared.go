package client

import (
	"context"
	"iter"
)

// Shared load balancers speak the older API /v2.0/lbaas: the same objects with fewer fields. A cloud that has none of
// them answers with [RouteAbsent].

// SharedPools lists the pools of shared load balancers.
func (c *Client) SharedPools(ctx context.Context) iter.Seq2[[]Pool, error] {
	r := c.shared().sub("pools").doing("listing shared pools")
	return translated(markers[sharedPool](ctx, c, r, "pools"), sharedPool.pool)
}

// SharedPool shows one.
func (c *Client) SharedPool(ctx context.Context, id string) (*Pool, error) {
	p, err := show[sharedPool](ctx, c.shared().sub("pools").id(id).doing("reading shared pool %s", id), "pool", id)
	if err != nil {
		return nil, err
	}
	pool := p.pool()
	return &pool, nil
}

// SharedPoolMembers lists the members of all shared pools: an extension, which a cloud need not have (api.md 3).
func (c *Client) SharedPoolMembers(ctx context.Context) iter.Seq2[[]Member, error] {
	r := c.shared().sub("members").doing("listing members of all shared pools")
	return translated(markers[sharedMember](ctx, c, r, "members"), sharedMember.member)
}

// SharedMembers lists the members of a shared pool.
func (c *Client) SharedMembers(ctx context.Context, poolID string) iter.Seq2[[]Member, error] {
	r := c.shared().sub("pools").id(poolID).sub("members").doing("listing members of shared pool %s", poolID)
	return translated(markers[sharedMember](ctx, c, r, "members"), sharedMember.member)
}

// SharedHealthMonitors lists the health monitors of shared pools.
func (c *Client) SharedHealthMonitors(ctx context.Context) iter.Seq2[[]HealthMonitor, error] {
	r := c.shared().sub("healthmonitors").doing("listing shared health monitors")
	return markers[HealthMonitor](ctx, c, r, "healthmonitors")
}

// SharedLoadBalancers lists the shared load balancers.
func (c *Client) SharedLoadBalancers(ctx context.Context) iter.Seq2[[]LoadBalancer, error] {
	r := c.shared().sub("loadbalancers").doing("listing shared load balancers")
	return markers[LoadBalancer](ctx, c, r, "loadbalancers")
}

// SharedListeners lists the listeners of shared load balancers.
func (c *Client) SharedListeners(ctx context.Context) iter.Seq2[[]Listener, error] {
	return markers[Listener](ctx, c, c.shared().sub("listeners").doing("listing shared listeners"), "listeners")
}

// SharedListener shows one.
func (c *Client) SharedListener(ctx context.Context, id string) (*Listener, error) {
	return show[Listener](ctx, c.shared().sub("listeners").id(id).doing("reading shared listener %s", id), "listener", id)
}

// SharedL7Policies lists the forwarding policies of shared load balancers.
func (c *Client) SharedL7Policies(ctx context.Context) iter.Seq2[[]L7Policy, error] {
	return markers[L7Policy](ctx, c, c.shared().sub("l7policies").doing("listing shared l7policies"), "l7policies")
}

// DeleteSharedPool deletes one pool of a shared load balancer. It must have no members, no health monitor, and nothing
// may refer to it (S1).
func (d *Deleter) DeleteSharedPool(ctx context.Context, id string) error {
	return d.shared().sub("pools").id(id).doing("deleting shared pool %s", id).delete(ctx)
}

// DeleteSharedPoolMember takes one member out of a shared pool.
func (d *Deleter) DeleteSharedPoolMember(ctx context.Context, poolID, memberID string) error {
	return d.shared().sub("pools").id(poolID).sub("members").id(memberID).
		doing("removing member %s of shared pool %s", memberID, poolID).delete(ctx)
}

// DeleteSharedHealthMonitor deletes the health monitor of a shared pool.
func (d *Deleter) DeleteSharedHealthMonitor(ctx context.Context, id string) error {
	return d.shared().sub("healthmonitors").id(id).doing("deleting shared health monitor %s", id).delete(ctx)
}

// DetachSharedPolicy leaves a forwarding policy of a shared load balancer without a pool (S1).
func (d *Deleter) DetachSharedPolicy(ctx context.Context, id string) error {
	return d.shared().sub("l7policies").id(id).doing("taking the pool out of shared policy %s", id).
		put(ctx, unset("l7policy", "redirect_pool_id"))
}

// DetachSharedListener leaves a listener of a shared load balancer without a default pool.
func (d *Deleter) DetachSharedListener(ctx context.Context, id string) error {
	return d.shared().sub("listeners").id(id).doing("taking the default pool out of shared listener %s", id).
		put(ctx, unset("listener", "default_pool_id"))
}

// translated is a list whose elements v2.0 writes in its own way.
func translated[From, To any](pages iter.Seq2[[]From, error], element func(From) To) iter.Seq2[[]To, error] {
	return func(yield func([]To, error) bool) {
		for page, err := range pages {
			out := make([]To, len(page))
			for i, one := range page {
				out[i] = element(one)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

// sharedPool names its project as Neutron does.
type sharedPool struct {
	Pool
	TenantID string `json:"tenant_id"`
}

func (p sharedPool) pool() Pool {
	if p.ProjectID == "" {
		p.ProjectID = p.TenantID
	}
	return p.Pool
}

// sharedMember names its subnet as Neutron does.
type sharedMember struct {
	Member
	NeutronSubnetID string `json:"subnet_id"`
}

func (m sharedMember) member() Member {
	if m.SubnetID == "" {
		m.SubnetID = m.NeutronSubnetID
	}
	return m.Member
}
