package cleanup

import (
	"context"
	"slices"
	"sync"
	"time"
)

// piece is items of one place that one call can delete together, or the rest of such items.
type piece struct {
	at    place
	lane  place
	way   waypoint
	items []int
	tries
	part   bool     // of a batch that was refused as a whole
	from   waypoint // the batch call that refused it although it was one item; zero for none
	flight *flight  // nil until it is handed out
}

// flight is a piece that was handed out.
type flight struct {
	items int
	since time.Time
}

// sizing says by which call a piece is to go and how many of its items, beside what is in flight.
type sizing func(p piece, aloft []*flight) (waypoint, int)

// joins says that both can go in one request, and that nothing is to be found out about either by sending it alone.
func (p piece) joins(other piece) bool {
	return p.at == other.at && p.lane == other.lane && p.way == other.way &&
		!p.part && !other.part && p.from.route == nil && other.from.route == nil && p.waits == other.waits
}

// queue hands out pieces in order, one at a time of each lane. What is left of a piece may be handed back and is then next.
type queue struct {
	most  int    // pieces that are out at once
	turns *turns // at its lanes; other queues may share them

	mu     sync.Mutex
	pieces []piece        // the next one is the last
	aloft  []*flight      // of the pieces that are out
	lanes  map[place]bool // of the pieces that are out
}

func newQueue(pieces []piece, most int, t *turns) *queue {
	q := &queue{most: most, turns: t, lanes: map[place]bool{}}
	q.push(pieces)
	return q
}

func (q *queue) push(pieces []piece) {
	for _, p := range slices.Backward(pieces) {
		q.pieces = append(q.pieces, p)
	}
}

// ready waits until a piece can be had. False: there is and will be none, or ctx has ended.
func (q *queue) ready(ctx context.Context) bool {
	for ctx.Err() == nil {
		changed := q.turns.changed() // from before the look, so that nothing is missed
		there, more := q.look()
		if there || !more {
			return there
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return false
}

// look says whether a piece can be had now, and whether one may be had later.
func (q *queue) look() (there, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.aloft) < q.most {
		for _, p := range q.pieces {
			if !q.lanes[p.lane] && q.turns.free(p.lane) {
				return true, true
			}
		}
	}
	return false, len(q.aloft) > 0 || len(q.pieces) > 0
}

// next takes a piece and the turn of its lane; false when there is none just now. Other pieces join it where they can, and
// what is more than one request holds stays in the queue.
func (q *queue) next(size sizing) (piece, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, p := range slices.Backward(q.pieces) {
		if q.lanes[p.lane] || !q.turns.claim(p.lane) {
			continue
		}
		q.pieces = slices.Delete(q.pieces, i, i+1)
		p, i = q.join(p, i)
		var most int
		if p.way, most = size(p, q.aloft); len(p.items) > most {
			rest := p
			rest.items = p.items[most:]
			p.items = p.items[:most:most]
			q.pieces = slices.Insert(q.pieces, i, rest)
		}
		p.flight = &flight{len(p.items), time.Now()}
		q.aloft = append(q.aloft, p.flight)
		q.lanes[p.lane] = p.lane != (place{})
		return p, true
	}
	return piece{}, false
}

// join adds to a piece the others that can go with it: those that were throttled, which come back one by one. at is where
// the piece was, and would be now.
func (q *queue) join(p piece, at int) (piece, int) {
	if p.way.route == nil { // nothing goes with steps
		return p, at
	}
	for i, other := range slices.Backward(q.pieces) {
		if !p.joins(other) {
			continue
		}
		p.items = slices.Concat(p.items, other.items)
		p.throttled = max(p.throttled, other.throttled)
		q.pieces = slices.Delete(q.pieces, i, i+1)
		if i < at {
			at--
		}
	}
	return p, at
}

// items are those that are left, in order.
func (q *queue) items() []int {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []int
	for _, p := range slices.Backward(q.pieces) {
		all = append(all, p.items...)
	}
	return all
}

// left is how many they are.
func (q *queue) left() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, p := range q.pieces {
		n += len(p.items)
	}
	return n
}

// drop takes items out of a queue, and of a piece that next gave.
func (q *queue) drop(p piece, items map[int]bool) piece {
	off := func(i int) bool { return items[i] }
	q.mu.Lock()
	defer q.mu.Unlock()
	for n := range q.pieces {
		q.pieces[n].items = slices.DeleteFunc(slices.Clone(q.pieces[n].items), off)
	}
	q.pieces = slices.DeleteFunc(q.pieces, func(p piece) bool { return len(p.items) == 0 })
	before := p.flight
	p.items = slices.DeleteFunc(slices.Clone(p.items), off)
	p.flight = &flight{len(p.items), time.Now()}
	q.aloft[slices.Index(q.aloft, before)] = p.flight
	return p
}

// done hands back what is left of a piece that next gave.
func (q *queue) done(p piece, left []piece) {
	q.mu.Lock()
	q.aloft = slices.DeleteFunc(q.aloft, func(f *flight) bool { return f == p.flight })
	delete(q.lanes, p.lane)
	q.push(left)
	q.mu.Unlock()
	q.turns.ring()
}

// ahead counts the requests that are left: all, and those of the lane that has most.
func (q *queue) ahead(size sizing) (all, inOneLane int) {
	q.mu.Lock()
	pieces, aloft := slices.Clone(q.pieces), slices.Clone(q.aloft)
	q.mu.Unlock()
	lanes := map[place]int{}
	for _, p := range pieces {
		_, most := size(p, aloft)
		n := (len(p.items) + most - 1) / most
		all += n
		if p.lane != (place{}) {
			lanes[p.lane] += n
			inOneLane = max(inOneLane, lanes[p.lane])
		}
	}
	return all, inOneLane
}

// sideBySide calls do for the items of each piece, in the order of the pieces and for one of a lane at a time.
func (e *Engine) sideBySide(sending context.Context, pieces []piece, do func(items []int)) {
	free := func() (entry, error) { return entry{leave: func() {}}, nil }
	whole := func(p piece, _ []*flight) (waypoint, int) { return p.way, len(p.items) }
	same := func(p piece) piece { return p }
	each(sending, newQueue(pieces, e.atOnce, newTurns()), free, whole, same, func(p piece, in entry) []piece {
		defer in.leave()
		do(p.items)
		return nil
	})
}

// each calls do for the pieces of a queue side by side, and hands back what it leaves of them. A piece is taken only when
// admit has given permission to send one, which do gives back: until then the queue may change, and with it the best size.
// renew then makes sure that the piece is still to be sent.
func each(
	sending context.Context, q *queue, admit func() (entry, error),
	size sizing, renew func(piece) piece, do func(piece, entry) []piece,
) {
	var wg sync.WaitGroup
	defer wg.Wait()
	for q.ready(sending) {
		in, err := admit()
		if err != nil {
			return // whoever stopped the run ends the items
		}
		p, ok := q.next(size)
		if !ok { // another run has the turn
			in.leave()
			continue
		}
		in = q.turns.with(in, p.lane)
		if p = renew(p); len(p.items) == 0 {
			in.leave()
			q.done(p, nil)
			continue
		}
		wg.Go(func() { q.done(p, do(p, in)) })
	}
}

// turns are those at lanes: whoever has the turn of a lane may send there. The zero lane is free for all.
type turns struct {
	mu    sync.Mutex
	taken map[place]bool
	rung  chan struct{} // closed at the next change
}

func newTurns() *turns { return &turns{taken: map[place]bool{}, rung: make(chan struct{})} }

func (t *turns) claim(lane place) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[lane] {
		return false
	}
	t.taken[lane] = lane != (place{})
	return true
}

func (t *turns) free(lane place) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.taken[lane]
}

func (t *turns) release(lane place) {
	t.mu.Lock()
	delete(t.taken, lane)
	t.mu.Unlock()
	t.ring()
}

// with adds the turn of a lane to what an entry gives back.
func (t *turns) with(in entry, lane place) entry {
	leave := in.leave
	in.leave = func() {
		leave()
		t.release(lane)
	}
	return in
}

// wait claims the turn of a lane as soon as it can be had.
func (t *turns) wait(ctx context.Context, lane place) error {
	for {
		changed := t.changed()
		if err := ctx.Err(); err != nil {
			return err
		}
		if t.claim(lane) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// changed is closed at the next change of a turn or of a queue.
func (t *turns) changed() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rung
}

func (t *turns) ring() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.rung)
	t.rung = make(chan struct{})
}
