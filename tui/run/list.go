package run

import (
	"slices"
	"time"

	"janitor/client/cleanup"
	"janitor/tui/theme"
)

// Columns of the terminal.
const (
	gap       = 2
	wordWidth = len("already there")
	tookWidth = len("9999 s")
	idWidth   = 10
	idWhole   = 36
	idsFrom   = 110 // request ids get a column of their own
)

// selection is which items are listed; the zero value is all of them.
type selection struct {
	failures bool            // those that failed
	one      bool            // those of one outcome
	outcome  cleanup.Outcome // Pending: those without one
}

func (s selection) all() bool { return s == selection{} }

func (s selection) has(o cleanup.Outcome) bool {
	switch {
	case s.failures:
		return failure(o)
	case s.one:
		return s.outcome == o
	}
	return true
}

// inOrder are the outcomes as they are counted in the head.
var inOrder = [outcomes]cleanup.Outcome{
	cleanup.Deleted, cleanup.AlreadyGone, cleanup.Restored, cleanup.AlreadyThere, cleanup.Reappeared, cleanup.Blocked,
	cleanup.Failed, cleanup.Unknown, cleanup.Skipped, cleanup.Cancelled, cleanup.Pending,
}

// count of the items with an outcome, those without one too.
func (m *Model) counted(o cleanup.Outcome) int {
	if o == cleanup.Pending {
		return len(m.items) - m.ended
	}
	return m.counts[o]
}

// failed is how many items failed.
func (m *Model) failed() int {
	n := 0
	for o, c := range m.counts {
		if failure(cleanup.Outcome(o)) {
			n += c
		}
	}
	return n
}

// next is the selection after this one: the next outcome that an item has, then all.
func (m *Model) nextSelection() selection {
	from := 0
	if m.only.one {
		from = slices.Index(inOrder[:], m.only.outcome) + 1
	}
	for _, o := range inOrder[from:] {
		if m.counted(o) > 0 {
			return selection{one: true, outcome: o}
		}
	}
	return selection{}
}

// pick lists only these items.
func (m *Model) pick(s selection) {
	m.only, m.rows = s, nil
	if !s.all() {
		for i := range m.items {
			if s.has(m.items[i].result.Outcome) {
				m.rows = append(m.rows, i)
			}
		}
	}
	m.settle()
}

// relist takes an item into the list or out of it when its outcome changes.
func (m *Model) relist(i int, was, is cleanup.Outcome) {
	if m.only.all() || m.only.has(was) == m.only.has(is) {
		return
	}
	at, _ := slices.BinarySearch(m.rows, i)
	if m.only.has(is) {
		m.rows = slices.Insert(m.rows, at, i)
	} else {
		m.rows = slices.Delete(m.rows, at, at+1)
	}
}

// shown is the number of rows in the list.
func (m *Model) shown() int {
	if m.only.all() {
		return len(m.items)
	}
	return len(m.rows)
}

// at is the item of a row.
func (m *Model) at(row int) int {
	if m.only.all() {
		return row
	}
	return m.rows[row]
}

// row is where an item stands in the list, or the row that is nearest.
func (m *Model) row(i int) int {
	if !m.only.all() {
		i, _ = slices.BinarySearch(m.rows, i)
	}
	return max(min(i, m.shown()-1), 0)
}

// move takes the cursor by rows; from then on the list stays where the user is.
func (m *Model) move(by int) {
	if m.shown() == 0 {
		return
	}
	from := m.cursor
	if m.follow {
		from, m.follow = m.front, false
	}
	m.cursor = m.at(max(min(m.row(from)+by, m.shown()-1), 0))
}

// settle puts the cursor on a row of the list.
func (m *Model) settle() {
	if m.shown() > 0 {
		m.cursor = m.at(m.row(m.cursor))
	}
}

// show scrolls so that the cursor is in sight or, while following, what the run is at.
func (m *Model) show() {
	if !m.follow {
		m.settle()
	}
	at := m.row(m.cursor)
	switch {
	case m.follow && m.only.all():
		m.top = m.front - m.page/2
	case m.follow && m.only.has(cleanup.Pending):
		m.top = 0
	case m.follow:
		m.top = m.shown()
	case at < m.top:
		m.top = at
	case at >= m.top+m.page:
		m.top = at - m.page + 1
	}
	m.top = max(min(m.top, m.shown()-m.page), 0)
}

// list draws h rows of w columns.
func (m *Model) list(w, h int, now time.Time) []string {
	m.page = h
	m.show()
	lines := make([]string, 0, h)
	if m.shown() == 0 && !m.only.all() {
		lines = append(lines, m.env.Theme.Paint(theme.Muted, theme.Fit("   none is "+m.onlyWord()+" any more", w)))
	}
	c := m.columns(w)
	var buf []byte
	for row := m.top; row < min(m.top+h, m.shown()); row++ {
		buf = m.appendRow(buf[:0], m.at(row), c, now)
		lines = append(lines, string(buf))
	}
	return theme.Fill(lines, h)
}

// columns are the widths of a row; 0 leaves a column out.
type columns struct {
	w, name, in, said, took, id int
}

func (m *Model) columns(w int) columns {
	c := columns{w: w, took: tookWidth}
	rest := w - 3 - wordWidth - gap - 1
	if w >= idsFrom {
		c.id = idWidth
		rest -= gap + idWidth
	}
	if rest >= 30 {
		rest -= gap + c.took
	} else {
		c.took = 0
	}
	share := rest / 2
	in := m.parents > 0 && rest >= 40
	if in {
		share = rest * 2 / 5
	}
	if m.names > share && rest-share < 16 { // too little for words
		share = rest
	}
	c.name = min(m.names, max(share, 8), max(rest, 0))
	if in {
		c.in = min(m.parents, rest*3/10+share-c.name)
	}
	rest -= c.name
	if c.in > 0 {
		rest -= gap + c.in
	}
	if more := idWhole - idWidth; c.id > 0 && rest-gap-more >= 60 {
		c.id += more
		rest -= more
	}
	c.said = max(rest-gap, 0)
	return c
}

func (m *Model) appendRow(dst []byte, i int, c columns, now time.Time) []byte {
	t := m.env.Theme
	it := &m.items[i]
	res := &m.plan.Items[i].Resource
	on := i == m.cursor && !m.follow
	glyph, word, role := m.status(it)
	if c.w < 4+wordWidth+gap {
		return append(dst, theme.FitPainted(" "+t.Paint(role, glyph)+" "+theme.Fit(res.Label(), max(c.w-3, 1)), c.w)...)
	}

	bar := " "
	if on {
		bar = t.Bar
	}
	cell := func(r theme.Role, s string, w int, right bool) {
		dst = t.AppendCell(dst, r, on, s, w, right)
	}
	cell(theme.Accent, bar, 1, false)
	cell(role, glyph, 2, false)
	cell(role, word, wordWidth+gap, false)
	name := res.Label()
	if m.tags[i] != "" {
		name = theme.FitTail(name, m.tags[i], c.name)
	}
	cell(theme.Text, name, c.name, false)
	if c.in > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, m.in[res.Ref.Parent], c.in, false)
	}
	if c.said > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, m.tells(i), c.said, false)
	}
	if c.took > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, m.took(it, now), c.took, true)
	}
	if c.id > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, it.result.RequestID, c.id, false)
	}
	cell(theme.Text, "", 1, false)
	return dst
}

func (m *Model) took(it *item, now time.Time) string {
	switch {
	case it.step == cleanup.Ended && it.result.Took > 0:
		return theme.Duration(it.result.Took)
	case (it.step == cleanup.Sent || it.step == cleanup.Clearing) && !m.waiting || it.step == cleanup.Reading:
		if d := now.Sub(it.sent); d >= time.Second {
			return theme.Duration(d)
		}
	}
	return ""
}

// measure finds the widths that the names ask for.
func (m *Model) measure() {
	m.tags, _ = m.plan.Tags()
	m.in = m.plan.Parents()
	for i := range m.plan.Items {
		r := &m.plan.Items[i].Resource
		name := theme.Width(r.Label())
		if tag := m.tags[i]; tag != "" {
			name += 1 + theme.Width(tag)
		}
		m.names = max(m.names, name)
		m.parents = max(m.parents, theme.Width(m.in[r.Ref.Parent]))
	}
}
