package client

import (
	"context"
	"iter"
)

// Shared load balancers speak the older API /v2.0/lbaas: the same objects with fewer fields. A cloud that has none of
// them answers with [RouteAbsent].

// SharedPools lists the pools of shared load balancers.
func (c *Client) SharedPools(ctx context.Context) iter.Seq2[[]Pool, error] {
	return func(yield func([]Pool, error) bool) {
		for page, err := range markers[sharedPool](ctx, c, c.shared().sub("pools").doing("listing shared pools"), "pools") {
			pools := make([]Pool, len(page))
			for i, p := range page {
				pools[i] = p.pool()
			}
			if !yield(pools, err) {
				return
			}
		}
	}
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

// SharedMembers lists the members of a shared pool.
func (c *Client) SharedMembers(ctx context.Context, poolID string) iter.Seq2[[]Member, error] {
	r := c.shared().sub("pools").id(poolID).sub("members").doing("listing members of shared pool %s", poolID)
	return markers[Member](ctx, c, r, "members")
}

// SharedListeners lists the listeners of shared load balancers.
func (c *Client) SharedListeners(ctx context.Context) iter.Seq2[[]Listener, error] {
	return markers[Listener](ctx, c, c.shared().sub("listeners").doing("listing shared listeners"), "listeners")
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
