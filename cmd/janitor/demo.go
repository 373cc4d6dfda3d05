package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/logbook"
	"janitor/client/profile"
)

func demoCommand() *cobra.Command {
	var sim simulation
	var readOnly bool
	var book string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Open the screen on a simulated cloud",
		Long: `demo opens the same screen on a cloud simulated in this process: an account that has grown for years, with things in
use, forgotten, protected and expired. Requests are real HTTP over the loopback interface; nothing leaves this machine.
With --size large the account is as full as its default quotas allow.

With --chaos or --faults things go wrong, to show how janitor copes; it then logs in with a password. The same number of
--chaos always makes the same trouble: lost answers, refusals, another client's changes.`,
		Example: `  janitor demo
  janitor demo --size large --quota 600/1m
  janitor demo --chaos=7`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := sim.script(); err != nil {
				return err
			}
			walk, err := walkThrough(book, nil, &profile.Choice{})
			if err != nil {
				return err
			}
			if err := needTerminal(); err != nil {
				return err
			}
			v, err := sim.serve(cmd.Context(), "127.0.0.1:0", cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer v.stop()
			p := v.profile("demo")
			if sim.chaos.on || sim.faults != "" {
				p.Auth = v.login() // tokens can be revoked, keys cannot
			}
			p.ReadOnly = readOnly
			views, err := checkViews(demoViews())
			if err != nil {
				return err
			}
			// The cloud ends with this process: there would be nothing to resume.
			dir, err := os.MkdirTemp("", "janitor-demo-")
			if err != nil {
				return &failure{statusJournal, fmt.Errorf("the journal cannot be written: %w", err)}
			}
			defer os.RemoveAll(dir) //nolint:errcheck // in the folder for what is temporary
			here, err := os.Getwd() // reports are to outlive it
			if err != nil {
				here = "."
			}
			log := &record{book: logbook.New(filepath.Join(dir, "janitor.log")), command: cmd.CommandPath()}
			cmd.SetContext(log.within(cmd.Context()))
			err = show(cmd, p, shown{past: cleanup.NewHistory(dir, version()), reports: here, kind: inventory.Pools, views: views, walk: walk, demo: true})
			log.end(cmd.Context(), cmd.ErrOrStderr(), err)
			return err
		},
	}
	sim.flags(cmd.Flags())
	cmd.Flags().BoolVar(&readOnly, "read-only", false, "look, but never delete")
	cmd.Flags().StringVarP(&book, "file", "f", "", "runbook to walk through, step by step")
	return cmd
}
