package inventory

import (
	"context"
	"fmt"
	"time"

	"janitor/client"
)

var ipGroups = &Kind{
	ID: IPGroups, One: "IP group", Many: "IP groups", Title: "IP groups", Holds: Entries,
	Columns: []Column{
		nameColumn("NAME"),
		numberColumn("entries", "ENTRIES", 7, func(r Resource) int { return len(ipGroup(r).Entries) }).means("entries in it"),
		numberColumn("listeners", "LISTENERS", 9, func(r Resource) int { return len(ipGroup(r).Listeners) }).means("listeners it names itself; reasons tell all"),
		ageColumn(),
		idColumn(),
		createdFact(),
		descriptionFact(func(r Resource) string { return ipGroup(r).Description }),
	},
	Needs: []ListID{listeners},
	Judge: func(r Resource, g *Graph) Verdict {
		group := ipGroup(r)
		var signs []string
		if len(group.Entries) == 0 {
			signs = empty
		}
		return judge(r.Ref, nil, g.usedBy(IPGroups, group.ID, group.Listeners), g.gapsFor(IPGroups), groupUnused, signs)
	},
	Fields: func(r Resource, now time.Time) []Field {
		group := ipGroup(r)
		return fields(r, now,
			Field{"Entries", fmt.Sprint(len(group.Entries))},
			Field{"Listeners", ids(group.Listeners)},
			Field{"Description", group.Description},
			Field{"Enterprise project", group.EnterpriseProjectID},
		)
	},
	Deletion: &Deletion{
		Route: func(Resource) *Route { return deleteIPGroup },
		Takes: func(r Resource) string {
			if n := len(ipGroup(r).Entries); n > 0 {
				return count(n, "entry", "entries")
			}
			return ""
		},
		Undo: func(Resource) (Undo, string) { return NewID, "it comes back with a new id" },
	},
	lists: []list{{id: "IP groups", read: func(ctx context.Context, q *query) error {
		for page, err := range q.client.IPGroups(ctx) {
			if err != nil {
				return err
			}
			rows := make([]Resource, len(page))
			for i := range page {
				rows[i] = groupResource(q.scope, &page[i])
			}
			q.page(rows)
		}
		return nil
	}}},
}

var groupUnused = []Reason{{Text: "no listener"}}

func ipGroup(r Resource) *client.IPGroup { return r.Object.(*client.IPGroup) }

func groupResource(s Scope, g *client.IPGroup) Resource {
	return Resource{Ref: Ref{Scope: s.ID(), Kind: IPGroups, ID: g.ID}, Name: g.Name, Created: g.CreatedAt.Time, Object: g}
}

var deleteIPGroup = &Route{
	Call: "DELETE ipgroups/{id}", Max: 1,
	Send: func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
		return single(items, d.DeleteIPGroup(ctx, items[0].Ref.ID))
	},
}
