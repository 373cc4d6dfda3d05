package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"janitor/client/cleanup"
	"janitor/client/inventory"
)

// BenchmarkPlanOfEntries makes the plan of deleting 3 000 of the 15 000 entries of 50 groups that 100 listeners use, five
// groups each.
func BenchmarkPlanOfEntries(b *testing.B) {
	d := rand.New(rand.NewPCG(1, 2))
	w := &world{lists: map[string][]object{}}
	for g := range 50 {
		var ips []string
		for i := range 300 {
			ip := fmt.Sprintf("10.%d.%d.%d", d.IntN(64), d.IntN(256), i%256)
			switch i % 3 {
			case 0:
				ip += fmt.Sprintf("/%d", 22+d.IntN(11))
			case 1:
				ip = fmt.Sprintf("2001:db8:%x:%x::%x/%d", d.IntN(64), d.IntN(256), i, 48+d.IntN(81))
			}
			ips = append(ips, ip)
		}
		w.lists["ipgroups"] = append(w.lists["ipgroups"], group(fmt.Sprintf("g%d", g), fmt.Sprintf("group-%d", g), ips...))
	}
	for l := range 100 {
		ids := ""
		for _, g := range d.Perm(50)[:5] {
			ids += fmt.Sprintf("g%d,", g)
		}
		w.lists["listeners"] = append(w.lists["listeners"], listener(fmt.Sprintf("l%d", l), fmt.Sprintf("web-%d", l), ids, []string{"white", "black"}[l%2]))
	}
	l, _ := connect(b, w)
	parents := inventory.Last(l.Load(b.Context(), inventory.IPGroups)).Listing(inventory.IPGroups).Resources.All()
	s := inventory.Last(l.Open(b.Context(), inventory.Entries, parents))
	var marked []inventory.Ref
	for i, r := range s.Listing(inventory.Entries).Resources.All() {
		if i%5 == 0 {
			marked = append(marked, r.Ref)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		p, err := cleanup.NewPlan(marked, s, cleanup.Choice{})
		if err != nil || len(p.Items) < 2990 || len(p.Consequences) != 100 {
			b.Fatal(len(p.Items), len(p.Consequences), err)
		}
	}
}
