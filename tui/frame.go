package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
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
	if doing := m.doing(m.goingOn(nil)); doing != "" {
		v.WindowTitle = doing + " " + m.env.Theme.Dot + " " + v.WindowTitle
		v.ProgressBar = m.native()
	}
	return v
}

func (m *Model) frame() string {
	w, h := m.w, m.h
	switch {
	case w <= 0 || h <= 0:
		return ""
	case m.cramped():
		return m.small(w, h)
	}
	notice := m.says(w)
	h -= 1 + max(len(notice), 1)
	body := m.top().View(w, h)
	switch {
	case m.dialog != nil:
		body = m.dialog.Over(body, w, h)
	case m.palette != nil:
		body = m.palette.Over(body, w, h)
	case m.question != nil:
		body = m.question.Over(body, w, h)
	}
	foot := strings.Join(notice, "\n")
	if notice == nil { // a screen knows what is possible once it is drawn
		foot = m.foot(w)
	}
	return m.head(w) + "\n" + body + "\n" + foot
}

// cramped: the window shows nothing of use. Then it takes no key but those that leave it, for nobody sees what is asked.
func (m *Model) cramped() bool { return m.w < minWidth || m.h < minHeight }

// small says in place of everything else what is wrong or, once the user wants to quit, what that waits for.
func (m *Model) small(w, h int) string {
	leave := m.env.Keys.Label(keys.QuitNow) + " quits"
	if m.notSuspend() == "" {
		leave += ", " + m.env.Keys.Label(keys.Suspend) + " suspends"
	}
	text := fmt.Sprintf("janitor needs %d×%d, this is %d×%d. Until then %s, no other key is taken", minWidth, minHeight, w, h, leave)
	switch {
	case m.quitting && m.live() != nil:
		text = m.parting()
	case m.asked:
		text = m.notice.Text
	}
	lines := theme.Wrap(text, w)
	return strings.Join(lines[:min(len(lines), h)], "\n")
}

// headline is what the first line has room for.
type headline struct {
	brand  bool // the name of the program
	step   step
	shows  bool // how to see what is going on
	listed bool // how old the listing is
}

// step is how much is said of the step of a runbook.
type step uint8

const (
	number step = iota // "step 2/3"
	cut                // with the beginning of its name
	whole
)

// shortest is how many columns of a step with its name tell it from others.
const shortest = 24

// head is where this is, which step of a runbook, and what is going on. Of the latter gives way what would hide the
// former; of the step's name a part stays.
func (m *Model) head(w int) string {
	ways := []headline{
		{brand: true, step: whole, shows: true, listed: true},
		{step: whole, shows: true, listed: true},
		{step: cut, shows: true, listed: true},
		{step: cut, shows: true},
		{step: cut},
		{},
	}
	if len(m.opts.Steps) == 0 {
		ways = []headline{{brand: true, shows: true, listed: true}, {brand: true, shows: true}, {brand: true}, {}}
	}
	var left, right string
	for _, way := range ways {
		left = " " + m.scope()
		if way.brand {
			left = " " + m.env.Theme.Paint(theme.Title, "janitor") + " " + left
		}
		right = m.aside(way, "")
		room := w - theme.WidthPainted(left) - 1 - theme.WidthPainted(right)
		if way.step > number {
			s := m.stepTitle(way.step)
			room-- // one blank more before it
			if theme.WidthPainted(right) > 1 {
				room -= len(" - ") // what comes after it is set off
			}
			if way.step == cut && room >= shortest {
				s = theme.Fit(s, min(room, theme.Width(s)))
			}
			room -= theme.Width(s)
			right = m.aside(way, s)
		}
		if room >= 0 {
			break
		}
	}
	return theme.Spread(left, right, w)
}

// aside is what is going on, after a step of a runbook.
func (m *Model) aside(has headline, step string) string {
	t := m.env.Theme
	var right []string
	put := func(r theme.Role, s string) {
		if s != "" {
			right = append(right, t.Paint(r, s))
		}
	}
	if m.opts.Engine == nil {
		right = append(right, t.Badge(theme.Info, "read-only"))
	}
	if has.step == number {
		step = m.stepTitle(number)
	}
	put(theme.Strong, step)
	put(theme.Muted, m.which())
	put(theme.Accent, m.progress(has.shows))
	if m.verifying != "" {
		put(theme.Accent, "verifying"+t.Ellipsis)
	}
	if has.listed {
		put(theme.Muted, m.listed())
	}
	return strings.Join(right, t.Paint(theme.Muted, " "+t.Dot+" ")) + " "
}

// progress of the runs that are not on screen: "deleting 7/10, r shows it".
func (m *Model) progress(shows bool) string {
	text := m.doing(m.goingOn(m.top()))
	if text == "" {
		return ""
	}
	if _, ok := m.top().(*browse.Model); ok && shows && !m.asks() {
		text += ", " + m.env.Keys.Label(keys.ShowRun) + " shows it"
	}
	return text
}

// asks: something stands over the top screen and takes the keys.
func (m *Model) asks() bool { return m.dialog != nil || m.palette != nil || m.question != nil }

// goingOn are the runs that have not ended, but the one on this screen.
func (m *Model) goingOn(but screen.Screen) []*session {
	var out []*session
	for _, s := range m.runs {
		if !s.ended && but != screen.Screen(s.screen) {
			out = append(out, s)
		}
	}
	return out
}

// doing says what runs are at, all together: "deleting 7/10, paused 12 s", "proving 10/10" when all have their outcome.
func (m *Model) doing(all []*session) string {
	if len(all) == 0 {
		return ""
	}
	done, total := 0, 0
	for _, s := range all {
		d, t, _ := s.screen.Progress()
		done, total = done+d, total+t
	}
	verb := "bringing back"
	if slices.ContainsFunc(all, func(s *session) bool { return s.run.Plan().Undoes == "" }) {
		verb = "deleting"
	}
	text := fmt.Sprintf("%s %d/%d", verb, done, total)
	switch {
	case done == total:
		text = fmt.Sprintf("proving %d/%d", done, total)
	case !slices.ContainsFunc(all, func(s *session) bool { return s.screen.Phase() != cleanup.Checking }):
		text = fmt.Sprintf("checking %d", total)
	}
	if wait := m.paused(all); wait > 0 {
		text += ", paused " + theme.Seconds(wait)
	}
	return text
}

// paused is how long the service wants no requests of any of these runs.
func (m *Model) paused(all []*session) time.Duration {
	var wait time.Duration
	for _, s := range all {
		until, _ := s.run.Paused()
		wait = max(wait, until.Sub(m.env.Now()))
	}
	return wait
}

// native is the progress bar of the terminal or its window: moving without an end while the account is only read, in the
// colour of trouble once something has failed, in that of a warning while the service wants no requests. The value is
// kept in both.
func (m *Model) native() *tea.ProgressBar {
	done, total := 0, 0
	failed, sending := false, false
	going := m.goingOn(nil)
	for _, s := range going {
		d, t, _ := s.screen.Progress()
		done, total = done+d, total+t
		for o, n := range s.run.Summary().Counts {
			failed = failed || n > 0 && cleanup.Outcome(o).Retried()
		}
		phase := s.screen.Phase()
		sending = sending || phase != cleanup.Checking && phase != cleanup.Proving && d < t
	}
	state := tea.ProgressBarDefault
	switch {
	case failed:
		state = tea.ProgressBarError
	case m.paused(going) > 0:
		state = tea.ProgressBarWarning
	case !sending:
		state = tea.ProgressBarIndeterminate
	}
	return tea.NewProgressBar(state, done*100/max(total, 1))
}

// listed is how old the listing is that is shown.
func (m *Model) listed() string {
	b, ok := m.top().(*browse.Model)
	if !ok {
		return ""
	}
	if b.Loading() {
		if wait := m.opts.Loader.Waits().Sub(m.env.Now()); wait > 0 {
			return "listing, paused " + theme.Seconds(wait)
		}
		return "listing" + m.env.Theme.Ellipsis
	}
	at := b.ListedAt()
	if at.IsZero() {
		return "not listed"
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

// mostNotice is how many lines a notice may take from the screen: what to do stands at its end.
const mostNotice = 3

// says is the latest notice, nil when there is none.
func (m *Model) says(w int) []string {
	notice := func(r theme.Role, text string) []string {
		lines := theme.WrapTo(text, w-2, mostNotice)
		for i := range lines {
			lines[i] = m.env.Theme.Paint(r, theme.Fit(" "+lines[i], w))
		}
		return lines
	}
	switch {
	case m.quitting && m.live() != nil:
		return notice(theme.Info, m.parting())
	case m.noticed() && m.notice.Bad:
		return notice(theme.Bad, m.notice.Text)
	case m.noticed():
		return notice(theme.Info, m.notice.Text)
	}
	return nil
}

// foot are the keys worth knowing here.
func (m *Model) foot(w int) string {
	top, ok := m.top().(screen.Hinter)
	if !ok || m.asks() {
		return theme.Fit("", w)
	}
	in, actions := m.context(), top.Hints()
	if in == keys.Browse && len(m.runs) > 0 {
		actions = slices.Insert(actions, slices.Index(actions, keys.Help), keys.ShowRun)
	}
	if in == keys.Browse && (m.walk.missed || m.walk.at+1 < len(m.opts.Steps)) {
		actions = slices.Insert(actions, slices.Index(actions, keys.Help), keys.NextStep)
	}
	worder, _ := m.top().(screen.Worder)
	all := make([]hint, len(actions))
	for i, a := range actions {
		all[i].action = a
		if worder != nil {
			all[i].word = worder.Word(a)
		}
	}
	return m.hints.draw(m.env, in, all, w)
}

// noticed: there is a notice, it is for the screen on top, and still true.
func (m *Model) noticed() bool {
	if w := m.notice.Width; w != 0 && w != m.w {
		return false
	}
	if a := m.notice.Of; a != "" {
		r, ok := m.top().(screen.Refuser)
		return ok && r.WhyNot(a) == m.notice.Text
	}
	return m.notice.Text != "" && (m.notice.By == nil || m.notice.By == m.top())
}

// hint is an action for the foot line, with a word for what it does when its binding's is not right.
type hint struct {
	action keys.Action
	word   string
}

// hints keeps the foot line until it changes.
type hints struct {
	in      keys.Context
	actions []hint
	w       int
	look    theme.Look
	text    string
}

// draw shows as many as fit, whole ones only. Where there is little room, the way to the others and what deletes stay.
func (h *hints) draw(env *screen.Env, in keys.Context, actions []hint, w int) string {
	t := env.Theme
	if h.in == in && h.w == w && h.look == t.Look() && slices.Equal(h.actions, actions) {
		return h.text
	}
	*h = hints{in: in, actions: actions, w: w, look: t.Look()}
	bindings := env.Keys.Bindings(in)
	var shown []keys.Binding
	for _, a := range actions {
		if i := slices.IndexFunc(bindings, func(b keys.Binding) bool { return b.Action == a.action && b.Short != "" }); i >= 0 {
			b := bindings[i]
			b.Short = cmp.Or(a.word, b.Short)
			shown = append(shown, b)
		}
	}
	const gap = 3
	width := func(b keys.Binding) int { return gap + theme.Width(b.Label()) + 1 + theme.Width(b.Short) }
	stays := func(b keys.Binding) bool { return b.Action == keys.Help || b.Action == keys.Delete }
	room := w - 1 + gap
	for _, b := range shown {
		if stays(b) {
			room -= width(b)
		}
	}
	var texts []string
	for _, b := range shown {
		if !stays(b) {
			if width(b) > room {
				continue
			}
			room -= width(b)
		}
		texts = append(texts, t.Hint(b.Label(), b.Short))
	}
	h.text = theme.FitPainted(" "+strings.Join(texts, t.Paint(theme.Muted, " "+t.Dot+" ")), w)
	return h.text
}

// scope is where this session works: "acme-prod · eu-de · 99a3fff0…".
func (m *Model) scope() string {
	s := m.place()
	if p := m.opts.Project; p != "" {
		s += " " + m.env.Theme.Dot + " " + m.env.Theme.Brief(p)
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
