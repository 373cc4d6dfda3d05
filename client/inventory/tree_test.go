package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"janitor/client/inventory"
)

// drawn is a tree as text: a branch a line, what is below it indented.
func drawn(branches []inventory.Branch) string {
	var b strings.Builder
	var draw func(branches []inventory.Branch, indent string)
	draw = func(branches []inventory.Branch, indent string) {
		for _, br := range branches {
			b.WriteString(indent + br.Text)
			if br.Via != "" {
				b.WriteString(" [" + br.Via + "]")
			}
			if br.Note != "" {
				b.WriteString(" (" + br.Note + ")")
			}
			b.WriteByte('\n')
			draw(br.Below, indent+"  ")
		}
	}
	draw(branches, "")
	return b.String()
}

// grown is a small account with each sort of reference once, and a circle.
func grown() *world {
	return &world{lists: map[string][]object{
		"loadbalancers": {{"id": "b", "name": "lb-1", "listeners": refs("l", "l2"), "pools": refs("p"), "guaranteed": true}},
		"listeners": {
			{"id": "l", "name": "web-443", "loadbalancers": refs("b"), "default_pool_id": "p", "default_tls_container_ref": "c", "sni_container_refs": []string{"c", "lost"},
				"ipgroup": object{"ipgroup_id": "g", "type": "white"}},
			{"id": "l2", "name": "web-80", "loadbalancers": refs("b")},
		},
		"l7policies": {
			{"id": "y", "name": "/api", "listener_id": "l", "redirect_pools_config": []object{{"pool_id": "p", "weight": 30}, {"pool_id": "q"}}},
			{"id": "z", "name": "to https", "listener_id": "l2", "redirect_listener_id": "l"},
		},
		"pools": {
			{"id": "p", "name": "web", "members": refs("m"), "healthmonitor_id": "h", "listeners": refs("l"), "loadbalancers": refs("b")},
			{"id": "q", "name": "canary", "members": refs("n"), "loadbalancers": refs("b")},
			{"id": "alone", "name": "alone", "loadbalancers": refs("b")},
		},
		"members":        {{"id": "m", "name": "ecs-1", "address": "10.0.0.5", "protocol_port": 80, "operating_status": "OFFLINE", "weight": 0}},
		"healthmonitors": {{"id": "h", "type": "HTTP", "pools": refs("p")}},
		"certificates":   {{"id": "c", "name": "cert", "expire_time": "2020-01-01T00:00:00Z"}},
		"ipgroups":       {{"id": "g", "name": "office", "ip_list": []object{{"ip": "10.0.0.0/8"}}, "listeners": refs("l")}},
	}}
}

func TestTrees(t *testing.T) {
	l, _ := grown().serve(t)
	s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
	ref := func(kind inventory.KindID, id string) inventory.Ref {
		return inventory.Ref{Scope: scope.ID(), Kind: kind, ID: id}
	}
	for _, tt := range []struct {
		of           inventory.Ref
		usedBy, uses string
	}{
		{
			of: ref(inventory.Pools, "p"),
			usedBy: `listener web-443 [default_pool_id]
  load balancer lb-1 [loadbalancers]
  redirecting policy to https [redirect_listener_id]
    listener web-80 [listener_id]
      load balancer lb-1 [loadbalancers] (see above)
weighted policy /api [redirect_pools_config]
  listener web-443 [listener_id] (see above)
`,
			uses: `server ecs-1 10.0.0.5:80, offline, weight 0 [members]
health monitor HTTP [healthmonitor_id]
`,
		},
		{
			of:     ref(inventory.Certificates, "c"),
			usedBy: "listener web-443 [default_tls_container_ref]\n  load balancer lb-1 [loadbalancers]\n  redirecting policy to https [redirect_listener_id]\n    listener web-80 [listener_id]\n      load balancer lb-1 [loadbalancers] (see above)\nSNI of listener web-443 [sni_container_refs] (see above)\n",
		},
		{
			of: ref(inventory.Pools, "alone"), usedBy: "load balancer lb-1 [loadbalancers] (without a listener)\n",
		},
		{
			of:     ref(inventory.Listeners, "l"),
			usedBy: "load balancer lb-1 [loadbalancers]\nredirecting policy to https [redirect_listener_id]\n  listener web-80 [listener_id]\n    load balancer lb-1 [loadbalancers] (see above)\n",
			uses: `default pool web, server offline [default_pool_id]
  server ecs-1 10.0.0.5:80, offline, weight 0 [members]
  health monitor HTTP [healthmonitor_id]
certificate cert, expired [default_tls_container_ref]
SNI certificate cert, expired [sni_container_refs] (see above)
SNI certificate lost [sni_container_refs] (not listed)
IP group office (white) [ipgroup]
policy /api [listener_id]
  pool of weight 30 web, server offline [redirect_pools_config] (see above)
  weighted pool canary [redirect_pools_config]
    server n [members] (not listed)
`,
		},
	} {
		if got := drawn(s.UsedBy(tt.of)); got != tt.usedBy {
			t.Errorf("%s %s is used by\n%s\nwant\n%s", tt.of.Kind, tt.of.ID, got, tt.usedBy)
		}
		if got := drawn(s.Uses(tt.of)); got != tt.uses {
			t.Errorf("%s %s uses\n%s\nwant\n%s", tt.of.Kind, tt.of.ID, got, tt.uses)
		}
	}
}

// TestTreesOfOtherSpellings: whichever way a reference spells an id, it leads to the object, once.
func TestTreesOfOtherSpellings(t *testing.T) {
	w := &world{lists: map[string][]object{
		"loadbalancers": {{"id": "b-1", "name": "lb-1", "listeners": refs("L-1"), "guaranteed": true}},
		"listeners": {{"id": "l1", "name": "web-443", "loadbalancers": refs("B1"), "default_pool_id": "P-1",
			"ipgroup": object{"ipgroup_id": "G1", "type": "white"}}},
		"pools":    {{"id": "p1", "name": "web", "members": refs("M1"), "listeners": refs("l-1")}},
		"members":  {{"id": "m-1", "name": "ecs-1", "address": "10.0.0.5", "protocol_port": 80}},
		"ipgroups": {{"id": "g-1", "name": "office", "ip_list": []object{{"ip": "2001:db8::a"}, {"ip": "2001:DB8::A"}}}},
	}}
	l, _ := w.serve(t)
	s := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools, inventory.IPGroups))
	pool := s.Listing(inventory.Pools).Resources.At(0).Ref
	for got, want := range map[string]string{
		drawn(s.UsedBy(pool)): "listener web-443 [default_pool_id]\n  load balancer lb-1 [loadbalancers]\n",
		drawn(s.Uses(pool)):   "server ecs-1 10.0.0.5:80 [members]\n",
		drawn(s.UsedBy(s.Listing(inventory.IPGroups).Resources.At(0).Ref)): "listener web-443 (white) [ipgroup]\n  load balancer lb-1 [loadbalancers]\n",
	} {
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	if b := s.UsedBy(pool)[0].Below[0]; !b.Listed || b.Ref != b.Resource.Ref {
		t.Errorf("the load balancer cannot be opened: %+v", b.Ref)
	}
	s, listing := open(t, l, inventory.Entries)
	for i := range listing.Resources.Len() { // their ids are no ids
		if tree := s.UsedBy(listing.Resources.At(i).Ref); len(tree) != 1 {
			t.Errorf("an entry is used by\n%s", drawn(tree))
		}
	}
}

// TestTreesOfWhatIsOpened: entries and members are in trees of their own, up to what uses their parents.
func TestTreesOfWhatIsOpened(t *testing.T) {
	l, _ := grown().serve(t)
	l = l.WithDetail()
	s, listing := open(t, l, inventory.Entries)
	const want = "IP group office [ip_list]\n  listener web-443 (white) [ipgroup]\n    load balancer lb-1 [loadbalancers]\n"
	if got := drawn(s.UsedBy(listing.Resources.At(0).Ref)); !strings.HasPrefix(got, want) {
		t.Errorf("an entry is used by\n%s\nwant\n%s", got, want)
	}

	on := "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{
		on: {
			{"id": "a", "name": "origin", "member_groups": []object{{"member_group_id": "g", "member_group_name": "default"}}},
			{"id": "b", "name": "copy", "member_groups": []object{{"member_group_id": "g2", "reference_vpc_channel_id": "a"}}},
			{"id": "c", "name": "circle", "member_groups": []object{{"member_group_id": "g3", "reference_vpc_channel_id": "c"}}},
		},
		on + "/a/members": {{"id": "m", "host": "10.0.0.5", "port": 80, "member_group_id": "g"}},
	}}
	l, _ = w.serve(t)
	s, listing = open(t, l, inventory.Members)
	const members = "channel origin [members]\n  reference channel copy [reference_vpc_channel_id]\nserver group default [member_group_id]\n  channel origin [member_groups] (see above)\n"
	if got := drawn(s.UsedBy(listing.Resources.At(0).Ref)); got != members {
		t.Errorf("a member is used by\n%s\nwant\n%s", got, members)
	}
	c := named(t, s.Listing(inventory.Channels), "circle")
	if got, want := drawn(s.Uses(c.Ref)), "server group g3 [member_groups]\nservers of channel circle [reference_vpc_channel_id] (see above)\n"; got != want {
		t.Errorf("a channel that refers to itself uses\n%s\nwant\n%s", got, want)
	}
}

func TestWideTreesEnd(t *testing.T) {
	w := &world{lists: map[string][]object{"certificates": {{"id": "c", "name": "cert"}}}}
	for i := range 2500 {
		w.lists["listeners"] = append(w.lists["listeners"], object{"id": fmt.Sprintf("l%04d", i), "default_tls_container_ref": "c"})
	}
	l, _ := w.serve(t)
	s, listing := load(t, l, inventory.Certificates)
	tree := s.UsedBy(listing.Resources.At(0).Ref)
	if len(tree) != 2001 || tree[2000].Text != "500 more" {
		t.Errorf("%d branches, the last is %q", len(tree), tree[len(tree)-1].Text)
	}
	if tree := (*inventory.Snapshot)(nil).Uses(listing.Resources.At(0).Ref); tree != nil {
		t.Errorf("%v from no snapshot", tree)
	}
}
