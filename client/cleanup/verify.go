package cleanup

import (
	"context"
	"fmt"

	"janitor/client/inventory"
)

// What verify says of an item.
const (
	isGone    = "gone"
	isThere   = "there"
	isUnknown = "unknown" // its list could not be read to the end
)

// Found is what verify found of an item.
type Found struct {
	Item int    `json:"item"` // of the plan
	Is   string `json:"is"`   // gone, there, unknown
	Why  string `json:"why,omitempty"`
}

// Proved says whether what was found is what the outcome wants: gone is gone.
func (f Found) Proved(o Outcome) bool { return !gone(o) || f.Is == isGone }

// Verify lists again what a finished run was about, and writes what it finds to the journal. The error is that of the journal.
func Verify(ctx context.Context, lists *inventory.Loader, l *Ledger, j Journal) ([]Found, error) {
	return newEngine(nil, lists, inventory.Lookup, Options{}).verify(ctx, l, j)
}

func (e *Engine) verify(ctx context.Context, l *Ledger, j Journal) ([]Found, error) {
	kinds := map[inventory.KindID]*inventory.Kind{}
	var known []inventory.Resource
	for _, it := range l.Plan.Items {
		ref := it.Resource.Ref
		if kind, err := e.kind(ref.Kind); err == nil {
			kinds[ref.Kind] = kind
			known = append(known, it.Resource)
		}
	}
	now := e.listAnew(ctx, kinds, known)
	found := make([]Found, len(l.Plan.Items))
	for i, it := range l.Plan.Items {
		ref := it.Resource.Ref
		f := Found{Item: i, Is: isGone}
		_, there := now.found[ref]
		switch kind := kinds[ref.Kind]; {
		case kind == nil:
			f.Is, f.Why = isUnknown, fmt.Sprintf("unknown kind %q", ref.Kind)
		case there:
			f.Is = isThere
		case now.bad[placeOf(kind, ref)] != nil:
			f.Is, f.Why = isUnknown, now.bad[placeOf(kind, ref)].Error()
		}
		found[i] = f
		if err := j.Append(lineFound, f); err != nil {
			return found, err
		}
	}
	return found, j.Sync()
}
