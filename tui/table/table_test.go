package table

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	gocmp "github.com/google/go-cmp/cmp"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

// pool is a row as a screen would have it.
type pool struct {
	id, name, state string
	servers         int
}

type pools []pool

func (p pools) Len() int         { return len(p) }
func (p pools) Key(i int) string { return p[i].id }
func (p pools) Cell(i, col int) (string, theme.Role) {
	switch col {
	case 0:
		return p[i].name, theme.Text
	case 1:
		return p[i].state, theme.Good
	case 2:
		return fmt.Sprint(p[i].servers), theme.Text
	default:
		return p[i].id, theme.Muted
	}
}

func (p pools) Compare(col, i, j int) int {
	switch col {
	case 0:
		return cmp.Compare(p[i].name, p[j].name)
	case 1:
		return cmp.Compare(p[i].state, p[j].state)
	case 2:
		return cmp.Compare(p[i].servers, p[j].servers)
	default:
		return cmp.Compare(p[i].id, p[j].id)
	}
}

func (p pools) Text(i int) string { return p[i].name + "\n" + p[i].state + "\n" + p[i].id }

var columns = []Column{
	{Title: "NAME", Flex: true, Hot: 'N'},
	{Title: "VERDICT", Width: 9, Hot: 'V'},
	{Title: "SERVERS", Right: true, Hot: 'S'},
	{Title: "ID", Extra: true},
}

var some = pools{
	{"p1", "web-blue", "unused", 3},
	{"p2", "api", "in use", 8},
	{"p3", "core-DB", "protected", 2},
	{"p4", "edge", "unknown", 1},
	{"p5", "web-green", "unused", 0},
	{"p6", "名前-web", "unused", 12},
}

// plain is without colour, so that a frame can be read in a test.
func plain() *theme.Theme { return theme.New(theme.Look{NoColor: true}) }

func open(rows pools, w, h int) *Model[string] {
	m := New[string](plain(), columns)
	m.SetSize(w, h)
	m.Set(Prepare(rows, Sort{}))
	return m
}

func do(m *Model[string], actions ...keys.Action) {
	for _, a := range actions {
		m.Do(a)
	}
}

// frame is what is seen, without attributes and blanks at the end of lines.
func frame(m *Model[string]) string {
	lines := strings.Split(ansi.Strip(m.View()), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func shown(m *Model[string]) []string {
	var out []string
	for i := range m.Shown() {
		out = append(out, m.keyAt(i))
	}
	return out
}

func TestFrame(t *testing.T) {
	m := open(some, 44, 8)
	do(m, keys.Down, keys.Mark)
	want := `
   NAME ▲     VERDICT    SERVERS  ID
   api        in use           8  p2
 ● core-DB    protected        2  p3
▍  edge       unknown          1  p4
   web-blue   unused           3  p1
   web-green  unused           0  p5
   名前-web   unused          12  p6
`
	if diff := gocmp.Diff(strings.TrimPrefix(want, "\n"), frame(m)); diff != "" {
		t.Error(diff)
	}
}

func TestNarrowAndWide(t *testing.T) {
	long := pools{{"some-very-long-id", "a-name-of-twenty-char", "unused", 3}}
	for _, c := range []struct {
		w    int
		wide bool
		want string
	}{
		{80, false, "   NAME ▲                 VERDICT    SERVERS  ID\n▍  a-name-of-twenty-char  unused           3  some-very-long-id"},
		{46, false, "   NAME ▲                 VERDICT    SERVERS\n▍  a-name-of-twenty-char  unused           3"},
		{40, false, "   NAME ▲             VERDICT    SERVERS\n▍  a-name-of-twenty…  unused           3"},
		{31, false, "   NAME ▲    VERDICT    SERVERS\n▍  a-name-…  unused           3"},
		{30, false, "   NAME ▲            VERDICT\n▍  a-name-of-twent…  unused"},
		{22, false, "   NAME ▲    VERDICT\n▍  a-name-…  unused"},
		{12, false, "   NAME ▲\n▍  a-name-o…"},
		{7, false, "   N… ▲\n▍  a-n…"},
		{46, true, "   NAME ▲                 VERDICT    SERVERS\n▍  a-name-of-twenty-char  unused           3"},
		{50, true, "   NAME ▲    VERDICT    SERVERS  ID\n▍  a-name-…  unused           3  some-very-long-id"},
	} {
		m := open(long, c.w, 2)
		if c.wide {
			m.Do(keys.Wide)
		}
		got := frame(m)
		if got != c.want {
			t.Errorf("%d columns, wide %v:\n%s\nwant\n%s", c.w, c.wide, got, c.want)
		}
	}
}

// More room never takes any from a column whose values are cut.
func TestExtraColumnsComeAfterWhatIsCut(t *testing.T) {
	before := 0
	for w := 21; w < 120; w++ { // both are shown
		m := New[string](plain(), []Column{{Title: "NAME", Flex: true, Width: 8}, {Title: "VERDICT", Flex: true, Width: 8}, {Title: "SERVERS", Extra: true}, {Title: "ID", Extra: true}})
		m.SetSize(w, 3)
		m.Set(Prepare(pools{{"an-id-of-some-length", "a-name-that-takes-its-room", "a-reason-that-takes-its-room", 3}}, Sort{}))
		m.View()
		flex := 0
		for _, pl := range m.paint.layout {
			if m.cols[pl.col].Flex {
				flex += pl.width
			}
		}
		if flex < before {
			t.Errorf("%d columns: %d for what is cut, had %d:\n%s", w, flex, before, frame(m))
		}
		before = flex
	}
	if before != len("a-name-that-takes-its-room")+len("a-reason-that-takes-its-room") {
		t.Errorf("%d columns at last", before)
	}
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		filter string
		want   []string
	}{
		{"", []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{"web", []string{"p1", "p5", "p6"}},
		{"WEB", []string{"p1", "p5", "p6"}},
		{"core-db", []string{"p3"}},
		{"web unused", []string{"p1", "p5", "p6"}},
		{"web !green", []string{"p1", "p6"}},
		{"!unused", []string{"p2", "p3", "p4"}},
		{"!", []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{"  ", []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{"名前", []string{"p6"}},
		{"p4", []string{"p4"}},
		{"unusedp1", nil},
		{"none at all", nil},
	} {
		m := open(some, 80, 10)
		m.Filter(c.filter)
		if diff := gocmp.Diff(c.want, shown(m)); diff != "" {
			t.Errorf("%q: %s", c.filter, diff)
		}
		if m.Total() != len(some) {
			t.Errorf("%q: total %d", c.filter, m.Total())
		}
	}
}

func TestSort(t *testing.T) {
	m := open(some, 80, 10)
	if m.Stale() {
		t.Error("stale from the beginning")
	}
	for _, c := range []struct {
		press func()
		want  Sort
		order []string
	}{
		{func() { m.Do(keys.SortReverse) }, Sort{0, true}, []string{"p6", "p5", "p1", "p4", "p3", "p2"}},
		{func() { m.Do(keys.SortNext) }, Sort{1, false}, []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{func() { m.Hot("S") }, Sort{2, false}, []string{"p5", "p4", "p3", "p1", "p2", "p6"}},
		{func() { m.Hot("S") }, Sort{2, true}, []string{"p6", "p2", "p1", "p3", "p4", "p5"}},
		{func() { m.Hot("V") }, Sort{1, false}, []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{func() { m.Do(keys.SortReverse) }, Sort{1, true}, []string{"p1", "p5", "p6", "p4", "p3", "p2"}}, // equals keep their order
		{func() { m.sort = Sort{Column: -1} }, Sort{-1, false}, []string{"p1", "p2", "p3", "p4", "p5", "p6"}},
	} {
		c.press()
		if m.Sort() != c.want {
			t.Errorf("sort %v, want %v", m.Sort(), c.want)
		}
		if !m.Stale() {
			t.Errorf("%v: not stale", c.want)
		}
		m.Set(Prepare(some, m.Sort()))
		if m.Stale() {
			t.Errorf("%v: still stale", c.want)
		}
		if diff := gocmp.Diff(c.order, shown(m)); diff != "" {
			t.Errorf("%v: %s", c.want, diff)
		}
	}
	for _, key := range []string{"s", "X", "SS", "", "ctrl+s", "\xff"} {
		if m.Hot(key) {
			t.Errorf("%q sorts", key)
		}
	}
}

func TestCursorStaysOnItsRow(t *testing.T) {
	m := open(some, 80, 4) // three rows on screen
	do(m, keys.Down, keys.Down, keys.Down)
	at := func(want string, line int) {
		t.Helper()
		got, _ := m.Current()
		if got != want || m.cursor-m.offset != line {
			t.Errorf("on %s at line %d, want %s at %d", got, m.cursor-m.offset, want, line)
		}
	}
	at("p1", 2)
	m.Set(Prepare(some, Sort{0, true}))
	at("p1", 2)
	m.Set(Prepare(append(pools{{"p0", "aaa", "unused", 1}, {"p9", "aab", "unused", 1}}, some...), Sort{}))
	at("p1", 2)
	m.Filter("web")
	at("p1", 0)
	m.Filter("green")
	at("p5", 0)
	m.Filter("")
	at("p5", 1)      // the end of the list leaves no other room
	do(m, keys.Down) // p3
	m.Set(Prepare(pools{some[0], some[1], some[4], some[5]}, Sort{}))
	at("p6", 2) // p3 is gone: its place is now behind the end
	m.Set(Prepare(pools{}, Sort{}))
	if k, ok := m.Current(); ok {
		t.Errorf("on %s in an empty table", k)
	}
}

// Pages that arrive before the user has done anything do not carry the cursor away from the top.
func TestCursorStaysAtTheTopUntilItIsMoved(t *testing.T) {
	m := open(some, 80, 4)
	m.Set(Prepare(append(pools{{"p0", "aaa", "unused", 1}}, some...), Sort{}))
	if k, _ := m.Current(); k != "p0" {
		t.Errorf("on %s", k)
	}
	do(m, keys.Down, keys.Up)
	m.Set(Prepare(append(pools{{"p0", "aaa", "unused", 1}, {"p9", "a", "unused", 1}}, some...), Sort{}))
	if k, _ := m.Current(); k != "p0" {
		t.Errorf("on %s after moving", k)
	}
}

// A filter comes and goes, the cursor stays where the user is: on its row, else on that from before the filter.
func TestLeavingAFilterKeepsThePlace(t *testing.T) {
	for _, test := range []struct {
		name  string
		moves int // before
		typed []string
		under int // moves under the filter
		want  string
	}{
		{"found without a move", 0, []string{"p5"}, 0, "p5"},
		{"moved to under it", 0, []string{"web"}, 1, "p5"},
		{"still shown", 4, []string{"w", "web"}, 0, "p5"},
		{"nothing was shown", 3, []string{"core", "wx"}, 0, "p1"},
		{"nothing was shown, from the top", 0, []string{"zzz"}, 0, "p2"},
		{"one filter after another", 3, []string{"zzz", "core", "zzz"}, 0, "p1"},
	} {
		m := open(some, 80, 4)
		for range test.moves {
			do(m, keys.Down)
		}
		line := m.cursor - m.offset
		for _, s := range test.typed {
			m.Filter(s)
		}
		for range test.under {
			do(m, keys.Down)
		}
		m.Filter("")
		if got, _ := m.Current(); got != test.want {
			t.Errorf("%s: on %s, want %s", test.name, got, test.want)
		}
		if test.moves == 3 && m.cursor-m.offset != line {
			t.Errorf("%s: on line %d, was %d", test.name, m.cursor-m.offset, line)
		}
	}
}

func TestMoving(t *testing.T) {
	rows := make(pools, 100)
	for i := range rows {
		rows[i] = pool{id: fmt.Sprintf("p%02d", i), name: fmt.Sprintf("n%02d", i)}
	}
	m := open(rows, 80, 11) // ten rows on screen
	for _, c := range []struct {
		do             keys.Action
		cursor, offset int
	}{
		{keys.Up, 0, 0},
		{keys.Down, 1, 0},
		{keys.PageDown, 11, 10},
		{keys.HalfDown, 16, 15},
		{keys.HalfUp, 11, 10},
		{keys.Bottom, 99, 90},
		{keys.Down, 99, 90},
		{keys.PageUp, 89, 80},
		{keys.PageDown, 99, 90},
		{keys.Top, 0, 0},
		{keys.PageUp, 0, 0},
	} {
		if !m.Do(c.do) {
			t.Errorf("%s is not known", c.do)
		}
		if m.cursor != c.cursor || m.offset != c.offset {
			t.Errorf("%s: at %d from %d, want %d from %d", c.do, m.cursor, m.offset, c.cursor, c.offset)
		}
	}
	if m.Do(keys.Delete) {
		t.Error("the table deletes")
	}
}

func TestMarking(t *testing.T) {
	// in order of name: p2 p3 p4 p1 p5 p6
	for _, c := range []struct {
		name string
		do   []keys.Action
		want []string
	}{
		{"space goes on", []keys.Action{keys.Mark, keys.Mark, keys.Down, keys.Mark}, []string{"p2", "p3", "p1"}},
		{"space twice", []keys.Action{keys.Mark, keys.Up, keys.Mark}, nil},
		{"in the order of marking", []keys.Action{keys.Bottom, keys.Mark, keys.Top, keys.Mark}, []string{"p6", "p2"}},
		{"all", []keys.Action{keys.MarkAll}, []string{"p2", "p3", "p4", "p1", "p5", "p6"}},
		{"invert", []keys.Action{keys.Mark, keys.Down, keys.Mark, keys.Invert}, []string{"p3", "p1", "p5", "p6"}},
		{"clear", []keys.Action{keys.MarkAll, keys.ClearMarks}, nil},
		{"range down", []keys.Action{keys.Down, keys.Range, keys.Down, keys.Down, keys.Range, keys.Down}, []string{"p3", "p4", "p1"}},
		{"range up", []keys.Action{keys.Bottom, keys.Range, keys.Up, keys.Up}, []string{"p6", "p5", "p1"}},
		{"range shrinks", []keys.Action{keys.Range, keys.Bottom, keys.Top, keys.Down}, []string{"p2", "p3"}},
		{"range over its anchor", []keys.Action{keys.Down, keys.Down, keys.Range, keys.Down, keys.Up, keys.Up}, []string{"p4", "p3"}},
		{"range jumps over its anchor", []keys.Action{keys.Down, keys.Down, keys.Range, keys.Bottom, keys.Top}, []string{"p4", "p3", "p2"}},
		{"range keeps older marks", []keys.Action{keys.Down, keys.Mark, keys.Top, keys.Range, keys.Bottom, keys.Top}, []string{"p3", "p2"}},
		{"shift", []keys.Action{keys.RangeDown, keys.RangeDown}, []string{"p2", "p3", "p4"}},
		{"shift back", []keys.Action{keys.RangeDown, keys.RangeDown, keys.RangeUp}, []string{"p2", "p3"}},
		{"shift, move, shift", []keys.Action{keys.RangeDown, keys.Down, keys.Down, keys.RangeDown}, []string{"p2", "p3", "p1", "p5"}},
		{"shift up", []keys.Action{keys.Bottom, keys.RangeUp}, []string{"p6", "p5"}},
		{"to here", []keys.Action{keys.Mark, keys.Down, keys.Down, keys.RangeHere}, []string{"p2", "p3", "p4", "p1"}},
		{"to here, upwards", []keys.Action{keys.Bottom, keys.Mark, keys.Top, keys.Down, keys.Down, keys.Down, keys.RangeHere}, []string{"p6", "p5", "p1"}},
		{"to here without a mark", []keys.Action{keys.Down, keys.RangeHere}, []string{"p3"}},
		{"to here after the mark was taken away", []keys.Action{keys.Mark, keys.Up, keys.Mark, keys.Down, keys.RangeHere}, []string{"p4"}},
		{"marking ends a range", []keys.Action{keys.Range, keys.Down, keys.Down, keys.Mark, keys.Bottom}, []string{"p2", "p3"}},
	} {
		m := open(some, 80, 5)
		do(m, c.do...)
		if diff := gocmp.Diff(c.want, m.Marks()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if m.Marked() != len(c.want) || m.Hidden() != 0 {
			t.Errorf("%s: %d marked, %d hidden", c.name, m.Marked(), m.Hidden())
		}
	}
}

func TestRangeGoesOnOverARefreshThatLeavesItsRowsAlone(t *testing.T) {
	m := open(some, 80, 10)
	do(m, keys.Range, keys.Down)
	m.Set(Prepare(append(slices.Clone(some), pool{"p7", "zzz", "unused", 1}), Sort{}))
	if !m.Ranging() {
		t.Fatal("the range ended although its rows are the same")
	}
	do(m, keys.Down)
	if diff := gocmp.Diff([]string{"p2", "p3", "p4"}, m.Marks()); diff != "" {
		t.Error(diff)
	}
	m.Set(Prepare(append(slices.Clone(some), pool{"p8", "bbb", "in use", 1}), Sort{}))
	if m.Ranging() {
		t.Error("a row has come into the range, and it goes on")
	}
	do(m, keys.Bottom)
	if diff := gocmp.Diff([]string{"p2", "p3", "p4"}, m.Marks()); diff != "" {
		t.Error(diff)
	}
}

func TestEndRange(t *testing.T) {
	m := open(some, 80, 10)
	if m.EndRange() {
		t.Error("ended a range that was not there")
	}
	do(m, keys.Range, keys.Down)
	if !m.EndRange() || m.Ranging() || m.Marked() != 2 {
		t.Errorf("ranging %v, %d marks", m.Ranging(), m.Marked())
	}
}

func TestMarksAreOfRowsNotOfPlaces(t *testing.T) {
	m := open(some, 80, 10)
	do(m, keys.Mark, keys.Down, keys.Mark) // p2 and p4
	m.Filter("web")
	if m.Hidden() != 2 || m.Marked() != 2 {
		t.Errorf("%d of %d hidden", m.Hidden(), m.Marked())
	}
	do(m, keys.MarkAll)
	m.Filter("")
	m.Set(Prepare(pools{some[3], {"p7", "new", "unused", 0}, some[0]}, Sort{2, true}))
	if diff := gocmp.Diff([]string{"p2", "p4", "p1", "p5", "p6"}, m.Marks()); diff != "" {
		t.Error(diff)
	}
	if m.Hidden() != 3 {
		t.Errorf("%d hidden", m.Hidden())
	}
	if got := strings.Count(frame(m), "●"); got != 2 {
		t.Errorf("%d marks on screen", got)
	}
	if n := m.Prune(); n != 3 {
		t.Errorf("pruned %d", n)
	}
	if diff := gocmp.Diff([]string{"p4", "p1"}, m.Marks()); diff != "" {
		t.Error(diff)
	}
	m.Unmark("p4", "p9")
	if diff := gocmp.Diff([]string{"p1"}, m.SelectedOrCurrent()); diff != "" {
		t.Error(diff)
	}
	do(m, keys.ClearMarks, keys.Top)
	if row, ok := m.Row(); !ok || row != 2 {
		t.Errorf("row %d, want 2", row)
	}
	if diff := gocmp.Diff([]string{"p1"}, m.SelectedOrCurrent()); diff != "" {
		t.Error(diff)
	}
}

func TestRowsWithTheSameKeyAreOne(t *testing.T) {
	m := open(pools{some[0], some[1], {"p1", "again", "unused", 1}}, 80, 10)
	if diff := gocmp.Diff([]string{"p2", "p1"}, shown(m)); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(frame(m), "again") {
		t.Error("the later one is shown")
	}
}

func TestNothingToShow(t *testing.T) {
	m := New[string](plain(), columns)
	everything := func() {
		for _, b := range keys.Default().Bindings(keys.Table) {
			m.Do(b.Action)
		}
		m.Filter("x")
		m.Filter("")
		m.Prune()
		m.Unmark("p1")
		m.EndRange()
		if row, ok := m.Row(); ok {
			t.Errorf("row %d", row)
		}
		if k, ok := m.Current(); ok || m.SelectedOrCurrent() != nil || m.Shown() != 0 || m.Total() != 0 {
			t.Errorf("there is something: %q", k)
		}
		m.View()
	}
	everything()
	m.SetSize(80, 24)
	everything()
	m.Set(nil)
	everything()
	m.Set(Prepare(pools{}, Sort{}))
	everything()
	if got := strings.Count(m.View(), "\n"); got != 23 {
		t.Errorf("%d lines", got+1)
	}
	none := New[string](plain(), nil)
	none.SetSize(10, 3)
	none.Set(Prepare(some, Sort{}))
	none.Do(keys.SortNext)
	if got := none.View(); strings.Count(got, "\n") != 2 {
		t.Errorf("without columns: %q", got)
	}
}

func TestNewLookIsSeenAtOnce(t *testing.T) {
	th := plain()
	m := New[string](th, columns)
	m.SetSize(60, 5)
	m.Set(Prepare(some, Sort{}))
	before := m.View()
	th.Set(theme.Look{Dark: true})
	after := m.View()
	if before == after || ansi.Strip(before) != ansi.Strip(after) {
		t.Errorf("before %q, after %q", before, after)
	}
	th.Set(theme.Look{NoColor: true})
	if m.View() != before {
		t.Error("the first look does not come back")
	}
}

// A value wider than those sampled widens its column when it comes on screen, and the column keeps that width.
func TestColumnsWidenForWhatIsSeen(t *testing.T) {
	rows := make(pools, 1001)
	for i := range rows {
		rows[i] = pool{id: fmt.Sprint(i), name: fmt.Sprintf("n%04d", i), servers: 1}
	}
	rows[998].servers = 123456789012
	m := open(rows, 60, 10)
	if got, _, _ := strings.Cut(frame(m), "\n"); got != "   NAME ▲  VERDICT    SERVERS  ID" {
		t.Error(got)
	}
	do(m, keys.Bottom)
	if got := frame(m); !strings.Contains(got, " 123456789012 ") {
		t.Error(got)
	}
	do(m, keys.Top)
	if got, _, _ := strings.Cut(frame(m), "\n"); got != "   NAME ▲  VERDICT         SERVERS  ID" {
		t.Error(got)
	}
}

func TestHeadingShowsTheLetterThatSorts(t *testing.T) {
	m := open(some, 80, 2)
	if got := m.View(); !strings.Contains(got, "\x1b[4mV\x1b[mERDICT") {
		t.Errorf("%q", got)
	}
}

// What is blank has the colours of what stands before it, so that they change once for each cell that shows something.
func TestBlanksChangeNoColours(t *testing.T) {
	m := New[string](theme.New(theme.Look{Dark: true}), columns)
	m.SetSize(80, 4)
	m.Set(Prepare(some, Sort{}))
	painted := regexp.MustCompile(`\x1b\[([0-9;]+)m([^\x1b]*)`)
	for i, line := range strings.Split(m.View(), "\n")[1:] {
		last := ""
		for _, run := range painted.FindAllStringSubmatch(line, -1) {
			if blank := strings.TrimSpace(run[2]) == ""; blank && last != "" && run[1] != last {
				t.Errorf("row %d: a blank changes %s to %s: %q", i, last, run[1], line)
			}
			last = run[1]
		}
	}
	row := strings.Split(m.View(), "\n")[2]
	if want := "   core-DB    "; !strings.HasPrefix(row, want) {
		t.Errorf("%q does not begin with %q", row, want)
	}
	if want := "\x1b[38;5;114mprotected\x1b[m\x1b[38;5;114m  \x1b[m"; !strings.Contains(row, want) {
		t.Errorf("%q does not hold %q", row, want)
	}
}
