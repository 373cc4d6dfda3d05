// Package detail is the screen about one resource: its verdict and why, who uses it and what it uses, its fields, and
// the object as the service gave it.
package detail

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

// Options of a detail screen.
type Options struct {
	Resource inventory.Resource
	From     *inventory.Snapshot      // that it is from
	Gone     func(inventory.Ref) bool // whether a run of this session has deleted something of it since; nil: nothing
	Raw      bool                     // begins with the JSON
	ReadOnly string                   // why nothing can be deleted, "" when it can
}

// Model is the detail screen of one resource, as a snapshot shows it.
type Model struct {
	screen.Exit

	env      *screen.Env
	opts     Options
	resource inventory.Resource
	from     *inventory.Snapshot
	trail    []string // what one came through to get here, this one last
	trees    *trees   // nil while they are being made

	raw  bool
	card page
	json page
}

// trees are the references both ways.
type trees struct{ usedBy, uses []card.Node }

// grown brings a screen its trees.
type grown struct {
	of    *Model
	trees *trees
}

// DeleteMsg asks for the dialog about the resource. It counts only while By is on top.
type DeleteMsg struct {
	By   *Model
	Ref  inventory.Ref
	From *inventory.Snapshot
}

// OpenMsg asks to put another detail on top of By. It counts only while By is on top.
type OpenMsg struct{ By, Next *Model }

// deepest is how many details are stacked at most: references go round in circles.
const deepest = 30

// New makes the screen; the references are put together by [Model.Init].
func New(env *screen.Env, o Options) *Model {
	return &Model{env: env, opts: o, resource: o.Resource, from: o.From, raw: o.Raw, trail: []string{crumb(o.Resource)}}
}

// crumb names a resource on the way to another.
func crumb(r inventory.Resource) string {
	kind, err := inventory.Lookup(r.Ref.Kind)
	if err != nil {
		return r.Label()
	}
	return kind.One + " " + r.Label()
}

// Init makes the trees, outside the event loop.
func (m *Model) Init() tea.Cmd {
	from, ref := m.from, m.resource.Ref
	if from == nil {
		m.trees = &trees{}
		return nil
	}
	return func() tea.Msg {
		return grown{m, &trees{card.Nodes(from.UsedBy(ref)), card.Nodes(from.Uses(ref))}}
	}
}

// Update takes keys and the trees.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case grown:
		if msg.of == m {
			m.trees, m.card.w = msg.trees, 0
		}
	case tea.KeyPressMsg:
		return m.press(msg)
	}
	return nil
}

func (m *Model) press(key tea.KeyPressMsg) tea.Cmd {
	switch action, _ := m.env.Keys.Action(keys.Reading, key.String()); action {
	case keys.Open:
		return m.open()
	case keys.Raw:
		m.raw = !m.raw
	case keys.CopyID:
		return tea.Batch(tea.SetClipboard(m.resource.Ref.ID), screen.Say("Copied "+m.resource.Ref.ID))
	case keys.Delete:
		if why := m.notDelete(); why != "" {
			return screen.Say(why)
		}
		return func() tea.Msg { return DeleteMsg{By: m, Ref: m.resource.Ref, From: m.from} }
	case keys.Back:
		m.Leave()
		return nil
	default:
		m.page().move(action)
	}
	return nil
}

func (m *Model) page() *page {
	if m.raw {
		return &m.json
	}
	return &m.card
}

// notOpen is why there is nothing to open, "" when there is.
func (m *Model) notOpen() string {
	label := m.env.Keys.Label
	n := m.card.current()
	switch {
	case m.raw:
		return "Nothing to open in the JSON: " + label(keys.Raw) + " goes back to the references"
	case m.trees == nil:
		return "The references are still being put together"
	case len(m.card.nodes) == 0:
		return "Nothing to open: no references are known"
	case n == nil:
		return "No reference is in view: " + label(keys.Up) + " and " + label(keys.Down) + " go there"
	case !n.Listed:
		return cannot(n.Branch)
	case len(m.trail) >= deepest:
		return english.Number(deepest) + " details are open, one on the other: " + label(keys.Back) + " goes back"
	}
	return ""
}

// open goes to what the cursor is on, or says why not.
func (m *Model) open() tea.Cmd {
	if why := m.notOpen(); why != "" {
		return screen.Say(why)
	}
	n := m.card.current()
	o := m.opts
	o.Resource, o.Raw = n.Resource, false
	next := New(m.env, o)
	next.trail = append(slices.Clip(m.trail), next.trail...)
	return func() tea.Msg { return OpenMsg{By: m, Next: next} }
}

// gone: a run of this session has deleted it.
func (m *Model) gone() bool { return m.opts.Gone != nil && m.opts.Gone(m.resource.Ref) }

// cannot says why a branch cannot be opened.
func cannot(b *inventory.Branch) string {
	switch {
	case b.Text == "":
		return "Cannot be opened: " + b.Note
	case b.Note == "":
		return b.Text + " cannot be opened: it is not listed"
	}
	return b.Text + " cannot be opened: " + b.Note
}

// Word is where the key for the JSON goes.
func (m *Model) Word(a keys.Action) string {
	if a == keys.Raw && m.raw {
		return "fields"
	}
	return ""
}

// WhyNot is why something cannot be done here now, "" when it can.
func (m *Model) WhyNot(a keys.Action) string {
	switch a {
	case keys.Open:
		return m.notOpen()
	case keys.Delete:
		return m.notDelete()
	}
	return ""
}

// notDelete is why the resource cannot be deleted from here, "" when the dialog has more to say.
func (m *Model) notDelete() string {
	if m.opts.ReadOnly != "" {
		return m.opts.ReadOnly
	}
	if m.gone() {
		return "A run of this session has deleted it"
	}
	kind, err := inventory.Lookup(m.resource.Ref.Kind)
	switch {
	case err != nil:
		return err.Error()
	case kind.Deletion == nil && kind.WhyNot == "":
		return kind.Title + " are never deleted on their own"
	case kind.Deletion == nil:
		return kind.WhyNot
	}
	return ""
}

// Hints for the foot of the frame.
func (m *Model) Hints() []keys.Action {
	var hints []keys.Action
	if !m.raw && len(m.card.nodes) > 0 {
		hints = append(hints, keys.Open)
	}
	hints = append(hints, keys.Raw, keys.CopyID)
	if m.notDelete() == "" {
		hints = append(hints, keys.Delete)
	}
	return append(hints, keys.Back, keys.Help)
}
