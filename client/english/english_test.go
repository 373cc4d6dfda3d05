package english_test

import (
	"strings"
	"testing"

	"janitor/client/english"
)

func TestANumberGoesWithItsNoun(t *testing.T) {
	for n, want := range map[int]string{0: "0 entries", 1: "1 entry", 2: "2 entries", 12345: "12 345 entries"} {
		if got := english.Count(n, "entry", "entries"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", 43087: "43 087", 1234567: "1 234 567", -100: "-100", -1000: "-1 000"} {
		if got := english.Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestSomeOfSeveral(t *testing.T) {
	for _, test := range []struct {
		n, of int
		want  string
	}{
		{1, 1, "1 pool is"}, {1, 23, "1 of the 23 pools is"}, {2, 2, "both pools are"}, {3, 3, "all 3 pools are"},
		{22, 23, "22 of the 23 pools are"}, {1, 2, "1 of the 2 pools is"}, {1000, 43087, "1 000 of the 43 087 pools are"}, {0, 3, "0 of the 3 pools are"},
	} {
		if got := english.Are(test.n, test.of, "pool", "pools"); got != test.want {
			t.Errorf("%d of %d: %q, want %q", test.n, test.of, got, test.want)
		}
	}
}

func TestPluralsAreRegular(t *testing.T) {
	for one, want := range map[string]string{"server": "servers", "policy": "policies", "health monitor": "health monitors"} {
		if got := english.Plural(one); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheLastOfSeveralWordsIsJoinedByAnotherWord(t *testing.T) {
	for _, test := range []struct{ words, and, or string }{
		{"", "", ""},
		{"a", "a", "a"},
		{"a b", "a and b", "a or b"},
		{"a b c", "a, b and c", "a, b or c"},
		{"a b c d", "a, b, c and d", "a, b, c or d"},
	} {
		words := strings.Fields(test.words)
		if and, or := english.And(words), english.Or(words); and != test.and || or != test.or {
			t.Errorf("%q: %q and %q, want %q and %q", words, and, or, test.and, test.or)
		}
	}
}
