package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"janitor/client"
)

// The kinds in this file are never cleaned up themselves. They say what uses the others, and what these consist of.

const notOurs = " is shown only for what it uses: janitor does not delete it"

// Listener with where it was seen: a shared one is in the v2.0 list, and on some clouds in the v3 list too.
type Listener struct {
	client.Listener
	Shared bool `json:"shared"`

	v3 bool
}

// Policy is a forwarding policy with where it was seen.
type Policy struct {
	client.L7Policy
	Shared bool `json:"shared"`

	v3 bool
}

// Monitor is a health monitor with where it was seen.
type Monitor struct {
	client.HealthMonitor
	Shared bool `json:"shared"`

	v3 bool
}

var listenerKind = &Kind{
	ID: Listeners, One: "listener", Many: "listeners", Title: "Listeners",
	WhyNot: "A listener" + notOurs,
	Fields: func(r Resource, now time.Time) []Field {
		l := r.Object.(*Listener)
		return fields(r, now,
			Field{"Protocol", protocolAndPort(l.Protocol, l.ProtocolPort)},
			Field{"Access control", accessOf(&l.Listener)},
			Field{"Default pool", l.DefaultPoolID},
			Field{"Protection", protection(l.ProtectionStatus, "")},
			Field{"Load balancers", ids(l.LoadBalancers)},
		)
	},
	lists: []list{
		{id: listeners, permission: toListListeners, dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.Listeners(ctx), listenerOf))
		}},
		{id: sharedListeners, permission: toListListeners, optional: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.SharedListeners(ctx), sharedListenerOf))
		}},
		{id: recycled, permission: toListListeners, dedicated: true, read: readRecycled},
		{id: namedListeners, permission: toReadListener, read: readNamed, last: true},
	},
	links:   linksOfListener,
	names:   true,
	project: func(r Resource) string { return r.Object.(*Listener).EnterpriseProjectID },
	note: func(page []Resource, p *part) {
		for _, r := range page {
			l := r.Object.(*Listener)
			set(&p.names, l.ID, l.Name)
			delete(p.controls, l.ID) // a page may repeat a listener
			if why := protection(l.ProtectionStatus, l.ProtectionReason); why != "" {
				set(&p.guarded, foldedID(l.ID), why)
			}
			if l.IPGroup == nil {
				continue
			}
			on := l.IPGroup.Enabled != nil && *l.IPGroup.Enabled
			c := control{accessControl(l.IPGroup), l.IPGroup.IDs}
			if set(&p.controls, l.ID, c); len(c.groups()) == 0 && (on || l.IPGroup.Type != "") {
				set(&p.unclear, IPGroups, "listener "+r.Label()+" has access control without saying by which IP group")
				p.unclear[Entries] = p.unclear[IPGroups]
			}
		}
	},
	row:   listenerRow,
	merge: mergeShared(func(l *Listener) *bool { return &l.Shared }, func(l *Listener) *bool { return &l.v3 }),
}

func listenerOf(l *client.Listener) Listener { return Listener{Listener: *l, v3: true} }

func sharedListenerOf(l *client.Listener) Listener { return Listener{Listener: *l, Shared: true} }

func listenerRow(home ScopeID, of Object) Resource {
	l := of.(*Listener)
	return Resource{Ref: Ref{Scope: home, Kind: Listeners, ID: l.ID}, Name: l.Name, Created: l.CreatedAt, Object: l}
}

// The fields by which a listener names its default pool, and the IP groups of its access control.
const (
	viaDefaultPool = "default_pool_id"
	viaAccess      = "ipgroup"
)

// linksOfListener: api.md 2.6.
func linksOfListener(r Resource, tell func(link)) {
	l := r.Object.(*Listener)
	for lb := range l.LoadBalancers.All() {
		tell(link{user: near(r, LoadBalancers, lb), used: r.Ref, via: "loadbalancers"})
	}
	to := func(kind KindID, id, via, up, down string) {
		if id != "" {
			tell(link{user: r.Ref, used: near(r, kind, id), via: via, up: up, down: down})
		}
	}
	to(Pools, l.DefaultPoolID, viaDefaultPool, "", "default pool")
	to(Certificates, l.ServerCertID, "default_tls_container_ref", "", "certificate")
	to(Certificates, l.CACertID, "client_ca_tls_container_ref", "CA of listener", "CA certificate")
	for _, id := range l.SNICertIDs {
		to(Certificates, id, "sni_container_refs", "SNI of listener", "SNI certificate")
	}
	if l.IPGroup == nil {
		return
	}
	access := accessControl(l.IPGroup)
	for _, id := range idsOfGroups(l.IPGroup.IDs) {
		tell(link{user: r.Ref, used: near(r, IPGroups, id), via: viaAccess, down: "IP group (" + access.String() + ")", access: access})
	}
}

func accessControl(g *client.ListenerIPGroup) Access {
	black, white := strings.EqualFold(g.Type, "black"), strings.EqualFold(g.Type, "white")
	return Access{Black: black, Odd: !black && !white, Off: g.Enabled != nil && !*g.Enabled}
}

func accessOf(l *client.Listener) string {
	if l.IPGroup == nil || l.IPGroup.IDs == "" {
		return ""
	}
	return accessControl(l.IPGroup).String()
}

func protocolAndPort(protocol string, number int) string {
	if number == 0 {
		return protocol
	}
	return strings.TrimSpace(protocol + " " + strconv.Itoa(number))
}

var policyKind = &Kind{
	ID: Policies, One: "policy", Many: "policies", Title: "Policies",
	WhyNot: "A policy" + notOurs,
	Fields: func(r Resource, now time.Time) []Field {
		p := r.Object.(*Policy)
		return fields(r, now,
			Field{"Action", p.Action},
			Field{"State", p.ProvisioningStatus},
			Field{"Listener", p.ListenerID},
			Field{"Redirects to pool", p.RedirectPoolID},
			Field{"Redirects to listener", p.RedirectListenerID},
		)
	},
	lists: []list{
		{id: l7policies, permission: toListPolicies, dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.L7Policies(ctx), policyOf))
		}},
		{id: sharedL7Policies, permission: toListPolicies, optional: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.SharedL7Policies(ctx), sharedPolicyOf))
		}},
	},
	links: linksOfPolicy,
	names: true,
	note: func(page []Resource, p *part) {
		for _, r := range page {
			policy := r.Object.(*Policy)
			set(&p.policies, r.Ref.ID, policy)
			if slices.ContainsFunc(policy.WeightedPools, func(w client.WeightedPool) bool { return w.PoolID == "" }) {
				set(&p.unclear, Pools, "policy "+r.Label()+" sends to a pool that it does not name")
			}
		}
	},
	row:   policyRow,
	merge: mergeShared(func(p *Policy) *bool { return &p.Shared }, func(p *Policy) *bool { return &p.v3 }),
}

func policyOf(p *client.L7Policy) Policy { return Policy{L7Policy: *p, v3: true} }

func sharedPolicyOf(p *client.L7Policy) Policy { return Policy{L7Policy: *p, Shared: true} }

func policyRow(home ScopeID, of Object) Resource {
	p := of.(*Policy)
	return Resource{Ref: Ref{Scope: home, Kind: Policies, ID: p.ID}, Name: p.Name, Object: p}
}

// linksOfPolicy: api.md 2.7. One in state ERROR holds its references all the same.
func linksOfPolicy(r Resource, tell func(link)) {
	p := r.Object.(*Policy)
	if p.ListenerID != "" {
		tell(link{user: near(r, Listeners, p.ListenerID), used: r.Ref, via: "listener_id"})
	}
	to := func(kind KindID, id, via, up, down string) {
		if id != "" {
			tell(link{user: r.Ref, used: near(r, kind, id), via: via, up: up, down: down})
		}
	}
	to(Pools, p.RedirectPoolID, "redirect_pool_id", "", "")
	for _, w := range p.WeightedPools {
		down := "weighted pool"
		if w.Weight != nil {
			down = fmt.Sprintf("pool of weight %d", *w.Weight)
		}
		to(Pools, w.PoolID, "redirect_pools_config", "weighted policy", down)
	}
	for _, id := range p.mirrors() {
		to(Pools, id, "redirect_pools_extend_config", "mirror policy", "mirror pool")
	}
	to(Listeners, p.RedirectListenerID, "redirect_listener_id", "redirecting policy", "redirect to listener")
}

// names says whether the policy writes the id of a pool as the pool itself does: other spellings refer to it too, see [folded],
// but what a policy keeps and loses is told by comparing ids.
func (p *Policy) names(pool string) bool {
	return p.RedirectPoolID == pool || slices.Contains(p.mirrors(), pool) ||
		slices.ContainsFunc(p.WeightedPools, func(w client.WeightedPool) bool { return w.PoolID == pool })
}

func (p *Policy) mirrors() []string {
	if p.Extended == nil || p.Extended.Mirror == nil {
		return nil
	}
	return p.Extended.Mirror.TargetIDs
}

var loadBalancers = &Kind{
	ID: LoadBalancers, One: "load balancer", Many: "load balancers", Title: "Load balancers",
	WhyNot: "A load balancer" + notOurs,
	Fields: func(r Resource, now time.Time) []Field {
		b := r.Object.(*client.LoadBalancer)
		return fields(r, now,
			Field{"Type", familyOf(!b.Guaranteed)},
			Field{"Address", b.VIPAddress},
			Field{"State", b.ProvisioningStatus},
		)
	},
	lists: []list{
		{id: loadBalancerList, permission: "elb:loadbalancers:list", dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, q.client.LoadBalancers(ctx))
		}},
		{id: sharedBalancers, permission: "elb:loadbalancers:list", optional: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, q.client.SharedLoadBalancers(ctx))
		}},
	},
	links: func(r Resource, tell func(link)) {
		for l := range r.Object.(*client.LoadBalancer).Listeners.All() {
			tell(link{user: r.Ref, used: near(r, Listeners, l), via: "listeners"})
		}
	},
	names: true,
	row:   balancerRow,
	merge: func(seen, again Resource) Resource { // v3 says which are dedicated and when they were made
		if seen.Object.(*client.LoadBalancer).Guaranteed || !seen.Created.IsZero() {
			return seen
		}
		return again
	},
}

func balancerRow(home ScopeID, of Object) Resource {
	b := of.(*client.LoadBalancer)
	return Resource{Ref: Ref{Scope: home, Kind: LoadBalancers, ID: b.ID}, Name: b.Name, Created: b.CreatedAt, Object: b}
}

var servers = &Kind{
	ID: Servers, One: "server", Many: "servers", Title: "Servers",
	WhyNot: "A server goes only with its pool",
	Fields: func(r Resource, now time.Time) []Field {
		m := r.Object.(*client.Member)
		return fields(r, now,
			Field{"Address", serverAddress(m)},
			Field{"Weight", optional(m.Weight)},
			Field{"State", m.OperatingStatus},
			Field{"ECS", m.InstanceID},
		)
	},
	lists: []list{
		{id: serverList, permission: "elb:members:list", dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, q.client.PoolMembers(ctx))
		}},
		{id: sharedServers, permission: "elb:members:list", optional: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, q.client.SharedPoolMembers(ctx))
		}},
	},
	note: func(page []Resource, p *part) {
		for _, r := range page {
			set(&p.servers, r.Ref.ID, r.Object.(*client.Member))
		}
	},
	row: serverRow,
}

func offline(m *client.Member) bool { return m.Health() == client.HealthOffline }

// idle: it gets no new requests.
func idle(m *client.Member) bool { return m.Weight != nil && *m.Weight == 0 }

func serverRow(home ScopeID, of Object) Resource {
	m := of.(*client.Member)
	return Resource{Ref: Ref{Scope: home, Kind: Servers, ID: m.ID}, Name: serverName(m), Created: m.CreatedAt, Object: m}
}

func serverName(m *client.Member) string {
	return strings.TrimSpace(m.Name + " " + serverAddress(m))
}

func serverAddress(m *client.Member) string {
	return withPort(m.Address, strconv.Itoa(m.ProtocolPort))
}

var monitors = &Kind{
	ID: Monitors, One: "health monitor", Many: "health monitors", Title: "Health monitors",
	WhyNot: "A health monitor goes only with its pool",
	Fields: func(r Resource, now time.Time) []Field {
		m := r.Object.(*Monitor)
		return fields(r, now, Field{"Type", m.Type}, Field{"Pools", ids(m.Pools)})
	},
	lists: []list{
		{id: monitorList, permission: "elb:healthmonitors:list", dedicated: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.HealthMonitors(ctx), monitorOf))
		}},
		{id: sharedMonitors, permission: "elb:healthmonitors:list", optional: true, read: func(ctx context.Context, q *query) error {
			return rowsOf(q, as(q.client.SharedHealthMonitors(ctx), sharedMonitorOf))
		}},
	},
	links: func(r Resource, tell func(link)) {
		for p := range r.Object.(*Monitor).Pools.All() {
			tell(link{user: near(r, Pools, p), used: r.Ref, via: "pools"})
		}
	},
	row:   monitorRow,
	merge: mergeShared(func(m *Monitor) *bool { return &m.Shared }, func(m *Monitor) *bool { return &m.v3 }),
}

func monitorOf(m *client.HealthMonitor) Monitor { return Monitor{HealthMonitor: *m, v3: true} }

func sharedMonitorOf(m *client.HealthMonitor) Monitor {
	return Monitor{HealthMonitor: *m, Shared: true}
}

func monitorRow(home ScopeID, of Object) Resource {
	m := of.(*Monitor)
	return Resource{Ref: Ref{Scope: home, Kind: Monitors, ID: m.ID}, Name: cmp.Or(m.Name, m.Type), Object: m}
}

var memberGroups = &Kind{
	ID: MemberGroups, One: "server group", Many: "server groups", Title: "Server groups", Within: Channels,
	WhyNot: "A server group" + notOurs,
	Fields: func(r Resource, now time.Time) []Field {
		return fields(r, now, Field{"Channel", r.In}, Field{"Refers to channel", r.Object.(*client.MemberGroup).ReferenceChannelID})
	},
}

// as are the objects of these pages with what is known of them beside.
func as[From, To any](pages iter.Seq2[[]From, error], object func(*From) To) iter.Seq2[[]To, error] {
	return func(yield func([]To, error) bool) {
		for page, err := range pages {
			objects := make([]To, len(page))
			for i := range page {
				objects[i] = object(&page[i])
			}
			if !yield(objects, err) {
				return
			}
		}
	}
}

// rowsOf reads a list of objects, row by row.
func rowsOf[T any](q *query, pages iter.Seq2[[]T, error]) error {
	for page, err := range pages {
		if err != nil {
			return err
		}
		rows := make([]Resource, len(page))
		for i := range page {
			rows[i] = q.kind.row(q.home, &page[i])
		}
		q.page(rows)
	}
	return nil
}

// readRecycled keeps the listeners of load balancers in the recycle bin until it is known which of them no other list
// shows: one that is taken out again needs its pools and certificates.
func readRecycled(ctx context.Context, q *query) error {
	begun := false
	for page, err := range q.client.RecycledListeners(ctx) {
		if e, ok := errors.AsType[*client.Error](err); ok && !begun && (e.Status == http.StatusBadRequest || e.Code == unsupported) {
			return nil // this cloud has no recycle bin: it does not know the parameter, or not the feature (api.md 6.2)
		}
		if err != nil {
			return err
		}
		begun = true
		q.aside(page)
	}
	return nil
}

// takesPolicies: only what reads HTTP can have forwarding policies.
func takesPolicies(l *client.Listener) bool {
	return !slices.Contains([]string{"TCP", "UDP", "IP", "TLS"}, strings.ToUpper(l.Protocol))
}

// mostNamed is how many listeners that no list shows are asked for one by one.
const mostNamed = 24

// readNamed asks for the listeners that other objects name and no list shows: they may have been made or deleted while
// the lists were read, lie in the recycle bin, or be hidden from us. What cannot be read may use anything.
func readNamed(ctx context.Context, q *query) error {
	rows := make([]Resource, len(q.unlisted))
	for i := range q.unlisted {
		l := &q.unlisted[i]
		rows[i] = listenerRow(q.home, new(listenerOf(l)))
		for lb := range l.LoadBalancers.All() {
			if takesPolicies(l) {
				set(&q.part.binned, lb, true)
			}
		}
	}
	q.page(rows)
	if q.divided {
		if err := readGranted(ctx, q); err != nil {
			return err
		}
	}
	ids := slices.Sorted(maps.Keys(q.named))
	if len(ids) > mostNamed {
		return fmt.Errorf("%d listeners are named by others and not listed, such as %s by %s: not all listeners can be seen",
			len(ids), ids[0], q.named[ids[0]])
	}
	failures := make([]error, len(ids))
	gone := make([]bool, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() {
			l, err := q.client.Listener(ctx, id)
			unknown, lacking := gonePlainly(err), errors.Is(err, client.RouteAbsent) // a cloud may have only shared ones
			object := listenerOf
			if unknown || lacking {
				object = sharedListenerOf
				l, err = q.client.SharedListener(ctx, id)
			}
			switch {
			case gonePlainly(err), unknown && errors.Is(err, client.RouteAbsent):
				gone[i] = true
			case err != nil:
				what := fmt.Sprintf("listener %s, which %s names,", id, q.named[id])
				failures[i] = &unread{couldNot(what, "read", toReadListener, err), err}
			default:
				q.page([]Resource{listenerRow(q.home, new(object(l)))})
			}
		})
	}
	wg.Wait()
	for i, id := range ids {
		if gone[i] {
			set(&q.part.missing, id, true)
		}
	}
	for _, err := range failures { // one says enough: nothing is known to be unused then
		if err != nil {
			return err
		}
	}
	return nil
}

// readGranted looks for listeners of enterprise projects that the lists did not show (api.md 2.2), and, where there are any,
// for the policies of these projects.
func readGranted(ctx context.Context, q *query) error {
	var more []Resource
	granted := map[string]bool{} // their ids, folded
	begun := false
	for page, err := range grantedListeners(ctx, q) {
		switch {
		case !begun && refuses(err):
			if e, ok := errors.AsType[*client.Error](err); ok && e.Class == client.Forbidden && e.Code != unsupported {
				q.cloud.refuse(err)
			}
			q.cloud.learn(false)
			return nil
		case err != nil:
			q.cloud.learn(true) // for all that is known
			return &unread{couldNot("listeners of all enterprise projects", "listed", toListListeners, err), err}
		}
		begun = true
		for i := range page {
			if id := foldedID(page[i].ID); !q.listed[id] {
				granted[id] = true
				more = append(more, listenerRow(q.home, new(listenerOf(&page[i]))))
			}
		}
	}
	maps.DeleteFunc(q.named, func(id string, _ namer) bool { return granted[foldedID(id)] })
	if q.cloud.learn(len(more) > 0); len(more) == 0 {
		return nil
	}
	q.page(more)
	for page, err := range q.client.GrantedL7Policies(ctx) {
		if err != nil {
			return &unread{couldNot("l7policies of all enterprise projects", "listed", toListPolicies, err), err}
		}
		rows := make([]Resource, len(page))
		for i := range page {
			rows[i] = policyRow(q.home, new(policyOf(&page[i])))
		}
		q.others(rows)
	}
	return nil
}

// grantedListeners are those of all enterprise projects, with those in the recycle bin where the cloud has one and takes both
// questions at once.
func grantedListeners(ctx context.Context, q *query) iter.Seq2[[]client.Listener, error] {
	plain := q.client.GrantedListeners(ctx, false)
	if !q.binned {
		return plain
	}
	return func(yield func([]client.Listener, error) bool) {
		begun := false
		for page, err := range q.client.GrantedListeners(ctx, true) {
			if !begun && refuses(err) {
				plain(yield)
				return
			}
			begun = true
			if !yield(page, err) {
				return
			}
		}
	}
}

// refuses: the service does not know what is asked for, or does not let us ask for it.
func refuses(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && (e.Status == http.StatusBadRequest || denied(err))
}

// gonePlainly: the service says that it is not there. A 403 that may mean as much is no proof (ELB.8903), nor is what became
// of a request that never left.
func gonePlainly(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Class == client.NotFound && e.Status != http.StatusForbidden && !e.Unsent
}
