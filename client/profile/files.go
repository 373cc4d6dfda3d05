package profile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"janitor/client/wire"
)

// fileMax bounds every file that is read, in bytes.
const fileMax = 1 << 20

// readFile reads a small file whole; what it is begins the error, before its path. A missing one is [fs.ErrNotExist].
func readFile(path, what string) ([]byte, error) {
	unreadable := func(err error) error {
		if wrapped, ok := errors.AsType[*fs.PathError](err); ok { // it names the path once more
			err = wrapped.Err
		}
		return usage("%s %s cannot be read: %v", what, path, err)
	}
	f, err := os.Open(path) //nolint:gosec // the user says which file
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, unreadable(err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, fileMax+1))
	switch {
	case err != nil:
		clear(data)
		return nil, unreadable(err)
	case len(data) > fileMax:
		clear(data)
		return nil, usage("%s %s is larger than %d bytes: it holds something else", what, path, fileMax)
	}
	return data, nil
}

// readNamed reads the file that a variable names or, when it is not set, the usual one of another program, which may be
// missing: [fs.ErrNotExist]. what it is begins the error.
func (c Choice) readNamed(variable, usual, what string) (path string, data []byte, err error) {
	named := c.get(variable)
	if path = cmp.Or(named, usual); path == "" {
		return "", nil, fs.ErrNotExist
	}
	data, err = readFile(path, what)
	if errors.Is(err, fs.ErrNotExist) && named != "" {
		err = usage("%s %s, named by %s, does not exist: create it or unset the variable", what, path, variable)
	}
	return path, data, err
}

// exposed warns of a file with secrets that others can read; "" when they cannot, or this system does not tell.
func exposed(path string) string {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return ""
	}
	return fmt.Sprintf("%s holds secrets and others can read it (mode %#o): chmod 600 %s", wire.Clean(path), info.Mode().Perm(), wire.Clean(path))
}

// home is the user's directory, "" when the environment names none.
func (c Choice) home() string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if dir, _ := c.Lookup(name); filepath.IsAbs(dir) {
			return dir
		}
	}
	return ""
}

// inHome is a path in the user's directory, "" without one.
func (c Choice) inHome(parts ...string) string {
	home := c.home()
	if home == "" {
		return ""
	}
	return filepath.Join(append([]string{home}, parts...)...)
}

// get reads a variable, without the spaces around it that a shell's quotes may keep.
func (c Choice) get(name string) string {
	v, _ := c.Lookup(name)
	return strings.TrimSpace(v)
}
