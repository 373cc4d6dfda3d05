package inventory_test

import (
	"iter"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// BenchmarkLoad reads 100 000 resources with all that refers to them. Answers come from a file, so that only the client's
// own work counts: cpu-s is the time it computes, heap-MB what the last snapshot holds, B/resource the same by the number of
// all that is listed, peak-MB the most that was in use at any snapshot, garbage included. Entries are all entries of all IP groups in one table.
func BenchmarkLoad(b *testing.B) {
	mix := quotas(6) // 500+500+120+50·300+100+500 resources each
	for _, world := range []struct {
		name    string
		account account
		load    func(l *inventory.Loader) iter.Seq[*inventory.Snapshot]
		kind    inventory.KindID
		rows    int
	}{
		{"pools", bigPools(100_000), func(l *inventory.Loader) iter.Seq[*inventory.Snapshot] {
			return l.Load(b.Context(), inventory.Pools)
		}, inventory.Pools, 100_000},
		{"quotas", mix, func(l *inventory.Loader) iter.Seq[*inventory.Snapshot] {
			return l.WithDetail().Load(b.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups)
		}, inventory.Pools, 3000},
		{"entries", mix, func(l *inventory.Loader) iter.Seq[*inventory.Snapshot] {
			groups := inventory.Last(l.List(b.Context(), inventory.IPGroups, nil)).Listing(inventory.IPGroups).Resources.All()
			return l.WithDetail().Open(b.Context(), inventory.Entries, groups)
		}, inventory.Entries, 90_000},
	} {
		b.Run(world.name, func(b *testing.B) {
			l := replayed(b, world.account)
			resources := 0 // with all that is listed around those asked for
			load := func() (last *inventory.Snapshot, peak float64) {
				for s := range world.load(l) {
					last, peak = s, max(peak, heapMB())
				}
				if listing := last.Listing(world.kind); listing.Resources.Len() != world.rows || listing.Err != nil {
					b.Fatal(listing.Resources.Len(), listing.Err)
				}
				resources = 0
				for _, listing := range last.Listings {
					resources += listing.Resources.Len()
				}
				return last, peak
			}
			load() // makes the answers
			var cpu time.Duration
			var held, peak float64
			for b.Loop() {
				b.StopTimer()
				debug.FreeOSMemory() // as a program that has only just begun
				before, begun := heapMB(), cpuTime(b)
				b.StartTimer()
				last, most := load()
				b.StopTimer()
				cpu += cpuTime(b) - begun
				runtime.GC()
				runtime.GC() // what pools hold goes at the second one
				held, peak = heapMB()-before, most-before
				runtime.KeepAlive(last)
				b.StartTimer()
			}
			b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s")
			b.ReportMetric(held, "heap-MB")
			b.ReportMetric(held*(1<<20)/float64(resources), "B/resource")
			b.ReportMetric(peak, "peak-MB")
		})
	}
}

// BenchmarkJudge makes the verdicts of 100 000 pools.
func BenchmarkJudge(b *testing.B) {
	l, _ := connect(b, bigPools(100_000))
	s := inventory.Last(l.Load(b.Context(), inventory.Pools))
	listing := s.Listing(inventory.Pools)
	states := map[inventory.State]int{}
	b.ReportAllocs()
	for b.Loop() {
		clear(states)
		for _, r := range listing.Resources.All() {
			states[listing.Kind.Judge(r, s.Graph).State]++
		}
	}
	if len(states) != 2 || states[inventory.InUse] < 20_000 {
		b.Fatal(states)
	}
}

// BenchmarkFind looks up 1 000 references among 100 000 resources.
func BenchmarkFind(b *testing.B) {
	l, _ := connect(b, bigPools(100_000))
	s := inventory.Last(l.Load(b.Context(), inventory.Pools))
	var refs []inventory.Ref
	for i, r := range s.Listing(inventory.Pools).Resources.All() {
		if i%100 == 0 {
			refs = append(refs, r.Ref)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if n := len(s.Find(refs)); n != len(refs) {
			b.Fatal(n)
		}
	}
}

// BenchmarkVerdicts waits for all verdicts of an account that is as full as its default quotas let it be, at a round trip
// of 40 ms: 500 pools, 120 certificates, 50 IP groups of 300 entries, 100 listeners, 500 policies. of-bound is the
// time against 1.2 times the slowest single list, read alone, and one round trip.
func BenchmarkVerdicts(b *testing.B) {
	const trip = 40 * time.Millisecond
	cloud := simcloud.New(simcloud.Options{Seed: 1, Size: simcloud.Large, Latency: trip})
	l, _ := simulatedBy(b, cloud, time.Now)
	l = l.WithDetail()
	kinds := []inventory.KindID{inventory.Pools, inventory.Certificates, inventory.IPGroups, inventory.Channels}
	inventory.Last(l.Load(b.Context(), kinds...)) // connections stay open
	var slowest time.Duration
	var which inventory.KindID
	for _, kind := range append(kinds[:3:3], inventory.Listeners, inventory.Policies, inventory.Servers) {
		alone := time.Hour
		for range 5 {
			start := time.Now()
			s := inventory.Last(l.List(b.Context(), kind, nil))
			alone = min(alone, time.Since(start))
			if err := s.Listing(kind).Err; err != nil {
				b.Fatal(err)
			}
		}
		if alone > slowest {
			slowest, which = alone, kind
		}
	}
	var took time.Duration
	for b.Loop() {
		start := time.Now()
		s := inventory.Last(l.Load(b.Context(), kinds...))
		took += time.Since(start)
		for _, r := range s.Listing(inventory.Pools).Resources.All() {
			if r.Verdict.State == inventory.Unknown {
				b.Fatal(r.Label(), r.Verdict)
			}
		}
	}
	mean := took / time.Duration(b.N)
	b.ReportMetric(float64(mean)/(1.2*float64(slowest)+float64(trip)), "of-bound")
	b.ReportMetric(float64(slowest)/float64(time.Millisecond), "slowest-ms")
	b.Logf("the slowest list is that of %s", which)
}
