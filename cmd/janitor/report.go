package main

import (
	"os"

	"janitor/client/report"

	"github.com/spf13/cobra"
)

func reportCommand() *cobra.Command {
	var out form
	cmd := &cobra.Command{
		Use:   "report RUN|PLAN",
		Short: "Print what a run did, or a plan would do",
		Long: `report prints what a run was meant to do, who ran it where and when, and for every item its outcome with code, message and
request id, whether it is proved, how long it took, and whether it can be brought back; then what the run did to traffic
and what was left out. It is made from the run's folder alone: nothing is sent.

Given a plan file, it prints what the plan would do, with the digest that janitor apply --approve-digest takes.

md is Markdown for people and tickets; html is one page that opens anywhere; json is for programs; csv has one line per
item, for spreadsheets.`,
		Example: `  janitor report 20260801T120000Z-1a2b3c > report.md
  janitor report -o csv 1a2b3c > report.csv
  janitor report -o html plan.json > plan.html`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a run, which janitor runs lists, or the file of a plan")
			}
			return oneRun(cmd, args)
		},
		ValidArgsFunction: runOrPlanArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if info, err := os.Stat(args[0]); err == nil && info.Mode().IsRegular() {
				doc, _, err := readPlan(cmd, args[0])
				if err != nil {
					return err
				}
				return enough(report.OfPlan(doc).Write(cmd.OutOrStdout(), string(out)))
			}
			past, err := find(history(), args[0])
			if err != nil {
				return err
			}
			return enough(report.OfRun(past.Ledger.Status()).Write(cmd.OutOrStdout(), string(out)))
		},
	}
	out.flag(cmd.Flags(), report.Formats()...)
	return cmd
}
