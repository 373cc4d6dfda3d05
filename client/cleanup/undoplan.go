package cleanup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"janitor/client/english"
	"janitor/client/inventory"
)

// keeping is what was read to make items of one kind again.
type keeping struct {
	kept  map[inventory.Ref]inventory.Back
	lacks string // what the account may not read; goes without it
	err   error
}

// unsecured are the items, by kind, of which the journal has yet to hold what it takes to make them again.
func (r *Run) unsecured(items []int) map[inventory.KindID][]int {
	groups := map[inventory.KindID][]int{}
	if r.record.journal == nil || r.engine.account.backs == nil {
		return groups
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		if !r.items[i].noted.secured {
			id := r.plan.Items[i].Resource.Ref.Kind
			groups[id] = append(groups[id], i)
		}
	}
	return groups
}

// keepAhead begins to read what it takes to make items again while they are looked at. The items must be known whole: those
// of a plan that comes from a file are not before they were looked at. wait gives what there is, by kind.
func (r *Run) keepAhead(ctx context.Context, in account, items []int) (wait func() map[inventory.KindID]keeping) {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		read = map[inventory.KindID]keeping{}
	)
	for id, group := range r.unsecured(items) {
		known := r.resources(group)
		if slices.ContainsFunc(known, func(res inventory.Resource) bool { return res.Object == nil }) {
			continue
		}
		wg.Go(func() {
			k := r.keepOf(ctx, in, r.kinds[id], group)
			mu.Lock()
			defer mu.Unlock()
			read[id] = k
		})
	}
	return func() map[inventory.KindID]keeping {
		wg.Wait()
		return read
	}
}

func (r *Run) keepOf(ctx context.Context, in account, kind *inventory.Kind, items []int) (k keeping) {
	doomed := make([]inventory.Doomed, len(items))
	for n, res := range r.resources(items) {
		doomed[n].Resource = res
		for _, p := range r.plan.Items[items[n]].Detaches {
			doomed[n].Users = append(doomed[n].Users, inventory.Step{What: p.What, Which: p.Which, ID: p.ID, Call: p.Call})
		}
	}
	k.kept, k.lacks, k.err = in.backs.Keep(ctx, kind, doomed)
	return k
}

// secure sees to it that what it takes to make items again is written down before anything is done to them, and lets
// through those of which it is known. What the account may not read is told, and goes without it.
func (r *Run) secure(ctx context.Context, in account, items []int, ahead map[inventory.KindID]keeping) []int {
	groups := r.unsecured(items)
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		k, read := ahead[id]
		if !read {
			k = r.keepOf(ctx, in, r.kinds[id], groups[id])
		}
		if k.err != nil && ctx.Err() != nil {
			continue // whoever stopped the run ends the items
		}
		r.secureKind(groups[id], k)
	}
	return r.pending(items)
}

func (r *Run) secureKind(items []int, k keeping) {
	if k.lacks != "" {
		r.note("%s", k.lacks)
	}
	for _, i := range items {
		if k.err != nil {
			r.end(i, ending{outcome: Failed, message: fmt.Sprintf("not sent: what it takes to bring it back could not be read: %v", k.err)})
			continue
		}
		r.mu.Lock()
		r.items[i].noted.back, r.items[i].noted.secured = k.kept[r.plan.Items[i].Resource.Ref], true
		r.mu.Unlock()
	}
}

// Why a run is not undone.
var (
	ErrNothing  = errors.New("nothing to undo") // that can be brought back
	ErrOutdated = errors.New("the plan of the undo is out of date")
)

// UndoPlan says what of a finished run can be brought back, by the journals alone: one item for each that it has deleted,
// with how much of it comes back. Errors are sentences; [ErrNothing] when no item can be brought back at all.
func (h *History) UndoPlan(p *Past) (Plan, error) {
	l := p.Ledger
	switch {
	case l == nil:
		return Plan{}, p.Err
	case l.Plan.Undoes != "":
		return Plan{}, fmt.Errorf("run %s is an undo itself, of run %s: to take it back, delete again what it has brought back", p.ID, l.Plan.Undoes)
	case p.Live:
		return Plan{}, fmt.Errorf("run %s goes on: %w", p.ID, ErrGoesOn)
	case !l.Finished:
		return Plan{}, fmt.Errorf("run %s is not finished: janitor resume %s goes on with it first", p.ID, p.ID)
	}
	plan := Plan{Undoes: p.ID}
	before, err := h.undosOf(p.ID, "")
	if err != nil {
		return Plan{}, err
	}
	for _, u := range before {
		plan.Before = append(plan.Before, u.ID)
	}
	if plan.Items, err = h.comebacks(p, before); err != nil {
		return Plan{}, err
	}
	if len(plan.Items) == 0 {
		return plan, fmt.Errorf("%w: run %s has changed nothing", ErrNothing, p.ID)
	}
	if why, all := plan.hopeless(); all {
		return plan, fmt.Errorf("%w: run %s deleted %s, which cannot be brought back: %s", ErrNothing, p.ID, plan.what(), why)
	}
	return plan, nil
}

// outdated refuses the plan of an undo that does not know of another one of the same run: it would make again what is there.
func (h *History) outdated(p Plan) error {
	if p.Undoes == "" {
		return nil
	}
	undos, err := h.undosOf(p.Undoes, "")
	for _, u := range undos {
		if !slices.Contains(p.Before, u.ID) {
			err = fmt.Errorf("run %s has undone run %s meanwhile; undo it again", u.ID, p.Undoes)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutdated, err)
	}
	return nil
}

// comebacks are the items of an undo of a run, with what the undos of it before have made.
func (h *History) comebacks(p *Past, before []*Past) ([]Item, error) {
	type done struct {
		parts map[string]string
		by    string
	}
	made := map[inventory.Ref]done{}
	doubts := map[inventory.Ref]*Perhaps{}
	for _, u := range before {
		for k := range u.Ledger.Items {
			e := &u.Ledger.Items[k]
			if len(e.whole.Made) > 0 {
				made[e.Result.Ref] = done{e.whole.Made, u.ID}
			}
			if doubts[e.Result.Ref] == nil { // the first knows what was there before all of them
				doubts[e.Result.Ref] = e.perhapsMade(u.ID)
			}
		}
	}
	renamed, err := h.renamed(p)
	if err != nil {
		return nil, err
	}
	l := p.Ledger
	taken := map[string]bool{}
	for i := range l.Items {
		for _, id := range l.Items[i].detached {
			taken[id] = true
		}
	}
	var items []Item
	var ok bool
	for i := range l.Items {
		it := l.comeback(i, taken)
		if !l.Items[i].deleted() {
			if it, ok = l.leftover(i, it); !ok {
				continue
			}
		}
		if ref := it.Resource.Ref; ref.Parent != "" {
			if kind, err := inventory.Lookup(ref.Kind); err == nil {
				parent := inventory.Ref{Scope: ref.Scope, Kind: kind.Within, ID: ref.Parent}
				for n := 0; n <= len(renamed) && renamed[parent] != ""; n++ { // it may have been deleted again, and brought back
					parent.ID = renamed[parent]
					it.Kept.Parent = parent.ID
				}
			}
		}
		if d, ok := made[it.Resource.Ref]; ok {
			it.Kept.Made, it.Kept.By = maps.Clone(d.parts), d.by
		}
		if d := doubts[it.Resource.Ref]; d != nil && it.Kept.Made[d.Part] == "" {
			it.Kept.Perhaps = d
		}
		items = append(items, it)
	}
	return items, nil
}

// perhapsMade is the part that this undo, or one before it, may have made of the item, and could not tell.
func (e *Entry) perhapsMade(undo string) *Perhaps {
	switch m := e.making; {
	case e.whole.Perhaps != nil:
		return e.whole.Perhaps
	case m == nil || e.Result.Outcome != Unknown || e.whole.Made[m.Part] != "":
		return nil
	default:
		return &Perhaps{undo, m.Part, m.Twins}
	}
}

// deleted: the run has deleted the item, as it knew itself or as a list showed later.
func (e *Entry) deleted() bool {
	switch e.Result.Outcome {
	case Deleted:
		return true
	case Unknown, Reappeared:
		return e.Sent > 0 && e.Found == IsGone && !strings.HasPrefix(e.Result.Message, madeAgain)
	}
	return false
}

// hopeless says whether nothing of it can be brought back, and why.
func (p Plan) hopeless() (why string, all bool) {
	var whys []string
	for _, it := range p.Items {
		if it.Undo != inventory.Impossible {
			return "", false
		}
		if !slices.Contains(whys, it.UndoWhy) {
			whys = append(whys, it.UndoWhy)
		}
	}
	return strings.Join(whys, ", "), true
}

// what is "12 pools", "3 items" when kinds are mixed.
func (p Plan) what() string {
	one, many := p.Nouns()
	return english.Count(len(p.Items), one, many)
}

// comeback is an item of the undo of what the ledger tells; taken are the objects that something was taken out of by the run.
func (l *Ledger) comeback(i int, taken map[string]bool) Item {
	entry, was := &l.Items[i], &l.Plan.Items[i]
	it := Item{Resource: was.Resource, Undo: inventory.Impossible, UndoWhy: "it was not kept"}
	it.Kept = entry.whole
	if it.Kept.Back == nil {
		it.Kept.Back, it.Kept.Shown = entry.Object, true
	}
	it.Kept.Taken, it.Kept.Made = nil, nil
	for _, step := range was.Detaches { // one step may have taken out several items
		if taken[step.ID] {
			it.Kept.Taken = append(it.Kept.Taken, step.ID)
		}
	}
	slices.Sort(it.Kept.Taken)
	it.grade()
	return it
}

// grade says how well an item of an undo comes back.
func (it *Item) grade() {
	kind, err := inventory.Lookup(it.Resource.Ref.Kind)
	if err != nil || kind.Restore == nil || it.Kept.Back == nil {
		return
	}
	back, err := kind.Restore.Recall(it.Resource.Ref, it.Kept.Back, it.Kept.Shown)
	if err != nil {
		it.UndoWhy = err.Error()
		return
	}
	it.Undo, it.UndoWhy = back.Grade()
	it.Takes = back.With()
}

// leftover is the item of the undo of what stayed, when something was taken away before its deletion; whole is that of what
// was deleted.
func (l *Ledger) leftover(i int, whole Item) (it Item, ok bool) {
	entry := &l.Items[i]
	kind, err := inventory.Lookup(entry.Result.Ref.Kind)
	if len(entry.away) == 0 || !entry.Result.Outcome.stays() || err != nil || kind.Restore == nil || kind.Restore.Remains == nil || whole.Kept.Back == nil {
		return whole, false
	}
	it = whole
	it.Undo, it.UndoWhy, it.Takes = inventory.Impossible, "it was not kept", ""
	rest, err := kind.Restore.Remains(whole.Kept.Back, whole.Kept.Shown, entry.away)
	switch {
	case err != nil:
		it.UndoWhy = err.Error()
	case rest != nil:
		it.Kept.Back = rest
		it.grade()
	}
	return it, true
}

// undosOf are the undos of a run before a name, "" for all so far, oldest first. One that is not finished stands in the way
// of another.
func (h *History) undosOf(run, upTo string) ([]*Past, error) {
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var undos []*Past
	for _, name := range names {
		if name <= run || upTo != "" && name >= upTo {
			continue
		}
		of, err := h.undoes(name)
		if err == nil && of != run {
			continue
		}
		switch u := h.Read(name); {
		case errors.Is(u.Err, errNotBegun):
		case err != nil:
			return nil, fmt.Errorf("run %s, which may be an undo of run %s, cannot be read: %w", name, run, err)
		case u.Ledger == nil:
			return nil, fmt.Errorf("an undo of run %s cannot be read, and what it has brought back is not known: %w", run, u.Err)
		case u.Live:
			return nil, fmt.Errorf("run %s, an undo of run %s, goes on: %w", u.ID, run, ErrGoesOn)
		case !u.Ledger.Finished:
			return nil, fmt.Errorf("run %s, an undo of run %s, is not finished: janitor resume %s goes on with it", u.ID, run, u.ID)
		default:
			undos = append(undos, u)
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

// renamed are the ids that undos of other runs have given to what the items of a run live in.
func (h *History) renamed(p *Past) (map[inventory.Ref]string, error) {
	if !slices.ContainsFunc(p.Ledger.Items, func(e Entry) bool { return e.Result.Ref.Parent != "" }) {
		return nil, nil
	}
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	now := map[inventory.Ref]string{}
	for _, name := range names {
		if of, err := h.undoes(name); err != nil || of == "" {
			continue // what is not known by its new id is not found, and says so
		}
		if u := h.Read(name); u.Ledger != nil {
			for i := range u.Ledger.Items {
				if e := &u.Ledger.Items[i]; e.whole.Made[inventory.Itself] != "" {
					now[e.Result.Ref] = e.whole.Made[inventory.Itself]
				}
			}
		}
	}
	return now, nil
}

// refill gives the ledger of an undo that was broken off before all was in its journal what the run that it is of has kept.
func (h *History) refill(p *Past, write func(kind string, body any) error) error {
	l := p.Ledger
	if l.Plan.Undoes == "" || !slices.ContainsFunc(l.Items, func(e Entry) bool { return e.whole.Back == nil && e.Result.Outcome == Pending }) {
		return nil
	}
	of, err := h.Find(l.Plan.Undoes)
	if err != nil {
		return err
	}
	if of.Ledger == nil {
		return of.Err
	}
	before, err := h.undosOf(of.ID, p.ID)
	if err != nil {
		return err
	}
	items, err := h.comebacks(of, before)
	if err != nil {
		return err
	}
	whole := map[inventory.Ref]Kept{}
	for _, it := range items {
		whole[it.Resource.Ref] = it.Kept
	}
	for k := range l.Items {
		e := &l.Items[k]
		w, ok := whole[e.Result.Ref]
		if !ok || w.Back == nil || e.whole.Back != nil || e.Result.Outcome != Pending {
			continue
		}
		e.whole = w
		if err := write(lineWhole, keptWhole{k, w.Back, w.Shown, w.Taken, w.Parent, w.Perhaps}); err != nil {
			return err
		}
		if len(w.Made) > 0 {
			if err := write(lineMade, made{Item: k, Parts: w.Made, By: w.By}); err != nil {
				return err
			}
		}
	}
	return nil
}
