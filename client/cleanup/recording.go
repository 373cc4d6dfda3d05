package cleanup

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"janitor/client/journal"
)

// Journal begins the journal of a plan in a new folder: [Options.Journal] at a place. Errors are sentences: another janitor
// deletes there ([*journal.HeldError]), or the journal cannot be written.
func (h *History) Journal(at Where) func(Plan) (Journal, error) { return h.JournalFor(at, Why{}) }

// JournalFor is [History.Journal] for a run that was given a reason. A plan of an undo may also be [ErrOutdated]. With the
// project locked, so that nobody else begins a run there, each of checks is given the runs that this function has begun
// before; its error keeps the next one from beginning.
func (h *History) JournalFor(at Where, why Why, checks ...func(mine []string) error) func(Plan) (Journal, error) {
	var mu sync.Mutex
	var mine []string
	return func(p Plan) (Journal, error) {
		mu.Lock()
		defer mu.Unlock()
		id, err := h.newName()
		if err != nil {
			return nil, err
		}
		release, err := h.lock(at, id)
		if err != nil {
			return nil, err
		}
		err = h.outdated(p)
		for _, check := range checks {
			if err == nil {
				err = check(mine)
			}
		}
		var r *recording
		if err == nil {
			r, err = h.create(id, at, why, p)
		}
		if err != nil {
			release()
			return nil, err
		}
		mine = append(mine, id)
		r.releases = append(r.releases, release)
		return r, nil
	}
}

// lock takes the project of a run for this process.
func (h *History) lock(at Where, run string) (release func(), err error) {
	locks := filepath.Join(h.dir, "locks")
	if err := h.makeFolder(locks); err != nil {
		return nil, unwritable(locks, err)
	}
	return h.held.hold(locks, at, run)
}

// makeFolder makes a folder, and those that it is in, so that they last.
func (h *History) makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	parent := filepath.Dir(path)
	if err := h.makeFolder(parent); err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return h.syncDir(parent)
}

// create makes the folder of a run. The plan and the header of the journal follow; both are on disk before anything else of
// the journal, and nobody waits for that before.
func (h *History) create(id string, at Where, why Why, p Plan) (*recording, error) {
	runs := filepath.Join(h.dir, "runs")
	dir := filepath.Join(runs, id)
	if err := h.makeFolder(runs); err != nil {
		return nil, unwritable(runs, err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, unwritable(dir, err)
	}
	remove := func() { os.RemoveAll(dir) } //nolint:errcheck // nothing was sent: what stays says nothing
	r, f, err := h.take(dir, id, journal.Create)
	if err != nil {
		remove()
		return nil, unwritable(dir, err)
	}
	r.digested = make(chan struct{})
	r.header = Header{
		Format: journalFormat, Run: id, Items: len(p.Items), Who: h.who(), Where: at, Why: why,
		Version: h.version, Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH, Started: time.Now().UTC(),
	}
	r.Writer = journal.Begin(h.disk(f), func() (string, any, error) {
		file, err := p.Encode()
		if err != nil {
			return "", nil, err
		}
		r.digest = Digest(file)
		close(r.digested)
		err = journal.WriteNew(filepath.Join(dir, planName), file)
		for _, folder := range []string{dir, runs} {
			err = cmp.Or(err, h.syncDir(folder))
		}
		return lineHeader, r.head(), err
	})
	r.Want()
	r.releases = append(r.releases, func() {
		if !r.begun() {
			remove()
		}
	})
	return r, nil
}

// recording is the journal of a run under way, in its folder.
type recording struct {
	*journal.Writer
	header   Header
	digested chan struct{} // closed when the digest of the plan is known; nil = the header has it
	digest   string
	path     string
	file     fs.FileInfo
	releases []func()
}

// take locks a run and opens the file of its journal, for a Writer.
func (h *History) take(dir, id string, open func(path string) (*os.File, error)) (*recording, *os.File, error) {
	lock, err := journal.TryLock(filepath.Join(dir, lockName), holderOf(id))
	if err != nil {
		return nil, nil, err
	}
	r := &recording{path: filepath.Join(dir, journalName), releases: []func(){lock.Unlock}}
	f, err := open(r.path)
	if err != nil {
		lock.Unlock()
		return nil, nil, err
	}
	if r.file, err = f.Stat(); err != nil {
		lock.Unlock()
		return nil, nil, errors.Join(err, f.Close())
	}
	return r, f, nil
}

// head is the header of the journal, without the digest of the plan as long as it is not known.
func (r *recording) head() Header {
	h := r.header
	select {
	case <-r.digested:
		h.Plan = r.digest
	default:
	}
	return h
}

// begun: the run is there for others to see, now and later.
func (r *recording) begun() bool { return r.OnDisk() > 0 }

// Sync also finds out that the file is no longer where it was: what is written to it then helps nobody.
func (r *recording) Sync() error {
	if err := r.Writer.Sync(); err != nil {
		return unwritable(r.path, err)
	}
	now, err := os.Stat(r.path)
	if err == nil && !os.SameFile(now, r.file) {
		err = errors.New("another file has taken its place")
	}
	if err != nil {
		return unwritable(r.path, err)
	}
	return nil
}

func (r *recording) Close() error {
	err := r.Writer.Close()
	for _, release := range r.releases {
		release()
	}
	if err != nil {
		return unwritable(r.path, err)
	}
	return nil
}

// unwritable says where, and why without saying it again.
func unwritable(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		path, err = e.Path, e.Err
	}
	if _, again := errors.AsType[*unwritableError](err); again {
		return err
	}
	return &unwritableError{path, err}
}

type unwritableError struct {
	path string
	err  error
}

func (e *unwritableError) Error() string {
	return fmt.Sprintf("the journal cannot be written: %s: %v", e.path, e.err)
}

func (e *unwritableError) Unwrap() error { return e.err }

// Resume opens the journal of a run that is not finished, for [Engine.Resume].
func (h *History) Resume(p *Past) (Journal, error) {
	release, err := h.lock(p.Ledger.Header.Where, p.ID)
	if err != nil {
		return nil, err
	}
	r, err := h.goOn(p, lineResume)
	if err != nil {
		release()
		return nil, err
	}
	if err := h.refill(p, r.Append); err != nil {
		release()
		return nil, errors.Join(err, r.Close())
	}
	r.releases = append(r.releases, release)
	return r, nil
}

// Verify opens the journal of a finished run, for [Verify].
func (h *History) Verify(p *Past) (Journal, error) {
	back, err := h.returned(p)
	if err != nil {
		return nil, err
	}
	p.Ledger.back = back
	return h.goOn(p, lineVerify)
}

func (h *History) goOn(p *Past, line string) (*recording, error) {
	r, f, err := h.take(p.dir, p.ID, func(path string) (*os.File, error) { return journal.Continue(path, p.Ledger.tail) })
	if held, ok := errors.AsType[*journal.HeldError](err); ok {
		return nil, fmt.Errorf("another janitor is at run %s: %w", p.ID, held)
	}
	if err == nil {
		r.Writer, r.header = journal.NewWriter(h.disk(f), p.Ledger.tail), p.Ledger.Header
		err = r.Append(line, resumed{Who: h.who(), Version: h.version, Started: time.Now().UTC()})
		if err == nil {
			err = r.Sync()
		}
		if err != nil {
			r.Close() //nolint:errcheck // it has failed already
		}
	}
	if err != nil {
		return nil, unwritable(filepath.Join(p.dir, journalName), err)
	}
	return r, nil
}
