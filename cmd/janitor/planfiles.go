package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/muesli/cancelreader"
	"github.com/spf13/cobra"

	"janitor/client/cleanup"
)

// savePlan writes a plan of the screen into the current directory.
func savePlan(at cleanup.Where, as cleanup.Principal, plan cleanup.Plan, listed int) (string, error) {
	now := time.Now()
	doc := cleanup.NewDocument(at, as, version(), now, planLife, cleanup.Stage{Chosen: "marked on the screen", Listed: listed, Plan: plan})
	file, _, err := doc.Encode()
	if err != nil {
		return "", err
	}
	path := "janitor-plan-" + now.UTC().Format("20060102T150405Z") + ".json"
	return path, writeNew(path, file)
}

func exists(path string) error {
	return usage("%s exists already: give another name, or remove it", path)
}

// free refuses a path that no plan can be written to, before anything is asked.
func free(path string) error {
	if path == "-" {
		return nil
	}
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	switch _, taken := os.Lstat(path); {
	case taken == nil:
		return exists(path)
	case errors.Is(err, fs.ErrNotExist):
		return usage("the plan cannot be written: there is no folder %s", folder)
	case err != nil:
		return usage("the plan cannot be written: %w", err)
	case !info.IsDir():
		return usage("the plan cannot be written: %s is no folder", folder)
	}
	return nil
}

// writeNew writes a file that is not there yet, for its owner.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the user says where
	if errors.Is(err, fs.ErrExist) {
		return exists(path)
	}
	if err != nil {
		return usage("the plan cannot be written: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("the plan cannot be written: %w", err), os.Remove(path))
	}
	return nil
}

// readPlan reads the file of a plan, - being stdin.
func readPlan(cmd *cobra.Command, path string) (cleanup.Document, string, error) {
	in := cmd.InOrStdin()
	switch f, isFile := in.(*os.File); {
	case path != "-":
		f, err := os.Open(path) //nolint:gosec // the user says which
		if err != nil {
			return cleanup.Document{}, "", usage("the plan cannot be read: %w", err)
		}
		defer f.Close() //nolint:errcheck // only read
		in = f
	case isFile: // perhaps nobody writes to it: a signal ends the waiting
		if r, err := cancelreader.NewReader(f); err == nil { // not of what never waits, such as a file
			defer r.Close() // stdin stays open
			defer context.AfterFunc(cmd.Context(), func() { r.Cancel() })()
			in = r
		}
	}
	doc, digest, err := cleanup.DecodeDocument(in)
	if cmd.Context().Err() != nil {
		return doc, "", interrupted(cmd.Context(), err)
	}
	if err != nil {
		if path == "-" {
			path = "stdin"
		}
		return doc, "", usage("%s: %w", path, err)
	}
	return doc, digest, nil
}

// planWords is what the plan of a path is called in a sentence.
func planWords(path string) string {
	if path == "-" {
		return "the plan from stdin"
	}
	return "plan " + path
}

// fresh refuses a plan whose time is over, or has not come.
func fresh(doc cleanup.Document, path string, now time.Time) error {
	const tolerated = 5 * time.Minute // of clocks that differ
	switch {
	case now.After(doc.Expires):
		return usage("%s expired %s: plan again", path, doc.Expires.Format("2006-01-02 15:04 UTC"))
	case doc.Made.After(now.Add(tolerated)):
		return usage("%s was made %s, which is in the future: check the clock, or plan again", path, doc.Made.Format("2006-01-02 15:04 UTC"))
	}
	return nil
}
