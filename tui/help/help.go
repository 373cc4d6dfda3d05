// Package help is the screen of all signs and keys. It is made from what the other screens draw with and from the
// bindings, so that it cannot say what is not so.
package help

import (
	"slices"
	"strings"

	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Model is the help screen.
type Model struct {
	screen.Reading

	first keys.Context
	off   bool // what deletes does not work
}

// New makes the screen; the sections that hold on the screen one comes from stand first.
func New(env *screen.Env, first keys.Context, readOnly bool) *Model {
	m := &Model{first: first, off: readOnly}
	m.Reading = screen.NewReading(env, m.lines, keys.Help)
	return m
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action { return []keys.Action{keys.Up, keys.Down, keys.Back} }

// twoFrom is the width from which sections stand side by side.
const twoFrom = 120

// lines stand in two columns where there is room.
func (m *Model) lines(w int) []string {
	if w < twoFrom {
		return slices.Concat(m.parts(w)...)
	}
	// The sections go one after the other into the shorter column.
	var columns [2][]string
	half := w / 2
	for _, part := range m.parts(half - 2) {
		c := 0
		if len(columns[1]) < len(columns[0]) {
			c = 1
		}
		columns[c] = append(columns[c], part...)
	}
	lines := make([]string, max(len(columns[0]), len(columns[1])))
	for i := range lines {
		var left, right string
		if i < len(columns[0]) {
			left = columns[0][i]
		}
		if i < len(columns[1]) {
			right = columns[1][i]
		}
		lines[i] = theme.FitPainted(left, half) + right
	}
	return lines
}

// parts are the sections of keys, those of the screen one comes from first, and after these the legend, each ending in a
// blank line, in columns of width w.
func (m *Model) parts(w int) [][]string {
	var parts [][]string
	for i, c := range m.sections() {
		parts = append(parts, m.section(c, w))
		if i == 0 {
			parts = append(parts, m.signs(w))
		}
	}
	return parts
}

func (m *Model) sections() []keys.Context {
	out := m.first.With()
	for _, c := range keys.Sections() {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

// keyColumn is the width of the keys, and of the signs.
const keyColumn = 18

// signsTitle is the heading of the legend.
const signsTitle = "What the signs mean"

func (m *Model) signs(w int) []string {
	lines := []string{m.title(signsTitle, w)}
	for _, s := range m.legend() {
		lines = m.explain(lines, s.role, s.text, s.means, w)
	}
	return append(lines, "")
}

func (m *Model) section(c keys.Context, w int) []string {
	own := m.Env.Keys.Own(c)
	if len(own) == 0 {
		return nil
	}
	lines := []string{m.title(c.Title(), w)}
	for _, b := range own {
		role, does := theme.Key, b.Help
		switch {
		case m.off && (b.Danger || m.Env.Cannot != nil && m.Env.Cannot(b.Action) != ""):
			role, does = theme.Muted, "(read-only) "+does
		case b.Danger:
			role = theme.Bad
		}
		lines = m.explain(lines, role, strings.Join(b.Labels(), " "), does, w)
	}
	return append(lines, "")
}

func (m *Model) title(s string, w int) string {
	return " " + m.Env.Theme.Paint(theme.Title, theme.Fit(s, min(theme.Width(s), max(w-1, 0))))
}

// explain appends a sign or keys and, beside them, what they mean.
func (m *Model) explain(lines []string, role theme.Role, sign, means string, w int) []string {
	width := max(keyColumn, theme.Width(sign))
	head := "  " + m.Env.Theme.Paint(role, theme.Fit(sign, width)) + " "
	for _, part := range theme.Wrap(means, max(w-width-3, 12)) {
		lines = append(lines, head+part)
		head = strings.Repeat(" ", width+3)
	}
	return lines
}
