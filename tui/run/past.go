package run

import (
	"time"

	"janitor/client/cleanup"
	"janitor/tui/screen"
)

// ResumeMsg asks to go on with a run that is not finished.
type ResumeMsg struct{ Past *cleanup.Past }

// VerifyMsg asks to list again what a finished run was about.
type VerifyMsg struct{ Past *cleanup.Past }

// UndoMsg asks to bring back what a run has deleted: one of this session, or one of the history. The other is nil.
type UndoMsg struct {
	Run  *cleanup.Run
	Past *cleanup.Past
}

// ExportMsg asks to write down what became of a run: one of this session, or one of the history. The other is nil.
type ExportMsg struct {
	Run  *cleanup.Run
	Past *cleanup.Past
}

// Past makes the screen of a run from its journal: nothing in it moves. A run that cannot be read says why.
func Past(env *screen.Env, p *cleanup.Past) *Model {
	m := newModel(env, nil, record{p.Ledger})
	m.past = p
	m.finish()
	return m
}

// Past is the run of the history that is shown, nil when it is one of this session.
func (m *Model) Past() *cleanup.Past { return m.past }

// record is a run as its journal tells it; nil when that cannot be read.
type record struct{ *cleanup.Ledger }

func (r record) Plan() cleanup.Plan {
	if r.Ledger == nil {
		return cleanup.Plan{}
	}
	return r.Ledger.Plan
}

// Events have all happened.
func (record) Events() <-chan cleanup.Event {
	none := make(chan cleanup.Event)
	close(none)
	return none
}

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
