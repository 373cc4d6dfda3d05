package cleanup

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// The order of names is that of time also when the clock was set back, and when two runs begin at once: which runs are undos
// of another one, and which of them is the latest, is told by that.
func TestNamesAreInOrderWhateverTheClockDoes(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a")
	dir := t.TempDir()
	h := NewHistory(dir, "1")
	ahead := time.Now().UTC().Add(time.Hour).Format("20060102T150405Z")
	before := ahead + "-3e7fff" // the last thousandth of a second
	if err := os.MkdirAll(filepath.Join(dir, "runs", before), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		j, err := h.Journal(at)(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Sync(); err != nil {
			t.Fatal(err)
		}
		j.Close()
		names, err := h.Names()
		if err != nil || names[0] != j.(*recording).header.Run || names[0] <= before {
			t.Errorf("%v after %s, %v", names, before, err)
		}
		before = names[0]
	}
}

// A run's folder lasts, and so do all that were made for it, before anything of the run does: what is sent could not be
// resumed otherwise when the machine stops.
func TestFoldersLastBeforeTheRunDoes(t *testing.T) {
	w := newWorld(t)
	p, at := placed(w, "a")
	home := t.TempDir()
	dir := filepath.Join(home, "state", "janitor")
	h := NewHistory(dir, "1")
	var mu sync.Mutex
	lasts := map[string]bool{}
	h.syncDir = func(path string) error {
		mu.Lock()
		defer mu.Unlock()
		lasts[path] = true
		return nil
	}
	j, err := h.Journal(at)(p)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.Sync(); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for folder := filepath.Join(dir, "runs", j.(*recording).header.Run); folder != filepath.Dir(home); folder = filepath.Dir(folder) {
		if !lasts[folder] {
			t.Errorf("%s was not synced", folder)
		}
	}
}
