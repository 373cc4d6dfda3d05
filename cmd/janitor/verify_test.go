package main

import (
	"context"
	"io"
	"testing"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
)

// What a signal has kept from being looked at is no fault of the journal.
func TestASignalWhileARunIsVerified(t *testing.T) {
	a := toApply(t, func(bool) {})
	runs := cleanup.NewHistory(t.TempDir(), "test")
	run := a.with(cleanup.Options{Journal: runs.Journal(a.doc.Where)}).Start(t.Context(), a.doc.Steps[0].Plan)
	run.Wait()
	ctx, end := context.WithCancel(t.Context())
	end()
	cmd := &cobra.Command{}
	cmd.SetContext(ctx)
	cmd.SetOut(io.Discard)
	cmd.SetErr(io.Discard)
	if err := verify(cmd, "table", runs, runs.Read(run.ID()), a.loader); status(err) != statusInterrupted {
		t.Errorf("status %d, %v", status(err), err)
	}
}
