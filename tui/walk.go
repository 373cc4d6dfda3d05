package tui

import (
	"context"
	"errors"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/browse"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

// Step is one step of a runbook. What it matches is marked for a person to look at; nothing is deleted by walking.
type Step struct {
	Of     string // what the runbook is called; ""
	Name   string // "expired certificates"
	Kind   inventory.KindID
	In     []string // parents, by name or id; nil = all
	Expr   string   // expression
	Reason string   // why, as the runbook says; ""
	// What of its kind is deleted while the walk stands here keeps to these: how much, whether what is in use may be taken
	// out of use first, whether what a resource holds may be taken away first.
	Limits cleanup.Limits
	Detach bool
	Empty  bool
}

// walk is where a walk through the steps stands.
type walk struct {
	at     int
	search *search // parents that are being looked for; nil when none are
	missed bool    // they were found when the user was elsewhere: the step is yet to be shown
}

// search is one look for the parents of a step; the answer to any but the latest is dropped.
type search struct{ step int }

type found struct {
	to      *search
	parents []inventory.Resource
	err     error
}

// step goes on, or back.
func (m *Model) step(by int) tea.Cmd {
	if why := m.notStep(by); why != "" {
		return screen.Say(why)
	}
	return m.walkTo(m.walk.to(by))
}

// to is where a walk comes to from here.
func (w walk) to(by int) int {
	if w.missed && by > 0 {
		return w.at
	}
	return w.at + by
}

// notStep is why there is no going on, or back, "" when there is.
func (m *Model) notStep(by int) string {
	n := len(m.opts.Steps)
	switch to := m.walk.to(by); {
	case n == 0:
		return "There is no runbook: janitor -f FILE walks through one"
	case to >= n:
		return fmt.Sprintf("The runbook is through: this is step %d of %d", n, n)
	case to < 0:
		return "This is the first step of the runbook"
	}
	return ""
}

// walkTo leaves what is open and shows what a step matches, marked.
func (m *Model) walkTo(i int) tea.Cmd {
	s := m.opts.Steps[i]
	m.walk = walk{at: i}
	kind, err := inventory.Lookup(s.Kind)
	if err != nil {
		return screen.Say(err.Error())
	}
	m.notice = screen.Notice{Text: s.title(i)}
	if kind.Within == "" {
		cmd := m.goTo(s.Kind)
		first, ok := m.stack[0].(*browse.Model)
		if !ok {
			return cmd
		}
		return tea.Batch(cmd, first.Choose(s.Expr))
	}
	to := &search{i}
	m.walk.search = to
	ctx, loader := m.ctx, m.opts.Loader
	return tea.Batch(m.goTo(kind.Within), func() tea.Msg {
		parents, err := parentsOf(ctx, loader, kind.Within, s.In)
		return found{to, parents, err}
	})
}

// enter opens the children of the parents that a step names.
func (m *Model) enter(msg found) tea.Cmd {
	if msg.to != m.walk.search {
		return nil
	}
	m.walk.search = nil
	s := m.opts.Steps[msg.to.step]
	if msg.err != nil {
		m.notice = screen.Notice{Text: fmt.Sprintf("Step %d: %v", msg.to.step+1, msg.err), Bad: true}
		return nil
	}
	kind, err := inventory.Lookup(s.Kind)
	if err != nil {
		return screen.Say(err.Error())
	}
	if len(m.stack) > 1 || m.asks() || m.typing() { // keys that are meant for elsewhere must not act on it
		m.walk.missed = true
		m.notice = screen.Notice{Text: fmt.Sprintf("Step %d is not shown, for you were elsewhere: %s shows it", msg.to.step+1, m.env.Keys.Label(keys.NextStep))}
		return nil
	}
	b, cmd := m.openChildren(kind, msg.parents)
	return tea.Batch(cmd, b.Choose(s.Expr))
}

// parentsOf are those of a kind with these names or ids, or all.
func parentsOf(ctx context.Context, loader *inventory.Loader, kind inventory.KindID, names []string) ([]inventory.Resource, error) {
	l, err := loader.Complete(ctx, kind)
	switch {
	case err != nil:
		return nil, err
	case l.Resources.Len() == 0:
		return nil, errors.New("there are no " + l.Kind.Many)
	}
	return l.Chosen(names)
}

// stepTitle says in the frame which step it is, "" without a runbook.
func (m *Model) stepTitle(much step) string {
	n := len(m.opts.Steps)
	switch {
	case n == 0:
		return ""
	case much == number || m.opts.Steps[m.walk.at].Name == "":
		return fmt.Sprintf("step %d/%d", m.walk.at+1, n)
	}
	return fmt.Sprintf("step %d of %d: %s", m.walk.at+1, n, m.opts.Steps[m.walk.at].Name)
}

func (s Step) title(i int) string {
	text := fmt.Sprintf("Step %d", i+1)
	if s.Of != "" {
		text += " of " + s.Of
	}
	text += ": " + s.Name
	if s.Reason != "" {
		text += " – " + s.Reason
	}
	return strings.TrimSpace(text) + ". What it matches is marked; nothing is deleted before you confirm"
}
