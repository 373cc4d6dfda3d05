package inventory

import (
	"cmp"
	"context"
	"iter"
	"strings"

	"janitor/client"
)

// reference is a list that is read for what it refers to.
type reference struct {
	id       ListID
	optional bool // a cloud without shared load balancers lacks it
	read     func(ctx context.Context, c *client.Client, into *part) error
}

var references = []reference{
	{id: listeners, read: func(ctx context.Context, c *client.Client, into *part) error {
		return each(c.Listeners(ctx), into.listener)
	}},
	{id: l7policies, read: func(ctx context.Context, c *client.Client, into *part) error {
		return each(c.L7Policies(ctx), into.policy)
	}},
	{id: sharedListeners, optional: true, read: func(ctx context.Context, c *client.Client, into *part) error {
		return each(c.SharedListeners(ctx), into.listener)
	}},
	{id: sharedL7Policies, optional: true, read: func(ctx context.Context, c *client.Client, into *part) error {
		return each(c.SharedL7Policies(ctx), into.policy)
	}},
	{id: otherGroups, read: func(ctx context.Context, c *client.Client, into *part) error {
		return each(c.IPGroups(ctx), into.group)
	}},
}

func each[T any](pages iter.Seq2[[]T, error], take func(*T)) error {
	for page, err := range pages {
		if err != nil {
			return err
		}
		for i := range page {
			take(&page[i])
		}
	}
	return nil
}

// refer notes that text (by, in its field via) refers to a resource; "" refers to nothing.
func (p *part) refer(kind KindID, id, by, via, text string, access Access) {
	if id == "" {
		return
	}
	if p.uses == nil {
		p.uses = map[node][]Use{}
	}
	n := node{kind, id}
	p.uses[n] = append(p.uses[n], Use{By: by, Via: via, Text: text, Access: access})
}

// listener takes the references of a listener (api.md 2.6).
func (p *part) listener(l *client.Listener) {
	p.read++
	if p.names == nil {
		p.names, p.groups = map[string]string{}, map[string][]string{}
	}
	if l.Name != "" {
		p.names[l.ID] = l.Name
	}
	delete(p.groups, l.ID) // a page may repeat a listener
	who := "listener " + cmp.Or(l.Name, l.ID)
	p.refer(Pools, l.DefaultPoolID, l.ID, "default_pool_id", who, Access{})
	p.refer(Certificates, l.ServerCertID, l.ID, "default_tls_container_ref", who, Access{})
	p.refer(Certificates, l.CACertID, l.ID, "client_ca_tls_container_ref", "CA of "+who, Access{})
	for _, id := range l.SNICertIDs {
		p.refer(Certificates, id, l.ID, "sni_container_refs", "SNI of "+who, Access{})
	}
	if l.IPGroup == nil {
		return
	}
	access := Access{
		Black: strings.EqualFold(l.IPGroup.Type, "black"),
		Off:   l.IPGroup.Enabled != nil && !*l.IPGroup.Enabled,
	}
	for id := range strings.SplitSeq(l.IPGroup.IDs, ",") {
		if id = strings.TrimSpace(id); id != "" {
			p.refer(IPGroups, id, l.ID, "ipgroup", who+" ("+access.String()+")", access)
			p.groups[l.ID] = append(p.groups[l.ID], id)
		}
	}
}

// group takes what an IP group lists.
func (p *part) group(g *client.IPGroup) {
	p.read++
	if p.sizes == nil {
		p.sizes = map[string]*client.IPGroup{}
	}
	p.sizes[g.ID] = g
}

func (a Access) String() string {
	word := "white"
	if a.Black {
		word = "black"
	}
	if a.Off {
		word += ", off"
	}
	return word
}

// policy takes the references of a forwarding policy; one in state ERROR still holds them (api.md 2.7).
func (p *part) policy(l *client.L7Policy) {
	p.read++
	who := "policy " + cmp.Or(l.Name, l.ID)
	p.refer(Pools, l.RedirectPoolID, l.ID, "redirect_pool_id", who, Access{})
	for _, w := range l.WeightedPools {
		p.refer(Pools, w.PoolID, l.ID, "redirect_pools_config", "weighted "+who, Access{})
	}
	if l.Extended != nil && l.Extended.Mirror != nil {
		for _, id := range l.Extended.Mirror.TargetIDs {
			p.refer(Pools, id, l.ID, "redirect_pools_extend_config", "mirror "+who, Access{})
		}
	}
}
