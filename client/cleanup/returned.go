package cleanup

import (
	"slices"

	"janitor/client/inventory"
)

// returned are the items of a run that deleted, by the undo that has brought them back last. What came back under another id
// is not among them, for nobody takes it for the old one; an undo that cannot be read tells of none.
func (h *History) returned(p *Past) (map[int]string, error) {
	if p.Ledger == nil || p.Ledger.Plan.Undoes != "" {
		return nil, nil //nolint:nilnil // none
	}
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	by := map[inventory.Ref]string{}
	slices.Sort(names)
	for _, name := range names {
		if of, err := h.undoes(name); name <= p.ID || err != nil || of == "" {
			continue
		}
		u := h.Read(name)
		if u.Ledger == nil {
			continue
		}
		for i := range u.Ledger.Items {
			res := u.Ledger.Items[i].Result
			if res.Outcome == Restored && (res.NewID == "" || res.NewID == res.Ref.ID) {
				by[res.Ref] = u.ID
			}
		}
	}
	back := map[int]string{}
	for i := range p.Ledger.Items {
		if run := by[p.Ledger.Items[i].Result.Ref]; run != "" {
			back[i] = run
		}
	}
	return back, nil
}
