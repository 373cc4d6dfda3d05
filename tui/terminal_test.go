package tui

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"go.uber.org/goleak"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/logbook"
	"janitor/client/simcloud"
	"janitor/tui/internal/golden"
)

// TestMain lets Bubble Tea's reader of keys be: what arrives after the program has ended hangs in it when the input is
// not a terminal. A collection that the last list has begun ends by itself.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("charm.land/bubbletea/v2.(*Program).readLoop"),
		goleak.IgnoreAnyFunction("janitor/client/heap.Settle"))
}

// epoch is when tests take place.
var epoch = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// clock is the time that a session shows; it stands still unless a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// account is a simulated account with what a session needs to work in it.
type account struct {
	*simcloud.Cloud
	clock  *clock
	loader *inventory.Loader
	engine *cleanup.Engine
	delete *client.Deleter
	opts   Options
}

func newAccount(t *testing.T, o simcloud.Options) *account {
	t.Helper()
	return newAccountBehind(t, o, func(h http.Handler) http.Handler { return h })
}

// newAccountBehind is an account whose answers pass through front.
func newAccountBehind(t *testing.T, o simcloud.Options, front func(http.Handler) http.Handler) *account {
	t.Helper()
	a := &account{clock: &clock{at: epoch}}
	o.Now = a.clock.now
	a.Cloud = simcloud.New(o)
	server := httptest.NewServer(front(a.Cloud))
	t.Cleanup(server.Close)
	log := logbook.New(filepath.Join(t.TempDir(), "janitor.log"))
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	who := a.Account()
	hosts, err := auth.NewHosts(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	base := server.Client().Transport
	sign := auth.Signer{AccessKey: who.AccessKey, SecretKey: who.SecretKey, ProjectID: who.ProjectID, Hosts: hosts, Now: a.clock.now}
	config := client.Config{
		Project: who.ProjectID, ELB: server.URL, ROMA: server.URL, APIG: server.URL, Transport: sign.Transport(base),
		Gateways: []client.Gateway{{Service: client.ROMA, InstanceID: who.ROMAInstanceID}, {Service: client.APIG, InstanceID: who.APIGInstanceID}},
		Pacing:   client.NewPacing(client.Limits{}), Found: &client.Found{}, Log: log.Logger(),
	}
	reads, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	deletes, err := client.NewDeleter(config)
	if err != nil {
		t.Fatal(err)
	}
	a.loader = inventory.NewLoader(reads, inventory.Scope{Profile: "acme", Region: who.Region, Project: who.ProjectID})
	a.loader.Now, a.delete = a.clock.now, deletes
	a.engine = cleanup.NewEngine(deletes, a.loader, cleanup.Options{Now: a.clock.now, Log: log.Logger()})
	a.opts = Options{
		Profile: "acme", Region: who.Region, Project: who.ProjectID, Loader: a.loader.WithDetail(), Engine: a.engine, Now: a.clock.now, Log: log,
	}
	return a
}

// recorded gives runs of the account a history.
func (a *account) recorded(t *testing.T) *cleanup.History {
	t.Helper()
	h := cleanup.NewHistory(t.TempDir(), "test")
	a.engine = cleanup.NewEngine(a.delete, a.loader, cleanup.Options{
		Now: a.clock.now, Log: a.opts.Log.Logger(), Journal: h.Journal(cleanup.Where{Profile: a.opts.Profile, Region: a.opts.Region, Project: a.opts.Project}),
	})
	a.opts.Engine, a.opts.History = a.engine, h
	return h
}

// list is what the account holds of a kind, seen past the screen.
func (a *account) list(t *testing.T, kind inventory.KindID) []inventory.Resource {
	t.Helper()
	s := inventory.Last(a.loader.Load(t.Context(), kind))
	l := s.Listing(kind)
	if l == nil || l.Err != nil {
		t.Fatalf("listing %s: %v", kind, l)
	}
	return l.Resources.All()
}

// children is what a parent holds.
func (a *account) children(t *testing.T, kind inventory.KindID, parent inventory.Resource) []inventory.Resource {
	t.Helper()
	l := inventory.Last(a.loader.Open(t.Context(), kind, []inventory.Resource{parent})).Listing(kind)
	if l.Err != nil {
		t.Fatal(l.Err)
	}
	return l.Resources.All()
}

// deletions are the requests that delete, as "METHOD path body".
func (a *account) deletions() []string {
	var out []string
	for _, r := range a.Requests() {
		if r.Method == http.MethodDelete || strings.Contains(r.Path, "batch-delete") {
			out = append(out, r.Method+" "+r.Path+" "+r.Body)
		}
	}
	return out
}

// terminal is a session in a virtual terminal: bytes of keys in, what a user would see out.
type terminal struct {
	t       *testing.T
	screen  *vt.SafeEmulator
	program *tea.Program
	keys    *io.PipeWriter
	done    chan struct{}
	cancel  context.CancelFunc // tells the program to end, as a signal does
	got     chan int           // how many screens are open, when a mark that was sent among the keys comes to the program
	marks   int                // that were sent

	mu  sync.Mutex
	raw bytes.Buffer // everything that was sent to the terminal

	summary string
	err     error
}

// drawn is how the program answers a mark. Terminals show nothing of it.
const drawn = "\x1b]777;drawn\a"

// Write is the terminal's end of the line.
func (x *terminal) Write(p []byte) (int, error) {
	x.mu.Lock()
	x.raw.Write(p)
	x.mu.Unlock()
	return x.screen.Write(p)
}

func open(t *testing.T, o Options, w, h int, more ...tea.ProgramOption) *terminal {
	t.Helper()
	return openOn(t, color.Black, o, w, h, more...)
}

func openOn(t *testing.T, paper color.Color, o Options, w, h int, more ...tea.ProgramOption) *terminal {
	t.Helper()
	input, keys := io.Pipe()
	x := &terminal{t: t, screen: vt.NewSafeEmulator(w, h), keys: keys, done: make(chan struct{}), got: make(chan int, 1)}
	x.screen.SetBackgroundColor(paper)
	if _, err := x.screen.WriteString("\x1b[20h"); err != nil { // a line feed returns the carriage, as the line discipline does
		t.Fatal(err)
	}
	answers := make(chan struct{})
	go func() { // what the terminal answers comes in as keys do
		defer close(answers)
		_, _ = io.Copy(keys, x.screen)
	}()
	ctx, cancel := context.WithCancel(context.Background())
	x.cancel = cancel
	options := append([]tea.ProgramOption{
		tea.WithInput(input), tea.WithOutput(x), tea.WithWindowSize(w, h), tea.WithoutSignals(),
		tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}),
		tea.WithFilter(func(m tea.Model, msg tea.Msg) tea.Msg {
			if _, ok := msg.(tea.FocusMsg); ok {
				x.got <- len(m.(*Model).stack)
				return tea.RawMsg{Msg: drawn}
			}
			return msg
		}),
	}, more...)
	options = append(options, func(p *tea.Program) { x.program = p })
	go func() {
		defer close(x.done)
		x.summary, x.err = Run(ctx, o, options...)
	}()
	t.Cleanup(func() {
		cancel()
		<-x.done
		_ = keys.Close()
		_ = x.screen.InputPipe().(io.Closer).Close() // Close of the emulator itself races with its Read
		<-answers
	})
	return x
}

// text is what is on the screen, without colours.
func (x *terminal) text() string {
	return ansi.Strip(x.screen.Render())
}

// until waits for the screen to satisfy want.
func (x *terminal) until(what string, want func(string) bool) string {
	x.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		s := x.text()
		if want(s) {
			return s
		}
		if time.Now().After(deadline) {
			x.t.Fatalf("%s; the screen is:\n%s", what, s)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (x *terminal) see(texts ...string) *terminal {
	x.t.Helper()
	for _, text := range texts {
		x.until("never saw: "+text, func(s string) bool { return strings.Contains(s, text) })
	}
	return x
}

func (x *terminal) gone(text string) *terminal {
	x.t.Helper()
	x.until("still there: "+text, func(s string) bool { return !strings.Contains(s, text) })
	return x
}

// taken waits until the program has taken all keys sent so far: for those after which the clock passes, or that the screen
// does not tell of. What they asked for may still be under way.
func (x *terminal) taken() *terminal {
	x.t.Helper()
	x.depth()
	return x
}

// still is what is on the screen, without blanks at the ends of lines, once all keys sent so far are taken and drawn. What
// they asked for may still be under way.
func (x *terminal) still() string {
	x.t.Helper()
	for range 2 { // an answer goes before the frame that was drawn until then
		x.taken()
		x.until("never drawn", func(string) bool { return x.sent(drawn) == x.marks })
	}
	return golden.Trim(x.text())
}

// sent is how often something was sent to the terminal.
func (x *terminal) sent(what string) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return bytes.Count(x.raw.Bytes(), []byte(what))
}

// depth is how many screens are open once all keys sent so far are taken.
func (x *terminal) depth() int {
	x.t.Helper()
	x.marks++
	x.press("\x1b[I") // that the terminal has the focus, which the program does not care about
	select {
	case n := <-x.got:
		return n
	case <-time.After(20 * time.Second):
		x.t.Fatalf("keys are not taken; the screen is:\n%s", x.text())
		return 0
	}
}

// back leaves details until so many screens are open.
func (x *terminal) back(depth int) *terminal {
	x.t.Helper()
	for x.depth() > depth { // what was opened may take its time to come
		x.press("esc")
	}
	return x
}

// bytesOf are those that terminals send. That of esc alone is the beginning of others, and a matter of time: here it is
// sent as terminals do that avoid this.
var bytesOf = map[string]string{
	"space": " ", "enter": "\r", "esc": "\x1b[27u", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "pgdown": "\x1b[6~", "pgup": "\x1b[5~",
	"delete": "\x1b[3~", "ctrl+a": "\x01", "ctrl+c": "\x03", "ctrl+d": "\x04", "ctrl+l": "\x0c", "ctrl+r": "\x12", "ctrl+s": "\x13", "ctrl+u": "\x15", "ctrl+w": "\x17", "ctrl+z": "\x1a",
	"ctrl+space": "\x00", `ctrl+\`: "\x1c", "shift+down": "\x1b[1;2B", "shift+up": "\x1b[1;2A", "backspace": "\x7f",
}

// resize gives the window another size.
func (x *terminal) resize(w, h int) *terminal {
	x.screen.Resize(w, h)
	x.program.Send(tea.WindowSizeMsg{Width: w, Height: h})
	return x
}

// press sends the bytes of keys.
func (x *terminal) press(names ...string) *terminal {
	x.t.Helper()
	for _, name := range names {
		b, ok := bytesOf[name]
		if !ok {
			b = name
		}
		if _, err := x.keys.Write([]byte(b)); err != nil {
			x.t.Fatal(err)
		}
	}
	return x
}

// end waits until the program has ended by itself.
func (x *terminal) end() *terminal {
	x.t.Helper()
	select {
	case <-x.done:
	case <-time.After(20 * time.Second):
		x.t.Fatalf("still running:\n%s", x.text())
	}
	return x
}

// choose marks rows by their ids, through the filter, as a careful user would.
func (x *terminal) choose(ids ...string) *terminal {
	x.t.Helper()
	for i, id := range ids {
		x.press("/", "ctrl+u", id, "enter")
		x.see("/"+id, " of ")
		x.press("space")
		x.see(fmt.Sprintf("%d marked", i+1))
	}
	return x
}

// confirm says yes to a dialog about n items, in whatever way it asks for.
func (x *terminal) confirm(a *account, n string) *terminal {
	x.t.Helper()
	x.see("Delete " + n)
	a.clock.pass(time.Second)
	if before, _, ok := strings.Cut(x.text(), " to delete:"); ok { // the count, or a name
		x.press(before[strings.LastIndex(before, "Type ")+len("Type "):])
		x.see("[ Delete " + n)
		return x.press("enter")
	}
	return x.press("y")
}

// some are n resources that pass, none of whose ids is part of another.
func some(t *testing.T, from []inventory.Resource, n int, pass func(inventory.Resource) bool) []inventory.Resource {
	t.Helper()
	var out []inventory.Resource
	for _, r := range from {
		unique := !slices.ContainsFunc(from, func(o inventory.Resource) bool {
			return o.Ref != r.Ref && strings.Contains(o.Ref.ID, r.Ref.ID)
		})
		if unique && pass(r) {
			if out = append(out, r); len(out) == n {
				return out
			}
		}
	}
	t.Fatalf("only %d of %d are fit for the test, %d are needed", len(out), len(from), n)
	return nil
}

func ids(rs []inventory.Resource) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = r.Ref.ID
	}
	return out
}
