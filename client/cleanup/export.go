package cleanup

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"janitor/client"
)

// The formats of reports.
const (
	Markdown = "md"
	JSON     = "json"
	CSV      = "csv"
	HTML     = "html" // one page that needs nothing else: no script, no picture, no network
)

// Formats are what [Export] can write.
func Formats() []string { return []string{Markdown, HTML, JSON, CSV} }

// Exportable is what a report is made of: a [*Run], also one that goes on, a [*Ledger], or a [Document] that is to be
// approved.
type Exportable interface{ report() report }

// Export writes what a run was to do and what came of it, in one of [Formats]. Nothing in it acts on a terminal, a browser
// or a spreadsheet, whatever things are called.
func Export(w io.Writer, format string, x Exportable) error { return x.report().write(w, format) }

// WriteReports writes a report in each of [Formats] as name.md and so on, or name-2.md when one of them is there already:
// nothing is written over. Only the owner can read them. It gives the paths.
func WriteReports(dir, name string, x Exportable) ([]string, error) {
	r := x.report()
	for n := 1; ; n++ {
		base := filepath.Join(dir, name)
		if n > 1 {
			base += "-" + strconv.Itoa(n)
		}
		paths, err := r.files(base)
		if err == nil {
			return paths, nil
		}
		for _, path := range paths {
			os.Remove(path) //nolint:errcheck // half of a report is worse than none
		}
		if !errors.Is(err, fs.ErrExist) || n == maxReports {
			return nil, fmt.Errorf("the report cannot be written: %w", err)
		}
	}
}

// maxReports is how many reports of one name a folder may have.
const maxReports = 1000

// files gives the paths that it made, also when there is an error.
func (r report) files(base string) (paths []string, err error) {
	for _, format := range Formats() {
		var text strings.Builder
		if err := r.write(&text, format); err != nil {
			return paths, err
		}
		path := base + "." + format
		if err := writeFile(path, []byte(text.String())); err != nil {
			if !errors.Is(err, fs.ErrExist) { // not ours to take away
				paths = append(paths, path)
			}
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// reportFormat is the version of the JSON.
const reportFormat = 1

// report is a run for people and programs outside. All text in it is clean.
type report struct {
	Format   int        `json:"format"`
	Run      string     `json:"run,omitempty"`    // "" of a run without a journal, as are who and where
	Undoes   string     `json:"undoes,omitempty"` // the run that it brings things back of
	State    string     `json:"state"`            // running, finished, unfinished, planned
	Summary  string     `json:"summary"`
	Stopped  string     `json:"stopped,omitempty"` // why, before its end
	Who      string     `json:"who,omitempty"`
	As       string     `json:"as,omitempty"` // whom the cloud took them for
	Profile  string     `json:"profile,omitempty"`
	Region   string     `json:"region,omitempty"`
	Project  string     `json:"project,omitempty"`
	Version  string     `json:"version,omitempty"` // of janitor
	Started  time.Time  `json:"started"`
	Ended    *time.Time `json:"ended,omitempty"`
	Verified *time.Time `json:"verified,omitempty"`
	Expires  *time.Time `json:"expires,omitempty"` // of a plan
	Ticket   string     `json:"ticket,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	Digest   string     `json:"digest,omitempty"` // of the plan file: what was approved, or is to be
	Requests int        `json:"requests"`         // that change something

	Items        []reportItem        `json:"items"`
	LeftOut      []reportLeftOut     `json:"left_out"`
	Consequences []reportConsequence `json:"consequences"`
}

type reportItem struct {
	Outcome   string   `json:"outcome"`
	Proved    bool     `json:"proved"`
	Found     Presence `json:"found,omitempty"`           // by the latest verify
	Back      string   `json:"brought_back_by,omitempty"` // of what it found there: the run that has
	verified  string   // Found in words
	Kind      string   `json:"kind"`
	Name      string   `json:"name"`
	In        string   `json:"in,omitempty"`
	Parent    string   `json:"parent,omitempty"`
	ID        string   `json:"id"`
	NewID     string   `json:"new_id,omitempty"`
	Code      string   `json:"code,omitempty"`
	Message   string   `json:"message,omitempty"`
	RequestID string   `json:"request_id,omitempty"`
	Seconds   float64  `json:"seconds,omitempty"` // from sending to outcome
	Requests  int      `json:"requests"`
	First     []string `json:"first,omitempty"` // what has to go before it
	Takes     string   `json:"takes,omitempty"` // what disappears along with it
	Undo      string   `json:"undo"`
	UndoWhy   string   `json:"undo_why,omitempty"`
}

type reportLeftOut struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	ID   string `json:"id"`
	Why  string `json:"why"`
}

type reportConsequence struct {
	Grade string `json:"grade"`
	Text  string `json:"text"`
}

// inDoubt is where an item stands that a request may have reached, and that was not read since.
const inDoubt = "in doubt"

func (r *Run) report() report {
	header, _ := r.Recorded()
	r.mu.Lock()
	defer r.mu.Unlock()
	out := reportOf(header, r.plan, r.summary())
	out.Started, out.Requests = r.started.UTC(), r.record.requests
	switch {
	case r.step != Finished:
		out.State = "running"
	case r.journalled() && r.broken():
		out.State = "unfinished"
	default:
		out.State = "finished"
	}
	if !r.ended.IsZero() {
		out.Ended = new(r.ended.UTC())
	}
	for i := range r.items {
		out.Items[i].end(r.items[i].result, r.record.book.count(i))
	}
	return out
}

func (l *Ledger) report() report {
	out := reportOf(l.Header, l.Plan, l.Counts())
	out.Started, out.Requests = l.Header.Started.UTC(), l.made
	out.State = "unfinished"
	if l.Finished {
		out.State = "finished"
		out.Ended = new(l.Ended.UTC())
	}
	if !l.Verified.IsZero() {
		out.Verified = new(l.Verified.UTC())
	}
	for i := range l.Items {
		entry, it := &l.Items[i], &out.Items[i]
		it.end(entry.Result, l.book.count(i))
		it.Found, it.Back, it.verified = entry.Found, entry.Back, entry.Found.Says(entry.Result.Outcome, entry.Back)
		if entry.Unread && entry.Result.Outcome == Pending {
			it.Outcome = inDoubt
		}
	}
	return out
}

func reportOf(h Header, p Plan, s Summary) report {
	clean := client.CleanWhole
	out := report{
		Format: reportFormat, Run: clean(h.Run), Undoes: p.Undoes, Summary: clean(s.String()), Stopped: clean(s.Stopped),
		Profile: clean(h.Where.Profile), Region: clean(h.Where.Region), Project: clean(h.Where.Project), Version: clean(h.Version),
		Items: make([]reportItem, len(p.Items)), LeftOut: make([]reportLeftOut, len(p.LeftOut)),
		Consequences: make([]reportConsequence, len(p.Consequences)),
	}
	out.Ticket, out.Reason, out.Digest = clean(h.Why.Ticket), clean(h.Why.Reason), clean(h.Why.Approved)
	if h.Who != (Who{}) {
		out.Who, out.As = clean(h.Who.String()), clean(h.Who.As.String())
	}
	for i := range p.Items {
		it := &p.Items[i]
		res := &it.Resource
		line := reportItem{
			Kind: clean(string(res.Ref.Kind)), Name: clean(res.Name), In: clean(res.In), Parent: clean(res.Ref.Parent), ID: clean(res.Ref.ID),
			Takes: clean(it.Takes), Undo: it.Undo.String(), UndoWhy: clean(it.UndoWhy),
		}
		for _, step := range slices.Concat(it.Detaches, it.Holds) {
			line.First = append(line.First, clean(step.String()))
		}
		out.Items[i] = line
	}
	for i, l := range p.LeftOut {
		out.LeftOut[i] = reportLeftOut{clean(string(l.Ref.Kind)), clean(l.Label), clean(l.Ref.ID), clean(l.Why)}
	}
	for i, c := range p.Consequences {
		out.Consequences[i] = reportConsequence{c.Grade.String(), clean(c.Text)}
	}
	return out
}

func (it *reportItem) end(res Result, requests int) {
	clean := client.CleanWhole
	it.Outcome, it.Proved, it.Requests = res.Outcome.String(), res.Proved, requests
	it.Code, it.Message, it.RequestID, it.NewID = clean(res.Code), clean(res.Message), clean(res.RequestID), clean(res.NewID)
	it.Seconds = res.Took.Round(time.Millisecond).Seconds()
}

func (r report) write(w io.Writer, format string) error {
	switch format {
	case JSON:
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case CSV:
		return r.csv(w)
	case Markdown:
		return r.markdown(w)
	case HTML:
		return r.html(w)
	}
	return fmt.Errorf("unknown format %q: there are %s", format, strings.Join(Formats(), ", "))
}

// stamp is a point in time for people.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// csv is a line an item, those left out too; each says which run it is of, so that reports can be put together.
func (r report) csv(w io.Writer) error {
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

func (r report) markdown(w io.Writer) error {
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

func (r report) title() string {
	if r.State == planned {
		return "janitor: a plan to be approved"
	}
	return "janitor: run " + cmp.Or(r.Run, "of "+stamp(r.Started))
}

// fact is a line at the head of a report.
type fact struct{ Name, Value string }

// facts are those that are known.
func (r report) facts() []fact {
	result, begun, requests := "Result", "Begun", strconv.Itoa(r.Requests)
	if r.State == planned {
		result, begun, requests = "Plan", "Made", ""
	}
	all := []fact{
		{result, r.Summary},
		{"State", r.State},
		{"Undoes", r.Undoes},
		{"Where", strings.TrimSpace(r.Profile + " " + r.Region + " " + r.Project)},
		{"Who", r.Who},
		{"As", r.As},
		{"Ticket", r.Ticket},
		{"Reason", r.Reason},
		{"Digest", r.Digest},
		{begun, stamp(r.Started)},
		{"Ended", r.end()},
		{"Expires", when(r.Expires)},
		{"Verified", when(r.Verified)},
		{"Requests", requests},
		{"Janitor", r.Version},
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

func (r report) end() string {
	if r.Ended == nil {
		return ""
	}
	return fmt.Sprintf("%s, after %s", stamp(*r.Ended), r.Ended.Sub(r.Started).Round(10*time.Millisecond))
}

// when is a point in time that may be none.
func when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return stamp(*t)
}

// word is the outcome with how sure it is.
func (it *reportItem) word() string {
	s := it.Outcome
	if it.Proved && (it.Outcome == Deleted.String() || it.Outcome == Restored.String()) {
		s += ", proved"
	}
	if it.Found != "" {
		s += "; verified: " + it.verified
	}
	return s
}

func (it *reportItem) where() string {
	if it.In == "" {
		return it.Name
	}
	return it.Name + " in " + it.In
}

// with is what goes first or along: by name, else how much it is.
func (it *reportItem) with() string {
	return cmp.Or(strings.Join(it.First, ", "), it.Takes)
}

func (it *reportItem) ids() string {
	if it.NewID == "" {
		return it.ID
	}
	return it.ID + " → " + it.NewID
}

func (it *reportItem) took() string {
	if it.Seconds == 0 {
		return ""
	}
	return strconv.FormatFloat(it.Seconds, 'f', -1, 64) + " s"
}

func (it *reportItem) undo() string {
	if it.UndoWhy == "" {
		return it.Undo
	}
	return it.Undo + ": " + it.UndoWhy
}

// inMarkdown is text as it is, in a cell of a table: it marks nothing up, and is no HTML, no link and nobody's name.
func inMarkdown(s string) string { return markup.Replace(s) }

var markup = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "[", `\[`, "]", `\]`, "#", `\#`, "$", `\$`, "|", `\|`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "://", "&#58;//", "\n", " ", "\r", " ",
)
