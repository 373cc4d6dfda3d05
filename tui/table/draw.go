package table

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"janitor/tui/theme"
)

const (
	gutter     = 3 // cursor bar, mark, blank
	gap        = 2 // between columns
	widest     = 40
	mostNeeded = 60  // columns of a flex one before extra ones are shown
	sampling   = 200 // rows looked at to find out how wide columns want to be
)

// painter keeps what drawing has found out: which columns go where, and the lines on screen as they were drawn last.
type painter struct {
	look    theme.Look
	natural []int // the widest value seen, by column; grows only, so that columns do not jump about
	laid    bool
	layout  []place
	sorted  Sort // as the headings were laid out for
	lines   []line
	drawn   uint64 // lines of another number are out of date
	buf     []byte
}

// place is a column on screen.
type place struct{ col, width int }

// line is a row as it was drawn.
type line struct {
	drawn          uint64
	shown          int
	cursor, marked bool
	text           []byte
}

func newPainter(cols int) painter {
	p := painter{natural: make([]int, cols), drawn: 1}
	for i := range cols {
		p.layout = append(p.layout, place{col: i})
	}
	return p
}

// forget makes the next frame lay out and draw everything anew.
func (p *painter) forget() {
	p.laid = false
	p.drawn++
}

// next is the shown column after this one.
func (p *painter) next(col int) int {
	if len(p.layout) == 0 {
		return 0
	}
	i := slices.IndexFunc(p.layout, func(pl place) bool { return pl.col == col })
	return p.layout[(i+1)%len(p.layout)].col
}

// Unseen is the heading of the column that the rows are sorted by with its arrow, when that was not drawn; "" when it was.
func (m *Model[K]) Unseen() string {
	s := m.view.Sort()
	if s.Column < 0 || s.Column >= len(m.cols) || slices.ContainsFunc(m.paint.layout, func(pl place) bool { return pl.col == s.Column }) {
		return ""
	}
	return m.cols[s.Column].Title + " " + m.arrow(s)
}

func (m *Model[K]) arrow(s Sort) string {
	if s.Reverse {
		return m.theme.Descending
	}
	return m.theme.Ascending
}

// Wide says whether all columns were asked for, need how many of the terminal they take at least.
func (m *Model[K]) Wide() (wide bool, need int) {
	need = gutter - gap
	for i := range m.cols {
		need += m.least(place{i, m.want(i)}) + gap
	}
	return m.wide, need
}

// View draws the heading and the rows: exactly as many lines as the size says, none wider.
func (m *Model[K]) View() string {
	if m.h <= 0 {
		return ""
	}
	p := &m.paint
	if look := m.theme.Look(); look != p.look {
		p.look = look
		p.forget()
	}
	if p.sorted != m.view.Sort() {
		p.sorted = m.view.Sort()
		p.forget()
	}
	if n := m.lines(); len(p.lines) != n {
		p.lines = make([]line, n)
	}
	end := min(m.offset+m.lines(), m.Shown())
	for {
		if !p.laid {
			m.lay()
		}
		for i := m.offset; i < end; i++ {
			m.drawRow(i)
		}
		if p.laid { // no value was wider than those seen before
			break
		}
		p.drawn++
	}

	p.buf = m.appendHeading(p.buf[:0])
	for i := m.offset; i < m.offset+m.lines(); i++ {
		p.buf = append(p.buf, '\n')
		if i < end {
			p.buf = append(p.buf, p.lines[i%len(p.lines)].text...)
		}
	}
	return string(p.buf)
}

func (m *Model[K]) drawRow(shown int) {
	p := &m.paint
	l := &p.lines[shown%len(p.lines)]
	pos := m.position(shown)
	cursor, marked := shown == m.cursor, m.marked[pos]
	if l.drawn == p.drawn && l.shown == shown && l.cursor == cursor && l.marked == marked {
		return
	}
	l.drawn, l.shown, l.cursor, l.marked = p.drawn, shown, cursor, marked
	l.text = m.appendRow(l.text[:0], int(m.view.order[pos]), cursor, marked)
}

func (m *Model[K]) appendRow(dst []byte, row int, cursor, marked bool) []byte {
	t, left := m.theme, m.w
	last := theme.Text
	// What is blank is painted as what stands before it: it looks the same, and a change of colours costs the terminal more
	// bytes than most cells have.
	cell := func(r theme.Role, s string, w int, right bool) {
		w = min(w, left)
		left -= w
		if s != "" {
			last = r
		}
		if w > 0 {
			dst = t.AppendCell(dst, last, cursor, s, w, right)
		}
	}
	bar, mark := "", ""
	if cursor {
		bar = t.Bar
	}
	if marked {
		mark = t.Mark
	}
	cell(theme.Accent, bar, 1, false)
	cell(theme.Mark, mark, 1, false)
	cell(theme.Text, "", gutter-2, false)
	for i, pl := range m.paint.layout {
		if i > 0 {
			cell(theme.Text, "", gap, false)
		}
		s, role := m.view.src.Cell(row, pl.col)
		m.see(pl.col, s)
		if marked && i == 0 {
			role = theme.Mark
		}
		cell(role, s, pl.width, m.cols[pl.col].Right)
	}
	if cursor {
		cell(theme.Text, "", left, false)
	}
	return dst
}

func (m *Model[K]) appendHeading(dst []byte) []byte {
	t, left := m.theme, m.w
	blank := func(n int) {
		n = max(min(n, left), 0)
		left -= n
		dst = t.AppendCell(dst, theme.Text, false, "", n, false)
	}
	blank(gutter)
	for i, pl := range m.paint.layout {
		if i > 0 {
			blank(gap)
		}
		c, w := m.cols[pl.col], min(pl.width, left)
		if w <= 0 {
			break
		}
		left -= w
		title, role := c.Title, theme.Heading
		if m.paint.sorted.Column == pl.col {
			role = theme.HeadingSorted
			arrow := m.arrow(m.paint.sorted)
			if room := w - 2; room <= 0 {
				title = arrow
			} else if theme.Width(title) > room {
				title = theme.Fit(title, room) + " " + arrow
			} else {
				title += " " + arrow
			}
		}
		if c.Right {
			title = theme.FitRight(title, w)
		} else {
			title = theme.Fit(title, w)
		}
		at, n := letter(title, c.Hot)
		dst = t.Append(dst, role, title[:at])
		if n > 0 {
			dst = t.Append(dst, theme.HeadingHot, title[at:at+n])
		}
		dst = t.Append(dst, role, title[at+n:])
	}
	return dst
}

// letter finds the hot letter in a heading: where it is and its length.
func letter(title string, hot rune) (at, n int) {
	if hot == 0 {
		return 0, 0
	}
	for i, r := range title {
		if unicode.ToUpper(r) == hot {
			return i, utf8.RuneLen(r)
		}
	}
	return 0, 0
}

// measures says whether a column's width depends on its values.
func (c Column) measures() bool { return c.Flex || c.Width <= 0 }

// see takes note of a value; when it is wider than all before, the columns must be laid out again.
func (m *Model[K]) see(col int, s string) {
	if len(s) <= m.paint.natural[col] || !m.cols[col].measures() {
		return
	}
	// A value of many bytes is measured no further than the widest column goes.
	limit := widest
	if m.cols[col].Flex {
		limit = max(m.w, widest)
	}
	w := len(s)
	if w > 8*limit {
		w = limit
	} else {
		w = min(theme.Width(s), limit)
	}
	if w > m.paint.natural[col] {
		m.paint.natural[col] = w
		m.paint.laid = false
	}
}

// sample looks at rows spread over the whole list, so that columns have their width before their widest value is seen.
func (m *Model[K]) sample() {
	n := m.view.Len()
	step := max(n/sampling, 1)
	for pos := 0; pos < n; pos += step {
		for col, c := range m.cols {
			if c.measures() {
				s, _ := m.view.src.Cell(int(m.view.order[pos]), col)
				m.see(col, s)
			}
		}
	}
	m.paint.forget()
}

// lay decides which columns are shown and how wide. Flex columns shrink first, then extra columns go, then others from
// the right; the first column stays and is cut if it must. Nothing wraps.
func (m *Model[K]) lay() {
	p := &m.paint
	p.laid = true
	room := m.w - gutter
	want := make([]int, len(m.cols))
	for i := range m.cols {
		want[i] = m.want(i)
	}
	show := make([]bool, len(m.cols))
	total := -gap
	for i, c := range m.cols {
		if show[i] = !c.Extra || m.wide || i == 0; show[i] {
			total += m.need(i) + gap
		}
	}
	for i := range m.cols {
		if !show[i] && total+gap+want[i] <= room {
			show[i] = true
			total += want[i] + gap
		}
	}
	for {
		p.layout = p.layout[:0]
		for i := range m.cols {
			if show[i] {
				p.layout = append(p.layout, place{i, want[i]})
			}
		}
		if over := m.shrink(room); over <= 0 {
			break
		}
		drop := m.leastNeeded(show)
		if drop <= 0 {
			break
		}
		show[drop] = false
	}
	if len(p.layout) == 1 {
		p.layout[0].width = max(min(p.layout[0].width, room), 0)
	}
	m.grow(room)
}

// want is the width a column has when there is room for all.
func (m *Model[K]) want(i int) int {
	c := m.cols[i]
	w := c.Width
	if w <= 0 {
		w = m.paint.natural[i]
	}
	title := theme.Width(c.Title)
	if m.paint.sorted.Column == i {
		title += 2
	}
	return max(w, title, c.Min, 1)
}

// need is what a column has before an extra one is shown beside it: flex columns all that their values take.
func (m *Model[K]) need(i int) int {
	if !m.cols[i].Flex {
		return m.want(i)
	}
	return max(m.want(i), min(m.paint.natural[i], mostNeeded))
}

func (m *Model[K]) least(pl place) int {
	c := m.cols[pl.col]
	switch {
	case c.Min > 0:
		return min(c.Min, pl.width)
	case c.Flex:
		return min(pl.width, 8)
	default:
		return pl.width
	}
}

func (m *Model[K]) taken() int {
	total := -gap
	for _, pl := range m.paint.layout {
		total += pl.width + gap
	}
	return total
}

// shrink takes width from the widest flex column, again and again, then from the others; what it returns is still too much.
func (m *Model[K]) shrink(room int) int {
	over := m.taken() - room
	layout := m.paint.layout
	for _, flex := range []bool{true, false} {
		for over > 0 {
			widest := -1
			for i, pl := range layout {
				if m.cols[pl.col].Flex == flex && pl.width > m.least(pl) && (widest < 0 || pl.width > layout[widest].width) {
					widest = i
				}
			}
			if widest < 0 {
				break
			}
			layout[widest].width--
			over--
		}
	}
	return over
}

// grow gives what is left to flex columns that have wider values, the narrowest first.
func (m *Model[K]) grow(room int) {
	layout := m.paint.layout
	for left := room - m.taken(); left > 0; left-- {
		best := -1
		for i, pl := range layout {
			if m.cols[pl.col].Flex && pl.width < m.paint.natural[pl.col] && (best < 0 || pl.width < layout[best].width) {
				best = i
			}
		}
		if best < 0 {
			return
		}
		layout[best].width++
	}
}

// leastNeeded is the column that goes first: the last extra one, else the last one; 0 means none can go.
func (m *Model[K]) leastNeeded(show []bool) int {
	last := 0
	for i := len(show) - 1; i > 0; i-- {
		if !show[i] {
			continue
		}
		if m.cols[i].Extra {
			return i
		}
		last = max(last, i)
	}
	return last
}
