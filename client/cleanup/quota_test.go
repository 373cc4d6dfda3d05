package cleanup

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

type quota struct {
	n       int
	per     time.Duration
	says    string // "60,time:1 minute"
	sliding bool   // a bucket that holds n and fills evenly; otherwise a window that begins with its first request
}

// gate stands before a simulated cloud and lets so many requests through as its quota says, once it is closed. Refused
// ones count as well, as they do with the services (api.md 7).
type gate struct {
	quota

	mu      sync.Mutex
	closed  bool
	began   time.Time
	used    float64
	passed  []string // what came: "GET /v3/…", with an exclamation mark in front when it was refused
	at      []time.Time // when each came
	refused int
}

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

// front is for simulate.
func (g *gate) front(w http.ResponseWriter, r *http.Request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		return false
	}
	over := g.n > 0 && g.count() > float64(g.n)
	what := r.Method + " " + r.URL.Path
	if over {
		what = "!" + what
		g.refused++
	}
	g.passed, g.at = append(g.passed, what), append(g.at, time.Now())
	if !over {
		return false
	}
	w.WriteHeader(http.StatusTooManyRequests)
	text := "The throttling threshold has been reached"
	if g.says != "" {
		text += ": policy user over ratelimit,limit:" + g.says
	}
	fmt.Fprintf(w, `{"error_code":"APIGW.0308","error_msg":%q}`, text)
	return true
}

// count counts one more request. With the lock held.
func (g *gate) count() float64 {
	now := time.Now()
	switch {
	case g.sliding:
		g.used = max(0, g.used-float64(g.n)*float64(now.Sub(g.began))/float64(g.per))
		g.began = now
	case now.Sub(g.began) >= g.per:
		g.began, g.used = now, 0
	}
	g.used++
	defer func() { // a bucket is not emptied further by what it refuses
		if g.sliding {
			g.used = min(g.used, float64(g.n))
		}
	}()
	return g.used
}

// changes are the changing requests that came, refused or not.
func (g *gate) changes() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := 0
	for _, what := range g.passed {
		if !strings.Contains(what, "GET ") {
			n++
		}
	}
	return n
}
