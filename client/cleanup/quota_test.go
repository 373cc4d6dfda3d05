package cleanup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

type quota struct {
	n       int
	per     time.Duration
	says    string // "60,time:1 minute"
	sliding bool   // a bucket that holds n and fills evenly; otherwise a window that begins with its first request
}

// gate stands before a simulated cloud and lets so many requests through as its quota says, once it is closed. Refused
// ones count as well, as they do with the services (api.md 7).
type gate struct {
	quota

	mu      sync.Mutex
	closed  bool
	began   time.Time
	used    float64
	passed  []string    // what came: "GET /v3/…", with an exclamation mark in front when it was refused
	at      []time.Time // when each came
	refused int
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// front is for simulate.
func (g *gate) front(w http.ResponseWriter, r *http.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		return false
	}
	over := g.n > 0 && g.count() > float64(g.n)
	what := r.Method + " " + r.URL.Path
	if over {
		what = "!" + what
		g.refused++
	}
	g.passed, g.at = append(g.passed, what), append(g.at, time.Now())
	if !over {
		return false
	}
	w.WriteHeader(http.StatusTooManyRequests)
	text := "The throttling threshold has been reached"
	if g.says != "" {
		text += ": policy user over ratelimit,limit:" + g.says
	}
	fmt.Fprintf(w, `{"error_code":"APIGW.0308","error_msg":%q}`, text)
	return true
}

// count counts one more request. With the lock held.
func (g *gate) count() float64 {
	now := time.Now()
	switch {
	case g.sliding:
		g.used = max(0, g.used-float64(g.n)*float64(now.Sub(g.began))/float64(g.per))
		g.began = now
	case now.Sub(g.began) >= g.per:
		g.began, g.used = now, 0
	}
	g.used++
	defer func() { // a bucket is not emptied further by what it refuses
		if g.sliding {
			g.used = min(g.used, float64(g.n))
		}
	}()
	return g.used
}

// changes are the changing requests that came, refused or not.
func (g *gate) changes() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, what := range g.passed {
		if !strings.Contains(what, "GET ") {
			n++
		}
	}
	return n
}

// sizes are how many items each batch had that was let through, in the order of their arrival.
func (s *sim) sizes() []int {
	var out []int
	for _, r := range s.cloud.Requests() {
		var body map[string][]string
		if strings.HasSuffix(r.Path, "batch-delete") && json.Unmarshal([]byte(r.Body), &body) == nil {
			for _, ids := range body {
				out = append(out, len(ids))
			}
		}
	}
	return out
}

// behind is a cloud of so many pools behind a gate, and a plan to delete them all. Only benchmarks go through a network.
func behind(tb testing.TB, g *gate, n int, o simcloud.Options) (*sim, Plan) {
	tb.Helper()
	o.Size = simcloud.Empty
	_, measured := tb.(*testing.B)
	s := simulateBy(tb, o, way{front: g.front, pipes: !measured})
	for i := range n {
		s.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-1111-%012d", i), fmt.Sprint("pool-", i))
	}
	from := s.load(inventory.Pools)
	p := s.plan(from.Listing(inventory.Pools).Resources.All(), from)
	g.close()
	return s, p
}

// Under any quota everything is deleted, nothing is sent twice, and once it is known nothing is refused any more.
func TestAQuotaIsMetOnceAndThenKept(t *testing.T) {
	const per = 400 * time.Millisecond
	for _, c := range []struct {
		name string
		quota
		lacks []string
		items int
	}{
		{"in windows", quota{n: 12, per: per, says: "12,time:400 millisecond"}, nil, 1500},
		{"in a bucket", quota{n: 12, per: per, says: "12,time:400 millisecond", sliding: true}, nil, 1500},
		{"smaller than what a look needs", quota{n: 5, per: per, says: "5,time:400 millisecond"}, nil, 300},
		{"one by one", quota{n: 20, per: per, says: "20,time:400 millisecond"}, []string{"/pools/batch-delete"}, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // however slow this machine is
				g := &gate{quota: c.quota}
				s, p := behind(t, g, c.items, simcloud.Options{Latency: 4 * time.Millisecond, Lacks: c.lacks})
				run := s.engine.Start(t.Context(), p)
				finished(t, run)
				if summary := run.Summary(); !summary.OK() || summary.Counts[Deleted] != c.items {
					t.Error(summary)
				}
				if g.refused == 0 || g.refused > 2*mostAtOnce {
					t.Errorf("%d of %d requests were refused", g.refused, len(g.passed))
				}
				pace := run.Pace()
				if pace.Requests != g.changes() || pace.InFlight != 0 || pace.Remaining != 0 {
					t.Errorf("%+v, and %d changing requests came", pace, g.changes())
				}
				if pace.Quota != c.n || pace.Per != per {
					t.Errorf("%+v: the quota is not known", pace)
				}
				if asked := s.asked("pools"); c.lacks == nil && len(asked) != c.items {
					t.Errorf("%d ids were sent for %d items", len(asked), c.items)
				}
			})
		})
	}
}

// Where requests are scarce batches grow.
func TestBatchesGrowWhenRequestsAreScarce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &gate{quota: quota{n: 12, per: 300 * time.Millisecond, says: "12,time:300 millisecond"}}
		s, p := behind(t, g, 3000, simcloud.Options{Latency: 4 * time.Millisecond})
		if summary, _ := s.run(p); !summary.OK() {
			t.Error(summary)
		}
		sizes := s.sizes()
		if most := slices.Max(sizes); most < 200 || most > batchMost {
			t.Errorf("the largest batch has %d, want up to %d: %v", most, batchMost, sizes)
		}
		if len(sizes) > 3000/100 {
			t.Errorf("%d batches: %v", len(sizes), sizes)
		}
	})
}

// Where they are not, batches have no more than their route says as long as that is enough for all to go side by side.
func TestBatchesStaySmallWhenNothingIsScarce(t *testing.T) {
	for items, most := range map[int]int{
		mostAtOnce * 50: 50,
		// The first answers tell that there may be more in one. What is left then goes in equal parts.
		mostAtOnce * 75: 75,
	} {
		synctest.Test(t, func(t *testing.T) {
			s, p := behind(t, &gate{}, items, simcloud.Options{Latency: 4 * time.Millisecond, ItemCost: time.Millisecond})
			if summary, _ := s.run(p); !summary.OK() {
				t.Error(summary)
			}
			if sizes := s.sizes(); slices.Max(sizes) > most || slices.Min(sizes) < spreadLeast {
				t.Errorf("%d items: batches of %v, want up to %d in each", items, sizes, most)
			}
		})
	}
}

// What the service refuses for its size is not sent again as large.
func TestABatchThatGrewTooLargeIsHalvedAndTheBoundKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bound = 150
		var mu sync.Mutex
		var tooLarge []int
		g := &gate{quota: quota{n: 12, per: 300 * time.Millisecond, says: "12,time:300 millisecond"}}
		before := func(w http.ResponseWriter, r *http.Request) bool {
			if g.front(w, r) {
				return true
			}
			if !strings.HasSuffix(r.URL.Path, "/pools/batch-delete") {
				return false
			}
			content, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(content))
			n := bytes.Count(content, []byte("11111111-"))
			if n <= bound {
				return false
			}
			mu.Lock()
			tooLarge = append(tooLarge, n)
			mu.Unlock()
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return true
		}
		s := simulateBy(t, simcloud.Options{Size: simcloud.Empty, Latency: 4 * time.Millisecond}, way{front: before, pipes: true})
		for i := range 2000 {
			s.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-1111-%012d", i), fmt.Sprint("pool-", i))
		}
		from := s.load(inventory.Pools)
		p := s.plan(from.Listing(inventory.Pools).Resources.All(), from)
		g.close()
		if summary, _ := s.run(p); !summary.OK() || summary.Counts[Deleted] != 2000 {
			t.Error(summary)
		}
		// Those that had left before the first refusal came back may be as large.
		if len(tooLarge) == 0 || len(tooLarge) > 8 {
			t.Errorf("refused for their size: %v", tooLarge)
		}
		if sizes := s.sizes(); slices.Max(sizes) <= 50 || slices.Max(sizes) > bound {
			t.Errorf("the largest has %d, want more than the route says, up to %d: %v", slices.Max(sizes), bound, sizes)
		}
		known := len(tooLarge)
		for i := range 300 {
			s.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-2222-%012d", i), fmt.Sprint("pool-", i))
		}
		from = s.load(inventory.Pools)
		if summary, _ := s.run(s.plan(from.Listing(inventory.Pools).Resources.All(), from)); !summary.OK() || len(tooLarge) != known {
			t.Errorf("%v; the next run was refused %v", summary, tooLarge[known:])
		}
	})
}

func TestPlacesAreReadyTogether(t *testing.T) {
	for _, c := range []struct {
		name   string
		left   int
		rests  []int
		places int
		want   int
	}{
		{"all are free", 160, nil, 4, 40},
		{"one has its part", 120, []int{40}, 4, 40},
		{"it is at it for a while", 120, []int{36}, 4, 40},
		{"the last one takes the rest", 43, []int{40, 38, 36}, 4, 43},
		{"some will be free soon", 300, []int{10, 10, 0}, 4, 80},
		{"one is at much more", 90, []int{500, 0, 0}, 4, 30},
		{"nothing is left", 0, []int{50}, 2, 0},
	} {
		if got := share(c.left, c.rests, c.places); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// Many items are sent in waves of as many batches as go side by side: nothing is left over that would go on its own.
func TestNoBatchIsLeftOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := behind(t, &gate{}, 5000, simcloud.Options{Latency: 40 * time.Millisecond, ItemCost: 2 * time.Millisecond, Spread: 0.5})
		if summary, _ := s.run(p); !summary.OK() {
			t.Error(summary)
		}
		if sizes := s.sizes(); len(sizes) != 2*mostAtOnce {
			t.Errorf("%d batches, want two waves of %d: %v", len(sizes), mostAtOnce, sizes)
		}
	})
}

// While ELB makes its requests wait, those to a gateway go on: pools and members of channels in one run.
func TestAThrottleOfELBDoesNotHoldUpTheGateway(t *testing.T) {
	throttled := make(chan struct{}, 100)
	s := simulate(t, simcloud.Options{Size: 100}, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "/pools/batch-delete") {
			return false
		}
		throttled <- struct{}{}
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	pools := s.load(inventory.Pools)
	channels := s.load(inventory.Channels).Listing(inventory.Channels).Resources.All()
	members := inventory.Last(s.loader.Open(t.Context(), inventory.Members, channels))
	inUse := func(r inventory.Resource) bool { return r.Verdict.State == inventory.InUse }
	ofPools := s.plan(pick(pools, inventory.Pools, 3, func(r inventory.Resource) bool { return unused(r) && dedicated(r) }), pools)
	both := s.plan(pick(members, inventory.Members, 4, inUse), members)
	both.Items = append(both.Items, ofPools.Items...)
	run := s.engine.Start(t.Context(), both)
	<-throttled
	for run.Summary().Counts[Deleted] < 4 || run.Pace().Throttled == 0 || run.Pace().Remaining == 0 { // the refusal, or what it was about, may still be on its way
		<-time.After(time.Millisecond)
	}
	until, why := run.Paused()
	if pace := run.Pace(); until.IsZero() || pace.Until.IsZero() || pace.Why != why || pace.Remaining < time.Minute || pace.Throttled != 1 {
		t.Errorf("paused until %v: %q; %+v", until, why, pace)
	}
	run.Cancel()
	finished(t, run)
	if summary := run.Summary(); summary.Counts[Cancelled] != 3 || len(throttled) != 0 {
		t.Errorf("%v, sent %d times again", summary, len(throttled))
	}
}

func TestHowLongTheRestTakes(t *testing.T) {
	now := time.Now()
	batch, serial := &inventory.Route{Max: 50}, &inventory.Route{Max: 1, Serial: true}
	size := func(p piece, _ []*flight) (waypoint, int) { return p.way, p.way.route.Max }
	pools := func(n int) piece { return piece{way: waypoint{route: batch}, items: make([]int, n)} }
	members := func(instance inventory.ScopeID, n int) piece {
		return piece{way: waypoint{serial, instance}, lane: place{scope: instance}, items: make([]int, n)}
	}
	for _, c := range []struct {
		name   string
		pieces []piece
		flying int
		steps  int
		took   time.Duration
		pace   client.Pace
		want   time.Duration
	}{
		{"nothing is left", nil, 0, 0, time.Second, client.Pace{AtOnce: 4}, 0},
		{"nothing was answered yet", []piece{pools(500)}, 2, 0, 0, client.Pace{AtOnce: 4}, 0},
		{"but there is a pause", []piece{pools(500)}, 0, 0, 0, client.Pace{AtOnce: 4, Until: now.Add(time.Minute)}, time.Minute},
		{"side by side", []piece{pools(500)}, 2, 0, time.Second, client.Pace{AtOnce: 4}, 3 * time.Second},
		{"after a pause", []piece{pools(500)}, 2, 0, time.Second, client.Pace{AtOnce: 4, Until: now.Add(time.Minute)}, 63 * time.Second},
		{"one after the other", []piece{members("a", 5), members("b", 20)}, 0, 0, time.Second, client.Pace{AtOnce: 16}, 20 * time.Second},
		{"steps", nil, 0, 8, time.Second, client.Pace{AtOnce: 4}, 2 * time.Second},
		{"within the quota", []piece{pools(500)}, 0, 0, time.Second, client.Pace{AtOnce: 10, Left: 10, Every: time.Minute}, time.Second},
		{"beyond it", []piece{pools(500)}, 0, 0, time.Second, client.Pace{AtOnce: 10, Left: 4, Every: time.Minute}, 6*time.Minute + time.Second},
	} {
		w := road{queue: newQueue(c.pieces, 16, newTurns()), inFlight: c.flying, took: c.took}
		if got := w.remaining(now, c.pace, c.steps, size); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
