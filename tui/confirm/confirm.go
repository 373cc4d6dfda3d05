// Package confirm is the dialog between marking and deleting. It shows the frozen plan whole: what goes, what goes
// with it, what it does to traffic, what is left out and why. It makes it hard to say yes by accident.
package confirm

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Decision is the dialog's only answer, given once. Yes is said to exactly the plan that was shown.
type Decision struct {
	Yes  bool
	Plan cleanup.Plan
}

// ChoiceMsg asks for another plan of the same resources: with what is in use taken out of use first, or without, and with
// what may be in use, or without. [Model.Replace] takes it; until then the dialog can only be cancelled.
type ChoiceMsg struct {
	By      *Model
	Detach  bool
	Unknown bool
}

// SaveMsg asks for the plan shown to be written to a file. [Model.Say] tells what came of it.
type SaveMsg struct {
	By   *Model
	Plan cleanup.Plan
}

// Model is the dialog. It is made for one plan and ends with one [Decision].
type Model struct {
	screen.Asking

	env    *screen.Env
	scope  string
	plan   cleanup.Plan
	unseen map[inventory.Ref]bool    // what the filter hides
	hidden int                       // of what will be deleted
	word   func(cleanup.Plan) string // what has to be typed for a plan; "" when nothing has to
	one    string                    // "pool"
	many   string                    // "pools"
	want   string                    // what has to be typed; "" when nothing has to

	asked   focus // the switch that another plan was asked for with, which has not come yet; cancel: none was
	decided bool
	focus   focus
	arrived bool // typing has just moved the focus to Delete
	typed   string
	say     string // why the last key did nothing

	first      string // what goes before the items, and along with them
	along      string
	whose      string // what the ids are of that have to be typed, as sentences
	detaches   int    // items that are taken out of use first
	detachable int    // of what is left out, what could be
	unsure     int    // items that may be in use
	takeable   int    // of what is left out, what could be taken in although it may be

	tags    []string // what tells items of one name apart, see [cleanup.Plan.Tags]
	outTags []string
	in      map[string]string      // what items are in, see [cleanup.Plan.Parents]
	told    map[inventory.Ref]bool // whose way back a consequence speaks of
	names   int                    // columns of the widest name, parent, note and way back
	parents int
	notes   int
	undos   int

	presses  bool  // the last frame asked for the key that says yes
	order    []int // of the items in the list: those that the filter hides first
	outOrder []int // of what is left out: together what is so for one reason
	groups   []int // how many there are of each reason, in that order
	rows     []row // the list as it was last drawn, in size
	size     size
	below    int  // effects that stand below the items
	top      int  // first row shown
	page     int  // rows shown
	cramped  bool // the last frame had no room for the list
}

// size is the room for the list.
type size struct{ w, h int }

type focus uint8

// In the order in which the focus goes on.
const (
	cancel focus = iota
	inUse        // the switch that takes it out of use first
	mayBe        // the switch that takes in what may be in use
	proceed
)

// New opens the dialog for plan. The scope is shown in the title ("acme-prod · eu-de · 99a3…"); hidden are those of
// the marked rows that the filter hides; word says what has to be typed for a plan, nil: what the plan itself wants.
func New(env *screen.Env, scope string, plan cleanup.Plan, hidden []inventory.Ref, word func(cleanup.Plan) string) *Model {
	m := &Model{Asking: screen.Ask(env), env: env, scope: scope, unseen: make(map[inventory.Ref]bool, len(hidden)), word: word}
	for _, ref := range hidden {
		m.unseen[ref] = true
	}
	if word == nil {
		m.word = usual
	}
	m.show(plan)
	return m
}

// Replace shows another plan of the same resources, as if the dialog had just been opened for it.
func (m *Model) Replace(plan cleanup.Plan) tea.Cmd {
	if m.decided {
		return nil
	}
	*m = Model{Asking: screen.Ask(m.env), env: m.env, scope: m.scope, unseen: m.unseen, word: m.word}
	m.show(plan)
	return m.Init()
}

func (m *Model) show(plan cleanup.Plan) {
	m.plan = plan
	m.one, m.many = plan.Nouns()
	m.want = m.word(plan)
	m.whose = m.explain()
	m.measure()
}

func usual(p cleanup.Plan) string {
	if p.Typed() {
		return p.Word()
	}
	return ""
}

// Update takes key presses and what is pasted; during the grace time and after the decision they do nothing.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if m.decided || m.Waiting() {
		return nil
	}
	switch msg := msg.(type) {
	case tea.PasteMsg:
		if m.asked == cancel {
			m.say = ""
			m.put(strings.TrimSpace(msg.Content))
		}
	case tea.KeyPressMsg:
		m.say = ""
		return m.press(msg)
	}
	return nil
}

func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	action, _ := m.env.Keys.Action(keys.Dialog, key.String())
	switch {
	case m.asked != cancel:
		if action == keys.No && (m.want == "" || key.Text == "") {
			return m.decide(false)
		}
		return nil
	case action == keys.Toggle && m.switching():
		return m.toggle()
	case action == keys.SavePlan:
		return m.save()
	case m.edit(key):
		return nil
	}
	switch action {
	case keys.Confirm:
		switch {
		case m.focus == proceed:
			return m.yes()
		case m.switching():
			return m.toggle()
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
		return m.yes()
	case keys.No:
		return m.decide(false)
	case keys.NextFocus:
		m.next()
	case keys.PrevFocus:
		m.previous()
	default:
		if by, ok := screen.Step(action, m.page, len(m.rows)); ok {
			m.scroll(by)
		}
	}
	return nil
}

// next moves the focus on. People type, then tab, then enter: since the right word has already moved the focus, the
// first tab after it stays.
func (m *Model) next() {
	switches := m.switches()
	at := slices.Index(switches, m.focus) + 1
	switch {
	case m.arrived:
		m.arrived = false
	case m.focus == proceed:
		m.focus = cancel
	case at < len(switches):
		m.focus = switches[at]
	case m.empty() || !m.matches():
		m.focus = cancel
		m.say = m.how()
	default:
		m.focus = proceed
	}
}

// previous is the way back, from Cancel round to the end too.
func (m *Model) previous() {
	m.arrived = false
	switches := m.switches()
	at := slices.Index(switches, m.focus)
	switch {
	case at > 0:
		m.focus = switches[at-1]
	case at == 0, m.focus == proceed && len(switches) == 0:
		m.focus = cancel
	case m.focus == cancel && !m.empty() && m.matches():
		m.focus = proceed
	case len(switches) > 0:
		m.focus = switches[len(switches)-1]
	default:
		m.say = m.how()
	}
}

// switches are what can be chosen: to take what is in use out of use first, and to take in what may be in use.
func (m *Model) switches() []focus {
	var all []focus
	if m.detaches+m.detachable > 0 {
		all = append(all, inUse)
	}
	if m.unsure+m.takeable > 0 {
		all = append(all, mayBe)
	}
	return all
}

// switching: the focus is on a switch.
func (m *Model) switching() bool { return m.focus == inUse || m.focus == mayBe }

// toggle asks for the other plan.
func (m *Model) toggle() tea.Cmd {
	m.asked = m.focus
	msg := ChoiceMsg{By: m, Detach: m.on(inUse), Unknown: m.on(mayBe)}
	return func() tea.Msg { return msg }
}

// on says how a switch stands, or will when the plan comes that was asked for.
func (m *Model) on(s focus) bool {
	on := m.plan.Detach
	if s == mayBe {
		on = m.unsure > 0
	}
	return on != (m.asked == s)
}

func (m *Model) save() tea.Cmd {
	if m.empty() {
		m.say = m.how()
		return nil
	}
	msg := SaveMsg{m, m.plan}
	return func() tea.Msg { return msg }
}

// Say shows a sentence until the next key.
func (m *Model) Say(text string) { m.say = text }

// yes decides for deleting, unless that is not possible now.
func (m *Model) yes() tea.Cmd {
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
	want := m.want
	if theme.Width(want) > 30 { // it stands there
		want = "the text"
	}
	switch {
	case m.empty():
		return "There is nothing to delete"
	case m.cramped:
		return "Make the terminal larger to see what will be deleted"
	case m.matches():
		return "Press " + m.env.Keys.Label(keys.Confirm) + " on Delete"
	case m.typed != "":
		return "That is not " + want
	default:
		return fmt.Sprintf("Type %s first", want)
	}
}

func (m *Model) empty() bool   { return len(m.plan.Items) == 0 }
func (m *Model) matches() bool { return m.typed == m.want }

func (m *Model) scroll(by int) {
	m.top = max(min(m.top+by, len(m.rows)-m.page), 0)
}
