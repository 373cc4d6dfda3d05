package wire

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// Whatever the demand, however it is spread, and wherever one begins to count: a window lets no more through than it says.
func TestAWindowIsKeptWhereverItBegins(t *testing.T) {
	for range 300 {
		seed := rand.Uint64()
		random := rand.New(rand.NewPCG(seed, 0))
		n, per := 1+random.IntN(100), time.Duration(1+random.IntN(60_000))*time.Millisecond
		w := newWindow(n, per, epoch)
		now := epoch
		var sent []time.Time
		for range 4 * n {
			switch random.IntN(20) {
			case 0: // a while without demand
				now = now.Add(time.Duration(random.Int64N(int64(2 * per))))
			case 1:
				w.pause(now.Add(time.Duration(random.Int64N(int64(per)))))
			case 2:
				if len(sent) > 0 {
					w.unbook(sent[len(sent)-1])
					sent = sent[:len(sent)-1]
				}
			}
			now = w.free(now, true)
			w.book(now)
			sent = append(sent, now)
		}
		for i := range sent {
			if i+n < len(sent) && sent[i+n].Sub(sent[i]) < per {
				t.Fatalf("seed %d: %d requests within %v, want %d in %v", seed, n+1, sent[i+n].Sub(sent[i]), n, per)
			}
		}
	}
}

// Busy all the time, it uses what it may.
func TestAWindowIsUsedUp(t *testing.T) {
	for _, n := range []int{1, 4, 8, 48, 1000} {
		const per = time.Minute
		w := newWindow(n, per, epoch)
		now, sent := epoch, 0
		for now.Before(epoch.Add(20 * per)) {
			now = w.free(now, true)
			w.book(now)
			sent++
		}
		if least := 20 * n * 95 / 100; sent < least {
			t.Errorf("%d a minute: %d in 20 minutes, want at least %d", n, sent, least)
		}
	}
}

func TestAfterAPauseRequestsGoOneByOne(t *testing.T) {
	w := newWindow(48, time.Minute, epoch)
	until := epoch.Add(time.Minute)
	w.pause(until)
	for n := range 10 {
		at := w.free(until, true)
		if n == 0 && !at.Equal(until) || n > 0 && at.Sub(until) < w.every() {
			t.Errorf("request %d goes %v after the one before", n, at.Sub(until))
		}
		until = at
		w.book(at)
	}
}

// Nobody minds to wait for a short window: all that it takes goes at once, and the next ones as soon as it is over.
func TestAShortWindowIsUsedAtOnce(t *testing.T) {
	w := newWindow(8, time.Second, epoch)
	until := epoch.Add(time.Second)
	w.pause(until)
	now := until
	for n := range 24 {
		now = w.free(now, w.spread(24-n-1, now))
		if want := until.Add(time.Duration(n/8) * w.per); !now.Equal(want) {
			t.Errorf("request %d goes %v after the pause, want %v", n, now.Sub(until), want.Sub(until))
		}
		w.book(now)
	}
}

func TestWhatIsSpread(t *testing.T) {
	for _, c := range []struct {
		per  time.Duration
		more int
		want bool
	}{
		{time.Second, 0, false},
		{time.Second, 100, false},
		{brief, 100, false},
		{time.Minute, 7, false},
		{time.Minute, 8, true},
		{time.Second, math.MaxInt, true},
	} {
		if got := newWindow(8, c.per, epoch).spread(c.more, epoch); got != c.want {
			t.Errorf("8 in %v, %d more: %v, want %v", c.per, c.more, got, c.want)
		}
	}
}

// used lets demand never end for so many windows; it says how large the window is then.
func (q *allowance) used(windows int, now *time.Time) int {
	for end := now.Add(time.Duration(windows) * q.per); now.Before(end); {
		q.watch(*now)
		if at := q.free(*now, true); at.After(*now) {
			q.held = *now
			*now = at
			continue
		}
		q.book(*now)
	}
	return q.n
}

func TestAnAllowanceFollowsTheService(t *testing.T) {
	now := epoch
	q := allowance{use: 0.8}
	is := func(what string, want int) {
		t.Helper()
		if q.n != want {
			t.Errorf("%s: %d a minute, want %d", what, q.n, want)
		}
	}
	q.state(60, time.Minute, true, now)
	is("as stated", 48)
	q.state(60, time.Minute, false, now)
	is("said again of requests that were under way", 48)
	q.used(3, &now)
	is("kept", 48)
	q.state(60, time.Minute, true, now)
	is("refused although it was kept", 33)
	q.used(4, &now)
	is("the others have gone", 48)
	q.state(20, time.Minute, true, now)
	is("the service states less", 16)
	q.state(100, time.Second, true, now)
	is("and more", 80)
}

func TestAnAllowanceTriesForMore(t *testing.T) {
	now := epoch
	q := allowance{use: 0.8}
	q.state(60, time.Minute, true, now)
	if n := q.used(firstTrial-1, &now); n != 48 {
		t.Errorf("%d already", n)
	}
	if n := q.used(3, &now); n != 60 {
		t.Errorf("%d after long enough, want a quarter more", n)
	}
	if n := q.used(nextTrial+1, &now); n != 75 {
		t.Errorf("%d, want a quarter more again", n)
	}
	q.state(60, time.Minute, true, now)
	if q.n != 48 || q.tenths != 10 {
		t.Errorf("%d with %d tenths after a try too far, want 48 with 10", q.n, q.tenths)
	}
	if n := q.used(2*firstTrial-2, &now); n != 48 {
		t.Errorf("%d: tried again too early", n)
	}
	if n := q.used(4, &now); n != 60 {
		t.Errorf("%d, want another try", n)
	}

	// Where the demand does not meet it, nothing is learnt.
	q = allowance{use: 0.8}
	q.state(60, time.Minute, true, now)
	for range 100 {
		now = now.Add(2 * time.Minute)
		q.watch(now)
		q.book(q.free(now, true))
	}
	if q.n != 48 {
		t.Errorf("%d although it was never used up", q.n)
	}
}
