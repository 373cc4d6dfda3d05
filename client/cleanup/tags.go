package cleanup

import (
	"strings"

	"janitor/client/inventory"
)

// Parents are the names of what the items are in, by id; those that are called alike have the beginning of their id
// after the name: "acl1 a39ea157…". It is nil when they are in nothing.
func (p Plan) Parents() map[string]string {
	var names map[string]string
	for i := range p.Items {
		r := &p.Items[i].Resource
		if r.In == "" {
			continue
		}
		if names == nil {
			names = map[string]string{}
		}
		names[r.Ref.Parent] = r.In
	}
	for id, tag := range inventory.Tags(names) {
		names[id] = strings.TrimSpace(names[id] + " " + tag)
	}
	return names
}

// Tags tell apart what has the same label: the beginning of the id ("a39ea157…"), the whole id where its beginning is no
// help, "" where the label says enough, or the label with the parent that stands beside it. They go with Items and LeftOut
// one to one.
func (p Plan) Tags() (items, leftOut []string) {
	type name struct{ label, in, id string }
	var names []name
	for i := range p.Items {
		r := &p.Items[i].Resource
		names = append(names, name{r.Label(), r.Ref.Parent, r.Ref.ID})
	}
	for _, l := range p.LeftOut {
		n := name{l.Label, "", l.Ref.ID}
		if n.id == n.label { // an entry: its group does not stand beside it
			n.id = l.Ref.Parent
		}
		names = append(names, n)
	}
	count := make(map[name]int, len(names))
	for _, n := range names {
		count[name{n.label, n.in, ""}]++
		count[name{n.label, n.in, inventory.Brief(n.id)}]++
	}
	tags := make([]string, len(names))
	for i, n := range names {
		switch {
		case n.id == n.label || n.id == "" || count[name{n.label, n.in, ""}] == 1:
		case count[name{n.label, n.in, inventory.Brief(n.id)}] == 1:
			tags[i] = inventory.Brief(n.id)
		default:
			tags[i] = n.id
		}
	}
	return tags[:len(p.Items):len(p.Items)], tags[len(p.Items):]
}
