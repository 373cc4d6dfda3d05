package cleanup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/journal"
)

// Whatever the service answers and wherever a run is broken off, by a signal or harder: resumed until it is finished, it
// has done what one run would have. The world watches that nothing is sent again unread, finished that the journal tells
// the same.
func TestPropertiesOfResuming(t *testing.T) {
	seeded(t, 150, 2, brokenOff)
}

func brokenOff(t *testing.T, random *rand.Rand) {
	t.Helper()
	w := newWorld(t)
	var all []string
	for i := range 1 + random.IntN(70) {
		all = append(all, fmt.Sprint("t", i))
		w.with(all[i])
	}
	for i := range random.IntN(3) {
		box := fmt.Sprint("box", i)
		w.withBox(box, box+"-a", box+"-b")
		all = append(all, box+"-a", box+"-b")
	}
	for i := range random.IntN(6) {
		id := fmt.Sprint("j", i)
		j := jar{demands: random.IntN(2) == 0, stubborn: random.IntN(2) == 0, holds: servers(random.IntN(4))}
		if random.IntN(3) == 0 {
			j.users = []string{"policy /images"}
		}
		all = append(all, id)
		w.withJar(id, j)
	}
	p := w.planWith(Choice{Detach: true}, things, crumbs, jars)
	before := w.everything()
	disk := &memory{}
	x := &trouble{random: random, w: w, rate: random.Float64() * random.Float64(), all: all, stop: func() {}}
	w.answer, w.stepping, w.listing = x.answer, x.step, x.listing
	var past *Ledger
	for n := 0; past == nil || !past.Finished; n++ {
		ctx, abort := context.WithCancel(t.Context())
		e := w.engine(1 + random.IntN(4))
		e.rest, e.lasting = 0, time.Duration(random.IntN(2))*time.Minute
		var run *Run
		started := make(chan struct{})
		x.stop = func() {}
		switch how := random.IntN(3); {
		case n > 4:
		case how == 0:
			x.stop = func() { <-started; run.Interrupt() }
		case how == 1:
			x.stop = abort
		}
		if past == nil {
			e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
			run = e.Start(ctx, p)
		} else {
			j := &memoryJournal{journal.NewWriter(disk, past.tail), disk}
			if err := j.Append(lineResume, resumed{}); err != nil {
				t.Fatal(err)
			}
			run = e.Resume(ctx, past, j)
		}
		close(started)
		results := finished(t, run)
		abort()
		past = replayed(t, p, disk.bytes())
		if past.Finished {
			for i, res := range results {
				if res.Outcome == Cancelled && run.Summary().Stopped == "" {
					t.Errorf("item %d is cancelled, and nobody stopped the run", i)
				}
				if there := w.has(res.Ref); there && gone(res.Outcome) {
					t.Errorf("%s is %s and still there", res.Ref.ID, res.Outcome)
				}
			}
		}
	}
	for ref := range before {
		if !w.planned[ref] && !w.has(ref) {
			t.Errorf("%s was not planned and is gone", ref.ID)
		}
	}
}

func TestWhatWasDoneBeforeIsToldAfterwards(t *testing.T) {
	w := newWorld(t)
	w.withJar("j", jar{demands: true, holds: servers(3)})
	p := w.plan(jars)
	disk := &memory{}
	e := w.engine(1)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
	ctx, abort := context.WithCancel(t.Context())
	steps := 0
	w.stepping = func(jar, text string) error {
		err := w.apply(jar, text)
		if steps++; steps == 2 {
			abort()
			return errors.New("EOF")
		}
		return err
	}
	run := e.Start(ctx, p)
	finished(t, run)
	if !run.Resumable() {
		t.Fatal("it was not broken off")
	}
	l := replayed(t, p, disk.bytes())
	j := &memoryJournal{journal.NewWriter(disk, l.tail), disk}
	again := w.engine(1).Resume(t.Context(), l, j)
	res := finished(t, again)[0]
	if res.Outcome != Deleted || !res.Proved || res.Message != "3 servers removed first" {
		t.Errorf("%+v", res)
	}
	if steps != 3 {
		t.Errorf("%d steps for 3 servers", steps)
	}
}

// A service that takes nothing more for hours is not sent the rest only to have it refused.
func TestAPauseForHoursBreaksTheRunOff(t *testing.T) {
	w := newWorld(t)
	for i := range 180 {
		w.with(fmt.Sprint("t", i))
	}
	p := w.plan(things)
	disk := &memory{}
	e := w.engine(1)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
	day := &client.Error{Status: 429, Class: client.Throttled, Code: "APIGW.0308", RetryAfter: 24 * time.Hour}
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		if len(w.sent) > 1 {
			return nil, day
		}
		return w.deleteAll(call, ids)
	}
	run := e.Start(t.Context(), p)
	finished(t, run)
	s := run.Summary()
	if s.Counts[Deleted] != 50 || s.Counts[Cancelled] != 130 || len(w.sent) != 2 || !run.Resumable() {
		t.Errorf("%v after %d requests, want 50 deleted and the rest to be resumed", s, len(w.sent))
	}
	if !strings.Contains(s.Stopped, "24h") {
		t.Errorf("it does not say for how long: %q", s.Stopped)
	}
	w.answer = nil
	l := replayed(t, p, disk.bytes())
	again := w.engine(1).Resume(t.Context(), l, &memoryJournal{journal.NewWriter(disk, l.tail), disk})
	finished(t, again)
	if s := again.Summary(); s.Counts[Deleted] != 180 || !s.OK() {
		t.Error(s)
	}
}

// What others have edited is not deleted, also by a run that was broken off in between; what this run has edited itself is.
func TestWhatIsEditedBeforeARunIsResumed(t *testing.T) {
	edit := func(w *world, to int64, ids ...string) {
		for _, id := range ids {
			w.change(id, func(r *inventory.Resource) { r.Updated = client.At(time.Unix(to, 0)) })
		}
	}
	for name, c := range map[string]struct {
		edited int64 // of what no request was about, between the processes
		want   map[string]Outcome
	}{
		"as it was": {1, map[string]Outcome{"a": Deleted, "with a": Deleted, "b": Deleted}},
		"edited":    {2, map[string]Outcome{"a": Deleted, "with a": Deleted, "b": Skipped}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", jar{demands: true, holds: servers(2), users: []string{"share of x"}}).
				withJar("with a", jar{demands: true, holds: servers(1), users: []string{"share of x"}}).
				withJar("b", jar{demands: true, holds: servers(1)})
			edit(w, 1, "a", "with a", "b")
			p := w.planWith(Choice{Detach: true}, jars)
			disk := &memory{}
			e := w.engine(1)
			e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
			ctx, abort := context.WithCancel(t.Context())
			w.stepping = func(string, string) error {
				edit(w, 2, "a", "with a") // both are taken out of what uses them
				abort()
				return nil
			}
			finished(t, e.Start(ctx, p))
			w.stepping = nil
			edit(w, c.edited, "b")
			past := replayed(t, p, disk.bytes())
			j := &memoryJournal{journal.NewWriter(disk, past.tail), disk}
			if got := outcomesOf(finished(t, w.engine(1).Resume(t.Context(), past, j))); !maps.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

// What was in doubt, read back as still there and not sent again has no outcome in the journal, and so no proof either.
func TestWhatAnInterruptLeavesOpenIsNotProved(t *testing.T) {
	w := newWorld(t).with("a")
	p := w.plan(things)
	disk := &memory{}
	e := w.engine(1)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
	started := make(chan *Run, 1)
	w.answer = func(string, []string) ([]inventory.Answer, error) {
		if len(w.sent) == 1 {
			return nil, &client.Error{Class: client.Transport, Message: "reset"}
		}
		run := <-started
		run.Interrupt()
		return nil, &client.Error{Class: client.Throttled, Message: "wait"}
	}
	run := e.Start(t.Context(), p)
	started <- run
	<-run.done
	past := replayed(t, p, disk.bytes())
	if open := past.Open(); len(open) != 1 || past.Finished {
		t.Fatalf("open: %v, finished %v", open, past.Finished)
	}
	w.answer = nil
	j := &memoryJournal{journal.NewWriter(disk, past.tail), disk}
	if err := j.Append(lineResume, resumed{}); err != nil {
		t.Fatal(err)
	}
	if res := finished(t, w.engine(1).Resume(t.Context(), past, j))[0]; res.Outcome != Deleted || !res.Proved {
		t.Errorf("%+v", res)
	}
}

// A journal takes a while to be made and to be closed. Whatever stops the run meanwhile, the journal can be read, and what
// was interrupted can be resumed.
func TestAStopWhileTheJournalIsOpenedOrClosed(t *testing.T) {
	for name, c := range map[string]struct {
		stop func(run *Run, abort func())
		left int // items without an outcome
	}{
		"interrupted":      {func(run *Run, _ func()) { run.Interrupt() }, 2},
		"cancelled":        {func(run *Run, _ func()) { run.Cancel() }, 0},
		"aborted":          {func(_ *Run, abort func()) { abort() }, 2},
		"both":             {func(run *Run, _ func()) { run.Cancel(); run.Interrupt() }, 0},
		"and then aborted": {func(run *Run, abort func()) { run.Interrupt(); abort() }, 2},
	} {
		t.Run("opened, "+name, func(t *testing.T) {
			w := newWorld(t).with("a", "b")
			p := w.plan(things)
			disk := &memory{}
			stopped := make(chan struct{})
			e := w.engine(1)
			e.journal = func(p Plan) (Journal, error) {
				<-stopped
				return rememberOn(p, disk)
			}
			ctx, abort := context.WithCancel(t.Context())
			defer abort()
			run := e.Start(ctx, p)
			c.stop(run, abort)
			close(stopped)
			finished(t, run)
			past := replayed(t, p, disk.bytes())
			if len(past.Open()) != c.left || past.Finished != (c.left == 0) || past.Stopped == "" || past.stop.Final != (c.left == 0) {
				t.Errorf("open %v, finished %v, stopped %q, for good %v", past.Open(), past.Finished, past.Stopped, past.stop.Final)
			}
			if len(w.sent) > 0 {
				t.Errorf("sent %v", w.sent)
			}
		})
		t.Run("resumed, "+name, func(t *testing.T) {
			w := newWorld(t).with("a", "b")
			p := w.plan(things)
			disk := &memory{}
			if j, err := rememberOn(p, disk); err != nil || j.Close() != nil {
				t.Fatal(err)
			}
			past := replayed(t, p, disk.bytes())
			ctx, abort := context.WithCancel(t.Context())
			defer abort()
			reading := make(chan struct{})
			w.listing = func(int) error { <-reading; return nil }
			run := w.engine(1).Resume(ctx, past, &memoryJournal{journal.NewWriter(disk, past.tail), disk})
			c.stop(run, abort)
			close(reading)
			finished(t, run)
			if past = replayed(t, p, disk.bytes()); len(past.Open()) != c.left || past.Finished != (c.left == 0) {
				t.Errorf("open %v, finished %v", past.Open(), past.Finished)
			}
		})
		t.Run("closed, "+name, func(t *testing.T) {
			w := newWorld(t).with("a", "b")
			p := w.plan(things)
			w.answer = func(string, []string) ([]inventory.Answer, error) { // nothing to be proved
				return nil, fails(403, client.Forbidden, "SYS.0403", "no")
			}
			ctx, abort := context.WithCancel(t.Context())
			defer abort()
			disk := &memory{}
			e := w.engine(1)
			started := make(chan *Run, 1)
			e.journal = func(p Plan) (Journal, error) {
				j, err := rememberOn(p, disk)
				return &slowlyClosed{j, func() { c.stop(<-started, abort) }}, err
			}
			run := e.Start(ctx, p)
			started <- run
			finished(t, run)
			if past := replayed(t, p, disk.bytes()); !past.Finished || run.Resumable() {
				t.Errorf("finished %v, resumable %v", past.Finished, run.Resumable())
			}
		})
	}
}

// slowlyClosed is a journal at whose end something happens.
type slowlyClosed struct {
	Journal
	meanwhile func()
}

func (s *slowlyClosed) Close() error {
	s.meanwhile()
	return s.Journal.Close()
}

// A stop is for good: the user's, and that for a service that speaks of what it was not asked about.
func TestAStoppedRunThatIsResumedSendsNoMore(t *testing.T) {
	stranger := func(*Run) []inventory.Answer {
		return []inventory.Answer{{ID: "stranger", Said: inventory.SaidDeleted}}
	}
	const alarm = `safety stop: the service answered about "stranger", which was not asked for`
	for _, test := range []struct {
		name   string
		answer func(run *Run) []inventory.Answer
		killed string // after the line with this
		want   string // why it stopped, as the summary has it
	}{
		{"by the user", func(run *Run) []inventory.Answer { run.Cancel(); return nil }, `"stop":true`, ""},
		{"by the user, and then for safety", func(run *Run) []inventory.Answer { run.Cancel(); return stranger(run) }, `"type":"answer"`, alarm},
		{"interrupted, and then for safety", func(run *Run) []inventory.Answer { run.Interrupt(); return stranger(run) }, `"type":"answer"`, alarm},
		{"for safety", stranger, `"stop":true`, alarm},
		{"for safety, before it is noted", stranger, `"type":"answer"`, alarm},
	} {
		t.Run(test.name, func(t *testing.T) {
			var all []string
			for i := range 120 {
				all = append(all, fmt.Sprint("t", i))
			}
			w := newWorld(t).with(all...)
			p := w.plan(things)
			disk := &memory{}
			e := w.engine(1)
			e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
			started := make(chan *Run, 1)
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				run := <-started
				started <- run
				answers, err := w.deleteAll(call, ids)
				return append(answers, test.answer(run)...), err
			}
			run := e.Start(t.Context(), p)
			started <- run
			finished(t, run)
			if s := run.Summary(); s.Stopped != test.want || s.Safety != (test.want != "") {
				t.Errorf("stopped %q, for safety %v", s.Stopped, s.Safety)
			}
			sent := len(w.sent)
			if sent != 1 {
				t.Fatalf("%d requests", sent)
			}
			whole := string(disk.bytes())
			cut := strings.Index(whole, test.killed)
			if cut < 0 {
				t.Fatalf("no such line in the journal:\n%s", whole)
			}
			cut += strings.Index(whole[cut:], "\n") + 1
			disk = &memory{data: []byte(whole[:cut])}
			past := replayed(t, p, disk.bytes())
			if len(past.Open()) == 0 {
				t.Fatal("nothing is open")
			}
			if test.want != "" && past.Counts().Stopped != test.want {
				t.Errorf("the ledger says that it stopped: %q", past.Counts().Stopped)
			}
			j := &memoryJournal{journal.NewWriter(disk, past.tail), disk}
			if err := j.Append(lineResume, resumed{}); err != nil {
				t.Fatal(err)
			}
			again := w.engine(1).Resume(t.Context(), past, j)
			results := finished(t, again)
			if len(w.sent) != sent {
				t.Errorf("sent after the stop: %v", w.sent[sent:])
			}
			for i, res := range results {
				if want := map[bool]Outcome{true: Cancelled, false: Deleted}[w.has(res.Ref)]; res.Outcome != want {
					t.Errorf("item %d is %s", i, res.Outcome)
				}
			}
			if s := again.Summary(); s.Stopped != test.want || s.Safety != (test.want != "") {
				t.Errorf("stopped %q, for safety %v", s.Stopped, s.Safety)
			}
			if l := replayed(t, p, disk.bytes()); !l.Finished {
				t.Error("it is not finished")
			}
		})
	}
}

func TestVerifyTellsWhatReappeared(t *testing.T) {
	w := newWorld(t).with("a", "b", "c").withBox("box", "d")
	p := w.plan(things, crumbs)
	disk := &memory{}
	e := w.engine(2)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
	finished(t, e.Start(t.Context(), p))
	w.planned = nil
	w.with("b")
	l := replayed(t, p, disk.bytes())
	w.listing = func(int) error { return nil }
	verify := func() []string {
		j := &memoryJournal{journal.NewWriter(disk, l.tail), disk}
		if err := j.Append(lineVerify, resumed{}); err != nil {
			t.Fatal(err)
		}
		found, err := e.verify(t.Context(), l, j)
		if err != nil {
			t.Fatal(err)
		}
		j.Close()
		l = replayed(t, p, disk.bytes())
		var words []string
		for i, f := range found {
			words = append(words, fmt.Sprint(l.Items[i].Result.Ref.ID, " ", f.Is, " ", f.Is.Proves(l.Items[i].Result.Outcome)))
			if l.Items[i].Found != f.Is {
				t.Errorf("item %d: the journal says %q", i, l.Items[i].Found)
			}
		}
		return words
	}
	if got, want := verify(), []string{"a gone true", "b there false", "c gone true", "d gone true"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	w.listing = func(int) error { return errors.New("503") }
	if got, want := verify(), []string{"a unknown false", "b unknown false", "c unknown false", "d unknown false"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// One that is broken off leaves what the last one found.
	before := l
	ctx, abort := context.WithCancel(t.Context())
	w.listing = func(int) error { abort(); return nil }
	j := &memoryJournal{journal.NewWriter(disk, l.tail), disk}
	if err := j.Append(lineVerify, resumed{Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if found, err := e.verify(ctx, l, j); len(found) > 0 || !errors.Is(err, context.Canceled) {
		t.Error(found, err)
	}
	j.Close()
	l = replayed(t, p, disk.bytes())
	if !l.Verified.Equal(before.Verified) || l.Items[1].Found != IsUnknown {
		t.Errorf("verified %v, found %q", l.Verified, l.Items[1].Found)
	}
}

func TestTheHistoryBelongsToItsOwner(t *testing.T) {
	w := newWorld(t).with("a", "b")
	p := w.plan(things)
	dir := filepath.Join(t.TempDir(), "state", "janitor")
	h := NewHistory(dir, "1.2.3")
	e := w.engine(2)
	e.journal = h.Journal(Where{Profile: "p", Region: "r", Project: "x"})
	finished(t, e.Start(t.Context(), p))
	all, err := h.All()
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	files := 0
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := os.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s: %v, want %v", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files, %v", files, err)
	}
	// These resources are not in that project: whoever reads the run again says so.
	if all[0].State() != "damaged" || !strings.Contains(all[0].Err.Error(), "is elsewhere") {
		t.Errorf("%s: %v", all[0].State(), all[0].Err)
	}
}

// placed is a plan of things of the scope that a history expects.
func placed(w *world, ids ...string) (Plan, Where) {
	at := Where{Profile: "p", Region: "r", Project: "x"}
	for _, id := range ids {
		w.add(inventory.Resource{
			Ref:  inventory.Ref{Scope: inventory.Scope{Profile: "p", Region: "r", Project: "x"}.ID(), Kind: things, ID: id},
			Name: id,
		})
	}
	return w.plan(things), at
}

func TestTheHistoryFindsRuns(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a", "b")
	dir := t.TempDir()
	h := NewHistory(dir, "1.2.3")
	e := w.engine(2)
	e.journal = h.Journal(at)
	finished(t, e.Start(t.Context(), p))
	all, err := h.All()
	if err != nil || len(all) != 1 || all[0].State() != "finished" {
		t.Fatal(all, err)
	}
	id := all[0].ID
	for name, want := range map[string]bool{id: true, id[:8]: true, id[len(id)-4:]: true, "": false, "../" + id: false, "x": false} {
		got, err := h.Find(name)
		if found := err == nil && got.ID == id; found != want || !want && !errors.Is(err, ErrNoRun) {
			t.Errorf("%q: %v, want %v", name, err, want)
		}
	}
	os.Mkdir(filepath.Join(dir, "runs", "20200101T000000Z-abcdef"), 0o700)
	os.Mkdir(filepath.Join(dir, "runs", "something else"), 0o700)
	all, err = h.All()
	if err != nil || len(all) != 2 || all[1].State() != "not begun" {
		t.Error(all, err)
	}
	if _, err := h.Find("2"); !errors.Is(err, ErrNoRun) || !strings.Contains(err.Error(), "fits 2") {
		t.Error(err)
	}
}

func TestTwoJanitorsDoNotMeet(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a")
	dir := t.TempDir()
	mine, theirs := NewHistory(dir, "1"), NewHistory(dir, "1")
	first, err := mine.Journal(at)(p)
	if err != nil {
		t.Fatal(err)
	}
	second, err := mine.Journal(at)(p) // another run of the same process
	if err != nil {
		t.Fatal(err)
	}
	other := at
	other.Profile = "another name for it"
	run := newWorld(t).engine(1)
	run.journal = theirs.Journal(other)
	refused := run.Start(t.Context(), p)
	finished(t, refused)
	var held *journal.HeldError
	if !errors.As(refused.Unrecorded(), &held) || held.Holder.PID != os.Getpid() || !strings.HasPrefix(refused.Summary().Stopped, "another janitor deletes in project x of r: held by ") {
		t.Errorf("%v, %s", refused.Unrecorded(), refused.Summary())
	}
	elsewhere := at
	elsewhere.Project = "y"
	third, err := theirs.Journal(elsewhere)(p)
	if err != nil {
		t.Error(err)
	} else {
		third.Close()
	}
	first.Close()
	if _, err := theirs.Journal(at)(p); !errors.As(err, &held) {
		t.Errorf("the second run holds it too: %v", err)
	}
	second.Close()
	last, err := theirs.Journal(at)(p)
	if err != nil {
		t.Fatal(err)
	}
	last.Close()
}

func TestWhatTakesAJournalAwayStopsTheRun(t *testing.T) {
	for name, spoil := range map[string]func(dir string) error{
		"the folder is removed": os.RemoveAll,
		"another file is put there": func(dir string) error {
			path := filepath.Join(dir, journalName)
			return errors.Join(os.Rename(path, path+".old"), os.WriteFile(path, nil, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p, at := placed(w, "a", "b", "c")
			dir := t.TempDir()
			e := w.engine(1)
			e.lessons.learn(waypoint{w.kinds[things].Deletion.Route(inventory.Resource{}), p.Items[0].Resource.Ref.Scope}, func(l *lesson) { l.absent = true })
			e.journal = NewHistory(dir, "1").Journal(at)
			sent := 0
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				if sent++; sent == 1 {
					runs, err := os.ReadDir(filepath.Join(dir, "runs"))
					if err == nil {
						err = spoil(filepath.Join(dir, "runs", runs[0].Name()))
					}
					if err != nil {
						t.Error(err)
					}
				}
				return w.deleteAll(call, ids)
			}
			run := e.Start(t.Context(), p)
			got := outcomesOf(finished(t, run))
			if want := map[string]Outcome{"a": Deleted, "b": Cancelled, "c": Cancelled}; !reflect.DeepEqual(got, want) || sent != 1 {
				t.Errorf("%v after %d requests", got, sent)
			}
			if s := run.Summary().Stopped; !strings.HasPrefix(s, "the journal cannot be written: ") {
				t.Error(s)
			}
		})
	}
}

func TestAHistoryThatCannotBeWrittenRefusesTheRun(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := w.engine(1)
	e.journal = NewHistory(file, "1").Journal(at)
	run := e.Start(t.Context(), p)
	finished(t, run)
	stopped := run.Summary().Stopped
	if run.Unrecorded() == nil || len(w.sent) > 0 || w.lists > 0 || !strings.HasPrefix(stopped, "the journal cannot be written: "+file) || strings.Count(stopped, file) != 1 {
		t.Errorf("%v: %s; %d requests, %d lists", run.Unrecorded(), stopped, len(w.sent), w.lists)
	}
}
