package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"janitor/client"
)

// Entry is an entry of an IP group, with the group as it was when the entry was listed.
type Entry struct {
	client.IPEntry
	Group *client.IPGroup `json:"-"`

	covers block
	signs  []string
}

var entries = &Kind{
	ID: Entries, One: "entry", Many: "entries", Title: "Entries", Within: IPGroups,
	Columns: []Column{
		addressColumn("ENTRY", func(a, b Resource) int {
			return cmp.Or(entry(a).covers.compare(entry(b).covers), fold(a.Name, b.Name))
		}),
		{
			ID: "size", Title: "SIZE", Right: true, Width: 10, Type: Size, Means: "number of addresses",
			Value:   func(r Resource, _ time.Time) string { return entry(r).covers.size() },
			Compare: func(a, b Resource) int { return entry(a).covers.compareSize(entry(b).covers) },
			Data:    func(r Resource, _ time.Time) Datum { return entry(r).covers.sizeDatum() },
		},
		textColumn("note", "NOTE", 28, func(r Resource) string { return entry(r).Description }).
			means("note; may be empty").typed(Text, func(r Resource) Datum { return free(entry(r).Description) }),
		inColumn("group", "GROUP").means("name of the IP group it is in"),
		textFact("id", "id: the entry as the service writes it", func(r Resource) string { return r.Ref.ID }),
		textFact("entry", "the entry as the service writes it", func(r Resource) string { return entry(r).IP }),
		fact("addresses", Block, "the addresses it covers", func(r Resource, _ time.Time) Datum { return entry(r).covers.datum() }),
	},
	Needs:  []ListID{listeners},
	weighs: []ListID{otherGroups},
	Judge:  judgeEntry,
	Fields: func(r Resource, now time.Time) []Field {
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
	compareEntries(objects)
	return rows
}

// compareEntries gives signs to the entries of one group. Of those with the same addresses the first listed keeps none,
// and what is within others names the outermost: all that have such a sign can go together and the group covers the same.
func compareEntries(group []Entry) {
	order := make([]*Entry, 0, len(group))
	for i := range group {
		e := &group[i]
		if e.covers.low.IsValid() {
			order = append(order, e)
		}
		if e.covers.everything() {
			e.signs = append(e.signs, "every address")
		}
		if p, ok := e.covers.prefix(); ok && !p.IsSingleIP() && strings.Contains(e.IP, "-") {
			e.signs = append(e.signs, "is the block "+p.String())
		}
	}
	slices.SortStableFunc(order, func(a, b *Entry) int { return a.covers.compare(b.covers) })
	var outer, same *Entry // the one that reaches highest so far; the first one of the same addresses
	for _, e := range order {
		switch {
		case same != nil && same.IP == e.IP: // one row, and one deletion
			e.signs = same.signs
			continue
		case same != nil && same.covers == e.covers:
			e.signs = append(e.signs, "duplicate of "+same.IP)
			continue
		case outer != nil && e.covers.high.Compare(outer.covers.high) <= 0:
			e.signs = append(e.signs, "within "+outer.IP)
		default:
			outer = e
		}
		same = e
	}
}

var entryUnused = []Reason{{Text: "no listener"}}

func judgeEntry(r Resource, g *Graph) Verdict {
	e := entry(r)
	used := g.usedBy(IPGroups, r.Ref.Parent, e.Group.Listeners)
	return judge(r.Ref, nil, used, g.gapsFor(Entries), entryUnused, e.signs)
}

// effectsOfEntries: an emptied group is dangerous for every listener that uses it. The documents disagree about what an
// empty group means (api.md 2.9); the user guides' reading is told: white closes, black opens.
func effectsOfEntries(doomed, present []Resource, g *Graph) []Consequence {
	left := map[string]groupSize{} // of the opened groups, once the doomed entries are gone
	for _, r := range present {
		left[r.Ref.Parent] = groupSize{r.In, left[r.Ref.Parent].entries + 1}
	}
	goes := map[string][]Ref{}
	var groups []string
	for _, r := range doomed {
		id := r.Ref.Parent
		if goes[id] == nil {
			groups = append(groups, id)
		}
		goes[id] = append(goes[id], r.Ref)
		left[id] = groupSize{r.In, left[id].entries - 1}
	}

	var effects []Consequence
	told := map[string]int{} // listener → the index of its consequence of being left with an emptied group
	for _, id := range groups {
		for _, u := range usersOfGroup(g, id, doomed) {
			if rest := left[id]; rest.entries > 0 {
				effects = append(effects, Consequence{Of: goes[id], Grade: Care,
					Text: fmt.Sprintf("%s applies %s, which loses %d of %d entries", u.Text, rest.name, len(goes[id]), rest.entries+len(goes[id]))})
				continue
			}
			if i, ok := told[u.By]; ok {
				effects[i].Of = append(slices.Clip(effects[i].Of), goes[id]...)
				continue
			}
			told[u.By] = len(effects)
			text, grade := emptyMeans(u, g, left)
			effects = append(effects, Consequence{Of: goes[id], Grade: grade, Text: u.Text + " " + text})
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

// emptyMeans says what a listener does when a group it uses is emptied: that depends on what its other groups list.
// left has the entries of the opened groups; the list of all groups knows those of the others.
func emptyMeans(u Use, g *Graph, left map[string]groupSize) (text string, grade Grade) {
	if u.Via != "ipgroup" || g == nil {
		return "is left with an empty IP group: it lets nobody or everybody in", Danger
	}
	remain, unknown := 0, 0
	var of []string
	for _, id := range g.groups[u.By] {
		size, known := left[id]
		if !known {
			size, known = g.sizes[id]
		}
		switch {
		case !known:
			unknown++
		case size.entries > 0:
			remain += size.entries
			of = append(of, cmp.Or(size.name, id))
		}
	}
	if remain > 0 {
		return fmt.Sprintf("still has %s of %s", count(remain, "entry", "entries"), and(of)), Care
	}
	text = "lets nobody in"
	if u.Access.Black {
		text = "lets everybody in"
	}
	switch unknown {
	case 0:
	case 1:
		text += " unless its other IP group lists some"
	default:
		text += " unless its other IP groups list some"
	}
	if u.Access.Off {
		text += " once its access control is switched on"
	}
	return text, Danger
}

var deleteEntries = &Route{
	Call: "POST ipgroups/{id}/iplist/batch-delete", Max: 50,
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
