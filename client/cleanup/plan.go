package cleanup

import (
	"errors"
	"fmt"
	"slices"
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
	Detach       bool            // as it was chosen: [Choice.Detach]
	Undoes       string          // the run whose deletions it takes back; "" = it deletes
	Hides        bool            // what uses the items may be in lists that are only read when asked for: [inventory.Snapshot.Hides]
	undos        []string        // of that run, which it reckons with; not in the plan's file
}

// Item is one resource to delete as it was when the plan was made.
type Item struct {
	Resource inventory.Resource
	Settings []inventory.Field // as it was set; nil where the service tells when it was edited
	Takes    string            // what disappears along with it
	Undo     inventory.Undo
	UndoWhy  string

	// Detaches are the steps that take it out of use before anything else; only when that was chosen.
	Detaches []Prerequisite
	// Holds are the steps that take away what it holds of its own, in order. With Demands they go before
	// the deletion; without, they are only made when the service has refused it.
	Holds   []Prerequisite
	Demands bool

	kept keepsake // of an undo; not in the plan's file
}

// Prerequisite is what one step takes away before an item can go: a server, a health monitor, a policy. It is confirmed
// with its Call: the same policy changed or deleted is not the same.
type Prerequisite struct {
	What  string `json:"what"`
	Which string `json:"which,omitempty"`
	ID    string `json:"id"`
	Call  string `json:"call"`
}

func (p Prerequisite) String() string { return strings.TrimSpace(p.What + " " + p.Which) }

// LeftOut is a marked resource that will not be touched, and why.
type LeftOut struct {
	Ref       inventory.Ref
	Label     string
	Why       string
	CanDetach bool // it is only left out because it is in use, and [Choice.Detach] would take it in
	CanTake   bool // it is only left out because its use is not known, and [Choice.Unknown] would take it in
}

// Choice is what is decided about a plan besides what is marked.
type Choice struct {
	// InHand is what a run that is going on has in hand. It is left out; consequences count it as gone, so that two runs
	// together do nothing that neither of them announced.
	InHand []inventory.Ref
	// Detach takes what is in use out of use first, where janitor can do that. It changes live traffic.
	Detach bool
	// Attached offers nowhere what Detach does.
	Attached bool
	// Bare leaves out what has to have something taken away before it.
	Bare bool
	// Unknown takes in what may be in use for all that is known: the service, not janitor, then keeps what is. Each is a danger.
	Unknown bool
	// Sure offers nowhere what Unknown does.
	Sure bool
}

// NewPlan freezes the marked resources as the snapshot shows them. Marked twice is marked once; what may not be
// deleted is left out with its reason. A plan without items is no error: it says why there are none. Errors: nothing
// is marked, or there is no snapshot.
func NewPlan(marked []inventory.Ref, from *inventory.Snapshot, c Choice) (Plan, error) {
	if len(marked) == 0 {
		return Plan{}, errors.New("nothing is marked")
	}
	if from == nil {
		return Plan{}, errors.New("nothing is listed yet: wait for the list, then delete")
	}
	var (
		p     = Plan{Detach: c.Detach, Hides: from.Hides}
		found = from.Find(marked)
		seen  = make(map[inventory.Ref]bool, len(marked))
		going = from.Find(c.InHand)
		off   = leaving(found, going, from)
	)
	for _, ref := range marked {
		if seen[ref] {
			continue
		}
		seen[ref] = true
		res, listed := found[ref]
		_, inHand := going[ref]
		var item Item
		var out *LeftOut
		switch {
		case !listed:
			out = &LeftOut{Ref: ref, Label: ref.ID, Why: notListed(from.Listing(ref.Kind))}
		case inHand:
			out = &LeftOut{Ref: ref, Label: res.Label(), Why: "being deleted by the run that is going on"}
		default:
			item, out = p.weigh(from.Listing(ref.Kind).Kind, res, off, c.Unknown, from.Graph)
			out = c.allows(item, out)
		}
		if out != nil {
			p.LeftOut = append(p.LeftOut, *out)
		} else {
			p.Items = append(p.Items, item)
		}
	}
	p.foresee(from, c.InHand, going)
	return p, nil
}

// allows leaves out what the choice does not let become an item of a plan, and takes back offers that it does not want.
func (c Choice) allows(item Item, out *LeftOut) *LeftOut {
	switch {
	case out != nil:
		out.CanDetach, out.CanTake = out.CanDetach && !c.Attached, out.CanTake && !c.Sure
	case c.Bare && item.Demands && len(item.Holds) > 0:
		res := item.Resource
		return &LeftOut{Ref: res.Ref, Label: res.Label(), Why: "holds " + tallyOf(item.Holds).all() + ", to be taken away first, which is not allowed"}
	}
	return out
}

// foresee adds the consequences of deleting the items, when what another run has in hand is gone too.
func (p *Plan) foresee(from *inventory.Snapshot, inHand []inventory.Ref, going map[inventory.Ref]inventory.Resource) {
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
		p.Consequences = append(p.Consequences, effects(l.Kind, doomed, l.Resources.All(), from.Graph)...)
	}
	if len(going) > 0 {
		p.Consequences = p.concerning(p.Consequences)
	}
	p.Consequences = append(p.Consequences, p.unspoken()...)
	p.Grade = worst(p.Consequences)
}

// leaving are those of the marked that are in use and can be taken out of use: what several of them are in is left by all
// of them in one step.
func leaving(marked, going map[inventory.Ref]inventory.Resource, from *inventory.Snapshot) map[inventory.Ref]bool {
	off := map[inventory.Ref]bool{}
	for ref, res := range marked {
		kind := from.Listing(ref.Kind).Kind
		_, twice := going[ref]
		if twice || !detachable(kind, res, from.Graph) {
			continue
		}
		if steps, err := kind.Deletion.Detach(res, nil, from.Graph); err == nil && len(steps) > 0 {
			off[ref] = true
		}
	}
	return off
}

// detachable: nothing but its use keeps a resource from being deleted, and its kind can be taken out of use.
func detachable(kind *inventory.Kind, res inventory.Resource, g *inventory.Graph) bool {
	return kind.Deletion != nil && kind.Deletion.Detach != nil &&
		objection(kind, res, g, despite{}) != "" && objection(kind, res, g, despite{use: true}) == ""
}

// weigh says whether a resource becomes an item of the plan or is left out; off are all that leave their users together,
// unknown is [Choice.Unknown].
func (p *Plan) weigh(kind *inventory.Kind, res inventory.Resource, off map[inventory.Ref]bool, unknown bool, g *inventory.Graph) (Item, *LeftOut) {
	out := &LeftOut{Ref: res.Ref, Label: res.Label(), Why: objection(kind, res, g, despite{unknown: unknown})}
	d := kind.Deletion
	var steps []inventory.Step
	if out.Why != "" {
		out.CanTake = objection(kind, res, g, despite{unknown: true}) == ""
		if !detachable(kind, res, g) {
			return Item{}, out
		}
		var err error
		steps, err = d.Detach(res, off, g)
		switch {
		case err != nil && p.Detach:
			out.Why += "; it cannot be taken out of use: " + err.Error()
			return Item{}, out
		case err != nil || len(steps) == 0:
			return Item{}, out
		case !p.Detach:
			out.CanDetach = true
			return Item{}, out
		}
	}
	undo, why := d.Undo(res)
	return Item{
		Resource: res, Settings: undated(kind, res), Takes: takes(kind, res), Undo: undo, UndoWhy: why,
		Detaches: prerequisites(steps), Holds: prerequisites(before(kind, res, g)), Demands: d.Demands != nil && d.Demands(res),
	}, nil
}

// MayBeInUse says that nobody knows whether it is, see [Choice.Unknown]. Nothing is taken away from it before the service
// has the last word: it may carry traffic.
func (it *Item) MayBeInUse() bool { return it.Resource.Verdict.State == inventory.Unknown }

// unspoken is the danger of taking something out of use, or of deleting what may be in use, where no consequence of the
// kind speaks of it.
func (p Plan) unspoken() []inventory.Consequence {
	told := map[inventory.Ref]bool{}
	for _, c := range p.Consequences {
		for _, ref := range c.Of {
			told[ref] = told[ref] || c.Grade == inventory.Danger
		}
	}
	var out []inventory.Consequence
	for _, it := range p.Items {
		res := it.Resource
		text := res.Label()
		switch {
		case told[res.Ref]:
			continue
		case len(it.Detaches) > 0:
			text += " is taken out of use: " + because("in use by ", res.Verdict, "in use")
		case it.MayBeInUse():
			text += " may be in use: " + because("", res.Verdict, "nothing is known")
		default:
			continue
		}
		out = append(out, inventory.Consequence{Of: []inventory.Ref{res.Ref}, Grade: inventory.Danger, Name: res.Label(), Text: text})
	}
	return out
}

// Typed says whether [Plan.Word] must be typed to confirm: danger, many items, or something that cannot be brought back.
func (p Plan) Typed() bool {
	return len(p.Items) > typedAbove || p.Grade == inventory.Danger ||
		slices.ContainsFunc(p.Items, func(it Item) bool { return it.Undo == inventory.Impossible })
}

// outside is the first item that is not in that project, -1 when all are.
func (p Plan) outside(at Where) int {
	scope := inventory.Scope{Profile: at.Profile, Region: at.Region, Project: at.Project}
	return slices.IndexFunc(p.Items, func(it Item) bool { return !scope.Holds(it.Resource.Ref.Scope) })
}

// Nouns are the words for one and several of the plan's items, of what is left out when there are none: "pool", "pools";
// "item", "items" when kinds are mixed.
func (p Plan) Nouns() (one, many string) {
	var kinds []inventory.KindID
	for i := range p.Items {
		kinds = append(kinds, p.Items[i].Resource.Ref.Kind)
	}
	for i := range p.LeftOut {
		if len(p.Items) == 0 {
			kinds = append(kinds, p.LeftOut[i].Ref.Kind)
		}
	}
	if len(kinds) > 0 && !slices.ContainsFunc(kinds, func(id inventory.KindID) bool { return id != kinds[0] }) {
		if kind, err := inventory.Lookup(kinds[0]); err == nil {
			return kind.One, kind.Many
		}
	}
	return "item", "items"
}

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
	out := Plan{Detach: p.Detach, Undoes: p.Undoes, Hides: p.Hides, undos: p.undos}
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

// despite is what does not keep a resource from being deleted.
type despite struct {
	use     bool // it is to be taken out of use first
	unknown bool // whether it is in use: that was chosen
}

// objection says why a resource may not be deleted, "" when it may. Plan and check before sending both ask it, so that
// nothing is sent that could not have been planned.
func objection(kind *inventory.Kind, res inventory.Resource, g *inventory.Graph, all despite) string {
	d := kind.Deletion
	if d == nil {
		return kind.WhyNot
	}
	switch res.Verdict.State {
	case inventory.Protected:
		return because("protected: ", res.Verdict, "protected")
	case inventory.InUse:
		if !d.UsedToo && !all.use {
			return because("in use by ", res.Verdict, "in use")
		}
	case inventory.Unused:
	default:
		if !all.unknown {
			return because("not known to be unused: ", res.Verdict, "not known to be unused")
		}
		if holds := prerequisites(before(kind, res, g)); len(holds) > 0 && d.Demands != nil && d.Demands(res) {
			return "may be in use, and holds " + tallyOf(holds).all() + ", to be taken away first"
		}
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

// undated is what tells of an edit where no time does.
func undated(kind *inventory.Kind, res inventory.Resource) []inventory.Field {
	if !res.Updated.IsZero() || kind.Deletion == nil || kind.Deletion.Settings == nil {
		return nil
	}
	return kind.Deletion.Settings(res)
}

// before are the steps that take away what a resource holds of its own.
func before(kind *inventory.Kind, res inventory.Resource, g *inventory.Graph) []inventory.Step {
	if kind.Deletion == nil || kind.Deletion.Before == nil {
		return nil
	}
	return kind.Deletion.Before(res, g)
}

func prerequisite(s inventory.Step) Prerequisite { return Prerequisite{s.What, s.Which, s.ID, s.Call} }

func prerequisites(steps []inventory.Step) []Prerequisite {
	var out []Prerequisite
	for _, s := range steps {
		out = append(out, prerequisite(s))
	}
	return out
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
