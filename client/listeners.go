package client

import (
	"context"
	"iter"
)

// Listener of a dedicated or shared load balancer; read for what it refers to.
type Listener struct {
	ID               string           `json:"id"`
	Name             string           `json:"name"`
	Protocol         string           `json:"protocol"`
	ProtocolPort     int              `json:"protocol_port"`
	DefaultPoolID    string           `json:"default_pool_id,omitempty"`
	ServerCertID     string           `json:"default_tls_container_ref,omitempty"`
	CACertID         string           `json:"client_ca_tls_container_ref,omitempty"`
	SNICertIDs       []string         `json:"sni_container_refs,omitempty"`
	IPGroup          *ListenerIPGroup `json:"ipgroup,omitempty"`
	LoadBalancers    []IDRef          `json:"loadbalancers"`
	ProtectionStatus string           `json:"protection_status,omitempty"`
	CreatedAt        Time             `json:"created_at"`
}

// ListenerIPGroup is the access control of a listener. IDs holds up to five group ids, comma-separated (api.md 2.6).
type ListenerIPGroup struct {
	IDs     string `json:"ipgroup_id" clean:"whole"`
	Enabled *bool  `json:"enable_ipgroup"` // absent = on
	Type    string `json:"type"`           // white or black
}

// L7Policy is a forwarding policy; it can refer to pools by three fields.
type L7Policy struct {
	ID                 string            `json:"id"`
	Name               string            `json:"name"`
	Action             string            `json:"action"`
	ListenerID         string            `json:"listener_id"`
	RedirectPoolID     string            `json:"redirect_pool_id,omitempty"`
	RedirectListenerID string            `json:"redirect_listener_id,omitempty"`
	WeightedPools      []WeightedPool    `json:"redirect_pools_config,omitempty"`
	Extended           *L7PolicyExtended `json:"redirect_pools_extend_config,omitempty"`
	ProvisioningStatus string            `json:"provisioning_status"`
}

// WeightedPool is one target of a weighted policy.
type WeightedPool struct {
	PoolID string `json:"pool_id"`
	Weight int    `json:"weight"`
}

// L7PolicyExtended holds the traffic mirror of a policy.
type L7PolicyExtended struct {
	Mirror *struct {
		TargetIDs []string `json:"target_ids"`
	} `json:"traffic_mirror_config"`
}

// LoadBalancer is a dedicated (Guaranteed) or a shared one.
type LoadBalancer struct {
	ID                 string `json:"id"`
	Name               string `json:"name"`
	Guaranteed         bool   `json:"guaranteed"`
	ProvisioningStatus string `json:"provisioning_status"`
	VIPAddress         string `json:"vip_address"`
}

// Listeners lists the listeners of ELB v3.
func (c *Client) Listeners(ctx context.Context) iter.Seq2[[]Listener, error] {
	return markers[Listener](ctx, c, c.dedicated().sub("listeners").doing("listing listeners"), "listeners")
}

// Listener shows one.
func (c *Client) Listener(ctx context.Context, id string) (*Listener, error) {
	return show[Listener](ctx, c.dedicated().sub("listeners").id(id).doing("reading listener %s", id), "listener", id)
}

// L7Policies lists the forwarding policies of ELB v3.
func (c *Client) L7Policies(ctx context.Context) iter.Seq2[[]L7Policy, error] {
	return markers[L7Policy](ctx, c, c.dedicated().sub("l7policies").doing("listing l7policies"), "l7policies")
}

// LoadBalancers lists the load balancers.
func (c *Client) LoadBalancers(ctx context.Context) iter.Seq2[[]LoadBalancer, error] {
	return markers[LoadBalancer](ctx, c, c.dedicated().sub("loadbalancers").doing("listing load balancers"), "loadbalancers")
}
