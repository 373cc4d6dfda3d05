package benchmark

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/journal"
	"janitor/client/profile"
	"janitor/tui/keys"
	"janitor/tui/run"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// open connects as the program does, by a profile.
func (g greeting) open(ctx context.Context) (*profile.Session, *inventory.Loader, error) {
	a := g.Account
	s, err := profile.Profile{
		Name: "benchmark", Cloud: "custom", Region: a.Region, ProjectID: a.ProjectID,
		Auth:      profile.Auth{AccessKey: profile.Secret(a.AccessKey), SecretKey: profile.Secret(a.SecretKey)},
		Endpoints: profile.Endpoints{ELB: g.URL, APIG: g.URL, ROMA: g.URL, IAM: g.URL},
	}.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s, inventory.NewLoader(s.Client, inventory.Scope{Profile: s.Profile, Region: s.Region, Project: s.Project}), nil
}

// prepare makes the plan of a work on a calm service without limits, and sees what janitor reads around its deletions.
func prepare(ctx context.Context, w work, born time.Time) (cleanup.Plan, reads, error) {
	var p cleanup.Plan
	r, err := launch(order{Work: w, Born: born, Calm: true})
	if err != nil {
		return p, reads{}, err
	}
	defer r.close()
	s, loader, err := r.open(ctx)
	if err != nil {
		return p, reads{}, err
	}
	defer s.Close()
	from := inventory.Last(loader.Load(ctx, inventory.Pools))
	if w.Channels > 0 {
		top := inventory.Last(loader.Load(ctx, inventory.Channels))
		from = inventory.Last(loader.Open(ctx, inventory.Members, top.Listing(inventory.Channels).Resources.All()))
	}
	var marked []inventory.Ref
	items := w.items()
	for _, one := range from.Listing(w.kind()).Resources.All() {
		if slices.Contains(items, one.Ref.ID) {
			marked = append(marked, one.Ref)
		}
	}
	if p, err = cleanup.NewPlan(marked, from, cleanup.Choice{}); err != nil {
		return p, reads{}, err
	}
	if len(p.Items) != w.N {
		return p, reads{}, fmt.Errorf("%s: %d of %d items are planned", w.Name, len(p.Items), w.N)
	}
	before, err := r.ledger()
	if err != nil {
		return p, reads{}, err
	}
	run := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{}).Start(ctx, p)
	run.Wait()
	if summary := run.Summary(); !summary.OK() {
		return p, reads{}, fmt.Errorf("%s cannot be prepared: %s", w.Name, summary)
	}
	after, err := r.ledger()
	if err != nil {
		return p, reads{}, err
	}
	return p, readsOf(after.Log[len(before.Log):]), nil
}

// janitor runs the engine cold, from its check to its proof, with a journal on disk and the screen drawn all the while.
func janitor(ctx context.Context, t trial) (attempt, error) {
	a := attempt{said: map[string]bool{}}
	s, loader, err := t.open(ctx)
	if err != nil {
		return a, err
	}
	defer s.Close()
	past := cleanup.NewHistory(t.dir, "benchmark")
	at := cleanup.Where{Profile: s.Profile, Region: s.Region, Project: s.Project}
	engine := cleanup.NewEngine(s.Deleter, loader, cleanup.Options{Journal: past.Journal(at)})

	begun := time.Now()
	r := engine.Start(ctx, t.plan)
	frames := make(chan []frame, 1)
	go func() { frames <- watch(r) }()
	r.Wait()
	a.took = time.Since(begun)
	shown := <-frames
	if err := r.Unrecorded(); err != nil {
		return a, err
	}
	for _, res := range r.Results() {
		switch res.Outcome {
		case cleanup.Deleted, cleanup.AlreadyGone:
			a.said[res.Ref.ID] = true
		case cleanup.Pending, cleanup.Unknown: // it says nothing of them
		default:
			a.said[res.Ref.ID] = false
		}
	}
	ended, err := outcomes(t.dir)
	if err != nil {
		return a, err
	}
	if len(ended) > 0 {
		a.first = ended[0].Sub(begun)
	}
	a.ages = ages(ended, shown)
	return a, nil
}

// outcomes are the times at which items ended, by the journal, in order.
func outcomes(dir string) (at []time.Time, err error) {
	found, err := filepath.Glob(filepath.Join(dir, "runs", "*", "journal.ndjson"))
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%s: %d journals instead of one", dir, len(found))
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		return nil, err
	}
	lines, _, err := journal.Read(data)
	for _, l := range lines {
		if l.Type == "outcome" {
			at = append(at, l.At)
		}
	}
	return at, err
}

// frame is when a picture of the run was ready, and how many outcomes it tells.
type frame struct {
	at   time.Time
	done int
}

// ages are how old outcomes were when the first frame told them.
func ages(ended []time.Time, shown []frame) (out []time.Duration) {
	for _, f := range shown {
		for len(out) < min(f.done, len(ended)) {
			out = append(out, f.at.Sub(ended[len(out)]))
		}
	}
	return out
}

// watch shows a run on a screen of 120×36 as the program does, until it is finished.
func watch(r *cleanup.Run) (frames []frame) {
	env := &screen.Env{Theme: theme.New(theme.Look{Dark: true}), Keys: keys.Default(), Now: time.Now}
	m := run.New(env, r)
	var commands sync.WaitGroup
	defer commands.Wait()
	messages := make(chan tea.Msg)
	waiting := 0
	do := func(cmd tea.Cmd) {
		if cmd != nil {
			waiting++
			commands.Go(func() { messages <- cmd() })
		}
	}
	for do(m.Init()); waiting > 0; {
		msg := <-messages
		waiting--
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, cmd := range batch {
				do(cmd)
			}
			continue
		}
		do(m.Update(msg))
		m.View(120, 36)
		done, _, _ := m.Progress()
		frames = append(frames, frame{time.Now(), done})
	}
	return frames
}
