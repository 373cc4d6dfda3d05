package simcloud

import "slices"

// What follows is for tests: the account as another client changes it meanwhile, without the rules.

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
