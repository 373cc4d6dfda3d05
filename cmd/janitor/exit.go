package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"janitor/client"
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

// statusTopic is read with janitor help exit-status; it is no command.
func statusTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-status",
		Short: "What the exit statuses mean",
		Long: `exit-status: what the exit status of a command means.

    0  success; after the screen, its summary says how each run ended
    1  not everything is gone, or known to be; or something else failed
    2  wrong usage, a mistake in a file, a plan that was applied before,
       no terminal; a run that cannot be resumed or verified
    3  refused: not confirmed or approved, above a limit, read-only,
       another janitor is at work in the project, nothing to undo
    4  no credentials, or the service refused them
    5  the journal cannot be written
    6  safety stop: the service answered about something that it was
       not asked about
    7  broken off; janitor resume goes on with it
    8  the --deadline has passed; janitor resume goes on with it
   10  plan --detailed-exitcode: there is something to delete`,
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

func refused(format string, args ...any) error {
	return &failure{statusRefused, fmt.Errorf(format, args...)}
}

func status(err error) int {
	f, own := errors.AsType[*failure](err)
	switch {
	case err == nil:
		return 0
	case own:
		return f.status
	case errors.Is(err, profile.Usage):
		return statusUsage
	case errors.Is(err, profile.Credentials), errors.Is(err, client.Unauthorised):
		return statusCredentials
	}
	return statusFailed
}

// printed is an error as stderr shows it, mostly one line.
func printed(err error) string {
	none, is := errors.AsType[*profile.Nowhere](err)
	if !is {
		return oneLine(err)
	}
	lines := none.Lines()
	for i := range lines {
		lines[i] = client.CleanWhole(lines[i])
	}
	return strings.Join(lines, "\n")
}

// oneLine is an error on one line, and nothing in it that a terminal would obey.
func oneLine(err error) string {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return client.CleanWhole(strings.Join(lines, " "))
}
