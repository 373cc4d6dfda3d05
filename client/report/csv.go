package report

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// csv is a line an item, those left out too; each says which run it is of, so that reports can be put together.
func (r Report) csv(w io.Writer) error {
	var out strings.Builder
	row := func(cells ...string) {
		for i, cell := range cells {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(csvCell(cell))
		}
		out.WriteString("\r\n")
	}
	row("run", "started", "who", "profile", "region", "project", "outcome", "proved", "verified", "kind", "name", "in", "parent", "id",
		"new_id", "code", "message", "request_id", "seconds", "requests", "first", "takes", "undo", "undo_why", "as")
	of := []string{r.Run, r.Started.Format(time.RFC3339), r.Who, r.Profile, r.Region, r.Project}
	for i := range r.Items {
		it := &r.Items[i]
		seconds := ""
		if it.Seconds > 0 {
			seconds = strconv.FormatFloat(it.Seconds, 'f', -1, 64)
		}
		row(slices.Concat(of, []string{
			it.Outcome, strconv.FormatBool(it.Proved), string(it.Found), it.Kind, it.Name, it.In, it.Parent, it.ID, it.NewID, it.Code, it.Message,
			it.RequestID, seconds, strconv.Itoa(it.Requests), strings.Join(it.First, "; "), it.Takes, it.Undo, it.UndoWhy, r.As,
		})...)
	}
	for _, l := range r.LeftOut {
		row(slices.Concat(of, []string{
			"left out", "false", "", l.Kind, l.Name, "", "", l.ID, "", "", l.Why, "", "", "0", "", "", "", "", r.As,
		})...)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// csvCell is quoted always, so that it is one cell also where cells end at semicolons.
func csvCell(s string) string { return `"` + strings.ReplaceAll(Unarmed(s), `"`, `""`) + `"` }

// Unarmed is text that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it, as people do
// it by hand (design 10.6).
func Unarmed(s string) string {
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " \u00a0\u3000")); strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
