package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/client/runbook"
	"janitor/tui"
	"janitor/tui/keys"
)

func rootCommand() *cobra.Command {
	var choice profile.Choice
	var kind inventory.KindID
	var book string
	var set map[string]string
	root := &cobra.Command{
		Use:   "janitor [KIND]",
		Short: "Find what nobody uses and delete what you confirm",
		Long: `janitor shows backend server groups, certificates, IP address groups and gateway channels of one project on
Huawei Cloud or a sister cloud, says which of them are in use and why, and deletes what you mark and confirm.

KIND is the tab to open: ` + strings.Join(topKinds(), ", ") + `.

The profile is the one of --profile, else the current one of the config file ($JANITOR_CONFIG, else
janitor/config.yaml in the user's config directory), else the first of: the environment (HUAWEICLOUD_SDK_…, HW_… or
OS_…), ~/.huaweicloud/credentials, clouds.yaml, KooCLI's current profile, the agency of the server it runs on.
janitor profiles lists what there is.

janitor help exit-status says what the exit statuses mean.`,
		Example: `  janitor demo
  janitor --profile acme --read-only
  janitor certificates`,
		ValidArgs: topKinds(),
		Args: func(cmd *cobra.Command, args []string) (err error) {
			switch {
			case book != "" && len(args) > 0:
				return usage("the runbook of -f says which kinds are shown: leave out %q", args[0])
			case book == "" && len(set) > 0:
				return usage("--set gives values to variables of a runbook: give -f")
			}
			kind, err = parseKind(cmd, args)
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			walk, err := walkThrough(book, set, &choice)
			if err != nil {
				return err
			}
			p, err := findProfile(choice)
			if err != nil {
				return err
			}
			if err := needTerminal(); err != nil {
				return err
			}
			warn(cmd.ErrOrStderr(), p.Profile)
			return show(cmd, p.Profile, shown{past: history(), readOnly: choice.ReadOnly, kind: kind, views: p.views, keys: p.keys, walk: walk})
		},
	}
	flags := root.Flags()
	choiceFlags(flags, &choice)
	flags.BoolVar(&choice.ReadOnly, "read-only", false, "look, but never delete")
	flags.StringVarP(&book, "file", "f", "", "runbook to walk through, step by step")
	flags.StringToStringVar(&set, "set", nil, "variable of the runbook, as NAME=VALUE")
	root.AddCommand(demoCommand(), simulateCommand(), runsCommand(), resumeCommand(), verifyCommand(), reportCommand(), undoCommand(), listCommand(), planCommand(), applyCommand())
	root.AddCommand(profilesCommand(), doctorCommand(), statusTopic())
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		completion.Short = "Print a completion script for a shell"
		completion.Long = `completion prints a script that makes a shell complete commands, kinds, runs, profiles, plan files and the values of
flags. Completing sends nothing. The help of each shell says where its script goes; to try it in bash:

    source <(janitor completion bash)`
		for _, shell := range completion.Commands() {
			shell.Short = "Print the script for " + shell.Name()
		}
	}
	return root
}

func topKinds() []string { return kindIDs(inventory.Top()) }

// parseKind takes the only argument of the screen.
func parseKind(cmd *cobra.Command, args []string) (inventory.KindID, error) {
	kinds := topKinds()
	if len(args) == 0 {
		return inventory.KindID(kinds[0]), nil
	}
	word := args[0]
	switch known := slices.Contains(kinds, word); {
	case known && len(args) == 1:
		return inventory.KindID(word), nil
	case known:
		return "", usage("%d arguments where at most one kind is expected: %s", len(args), strings.Join(kinds, ", "))
	case len(args) > 1: // only commands take more words
		return "", usage("unknown command %q%s", word, meant(word, commands(cmd), ": commands are "+commandWords(cmd)))
	}
	if word == "version" {
		return "", usage("unknown kind or command %q: did you mean janitor --version?", word)
	}
	both := slices.Concat(kinds, commands(cmd))
	return "", usage("unknown kind or command %q%s", word, meantKind(word, both, ": kinds are "+strings.Join(kinds, ", ")+"; commands are "+commandWords(cmd)))
}

// needTerminal refuses to open the screen where nobody could see it or type at it; nothing has been sent by then.
func needTerminal() error {
	for _, end := range []struct {
		name string
		file *os.File
	}{{"stdin", os.Stdin}, {"stdout", os.Stdout}} {
		if !term.IsTerminal(int(end.file.Fd())) {
			return usage("%s is not a terminal: the screen needs one; run janitor without pipes and redirections", end.name)
		}
	}
	return nil
}

// shown is what the screen is to show, besides the profile.
type shown struct {
	past     *cleanup.History // where runs have their journals
	reports  string           // folder of reports; "" = beside the journals
	readOnly bool             // whatever profile it is
	demo     bool             // its cloud ends with this process
	kind     inventory.KindID // the tab to begin with
	views    []tui.View
	keys     *keys.Map // nil: the usual ones
	walk     walkBook
	notice   string // to begin with
}

// show runs the screen on a profile until the user quits, and on the profiles that are switched to from there. When one
// cannot be opened, the one before is shown again.
func show(cmd *cobra.Command, p profile.Profile, what shown) error {
	var before *profile.Profile
	for {
		next, err := showOne(cmd, p, what)
		if _, closed := errors.AsType[*unopened](err); closed && before != nil {
			p, before, what.notice = *before, nil, oneLine(err)
			continue
		}
		if err != nil || next == nil {
			return err
		}
		here := p
		what.walk, what.notice, next.ReadOnly = walkBook{}, "", what.readOnly
		if p, err = profile.Find(*next); err != nil {
			p, what.notice = here, oneLine(err)
			continue
		}
		before = &here
	}
}

// unopened is why a profile could not be opened.
type unopened struct{ error }

func (u *unopened) Unwrap() error { return u.error }

// showOne opens the profile and runs the screen on it; how its runs ended stays on stdout. next is where to switch to, nil
// when the user has quit.
func showOne(cmd *cobra.Command, p profile.Profile, what shown) (next *profile.Choice, err error) {
	ctx := cmd.Context()
	s, err := opened(ctx, p)
	if err != nil {
		return nil, &unopened{interrupted(ctx, err)}
	}
	defer closing(cmd, s)
	if err := within(what.walk.path, what.walk.scope, s); err != nil {
		return nil, err
	}
	loader, err := loaderOf(p, s, scopeOf(s))
	if err != nil {
		return nil, err
	}
	what.past.ActAs(whoIs(s))
	var engine *cleanup.Engine
	if s.Deleter != nil {
		engine = cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Journal: what.past.Journal(whereIs(p, s)), Log: logOf(ctx)})
	}
	var save func(cleanup.Plan, int) (string, error)
	if !what.demo { // nobody could execute a plan of a cloud that ends with this process
		save = func(plan cleanup.Plan, listed int) (string, error) {
			return savePlan(whereIs(p, s), whoIs(s), plan, listed)
		}
	}
	ways := &elsewhere{p: p, s: s, none: what.demo, to: map[string]profile.Choice{}}
	o := screenOf(ctx, &session{s, p, loader}, engine, what.past)
	o.Kind, o.Views, o.Keys, o.Notice = what.kind, what.views, what.keys, what.notice
	o.Steps, o.Limits = what.walk.steps, stepLimits(stepLimits(cleanup.Limits{}, runbook.Limits(p.Limits)), what.walk.limits)
	o.Reports, o.SavePlan = what.reports, save
	o.Places, o.GoTo = ways.places, func(place string) { next = ways.choice(place) }
	started, err := onScreen(cmd, o, what.demo)
	if err == nil && !what.demo {
		sayOpen(cmd, started)
	}
	return next, err
}

// screenOf is what every screen on a session needs.
func screenOf(ctx context.Context, s *session, engine *cleanup.Engine, past *cleanup.History) tui.Options {
	return tui.Options{
		Profile: s.Profile, Region: s.Region, Project: s.Project,
		Loader: s.loader.WithDetail(), Engine: engine, ReadOnlyWhy: s.ReadOnlyWhy, AlwaysName: s.profile.Confirm == profile.AlwaysName,
		History: past, Log: shownLog(ctx), Clock: s.Clock, Now: time.Now,
	}
}

// sayOpen names the runs that have stopped by themselves, such as for a service that cannot be reached any more, and were
// not gone on with since.
func sayOpen(cmd *cobra.Command, started []*cleanup.Run) {
	for i, r := range started {
		again := slices.ContainsFunc(started[i+1:], func(later *cleanup.Run) bool { return later.ID() == r.ID() })
		if r.Resumable() && !again {
			say(cmd.ErrOrStderr(), "Run %s is not finished: janitor resume %s goes on with it", r.ID(), r.ID())
		}
	}
}

// onScreen runs the screen until the user quits or a signal ends it, and returns its runs; how they ended stays on stdout.
// Requests in flight are finished, unless there is a second signal. The runs of a demo cannot be resumed: its cloud ends
// with it.
func onScreen(cmd *cobra.Command, o tui.Options, demo bool) (started []*cleanup.Run, err error) {
	ctx := cmd.Context()
	hard, release := lasting(ctx)
	defer release()
	o.InFlight, o.Waiting = hard, func() { sayInterrupted(cmd) }
	o.Suspend = suspender()
	o.Light = light(os.Getenv("COLORFGBG"))
	o.Started = func(r *cleanup.Run) { started = append(started, r) }
	// Signals end ctx: one way to end, whichever way the program is told.
	summary, err := tui.Run(ctx, o, tea.WithoutSignalHandler())
	if summary != "" {
		fmt.Fprintln(cmd.OutOrStdout(), summary) //nolint:errcheck // the runs are over, whoever reads of them
	}
	var open error
	for _, r := range started {
		if ctx.Err() != nil && !demo && r.Resumable() {
			open = errors.Join(open, ending(ctx, r))
		}
	}
	return started, cmp.Or(open, interrupted(ctx, err))
}

// light says whether the background is, of a variable in which some terminals name the colours of text and background, by
// their numbers among the 16: "0;15", or "0;default;15".
func light(colours string) bool {
	switch colours[strings.LastIndex(colours, ";")+1:] {
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return strings.Contains(colours, ";")
	}
	return false
}

// interrupted is err, or that a signal or a deadline ended the program, which then explains err.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return halted(ctx, "")
	}
	return err
}
