// Command janitor finds what nobody uses on Huawei Cloud and its sister clouds, and deletes what was confirmed.
//
// Each command has a file: its flags become a profile, the profile becomes a client, and the packages below do the work.
package main

import (
	"context"
	"fmt"
	"io"
	stdlog "log"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"janitor/client/heap"
	"janitor/client/logbook"
)

// endings are the signals that tell the program to end: ctrl+c, whoever manages it, a terminal that was closed.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

func main() { os.Exit(run()) }

func run() int {
	heap.Room(heap.Usual)
	findHome()
	stdlog.SetOutput(io.Discard) // net/http's: what a server sends unasked, in the middle of the screen
	ctx, stop := signal.NotifyContext(context.Background(), endings...)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // what does not heed the first signal is ended by the next
	signal.Ignore(syscall.SIGPIPE)       // a run whose output nobody reads any more comes to its end in order
	log := &record{book: logbook.New(filepath.Join(xdg.StateHome, "janitor", "janitor.log"))}
	err := program().ExecuteContext(log.within(ctx))
	if said(err) {
		fmt.Fprintf(os.Stderr, "janitor: %s\n", printed(err))
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
