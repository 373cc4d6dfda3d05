package cleanup

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"janitor/client/inventory"
)

// A run is told the same live and from its journal.
func TestTheStatusOfARunAndOfItsJournalAgree(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a", "b", "c")
	p.LeftOut = []LeftOut{{Label: "d", Why: "in use"}}
	h := NewHistory(t.TempDir(), "test")
	asked, answer := make(chan struct{}), make(chan struct{})
	w.answer = func(_ string, ids []string) ([]inventory.Answer, error) {
		close(asked)
		<-answer
		answers, err := w.deleteAll("", ids[1:])
		return append(answers, inventory.Answer{ID: ids[0], Said: inventory.SaidRefused, Code: "X.1", Message: "not now", RequestID: "r-1"}), err
	}
	e := w.engine(3)
	e.journal = h.Journal(at)
	ctx, abort := context.WithCancel(t.Context())
	run := e.Start(ctx, p)
	<-asked
	if s := run.Status(); s.State != "running" || s.Requests != 1 || !s.Ended.IsZero() || s.Items[0].Result.Outcome != Pending {
		t.Errorf("while it goes on: %+v", s)
	}
	close(answer)
	finished(t, run)
	abort() // too late to break anything off
	if run.Resumable() {
		t.Error("a finished run is to be resumed")
	}
	header, ok := run.Recorded()
	if !ok {
		t.Fatal("it has no journal")
	}
	live, past := run.Status(), h.Read(header.Run).Ledger.Status()
	for _, s := range []*Status{&live, &past} {
		s.Plan = Plan{}                               // the header has its digest
		s.Summary = Summary{}                         // the kinds of this world are not known to a ledger
		s.Started, s.Ended = time.Time{}, time.Time{} // of the header, and of its last line
	}
	a, _ := json.MarshalIndent(live, "", " ")
	b, _ := json.MarshalIndent(past, "", " ")
	if !bytes.Equal(a, b) {
		t.Errorf("live:\n%s\nfrom the journal:\n%s", a, b)
	}
}

// What only a journal can tell is in its status: what a request may have reached, and what verify found.
func TestTheStatusOfAJournalHasItsDoubtsAndItsVerify(t *testing.T) {
	at := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	l := &Ledger{
		Plan: Plan{Items: make([]Item, 2)}, book: newDealings(2), Verified: at,
		Items: []Entry{{Unread: true}, {Result: Result{Outcome: Deleted}, Found: IsThere, Back: "20260802T120000Z-abc123"}},
	}
	s := l.Status()
	want := []ItemStatus{{Doubt: true}, {Result: l.Items[1].Result, Found: IsThere, Back: "20260802T120000Z-abc123"}}
	if !slices.Equal(s.Items, want) || !s.Verified.Equal(at) || s.State != "unfinished" || !s.Ended.IsZero() {
		t.Errorf("%+v", s)
	}
}
