package search_test

import (
	"strings"
	"testing"
	"unicode"

	"janitor/client/search"
)

func lets(typed, text string) bool {
	words := search.Parse(typed)
	return words.Match(search.AppendFolded(nil, text))
}

func TestEveryWordMustOccurAndNoneAfterAnExclamationMark(t *testing.T) {
	for _, test := range []struct {
		typed string
		want  bool // of "Prod-web\nin use"
	}{
		{"", true},
		{" \t", true},
		{"prod", true},
		{"PROD", true},
		{"web prod", true}, // in any order
		{"rod-we", true},   // a part of one
		{"prod test", false},
		{"in use", true}, // two words
		{"webin", false}, // no word goes over the end of a line
		{"!prod", false},
		{"!test", true},
		{"! prod", false},
		{"! test", true},
		{"  !   test prod ", true},
		{"prod ! web", false},
		{"! test web", true}, // only the next word
		{"! test ! prod", false},
		{"! !prod", false},
		{"! ! prod", false},
		{"!prod !", false},
		{"!", true}, // one is still typing
		{"prod !", true},
		{"! ", true},
		{"prod!", false}, // within a word it is a sign like others
	} {
		if got := lets(test.typed, "Prod-web\nin use"); got != test.want {
			t.Errorf("%q: %v, want %v", test.typed, got, test.want)
		}
	}
}

func TestCaseDoesNotMatterInAnyScript(t *testing.T) {
	for _, test := range []struct {
		typed, text string
		want        bool
	}{
		{"größe", "GRÖßE", true},
		{"GRÖSSE", "Größe", false}, // ß is no pair of letters
		{"ПРОД", "прод-1", true},
		{"证书", "旧证书-2", true},
		{"kelvin", "\u212aelvin", true},
		{"strasse", "ſtraſſe", true},
		{"οδος", "ΟΔΟΣ", true},
		{"istanbul", "İstanbul", true},
	} {
		if got := lets(test.typed, test.text); got != test.want {
			t.Errorf("%q in %q: %v, want %v", test.typed, test.text, got, test.want)
		}
	}
}

func TestWordsThatLetEverythingThroughAreEmpty(t *testing.T) {
	for typed, want := range map[string]bool{"": true, " ": true, "!": true, " ! ! ": true, "a": false, "!a": false, "! a": false} {
		if words := search.Parse(typed); words.Empty() != want {
			t.Errorf("%q: %v, want %v", typed, !want, want)
		}
	}
	if zero := new(search.Words); !zero.Empty() || !zero.Match([]byte("a")) {
		t.Error("the zero value leaves something out")
	}
}

// FuzzParse: a text is let through by a word of its own and not by the same word excluded, whatever else is typed.
func FuzzParse(f *testing.F) {
	for _, seed := range [][2]string{{"web !old", "web-1"}, {"! x", "größe"}, {"!", "!a"}, {"a\xff", "\xff"}, {"\u212a", "k"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, typed, text string) {
		passes := lets(typed, text)
		for word := range strings.FieldsSeq(text) {
			if strings.HasPrefix(word, "!") {
				continue
			}
			if !lets(word, text) {
				t.Fatalf("%q is not found in %q", word, text)
			}
			if lets("!"+word, text) || lets(typed+" !"+word, text) {
				t.Fatalf("%q is in %q, and !%s with %q lets it through", word, text, word, typed)
			}
			// A "!" at the end of what is typed would take the word.
			if end := strings.TrimRightFunc(typed, func(r rune) bool { return r == '!' || unicode.IsSpace(r) }); lets(end+" "+word, text) != lets(end, text) {
				t.Fatalf("%q is in %q, and changes what %q lets through", word, text, end)
			}
		}
		if words := search.Parse(typed); words.Empty() && !passes {
			t.Fatalf("%q is empty, and does not let %q through", typed, text)
		}
	})
}
