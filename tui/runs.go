package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/english"
	"janitor/client/inventory"
	"janitor/tui/ask"
	"janitor/tui/browse"
	"janitor/tui/keys"
	"janitor/tui/run"
	"janitor/tui/runs"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// session is a run with its screen, which follows the run whether it is open or not.
type session struct {
	run    *cleanup.Run
	screen *run.Model
	abort  context.CancelFunc // ends what is in flight too
	ended  bool
	told   int // outcomes that the lists have been told of
}

// ended: nothing of a run is under way any more.
type ended struct{ session *session }

// running is the context of a run. It does not end with the program's: runs are cancelled and waited for instead, so
// that what is in flight gets its outcome.
func (m *Model) running() (context.Context, context.CancelFunc) {
	if m.opts.InFlight != nil {
		return context.WithCancel(m.opts.InFlight)
	}
	return context.WithCancel(context.WithoutCancel(m.ctx))
}

func (m *Model) start(r *cleanup.Run, abort context.CancelFunc) tea.Cmd {
	if m.opts.Started != nil {
		m.opts.Started(r)
	}
	s := &session{run: r, screen: run.New(m.env, r), abort: abort}
	m.runs = append(m.runs, s)
	m.shown = len(m.runs) - 1
	m.push(s.screen)
	return tea.Batch(s.screen.Init(), m.tellLists(s.going()), func() tea.Msg {
		r.Wait()
		abort()
		return ended{s}
	})
}

// refs are what a run is about.
func refs(r *cleanup.Run) []inventory.Ref {
	items := r.Plan().Items
	out := make([]inventory.Ref, len(items))
	for i := range items {
		out[i] = items[i].Resource.Ref
	}
	return out
}

// going is what the lists are told of a run.
func (s *session) going() browse.GoingMsg {
	msg := browse.GoingMsg{InHand: refs(s.run)}
	for _, r := range s.run.Results() {
		if r.Outcome == cleanup.Deleted || r.Outcome == cleanup.AlreadyGone {
			msg.Gone = append(msg.Gone, r.Ref)
		}
	}
	return msg
}

// follow tells the lists what has come of the runs since the last time.
func (m *Model) follow() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range m.runs {
		if done, _, _ := s.screen.Progress(); !s.ended && done != s.told {
			s.told = done
			cmds = append(cmds, m.tellLists(s.going()))
		}
	}
	m.recount()
	return tea.Batch(cmds...)
}

func (m *Model) tellLists(msg tea.Msg) tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range m.stack {
		if b, ok := s.(*browse.Model); ok {
			cmds = append(cmds, b.Update(msg))
		}
	}
	return tea.Batch(cmds...)
}

// inHand are the items of runs going on that are gone, or may yet go: a second run must not have them.
func (m *Model) inHand() []inventory.Ref {
	var out []inventory.Ref
	for _, s := range m.runs {
		if s.ended {
			continue
		}
		for _, r := range s.run.Results() {
			switch r.Outcome {
			case cleanup.Blocked, cleanup.Failed, cleanup.Skipped, cleanup.Cancelled, cleanup.Reappeared:
			default:
				out = append(out, r.Ref)
			}
		}
	}
	return out
}

// ended lists again what the run has touched.
func (m *Model) ended(msg ended) tea.Cmd {
	s := msg.session
	s.ended = true
	if m.quitting && m.live() == nil {
		return tea.Quit
	}
	m.recount()
	summary := s.run.Summary()
	if of := m.sessionOf(s.run.Plan().Undoes); of != nil && through(summary) {
		of.screen.Undone(summary.OK())
	}
	if m.top() != screen.Screen(s.screen) {
		m.notice = screen.Notice{By: m.below(), Text: "Run ended: " + summary.String(), Bad: !summary.OK()}
	}
	going := s.going()
	cmds := []tea.Cmd{m.nextPlan(s.run)}
	if h, ok := s.run.Recorded(); ok {
		cmds = append(cmds, m.broadcast(runs.Changed{ID: h.Run}))
	}
	return tea.Batch(append(cmds, m.broadcast(browse.EndedMsg{Touched: going.InHand, Gone: going.Gone}))...)
}

// through: nothing of a run is left to be sent, or to be tried again.
func through(s cleanup.Summary) bool {
	for o, n := range s.Counts {
		if outcome := cleanup.Outcome(o); n > 0 && (outcome.Retried() || outcome == cleanup.Cancelled) {
			return false
		}
	}
	return s.Stopped == ""
}

// nextPlan starts the next of the plans that were confirmed before the program began, unless the run of the one before had
// to stop. after is nil for the first.
func (m *Model) nextPlan(after *cleanup.Run) tea.Cmd {
	if len(m.plans) == 0 || m.quitting || m.opts.Engine == nil {
		return nil
	}
	if after != nil && (after.Summary().Stopped != "" || after.Resumable()) {
		m.plans = nil
		return nil
	}
	p := m.plans[0]
	m.plans = m.plans[1:]
	ctx, abort := m.running()
	return m.start(m.opts.Engine.Start(ctx, p), abort)
}

// below is the top screen, or the one under it when that is a run's: another run is no news for it.
func (m *Model) below() screen.Screen {
	for _, s := range slices.Backward(m.stack) {
		if _, ok := s.(*run.Model); !ok {
			return s
		}
	}
	return nil
}

// live is the latest run that has not ended, nil when all have.
func (m *Model) live() *session {
	for _, s := range slices.Backward(m.runs) {
		if !s.ended {
			return s
		}
	}
	return nil
}

func (m *Model) notShowRun() string {
	if len(m.runs) == 0 {
		return "No run yet in this session"
	}
	return ""
}

// showRun goes to the latest run that goes on, else to the latest; pressed again after coming back to the one before
// the one shown last, and from the first to the latest.
func (m *Model) showRun(again bool) tea.Cmd {
	if why := m.notShowRun(); why != "" {
		return screen.Say(why)
	}
	n := len(m.runs)
	switch {
	case again:
		m.shown = (m.shown + n - 1) % n
	case m.live() != nil:
		m.shown = slices.Index(m.runs, m.live())
	default:
		m.shown = n - 1
	}
	m.push(m.runs[m.shown].screen)
	return nil
}

// which run is shown, when there are several: "run 2 of 3".
func (m *Model) which() string {
	i := slices.IndexFunc(m.runs, func(s *session) bool { return m.top() == screen.Screen(s.screen) })
	if i < 0 || len(m.runs) < 2 {
		return ""
	}
	return fmt.Sprintf("run %d of %d", i+1, len(m.runs))
}

// quit ends the program by the key that quits from anywhere. With a run going on, the first time it only says what the
// second time will do: cancel and wait for the proof. The third time does not wait. A key that repeats is no second time.
func (m *Model) quit(asked bool) tea.Cmd {
	early := m.env.Now().Sub(m.askedAt) < screen.Grace
	switch {
	case m.live() == nil:
		return tea.Quit
	case m.quitting && early, m.aborted:
	case m.quitting:
		m.aborted = true
		for _, s := range m.runs {
			s.abort()
		}
	case asked && !early:
		m.drain()
	default:
		if !asked {
			m.askedAt = m.env.Now()
		}
		m.asked = true
		m.notice = screen.Notice{Text: "A run is going on: " + m.env.Keys.Label(keys.QuitNow) + " again cancels it, proves what was sent and quits"}
	}
	return nil
}

// leave ends the program, or asks first while a run goes on.
func (m *Model) leave() tea.Cmd {
	switch {
	case m.live() == nil:
		return tea.Quit
	case m.quitting:
		return nil
	}
	m.matter = &matter{WantMsg: screen.WantMsg{By: m.top(), Do: keys.Quit}}
	m.question = ask.New(m.env, ask.Question{Title: "Leave janitor", Place: m.scope(), Text: m.toGo(), More: proves, Not: "Stay", Verb: "Leave"})
	return m.question.Init()
}

// toGo is what leaving would cancel.
func (m *Model) toGo() string {
	left, all := 0, 0
	one, many := "item", "items"
	going := m.goingOn(nil)
	for _, s := range going {
		done, total, _ := s.screen.Progress()
		left, all = left+total-done, all+total
	}
	if len(going) == 1 {
		one, many = going[0].run.Plan().Nouns()
	}
	if left == 0 {
		return "All items have their outcome, the proof is yet to come: leave as soon as it is there?"
	}
	return english.Sentence(english.Are(left, all, one, many)) + " still to go: leave and cancel?"
}

// drain cancels what goes on and quits when that has ended.
func (m *Model) drain() {
	m.quitting, m.askedAt = true, m.env.Now()
	m.dialog, m.plan, m.question, m.matter = nil, nil, nil, nil
	for _, s := range m.runs {
		s.run.Cancel()
	}
}

// wantCancel asks before a run is cancelled: the key is one that does something harmless elsewhere.
func (m *Model) wantCancel(msg run.CancelMsg) tea.Cmd {
	if !m.onTop(msg.By) || m.quitting {
		return nil
	}
	m.matter = &matter{WantMsg: screen.WantMsg{By: msg.By, Do: keys.CancelRun}}
	m.question = ask.New(m.env, ask.Question{
		Title: about("Cancel", ""), Place: m.scope(), Text: toCancel(msg.By), More: proves, Not: "Go on", Verb: "Cancel the run",
	})
	return m.question.Init()
}

// proves is what becomes of what is in flight when a run is cancelled.
const proves = "What was sent is proved."

func toCancel(r *run.Model) string {
	done, total, _ := r.Progress()
	one, many := r.Run().Plan().Nouns()
	return english.Sentence(english.Are(total-done, total, one, many)) + " still to go: send nothing more?"
}

// reply does what was answered to the question on leaving or cancelling; all others are about what is to be begun.
func (m *Model) reply(a ask.Answer) tea.Cmd {
	of := m.ends()
	if a.To != m.question || of == nil {
		return m.answered(a)
	}
	m.question, m.matter = nil, nil
	switch {
	case of.Do == keys.Quit && m.live() == nil:
		return tea.Quit
	case !a.Yes || m.quitting:
		m.notice = screen.Notice{Text: "The run goes on"}
	case of.Do == keys.CancelRun:
		return of.By.(*run.Model).Stop()
	default:
		m.drain()
	}
	return nil
}

// ends is what is asked about when yes ends what goes on, else nil.
func (m *Model) ends() *matter {
	if m.question == nil || m.matter == nil || m.matter.Do != keys.Quit && m.matter.Do != keys.CancelRun {
		return nil
	}
	return m.matter
}

// recount keeps the question true while the run goes on, and takes it away when nothing is left to ask.
func (m *Model) recount() {
	switch of := m.ends(); {
	case of == nil:
	case of.Do == keys.CancelRun:
		r := of.By.(*run.Model)
		if done, total, _ := r.Progress(); done < total {
			m.question.Text = toCancel(r)
			return
		}
		m.question, m.matter = nil, nil
	case m.live() == nil:
		m.question, m.matter = nil, nil
	default:
		m.question.Text = m.toGo()
	}
}

// parting says what the program still waits for before it quits.
func (m *Model) parting() string {
	if m.aborted {
		return "Quitting without proof: what is in flight is broken off"
	}
	going, pending := m.goingOn(nil), 0
	for _, s := range going {
		done, total, _ := s.screen.Progress()
		pending += total - done
	}
	quota := ""
	if wait := m.paused(going); wait > 0 {
		quota = "quota frees in " + theme.Seconds(wait) + ", "
	}
	next := "proving what was sent"
	switch {
	case pending > 0:
		next = fmt.Sprintf("%d in flight", pending)
	case quota != "":
		next = "then proof"
	}
	return "Cancelled: " + quota + next + "; " + m.env.Keys.Label(keys.QuitNow) + " again quits without proof"
}

// Summary is a paragraph on all runs of the session, and where reports were written.
func (m *Model) Summary() string {
	if len(m.runs) == 0 {
		return "janitor: nothing was deleted in " + m.scope() + "." + m.whereReports()
	}
	var parts []string
	for _, s := range m.runs {
		parts = append(parts, s.run.Summary().String())
	}
	text := "janitor in " + m.scope() + ": " + strings.Join(parts, "; ") + ". Nothing else was changed."
	if m.aborted {
		text += " Quit before the proof: list again to see what is left."
	}
	return text + m.whereReports()
}
