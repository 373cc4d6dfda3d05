package run

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// head says how far the run is, or what came of it. It has at least so many lines, so that the list stays where it is
// when the run ends; one more follows it, see [Model.news].
func (m *Model) head(w int, now time.Time, least int) (lines []string, note string) {
	t := m.env.Theme
	switch {
	case m.past != nil:
		lines = m.history(w, now)
	case m.live():
		line, why := m.progress(w, now)
		lines = []string{line, " " + m.tally(w-1)}
		if least > len(lines) {
			lines = append(lines, m.throughput(w, now))
		}
		if note = why; m.note != "" && !m.stopping {
			note = m.note
		}
	default:
		glyph, role := screen.EndSign(t, &m.summary)
		var took string
		lines, took = m.sum(glyph, role, m.summary.String(), w)
		var more []string
		if took != "" {
			more = append(more, t.Paint(theme.Muted, took))
		}
		if more = append(more, m.next()...); len(more) > 0 {
			lines = append(lines, m.series(more, w))
		}
		if cost := m.cost(); cost != "" && len(lines) < least {
			lines = append(lines, t.Paint(theme.Muted, theme.Fit("   "+cost, w)))
		}
	}
	for len(lines) < least {
		lines = append(lines, "")
	}
	return lines, note
}

// series is a line of these parts, without the last ones where they have no room.
func (m *Model) series(parts []string, w int) string {
	line := "   " + parts[0]
	for _, part := range parts[1:] {
		longer := line + m.dot() + part
		if theme.WidthPainted(longer) > w {
			break
		}
		line = longer
	}
	return theme.FitPainted(line, w)
}

func (m *Model) dot() string { return m.env.Theme.Paint(theme.Muted, " "+m.env.Theme.Dot+" ") }

// sum is the text on what came of a run, whole, with the time it took at its end; took is what had no room there.
func (m *Model) sum(glyph string, role theme.Role, text string, w int) (lines []string, took string) {
	t := m.env.Theme
	parts := theme.Wrap(text, max(w-4, 1))
	if m.summary.Took > 0 {
		took = theme.Duration(m.summary.Took)
	}
	if last := len(parts) - 1; took != "" && theme.Width(parts[last])+3+len(took) <= w-4 {
		parts[last] += " " + t.Dot + " " + took
		took = ""
	}
	lead := " " + glyph + " "
	for _, part := range parts {
		lines = append(lines, t.Paint(role, theme.Fit(lead+part, w)))
		lead = "   "
	}
	return lines, took
}

// cost is what a finished run has sent.
func (m *Model) cost() string {
	p := m.src.Pace()
	if p.Requests == 0 {
		return ""
	}
	text := english.Count(p.Requests, "request", "requests")
	if p.Throttled > 0 {
		text += ", " + english.Number(p.Throttled) + " throttled"
	}
	return text
}

// next is what the user can do about what came of the run, what matters most first.
func (m *Model) next() (next []string) {
	t, k := m.env.Theme, m.env.Keys
	n, unknown := m.failed(), m.counts[cleanup.Unknown]
	var parts []string
	if n > unknown {
		not := " not deleted"
		if m.undoes {
			not = " not brought back"
		}
		parts = append(parts, english.Number(n-unknown)+not)
	}
	if unknown > 0 {
		parts = append(parts, english.Number(unknown)+" unknown")
	}
	if len(parts) > 0 {
		them := "them"
		if n == 1 {
			them = "it"
		}
		s := t.Paint(theme.Muted, strings.Join(parts, ", ")+": ") + t.Hint(k.Label(keys.OnlyFailures), "shows only "+them)
		if m.canRetry() {
			s += t.Paint(theme.Muted, ", ") + t.Hint(k.Label(keys.Retry), "tries again")
		}
		next = append(next, s)
	}
	switch {
	case m.past == nil && m.whyNot(keys.Resume) == "":
		next = append(next, t.Hint(k.Label(keys.Resume), "resumes the run"))
	case m.undone != "":
		next = append(next, t.Paint(theme.Muted, m.undone))
	case m.whyNot(keys.Undo) == "":
		next = append(next, t.Hint(k.Label(keys.Undo), "undoes what can be undone"))
	}
	return next
}

// news is the line between head and list: which items are listed when not all are, what the run said last, and which
// part of the list is in sight when not all of it is.
func (m *Model) news(note string, w int) string {
	t := m.env.Theme
	left := ""
	if !m.only.all() {
		left = " " + t.Paint(theme.Accent, "only "+m.onlyWord()) + t.Paint(theme.Muted, ": "+english.Number(m.shown())+" shown, "+
			english.Number(len(m.items)-m.shown())+" hidden"+" "+t.Dot+" ") + t.Hint(m.env.Keys.Label(keys.OnlyFailures), "shows all")
	}
	if note != "" {
		if left != "" {
			left += m.dot()
		} else {
			left = " "
		}
		left += t.Paint(theme.Warn, theme.Fit(note, theme.Width(note)))
	}
	where := ""
	if n := m.shown(); n > m.page && m.page > 0 && m.reading < 0 {
		where = english.Number(min(m.top+1, n)) + "–" + english.Number(min(m.top+m.page, n)) + " of " + english.Number(n) + " "
	}
	return theme.Spread(left, t.Paint(theme.Muted, where), w)
}

// onlyWord is what is listed when not all are.
func (m *Model) onlyWord() string {
	if m.only.failures {
		return "failures"
	}
	return m.only.outcome.String()
}

const (
	shortest   = 10 // what is left of the bar before other text gives way
	stateWidth = 22 // of what the run is doing: the bar is not moved by a word more or less
)

// progress is the line of a running run: "Deleting 10 pools ██████░░░ 7/10  41/s  0:03 left". What has no room beside
// the bar goes into the second return value, for a line of its own.
func (m *Model) progress(w int, now time.Time) (line, rest string) {
	t := m.env.Theme
	title := " " + m.title()
	of := english.Number(len(m.items))
	of = theme.FitRight(english.Number(m.ended), len(of)) + "/" + of
	state, why, role := m.state(now)
	if used := theme.Width(title) + len(of) + theme.Width(state) + 6; used > w {
		state, _, _ = strings.Cut(state, "   ")
	}
	if m.stopped() { // nothing is left to be done: no bar
		line = title + ", " + state
		if long := line + ": " + why; why != "" && theme.Width(long) <= w {
			line, why = long, ""
		}
		return t.Paint(theme.Warn, theme.Fit(line, w)), why
	}
	free := w - theme.Width(title) - len(of) - theme.Width(state) - 10
	spare := max(stateWidth-theme.Width(state), 0) // of the columns that are kept for the state
	switch long := 2 + theme.Width(why); {
	case why != "" && free-long >= shortest:
		state += ": " + why
		free -= long
	default:
		rest = why
	}
	if free-spare >= shortest/2 {
		free -= spare
	}
	line = t.Paint(theme.Title, title) + "   "
	if free >= shortest/2 {
		line += t.Progress(float64(m.ended)/float64(max(len(m.items), 1)), min(free, 40)) + "  "
	}
	line += t.Paint(theme.Strong, of) + "   " + t.Paint(role, theme.Fit(state, theme.Width(state)))
	return theme.FitPainted(line, w), rest
}

// state says what the run is doing, or how fast; why it waits, when it does.
func (m *Model) state(now time.Time) (state, why string, role theme.Role) {
	if until, why := m.src.Paused(); until.After(now) && (!m.stopped() || m.phase == cleanup.Proving) {
		s := "paused " + theme.Seconds(until.Sub(now))
		switch m.phase {
		case cleanup.Checking:
			s = "checking, " + s
		case cleanup.Proving:
			s = "proving, " + s
		}
		return s, why, theme.Warn
	}
	switch {
	case m.phase == cleanup.Proving:
		return "proving" + m.env.Theme.Ellipsis, "", theme.Muted
	case m.stopped() && m.flying > 0:
		return english.Number(m.flying) + " in flight will end", "", theme.Warn
	case m.stopped():
		return "ending" + m.env.Theme.Ellipsis, "", theme.Warn
	case m.phase == cleanup.Checking:
		return "checking" + m.env.Theme.Ellipsis, "", theme.Muted
	}
	if quiet := m.pace.quiet(now); quiet > 0 && m.flying > 0 {
		if p := m.src.Pace(); p.InFlight == 0 && p.Why != "" { // nothing was asked that could be answered
			return "waiting to send", "", theme.Muted
		}
		return "no answer for " + strconv.Itoa(int(quiet.Seconds())) + " s", "", theme.Muted
	}
	var parts []string
	rate := m.pace.rate(now)
	if rate > 0 {
		parts = append(parts, speed(rate))
	}
	if left := m.left(now).Round(time.Second); left > 0 && !m.pace.stuck(now) {
		parts = append(parts, theme.Clock(left)+" left")
	}
	return strings.Join(parts, "   "), "", theme.Muted
}

// left is how long the run will take yet, 0 when that cannot be said.
func (m *Model) left(now time.Time) time.Duration {
	left := m.src.Pace().Remaining
	if rate := m.pace.rate(now); left == 0 && rate > 0 {
		left = time.Duration(math.Ceil(float64(len(m.items)-m.ended)/rate)) * time.Second
	}
	return left
}

// watchLeft takes note of whether that falls, while it should.
func (m *Model) watchLeft(now time.Time) {
	until, _ := m.src.Paused()
	m.pace.expect(m.left(now), now, m.phase == cleanup.Sending && !until.After(now))
}

// throughput is the diagram of the outcomes of late, how many requests are under way or what is read instead, and what
// limits them. What has no room gives way from the end.
func (m *Model) throughput(w int, now time.Time) string {
	t, p := m.env.Theme, m.src.Pace()
	n := trendFor
	switch {
	case w < 60:
		n /= 3
	case w < 100:
		n /= 2
	}
	line := " " + t.Spark(m.pace.trend.columns(now, n)) + " "
	parts := m.reads()
	if len(parts) == 0 && p.Most > 0 {
		most := english.Number(p.Most)
		parts = append(parts, theme.FitRight(english.Number(p.InFlight), len(most))+" of "+most+" requests in flight")
	}
	if p.Quota > 0 {
		quota := english.Number(p.Quota)
		parts = append(parts, "quota "+quota+per(p.Per)+", "+theme.FitRight(english.Number(max(p.Left, 0)), len(quota))+" left")
	}
	if p.Throttled > 0 {
		parts = append(parts, english.Number(p.Throttled)+" throttled")
	}
	if p.Why != "" && !p.Until.After(now) { // otherwise the line above says it, and until when
		parts = append(parts, p.Why)
	}
	sep := " "
	for _, part := range parts {
		text := sep + part
		if theme.WidthPainted(line)+theme.Width(text) > w {
			break
		}
		line += t.Paint(theme.Muted, theme.Fit(text, theme.Width(text)))
		sep = " " + t.Dot + " "
	}
	return theme.FitPainted(line, w)
}

// reads is what is read while nothing is sent, nil when something may be.
func (m *Model) reads() []string {
	switch {
	case m.phase == cleanup.Checking:
		return []string{"listing again before anything is sent"}
	case m.phase == cleanup.Proving && m.undoes:
		return []string{"listing again what was brought back", "lists can lag by 10 s"}
	case m.phase == cleanup.Proving:
		return []string{"listing again what was deleted", "lists can lag by 10 s"}
	}
	return nil
}

// per is a stretch of time after an amount: "/s", "/min", " in 30 s".
func per(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d == time.Second:
		return "/s"
	case d == time.Minute:
		return "/min"
	case d == time.Hour:
		return "/h"
	case d%time.Minute == 0:
		return fmt.Sprintf(" in %d min", d/time.Minute)
	case d < time.Second:
		return " in " + theme.Duration(d)
	}
	return " in " + theme.Seconds(d)
}

// tally counts the items by where they stand, closer together where there is little room.
func (m *Model) tally(w int) string {
	t := m.env.Theme
	var signed, words []string
	put := func(n int, glyph string, role theme.Role, word string) {
		if n > 0 {
			number := english.Number(n)
			signed = append(signed, t.Paint(role, glyph+" "+number)+" "+t.Paint(theme.Muted, word))
			words = append(words, t.Paint(role, number)+" "+t.Paint(theme.Muted, word))
		}
	}
	for _, o := range inOrder {
		if o != cleanup.Pending {
			glyph, role := screen.Sign(t, o)
			put(m.counts[o], glyph, role, o.String())
		}
	}
	if m.waiting {
		put(m.flying, t.Wait, theme.Warn, "waiting")
	} else {
		put(m.flying, t.Busy, theme.Info, "in flight")
	}
	put(len(m.items)-m.ended-m.flying, t.Wait, theme.Muted, "queued")
	s := strings.Join(signed, "   ")
	if theme.WidthPainted(s) > w {
		s = strings.Join(words, "  ")
	}
	return theme.FitPainted(s, w)
}
