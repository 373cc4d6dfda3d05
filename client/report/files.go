package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"janitor/client/journal"
)

// WriteFiles writes the report in each of [Formats] as name.md and so on, or name-2.md when one of them is there already:
// nothing is written over. Only the owner can read them. It gives the paths.
func (r Report) WriteFiles(dir, name string) ([]string, error) {
	for n := 1; ; n++ {
		base := filepath.Join(dir, name)
		if n > 1 {
			base += "-" + strconv.Itoa(n)
		}
		paths, err := r.files(base)
		if err == nil {
			return paths, nil
		}
		for _, path := range paths {
			os.Remove(path) //nolint:errcheck // half of a report is worse than none
		}
		if !errors.Is(err, fs.ErrExist) || n == maxReports {
			return nil, fmt.Errorf("the report cannot be written: %w", err)
		}
	}
}

// maxReports is how many reports of one name a folder may have.
const maxReports = 1000

// files gives the paths that it made, also when there is an error.
func (r Report) files(base string) (paths []string, err error) {
	for _, format := range Formats() {
		var text bytes.Buffer
		if err := r.Write(&text, format); err != nil {
			return paths, err
		}
		path := base + "." + format
		if err := journal.WriteNew(path, text.Bytes()); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}
