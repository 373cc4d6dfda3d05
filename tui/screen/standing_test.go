package screen

import (
	"testing"

	"janitor/client/cleanup"
	"janitor/tui/keys"
)

func TestWhatCanBeDoneWithARun(t *testing.T) {
	over := Standing{Record: true, Finished: true, Undoable: 2}
	open := Standing{Record: true, Undoable: 2}
	live := Standing{Record: true, Live: true, Undoable: 2}
	away := Standing{Record: true, Live: true, Away: true}
	undo := Standing{Record: true, Finished: true, Undoes: true}
	none := Standing{Record: true, Finished: true}
	lost := Standing{Record: true, Lost: "run r is damaged"}
	foreign := Standing{Record: true, Finished: true, Undoable: 2}.Of(&Env{Foreign: func(run string, at cleanup.Where) string {
		return "run " + run + " is of " + at.Profile
	}}, "r", cleanup.Where{Profile: "other"})
	mute := Standing{Finished: true, Undoable: 2}
	const noRecord = "This run leaves no record: there is nothing to go by"
	for _, test := range []struct {
		name string
		of   Standing
		do   keys.Action
		why  string
	}{
		{"over", over, keys.Undo, ""},
		{"over", over, keys.Verify, ""},
		{"over", over, keys.Export, ""},
		{"over", over, keys.Resume, "Nothing to resume: the run is finished"},
		{"open", open, keys.Resume, ""},
		{"open", open, keys.Undo, "Not finished: resume it first, R"},
		{"open", open, keys.Verify, "Not finished: resume it first, R"},
		{"open", open, keys.Export, ""},
		{"live", live, keys.Resume, "Nothing to resume: the run goes on"},
		{"live", live, keys.Undo, "The run still goes on: undo it when it is finished"},
		{"live", live, keys.Verify, "The run still goes on: verify it when it is finished"},
		{"live", live, keys.Export, ""},
		{"away", away, keys.Resume, "Another janitor is at this run"},
		{"away", away, keys.Undo, "Another janitor is at this run"},
		{"away", away, keys.Export, ""},
		{"undo", undo, keys.Undo, "This run is an undo: what it brought back is deleted from the lists, like everything else"},
		{"undo", undo, keys.Verify, ""},
		{"none", none, keys.Undo, "Nothing to undo: the run has changed nothing"},
		{"lost", lost, keys.Open, ""},
		{"lost", lost, keys.Resume, "Nothing to resume: run r is damaged"},
		{"lost", lost, keys.Undo, "Nothing to undo: run r is damaged"},
		{"lost", lost, keys.Verify, "Nothing to verify: run r is damaged"},
		{"lost", lost, keys.Export, "Nothing to report: run r is damaged"},
		{"mute", mute, keys.Resume, noRecord},
		{"foreign", foreign, keys.Open, ""},
		{"foreign", foreign, keys.Export, ""},
		{"foreign", foreign, keys.Undo, "Run r is of other"},
		{"foreign", foreign, keys.Verify, "Run r is of other"},
		{"foreign", foreign, keys.Resume, "Run r is of other"},
		{"mute", mute, keys.Undo, noRecord},
		{"mute", mute, keys.Verify, noRecord},
		{"mute", mute, keys.Export, ""},
	} {
		if got := test.of.WhyNot(test.do, &Env{Keys: keys.Default()}); got != test.why {
			t.Errorf("%s of one that is %s: %q, want %q", test.do, test.name, got, test.why)
		}
	}
}
