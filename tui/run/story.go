package run

import (
	"strconv"
	"strings"
	"time"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// subject is the item that the pane tells of: the current one or, while the list follows the run, the last that failed;
// -1 for none. It is one that is listed.
func (m *Model) subject() int {
	i := m.cursor
	if m.follow {
		i = m.latest
	}
	if i >= len(m.items) || m.shown() == 0 {
		return -1
	}
	if m.follow && !m.only.all() && (i < 0 || !m.only.has(m.items[i].result.Outcome)) {
		i = m.at(m.shown() - 1)
		if m.only.has(cleanup.Pending) {
			i = m.at(0)
		}
	}
	return i
}

// paneHeight is how many lines the pane has below a list, of those there are for both. It does not depend on the item:
// the list stays where it is.
func paneHeight(room int) int { return min(max(room*3/10, 4), 12) }

// pane is exactly h lines of the story of the current item, with its requests whole or in a line each. Where it is longer, the last one says so.
func (m *Model) pane(w, h int, now time.Time, whole bool) []string {
	var lines []string
	if i := m.subject(); i >= 0 {
		lines = m.story(i, w, now, whole)
	} else if m.shown() > 0 {
		k := m.env.Keys
		tells := k.Label(keys.Up) + " or " + k.Label(keys.Down) + " chooses a row: what is known of it is told here"
		lines = []string{"   " + m.env.Theme.Paint(theme.Muted, theme.Fit(tells, max(w-4, 0)))}
	}
	if len(lines) > h && h > 0 {
		t := m.env.Theme
		lines = append(lines[:h-1], theme.FitPainted("   "+t.Paint(theme.Muted, t.Ellipsis+" ")+t.Hint(m.env.Keys.Label(keys.Pane), "shows all"), w))
	}
	return theme.Fill(lines, h)
}

// whole is h lines of the story of an item, in place of the list, at where the user has scrolled to.
func (m *Model) whole(i, w, h int, now time.Time) []string {
	m.text.SetContentLines(m.story(i, w, now, true))
	return strings.Split(screen.Page(m.env.Theme, &m.text, w, h), "\n")
}

// story tells all of one item: its outcome, what was said of it, and every request about it, each in one line or whole.
func (m *Model) story(i, w int, now time.Time, whole bool) []string {
	t := m.env.Theme
	lines := m.named(i, w)
	put := func(r theme.Role, s string) {
		for _, line := range theme.Wrap(s, max(w-3, 1)) {
			lines = append(lines, "   "+t.Paint(r, line))
		}
	}
	if s := m.tells(i); s != "" {
		put(theme.Text, s)
	}
	ids := m.ids(i)
	if both := strings.Join(ids, " "+t.Dot+" "); theme.Width(both) <= w-3 && both != "" {
		ids = []string{both}
	}
	for _, id := range ids {
		put(theme.Muted, id)
	}
	requests := m.src.Requests(i)
	if whole {
		lines = append(lines, "", "   "+t.Paint(theme.Heading, m.heading(requests)))
	}
	digits := 0
	for _, q := range requests {
		digits = max(digits, len(strconv.Itoa(q.N)))
	}
	for _, q := range requests {
		lines = append(lines, m.request(q, digits, w, now, whole)...)
	}
	for n := range lines {
		lines[n] = theme.FitPainted(lines[n], w)
	}
	return lines
}

// named is how the story of an item begins: what became of it, and its name with what it is in, below that where there is
// little room beside it.
func (m *Model) named(i, w int) []string {
	t := m.env.Theme
	glyph, word, role := m.status(&m.items[i])
	lead := " " + t.Paint(role, glyph+" "+word) + "  "
	left := w - theme.WidthPainted(lead)
	var lines []string
	if left < 12 {
		lines = []string{lead}
		lead, left = "   ", w-3
	}
	res := &m.plan.Items[i].Resource
	name := res.Label()
	if in := m.in[res.Ref.Parent]; in != "" {
		name += " in " + in
	}
	for _, line := range theme.Wrap(name, max(left, 1)) {
		lines = append(lines, lead+t.Paint(theme.Strong, line))
		lead = "   "
	}
	return lines
}

// ids are those that an item is known by: its own where that is not its name, the one it has now, that of the request.
func (m *Model) ids(i int) []string {
	var ids []string
	res, result := &m.plan.Items[i].Resource, &m.items[i].result
	if id := res.Ref.ID; id != res.Label() && id != "" {
		ids = append(ids, id)
	}
	if result.NewID != "" {
		ids = append(ids, "now "+result.NewID)
	}
	if result.RequestID != "" {
		ids = append(ids, "request "+result.RequestID)
	}
	return ids
}

// heading of the requests about an item.
func (m *Model) heading(requests []cleanup.Request) string {
	switch n := len(requests); n {
	case 0:
		return "No request about it"
	case cleanup.MaxRequests:
		return "The last " + english.Count(n, "request", "requests") + " about it"
	default:
		return english.Count(n, "request", "requests") + " about it"
	}
}

// request is one request about an item: when it left, how long it took, the call, and what came of it.
func (m *Model) request(q cleanup.Request, digits, w int, now time.Time, whole bool) []string {
	took := ""
	switch {
	case q.Answered:
		took = theme.Duration(q.Took)
	case !q.Doubt && now.After(q.At):
		took = theme.Duration(now.Sub(q.At))
	}
	clock := "15:04:05"
	if whole && w >= 60 {
		clock = "15:04:05.000"
	}
	lead := "   " + theme.Fit("#"+strconv.Itoa(q.N), digits+1) + "  " + q.At.In(now.Location()).Format(clock) + "  " +
		theme.FitRight(took, tookWidth) + "  "
	call := q.Call
	if q.Step != "" {
		call += " (" + q.Step + ")"
	}
	if q.Items > 1 {
		call += ", " + english.Count(q.Items, "item", "items")
	}
	if whole {
		return m.wholeRequest(q, lead, call, w)
	}
	return []string{m.briefRequest(q, lead, call)}
}

// briefRequest is a request in a line that may be cut: all of it can be read in the whole.
func (m *Model) briefRequest(q cleanup.Request, lead, call string) string {
	t := m.env.Theme
	word, role, said := m.answer(q)
	if s := doubts(q); s != "" {
		word += ", " + s
	}
	text := strings.Join(append([]string{call}, said...), ": ")
	return t.Paint(theme.Muted, lead) + t.Paint(role, word) + "  " + t.Paint(theme.Muted, theme.Fit(text, theme.Width(text)))
}

// wholeRequest is a request in w columns, each thing that is known of it on lines of its own. The lead is ASCII.
func (m *Model) wholeRequest(q cleanup.Request, lead, call string, w int) []string {
	t := m.env.Theme
	indent := len(lead)
	if w-indent < 40 {
		indent = 6
	}
	var lines []string
	put := func(r theme.Role, s string) {
		for _, line := range theme.Wrap(s, max(w-indent, 1)) {
			lines = append(lines, strings.Repeat(" ", indent)+t.Paint(r, line))
		}
	}
	first := t.Paint(theme.Muted, lead)
	switch {
	case indent == len(lead):
		put(theme.Text, call)
		lines[0] = first + lines[0][indent:]
	case len(lead)+theme.Width(call) <= w:
		lines = append(lines, first+theme.Fit(call, theme.Width(call)))
	default:
		lines = append(lines, first)
		put(theme.Text, call)
	}
	word, role, said := m.answer(q)
	put(role, word)
	for _, s := range said {
		put(theme.Text, s)
	}
	if s := doubts(q); s != "" {
		put(theme.Warn, s)
	}
	if q.RequestID != "" {
		put(theme.Muted, "request "+q.RequestID)
	}
	return lines
}

// answer is what came of a request in a word, and in the words of the service.
func (m *Model) answer(q cleanup.Request) (word string, role theme.Role, said []string) {
	if text := strings.TrimSpace(q.Code + " " + q.Message); text != "" {
		if q.Message != "" && strings.Contains(q.Message, q.Code) {
			text = q.Message
		}
		said = []string{text}
	}
	switch {
	case !q.Answered && q.Doubt:
		return "no answer: its program ended", theme.Bad, said
	case !q.Answered:
		return "under way", theme.Info, said
	case q.Said == "deleted", q.Said == "made":
		return q.Said, theme.Good, said
	case q.Said == "gone":
		return "not there", theme.Good, said
	case q.Said != "":
		return q.Said, theme.Warn, said
	case q.Status != 0:
		return "status " + strconv.Itoa(q.Status), theme.Bad, said
	case len(said) > 0:
		return "no answer", theme.Bad, said
	case q.Doubt:
		return "the answer does not mention it", theme.Bad, said
	}
	return "done", theme.Good, said
}

// doubts says that a request may have been applied all the same, and what reading back showed.
func doubts(q cleanup.Request) string {
	var parts []string
	if q.Doubt {
		parts = append(parts, "in doubt")
	}
	switch q.Found {
	case "":
	case cleanup.IsThere:
		parts = append(parts, "read back: still there")
	case cleanup.IsUnknown:
		parts = append(parts, "read back: the list was not complete")
	default:
		parts = append(parts, "read back: "+string(q.Found))
	}
	return strings.Join(parts, "; ")
}
