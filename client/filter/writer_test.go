package filter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"janitor/client/inventory"
)

// tree is an expression: what it means of a resource, its tokens, and how strongly it binds: 1 or, 2 and,
// 3 comparison, 4 stands for itself.
type tree struct {
	means  func(inventory.Resource) truth
	tokens []string
	binds  int
}

// writer makes random expressions about a kind in random spellings.
type writer struct {
	*rand.Rand
	kind inventory.KindID
	opinion
}

func (w *writer) name(of fields) string {
	names := make([]string, 0, len(of))
	for n := range of {
		names = append(names, n)
	}
	slices.Sort(names)
	return pick(w.Rand, names...)
}

func (w *writer) quote(s string) string {
	switch w.IntN(3) {
	case 0:
		return "'" + s + "'"
	case 1:
		return "`" + s + "`"
	}
	return `"` + s + `"`
}

func (w *writer) shuffleCase(s string) string {
	if w.IntN(2) == 0 {
		return s
	}
	return strings.ToUpper(s)
}

// in puts brackets around what binds more loosely than needed, and sometimes around others.
func (w *writer) in(t tree, needed int) []string {
	if t.binds >= needed && w.IntN(5) > 0 {
		return t.tokens
	}
	return slices.Concat([]string{"("}, t.tokens, []string{")"})
}

func (w *writer) negated(t tree) tree {
	return tree{func(r inventory.Resource) truth { return not(t.means(r)) },
		append([]string{pick(w.Rand, "!", "not")}, w.in(t, 4)...), 4}
}

func (w *writer) tree(depth int) tree {
	if depth > 0 {
		switch w.IntN(5) {
		case 0, 1:
			a, b := w.tree(depth-1), w.tree(depth-1)
			return tree{func(r inventory.Resource) truth {
				x, y := a.means(r), b.means(r)
				switch {
				case x == 0 || y == 0:
					return 0
				case x < 0 || y < 0:
					return -1
				}
				return 1
			}, slices.Concat(w.in(a, 2), []string{pick(w.Rand, "&&", "and")}, w.in(b, 3)), 2}
		case 2:
			a, b := w.tree(depth-1), w.tree(depth-1)
			return tree{func(r inventory.Resource) truth {
				x, y := a.means(r), b.means(r)
				switch {
				case x == 1 || y == 1:
					return 1
				case x < 0 || y < 0:
					return -1
				}
				return 0
			}, slices.Concat(w.in(a, 1), []string{pick(w.Rand, "||", "or")}, w.in(b, 2)), 1}
		case 3:
			return w.negated(w.tree(depth - 1))
		}
	}
	return w.leaf()
}

func (w *writer) leaf() tree {
	switch w.IntN(10) {
	case 0, 1:
		f := w.name(w.flag)
		of := w.flag[f]
		return tree{func(r inventory.Resource) truth {
			if s := of(r); s.known {
				return truth(s.number)
			}
			return -1
		}, []string{f}, 4}
	case 2:
		return w.closedText()
	case 3:
		return w.numeric()
	case 4:
		if w.kind == inventory.Entries {
			return w.addresses()
		}
		return w.dates()
	case 5:
		f := w.name(w.words)
		of, want := w.words[f], pick(w.Rand, "expired", "empty", "lb-1", "a.example.com")
		negative := w.IntN(4) == 0
		tokens := []string{w.quote(w.shuffleCase(want)), "in", f}
		if negative {
			tokens = slices.Insert(tokens, 1, "not")
		}
		return tree{func(r inventory.Resource) truth {
			s := of(r)
			t := is(slices.ContainsFunc(s.words, func(x string) bool { return strings.EqualFold(x, want) }))
			if !s.known || s.open && t == 0 {
				return -1
			}
			if negative {
				return not(t)
			}
			return t
		}, tokens, 3}
	case 6:
		return w.reasons()
	case 7:
		if w.kind == inventory.Entries || w.kind == inventory.Members {
			return w.addresses()
		}
		return w.numeric()
	case 8:
		return w.list()
	default:
		return w.freeText(w.text)
	}
}

func (w *writer) closedText() tree {
	f := w.name(w.closed)
	of := w.closed[f]
	set := map[string][]string{
		"verdict": {"unused", "in use", "protected", "unknown"}, "type": {"dedicated", "shared"}, "kind": {"builtin", "microservice", "reference"},
		"health": {"healthy", "unhealthy", "unknown"},
	}[f]
	if f == "status" {
		set = map[inventory.KindID][]string{inventory.Members: {"enabled", "disabled"}, inventory.Channels: {"normal", "abnormal"}}[w.kind]
	}
	want := pick(w.Rand, set...)
	op := pick(w.Rand, "==", "!=")
	tokens := []string{f, op, w.quote(w.shuffleCase(want))}
	if w.IntN(3) == 0 {
		slices.Reverse(tokens)
	}
	return tree{func(r inventory.Resource) truth {
		s := of(r)
		t := is(s.text == want)
		if !s.known || s.text == "unknown" && want != "unknown" {
			return -1
		}
		if op == "!=" {
			return not(t)
		}
		return t
	}, tokens, 3}
}

func (w *writer) freeText(from fields) tree {
	f := w.name(from)
	of := from[f]
	want := pick(w.Rand, "prod", "web", "http", "größe", "a", "id-1", "listener", "10.", "office", "2001:db8::1")
	op := pick(w.Rand, "==", "!=", "contains", "startsWith", "endsWith", "not contains", "in", "not in", "matches")
	tokens := []string{f, op, w.quote(w.shuffleCase(want))}
	switch op {
	case "matches":
		tokens[2] = w.quote("(?i)" + strings.ReplaceAll(want, ".", "[.]"))
	case "in", "not in":
		tokens = []string{f, op, "[", w.quote("no such"), ",", w.quote(want), "]"}
	}
	return tree{func(r inventory.Resource) truth {
		s := of(r)
		have := strings.ToLower(s.text)
		var yes bool
		switch strings.TrimPrefix(op, "not ") {
		case "==", "!=", "in":
			yes = have == want
		case "contains", "matches":
			yes = strings.Contains(have, want)
		case "startsWith":
			yes = strings.HasPrefix(have, want)
		case "endsWith":
			yes = strings.HasSuffix(have, want)
		}
		t := is(yes)
		if !s.known || s.open && !yes {
			return -1
		}
		if op == "!=" || strings.HasPrefix(op, "not ") {
			return not(t)
		}
		return t
	}, tokens, 3}
}

func (w *writer) numeric() tree {
	from := w.number
	if len(w.number) == 0 || len(w.span) > 0 && w.IntN(2) == 0 {
		from = w.span
	}
	if len(from) == 0 {
		return w.freeText(w.text)
	}
	f := w.name(from)
	of := from[f]
	literal := func() (float64, []string) {
		if _, is := w.span[f]; !is {
			n := pick(w.Rand, 0.0, 1, 2, 80, 100, 256, 8080)
			return n, []string{fmt.Sprint(n)}
		}
		n := pick(w.Rand, 0.0, 1, 30, 90, 365)
		spelt := pick(w.Rand, fmt.Sprintf("%gd", n), fmt.Sprintf("%gh", n*24), fmt.Sprintf("%gmin", n*1440))
		if w.IntN(4) == 0 {
			return -n * 86400, []string{"-", spelt}
		}
		return n * 86400, []string{spelt}
	}
	holds := func(op string, a, b float64) bool {
		return op == "<" && a < b || op == "<=" && a <= b || op == ">" && a > b || op == ">=" && a >= b || op == "==" && a == b || op == "!=" && a != b
	}
	ops := []string{"<", "<=", ">", ">="}
	if from["age"] == nil && from["expires"] == nil {
		ops = append(ops, "==", "!=")
	}
	op := pick(w.Rand, ops...)
	n, spelt := literal()
	switch w.IntN(4) {
	case 0:
		return tree{func(r inventory.Resource) truth {
			if s := of(r); s.known {
				return is(holds(op, n, s.number))
			}
			return -1
		}, append(spelt, op, f), 3}
	case 1:
		m, to := literal()
		first, second := pick(w.Rand, "<", "<="), pick(w.Rand, "<", "<=")
		return tree{func(r inventory.Resource) truth {
			if s := of(r); s.known {
				return is(holds(first, n, s.number) && holds(second, s.number, m))
			}
			return -1
		}, slices.Concat(spelt, []string{first, f, second}, to), 3}
	}
	return tree{func(r inventory.Resource) truth {
		if s := of(r); s.known {
			return is(holds(op, s.number, n))
		}
		return -1
	}, append([]string{f, op}, spelt...), 3}
}

func (w *writer) dates() tree {
	op := pick(w.Rand, "<", "<=", ">", ">=")
	value := w.quote("2026-01-31")
	tokens := []string{"created", op, value}
	if w.IntN(2) == 0 {
		tokens = []string{"created", op, "date", "(", value, ")"}
	}
	return tree{func(r inventory.Resource) truth {
		if r.Created.IsZero() {
			return -1
		}
		return is(map[string]func(a, b string) bool{
			"<":  func(a, b string) bool { return a < b },
			"<=": func(a, b string) bool { return a <= b },
			">":  func(a, b string) bool { return a > b },
			">=": func(a, b string) bool { return a >= b },
		}[op](r.Created.Time().Format(time.DateOnly), "2026-01-31"))
	}, tokens, 3}
}

func (w *writer) addresses() tree {
	fn := pick(w.Rand, "covers", "within", "contains")
	arg := "10.1.2.3"
	if fn != "contains" {
		arg = pick(w.Rand, "10.0.0.0/8", "10.1.2.0-10.1.2.9", "2001:db8::/32", "10.1.2.3")
	}
	from, to, _ := span(arg)
	return tree{func(r inventory.Resource) truth {
		ip := ""
		switch o := r.Object.(type) {
		case *inventory.Entry:
			ip = o.IP
		case *inventory.Member:
			ip = o.Host
		}
		low, high, ok := span(ip)
		if !ok {
			return -1
		}
		if fn == "within" {
			return is(low.Is4() == from.Is4() && !low.Less(from) && !to.Less(high))
		}
		return is(low.Is4() == from.Is4() && !from.Less(low) && !high.Less(to))
	}, []string{fn, "(", w.quote(arg), ")"}, 4}
}

func (w *writer) reasons() tree {
	part := pick(w.Rand, "text", "via", "by")
	want := pick(w.Rand, "listener", "default_pool_id", "l7policies", "")
	fn := pick(w.Rand, "any", "all", "none", "one", "count")
	op := pick(w.Rand, "==", "!=", "startsWith")
	holds := func(r inventory.Reason) bool {
		s := map[string]string{"text": r.Text, "via": r.Via, "by": r.By}[part]
		return op == "==" && s == want || op == "!=" && s != want || op == "startsWith" && strings.HasPrefix(s, want)
	}
	tokens := slices.Concat([]string{fn, "(", "reasons", ","}, []string{pick(w.Rand, ".", "#.") + part, op, w.quote(w.shuffleCase(want)), ")"})
	binds := 4
	if fn == "count" {
		tokens, binds = append(tokens, ">", "1"), 3
	}
	return tree{func(r inventory.Resource) truth {
		yes := 0
		for _, reason := range r.Verdict.Reasons {
			if holds(reason) {
				yes++
			}
		}
		return quantified(fn, yes, len(r.Verdict.Reasons), r.Verdict.State == inventory.Unknown)
	}, tokens, binds}
}

// list asks about the words of one.
func (w *writer) list() tree {
	f := w.name(w.words)
	of, want := w.words[f], pick(w.Rand, "expired", "e", "lb-1", "a.example.com", "")
	fn := pick(w.Rand, "any", "all", "none", "one", "count", "len")
	tokens, binds := []string{fn, "(", f, ",", "#", "startsWith", w.quote(w.shuffleCase(want)), ")"}, 4
	switch fn {
	case "count":
		tokens, binds = append(tokens, ">", "1"), 3
	case "len":
		tokens, binds, want = []string{fn, "(", f, ")", ">", "1"}, 3, ""
	}
	return tree{func(r inventory.Resource) truth {
		s := of(r)
		if !s.known {
			return -1
		}
		yes := 0
		for _, word := range s.words {
			if strings.HasPrefix(strings.ToLower(word), want) {
				yes++
			}
		}
		return quantified(fn, yes, len(s.words), s.open)
	}, tokens, binds}
}

// spell joins tokens with as much space as somebody likes, and at least what is needed.
func (w *writer) spell(tokens []string) string {
	wordy := func(c byte) bool {
		return c == '_' || c == '#' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
	}
	var s strings.Builder
	for i, t := range tokens {
		space := pick(w.Rand, "", " ", " ", "  ", "\t")
		if i > 0 && space == "" && wordy(tokens[i-1][len(tokens[i-1])-1]) && wordy(t[0]) {
			space = " "
		}
		s.WriteString(space + t)
	}
	return s.String()
}
