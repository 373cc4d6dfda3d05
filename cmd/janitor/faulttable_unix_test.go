//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/client/simcloud"
)

// TestFaultTable are the rows of the fault table that a command has to answer for; see client/cleanup.
func TestFaultTable(t *testing.T) {
	t.Run("20_journal", faultJournal)
	t.Run("28_signals", faultSignals)
}

// fullDisk is a journal on a disk that is full after so many lines.
type fullDisk struct {
	mu    sync.Mutex
	lines int
}

func (d *fullDisk) Append(string, any) error {
	d.mu.Lock()
	d.lines--
	d.mu.Unlock()
	return d.Sync()
}

func (d *fullDisk) Want() {}

func (d *fullDisk) Sync() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lines >= 0 {
		return nil
	}
	return fmt.Errorf("the journal cannot be written: %w", &os.PathError{Op: "write", Path: "journal.ndjson", Err: syscall.ENOSPC})
}

func (d *fullDisk) Close() error { return d.Sync() }

// A step whose run has a journal was begun, also when that could not be written to its end.
func TestAStepIsBegunOnceItsRunHasAJournal(t *testing.T) {
	for lines, says := range map[int]string{-1: "2 of 2 steps were not begun: first, second", 2: "1 of 2 steps was not begun: second"} {
		a := toApply(t, func(bool) {})
		engine := a.with(cleanup.Options{Journal: func(cleanup.Plan) (cleanup.Journal, error) {
			d := &fullDisk{lines: lines}
			return d, d.Sync()
		}})
		cmd := &cobra.Command{}
		cmd.SetContext(t.Context())
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		if err := execute(cmd, "table", engine, a.doc, ""); status(err) != statusJournal || !strings.HasSuffix(oneLine(err), says) {
			t.Errorf("after %d lines: status %d, %v; want %q", lines, status(err), err, says)
		}
	}
}

// Row 20: a full disk ends a command with status 5 and one line, wherever the run is then.
func faultJournal(t *testing.T) {
	t.Helper()
	for _, lines := range []int{0, 1, 6, 7, 9} {
		b := brokenOff(t, 3)
		b.release()
		engine := cleanup.NewEngine(b.session.Deleter, b.loader, cleanup.Options{Journal: func(cleanup.Plan) (cleanup.Journal, error) {
			d := &fullDisk{lines: lines}
			return d, d.Sync()
		}})
		run := engine.Start(t.Context(), b.plan)
		run.Wait()
		err := ending(t.Context(), run)
		if status(err) != statusJournal || strings.Contains(oneLine(err), `\n`) || !strings.Contains(oneLine(err), "no space left on device") {
			t.Errorf("after %d lines: status %d, %q", lines, status(err), err)
		}
		sent := slices.ContainsFunc(b.cloud.Requests(), func(r simcloud.Request) bool { return r.Method != http.MethodGet })
		if intended := lines >= 7; sent != intended { // what brings three back, three objects, and then the intent
			t.Errorf("after %d lines something was sent: %v; %s", lines, sent, run.Summary())
		}
	}
}

// Row 28: the first signal drains, the second breaks off; either way it says how to go on, and the run can be resumed.
func faultSignals(t *testing.T) {
	t.Helper()
	const n = 40 // more than go side by side
	for name, c := range map[string]struct {
		signal os.Signal
		twice  bool
	}{
		"ctrl-c":       {os.Interrupt, false},
		"ctrl-c twice": {os.Interrupt, true},
		"SIGHUP":       {syscall.SIGHUP, false},
		"SIGTERM":      {syscall.SIGTERM, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := brokenOff(t, n)
			cmd := b.command("resume", b.run, "-o", "ndjson")
			stderr, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			var stdout bytes.Buffer
			cmd.Stdout = &stdout
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := bufio.NewReader(stderr)
			<-b.sent // a request is in flight
			cmd.Process.Signal(c.signal)
			all := ""
			for !strings.Contains(all, "Interrupted: ") {
				line, err := said.ReadString('\n')
				if all += line; err != nil {
					t.Fatalf("%v: %s", err, all)
				}
			}
			if c.twice {
				cmd.Process.Signal(c.signal)
			} else {
				b.release()
			}
			rest, _ := io.ReadAll(said)
			all += string(rest)
			err = cmd.Wait()
			b.release()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != statusInterrupted {
				t.Errorf("ended with %v, want exit status %d: %s", err, statusInterrupted, all)
			}
			if !strings.Contains(all, "janitor resume "+b.run+" goes on") || strings.Contains(all+stdout.String(), "\x1b") {
				t.Errorf("it says %q", all)
			}
			past := b.past(t)
			open := len(past.Ledger.Open())
			if past.State() != "unfinished" || open == 0 || !c.twice && open == n {
				t.Errorf("%s, %d of %d are open", past.State(), open, n)
			}
			out, err := b.command("resume", b.run).CombinedOutput()
			if err != nil || !strings.Contains(string(out), fmt.Sprintf("%d pools: %d deleted (proved gone)", n, n)) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	t.Run("no terminal", func(t *testing.T) {
		b := brokenOff(t, 1)
		cmd := b.command()
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		var exit *exec.ExitError
		if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != statusUsage {
			t.Errorf("ended with %v", err)
		}
		if stdout.Len() > 0 || !strings.Contains(stderr.String(), "not a terminal") || strings.Count(stderr.String(), "\n") != 1 {
			t.Errorf("%q, %q", &stdout, &stderr)
		}
	})
}

// broken is an account with a run that did not get to send anything. Its first deleting request waits for release.
type broken struct {
	run     string
	dir     string
	cloud   *simcloud.Cloud
	session *profile.Session
	loader  *inventory.Loader
	plan    cleanup.Plan
	sent    chan struct{}
	release func()
	cut     func() // nothing answers any more, now and later
}

func brokenOff(t *testing.T, n int) *broken {
	t.Helper()
	cloud := simcloud.New(simcloud.Options{Size: 200, Lacks: []string{"/pools/batch-delete"}})
	held, ctx := make(chan struct{}, 100), context.Background()
	gate, open := context.WithCancel(ctx)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && gate.Err() == nil {
			select {
			case held <- struct{}{}:
			default:
			}
			<-gate.Done()
		}
		cloud.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(open)
	b := &broken{dir: t.TempDir(), sent: held, release: open, cloud: cloud}
	b.cut = func() {
		server.Listener.Close() // the next connection tells
		server.CloseClientConnections()
	}
	a := cloud.Account()
	config := fmt.Sprintf("profiles:\n  sim:\n    region: %s\n    project_id: %s\n    auth: {access_key: %q, secret_key: %q}\n    endpoints: {elb: %q, apig: %q, roma: %q, iam: %q}\n",
		a.Region, a.ProjectID, a.AccessKey, a.SecretKey, server.URL, server.URL, server.URL, server.URL+"/v3")
	if err := os.WriteFile(filepath.Join(b.dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Find(profile.Choice{Profile: "sim", Lookup: func(name string) (string, bool) {
		if name != "JANITOR_CONFIG" {
			return "", false
		}
		return filepath.Join(b.dir, "config.yaml"), true
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	loader := inventory.NewLoader(s.Client, inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project})
	from := inventory.Last(loader.Load(t.Context(), inventory.Pools))
	var marked []inventory.Ref
	for _, r := range from.Listing(inventory.Pools).Resources.All() {
		if pool, ok := r.Object.(*inventory.Pool); ok && len(marked) < n && r.Verdict.State == inventory.Unused && !pool.Shared {
			marked = append(marked, r.Ref)
		}
	}
	plan, err := cleanup.NewPlan(marked, from, cleanup.Choice{})
	if err != nil || len(plan.Items) != n {
		t.Fatal(len(plan.Items), err)
	}
	j, err := b.history().Journal(whereIs(p, s))(plan)
	if err != nil || j.Close() != nil {
		t.Fatal(err)
	}
	b.run, b.session, b.loader, b.plan = b.past(t).ID, s, loader, plan
	return b
}

func (b *broken) history() *cleanup.History {
	return cleanup.NewHistory(filepath.Join(b.dir, "janitor"), "test")
}

func (b *broken) past(t *testing.T) *cleanup.Past {
	t.Helper()
	all, err := b.history().All()
	if err != nil || len(all) != 1 || all[0].Ledger == nil {
		t.Fatal(all, err)
	}
	return all[0]
}

// command is janitor with the account's profile and history.
func (b *broken) command(args ...string) *exec.Cmd {
	cmd := exec.Command("janitor", args...)
	cmd.Env = append(os.Environ(), "JANITOR_CONFIG="+filepath.Join(b.dir, "config.yaml"), "XDG_STATE_HOME="+b.dir, "XDG_CONFIG_HOME="+b.dir)
	return cmd
}
