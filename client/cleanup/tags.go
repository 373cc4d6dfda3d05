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
	type name struct{ label, in string }
	var names []name
	var ids []string
	for i := range p.Items {
		r := &p.Items[i].Resource
		names, ids = append(names, name{r.Label(), r.Ref.Parent}), append(ids, r.Ref.ID)
	}
	for _, l := range p.LeftOut {
		id := l.Ref.ID
		if id == l.Label { // an entry: its group does not stand beside it
			id = l.Ref.Parent
		}
		names, ids = append(names, name{l.Label, ""}), append(ids, id)
	}
	tags := inventory.Apart(names, ids)
	for i, n := range names {
		if n.label == ids[i] {
			tags[i] = ""
		}
	}
	return tags[:len(p.Items):len(p.Items)], tags[len(p.Items):]
}
