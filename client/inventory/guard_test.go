package inventory_test

import (
	"testing"
	"time"

	"janitor/client/inventory"
)

// TestWhatTheProfileKeeps: what is in something that the profile keeps is kept as well, and what would take along something
// that it keeps is too.
func TestWhatTheProfileKeeps(t *testing.T) {
	const on = "apigw/instances/" + apig + "/vpc-channels"
	for name, tt := range map[string]struct {
		keep func(*inventory.Resource) bool
		kind inventory.KindID
		want map[string]string
	}{
		"the entries of a group": {
			func(r *inventory.Resource) bool { return r.Ref.Kind == inventory.IPGroups && r.Name == "office" },
			inventory.Entries,
			map[string]string{
				"10.0.0.1": "protected: IP group office is kept; no listener",
				"10.0.0.2": "protected: IP group office is kept; no listener",
				"10.0.0.3": "unused: no listener",
			},
		},
		"by the verdict of the group": {
			func(r *inventory.Resource) bool {
				return r.Ref.Kind == inventory.IPGroups && r.Verdict.State == inventory.InUse
			},
			inventory.Entries,
			map[string]string{
				"10.0.0.3": "unused: no listener",
				"10.0.0.4": "protected: IP group web is kept; listener web-443 (white)",
			},
		},
		"a group that holds an entry": {
			func(r *inventory.Resource) bool { return r.Ref.Kind == inventory.Entries && r.Ref.ID == "10.0.0.2" },
			inventory.IPGroups,
			map[string]string{
				"office": "protected: entry 10.0.0.2 in it is kept; no listener",
				"home":   "unused: no listener",
			},
		},
		"members of a channel": {
			func(r *inventory.Resource) bool { return r.Ref.Kind == inventory.Channels && r.Name == "billing" },
			inventory.Members,
			map[string]string{
				"10.0.0.1:80": "protected: channel billing is kept; serves it",
				"10.0.0.2:80": "protected: channel billing is kept; serves it",
				"10.0.0.3:80": "in use: serves it [last enabled]",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"ipgroups":  {group("o", "office", "10.0.0.1", "10.0.0.2"), group("h", "home", "10.0.0.3"), group("w", "web", "10.0.0.4")},
				"listeners": {listener("l", "web-443", "w", "white")},
				on:          {{"id": "c1", "name": "billing"}, {"id": "c2", "name": "orders"}},
				on + "/c1/members": {
					{"id": "m1", "host": "10.0.0.1", "port": 80, "status": 1, "weight": 1}, {"id": "m2", "host": "10.0.0.2", "port": 80, "status": 1, "weight": 1},
				},
				on + "/c2/members": {{"id": "m3", "host": "10.0.0.3", "port": 80, "status": 1, "weight": 1}},
			}}
			l, _ := w.serve(t)
			l.Protect = func(r *inventory.Resource, _ time.Time) string {
				if tt.keep(r) {
					return "kept"
				}
				return ""
			}
			var listing *inventory.Listing
			if k, _ := inventory.Lookup(tt.kind); k.Within == "" {
				_, listing = load(t, l, tt.kind)
			} else {
				_, listing = open(t, l, tt.kind)
			}
			for name, want := range tt.want {
				if got := said(named(t, listing, name).Verdict); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
		})
	}
}
