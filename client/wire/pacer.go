package wire

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// Changing requests at once: so many at first, and at most. They take 500 items in one round. More would help only with
	// more than that, and is unkind to a service that may have to work through its load balancers one by one.
	firstAtOnce, mostAtOnce = 16, 16

	throttleFirst = 2 * time.Second
	throttleMost  = time.Minute

	// How far apart requests go after one was refused without a quota being stated; shrinks with each success.
	gapFirst, gapMost = 100 * time.Millisecond, 2 * time.Second

	// How often, at most, a request that waits asks how many are to follow, while that is not known.
	askAgain = 20 * time.Millisecond

	// Repetitions after failures: one for each ten requests that had an answer, and so many saved up.
	retriesSaved = 10
	retryShare   = 0.1
)

// Limits of a [Pacer]. The zero value: no limit of one's own, four fifths of a quota.
type Limits struct {
	// Requests are the most to be sent in any stretch of Per, whatever the service would take; 0 = no such limit.
	Requests int
	Per      time.Duration
	// Use is how much of a quota is used, the rest is left to others; 0 = 0.8.
	Use float64
}

// Pacer decides when requests may be sent to one service in one project. All APIs of the same service share one, whether
// they read or change: quotas count both. What it has learnt it keeps as long as it lives. It is safe for concurrent use.
type Pacer struct {
	limits Limits
	door   chan struct{} // holds one token: whose turn it is to be sent next

	mu        sync.Mutex
	until     time.Time // nobody sends before
	why       string
	congested time.Time // when we were last told to slow down: what was sent before is no news
	strikes   int       // how often since the last success
	own       *window   // nil = none
	quota     *allowance
	gap       time.Duration // 0 = none
	next      time.Time     // because of gap
	budget    float64       // repetitions that may be made

	limit   float64 // changing requests at once
	clean   int     // successes since it last changed
	met     bool    // since then so many were in flight
	flying  int
	waiting []chan struct{} // for a place among those in flight; closed when it is given
}

// NewPacer makes one that knows nothing of the service yet.
func NewPacer(l Limits) *Pacer {
	if l.Use <= 0 || l.Use > 1 {
		l.Use = 0.8
	}
	p := &Pacer{limits: l, door: make(chan struct{}, 1), limit: firstAtOnce, budget: retriesSaved}
	if l.Requests > 0 && l.Per > 0 {
		p.own = newWindow(l.Requests, l.Per, time.Now())
	}
	return p
}

// Pace is how fast a service may be used at the moment.
type Pace struct {
	InFlight int // changing requests that have been let in
	AtOnce   int // of them at most

	// Quota is what the service said that it takes in Per; 0 = nothing. Left is how many requests may go before what is ours of
	// it is used up, Soon how many in a moment, and Every how far apart they go then; 0 = as they come.
	Quota int
	Per   time.Duration
	Left  int
	Soon  int
	Every time.Duration

	Until time.Time // nothing is sent before; zero: now
	Why   string    // what holds requests back, as part of a sentence; "" for nothing
	// Scarce: it is the number of requests that limits, not what each of them takes.
	Scarce bool
}

// Pace tells how fast the service may be used.
func (p *Pacer) Pace() Pace {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Pace{InFlight: p.flying, AtOnce: int(p.limit), Scarce: p.own != nil || p.quota != nil || p.gap > 0, Every: p.gap}
	if p.gap > 0 {
		s.Why = "the service takes fewer requests than we have"
	}
	if w := p.own; w != nil {
		s.Left, s.Soon, s.Every = w.left(now), w.soon(now), w.every()
		if holds(w, now) {
			s.Why = fmt.Sprintf("the profile's limit of %s", amount(p.limits.Requests, p.limits.Per))
		}
	}
	if q := p.quota; q != nil {
		s.Quota, s.Per = q.stated, q.said
		left, soon := q.left(now), q.soon(now)
		if p.own != nil {
			left, soon = min(left, s.Left), min(soon, s.Soon)
		}
		s.Left, s.Soon = left, soon
		s.Every = max(s.Every, q.every())
		if holds(q.window, now) {
			s.Why = "quota of " + amount(q.stated, q.said)
			switch others := int(math.Round(100 * (1 - q.use))); {
			case q.tenths < 10:
				s.Why += ", others use it too"
			case others > 0:
				s.Why += fmt.Sprintf(", %d %% left to others", others)
			}
		}
	}
	if now.Before(p.until) {
		s.Until, s.Why, s.Left = p.until, p.why, 0
	}
	return s
}

// holds: the window has made somebody wait just now, or would make the next one wait.
func holds(w *window, now time.Time) bool {
	return w.free(now, true).After(now) || now.Sub(w.held) < max(w.every(), time.Second)
}

func amount(n int, per time.Duration) string {
	if n == 1 {
		return "1 request per " + spell(per)
	}
	return fmt.Sprintf("%d requests per %s", n, spell(per))
}

func spell(per time.Duration) string {
	switch per {
	case time.Second:
		return "second"
	case time.Minute:
		return "minute"
	case time.Hour:
		return "hour"
	case 24 * time.Hour:
		return "day"
	}
	for _, unit := range [...]struct {
		size time.Duration
		name string
	}{{time.Hour, "hours"}, {time.Minute, "minutes"}, {time.Second, "seconds"}} {
		if per%unit.size == 0 {
			return fmt.Sprintf("%d %s", per/unit.size, unit.name)
		}
	}
	return per.String()
}

// paused says until when nobody may send, and why; the zero time when nothing is paused.
func (p *Pacer) paused() (until time.Time, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !time.Now().Before(p.until) {
		return time.Time{}, ""
	}
	return p.until, p.why
}

// Turn is the permission to send one changing request now. What has to happen before the request, such as writing down that
// it will be sent, is to be done without delay.
type Turn struct {
	pacer  *Pacer
	booked time.Time
	mu     sync.Mutex
	used   bool
	over   bool
}

// Enter waits for a turn, until ctx ends: for a place among the changing requests in flight, then for the quota. more says
// how many requests are to follow, [math.MaxInt] while that is not known; nil = it never is. Where a quota of more than a few
// seconds does not let all of them go at once, or their number is not known, they go at an even pace.
func (p *Pacer) Enter(ctx context.Context, more func() int) (*Turn, error) {
	if err := p.place(ctx); err != nil {
		return nil, err
	}
	booked, err := p.admit(ctx, more)
	if err != nil {
		p.free()
		return nil, err
	}
	return &Turn{pacer: p, booked: booked}, nil
}

// Done gives the place back; a turn that was not used has cost no quota.
func (t *Turn) Done() {
	if !t.end() {
		return
	}
	t.pacer.free()
}

func (t *Turn) end() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return false
	}
	t.over = true
	if !t.used {
		t.used = true
		t.pacer.unbook(t.booked)
	}
	return true
}

// take uses the turn, once.
func (t *Turn) take(p *Pacer) bool {
	if t == nil || t.pacer != p {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.used {
		return false
	}
	t.used = true
	return true
}

// place waits for a place among the changing requests in flight, in order.
func (p *Pacer) place(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	mine := make(chan struct{})
	p.waiting = append(p.waiting, mine)
	p.fill()
	p.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.waiting, mine); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
	} else { // it came at the same moment
		p.flying--
		p.fill()
	}
	return ctx.Err()
}

func (p *Pacer) free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flying--
	p.fill()
}

// fill gives places to those who wait. With the lock held.
func (p *Pacer) fill() {
	for len(p.waiting) > 0 && p.flying < int(p.limit) {
		close(p.waiting[0])
		p.waiting = p.waiting[1:]
		p.flying++
	}
	p.met = p.met || p.flying >= int(p.limit)
}

// admit waits until one request may go. Whoever came first goes first, and nobody is promised a time: after a pause
// they go one after the other as the quota allows, however long they have waited.
func (p *Pacer) admit(ctx context.Context, more func() int) (booked time.Time, err error) {
	if err := ctx.Err(); err != nil { // select picks at random when both are ready
		return time.Time{}, err
	}
	select {
	case p.door <- struct{}{}:
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
	defer func() { <-p.door }()
	for {
		follow := math.MaxInt
		if more != nil {
			follow = more()
		}
		wait, now := p.book(follow)
		if wait <= 0 {
			return now, ctx.Err()
		}
		if more != nil && follow == math.MaxInt { // it may be known before the wait is over
			wait = min(wait, max(askAgain, wait/8))
		}
		if err := sleep(ctx, wait); err != nil {
			return time.Time{}, err
		}
	}
}

// book notes a request that goes now, or says how long it has to wait.
func (p *Pacer) book(more int) (wait time.Duration, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now = time.Now()
	if p.quota != nil {
		p.quota.watch(now)
	}
	at := later(later(now, p.until), p.next)
	for _, w := range p.windows() {
		if free := w.free(now, w.spread(more, now)); free.After(now) {
			w.held = now
			at = later(at, free)
		}
	}
	if at.After(now) {
		return at.Sub(now), now
	}
	for _, w := range p.windows() {
		w.book(now)
	}
	if p.gap > 0 {
		p.next = now.Add(jitter(2 * p.gap))
	}
	return 0, now
}

func (p *Pacer) windows() []*window {
	var all []*window
	if p.own != nil {
		all = append(all, p.own)
	}
	if p.quota != nil {
		all = append(all, p.quota.window)
	}
	return all
}

func (p *Pacer) unbook(then time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.windows() {
		w.unbook(then)
	}
}

// answered learns from what became of a request, nil when it succeeded. Refusals that are no throttling are answers like
// any other.
func (p *Pacer) answered(method string, sent time.Time, e *Error) {
	changing := method != http.MethodGet
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case e != nil && e.Class == Throttled:
	case e.overloaded():
		if changing {
			p.slow(sent)
		}
	case e == nil || e.Status != 0:
		p.budget = min(retriesSaved, p.budget+retryShare)
		if sent.Before(p.congested) {
			return
		}
		p.strikes = 0
		if p.gap -= p.gap / 20; p.gap < gapFirst/10 {
			p.gap, p.next = 0, time.Time{}
		}
		if !changing || !p.met { // what is not used cannot be too little
			return
		}
		if p.clean++; p.clean >= int(p.limit) {
			p.limit, p.clean, p.met = min(mostAtOnce, p.limit+1), 0, false
			p.fill()
		}
	}
}

// overloaded: the service, or a gateway before it, did not answer in time.
func (e *Error) overloaded() bool {
	return e != nil && (e.timeout || e.Status == http.StatusServiceUnavailable && e.Class == "" || e.Status == http.StatusGatewayTimeout)
}

// slow makes room when the service does not keep up, once for all requests that were under way at that time. It says
// whether this is news. With the lock held.
func (p *Pacer) slow(sent time.Time) bool {
	if sent.Before(p.congested) {
		return false
	}
	p.congested = time.Now()
	p.limit, p.clean, p.met = max(1, 0.7*p.limit), 0, p.flying >= int(0.7*p.limit)
	return true
}

// throttled makes everybody wait after a request was refused because there were too many: as long as the service asks
// for, or as its quota says, or a random time that grows. false: the service asks for more patience than anyone has.
func (p *Pacer) throttled(e *Error, sent time.Time, patience time.Duration) bool {
	wait, why := e.RetryAfter, "the service asks to wait"
	n, per, stated := quota(e.Message)
	if stated {
		why = fmt.Sprintf("quota of %s is used up", amount(n, per))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	news := p.slow(sent)
	now := time.Now()
	switch {
	case stated:
		p.gap, p.next = 0, time.Time{}
		if p.quota == nil {
			p.quota = &allowance{use: p.limits.Use}
		}
		p.quota.state(n, per, news, now)
	case news && p.quota == nil:
		p.gap = min(gapMost, max(gapFirst, 2*p.gap))
	}
	if news {
		p.strikes++
	}
	if wait == 0 {
		if !news { // the pause for it has begun
			return true
		}
		wait, why = jitter(min(throttleMost, throttleFirst<<min(p.strikes-1, 10))), "too many requests"
	}
	if wait > patience {
		return false
	}
	if until := now.Add(wait); until.After(p.until) {
		p.until, p.why = until, why
		for _, w := range p.windows() {
			w.pause(until)
		}
	}
	return true
}

// repeat takes one repetition out of the budget, if it holds one.
func (p *Pacer) repeat() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.budget < 1 {
		return false
	}
	p.budget--
	return true
}
