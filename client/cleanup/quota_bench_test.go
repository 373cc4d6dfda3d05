package cleanup

import (
	"fmt"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// Pools at 40 ms round trip and 2 ms an item under a quota that nobody has told the engine: the whole run, from the check
// to the proof. 429s/run is what it cost to find out.
func BenchmarkQuota(b *testing.B) {
	for _, c := range []struct {
		name  string
		n     int
		quota quota
	}{
		{"none-5000", 5000, quota{}},
		{"10-per-second-5000", 5000, quota{n: 10, per: time.Second, says: "10,time:1 second"}},
		{"60-per-3s-5000", 5000, quota{n: 60, per: 3 * time.Second, says: "60,time:3 second"}},
		{"bucket-of-60-per-3s-5000", 5000, quota{n: 60, per: 3 * time.Second, says: "60,time:3 second", sliding: true}},
		{"5-per-5s-500", 500, quota{n: 5, per: 5 * time.Second, says: "5,time:5 second"}},
		{"10-per-second-not-said-5000", 5000, quota{n: 10, per: time.Second}},
	} {
		b.Run(c.name, func(b *testing.B) {
			requests, refused, took := 0, 0, time.Duration(0)
			for b.Loop() {
				b.StopTimer()
				g := &gate{quota: c.quota}
				s := simulate(b, simcloud.Options{Size: simcloud.Empty, Latency: 40 * time.Millisecond, ItemCost: 2 * time.Millisecond}, g.front)
				for i := range c.n {
					s.cloud.AddPool(fmt.Sprintf("11111111-1111-1111-1111-%012d", i), fmt.Sprint("pool-", i))
				}
				from := s.load(inventory.Pools)
				p := s.plan(from.Listing(inventory.Pools).Resources.All(), from)
				g.close()
				b.StartTimer()

				start := time.Now()
				run := s.engine.Start(b.Context(), p)
				run.Wait()
				took += time.Since(start)

				b.StopTimer()
				if summary := run.Summary(); summary.Counts[Deleted] != c.n || !summary.OK() {
					b.Fatal(summary)
				}
				requests, refused = requests+len(g.passed), refused+g.refused
				b.StartTimer()
			}
			runs := float64(b.N)
			b.ReportMetric(float64(c.n)*runs/took.Seconds(), "items/s")
			b.ReportMetric(float64(requests)/runs, "requests/run")
			b.ReportMetric(float64(refused)/runs, "429s/run")
		})
	}
}
