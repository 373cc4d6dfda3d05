package cleanup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/simcloud"
)

// some deletes a few of everything that can be brought back, pools with what refers to them, and gives the runs.
func (lab *undoLab) some() []*Past {
	lab.t.Helper()
	runs := []*Past{}
	from := inventory.Last(lab.loader.Load(lab.t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
	var marked []inventory.Resource
	for _, kind := range []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups} {
		n := 0
		for _, r := range from.Listing(kind).Resources.All() {
			p, err := NewPlan(refsOf([]inventory.Resource{r}), from, Choice{Detach: true})
			if err != nil || len(p.Items) == 0 || p.Items[0].Undo == inventory.Impossible {
				continue
			}
			if n++; n <= 2 || len(p.Items[0].Detaches) > 0 && n < 12 {
				marked = append(marked, r)
			}
		}
	}
	runs = append(runs, lab.delete(marked, from, Choice{Detach: true}))
	channels := lab.load(inventory.Channels).Listing(inventory.Channels).Resources.All()
	inside := inventory.Last(lab.loader.Open(lab.t.Context(), inventory.Members, channels))
	servers := pick(inside, inventory.Members, 2, func(r inventory.Resource) bool { return r.Verdict.State != inventory.Protected })
	runs = append(runs, lab.delete(servers, inside, Choice{}))
	entries, groups := lab.entriesOf(3)
	return append(runs, lab.delete(entries, groups, Choice{}))
}

// back brings all of it back and wants it as it was.
func (lab *undoLab) back(before map[string][]map[string]any, runs []*Past, do func(*Past) []Result) {
	lab.t.Helper()
	was, apart := map[string]string{}, map[string]bool{}
	for _, past := range slices.Backward(runs) {
		plan, err := lab.history.UndoPlan(past)
		if err != nil {
			lab.t.Fatal(err)
		}
		for _, it := range plan.Items {
			if it.Undo > inventory.NewID {
				apart[it.Resource.Ref.Parent+" "+it.Resource.Ref.ID] = true
			}
		}
		for _, res := range do(past) {
			if res.Outcome != Restored || !res.Proved {
				lab.t.Errorf("%s %s: %v, proved %v: %s", res.Ref.Kind, res.Ref.ID, res.Outcome, res.Proved, res.Message)
			}
			if res.NewID != "" {
				was[res.NewID] = res.Ref.ID
			}
		}
	}
	compare(lab.t, before, lab.state(), was, apart)
}

func TestSomeOfEverythingComesBack(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	before := lab.state()
	runs := lab.some()
	lab.back(before, runs, func(p *Past) []Result { _, results := lab.undo(p); return results })
	calls := strings.Join(lab.changes(), "\n")
	for _, call := range []string{
		"POST /v3/P/elb/pools", "POST /v2.0/lbaas/pools", "/members", "/healthmonitors", "POST /v3/P/elb/certificates", "POST /v3/P/elb/ipgroups",
		"/iplist/create-or-update", "PUT /v3/P/elb/listeners/", "POST /v3/P/elb/l7policies", "/rules", "PUT /v2.0/lbaas/",
	} {
		if !strings.Contains(calls, call) {
			t.Errorf("no request %s: the others do not try it", call)
		}
	}
}

// Whichever answer is lost, after the work or before it, everything is made once.
func TestLostAnswersOfMakings(t *testing.T) {
	others := []simcloud.Act{{Cut: simcloud.Before}, {Status: 502, Body: "<html>", Applied: true}, {Truncate: 5}}
	for n, rule := range []simcloud.Rule{
		{Method: "POST", Path: "**/elb/pools"},
		{Method: "POST", Path: "**/lbaas/pools"},
		{Method: "POST", Path: "**/pools/*/members"},
		{Method: "POST", Path: "**/healthmonitors"},
		{Method: "POST", Path: "**/l7policies"},
		{Method: "POST", Path: "**/rules"},
		{Method: "POST", Path: "**/certificates"},
		{Method: "POST", Path: "**/ipgroups"},
		{Method: "POST", Path: "**/create-or-update"},
		{Method: "POST", Path: "**/vpc-channels/*/members"},
	} {
		for _, act := range []simcloud.Act{{Cut: simcloud.After}, others[n%len(others)]} {
			rule.Do, rule.Every, rule.Times = act, 2, 3
			t.Run(fmt.Sprintf("%s %+v", rule.Path, act.Cut+simcloud.Cut(fmt.Sprint(act.Status))), func(t *testing.T) {
				t.Parallel()
				lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25, Script: simcloud.Script{Rules: []simcloud.Rule{rule}}})
				before := lab.state()
				runs := lab.some()
				lab.back(before, runs, func(p *Past) []Result { _, results := lab.undo(p); return results })
			})
		}
	}
}

// linedDisk takes so many lines and no more.
type linedDisk struct {
	*os.File
	left int
}

func (d *linedDisk) Write(p []byte) (int, error) {
	n := 0
	for len(p) > 0 {
		if d.left--; d.left < 0 {
			return n, errors.New("no space left on device")
		}
		end := bytes.IndexByte(p, '\n') + 1
		m, err := d.File.Write(p[:end])
		if n += m; err != nil {
			return n, err
		}
		p = p[end:]
	}
	return n, nil
}

// Wherever the journal of an undo ends, resumed it brings back the rest, and nothing is made twice.
func TestUndoBrokenOffAnywhere(t *testing.T) {
	first, step := 1+rand.IntN(9), 9
	if *undoSeed != 0 {
		first, step = int(*undoSeed), 100000
	}
	broken := 0
	for n := first; n < 400; n += step {
		ended := true
		t.Run(fmt.Sprint("after line ", n), func(t *testing.T) {
			t.Logf("again with -undoseed=%d", n)
			lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
			before := lab.state()
			runs := lab.some()
			sound := lab.history.disk
			lab.back(before, runs, func(p *Past) []Result {
				plan, err := lab.history.UndoPlan(p)
				if err != nil {
					t.Fatal(err)
				}
				lab.history.disk = func(f *os.File) journal.Disk { return &linedDisk{f, n} }
				run := lab.engine.Start(t.Context(), plan)
				results := finished(t, run)
				lab.history.disk = sound
				if run.Unrecorded() == nil {
					return results
				}
				ended = false
				broken++
				past := lab.newest()
				if past.ID != run.ID() { // it had not begun, and nothing is left of it
					return finished(t, lab.engine.Start(t.Context(), plan))
				}
				if past.Ledger.Finished {
					return results
				}
				if _, err := lab.history.UndoPlan(p); err == nil || !strings.Contains(err.Error(), "janitor resume "+past.ID) {
					t.Errorf("a second undo beside one that is not finished: %v", err)
				}
				run = lab.resume(past)
				results = finished(t, run)
				if err := run.Unrecorded(); err != nil || !lab.newest().Ledger.Finished {
					t.Error(err)
				}
				return results
			})
		})
		if ended {
			break
		}
	}
	if broken == 0 {
		t.Error("no undo was broken off")
	}
}

// An undo is broken off while its request is at the service, which makes the pool. However the one that goes on with it is
// stopped while it reads back, the pool is there once in the end.
func TestAnUndoThatIsResumedIsStoppedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		stop func(run *Run, abort func())
		open bool // it can be resumed once more
		lags bool // the lists do not show the pool until then
	}{
		"interrupted":               {func(run *Run, _ func()) { run.Interrupt() }, true, false},
		"cancelled":                 {func(run *Run, _ func()) { run.Cancel() }, false, false},
		"aborted":                   {func(_ *Run, abort func()) { abort() }, true, false},
		"aborted between two lists": {func(_ *Run, abort func()) { time.AfterFunc(50*time.Millisecond, abort) }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			var (
				meanwhile atomic.Pointer[func()]
				making    atomic.Bool
				lagging   atomic.Bool
			)
			lab := &undoLab{history: NewHistory(t.TempDir(), "test")}
			lab.sim = simulate(t, simcloud.Options{Seed: 5, Size: 25}, func(w http.ResponseWriter, r *http.Request) bool {
				wanted := r.Method == http.MethodGet
				if making.Load() {
					wanted = r.Method == http.MethodPost
				}
				if do := meanwhile.Load(); do != nil && wanted && strings.HasSuffix(r.URL.Path, "/elb/pools") {
					meanwhile.Store(nil)
					if making.Load() {
						lab.cloud.ServeHTTP(httptest.NewRecorder(), r)
						(*do)()
						panic(http.ErrAbortHandler)
					}
					(*do)()
				}
				if lagging.Load() && r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/elb/pools") {
					io.WriteString(w, `{"pools":[],"page_info":{"current_count":0},"request_id":"r"}`)
					return true
				}
				return false
			})
			lab.engine.journal = lab.history.Journal(lab.where())
			before := lab.state()
			from := lab.load(inventory.Pools)
			deleted := lab.delete(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
				return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 1
			}), from, Choice{})

			plan, err := lab.history.UndoPlan(deleted)
			if err != nil {
				t.Fatal(err)
			}
			ctx, abort := context.WithCancel(t.Context())
			defer abort()
			broken := func() { abort() }
			making.Store(true)
			meanwhile.Store(&broken)
			finished(t, lab.engine.Start(ctx, plan))
			making.Store(false)

			past := lab.newest()
			j, err := lab.history.Resume(past)
			if err != nil {
				t.Fatal(err)
			}
			ctx, abort = context.WithCancel(t.Context())
			defer abort()
			started := make(chan *Run, 1)
			stop := func() { c.stop(<-started, abort) }
			meanwhile.Store(&stop)
			rest := lab.engine.rest
			if lagging.Store(c.lags); c.lags {
				lab.engine.rest = time.Hour
			}
			run := lab.engine.Resume(ctx, past.Ledger, j)
			started <- run
			finished(t, run)
			lagging.Store(false)
			lab.engine.rest = rest

			past = lab.newest()
			if past.Ledger.Finished == c.open {
				t.Errorf("finished %v", past.Ledger.Finished)
			}
			if c.open {
				finished(t, lab.resume(past))
				past = lab.newest()
			}
			id := past.Ledger.Items[0].whole.Made[inventory.Itself]
			if id == "" || c.open && past.Ledger.Items[0].Result.Outcome != Restored {
				t.Errorf("%+v", past.Ledger.Items[0].Result)
			}
			if res := past.Ledger.Items[0].Result; !c.open && (res.Outcome != Cancelled || res.Message != "cancelled when only a part of it was back: "+id+"; undo again brings the rest") {
				t.Errorf("%s %q", res.Outcome, res.Message)
			}
			if _, results := lab.undo(deleted); results[0].NewID != id || (results[0].Outcome != AlreadyThere) == c.open {
				t.Errorf("%+v", results[0])
			}
			compare(t, before, lab.state(), map[string]string{id: deleted.Ledger.Items[0].Result.Ref.ID}, nil)
		})
	}
}

// Lists show what was made only after a while, and the answer that tells of it may be lost as well: it is made once, and back.
func TestListsLagBehindWhatWasMade(t *testing.T) {
	for _, lost := range []bool{true, false} {
		t.Run(fmt.Sprintf("answer lost: %v", lost), func(t *testing.T) {
			var late, made atomic.Int32 // late: lists that will not show it yet
			lab := &undoLab{history: NewHistory(t.TempDir(), "test")}
			lab.sim = simulate(t, simcloud.Options{Seed: 5, Size: 25}, func(w http.ResponseWriter, r *http.Request) bool {
				if !strings.HasSuffix(r.URL.Path, "/elb/pools") {
					return false
				}
				if r.Method == http.MethodPost {
					late.Store(maxLag)
					answer := httptest.NewRecorder()
					lab.cloud.ServeHTTP(answer, r)
					if made.Add(1) == 1 && lost {
						panic(http.ErrAbortHandler)
					}
					w.WriteHeader(answer.Code)
					w.Write(answer.Body.Bytes())
					return true
				}
				if late.Add(-1) < 0 {
					return false
				}
				io.WriteString(w, `{"pools":[],"page_info":{"current_count":0},"request_id":"r"}`)
				return true
			})
			lab.engine.journal = lab.history.Journal(lab.where())
			before := lab.state()
			from := lab.load(inventory.Pools)
			deleted := lab.delete(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
				return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Members.Len() == 0
			}), from, Choice{})
			summary, results := lab.undo(deleted)
			if !summary.OK() || results[0].NewID == "" {
				t.Error(summary, results)
			}
			late.Store(0)
			compare(t, before, lab.state(), map[string]string{results[0].NewID: results[0].Ref.ID}, nil)
		})
	}
}

// What was made and is taken away by others before the rest of it can be made is not made again; the item ends all the same.
func TestWhatWasMadeIsTakenAway(t *testing.T) {
	var taken atomic.Int32
	lab := &undoLab{history: NewHistory(t.TempDir(), "test")}
	lab.sim = simulate(t, simcloud.Options{Seed: 5, Size: 25}, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/rules") {
			return false
		}
		if lab.cloud.Remove(path.Base(path.Dir(r.URL.Path))) {
			taken.Add(1)
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	})
	lab.engine.journal = lab.history.Journal(lab.where())
	summary, results := lab.undo(lab.some()[0])
	if n := int(taken.Load()); n == 0 || summary.Counts[Pending] > 0 || summary.Counts[Failed]+summary.Counts[Restored] != summary.Items || summary.Counts[Failed] == 0 {
		t.Errorf("%d policies were taken away: %s", n, summary)
	}
	if past := lab.newest(); past.State() != "finished" {
		t.Error(past.State(), past.Err)
	}
	for _, res := range results {
		if res.Outcome == Failed && !strings.Contains(res.Message, "the closing list does not have its ") {
			t.Errorf("%+v", res)
		}
	}
}

// answers has a lab whose service answers requests to make pools as it likes, n counting them from 1.
func answers(t *testing.T, bend func(n int, body map[string]any) (status int)) *undoLab {
	t.Helper()
	var lab *undoLab
	var n atomic.Int32
	lab = &undoLab{history: NewHistory(t.TempDir(), "test")}
	lab.sim = simulate(t, simcloud.Options{Seed: 5, Size: 25}, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/elb/pools") {
			return false
		}
		nth := int(n.Add(1))
		rec := httptest.NewRecorder()
		lab.cloud.ServeHTTP(rec, r)
		var body map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &body); err != nil {
			t.Error(err)
		}
		status := bend(nth, body)
		data, err := json.Marshal(body)
		if err != nil {
			t.Error(err)
		}
		w.WriteHeader(status)
		w.Write(data)
		return true
	})
	lab.engine.journal = lab.history.Journal(lab.where())
	return lab
}

// An answer that is not about what was asked for is not believed: what was made is read back.
func TestStrangeAnswersToMakings(t *testing.T) {
	for name, bend := range map[string]func(lab *undoLab, other string, pool map[string]any){
		"no id":      func(_ *undoLab, _ string, pool map[string]any) { delete(pool, "id") },
		"another id": func(_ *undoLab, other string, pool map[string]any) { pool["id"] = other },
		"another":    func(_ *undoLab, _ string, pool map[string]any) { pool["name"] = "not this one" },
		"nothing":    func(_ *undoLab, _ string, pool map[string]any) { clear(pool) },
	} {
		t.Run(name, func(t *testing.T) {
			var lab *undoLab
			other := ""
			lab = answers(t, func(_ int, body map[string]any) int {
				bend(lab, other, body["pool"].(map[string]any))
				return http.StatusCreated
			})
			from := lab.load(inventory.Pools)
			before := lab.state()
			three := pick(from, inventory.Pools, 3, func(r inventory.Resource) bool {
				return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 0
			})
			other = pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return r.Verdict.State == inventory.InUse })[0].Ref.ID
			past := lab.delete(three, from, Choice{})
			lab.back(before, []*Past{past}, func(p *Past) []Result { _, results := lab.undo(p); return results })
		})
	}
}

// pools that a test makes: two of one name, without anything.
func twins(t *testing.T, lab *undoLab) ([]inventory.Resource, *inventory.Snapshot) {
	t.Helper()
	for _, id := range []string{"twin-1", "twin-2"} {
		lab.cloud.AddPool(id, "twin")
	}
	from := lab.load(inventory.Pools)
	return pick(from, inventory.Pools, 2, func(r inventory.Resource) bool { return r.Name == "twin" }), from
}

func (lab *undoLab) named(name string) int {
	n := 0
	for _, p := range lab.raw("/v3/P/elb/pools?limit=2000", "pools") {
		if p["name"] == name {
			n++
		}
	}
	return n
}

// Two of one name whose answers are lost are two again. When another of that name appears meanwhile, which is ours cannot
// be told: then nothing is sent again.
func TestNameTwins(t *testing.T) {
	for _, strangers := range []int{0, 1} {
		t.Run(fmt.Sprint(strangers, " strangers"), func(t *testing.T) {
			var lab *undoLab
			lab = answers(t, func(n int, _ map[string]any) int {
				if n == 1 && strangers > 0 {
					lab.cloud.AddPool("stranger", "twin")
				}
				return http.StatusBadGateway
			})
			marked, from := twins(t, lab)
			past := lab.delete(marked, from, Choice{})
			_, results := lab.undo(past)
			made := 0
			for _, r := range lab.changes() {
				if r == "POST /v3/P/elb/pools" {
					made++
				}
			}
			switch {
			case strangers == 0 && (results[0].Outcome != Restored || results[1].Outcome != Restored || results[0].NewID == results[1].NewID || lab.named("twin") != 2 || made != 2):
				t.Error(results, lab.named("twin"), made)
			case strangers > 0 && (results[0].Outcome != Unknown || !strings.Contains(results[0].Message, "which of them this run made is not known")):
				t.Error(results)
			case made != 2:
				t.Errorf("%d requests to make two pools", made)
			}
		})
	}
}

// What an undo may have made is not made again by another, until it can be told.
func TestWhatAnUndoMayHaveMade(t *testing.T) {
	var lab *undoLab
	lab = answers(t, func(int, map[string]any) int {
		lab.cloud.AddPool("stranger", "single")
		return http.StatusBadGateway
	})
	lab.cloud.AddPool("single-1", "single")
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return r.Name == "single" }), from, Choice{})
	plan, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	first := lab.engine.Start(t.Context(), plan)
	if results := finished(t, first); results[0].Outcome != Unknown {
		t.Fatalf("%+v", results)
	}
	n := len(lab.changes())
	retried, ok := lab.engine.Retry(t.Context(), first)
	if !ok {
		t.Fatal("nothing to retry")
	}
	if results := finished(t, retried); results[0].Outcome != Unknown || len(lab.changes()) != n {
		t.Errorf("retried: %+v, %q", results, lab.changes()[n:])
	}
	for range 2 {
		if _, again := lab.undo(past); again[0].Outcome != Unknown || !strings.Contains(again[0].Message, "an earlier undo may have made it: 2 that look like it") || len(lab.changes()) != n {
			t.Errorf("%+v, %q", again, lab.changes()[n:])
		}
	}
	lab.cloud.Remove("stranger") // so it was not that one
	for range 2 {
		if last, results := lab.undo(past); !last.OK() || results[0].NewID == "" || lab.named("single") != 1 || len(lab.changes()) != n {
			t.Errorf("%s: %+v, %q", last, results, lab.changes()[n:])
		}
	}
}

func (lab *undoLab) put(path, body string) { lab.t.Helper(); lab.change(http.MethodPut, path, body) }

func (lab *undoLab) change(method, path, body string) {
	lab.t.Helper()
	req, err := http.NewRequestWithContext(lab.t.Context(), method, lab.url+strings.ReplaceAll(path, "/P/", "/"+lab.project+"/"), strings.NewReader(body))
	if err != nil {
		lab.t.Fatal(err)
	}
	resp, err := lab.http.Do(req)
	if err != nil || resp.StatusCode/100 != 2 {
		lab.t.Fatal(resp, err)
	}
	resp.Body.Close()
}

// Text that must not reach a terminal comes back to the letter, and the journal is harmless.
func TestTextComesBackToTheLetter(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: simcloud.Empty})
	name := "red\x1b[31m \u202eback \\x1b \u009b \U0001F4A3" + strings.Repeat("long", 100)
	lab.cloud.AddPool("odd", name)
	from := lab.load(inventory.Pools)
	past := lab.delete(from.Listing(inventory.Pools).Resources.All(), from, Choice{})
	plan, err := lab.history.UndoPlan(past)
	if err != nil || plan.Items[0].Undo != inventory.NewID {
		t.Fatal(plan.Items, err)
	}
	if _, results := lab.undo(past); results[0].Outcome != Restored || lab.named(name) != 1 {
		t.Error(results, lab.raw("/v3/P/elb/pools?limit=2000", "pools"))
	}
	lab.eachFile(func(path, content string) {
		if i := strings.IndexFunc(content, func(r rune) bool { return r < ' ' && r != '\n' || r > '~' && r <= '\u009f' || r == '\u202e' }); i >= 0 {
			t.Errorf("%s holds %q", path, content[max(0, i-20):min(len(content), i+20)])
		}
	})
}

func (lab *undoLab) eachFile(look func(path, content string)) {
	lab.t.Helper()
	err := filepath.WalkDir(lab.history.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		look(path, string(data))
		return err
	})
	if err != nil {
		lab.t.Fatal(err)
	}
}

// Server certificates do not come back, and their keys are in no file; all that is left to say is one line.
func TestCertificatesWithKeys(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	from := lab.load(inventory.Certificates)
	marked := pick(from, inventory.Certificates, 3, func(r inventory.Resource) bool {
		undo, _ := from.Listing(inventory.Certificates).Kind.Deletion.Undo(r)
		return unused(r) && undo == inventory.Impossible
	})
	past := lab.delete(marked, from, Choice{})
	n := len(lab.changes())
	_, err := lab.history.UndoPlan(past)
	if !errors.Is(err, ErrNothing) || strings.Contains(err.Error(), "\n") || !strings.HasSuffix(err.Error(), "deleted 3 certificates, which cannot be brought back: its private key is not kept") {
		t.Error(err)
	}
	if len(lab.changes()) != n {
		t.Error("something was sent")
	}
	found := false
	lab.eachFile(func(path, content string) {
		found = found || strings.Contains(content, marked[0].Ref.ID)
		if strings.Contains(content, simcloud.PrivateKeyMarker) || strings.Contains(content, "PRIVATE KEY") {
			t.Errorf("%s holds a private key", path)
		}
	})
	if !found {
		t.Error("no file knows the certificates")
	}
}

// Journals from before objects were kept whole still help, with less.
func TestUndoOfAnOldJournal(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25})
	lab.engine.account.backs = nil
	from := lab.load(inventory.Pools)
	marked := pick(from, inventory.Pools, 2, func(r inventory.Resource) bool {
		return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Members.Len() == 2
	})
	past := lab.delete(marked, from, Choice{})
	lab.engine.account.backs = lab.loader
	plan, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range plan.Items {
		if it.Undo != inventory.Lossy || !strings.Contains(it.UndoWhy, "its 2 servers were not kept") {
			t.Errorf("%v: %s", it.Undo, it.UndoWhy)
		}
	}
	if summary, results := lab.undo(past); !summary.OK() {
		t.Error(results)
	}
}

// A run that brings back is never taken for one that deletes, whoever starts or retries it.
func TestAnUndoNeverDeletes(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25, Script: simcloud.Script{Rules: []simcloud.Rule{{Method: "POST", Path: "**/elb/pools", Times: 1, Do: simcloud.Act{Status: 400, Code: "ELB.8902", Message: "no"}}}}})
	from := lab.load(inventory.Pools)
	past := lab.delete(pick(from, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), from, Choice{})
	plan, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	n := len(lab.deletions())
	run := lab.engine.Start(t.Context(), plan)
	finished(t, run)
	if s := run.Summary(); s.Counts[Failed] != 1 || s.Counts[Restored] != 2 {
		t.Error(s)
	}
	again, ok := lab.engine.Retry(t.Context(), run)
	if !ok {
		t.Fatal("nothing to retry")
	}
	finished(t, again)
	if s := again.Summary(); s.Counts[Restored] != 1 || s.Items != 1 || !s.OK() {
		t.Error(s, again.Results())
	}
	if got := lab.deletions()[n:]; len(got) > 0 {
		t.Error("an undo deletes:", got)
	}
	file, err := plan.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if read, err := decodePlan(file); err != nil || read.Undoes != past.ID || len(read.Items) != len(plan.Items) {
		t.Error(read, err)
	}
}

// What is only a part of it is finished by the next try, not made again.
func TestRetryOfAnUndoFinishesWhatIsHalfThere(t *testing.T) {
	lab := newUndoLab(t, simcloud.Options{Seed: 5, Size: 25, Script: simcloud.Script{Rules: []simcloud.Rule{{Method: "POST", Path: "**/pools/*/members", Nth: 2, Do: simcloud.Act{Status: 400, Code: "ELB.8902", Message: "no"}}}}})
	before := lab.state()
	from := lab.load(inventory.Pools)
	marked := pick(from, inventory.Pools, 1, func(r inventory.Resource) bool {
		return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 1
	})
	past := lab.delete(marked, from, Choice{})
	plan, err := lab.history.UndoPlan(past)
	if err != nil {
		t.Fatal(err)
	}
	run := lab.engine.Start(t.Context(), plan)
	first := finished(t, run)[0]
	if first.Outcome != Failed || first.NewID == "" || !strings.Contains(first.Message, "only a part of it is back: server ") {
		t.Errorf("%+v", first)
	}
	again, ok := lab.engine.Retry(t.Context(), run)
	if !ok {
		t.Fatal("nothing to retry")
	}
	second := finished(t, again)[0]
	if second.Outcome != Restored || second.NewID != first.NewID {
		t.Errorf("%+v, then %+v", first, second)
	}
	compare(t, before, lab.state(), map[string]string{first.NewID: marked[0].Ref.ID}, nil)
	if _, results := lab.undo(past); results[0].Outcome != AlreadyThere || results[0].NewID != first.NewID {
		t.Errorf("%+v", results[0])
	}
}
