package simcloud

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSharedFamilyHasTwoPrefixes: the same objects below both (api.md 3).
func TestSharedFamilyHasTwoPrefixes(t *testing.T) {
	l := newLab(t, Options{})
	huawei := "/v2/" + l.account.ProjectID + "/elb"
	for _, plural := range []string{"pools", "members", "healthmonitors", "listeners", "l7policies", "loadbalancers", "certificates"} {
		a, b := l.must(200, "GET", "/v2.0/lbaas/"+plural, ""), l.must(200, "GET", huawei+"/"+plural, "")
		if len(a.ids(plural)) == 0 || a.text != b.text {
			t.Errorf("%s differ: %.200s and %.200s", plural, a.text, b.text)
		}
	}
	pool := l.must(200, "GET", huawei+"/pools", "").str("pools", 0, "id")
	if got := l.must(200, "GET", huawei+"/pools/"+pool, "").str("pool", "id"); got != pool {
		t.Error(got)
	}
	other := strings.Repeat("0", 32)
	if r := l.must(403, "GET", "/v2/"+other+"/elb/pools", ""); !strings.Contains(r.text, "elb:pools:list") {
		t.Error(r.text)
	}
}

// TestSharedFamilyKnowsNoDedicatedObjects: nothing made or changed by v2.0 refers to what it does not show.
func TestSharedFamilyKnowsNoDedicatedObjects(t *testing.T) {
	l := newLab(t, Options{})
	w := l.world()
	var pool, listener, shared string
	for _, p := range w.pools.all {
		if !p.shared {
			pool = p.ID
		}
	}
	for _, one := range w.listeners.all {
		if one.shared {
			shared = one.ID
		} else if one.DefaultPoolID == "" {
			listener = one.ID
		}
	}
	const lbaas = "/v2.0/lbaas/"
	l.must(404, "POST", lbaas+"pools", `{"pool":{"protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","listener_id":"`+listener+`"}}`)
	l.must(404, "PUT", lbaas+"listeners/"+shared, `{"listener":{"default_pool_id":"`+pool+`"}}`)
	l.must(404, "POST", lbaas+"l7policies", `{"l7policy":{"action":"REDIRECT_TO_POOL","listener_id":"`+shared+`","redirect_pool_id":"`+pool+`"}}`)
}

// TestSharedCertificates: those of the project in their own shape: no envelope around one, other times, and how many there
// are instead of links (api.md 3).
func TestSharedCertificates(t *testing.T) {
	l := newLab(t, Options{Size: 60})
	const path = "/v2.0/lbaas/certificates"
	var want []string
	for _, c := range l.world().certificates.all {
		if c.Type != "server_sm" {
			want = append(want, c.ID)
		}
	}
	r := l.must(200, "GET", path+"?limit=2000", "")
	if got := r.ids("certificates"); !slices.Equal(got, want) || r.at("instance_num") != float64(len(want)) || strings.Contains(r.text, "_links") {
		t.Errorf("%d of %d: %.200s", len(got), len(want), r.text)
	}
	if first := l.must(200, "GET", path+"?limit=3", "").ids("certificates"); !slices.Equal(first, want[:3]) {
		t.Error(first)
	}
	used, free := "", ""
	for i, id := range want {
		if _, err := time.Parse(time.DateTime, r.str("certificates", i, "expire_time")); err != nil || r.str("certificates", i, "tenant_id") != l.account.ProjectID {
			t.Errorf("%s: %v", id, r.at("certificates", i))
		}
		if c, _ := l.world().certificates.get(id); len(c.listeners) > 0 {
			used = id
		} else if c.Type == "server" {
			free = id
		}
	}
	if one := l.must(200, "GET", path+"/"+free, ""); one.str("id") != free || !strings.Contains(one.str("private_key"), PrivateKeyMarker) {
		t.Errorf("%.300s", one.text)
	}
	if r := l.must(409, "DELETE", path+"/"+used, ""); r.str("NeutronError", "type") != "EntityInUse" {
		t.Error(r.text)
	}
	l.must(204, "DELETE", path+"/"+free, "")
	l.must(404, "GET", l.p+"/certificates/"+free, "")
}

// TestOctavia: its bodies, its links, its markers, and what it has not.
func TestOctavia(t *testing.T) {
	l := newLab(t, Options{Size: 200, Octavia: true, Lacks: []string{"/v3/*/elb"}, Script: Script{Rules: []Rule{{Path: "/v2.0/**", Do: Act{Pending: time.Hour}}}}})
	const path = "/v2.0/lbaas/pools"
	for _, absent := range []string{l.p + "/pools", "/v2.0/lbaas/certificates", "/v2.0/lbaas/members", "/v2/" + l.account.ProjectID + "/elb/pools"} {
		l.must(404, "GET", absent, "")
	}
	all := l.must(200, "GET", path, "").ids("pools")
	full := l.must(200, "GET", fmt.Sprint(path, "?limit=", len(all)), "")
	next, err := url.Parse(full.str("pools_links", 0, "href"))
	if err != nil || full.str("pools_links", 0, "rel") != "next" || next.Query().Get("marker") != all[len(all)-1] {
		t.Errorf("%v %v", err, full.at("pools_links"))
	}
	fault := func(r reply, words string) {
		t.Helper()
		if r.str("faultcode") != "Client" || !strings.Contains(r.str("faultstring"), words) || r.at("debuginfo") != nil || strings.Contains(r.text, "NeutronError") {
			t.Error(r.text)
		}
	}
	fault(l.must(404, "GET", path+"/nothing", ""), "could not be found")
	l.Remove(all[0])
	fault(l.must(400, "GET", path+"?limit=1&marker="+all[0], ""), "marker")
	var free []string // of one load balancer
	for _, p := range l.world().pools.all {
		if p.shared && len(p.Listeners)+len(p.policies)+len(p.Members.all) == 0 && p.HealthMonitorID == "" && len(p.LoadBalancers) == 1 &&
			(len(free) == 0 || l.balancerOf(free[0]) == p.LoadBalancers[0].ID) {
			free = append(free, p.ID)
		}
	}
	if len(free) < 2 {
		t.Fatalf("%d free pools", len(free))
	}
	l.must(204, "DELETE", path+"/"+free[0], "")
	fault(l.must(409, "DELETE", path+"/"+free[1], ""), "is immutable and cannot be updated")
}

func (l *lab) balancerOf(pool string) string {
	p, ok := l.world().pools.get(pool)
	if !ok {
		return ""
	}
	return p.LoadBalancers[0].ID
}
