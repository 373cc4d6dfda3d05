package simcloud

import "slices"

// What follows is for tests and benchmarks: the account as another client changes it meanwhile, without the rules.

// AddPool puts an unused pool with any id into the main project.
func (c *Cloud) AddPool(id, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.worlds[c.account.ProjectID]
	now := c.now()
	w.pools.add(&pool{
		ID: id, Name: name, ProjectID: w.project, EnterpriseProjectID: "0", Protocol: "HTTP", Algorithm: "ROUND_ROBIN", Type: "ip",
		IPVersion: "dualstack", AdminStateUp: true, Listeners: []ref{}, LoadBalancers: []ref{}, ProtectionStatus: nonProtection,
		CreatedAt: now, UpdatedAt: now,
	})
}

// Calm ends the script: from now on nothing goes wrong.
func (c *Cloud) Calm() {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	c.faults.rules = nil
}

// AddGateway puts a running instance of the service, apic or apigw, into the main project.
func (c *Cloud) AddGateway(service, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := &instance{id: id, name: "gateway-" + id, service: service, status: "Running", spec: "BASIC", createdMS: c.options.Now().UnixMilli()}
	if service == serviceROMA {
		i.status, i.spec = "RUNNING", "basic"
	}
	w := c.worlds[c.account.ProjectID]
	w.instances = append(w.instances, i)
}

// AddChannel puts a channel with members at these hosts, as many as there are, into a gateway instance of the main
// project, and returns the ids of the members; nil when there is no such instance.
func (c *Cloud) AddChannel(instance, id, name string, hosts ...string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range c.worlds[c.account.ProjectID].instances {
		if i.id != instance {
			continue
		}
		ch := &channel{
			ID: id, Name: name, Port: 80, BalanceStrategy: 1, MemberType: "ip", Type: 2, Status: 1, CreateTime: c.now(),
			MemberGroups: []memberGroup{{ID: c.mint.hex32(), Name: "default"}},
		}
		health := ""
		if i.service == serviceAPIG {
			ch.VPCChannelType, health = "builtin", "healthy"
		}
		members := make([]string, len(hosts))
		for k, host := range hosts {
			members[k] = c.mint.hex32()
			ch.members = append(ch.members, &server{
				ID: members[k], ChannelID: id, Host: host, Port: 80, Weight: 1, Status: 1, GroupName: "default",
				GroupID: ch.MemberGroups[0].ID, HealthStatus: health, CreateTime: ch.CreateTime,
			})
		}
		i.channels.add(ch)
		return members
	}
	return nil
}

// Remove takes away the object with the id, whatever it is; false when the main project has none.
func (c *Cloud) Remove(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	remove := c.worlds[c.account.ProjectID].find(id)
	if remove != nil {
		remove()
	}
	return remove != nil
}

// Has says whether the main project has an object with the id.
func (c *Cloud) Has(id string) bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.worlds[c.account.ProjectID].find(id) != nil
}

// find returns what removes the object with the id, nil when there is none.
func (w *world) find(id string) (remove func()) {
	if p, ok := w.pools.get(id); ok {
		return func() { w.removePool(p) }
	}
	if m, ok := w.members.get(id); ok {
		return func() { w.removeMember(m) }
	}
	if m, ok := w.monitors.get(id); ok {
		return func() { w.removeMonitor(m) }
	}
	if l, ok := w.listeners.get(id); ok {
		return func() { w.removeListener(l) }
	}
	if p, ok := w.policies.get(id); ok {
		return func() { w.removePolicy(p) }
	}
	if _, ok := w.certificates.get(id); ok {
		return func() { w.certificates.remove(id) }
	}
	if _, ok := w.groups.get(id); ok {
		return func() { w.groups.remove(id) }
	}
	for _, i := range w.instances {
		if _, ok := i.channels.get(id); ok {
			return func() { i.channels.remove(id) }
		}
		for _, ch := range i.channels.all {
			if k := slices.IndexFunc(ch.members, func(s *server) bool { return s.ID == id }); k >= 0 {
				return func() { ch.members = slices.Delete(ch.members, k, k+1) }
			}
		}
	}
	return nil
}
