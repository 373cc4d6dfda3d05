package browse

import (
	"strings"
	"testing"

	"janitor/client"
	"janitor/client/inventory"
)

// The same entry of two groups of one name: the beginning of the group's id tells which is which.
func TestGroupsOfOneNameAreToldApart(t *testing.T) {
	entries, err := inventory.Lookup(inventory.Entries)
	if err != nil {
		t.Fatal(err)
	}
	var parents, rows []inventory.Resource
	for _, g := range [][2]string{{"a39ea157-1111", "acl1"}, {"b47f0011-2222", "acl1"}, {"c0ffee00-3333", "office"}} {
		parents = append(parents, inventory.Resource{Ref: inventory.Ref{Kind: inventory.IPGroups, ID: g[0]}, Name: g[1]})
		rows = append(rows, inventory.Resource{
			Ref: inventory.Ref{Kind: inventory.Entries, Parent: g[0], ID: "10.20.0.0/16"}, Name: "10.20.0.0/16", In: g[1],
			Object: &inventory.Entry{IPEntry: client.IPEntry{IP: "10.20.0.0/16"}}, Verdict: inventory.Verdict{State: inventory.Unused},
		})
	}
	p := newProbe(t, &feed{{&inventory.Snapshot{At: epoch, Done: true, Listings: []inventory.Listing{{
		Kind: settledKind(entries), Parents: parents, Done: true, Resources: inventory.RowsOf(rows...),
	}}}}}, func(o *Options) { o.Kinds, o.Parents = []*inventory.Kind{entries}, parents })
	got := p.text(100, 12)
	for want, times := range map[string]int{"acl1 a39ea157…": 2, "acl1 b47f0011…": 2, "acl1 a39ea157…, acl1 b47f0011…, office": 1, "  office  ": 1} {
		if strings.Count(got, want) != times {
			t.Errorf("%q is there %d times:\n%s", want, strings.Count(got, want), got)
		}
	}
	if strings.Contains(got, "c0ffee00") {
		t.Errorf("a name that is the only one has a tag:\n%s", got)
	}
}
