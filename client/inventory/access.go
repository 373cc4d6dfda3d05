package inventory

import (
	"cmp"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"janitor/client"
	"janitor/client/addresses"
)

// effectsOfEntries says what the loss of these entries together does to each listener, the worst first.
func effectsOfEntries(doomed, present []Resource, g *Graph) []Consequence {
	var effects []Consequence
	for _, c := range changes(doomed, present, g) {
		effects = append(effects, c.consequence())
	}
	slices.SortStableFunc(effects, func(a, b Consequence) int { return cmp.Compare(b.Grade, a.Grade) })
	return effects
}

// change is what a deletion of entries does to the access control of one listener, in numbers: over the union of all
// IP groups that the listener names, as far as those are known.
type change struct {
	Reason        // by the listener
	Access Access // zero when it is not known
	of     []Ref  // all entries it loses
	name   string

	v4, v6     *big.Int   // how many addresses the union covers before and not after
	all4, all6 bool       // the union covers every one of them before, and not after
	no4, no6   bool       // the union covers some of them before, and none after
	example    netip.Addr // the first of those; zero when there are none
	empty      bool       // the union covers nothing any more
	drained    string     // a group that is left without entries, while the union is not empty; "" = none

	odd     int // entries lost that are no address, block or range: what they cover is not known
	oddLeft int // the same of those that stay
	hidden  int // IP groups of the listener that are not listed: what they cover is not known
}

// blind: only an IP group names the listener, so that neither its other groups are known nor whether it is white or black.
func (c *change) blind() bool { return c.Via != viaAccess }

// closes: it lets in nobody of a family any more.
func (c *change) closes() bool { return (c.no4 || c.no6) && !c.Access.Black }

func (c *change) grade() Grade {
	switch {
	case c.empty, c.all4, c.all6, c.closes(), c.drained != "":
		return Danger
	case c.example.IsValid(), c.odd > 0:
		return Care
	}
	return None
}

// changes has one change for each listener that applies a group which loses entries, in the order of the doomed.
func changes(doomed, present []Resource, g *Graph) []*change {
	lists := accessLists{graph: g, byID: map[string]*accessList{}}
	if g != nil {
		lists.listed = groupsByID(g.ipGroups)
	}
	losers := lists.open(doomed, present)

	var all []*change
	of := map[string]*change{}          // by id of the listener
	named := map[string][]*accessList{} // by id of the listener: of the losers, those it has
	for _, l := range losers {
		for _, u := range usersOfGroup(g, l.group) {
			if of[u.By] == nil {
				c := &change{Reason: u}
				if own, ok := g.access(u.By); ok {
					c.Reason, c.Access = own, g.controls[u.By].Access
				}
				of[u.By] = c
				all = append(all, c)
			}
			named[u.By] = append(named[u.By], l)
		}
	}
	for _, c := range all {
		c.compute(&lists, named[c.By])
	}
	return all
}

// every address of a family.
var (
	every4 = addresses.Parse("0.0.0.0/0")
	every6 = addresses.Parse("::/0")
)

// compute does the arithmetic; losers are the groups of the listener that lose entries.
//
// A group that says it belongs to the listener while the listener does not say so is one more unknown: what it loses
// counts as lost, and what it keeps covers nothing.
func (c *change) compute(lists *accessLists, losers []*accessList) {
	applied := losers
	if !c.blind() {
		applied, c.hidden = lists.applied(c.By)
	}
	var goes [][]addresses.Block // of each group
	var keep []addresses.Set
	var refs [][]Ref
	for _, l := range losers {
		if !slices.Contains(applied, l) {
			c.hidden++
		}
		goes, refs = append(goes, l.goes), append(refs, l.refs)
	}
	c.of = slices.Concat(refs...)
	c.empty = true
	lost := addresses.Merge(slices.Concat(goes...))
	spare := make(addresses.Set, 0, 2*len(lost))
	left4, left6 := false, false
	for _, l := range applied {
		stays := l.covers()
		left4 = left4 || len(stays) > 0 && stays[0].Low.Is4() // IPv4 comes first
		left6 = left6 || len(stays) > 0 && stays[len(stays)-1].Low.Is6()
		keep = append(keep, stays)
		c.empty = c.empty && len(stays) == 0
		lost, spare = lost.AppendWithout(spare[:0], stays), lost
	}
	c.v4, c.v6 = lost.Numbers()
	if len(lost) > 0 {
		c.example = lost[0].Low
	}
	keep = append(keep, lost) // together they are what was covered before
	c.all4 = c.v4.Sign() > 0 && addresses.Cover(every4, keep...)
	c.all6 = c.v6.Sign() > 0 && addresses.Cover(every6, keep...)
	c.no4, c.no6 = c.v4.Sign() > 0 && !left4, c.v6.Sign() > 0 && !left6
	c.odd, c.oddLeft = countOdd(losers, applied)
	c.name = c.blame(losers)
	for _, l := range losers {
		if !c.empty && c.drained == "" && l.drained() {
			c.drained = l.label()
		}
	}
}

// countOdd counts what is no address, block or range; the same text in two groups is one.
func countOdd(losers, applied []*accessList) (lost, left int) {
	stays, goes := map[string]bool{}, map[string]bool{}
	for _, l := range applied {
		for _, text := range l.oddStays {
			stays[text] = true
		}
	}
	for _, l := range losers {
		for _, text := range l.oddGoes {
			if !stays[text] {
				goes[text] = true
			}
		}
	}
	return len(goes), len(stays)
}

// blame names the group that the deletion is about: one that alone covered every address until now, else one that is
// emptied, else the first.
func (c *change) blame(losers []*accessList) string {
	if !c.empty {
		for _, l := range losers {
			for _, b := range l.goes {
				if b.Everything() && (b.Low.Is4() && c.all4 || b.Low.Is6() && c.all6) {
					return l.label()
				}
			}
		}
	}
	for _, l := range losers {
		if l.drained() {
			return l.label()
		}
	}
	return losers[0].label()
}

// accessList is an IP group before and after the deletion.
type accessList struct {
	group             *client.IPGroup
	refs              []Ref // of the entries that go
	goes, stays       []addresses.Block
	oddGoes, oddStays []string // entries that are no address, block or range
	merged            bool     // what stays is
}

// covers is what stays, merged once: many listeners may apply the group.
func (l *accessList) covers() addresses.Set {
	if !l.merged {
		l.stays, l.merged = addresses.Merge(l.stays), true
	}
	return l.stays
}

// drained: nothing is left in it.
func (l *accessList) drained() bool { return len(l.stays)+len(l.oddStays) == 0 }

func (l *accessList) label() string { return cmp.Or(l.group.Name, l.group.ID) }

func (l *accessList) keep(e *Entry) { l.stays, l.oddStays = sorted(e, l.stays, l.oddStays) }

func (l *accessList) lose(r Resource) {
	l.refs = append(l.refs, r.Ref)
	l.goes, l.oddGoes = sorted(entry(r), l.goes, l.oddGoes)
}

// sorted adds an entry to the blocks or to the odd ones.
func sorted(e *Entry, blocks []addresses.Block, odd []string) ([]addresses.Block, []string) {
	if e.covers.Valid() {
		return append(blocks, e.covers), odd
	}
	return blocks, append(odd, strings.TrimSpace(e.IP))
}

// accessLists are the groups that matter, by id, folded; nil for one that is not listed, or without its entries.
type accessLists struct {
	graph  *Graph
	listed map[string]*client.IPGroup // all that the graph knows
	byID   map[string]*accessList
}

// open takes the opened groups and gives those that lose entries, in the order of the doomed.
func (a *accessLists) open(doomed, present []Resource) []*accessList {
	of := func(r Resource) *accessList {
		var room [64]byte
		id := folded(room[:0], r.Ref.Parent)
		l := a.byID[string(id)] // makes no text
		if l == nil {
			l = &accessList{group: entry(r).Group}
			a.byID[string(id)] = l
		}
		return l
	}
	goes := make(map[Ref]bool, len(doomed))
	var losers []*accessList
	for _, r := range doomed {
		if goes[r.Ref] {
			continue
		}
		goes[r.Ref] = true
		l := of(r)
		if len(l.refs) == 0 {
			losers = append(losers, l)
		}
		l.lose(r)
	}
	for _, r := range present {
		if !goes[r.Ref] {
			of(r).keep(entry(r))
		}
	}
	return losers
}

// applied are the groups that a listener names, each once, and how many there are that no list shows.
func (a *accessLists) applied(listener string) (known []*accessList, hidden int) {
	ids := a.graph.controls[listener].groups()
	for i, id := range ids {
		switch l := a.group(id); {
		case slices.Contains(ids[:i], id):
		case l == nil:
			hidden++
		default:
			known = append(known, l)
		}
	}
	return known, hidden
}

// group is a group that is not opened as the list of all groups shows it, by its id, folded.
func (a *accessLists) group(id string) *accessList {
	l, seen := a.byID[id]
	if seen {
		return l
	}
	if group := a.listed[id]; group != nil && group.Entries.Said() {
		l = &accessList{group: group}
		for e := range group.Entries.All() {
			l.keep(&Entry{IPEntry: e, covers: addresses.Parse(e.IP)})
		}
	}
	a.byID[id] = l
	return l
}

// access tells of a listener that it applies IP groups; false when it does not say so itself.
func (g *Graph) access(listener string) (Reason, bool) {
	if g == nil {
		return Reason{}, false
	}
	for _, id := range g.controls[listener].groups() {
		for _, u := range g.Uses(IPGroups, id) {
			if u.By == listener && u.Via == viaAccess {
				return u, true
			}
		}
	}
	return Reason{}, false
}

// usersOfGroup are the listeners that refer to the group, and those that only the group itself names.
func usersOfGroup(g *Graph, group *client.IPGroup) []Reason {
	users := slices.Clip(g.Uses(IPGroups, group.ID))
	for l := range group.Listeners.All() {
		if !slices.ContainsFunc(users, func(u Reason) bool { return sameID(u.By, l) }) {
			users = append(users, Reason{Text: "listener " + g.listenerName(l), Via: "listeners", By: l})
		}
	}
	return users
}
