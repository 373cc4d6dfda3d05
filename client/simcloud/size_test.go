package simcloud

import (
	"net/http/httptest"
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

// BenchmarkList is a full page of each of the bigger lists.
func BenchmarkList(b *testing.B) {
	c := New(Options{Seed: 1, Size: 10_000})
	c.tokens["t"] = token{project: c.account.ProjectID, expires: time.Now().Add(time.Hour)}
	for _, plural := range []string{"pools", "certificates", "ipgroups"} {
		b.Run(plural, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), "GET", "/v3/"+c.account.ProjectID+"/elb/"+plural+"?limit=2000", nil)
				r.Header.Set("X-Auth-Token", "t")
				w := httptest.NewRecorder()
				c.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code, w.Body)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes")
			}
		})
	}
}
