package log

import (
	"log/slog"
	"strings"

	"janitor/client/english"
	"janitor/client/logbook"
	"janitor/client/search"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

const (
	clock  = "15:04:05"
	indent = 2 + len(clock) + 1 // of a line's text, after its sign and its time
)

// mark is what stands before a line.
type mark uint8

const (
	plain mark = iota
	warning
	failure
)

func sign(l slog.Level) mark {
	switch {
	case l >= slog.LevelError:
		return failure
	case l >= slog.LevelWarn:
		return warning
	}
	return plain
}

// View draws what the log is, then its lines, the newest last.
func (m *Model) View(w, h int) string {
	m.lay(w)
	lines := m.head(w)
	lines = lines[:min(len(lines), max(h-1, 0))]
	if m.follow {
		m.page.SetHeight(0) // as if there were no room: then as far as there is some
		m.page.SetYOffset(len(m.text))
	}
	return strings.Join(append(lines, screen.Page(m.env.Theme, &m.page, w, h-len(lines))), "\n")
}

// head says how much there is and where, what is wrong with the file, and what is filtered.
func (m *Model) head(w int) []string {
	t := m.env.Theme
	left := " " + t.Paint(theme.Title, "Log") + "  " + english.Count(len(m.lines), "line", "lines")
	if m.total > len(m.lines) {
		left += " of " + english.Number(m.total)
	}
	if m.warned > 0 {
		left += t.Paint(theme.Muted, " "+t.Dot+" ") + t.Paint(theme.Warn, english.Count(m.warned, "warning", "warnings"))
	}
	left += t.Paint(theme.Muted, " "+t.Dot+" times are UTC")
	right := m.book.Path() + " "
	if theme.WidthPainted(left)+2+theme.Width(right) > w {
		right = ""
	}
	lines := []string{theme.Spread(left, t.Paint(theme.Muted, right), w)}
	if m.err != nil {
		for _, part := range theme.Wrap(m.err.Error(), w-2) {
			lines = append(lines, t.Paint(theme.Bad, theme.Fit(" "+part, w)))
		}
	}
	if m.typing || m.line.String() != "" {
		of := english.Number(m.shown) + " of " + english.Number(len(m.lines)) + " "
		room := max(w-2-theme.Width(of)-1, 0)
		typed := theme.Fit(m.line.String(), min(room, theme.Width(m.line.String())))
		if m.typing {
			typed = m.line.Draw(t, room)
		}
		lines = append(lines, theme.Spread(" "+t.Paint(theme.Key, "/")+typed, t.Paint(theme.Muted, of), w))
	}
	return lines
}

// lay puts the lines on the page: those that came since the last time or, where anything else has changed, all.
func (m *Model) lay(w int) {
	if look := m.env.Theme.Look(); w != m.w || look != m.look {
		m.w, m.look = w, look
		m.rows, m.text, m.shown = nil, nil, 0
	}
	if m.text != nil && len(m.rows) == len(m.lines) {
		return
	}
	words := search.Parse(m.line.String())
	for i := len(m.rows); i < len(m.lines); i++ {
		if !lets(words, &m.lines[i]) {
			m.rows = append(m.rows, 0)
			continue
		}
		rows := m.draw(&m.lines[i], w)
		m.shown++
		m.rows = append(m.rows, len(rows))
		m.text = append(m.text, rows...)
	}
	text := m.text
	if m.shown == 0 {
		text = []string{"", "  " + m.env.Theme.Paint(theme.Muted, m.nothing())}
	}
	m.page.SetContentLines(text)
	if m.text == nil {
		m.text = []string{}
	}
}

// nothing stands in the place of the lines.
func (m *Model) nothing() string {
	if len(m.lines) > 0 {
		return "No line has these words: " + m.env.Keys.Label(keys.Back) + " clears them"
	}
	return "Nothing was logged yet"
}

// draw is a line, on more rows than one only when it is to be whole.
func (m *Model) draw(l *logbook.Line, w int) []string {
	t := m.env.Theme
	role, glyph := theme.Strong, " "
	switch sign(l.Level) {
	case warning:
		role, glyph = theme.Warn, t.Left
	case failure:
		role, glyph = theme.Bad, t.Fail
	}
	head := t.Paint(role, glyph) + " " + t.Paint(theme.Muted, l.At.UTC().Format(clock)) + " "
	if !m.whole {
		text := head + t.Paint(role, theme.Fit(l.Message, theme.Width(l.Message)))
		if l.Rest != "" {
			rest := m.brief.Replace(l.Rest)
			text += "  " + theme.Fit(rest, theme.Width(rest))
		}
		return []string{theme.FitPainted(text, w)}
	}
	var rows []string
	message := theme.Wrap(l.Message, w-indent)
	for i, part := range theme.Wrap(strings.TrimSpace(l.Message+"  "+l.Rest), w-indent) {
		// The message begins the text, and is broken where the text is.
		if i < len(message) {
			if rest, ok := strings.CutPrefix(part, message[i]); ok {
				part = t.Paint(role, message[i]) + rest
			}
		}
		rows = append(rows, head+part)
		head = strings.Repeat(" ", indent)
	}
	return rows
}
