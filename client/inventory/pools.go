package inventory

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"time"
	"unique"

	"janitor/client"
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
		numberColumn("servers", "SERVERS", 7, func(r Resource) int { return len(pool(r).Members) }).means("servers in it"),
		textColumn("protocol", "PROTOCOL", 8, func(r Resource) string { return pool(r).Protocol }).extra().means("protocol to its servers: TCP, HTTP, …"),
		ageColumn(),
		textColumn("type", "TYPE", 9, func(r Resource) string { return pool(r).family() }).extra().
			means("dedicated or shared load balancer").oneOf("dedicated", "shared"),
		textColumn("lb", "LB", 10, func(r Resource) string { return loadBalancer(pool(r)) }).extra().
			means("ids of its load balancers").
			typed(Words, func(r Resource) Datum { return Datum{Known: true, Words: idsIn(pool(r).LoadBalancers)} }),
		idColumn(),
		createdFact(),
		descriptionFact(func(r Resource) string { return pool(r).Description }),
		textFact("algorithm", "how requests are spread: ROUND_ROBIN, …", func(r Resource) string { return pool(r).Algorithm }),
		fact("listeners", Number, "listeners it names itself; reasons tell all", func(r Resource, _ time.Time) Datum {
			return number(len(pool(r).Listeners))
		}),
		flagFact("monitor", "has a health monitor", func(r Resource) bool { return pool(r).HealthMonitorID != "" }),
	},
	Needs: []ListID{sharedPools, listeners, l7policies, sharedListeners, sharedL7Policies},
	Judge: judgePool,
	Fields: func(r Resource, now time.Time) []Field {
		p := pool(r)
		return fields(r, now,
			Field{"Type", p.family()},
			Field{"Protocol", p.Protocol},
			Field{"Algorithm", p.Algorithm},
			Field{"Servers", fmt.Sprint(len(p.Members))},
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
		Missing: missingForPool,
		Takes:   takenWithPool,
		Undo:    func(Resource) (Undo, string) { return NewID, "it comes back with a new id" },
	},
	lists: []list{
		{id: ListID(Pools), read: func(ctx context.Context, q *query) error {
			return listPools(q, q.client.Pools(ctx), false)
		}},
		{id: sharedPools, optional: true, read: func(ctx context.Context, q *query) error {
			return listPools(q, q.client.SharedPools(ctx), true)
		}},
	},
	merge: mergePools,
}

func pool(r Resource) *Pool { return r.Object.(*Pool) }

func (p *Pool) family() string {
	if p.Shared {
		return "shared"
	}
	return "dedicated"
}

func loadBalancer(p *Pool) string {
	switch len(p.LoadBalancers) {
	case 0:
		return ""
	case 1:
		return brief(p.LoadBalancers[0].ID)
	}
	return fmt.Sprintf("%s +%d", brief(p.LoadBalancers[0].ID), len(p.LoadBalancers)-1)
}

func listPools(q *query, pages iter.Seq2[[]client.Pool, error], shared bool) error {
	scope := q.scope.ID()
	for page, err := range pages {
		if err != nil {
			return err
		}
		objects := make([]Pool, len(page))
		rows := make([]Resource, len(page))
		for i := range page {
			p := &objects[i]
			*p = Pool{Pool: page[i], Shared: shared, v3: !shared}
			for _, word := range []*string{
				&p.ProjectID, &p.EnterpriseProjectID, &p.Protocol, &p.Algorithm, &p.Type, &p.VPCID, &p.IPVersion, &p.ProtectionStatus,
			} {
				*word = one(*word)
			}
			for j := range p.LoadBalancers {
				p.LoadBalancers[j].ID = one(p.LoadBalancers[j].ID)
			}
			rows[i] = Resource{Ref: Ref{Scope: scope, Kind: Pools, ID: p.ID}, Name: p.Name, Created: p.CreatedAt.Time, Object: p}
		}
		q.page(rows)
	}
	return nil
}

// one keeps a word that many objects repeat in memory once.
func one(s string) string {
	if s == "" {
		return ""
	}
	return unique.Make(s).Value()
}

// mergePools joins what the v3 and the v2.0 list say of one pool: v3 knows more fields, either may know of a user.
func mergePools(a, b Resource) Resource {
	p, q := *pool(b), pool(a)
	if q.v3 && !p.v3 {
		b, p, q = a, *pool(a), pool(b)
	}
	p.Shared = p.Shared || q.Shared
	p.v3 = p.v3 || q.v3
	p.Listeners = union(p.Listeners, q.Listeners)
	p.Members = union(p.Members, q.Members)
	if p.HealthMonitorID == "" {
		p.HealthMonitorID = q.HealthMonitorID
	}
	b.Object = &p
	return b
}

// union never writes to a or b.
func union(a, b []client.IDRef) []client.IDRef {
	all := slices.Clip(a)
	for _, ref := range b {
		if !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	return all
}

var (
	poolUnused = []Reason{{Text: "no listener, no policy"}}
	empty      = []string{"empty"}
)

func judgePool(r Resource, g *Graph) Verdict {
	p := pool(r)
	protected := protectedBy(p.ProtectionStatus, p.ProtectionReason)
	if p.MemberDeletionProtection {
		protected = append(protected, Reason{Text: "its members are protected from deletion", Via: "member_deletion_protection_enable"})
	}
	if madeByCCE(p.Description) {
		protected = append(protected, Reason{Text: "made by a CCE cluster", Via: "description"})
	}
	gaps := g.gapsFor(Pools)
	if !p.v3 {
		if done, err := g.State(ListID(Pools)); !done && err == nil {
			gaps = append(slices.Clip(gaps), Reason{Text: "pools are still being listed"})
		}
	}
	var signs []string
	if len(p.Members) == 0 {
		signs = empty
	}
	v := judge(r.Ref, protected, g.usedBy(Pools, p.ID, p.Listeners), gaps, poolUnused, signs)
	if v.State == Unused && p.Shared && p.holds() != nil {
		v.Signs = append(slices.Clip(v.Signs), "not bare: "+strings.Join(p.holds(), ", "))
	}
	return v
}

// holds is what a pool has of its own: "3 members", "a health monitor".
func (p *Pool) holds() []string {
	var own []string
	if n := len(p.Members); n > 0 {
		own = append(own, count(n, "member", "members"))
	}
	if p.HealthMonitorID != "" {
		own = append(own, "a health monitor")
	}
	return own
}

var protectedInConsole = []Reason{{Text: "protected in the console", Via: "protection_status"}}

// protectedBy: the owner protected it in the console; calls of the API are perhaps not refused, janitor refuses (api.md 2.11).
func protectedBy(status, reason string) []Reason {
	switch {
	case status != client.ProtectedByConsole:
		return nil
	case reason == "":
		return slices.Clip(protectedInConsole)
	}
	return []Reason{{Text: `"` + reason + `"`, Via: "protection_reason"}}
}

var wordCCE = regexp.MustCompile(`\bCCE\b`)

// madeByCCE: container clusters mark what they made in the description, which then names CCE.
func madeByCCE(description string) bool {
	return strings.Contains(description, "CCE") && wordCCE.MatchString(description)
}

func protection(status, reason string) string {
	if because := protectedBy(status, reason); because != nil {
		return because[0].Text
	}
	return ""
}

// missingForPool: S1 refuses a shared pool that still has members or a monitor. Its third precondition, no policy that
// redirects to it, is part of the verdict.
func missingForPool(r Resource, _ *Graph) []string {
	p := pool(r)
	own := p.holds()
	if !p.Shared || own == nil {
		return nil
	}
	it := "it"
	if len(own) > 1 || len(p.Members) > 1 {
		it = "them"
	}
	return []string{"on a shared load balancer: has " + and(own), "take " + it + " away first"}
}

func takenWithPool(r Resource) string {
	p := pool(r)
	var taken []string
	if n := len(p.Members); n > 0 {
		taken = append(taken, count(n, "server", "servers"))
	}
	if p.HealthMonitorID != "" {
		taken = append(taken, "1 health monitor")
	}
	return strings.Join(taken, ", ")
}

var (
	deletePools = &Route{
		Call: "POST pools/batch-delete", Max: 50, Instead: deletePool,
		Send: func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
			return batch(d.DeletePools(ctx, idsOf(items)))
		},
	}
	deletePool = &Route{
		Call: "DELETE pools/{id}", Max: 1,
		Send: func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
			return single(items, d.DeletePool(ctx, items[0].Ref.ID))
		},
	}
	deleteSharedPool = &Route{
		Call: "DELETE v2.0/lbaas/pools/{id}", Max: 1,
		Send: func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
			return single(items, d.DeleteSharedPool(ctx, items[0].Ref.ID))
		},
	}
)

// fields are those that all kinds have, around the kind's own.
func fields(r Resource, now time.Time, own ...Field) []Field {
	all := append([]Field{{"Name", r.Name}, {"ID", r.Ref.ID}}, own...)
	all = append(all, Field{"Created", moment(r.Created, now)})
	return slices.DeleteFunc(all, func(f Field) bool { return f.Value == "" })
}
