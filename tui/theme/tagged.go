package theme

import "strings"

// Tagged is a name with what tells it apart from others after it, of which the name gives way where both do not fit into w
// columns. Without a tag it is the name, of any width.
func Tagged(name, tag string, w int) string {
	if tag == "" {
		return name
	}
	if room := max(w-Width(tag)-1, 1); Width(name) > room {
		name = strings.TrimRight(Fit(name, room), " ")
	}
	return strings.TrimLeft(name+" "+tag, " ")
}
