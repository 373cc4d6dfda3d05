package main

import (
	"cmp"
	"context"
	"io"
	"log/slog"

	"janitor/client/logbook"
	"janitor/client/profile"
)

// record is the log of one run of this program. Only commands that ask a service for something begin it.
type record struct {
	book    *logbook.Book
	command string // "janitor apply"
	screen  bool   // shows what is wrong with it
}

type recordKey struct{}

func (r *record) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, recordKey{}, r)
}

// recordOf is the log that a command writes to; nil where there is none, as in tests.
func recordOf(ctx context.Context) *record {
	r, _ := ctx.Value(recordKey{}).(*record)
	return r
}

// logOf is where a command logs.
func logOf(ctx context.Context) *slog.Logger {
	if r := recordOf(ctx); r != nil {
		return r.book.Logger()
	}
	return slog.New(slog.DiscardHandler)
}

// shownLog is the log for a screen, which tells what is wrong with it.
func shownLog(ctx context.Context) *logbook.Book {
	r := recordOf(ctx)
	if r == nil {
		return nil
	}
	r.screen = true
	return r.book
}

// logged gives the profile to be opened now its log, which begins with it.
func logged(ctx context.Context, p profile.Profile) profile.Profile {
	p.Log = logOf(ctx)
	command := ""
	if r := recordOf(ctx); r != nil {
		command = r.command
	}
	p.Log.InfoContext(ctx, "janitor begins", "version", version(), "command", command,
		"profile", p.Name, "region", p.Region, "project", cmp.Or(p.ProjectID, p.ProjectName))
	return p
}

// opened opens a profile.
func opened(ctx context.Context, p profile.Profile) (*profile.Session, error) {
	p = logged(ctx, p)
	s, err := p.Open(ctx)
	if err == nil {
		p.Log.InfoContext(ctx, "profile opened", "profile", s.Profile, "region", s.Region, "project", s.Project, "by", s.Who.Way, "read_only", s.Deleter == nil)
	}
	return s, err
}

// end closes the log with what the program ends with, and says on stderr when it could not be written, unless a screen did.
func (r *record) end(ctx context.Context, stderr io.Writer, err error) {
	if r.book.Begun() {
		log := r.book.Logger()
		if said(err) {
			log.ErrorContext(ctx, oneLine(err))
		}
		log.InfoContext(ctx, "janitor ends", "status", status(err))
	}
	if err := r.book.Close(); err != nil && !r.screen {
		say(stderr, "janitor: %s", oneLine(err))
	}
}
