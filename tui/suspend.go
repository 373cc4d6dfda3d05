package tui

import (
	"errors"
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
)

// suspension is the time in which the terminal is the shell's. Bubble Tea's own Suspend waits for ever where there is no
// shell to go on with the program.
type suspension struct{ model *Model }

// Run comes on the event loop, when the terminal is the shell's. What was confirmed just before may have begun a run by then.
func (s suspension) Run() (err error) {
	if why := s.model.notSuspend(); why != "" {
		err = errors.New(why)
	} else {
		err = s.model.opts.Suspend()
	}
	// The goroutine that drew frames still has to stop their clock: late, it would stop the one that the next frames are drawn
	// by, and the screen would stay blank. Not before the stop: a second ctrl+z would stop the program twice.
	<-time.After(100 * time.Millisecond)
	return err
}

func (suspension) SetStdin(io.Reader)  {}
func (suspension) SetStdout(io.Writer) {}
func (suspension) SetStderr(io.Writer) {}

// resumed: the terminal is ours again, or was never left.
type resumed struct{ err error }

// suspend gives the terminal back to the shell.
func (m *Model) suspend() tea.Cmd {
	if why := m.notSuspend(); why != "" {
		m.notice = screen.Notice{Text: why}
		return nil
	}
	m.away = true
	return tea.Exec(suspension{m}, func(err error) tea.Msg { return resumed{err} })
}

// notSuspend is why the terminal is kept. A run would stand still halfway, with what it has sent unanswered.
func (m *Model) notSuspend() string {
	switch {
	case m.live() != nil:
		return m.env.Keys.Label(keys.Suspend) + " would stop the run halfway: wait for its end, or cancel it"
	case m.opts.Suspend == nil:
		return "There is no going back to the shell on this system: " + m.env.Keys.Label(keys.QuitNow) + " quits"
	}
	return ""
}

// resumed goes on. What asks comes up again under a hand that typed for the shell.
func (m *Model) resumed(msg resumed) tea.Cmd {
	m.away = false
	if msg.err != nil {
		m.notice = screen.Notice{Text: msg.err.Error(), Bad: true}
	}
	return m.reopen()
}
