package tui

import (
	"io"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/screen"
)

// suspension is the time in which the terminal is the shell's. Bubble Tea's own Suspend waits for ever where there is no
// shell to go on with the program.
type suspension struct{ stop func() error }

// Run comes when the terminal is the shell's. The goroutine that drew frames still has to stop their clock: late, it would
// stop the one that the next frames are drawn by, and the screen would stay blank.
func (s suspension) Run() error {
	<-time.After(100 * time.Millisecond)
	return s.stop()
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
	return tea.Exec(suspension{m.opts.Suspend}, func(err error) tea.Msg { return resumed{err} })
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

func (m *Model) resumed(msg resumed) {
	if msg.err != nil {
		m.notice = screen.Notice{Text: msg.err.Error(), Bad: true}
	}
}
