package inventory_test

import (
	"strings"
	"testing"

	"janitor/client/inventory"
)

// TestAWordForSeveral: an id is one only within its parent and gateway; nothing is chosen by chance.
func TestAWordForSeveral(t *testing.T) {
	member := func(id, host string) object { return object{"id": id, "host": host, "port": 80} }
	const onROMA, onAPIG = "apic/instances/" + roma + "/vpc-channels", "apigw/instances/" + apig + "/vpc-channels"
	w := &world{lists: map[string][]object{
		"pools":                {{"id": "p1", "name": "web"}, {"id": "p2", "name": "web"}, {"id": "web2", "name": "p3"}, {"id": "p4", "name": ""}},
		"ipgroups":             {group("g1", "office", "10.0.0.1", "10.0.0.2"), group("g2", "partner", "10.0.0.1"), group("g3", "same", "10.0.0.3"), group("g4", "same", "10.0.0.3")},
		onROMA:                 {{"id": "c1", "name": "red"}, {"id": "c2", "name": "blue"}, {"id": "c9", "name": "old"}},
		onAPIG:                 {{"id": "c9", "name": "old"}},
		onROMA + "/c1/members": {member("m1", "10.0.0.1"), member("m2", "10.0.0.2")}, onROMA + "/c2/members": {member("m1", "10.0.0.1"), member("m3", "10.0.0.2")},
		onROMA + "/c9/members": {member("m9", "10.0.0.9")}, onAPIG + "/c9/members": {member("m9", "10.0.0.9")},
	}}
	l, _ := w.serve(t)
	of := map[inventory.KindID]*inventory.Listing{}
	_, of[inventory.Pools] = load(t, l, inventory.Pools)
	_, of[inventory.Channels] = load(t, l, inventory.Channels)
	_, of[inventory.Entries] = open(t, l, inventory.Entries)
	_, of[inventory.Members] = open(t, l, inventory.Members)
	gateways := "APIG 5dc4d254… and ROMA eddc4d25…: say in the profile which is meant, by gateway.service and gateway.instance_id"
	for _, tt := range []struct {
		kind       inventory.KindID
		word, want string // the id, or the error
	}{
		{inventory.Pools, "p1", "p1"},
		{inventory.Pools, "p3", "web2"},
		{inventory.Pools, "", `no pool has the name or id ""`},
		{inventory.Pools, "web", `2 pools are called "web": give the id, one of p1, p2`},
		{inventory.Entries, "10.0.0.2", "10.0.0.2"},
		{inventory.Entries, "10.0.0.1", `2 entries are called "10.0.0.1": give --in, one of office, partner`},
		{inventory.Entries, "10.0.0.3", `2 entries are called "10.0.0.3": give --in, one of g3, g4`},
		{inventory.Members, "m2", "m2"},
		{inventory.Members, "m1", `2 members are called "m1": give --in, one of blue, red`},
		{inventory.Members, "10.0.0.1:80", `2 members are called "10.0.0.1:80": give --in, one of blue, red`},
		{inventory.Members, "10.0.0.2:80", `2 members are called "10.0.0.2:80": give the id, one of m2, m3`},
		{inventory.Members, "m9", `2 members are called "m9", of ` + gateways},
		{inventory.Channels, "c9", `2 channels are called "c9", of ` + gateways},
		{inventory.Channels, "old", `2 channels are called "old", of ` + gateways},
	} {
		r, err := of[tt.kind].Named(tt.word)
		got := r.Ref.ID
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s %s:\n got %s\nwant %s", tt.kind, tt.word, got, tt.want)
		}
		if _, chosen := of[tt.kind].Chosen([]string{tt.word}); (chosen == nil) != (err == nil) || chosen != nil && !strings.Contains(chosen.Error(), got) {
			t.Errorf("%s %s: chosen: %v", tt.kind, tt.word, chosen)
		}
	}
}
