package simcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// site is a load balancer with listener and pool, made over HTTP.
type site struct{ lb, listener, pool string }

func (l *lab) site(guaranteed bool) site {
	l.t.Helper()
	s := site{lb: l.create("loadbalancers", fmt.Sprintf(`{"loadbalancer":{"name":"lb","guaranteed":%t}}`, guaranteed))}
	s.listener = l.create("listeners", `{"listener":{"loadbalancer_id":"`+s.lb+`","protocol":"HTTP","protocol_port":80}}`)
	s.pool = l.create("pools", `{"pool":{"name":"p","protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","loadbalancer_id":"`+s.lb+`"}}`)
	return s
}

// TestSharedPoolPreconditions takes S1's obstacles away one by one, by v2.0's own calls. Each refusal names what is in
// the way.
func TestSharedPoolPreconditions(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(false)
	const v2 = "/v2.0/lbaas"
	member := l.must(201, "POST", v2+"/pools/"+s.pool+"/members", `{"member":{"address":"10.0.0.5","protocol_port":80,"subnet_id":"s"}}`).str("member", "id")
	monitor := l.must(201, "POST", v2+"/healthmonitors", `{"healthmonitor":{"pool_id":"`+s.pool+`","type":"TCP","delay":5,"timeout":3,"max_retries":3}}`).str("healthmonitor", "id")
	policy := l.must(201, "POST", v2+"/l7policies", `{"l7policy":{"listener_id":"`+s.listener+`","action":"REDIRECT_TO_POOL","redirect_pool_id":"`+s.pool+`"}}`).str("l7policy", "id")
	l.must(200, "PUT", v2+"/listeners/"+s.listener, `{"listener":{"default_pool_id":"`+s.pool+`"}}`)

	for _, step := range []struct{ blocker, method, path, body string }{
		{"listener " + s.listener, "PUT", "/listeners/" + s.listener, `{"listener":{"default_pool_id":null}}`},
		{"l7policy " + policy, "PUT", "/l7policies/" + policy, `{"l7policy":{"redirect_pool_id":null}}`},
		{"member " + member, "DELETE", "/pools/" + s.pool + "/members/" + member, ""},
		{"healthmonitor " + monitor, "DELETE", "/healthmonitors/" + monitor, ""},
	} {
		r := l.do("DELETE", v2+"/pools/"+s.pool, "")
		if r.status != http.StatusConflict || r.str("NeutronError", "type") != "EntityInUse" || !strings.Contains(r.str("NeutronError", "message"), step.blocker) {
			t.Errorf("%s in the way: %d %s", step.blocker, r.status, r.text)
		}
		// v3 knows the same preconditions for a shared pool.
		if r := l.do("DELETE", l.p+"/pools/"+s.pool, ""); r.status != http.StatusConflict || r.str("error_code") != "ELB.8907" {
			t.Errorf("%s in the way of v3: %d %s", step.blocker, r.status, r.text)
		}
		if r := l.do(step.method, v2+step.path, step.body); r.status != 200 && r.status != 204 {
			t.Fatalf("%s %s: %d %s", step.method, step.path, r.status, r.text)
		}
	}
	l.must(204, "DELETE", v2+"/pools/"+s.pool, "")
	if r := l.do("GET", v2+"/pools/"+s.pool, ""); r.status != 404 || r.str("NeutronError", "type") != "EntityNotFound" {
		t.Errorf("afterwards: %d %s", r.status, r.text)
	}
	// v2.0 does not know the pools of dedicated load balancers.
	own := l.site(true)
	if r := l.do("DELETE", v2+"/pools/"+own.pool, ""); r.status != 404 {
		t.Errorf("a dedicated pool: %d %s", r.status, r.text)
	}
}

// TestPoolsInUse: every way of being used refuses the deletion, alone and in a batch.
func TestPoolsInUse(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	policyWith := func(fields string) string {
		return l.create("l7policies", `{"l7policy":{"listener_id":"`+s.listener+`","action":"REDIRECT_TO_POOL",`+fields+`}}`)
	}
	for _, step := range []struct {
		name string
		use  func(pool string) (blocker string, release func())
	}{
		{"listener", func(pool string) (string, func()) {
			l.must(200, "PUT", l.p+"/listeners/"+s.listener, `{"listener":{"default_pool_id":"`+pool+`"}}`)
			return "listener " + s.listener, func() { l.must(200, "PUT", l.p+"/listeners/"+s.listener, `{"listener":{"default_pool_id":null}}`) }
		}},
		{"policy", func(pool string) (string, func()) {
			id := policyWith(`"redirect_pool_id":"` + pool + `"`)
			return "l7policy " + id, func() { l.must(204, "DELETE", l.p+"/l7policies/"+id, "") }
		}},
		{"weighted policy", func(pool string) (string, func()) {
			id := policyWith(`"redirect_pools_config":[{"pool_id":"` + s.pool + `","weight":90},{"pool_id":"` + pool + `","weight":10}]`)
			return "l7policy " + id, func() { l.must(204, "DELETE", l.p+"/l7policies/"+id, "") }
		}},
		{"mirror", func(pool string) (string, func()) {
			id := policyWith(`"redirect_pool_id":"` + s.pool + `","redirect_pools_extend_config":{"traffic_mirror_config":{"target_ids":["` + pool + `"]}}`)
			return "l7policy " + id, func() {
				l.must(200, "PUT", l.p+"/l7policies/"+id, `{"l7policy":{"redirect_pools_extend_config":null}}`)
			}
		}},
	} {
		t.Run(step.name, func(t *testing.T) {
			id := l.create("pools", `{"pool":{"protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","loadbalancer_id":"`+s.lb+`"}}`)
			blocker, release := step.use(id)
			r := l.do("DELETE", l.p+"/pools/"+id, "")
			if want := "pool " + id + " is used by " + blocker; r.status != 409 || r.str("error_code") != "ELB.8907" || r.str("error_msg") != want {
				t.Errorf("%d %s, want %s", r.status, r.text, want)
			}
			free := l.create("pools", `{"pool":{"protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","loadbalancer_id":"`+s.lb+`"}}`)
			l.same(l.do("POST", l.p+"/pools/batch-delete", `{"pools":["`+id+`","`+free+`","gone"]}`), 200, `{"request_id":"x","pools":[
				{"id":"`+id+`","ret_status":"failed","ret_code":"ELB.8907"},{"id":"`+free+`","ret_status":"successful"},
				{"id":"gone","ret_status":"not found","ret_code":"ELB.9903"}]}`)
			release()
			l.must(204, "DELETE", l.p+"/pools/"+id, "")
			if r := l.do("DELETE", l.p+"/pools/"+id, ""); r.status != 404 || r.str("error_code") != "ELB.8904" {
				t.Errorf("again: %d %s", r.status, r.text)
			}
		})
	}
	if len(l.must(200, "GET", l.p+"/loadbalancers/"+s.lb, "").at("loadbalancer", "pools").([]any)) != 1 {
		t.Error("the load balancer still shows deleted pools")
	}
}

// What a pool and a member are made with is shown as it was given (api.md 2.3, 2.4).
func TestPoolsAreShownAsTheyWereMade(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	for _, made := range []string{
		`{"connection_drain":{"enable":true,"timeout":300},"pool_health":{"minimum_healthy_member_count":2},"public_border_group":"edge"}`,
		`{"quic_cid_hash_strategy":{"len":3,"offset":1},"az_affinity":{"enable":true},"slow_start":{"enable":true,"duration":60}}`,
	} {
		id := l.create("pools", `{"pool":`+strings.TrimSuffix(made, "}")+`,"protocol":"QUIC","lb_algorithm":"QUIC_CID","type":"ip"}}`)
		var want map[string]any
		if err := json.Unmarshal([]byte(made), &want); err != nil {
			t.Fatal(err)
		}
		shown := l.must(200, "GET", l.p+"/pools/"+id, "")
		for name, value := range want {
			if diff := cmp.Diff(value, shown.at("pool", name)); diff != "" {
				t.Errorf("%s (-made +shown):\n%s", name, diff)
			}
		}
		member := l.create("pools/"+id+"/members", `{"member":{"address":"10.0.0.5","protocol_port":80,"availability_zone":"eu-sim-1b"}}`)
		if got := l.must(200, "GET", l.p+"/pools/"+id+"/members/"+member, "").str("member", "availability_zone"); got != "eu-sim-1b" {
			t.Errorf("availability_zone %q", got)
		}
	}
}

func TestPoolWithMembers(t *testing.T) {
	for _, keep := range []bool{false, true} {
		l := newLab(t, Options{Size: Empty, KeepMembers: keep})
		s := l.site(true)
		member := l.create("pools/"+s.pool+"/members", `{"member":{"address":"10.0.0.5","protocol_port":80}}`)
		monitor := l.create("healthmonitors", `{"healthmonitor":{"pool_id":"`+s.pool+`","type":"TCP","delay":5,"timeout":3,"max_retries":3}}`)
		path := l.p + "/pools/" + s.pool
		if keep {
			if r := l.do("DELETE", path, ""); r.status != 409 || !strings.Contains(r.text, member) {
				t.Errorf("with a member: %d %s", r.status, r.text)
			}
			l.must(204, "DELETE", path+"/members/"+member, "")
			if r := l.do("DELETE", path, ""); r.status != 409 || !strings.Contains(r.text, monitor) {
				t.Errorf("with a monitor: %d %s", r.status, r.text)
			}
			l.must(204, "DELETE", l.p+"/healthmonitors/"+monitor, "")
		}
		l.must(204, "DELETE", path, "")
		if l.Has(member) || l.Has(monitor) {
			t.Error("member or monitor stayed behind")
		}
	}
}

// TestMembersShowWhatListenersFind: the status of each listener of the pool; without listeners there is none.
func TestMembersShowWhatListenersFind(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	l.create("pools/"+s.pool+"/members", `{"member":{"address":"10.0.0.1","protocol_port":80}}`)
	for _, path := range []string{l.p + "/members", l.p + "/pools/" + s.pool + "/members"} {
		if got, ok := l.must(200, "GET", path, "").at("members", 0, "status").([]any); !ok || len(got) != 0 {
			t.Errorf("%s without listener: %v", path, got)
		}
	}
	l.must(200, "PUT", l.p+"/listeners/"+s.listener, `{"listener":{"default_pool_id":"`+s.pool+`"}}`)
	r := l.must(200, "GET", l.p+"/members", "")
	if r.str("members", 0, "status", 0, "listener_id") != s.listener || r.str("members", 0, "status", 0, "operating_status") != "NO_MONITOR" {
		t.Error(r.text)
	}
	if r.at("members", 0, "pool_id") != nil {
		t.Errorf("the list names the pool: %s", r.text)
	}
}

// TestProtections: one in the console does not stop the API, one of the members does (api.md 2.11).
func TestProtections(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	path := l.p + "/pools/" + s.pool
	member := l.create("pools/"+s.pool+"/members", `{"member":{"address":"10.0.0.5","protocol_port":80}}`)
	l.must(200, "PUT", path, `{"pool":{"member_deletion_protection_enable":true,"protection_status":"consoleProtection","protection_reason":"owned by payments"}}`)
	if r := l.must(200, "GET", path, ""); r.str("pool", "protection_reason") != "owned by payments" {
		t.Errorf("shown: %s", r.text)
	}
	for _, path := range []string{path, path + "/members/" + member} {
		if r := l.do("DELETE", path, ""); r.status != 409 || r.str("error_code") != "ELB.8907" {
			t.Errorf("DELETE %s: %d %s", path, r.status, r.text)
		}
	}
	l.must(200, "PUT", path, `{"pool":{"member_deletion_protection_enable":false}}`)
	l.must(204, "DELETE", path+"/members/"+member, "")
	l.must(204, "DELETE", path, "")
}

func TestBatchesRefuseNonsense(t *testing.T) {
	l := newLab(t, Options{})
	for _, plural := range []string{"pools", "certificates"} {
		for _, body := range []string{``, `{}`, `{"` + plural + `":[]}`, `{"` + plural + `":"x"}`, `{"` + plural + `":[1]}`, `[]`, `{"members":["x"]}`} {
			if r := l.do("POST", l.p+"/"+plural+"/batch-delete", body); r.status != 400 || r.str("error_code") != "ELB.8902" {
				t.Errorf("%s %s: %d %s", plural, body, r.status, r.text)
			}
		}
	}
	// The second mention of an id finds nothing any more.
	l.AddPool("p1", "")
	l.same(l.do("POST", l.p+"/pools/batch-delete", `{"pools":["p1","p1"]}`), 200,
		`{"request_id":"x","pools":[{"id":"p1","ret_status":"successful"},{"id":"p1","ret_status":"not found","ret_code":"ELB.9903"}]}`)
	group := l.world().groups.all[0].ID
	for _, body := range []string{``, `{}`, `{"ipgroup":{}}`, `{"ipgroup":{"ip_list":[]}}`, `{"ipgroup":{"ip_list":[{"ip":"nonsense"}]}}`} {
		if r := l.do("POST", l.p+"/ipgroups/"+group+"/iplist/batch-delete", body); r.status != 400 {
			t.Errorf("entries %s: %d %s", body, r.status, r.text)
		}
	}
}

const testPEM = `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`

func TestCertificatesInUse(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	certificate := func(kind string) string {
		return l.create("certificates", `{"certificate":{"name":"c","type":"`+kind+`","domain":"a.example,*.a.example","certificate":"`+testPEM+`","private_key":"-----BEGIN PRIVATE KEY-----\nx"}}`)
	}
	for _, step := range []struct{ role, kind, field, release string }{
		{"default", "server", `"default_tls_container_ref":"%s"`, `"default_tls_container_ref":null`},
		{"CA", "client", `"client_ca_tls_container_ref":"%s"`, `"client_ca_tls_container_ref":null`},
		{"SNI", "server", `"sni_container_refs":["%s"]`, `"sni_container_refs":[]`},
	} {
		t.Run(step.role, func(t *testing.T) {
			id := certificate(step.kind)
			listener := l.p + "/listeners/" + s.listener
			l.must(200, "PUT", listener, fmt.Sprintf(`{"listener":{`+step.field+`}}`, id))
			r := l.do("DELETE", l.p+"/certificates/"+id, "")
			if want := "certificate " + id + " is used by listener " + s.listener; r.status != 409 || r.str("error_code") != "ELB.8907" || r.str("error_msg") != want {
				t.Errorf("%d %s", r.status, r.text)
			}
			l.same(l.do("POST", l.p+"/certificates/batch-delete", `{"certificates":["`+id+`"]}`), 200,
				`{"request_id":"x","certificates":[{"id":"`+id+`","ret_status":"failed","ret_code":"ELB.8907"}]}`)
			l.must(200, "PUT", listener, `{"listener":{`+step.release+`}}`)
			l.must(204, "DELETE", l.p+"/certificates/"+id, "")
		})
	}
	for _, body := range []string{`{"certificate":{"certificate":"x"}}`, `{"certificate":{"certificate":"` + testPEM + `"}}`, `{}`} {
		if r := l.do("POST", l.p+"/certificates", body); r.status != 400 {
			t.Errorf("%s: %d", body, r.status)
		}
	}
}

// TestPrivateKeysInClear: the service shows them (api.md 2.8), so that a client can be caught keeping them. Never the
// log.
func TestPrivateKeysInClear(t *testing.T) {
	l := newLab(t, Options{})
	r := l.must(200, "GET", l.p+"/certificates", "")
	for i, id := range r.ids("certificates") {
		key := r.str("certificates", i, "private_key")
		isCA := r.str("certificates", i, "type") == "client"
		if isCA != (key == "") || !isCA && !strings.Contains(key, "\n"+PrivateKeyMarker+"\n") {
			t.Errorf("certificate %s: private key %.60q", id, key)
		}
		if r.str("certificates", i, "type") == "server_sm" && !strings.Contains(r.str("certificates", i, "enc_private_key"), PrivateKeyMarker) {
			t.Errorf("certificate %s has no second key", id)
		}
		if text := r.str("certificates", i, "certificate"); !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----\n") {
			t.Errorf("certificate %s: %.60q", id, text)
		}
	}
	if one := l.must(200, "GET", l.p+"/certificates/"+r.ids("certificates")[0], ""); one.at("certificate", "certificate") == nil {
		t.Errorf("shown alone: %s", one.text)
	}
	l.do("POST", l.p+"/certificates", `{"certificate":{"private_key":"`+PrivateKeyMarker+`"}}`)
	l.send("POST", "/v3/auth/tokens", fmt.Sprintf(loginBody, "u", l.account.Password, "d", "null"), nil)
	for _, r := range l.Requests() {
		if strings.Contains(r.Body, PrivateKeyMarker) || strings.Contains(r.Body, l.account.Password) {
			t.Errorf("in the log: %+v", r)
		}
	}
}

func TestIPGroups(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	ips := func(r reply) []string {
		var all []string
		for i := range r.at("ipgroup", "ip_list").([]any) {
			all = append(all, r.str("ipgroup", "ip_list", i, "ip"))
		}
		return all
	}
	made := l.must(201, "POST", l.p+"/ipgroups", `{"ipgroup":{"name":"g","ip_list":[{"ip":"10.0.0.1","description":"one"},{"ip":"10.0.0.1/32"},{"ip":"::1"},{"ip":"0:0:0:0:0:0:0:1"},{"ip":"10.1.0.0/16"},{"ip":"10.2.0.1-10.2.0.9"}]}}`)
	if got := ips(made); !slices.Equal(got, []string{"10.0.0.1", "::1", "10.1.0.0/16", "10.2.0.1-10.2.0.9"}) {
		t.Errorf("created: %v", got)
	}
	path := l.p + "/ipgroups/" + made.str("ipgroup", "id")
	added := l.must(200, "POST", path+"/iplist/create-or-update", `{"ipgroup":{"ip_list":[{"ip":"10.0.0.1","description":"uno"},{"ip":"10.9.9.9"}]}}`)
	if got := ips(added); len(got) != 5 || added.str("ipgroup", "ip_list", 0, "description") != "uno" {
		t.Errorf("added: %s", added.text)
	}

	l.must(200, "PUT", l.p+"/listeners/"+s.listener, `{"listener":{"ipgroup":{"ipgroup_id":"`+made.str("ipgroup", "id")+`","type":"white"}}}`)
	if r := l.do("DELETE", path, ""); r.status != 409 || r.str("error_code") != "ELB.8907" || !strings.Contains(r.text, s.listener) {
		t.Errorf("in use: %d %s", r.status, r.text)
	}
	if r := l.must(200, "GET", path, ""); r.str("ipgroup", "listeners", 0, "id") != s.listener || r.text == "" {
		t.Errorf("shown: %s", r.text)
	}
	// Entries go although listeners use the group (S2); what is not there needs no deleting.
	rest := l.must(200, "POST", path+"/iplist/batch-delete", `{"ipgroup":{"ip_list":[{"ip":"0:0::1"},{"ip":"10.1.0.0/16"},{"ip":"1.2.3.4"}]}}`)
	if got := ips(rest); !slices.Equal(got, []string{"10.0.0.1", "10.2.0.1-10.2.0.9", "10.9.9.9"}) {
		t.Errorf("after deleting: %v", got)
	}
	last := l.must(200, "POST", path+"/iplist/batch-delete", `{"ipgroup":{"ip_list":[{"ip":"10.0.0.1"},{"ip":"10.2.0.1-10.2.0.9"},{"ip":"10.9.9.9"}]}}`)
	if list, ok := last.at("ipgroup", "ip_list").([]any); !ok || len(list) != 0 {
		t.Errorf("emptied: %s", last.text)
	}
	l.must(200, "PUT", l.p+"/listeners/"+s.listener, `{"listener":{"ipgroup":null}}`)
	l.must(204, "DELETE", path, "")
	if r := l.do("GET", path, ""); r.status != 404 || r.str("error_code") != "ELB.8904" {
		t.Errorf("gone: %d %s", r.status, r.text)
	}

	var many []string
	for i := range maxEntries + 1 {
		many = append(many, fmt.Sprintf(`{"ip":"10.0.%d.%d"}`, i/250, i%250))
	}
	if r := l.do("POST", l.p+"/ipgroups", `{"ipgroup":{"name":"big","ip_list":[`+strings.Join(many, ",")+`]}}`); r.status != 409 || r.str("error_code") != "ELB.8905" {
		t.Errorf("301 entries: %d %s", r.status, r.text)
	}
	for _, bad := range []string{"10.0.0.9-10.0.0.1", "10.0.0.1-::1", "300.1.1.1", "10.0.0.0/33", ""} {
		if r := l.do("POST", l.p+"/ipgroups", `{"ipgroup":{"ip_list":[{"ip":"`+bad+`"}]}}`); r.status != 400 {
			t.Errorf("entry %q: %d", bad, r.status)
		}
	}
}

// TestSpellings: of two spellings of one address the one that is named goes.
func TestSpellings(t *testing.T) {
	g := &ipGroup{Entries: []entry{{IP: "172.16.4.4"}, {IP: "172.16.4.4/32"}}}
	if i := g.find("172.16.4.4/32"); i != 1 {
		t.Errorf("found %d", i)
	}
	if i := g.find("172.16.4.04"); i != -1 {
		t.Errorf("found %d for an address that is none", i)
	}
}

// TestV3PolicyNeedsAPool: detaching by null is v2.0's way only (api.md 2.7).
func TestV3PolicyNeedsAPool(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	id := l.create("l7policies", `{"l7policy":{"listener_id":"`+s.listener+`","action":"REDIRECT_TO_POOL","redirect_pool_id":"`+s.pool+`"}}`)
	if r := l.do("PUT", l.p+"/l7policies/"+id, `{"l7policy":{"redirect_pool_id":null}}`); r.status != 400 || r.str("error_code") != "ELB.8902" {
		t.Errorf("%d %s", r.status, r.text)
	}
	for _, body := range []string{
		`{"l7policy":{"redirect_pool_id":null,"redirect_pools_config":[]}}`,
		`{"l7policy":{"redirect_pool_id":null,"redirect_pools_extend_config":{"traffic_mirror_config":{"target_ids":["` + s.pool + `"]}}}}`, // a mirror gets copies only
	} {
		if r := l.do("PUT", l.p+"/l7policies/"+id, body); r.status != 400 {
			t.Errorf("%s: %d %s", body, r.status, r.text)
		}
	}
	if r := l.do("DELETE", l.p+"/listeners/"+s.listener, ""); r.status != 409 {
		t.Errorf("a listener with a policy: %d %s", r.status, r.text)
	}
	for _, path := range []string{"/l7policies/" + id, "/listeners/" + s.listener, "/pools/" + s.pool} {
		l.must(200, "GET", l.p+path, "")
		l.must(204, "DELETE", l.p+path, "")
		if r := l.do("DELETE", l.p+path, ""); r.status != 404 {
			t.Errorf("DELETE %s again: %d", path, r.status)
		}
	}
}
