package tui

import (
	"slices"
	"sync"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
)

// chores are commands that work on the history. Those that have begun are waited for; those that have not, once it is
// closed, do nothing.
type chores struct {
	doing  sync.RWMutex // read by those under way
	closed bool

	mu       sync.Mutex
	journals []cleanup.Journal // opened, and not yet taken by a run
}

// command is a chore that may take a while.
func (c *chores) command(do func() tea.Msg) tea.Cmd {
	return func() tea.Msg {
		c.doing.RLock()
		defer c.doing.RUnlock()
		if c.closed {
			return nil
		}
		return do()
	}
}

func (c *chores) hold(j cleanup.Journal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journals = append(c.journals, j)
}

// take gives a journal into the hands of a run.
func (c *chores) take(j cleanup.Journal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.journals = slices.DeleteFunc(c.journals, func(o cleanup.Journal) bool { return o == j })
}

func (c *chores) close() {
	c.doing.Lock()
	c.closed = true
	c.doing.Unlock()
	for _, j := range c.journals {
		j.Close() //nolint:errcheck // its run was not gone on with: it stands as it stood
	}
}
