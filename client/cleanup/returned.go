package cleanup

import (
	"path/filepath"
	"slices"

	"janitor/client/inventory"
)

// Says is what was found of an item, in the words that people are told; "" when nobody has looked. back is the run that has
// brought it back.
func (p Presence) Says(o Outcome, back string) string {
	switch {
	case p == IsUnknown:
		return "not known"
	case p.Proves(o):
		return string(p)
	case p == "":
		return ""
	case p == IsGone:
		return "gone again"
	case back != "":
		return "brought back by " + back
	}
	return "reappeared"
}

// Ready is why no run could be begun here, as far as can be told without writing anything: its folder is none, or not ours.
func (h *History) Ready() error {
	if _, err := h.Names(); err != nil {
		return unwritable(filepath.Join(h.dir, "runs"), err)
	}
	return nil
}

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
