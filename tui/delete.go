package tui

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/confirm"
	"janitor/tui/detail"
	"janitor/tui/run"
	"janitor/tui/screen"
)

// planning is one request for a plan; the answer to any but the latest is dropped.
type planning struct {
	by      screen.Screen
	refs    []inventory.Ref
	from    *inventory.Snapshot
	hidden  []inventory.Ref
	detach  bool
	unknown bool
	dialog  *confirm.Model // that shows another plan of the same and waits for this one; nil: it is still to open
}

type planned struct {
	to   *planning
	plan cleanup.Plan
	err  error
}

// readOnly is why nothing can be deleted, "" when it can.
func (m *Model) readOnly() string {
	switch {
	case m.opts.Engine != nil:
		return ""
	case m.opts.ReadOnlyWhy != "":
		return m.opts.ReadOnlyWhy
	default:
		return "Read-only: this session cannot delete"
	}
}

// ask makes the plan for the dialog, outside the event loop: what the lists have left out of what is marked is read first.
func (m *Model) ask(by screen.Screen, refs []inventory.Ref, from *inventory.Snapshot, hidden []inventory.Ref) tea.Cmd {
	if m.opts.Engine == nil || m.quitting || !m.onTop(by) {
		return nil
	}
	return m.planFor(&planning{by: by, refs: refs, from: from, hidden: hidden})
}

// word is how the dialog asks; nil as usual.
func (m *Model) word() func(cleanup.Plan) string {
	if !m.opts.AlwaysName {
		return nil
	}
	return func(p cleanup.Plan) string { return p.Name(m.opts.Profile, m.opts.Project) }
}

// replan makes another plan of what the dialog shows, with the choice that was made in it.
func (m *Model) replan(msg confirm.ChoiceMsg) tea.Cmd {
	if m.dialog == nil || msg.By != m.dialog || m.asking == nil || m.quitting {
		return nil
	}
	p := *m.asking
	p.detach, p.unknown, p.dialog = msg.Detach, msg.Unknown, m.dialog
	return m.planFor(&p)
}

func (m *Model) planFor(p *planning) tea.Cmd {
	m.plan = p
	choice := cleanup.Choice{InHand: m.inHand(), Detach: p.detach, Unknown: p.unknown}
	type limit struct {
		cleanup.Limits
		of string
	}
	limits := []limit{{m.opts.Limits, "profile or runbook set"}}
	if s, stands := m.stepFor(p.refs); stands {
		choice.Attached, choice.Bare, choice.Sure = !s.Detach, !s.Empty, true
		limits = append(limits, limit{s.Limits, "the step sets"})
	}
	ctx, loader := m.ctx, m.opts.Loader
	return func() tea.Msg {
		plan, err := cleanup.NewPlan(p.refs, loader.Fill(ctx, p.from, p.refs), choice)
		for _, l := range limits {
			if excess := l.Check(cleanup.Stage{Listed: p.listed(), Plan: plan}); err == nil && excess != nil {
				err = fmt.Errorf("%w that %s: unmark some", excess, l.of)
			}
		}
		return planned{p, plan, err}
	}
}

// stepFor is the step of a runbook that these are about.
func (m *Model) stepFor(refs []inventory.Ref) (s Step, stands bool) {
	if len(m.opts.Steps) == 0 {
		return s, false
	}
	s = m.opts.Steps[m.walk.at]
	return s, !slices.ContainsFunc(refs, func(r inventory.Ref) bool { return r.Kind != s.Kind })
}

func (m *Model) planned(msg planned) tea.Cmd {
	if msg.to != m.plan {
		return nil
	}
	m.plan = nil
	if msg.to.dialog != m.dialog || msg.to.dialog == nil && !m.onTop(msg.to.by) {
		return nil
	}
	if msg.err != nil {
		m.dialog = nil
		m.notice = screen.Notice{Text: "Not deleted: " + msg.err.Error(), Bad: true}
		return nil
	}
	m.asking = msg.to
	if m.dialog != nil {
		return m.dialog.Replace(msg.plan)
	}
	m.dialog = confirm.New(m.env, m.scope(), msg.plan, msg.to.hidden, m.word())
	return m.dialog.Init()
}

// saved is what came of writing a plan down.
type saved struct {
	by   *confirm.Model
	path string
	err  error
}

func (m *Model) save(msg confirm.SaveMsg) tea.Cmd {
	if m.dialog == nil || msg.By != m.dialog || m.asking == nil {
		return nil
	}
	write, listed := m.opts.SavePlan, m.asking.listed()
	if write == nil {
		msg.By.Say("Plans of this session cannot be saved: its cloud ends with it")
		return nil
	}
	return func() tea.Msg {
		path, err := write(msg.Plan, listed)
		return saved{msg.By, path, err}
	}
}

func (m *Model) saved(msg saved) {
	switch {
	case msg.err != nil && m.dialog == msg.by:
		msg.by.Say("Not saved: " + msg.err.Error())
	case msg.err != nil:
		m.notice = screen.Notice{Text: "The plan was not saved: " + msg.err.Error(), Bad: true}
	case m.dialog == msg.by:
		msg.by.Say("Saved: janitor apply " + msg.path)
	default:
		m.notice = screen.Notice{Text: "Saved: janitor apply " + msg.path}
	}
}

// listed is how many there are of the kinds that are to be planned.
func (p *planning) listed() int {
	n := 0
	counted := map[inventory.KindID]bool{}
	for _, ref := range p.refs {
		if l := p.from.Listing(ref.Kind); l != nil && !counted[ref.Kind] {
			counted[ref.Kind] = true
			n += l.Resources.Len()
		}
	}
	return n
}

// decided executes exactly the plan that was shown, or nothing.
func (m *Model) decided(d confirm.Decision) tea.Cmd {
	if m.dialog == nil {
		return nil
	}
	m.dialog, m.plan, m.asking = nil, nil, nil
	if !d.Yes || m.opts.Engine == nil || m.quitting {
		m.notice = screen.Notice{Text: "Nothing was deleted"}
		return nil
	}
	if _, ok := m.top().(*detail.Model); ok { // of what is gone when one comes back
		m.pop()
	}
	ctx, abort := m.running()
	return m.start(m.opts.Engine.Start(ctx, d.Plan), abort)
}

// wantRetry asks before anything of a run is tried again: it may have been confirmed hours ago.
func (m *Model) wantRetry(msg screen.WantMsg) tea.Cmd {
	switch {
	case m.readOnly() != "":
		m.notice = screen.Notice{Text: m.readOnly()}
		return nil
	case m.shares(msg.Run):
		return nil
	}
	m.matter = &matter{WantMsg: msg}
	m.question = m.askRetry(msg.Run)
	return m.question.Init()
}

// shares says so when another run has some of the items of this one in hand.
func (m *Model) shares(r *cleanup.Run) bool {
	inHand := m.inHand()
	if !slices.ContainsFunc(refs(r), func(r inventory.Ref) bool { return slices.Contains(inHand, r) }) {
		return false
	}
	m.notice = screen.Notice{Text: "Another run is deleting some of these: retry when it has ended"}
	return true
}

func (m *Model) retry(of *cleanup.Run) tea.Cmd {
	if m.shares(of) { // one that was started meanwhile
		return nil
	}
	ctx, abort := m.running()
	again, ok := m.opts.Engine.Retry(ctx, of)
	if !ok {
		abort()
		m.notice = screen.Notice{Text: "Nothing to retry: nothing failed"}
		return nil
	}
	if top, ok := m.top().(*run.Model); ok && top.Run() == of {
		m.pop()
	}
	return m.start(again, abort)
}
