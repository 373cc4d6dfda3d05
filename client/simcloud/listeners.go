package simcloud

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// listener sends the traffic of one port of a load balancer to its default pool or, by policies, to others.
type listener struct {
	ID                  string   `json:"id"`
	Name                string   `json:"name"`
	Description         string   `json:"description"`
	ProjectID           string   `json:"project_id"`
	EnterpriseProjectID string   `json:"enterprise_project_id,omitempty"`
	Protocol            string   `json:"protocol"`
	ProtocolPort        int      `json:"protocol_port"`
	AdminStateUp        bool     `json:"admin_state_up"`
	DefaultPoolID       nullable `json:"default_pool_id"`
	ServerCert          nullable `json:"default_tls_container_ref"`
	CACert              nullable `json:"client_ca_tls_container_ref"`
	SNICerts            []string `json:"sni_container_refs"`
	Access              *access  `json:"ipgroup"`
	LoadBalancers       []ref    `json:"loadbalancers"`
	ProtectionStatus    string   `json:"protection_status"`
	ProtectionReason    string   `json:"protection_reason"`
	CreatedAt           string   `json:"created_at,omitempty"`
	UpdatedAt           string   `json:"updated_at,omitempty"`

	shared   bool
	policies []ref
}

func (l *listener) key() string { return l.ID }

// access is who may use a listener: up to five IP groups, their ids joined by commas (api.md 2.6).
type access struct {
	GroupIDs string `json:"ipgroup_id"`
	Enabled  bool   `json:"enable_ipgroup"`
	Type     string `json:"type"` // white or black
}

// certificates are the ids of all certificates that the listener uses.
func (l *listener) certificates() []string {
	return slices.DeleteFunc(append([]string{string(l.ServerCert), string(l.CACert)}, l.SNICerts...), func(id string) bool { return id == "" })
}

func (l *listener) groups() []string {
	if l.Access == nil || l.Access.GroupIDs == "" {
		return nil
	}
	return strings.Split(l.Access.GroupIDs, ",")
}

// policy forwards what its rules match.
type policy struct {
	ID                  string         `json:"id"`
	Name                string         `json:"name"`
	Description         string         `json:"description"`
	ProjectID           string         `json:"project_id"`
	EnterpriseProjectID string         `json:"enterprise_project_id,omitempty"`
	Action              string         `json:"action"`
	ListenerID          string         `json:"listener_id"`
	RedirectPoolID      nullable       `json:"redirect_pool_id"`
	RedirectListenerID  nullable       `json:"redirect_listener_id"`
	RedirectURL         nullable       `json:"redirect_url"`
	Weighted            []weighted     `json:"redirect_pools_config,omitempty"`
	Extended            *extendedPools `json:"redirect_pools_extend_config,omitempty"`
	Rules               []ref          `json:"rules"`
	Priority            int            `json:"priority"`
	Position            int            `json:"position"`
	ProvisioningStatus  string         `json:"provisioning_status"`
	AdminStateUp        bool           `json:"admin_state_up"`
	CreatedAt           string         `json:"created_at,omitempty"`
	UpdatedAt           string         `json:"updated_at,omitempty"`

	shared bool
}

func (p *policy) key() string { return p.ID }

type weighted struct {
	PoolID string `json:"pool_id"`
	Weight int    `json:"weight"`
}

type extendedPools struct {
	Mirror *mirror `json:"traffic_mirror_config"`
}

type mirror struct {
	TargetIDs []string `json:"target_ids"`
}

// pools are the ids of all pools that the policy sends traffic to.
func (p *policy) pools() []string {
	var ids []string
	if p.RedirectPoolID != "" {
		ids = append(ids, string(p.RedirectPoolID))
	}
	for _, target := range p.Weighted {
		ids = append(ids, target.PoolID)
	}
	if p.Extended != nil && p.Extended.Mirror != nil {
		ids = append(ids, p.Extended.Mirror.TargetIDs...)
	}
	return ids
}

// balancer is a load balancer, dedicated when Guaranteed, otherwise shared.
type balancer struct {
	ID                  string `json:"id"`
	Name                string `json:"name"`
	Description         string `json:"description"`
	ProjectID           string `json:"project_id"`
	EnterpriseProjectID string `json:"enterprise_project_id,omitempty"`
	Guaranteed          bool   `json:"guaranteed"`
	ProvisioningStatus  string `json:"provisioning_status"`
	OperatingStatus     string `json:"operating_status"`
	VIPAddress          string `json:"vip_address"`
	VPCID               string `json:"vpc_id"`
	AdminStateUp        bool   `json:"admin_state_up"`
	Listeners           []ref  `json:"listeners"`
	Pools               []ref  `json:"pools"`
	ProtectionStatus    string `json:"protection_status"`
	DeletionProtection  bool   `json:"deletion_protection_enable"`
	CreatedAt           string `json:"created_at,omitempty"`
	UpdatedAt           string `json:"updated_at,omitempty"`
}

func (b *balancer) key() string { return b.ID }

const (
	listenerFilters = "id name description protocol protocol_port admin_state_up default_pool_id default_tls_container_ref client_ca_tls_container_ref protection_status"
	policyFilters   = "id name description listener_id position action redirect_url redirect_pool_id redirect_listener_id provisioning_status admin_state_up priority"
	balancerFilters = "id name description guaranteed provisioning_status operating_status vip_address vpc_id admin_state_up protection_status"
)

var listenerSpecials = special[*listener]{
	"loadbalancer_id": func(l *listener) []string { return each(l.LoadBalancers, refID) },
}

func (q *call) listListeners() answer {
	return listV3(q, &q.w.listeners, "listeners", listenerFilters, listenerSpecials, nil)
}

func (q *call) listener(id string) (*listener, answer) {
	return known(q, &q.w.listeners, "listener", id)
}

func (q *call) answerListener(status int, l *listener) answer {
	return shownBy(q, status, "listener", l, viewSharedListener)
}

func (q *call) createListener() answer {
	in, refused := q.fields("listener")
	if in == nil {
		return refused
	}
	lb, missing := q.balancer(in.text("loadbalancer_id"))
	if lb == nil {
		return missing
	}
	l := &listener{
		ID: q.mint.uuid(), ProjectID: q.w.project, EnterpriseProjectID: "0", AdminStateUp: true, SNICerts: []string{},
		LoadBalancers: []ref{{lb.ID}}, ProtectionStatus: nonProtection, shared: !lb.Guaranteed,
	}
	in.take(l, "protocol protocol_port")
	if l.Protocol == "" || l.ProtocolPort < 1 || l.ProtocolPort > 65535 {
		return q.invalid("protocol and protocol_port are required")
	}
	if refused := q.setListener(l, in); refused.status != 0 {
		return refused
	}
	l.CreatedAt = l.UpdatedAt
	q.w.listeners.add(l)
	q.w.attach(l)
	return q.answerListener(http.StatusCreated, l)
}

func (q *call) updateListener() answer {
	return update(q, "listener", q.listener, q.setListener, q.w.changeListener, q.answerListener)
}

// setListener takes over what create and update have in common and checks what it refers to. After a refusal l is
// half set: it must be a new or a copied one. So it is with the other objects.
func (q *call) setListener(l *listener, in *fields) answer {
	in.take(l, "name description admin_state_up default_pool_id default_tls_container_ref client_ca_tls_container_ref")
	in.take(l, "sni_container_refs ipgroup protection_status protection_reason")
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	if l.SNICerts == nil {
		l.SNICerts = []string{}
	}
	if l.DefaultPoolID != "" {
		if p, missing := q.pool(string(l.DefaultPoolID)); p == nil {
			return missing
		}
	}
	for _, id := range l.certificates() {
		if c, missing := q.certificate(id); c == nil {
			return missing
		}
	}
	if l.Access != nil && in.has("ipgroup") {
		if !strings.Contains(string(in.raw["ipgroup"]), `"enable_ipgroup"`) {
			l.Access.Enabled = true
		}
		if l.Access.Type == "" {
			l.Access.Type = "white"
		}
	}
	if groups := l.groups(); len(groups) > 5 {
		return q.invalid("a listener takes at most 5 IP address groups")
	} else if i := slices.IndexFunc(groups, func(id string) bool { _, ok := q.w.groups.get(id); return !ok }); i >= 0 {
		return q.notFound("ipgroup", groups[i])
	}
	l.UpdatedAt = q.stamp(l.shared)
	return answer{}
}

// blocked says which policy uses the listener.
func (l *listener) blocked() string {
	if len(l.policies) == 0 {
		return ""
	}
	return fmt.Sprintf("listener %s is used by l7policy %s", l.ID, l.policies[0].ID)
}

func (q *call) deleteListener() answer {
	return erase(q, q.listener, (*listener).blocked, q.w.removeListener)
}

func (q *call) listPolicies() answer {
	return listV3(q, &q.w.policies, "l7policies", policyFilters, nil, nil)
}

func (q *call) policy(id string) (*policy, answer) {
	return known(q, &q.w.policies, "l7policy", id)
}

func (q *call) answerPolicy(status int, p *policy) answer {
	return shownBy(q, status, "l7policy", p, viewSharedPolicy)
}

func (q *call) createPolicy() answer {
	in, refused := q.fields("l7policy")
	if in == nil {
		return refused
	}
	l, missing := q.listener(in.text("listener_id"))
	if l == nil {
		return missing
	}
	p := &policy{
		ID: q.mint.uuid(), ProjectID: q.w.project, EnterpriseProjectID: "0", ListenerID: l.ID, Rules: []ref{}, Position: 100,
		ProvisioningStatus: "ACTIVE", AdminStateUp: true, shared: l.shared,
	}
	in.take(p, "action position")
	if p.Action == "" {
		return q.invalid("action is required")
	}
	if refused := q.setPolicy(p, in); refused.status != 0 {
		return refused
	}
	p.CreatedAt = p.UpdatedAt
	q.w.policies.add(p)
	q.w.forward(p)
	return q.answerPolicy(http.StatusCreated, p)
}

func (q *call) updatePolicy() answer {
	return update(q, "l7policy", q.policy, q.setPolicy, q.w.changePolicy, q.answerPolicy)
}

func (q *call) setPolicy(p *policy, in *fields) answer {
	in.take(p, "name description priority redirect_pool_id redirect_listener_id redirect_url")
	in.take(p, "redirect_pools_config redirect_pools_extend_config")
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	// Only v2.0 lets a policy go without a pool (S1); v3 wants another one instead (api.md 2.7).
	if q.family == elbV3 && p.Action == "REDIRECT_TO_POOL" && p.RedirectPoolID == "" && len(p.Weighted) == 0 {
		return q.invalid("redirect_pool_id is required when action is REDIRECT_TO_POOL")
	}
	for _, id := range p.pools() {
		if target, missing := q.pool(id); target == nil {
			return missing
		}
	}
	p.UpdatedAt = q.stamp(p.shared)
	return answer{}
}

func (q *call) deletePolicy() answer { return erase(q, q.policy, nil, q.w.removePolicy) }

func (q *call) balancer(id string) (*balancer, answer) {
	return known(q, &q.w.balancers, "loadbalancer", id)
}

func (q *call) listLoadBalancers() answer {
	return listV3(q, &q.w.balancers, "loadbalancers", balancerFilters, nil, nil)
}

func (q *call) answerLoadBalancer(status int, lb *balancer) answer {
	return shownBy(q, status, "loadbalancer", lb, viewSharedBalancer)
}

func (q *call) createLoadBalancer() answer {
	in, refused := q.fields("loadbalancer")
	if in == nil {
		return refused
	}
	lb := &balancer{
		ID: q.mint.uuid(), ProjectID: q.w.project, EnterpriseProjectID: "0", Guaranteed: true, ProvisioningStatus: "ACTIVE",
		OperatingStatus: "ONLINE", AdminStateUp: true, Listeners: []ref{}, Pools: []ref{}, ProtectionStatus: nonProtection,
	}
	in.take(lb, "name description guaranteed vip_address vpc_id")
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	lb.CreatedAt = q.stamp(!lb.Guaranteed)
	lb.UpdatedAt = lb.CreatedAt
	q.w.balancers.add(lb)
	return q.answerLoadBalancer(http.StatusCreated, lb)
}
