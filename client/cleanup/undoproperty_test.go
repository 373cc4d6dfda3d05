package cleanup

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

var undoSeed = flag.Uint64("undoseed", 0, "of TestUndoBringsBackWhatItSays: only this one; 0 = some new ones")

// TestUndoBringsBackWhatItSays deletes at random, undoes, and compares what the server says of everything with what it said
// before, up to new ids, for all that was graded exact or new id.
func TestUndoBringsBackWhatItSays(t *testing.T) {
	seeds := []uint64{*undoSeed}
	if *undoSeed == 0 {
		seeds = nil
		for range 8 {
			seeds = append(seeds, rand.Uint64()>>1)
		}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			t.Logf("again with -undoseed=%d", seed)
			undoAtRandom(t, seed)
		})
	}
}

func undoAtRandom(t *testing.T, seed uint64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	o := simcloud.Options{Seed: seed%1000 + 1, Size: simcloud.Size(15 + rng.IntN(25)), KeepMembers: rng.IntN(2) == 0}
	if rng.IntN(3) == 0 {
		o.Lacks = []string{"/batch-delete"}
	}
	lab := newUndoLab(t, o)
	before := lab.state()
	var runs []*Past
	deleted := 0
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Members, inventory.Entries, inventory.Certificates, inventory.IPGroups} {
		from := lab.load(inventory.IPGroups)
		switch kind {
		case inventory.Entries:
			from = inventory.Last(lab.loader.Open(t.Context(), kind, from.Listing(inventory.IPGroups).Resources.All()))
		case inventory.Members:
			from = inventory.Last(lab.loader.Open(t.Context(), kind, lab.load(inventory.Channels).Listing(inventory.Channels).Resources.All()))
		default:
			from = lab.load(kind)
		}
		share := 1 + rng.IntN(4)
		marked := pick(from, kind, 1000, func(inventory.Resource) bool { return rng.IntN(share) == 0 })
		if len(marked) == 0 {
			continue
		}
		p, err := NewPlan(refsOf(marked), from, Choice{Detach: rng.IntN(3) > 0})
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Items) == 0 {
			continue
		}
		summary, results := lab.run(p)
		for i, res := range results {
			if res.Outcome != Deleted {
				t.Logf("deleting %s %s: %v: %s", kind, p.Items[i].Resource.Label(), res.Outcome, res.Message)
			}
		}
		deleted += summary.Counts[Deleted]
		runs = append(runs, lab.newest())
	}
	if deleted == 0 {
		t.Fatal("nothing was deleted")
	}
	was := map[string]string{} // new id → old id
	apart := map[string]bool{} // what need not be as it was
	for _, past := range slices.Backward(runs) {
		plan, err := lab.history.UndoPlan(past)
		if err != nil && !strings.Contains(err.Error(), ErrNothing.Error()) {
			t.Fatal(err)
		}
		for _, it := range plan.Items {
			if it.Undo > inventory.NewID {
				apart[it.Resource.Ref.Parent+" "+it.Resource.Ref.ID] = true
			}
		}
		if err != nil {
			continue
		}
		run := lab.engine.Start(t.Context(), plan)
		for i, res := range finished(t, run) {
			if plan.Items[i].Undo <= inventory.NewID && (res.Outcome != Restored || !res.Proved) {
				t.Errorf("%s %s: %+v", plan.Items[i].Resource.Ref.Kind, plan.Items[i].Resource.Label(), res)
			}
			if res.Message != "" {
				t.Logf("%s %s (%s): %s", plan.Items[i].Resource.Ref.Kind, plan.Items[i].Resource.Label(), plan.Items[i].Undo, res.Message)
			}
			if res.NewID != "" && res.Ref.Kind != inventory.Entries { // two spellings are no two ids
				was[res.NewID] = res.Ref.ID
			}
		}
		if err := run.Unrecorded(); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, before, lab.state(), was, apart)
	n := len(lab.changes())
	for _, past := range runs {
		if plan, err := lab.history.UndoPlan(past); err == nil {
			for i, res := range finished(t, lab.engine.Start(t.Context(), plan)) {
				if res.Outcome == Restored {
					t.Errorf("undone again, %s is restored: %+v", plan.Items[i].Resource.Label(), res)
				}
			}
		}
	}
	if again := lab.changes()[n:]; len(again) > 0 {
		t.Errorf("undoing twice sends %v", again)
	}
	compare(t, before, lab.state(), was, apart)
}

// changes are the requests so far that change something.
func (lab *undoLab) changes() []string {
	var out []string
	for _, r := range lab.cloud.Requests() {
		if r.Method != http.MethodGet && !strings.Contains(r.Path, "/auth/") {
			out = append(out, r.Method+" "+strings.ReplaceAll(r.Path, lab.project, "P"))
		}
	}
	return out
}

// state is what the server says of everything, by kind, raw.
func (lab *undoLab) state() map[string][]map[string]any {
	lab.t.Helper()
	all := map[string][]map[string]any{}
	for _, kind := range []string{"pools", "members", "healthmonitors", "listeners", "l7policies", "certificates", "ipgroups", "loadbalancers"} {
		all[kind] = lab.raw("/v3/P/elb/"+kind+"?limit=2000", kind)
	}
	for _, p := range all["pools"] {
		p["inside"] = lab.raw("/v3/P/elb/pools/"+p["id"].(string)+"/members?limit=2000", "members")
	}
	delete(all, "members")
	for _, p := range all["l7policies"] {
		if rules := p["rules"].([]any); len(rules) > 0 {
			p["inside"] = lab.raw("/v3/P/elb/l7policies/"+p["id"].(string)+"/rules?limit=2000", "rules")
		}
	}
	for service, instances := range map[string]string{"apic": "/v2/P/instances?limit=500", "apigw": "/v2/P/apigw/instances?limit=500"} {
		for _, i := range lab.raw(instances, "instances") {
			prefix := "/v2/P/" + service + "/instances/" + i["id"].(string) + "/vpc-channels"
			for _, c := range lab.raw(prefix+"?limit=500", "vpc_channels") {
				all["servers"] = append(all["servers"], lab.raw(prefix+"/"+c["id"].(string)+"/members?limit=500", "members")...)
			}
		}
	}
	return all
}

func (lab *undoLab) raw(path, key string) []map[string]any {
	lab.t.Helper()
	resp, err := lab.http.Get(lab.url + strings.ReplaceAll(path, "/P/", "/"+lab.project+"/"))
	if err != nil {
		lab.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		lab.t.Fatal(path, resp.Status, err)
	}
	var body map[string]json.RawMessage
	var list []map[string]any
	if err := cmp.Or(json.Unmarshal(data, &body), json.Unmarshal(body[key], &list)); err != nil {
		lab.t.Fatal(path, err)
	}
	return list
}

// compare wants the same of everything, each new id taken for the old one.
func compare(tb testing.TB, before, after map[string][]map[string]any, was map[string]string, apart map[string]bool) {
	tb.Helper()
	for kind := range before {
		a, b := normal(kind, before, was, apart), normal(kind, after, was, apart)
		if diff := gocmp.Diff(a, b); diff != "" {
			tb.Errorf("%s (-before +after):\n%s", kind, diff)
		}
	}
}

// normal is each object of a kind as a line, without what is new in what was made again: times, health, and the ids of what
// has no item of its own, for which its contents stand.
func normal(kind string, state map[string][]map[string]any, was map[string]string, apart map[string]bool) []string {
	byID := map[string]map[string]any{}
	for _, m := range state["healthmonitors"] {
		byID[m["id"].(string)] = m
	}
	less := func(m map[string]any, names ...string) map[string]any {
		m = maps.Clone(m)
		for _, name := range append(names, "created_at", "updated_at", "create_time", "operating_status", "health_status", "provisioning_status") {
			delete(m, name)
		}
		return m
	}
	var lines []string
	for _, o := range state[kind] {
		o = less(o)
		id, _ := o["id"].(string)
		if old := was[id]; old != "" {
			id = old
		}
		o["id"] = id
		parent, _ := o["vpc_channel_id"].(string)
		if apart[parent+" "+id] {
			continue
		}
		switch kind {
		case "pools":
			var inside []string
			for _, m := range o["inside"].([]map[string]any) {
				inside = append(inside, line(less(m, "id", "status")))
			}
			slices.Sort(inside)
			o["inside"] = inside
			if m := byID[fmt.Sprint(o["healthmonitor_id"])]; m != nil {
				o["monitor"] = less(m, "id", "pools")
			}
			delete(o, "members")
			delete(o, "healthmonitor_id")
		case "healthmonitors":
			continue
		case "l7policies":
			delete(o, "id")
			delete(o, "rules")
			var inside []string
			if rules, ok := o["inside"].([]map[string]any); ok {
				for _, r := range rules {
					inside = append(inside, line(less(r, "id")))
				}
			}
			slices.Sort(inside)
			o["inside"] = inside
		case "certificates":
			o = map[string]any{
				"id": id, "name": o["name"], "description": o["description"], "type": o["type"], "source": o["source"],
				"scm": o["scm_certificate_id"], "text": o["certificate"], "domain": o["domain"],
			}
			if o["source"] == "scm" {
				delete(o, "text")
			}
		case "ipgroups":
			var entries []string
			for _, e := range o["ip_list"].([]any) {
				if ip := e.(map[string]any)["ip"].(string); !apart[id+" "+ip] {
					entries = append(entries, line(e))
				}
			}
			slices.Sort(entries)
			o["ip_list"] = entries
		}
		text := line(o)
		for now, old := range was {
			text = strings.ReplaceAll(text, now, old)
		}
		for ref := range apart {
			if id := strings.TrimSpace(ref); len(id) > 20 {
				text = strings.ReplaceAll(text, `{"id":"`+id+`"},`, "")
				text = strings.ReplaceAll(text, `,{"id":"`+id+`"}`, "")
				text = strings.ReplaceAll(text, `{"id":"`+id+`"}`, "")
			}
		}
		lines = append(lines, sortedIDs(text))
	}
	slices.Sort(lines)
	return lines
}

func line(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// sortedIDs puts lists of ids in one order.
func sortedIDs(text string) string {
	parts := strings.Split(text, "[{\"id\":")
	for i := 1; i < len(parts); i++ {
		list, rest, _ := strings.Cut(parts[i], "]")
		ids := strings.Split(strings.TrimSuffix(list, "}"), "},{\"id\":")
		slices.Sort(ids)
		parts[i] = strings.Join(ids, "},{\"id\":") + "}]" + rest
	}
	return strings.Join(parts, "[{\"id\":")
}
