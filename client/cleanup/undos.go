package cleanup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"janitor/client/inventory"
)

// undo is a run that undoes another one.
type undo struct {
	name string
	of   string // the run that it undoes
	err  error  // why that cannot be told; nil: it can
}

// undos are the runs after this one ("" for all) that undo others, or may, oldest first.
func (h *History) undos(after string) ([]undo, error) {
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	var undos []undo
	for _, name := range slices.Backward(names) {
		if name <= after {
			continue
		}
		if of, err := h.undoes(name); err != nil || of != "" {
			undos = append(undos, undo{name, of, err})
		}
	}
	return undos, nil
}

// undoes is the run that the run of this name undoes, "" when it deletes or has no plan. It reads the beginning of the plan.
func (h *History) undoes(name string) (run string, err error) {
	f, err := os.Open(filepath.Join(h.Folder(name), planName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read
	return undoesOf(f)
}

// undosOf are the undos of a run before a name, "" for all so far, oldest first. One that is not finished stands in the way
// of another.
func (h *History) undosOf(run, upTo string) ([]*Past, error) {
	undos, err := h.undos(run)
	if err != nil {
		return nil, err
	}
	var of []*Past
	for _, undo := range undos {
		if upTo != "" && undo.name >= upTo || undo.err == nil && undo.of != run {
			continue
		}
		switch u := h.Read(undo.name); {
		case errors.Is(u.Err, errNotBegun):
		case undo.err != nil:
			return nil, fmt.Errorf("run %s, which may be an undo of run %s, cannot be read: %w", u.ID, run, undo.err)
		case u.Ledger == nil:
			return nil, fmt.Errorf("an undo of run %s cannot be read, and what it has brought back is not known: %w", run, u.Err)
		case u.Live:
			return nil, fmt.Errorf("run %s, an undo of run %s, goes on: %w", u.ID, run, ErrGoesOn)
		case !u.Ledger.Finished:
			return nil, fmt.Errorf("run %s, an undo of run %s, is not finished: janitor resume %s goes on with it", u.ID, run, u.ID)
		default:
			of = append(of, u)
		}
	}
	return of, nil
}

// renamed are the ids that undos of other runs have given to what the items of a run live in. What is not known by its new id
// is not found, and says so.
func (h *History) renamed(p *Past) (renamed, error) {
	if !slices.ContainsFunc(p.Ledger.Items, func(e Entry) bool { return e.Result.Ref.Parent != "" }) {
		return nil, nil
	}
	now := renamed{}
	err := h.broughtBack("", func(_ string, e *Entry) {
		if id := e.whole.Made[inventory.Itself]; id != "" {
			now[e.Result.Ref] = id
		}
	})
	return now, err
}

// returned are the items of a run that deleted, by the undo that has brought them back last. What came back under another id
// is not among them, for nobody takes it for the old one.
func (h *History) returned(p *Past) (map[int]string, error) {
	if p.Ledger == nil || p.Ledger.Plan.Undoes != "" {
		return nil, nil //nolint:nilnil // none
	}
	by := map[inventory.Ref]string{}
	err := h.broughtBack(p.ID, func(undo string, e *Entry) {
		if res := e.Result; res.Outcome == Restored && (res.NewID == "" || res.NewID == res.Ref.ID) {
			by[res.Ref] = undo
		}
	})
	if err != nil {
		return nil, err
	}
	back := map[int]string{}
	for i := range p.Ledger.Items {
		if undo := by[p.Ledger.Items[i].Result.Ref]; undo != "" {
			back[i] = undo
		}
	}
	return back, nil
}

// broughtBack tells of the items of all undos after a run ("" for all), oldest first. One that cannot be read tells of none.
func (h *History) broughtBack(after string, tell func(undo string, e *Entry)) error {
	undos, err := h.undos(after)
	if err != nil {
		return err
	}
	for _, undo := range undos {
		if undo.err != nil {
			continue
		}
		u := h.Read(undo.name)
		for i := 0; u.Ledger != nil && i < len(u.Ledger.Items); i++ {
			tell(u.ID, &u.Ledger.Items[i])
		}
	}
	return nil
}
