package filter

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"janitor/client/inventory"
	"janitor/client/spelling"
)

// deepest is how many brackets may stand in one another.
const deepest = 50

// expression reads text from the character at from on; the columns of errors count the whole text.
func expression(kind *inventory.Kind, text string, from int) (*Filter, error) {
	if err := measure(text); err != nil {
		return nil, err
	}
	f, err := read(kind, text, from)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func read(kind *inventory.Kind, text string, from int) (*Filter, *Error) {
	if err := readable(text); err != nil {
		return nil, err
	}
	// What stands before the expression becomes blank so that places stay what they are.
	runes := []rune(text)
	for i := range from {
		runes[i] = ' '
	}
	tokens, err := scan(runes)
	if err != nil {
		return nil, err
	}
	if len(tokens) == 0 {
		return nil, fail(len(runes), "an expression is missing, such as unused && age > 90d")
	}
	if err := brackets(tokens); err != nil {
		return nil, err
	}
	tree, bad := parser.Parse(rewrite(runes, tokens))
	if bad != nil {
		return nil, unexpected(bad, tokens)
	}
	c := compiler{kind: kind, fields: fieldsOf(kind), tokens: make(map[int]token, len(tokens))}
	for _, t := range tokens {
		c.tokens[t.from] = t
	}
	match, err := c.condition(tree.Node)
	if err != nil {
		return nil, err
	}
	return &Filter{text: text, match: match}, nil
}

// brackets must be closed by their own kind.
func brackets(tokens []token) *Error {
	pairs := map[string]string{"(": ")", "[": "]", "{": "}"}
	var open []token
	for _, t := range tokens {
		if t.kind != sign {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			open = append(open, t)
			if len(open) > deepest {
				return fail(t.from, "more than %d brackets in one another", deepest)
			}
		case ")", "]", "}":
			if len(open) == 0 {
				return fail(t.from, "no bracket is open here")
			}
			last := open[len(open)-1]
			if want := pairs[last.text]; t.text != want {
				return fail(t.from, "the %s of column %d is closed by %s", last.text, last.from+1, want)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		return fail(last.from, "the %s that begins here does not end: %s is missing", last.text, pairs[last.text])
	}
	return nil
}

// unexpected says in our words what the parser did not take. Its places are right but for the end of the text.
func unexpected(bad error, tokens []token) *Error {
	end := tokens[len(tokens)-1].to
	e, ok := errors.AsType[*file.Error](bad)
	if !ok {
		return fail(end, "the expression cannot be read")
	}
	if e.Message == "unexpected token EOF" || e.Message == "unexpected end of expression" {
		return fail(end, "the expression ends too early")
	}
	for i, t := range tokens {
		if e.From >= t.to {
			continue
		}
		switch unit := i > 0 && tokens[i-1].kind == number; {
		case strings.Contains(e.Message, "escape"):
			return fail(e.From, "no character is written with this backslash: for a backslash itself write two")
		case t.kind == quoted && t.open, t.kind == quoted && e.From > t.from:
			return fail(e.From, "a text ends on the line on which it begins")
		case unit && slices.ContainsFunc(units, func(u timeUnit) bool { return u.name == t.text }):
			return fail(tokens[i-1].from, "write %s%s without a space", tokens[i-1].text, t.text)
		case slices.Contains(operators, strings.ToLower(t.text)) && !slices.Contains(operators, t.text):
			return fail(t.from, "write %s", strings.ToLower(t.text))
		}
		return fail(t.from, "%s is not expected here", t.text)
	}
	return fail(end, "the expression ends too early")
}

// compiler makes tests of the parser's tree. What it does not know it refuses.
type compiler struct {
	kind   *inventory.Kind
	fields []field
	tokens map[int]token // by place
	inside *field        // within a predicate: the list it goes through
}

// operand is a field, a literal, or what comes out of an expression.
type operand struct {
	field
	at      int
	literal bool
	list    []operand // of an array
	array   bool
	s       string
	n       float64
	width   float64 // of a point in time in seconds: a day is all of it
}

func at(n ast.Node) int { return n.Location().From }

// condition compiles what must be yes or no.
func (c *compiler) condition(n ast.Node) (test, *Error) {
	o, err := c.operand(n)
	if err != nil {
		return nil, err
	}
	if o.what == tFlag && !o.array {
		return o.test, nil
	}
	hint := "compare it"
	switch {
	case o.array:
		hint = "write … in […]"
	case o.what == tSpan:
		hint = "compare it, as in " + o.say() + " > 90d"
	case o.name == "" || o.literal: // nothing to name in an example
	case o.what == tNumber:
		hint = "compare it, as in " + o.say() + " > 1"
	case o.what == tText && o.oneOf != nil:
		hint = "compare it, as in " + o.say() + ` == "…"`
	case o.what == tText:
		hint = "compare it, as in " + o.say() + ` contains "…"`
	case o.what == tAddresses:
		hint = `ask covers("…"), within("…") or contains("…")`
	case o.what == tWords:
		hint = fmt.Sprintf(`ask "…" in %s`, o.say())
	case o.what == tReasons:
		hint = `ask any(reasons, .text contains "…")`
	}
	return nil, fail(o.at, "%s is %s, not yes or no: %s", o.say(), o.is(), hint)
}

func (o operand) say() string {
	if o.name == "" {
		return "this"
	}
	return o.name
}

func (o operand) is() string {
	if o.array {
		return "a list"
	}
	return o.what.article()
}

// operand compiles any expression.
func (c *compiler) operand(n ast.Node) (operand, *Error) {
	switch n := n.(type) {
	case *ast.BoolNode:
		a := answer(n.Value)
		return operand{at: at(n), literal: true, field: field{name: fmt.Sprint(n.Value), what: tFlag, test: func(row) Answer { return a }}}, nil
	case *ast.IntegerNode:
		return c.number(n, float64(n.Value))
	case *ast.FloatNode:
		return c.number(n, n.Value)
	case *ast.StringNode:
		return operand{at: at(n), literal: true, s: n.Value, field: field{name: c.tokens[at(n)].text, what: tText}}, nil
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.BuiltinNode:
		return c.call(at(n), n.Name, n.Arguments)
	case *ast.CallNode:
		if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.call(at(n), callee.Value, n.Arguments)
		}
		return operand{}, fail(at(n), "only functions can be called: %s", strings.Join(functionsOf(c.kind), ", "))
	case *ast.MapNode:
		return operand{}, fail(at(n), "{ has no place here")
	}
	// Sequences, conditionals, declarations, slices, bytes, nil, chains: scan refuses them by their signs and words already.
	return operand{}, fail(at(n), "this is not part of the filter language")
}

func (c *compiler) number(n ast.Node, value float64) (operand, *Error) {
	return operand{at: at(n), literal: true, n: value, field: field{name: c.tokens[at(n)].text, what: tNumber}}, nil
}

func (c *compiler) identifier(n *ast.IdentifierNode) (operand, *Error) {
	if t := c.tokens[at(n)]; t.kind == length {
		return operand{at: at(n), literal: true, n: t.seconds, field: field{name: t.text, what: tSpan}}, nil
	}
	for _, f := range c.fields {
		if f.name == n.Value {
			return operand{at: at(n), field: f}, nil
		}
	}
	if slices.Contains(functionsOf(c.kind), n.Value) {
		return operand{}, fail(at(n), "%s is a function: it is written with brackets", n.Value)
	}
	return operand{}, c.unknown(at(n), n.Value)
}

func (c *compiler) unknown(at int, name string) *Error {
	names := make([]string, len(c.fields))
	for i, f := range c.fields {
		names[i] = f.name
	}
	err := fail(at, "%s have no field %q", c.kind.Many, name)
	err.Near, err.Fields = spelling.Nearest(name, names), names
	return err
}

func (c *compiler) unary(n *ast.UnaryNode) (operand, *Error) {
	switch n.Operator {
	case "!", "not":
		o, err := c.operand(n.Node)
		if err != nil {
			return operand{}, err
		}
		if o.what != tFlag || o.array {
			return operand{}, fail(at(n), "%s takes the next word only, and %s is %s: write %s(…) around the whole comparison",
				n.Operator, o.say(), o.is(), n.Operator)
		}
		inner := o.test
		return operand{at: at(n), field: field{what: tFlag, test: func(x row) Answer { return inner(x).not() }}}, nil
	case "-":
		o, err := c.operand(n.Node)
		if err != nil {
			return operand{}, err
		}
		if !o.literal || o.what != tNumber && o.what != tSpan {
			return operand{}, fail(at(n), "filters do not calculate: - stands before numbers and lengths of time only")
		}
		o.at, o.n, o.name = at(n), -o.n, "-"+o.name
		return o, nil
	}
	return operand{}, fail(at(n), "%q has no place here", n.Operator)
}

func (c *compiler) binary(n *ast.BinaryNode) (operand, *Error) {
	var t test
	var err *Error
	switch n.Operator {
	case "&&", "and", "||", "or":
		t, err = c.connect(n)
	case "==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "matches":
		var a, b operand
		if a, err = c.operand(n.Left); err != nil {
			break
		}
		if b, err = c.operand(n.Right); err != nil {
			break
		}
		t, err = c.compare(n.Operator, at(n), a, b)
	default:
		err = fail(at(n), "filters do not calculate: %q has no place here", n.Operator)
	}
	if err != nil {
		return operand{}, err
	}
	return operand{at: at(n), field: field{what: tFlag, test: t}}, nil
}

func (c *compiler) connect(n *ast.BinaryNode) (test, *Error) {
	a, err := c.condition(n.Left)
	if err != nil {
		return nil, err
	}
	b, err := c.condition(n.Right)
	if err != nil {
		return nil, err
	}
	// As Kleene has them: what is undecided stays so unless the other side settles it.
	if n.Operator == "&&" || n.Operator == "and" {
		return func(x row) Answer {
			first := a(x)
			if first == No {
				return No
			}
			return min(first, b(x))
		}, nil
	}
	return func(x row) Answer {
		first := a(x)
		if first == Yes {
			return Yes
		}
		return max(first, b(x))
	}, nil
}

func (c *compiler) array(n *ast.ArrayNode) (operand, *Error) {
	all := operand{at: at(n), array: true}
	for _, item := range n.Nodes {
		o, err := c.operand(item)
		switch {
		case err != nil:
			return operand{}, err
		case !o.literal || o.what == tFlag:
			return operand{}, fail(o.at, "a list holds texts and numbers only")
		}
		all.list = append(all.list, o)
	}
	if len(all.list) == 0 {
		return operand{}, fail(at(n), "an empty list holds nothing")
	}
	return all, nil
}
