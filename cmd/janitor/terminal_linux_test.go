package main

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// A shell that started it gets the terminal back, and the screen comes back when the shell goes on with it.
func TestCtrlZStopsTheProgram(t *testing.T) {
	t.Parallel()
	cmd, _ := started(t, nil, "demo")
	x := seated(t, cmd, &syscall.SysProcAttr{Setpgid: true}) // a job of ours, as of a shell
	x.types("", "unused")
	x.key("\x1a")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it has not stopped: %v, status %x", err, status)
	}
	for giveUp := time.Now().Add(30 * time.Second); x.screen.IsAltScreen(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(giveUp) {
			t.Fatalf("the shell does not have the terminal:\n%s", x.text())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	x.types("", "unused")
	x.key("q")
	if status, left := x.ends(); status != 0 || !strings.Contains(left, "nothing was deleted") {
		t.Errorf("status %d:\n%s", status, left)
	}
}

// In a window of its own there is no shell that could go on with it.
func TestCtrlZWithoutAShell(t *testing.T) {
	t.Parallel()
	cmd, _ := started(t, nil, "demo")
	x := seated(t, cmd, alone())
	x.types("", "unused")
	x.types("\x1a", "no shell waits for janitor", "unused")
	x.key("q")
	if status, left := x.ends(); status != 0 || !strings.Contains(left, "nothing was deleted") {
		t.Errorf("status %d:\n%s", status, left)
	}
}

// A run that has stopped by itself is named when the screen is left: what goes on with it is no key any more.
func TestLeavingARunThatIsNotFinished(t *testing.T) {
	t.Parallel()
	b := brokenOff(t, 3)
	x := seated(t, b.command(), alone())
	x.types("", "unused")
	x.types("h", "BEGUN")
	x.types("R", "Press y to resume")
	x.answers("y", " in flight")
	b.cut()
	x.types("", "; stopped: ", "R resume") // the run has ended, and the screen knows
	x.key("qqq")                           // the run, the runs, the list
	want := "Run " + b.run + " is not finished: janitor resume " + b.run + " goes on with it"
	if _, left := x.ends(); !strings.Contains(left, want) {
		t.Errorf("no %q:\n%s", want, left)
	}
}
