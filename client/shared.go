package client

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"sync/atomic"
)

// Shared load balancers speak the older API, that of Neutron LBaaS v2 and Octavia: the same objects with fewer fields. It
// is below /v2.0/lbaas, on Huawei Cloud also, or only, below /v2/{project_id}/elb (api.md 3). A cloud that has neither
// answers with [RouteAbsent].

// Found keeps what was found out about a cloud. A [Client] and a [Deleter] of one project share it, as the one finds out
// what the other has to know. The zero value knows nothing yet.
type Found struct{ prefix atomic.Pointer[string] }

// prefixes of the family, in the order in which they are tried.
func (s *services) prefixes() []string { return []string{"/v2.0/lbaas", "/v2/" + s.project + "/elb"} }

// shared begins a request to shared ELB, below the prefix that has answered. The paths of the first one have no project,
// the credentials decide (S1).
func (s *services) shared() request {
	prefix := s.prefixes()[0]
	if found := s.found.prefix.Load(); found != nil {
		prefix = *found
	}
	return s.sharedBelow(prefix)
}

func (s *services) sharedBelow(prefix string) request {
	r := s.on(s.elb, s.needELB(), prefix)
	r.quiet = true
	return r
}

// sharedList lists objects of the family by the plural that stands in path and answer. Until a prefix has answered, the
// next one is asked where one is absent.
func sharedList[T object](ctx context.Context, c *Client, plural, doing string) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		prefixes := c.prefixes()
		if found := c.found.prefix.Load(); found != nil {
			prefixes = []string{*found}
		}
		var absent error
		for _, prefix := range prefixes {
			answered := false
			for page, err := range markers[T](ctx, c, c.sharedBelow(prefix).sub(plural).doing("%s", doing), plural) {
				if !answered && (errors.Is(err, RouteAbsent) || errors.Is(err, NotFound) && statusOf(err) == http.StatusNotFound) {
					absent = cmp.Or(absent, err)
					break
				}
				if !answered && err == nil {
					c.found.prefix.CompareAndSwap(nil, &prefix)
				}
				answered = true
				if !yield(page, err) {
					return
				}
			}
			if answered {
				return
			}
		}
		yield(nil, absent)
	}
}

// SharedPools lists the pools of shared load balancers.
func (c *Client) SharedPools(ctx context.Context) iter.Seq2[[]Pool, error] {
	return sharedList[Pool](ctx, c, "pools", "listing shared pools")
}

// SharedPool shows one.
func (c *Client) SharedPool(ctx context.Context, id string) (*Pool, error) {
	return show[Pool](ctx, c.shared().sub("pools").id(id).doing("reading shared pool %s", id), "pool", id)
}

// SharedPoolMembers lists the members of all shared pools: an extension, which a cloud need not have (api.md 3).
func (c *Client) SharedPoolMembers(ctx context.Context) iter.Seq2[[]Member, error] {
	return sharedList[Member](ctx, c, "members", "listing members of all shared pools")
}

// SharedHealthMonitors lists the health monitors of shared pools.
func (c *Client) SharedHealthMonitors(ctx context.Context) iter.Seq2[[]HealthMonitor, error] {
	return sharedList[HealthMonitor](ctx, c, "healthmonitors", "listing shared health monitors")
}

// SharedLoadBalancers lists the shared load balancers.
func (c *Client) SharedLoadBalancers(ctx context.Context) iter.Seq2[[]LoadBalancer, error] {
	return sharedList[LoadBalancer](ctx, c, "loadbalancers", "listing shared load balancers")
}

// SharedListeners lists the listeners of shared load balancers.
func (c *Client) SharedListeners(ctx context.Context) iter.Seq2[[]Listener, error] {
	return sharedList[Listener](ctx, c, "listeners", "listing shared listeners")
}

// SharedListener shows one.
func (c *Client) SharedListener(ctx context.Context, id string) (*Listener, error) {
	return show[Listener](ctx, c.shared().sub("listeners").id(id).doing("reading shared listener %s", id), "listener", id)
}

// SharedL7Policies lists the forwarding policies of shared load balancers.
func (c *Client) SharedL7Policies(ctx context.Context) iter.Seq2[[]L7Policy, error] {
	return sharedList[L7Policy](ctx, c, "l7policies", "listing shared l7policies")
}

// SharedCertificates lists the certificates of the older API, without their keys; on clouds with both APIs the same may be
// in [Client.Certificates] too. Octavia has none: it takes them from another service.
func (c *Client) SharedCertificates(ctx context.Context) iter.Seq2[[]Certificate, error] {
	return translated(sharedList[sharedCertificate](ctx, c, "certificates", "listing shared certificates"), sharedCertificate.certificate)
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

// DeleteSharedCertificate deletes one certificate of the older API, which has no batches.
func (d *Deleter) DeleteSharedCertificate(ctx context.Context, id string) error {
	return d.shared().sub("certificates").id(id).doing("deleting shared certificate %s", id).delete(ctx)
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

// sharedCertificate names its times in its own way.
type sharedCertificate struct {
	Certificate
	Created Time `json:"create_time"`
	Updated Time `json:"update_time"`
}

func (c sharedCertificate) certificate() Certificate {
	c.Shared = true
	c.CreatedAt, c.UpdatedAt = cmp.Or(c.CreatedAt, c.Created), cmp.Or(c.UpdatedAt, c.Updated)
	return c.Certificate
}
