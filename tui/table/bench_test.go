package table

import (
	"cmp"
	"fmt"
	"strconv"
	"testing"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

// refs have the shape of a typed reference: four words, of which the last tells one from another.
type ref struct{ scope, kind, parent, id string }

type account []struct {
	ref
	name    string
	servers int
	days    int
}

func newAccount(n int) account {
	a := make(account, n)
	for i := range a {
		a[i].ref = ref{"acme-prod/eu-de/99a3fff0", "pools", "", fmt.Sprintf("%08x-1111-4222-8333-%012x", i*2654435761%(1<<32), i)}
		a[i].name = fmt.Sprintf("web-%s-%05d", []string{"blue", "green", "api", "core", "edge"}[i%5], (i*7919)%n)
		a[i].servers, a[i].days = i%9, i%1500
	}
	return a
}

func (a account) Len() int      { return len(a) }
func (a account) Key(i int) ref { return a[i].ref }
func (a account) Text(i int) string {
	return a[i].name + "\n" + a[i].id + "\nunused\nno listener, no policy"
}

func (a account) Cell(i, col int) (string, theme.Role) {
	switch col {
	case 0:
		return a[i].name, theme.Strong
	case 1:
		return "unused", theme.Good
	case 2:
		return "no listener, no policy", theme.Muted
	case 3:
		return strconv.Itoa(a[i].servers), theme.Text
	case 4:
		return "HTTP", theme.Text
	case 5:
		return strconv.Itoa(a[i].days) + " d", theme.Text
	default:
		return a[i].id, theme.Muted
	}
}

func (a account) Compare(col, i, j int) int {
	switch col {
	case 0:
		return cmp.Compare(a[i].name, a[j].name)
	case 3:
		return cmp.Compare(a[i].servers, a[j].servers)
	default:
		return cmp.Compare(a[i].days, a[j].days)
	}
}

func newBench(n int) *Model[ref] {
	m := New[ref](theme.New(theme.Look{Dark: true}), []Column{
		{Title: "NAME", Flex: true, Hot: 'N'}, {Title: "VERDICT", Width: 9}, {Title: "WHY", Flex: true},
		{Title: "SERVERS", Right: true}, {Title: "PROTOCOL"}, {Title: "AGE", Right: true}, {Title: "ID", Extra: true},
	})
	m.SetSize(120, 36)
	m.Set(Prepare(newAccount(n), Sort{}).Searchable(true))
	m.Do(keys.HalfDown)
	return m
}

var sizes = []int{1_000, 10_000, 100_000}

func report(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ms/op")
}

// A key press and the frame that shows it. scroll is the worst of the plain moves: all lines but one have moved.
// page draws every line anew.
func BenchmarkKeyToFrame(b *testing.B) {
	for _, n := range sizes {
		for _, move := range []struct {
			name        string
			there, back keys.Action
		}{{"line", keys.Down, keys.Up}, {"scroll", keys.Down, ""}, {"page", keys.PageDown, keys.PageUp}, {"mark", keys.Mark, keys.Up}} {
			b.Run(fmt.Sprintf("%s/rows=%d", move.name, n), func(b *testing.B) {
				m := newBench(n)
				if move.name != "line" {
					for range 10 {
						m.Do(keys.PageDown)
					}
				}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					switch {
					case move.back != "" && i%2 == 1:
						m.Do(move.back)
					case m.Cursor() == m.Shown()-1:
						m.Do(keys.Top)
					default:
						m.Do(move.there)
					}
					m.View()
				}
				report(b)
			})
		}
	}
}

// One more character in the filter line, and the frame that shows it. many lets most rows through, few hardly any,
// words takes three words.
func BenchmarkFilter(b *testing.B) {
	for _, c := range []struct{ name, one, other string }{
		{"many", "w", "we"}, {"few", "web-blue-0001", "web-blue-00012"}, {"words", "web blue !0", "web blue !00"}, {"none", "zz", "zzz"},
	} {
		b.Run(fmt.Sprintf("%s/rows=%d", c.name, 100_000), func(b *testing.B) {
			m := newBench(100_000)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%2 == 0 {
					m.Filter(c.one)
				} else {
					m.Filter(c.other)
				}
				m.View()
			}
			report(b)
		})
	}
}

func BenchmarkPrepare(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			src := newAccount(n)
			b.ReportAllocs()
			for b.Loop() {
				Prepare(src, Sort{})
			}
			report(b)
		})
		b.Run(fmt.Sprintf("texts/rows=%d", n), func(b *testing.B) {
			v := Prepare(newAccount(n), Sort{})
			b.ReportAllocs()
			for b.Loop() {
				v.Searchable(true)
			}
			report(b)
		})
	}
}

// Rows that were prepared are put on screen while many are marked.
func BenchmarkSet(b *testing.B) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("rows=%d/marked=%d", n, n/2), func(b *testing.B) {
			m := newBench(n)
			m.Filter("!web-blue !web-green")
			m.Do(keys.MarkAll)
			m.Filter("")
			v := Prepare(newAccount(n), Sort{Column: 3})
			b.ReportAllocs()
			for b.Loop() {
				m.Set(v)
			}
			report(b)
		})
	}
}

// Half of the rows that are there are shown, then all, while every second one is marked; the mask was found before.
func BenchmarkNarrow(b *testing.B) {
	for _, n := range sizes {
		keep := make([]bool, n)
		for i := range keep {
			keep[i] = i%2 == 0
		}
		b.Run(fmt.Sprintf("command/rows=%d", n), func(b *testing.B) {
			m := newBench(n)
			b.ReportAllocs()
			for b.Loop() {
				m.view.Narrow(keep)
			}
			report(b)
		})
		b.Run(fmt.Sprintf("show/rows=%d", n), func(b *testing.B) {
			m := newBench(n)
			m.Do(keys.MarkAll)
			whole := m.view
			half := whole.Narrow(keep)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%2 == 0 {
					m.Set(half)
				} else {
					m.Set(whole)
				}
				m.View()
			}
			report(b)
		})
	}
}
