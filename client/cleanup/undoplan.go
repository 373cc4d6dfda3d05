package cleanup

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"janitor/client/english"
	"janitor/client/inventory"
)

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
	plan := Plan{Undoes: p.ID, Hides: l.Plan.Hides}
	before, err := h.undosOf(p.ID, "")
	if err != nil {
		return Plan{}, err
	}
	for _, u := range before {
		plan.undos = append(plan.undos, u.ID)
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
		if !slices.Contains(p.undos, u.ID) {
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
	now, err := h.renamed(p)
	if err != nil {
		return nil, err
	}
	l, earlier := p.Ledger, makingsOf(before)
	taken := map[string]bool{}
	for i := range l.Items {
		for _, id := range l.Items[i].detached {
			taken[id] = true
		}
	}
	var items []Item
	for i := range l.Items {
		it := l.comeback(i, taken)
		if !l.Items[i].deleted() {
			var ok bool
			if it, ok = l.leftover(i, it); !ok {
				continue
			}
		}
		it.kept.Parent = now.parentOf(it.Resource.Ref)
		earlier.handTo(&it)
		items = append(items, it)
	}
	return items, nil
}

// renamed are the ids that things have now that came back under another one.
type renamed map[inventory.Ref]string

// parentOf is the id that what a resource lives in has now; "" when it has its own.
func (now renamed) parentOf(ref inventory.Ref) (id string) {
	kind, err := inventory.Lookup(ref.Kind)
	if err != nil || ref.Parent == "" {
		return ""
	}
	parent := inventory.Ref{Scope: ref.Scope, Kind: kind.Within, ID: ref.Parent}
	for n := 0; n <= len(now) && now[parent] != ""; n++ { // it may have been deleted again, and brought back
		id = now[parent]
		parent.ID = id
	}
	return id
}

// makings are what earlier undos of a run have made of its items, and what they may have made.
type makings struct {
	made   map[inventory.Ref]keepsake // Made and By
	doubts map[inventory.Ref]*maybe
}

// makingsOf goes through undos, oldest first.
func makingsOf(undos []*Past) makings {
	m := makings{map[inventory.Ref]keepsake{}, map[inventory.Ref]*maybe{}}
	for _, u := range undos {
		for k := range u.Ledger.Items {
			e := &u.Ledger.Items[k]
			ref := e.Result.Ref
			if len(e.whole.Made) > 0 {
				m.made[ref] = keepsake{Made: e.whole.Made, By: u.ID}
			}
			if m.doubts[ref] == nil { // the first knows what was there before all of them
				m.doubts[ref] = e.perhapsMade(u.ID)
			}
		}
	}
	return m
}

// handTo gives them to an item of the next undo.
func (m makings) handTo(it *Item) {
	ref := it.Resource.Ref
	if of, ok := m.made[ref]; ok {
		it.kept.Made, it.kept.By = maps.Clone(of.Made), of.By
	}
	if d := m.doubts[ref]; d != nil && it.kept.Made[d.Part] == "" {
		it.kept.Perhaps = d
	}
}

// perhapsMade is the part that this undo, or one before it, may have made of the item, and could not tell.
func (e *Entry) perhapsMade(undo string) *maybe {
	switch m := e.making; {
	case e.whole.Perhaps != nil:
		return e.whole.Perhaps
	case m == nil || e.Result.Outcome != Unknown || e.whole.Made[m.Part] != "":
		return nil
	default:
		return &maybe{undo, m.Part, m.Twins}
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
	it.kept = entry.whole
	if it.kept.Back == nil {
		it.kept.Back, it.kept.Shown = entry.Object, true
	}
	it.kept.Taken, it.kept.Made = nil, nil
	for _, step := range was.Detaches { // one step may have taken out several items
		if taken[step.ID] {
			it.kept.Taken = append(it.kept.Taken, step.ID)
		}
	}
	slices.Sort(it.kept.Taken)
	it.grade()
	return it
}

// grade says how well an item of an undo comes back.
func (it *Item) grade() {
	kind, err := inventory.Lookup(it.Resource.Ref.Kind)
	if err != nil || kind.Restore == nil || it.kept.Back == nil {
		return
	}
	back, err := kind.Restore.Recall(it.Resource.Ref, it.kept.Back, it.kept.Shown)
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
	if len(entry.away) == 0 || !entry.Result.Outcome.stays() || err != nil || kind.Restore == nil || kind.Restore.Remains == nil || whole.kept.Back == nil {
		return whole, false
	}
	it = whole
	it.Undo, it.UndoWhy, it.Takes = inventory.Impossible, "it was not kept", ""
	rest, err := kind.Restore.Remains(whole.kept.Back, whole.kept.Shown, entry.away)
	switch {
	case err != nil:
		it.UndoWhy = err.Error()
	case rest != nil:
		it.kept.Back = rest
		it.grade()
	}
	return it, true
}

// refill gives the ledger of an undo that was broken off before all was in its journal what the run that it is of has kept.
func (h *History) refill(p *Past, write func(kind string, body any) error) error {
	l := p.Ledger
	lacks := func(e Entry) bool { return e.whole.Back == nil && e.Result.Outcome == Pending }
	if l.Plan.Undoes == "" || !slices.ContainsFunc(l.Items, lacks) {
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
	whole := map[inventory.Ref]keepsake{}
	for _, it := range items {
		whole[it.Resource.Ref] = it.kept
	}
	for k := range l.Items {
		e := &l.Items[k]
		if w := whole[e.Result.Ref]; w.Back != nil && lacks(*e) {
			e.whole = w
			if err := w.record(k, write); err != nil {
				return err
			}
		}
	}
	return nil
}
