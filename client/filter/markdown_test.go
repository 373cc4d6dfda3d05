package filter_test

import (
	"flag"
	"os"
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
	want := filter.Markdown()
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
