//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// suspender stops the program, with whatever shares its job, until the shell goes on with it. Where no shell waits for
// it, as in a window of its own, the system passes over the signal.
func suspender() func() error {
	const soon = 100 * time.Millisecond // a stop has taken effect
	return func() error {
		goesOn := make(chan os.Signal, 1)
		signal.Notify(goesOn, syscall.SIGCONT)
		defer signal.Stop(goesOn)
		if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
			return fmt.Errorf("the program cannot be suspended: %w", err)
		}
		for range 2 { // the first time ends while it is stopped, too
			select {
			case <-goesOn:
				return nil
			case <-time.After(soon):
			}
		}
		return errors.New("no shell waits for janitor: it was not started from one")
	}
}
