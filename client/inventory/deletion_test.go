package inventory_test

import (
	"encoding/json"
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

func TestEffectsOfEntries(t *testing.T) {
	w := &world{lists: map[string][]object{
		"ipgroups": {
			{"id": "w", "name": "office", "ip_list": []object{{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}}},
			{"id": "b", "name": "blocked", "ip_list": []object{{"ip": "10.1.0.1"}}},
			{"id": "free", "name": "free", "ip_list": []object{{"ip": "10.2.0.1"}}},
			{"id": "two", "name": "two", "ip_list": []object{{"ip": "10.3.0.1"}}},
			{"id": "three", "name": "three", "ip_list": []object{{"ip": "10.5.0.1"}, {"ip": "10.5.0.2"}}},
			{"id": "spare", "name": "spare", "ip_list": []object{{"ip": "10.6.0.1"}}},
			{"id": "nil", "name": "nil", "ip_list": []object{}},
			{"id": "own", "name": "own", "ip_list": []object{{"ip": "10.4.0.1"}}, "listeners": refs("hidden")},
		},
		"listeners": {
			{"id": "l1", "name": "web-443", "ipgroup": object{"ipgroup_id": "w", "type": "white"}},
			{"id": "l2", "name": "api-443", "ipgroup": object{"ipgroup_id": "b", "type": "black"}},
			{"id": "l3", "name": "adm-443", "ipgroup": object{"ipgroup_id": "b", "type": "white", "enable_ipgroup": false}},
			{"id": "l4", "name": "both-443", "ipgroup": object{"ipgroup_id": "w,two", "type": "white"}},
			{"id": "l4", "name": "both-443", "ipgroup": object{"ipgroup_id": "w,two", "type": "white"}}, // a page repeats it
			{"id": "l5", "name": "deny-443", "ipgroup": object{"ipgroup_id": "three,nil", "type": "black"}},
			{"id": "l6", "name": "deny-80", "ipgroup": object{"ipgroup_id": "three,spare,w,nil", "type": "black"}},
			{"id": "l7", "name": "lost-80", "ipgroup": object{"ipgroup_id": "spare,vanished", "type": "white"}},
		},
	}}
	l, _ := w.serve(t)
	s, listing := open(t, l, inventory.Entries)
	for name, tt := range map[string]struct {
		doomed []string
		want   []string
	}{
		"one of two": {[]string{"10.0.0.1"}, []string{
			"care: listener web-443 (white) applies office, which loses 1 of 2 entries (1)",
			"care: listener both-443 (white) applies office, which loses 1 of 2 entries (1)",
			"care: listener deny-80 (black) applies office, which loses 1 of 2 entries (1)",
		}},
		"the last ones of a white group": {[]string{"10.0.0.1", "10.0.0.2"}, []string{
			"danger: listener web-443 (white) lets nobody in (2)",
			"care: listener both-443 (white) still has 1 entry of two (2)",
			"care: listener deny-80 (black) still has 3 entries of three and spare (2)",
		}},
		"the last ones of a black group with an empty one beside it": {[]string{"10.5.0.1", "10.5.0.2", "10.0.0.1"}, []string{
			"danger: listener deny-443 (black) lets everybody in (2)",
			"care: listener deny-80 (black) still has 2 entries of spare and office (2)",
			"care: listener web-443 (white) applies office, which loses 1 of 2 entries (1)",
			"care: listener both-443 (white) applies office, which loses 1 of 2 entries (1)",
			"care: listener deny-80 (black) applies office, which loses 1 of 2 entries (1)",
		}},
		"beside a group that no list shows": {[]string{"10.6.0.1"}, []string{
			"danger: listener lost-80 (white) lets nobody in unless its other IP group lists some (1)",
			"care: listener deny-80 (black) still has 4 entries of three and office (1)",
		}},
		"the last ones of all groups of a listener": {[]string{"10.3.0.1", "10.0.0.1", "10.0.0.2"}, []string{
			"danger: listener both-443 (white) lets nobody in (3)",
			"danger: listener web-443 (white) lets nobody in (2)",
			"care: listener deny-80 (black) still has 3 entries of three and spare (2)",
		}},
		"the last one of a black group": {[]string{"10.1.0.1"}, []string{
			"danger: listener api-443 (black) lets everybody in (1)",
			"danger: listener adm-443 (white, off) lets nobody in once its access control is switched on (1)",
		}},
		"danger comes first": {[]string{"10.0.0.1", "10.1.0.1"}, []string{
			"danger: listener api-443 (black) lets everybody in (1)",
			"danger: listener adm-443 (white, off) lets nobody in once its access control is switched on (1)",
			"care: listener web-443 (white) applies office, which loses 1 of 2 entries (1)",
			"care: listener both-443 (white) applies office, which loses 1 of 2 entries (1)",
			"care: listener deny-80 (black) applies office, which loses 1 of 2 entries (1)",
		}},
		"a group that nobody uses": {[]string{"10.2.0.1"}, []string{}},
		"a listener only the group names": {[]string{"10.4.0.1"}, []string{
			"danger: listener hidden is left with an empty IP group: it lets nobody or everybody in (1)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var doomed []inventory.Resource
			for _, ip := range tt.doomed {
				doomed = append(doomed, named(t, listing, ip))
			}
			got := told(listing.Kind.Deletion.Effects(doomed, listing.Resources, s.Graph))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEmptyingOneOfSeveralGroups: what the other groups of a listener hold comes from the list of groups, whose failure
// is told in the consequence and changes no verdict.
func TestEmptyingOneOfSeveralGroups(t *testing.T) {
	for name, tt := range map[string]struct {
		refuse bool
		want   string
	}{
		"known":     {false, "care: listener web-443 (white) still has 2 entries of home (1)"},
		"not known": {true, "danger: listener web-443 (white) lets nobody in unless its other IP groups list some (1)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"ipgroups": {
					{"id": "g1", "name": "office", "ip_list": []object{{"ip": "10.0.0.1"}}, "listeners": refs("l1")},
					{"id": "g2", "name": "home", "ip_list": []object{{"ip": "10.1.0.1"}, {"ip": "10.2.0.1"}}},
					{"id": "g3", "ip_list": []object{}},
				},
				"listeners": {{"id": "l1", "name": "web-443", "ipgroup": object{"ipgroup_id": "g1,g2,g3", "type": "white"}}},
			}}
			if tt.refuse {
				w.refuse("ipgroups", 403, "ELB.9802", "policy does not allow elb:ipgroups:list")
			}
			l, _ := w.serve(t)
			group := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "g1"}}
			s := inventory.Last(l.Open(t.Context(), inventory.Entries, []inventory.Resource{group}))
			listing := s.Listing(inventory.Entries)
			if listing.Err != nil || len(listing.Resources) != 1 {
				t.Fatalf("%d entries, %v", len(listing.Resources), listing.Err)
			}
			if got := said(listing.Resources[0].Verdict); got != "in use: listener web-443 (white)" {
				t.Errorf("verdict %q", got)
			}
			effects := listing.Kind.Deletion.Effects
			if diff := cmp.Diff([]string{tt.want}, told(effects(listing.Resources, listing.Resources, s.Graph))); diff != "" {
				t.Error(diff)
			}
			lost := []string{"danger: listener l1 is left with an empty IP group: it lets nobody or everybody in (1)"}
			if diff := cmp.Diff(lost, told(effects(listing.Resources, listing.Resources, nil))); diff != "" {
				t.Errorf("without a graph: %s", diff)
			}
		})
	}
}

func TestEffectsOfMembers(t *testing.T) {
	on := "apic/instances/" + roma + "/vpc-channels"
	m := func(id string, status int) object {
		return object{"id": id, "host": id, "port": 80, "status": status}
	}
	w := &world{lists: map[string][]object{
		on:                 {{"id": "c1", "name": "orders"}, {"id": "c2", "name": "users"}, {"id": "c3", "name": "registered", "type": 3}},
		on + "/c1/members": {m("a", 1), m("b", 1), m("c", 2)},
		on + "/c2/members": {m("d", 1), m("e", 2)},
		on + "/c3/members": {m("f", 2), m("g", 2)},
	}}
	l, _ := w.serve(t)
	s, listing := open(t, l, inventory.Members)
	for name, tt := range map[string]struct {
		doomed []string
		want   []string
	}{
		"disabled only":             {[]string{"c", "e"}, []string{}},
		"one of two":                {[]string{"a", "c"}, []string{"care: channel orders loses 1 of 2 enabled members (1)"}},
		"all enabled ones":          {[]string{"a", "b"}, []string{"danger: channel orders has no enabled member left (2)"}},
		"same one twice":            {[]string{"a", "a"}, []string{"care: channel orders loses 1 of 2 enabled members (1)"}},
		"one that a registry added": {[]string{"f"}, []string{"care: may come back: the registry of channel registered adds it again (1)"}},
		"two that a registry added": {[]string{"f", "g"}, []string{"care: may come back: the registry of channel registered adds them again (2)"}},
		"channels count by themselves": {[]string{"a", "d"}, []string{
			"danger: channel users has no enabled member left (1)", "care: channel orders loses 1 of 2 enabled members (1)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var doomed []inventory.Resource
			for _, host := range tt.doomed {
				doomed = append(doomed, named(t, listing, host+":80"))
			}
			if diff := cmp.Diff(tt.want, told(listing.Kind.Deletion.Effects(doomed, listing.Resources, s.Graph))); diff != "" {
				t.Error(diff)
			}
		})
	}
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
		if got, why := del.Undo(named(t, listing, name)); got != want || why == "" {
			t.Errorf("%s: %s (%s), want %s", name, got, why, want)
		}
	}
	want := []string{"care: 2 certificates cannot be brought back: their private keys are not kept (2)"}
	if diff := cmp.Diff(want, told(del.Effects(listing.Resources, listing.Resources, s.Graph))); diff != "" {
		t.Error(diff)
	}
	want = []string{"care: server cannot be brought back: its private key is not kept (1)"}
	if diff := cmp.Diff(want, told(del.Effects(listing.Resources[:1], listing.Resources, s.Graph))); diff != "" {
		t.Error(diff)
	}
	if effects := del.Effects(listing.Resources[2:], listing.Resources, s.Graph); len(effects) != 0 {
		t.Errorf("%+v", effects)
	}
}

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

// TestBatchAnswersPassThrough: order, duplicates, strangers and odd words of S0 and S3 reach the engine as they are.
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
					{"id":"b","ret_status":"Successful"},
					{"id":"a","ret_status":"not found","ret_code":"ELB.9903"},
					{"id":"a","ret_status":"successful"},
					{"id":"c","ret_status":"failed","ret_code":"ELB.8907"},
					{"id":"stranger","ret_status":"NOT FOUND"},
					{"id":"d","ret_status":"postponed"}]}`, kind)
			}}
			l, d := w.serve(t)
			_, listing := load(t, l, kind)
			route := listing.Kind.Deletion.Route(listing.Resources[0])
			if route.Max != 50 || route.Serial || route.Instead == nil || route.Instead.Max != 1 {
				t.Errorf("route %+v", route)
			}
			got, err := send(t, d, route, listing.Resources)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{
				"b deleted", "a gone ELB.9903 not found", "a deleted", "c refused ELB.8907 failed", "stranger gone  NOT FOUND", "d unclear  postponed",
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
			"done":      {204, "", "deleted"},
			"gone":      {404, `{"error_code":"APIG.3024","error_msg":"does not exist","request_id":"r-1"}`, "gone APIG.3024 does not exist"},
			"in use":    {409, `{"error_code":"ELB.8907","error_msg":"x is using it","request_id":"r-1"}`, "refused ELB.8907 x is using it"},
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
				route := listing.Kind.Deletion.Route(listing.Resources[0])
				if route.Max != 1 || route.Serial != (tt.kind == inventory.Members) {
					t.Errorf("route %+v", route)
				}
				got, err := send(t, d, route, listing.Resources)
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
	route := listing.Kind.Deletion.Route(listing.Resources[0])
	if route.Max != 50 || route.Serial {
		t.Errorf("route %+v", route)
	}
	got, err := send(t, d, route, listing.Resources)
	if err != nil {
		t.Fatal(err)
	}
	const still = " refused  still in the group after the request"
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

// TestSameAddressTwice: deleting one of two spellings of an address leaves the other one, which is no failure.
func TestSameAddressTwice(t *testing.T) {
	w := &world{lists: map[string][]object{"ipgroups": {{"id": "g1", "name": "office", "ip_list": []object{{"ip": "10.0.0.1"}, {"ip": "10.0.0.1/32"}}}}}}
	w.answer = map[string]http.HandlerFunc{"POST ipgroups/g1/iplist/batch-delete": func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, `{"ipgroup":{"id":"g1","ip_list":[{"ip":"10.0.0.1/32"}]}}`)
	}}
	l, d := w.serve(t)
	_, listing := open(t, l, inventory.Entries)
	got, err := send(t, d, listing.Kind.Deletion.Route(listing.Resources[0]), listing.Resources[:1])
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"10.0.0.1 deleted"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
