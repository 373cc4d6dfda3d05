package card

import (
	"strings"
	"unicode/utf8"

	"janitor/client/inventory"
	"janitor/tui/theme"
)

// Node is one object of a drawn tree, with the lines that tie it to those around it.
type Node struct {
	*inventory.Branch
	twig string // before its first line: "│ ├ "
	stem string // before those that follow: "│ │ │ "
}

// Nodes are all objects of a tree, from top to bottom.
func Nodes(tree []inventory.Branch) []Node {
	return grow(nil, tree, indent)
}

func grow(nodes []Node, tree []inventory.Branch, base string) []Node {
	twig, below := base+theme.Fork, base+theme.Stem
	for i := range tree {
		if i == len(tree)-1 {
			twig, below = base+theme.End, base+indent
		}
		b := &tree[i]
		stem := below + indent
		if len(b.Below) > 0 {
			stem = below + theme.Stem
		}
		nodes = append(nodes, Node{b, twig, stem})
		nodes = grow(nodes, b.Below, below)
	}
	return nodes
}

// Height is how many lines the node takes in w columns.
func (n Node) Height(w int) int {
	if n.fits(w) {
		return 1
	}
	text, quiet := n.wrap(w)
	return len(text) + len(quiet)
}

// Lines draws the node in w columns, whole: what does not fit goes on in the next line. The cursor fills its lines.
func (n Node) Lines(t *theme.Theme, w int, cursor bool) []string {
	paint := t.Paint
	if cursor {
		paint = t.PaintRow
	}
	var lines []string
	add := func(lead, text, quiet string) {
		used := columns(lead) + theme.Width(text) + theme.Width(quiet)
		line := paint(theme.Border, lead) + paint(theme.Text, text) + paint(theme.Muted, quiet)
		switch {
		case used > w: // deeper than there is room for
			line = theme.FitPainted(line, w)
		case cursor:
			line += paint(theme.Text, strings.Repeat(" ", w-used))
		}
		lines = append(lines, line)
	}
	if n.fits(w) {
		quiet := n.quiet()
		if n.Text != "" && quiet != "" {
			quiet = "  " + quiet
		}
		add(n.twig, theme.Fit(n.Text, theme.Width(n.Text)), theme.Fit(quiet, theme.Width(quiet)))
		return lines
	}
	text, quiet := n.wrap(w)
	lead := n.twig
	for _, s := range text {
		add(lead, s, "")
		lead = n.stem
	}
	for _, s := range quiet {
		add(lead, "", s)
		lead = n.stem
	}
	return lines
}

// quiet is what stands in a quiet tone: the field, and why the tree ends here.
func (n Node) quiet() string {
	if n.Note == "" || n.Text == "" && n.Via == "" {
		return n.Via + n.Note
	}
	return strings.TrimLeft(n.Via+" ("+n.Note+")", " ")
}

// fits: one line is enough.
func (n Node) fits(w int) bool {
	used := columns(n.twig) + theme.Width(n.Text)
	if quiet := n.quiet(); quiet != "" {
		used += theme.Width(quiet)
		if n.Text != "" {
			used += 2
		}
	}
	return used <= w
}

// narrowest is the least that text is wrapped to, however deep the tree.
const narrowest = 8

func (n Node) wrap(w int) (text, quiet []string) {
	room := max(w-columns(n.stem), narrowest)
	switch wide := theme.Width(n.Text); {
	case n.Text == "":
	case wide <= w-columns(n.twig):
		text = []string{theme.Fit(n.Text, wide)}
	default:
		text = theme.Wrap(n.Text, room)
	}
	if s := n.quiet(); s != "" {
		quiet = theme.Wrap(s, room)
	}
	return text, quiet
}

// columns of twigs and stems: each of their characters takes one.
func columns(s string) int { return utf8.RuneCountInString(s) }
