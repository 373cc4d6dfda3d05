package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// deadlineHelp is what the commands that take a deadline say of it.
const deadlineHelp = `
With --deadline nothing more is sent once that much time has passed since the command began; requests in flight are
finished, what was not sent is left to janitor resume, and the exit status is 8.`

// deadline is how long a command may go on sending; 0 = as long as it takes.
type deadline time.Duration

func (d *deadline) flag(f *pflag.FlagSet) {
	f.Var(d, "deadline", "send nothing more after this time, such as 10m")
}

func (d *deadline) Type() string { return "TIME" }

func (d *deadline) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

func (d *deadline) Set(s string) error {
	after, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a time such as 90s, 10m or 1h", s)
	case after <= 0:
		return errors.New("the time must be longer than 0s, such as 10m")
	}
	*d = deadline(after)
	return nil
}

// begin has the context of the command end with the deadline. release lets go of it.
func (d deadline) begin(cmd *cobra.Command) (release func()) {
	if d == 0 {
		return func() {}
	}
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), time.Duration(d), &overdue{d})
	cmd.SetContext(ctx)
	return cancel
}

// overdue is why a context has ended: its deadline has passed.
type overdue struct{ d deadline }

func (o *overdue) Error() string { return "the deadline of " + o.d.String() + " has passed" }

// halted is why a command whose context has ended did not come to its end; then is what to do about it, "" for nothing.
func halted(ctx context.Context, then string) error {
	status, why := statusInterrupted, "interrupted by a signal"
	if o, ok := errors.AsType[*overdue](context.Cause(ctx)); ok {
		status, why = statusDeadline, o.Error()
	}
	return &failure{status, errors.New(why + then)}
}
