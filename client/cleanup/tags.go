package cleanup

import "janitor/client/inventory"

// Tags tell apart what has the same label in the same parent: the beginning of the id ("a39ea157…"), the whole id where
// its beginning is no help, "" where the label says enough. They go with Items and LeftOut one to one.
func (p Plan) Tags() (items, leftOut []string) {
	type name struct{ label, in, id string }
	var names []name
	for _, it := range p.Items {
		n := name{it.Resource.Label(), it.Resource.In, it.Resource.Ref.ID}
		if n.id == n.label { // an entry: in groups of one name
			n.id = it.Resource.Ref.Parent
		}
		names = append(names, n)
	}
	for _, l := range p.LeftOut {
		names = append(names, name{l.Label, "", l.Ref.ID})
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
