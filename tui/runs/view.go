package runs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Columns of the terminal.
const (
	gap       = 2
	wordWidth = len("unfinished")
	whenWidth = len("2026-08-01 12:00")
	whoFrom   = 110 // who ran it gets a column of its own
	longest   = 24  // of a place and a person
)

// Lines of the terminal.
const (
	paneHeight = 5
	paneFrom   = 14 // below, there is no pane
)

// View draws how many runs there are, the list, and what is known of the current one.
func (m *Model) View(w, h int) string {
	m.gather()
	rows := m.rows
	lines := m.head(w)
	room := max(h-len(lines), 0)
	var story []string
	if h >= paneFrom && len(rows) > 0 {
		story = m.story(&rows[m.at], w)
		room = max(room-1-len(story), 0)
	}
	c := columnsOf(rows, w)
	if len(rows) > 0 {
		lines = append(lines, m.heading(c))
		room = max(room-1, 0)
	}
	m.page = room
	m.scroll()
	var buf []byte
	for i := m.top; i < m.top+room; i++ {
		if i >= len(rows) {
			lines = append(lines, "")
			continue
		}
		buf = m.appendRow(buf[:0], &rows[i], i == m.at, c)
		lines = append(lines, string(buf))
	}
	if len(story) > 0 {
		lines = append(append(lines, m.rule(len(rows), w)), story...)
	}
	return strings.Join(theme.Fill(lines, h), "\n")
}

// scroll brings the cursor in sight.
func (m *Model) scroll() {
	switch {
	case m.at < m.top:
		m.top = m.at
	case m.at >= m.top+m.page:
		m.top = m.at - m.page + 1
	}
	m.top = max(min(m.top, len(m.rows)-m.page), 0)
}

// head counts the runs, says how far they are read, and why there are none.
func (m *Model) head(w int) []string {
	t, rows := m.env.Theme, m.rows
	var parts []string
	put := func(r theme.Role, n int, word string) {
		if n > 0 {
			parts = append(parts, t.Paint(r, english.Number(n)+" "+word))
		}
	}
	live, open, damaged, unreadable := 0, 0, 0, 0
	for i := range rows {
		switch {
		case rows[i].live:
			live++
		case rows[i].state == "unfinished":
			open++
		case rows[i].state == "damaged":
			damaged++
		case rows[i].state == "unreadable":
			unreadable++
		}
	}
	put(theme.Info, live, "running")
	put(theme.Warn, open, "unfinished")
	put(theme.Bad, damaged, "damaged")
	put(theme.Bad, unreadable, "unreadable")
	if m.reading != nil {
		s := "reading" + t.Ellipsis
		if m.total > 0 {
			s = fmt.Sprintf("reading %s of %s%s", english.Number(len(m.coming)), english.Number(m.total), t.Ellipsis)
		}
		parts = append(parts, t.Paint(theme.Muted, s))
	}
	left := " " + t.Paint(theme.Title, "Runs")
	if len(rows) > 0 {
		left += " " + t.Paint(theme.Strong, english.Number(len(rows)))
	}
	lines := []string{theme.Spread(left, strings.Join(parts, t.Paint(theme.Muted, " "+t.Dot+" "))+" ", w)}
	role, why := theme.Muted, ""
	switch {
	case m.err != nil:
		role, why = theme.Bad, english.Sentence(m.err.Error())+". "+m.env.Keys.Label(keys.Refresh)+" reads them again."
	case len(rows) == 0 && m.reading == nil && m.opts.History == nil:
		why = "No run yet. Runs leave no record here: those of this session will be listed."
	case len(rows) == 0 && m.reading == nil:
		why = "No run yet. What is deleted from this machine will be listed here, with what became of it."
	}
	if why == "" {
		return append(lines, "")
	}
	lines = append(lines, "")
	for _, line := range theme.Wrap(why, max(w-3, 1)) {
		lines = append(lines, t.Paint(role, theme.Fit("  "+line, w)))
	}
	return append(lines, "")
}

// columns are the widths of a row; 0 leaves a column out.
type columns struct {
	w, state, when, where, who, what int
}

func columnsOf(rows []row, w int) columns {
	c := columns{w: w, state: wordWidth, when: whenWidth}
	rest := w - 3 - 1 - c.state - gap
	if rest < 30 {
		c.when = 0
	} else {
		rest -= c.when + gap
	}
	where, who := len("WHERE"), len("WHO")
	for i := range rows {
		where = max(where, min(theme.Width(rows[i].place()), longest))
		who = max(who, min(theme.Width(rows[i].who), longest))
	}
	if rest >= 40 {
		c.where = min(where, rest/3)
		rest -= c.where + gap
	}
	if w >= whoFrom {
		c.who = who
		rest -= c.who + gap
	}
	c.what = max(rest, 0)
	return c
}

// heading names the columns.
func (m *Model) heading(c columns) string {
	s := "   " + theme.Fit("STATE", c.state+gap)
	if c.when > 0 {
		s += theme.Fit("BEGUN", c.when+gap)
	}
	if c.where > 0 {
		s += theme.Fit("WHERE", c.where+gap)
	}
	if c.who > 0 {
		s += theme.Fit("WHO", c.who+gap)
	}
	return m.env.Theme.Paint(theme.Heading, theme.Fit(s+"WHAT", c.w))
}

func (m *Model) appendRow(dst []byte, r *row, on bool, c columns) []byte {
	t := m.env.Theme
	glyph, role := m.sign(r)
	bar := " "
	if on {
		bar = t.Bar
	}
	if c.w < 4+c.state+gap {
		return append(dst, theme.FitPainted(t.Paint(theme.Accent, bar)+t.Paint(role, glyph)+" "+r.state, c.w)...)
	}
	cell := func(r theme.Role, s string, w int) {
		if w > 0 {
			dst = t.AppendCell(dst, r, on, s, w, false)
		}
	}
	between := func(r theme.Role, s string, w int) {
		if w > 0 {
			cell(r, s, w)
			cell(theme.Text, "", gap)
		}
	}
	cell(theme.Accent, bar, 1)
	cell(role, glyph, 2)
	cell(role, r.state, c.state)
	cell(theme.Text, "", gap)
	when := ""
	if !r.begun.IsZero() {
		when = m.local(r.begun).Format("2006-01-02 15:04")
	}
	between(theme.Muted, when, c.when)
	between(theme.Text, r.place(), c.where)
	between(theme.Muted, r.who, c.who)
	cell(theme.Text, r.tells(), c.what)
	if c.what > 0 {
		cell(theme.Text, "", 1)
	}
	return dst
}

// place is where a run deletes, without its project.
func (r *row) place() string { return strings.TrimSpace(r.where.Profile + " " + r.where.Region) }

// tells is what came of a run, in short: proof and reasons stand in the pane.
func (r *row) tells() string {
	text := ""
	switch {
	case r.live && r.doing != "":
		return r.doing
	case r.err != "":
		return r.why
	}
	s := &r.summary
	all := s.Items > 0 && s.Counts[cleanup.Deleted] == s.Items
	back := s.Items > 0 && s.Counts[cleanup.Restored] == s.Items
	if f := r.found; !f.OK() {
		f.Right = 0
		text = Found(f, r.undoes != "") + "; "
	}
	text += english.Count(s.Items, s.One, s.Many)
	switch {
	case all && r.found.Any() && r.found.OK():
		text += " deleted, verified gone"
	case all && s.Proved == s.Items:
		text += " deleted, proved gone"
	case back && r.found.Any() && r.found.OK():
		text += " restored, verified there"
	case back && s.Proved == s.Items:
		text += " restored, proved there"
	default:
		lead := ": "
		for _, o := range worstFirst {
			if n := s.Counts[o]; n > 0 {
				text += lead + english.Number(n) + " " + o.String()
				lead = ", "
			}
		}
	}
	if s.Changed > 0 {
		text += fmt.Sprintf("; %s that stayed changed", english.Number(s.Changed))
	}
	if s.Stopped != "" {
		text += "; stopped: " + s.Stopped
	}
	return text
}

// worstFirst is the order of outcomes where there may be no room for all.
var worstFirst = [...]cleanup.Outcome{
	cleanup.Reappeared, cleanup.Failed, cleanup.Unknown, cleanup.Blocked, cleanup.Skipped, cleanup.Cancelled, cleanup.Pending,
	cleanup.Deleted, cleanup.AlreadyGone, cleanup.Restored, cleanup.AlreadyThere,
}

// sign is the glyph of a run and its role.
func (m *Model) sign(r *row) (string, theme.Role) {
	t := m.env.Theme
	switch {
	case r.live:
		return t.Busy, theme.Info
	case r.state == "damaged" || r.state == "unreadable":
		return t.Fail, theme.Bad
	case r.state == "not begun":
		return t.Skip, theme.Muted
	case r.state == "unfinished":
		return t.Wait, theme.Warn
	case r.found.Wrong > 0:
		return t.Fail, theme.Bad
	default:
		return screen.EndSign(t, &r.summary)
	}
}

// rule sets the pane off, and says which part of the list is in sight when it is not all.
func (m *Model) rule(n, w int) string {
	t := m.env.Theme
	where := ""
	if n > m.page {
		where = " " + english.Number(min(m.top+1, n)) + "–" + english.Number(min(m.top+m.page, n)) + " of " + english.Number(n) + " "
	}
	left := w - theme.Width(where) - 2
	if where == "" || left < 0 {
		return t.Rule(w)
	}
	return t.Rule(left) + t.Paint(theme.Muted, where) + t.Rule(2)
}

// story tells all of one run.
func (m *Model) story(r *row, w int) []string {
	t := m.env.Theme
	glyph, role := m.sign(r)
	var lines []string
	put := func(role theme.Role, parts ...string) {
		parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
		if len(parts) == 0 {
			return
		}
		for _, line := range theme.Wrap(strings.Join(parts, " "+t.Dot+" "), max(w-4, 1)) {
			lines = append(lines, "   "+t.Paint(role, line))
		}
	}
	name := "a run of this session, without a record"
	if r.id != "" {
		name = "run " + r.id
	}
	put(theme.Strong, name)
	lines[0] = " " + t.Paint(role, glyph) + " " + strings.TrimPrefix(lines[0], "   ")
	begun, took := "", ""
	if !r.begun.IsZero() {
		begun = "begun " + m.local(r.begun).Format("2006-01-02 15:04:05 MST")
	}
	if r.took > 0 {
		took = "took " + theme.Duration(r.took)
	}
	put(theme.Muted, begun, took, after("by ", r.who))
	put(theme.Muted, r.place(), after("project ", r.where.Project))
	if r.err != "" {
		put(theme.Text, english.Sentence(r.err))
	} else {
		put(theme.Text, r.summary.String())
	}
	put(theme.Muted, m.since(r)...)
	lines = lines[:min(len(lines), paneHeight+2)]
	for i := range lines {
		lines[i] = theme.FitPainted(lines[i], w)
	}
	for len(lines) < paneHeight {
		lines = append(lines, "")
	}
	return lines
}

// since is what is known of a run besides what came of it: what it undoes or has undone it, what a verify has found, and
// what there is to do yet.
func (m *Model) since(r *row) []string {
	var says []string
	if r.undoes != "" {
		says = append(says, "undo of run "+r.undoes)
	} else if by := m.undoOf(r); by != "" {
		says = append(says, "its undo is run "+by)
	}
	if !r.verified.IsZero() {
		found := Found(r.found, r.undoes != "")
		if !r.found.Any() {
			found = "there was nothing to look for"
		}
		says = append(says, "verified "+m.local(r.verified).Format("2006-01-02 15:04 MST")+": "+found)
	}
	if r.torn {
		says = append(says, "its last line was not written to its end: resume cuts it off")
	}
	if !r.live && r.state == "unfinished" {
		left := english.Number(r.open) + " without an outcome"
		if r.open == 0 {
			left = "not proved to the end"
		}
		says = append(says, left+": "+m.env.Keys.Label(keys.Resume)+" goes on")
	}
	return says
}

// undoOf is the latest undo of a run, "" when the list has none.
func (m *Model) undoOf(r *row) string {
	i := slices.IndexFunc(m.rows, func(o row) bool { return r.id != "" && o.undoes == r.id })
	if i < 0 {
		return ""
	}
	return m.rows[i].id
}

// local is a point in time where the user is.
func (m *Model) local(t time.Time) time.Time { return t.In(m.env.Now().Location()) }

// after is s after a word; "" where there is none.
func after(word, s string) string {
	if s == "" {
		return ""
	}
	return word + s
}
