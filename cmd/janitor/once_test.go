package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
		runs, doubts, err := runsOf(past, a.doc, digest)
		if err != nil || len(doubts) > 0 {
			t.Fatal(doubts, err)
		}
		doc, note, err := once(runs, a.doc, "plan p.json")
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
	if runs, _, err := runsOf(past, elsewhere, "one"); len(runs) > 0 || err != nil {
		t.Errorf("of another project: %v, %v", runs, err)
	}
}

// Two jobs that are started together both find that nothing of a document was executed before: the one that comes to the lock
// of the project second looks again there. Its own steps do not stand in its way.
func TestADocumentThatWasAppliedMeanwhile(t *testing.T) {
	a := toApply(t, func(bool) {})
	past := cleanup.NewHistory(t.TempDir(), "test")
	job := func() *cleanup.Engine {
		runs, _, err := runsOf(past, a.doc, "one")
		if err != nil || len(runs) > 0 {
			t.Fatal(runs, err)
		}
		unless := unlessMeanwhile(past, a.doc, "one", "plan p.json", runs.names())
		return a.with(cleanup.Options{Journal: past.JournalFor(a.doc.Where, cleanup.Why{Approved: "one"}, unless)})
	}
	jobs := []*cleanup.Engine{job(), job()}
	apply := func(e *cleanup.Engine) error {
		cmd := &cobra.Command{}
		cmd.SetContext(t.Context())
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		return execute(cmd, "table", e, a.doc, "one")
	}
	if err := apply(jobs[0]); err != nil {
		t.Fatal(err)
	}
	before, err := past.Names()
	if err != nil || len(before) != 2 {
		t.Fatal(before, err)
	}
	err = apply(jobs[1])
	if status(err) != statusUsage || !strings.Contains(oneLine(err), "plan p.json was applied meanwhile, as run ") || !strings.Contains(oneLine(err), "2 of 2 steps were not begun") {
		t.Errorf("status %d, %v", status(err), err)
	}
	if after, err := past.Names(); err != nil || !slices.Equal(after, before) {
		t.Errorf("runs are %q, %v; were %q", after, err, before)
	}
}

// A run whose journal was damaged in its first line does not say what it executed. Where it has the plan of a step it counts;
// where that cannot be told it is named, as long as it can be of this document.
func TestRunsThatDoNotSayWhatTheyExecuted(t *testing.T) {
	a := toApply(t, func(bool) {})
	a.doc.Made = time.Now().UTC().Truncate(time.Second)
	past := cleanup.NewHistory(t.TempDir(), "test")
	run := a.with(cleanup.Options{Journal: past.JournalFor(a.doc.Where, cleanup.Why{Approved: "one"})}).Start(t.Context(), a.doc.Steps[0].Plan)
	run.Wait()
	id := run.ID()
	file := filepath.Join(past.Folder(id), "journal.ndjson")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte("one"), []byte("two"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	runs, doubts, err := runsOf(past, a.doc, "one")
	if err != nil || len(doubts) > 0 || !slices.Equal(runs.names(), []string{id}) {
		t.Fatalf("%v, %v, %v", runs.names(), doubts, err)
	}
	if doc, note, err := once(runs, a.doc, "plan p.json"); err != nil || len(doc.Steps) != 1 || !strings.Contains(note, id) {
		t.Errorf("%v, %q, %v", stepNames(doc.Steps), note, err)
	}

	if err := os.WriteFile(filepath.Join(past.Folder(id), "plan.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	runs, doubts, err = runsOf(past, a.doc, "one")
	if err != nil || len(runs) > 0 || !slices.Equal(doubts, []string{id}) {
		t.Fatalf("%v, %v, %v", runs.names(), doubts, err)
	}
	says := doubtful(past, doubts, "plan p.json")
	if want := "Run " + id + " in " + filepath.Dir(past.Folder(id)) + " is damaged: it may have executed plan p.json"; says != want {
		t.Errorf("%q, want %q", says, want)
	}

	a.doc.Made = a.doc.Made.Add(time.Hour) // planned again
	if runs, doubts, err := runsOf(past, a.doc, "one"); err != nil || len(runs)+len(doubts) > 0 {
		t.Errorf("%v, %v, %v", runs.names(), doubts, err)
	}
}
