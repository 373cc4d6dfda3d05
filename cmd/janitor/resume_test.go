package main

import (
	"slices"
	"testing"

	"janitor/client/cleanup"
)

// Why a run has stopped is long: it is said when it happens and by the error at the end, and not in between again.
func TestWhyARunHasStoppedIsNotSaidOverAndOver(t *testing.T) {
	for name, test := range map[string]struct{ notes, says []string }{
		"the service is gone": {
			[]string{"listing again", "stopped: the service cannot be reached: listing pools: no answer", "not proved: listing pools: no answer"},
			[]string{"listing again", "stopped: the service cannot be reached: listing pools: no answer", "1 pool: 1 deleted (not proved)"},
		},
		"another list fails": {
			[]string{"stopped: the service cannot be reached: listing pools: no answer", "not proved: listing certificates: no answer"},
			[]string{"stopped: the service cannot be reached: listing pools: no answer", "not proved: listing certificates: no answer", "1 pool: 1 deleted (not proved)"},
		},
		"it has not stopped here": {
			[]string{"not proved: listing pools: no answer"},
			[]string{"not proved: listing pools: no answer", "1 pool: 1 deleted (not proved); stopped: earlier"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var told notes
			var says []string
			for _, note := range test.notes {
				if told.news(note) {
					says = append(says, note)
				}
			}
			s := cleanup.Summary{Items: 1, One: "pool", Stopped: "earlier"}
			s.Counts[cleanup.Deleted] = 1
			if says = append(says, told.rest(s).String()); !slices.Equal(says, test.says) {
				t.Errorf("said %q, want %q", says, test.says)
			}
		})
	}
}
