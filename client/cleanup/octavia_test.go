package cleanup

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
)

// octavia is a load balancer service after the API reference of Octavia v2 and its error texts, and nothing else: lists in the
// order of creation, at most three on a page, links to a host that nobody can reach, deletions and changes that take a
// while in which the load balancer is immutable.
type octavia struct {
	slow time.Duration // each change

	mu      sync.Mutex
	order   map[string][]string // ids of each list
	objects map[string]fields   // by id
	busy    map[string]time.Time
	leaves  map[string]time.Time // pools that are PENDING_DELETE
	changes []string
}

type fields = map[string]any

func (o *octavia) add(list, id string, f fields) {
	f["id"], f["name"], f["project_id"], f["admin_state_up"] = id, id, strings.Repeat("a", 32), true
	f["created_at"], f["updated_at"] = "2017-05-10T18:14:44", nil
	f["provisioning_status"], f["operating_status"] = "ACTIVE", "ONLINE"
	f["tags"] = []string{}
	o.order[list] = append(o.order[list], id)
	o.objects[id] = f
}

func at(ids ...string) []fields {
	refs := []fields{}
	for _, id := range ids {
		refs = append(refs, fields{"id": id})
	}
	return refs
}

func (o *octavia) fault(w http.ResponseWriter, status int, format string, args ...any) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(fields{"faultcode": "Client", "faultstring": fmt.Sprintf(format, args...), "debuginfo": nil})
}

// settle ends what has taken its time.
func (o *octavia) settle() {
	for id, until := range o.leaves {
		if time.Now().After(until) {
			o.remove("pools", id)
			delete(o.leaves, id)
		}
	}
}

func (o *octavia) remove(list, id string) {
	o.order[list] = slices.DeleteFunc(o.order[list], func(one string) bool { return one == id })
	delete(o.objects, id)
}

func (o *octavia) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settle()
	w.Header().Set("Content-Type", "application/json")
	path, below := strings.CutPrefix(r.URL.Path, "/v2.0/lbaas/")
	part := strings.Split(path, "/")
	if _, known := o.order[part[0]]; !below || !known {
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"message": "The resource could not be found.<br /><br />\n\n\n", "code": "404 Not Found", "title": "Not Found"}`)
		return
	}
	switch {
	case len(part) == 1:
		o.list(w, r, part[0])
	case o.objects[part[1]] == nil:
		o.fault(w, http.StatusNotFound, "%s %s not found.", part[0], part[1])
	case r.Method == http.MethodGet:
		json.NewEncoder(w).Encode(fields{strings.TrimSuffix(part[0], "s"): o.objects[part[1]]})
	default:
		o.change(w, r, part)
	}
}

func (o *octavia) list(w http.ResponseWriter, r *http.Request, plural string) {
	const most = 3
	q := r.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit > most {
		limit = most
	}
	all := o.order[plural]
	from := 0
	if marker := q.Get("marker"); marker != "" {
		if from = slices.Index(all, marker) + 1; from == 0 {
			o.fault(w, http.StatusBadRequest, "Supplied pagination marker '%s' is not valid.", marker)
			return
		}
	}
	page := []fields{}
	for _, id := range all[from:min(len(all), from+limit)] {
		page = append(page, o.objects[id])
	}
	links := []fields{}
	link := func(rel, rest string) {
		links = append(links, fields{"rel": rel, "href": fmt.Sprintf("http://10.9.8.7:9876/load-balancer/v2.0/lbaas/%s?limit=%d&%s", plural, limit, rest)})
	}
	if len(page) > 0 && from > 0 {
		link("previous", fmt.Sprintf("marker=%s&page_reverse=True", page[0]["id"]))
	}
	if len(page) == limit { // it may be the last one
		link("next", fmt.Sprint("marker=", page[len(page)-1]["id"]))
	}
	json.NewEncoder(w).Encode(fields{plural: page, plural + "_links": links})
}

// change makes one, and then nothing of that load balancer can be changed for a while.
func (o *octavia) change(w http.ResponseWriter, r *http.Request, part []string) {
	one := o.objects[part[1]]
	lb := one["lb"].(string)
	if time.Now().Before(o.busy[lb]) {
		o.fault(w, http.StatusConflict, "Load Balancer %s is immutable and cannot be updated.", lb)
		return
	}
	switch r.Method + " " + part[0] {
	case "DELETE pools":
		if len(part) == 4 {
			members := one["members"].([]fields)
			left := slices.DeleteFunc(slices.Clone(members), func(m fields) bool { return m["id"] == part[3] })
			if len(left) == len(members) {
				o.fault(w, http.StatusNotFound, "Member %s not found.", part[3])
				return
			}
			one["members"] = left
			break
		}
		for _, id := range o.order["l7policies"] {
			if o.objects[id]["redirect_pool_id"] == part[1] {
				o.fault(w, http.StatusConflict, "Pool %s is in use by L7 policy %s", part[1], id)
				return
			}
		}
		one["provisioning_status"] = "PENDING_DELETE"
		o.leaves[part[1]] = time.Now().Add(o.slow)
	case "DELETE healthmonitors":
		o.objects[one["pools"].([]fields)[0]["id"].(string)]["healthmonitor_id"] = nil
		o.remove("healthmonitors", part[1])
	case "PUT l7policies", "PUT listeners":
		var body map[string]fields
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			o.fault(w, http.StatusBadRequest, "%v", err)
			return
		}
		for field, value := range body[map[string]string{"l7policies": "l7policy", "listeners": "listener"}[part[0]]] {
			if pool, ok := o.objects[fmt.Sprint(one[field])]; ok && field == "default_pool_id" && value == nil {
				pool["listeners"] = at()
			}
			one[field] = value
		}
	default:
		o.fault(w, http.StatusMethodNotAllowed, "Method Not Allowed")
		return
	}
	o.busy[lb] = time.Now().Add(o.slow)
	o.changes = append(o.changes, r.Method+" "+strings.Join(part, "/"))
	w.WriteHeader(map[string]int{http.MethodPut: http.StatusOK, http.MethodDelete: http.StatusNoContent}[r.Method])
	if r.Method == http.MethodPut {
		fmt.Fprint(w, "{}")
	}
}

// newOctavia has seven pools on two load balancers: p1 is the default of a listener, p2 the target of a policy, p3 has
// two members and a health monitor.
func newOctavia(slow time.Duration) *octavia {
	o := &octavia{
		slow: slow, objects: map[string]fields{}, busy: map[string]time.Time{}, leaves: map[string]time.Time{},
		order: map[string][]string{"loadbalancers": nil, "pools": nil, "listeners": nil, "l7policies": nil, "healthmonitors": nil},
	}
	o.add("loadbalancers", "b1", fields{"listeners": at("l1"), "pools": at(), "lb": "b1"})
	o.add("loadbalancers", "b2", fields{"listeners": at(), "pools": at(), "lb": "b2"})
	o.add("listeners", "l1", fields{
		"default_pool_id": "p1", "loadbalancers": at("b1"), "lb": "b1", "sni_container_refs": []string{},
		"default_tls_container_ref": "https://kms.example.com/v1/containers/a570068c-d295-4780-91d4-3046a325db51",
	})
	o.add("l7policies", "y1", fields{"action": "REDIRECT_TO_POOL", "listener_id": "l1", "redirect_pool_id": "p2", "rules": at(), "lb": "b1"})
	for _, id := range []string{"p9", "p1", "p8", "p2", "p3", "p7", "p6"} { // by time, not by id
		lb := map[bool]string{true: "b2", false: "b1"}[id > "p6"]
		o.add("pools", id, fields{
			"members": at(), "listeners": at(), "loadbalancers": at(lb), "healthmonitor_id": nil, "protocol": "HTTP",
			"lb_algorithm": "ROUND_ROBIN", "session_persistence": nil, "lb": lb,
		})
	}
	o.objects["p1"]["listeners"] = at("l1")
	o.objects["p3"]["members"], o.objects["p3"]["healthmonitor_id"] = at("m1", "m2"), "h3"
	o.add("healthmonitors", "h3", fields{"type": "HTTP", "delay": 5, "timeout": 3, "max_retries": 2, "pools": at("p3"), "lb": "b1"})
	return o
}

func (o *octavia) serve(t *testing.T) (*inventory.Loader, *Engine) {
	t.Helper()
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	config := client.Config{Project: strings.Repeat("a", 32), ELB: server.URL, Transport: base, Found: &client.Found{}}
	reader, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	deleter, err := client.NewDeleter(config)
	if err != nil {
		t.Fatal(err)
	}
	loader := inventory.NewLoader(reader, inventory.Scope{Profile: "test", Region: "RegionOne", Project: config.Project})
	return loader, NewEngine(deleter, loader, Options{})
}

// TestOctavia: a service that is none of Huawei Cloud's relatives is listed, judged and cleaned up.
func TestOctavia(t *testing.T) {
	cloud := newOctavia(30 * time.Millisecond)
	loader, engine := cloud.serve(t)
	engine.rest = 20 * time.Millisecond

	from := inventory.Last(loader.WithDetail().Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
	verdicts := map[string]inventory.State{}
	for _, r := range from.Listing(inventory.Pools).Resources.All() {
		verdicts[r.Name] = r.Verdict.State
	}
	want := map[string]inventory.State{
		"p1": inventory.InUse, "p2": inventory.InUse, "p3": inventory.Unused, "p6": inventory.Unused, "p7": inventory.Unused,
		"p8": inventory.Unused, "p9": inventory.Unused,
	}
	if diff := cmp.Diff(want, verdicts); diff != "" {
		t.Fatal(diff)
	}
	for _, kind := range []inventory.KindID{inventory.Certificates, inventory.IPGroups} {
		if l := from.Listing(kind); l.Err != nil || l.Lacking == nil || !strings.HasPrefix(l.Note, "this cloud does not have ") {
			t.Errorf("%+v", l)
		}
	}

	plan, err := NewPlan(refsOf(from.Listing(inventory.Pools).Resources.All()), from, Choice{Detach: true})
	if err != nil || len(plan.Items) != len(want) {
		t.Fatal(len(plan.Items), err)
	}
	run := engine.Start(t.Context(), plan)
	for _, res := range finished(t, run) {
		if res.Outcome != Deleted || !res.Proved {
			t.Errorf("%s ended %s: %s, proved %v", res.Ref.ID, res.Outcome, res.Message, res.Proved)
		}
	}
	cloud.mu.Lock()
	defer cloud.mu.Unlock()
	if cloud.settle(); len(cloud.order["pools"]) > 0 {
		t.Errorf("left: %v", cloud.order["pools"])
	}
	for pool, ladder := range map[string][]string{
		"p1": {"PUT listeners/l1", "DELETE pools/p1"},
		"p2": {"PUT l7policies/y1", "DELETE pools/p2"},
		"p3": {"DELETE pools/p3/members/m1", "DELETE pools/p3/members/m2", "DELETE healthmonitors/h3", "DELETE pools/p3"},
	} {
		got := slices.DeleteFunc(slices.Clone(cloud.changes), func(call string) bool { return !slices.Contains(ladder, call) })
		if diff := cmp.Diff(ladder, got); diff != "" {
			t.Errorf("%s: %s", pool, diff)
		}
	}
}

// TestOctaviaThatNeverEnds: what the service is deleting for longer than is waited for is not called deleted.
func TestOctaviaThatNeverEnds(t *testing.T) {
	cloud := newOctavia(time.Hour)
	loader, engine := cloud.serve(t)
	engine.rest = time.Millisecond
	from := inventory.Last(loader.Load(t.Context(), inventory.Pools))
	two := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return r.Name == "p9" || r.Name == "p8" })
	plan, err := NewPlan(refsOf(two), from, Choice{})
	if err != nil {
		t.Fatal(err)
	}
	results := finished(t, engine.Start(t.Context(), plan))
	if results[0].Outcome != Reappeared || !strings.Contains(results[0].Message, "still deleting") {
		t.Errorf("%s: %s", results[0].Outcome, results[0].Message)
	}
	if results[1].Outcome != Blocked || !strings.Contains(results[1].Message, "is immutable and cannot be updated") {
		t.Errorf("%s: %s", results[1].Outcome, results[1].Message)
	}
}
