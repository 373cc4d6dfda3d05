package simcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

const (
	nonProtection     = "nonProtection"
	consoleProtection = "consoleProtection"
)

// pool is a backend server group. Objects of shared load balancers have no times.
type pool struct {
	ID                       string          `json:"id"`
	Name                     string          `json:"name"`
	Description              string          `json:"description"`
	ProjectID                string          `json:"project_id"`
	EnterpriseProjectID      string          `json:"enterprise_project_id,omitempty"`
	Protocol                 string          `json:"protocol"`
	Algorithm                string          `json:"lb_algorithm"`
	Type                     string          `json:"type"`
	VPCID                    string          `json:"vpc_id"`
	IPVersion                string          `json:"ip_version"`
	AdminStateUp             bool            `json:"admin_state_up"`
	HealthMonitorID          string          `json:"healthmonitor_id"`
	Listeners                []ref           `json:"listeners"` // those whose default it is; policies do not appear here
	LoadBalancers            []ref           `json:"loadbalancers"`
	Members                  table[*member]  `json:"members"`
	SessionPersistence       json.RawMessage `json:"session_persistence"`
	SlowStart                json.RawMessage `json:"slow_start"`
	MemberDeletionProtection bool            `json:"member_deletion_protection_enable"`
	ProtectionStatus         string          `json:"protection_status"`
	ProtectionReason         string          `json:"protection_reason"`
	AnyPort                  bool            `json:"any_port_enable"`
	ConnectionDrain          json.RawMessage `json:"connection_drain,omitempty"`
	PoolHealth               json.RawMessage `json:"pool_health,omitempty"`
	PublicBorderGroup        string          `json:"public_border_group,omitempty"`
	QUICHash                 json.RawMessage `json:"quic_cid_hash_strategy,omitempty"`
	AZAffinity               json.RawMessage `json:"az_affinity,omitempty"`
	CreatedAt                string          `json:"created_at,omitempty"`
	UpdatedAt                string          `json:"updated_at,omitempty"`

	shared   bool
	policies []ref // that send traffic here, in any way
}

func (p *pool) key() string { return p.ID }

// member is a backend server of a pool.
type member struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	Address         string `json:"address"`
	ProtocolPort    int    `json:"protocol_port"`
	SubnetID        string `json:"subnet_cidr_id,omitempty"`
	Weight          int    `json:"weight"`
	IPVersion       string `json:"ip_version"`
	OperatingStatus string `json:"operating_status"`
	MemberType      string `json:"member_type"`
	Zone            string `json:"availability_zone,omitempty"`
	InstanceID      string `json:"instance_id"`
	AdminStateUp    bool   `json:"admin_state_up"`
	ProjectID       string `json:"project_id"`
	CreatedAt       string `json:"created_at,omitempty"`
	UpdatedAt       string `json:"updated_at,omitempty"`

	pool *pool
}

func (m *member) key() string { return m.ID }

// monitor is the health check of a pool.
type monitor struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	Type           string   `json:"type"`
	Delay          int      `json:"delay"`
	Timeout        int      `json:"timeout"`
	MaxRetries     int      `json:"max_retries"`
	MaxRetriesDown int      `json:"max_retries_down"`
	MonitorPort    *int     `json:"monitor_port"`
	DomainName     nullable `json:"domain_name"`
	URLPath        nullable `json:"url_path"`
	HTTPMethod     nullable `json:"http_method"`
	ExpectedCodes  nullable `json:"expected_codes"`
	AdminStateUp   bool     `json:"admin_state_up"`
	Pools          []ref    `json:"pools"`
	ProjectID      string   `json:"project_id"`
	CreatedAt      string   `json:"created_at,omitempty"`
	UpdatedAt      string   `json:"updated_at,omitempty"`

	shared bool
}

func (m *monitor) key() string { return m.ID }

const (
	poolFilters    = "id name description admin_state_up healthmonitor_id protocol lb_algorithm ip_version member_deletion_protection_enable vpc_id type protection_status any_port_enable"
	memberFilters  = "id name weight admin_state_up subnet_cidr_id address protocol_port operating_status ip_version"
	monitorFilters = "id name domain_name delay max_retries max_retries_down admin_state_up timeout type expected_codes url_path http_method"
)

func (w *world) poolSpecials() special[*pool] {
	device := func(p *pool) []string { return each(p.Members.all, func(m *member) string { return m.InstanceID }) }
	return special[*pool]{
		"loadbalancer_id": func(p *pool) []string { return each(p.LoadBalancers, refID) },
		"member_address":  func(p *pool) []string { return each(p.Members.all, func(m *member) string { return m.Address }) },
		// Directly or through a forwarding policy (api.md 2.3).
		"listener_id": func(p *pool) []string {
			ids := each(p.Listeners, refID)
			for _, r := range p.policies {
				if l7, ok := w.policies.get(r.ID); ok {
					ids = append(ids, l7.ListenerID)
				}
			}
			return ids
		},
		"member_instance_id": device,
		"member_device_id":   device,
	}
}

func refID(r ref) string { return r.ID }

func each[T any](all []T, f func(T) string) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = f(one)
	}
	return out
}

func (q *call) listPools() answer {
	return listV3(q, &q.w.pools, "pools", poolFilters, q.w.poolSpecials(), nil)
}

func (q *call) pool(id string) (*pool, answer) { return known(q, &q.w.pools, "pool", id) }

// answerPool shows a pool as its family does.
func (q *call) answerPool(status int, p *pool) answer {
	return shownBy(q, status, "pool", p, viewSharedPool)
}

func (q *call) createPool() answer {
	in, refused := q.fields("pool", "protocol", "lb_algorithm")
	if in == nil {
		return refused
	}
	p := &pool{
		ID: q.mint.uuid(), ProjectID: q.w.project, EnterpriseProjectID: "0", IPVersion: "dualstack", AdminStateUp: true,
		Listeners: []ref{}, LoadBalancers: []ref{}, ProtectionStatus: nonProtection, shared: q.family == sharedELB,
	}
	in.take(p, "type vpc_id")
	if p.Type == "instance" && p.VPCID == "" {
		return q.invalid("vpc_id is required when type is instance")
	}
	l, noListener := q.listener(in.text("listener_id"))
	lb, noBalancer := q.balancer(in.text("loadbalancer_id"))
	switch {
	case in.has("listener_id") && l == nil:
		return noListener
	case in.has("loadbalancer_id") && lb == nil:
		return noBalancer
	case l == nil && lb == nil && !in.has("type"):
		return q.invalid("one of listener_id, loadbalancer_id and type is required")
	case l != nil && l.DefaultPoolID != "":
		return q.inUse(fmt.Sprintf("listener %s has the default pool %s", l.ID, l.DefaultPoolID))
	}
	if l != nil {
		p.shared = p.shared || l.shared
		p.LoadBalancers = append(p.LoadBalancers, l.LoadBalancers...)
	}
	if lb != nil {
		p.shared = p.shared || !lb.Guaranteed
		p.LoadBalancers = link(p.LoadBalancers, lb.ID)
	}
	if p.shared {
		p.IPVersion = "v4"
	}
	in.take(p, "protocol ip_version any_port_enable public_border_group enterprise_project_id")
	if refused := q.setPool(p, in); refused.status != 0 {
		return refused
	}
	p.CreatedAt = p.UpdatedAt
	q.w.house(p)
	q.w.addPool(p)
	if l != nil {
		q.w.detach(l)
		l.DefaultPoolID = nullable(p.ID)
		q.w.attach(l)
	}
	return q.answerPool(http.StatusCreated, p)
}

func (q *call) updatePool() answer {
	return update(q, "pool", q.pool, q.setPool, func(p *pool, next pool) { *p = next }, q.answerPool)
}

func (q *call) setPool(p *pool, in *fields) answer {
	in.take(p, "name description lb_algorithm session_persistence slow_start connection_drain pool_health")
	in.take(p, "quic_cid_hash_strategy az_affinity member_deletion_protection_enable protection_status protection_reason")
	p.UpdatedAt = q.stamp(p.shared)
	return q.refuse(in)
}

// deletePool is the single deletion of both families.
func (q *call) deletePool() answer { return erase(q, q.pool, q.poolBlocked, q.w.removePool) }

// batchItem is one result of a batch deletion (S0, S3).
type batchItem struct {
	ID     string `json:"id"`
	Status string `json:"ret_status"`
	Code   string `json:"ret_code,omitempty"`
}

// batch deletes each id of a table on its own, in order; blocked says what is in the way. Only "successful" and "not
// found" are documented; "failed" is the word for the rest here (api.md 2.11).
func batch[T object](q *call, key string, from *table[T], blocked func(T) string, remove func(T)) answer {
	ids, ok := q.list(key)
	if !ok {
		return q.invalid("%s must be a list of ids with at least one of them", key)
	}
	items := make([]batchItem, len(ids))
	for i, id := range ids {
		items[i] = batchItem{ID: id, Status: "successful"}
		switch o, found := from.get(id); {
		case !found:
			items[i].Status, items[i].Code = "not found", "ELB.9903"
		case blocked(o) != "":
			items[i].Status, items[i].Code = "failed", "ELB.8907"
		default:
			remove(o)
		}
	}
	return q.shown(http.StatusOK, key, items)
}

// deletePools is S0.
func (q *call) deletePools() answer {
	return batch(q, "pools", &q.w.pools, q.poolBlocked, q.w.removePool)
}

// poolBlocked says what keeps a pool from being deleted (S1, api.md 2.11), "" for nothing. A protection in the console
// does not stop the API.
func (q *call) poolBlocked(p *pool) string {
	switch {
	case len(p.Listeners) > 0:
		return fmt.Sprintf("pool %s is used by listener %s", p.ID, p.Listeners[0].ID)
	case len(p.policies) > 0:
		return fmt.Sprintf("pool %s is used by l7policy %s", p.ID, p.policies[0].ID)
	case len(p.Members.all) > 0 && p.MemberDeletionProtection:
		return fmt.Sprintf("pool %s has member deletion protection", p.ID)
	case !p.shared && !q.options.KeepMembers:
		return ""
	case len(p.Members.all) > 0:
		return fmt.Sprintf("pool %s has member %s", p.ID, strings.Join(each(p.Members.all, (*member).key), ", "))
	case p.HealthMonitorID != "":
		return fmt.Sprintf("pool %s has healthmonitor %s", p.ID, p.HealthMonitorID)
	}
	return ""
}
