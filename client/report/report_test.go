package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"janitor/client/cleanup"
	"janitor/client/inventory"
)

// reported is a run of two items whose things are called by this name.
func reported(name string) Report {
	ref := func(id string) inventory.Ref { return inventory.Ref{Scope: "acme/eu/p", Kind: inventory.Pools, ID: id} }
	started := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	s := cleanup.Status{
		Header: cleanup.Header{
			Run:     "20260801T120000Z-abc123",
			Who:     cleanup.Who{User: name, Host: "build-7", PID: 1, As: cleanup.Principal{Way: "password", User: name, Account: "acme"}},
			Where:   cleanup.Where{Profile: name, Region: "eu-de", Project: "p"},
			Version: "v1.2.3", Started: started,
		},
		Plan: cleanup.Plan{
			Items: []cleanup.Item{
				{
					Resource: inventory.Resource{Ref: ref("1"), Name: name}, Undo: inventory.NewID,
					Holds: []cleanup.Prerequisite{{What: "server", Which: name}}, Takes: "1 server",
				},
				{Resource: inventory.Resource{Ref: ref("2"), Name: name, In: name}, Undo: inventory.Impossible, UndoWhy: name, Takes: name},
			},
			LeftOut:      []cleanup.LeftOut{{Ref: ref("3"), Label: name, Why: name}},
			Consequences: []inventory.Consequence{{Grade: inventory.Danger, Text: name}},
		},
		Items: []cleanup.ItemStatus{
			{Result: cleanup.Result{Ref: ref("1"), Outcome: cleanup.Deleted, Proved: true, RequestID: name, Took: 210 * time.Millisecond}, Found: cleanup.IsGone},
			{Result: cleanup.Result{Ref: ref("2"), Outcome: cleanup.Blocked, Code: "ELB.8907", Message: name, RequestID: "r-2"}},
		},
		Summary: cleanup.Summary{One: "pool", Many: "pools", Items: 2, Proved: 1, Stopped: name},
		State:   "finished", Started: started, Ended: started.Add(2 * time.Second), Verified: started.Add(time.Hour), Requests: 3,
	}
	for i := range s.Items {
		s.Summary.Counts[s.Items[i].Result.Outcome]++
	}
	return OfRun(s)
}

func exported(t *testing.T, format string, r Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Write(&out, format); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAReportTellsAll(t *testing.T) {
	r := reported("web-old")
	md := exported(t, "md", r)
	for _, want := range []string{
		"# janitor: run 20260801T120000Z-abc123\n",
		"| Result | 2 pools: 1 deleted (proved gone), 1 blocked; stopped: web-old |",
		"| State | finished |", "| Where | web-old eu-de p |", "| Who | web-old&#64;build-7 |",
		"| As | password of user web-old in account acme |", "| Begun | 2026-08-01 12:00:00 UTC |",
		"| Ended | 2026-08-01 12:00:02 UTC, after 2s |", "| Verified | 2026-08-01 13:00:00 UTC |", "| Requests | 3 |", "| Janitor | v1.2.3 |",
		"| deleted, proved; verified: gone | pools | web-old | 1 | server web-old |  | web-old | 0.21 s | new id |",
		"| blocked | pools | web-old in web-old | 2 | web-old | ELB.8907 web-old | r-2 |  | impossible: web-old |",
		"| danger | web-old |\n\n## Items", "## Left out", "| pools | web-old | 3 | web-old |",
	} {
		if !strings.Contains(md, want) {
			t.Errorf("%q is missing in:\n%s", want, md)
		}
	}
	var back Report
	if err := json.Unmarshal([]byte(exported(t, "json", r)), &back); err != nil {
		t.Fatal(err)
	}
	if html := exported(t, "html", r); !strings.Contains(html, "password of user web-old in account acme") {
		t.Errorf("HTML: %s", html)
	}
	if back.As != "password of user web-old in account acme" || back.Format != 1 || back.State != "finished" || back.Requests != 3 || len(back.Items) != 2 || back.Items[1].Code != "ELB.8907" ||
		back.Items[0].First[0] != "server web-old" || back.LeftOut[0].ID != "3" || back.Consequences[0].Grade != "danger" {
		t.Errorf("JSON: %+v", back)
	}
	rows, err := csv.NewReader(strings.NewReader(exported(t, "csv", r))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("CSV: %v, %v", rows, err)
	}
	if rows[1][6] != "deleted" || rows[1][18] != "0.21" || rows[2][15] != "ELB.8907" || rows[3][6] != "left out" || rows[3][16] != "web-old" ||
		rows[0][24] != "as" || rows[1][24] != "password of user web-old in account acme" || rows[3][24] != rows[1][24] {
		t.Errorf("CSV: %q", rows)
	}
}

// A plan that somebody hands on is a file of theirs: its texts are as little to be trusted as those of a service.
func TestHostileTextsOfAPlanInItsReport(t *testing.T) {
	for _, text := range hostile {
		plan := cleanup.Plan{Undoes: text, Items: []cleanup.Item{{Takes: text}}, LeftOut: []cleanup.LeftOut{{Why: text}}}
		doc := cleanup.Document{
			By: cleanup.Who{User: text}, Version: text, Where: cleanup.Where{Profile: text, Region: text, Project: text},
			Steps: []cleanup.Stage{{Name: text, Chosen: text, Plan: plan}},
		}
		for _, format := range Formats() {
			for _, r := range exported(t, format, OfPlan(doc)) {
				if r != '\n' && r != '\r' && !unicode.IsGraphic(r) {
					t.Errorf("%s of %q holds %U", format, text, r)
					break
				}
			}
		}
	}
}

func TestUnknownFormatsAreRefused(t *testing.T) {
	err := reported("x").Write(new(bytes.Buffer), "xml")
	if err == nil || err.Error() != `unknown format "xml": there are md, html, json, csv` {
		t.Error(err)
	}
}

func TestReportsAreNeverWrittenOver(t *testing.T) {
	dir := t.TempDir()
	r := reported("web-old")
	if err := os.WriteFile(filepath.Join(dir, "report.csv"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{"report-2", "report-3"} {
		paths, err := r.WriteFiles(dir, "report")
		if err != nil {
			t.Fatal(err)
		}
		for i, format := range Formats() {
			if want := filepath.Join(dir, base+"."+format); paths[i] != want {
				t.Errorf("%s, want %s", paths[i], want)
			}
			if info, err := os.Stat(paths[i]); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
		}
	}
	if mine, _ := os.ReadFile(filepath.Join(dir, "report.csv")); string(mine) != "mine" {
		t.Errorf("written over: %q", mine)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "report.*")); len(left) != 1 {
		t.Errorf("half of a report is left: %q", left)
	}
	_, err := r.WriteFiles(filepath.Join(dir, "nowhere"), "report")
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "the report cannot be written: ") {
		t.Error(err)
	}
}

var hostile = []string{
	"=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\u00a0=1", "＝1+1", "a;=cmd|x", `a";=1;"`, "a,b\r\n=1", "=\x00", "'=1",
	"| x | y |", "`code`", "<script>alert(1)</script>", "<!-- x", "![x](http://evil/?)", "[x](javascript:1)", "# title\n\n- list", "**b** __c__ ~~d~~ $e$",
	"@someone", "a\\", "a\\|b", "https://evil.example/x", "&lt;b&gt;", "esc\x1b[31m", "osc\x1b]52;c;eA==\a", "bidi\u202eevil", "c1\u009b31m", "\xff\xfe", "中文 👩‍👩‍👧",
	strings.Repeat("long ", 2000),
}

func TestHostileNamesInReports(t *testing.T) {
	for _, name := range hostile {
		checkReports(t, name)
	}
}

func FuzzReports(f *testing.F) {
	for _, name := range hostile {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) { checkReports(t, name) })
}

// unescaped is what would mark up if it stood there.
var unescaped = regexp.MustCompile("(^|[^\\\\])(\\\\\\\\)*[`*\\[\\]<>@~$]")

// checkReports: nothing that is called anything breaks the shape of a report or acts on whoever reads it.
func checkReports(t *testing.T, name string) {
	t.Helper()
	r := reported(name)
	for _, format := range Formats() {
		for _, r := range exported(t, format, r) {
			if r != '\n' && r != '\r' && !unicode.IsGraphic(r) {
				t.Fatalf("%s of %q holds %U", format, name, r)
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(exported(t, "csv", r))).ReadAll()
	if err != nil || len(rows) != 4 {
		t.Fatalf("CSV of %q: %d rows, %v", name, len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, unicode.IsSpace)); strings.ContainsRune("=+-@＝＋－＠", first) {
				t.Errorf("CSV of %q: the cell %q is a formula", name, cell)
			}
		}
	}
	for line := range strings.SplitSeq(exported(t, "csv", r), "\r\n") {
		for i, cell := range strings.Split(line, ";") { // as where semicolons part cells: a quote is open, or none begins here
			if i > 0 && strings.Count(strings.Join(strings.Split(line, ";")[:i], ";"), `"`)%2 == 0 {
				t.Errorf("CSV of %q: %q begins a cell", name, cell)
			}
		}
	}
	md := exported(t, "md", r)
	columns := 0
	for line := range strings.SplitSeq(md, "\n") {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			if line != "" && !strings.HasPrefix(line, "# janitor: run 2026") && !regexp.MustCompile(`^## [A-Z][a-z ]+$`).MatchString(line) {
				t.Errorf("Markdown of %q: a line %q", name, line)
			}
			continue
		}
		n := strings.Count(strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, ""), "|")
		if columns == 0 {
			columns = n
		}
		if n != columns {
			t.Errorf("Markdown of %q: %d columns, want %d: %q", name, n, columns, line)
		}
		if bad := unescaped.FindString(line); bad != "" {
			t.Errorf("Markdown of %q: %q marks up in %q", name, bad, line)
		}
	}
	var back Report
	if err := json.Unmarshal([]byte(exported(t, "json", r)), &back); err != nil {
		t.Errorf("JSON of %q: %v", name, err)
	}
}

func TestAReportSaysWhatTheLatestVerifyFound(t *testing.T) {
	for _, c := range []struct {
		outcome cleanup.Outcome
		found   cleanup.Presence
		back    string
		want    string
	}{
		{cleanup.Deleted, "", "", "| deleted, proved |"},
		{cleanup.Deleted, cleanup.IsGone, "", "| deleted, proved; verified: gone |"},
		{cleanup.Deleted, cleanup.IsThere, "r-9", "| deleted, proved; verified: brought back by r-9 |"},
		{cleanup.Restored, cleanup.IsGone, "", "| restored, proved; verified: gone again |"},
	} {
		s := cleanup.Status{
			Plan:  cleanup.Plan{Items: make([]cleanup.Item, 1)},
			Items: []cleanup.ItemStatus{{Result: cleanup.Result{Outcome: c.outcome, Proved: true}, Found: c.found, Back: c.back}},
		}
		md := exported(t, "md", OfRun(s))
		if !strings.Contains(md, c.want) {
			t.Errorf("%q is missing in:\n%s", c.want, md)
		}
		if strings.Contains(md, "| As |") || strings.Contains(md, "| Who |") {
			t.Errorf("a line for what is not known:\n%s", md)
		}
	}
}

func TestWhatARequestMayHaveReachedIsInDoubt(t *testing.T) {
	s := cleanup.Status{
		Plan:  cleanup.Plan{Items: make([]cleanup.Item, 2)},
		Items: []cleanup.ItemStatus{{Doubt: true}, {Result: cleanup.Result{Outcome: cleanup.Unknown}, Doubt: true}},
	}
	if r := OfRun(s); r.Items[0].Outcome != "in doubt" || r.Items[1].Outcome != "unknown" {
		t.Errorf("%+v", r.Items)
	}
}

// The page opens anywhere and does nothing: what things are called is text in it.
func TestTheHTMLPageIsInert(t *testing.T) {
	page := exported(t, "html", reported(`"><script>alert(1)</script><img src=x onerror=y>{{.}}`))
	for _, bad := range []string{"<script", "<img", "src=x onerror=y>", "http://", "https://"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q:\n%s", bad, page)
		}
	}
	for _, want := range []string{"&lt;script&gt;", "20260801T120000Z-abc123", "deleted, proved", "ELB.8907", "default-src &#39;none&#39;", "danger"} {
		if !strings.Contains(page, want) && !strings.Contains(page, strings.ReplaceAll(want, "&#39;", "'")) {
			t.Errorf("the page lacks %q:\n%s", want, page)
		}
	}
}

// The report of a plan has the digest that is approved.
func TestTheReportOfAPlanHasItsDigest(t *testing.T) {
	plan := cleanup.Plan{Items: make([]cleanup.Item, 2)}
	for i := range plan.Items {
		plan.Items[i].Resource = inventory.Resource{Ref: inventory.Ref{Scope: "p/r/x", Kind: inventory.Pools, ID: fmt.Sprint("t", i+1)}}
	}
	doc := cleanup.NewDocument(
		cleanup.Where{Profile: "p", Region: "r", Project: "x"}, cleanup.Principal{}, "1.2", time.Now(), time.Hour,
		cleanup.Stage{Chosen: "pools where unused", Listed: 4, Plan: plan},
	)
	_, digest, err := doc.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range Formats() {
		text := exported(t, format, OfPlan(doc))
		if format != "csv" && !strings.Contains(text, digest) || !strings.Contains(text, "planned") || !strings.Contains(text, "t2") {
			t.Errorf("%s:\n%s", format, text)
		}
	}
	// Whoever approves it is spared the columns that only a run fills.
	if md := exported(t, "md", OfPlan(doc)); !strings.Contains(md, "| Plan |") || strings.Contains(md, "Request") || strings.Contains(md, "Took") {
		t.Errorf("%s", md)
	}
}
