// Package filter is the one language in which resources are chosen: on the screen, on the command line, in saved views.
//
// Plain words match name, id and visible text, and !word excludes. =expr is an expression over the typed fields of the
// kind, checked before it runs:
//
//	=unused && age > 90d && !(name startsWith "prod-")
//
// What is not known is neither true nor false: a comparison with it is undecided, so is its opposite, and an undecided
// row is never selected. In particular unused, used, protected and the words of a verdict are undecided while the
// verdict is unknown; only the flag unknown and verdict == "unknown" say so. A sign that is there counts; that there is
// none, or no other, is undecided while something that signs look at is not known. Fields that say "unknown" themselves
// (health) follow the same rule.
//
// Text compares without case; only "matches" distinguishes, as the regular expression says. A length of time has a
// unit: min, h, d, w or y. A day stands for all of it, in UTC: created > "2026-01-31" begins with the next day.
//
// github.com/expr-lang/expr reads the expression. What it means is decided here: expr has no third truth value and its
// machine would allocate for each row.
package filter

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"janitor/client/inventory"
)

// Answer says whether a filter selects a row.
type Answer uint8

// Only Yes selects. Undecided: the row does not tell enough.
const (
	No Answer = iota
	Undecided
	Yes
)

func (a Answer) String() string {
	return [...]string{"no", "undecided", "yes"}[min(a, Yes)]
}

// not is Kleene's: what is undecided stays undecided.
func (a Answer) not() Answer { return Yes - a }

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// Filter is ready to be asked about the rows of one kind. It never changes and may be used by many at once.
type Filter struct {
	text  string
	match test
	words bool
}

// maxText bounds a filter, in characters.
const maxText = 1000

// New reads a filter as typed: words, or "=expression". An empty one selects every row. Errors are of type [*Error].
func New(kind *inventory.Kind, text string) (*Filter, error) {
	from, is := isExpression(text)
	if is {
		return expression(kind, text, from)
	}
	if err := measure(text); err != nil {
		return nil, err
	}
	return &Filter{text: text, match: words(kind, text), words: true}, nil
}

// Expression reads an expression where there can be nothing else: saved views, --where. The "=" that it has on the screen may
// stand before it. Errors are of type [*Error].
func Expression(kind *inventory.Kind, text string) (*Filter, error) {
	from, is := isExpression(text)
	f, err := expression(kind, text, from)
	if wrong, ok := errors.AsType[*Error](err); ok && !is && wrong.Near == "" {
		if instead := spelt(kind, text); instead != "" {
			wrong.Text += ": plain words are the screen's, here write " + instead
		}
	}
	return f, err
}

// Bare is an expression without the "=" that may stand before it.
func Bare(text string) string {
	if _, is := isExpression(text); !is {
		return text
	}
	_, bare, _ := strings.Cut(text, "=")
	return bare
}

// Match asks about one row. Ages are seen from now.
func (f *Filter) Match(r *inventory.Resource, now time.Time) Answer {
	return f.match(row{Resource: r, now: now})
}

// String is the filter as it was typed.
func (f *Filter) String() string { return f.text }

// Words says whether the filter is made of plain words: these are never undecided.
func (f *Filter) Words() bool { return f.words }

// isExpression says whether text is an expression, and after how many characters it begins.
func isExpression(text string) (from int, is bool) {
	rest := strings.TrimLeftFunc(text, unicode.IsSpace)
	if !strings.HasPrefix(rest, "=") {
		return 0, false
	}
	return utf8.RuneCountInString(text[:len(text)-len(rest)]) + 1, true
}

func measure(text string) error {
	if utf8.RuneCountInString(text) > maxText {
		return &Error{Column: maxText + 1, Text: fmt.Sprintf("a filter has at most %d characters", maxText)}
	}
	return nil
}

// row is what a test looks at: a resource, and within a predicate one of its reasons or words.
type row struct {
	*inventory.Resource
	now    time.Time
	reason *inventory.Reason
	word   string
}

// test asks a question that can be answered of every row.
type test func(row) Answer
