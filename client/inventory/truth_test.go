package inventory_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// TestUnusedMeansThatNothingRefers: in random accounts that other clients change at random, what is unused is exactly what
// nothing in the service's own state refers to.
func TestUnusedMeansThatNothingRefers(t *testing.T) {
	seed := rand.Uint64()
	for i := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed+i), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, i))
			l, _, cloud := simulated(t, simcloud.Options{Seed: seed + i, Size: simcloud.Size(3 + random.IntN(30))})
			l = l.WithDetail()
			load := func() *inventory.Snapshot {
				return inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels))
			}
			s := load()
			changed := 0
			for range 60 {
				changed += changeSomething(cloud, random, s)
			}
			if changed < 10 {
				t.Fatalf("the other client changed only %d things", changed)
			}
			s = load()
			for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels} {
				for _, r := range s.Listing(kind).Resources.All() {
					refers := cloud.References(r.Ref.ID)
					switch v := r.Verdict; {
					case v.State == inventory.Unused && len(refers) > 0:
						t.Errorf("%s %s is unused; %+v", kind, r.Label(), refers)
					case v.State == inventory.InUse && len(refers) == 0:
						t.Errorf("%s %s is %q and nothing refers to it", kind, r.Label(), said(v))
					case v.State == inventory.Unknown && kind != inventory.Channels:
						t.Errorf("%s %s is %q", kind, r.Label(), said(v))
					case v.State == inventory.InUse:
						for _, ref := range refers {
							if !by(v, ref.ID, ref.Field) {
								t.Errorf("%s %s is %q, which does not tell of %+v", kind, r.Label(), said(v), ref)
							}
						}
					}
				}
			}
		})
	}
}

func by(v inventory.Verdict, id, field string) bool {
	for _, r := range v.Reasons {
		if r.By == id && r.Via == field {
			return true
		}
	}
	return false
}

// changeSomething is another client at work: it makes, changes or deletes a listener or a policy. It gives 1 when the
// service did it.
func changeSomething(cloud *simcloud.Cloud, random *rand.Rand, s *inventory.Snapshot) int {
	some := func(kind inventory.KindID, shared bool) string {
		var ids []string
		for _, r := range s.Listing(kind).Resources.All() {
			switch o := r.Object.(type) {
			case *inventory.Pool:
				if o.Shared != shared {
					continue
				}
			case *inventory.Listener:
				if o.Shared != shared {
					continue
				}
			case *inventory.Policy:
				if o.Shared != shared {
					continue
				}
			case *client.LoadBalancer:
				if o.Guaranteed == shared {
					continue
				}
			}
			ids = append(ids, r.Ref.ID)
		}
		if len(ids) == 0 {
			return ""
		}
		return ids[random.IntN(len(ids))]
	}
	shared := random.IntN(4) == 0
	v := "/v3/" + cloud.Account().ProjectID + "/elb"
	if shared {
		v = "/v2.0/lbaas"
	}
	orNull := func(id string) any {
		if id == "" || random.IntN(3) == 0 {
			return nil
		}
		return id
	}
	switch random.IntN(6) {
	case 0:
		return call(cloud, http.MethodDelete, v+"/l7policies/"+url.PathEscape(some(inventory.Policies, shared)), nil)
	case 1:
		return call(cloud, http.MethodDelete, v+"/listeners/"+url.PathEscape(some(inventory.Listeners, shared)), nil)
	case 2:
		policy := object{"action": "REDIRECT_TO_POOL", "listener_id": some(inventory.Listeners, shared), "redirect_pool_id": orNull(some(inventory.Pools, shared))}
		if random.IntN(2) == 0 && !shared {
			policy["redirect_pools_config"] = []object{{"pool_id": some(inventory.Pools, false), "weight": 1}, {"pool_id": some(inventory.Pools, false), "weight": 0}}
		}
		if random.IntN(2) == 0 && !shared {
			policy["redirect_pools_extend_config"] = object{"traffic_mirror_config": object{"target_ids": []string{some(inventory.Pools, false)}}}
		}
		return call(cloud, http.MethodPost, v+"/l7policies", object{"l7policy": policy})
	default:
		listener := object{"default_pool_id": orNull(some(inventory.Pools, shared)), "default_tls_container_ref": orNull(some(inventory.Certificates, false))}
		if random.IntN(2) == 0 {
			listener["client_ca_tls_container_ref"] = orNull(some(inventory.Certificates, false))
		}
		if random.IntN(2) == 0 {
			listener["sni_container_refs"] = []string{some(inventory.Certificates, false), some(inventory.Certificates, false)}
		}
		if random.IntN(2) == 0 && !shared {
			groups := some(inventory.IPGroups, false) + "," + some(inventory.IPGroups, false)
			listener["ipgroup"] = object{"ipgroup_id": groups, "type": []string{"white", "black"}[random.IntN(2)], "enable_ipgroup": random.IntN(2) == 0}
		}
		if id := some(inventory.Listeners, shared); id != "" && random.IntN(2) == 0 {
			return call(cloud, http.MethodPut, v+"/listeners/"+url.PathEscape(id), object{"listener": listener})
		}
		listener["loadbalancer_id"], listener["protocol"], listener["protocol_port"] = some(inventory.LoadBalancers, shared), "HTTPS", 1+random.IntN(60000)
		return call(cloud, http.MethodPost, v+"/listeners", object{"listener": listener})
	}
}

// call is a request of another client; the service may well refuse it, and then it gives 0.
func call(cloud *simcloud.Cloud, method, path string, body any) int {
	data, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(method, path, bytes.NewReader(data))
	r.Header.Set("X-Auth-Token", tokenOf(cloud))
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, r)
	if w.Code >= 300 {
		return 0
	}
	return 1
}

func tokenOf(cloud *simcloud.Cloud) string {
	a := cloud.Account()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":%q,"password":%q,"domain":{"name":%q}}}},
		"scope":{"project":{"id":%q}}}}`, a.Username, a.Password, a.DomainName, a.ProjectID)
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v3/auth/tokens", strings.NewReader(body)))
	return w.Header().Get("X-Subject-Token")
}

// FuzzGraph: whatever the lists hold, nothing panics, trees end, and a pool that another object names by its plain id is
// not unused.
func FuzzGraph(f *testing.F) {
	f.Add(`[{"id":"p","listeners":null,"members":[{"id":"m"}]}]`, `[{"id":"l","default_pool_id":"p"}]`, `[{"id":"y","redirect_pool_id":"p","listener_id":"l"}]`, `[{"id":"g","ip_list":[{"ip":"10.0.0.9-10.0.0.1"}]}]`)
	f.Add(`[{"id":"a"},{"id":"a"}]`, `[{"id":"l","sni_container_refs":null,"ipgroup":{"ipgroup_id":",g, ,g","type":"BLACK"}}]`, `[{"id":"y","redirect_listener_id":"l","listener_id":"l"}]`, `[{"id":"g","ip_list":[{"ip":""}],"listeners":[{"id":"x"}]}]`)
	f.Add(`null`, `{}`, `[null]`, `[{"id":"","created_at":17}]`)
	f.Fuzz(func(t *testing.T, pools, listeners, policies, groups string) {
		lists := map[string]string{"pools": pools, "listeners": listeners, "l7policies": policies, "ipgroups": groups, "loadbalancers": listeners, "members": pools, "certificates": pools}
		for _, list := range lists {
			if !json.Valid([]byte(list)) || len(list) > 4096 {
				return
			}
		}
		c, _ := clients(t, client.Config{Project: project, ELB: "http://127.0.0.1:1", Transport: canned(lists)})
		l := inventory.NewLoader(c, scope).WithDetail()
		s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
		var named []string
		var refers []struct {
			Default  string `json:"default_pool_id"`
			Redirect string `json:"redirect_pool_id"`
		}
		for _, list := range []string{listeners, policies} {
			if json.Unmarshal([]byte(list), &refers) == nil {
				for _, r := range refers {
					named = append(named, r.Default, r.Redirect)
				}
			}
		}
		for i := range s.Listings {
			for _, r := range s.Listings[i].Resources.All() {
				s.UsedBy(r.Ref)
				s.Uses(r.Ref)
				inventory.JSON(r)
				if r.Ref.Kind != inventory.Pools || r.Verdict.State != inventory.Unused {
					continue
				}
				for _, id := range named {
					if id == r.Ref.ID {
						t.Errorf("pool %q is unused and named by another", id)
					}
				}
			}
		}
	})
}

// canned answers every list with what it is told to hold, and with nothing else.
type canned map[string]string

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	list, ok := c[name]
	if !ok || strings.HasPrefix(r.URL.Path, "/v2.0/") || r.URL.Query().Has("marker") {
		rec.WriteHeader(http.StatusNotFound)
		rec.WriteString(`{"error_code":"ELB.8904","error_msg":"not there"}`)
		return rec.Result(), nil
	}
	rec.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(rec, `{%q:%s,"page_info":{"current_count":1}}`, name, list)
	return rec.Result(), nil
}
