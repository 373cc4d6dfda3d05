package tui

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/tui/run"
	"janitor/tui/runs"
)

// others is how runs of other janitors are followed while they are shown.
type others struct {
	reading bool
	rest    int // ticks to let pass before they are read again: long journals more seldom
}

// grown are the journals of runs of other janitors as they stand now.
type grown struct {
	pasts []*cleanup.Past
	took  time.Duration
}

// watch reads the journals again of what is shown of other janitors' runs, once a tick at most.
func (m *Model) watch() tea.Cmd {
	var ids []string
	switch top := m.top().(type) {
	case *run.Model:
		if p := top.Past(); p != nil && p.Live {
			ids = []string{p.ID}
		}
	case *runs.Model:
		ids = top.Elsewhere()
	}
	o := &m.others
	if o.rest > 0 || o.reading || len(ids) == 0 {
		o.rest = max(o.rest-1, 0)
		return nil
	}
	o.reading = true
	h := m.opts.History
	return m.chores.command(func() tea.Msg {
		began := time.Now()
		var msg grown
		for _, id := range ids {
			msg.pasts = append(msg.pasts, h.Read(id))
		}
		msg.took = time.Since(began)
		return msg
	})
}

// grown shows them.
func (m *Model) grown(msg grown) tea.Cmd {
	const share = 10 // of the time at most one part goes into reading
	m.others = others{rest: int(msg.took * share / time.Second)}
	var cmds []tea.Cmd
	for _, p := range msg.pasts {
		for _, s := range m.stack {
			if r, ok := s.(*run.Model); ok && r.Past() != nil && r.Past().ID == p.ID {
				r.Renew(p)
			}
		}
		cmds = append(cmds, m.broadcast(runs.Read{Past: p}))
	}
	return tea.Batch(cmds...)
}
