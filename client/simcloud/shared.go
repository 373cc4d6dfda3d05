package simcloud

import "strings"

// The v2.0 family shows the objects of shared load balancers in its own shapes: no times, no protection, the project as
// tenant_id too (api.md 3). What it does with them is what v3 does; the preconditions of S1 are in poolBlocked.

// both is an object of ELB, of which v2.0 may know only some: those of shared load balancers, and certificates that are no SM
// pairs.
type both interface {
	object
	inV2() bool
}

func (p *pool) inV2() bool        { return p.shared }
func (m *member) inV2() bool      { return m.pool.shared }
func (m *monitor) inV2() bool     { return m.shared }
func (l *listener) inV2() bool    { return l.shared }
func (p *policy) inV2() bool      { return p.shared }
func (b *balancer) inV2() bool    { return !b.Guaranteed }
func (c *certificate) inV2() bool { return c.Type != "server_sm" }
func (g *ipGroup) inV2() bool     { return false }

type sharedPool struct {
	ID                 string         `json:"id"`
	Name               string         `json:"name"`
	Description        string         `json:"description"`
	TenantID           string         `json:"tenant_id"`
	ProjectID          string         `json:"project_id"`
	Protocol           string         `json:"protocol"`
	Algorithm          string         `json:"lb_algorithm"`
	AdminStateUp       bool           `json:"admin_state_up"`
	Members            table[*member] `json:"members"`
	HealthMonitorID    nullable       `json:"healthmonitor_id"`
	Listeners          []ref          `json:"listeners"`
	LoadBalancers      []ref          `json:"loadbalancers"`
	SessionPersistence any            `json:"session_persistence"`
}

func viewSharedPool(p *pool) any {
	return sharedPool{
		ID: p.ID, Name: p.Name, Description: p.Description, TenantID: p.ProjectID, ProjectID: p.ProjectID, Protocol: p.Protocol,
		Algorithm: p.Algorithm, AdminStateUp: p.AdminStateUp, Members: p.Members, HealthMonitorID: nullable(p.HealthMonitorID),
		Listeners: p.Listeners, LoadBalancers: p.LoadBalancers, SessionPersistence: p.SessionPersistence,
	}
}

type sharedMember struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Address         string `json:"address"`
	ProtocolPort    int    `json:"protocol_port"`
	SubnetID        string `json:"subnet_id"`
	Weight          int    `json:"weight"`
	OperatingStatus string `json:"operating_status"`
	AdminStateUp    bool   `json:"admin_state_up"`
	TenantID        string `json:"tenant_id"`
	ProjectID       string `json:"project_id"`
}

func viewSharedMember(m *member) any {
	return sharedMember{
		ID: m.ID, Name: m.Name, Address: m.Address, ProtocolPort: m.ProtocolPort, SubnetID: m.SubnetID, Weight: m.Weight,
		OperatingStatus: m.OperatingStatus, AdminStateUp: m.AdminStateUp, TenantID: m.ProjectID, ProjectID: m.ProjectID,
	}
}

type sharedMonitor struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Delay         int      `json:"delay"`
	Timeout       int      `json:"timeout"`
	MaxRetries    int      `json:"max_retries"`
	MonitorPort   *int     `json:"monitor_port"`
	DomainName    nullable `json:"domain_name"`
	URLPath       nullable `json:"url_path"`
	HTTPMethod    nullable `json:"http_method"`
	ExpectedCodes nullable `json:"expected_codes"`
	AdminStateUp  bool     `json:"admin_state_up"`
	Pools         []ref    `json:"pools"`
	TenantID      string   `json:"tenant_id"`
	ProjectID     string   `json:"project_id"`
}

func viewSharedMonitor(m *monitor) any {
	return sharedMonitor{
		ID: m.ID, Name: m.Name, Type: m.Type, Delay: m.Delay, Timeout: m.Timeout, MaxRetries: m.MaxRetries, MonitorPort: m.MonitorPort,
		DomainName: m.DomainName, URLPath: m.URLPath, HTTPMethod: m.HTTPMethod, ExpectedCodes: m.ExpectedCodes,
		AdminStateUp: m.AdminStateUp, Pools: m.Pools, TenantID: m.ProjectID, ProjectID: m.ProjectID,
	}
}

type sharedListener struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Description   string   `json:"description"`
	Protocol      string   `json:"protocol"`
	ProtocolPort  int      `json:"protocol_port"`
	AdminStateUp  bool     `json:"admin_state_up"`
	DefaultPoolID nullable `json:"default_pool_id"`
	ServerCert    nullable `json:"default_tls_container_ref"`
	CACert        nullable `json:"client_ca_tls_container_ref"`
	SNICerts      []string `json:"sni_container_refs"`
	LoadBalancers []ref    `json:"loadbalancers"`
	TenantID      string   `json:"tenant_id"`
	ProjectID     string   `json:"project_id"`
}

func viewSharedListener(l *listener) any {
	return sharedListener{
		ID: l.ID, Name: l.Name, Description: l.Description, Protocol: l.Protocol, ProtocolPort: l.ProtocolPort,
		AdminStateUp: l.AdminStateUp, DefaultPoolID: l.DefaultPoolID, ServerCert: l.ServerCert, CACert: l.CACert,
		SNICerts: l.SNICerts, LoadBalancers: l.LoadBalancers, TenantID: l.ProjectID, ProjectID: l.ProjectID,
	}
}

type sharedPolicy struct {
	ID                 string   `json:"id"`
	Name               string   `json:"name"`
	Description        string   `json:"description"`
	Action             string   `json:"action"`
	ListenerID         string   `json:"listener_id"`
	RedirectPoolID     nullable `json:"redirect_pool_id"`
	RedirectListenerID nullable `json:"redirect_listener_id"`
	RedirectURL        nullable `json:"redirect_url"`
	Rules              []ref    `json:"rules"`
	Position           int      `json:"position"`
	ProvisioningStatus string   `json:"provisioning_status"`
	AdminStateUp       bool     `json:"admin_state_up"`
	TenantID           string   `json:"tenant_id"`
	ProjectID          string   `json:"project_id"`
}

func viewSharedPolicy(p *policy) any {
	return sharedPolicy{
		ID: p.ID, Name: p.Name, Description: p.Description, Action: p.Action, ListenerID: p.ListenerID,
		RedirectPoolID: p.RedirectPoolID, RedirectListenerID: p.RedirectListenerID, RedirectURL: p.RedirectURL, Rules: p.Rules,
		Position: p.Position, ProvisioningStatus: p.ProvisioningStatus, AdminStateUp: p.AdminStateUp,
		TenantID: p.ProjectID, ProjectID: p.ProjectID,
	}
}

type sharedBalancer struct {
	ID                 string `json:"id"`
	Name               string `json:"name"`
	Description        string `json:"description"`
	ProvisioningStatus string `json:"provisioning_status"`
	OperatingStatus    string `json:"operating_status"`
	VIPAddress         string `json:"vip_address"`
	Listeners          []ref  `json:"listeners"`
	Pools              []ref  `json:"pools"`
	AdminStateUp       bool   `json:"admin_state_up"`
	TenantID           string `json:"tenant_id"`
	ProjectID          string `json:"project_id"`
}

func viewSharedBalancer(b *balancer) any {
	return sharedBalancer{
		ID: b.ID, Name: b.Name, Description: b.Description, ProvisioningStatus: b.ProvisioningStatus, OperatingStatus: b.OperatingStatus,
		VIPAddress: b.VIPAddress, Listeners: b.Listeners, Pools: b.Pools, AdminStateUp: b.AdminStateUp, TenantID: b.ProjectID, ProjectID: b.ProjectID,
	}
}

func (q *call) listSharedBalancers() answer {
	const names = "id name description provisioning_status operating_status vip_address admin_state_up project_id"
	return listShared(q, &q.w.balancers, "loadbalancers", names, nil, viewSharedBalancer)
}

func (q *call) listSharedPools() answer {
	also := q.w.poolSpecials()
	delete(also, "listener_id") // not a filter here (api.md 3)
	const names = "id name description healthmonitor_id protocol lb_algorithm project_id"
	return listShared(q, &q.w.pools, "pools", names, also, viewSharedPool)
}

func (q *call) listSharedMembers() answer {
	p, missing := q.pool(q.args[0])
	if p == nil {
		return missing
	}
	return listShared(q, &p.Members, "members", sharedMemberFilters, sharedMemberSpecials, viewSharedMember)
}

// listAllSharedMembers is an extension (api.md 3).
func (q *call) listAllSharedMembers() answer {
	return listShared(q, &q.w.members, "members", sharedMemberFilters, sharedMemberSpecials, viewSharedMember)
}

const sharedMemberFilters = "id name address weight protocol_port operating_status"

var sharedMemberSpecials = special[*member]{
	"subnet_id": func(m *member) []string { return []string{m.SubnetID} },
}

func (q *call) listSharedMonitors() answer {
	return listShared(q, &q.w.monitors, "healthmonitors", monitorFilters+" project_id", nil, viewSharedMonitor)
}

func (q *call) listSharedListeners() answer {
	const names = "id name description protocol protocol_port admin_state_up default_pool_id default_tls_container_ref client_ca_tls_container_ref sni_container_refs project_id"
	return listShared(q, &q.w.listeners, "listeners", names, special[*listener]{
		"loadbalancer_id":  listenerSpecials["loadbalancer_id"],
		"tls_container_id": (*listener).certificates, // in any role
	}, viewSharedListener)
}

func (q *call) listSharedPolicies() answer {
	return listShared(q, &q.w.policies, "l7policies", policyFilters+" project_id", nil, viewSharedPolicy)
}

// sharedCertificate has times of its own form. Both families show the same certificates: they belong to the project.
type sharedCertificate struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Description  string `json:"description"`
	Type         string `json:"type"`
	Domain       string `json:"domain"`
	Certificate  string `json:"certificate"`
	PrivateKey   string `json:"private_key"`
	AdminStateUp bool   `json:"admin_state_up"`
	CreateTime   string `json:"create_time"`
	UpdateTime   string `json:"update_time"`
	ExpireTime   string `json:"expire_time"`
	TenantID     string `json:"tenant_id"`
	ProjectID    string `json:"project_id"`
}

func viewSharedCertificate(c *certificate) any {
	whole := viewCertificate(c).(certificateView)
	spaced := func(at string) string { return strings.TrimSuffix(strings.Replace(at, "T", " ", 1), "Z") }
	return sharedCertificate{
		ID: c.ID, Name: c.Name, Description: c.Description, Type: c.Type, Domain: c.Domain, Certificate: whole.Certificate,
		PrivateKey: whole.PrivateKey, AdminStateUp: c.AdminStateUp, CreateTime: spaced(c.CreatedAt), UpdateTime: spaced(c.UpdatedAt),
		ExpireTime: spaced(c.ExpireTime), TenantID: c.ProjectID, ProjectID: c.ProjectID,
	}
}

func (q *call) listSharedCertificates() answer {
	a := listShared(q, &q.w.certificates, "certificates", "id name description type domain admin_state_up project_id", nil, viewSharedCertificate)
	if body, ok := a.body.(map[string]any); ok {
		delete(body, "certificates_links") // it says how many there are instead (api.md 3)
		body["instance_num"] = len(body["certificates"].([]any))
	}
	return a
}
