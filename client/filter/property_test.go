package filter_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"janitor/client/filter"
	"janitor/client/inventory"
)

func seed(t *testing.T) *rand.Rand {
	t.Helper()
	n := uint64(time.Now().UnixNano())
	t.Logf("seed %d", n)
	return rand.New(rand.NewPCG(n, 1))
}

// TestAgainstTheSecondOpinion: whatever expression in whatever spelling, of any row of any kind; and its opposite never
// selects the same row, nor one of which either is undecided.
func TestAgainstTheSecondOpinion(t *testing.T) {
	r := seed(t)
	answers := map[filter.Answer]int{}
	for _, k := range inventory.Kinds() {
		rows := resources(t, r, k.ID, 60)
		w := &writer{r, k.ID, opinionOf(k.ID)}
		for range 800 {
			tree := w.tree(3)
			text := w.spell(tree.tokens)
			opposite := w.spell(w.negated(tree).tokens)
			if len([]rune(opposite)) > 990 {
				continue
			}
			f, err := filter.Expression(k, text)
			if err != nil {
				t.Fatalf("%s: %s: %v", k.ID, text, err)
			}
			g, err := filter.New(k, "="+opposite)
			if err != nil {
				t.Fatalf("%s: %s: %v", k.ID, opposite, err)
			}
			for i := range rows {
				want := map[truth]filter.Answer{0: filter.No, 1: filter.Yes, -1: filter.Undecided}[tree.means(rows[i])]
				got, back := f.Match(&rows[i], now), g.Match(&rows[i], now)
				if got != want {
					t.Fatalf("%s: %s\nof %+v\n%+v: %s, want %s", k.ID, text, rows[i], rows[i].Object, got, want)
				}
				if got == filter.Yes && back == filter.Yes || (got == filter.Undecided) != (back == filter.Undecided) || got == filter.No && back != filter.Yes {
					t.Fatalf("%s: %s is %s, and %s is %s", k.ID, text, got, opposite, back)
				}
				answers[got]++
			}
		}
	}
	for _, a := range []filter.Answer{filter.No, filter.Yes, filter.Undecided} {
		if answers[a] < 5_000 {
			t.Errorf("only %d answers are %s: this shows little", answers[a], a)
		}
	}
}

// TestMisspeltFields: a field that does not exist is refused where it stands, in whatever expression.
func TestMisspeltFields(t *testing.T) {
	r := seed(t)
	for _, k := range inventory.Kinds() {
		w := &writer{r, k.ID, opinionOf(k.ID)}
		taken := []string{"and", "or", "not", "in", "let", "if", "else", "nil", "true", "false", "contains", "startsWith", "endsWith", "matches"}
		taken = append(taken, filter.Names(k)...)
		for range 500 {
			f := pick(r, filter.Fields(k)...)
			name := []rune(f.Name)
			switch i := r.IntN(len(name)); r.IntN(4) {
			case 0:
				name = slices.Delete(name, i, i+1)
			case 1:
				name = slices.Insert(name, i, rune('a'+r.IntN(26)))
			case 2:
				name[i] = pick(r, rune('a'+r.IntN(26)), 'Ü', '_')
			case 3:
				j := r.IntN(len(name))
				name[i], name[j] = name[j], name[i]
			}
			if len(name) == 0 || slices.Contains(taken, string(name)) {
				continue
			}
			before := w.spell(w.in(w.tree(1), 3)) + pick(r, "&&", " or ", " and !", "|| not ")
			text := "=" + before + string(name)
			_, err := filter.New(k, text)
			var bad *filter.Error
			if !errors.As(err, &bad) {
				t.Fatalf("%s: %s is taken", k.ID, text)
			}
			if want := len([]rune(before)) + 2; bad.Column != want || len(bad.Fields) < 10 {
				t.Fatalf("%s: %s: %v, want column %d", k.ID, text, err, want)
			}
			if bad.Near == "" && len(name) > 3 && distanceOne(f.Name, string(name)) {
				t.Fatalf("%s: %s: %v does not think of %s", k.ID, text, err, f.Name)
			}
		}
	}
}

// distanceOne: one character more or less, or another one.
func distanceOne(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(x) <= 1 && len(y) <= 1
}
