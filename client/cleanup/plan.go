package cleanup

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"janitor/client/inventory"
)

// typedAbove is how many items a plan may have before its count must be typed.
const typedAbove = 10

// Plan is what will be deleted, frozen: once made it never changes, and a run touches nothing outside Items.
type Plan struct {
	Items        []Item // in the order they were marked
	LeftOut      []LeftOut
	Consequences []inventory.Consequence
	Grade        inventory.Grade // the worst of Consequences
}

// Item is one resource to delete as it was when the plan was made.
type Item struct {
	Resource inventory.Resource
	Takes    string // what disappears along with it
	Undo     inventory.Undo
	UndoWhy  string
}

// LeftOut is a marked resource that will not be touched, and why.
type LeftOut struct {
	Ref   inventory.Ref
	Label string
	Why   string
}

// NewPlan freezes the marked resources as the snapshot shows them. Marked twice is marked once; what may not be
// deleted is left out with its reason. A plan without items is no error: it says why there are none. Errors: nothing
// is marked, or there is no snapshot.
//
// What a run that is going on has in hand is left out too; consequences count it as gone, so that two runs together
// do nothing that neither of them announced.
func NewPlan(marked []inventory.Ref, from *inventory.Snapshot, inHand ...inventory.Ref) (Plan, error) {
	if len(marked) == 0 {
		return Plan{}, errors.New("nothing is marked")
	}
	if from == nil {
		return Plan{}, errors.New("nothing is listed yet: wait for the list, then delete")
	}
	var (
		p     Plan
		found = from.Find(marked)
		seen  = make(map[inventory.Ref]bool, len(marked))
		going = from.Find(inHand)
	)
	for _, ref := range marked {
		if seen[ref] {
			continue
		}
		seen[ref] = true
		res, ok := found[ref]
		if !ok {
			p.LeftOut = append(p.LeftOut, LeftOut{Ref: ref, Label: ref.ID, Why: notListed(from.Listing(ref.Kind))})
			continue
		}
		if _, twice := going[ref]; twice {
			p.LeftOut = append(p.LeftOut, LeftOut{Ref: ref, Label: res.Label(), Why: "being deleted by the run that is going on"})
			continue
		}
		kind := from.Listing(ref.Kind).Kind
		if why := objection(kind, res, from.Graph); why != "" {
			p.LeftOut = append(p.LeftOut, LeftOut{Ref: ref, Label: res.Label(), Why: why})
			continue
		}
		undo, why := kind.Deletion.Undo(res)
		p.Items = append(p.Items, Item{Resource: res, Takes: takes(kind, res), Undo: undo, UndoWhy: why})
	}
	for i := range from.Listings {
		l := &from.Listings[i]
		doomed := p.of(l.Kind.ID)
		if len(doomed) == 0 {
			continue
		}
		for _, ref := range inHand {
			if res, ok := going[ref]; ok && ref.Kind == l.Kind.ID {
				doomed = append(doomed, res)
			}
		}
		p.Consequences = append(p.Consequences, effects(l.Kind, doomed, l.Resources, from.Graph)...)
	}
	if len(going) > 0 {
		p.Consequences = p.concerning(p.Consequences)
	}
	p.Grade = worst(p.Consequences)
	return p, nil
}

// Typed says whether the count must be typed to confirm: many items, something that cannot be brought back, or danger.
func (p Plan) Typed() bool {
	return len(p.Items) > typedAbove || p.Grade == inventory.Danger ||
		slices.ContainsFunc(p.Items, func(it Item) bool { return it.Undo == inventory.Impossible })
}

// Word is what must be typed when [Plan.Typed]: the number of items.
func (p Plan) Word() string { return strconv.Itoa(len(p.Items)) }

// of are the planned resources of a kind.
func (p Plan) of(kind inventory.KindID) []inventory.Resource {
	var out []inventory.Resource
	for _, it := range p.Items {
		if it.Resource.Ref.Kind == kind {
			out = append(out, it.Resource)
		}
	}
	return out
}

// only is the plan of some of its items, with the consequences those have a part in.
func (p Plan) only(keep func(i int) bool) Plan {
	var out Plan
	for i, it := range p.Items {
		if keep(i) {
			out.Items = append(out.Items, it)
		}
	}
	out.Consequences = out.concerning(p.Consequences)
	out.Grade = worst(out.Consequences)
	return out
}

// concerning are the consequences that an item of the plan has a part in.
func (p Plan) concerning(all []inventory.Consequence) []inventory.Consequence {
	items := make(map[inventory.Ref]bool, len(p.Items))
	for _, it := range p.Items {
		items[it.Resource.Ref] = true
	}
	var out []inventory.Consequence
	for _, c := range all {
		if slices.ContainsFunc(c.Of, func(ref inventory.Ref) bool { return items[ref] }) {
			out = append(out, c)
		}
	}
	return out
}

// objection says why a resource may not be deleted, "" when it may. Plan and check before sending both ask it, so
// that nothing is sent that could not have been planned.
func objection(kind *inventory.Kind, res inventory.Resource, g *inventory.Graph) string {
	d := kind.Deletion
	if d == nil {
		return kind.WhyNot
	}
	switch res.Verdict.State {
	case inventory.Protected:
		return because("protected: ", res.Verdict, "protected")
	case inventory.InUse:
		if !d.UsedToo {
			return because("in use by ", res.Verdict, "in use")
		}
	case inventory.Unused:
	default:
		return because("unknown whether it is in use: ", res.Verdict, "unknown whether it is in use")
	}
	if d.Missing != nil {
		return strings.Join(d.Missing(res, g), ", ")
	}
	return ""
}

func because(prefix string, v inventory.Verdict, bare string) string {
	if len(v.Reasons) == 0 {
		return bare
	}
	texts := make([]string, len(v.Reasons))
	for i, r := range v.Reasons {
		texts[i] = r.Text
	}
	why := strings.Join(texts, ", ")
	if strings.HasPrefix(why, bare) { // "protected in the console"
		return why
	}
	return prefix + why
}

func notListed(l *inventory.Listing) string {
	switch {
	case l == nil:
		return "not listed here"
	case l.Err != nil:
		return fmt.Sprintf("not seen: %s could not be listed to the end: %v", l.Kind.Many, l.Err)
	case !l.Done:
		return fmt.Sprintf("not seen yet: %s are still being listed", l.Kind.Many)
	default:
		return "no longer listed"
	}
}

func takes(kind *inventory.Kind, res inventory.Resource) string {
	if kind.Deletion == nil || kind.Deletion.Takes == nil {
		return ""
	}
	return kind.Deletion.Takes(res)
}

func effects(kind *inventory.Kind, doomed, present []inventory.Resource, g *inventory.Graph) []inventory.Consequence {
	if len(doomed) == 0 || kind.Deletion == nil || kind.Deletion.Effects == nil {
		return nil
	}
	return kind.Deletion.Effects(doomed, present, g)
}

func worst(cs []inventory.Consequence) inventory.Grade {
	var g inventory.Grade
	for _, c := range cs {
		g = max(g, c.Grade)
	}
	return g
}
