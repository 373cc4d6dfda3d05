package simcloud

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReferences: each field that can refer, alone; taken away again, none is left.
func TestReferences(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	s := l.site(true)
	policy := l.create("l7policies", `{"l7policy":{"listener_id":"`+s.listener+`","action":"REDIRECT_TO_POOL","redirect_pool_id":"`+s.pool+`"}}`)
	elsewhere := l.create("l7policies", `{"l7policy":{"listener_id":"`+s.listener+`","action":"REDIRECT_TO_URL","redirect_url":"https://a.example"}}`)
	listener, l7 := l.p+"/listeners/"+s.listener, l.p+"/l7policies/"
	pool := func() string {
		return l.create("pools", `{"pool":{"protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","loadbalancer_id":"`+s.lb+`"}}`)
	}
	certificate := func(kind string) string {
		return l.create("certificates", `{"certificate":{"type":"`+kind+`","certificate":"`+testPEM+`","private_key":"-----BEGIN PRIVATE KEY-----\nx"}}`)
	}
	group := func() string { return l.create("ipgroups", `{"ipgroup":{"name":"g","ip_list":[]}}`) }
	other := group()
	for _, c := range []struct {
		id, path, refer, release string
		want                     Reference
	}{
		{pool(), listener, `{"listener":{"default_pool_id":"%s"}}`, `{"listener":{"default_pool_id":null}}`, Reference{"listener", s.listener, "default_pool_id"}},
		{pool(), l7 + policy, `{"l7policy":{"redirect_pool_id":"%s"}}`, `{"l7policy":{"redirect_pool_id":"` + s.pool + `"}}`, Reference{"l7policy", policy, "redirect_pool_id"}},
		{pool(), l7 + policy, `{"l7policy":{"redirect_pools_config":[{"pool_id":"` + s.pool + `","weight":1},{"pool_id":"%s","weight":0}]}}`,
			`{"l7policy":{"redirect_pools_config":[{"pool_id":"` + s.pool + `","weight":1}]}}`, Reference{"l7policy", policy, "redirect_pools_config"}},
		{pool(), l7 + policy, `{"l7policy":{"redirect_pools_extend_config":{"traffic_mirror_config":{"target_ids":["%s"]}}}}`,
			`{"l7policy":{"redirect_pools_extend_config":null}}`, Reference{"l7policy", policy, "redirect_pools_extend_config"}},
		{s.listener, l7 + elsewhere, `{"l7policy":{"redirect_listener_id":"%s"}}`, `{"l7policy":{"redirect_listener_id":null}}`, Reference{"l7policy", elsewhere, "redirect_listener_id"}},
		{certificate("server"), listener, `{"listener":{"default_tls_container_ref":"%s"}}`, `{"listener":{"default_tls_container_ref":""}}`, Reference{"listener", s.listener, "default_tls_container_ref"}},
		{certificate("client"), listener, `{"listener":{"client_ca_tls_container_ref":"%s"}}`, `{"listener":{"client_ca_tls_container_ref":null}}`, Reference{"listener", s.listener, "client_ca_tls_container_ref"}},
		{certificate("server"), listener, `{"listener":{"sni_container_refs":["%s"]}}`, `{"listener":{"sni_container_refs":null}}`, Reference{"listener", s.listener, "sni_container_refs"}},
		{group(), listener, `{"listener":{"ipgroup":{"ipgroup_id":"%s","type":"white"}}}`, `{"listener":{"ipgroup":null}}`, Reference{"listener", s.listener, "ipgroup"}},
		{group(), listener, `{"listener":{"ipgroup":{"ipgroup_id":"` + other + `,%s","enable_ipgroup":false,"type":"black"}}}`, `{"listener":{"ipgroup":null}}`, Reference{"listener", s.listener, "ipgroup"}},
	} {
		l.must(200, "PUT", c.path, fmt.Sprintf(c.refer, c.id))
		if diff := cmp.Diff([]Reference{c.want}, l.References(c.id)); diff != "" {
			t.Errorf("%s: %s", c.want.Field, diff)
		}
		l.must(200, "PUT", c.path, c.release)
		if left := l.References(c.id); left != nil {
			t.Errorf("%s taken away: %v", c.want.Field, left)
		}
	}
	for _, id := range []string{"", "never-was", s.lb} {
		if got := l.References(id); got != nil {
			t.Errorf("%q: %v", id, got)
		}
	}
}

func TestReferencesOfChannels(t *testing.T) {
	l := newLab(t, Options{})
	for _, i := range l.world().instances {
		for _, c := range i.channels.all {
			if c.reference() && !slices.Contains(l.References(c.MemberGroups[0].ReferenceChannelID), Reference{"channel", c.ID, "reference_vpc_channel_id"}) {
				t.Errorf("channel %s", c.ID)
			}
		}
	}
}

// checkBackReferences compares what objects show and know of their users with the fields that refer to them.
func (l *lab) checkBackReferences(after string) {
	l.t.Helper()
	w := l.world()
	from := func(id, kind string) (ids []string) {
		for _, r := range l.References(id) {
			if r.Kind == kind {
				ids = append(ids, r.ID)
			}
		}
		slices.Sort(ids)
		return slices.Compact(ids)
	}
	same := func(what, id string, shown []ref, want []string) {
		l.t.Helper()
		if got := slices.Sorted(slices.Values(each(shown, refID))); !slices.Equal(got, want) {
			l.t.Errorf("%s: %s %s is used by %v, want %v", after, what, id, got, want)
		}
	}
	for _, p := range w.pools.all {
		same("pool", p.ID, p.Listeners, from(p.ID, "listener"))
		same("pool", p.ID, p.policies, from(p.ID, "l7policy"))
	}
	for _, c := range w.certificates.all {
		same("certificate", c.ID, c.listeners, from(c.ID, "listener"))
	}
	for _, g := range w.groups.all {
		same("IP group", g.ID, g.Listeners, from(g.ID, "listener"))
	}
	members := 0
	for _, p := range w.pools.all {
		members += len(p.Members.all)
		for _, m := range p.Members.all {
			if known, ok := w.members.get(m.ID); !ok || known != m || m.pool != p {
				l.t.Errorf("%s: member %s of pool %s is not among all members", after, m.ID, p.ID)
			}
		}
	}
	if members != len(w.members.all) {
		l.t.Errorf("%s: %d members of pools, %d in all", after, members, len(w.members.all))
	}
}

// TestBackReferences: whatever is changed or deleted by the calls of both families, both sides of every reference agree.
func TestBackReferences(t *testing.T) {
	const v2 = "/v2.0/lbaas"
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 7))
		l := directLab(t, Options{Seed: seed, Size: 24})
		w := l.world()
		one := func(n int) int { return rng.IntN(max(1, n)) }
		pool := func() string { return w.pools.all[one(len(w.pools.all))].ID }
		for step := range 120 {
			if len(w.pools.all) == 0 || len(w.listeners.all) == 0 || len(w.policies.all) == 0 {
				break
			}
			listener, policy := w.listeners.all[one(len(w.listeners.all))], w.policies.all[one(len(w.policies.all))]
			family := l.p
			if rng.IntN(2) == 0 {
				family = v2
			}
			target := w.pools.all[one(len(w.pools.all))]
			var method, path, body string
			switch rng.IntN(13) {
			case 0:
				method, path, body = "PUT", "/listeners/"+listener.ID, `{"listener":{"default_pool_id":null}}`
			case 1:
				method, path, body = "PUT", "/listeners/"+listener.ID, `{"listener":{"default_pool_id":"`+pool()+`"}}`
			case 2:
				method, path, body = "PUT", "/l7policies/"+policy.ID, `{"l7policy":{"redirect_pool_id":null}}`
			case 3:
				method, path, body = "PUT", "/l7policies/"+policy.ID, `{"l7policy":{"redirect_pool_id":"`+pool()+`"}}`
			case 4:
				method, path, body = "PUT", "/l7policies/"+policy.ID, `{"l7policy":{"redirect_pools_config":[{"pool_id":"`+pool()+`","weight":1},{"pool_id":"`+pool()+`","weight":1}]}}`
			case 5:
				method, path, body = "PUT", "/l7policies/"+policy.ID, `{"l7policy":{"redirect_pools_config":null,"redirect_pools_extend_config":{"traffic_mirror_config":{"target_ids":["`+pool()+`"]}}}}`
			case 6:
				method, path = "DELETE", "/l7policies/"+policy.ID
			case 7:
				method, path = "DELETE", "/pools/"+target.ID
			case 8:
				family, method, path, body = l.p, "POST", "/pools/batch-delete", `{"pools":["`+target.ID+`","`+pool()+`"]}`
			case 9:
				if len(target.Members.all) == 0 {
					continue
				}
				method, path = "DELETE", "/pools/"+target.ID+"/members/"+target.Members.all[0].ID
			case 10:
				method, path, body = "POST", "/pools/"+target.ID+"/members", `{"member":{"address":"10.0.0.1","protocol_port":80}}`
			case 11:
				method, path, body = "PUT", "/listeners/"+listener.ID, `{"listener":{"ipgroup":null,"sni_container_refs":[],"client_ca_tls_container_ref":null}}`
			case 12:
				c := w.certificates.all[one(len(w.certificates.all))].ID
				method, path, body = "PUT", "/listeners/"+listener.ID, `{"listener":{"sni_container_refs":["`+c+`"],"default_tls_container_ref":"`+c+`"}}`
			}
			r := l.direct(t.Context(), method, family+path, body)
			l.checkBackReferences(fmt.Sprintf("seed %d, step %d: %s %s %s: %d", seed, step, method, family+path, body, r.status))
			if t.Failed() {
				return
			}
		}
	}
}
