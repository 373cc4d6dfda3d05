package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"janitor/client/cleanup"
)

// title is the first line of a report.
func (r Report) title() string {
	if r.State == planned {
		return "janitor: a plan to be approved"
	}
	return "janitor: run " + cmp.Or(r.Run, "of "+stamp(r.Started))
}

// fact is a line at the head of a report.
type fact struct{ Name, Value string }

// facts are those that are known.
func (r Report) facts() []fact {
	result, begun, requests := "Result", "Begun", strconv.Itoa(r.Requests)
	if r.State == planned {
		result, begun, requests = "Plan", "Made", ""
	}
	all := []fact{
		{result, r.Summary},
		{"State", r.State},
		{"Undoes", r.Undoes},
		{"Where", strings.TrimSpace(r.Profile + " " + r.Region + " " + r.Project)},
		{"Who", r.Who},
		{"As", r.As},
		{"Ticket", r.Ticket},
		{"Reason", r.Reason},
		{"Digest", r.Digest},
		{begun, stamp(r.Started)},
		{"Ended", r.ended()},
		{"Expires", when(r.Expires)},
		{"Verified", when(r.Verified)},
		{"Requests", requests},
		{"Janitor", r.Version},
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

func (r Report) ended() string {
	if r.Ended == nil {
		return ""
	}
	return fmt.Sprintf("%s, after %s", stamp(*r.Ended), r.Ended.Sub(r.Started).Round(10*time.Millisecond))
}

// when is a point in time that may be none.
func when(t *time.Time) string {
	if t == nil {
		return ""
	}
	return stamp(*t)
}

// word is the outcome with how sure it is.
func (it item) word() string {
	s := it.Outcome
	if it.Proved && (it.Outcome == cleanup.Deleted.String() || it.Outcome == cleanup.Restored.String()) {
		s += ", proved"
	}
	if it.Found != "" {
		s += "; verified: " + it.verified
	}
	return s
}

func (it item) where() string {
	if it.In == "" {
		return it.Name
	}
	return it.Name + " in " + it.In
}

// with is what goes first or along: by name, else how much it is.
func (it item) with() string {
	return cmp.Or(strings.Join(it.First, ", "), it.Takes)
}

func (it item) ids() string {
	if it.NewID == "" {
		return it.ID
	}
	return it.ID + " → " + it.NewID
}

func (it item) took() string {
	if it.Seconds == 0 {
		return ""
	}
	return strconv.FormatFloat(it.Seconds, 'f', -1, 64) + " s"
}

func (it item) undo() string {
	if it.UndoWhy == "" {
		return it.Undo
	}
	return it.Undo + ": " + it.UndoWhy
}

// stamp is a point in time for people.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
