package inventory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"janitor/client/inventory"
)

// TestInUseByOneFieldOnly: each field of design §5 alone makes a resource used, and the reason names field and object.
func TestInUseByOneFieldOnly(t *testing.T) {
	listener := func(field string, value any) object {
		return object{"id": "l1", "name": "web-443", field: value}
	}
	policy := func(field string, value any) object {
		return object{"id": "y1", "name": "images", "listener_id": "l9", field: value}
	}
	for name, tt := range map[string]struct {
		kind inventory.KindID
		own  object // fields of the object itself
		in   string // the list that refers
		by   object
		want string
		via  string
		from string
	}{
		"pool: its own listeners, which nothing names": {
			kind: inventory.Pools, own: object{"listeners": refs("l1")}, in: "listeners", by: object{"id": "l1"},
			want: "in use: listener l1", via: "listeners", from: "l1",
		},
		"pool: its own listeners, which do not exist": {
			kind: inventory.Pools, own: object{"listeners": refs("l1")},
			want: "unknown: names listener l1, which does not exist", via: "listeners", from: "l1",
		},
		"pool: its own listeners, named by the list": {
			kind: inventory.Pools, own: object{"listeners": refs("l1")}, in: "listeners", by: object{"id": "l1", "name": "web-443"},
			want: "in use: listener web-443", via: "listeners", from: "l1",
		},
		"pool: default of a listener": {
			kind: inventory.Pools, in: "listeners", by: listener("default_pool_id", "x"),
			want: "in use: listener web-443", via: "default_pool_id", from: "l1",
		},
		"pool: default of a shared listener": {
			kind: inventory.Pools, in: "lbaas/listeners", by: listener("default_pool_id", "x"),
			want: "in use: listener web-443", via: "default_pool_id", from: "l1",
		},
		"pool: redirected to": {
			kind: inventory.Pools, in: "l7policies", by: policy("redirect_pool_id", "x"),
			want: "in use: policy images", via: "redirect_pool_id", from: "y1",
		},
		"pool: redirected to by a shared policy": {
			kind: inventory.Pools, in: "lbaas/l7policies", by: policy("redirect_pool_id", "x"),
			want: "in use: policy images", via: "redirect_pool_id", from: "y1",
		},
		"pool: weighted": {
			kind: inventory.Pools, in: "l7policies",
			by:   policy("redirect_pools_config", []object{{"pool_id": "other", "weight": 1}, {"pool_id": "x", "weight": 0}}),
			want: "in use: weighted policy images", via: "redirect_pools_config", from: "y1",
		},
		"pool: mirror": {
			kind: inventory.Pools, in: "l7policies",
			by:   policy("redirect_pools_extend_config", object{"traffic_mirror_config": object{"target_ids": []string{"other", "x"}}}),
			want: "in use: mirror policy images", via: "redirect_pools_extend_config", from: "y1",
		},
		"pool: a policy in error still holds it": {
			kind: inventory.Pools, in: "l7policies",
			by:   object{"id": "y1", "redirect_pool_id": "x", "provisioning_status": "ERROR"},
			want: "in use: policy y1", via: "redirect_pool_id", from: "y1",
		},
		"pool: nothing": {kind: inventory.Pools, want: "unused: no listener, no policy"},
		"certificate: server": {
			kind: inventory.Certificates, in: "listeners", by: listener("default_tls_container_ref", "x"),
			want: "in use: listener web-443", via: "default_tls_container_ref", from: "l1",
		},
		"certificate: CA": {
			kind: inventory.Certificates, in: "listeners", by: listener("client_ca_tls_container_ref", "x"),
			want: "in use: CA of listener web-443", via: "client_ca_tls_container_ref", from: "l1",
		},
		"certificate: SNI": {
			kind: inventory.Certificates, in: "listeners", by: listener("sni_container_refs", []string{"other", "x"}),
			want: "in use: SNI of listener web-443", via: "sni_container_refs", from: "l1",
		},
		"certificate: SNI of a shared listener": {
			kind: inventory.Certificates, in: "lbaas/listeners", by: listener("sni_container_refs", []string{"x"}),
			want: "in use: SNI of listener web-443", via: "sni_container_refs", from: "l1",
		},
		"certificate: nothing": {kind: inventory.Certificates, want: "unused: no listener"},
		"IP group: its own listeners": {
			kind: inventory.IPGroups, own: object{"listeners": refs("l1")}, in: "listeners", by: object{"id": "l1"},
			want: "in use: listener l1", via: "listeners", from: "l1",
		},
		"IP group: white": {
			kind: inventory.IPGroups, in: "listeners", by: listener("ipgroup", object{"ipgroup_id": "x", "enable_ipgroup": true, "type": "white"}),
			want: "in use: listener web-443 (white)", via: "ipgroup", from: "l1",
		},
		"IP group: one of several, black": {
			kind: inventory.IPGroups, in: "listeners", by: listener("ipgroup", object{"ipgroup_id": "other, x,third", "type": "black"}),
			want: "in use: listener web-443 (black)", via: "ipgroup", from: "l1",
		},
		"IP group: switched off is still attached": {
			kind: inventory.IPGroups, in: "listeners", by: listener("ipgroup", object{"ipgroup_id": "x", "enable_ipgroup": false, "type": "white"}),
			want: "in use: listener web-443 (white, off)", via: "ipgroup", from: "l1",
		},
		"IP group: nothing": {kind: inventory.IPGroups, want: "unused: no listener"},
	} {
		t.Run(name, func(t *testing.T) {
			subject := object{"id": "x", "name": "subject", "members": refs("m1"), "ip_list": []object{{"ip": "10.0.0.1"}}}
			maps.Copy(subject, tt.own)
			w := &world{lists: map[string][]object{string(tt.kind): {subject}}}
			if tt.in != "" {
				w.lists[tt.in] = []object{tt.by}
			}
			l, _ := w.serve(t)
			_, listing := load(t, l, tt.kind)
			v := named(t, listing, "subject").Verdict
			if got := said(v); got != tt.want {
				t.Fatalf("verdict %q, want %q", got, tt.want)
			}
			if r := v.Reasons[0]; r.Via != tt.via || r.By != tt.from {
				t.Errorf("by %q via %q, want %q via %q", r.By, r.Via, tt.from, tt.via)
			}
		})
	}
}

func TestReasonsAreListedOnce(t *testing.T) {
	w := &world{lists: map[string][]object{
		"pools":            {{"id": "x", "name": "subject", "members": refs("m"), "listeners": refs("l1", "l2")}},
		"listeners":        {{"id": "l1", "name": "api-443", "default_pool_id": "x"}, {"id": "l2", "name": "api-80"}},
		"lbaas/listeners":  {{"id": "l1", "name": "api-443", "default_pool_id": "x"}},
		"l7policies":       {{"id": "y1", "name": "images", "redirect_pool_id": "x"}},
		"lbaas/l7policies": {{"id": "y1", "name": "images", "redirect_pool_id": "x"}},
	}}
	l, _ := w.serve(t)
	s, listing := load(t, l, inventory.Pools)
	v := named(t, listing, "subject").Verdict
	if got, want := said(v), "in use: policy images; listener api-443; listener api-80"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := v.Why(), "policy images and 2 more"; got != want {
		t.Errorf("why %q, want %q", got, want)
	}
	if n := len(s.Graph.Uses(inventory.Pools, "x")); n != 2 {
		t.Errorf("%d uses, want 2", n)
	}
}

func TestProtectedAndSigns(t *testing.T) {
	day := func(n int) string { return now.Add(time.Duration(n) * 24 * time.Hour).Format(time.RFC3339) }
	for name, tt := range map[string]struct {
		kind inventory.KindID
		own  object
		want string
	}{
		"pool with a reason":             {inventory.Pools, object{"protection_status": "consoleProtection", "protection_reason": "owned by payments"}, `protected: "owned by payments"`},
		"pool without a reason":          {inventory.Pools, object{"protection_status": "consoleProtection"}, "protected: protected in the console"},
		"pool protected, spelled oddly":  {inventory.Pools, object{"protection_status": "CONSOLEPROTECTION"}, "protected: protected in the console"},
		"pool protected in a new way":    {inventory.Pools, object{"protection_status": "apiProtection"}, "protected: protection_status is apiProtection"},
		"certificate, spelled oddly":     {inventory.Certificates, object{"protection_status": "NonProtection"}, "unused: no listener"},
		"pool not protected":             {inventory.Pools, object{"protection_status": "nonProtection", "protection_reason": "old"}, "unused: no listener, no policy"},
		"pool with protected members":    {inventory.Pools, object{"member_deletion_protection_enable": true}, "protected: its members are protected from deletion"},
		"pool protected and in use":      {inventory.Pools, object{"member_deletion_protection_enable": true, "listeners": refs("l7")}, "protected: its members are protected from deletion; listener l7"},
		"pool of a container cluster":    {inventory.Pools, object{"description": `{"attention":"Auto-generated by CCE service, do not modify!"}`}, "protected: made by a CCE cluster"},
		"pool of a SUCCESS":              {inventory.Pools, object{"description": "ACCESS CCEX"}, "unused: no listener, no policy"},
		"pool without members":           {inventory.Pools, object{"members": refs()}, "unused: no listener, no policy [empty]"},
		"certificate protected":          {inventory.Certificates, object{"protection_status": "consoleProtection", "protection_reason": "audit"}, `protected: "audit"`},
		"certificate expired":            {inventory.Certificates, object{"expire_time": day(-40)}, "unused: no listener [expired]"},
		"certificate about to expire":    {inventory.Certificates, object{"expire_time": day(12)}, "unused: no listener [expires in 12 d]"},
		"certificate good for a while":   {inventory.Certificates, object{"expire_time": day(31)}, "unused: no listener"},
		"certificate of an unknown date": {inventory.Certificates, object{"expire_time": "soon"}, "unused: no listener"},
		"IP group without entries":       {inventory.IPGroups, object{"ip_list": []object{}}, "unused: no listener [empty]"},
		"id with unusual bytes":          {inventory.Pools, object{"id": "a b"}, "protected: its id has unusual bytes"},
		"id that is a way up":            {inventory.Pools, object{"id": ".."}, "protected: its id has unusual bytes"},
		"id with an escape sequence":     {inventory.Certificates, object{"id": "a\x1b[2J"}, "protected: its id has unusual bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			subject := object{"id": "x", "name": "subject", "members": refs("m1"), "ip_list": []object{{"ip": "10.0.0.1"}}}
			maps.Copy(subject, tt.own)
			w := &world{lists: map[string][]object{string(tt.kind): {subject}, "listeners": {{"id": "l7"}}}}
			l, _ := w.serve(t)
			_, listing := load(t, l, tt.kind)
			if got := said(named(t, listing, "subject").Verdict); got != tt.want {
				t.Errorf("verdict %q, want %q", got, tt.want)
			}
		})
	}
}

// TestParentWithUnusualBytes: the parent's id stands in the path of the request that deletes its children.
func TestParentWithUnusualBytes(t *testing.T) {
	w := &world{lists: map[string][]object{"ipgroups": {
		{"id": "g\x1b1", "name": "odd", "ip_list": []object{{"ip": "10.0.0.1"}}},
		{"id": "g2", "name": "plain", "ip_list": []object{{"ip": "10.0.0.2"}}},
	}}}
	l, _ := w.serve(t)
	_, listing := open(t, l, inventory.Entries)
	for name, want := range map[string]string{
		"10.0.0.1": "protected: its parent's id has unusual bytes",
		"10.0.0.2": "unused: no listener",
	} {
		if got := said(named(t, listing, name).Verdict); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestEntryVerdicts(t *testing.T) {
	group := func(id string, ips ...string) object {
		var list []object
		for _, ip := range ips {
			list = append(list, object{"ip": ip, "description": "note of " + ip})
		}
		return object{"id": id, "name": "group-" + id, "ip_list": list, "listeners": refs()}
	}
	w := &world{lists: map[string][]object{
		"ipgroups": {group("g1", "10.0.0.0/24"), group("g2", "10.0.1.1", "0.0.0.0/0"), group("g3")},
		"listeners": {
			{"id": "l1", "name": "web-443", "ipgroup": object{"ipgroup_id": "g1", "type": "white"}},
			{"id": "l2", "name": "api-443", "ipgroup": object{"ipgroup_id": "g1", "type": "black", "enable_ipgroup": false}},
		},
	}}
	l, _ := w.serve(t)
	_, listing := open(t, l, inventory.Entries)
	for name, want := range map[string]string{
		"10.0.0.0/24": "in use: listener web-443 (white); listener api-443 (black, off)",
		"10.0.1.1":    "unused: no listener [within 0.0.0.0/0]",
		"0.0.0.0/0":   "unused: no listener [every address]",
	} {
		r := named(t, listing, name)
		if got := said(r.Verdict); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	r := named(t, listing, "10.0.1.1")
	if want := (inventory.Ref{Scope: scope.ID(), Kind: inventory.Entries, Parent: "g2", ID: "10.0.1.1"}); r.Ref != want || r.In != "group-g2" {
		t.Errorf("%+v in %q", r.Ref, r.In)
	}
}

// TestEntriesThatOthersCover: whatever has such a sign can go without changing what its group covers, all of them together.
func TestEntriesThatOthersCover(t *testing.T) {
	for name, tt := range map[string]struct {
		ips  []string
		want map[string]string // signs
	}{
		"nothing in common": {[]string{"10.0.0.0/24", "10.0.1.0/24", "::a00:0/120", "10.0.2.1-10.0.2.9"}, nil},
		"ends that overlap": {[]string{"10.0.0.1-10.0.0.20", "10.0.0.10-10.0.0.30"}, nil},
		"notations of one address": {
			[]string{"172.16.4.4/32", "172.16.4.4", "::1", "0:0:0:0:0:0:0:1/128"},
			map[string]string{"172.16.4.4": "duplicate of 172.16.4.4/32", "0:0:0:0:0:0:0:1/128": "duplicate of ::1"},
		},
		"host bits": {[]string{"10.0.0.7/24", "10.0.0.0/24"}, map[string]string{"10.0.0.0/24": "duplicate of 10.0.0.7/24"}},
		"within the outermost": {
			[]string{"10.20.1.5", "10.20.1.0/24", "10.20.0.0/16", "10.20.1.9-10.20.2.3", "10.21.0.0"},
			map[string]string{"10.20.1.5": "within 10.20.0.0/16", "10.20.1.0/24": "within 10.20.0.0/16", "10.20.1.9-10.20.2.3": "within 10.20.0.0/16"},
		},
		"twice within": {
			[]string{"10.0.0.1", "10.0.0.1/32", "10.0.0.0/8"},
			map[string]string{"10.0.0.1": "within 10.0.0.0/8", "10.0.0.1/32": "duplicate of 10.0.0.1"},
		},
		"every address of one family": {
			[]string{"0.0.0.0/0", "192.0.2.1", "2001:db8::1"},
			map[string]string{"0.0.0.0/0": "every address", "192.0.2.1": "within 0.0.0.0/0"},
		},
		"ranges that are blocks": {
			[]string{"10.0.0.0-10.0.0.255", "10.0.1.1-10.0.2.0", "2001:db8::-2001:db8::ffff"},
			map[string]string{"10.0.0.0-10.0.0.255": "is the block 10.0.0.0/24", "2001:db8::-2001:db8::ffff": "is the block 2001:db8::/112"},
		},
		"listed twice in the same words": {[]string{"10.0.0.1", "10.0.0.1/32", "10.0.0.1"}, map[string]string{"10.0.0.1/32": "duplicate of 10.0.0.1"}},
		"not an address": {[]string{"what", "10.0.0.9-10.0.0.1", "10.0.0.1"}, map[string]string{
			"what": "no address, block or range", "10.0.0.9-10.0.0.1": "no address, block or range",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var list []object
			for _, ip := range tt.ips {
				list = append(list, object{"ip": ip})
			}
			// The other group has nothing to say about the entries of this one.
			w := &world{lists: map[string][]object{"ipgroups": {
				{"id": "g1", "name": "group", "ip_list": list}, {"id": "g2", "name": "other", "ip_list": []object{{"ip": "::/0"}, {"ip": "10.0.0.0/7"}}},
			}}}
			l, _ := w.serve(t)
			_, listing := open(t, l, inventory.Entries)
			for _, ip := range tt.ips {
				if got := strings.Join(named(t, listing, ip).Verdict.Signs, ", "); got != tt.want[ip] {
					t.Errorf("%s: %q, want %q", ip, got, tt.want[ip])
				}
			}
		})
	}
}

// TestAddressesSortAsNumbers: addresses before names, wider blocks before what they contain.
func TestAddressesSortAsNumbers(t *testing.T) {
	on := "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{
		"ipgroups":         {{"id": "g", "ip_list": []object{{"ip": "what"}, {"ip": "10.0.0.10"}, {"ip": "2001:db8::1"}, {"ip": "10.0.0.9"}, {"ip": "10.0.0.0/24"}, {"ip": "10.0.0.0/8"}, {"ip": "9.1.1.1-9.1.1.2"}}}},
		on:                 {{"id": "c1", "name": "orders", "port": 8080}},
		on + "/c1/members": {},
	}}
	for i, host := range []string{"web-2", "10.0.0.10", "Web-1", "10.0.0.9", "fd00::1", "10.0.0.9", ""} {
		w.lists[on+"/c1/members"] = append(w.lists[on+"/c1/members"], object{"id": fmt.Sprint("m", i), "host": host, "port": 1000 - 100*i})
	}
	l, _ := w.serve(t)
	for kind, want := range map[inventory.KindID][]string{
		inventory.Entries: {"9.1.1.1-9.1.1.2", "10.0.0.0/8", "10.0.0.0/24", "10.0.0.9", "10.0.0.10", "2001:db8::1", "what"},
		inventory.Members: {"10.0.0.9:500", "10.0.0.9:700", "10.0.0.10:900", "[fd00::1]:600", "m6", "Web-1:800", "web-2:1000"},
	} {
		_, listing := open(t, l, kind)
		rows := listing.Resources.All()
		slices.SortFunc(rows, listing.Kind.Columns[0].Compare)
		var got []string
		for _, r := range rows {
			got = append(got, r.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

func TestTimesInDetailsNameTheirZone(t *testing.T) {
	w := &world{lists: map[string][]object{"certificates": {
		{"id": "c1", "name": "cert", "created_at": "2025-04-02T00:39:10Z", "expire_time": "2026-04-02T02:39:10+02:00"},
	}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Certificates)
	for name, want := range map[string]string{"Created": "2025-04-02 00:39 UTC, 333 d ago", "Expires": "2026-04-02 00:39 UTC, in 31 d"} {
		if got := field(listing.Resources.At(0), name); got != want {
			t.Errorf("%s %q, want %q", name, got, want)
		}
	}
}

func TestMemberVerdicts(t *testing.T) {
	channel := func(id string, more object) object {
		c := object{"id": id, "name": "channel-" + id, "port": 80, "type": 2}
		maps.Copy(c, more)
		return c
	}
	member := func(id, host string, more object) object {
		m := object{"id": id, "host": host, "port": 8080, "status": 1, "weight": 10}
		maps.Copy(m, more)
		return m
	}
	on := "apic/instances/" + roma + "/vpc-channels"
	w := &world{lists: map[string][]object{
		on: {
			channel("c1", nil), channel("c2", nil),
			channel("c3", object{"member_groups": []object{{"member_group_name": "g", "reference_vpc_channel_id": "c1"}}}),
			channel("c4", object{"type": 3}),
			channel("c5", object{"vpc_channel_type": "reference"}),
		},
		on + "/c1/members": {
			member("m1", "serving", nil),
			member("m2", "off", object{"status": 2}),
			member("m3", "idle", object{"weight": 0}),
			member("m4", "sick", object{"health_status": "unhealthy", "is_backup": true}),
			member("m5", "unsaid", object{"status": 0, "weight": nil}),
		},
		on + "/c2/members": {member("m1", "only", nil), member("m2", "off2", object{"status": 2})},
		on + "/c3/members": {member("m1", "referred", nil), member("m2", "referred2", nil)},
		on + "/c4/members": {member("m1", "registered", nil), member("m2", "", object{"port": 0, "ecs_name": "web-1", "ecs_id": "0123456789"}), member("m3", "", nil)},
		on + "/c5/members": {member("m1", "referred3", nil), member("m2", "referred4", object{"status": 2})},
	}}
	l, _ := w.serve(t)
	_, listing := open(t, l, inventory.Members)
	for name, want := range map[string]string{
		"serving:8080":         "in use: serves it",
		"off:8080":             "unused: gets no requests [disabled]",
		"idle:8080":            "unused: gets no requests [weight 0]",
		"sick:8080":            "in use: serves it [unhealthy, backup only]",
		"unsaid:8080":          "in use: serves it",
		"only:8080":            "in use: serves it [last enabled]",
		"off2:8080":            "unused: gets no requests [disabled]",
		"referred:8080":        "protected: belongs to another channel: delete it there",
		"registered:8080":      "in use: serves it [may come back]",
		"m3":                   "in use: serves it [may come back]", // the service says neither host nor ECS
		"web-1 (01234567…):80": "in use: serves it [may come back]",
		"referred4:8080":       "protected: belongs to another channel: delete it there [disabled]",
	} {
		if got := said(named(t, listing, name).Verdict); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if listing.Resources.Len() != 14 {
		t.Errorf("%d members, want 14", listing.Resources.Len())
	}
}

func TestChannelsAreNeverUnused(t *testing.T) {
	on := "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{on: {
		{"id": "c1", "name": "orders", "port": 80, "type": 2, "vpc_channel_type": "builtin", "status": 2, "balance_strategy": 2},
	}}}
	l, _ := w.serve(t)
	_, listing := load(t, l, inventory.Channels)
	r := named(t, listing, "orders")
	if got, want := said(r.Verdict), "unknown: callers not listed [abnormal]"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if listing.Kind.Deletion != nil || listing.Kind.WhyNot == "" {
		t.Error("channels must not be deletable, and say why")
	}
	if f := field(r, "Used by"); f != "janitor does not list the APIs of the gateway: look in the console under API Gateway, load balance channels" {
		t.Errorf("used by %q", f)
	}
	for id, want := range map[string]string{"kind": "builtin", "strategy": "weighted least connections", "gateway": "APIG 5dc4d254…"} {
		if got := cell(t, r, id); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
}

// field is what the detail view shows of r under that name.
func field(r inventory.Resource, name string) string {
	k, err := inventory.Lookup(r.Ref.Kind)
	if err != nil {
		return err.Error()
	}
	for _, f := range k.Fields(r, now) {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// cell is what a column shows of r.
func cell(t *testing.T, r inventory.Resource, column string) string {
	t.Helper()
	k, err := inventory.Lookup(r.Ref.Kind)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range k.Columns {
		if c.ID == column {
			return c.Value(r, now)
		}
	}
	t.Fatalf("%s have no column %q", k.Many, column)
	return ""
}
