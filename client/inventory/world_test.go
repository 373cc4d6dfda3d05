package inventory_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

const (
	project = "99a3fff0d03c428eac3678da6a7d0f24"
	roma    = "eddc4d25480b4cd6b512f270a1b8b341"
	apig    = "5dc4d25480b4cd6b512f270a1b8b3aaa"
)

var (
	scope = inventory.Scope{Profile: "test", Region: "eu-example-1", Project: project}
	now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
)

// object is a JSON object of the service.
type object = map[string]any

func refs(ids ...string) []object {
	out := []object{}
	for _, id := range ids {
		out = append(out, object{"id": id})
	}
	return out
}

// world is a handmade cloud that does what simcloud never does. Lists are named by what follows the project or
// /v2.0: "pools", "lbaas/pools", "apic/instances/{id}/vpc-channels".
type world struct {
	t     *testing.T
	lists map[string][]object
	// answer, when it has the path "GET pools" or "POST pools/batch-delete", answers instead.
	answer map[string]http.HandlerFunc
	hidden []object // listeners that can be shown and are in no list
	pages  int      // most objects on a page; 0 = as asked

	mu   sync.Mutex
	seen []string // "METHOD path" in the order of arrival
}

func (w *world) refuse(list string, status int, code, message string) {
	if w.answer == nil {
		w.answer = map[string]http.HandlerFunc{}
	}
	w.answer["GET "+list] = func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(status)
		fmt.Fprintf(rw, `{"error_code":%q,"error_msg":%q,"request_id":"r-1"}`, code, message)
	}
}

func (w *world) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	for _, prefix := range []string{"/v3/" + project + "/elb/", "/v2.0/", "/v2/" + project + "/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	if r.URL.Query().Has("include_recycle_bin") {
		path = "recycled"
	}
	if projects := r.URL.Query().Get("enterprise_project_id"); projects != "" {
		path = projects + " " + path
	}
	w.mu.Lock()
	w.seen = append(w.seen, r.Method+" "+path)
	w.mu.Unlock()
	rw.Header().Set("Content-Type", "application/json")
	if answer, ok := w.answer[r.Method+" "+path]; ok {
		answer(rw, r)
		return
	}
	if r.Method != http.MethodGet {
		w.t.Errorf("unexpected %s %s", r.Method, path)
		http.Error(rw, "unexpected", http.StatusTeapot)
		return
	}
	if strings.HasPrefix(path, "elb/") { // of Huawei Cloud's own paths there are none
		http.Error(rw, `{"error_code":"APIGW.0101","error_msg":"The API does not exist"}`, http.StatusNotFound)
		return
	}
	if strings.HasPrefix(path, "all_granted_eps") && w.lists[path] == nil {
		http.Error(rw, `{"error_code":"ELB.8902","error_msg":"enterprise_project_id is not a parameter"}`, http.StatusBadRequest)
		return
	}
	if path == "recycled" {
		if w.lists[path] == nil {
			http.Error(rw, `{"error_code":"ELB.8902","error_msg":"include_recycle_bin is not a parameter"}`, http.StatusBadRequest)
			return
		}
		json.NewEncoder(rw).Encode(object{"listeners": append(w.lists["listeners"], w.lists[path]...), "page_info": object{}})
		return
	}
	for list, one := range map[string]string{"ipgroups": "ipgroup", "listeners": "listener", "lbaas/listeners": "listener"} {
		id, shown := strings.CutPrefix(path, list+"/")
		if !shown {
			continue
		}
		for _, o := range append(w.lists[list], w.hidden...) {
			if o["id"] == id {
				json.NewEncoder(rw).Encode(object{one: o})
				return
			}
		}
		rw.WriteHeader(http.StatusNotFound)
		fmt.Fprint(rw, `{"error_code":"ELB.8904","error_msg":"not there"}`)
		return
	}
	all := w.lists[path]
	if all == nil {
		all = []object{}
	}
	plural := strings.Replace(path[strings.LastIndexAny(path, "/ ")+1:], "recycled", "listeners", 1)
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	if w.pages > 0 {
		limit = min(limit, w.pages)
	}
	switch {
	case strings.Contains(path, "vpc-channels") || strings.HasSuffix(path, "instances"):
		offset, _ := strconv.Atoi(q.Get("offset"))
		page := all[min(offset, len(all)):min(offset+limit, len(all))]
		json.NewEncoder(rw).Encode(object{"total": len(all), "size": len(page), strings.ReplaceAll(plural, "-", "_"): page})
	default:
		from := 0
		for i, o := range all {
			if q.Get("marker") != "" && o["id"] == q.Get("marker") {
				from = i + 1
			}
		}
		page := all[from:min(from+limit, len(all))]
		out := object{plural: page}
		more := from+len(page) < len(all)
		if strings.HasPrefix(path, "lbaas/") {
			if more {
				next := fmt.Sprintf("http://%s%s?limit=%d&marker=%s", r.Host, r.URL.Path, limit, page[len(page)-1]["id"])
				out[plural+"_links"] = []object{{"rel": "next", "href": next}}
			}
		} else {
			info := object{"current_count": len(page)}
			if more {
				info["next_marker"] = page[len(page)-1]["id"]
			}
			out["page_info"] = info
		}
		json.NewEncoder(rw).Encode(out)
	}
}

// serve starts the world; both gateways have one instance. A pool that is given no members has none.
func (w *world) serve(t *testing.T) (*inventory.Loader, *client.Deleter) {
	t.Helper()
	w.t = t
	for _, list := range []string{"pools", "lbaas/pools"} {
		for _, pool := range w.lists[list] {
			if pool["members"] == nil {
				pool["members"] = refs()
			}
		}
	}
	return connect(t, w, client.Gateway{Service: client.ROMA, InstanceID: roma}, client.Gateway{Service: client.APIG, InstanceID: apig})
}

func connect(tb testing.TB, h http.Handler, gateways ...client.Gateway) (*inventory.Loader, *client.Deleter) {
	tb.Helper()
	srv := httptest.NewServer(h)
	tb.Cleanup(srv.Close)
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)
	c, d := clients(tb, client.Config{
		Project: project, ELB: srv.URL, ROMA: srv.URL, APIG: srv.URL, Gateways: gateways, Transport: transport,
	})
	l := inventory.NewLoader(c, scope)
	l.Now = func() time.Time { return now }
	return l, d
}

func clients(tb testing.TB, config client.Config) (*client.Client, *client.Deleter) {
	tb.Helper()
	c, err := client.New(config)
	if err != nil {
		tb.Fatal(err)
	}
	d, err := client.NewDeleter(config)
	if err != nil {
		tb.Fatal(err)
	}
	return c, d
}

// load reads the kind and fails the test when the listing has failed.
func load(t *testing.T, l *inventory.Loader, kind inventory.KindID) (*inventory.Snapshot, *inventory.Listing) {
	t.Helper()
	s := inventory.Last(l.Load(t.Context(), kind))
	listing := s.Listing(kind)
	if listing.Err != nil {
		t.Fatalf("listing %s: %v", kind, listing.Err)
	}
	return s, listing
}

// open reads the children of all parents.
func open(t *testing.T, l *inventory.Loader, kind inventory.KindID) (*inventory.Snapshot, *inventory.Listing) {
	t.Helper()
	k, err := inventory.Lookup(kind)
	if err != nil {
		t.Fatal(err)
	}
	_, parents := load(t, l, k.Within)
	s := inventory.Last(l.Open(t.Context(), kind, parents.Resources.All()))
	listing := s.Listing(kind)
	if listing.Err != nil {
		t.Fatalf("opening %s: %v", kind, listing.Err)
	}
	return s, listing
}

// named finds the only resource of that name.
func named(t *testing.T, l *inventory.Listing, name string) inventory.Resource {
	t.Helper()
	var found []inventory.Resource
	for _, r := range l.Resources.All() {
		if r.Name == name {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d resources named %q", len(found), name)
	}
	return found[0]
}

// said is a verdict in one line: "in use: listener a; policy b [empty]".
func said(v inventory.Verdict) string {
	texts := make([]string, len(v.Reasons))
	for i, r := range v.Reasons {
		texts[i] = r.Text
	}
	s := v.State.String() + ": " + strings.Join(texts, "; ")
	if len(v.Signs) > 0 {
		s += " [" + strings.Join(v.Signs, ", ") + "]"
	}
	return s
}
