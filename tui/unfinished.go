package tui

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
)

// mostRecent is how many runs are looked at for one that is not finished: what was left open longer ago is no news, and
// stands in the list of runs.
const mostRecent = 20

// unfinished are the recent runs of this place that nobody is at and that have not come to their end, as after a crash.
type unfinished struct {
	ids   []string  // newest first
	begun time.Time // the newest
}

// lookBack looks for them once, when the program begins.
func (m *Model) lookBack() tea.Cmd {
	h, ctx, mine := m.opts.History, m.ctx, m.isMine
	if h == nil {
		return nil
	}
	return m.chores.command(func() tea.Msg {
		names, err := h.Names()
		if err != nil { // the list of runs says so
			return nil
		}
		var u unfinished
		for _, name := range names[:min(len(names), mostRecent)] {
			if ctx.Err() != nil {
				return nil
			}
			p := h.Read(name)
			if p.State() != "unfinished" || mine(p) != nil {
				continue
			}
			if len(u.ids) == 0 {
				u.begun = p.Ledger.Header.Started
			}
			u.ids = append(u.ids, name)
		}
		return u
	})
}

// tellUnfinished says it on the first screen, unless something else is being said there.
func (m *Model) tellUnfinished(u unfinished) {
	if len(u.ids) == 0 || m.noticed() {
		return
	}
	at, now := u.begun.In(m.env.Now().Location()), m.env.Now()
	when := at.Format("15:04")
	if at.Format(time.DateOnly) != now.Format(time.DateOnly) {
		when = at.Format("2006-01-02 15:04")
	}
	text := fmt.Sprintf("1 unfinished run of %s: %s shows it", when, m.env.Keys.Label(keys.Runs))
	if n := len(u.ids); n > 1 {
		text = fmt.Sprintf("%d unfinished runs, the last of %s: %s shows them", n, when, m.env.Keys.Label(keys.Runs))
	}
	m.notice = screen.Notice{By: m.stack[0], Text: text}
}
