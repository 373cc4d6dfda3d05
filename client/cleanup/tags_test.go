package cleanup

import (
	"maps"
	"slices"
	"testing"

	"janitor/client/inventory"
)

func TestTagsTellSameNamesApart(t *testing.T) {
	item := func(name, in, id string) Item {
		return Item{Resource: inventory.Resource{Ref: inventory.Ref{ID: id, Parent: in}, Name: name, In: in}}
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
			entry("10.0.0.9", "acl1", "a39ea157-10c8"), // so does what it is called by beside them
			entry("10.0.0.9", "acl1", "77aa0001-10c8"),
		},
		LeftOut: []LeftOut{
			{Ref: inventory.Ref{ID: "22222222-3333"}, Label: "kept"}, {Ref: inventory.Ref{ID: "x"}, Label: "x"},
			{Ref: inventory.Ref{ID: "10.0.0.9", Parent: "a39ea157-10c8"}, Label: "10.0.0.9"}, // no parent stands beside these
			{Ref: inventory.Ref{ID: "10.0.0.9", Parent: "77aa0001-10c8"}, Label: "10.0.0.9"},
		},
	}
	items, leftOut := p.Tags()
	if want := []string{"a39ea157…", "77aa0001…", "", "", "", "00000000-0001", "00000000-0002", "", "11111111…", "b1", "üüüüüüüü", "", ""}; !slices.Equal(items, want) {
		t.Errorf("items %q, want %q", items, want)
	}
	if want := []string{"22222222…", "", "a39ea157…", "77aa0001…"}; !slices.Equal(leftOut, want) {
		t.Errorf("left out %q, want %q", leftOut, want)
	}
	if got, want := p.Parents(), map[string]string{"blue": "blue", "green": "green", "a39ea157-10c8": "acl1 a39ea157…", "77aa0001-10c8": "acl1 77aa0001…"}; !maps.Equal(got, want) {
		t.Errorf("parents %q, want %q", got, want)
	}
	if got := (Plan{Items: []Item{item("acl1", "", "1")}}).Parents(); got != nil {
		t.Errorf("parents of what is in nothing: %q", got)
	}
	if items, leftOut := (Plan{}).Tags(); len(items)+len(leftOut) != 0 {
		t.Errorf("an empty plan has tags %q %q", items, leftOut)
	}
}
