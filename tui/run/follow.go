package run

import (
	"slices"
	"time"

	"janitor/client/cleanup"
)

// apply takes one event into the model. An outcome may come again, changed, when the closing list is read.
func (m *Model) apply(e *cleanup.Event) {
	if e.Note != "" && e.Item < 0 && e.Step != cleanup.Finished {
		m.note = e.Note
	}
	if e.Item < 0 || e.Item >= len(m.items) {
		switch e.Step {
		case cleanup.Checking, cleanup.Sending, cleanup.Proving: // Finished is when the channel is closed
			m.phase = e.Step
		}
		return
	}
	it := &m.items[e.Item]
	switch e.Step {
	case cleanup.Clearing, cleanup.Sent, cleanup.Reading:
		if !it.flies() {
			m.flying++
			it.sent = e.At
		}
		it.step, it.note = e.Step, e.Note
		m.pace.begin(e.At)
		m.pace.touched = e.At
	case cleanup.Rechecking:
		if it.flies() {
			m.flying--
		}
		it.step = e.Step
	case cleanup.Ended, cleanup.Proved:
		if it.flies() {
			m.flying--
		}
		if it.result.Outcome == cleanup.Pending {
			m.pace.add(e.At)
		}
		m.settleItem(e.Item, e.Result)
	}
}

// settleItem gives item i its result, the first or a changed one.
func (m *Model) settleItem(i int, r cleanup.Result) {
	it := &m.items[i]
	if r.Outcome == cleanup.Pending {
		return
	}
	if it.result.Outcome == cleanup.Pending {
		m.ended++
	} else {
		m.counts[it.result.Outcome]--
	}
	m.counts[r.Outcome]++
	if was, is := failure(it.result.Outcome), failure(r.Outcome); was != is {
		at, found := slices.BinarySearch(m.failures, i)
		if is && !found {
			m.failures = slices.Insert(m.failures, at, i)
			m.latest = i
		} else if !is && found {
			m.failures = slices.Delete(m.failures, at, at+1)
		}
	}
	it.step, it.result = cleanup.Ended, r
	for m.front < len(m.items) && m.items[m.front].result.Outcome != cleanup.Pending {
		m.front++
	}
}

// finish takes the results once more as a whole, so that the screen ends with exactly what the run says.
func (m *Model) finish() {
	for i, r := range m.src.Results() {
		if i < len(m.items) && m.items[i].result != r {
			m.settleItem(i, r)
		}
	}
	m.flying = 0
	m.phase = cleanup.Finished
	m.summary = m.src.Summary()
	if m.follow {
		m.follow = false
		m.cursor = max(len(m.items)-1, 0)
		if len(m.failures) > 0 {
			m.cursor = m.failures[0]
		}
	}
}

// failure reports whether the item is not gone although that was not the user's wish.
func failure(o cleanup.Outcome) bool {
	switch o {
	case cleanup.Blocked, cleanup.Failed, cleanup.Skipped, cleanup.Unknown, cleanup.Reappeared:
		return true
	}
	return false
}

// window is how far back the rate looks: long enough for batches, short enough to show a change.
const window = 10 * time.Second

// pace is how fast outcomes arrive.
type pace struct {
	begun   time.Time
	touched time.Time // when something was sent last, or a pause ended
	marks   []mark    // of the last window, in order
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
