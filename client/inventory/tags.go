package inventory

// Tags tell apart parents of one name where what is in them is shown together: the beginning of the id or, where that
// is no help, all of it, by id. named are the names of the parents by id; those that are called like no other have no tag.
func Tags(named map[string]string) map[string]string {
	type key struct{ name, id string }
	count := make(map[key]int, 2*len(named))
	for id, name := range named {
		count[key{name, ""}]++
		count[key{name, Brief(id)}]++
	}
	tags := map[string]string{}
	for id, name := range named {
		switch {
		case count[key{name, ""}] == 1:
		case count[key{name, Brief(id)}] == 1:
			tags[id] = Brief(id)
		default:
			tags[id] = id
		}
	}
	return tags
}
