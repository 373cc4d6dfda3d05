package simcloud

import (
	"fmt"
	"net/http"
	"net/netip"
)

func (q *call) listMembers() answer {
	p, missing := q.pool(q.args[0])
	if p == nil {
		return missing
	}
	return listV3(q, &p.Members, "members", memberFilters+" member_type instance_id", nil, viewMember)
}

// listAllMembers lists the members of all pools. Which pool each belongs to is not shown: the fields that would say so
// are not to be relied on (api.md 2.4).
func (q *call) listAllMembers() answer {
	return listV3(q, &q.w.members, "members", memberFilters, special[*member]{
		"pool_id":         func(m *member) []string { return []string{m.pool.ID} },
		"loadbalancer_id": func(m *member) []string { return each(m.pool.LoadBalancers, refID) },
	}, viewMember)
}

// memberView is a member with what each listener of its pool finds.
type memberView struct {
	member
	Status []memberStatus `json:"status"`
}

type memberStatus struct {
	ListenerID      string `json:"listener_id"`
	OperatingStatus string `json:"operating_status"`
}

func viewMember(m *member) any {
	v := memberView{member: *m, Status: []memberStatus{}}
	for _, r := range m.pool.Listeners {
		v.Status = append(v.Status, memberStatus{r.ID, m.OperatingStatus})
	}
	return v
}

// member finds the pool and the member that the path names.
func (q *call) member() (*pool, *member, answer) {
	p, missing := q.pool(q.args[0])
	if p == nil {
		return nil, nil, missing
	}
	m, ok := p.Members.get(q.args[1])
	if !ok {
		return nil, nil, q.notFound("member", q.args[1])
	}
	return p, m, answer{}
}

func (q *call) answerMember(status int, m *member) answer {
	if q.family == sharedELB {
		return answer{status: status, body: map[string]any{"member": viewSharedMember(m)}}
	}
	return q.shown(status, "member", viewMember(m))
}

func (q *call) showMember() answer {
	_, m, missing := q.member()
	if m == nil {
		return missing
	}
	return q.answerMember(http.StatusOK, m)
}

func (q *call) createMember() answer {
	p, missing := q.pool(q.args[0])
	if p == nil {
		return missing
	}
	in, refused := q.fields("member")
	if in == nil {
		return refused
	}
	m := &member{
		ID: q.mint.uuid(), Weight: 1, IPVersion: "v4", OperatingStatus: "NO_MONITOR", MemberType: "ip",
		AdminStateUp: true, ProjectID: q.w.project,
	}
	if p.HealthMonitorID != "" {
		m.OperatingStatus = "INITIAL"
	}
	in.take(m, "address protocol_port subnet_cidr_id instance_id availability_zone name weight admin_state_up")
	in.into("subnet_id", &m.SubnetID) // v2.0
	if m.Weight < 0 || m.Weight > 100 {
		in.bad = append(in.bad, "weight")
	}
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	address, err := netip.ParseAddr(m.Address)
	switch {
	case err != nil:
		return q.invalid("address %q is not an IP address", m.Address)
	case m.ProtocolPort == 0 && !p.AnyPort:
		return q.invalid("protocol_port is required")
	}
	if address.Is6() {
		m.IPVersion = "v6"
	}
	if m.SubnetID != "" {
		m.MemberType = "instance"
	}
	m.CreatedAt = q.stamp(p.shared)
	m.UpdatedAt = m.CreatedAt
	q.w.addMember(p, m)
	return q.answerMember(http.StatusCreated, m)
}

func (q *call) deleteMember() answer {
	p, m, missing := q.member()
	if m == nil {
		return missing
	}
	if p.MemberDeletionProtection {
		return q.inUse(fmt.Sprintf("pool %s has member deletion protection", p.ID))
	}
	q.w.removeMember(m)
	return deleted
}

func (q *call) listMonitors() answer {
	return listV3(q, &q.w.monitors, "healthmonitors", monitorFilters, nil, nil)
}

func (q *call) monitor(id string) (*monitor, answer) {
	return known(q, &q.w.monitors, "healthmonitor", id)
}

func (q *call) answerMonitor(status int, m *monitor) answer {
	return shownBy(q, status, "healthmonitor", m, viewSharedMonitor)
}

func (q *call) createMonitor() answer {
	in, refused := q.fields("healthmonitor", "delay", "max_retries", "pool_id", "timeout", "type")
	if in == nil {
		return refused
	}
	p, missing := q.pool(in.text("pool_id"))
	if p == nil {
		return missing
	}
	if p.HealthMonitorID != "" {
		return q.inUse(fmt.Sprintf("pool %s has healthmonitor %s", p.ID, p.HealthMonitorID))
	}
	m := &monitor{ID: q.mint.uuid(), MaxRetriesDown: 3, AdminStateUp: true, ProjectID: q.w.project, Pools: []ref{{p.ID}}, shared: p.shared}
	in.take(m, "name type delay timeout max_retries max_retries_down monitor_port domain_name url_path http_method expected_codes")
	if refused := q.refuse(in); refused.status != 0 {
		return refused
	}
	m.CreatedAt = q.stamp(p.shared)
	m.UpdatedAt = m.CreatedAt
	q.w.monitors.add(m)
	p.HealthMonitorID = m.ID
	return q.answerMonitor(http.StatusCreated, m)
}

func (q *call) deleteMonitor() answer { return erase(q, q.monitor, nil, q.w.removeMonitor) }
