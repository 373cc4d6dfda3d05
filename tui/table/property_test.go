package table

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	gocmp "github.com/google/go-cmp/cmp"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Log("seed", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

var states = []string{"unused", "in use", "protected", "unknown"}

// someOf draws rows out of a small world, so that they come, go and come back changed.
func someOf(rng *rand.Rand, world int) pools {
	var rows pools
	for i := range world {
		if rng.IntN(3) > 0 {
			rows = append(rows, pool{
				id: fmt.Sprintf("p%02d", i), name: fmt.Sprintf("web-%d", rng.IntN(20)),
				state: states[rng.IntN(len(states))], servers: rng.IntN(5),
			})
		}
	}
	rng.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

// ledger is what the marks should be, kept the plain way: by key, in order.
type ledger []string

func (l *ledger) mark(k string) {
	if !slices.Contains(*l, k) {
		*l = append(*l, k)
	}
}

func (l *ledger) toggle(k string) {
	if i := slices.Index(*l, k); i >= 0 {
		*l = slices.Delete(*l, i, i+1)
		return
	}
	*l = append(*l, k)
}

func (l *ledger) markAll(ks []string) {
	for _, k := range ks {
		l.mark(k)
	}
}

func (l *ledger) invert(ks []string) {
	for _, k := range ks {
		l.toggle(k)
	}
}

// path are the shown keys from one place to another, in that direction.
func path(ks []string, from, to int) []string {
	if from <= to {
		return slices.Clone(ks[from : to+1])
	}
	out := slices.Clone(ks[to : from+1])
	slices.Reverse(out)
	return out
}

func TestMarksSurviveWhateverHappensToTheRows(t *testing.T) {
	rng := random(t)
	for range 100 {
		rows := someOf(rng, 40)
		m := open(rows, 60, 2+rng.IntN(20))
		var want ledger
		state := ""
		for step := range 60 {
			before := shown(m)
			current, has := m.Current()
			name := ""
			switch op := rng.IntN(12); op {
			case 0:
				name = "other rows"
				rows = someOf(rng, 40)
				m.Set(Prepare(rows, m.Sort()).Narrow(only(rows, state)))
			case 1:
				name = "sort"
				m.sort = Sort{Column: rng.IntN(5) - 1, Reverse: rng.IntN(2) == 0}
				m.Set(Prepare(rows, m.Sort()).Narrow(only(rows, state)))
			case 2:
				name = "filter"
				m.Filter([]string{"", "web-1", "!unused", "in use", "nothing"}[rng.IntN(5)])
			case 3:
				name = "mark"
				m.Do(keys.Mark)
				if has {
					want.toggle(current)
				}
			case 4:
				name = "all"
				m.Do(keys.MarkAll)
				want.markAll(before)
			case 5:
				name = "invert"
				m.Do(keys.Invert)
				want.invert(before)
			case 6:
				name = "prune"
				m.Prune()
				want = slices.DeleteFunc(want, func(k string) bool {
					return !slices.ContainsFunc(rows, func(p pool) bool { return p.id == k })
				})
			case 7:
				if rng.IntN(4) == 0 {
					name = "clear"
					m.Do(keys.ClearMarks)
					want = nil
				}
			case 8:
				name = "range"
				from := m.Cursor()
				m.Do(keys.Range)
				wander(rng, m)
				if len(before) > 0 {
					// whatever way the cursor took, the marks are those of the rows between
					kept := slices.Clone(want)
					for _, k := range path(before, from, m.Cursor()) {
						kept.mark(k)
					}
					if got := m.Marks(); !sameSet(got, kept) {
						t.Fatalf("range from %d to %d of %v: %v, want %v", from, m.Cursor(), before, got, kept)
					}
					want = m.Marks() // their order is the way's
				}
				m.EndRange()
			case 9:
				name = "narrow"
				state = anyState(rng)
				m.Set(m.view.Narrow(only(rows, state)).Searchable(rng.IntN(2) == 0))
			default:
				name = "move"
				wander(rng, m)
			}
			if diff := gocmp.Diff([]string(want), m.Marks(), emptyIsNil); diff != "" {
				t.Fatalf("step %d, %s: marks (-want +got)\n%s", step, name, diff)
			}
			check(t, m, want)
			if now, ok := m.Current(); name == "sort" && has && m.touched && (!ok || now != current) {
				t.Fatalf("step %d: sorting moved the cursor from %s to %s", step, current, now)
			}
		}
	}
}

var emptyIsNil = gocmp.Transformer("empty", func(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
})

func sameSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func wander(rng *rand.Rand, m *Model[string]) {
	moves := []keys.Action{
		keys.Up, keys.Down, keys.PageUp, keys.PageDown, keys.HalfUp, keys.HalfDown, keys.Top, keys.Bottom,
	}
	for range 1 + rng.IntN(6) {
		m.Do(moves[rng.IntN(len(moves))])
	}
}

// check compares what the table says of itself with what can be counted.
func check(t *testing.T, m *Model[string], marks []string) {
	t.Helper()
	rows := shown(m)
	hidden := 0
	for _, k := range marks {
		if !slices.Contains(rows, k) {
			hidden++
		}
		if !m.IsMarked(k) {
			t.Fatalf("%s is not marked", k)
		}
	}
	if m.Hidden() != hidden || m.Marked() != len(marks) {
		t.Fatalf("%d marked, %d hidden; want %d, %d", m.Marked(), m.Hidden(), len(marks), hidden)
	}
	lines := strings.Split(ansi.Strip(m.View()), "\n")
	cursors := 0
	for i, line := range lines[1:] {
		at := m.offset + i
		if at >= len(rows) {
			if strings.TrimSpace(line) != "" {
				t.Fatalf("line %d behind the end: %q", i, line)
			}
			continue
		}
		if marked := slices.Contains(marks, rows[at]); marked != strings.HasPrefix(string([]rune(line)[1:]), "●") {
			t.Fatalf("line %d of %s, marked %v: %q", i, rows[at], marked, line)
		}
		if strings.HasPrefix(line, "▍") {
			cursors++
			if at != m.Cursor() {
				t.Fatalf("the bar is at %d, the cursor at %d", at, m.Cursor())
			}
		}
	}
	if len(rows) > 0 && len(lines) > 1 && cursors != 1 {
		t.Fatalf("%d cursors on screen:\n%s", cursors, strings.Join(lines, "\n"))
	}
}

// letters are what names are made of in the test below, harmless or not.
var letters = []string{
	"a", "B", "7", "-", " ", "é", "e\u0301", "名", "前", "수", "👍", "👍🏽", "👨‍👩‍👧", "❤️", "🇩🇪", "\x1b[31m", "\x1b]52;c;eA==\x07",
	"\n", "\t", "\u202e", "\u200b", "\xff", "ที่", "…", "स्ते", strings.Repeat("long", 60),
}

type anything struct {
	pools
	texts [][]string
}

func (a anything) Cell(i, col int) (string, theme.Role) {
	return a.texts[i][col], theme.Role((i + col) % int(theme.Border))
}

func TestFramesAreExact(t *testing.T) {
	rng := random(t)
	word := func() string {
		var b strings.Builder
		for range rng.IntN(12) {
			b.WriteString(letters[rng.IntN(len(letters))])
		}
		return b.String()
	}
	for range 120 {
		var cols []Column
		for range rng.IntN(8) {
			cols = append(cols, Column{
				Title: word(), Right: rng.IntN(4) == 0, Extra: rng.IntN(4) == 0, Flex: rng.IntN(3) == 0,
				Width: rng.IntN(3) * rng.IntN(20), Min: rng.IntN(2) * rng.IntN(10), Hot: rune('A' + rng.IntN(26)),
			})
		}
		rows := anything{pools: someOf(rng, 30)}
		for range rows.pools {
			texts := make([]string, len(cols))
			for i := range texts {
				texts[i] = word()
			}
			rows.texts = append(rows.texts, texts)
		}
		th := theme.New(theme.Look{NoColor: rng.IntN(2) == 0, Dark: rng.IntN(2) == 0, Basic: rng.IntN(2) == 0})
		m := New[string](th, cols)
		m.Set(Prepare(rows, Sort{Column: -1, Reverse: rng.IntN(2) == 0}))
		for range 12 {
			w, h := rng.IntN(140)-1, rng.IntN(40)-1
			if rng.IntN(3) == 0 {
				w, h = rng.IntN(8)-1, rng.IntN(5)-1
			}
			m.SetSize(w, h)
			wander(rng, m)
			m.Do([]keys.Action{keys.Wide, keys.Mark, keys.MarkAll, keys.Range}[rng.IntN(4)])
			m.sort = Sort{Column: rng.IntN(9) - 1}
			frame := m.View()
			if again := m.View(); again != frame {
				t.Fatalf("the same table is drawn in two ways:\n%q\n%q", frame, again)
			}
			lines := strings.Split(frame, "\n")
			if len(lines) != max(h, 1) {
				t.Fatalf("%d lines at %d×%d", len(lines), w, h)
			}
			for _, line := range lines {
				clusters, runes := ansi.StringWidth(line), ansi.StringWidthWc(line)
				if clusters > max(w, 0) || clusters != runes {
					t.Fatalf("%d or %d columns at %d×%d: %q", clusters, runes, w, h, line)
				}
				if strings.Contains(ansi.Strip(line), "\x1b") || strings.ContainsAny(line, "\t\x07\u202e\u200b") {
					t.Fatalf("control bytes came through: %q", line)
				}
			}
		}
	}
}

// What is kept of earlier frames never shows in a later one.
func TestKeptLinesAreUpToDate(t *testing.T) {
	rng := random(t)
	for range 40 {
		rows := someOf(rng, 60)
		m := open(rows, 70, 3+rng.IntN(15))
		for range 30 {
			switch rng.IntN(7) {
			case 6:
				m.Set(m.view.Narrow(only(rows, anyState(rng))).Searchable(rng.IntN(2) == 0))
			case 0:
				rows = someOf(rng, 60)
				m.Set(Prepare(rows, Sort{Column: rng.IntN(4)}))
			case 1:
				m.Filter([]string{"", "web-1", "!unused"}[rng.IntN(3)])
			case 2:
				m.SetSize(40+rng.IntN(60), rng.IntN(20))
			case 3:
				m.Do([]keys.Action{keys.Mark, keys.Invert, keys.Wide, keys.MarkAll}[rng.IntN(4)])
			default:
				wander(rng, m)
			}
			got := m.View()
			m.paint.drawn++ // nothing that was kept counts any more
			if want := m.View(); got != want {
				t.Fatalf("kept:\n%s\nanew:\n%s", got, want)
			}
		}
	}
}
