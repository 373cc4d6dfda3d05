//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/adrg/xdg"
)

// started is janitor with these arguments, in an empty folder that it has for everything.
func started(t *testing.T, stdin *os.File, args ...string) (cmd *exec.Cmd, said *bytes.Buffer) {
	t.Helper()
	name, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd, said = exec.Command(name, args...), &bytes.Buffer{}
	cmd.Args[0] = "janitor"
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, stdin, said
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_STATE_HOME="+dir, "JANITOR_METADATA=off", "JANITOR_CONFIG="+filepath.Join(dir, "config.yaml"))
	return cmd, said
}

// ended sends signals until the program is over.
func ended(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		cmd.Wait() // its state says it
	}()
	giveUp := time.After(20 * time.Second)
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Second): // it has begun
			cmd.Process.Signal(os.Interrupt) // perhaps it is over
		case <-giveUp:
			cmd.Process.Kill() // perhaps it is over
			<-over
			t.Fatal("signals do not end it")
		}
	}
}

// A plan that never comes is waited for until somebody says that it is enough.
func TestASignalWhileThePlanIsWaitedFor(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer out.Close()
	cmd, said := started(t, in, "apply", "-")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended(t, cmd)
	if got := cmd.ProcessState.ExitCode(); got != statusInterrupted || said.String() != "janitor: interrupted by a signal\n" {
		t.Errorf("status %d, %s", got, said)
	}
}

// What waits for ever where no signal is heeded, such as a pipe in place of the config file, ends with the second one.
func TestASecondSignalEndsWhatDoesNotHeedTheFirst(t *testing.T) {
	cmd, said := started(t, nil, "profiles")
	if err := syscall.Mkfifo(filepath.Join(cmd.Dir, "config.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended(t, cmd)
	if how, is := cmd.ProcessState.Sys().(syscall.WaitStatus); !is || how.Signal() != syscall.SIGINT || strings.Contains(said.String(), "goroutine") {
		t.Errorf("%v, %s", cmd.ProcessState, said)
	}
}

// What is in flight when the first signal has come and gone is broken off by the next one.
func TestTheSecondSignalBreaksOffWhatTheFirstDidNot(t *testing.T) {
	ctx, first := context.WithCancel(t.Context())
	first()
	hard, release := lasting(ctx)
	defer release()
	if err := hard.Err(); err != nil {
		t.Fatal("the first signal breaks it off: ", err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-hard.Done():
	case <-time.After(20 * time.Second):
		t.Error("the second signal does not end it")
	}
}

// A job may be run without HOME: its runs are those of the user all the same.
func TestWithoutHOME(t *testing.T) {
	t.Cleanup(xdg.Reload) // when HOME is there again
	t.Setenv("HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	me, err := user.Current()
	if err != nil || me.HomeDir == "" {
		t.Fatal(me, err)
	}
	findHome()
	if got := os.Getenv("HOME"); got != me.HomeDir || !strings.HasPrefix(xdg.StateHome, me.HomeDir) {
		t.Errorf("HOME is %s, state is in %s", got, xdg.StateHome)
	}
}
