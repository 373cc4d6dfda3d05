package cleanup

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"janitor/client/journal"
)

const (
	planName    = "plan.json"
	journalName = "journal.ndjson"
	lockName    = "lock"
)

// runName is how runs are called: the second in which they began, the thousandth of it in three hexadecimal digits, and
// three digits by chance. So the order of names is the order of time; see [History.newName].
var runName = regexp.MustCompile(`^\d{8}T\d{6}Z-[0-9a-f]{6}$`)

// runSecond is the first part of a name.
const runSecond = "20060102T150405Z"

// ErrNoRun is when there is no run, or no single one, of that name.
var ErrNoRun = errors.New("there is no such run")

// History is the folder in which every run has its own, with its plan and its journal. Only its owner can read it.
type History struct {
	dir     string
	version string
	disk    func(*os.File) journal.Disk // what journals are written to

	mu     sync.Mutex
	scopes map[string]*scopeLock // that this process holds, by path
	as     Principal
}

// scopeLock is shared by the runs of one process, which do not stand in each other's way.
type scopeLock struct {
	lock *journal.Lock
	runs int
}

// NewHistory keeps runs below dir, which need not exist; version is that of janitor.
func NewHistory(dir, version string) *History {
	return &History{
		dir: dir, version: version, scopes: map[string]*scopeLock{},
		disk: func(f *os.File) journal.Disk { return f },
	}
}

// ActAs has journals say from now on whom the cloud takes us for.
func (h *History) ActAs(p Principal) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.as = p
}

func (h *History) who() Who {
	w := whoIsThis()
	h.mu.Lock()
	defer h.mu.Unlock()
	w.As = h.as
	return w
}

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

// newName is a name for a run that begins now. It comes after those of all runs so far even when the clock was set back: an
// undo is looked for among the runs after the one that it undoes.
func (h *History) newName() (string, error) {
	names, err := h.Names()
	if err != nil {
		return "", unwritable(h.Folder(""), err)
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	if len(names) > 0 {
		if last := nameTime(names[0]); !at.After(last) {
			at = last.Add(time.Millisecond)
		}
	}
	var chance [2]byte
	rand.Read(chance[:]) // never fails
	return fmt.Sprintf("%s-%03x%s", at.Format(runSecond), at.Nanosecond()/int(time.Millisecond), hex.EncodeToString(chance[:])[:3]), nil
}

// nameTime is when the run of this name began, by its name; zero where that is no time.
func nameTime(name string) time.Time {
	second, rest, _ := strings.Cut(name, "-")
	at, err := time.Parse(runSecond, second)
	if err != nil {
		return time.Time{}
	}
	thousandth, err := strconv.ParseInt(rest[:3], 16, 64)
	if err != nil {
		return time.Time{}
	}
	return at.Add(time.Duration(thousandth) * time.Millisecond)
}

// lock takes the project for this process: no two janitors delete in one at a time, whatever profile they came by.
func (h *History) lock(at Where, run string) (release func(), err error) {
	dir := filepath.Join(h.dir, "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unwritable(dir, err)
	}
	sum := sha256.Sum256([]byte(at.Region + "\x00" + at.Project))
	path := filepath.Join(dir, hex.EncodeToString(sum[:12])+".lock")
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.scopes[path]
	if s == nil {
		lock, err := journal.TryLock(path, holderOf(run))
		if held, ok := errors.AsType[*journal.HeldError](err); ok {
			return nil, fmt.Errorf("another janitor deletes in project %s of %s: %w", at.Project, at.Region, held)
		}
		if err != nil {
			return nil, unwritable(path, err)
		}
		s = &scopeLock{lock: lock}
		h.scopes[path] = s
	}
	s.runs++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if s.runs--; s.runs == 0 {
			s.lock.Unlock()
			delete(h.scopes, path)
		}
	}, nil
}

func holderOf(run string) journal.Holder {
	me := whoIsThis()
	return journal.Holder{Who: me.String(), PID: me.PID, Run: run, Since: time.Now()}
}

func whoIsThis() Who {
	w := Who{User: "unknown", PID: os.Getpid()}
	if u, err := user.Current(); err == nil {
		w.User = u.Username
	}
	var err error
	if w.Host, err = os.Hostname(); err != nil {
		w.Host = "unknown"
	}
	return w
}

// create makes the folder of a run. The plan and the header of the journal follow; both are on disk before anything else of
// the journal, and nobody waits for that before.
func (h *History) create(id string, at Where, why Why, p Plan) (*recording, error) {
	runs := filepath.Join(h.dir, "runs")
	dir := filepath.Join(runs, id)
	if err := os.MkdirAll(runs, 0o700); err != nil {
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
		err = writeFile(filepath.Join(dir, planName), file)
		for _, folder := range []string{dir, runs} {
			err = cmp.Or(err, journal.SyncDir(folder))
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

// writeFile writes a new file, to the disk.
func writeFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the caller says where runs are kept
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
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

// Run is the name of the run.
func (r *recording) Run() string { return filepath.Base(filepath.Dir(r.path)) }

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

// Ready is why no run could be begun here, as far as can be told without writing anything: its folder is none, or not ours.
func (h *History) Ready() error {
	if _, err := h.Names(); err != nil {
		return unwritable(filepath.Join(h.dir, "runs"), err)
	}
	return nil
}

// All are the runs, newest first.
func (h *History) All() ([]*Past, error) {
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	past := make([]*Past, len(names))
	for i, name := range names {
		past[i] = h.Read(name)
	}
	return past, nil
}

// Names are what the runs are called, newest first.
func (h *History) Names() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(h.dir, "runs"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the runs cannot be read: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && runName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// Headless is a run whose journal tells nothing of it: its first line was changed, or cannot be read.
type Headless struct {
	Run  string
	Plan string // digest of its plan; "" where that cannot be read either
}

// RunsOf are the headers of the runs that execute an approved [Document] of this digest in a project, newest first. Nothing
// else of the journals is read. What the document may be of, too, is headless; what was not begun is passed over.
func (h *History) RunsOf(document string, at Where) (of []Header, headless []Headless, err error) {
	names, err := h.Names()
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		switch head, err := h.header(name); {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, io.EOF):
		case err != nil || head.Run != name:
			less := Headless{Run: name}
			if file, err := readPlan(filepath.Join(h.Folder(name), planName)); err == nil {
				if _, err := DecodePlan(file); err == nil {
					less.Plan = Digest(file)
				}
			}
			headless = append(headless, less)
		case head.Why.Approved == document && head.Where.Region == at.Region && head.Where.Project == at.Project:
			of = append(of, head)
		}
	}
	return of, headless, nil
}

// header is the first line of a run's journal.
func (h *History) header(run string) (head Header, err error) {
	f, err := os.Open(filepath.Join(h.Folder(run), journalName))
	if err != nil {
		return head, err
	}
	defer f.Close() //nolint:errcheck // only read
	line, err := journal.NewReader(f).Next()
	switch {
	case err != nil:
		return head, err
	case line.Type != lineHeader:
		return head, &journal.Damage{Line: 1, Why: "it is no header"}
	}
	return head, json.Unmarshal(line.Body, &head)
}

// Folder is where a run has its plan and its journal.
func (h *History) Folder(run string) string { return filepath.Join(h.dir, "runs", run) }

// Find gives the run of this name, or the only one whose name begins or ends so. Errors are [ErrNoRun] or of reading.
func (h *History) Find(name string) (*Past, error) {
	names, err := h.Names()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, n := range names {
		switch {
		case n == name:
			return h.Read(n), nil
		case name != "" && (strings.HasPrefix(n, name) || strings.HasSuffix(n, name)):
			found = append(found, n)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%w: %q is not in %s; janitor runs lists what is", ErrNoRun, name, filepath.Join(h.dir, "runs"))
	case 1:
		return h.Read(found[0]), nil
	}
	return nil, fmt.Errorf("%w: %q fits %d of them; give more of the name", ErrNoRun, name, len(found))
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

// Read is the run of this name, as [History.Names] gives it, as it stands now.
func (h *History) Read(name string) *Past {
	p := &Past{ID: name, dir: h.Folder(name)}
	p.Live = journal.Held(filepath.Join(p.dir, lockName))
	p.Ledger, p.Err = p.replay()
	return p
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
	plan, err := DecodePlan(file)
	if err != nil {
		return nil, as(damaged, "%s: %w", planName, err)
	}
	l, err := Replay(plan, Digest(file), f)
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
