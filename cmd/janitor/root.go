package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/tui"
)

func rootCommand() *cobra.Command {
	var choice profile.Choice
	var kind inventory.KindID
	root := &cobra.Command{
		Use:   "janitor [KIND]",
		Short: "Find what nobody uses and delete what you confirm",
		Long: `janitor shows backend server groups, certificates, IP address groups and gateway channels of one project on
Huawei Cloud or a sister cloud, says which of them are in use and why, and deletes what you mark and confirm.

KIND opens on that tab: ` + strings.Join(topKinds(), ", ") + `.

The profile is the one of --profile, else the current one of the config file ($JANITOR_CONFIG, else
janitor/config.yaml in the user's config directory), else the one in the environment (HUAWEICLOUD_SDK_… or OS_…).`,
		Example: `  janitor demo
  janitor --profile acme --read-only
  janitor certificates`,
		Args: func(cmd *cobra.Command, args []string) (err error) {
			kind, err = parseKind(cmd, args)
			return err
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := profile.Find(choice)
			if err != nil {
				return err
			}
			views, err := checkViews(p.Views)
			if err != nil {
				return err
			}
			if err := needTerminal(); err != nil {
				return err
			}
			return show(cmd, p, history(), kind, views)
		},
	}
	flags := root.Flags()
	flags.StringVar(&choice.Profile, "profile", "", "profile of the config file to use, or env for the environment's")
	flags.StringVar(&choice.Region, "region", "", "region to use instead of the profile's")
	flags.StringArrayVar(&choice.Endpoints, "endpoint", nil, "endpoint of a service as SERVICE=URL, SERVICE being elb, apig, roma or iam; may be repeated")
	flags.BoolVar(&choice.ReadOnly, "read-only", false, "look, but never delete")
	root.AddCommand(demoCommand(), simulateCommand(), runsCommand(), resumeCommand(), verifyCommand(), undoCommand())
	return root
}

func topKinds() []string {
	var names []string
	for _, k := range inventory.Top() {
		names = append(names, string(k.ID))
	}
	return names
}

// parseKind takes the only argument of the screen.
func parseKind(cmd *cobra.Command, args []string) (inventory.KindID, error) {
	kinds := topKinds()
	switch {
	case len(args) == 0:
		return inventory.KindID(kinds[0]), nil
	case len(args) > 1:
		return "", usage("%d arguments where at most one kind is expected: %s", len(args), strings.Join(kinds, ", "))
	}
	for _, k := range kinds {
		if args[0] == k {
			return inventory.KindID(k), nil
		}
	}
	var commands []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			commands = append(commands, c.Name())
		}
	}
	return "", usage("unknown kind or command %q: kinds are %s; commands are %s", args[0], strings.Join(kinds, ", "), strings.Join(commands, ", "))
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

// show opens the profile and runs the screen on it until the user quits; what the runs came to stays on stdout. Runs
// have their journals in past.
func show(cmd *cobra.Command, p profile.Profile, past *cleanup.History, kind inventory.KindID, views []tui.View) error {
	ctx := cmd.Context()
	s, err := p.Open(ctx)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer s.Close()
	loader := inventory.NewLoader(s.Client, inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project})
	var engine *cleanup.Engine
	if s.Deleter != nil {
		engine = cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Journal: past.Journal(whereIs(p, s))})
	}
	// Signals end ctx: one way to end, whichever way the program is told.
	summary, err := tui.Run(ctx, tui.Options{
		Profile: s.Profile, Region: s.Region, Project: s.Project,
		Kind: kind, Views: views,
		Loader: loader.WithDetail(), Engine: engine, ReadOnlyWhy: s.ReadOnlyWhy,
		Version: version(),
		Now:     time.Now,
	}, tea.WithoutSignalHandler())
	if summary != "" {
		fmt.Fprintln(cmd.OutOrStdout(), summary) //nolint:errcheck // the runs are over, whoever reads of them
	}
	return interrupted(ctx, err)
}

// interrupted is err, or that a signal ended the program, which then explains err.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return &failure{statusInterrupted, errors.New("interrupted by a signal")}
	}
	return err
}
