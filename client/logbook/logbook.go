// Package logbook is the program's log: a file of lines that several programs may write to, and the latest lines of this
// one in memory. Whoever logs never waits for the disk.
package logbook

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	kept    = 2000    // lines in memory
	waiting = 1 << 20 // bytes that may wait for the disk

	timeForm = "2006-01-02T15:04:05.000Z"
)

// Book is a log. It is safe for concurrent use.
type Book struct {
	path string
	most int64 // bytes of the file before it is put aside
	text slog.Handler
	rest slog.Handler

	mu      sync.Mutex
	lines   []Line // the latest, a ring once there are as many as are kept
	total   int    // how many there were
	line    bytes.Buffer
	pending []byte // for the file
	missed  int    // lines that found no room in pending
	err     error  // why the file is not whole; the first
	closed  bool
	wake    chan struct{} // holds one item while something is pending; closed by Close
	done    chan struct{} // nil: nothing was logged yet
}

// Line is what was logged at one time.
type Line struct {
	At      time.Time
	Level   slog.Level
	Message string
	Rest    string // "method=GET status=200"
}

// New makes a log that is written to path. The file and its folder, which only the user may read, come with the first line.
func New(path string) *Book {
	b := &Book{path: path, most: fileMost, wake: make(chan struct{}, 1)}
	b.text = slog.NewTextHandler((*pending)(b), &slog.HandlerOptions{ReplaceAttr: inUTC}).WithAttrs([]slog.Attr{slog.Int("pid", os.Getpid())})
	b.rest = slog.NewTextHandler(&b.line, &slog.HandlerOptions{ReplaceAttr: withoutHead})
	return b
}

// inUTC writes the time as journals and reports do.
func inUTC(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.String(slog.TimeKey, a.Value.Time().UTC().Format(timeForm))
	}
	return a
}

// withoutHead leaves out what a [Line] has in fields of its own.
func withoutHead(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == slog.MessageKey) {
		return slog.Attr{}
	}
	return a
}

// Logger writes to the log.
func (b *Book) Logger() *slog.Logger { return slog.New(&handler{b, b.text, b.rest}) }

// Path is where the file is, or would be.
func (b *Book) Path() string { return b.path }

// Begun says whether anything was logged.
func (b *Book) Begun() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.total > 0
}

// Err is why lines are missing in the file, nil when none are. Nothing else stops for it.
func (b *Book) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// Since gives the lines in memory that came after the first n ones ever, and how many there have been; those that are no
// longer in memory are left out.
func (b *Book) Since(n int) (lines []Line, total int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := max(n, b.total-len(b.lines)); i < b.total; i++ {
		lines = append(lines, b.lines[i%kept])
	}
	return lines, b.total
}

// Close waits until all is in the file. What is logged afterwards is not.
func (b *Book) Close() error {
	b.mu.Lock()
	done := b.done
	if !b.closed {
		b.closed = true
		close(b.wake)
	}
	b.mu.Unlock()
	if done != nil {
		<-done
	}
	return b.Err()
}

// handler writes each record twice: for the file, and for the memory.
type handler struct {
	book       *Book
	text, rest slog.Handler
}

func (h *handler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	b := h.book
	b.mu.Lock()
	defer b.mu.Unlock()
	b.line.Reset()
	if err := h.rest.Handle(ctx, r); err != nil {
		return err
	}
	line := Line{At: r.Time, Level: r.Level, Message: r.Message, Rest: strings.TrimSpace(b.line.String())}
	if len(b.lines) < kept {
		b.lines = append(b.lines, line)
	} else {
		b.lines[b.total%kept] = line
	}
	b.total++
	return h.text.Handle(ctx, r)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &handler{h.book, h.text.WithAttrs(attrs), h.rest.WithAttrs(attrs)}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.book, h.text.WithGroup(name), h.rest.WithGroup(name)}
}

// pending takes lines for the file, with the lock of the book held.
type pending Book

func (p *pending) Write(line []byte) (int, error) {
	b := (*Book)(p)
	switch {
	case b.closed:
		return len(line), nil
	case len(b.pending)+len(line) > waiting:
		b.missed++
	default:
		b.pending = append(b.pending, line...)
	}
	if b.done == nil {
		b.done = make(chan struct{})
		go b.write()
	}
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return len(line), nil
}

// write brings to the file what is pending, until the book is closed.
func (b *Book) write() {
	defer close(b.done)
	f := file{path: b.path, most: b.most}
	defer f.close()
	var lines []byte
	for open := true; open; {
		_, open = <-b.wake
		b.mu.Lock()
		lines, b.pending = b.pending, lines[:0]
		missed := b.missed
		b.missed = 0
		b.mu.Unlock()
		if missed > 0 {
			lines = fmt.Appendf(lines, "time=%s level=WARN msg=\"lines are missing here: they came faster than the disk takes them\" pid=%d lines=%d\n",
				time.Now().UTC().Format(timeForm), os.Getpid(), missed)
		}
		if len(lines) == 0 {
			continue
		}
		if err := f.write(lines); err != nil {
			b.mu.Lock()
			b.err = cmp.Or(b.err, err)
			b.mu.Unlock()
		}
	}
}
