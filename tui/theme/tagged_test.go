package theme

import "testing"

func TestTagged(t *testing.T) {
	for _, e := range []struct {
		name, tag string
		w         int
		want      string
	}{
		{"acl1", "", 20, "acl1"},
		{"a-name-that-is-much-longer", "", 20, "a-name-that-is-much-longer"},
		{"acl1", "a39ea157…", 20, "acl1 a39ea157…"},
		{"office-acl-frankfurt", "a39ea157…", 20, "office-ac… a39ea157…"},
		{"拒否リスト", "a39ea157…", 20, "拒否リスト a39ea157…"},
		{"拒否リスト", "a39ea157…", 19, "拒否リス… a39ea157…"},
		{"", "a39ea157…", 20, "a39ea157…"},
		{"acl1", "11111111-aaaa-bbbb-cccc", 20, "… 11111111-aaaa-bbbb-cccc"},
	} {
		if got := Tagged(e.name, e.tag, e.w); got != e.want {
			t.Errorf("%q, %q in %d: %q, want %q", e.name, e.tag, e.w, got, e.want)
		}
	}
}
