package screen

import (
	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/keys"
)

// Standing is what decides what can be done with a run.
type Standing struct {
	Record   bool   // it has a journal
	Foreign  string // why it is not for this session, as an error says it; "" when it is
	Lost     string // why its journal does not tell what became of it; "" when it does
	Live     bool   // it goes on
	Away     bool   // in another janitor
	Finished bool
	Undoes   bool // it brings back what another run has deleted
	Undoable int  // items that it has deleted, or changed
}

// Of fills in what a run of there is to this session.
func (s Standing) Of(env *Env, run string, there cleanup.Where) Standing {
	if env.Foreign != nil && s.Record && s.Lost == "" {
		s.Foreign = env.Foreign(run, there)
	}
	return s
}

// WhyNot is why something cannot be done with a run, as a sentence; "" when it can be tried: [keys.Open], Resume, Verify,
// Undo or Export.
func (s Standing) WhyNot(a keys.Action, env *Env) string {
	verb := "resume"
	switch a {
	case keys.Verify:
		verb = "verify"
	case keys.Undo:
		verb = "undo"
	case keys.Export:
		verb = "report"
	}
	switch {
	case a == keys.Open:
		return ""
	case s.Lost != "":
		return "Nothing to " + verb + ": " + s.Lost
	case a == keys.Export:
		return ""
	case !s.Record:
		return "This run leaves no record: there is nothing to go by"
	case env.Cannot != nil && env.Cannot(a) != "":
		return env.Cannot(a)
	case s.Foreign != "":
		return english.Sentence(s.Foreign)
	case s.Live && s.Away:
		return "Another janitor is at this run"
	case s.Live && a == keys.Resume:
		return "Nothing to resume: the run goes on"
	case s.Live:
		return "The run still goes on: " + verb + " it when it is finished"
	case a == keys.Resume && s.Finished:
		return "Nothing to resume: the run is finished"
	case a == keys.Resume:
		return ""
	case !s.Finished:
		return "Not finished: resume it first, " + env.Keys.Label(keys.Resume)
	case a == keys.Undo && s.Undoes:
		return "This run is an undo: what it brought back is deleted from the lists, like everything else"
	case a == keys.Undo && s.Undoable == 0:
		return "Nothing to undo: the run has changed nothing"
	}
	return ""
}
