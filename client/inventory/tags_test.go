package inventory

import (
	"maps"
	"testing"
)

func TestParentsOfOneNameAreToldApart(t *testing.T) {
	got := Tags(map[string]string{
		"a39ea157-1111": "acl1", "b47f0011-2222": "acl1", "c0ffee00-3333": "office",
		"11111111-aaaa": "lab", "11111111-bbbb": "lab", "22222222-cccc": "lab", "short": "", "also": "",
	})
	want := map[string]string{
		"a39ea157-1111": "a39ea157…", "b47f0011-2222": "b47f0011…",
		"11111111-aaaa": "11111111-aaaa", "11111111-bbbb": "11111111-bbbb", "22222222-cccc": "22222222…", "short": "short", "also": "also",
	}
	if !maps.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := Tags(nil); len(got) != 0 {
		t.Errorf("of none: %q", got)
	}
}
