package cleanup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"janitor/client/inventory"
	"janitor/client/journal"
)

// Ledger is what a journal says of a run: where each item of the plan stands. It is made from the plan and the journal
// alone.
type Ledger struct {
	Header   Header
	Plan     Plan
	Items    []Entry // one an item of the plan
	Stopped  string  // why the run stopped before its end, "" when it did not
	Finished bool
	Ended    time.Time // when it finished; zero: it has not
	Verified time.Time // when the latest verify that came to its end was begun; zero: there is none

	stop      remark // final: nothing more is sent
	tail      journal.Tail
	updated   time.Time       // when the last line was written
	requests  map[int]*intent // without an answer
	book      dealings
	made      int // requests with an intent
	verifying *verifying
	back      map[int]string // items that an undo has brought back, while they are verified
}

// verifying is a verify that has not told of all items yet: until then what the one before found counts.
type verifying struct {
	begun time.Time
	found map[int]Found
}

// Entry is where one item stands.
type Entry struct {
	Result Result          // Pending: none yet
	Sent   int             // requests to delete it
	Steps  int             // requests to take something away before it
	Unread bool            // a request may have reached it, and no list was read since
	Object json.RawMessage // as it was when it was sent or, where it was not, when it was planned or seen last; nil: not known
	Found  Presence        // what the latest verify found
	Back   string          // the run that had brought back what it found there; "" when none had

	doubted bool            // one of the requests to delete it may have been applied without an answer that says so
	whole   keepsake        // what it takes to make it again
	ours    map[string]bool // parts that this run has made
	making  *intent         // the latest, of an undo

	detached []string // ids of the objects that it was, or may have been, taken out of
	done     []taken  // steps that were made before it
	away     []string // ids of what these, and those that may have been made, took away
	tried    *taken   // the latest, which may have been
	said     said     // what the service said of the last request to delete it; of an item that is in doubt nothing
}

// replay reads the journal of a plan, whose file has this digest. The error is a [*journal.Damage] where the journal is not
// one that a run can have written: lines changed, missing or in another order, of another plan, or against what must hold of
// every run: an intent before each request and each outcome of it, no request about an item whose fate an earlier
// one has left open before a list was read, one outcome an item and none missing at the end.
func replay(p Plan, digest string, r io.Reader) (*Ledger, error) {
	l := &Ledger{Plan: p, Items: make([]Entry, len(p.Items)), requests: map[int]*intent{}, book: newDealings(len(p.Items))}
	for i := range p.Items {
		l.Items[i].Result.Ref = p.Items[i].Resource.Ref
	}
	in := journal.NewReader(r)
	for {
		line, err := in.Next()
		switch {
		case errors.Is(err, io.EOF) && l.Header.Format == 0:
			return nil, &journal.Damage{Line: 1, Why: "there is no header: nothing was sent before one was written"}
		case errors.Is(err, io.EOF):
			l.tail = in.Tail()
			return l, nil
		case err != nil:
			return nil, err
		}
		l.updated = line.At
		if err := l.take(line, digest); err != nil {
			return nil, &journal.Damage{Line: line.N, Why: err.Error()}
		}
	}
}

// Torn is how many bytes of a last line that was not written to its end the journal has.
func (l *Ledger) Torn() int64 { return l.tail.Torn }

// StaysStopped says that the run was cancelled, or stopped for safety: nothing more is sent when it is resumed.
func (l *Ledger) StaysStopped() bool { return l.stop.Final }

// Open are the items without an outcome.
func (l *Ledger) Open() []int {
	var open []int
	for i := range l.Items {
		if l.Items[i].Result.Outcome == Pending {
			open = append(open, i)
		}
	}
	return open
}

// take is one line.
func (l *Ledger) take(line journal.Line, digest string) error {
	if (line.N == 1) != (line.Type == lineHeader) {
		return errors.New("a journal begins with its header, and has one")
	}
	if l.Finished && line.Type != lineVerify && line.Type != lineFound {
		return fmt.Errorf("a line of type %s after the end of the run", line.Type)
	}
	switch body := line.Body; line.Type {
	case lineHeader:
		return strict(body, func(h Header) error { return l.begin(h, digest) })
	case lineResume:
		return strict(body, l.resume)
	case lineObject:
		return strict(body, l.object)
	case lineWhole:
		return strict(body, l.keepWhole)
	case lineMade:
		return strict(body, l.parts)
	case lineIntent:
		return strict(body, l.intent)
	case lineAnswer:
		return strict(body, l.answer)
	case lineRead:
		return strict(body, l.read)
	case lineOutcome, lineProof:
		return strict(body, func(e ended) error { return l.outcome(e, line.Type == lineProof) })
	case lineNote:
		return strict(body, l.note)
	case lineEnd:
		return strict(body, l.end)
	case lineVerify:
		return strict(body, l.verify)
	case lineFound:
		return strict(body, l.found)
	}
	return fmt.Errorf("unknown type %q: a newer janitor may have written it", line.Type)
}

func (l *Ledger) begin(h Header, digest string) error {
	switch l.Header = h; {
	case h.Format != journalFormat:
		return fmt.Errorf("its format is %d, this janitor reads format %d", h.Format, journalFormat)
	case h.Plan != digest:
		return errors.New("it belongs to another plan, or the plan was changed: their digests differ")
	case h.Items != len(l.Plan.Items):
		return fmt.Errorf("it is about %d items, the plan has %d", h.Items, len(l.Plan.Items))
	}
	return nil
}

// resume: another process goes on. What stopped the one before is over, unless it was final.
func (l *Ledger) resume(resumed) error {
	l.Stopped = l.stop.Text
	return nil
}

func (l *Ledger) item(i int) (*Entry, error) {
	if i < 0 || i >= len(l.Items) {
		return nil, fmt.Errorf("the plan has no item %d", i)
	}
	return &l.Items[i], nil
}

func (l *Ledger) object(k kept) error {
	it, err := l.item(k.Item)
	if err != nil {
		return err
	}
	it.Object = k.Object
	return nil
}

func (l *Ledger) intent(in intent) error {
	if in.Request != l.made+1 || len(in.Items) == 0 || len(in.IDs) != len(in.Items) {
		return fmt.Errorf("request %d after %d", in.Request, l.made)
	}
	switch {
	case in.Step != nil && len(in.Items) > 1:
		return fmt.Errorf("a step for %d items: each has its own", len(in.Items))
	case in.Step != nil && in.Makes:
		return errors.New("a step before a deletion that brings back")
	}
	for n := range in.Items {
		if err := l.mayAsk(&in, n); err != nil {
			return err
		}
		l.Items[in.Items[n]].asked(&in)
	}
	l.made = in.Request
	l.requests[in.Request] = &in
	l.book.send(in, l.updated)
	return nil
}

// mayAsk refuses a request that a run cannot have made about the n-th of its items.
func (l *Ledger) mayAsk(in *intent, n int) error {
	i := in.Items[n]
	it, err := l.item(i)
	switch {
	case err != nil:
		return err
	case slices.Index(in.Items, i) != n:
		return fmt.Errorf("item %d twice in one request", i)
	case it.Result.Ref.ID != in.IDs[n]:
		return fmt.Errorf("item %d is %q in the plan, not %q", i, it.Result.Ref.ID, in.IDs[n])
	case it.Result.Outcome != Pending:
		return fmt.Errorf("a request about item %d, which has its outcome", i)
	case it.Unread:
		return fmt.Errorf("a second request about item %d, whose first may have been applied, and no list was read", i)
	case in.Makes != (l.Plan.Undoes != ""):
		return errors.New("a request that deletes in an undo, or one that brings back in another run")
	case it.Object == nil && !in.Makes, it.whole.Back == nil && in.Makes:
		return fmt.Errorf("a request about item %d before it was kept", i)
	}
	return nil
}

// asked: a request about the item is on its way.
func (e *Entry) asked(in *intent) {
	e.Unread, e.said = true, said{}
	switch {
	case in.Makes:
		e.Sent++
		e.making = in
	case in.Step == nil:
		e.Sent++
	default:
		if in.Step.Detach {
			e.detached = append(e.detached, in.Step.ID)
		}
		e.tried = in.Step
		e.away = append(e.away, in.Step.ID)
		e.Steps++
	}
}

func (l *Ledger) keepWhole(k keptWhole) error {
	it, err := l.item(k.Item)
	switch {
	case err != nil:
		return err
	case it.whole.Back != nil:
		return fmt.Errorf("item %d is kept twice", k.Item)
	}
	it.whole.Back, it.whole.Shown, it.whole.Taken, it.whole.Parent, it.whole.Perhaps = k.Back, k.Shown, k.Taken, k.Parent, k.Perhaps
	return nil
}

func (l *Ledger) parts(m made) error {
	it, err := l.item(m.Item)
	switch {
	case err != nil:
		return err
	case l.Plan.Undoes == "":
		return errors.New("something is made in a run that deletes")
	case m.By == "" && it.Sent == 0:
		return fmt.Errorf("a part of item %d is made, and nothing was sent for it", m.Item)
	}
	for part, id := range m.Parts {
		if m.By != "" {
			set(&it.whole.Made, part, id)
		} else {
			it.wasMade(part, id)
		}
	}
	return nil
}

// wasMade: with the item itself made again, what an undo before had made of it is gone.
func (e *Entry) wasMade(part, id string) {
	if part == inventory.Itself && e.whole.Made[part] != id {
		e.whole.Made = nil
	}
	set(&e.whole.Made, part, id)
	set(&e.ours, part, true)
}

func set[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

func (l *Ledger) answer(a answer) error {
	in := l.requests[a.Request]
	if in == nil {
		return fmt.Errorf("an answer to request %d, which was not made or has one", a.Request)
	}
	delete(l.requests, a.Request)
	l.book.answer(a, l.updated)
	for _, i := range in.Items {
		l.Items[i].Unread = false
		if in.Step != nil && len(a.Doubt) == 0 {
			l.Items[i].stepped(a.Error == nil || a.Error.Status == http.StatusNotFound)
		}
	}
	for _, i := range a.Doubt {
		if !slices.Contains(in.Items, i) {
			return fmt.Errorf("an answer to request %d about item %d, which is not in it", a.Request, i)
		}
		l.Items[i].Unread = true
		l.Items[i].doubted = l.Items[i].doubted || in.Step == nil
	}
	for _, s := range a.Said {
		l.hear(in, s)
	}
	return nil
}

// stepped: the step before the deletion that was sent last is done, or was refused.
func (e *Entry) stepped(done bool) {
	if done {
		e.done = append(e.done, *e.tried)
	} else {
		e.away = e.away[:len(e.away)-1]
	}
	e.tried = nil
}

// hear takes in what an answer says of one id.
func (l *Ledger) hear(in *intent, s said) {
	n := slices.Index(in.IDs, s.ID)
	if n < 0 {
		if !l.stop.Safety && unasked(s.ID, in.IDs) { // the run may have been killed before it could note that it stops
			l.stop = remark{Text: safetyStop(s.ID), Stop: true, Final: true, Safety: true}
			l.Stopped = l.stop.Text
		}
		return
	}
	switch it := &l.Items[in.Items[n]]; {
	case in.Makes && s.New != "":
		it.wasMade(in.Part, s.New)
	case !it.Unread:
		it.said = s
	}
}

func (l *Ledger) read(s sight) error {
	for _, i := range slices.Concat(s.There, s.Gone, s.Unknown) {
		it, err := l.item(i)
		if err != nil {
			return err
		}
		if slices.Contains(s.Unknown, i) {
			continue
		}
		it.doubted = it.doubted || it.Unread && l.waits(i)
		it.Unread = false
		l.settle(i)
	}
	l.book.read(s)
	return nil
}

// waits says whether a request to delete the item has no answer.
func (l *Ledger) waits(i int) bool {
	for _, in := range l.requests {
		if in.Step == nil && slices.Contains(in.Items, i) {
			return true
		}
	}
	return false
}

// settle drops the requests without an answer whose items were all read back: their answers never came.
func (l *Ledger) settle(i int) {
	for n, in := range l.requests {
		if slices.Contains(in.Items, i) && !slices.ContainsFunc(in.Items, func(k int) bool { return l.Items[k].Unread }) {
			delete(l.requests, n)
		}
	}
}

func (l *Ledger) outcome(e ended, proof bool) error {
	it, err := l.item(e.Item)
	if err != nil {
		return err
	}
	o, err := named(e.Outcome, AlreadyThere)
	before := it.Result.Outcome
	switch {
	case err != nil:
		return err
	case o == Pending:
		return fmt.Errorf("item %d ends pending", e.Item)
	case !proof && before != Pending:
		return fmt.Errorf("a second outcome for item %d: %s after %s", e.Item, o, before)
	case !proof && e.Proved:
		return fmt.Errorf("item %d is proved before the proof", e.Item)
	case proof && before == Pending:
		return fmt.Errorf("item %d is proved and has no outcome", e.Item)
	case !o.fits(l.Plan.Undoes != ""):
		return fmt.Errorf("item %d is %s, which is no outcome of such a run", e.Item, o)
	case (o == Deleted || o == Restored) && it.Sent == 0:
		return fmt.Errorf("item %d is %s, and nothing was sent for that", e.Item, o)
	}
	ref := it.Result.Ref
	it.Result = Result{
		Ref: ref, Outcome: o, Proved: e.Proved,
		Code: e.Code, Message: e.Message, RequestID: e.RequestID, NewID: e.NewID, Took: e.Took,
	}
	return nil
}

// note is why the run stopped, or anything else that was told. Nothing is graver than a safety stop.
func (l *Ledger) note(n remark) error {
	if n.Stop && !l.stop.Safety {
		l.Stopped = n.Text
	}
	if n.Final && !l.stop.Safety {
		l.stop = n
	}
	return nil
}

func (l *Ledger) end(s summing) error {
	if open := l.Open(); len(open) > 0 {
		return fmt.Errorf("the run ends, and item %d has no outcome", open[0])
	}
	l.Finished, l.Ended = true, s.Ended
	return nil
}

func (l *Ledger) verify(v resumed) error {
	if !l.Finished {
		return errors.New("verified before its end")
	}
	l.verifying = &verifying{v.Started, map[int]Found{}}
	return nil
}

func (l *Ledger) found(f Found) error {
	_, err := l.item(f.Item)
	switch {
	case err != nil:
		return err
	case l.verifying == nil:
		return errors.New("found something that nobody looked for")
	case f.Is != IsGone && f.Is != IsThere && f.Is != IsUnknown:
		return fmt.Errorf("unknown word %q", f.Is)
	case f.Back != "" && (f.Is != IsThere || !runName.MatchString(f.Back)):
		return fmt.Errorf("brought back by %q, and %s", f.Back, f.Is)
	}
	v := l.verifying
	if v.found[f.Item] = f; len(v.found) == len(l.Items) {
		l.Verified = v.begun
		for i, f := range v.found {
			l.Items[i].Found, l.Items[i].Back = f.Is, f.Back
		}
	}
	return nil
}

// strict takes a body that has to be all of the value and nothing else.
func strict[T any](body json.RawMessage, take func(T) error) error {
	var v T
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return fmt.Errorf("it cannot be read: %w", err)
	}
	return take(v)
}

// Counts is the summary of what the ledger says so far.
func (l *Ledger) Counts() Summary {
	s := Summary{Stopped: l.Stopped}
	s.One, s.Many = l.Plan.Nouns()
	deletes := l.Plan.Undoes == ""
	for i := range l.Items {
		s.add(&l.Items[i].Result, deletes && len(l.Items[i].away) > 0)
	}
	return s
}
