package runs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/english"
)

// slice is about how long runs are read before those that were are shown.
const slice = 40 * time.Millisecond

// reading is one way through the history. Its commands follow one another; a reply names it, so that those of an earlier
// one are known for stale.
type reading struct {
	*shelf
}

// shelf is the history as the commands of a screen read it: one at a time, until the screen is closed.
type shelf struct {
	ctx    context.Context
	cancel context.CancelFunc
	from   History
	mu     sync.Mutex // held while a command reads
}

func newShelf(ctx context.Context, from History) *shelf {
	s := &shelf{from: from}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

// named is what the runs are called.
type named struct {
	to    *reading
	names []string
	err   error
}

// found are some of the runs, and the names of those still to be read.
type found struct {
	to   *reading
	rows []row
	rest []string
}

func (r *reading) begin() tea.Cmd {
	return func() tea.Msg {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.ctx.Err() != nil {
			return nil
		}
		names, err := r.from.Names()
		return named{r, names, err}
	}
}

// next reads at least one run. Of each only its row is kept: journals can be large.
func (r *reading) next(names []string) tea.Cmd {
	return func() tea.Msg {
		r.mu.Lock()
		defer r.mu.Unlock()
		var rows []row
		for began := time.Now(); len(names) > 0 && (len(rows) == 0 || time.Since(began) < slice); names = names[1:] {
			if r.ctx.Err() != nil {
				return nil
			}
			rows = append(rows, rowOf(r.from.Read(names[0])))
		}
		return found{r, rows, names}
	}
}

// one reads a run anew.
func (s *shelf) one(id string) tea.Cmd {
	return func() tea.Msg {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ctx.Err() != nil {
			return nil
		}
		return reread{s, rowOf(s.from.Read(id))}
	}
}

// close waits until nothing is being read any more.
func (s *shelf) close() {
	s.cancel()
	s.mu.Lock()
	s.from = nil // nothing reads it any more
	s.mu.Unlock()
}

// row is all that is kept of a run.
type row struct {
	key, id        string
	run            *cleanup.Run // of this session
	live, finished bool
	undoes         string // the run that it undoes, "" when it is no undo
	doing          string // of a live one of this session
	state          string // as [cleanup.Past.State] says it
	begun          time.Time
	took           time.Duration
	who            string
	where          cleanup.Where
	summary        cleanup.Summary
	open           int // items without an outcome
	verified       time.Time
	found          cleanup.Findings
	torn           bool
	err            string // why it cannot be read, or that it was not begun
	why            string // the same without what other columns say
}

func rowOf(p *cleanup.Past) row {
	r := row{key: p.ID, id: p.ID, live: p.Live, state: p.State()}
	r.begun, _ = time.Parse("20060102T150405Z", p.ID[:min(len(p.ID), 16)])
	if p.Err != nil {
		r.err, r.why = p.Err.Error(), p.Err.Error()
		if u, ok := errors.AsType[*cleanup.Unreadable](p.Err); ok {
			r.why = u.Why.Error()
		}
	}
	l := p.Ledger
	if l == nil {
		return r
	}
	r.finished, r.begun, r.who, r.where = l.Finished, l.Header.Started, l.Header.Who.String(), l.Header.Where
	r.undoes = l.Plan.Undoes
	r.summary, r.open, r.torn, r.verified, r.found = l.Counts(), len(l.Open()), l.Torn() > 0 && !p.Live, l.Verified, l.Findings()
	if !l.Ended.IsZero() {
		r.took = l.Ended.Sub(l.Header.Started)
	}
	return r
}

func sessionRow(s *Session, n int) row {
	r := row{
		key: s.ID, id: s.ID, run: s.Run, live: !s.Ended, finished: s.Ended && !s.Run.Resumable(), doing: s.Doing, begun: s.Run.Started(),
		undoes: s.Run.Plan().Undoes, summary: s.Summary, open: s.Summary.Counts[cleanup.Pending],
	}
	switch {
	case r.live:
		r.state = "running"
	case r.finished:
		r.state, r.took = "finished", s.Summary.Took
	default:
		r.state = "unfinished"
	}
	if r.key == "" {
		r.key = fmt.Sprintf("session %d", n)
	}
	if h, ok := s.Run.Recorded(); ok {
		r.who, r.where = h.Who.String(), h.Where
	}
	return r
}

// Found says what a verify has found: "3 still gone", "2 still gone, 1 reappeared"; of an undo "3 still there".
func Found(f cleanup.Findings, undoes bool) string {
	right, wrong := "still gone", "reappeared"
	if undoes {
		right, wrong = "still there", "gone again"
	}
	var parts []string
	for _, part := range []struct {
		n    int
		word string
	}{{f.Right, right}, {f.Back, "brought back"}, {f.Wrong, wrong}, {f.Unknown, "not known"}} {
		if part.n > 0 {
			parts = append(parts, english.Number(part.n)+" "+part.word)
		}
	}
	return strings.Join(parts, ", ")
}
