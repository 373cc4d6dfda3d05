package wire

import (
	"net/http"
	"testing"
	"time"
)

func TestQuotaReadsWhatGatewaysState(t *testing.T) {
	const prefix = "The throttling threshold has been reached: policy user over ratelimit,"
	for _, c := range []struct {
		message string
		n       int
		per     time.Duration
	}{
		{prefix + "limit:60,time:1 minute", 60, time.Minute},
		{prefix + "limit:200,time:5 minute", 200, 5 * time.Minute},
		{prefix + "limit:5,time:1 second", 5, time.Second},
		{"policy ip over ratelimit, Limit: 10, Time: 2 Hours", 10, 2 * time.Hour},
		{"limit:1000,time:1day", 1000, 24 * time.Hour},
		{"policy api over ratelimit,limit:200,time:second", 200, time.Second},
		{"limit=5,time=5s", 5, 5 * time.Second},
		{prefix + "limit:20,time:500 millisecond", 20, 500 * time.Millisecond},
		{prefix + "limit:20,time:500 ms", 20, 500 * time.Millisecond},
		{prefix + "limit:20,time:5 mins", 20, 5 * time.Minute},
		{prefix + "limit:60,time:1 minute. Try again later.", 60, time.Minute},
		{prefix + "limit:60,time:", 0, 0},
		{prefix + "limit:0,time:1 minute", 0, 0},
		{prefix + "limit:5,time:0 minute", 0, 0},
		{prefix + "limit:5,time:1 fortnight", 0, 0},
		{prefix + "limit:99999999999,time:1 minute", 0, 0},
		{"Too many requests", 0, 0},
		{"", 0, 0},
	} {
		n, per, ok := quota(c.message)
		if n != c.n || per != c.per || ok != (c.n > 0) {
			t.Errorf("quota(%q) = %d per %v, %v; want %d per %v", c.message, n, per, ok, c.n, c.per)
		}
	}
}

func FuzzQuota(f *testing.F) {
	f.Add("over ratelimit,limit:60,time:1 minute")
	f.Add("limit:-1,time:1 second")
	f.Add("LIMIT = 5 , TIME = minutes")
	f.Add("limit:1,time:500 millisecond")
	f.Add("limit:999999999,time:999999 days")
	f.Fuzz(func(t *testing.T, message string) {
		n, per, ok := quota(message)
		if ok != (n > 0) || ok != (per > 0) {
			t.Errorf("quota(%q) = %d, %v, %v", message, n, per, ok)
		}
		if !ok {
			return
		}
		// Whatever is stated can be kept to: some request may go some time, and then another.
		q := allowance{use: 0.8}
		now := time.Unix(1e9, 0)
		q.state(n, per, true, now)
		for range 3 {
			at := q.free(now, true)
			if wait := at.Sub(now); wait < 0 || wait > 2*per+time.Second {
				t.Errorf("quota(%q): %v until the next request", message, wait)
			}
			now = at
			q.book(now)
		}
	})
}

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	const date = "Fri, 02 Jan 2026 03:04:05 GMT"
	for _, c := range []struct {
		after string
		want  time.Duration
	}{
		{"7", 7 * time.Second},
		{" 120 ", 2 * time.Minute},
		{"Fri, 02 Jan 2026 03:04:35 GMT", 30 * time.Second},
		{"Fri, 02 Jan 2026 03:00:00 GMT", 0},
		{"-5", 0},
		{"soon", 0},
		{"99999999999", 0}, // of nanoseconds there are not so many
		{"", 0},
	} {
		if got := retryAfter(http.Header{"Retry-After": {c.after}, "Date": {date}}); got != c.want {
			t.Errorf("Retry-After %q: %v, want %v", c.after, got, c.want)
		}
	}
}
