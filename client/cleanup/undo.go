package cleanup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"janitor/client"
	"janitor/client/inventory"
)

// keeper reads what it takes to bring things back, and whether they are there: an [inventory.Loader].
type keeper interface {
	Keep(ctx context.Context, k *inventory.Kind, doomed []inventory.Doomed) (kept map[inventory.Ref]inventory.Back, lacks string, err error)
	Look(ctx context.Context, k *inventory.Kind, all []*inventory.Comeback) error
}

// keepsake is what an item of an undo is made of, and what of it one before has made.
type keepsake struct {
	Back  json.RawMessage
	Shown bool     // Back is the object as it was shown: the journal holds no more
	Taken []string // ids of the objects that the run took it out of
	Made  map[string]string
	By    string // the undo that made it

	Parent string // the id that what it lives in was given by an undo of another run, "" when it has its own

	Perhaps *maybe // what one before may have made, and could not tell
}

// record writes it into the journal of an undo.
func (k *keepsake) record(item int, write func(kind string, body any) error) error {
	err := write(lineWhole, keptWhole{item, k.Back, k.Shown, k.Taken, k.Parent, k.Perhaps})
	if err == nil && len(k.Made) > 0 {
		err = write(lineMade, made{Item: item, Parts: k.Made, By: k.By})
	}
	return err
}

// undoing is what a run that brings things back knows of them. The run's lock guards its maps.
type undoing struct {
	all     []*comeback              // by item; nil for what does not come back
	now     map[inventory.Ref]string // the ids that things have now
	claimed map[claim]bool           // what is ours is not taken for what somebody else has made
	perhaps map[inventory.Ref]*maybe // what it may have made, and could not tell
}

// comeback is an item on its way back. It is only ever in one worker's hands; the run's lock guards ours, for those who look
// in from outside.
type comeback struct {
	*inventory.Comeback
	ours map[string]bool // parts that this run has made
	lost int             // requests about it without an answer
}

// next is the next request of what is not there; false: there is none.
func (c *comeback) next() (inventory.Making, bool) { return c.Back.Next(c.Comeback) }

// whole: nothing of it is left to be made.
func (c *comeback) whole() bool {
	_, more := c.next()
	return !more
}

// errNotShown: a list lags behind, or what was made has gone again.
var errNotShown = errors.New("the list does not show it")

// claim is the id of something that an undo has made.
type claim struct {
	kind inventory.KindID
	id   string
}

// bringBack is the work of an undo.
func (r *Run) bringBack(ctx, sending context.Context) {
	r.enter(Checking)
	items := r.comebacks()
	r.writeDown(items)
	reading := sending
	if slices.ContainsFunc(items, r.unread) { // what was in flight is read back, whoever stops the run
		reading = ctx
	}
	r.lookAll(reading, items)
	items = r.takeUpMakings(ctx, sending, items)
	items = r.takeUpDoubts(reading, items)
	if r.past != nil {
		r.stayStopped()
	}
	if len(items) == 0 || sending.Err() != nil {
		return
	}
	r.enter(Sending)
	for kind, of := range r.kindByKind(items) {
		of = r.pending(of)
		if kind.Within != "" && len(of) < len(items) { // what they live in may have come back just now
			of = r.lookAll(sending, of)
		}
		if sending.Err() != nil {
			return
		}
		r.engine.sideBySide(sending, r.makingPieces(of), func(items []int) { r.bring(ctx, sending, items, false) })
	}
	// What comes late changes objects that several items were in: one goes after the other.
	for _, i := range items {
		if sending.Err() != nil {
			return
		}
		r.bring(ctx, sending, []int{i}, true)
	}
	for _, i := range r.pending(items) { // others have taken away what the rest of it belonged to: the proof tells
		if r.undo.all[i].whole() {
			r.back(i)
		}
	}
}

// handOver gives the items of a plan what this undo has made of them already.
func (r *Run) handOver(p *Plan) {
	if r.undo == nil {
		return
	}
	made := map[inventory.Ref]map[string]string{}
	for _, c := range r.undo.all {
		if c != nil {
			made[c.Ref] = c.Made
		}
	}
	p.undos = append(slices.Clip(p.undos), r.ID())
	for i := range p.Items {
		it := &p.Items[i]
		it.kept.Made, it.kept.By = maps.Clone(made[it.Resource.Ref]), r.ID()
		it.kept.Perhaps = cmp.Or(r.undo.perhaps[it.Resource.Ref], it.kept.Perhaps)
	}
}

// kindByKind are the kinds of items, each with its items. What lives in others comes after them.
func (r *Run) kindByKind(items []int) iter.Seq2[*inventory.Kind, []int] {
	return func(yield func(*inventory.Kind, []int) bool) {
		of := map[*inventory.Kind][]int{}
		for _, i := range items {
			kind := r.kinds[r.plan.Items[i].Resource.Ref.Kind]
			of[kind] = append(of[kind], i)
		}
		for _, kind := range slices.SortedFunc(maps.Keys(of), func(a, b *inventory.Kind) int {
			return cmp.Or(cmp.Compare(a.Within, b.Within), cmp.Compare(a.ID, b.ID))
		}) {
			if !yield(kind, of[kind]) {
				return
			}
		}
	}
}

// comebacks makes ready what can come back, and ends what cannot.
func (r *Run) comebacks() []int {
	u := r.undo
	u.all = make([]*comeback, len(r.items))
	u.now, u.claimed, u.perhaps = map[inventory.Ref]string{}, map[claim]bool{}, map[inventory.Ref]*maybe{}
	gone := map[inventory.Ref]bool{}
	for _, it := range r.plan.Items {
		gone[it.Resource.Ref] = true
	}
	var items []int
	for i := range r.plan.Items {
		ref, kept := r.plan.Items[i].Resource.Ref, r.keptOf(i)
		for _, id := range kept.Made {
			u.claimed[claim{ref.Kind, id}] = true
		}
		back, hopeless := r.recall(i, kept)
		if hopeless != nil {
			r.end(i, *hopeless)
			continue
		}
		u.all[i] = r.comeback(i, kept, back, gone)
		if made := kept.Made[inventory.Itself]; made != "" {
			u.now[ref] = made
		}
		items = append(items, i)
	}
	return r.pending(items)
}

// keptOf is what an item is made of: of a run that is resumed, as its journal has it.
func (r *Run) keptOf(i int) keepsake {
	if r.past != nil {
		return r.past.Items[i].whole
	}
	return r.plan.Items[i].kept
}

// recall reads what was kept of an item, or says how one ends that cannot come back.
func (r *Run) recall(i int, kept keepsake) (inventory.Back, *ending) {
	it := &r.plan.Items[i]
	ref := it.Resource.Ref
	kind := r.kinds[ref.Kind]
	switch {
	case it.Undo == inventory.Impossible:
		return nil, &ending{outcome: Skipped, message: "cannot be brought back: " + it.UndoWhy}
	case kind == nil || kind.Restore == nil:
		return nil, &ending{outcome: Failed, message: fmt.Sprintf("not sent: unknown kind %q", ref.Kind)}
	case kept.Back == nil:
		return nil, &ending{outcome: Failed, message: "not sent: what it takes to make it again was not kept"}
	}
	back, err := kind.Restore.Recall(ref, kept.Back, kept.Shown)
	if err != nil {
		return nil, &ending{outcome: Failed, message: "not sent: " + err.Error()}
	}
	return back, nil
}

// comeback is an item of which nothing was looked for yet; gone are all that the deletion deleted.
func (r *Run) comeback(i int, kept keepsake, back inventory.Back, gone map[inventory.Ref]bool) *comeback {
	ref := r.plan.Items[i].Resource.Ref
	within := r.kinds[ref.Kind].Within
	c := &comeback{ours: map[string]bool{}, Comeback: &inventory.Comeback{
		Ref: ref, Back: back, Made: maps.Clone(kept.Made), Taken: kept.Taken,
		New: func(of inventory.Ref) string {
			r.mu.Lock()
			defer r.mu.Unlock()
			if id := r.undo.now[of]; id != "" || of.Kind != within || of.ID != ref.Parent {
				return id
			}
			return kept.Parent
		},
		Gone: func(ref inventory.Ref) bool { return gone[ref] },
		Came: func(id string) bool {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.undo.claimed[claim{ref.Kind, id}]
		},
	}}
	if c.Made == nil {
		c.Made = map[string]string{}
	}
	if r.past != nil {
		maps.Copy(c.ours, r.past.Items[i].ours)
	}
	return c
}

// writeDown puts what it takes to make them into the journal of the undo, which needs no other then.
func (r *Run) writeDown(items []int) {
	if r.past != nil {
		return // History.Resume has seen to it
	}
	write := func(kind string, body any) error {
		r.record.write(kind, body)
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		r.plan.Items[i].kept.record(i, write) //nolint:errcheck // the next intent tells
	}
}

// lookAll finds what is there of items, kind by kind, ends those that are all there and those that cannot be looked at,
// and gives the others.
func (r *Run) lookAll(ctx context.Context, items []int) []int {
	for kind, of := range r.kindByKind(items) {
		r.lookAt(ctx, kind, of)
		if ctx.Err() != nil {
			return nil // whoever stopped the run ends the items
		}
	}
	for _, i := range items {
		c := r.undo.all[i]
		if errors.Is(c.Err, client.Unauthorised) {
			r.unauthorised(c.Err, endingOf(c.Err))
			return nil
		}
		if offline(c.Err) && r.cutOff(c.Err) {
			return nil
		}
		if c.Err != nil {
			if !r.unread(i) {
				r.end(i, ending{outcome: Failed, message: "not sent: it is not known what is there: " + c.Err.Error()})
			}
			continue
		}
		if c.Stays() && c.ID() == "" {
			r.end(i, ending{outcome: Skipped, message: "is no longer there: what was taken away before its deletion has nowhere to go"})
			continue
		}
		if c.whole() && !r.unread(i) {
			r.back(i)
		}
	}
	return r.pending(items)
}

// lookAt looks at items of one kind. What this run has made and the list does not show yet is waited for.
func (r *Run) lookAt(ctx context.Context, kind *inventory.Kind, items []int) {
	if late := r.lookOnce(ctx, kind, items); len(late) == 0 || r.engine.nap(ctx, 1) != nil {
		return
	}
	late := r.lookOnce(ctx, kind, items)
	for _, i := range late {
		c := r.undo.all[i]
		c.Err = fmt.Errorf("it was made as %s, and %w", c.Made[inventory.Itself], errNotShown)
	}
}

// lookOnce gives those of the items that this run has made and that the list does not show.
func (r *Run) lookOnce(ctx context.Context, kind *inventory.Kind, items []int) (late []int) {
	all := make([]*inventory.Comeback, len(items))
	for n, i := range items {
		all[n] = r.undo.all[i].Comeback
	}
	if err := r.engine.account.backs.Look(ctx, kind, all); err != nil {
		for _, c := range all {
			c.Err = err
		}
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		switch c := r.undo.all[i]; {
		case c.Err != nil:
		case c.ID() != "":
			r.undo.now[c.Ref] = c.ID()
		case c.Made[inventory.Itself] != "" && c.ours[inventory.Itself]:
			late = append(late, i)
		}
	}
	return late
}

// makingPieces are items as workers take them: what can be made together, and what could be taken for one another, in
// one piece; no two of one lane at a time.
func (r *Run) makingPieces(items []int) []piece {
	type group struct {
		together string
		scope    inventory.ScopeID
		lane     string
	}
	var pieces []piece
	which := map[group]int{}
	for _, i := range items {
		c := r.undo.all[i]
		m, ok := c.next()
		if !ok || m.Late {
			continue
		}
		g := group{scope: c.Ref.Scope, together: c.Back.Alike()}
		if m.Most > 1 {
			g.together, g.lane = c.Ref.Parent, "parent"
		}
		at, known := which[g]
		if known && (m.Most > 1 && len(pieces[at].items) == m.Most) || g.together == "" {
			known = false
		}
		if !known {
			at = len(pieces)
			which[g] = at
			pieces = append(pieces, piece{lane: r.makingLane(i, m)})
		}
		pieces[at].items = append(pieces[at].items, i)
	}
	return pieces
}

// makingLane is where making something must meet no other request of ours: see [laneOf].
func (r *Run) makingLane(i int, m inventory.Making) place {
	ref := r.plan.Items[i].Resource.Ref
	switch {
	case m.Serial:
		return place{scope: ref.Scope}
	case m.Lane != "":
		return place{scope: ref.Scope, parent: m.Lane}
	case m.Most > 1:
		return r.placeOf(i)
	}
	return place{}
}
