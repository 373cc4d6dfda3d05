package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/profile"
)

func resumeCommand() *cobra.Command {
	var out form
	var choice profile.Choice
	var limit deadline
	cmd := &cobra.Command{
		Use:   "resume RUN",
		Short: "Continue a run that was broken off",
		Long: `resume continues a run that ended before its work did: it was killed or interrupted, or its machine went down. What a
request may have deleted without an answer is looked up first; then what is left is checked and deleted, and the whole is
proved. It touches nothing but the items that were confirmed then. ctrl+c stops it in good order; a second one breaks off
what is in flight.
` + deadlineHelp + `

The profile is the run's own, unless --profile names another one for the same project.`,
		Args:              oneRun,
		ValidArgsFunction: runArgs(resumable),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer limit.begin(cmd)()
			return resume(cmd, choice, out, args[0])
		},
	}
	sessionFlags(cmd, &choice)
	out.flag(cmd.Flags(), "table", "ndjson")
	limit.flag(cmd.Flags())
	return cmd
}

func resume(cmd *cobra.Command, choice profile.Choice, out form, name string) error {
	runs := history()
	past, err := find(runs, name)
	if err != nil {
		return err
	}
	switch err := past.CanResume(); {
	case errors.Is(err, cleanup.ErrGoesOn):
		return &failure{statusRefused, err}
	case errors.Is(err, cleanup.ErrFinished):
		return usage("%w; janitor verify %s looks again", err, past.ID)
	case err != nil:
		return usage("%w", err)
	}
	s, err := reopen(cmd.Context(), past, choice)
	if err != nil {
		return err
	}
	defer closing(cmd, s.Session)
	if err := mayDelete(s.Session); err != nil {
		return err
	}
	runs.ActAs(whoIs(s.Session))
	j, err := runs.Resume(past)
	if err != nil {
		return unrecorded(err)
	}
	tellResumed(cmd.ErrOrStderr(), past)
	engine := cleanup.NewEngine(s.Deleter, s.loader, cleanup.Options{Log: logOf(cmd.Context())})
	ctx, release := lasting(cmd.Context())
	defer release()
	return watch(cmd, out, engine.Resume(ctx, past.Ledger, j))
}

// tellResumed says what is left of a run that is about to be resumed.
func tellResumed(w io.Writer, past *cleanup.Past) {
	l := past.Ledger
	if l.Torn() > 0 {
		say(w, "The last line of the journal was not written to its end: it is cut off.")
	}
	open, have := len(l.Open()), "have"
	if open == 1 {
		have = "has"
	}
	say(w, "Resuming run %s in %s %s: %d of %s %s no outcome.",
		past.ID, l.Header.Where.Profile, l.Header.Where.Region, open, english.Count(len(l.Items), "item", "items"), have)
}

// watch follows a run to its end and prints what became of it. A signal stops sending; what is in flight ends, unless there
// is a second one.
func watch(cmd *cobra.Command, out form, run *cleanup.Run) error {
	plan := run.Plan()
	defer context.AfterFunc(cmd.Context(), func() {
		run.Interrupt()
		sayInterrupted(cmd)
	})()
	enc := json.NewEncoder(cmd.OutOrStdout())
	var broken error // nobody reads any more what becomes of the items: no more are sent
	progressOn(cmd.ErrOrStderr()).follow(run, func(ev cleanup.Event) {
		var err error
		switch {
		case ev.Item >= 0 && out == "ndjson" && (ev.Step == cleanup.Ended || ev.Step == cleanup.Proved):
			word := "ended"
			if ev.Step == cleanup.Proved {
				word = "proved"
			}
			err = enc.Encode(lineOf(word, &plan, ev.Item, ev.Result, ""))
		case ev.Item < 0 && ev.Note != "" && ev.Step != cleanup.Finished:
			say(cmd.ErrOrStderr(), "%s", ev.Note)
		}
		if err != nil && broken == nil {
			broken = err
			run.Interrupt()
		}
	})
	run.Wait()
	summary := run.Summary()
	if out == "table" {
		table := tableOf(&plan)
		unsent, told := "not sent: "+summary.Stopped, false
		for i, res := range run.Results() {
			line := lineOf("", &plan, i, res, "")
			if line.Message == unsent {
				if told { // hundreds of rows may have the same long reason
					line.Message = "not sent"
				}
				told = true
			}
			table.add(line)
		}
		broken = table.print(cmd.OutOrStdout())
	}
	summary.Stopped = "" // a note has said it, or the error will
	say(cmd.ErrOrStderr(), "%s", summary)
	err := ending(cmd.Context(), run)
	if f, final := errors.AsType[*failure](err); broken == nil || final && f.status != statusInterrupted {
		return err
	}
	switch {
	case run.Resumable():
		return &failure{statusInterrupted, fmt.Errorf("%w; nothing more was sent: janitor resume %s goes on with it", unread(broken), run.ID())}
	case out == "ndjson": // the run is over; whatever was to come after it is not begun
		return &failure{statusInterrupted, unread(broken)}
	case err != nil:
		return err
	}
	return unread(broken)
}

// sayInterrupted tells what a signal or the deadline has stopped, and what a second signal would.
func sayInterrupted(cmd *cobra.Command) {
	said := "Interrupted: nothing more is sent; requests in flight are finished. Interrupt again to break those off too."
	if o, ok := errors.AsType[*overdue](context.Cause(cmd.Context())); ok {
		said = "Stopped, " + o.Error() + ": nothing more is sent; requests in flight are finished."
	}
	say(cmd.ErrOrStderr(), "%s", said)
}

// ending is the exit status of a run.
func ending(ctx context.Context, run *cleanup.Run) error {
	id, summary := run.ID(), run.Summary()
	switch err := run.Unrecorded(); {
	case err != nil:
		return unrecorded(err)
	case summary.Safety:
		return &failure{statusSafety, fmt.Errorf("run %s: %s", id, summary.Stopped)}
	case summary.Unauthorised:
		return &failure{statusCredentials, fmt.Errorf("run %s: %s; janitor doctor examines them", id, summary.Stopped)}
	case run.Resumable() && ctx.Err() != nil:
		return halted(ctx, fmt.Sprintf(": janitor resume %s goes on with it", id))
	case run.Resumable():
		return &failure{statusInterrupted, fmt.Errorf("%s: janitor resume %s goes on with it", summary.Stopped, id)}
	case ctx.Err() != nil && summary.Counts[cleanup.Cancelled] == summary.Items:
		return halted(ctx, ": nothing was sent")
	case !summary.OK():
		want := "gone"
		if run.Plan().Undoes != "" {
			want = "back"
		}
		if summary.InDoubt() {
			return fmt.Errorf("run %s: not everything is known to be %s; janitor verify %s looks again", id, want, id)
		}
		return fmt.Errorf("run %s: not everything is %s; janitor runs %s has the details", id, want, id)
	}
	return nil
}
