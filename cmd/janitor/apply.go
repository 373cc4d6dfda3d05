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
	"janitor/client/profile"
	"janitor/tui"
	"janitor/tui/keys"
)

func applyCommand() *cobra.Command {
	var (
		choice   profile.Choice
		limits   cleanup.Limits
		out      form
		yes      bool
		screen   bool
		approved string
		why      cleanup.Why
		limit    deadline
	)
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Execute a plan",
		Long: `apply executes a plan of janitor plan, - being stdin. It looks at every item again: what has changed since, or is used now, is
skipped. What becomes of each is printed as it happens (-o ndjson) or in the end, and proved.

With a terminal it asks. Without one it needs --yes or, where the plan speaks of a danger, --approve-digest with the digest
that janitor plan told: whoever gives it has seen that very plan.

A plan is executed once. Of one that was broken off, the steps that were not begun are executed when it is applied again.
` + deadlineHelp + `

The profile is the one that the plan was made with, unless --profile names another one for the same project.`,
		ValidArgsFunction: planArgs,
		Args: func(_ *cobra.Command, args []string) error {
			switch len(args) {
			case 0:
				return usage("name a plan: the file that janitor plan wrote, - being stdin")
			case 1:
				return nil
			}
			return usage("%d arguments where one plan is expected", len(args))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			defer limit.begin(cmd)()
			if screen {
				if err := needTerminal(); err != nil {
					return err
				}
			}
			doc, digest, err := readPlan(cmd, args[0])
			if err != nil {
				return err
			}
			if err := fresh(doc, args[0], time.Now()); err != nil {
				return err
			}
			if approved != "" && !strings.EqualFold(approved, digest) {
				return &failure{statusRefused, fmt.Errorf("nothing is deleted: %s has the digest %s, another one was approved", args[0], digest)}
			}
			past := history()
			doc, note, err := once(past, doc, digest, planWords(args[0]))
			if err != nil {
				return err
			}
			if note != "" {
				(&lines{cmd.ErrOrStderr()}).say("%s", note)
			}
			s, loader, p, err := reopenAt(cmd.Context(), "plan "+args[0], doc.Where, choice)
			if err != nil {
				return err
			}
			defer closing(cmd, s)
			var bound *keys.Map
			if screen {
				if bound, err = checkKeys(p.Keys); err != nil {
					return err
				}
			}
			if s.Deleter == nil {
				return &failure{statusRefused, errors.New(s.ReadOnlyWhy)}
			}
			if doc.Items() == 0 {
				tellPlan(cmd.ErrOrStderr(), doc)
				return nil
			}
			// Whoever types a word or gives a digest has seen how much it is.
			if err := limitsOf(cmd, limits, p).Check(doc.Steps...); yes && approved == "" && len(doc.Dangers()) == 0 && err != nil {
				return &failure{statusRefused, fmt.Errorf("nothing is deleted: %w, or --approve-digest", err)}
			}
			if err := approve(cmd, doc, p, yes, approved != "", args[0] == "-"); err != nil {
				return err
			}
			why.Approved = digest // by which the runs of this plan are found again
			engine := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Journal: past.JournalFor(whereIs(p, s), why), Log: logOf(cmd.Context())})
			if screen {
				return watchOnScreen(cmd, tui.Options{
					Profile: s.Profile, Region: s.Region, Project: s.Project,
					Loader: loader.WithDetail(), Engine: engine, History: past, Log: shownLog(cmd.Context()), Keys: bound, AlwaysName: p.Confirm == profile.AlwaysName, Now: time.Now,
				}, doc)
			}
			return execute(cmd, out, engine, doc, digest)
		},
	}
	sessionFlags(cmd, &choice)
	limitFlags(cmd.Flags(), &limits)
	out.flag(cmd.Flags(), "table", "ndjson")
	limit.flag(cmd.Flags())
	flags := cmd.Flags()
	flags.BoolVar(&yes, "yes", false, "do not ask; not enough where the plan speaks of a danger")
	flags.StringVar(&approved, "approve-digest", "", "do not ask: this digest was approved")
	flags.BoolVar(&screen, "watch", false, "show the run on the screen")
	flags.StringVar(&why.Ticket, "ticket", "", "ticket that the run is for, kept in its journal")
	flags.StringVar(&why.Reason, "reason", "", "why, kept in the journal")
	return cmd
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
			(&lines{cmd.ErrOrStderr()}).say("%s: %s", s.Name, s.Chosen)
		}
		run := engine.Start(ctx, s.Plan)
		err := watch(cmd, out, run)
		failed = errors.Join(failed, err)
		if f, final := errors.AsType[*failure](err); final && f.status != statusFailed {
			return stoppedBefore(steps[i+1:], len(steps), failed)
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
	return fmt.Sprintf("%d of %s %s not begun: %s", len(left), amount(of, "step", "steps"), were, strings.Join(stepNames(left), ", "))
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
		return &failure{statusRefused, errors.New(unbegun(left, len(steps)))}
	}
	return err
}
