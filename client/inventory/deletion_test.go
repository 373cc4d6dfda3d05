package inventory_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
)

// told is consequences as "grade: text (number of causes)".
func told(effects []inventory.Consequence) []string {
	out := []string{}
	for _, e := range effects {
		out = append(out, fmt.Sprintf("%s: %s (%d)", e.Grade, e.Text, len(e.Of)))
	}
	return out
}

func TestUndoOfCertificates(t *testing.T) {
	w := &world{lists: map[string][]object{"certificates": {
		{"id": "1", "name": "server", "type": "server"},
		{"id": "2", "name": "pair", "type": "server_sm"},
		{"id": "3", "name": "ca", "type": "client"},
		{"id": "4", "name": "imported", "type": "server", "source": "scm", "scm_certificate_id": "s"},
	}}}
	l, _ := w.serve(t)
	s, listing := load(t, l, inventory.Certificates)
	del := listing.Kind.Deletion
	for name, want := range map[string]inventory.Undo{
		"server": inventory.Impossible, "pair": inventory.Impossible, "ca": inventory.NewID, "imported": inventory.NewID,
	} {
		if got, why := del.Undo(named(t, listing, name)); got != want || (why == "") != (name == "ca") { // where its grade says all
			t.Errorf("%s: %s (%s), want %s", name, got, why, want)
		}
	}
	want := []string{"care: 2 certificates cannot be brought back: their private keys are not kept (2)"}
	if diff := cmp.Diff(want, told(del.Effects(listing.Resources.All(), listing.Resources.All(), s.Graph))); diff != "" {
		t.Error(diff)
	}
	want = []string{"care: server cannot be brought back: its private key is not kept (1)"}
	if diff := cmp.Diff(want, told(del.Effects(listing.Resources.All()[:1], listing.Resources.All(), s.Graph))); diff != "" {
		t.Error(diff)
	}
	if effects := del.Effects(listing.Resources.All()[2:], listing.Resources.All(), s.Graph); len(effects) != 0 {
		t.Errorf("%+v", effects)
	}
}

// TestStepsBeforeAPool: S1's order, and who demands it.
func TestStepsBeforeAPool(t *testing.T) {
	w := &world{lists: map[string][]object{
		"lbaas/pools": {
			{"id": "full", "name": "full", "members": refs("1", "2"), "healthmonitor_id": "h", "loadbalancers": refs("b")},
			{"id": "bare", "name": "bare", "healthmonitor_id": nil},
		},
		"pools":         {{"id": "v3", "name": "dedicated", "members": refs("3"), "healthmonitor_id": "k"}},
		"lbaas/members": {{"id": "1", "name": "ecs-1", "address": "10.0.0.5", "protocol_port": 80}},
	}}
	asked := w.accept(
		"DELETE lbaas/pools/full/members/1", "DELETE lbaas/pools/full/members/2", "DELETE lbaas/healthmonitors/h",
		"DELETE pools/v3/members/3", "DELETE healthmonitors/k",
	)
	l, d := w.serve(t)
	s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools))
	listing := s.Listing(inventory.Pools)
	deletion := listing.Kind.Deletion
	for _, tt := range []struct {
		name         string
		demands      bool
		steps, calls []string // text and lane of each; requests
	}{
		{
			"full", true,
			[]string{"server ecs-1 10.0.0.5:80 b", "server 2 b", "health monitor b"},
			[]string{"DELETE lbaas/pools/full/members/1", "DELETE lbaas/pools/full/members/2", "DELETE lbaas/healthmonitors/h"},
		},
		{"bare", true, nil, nil},
		{"dedicated", false, []string{"server 3 ", "health monitor "}, []string{"DELETE pools/v3/members/3", "DELETE healthmonitors/k"}},
	} {
		r := named(t, listing, tt.name)
		if got := deletion.Demands(r); got != tt.demands {
			t.Errorf("%s demands its steps: %v", tt.name, got)
		}
		var texts []string
		*asked = nil
		for _, step := range deletion.Before(r, s.Graph) {
			texts = append(texts, step.String()+" "+step.Lane)
			if err := step.Send(t.Context(), d); err != nil {
				t.Errorf("%s: %s: %v", tt.name, step.Call, err)
			}
		}
		if !slices.Equal(texts, tt.steps) || !slices.Equal(*asked, tt.calls) {
			t.Errorf("%s: %q asks %q, want %q and %q", tt.name, texts, *asked, tt.steps, tt.calls)
		}
	}
	if got, want := deletion.Takes(named(t, listing, "dedicated")), "1 server, 1 health monitor"; got != want {
		t.Errorf("takes %q, want %q", got, want)
	}
}

// accept lets calls that change something succeed. It gives what was asked, in order, with the bodies.
func (w *world) accept(calls ...string) *[]string {
	var asked []string
	w.answer = map[string]http.HandlerFunc{}
	for _, call := range calls {
		w.answer[call] = func(rw http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				w.t.Error(err)
			}
			asked = append(asked, strings.TrimSpace(call+" "+string(body)))
			rw.WriteHeader(map[string]int{http.MethodPut: http.StatusOK, http.MethodDelete: http.StatusNoContent}[r.Method])
		}
	}
	return &asked
}

// TestTakingPoolsOutOfUse: what is changed, in what way, and what that means.
func TestTakingPoolsOutOfUse(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools": {
			{"id": "d", "name": "default", "members": refs("1", "2"), "listeners": refs("L")}, {"id": "r", "name": "redirected", "listeners": refs("l")},
			{"id": "w", "name": "weighted"}, {"id": "o", "name": "only weighted"}, {"id": "m", "name": "mirror"},
			{"id": "n", "name": "named only", "listeners": refs("l")}, {"id": "free", "name": "free"}, {"id": "other", "name": "other"},
			{"id": "q", "name": "guarded"}, {"id": "k", "name": "half known", "members": refs("1", "elsewhere")},
			{"id": "e", "name": "weighted as E"}, {"id": "f", "name": "mirror as F"},
			{"id": "a", "name": "guarded as H"},
		},
		"lbaas/pools": {{"id": "s", "name": "shared", "loadbalancers": refs("b"), "listeners": refs("k")}},
		"listeners": {
			{"id": "l", "name": "web-443", "default_pool_id": "d"},
			{"id": "i", "name": "api-80", "default_pool_id": "k"},
			{"id": "h", "name": "pinned", "default_pool_id": "q", "protection_status": "consoleProtection", "protection_reason": "audit"},
		},
		"lbaas/listeners": {{"id": "k", "name": "old-80", "default_pool_id": "s"}},
		"lbaas/l7policies": {
			{"id": "z", "name": "old", "listener_id": "k", "redirect_pool_id": "s"},
			// Of dedicated ones the older API knows neither weights nor mirrors.
			{"id": "x", "name": "a-b", "listener_id": "l"}, {"id": "u", "name": "copy", "listener_id": "l"},
		},
		"l7policies": {
			{"id": "z", "name": "old", "listener_id": "k", "redirect_pool_id": "S"},
			{"id": "y", "name": "/api", "listener_id": "l", "redirect_pool_id": "r"},
			{"id": "x", "name": "a-b", "listener_id": "l", "redirect_pools_config": []object{{"pool_id": "w", "weight": 10}, {"pool_id": "other", "weight": 90}}},
			{"id": "v", "name": "one", "listener_id": "l", "redirect_pools_config": []object{{"pool_id": "o", "weight": 1}}},
			{"id": "u", "name": "copy", "listener_id": "l", "redirect_pools_extend_config": object{"traffic_mirror_config": object{"target_ids": []string{"m"}}}},
			{"id": "t", "name": "loud", "listener_id": "l", "redirect_pools_config": []object{{"pool_id": "E", "weight": 10}, {"pool_id": "other", "weight": 90}}},
			{"id": "c", "name": "echo", "listener_id": "l", "redirect_pools_extend_config": object{"traffic_mirror_config": object{"target_ids": []string{"F"}}}},
			{"id": "g", "name": "/caps", "listener_id": "H", "redirect_pool_id": "a"},
		},
		"members": {{"id": "1", "operating_status": "ONLINE", "weight": 1}, {"id": "2", "operating_status": "ONLINE", "weight": 0}},
	}}
	asked := w.accept("PUT listeners/l", "PUT listeners/i", "DELETE l7policies/y", "PUT l7policies/x", "DELETE l7policies/v", "PUT lbaas/listeners/k", "PUT lbaas/l7policies/z")
	l, d := w.serve(t)
	s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools))
	listing := s.Listing(inventory.Pools)
	deletion := listing.Kind.Deletion
	for name, tt := range map[string]struct{ asked, effects []string }{
		"free": {nil, nil},
		"default": {
			[]string{`PUT listeners/l {"listener":{"default_pool_id":null}}`},
			[]string{"danger: default: listener web-443 is left without a default pool; 1 server carries this traffic now (1)"},
		},
		"half known": {
			[]string{`PUT listeners/i {"listener":{"default_pool_id":null}}`},
			[]string{"danger: half known: listener api-80 is left without a default pool; how many servers carry this traffic is not known (1)"},
		},
		"redirected": {
			[]string{"DELETE l7policies/y"},
			[]string{"danger: redirected: policy /api is deleted: listener web-443 goes on without it (1)"},
		},
		"weighted": {
			[]string{`PUT l7policies/x {"l7policy":{"redirect_pools_config":[{"pool_id":"other","weight":90}]}}`},
			[]string{"danger: weighted: weighted policy a-b sends its share to its other pools (1)"},
		},
		"only weighted": {
			[]string{"DELETE l7policies/v"},
			[]string{"danger: only weighted: weighted policy one is deleted: listener web-443 goes on without it (1)"},
		},
		"shared": {
			[]string{`PUT lbaas/l7policies/z {"l7policy":{"redirect_pool_id":null}}`, `PUT lbaas/listeners/k {"listener":{"default_pool_id":null}}`},
			[]string{"danger: shared: listener old-80 is left without a default pool (1)", "danger: shared: policy old redirects to no pool any more (1)"},
		},
	} {
		*asked = nil
		r := named(t, listing, name)
		steps, err := deletion.Detach(r, nil, s.Graph)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, step := range steps {
			if err := step.Send(t.Context(), d); err != nil {
				t.Errorf("%s: %s: %v", name, step, err)
			}
		}
		slices.Sort(*asked)
		effects := told(deletion.Effects([]inventory.Resource{r}, listing.Resources.All(), s.Graph))
		slices.Sort(effects)
		if !slices.Equal(*asked, tt.asked) || !slices.Equal(effects, tt.effects) {
			t.Errorf("%s: asks %q and has %q, want %q and %q", name, *asked, effects, tt.asked, tt.effects)
		}
	}
	// What several pools are in loses them in one step.
	*asked = nil
	both := map[inventory.Ref]bool{named(t, listing, "weighted").Ref: true, named(t, listing, "other").Ref: true}
	if steps, err := deletion.Detach(named(t, listing, "weighted"), both, s.Graph); err != nil || len(steps) != 1 || steps[0].Call != "DELETE l7policies/{id}" || !steps[0].Whole {
		t.Errorf("%+v, %v", steps, err)
	}
	// Of a policy all of whose pools go nothing is left.
	all := told(deletion.Effects([]inventory.Resource{named(t, listing, "weighted"), named(t, listing, "other")}, listing.Resources.All(), s.Graph))
	if want := "danger: weighted: weighted policy a-b is deleted: listener web-443 goes on without it (1)"; !slices.Contains(all, want) {
		t.Errorf("%q, want %q", all, want)
	}
	for name, want := range map[string]string{
		"guarded":      `listener pinned is protected: "audit"`,
		"guarded as H": `listener H is protected: "audit"`,
		"mirror":       "mirror policy copy sends it a copy of its traffic: change that in the console first",
		"named only":   "listener web-443 uses it in a way that is not known",
		// What goes would be told from what stays by these ids.
		"weighted as E": "weighted policy loud writes its id in another way: change that in the console first",
		"mirror as F":   "mirror policy echo writes its id in another way: change that in the console first",
	} {
		if steps, err := deletion.Detach(named(t, listing, name), nil, s.Graph); err == nil || err.Error() != want || steps != nil {
			t.Errorf("%s: %d steps, %v, want %s", name, len(steps), err, want)
		}
	}
}

// send lets the route of these resources delete them and gives the answers as "id said code message".
func send(t *testing.T, d *client.Deleter, route *inventory.Route, items []inventory.Resource) ([]string, error) {
	t.Helper()
	answers, err := route.Send(t.Context(), d, items)
	words := map[inventory.Said]string{
		inventory.Unclear: "unclear", inventory.SaidDeleted: "deleted", inventory.SaidGone: "gone", inventory.SaidRefused: "refused",
	}
	var out []string
	for _, a := range answers {
		out = append(out, strings.TrimSpace(strings.Join([]string{a.ID, words[a.Said], a.Code, a.Message}, " ")))
		if a.RequestID != "r-1" && a.Said != inventory.SaidDeleted {
			t.Errorf("%s: request id %q", a.ID, a.RequestID)
		}
	}
	return out, err
}

// TestBatchAnswersPassThrough: order, duplicates, strangers and odd words of S0 and S3 reach the engine as they are; what
// names nothing does not.
func TestBatchAnswersPassThrough(t *testing.T) {
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates} {
		t.Run(string(kind), func(t *testing.T) {
			var asked []string
			w := &world{lists: map[string][]object{string(kind): {{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}}}}
			w.answer = map[string]http.HandlerFunc{"POST " + string(kind) + "/batch-delete": func(rw http.ResponseWriter, r *http.Request) {
				var body map[string][]string
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					t.Error(err)
				}
				asked = body[string(kind)]
				fmt.Fprintf(rw, `{"request_id":"r-1",%q:[
					null, {"ret_status":"successful"}, {"id":null,"ret_status":"not found"}, {"id":"","ret_status":"failed","ret_code":"ELB.8907"},
					{"id":"b","ret_status":"Successful"},
					{"id":"a","ret_status":"not found","ret_code":"ELB.9903"},
					{"id":"a","ret_status":"successful"},
					{"id":"c","ret_status":"failed","ret_code":"ELB.8907"},
					{"id":"e","ret_status":"NotFound","ret_code":"ELB.9903"},
					{"id":"stranger","ret_status":"NOT FOUND"},
					{"id":"d","ret_status":"postponed"}]}`, kind)
			}}
			l, d := w.serve(t)
			_, listing := load(t, l, kind)
			route := listing.Kind.Deletion.Route(listing.Resources.At(0))
			if route.Max != 50 || route.Serial || route.Instead == nil || route.Instead.Max != 1 {
				t.Errorf("route %+v", route)
			}
			got, err := send(t, d, route, listing.Resources.All())
			if err != nil {
				t.Fatal(err)
			}
			want := []string{
				"b deleted", "a gone ELB.9903 not found", "a deleted", "c refused ELB.8907 failed", "e gone ELB.9903 NotFound",
				"stranger gone  NOT FOUND", "d unclear  postponed",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"a", "b", "c", "d"}, asked); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestSingleAnswers: an error about the item is an answer, any other error is the engine's business.
func TestSingleAnswers(t *testing.T) {
	on := "apic/instances/" + roma + "/vpc-channels"
	for _, tt := range []struct {
		kind inventory.KindID
		list string
		id   string
		path string
	}{
		{inventory.IPGroups, "ipgroups", "g1", "ipgroups/g1"},
		{inventory.Pools, "lbaas/pools", "p1", "lbaas/pools/p1"},
		{inventory.Members, on + "/c1/members", "m1", on + "/c1/members/m1"},
	} {
		for name, answer := range map[string]struct {
			status int
			body   string
			want   string // "" = an error
		}{
			"done":   {204, "", "deleted"},
			"gone":   {404, `{"error_code":"APIG.3024","error_msg":"does not exist","request_id":"r-1"}`, "gone APIG.3024 does not exist"},
			"in use": {409, `{"error_code":"ELB.8907","error_msg":"x is using it","request_id":"r-1"}`, "refused ELB.8907 x is using it"},

			"perhaps gone":       {403, `{"error_code":"ELB.8903","error_msg":"URI or resource not found","request_id":"r-1"}`, ""},
			"its backend is not": {404, `{"error_code":"APIGW.0103","error_msg":"The backend does not exist","request_id":"r-1"}`, ""},

			"forbidden": {403, `{"error_code":"APIG.1005","error_msg":"no permission","request_id":"r-1"}`, ""},
			"broken":    {500, `{"error_code":"APIG.9999","error_msg":"system error","request_id":"r-1"}`, ""},
		} {
			t.Run(string(tt.kind)+" "+name, func(t *testing.T) {
				w := &world{lists: map[string][]object{
					tt.list: {{"id": tt.id, "name": "it", "host": "h"}},
					on:      {{"id": "c1", "name": "orders"}},
				}}
				w.answer = map[string]http.HandlerFunc{"DELETE " + tt.path: func(rw http.ResponseWriter, _ *http.Request) {
					rw.WriteHeader(answer.status)
					io.WriteString(rw, answer.body)
				}}
				l, d := w.serve(t)
				var listing *inventory.Listing
				if tt.kind == inventory.Members {
					_, listing = open(t, l, tt.kind)
				} else {
					_, listing = load(t, l, tt.kind)
				}
				route := listing.Kind.Deletion.Route(listing.Resources.At(0))
				if route.Max != 1 || route.Serial != (tt.kind == inventory.Members) {
					t.Errorf("route %+v", route)
				}
				got, err := send(t, d, route, listing.Resources.All())
				if answer.want == "" {
					if err == nil {
						t.Errorf("answers %q, want an error", got)
					}
					return
				}
				if err != nil || len(got) != 1 || got[0] != tt.id+" "+answer.want {
					t.Errorf("%q, %v", got, err)
				}
			})
		}
	}
}

// TestRefusalsNameThePermission: whoever lacks one is told which, unless the service does, where a document has its name.
func TestRefusalsNameThePermission(t *testing.T) {
	const onROMA, onAPIG = "apic/instances/" + roma + "/vpc-channels", "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{
		"pools":        {{"id": "p1", "name": "own", "members": refs("s1"), "healthmonitor_id": "h1"}},
		"lbaas/pools":  {{"id": "p2", "name": "shared"}},
		"certificates": {{"id": "c1", "name": "own"}}, "lbaas/certificates": {{"id": "c2", "name": "shared"}},
		"ipgroups": {group("g1", "group", "10.0.0.1")},
		onROMA:     {{"id": "v1", "name": "one"}}, onAPIG: {{"id": "v2", "name": "two"}},
		onROMA + "/v1/members": {{"id": "m1", "host": "roma"}}, onAPIG + "/v2/members": {{"id": "m2", "host": "apig"}},
	}}
	l, d := w.serve(t)
	rows := map[string]inventory.Resource{}
	keep := func(_ *inventory.Snapshot, listing *inventory.Listing) {
		for _, r := range listing.Resources.All() {
			rows[string(r.Ref.Kind)+" "+r.Label()] = r
		}
	}
	keep(load(t, l, inventory.Pools))
	keep(load(t, l, inventory.Certificates))
	keep(load(t, l, inventory.IPGroups))
	keep(open(t, l, inventory.Entries))
	keep(open(t, l, inventory.Members))
	body := ""
	refuse := func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(http.StatusForbidden)
		io.WriteString(rw, body)
	}
	w.answer = map[string]http.HandlerFunc{}
	for _, call := range []string{
		"POST pools/batch-delete", "DELETE pools/p1", "DELETE lbaas/pools/p2", "POST certificates/batch-delete", "DELETE certificates/c1",
		"DELETE lbaas/certificates/c2", "DELETE ipgroups/g1", "POST ipgroups/g1/iplist/batch-delete", "PUT ipgroups/g1/iplist/batch-delete", "DELETE " + onROMA + "/v1/members/m1",
		"DELETE " + onAPIG + "/v2/members/m2", "DELETE pools/p1/members/s1", "DELETE healthmonitors/h1",
	} {
		w.answer[call] = refuse
	}
	for name, permission := range map[string]string{
		"pools own": "elb:pools:delete", "pools shared": "elb:pools:delete", "certificates own": "elb:certificates:delete", "certificates shared": "elb:certificates:delete",
		"ipgroups group": "elb:ipgroups:delete", "entries 10.0.0.1": "elb:ipgroups:put", "members apig": "apig:vpcChannels:deleteInstance", "members roma": "",
	} {
		r := rows[name]
		k, err := inventory.Lookup(r.Ref.Kind)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for said, want := range map[string]string{
			`{"error_code":"APIG.1005","error_msg":"No permissions to request this method."}`: "No permissions to request this method; needs " + permission,
			``: "Forbidden; needs " + permission,
			`{"error_code":"SYS.0403","error_msg":"Policy doesn't allow ` + permission + ` to be performed."}`: "Policy doesn't allow " + permission + " to be performed.",
			`{"error_code":"ELB.8962","error_msg":"The feature is not supported"}`:                             "The feature is not supported",
		} {
			if permission == "" && !strings.HasSuffix(want, ".") {
				want = strings.TrimSuffix(want, "; needs ")
			}
			body = said
			for route := k.Deletion.Route(r); route != nil; route = route.Instead {
				_, err := route.Send(t.Context(), d, []inventory.Resource{r})
				e, ok := errors.AsType[*client.Error](err)
				switch {
				case !ok:
					t.Errorf("%s: %v", route.Call, err)
				case permission == "" && strings.Contains(e.Message, "needs"), permission != "" && e.Message != want:
					t.Errorf("%s of %s: %q, want %q", route.Call, name, e.Message, want)
				}
			}
		}
	}
	body = `{"error_code":"ELB.9802","error_msg":"forbidden"}`
	steps := rows["pools own"]
	for i, want := range []string{"ELB.9802 forbidden; needs elb:members:delete", "ELB.9802 forbidden; needs elb:healthmonitors:delete"} {
		k, _ := inventory.Lookup(inventory.Pools)
		err := k.Deletion.Before(steps, nil)[i].Send(t.Context(), d)
		if e, ok := errors.AsType[*client.Error](err); !ok || e.Said() != want {
			t.Errorf("step %d: %v, want %q", i, err, want)
		}
	}
}

// TestEntriesStillThereWereNotDeleted: S2 answers with what is left, in a spelling of its own.
func TestEntriesStillThereWereNotDeleted(t *testing.T) {
	ips := []string{"10.0.0.1", "::1", "10.0.0.0/24", "10.0.1.1-10.0.1.9", "192.168.0.7/32", "2001:DB8::/32", "10.9.9.9", "10.5.0.3/16"}
	var list []object
	for _, ip := range ips {
		list = append(list, object{"ip": ip})
	}
	w := &world{lists: map[string][]object{"ipgroups": {{"id": "g1", "name": "office", "ip_list": list}}}}
	var asked []string
	w.answer = map[string]http.HandlerFunc{"POST ipgroups/g1/iplist/batch-delete": func(rw http.ResponseWriter, r *http.Request) {
		var body struct {
			Group struct {
				List []struct {
					IP string `json:"ip"`
				} `json:"ip_list"`
			} `json:"ipgroup"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		for _, e := range body.Group.List {
			asked = append(asked, e.IP)
		}
		fmt.Fprint(rw, `{"request_id":"r-1","ipgroup":{"id":"g1","ip_list":[
			{"ip":"10.0.0.1/32"},{"ip":"0:0:0:0:0:0:0:1"},{"ip":"192.168.0.7"},{"ip":"2001:db8:0::/32"},{"ip":"10.5.0.0/16"},{"ip":"10.0.1.1-10.0.1.8"}]}}`)
	}}
	l, d := w.serve(t)
	_, listing := open(t, l, inventory.Entries)
	route := listing.Kind.Deletion.Route(listing.Resources.At(0))
	if route.Max != 50 || route.Serial {
		t.Errorf("route %+v", route)
	}
	got, err := send(t, d, route, listing.Resources.All())
	if err != nil {
		t.Fatal(err)
	}
	const still = " unclear  still in the group after the request"
	want := []string{
		"10.0.0.1" + still, "::1" + still, "10.0.0.0/24 deleted", "10.0.1.1-10.0.1.9 deleted",
		"192.168.0.7/32" + still, "2001:DB8::/32" + still, "10.9.9.9 deleted", "10.5.0.3/16 deleted",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !slices.Equal(asked, ips) {
		t.Errorf("asked for %q", asked)
	}
}

// TestSameAddressTwice: deleting one of two spellings of an address leaves the other one, which is no failure. The very one
// that was asked for is, whatever became of the other meanwhile.
func TestSameAddressTwice(t *testing.T) {
	for left, want := range map[string]string{
		"10.0.0.1/32": "10.0.0.1 deleted", "10.0.0.1": "10.0.0.1 unclear  still in the group after the request",
	} {
		w := &world{lists: map[string][]object{"ipgroups": {{"id": "g1", "name": "office", "ip_list": []object{{"ip": "10.0.0.1"}, {"ip": "10.0.0.1/32"}}}}}}
		w.answer = map[string]http.HandlerFunc{"POST ipgroups/g1/iplist/batch-delete": func(rw http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(rw, `{"request_id":"r-1","ipgroup":{"id":"g1","ip_list":[{"ip":%q}]}}`, left)
		}}
		l, d := w.serve(t)
		_, listing := open(t, l, inventory.Entries)
		got, err := send(t, d, listing.Kind.Deletion.Route(listing.Resources.At(0)), listing.Resources.All()[:1])
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s is left: got %q, want %q", left, got, want)
		}
	}
}
