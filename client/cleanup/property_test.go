package cleanup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

var seed = flag.Uint64("seed", 0, "of TestProperties; 0 = a new one")

// Whatever the service answers, and whenever the user stops the run: every item has one outcome, only planned items
// are ever sent, nothing is sent again without having been read back, requests of serial routes never meet, and what
// ends deleted or already gone is not there. The same holds for the steps before a deletion: nothing is taken from what
// was not planned or is in use without that having been planned, and what is left says what was taken from it. The
// world watches the sends, finished the ledger.
func TestProperties(t *testing.T) {
	seeded(t, 250, 1, anyRun)
}

// seeded runs a test with so many random sources, or with the one that -seed asks for again.
func seeded(t *testing.T, runs int, stream uint64, test func(*testing.T, *rand.Rand)) {
	t.Helper()
	base := *seed
	if base == 0 {
		base = uint64(time.Now().UnixNano())
	} else {
		runs = 1
	}
	for n := range runs {
		seed := base + uint64(n)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Logf("again with -seed %d", seed)
			test(t, rand.New(rand.NewPCG(seed, stream)))
		})
	}
}

// trouble is a service in one of many moods.
type trouble struct {
	mu     sync.Mutex
	random *rand.Rand
	w      *world
	rate   float64 // how often something goes wrong
	all    []string
	stop   func()
}

func anyRun(t *testing.T, random *rand.Rand) {
	t.Helper()
	w := newWorld(t)
	var all []string
	for i := range random.IntN(120) {
		all = append(all, fmt.Sprint("t", i))
		w.with(all[i])
	}
	for i := range random.IntN(4) {
		box := fmt.Sprint("box", i)
		w.withBox(box)
		for j := range random.IntN(6) {
			id := fmt.Sprintf("c%d-%d", i, j)
			all = append(all, id)
			w.add(inventory.Resource{Ref: inventory.Ref{Scope: here, Kind: crumbs, Parent: box, ID: id}, Name: id, In: box})
		}
	}
	for i := range random.IntN(12) {
		id := fmt.Sprint("j", i)
		j := jar{demands: random.IntN(2) == 0, stubborn: random.IntN(2) == 0, holds: servers(random.IntN(5))}
		if random.IntN(2) == 0 {
			j.holds = append(j.holds, monitor)
		}
		if random.IntN(2) == 0 {
			j.lane = fmt.Sprint("lb", random.IntN(3))
		}
		if random.IntN(4) == 0 {
			j.users = []string{"policy /images", "listener api"}[:1+random.IntN(2)]
		}
		if random.IntN(4) == 0 {
			j.users = append(j.users, "share of qw")
		}
		all = append(all, id)
		w.withJar(id, j)
	}
	if len(all) == 0 {
		return
	}
	full := w.planWith(Choice{Detach: random.IntN(2) == 0}, things, crumbs, jars)
	p := full.only(func(int) bool { return random.IntN(4) > 0 })
	w.watch(p)
	for range random.IntN(4) { // another client was here first
		w.remove(all[random.IntN(len(all))])
	}
	if id := all[random.IntN(len(all))]; random.IntN(3) == 0 {
		if _, ok := w.jar(id); ok {
			w.fill(id, func(j *jar) { j.users = append(j.users, "listener new") })
		} else {
			w.judge(id, state(inventory.InUse, "listener api"))
		}
	}
	if id := all[random.IntN(len(all))]; random.IntN(3) == 0 {
		if _, ok := w.jar(id); ok {
			w.fill(id, func(j *jar) { j.holds = append(j.holds, "server of somebody else") })
		}
	}
	before := w.everything()

	x := &trouble{random: random, w: w, rate: random.Float64() * random.Float64(), all: all, stop: func() {}}
	w.answer = x.answer
	w.stepping = x.step
	w.listing = x.listing
	ctx, abort := context.WithCancel(t.Context())
	defer abort()
	e := w.engine(1 + random.IntN(5))
	e.rest, e.lasting = 0, time.Duration(random.IntN(2))*time.Minute
	var stopped bool
	started := make(chan struct{})
	switch random.IntN(6) {
	case 0:
		stopped = true
		var run *Run
		x.stop = func() { <-started; run.Cancel() }
		run = e.Start(ctx, p)
		close(started)
		judgeRun(t, w, run, before, stopped)
	case 1:
		stopped = true
		x.stop = abort
		judgeRun(t, w, e.Start(ctx, p), before, stopped)
	default:
		run := e.Start(ctx, p)
		judgeRun(t, w, run, before, stopped)
		before = w.everything()
		if again, ok := e.Retry(ctx, run); ok {
			judgeRun(t, w, again, before, stopped)
		}
	}
}

func (w *world) everything() map[inventory.Ref]inventory.Resource {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[inventory.Ref]inventory.Resource{}
	for _, rows := range w.rows {
		for _, r := range rows {
			all[r.Ref] = r
		}
	}
	return all
}

func judgeRun(t *testing.T, w *world, run *Run, before map[inventory.Ref]inventory.Resource, stopped bool) {
	t.Helper()
	summary := func() Summary { return run.Summary() }
	for i, res := range finished(t, run) {
		if res.Ref != run.Plan().Items[i].Resource.Ref {
			t.Fatalf("result %d is about %v", i, res.Ref)
		}
		there := w.has(res.Ref)
		switch res.Outcome {
		case Deleted, AlreadyGone:
			if there {
				t.Errorf("%s is %s and still there: %+v", res.Ref.ID, res.Outcome, res)
			}
		case Blocked, Failed, Skipped, Reappeared:
			if !there && res.Proved {
				t.Errorf("%s is %s by proof and not there: %+v", res.Ref.ID, res.Outcome, res)
			}
		case Cancelled:
			if !stopped && summary().Stopped == "" {
				t.Errorf("%s is cancelled in a run that nobody stopped", res.Ref.ID)
			}
		}
	}
	for ref, was := range before {
		switch j, ok := w.jar(ref.ID); {
		case w.planned[ref]:
		case !w.has(ref):
			t.Errorf("%s was not planned and is gone", ref.ID)
		case ok && !slices.Contains(w.late, ref.ID) && !reflect.DeepEqual(j, jarOf(was)):
			t.Errorf("%s was not planned and has become %+v from %+v", ref.ID, j, was.Object)
		}
	}
	for i, res := range run.Results() {
		was, listed := before[res.Ref]
		now, ok := w.jar(res.Ref.ID)
		if !ok || !listed {
			continue
		}
		taken := 0
		for _, text := range jarOf(was).users {
			if slices.Contains(now.users, text) {
				continue
			}
			// The last ones in a policy lose their share with it.
			if taken++; !holds(run.Plan().Items[i].Detaches, text) && !holds(run.Plan().Items[i].Detaches, strings.Replace(text, "share of", "policy", 1)) {
				t.Errorf("%s: %s was taken off and that was not confirmed", res.Ref.ID, text)
			}
		}
		for _, text := range jarOf(was).holds {
			if slices.Contains(now.holds, text) {
				continue
			}
			if taken++; !holds(run.Plan().Items[i].Holds, text) {
				t.Errorf("%s: %s was taken away and that was not confirmed", res.Ref.ID, text)
			}
		}
		if told := strings.Contains(res.Message, "removed") || strings.Contains(res.Message, "detached"); taken > 0 && !told {
			t.Errorf("%s is %s %q, and does not say that it has lost %d", res.Ref.ID, res.Outcome, res.Message, taken)
		}
	}
}

// step does what it says, or fails in one of many ways, with effect or without.
func holds(confirmed []Prerequisite, text string) bool {
	return slices.ContainsFunc(confirmed, func(p Prerequisite) bool { return p.String() == text })
}

func (x *trouble) step(id, text string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.random.IntN(30) == 0 {
		x.mu.Unlock()
		x.stop()
		x.mu.Lock()
	}
	if late := x.all[x.random.IntN(len(x.all))]; x.random.IntN(40) == 0 {
		if _, ok := x.w.jar(late); ok { // somebody begins to use it
			x.w.mu.Lock()
			x.w.late = append(x.w.late, late)
			x.w.mu.Unlock()
			x.w.fill(late, func(j *jar) { j.users = append(j.users, "listener late") })
		}
	}
	if x.random.Float64() >= x.rate {
		return x.w.apply(id, text)
	}
	err := x.failure(nil)
	if !definite(err) && !errors.Is(err, client.Throttled) && !errors.Is(err, client.Pending) && x.random.IntN(2) == 0 {
		x.w.take(id, text)
	}
	return err
}

// answer does what it says and says what it does, though not always all of it or in so many words: a service that
// claims to have deleted what it has not is caught by the closing list and has tests of its own.
func (x *trouble) answer(call string, ids []string) ([]inventory.Answer, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.random.IntN(20) == 0 {
		x.mu.Unlock()
		x.stop()
		x.mu.Lock()
	}
	if x.random.Float64() < x.rate {
		return nil, x.failure(ids)
	}
	var answers []inventory.Answer
	for _, id := range ids {
		a := inventory.Answer{ID: id, Said: inventory.SaidDeleted}
		switch there := x.there(id); {
		case !there:
			a.Said = inventory.SaidGone
		case x.w.refuses(id):
			a.Said, a.Code = inventory.SaidRefused, "ELB.8907"
		case x.random.Float64() < x.rate/2:
			a.Said, a.Code = inventory.SaidRefused, "ELB.8907"
		default:
			x.w.remove(id)
		}
		if x.random.Float64() < x.rate/2 {
			switch x.random.IntN(4) {
			case 0:
				continue // not mentioned
			case 1:
				a.Said = inventory.Unclear
			case 2:
				answers = append(answers, a)
			case 3:
				answers = append(answers, inventory.Answer{ID: id, Said: inventory.Said(x.random.IntN(4)), Code: "odd"})
			}
		}
		answers = append(answers, a)
	}
	if x.random.Float64() < x.rate/10 {
		answers = append(answers, inventory.Answer{ID: "stranger", Said: inventory.SaidDeleted})
	}
	x.random.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	return answers, nil
}

func (x *trouble) there(id string) bool {
	x.w.mu.Lock()
	defer x.w.mu.Unlock()
	for _, rows := range x.w.rows {
		if slices.ContainsFunc(rows, func(r inventory.Resource) bool { return r.Ref.ID == id }) {
			return true
		}
	}
	return false
}

func (x *trouble) failure(ids []string) error {
	switch x.random.IntN(12) {
	case 0:
		return fails(400, "", "ELB.8902", "batch operations are not allowed")
	case 1:
		return fails(413, "", "APIGW.0201", "too large")
	case 2:
		return fails(403, client.Forbidden, "SYS.0403", "not allowed")
	case 3:
		return fails(404, client.RouteAbsent, "APIGW.0101", "no such API")
	case 4:
		return fails(404, client.NotFound, "ELB.8904", "not found")
	case 5:
		return fails(409, client.Pending, "ELB.8907", "pending")
	case 6:
		return fails(409, client.InUse, "ELB.8907", "in use")
	case 7:
		return fails(429, client.Throttled, "APIGW.0308", "limit")
	case 8:
		return &client.Error{Class: client.Transport, Unsent: true, Message: "no route to host"}
	}
	for _, id := range ids[:x.random.IntN(len(ids)+1)] { // applied, in part or whole
		if !x.w.refuses(id) {
			x.w.remove(id)
		}
	}
	if x.random.IntN(2) == 0 {
		return fails(500, "", "APIG.9999", "System error")
	}
	return fails(0, client.Transport, "", "connection reset")
}

// listing is called with the world locked.
func (x *trouble) listing(int) error {
	if x.mu.TryLock() {
		defer x.mu.Unlock()
		if x.random.Float64() < x.rate/3 {
			return errors.New("503 down")
		}
	}
	return nil
}
