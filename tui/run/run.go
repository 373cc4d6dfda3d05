// Package run is the screen of one run: what is happening to each item and what came of it, as it happens.
// The run itself lives in package cleanup; leaving the screen leaves it running.
package run

import (
	"cmp"
	"strings"
	"time"

	"charm.land/bubbles/v2/viewport"
	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/tui/keys"
	"janitor/tui/screen"
)

const (
	// gather is how long events are collected before the screen is told: one message a frame, however many events.
	gather = 16 * time.Millisecond
	// beat redraws what changes by itself: times, the rate, a pause running out.
	beat = 250 * time.Millisecond
)

// CancelMsg asks whether the run is to be cancelled, see [Model.Stop].
type CancelMsg struct{ By *Model }

// source is what the screen needs of a [cleanup.Run].
type source interface {
	Plan() cleanup.Plan
	Take() (events []cleanup.Event, more <-chan struct{})
	Results() []cleanup.Result
	Cancel()
	Paused() (until time.Time, why string)
	Pace() cleanup.Pace
	Summary() cleanup.Summary
	Requests(item int) []cleanup.Request
}

// Model is the screen of one run. It has to be given every message that is not a key press also while another screen
// is on top, for it follows the run.
type Model struct {
	screen.Exit

	env  *screen.Env
	run  *cleanup.Run  // nil: past
	past *cleanup.Past // nil: run
	src  source
	plan cleanup.Plan

	items    []item // in plan order
	counts   [outcomes]int
	flying   int // items in flight
	ended    int
	phase    cleanup.Step    // Checking, Sending, Proving or Finished
	note     string          // what the run said last of itself
	stopping bool            // cancelled by the user
	undoes   bool            // it brings back what another run has deleted
	undone   string          // how far another run of this session has brought it back; "" when none has
	summary  cleanup.Summary // of the end, once it is finished
	pace     pace

	only    selection
	rows    []int          // the items that are listed, ascending, when not all are
	cursor  int            // an item, not a row: it stays on it when rows come and go
	top     int            // first row shown
	page    int            // rows shown
	follow  bool           // the list follows the run until the user moves in it
	front   int            // the first item without its outcome; len(items) when all have one
	latest  int            // the failure that came last, -1 for none
	reading int            // the item that is opened, -1 for none
	text    viewport.Model // its story
	waiting bool           // in the last frame, requests waited for a pause to end

	tags           []string          // what tells items of one name apart, see [cleanup.Plan.Tags]
	in             map[string]string // what they are in, see [cleanup.Plan.Parents]
	names, parents int               // columns of the widest name and parent
}

// item is one row.
type item struct {
	step   cleanup.Step // Checking: queued
	sent   time.Time
	note   string // while it is Clearing: "removing server 2 of 3"; of the history what else is known of it
	doubt  bool   // of the history: a request may have reached it
	result cleanup.Result
}

// flies: a request about it is in flight, or one follows another.
func (it *item) flies() bool {
	return it.step == cleanup.Clearing || it.step == cleanup.Sent || it.step == cleanup.Reading
}

const outcomes = int(cleanup.AlreadyThere) + 1

// New makes the screen for r, which may have begun or even finished.
func New(env *screen.Env, r *cleanup.Run) *Model {
	return newModel(env, r, r)
}

func newModel(env *screen.Env, r *cleanup.Run, src source) *Model {
	plan := src.Plan()
	m := &Model{
		env: env, run: r, src: src, plan: plan, follow: true, latest: -1, reading: -1, text: viewport.New(), items: make([]item, len(plan.Items)),
		undoes: plan.Undoes != "",
	}
	m.summary = src.Summary()
	m.measure()
	return m
}

// Init begins to follow the run.
func (m *Model) Init() tea.Cmd {
	if m.past != nil {
		return nil
	}
	return tea.Batch(m.listen(), m.tick())
}

// Run is the run shown, nil when it is one of the history.
func (m *Model) Run() *cleanup.Run { return m.run }

// Progress says how many of the items have their outcome, and whether the run still goes on.
func (m *Model) Progress() (done, total int, live bool) {
	return m.ended, len(m.items), m.live()
}

// Undone says that another run has brought back what can be, the whole of it or not: an undo is no longer suggested, but can
// still be asked for.
func (m *Model) Undone(whole bool) {
	if m.undone = "undone"; !whole {
		m.undone += " as far as it can be"
	}
}

// title is how the line of a running run begins.
func (m *Model) title() string {
	switch {
	case m.stopping:
		return "Cancelled"
	case m.stopped():
		return "Stopped"
	case m.undoes:
		return "Bringing back " + m.count(len(m.items))
	default:
		return "Deleting " + m.count(len(m.items))
	}
}

// Hints are what the foot of the frame shows.
func (m *Model) Hints() []keys.Action {
	if m.reading >= 0 {
		return []keys.Action{keys.Back, keys.CopyItem, keys.Help}
	}
	var hints []keys.Action
	switch {
	case m.whyNot(keys.Resume) == "":
		hints = append(hints, keys.Resume)
	case m.live() && !m.stopping && m.ended < len(m.items):
		hints = append(hints, keys.CancelRun)
	case !m.live() && m.canRetry():
		hints = append(hints, keys.Retry)
	}
	if !m.live() && m.undone == "" && m.whyNot(keys.Undo) == "" {
		hints = append(hints, keys.Undo)
	}
	if m.past != nil && m.whyNot(keys.Verify) == "" {
		hints = append(hints, keys.Verify)
	}
	back := keys.Back
	if m.live() {
		back = keys.LeaveRun
	}
	hints = append(hints, back)
	if m.failed() > 0 {
		hints = append(hints, keys.OnlyFailures)
	}
	hints = append(hints, keys.Pane)
	if !m.live() && m.whyNot(keys.Export) == "" {
		hints = append(hints, keys.Export)
	}
	hints = append(hints, keys.Help)
	if m.WhyNot(keys.CopyItem) == "" {
		hints = append(hints, keys.CopyItem)
	}
	return hints
}

// Word is what the key that narrows the list does once it has.
func (m *Model) Word(a keys.Action) string {
	if a == keys.OnlyFailures && !m.only.all() {
		return "show all"
	}
	return ""
}

// happened carries everything the run has said since the last one.
type happened struct {
	to     *Model
	events []cleanup.Event
	last   bool
}

type ticked struct{ to *Model }

// listen waits for the next event and takes along what follows it closely.
func (m *Model) listen() tea.Cmd {
	src := m.src
	return func() tea.Msg {
		events, more := src.Take()
		if more != nil {
			if len(events) == 0 {
				<-more
			}
			<-time.After(gather)
			var rest []cleanup.Event
			rest, more = src.Take()
			events = append(events, rest...)
		}
		return happened{m, events, more == nil}
	}
}

func (m *Model) tick() tea.Cmd {
	return tea.Tick(beat, func(time.Time) tea.Msg { return ticked{m} })
}

// Update takes what the run says and, when on top, key presses.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case happened:
		if msg.to != m {
			return nil
		}
		for i := range msg.events {
			m.apply(&msg.events[i])
		}
		if msg.last {
			m.finish()
			return nil
		}
		return m.listen()
	case ticked:
		if msg.to == m && m.live() {
			m.watchLeft(m.env.Now())
			return m.tick()
		}
	case tea.KeyPressMsg:
		action, _ := m.env.Keys.Action(keys.Run, msg.String())
		return m.do(action)
	}
	return nil
}

func (m *Model) do(a keys.Action) tea.Cmd {
	if m.reading >= 0 {
		switch a {
		case keys.Pane, keys.Back, keys.LeaveRun:
			m.reading = -1
			return nil
		}
		if screen.Scroll(&m.text, a) {
			return nil
		}
	}
	if by, ok := screen.Step(a, m.page, len(m.items)); ok {
		if a == keys.Bottom && m.row(m.cursor) == m.shown()-1 && !m.follow {
			m.follow = m.live() // once more at the end: follow again
		} else {
			m.move(by)
		}
		return nil
	}
	switch a {
	case keys.Back, keys.LeaveRun:
		m.Leave()
		return nil
	}
	if why := m.WhyNot(a); why != "" {
		return screen.Refuse(a, why)
	}
	switch a {
	case keys.OnlyFailures:
		m.failures()
	case keys.NextOutcome:
		m.pick(m.nextSelection())
	case keys.CancelRun:
		return func() tea.Msg { return CancelMsg{m} }
	case keys.Pane:
		m.open()
	case keys.CopyItem:
		return m.copyID()
	case keys.Retry, keys.Undo, keys.Export, keys.Resume, keys.Verify:
		return m.want(a)
	}
	return nil
}

// WhyNot is why something cannot be done here now, "" when it can.
func (m *Model) WhyNot(a keys.Action) string {
	switch a {
	case keys.OnlyFailures:
		return m.notNarrow()
	case keys.NextOutcome:
		if len(m.items) == 0 {
			return "There are no items"
		}
	case keys.CancelRun:
		return m.notCancel()
	case keys.Retry:
		return m.notRetry()
	case keys.CopyItem:
		if m.pointed() < 0 {
			return "No row is chosen: " + m.env.Keys.Label(keys.Up) + " and " + m.env.Keys.Label(keys.Down) + " go there"
		}
	case keys.Undo, keys.Export, keys.Resume, keys.Verify:
		return m.whyNot(a)
	}
	return ""
}

// pointed is the item that is opened, or that the pane tells of; -1 for none.
func (m *Model) pointed() int {
	if m.reading >= 0 {
		return m.reading
	}
	return m.subject()
}

// copyID copies the id by which the service knows an item now.
func (m *Model) copyID() tea.Cmd {
	i := m.pointed()
	id := cmp.Or(m.items[i].result.NewID, m.plan.Items[i].Resource.Ref.ID)
	return tea.Batch(tea.SetClipboard(id), screen.Say("Copied "+id))
}

// want asks the root for something to be done with the run.
func (m *Model) want(a keys.Action) tea.Cmd {
	msg := screen.WantMsg{By: m, Do: a, Run: m.run, ID: m.id()}
	return func() tea.Msg { return msg }
}

// notCancel is why there is nothing to cancel, "" when there is.
func (m *Model) notCancel() string {
	switch {
	case m.past != nil && m.past.Live:
		return "Another janitor is at this run: cancel it there"
	case m.past != nil && !m.finished():
		return "Nothing to cancel: the run does not go on"
	case !m.live():
		return "Nothing to cancel: the run is finished"
	case m.ended == len(m.items):
		return "Nothing to cancel: every item has its outcome"
	case m.stopping:
		return "Already cancelled: nothing more is sent"
	}
	return ""
}

// Stop cancels the run, as far as that is still possible.
func (m *Model) Stop() tea.Cmd {
	if why := m.notCancel(); why != "" {
		return screen.Say(why)
	}
	m.stopping = true
	m.src.Cancel() // the head says so
	return nil
}

// notRetry is why nothing can be tried again, "" when something can.
func (m *Model) notRetry() string {
	switch {
	case m.past != nil && m.whyNot(keys.Resume) == "":
		return "Only a run of this session is retried: " + m.env.Keys.Label(keys.Resume) + " resumes this one"
	case m.past != nil:
		return "Only a run of this session is retried: mark what is left in its list"
	case m.live():
		return "The run still goes on: retry it when it is finished"
	case !m.canRetry() && m.whyNot(keys.Resume) == "":
		return "Nothing to retry: " + m.env.Keys.Label(keys.Resume) + " resumes the run with what was not sent"
	case !m.canRetry():
		return "Nothing to retry: " + m.kept()
	}
	return ""
}

// kept says of a run without anything to retry what is still there all the same: lists take marks off what is gone only.
func (m *Model) kept() string {
	var parts []string
	for _, o := range []cleanup.Outcome{cleanup.Cancelled, cleanup.Skipped} {
		switch n := m.counts[o]; n {
		case 0:
		case 1:
			parts = append(parts, "1 was "+o.String())
		default:
			parts = append(parts, english.Number(n)+" were "+o.String())
		}
	}
	if len(parts) == 0 {
		return "nothing failed"
	}
	return strings.Join(parts, ", ") + "; marks are kept"
}

// failures lists only them, or everything again.
func (m *Model) failures() {
	if m.only.all() {
		m.pick(selection{failures: true})
	} else {
		m.pick(selection{})
	}
}

// notNarrow is why the list cannot be narrowed to failures, "" when it can, or is already.
func (m *Model) notNarrow() string {
	switch {
	case !m.only.all() || m.failed() > 0:
		return ""
	case m.live():
		return "No failures so far"
	}
	return "No failures"
}

// open shows the story of the current item in place of the list. When the list follows the run and nothing has failed,
// it is that of the item that the run is at.
func (m *Model) open() {
	if m.follow && m.latest < 0 {
		m.move(0)
	}
	if m.reading = m.subject(); m.reading >= 0 {
		m.text.GotoTop()
	}
}

// stopped: nothing more is sent although the run is not through, whoever wanted it.
func (m *Model) stopped() bool { return m.stopping || m.live() && m.counts[cleanup.Cancelled] > 0 }

func (m *Model) live() bool { return m.phase != cleanup.Finished }

func (m *Model) count(n int) string { return english.Count(n, m.summary.One, m.summary.Many) }

// canRetry says whether the engine would find something to try again.
func (m *Model) canRetry() bool {
	for o, n := range m.counts {
		if n > 0 && cleanup.Outcome(o).Retried() {
			return m.past == nil
		}
	}
	return false
}
