package report

import (
	"io"
	"slices"
	"strings"
)

func (r Report) markdown(w io.Writer) error {
	var out strings.Builder
	row := func(cells ...string) {
		for _, cell := range cells {
			out.WriteString("| " + cell + " ")
		}
		out.WriteString("|\n")
	}
	table := func(heads ...string) {
		row(heads...)
		out.WriteString(strings.Repeat("|---", len(heads)) + "|\n")
	}
	out.WriteString("# " + inMarkdown(r.title()) + "\n\n")
	table("", "")
	for _, f := range r.facts() {
		row(f.Name, inMarkdown(f.Value))
	}
	if len(r.Consequences) > 0 {
		out.WriteString("\n## Consequences\n\n")
		table("Grade", "What it does")
		for _, c := range r.Consequences {
			row(c.Grade, inMarkdown(c.Text))
		}
	}
	out.WriteString("\n## Items\n\n")
	items := [][]string{{"Outcome", "Kind", "Name", "Id", "First, along", "Why", "Request", "Took", "Undo"}}
	for i := range r.Items {
		it := &r.Items[i]
		items = append(items, []string{
			inMarkdown(it.word()), inMarkdown(it.Kind), inMarkdown(it.where()), inMarkdown(it.ids()), inMarkdown(it.with()),
			inMarkdown(strings.TrimSpace(it.Code + " " + it.Message)), inMarkdown(it.RequestID), it.took(), inMarkdown(it.undo()),
		})
	}
	items = filled(items)
	table(items[0]...)
	for _, cells := range items[1:] {
		row(cells...)
	}
	if len(r.LeftOut) > 0 {
		out.WriteString("\n## Left out\n\n")
		table("Kind", "Name", "Id", "Why")
		for _, l := range r.LeftOut {
			row(inMarkdown(l.Kind), inMarkdown(l.Name), inMarkdown(l.ID), inMarkdown(l.Why))
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// filled leaves out the columns that have nothing below their heading, unless all have.
func filled(rows [][]string) [][]string {
	if len(rows) == 1 {
		return rows
	}
	out := make([][]string, len(rows))
	for col := range rows[0] {
		if !slices.ContainsFunc(rows[1:], func(row []string) bool { return row[col] != "" }) {
			continue
		}
		for i, row := range rows {
			out[i] = append(out[i], row[col])
		}
	}
	return out
}

// inMarkdown is text as it is, in a cell of a table: it marks nothing up, and is no HTML, no link and nobody's name.
func inMarkdown(s string) string { return markup.Replace(s) }

var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "[", `\[`, "]", `\]`, "#", `\#`, "$", `\$`, "|", `\|`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "://", "&#58;//", "\n", " ", "\r", " ",
)
