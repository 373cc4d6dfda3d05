package cleanup

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// 500 unused pools at 40 ms round trip and 2 ms an item: the whole run, from the check to the proof. The server is
// simcloud in the same process, over HTTP. requests/item counts every request of a run, lists included. With a journal,
// on the disk of the temporary folder, fsync-ms is the time that requests wait for their intents, added up.
func BenchmarkPools(b *testing.B) {
	for _, c := range []struct {
		name     string
		lacks    []string
		recorded bool
	}{
		{"batch", nil, false},
		{"batch-journal", nil, true},
		{"single", []string{"/pools/batch-delete"}, false},
		{"single-journal", []string{"/pools/batch-delete"}, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			const n = 500
			requests, took, first := 0, time.Duration(0), time.Duration(0)
			var waited atomic.Int64
			for b.Loop() {
				b.StopTimer()
				s := simulate(b, simcloud.Options{Size: simcloud.Empty, Latency: 40 * time.Millisecond, ItemCost: 2 * time.Millisecond, Lacks: c.lacks}, nil)
				for i := range n {
					s.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-1111-%012d", i), fmt.Sprint("pool-", i))
				}
				from := s.load(inventory.Pools)
				p := s.plan(from.Listing(inventory.Pools).Resources.All(), from)
				before := len(s.cloud.Requests())
				if c.recorded {
					begin := NewHistory(b.TempDir(), "bench").Journal(Where{})
					s.engine.journal = func(p Plan) (Journal, error) {
						j, err := begin(p)
						return stopwatch{j, &waited}, err
					}
				}
				b.StartTimer()

				start := time.Now()
				run := s.engine.Start(b.Context(), p)
				for ev := range eventsOf(run) {
					if ev.Step == Ended && first == 0 {
						first = time.Since(start)
					}
				}
				took += time.Since(start)

				b.StopTimer()
				if summary := run.Summary(); summary.Counts[Deleted] != n || !summary.OK() {
					b.Fatal(summary)
				}
				requests += len(s.cloud.Requests()) - before
				b.StartTimer()
			}
			items := float64(n * b.N)
			b.ReportMetric(items/took.Seconds(), "items/s")
			b.ReportMetric(float64(requests)/items, "requests/item")
			b.ReportMetric(float64(first.Milliseconds()), "ms-to-first")
			if c.recorded {
				b.ReportMetric(float64(waited.Load())/1e6/float64(b.N), "fsync-ms")
			}
		})
	}
}

// stopwatch counts how long a journal lets its run wait.
type stopwatch struct {
	Journal
	waited *atomic.Int64
}

func (s stopwatch) Sync() error {
	start := time.Now()
	defer func() { s.waited.Add(int64(time.Since(start))) }()
	return s.Journal.Sync()
}

// The engine alone: no network, answers at once.
func BenchmarkLedger(b *testing.B) {
	b.Run("bare", func(b *testing.B) { benchmarkLedger(b, nil) })
	b.Run("journal", func(b *testing.B) { benchmarkLedger(b, NewHistory(b.TempDir(), "bench").Journal(Where{})) })
}

func benchmarkLedger(b *testing.B, begin func(Plan) (Journal, error)) {
	b.Helper()
	const n = 5000
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		for i := range n {
			w.with(fmt.Sprint("t", i))
		}
		p := w.plan(things)
		w.planned = nil
		// No cost of the world itself: what is deleted is gone at once.
		w.answer = func(_ string, ids []string) ([]inventory.Answer, error) {
			return say(inventory.SaidDeleted, ids...), nil
		}
		w.listing = func(n int) error {
			if n == 1 {
				w.rows[things] = nil
			}
			return nil
		}
		e := w.engine(4)
		e.journal = begin
		b.StartTimer()
		run := e.Start(b.Context(), p)
		for range eventsOf(run) {
		}
		if summary := run.Summary(); !summary.OK() {
			b.Fatal(summary)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "items/s")
}
