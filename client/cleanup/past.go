package cleanup

import (
	"errors"
	"fmt"
)

// Why something cannot be done with a run of the history.
var (
	ErrGoesOn      = errors.New("another janitor is at it")
	ErrFinished    = errors.New("is finished")
	ErrNotFinished = errors.New("is not finished")
)

// CanResume is why there is nothing to go on with, nil when there is. The lock may still say otherwise: see
// [History.Resume].
func (p *Past) CanResume() error {
	switch {
	case p.Err != nil:
		return p.Err
	case p.Live:
		return fmt.Errorf("run %s goes on: %w", p.ID, ErrGoesOn)
	case p.Ledger.Finished:
		return fmt.Errorf("run %s %w: %s", p.ID, ErrFinished, p.Ledger.Counts())
	}
	return nil
}

// CanVerify is why there is nothing to look for again, nil when there is.
func (p *Past) CanVerify() error {
	switch {
	case p.Err != nil:
		return p.Err
	case !p.Ledger.Finished:
		return fmt.Errorf("run %s %w", p.ID, ErrNotFinished)
	}
	return nil
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
