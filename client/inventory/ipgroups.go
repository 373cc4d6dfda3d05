package inventory

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/addresses"
	"janitor/client/english"
)

var ipGroups = &Kind{
	ID: IPGroups, One: "IP group", Many: "IP groups", Title: "IP groups", Holds: Entries,
	Columns: []Column{
		nameColumn("NAME"),
		countColumn("entries", "ENTRIES", 7, func(r Resource) (int, bool) { return ipGroup(r).Entries.Len(), ipGroup(r).Entries.Said() }).means("entries in it"),
		countColumn("listeners", "LISTENERS", 9, func(r Resource) (int, bool) { return ipGroup(r).Listeners.Len(), ipGroup(r).Listeners.Said() }).means("listeners it names itself; reasons tell all"),
		ageColumn(),
		idColumn(),
		createdFact(),
		descriptionFact(func(r Resource) string { return ipGroup(r).Description }),
	},
	Needs: []ListID{listeners, recycled, namedListeners},
	looks: []ListID{loadBalancerList, sharedBalancers},
	Judge: func(r Resource, g *Graph) Verdict {
		group := ipGroup(r)
		gaps := g.gapsFor(IPGroups)
		used, doubts := g.usedBy(IPGroups, group.ID, group.Listeners)
		if doubts != nil {
			gaps = append(slices.Clip(doubts), gaps...)
		}
		v := judge(r.Ref, madeBy(group.Name, group.Description), used, gaps, groupUnused, signsOfGroup(group, g))
		done, err := g.State(groupsList)
		v.Partial = !done || err != nil || !group.Entries.Said() || len(gaps) > 0 // a listener that is not known may make a white list of it
		return v
	},
	Fields: func(r Resource, now time.Time) []Field {
		group := ipGroup(r)
		return fields(r, now,
			Field{"Entries", counted(group.Entries.Len(), group.Entries.Said())},
			Field{"Listeners", ids(group.Listeners)},
			Field{"Description", group.Description},
			Field{"Enterprise project", group.EnterpriseProjectID},
		)
	},
	Deletion: &Deletion{
		Route: func(Resource) *Route { return deleteIPGroup },
		Settings: func(r Resource) []Field {
			group := ipGroup(r)
			list := make([]string, 0, group.Entries.Len())
			for e := range group.Entries.All() {
				list = append(list, e.IP)
			}
			slices.Sort(list)
			return []Field{{"description", group.Description}, {"list of entries", strings.Join(list, " ")}}
		},
		Takes: func(r Resource) string {
			if n := ipGroup(r).Entries.Len(); n > 0 {
				return english.Count(n, "entry", "entries")
			}
			return ""
		},
		Missing: func(r Resource, _ *Graph) []string {
			if ipGroup(r).Entries.Said() {
				return nil
			}
			return []string{"which entries it holds is not known"}
		},
		Undo: func(Resource) (Undo, string) { return NewID, "" },
	},
	Restore: restoreGroups,
	lists: []list{{id: groupsList, permission: toListGroups, dedicated: true, optional: true, read: func(ctx context.Context, q *query) error {
		return rowsOf(q, q.client.IPGroups(ctx))
	}}},
	links: func(r Resource, tell func(link)) {
		for l := range ipGroup(r).Listeners.All() {
			tell(link{user: near(r, Listeners, l), used: r.Ref, via: "listeners"})
		}
	},
	names:   true,
	inside:  func(r Resource) []Resource { return entriesOf(r.Ref.Scope, ipGroup(r)) },
	project: func(r Resource) string { return ipGroup(r).EnterpriseProjectID },
	note: func(page []Resource, p *part) {
		for _, r := range page {
			p.ipGroups = append(p.ipGroups, ipGroup(r))
		}
	},
	compare: compareGroups,
	row:     ipGroupRow,
	merge: func(seen, again Resource) Resource { // either may know of a listener
		group := *ipGroup(again)
		group.Listeners = ipGroup(seen).Listeners.And(group.Listeners)
		if !group.Entries.Said() {
			group.Entries = ipGroup(seen).Entries
		}
		again.Object = &group
		return again
	},
	partial: func(r Resource) bool { return !ipGroup(r).Entries.Said() || !ipGroup(r).Listeners.Said() },
	whole:   fillGroup,
}

// mostCompared bounds how many groups are compared with one another: the effort grows with the square.
const mostCompared = 1000

// compareGroups finds the groups that cover every address, and those whose entries another one covers as a whole.
func compareGroups(p *part) {
	last := groupsByID(p.ipGroups)
	groups := slices.DeleteFunc(p.ipGroups, func(g *client.IPGroup) bool { return last[foldedID(g.ID)] != g }) // listed again later
	p.ipGroups = slices.Clip(groups)
	few := len(groups) <= mostCompared
	// What each group covers: nothing for one that lists nothing, or something that cannot be read; and the same without
	// families of which it covers every address, for all is within that.
	var sets, bounded []addresses.Set
	for _, g := range groups {
		all, whole := coverage(g)
		bound := all
		for _, every := range [...]addresses.Block{every4, every6} {
			if addresses.Cover(every, all) {
				set(&p.open, g.ID, true)
				bound = slices.DeleteFunc(slices.Clone(bound), func(b addresses.Block) bool { return b.Low.Is4() == every.Low.Is4() })
			}
		}
		if !whole {
			all = nil
		}
		if few {
			sets, bounded = append(sets, all), append(bounded, bound)
		}
	}
	for i := range sets {
		for j, outer := range groups {
			switch {
			case i == j || len(sets[i]) == 0 || len(sets[j]) == 0 || !includes(bounded[j], sets[i]):
				continue
			case i < j && includes(bounded[i], sets[j]): // both cover the same: one is too many, the later one
				continue
			}
			set(&p.within, groups[i].ID, cmp.Or(outer.Name, outer.ID))
			break
		}
	}
}

// groupsByID are groups by their ids, folded; the last one of several with the same.
func groupsByID(groups []*client.IPGroup) map[string]*client.IPGroup {
	all := make(map[string]*client.IPGroup, len(groups))
	for _, g := range groups {
		all[foldedID(g.ID)] = g
	}
	return all
}

// coverage is all that the entries of a group cover, merged; whole says that each of them can be read.
func coverage(group *client.IPGroup) (all addresses.Set, whole bool) {
	n := group.Entries.Len()
	blocks := make([]addresses.Block, 0, n)
	for e := range group.Entries.All() {
		if b := addresses.Parse(e.IP); b.Valid() {
			blocks = append(blocks, b)
		}
	}
	return addresses.Merge(blocks), len(blocks) == n
}

func includes(outer, inner addresses.Set) bool {
	return !slices.ContainsFunc(inner, func(b addresses.Block) bool { return !addresses.Cover(b, outer) })
}

func signsOfGroup(group *client.IPGroup, g *Graph) []string {
	switch {
	case !group.Entries.Said():
		return nil
	case group.Entries.Len() == 0:
		return empty
	case g == nil:
		return nil
	}
	var signs []string // the gravest first, for a row may have no room for the others
	if g.open[group.ID] && slices.ContainsFunc(g.Uses(IPGroups, group.ID), func(u Reason) bool { return g.controls[u.By].Access == Access{} }) {
		signs = append(signs, "lets every address in")
	}
	if g.within[group.ID] != "" {
		signs = append(signs, "all within "+g.within[group.ID])
	}
	return signs
}

var groupUnused = []Reason{{Text: "no listener"}}

func ipGroup(r Resource) *client.IPGroup { return r.Object.(*client.IPGroup) }

func ipGroupRow(home ScopeID, of Object) Resource {
	g := of.(*client.IPGroup)
	return Resource{Ref: Ref{Scope: home, Kind: IPGroups, ID: g.ID}, Name: g.Name, Created: g.CreatedAt, Updated: g.UpdatedAt, Object: g}
}

var deleteIPGroup = &Route{
	Call: "DELETE ipgroups/{id}", Max: 1,
	Send: oneByOne("elb:ipgroups:delete", (*client.Deleter).DeleteIPGroup),
}
