package filter

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"janitor/client/inventory"
	"janitor/client/search"
)

// words matches rows whose [Text] the words let through.
func words(kind *inventory.Kind, typed string) test {
	w := search.Parse(typed)
	return func(x row) Answer {
		text := Text(kind, x.Resource, x.now)
		return answer(w.Match(search.AppendFolded(make([]byte, 0, len(text)), text)))
	}
}

// Text is all that a row of a kind can show, in lines: name, id, parent, verdict, every reason and sign, every column. It is
// where plain words are looked for. Ages are seen from now.
func Text(kind *inventory.Kind, r *inventory.Resource, now time.Time) string {
	lines := make([]string, 0, 8+len(kind.Columns))
	lines = append(lines, r.Name, r.Ref.ID, r.In, r.Verdict.State.String())
	for _, reason := range r.Verdict.Reasons {
		lines = append(lines, reason.Text)
	}
	lines = append(lines, r.Verdict.Signs...)
	for _, c := range kind.Columns[1:] {
		if !c.Parent && !c.Hidden {
			lines = append(lines, c.Value(*r, now))
		}
	}
	return strings.Join(lines, "\n")
}

// plainWord is what somebody types who looks for a name or an address, and an expression hardly ever has.
var plainWord = regexp.MustCompile(`^!?[\pL\pN_][\pL\pN_.:/-]*$`)

// spelt is the expression that comes nearest to plain words, "" when the text is none: it is rather an expression with a mistake.
func spelt(kind *inventory.Kind, text string) string {
	fields := fieldsOf(kind)
	var parts []string
	for w := range strings.FieldsSeq(text) {
		bare, not := strings.CutPrefix(w, "!")
		known := slices.ContainsFunc(fields, func(f field) bool { return f.name == bare })
		if known || !plainWord.MatchString(w) || slices.Contains(operators, bare) || slices.Contains(foreign, bare) {
			return ""
		}
		part := fmt.Sprintf("name contains %q", bare)
		if not {
			part = "!(" + part + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " && ")
}
