package profile

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

const (
	// skewCounts is how far clocks must be apart for the user to be told, and for times to be judged by the services' clock.
	skewCounts = 5 * time.Minute
	// skewBlurs is how much answers may differ although the clock is one: they tell whole seconds, and take their time.
	skewBlurs = time.Minute
)

// clock is how far the services' clocks are ahead of ours, by the Date of their answers, whichever way we sign in.
type clock struct {
	log *slog.Logger // is told once that ours is wrong; nil = nobody is

	mu    sync.Mutex
	hosts map[string]time.Duration // how far each is ahead
	ahead time.Duration            // what that comes to
	told  bool
}

// saw takes the time of an answer. That of a cache is an old one, and errors of their own may come from a proxy.
func (c *clock) saw(req *http.Request, resp *http.Response) {
	said := resp.Header["Date"]
	if len(said) == 0 || resp.Header["Age"] != nil || resp.StatusCode >= http.StatusInternalServerError {
		return
	}
	date, err := time.Parse(http.TimeFormat, said[0])
	if err != nil {
		return
	}
	ahead := time.Until(date.Add(500 * time.Millisecond)).Round(time.Second) // half a second more is nearer to what it means
	c.mu.Lock()
	defer c.mu.Unlock()
	if before, known := c.hosts[req.URL.Host]; known && (ahead-before).Abs() < skewBlurs {
		return
	}
	if c.hosts == nil {
		c.hosts = map[string]time.Duration{}
	}
	c.hosts[req.URL.Host] = ahead
	if c.ahead = c.agreed(); c.ahead != 0 && !c.told && c.log != nil {
		c.told = true
		c.log.Warn("the clock of this computer is wrong", "services_ahead", c.ahead)
	}
}

// agreed is the least that a host is ahead or behind, 0 when that does not count: where one agrees with us, the others are
// wrong.
func (c *clock) agreed() time.Duration {
	var least time.Duration
	first := true
	for _, ahead := range c.hosts {
		if first || ahead.Abs() < least.Abs() {
			least, first = ahead, false
		}
	}
	if least.Abs() < skewCounts {
		return 0
	}
	return least
}

// by is how far the services are ahead, 0 when it does not matter.
func (c *clock) by() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead
}
