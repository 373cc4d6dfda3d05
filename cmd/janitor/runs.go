package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/profile"
	"janitor/tui/theme"
)

// history is the user's runs.
func history() *cleanup.History {
	return cleanup.NewHistory(filepath.Join(xdg.StateHome, "janitor"), version())
}

// whereIs is the place of a session, for the header of journals.
func whereIs(p profile.Profile, s *profile.Session) cleanup.Where {
	w := cleanup.Where{Profile: s.Profile, Region: s.Region, Project: s.Project, Endpoints: map[string]string{}}
	for service, given := range map[string]string{"elb": p.Endpoints.ELB, "apig": p.Endpoints.APIG, "roma": p.Endpoints.ROMA, "iam": p.Endpoints.IAM} {
		if u, err := url.Parse(given); err == nil && given != "" {
			w.Endpoints[service] = u.Scheme + "://" + u.Host
		}
	}
	return w
}

// oneRun takes the only argument of the commands about a run.
func oneRun(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("%d arguments where one run is expected: janitor runs lists them", len(args))
	}
	return nil
}

func runsCommand() *cobra.Command {
	var out form
	cmd := &cobra.Command{
		Use:   "runs [RUN]",
		Short: "List the runs of this user, or what became of the items of one",
		Long: `runs lists what was deleted from this machine, newest first: the journals below janitor/runs in the user's state
directory. RUN is the name of a run, or enough of its beginning or end; its items are shown with their outcomes.

A run is running, finished, unfinished (janitor resume RUN goes on with it), not begun (nothing was sent) or damaged.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%d arguments where at most one run is expected", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				past, err := find(args[0])
				if err != nil {
					return err
				}
				return unread(printItems(cmd.OutOrStdout(), out, past))
			}
			all, err := history().All()
			if err != nil {
				return err
			}
			if len(all) == 0 && out == "table" {
				_, err = fmt.Fprintln(cmd.ErrOrStderr(), "No run yet.")
				return err
			}
			return unread(printRuns(cmd.OutOrStdout(), out, all))
		},
	}
	out.flag(cmd.Flags(), "table", "ndjson")
	return cmd
}

// find is a run that can be read.
func find(name string) (*cleanup.Past, error) {
	past, err := history().Find(name)
	if errors.Is(err, cleanup.ErrNoRun) {
		return nil, usage("%w", err)
	}
	if err != nil {
		return nil, err
	}
	if past.Err != nil {
		return nil, usage("%w", past.Err)
	}
	return past, nil
}

func printRuns(w io.Writer, out form, all []*cleanup.Past) error {
	if out == "ndjson" {
		for _, p := range all {
			line := map[string]any{"run": p.ID, "state": p.State()}
			if l := p.Ledger; l != nil {
				line["started"], line["who"], line["where"] = l.Header.Started, l.Header.Who, l.Header.Where
				if l.Header.Why != (cleanup.Why{}) {
					line["why"] = l.Header.Why
				}
				line["items"], line["summary"] = len(l.Items), l.Counts().String()
			} else {
				line["error"] = p.Err.Error()
			}
			if err := json.NewEncoder(w).Encode(line); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"RUN", "STATE", "WHERE", "WHAT"}}
	for _, p := range all {
		row := []string{p.ID, p.State(), "", ""}
		if l := p.Ledger; l != nil {
			at := l.Header.Where
			row[2], row[3] = at.Profile+" "+at.Region, l.Counts().String()
			if !l.Verified.IsZero() {
				row[3] += "; verified " + l.Verified.UTC().Format("2006-01-02 15:04 UTC")
			}
		} else {
			row[3] = p.Err.Error()
		}
		rows = append(rows, row)
	}
	return printTable(w, rows)
}

// itemLine is an item for a program.
type itemLine struct {
	Event     string           `json:"event,omitempty"`
	Kind      string           `json:"kind"`
	Parent    string           `json:"parent,omitempty"`
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	NewID     string           `json:"new_id,omitempty"` // of what an undo has brought back
	Outcome   string           `json:"outcome"`
	Proved    bool             `json:"proved"`
	Found     cleanup.Presence `json:"found,omitempty"`
	Code      string           `json:"code,omitempty"`
	Message   string           `json:"message,omitempty"`
	RequestID string           `json:"request_id,omitempty"`

	undo bool // the table has a column for the new id
}

func lineOf(event string, p *cleanup.Plan, i int, res cleanup.Result, found cleanup.Presence) itemLine {
	it := &p.Items[i]
	ref := it.Resource.Ref
	return itemLine{
		Event: event, Kind: string(ref.Kind), Parent: ref.Parent, ID: ref.ID, Name: it.Resource.Name, NewID: res.NewID, undo: p.Undoes != "",
		Outcome: res.Outcome.String(), Proved: res.Proved, Found: found, Code: res.Code, Message: res.Message, RequestID: res.RequestID,
	}
}

func printItems(w io.Writer, out form, p *cleanup.Past) error {
	l := p.Ledger
	rows := [][]string{heading(l.Plan, "VERIFIED")}
	for i := range l.Items {
		entry := &l.Items[i]
		line := lineOf("", &l.Plan, i, entry.Result, entry.Found)
		if entry.Unread && entry.Result.Outcome == cleanup.Pending {
			line.Outcome = "in doubt"
		}
		if out == "ndjson" {
			if err := json.NewEncoder(w).Encode(line); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, line.row(string(line.Found)))
	}
	if out == "ndjson" {
		return nil
	}
	if err := printTable(w, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s: %s\n", p.State(), client.CleanWhole(l.Counts().String()))
	return err
}

// row is the item for people, with what is found of it where that is asked for.
func (l itemLine) row(found ...string) []string {
	outcome := l.Outcome
	if l.Proved && (l.Outcome == cleanup.Deleted.String() || l.Outcome == cleanup.Restored.String()) {
		outcome += ", proved"
	}
	cells := []string{outcome, l.Kind, l.Name, l.ID}
	if l.undo {
		cells = append(cells, l.NewID)
	}
	return slices.Concat(cells, found, []string{strings.TrimSpace(l.Code + " " + l.Message)})
}

// maxCell is as wide as a name gets in a table, in columns; the lines of JSON have all of it.
const maxCell = 40

// printTable aligns columns; the first row is the heading, and the last column is as long as it is.
func printTable(w io.Writer, rows [][]string) error {
	last := len(rows[0]) - 1
	width := make([]int, last)
	for _, row := range rows {
		for i := range row {
			row[i] = client.CleanWhole(row[i])
			if i < last {
				width[i] = max(width[i], min(theme.Width(row[i]), maxCell))
			}
		}
	}
	out := bufio.NewWriter(w)
	for _, row := range rows {
		for i := range last {
			row[i] = theme.Fit(row[i], width[i])
		}
		fmt.Fprintln(out, strings.TrimRight(strings.Join(row, "  "), " ")) //nolint:errcheck // Flush gives it again
	}
	return out.Flush()
}

func resumeCommand() *cobra.Command {
	var out form
	var choice profile.Choice
	var limit deadline
	cmd := &cobra.Command{
		Use:   "resume RUN",
		Short: "Go on with a run that was broken off",
		Long: `resume goes on with a run that ended before its work did: killed, interrupted, its machine off. What a request may have
deleted without an answer is looked up first; then what is left is checked and deleted, and the whole is proved. It
touches nothing but the items that were confirmed then. ctrl+c stops it in order; a second one breaks off what is in flight.
` + deadlineHelp + `

The profile is the run's own, unless --profile names another one for the same project.`,
		Args: oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			defer limit.begin(cmd)()
			past, err := find(args[0])
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
			s, loader, err := reopen(cmd.Context(), past, choice)
			if err != nil {
				return err
			}
			defer closing(cmd, s)
			if s.Deleter == nil {
				return &failure{statusRefused, errors.New(s.ReadOnlyWhy)}
			}
			j, err := history().Resume(past)
			if err != nil {
				return unrecorded(err)
			}
			if past.Ledger.Torn() > 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "The last line of the journal was not written to its end: it is cut off.") //nolint:errcheck // for people
			}
			at := past.Ledger.Header.Where
			engine := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Log: logOf(cmd.Context())})
			open, have := len(past.Ledger.Open()), "have"
			if open == 1 {
				have = "has"
			}
			(&lines{cmd.ErrOrStderr()}).say("Resuming run %s in %s %s: %d of %s %s no outcome.",
				past.ID, at.Profile, at.Region, open, amount(len(past.Ledger.Items), "item", "items"), have)
			ctx, release := lasting(cmd.Context())
			defer release()
			run := engine.Resume(ctx, past.Ledger, j)
			return watch(cmd, out, run)
		},
	}
	sessionFlags(cmd, &choice)
	out.flag(cmd.Flags(), "table", "ndjson")
	limit.flag(cmd.Flags())
	return cmd
}

func sessionFlags(cmd *cobra.Command, choice *profile.Choice) {
	cmd.Flags().StringVar(&choice.Profile, "profile", "", "profile to use instead of the run's own, for the same project")
	cmd.Flags().StringArrayVar(&choice.Endpoints, "endpoint", nil, "endpoint of a service as SERVICE=URL, SERVICE being elb, apig, roma or iam; may be repeated")
}

// reopen opens the project of a run. Another one is refused before anything is sent to it, where the profile names it.
func reopen(ctx context.Context, past *cleanup.Past, choice profile.Choice) (*profile.Session, *inventory.Loader, error) {
	s, loader, _, err := reopenAt(ctx, "run "+past.ID, past.Ledger.Header.Where, choice)
	return s, loader, err
}

// reopenAt opens the project that something is about, with the profile that it was made with unless another is given.
func reopenAt(ctx context.Context, what string, at cleanup.Where, choice profile.Choice) (*profile.Session, *inventory.Loader, profile.Profile, error) {
	choice.Profile = cmp.Or(choice.Profile, at.Profile)
	choice.Region = at.Region
	p, err := profile.Find(choice)
	if err != nil {
		return nil, nil, p, err
	}
	elsewhere := func(project string) error {
		return usage("%s is about project %s of %s; %v is for project %s: give --profile", what, client.Clean(at.Project), client.Clean(at.Region), p, project)
	}
	if p.ProjectID != "" && p.ProjectID != at.Project {
		return nil, nil, p, elsewhere(p.ProjectID)
	}
	warn(os.Stderr, p)
	s, err := opened(ctx, p)
	if err != nil {
		return nil, nil, p, interrupted(ctx, err)
	}
	if s.Project != at.Project {
		s.Close()
		return nil, nil, p, elsewhere(s.Project)
	}
	// Resources are called as they were then, whatever the profile is called now.
	loader, err := loaderOf(p, s, inventory.Scope{Profile: at.Profile, Region: at.Region, Project: at.Project})
	if err != nil {
		s.Close()
		return nil, nil, p, err
	}
	return s, loader, p, nil
}

// closing lets go of a session, and passes on what it has to say.
func closing(cmd *cobra.Command, s *profile.Session) {
	if clock := s.Clock(); clock != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), clock) //nolint:errcheck // for people
	}
	s.Close()
}

// sayInterrupted tells what a signal or the deadline has stopped, and what a second signal would.
func sayInterrupted(cmd *cobra.Command) {
	said := "Interrupted: nothing more is sent; what is in flight comes to its end. Once more breaks that off too."
	if o, ok := errors.AsType[*overdue](context.Cause(cmd.Context())); ok {
		said = "Stopped, " + o.Error() + ": nothing more is sent; what is in flight comes to its end."
	}
	fmt.Fprintln(cmd.ErrOrStderr(), said) //nolint:errcheck // for people
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
			fmt.Fprintln(cmd.ErrOrStderr(), client.CleanWhole(ev.Note)) //nolint:errcheck // for people
		}
		if err != nil && broken == nil {
			broken = err
			run.Interrupt()
		}
	})
	run.Wait()
	summary := run.Summary()
	if out == "table" {
		rows := [][]string{heading(plan)}
		for i, res := range run.Results() {
			rows = append(rows, lineOf("", &plan, i, res, "").row())
		}
		broken = printTable(cmd.OutOrStdout(), rows)
	}
	fmt.Fprintln(cmd.ErrOrStderr(), client.CleanWhole(summary.String())) //nolint:errcheck // for people
	err := ending(cmd.Context(), run)
	if f, final := errors.AsType[*failure](err); broken == nil || final && f.status != statusInterrupted {
		return err
	}
	switch {
	case run.Resumable():
		return &failure{statusInterrupted, fmt.Errorf("%w; nothing more was sent: janitor resume %s goes on", unread(broken), run.ID())}
	case out == "ndjson": // the run is over; whatever was to come after it is not begun
		return &failure{statusInterrupted, unread(broken)}
	case err != nil:
		return err
	}
	return unread(broken)
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
		return halted(ctx, fmt.Sprintf(": janitor resume %s goes on", id))
	case run.Resumable():
		return &failure{statusInterrupted, fmt.Errorf("%s: janitor resume %s goes on", summary.Stopped, id)}
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
		return fmt.Errorf("run %s: not everything is %s; janitor runs %s tells all", id, want, id)
	}
	return nil
}

func verifyCommand() *cobra.Command {
	var out form
	var choice profile.Choice
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Look again whether what a run deleted is gone, or what an undo brought back is there",
		Long: `verify lists again what a finished run was about and says of every item whether it is gone, there, or not known because
its list could not be read. It changes nothing, and writes what it finds to the run's journal.

The exit status is 0 when everything that was said to be gone is gone, 4 when the credentials are refused, else 1.`,
		Args: oneRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			past, err := find(args[0])
			if err != nil {
				return err
			}
			if err := past.CanVerify(); err != nil {
				return usage("%w: janitor resume %s goes on with it and proves it", err, past.ID)
			}
			choice.ReadOnly = true
			s, loader, err := reopen(cmd.Context(), past, choice)
			if err != nil {
				return err
			}
			defer closing(cmd, s)
			return verify(cmd, out, past, loader)
		},
	}
	sessionFlags(cmd, &choice)
	out.flag(cmd.Flags(), "table", "ndjson")
	return cmd
}

func verify(cmd *cobra.Command, out form, past *cleanup.Past, loader *inventory.Loader) error {
	j, err := history().Verify(past)
	if err != nil {
		return unrecorded(err)
	}
	found, err := cleanup.Verify(cmd.Context(), loader, past.Ledger, j)
	err = errors.Join(err, j.Close())
	if ctxErr := cmd.Context().Err(); ctxErr != nil {
		return interrupted(cmd.Context(), ctxErr)
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	undo := past.Ledger.Plan.Undoes != ""
	want, is, wrongly := "gone", cleanup.IsGone, "reappeared"
	if undo {
		want, is, wrongly = "back", cleanup.IsThere, "gone again"
	}
	rows := [][]string{heading(past.Ledger.Plan, "NOW")}
	wrong, unknown := 0, 0
	var broken, cause error
	for i, f := range found {
		res := past.Ledger.Items[i].Result
		line := lineOf("", &past.Ledger.Plan, i, res, f.Is)
		line.Message = f.Why
		says := string(f.Is)
		if !f.Is.Proves(res.Outcome) {
			if f.Is != cleanup.IsUnknown {
				wrong++
				says = wrongly
			} else {
				unknown++
				cause = cmp.Or(cause, f.Err)
				says = "not known"
			}
		}
		if out == "ndjson" {
			broken = cmp.Or(broken, enc.Encode(line))
		}
		rows = append(rows, line.row(says))
	}
	if out == "table" {
		broken = printTable(cmd.OutOrStdout(), rows)
	}
	switch {
	case err != nil:
		return unrecorded(err)
	case wrong+unknown > 0:
		if undo {
			wrongly = are(wrong) + " " + wrongly
		}
		err := fmt.Errorf("run %s: of what was said to be %s, %d %s and %d %s not known", past.ID, want, wrong, wrongly, unknown, are(unknown))
		if cause != nil {
			err = fmt.Errorf("%w: %w", err, cause)
		}
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Run %s: what was said to be %s is %s (%s).\n", past.ID, want, is, time.Now().UTC().Format("2006-01-02 15:04:05 UTC")) //nolint:errcheck // for people
	return unread(broken)
}

func reportCommand() *cobra.Command {
	out := cleanup.Markdown
	cmd := &cobra.Command{
		Use:   "report RUN|PLAN",
		Short: "Print what a run was to do and what became of it, or what a plan would do",
		Long: `report prints what a run was to do, who ran it where and when, and of every item its outcome with code, message and
request id, whether it is proved, how long it took, and whether it can be brought back; then what the run did to traffic
and what was left out. It is made from the run's folder alone: nothing is sent.

Given the file of a plan, it prints what the plan would do, with the digest that janitor apply --approve-digest takes.

md is Markdown for people and tickets, html one page that opens anywhere, json for programs, csv a line an item for
spreadsheets.`,
		Example: `  janitor report 20260801T120000Z-1a2b3c > report.md
  janitor report -o csv 1a2b3c > report.csv
  janitor report -o html plan.json > plan.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(cleanup.Formats(), out) {
				return usage("there is no form %q: there are %s", out, strings.Join(cleanup.Formats(), ", "))
			}
			return oneRun(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if info, err := os.Stat(args[0]); err == nil && info.Mode().IsRegular() {
				doc, _, err := readPlan(cmd, args[0])
				if err != nil {
					return err
				}
				return unread(cleanup.Export(cmd.OutOrStdout(), out, doc))
			}
			past, err := find(args[0])
			if err != nil {
				return err
			}
			return unread(cleanup.Export(cmd.OutOrStdout(), out, past.Ledger))
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", out, "how to print: "+strings.Join(cleanup.Formats(), ", "))
	return cmd
}

// unrecorded is the exit status of a journal that cannot be written, or is not begun since another janitor is or was at it.
func unrecorded(err error) error {
	if _, held := errors.AsType[*journal.HeldError](err); held || errors.Is(err, cleanup.ErrOutdated) {
		return &failure{statusRefused, err}
	}
	return &failure{statusJournal, err}
}
