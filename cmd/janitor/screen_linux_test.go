package main

import (
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
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"janitor/client/cleanup"
	"janitor/client/simcloud"
	"janitor/tui/screen"
)

// seat is somebody at a terminal with janitor.
type seat struct {
	t      *testing.T
	cmd    *exec.Cmd
	keys   *os.File
	screen *vt.SafeEmulator
	over   chan struct{} // closed once all that was drawn is on the screen
}

// alone is a program at a terminal of its own, as in a new window.
func alone() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true, Setctty: true} }

// sits starts janitor at a new terminal, in a folder that has a config file.
func sits(t *testing.T, dir string, args ...string) *seat {
	t.Helper()
	cmd, _ := started(t, nil, args...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Env, "XDG_STATE_HOME="+dir, "JANITOR_CONFIG="+filepath.Join(dir, "config.yaml"))
	return seated(t, cmd, alone())
}

// seated starts janitor at a new terminal.
func seated(t *testing.T, cmd *exec.Cmd, how *syscall.SysProcAttr) *seat {
	t.Helper()
	ours, theirs := pseudoterminal(t)
	x := &seat{t: t, cmd: cmd, keys: ours, screen: vt.NewSafeEmulator(120, 36), over: make(chan struct{})}
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = theirs, theirs, theirs, how
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirs.Close()                                                       // janitor has its own
	giveUp := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() }) // what waits for it fails then
	go io.Copy(ours, x.screen)                                           // what the terminal answers; until it is closed
	go func() {
		defer close(x.over)
		io.Copy(x.screen, ours) // until nobody has the other end any more
	}()
	t.Cleanup(func() {
		giveUp.Stop()
		cmd.Process.Kill() // where it is not over yet
		<-x.over
		x.screen.InputPipe().(io.Closer).Close() // Close of the emulator itself races with its Read
	})
	return x
}

// text is what is on the screen, without colours.
func (x *seat) text() string { return ansi.Strip(x.screen.Render()) }

// types types keys and waits until all of this is on the screen.
func (x *seat) types(keys string, until ...string) {
	x.t.Helper()
	x.key(keys)
	for giveUp := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		got := x.text()
		i := slices.IndexFunc(until, func(s string) bool { return !strings.Contains(got, s) })
		switch {
		case i < 0:
			return
		case time.Now().After(giveUp):
			x.t.Fatalf("after %q there is no %q:\n%s", keys, until[i], got)
		}
	}
}

// answers types them to a question that is on the screen, which takes no keys at first.
func (x *seat) answers(keys string, until ...string) {
	x.t.Helper()
	time.Sleep(screen.Grace)
	x.types(keys, until...)
}

func (x *seat) key(keys string) {
	x.t.Helper()
	if _, err := x.keys.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// ends is the exit status of janitor and what it leaves behind on the terminal.
func (x *seat) ends() (status int, left string) {
	x.t.Helper()
	x.cmd.Wait() // its state says it
	<-x.over
	return x.cmd.ProcessState.ExitCode(), x.text()
}

// onCloud is a folder with a config file of profiles for a simulated cloud: acme; look, which only reads; named, which always
// asks for a name; and spoilt, whose secret is another one. before sees every request that deletes before the cloud does.
func onCloud(t *testing.T, before func()) (dir string, cloud *simcloud.Cloud) {
	t.Helper()
	cloud = simcloud.New(simcloud.Options{Seed: 1})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "batch-delete") {
			before()
		}
		cloud.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	a, at := cloud.Account(), server.URL
	of := fmt.Sprintf("{cloud: custom, region: %s, project_id: %s, auth: {access_key: %s, secret_key: %s}, endpoints: {elb: %q, apig: %q, roma: %q, iam: %q}",
		a.Region, a.ProjectID, a.AccessKey, a.SecretKey, at, at, at, at)
	config := "current: acme\nprofiles:\n  acme: " + of + "}\n  look: " + of + ", read_only: true}\n  named: " + of + ", confirm: always-name}\n" +
		"  spoilt: " + strings.Replace(of, a.SecretKey, "spoilt", 1) + "}\n"
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, cloud
}

// From the list over the dialog to the proof, then to a profile that only reads, and out: the screen has from the program what it
// needs. What it has written down can be read by the commands.
func TestTheScreenOnAProfile(t *testing.T) {
	t.Parallel()
	dir, cloud := onCloud(t, func() {})
	x := sits(t, dir)
	x.types("", " acme · ", "listed")
	x.types("/=unused && servers == 0\r", "9 of 48")
	x.types(" ", "1 marked")
	x.types("\x04", "Delete 1 pool")
	x.answers("\x13", "Saved: janitor apply janitor-plan-")
	x.types("y", "1 pool: 1 deleted (proved gone)")
	x.types("\x1b", "8 of 47")
	x.types(":profile look", "▍ profile look", cloud.Account().ProjectID)
	x.types("\r", " look · ", "listed")
	x.types("\x04", "Read-only: profile look says read_only: true in ")
	x.types(":profile named", "▍ profile named", cloud.Account().ProjectID)
	x.types("\r", " named · ", "listed")
	x.types("/=unused && servers == 0\r", "8 of 47")
	x.types(" ", "1 marked")
	x.types("\x04", "Delete 1 pool", "Type ")
	x.answers("\x1b", "Nothing was deleted")
	x.types(":profile acme", "▍ profile acme", cloud.Account().ProjectID)
	x.types("\r", " acme · ", "listed")
	x.key("q")
	if status, left := x.ends(); status != 0 || !strings.Contains(left, "1 pool: 1 deleted (proved gone)") {
		t.Errorf("status %d, and on the terminal stays:\n%s", status, left)
	}

	plans, err := filepath.Glob(filepath.Join(dir, "janitor-plan-*.json"))
	if err != nil || len(plans) != 1 {
		t.Fatal(plans, err)
	}
	file, err := os.Open(plans[0])
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	doc, _, err := cleanup.DecodeDocument(file)
	if err != nil || doc.Items() != 1 || doc.Where.Profile != "acme" || doc.Steps[0].Listed != 48 {
		t.Fatalf("%+v, %v", doc, err)
	}
	id := doc.Steps[0].Plan.Items[0].Resource.Ref.ID
	all, err := cleanup.NewHistory(filepath.Join(dir, "janitor"), "test").All()
	if err != nil || len(all) != 1 || all[0].Err != nil {
		t.Fatal(all, err)
	}
	if l := all[0].Ledger; cloud.Has(id) || l.Items[0].Result.Ref.ID != id || l.Header.Where.Profile != "acme" || l.Header.Who.As.AccessKey == "" {
		t.Errorf("%s is there: %v; %+v", id, cloud.Has(id), l.Header)
	}
}

// A plan may be watched on the screen. Whoever quits before its last step has not executed it all: what is in flight is proved
// first, and the status and the terminal say what was not begun. Applied again, it goes on there.
func TestAPlanIsWatchedOnTheScreen(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	free := sync.OnceFunc(func() { close(release) })
	dir, _ := onCloud(t, func() { <-release })
	t.Cleanup(free)
	book := "steps:\n"
	for _, name := range []string{"test-anna", "dev-billing-tmp"} {
		book += fmt.Sprintf("  - {name: %s, kind: pools, where: 'name == %q', allow: [prerequisites]}\n", name, name)
	}
	if err := os.WriteFile(filepath.Join(dir, "book.yaml"), []byte(book), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, left := sits(t, dir, "plan", "-f", "book.yaml", "-o", "plan.json").ends(); status != 0 {
		t.Fatalf("status %d: %s", status, left)
	}

	x := sits(t, dir, "apply", "plan.json", "--watch", "--yes", "--profile", "spoilt")
	x.types("", "the credentials are not accepted")
	x.key("\x03")
	if status, left := x.ends(); status != statusCredentials || !strings.Contains(left, "the credentials are not accepted") {
		t.Errorf("status %d:\n%s", status, left)
	}

	x = sits(t, dir, "apply", "plan.json", "--watch", "--yes")
	x.types("", "1 in flight")
	x.types("\x03", "ctrl+c again cancels it, proves what was sent and quits")
	x.answers("\x03", "Cancelled")
	free()
	status, left := x.ends()
	for _, want := range []string{"1 pool: 1 deleted (proved gone)", "janitor: 1 of 2 steps was not begun: dev-billing-tmp"} {
		if status != statusRefused || !strings.Contains(left, want) {
			t.Errorf("status %d, no %q:\n%s", status, want, left)
		}
	}

	x = sits(t, dir, "apply", "plan.json", "--watch", "--yes")
	x.types("", "1 pool: 1 deleted (proved gone)", "dev-billing-tmp")
	x.key("\x03") // nothing goes on any more
	if status, left := x.ends(); status != 0 || !strings.Contains(left, "1 of 2 steps was executed before") {
		t.Errorf("status %d:\n%s", status, left)
	}
	status, left = sits(t, dir, "apply", "plan.json", "--yes").ends()
	if status != statusUsage || !strings.Contains(left, "plan plan.json was applied before") {
		t.Errorf("status %d:\n%s", status, left)
	}
}

// A deadline ends the waiting for somebody who does not answer: nothing was confirmed, so nothing is deleted.
func TestADeadlineWhileNobodyAnswers(t *testing.T) {
	t.Parallel()
	dir, _ := onCloud(t, func() { t.Error("something is deleted") })
	if status, left := sits(t, dir, "plan", "pools", "--where", "name == 'test-anna'", "-o", "plan.json").ends(); status != 0 {
		t.Fatalf("status %d: %s", status, left)
	}
	status, left := sits(t, dir, "apply", "plan.json", "--deadline", "2s").ends()
	for _, want := range []string{"Type 1 to delete 1 pool:", "janitor: the deadline of 2s has passed: nothing is deleted"} {
		if status != statusDeadline || !strings.Contains(left, want) {
			t.Errorf("status %d, no %q:\n%s", status, want, left)
		}
	}
}
