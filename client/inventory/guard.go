package inventory

// guard asks the profile which resources it never wants deleted. What it keeps it keeps whole: the entries of a group and
// the members of a channel, and a group for the sake of an entry that would go along with it.
type guard struct {
	ask   func(*Resource) string // why it is kept, "" when it is not; nil: nothing is
	graph *Graph

	parent Ref // that was asked about last: siblings follow each other
	why    string
}

// judge is the verdict on a resource with what the profile says of it.
func (g *guard) judge(k *Kind, r *Resource) Verdict {
	v := k.Judge(*r, g.graph)
	r.Verdict = v // what the profile protects may be told by it
	if why := g.keeps(k, r); why != "" {
		v.State, v.Reasons = Protected, append([]Reason{{Text: why}}, v.Reasons...)
	}
	return v
}

func (g *guard) keeps(k *Kind, r *Resource) string {
	if g.ask == nil {
		return ""
	}
	if why := g.ask(r); why != "" {
		return why
	}
	if k.parent != nil {
		if why := g.parentOf(k, *r); why != "" {
			return why
		}
	}
	if k.inside == nil {
		return ""
	}
	held, _ := Lookup(k.Holds)
	for _, in := range k.inside(*r) {
		if why := g.about(held, in); why != "" {
			return held.One + " " + in.Label() + " in it is " + why
		}
	}
	return ""
}

func (g *guard) parentOf(k *Kind, r Resource) string {
	parent := k.parent(r)
	switch {
	case parent.Object == nil:
		return ""
	case parent.Ref == g.parent:
		return g.why
	}
	g.parent, g.why = parent.Ref, ""
	within, _ := Lookup(k.Within)
	if why := g.about(within, parent); why != "" {
		g.why = within.One + " " + parent.Label() + " is " + why
	}
	return g.why
}

// about asks about a resource that is in none of the lists; its verdict may be what the profile asks for.
func (g *guard) about(k *Kind, r Resource) string {
	r.Verdict = k.Judge(r, g.graph)
	return g.ask(&r)
}
