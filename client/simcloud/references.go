package simcloud

import (
	"slices"
	"strings"
)

// Reference is one place in the cloud that names an object of it.
type Reference struct {
	Kind  string // of the object that refers: listener, l7policy or channel
	ID    string
	Field string // as the services write it
}

// References are all places in the main project that name the pool, certificate, IP group, listener or channel with the
// id: those of listeners and policies that are switched off too. They are read from the fields that refer, whatever the
// object itself shows of its users: the measure for whoever has to find that out from outside. What an object belongs
// to (its load balancer, the listener of a policy, the pool of a member) is no reference.
func (c *Cloud) References(id string) []Reference {
	c.mu.RLock()
	defer c.mu.RUnlock()
	w := c.worlds[c.account.ProjectID]
	var all []Reference
	look := func(kind, from, field string, names ...string) {
		if id != "" && slices.Contains(names, id) {
			all = append(all, Reference{kind, from, field})
		}
	}
	for _, l := range w.listeners.all {
		look("listener", l.ID, "default_pool_id", string(l.DefaultPoolID))
		look("listener", l.ID, "default_tls_container_ref", string(l.ServerCert))
		look("listener", l.ID, "client_ca_tls_container_ref", string(l.CACert))
		look("listener", l.ID, "sni_container_refs", l.SNICerts...)
		if l.Access != nil {
			look("listener", l.ID, "ipgroup", strings.Split(l.Access.GroupIDs, ",")...)
		}
	}
	for _, p := range w.policies.all {
		look("l7policy", p.ID, "redirect_pool_id", string(p.RedirectPoolID))
		for _, target := range p.Weighted {
			look("l7policy", p.ID, "redirect_pools_config", target.PoolID)
		}
		if p.Extended != nil && p.Extended.Mirror != nil {
			look("l7policy", p.ID, "redirect_pools_extend_config", p.Extended.Mirror.TargetIDs...)
		}
		look("l7policy", p.ID, "redirect_listener_id", string(p.RedirectListenerID))
	}
	for _, i := range w.instances {
		for _, ch := range i.channels.all {
			for _, g := range ch.MemberGroups {
				look("channel", ch.ID, "reference_vpc_channel_id", g.ReferenceChannelID)
			}
		}
	}
	return all
}
