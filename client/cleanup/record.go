package cleanup

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"

	"janitor/client/inventory"
)

// Journal is where a run writes what it is about to do, before it does it, and what came of it. A [journal.Writer] is
// one. Append waits for nothing, nor does Want, which gets to disk soon what was appended; after Sync it is there. An error
// is final.
type Journal interface {
	Append(kind string, body any) error
	Want()
	Sync() error
	Close() error
}

// record is the journal of a run, and what a run knows of its requests. The run's lock guards it, but for the pen.
type record struct {
	journal  Journal // nil: there is none, or not yet
	lost     error   // why it is not whole; nil: it is
	requests int     // that have an intent
	book     dealings

	pen sync.RWMutex // whoever is about to send has it together with others, whoever writes ahead alone
}

// write adds a line. What cannot be written is found out at the next intent, and in the end.
func (rec *record) write(kind string, body any) {
	if rec.journal != nil {
		rec.journal.Append(kind, body) //nolint:errcheck // Sync gives it again
	}
}

// name is what the run is called in its history, "" when it is in none.
func (rec *record) name() string {
	if j, ok := rec.journal.(*recording); ok {
		return j.header.Run
	}
	return ""
}

// openJournal opens the journal of a run that is to have one; without it nothing is sent.
func (r *Run) openJournal() {
	if r.open == nil {
		return
	}
	j, err := r.open(r.plan)
	if err != nil {
		r.unwritten(err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record.journal = j
	if r.stopped.goesOn() {
		return
	}
	r.wroteStop()
	for i := range r.items {
		r.wrote(i)
	}
}

// unwritten stops a run whose journal cannot be written.
func (r *Run) unwritten(err error) {
	r.mu.Lock()
	if r.record.lost != nil {
		r.mu.Unlock()
		return
	}
	r.record.lost = err
	r.mu.Unlock()
	why := err.Error()
	r.stop(stoppage{items: &ending{outcome: Cancelled, message: "not sent: " + why}, why: why})
}

// intend puts the intent on disk, after the objects that it is about as they are now. Without error the request may go.
func (r *Run) intend(out outgoing, items []int) (request int, err error) {
	r.record.pen.RLock()
	defer r.record.pen.RUnlock()
	in := intent{Call: out.call, Items: items}
	for _, i := range items {
		in.IDs = append(in.IDs, r.plan.Items[i].Resource.Ref.ID)
	}
	switch {
	case out.making != nil:
		in.Makes, in.Part, in.Twins = true, out.making.Part, out.twins
	case out.step != nil:
		in.Step = &out.step.taken
	}
	if out.making == nil {
		if err := r.keep(items...); err != nil {
			return 0, err
		}
	}
	r.mu.Lock()
	r.record.requests++
	in.Request = r.record.requests
	for _, i := range items {
		r.items[i].unread = true
	}
	r.record.write(lineIntent, in)
	r.mu.Unlock()
	if r.record.journal != nil {
		if err := r.record.journal.Sync(); err != nil {
			return 0, err
		}
	}
	r.mu.Lock()
	r.record.book.send(in, r.engine.now())
	r.mu.Unlock()
	return in.Request, nil
}

// keep writes objects of items down as they were seen last, or planned, unless the journal has them so, and what it takes to
// make them again. The lines of all go in at once: side by side with those of other requests they would wait for each other
// each time.
func (r *Run) keep(items ...int) error {
	if r.record.journal == nil {
		return nil
	}
	known := make([]noted, len(items))
	r.mu.Lock()
	for n, i := range items {
		known[n] = r.items[i].noted
	}
	r.mu.Unlock()
	seen := r.resources(items)
	missing := make([]unkept, len(items))
	for n := range items {
		var err error
		if missing[n], err = known[n].lacks(&seen[n]); err != nil {
			return err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n, i := range items {
		noted := &r.items[i].noted
		if whole := missing[n].whole; whole != nil {
			r.record.write(lineWhole, ofItem(i, "back", whole)) // a [keptWhole]
			noted.back = nil
		}
		if object := missing[n].object; object != nil {
			r.record.write(lineObject, ofItem(i, "object", object)) // a [kept]
		}
		noted.object, noted.sum = seen[n].Object, missing[n].sum
	}
	return nil
}

// unkept is what a journal has yet to get of an item, as JSON; nil: it has it.
type unkept struct {
	whole, object []byte
	sum           [sha256.Size]byte // of the object as it is now
}

// lacks is what the journal, of which this is known, has yet to get of a resource as it is now.
func (known *noted) lacks(now *inventory.Resource) (u unkept, err error) {
	if known.back != nil {
		if u.whole, err = json.Marshal(known.back); err != nil {
			return u, fmt.Errorf("the journal cannot hold what brings %s back: %w", now.Label(), err)
		}
	}
	if u.sum = known.sum; u.sum != [sha256.Size]byte{} && reflect.DeepEqual(now.Object, known.object) {
		return u, nil
	}
	object, err := json.Marshal(now.Object)
	if err != nil {
		return u, fmt.Errorf("the journal cannot hold %s: %w", now.Label(), err)
	}
	if u.sum = sha256.Sum256(object); u.sum != known.sum { // what stands around an object is no part of its JSON
		u.object = object
	}
	return u, nil
}

// writeAhead writes objects down that will be sent later, the last ones first, while nobody is about to send: what waits for
// answers has time, and the next requests can leave as soon as they may. Left is how many are yet to be sent.
func (r *Run) writeAhead(ctx context.Context, items []int, left func() int) {
	const aLot = 256
	for n := len(items); n > 0 && left() > len(items)-n && ctx.Err() == nil; {
		if !r.record.pen.TryLock() {
			r.engine.wait(ctx, time.Millisecond) //nolint:errcheck // the loop sees it
			continue
		}
		n--
		err := r.keep(items[n])
		r.record.pen.Unlock()
		if err != nil {
			return // whoever sends it meets that too
		}
		if n%aLot == 0 {
			r.record.journal.Want()
		}
	}
}

// writePlanned writes objects down as they were planned, while they are looked at: few have changed. It is over when stop
// returns.
func (r *Run) writePlanned(ctx context.Context, items []int) (stop func()) {
	known := slices.DeleteFunc(slices.Clone(items), func(i int) bool { return r.plan.Items[i].Resource.Object == nil })
	ctx, cancel := context.WithCancel(ctx)
	var writing sync.WaitGroup
	if r.record.journal != nil {
		writing.Go(func() {
			if r.record.journal.Sync() == nil { // not while the plan is being written: the lists are asked for meanwhile
				r.writeAhead(ctx, known, func() int { return len(known) })
			}
		})
	}
	return func() {
		cancel()
		writing.Wait()
	}
}

// ofItem is the body of a line about an item with a value that is JSON already: they are long, and there are many.
func ofItem(i int, name string, value []byte) json.RawMessage {
	body := append(make([]byte, 0, len(value)+40), `{"item":`...)
	body = strconv.AppendInt(body, int64(i), 10)
	body = append(append(append(body, `,"`...), name...), `":`...)
	return append(append(body, value...), '}')
}

// replied writes down what came of a request. What it leaves open stays unread until a list shows it.
func (r *Run) replied(request int, out outgoing, items []int, answers []inventory.Answer, id string, err error) {
	for n := range answers {
		answers[n].RequestID = cmp.Or(answers[n].RequestID, id) // an answer without a body has it in its header only
	}
	a, alien := r.answerOf(out, items, answers, err)
	a.Request = request
	if len(answers) < len(items) {
		a.RequestID = id
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range items {
		r.items[i].unread = false
	}
	for _, i := range a.Doubt {
		r.items[i].unread = true
	}
	r.record.write(lineAnswer, a)
	r.record.book.answer(a, r.engine.now())
	if alien != nil && r.stopped.alarm == "" {
		if r.stopped.alarm = safetyStop(alien.ID); !r.stopped.goesOn() { // for less than that
			r.emit(Event{Step: r.step, Item: -1, Note: "stopped: " + r.stopped.alarm})
		}
	}
}

// answerOf is what came of a request to the journal; alien is what the answer says of something else, nil: nothing.
func (r *Run) answerOf(out outgoing, items []int, answers []inventory.Answer, err error) (a answer, alien *inventory.Answer) {
	for _, one := range answers {
		a.Said = append(a.Said, said{one.ID, saidWord(one.Said), one.Code, one.Message, one.RequestID, one.New})
	}
	switch {
	case err != nil:
		v := endingOf(err)
		a.Error = &failure{statusOf(err), v.code, v.message, v.requestID}
		if !settles(err) || out.step == nil && out.making == nil && partly(len(items), err) {
			a.Doubt = items
		}
	case out.step == nil:
		var word map[string]inventory.Answer
		var distrust string
		word, distrust, alien = r.words(items, answers)
		for _, i := range items {
			if w, ok := word[r.plan.Items[i].Resource.Ref.ID]; distrust != "" || !ok || w.Said == inventory.Unclear {
				a.Doubt = append(a.Doubt, i)
			}
		}
	}
	return a, alien
}

func saidWord(s inventory.Said) string {
	switch s {
	case inventory.SaidDeleted:
		return "deleted"
	case inventory.SaidGone:
		return "gone"
	case inventory.SaidRefused:
		return "refused"
	case inventory.SaidMade:
		return "made"
	}
	return "unclear"
}

// saw writes down what a view shows of those of the items that were not read since a request may have reached them.
func (r *Run) saw(items []int, now *view) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var s sight
	for _, i := range items {
		it := &r.items[i]
		if !it.unread {
			continue
		}
		_, there := now.found[it.result.Ref]
		switch {
		case there:
			s.There = append(s.There, i)
		case now.bad[r.placeOf(i)] != nil:
			s.Unknown = append(s.Unknown, i)
			continue
		default:
			s.Gone = append(s.Gone, i)
		}
		it.unread = false
	}
	if len(s.There)+len(s.Gone)+len(s.Unknown) > 0 {
		r.record.write(lineRead, s)
		r.record.book.read(s)
	}
}

// wroteStop is the line that says why the run stopped. With the lock held.
func (r *Run) wroteStop() {
	r.record.write(lineNote, remark{Text: cmp.Or(r.stopped.why, byUser), Stop: true, Final: !r.broken(), Safety: r.stopped.alarm != ""})
}

// wrote is the line of an outcome. With the lock held. What a run did not get to do, or to read back, when its program was ended
// has no outcome in the journal: resume does it. What ends before there is a journal is written when there is one.
func (r *Run) wrote(i int) {
	res := &r.items[i].result
	switch {
	case r.record.journal == nil:
	case r.broken() && (res.Outcome == Cancelled || r.items[i].unread):
	default:
		r.items[i].noted.outcome = true
		r.record.write(lineOutcome, endedOf(i, res))
	}
}

func endedOf(i int, res *Result) ended {
	return ended{i, res.Outcome.String(), res.Proved, res.Code, res.Message, res.RequestID, res.NewID, res.Took}
}

// closeJournal writes the end, unless there is something left to do, and says whether the journal is whole.
func (r *Run) closeJournal() error {
	r.mu.Lock()
	j := r.record.journal
	if ended := r.aborted; ended != nil { // what becomes of its context from now on is nothing to a run
		err := ended()
		r.aborted = func() error { return err }
	}
	r.step = max(r.step, Proving) // a stop that comes now comes too late
	if j != nil && !r.broken() {
		r.record.write(lineEnd, summing{r.summary().String(), r.engine.now().UTC()})
	}
	r.mu.Unlock()
	if j == nil {
		return nil
	}
	return j.Close()
}

// Unrecorded is why the journal of a run could not be written to its end, nil when it was or there is none. A run that
// another janitor stands in the way of gives a [*journal.HeldError].
func (r *Run) Unrecorded() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.record.lost
}

// ID is the name of the run in its history, "" when it has none.
func (r *Run) ID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.record.name()
}

// Recorded is the header of the run's journal; false: it has none, or not yet.
func (r *Run) Recorded() (Header, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if j, ok := r.record.journal.(*recording); ok {
		return j.head(), true
	}
	return Header{}, false
}

// Resumable says whether a run left something open in its journal.
func (r *Run) Resumable() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.journalled() && r.broken()
}

// journalled: there is a journal, or will be. With the lock held.
func (r *Run) journalled() bool {
	j, kept := r.record.journal.(*recording)
	return r.record.journal != nil && (!kept || r.step < Finished || j.begun())
}

// broken: the run ends before its work does, because its program does or its journal cannot be written. With the lock
// held.
func (r *Run) broken() bool { return r.stopped.interrupted || r.record.lost != nil || r.aborting() }

// aborting: what is in flight is broken off too.
func (r *Run) aborting() bool { return r.aborted != nil && r.aborted() != nil }
