package benchmark

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// reads are the lists that janitor reads before and after its deletions, as a service without limits has seen them: stages
// that wait for each other, in each the pages of several lists, side by side.
type reads struct{ look, proof [][][]string }

// tripsOf counts them. Pages of a list wait for each other.
func tripsOf(stages [][][]string) (t trips) {
	for _, lists := range stages {
		deep := 0
		for _, pages := range lists {
			t.requests += len(pages)
			deep = max(deep, len(pages))
		}
		t.deep += deep
	}
	return t
}

func (r reads) around() around { return around{tripsOf(r.look), tripsOf(r.proof)} }

// readsOf takes the lists out of a log. What is in a channel can be asked once the channels are known, and these once the
// instances are.
func readsOf(log []line) (r reads) {
	deleted := false
	for _, l := range log {
		if deleted = deleted || l.deletes(); l.deletes() {
			continue
		}
		into := &r.look
		if deleted {
			into = &r.proof
		}
		for len(*into) < 3 {
			*into = append(*into, nil)
		}
		stage := 0
		switch {
		case strings.HasSuffix(l.Path, "/vpc-channels"):
			stage = 1
		case strings.Contains(l.Path, "/vpc-channels/"):
			stage = 2
		}
		(*into)[stage] = withPage((*into)[stage], l.Path, l.RawQuery)
	}
	return r
}

// withPage adds a request to the list that it is a page of: the query but for the place in the list.
func withPage(lists [][]string, path, query string) [][]string {
	page := path + "?" + query
	for i := range lists {
		if listOf(lists[i][0]) == listOf(page) {
			lists[i] = append(lists[i], page)
			return lists
		}
	}
	return append(lists, []string{page})
}

var placeInList = regexp.MustCompile(`&?\b(marker|offset)=[^&]*`)

func listOf(page string) string { return placeInList.ReplaceAllString(page, "") }

// read reads them, as a client would have to, to the last byte; it returns the answers.
func (c *caller) read(ctx context.Context, stages [][][]string) (answers [][]byte) {
	for _, lists := range stages {
		side(mostAtOnce, lists, func(pages []string) {
			for _, page := range pages {
				_, body := c.send(ctx, http.MethodGet, page, nil)
				var decoded map[string]any
				_ = json.Unmarshal(body, &decoded) // the time is what counts
				c.mu.Lock()
				answers = append(answers, body)
				c.mu.Unlock()
			}
		})
	}
	return answers
}

// left are those of the batches without an answer that lists still show.
func (c *caller) left(ctx context.Context, stages [][][]string) (there []inventory.Resource) {
	lost := c.lost
	c.lost = nil
	answers := c.read(ctx, stages)
	for _, r := range lost {
		if slices.ContainsFunc(answers, func(a []byte) bool { return bytes.Contains(a, []byte(r.Ref.ID)) }) {
			there = append(there, r)
		} else {
			c.say(r.Ref.ID, true)
		}
	}
	return there
}

// oracle only deletes; wholeOracle reads before and after what janitor reads. Neither has anything to find out: they are
// told the batch size and the number of requests at once that the bound finds best, and the quota with its window. Nobody
// tells which answers will be lost: what one was about is read back, and the rest of it sent again.
func oracle(ctx context.Context, t trial) (attempt, error) {
	t.reads = reads{}
	return wholeOracle(ctx, t)
}

func wholeOracle(ctx context.Context, t trial) (attempt, error) {
	best, _ := t.best(t.around()) // its clock does not run yet
	var turn func(*http.Request)
	if t.Quota.Requests > 0 {
		r := rations{quota: t.Quota, of: map[string]*ration{}}
		turn = r.wait
	}
	c, err := t.caller(turn)
	if err != nil {
		return attempt{}, err
	}
	c.read(ctx, t.look)
	if t.Channels > 0 {
		c.members(ctx)
	} else {
		side(best.atOnce, batches(c.resources(), best.batch), func(rs []inventory.Resource) { c.batch(ctx, rs) })
	}
	for len(c.lost) > 0 && len(t.proof) > 0 {
		side(best.atOnce, batches(c.left(ctx, t.proof), best.batch), func(rs []inventory.Resource) { c.batch(ctx, rs) })
	}
	c.read(ctx, t.proof)
	return c.end(), nil
}

// members deletes them one after the other in each gateway instance, the instances side by side.
func (c *caller) members(ctx context.Context) {
	instances := map[string][]inventory.Resource{}
	for _, r := range c.resources() {
		id := r.Object.(*inventory.Member).Channel.Gateway.InstanceID
		instances[id] = append(instances[id], r)
	}
	var all sync.WaitGroup
	for _, rs := range instances {
		all.Go(func() {
			for _, r := range rs {
				c.one(ctx, r)
			}
		})
	}
	all.Wait()
}

// gate lets requests through in turn.
type gate struct {
	http.RoundTripper
	wait func(*http.Request)
}

func (g gate) RoundTrip(r *http.Request) (*http.Response, error) {
	g.wait(r)
	return g.RoundTripper.RoundTrip(r)
}

// rations keep requests within the share of a known quota, of each service.
type rations struct {
	quota simcloud.Quota
	mu    sync.Mutex
	of    map[string]*ration
}

// ration: a window begins with the first request that is sent in it, which the service sees a little later.
type ration struct {
	began time.Time
	left  float64
}

// margin is what timers and the network may differ by from one window to the next. Who comes too early is one more in a
// window that has a fifth to spare.
const margin = time.Millisecond

func (rs *rations) wait(r *http.Request) {
	service := "elb"
	switch path := r.URL.Path; {
	case strings.Contains(path, "/apigw/"):
		service = "apigw"
	case strings.HasPrefix(path, "/v2/"):
		service = "apic"
	}
	for {
		rs.mu.Lock()
		pause := rs.take(service, time.Now())
		rs.mu.Unlock()
		if pause <= 0 {
			return
		}
		time.Sleep(pause)
	}
}

// take takes one from a service's ration, or says how long to wait for it.
func (rs *rations) take(service string, now time.Time) time.Duration {
	n, per := float64(max(1, int(share*float64(rs.quota.Requests)))), rs.quota.Per
	one := rs.of[service]
	if one == nil {
		one = &ration{began: now, left: n}
		rs.of[service] = one
	}
	passed := now.Sub(one.began)
	if rs.quota.Bucket {
		one.left = min(n, one.left+share*float64(rs.quota.Requests)*passed.Seconds()/per.Seconds())
		one.began = now
		if one.left < 1 {
			return time.Duration((1-one.left)*float64(per)/(share*float64(rs.quota.Requests))) + margin
		}
	} else {
		if passed >= per+margin {
			*one = ration{began: now, left: n}
		}
		if one.left < 1 {
			return per + margin - passed
		}
	}
	one.left--
	return 0
}
