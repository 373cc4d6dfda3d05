package run

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"janitor/client/cleanup"
	"janitor/tui/keys"
	"janitor/tui/theme"
)

// Columns of the terminal.
const (
	gap       = 2
	wordWidth = len("already gone")
	tookWidth = len("9999 s")
	idWidth   = 10
	idsFrom   = 110 // request ids get a column of their own
)

// Lines of the terminal.
const (
	paneHeight = 4  // the least, so that the list seldom moves
	paneFrom   = 14 // below, there is no pane until it is asked for
)

// View draws exactly h lines of at most w columns: how far the run is, the items, what was said of the current one.
func (m *Model) View(w, h int) string {
	now := m.env.Now()
	until, _ := m.src.Paused()
	m.waiting = until.After(now) && !m.stopped()
	if m.waiting {
		m.pace.touched = until
	}
	head := m.head(w, now)
	room := max(h-len(head), 0)
	var story []string
	if m.pane = (h >= paneFrom) != m.flip; m.pane {
		story = m.story(w)
		keep := min(max(room/4, 1), 3) // rows of the list, whatever the story
		story = story[:min(len(story), max(room-keep-1, 0))]
		room = max(room-1-len(story), 0)
	}
	m.page = room
	m.show()

	lines := make([]string, 0, h+len(head))
	lines = append(lines, head...)
	c := m.columns(w)
	var buf []byte
	for row := m.top; row < m.top+room; row++ {
		if row >= m.shown() {
			lines = append(lines, "")
			continue
		}
		buf = m.appendRow(buf[:0], m.at(row), c, now)
		lines = append(lines, string(buf))
	}
	if m.pane {
		lines = append(append(lines, m.rule(w)), story...)
	}
	lines = lines[:min(len(lines), h)]
	for len(lines) < h {
		lines = append(lines, "")
	}
	return strings.Join(lines, "\n")
}

// head says how far the run is, or what came of it.
func (m *Model) head(w int, now time.Time) []string {
	t := m.env.Theme
	if m.live() {
		line, note := m.progress(w, now)
		if m.note != "" && !m.stopping {
			note = m.note
		}
		return []string{line, " " + m.tally(w-1), t.Paint(theme.Warn, theme.Fit(" "+note, w))}
	}
	glyph, role := t.OK, theme.Good
	switch {
	case m.counts[cleanup.Failed]+m.counts[cleanup.Unknown]+m.counts[cleanup.Reappeared] > 0:
		glyph, role = t.Fail, theme.Bad
	case !m.summary.OK():
		glyph, role = t.Left, theme.Warn
	}
	took := duration(m.summary.Took)
	text := theme.Wrap(m.summary.String(), max(w-4, 1))
	if last := len(text) - 1; theme.Width(text[last])+3+len(took) <= w-4 {
		text[last] += " " + t.Dot + " " + took
		took = ""
	}
	var lines []string
	for i, line := range text {
		lead := "   "
		if i == 0 {
			lead = " " + glyph + " "
		}
		lines = append(lines, t.Paint(role, theme.Fit(lead+line, w)))
	}
	var more []string
	if took != "" {
		more = append(more, t.Paint(theme.Muted, took))
	}
	if next := m.next(); next != "" {
		more = append(more, next)
	}
	if len(more) > 0 {
		lines = append(lines, theme.FitPainted("   "+strings.Join(more, t.Paint(theme.Muted, " "+t.Dot+" ")), w))
	}
	return append(lines, "")
}

// next is what the user can do about what came of the run.
func (m *Model) next() string {
	t, k := m.env.Theme, m.env.Keys
	n, unknown := len(m.failures), m.counts[cleanup.Unknown]
	var parts []string
	if n > unknown {
		parts = append(parts, theme.Number(n-unknown)+" not deleted")
	}
	if unknown > 0 {
		parts = append(parts, theme.Number(unknown)+" unknown")
	}
	if len(parts) == 0 {
		return ""
	}
	them := "them"
	if n == 1 {
		them = "it"
	}
	s := t.Paint(theme.Muted, strings.Join(parts, ", ")+": ") + t.Hint(k.Label(keys.OnlyFailures), "shows only "+them)
	if m.canRetry() {
		s += t.Paint(theme.Muted, ", ") + t.Hint(k.Label(keys.Retry), "tries again")
	}
	return s
}

// shortest is what is left of the bar before other text gives way.
const shortest = 10

// progress is the line of a running run: "Deleting 10 pools ██████░░░ 7/10  41/s  0:03 left". What has no room beside
// the bar goes into the second return value, for a line of its own.
func (m *Model) progress(w int, now time.Time) (line, rest string) {
	t := m.env.Theme
	title := " " + m.title()
	of := theme.Number(m.ended) + "/" + theme.Number(len(m.items))
	state, why, role := m.state(now)
	if m.stopped() { // nothing is left to be done: no bar
		line = title + ", " + state
		if long := line + ": " + why; why != "" && theme.Width(long) <= w {
			line, why = long, ""
		}
		return t.Paint(theme.Warn, theme.Fit(line, w)), why
	}
	free := w - theme.Width(title) - len(of) - theme.Width(state) - 10
	switch long := 2 + theme.Width(why); {
	case why != "" && free-long >= shortest:
		state += ": " + why
		free -= long
	default:
		rest = why
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
		s := fmt.Sprintf("paused %d s", int(math.Ceil(until.Sub(now).Seconds())))
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
		return "proving…", "", theme.Muted
	case m.stopped() && m.flying > 0:
		return theme.Number(m.flying) + " in flight will end", "", theme.Warn
	case m.stopped():
		return "ending…", "", theme.Warn
	case m.phase == cleanup.Checking:
		return "checking…", "", theme.Muted
	}
	if quiet := m.pace.quiet(now); quiet > 0 && m.flying > 0 {
		return "no answer for " + strconv.Itoa(int(quiet.Seconds())) + " s", "", theme.Muted
	}
	rate := m.pace.rate(now)
	if rate == 0 {
		return "", "", theme.Muted
	}
	left := time.Duration(math.Ceil(float64(len(m.items)-m.ended)/rate)) * time.Second
	return speed(rate) + "   " + clock(left) + " left", "", theme.Muted
}

// tally counts the items by where they stand, closer together where there is little room.
func (m *Model) tally(w int) string {
	t := m.env.Theme
	var signed, words []string
	put := func(n int, glyph string, role theme.Role, word string) {
		if n > 0 {
			number := theme.Number(n)
			signed = append(signed, t.Paint(role, glyph+" "+number)+" "+t.Paint(theme.Muted, word))
			words = append(words, t.Paint(role, number)+" "+t.Paint(theme.Muted, word))
		}
	}
	for _, o := range []cleanup.Outcome{
		cleanup.Deleted, cleanup.AlreadyGone, cleanup.Reappeared, cleanup.Blocked, cleanup.Failed, cleanup.Unknown,
		cleanup.Skipped, cleanup.Cancelled,
	} {
		glyph, role := m.sign(o)
		put(m.counts[o], glyph, role, o.String())
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

// sign is the glyph of an outcome and its role.
func (m *Model) sign(o cleanup.Outcome) (string, theme.Role) {
	t := m.env.Theme
	switch o {
	case cleanup.Deleted, cleanup.AlreadyGone:
		return t.OK, theme.Good
	case cleanup.Blocked, cleanup.Skipped:
		return t.Left, theme.Warn
	case cleanup.Cancelled:
		return t.Skip, theme.Muted
	case cleanup.Unknown:
		return t.Unsure, theme.Bad
	case cleanup.Pending:
		return t.Wait, theme.Muted
	default:
		return t.Fail, theme.Bad
	}
}

// status is the glyph and the word of an item.
func (m *Model) status(it *item) (glyph, word string, role theme.Role) {
	t := m.env.Theme
	switch {
	case (it.step == cleanup.Sent || it.step == cleanup.Clearing) && m.waiting:
		return t.Wait, "waiting", theme.Warn
	case it.step == cleanup.Clearing:
		return t.Busy, "clearing", theme.Info
	case it.step == cleanup.Rechecking:
		return t.Wait, "checking", theme.Muted
	case it.step == cleanup.Sent:
		return t.Busy, "deleting", theme.Info
	case it.step == cleanup.Reading:
		return t.Busy, "reading back", theme.Info
	case it.step == cleanup.Ended:
		glyph, role = m.sign(it.result.Outcome)
		return glyph, it.result.Outcome.String(), role
	default:
		return t.Wait, "queued", theme.Muted
	}
}

// tells is what a row says of its item beside the word: what is being done to it, or what is known of its end.
func (it *item) tells() string {
	if it.step == cleanup.Clearing {
		return it.note
	}
	return said(it.result)
}

// said is what is known of an item's end: the proof of it, then the service's words where it has any.
func said(r cleanup.Result) string {
	proved := r.Proved && r.Outcome == cleanup.Deleted
	switch {
	case proved && r.Message != "":
		return "proved gone; " + r.Message
	case proved:
		return "proved gone"
	case r.Message != "" && r.Code != "" && !strings.Contains(r.Message, r.Code):
		return r.Code + " " + r.Message
	case r.Message != "":
		return r.Message
	case r.Code != "":
		return r.Code
	}
	return ""
}

// columns are the widths of a row; 0 leaves a column out.
type columns struct {
	w, name, in, said, took, id int
}

func (m *Model) columns(w int) columns {
	c := columns{w: w, took: tookWidth}
	rest := w - 3 - wordWidth - gap - 1
	if w >= idsFrom {
		c.id = idWidth
		rest -= gap + idWidth
	}
	if rest >= 30 {
		rest -= gap + c.took
	} else {
		c.took = 0
	}
	share := rest / 2
	if m.parents > 0 && rest >= 40 {
		share = rest * 2 / 5
		c.in = min(m.parents, rest*3/10)
	}
	if m.names > share && rest-share < 16 { // too little for words
		share = rest
	}
	c.name = min(m.names, max(share, 8), max(rest, 0))
	rest -= c.name
	if c.in > 0 {
		rest -= gap + c.in
	}
	c.said = max(rest-gap, 0)
	return c
}

func (m *Model) appendRow(dst []byte, i int, c columns, now time.Time) []byte {
	t := m.env.Theme
	it := &m.items[i]
	res := &m.plan.Items[i].Resource
	on := i == m.cursor && !m.follow
	glyph, word, role := m.status(it)
	if c.w < 4+wordWidth+gap {
		return append(dst, theme.FitPainted(" "+t.Paint(role, glyph)+" "+theme.Fit(res.Label(), max(c.w-3, 1)), c.w)...)
	}

	bar := " "
	if on {
		bar = t.Bar
	}
	cell := func(r theme.Role, s string, w int, right bool) {
		dst = t.AppendCell(dst, r, on, s, w, right)
	}
	cell(theme.Accent, bar, 1, false)
	cell(role, glyph, 2, false)
	cell(role, word, wordWidth+gap, false)
	name := res.Label()
	if m.tags[i] != "" {
		name = theme.FitTail(name, m.tags[i], c.name)
	}
	cell(theme.Text, name, c.name, false)
	if c.in > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, res.In, c.in, false)
	}
	if c.said > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, it.tells(), c.said, false)
	}
	if c.took > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, m.took(it, now), c.took, true)
	}
	if c.id > 0 {
		cell(theme.Muted, "", gap, false)
		cell(theme.Muted, it.result.RequestID, c.id, false)
	}
	cell(theme.Text, "", 1, false)
	return dst
}

func (m *Model) took(it *item, now time.Time) string {
	switch {
	case it.step == cleanup.Ended && it.result.Took > 0:
		return duration(it.result.Took)
	case (it.step == cleanup.Sent || it.step == cleanup.Clearing) && !m.waiting || it.step == cleanup.Reading:
		if d := now.Sub(it.sent); d >= time.Second {
			return duration(d)
		}
	}
	return ""
}

// story tells all of one item: of the current one, or, while the list follows the run, of the last that failed.
func (m *Model) story(w int) []string {
	t := m.env.Theme
	i := m.cursor
	if m.follow {
		i = m.latest
	}
	if i < 0 || i >= len(m.items) || m.only && len(m.failures) == 0 {
		return nil
	}
	it, res := &m.items[i], &m.plan.Items[i].Resource
	glyph, word, role := m.status(it)
	name := res.Label()
	if res.In != "" {
		name += " in " + res.In
	}
	sign := " " + t.Paint(role, glyph+" "+word) + "  "
	left := w - theme.WidthPainted(sign)
	lines := []string{theme.FitPainted(sign, w)}
	if left >= 12 {
		lines = lines[:0]
	} else {
		sign, left = "   ", w-3
	}
	put := func(r theme.Role, lead, s string, w int) {
		for _, line := range theme.Wrap(s, max(w, 1)) {
			lines = append(lines, lead+t.Paint(r, line))
			lead = "   "
		}
	}
	put(theme.Strong, sign, name, left)
	if s := it.tells(); s != "" {
		put(theme.Text, "   ", s, w-3)
	}
	var ids []string
	if res.Ref.ID != res.Label() {
		ids = append(ids, res.Ref.ID)
	}
	if id := it.result.RequestID; id != "" {
		ids = append(ids, "request "+id)
	}
	if both := strings.Join(ids, " "+t.Dot+" "); theme.Width(both) <= w-3 {
		ids = []string{both}
	}
	for _, id := range ids {
		if id != "" {
			put(theme.Muted, "   ", id, w-3)
		}
	}
	for n := range lines {
		lines[n] = theme.FitPainted(lines[n], w)
	}
	for len(lines) < paneHeight-1 {
		lines = append(lines, "")
	}
	return lines
}

// rule sets the pane off, and says which part of the list is in sight when it is not all.
func (m *Model) rule(w int) string {
	t := m.env.Theme
	n, where := m.shown(), ""
	if n > m.page {
		where = " " + theme.Number(min(m.top+1, n)) + "–" + theme.Number(min(m.top+m.page, n)) + " of " + theme.Number(n) + " "
	}
	left := w - theme.Width(where) - 2
	if where == "" || left < 0 {
		return t.Paint(theme.Border, strings.Repeat("─", w))
	}
	return t.Paint(theme.Border, strings.Repeat("─", left)) + t.Paint(theme.Muted, where) + t.Paint(theme.Border, "──")
}

// measure finds the widths that the names ask for.
func (m *Model) measure() {
	m.tags, _ = m.plan.Tags()
	for i := range m.plan.Items {
		r := &m.plan.Items[i].Resource
		name := theme.Width(r.Label())
		if tag := m.tags[i]; tag != "" {
			name += 1 + theme.Width(tag)
		}
		m.names = max(m.names, name)
		m.parents = max(m.parents, theme.Width(r.In))
	}
}

// shown is the number of rows in the list.
func (m *Model) shown() int {
	if m.only {
		return len(m.failures)
	}
	return len(m.items)
}

// at is the item of a row.
func (m *Model) at(row int) int {
	if m.only {
		return m.failures[row]
	}
	return row
}

// row is where an item stands in the list, or the row that is nearest.
func (m *Model) row(i int) int {
	if m.only {
		i, _ = slices.BinarySearch(m.failures, i)
	}
	return max(min(i, m.shown()-1), 0)
}

// move takes the cursor by rows; from then on the list stays where the user is.
func (m *Model) move(by int) {
	if m.shown() == 0 {
		return
	}
	from := m.cursor
	if m.follow {
		from, m.follow = m.front, false
	}
	m.cursor = m.at(max(min(m.row(from)+by, m.shown()-1), 0))
}

// settle puts the cursor on a row of the list.
func (m *Model) settle() {
	if m.shown() > 0 {
		m.cursor = m.at(m.row(m.cursor))
	}
}

// show scrolls so that the cursor is in sight or, while following, what the run is at.
func (m *Model) show() {
	at := m.row(m.cursor)
	switch {
	case m.follow && m.only:
		m.top = m.shown()
	case m.follow:
		m.top = m.front - m.page/2
	case at < m.top:
		m.top = at
	case at >= m.top+m.page:
		m.top = at - m.page + 1
	}
	m.top = max(min(m.top, m.shown()-m.page), 0)
}

// duration is short and keeps two or three digits: "0.21 s", "12.3 s", "2:05".
func duration(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 9.995:
		return fmt.Sprintf("%.2f s", s)
	case s < 59.95:
		return fmt.Sprintf("%.1f s", s)
	default:
		return clock(d)
	}
}

// clock is minutes and seconds, with hours where there are any.
func clock(d time.Duration) string {
	s := int(d.Seconds() + 0.5)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// speed is outcomes a second, or a minute when they are rare.
func speed(rate float64) string {
	switch {
	case rate >= 9.95:
		return fmt.Sprintf("%.0f/s", rate)
	case rate >= 1:
		return fmt.Sprintf("%.1f/s", rate)
	default:
		return fmt.Sprintf("%.0f/min", rate*60)
	}
}
