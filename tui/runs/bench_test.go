package runs

import (
	"fmt"
	"testing"

	"janitor/client/cleanup"
	"janitor/client/inventory"
)

// BenchmarkRead is a history of 500 runs of 50 items, read from the disk to its end, and until its first runs are shown.
func BenchmarkRead(b *testing.B) {
	h := cleanup.NewHistory(b.TempDir(), "test")
	at := cleanup.Where{Profile: "acme", Region: "eu-de", Project: "p"}
	scope := inventory.Scope{Profile: "acme", Region: "eu-de", Project: "p"}.ID()
	var plan cleanup.Plan
	for i := range 50 {
		plan.Items = append(plan.Items, cleanup.Item{Resource: inventory.Resource{
			Ref: inventory.Ref{Scope: scope, Kind: inventory.Pools, ID: fmt.Sprint("pool-", i)}, Name: fmt.Sprint("web-", i),
		}})
	}
	for range 500 {
		j, err := h.Journal(at)(plan)
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			m := New(b.Context(), newEnv(), Options{History: h})
			drain(m, m.Init())
			if len(m.past) != 500 || m.past[0].err != "" {
				b.Fatal(len(m.past), m.past[0].err)
			}
			m.Close()
		}
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			m := New(b.Context(), newEnv(), Options{History: h})
			m.Update(m.Update(m.Init()())())
			if len(m.past) == 0 {
				b.Fatal("nothing is shown")
			}
			m.Close()
		}
	})
}
