package simcloud

import (
	"reflect"
	"strings"
)

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

// viewV2 is what v2.0 shows of an object: the fields of these names in JSON, and its project under both its names.
func viewV2(object any, names string) map[string]any {
	v := reflect.ValueOf(object).Elem()
	shown := map[string]any{"tenant_id": fieldOf(v, "project_id").Interface()}
	for name := range strings.FieldsSeq(names + " id name project_id admin_state_up") {
		shown[name] = fieldOf(v, name).Interface()
	}
	return shown
}

func viewSharedPool(p *pool) any {
	shown := viewV2(p, "description protocol lb_algorithm members listeners loadbalancers session_persistence")
	shown["healthmonitor_id"] = nullable(p.HealthMonitorID)
	return shown
}

func viewSharedMember(m *member) any {
	shown := viewV2(m, "address protocol_port weight operating_status")
	shown["subnet_id"] = m.SubnetID
	return shown
}

func viewSharedMonitor(m *monitor) any {
	return viewV2(m, "type delay timeout max_retries monitor_port domain_name url_path http_method expected_codes pools")
}

func viewSharedListener(l *listener) any {
	return viewV2(l, "description protocol protocol_port default_pool_id default_tls_container_ref client_ca_tls_container_ref sni_container_refs loadbalancers")
}

func viewSharedPolicy(p *policy) any {
	return viewV2(p, "description action listener_id redirect_pool_id redirect_listener_id redirect_url rules position provisioning_status")
}

func viewSharedBalancer(b *balancer) any {
	return viewV2(b, "description provisioning_status operating_status vip_address listeners pools")
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

// viewSharedCertificate: times have a form of their own. Both families show the same certificates: they belong to the project.
func viewSharedCertificate(c *certificate) any {
	spaced := func(at string) string { return strings.TrimSuffix(strings.Replace(at, "T", " ", 1), "Z") }
	shown := viewV2(c, "description type domain")
	shown["create_time"], shown["update_time"], shown["expire_time"] = spaced(c.CreatedAt), spaced(c.UpdatedAt), spaced(c.ExpireTime)
	whole := viewCertificate(c).(certificateView)
	shown["certificate"], shown["private_key"] = whole.Certificate, whole.PrivateKey
	return shown
}

func (q *call) listSharedCertificates() answer {
	a := listShared(q, &q.w.certificates, "certificates", "id name description type domain admin_state_up project_id", nil, viewSharedCertificate)
	if body, ok := a.body.(map[string]any); ok {
		delete(body, "certificates_links") // it says how many there are instead (api.md 3)
		body["instance_num"] = len(body["certificates"].([]any))
	}
	return a
}
