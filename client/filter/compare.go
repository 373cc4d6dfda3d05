package filter

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"janitor/client/spelling"
)

// compare compiles a comparison whose sign stands at that place.
func (c *compiler) compare(op string, at int, a, b operand) (test, *Error) {
	if a.literal && (b.literal || b.array) {
		return nil, fail(at, "%s and %s are both fixed: compare with a field, whose name has no quotes", a.say(), b.say())
	}
	switch op {
	case "==":
		return equal(at, a, b)
	case "!=":
		t, err := equal(at, a, b)
		if err != nil {
			return nil, err
		}
		return func(x row) Answer { return t(x).not() }, nil
	case "<", "<=", ">", ">=":
		return order(op, at, a, b)
	case "in":
		return among(at, a, b)
	}
	return part(op, at, a, b)
}

// decide asks what is read of a row; where it is not known that decides nothing.
func decide[T any](read func(row) (T, bool), holds func(T) bool) test {
	return func(x row) Answer {
		v, ok := read(x)
		if !ok {
			return Undecided
		}
		return answer(holds(v))
	}
}

// decideBoth is decide of two that are read.
func decideBoth[T, U any](read func(row) (T, bool), other func(row) (U, bool), holds func(T, U) bool) test {
	return func(x row) Answer {
		v, ok := read(x)
		w, too := other(x)
		if !ok || !too {
			return Undecided
		}
		return answer(holds(v, w))
	}
}

// equal compiles a == b.
func equal(at int, a, b operand) (test, *Error) {
	if a.array || b.array {
		return nil, fail(at, "a list is asked with in")
	}
	if a.literal {
		a, b = b, a
	}
	switch {
	case a.what == tText && b.what == tText:
		return equalText(at, a, b)
	case a.what == tFlag && b.what == tFlag:
		p, q := a.test, b.test
		return func(x row) Answer {
			one, two := p(x), q(x)
			if one == Undecided || two == Undecided {
				return Undecided
			}
			return answer(one == two)
		}, nil
	case a.what == tSpan && b.what == tSpan, a.what == tMoment && (b.what == tMoment || b.what == tText && b.literal):
		return nil, fail(at, "%s is never exactly that: write <, <=, > or >=", a.say())
	}
	return order("==", at, a, b)
}

func equalText(at int, a, b operand) (test, *Error) {
	if !b.literal {
		if a.oneOf != nil || b.oneOf != nil {
			closed := a
			if a.oneOf == nil {
				closed = b
			}
			return nil, fail(at, "%s is compared with one of its words only: %s", closed.say(), quote(closed.oneOf))
		}
		return weak(decideBoth(a.text, b.text, strings.EqualFold), a, b), nil
	}
	if a.oneOf != nil && !slices.ContainsFunc(a.oneOf, func(w string) bool { return strings.EqualFold(w, b.s) }) {
		err := fail(b.at, "%s is never %q", a.say(), b.s)
		err.Near, err.Fields = spelling.Nearest(b.s, a.oneOf), a.oneOf
		return nil, err
	}
	text, want := a.text, b.s
	if slices.Contains(a.oneOf, notKnown) && !strings.EqualFold(want, notKnown) {
		text = func(x row) (string, bool) {
			s, ok := a.text(x)
			return s, ok && !strings.EqualFold(s, notKnown)
		}
	}
	return weak(decide(text, func(s string) bool { return strings.EqualFold(s, want) }), a), nil
}

// notKnown is the word of fields that say themselves that they do not know.
const notKnown = "unknown"

// weak makes a test that can say yes but not no where the text may not be all there is.
func weak(t test, of ...operand) test {
	for _, o := range of {
		if sure := o.sure; sure != nil {
			inner := t
			t = func(x row) Answer {
				if a := inner(x); a != No || sure(x) {
					return a
				}
				return Undecided
			}
		}
	}
	return t
}

// order compiles <, <=, >, >=, and == of numbers.
func order(op string, at int, a, b operand) (test, *Error) {
	if a.array || b.array {
		return nil, fail(at, "a list is asked with in")
	}
	if a.literal {
		a, b, op = b, a, flipped(op)
	}
	if a.what == tMoment && b.what == tText && b.literal {
		var err *Error
		if b, err = date(b.at, b.s); err != nil {
			return nil, err
		}
	}
	numbers := a.what == b.what && (a.what == tNumber || a.what == tSpan || a.what == tMoment || a.what == tSize)
	addresses := a.what == tSize && b.what == tNumber && b.literal
	if !numbers && !addresses {
		return nil, mismatch(op, at, a, b)
	}
	if !b.literal {
		return decideBoth(a.num, b.num, comparison(op)), nil
	}
	n := b.n
	if b.width > 0 { // v > day: v is not before its end
		switch op {
		case ">":
			op, n = ">=", n+b.width
		case "<=":
			op, n = "<", n+b.width
		}
	}
	holds := comparison(op)
	return decide(a.num, func(v float64) bool { return holds(v, n) }), nil
}

// comparison is what the sign means.
func comparison(op string) func(a, b float64) bool {
	switch op {
	case "<":
		return func(a, b float64) bool { return a < b }
	case "<=":
		return func(a, b float64) bool { return a <= b }
	case ">":
		return func(a, b float64) bool { return a > b }
	case ">=":
		return func(a, b float64) bool { return a >= b }
	default:
		return func(a, b float64) bool { return a == b }
	}
}

func flipped(op string) string {
	switch op {
	case "<":
		return ">"
	case "<=":
		return ">="
	case ">":
		return "<"
	case ">=":
		return "<="
	}
	return op
}

// mismatch says why two operands cannot be compared. a is a field.
func mismatch(op string, at int, a, b operand) *Error {
	switch {
	case a.what == tSpan && b.what == tNumber && b.literal:
		return fail(b.at, "%s is a length of time and %s has no unit: write %s%s, or %s", a.say(), b.say(), b.say(), "d", unitWords)
	case a.what == tAddresses:
		return fail(a.at, `%s is asked with covers("…"), within("…") or contains("…")`, a.say())
	case a.what == tWords:
		return fail(at, `%s is a list of words: write "…" in %s, or any(%s, # startsWith "…")`, a.say(), a.say(), a.say())
	case a.what == tReasons:
		return fail(at, `%s is a list: write any(%s, .text contains "…")`, a.say(), a.say())
	case a.what == b.what:
		return fail(at, "%s is %s, which has no order: %s has no place here", a.say(), a.is(), op)
	}
	return fail(b.at, "%s is %s and %s is %s: they cannot be compared", a.say(), a.is(), b.say(), b.is())
}

// among compiles a in b.
func among(at int, a, b operand) (test, *Error) {
	if b.array {
		tests := make([]test, len(b.list))
		for i, item := range b.list {
			var err *Error
			if tests[i], err = equal(at, a, item); err != nil {
				return nil, err
			}
		}
		return func(x row) Answer {
			best := No
			for _, t := range tests {
				if best = max(best, t(x)); best == Yes {
					break
				}
			}
			return best
		}, nil
	}
	if b.what == tReasons {
		return nil, fail(b.at, `%s is a list of reasons: write any(%s, .text contains "…")`, b.say(), b.say())
	}
	if b.what != tWords || a.what != tText || a.array {
		return nil, fail(b.at, `%s is %s: in is followed by a list, ["…", "…"], or a field that is one`, b.say(), b.is())
	}
	return weak(decideBoth(b.words, a.reader(), func(all []string, want string) bool {
		return slices.ContainsFunc(all, func(w string) bool { return strings.EqualFold(w, want) })
	}), a, b), nil
}

// maxProgram bounds a regular expression, in instructions: each character of a text may visit all of them.
const maxProgram = 2000

// part compiles contains, startsWith, endsWith and matches.
func part(op string, at int, a, b operand) (test, *Error) {
	switch {
	case a.what == tWords:
		return nil, mismatch(op, at, a, b)
	case a.what != tText || a.array:
		return nil, fail(a.at, "%s is %s: %s is for text", a.say(), a.is(), op)
	case b.what != tText || b.array:
		return nil, fail(b.at, "%s is %s: %s is followed by a text", b.say(), b.is(), op)
	case a.oneOf != nil || b.oneOf != nil:
		closed := a
		if a.oneOf == nil {
			closed = b
		}
		return nil, fail(at, "%s says one of %s: compare it with == or in", closed.say(), quote(closed.oneOf))
	}
	if op == "matches" {
		if !b.literal {
			return nil, fail(b.at, "matches is followed by a regular expression in quotes")
		}
		re, err := pattern(b)
		if err != nil {
			return nil, err
		}
		return weak(decide(a.text, re.MatchString), a), nil
	}
	holds := contains
	switch op {
	case "startsWith":
		holds = hasPrefix
	case "endsWith":
		holds = hasSuffix
	}
	return weak(decideBoth(a.reader(), b.reader(), holds), a, b), nil
}

// reader of a text, also of one that is always the same.
func (o operand) reader() func(row) (string, bool) {
	if !o.literal {
		return o.text
	}
	s := o.s
	return func(row) (string, bool) { return s, true }
}

func pattern(o operand) (*regexp.Regexp, *Error) {
	parsed, err := syntax.Parse(o.s, syntax.Perl)
	if err != nil {
		return nil, fail(o.at, "%s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return nil, fail(o.at, "the regular expression repeats too much")
	}
	return regexp.MustCompile(o.s), nil
}

// date is a point in time: a day, a minute or a second, in UTC unless it says otherwise.
func date(at int, s string) (operand, *Error) {
	for _, form := range []struct {
		layout string
		width  float64
	}{
		{time.DateOnly, 86400}, {"2006-01-02 15:04", 60}, {"2006-01-02T15:04", 60}, {"2006-01-02 15:04:05", 1}, {time.RFC3339, 1},
	} {
		if t, err := time.Parse(form.layout, s); err == nil {
			return operand{at: at, literal: true, n: float64(t.Unix()), width: form.width, field: field{name: s, what: tMoment}}, nil
		}
	}
	return operand{}, fail(at, `%q is no date: write "2026-01-31" or "2026-01-31 15:04"`, s)
}

func quote(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = fmt.Sprintf("%q", w)
	}
	return strings.Join(out, ", ")
}
