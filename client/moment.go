package client

import (
	"bytes"
	"context"
	"sync"

	"janitor/client/wire"
)

// mostSeen bounds what a moment keeps of answers, in bytes. What there is no room for is asked for again.
const mostSeen = 32 << 20

// sharing is one look at an account by several readers: what one of them was answered the others are spared asking for.
// A reader that asks for the same twice, as one that begins a list again, wants to know it anew.
type sharing struct {
	mu    sync.Mutex
	pages map[page]*sighting
	kept  [][]byte // all answers
	size  int      // of them, in bytes

	using sync.RWMutex // answers; locked to clear them
	over  bool         // changed with both locks held
}

// asker tells those who ask apart by its address, so it must have a size: one list that is read, or one object.
type asker struct{ _ byte }

type page struct {
	api         *wire.API
	path, query string
}

// sighting is an answer, or one that is being waited for.
type sighting struct {
	came   chan struct{} // closed when there is an answer, perhaps not the last one
	done   chan struct{} // closed when whoever asked has read it
	answer []byte        // nil: there was none that can be used again
	err    error         // why it could not be read, when done
	by     map[*asker]bool
}

// Moment gives a Client for one look: it may read the same from several sides, and asks for it once. end must be called
// when it is over; then it asks for everything. Answers are kept until then, and cleared: there are private keys in some.
func (c *Client) Moment() (in *Client, end func()) {
	m := &sharing{pages: map[page]*sighting{}}
	one := *c
	one.sharing = m
	return &one, m.end
}

func (m *sharing) end() {
	m.using.Lock()
	defer m.using.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	for _, answer := range m.kept {
		clear(answer)
	}
	m.pages, m.kept = nil, nil
}

// get takes an answer from somebody who asks for the same, or asks. Both read it at the same time; what cannot be read may
// be asked for once more, and counts only then.
func (m *sharing) get(ctx context.Context, r request) error {
	at := page{r.api, r.call.Path, r.call.Query.Encode()}
	for {
		mine, theirs := m.claim(at, r.asker)
		if theirs == nil {
			return m.ask(ctx, r, at, mine)
		}
		for _, waiting := range []chan struct{}{theirs.came, theirs.done} {
			select {
			case <-waiting:
			case <-ctx.Done():
				return r.send(ctx) // says so
			}
			if taken, err := m.take(theirs, r); taken && (err == nil || waiting == theirs.done) {
				return err
			}
		}
	}
}

// claim says whose answer to wait for; nil: ours, and others wait for mine, nil when it is over.
func (m *sharing) claim(at page, by *asker) (mine, theirs *sighting) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over {
		return nil, nil
	}
	if s := m.pages[at]; s != nil && !s.by[by] {
		s.by[by] = true
		return nil, s
	}
	mine = &sighting{came: make(chan struct{}), done: make(chan struct{}), by: map[*asker]bool{by: true}}
	m.pages[at] = mine
	return mine, nil
}

func (m *sharing) ask(ctx context.Context, r request, at page, mine *sighting) error {
	if mine == nil {
		return r.send(ctx)
	}
	var came sync.Once
	r.call.Seen = func(answer []byte) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.over || m.size+len(answer) > mostSeen {
			mine.answer = nil
			return
		}
		mine.answer = bytes.Clone(answer)
		m.kept, m.size = append(m.kept, mine.answer), m.size+len(answer)
		came.Do(func() { close(mine.came) })
	}
	err := r.send(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(mine.done)
	came.Do(func() { close(mine.came) })
	if err != nil && ctx.Err() == nil { // else it is ours alone
		mine.err, mine.answer = err, nil
	}
	if mine.answer == nil && m.pages[at] == mine { // whoever comes later asks
		delete(m.pages, at)
	}
	return err
}

// take reads what somebody else was answered; false: that is of no use.
func (m *sharing) take(s *sighting, r request) (taken bool, err error) {
	m.using.RLock()
	defer m.using.RUnlock()
	m.mu.Lock()
	answer, failed, over := s.answer, s.err, m.over
	m.mu.Unlock()
	switch {
	case failed != nil:
		return true, failed
	case over || answer == nil:
		return false, nil
	}
	if err := wire.Decode(answer, r.call.Out); err != nil {
		return true, r.bad("", "the answer cannot be read: %v", err)
	}
	return true, nil
}
