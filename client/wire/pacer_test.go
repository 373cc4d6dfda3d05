package wire

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// service is one that counts requests, in a window that begins anywhere or in a bucket, refused ones too (api.md 7).
type service struct {
	n      int
	per    time.Duration
	bucket bool
	phase  time.Duration // of the windows
	silent bool          // does not say what its quota is
	takes  time.Duration // to answer

	mu      sync.Mutex
	start   time.Time
	last    time.Time
	used    float64
	arrived []time.Time
	refused []time.Time
}

func (s *service) answer(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	now := time.Now()
	if s.start.IsZero() {
		s.start, s.last = now.Add(-s.phase), now
	}
	switch {
	case s.bucket:
		s.used = max(0, s.used-float64(s.n)*float64(now.Sub(s.last))/float64(s.per))
	case now.Sub(s.start)/s.per != s.last.Sub(s.start)/s.per:
		s.used = 0
	}
	s.last = now
	s.arrived = append(s.arrived, now)
	over := s.used+1 > float64(s.n)
	s.used = min(s.used+1, float64(s.n))
	if over {
		s.refused = append(s.refused, now)
	}
	s.mu.Unlock()
	time.Sleep(s.takes)
	if !over {
		return answer(204, "")(r)
	}
	body := fmt.Sprintf(`{"error_code":"APIGW.0308","error_msg":"over ratelimit,limit:%d,time:%d second"}`, s.n, int(s.per.Seconds()))
	if s.silent {
		body = `{"error_code":"APIGW.0308","error_msg":"too fast"}`
	}
	return answer(429, body)(r)
}

// demand sends so many requests, so many side by side, and waits for all of them.
func demand(t *testing.T, a *API, requests, atOnce int) {
	t.Helper()
	var wg sync.WaitGroup
	var next atomic.Int64
	for range atOnce {
		wg.Go(func() {
			for next.Add(1) <= int64(requests) {
				if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// Once a quota was stated it is never exceeded, whichever way the service counts, wherever its windows begin, and however long
// it takes to answer; a share is left over; and nobody is told that there were too many.
func TestAQuotaIsKeptHoweverItIsCounted(t *testing.T) {
	for range 40 {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0))
		s := &service{
			n: 1 + random.IntN(60), per: time.Duration(1+random.IntN(90)) * time.Second,
			bucket: random.IntN(2) == 0, takes: time.Duration(random.IntN(500)) * time.Millisecond,
		}
		s.phase = time.Duration(random.Int64N(int64(s.per)))
		atOnce := 1 + random.IntN(20)
		synctest.Test(t, func(t *testing.T) {
			a, _ := play(t, Options{}, s.answer)
			demand(t, a, s.n+min(5*s.n, 8*max(1, s.n*8/10)), atOnce) // so few that nothing more is tried
		})
		if len(s.refused) > atOnce {
			t.Errorf("seed %d: %d refused of %d at once", seed, len(s.refused), atOnce)
		}
		if len(s.refused) == 0 {
			continue // it never got as far
		}
		known := s.refused[0].Add(s.takes)
		if last := s.refused[len(s.refused)-1]; last.After(known) {
			t.Errorf("seed %d: refused again %v after it was known", seed, last.Sub(known))
		}
		var after []time.Time
		for _, at := range s.arrived {
			if at.After(known) {
				after = append(after, at)
			}
		}
		if len(after) > 0 && after[0].Sub(known) < s.per {
			t.Errorf("seed %d: it went on after %v, want %v", seed, after[0].Sub(known), s.per)
		}
		ours := max(1, s.n*8/10)
		for i := range after {
			if i+ours < len(after) && after[i+ours].Sub(after[i]) < s.per {
				t.Errorf("seed %d: %d requests within %v, want at most %d of %d in %v", seed, ours+1, after[i+ours].Sub(after[i]), ours, s.n, s.per)
				break
			}
			if every := s.per / time.Duration(ours); i > 0 && i < 5 && after[i].Sub(after[i-1]) < every {
				t.Errorf("seed %d: %v between two requests after the pause, want %v", seed, after[i].Sub(after[i-1]), every)
			}
		}
	}
}

// A service that does not say how much it takes is found out about, and not stormed.
func TestASilentQuotaIsApproached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{n: 10, per: time.Second, silent: true, takes: 40 * time.Millisecond}
		a, _ := play(t, Options{}, s.answer)
		began := time.Now()
		demand(t, a, 400, 16)
		if len(s.refused) > 60 {
			t.Errorf("%d of %d were refused", len(s.refused), len(s.arrived))
		}
		if took := time.Since(began); took > 4*time.Minute {
			t.Errorf("took %v", took)
		}
	})
}

// Two programs of the same account share a quota and get through.
func TestTwoShareAQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{n: 60, per: time.Minute, takes: 40 * time.Millisecond}
		var wg sync.WaitGroup
		var ended [2]time.Duration
		began := time.Now()
		for n := range ended {
			a, _ := play(t, Options{}, s.answer)
			wg.Go(func() {
				demand(t, a, 300, 4)
				ended[n] = time.Since(began)
			})
		}
		wg.Wait()
		if slow := max(ended[0], ended[1]); slow > 2*min(ended[0], ended[1]) || slow > 25*time.Minute {
			t.Errorf("they took %v", ended)
		}
		if len(s.refused) > len(s.arrived)/10 {
			t.Errorf("%d of %d were refused", len(s.refused), len(s.arrived))
		}
	})
}

func TestALimitOfOnesOwnIsKeptFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{n: 1000, per: time.Second}
		a, _ := play(t, Options{Pacer: NewPacer(Limits{Requests: 5, Per: time.Second})}, s.answer)
		demand(t, a, 30, 8)
		for i := range s.arrived {
			if i+5 < len(s.arrived) && s.arrived[i+5].Sub(s.arrived[i]) < time.Second {
				t.Fatalf("6 requests within %v", s.arrived[i+5].Sub(s.arrived[i]))
			}
		}
		if p := a.pacer.Pace(); p.Why != "the profile's limit of 5 requests per second" || !p.Scarce || p.Quota != 0 {
			t.Errorf("%+v", p)
		}
	})
}

func TestAThrottleHoldsUpItsOwnServiceOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := NewPacer(Limits{})
		throttled, _ := play(t, Options{Pacer: shared}, answer(429, "", "Retry-After", "60"), answer(204, ""))
		sibling, _ := play(t, Options{Pacer: shared}, answer(204, ""))
		other, _ := play(t, Options{}, answer(204, ""))
		took := func(a *API) time.Duration {
			began := time.Now()
			if err := a.Do(t.Context(), Call{Method: http.MethodGet, Path: "/x"}); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		go took(throttled)
		synctest.Wait()
		if d := took(other); d != 0 {
			t.Errorf("another service waited %v", d)
		}
		if d := took(sibling); d < time.Minute {
			t.Errorf("the same service waited only %v", d)
		}
	})
}

func none() int { return 0 }

// fly has as many changing requests in flight as the pacer lets in, and gives their turns.
func fly(t *testing.T, p *Pacer) (turns []*Turn) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		turn, err := p.Enter(ctx, none)
		cancel()
		if err != nil {
			return turns
		}
		turns = append(turns, turn)
	}
}

func TestHowManyGoAtOnceAdapts(t *testing.T) {
	throttle := &Error{Status: 429, Class: Throttled, RetryAfter: time.Second}
	late := &Error{Class: Transport, timeout: true}
	for _, c := range []struct {
		name string
		do   func(p *Pacer, window func(errs ...*Error))
		want int
	}{
		{"at first", func(*Pacer, func(...*Error)) {}, firstAtOnce},
		{"not beyond what is kind", func(_ *Pacer, window func(...*Error)) { window(); window(); window() }, mostAtOnce},
		{"less after a throttle", func(_ *Pacer, window func(...*Error)) { window(throttle) }, 11},
		{"once for all that were under way", func(_ *Pacer, window func(...*Error)) { window(throttle, throttle, late, throttle) }, 11},
		{"less after no answer in time", func(_ *Pacer, window func(...*Error)) { window(late) }, 11},
		{"less each time", func(_ *Pacer, window func(...*Error)) { window(throttle); window(late) }, 7},
		{"and one more after a clean window", func(_ *Pacer, window func(...*Error)) { window(throttle); window() }, 12},
		{"never none", func(_ *Pacer, window func(...*Error)) {
			for range 20 {
				window(throttle)
			}
		}, 1},
		{"a refusal says nothing", func(_ *Pacer, window func(...*Error)) {
			window(&Error{Status: 403, Class: Forbidden}, &Error{Status: 409, Class: InUse}, &Error{Status: 500})
		}, firstAtOnce},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(Limits{})
				window := func(errs ...*Error) {
					turns := fly(t, p)
					sent := time.Now()
					time.Sleep(time.Second)
					for n, turn := range turns {
						var e *Error
						if n < len(errs) {
							e = errs[n]
						}
						p.answered(http.MethodDelete, sent, e)
						if e != nil && e.Class == Throttled {
							p.throttled(e, sent, MaxPause)
						}
						turn.take(p)
						turn.Done()
					}
					time.Sleep(time.Minute)
				}
				c.do(p, window)
				turns := fly(t, p)
				if len(turns) != c.want || p.Pace().AtOnce != c.want || p.Pace().InFlight != c.want {
					t.Errorf("%d at once, want %d: %+v", len(turns), c.want, p.Pace())
				}
			})
		})
	}
}

func TestATurnIsForOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPacer(Limits{Requests: 10, Per: time.Minute})
		a, sent := play(t, Options{Pacer: p}, answer(204, ""), answer(429, "", "Retry-After", "5"))
		unused, err := p.Enter(t.Context(), none)
		if err != nil {
			t.Fatal(err)
		}
		if p.Pace().Left != 9 {
			t.Errorf("%d left", p.Pace().Left)
		}
		unused.Done()
		unused.Done() // once is enough
		if s := p.Pace(); s.Left != 10 || s.InFlight != 0 {
			t.Errorf("an unused turn has cost something: %+v", s)
		}

		turn, err := p.Enter(t.Context(), none)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x", Turn: turn}); err != nil || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		turn.Done()
		if p.Pace().Left != 9 {
			t.Errorf("%d left", p.Pace().Left)
		}

		if turn, err = p.Enter(t.Context(), none); err != nil {
			t.Fatal(err)
		}
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x", Turn: turn}); !errors.Is(err, Throttled) || sent.Load() != 2 {
			t.Errorf("%v after %d: whoever has a turn decides whether it is sent again", err, sent.Load())
		}
		turn.Done()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.Enter(ctx, none); !errors.Is(err, context.DeadlineExceeded) || p.Pace().InFlight != 0 {
			t.Errorf("%v while everything waits; %+v", err, p.Pace())
		}
		over, stop := context.WithCancel(t.Context())
		stop()
		if turn, err = p.Enter(t.Context(), none); err != nil {
			t.Fatal(err)
		}
		defer turn.Done()
		var e *Error
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x", Turn: turn, While: over}); !errors.As(err, &e) || !e.Unsent || sent.Load() != 2 {
			t.Errorf("%v after %d: nothing may be sent any more", err, sent.Load())
		}
	})
}

// Nobody knew whether a batch so large is taken, and one goes after the other; then there is an answer.
func TestWhoeverWaitsLearnsHowManyAreToFollow(t *testing.T) {
	const known = 300 * time.Millisecond
	for _, c := range []struct {
		name string
		more func(since time.Duration) int
		want time.Duration
	}{
		{"known", func(time.Duration) int { return 3 }, 0},
		{"known soon", func(since time.Duration) int {
			if since < known {
				return math.MaxInt
			}
			return 3
		}, known},
		{"never known", func(time.Duration) int { return math.MaxInt }, time.Second / 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(Limits{Requests: 4, Per: 2 * time.Second})
				began := time.Now()
				more := func() int { return c.more(time.Since(began)) }
				for range 2 {
					if _, err := p.Enter(t.Context(), more); err != nil {
						t.Fatal(err)
					}
				}
				if d := time.Since(began); d < c.want || d > c.want+c.want/4 {
					t.Errorf("the second one went after %v, want %v", d, c.want)
				}
			})
		})
	}
}

// Repetitions after failures are few: some at first, then one for ten requests.
func TestRepetitionsHaveABudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		var sent int
		a, _ := play(t, Options{}, func(r *http.Request) (*http.Response, error) {
			sent++
			if down {
				return nil, errors.New("connection reset by peer")
			}
			return answer(200, "{}")(r)
		})
		get := func(n int) (sends int) {
			before := sent
			for range n {
				_ = a.Do(t.Context(), Call{Method: http.MethodGet, Path: "/x"})
			}
			return sent - before
		}
		if n := get(3); n != 9 {
			t.Errorf("%d sends of 3 requests at first, want 9", n)
		}
		if n := get(100); n != 100+retriesSaved-6 {
			t.Errorf("%d sends of 100 requests, want %d", n, 100+retriesSaved-6)
		}
		down = false
		get(35)
		down = true
		if n := get(100); n != 103 {
			t.Errorf("%d sends of 100 requests after 35 answers, want 103", n)
		}
	})
}

func TestWhyIsSaidInWords(t *testing.T) {
	stated := func(n int, per string) *Error {
		return &Error{Status: 429, Class: Throttled, RetryAfter: time.Second, Message: fmt.Sprintf("over ratelimit,limit:%d,time:%s", n, per)}
	}
	for _, c := range []struct {
		name   string
		limits Limits
		after  time.Duration
		errs   []*Error
		want   string
	}{
		{"nothing", Limits{}, 0, nil, ""},
		{"a pause", Limits{}, 0, []*Error{stated(60, "1 minute")}, "quota of 60 requests per minute is used up"},
		{"a quota", Limits{}, time.Second, []*Error{stated(60, "1 minute")}, "quota of 60 requests per minute, 20 % left to others"},
		{"a quota of one", Limits{}, time.Second, []*Error{stated(1, "1 hour")}, "quota of 1 request per hour, 20 % left to others"},
		{"a quota of its own time", Limits{Use: 0.5}, time.Second, []*Error{stated(200, "5 minute")}, "quota of 200 requests per 5 minutes, 50 % left to others"},
		{"all of a quota", Limits{Use: 1}, time.Second, []*Error{stated(5, "5 second")}, "quota of 5 requests per 5 seconds"},
		{"a quota that others use", Limits{}, time.Second, []*Error{stated(60, "1 minute"), stated(60, "1 minute")}, "quota of 60 requests per minute, others use it too"},
		{"without a word", Limits{}, time.Minute, []*Error{{Status: 429, Class: Throttled}}, "the service takes fewer requests than we have"},
		{"as the service asks", Limits{}, 0, []*Error{{Status: 429, Class: Throttled, RetryAfter: time.Second}}, "the service asks to wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := NewPacer(c.limits)
				for _, e := range c.errs {
					time.Sleep(time.Second)
					p.throttled(e, time.Now(), MaxPause)
				}
				time.Sleep(c.after)
				_, _ = p.admit(t.Context(), none)
				s := p.Pace()
				if c.after == 0 && len(c.errs) > 0 { // admit has waited for the end of it
					p.throttled(c.errs[0], time.Now(), MaxPause)
					s = p.Pace()
				}
				if s.Why != c.want || strings.HasSuffix(s.Why, ".") {
					t.Errorf("%q, want %q", s.Why, c.want)
				}
			})
		})
	}
}
