package main

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"janitor/client/cleanup"
	"janitor/client/english"
)

// once returns the part of a document that no earlier run has executed. A document is executed once: a job that is repeated
// must not delete again what was brought back meanwhile. Steps that were never begun, because one before them was broken off,
// can still be executed; note says which ones already were.
func once(runs executed, doc cleanup.Document, what string) (rest cleanup.Document, note string, err error) {
	if len(runs) == 0 {
		return doc, "", nil
	}
	runs = maps.Clone(runs) // each is taken once
	steps := toDo(doc)
	first := 0 // step without a run
	gaps := false
	var names []string
	for i, s := range steps {
		run, err := runs.take(s.Plan)
		if err != nil {
			return doc, "", err
		}
		if run == nil {
			continue
		}
		switch over := run.Err == nil && run.Ledger.Finished; {
		case over: // somebody may be verifying it
		case run.Live:
			return doc, "", refused("%s is being applied: run %s is under way", what, run.ID)
		case run.Err == nil:
			return doc, "", usage("%s was begun before, and run %s is not finished: janitor resume %s goes on with it", what, run.ID, run.ID)
		}
		names = append(names, run.ID)
		gaps = gaps || i > first
		first = i + 1
	}
	ran := "run "
	if len(names) > 1 {
		ran = "runs "
	}
	ran += english.And(names)
	switch {
	case len(names) == 0:
		return doc, "", nil
	case gaps || first == len(steps):
		return doc, "", usage("%s was applied before, as %s: plan again", what, ran)
	}
	was := "were"
	if first == 1 {
		was = "was"
	}
	doc.Steps = steps[first:]
	return doc, fmt.Sprintf("%d of %s %s executed before, as %s; continuing with the rest: %s",
		first, english.Count(len(steps), "step", "steps"), was, ran, strings.Join(stepNames(doc.Steps), ", ")), nil
}

// executed are the runs of a document, oldest first, by the digest of their plan. Two steps may have the same one.
type executed map[string][]*cleanup.Past

// runsOf reads the runs that have done something of a document. A run with a damaged journal counts when it began after the
// document was made and has the plan of a step; doubts are those of which even that is unknown.
func runsOf(past *cleanup.History, doc cleanup.Document, digest string) (runs executed, doubts []string, err error) {
	headers, headless, err := past.RunsOf(digest, doc.Where)
	if err != nil {
		return nil, nil, err
	}
	runs = executed{}
	for _, h := range slices.Backward(headers) {
		if run := past.Read(h.Run); run.Err != nil || !idle(run.Ledger) {
			runs[h.Plan] = append(runs[h.Plan], run)
		}
	}
	for _, h := range slices.Backward(headless) {
		switch {
		case h.Began.Before(doc.Made):
		case h.Plan == "":
			doubts = append(doubts, h.Run)
		default:
			runs[h.Plan] = append(runs[h.Plan], past.Read(h.Run))
		}
	}
	return runs, doubts, nil
}

// doubtful warns of runs that cannot be read and may be of a plan.
func doubtful(past *cleanup.History, doubts []string, what string) string {
	if len(doubts) == 0 {
		return ""
	}
	run, is := "Run "+doubts[0], "is damaged: it"
	if len(doubts) > 1 {
		run, is = "Runs "+english.And(doubts), "are damaged: they"
	}
	return fmt.Sprintf("%s in %s %s may have executed %s", run, filepath.Dir(past.Folder(doubts[0])), is, what)
}

// names are the runs, in no order.
func (e executed) names() []string {
	var names []string
	for _, of := range e {
		for _, run := range of {
			names = append(names, run.ID)
		}
	}
	return names
}

// unlessMeanwhile refuses to begin a run of a document once there is one that was not known and is not of this process: two
// jobs that are started together both find that nothing was executed before.
func unlessMeanwhile(past *cleanup.History, doc cleanup.Document, digest, what string, known []string) func(mine []string) error {
	return func(mine []string) error {
		runs, _, err := runsOf(past, doc, digest)
		if err != nil {
			return err
		}
		for _, name := range runs.names() {
			if !slices.Contains(known, name) && !slices.Contains(mine, name) {
				return usage("%s was applied meanwhile, as run %s: plan again", what, name)
			}
		}
		return nil
	}
}

// take removes and returns the run of a plan, so that another step with the same plan gets another run; nil when there is none.
func (e executed) take(p cleanup.Plan) (*cleanup.Past, error) {
	file, err := p.Encode()
	if err != nil {
		return nil, err
	}
	digest := cleanup.Digest(file)
	if len(e[digest]) == 0 {
		return nil, nil //nolint:nilnil // it has none
	}
	run := e[digest][0]
	e[digest] = e[digest][1:]
	return run, nil
}

// idle says whether a run was stopped before it sent anything, as for credentials that were refused: it has not done its step.
func idle(l *cleanup.Ledger) bool {
	return l.Finished && l.Stopped != "" && !slices.ContainsFunc(l.Items, func(e cleanup.Entry) bool { return e.Sent+e.Steps > 0 })
}
