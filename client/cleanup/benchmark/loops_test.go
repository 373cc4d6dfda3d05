package benchmark

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"janitor/client/auth"
	"janitor/client/cleanup"
	"janitor/client/inventory"
)

// trial is one run of one client in a cell.
type trial struct {
	cell
	greeting
	plan cleanup.Plan
	reads
	dir string // for journals
}

// attempt is what a client made of it.
type attempt struct {
	said        map[string]bool // by id: it is gone
	took, first time.Duration   // the whole; to the first outcome
	ages        []time.Duration // of outcomes, when a frame showed them
}

// caller sends plain requests over net/http, signed like janitor's own and with as many connections kept as it uses.
type caller struct {
	trial
	http  *http.Client
	base  *http.Transport
	begun time.Time

	mu sync.Mutex
	attempt
	lost []inventory.Resource // of batches without an answer
}

func (t trial) caller(turn func(*http.Request)) (*caller, error) {
	hosts, err := auth.NewHosts(t.URL)
	if err != nil {
		return nil, err
	}
	base := http.DefaultTransport.(*http.Transport).Clone()
	base.MaxIdleConnsPerHost = mostAtOnce
	a := t.Account
	signed := auth.Signer{AccessKey: a.AccessKey, SecretKey: a.SecretKey, ProjectID: a.ProjectID, Hosts: hosts}.Transport(base)
	if turn != nil {
		signed = gate{signed, turn}
	}
	return &caller{
		trial: t, http: &http.Client{Transport: signed}, base: base, begun: time.Now(),
		attempt: attempt{said: map[string]bool{}},
	}, nil
}

func (c *caller) end() attempt {
	c.took = time.Since(c.begun)
	c.base.CloseIdleConnections()
	return c.attempt
}

func (c *caller) say(id string, gone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == 0 && gone {
		c.first = time.Since(c.begun)
	}
	c.said[id] = gone
}

// send gives status 0 when there is no answer.
func (c *caller) send(ctx context.Context, method, path string, in any) (status int, answer []byte) {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return 0, nil
		}
		body = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.URL+path, body)
	if err != nil {
		return 0, nil
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	if answer, err = io.ReadAll(resp.Body); err != nil {
		return 0, nil
	}
	return resp.StatusCode, answer
}

// one deletes an item by itself.
func (c *caller) one(ctx context.Context, r inventory.Resource) {
	path := "/v3/" + c.Account.ProjectID + "/elb/pools/" + r.Ref.ID
	if m, ok := r.Object.(*inventory.Member); ok {
		g := m.Channel.Gateway
		path = fmt.Sprintf("/v2/%s/%s/instances/%s/vpc-channels/%s/members/%s", c.Account.ProjectID, g.Service, g.InstanceID, r.Ref.Parent, r.Ref.ID)
	}
	status, _ := c.send(ctx, http.MethodDelete, path, nil)
	c.say(r.Ref.ID, status == http.StatusNoContent || status == http.StatusNotFound)
}

// batch deletes items in one request.
func (c *caller) batch(ctx context.Context, rs []inventory.Resource) {
	ids := make([]string, len(rs))
	for i, r := range rs {
		ids[i] = r.Ref.ID
	}
	var answer struct {
		Pools []struct {
			ID     string `json:"id"`
			Status string `json:"ret_status"`
		} `json:"pools"`
	}
	status, body := c.send(ctx, http.MethodPost, "/v3/"+c.Account.ProjectID+"/elb/pools/batch-delete", map[string][]string{"pools": ids})
	if status == 0 {
		c.mu.Lock()
		c.lost = append(c.lost, rs...)
		c.mu.Unlock()
	}
	if status != http.StatusOK || json.Unmarshal(body, &answer) != nil {
		for _, id := range ids {
			c.say(id, false)
		}
		return
	}
	for _, p := range answer.Pools {
		c.say(p.ID, p.Status == "successful" || p.Status == "not found")
	}
}

func (c *caller) resources() []inventory.Resource {
	rs := make([]inventory.Resource, len(c.plan.Items))
	for i, it := range c.plan.Items {
		rs[i] = it.Resource
	}
	return rs
}

// oneByOne is what the official SDK's users write: a loop. What is refused is not tried again.
func oneByOne(ctx context.Context, t trial) (attempt, error) {
	c, err := t.caller(nil)
	if err != nil {
		return attempt{}, err
	}
	for _, r := range c.resources() {
		c.one(ctx, r)
	}
	return c.end(), nil
}

// sixteen is the same with 16 requests at once.
func sixteen(ctx context.Context, t trial) (attempt, error) {
	c, err := t.caller(nil)
	if err != nil {
		return attempt{}, err
	}
	side(mostAtOnce, c.resources(), func(r inventory.Resource) { c.one(ctx, r) })
	return c.end(), nil
}

// fifties are batches of 50, one after the other.
func fifties(ctx context.Context, t trial) (attempt, error) {
	c, err := t.caller(nil)
	if err != nil {
		return attempt{}, err
	}
	for _, b := range batches(c.resources(), 50) {
		c.batch(ctx, b)
	}
	return c.end(), nil
}

// side does all of them, at most n at once, and begins them in order.
func side[T any](n int, all []T, do func(T)) {
	next := make(chan T)
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			for one := range next {
				do(one)
			}
		})
	}
	for _, one := range all {
		next <- one
	}
	close(next)
	workers.Wait()
}

// batches are of n items or fewer, and as even as can be.
func batches[T any](all []T, n int) (out [][]T) {
	m := (len(all) + n - 1) / n
	for i := range m {
		out = append(out, all[i*len(all)/m:(i+1)*len(all)/m])
	}
	return out
}
