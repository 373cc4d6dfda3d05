package simcloud

import (
	"testing"
	"time"
)

func BenchmarkNew(b *testing.B) {
	for _, size := range []Size{Small, Large, 10_000, 100_000} {
		b.Run(size.String(), func(b *testing.B) {
			now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			b.ReportAllocs()
			for b.Loop() {
				New(Options{Seed: 1, Size: size, Now: func() time.Time { return now }})
			}
		})
	}
}
