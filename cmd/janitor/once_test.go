package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
)

// What runs have executed of a document is not executed again: a beginning is left out, anything else refuses it.
func TestStepsAreExecutedOnce(t *testing.T) {
	a := toApply(t, func(bool) {})
	a.doc.Steps = append(a.doc.Steps, a.doc.Steps[0]) // a step may be the same as another
	a.doc.Steps[2].Name = "third"
	past := cleanup.NewHistory(t.TempDir(), "test")
	execute := func(digest string, step int) {
		t.Helper()
		engine := a.with(cleanup.Options{Journal: past.JournalFor(a.doc.Where, cleanup.Why{Approved: digest})})
		cmd := &cobra.Command{}
		cmd.SetContext(t.Context())
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		run := engine.Start(t.Context(), a.doc.Steps[step].Plan)
		if err := watch(cmd, "table", run); err != nil {
			t.Fatal(err)
		}
	}
	left := func(digest string, want ...string) {
		t.Helper()
		doc, note, err := once(past, a.doc, digest, "plan p.json")
		switch {
		case len(want) == 0:
			if status(err) != statusUsage || !strings.Contains(oneLine(err), "plan p.json was applied before, as run") {
				t.Errorf("status %d, %v", status(err), err)
			}
		case err != nil || !slices.Equal(stepNames(doc.Steps), want) || (note == "") != (len(want) == len(a.doc.Steps)):
			t.Errorf("left are %q, %q, %v; want %q", stepNames(doc.Steps), note, err, want)
		}
	}
	left("one", "first", "second", "third")
	execute("one", 0)
	left("one", "second", "third")
	left("two", "first", "second", "third") // another document, about the same
	execute("one", 1)
	left("one", "third")
	execute("one", 2)
	left("one")
	all, err := past.All()
	if err != nil {
		t.Fatal(err)
	}
	verifying, err := past.Verify(all[0]) // another janitor is at it, but the run is over
	if err != nil {
		t.Fatal(err)
	}
	left("one")
	if err := verifying.Close(); err != nil {
		t.Fatal(err)
	}
	execute("two", 1) // not a beginning
	left("two")

	elsewhere := a.doc
	elsewhere.Where.Project = "another"
	if _, note, err := once(past, elsewhere, "one", "plan p.json"); note != "" || err != nil {
		t.Errorf("of another project: %q, %v", note, err)
	}
}
