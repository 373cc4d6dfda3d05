package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/profile"
	"janitor/client/runbook"
	"janitor/tui"
	"janitor/tui/keys"
)

// applying is what the flags of apply say.
type applying struct {
	choice   profile.Choice
	limits   cleanup.Limits
	out      form
	yes      bool
	screen   bool
	approved string // digest
	why      cleanup.Why
	limit    deadline
}

func applyCommand() *cobra.Command {
	var a applying
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Execute a plan",
		Long: `apply executes a plan made by janitor plan; - is stdin. It checks every item again, and skips what has changed since or is
now in use. What becomes of each item is printed as it happens (-o ndjson) or at the end, and proved.

At a terminal it asks. Without one it needs --yes or, where the plan contains a danger, --approve-digest with the digest
that janitor plan printed: whoever gives it has seen that very plan.

A plan is executed once. If it was broken off, applying it again executes the steps that were not begun.
` + deadlineHelp + `

The profile is the one the plan was made with, unless --profile names another one for the same project.`,
		ValidArgsFunction: planArgs,
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usage("name a plan: the file that janitor plan wrote, or - for stdin")
			case 1:
				if args[0] == "" { // a variable that is not set
					return usage("name a plan: its name is empty")
				}
				return nil
			}
			return usage("%d arguments where one plan is expected", len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.run(cmd, args[0]) },
	}
	sessionFlags(cmd, &a.choice)
	limitFlags(cmd.Flags(), &a.limits)
	a.out.flag(cmd.Flags(), "table", "ndjson")
	a.limit.flag(cmd.Flags())
	flags := cmd.Flags()
	flags.BoolVar(&a.yes, "yes", false, "do not ask; not enough where the plan contains a danger")
	flags.StringVar(&a.approved, "approve-digest", "", "do not ask: this digest was approved")
	flags.BoolVar(&a.screen, "watch", false, "show the run on the screen")
	flags.StringVar(&a.why.Ticket, "ticket", "", "ticket that the run is for, kept in its journal")
	flags.StringVar(&a.why.Reason, "reason", "", "why the run is done, kept in its journal")
	return cmd
}

func (a *applying) run(cmd *cobra.Command, path string) error {
	defer a.limit.begin(cmd)()
	if a.screen {
		if err := needTerminal(); err != nil {
			return err
		}
	}
	past := history()
	if err := past.Ready(); err != nil { // what was applied before could not be told either
		return unrecorded(err)
	}
	doc, digest, unless, err := a.document(cmd, past, path)
	if err != nil {
		return err
	}
	s, err := reopenAt(cmd.Context(), "plan "+path, doc.Where, a.choice)
	if err != nil {
		return err
	}
	defer closing(cmd, s.Session)
	var bound *keys.Map
	if a.screen {
		if bound, err = checkKeys(s.profile.Keys); err != nil {
			return err
		}
	}
	if err := mayDelete(s.Session); err != nil {
		return err
	}
	if doc.Items() == 0 {
		tellPlan(cmd.ErrOrStderr(), doc)
		return nil
	}
	// Whoever types a word or gives a digest has seen how much it is.
	if err := limitsOf(cmd, a.limits, runbook.Limits(s.profile.Limits)).Check(doc.Steps...); a.yes && a.approved == "" && len(doc.Dangers()) == 0 && err != nil {
		return refused("nothing is deleted: %w, or --approve-digest", allowing(err))
	}
	if err := approve(cmd, doc, s.profile, a.yes, a.approved != "", path == "-"); err != nil {
		return err
	}
	why := a.why
	past.ActAs(whoIs(s.Session))
	why.Approved = digest // by which the runs of this plan are found again
	at := whereIs(s.profile, s.Session)
	at.Profile = doc.Where.Profile // by which its items are called, whatever --profile is
	engine := cleanup.NewEngine(s.Deleter, s.loader, cleanup.Options{Journal: past.JournalFor(at, why, unless), Log: logOf(cmd.Context())})
	if a.screen {
		o := screenOf(cmd.Context(), s, engine, past)
		o.Keys = bound
		return watchOnScreen(cmd, o, doc)
	}
	return execute(cmd, a.out, engine, doc, digest)
}

// document reads what is to be executed: a plan that is fresh and, where one was approved, that one, without what was
// executed before. unless refuses to begin a run of it once somebody else has.
func (a *applying) document(cmd *cobra.Command, past *cleanup.History, path string) (doc cleanup.Document, digest string, unless func([]string) error, err error) {
	fail := func(err error) (cleanup.Document, string, func([]string) error, error) { return doc, digest, nil, err }
	if doc, digest, err = readPlan(cmd, path); err != nil {
		return fail(err)
	}
	if err := fresh(doc, path, time.Now()); err != nil {
		return fail(err)
	}
	if a.approved != "" && !strings.EqualFold(a.approved, digest) {
		return fail(refused("nothing is deleted: %s has the digest %s, another one was approved", path, digest))
	}
	what := planWords(path)
	runs, doubts, err := runsOf(past, doc, digest)
	if err != nil {
		return fail(err)
	}
	unless = unlessMeanwhile(past, doc, digest, what, runs.names())
	doc, note, err := once(runs, doc, what)
	if err != nil {
		return fail(err)
	}
	for _, said := range []string{doubtful(past, doubts, what), note} {
		if said != "" {
			say(cmd.ErrOrStderr(), "%s", said)
		}
	}
	return doc, digest, unless, nil
}

// execute runs the steps one after another, as long as nothing stands in the way of the next.
func execute(cmd *cobra.Command, out form, engine *cleanup.Engine, doc cleanup.Document, digest string) error {
	if out == "ndjson" { // while nothing is sent yet: where nobody reads, nobody would know what became of it
		begun := struct {
			Event  string `json:"event"`
			Digest string `json:"digest"`
			Items  int    `json:"items"`
		}{"plan", digest, doc.Items()}
		if err := json.NewEncoder(cmd.OutOrStdout()).Encode(begun); err != nil {
			return fmt.Errorf("nothing is deleted: %w", unread(err))
		}
	}
	ctx, release := lasting(cmd.Context())
	defer release()
	var failed error
	steps := toDo(doc)
	for i, s := range steps {
		if err := cmd.Context().Err(); err != nil {
			return stoppedBefore(steps[i:], len(steps), errors.Join(failed, interrupted(cmd.Context(), err)))
		}
		if s.Name != "" {
			say(cmd.ErrOrStderr(), "%s: %s", s.Name, s.Chosen)
		}
		run := engine.Start(ctx, s.Plan)
		err := watch(cmd, out, run)
		failed = errors.Join(failed, err)
		if _, final := errors.AsType[*failure](err); final {
			if run.Unrecorded() == nil || run.Resumable() { // it has a journal
				i++
			}
			return stoppedBefore(steps[i:], len(steps), failed)
		}
	}
	return failed
}

// toDo are the steps in which there is something to delete.
func toDo(doc cleanup.Document) []cleanup.Stage {
	return slices.DeleteFunc(slices.Clone(doc.Steps), func(s cleanup.Stage) bool { return len(s.Plan.Items) == 0 })
}

// stoppedBefore is the error that ended a plan, with the steps that were not begun for it.
func stoppedBefore(left []cleanup.Stage, of int, err error) error {
	switch {
	case len(left) == 0:
		return err
	case of == 1:
		return fmt.Errorf("%w; nothing is deleted", err)
	}
	return fmt.Errorf("%w; %s", err, unbegun(left, of))
}

// unbegun names the steps that are left of so many.
func unbegun(left []cleanup.Stage, of int) string {
	were := "were"
	if len(left) == 1 {
		were = "was"
	}
	return fmt.Sprintf("%d of %s %s not begun: %s", len(left), english.Count(of, "step", "steps"), were, strings.Join(stepNames(left), ", "))
}

func stepNames(steps []cleanup.Stage) []string {
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = client.CleanWhole(cmp.Or(s.Name, s.Chosen))
	}
	return names
}

// watchOnScreen shows the runs of a plan, which was approved, on the screen until the user quits.
func watchOnScreen(cmd *cobra.Command, o tui.Options, doc cleanup.Document) error {
	steps := toDo(doc)
	for _, s := range steps {
		o.Plans = append(o.Plans, s.Plan)
	}
	started, err := onScreen(cmd, o, false)
	if err != nil {
		return stoppedBefore(steps[len(started):], len(steps), err)
	}
	for _, r := range started {
		err = errors.Join(err, ending(cmd.Context(), r))
	}
	if left := steps[len(started):]; err == nil && len(left) > 0 {
		return refused("%s", unbegun(left, len(steps)))
	}
	return err
}
