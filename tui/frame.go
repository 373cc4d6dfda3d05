package tui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/tui/browse"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// The smallest terminal that shows anything of use.
const (
	minWidth  = 40
	minHeight = 10
)

// View draws the frame around the top screen, and the dialog over it.
func (m *Model) View() tea.View {
	v := tea.NewView(m.frame())
	v.AltScreen = true
	v.WindowTitle = "janitor " + m.env.Theme.Dot + " " + m.place()
	if s := m.live(); s != nil {
		done, total, _ := s.screen.Progress()
		v.WindowTitle = fmt.Sprintf("deleting %d/%d %s %s", done, total, m.env.Theme.Dot, v.WindowTitle)
		v.ProgressBar = tea.NewProgressBar(tea.ProgressBarDefault, done*100/max(total, 1))
	}
	return v
}

func (m *Model) frame() string {
	w, h := m.w, m.h
	switch {
	case w <= 0 || h <= 0:
		return ""
	case w < minWidth || h < minHeight:
		return m.small(w, h)
	}
	body := m.top().View(w, h-2)
	if m.dialog != nil {
		body = m.dialog.Over(body, w, h-2)
	}
	return m.head(w) + "\n" + body + "\n" + m.foot(w)
}

func (m *Model) small(w, h int) string {
	lines := theme.Wrap(fmt.Sprintf("janitor needs %d×%d, this is %d×%d", minWidth, minHeight, w, h), w)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

// head is where this is, and what is going on.
func (m *Model) head(w int) string {
	t := m.env.Theme
	left := " " + t.Paint(theme.Title, "janitor") + "  " + m.scope()
	var right []string
	if m.opts.Engine == nil {
		right = append(right, t.Badge(theme.Info, "read-only"))
	}
	if s := m.progress(); s != "" {
		right = append(right, t.Paint(theme.Accent, s))
	}
	if s := m.listed(); s != "" {
		right = append(right, t.Paint(theme.Muted, s))
	}
	return theme.Spread(left, strings.Join(right, t.Paint(theme.Muted, " "+t.Dot+" "))+" ", w)
}

// progress of the runs that are not on screen: "deleting 7/10, r shows it".
func (m *Model) progress() string {
	done, total, n := 0, 0, 0
	for _, s := range m.runs {
		if s.ended || m.top() == screen.Screen(s.screen) {
			continue
		}
		d, t, _ := s.screen.Progress()
		done, total, n = done+d, total+t, n+1
	}
	if n == 0 {
		return ""
	}
	text := fmt.Sprintf("deleting %d/%d", done, total)
	if _, ok := m.top().(*browse.Model); ok && m.dialog == nil {
		text += ", " + m.env.Keys.Label(keys.ShowRun) + " shows it"
	}
	return text
}

// listed is how old the listing is that is shown.
func (m *Model) listed() string {
	b, ok := m.top().(*browse.Model)
	if !ok {
		return ""
	}
	if b.Loading() {
		return "listing" + m.env.Theme.Ellipsis
	}
	at := b.ListedAt()
	if at.IsZero() {
		return ""
	}
	return "listed " + ago(m.env.Now().Sub(at))
}

func ago(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "just now"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s ago", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	default:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	}
}

// foot is the latest notice, or the keys worth knowing here.
func (m *Model) foot(w int) string {
	t := m.env.Theme
	if m.notice.Text != "" {
		role := theme.Info
		if m.notice.Bad {
			role = theme.Bad
		}
		return t.Paint(role, theme.Fit(" "+m.notice.Text, w))
	}
	top, ok := m.top().(screen.Hinter)
	if !ok || m.dialog != nil {
		return theme.Fit("", w)
	}
	return m.hints.draw(m.env, m.context(), top.Hints(), w)
}

// hints keeps the foot line until it changes.
type hints struct {
	in      keys.Context
	actions []keys.Action
	w       int
	look    theme.Look
	text    string
}

// draw shows as many as fit, whole ones only.
func (h *hints) draw(env *screen.Env, in keys.Context, actions []keys.Action, w int) string {
	t := env.Theme
	if h.in == in && h.w == w && h.look == t.Look() && slices.Equal(h.actions, actions) {
		return h.text
	}
	*h = hints{in: in, actions: actions, w: w, look: t.Look()}
	bindings := env.Keys.Bindings(in)
	var b strings.Builder
	b.WriteByte(' ')
	used := 1
	for _, a := range actions {
		i := slices.IndexFunc(bindings, func(b keys.Binding) bool { return b.Action == a && b.Short != "" })
		if i < 0 {
			continue
		}
		label, does := bindings[i].Label(), bindings[i].Short
		width := theme.Width(label) + 1 + theme.Width(does)
		if used > 1 {
			width += 3
		}
		if used+width > w {
			continue
		}
		if used > 1 {
			b.WriteString(t.Paint(theme.Muted, " "+t.Dot+" "))
		}
		used += width
		b.WriteString(t.Hint(label, does))
	}
	h.text = theme.FitPainted(b.String(), w)
	return h.text
}

// scope is where this session works: "acme-prod · eu-de · 99a3fff0…".
func (m *Model) scope() string {
	s := m.place()
	if p := m.opts.Project; p != "" {
		if len(p) > 9 {
			p = p[:8] + m.env.Theme.Ellipsis
		}
		s += " " + m.env.Theme.Dot + " " + p
	}
	return s
}

// place is profile and region.
func (m *Model) place() string {
	s := m.opts.Profile
	if m.opts.Region != "" {
		if s != "" {
			s += " " + m.env.Theme.Dot + " "
		}
		s += m.opts.Region
	}
	return s
}
