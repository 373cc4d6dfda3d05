// Command janitor finds what nobody uses on Huawei Cloud and its sister clouds, and deletes what was confirmed.
//
// Each command has a file: its flags become a profile, the profile becomes a client, and the packages below do the work.
package main

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"charm.land/fang/v2"
	"charm.land/lipgloss/v2"
	"github.com/adrg/xdg"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"janitor/client"
	"janitor/client/heap"
	"janitor/client/logbook"
	"janitor/client/profile"
)

// Exit statuses, as documented in the README.
const (
	statusFailed      = 1
	statusUsage       = 2
	statusRefused     = 3
	statusCredentials = 4
	statusJournal     = 5
	statusSafety      = 6
	statusInterrupted = 7
	statusDeadline    = 8
)

// endings are the signals that tell the program to end: ctrl+c, whoever manages it, a terminal that was closed.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

func main() { os.Exit(run()) }

func run() int {
	heap.Room(heap.Usual)
	findHome()
	ctx, stop := signal.NotifyContext(context.Background(), endings...)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // what does not heed the first signal is ended by the next
	signal.Ignore(syscall.SIGPIPE)       // a run whose output nobody reads any more comes to its end in order
	log := &record{book: logbook.New(filepath.Join(xdg.StateHome, "janitor", "janitor.log"))}
	err := program().ExecuteContext(log.within(ctx))
	if said(err) {
		fmt.Fprintf(os.Stderr, "janitor: %s\n", oneLine(err))
	}
	log.end(ctx, os.Stderr, err)
	return status(err)
}

// findHome is for jobs that are run without HOME, as by systemd: their runs are those of the user all the same.
func findHome() {
	if runtime.GOOS == "windows" || os.Getenv("HOME") != "" {
		return
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		os.Setenv("HOME", u.HomeDir) //nolint:errcheck // it holds no zero byte
		xdg.Reload()
	}
}

// lasting returns a context that outlives the first signal, which ends ctx, and ends with the second one. release lets go
// of it.
func lasting(ctx context.Context) (hard context.Context, release func()) {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, endings...)
	left := 2
	if ctx.Err() != nil {
		left = 1
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer signal.Stop(signals)
		for ; left > 0; left-- {
			select {
			case <-signals:
			case <-hard.Done():
				return
			}
		}
		cancel()
	}()
	return hard, func() {
		cancel()
		<-done
	}
}

// program is the root command as it is run. Cobra runs it and fang only lays out help and manual: to print anything at
// all, an error too, fang asks the terminal for its colours, which takes seconds where no answer comes and stops a job
// in the background.
func program() *cobra.Command {
	root := rootCommand()
	root.Version = version()
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		path := strings.Fields(cmd.CommandPath())
		laidOut(append(path[1:], "--help")...) //nolint:errcheck // there is nothing in a help that fails
	})
	root.AddCommand(&cobra.Command{
		Use:    "man",
		Short:  "Print the manual page",
		Hidden: true,
		Args:   noArguments,
		RunE:   func(*cobra.Command, []string) error { return enough(laidOut("man")) },
	})
	for _, cmd := range root.Commands() {
		if cmd.Name() == "completion" {
			cmd.RunE, cmd.Args = noShell, cobra.ArbitraryArgs
			for _, shell := range cmd.Commands() {
				script := shell.RunE
				shell.RunE = func(cmd *cobra.Command, args []string) error { return enough(script(cmd, args)) }
			}
		}
	}
	usageErrors(root)
	completions(root)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if log := recordOf(cmd.Context()); log != nil {
			log.command = cmd.CommandPath()
		}
		return noneEmpty(cmd)
	}
	return root
}

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

// failure is an error with the exit status that it leads to. Without an error the status says it all.
type failure struct {
	status int
	error
}

func (f *failure) Unwrap() error { return f.error }

// said reports whether there is an error to print.
func said(err error) bool {
	f, is := errors.AsType[*failure](err)
	return err != nil && (!is || f.error != nil)
}

func usage(format string, args ...any) error {
	return &failure{statusUsage, fmt.Errorf(format, args...)}
}

func status(err error) int {
	var f *failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &f):
		return f.status
	case errors.Is(err, profile.Usage):
		return statusUsage
	case errors.Is(err, profile.Credentials), errors.Is(err, client.Unauthorised):
		return statusCredentials
	}
	return statusFailed
}

// oneLine is an error as stderr shows it: one line, and nothing in it that a terminal would obey.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return client.CleanWhole(strings.Join(lines, " "))
}

// plain says what is wrong with a number without naming functions of strconv.
func plain(err error) error {
	wrong, is := errors.AsType[*strconv.NumError](err)
	if !is {
		return err
	}
	says := "it must be a number, 0 or more"
	switch {
	case wrong.Func == "ParseBool":
		says = "it must be true or false"
	case errors.Is(wrong, strconv.ErrRange):
		says = "it is too large"
	}
	return errors.New(strings.Replace(err.Error(), wrong.Error(), says, 1))
}

// noneEmpty refuses flags with an empty value. It comes from a variable that is not set, and the default in its place would
// be another profile, or a list of everything.
func noneEmpty(cmd *cobra.Command) (err error) {
	free := []string{"reason", "ticket"}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && f.Value.Type() == "string" && strings.TrimSpace(f.Value.String()) == "" && !slices.Contains(free, f.Name) {
			err = usage("--%s is empty: give it a value, or leave it out", f.Name)
		}
	})
	return err
}

// noArguments is for commands that take none.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("it takes no arguments: leave out %q", args[0])
	}
	return nil
}

// usageErrors makes every wrong flag and argument of the commands a usage error.
func usageErrors(root *cobra.Command) {
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w (see %s --help)", plain(err), cmd.CommandPath())
	})
	for _, cmd := range root.Commands() {
		if check := cmd.Args; check != nil {
			cmd.Args = func(cmd *cobra.Command, args []string) error {
				if err := noneEmpty(cmd); err != nil { // before the check takes an empty --file for a missing KIND
					return err
				}
				if err := check(cmd, args); err != nil {
					return usage("%w (see %s --help)", err, cmd.CommandPath())
				}
				return nil
			}
		}
		usageErrors(cmd)
	}
}
