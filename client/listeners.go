package client

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"slices"
)

// Listener of a dedicated or shared load balancer; read for what it refers to.
type Listener struct {
	ID                  string           `json:"id"`
	Name                string           `json:"name"`
	Description         string           `json:"description"`
	EnterpriseProjectID string           `json:"enterprise_project_id,omitempty"`
	Protocol            string           `json:"protocol"`
	ProtocolPort        int              `json:"protocol_port"`
	AdminStateUp        *bool            `json:"admin_state_up"` // absent = up
	DefaultPoolID       string           `json:"default_pool_id,omitempty"`
	ServerCertID        string           `json:"default_tls_container_ref,omitempty"`
	CACertID            string           `json:"client_ca_tls_container_ref,omitempty"`
	SNICertIDs          []string         `json:"sni_container_refs,omitempty"`
	IPGroup             *ListenerIPGroup `json:"ipgroup,omitempty"`
	LoadBalancers       IDs              `json:"loadbalancers,omitzero"`
	ProtectionStatus    string           `json:"protection_status,omitempty"`
	ProtectionReason    string           `json:"protection_reason,omitempty"`
	CreatedAt           Time             `json:"created_at"`
	UpdatedAt           Time             `json:"updated_at"`
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
	Description        string            `json:"description"`
	Action             string            `json:"action"`
	Position           int               `json:"position"`
	Priority           int               `json:"priority"`
	ListenerID         string            `json:"listener_id"`
	RedirectPoolID     string            `json:"redirect_pool_id,omitempty"`
	RedirectListenerID string            `json:"redirect_listener_id,omitempty"`
	RedirectURL        string            `json:"redirect_url,omitempty"`
	WeightedPools      []WeightedPool    `json:"redirect_pools_config,omitempty"`
	Extended           *L7PolicyExtended `json:"redirect_pools_extend_config,omitempty"`
	Rules              IDs               `json:"rules,omitzero"`
	ProvisioningStatus string            `json:"provisioning_status"`
	CreatedAt          Time              `json:"created_at"`
}

// WeightedPool is one target of a weighted policy. A weight that was not said is not sent back as 0 either, which would
// stop its traffic.
type WeightedPool struct {
	PoolID string `json:"pool_id"`
	Weight *int   `json:"weight,omitempty"` // nil = not said
}

// L7PolicyExtended holds the traffic mirror of a policy.
type L7PolicyExtended struct {
	Mirror *struct {
		TargetIDs []string `json:"target_ids"`
	} `json:"traffic_mirror_config"`
}

// LoadBalancer is a dedicated (Guaranteed) or a shared one. v2.0 knows only shared ones and does not say so.
type LoadBalancer struct {
	ID                 string `json:"id"`
	Name               string `json:"name"`
	Description        string `json:"description"`
	Guaranteed         bool   `json:"guaranteed"`
	ProvisioningStatus string `json:"provisioning_status"` // ACTIVE, PENDING_UPDATE, …
	OperatingStatus    string `json:"operating_status"`    // ONLINE or FROZEN
	VIPAddress         string `json:"vip_address"`
	VPCID              string `json:"vpc_id,omitempty"`
	Listeners          IDs    `json:"listeners,omitzero"`
	Pools              IDs    `json:"pools,omitzero"`
	ProtectionStatus   string `json:"protection_status,omitempty"`
	DeletionProtection bool   `json:"deletion_protection_enable"`
	CreatedAt          Time   `json:"created_at"`
}

// Listeners lists the listeners of ELB v3.
func (c *Client) Listeners(ctx context.Context) iter.Seq2[[]Listener, error] {
	return markers[Listener](ctx, c, c.dedicated().sub("listeners").doing("listing listeners"), "listeners")
}

// withRecycled is the parameter that asks for what lies in the recycle bin too.
const withRecycled = "include_recycle_bin"

// RecycledListeners lists the listeners of ELB v3, with those of load balancers in the recycle bin among them. A cloud
// without one may refuse the question with status 400 or ELB.8962, or answer as [Client.Listeners].
func (c *Client) RecycledListeners(ctx context.Context) iter.Seq2[[]Listener, error] {
	r := c.dedicated().sub("listeners").doing("listing listeners in the recycle bin")
	r.also = url.Values{withRecycled: {"true"}}
	return markers[Listener](ctx, c, r, "listeners")
}

// GrantedListeners lists the listeners of ELB v3 of all enterprise projects that the credentials have rights for, project by
// project. [Client.Listeners] names none: it shows all that rights to the whole cover or, on some clouds, the default
// enterprise project alone (api.md 2.2). A cloud may not know the question, and who has no such rights is refused. recycled:
// those of load balancers in the recycle bin are among them, where the cloud takes both questions at once.
func (c *Client) GrantedListeners(ctx context.Context, recycled bool) iter.Seq2[[]Listener, error] {
	r := c.dedicated().sub("listeners").doing("listing listeners of all enterprise projects")
	r.also = allGranted()
	if recycled {
		r.also.Set(withRecycled, "true")
	}
	return markers[Listener](ctx, c, r, "listeners")
}

func allGranted() url.Values { return url.Values{"enterprise_project_id": {"all_granted_eps"}} }

// Listener shows one.
func (c *Client) Listener(ctx context.Context, id string) (*Listener, error) {
	return show[Listener](ctx, c.dedicated().sub("listeners").id(id).doing("reading listener %s", id), "listener", id)
}

// L7Policies lists the forwarding policies of ELB v3.
func (c *Client) L7Policies(ctx context.Context) iter.Seq2[[]L7Policy, error] {
	return markers[L7Policy](ctx, c, c.dedicated().sub("l7policies").doing("listing l7policies"), "l7policies")
}

// L7Policy shows one.
func (c *Client) L7Policy(ctx context.Context, id string) (*L7Policy, error) {
	return show[L7Policy](ctx, c.dedicated().sub("l7policies").id(id).doing("reading l7policy %s", id), "l7policy", id)
}

// GrantedL7Policies lists the forwarding policies of ELB v3 of all enterprise projects; see [Client.GrantedListeners].
func (c *Client) GrantedL7Policies(ctx context.Context) iter.Seq2[[]L7Policy, error] {
	r := c.dedicated().sub("l7policies").doing("listing l7policies of all enterprise projects")
	r.also = allGranted()
	return markers[L7Policy](ctx, c, r, "l7policies")
}

// LoadBalancers lists the load balancers.
func (c *Client) LoadBalancers(ctx context.Context) iter.Seq2[[]LoadBalancer, error] {
	return markers[LoadBalancer](ctx, c, c.dedicated().sub("loadbalancers").doing("listing load balancers"), "loadbalancers")
}

// DetachListener leaves a listener without a default pool.
func (d *Deleter) DetachListener(ctx context.Context, id string) error {
	return d.dedicated().sub("listeners").id(id).doing("taking the default pool out of listener %s", id).
		put(ctx, unset("listener", "default_pool_id"))
}

// unset is the change of an object that makes a reference null.
func unset(object, field string) map[string]map[string]*string {
	return map[string]map[string]*string{object: {field: nil}}
}

// DeletePolicy deletes a forwarding policy of a dedicated load balancer, which cannot be without a pool (api.md 2.7).
func (d *Deleter) DeletePolicy(ctx context.Context, id string) error {
	return d.dedicated().sub("l7policies").id(id).doing("deleting policy %s", id).delete(ctx)
}

// SetWeightedPools leaves a policy only the pools in rest, of which there must be one: to take out one of several.
func (d *Deleter) SetWeightedPools(ctx context.Context, policyID string, rest []WeightedPool) error {
	type policy struct {
		Pools []WeightedPool `json:"redirect_pools_config"`
	}
	r := d.dedicated().sub("l7policies").id(policyID).doing("setting the pools of policy %s", policyID)
	if len(rest) == 0 {
		r.err = errors.New("no pools given")
	}
	if slices.ContainsFunc(rest, func(w WeightedPool) bool { return w.PoolID == "" }) {
		r.err = errors.New("a pool id is empty")
	}
	return r.put(ctx, map[string]policy{"l7policy": {rest}})
}
