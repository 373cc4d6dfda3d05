package cleanup

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"sync"
	"time"

	"janitor/client/journal"
)

// projects are those that this process holds: no two janitors delete in one at a time, whatever profile they came by.
type projects struct {
	mu sync.Mutex
	of map[string]*project // by the path of the lock
}

// project is shared by the runs of one process, which do not stand in each other's way.
type project struct {
	lock *journal.Lock
	runs int
}

// hold takes a project for this process, by a lock in this folder, until release is called.
func (ps *projects) hold(folder string, at Where, run string) (release func(), err error) {
	sum := sha256.Sum256([]byte(at.Region + "\x00" + at.Project))
	path := filepath.Join(folder, hex.EncodeToString(sum[:12])+".lock")
	ps.mu.Lock()
	defer ps.mu.Unlock()
	p := ps.of[path]
	if p == nil {
		lock, err := journal.TryLock(path, holderOf(run))
		if held, ok := errors.AsType[*journal.HeldError](err); ok {
			return nil, fmt.Errorf("another janitor deletes in project %s of %s: %w", at.Project, at.Region, held)
		}
		if err != nil {
			return nil, unwritable(path, err)
		}
		p = &project{lock: lock}
		ps.of[path] = p
	}
	p.runs++
	return func() {
		ps.mu.Lock()
		defer ps.mu.Unlock()
		if p.runs--; p.runs == 0 {
			p.lock.Unlock()
			delete(ps.of, path)
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
