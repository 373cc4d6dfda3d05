package cleanup

import (
	"cmp"
	"slices"
	"time"

	"janitor/client/inventory"
)

// MaxRequests is how many requests about one item are kept: of more, the latest.
const MaxRequests = 100

// Request is one request about an item, and what came of it.
type Request struct {
	N     int           // in the run, from 1: the number of its intent in the journal
	Call  string        // as in the documentation: "POST pools/batch-delete"
	Step  string        // what it was to take away before the item: "server web-1"; "" when it was about the item itself
	Items int           // how many items it was about
	At    time.Time     // when it left
	Took  time.Duration // until its answer

	// Answered: it has ended, with an answer or an error. Otherwise it is under way or, when in doubt, its program ended.
	Answered bool
	Status   int    // HTTP, of an answer that refuses it as a whole; 0 for another or none
	Said     string // what the answer says of the item: deleted, gone, refused, unclear; "" nothing of its own

	Code, Message, RequestID string

	Doubt bool     // it may have been applied without an answer that says so
	Found Presence // what reading back showed of the item then
}

// Requests are the requests about an item of the plan so far, in their order, those of earlier processes too.
func (r *Run) Requests(item int) []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.record.book.requests(item)
}

// Requests are the requests about an item of the plan, in their order. What has no answer in the journal is in doubt.
func (l *Ledger) Requests(item int) []Request {
	out := l.book.requests(item)
	for i := range out {
		out[i].Doubt = out[i].Doubt || !out[i].Answered
	}
	return out
}

// dealings are what is kept of requests, by item. Items share what is true of a request as a whole.
type dealings struct {
	waiting map[int]*exchange // without an answer, by number
	about   [][]mention       // by item
}

// exchange is one request with what its answer says of it as a whole.
type exchange struct {
	number     int
	call, step string
	items      []int
	ids        []string // of the items, until it is answered
	at         time.Time
	took       time.Duration
	answered   bool
	failure    failure
	requestID  string // of an answer that does not speak of each item
}

// mention is what one request was to one item.
type mention struct {
	of    *exchange
	said  said
	doubt bool
	found Presence
}

func newDealings(items int) dealings {
	return dealings{waiting: map[int]*exchange{}, about: make([][]mention, items)}
}

// send notes that a request leaves.
func (b *dealings) send(in intent, at time.Time) {
	s := &exchange{number: in.Request, call: in.Call, items: in.Items, ids: in.IDs, at: at}
	if in.Step != nil {
		s.step = in.Step.String()
	}
	if in.Makes {
		s.step = in.Part
	}
	b.waiting[s.number] = s
	for _, i := range s.items {
		if len(b.about[i]) == MaxRequests {
			b.about[i] = slices.Delete(b.about[i], 0, 1)
		}
		b.about[i] = append(b.about[i], mention{of: s})
	}
}

func (b *dealings) answer(a answer, at time.Time) {
	s := b.waiting[a.Request]
	if s == nil {
		return
	}
	delete(b.waiting, a.Request)
	s.answered, s.took, s.requestID = true, max(at.Sub(s.at), 0), a.RequestID
	if a.Error != nil {
		s.failure = *a.Error
	}
	words := make(map[string]said, len(a.Said))
	for _, w := range a.Said {
		words[w.ID] = w
	}
	doubts := make(map[int]bool, len(a.Doubt))
	for _, i := range a.Doubt {
		doubts[i] = true
	}
	for n, i := range s.items {
		if m := b.find(i, s); m != nil {
			m.said, m.doubt = words[s.ids[n]], doubts[i]
		}
	}
	s.ids = nil
}

// find is what a request was to an item, nil when that is no longer kept.
func (b *dealings) find(i int, s *exchange) *mention {
	for n := range slices.Backward(b.about[i]) {
		if b.about[i][n].of == s {
			return &b.about[i][n]
		}
	}
	return nil
}

// read notes what a list showed: it is about the latest request.
func (b *dealings) read(s sight) {
	for word, items := range map[Presence][]int{IsThere: s.There, IsGone: s.Gone, IsUnknown: s.Unknown} {
		for _, i := range items {
			if n := len(b.about[i]); n > 0 {
				b.about[i][n-1].found = word
			}
		}
	}
}

// madeBy is the id of the request that has made an item again, else of the latest that has made a part of it; "" when none says
// so.
func (b *dealings) madeBy(item int) (id string) {
	for _, m := range slices.Backward(b.about[item]) {
		switch {
		case m.said.New == "":
		case m.of.step == inventory.Itself:
			return m.said.RequestID
		case id == "":
			id = m.said.RequestID
		}
	}
	return id
}

// goOn are the dealings for a process that takes the run up: what waits for an answer will get none.
func (b *dealings) goOn() dealings {
	next := newDealings(len(b.about))
	for i, about := range b.about {
		next.about[i] = slices.Clone(about)
		for n := range next.about[i] {
			m := &next.about[i][n]
			m.doubt = m.doubt || !m.of.answered
		}
	}
	return next
}

// count is how many requests about an item there were, of those that are kept.
func (b *dealings) count(item int) int {
	if item < 0 || item >= len(b.about) {
		return 0
	}
	return len(b.about[item])
}

// requests are those about an item; none where there is no such item.
func (b *dealings) requests(item int) []Request {
	if b.count(item) == 0 {
		return nil
	}
	out := make([]Request, 0, len(b.about[item]))
	for _, m := range b.about[item] {
		s := m.of
		out = append(out, Request{
			N: s.number, Call: s.call, Step: s.step, Items: len(s.items), At: s.at, Took: s.took,
			Answered: s.answered, Status: s.failure.Status, Said: m.said.Said,
			Code: cmp.Or(m.said.Code, s.failure.Code), Message: cmp.Or(m.said.Message, s.failure.Message),
			RequestID: cmp.Or(m.said.RequestID, s.failure.RequestID, s.requestID), Doubt: m.doubt, Found: m.found,
		})
	}
	return out
}
