package inventory

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"janitor/client"
	"janitor/client/english"
)

// ListID names a list that verdicts depend on; it is the word for it in sentences. The own list of a kind is called
// like the kind, where that is a word for people.
type ListID string

// The lists beside those that are named like their kind.
const (
	groupsList       ListID = "IP groups"
	sharedPools      ListID = "shared pools"
	listeners        ListID = "listeners"
	sharedListeners  ListID = "shared listeners"
	recycled         ListID = "listeners in the recycle bin"
	l7policies       ListID = "l7policies"
	sharedL7Policies ListID = "shared l7policies"
	loadBalancerList ListID = "load balancers"
	sharedBalancers  ListID = "shared load balancers"
	sharedCertList   ListID = "shared certificates"
	serverList       ListID = "pool members"
	sharedServers    ListID = "shared pool members"
	monitorList      ListID = "health monitors"
	sharedMonitors   ListID = "shared health monitors"

	// namedListeners are those that another object names and no list shows: whoever sees only a part of the listeners
	// must not be told that nothing uses a certificate.
	namedListeners ListID = "listeners that others name"
)

// Graph is who uses what, as far as the lists have ended. It is immutable: new knowledge makes a new graph.
type Graph struct {
	at    time.Time
	lists map[ListID]state
	gaps  map[KindID][]Reason
	facts // of all lists that have ended
}

// state is how far a list is.
type state struct {
	done       bool
	err        error
	permission string // that it takes, see [list]
}

// Uses are the references to a resource, in the order they were listed, each field of each object once: who, its role first
// ("SNI of listener web-443"), by which field. They are shared: never write to them.
func (g *Graph) Uses(kind KindID, id string) []Reason {
	if g == nil {
		return nil
	}
	var room [64]byte
	return once(g.uses[kind][string(folded(room[:0], id))]) // makes no text
}

// State says whether a list has ended, and how. A list that this graph was never asked to hold has not ended.
func (g *Graph) State(list ListID) (done bool, err error) {
	if g == nil {
		return false, nil
	}
	s := g.lists[list]
	return s.done, s.err
}

// newGraph joins the parts; parts of lists that have not ended contribute nothing yet.
func newGraph(at time.Time, parts map[ListID]part, kinds []*Kind) *Graph {
	g := &Graph{at: at, lists: make(map[ListID]state, len(parts)), gaps: map[KindID][]Reason{}}
	for _, id := range slices.Sorted(maps.Keys(parts)) {
		p := parts[id]
		g.lists[id] = p.state
		if p.done {
			g.join(p.facts)
		}
	}
	if g.lists[ListID(Certificates)].done && g.lists[sharedCertList].done {
		g.twins, g.heirs, g.certified = g.twins.several(), g.heirs.several(), nil
	}
	for _, k := range kinds {
		g.gaps[k.ID] = g.gapsOf(k)
	}
	return g
}

// join never writes to a map of the parts.
func (g *Graph) join(p facts) {
	for kind, of := range p.uses {
		set(&g.uses, kind, g.uses[kind].and(of))
	}
	g.names = joined(g.names, p.names)
	g.controls = joined(g.controls, p.controls)
	g.ipGroups = append(slices.Clip(g.ipGroups), p.ipGroups...)
	g.within = joined(g.within, p.within)
	g.open = joined(g.open, p.open)
	g.policies = joined(p.policies, g.policies) // v3's list comes first, and knows more of what both show
	g.guarded = joined(g.guarded, p.guarded)
	g.unclear = joined(g.unclear, p.unclear)
	g.servers = joined(g.servers, p.servers)
	g.twins, g.heirs = g.joinKin(g.twins, p.twins), g.joinKin(g.heirs, p.heirs)
	g.certified = joined(g.certified, p.certified)
	g.missing = joined(g.missing, p.missing)
	g.binned = joined(g.binned, p.binned)
}

// and adds those of another list. What is added to is the graph's own.
func (u users) and(others users) users {
	if u == nil {
		return maps.Clone(others)
	}
	for id, more := range others {
		if known := u[id]; known != nil {
			more = append(slices.Clip(known), more...)
		}
		u[id] = more
	}
	return u
}

// joined shares what only one of the two holds.
func joined[K comparable, V any](a, b map[K]V) map[K]V {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// once leaves out what was told before: each field of each object counts once, for the v3 lists show shared listeners
// and policies too. It takes its time in proportion: a certificate may serve thousands of listeners.
func once(uses []Reason) []Reason {
	again := func(i int) bool {
		return slices.ContainsFunc(uses[:i], func(u Reason) bool { return u.By == uses[i].By && u.Via == uses[i].Via })
	}
	switch n := len(uses); {
	case n < 2, n == 2 && !again(1), n == 3 && !again(1) && !again(2): // nearly all
		return uses
	}
	type field struct{ by, via string }
	seen := make(map[field]bool, len(uses))
	all := make([]Reason, 0, len(uses))
	for _, u := range uses {
		if f := (field{u.By, u.Via}); !seen[f] {
			seen[f] = true
			all = append(all, u)
		}
	}
	return all
}

// gapsOf says which lists a verdict about this kind still lacks: first those that failed, then those still loading.
// Of its own lists only a failure counts, and only at the top: a child is not listed at all when its parent's list failed.
func (g *Graph) gapsOf(k *Kind) []Reason {
	var failed, waiting []Reason
	alike := map[string][]string{} // why → lists: what one permission is lacking for is told once
	at := map[string]int{}
	add := func(id ListID, own bool) {
		switch p, asked := g.lists[id]; {
		case !asked:
			waiting = append(waiting, Reason{Text: fmt.Sprintf("%s were not listed", id)})
		case p.err != nil && id == namedListeners:
			failed = append(failed, Reason{Text: p.err.Error()})
		case p.err != nil:
			why := because(p.permission, p.err)
			if alike[why] == nil {
				at[why] = len(failed)
				failed = append(failed, Reason{})
			}
			if i := slices.Index(alike[why], string(listeners)); id == recycled && i >= 0 {
				alike[why][i] += " (recycle bin too)" // what stands first is what a narrow column shows
			} else {
				alike[why] = append(alike[why], string(id))
			}
			failed[at[why]].Text = english.And(alike[why]) + " could not be listed: " + why
		case !p.done && !own:
			waiting = append(waiting, Reason{Text: fmt.Sprintf("%s are still being listed", id)})
		}
	}
	if what := g.unclear[k.ID]; what != "" {
		failed = append(failed, Reason{Text: what})
	}
	for _, id := range k.Needs {
		add(id, false)
	}
	if k.Within == "" {
		for _, l := range k.lists {
			if !slices.Contains(k.Needs, l.id) && !l.beside {
				add(l.id, true)
			}
		}
	}
	return append(failed, waiting...)
}

// usedBy gives the reasons of uses, followed by the listeners that the object itself names and no use does. Of those, the
// ones that do not exist make it doubtful, not used: the object and the service contradict each other.
func (g *Graph) usedBy(kind KindID, id string, own client.IDs) (used, doubts []Reason) {
	uses := slices.Clip(g.Uses(kind, id))
	used = uses
	for l := range own.All() {
		switch {
		case l == "" || slices.ContainsFunc(uses, func(u Reason) bool { return sameID(u.By, l) }):
		case g != nil && g.missing[l]:
			doubts = append(doubts, Reason{Text: "names listener " + l + ", which does not exist", Via: "listeners", By: l})
		default:
			used = append(used, Reason{Text: "listener " + g.listenerName(l), Via: "listeners", By: l})
		}
	}
	return used, doubts
}

// gapsFor says what is not known yet of the lists that a verdict about the kind needs; nil when all is known.
func (g *Graph) gapsFor(kind KindID) []Reason {
	if g == nil {
		return notListed
	}
	if gaps, ok := g.gaps[kind]; ok {
		return gaps
	}
	return notListed // made for other kinds
}

var notListed = []Reason{{Text: "what could use it was not listed"}}

func (g *Graph) listenerName(id string) string {
	if g == nil {
		return id
	}
	return cmp.Or(g.names[id], id)
}
