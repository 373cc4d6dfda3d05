package screen

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"janitor/tui/theme"
)

func TestALineShowsThePartAroundItsCursor(t *testing.T) {
	th := theme.New(theme.Look{NoColor: true})
	for _, test := range []struct {
		text  string
		back  int // how far the cursor goes back
		w     int
		want  string
		char  int
		under int // the column of char
	}{
		{"unused", 0, 10, "unused ", 2, 2},
		{"unused", 6, 10, "unused", 0, 0},
		{"unused && age", 0, 8, " && age ", 12, 6},
		{"unused && age", 0, 8, " && age ", 0, 0},
		{"unused && age", 13, 8, "unused …", 12, 7},
		{"名前前前", 0, 6, "前前 ", 3, 2},
	} {
		var l Line
		l.Set(test.text)
		l.at -= test.back
		if got := ansi.Strip(l.Draw(th, test.w)); got != test.want {
			t.Errorf("%q in %d: %q, want %q", test.text, test.w, got, test.want)
		}
		if got := l.Column(test.char, test.w); got != test.under {
			t.Errorf("%q in %d: character %d is at %d, want %d", test.text, test.w, test.char, got, test.under)
		}
	}
}

// A part of what was pasted could mean something else.
func TestWhatDoesNotFitIsNotTypedInPart(t *testing.T) {
	var l Line
	l.Set("age > 9")
	if l.Insert(strings.Repeat("0", MaxLine)) || l.String() != "age > 9" {
		t.Errorf("typed %q", l.String())
	}
	if l.Replace(0, strings.Repeat("0", MaxLine+1)) || l.String() != "age > 9" || l.Cursor() != 7 {
		t.Errorf("replaced by %q", l.String())
	}
	if !l.Replace(6, "30\x1b\a") || l.String() != "age > 30" {
		t.Errorf("control characters: %q", l.String())
	}
}

// Words that stood on lines of their own stay words.
func TestBreaksAndTabsBecomeOneSpace(t *testing.T) {
	for pasted, want := range map[string]string{
		"!prod\n!test":                  "!prod !test",
		"!prod\r\n\r\n!test":            "!prod !test",
		"!prod\t\t!test\n":              "!prod !test ", // what is pasted next is another word
		"!prod \n!test":                 "!prod !test",
		"\n!prod":                       " !prod",
		"a\u00a0b\u2028c\u3000d\u0085e": "a b c d e",
		"two  spaces":                   "two  spaces",
		"a\x1b\x00b":                    "ab",
	} {
		var l Line
		if l.Set(pasted); l.String() != want {
			t.Errorf("%q became %q, want %q", pasted, l.String(), want)
		}
	}
	var l Line
	l.Insert("!prod\n")
	l.Insert("\n!test")
	if l.String() != "!prod !test" {
		t.Errorf("pasted twice: %q", l.String())
	}
	if l.Set(strings.Repeat("x", MaxLine) + "\n"); len(l.String()) != 0 {
		t.Errorf("%d characters", len(l.String()))
	}
}
