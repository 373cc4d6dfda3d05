// Package table is a virtualised table with many marks: it draws the rows on screen and nothing else, and knows a row
// by its key, never by its number. It is generic and knows nothing of clouds.
//
// The work that grows with the number of rows is [Prepare]'s, for a command; everything on [Model] is for the event loop.
package table

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"janitor/client/search"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Column is one column of the table. Widths are columns of the terminal.
type Column struct {
	Title string
	Right bool // aligned right
	Extra bool // shown in the wide layout, or when there is room for it
	Flex  bool // gives way first when the terminal is narrow, and takes the room that is left when it is wide
	Width int  // what it wants; 0: as wide as the widest value
	Min   int  // what it can do with; 0: what it wants, for Flex columns at most 8
	Hot   rune // capital letter that sorts by this column; 0 none
}

// Model is a table on screen. Use [New].
type Model[K comparable] struct {
	theme *theme.Theme
	cols  []Column
	w, h  int

	view *View[K]
	sort Sort // as asked for; the view's own may lag behind
	wide bool

	filter string
	words  search.Words
	shown  []int32 // positions that are shown, when not all are: found, or those that the view keeps
	found  []int32 // positions that pass the filter, when there is one

	cursor  int     // within the shown rows
	offset  int     // first shown row on screen
	before  held[K] // where that was when rows began to be left out
	touched bool    // the user has moved, or chosen a row: from then on the cursor stays with its row

	marks  map[K]uint64 // when it was marked: a running number
	clock  uint64
	last   K      // marked last; counts only while it is marked
	marked []bool // the marks by position, for drawing and counting
	hidden int
	span   span[K]

	paint painter
}

// New makes an empty table. Give it a size and a view.
func New[K comparable](t *theme.Theme, cols []Column) *Model[K] {
	return &Model[K]{theme: t, cols: slices.Clone(cols), marks: map[K]uint64{}, paint: newPainter(len(cols))}
}

// SetSize sets the room for the heading and the rows below it.
func (m *Model[K]) SetSize(w, h int) {
	if w == m.w && h == m.h {
		return
	}
	m.w, m.h = w, h
	m.scroll()
	m.paint.forget()
}

// Set shows other rows. The cursor stays on its key and on its line of the screen; when the key is gone or hidden it
// stays at its place. Marks are kept, also those that no row has at the moment. The same rows narrowed anew cost no more
// than another filter.
func (m *Model[K]) Set(v *View[K]) {
	if m.view.sameRows(v) {
		m.limit(func() { m.view = v })
		return
	}
	if m.view == nil && m.sort == (Sort{}) {
		m.sort = v.Sort()
	}
	held := m.hold()
	m.view = v
	m.marked = make([]bool, v.Len())
	for k := range m.marks {
		if pos, ok := v.find(k); ok {
			m.marked[pos] = true
		}
	}
	m.refilter()
	m.restore(held, held.cursor)
	m.sample()
}

// Filter shows only rows that hold all words; a word after ! must not occur. Case does not matter. The cursor stays on
// its row, or goes back to the one it was on when all were shown, or to the next one that is shown.
func (m *Model[K]) Filter(s string) {
	if s == m.filter {
		return
	}
	m.limit(func() { m.filter, m.words = s, search.Parse(s) })
}

// limit changes which of the same rows are shown.
func (m *Model[K]) limit(change func()) {
	now := m.hold()
	if !m.filtered() {
		m.before = now
	}
	pos := m.position(m.cursor)
	change()
	m.refilter()
	at, line := pos, now.line
	if m.filtered() {
		at, _ = slices.BinarySearch(m.shown, int32(pos))
	}
	for _, h := range []*held[K]{&m.before, &now} {
		if there, ok := m.where(h.key); h.ok && ok {
			at, line = there, h.line
		}
	}
	m.place(at, line)
	m.resumeSpan(now.span)
}

func (m *Model[K]) refilter() {
	switch {
	case !m.words.Empty():
		m.found = m.view.match(m.words, m.found[:0])
		m.shown = m.found
	case m.view.narrowed():
		m.shown = m.view.kept
	default:
		m.shown = nil
	}
	m.recount()
	m.paint.forget()
}

func (m *Model[K]) filtered() bool { return !m.words.Empty() || m.view.narrowed() }

// held is where the user is, in terms that outlive a change of rows.
type held[K comparable] struct {
	key    K
	ok     bool
	cursor int
	line   int // of the screen
	span   []K // the rows of the range that is being marked, from its anchor on
}

func (m *Model[K]) hold() held[K] {
	h := held[K]{cursor: m.cursor, line: m.cursor - m.offset}
	h.key, h.ok = m.Current()
	if m.span.on != spanOff {
		h.span = m.spanKeys()
	}
	return h
}

func (m *Model[K]) restore(h held[K], otherwise int) {
	m.cursor = otherwise
	if !m.touched && h.cursor == 0 {
		m.cursor = 0
	} else if at, ok := m.where(h.key); h.ok && ok {
		m.cursor = at
	}
	m.place(m.cursor, h.line)
	m.resumeSpan(h.span)
}

// place puts the cursor on a shown row and on that line of the screen, as near as can be.
func (m *Model[K]) place(cursor, line int) {
	m.cursor, m.offset = cursor, cursor-line
	m.scroll()
}

// position in the view of a shown row.
func (m *Model[K]) position(shown int) int {
	if m.filtered() && shown < len(m.shown) {
		return int(m.shown[shown])
	}
	return shown
}

func (m *Model[K]) keyAt(shown int) K { return m.view.key(m.position(shown)) }

// where a key is among the shown rows.
func (m *Model[K]) where(k K) (int, bool) {
	pos, ok := m.view.find(k)
	if !ok || !m.filtered() {
		return pos, ok
	}
	return slices.BinarySearch(m.shown, int32(pos))
}

// Shown is the number of rows that pass the filter and that the view keeps.
func (m *Model[K]) Shown() int {
	if m.filtered() {
		return len(m.shown)
	}
	return m.view.Len()
}

// Total is the number of rows.
func (m *Model[K]) Total() int { return m.view.Len() }

// Cursor is the place of the current row among the shown ones, from 0.
func (m *Model[K]) Cursor() int { return m.cursor }

// Current is the key of the cursor's row; false when no row is shown.
func (m *Model[K]) Current() (K, bool) {
	if m.cursor >= m.Shown() {
		var none K
		return none, false
	}
	return m.keyAt(m.cursor), true
}

// Row is the number of the current row in the prepared source; false when no row is shown.
func (m *Model[K]) Row() (int, bool) {
	if m.cursor >= m.Shown() {
		return 0, false
	}
	return int(m.view.order[m.position(m.cursor)]), true
}

// Sort is the order that was asked for. While it is not the order of the rows, the table is [Model.Stale].
func (m *Model[K]) Sort() Sort { return m.sort }

// Stale says that the rows are not in the order asked for: prepare them again with [Model.Sort].
func (m *Model[K]) Stale() bool { return m.view != nil && m.view.sort != m.sort }

// Sorts says whether the key is a column's letter.
func (m *Model[K]) Sorts(key string) bool { return m.column(key) >= 0 }

// column is that whose letter the key is, -1 for none.
func (m *Model[K]) column(key string) int {
	r, size := utf8.DecodeRuneInString(key)
	if size != len(key) || !unicode.IsUpper(r) {
		return -1
	}
	return slices.IndexFunc(m.cols, func(c Column) bool { return c.Hot == r })
}

// Hot sorts by the column whose letter this key is, or reverses when it is sorted by that column already. It is false
// when the key is no column's letter. Ask the key map first: bindings come before letters.
func (m *Model[K]) Hot(key string) bool {
	i := m.column(key)
	if i < 0 {
		return false
	}
	m.sort = Sort{Column: i, Reverse: i == m.sort.Column && !m.sort.Reverse}
	return true
}

// Do carries out an action on moving, marking, sorting or layout; false when it is none of these. Sorting only notes
// what is wanted: see [Model.Stale].
func (m *Model[K]) Do(a keys.Action) bool {
	page := max(m.lines(), 1)
	half := max(page/2, 1)
	switch a {
	case keys.Up:
		m.move(m.cursor-1, false)
	case keys.Down:
		m.move(m.cursor+1, false)
	case keys.PageUp:
		m.turn(-page)
	case keys.PageDown:
		m.turn(page)
	case keys.HalfUp:
		m.turn(-half)
	case keys.HalfDown:
		m.turn(half)
	case keys.Top:
		m.move(0, false)
	case keys.Bottom:
		m.move(m.Shown()-1, false)
	case keys.RangeUp:
		m.move(m.cursor-1, true)
	case keys.RangeDown:
		m.move(m.cursor+1, true)
	case keys.Mark:
		m.toggle()
	case keys.Range:
		m.toggleSpan()
	case keys.RangeHere:
		m.markToHere()
	case keys.MarkAll:
		m.markAll()
	case keys.Invert:
		m.invert()
	case keys.ClearMarks:
		m.clear()
	case keys.SortNext:
		m.sort = Sort{Column: m.paint.next(m.sort.Column)}
	case keys.SortReverse:
		m.sort.Reverse = !m.sort.Reverse
	case keys.Wide:
		m.wide = !m.wide
		m.paint.forget()
	default:
		return false
	}
	return true
}

// turn moves the rows under the cursor, which keeps its line of the screen.
func (m *Model[K]) turn(by int) {
	if m.Shown() > 0 {
		m.offset += by
	}
	m.move(m.cursor+by, false)
}

func (m *Model[K]) move(to int, shift bool) {
	m.touched = true
	switch {
	case m.Shown() == 0:
		return
	case shift && m.span.on == spanOff:
		m.startSpan(spanShift)
	case !shift && m.span.on == spanShift:
		m.endSpan()
	}
	from := m.cursor
	m.cursor = max(min(to, m.Shown()-1), 0)
	if m.span.on != spanOff {
		m.stretch(from, m.cursor)
	}
	m.scroll()
}

// lines is the number of rows that fit below the heading.
func (m *Model[K]) lines() int { return max(m.h-1, 0) }

// scroll brings cursor and offset into bounds and the cursor on screen.
func (m *Model[K]) scroll() {
	n, lines := m.Shown(), max(m.lines(), 1)
	m.cursor = max(min(m.cursor, n-1), 0)
	m.offset = min(m.offset, m.cursor, max(n-lines, 0))
	m.offset = max(m.offset, m.cursor-lines+1, 0)
}
