package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/muesli/cancelreader"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/tui"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

const (
	planLife   = 24 * time.Hour
	maxItems   = 50
	maxPercent = 20

	statusSomething = 10 // of --detailed-exitcode
)

// limitFlags take the limits of a command from its flags.
func limitFlags(f *pflag.FlagSet, l *cleanup.Limits) {
	l.Items, l.Percent = maxItems, maxPercent
	f.Var((*limitFlag)(&l.Items), "max-items", "most items of a plan; 0 = no limit")
	f.Var((*limitFlag)(&l.Percent), "max-percent", "most of all that are listed of a kind, in percent, for plans of 10 items or more; 0 = no limit")
}

type limitFlag int

func (f *limitFlag) Type() string   { return "int" }
func (f *limitFlag) String() string { return strconv.Itoa(int(*f)) }
func (f *limitFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return errors.New("it is a number, 0 or more")
	}
	*f = limitFlag(n)
	return nil
}

func planCommand() *cobra.Command {
	var (
		choice   profile.Choice
		which    choosing
		limits   cleanup.Limits
		detach   bool
		book     string
		set      map[string]string
		path     string
		detailed bool
	)
	cmd := &cobra.Command{
		Use:   "plan KIND [ID...] | plan -f RUNBOOK",
		Short: "Write down what would be deleted, for janitor apply",
		Long: `plan chooses resources of a kind by their ids, or by --where, and writes a plan: what would be deleted, what goes first,
what that does to traffic, and what is left out and why. It deletes nothing. janitor apply executes the plan: it looks
again, and touches nothing that is not in it or has changed since.

KIND is one of ` + kindWords() + `.

A plan is good for a day. Its digest, which stderr tells, is what janitor apply --approve-digest takes. Limits keep a filter
that matches too much from becoming a plan.`,
		Example: `  janitor plan pools --where 'unused && age > 90d' -o pools.json
  janitor plan entries 10.0.0.0/24 --in office-acl -o entry.json
  janitor plan -f quarterly.yaml --set old=180d -o quarterly.json`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case book != "" && (len(args) > 0 || which.where != "" || len(which.in) > 0 || detach):
				return usage("the runbook of -f says what is chosen: leave out kind, ids, --where, --in and --detach")
			case book == "" && len(set) > 0:
				return usage("--set gives values to variables of a runbook: give -f")
			case book == "" && len(args) == 0:
				return usage("no kind is given: it is one of %s", kindWords())
			case slices.ContainsFunc(args, func(s string) bool { return strings.TrimSpace(s) == "" }): // of a variable that is not set
				return usage("nothing is chosen: an id is empty")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := free(path); err != nil {
				return err
			}
			if book != "" {
				doc, err := planBook(cmd, book, set, choice, limits)
				if err != nil {
					return err
				}
				return writePlan(cmd, doc, path, detailed)
			}
			kind, err := anyKind(args[0])
			if err != nil {
				return err
			}
			ids := args[1:]
			switch {
			case len(ids) > 0 && which.where != "":
				return usage("ids and --where both choose: keep one")
			case len(ids) == 0 && strings.TrimSpace(which.where) == "":
				return usage("nothing is chosen: give ids, or --where with an expression")
			}
			got, s, p, err := which.from(cmd.Context(), choice, kind)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := got.incomplete(); err != nil {
				return fmt.Errorf("nothing is planned: %w", err)
			}
			stage, err := planOf(got, ids, which.where, cleanup.Choice{Detach: detach})
			if err != nil {
				return err
			}
			if note := got.undecidedNote(); note != "" {
				fmt.Fprintln(cmd.ErrOrStderr(), note) //nolint:errcheck // for people
			}
			if err := limitsOf(cmd, limits, p).Check(stage); err != nil {
				return &failure{statusRefused, fmt.Errorf("nothing is planned: %w", err)}
			}
			doc := cleanup.NewDocument(whereIs(p, s), version(), time.Now(), planLife, stage)
			return writePlan(cmd, doc, path, detailed)
		},
	}
	choiceFlags(cmd.Flags(), &choice)
	which.flags(cmd.Flags())
	limitFlags(cmd.Flags(), &limits)
	flags := cmd.Flags()
	flags.BoolVar(&detach, "detach", false, "also what is in use: taken out of use first, which changes live traffic")
	flags.StringVarP(&book, "file", "f", "", "runbook that says what is chosen, step by step")
	flags.StringToStringVar(&set, "set", nil, "value of a variable of the runbook, as NAME=VALUE; may be repeated")
	flags.StringVarP(&path, "output", "o", "-", "file to write the plan to; it must not exist yet; - is stdout")
	flags.BoolVar(&detailed, "detailed-exitcode", false, "exit status 0: there is nothing to delete, 10: there is something")
	return cmd
}

// limitsOf are those of the flags, else the profile's, else the usual.
func limitsOf(cmd *cobra.Command, l cleanup.Limits, p profile.Profile) cleanup.Limits {
	if own := p.Limits.MaxItems; own != nil && !cmd.Flags().Changed("max-items") {
		l.Items = *own
	}
	if own := p.Limits.MaxPercent; own != nil && !cmd.Flags().Changed("max-percent") {
		l.Percent = *own
	}
	return l
}

// planOf plans the ids, or all that were chosen.
func planOf(got *chosen, ids []string, where string, choice cleanup.Choice) (cleanup.Stage, error) {
	stage := cleanup.Stage{Listed: got.all, Chosen: string(got.kind.ID) + " where " + where}
	rows := got.rows
	if len(ids) > 0 {
		stage.Chosen = string(got.kind.ID) + " by id"
		rows = nil
		for _, id := range ids {
			res, err := got.snapshot.Listing(got.kind.ID).Named(id)
			if err != nil {
				return stage, usage("nothing is planned: %w", err)
			}
			rows = append(rows, res)
		}
	}
	if len(rows) == 0 {
		return stage, nil
	}
	refs := make([]inventory.Ref, len(rows))
	for i, r := range rows {
		refs[i] = r.Ref
	}
	var err error
	stage.Plan, err = cleanup.NewPlan(refs, got.snapshot, choice)
	return stage, err
}

// writePlan writes the document and tells people what is in it.
func writePlan(cmd *cobra.Command, doc cleanup.Document, path string, detailed bool) error {
	file, digest, err := doc.Encode()
	if err != nil {
		return err
	}
	tellPlan(cmd.ErrOrStderr(), doc)
	switch path {
	case "-":
		if _, err := cmd.OutOrStdout().Write(file); err != nil {
			return unread(err)
		}
	default:
		if err := writeNew(path, file); err != nil {
			return err
		}
	}
	if doc.Items() == 0 {
		return nil
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "Digest %s\n", digest) //nolint:errcheck // for people
	if path != "-" {
		fmt.Fprintf(cmd.ErrOrStderr(), "Until %s: janitor apply %s\n", doc.Expires.Format("2006-01-02 15:04 UTC"), path) //nolint:errcheck // for people
	}
	if detailed {
		return &failure{statusSomething, nil}
	}
	return nil
}

// savePlan writes a plan of the screen into the current directory.
func savePlan(at cleanup.Where, plan cleanup.Plan, listed int) (string, error) {
	now := time.Now()
	doc := cleanup.NewDocument(at, version(), now, planLife, cleanup.Stage{Chosen: "marked on the screen", Listed: listed, Plan: plan})
	file, _, err := doc.Encode()
	if err != nil {
		return "", err
	}
	path := "janitor-plan-" + now.UTC().Format("20060102T150405Z") + ".json"
	return path, writeNew(path, file)
}

func exists(path string) error {
	return usage("%s exists already: give another name, or remove it", path)
}

// free refuses a path that no plan can be written to, before anything is asked.
func free(path string) error {
	if path == "-" {
		return nil
	}
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	switch _, taken := os.Lstat(path); {
	case path == "":
		return usage("-o: no file is named; - is stdout")
	case taken == nil:
		return exists(path)
	case err != nil:
		return usage("the plan cannot be written: %w", err)
	case !info.IsDir():
		return usage("the plan cannot be written: %s is no folder", folder)
	}
	return nil
}

// writeNew writes a file that is not there yet, for its owner.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the user says where
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return usage("the plan cannot be written: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("the plan cannot be written: %w", err), os.Remove(path))
	}
	return nil
}

// tellPlan says what a document would do, for people.
func tellPlan(w io.Writer, doc cleanup.Document) {
	out := &lines{w: w}
	for _, s := range doc.Steps {
		one, many := s.Plan.Nouns()
		if s.Name != "" {
			out.say("%s: %s", s.Name, s.Chosen)
		}
		if len(s.Plan.Items) == 0 {
			out.say("Nothing to delete: %s", s.Chosen)
		} else {
			out.say("%s would be deleted, of %d, in %s %s:", amount(len(s.Plan.Items), one, many), s.Listed, doc.Where.Profile, doc.Where.Region)
		}
		for _, it := range s.Plan.Items {
			out.say("  %s", itemWords(&it))
		}
		if first := s.Plan.First(); first != "" {
			out.say("Removed first: %s.", first)
		}
		if along := s.Plan.Along(); along != "" {
			out.say("Deleted along with them: %s.", along)
		}
		for _, c := range s.Plan.Consequences {
			if c.Grade != inventory.None {
				out.say("%s: %s", strings.ToUpper(c.Grade.String()), c.Text)
			}
		}
		for _, l := range s.Plan.LeftOut {
			out.say("  left out: %s: %s", l.Label, l.Why)
		}
	}
}

func itemWords(it *cleanup.Item) string {
	label := it.Resource.Label()
	if theme.Width(label) > maxCell {
		label = strings.TrimRight(theme.Fit(label, maxCell), " ")
	}
	parts := []string{label}
	if id := it.Resource.Ref.ID; it.Resource.Name != "" && it.Resource.Name != id {
		parts = append(parts, it.Resource.Ref.ID)
	}
	if it.Resource.In != "" {
		parts = append(parts, "in "+it.Resource.In)
	}
	for _, d := range it.Detaches {
		parts = append(parts, "taken out first: "+d.String())
	}
	return strings.Join(append(parts, "undo: "+it.Undo.String()), "  ")
}

func amount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// lines writes lines in which nothing is obeyed by a terminal.
type lines struct{ w io.Writer }

func (l *lines) say(format string, args ...any) {
	fmt.Fprintln(l.w, client.CleanWhole(fmt.Sprintf(format, args...))) //nolint:errcheck // for people
}

// readPlan reads the file of a plan, - being stdin.
func readPlan(cmd *cobra.Command, path string) (cleanup.Document, string, error) {
	in := cmd.InOrStdin()
	if path != "-" {
		f, err := os.Open(path) //nolint:gosec // the user says which
		if err != nil {
			return cleanup.Document{}, "", usage("the plan cannot be read: %w", err)
		}
		defer f.Close() //nolint:errcheck // only read
		in = f
	}
	doc, digest, err := cleanup.DecodeDocument(in)
	if err != nil {
		if path == "-" {
			path = "stdin"
		}
		return doc, "", usage("%s: %w", path, err)
	}
	return doc, digest, nil
}

// fresh refuses a plan whose time is over, or has not come.
func fresh(doc cleanup.Document, path string, now time.Time) error {
	const tolerated = 5 * time.Minute // of clocks that differ
	switch {
	case now.After(doc.Expires):
		return usage("%s expired %s: plan again", path, doc.Expires.Format("2006-01-02 15:04 UTC"))
	case doc.Made.After(now.Add(tolerated)):
		return usage("%s was made %s, which is in the future: check the clock, or plan again", path, doc.Made.Format("2006-01-02 15:04 UTC"))
	}
	return nil
}

func applyCommand() *cobra.Command {
	var (
		choice profile.Choice
		limits cleanup.Limits
		out    form
		yes    bool
		screen bool
		why    cleanup.Why
		limit  deadline
	)
	cmd := &cobra.Command{
		Use:   "apply PLAN",
		Short: "Execute a plan",
		Long: `apply executes a plan of janitor plan, - being stdin. It looks at every item again: what has changed since, or is used now, is
skipped. What becomes of each is printed as it happens (-o ndjson) or in the end, and proved.

With a terminal it asks. Without one it needs --yes or, where the plan speaks of a danger, --approve-digest with the digest
that janitor plan told: whoever gives it has seen that very plan.
` + deadlineHelp + `

The profile is the one that the plan was made with, unless --profile names another one for the same project.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("%d arguments where one plan is expected", len(args))
			}
			return nil
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
			if why.Approved != "" && !strings.EqualFold(why.Approved, digest) {
				return &failure{statusRefused, fmt.Errorf("nothing is deleted: %s has the digest %s, another one was approved", args[0], digest)}
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
			if err := limitsOf(cmd, limits, p).Check(doc.Steps...); yes && why.Approved == "" && len(doc.Dangers()) == 0 && err != nil {
				return &failure{statusRefused, fmt.Errorf("nothing is deleted: %w, or --approve-digest", err)}
			}
			if err := approve(cmd, doc, p, yes, why.Approved != "", args[0] == "-"); err != nil {
				return err
			}
			past := history()
			engine := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Journal: past.JournalFor(whereIs(p, s), why), Log: logOf(cmd.Context())})
			if screen {
				return watchOnScreen(cmd, tui.Options{
					Profile: s.Profile, Region: s.Region, Project: s.Project,
					Loader: loader.WithDetail(), Engine: engine, History: past, Undo: undoer(past, engine), Log: shownLog(cmd.Context()), Keys: bound, AlwaysName: p.Confirm == profile.AlwaysName, Now: time.Now,
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
	flags.StringVar(&why.Approved, "approve-digest", "", "do not ask: this digest was approved")
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
	names := make([]string, len(left))
	for i, s := range left {
		names[i] = client.CleanWhole(cmp.Or(s.Name, s.Chosen))
	}
	were := "were"
	if len(left) == 1 {
		were = "was"
	}
	return fmt.Sprintf("%d of %s %s not begun: %s", len(left), amount(of, "step", "steps"), were, strings.Join(names, ", "))
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

// approve makes sure that somebody wants this very plan, as the profile wants to be told.
func approve(cmd *cobra.Command, doc cleanup.Document, p profile.Profile, yes, approved, stdinIsPlan bool) error {
	dangers, named := doc.Dangers(), p.Confirm == profile.AlwaysName
	waysOut := "--yes or --approve-digest"
	if named || len(dangers) > 0 {
		waysOut = "--approve-digest"
	}
	refused := func(format string, args ...any) error {
		return &failure{statusRefused, fmt.Errorf("nothing is deleted: "+format, args...)}
	}
	switch {
	case approved, yes && len(dangers) == 0 && !named:
		return nil
	case yes && named:
		return refused("%v says confirm: %s: --yes is not enough, give --approve-digest", p, p.Confirm)
	case yes:
		return refused("the plan speaks of danger (%s): --yes is not enough, give --approve-digest", client.CleanWhole(dangers[0]))
	case stdinIsPlan:
		return refused("the plan comes from stdin, so nobody can be asked: give %s", waysOut)
	}
	in, ok := asksAt(cmd)
	if !ok {
		return refused("%s: give %s", noTerminal, waysOut)
	}
	tellPlan(cmd.ErrOrStderr(), doc)
	for _, s := range doc.Steps {
		if len(s.Plan.Items) == 0 {
			continue
		}
		word := s.Plan.Word()
		if named {
			word = s.Plan.Name(p.Name, doc.Where.Project)
		}
		one, many := s.Plan.Nouns()
		question := fmt.Sprintf("Type %s to delete %s: ", word, amount(len(s.Plan.Items), one, many))
		if !asked(cmd.Context(), in, cmd.ErrOrStderr(), question, func(typed string) bool { return typed == word }) {
			return unconfirmed(cmd.Context(), "nothing is deleted")
		}
	}
	return nil
}

const noTerminal = "there is no terminal to ask at (stdin and stderr have to be one)"

// asksAt is where an answer is typed, when there is a terminal to see the question and to answer it.
func asksAt(cmd *cobra.Command) (in *os.File, ok bool) {
	in, isFile := cmd.InOrStdin().(*os.File)
	out, seen := cmd.ErrOrStderr().(*os.File)
	return in, isFile && seen && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
}

// asked says whether the answer to a question is the right one. What ends the waiting, such as ctrl+c, is no.
func asked(ctx context.Context, in *os.File, out io.Writer, question string, right func(string) bool) bool {
	fmt.Fprint(out, client.CleanWhole(question)) //nolint:errcheck // for people
	typed, err := typedLine(ctx, in)
	if err != nil {
		fmt.Fprintln(out) //nolint:errcheck // the line of the question has no end yet
		return false
	}
	return right(typed)
}

// unconfirmed is why nothing happens after a question that was not answered with yes.
func unconfirmed(ctx context.Context, nothing string) error {
	if _, ok := errors.AsType[*overdue](context.Cause(ctx)); ok {
		return halted(ctx, ": "+nothing)
	}
	return &failure{statusRefused, fmt.Errorf("%s: not confirmed", nothing)}
}

// typedLine is what is typed until enter; a signal ends the waiting.
func typedLine(ctx context.Context, in *os.File) (string, error) {
	r, err := cancelreader.NewReader(in)
	if err != nil {
		return "", err
	}
	defer r.Close() // the terminal stays open
	defer context.AfterFunc(ctx, func() { r.Cancel() })()
	line, err := bufio.NewReader(r).ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}
