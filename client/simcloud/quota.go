package simcloud

import (
	"fmt"
	"sync"
	"time"
)

// Quota is how many requests each family of calls (IAM, ELB of both kinds together, ROMA Connect, API Gateway) takes in a
// window that begins with its first request; refused ones count as well (api.md 7). Without Requests there is none.
type Quota struct {
	Requests int
	Per      time.Duration // 0 = a minute

	// Bucket makes it a token bucket instead, which no document speaks of: full in the beginning, filled up evenly, and
	// refused requests take nothing out of it.
	Bucket bool
}

type quotas struct {
	mu      sync.Mutex
	windows map[family]window
	buckets map[family]bucket
}

type window struct {
	began time.Time
	used  int
}

type bucket struct {
	holds float64
	at    time.Time
}

// over counts a request and says whether it is one too many, with the words of the service.
func (qs *quotas) over(q Quota, f family) (bool, string) {
	if q.Requests <= 0 {
		return false, ""
	}
	if f == sharedELB {
		f = elbV3 // one host, one quota
	}
	per := q.Per
	if per <= 0 {
		per = time.Minute
	}
	qs.mu.Lock()
	defer qs.mu.Unlock()
	take := qs.take
	if q.Bucket {
		take = qs.draw
	}
	if take(q.Requests, per, f) {
		return false, ""
	}
	return true, "The throttling threshold has been reached: policy user over ratelimit,limit:" +
		fmt.Sprint(q.Requests) + ",time:" + inUnits(per)
}

// take counts a request in its window; false: it is full.
func (qs *quotas) take(n int, per time.Duration, f family) bool {
	if qs.windows == nil {
		qs.windows = map[family]window{}
	}
	now := time.Now()
	w := qs.windows[f]
	if w.began.IsZero() || now.Sub(w.began) >= per {
		w = window{began: now}
	}
	w.used++
	qs.windows[f] = w
	return w.used <= n
}

// draw takes a request out of its bucket; false: it is empty.
func (qs *quotas) draw(n int, per time.Duration, f family) bool {
	if qs.buckets == nil {
		qs.buckets = map[family]bucket{}
	}
	now := time.Now()
	b, known := qs.buckets[f]
	if !known {
		b = bucket{float64(n), now}
	}
	b = bucket{min(float64(n), b.holds+float64(n)*float64(now.Sub(b.at))/float64(per)), now}
	there := b.holds >= 1
	if there {
		b.holds--
	}
	qs.buckets[f] = b
	return there
}

// inUnits writes a duration as the services do, in the largest unit that fits: "1 minute", "10 second".
func inUnits(d time.Duration) string {
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if d%unit.size == 0 {
			return fmt.Sprintf("%d %s", d/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%d millisecond", max(1, d.Milliseconds()))
}
