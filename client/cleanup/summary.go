package cleanup

import (
	"strings"
	"time"

	"janitor/client/english"
)

// Summary counts the outcomes of a run; while the run lasts, those so far.
type Summary struct {
	One, Many string // what the items are: "pool", "pools"; "item", "items" when kinds are mixed
	Items     int
	Counts    [outcomes]int // by [Outcome]
	Proved    int           // how many of Deleted, or Restored, a closing list has confirmed
	Changed   int           // how many stayed, less something that was taken away before their deletion
	Stopped   string        // why the run stopped sending by itself, "" when it did not
	Safety    bool          // it stopped because the service answered about what it was not asked about
	Took      time.Duration

	Unauthorised bool // it stopped because the service does not accept the credentials
}

// add counts an item; changed: something was taken away before its deletion.
func (s *Summary) add(res *Result, changed bool) {
	s.Items++
	s.Counts[res.Outcome]++
	if res.Proved && (res.Outcome == Deleted || res.Outcome == Restored) {
		s.Proved++
	}
	if changed && res.Outcome.stays() {
		s.Changed++
	}
}

// OK says whether every item is gone, or back in an undo, and proved to be, and nothing gave the run a reason to stop.
func (s Summary) OK() bool {
	return s.good() == s.Items && s.Proved == s.Counts[Deleted]+s.Counts[Restored] && s.Stopped == ""
}

// good counts the items that ended as they were to end.
func (s Summary) good() int {
	return s.Counts[Deleted] + s.Counts[AlreadyGone] + s.Counts[Restored] + s.Counts[AlreadyThere]
}

// InDoubt says that nothing is known to have failed, but that not everything is known, or proved, to be gone or back.
func (s Summary) InDoubt() bool {
	return !s.OK() && s.Stopped == "" && s.good()+s.Counts[Unknown] == s.Items
}

// String is one line: "10 pools: 8 deleted (proved gone), 1 already gone, 1 blocked".
func (s Summary) String() string {
	noun := s.Many
	if s.Items == 1 {
		noun = s.One
	}
	var parts []string
	for _, o := range []Outcome{Deleted, AlreadyGone, Restored, AlreadyThere, Reappeared, Blocked, Failed, Unknown, Skipped, Cancelled, Pending} {
		n := s.Counts[o]
		if n == 0 {
			continue
		}
		part := english.Number(n) + " " + o.String()
		if is := map[Outcome]string{Deleted: "gone", Restored: "there"}[o]; is != "" {
			switch s.Proved {
			case n:
				part += " (proved " + is + ")"
			case 0:
				part += " (not proved)"
			default:
				part += " (" + english.Number(s.Proved) + " proved " + is + ")"
			}
		}
		parts = append(parts, part)
	}
	line := english.Number(s.Items) + " " + noun
	if len(parts) > 0 {
		line += ": " + strings.Join(parts, ", ")
	}
	switch s.Changed {
	case 0:
	case 1:
		line += "; 1 that stayed was changed"
	default:
		line += "; " + english.Number(s.Changed) + " that stayed were changed"
	}
	if s.Stopped != "" {
		line += "; stopped: " + s.Stopped
	}
	return line
}
