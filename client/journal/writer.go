package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Disk is what a journal is written to: an [os.File].
type Disk interface {
	io.Writer
	Sync() error
	Close() error
}

// Writer appends lines. Its methods may be called from anywhere at any time. Lines are written as they come, by a goroutine
// that [Writer.Close] waits for; whoever waits in Sync while others do shares one fsync with them. After the first
// failure nothing is written any more.
type Writer struct {
	disk Disk
	done chan struct{}

	mu     sync.Mutex
	change sync.Cond
	head   func() (kind string, body any, err error) // nil: the first line is written
	early  []entry                                   // what came before that
	lines  int
	size   int64
	sum    string
	buf    []byte // appended and not written
	timed  bool   // a timer will say that it is due
	due    bool   // it has lain long enough
	wanted int    // lines that are to be on disk
	synced int    // lines that are
	closed bool
	err    error
}

// entry is a line that has no number yet.
type entry struct {
	at   time.Time
	kind string
	body []byte
}

// Lines are written together: once there are so many bytes of them, or after a moment.
const (
	aChunk  = 32 << 10
	aMoment = 2 * time.Millisecond
)

// roomAround is more than a line takes beside its body.
const roomAround = 256

// keepMost bytes of room are kept for what comes next.
const keepMost = 1 << 20

// errClosed is when something is appended after the end.
var errClosed = errors.New("the journal is closed")

// Create makes the file of a new journal, for [NewWriter]. Only its owner can read it. Its name lasts after [SyncDir].
func Create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600) //nolint:gosec // the caller says where runs are kept
}

// Continue opens a journal that was read up to its tail, for [NewWriter]. A torn line is cut off.
func Continue(path string, t Tail) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0) //nolint:gosec // the caller says where runs are kept
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Size() != t.Size+t.Torn:
		err = errors.New("it has changed since it was read")
	case t.Torn > 0:
		err = f.Truncate(t.Size)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// NewWriter writes what follows the tail to any disk, which it closes in the end.
func NewWriter(d Disk, t Tail) *Writer {
	w := &Writer{disk: d, done: make(chan struct{}), lines: t.Lines, synced: t.Lines, size: t.Size, sum: t.sum}
	w.change.L = &w.mu
	go w.write()
	return w
}

// Begin writes a new journal to any disk, which it closes in the end. Its first line is made by head, while others are
// appended already and wait for it.
func Begin(d Disk, head func() (kind string, body any, err error)) *Writer {
	w := &Writer{disk: d, done: make(chan struct{}), head: head}
	w.change.L = &w.mu
	go w.write()
	return w
}

// begin makes the first line and numbers those that came before it. With the lock held, but for making it.
func (w *Writer) begin() {
	if w.head == nil {
		return
	}
	w.mu.Unlock()
	kind, body, err := w.head()
	at := time.Now()
	var data []byte
	if err == nil {
		data, err = json.Marshal(body)
	}
	w.mu.Lock()
	w.head = nil
	if err != nil {
		w.fail(err)
		return
	}
	w.add(entry{at, kind, data})
	for _, e := range w.early {
		w.add(e)
	}
	w.early = nil
}

// Append adds a line; it waits for no disk. The type is a word of lower-case letters, the body becomes JSON; one that is a
// [json.RawMessage] is taken as it is, and must be as [json.Marshal] writes it.
func (w *Writer) Append(kind string, body any) error {
	data, ready := body.(json.RawMessage)
	var err error
	if !ready {
		data, err = json.Marshal(body)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := entry{time.Now(), kind, data}
	switch {
	case w.err != nil:
	case w.closed:
		return errClosed
	case err != nil:
		w.fail(fmt.Errorf("a line of type %s cannot be written: %w", kind, err))
	case !word(kind):
		w.fail(fmt.Errorf("%q is not a type of line", kind))
	case w.head != nil:
		w.early = append(w.early, e)
	default:
		w.add(e)
	}
	return w.err
}

// add numbers a line, to be written. With the lock held.
func (w *Writer) add(e entry) {
	if cap(w.buf)-len(w.buf) < len(e.body)+roomAround { // doubled: append alone copies a long one five times over
		w.buf = slices.Grow(w.buf, len(w.buf)+len(e.body)+roomAround)
	}
	buf, sum := encode(w.buf, w.lines+1, e.at, e.kind, e.body, w.sum)
	long := len(buf) - len(w.buf)
	switch {
	case long > maxLine:
		w.fail(fmt.Errorf("a line of type %s is longer than %d bytes", e.kind, maxLine))
	case w.size+int64(long) > maxSize:
		w.fail(fmt.Errorf("the journal is larger than %d bytes", maxSize))
	}
	if w.err != nil {
		return
	}
	w.lines++
	w.size += int64(long)
	w.sum, w.buf = sum, buf
	switch {
	case len(buf) >= aChunk:
		w.change.Broadcast()
	case !w.timed:
		w.timed = true
		time.AfterFunc(aMoment, w.ring)
	}
}

func (w *Writer) ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timed, w.due = false, true
	w.change.Broadcast()
}

// ready: there is something to write, or to get to disk. With the lock held.
func (w *Writer) ready() bool {
	return w.wanted > w.synced || len(w.buf) > 0 && (w.closed || w.due || len(w.buf) >= aChunk)
}

// all is how many lines there are, with those that have no number yet. With the lock held.
func (w *Writer) all() int {
	if w.head == nil {
		return w.lines
	}
	return w.lines + 1 + len(w.early)
}

// Want sees to it that everything that was appended before is on disk soon; it waits for nothing.
func (w *Writer) Want() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.want()
}

// want is Want with the lock held.
func (w *Writer) want() {
	if all := w.all(); w.wanted < all {
		w.wanted = all
		w.change.Broadcast()
	}
}

// Sync returns when everything that was appended before is on disk, or never will be.
func (w *Writer) Sync() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	mine := w.all()
	w.want()
	for w.synced < mine && w.err == nil {
		w.change.Wait()
	}
	return w.err
}

// OnDisk is how many lines are, for certain.
func (w *Writer) OnDisk() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.synced
}

// Close writes what is left, on disk too, and lets go of the file.
func (w *Writer) Close() error {
	w.mu.Lock()
	w.closed = true
	w.wanted = w.all()
	w.change.Broadcast()
	w.mu.Unlock()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// fail is called with the lock held.
func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
	w.change.Broadcast()
}

func (w *Writer) write() {
	defer close(w.done)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begin()
	var spare []byte // for what comes while the disk is at it
	for {
		for !w.ready() && !w.closed && w.err == nil {
			w.change.Wait()
		}
		if w.err != nil || !w.ready() {
			break
		}
		w.due = false
		data, upTo, sync := w.buf, w.lines, w.wanted > w.synced
		w.buf, spare = spare, nil
		w.mu.Unlock()
		err := put(w.disk, data, sync)
		if cap(data) <= keepMost {
			spare = data[:0]
		}
		w.mu.Lock()
		if err != nil {
			w.fail(err)
			break
		}
		if sync {
			w.synced = upTo
			w.change.Broadcast()
		}
	}
	if err := w.disk.Close(); err != nil {
		w.fail(err)
	}
}

func put(d Disk, data []byte, sync bool) error {
	if len(data) > 0 {
		if _, err := d.Write(data); err != nil {
			return err
		}
	}
	if sync {
		return d.Sync()
	}
	return nil
}

// WriteNew writes a file that is not there yet, for its owner only, to the disk: all of it or, with an error, nothing. Its name
// lasts after [SyncDir].
func WriteNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the caller says where
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path) //nolint:errcheck // the error says enough
	}
	return err
}

// SyncDir makes names in a folder last. Windows has no such thing, and needs none.
func SyncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path) //nolint:gosec // the caller says where runs are kept
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
