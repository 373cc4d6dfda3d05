//go:build unix

package main

import (
	"bytes"
	"strings"
	"testing"
)

// Why a run has stopped is long: it is said when it happens and by the error at the end, and not in between again.
func TestWhyARunHasStoppedIsNotSaidOverAndOver(t *testing.T) {
	t.Parallel()
	b := brokenOff(t, 3)
	cmd := b.command("resume", b.run)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-b.sent
	b.cut()
	cmd.Wait() // its state says it
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	var why []string
	for _, line := range lines {
		if strings.Contains(line, "the service cannot be reached: ") {
			why = append(why, line)
		}
	}
	if cmd.ProcessState.ExitCode() != statusInterrupted || len(why) != 2 || !strings.HasPrefix(why[0], "stopped: ") ||
		!strings.HasSuffix(why[1], ": janitor resume "+b.run+" goes on with it") || strings.Contains(stderr.String(), "not proved: ") {
		t.Errorf("status %d: %s", cmd.ProcessState.ExitCode(), &stderr)
	}
}
