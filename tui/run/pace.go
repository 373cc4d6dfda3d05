package run

import (
	"slices"
	"time"
)

// window is how far back the rate looks: long enough for batches, short enough to show a change.
const window = 10 * time.Second

// pace is how fast outcomes arrive.
type pace struct {
	begun   time.Time
	touched time.Time     // when something was sent last, or a pause ended
	left    time.Duration // that was expected last
	fell    time.Time     // when that became less
	marks   []mark        // of the last window, in order
	trend   trend
}

type mark struct {
	at time.Time
	n  int
}

func (p *pace) begin(at time.Time) {
	if p.begun.IsZero() {
		p.begun = at
	}
}

func (p *pace) add(at time.Time) {
	p.begin(at)
	p.trend.add(at)
	if last := len(p.marks) - 1; last >= 0 && at.Sub(p.marks[last].at) < window/100 {
		p.marks[last].n++
		return
	}
	old := 0
	for old < len(p.marks) && at.Sub(p.marks[old].at) > window {
		old++
	}
	p.marks = append(slices.Delete(p.marks, 0, old), mark{at, 1})
}

// expect takes how long the run will take yet; running: time goes by for it.
func (p *pace) expect(left time.Duration, now time.Time, running bool) {
	if left = left.Round(time.Second); left < p.left || p.fell.IsZero() || !running {
		p.fell = now
	}
	p.left = left
}

// stuck: what is expected has not become less for so long that it only repeats itself.
func (p *pace) stuck(now time.Time) bool {
	return !p.fell.IsZero() && now.Sub(p.fell) > 3*time.Second
}

// quiet is how long nothing has come although it should have, going by what came before; 0 while that is in order.
func (p *pace) quiet(now time.Time) time.Duration {
	if len(p.marks) == 0 {
		return 0
	}
	last := p.marks[len(p.marks)-1].at
	since := last
	if p.touched.After(last) {
		since = p.touched
	}
	usual := last.Sub(p.begun) // before a rhythm shows: as long as the first took
	if n := len(p.marks) - 1; n > 0 {
		usual = last.Sub(p.marks[0].at) / time.Duration(n)
	}
	if silence := now.Sub(since); silence > max(2*time.Second, 3*usual) {
		return silence
	}
	return 0
}

// rate is in outcomes a second, 0 when it is too early to say.
func (p *pace) rate(now time.Time) float64 {
	span := min(now.Sub(p.begun), window)
	if p.begun.IsZero() || span < window/40 {
		return 0
	}
	n := 0
	for _, m := range p.marks {
		if now.Sub(m.at) <= window {
			n += m.n
		}
	}
	return float64(n) / span.Seconds()
}

// trendFor is how far back the diagram of outcomes looks, in seconds.
const trendFor = 30

// trend counts the outcomes of each of the last seconds. The zero value has none.
type trend struct {
	counts [trendFor]int // by Unix time modulo its length
	last   int64         // the latest second that has any
}

func (t *trend) add(at time.Time) {
	second := at.Unix()
	if second-t.last >= trendFor {
		*t = trend{last: second}
	}
	for ; t.last < second; t.last++ {
		t.counts[(t.last+1)%trendFor] = 0
	}
	if t.last-second < trendFor {
		t.counts[second%trendFor]++
	}
}

// columns are the outcomes of so many stretches of time, the present one last; the number divides trendFor. A second
// stays with those it was added to, so that a column changes only while it is the present one.
func (t *trend) columns(now time.Time, n int) []int {
	out := make([]int, n)
	each := int64(trendFor / n)
	present := max(now.Unix(), t.last) / each
	for second := max(t.last-trendFor+1, 0); second <= t.last; second++ {
		if back := int(present - second/each); back < n {
			out[n-1-back] += t.counts[second%trendFor]
		}
	}
	return out
}
