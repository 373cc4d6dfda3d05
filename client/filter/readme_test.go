package filter_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"janitor/client/filter"
	"janitor/client/inventory"
)

var update = flag.Bool("update", false, "write the table of fields into the README")

// Every example of the README is an expression about some kind.
func TestREADMEExamples(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "## Filters")
	rest, _, _ = strings.Cut(rest, "\n## ")
	examples := 0
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "=") {
			continue
		}
		examples++
		var errs []error
		for _, k := range inventory.Kinds() {
			if _, err := filter.New(k, strings.TrimSpace(line)); err != nil {
				errs = append(errs, err)
			}
		}
		if len(errs) == len(inventory.Kinds()) {
			t.Errorf("%s: %v", line, errs)
		}
	}
	if examples < 4 {
		t.Errorf("%d examples", examples)
	}
}

// The README's table of fields stands between two comments: go test ./client/filter -update writes it.
func TestREADME(t *testing.T) {
	const (
		file  = "../../README.md"
		begin = "<!-- fields -->\n\n"
		end   = "\n<!-- /fields -->"
	)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	got, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("README.md has no place for the fields: a line %q and, below it, a line %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	want := table()
	if *update && got != want {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the fields in README.md are out of date; go test ./client/filter -update writes them (-want +README):\n%s", diff)
	}
}

// table is that of all fields: first what every kind has, then each kind's own.
func table() string {
	kinds := inventory.Kinds()
	shared := filter.Fields(kinds[0])
	for _, k := range kinds[1:] {
		own := filter.Fields(k)
		shared = slices.DeleteFunc(shared, func(f filter.Field) bool {
			return !slices.ContainsFunc(own, func(o filter.Field) bool { return o.Name == f.Name && o.Means == f.Means })
		})
	}
	var b strings.Builder
	b.WriteString("| Of | Field | Is a | Means |\n|---|---|---|---|\n")
	put := func(of string, fields []filter.Field) {
		for _, f := range fields {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", of, f.Name, f.Type, strings.ReplaceAll(f.Means, "|", `\|`))
			of = ""
		}
	}
	put("all", shared)
	for _, k := range kinds {
		put(k.Many, slices.DeleteFunc(filter.Fields(k), func(f filter.Field) bool {
			return slices.ContainsFunc(shared, func(s filter.Field) bool { return s.Name == f.Name })
		}))
	}
	return b.String()
}
