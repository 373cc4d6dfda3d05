package detail

import (
	"sort"

	"janitor/tui/card"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// page is text with a tree in it, of which a part is shown. A cursor goes over the nodes that are in view; where the
// next one is too far away, the page scrolls towards it line by line, so that nothing is passed over unread.
type page struct {
	rows   []row
	nodes  []node
	top    int // the first row in view
	room   int // how many are in view
	cursor int // the node; where none is in view there is no cursor

	w    int // what the rows were laid out for; 0: not yet, or no longer
	look theme.Look
	gone bool
}

// row is a painted line, or one of a node.
type row struct {
	text string
	node *node
}

// node knows its first row and how many it has.
type node struct {
	card.Node
	row, height int
}

func (p *page) text(lines ...string) {
	for _, s := range lines {
		p.rows = append(p.rows, row{text: s})
	}
}

// tree appends nodes drawn in w columns.
func (p *page) tree(nodes []card.Node, w int) {
	for _, n := range nodes {
		height := n.Height(w)
		p.nodes = append(p.nodes, node{n, len(p.rows), height})
		for range height {
			p.rows = append(p.rows, row{})
		}
	}
}

// ready ties the rows to their nodes, once all are there.
func (p *page) ready() {
	for i := range p.nodes {
		n := &p.nodes[i]
		for j := range n.height {
			p.rows[n.row+j].node = n
		}
	}
}

// from is the first node at or below a row.
func (p *page) from(row int) int {
	return sort.Search(len(p.nodes), func(i int) bool { return p.nodes[i].row >= row })
}

// current is the node under the cursor; nil when none is in view.
func (p *page) current() *node {
	if p.cursor >= len(p.nodes) {
		return nil
	}
	if n := &p.nodes[p.cursor]; n.row >= p.top && n.row < p.top+p.room {
		return n
	}
	return nil
}

// move follows a key; false when it is not about moving.
func (p *page) move(a keys.Action) bool {
	by, ok := screen.Step(a, p.room, len(p.rows))
	if !ok {
		return false
	}
	if a == keys.Up || a == keys.Down {
		p.step(by)
		return true
	}
	at := p.top
	p.scroll(by)
	if p.top == at || a == keys.Top || a == keys.Bottom {
		p.cursor = 0
		if by > 0 {
			p.cursor = max(len(p.nodes)-1, 0)
		}
	}
	p.settle()
	return true
}

// step goes one node up or down when that one is in view or the next thing to come into it, else one line.
func (p *page) step(by int) {
	next := p.cursor + by
	if p.current() == nil {
		next = p.from(p.top)
		if by < 0 {
			next = p.from(p.top+p.room) - 1
		}
	}
	if next >= 0 && next < len(p.nodes) {
		n := p.nodes[next]
		end := n.row + min(n.height, p.room) // of what is in view once the cursor is there
		if n.row <= p.top+p.room && end >= p.top {
			p.cursor = next
			p.reveal()
			return
		}
	}
	p.scroll(by)
	p.settle()
}

func (p *page) scroll(by int) {
	p.top = max(min(p.top+by, len(p.rows)-p.room), 0)
}

// settle takes the cursor to the nearest node in view when its own is not.
func (p *page) settle() {
	first, last := p.from(p.top), p.from(p.top+p.room)-1
	if first <= last {
		p.cursor = max(min(p.cursor, last), first)
	}
}

// reveal scrolls until the node under the cursor is in view, all of it where there is room.
func (p *page) reveal() {
	n := p.nodes[p.cursor]
	p.top = max(p.top, n.row+n.height-p.room)
	p.top = min(p.top, n.row)
}

// take makes p the successor of old, laid out anew: what was under the cursor stays where it is on the screen, and the
// beginning in view as long as nobody has moved.
func (p *page) take(old *page) {
	p.top, p.room, p.cursor = old.top, old.room, old.cursor
	if n := old.current(); n != nil && old.cursor < len(p.nodes) && old.top+old.cursor > 0 {
		p.top = p.nodes[p.cursor].row - (n.row - old.top)
	}
	p.scroll(0)
	p.settle()
}

// lines draws the page in h lines of w columns; the last one says how much there is below.
func (p *page) lines(t *theme.Theme, w, h int) []string {
	p.room = h
	if len(p.rows) > h && h > 1 {
		p.room = h - 1
	}
	p.scroll(0)
	p.settle()
	lines := make([]string, 0, h)
	cursor := p.current()
	for i := p.top; len(lines) < p.room; i++ {
		switch {
		case i >= len(p.rows):
			lines = append(lines, theme.Fit("", w))
		case p.rows[i].node == nil:
			lines = append(lines, theme.FitPainted(" "+p.rows[i].text, w))
		default:
			n := p.rows[i].node
			left, right := " ", ""
			if n == cursor {
				left, right = t.PaintRow(theme.Accent, t.Bar), t.PaintRow(theme.Text, " ")
			}
			lines = append(lines, theme.FitPainted(left+n.Lines(t, width(w), n == cursor)[i-n.row]+right, w))
		}
	}
	if p.room < h {
		lines = append(lines, screen.More(t, len(p.rows)-p.top-p.room, w))
	}
	return lines
}

// width of the text in w columns.
func width(w int) int { return max(w-2, 1) }
