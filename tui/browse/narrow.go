package browse

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"janitor/client/filter"
	"janitor/client/inventory"
	"janitor/tui/table"
)

// show is which verdicts are shown: what one key goes through.
type show uint8

const (
	showAll show = iota
	showUnused
	showSigns
	showProtected
	shows
)

func (s show) String() string {
	return [...]string{"all", "unused", "worth a look", "protected"}[s]
}

func (s show) lets(v inventory.Verdict) bool {
	switch s {
	case showUnused:
		return v.State == inventory.Unused
	case showSigns:
		return len(v.Signs) > 0
	case showProtected:
		return v.State == inventory.Protected
	default:
		return true
	}
}

// limits are what rows have to be like to be shown, besides words in their text. They are compared to find out whether
// what is shown is what is wanted.
type limits struct {
	show   show
	expr   *filter.Filter // an expression, nil for none
	search bool           // words are looked for, or may be soon: the texts of all rows have to be at hand
}

// meet says whether rows within these limits are those wanted. Texts that nobody needs do no harm.
func (l limits) meet(wanted limits) bool {
	l.search = l.search && wanted.search
	return l == wanted
}

// keep finds the rows that are let through, nil for all, and counts those of which that cannot be said; they are not let
// through. It ends early, with nothing let through, when ctx does.
func (l limits) keep(ctx context.Context, r *rows) (keep []bool, undecided int) {
	if l.show == showAll && l.expr == nil {
		return nil, 0
	}
	const between = 1024 // rows between two looks at ctx
	keep = make([]bool, r.items.Len())
	var item inventory.Resource
	for i := range r.items.Len() {
		if i%between == 0 && ctx.Err() != nil {
			return make([]bool, r.items.Len()), 0
		}
		item = r.items.At(i)
		switch {
		case !l.show.lets(item.Verdict):
		case l.expr == nil:
			keep[i] = true
		default:
			answer := l.expr.Match(&item, r.at)
			keep[i] = answer == filter.Yes
			if answer == filter.Undecided {
				undecided++
			}
		}
	}
	return keep, undecided
}

// content is what a table shows, prepared outside the event loop.
type content struct {
	rows      *rows
	view      *table.View[inventory.Ref]
	sort      table.Sort
	limits    limits
	undecided int // rows that the limits can neither show nor hide for certain; they are not shown
	tally     tally
}

// tally counts rows by verdict.
type tally [inventory.Protected + 1]int

// prepare does all the work that grows with the number of rows.
func prepare(ctx context.Context, r *rows, s table.Sort, l limits) *content {
	c := &content{rows: r, view: table.Prepare(r, s), sort: s}
	for i := range r.items.Len() {
		c.tally[min(r.items.At(i).Verdict.State, inventory.Protected)]++
	}
	c.narrow(ctx, l)
	return c
}

// anew is the same rows in another order, or narrowed to others.
func (c content) anew(ctx context.Context, s table.Sort, l limits) *content {
	if c.sort != s {
		return prepare(ctx, c.rows, s, l)
	}
	c.narrow(ctx, l)
	return &c
}

func (c *content) narrow(ctx context.Context, l limits) {
	keep, undecided := l.keep(ctx, c.rows)
	c.view, c.limits, c.undecided = c.view.Narrow(keep).Searchable(l.search), l, undecided
}

// asked is the work on a tab's content that is under way; what comes of any other is stale.
type asked struct{ cancel context.CancelFunc }

// prepared is the answer.
type prepared struct {
	to      *asked
	tab     *tab
	content *content
}

// put shows prepared content; when order or limits were changed meanwhile, it is prepared once more.
func (m *Model) put(t *tab, c *content) tea.Cmd {
	t.content = c
	t.table.Set(c.view)
	return m.settle(t)
}

// settle brings what is shown in line with what is wanted. Words are a matter of the event loop, but they wait for the
// limits: between one filter and the next there is never a moment in which neither holds.
func (m *Model) settle(t *tab) tea.Cmd {
	if t.asked != nil {
		t.asked.cancel()
		t.asked = nil
	}
	t.limits.search = t.words != "" || m.input.on && t == m.tab()
	if !t.narrowing() {
		t.table.Filter(t.words)
	}
	c, s, l := t.content, t.table.Sort(), t.limits
	if c == nil || c.sort == s && c.limits == l {
		return nil
	}
	ctx, cancel := context.WithCancel(m.ctx)
	to := &asked{cancel}
	t.asked = to
	return func() tea.Msg {
		defer cancel()
		return prepared{to, t, c.anew(ctx, s, l)}
	}
}

func (m *Model) answer(msg prepared) tea.Cmd {
	if msg.to != msg.tab.asked || !slices.Contains(m.list, msg.tab) { // or a screen below or above asked
		return nil
	}
	msg.tab.asked = nil
	cmd := m.put(msg.tab, msg.content)
	m.markChosen()
	return tea.Batch(cmd, m.release())
}

// narrowing: the rows shown are not yet those asked for.
func (t *tab) narrowing() bool { return t.content != nil && !t.content.limits.meet(t.limits) }

// mostHeld bounds the keys that wait, in key presses.
const mostHeld = 64

// hold keeps a key until the rows shown are those asked for: what is typed ahead, to mark all rows that pass a filter,
// must not mark those from before it.
func (m *Model) hold(key tea.KeyPressMsg) tea.Cmd {
	if len(m.held) == mostHeld {
		return say("Still filtering: " + key.String() + " was not taken")
	}
	m.held = append(m.held, key)
	return nil
}

// release asks for the keys that have waited to be pressed again.
func (m *Model) release() tea.Cmd {
	if len(m.held) == 0 || m.tab().narrowing() {
		return nil
	}
	return func() tea.Msg { return ReleaseMsg{By: m} }
}

// Held takes the keys that have waited, in their order.
func (m *Model) Held() []tea.KeyPressMsg {
	held := m.held
	m.held = nil
	return held
}

// verdicts goes on to the next choice of verdicts.
func (m *Model) verdicts() tea.Cmd {
	t := m.tab()
	t.limits.show = (t.limits.show + 1) % shows
	t.chosen = false
	return m.settle(t)
}
