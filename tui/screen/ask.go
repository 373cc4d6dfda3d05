package screen

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// Grace is how long what asks takes no keys after it was opened: it may have come up under a typing hand.
const Grace = 400 * time.Millisecond

// Asking is embedded by what asks.
type Asking struct {
	env    *Env
	opened time.Time
}

// Ask begins the grace time.
func Ask(env *Env) Asking { return Asking{env, env.Now()} }

// Init redraws what asks once it begins to take keys.
func (a *Asking) Init() tea.Cmd {
	return tea.Tick(Grace, func(time.Time) tea.Msg { return graced{} })
}

type graced struct{}

// Reopen begins the grace time again: what asks was there, but could not be seen.
func (a *Asking) Reopen() tea.Cmd {
	a.opened = a.env.Now()
	return a.Init()
}

// Waiting says that no keys are taken yet.
func (a *Asking) Waiting() bool { return a.env.Now().Sub(a.opened) < Grace }

// Cramped says that there is no room to read what is asked, and so to say yes to it.
func Cramped(w, h int) bool { return w < 28 || h < 8 }
