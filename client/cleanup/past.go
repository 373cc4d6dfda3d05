package cleanup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"janitor/client/journal"
)

// Past is a run of the history.
type Past struct {
	ID     string
	Ledger *Ledger // nil: it cannot be read
	Err    error   // why
	Live   bool    // a janitor is at it

	dir string
}

// State is one word or two: running, finished, unfinished, or that of an [Unreadable].
func (p *Past) State() string {
	u, unreadable := errors.AsType[*Unreadable](p.Err)
	switch {
	case p.Live:
		return "running"
	case unreadable:
		return u.State
	case p.Ledger == nil:
		return notReadable
	case p.Ledger.Finished:
		return "finished"
	}
	return "unfinished"
}

var errNotBegun = errors.New("nothing was sent")

// Unreadable is why there is no [Ledger] of a run.
type Unreadable struct {
	Run   string
	State string // "not begun", "damaged", "unreadable"
	Why   error
}

func (u *Unreadable) Error() string {
	switch u.State {
	case notBegun:
		return fmt.Sprintf("run %s was not begun: %v", u.Run, u.Why)
	case damaged:
		return fmt.Sprintf("run %s is damaged: %v", u.Run, u.Why)
	}
	return fmt.Sprintf("run %s cannot be read: %v", u.Run, u.Why)
}

func (u *Unreadable) Unwrap() error { return u.Why }

const (
	notBegun    = "not begun"
	damaged     = "damaged"
	notReadable = "unreadable"
)

// Why something cannot be done with a run of the history.
var (
	ErrGoesOn   = errors.New("another janitor is at it")
	ErrFinished = errors.New("is finished")
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
		return fmt.Errorf("run %s is not finished", p.ID)
	}
	return nil
}

func (p *Past) replay() (*Ledger, error) {
	as := func(state string, format string, args ...any) error {
		return &Unreadable{p.ID, state, fmt.Errorf(format, args...)}
	}
	f, err := os.Open(filepath.Join(p.dir, journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, as(notBegun, "it has no journal: %w", errNotBegun)
	}
	if err != nil {
		return nil, as(notReadable, "%w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	if whole, err := hasLine(f); err == nil && !whole {
		return nil, as(notBegun, "its journal has no header: %w", errNotBegun)
	}
	file, err := readPlan(filepath.Join(p.dir, planName))
	if err != nil {
		return nil, as(notReadable, "%s: %w", planName, err)
	}
	plan, err := decodePlan(file)
	if err != nil {
		return nil, as(damaged, "%s: %w", planName, err)
	}
	l, err := replay(plan, Digest(file), f)
	if err == nil {
		err = p.check(l)
	}
	if _, changed := errors.AsType[*journal.Damage](err); changed {
		return nil, as(damaged, "%s %w", journalName, err)
	}
	if err != nil {
		return nil, as(notReadable, "%w", err)
	}
	return l, nil
}

// hasLine says whether at least one line was written to its end, and goes back to the beginning.
func hasLine(f *os.File) (bool, error) {
	_, err := journal.NewReader(f).Next()
	if _, seekErr := f.Seek(0, io.SeekStart); seekErr != nil {
		return false, seekErr
	}
	return !errors.Is(err, io.EOF), nil
}

// check refuses a journal of another run, and items that are not in the project that it is about.
func (p *Past) check(l *Ledger) error {
	if l.Header.Run != p.ID {
		return &journal.Damage{Line: 1, Why: fmt.Sprintf("it is the journal of run %q", l.Header.Run)}
	}
	if i := l.Plan.outside(l.Header.Where); i >= 0 {
		return &journal.Damage{Line: 1, Why: fmt.Sprintf("it is about project %s, item %d of the plan is elsewhere", l.Header.Where.Project, i)}
	}
	return nil
}

func readPlan(path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // below the folder of runs
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxPlan+1))
	if err == nil && len(data) > maxPlan {
		err = fmt.Errorf("it is larger than %d bytes", maxPlan)
	}
	return data, err
}
