package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"go.uber.org/goleak"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/profile"
	"janitor/client/simcloud"
	"janitor/tui/theme"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // scripts wait most of the time; -parallel says otherwise
	testscript.Main(m, map[string]func(){"janitor": main})
}

// TestScripts runs the commands as a shell would; see testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir) // the config file is janitor/config.yaml
			env.Setenv("XDG_STATE_HOME", env.WorkDir)  // runs are in janitor/runs
			env.Setenv("JANITOR_METADATA", "off")      // no server's agency, wherever the tests run
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"refuses":  refuses,
			"unheard":  unheard,
			"helpfits": helpFits,
			"change":   change,
			"parses":   parses,
			"simulate": simulate,
			"pools":    pools,
			"breakoff": breakOff,
			"mend":     mend,
			"ends":     ends,
			"misspell": misspell,
			"newest":   newest,
			"age":      age,
			"digest":   digest,
			"harmless": harmless,
		},
	})
}

// refuses STATUS ARG...: janitor with these arguments ends with the status, one line on stderr and nothing on stdout;
// later "stderr" lines of the script look at that line.
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: refuses STATUS ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("janitor", args[1:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != want {
		ts.Fatalf("ended with %v, want exit status %d", err, want)
	}
	stderr := ts.ReadFile("stderr")
	if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "janitor: ") {
		ts.Fatalf("stderr is not one line: %q", stderr)
	}
	if stdout := ts.ReadFile("stdout"); stdout != "" {
		ts.Fatalf("stdout is not empty: %q", stdout)
	}
}

// helpFits WIDTH: no line in the help of any command is longer than that many columns, or cut off.
func helpFits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: helpfits WIDTH")
	}
	width, err := strconv.Atoi(args[0])
	ts.Check(err)
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		ts.Check(ts.Exec("janitor", append(strings.Fields(cmd.CommandPath())[1:], "--help")...))
		for line := range strings.Lines(ts.ReadFile("stdout")) {
			if line = strings.TrimRight(line, " \n"); theme.Width(line) > width || strings.HasSuffix(line, "…") {
				ts.Logf("%s: %d columns: %s", cmd.CommandPath(), theme.Width(line), line)
				err = errors.New("help is too wide")
			}
		}
		for _, sub := range cmd.Commands() {
			look(sub)
		}
	}
	look(program())
	ts.Check(err)
}

// unheard STATUS ARG...: janitor with these arguments, whose stdout nobody reads any more, ends with the status and says nothing
// of it.
func unheard(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: unheard STATUS ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	name, err := exec.LookPath(filepath.Join(strings.SplitN(ts.Getenv("PATH"), string(os.PathListSeparator), 2)[0], "janitor"))
	ts.Check(err)
	gone, out, err := os.Pipe()
	ts.Check(err)
	ts.Check(gone.Close())
	defer out.Close()
	cmd := exec.Command(name, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = os.Environ()
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_STATE_HOME", "JANITOR_METADATA", "JANITOR_CONFIG", "HOME"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = out, &said
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Check(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != want || strings.Contains(said.String(), "pipe") {
		ts.Fatalf("janitor %s ended with exit status %d, want %d, and said: %s", strings.Join(args[1:], " "), got, want, said.String())
	}
}

// simulate ARG...: starts "janitor simulate" for the rest of the script. Its first line goes to cloud.json, the rest to
// config.yaml; at the end it is told to end, and must do so well.
func simulate(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: simulate ARG...")
	}
	name, err := exec.LookPath(filepath.Join(strings.SplitN(ts.Getenv("PATH"), string(os.PathListSeparator), 2)[0], "janitor"))
	ts.Check(err)
	out, err := os.Create(ts.MkAbs("simulate.out"))
	ts.Check(err)
	defer out.Close()
	cmd := exec.Command(name, append([]string{"simulate"}, args...)...)
	cmd.Stdout = out
	said, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		ts.Check(cmd.Process.Signal(os.Interrupt))
		giveUp := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		defer giveUp.Stop()
		if err := cmd.Wait(); err != nil {
			ts.Fatalf("simulate ended with %v", err)
		}
	})
	// By the first line on stderr everything is on stdout.
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil || !strings.Contains(line, "http://127.0.0.1:") {
		ts.Fatalf("simulate said %q, %v", line, err)
	}
	data, err := os.ReadFile(out.Name())
	ts.Check(err)
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	ts.Check(os.WriteFile(ts.MkAbs("cloud.json"), append(first, '\n'), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("config.yaml"), rest, 0o600))
}

// pools PROFILE N: the profile of config.yaml opens over HTTP and lists N pools.
func pools(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pools PROFILE N")
	}
	p, err := profile.Find(profile.Choice{Profile: args[0], Lookup: func(name string) (string, bool) {
		if name != "JANITOR_CONFIG" {
			return "", false
		}
		return ts.MkAbs("config.yaml"), true
	}})
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := p.Open(ctx)
	ts.Check(err)
	defer s.Close()
	n := 0
	for page, err := range s.Client.Pools(ctx) {
		ts.Check(err)
		n += len(page)
	}
	if got := strconv.Itoa(n); got != args[1] {
		ts.Fatalf("%s pools, want %s", got, args[1])
	}
}

func TestServingLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	sim := simulation{Options: simcloud.Options{Seed: 7}}
	v, err := sim.serve(t.Context(), "127.0.0.1:0", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s, err := v.profile("demo").Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Client.Certificates(t.Context()) {
		if err != nil {
			t.Error(err)
		}
	}
	s.Close()
	v.stop()
}

// A large account takes seconds to make: that is said, and a signal does not wait for it.
func TestASignalWhileTheAccountIsMade(t *testing.T) {
	ctx, signal := context.WithCancel(t.Context())
	held, made := make(chan struct{}), make(chan struct{})
	sim := simulation{Options: simcloud.Options{Now: sync.OnceValue(func() time.Time {
		defer close(made)
		<-held
		return time.Now()
	})}}
	told := heard(func(line string) {
		if !strings.Contains(line, "takes a while") {
			t.Errorf("told %q", line)
		}
		signal()
	})
	_, err := sim.serve(ctx, "127.0.0.1:0", told)
	if status(err) != statusInterrupted {
		t.Errorf("status %d, %v", status(err), err)
	}
	close(held)
	<-made
}

// heard is a writer that hands on what is written.
type heard func(string)

func (s heard) Write(p []byte) (int, error) {
	s(string(p))
	return len(p), nil
}

func TestErrorsAreOneHarmlessLine(t *testing.T) {
	for said, want := range map[string]string{
		"a\nb\r\n日本":                      "a b 日本",
		"\x1b]52;c;x\a":                   `\x1b]52;c;x\x07`,
		"\u202eevil":                      `\u202eevil`,
		"pool\u200bs":                     `pool\u200bs`,
		"blank \u3164":                    `blank \u3164`,
		"tag \U000e0041":                  `tag \U000e0041`,
		"\xff":                            `\xff`,
		"e" + strings.Repeat("\u0301", 4): "e\u0301\u0301\u0301\\u0301",
		strings.Repeat("long", 100):       strings.Repeat("long", 100),
	} {
		if got := oneLine(errors.New(said)); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}

func TestWhereAProfileWasLookedForIsALineEach(t *testing.T) {
	got := printed(&profile.Nowhere{Looked: []string{"/home/\x1b[2Jevil/config.yaml has none", "clouds.yaml has none"}})
	want := "no profile found\n  /home/\\x1b[2Jevil/config.yaml has none\n  clouds.yaml has none\n" +
		"Set up one of these, or try janitor demo, which needs no account."
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStatuses(t *testing.T) {
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{usage("x"), 2},
		{profile.Usage, 2},
		{profile.Credentials, 4},
		{fmt.Errorf("listing pools: %w", client.Unauthorised), 4},
		{&failure{statusInterrupted, errors.New("x")}, 7},
		{unrecorded(errors.New("no space left on device")), 5},
		{unrecorded(fmt.Errorf("%w: undone meanwhile", cleanup.ErrOutdated)), 3},
	} {
		if got := status(test.err); got != test.want {
			t.Errorf("%v: %d, want %d", test.err, got, test.want)
		}
	}
}
