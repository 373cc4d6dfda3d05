package tui

import (
	"fmt"
	"slices"
	"strings"

	"janitor/client/cleanup"
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
	tags, _ := p.Tags()
	for i, res := range r.Results() {
		if !res.Outcome.Retried() {
			continue
		}
		retried = append(retried, i)
		line := ask.Line{Name: label(&p.Items[i].Resource, tags[i]), Note: res.Outcome.String()}
		line.Glyph, line.Role = screen.Sign(m.env.Theme, res.Outcome)
		if said := run.Said(res); said != "" {
			line.Note += ": " + said
		}
		lines = append(lines, line)
	}
	does := "deleted as confirmed on " + r.Started().UTC().Format("2006-01-02 15:04 UTC")
	if p.Undoes != "" {
		does = "brought back"
	}
	are := "are"
	if len(lines) == 1 {
		are = "is"
	}
	what, many := p.Nouns()
	if len(p.Items) > 1 {
		what = many
	}
	text := fmt.Sprintf("%s of %s %s %s tried again: checked, %s, and proved.", theme.Number(len(lines)), theme.Number(len(p.Items)), what, are, does)
	id := ""
	if h, ok := r.Recorded(); ok {
		id = h.Run
	}
	risks := m.risks(p, retried)
	return ask.New(m.env, ask.Question{
		Title: m.about("Retry", id), Text: text, Verb: "Retry", Lines: append(risks, lines...), Grave: len(risks) > 0,
	})
}

// askResume asks before what is left of a run is deleted.
func (m *Model) askResume(p *cleanup.Past) *ask.Model {
	t, l := m.env.Theme, p.Ledger
	var lines []ask.Line
	tags, _ := l.Plan.Tags()
	for _, i := range l.Open() {
		line := ask.Line{Glyph: t.Wait, Role: theme.Muted, Name: label(&l.Plan.Items[i].Resource, tags[i]), Note: "checked, then deleted"}
		if l.Items[i].Unread {
			line.Glyph, line.Role, line.Note = t.Unsure, theme.Warn, "in doubt: looked up first"
		}
		lines = append(lines, line)
	}
	open := len(lines)
	left, are, were := "items have no outcome", "they are", "they were"
	if open == 1 {
		left, are, were = "items has no outcome", "it is", "it was"
	}
	left = fmt.Sprintf("%s of %s %s", theme.Number(open), theme.Number(len(l.Items)), left)
	text := fmt.Sprintf("%s: %s checked again and deleted as %s confirmed on %s, then the whole is proved.",
		left, are, were, l.Header.Started.UTC().Format("2006-01-02 15:04 UTC"))
	switch {
	case open == 0:
		text = "All its items have their outcome: nothing is deleted, the whole is proved."
	case l.Stopped != "":
		text = fmt.Sprintf("%s. It stopped: %s. If that was for good, nothing more is sent, and what was done is proved.",
			left, strings.TrimSuffix(l.Stopped, "."))
	}
	risks := m.risks(l.Plan, l.Open())
	return ask.New(m.env, ask.Question{
		Title: m.about("Resume", p.ID), Text: text, Verb: "Resume", Lines: append(risks, lines...), Grave: len(risks) > 0,
	})
}

// askUndo asks before what a run has deleted is brought back: what exactly, and how well. The plan has something that can be.
func (m *Model) askUndo(p cleanup.Plan) *ask.Model {
	t := m.env.Theme
	tags, out := p.Tags()
	var lines []ask.Line
	hopeless := 0
	for i := range p.Items {
		it := &p.Items[i]
		line := ask.Line{Glyph: t.Mark, Role: theme.Good, Name: label(&it.Resource, tags[i]), Note: it.Undo.String()}
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
		lines = append(lines, ask.Line{Glyph: t.Skip, Role: theme.Muted, Name: strings.TrimSpace(l.Label + " " + out[i]), Note: "stays gone: " + l.Why})
	}
	one, many := p.Nouns()
	count := func(n int) string { return theme.Count(n, one, many) }
	text := count(len(p.Items)-hopeless) + " will be brought back as the journal has them; what is there again already is left alone."
	if not := hopeless + len(p.LeftOut); not > 0 {
		text += " " + count(not) + " not."
	}
	return ask.New(m.env, ask.Question{Title: m.about("Undo", p.Undoes), Text: text, Verb: "Bring back", Lines: lines})
}

// risks are what the deletion of these items of a plan puts in danger, as it was confirmed.
func (m *Model) risks(p cleanup.Plan, items []int) (lines []ask.Line) {
	if p.Undoes != "" {
		return nil
	}
	for _, c := range p.Consequences {
		concerned := func(i int) bool { return slices.Contains(c.Of, p.Items[i].Resource.Ref) }
		if c.Grade == inventory.Danger && slices.ContainsFunc(items, concerned) {
			lines = append(lines, ask.Line{Glyph: m.env.Theme.Left, Role: theme.Bad, Name: c.Grade.String(), Note: c.Text})
		}
	}
	return lines
}

// about is the title of a question on a run: "Undo run ID · acme · eu-de · 99a3…".
func (m *Model) about(verb, id string) string {
	if id == "" { // it leaves no record
		return verb + " the run " + m.env.Theme.Dot + " " + m.scope()
	}
	return verb + " run " + id + " " + m.env.Theme.Dot + " " + m.scope()
}

func label(r *inventory.Resource, tag string) string {
	s := r.Label()
	if tag != "" {
		s += " " + tag
	}
	if r.In != "" {
		s += " in " + r.In
	}
	return s
}
