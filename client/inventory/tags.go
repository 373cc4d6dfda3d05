package inventory

// Apart tells apart what is called alike: the beginning of its id ("a39ea157…") or, where that is no help, all of it; "" for
// what is called like nothing else. Names and ids go together one to one, as do the tags.
func Apart[Name comparable](names []Name, ids []string) []string {
	type key struct {
		name Name
		id   string
	}
	count := make(map[key]int, 2*len(names))
	for i, name := range names {
		count[key{name, ""}]++
		count[key{name, Brief(ids[i])}]++
	}
	tags := make([]string, len(names))
	for i, name := range names {
		if count[key{name, ""}] == 1 {
			continue
		}
		if tags[i] = Brief(ids[i]); count[key{name, tags[i]}] > 1 {
			tags[i] = ids[i]
		}
	}
	return tags
}

// Tags are those of [Apart] of parents, where what is in them is shown together, by id. named are their names by id; those that
// are called like no other have no tag.
func Tags(named map[string]string) map[string]string {
	var ids, names []string
	for id, name := range named {
		ids, names = append(ids, id), append(names, name)
	}
	tags := map[string]string{}
	for i, tag := range Apart(names, ids) {
		if tag != "" {
			tags[ids[i]] = tag
		}
	}
	return tags
}
