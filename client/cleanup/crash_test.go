package cleanup

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

var (
	crashes   = flag.Int("crashes", 0, "of TestCrash: how many random ones; 0 = a few, and not every point")
	crashSeed = flag.Uint64("crashseed", 0, "of TestCrash: for the random ones; 0 = a new one")
)

const crashEnv = "JANITOR_CRASH"

// crashOrder is what the child does, and where it ends itself; 0 = never.
type crashOrder struct {
	URL     string
	Account simcloud.Account
	Dir     string
	Plan    string // file; "": the run in Dir is resumed
	Seen    bool   // the plan has its objects, as one that is made on the screen

	Line   int  // before it writes the line of this number, counted from where it begins
	Torn   bool // and has written half of it
	Synced int  // after this many fsyncs
}

// crash is the child: it runs or resumes, and is killed on the way or ends well.
func crash(order string) int {
	var o crashOrder
	if err := json.Unmarshal([]byte(order), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	engine, loader, err := dial(o.URL, o.Account)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	h := NewHistory(o.Dir, "test")
	h.disk = func(f *os.File) journal.Disk { return &deathDisk{File: f, order: o} }
	var run *Run
	if o.Plan == "" {
		all, err := h.All()
		if err != nil || len(all) != 1 || all[0].Ledger == nil {
			fmt.Fprintln(os.Stderr, "no run to resume:", err)
			return 2
		}
		j, err := h.Resume(all[0])
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 5
		}
		run = engine.Resume(context.Background(), all[0].Ledger, j)
	} else {
		file, err := os.ReadFile(o.Plan)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		plan, err := decodePlan(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 2
		}
		if o.Seen {
			all, err := everything(context.Background(), loader)
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				return 2
			}
			for i := range plan.Items {
				it := &plan.Items[i].Resource
				it.Object = all[slices.IndexFunc(all, func(r inventory.Resource) bool { return r.Ref == it.Ref })].Object
			}
		}
		engine.journal = h.Journal(crashScope(o.Account))
		run = engine.Start(context.Background(), plan)
	}
	run.Wait()
	if err := run.Unrecorded(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 5
	}
	return 0
}

// deathDisk is a file at whose writes the program dies.
type deathDisk struct {
	*os.File
	order        crashOrder
	lines, syncs int
}

func (d *deathDisk) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		if d.lines++; d.lines == d.order.Line {
			if d.order.Torn {
				d.File.Write(line[:len(line)/2])
			}
			die()
		}
		if n, err := d.File.Write(line); err != nil {
			return n, err
		}
	}
	return len(p), nil
}

func (d *deathDisk) Sync() error {
	err := d.File.Sync()
	if d.syncs++; d.syncs == d.order.Synced {
		die()
	}
	return err
}

// die is SIGKILL: nothing is tidied up.
func die() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		p.Kill()
	}
	select {}
}

func crashScope(a simcloud.Account) Where {
	return Where{Profile: "crash", Region: a.Region, Project: a.ProjectID}
}

func dial(url string, account simcloud.Account) (*Engine, *inventory.Loader, error) {
	hosts, err := auth.NewHosts(url)
	if err != nil {
		return nil, nil, err
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.DisableKeepAlives = true // nothing to be closed in the end
	signed := auth.Signer{AccessKey: account.AccessKey, SecretKey: account.SecretKey, ProjectID: account.ProjectID, Hosts: hosts}.Transport(base)
	config := client.Config{
		Project: account.ProjectID, ELB: url, ROMA: url, APIG: url, Transport: signed,
		Gateways: []client.Gateway{{Service: client.ROMA}, {Service: client.APIG}},
		Pacing:   client.NewPacing(client.Limits{}), Found: &client.Found{},
	}
	reader, err := client.New(config)
	if err != nil {
		return nil, nil, err
	}
	deleter, err := client.NewDeleter(config)
	if err != nil {
		return nil, nil, err
	}
	loader := inventory.NewLoader(reader, inventory.Scope{Profile: "crash", Region: account.Region, Project: account.ProjectID})
	e := NewEngine(deleter, loader, Options{})
	e.rest = time.Millisecond
	return e, loader, nil
}

// crashLab is the account that crashes happen in, always the same.
type crashLab struct {
	options simcloud.Options
	file    []byte // the plan
	plan    Plan
	before  map[inventory.Ref]bool // all that is there
}

func newCrashLab(t *testing.T) *crashLab {
	t.Helper()
	start := time.Now()
	lab := &crashLab{options: simcloud.Options{Seed: 5, KeepMembers: true, Lacks: []string{"/certificates/batch-delete"}, Now: func() time.Time { return start }}}
	c := lab.open(t)
	found := everythingIn(t, c.loader)
	lab.before = refSet(found)
	var marked []inventory.Ref
	most := map[inventory.KindID]int{inventory.Pools: 5, inventory.Certificates: 4, inventory.Entries: 4, inventory.Members: 4}
	laden := 0
	for _, r := range found {
		if most[r.Ref.Kind] == 0 || r.Verdict.State != inventory.Unused && r.Ref.Kind != inventory.Entries && r.Ref.Kind != inventory.Members {
			continue
		}
		one, err := NewPlan([]inventory.Ref{r.Ref}, c.snapshot(t, r), Choice{})
		if err != nil {
			t.Fatal(err)
		}
		if len(one.Items) == 0 || r.Ref.Kind == inventory.Pools && len(one.Items[0].Holds) == 0 && laden < 3 {
			continue
		}
		if len(one.Items[0].Holds) > 0 {
			laden++
		}
		most[r.Ref.Kind]--
		marked = append(marked, r.Ref)
	}
	plans := make([]Plan, 0, 3)
	for _, kind := range [][]inventory.KindID{{inventory.Pools, inventory.Certificates}, {inventory.Entries}, {inventory.Members}} {
		var some []inventory.Ref
		var example inventory.Resource
		for _, r := range found {
			if slices.Contains(kind, r.Ref.Kind) && slices.Contains(marked, r.Ref) {
				some, example = append(some, r.Ref), r
			}
		}
		p, err := NewPlan(some, c.snapshot(t, example), Choice{})
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	for _, p := range plans {
		lab.plan.Items = append(lab.plan.Items, p.Items...)
		lab.plan.Consequences = append(lab.plan.Consequences, p.Consequences...)
	}
	if len(lab.plan.Items) != 17 || laden < 3 {
		t.Fatalf("a poor example: %d items, %d with something to go first", len(lab.plan.Items), laden)
	}
	var err error
	if lab.file, err = lab.plan.Encode(); err != nil {
		t.Fatal(err)
	}
	return lab
}

// everything is all that can be deleted in an account, and what it lives in.
func everything(ctx context.Context, l *inventory.Loader) ([]inventory.Resource, error) {
	var all []inventory.Resource
	top := inventory.Last(l.Load(ctx, inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels))
	for _, kind := range inventory.Top() {
		listing := top.Listing(kind.ID)
		if listing.Err != nil {
			return nil, listing.Err
		}
		all = append(all, listing.Resources.All()...)
		if kind.Holds == "" {
			continue
		}
		inside := inventory.Last(l.Open(ctx, kind.Holds, listing.Resources.All())).Listing(kind.Holds)
		if inside.Err != nil {
			return nil, inside.Err
		}
		all = append(all, inside.Resources.All()...)
	}
	return all, nil
}

func everythingIn(t *testing.T, l *inventory.Loader) []inventory.Resource {
	t.Helper()
	all, err := everything(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func refSet(rs []inventory.Resource) map[inventory.Ref]bool {
	set := map[inventory.Ref]bool{}
	for _, r := range rs {
		set[r.Ref] = true
	}
	return set
}

// crashed is one account after the other, and who is killed by it.
type crashed struct {
	cloud  *simcloud.Cloud
	url    string
	engine *Engine
	loader *inventory.Loader
	lists  map[inventory.KindID]*inventory.Snapshot

	mu    sync.Mutex
	at    int  // the changing request at which the child is killed, counted from 1; 0 = none
	late  bool // after it was applied, before its answer
	child *os.Process
	seen  int
}

func (lab *crashLab) open(t *testing.T) *crashed {
	t.Helper()
	c := &crashed{cloud: simcloud.New(lab.options), lists: map[inventory.KindID]*inventory.Snapshot{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	var err error
	if c.engine, c.loader, err = dial(c.url, c.cloud.Account()); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crashed) snapshot(t *testing.T, r inventory.Resource) *inventory.Snapshot {
	t.Helper()
	kind := r.Ref.Kind
	if c.lists[kind] == nil {
		switch kind {
		case inventory.Entries, inventory.Members:
			holder, _ := inventory.Lookup(kind)
			top := inventory.Last(c.loader.Load(t.Context(), holder.Within))
			c.lists[kind] = inventory.Last(c.loader.Open(t.Context(), kind, top.Listing(holder.Within).Resources.All()))
		default:
			s := inventory.Last(c.loader.Load(t.Context(), inventory.Pools, inventory.Certificates))
			c.lists[inventory.Pools], c.lists[inventory.Certificates] = s, s
		}
	}
	return c.lists[kind]
}

func changing(r *http.Request) bool {
	return r.Method == http.MethodDelete || r.Method == http.MethodPut || r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "batch-delete")
}

// ServeHTTP is the cloud; it kills its client when it is told to.
func (c *crashed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !changing(r) {
		c.cloud.ServeHTTP(w, r)
		return
	}
	c.mu.Lock()
	c.seen++
	now, late, child := c.seen == c.at, c.late, c.child
	c.mu.Unlock()
	if !now {
		c.cloud.ServeHTTP(w, r)
		return
	}
	if late {
		c.cloud.ServeHTTP(httptest.NewRecorder(), r)
	}
	child.Kill()
	panic(http.ErrAbortHandler) // nobody waits for the answer any more
}

// spawn runs the child until it ends or is killed; it says whether it ended well.
func (c *crashed) spawn(t *testing.T, o crashOrder, at int, late bool) bool {
	t.Helper()
	o.URL, o.Account = c.url, c.cloud.Account()
	order, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashEnv+"="+string(order))
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	c.mu.Lock()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.child, c.at, c.late, c.seen = cmd.Process, at, late, 0
	c.mu.Unlock()
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended with %v: %s", err, &said)
	}
	return err == nil
}

// A run is killed at every line of its journal and around every request, and resumed. Whatever the point, nothing is
// deleted twice without a list between, every item is deleted and proved, and nothing else is touched.
func TestCrash(t *testing.T) {
	lab := newCrashLab(t)
	stride := 12 // of the points: all of them take a minute
	random := 8
	if *crashes > 0 {
		stride, random = 1, *crashes
	}
	t.Run("lines", func(t *testing.T) {
		for n := 1; ; n++ {
			whole, torn := n%stride == 1%stride, n%stride == 3%stride
			if (whole && lab.survives(t, fmt.Sprint("before line ", n), crashOrder{Line: n}, 0, false)) ||
				(torn && lab.survives(t, fmt.Sprint("within line ", n), crashOrder{Line: n, Torn: true, Seen: true}, 0, false)) {
				return
			}
		}
	})
	t.Run("fsyncs", func(t *testing.T) {
		for n := 1; !lab.survives(t, fmt.Sprint("after fsync ", n), crashOrder{Synced: n}, 0, false); n += (stride + 1) / 2 {
		}
	})
	t.Run("requests", func(t *testing.T) {
		for n := 1; ; n += (stride + 1) / 2 {
			if lab.survives(t, fmt.Sprint("before request ", n), crashOrder{}, n, false) ||
				lab.survives(t, fmt.Sprint("after request ", n), crashOrder{}, n, true) {
				return
			}
		}
	})
	t.Run("random", func(t *testing.T) {
		seed := *crashSeed
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		for n := range random {
			t.Run(fmt.Sprint(seed+uint64(n)), func(t *testing.T) {
				t.Logf("again with -crashseed %d", seed+uint64(n))
				lab.any(t, rand.New(rand.NewPCG(seed+uint64(n), 1)))
			})
		}
	})
}

// survives kills one run; true: it had ended before that point.
func (lab *crashLab) survives(t *testing.T, name string, o crashOrder, at int, late bool) (ended bool) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		c := lab.open(t)
		dir := lab.dir(t, &o)
		ended = c.spawn(t, o, at, late)
		lab.finish(t, c, dir)
	})
	return ended
}

// any kills a run, and then its resumption, and that again, anywhere.
func (lab *crashLab) any(t *testing.T, random *rand.Rand) {
	t.Helper()
	c := lab.open(t)
	var o crashOrder
	dir := lab.dir(t, &o)
	for n := range 1 + random.IntN(4) {
		next := crashOrder{Dir: dir}
		if n == 0 {
			next.Plan, next.Seen = o.Plan, random.IntN(2) == 0
		} else if past := lab.past(t, dir); past == nil || past.Ledger == nil || past.Ledger.Finished {
			break
		}
		at, late := 0, random.IntN(2) == 0
		switch random.IntN(3) {
		case 0:
			next.Line, next.Torn = 1+random.IntN(90), random.IntN(2) == 0
		case 1:
			next.Synced = 1 + random.IntN(25)
		default:
			at = 1 + random.IntN(20)
		}
		c.spawn(t, next, at, late)
	}
	lab.finish(t, c, dir)
}

func (lab *crashLab) dir(t *testing.T, o *crashOrder) string {
	t.Helper()
	o.Dir = t.TempDir()
	o.Plan = filepath.Join(o.Dir, "p.json")
	if err := os.WriteFile(o.Plan, lab.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return o.Dir
}

func (lab *crashLab) past(t *testing.T, dir string) *Past {
	t.Helper()
	all, err := NewHistory(dir, "test").All()
	if err != nil || len(all) > 1 {
		t.Fatalf("%d runs, %v", len(all), err)
	}
	if len(all) == 0 {
		return nil
	}
	return all[0]
}

// finish resumes what is left of a run and checks all that has to hold.
func (lab *crashLab) finish(t *testing.T, c *crashed, dir string) {
	t.Helper()
	c.mu.Lock()
	c.at = 0
	c.mu.Unlock()
	past := lab.past(t, dir)
	if past == nil || past.State() == "not begun" {
		if left := refSet(everythingIn(t, c.loader)); len(left) != len(lab.before) {
			t.Errorf("not begun, and %d of %d are left", len(left), len(lab.before))
		}
		return
	}
	if past.Ledger == nil {
		t.Fatal(past.Err)
	}
	if !past.Ledger.Finished {
		j, err := NewHistory(dir, "test").Resume(past)
		if err != nil {
			t.Fatal(err)
		}
		run := c.engine.Resume(t.Context(), past.Ledger, j)
		finished(t, run)
		if err := run.Unrecorded(); err != nil {
			t.Fatal(err)
		}
	}
	past = lab.past(t, dir)
	if past.Err != nil || past.State() != "finished" {
		t.Fatalf("%s after it was resumed: %v", past.State(), past.Err)
	}
	planned := map[inventory.Ref]bool{}
	for i, it := range past.Ledger.Items {
		planned[it.Result.Ref] = true
		if it.Result.Outcome != Deleted || !it.Result.Proved || it.Unread {
			t.Errorf("item %d (%s %s): %+v", i, it.Result.Ref.Kind, it.Result.Ref.ID, it)
		}
	}
	left := refSet(everythingIn(t, c.loader))
	for ref := range lab.before {
		if left[ref] == planned[ref] {
			t.Errorf("%s %s: planned %v, left %v", ref.Kind, ref.ID, planned[ref], left[ref])
		}
	}
	neverTwice(t, c.cloud.Requests())
	written, err := os.ReadFile(filepath.Join(past.dir, journalName))
	if err != nil || !bytes.Contains(written, []byte(`"fingerprint"`)) || bytes.Contains(written, []byte("PRIVATE KEY")) {
		t.Errorf("certificates are not kept as they should be: %v", err)
	}
}

// neverTwice checks the server's log: between two deletions of one object a list was read that would show it.
func neverTwice(t *testing.T, log []simcloud.Request) {
	t.Helper()
	blind := map[string]string{} // objects that were deleted, to the path of a list that would show them
	for _, r := range log {
		var ids []string
		dir := path.Dir(r.Path)
		switch {
		case r.Method == http.MethodGet:
			for id, list := range blind {
				if strings.Contains(r.Path, list) {
					delete(blind, id)
				}
			}
			continue
		case r.Status >= 400 && r.Status < 499, r.Status == 501: // refused as a whole, and the client knows
			continue
		case r.Method == http.MethodDelete:
			ids = []string{r.Path}
		case strings.HasSuffix(r.Path, "batch-delete"):
			var body any
			if err := json.Unmarshal([]byte(r.Body), &body); err != nil {
				t.Fatal(err)
			}
			for _, id := range leaves(body) {
				ids = append(ids, dir+"/"+id)
			}
		default:
			continue
		}
		if len(ids) == 0 {
			t.Errorf("%s %s %s deletes nothing", r.Method, r.Path, r.Body)
		}
		list := "/pools"
		for _, word := range []string{"/certificates", "/ipgroups", "/vpc-channels"} {
			if strings.Contains(r.Path, word) {
				list = word
			}
		}
		for _, id := range ids {
			if blind[id] != "" {
				t.Errorf("%s is deleted a second time, and nobody has looked", id)
			}
			blind[id] = list
		}
	}
}

// leaves are all the strings in a value.
func leaves(value any) []string {
	var out []string
	switch v := value.(type) {
	case string:
		out = append(out, v)
	case []any:
		for _, e := range v {
			out = append(out, leaves(e)...)
		}
	case map[string]any:
		for _, e := range v {
			out = append(out, leaves(e)...)
		}
	}
	return out
}
