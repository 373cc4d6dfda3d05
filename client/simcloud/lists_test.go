package simcloud

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// walk reads a v3 list to its end.
func (l *lab) walk(path, plural string, limit int) (ids []string, pages int) {
	l.t.Helper()
	marker := ""
	for {
		query := url.Values{"limit": {fmt.Sprint(limit)}}
		if marker != "" {
			query.Set("marker", marker)
		}
		r := l.must(200, "GET", path+"?"+query.Encode(), "")
		page := r.ids(plural)
		if r.str("request_id") == "" || r.at("page_info", "current_count") != float64(len(page)) || len(page) > limit {
			l.t.Fatalf("page %d of %s: %.300s", pages, path, r.text)
		}
		if len(page) > 0 && r.str("page_info", "previous_marker") != page[0] {
			l.t.Fatalf("previous_marker: %.300s", r.text)
		}
		ids = append(ids, page...)
		pages++
		if marker = r.str("page_info", "next_marker"); marker == "" {
			return ids, pages
		}
		if marker != page[len(page)-1] {
			l.t.Fatalf("next_marker is not the last id: %.300s", r.text)
		}
	}
}

func TestV3ListsPageToTheirEnd(t *testing.T) {
	l := newLab(t, Options{Size: 60})
	w := l.world()
	for _, list := range []struct {
		plural string
		size   int
	}{
		{"pools", len(w.pools.all)}, {"healthmonitors", len(w.monitors.all)}, {"listeners", len(w.listeners.all)},
		{"l7policies", len(w.policies.all)}, {"certificates", len(w.certificates.all)}, {"ipgroups", len(w.groups.all)},
		{"loadbalancers", len(w.balancers.all)}, {"members", len(w.members.all)},
	} {
		if list.size == 0 {
			t.Errorf("no %s", list.plural)
		}
		// The last page is full when the limit divides the size: still no marker.
		for _, limit := range []int{1, 7, list.size, 2000} {
			ids, pages := l.walk(l.p+"/"+list.plural, list.plural, limit)
			if len(ids) != list.size || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != list.size {
				t.Errorf("%s by %d: %d ids of %d", list.plural, limit, len(ids), list.size)
			}
			if want := (list.size + limit - 1) / limit; pages != want {
				t.Errorf("%s by %d: %d pages, want %d", list.plural, limit, pages, want)
			}
		}
	}
}

func TestV3PageReverse(t *testing.T) {
	l := newLab(t, Options{})
	all, _ := l.walk(l.p+"/pools", "pools", 2000)
	page := func(query string) ([]string, string, string) {
		r := l.must(200, "GET", l.p+"/pools?"+query, "")
		return r.ids("pools"), r.str("page_info", "previous_marker"), r.str("page_info", "next_marker")
	}
	for _, step := range []struct {
		query string
		want  []string
		next  string
	}{
		{"limit=5&marker=" + all[4], all[5:10], all[9]},
		{"limit=5&page_reverse=true&marker=" + all[5], all[:5], all[4]},
		{"limit=5&page_reverse=true&marker=" + all[2], all[:2], all[1]},
		{"limit=5&page_reverse=true", all[len(all)-5:], ""},
	} {
		got, previous, next := page(step.query)
		if !slices.Equal(got, step.want) || next != step.next || previous != step.want[0] {
			t.Errorf("%s: %v, previous %s, next %q; want %v, next %q", step.query, got, previous, next, step.want, step.next)
		}
	}
	if got, previous, next := page("limit=5&page_reverse=true&marker=" + all[0]); len(got) != 0 || previous != "" || next != "" {
		t.Errorf("before the first: %v %q %q", got, previous, next)
	}
}

func TestV3ListsRefuseNonsense(t *testing.T) {
	l := newLab(t, Options{})
	all, _ := l.walk(l.p+"/pools", "pools", 2000)
	for _, query := range []string{
		"limit=2001", "limit=-1", "limit=x", "marker=" + all[0], "limit=5&marker=", "limit=5&marker=nonsense", "page_reverse=true", "protokol=HTTP",
	} {
		if r := l.do("GET", l.p+"/pools?"+query, ""); r.status != 400 || r.str("error_code") != "ELB.8902" {
			t.Errorf("%s: %d %.200s", query, r.status, r.text)
		}
	}
	// A marker whose pool was deleted meanwhile is still a place in the list.
	l.Remove(all[3])
	if got := l.must(200, "GET", l.p+"/pools?limit=2&marker="+all[3], "").ids("pools"); !slices.Equal(got, all[4:6]) {
		t.Errorf("after a deleted marker: %v", got)
	}
}

// TestV3Filters: the values of one key are alternatives, keys go together, values are whole.
func TestV3Filters(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	lb := l.create("loadbalancers", `{"loadbalancer":{"name":"lb"}}`)
	vpc := `"type":"instance","vpc_id":"v1","lb_algorithm":"ROUND_ROBIN"`
	a := l.create("pools", `{"pool":{"name":"a","protocol":"HTTP","description":"x",`+vpc+`}}`)
	b := l.create("pools", `{"pool":{"name":"b","protocol":"TCP","member_deletion_protection_enable":true,`+vpc+`}}`)
	ab := l.create("pools", `{"pool":{"name":"ab","protocol":"HTTP","lb_algorithm":"SOURCE_IP","loadbalancer_id":"`+lb+`"}}`)
	listener := l.create("listeners", `{"listener":{"loadbalancer_id":"`+lb+`","protocol":"HTTP","protocol_port":80,"default_pool_id":"`+a+`"}}`)
	policy := l.create("l7policies", `{"l7policy":{"listener_id":"`+listener+`","action":"REDIRECT_TO_POOL","redirect_pool_id":"`+ab+`"}}`)
	member := l.create("pools/"+b+"/members", `{"member":{"address":"10.0.0.9","protocol_port":80}}`)
	second := l.create("pools/"+ab+"/members", `{"member":{"address":"10.0.0.10","protocol_port":80}}`)
	group := l.create("ipgroups", `{"ipgroup":{"name":"g","ip_list":[{"ip":"192.168.1.0/24"}]}}`)
	for _, step := range []struct {
		list, query string
		want        []string
	}{
		{"pools", "name=a", []string{a}},
		{"pools", "name=a&name=b", []string{a, b}},
		{"pools", "name=a&name=b&protocol=TCP", []string{b}},
		{"pools", "id=" + ab, []string{ab}},
		{"pools", "lb_algorithm=SOURCE_IP", []string{ab}},
		{"pools", "member_deletion_protection_enable=true", []string{b}},
		{"pools", "member_address=10.0.0.9", []string{b}},
		{"pools", "loadbalancer_id=" + lb, []string{ab}},
		{"pools", "listener_id=" + listener, []string{a, ab}}, // directly or through a policy
		{"pools", "enterprise_project_id=all_granted_eps", []string{a, b, ab}},
		{"pools", "enterprise_project_id=0&name=a", []string{a}},
		{"pools", "enterprise_project_id=other", nil},
		{"pools", "protection_status=nonProtection&vpc_id=v1", []string{a, b}},
		{"listeners", "default_pool_id=" + a, []string{listener}},
		{"listeners", "loadbalancer_id=" + lb + "&protocol_port=80", []string{listener}},
		{"listeners", "protocol_port=443", nil},
		{"l7policies", "redirect_pool_id=" + ab, []string{policy}},
		{"l7policies", "redirect_pool_id=" + a, nil},
		{"pools/" + b + "/members", "address=10.0.0.9&weight=1", []string{member}},
		{"members", "", []string{member, second}},
		{"members", "pool_id=" + b, []string{member}},
		{"members", "pool_id=" + a, nil},
		{"members", "loadbalancer_id=" + lb, []string{second}},
		{"members", "address=10.0.0.9&address=10.0.0.10&pool_id=" + ab, []string{second}},
		{"ipgroups", "ip_list=192.168.1.0%2F24", []string{group}},
		{"ipgroups", "ip_list=192.168.1.7", nil}, // entries are compared as stored
	} {
		path := l.p + "/" + step.list + "?" + step.query
		plural := step.list[strings.LastIndexByte(step.list, '/')+1:]
		slices.Sort(step.want)
		if got := l.must(200, "GET", path, "").ids(plural); !slices.Equal(got, step.want) {
			t.Errorf("%s?%s: %v, want %v", step.list, step.query, got, step.want)
		}
	}
}

// create makes an object of ELB v3 and returns its id.
func (l *lab) create(plural, body string) string {
	l.t.Helper()
	r := l.must(201, "POST", l.p+"/"+plural, body)
	for name := range r.body.(map[string]any) {
		if name != "request_id" {
			return r.str(name, "id")
		}
	}
	return ""
}

// TestSharedLists: v2.0 envelopes, links instead of markers, shared objects only, and those in the v3 lists too.
func TestSharedLists(t *testing.T) {
	l := newLab(t, Options{Size: 80})
	var shared []string
	for _, p := range l.world().pools.all {
		if p.shared {
			shared = append(shared, p.ID)
		}
	}
	r := l.must(200, "GET", "/v2.0/lbaas/pools", "")
	if got := r.ids("pools"); !slices.Equal(got, shared) || r.at("pools_links") != nil || r.at("request_id") != nil || r.at("page_info") != nil {
		t.Errorf("without a limit: %d of %d: %.200s", len(got), len(shared), r.text)
	}
	for _, key := range []string{"created_at", "updated_at", "protection_status", "member_deletion_protection_enable"} {
		if _, there := r.at("pools", 0).(map[string]any)[key]; there {
			t.Errorf("a shared pool has %s", key)
		}
	}
	if r.str("pools", 0, "tenant_id") != l.account.ProjectID {
		t.Errorf("tenant_id: %.200s", r.text)
	}

	var got []string
	path := "/v2.0/lbaas/pools?limit=3&tenant_id=" + l.account.ProjectID
	for path != "" {
		r := l.must(200, "GET", path, "")
		got = append(got, r.ids("pools")...)
		path = ""
		for i := range 2 {
			if r.str("pools_links", i, "rel") == "next" {
				path = strings.TrimPrefix(r.str("pools_links", i, "href"), l.http.URL)
			}
		}
	}
	if !slices.Equal(got, shared) {
		t.Errorf("by links: %v, want %v", got, shared)
	}
	back := l.must(200, "GET", "/v2.0/lbaas/pools?limit=3&page_reverse=True&marker="+shared[5], "")
	if !slices.Equal(back.ids("pools"), shared[2:5]) {
		t.Errorf("backwards: %v, want %v", back.ids("pools"), shared[2:5])
	}

	v3 := l.must(200, "GET", l.p+"/pools?id="+shared[0], "")
	if _, there := v3.at("pools", 0).(map[string]any)["created_at"]; v3.str("pools", 0, "id") != shared[0] || there {
		t.Errorf("in the v3 list: %s", v3.text)
	}
	for _, plural := range []string{"listeners", "l7policies", "healthmonitors", "loadbalancers", "members"} {
		for _, id := range l.must(200, "GET", "/v2.0/lbaas/"+plural, "").ids(plural) {
			if v3 := l.must(200, "GET", l.p+"/"+plural+"?id="+id, ""); v3.at(plural, 0, "created_at") != nil || v3.str(plural, 0, "id") != id {
				t.Errorf("%s %s in v3: %s", plural, id, v3.text)
			}
		}
	}
	lb := l.must(200, "GET", "/v2.0/lbaas/loadbalancers", "")
	if id := lb.str("loadbalancers", 0, "id"); l.must(200, "GET", "/v2.0/lbaas/loadbalancers/"+id, "").str("loadbalancer", "tenant_id") != l.account.ProjectID {
		t.Errorf("shared load balancer: %.200s", lb.text)
	}
	for _, b := range l.world().balancers.all {
		if listed := slices.Contains(lb.ids("loadbalancers"), b.ID); listed == b.Guaranteed {
			t.Errorf("load balancer %s, guaranteed %t, in the shared list: %t", b.ID, b.Guaranteed, listed)
		}
		if r := l.do("GET", "/v2.0/lbaas/loadbalancers/"+b.ID, ""); b.Guaranteed != (r.status == 404) {
			t.Errorf("load balancer %s, guaranteed %t, shown by v2.0: %d", b.ID, b.Guaranteed, r.status)
		}
	}
	var sharedMembers []string
	for _, p := range l.world().pools.all {
		if p.shared {
			sharedMembers = append(sharedMembers, each(p.Members.all, (*member).key)...)
		}
	}
	slices.Sort(sharedMembers)
	if got := l.must(200, "GET", "/v2.0/lbaas/members", ""); !slices.Equal(got.ids("members"), sharedMembers) || got.str("members", 0, "subnet_id") == "" {
		t.Errorf("all shared members: %.200s", got.text)
	}
	withMembers := l.must(200, "GET", "/v2.0/lbaas/pools", "")
	for i := range withMembers.ids("pools") {
		if id := withMembers.str("pools", i, "members", 0, "id"); id != "" {
			path := "/v2.0/lbaas/pools/" + withMembers.str("pools", i, "id") + "/members"
			if members := l.must(200, "GET", path, ""); members.str("members", 0, "id") != id || members.str("members", 0, "address") == "" {
				t.Errorf("members: %s", members.text)
			}
			return
		}
	}
	t.Error("no shared pool with members")
}

func TestGatewayPaging(t *testing.T) {
	l := newLab(t, Options{Size: 240})
	i := l.world().instances[0]
	r := l.must(200, "GET", l.channels(i), "")
	if r.at("total") != 80.0 || r.at("size") != 20.0 || len(r.ids("vpc_channels")) != 20 {
		t.Errorf("default page: total %v, size %v", r.at("total"), r.at("size"))
	}
	var ids []string
	for offset := 0; ; offset += 30 {
		r := l.must(200, "GET", fmt.Sprintf("%s?limit=30&offset=%d", l.channels(i), offset), "")
		ids = append(ids, r.ids("vpc_channels")...)
		if r.at("size") == 0.0 {
			break
		}
	}
	if len(ids) != 80 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 80 {
		t.Errorf("%d channels by pages", len(ids))
	}
	for query, size := range map[string]int{"?limit=1000": 80, "?limit=0": 20, "?limit=-3&offset=-7": 20, "?offset=75&limit=500": 5, "?offset=900": 0} {
		if r := l.must(200, "GET", l.channels(i)+query, ""); r.at("size") != float64(size) {
			t.Errorf("%s: size %v, want %d", query, r.at("size"), size)
		}
	}
	c := i.channels.all[7]
	for query, want := range map[string]string{"?id=" + c.ID: c.ID, "?precise_search=name&name=" + url.QueryEscape(c.Name): c.ID} {
		if got := l.must(200, "GET", l.channels(i)+query, "").ids("vpc_channels"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v", query, got)
		}
	}
	part := c.Name[:len(c.Name)-2]
	if got := l.must(200, "GET", l.channels(i)+"?limit=500&name="+url.QueryEscape(part), "").ids("vpc_channels"); !slices.Contains(got, c.ID) {
		t.Errorf("part of the name %q: %v", part, got)
	}
}

// TestBigAccount: what only shows above the sizes of the other tests.
func TestBigAccount(t *testing.T) {
	l := newLab(t, Options{Size: 2100})
	if r := l.must(200, "GET", l.channels(l.world().instances[0])+"?limit=1000", ""); r.at("size") != 500.0 || r.at("total") != 700.0 {
		t.Errorf("a page of channels: %v of %v", r.at("size"), r.at("total"))
	}
	if r := l.must(200, "GET", l.p+"/pools", ""); len(r.ids("pools")) != 2000 || r.str("page_info", "next_marker") == "" {
		t.Errorf("a page of pools without limit: %d", len(r.ids("pools")))
	}
	certificates := l.world().certificates.all
	unused := certificates[slices.IndexFunc(certificates, func(c *certificate) bool { return len(c.listeners) == 0 })].ID
	l.must(204, "DELETE", l.p+"/certificates/"+unused, "")
	l.must(404, "GET", l.p+"/certificates/"+unused, "")
	l.must(404, "DELETE", l.p+"/certificates/"+unused, "")
	l.AddPool("new", "")
	l.must(200, "GET", l.p+"/pools/new", "")
}
