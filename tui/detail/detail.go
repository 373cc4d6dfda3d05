// Package detail is the screen about one resource: its verdict and why, who uses it, its fields, and the object as the
// service gave it.
package detail

import (
	"strings"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Model is the detail screen of one resource, as a snapshot shows it.
type Model struct {
	env      *screen.Env
	resource inventory.Resource
	from     *inventory.Snapshot
	raw      bool
	readOnly string

	page viewport.Model
	w    int
	look theme.Look
}

// DeleteMsg asks for the dialog about the resource. It counts only while By is on top.
type DeleteMsg struct {
	By   *Model
	Ref  inventory.Ref
	From *inventory.Snapshot
}

// New shows r, which is from s; raw begins with the JSON. readOnly is why nothing can be deleted, "" when it can.
func New(env *screen.Env, r inventory.Resource, s *inventory.Snapshot, raw bool, readOnly string) *Model {
	return &Model{env: env, resource: r, from: s, raw: raw, readOnly: readOnly, page: viewport.New()}
}

// Update takes keys.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return nil
	}
	switch action, _ := m.env.Keys.Action(keys.Reading, key.String()); action {
	case keys.Raw:
		m.raw, m.w = !m.raw, 0
		m.page.GotoTop()
	case keys.CopyID:
		return tea.Batch(tea.SetClipboard(m.resource.Ref.ID), screen.Say("Copied "+m.resource.Ref.ID))
	case keys.Delete:
		if why := m.whyNot(); why != "" {
			return screen.Say(why)
		}
		return func() tea.Msg { return DeleteMsg{By: m, Ref: m.resource.Ref, From: m.from} }
	case keys.Back:
		return func() tea.Msg { return screen.Leave{By: m} }
	default:
		screen.Scroll(&m.page, action)
	}
	return nil
}

// whyNot is why the resource cannot be deleted from here, "" when the dialog has more to say.
func (m *Model) whyNot() string {
	if m.readOnly != "" {
		return m.readOnly
	}
	kind, err := inventory.Lookup(m.resource.Ref.Kind)
	switch {
	case err != nil:
		return err.Error()
	case kind.Deletion == nil:
		return kind.WhyNot
	}
	return ""
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action {
	hints := []keys.Action{keys.Raw, keys.CopyID}
	if m.whyNot() == "" {
		hints = append(hints, keys.Delete)
	}
	return append(hints, keys.Back, keys.Help)
}

// View draws the page at its place.
func (m *Model) View(w, h int) string {
	m.lay(w)
	return screen.Page(m.env.Theme, &m.page, w, h)
}

// lay fills the page anew when the width or the look has changed.
func (m *Model) lay(w int) {
	look := m.env.Theme.Look()
	if w == m.w && look == m.look {
		return
	}
	m.w, m.look = w, look
	var lines []string
	if m.raw {
		lines = m.json(w)
	} else {
		var g *inventory.Graph
		if m.from != nil {
			g = m.from.Graph
		}
		lines = card.Lines(m.env.Theme, m.resource, g, m.env.Now(), max(w-2, 1))
	}
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	m.page.SetContentLines(lines)
}

// json is the raw object, with the names of its fields set off.
func (m *Model) json(w int) []string {
	var lines []string
	for line := range strings.SplitSeq(string(inventory.JSON(m.resource)), "\n") {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		for i, part := range theme.Wrap(line[indent:], max(w-2-indent, 8)) {
			name, rest, ok := strings.Cut(part, `": `)
			if ok && i == 0 && strings.HasPrefix(name, `"`) {
				part = m.env.Theme.Paint(theme.Accent, name+`":`) + " " + rest
			}
			lines = append(lines, line[:indent]+part)
		}
	}
	return lines
}
