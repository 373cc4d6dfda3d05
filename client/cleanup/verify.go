package cleanup

import (
	"context"
	"fmt"

	"janitor/client/inventory"
)

// Presence is what lists show of an item; "" when nobody has looked.
type Presence string

// The presences.
const (
	IsGone    Presence = "gone"
	IsThere   Presence = "there"
	IsUnknown Presence = "unknown" // its list could not be read to the end
)

// Found is what verify found of an item.
type Found struct {
	Item int      `json:"item"` // of the plan
	Is   Presence `json:"is"`
	Why  string   `json:"why,omitempty"`
	Back string   `json:"back,omitempty"` // of what is there, but was deleted: the run that has brought it back
	Err  error    `json:"-"`              // why its list could not be read; nil where Why is all there is
}

// wanted is where an outcome says that an item is; "" when it says nothing of that.
func (o Outcome) wanted() Presence {
	switch o {
	case Deleted, AlreadyGone:
		return IsGone
	case Restored, AlreadyThere:
		return IsThere
	}
	return ""
}

// Proves says whether what lists show is what the outcome wants: gone is gone, and back is there.
func (p Presence) Proves(o Outcome) bool { return o.wanted() == "" || p == o.wanted() }

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

// Findings count what the latest verify of a run found of what is said to be gone or, of an undo, to be back.
// Back is there again since an undo has brought it back.
type Findings struct{ Right, Back, Wrong, Unknown int }

// Findings are all 0 when the run was never verified to the end, and when nothing is said to be gone or back.
func (l *Ledger) Findings() (f Findings) {
	for i := range l.Items {
		switch e := &l.Items[i]; {
		case e.Found == "" || e.Result.Outcome.wanted() == "":
		case e.Found.Proves(e.Result.Outcome):
			f.Right++
		case e.Found == IsUnknown:
			f.Unknown++
		case e.Back != "":
			f.Back++
		default:
			f.Wrong++
		}
	}
	return f
}

// Any says whether something was looked for.
func (f Findings) Any() bool { return f != Findings{} }

// OK says whether nothing is otherwise than it was said to be, or not known.
func (f Findings) OK() bool { return f.Wrong+f.Unknown == 0 }

// Verify lists again what a finished run was about, and writes what it finds to the journal: all of it or, when ctx ends,
// nothing. The error is that of the journal, or of ctx.
func Verify(ctx context.Context, lists *inventory.Loader, l *Ledger, j Journal) ([]Found, error) {
	e := newEngine(nil, nil, inventory.Lookup, Options{})
	e.reads(lists)
	return e.verify(ctx, l, j)
}

func (e *Engine) verify(ctx context.Context, l *Ledger, j Journal) ([]Found, error) {
	if l.Plan.Undoes != "" {
		return e.verifyBack(ctx, l, j)
	}
	kinds := map[inventory.KindID]*inventory.Kind{}
	var known []inventory.Resource
	for _, it := range l.Plan.Items {
		ref := it.Resource.Ref
		if kind, err := e.kind(ref.Kind); err == nil {
			kinds[ref.Kind] = kind
			known = append(known, it.Resource)
		}
	}
	now := e.list(ctx, kinds, known)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("verifying: %w", err)
	}
	found := make([]Found, len(l.Plan.Items))
	for i, it := range l.Plan.Items {
		ref := it.Resource.Ref
		f := Found{Item: i, Is: IsGone}
		_, there := now.found[ref]
		switch kind := kinds[ref.Kind]; {
		case kind == nil:
			f.Is, f.Why = IsUnknown, fmt.Sprintf("unknown kind %q", ref.Kind)
		case there:
			f.Is = IsThere
			if wanted := l.Items[i].Result.Outcome.wanted(); wanted == IsGone {
				f.Back = l.back[i]
			}
		case now.bad[placeOf(kind, ref)] != nil:
			f.Is, f.Err = IsUnknown, now.bad[placeOf(kind, ref)]
			f.Why = f.Err.Error()
		}
		found[i] = f
	}
	return found, tellFound(found, j)
}

func tellFound(found []Found, j Journal) error {
	for _, f := range found {
		if err := j.Append(lineFound, f); err != nil {
			return err
		}
	}
	return j.Sync()
}

// verifyBack looks for what an undo has brought back.
func (e *Engine) verifyBack(ctx context.Context, l *Ledger, j Journal) ([]Found, error) {
	r := newRun(e, l.Plan)
	r.past = l
	items := r.comebacks()
	found := make([]Found, len(l.Items))
	for i := range found {
		found[i] = Found{Item: i, Is: IsUnknown, Why: "nothing of it was kept"}
	}
	for kind, of := range r.kindByKind(items) {
		r.lookAt(ctx, kind, of)
		for _, i := range of {
			found[i] = Found{Item: i, Is: IsThere}
			c := r.undo.all[i]
			switch lacks := r.lacking(i); {
			case lacks != "":
				found[i].Is = IsGone
				if c.ID() != "" {
					found[i].Why = lacks + " is not there"
				}
			case c.Err != nil:
				found[i].Is, found[i].Err, found[i].Why = IsUnknown, c.Err, c.Err.Error()
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("verifying: %w", err)
	}
	return found, tellFound(found, j)
}
