package cleanup

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

var seed = flag.Uint64("seed", 0, "of TestProperties; 0 = a new one")

// Whatever the service answers, and whenever the user stops the run: every item has one outcome, only planned items
// are ever sent, nothing is sent again without having been read back, requests of serial routes never meet, and what
// ends deleted or already gone is not there. The world watches the sends, finished the ledger.
func TestProperties(t *testing.T) {
	base := *seed
	runs := 1
	if base == 0 {
		base, runs = uint64(time.Now().UnixNano()), 250
	}
	for n := range runs {
		seed := base + uint64(n)
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Logf("again with -seed %d", seed)
			anyRun(t, rand.New(rand.NewPCG(seed, 1)))
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
	if len(all) == 0 {
		return
	}
	full := w.plan(things, crumbs)
	p := full.only(func(int) bool { return random.IntN(4) > 0 })
	w.watch(p)
	for range random.IntN(4) { // another client was here first
		w.remove(all[random.IntN(len(all))])
	}
	if random.IntN(3) == 0 {
		w.judge(all[random.IntN(len(all))], state(inventory.InUse, "listener api"))
	}
	before := map[inventory.Ref]bool{}
	for _, it := range full.Items {
		before[it.Resource.Ref] = w.has(it.Resource.Ref)
	}

	x := &trouble{random: random, w: w, rate: random.Float64() * random.Float64(), all: all, stop: func() {}}
	w.answer = x.answer
	w.listing = x.listing
	ctx, abort := context.WithCancel(t.Context())
	defer abort()
	e := w.engine(1 + random.IntN(5))
	e.rest = 0
	var stopped bool
	started := make(chan struct{})
	switch random.IntN(6) {
	case 0:
		stopped = true
		var run *Run
		x.stop = func() { <-started; run.Cancel() }
		run = e.Start(ctx, p)
		close(started)
		judgeRun(t, w, run, before, full, stopped)
	case 1:
		stopped = true
		x.stop = abort
		judgeRun(t, w, e.Start(ctx, p), before, full, stopped)
	default:
		run := e.Start(ctx, p)
		judgeRun(t, w, run, before, full, stopped)
		if again, ok := e.Retry(ctx, run); ok {
			judgeRun(t, w, again, before, full, stopped)
		}
	}
}

func judgeRun(t *testing.T, w *world, run *Run, before map[inventory.Ref]bool, full Plan, stopped bool) {
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
	for _, it := range full.Items {
		if ref := it.Resource.Ref; !w.planned[ref] && before[ref] && !w.has(ref) {
			t.Errorf("%s was not planned and is gone", ref.ID)
		}
	}
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
	x.w.remove(ids[:x.random.IntN(len(ids)+1)]...) // applied, in part or whole
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
