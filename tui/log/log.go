// Package log is the screen of what this session has logged: what was asked, what services answered, how runs went. It
// shows the lines that are in memory and reads no file.
package log

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"janitor/client/logbook"
	"janitor/client/search"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

const (
	often = 500 * time.Millisecond // the screen asks for new lines
	most  = 4000                   // lines it has; then the older half goes
)

// Book is where the lines are: a [logbook.Book].
type Book interface {
	Path() string
	Err() error
	Since(n int) (lines []logbook.Line, total int)
}

// Model is the screen.
type Model struct {
	screen.Exit

	env    *screen.Env
	book   Book
	brief  *strings.Replacer // for lines that are cut
	lines  []logbook.Line    // oldest first
	total  int               // that there ever were
	warned int               // of the lines that are warnings or errors
	err    error             // why the file is not whole

	typing bool
	line   screen.Line // the filter
	whole  bool        // long lines are shown whole

	page   viewport.Model
	follow bool  // the newest is in sight, and stays so
	rows   []int // of each line on the page: 0 when the filter hides it
	text   []string
	shown  int // lines that the filter lets through
	w      int // what the page was laid out for; 0: not yet, or no longer
	look   theme.Look
}

// New makes the screen, with the newest line in sight. The project stands in most lines and is shortened where they are cut.
func New(env *screen.Env, book Book, project string) *Model {
	m := &Model{env: env, book: book, page: viewport.New(), follow: true, brief: strings.NewReplacer()}
	if len(project) > 8 {
		m.brief = strings.NewReplacer(project, project[:4]+env.Theme.Ellipsis)
	}
	m.take()
	return m
}

// look asks for new lines.
type look struct{ of *Model }

// Init begins to ask.
func (m *Model) Init() tea.Cmd {
	return tea.Tick(often, func(time.Time) tea.Msg { return look{m} })
}

// Update takes keys, and what was logged meanwhile.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case look:
		if msg.of == m {
			m.take()
			return m.Init()
		}
	case tea.PasteMsg:
		if m.typing && m.line.Insert(msg.Content) {
			m.w = 0
		}
	case tea.KeyPressMsg:
		if m.typing {
			m.typed(msg)
			return nil
		}
		return m.press(msg)
	}
	return nil
}

// Typing says that keys go to the filter.
func (m *Model) Typing() bool { return m.typing }

func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	switch action, _ := m.env.Keys.Action(keys.Log, key.String()); action {
	case keys.Back:
		if m.line.String() != "" {
			m.clear()
			return nil
		}
		m.Leave()
	case keys.Filter:
		m.typing = true
	case keys.Wide:
		m.whole, m.w = !m.whole, 0
	default:
		if screen.Scroll(&m.page, action) {
			m.follow = m.page.AtBottom()
		}
	}
	return nil
}

func (m *Model) typed(key tea.KeyPressMsg) {
	switch action, _ := m.env.Keys.Action(keys.Input, key.String()); action {
	case keys.Confirm:
		m.typing = false
	case keys.Back:
		m.typing = false
		m.clear()
	default:
		if m.line.Press(key) {
			m.w = 0
		}
	}
}

func (m *Model) clear() {
	m.line.Set("")
	m.w = 0
}

// take gets what was logged since the last time.
func (m *Model) take() {
	m.err = m.book.Err()
	lines, total := m.book.Since(m.total)
	m.total = total
	for i := range lines {
		if sign(lines[i].Level) != plain {
			m.warned++
		}
	}
	m.lines = append(m.lines, lines...)
	if len(m.lines) > most {
		m.drop(len(m.lines) - most/2)
	}
}

// drop lets go of the oldest lines; what is in sight stays where it is.
func (m *Model) drop(n int) {
	rows := 0
	for _, height := range m.rows[:min(n, len(m.rows))] {
		rows += height
	}
	m.lines = append([]logbook.Line(nil), m.lines[n:]...)
	m.page.SetYOffset(m.page.YOffset() - rows)
	m.w = 0
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action {
	if m.typing {
		return []keys.Action{keys.Confirm, keys.Back}
	}
	return []keys.Action{keys.Filter, keys.Wide, keys.Back, keys.Help}
}

// Word is what the key for long lines does next, and what the way back does first.
func (m *Model) Word(a keys.Action) string {
	switch {
	case a == keys.Wide && m.whole:
		return "cut lines"
	case a == keys.Back && !m.typing && m.line.String() != "":
		return "clear the filter"
	}
	return ""
}

// lets says whether the filter lets a line through.
func lets(words search.Words, l *logbook.Line) bool {
	if words.Empty() {
		return true
	}
	text := strings.Join([]string{l.At.UTC().Format(clock), l.Level.String(), l.Message, l.Rest}, " ")
	return words.Match(search.AppendFolded(nil, text))
}
