package cleanup

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"janitor/client/journal"
)

// Headless is a run whose journal tells nothing of it: its first line was changed, or cannot be read.
type Headless struct {
	Run   string
	Began time.Time // by its name and the clock of this machine; zero where the name does not say
	Plan  string    // digest of its plan; "" where that cannot be read either
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
			less := Headless{Run: name, Began: nameTime(name)}
			if file, err := readPlan(filepath.Join(h.Folder(name), planName)); err == nil {
				if _, err := decodePlan(file); err == nil {
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
		return head, &journal.Damage{Line: 1, Why: "it is not a header"}
	}
	err = json.Unmarshal(line.Body, &head)
	return head, err
}
