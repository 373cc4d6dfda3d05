package cleanup

import "strings"

// shortID is how many characters of an id tell two things of one name apart.
const shortID = 8

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
		count[name{n.label, n.in, short(n.id)}]++
	}
	tags := make([]string, len(names))
	for i, n := range names {
		switch {
		case n.id == n.label || n.id == "" || count[name{n.label, n.in, ""}] == 1:
		case count[name{n.label, n.in, short(n.id)}] == 1:
			tags[i] = short(n.id)
		default:
			tags[i] = n.id
		}
	}
	return tags[:len(p.Items):len(p.Items)], tags[len(p.Items):]
}

func short(id string) string {
	for i := range id {
		if shortID == strings.Count(id[:i], "")-1 {
			return id[:i] + "…"
		}
	}
	return id
}
