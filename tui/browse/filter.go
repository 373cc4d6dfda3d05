package browse

import (
	"errors"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"janitor/client/english"
	"janitor/client/filter"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// input is the filter being typed, and what is said of it meanwhile.
type input struct {
	screen.Line
	on      bool
	wrong   *filter.Error // nil while the text is right: only then do the rows follow it
	refused bool          // it was wrong when it should have been kept
	offer   offer
}

// offer is what the word before the cursor may become.
type offer struct {
	from   int // of the character where it begins
	words  []string
	chosen int // of words, as they are gone through; -1 none
}

// begin types on after the filter that is kept.
func (m *Model) begin() tea.Cmd {
	m.input = input{on: true}
	if kept := m.tab().filter; kept != "" {
		m.input.Set(kept + " ") // what is typed next is another word
	}
	m.suggest()
	return m.settle(m.tab())
}

// typed takes a key while the filter is being typed. The table follows every key, and can be moved in.
func (m *Model) typed(key tea.KeyPressMsg) tea.Cmd {
	m.input.refused = false
	switch action, _ := m.env.Keys.Action(keys.Input, key.String()); action {
	case keys.Confirm:
		return m.keep()
	case keys.Back:
		m.input.on = false
		return m.follow("")
	case keys.Complete:
		return m.complete()
	}
	if key.Text == "" {
		switch action, _ := m.env.Keys.Action(keys.Move, key.String()); action {
		case keys.Up, keys.Down, keys.PageUp, keys.PageDown:
			if !m.input.Owns(key.String()) {
				m.tab().table.Do(action)
				return nil
			}
		}
	}
	var cmd tea.Cmd
	switch {
	case m.input.Press(key):
		cmd = m.follow(m.input.String())
	case key.Text != "" && m.input.Full():
		cmd = tooLong("Not typed")
	}
	m.suggest()
	return cmd
}

// tooLong says why nothing was typed.
func tooLong(what string) tea.Cmd {
	return say(what + ": a filter has at most " + english.Number(screen.MaxLine) + " characters")
}

// paste types what was pasted, all of it or nothing.
func (m *Model) paste(s string) tea.Cmd {
	if !m.input.Insert(s) {
		return tooLong("Too long to paste")
	}
	cmd := m.follow(m.input.String())
	m.suggest()
	return cmd
}

// keep leaves the input; what is wrong stays in it.
func (m *Model) keep() tea.Cmd {
	t := m.tab()
	if m.input.wrong != nil {
		m.input.refused = true
		return nil
	}
	m.input.on = false
	t.filter = strings.TrimSpace(t.filter)
	return m.settle(t)
}

// follow shows what a filter lets through. While it is wrong, or not yet complete, the rows stay those of the last one
// that was right: a mistake shows neither nothing nor everything.
func (m *Model) follow(s string) tea.Cmd {
	t := m.tab()
	t.chosen = false
	f, err := filter.New(t.columns.kind, s)
	if m.input.wrong = mistake(err); m.input.wrong != nil {
		return nil
	}
	t.filter = s
	if f.Words() {
		t.words, t.limits.expr = s, nil
	} else {
		t.words, t.limits.expr = "", f
	}
	return m.settle(t)
}

// mistake is what is wrong with a filter, nil when nothing is.
func mistake(err error) *filter.Error {
	wrong, ok := errors.AsType[*filter.Error](err)
	if err != nil && !ok {
		return &filter.Error{Column: 1, Text: err.Error()}
	}
	return wrong
}

// explain is a mistake without its place: pools have no field "agge": did you mean age?
func explain(e *filter.Error) string {
	if e.Near == "" {
		return e.Text
	}
	return e.Text + ": did you mean " + e.Near + "?"
}

// Unfit is why a filter cannot be used on the kind shown, as a sentence; "" when it can.
func (m *Model) Unfit(s string) string {
	_, err := filter.New(m.tab().columns.kind, s)
	if e := mistake(err); e != nil {
		return explain(e)
	}
	return ""
}

// Filter shows only what a filter lets through, as if it had been typed and kept.
func (m *Model) Filter(s string) tea.Cmd {
	m.input = input{}
	cmd := m.follow(s)
	if e := m.input.wrong; e != nil {
		return say(explain(e))
	}
	return cmd
}

// Choose shows all that an expression lets through and marks all of it, and nothing else, as soon as a complete list says
// what that is. Another filter typed before, or a choice of verdicts, keeps it from marking.
func (m *Model) Choose(expr string) tea.Cmd {
	t := m.tab()
	t.table.Do(keys.ClearMarks)
	t.kept = nil
	expr = "=" + filter.Bare(expr)
	fits := m.Unfit(expr) == ""
	if fits {
		t.limits.show = showAll
	}
	cmd := m.Filter(expr)
	t.chosen = fits
	if m.loading == nil {
		cmd = tea.Batch(cmd, m.load())
	}
	return cmd
}

func (m *Model) markChosen() {
	if t := m.tab(); t.chosen && t.whole && m.loading == nil && t.asked == nil && !t.narrowing() {
		t.chosen = false
		t.table.Do(keys.MarkAll)
	}
}

// suggest looks for what the word before the cursor may become: how it may go on, or what was meant by it.
func (m *Model) suggest() {
	in := &m.input
	in.offer = offer{chosen: -1}
	in.offer.from, in.offer.words = filter.Complete(m.tab().columns.kind, in.String(), in.Cursor())
	if e := in.wrong; e != nil && e.Near != "" && len(in.offer.words) == 0 {
		before := []rune(in.String())[:in.Cursor()]
		if from := e.Column - 1; from < len(before) && !strings.ContainsFunc(string(before[from:]), notOfWord) {
			in.offer.from, in.offer.words = from, []string{e.Near}
		}
	}
}

func notOfWord(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// complete puts in what all words on offer have in common, or, when that is there already, the next of them.
func (m *Model) complete() tea.Cmd {
	in := &m.input
	o := in.offer
	if len(o.words) == 0 {
		if !in.expression() {
			return say(m.env.Keys.Label(keys.Complete) + " completes expressions: they begin with =")
		}
		return say("Nothing is known that could stand here")
	}
	if o.from > 0 && o.from == in.Cursor() && o.chosen < 0 {
		if last := []rune(in.String())[o.from-1]; last == ')' || !notOfWord(last) {
			in.Insert(" ") // else the two words would be one
			o.from++
		}
	}
	common := shared(o.words)
	if o.chosen < 0 && (len(o.words) == 1 || len([]rune(common)) > in.Cursor()-o.from) {
		in.Replace(o.from, common)
		cmd := m.follow(in.String())
		m.suggest()
		return cmd
	}
	o.chosen = (o.chosen + 1) % len(o.words)
	in.Replace(o.from, o.words[o.chosen])
	in.offer = o
	return m.follow(in.String())
}

// shared is how all words begin.
func shared(words []string) string {
	common := words[0]
	for _, w := range words[1:] {
		for !strings.HasPrefix(w, common) {
			common = common[:len(common)-1]
		}
	}
	return strings.ToValidUTF8(common, "") // no half of a character
}

// expression says that the text is one, or is becoming one.
func (in *input) expression() bool { return strings.HasPrefix(strings.TrimLeft(in.String(), " "), "=") }

// advice is the two lines below an expression being typed: what is wrong with it, with a caret under the place, and what
// could stand there. They are there as long as it is typed, so that the table does not jump.
func (m *Model) advice(w int) []string {
	in, th := &m.input, m.env.Theme
	if !in.on || !in.expression() {
		return nil
	}
	first, second := "", m.offered(w)
	if e := in.wrong; e != nil {
		role := theme.Warn
		if in.refused {
			role = theme.Bad
		}
		text := explain(e)
		at := m.lineFrom() + in.Column(e.Column-1, m.lineWidth(w, m.counts()))
		switch n := theme.Width(text); {
		case at+2+n <= w:
			first = theme.Fit("", at) + th.Paint(role, th.Caret+" "+text)
		case n+2 <= at:
			first = theme.Fit("", at-n-1) + th.Paint(role, text+" "+th.Caret)
		case n < w:
			first, second = theme.Fit("", at)+th.Paint(role, th.Caret), " "+th.Paint(role, theme.Fit(text, w-1))
		case 2*at <= w: // it begins beside the caret and goes on below
			parts := theme.Wrap(text, w-at-2)
			first = theme.Fit("", at) + th.Paint(role, th.Caret+" "+parts[0])
			second = " " + th.Paint(role, theme.Fit(strings.Join(parts[1:], " "), w-1))
		default:
			parts := theme.Wrap(text, at-1)
			first = theme.Fit("", at-theme.Width(parts[0])-1) + th.Paint(role, parts[0]+" "+th.Caret)
			second = " " + th.Paint(role, theme.Fit(strings.Join(parts[1:], " "), w-1))
		}
	}
	return []string{theme.FitPainted(first, w), theme.FitPainted(second, w)}
}

// offered lists what the word before the cursor may become, those around the chosen one; or says what that one means.
func (m *Model) offered(w int) string {
	th, o := m.env.Theme, m.input.offer
	if len(o.words) == 0 {
		return ""
	}
	head := " " + m.env.Keys.Label(keys.Complete) + " "
	room := w - theme.Width(head) - 2
	first := 0
	for width(o.words[first:o.chosen+1]) > room && first < o.chosen {
		first++
	}
	var b strings.Builder
	b.WriteString(th.Paint(theme.Key, head))
	for i, word := range o.words[first:] {
		left := room - theme.Width(word) - 1
		if i > 0 && left < 0 {
			b.WriteString(th.Paint(theme.Muted, th.Ellipsis))
			break
		}
		room = left
		role := theme.Muted
		if first+i == o.chosen {
			role = theme.HeadingSorted
		}
		b.WriteString(th.Paint(role, word) + " ")
	}
	return b.String()
}

// width of words with a blank after each.
func width(words []string) int {
	n := 0
	for _, w := range words {
		n += theme.Width(w) + 1
	}
	return n
}
