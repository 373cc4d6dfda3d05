// Package tui is the program on the screen: the stack of screens, the way of messages to them, and the frame around
// them. The screens are packages of their own below this one.
package tui

import (
	"context"
	"errors"
	"iter"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/logbook"
	"janitor/tui/ask"
	"janitor/tui/browse"
	"janitor/tui/confirm"
	"janitor/tui/keys"
	"janitor/tui/palette"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// Options of a session.
type Options struct {
	Profile, Region, Project string
	Kind                     inventory.KindID // the tab to begin with; "" = the first
	Loader                   *inventory.Loader
	Engine                   *cleanup.Engine  // nil: nothing can be deleted
	Views                    []View           // saved expressions, in the order in which they are shown
	History                  *cleanup.History // where runs have their journals; nil: they leave no record
	Reports                  string           // folder for reports; "" = that of the run, or the current one for a run without a record
	AlwaysName               bool             // the dialog asks for a name whatever is deleted
	ReadOnlyWhy              string           // why Engine is nil, as a sentence; "" for the usual one
	// SavePlan writes a plan, chosen out of so many listed, to a file for the command line and says where; nil: it cannot.
	SavePlan func(p cleanup.Plan, listed int) (path string, err error)
	// Places looks for where one can go on to from here, also at the services; nil: nowhere. The error is why regions and
	// projects are not among them.
	Places  func(context.Context) ([]Place, error)
	GoTo    func(place string) // is told the name of a place, before the program ends
	Notice  string             // to begin with, of something that went wrong
	Steps   []Step             // of a runbook, to be walked through
	Limits  cleanup.Limits     // of what one dialog may delete; the zero value sets none
	Plans   []cleanup.Plan     // confirmed already: executed one after another, from the beginning on
	Started func(*cleanup.Run) // is told of every run, on the event loop; nil: nobody is
	Now     func() time.Time   // nil: time.Now
	Look    *theme.Look        // nil: what the terminal says of itself
	Light   bool               // its background, until it says; many never do
	Keys    *keys.Map          // nil: the default keys
	Log     *logbook.Book      // nil: there is none
	Clock   func() string      // says that the clock of this computer is wrong, once that is known; nil: nobody can tell

	// InFlight ends when what is in flight is to be broken off too, after the program was told to end; nil: it is waited for.
	InFlight context.Context
	Waiting  func() // is told, with the screen gone, that something in flight is waited for; nil: nobody is

	Suspend func() error // stops the process until somebody goes on with it; nil: this system cannot do that
}

// Model is the whole program.
type Model struct {
	opts Options
	env  *screen.Env
	ctx  context.Context // of what is read; ends with the program
	runs []*session      // in the order they were started
	w, h int

	shown int  // the run that was shown last
	again bool // the next key that shows a run goes on to the one before

	marks   map[inventory.Ref][]inventory.Ref // of entries and members that are not open, by their parents
	stack   []screen.Screen                   // the first is where the program begins; the last is on top
	dialog  *confirm.Model                    // over the top screen; nil when there is none
	palette *palette.Model                    // likewise; never both
	plan    *planning                         // the plan being made for it
	asking  *planning                         // the one it shows
	leaving []screen.Loader                   // taken off the stack, perhaps still ending

	question  *ask.Model // over the top screen, when neither dialog nor palette is
	matter    *matter    // what it asks about
	verifying string     // the run that is being verified
	others    others     // what is read of their runs
	reports   [][]string // that were written, each in every format
	chores    chores

	walk  walk           // through the steps
	plans []cleanup.Plan // to be executed yet

	places   []Place // that are known
	looking  bool    // for them
	looked   bool    // and found all of them
	unplaced error   // why they are not all

	hints    hints
	notice   screen.Notice
	unlogged bool // it was said that the log cannot be written
	timed    bool // it was said that the clock is wrong
	asked    bool // the next press of the key that quits from anywhere cancels what is running
	askedAt  time.Time
	away     bool // on the way to the shell, or back
	quitting bool // quits when the last run has ended
	aborted  bool // and does not wait for what is in flight, nor for the proof
}

// New makes the program. Nothing is read before Init; what is read ends with ctx.
func New(ctx context.Context, o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	look := theme.Look{Dark: !o.Light}
	if o.Look != nil {
		look = *o.Look
	}
	m := &Model{opts: o, ctx: ctx, marks: map[inventory.Ref][]inventory.Ref{}, env: &screen.Env{Theme: theme.New(look), Keys: keys.Default(), Now: o.Now}}
	m.env.Cannot, m.env.Foreign = m.lacks, m.foreign
	if o.Keys != nil {
		m.env.Keys = *o.Keys
	}
	kinds := inventory.Top()
	ids := make([]inventory.KindID, len(kinds))
	for i, k := range kinds {
		ids[i] = k.ID
	}
	m.stack = []screen.Screen{m.browse(kinds, nil, func(ctx context.Context) iter.Seq[*inventory.Snapshot] {
		return o.Loader.Load(ctx, ids...)
	})}
	return m
}

func (m *Model) browse(kinds []*inventory.Kind, parents []inventory.Resource, list func(context.Context) iter.Seq[*inventory.Snapshot]) *browse.Model {
	return browse.New(m.ctx, m.env, browse.Options{
		Kinds: kinds, First: m.opts.Kind, Parents: parents, Scope: m.place(), ReadOnly: m.readOnly(), List: list,
	})
}

// Run shows the program on the terminal until the user quits or ctx ends. It returns when nothing is under way any
// more: what was in flight has its outcome. The summary tells what was deleted, also when there is an error.
func Run(ctx context.Context, o Options, options ...tea.ProgramOption) (summary string, err error) {
	reading, cancel := context.WithCancel(ctx)
	defer cancel()
	m := New(reading, o)
	_, err = tea.NewProgram(m, append(options, tea.WithContext(ctx))...).Run()
	cancel()
	m.close()
	if errors.Is(err, context.Canceled) {
		err = context.Cause(ctx)
	}
	return m.Summary(), err
}

// Init asks the terminal what it looks like and begins to list.
func (m *Model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.tick(), m.stack[0].(*browse.Model).Init(), m.lookBack()}
	m.plans = m.opts.Plans
	if m.opts.Notice != "" {
		m.notice = screen.Notice{Text: m.opts.Notice, Bad: true}
		m.logShown(screen.Notice{})
	}
	cmds = append(cmds, m.nextPlan(nil))
	if len(m.opts.Steps) > 0 {
		cmds = append(cmds, m.walkTo(0))
	}
	if m.opts.Look == nil {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// ticked redraws what changes with time alone.
type ticked struct{}

func (m *Model) tick() tea.Cmd {
	return func() tea.Msg {
		select {
		case <-time.After(time.Second):
			return ticked{}
		case <-m.ctx.Done():
			return nil
		}
	}
}

// close cancels what still runs and waits for everything that was started.
func (m *Model) close() {
	for _, s := range m.runs {
		s.run.Interrupt() // the program was told to end: resume can go on with it
	}
	if m.live() != nil && m.opts.Waiting != nil {
		m.opts.Waiting()
	}
	for _, s := range m.runs {
		s.run.Wait()
		s.abort()
	}
	for _, s := range m.stack {
		if l, ok := s.(screen.Loader); ok {
			l.Close()
		}
	}
	for _, l := range m.leaving {
		l.Close()
	}
	m.chores.close()
}
