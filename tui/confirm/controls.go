package confirm

import (
	"unicode/utf8"

	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// controls are the choice, the field and the buttons, in shorter words or on more lines where they would not fit side
// by side. How many lines they take does not depend on what is typed.
func (m *Model) controls(w int) []string {
	var lines []string
	for _, s := range m.switches() {
		lines = append(lines, m.choice(s, w)...)
	}
	brief := "Delete"
	whole := brief + " " + m.count(len(m.plan.Items))
	for _, words := range []struct{ ask, button string }{{" to delete", whole}, {" to delete", brief}, {"", whole}, {"", brief}} {
		if buttons := m.buttons(words.button); m.promptWidth(words.ask)+1+theme.WidthPainted(buttons) <= w {
			m.presses = m.want == "" && !m.empty() && words.ask != ""
			return append(lines, theme.Spread(m.prompt(words.ask, w-1-theme.WidthPainted(buttons)), buttons, w))
		}
	}
	m.presses = false
	button := whole
	if theme.WidthPainted(m.buttons(whole)) > w {
		button = brief
	}
	buttons := theme.Spread("", m.buttons(button), w)
	if m.promptWidth(" to delete") <= w {
		return append(lines, theme.FitPainted(m.prompt(" to delete", w), w), buttons)
	}
	t := m.env.Theme
	for _, line := range theme.Wrap("Type "+m.want+" to delete:", w) {
		lines = append(lines, t.Paint(theme.Strong, line))
	}
	lines = append(lines, m.field(w)...)
	return append(lines, buttons)
}

// choice is a line that is switched on and off.
func (m *Model) choice(s focus, w int) []string {
	t := m.env.Theme
	box, also := "[ ]", "also "
	if m.on(s) {
		box, also = "[x]", ""
	}
	text := also + "take " + m.count(m.detaches+m.detachable) + " out of use first: changes live traffic"
	if s == mayBe {
		text = also + "delete " + m.count(m.unsure+m.takeable) + " that may be in use"
	}
	lead, role := "  "+box+" ", theme.Warn
	if m.focus == s {
		lead = t.Pointer + " " + box + " "
	}
	if m.Waiting() || m.asked != cancel {
		role = theme.Muted
	}
	var lines []string
	for _, line := range theme.Wrap(text, w-theme.Width(lead)) {
		if m.focus == s && len(lines) == 0 {
			lead = t.Paint(theme.Strong, lead)
		}
		lines = append(lines, lead+t.Paint(role, line))
		lead = "      "
	}
	return lines
}

// field is what was typed, on as many lines as all that it takes needs in letters of one column. Of what is longer the
// end is shown, and that it goes before.
func (m *Model) field(w int) []string {
	t := m.env.Theme
	lead, more := "> ", t.Ellipsis+" "
	room := max(w-len(lead), 1)
	n := (len(m.want)+beyond)/room + 1 // with the cursor
	var pieces []string
	for rest := m.typed; ; {
		piece := ""
		for _, r := range rest {
			if theme.Width(piece+string(r)) > room {
				break
			}
			piece += string(r)
		}
		rest = rest[len(piece):]
		full := theme.Width(piece) == room
		pieces = append(pieces, piece)
		if piece == "" || rest == "" && !full {
			break
		}
	}
	for len(pieces) < n {
		pieces = append(pieces, "")
	}
	end := len(pieces) - 1
	for end > 0 && pieces[end] == "" && theme.Width(pieces[end-1]) < room {
		end--
	}
	first := max(end+1-n, 0)
	var lines []string
	for i, piece := range pieces {
		lead := lead
		if i == first && i > 0 {
			lead = more
		}
		line := t.Paint(theme.Strong, theme.Fit(piece, theme.Width(piece)))
		switch {
		case i != end:
		case m.matches() && theme.Width(piece) == room-1:
			line += t.Paint(theme.Good, t.OK)
		case m.matches():
			line += " " + t.Paint(theme.Good, t.OK)
		default:
			line += t.Paint(theme.Accent, t.Cursor)
		}
		lines = append(lines, t.Paint(theme.Muted, lead)+line)
	}
	return lines[first : first+n]
}

// promptWidth is what the prompt takes at least.
func (m *Model) promptWidth(ask string) int {
	switch {
	case m.empty() || m.want == "" && ask == "":
		return 0
	case m.want == "":
		return theme.WidthPainted(screen.PressYes(m.env, "delete"))
	}
	return len("Type ") + len(m.want) + len(ask) + len(": ") + len(m.want) + min(len(ask), 1) + 1 // the cursor
}

// prompt asks for yes or what is wanted, in at most w columns, and shows what was typed. What is longer takes the place of the
// first word, for it is seen then that one is to type; and of what is too long the end is shown.
func (m *Model) prompt(ask string, w int) string {
	t := m.env.Theme
	switch {
	case m.empty() || m.want == "" && ask == "":
		return ""
	case m.want == "":
		return screen.PressYes(m.env, "delete")
	}
	lead, room := "Type ", len(m.want)+max(w-m.promptWidth(ask), 0)
	if theme.Width(m.typed) > room {
		lead, room = "", room+len(lead)
	}
	s := t.Paint(theme.Text, lead) + t.Paint(theme.Strong, m.want) + t.Paint(theme.Text, ask+": ") +
		t.Paint(theme.Strong, m.end(m.typed, room))
	switch {
	case m.matches() && ask == "" && w <= m.promptWidth(ask): // no room for the sign
		return s + " "
	case m.matches():
		return s + " " + t.Paint(theme.Good, t.OK)
	case ask == "":
		return s + t.Paint(theme.Accent, t.Cursor)
	default:
		return s + t.Paint(theme.Accent, t.Cursor) + " "
	}
}

// end is the end of s in at most w columns.
func (m *Model) end(s string, w int) string {
	if theme.Width(s) <= w {
		return theme.Fit(s, theme.Width(s))
	}
	for s != "" && theme.Width(s) >= w {
		_, n := utf8.DecodeRuneInString(s)
		s = s[n:]
	}
	return m.env.Theme.Ellipsis + theme.Fit(s, theme.Width(s))
}

func (m *Model) buttons(proceeds string) string {
	t, dim := m.env.Theme, m.Waiting() || m.asked != cancel
	if m.empty() {
		return screen.Buttons(t, dim, screen.Button{Text: "Close", Focus: m.focus == cancel})
	}
	return screen.Buttons(t, dim,
		screen.Button{Text: "Cancel", Focus: m.focus == cancel},
		screen.Button{Text: proceeds, Focus: m.focus == proceed, Does: true, Off: !m.matches()})
}

// noKey is the key that cancels: one that does not type where typing goes to the field.
func (m *Model) noKey() string {
	if m.want == "" || m.empty() {
		return m.env.Keys.Label(keys.No)
	}
	return m.env.Keys.NoLabel()
}

// hints are the keys, as many as fit beside what is in sight.
func (m *Model) hints(w int) string {
	t, k := m.env.Theme, m.env.Keys
	where := t.Paint(theme.Muted, m.where())
	if m.below > 0 && m.top+m.page < len(m.rows) {
		effects := english.Count(m.below, "effect", "effects") + " below"
		between := " " + t.Dot + " "
		if w < 40 {
			between = " "
		}
		where = t.Paint(theme.Warn, effects) + t.Paint(theme.Muted, between) + where
	}
	all := []string{t.Hint(m.noKey(), "cancel")}
	switch {
	case m.empty() && m.switching():
		all = []string{t.Hint(m.noKey(), "close")}
	case m.empty():
		all = []string{t.Hint(k.Label(keys.Confirm), "close")}
	case m.want == "" && !m.presses:
		all = append(all, t.Hint(k.Label(keys.Yes), "delete"))
	}
	if m.page < len(m.rows) {
		all = append(all, screen.ScrollHint(m.env))
	}
	switch {
	case m.switching():
		all = append(all, t.Hint(k.Label(keys.Toggle), "switch"))
	case len(m.switches()) > 0:
		all = append(all, t.Hint(k.Label(keys.NextFocus), "go on"))
	case !m.empty():
		all = append(all, t.Hint(k.Label(keys.NextFocus), "other button"))
	}
	if !m.empty() {
		all = append(all, t.Hint(k.Label(keys.SavePlan), "save the plan"))
	}
	return screen.HintLine(t, all, where, w)
}
