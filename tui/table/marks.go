package table

import (
	"cmp"
	"maps"
	"slices"
)

// Marks are the marked keys in the order of marking, hidden ones included.
func (m *Model[K]) Marks() []K {
	return slices.SortedFunc(maps.Keys(m.marks), func(a, b K) int { return cmp.Compare(m.marks[a], m.marks[b]) })
}

// SelectedOrCurrent are the marked keys, or the current one when none is marked.
func (m *Model[K]) SelectedOrCurrent() []K {
	if len(m.marks) > 0 {
		return m.Marks()
	}
	if k, ok := m.Current(); ok {
		return []K{k}
	}
	return nil
}

// Marked is the number of marks.
func (m *Model[K]) Marked() int { return len(m.marks) }

// Hidden is the number of marks whose row is not shown: filtered out, or not listed at the moment.
func (m *Model[K]) Hidden() int { return m.hidden }

// HiddenMarks are the marked keys whose row is not shown, in the order of marking.
func (m *Model[K]) HiddenMarks() []K {
	return slices.DeleteFunc(m.Marks(), func(k K) bool {
		_, shown := m.where(k)
		return shown
	})
}

// IsMarked says whether a key is marked.
func (m *Model[K]) IsMarked(k K) bool {
	_, ok := m.marks[k]
	return ok
}

// Unmark takes marks away, for example of what has been deleted.
func (m *Model[K]) Unmark(ks ...K) {
	m.endSpan()
	for _, k := range ks {
		delete(m.marks, k)
		if pos, ok := m.view.find(k); ok {
			m.marked[pos] = false
		}
	}
	m.recount()
}

// Mark marks those of the keys that a row has, in their order, and returns the others.
func (m *Model[K]) Mark(ks ...K) (without []K) {
	m.endSpan()
	for _, k := range ks {
		pos, ok := m.view.find(k)
		switch {
		case !ok:
			without = append(without, k)
		case !m.marked[pos]:
			m.clock++
			m.marks[k], m.marked[pos] = m.clock, true
		}
	}
	m.recount()
	return without
}

// Prune takes away the marks that no row has, and says how many. Call it only when the rows are complete: a list that
// is still loading, or failed, does not prove that something is gone.
func (m *Model[K]) Prune() int {
	before := len(m.marks)
	maps.DeleteFunc(m.marks, func(k K, _ uint64) bool {
		_, ok := m.view.find(k)
		return !ok
	})
	m.recount()
	return before - len(m.marks)
}

// recount counts the hidden marks: what is marked less what is marked and shown. Marking a row changes neither, for
// only shown rows can be marked.
func (m *Model[K]) recount() {
	m.hidden = len(m.marks)
	if m.hidden == 0 {
		return
	}
	if m.filtered() {
		for _, pos := range m.shown {
			if m.marked[pos] {
				m.hidden--
			}
		}
		return
	}
	for _, yes := range m.marked {
		if yes {
			m.hidden--
		}
	}
}

func (m *Model[K]) mark(shown int) {
	k := m.keyAt(shown)
	if _, already := m.marks[k]; !already {
		m.clock++
		m.marks[k] = m.clock
		m.marked[m.position(shown)] = true
	}
	m.last = k
}

func (m *Model[K]) unmark(shown int) {
	delete(m.marks, m.keyAt(shown))
	m.marked[m.position(shown)] = false
}

func (m *Model[K]) toggle() {
	m.endSpan()
	if m.Shown() == 0 {
		return
	}
	if m.marked[m.position(m.cursor)] {
		m.unmark(m.cursor)
	} else {
		m.mark(m.cursor)
	}
	m.move(m.cursor+1, false)
}

func (m *Model[K]) markAll() {
	m.endSpan()
	m.touched = true
	for i := range m.Shown() {
		m.mark(i)
	}
}

func (m *Model[K]) invert() {
	m.endSpan()
	m.touched = true
	for i := range m.Shown() {
		if m.marked[m.position(i)] {
			m.unmark(i)
		} else {
			m.mark(i)
		}
	}
}

func (m *Model[K]) clear() {
	m.endSpan()
	clear(m.marks)
	clear(m.marked)
	m.hidden = 0
}

// markToHere marks from the row that was marked last to the cursor.
func (m *Model[K]) markToHere() {
	m.endSpan()
	if m.Shown() == 0 {
		return
	}
	m.touched = true
	from := m.cursor
	if m.IsMarked(m.last) {
		if at, ok := m.where(m.last); ok {
			from = at
		}
	}
	step := 1
	if from > m.cursor {
		step = -1
	}
	for i := from; i != m.cursor; i += step {
		m.mark(i)
	}
	m.mark(m.cursor)
}

// span is a range being marked: the rows between its anchor and the cursor. It takes back only marks of its own.
type span[K comparable] struct {
	on     spanKind
	anchor int // within the shown rows
	own    map[K]struct{}
}

type spanKind uint8

const (
	spanOff   spanKind = iota
	spanOpen           // until it is ended
	spanShift          // until another key than shift and an arrow
)

// Ranging says that moving marks, until the range is ended.
func (m *Model[K]) Ranging() bool { return m.span.on == spanOpen }

// EndRange ends the range that is being marked and keeps its marks; false when there is none.
func (m *Model[K]) EndRange() bool {
	was := m.Ranging()
	m.endSpan()
	return was
}

func (m *Model[K]) toggleSpan() {
	if m.EndRange() || m.Shown() == 0 {
		return
	}
	m.touched = true
	m.startSpan(spanOpen)
}

func (m *Model[K]) startSpan(kind spanKind) {
	m.span = span[K]{on: kind, anchor: m.cursor, own: map[K]struct{}{}}
	m.claim(m.cursor)
}

func (m *Model[K]) endSpan() { m.span = span[K]{} }

func (m *Model[K]) claim(shown int) {
	if !m.marked[m.position(shown)] {
		m.span.own[m.keyAt(shown)] = struct{}{}
	}
	m.mark(shown)
}

func (m *Model[K]) release(shown int) {
	k := m.keyAt(shown)
	if _, own := m.span.own[k]; own {
		delete(m.span.own, k)
		m.unmark(shown)
	}
}

// stretch follows the cursor; its cost is that of the rows it passed.
func (m *Model[K]) stretch(from, to int) {
	a := m.span.anchor
	if (from < a) != (to < a) && from != a && to != a {
		m.stretch(from, a)
		from = a
	}
	for from != to {
		step := 1
		if to < from {
			step = -1
		}
		if away := (from-a)*step >= 0; away {
			m.claim(from + step)
		} else {
			m.release(from)
		}
		from += step
	}
}

func (m *Model[K]) spanKeys() []K {
	var out []K
	step := 1
	if m.cursor < m.span.anchor {
		step = -1
	}
	for i := m.span.anchor; i != m.cursor; i += step {
		out = append(out, m.keyAt(i))
	}
	return append(out, m.keyAt(m.cursor))
}

// resumeSpan goes on with a range after the rows have changed if the rows in it are still the same, so that a page that
// arrives does not end it; otherwise what moving would mark is no longer what the user saw, and it ends.
func (m *Model[K]) resumeSpan(was []K) {
	if was == nil {
		return
	}
	anchor, ok := m.where(was[0])
	if !ok || m.Shown() == 0 {
		m.endSpan()
		return
	}
	m.span.anchor = anchor
	if !slices.Equal(was, m.spanKeys()) {
		m.endSpan()
	}
}
