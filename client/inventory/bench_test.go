package inventory_test

import (
	"bytes"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// big serves n pools with what real ones carry: three members, a load balancer, ids of 36 bytes. Every tenth is the
// default of a listener, every seventh the target of a policy. Answers are made page by page so that the server adds
// next to nothing to the heap.
type big struct{ n int }

func (b big) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	var out bytes.Buffer
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	count, every := b.n, 1
	switch {
	case strings.HasPrefix(r.URL.Path, "/v2.0/"):
		count = 0
	case name == "listeners":
		count, every = b.n/10, 10
	case name == "l7policies":
		count, every = b.n/7, 7
	}
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from := 0
	if m := r.URL.Query().Get("marker"); m != "" {
		from, _ = strconv.Atoi(m[:8])
		from++
	}
	to := min(from+limit, count)
	fmt.Fprintf(&out, `{%q:[`, name)
	for i := from; i < to; i++ {
		if i > from {
			out.WriteByte(',')
		}
		switch name {
		case "pools":
			fmt.Fprintf(&out, `{"id":"%08d-0000-4000-8000-000000000001","name":"web-pool-%d-production","description":"","project_id":%q,
				"protocol":"HTTP","lb_algorithm":"ROUND_ROBIN","type":"instance","vpc_id":"22222222-0000-4000-8000-000000000001","ip_version":"dualstack",
				"healthmonitor_id":"%08d-0000-4000-8000-000000000005","listeners":[],"loadbalancers":[{"id":"33333333-0000-4000-8000-00000000000%d"}],
				"members":[{"id":"%08d-0000-4000-8000-000000000002"},{"id":"%08d-0000-4000-8000-000000000003"},{"id":"%08d-0000-4000-8000-000000000004"}],
				"protection_status":"nonProtection","enterprise_project_id":"0","created_at":"2026-01-02T03:04:05Z","updated_at":"2026-01-02T03:04:05Z"}`,
				i, i, project, i, i%10, i, i, i)
		case "listeners":
			fmt.Fprintf(&out, `{"id":"%08d-1111-4000-8000-000000000001","name":"listener-%d","default_pool_id":"%08d-0000-4000-8000-000000000001"}`, i, i, i*every)
		case "l7policies":
			fmt.Fprintf(&out, `{"id":"%08d-2222-4000-8000-000000000001","name":"policy-%d","redirect_pool_id":"%08d-0000-4000-8000-000000000001"}`, i, i, i*every)
		}
	}
	fmt.Fprintf(&out, `],"page_info":{"current_count":%d`, to-from)
	if to < count {
		fmt.Fprintf(&out, `,"next_marker":"%08d-0000-4000-8000-000000000001"`, to-1)
	}
	out.WriteString(`}}`)
	rw.Write(out.Bytes())
}

// BenchmarkLoad reads 100 000 pools over HTTP with all that refers to them; heap-MB is what the last snapshot holds,
// peak-MB the most that was seen at any snapshot.
func BenchmarkLoad(b *testing.B) {
	l, _ := connect(b, big{100_000})
	heap := func() float64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	runtime.GC()
	before := heap()
	var held, peak float64
	for b.Loop() {
		var last *inventory.Snapshot
		for s := range l.Load(b.Context(), inventory.Pools) {
			last = s
			peak = max(peak, heap()-before)
		}
		runtime.GC()
		held = heap() - before
		if n := len(last.Listing(inventory.Pools).Resources); n != 100_000 {
			b.Fatal(n, last.Listing(inventory.Pools).Err)
		}
		runtime.KeepAlive(last)
	}
	b.ReportMetric(held, "heap-MB")
	b.ReportMetric(peak, "peak-MB")
}

// BenchmarkJudge makes the verdicts of 100 000 pools.
func BenchmarkJudge(b *testing.B) {
	l, _ := connect(b, big{100_000})
	s := inventory.Last(l.Load(b.Context(), inventory.Pools))
	listing := s.Listing(inventory.Pools)
	states := map[inventory.State]int{}
	b.ReportAllocs()
	for b.Loop() {
		clear(states)
		for _, r := range listing.Resources {
			states[listing.Kind.Judge(r, s.Graph).State]++
		}
	}
	if len(states) != 2 || states[inventory.InUse] < 20_000 {
		b.Fatal(states)
	}
}

// BenchmarkFind looks up 1 000 references among 100 000 resources.
func BenchmarkFind(b *testing.B) {
	l, _ := connect(b, big{100_000})
	s := inventory.Last(l.Load(b.Context(), inventory.Pools))
	var refs []inventory.Ref
	for i, r := range s.Listing(inventory.Pools).Resources {
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
		for _, r := range s.Listing(inventory.Pools).Resources {
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
