package browse

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/tui/table"
	"janitor/tui/theme"
)

// named is rows that show nothing but a name.
type named []string

func (n named) Len() int                           { return len(n) }
func (n named) Key(i int) string                   { return n[i] }
func (n named) Cell(i, _ int) (string, theme.Role) { return n[i], theme.Text }
func (n named) Compare(_, i, j int) int            { return strings.Compare(n[i], n[j]) }
func (n named) Text(i int) string                  { return n[i] }

// agree asks the table and the command line's filter whether plain words let a name through.
func agree(t *testing.T, words, name string) bool {
	t.Helper()
	kind, err := inventory.Lookup(inventory.Pools)
	if err != nil {
		t.Fatal(err)
	}
	f, err := filter.New(kind, words)
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	row := inventory.Resource{Ref: inventory.Ref{Kind: inventory.Pools, ID: "0"}, Name: name, Object: &inventory.Pool{}}
	list := table.New[string](theme.New(theme.Look{NoColor: true}), []table.Column{{Title: "NAME"}})
	list.Set(table.Prepare(named{name}, table.Sort{}))
	list.Filter(words)
	onScreen, elsewhere := list.Shown() == 1, f.Match(&row, time.Unix(0, 0)) == filter.Yes
	if onScreen != elsewhere {
		t.Fatalf("%q lets %q through: %v on the screen, %v elsewhere", words, name, onScreen, elsewhere)
	}
	return onScreen
}

// What is on the screen is what the command line gives.
func TestPlainWordsMeanTheSameEverywhere(t *testing.T) {
	for _, test := range []struct {
		words string
		want  bool // of Prod-web
	}{
		{"", true},
		{"prod", true},
		{"prod test", false},
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
	} {
		if got := agree(t, test.words, "Prod-web"); got != test.want {
			t.Errorf("%q: %v, want %v", test.words, got, test.want)
		}
	}
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	passed := 0
	for range 5_000 {
		var words strings.Builder
		for range rng.IntN(7) {
			words.WriteString([]string{"!", "!", " ", " ", "\t", "prod", "TEST", "größe"}[rng.IntN(8)])
		}
		if agree(t, words.String(), []string{"prod-test", "Größe-!test", "x"}[rng.IntN(3)]) {
			passed++
		}
	}
	if passed < 500 || passed > 4_500 {
		t.Errorf("%d of 5000 pass: this shows little", passed)
	}
}
