package main

import (
	"fmt"
	"slices"
	"strings"

	"janitor/client/cleanup"
	"janitor/client/english"
)

// once leaves of a document what no run has executed yet. A document is executed once: whoever applies it again, as a job
// that is repeated, does not want to lose again what was brought back meanwhile. Steps that were not begun since what came
// before them was broken off are still to be had; note says which were executed.
func once(past *cleanup.History, doc cleanup.Document, digest, what string) (rest cleanup.Document, note string, err error) {
	runs, err := runsOf(past, doc, digest)
	if err != nil || len(runs) == 0 {
		return doc, "", err
	}
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
			return doc, "", &failure{statusRefused, fmt.Errorf("%s is being applied: run %s goes on", what, run.ID)}
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
	return doc, fmt.Sprintf("%d of %s %s executed before, as %s; going on with the rest: %s",
		first, english.Count(len(steps), "step", "steps"), was, ran, strings.Join(stepNames(doc.Steps), ", ")), nil
}

// executed are the runs of a document, oldest first, by the digest of their plan. Two steps may have the same one.
type executed map[string][]*cleanup.Past

// runsOf reads the runs of a document that have done something of it.
func runsOf(past *cleanup.History, doc cleanup.Document, digest string) (executed, error) {
	headers, err := past.RunsOf(digest, doc.Where)
	if err != nil {
		return nil, err
	}
	runs := executed{}
	for _, h := range slices.Backward(headers) {
		if run := past.Read(h.Run); run.Err != nil || !idle(run.Ledger) {
			runs[h.Plan] = append(runs[h.Plan], run)
		}
	}
	return runs, nil
}

// take is the run of a plan, and not that of another step with the same plan; nil when there is none.
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

// idle: the run was stopped before it sent anything, such as for credentials that were refused. It has not done its step.
func idle(l *cleanup.Ledger) bool {
	return l.Finished && l.Stopped != "" && !slices.ContainsFunc(l.Items, func(e cleanup.Entry) bool { return e.Sent+e.Steps > 0 })
}
