package cleanup

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// An undo that cannot see what is there makes nothing: it could be there already.
func TestAnUndoThatCannotSeeWhatIsThere(t *testing.T) {
	for status, c := range map[int]struct{ message, stopped string }{
		http.StatusForbidden:    {"not sent: it is not known what is there: ", ""},
		http.StatusUnauthorized: {"not sent: the credentials are not accepted: ", "the credentials are not accepted: "},
	} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			var blind atomic.Bool
			lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulate(t, simcloud.Options{Seed: 3}, func(w http.ResponseWriter, r *http.Request) bool {
				refused := blind.Load() && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/ipgroups")
				if refused {
					w.WriteHeader(status)
				}
				return refused
			})}
			lab.engine.journal = lab.history.Journal(lab.where())
			from := lab.load(inventory.IPGroups)
			past := lab.delete(pick(from, inventory.IPGroups, 2, unused), from, Choice{})
			sent := len(lab.changes())
			blind.Store(true)
			summary, results := lab.undo(past)
			for _, res := range results {
				if res.Outcome != Failed || !strings.HasPrefix(res.Message, c.message) {
					t.Errorf("%s %q, want failed %q", res.Outcome, res.Message, c.message)
				}
			}
			if !strings.HasPrefix(summary.Stopped, c.stopped) || (summary.Stopped == "") != (c.stopped == "") {
				t.Errorf("stopped %q, want %q", summary.Stopped, c.stopped)
			}
			if more := lab.changes()[sent:]; len(more) > 0 {
				t.Errorf("sent %q", more)
			}
			blind.Store(false)
			if summary, results := lab.undo(past); summary.Counts[Restored] != 2 {
				t.Errorf("%+v", results)
			}
		})
	}
}

// What has the name of what was made, and is not like it, is somebody else's: whether ours was made is not known.
func TestSomethingElseOfTheSameName(t *testing.T) {
	var lab *undoLab
	lab = answers(t, func(_ int, body map[string]any) int {
		made := body["pool"].(map[string]any)
		lab.cloud.Remove(made["id"].(string))
		lab.cloud.AddPool("stranger", made["name"].(string))
		return http.StatusBadGateway
	})
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		p := r.Object.(*inventory.Pool)
		return unused(r) && dedicated(r) && p.Protocol == "HTTP" && p.Algorithm != "ROUND_ROBIN"
	}), from, Choice{})
	sent := len(lab.changes())
	const says = "something of the same name has appeared since, and is not as it was: stranger"
	for range 2 { // the second one asks about what the first may have made
		if _, results := lab.undo(past); results[0].Outcome != Unknown || !strings.HasSuffix(results[0].Message, says) || results[0].NewID != "" {
			t.Errorf("%+v", results[0])
		}
	}
	if more := lab.changes()[sent:]; !slices.Equal(more, []string{"POST /v3/P/elb/pools"}) {
		t.Errorf("sent %q", more)
	}
}
