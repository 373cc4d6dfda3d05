package tui

import (
	"slices"
	"strings"
	"time"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/ask"
	"janitor/tui/run"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func (m *Model) askRetry(r *cleanup.Run) *ask.Model {
	var lines []ask.Line
	var retried []int
	p := r.Plan()
	names, _ := labels(p)
	for i, res := range r.Results() {
		if !res.Outcome.Retried() {
			continue
		}
		retried = append(retried, i)
		line := ask.Line{Name: names[i], Note: res.Outcome.String()}
		line.Glyph, line.Role = screen.Sign(m.env.Theme, res.Outcome)
		if said := run.Said(m.env.Theme, res); said != "" {
			line.Note += ": " + said
		}
		lines = append(lines, line)
	}
	does := "deleted as confirmed on " + confirmed(r.Started())
	if p.Undoes != "" {
		does = "brought back"
	}
	one, many := p.Nouns()
	text := english.Sentence(english.Are(len(lines), len(p.Items), one, many)) + " tried again."
	more := "First checked, then " + does + ", in the end proved."
	id := ""
	if h, ok := r.Recorded(); ok {
		id = h.Run
	}
	risks := m.risks(p, retried)
	return ask.New(m.env, ask.Question{
		Title: about("Retry", id), Place: m.scope(), Text: text, More: more, Verb: "Retry", What: count(p, len(lines)), Lines: append(risks, lines...), Grave: len(risks) > 0,
	})
}

// askResume asks before what is left of a run is deleted or, in an undo, brought back.
func (m *Model) askResume(p *cleanup.Past) *ask.Model {
	t, l := m.env.Theme, p.Ledger
	does, first := "deleted", "deleted as confirmed on "+confirmed(l.Header.Started)
	if l.Plan.Undoes != "" {
		does, first = "brought back", "brought back"
	}
	note := "checked, then " + does
	if l.StaysStopped() {
		note = "not sent"
	}
	var lines []ask.Line
	names, _ := labels(l.Plan)
	for _, i := range l.Open() {
		line := ask.Line{Glyph: t.Wait, Role: theme.Muted, Name: names[i], Note: note}
		if l.Items[i].Unread {
			line.Glyph, line.Role, line.Note = t.Unsure, theme.Warn, "in doubt: looked up first"
		}
		lines = append(lines, line)
	}
	one, many := l.Plan.Nouns()
	text := english.Sentence(english.Are(len(lines), len(l.Items), one, many)) + " without an outcome."
	more := "First checked again, then " + first + ", in the end the whole is proved."
	switch {
	case len(lines) == 0:
		text, more = "All its items have their outcome.", "Nothing is "+does+", the whole is proved."
	case l.StaysStopped():
		more = stopped(l) + "It stays stopped: nothing more is sent, what was done is proved."
	default:
		more = stopped(l) + more
	}
	risks := m.risks(l.Plan, l.Open())
	return ask.New(m.env, ask.Question{
		Title: about("Resume", p.ID), Place: m.scope(), Text: text, More: more, Verb: "Resume", Lines: append(risks, lines...), Grave: len(risks) > 0,
	})
}

// stopped says why a run stopped, as a sentence before another; "" when it did not.
func stopped(l *cleanup.Ledger) string {
	if l.Stopped == "" {
		return ""
	}
	return "It stopped: " + strings.TrimSuffix(l.Stopped, ".") + ". "
}

// askUndo asks before what a run has deleted is brought back: what exactly, and how well. The plan has something that can be.
func (m *Model) askUndo(p cleanup.Plan) *ask.Model {
	t := m.env.Theme
	names, out := labels(p)
	var lines []ask.Line
	hopeless := 0
	for i := range p.Items {
		it := &p.Items[i]
		line := ask.Line{Glyph: t.Mark, Role: theme.Good, Name: names[i], Note: it.Undo.String()}
		switch it.Undo {
		case inventory.Lossy:
			line.Glyph, line.Role = t.Left, theme.Warn
		case inventory.Impossible:
			line.Glyph, line.Role = t.Fail, theme.Bad
			hopeless++
		}
		if it.UndoWhy != "" {
			line.Note += ": " + it.UndoWhy
		}
		lines = append(lines, line)
	}
	for i, l := range p.LeftOut {
		lines = append(lines, ask.Line{Glyph: t.Skip, Role: theme.Muted, Name: out[i], Note: "stays gone: " + l.Why})
	}
	text := count(p, len(p.Items)-hopeless) + " will be brought back as the journal has them"
	switch not := hopeless + len(p.LeftOut); not {
	case 0:
		text += "."
	case 1:
		text += ", 1 stays gone."
	default:
		text += ", " + english.Number(not) + " stay gone."
	}
	return ask.New(m.env, ask.Question{
		Title: about("Undo", p.Undoes), Place: m.scope(), Text: text, More: "What is there again already is left alone.",
		Verb: "Bring back", What: count(p, len(p.Items)-hopeless), Lines: lines,
	})
}

// risks are what the deletion of these items of a plan puts in danger, as it was confirmed.
func (m *Model) risks(p cleanup.Plan, items []int) (lines []ask.Line) {
	if p.Undoes != "" {
		return nil
	}
	for _, c := range p.Consequences {
		concerned := func(i int) bool { return slices.Contains(c.Of, p.Items[i].Resource.Ref) }
		if c.Grade == inventory.Danger && slices.ContainsFunc(items, concerned) {
			lines = append(lines, ask.Line{Glyph: m.env.Theme.Left, Role: theme.Bad, Name: c.Grade.String(), Note: c.Text, Grade: true})
		}
	}
	return lines
}

// about is the title of a question on a run: "Undo run ID".
func about(verb, id string) string {
	if id == "" { // it leaves no record
		return verb + " the run"
	}
	return verb + " run " + id
}

// count is so many of the items of a plan: "23 pools".
func count(p cleanup.Plan, n int) string {
	one, many := p.Nouns()
	return english.Count(n, one, many)
}

// confirmed is when something was, for the question whether that still holds.
func confirmed(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 UTC") }

// labels are what the items of a plan are called with what they are in, and what it leaves out, each told from the others.
func labels(p cleanup.Plan) (items, leftOut []string) {
	items, leftOut = p.Tags()
	in := p.Parents()
	for i := range p.Items {
		r := &p.Items[i].Resource
		items[i] = strings.TrimSpace(r.Label() + " " + items[i])
		if of := in[r.Ref.Parent]; of != "" {
			items[i] += " in " + of
		}
	}
	for i, l := range p.LeftOut {
		leftOut[i] = strings.TrimSpace(l.Label + " " + leftOut[i])
	}
	return items, leftOut
}
