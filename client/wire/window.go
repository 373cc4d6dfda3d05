package wire

import (
	"math"
	"slices"
	"time"
)

// brief is the longest window that may be used up at once although more is to follow: a person who lists meanwhile waits no
// longer than that.
const brief = 5 * time.Second

// mostKept is the longest log of a window; a larger quota is kept in shorter stretches of the same rate.
const mostKept = 10_000

// window lets at most n requests go in any stretch of time as long as per, wherever it begins. So it keeps to a quota
// whether that is counted in fixed windows, in a sliding one or by a bucket. It can also spread requests: a fifth of them goes
// as it comes, the rest at an even pace.
type window struct {
	n    int
	per  time.Duration // longer than was said by a margin: requests overtake each other on their way
	long bool          // longer than brief, as it was said
	sent []time.Time   // the last ones, oldest first

	level float64   // how many of the fifth may go at asOf
	asOf  time.Time // may lie ahead: until then nothing is added
	held  time.Time // when it last made a request wait
}

func newWindow(n int, per time.Duration, now time.Time) *window {
	if n > mostKept {
		n, per = mostKept, max(1, time.Duration(float64(per)*mostKept/float64(n)))
	}
	w := &window{n: max(1, n), per: per + min(per/20, 250*time.Millisecond), long: per > brief, asOf: now}
	w.level = w.burst()
	return w
}

func (w *window) burst() float64 { return float64(max(1, w.n/5)) }

// spread says whether the next request goes at the even pace when so many more are to follow, [math.MaxInt] for not known.
func (w *window) spread(more int, now time.Time) bool {
	return more == math.MaxInt || w.long && more >= w.left(now)
}

// every is the even pace.
func (w *window) every() time.Duration { return max(1, w.per/time.Duration(w.n)) }

// free is when the next request may go. even: at the even pace.
func (w *window) free(now time.Time, even bool) time.Time {
	at := now
	if full := len(w.sent) - w.n; full >= 0 {
		at = later(at, w.sent[full].Add(w.per))
	}
	if lacks := 1 - w.tokens(now); even && lacks > 0 {
		at = later(at, later(now, w.asOf).Add(time.Duration(math.Ceil(lacks*float64(w.every())))))
	}
	return at
}

func (w *window) tokens(now time.Time) float64 {
	return min(w.burst(), w.level+float64(max(0, now.Sub(w.asOf)))/float64(w.every()))
}

// book notes a request that goes now.
func (w *window) book(now time.Time) {
	w.level, w.asOf = max(0, w.tokens(now)-1), later(now, w.asOf)
	if len(w.sent) >= 2*mostKept {
		w.sent = append([]time.Time(nil), w.sent[len(w.sent)-mostKept:]...)
	}
	w.sent = append(w.sent, now)
}

// unbook takes back what was booked then and did not go.
func (w *window) unbook(then time.Time) {
	for i, at := range slices.Backward(w.sent) {
		if at.Equal(then) {
			w.sent = slices.Delete(w.sent, i, i+1)
			w.level = min(w.burst(), w.level+1)
			return
		}
	}
}

// pause lets one request go when the pause ends, the others at the even pace after it.
func (w *window) pause(until time.Time) {
	w.level, w.asOf = 1, until
}

// left is how many may go before the window is full.
func (w *window) left(now time.Time) int {
	used := 0
	for i := len(w.sent) - 1; i >= 0 && w.sent[i].Add(w.per).After(now); i-- {
		used++
	}
	return max(0, w.n-used)
}

// soon is how many may go within a moment: a time that is short compared with the window, and for a person.
func (w *window) soon(now time.Time) int { return w.left(now.Add(min(w.per, brief) / 4)) }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// allowance is what is known of a quota, and how much of it is ours.
//
// A service tells its quota only in the answer that refuses a request. One that was raised would never be told; so
// when requests have been held back by it in many windows in a row and none was refused, a quarter more is tried: after
// [firstTrial] windows at first, [nextTrial] after each try that went well. The share that is left to others swallows
// the first try where the quota has not grown. A refusal brings back what the service states, and doubles the time until
// the next try.
//
// Refusals although we keep to our part mean that others take more than theirs: our part becomes smaller (×0.7) and grows
// again by a tenth a window.
type allowance struct {
	*window
	stated int // requests per said, as the service states it
	said   time.Duration
	use    float64 // our part

	believed float64 // requests per said
	tenths   int     // of our part that are used, 1 to 10
	since    time.Time
	clean    int // windows in a row that held requests back
	need     int
	patience int
}

const (
	firstTrial = 10
	nextTrial  = 3
	lastTrial  = 16 * firstTrial
)

// state takes what a refusal says. news: the request was sent after the last refusal, so keeping to the quota was not
// enough.
func (q *allowance) state(n int, per time.Duration, news bool, now time.Time) {
	same := q.window != nil && n == q.stated && per == q.said
	switch {
	case !same:
		q.stated, q.said, q.tenths, q.patience = n, per, 10, firstTrial
	case !news:
		return
	case q.believed > float64(q.stated):
		q.patience = min(lastTrial, 2*q.patience)
	default:
		q.tenths = max(1, q.tenths*7/10)
	}
	q.believed, q.clean, q.need, q.since = float64(n), 0, q.patience, now
	q.resize(now)
}

// resize keeps what was sent: it counts against the new size as well.
func (q *allowance) resize(now time.Time) {
	ours := max(1, int(q.believed*q.use*float64(q.tenths)/10))
	if was := q.window; was != nil && was.n == ours {
		return
	}
	w := newWindow(ours, q.said, now)
	if was := q.window; was != nil {
		w.sent, w.held = was.sent, was.held
		w.level, w.asOf = min(w.burst(), max(0, was.tokens(now))), later(now, was.asOf)
	}
	q.window = w
}

// watch ends a stretch as long as the window once it is over: was it used up without a refusal?
func (q *allowance) watch(now time.Time) {
	if now.Sub(q.since) < q.per {
		return
	}
	if q.held.After(q.since) {
		q.clean++
	} else {
		q.clean = 0
	}
	q.since = now
	q.tenths = min(10, q.tenths+1)
	if q.clean >= q.need && q.tenths == 10 {
		q.believed += max(1, q.believed/4)
		q.clean, q.need = 0, nextTrial
	}
	q.resize(now)
}
