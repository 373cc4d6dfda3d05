package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/client/runbook"
	"janitor/tui"
)

// bookStep is a step of a runbook that was checked against kinds and fields.
type bookStep struct {
	runbook.Step
	kind  *inventory.Kind
	which choosing
	where *filter.Filter
	keep  *filter.Filter // nil: nothing is kept
}

// readBook reads a runbook and checks all of it, before anything is sent.
func readBook(path string, set map[string]string) (runbook.Runbook, []bookStep, error) {
	f, err := os.Open(path) //nolint:gosec // the user says which
	if err != nil {
		return runbook.Runbook{}, nil, usage("the runbook cannot be read: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	book, err := runbook.Read(path, f, set)
	if err != nil {
		return book, nil, usage("%w", err)
	}
	steps := make([]bookStep, len(book.Steps))
	for i, s := range book.Steps {
		fail := func(err error) (runbook.Runbook, []bookStep, error) {
			return book, nil, usage("%s: step %d: %w", path, i+1, err)
		}
		step := bookStep{Step: s, which: choosing{in: s.In, where: s.Where, book: true}}
		if step.kind, err = anyKind(s.Kind); err != nil {
			return fail(err)
		}
		if step.where, err = step.which.compile(step.kind); err != nil {
			return fail(err)
		}
		if s.Keep != "" {
			if step.keep, err = filter.Expression(step.kind, s.Keep); err != nil {
				return fail(fmt.Errorf("keep: %w", err))
			}
		}
		steps[i] = step
	}
	return book, steps, nil
}

// planBook plans all steps of a runbook, one after another, each as the account is before any of them is executed.
func planBook(cmd *cobra.Command, path string, set map[string]string, choice profile.Choice, limits cleanup.Limits) (cleanup.Document, error) {
	var none cleanup.Document
	book, steps, err := readBook(path, set)
	if err != nil {
		return none, err
	}
	choice.Profile = cmp.Or(choice.Profile, book.Scope.Profile)
	choice.Region = cmp.Or(choice.Region, book.Scope.Region)
	choice.ReadOnly = true
	s, err := open(cmd.Context(), choice)
	if err != nil {
		return none, err
	}
	defer closing(cmd, s.Session)
	if err := within(path, book.Scope, s.Session); err != nil {
		return none, err
	}
	var stages []cleanup.Stage
	for i, step := range steps {
		got, err := step.which.choose(cmd.Context(), s.loader, step.kind, step.where)
		if err == nil {
			err = got.incomplete()
		}
		if err != nil {
			return none, fmt.Errorf("nothing is planned: %s: step %d: %w", path, i+1, err)
		}
		for _, note := range got.notes() {
			say(cmd.ErrOrStderr(), "Step %d: %s", i+1, note)
		}
		stage, err := step.plan(cmd.Context(), got)
		if err != nil {
			return none, err
		}
		if book.Name != "" {
			stage.Chosen += "; runbook: " + book.Name
		}
		if err := stepLimits(cleanup.Limits{}, step.Limits).Check(stage); err != nil {
			return none, refused("nothing is planned: step %d: %w: choose fewer, or raise the limits of the step", i+1, err)
		}
		stages = append(stages, stage)
	}
	if err := limitsOf(cmd, limits, runbook.Limits(s.profile.Limits), book.Limits).Check(stages...); err != nil {
		return none, refused("nothing is planned: %w", allowing(err))
	}
	return cleanup.NewDocument(whereIs(s.profile, s.Session), whoIs(s.Session), version(), time.Now(), planLife, stages...), nil
}

// within refuses a runbook that is for another place.
func within(path string, at runbook.Scope, s *profile.Session) error {
	for _, one := range []struct{ what, book, here string }{
		{"profile", at.Profile, s.Profile}, {"region", at.Region, s.Region}, {"project", at.Project, s.Project},
	} {
		if one.book != "" && one.book != one.here {
			return usage("%s is for %s %s, not %s", path, one.what, client.Clean(one.book), one.here)
		}
	}
	return nil
}

// plan is what the step deletes: what is to be kept, or perhaps is, is left out.
func (s *bookStep) plan(ctx context.Context, got *chosen) (cleanup.Stage, error) {
	var kept []cleanup.LeftOut
	got.rows = slices.DeleteFunc(got.rows, func(r inventory.Resource) bool {
		if s.keep == nil {
			return false
		}
		why := "kept: " + s.Keep
		switch s.keep.Match(&r, got.snapshot.At) {
		case filter.No:
			return false
		case filter.Undecided:
			why = "perhaps " + why
		}
		kept = append(kept, cleanup.LeftOut{Ref: r.Ref, Label: r.Label(), Why: why})
		return true
	})
	stage, err := planOf(ctx, got, nil, s.Where, cleanup.Choice{Detach: s.Allows(runbook.Detach), Bare: !s.Allows(runbook.Prerequisites)})
	stage.Name = cmp.Or(s.Name, s.Kind)
	if s.Reason != "" { // whoever approves it asks for it
		stage.Chosen += "; reason: " + s.Reason
	}
	stage.Plan.LeftOut = append(stage.Plan.LeftOut, kept...)
	return stage, err
}

// stepLimits are the limits with those that were written down in their place, where there are any.
func stepLimits(l cleanup.Limits, own runbook.Limits) cleanup.Limits {
	if own.MaxItems != nil {
		l.Items = *own.MaxItems
	}
	if own.MaxPercent != nil {
		l.Percent = *own.MaxPercent
	}
	return l
}

// walkBook is a runbook for the screen; the zero value is none.
type walkBook struct {
	path   string
	scope  runbook.Scope
	steps  []tui.Step
	limits runbook.Limits // of all steps together
}

// walkThrough reads the runbook of that path, and lets it choose the profile where the command line does not.
func walkThrough(path string, set map[string]string, choice *profile.Choice) (walkBook, error) {
	if path == "" {
		return walkBook{}, nil
	}
	book, steps, err := readBook(path, set)
	if err != nil {
		return walkBook{}, err
	}
	choice.Profile = cmp.Or(choice.Profile, book.Scope.Profile)
	choice.Region = cmp.Or(choice.Region, book.Scope.Region)
	walk := walkBook{path: path, scope: book.Scope, limits: book.Limits}
	for i, s := range steps {
		expr := s.Where
		if s.Keep != "" {
			expr = fmt.Sprintf("(%s) && !(%s)", filter.Bare(s.Where), filter.Bare(s.Keep))
		}
		if _, err := filter.Expression(s.kind, expr); err != nil {
			return walkBook{}, usage("%s: step %d: where and keep together: %w", path, i+1, err)
		}
		walk.steps = append(walk.steps, tui.Step{
			Of: book.Name, Name: cmp.Or(s.Name, s.Kind), Kind: s.kind.ID, In: s.In, Expr: expr, Reason: s.Reason,
			Limits: stepLimits(cleanup.Limits{}, s.Limits), Detach: s.Allows(runbook.Detach), Empty: s.Allows(runbook.Prerequisites),
		})
	}
	return walk, nil
}
