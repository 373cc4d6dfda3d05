//go:build unix

package run

import (
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"janitor/client/cleanup"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// watched is a program of one run's screen; it is the terminal too, and knows when which outcomes came to it.
type watched struct {
	*Model
	mu    sync.Mutex
	drawn int         // outcomes in the latest frame
	at    []time.Time // when each of the outcomes was written to the terminal
	first sync.Once
	up    chan struct{} // something is on the terminal
	all   chan struct{} // all outcomes are
}

func (w *watched) Init() tea.Cmd { return w.Model.Init() }

func (w *watched) Update(msg tea.Msg) (tea.Model, tea.Cmd) { return w, w.Model.Update(msg) }

func (w *watched) View() tea.View {
	v := tea.NewView(w.Model.View(120, 34))
	v.AltScreen = true
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drawn = w.ended
	return v
}

func (w *watched) Write(p []byte) (int, error) {
	w.first.Do(func() { close(w.up) })
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.at) < w.drawn {
		if w.at = append(w.at, time.Now()); len(w.at) == len(w.items) {
			close(w.all)
		}
	}
	return len(p), nil
}

// BenchmarkFrame is how old an outcome is when it comes to the terminal, of 5 000 that arrive at once or within a second,
// through the whole program; and what it costs.
func BenchmarkFrame(b *testing.B) {
	const n = 5000
	for name, within := range map[string]time.Duration{"at-once": 0, "in-1s": time.Second} {
		b.Run(name, func(b *testing.B) {
			p := plan(n)
			var ages []time.Duration
			before := spent(b)
			for b.Loop() {
				s := &script{plan: p, results: make([]cleanup.Result, n), summary: summary(n, nil, 0)}
				env := &screen.Env{Theme: theme.New(theme.Look{Dark: true}), Keys: keys.Default(), Now: time.Now}
				w := &watched{Model: newModel(env, nil, s), up: make(chan struct{}), all: make(chan struct{})}
				program := tea.NewProgram(w, tea.WithInput(nil), tea.WithOutput(w), tea.WithoutSignals(), tea.WithWindowSize(120, 34))
				var running sync.WaitGroup
				running.Go(func() {
					if _, err := program.Run(); err != nil {
						b.Error(err)
					}
				})
				<-w.up
				time.Sleep(100 * time.Millisecond) // how the program starts is not what is measured
				emitted := make([]time.Time, n)
				began := time.Now()
				for i := range n {
					if within > 0 && i%5 == 0 {
						time.Sleep(time.Until(began.Add(within * time.Duration(i) / n)))
					}
					emitted[i] = time.Now()
					s.emit(cleanup.Event{At: emitted[i], Step: cleanup.Sent, Item: i})
					s.emit(cleanup.Event{At: emitted[i], Step: cleanup.Ended, Item: i, Result: cleanup.Result{Outcome: cleanup.Deleted, Message: "said"}})
				}
				<-w.all
				s.close()
				program.Quit()
				running.Wait()
				for i, at := range w.at {
					ages = append(ages, at.Sub(emitted[i]))
				}
			}
			slices.Sort(ages)
			b.ReportMetric(float64(ages[len(ages)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(ages[len(ages)-1].Microseconds())/1000, "max-ms")
			b.ReportMetric(float64((spent(b)-before).Milliseconds())/float64(b.N), "cpu-ms/5000-outcomes")
		})
	}
}

// spent is the processor time of the process so far.
func spent(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
