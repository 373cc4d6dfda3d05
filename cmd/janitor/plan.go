package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/client/runbook"
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
	f.Var((*limitFlag)(&l.Items), "max-items", "largest number of items; 0 = no limit")
	f.Var((*limitFlag)(&l.Percent), "max-percent", "largest share of a kind, in percent; 0 = no limit")
}

type limitFlag int

func (f *limitFlag) Type() string   { return "int" }
func (f *limitFlag) String() string { return strconv.Itoa(int(*f)) }
func (f *limitFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return errors.New("it must be a number, 0 or more")
	}
	*f = limitFlag(n)
	return nil
}

// planning is what the flags of plan say.
type planning struct {
	choice   profile.Choice
	which    choosing
	limits   cleanup.Limits
	detach   bool
	book     string // path of a runbook
	set      map[string]string
	path     string // of the plan
	detailed bool
	unknown  bool
}

func planCommand() *cobra.Command {
	var p planning
	cmd := &cobra.Command{
		Use:   "plan KIND [ID...]",
		Short: "Write down what would be deleted",
		Long: `plan chooses resources of a kind, by id or with --where, and writes a plan: what would be deleted, what goes first, what
that does to traffic, and what is left out and why. It deletes nothing. janitor apply executes the plan: it checks again,
and touches nothing that is not in it or has changed since.

KIND is one of ` + kindWords() + `. Alternatively, janitor plan -f RUNBOOK takes a file that
says what is chosen, step by step.

A plan is good for one day. stderr shows its digest, which janitor apply --approve-digest takes. Limits keep a filter that
matches too much from becoming a plan; a percentage counts from ten items on.`,
		Example: `  janitor plan pools --where 'unused && age > 90d' -o pools.json
  janitor plan entries 10.0.0.0/24 --in office-acl -o entry.json
  janitor plan -f quarterly.yaml --set old=180d -o quarterly.json`,
		ValidArgsFunction: kindArgs,
		Args:              p.args,
		RunE:              p.run,
	}
	choiceFlags(cmd.Flags(), &p.choice)
	p.which.flags(cmd.Flags())
	limitFlags(cmd.Flags(), &p.limits)
	flags := cmd.Flags()
	flags.BoolVar(&p.detach, "detach", false, "take pools out of use first, which changes live traffic")
	flags.BoolVar(&p.unknown, "unknown", false, "take what may be in use, too, which is a danger")
	flags.StringVarP(&p.book, "file", "f", "", "runbook that says what is chosen, step by step")
	flags.StringToStringVar(&p.set, "set", nil, "variable of the runbook, as NAME=VALUE")
	flags.StringVarP(&p.path, "output", "o", "-", "new file for the plan; - is stdout")
	flags.BoolVar(&p.detailed, "detailed-exitcode", false, "exit status 10 when there is something to delete")
	return cmd
}

func (p *planning) args(_ *cobra.Command, args []string) error {
	switch {
	case p.book != "" && (len(args) > 0 || p.which.where != "" || len(p.which.in) > 0 || p.detach || p.unknown):
		return usage("the runbook of -f says what is chosen: leave out kind, ids, --where, --in, --detach and --unknown")
	case p.book == "" && len(p.set) > 0:
		return usage("--set gives values to variables of a runbook: give -f")
	case p.book == "" && len(args) == 0:
		return noKind()
	case slices.ContainsFunc(args, func(s string) bool { return strings.TrimSpace(s) == "" }): // of a variable that is not set
		return usage("nothing is chosen: an id is empty")
	}
	return nil
}

func (p *planning) run(cmd *cobra.Command, args []string) error {
	if err := free(p.path); err != nil {
		return err
	}
	var doc cleanup.Document
	var err error
	if p.book != "" {
		doc, err = planBook(cmd, p.book, p.set, p.choice, p.limits)
	} else {
		doc, err = p.planKind(cmd, args[0], args[1:])
	}
	if err != nil {
		return err
	}
	return writePlan(cmd, doc, p.path, p.detailed)
}

// planKind plans resources of one kind, by their ids or by --where.
func (p *planning) planKind(cmd *cobra.Command, word string, ids []string) (cleanup.Document, error) {
	var none cleanup.Document
	kind, err := anyKind(word)
	if err != nil {
		return none, err
	}
	switch {
	case len(ids) > 0 && p.which.where != "":
		return none, usage("ids and --where both choose: keep one")
	case len(ids) == 0 && strings.TrimSpace(p.which.where) == "":
		return none, usage("nothing is chosen: give ids, or --where with an expression")
	case len(ids) == 0 && p.unknown:
		return none, usage("--unknown is for single resources: give their ids")
	}
	got, s, err := p.which.from(cmd.Context(), p.choice, kind)
	if err != nil {
		return none, err
	}
	defer closing(cmd, s.Session)
	if err := got.incomplete(); err != nil {
		return none, fmt.Errorf("nothing is planned: %w", err)
	}
	stage, err := planOf(cmd.Context(), got, ids, p.which.where, cleanup.Choice{Detach: p.detach, Unknown: p.unknown})
	if err != nil {
		return none, err
	}
	for _, note := range got.notes() {
		say(cmd.ErrOrStderr(), "%s", note)
	}
	if len(ids) > 0 && slices.ContainsFunc(stage.Plan.LeftOut, func(l cleanup.LeftOut) bool { return l.CanTake }) {
		say(cmd.ErrOrStderr(), "--unknown takes in what is left out only because it is not known whether it is in use.")
	}
	if err := limitsOf(cmd, p.limits, runbook.Limits(s.profile.Limits)).Check(stage); err != nil {
		return none, refused("nothing is planned: %w", allowing(err))
	}
	return cleanup.NewDocument(whereIs(s.profile, s.Session), whoIs(s.Session), version(), time.Now(), planLife, stage), nil
}

// allowing says how the command line can have what is above its limits.
func allowing(err error) error {
	if e, ok := errors.AsType[*cleanup.Excess](err); ok {
		return fmt.Errorf("%w: choose fewer, or give %s", err, e.Flag)
	}
	return err
}

// limitsOf are those that the flags give, for whoever gives them now knows how much it is; else the last that were written
// down, else the usual ones, which the flags have too.
func limitsOf(cmd *cobra.Command, flags cleanup.Limits, written ...runbook.Limits) cleanup.Limits {
	l := flags
	for _, own := range written {
		l = stepLimits(l, own)
	}
	if cmd.Flags().Changed("max-items") {
		l.Items = flags.Items
	}
	if cmd.Flags().Changed("max-percent") {
		l.Percent = flags.Percent
	}
	return l
}

// planOf plans the ids, or all that were chosen, and reads first what the lists have left out of these.
func planOf(ctx context.Context, got *chosen, ids []string, where string, choice cleanup.Choice) (cleanup.Stage, error) {
	stage := cleanup.Stage{Listed: got.all, Chosen: string(got.kind.ID) + " where " + where}
	rows := got.rows
	if len(ids) > 0 {
		stage.Chosen = string(got.kind.ID) + " by id"
		rows = nil
		for _, id := range ids {
			res, err := got.snapshot.Listing(got.kind.ID).Named(id)
			if err != nil {
				return stage, usage("nothing is planned: %w; janitor list %s shows what there is", err, got.kind.ID)
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
	stage.Plan, err = cleanup.NewPlan(refs, got.loader.Fill(ctx, got.snapshot, refs), choice)
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
	say(cmd.ErrOrStderr(), "Digest %s", digest)
	if path != "-" {
		say(cmd.ErrOrStderr(), "Until %s: janitor apply %s", doc.Expires.Format("2006-01-02 15:04 UTC"), path)
	}
	if detailed {
		return &failure{statusSomething, nil}
	}
	return nil
}

// tellPlan says what a document would do, for people.
func tellPlan(w io.Writer, doc cleanup.Document) {
	for _, s := range doc.Steps {
		one, many := s.Plan.Nouns()
		if s.Name != "" {
			say(w, "%s: %s", s.Name, s.Chosen)
		}
		if len(s.Plan.Items) == 0 {
			say(w, "Nothing to delete: %s", s.Chosen)
		} else {
			say(w, "%s would be deleted, of %s, in %s %s:", english.Count(len(s.Plan.Items), one, many), english.Number(s.Listed), doc.Where.Profile, doc.Where.Region)
		}
		in := s.Plan.Parents()
		for _, it := range s.Plan.Items {
			say(w, "  %s", itemWords(&it, in))
		}
		if first := s.Plan.First(); first != "" {
			say(w, "Removed first: %s.", first)
		}
		if along := s.Plan.Along(); along != "" {
			say(w, "Deleted along with them: %s.", along)
		}
		for _, c := range s.Plan.Consequences {
			if c.Grade != inventory.None {
				say(w, "%s: %s", strings.ToUpper(c.Grade.String()), c.Text)
			}
		}
		for _, l := range s.Plan.LeftOut {
			say(w, "  left out: %s: %s", l.Label, l.Why)
		}
	}
}

func itemWords(it *cleanup.Item, in map[string]string) string {
	label := it.Resource.Label()
	if theme.Width(label) > maxCell {
		label = strings.TrimRight(theme.Fit(label, maxCell), " ")
	}
	parts := []string{label}
	if id := it.Resource.Ref.ID; it.Resource.Name != "" && it.Resource.Name != id {
		parts = append(parts, it.Resource.Ref.ID)
	}
	if it.Resource.In != "" {
		parts = append(parts, "in "+in[it.Resource.Ref.Parent])
	}
	for _, d := range it.Detaches {
		parts = append(parts, "taken out first: "+d.String())
	}
	return strings.Join(append(parts, "undo: "+it.Undo.String()), "  ")
}
