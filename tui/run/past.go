package run

import (
	"slices"
	"strings"
	"time"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Past makes the screen of a run from its journal: nothing in it moves. A run that cannot be read says why.
func Past(env *screen.Env, p *cleanup.Past) *Model {
	m := newModel(env, nil, record{p.Ledger})
	m.past = p
	m.finish()
	if p.Ledger == nil {
		return m
	}
	for i := range p.Ledger.Items {
		entry, it := &p.Ledger.Items[i], &m.items[i]
		it.doubt = entry.Unread
		it.note = m.known(entry)
	}
	return m
}

// Renew shows the run as it stands by now. Whoever reads it stays at their row.
func (m *Model) Renew(p *cleanup.Past) {
	was := *m
	*m = *Past(m.env, p)
	m.cursor, m.top, m.page = min(was.cursor, max(len(m.items)-1, 0)), was.top, was.page
	m.text = was.text
	if was.reading < len(m.items) {
		m.reading = was.reading
	}
	m.pick(was.only)
}

// known is what a journal tells of an item besides its outcome.
func (m *Model) known(e *cleanup.Entry) string {
	switch {
	case e.Result.Outcome != cleanup.Pending && e.Found != "" && !e.Found.Proves(e.Result.Outcome):
		if e.Found == cleanup.IsUnknown {
			return "could not be verified"
		}
		return e.Found.Says(e.Result.Outcome, e.Back) + ", as verify found"
	case e.Result.Outcome != cleanup.Pending:
		return ""
	case e.Unread && e.Sent == 0:
		return "something was being taken away before it; nothing was sent to delete it"
	case e.Unread:
		return "a request may have reached it; resume reads it back first"
	case e.Sent > 0:
		return "was sent, and is still there"
	}
	return "never sent"
}

// Past is the run of the history that is shown, nil when it is one of this session.
func (m *Model) Past() *cleanup.Past { return m.past }

// id is the name of the run in the history, "" when it leaves no record.
func (m *Model) id() string {
	switch {
	case m.past != nil:
		return m.past.ID
	case m.run != nil:
		if h, ok := m.run.Recorded(); ok {
			return h.Run
		}
	}
	return ""
}

// finished: the journal has its end.
func (m *Model) finished() bool { return m.past.Ledger != nil && m.past.Ledger.Finished }

// standing is what decides what the run can be asked for.
func (m *Model) standing() screen.Standing {
	s := screen.Standing{Record: true, Live: m.live(), Finished: true, Undoes: m.undoes, Undoable: m.counts[cleanup.Deleted] + m.summary.Changed}
	switch {
	case m.past != nil:
		s.Live, s.Away, s.Finished = m.past.Live, m.past.Live, m.finished()
		if m.past.Ledger == nil {
			s.Lost = m.past.Err.Error()
			break
		}
		s = s.Of(m.env, m.past.ID, m.past.Ledger.Header.Where)
	case m.run != nil:
		_, s.Record = m.run.Recorded()
		s.Finished = !m.run.Resumable()
	}
	return s
}

// whyNot is why something cannot be done with the run now, "" when it can.
func (m *Model) whyNot(a keys.Action) string {
	if a == keys.Verify && m.past == nil && !m.live() {
		return "The run was proved when it ended: to verify it again, open it from the runs"
	}
	return m.standing().WhyNot(a, m.env)
}

// moment is how days are written; the zone is that of the user.
const moment = "2006-01-02 15:04"

// history is the head of a run of the history: what came of it, who began it, when and where, and whether it was verified.
func (m *Model) history(w int, now time.Time) []string {
	t, l := m.env.Theme, m.past.Ledger
	if l == nil {
		var lines []string
		lead := " " + t.Fail + " "
		for _, line := range theme.Wrap(m.past.Err.Error(), max(w-4, 1)) {
			lines = append(lines, t.Paint(theme.Bad, theme.Fit(lead+line, w)))
			lead = "   "
		}
		return lines
	}
	glyph, role := screen.EndSign(t, &m.summary)
	text := m.summary.String()
	switch {
	case m.past.Live:
		glyph, role, text = t.Busy, theme.Info, "Running elsewhere: "+text
	case !l.Finished:
		glyph, role, text = t.Left, theme.Warn, "Unfinished: "+text
	}
	lines, took := m.sum(glyph, role, text, w)
	zone := now.Location()
	when := l.Header.Started.In(zone).Format(moment + " MST")
	at := l.Header.Where
	parts := []string{when, took, "by " + l.Header.Who.String(), at.Profile, at.Region, t.Brief(at.Project)}
	if as := l.Header.Who.As.String(); as != "" {
		parts = append(parts, "as "+as)
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	lines = append(lines, t.Paint(theme.Muted, theme.Fit("   "+strings.Join(parts, " "+t.Dot+" "), w)))
	var more []string
	if n := len(l.Open()); n > 0 && m.whyNot(keys.Resume) == "" {
		more = append(more, t.Paint(theme.Muted, english.Number(n)+" pending: ")+t.Hint(m.env.Keys.Label(keys.Resume), "resumes"))
	}
	switch found := l.Verified; {
	case !found.IsZero():
		word, role := m.verified()
		more = append(more, t.Paint(role, "verified "+found.In(zone).Format(moment)+": "+word))
	case l.Finished:
		more = append(more, t.Paint(theme.Muted, "not verified since"))
	}
	more = append(more, m.next()...)
	if l.Torn() > 0 && !m.past.Live { // else it is being written
		more = append(more, t.Paint(theme.Warn, "its last line was not written to the end"))
	}
	if len(more) > 0 {
		lines = append(lines, m.series(more, w))
	}
	return lines
}

// verified is what the latest verify found, in a word.
func (m *Model) verified() (string, theme.Role) {
	switch f := m.past.Ledger.Findings(); {
	case f.Wrong > 0 && m.undoes:
		return english.Number(f.Wrong) + " gone again", theme.Bad
	case f.Wrong > 0:
		return english.Number(f.Wrong) + " reappeared", theme.Bad
	case f.Unknown > 0:
		return english.Number(f.Unknown) + " could not be read", theme.Warn
	case !f.Any():
		return "there was nothing to look for", theme.Muted
	}
	if n := m.past.Ledger.Findings().Back; n > 0 {
		return english.Number(n) + " brought back by an undo", theme.Good
	}
	return "all as it should be", theme.Good
}

// record is a run as its journal tells it; nil when that cannot be read.
type record struct{ *cleanup.Ledger }

func (r record) Plan() cleanup.Plan {
	if r.Ledger == nil {
		return cleanup.Plan{}
	}
	return r.Ledger.Plan
}

// Take: all has happened.
func (record) Take() ([]cleanup.Event, <-chan struct{}) { return nil, nil }

func (r record) Results() []cleanup.Result {
	if r.Ledger == nil {
		return nil
	}
	out := make([]cleanup.Result, len(r.Items))
	for i := range r.Items {
		out[i] = r.Items[i].Result
	}
	return out
}

func (record) Cancel() {}

func (record) Paused() (until time.Time, why string) { return time.Time{}, "" }

func (record) Pace() cleanup.Pace { return cleanup.Pace{} }

func (r record) Summary() cleanup.Summary {
	if r.Ledger == nil {
		return cleanup.Summary{One: "item", Many: "items"}
	}
	s := r.Counts()
	s.Took = r.took()
	return s
}

// took is how long the run lasted, with what lay between two processes; 0 while it has no end.
func (r record) took() time.Duration {
	if r.Ended.IsZero() {
		return 0
	}
	return max(r.Ended.Sub(r.Header.Started), 0)
}

func (r record) Requests(i int) []cleanup.Request {
	if r.Ledger == nil {
		return nil
	}
	return r.Ledger.Requests(i)
}
