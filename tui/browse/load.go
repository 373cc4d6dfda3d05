package browse

import (
	"context"
	"iter"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"janitor/client/english"
	"janitor/client/heap"
	"janitor/client/inventory"
	"janitor/tui/screen"
	"janitor/tui/table"
)

// request is one loading of the listings. Commands take its snapshots one by one, each the newest there is; a reply
// names its request, so that those of an earlier one are known for stale.
type request struct {
	cancel context.CancelFunc

	mu   sync.Mutex // held while a command waits for a snapshot
	next func() (*inventory.Snapshot, bool)
	stop func()
}

func newRequest(ctx context.Context, load func(context.Context) iter.Seq[*inventory.Snapshot]) *request {
	ctx, cancel := context.WithCancel(ctx)
	next, stop := iter.Pull(load(ctx))
	return &request{cancel: cancel, next: next, stop: stop}
}

func (r *request) take() (*inventory.Snapshot, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next()
}

// end cancels the loading and waits until nothing of it is left.
func (r *request) end() {
	r.cancel()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop()
}

// arrived is a snapshot with what is needed to show it.
type arrived struct {
	from     *request
	snapshot *inventory.Snapshot
	content  []*content // one a tab; nil: nothing new to show there
}

// finished: nothing is left of the loading.
type finished struct{ from *request }

// load begins to list everything afresh; what is shown stays until its successor is complete.
func (m *Model) load() tea.Cmd {
	var gone tea.Cmd
	if old := m.loading; old != nil {
		old.cancel()
		gone = func() tea.Msg { old.end(); return finished{old} }
	}
	r := newRequest(m.ctx, m.opts.List)
	m.loading = r
	m.requests = append(m.requests, r)
	for _, t := range m.list {
		t.coming = nil
	}
	return tea.Batch(gone, m.read(r))
}

// read is the command that waits for the next snapshot and prepares it.
func (m *Model) read(r *request) tea.Cmd {
	wanted := make([]wish, len(m.list))
	for i, t := range m.list {
		wanted[i] = t.wish()
	}
	return func() tea.Msg {
		s, ok := r.take()
		if !ok {
			r.end()
			return finished{r}
		}
		msg := arrived{from: r, snapshot: s, content: make([]*content, len(wanted))}
		for i, w := range wanted {
			if l := s.Listing(w.columns.kind.ID); l != nil && w.wants(l, s) {
				msg.content[i] = prepare(m.ctx, &rows{columns: w.columns, items: l.Resources, at: s.At, listed: s.Began()}, w.sort, w.limits)
			}
		}
		return msg
	}
}

// wish is what a command has to know of a tab.
type wish struct {
	columns *columns
	sort    table.Sort
	limits  limits
	shown   inventory.Rows
	whole   bool // what is shown is complete: only something complete replaces it
}

func (t *tab) wish() wish {
	w := wish{columns: t.columns, sort: t.table.Sort(), limits: t.limits}
	if t.shown != nil && t.content != nil {
		w.shown, w.whole = t.content.rows.items, t.whole
	}
	return w
}

// many rows are prepared again only when there are half as many more: each time costs as much as all that are there.
const many = 5_000

// wants says whether to show l in place of what is shown.
func (w wish) wants(l *inventory.Listing, s *inventory.Snapshot) bool {
	if n := w.shown.Len(); w.shown.Same(l.Resources) || n > many && !l.Done && l.Resources.Len() < n+n/2 {
		return false
	}
	return !w.whole || l.Err == nil && settled(l, s)
}

// settled: no row and no verdict of the listing will change any more.
func settled(l *inventory.Listing, s *inventory.Snapshot) bool {
	if !l.Done {
		return false
	}
	for _, id := range l.Kind.Needs {
		if done, _ := s.Graph.State(id); !done {
			return false
		}
	}
	return true
}

func (m *Model) arrive(msg arrived) tea.Cmd {
	if msg.from != m.loading {
		return nil
	}
	cmds := []tea.Cmd{m.read(msg.from)}
	for i, t := range m.list {
		cmds = append(cmds, m.receive(t, msg.snapshot, msg.content[i]))
	}
	return tea.Batch(append(cmds, m.release())...)
}

// receive takes a snapshot into one tab.
func (m *Model) receive(t *tab, s *inventory.Snapshot, c *content) tea.Cmd {
	l := s.Listing(t.columns.kind.ID)
	if l == nil {
		return nil
	}
	t.coming = l
	var again tea.Cmd
	switch replaces := !t.whole || l.Err == nil && settled(l, s); {
	case c != nil:
		again = m.put(t, c)
	case !replaces, t.content != nil && !t.content.rows.items.Same(l.Resources):
		return nil
	}
	t.shown, t.listing = s, l
	if len(t.kept) > 0 {
		t.kept = t.table.Mark(t.kept...)
	}
	if !settled(l, s) {
		return again
	}
	if l.Err == nil {
		t.kept = nil
	}
	t.whole = l.Err == nil
	t.table.Refit()
	return tea.Batch(again, m.prune(t))
}

// prune drops the marks of rows that are no longer there. Those that a run of this session has deleted need no word.
func (m *Model) prune(t *tab) tea.Cmd {
	if t.listing.Err != nil || t.table.Marked() == 0 {
		return nil
	}
	before := t.table.Marks()
	if t.table.Prune() == 0 {
		return nil
	}
	left := make(map[inventory.Ref]bool, len(before))
	for _, ref := range t.table.Marks() {
		left[ref] = true
	}
	lost := 0
	for _, ref := range before {
		if !left[ref] && !m.own(ref) {
			lost++
		}
	}
	notice := screen.Notice{By: m, Text: english.Number(lost) + " marked rows are gone"}
	switch lost {
	case 0:
		return nil
	case 1:
		notice.Text = "1 marked row is gone"
	}
	return func() tea.Msg { return notice }
}

// own: a run of this session deletes it, or has.
func (m *Model) own(ref inventory.Ref) bool {
	_, own := m.ours[ref]
	return own
}

func (m *Model) finish(msg finished) tea.Cmd {
	m.requests = slices.DeleteFunc(m.requests, func(r *request) bool { return r == msg.from })
	if msg.from != m.loading {
		return nil
	}
	m.loading = nil
	return func() tea.Msg {
		heap.Settle()
		return nil
	}
}

// Cancel stops the loading, and what is prepared, without waiting for their end.
func (m *Model) Cancel() {
	for _, t := range m.list {
		if t.asked != nil {
			t.asked.cancel()
		}
	}
	for _, r := range m.requests {
		r.cancel()
	}
}

// Close waits until nothing of the loading is left; not on the event loop.
func (m *Model) Close() {
	for _, r := range m.requests {
		r.end()
	}
}
