package main

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// seen is what a program has sent to its terminal.
type seen struct {
	mu   sync.Mutex
	text strings.Builder
}

// follow reads what comes from a terminal until it is closed.
func (s *seen) follow(terminal *os.File) {
	part := make([]byte, 1<<16)
	for {
		n, err := terminal.Read(part)
		s.mu.Lock()
		s.text.Write(part[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// times waits until a text was sent so often.
func (s *seen) times(t *testing.T, n int, text string) {
	t.Helper()
	for range 2000 {
		s.mu.Lock()
		found := strings.Count(s.text.String(), text)
		s.mu.Unlock()
		if found >= n {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%q was not sent %d times", text, n)
}

// onTerminal is the demo on a terminal.
func onTerminal(t *testing.T, how *syscall.SysProcAttr) (cmd *exec.Cmd, terminal *os.File, sent *seen) {
	t.Helper()
	ours, theirs := pseudoterminal(t)
	cmd, _ = started(t, theirs, "demo")
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = theirs, theirs, how
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close() // the program has its own
	t.Cleanup(func() {
		cmd.Process.Kill() // where it has not ended by itself
		cmd.Wait()         // its state says it
	})
	sent = &seen{}
	go sent.follow(ours)
	sent.times(t, 1, "unused")
	return cmd, ours, sent
}

func types(t *testing.T, terminal *os.File, keys string) {
	t.Helper()
	if _, err := terminal.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// A shell that started it gets the terminal back, and the screen comes back when the shell goes on with it.
func TestCtrlZStopsTheProgram(t *testing.T) {
	cmd, terminal, sent := onTerminal(t, &syscall.SysProcAttr{Setpgid: true}) // a job of ours, as of a shell
	types(t, terminal, "\x1a")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it has not stopped: %v, status %x", err, status)
	}
	sent.times(t, 1, "\x1b[?1049l")
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	sent.times(t, 2, "\x1b[?1049h")
	types(t, terminal, "q")
	sent.times(t, 1, "nothing was deleted")
}

// In a window of its own there is no shell that could go on with it.
func TestCtrlZWithoutAShell(t *testing.T) {
	_, terminal, sent := onTerminal(t, &syscall.SysProcAttr{Setsid: true, Setctty: true})
	types(t, terminal, "\x1a")
	sent.times(t, 1, "no shell waits for janitor")
	types(t, terminal, "q")
	sent.times(t, 1, "nothing was deleted")
}
