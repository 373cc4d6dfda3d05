package cleanup

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	held    projects

	disk    func(*os.File) journal.Disk // what journals are written to
	syncDir func(path string) error     // see [journal.SyncDir]

	mu sync.Mutex
	as Principal
}

// NewHistory keeps runs below dir, which need not exist; version is that of janitor.
func NewHistory(dir, version string) *History {
	return &History{
		dir: dir, version: version, held: projects{of: map[string]*project{}},
		disk: func(f *os.File) journal.Disk { return f }, syncDir: journal.SyncDir,
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

// Folder is where a run has its plan and its journal.
func (h *History) Folder(run string) string { return filepath.Join(h.dir, "runs", run) }

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

// Read is the run of this name, as [History.Names] gives it, as it stands now.
func (h *History) Read(name string) *Past {
	p := &Past{ID: name, dir: h.Folder(name)}
	p.Live = journal.Held(filepath.Join(p.dir, lockName))
	p.Ledger, p.Err = p.replay()
	return p
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
