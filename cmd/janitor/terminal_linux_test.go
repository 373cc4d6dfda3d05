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
	all := s.text.String()
	t.Fatalf("%q was not sent %d times, at the end: %q", text, n, all[max(len(all)-500, 0):])
}

// onTerminal starts the program on a terminal, and waits for rows.
func onTerminal(t *testing.T, cmd *exec.Cmd, how *syscall.SysProcAttr) (terminal *os.File, sent *seen) {
	t.Helper()
	ours, theirs := pseudoterminal(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = theirs, theirs, theirs, how
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
	return ours, sent
}

func types(t *testing.T, terminal *os.File, keys string) {
	t.Helper()
	if _, err := terminal.WriteString(keys); err != nil {
		t.Fatal(err)
	}
}

// A shell that started it gets the terminal back, and the screen comes back when the shell goes on with it.
func TestCtrlZStopsTheProgram(t *testing.T) {
	cmd, _ := started(t, nil, "demo")
	terminal, sent := onTerminal(t, cmd, &syscall.SysProcAttr{Setpgid: true}) // a job of ours, as of a shell
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
	cmd, _ := started(t, nil, "demo")
	terminal, sent := onTerminal(t, cmd, &syscall.SysProcAttr{Setsid: true, Setctty: true})
	types(t, terminal, "\x1a")
	sent.times(t, 1, "no shell waits for janitor")
	types(t, terminal, "q")
	sent.times(t, 1, "nothing was deleted")
}

// A run that has stopped by itself is named when the screen is left: what goes on with it is no key any more.
func TestLeavingARunThatIsNotFinished(t *testing.T) {
	b := brokenOff(t, 3)
	terminal, sent := onTerminal(t, b.command(), &syscall.SysProcAttr{Setsid: true, Setctty: true})
	types(t, terminal, "h")
	sent.times(t, 1, "BEGUN")
	types(t, terminal, "R")
	sent.times(t, 1, "without an outcome")
	for n := 0; len(b.sent) == 0 && n < 100; n++ { // the question takes no key at first
		types(t, terminal, "y")
		time.Sleep(100 * time.Millisecond)
	}
	if len(b.sent) == 0 {
		t.Fatal("the run is not gone on with")
	}
	b.cut()
	sent.times(t, 1, "; stopped: ") // the run has ended
	types(t, terminal, "qqq")       // the run, the runs, the list
	sent.times(t, 1, "Run "+b.run+" is not finished: janitor resume "+b.run+" goes on with it")
}
