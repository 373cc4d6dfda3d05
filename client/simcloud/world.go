package simcloud

// world is everything in one project. What refers to what is written down on both sides: attach and forward keep the
// sides together.
type world struct {
	project      string
	pools        table[*pool]
	members      table[*member] // of all pools
	monitors     table[*monitor]
	listeners    table[*listener]
	policies     table[*policy]
	rules        map[string]*rule // those that clients have made, by id
	balancers    table[*balancer]
	certificates table[*certificate]
	groups       table[*ipGroup]
	instances    []*instance
}

// attach writes a listener down where it refers to, detach strikes it out there.
func (w *world) attach(l *listener) { w.note(l, link) }
func (w *world) detach(l *listener) { w.note(l, unlink) }

func (w *world) note(l *listener, change func([]ref, string) []ref) {
	if p, ok := w.pools.get(string(l.DefaultPoolID)); ok {
		p.Listeners = change(p.Listeners, l.ID)
	}
	for _, id := range l.certificates() {
		if c, ok := w.certificates.get(id); ok {
			c.listeners = change(c.listeners, l.ID)
		}
	}
	for _, id := range l.groups() {
		if g, ok := w.groups.get(id); ok {
			g.Listeners = change(g.Listeners, l.ID)
		}
	}
	for _, r := range l.LoadBalancers {
		if lb, ok := w.balancers.get(r.ID); ok {
			lb.Listeners = change(lb.Listeners, l.ID)
		}
	}
}

func (w *world) changeListener(l *listener, next listener) {
	w.detach(l)
	*l = next
	w.attach(l)
}

// forward writes a policy down at its listener and at the pools that it sends traffic to, unforward strikes it out there.
func (w *world) forward(p *policy)   { w.notePolicy(p, link) }
func (w *world) unforward(p *policy) { w.notePolicy(p, unlink) }

func (w *world) notePolicy(p *policy, change func([]ref, string) []ref) {
	if l, ok := w.listeners.get(p.ListenerID); ok {
		l.policies = change(l.policies, p.ID)
	}
	for _, id := range p.pools() {
		if target, ok := w.pools.get(id); ok {
			target.policies = change(target.policies, p.ID)
		}
	}
}

func (w *world) changePolicy(p *policy, next policy) {
	w.unforward(p)
	*p = next
	w.forward(p)
}

func (w *world) addPool(p *pool) {
	w.pools.add(p)
	for _, r := range p.LoadBalancers {
		if lb, ok := w.balancers.get(r.ID); ok {
			lb.Pools = link(lb.Pools, p.ID)
		}
	}
}

func (w *world) addMember(p *pool, m *member) {
	m.pool = p
	p.Members.add(m)
	w.members.add(m)
}

func (w *world) removeMember(m *member) {
	m.pool.Members.remove(m.ID)
	w.members.remove(m.ID)
}

// removePool takes members and health monitor along.
func (w *world) removePool(p *pool) {
	for _, m := range p.Members.all {
		w.members.remove(m.ID)
	}
	for _, r := range p.LoadBalancers {
		if lb, ok := w.balancers.get(r.ID); ok {
			lb.Pools = unlink(lb.Pools, p.ID)
		}
	}
	w.monitors.remove(p.HealthMonitorID)
	w.pools.remove(p.ID)
}

func (w *world) removeMonitor(m *monitor) {
	for _, r := range m.Pools {
		if p, ok := w.pools.get(r.ID); ok {
			p.HealthMonitorID = ""
		}
	}
	w.monitors.remove(m.ID)
}

func (w *world) removeListener(l *listener) {
	w.detach(l)
	w.listeners.remove(l.ID)
}

func (w *world) removePolicy(p *policy) {
	w.unforward(p)
	w.policies.remove(p.ID)
}

func (w *world) removeCertificate(c *certificate) { w.certificates.remove(c.ID) }

func (w *world) removeGroup(g *ipGroup) { w.groups.remove(g.ID) }

// house puts a pool of a shared load balancer into its VPC: v2.0 does not let anybody choose one.
func (w *world) house(p *pool) {
	for _, r := range p.LoadBalancers {
		if lb, ok := w.balancers.get(r.ID); ok && p.shared {
			p.VPCID = lb.VPCID
		}
	}
}

// connect sorts the tables that were filled in any order and writes every reference down on its other side.
func (w *world) connect() {
	for _, p := range w.pools.all {
		for _, m := range p.Members.all {
			m.pool = p
		}
		w.members.all = append(w.members.all, p.Members.all...)
	}
	w.pools.sort()
	w.members.sort()
	w.monitors.sort()
	w.listeners.sort()
	w.policies.sort()
	w.balancers.sort()
	w.certificates.sort()
	w.groups.sort()
	for _, i := range w.instances {
		i.channels.sort()
	}
	for _, p := range w.pools.all {
		for _, r := range p.LoadBalancers {
			if lb, ok := w.balancers.get(r.ID); ok {
				lb.Pools = append(lb.Pools, ref{p.ID})
			}
		}
		w.house(p)
	}
	for _, l := range w.listeners.all {
		w.attach(l)
	}
	for _, p := range w.policies.all {
		w.forward(p)
	}
}
