package filter_test

import (
	"fmt"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/filter"
	"janitor/client/inventory"
)

// many are 100 000 pools as real ones are.
func many() []inventory.Resource {
	objects := make([]inventory.Pool, 100_000)
	rows := make([]inventory.Resource, len(objects))
	unused := inventory.Verdict{State: inventory.Unused, Reasons: []inventory.Reason{{Text: "no listener, no policy"}}}
	used := inventory.Verdict{State: inventory.InUse, Reasons: []inventory.Reason{{Text: "listener api-443", Via: "default_pool_id", By: "33333333"}}}
	for i := range rows {
		objects[i] = inventory.Pool{Pool: client.Pool{Protocol: "HTTP", Members: client.NewIDs(make([]string, i%4)...)}}
		rows[i] = inventory.Resource{
			Ref:     inventory.Ref{Scope: scope.ID(), Kind: inventory.Pools, ID: fmt.Sprintf("%08d-0000-4000-8000-000000000001", i)},
			Name:    fmt.Sprintf("web-pool-%d-production", i),
			Created: client.At(now.Add(-time.Duration(i%400) * 24 * time.Hour)),
			Object:  &objects[i], Verdict: unused,
		}
		if i%3 == 0 {
			rows[i].Verdict = used
		}
	}
	return rows
}

// BenchmarkMatch asks 100 000 rows on one core. Plain words are measured in the table, which has the text of all rows ready.
func BenchmarkMatch(b *testing.B) {
	rows := many()
	for _, text := range []string{
		"=unused && age > 90d",
		`=unused && age > 90d && !(name startsWith "prod-")`,
		`=any(reasons, .via == "default_pool_id") && servers > 1`,
		`=verdict in ["unused", "unknown"] && name matches "-7.*-prod"`,
	} {
		b.Run(text, func(b *testing.B) {
			f, err := filter.New(inventory.Kinds()[0], text)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			yes := 0
			for b.Loop() {
				yes = 0
				for i := range rows {
					if f.Match(&rows[i], now) == filter.Yes {
						yes++
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1e3/float64(b.N), "ms/100k-rows")
			b.ReportMetric(float64(yes), "selected")
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := filter.New(inventory.Kinds()[0], `=unused && age > 90d && !(name startsWith "prod-")`); err != nil {
			b.Fatal(err)
		}
	}
}
