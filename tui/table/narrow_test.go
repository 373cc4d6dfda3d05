package table

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"janitor/client/search"
	"janitor/tui/keys"
)

// only keeps the rows in this state; "" keeps all.
func only(rows pools, state string) []bool {
	if state == "" {
		return nil
	}
	keep := make([]bool, len(rows))
	for i, p := range rows {
		keep[i] = p.state == state
	}
	return keep
}

func TestNarrowedRowsAndWordsAreShownTogether(t *testing.T) {
	for _, c := range []struct {
		state, words string
		sort         Sort
		want         []string
	}{
		{"", "", Sort{}, []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{"unused", "", Sort{}, []string{"p1", "p5", "p6"}},
		{"unused", "", Sort{Column: 2}, []string{"p5", "p1", "p6"}},
		{"unused", "", Sort{Column: 2, Reverse: true}, []string{"p6", "p1", "p5"}},
		{"unused", "web !blue", Sort{}, []string{"p5", "p6"}},
		{"unused", "edge", Sort{}, nil},
		{"in use", "", Sort{}, []string{"p2"}},
		{"nothing", "", Sort{}, nil},
	} {
		for _, texts := range []bool{false, true} { // the words let the same through
			m := New[string](plain(), columns)
			m.SetSize(60, 10)
			m.Set(Prepare(some, c.sort).Narrow(only(some, c.state)).Searchable(texts))
			m.Filter(c.words)
			if diff := gocmp.Diff(c.want, shown(m)); diff != "" {
				t.Errorf("%q and %q by %v, texts at hand %v (-want +got)\n%s", c.state, c.words, c.sort, texts, diff)
			}
			if m.Total() != len(some) {
				t.Errorf("%d rows in total, want %d", m.Total(), len(some))
			}
		}
	}
}

// What is not known to be let through is not.
func TestRowsBeyondTheEndOfAMaskAreNotShown(t *testing.T) {
	for _, keep := range [][]bool{{}, {true}, {true, true, true, true, true, true, true, true}} {
		m := New[string](plain(), columns)
		m.SetSize(60, 10)
		m.Set(Prepare(some, Sort{Column: -1}).Narrow(keep))
		if want := min(len(keep), len(some)); m.Shown() != want {
			t.Errorf("%d of %d shown with a mask of %d", m.Shown(), len(some), len(keep))
		}
	}
}

func TestNarrowingKeepsCursorMarksAndRange(t *testing.T) {
	m := open(some, 60, 10)
	do(m, keys.Down, keys.Down, keys.Mark, keys.Down, keys.Mark) // p4 and p5
	do(m, keys.Up)
	whole := m.view
	m.Set(whole.Narrow(only(some, "unused")))
	if now, _ := m.Current(); now != "p5" || m.Marked() != 2 || m.Hidden() != 1 {
		t.Errorf("at %s, %d marked, %d hidden", now, m.Marked(), m.Hidden())
	}
	do(m, keys.MarkAll)
	if want := []string{"p4", "p5", "p1", "p6"}; !slices.Equal(m.Marks(), want) {
		t.Errorf("all that is shown: %v, want %v", m.Marks(), want)
	}
	m.Set(whole.Narrow(only(some, "protected")))
	if now, _ := m.Current(); now != "p3" || m.Hidden() != 4 {
		t.Errorf("at %s, %d hidden", now, m.Hidden())
	}
	m.Set(whole)
	if m.Hidden() != 0 || m.Shown() != len(some) {
		t.Errorf("%d hidden, %d shown", m.Hidden(), m.Shown())
	}
	do(m, keys.Top, keys.Range, keys.Down)
	m.Set(whole.Narrow(only(some, "in use")))
	if m.Ranging() {
		t.Error("a range goes on over rows that are no longer shown")
	}
}

func TestNarrowingLeavesOtherViewsAlone(t *testing.T) {
	m := open(some, 60, 10)
	whole := m.view
	unused := whole.Narrow(only(some, "unused"))
	m.Set(unused)
	m.Filter("web")
	m.Filter("p1")
	m.Filter("")
	m.Set(whole.Narrow(only(some, "in use")))
	m.Set(unused)
	if want := []string{"p1", "p5", "p6"}; !slices.Equal(shown(m), want) {
		t.Errorf("%v, want %v", shown(m), want)
	}
}

// TestShownIsWhatMaskAndWordsSay compares with the plain way, over rows, orders, masks and words that change in any order.
func TestShownIsWhatMaskAndWordsSay(t *testing.T) {
	rng := random(t)
	for range 60 {
		rows := someOf(rng, 40)
		m := open(rows, 60, 12)
		state, words := "", ""
		for range 30 {
			switch rng.IntN(5) {
			case 0:
				rows = someOf(rng, 40)
				m.Set(Prepare(rows, m.Sort()).Narrow(only(rows, state)))
			case 1:
				m.sort = Sort{Column: rng.IntN(5) - 1, Reverse: rng.IntN(2) == 0}
				m.Set(Prepare(rows, m.Sort()).Narrow(only(rows, state)))
			case 2:
				state = anyState(rng)
				m.Set(m.view.Narrow(only(rows, state)))
			case 3:
				words = []string{"", "web-1", "!unused", "in use", "nothing"}[rng.IntN(5)]
				m.Filter(words)
			default:
				wander(rng, m)
			}
			var want []string
			w := search.Parse(words)
			for pos := range m.view.Len() {
				row := int(m.view.order[pos])
				if (state == "" || rows[row].state == state) && w.Match([]byte(strings.ToLower(rows.Text(row)))) {
					want = append(want, rows[row].id)
				}
			}
			if diff := gocmp.Diff(want, shown(m)); diff != "" {
				t.Fatalf("%q and %q (-want +got)\n%s", state, words, diff)
			}
		}
	}
}

func anyState(rng *rand.Rand) string {
	return append([]string{"", "nothing"}, states...)[rng.IntN(2+len(states))]
}
