package client

import (
	"context"
	"iter"
)

// Pool is a backend server group, of a dedicated (v3) or a shared (v2.0) load balancer. A shared one has no times and
// no protection fields.
type Pool struct {
	ID                       string   `json:"id"`
	Name                     string   `json:"name"`
	Description              string   `json:"description"`
	EnterpriseProjectID      string   `json:"enterprise_project_id,omitempty"`
	Protocol                 string   `json:"protocol"`
	Algorithm                string   `json:"lb_algorithm"`
	Type                     string   `json:"type,omitempty"` // instance, ip or "" (any)
	VPCID                    string   `json:"vpc_id,omitempty"`
	IPVersion                string   `json:"ip_version,omitempty"`
	AdminStateUp             bool     `json:"admin_state_up"`
	MemberDeletionProtection bool     `json:"member_deletion_protection_enable"`
	AnyPort                  bool     `json:"any_port_enable"`
	Listeners                IDs      `json:"listeners,omitzero"`
	LoadBalancers            IDs      `json:"loadbalancers,omitzero"`
	Members                  IDs      `json:"members,omitzero"`
	HealthMonitorID          string   `json:"healthmonitor_id,omitempty"` // "" = none
	SessionPersistence       FreeForm `json:"session_persistence,omitzero"`
	SlowStart                FreeForm `json:"slow_start,omitzero"`
	ProtectionStatus         string   `json:"protection_status,omitempty"`
	ProtectionReason         string   `json:"protection_reason,omitempty"`
	ProvisioningStatus       string   `json:"provisioning_status,omitempty"` // ACTIVE, PENDING_DELETE, …; Octavia only
	CreatedAt                Time     `json:"created_at"`
	UpdatedAt                Time     `json:"updated_at"`
}

// HealthMonitor is the health check of a pool.
type HealthMonitor struct {
	ID            string `json:"id"`
	Name          string `json:"name"`
	Type          string `json:"type"`    // TCP, UDP_CONNECT, HTTP, HTTPS, TLS, GRPC
	Delay         int    `json:"delay"`   // seconds between two checks
	Timeout       int    `json:"timeout"` // seconds
	MaxRetries    int    `json:"max_retries"`
	MonitorPort   int    `json:"monitor_port,omitempty"` // 0 = the member's port
	URLPath       string `json:"url_path,omitempty"`
	HTTPMethod    string `json:"http_method,omitempty"`
	ExpectedCodes string `json:"expected_codes,omitempty"`
	DomainName    string `json:"domain_name,omitempty"`
	Pools         IDs    `json:"pools,omitzero"`
	CreatedAt     Time   `json:"created_at"`
}

// Pools lists the pools of ELB v3, page by page; those of shared load balancers are among them on some clouds.
func (c *Client) Pools(ctx context.Context) iter.Seq2[[]Pool, error] {
	return markers[Pool](ctx, c, c.dedicated().sub("pools").doing("listing pools"), "pools")
}

// Pool shows one.
func (c *Client) Pool(ctx context.Context, id string) (*Pool, error) {
	return show[Pool](ctx, c.dedicated().sub("pools").id(id).doing("reading pool %s", id), "pool", id)
}

// HealthMonitors lists the health monitors.
func (c *Client) HealthMonitors(ctx context.Context) iter.Seq2[[]HealthMonitor, error] {
	return markers[HealthMonitor](ctx, c, c.dedicated().sub("healthmonitors").doing("listing health monitors"), "healthmonitors")
}

// DeletePools deletes pools in one request, each with its own result (S0).
func (d *Deleter) DeletePools(ctx context.Context, ids []string) (Batch, error) {
	r := d.dedicated().sub("pools/batch-delete").doing("deleting %d pools", len(ids))
	return batch(ctx, r, "pools", ids)
}

// DeletePool deletes one pool of ELB v3.
func (d *Deleter) DeletePool(ctx context.Context, id string) error {
	return d.dedicated().sub("pools").id(id).doing("deleting pool %s", id).delete(ctx)
}

// DeleteHealthMonitor deletes the health monitor of a pool.
func (d *Deleter) DeleteHealthMonitor(ctx context.Context, id string) error {
	return d.dedicated().sub("healthmonitors").id(id).doing("deleting health monitor %s", id).delete(ctx)
}
