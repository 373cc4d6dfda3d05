package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"janitor/client"
)

// ListID names a list that verdicts depend on; it is the word for it in sentences. The own list of a kind is called
// like the kind.
type ListID string

// The lists that refer to resources, the one that says which pools are shared, and the one that counts entries.
const (
	listeners        ListID = "listeners"
	l7policies       ListID = "l7policies"
	sharedPools      ListID = "shared pools"
	sharedListeners  ListID = "shared listeners"
	sharedL7Policies ListID = "shared l7policies"
	otherGroups      ListID = "other IP groups" // those that a listener uses beside the one whose entries are open
)

// Graph is who uses what, as far as the lists have ended. It is immutable: new knowledge makes a new graph.
type Graph struct {
	at     time.Time
	lists  map[ListID]state
	uses   map[node][]Use
	names  map[string]string          // listener id → name
	groups map[string][]string        // listener id → ids of the IP groups of its access control
	sizes  map[string]*client.IPGroup // by id
	gaps   map[KindID][]Reason
}

// node is a resource that others refer to; it has no scope as all of a graph is in one project.
type node struct {
	kind KindID
	id   string
}

// Use is one reference to a resource.
type Use struct {
	By     string // id of the listener or policy
	Via    string // the field that refers: "sni_container_refs"
	Text   string // who, for a sentence, its role first: "SNI of listener web-443"
	Access Access // what a listener makes of an IP group; zero for other kinds
}

// Access is the access control of a listener.
type Access struct {
	Black bool // lets in everybody but the entries; white: nobody but the entries
	Off   bool // set up, but switched off
}

// state is how far a list is.
type state struct {
	done bool
	err  error
}

// part is what one list contributes once it has ended.
type part struct {
	state
	read   int // objects
	uses   map[node][]Use
	names  map[string]string
	groups map[string][]string
	sizes  map[string]*client.IPGroup
}

// Uses are the references to a resource, in the order they were listed, each field of each object once.
func (g *Graph) Uses(kind KindID, id string) []Use {
	if g == nil {
		return nil
	}
	return g.uses[node{kind, id}]
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
	g := &Graph{
		at:     at,
		lists:  map[ListID]state{},
		uses:   map[node][]Use{},
		names:  map[string]string{},
		groups: map[string][]string{},
		sizes:  map[string]*client.IPGroup{},
		gaps:   map[KindID][]Reason{},
	}
	for _, id := range slices.Sorted(maps.Keys(parts)) {
		p := parts[id]
		g.lists[id] = p.state
		if !p.done {
			continue
		}
		for n, uses := range p.uses {
			g.uses[n] = once(g.uses[n], uses)
		}
		maps.Copy(g.names, p.names)
		maps.Copy(g.groups, p.groups)
		maps.Copy(g.sizes, p.sizes)
	}
	for _, k := range kinds {
		g.gaps[k.ID] = g.gapsOf(k)
	}
	return g
}

// once joins uses; each field of each object counts once, for the v3 lists show shared listeners and policies too. It
// writes to neither, and takes its time in proportion: a certificate may serve thousands of listeners.
func once(known, more []Use) []Use {
	if len(known) == 0 && len(more) == 1 {
		return slices.Clip(more)
	}
	type field struct{ by, via string }
	seen := make(map[field]bool, len(known)+len(more))
	all := make([]Use, 0, len(known)+len(more))
	for _, uses := range [][]Use{known, more} {
		for _, u := range uses {
			if f := (field{u.By, u.Via}); !seen[f] {
				seen[f] = true
				all = append(all, u)
			}
		}
	}
	return all
}

// gapsOf says which lists a verdict about this kind still lacks: first those that failed, then those still loading.
// Of its own lists only a failure counts, and only at the top: a child is not listed at all when its parent's list failed.
func (g *Graph) gapsOf(k *Kind) []Reason {
	var failed, waiting []Reason
	add := func(id ListID, own bool) {
		switch p, asked := g.lists[id]; {
		case !asked:
			waiting = append(waiting, Reason{Text: fmt.Sprintf("%s were not listed", id)})
		case p.err != nil:
			failed = append(failed, Reason{Text: fmt.Sprintf("%s could not be listed: %s", id, cause(p.err))})
		case !p.done && !own:
			waiting = append(waiting, Reason{Text: fmt.Sprintf("%s are still being listed", id)})
		}
	}
	for _, id := range k.Needs {
		add(id, false)
	}
	if k.Within == "" {
		for _, l := range k.lists {
			if !slices.Contains(k.Needs, l.id) {
				add(l.id, true)
			}
		}
	}
	return append(failed, waiting...)
}

// usedBy gives the reasons of uses, preceded by the listeners that the object itself names and no use does.
func (g *Graph) usedBy(kind KindID, id string, own []client.IDRef) []Reason {
	uses := g.Uses(kind, id)
	if len(uses) == 0 && len(own) == 0 {
		return nil
	}
	reasons := make([]Reason, 0, len(uses)+len(own))
	for _, u := range uses {
		reasons = append(reasons, Reason{Text: u.Text, Via: u.Via, By: u.By})
	}
	for _, l := range own {
		if !slices.ContainsFunc(uses, func(u Use) bool { return u.By == l.ID }) {
			reasons = append(reasons, Reason{Text: "listener " + g.listenerName(l.ID), Via: "listeners", By: l.ID})
		}
	}
	return reasons
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

// cause is an error without what was being done, which the sentence around it says already.
func cause(err error) string {
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		return err.Error()
	}
	said := e.Said()
	if status := strconv.Itoa(e.Status); e.Status != 0 && !strings.Contains(said, status) {
		return status + " " + said
	}
	return said
}
