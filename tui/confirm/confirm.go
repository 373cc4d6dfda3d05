// Package confirm is the dialog between marking and deleting. It shows the frozen plan whole: what goes, what goes
// with it, what it does to traffic, what is left out and why. It makes it hard to say yes by accident.
package confirm

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

// grace is how long the dialog takes no keys after it was opened: it may have come up under a typing hand.
const grace = 400 * time.Millisecond

// maxTyped bounds the field; it is longer than any count, so that a wrong count never becomes right by being cut.
const maxTyped = 9

// Decision is the dialog's only answer, given once. Yes is said to exactly the plan that was shown.
type Decision struct {
	Yes  bool
	Plan cleanup.Plan
}

// Model is the dialog. It is made for one plan and ends with one [Decision].
type Model struct {
	env    *screen.Env
	scope  string
	plan   cleanup.Plan
	hidden int
	one    string // "pool"
	many   string // "pools"
	want   string // what has to be typed; "" when nothing has to

	opened  time.Time
	decided bool
	focus   button
	arrived bool // typing the count has just moved the focus to Delete
	typed   string
	say     string // why the last key did nothing

	tags    []string // what tells items of one name apart, see [cleanup.Plan.Tags]
	outTags []string
	told    map[inventory.Ref]bool // whose way back a consequence speaks of
	names   int                    // columns of the widest name, parent and note
	parents int
	notes   int

	rows    []row // the list as it was last drawn, in size
	size    size
	below   int  // effects that stand below the items
	top     int  // first row shown
	page    int  // rows shown
	cramped bool // the last frame had no room for the list
}

// size is the room for the list.
type size struct{ w, h int }

type button uint8

const (
	cancel button = iota
	proceed
)

// New opens the dialog for plan. The scope is shown in the title ("acme-prod · eu-de · 99a3…"); hidden is how many of
// the marked rows the filter hides.
func New(env *screen.Env, scope string, plan cleanup.Plan, hidden int) *Model {
	m := &Model{env: env, scope: scope, plan: plan, hidden: hidden, opened: env.Now()}
	m.one, m.many = nouns(plan)
	if plan.Typed() {
		m.want = plan.Word()
	}
	m.measure()
	return m
}

// Init redraws the dialog once it begins to take keys.
func (m *Model) Init() tea.Cmd {
	return tea.Tick(grace, func(time.Time) tea.Msg { return ready{m} })
}

type ready struct{ m *Model }

// Update takes key presses; keys during the grace time and after the decision do nothing.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	key, ok := msg.(tea.KeyPressMsg)
	if !ok || m.decided || m.waiting() {
		return nil
	}
	m.say = ""
	if m.edit(key) {
		return nil
	}
	action, _ := m.env.Keys.Action(keys.Dialog, key.String())
	switch action {
	case keys.Confirm:
		switch {
		case m.focus == proceed:
			return m.yes(key)
		case m.typed != "" && !m.matches(): // a slip, not a no
			m.say = m.how()
			return nil
		}
		return m.decide(false)
	case keys.Yes:
		if m.want != "" {
			m.say = m.how()
			return nil
		}
		return m.yes(key)
	case keys.No:
		return m.decide(false)
	case keys.NextFocus:
		m.next()
	case keys.PrevFocus:
		m.focus, m.arrived = cancel, false
	default:
		if by, ok := screen.Step(action, m.page, len(m.rows)); ok {
			m.scroll(by)
		}
	}
	return nil
}

// edit gives the key to the field when a count is wanted.
func (m *Model) edit(key tea.KeyPressMsg) bool {
	if m.want == "" || m.empty() {
		return false
	}
	switch {
	case key.String() == "backspace":
		if m.typed != "" {
			m.typed = m.typed[:len(m.typed)-1]
		}
	case len(key.Text) == 1 && key.Text[0] >= '0' && key.Text[0] <= '9':
		if len(m.typed) < maxTyped {
			m.typed += key.Text
		}
	default:
		return false
	}
	if m.matches() {
		m.focus, m.arrived = proceed, true
	} else {
		m.focus, m.arrived = cancel, false
	}
	return true
}

// next moves the focus on. People type the count, then tab, then enter: since the count has already moved the focus,
// the first tab after it stays.
func (m *Model) next() {
	switch {
	case m.arrived:
		m.arrived = false
	case m.focus == proceed:
		m.focus = cancel
	case m.empty() || !m.matches():
		m.say = m.how()
	default:
		m.focus = proceed
	}
}

// yes decides for deleting, unless that is not possible now. A key that is being held down never says yes.
func (m *Model) yes(key tea.KeyPressMsg) tea.Cmd {
	if key.IsRepeat {
		return nil
	}
	if m.empty() || m.cramped || !m.matches() {
		m.say = m.how()
		return nil
	}
	return m.decide(true)
}

func (m *Model) decide(yes bool) tea.Cmd {
	m.decided = true
	d := Decision{Yes: yes, Plan: m.plan}
	return func() tea.Msg { return d }
}

// how says what has to be done before Delete can be pressed.
func (m *Model) how() string {
	switch {
	case m.empty():
		return "There is nothing to delete"
	case m.cramped:
		return "Make the terminal larger to see what will be deleted"
	case m.matches():
		return "Press enter on Delete"
	case m.typed != "":
		return "That is not " + m.want
	default:
		return fmt.Sprintf("Type %s first", m.want)
	}
}

func (m *Model) waiting() bool { return m.env.Now().Sub(m.opened) < grace }
func (m *Model) empty() bool   { return len(m.plan.Items) == 0 }
func (m *Model) matches() bool { return m.typed == m.want }

func (m *Model) scroll(by int) {
	m.top = max(min(m.top+by, len(m.rows)-m.page), 0)
}

// nouns are the words for one and several of the plan's resources.
func nouns(p cleanup.Plan) (one, many string) {
	var kinds []inventory.KindID
	for _, it := range p.Items {
		kinds = append(kinds, it.Resource.Ref.Kind)
	}
	for _, l := range p.LeftOut {
		kinds = append(kinds, l.Ref.Kind)
	}
	slices.Sort(kinds)
	if kinds = slices.Compact(kinds); len(kinds) == 1 {
		if k, err := inventory.Lookup(kinds[0]); err == nil {
			return k.One, k.Many
		}
	}
	return "item", "items"
}
