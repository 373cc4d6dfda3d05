package filter_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/filter"
	"janitor/client/inventory"
)

// A second opinion on what expressions mean, as plain as can be: it knows nothing of the parser and asks the objects
// themselves. truth is 1, 0, or -1 for what is not known.
type truth int

func is(yes bool) truth {
	if yes {
		return 1
	}
	return 0
}

// say is what a field says of a resource.
type say struct {
	known  bool
	open   bool // more may be missing: reasons of an unknown verdict, signs of a partial one
	text   string
	number float64
	words  []string
}

func text(s string) say      { return say{known: s != "", text: s} }
func free(s string) say      { return say{known: true, text: s} }
func number(n float64) say   { return say{known: true, number: n} }
func words(all []string) say { return say{known: true, words: all} }
func seconds(from, to time.Time) say {
	return say{known: !from.IsZero() && !to.IsZero(), number: to.Sub(from).Seconds()}
}

type fields map[string]func(inventory.Resource) say

// opinion has the fields of a kind by their type.
type opinion struct{ text, closed, number, span, flag, words fields }

func flags(of func(inventory.Resource) truth) func(inventory.Resource) say {
	return func(r inventory.Resource) say { t := of(r); return say{known: t >= 0, number: float64(t)} }
}

func opinionOf(id inventory.KindID) opinion {
	state := func(s inventory.State) func(inventory.Resource) say {
		return flags(func(r inventory.Resource) truth {
			if r.Verdict.State == inventory.Unknown {
				return -1
			}
			return is(r.Verdict.State == s)
		})
	}
	o := opinion{
		text: fields{
			"name": func(r inventory.Resource) say {
				if r.Name == "" {
					return text(r.Ref.ID)
				}
				return text(r.Name)
			},
			"id": func(r inventory.Resource) say { return text(r.Ref.ID) },
			"why": func(r inventory.Resource) say {
				var texts []string
				for _, reason := range r.Verdict.Reasons {
					texts = append(texts, reason.Text)
				}
				return say{known: true, open: r.Verdict.State == inventory.Unknown, text: strings.Join(texts, ", ")}
			},
		},
		closed: fields{"verdict": func(r inventory.Resource) say {
			return text(map[inventory.State]string{inventory.Unused: "unused", inventory.InUse: "in use", inventory.Protected: "protected", inventory.Unknown: "unknown"}[r.Verdict.State])
		}},
		flag: fields{
			"unused": state(inventory.Unused), "used": state(inventory.InUse), "protected": state(inventory.Protected),
			"unknown": flags(func(r inventory.Resource) truth { return is(r.Verdict.State == inventory.Unknown) }),
			"worth": flags(func(r inventory.Resource) truth {
				if len(r.Verdict.Signs) == 0 && r.Verdict.Partial {
					return -1
				}
				return is(len(r.Verdict.Signs) != 0)
			}),
		},
		words: fields{"signs": func(r inventory.Resource) say {
			return say{known: true, open: r.Verdict.Partial, words: r.Verdict.Signs}
		}},
		number: fields{},
		span:   fields{},
	}
	if id != inventory.Entries {
		o.span["age"] = func(r inventory.Resource) say { return seconds(r.Created, now) }
	}
	switch id {
	case inventory.Pools:
		p := func(r inventory.Resource) *inventory.Pool { return r.Object.(*inventory.Pool) }
		o.text["protocol"] = func(r inventory.Resource) say { return text(p(r).Protocol) }
		o.text["algorithm"] = func(r inventory.Resource) say { return text(p(r).Algorithm) }
		o.text["description"] = func(r inventory.Resource) say { return free(p(r).Description) }
		o.closed["type"] = func(r inventory.Resource) say {
			if p(r).Shared {
				return text("shared")
			}
			return text("dedicated")
		}
		o.number["servers"] = func(r inventory.Resource) say { return number(float64(p(r).Members.Len())) }
		o.number["listeners"] = func(r inventory.Resource) say { return number(float64(p(r).Listeners.Len())) }
		o.flag["monitor"] = flags(func(r inventory.Resource) truth { return is(p(r).HealthMonitorID != "") })
		o.words["lb"] = func(r inventory.Resource) say { return words(p(r).LoadBalancers.List()) }
	case inventory.Certificates:
		c := func(r inventory.Resource) *client.Certificate { return r.Object.(*client.Certificate) }
		o.text["type"] = func(r inventory.Resource) say { return text(c(r).Type) }
		o.text["source"] = func(r inventory.Resource) say { return text(c(r).Source) }
		o.text["fingerprint"] = func(r inventory.Resource) say { return text(c(r).Fingerprint) }
		o.text["description"] = func(r inventory.Resource) say { return free(c(r).Description) }
		o.span["expires"] = func(r inventory.Resource) say { return seconds(now, c(r).ExpireTime.Time) }
		o.flag["expired"] = flags(func(r inventory.Resource) truth {
			if c(r).ExpireTime.IsZero() {
				return -1
			}
			return is(!c(r).ExpireTime.After(now))
		})
		o.words["domain"] = func(r inventory.Resource) say {
			all := strings.Split(strings.ToLower(strings.ReplaceAll(c(r).Domain, " ", "")), ",")
			all = slices.DeleteFunc(append(all, strings.ToLower(c(r).CommonName)), func(s string) bool { return s == "" })
			slices.Sort(all)
			all = slices.Compact(all)
			return say{known: len(all) > 0, words: all}
		}
	case inventory.IPGroups:
		g := func(r inventory.Resource) *client.IPGroup { return r.Object.(*client.IPGroup) }
		o.text["description"] = func(r inventory.Resource) say { return free(g(r).Description) }
		o.number["entries"] = func(r inventory.Resource) say { return number(float64(len(g(r).Entries))) }
		o.number["listeners"] = func(r inventory.Resource) say { return number(float64(g(r).Listeners.Len())) }
	case inventory.Entries:
		e := func(r inventory.Resource) *inventory.Entry { return r.Object.(*inventory.Entry) }
		o.text["entry"] = func(r inventory.Resource) say { return text(e(r).IP) }
		o.text["note"] = func(r inventory.Resource) say { return free(e(r).Description) }
		o.text["group"] = func(r inventory.Resource) say { return text(r.In) }
		o.number["size"] = func(r inventory.Resource) say {
			low, high, ok := span(e(r).IP)
			if !ok {
				return say{}
			}
			n := new(big.Int).Sub(new(big.Int).SetBytes(high.AsSlice()), new(big.Int).SetBytes(low.AsSlice()))
			f, _ := new(big.Float).SetInt(n.Add(n, big.NewInt(1))).Float64()
			return number(f)
		}
	case inventory.Members:
		m := func(r inventory.Resource) *inventory.Member { return r.Object.(*inventory.Member) }
		o.text["host"] = func(r inventory.Resource) say { return text(m(r).Host) }
		o.text["servergroup"] = func(r inventory.Resource) say { return text(m(r).GroupName) }
		o.text["channel"] = func(r inventory.Resource) say { return text(r.In) }
		o.closed["status"] = func(r inventory.Resource) say { return text([]string{"", "enabled", "disabled"}[m(r).Status]) }
		o.closed["health"] = func(r inventory.Resource) say { return text(m(r).HealthStatus) }
		o.number["weight"] = func(r inventory.Resource) say {
			if m(r).Weight == nil {
				return say{}
			}
			return number(float64(*m(r).Weight))
		}
		o.number["port"] = func(r inventory.Resource) say {
			if m(r).Port == 0 {
				return number(8080)
			}
			return number(float64(m(r).Port))
		}
		o.flag["backup"] = flags(func(r inventory.Resource) truth { return is(m(r).Backup) })
		o.flag["enabled"] = flags(func(r inventory.Resource) truth {
			switch {
			case m(r).Status == 2, m(r).Weight != nil && *m(r).Weight == 0:
				return 0
			case m(r).Status == 1:
				return 1
			}
			return -1
		})
	case inventory.Channels:
		c := func(r inventory.Resource) *inventory.Channel { return r.Object.(*inventory.Channel) }
		o.closed["kind"] = func(r inventory.Resource) say {
			switch {
			case c(r).VPCChannelType == "reference":
				return text("reference")
			case c(r).Type == "microservice":
				return text("microservice")
			}
			return text("builtin")
		}
		o.closed["status"] = func(r inventory.Resource) say { return text([]string{"", "normal", "abnormal"}[c(r).Status]) }
		o.text["gateway"] = func(r inventory.Resource) say {
			return text(map[string]string{"apic": "ROMA ", "apigw": "APIG "}[c(r).Gateway.Service] + c(r).Gateway.InstanceID)
		}
		o.number["port"] = func(r inventory.Resource) say { return say{known: c(r).Port != 0, number: float64(c(r).Port)} }
	}
	return o
}

// span is the first and the last address of an entry.
func span(ip string) (low, high netip.Addr, ok bool) {
	if from, to, is := strings.Cut(ip, "-"); is {
		low, err := netip.ParseAddr(from)
		high, err2 := netip.ParseAddr(to)
		return low, high, err == nil && err2 == nil && low.Is4() == high.Is4() && !high.Less(low)
	}
	if p, err := netip.ParsePrefix(ip); err == nil {
		low = p.Masked().Addr()
		b := low.AsSlice()
		for i := p.Bits(); i < len(b)*8; i++ {
			b[i/8] |= 1 << (7 - i%8)
		}
		high, _ = netip.AddrFromSlice(b)
		return low, high, true
	}
	a, err := netip.ParseAddr(ip)
	return a, a, err == nil
}

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

func not(t truth) truth {
	if t < 0 {
		return t
	}
	return 1 - t
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
		}[op](r.Created.UTC().Format(time.DateOnly), "2026-01-31"))
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

// quantified is what a function says of a list in which a condition holds for so many of all that are seen.
func quantified(fn string, yes, all int, open bool) truth {
	if !open {
		return is(map[string]bool{"any": yes > 0, "all": yes == all, "none": yes == 0, "one": yes == 1, "count": yes > 1, "len": yes > 1}[fn])
	}
	// Whatever is missing, these stay so.
	switch {
	case fn == "any" && yes > 0:
		return 1
	case fn == "none" && yes > 0, fn == "all" && yes < all, fn == "one" && yes > 1:
		return 0
	}
	return -1
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

func seed(t *testing.T) *rand.Rand {
	t.Helper()
	n := uint64(time.Now().UnixNano())
	t.Logf("seed %d", n)
	return rand.New(rand.NewPCG(n, 1))
}

// TestAgainstTheSecondOpinion: whatever expression in whatever spelling, of any row of any kind; and its opposite never
// selects the same row, nor one of which either is undecided.
func TestAgainstTheSecondOpinion(t *testing.T) {
	r := seed(t)
	answers := map[filter.Answer]int{}
	for _, k := range inventory.Kinds() {
		rows := resources(t, r, k.ID, 60)
		w := &writer{r, k.ID, opinionOf(k.ID)}
		for range 800 {
			tree := w.tree(3)
			text := w.spell(tree.tokens)
			opposite := w.spell(w.negated(tree).tokens)
			if len([]rune(opposite)) > 990 {
				continue
			}
			f, err := filter.Expression(k, text)
			if err != nil {
				t.Fatalf("%s: %s: %v", k.ID, text, err)
			}
			g, err := filter.New(k, "="+opposite)
			if err != nil {
				t.Fatalf("%s: %s: %v", k.ID, opposite, err)
			}
			for i := range rows {
				want := map[truth]filter.Answer{0: filter.No, 1: filter.Yes, -1: filter.Undecided}[tree.means(rows[i])]
				got, back := f.Match(&rows[i], now), g.Match(&rows[i], now)
				if got != want {
					t.Fatalf("%s: %s\nof %+v\n%+v: %s, want %s", k.ID, text, rows[i], rows[i].Object, got, want)
				}
				if got == filter.Yes && back == filter.Yes || (got == filter.Undecided) != (back == filter.Undecided) || got == filter.No && back != filter.Yes {
					t.Fatalf("%s: %s is %s, and %s is %s", k.ID, text, got, opposite, back)
				}
				answers[got]++
			}
		}
	}
	for _, a := range []filter.Answer{filter.No, filter.Yes, filter.Undecided} {
		if answers[a] < 5_000 {
			t.Errorf("only %d answers are %s: this shows little", answers[a], a)
		}
	}
}

// TestMisspeltFields: a field that does not exist is refused where it stands, in whatever expression.
func TestMisspeltFields(t *testing.T) {
	r := seed(t)
	for _, k := range inventory.Kinds() {
		w := &writer{r, k.ID, opinionOf(k.ID)}
		taken := []string{"and", "or", "not", "in", "let", "if", "else", "nil", "true", "false", "contains", "startsWith", "endsWith", "matches"}
		taken = append(taken, filter.Names(k)...)
		for range 500 {
			f := pick(r, filter.Fields(k)...)
			name := []rune(f.Name)
			switch i := r.IntN(len(name)); r.IntN(4) {
			case 0:
				name = slices.Delete(name, i, i+1)
			case 1:
				name = slices.Insert(name, i, rune('a'+r.IntN(26)))
			case 2:
				name[i] = pick(r, rune('a'+r.IntN(26)), 'Ü', '_')
			case 3:
				j := r.IntN(len(name))
				name[i], name[j] = name[j], name[i]
			}
			if len(name) == 0 || slices.Contains(taken, string(name)) {
				continue
			}
			before := w.spell(w.in(w.tree(1), 3)) + pick(r, "&&", " or ", " and !", "|| not ")
			text := "=" + before + string(name)
			_, err := filter.New(k, text)
			var bad *filter.Error
			if !errors.As(err, &bad) {
				t.Fatalf("%s: %s is taken", k.ID, text)
			}
			if want := len([]rune(before)) + 2; bad.Column != want || len(bad.Fields) < 10 {
				t.Fatalf("%s: %s: %v, want column %d", k.ID, text, err, want)
			}
			if bad.Near == "" && len(name) > 3 && distanceOne(f.Name, string(name)) {
				t.Fatalf("%s: %s: %v does not think of %s", k.ID, text, err, f.Name)
			}
		}
	}
}

// distanceOne: one character more or less, or another one.
func distanceOne(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(x) <= 1 && len(y) <= 1
}
