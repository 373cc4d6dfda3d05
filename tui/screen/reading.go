package screen

import (
	"slices"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Reading is what screens are made of that are only read: a page of lines, made anew for each width and look.
type Reading struct {
	Exit
	Env *Env

	lines  func(w int) []string
	leaves []keys.Action
	page   viewport.Model
	w      int
	look   theme.Look
}

// NewReading shows the lines; besides [keys.Back] these actions leave it.
func NewReading(env *Env, lines func(w int) []string, leaves ...keys.Action) Reading {
	return Reading{Env: env, lines: lines, leaves: append(leaves, keys.Back), page: viewport.New()}
}

// Update takes keys.
func (r *Reading) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	action, _ := r.Env.Keys.Action(keys.Reading, key.String())
	if slices.Contains(r.leaves, action) {
		r.Leave()
		return nil
	}
	if why := r.WhyNot(action); why != "" {
		return Say(why)
	}
	Scroll(&r.page, action)
	return nil
}

// WhyNot is why a key that works elsewhere does not here.
func (r *Reading) WhyNot(a keys.Action) string {
	switch a {
	case keys.Open, keys.Raw, keys.CopyID, keys.Delete, keys.ShowRun:
		return r.Env.Keys.Label(a) + " works in lists and in the detail: " + r.Env.Keys.Label(keys.Back) + " goes back"
	}
	return ""
}

// View draws the page at its place.
func (r *Reading) View(w, h int) string {
	if look := r.Env.Theme.Look(); w != r.w || look != r.look {
		r.w, r.look = w, look
		r.page.SetContentLines(r.lines(w))
	}
	return Page(r.Env.Theme, &r.page, w, h)
}
