package inventory

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"janitor/client"
)

// Branch is one object in a tree of references.
type Branch struct {
	Ref      Ref
	Text     string   // what it is to the one above it: "SNI of listener web-443", "server 10.0.0.5:80"
	Via      string   // the field that ties the two together: "sni_container_refs"
	Note     string   // why it cannot be opened or goes on no further: "not listed", "see above"; mostly ""
	Resource Resource // the zero Resource when it is not listed
	Listed   bool     // Resource is there: it can be opened
	Below    []Branch
}

// Bounds of a tree.
const (
	deepest = 5    // a load balancer, its listener, policy, pool, server
	most    = 2000 // branches
)

// UsedBy is the tree of what uses a resource: the listeners of a certificate, their load balancers. It goes through all
// that the snapshot holds: not for the event loop.
func (s *Snapshot) UsedBy(ref Ref) []Branch {
	return s.tree(ref, true)
}

// Uses is the tree of what a resource uses: the policies of a listener, their pools, the servers of these. See
// [Snapshot.UsedBy].
func (s *Snapshot) Uses(ref Ref) []Branch {
	return s.tree(ref, false)
}

// direction is up to what uses an object, or down to what it uses.
type direction bool

func (up direction) along(l link) (from, to Ref) {
	if up {
		return l.used, l.user
	}
	return l.user, l.used
}

// tree is grown level by level, so that each object stands where it is nearest to the root; wherever else it is met, it
// is only named. That makes an end of circles too.
func (s *Snapshot) tree(root Ref, up direction) []Branch {
	if s == nil {
		return nil
	}
	var top []Branch
	places := map[Ref]*[]Branch{root: &top} // where the branches of each object of this level go
	known := map[Ref]bool{root: true}
	grown := 0
	for range deepest {
		found := s.linksOf(places, up)
		ends := s.ends(found, up)
		next := map[Ref]*[]Branch{}
		for _, from := range found.order {
			links := found.links[from]
			branches := make([]Branch, 0, len(links))
			fresh := map[int]bool{}
			for i, l := range links {
				if grown == most {
					branches = append(branches, Branch{Text: fmt.Sprintf("%d more", len(links)-i), Note: "too many to show"})
					break
				}
				grown++
				b := s.branch(l, up, ends)
				switch {
				case known[b.Ref]:
					b.Note = cmp.Or(b.Note, "see above")
				case b.Listed:
					known[b.Ref], fresh[i] = true, true
				}
				branches = append(branches, b)
			}
			*places[from] = branches
			for i := range branches {
				if fresh[i] {
					next[branches[i].Ref] = &branches[i].Below
				}
			}
		}
		if places = next; len(places) == 0 {
			break
		}
	}
	return top
}

// adjacent are the links of one level, in the order in which the objects and their links were listed.
type adjacent struct {
	order []Ref
	links map[Ref][]link
}

// linksOf finds the links that begin at one of these objects, whichever end tells of them.
func (s *Snapshot) linksOf(at map[Ref]*[]Branch, up direction) adjacent {
	found := adjacent{links: map[Ref][]link{}}
	here := spelled{}
	for ref := range at {
		here.add(ref)
	}
	for i := range s.Listings {
		k := s.Listings[i].Kind
		if k.links == nil {
			continue
		}
		for j := range s.Listings[i].Resources.Len() {
			r := s.Listings[i].Resources.At(j)
			k.links(r, func(l link) {
				end, _ := up.along(l)
				for from := range here.like(end) {
					if l.up == "" {
						l.up = oneOf(l.user.Kind)
					}
					if found.links[from] == nil {
						found.order = append(found.order, from)
					}
					found.links[from] = append(found.links[from], l)
				}
			})
		}
	}
	for from, links := range found.links {
		found.links[from] = distinct(links, up)
	}
	return found
}

// spelled are refs by their ids, folded: services spell an id in more than one way; see [folded].
type spelled map[string][]Ref

func (s spelled) add(ref Ref) {
	id := foldedID(ref.ID)
	s[id] = append(s[id], ref)
}

// like are those that mean the same as ref. What an entry has for an id is none.
func (s spelled) like(ref Ref) iter.Seq[Ref] {
	return func(yield func(Ref) bool) {
		var room [64]byte
		for _, r := range s[string(folded(room[:0], ref.ID))] { // makes no text
			same := r.Kind == ref.Kind && r.Scope == ref.Scope && r.Parent == ref.Parent && (r.Kind != Entries || r.ID == ref.ID)
			if same && !yield(r) {
				return
			}
		}
	}
}

// distinct keeps each reference once. Two objects may tell of the same tie, each by its own field: "default_pool_id" says
// more than "listeners". Where there is a real tie, a loose one says nothing.
func distinct(links []link, up direction) []link {
	rank := func(l link) int {
		switch {
		case l.loose:
			return 2
		case l.via == "listeners", l.via == "pools":
			return 1
		}
		return 0
	}
	end := func(l link) Ref {
		_, to := up.along(l)
		if to.Kind != Entries {
			to.ID = foldedID(to.ID)
		}
		return to
	}
	best := map[Ref]int{}
	for _, l := range links {
		to := end(l)
		if r, known := best[to]; !known || rank(l) < r {
			best[to] = rank(l)
		}
	}
	loose := !slices.ContainsFunc(links, func(l link) bool { return !l.loose })
	type tie struct {
		to  Ref
		via string
	}
	seen := map[tie]bool{}
	kept := links[:0]
	for _, l := range links {
		to := end(l)
		if t := (tie{to, l.via}); rank(l) == best[to] && l.loose == loose && !seen[t] {
			seen[t] = true
			kept = append(kept, l)
		}
	}
	slices.SortStableFunc(kept, func(a, b link) int { return cmp.Compare(rank(a), rank(b)) })
	return kept
}

// branch is the object at the other end of a link.
func (s *Snapshot) branch(l link, up direction, ends map[Ref]Resource) Branch {
	_, to := up.along(l)
	b := Branch{Ref: to, Via: l.via}
	b.Resource, b.Listed = ends[to]
	label := to.ID
	if b.Listed {
		b.Ref, label = b.Resource.Ref, b.Resource.Label()
	}
	word := cmp.Or(l.down, oneOf(to.Kind))
	if up {
		word = l.up
	}
	if word, role, cut := strings.Cut(word, " ("); cut { // "IP group (white)"
		b.Text = word + " " + label + " (" + role
	} else {
		b.Text = word + " " + label
	}
	if bool(up) && to.Kind == Listeners && l.used.Kind == IPGroups && l.via == viaAccess {
		b.Text += " (" + l.access.String() + ")"
	}
	if state := stateOf(b.Resource); state != "" {
		b.Text += ", " + state
	}
	switch {
	case !b.Listed && to.Kind == Listeners && s.Graph != nil && s.Graph.missing[to.ID]:
		b.Note = "does not exist"
	case !b.Listed:
		b.Note = "not listed"
	case l.loose:
		b.Note = "without a listener"
	}
	return b
}

// stateOf is what is worth a look about an object in a tree.
func stateOf(r Resource) string {
	m, ok := r.Object.(*client.Member)
	if !ok {
		return strings.Join(r.Verdict.Signs, ", ")
	}
	var states []string
	if offline(m) {
		states = append(states, "offline")
	}
	if idle(m) {
		states = append(states, "weight 0")
	}
	return strings.Join(states, ", ")
}

// ends are the objects that links lead to, as far as they are listed. What a listing is within is known too.
func (s *Snapshot) ends(found adjacent, up direction) map[Ref]Resource {
	var refs []Ref
	for _, links := range found.links {
		for _, l := range links {
			_, to := up.along(l)
			refs = append(refs, to)
		}
	}
	ends := s.Find(refs)
	missing := spelled{}
	for _, ref := range refs {
		if _, listed := ends[ref]; !listed {
			missing.add(ref)
		}
	}
	for i := range s.Listings {
		for j := 0; len(missing) > 0 && j < s.Listings[i].Resources.Len(); j++ {
			r := s.Listings[i].Resources.At(j)
			for ref := range missing.like(r.Ref) {
				ends[ref] = r
			}
		}
		for _, p := range s.Listings[i].Parents {
			if _, listed := ends[p.Ref]; !listed && p.Object != nil {
				ends[p.Ref] = p
			}
		}
	}
	return ends
}

func oneOf(kind KindID) string {
	if k, err := Lookup(kind); err == nil {
		return k.One
	}
	return string(kind)
}
