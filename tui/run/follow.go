package run

import (
	"slices"

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
	if failure(r.Outcome) && !failure(it.result.Outcome) {
		m.latest = i
	}
	m.relist(i, it.result.Outcome, r.Outcome)
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
		m.cursor = m.first()
	}
}

// first is the item that the list of a finished run is opened at: what failed, else what was not done; else the end that a
// run has come to on the screen, and the beginning of a past one.
func (m *Model) first() int {
	for _, stands := range []func(cleanup.Outcome) bool{failure, func(o cleanup.Outcome) bool { return o == cleanup.Cancelled }} {
		if i := slices.IndexFunc(m.items, func(it item) bool { return stands(it.result.Outcome) }); i >= 0 {
			return i
		}
	}
	if m.past != nil {
		return 0
	}
	return max(len(m.items)-1, 0)
}

// failure reports whether the item is not gone although that was not the user's wish.
func failure(o cleanup.Outcome) bool { return o.Retried() || o == cleanup.Skipped }
