package filter_test

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"janitor/client/filter"
	"janitor/client/inventory"
)

var (
	quotedText = regexp.MustCompile("(?s)\"(\\\\.|[^\"\\\\])*\"|'(\\\\.|[^'\\\\])*'|`[^`]*`")
	aWord      = regexp.MustCompile(`[\p{L}_][\p{L}\p{Nd}_]*`)
	aNumber    = regexp.MustCompile(`[0-9.]+(min|[hdwy])?`)
)

// FuzzFilter: any text is refused, with a place within it, or answers for every row; the opposite of what it answers is
// never selected as well; and an expression with a word that means nothing is always refused.
func FuzzFilter(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	rows := map[inventory.KindID][]inventory.Resource{}
	for i, k := range inventory.Kinds() {
		rows[k.ID] = resources(f, r, k.ID, 20)
		w := &writer{r, k.ID, opinionOf(k.ID)}
		for range 20 {
			f.Add(uint8(i), "="+w.spell(w.tree(2).tokens))
		}
	}
	for _, text := range []string{
		"web !old", "=unused && age > 90d", "=any(reasons, {.via == 'x'})", "=not in [", "=a|b", "=1..2", "=name matches `(`", "=not contains(\"::1\")",
		"=name not contains(\"x\") and not contains('10.0.0.1')", "=#", "=.", "=b''", "=\"\\", "=((((((", "=x?.y??z", "=\u00a0used", "=-90d < age", "=`a``b` == name",
		"=!in", "=not", "=contains(", "=date(\"2026-01-31\") < created", "=len(signs) == 0", "=used in [true]", "=90d", "=any(signs, # == name)",
	} {
		f.Add(uint8(0), text)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		k := inventory.Kinds()[int(which)%6]
		length := len([]rune(text))
		for at := -1; at <= length+1; at += 1 + length/20 {
			from, words := filter.Complete(k, text, at)
			if from < 0 || from > length || len(words) > 0 && from > at {
				t.Fatalf("%q at %d: from %d %q", text, at, from, words)
			}
		}
		one, err := filter.New(k, text)
		if err != nil {
			var bad *filter.Error
			if !errors.As(err, &bad) || bad.Column < 1 || bad.Column > length+1 || bad.Text == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		rest, expression := strings.CutPrefix(strings.TrimSpace(text), "=")
		if expression == one.Words() {
			t.Fatalf("%q: words: %t", text, one.Words())
		}
		var opposite *filter.Filter
		if expression {
			vocabulary := []string{"true", "false", "text", "via", "by", "and", "or", "not", "in", "contains", "startsWith", "endsWith", "matches"}
			vocabulary = append(vocabulary, filter.Names(k)...)
			for _, w := range aWord.FindAllString(aNumber.ReplaceAllString(quotedText.ReplaceAllString(rest, " "), " "), -1) {
				if !slices.Contains(vocabulary, w) {
					t.Fatalf("%q is taken, and %q means nothing", text, w)
				}
			}
			// One more character or pair of brackets than is allowed is no fault of the expression.
			opposite, _ = filter.Expression(k, "!("+rest+")")
		}
		for i := range rows[k.ID] {
			r := &rows[k.ID][i]
			a := one.Match(r, now)
			if opposite == nil {
				continue
			}
			if b := opposite.Match(r, now); a+b != filter.Yes {
				t.Fatalf("%q is %s and its opposite %s", text, a, b)
			}
		}
	})
}
