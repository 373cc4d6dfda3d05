package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"janitor/client/inventory"
)

// warned is consequences as "grade: text (number of causes) [what is typed]", with plain spaces in numbers.
func warned(effects []inventory.Consequence) []string {
	out := told(effects)
	for i, e := range effects {
		if e.Name != "" {
			out[i] += " [" + e.Name + "]"
		}
		out[i] = strings.ReplaceAll(out[i], "\u00a0", " ")
	}
	return out
}

func group(id, name string, entries ...string) object {
	list := []object{}
	for _, ip := range entries {
		list = append(list, object{"ip": ip})
	}
	return object{"id": id, "name": name, "ip_list": list}
}

func listener(id, name, groups, color string) object {
	return object{"id": id, "name": name, "ipgroup": object{"ipgroup_id": groups, "type": color}}
}

// chosen are all resources with one of these names, in the order of the names.
func chosen(t *testing.T, l *inventory.Listing, names []string) []inventory.Resource {
	t.Helper()
	var out []inventory.Resource
	for _, name := range names {
		found := false
		for _, r := range l.Resources.All() {
			if r.Name == name {
				out, found = append(out, r), true
			}
		}
		if !found {
			t.Fatalf("no resource named %q", name)
		}
	}
	return out
}

// naming is a group that says these listeners use it.
func naming(group object, listeners ...string) object {
	group["listeners"] = refs(listeners...)
	return group
}

func off(listener object) object {
	listener["ipgroup"].(object)["enable_ipgroup"] = false
	return listener
}

// TestEffectsOfEntries: what a listener does is told for the union of its groups, once, the worst first.
func TestEffectsOfEntries(t *testing.T) {
	type row struct {
		groups    []object
		listeners []object
		doomed    []string
		want      []string
	}
	for name, tt := range map[string]row{
		"one address of a white list": {
			[]object{group("w", "office", "10.0.0.1", "10.0.0.2")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.1"},
			[]string{"care: listener web-443 (white) shuts out 1 address: 10.0.0.1 (1)"},
		},
		"one address of a black list": {
			[]object{group("b", "blocked", "10.0.0.1", "10.0.0.2")},
			[]object{listener("l", "web-443", "b", "black")},
			[]string{"10.0.0.1"},
			[]string{"care: listener web-443 (black) lets in 1 address: 10.0.0.1 (1)"},
		},
		"a block": {
			[]object{group("w", "office", "10.1.2.9/24", "10.0.0.2")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.1.2.9/24"},
			[]string{"care: listener web-443 (white) shuts out 256 addresses, such as 10.1.2.0 (1)"},
		},
		"both families": {
			[]object{group("b", "blocked", "10.1.0.0-10.1.255.255", "2001:db8::/64", "2001:db8:1::1", "10.0.0.2")},
			[]object{listener("l", "web-443", "b", "black")},
			[]string{"10.1.0.0-10.1.255.255", "2001:db8::/64", "2001:db8:1::1"},
			[]string{"care: listener web-443 (black) lets in 65 536 IPv4 and 18 446 744 073 709 551 617 IPv6 addresses, such as 10.1.0.0 (3)"},
		},
		"one address of each family": {
			[]object{group("b", "blocked", "10.1.0.0", "2001:db8::1", "10.0.0.2")},
			[]object{listener("l", "web-443", "b", "black")},
			[]string{"10.1.0.0", "2001:db8::1"},
			[]string{"care: listener web-443 (black) lets in 1 IPv4 and 1 IPv6 address, such as 10.1.0.0 (2)"},
		},
		"IPv6 only": {
			[]object{group("b", "blocked", "2001:db8::/64", "10.0.0.2")},
			[]object{listener("l", "web-443", "b", "black")},
			[]string{"2001:db8::/64"},
			[]string{"care: listener web-443 (black) lets in 2^64 IPv6 addresses, such as 2001:db8:: (1)"},
		},
		"two that overlap count once": {
			[]object{group("w", "office", "10.1.2.0/24", "10.1.2.128-10.1.3.127", "10.0.0.1")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.1.2.0/24", "10.1.2.128-10.1.3.127"},
			[]string{"care: listener web-443 (white) shuts out 384 addresses, such as 10.1.2.0 (2)"},
		},
		"what others cover does not count": {
			[]object{group("w", "office", "10.1.2.0/24", "10.1.2.0-10.1.2.9"), group("h", "home", "10.1.2.128/25")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"10.1.2.0/24"},
			[]string{"care: listener web-443 (white) shuts out 118 addresses, such as 10.1.2.10 (1)"},
		},
		"other entries cover all of it": {
			[]object{group("w", "office", "10.1.2.0/24", "10.1.2.0-10.1.2.99"), group("h", "home", "10.1.2.100-10.1.2.255")},
			[]object{listener("l", "web-443", "w,h", "white"), off(listener("m", "adm-443", "w,h", "black"))},
			[]string{"10.1.2.0/24"},
			[]string{
				"none: nothing changes for listener web-443 (white): other entries cover the same addresses (1)",
				"none: nothing changes for listener adm-443 (black, off): other entries cover the same addresses (1)",
			},
		},
		"another spelling stays, in another group": {
			[]object{group("w", "office", "::1", "::2"), group("h", "home", "0:0:0:0:0:0:0:1/128")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"::1"},
			[]string{"none: nothing changes for listener web-443 (white): other entries cover the same addresses (1)"},
		},
		"two spellings count once": {
			[]object{group("w", "office", "10.0.0.1", "10.0.0.2"), group("h", "home", "10.0.0.1/32", "10.0.0.3")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"10.0.0.1", "10.0.0.1/32"},
			[]string{"care: listener web-443 (white) shuts out 1 address: 10.0.0.1 (2)"},
		},
		"the last ones of a white list": {
			[]object{group("w", "office", "10.0.0.1", "10.0.0.2")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.1", "10.0.0.2"},
			[]string{"danger: listener web-443 (white) lets nobody in: shuts out 2 addresses, such as 10.0.0.1 (2) [office]"},
		},
		"the last one of a black list, in a group without a name": {
			[]object{group("b", "", "10.0.0.1")},
			[]object{listener("l", "", "b", "black")},
			[]string{"10.0.0.1"},
			[]string{"danger: listener l (black) lets everybody in: no longer keeps out 1 address: 10.0.0.1 (1) [b]"},
		},
		"one group closes and opens": {
			[]object{group("b", "both", "10.0.0.1")},
			[]object{listener("l", "web-443", "b", "white"), listener("m", "api-443", "b", "black")},
			[]string{"10.0.0.1"},
			[]string{
				"danger: listener web-443 (white) lets nobody in: shuts out 1 address: 10.0.0.1 (1) [both]",
				"danger: listener api-443 (black) lets everybody in: no longer keeps out 1 address: 10.0.0.1 (1) [both]",
			},
		},
		"an emptied group beside another": {
			[]object{group("w", "office", "10.0.0.1"), group("h", "home", "10.0.0.2")},
			[]object{listener("l", "web-443", "w,h", "white"), listener("m", "api-443", "w,h", "black")},
			[]string{"10.0.0.1"},
			[]string{
				"danger: listener web-443 (white) shuts out 1 address: 10.0.0.1; IP group office is left empty, which may stand for every address (1) [office]",
				"danger: listener api-443 (black) lets in 1 address: 10.0.0.1; IP group office is left empty, which may stand for every address (1) [office]",
			},
		},
		"an emptied group whose entries another has too": {
			[]object{group("w", "office", "::1"), group("h", "home", "0:0:0:0:0:0:0:1/128")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"::1"},
			[]string{
				"danger: nothing changes for listener web-443 (white): other entries cover the same addresses; IP group office is left empty, which may stand for every address (1) [office]",
			},
		},
		"an emptied group beside an empty one": {
			[]object{group("n", "nothing"), group("w", "office", "10.0.0.1")},
			[]object{listener("l", "web-443", "n,w", "white")},
			[]string{"10.0.0.1"},
			[]string{"danger: listener web-443 (white) lets nobody in: shuts out 1 address: 10.0.0.1 (1) [office]"},
		},
		"all groups of a listener emptied": {
			[]object{group("w", "office", "10.0.0.1"), group("h", "home", "10.0.0.2")},
			[]object{listener("l", "web-443", "w, h,w", "white")},
			[]string{"10.0.0.2", "10.0.0.1"},
			[]string{"danger: listener web-443 (white) lets nobody in: shuts out 2 addresses, such as 10.0.0.1 (2) [home]"},
		},
		"the second of two groups emptied": {
			[]object{group("w", "office", "10.0.0.1", "10.0.0.2"), group("h", "home", "10.0.0.3")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"10.0.0.1", "10.0.0.3"},
			[]string{"danger: listener web-443 (white) shuts out 2 addresses, such as 10.0.0.1; IP group home is left empty, which may stand for every address (2) [home]"},
		},
		"a listener on two pages": {
			[]object{group("w", "office", "10.0.0.1")},
			[]object{listener("l", "web-443", "w", "white"), listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.1"},
			[]string{"danger: listener web-443 (white) lets nobody in: shuts out 1 address: 10.0.0.1 (1) [office]"},
		},
		"switched off": {
			[]object{group("w", "office", "10.0.0.1"), group("h", "home", "10.0.0.2", "10.0.0.3")},
			[]object{off(listener("l", "web-443", "w", "white")), off(listener("m", "api-443", "h", "black"))},
			[]string{"10.0.0.1", "10.0.0.2"},
			[]string{
				"danger: listener web-443 (white, off) lets nobody in once its access control is switched on: shuts out 1 address: 10.0.0.1 (1) [office]",
				"care: listener api-443 (black, off) lets in 1 address: 10.0.0.2, once its access control is switched on (1)",
			},
		},
		"the last IPv4 address beside IPv6, white": {
			[]object{group("w", "office", "10.0.0.1", "2001:db8::/64")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.1"},
			[]string{"danger: listener web-443 (white) lets in no IPv4 address any more: shuts out 1 address: 10.0.0.1 (1) [office]"},
		},
		"the last IPv4 address beside IPv6, black": {
			[]object{group("w", "office", "10.0.0.1", "2001:db8::/64")},
			[]object{listener("l", "web-443", "w", "black")},
			[]string{"10.0.0.1"},
			[]string{"care: listener web-443 (black) lets in 1 address: 10.0.0.1 (1)"},
		},
		"neither white nor black": {
			[]object{group("w", "office", "10.0.0.1")},
			[]object{listener("l", "web-443", "w", "deny")},
			[]string{"10.0.0.1"},
			[]string{"danger: listener web-443 (white or black) is left with an empty IP group: it lets nobody or everybody in: shuts out or lets in 1 address: 10.0.0.1 (1) [office]"},
		},
		"every IPv4 address, white": {
			[]object{group("w", "office", "10.0.0.1", "0.0.0.0/0")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"0.0.0.0/0"},
			[]string{"danger: listener web-443 (white) no longer lets in every IPv4 address: shuts out 4 294 967 295 addresses, such as 0.0.0.0 (1) [office]"},
		},
		"every IPv6 address, black": {
			[]object{group("w", "office", "10.0.0.1"), group("h", "home", "::/0")},
			[]object{listener("l", "web-443", "w,h", "black")},
			[]string{"10.0.0.1", "::/0"},
			[]string{"danger: listener web-443 (black) lets everybody in: no longer keeps out 1 IPv4 and 2^128 IPv6 addresses, such as 10.0.0.1 (2) [office]"},
		},
		"every IPv6 address, one left": {
			[]object{group("w", "office", "10.0.0.1", "10.0.0.2"), group("h", "home", "::/0", "::1")},
			[]object{listener("l", "web-443", "w,h", "black")},
			[]string{"10.0.0.1", "::/0"},
			[]string{"danger: listener web-443 (black) no longer keeps out every IPv6 address: lets in 1 IPv4 and 340 282 366 920 938 463 463 374 607 431 768 211 455 IPv6 addresses, such as 10.0.0.1 (2) [home]"},
		},
		"every address of both families, one in halves": {
			[]object{group("w", "office", "10.0.0.1", "0.0.0.0/1"), group("h", "home", "128.0.0.0-255.255.255.255", "::/0")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"0.0.0.0/1", "::/0"},
			[]string{"danger: listener web-443 (white) no longer lets in every IPv4 and every IPv6 address: shuts out 2 147 483 647 IPv4 and 2^128 IPv6 addresses, such as 0.0.0.0 (2) [home]"},
		},
		"every address twice": {
			[]object{group("w", "office", "0.0.0.0/0", "10.0.0.1"), group("h", "home", "0.0.0.0/1", "128.0.0.0/1")},
			[]object{listener("l", "web-443", "w,h", "white")},
			[]string{"0.0.0.0/0"},
			[]string{"none: nothing changes for listener web-443 (white): other entries cover the same addresses (1)"},
		},
		"an entry that is no address": {
			[]object{group("w", "office", "10.0.0.9-10.0.0.1", "10.0.0.1")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.9-10.0.0.1"},
			[]string{"care: listener web-443 (white) loses 1 entry that is no address (1)"},
		},
		"an entry that is no address, twice": {
			[]object{group("w", "office", "nowhere"), group("h", "home", "nowhere", "10.0.0.0/33")},
			[]object{listener("l", "web-443", "w", "white"), listener("m", "api-443", "w,h", "white")},
			[]string{"nowhere"},
			[]string{
				"danger: listener web-443 (white) lets nobody in (1) [office]",
				"danger: listener api-443 (white) lets nobody in (not counting 1 entry that is no address) (2) [office]",
			},
		},
		"the same that is no address stays in another group": {
			[]object{group("w", "office", "nowhere", "10.0.0.1"), group("h", "home", "nowhere", "10.0.0.1", "10.0.0.3")},
			[]object{listener("m", "api-443", "w,h", "white")},
			[]string{"10.0.0.3"},
			[]string{"care: listener api-443 (white) shuts out 1 address: 10.0.0.3 (not counting 1 entry that is no address) (1)"},
		},
		"what is left is no address": {
			[]object{group("w", "office", "somewhere", "10.0.0.1")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.1"},
			[]string{"danger: listener web-443 (white) lets nobody in: shuts out 1 address: 10.0.0.1 (not counting 1 entry that is no address) (1) [office]"},
		},
		"some that are no addresses among the others": {
			[]object{group("w", "office", "somewhere", "elsewhere", "10.0.0.1", "10.0.0.2")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.0.0.1", "somewhere"},
			[]string{"care: listener web-443 (white) shuts out 1 address: 10.0.0.1 (not counting 2 entries that are no addresses) (2)"},
		},
		"a group that no list shows": {
			[]object{group("w", "office", "10.0.0.1"), group("h", "home", "10.0.0.2", "10.0.0.3")},
			[]object{listener("l", "web-443", "w,vanished", "white"), listener("m", "api-443", "h,vanished,lost", "black")},
			[]string{"10.0.0.1", "10.0.0.2"},
			[]string{
				"danger: listener web-443 (white) lets nobody in unless its other IP group lists some: shuts out up to 1 address: 10.0.0.1 (1) [office]",
				"care: listener api-443 (black) lets in up to 1 address: 10.0.0.2, unless its other IP groups list them (1)",
			},
		},
		"a group that no list shows, switched off": {
			[]object{group("h", "home", "10.0.0.2/31", "10.0.0.4")},
			[]object{off(listener("m", "api-443", "h,vanished", "black"))},
			[]string{"10.0.0.2/31"},
			[]string{"care: listener api-443 (black, off) lets in up to 2 addresses, such as 10.0.0.2, unless its other IP group lists them, once its access control is switched on (1)"},
		},
		"a group that nobody uses": {
			[]object{group("free", "free", "10.0.0.1")},
			[]object{listener("l", "web-443", "other", "white")},
			[]string{"10.0.0.1"},
			[]string{},
		},
		"only the group names the listener": {
			[]object{
				naming(group("own", "own", "10.4.0.1"), "hidden"),
				naming(group("two", "two", "10.5.0.1", "10.5.0.2"), "l"),
				naming(group("all", "all", "0.0.0.0/0", "10.6.0.0/24"), "m"),
				naming(group("dup", "dup", "10.7.0.1", "10.7.0.1/32"), "n"),
			},
			[]object{{"id": "l", "name": "web-443"}},
			[]string{"10.4.0.1", "10.5.0.1", "0.0.0.0/0", "10.7.0.1"},
			[]string{
				"danger: listener hidden is left with an empty IP group: it lets nobody or everybody in: shuts out or lets in up to 1 address: 10.4.0.1 (1) [own]",
				"danger: listener m no longer lists every IPv4 address: shuts out or lets in up to 4 294 967 040 addresses, such as 0.0.0.0 (1) [all]",
				"care: listener web-443 shuts out or lets in up to 1 address: 10.5.0.1 (1)",
				"none: nothing changes for listener n: other entries cover the same addresses (1)",
			},
		},
		"the group names a listener that names another group": {
			[]object{group("w", "office", "10.0.0.1"), naming(group("own", "own", "10.4.0.1", "10.4.0.2"), "l")},
			[]object{listener("l", "web-443", "w", "white")},
			[]string{"10.4.0.1"},
			[]string{"care: listener web-443 (white) shuts out up to 1 address: 10.4.0.1, unless its other IP group lists them (1)"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{"ipgroups": tt.groups, "listeners": tt.listeners}}
			l, _ := w.serve(t)
			s, listing := open(t, l, inventory.Entries)
			doomed := chosen(t, listing, tt.doomed)
			got := warned(listing.Kind.Deletion.Effects(doomed, listing.Resources.All(), s.Graph))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			twice := warned(listing.Kind.Deletion.Effects(slices.Concat(doomed, doomed), listing.Resources.All(), s.Graph))
			if diff := cmp.Diff(got, twice); diff != "" {
				t.Errorf("the same ones twice: %s", diff)
			}
		})
	}
}

// TestEffectsKnowOtherGroups: what the other groups of a listener hold comes from the list of groups, whose failure
// is told in the consequence and changes no verdict.
func TestEffectsKnowOtherGroups(t *testing.T) {
	for name, tt := range map[string]struct {
		refuse, mute bool
		want         string
	}{
		"spelled in another way": {false, false, "danger: listener web-443 (white) shuts out 8 addresses, such as 10.0.0.8; IP group office is left empty, which may stand for every address (1) [office]"},
		"listed":                 {false, false, "danger: listener web-443 (white) shuts out 8 addresses, such as 10.0.0.8; IP group office is left empty, which may stand for every address (1) [office]"},
		"not listed":             {true, false, "danger: listener web-443 (white) lets nobody in unless its other IP groups list some: shuts out up to 16 addresses, such as 10.0.0.0 (1) [office]"},
		"listed without entries": {false, true, "danger: listener web-443 (white) lets nobody in unless its other IP groups list some: shuts out up to 16 addresses, such as 10.0.0.0 (1) [office]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{lists: map[string][]object{
				"ipgroups": {
					naming(group("g1", "office", "10.0.0.0/28"), "l1"),
					group("g2", "home", "10.0.0.0/29", "10.2.0.1"),
					group("g3", ""),
				},
				"listeners": {listener("l1", "web-443", "g1,g2,g3", "white")},
			}}
			if name == "spelled in another way" {
				w.lists["listeners"] = []object{listener("l1", "web-443", "G1,G2,G-3", "white")}
			}
			if tt.refuse {
				w.refuse("ipgroups", 403, "ELB.9802", "policy does not allow elb:ipgroups:list")
			}
			if tt.mute {
				delete(w.lists["ipgroups"][1], "ip_list")
				delete(w.lists["ipgroups"][2], "ip_list")
			}
			l, _ := w.serve(t)
			group := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "g1"}}
			s := inventory.Last(l.Open(t.Context(), inventory.Entries, []inventory.Resource{group}))
			listing := s.Listing(inventory.Entries)
			if listing.Err != nil || listing.Resources.Len() != 1 {
				t.Fatalf("%d entries, %v", listing.Resources.Len(), listing.Err)
			}
			if got := said(listing.Resources.At(0).Verdict); got != "in use: listener web-443 (white)" {
				t.Errorf("verdict %q", got)
			}
			effects := listing.Kind.Deletion.Effects
			if diff := cmp.Diff([]string{tt.want}, warned(effects(listing.Resources.All(), listing.Resources.All(), s.Graph))); diff != "" {
				t.Error(diff)
			}
			lost := []string{"danger: listener l1 is left with an empty IP group: it lets nobody or everybody in: shuts out or lets in up to 16 addresses, such as 10.0.0.0 (1) [office]"}
			if diff := cmp.Diff(lost, warned(effects(listing.Resources.All(), listing.Resources.All(), nil))); diff != "" {
				t.Errorf("without a graph: %s", diff)
			}
		})
	}
}

// TestTheKeyStays: some of the entries or members are gone already when a plan is checked again; what was confirmed is still
// called the same.
func TestTheKeyStays(t *testing.T) {
	w := &world{lists: map[string][]object{
		"ipgroups":  {group("w", "office", "10.0.0.1", "10.0.0.2", "10.0.0.3"), group("h", "home", "0.0.0.0/0", "10.0.0.4", "10.0.0.5")},
		"listeners": {listener("l", "web-443", "w", "white"), listener("m", "api-443", "h", "white")},
	}}
	l, _ := w.serve(t)
	s, listing := open(t, l, inventory.Entries)
	effects := listing.Kind.Deletion.Effects
	all := chosen(t, listing, []string{"10.0.0.1", "10.0.0.2", "10.0.0.3", "0.0.0.0/0", "10.0.0.4"})
	keys := func(effects []inventory.Consequence) (keys []string) {
		for _, e := range effects {
			keys = append(keys, e.Key)
		}
		return keys
	}
	before := keys(effects(all, listing.Resources.All(), s.Graph))
	left := slices.DeleteFunc(listing.Resources.All(), func(r inventory.Resource) bool {
		return r.Name == "10.0.0.1" || r.Name == "10.0.0.4"
	})
	after := keys(effects(all[1:4], left, s.Graph))
	if diff := cmp.Diff(before, after); diff != "" || len(before) != 2 || slices.Contains(before, "") {
		t.Error(before, diff)
	}

	on := "apic/instances/" + roma + "/vpc-channels"
	w = &world{lists: map[string][]object{
		on: {{"id": "c", "name": "registered", "type": 3}}, on + "/c/members": {{"id": "f", "host": "f", "status": 2}, {"id": "g", "host": "g", "status": 2}},
	}}
	l, _ = w.serve(t)
	s, listing = open(t, l, inventory.Members)
	effects = listing.Kind.Deletion.Effects
	two, one := effects(listing.Resources.All(), listing.Resources.All(), s.Graph), effects(listing.Resources.All()[:1], listing.Resources.All()[:1], s.Graph)
	if len(two) != 1 || len(one) != 1 || two[0].Text == one[0].Text || two[0].Key == "" || two[0].Key != one[0].Key {
		t.Errorf("%+v and %+v", two, one)
	}
}

func TestEffectsOfMembers(t *testing.T) {
	on := "apic/instances/" + roma + "/vpc-channels"
	m := func(id string, status int, more ...string) object {
		o := object{"id": id, "host": id, "port": 80, "status": status}
		for _, word := range more {
			if word == "backup" {
				o["is_backup"] = true
			} else {
				o["health_status"] = word
			}
		}
		return o
	}
	const disabled, enabled = 2, 1
	w := &world{lists: map[string][]object{
		on: {
			{"id": "c1", "name": "orders"}, {"id": "c2", "name": "users"}, {"id": "c3", "name": "registered", "type": 3},
			{"id": "c4", "name": "spare"}, {"id": "c5", "name": "ill"}, {"id": "c6"},
			{"id": "c7", "name": "users"},
		},
		on + "/c1/members": {m("a", enabled), m("b", enabled), m("c", disabled)},
		on + "/c2/members": {m("d", enabled), m("e", disabled)},
		on + "/c3/members": {m("f", disabled), m("g", disabled)},
		on + "/c4/members": {m("h", enabled), m("i", enabled, "backup", "healthy"), m("j", disabled)},
		on + "/c5/members": {m("k", enabled), m("l", enabled, "healthy"), m("m", enabled, "unhealthy"), m("n", enabled, "unhealthy", "backup")},
		on + "/c6/members": {m("o", enabled)},
		on + "/c7/members": {m("p", enabled)},
	}}
	l, _ := w.serve(t)
	s, listing := open(t, l, inventory.Members)
	for name, tt := range map[string]struct {
		doomed []string
		want   []string
	}{
		"disabled only":               {[]string{"c", "e"}, []string{}},
		"one of two":                  {[]string{"a", "c"}, []string{"care: channel orders loses 1 of 2 enabled members (1)"}},
		"all enabled ones":            {[]string{"a", "b"}, []string{"danger: channel orders has no enabled member left (2) [orders]"}},
		"the last one, without names": {[]string{"o"}, []string{"danger: channel c6 has no enabled member left (1) [c6]"}},
		"same one twice":              {[]string{"a", "a"}, []string{"care: channel orders loses 1 of 2 enabled members (1)"}},
		"one that a registry added":   {[]string{"f"}, []string{"care: may come back: the registry of channel registered adds it again (1)"}},
		"two that a registry added":   {[]string{"f", "g"}, []string{"care: may come back: the registry of channel registered adds them again (2)"}},
		"channels count by themselves": {[]string{"a", "d"}, []string{
			"danger: channel users has no enabled member left (1) [users]", "care: channel orders loses 1 of 2 enabled members (1)",
		}},
		"channels of one name": {[]string{"d", "p"}, []string{
			"danger: channel users c2 has no enabled member left (1) [users]", "danger: channel users c7 has no enabled member left (1) [users]",
		}},
		"all but the backup":    {[]string{"h"}, []string{"care: channel spare loses 1 of 2 enabled members: only backup servers are left (1)"}},
		"the backup":            {[]string{"i"}, []string{"care: channel spare loses 1 of 2 enabled members (1)"}},
		"the backup as well":    {[]string{"h", "i"}, []string{"danger: channel spare has no enabled member left (2) [spare]"}},
		"one of two not ill":    {[]string{"k"}, []string{"care: channel ill loses 1 of 4 enabled members (1)"}},
		"all that are not ill":  {[]string{"k", "l"}, []string{"care: channel ill loses 2 of 4 enabled members: those left are unhealthy (2)"}},
		"all but an ill backup": {[]string{"k", "l", "m"}, []string{"care: channel ill loses 3 of 4 enabled members: only backup servers are left, and they are unhealthy (3)"}},
	} {
		t.Run(name, func(t *testing.T) {
			var doomed []inventory.Resource
			for _, host := range tt.doomed {
				doomed = append(doomed, named(t, listing, host+":80"))
			}
			if diff := cmp.Diff(tt.want, warned(listing.Kind.Deletion.Effects(doomed, listing.Resources.All(), s.Graph))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
