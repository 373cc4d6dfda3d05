package cleanup

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// leavingOut is a cloud whose lists at these ends of paths do not have some fields. Showing an object tells all, unless it is
// refused.
func leavingOut(fields []string, refuse string, lists ...string) func(*simcloud.Cloud) front {
	return func(cloud *simcloud.Cloud) front {
		return func(w http.ResponseWriter, r *http.Request) bool {
			whole := slices.ContainsFunc(lists, func(l string) bool { return strings.HasSuffix(r.URL.Path, l) })
			if refuse != "" && r.Method == http.MethodGet && strings.Contains(r.URL.Path, refuse) && !whole {
				w.WriteHeader(http.StatusForbidden)
				return true
			}
			if r.Method != http.MethodGet || !whole {
				return false
			}
			rec := httptest.NewRecorder()
			cloud.ServeHTTP(rec, r)
			body := map[string]any{}
			if rec.Code == http.StatusOK && json.Unmarshal(rec.Body.Bytes(), &body) == nil {
				for _, list := range body {
					objects, _ := list.([]any)
					for _, o := range objects {
						for _, f := range fields {
							delete(o.(map[string]any), f)
						}
					}
				}
				rec.Body = &bytes.Buffer{}
				json.NewEncoder(rec.Body).Encode(body)
			}
			w.WriteHeader(rec.Code)
			w.Write(rec.Body.Bytes())
			return true
		}
	}
}

// filled plans what is marked, with what the lists have left out of it.
func (s *sim) filled(marked []inventory.Resource, from *inventory.Snapshot) Plan {
	s.t.Helper()
	return s.plan(marked, s.loader.Fill(s.t.Context(), from, refsOf(marked)))
}

// TestWhatListsLeaveOut: a list that leaves out what a resource holds does not say that it holds nothing. It is asked for
// before it is confirmed, kept, and comes back.
func TestWhatListsLeaveOut(t *testing.T) {
	for name, c := range map[string]struct {
		kind   inventory.KindID
		fields []string
		lists  []string
		want   func(inventory.Resource) bool // in the account as it is
		held   func(inventory.Resource) int
	}{
		"members":                 {inventory.Pools, []string{"members"}, []string{"/elb/pools"}, dedicated, membersIn},
		"members and listeners":   {inventory.Pools, []string{"members", "listeners"}, []string{"/elb/pools"}, dedicated, membersIn},
		"members of shared pools": {inventory.Pools, []string{"members"}, []string{"/lbaas/pools", "/elb/pools"}, func(r inventory.Resource) bool { return !dedicated(r) }, membersIn},
		"entries":                 {inventory.IPGroups, []string{"ip_list", "listeners"}, []string{"/elb/ipgroups"}, func(inventory.Resource) bool { return true }, func(r inventory.Resource) int { return len(groupEntries(r)) }},
	} {
		t.Run(name, func(t *testing.T) {
			o := simcloud.Options{Seed: 4}
			whole := simulate(t, o, nil)
			some := pick(whole.load(c.kind), c.kind, 1, func(r inventory.Resource) bool { return unused(r) && c.want(r) && c.held(r) > 0 })
			if len(some) == 0 {
				t.Fatal("the world is too simple for this test")
			}
			lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulateBy(t, o, way{around: leavingOut(c.fields, "", c.lists...)})}
			lab.engine.journal = lab.history.Journal(lab.where())
			from := lab.load(c.kind)
			listed := pick(from, c.kind, 1, func(r inventory.Resource) bool { return r.Ref.ID == some[0].Ref.ID })
			if p := lab.plan(listed, from); len(p.Items) > 0 {
				t.Errorf("planned although it is not known what goes along: %+v", p.Items)
			}
			p := lab.filled(listed, from)
			if want := whole.plan(some, whole.load(c.kind)); len(p.Items) != 1 || p.Items[0].Takes != want.Items[0].Takes || len(p.Items[0].Holds) != len(want.Items[0].Holds) {
				t.Fatalf("%+v\n%+v", p, want)
			}
			if summary, results := lab.run(p); !summary.OK() {
				t.Fatal(summary, results)
			}
			past := lab.newest()
			summary, results := lab.undo(past)
			if !summary.OK() || results[0].Outcome != Restored {
				t.Fatal(summary, results)
			}
			made := some[0].Ref
			made.ID = results[0].NewID
			back := lab.loader.Fill(t.Context(), lab.load(c.kind), []inventory.Ref{made}).Find([]inventory.Ref{made})[made]
			if back.Object == nil || c.held(back) != c.held(some[0]) {
				t.Errorf("it held %d, and holds %+v", c.held(some[0]), back)
			}
			if summary, results = lab.undo(past); results[0].Outcome != AlreadyThere {
				t.Error("undone once more: ", summary, results)
			}
		})
	}
}

func membersIn(r inventory.Resource) int { return r.Object.(*inventory.Pool).Members.Len() }

// What cannot be read of a resource is told, and the resource left alone.
func TestWhatListsLeaveOutAndNobodyMayRead(t *testing.T) {
	s := simulateBy(t, simcloud.Options{Seed: 4}, way{around: leavingOut([]string{"members"}, "/elb/pools/", "/elb/pools")})
	from := s.load(inventory.Pools)
	some := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return unused(r) && dedicated(r) })
	p := s.filled(some, from)
	if len(p.Items) != 0 || len(p.LeftOut) != 1 || !strings.Contains(p.LeftOut[0].Why, "needs elb:pools:get") {
		t.Errorf("%+v", p)
	}
}

// Services that tell all are asked for nothing more.
func TestNothingIsAskedWhereListsTellAll(t *testing.T) {
	s := simulate(t, simcloud.Options{Seed: 4}, nil)
	from := s.load(inventory.Pools)
	asked := len(s.cloud.Requests())
	s.filled(pick(from, inventory.Pools, 50, func(inventory.Resource) bool { return true }), from)
	if n := len(s.cloud.Requests()); n != asked {
		t.Errorf("%d requests", n-asked)
	}
}

// lagging is a cloud whose lists never show what was made after they began to lag.
func lagging(from func() bool, lists ...string) func(*simcloud.Cloud) front {
	return func(cloud *simcloud.Cloud) front {
		known := map[string]bool{}
		var mu sync.Mutex
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != http.MethodGet || !slices.ContainsFunc(lists, func(l string) bool { return strings.HasSuffix(r.URL.Path, l) }) {
				return false
			}
			rec := httptest.NewRecorder()
			cloud.ServeHTTP(rec, r)
			body := map[string]any{}
			if json.Unmarshal(rec.Body.Bytes(), &body) == nil {
				mu.Lock()
				defer mu.Unlock()
				for key, list := range body {
					objects, isList := list.([]any)
					if !isList {
						continue
					}
					body[key] = slices.DeleteFunc(objects, func(o any) bool {
						id := o.(map[string]any)["id"].(string)
						known[id] = known[id] || !from()
						return !known[id]
					})
				}
			}
			w.WriteHeader(rec.Code)
			json.NewEncoder(w).Encode(body)
			return true
		}
	}
}

// TestUndoneTwiceWhileListsLag: what an undo has made is asked for by its id, however long no list shows it, and is not made
// twice.
func TestUndoneTwiceWhileListsLag(t *testing.T) {
	for name, c := range map[string]struct {
		kind inventory.KindID
		list string
		want func(inventory.Resource) bool
	}{
		"pools":        {inventory.Pools, "/elb/pools", func(r inventory.Resource) bool { return dedicated(r) && membersIn(r) > 0 }},
		"shared pools": {inventory.Pools, "/pools", func(r inventory.Resource) bool { return !dedicated(r) && membersIn(r) > 0 }},
		"IP groups":    {inventory.IPGroups, "/elb/ipgroups", func(inventory.Resource) bool { return true }},
		"certificates": {inventory.Certificates, "/elb/certificates", func(r inventory.Resource) bool {
			cert := r.Object.(*client.Certificate)
			return !cert.Shared && cert.Type == "client"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var lag atomic.Bool
			lab := &undoLab{history: NewHistory(t.TempDir(), "test"), sim: simulateBy(t, simcloud.Options{Seed: 4, Size: 50}, way{around: lagging(lag.Load, c.list)})}
			lab.engine.journal = lab.history.Journal(lab.where())
			from := lab.load(c.kind)
			some := pick(from, c.kind, 1, func(r inventory.Resource) bool { return unused(r) && c.want(r) })
			if len(some) == 0 {
				t.Fatal("the world is too simple for this test")
			}
			past := lab.delete(some, from, Choice{})
			lag.Store(true)
			made := func() (n int) {
				for _, r := range lab.cloud.Requests() {
					if r.Method == http.MethodPost && strings.HasSuffix(r.Path, c.list) {
						n++
					}
				}
				return n
			}
			for n, want := range []Outcome{Restored, AlreadyThere, AlreadyThere} {
				if _, results := lab.undo(past); results[0].Outcome != want || made() != 1 {
					t.Errorf("undo %d: made %d times: %+v", n+1, made(), results)
				}
			}
		})
	}
}

// An entry is confirmed as one of a group of that name: another name may say that it is there for somebody else.
func TestEntriesOfAGroupThatWasRenamedAreSkipped(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3})
	some, from := lab.entriesOf(3)
	p := lab.plan(some[:2], from)
	lab.post("/v3/P/elb/ipgroups/"+some[0].Ref.Parent+"/iplist/create-or-update", map[string]any{"ipgroup": map[string]any{
		"name": "partners", "ip_list": []map[string]string{{"ip": some[2].Ref.ID}},
	}})
	for _, res := range finished(t, lab.engine.Start(t.Context(), p)) {
		if res.Outcome != Skipped || res.Message != `changed: its IP group is now named "partners"` {
			t.Errorf("%+v", res)
		}
	}
}

// An entry that was written in another way since it was confirmed is not gone: its addresses are as they were. One that is gone
// while the other spelling was confirmed too is.
func TestEntriesInAnotherSpellingByNowAreSkipped(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3})
	some, _ := lab.entriesOf(2)
	path := "/v3/P/elb/ipgroups/" + some[0].Ref.Parent + "/iplist/"
	send := func(call string, ips ...string) {
		var list []map[string]string
		for _, ip := range ips {
			list = append(list, map[string]string{"ip": ip})
		}
		lab.post(path+call, map[string]any{"ipgroup": map[string]any{"ip_list": list}})
	}
	const planned, gone = "2001:db8:77::1", "203.0.113.77"
	send("create-or-update", planned, gone)
	from := inventory.Last(lab.loader.Open(t.Context(), inventory.Entries, inventory.Parents(some)))
	some = pick(from, inventory.Entries, 2, func(r inventory.Resource) bool { return r.Ref.ID == planned || r.Ref.ID == gone })
	p := lab.plan(some, from)
	send("batch-delete", planned, gone)
	send("create-or-update", "2001:0DB8:77:0::1")
	for _, res := range finished(t, lab.engine.Start(t.Context(), p)) {
		want := Result{Outcome: AlreadyGone, Message: "gone before it was sent"}
		if res.Ref.ID == planned {
			want = Result{Outcome: Skipped, Message: "changed: its IP group has it as 2001:0DB8:77:0::1 now"}
		}
		if res.Outcome != want.Outcome || res.Message != want.Message {
			t.Errorf("%+v, want %+v", res, want)
		}
	}
}

// An entry that is gone while another spelling of it stays that stood beside it when it was confirmed is gone.
func TestOneOfTwoSpellingsIsGone(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 3})
	from := inventory.Last(lab.loader.Open(t.Context(), inventory.Entries, pick(lab.load(inventory.IPGroups), inventory.IPGroups, 1000, unused)))
	twins := pick(from, inventory.Entries, 1, func(r inventory.Resource) bool {
		for e := range r.Object.(*inventory.Entry).Group.Entries.All() {
			if e.IP == r.Ref.ID+"/32" {
				return true
			}
		}
		return false
	})
	p := lab.plan(twins, from)
	lab.post("/v3/P/elb/ipgroups/"+twins[0].Ref.Parent+"/iplist/batch-delete", map[string]any{"ipgroup": map[string]any{"ip_list": []map[string]string{{"ip": twins[0].Ref.ID}}}})
	if res := finished(t, lab.engine.Start(t.Context(), p))[0]; res.Outcome != AlreadyGone {
		t.Errorf("%+v", res)
	}
}

// Where a service does not tell when a group was edited, its entries tell: others of the same number are not those that were
// confirmed.
func TestAGroupWithOtherEntriesIsSkipped(t *testing.T) {
	lab := simulateBy(t, simcloud.Options{Seed: 3}, way{around: leavingOut([]string{"updated_at"}, "", "/elb/ipgroups")})
	from := lab.load(inventory.IPGroups)
	some := pick(from, inventory.IPGroups, 1, func(r inventory.Resource) bool { return unused(r) && len(groupEntries(r)) > 1 })
	p := lab.plan(some, from)
	group := some[0].Object.(*client.IPGroup)
	path := "/v3/P/elb/ipgroups/" + group.ID + "/iplist/"
	lab.post(path+"create-or-update", map[string]any{"ipgroup": map[string]any{"ip_list": []map[string]string{{"ip": "203.0.113.77"}}}})
	lab.post(path+"batch-delete", map[string]any{"ipgroup": map[string]any{"ip_list": []map[string]string{{"ip": group.Entries.List()[0].IP}}}})
	if res := finished(t, lab.engine.Start(t.Context(), p))[0]; res.Outcome != Skipped || !strings.HasPrefix(res.Message, "changed: its list of entries ") {
		t.Errorf("%+v", res)
	}
}
