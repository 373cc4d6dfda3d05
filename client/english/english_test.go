package english_test

import (
	"strings"
	"testing"

	"janitor/client/english"
)

func TestANumberGoesWithItsNoun(t *testing.T) {
	for n, want := range map[int]string{0: "0 entries", 1: "1 entry", 2: "2 entries", 12345: "12345 entries"} {
		if got := english.Count(n, "entry", "entries"); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
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
