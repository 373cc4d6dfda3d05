package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// Holder is who holds a lock, for people.
type Holder struct {
	Who   string    `json:"who"` // user@host
	PID   int       `json:"pid"`
	Run   string    `json:"run"`
	Since time.Time `json:"since"`
}

func (h Holder) String() string {
	if h.Who == "" {
		return "another janitor"
	}
	return fmt.Sprintf("%s (process %d, run %s, since %s)", h.Who, h.PID, h.Run, h.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// HeldError is when another process holds the lock.
type HeldError struct{ Holder Holder }

func (e *HeldError) Error() string { return "held by " + e.Holder.String() }

// patience is for [Held], which holds a lock for a moment.
const patience = 300 * time.Millisecond

// Lock is a file that one process holds at a time. A process that ends, however it ends, holds it no more.
type Lock struct{ file *flock.Flock }

// TryLock takes the lock, or says in a [*HeldError] who has it. Who holds it stands in a file beside it: a locked file cannot
// be read everywhere.
func TryLock(path string, h Holder) (*Lock, error) {
	l := &Lock{flock.New(path)}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := l.file.TryLockContext(ctx, patience/10)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, &HeldError{holder(path)}
	}
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(h)
	if err == nil {
		err = os.WriteFile(holderPath(path), data, 0o600)
	}
	if err != nil {
		l.Unlock()
		return nil, err
	}
	return l, nil
}

// Unlock lets go of it. The file stays: to take it away would let two hold what they believe is the same lock.
func (l *Lock) Unlock() {
	l.file.Unlock() //nolint:errcheck // the descriptor is closed either way, and the lock with it
}

// Held says whether somebody holds the lock. Nobody does where there is no file, or none that can be opened.
func Held(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	file := flock.New(path)
	defer file.Unlock() //nolint:errcheck // the descriptor is closed either way
	got, err := file.TryRLock()
	return err == nil && !got
}

func holderPath(path string) string { return path + ".json" }

// holder is what the file says, and nobody when it cannot be read.
func holder(path string) Holder {
	f, err := os.Open(holderPath(path))
	if err != nil {
		return Holder{}
	}
	defer f.Close() //nolint:errcheck // only read
	var h Holder
	if json.NewDecoder(io.LimitReader(f, 4096)).Decode(&h) != nil {
		return Holder{}
	}
	return h
}
