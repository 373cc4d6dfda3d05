package filter

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"janitor/client/addresses"
	"janitor/client/inventory"
	"janitor/client/spelling"
)

// call compiles a function.
func (c *compiler) call(at int, name string, args []ast.Node) (operand, *Error) {
	if name == holdsName {
		name = "contains"
	}
	switch name {
	case "any", "all", "none", "one", "count":
		return c.quantify(at, name, args)
	case "len":
		if len(args) != 1 {
			return operand{}, fail(at, "len takes one list: len(reasons)")
		}
		return c.quantify(at, name, args)
	case "date":
		s, err := only(at, name, args, "2026-01-31")
		if err != nil {
			return operand{}, err
		}
		return date(s.Location().From, s.Value)
	case "covers", "within", "contains":
		return c.addresses(at, name, args)
	}
	if slices.ContainsFunc(c.fields, func(f field) bool { return f.name == name }) {
		return operand{}, fail(at, "%s is a field: it has no brackets", name)
	}
	known := functionsOf(c.kind)
	err := fail(at, "there is no function %q", name)
	err.Near, err.Fields = spelling.Nearest(name, known), known
	return operand{}, err
}

// only returns the one argument of a function that takes a text in quotes.
func only(at int, name string, args []ast.Node, example string) (*ast.StringNode, *Error) {
	if len(args) == 1 {
		if s, ok := args[0].(*ast.StringNode); ok {
			return s, nil
		}
	}
	return nil, fail(at, "%s takes one text in quotes: %s(%q)", name, name, example)
}

func (c *compiler) addresses(at int, name string, args []ast.Node) (operand, *Error) {
	data := blockOf(c.kind)
	if data == nil {
		return operand{}, fail(at, "%s have no addresses: %s has no place here", c.kind.Many, name)
	}
	example := "10.0.0.0/8"
	if name == "contains" {
		example = "10.1.2.3"
	}
	s, err := only(at, name, args, example)
	if err != nil {
		return operand{}, err
	}
	block, bad := addresses.ParseStrict(s.Value)
	if bad != nil {
		return operand{}, fail(s.Location().From, "%s", bad)
	}
	if name == "contains" && block.Low != block.High {
		return operand{}, fail(s.Location().From, "contains takes a single address: for a block write covers(%q)", s.Value)
	}
	within := name == "within"
	return operand{at: at, field: field{what: tFlag, test: func(x row) Answer {
		d := data(*x.Resource, x.now)
		switch {
		case !d.Known:
			return Undecided
		case within:
			return answer(block.Encloses(d.Block))
		}
		return answer(d.Block.Encloses(block))
	}}}, nil
}

// list is one that functions go through.
type list struct {
	look  func(row) (seen, bool) // false: not known
	whole func(row) bool         // what is seen is all
}

// seen are the elements of a list; one of the two is empty.
type seen struct {
	reasons []inventory.Reason
	words   []string
}

func (s seen) len() int { return len(s.reasons) + len(s.words) }

// show is the row with one element in view.
func (s seen) show(x row, i int) row {
	if s.words != nil {
		x.word = s.words[i]
	} else {
		x.reason = &s.reasons[i]
	}
	return x
}

func (c *compiler) list(name string, n ast.Node) (list, operand, *Error) {
	o, err := c.operand(n)
	if err != nil {
		return list{}, o, err
	}
	l := list{whole: o.sure}
	if l.whole == nil {
		l.whole = func(row) bool { return true }
	}
	words := o.words
	switch o.what {
	case tReasons:
		l.look = func(x row) (seen, bool) { return seen{reasons: x.Verdict.Reasons}, true }
	case tWords:
		l.look = func(x row) (seen, bool) {
			all, ok := words(x)
			return seen{words: all}, ok
		}
	default:
		return list{}, o, fail(o.at, "%s is %s: %s goes through a list such as %s", o.say(), o.is(), name, strings.Join(c.lists(), ", "))
	}
	return l, o, nil
}

// lists are the names of the fields that are lists.
func (c *compiler) lists() []string {
	var names []string
	for _, f := range c.fields {
		if f.what == tReasons || f.what == tWords {
			names = append(names, f.name)
		}
	}
	return names
}

// quantify compiles any, all, none, one, count and len. The parser has seen to it that there is a list, and after it a
// condition but for len, and for count where that is left out.
func (c *compiler) quantify(at int, name string, args []ast.Node) (operand, *Error) {
	if c.inside != nil {
		return operand{}, fail(at, "%s within the condition of another list", name)
	}
	l, o, err := c.list(name, args[0])
	if err != nil {
		return operand{}, err
	}
	var t test
	if len(args) == 2 {
		c.inside = &o.field
		t, err = c.condition(args[1].(*ast.PredicateNode).Node)
		c.inside = nil
		if err != nil {
			return operand{}, err
		}
	}
	if name == "count" || name == "len" {
		return operand{at: at, field: field{name: name + "(…)", what: tNumber, num: l.counted(t)}}, nil
	}
	return operand{at: at, field: field{what: tFlag, test: l.judged(name, t)}}, nil
}

// counted is for how many t holds, all of them when there is no t; not known unless it is known of each.
func (l list) counted(t test) func(row) (float64, bool) {
	return func(x row) (float64, bool) {
		all, ok := l.look(x)
		if !ok || !l.whole(x) {
			return 0, false
		}
		if t == nil {
			return float64(all.len()), true
		}
		yes := 0
		for i := range all.len() {
			switch t(all.show(x, i)) {
			case Yes:
				yes++
			case Undecided:
				return 0, false
			case No:
			}
		}
		return float64(yes), true
	}
}

// judged weighs what is seen against what may be missing: one that holds settles any, one that does not settles all.
func (l list) judged(name string, t test) test {
	return func(x row) Answer {
		all, ok := l.look(x)
		if !ok {
			return Undecided
		}
		var yes, no int
		for i := range all.len() {
			switch t(all.show(x, i)) {
			case Yes:
				yes++
			case No:
				no++
			case Undecided:
			}
		}
		// Undecided ones, and those that are not seen, may be either.
		open := yes+no < all.len() || !l.whole(x)
		switch name {
		case "any":
			return settled(yes > 0, open)
		case "none":
			return settled(yes > 0, open).not()
		case "all":
			return settled(no > 0, open).not()
		}
		switch { // one
		case yes > 1:
			return No
		case open:
			return Undecided
		}
		return answer(yes == 1)
	}
}

// settled is yes when it is so already, and no only when nothing is open.
func settled(so, open bool) Answer {
	switch {
	case so:
		return Yes
	case open:
		return Undecided
	}
	return No
}

// pointer compiles # of a word: the one in view. The parser takes it within a condition only.
func (c *compiler) pointer(n *ast.PointerNode) (operand, *Error) {
	switch {
	case n.Name != "":
		return operand{}, fail(at(n), "write # alone, or .text, .via, .by")
	case c.inside.what == tReasons:
		return operand{}, fail(at(n), "a reason is no text: write .text, .via or .by")
	}
	return operand{at: at(n), field: field{name: "#", what: tText, text: func(x row) (string, bool) { return x.word, true }}}, nil
}

// member compiles .text, .via, .by of the reason in view.
func (c *compiler) member(n *ast.MemberNode) (operand, *Error) {
	if c.inside == nil {
		return operand{}, fail(at(n), "there is nothing to look into here: fields stand alone, and .text, .via, .by and # only in any(…) and its kin")
	}
	p, pointer := n.Node.(*ast.PointerNode)
	name, named := n.Property.(*ast.StringNode)
	if !pointer || !named || p.Name != "" || c.tokens[at(name)].kind != word {
		return operand{}, fail(at(n), "there is nothing to look into here: write .text, .via or .by of a reason")
	}
	if c.inside.what != tReasons {
		return operand{}, fail(at(n), "%s holds words: write # for one of them", c.inside.name)
	}
	o := operand{at: at(n), field: field{name: "." + name.Value, what: tText}}
	switch name.Value {
	case "text":
		o.text = func(x row) (string, bool) { return x.reason.Text, true }
	case "via":
		o.text = func(x row) (string, bool) { return x.reason.Via, true }
	case "by":
		o.text = func(x row) (string, bool) { return x.reason.By, true }
	default:
		of := []string{"text", "via", "by"}
		err := fail(at(n), "a reason has no %q", name.Value)
		err.Near, err.Fields = spelling.Nearest(name.Value, of), of
		return operand{}, err
	}
	return o, nil
}
