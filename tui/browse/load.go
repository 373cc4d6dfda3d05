package browse

import (
	"context"
	"iter"
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"janitor/client/inventory"
	"janitor/tui/screen"
	"janitor/tui/table"
	"janitor/tui/theme"
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

// content is what a table shows, prepared outside the event loop.
type content struct {
	rows *rows
	view *table.View[inventory.Ref]
	sort table.Sort
}

// sorted is content that was put into another order.
type sorted struct {
	tab     *tab
	content *content
}

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
	for _, t := range m.tabs {
		t.coming = nil
	}
	return tea.Batch(gone, m.read(r))
}

// read is the command that waits for the next snapshot and prepares it.
func (m *Model) read(r *request) tea.Cmd {
	wanted := make([]wish, len(m.tabs))
	for i, t := range m.tabs {
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
				msg.content[i] = prepare(&rows{columns: w.columns, items: l.Resources, at: s.At}, w.sort)
			}
		}
		return msg
	}
}

func prepare(r *rows, s table.Sort) *content {
	return &content{rows: r, view: table.Prepare(r, s), sort: s}
}

// wish is what a command has to know of a tab.
type wish struct {
	columns *columns
	sort    table.Sort
	shown   []inventory.Resource
	whole   bool // what is shown is complete: only something complete replaces it
}

func (t *tab) wish() wish {
	w := wish{columns: t.columns, sort: t.table.Sort()}
	if t.shown != nil && t.rows != nil {
		w.shown, w.whole = t.rows.items, t.whole
	}
	return w
}

// wants says whether to show l in place of what is shown.
func (w wish) wants(l *inventory.Listing, s *inventory.Snapshot) bool {
	if same(w.shown, l.Resources) {
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

// same: snapshots share what has not changed.
func same(a, b []inventory.Resource) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (m *Model) arrive(msg arrived) tea.Cmd {
	if msg.from != m.loading {
		return nil
	}
	cmds := []tea.Cmd{m.read(msg.from)}
	for i, t := range m.tabs {
		cmds = append(cmds, m.receive(t, msg.snapshot, msg.content[i]))
	}
	return tea.Batch(cmds...)
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
		again = t.put(c)
	case !replaces:
		return nil
	}
	t.shown, t.listing = s, l
	if !settled(l, s) {
		return again
	}
	t.whole = l.Err == nil
	t.table.Refit()
	return tea.Batch(again, m.prune(t))
}

// put shows prepared content; when the order was changed meanwhile, it is prepared once more.
func (t *tab) put(c *content) tea.Cmd {
	t.rows = c.rows
	order := t.table.Sort()
	t.table.Set(c.view)
	if c.sort == order {
		return nil
	}
	return t.order(order)
}

// order prepares the shown rows in another order.
func (t *tab) order(s table.Sort) tea.Cmd {
	if t.rows == nil {
		return nil
	}
	r := t.rows
	return func() tea.Msg { return sorted{t, prepare(r, s)} }
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
	notice := screen.Notice{By: m, Text: theme.Number(lost) + " marked rows are gone"}
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

func (m *Model) finish(msg finished) {
	m.requests = slices.DeleteFunc(m.requests, func(r *request) bool { return r == msg.from })
	if msg.from == m.loading {
		m.loading = nil
	}
}

// Cancel stops the loading without waiting for its end.
func (m *Model) Cancel() {
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
