package simcloud

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// family is a group of paths with the same error bodies and the same quota.
type family uint8

const (
	unknownFamily family = iota
	iam
	elbV3
	sharedELB // /v2.0/lbaas and /v2/{project}/elb
	roma      // /v2/{project}/apic and the instances of ROMA Connect
	apig      // /v2/{project}/apigw
)

func familyOf(path string) family {
	part := strings.SplitN(path, "/", 5)
	switch {
	case len(part) < 3:
		return unknownFamily
	case part[1] == "v2.0":
		return sharedELB
	case part[1] == "v3" && (part[2] == "auth" || part[2] == "projects"):
		return iam
	case part[1] == "v3" && len(part) > 3 && part[3] == "elb":
		return elbV3
	case part[1] == "v2" && len(part) > 3 && part[3] == "elb":
		return sharedELB
	case part[1] == "v2" && len(part) > 3 && part[3] == "apigw":
		return apig
	case part[1] == "v2" && len(part) > 3 && (part[3] == "apic" || part[3] == "instances"):
		return roma
	}
	return unknownFamily
}

// route is one published call.
type route struct {
	method string
	path   string // an asterisk stands for one segment
	handle func(*call) answer
	items  func(*call) int // how many items it deletes; nil = none
	open   bool            // needs no authentication
	lane   bool            // one at a time per gateway instance: project and instance are its first two asterisks
	parts  []string
}

// find returns the route of the path and keeps what stands for its asterisks in q.args.
func (q *call) find(routes []route) (route, bool) {
	parts := strings.Split(q.path, "/")
	for _, r := range routes {
		if args, ok := match(r.parts, parts); ok {
			q.args = args
			return r, true
		}
	}
	return route{}, false
}

func match(pattern, parts []string) ([]string, bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	var args []string
	for i, want := range pattern {
		if want != "*" {
			if want != parts[i] {
				return nil, false
			}
			continue
		}
		arg, err := url.PathUnescape(parts[i])
		if err != nil || arg == "" {
			return nil, false
		}
		args = append(args, arg)
	}
	return args, true
}

// routeTable lists every published call by method. In the ELB and gateway families the first asterisk is the project;
// it is not among the arguments that handlers see; /v2.0 has none.
func routeTable(o Options) map[string][]route {
	one := func(*call) int { return 1 }
	batch := func(key string) func(*call) int {
		return func(q *call) int {
			ids, _ := q.list(key)
			return len(ids)
		}
	}
	const (
		get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
		v3                  = "/v3/*/elb"
	)
	entries := post
	if o.ByPut {
		entries = put
	}
	all := []route{
		{method: post, path: "/v3/auth/tokens", handle: (*call).createToken, open: true},
		{method: get, path: "/v3/projects", handle: (*call).listProjects},
		{method: get, path: "/v3/auth/projects", handle: (*call).listProjects},
		{method: get, path: "/v3/auth/tokens", handle: (*call).showToken},
		{method: get, path: "/v3/auth/domains", handle: (*call).listDomains},
		{method: get, path: v3 + "/quotas/details", handle: (*call).quotaDetails},

		// A fixed word stands before the asterisk that it could be taken for.
		{method: post, path: v3 + "/pools/batch-delete", handle: (*call).deletePools, items: batch("pools")},
		{method: get, path: v3 + "/pools", handle: (*call).listPools},
		{method: post, path: v3 + "/pools", handle: (*call).createPool},
		{method: get, path: v3 + "/pools/*", handle: show((*call).pool, (*call).answerPool)},
		{method: put, path: v3 + "/pools/*", handle: (*call).updatePool},
		{method: del, path: v3 + "/pools/*", handle: (*call).deletePool, items: one},
		{method: get, path: v3 + "/members", handle: (*call).listAllMembers},
		{method: get, path: v3 + "/pools/*/members", handle: (*call).listMembers},
		{method: post, path: v3 + "/pools/*/members", handle: (*call).createMember},
		{method: get, path: v3 + "/pools/*/members/*", handle: (*call).showMember},
		{method: del, path: v3 + "/pools/*/members/*", handle: (*call).deleteMember, items: one},
		{method: get, path: v3 + "/healthmonitors", handle: (*call).listMonitors},
		{method: post, path: v3 + "/healthmonitors", handle: (*call).createMonitor},
		{method: get, path: v3 + "/healthmonitors/*", handle: show((*call).monitor, (*call).answerMonitor)},
		{method: del, path: v3 + "/healthmonitors/*", handle: (*call).deleteMonitor, items: one},
		{method: get, path: v3 + "/listeners", handle: (*call).listListeners},
		{method: post, path: v3 + "/listeners", handle: (*call).createListener},
		{method: get, path: v3 + "/listeners/*", handle: show((*call).listener, (*call).answerListener)},
		{method: put, path: v3 + "/listeners/*", handle: (*call).updateListener},
		{method: del, path: v3 + "/listeners/*", handle: (*call).deleteListener, items: one},
		{method: get, path: v3 + "/l7policies", handle: (*call).listPolicies},
		{method: post, path: v3 + "/l7policies", handle: (*call).createPolicy},
		{method: get, path: v3 + "/l7policies/*", handle: show((*call).policy, (*call).answerPolicy)},
		{method: put, path: v3 + "/l7policies/*", handle: (*call).updatePolicy},
		{method: del, path: v3 + "/l7policies/*", handle: (*call).deletePolicy, items: one},
		{method: get, path: v3 + "/l7policies/*/rules", handle: (*call).listRules},
		{method: post, path: v3 + "/l7policies/*/rules", handle: (*call).createRule},
		{method: get, path: v3 + "/loadbalancers", handle: (*call).listLoadBalancers},
		{method: post, path: v3 + "/loadbalancers", handle: (*call).createLoadBalancer},
		{method: get, path: v3 + "/loadbalancers/*", handle: show((*call).balancer, (*call).answerLoadBalancer)},
		{method: post, path: v3 + "/certificates/batch-delete", handle: (*call).deleteCertificates, items: batch("certificates")},
		{method: get, path: v3 + "/certificates", handle: (*call).listCertificates},
		{method: post, path: v3 + "/certificates", handle: (*call).createCertificate},
		{method: get, path: v3 + "/certificates/*", handle: show((*call).certificate, (*call).answerCertificate)},
		{method: del, path: v3 + "/certificates/*", handle: (*call).deleteCertificate, items: one},
		{method: get, path: v3 + "/ipgroups", handle: (*call).listIPGroups},
		{method: post, path: v3 + "/ipgroups", handle: (*call).createIPGroup},
		{method: get, path: v3 + "/ipgroups/*", handle: show((*call).group, (*call).answerGroup)},
		{method: del, path: v3 + "/ipgroups/*", handle: (*call).deleteIPGroup, items: one},
		{method: post, path: v3 + "/ipgroups/*/iplist/create-or-update", handle: (*call).addEntries},
		// S2's example says PUT; its URI, the SDKs and Open Telekom Cloud say POST (api.md 12).
		{method: entries, path: v3 + "/ipgroups/*/iplist/batch-delete", handle: (*call).deleteEntries, items: (*call).countEntries},

		{method: get, path: "/v2/*/apigw/instances", handle: (*call).listAPIGInstances},
		{method: get, path: "/v2/*/instances", handle: (*call).listROMAInstances},
	}
	for _, v2 := range []string{"/v2.0/lbaas", "/v2/*/elb"} { // the same objects (api.md 3)
		all = append(all, []route{
			{method: get, path: v2 + "/pools", handle: (*call).listSharedPools},
			{method: post, path: v2 + "/pools", handle: (*call).createPool},
			{method: get, path: v2 + "/pools/*", handle: show((*call).pool, (*call).answerPool)},
			{method: put, path: v2 + "/pools/*", handle: (*call).updatePool},
			{method: del, path: v2 + "/pools/*", handle: (*call).deletePool, items: one},
			{method: get, path: v2 + "/members", handle: (*call).listAllSharedMembers},
			{method: get, path: v2 + "/loadbalancers", handle: (*call).listSharedBalancers},
			{method: get, path: v2 + "/loadbalancers/*", handle: show((*call).balancer, (*call).answerLoadBalancer)},
			{method: get, path: v2 + "/pools/*/members", handle: (*call).listSharedMembers},
			{method: post, path: v2 + "/pools/*/members", handle: (*call).createMember},
			{method: get, path: v2 + "/pools/*/members/*", handle: (*call).showMember},
			{method: del, path: v2 + "/pools/*/members/*", handle: (*call).deleteMember, items: one},
			{method: get, path: v2 + "/healthmonitors", handle: (*call).listSharedMonitors},
			{method: post, path: v2 + "/healthmonitors", handle: (*call).createMonitor},
			{method: get, path: v2 + "/healthmonitors/*", handle: show((*call).monitor, (*call).answerMonitor)},
			{method: del, path: v2 + "/healthmonitors/*", handle: (*call).deleteMonitor, items: one},
			{method: get, path: v2 + "/listeners", handle: (*call).listSharedListeners},
			{method: post, path: v2 + "/listeners", handle: (*call).createListener},
			{method: get, path: v2 + "/listeners/*", handle: show((*call).listener, (*call).answerListener)},
			{method: put, path: v2 + "/listeners/*", handle: (*call).updateListener},
			{method: del, path: v2 + "/listeners/*", handle: (*call).deleteListener, items: one},
			{method: get, path: v2 + "/l7policies", handle: (*call).listSharedPolicies},
			{method: post, path: v2 + "/l7policies", handle: (*call).createPolicy},
			{method: get, path: v2 + "/l7policies/*", handle: show((*call).policy, (*call).answerPolicy)},
			{method: put, path: v2 + "/l7policies/*", handle: (*call).updatePolicy},
			{method: del, path: v2 + "/l7policies/*", handle: (*call).deletePolicy, items: one},
			{method: get, path: v2 + "/certificates", handle: (*call).listSharedCertificates},
			{method: get, path: v2 + "/certificates/*", handle: show((*call).certificate, (*call).answerCertificate)},
			{method: del, path: v2 + "/certificates/*", handle: (*call).deleteCertificate, items: one},
		}...)
	}
	for _, service := range []string{serviceROMA, serviceAPIG} {
		channels := "/v2/*/" + service + "/instances/*/vpc-channels"
		all = append(all,
			route{method: get, path: channels, handle: (*call).listChannels},
			route{method: get, path: channels + "/*", handle: (*call).showChannel},
			route{method: get, path: channels + "/*/members", handle: (*call).listChannelMembers},
			route{method: post, path: channels + "/*/members", handle: (*call).addChannelMembers, lane: true},
			route{method: del, path: channels + "/*/members/*", handle: (*call).deleteChannelMember, lane: true, items: one},
		)
	}
	table := map[string][]route{}
	for _, r := range all {
		if slices.ContainsFunc(o.Lacks, func(part string) bool { return strings.Contains(r.path, part) }) {
			continue
		}
		r.parts = strings.Split(r.path, "/")
		table[r.method] = append(table[r.method], r)
	}
	return table
}
