package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kindOf a token.
type kindOf uint8

const (
	word kindOf = iota
	number
	length // of time: 90d
	quoted
	sign
)

// token is a piece of an expression; from and to are in characters.
type token struct {
	kind     kindOf
	from, to int
	text     string // of a quoted one the whole of it, with its quotes
	seconds  float64
	open     bool // a quoted one that does not end
}

type timeUnit struct {
	name    string
	seconds float64
}

var units = []timeUnit{{"min", 60}, {"h", 3600}, {"d", 86400}, {"w", 7 * 86400}, {"y", 365 * 86400}}

const unitWords = "min, h, d, w or y (365 days)"

// operators that are words: no operand ends or begins with one.
var operators = []string{"and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches"}

// foreign are words of expr's grammar that no filter needs.
var foreign = []string{"let", "if", "else", "nil"}

// signs of the language, longer ones first.
var signs = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", "{", "}", ",", ".", "#", "-"}

// scan reads all tokens. It is stricter than expr's lexer, and agrees with it where a string ends. On an error the
// tokens before it are given as well.
func scan(text []rune) ([]token, *Error) {
	var tokens []token
	for i := 0; i < len(text); {
		c := text[i]
		var t token
		var err *Error
		switch {
		case unicode.IsSpace(c):
			i++
			continue
		case letter(c):
			t = token{kind: word, from: i, to: i + 1}
			for t.to < len(text) && (letter(text[t.to]) || unicode.IsDigit(text[t.to])) {
				t.to++
			}
			t.text = string(text[t.from:t.to])
			switch {
			case slices.Contains(foreign, t.text):
				err = fail(i, "filters have no %q", t.text)
			case (t.text == "b" || t.text == "B") && t.to < len(text) && (text[t.to] == '"' || text[t.to] == '\''):
				err = fail(i, "filters have no bytes: leave out the %s", t.text)
			}
		case '0' <= c && c <= '9':
			t, err = scanNumber(text, i)
		case c == '"', c == '\'', c == '`':
			t, err = scanQuoted(text, i)
		default:
			t, err = scanSign(text, i)
			after := len(tokens) > 0 && tokens[len(tokens)-1].kind == number && tokens[len(tokens)-1].to == i
			before := i+1 < len(text) && unicode.IsDigit(text[i+1])
			if t.text == "." && (after || before) {
				err = fail(i, "a number has digits on both sides of its point")
			}
		}
		if err != nil {
			if t.open {
				tokens = append(tokens, t)
			}
			return tokens, err
		}
		tokens = append(tokens, t)
		i = t.to
	}
	return tokens, nil
}

func letter(c rune) bool { return c == '_' || unicode.IsLetter(c) }

func fail(at int, format string, args ...any) *Error {
	return &Error{Column: at + 1, Text: fmt.Sprintf(format, args...)}
}

// scanNumber reads 90, 1.5, 90d.
func scanNumber(text []rune, from int) (token, *Error) {
	t := token{kind: number, from: from, to: from}
	digits := func() {
		for t.to < len(text) && '0' <= text[t.to] && text[t.to] <= '9' {
			t.to++
		}
	}
	digits()
	if t.to+1 < len(text) && text[t.to] == '.' && '0' <= text[t.to+1] && text[t.to+1] <= '9' {
		t.to++
		digits()
	}
	n, err := strconv.ParseFloat(string(text[from:t.to]), 64)
	if err != nil || n >= 1<<53 {
		return t, fail(from, "the number is too large: they end at 9007199254740991")
	}
	unit := t.to
	for t.to < len(text) && (letter(text[t.to]) || unicode.IsDigit(text[t.to])) {
		t.to++
	}
	t.text = string(text[from:t.to])
	if unit == t.to {
		return t, nil
	}
	name := string(text[unit:t.to])
	for _, u := range units {
		if u.name == name {
			t.kind, t.seconds = length, n*u.seconds
			return t, nil
		}
	}
	return t, fail(unit, "there is no unit %q: a length of time has %s", name, unitWords)
}

// scanQuoted reads a string. A backslash hides the next character but in `…`, where two quotes stand for one.
func scanQuoted(text []rune, from int) (token, *Error) {
	quote := text[from]
	t := token{kind: quoted, from: from, to: from + 1}
	for ; t.to < len(text); t.to++ {
		switch c := text[t.to]; {
		case quote == '`' && c == quote && t.to+1 < len(text) && text[t.to+1] == quote:
			t.to++
		case c == quote:
			t.to++
			t.text = string(text[from:t.to])
			return t, nil
		case c == '\\' && quote != '`':
			t.to++
		}
	}
	t.to, t.open = len(text), true
	t.text = string(text[from:])
	return t, fail(from, "the text that begins here does not end: %c is missing", quote)
}

func scanSign(text []rune, from int) (token, *Error) {
	rest := string(text[from:min(from+2, len(text))])
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			return token{kind: sign, from: from, to: from + len(s), text: s}, nil
		}
	}
	switch {
	case rest == "//", rest == "/*":
		return token{}, fail(from, "filters have no comments")
	case rest[0] == '=':
		return token{}, fail(from, "a single = compares nothing: write ==")
	case rest[0] == '&':
		return token{}, fail(from, "write && or and")
	case rest[0] == '|':
		return token{}, fail(from, "write || or or")
	case strings.ContainsAny(rest[:1], "+*/%^"):
		return token{}, fail(from, "filters do not calculate: %q has no place here", rest[:1])
	}
	return token{}, fail(from, "%q has no place here", text[from])
}

// closes says whether an operand ends with this token.
func (t token) closes() bool {
	switch t.kind {
	case word:
		return !slices.Contains(operators, t.text)
	case sign:
		return t.text == ")" || t.text == "]" || t.text == "}"
	case number, length, quoted:
		return true
	}
	return false
}

// rewrite makes an expression that expr's parser takes. Every piece keeps its place and length, so that places in the
// parser's tree are places in the text: 90d becomes the identifier $__, and contains the function, which is an operator
// to expr, $ontains. Nobody can write those, for a $ is refused.
func rewrite(text []rune, tokens []token) string {
	out := slices.Clone(text)
	for i, t := range tokens {
		switch {
		case t.kind == length:
			for j := t.from; j < t.to; j++ {
				out[j] = '_'
			}
			out[t.from] = '$'
		case t.text == "contains" && i+1 < len(tokens) && tokens[i+1].text == "(" && begins(tokens[:i]):
			out[t.from] = '$'
		}
	}
	return string(out)
}

// begins says whether an operand comes after these tokens, not an operator.
func begins(before []token) bool {
	n := len(before)
	if n > 0 && before[n-1].text == "not" {
		// "name not contains (…)" is the operator, "not contains(…)" the function.
		return n == 1 || !before[n-2].closes()
	}
	return n == 0 || !before[n-1].closes()
}

const holdsName = "$ontains" // the function contains, as the parser sees it

// readable says whether text is what a filter can be made of.
func readable(text string) *Error {
	if utf8.ValidString(text) {
		return nil
	}
	at := 0
	for i, c := range text {
		if c == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			break
		}
		at++
	}
	return fail(at, "this is not a character of UTF-8")
}
