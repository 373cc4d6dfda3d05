package inventory

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	return s.tree(ref, func(l link) (from, to Ref) { return l.used, l.user })
}

// Uses is the tree of what a resource uses: the policies of a listener, their pools, the servers of these. See
// [Snapshot.UsedBy].
func (s *Snapshot) Uses(ref Ref) []Branch {
	return s.tree(ref, func(l link) (from, to Ref) { return l.user, l.used })
}

// tree is grown level by level, so that each object stands where it is nearest to the root; wherever else it is met, it
// is only named. That makes an end of circles too.
func (s *Snapshot) tree(root Ref, along func(link) (from, to Ref)) []Branch {
	if s == nil {
		return nil
	}
	var top []Branch
	places := map[Ref]*[]Branch{root: &top} // where the branches of each object of this level go
	known := map[Ref]bool{root: true}
	grown := 0
	for range deepest {
		found := s.linksOf(places, along)
		ends := s.ends(found, along)
		next := map[Ref]*[]Branch{}
		for _, from := range found.order {
			below := places[from]
			links := found.links[from]
			for i, l := range links {
				if grown == most {
					*below = append(*below, Branch{Text: fmt.Sprintf("%d more", len(links)-i), Note: "too many to show"})
					break
				}
				grown++
				_, to := along(l)
				b := s.branch(l, to, to == l.user, ends)
				if known[to] {
					b.Note = cmp.Or(b.Note, "see above")
				}
				*below = append(*below, b)
			}
			for i := range *below {
				if b := &(*below)[i]; b.Listed && !known[b.Ref] {
					known[b.Ref] = true
					next[b.Ref] = &b.Below
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
func (s *Snapshot) linksOf(at map[Ref]*[]Branch, along func(link) (from, to Ref)) adjacent {
	found := adjacent{links: map[Ref][]link{}}
	for i := range s.Listings {
		k := s.Listings[i].Kind
		if k.links == nil {
			continue
		}
		for _, r := range s.Listings[i].Resources {
			k.links(r, func(l link) {
				from, _ := along(l)
				if at[from] == nil {
					return
				}
				if l.up == "" {
					l.up = oneOf(l.user.Kind)
				}
				if found.links[from] == nil {
					found.order = append(found.order, from)
				}
				found.links[from] = append(found.links[from], l)
			})
		}
	}
	for from, links := range found.links {
		found.links[from] = distinct(links, along)
	}
	return found
}

// distinct keeps each reference once. Two objects may tell of the same tie, each by its own field: the field of the user
// says more than that of the used ("default_pool_id" than "listeners"), and any other more than a loose one.
func distinct(links []link, along func(link) (from, to Ref)) []link {
	rank := func(l link) int {
		switch {
		case l.loose:
			return 2
		case l.via == "listeners":
			return 1
		}
		return 0
	}
	best := map[Ref]int{}
	for _, l := range links {
		_, to := along(l)
		if r, known := best[to]; !known || rank(l) < r {
			best[to] = rank(l)
		}
	}
	type tie struct {
		to  Ref
		via string
	}
	seen := map[tie]bool{}
	kept := links[:0]
	for _, l := range links {
		_, to := along(l)
		if t := (tie{to, l.via}); rank(l) == best[to] && !seen[t] {
			seen[t] = true
			kept = append(kept, l)
		}
	}
	slices.SortStableFunc(kept, func(a, b link) int { return cmp.Compare(rank(a), rank(b)) })
	return kept
}

// branch is the object at the other end of a link.
func (s *Snapshot) branch(l link, to Ref, up bool, ends map[Ref]Resource) Branch {
	b := Branch{Ref: to, Via: l.via}
	b.Resource, b.Listed = ends[to]
	label := to.ID
	if b.Listed {
		label = b.Resource.Label()
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
	if up && to.Kind == Listeners && l.used.Kind == IPGroups && l.via == "ipgroup" {
		b.Text += " (" + l.access.String() + ")"
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

// ends are the objects that links lead to, as far as they are listed. What a listing is within is known too.
func (s *Snapshot) ends(found adjacent, along func(link) (from, to Ref)) map[Ref]Resource {
	var refs []Ref
	for _, links := range found.links {
		for _, l := range links {
			_, to := along(l)
			refs = append(refs, to)
		}
	}
	ends := s.Find(refs)
	for i := range s.Listings {
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
