package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/browse"
	"janitor/tui/confirm"
	"janitor/tui/keys"
	"janitor/tui/run"
	"janitor/tui/screen"
)

// session is a run with its screen, which follows the run whether it is open or not.
type session struct {
	run    *cleanup.Run
	screen *run.Model
	ended  bool
}

// planning is one request for a plan; the answer to any but the latest is dropped.
type planning struct {
	by     *browse.Model
	hidden int
}

type planned struct {
	to   *planning
	plan cleanup.Plan
	err  error
}

// ended: nothing of a run is under way any more.
type ended struct{ session *session }

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

// ask makes the plan for the dialog, outside the event loop.
func (m *Model) ask(msg browse.DeleteMsg) tea.Cmd {
	if m.opts.Engine == nil || m.quitting {
		return nil
	}
	p := &planning{by: msg.By, hidden: msg.Hidden}
	m.plan = p
	return func() tea.Msg {
		plan, err := cleanup.NewPlan(msg.Refs, msg.From)
		return planned{p, plan, err}
	}
}

func (m *Model) planned(msg planned) tea.Cmd {
	if msg.to != m.plan {
		return nil
	}
	m.plan = nil
	if !m.onTop(msg.to.by) {
		return nil
	}
	if msg.err != nil {
		m.notice = screen.Notice{Text: "Not deleted: " + msg.err.Error(), Bad: true}
		return nil
	}
	m.dialog = confirm.New(m.env, m.scope(), msg.plan, msg.to.hidden)
	return m.dialog.Init()
}

// decided executes exactly the plan that was shown, or nothing.
func (m *Model) decided(d confirm.Decision) tea.Cmd {
	if m.dialog == nil {
		return nil
	}
	m.dialog = nil
	if !d.Yes || m.opts.Engine == nil || m.quitting {
		m.notice = screen.Notice{Text: "Nothing was deleted"}
		return nil
	}
	return m.start(m.opts.Engine.Start(m.running(), d.Plan))
}

func (m *Model) retry(msg run.RetryMsg) tea.Cmd {
	if m.opts.Engine == nil || m.quitting {
		return nil
	}
	again, ok := m.opts.Engine.Retry(m.running(), msg.Run)
	if !ok {
		m.notice = screen.Notice{Text: "Nothing to retry: nothing failed"}
		return nil
	}
	if top, ok := m.top().(*run.Model); ok && top.Run() == msg.Run {
		m.pop()
	}
	return m.start(again)
}

// running is the context of runs. They do not end with the program's: they are cancelled and waited for instead, so
// that what is in flight gets its outcome.
func (m *Model) running() context.Context { return context.WithoutCancel(m.ctx) }

func (m *Model) start(r *cleanup.Run) tea.Cmd {
	s := &session{run: r, screen: run.New(m.env, r)}
	m.runs = append(m.runs, s)
	m.push(s.screen)
	return tea.Batch(s.screen.Init(), func() tea.Msg {
		r.Wait()
		return ended{s}
	})
}

// ended lists again what the run has touched.
func (m *Model) ended(msg ended) tea.Cmd {
	s := msg.session
	s.ended = true
	if m.quitting && m.live() == nil {
		return tea.Quit
	}
	var touched, gone []inventory.Ref
	for _, r := range s.run.Results() {
		touched = append(touched, r.Ref)
		if r.Outcome == cleanup.Deleted || r.Outcome == cleanup.AlreadyGone {
			gone = append(gone, r.Ref)
		}
	}
	if m.top() != screen.Screen(s.screen) {
		m.notice = screen.Notice{
			Text: "Run ended: " + s.run.Summary().String(),
			Bad:  !s.run.Summary().OK(),
		}
	}
	return m.broadcast(browse.EndedMsg{Touched: touched, Gone: gone})
}

// live is the latest run that has not ended, nil when all have.
func (m *Model) live() *session {
	for _, s := range slices.Backward(m.runs) {
		if !s.ended {
			return s
		}
	}
	return nil
}

func (m *Model) showRun() tea.Cmd {
	s := m.live()
	if s == nil && len(m.runs) > 0 {
		s = m.runs[len(m.runs)-1]
	}
	if s == nil {
		return screen.Say("No run yet in this session")
	}
	m.push(s.screen)
	return nil
}

// quit ends the program; with a run going on, the first time it only says what the second time will do.
func (m *Model) quit(asked bool, by keys.Action) tea.Cmd {
	switch {
	case m.live() == nil:
		return tea.Quit
	case m.quitting:
		m.notice = screen.Notice{Text: "Waiting for what is in flight, then quitting"}
	case !asked:
		m.asked = true
		m.notice = screen.Notice{Text: fmt.Sprintf("A run is going on: %s again cancels it, waits for what is in flight and quits", m.env.Keys.Label(by))}
	default:
		m.quitting = true
		m.dialog, m.plan = nil, nil
		for _, s := range m.runs {
			s.run.Cancel()
		}
		m.notice = screen.Notice{Text: "Cancelled: waiting for what is in flight, then quitting"}
	}
	return nil
}

// Summary is a paragraph on all runs of the session.
func (m *Model) Summary() string {
	if len(m.runs) == 0 {
		return "janitor: nothing was deleted in " + m.scope() + "."
	}
	var parts []string
	for _, s := range m.runs {
		parts = append(parts, s.run.Summary().String())
	}
	return "janitor in " + m.scope() + ": " + strings.Join(parts, "; ") + ". Nothing else was changed."
}
