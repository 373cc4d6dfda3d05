package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/english"
)

// Pool is a backend server group. Shared: it belongs to a shared load balancer (v2.0), whatever list showed it first.
type Pool struct {
	client.Pool
	Shared bool `json:"shared"`

	v3 bool // seen in the v3 list, which alone knows protection and times
}

var pools = &Kind{
	ID: Pools, One: "pool", Many: "pools", Title: "Pools",
	Columns: []Column{
		nameColumn("NAME"),
		countColumn("servers", "SERVERS", 7, func(r Resource) (int, bool) { return pool(r).Members.Len(), pool(r).Members.Said() }).means("servers in it"),
		textColumn("protocol", "PROTOCOL", 8, func(r Resource) string { return pool(r).Protocol }).extra().means("protocol to its servers: TCP, HTTP, …"),
		ageColumn(),
		textColumn("type", "TYPE", 9, func(r Resource) string { return familyOf(pool(r).Shared) }).extra().
			means("dedicated or shared load balancer").oneOf(families...),
		textColumn("lb", "LB", 12, func(r Resource) string { return loadBalancer(pool(r)) }).extra().
			means("ids of its load balancers").
			typed(Words, func(r Resource) Datum { return Datum{Known: true, Words: pool(r).LoadBalancers.List()} }),
		idColumn(),
		createdFact(),
		descriptionFact(func(r Resource) string { return pool(r).Description }),
		textFact("algorithm", "how requests are spread: ROUND_ROBIN, …", func(r Resource) string { return pool(r).Algorithm }),
		fact("listeners", Number, "listeners it names itself; reasons tell all", func(r Resource, _ time.Time) Datum {
			return count(pool(r).Listeners.Len(), pool(r).Listeners.Said())
		}),
		flagFact("monitor", "has a health monitor", func(r Resource) bool { return pool(r).HealthMonitorID != "" }),
	},
	Needs: []ListID{sharedPools, listeners, l7policies, sharedListeners, sharedL7Policies, recycled, namedListeners},
	looks: []ListID{loadBalancerList, sharedBalancers, serverList, sharedServers, monitorList, sharedMonitors},
	Judge: judgePool,
	Fields: func(r Resource, now time.Time) []Field {
		p := pool(r)
		return fields(r, now,
			Field{"Type", familyOf(p.Shared)},
			Field{"Protocol", p.Protocol},
			Field{"Algorithm", p.Algorithm},
			Field{"Servers", counted(p.Members.Len(), p.Members.Said())},
			Field{"Health monitor", p.HealthMonitorID},
			Field{"Listeners", ids(p.Listeners)},
			Field{"Load balancers", ids(p.LoadBalancers)},
			Field{"Protection", protection(p.ProtectionStatus, p.ProtectionReason)},
			Field{"Description", p.Description},
			Field{"VPC", p.VPCID},
			Field{"Enterprise project", p.EnterpriseProjectID},
		)
	},
	Deletion: &Deletion{
		Route: func(r Resource) *Route {
			if pool(r).Shared {
				return deleteSharedPool
			}
			return deletePools
		},
		Lane: laneOfPool,
		Missing: func(r Resource, _ *Graph) []string {
			if pool(r).Members.Said() {
				return nil
			}
			return []string{"which servers it holds is not known"}
		},
		Going:   func(r Resource) bool { return pool(r).ProvisioningStatus == "PENDING_DELETE" },
		Before:  beforePool,
		Demands: func(r Resource) bool { return pool(r).Shared },
		Detach:  detachPool,
		Settings: func(r Resource) []Field {
			p := pool(r)
			return []Field{{"description", p.Description}, {"protocol", p.Protocol}, {"algorithm", p.Algorithm}}
		},
		Takes:   takenWithPool,
		Undo:    func(r Resource) (Undo, string) { return lossy(NewID, newID, onSeveral(pool(r).LoadBalancers)) },
		Effects: effectsOfPools,
	},
	Restore: restorePools,
	lists: []list{
		{id: ListID(Pools), permission: "elb:pools:list", dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.Pools(ctx), poolOf))
		}},
		{
			id: sharedPools, permission: "elb:pools:list", optional: true,
			shows: func(r Resource) bool { return pool(r).Shared }, // or else v3, which deletes it, has the last word
			read: func(ctx context.Context, q *query) error {
				return rowsOf(q, as(q.client.SharedPools(ctx), sharedPoolOf))
			},
		},
	},
	links:   linksOfPool,
	names:   true,
	project: func(r Resource) string { return pool(r).EnterpriseProjectID },
	row: func(home ScopeID, of Object) Resource {
		p := of.(*Pool)
		return Resource{Ref: Ref{Scope: home, Kind: Pools, ID: p.ID}, Name: p.Name, Created: p.CreatedAt, Updated: p.UpdatedAt, Object: p}
	},
	merge:   mergePools,
	partial: func(r Resource) bool { return !pool(r).Members.Said() || !pool(r).Listeners.Said() },
	whole:   fillPool,
}

func pool(r Resource) *Pool { return r.Object.(*Pool) }

func loadBalancer(p *Pool) string {
	switch p.LoadBalancers.Len() {
	case 0:
		return ""
	case 1:
		return Brief(p.LoadBalancers.First())
	}
	return fmt.Sprintf("%s +%d", Brief(p.LoadBalancers.First()), p.LoadBalancers.Len()-1)
}

func poolOf(p *client.Pool) Pool { return Pool{Pool: *p, v3: true} }

func sharedPoolOf(p *client.Pool) Pool { return Pool{Pool: *p, Shared: true} }

// mergePools joins what the v3 and the v2.0 list say of one pool: v3 knows more fields, either may know of a user. Of what is
// on a shared load balancer v3 does not say when it was made (api.md 2): one of which it does is dedicated, even where the
// v2.0 list shows it too.
func mergePools(a, b Resource) Resource {
	p, q := *pool(b), pool(a)
	if q.v3 && !p.v3 {
		b, p, q = a, *pool(a), pool(b)
	}
	p.Shared = (p.Shared || q.Shared) && (!p.v3 || p.CreatedAt.IsZero())
	p.MemberDeletionProtection = p.MemberDeletionProtection || q.MemberDeletionProtection
	if protectedBy(p.ProtectionStatus, p.ProtectionReason) == nil {
		p.ProtectionStatus, p.ProtectionReason = q.ProtectionStatus, q.ProtectionReason
	}
	p.v3 = p.v3 || q.v3
	p.Listeners = p.Listeners.And(q.Listeners)
	p.Members = p.Members.And(q.Members)
	if p.HealthMonitorID == "" {
		p.HealthMonitorID = q.HealthMonitorID
	}
	b.Object = &p
	return b
}

// linksOfPool: what a pool is on and what it holds. That it is on a load balancer is no use of it.
func linksOfPool(r Resource, tell func(link)) {
	p := pool(r)
	for l := range p.Listeners.All() {
		tell(link{user: near(r, Listeners, l), used: r.Ref, via: "listeners"})
	}
	for lb := range p.LoadBalancers.All() {
		tell(link{user: near(r, LoadBalancers, lb), used: r.Ref, via: "loadbalancers", loose: true})
	}
	for m := range p.Members.All() {
		tell(link{user: r.Ref, used: near(r, Servers, m), via: "members"})
	}
	if p.HealthMonitorID != "" {
		tell(link{user: r.Ref, used: near(r, Monitors, p.HealthMonitorID), via: "healthmonitor_id"})
	}
}

var poolUnused = []Reason{{Text: "no listener, no policy"}}

func judgePool(r Resource, g *Graph) Verdict {
	p := pool(r)
	protected := protectedBy(p.ProtectionStatus, p.ProtectionReason)
	if p.MemberDeletionProtection {
		protected = append(protected, Reason{Text: "its members are protected from deletion", Via: "member_deletion_protection_enable"})
	}
	protected = append(protected, madeBy(p.Name, p.Description)...)
	gaps := g.gapsFor(Pools)
	if !p.v3 {
		if done, err := g.State(ListID(Pools)); !done && err == nil {
			gaps = append(slices.Clip(gaps), Reason{Text: "pools are still being listed"})
		}
	}
	if lb := g.binnedOf(p); lb != "" {
		gaps = append(slices.Clip(gaps), Reason{Text: inRecycleBin(lb), Via: "loadbalancers", By: lb})
	}
	used, doubts := g.usedBy(Pools, p.ID, p.Listeners)
	if doubts != nil {
		gaps = append(slices.Clip(doubts), gaps...)
	}
	signs, all := signsOfPool(p, g)
	v := judge(r.Ref, protected, used, gaps, poolUnused, signs)
	v.Partial = !all
	return v
}

// binnedOf is the first load balancer of a pool in the recycle bin whose policies may use it, "" for none.
func (g *Graph) binnedOf(p *Pool) string {
	if g == nil || len(g.binned) == 0 {
		return ""
	}
	for lb := range p.LoadBalancers.All() {
		if g.binned[lb] {
			return lb
		}
	}
	return ""
}

func inRecycleBin(lb string) string {
	return "its load balancer " + lb + " is in the recycle bin, whose policies are not listed"
}

// signsOfPool: what its servers do is known when all of them are listed; all says whether it is.
func signsOfPool(p *Pool, g *Graph) (signs []string, all bool) {
	n := p.Members.Len()
	switch {
	case !p.Members.Said():
		return nil, false
	case n == 0:
		return empty, true
	case g == nil || len(g.servers) == 0:
		return nil, false
	}
	down, drained := true, true
	for id := range p.Members.All() {
		s, known := g.servers[id]
		if !known {
			return nil, false
		}
		down, drained = down && offline(s), drained && idle(s)
	}
	switch {
	case down && n == 1:
		return oneOffline, true
	case down:
		return allOffline, true
	case drained:
		return allIdle, true
	}
	return nil, true
}

var (
	oneOffline = []string{"server offline"}
	allOffline = []string{"all offline"}
	allIdle    = []string{"all weight 0"}
)

func takenWithPool(r Resource) string {
	p := pool(r)
	var taken []string
	if n := p.Members.Len(); n > 0 {
		taken = append(taken, english.Count(n, "server", "servers"))
	}
	if p.HealthMonitorID != "" {
		taken = append(taken, "1 health monitor")
	}
	return strings.Join(taken, ", ")
}

var (
	deletePools = &Route{
		Call: "POST pools/batch-delete", Max: 50, Instead: deletePool,
		Send: inBatches("elb:pools:delete", (*client.Deleter).DeletePools),
	}
	deletePool = &Route{
		Call: "DELETE pools/{id}", Max: 1,
		Send: oneByOne("elb:pools:delete", (*client.Deleter).DeletePool),
	}
	deleteSharedPool = &Route{
		Call: "DELETE v2.0/lbaas/pools/{id}", Max: 1,
		Send: oneByOne("elb:pools:delete", (*client.Deleter).DeleteSharedPool),
	}
)
