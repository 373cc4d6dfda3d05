package simcloud

import (
	"bytes"
	"cmp"
	"context"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// faults is a script at work.
type faults struct {
	mu      sync.Mutex
	rules   []*armed
	pending map[string]time.Time // load balancers that are being changed, and until when
}

// armed is a rule with its counts.
type armed struct {
	Rule
	path  *regexp.Regexp
	rng   *rand.Rand // of its own: what a rule draws does not depend on the others
	seen  int
	acted int
}

// strike is one rule acting on one request. luck settles what is left open.
type strike struct {
	do   Act
	luck uint64
}

// arm panics with what is wrong with the script.
func arm(s Script) *faults {
	if err := s.Check(); err != nil {
		panic("simcloud: fault script: " + err.Error())
	}
	f := &faults{pending: map[string]time.Time{}}
	for i, r := range s.Rules {
		f.rules = append(f.rules, &armed{Rule: r, path: pathPattern(r.Path), rng: rand.New(rand.NewPCG(s.Seed, uint64(i)))})
	}
	return f
}

// pathPattern turns * and ** into a regular expression; nil for any path.
func pathPattern(pattern string) *regexp.Regexp {
	if pattern == "" {
		return nil
	}
	var b strings.Builder
	for i, part := range strings.Split(pattern, "**") {
		if i > 0 {
			b.WriteString(`.*`)
		}
		b.WriteString(strings.ReplaceAll(regexp.QuoteMeta(part), `\*`, `[^/]*`))
	}
	return regexp.MustCompile(`(?s)^` + b.String() + `$`)
}

// pick lets the request go down the rules.
func (f *faults) pick(q *call) []strike {
	f.mu.Lock()
	defer f.mu.Unlock()
	var struck []strike
	for _, r := range f.rules {
		if !r.matches(q) || !r.due() {
			continue
		}
		struck = append(struck, strike{r.Do, r.rng.Uint64()})
		if !r.Also {
			break
		}
	}
	return struck
}

func (r *armed) matches(q *call) bool {
	switch {
	case r.Method != "" && r.Method != q.request.Method:
		return false
	case r.path != nil && !r.path.MatchString(q.path):
		return false
	case r.Mentions != "" && !bytes.Contains(q.body, []byte(r.Mentions)) && !strings.Contains(q.request.URL.Path, r.Mentions) &&
		!strings.Contains(q.request.URL.RawQuery, r.Mentions):
		return false
	case r.MoreThan > 0:
		found, _ := q.find(q.routes[q.request.Method])
		return found.items != nil && found.items(q) > r.MoreThan
	}
	return true
}

// due counts the request and says whether the rule acts on it.
func (r *armed) due() bool {
	r.seen++
	from, step := r.From, max(1, r.Every)
	if from == 0 {
		from = step
	}
	switch {
	case r.Nth > 0 && r.seen != r.Nth:
		return false
	case r.Nth == 0 && (r.seen < from || (r.seen-from)%step != 0):
		return false
	case r.Times > 0 && r.acted == r.Times:
		return false
	case r.Chance > 0 && r.rng.Float64() >= r.Chance:
		return false
	}
	r.acted++
	return true
}

// Strikes says how often each rule of the script has acted.
func (c *Cloud) Strikes() []int {
	c.faults.mu.Lock()
	defer c.faults.mu.Unlock()
	counts := make([]int, len(c.faults.rules))
	for i, r := range c.faults.rules {
		counts[i] = r.acted
	}
	return counts
}

// serving does the work of a request.
type serving func(context.Context, *call) answer

// around puts the fault around the work.
func (s strike) around(serve serving) serving {
	return func(ctx context.Context, q *call) answer {
		do := s.do
		gone := answer{status: statusClientGone}
		if !wait(ctx, do.Delay) {
			return gone
		}
		if do.Revoke {
			q.RevokeTokens()
		}
		q.skew += do.Skew
		q.lend(do.Before, s.luck)()
		if do.Cut == Before {
			return answer{send: cut}
		}
		behind := q.lend(do.After, s.luck)
		busy, changing := q.balancersOf(do.Pending)
		instead := s.instead(q)
		if busy != "" {
			instead = q.immutable(busy)
		}
		if busy != "" || instead.status != 0 && !do.Applied {
			if !wait(ctx, q.options.Latency) {
				return gone
			}
			return s.deliver(ctx, instead)
		}
		a := serve(ctx, q)
		if a.status < 300 {
			changing()
		}
		behind()
		if a.status == statusClientGone {
			return a
		}
		if instead.status != 0 {
			a = instead
		} else if a.status == http.StatusOK {
			s.bend(q, &a)
		}
		return s.deliver(ctx, a)
	}
}

// instead is the answer that stands in for the service's own; without status there is none.
func (s strike) instead(q *call) answer {
	do := s.do
	switch {
	case do.Status != 0:
		a := q.refusal(do.Status, do.Code, do.Message)
		if do.Body != "" || do.Code+do.Message == "" {
			a = answer{status: do.Status, header: map[string]string{"Content-Type": cmp.Or(do.ContentType, "text/plain; charset=utf-8")}, encoded: []byte(do.Body)}
		}
		for name, value := range do.Headers {
			a.set(name, value)
		}
		return a
	case do.Throttle != nil:
		return q.throttled(*do.Throttle)
	case do.Forbidden != "":
		return q.refused(do.Forbidden)
	case do.Redirect != "":
		to := strings.TrimSuffix(do.Redirect, "/") + q.path
		if query := q.request.URL.RawQuery; query != "" {
			to += "?" + query
		}
		return answer{status: http.StatusTemporaryRedirect, header: map[string]string{"Location": to}}
	}
	return answer{}
}

// bend changes what a good answer says.
func (s strike) bend(q *call, a *answer) {
	if s.do.Page != "" {
		q.mislead(s.do.Page, a)
	}
	if s.do.Batch != nil {
		s.do.Batch.bend(a)
	}
	if s.do.OmitEntries > 0 {
		omitEntries(s.do.OmitEntries, a)
	}
}

// deliver holds the answer back and says how it travels.
func (s strike) deliver(ctx context.Context, a answer) answer {
	if !wait(ctx, s.do.Hold) {
		return answer{status: statusClientGone}
	}
	if send := s.do.sender(); send != nil {
		a.send = send
	}
	return a
}
