package main

import (
	"context"
	"fmt"
	"image/color"
	"io"
	"os"
	"strings"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
)

// helpCommand is cobra's, except that asking for help on something unknown is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		Long:  "help COMMAND shows what a command does and which flags it takes, as COMMAND --help does.",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var words []cobra.Completion
			for _, c := range cmd.Root().Commands() {
				if len(args) == 0 && (c.IsAvailableCommand() || c.IsAdditionalHelpTopicCommand()) {
					words = append(words, described(c.Name(), c.Short))
				}
			}
			return words, noFiles
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			of, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				word, within := strings.Join(args, " "), cmd.Root()
				switch {
				case err != nil:
				case of.HasAvailableSubCommands():
					word, within = strings.Join(rest, " "), of
				default:
					return usage("%s has no commands of its own: leave out %q", of.CommandPath(), strings.Join(rest, " "))
				}
				return usage("there is no command %q%s", word, meant(word, commands(within), ": commands are "+commandWords(within)))
			}
			return of.Help()
		},
	}
}

// noShell is what completion does without one of its commands.
func noShell(cmd *cobra.Command, args []string) error {
	there := ""
	if len(args) > 0 {
		there = fmt.Sprintf("there is no %q: ", args[0])
	}
	return usage("completion: %sgive a shell: %s", there, commandWords(cmd))
}

func commandWords(of *cobra.Command) string { return strings.Join(commands(of), ", ") }

// commands are the names of the commands that users are told about.
func commands(of *cobra.Command) []string {
	var words []string
	for _, c := range of.Commands() {
		if c.IsAvailableCommand() {
			words = append(words, c.Name())
		}
	}
	return words
}

// laidOut runs a command line that only prints, through fang.
func laidOut(args ...string) error {
	if nothing, err := os.Open(os.DevNull); err == nil {
		defer nothing.Close() //nolint:errcheck // nothing is read from it either
		os.Stdin = nothing    // fang asks the terminal at stdin; none is there to wait for
	}
	root := rootCommand()
	flow(root)
	root.SetArgs(args)
	silent := func(io.Writer, fang.Styles, error) {} // the error is printed as all are
	return fang.Execute(context.Background(), root, fang.WithVersion(version()), fang.WithColorSchemeFunc(anyBackground), fang.WithErrorHandler(silent))
}

// flow joins the lines of each paragraph of the long texts, so that they wrap only where the terminal ends. Indented lines
// stay as they are.
func flow(cmd *cobra.Command) {
	var text strings.Builder
	before := ""
	for line := range strings.SplitSeq(cmd.Long, "\n") {
		switch apart := line == "" || before == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(before, " "); {
		case text.Len() == 0:
		case apart:
			text.WriteByte('\n')
		default:
			text.WriteByte(' ')
		}
		text.WriteString(line)
		before = line
	}
	cmd.Long = text.String()
	for _, sub := range cmd.Commands() {
		flow(sub)
	}
}

// anyBackground takes colours of the terminal's own palette, and none for text: it can be read on light and on dark.
func anyBackground(lipgloss.LightDarkFunc) fang.ColorScheme {
	none := lipgloss.NoColor{}
	return fang.ColorScheme{
		Base: none, Description: none, Codeblock: none, Argument: none, DimmedArgument: none, Comment: none, FlagDefault: none,
		Help: none, Dash: none,
		Title: lipgloss.Blue, Program: lipgloss.Blue, Command: lipgloss.Cyan, Flag: lipgloss.Magenta, QuotedString: lipgloss.Green,
		ErrorHeader: [2]color.Color{none, none}, ErrorDetails: none,
	}
}
