package cleanup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// sim is the simulated cloud behind real HTTP, with an engine connected to it.
type sim struct {
	t       testing.TB
	cloud   *simcloud.Cloud
	url     string
	project string
	http    *http.Client // signs: for another client of the account
	config  client.Config
	loader  *inventory.Loader
	deleter *client.Deleter
	engine  *Engine
}

func (s *sim) load(kind inventory.KindID) *inventory.Snapshot {
	return inventory.Last(s.loader.Load(s.t.Context(), kind))
}

// pick takes the first n resources of a kind that a test wants.
func pick(s *inventory.Snapshot, kind inventory.KindID, n int, want func(inventory.Resource) bool) []inventory.Resource {
	var out []inventory.Resource
	for _, r := range s.Listing(kind).Resources.All() {
		if len(out) < n && want(r) {
			out = append(out, r)
		}
	}
	return out
}

func unused(r inventory.Resource) bool { return r.Verdict.State == inventory.Unused }

func (s *sim) plan(marked []inventory.Resource, from *inventory.Snapshot) Plan {
	s.t.Helper()
	p, err := NewPlan(refsOf(marked), from, Choice{})
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *sim) run(p Plan) (Summary, []Result) {
	s.t.Helper()
	run := s.engine.Start(s.t.Context(), p)
	results := finished(s.t, run)
	return run.Summary(), results
}

// deletions are the deleting requests so far: "POST …/pools/batch-delete {…}", without the project.
func (s *sim) deletions() []string {
	var out []string
	for _, r := range s.cloud.Requests() {
		if r.Method == http.MethodDelete || r.Method == http.MethodPost && strings.HasSuffix(r.Path, "batch-delete") {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, strings.ReplaceAll(r.Path, s.project, "P"), r.Body)))
		}
	}
	return out
}

// asked are the ids that the server was asked to delete in batches under this key.
func (s *sim) asked(key string) []string {
	var all []string
	for _, r := range s.cloud.Requests() {
		var body map[string][]string
		if strings.HasSuffix(r.Path, "batch-delete") && json.Unmarshal([]byte(r.Body), &body) == nil {
			all = append(all, body[key]...)
		}
	}
	slices.Sort(all)
	return all
}

// post is what another client of the account does meanwhile.
func (s *sim) post(path string, body any) {
	s.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := s.http.Post(s.url+strings.ReplaceAll(path, "/P/", "/"+s.project+"/"), "application/json", bytes.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		s.t.Fatalf("POST %s: %s", path, resp.Status)
	}
}

func idsOf(resources []inventory.Resource) []string {
	var ids []string
	for _, r := range resources {
		ids = append(ids, r.Ref.ID)
	}
	slices.Sort(ids)
	return ids
}

func dedicated(r inventory.Resource) bool {
	p, ok := r.Object.(*inventory.Pool)
	return ok && !p.Shared
}

func (s *sim) use(poolID string) {
	lb := ""
	for _, r := range s.load(inventory.Pools).Listing(inventory.Pools).Resources.All() {
		if p := r.Object.(*inventory.Pool); !p.Shared && lb == "" && p.LoadBalancers.Len() > 0 {
			lb = p.LoadBalancers.First()
		}
	}
	s.post("/v3/P/elb/listeners", map[string]any{"listener": map[string]any{
		"name": "brand-new", "protocol": "HTTP", "protocol_port": 64123, "loadbalancer_id": lb, "default_pool_id": poolID,
	}})
}

// changes are the requests so far that change something, other clients' among them, in order.
func (s *sim) changes() []string {
	var out []string
	for _, r := range s.cloud.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/auth/tokens") {
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

func isList(r *http.Request, name string) bool {
	return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/"+name)
}
