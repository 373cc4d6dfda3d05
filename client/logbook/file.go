package logbook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// fileMost is how long the file gets, in bytes, before it is put aside; one older file is kept beside it.
const fileMost = 5 << 20

// file is the log on disk. Other programs may append to it and put it aside at any time, so each write begins by looking
// whether the open file is still the one at the path.
type file struct {
	path string
	most int64
	f    *os.File
	torn bool // the last line did not get there whole
}

// write appends whole lines, in one piece.
func (l *file) write(lines []byte) error {
	size, err := l.open()
	if err == nil && size > 0 && size+int64(len(lines)) > l.most {
		l.putAside(int64(len(lines)))
		_, err = l.open()
	}
	if err != nil {
		return fmt.Errorf("the log cannot be written: %w", err)
	}
	if l.torn {
		lines = append([]byte("\n"), lines...)
	}
	n, err := l.f.Write(lines)
	if err != nil {
		l.torn = l.torn || n > 0
		return fmt.Errorf("the log cannot be written: %w", err)
	}
	l.torn = false
	return nil
}

// open makes sure that the file at the path is the one that is open, and says how long it is.
func (l *file) open() (size int64, err error) {
	there, err := os.Stat(l.path)
	if err == nil && !there.Mode().IsRegular() { // to open a pipe would wait for its reader
		l.close()
		return 0, &fs.PathError{Op: "open", Path: l.path, Err: errors.New("it is not a file")}
	}
	if l.f != nil {
		if mine, mineErr := l.f.Stat(); err == nil && mineErr == nil && os.SameFile(mine, there) {
			return there.Size(), nil
		}
		l.close()
	}
	if err := os.MkdirAll(filepath.Dir(l.path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return 0, errors.Join(err, f.Close())
	}
	l.f, l.torn = f, false
	return info.Size(), nil
}

// putAside makes the file the older one when so many more bytes would not fit. Of several programs that want to one does it;
// where it cannot be done, as on Windows with a file that others have open, the file just grows.
func (l *file) putAside(more int64) {
	l.close()
	lock := flock.New(l.path+".lock", flock.SetPermissions(0o600))
	defer lock.Close() //nolint:errcheck // the descriptor is closed either way, and the lock with it
	if got, err := lock.TryLock(); err != nil || !got {
		return
	}
	if now, err := os.Stat(l.path); err != nil || now.Size()+more <= l.most { // somebody else has just done it
		return
	}
	os.Rename(l.path, l.path+".1") //nolint:errcheck // it grows on then
}

func (l *file) close() {
	if l.f != nil {
		l.f.Close() //nolint:errcheck // every line was written, or its loss told
		l.f = nil
	}
}
