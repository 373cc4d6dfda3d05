package inventory_test

import (
	"testing"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// A row that is put together from its object is the same each time, of its kind, and stands for that object alone.
func TestRowsStandForTheirObjects(t *testing.T) {
	l, _, _ := simulated(t, simcloud.Options{Size: 300})
	top := inventory.Last(l.WithDetail().Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels))
	snapshots := []*inventory.Snapshot{
		top,
		inventory.Last(l.Open(t.Context(), inventory.Entries, top.Listing(inventory.IPGroups).Resources.All())),
		inventory.Last(l.Open(t.Context(), inventory.Members, top.Listing(inventory.Channels).Resources.All())),
	}
	for _, s := range snapshots {
		for _, listing := range s.Listings {
			refs := make([]inventory.Ref, listing.Resources.Len())
			for i, r := range listing.Resources.All() {
				refs[i] = r.Ref
				if r.Ref.Kind != listing.Kind.ID || r.Ref.Scope == "" || r.Ref.ID == "" || (r.Ref.Parent == "") != (listing.Kind.Within == "") {
					t.Errorf("%s: %+v", listing.Kind.Many, r.Ref)
				}
			}
			found := s.Find(refs)
			for i, ref := range refs {
				if r := listing.Resources.At(i); found[ref].Object != r.Object || r.Ref != ref {
					t.Errorf("%+v is found as %+v", r.Ref, found[ref].Ref)
				}
			}
		}
	}
}
