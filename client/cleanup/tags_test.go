package cleanup

import (
	"slices"
	"testing"

	"janitor/client/inventory"
)

func TestTagsTellSameNamesApart(t *testing.T) {
	item := func(name, in, id string) Item {
		return Item{Resource: inventory.Resource{Ref: inventory.Ref{ID: id}, Name: name, In: in}}
	}
	entry := func(ip, in, group string) Item {
		return Item{Resource: inventory.Resource{Ref: inventory.Ref{ID: ip, Parent: group}, Name: ip, In: in}}
	}
	p := Plan{
		Items: []Item{
			item("acl1", "", "a39ea157-10c8"),
			item("acl1", "", "77aa0001-10c8"),
			item("alone", "", "12345678-90ab"),
			item("10.0.0.1", "blue", "m-1"), // the parent tells them apart
			item("10.0.0.1", "green", "m-2"),
			item("same", "", "00000000-0001"), // the beginning does not
			item("same", "", "00000000-0002"),
			item("", "", "no-name"),
			item("kept", "", "11111111-2222"),
			item("brief", "", "b1"),
			item("brief", "", "üüüüüüüü"),
			entry("10.0.0.9", "acl1", "a39ea157-10c8"), // groups of one name
			entry("10.0.0.9", "acl1", "77aa0001-10c8"),
		},
		LeftOut: []LeftOut{{Ref: inventory.Ref{ID: "22222222-3333"}, Label: "kept"}, {Ref: inventory.Ref{ID: "x"}, Label: "x"}},
	}
	items, leftOut := p.Tags()
	if want := []string{"a39ea157…", "77aa0001…", "", "", "", "00000000-0001", "00000000-0002", "", "11111111…", "b1", "üüüüüüüü", "a39ea157…", "77aa0001…"}; !slices.Equal(items, want) {
		t.Errorf("items %q, want %q", items, want)
	}
	if want := []string{"22222222…", ""}; !slices.Equal(leftOut, want) {
		t.Errorf("left out %q, want %q", leftOut, want)
	}
	if items, leftOut := (Plan{}).Tags(); len(items)+len(leftOut) != 0 {
		t.Errorf("an empty plan has tags %q %q", items, leftOut)
	}
}
