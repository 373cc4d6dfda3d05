package spelling_test

import (
	"math/rand/v2"
	"testing"

	"janitor/client/spelling"
)

func TestTheNearestOfTheKnownWordsIsMeant(t *testing.T) {
	known := []string{"name", "age", "servers", "verdict", "größe", "IP groups"}
	for word, want := range map[string]string{
		"agge":      "age",       // one too many
		"ag":        "age",       // one is missing
		"aga":       "age",       // another one
		"aeg":       "age",       // two are swapped
		"NAME":      "name",      // case
		" name ":    "name",      // blanks around
		"grösse":    "größe",     // characters, not bytes
		"ip group":  "IP groups", // the known word is given as it is known
		"serv":      "servers",   // it begins so
		"verdicts2": "verdict",   // and this begins with it
		"x":         "",
		"dns":       "",
		"":          "",
		"  ":        "",
	} {
		if got := spelling.Nearest(word, known); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
	if got := spelling.Nearest("cat", []string{"bat", "rat"}); got != "bat" {
		t.Errorf("of equally near ones %q, want the first", got)
	}
	if got := spelling.Nearest("cat", nil); got != "" {
		t.Errorf("%q of no words", got)
	}
}

func TestASuggestionIsTheNearestWordOrAll(t *testing.T) {
	for word, want := range map[string]string{
		"elbe": `did you mean "elb"?`, "IAM": `did you mean "iam"?`, "dns": "known here: elb, apig, roma, iam",
	} {
		if got := spelling.Suggest(word, []string{"elb", "apig", "roma", "iam"}); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

func TestOneSlipInALongWordIsAlwaysUnderstood(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	known := []string{"certificates", "channels", "protected"}
	for range 2000 {
		want := known[rng.IntN(len(known))]
		word := []byte(want)
		switch at := rng.IntN(len(word) - 1); rng.IntN(4) {
		case 0:
			word = append(word[:at], word[at+1:]...)
		case 1:
			word[at] = byte('a' + rng.IntN(26))
		case 2:
			word[at], word[at+1] = word[at+1], word[at]
		default:
			word = append(word[:at], append([]byte{'x'}, word[at:]...)...)
		}
		if got := spelling.Nearest(string(word), known); got != want {
			t.Fatalf("%q: %q, want %q", word, got, want)
		}
	}
}
