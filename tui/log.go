package tui

import (
	tea "charm.land/bubbletea/v2"

	"janitor/tui/log"
	"janitor/tui/palette"
	"janitor/tui/screen"
)

func (m *Model) logEntry() []palette.Entry {
	if _, ok := m.top().(*log.Model); ok {
		return nil
	}
	e := palette.Entry{Name: "log", About: "what was asked and answered in this session", Do: m.showLog}
	if m.opts.Log == nil {
		e.Why = "This session keeps no log"
	}
	return []palette.Entry{e}
}

func (m *Model) showLog() tea.Cmd {
	l := log.New(m.env, m.opts.Log, m.opts.Project)
	m.push(l)
	return l.Init()
}

// logShown logs what has just been told to the user and is bad.
func (m *Model) logShown(before screen.Notice) {
	if m.opts.Log != nil && m.notice.Bad && m.notice != before {
		m.opts.Log.Logger().Warn("shown", "says", m.notice.Text)
	}
}

// tellClock says once that the clock of this computer is wrong, when nothing else is being said. The log has it already.
func (m *Model) tellClock() {
	if m.opts.Clock == nil || m.timed || m.noticed() {
		return
	}
	if wrong := m.opts.Clock(); wrong != "" {
		m.timed = true
		m.notice = screen.Notice{Text: wrong, Bad: true}
	}
}

// tellUnlogged says once that the log cannot be written, when nothing else is being said.
func (m *Model) tellUnlogged() {
	if m.opts.Log == nil || m.unlogged || m.noticed() {
		return
	}
	if err := m.opts.Log.Err(); err != nil {
		m.unlogged = true
		m.notice = screen.Notice{Text: "Nothing stops, but " + err.Error(), Bad: true}
	}
}
