package cleanup

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// heard notes what a cloud calls the changing requests that it answers, by method and path.
type heard struct {
	mu  sync.Mutex
	ids map[string]string
}

func (h *heard) around(cloud *simcloud.Cloud) front {
	return func(w http.ResponseWriter, r *http.Request) bool {
		cloud.ServeHTTP(w, r)
		if id := w.Header().Get("X-Request-Id"); id != "" && r.Method != http.MethodGet {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.ids[id] = r.Method + " " + r.URL.Path
		}
		return true
	}
}

// call is the request that has an id, "" when none has.
func (h *heard) call(id string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ids[id]
}

// What the service calls a request is what it asks for when it is to explain it: each change that succeeds has its id, also
// where the answer has no body, as those to deletions of single items, to the steps before them, and to what an undo makes.
func TestEveryChangeThatSucceedsHasItsRequestID(t *testing.T) {
	for name, tt := range map[string]struct {
		lacks  []string
		kind   inventory.KindID
		choice Choice
		want   func(inventory.Resource) bool
	}{
		"shared pools": {kind: inventory.Pools, want: func(r inventory.Resource) bool { return unused(r) && !dedicated(r) }},
		"pools taken out of use": {kind: inventory.Pools, choice: Choice{Detach: true}, want: func(r inventory.Resource) bool {
			return r.Verdict.State == inventory.InUse && !dedicated(r)
		}},
		"pools without batches": {lacks: []string{"/pools/batch-delete"}, kind: inventory.Pools, want: func(r inventory.Resource) bool {
			return unused(r) && dedicated(r)
		}},
		"certificates without batches": {lacks: []string{"/certificates/batch-delete"}, kind: inventory.Certificates, want: func(r inventory.Resource) bool {
			return unused(r) && r.Object.(*client.Certificate).Type == "client"
		}},
		"IP groups": {kind: inventory.IPGroups, want: unused},
		"members":   {kind: inventory.Members, want: func(inventory.Resource) bool { return true }},
	} {
		t.Run(name, func(t *testing.T) {
			h := &heard{ids: map[string]string{}}
			o := simcloud.Options{Seed: 3, Lacks: tt.lacks}
			lab := &undoLab{sim: simulateBy(t, o, way{around: h.around}), history: NewHistory(t.TempDir(), "test")}
			lab.engine.journal = lab.history.Journal(lab.where())
			from := lab.load(tt.kind)
			if tt.kind == inventory.Members {
				channels := pick(lab.load(inventory.Channels), inventory.Channels, 3, func(r inventory.Resource) bool { return r.Verdict.State != inventory.Protected })
				from = inventory.Last(lab.loader.Open(t.Context(), inventory.Members, channels))
			}
			p := lab.plan(pick(from, tt.kind, 3, tt.want), from)
			if tt.choice.Detach {
				var err error
				if p, err = NewPlan(refsOf(pick(from, tt.kind, 3, tt.want)), from, tt.choice); err != nil {
					t.Fatal(err)
				}
			}
			if len(p.Items) == 0 {
				t.Fatalf("nothing to delete: %+v", p.LeftOut)
			}
			if summary, results := lab.run(p); !summary.OK() {
				t.Fatal(summary, results)
			}
			past := lab.newest()
			requests := 0
			every := func(past *Past, outcome Outcome) {
				t.Helper()
				for i, it := range past.Ledger.Items {
					for _, q := range past.Ledger.Requests(i) {
						requests++
						if h.call(q.RequestID) == "" {
							t.Errorf("%s (%s): request id %q", q.Call, q.Step, q.RequestID)
						}
					}
					if it.Result.Outcome == outcome && h.call(it.Result.RequestID) == "" {
						t.Errorf("%s is %v with request id %q", it.Result.Ref.ID, outcome, it.Result.RequestID)
					}
				}
			}
			every(past, Deleted)
			for _, it := range past.Ledger.Items {
				if call := h.call(it.Result.RequestID); !strings.HasPrefix(call, "DELETE ") || !strings.HasSuffix(call, "/"+it.Result.Ref.ID) {
					t.Errorf("the request id of %s is that of %q", it.Result.Ref.ID, call)
				}
			}
			summary, results := lab.undo(past)
			if slices.ContainsFunc(results, func(r Result) bool { return r.Outcome == Restored }) {
				every(lab.newest(), Restored)
			} else {
				t.Error(summary, results)
			}
			if requests < len(p.Items) {
				t.Errorf("%d requests", requests)
			}
		})
	}
}
