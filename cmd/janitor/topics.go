package main

import "github.com/spf13/cobra"

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
