package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"janitor/client"
	"janitor/client/addresses"
)

// Entry is an entry of an IP group, with the group as it was when the entry was listed.
type Entry struct {
	client.IPEntry
	Group *client.IPGroup `json:"-"`

	covers addresses.Block // none when it is no address, block or range
	signs  []string
}

var entries = &Kind{
	ID: Entries, One: "entry", Many: "entries", Title: "Entries", Within: IPGroups,
	Columns: []Column{
		addressColumn("ENTRY", func(a, b Resource) int {
			return cmp.Or(entry(a).covers.Compare(entry(b).covers), fold(a.Name, b.Name))
		}),
		{
			ID: "size", Title: "SIZE", Right: true, Width: 10, Type: Size, Means: "number of addresses",
			Value:   func(r Resource, _ time.Time) string { return entry(r).covers.Size() },
			Compare: func(a, b Resource) int { return entry(a).covers.CompareSize(entry(b).covers) },
			Data:    func(r Resource, _ time.Time) Datum { return sizeDatum(entry(r).covers) },
		},
		textColumn("note", "NOTE", 28, func(r Resource) string { return entry(r).Description }).
			means("note; may be empty").typed(Text, func(r Resource) Datum { return free(entry(r).Description) }),
		inColumn("group", "GROUP").means("name of the IP group it is in"),
		textFact("id", "id: the entry as the service writes it", func(r Resource) string { return r.Ref.ID }),
		textFact("entry", "the entry as the service writes it", func(r Resource) string { return entry(r).IP }),
		fact("addresses", Block, "the addresses it covers", func(r Resource, _ time.Time) Datum { return blockDatum(entry(r).covers) }),
	},
	Needs:  []ListID{listeners, recycled, namedListeners},
	weighs: []ListID{groupsList},
	looks:  []ListID{loadBalancerList, sharedBalancers},
	Judge:  judgeEntry,
	Fields: func(r Resource, now time.Time) []Field {
		e := entry(r)
		return slices.DeleteFunc([]Field{
			{"Entry", e.IP}, {"Addresses", e.covers.Size()}, {"Note", e.Description}, {"Group", r.In}, {"Group id", r.Ref.Parent},
		}, func(f Field) bool { return f.Value == "" })
	},
	Deletion: &Deletion{
		Route:    func(Resource) *Route { return deleteEntries },
		UsedToo:  true,
		Same:     func(r Resource) string { return fmt.Sprint(addresses.KeyOf(r.Ref.ID)) },
		Settings: func(r Resource) []Field { return []Field{{"note", entry(r).Description}} },
		Undo: func(r Resource) (Undo, string) {
			e, twin := entry(r), ""
			for other := range e.Group.Entries.All() {
				if other.IP != e.IP && addresses.KeyOf(other.IP) == addresses.KeyOf(e.IP) {
					twin = other.IP
				}
			}
			return (&entryBack{Twin: twin}).Grade()
		},
		Effects: effectsOfEntries,
	},
	Restore: restoreEntries,
	lists:   []list{{id: ListID(Entries), read: listEntries}},
	links: func(r Resource, tell func(link)) {
		tell(link{user: near(r, IPGroups, r.Ref.Parent), used: r.Ref, via: "ip_list"})
	},
	row:     entryRow,
	project: func(r Resource) string { return entry(r).Group.EnterpriseProjectID },
	parent: func(r Resource) Resource {
		parent := Resource{Ref: Ref{Scope: r.Ref.Scope, Kind: IPGroups, ID: r.Ref.Parent}, Name: r.In}
		if e, ok := r.Object.(*Entry); ok && e.Group != nil {
			parent.Object, parent.Created = e.Group, e.Group.CreatedAt
		}
		return parent
	},
}

func entry(r Resource) *Entry { return r.Object.(*Entry) }

// listEntries reads the groups afresh: one alone by itself, several from the list of groups, which holds the same and
// costs one request instead of many; one whose entries the list does not show is read alone too. A group that is no longer
// there has no entries.
func listEntries(ctx context.Context, q *query) error {
	switch len(q.parents) {
	case 0:
		return nil // where a cloud has no IP groups, there is no such list to read
	case 1:
		return q.entriesIn(ctx, q.parents[0])
	}
	wanted := make(map[string]Resource, len(q.parents))
	for _, p := range q.parents {
		wanted[p.Ref.ID] = p
	}
	var mute []Resource
	for page, err := range q.client.IPGroups(ctx) {
		if err != nil {
			return needs(toListGroups, err)
		}
		var rows []Resource
		for i := range page {
			group := &page[i]
			switch parent, ok := wanted[group.ID]; {
			case !ok:
			case !group.Entries.Said():
				mute = append(mute, parent)
			default:
				rows = append(rows, entriesOf(q.home, group)...)
			}
		}
		if len(rows) > 0 {
			q.page(rows)
		}
	}
	for _, parent := range mute {
		if err := q.entriesIn(ctx, parent); err != nil {
			return err
		}
	}
	return nil
}

func (q *query) entriesIn(ctx context.Context, parent Resource) error {
	group, err := q.client.IPGroup(ctx, parent.Ref.ID)
	switch {
	case gonePlainly(err):
		q.remark("IP group " + parent.Label() + " is no longer there")
		return nil
	case err != nil:
		return needs("elb:ipgroups:get", err)
	}
	q.page(entriesOf(q.home, group))
	return nil
}

func entriesOf(home ScopeID, group *client.IPGroup) []Resource {
	objects := make([]Entry, 0, group.Entries.Len())
	rows := make([]Resource, 0, cap(objects))
	for e := range group.Entries.All() {
		objects = append(objects, Entry{IPEntry: e, Group: group, covers: addresses.Parse(e.IP)})
		rows = append(rows, entryRow(home, &objects[len(objects)-1]))
	}
	compareEntries(objects)
	return rows
}

func entryRow(home ScopeID, of Object) Resource {
	e := of.(*Entry)
	return Resource{
		Ref:  Ref{Scope: home, Kind: Entries, Parent: e.Group.ID, ID: e.IP},
		Name: e.IP, In: cmp.Or(e.Group.Name, e.Group.ID), Object: e,
	}
}

// compareEntries gives signs to the entries of one group. Of those with the same addresses the first listed keeps none,
// and what is within others names the outermost: all that have such a sign can go together and the group covers the same.
func compareEntries(group []Entry) {
	order := make([]*Entry, 0, len(group))
	for i := range group {
		e := &group[i]
		if e.covers.Valid() {
			order = append(order, e)
		} else {
			e.signs = append(e.signs, "no address, block or range")
		}
		if e.covers.Everything() {
			e.signs = append(e.signs, "every address")
		}
		if p, ok := e.covers.Prefix(); ok && !p.IsSingleIP() && strings.Contains(e.IP, "-") {
			e.signs = append(e.signs, "is the block "+p.String())
		}
	}
	slices.SortStableFunc(order, func(a, b *Entry) int { return a.covers.Compare(b.covers) })
	var outer, same *Entry // the one that reaches highest so far; the first one of the same addresses
	for _, e := range order {
		switch {
		case same != nil && same.IP == e.IP: // one row, and one deletion
			e.signs = same.signs
			continue
		case same != nil && same.covers == e.covers:
			e.signs = append(e.signs, "duplicate of "+same.IP)
			continue
		case outer != nil && e.covers.High.Compare(outer.covers.High) <= 0:
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
	gaps := g.gapsFor(Entries)
	used, doubts := g.usedBy(IPGroups, r.Ref.Parent, e.Group.Listeners)
	if doubts != nil {
		gaps = append(slices.Clip(doubts), gaps...)
	}
	return judge(r.Ref, madeBy(e.Group.Name, e.Group.Description), used, gaps, entryUnused, e.signs)
}

// S2 says POST where it has the URI, and PUT in its example (api.md 12).
var (
	deleteEntries = &Route{
		Call: "POST ipgroups/{id}/iplist/batch-delete", Max: mostEntries, Instead: deleteEntriesByPut,
		Send: entriesBy((*client.Deleter).DeleteEntries),
	}
	deleteEntriesByPut = &Route{
		Call: "PUT ipgroups/{id}/iplist/batch-delete", Max: mostEntries,
		Send: entriesBy((*client.Deleter).DeleteEntriesByPut),
	}
)

func entriesBy(send func(*client.Deleter, context.Context, string, []string) (client.IPGroup, string, error)) func(context.Context, *client.Deleter, []Resource) ([]Answer, error) {
	return func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
		group, requestID, err := send(d, ctx, items[0].Ref.Parent, idsOf(items))
		if err != nil {
			return nil, needs("elb:ipgroups:put", err)
		}
		if !strings.EqualFold(group.ID, items[0].Ref.Parent) {
			return []Answer{{ID: group.ID, RequestID: requestID}}, nil // nobody asked for that one
		}
		return remaining(items, group, requestID), nil
	}
}

// remaining reads S2's answer, which is the group as it is afterwards. An entry still in it was not deleted, or the answer
// is older than its deletion: nothing stands in the way of one. The service may spell it in its own way; an entry of the same
// address that was there before beside it is another one.
func remaining(items []Resource, group client.IPGroup, requestID string) []Answer {
	spelled := make(map[string]bool, group.Entries.Len())
	before, after := map[addresses.Key]int{}, map[addresses.Key]int{}
	for e := range entry(items[0]).Group.Entries.All() {
		before[addresses.KeyOf(e.IP)]++
	}
	for e := range group.Entries.All() {
		spelled[e.IP] = true
		after[addresses.KeyOf(e.IP)]++
	}
	answers := make([]Answer, 0, len(items))
	for _, r := range items {
		a := Answer{ID: r.Ref.ID, Said: SaidDeleted, RequestID: requestID}
		same := addresses.KeyOf(r.Ref.ID)
		if spelled[r.Ref.ID] || after[same] > 0 && after[same] >= before[same] {
			a.Said, a.Message = Unclear, "still in the group after the request"
		}
		answers = append(answers, a)
	}
	return answers
}
