package filter_test

import (
	"slices"
	"strings"
	"testing"

	"janitor/client/filter"
	"janitor/client/inventory"
)

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		kind   inventory.KindID
		before string // the cursor stands at its end
		from   int
		want   string // joined by spaces
		some   bool   // these are among them
	}{
		{inventory.Pools, "=un", 1, "unused unknown", false},
		{inventory.Pools, "=unused && ag", 11, "age", false},
		{inventory.Pools, "=unused && age", 11, "", false},
		{inventory.Pools, "=unused && (AG", 12, "age", false},
		{inventory.Pools, `=name == "日本" and ser`, 18, "servers", false},
		{inventory.Pools, "=not p", 5, "protected protocol", false},
		{inventory.Pools, "=", 1, "name id unused any( len( not", true},
		{inventory.Pools, "=cov", 1, "", false},
		{inventory.Entries, "=co", 1, "count( covers( contains(", false},
		{inventory.Entries, "=addr", 1, "", false}, // asked by functions
		{inventory.Entries, "=da", 1, "", false},   // has no dates
		{inventory.Pools, "=name st", 6, "startsWith", false},
		{inventory.Pools, "=name ", 6, "and or not in contains startsWith endsWith matches", false},
		{inventory.Pools, "=name not i", 10, "in", false},
		{inventory.Pools, "=servers > 90 an", 14, "and", false},
		{inventory.Pools, `=name in ["a"] an`, 15, "and", false},
		{inventory.Pools, "=verdict == \"", 13, "unused\x00in use\x00protected\x00unknown", false},
		{inventory.Pools, "=verdict == \"un", 13, "unused unknown", false},
		{inventory.Pools, "=verdict in [\"unused\", \"p", 24, "protected", false},
		{inventory.Pools, "=verdict not in [\"p", 18, "protected", false},
		{inventory.Members, "=health != 'h", 12, "healthy", false},
		{inventory.Pools, "=name == \"un", 10, "", false},
		{inventory.Pools, "=not in [\"un", 10, "", false},
		{inventory.Pools, "=any(reasons, .v", 15, "via", false},
		{inventory.Pools, "=any(reasons, .", 15, "text via by", false},
		{inventory.Pools, "=age > 90", 9, "", false},
		{inventory.Pools, "=age @ ag", 9, "", false},
		{inventory.Pools, "unu", 3, "", false}, // plain words
		{inventory.Pools, "", 0, "", false},
	} {
		// What follows the cursor does not matter.
		for _, after := range []string{"", " and used", `"x`} {
			from, words := filter.Complete(kind(t, c.kind), c.before+after, len([]rune(c.before)))
			want := strings.Fields(c.want)
			if strings.Contains(c.want, "\x00") {
				want = strings.Split(c.want, "\x00")
			}
			ok := slices.Equal(words, want)
			if c.some {
				ok = !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(words, w) })
			}
			if from != c.from || !ok {
				t.Errorf("%s|%s: from %d %q, want from %d %q", c.before, after, from, words, c.from, want)
			}
		}
	}
}
