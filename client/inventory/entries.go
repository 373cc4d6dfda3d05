package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"janitor/client"
)

// Entry is an entry of an IP group, with the group as it was when the entry was listed.
type Entry struct {
	client.IPEntry
	Group *client.IPGroup `json:"-"`

	covers block
}

var entries = &Kind{
	ID: Entries, One: "entry", Many: "entries", Title: "Entries", Within: IPGroups,
	Columns: []Column{
		nameColumn("ENTRY"),
		{
			ID: "size", Title: "SIZE", Right: true, Width: 10,
			Value:   func(r Resource, _ time.Time) string { return entry(r).covers.size() },
			Compare: func(a, b Resource) int { return entry(a).covers.compareSize(entry(b).covers) },
		},
		textColumn("note", "NOTE", 28, func(r Resource) string { return entry(r).Description }),
		inColumn("group", "GROUP"),
	},
	Needs: []ListID{listeners},
	Judge: judgeEntry,
	Fields: func(r Resource) []Field {
		e := entry(r)
		return slices.DeleteFunc([]Field{
			{"Entry", e.IP}, {"Addresses", e.covers.size()}, {"Note", e.Description}, {"Group", r.In}, {"Group id", r.Ref.Parent},
		}, func(f Field) bool { return f.Value == "" })
	},
	Deletion: &Deletion{
		Route:   func(Resource) *Route { return deleteEntries },
		UsedToo: true,
		Undo:    func(Resource) (Undo, string) { return Exact, "" },
		Effects: effectsOfEntries,
	},
	lists: []list{{id: ListID(Entries), read: listEntries}},
	parent: func(r Resource) Resource {
		parent := Resource{Ref: Ref{Scope: r.Ref.Scope, Kind: IPGroups, ID: r.Ref.Parent}, Name: r.In}
		if e, ok := r.Object.(*Entry); ok && e.Group != nil {
			parent.Object, parent.Created = e.Group, e.Group.CreatedAt.Time
		}
		return parent
	},
}

func entry(r Resource) *Entry { return r.Object.(*Entry) }

// listEntries reads the groups afresh: one alone by itself, several from the list of groups, which holds the same and
// costs one request instead of many. A group that is no longer there has no entries.
func listEntries(ctx context.Context, q *query) error {
	if len(q.parents) == 1 {
		group, err := q.client.IPGroup(ctx, q.parents[0].Ref.ID)
		switch {
		case errors.Is(err, client.NotFound):
			q.remark("IP group " + q.parents[0].Label() + " is no longer there")
			return nil
		case err != nil:
			return err
		}
		q.page(entriesOf(q.scope, group))
		return nil
	}
	wanted := make(map[string]bool, len(q.parents))
	for _, p := range q.parents {
		wanted[p.Ref.ID] = true
	}
	for page, err := range q.client.IPGroups(ctx) {
		if err != nil {
			return err
		}
		var rows []Resource
		for i := range page {
			if group := &page[i]; wanted[group.ID] {
				rows = append(rows, entriesOf(q.scope, group)...)
			}
		}
		if len(rows) > 0 {
			q.page(rows)
		}
	}
	return nil
}

func entriesOf(s Scope, group *client.IPGroup) []Resource {
	objects := make([]Entry, len(group.Entries))
	rows := make([]Resource, len(group.Entries))
	for i, e := range group.Entries {
		o := &objects[i]
		*o = Entry{IPEntry: e, Group: group, covers: parseBlock(e.IP)}
		rows[i] = Resource{
			Ref:  Ref{Scope: s.ID(), Kind: Entries, Parent: group.ID, ID: e.IP},
			Name: e.IP, In: cmp.Or(group.Name, group.ID), Object: o,
		}
	}
	return rows
}

var (
	entryUnused  = []Reason{{Text: "no listener"}}
	everyAddress = []string{"every address"}
)

func judgeEntry(r Resource, g *Graph) Verdict {
	e := entry(r)
	var signs []string
	if e.covers.everything() {
		signs = everyAddress
	}
	used := g.usedBy(IPGroups, r.Ref.Parent, e.Group.Listeners)
	return judge(r.Ref, nil, used, g.gapsFor(Entries), entryUnused, signs)
}

// effectsOfEntries: an emptied group is dangerous for every listener that uses it. The documents disagree about what an
// empty group means (api.md 2.9); the user guides' reading is told: white closes, black opens.
func effectsOfEntries(doomed, present []Resource, g *Graph) []Consequence {
	left := map[string]int{} // entries per group
	for _, r := range present {
		left[r.Ref.Parent]++
	}
	goes := map[string][]Ref{}
	names := map[string]string{}
	var groups []string
	for _, r := range doomed {
		id := r.Ref.Parent
		if goes[id] == nil {
			groups = append(groups, id)
			names[id] = r.In
		}
		goes[id] = append(goes[id], r.Ref)
	}
	emptied := func(id string) bool { return len(goes[id]) > 0 && len(goes[id]) >= left[id] }

	var effects []Consequence
	told := map[string]int{} // listener → the index of its consequence of being left with an emptied group
	for _, id := range groups {
		for _, u := range usersOfGroup(g, id, doomed) {
			if !emptied(id) {
				effects = append(effects, Consequence{Of: goes[id], Grade: Care,
					Text: fmt.Sprintf("%s applies %s, which loses %d of %d entries", u.Text, names[id], len(goes[id]), left[id])})
				continue
			}
			if i, ok := told[u.By]; ok {
				effects[i].Of = append(slices.Clip(effects[i].Of), goes[id]...)
				continue
			}
			told[u.By] = len(effects)
			others := slices.DeleteFunc(slices.Clone(g.groups[u.By]), emptied)
			effects = append(effects, Consequence{Of: goes[id], Grade: Danger, Text: u.Text + " " + emptyMeans(u, len(others))})
		}
	}
	slices.SortStableFunc(effects, func(a, b Consequence) int { return cmp.Compare(b.Grade, a.Grade) })
	return effects
}

// usersOfGroup are the listeners that refer to the group, and those that only the group itself names.
func usersOfGroup(g *Graph, id string, of []Resource) []Use {
	users := slices.Clip(g.Uses(IPGroups, id))
	for _, r := range of {
		if r.Ref.Parent != id {
			continue
		}
		for _, l := range entry(r).Group.Listeners {
			if !slices.ContainsFunc(users, func(u Use) bool { return u.By == l.ID }) {
				users = append(users, Use{By: l.ID, Via: "listeners", Text: "listener " + g.listenerName(l.ID)})
			}
		}
		break // all entries of a group know the same group
	}
	return users
}

// emptyMeans says what a listener does when a group it uses is emptied; others is how many more groups it uses, whose
// entries are not known here.
func emptyMeans(u Use, others int) string {
	if u.Via != "ipgroup" {
		return "is left with an empty IP group: it lets nobody or everybody in"
	}
	means := "lets nobody in"
	if u.Access.Black {
		means = "lets everybody in"
	}
	if others > 0 {
		means += fmt.Sprintf(" unless its %s some", count(others, "other IP group lists", "other IP groups list"))
	}
	if u.Access.Off {
		means += " once its access control is switched on"
	}
	return means
}

var deleteEntries = &Route{
	Call: "POST ipgroups/{id}/iplist/batch-delete", Max: 50, Family: "elb",
	Send: func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
		group, requestID, err := d.DeleteEntries(ctx, items[0].Ref.Parent, idsOf(items))
		if err != nil {
			return nil, err
		}
		return remaining(items, group, requestID), nil
	},
}

// remaining reads S2's answer, which is the group as it is afterwards: an entry still in it was not deleted. The
// service may spell it in its own way; an entry of the same address that was there before beside it is another one.
func remaining(items []Resource, group client.IPGroup, requestID string) []Answer {
	spelled := make(map[string]bool, len(group.Entries))
	before, after := map[spelling]int{}, map[spelling]int{}
	for _, e := range entry(items[0]).Group.Entries {
		before[spell(e.IP)]++
	}
	for _, e := range group.Entries {
		spelled[e.IP] = true
		after[spell(e.IP)]++
	}
	answers := make([]Answer, 0, len(items))
	for _, r := range items {
		a := Answer{ID: r.Ref.ID, Said: SaidDeleted, RequestID: requestID}
		same := spell(r.Ref.ID)
		if spelled[r.Ref.ID] || after[same] > 0 && after[same] >= before[same] {
			a.Said, a.Message = SaidRefused, "still in the group after the request"
		}
		answers = append(answers, a)
	}
	return answers
}
