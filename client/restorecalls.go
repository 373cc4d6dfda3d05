package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"
)

// What create calls take (api.md 2.3–2.9, 3, 4.6).
var (
	poolFields = strings.Fields(`name description protocol lb_algorithm type vpc_id ip_version session_persistence slow_start
		member_deletion_protection_enable protection_status protection_reason any_port_enable connection_drain pool_health
		public_border_group quic_cid_hash_strategy az_affinity enterprise_project_id listener_id loadbalancer_id`)
	sharedPoolFields   = strings.Fields("name description protocol lb_algorithm session_persistence admin_state_up listener_id loadbalancer_id")
	memberFields       = strings.Fields("name address protocol_port subnet_cidr_id weight availability_zone")
	sharedMemberFields = strings.Fields("name address protocol_port subnet_id weight admin_state_up")
	monitorFields      = strings.Fields("name type delay timeout max_retries max_retries_down monitor_port domain_name url_path http_method expected_codes admin_state_up pool_id")
	policyFields       = strings.Fields(`name description action listener_id position priority redirect_pool_id redirect_listener_id redirect_url
		redirect_url_config redirect_pools_config redirect_pools_extend_config redirect_pools_sticky_session_config fixed_response_config enterprise_project_id`)
	ruleFields          = strings.Fields("type compare_type key value invert conditions")
	certificateFields   = strings.Fields("name description type domain certificate source scm_certificate_id protection_status protection_reason enterprise_project_id")
	groupFields         = strings.Fields("name description ip_list enterprise_project_id")
	entryFields         = strings.Fields("ip description")
	channelMemberFields = strings.Fields("host port weight is_backup member_group_name status ecs_id ecs_name")
)

// numberFields are those of them that are numbers (api.md 2.4, 2.5, 2.7, 4.4).
var numberFields = strings.Fields("protocol_port weight delay timeout max_retries max_retries_down monitor_port position priority port status")

// What is kept besides: it says what else comes back.
var (
	poolKept        = slices.Concat(poolFields, []string{"admin_state_up", "listeners", "loadbalancers", "members", "healthmonitor_id"})
	memberKept      = slices.Concat(memberFields, []string{"subnet_id", "admin_state_up"})
	monitorKept     = slices.Concat(monitorFields, []string{"pools"})
	policyKept      = slices.Concat(policyFields, []string{"rules"})
	certificateKept = slices.Concat(certificateFields, []string{"fingerprint"})
	nameKept        = []string{"name"}
)

type (
	poolForm          struct{}
	memberForm        struct{}
	monitorForm       struct{}
	policyForm        struct{}
	ruleForm          struct{}
	certificateForm   struct{}
	groupForm         struct{}
	channelMemberForm struct{}
	nameForm          struct{}
)

func (poolForm) names() []string          { return poolKept }
func (memberForm) names() []string        { return memberKept }
func (monitorForm) names() []string       { return monitorKept }
func (policyForm) names() []string        { return policyKept }
func (ruleForm) names() []string          { return ruleFields }
func (certificateForm) names() []string   { return certificateKept }
func (groupForm) names() []string         { return groupFields }
func (channelMemberForm) names() []string { return channelMemberFields }
func (nameForm) names() []string          { return nameKept }

// PoolSpecs lists the pools of ELB v3 as they would be made again.
func (c *Client) PoolSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return specs[poolForm](ctx, c, c.dedicated().sub("pools").doing("listing pools"), "pools")
}

// SharedPoolSpecs lists the pools of shared load balancers.
func (c *Client) SharedPoolSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return sharedSpecs[poolForm](ctx, c, "pools", "listing shared pools")
}

// PoolMemberSpecs lists the members of all pools; see [Client.PoolMembers].
func (c *Client) PoolMemberSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return specs[memberForm](ctx, c, c.dedicated().sub("members").doing("listing members of all pools"), "members")
}

// SharedPoolMemberSpecs lists the members of all shared pools; see [Client.SharedPoolMembers].
func (c *Client) SharedPoolMemberSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return sharedSpecs[memberForm](ctx, c, "members", "listing members of all shared pools")
}

// MemberSpecs lists the members of a pool.
func (c *Client) MemberSpecs(ctx context.Context, poolID string) iter.Seq2[[]Spec, error] {
	r := c.dedicated().sub("pools").id(poolID).sub("members").doing("listing members of pool %s", poolID)
	return specs[memberForm](ctx, c, r, "members")
}

// SharedMemberSpecs lists the members of a shared pool.
func (c *Client) SharedMemberSpecs(ctx context.Context, poolID string) iter.Seq2[[]Spec, error] {
	r := c.shared().sub("pools").id(poolID).sub("members").doing("listing members of shared pool %s", poolID)
	return specs[memberForm](ctx, c, r, "members")
}

// HealthMonitorSpecs lists the health monitors.
func (c *Client) HealthMonitorSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return specs[monitorForm](ctx, c, c.dedicated().sub("healthmonitors").doing("listing health monitors"), "healthmonitors")
}

// SharedHealthMonitorSpecs lists the health monitors of shared pools.
func (c *Client) SharedHealthMonitorSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return sharedSpecs[monitorForm](ctx, c, "healthmonitors", "listing shared health monitors")
}

// L7PolicySpecs lists the forwarding policies of ELB v3.
func (c *Client) L7PolicySpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return specs[policyForm](ctx, c, c.dedicated().sub("l7policies").doing("listing l7policies"), "l7policies")
}

// RuleSpecs lists the rules of a forwarding policy.
func (c *Client) RuleSpecs(ctx context.Context, policyID string) iter.Seq2[[]Spec, error] {
	r := c.dedicated().sub("l7policies").id(policyID).sub("rules").doing("listing rules of policy %s", policyID)
	return specs[ruleForm](ctx, c, r, "rules")
}

// CertificateSpecs lists the certificates, without their keys.
func (c *Client) CertificateSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return specs[certificateForm](ctx, c, c.dedicated().sub("certificates").doing("listing certificates"), "certificates")
}

// IPGroupSpecs lists the IP groups with their entries.
func (c *Client) IPGroupSpecs(ctx context.Context) iter.Seq2[[]Spec, error] {
	return specs[groupForm](ctx, c, c.dedicated().sub("ipgroups").doing("listing IP groups"), "ipgroups")
}

// PoolSpec shows one pool of ELB v3 as it would be made again.
func (c *Client) PoolSpec(ctx context.Context, id string) (Spec, error) {
	return oneSpec[poolForm](ctx, c.dedicated().sub("pools").id(id).doing("reading pool %s", id), "pool", id)
}

// SharedPoolSpec shows one pool of a shared load balancer.
func (c *Client) SharedPoolSpec(ctx context.Context, id string) (Spec, error) {
	return oneSpec[poolForm](ctx, c.shared().sub("pools").id(id).doing("reading shared pool %s", id), "pool", id)
}

// CertificateSpec shows one certificate, without its key.
func (c *Client) CertificateSpec(ctx context.Context, id string) (Spec, error) {
	return oneSpec[certificateForm](ctx, c.dedicated().sub("certificates").id(id).doing("reading certificate %s", id), "certificate", id)
}

// IPGroupSpec shows one IP group with its entries.
func (c *Client) IPGroupSpec(ctx context.Context, id string) (Spec, error) {
	return oneSpec[groupForm](ctx, c.dedicated().sub("ipgroups").id(id).doing("reading IP group %s", id), "ipgroup", id)
}

// ChannelMemberSpecs lists the members of a channel.
func (c *Client) ChannelMemberSpecs(ctx context.Context, g Gateway, channelID string) iter.Seq2[[]Spec, error] {
	r := c.within(g).sub("vpc-channels").id(channelID).sub("members").doing("listing members of channel %s", channelID)
	return translated(offsets[filled[channelMemberForm]](ctx, c, r, "members"), filled[channelMemberForm].spec)
}

func specs[F form](ctx context.Context, c *Client, r request, key string) iter.Seq2[[]Spec, error] {
	return translated(markers[filled[F]](ctx, c, r, key), filled[F].spec)
}

func oneSpec[F form](ctx context.Context, r request, key, id string) (Spec, error) {
	one, err := show[filled[F]](ctx, r, key, id)
	if err != nil {
		return Spec{}, err
	}
	return one.Spec, nil
}

func sharedSpecs[F form](ctx context.Context, c *Client, plural, doing string) iter.Seq2[[]Spec, error] {
	return translated(sharedList[filled[F]](ctx, c, plural, doing), filled[F].spec)
}

// Entries are those of an IP group.
func (s Spec) Entries() ([]Spec, error) {
	var list []Spec
	err := s.Into("ip_list", &list)
	return list, err
}

// CreatePool makes a pool and gives its id; it is on the load balancer that loadbalancer_id says, if any.
func (d *Deleter) CreatePool(ctx context.Context, s Spec) (string, error) {
	if s.Text("type") == "ip" { // it forbids one
		s = s.without("vpc_id")
	}
	return d.create(ctx, d.dedicated().sub("pools").doing("making pool %s", s.Text("name")), "pool", s, poolFields)
}

// CreateSharedPool makes a pool of a shared load balancer.
func (d *Deleter) CreateSharedPool(ctx context.Context, s Spec) (string, error) {
	return d.create(ctx, d.shared().sub("pools").doing("making shared pool %s", s.Text("name")), "pool", s, sharedPoolFields)
}

// CreatePoolMember adds a member to a pool.
func (d *Deleter) CreatePoolMember(ctx context.Context, poolID string, s Spec) (string, error) {
	r := d.dedicated().sub("pools").id(poolID).sub("members").doing("adding member %s to pool %s", s.Text("address"), poolID)
	return d.create(ctx, r, "member", s, memberFields)
}

// CreateSharedPoolMember adds a member to a shared pool.
func (d *Deleter) CreateSharedPoolMember(ctx context.Context, poolID string, s Spec) (string, error) {
	if !s.Has("subnet_id") {
		s = s.With("subnet_id", s.raw("subnet_cidr_id"))
	}
	r := d.shared().sub("pools").id(poolID).sub("members").doing("adding member %s to shared pool %s", s.Text("address"), poolID)
	return d.create(ctx, r, "member", s, sharedMemberFields)
}

// CreateHealthMonitor makes the health monitor of a pool.
func (d *Deleter) CreateHealthMonitor(ctx context.Context, poolID string, s Spec) (string, error) {
	r := d.dedicated().sub("healthmonitors").doing("making the health monitor of pool %s", poolID)
	return d.create(ctx, r, "healthmonitor", s.With("pool_id", poolID), monitorFields)
}

// CreateSharedHealthMonitor makes the health monitor of a shared pool.
func (d *Deleter) CreateSharedHealthMonitor(ctx context.Context, poolID string, s Spec) (string, error) {
	r := d.shared().sub("healthmonitors").doing("making the health monitor of shared pool %s", poolID)
	return d.create(ctx, r, "healthmonitor", s.With("pool_id", poolID), monitorFields)
}

// CreateL7Policy makes a forwarding policy, without its rules.
func (d *Deleter) CreateL7Policy(ctx context.Context, s Spec) (string, error) {
	return d.create(ctx, d.dedicated().sub("l7policies").doing("making policy %s", s.Text("name")), "l7policy", s, policyFields)
}

// CreateRule adds a rule to a forwarding policy.
func (d *Deleter) CreateRule(ctx context.Context, policyID string, s Spec) (string, error) {
	r := d.dedicated().sub("l7policies").id(policyID).sub("rules").doing("adding a rule to policy %s", policyID)
	return d.create(ctx, r, "rule", s, ruleFields)
}

// CreateCertificate makes a certificate without a private key: of a CA, or one that comes from the certificate service.
func (d *Deleter) CreateCertificate(ctx context.Context, s Spec) (string, error) {
	if s.Text("source") == "scm" {
		s = s.without("certificate")
	}
	return d.create(ctx, d.dedicated().sub("certificates").doing("making certificate %s", s.Text("name")), "certificate", s, certificateFields)
}

// CreateIPGroup makes an IP group with its entries.
func (d *Deleter) CreateIPGroup(ctx context.Context, s Spec) (string, error) {
	r := d.dedicated().sub("ipgroups").doing("making IP group %s", s.Text("name"))
	if !s.Has("ip_list") {
		return d.create(ctx, r, "ipgroup", s, groupFields, "ip_list") // required, may be empty (api.md 2.9)
	}
	return d.create(ctx, r, "ipgroup", s, groupFields)
}

// PutEntries adds entries to an IP group, or changes the descriptions of those that it has. It gives the group as it is
// afterwards.
func (d *Deleter) PutEntries(ctx context.Context, groupID string, entries []Spec) (IPGroup, error) {
	r := d.dedicated().sub("ipgroups").id(groupID).sub("iplist/create-or-update").
		doing("adding %d entries to IP group %s", len(entries), groupID)
	if len(entries) == 0 {
		r.err = errors.New("no entries given")
	}
	list := make([]any, len(entries))
	for i, e := range entries {
		if !e.Has("ip") {
			r.err = errors.New("an entry is empty")
		}
		list[i] = e.body(entryFields)
	}
	group, requestID, err := r.changeEntries(ctx, http.MethodPost, list)
	if err == nil && group.ID != Clean(groupID) {
		err = r.bad(requestID, "the answer is not about it")
	}
	return group, err
}

// AddChannelMember adds a member to a channel, or changes the one with its address. Two at once on one instance fail with
// APIG.9999. The answer shows members, the others of the channel among them perhaps; it need not show the new one.
func (d *Deleter) AddChannelMember(ctx context.Context, g Gateway, channelID string, s Spec) (string, error) {
	r := d.within(g).sub("vpc-channels").id(channelID).sub("members").doing("adding a member to channel %s", channelID)
	a := answer[[]filled[channelMemberForm]]{key: "members"}
	in := map[string][]any{"members": {s.body(channelMemberFields)}}
	var requestID string
	if err := r.post(ctx, in, &a, &requestID); err != nil {
		return "", err
	}
	for _, m := range a.Value {
		if m.ID != "" && m.Like(s, "host", "ecs_id", "port", "member_group_name") {
			return m.ID, nil
		}
	}
	return "", r.bad(requestID, "the answer does not show the new member")
}

// SetDefaultPool gives a listener its default pool.
func (d *Deleter) SetDefaultPool(ctx context.Context, listenerID, poolID string) error {
	return d.dedicated().sub("listeners").id(listenerID).doing("giving listener %s its default pool", listenerID).
		put(ctx, set("listener", "default_pool_id", poolID))
}

// SetSharedDefaultPool gives a listener of a shared load balancer its default pool.
func (d *Deleter) SetSharedDefaultPool(ctx context.Context, listenerID, poolID string) error {
	return d.shared().sub("listeners").id(listenerID).doing("giving shared listener %s its default pool", listenerID).
		put(ctx, set("listener", "default_pool_id", poolID))
}

// SetSharedRedirect has a forwarding policy of a shared load balancer redirect to a pool.
func (d *Deleter) SetSharedRedirect(ctx context.Context, policyID, poolID string) error {
	return d.shared().sub("l7policies").id(policyID).doing("giving shared policy %s its pool", policyID).
		put(ctx, set("l7policy", "redirect_pool_id", poolID))
}

func set(object, field, id string) map[string]map[string]string {
	return map[string]map[string]string{object: {field: id}}
}

// create makes an object of the fields that the call takes and gives its id. An answer that does not speak of one of this
// name is no answer: whether it was made is not known then. empty are required although they say nothing.
func (d *Deleter) create(ctx context.Context, r request, key string, s Spec, names []string, empty ...string) (string, error) {
	in := s.body(names)
	if id := s.raw("enterprise_project_id"); id == "0" { // neither "" nor "0" may be given (api.md 2.3)
		delete(in, "enterprise_project_id")
	}
	for _, name := range empty {
		in[name] = []byte("[]")
	}
	var requestID string
	a := answer[filled[nameForm]]{key: key}
	if err := r.post(ctx, map[string]any{key: in}, &a, &requestID); err != nil {
		return "", err
	}
	switch made := a.Value; {
	case !a.Given || made.ID == "":
		return "", r.bad(requestID, "the answer has no id")
	case made.Has("name") && !made.Like(s, "name"):
		return "", r.bad(requestID, "the answer is about %q", made.Text("name"))
	}
	return a.Value.ID, nil
}
