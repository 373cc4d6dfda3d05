package simcloud

import (
	"fmt"
	"strings"
)

func (b *builder) balancers() {
	for range 4 {
		b.vpcs = append(b.vpcs, b.uuid())
	}
	for range 8 {
		b.subnets = append(b.subnets, b.uuid())
	}
	for range 2 {
		b.clusters = append(b.clusters, b.uuid())
	}
	add := func(name string, guaranteed bool) *balancer {
		lb := &balancer{
			ID: b.uuid(), Name: name, Description: b.note(), ProjectID: b.w.project, EnterpriseProjectID: "0", Guaranteed: guaranteed,
			ProvisioningStatus: "ACTIVE", OperatingStatus: "ONLINE", VIPAddress: b.address(), VPCID: pick(b, b.vpcs),
			AdminStateUp: true, Listeners: []ref{}, Pools: []ref{}, ProtectionStatus: nonProtection,
		}
		if guaranteed {
			lb.CreatedAt, lb.UpdatedAt = b.times(timeV3)
		}
		b.w.balancers.all = append(b.w.balancers.all, lb)
		return lb
	}
	for i := range 2 + b.counts.pools/25 {
		b.own = append(b.own, add(fmt.Sprintf("elb-%s-%02d", environments[i%len(environments)], i+1), true))
	}
	for i := range 1 + b.counts.shared/10 {
		b.shared = append(b.shared, add(fmt.Sprintf("elb-classic-%02d", i+1), false))
	}
}

func (b *builder) address() string {
	return fmt.Sprintf("10.%d.%d.%d", b.n(200), b.n(256), 2+b.n(250))
}

// What a pool is there for, one letter each: u nothing, d default of a listener, p target of a policy, w of a weighted
// policy, m of a mirror, b both default and policy; C and c made by the container service (unused, default), K and k
// protected in the console (unused, default), X with member deletion protection (unused).
const poolRoles = "udpuwumudKupuCudubpuXdupuwcudupukdwupudu"

func (b *builder) pools() {
	var weightedPools, mirrored, targets []*pool
	unusedSeen := 0
	for i := range b.counts.pools - b.counts.shared {
		role := poolRoles[i%len(poolRoles)]
		p := b.pool(false)
		switch role {
		case 'u':
			b.signable.pools = append(b.signable.pools, p)
			// Every other unused pool has one of the odd names, until all of them are there.
			if unusedSeen++; unusedSeen == 4 {
				p.Name = longName
			} else if unusedSeen%2 == 0 && unusedSeen/2 <= len(oddNames) {
				p.Name = oddNames[(unusedSeen/2+3)%len(oddNames)]
			}
		case 'C', 'c':
			p.Name = fmt.Sprintf("k8s_TCP_%d_%s_%s", 30000+b.n(2767), pick(b, environments), pick(b, applications))
			p.Description = cceDescription(pick(b, b.clusters))
		case 'K', 'k':
			p.ProtectionStatus = consoleProtection
			if role == 'K' || b.chance(50) {
				p.ProtectionReason = pick(b, []string{"owned by payments", "owned by payments", "audit until 2027", "disaster recovery, ask SRE"})
			}
		case 'X':
			p.MemberDeletionProtection = true
		}
		used := strings.IndexByte("dpwmbck", role) >= 0
		if used || b.chance(30) {
			b.monitor(p)
		}
		b.servers(p, used, role == 'X')
		if strings.IndexByte("pwmb", role) >= 0 {
			p.Protocol = "HTTP"
		}
		switch role {
		case 'd', 'c', 'k', 'b':
			mayListen := b.mayListen()
			if mayListen {
				b.listen(p, b.own)
			}
			if role == 'd' && mayListen {
				b.plain = append(b.plain, p)
			}
			if role == 'b' || !mayListen {
				p.Protocol = "HTTP"
				targets = append(targets, p)
			}
		case 'p':
			targets = append(targets, p)
		case 'w':
			weightedPools = append(weightedPools, p)
		case 'm':
			mirrored = append(mirrored, p)
		}
	}
	b.forwardTo(targets, weightedPools, mirrored)
}

// mayListen leaves a part of the quota of listeners to redirections, which have no pool. Pools that come too late for a
// listener are targets of policies.
func (b *builder) mayListen() bool {
	return b.counts.listeners == 0 || len(b.w.listeners.all) < b.counts.ownListeners()*4/5
}

// pool is a new one without servers; a bigger account has more names twice.
func (b *builder) pool(shared bool) *pool {
	created, updated := b.times(timeV3)
	p := &pool{
		ID: b.uuid(), Name: b.poolName(), Description: b.note(), ProjectID: b.w.project, EnterpriseProjectID: "0",
		Protocol:  pick(b, []string{"HTTP", "HTTP", "HTTP", "HTTP", "HTTPS", "TCP", "TCP", "UDP", "GRPC", "TLS", "QUIC"}),
		Algorithm: pick(b, []string{"ROUND_ROBIN", "ROUND_ROBIN", "ROUND_ROBIN", "LEAST_CONNECTIONS", "SOURCE_IP"}),
		Type:      "instance", VPCID: pick(b, b.vpcs), IPVersion: "dualstack", AdminStateUp: true,
		Listeners: []ref{}, LoadBalancers: []ref{}, ProtectionStatus: nonProtection, shared: shared,
	}
	if shared {
		p.Protocol = pick(b, []string{"HTTP", "HTTP", "TCP"})
		p.Type, p.IPVersion = "", "v4"
	} else {
		p.CreatedAt, p.UpdatedAt = created, updated
		if b.chance(15) {
			p.Type, p.VPCID = "ip", ""
		}
		// A dash-less id now and then (S0).
		if b.chance(5) {
			p.ID = strings.ReplaceAll(p.ID, "-", "")
		}
	}
	if b.chance(15) && p.Protocol == "HTTP" {
		p.SessionPersistence = []byte(`{"type":"HTTP_COOKIE","cookie_name":"","persistence_timeout":60}`)
	}
	switch {
	case shared:
	case len(b.w.pools.all)%6 == 2:
		p.ConnectionDrain, p.PoolHealth = []byte(`{"enable":true,"timeout":300}`), []byte(`{"minimum_healthy_member_count":1}`)
	case len(b.w.pools.all)%6 == 5:
		p.SlowStart = []byte(`{"enable":true,"duration":60}`)
	}
	b.w.pools.all = append(b.w.pools.all, p)
	return p
}

// servers gives a pool its members: those of a used pool mostly live, those of an unused one are mostly dead or gone.
func (b *builder) servers(p *pool, used, atLeastOne bool) {
	n := 0
	if used || atLeastOne {
		n = 1 + b.n(b.counts.members)
	} else if b.chance(50) {
		n = 1 + b.n(min(3, b.counts.members))
	}
	port := pick(b, []int{80, 8080, 443, 8443, 9000, 3000})
	for i := range n {
		m := &member{
			ID: b.uuid(), Address: b.address(), ProtocolPort: port, SubnetID: pick(b, b.subnets), Weight: 1 + b.n(10),
			IPVersion: "v4", OperatingStatus: "ONLINE", MemberType: "instance", AdminStateUp: true, ProjectID: b.w.project,
			CreatedAt: p.CreatedAt, UpdatedAt: p.CreatedAt,
		}
		switch {
		case p.HealthMonitorID == "":
			m.OperatingStatus = "NO_MONITOR"
		case used && b.chance(10), !used && b.chance(80):
			m.OperatingStatus = "OFFLINE"
		}
		if used && b.chance(8) || !used && b.chance(40) {
			m.Weight = 0
		}
		if b.chance(40) {
			m.Name = fmt.Sprintf("ecs-%s-%02d", pick(b, applications), 1+b.n(20))
		}
		switch {
		case p.Type == "ip":
			m.SubnetID, m.MemberType = "", "ip"
		case !p.shared:
			m.Zone = region + string(rune('a'+i%2))
		}
		p.Members.all = append(p.Members.all, m)
	}
	p.Members.sort()
}

func (b *builder) monitor(p *pool) {
	m := &monitor{
		ID: b.uuid(), Type: "TCP", Delay: 5, Timeout: 3, MaxRetries: 3, MaxRetriesDown: 3, AdminStateUp: true, Pools: []ref{{p.ID}},
		ProjectID: b.w.project, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, shared: p.shared,
	}
	if p.Protocol == "HTTP" {
		m.Type, m.URLPath, m.HTTPMethod, m.ExpectedCodes = "HTTP", "/health", "GET", "200"
	}
	p.HealthMonitorID = m.ID
	b.w.monitors.all = append(b.w.monitors.all, m)
}

// listen makes a listener whose default pool is p.
func (b *builder) listen(p *pool, balancers []*balancer) {
	l := b.listener(p.Protocol, pick(b, balancers))
	l.DefaultPoolID = nullable(p.ID)
	p.LoadBalancers = link(p.LoadBalancers, l.LoadBalancers[0].ID)
}

// listener for pools of a protocol. HTTP is mostly served as HTTPS.
func (b *builder) listener(protocol string, lb *balancer) *listener {
	port := map[string]int{"HTTP": 80, "HTTPS": 443, "TLS": 8443, "QUIC": 443}[protocol]
	switch {
	case protocol == "GRPC", protocol == "HTTP" && lb.Guaranteed && (len(b.https) == 0 || b.chance(60)):
		protocol, port = "HTTPS", 443
	case port == 0:
		port = 1024 + b.n(50000)
	}
	l := &listener{
		ID: b.uuid(), Name: fmt.Sprintf("%s-%d", pick(b, applications), port), Description: b.note(), ProjectID: b.w.project,
		EnterpriseProjectID: "0", Protocol: protocol, ProtocolPort: port, AdminStateUp: true, SNICerts: []string{},
		LoadBalancers: []ref{{lb.ID}}, ProtectionStatus: nonProtection, shared: !lb.Guaranteed,
	}
	if lb.Guaranteed {
		l.CreatedAt, l.UpdatedAt = b.times(timeV3)
		if protocol != "HTTP" && protocol != "TCP" && protocol != "UDP" {
			b.https = append(b.https, l)
		}
	}
	b.w.listeners.all = append(b.w.listeners.all, l)
	return l
}

// forwardTo makes the policies: one for each target, one for two or three weighted pools together, one for each mirror.
func (b *builder) forwardTo(targets, weightedPools, mirrored []*pool) {
	var entrances []*listener // listeners that can have policies
	for _, l := range b.w.listeners.all {
		if !l.shared && (l.Protocol == "HTTP" || l.Protocol == "HTTPS") {
			entrances = append(entrances, l)
		}
	}
	if len(entrances) == 0 {
		entrances = append(entrances, b.listener("HTTP", b.own[0]))
	}
	for _, p := range targets {
		l7 := b.policy(pick(b, entrances), p)
		l7.RedirectPoolID = nullable(p.ID)
	}
	for len(weightedPools) > 0 {
		n := min(2+b.n(2), len(weightedPools))
		l7 := b.policy(pick(b, entrances), weightedPools[:n]...)
		l7.Name = pick(b, []string{"canary 10%", "blue/green", "a-b-test", "rollout v2"})
		for i, p := range weightedPools[:n] {
			l7.Weighted = append(l7.Weighted, weighted{PoolID: p.ID, Weight: []int{90, 10, 0}[i]})
		}
		weightedPools = weightedPools[n:]
	}
	for _, p := range mirrored {
		l7 := b.policy(pick(b, entrances), p)
		l7.Name = "mirror to " + pick(b, []string{"staging", "audit", "loadtest"})
		main := p // in a tiny account the mirror has nothing else to stand beside
		if len(targets) > 0 {
			main = pick(b, targets)
		} else if len(b.plain) > 0 {
			main = b.plain[0]
		}
		if main != p {
			l7.RedirectPoolID = nullable(main.ID)
		}
		l7.Extended = &extendedPools{Mirror: &mirror{TargetIDs: []string{p.ID}}}
	}
	// The usual redirection of port 80 to 443: a listener without a pool.
	quota := b.counts.ownListeners()
	for i, l := range b.https {
		if quota == 0 && i%3 == 0 || len(b.w.listeners.all) < quota {
			from := b.listener("TCP", b.own[0])
			from.Name, from.Protocol, from.ProtocolPort, from.LoadBalancers = "http-redirect", "HTTP", 80, l.LoadBalancers
			l7 := b.policy(from)
			l7.Name, l7.Action, l7.RedirectListenerID = "to https", "REDIRECT_TO_LISTENER", nullable(l.ID)
		}
	}
	for len(b.w.policies.all) < b.counts.ownPolicies() {
		p := pick(b, targets)
		b.policy(pick(b, entrances), p).RedirectPoolID = nullable(p.ID)
	}
}

// policy of a listener that sends traffic to the pools; who makes it says how.
func (b *builder) policy(l *listener, pools ...*pool) *policy {
	p := &policy{
		ID: b.uuid(), Name: pick(b, []string{"/images", "/api", "/static", "api-v2", "mobile", "host: shop", "/alt", "redirect-test", "/admin"}),
		ProjectID: b.w.project, EnterpriseProjectID: "0", Action: "REDIRECT_TO_POOL", ListenerID: l.ID, Rules: []ref{{b.uuid()}},
		Priority: 1 + b.n(900), Position: 1 + b.n(90), ProvisioningStatus: "ACTIVE", AdminStateUp: true, shared: l.shared,
	}
	if !p.shared {
		p.CreatedAt, p.UpdatedAt = b.times(timeV3)
	}
	if b.chance(4) {
		p.ProvisioningStatus = "ERROR" // the same rules as another one; it holds its pool all the same
	}
	for _, target := range pools {
		target.LoadBalancers = link(target.LoadBalancers, l.LoadBalancers[0].ID)
	}
	b.w.policies.all = append(b.w.policies.all, p)
	return p
}

// sharedRoles is what stands in the way of deleting a shared pool (S1): n nothing, s servers, h servers and a health
// monitor, H a health monitor only, p a policy, d a listener.
const sharedRoles = "nhpndsnH"

func (b *builder) sharedPools() {
	for i := range b.counts.shared {
		p := b.pool(true)
		role := sharedRoles[i%len(sharedRoles)]
		lb := pick(b, b.shared)
		p.LoadBalancers = []ref{{lb.ID}}
		if role == 'h' || role == 'H' {
			b.monitor(p)
		}
		if role != 'n' && role != 'H' {
			b.servers(p, true, true)
		}
		switch role {
		case 'd':
			b.listen(p, []*balancer{lb})
		case 'p':
			p.Protocol = "HTTP"
			l7 := b.policy(b.listener("HTTP", lb), p)
			l7.RedirectPoolID = nullable(p.ID)
		}
	}
}
