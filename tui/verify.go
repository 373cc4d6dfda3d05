package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/run"
	"janitor/tui/runs"
	"janitor/tui/screen"
)

// verified is a run with what a verify has found.
type verified struct {
	past *cleanup.Past
	err  error
}

// verify lists again what a run was about and writes it to the journal, then reads the run anew.
func verify(ctx context.Context, h *cleanup.History, l *inventory.Loader, past *cleanup.Past) verified {
	j, err := h.Verify(past) //nolint:contextcheck // it waits for a lock, a moment at most
	if err != nil {
		return verified{past, err}
	}
	_, err = cleanup.Verify(ctx, l, past.Ledger, j)
	if closing := j.Close(); err == nil {
		err = closing
	}
	return verified{h.Read(past.ID), err}
}

// verified shows what was found on the screen of the run, which it opens where that was asked for.
func (m *Model) verified(msg verified) tea.Cmd {
	w := m.matter
	m.verifying = ""
	changed := m.broadcast(runs.Changed{ID: msg.past.ID})
	if w != nil && w.Do == keys.Verify {
		m.matter = nil
	}
	if msg.err == nil {
		msg.err = msg.past.Err
	}
	if msg.err != nil {
		m.notice = screen.Notice{Text: "Not verified: " + msg.err.Error(), Bad: true}
		return changed
	}
	found, undoes := msg.past.Ledger.Findings(), msg.past.Ledger.Plan.Undoes != ""
	m.notice = screen.Notice{Text: "Verified: " + runs.Found(found, undoes) + " (run " + msg.past.ID + ")", Bad: !found.OK()}
	switch {
	case found.Any():
	case undoes:
		m.notice = screen.Notice{Text: "Verified: the run has brought nothing back"}
	default:
		m.notice = screen.Notice{Text: "Verified: the run has deleted nothing"}
	}
	for i, s := range m.stack {
		if r, ok := s.(*run.Model); ok && r.Past() != nil && r.Past().ID == msg.past.ID {
			m.stack[i] = run.Past(m.env, msg.past)
		}
	}
	if _, list := m.top().(*runs.Model); list && w != nil && w.Do == keys.Verify && m.onTop(w.By) {
		m.push(run.Past(m.env, msg.past))
	}
	return changed
}
