package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/profile"
)

// What a shell completes is found on this machine: nothing is sent. What would have to be asked for, such as ids and names
// of groups, is not completed.

const (
	noFiles = cobra.ShellCompDirectiveNoFileComp
	asGiven = noFiles | cobra.ShellCompDirectiveKeepOrder
)

// completions has the flags of all commands completed. What names no file is not completed by the names of files.
func completions(root *cobra.Command) {
	root.CompletionOptions.SetDefaultShellCompDirective(noFiles)
	for _, cmd := range root.Commands() {
		completeFlags(cmd)
	}
	completeFlags(root)
}

func completeFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		complete := func(words []string, d cobra.ShellCompDirective) {
			cmd.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(words, d)) //nolint:errcheck // there is the flag, and it has none yet
		}
		switch v := f.Value.(type) {
		case *formFlag:
			complete(v.of, asGiven)
			return
		case *sizeFlag:
			complete([]string{"small", "large"}, noFiles)
			return
		}
		switch f.Name {
		case "profile":
			cmd.RegisterFlagCompletionFunc(f.Name, profileNames) //nolint:errcheck // there is the flag, and it has none yet
		case "endpoint":
			complete([]string{"elb=", "apig=", "roma=", "iam="}, asGiven|cobra.ShellCompDirectiveNoSpace)
		case "file", "faults":
			complete([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt)
		case "output": // a file to be written
			complete(nil, cobra.ShellCompDirectiveDefault)
		}
	})
}

// profileNames are the profiles that are found, with where they are for.
func profileNames(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	all, _, _, err := profile.List(profile.Choice{})
	if err != nil {
		return nil, noFiles
	}
	var names []cobra.Completion
	for _, f := range all {
		about := strings.TrimSpace(f.Cloud + " " + f.Region)
		if f.Problem != "" {
			about = oneLine(errors.New(f.Problem))
		}
		names = append(names, described(f.Name, about))
	}
	return names, asGiven
}

// described is a word to complete with what it is, each without what a terminal would obey.
func described(word, about string) cobra.Completion {
	return cobra.CompletionWithDesc(client.CleanWhole(word), client.CleanWhole(about))
}

// kindArgs completes the kind that a command begins with.
func kindArgs(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return allKinds(), asGiven
}

// runArgs completes the run that a command is about, newest first, of those that it can be about.
func runArgs(fits func(*cleanup.Past) bool) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, noFiles
		}
		past := history()
		names, err := past.Names()
		if err != nil {
			return nil, noFiles
		}
		var runs []cobra.Completion
		for _, name := range names {
			if !strings.HasPrefix(name, typed) {
				continue
			}
			run := past.Read(name)
			if !fits(run) {
				continue
			}
			about := run.State()
			if run.Ledger != nil {
				about += ": " + run.Ledger.Counts().String()
			}
			runs = append(runs, described(name, about))
		}
		return runs, asGiven
	}
}

func anyRun(*cleanup.Past) bool       { return true }
func readable(p *cleanup.Past) bool   { return p.Err == nil }
func resumable(p *cleanup.Past) bool  { return p.CanResume() == nil }
func verifiable(p *cleanup.Past) bool { return p.CanVerify() == nil }
func undoable(p *cleanup.Past) bool   { return p.CanVerify() == nil && p.Ledger.Plan.Undoes == "" }

// planArgs completes the file of a plan.
func planArgs(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return []cobra.Completion{"json"}, cobra.ShellCompDirectiveFilterFileExt
}

// runOrPlanArgs completes a run or, where what was typed begins none, the file of a plan.
func runOrPlanArgs(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if runs, how := runArgs(readable)(cmd, args, typed); len(runs) > 0 {
		return runs, how
	}
	return planArgs(cmd, args, typed)
}
