package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
	"janitor/client/profile"
)

func undoCommand() *cobra.Command {
	var (
		out    form
		choice profile.Choice
		yes    bool
		limit  deadline
	)
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Bring back what a run has deleted",
		Long: `undo brings back what a finished run has deleted, as far as that is possible: entries with their notes, members of
channels, pools with their servers and health monitor and whatever referred to them, IP groups, CA certificates and those
from the certificate service. First it says how much of each item comes back:

  exact        as it was
  new id       as it was, under another id: tell whoever knows the old one
  lossy        not all of it; it says what is lost
  impossible   a server certificate: its private key was never kept

What exists already is left alone, and so is what others have changed since: a listener that has another default pool by
now keeps it. An undo is a run with a journal of its own; janitor runs, resume and verify work on it too. Undoing twice
changes nothing more.

` + deadlineHelp[1:] + `

It asks before it sends anything; without a terminal it needs --yes. The profile is the run's own, unless --profile names
another one for the same project.`,
		Args:              oneRun,
		ValidArgsFunction: runArgs(undoable),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer limit.begin(cmd)()
			return undo(cmd, choice, out, yes, args[0])
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do it without asking")
	sessionFlags(cmd, &choice)
	out.flag(cmd.Flags(), "table", "ndjson")
	limit.flag(cmd.Flags())
	return cmd
}

func undo(cmd *cobra.Command, choice profile.Choice, out form, yes bool, name string) error {
	runs := history()
	past, err := find(runs, name)
	if err != nil {
		return err
	}
	plan, err := runs.UndoPlan(past)
	switch {
	case errors.Is(err, cleanup.ErrNothing), errors.Is(err, cleanup.ErrGoesOn):
		return &failure{statusRefused, err}
	case err != nil:
		return usage("%w", err)
	}
	in, ok := asksAt(cmd)
	if !yes && !ok {
		return refused("nothing is brought back: %s: give --yes", noTerminal)
	}
	s, err := reopen(cmd.Context(), past, choice)
	if err != nil {
		return err
	}
	defer closing(cmd, s.Session)
	if err := mayDelete(s.Session); err != nil {
		return err
	}
	if out == "table" || !yes {
		if err := printUndo(cmd.ErrOrStderr(), plan); err != nil {
			return err
		}
	}
	question := fmt.Sprintf("Bring this back in the project of run %s? Type yes: ", past.ID)
	saysYes := func(typed string) bool { return strings.EqualFold(strings.TrimSpace(typed), "yes") }
	if !yes && !asked(cmd.Context(), in, cmd.ErrOrStderr(), question, saysYes) {
		return unconfirmed(cmd.Context(), "nothing is brought back", "yes")
	}
	runs.ActAs(whoIs(s.Session))
	begin := runs.Journal(past.Ledger.Header.Where)
	engine := cleanup.NewEngine(s.Deleter, s.loader, cleanup.Options{Journal: begin, Log: logOf(cmd.Context())})
	ctx, release := lasting(cmd.Context())
	defer release()
	return watch(cmd, out, engine.Start(ctx, plan))
}

// printUndo shows what an undo would bring back, for people.
func printUndo(w io.Writer, p cleanup.Plan) error {
	in := p.Parents()
	head := []string{"UNDO", "KIND", "NAME", "ID"}
	if in != nil {
		head = append(head, "IN")
	}
	rows := [][]string{append(head, "WITH", "BUT")}
	for _, it := range p.Items {
		ref := it.Resource.Ref
		row := []string{it.Undo.String(), string(ref.Kind), it.Resource.Name, ref.ID}
		if in != nil {
			row = append(row, in[ref.Parent])
		}
		rows = append(rows, append(row, it.Takes, it.UndoWhy))
	}
	return printTable(w, rows)
}
