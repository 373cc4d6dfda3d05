package main

import "github.com/spf13/cobra"

// statusTopic is read with janitor help exit-status; it is no command.
func statusTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-status",
		Short: "What the exit statuses mean",
		Long: `exit-status: what the number means that a command ends with.

    0  well; after the screen, its summary says what each run came to
    1  not everything is gone, or known to be; or something else failed
    2  wrong usage, a mistake in a file, a plan that was applied before,
       no terminal; a run that cannot be resumed or verified
    3  refused: not confirmed or approved, above a limit, read-only,
       another janitor is at work in the project, nothing to undo
    4  no credentials, or they are refused
    5  the journal cannot be written
    6  safety stop: the service spoke of what was not asked for
    7  broken off; janitor resume goes on
    8  the time of --deadline has passed; janitor resume goes on
   10  plan --detailed-exitcode: there is something to delete`,
	}
}
