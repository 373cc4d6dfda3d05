package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"janitor/client/cleanup"
	"janitor/client/inventory"
)

// change FILE OLD NEW TO: writes the file with all OLD replaced by NEW, in which \n is a new line, to another.
func change(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: change FILE OLD NEW TO")
	}
	before := ts.ReadFile(args[0])
	after := strings.ReplaceAll(before, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))
	if after == before {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(after), 0o600))
}

// age PLAN TO: a day and more ago the plan was the one of the other file.
func age(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: age PLAN TO")
	}
	doc, _, err := cleanup.DecodeDocument(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	doc.Made, doc.Expires = doc.Made.Add(-planLife-time.Minute), doc.Expires.Add(-planLife-time.Minute)
	file, _, err := doc.Encode()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), file, 0o600))
}

// digest NAME PLAN: the variable is the digest of the plan, in capitals, as somebody may have read it out.
func digest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: digest NAME PLAN")
	}
	_, sum, err := cleanup.DecodeDocument(strings.NewReader(ts.ReadFile(args[1])))
	ts.Check(err)
	ts.Setenv(args[0], strings.ToUpper(sum))
}

// parses FORMAT: stdout of the last command is whole in that format: json, ndjson or csv.
func parses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: parses json|ndjson|csv")
	}
	out := ts.ReadFile("stdout")
	switch args[0] {
	case "json":
		if !json.Valid([]byte(out)) {
			ts.Fatalf("stdout is not JSON: %q", out)
		}
	case "ndjson":
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) {
				ts.Fatalf("a line of stdout is not JSON: %q", line)
			}
		}
	case "csv":
		if _, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil {
			ts.Fatalf("stdout is not CSV: %v", err)
		}
	default:
		ts.Fatalf("unknown format %q", args[0])
	}
}

func TestAPlanHasItsTime(t *testing.T) {
	made := time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)
	doc := cleanup.NewDocument(cleanup.Where{}, cleanup.Principal{}, "test", made, planLife)
	for name, test := range map[string]struct {
		now  time.Time
		want string // "" = it is good
	}{
		"at once":             {made, ""},
		"just before its end": {made.Add(planLife), ""},
		"after it":            {made.Add(planLife + time.Second), "p.json expired 2026-11-26 03:00 UTC: plan again"},
		"clocks that differ":  {made.Add(-4 * time.Minute), ""},
		"from the future":     {made.Add(-time.Hour), "p.json was made 2026-11-25 03:00 UTC, which is in the future: check the clock, or plan again"},
	} {
		err := fresh(doc, "p.json", test.now)
		if got := fmt.Sprint(err); (err == nil) != (test.want == "") || err != nil && (got != test.want || status(err) != statusUsage) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

// What people approve is shown to its end, however long it is, and a terminal obeys nothing of it.
func TestNothingIsCutOffForPeople(t *testing.T) {
	long := strings.Repeat("listener web-443 lets nobody in, ", 20) + "nor \x1b[2Jedge-443"
	want := strings.Repeat("listener web-443 lets nobody in, ", 20) + `nor \x1b[2Jedge-443` + "\n"
	var said bytes.Buffer
	say(&said, "DANGER: %s", long)
	if got := said.String(); got != "DANGER: "+want {
		t.Errorf("a line is %q", got)
	}
	said.Reset()
	if err := printTable(&said, [][]string{{"NAME", "WHY"}, {strings.Repeat("n", 2*maxCell), long}}); err != nil {
		t.Fatal(err)
	}
	if got := said.String(); !strings.HasSuffix(got, "…  "+want) {
		t.Errorf("a table is %q", got)
	}
}

// Whatever is not the answer is no: another word, the end of what is typed, a signal while nobody has typed yet.
func TestAQuestionIsAnsweredOrNot(t *testing.T) {
	for name, c := range map[string]struct {
		types string
		ends  bool // the input
		stop  bool // a signal
		want  bool
	}{
		"the word":     {types: "12\n", want: true},
		"another":      {types: "13\n"},
		"its end":      {types: "12", ends: true},
		"a signal":     {stop: true},
		"with windows": {types: "12\r\n", want: true},
	} {
		in, keys, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		keys.WriteString(c.types)
		if c.ends {
			keys.Close()
		}
		if c.stop {
			stop()
		}
		var out bytes.Buffer
		got := asked(ctx, in, &out, "Type 12: ", func(typed string) bool { return typed == "12" })
		if got != c.want || !strings.HasPrefix(out.String(), "Type 12: ") || strings.HasSuffix(out.String(), "\n") != (c.ends || c.stop) {
			t.Errorf("%s: %v, %q", name, got, &out)
		}
		stop()
		keys.Close()
		in.Close()
	}
}

// Two groups may be called the same: then their entries are told apart by the ids of the groups.
func TestGroupsOfTheSameName(t *testing.T) {
	entry := func(group, name, id string) cleanup.Item {
		return cleanup.Item{Resource: inventory.Resource{Ref: inventory.Ref{Kind: inventory.Entries, Parent: group, ID: id}, Name: id, In: name}}
	}
	plan := cleanup.Plan{Items: []cleanup.Item{
		entry("g1", "acl", "10.0.0.1"), entry("g2", "acl", "10.0.0.1"), entry("g1", "acl", "10.0.0.2"), entry("g3", "office", "10.0.0.1"),
	}}
	in := plan.Parents()
	for i, want := range []string{"acl g1", "acl g2", "acl g1", "office"} {
		if got := itemWords(&plan.Items[i], in); !strings.Contains(got, "  in "+want+"  ") {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	table := tableOf(&plan)
	table.add(lineOf("", &plan, 1, cleanup.Result{}, ""))
	if got := table.rows[1]; !slices.Contains(got, "acl g2") {
		t.Errorf("%q", got)
	}
	if in := (&cleanup.Plan{Items: []cleanup.Item{{}}}).Parents(); in != nil {
		t.Errorf("in nothing: %v", in)
	}
}
