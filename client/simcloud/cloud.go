package simcloud

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxBody is the largest request body the gateway in front of the services takes, in bytes (api.md 2.11).
const maxBody = 12 << 20

// maxLog bounds the memory of a cloud that serves for days: of the older requests only the newest maxLog are kept.
const maxLog = 50_000

// Options describe the cloud to simulate. The zero value is a small account without delays or quota.
type Options struct {
	Seed     uint64
	Size     Size
	Latency  time.Duration // round trip: half before and half after the work, so that an answer can be lost
	Spread   float64       // of the round trips, which are log-normal around Latency with this sigma; 0 = all alike
	ItemCost time.Duration // for every item that a request deletes
	Queue    bool          // one deleting request is worked off at a time, the others wait for it
	Quota    Quota
	Now      func() time.Time // nil = time.Now; quotas follow the real clock

	// KeepMembers makes the v3 pool deletion refuse pools that still have members or a health monitor, as S1 demands of
	// the shared ones. Otherwise they go along with the pool. The documents contradict each other (api.md 2.11).
	KeepMembers bool

	// Lacks names parts of paths, such as "/pools/batch-delete" or "/v2.0/", that this cloud does not publish: sister
	// clouds lack some of the calls (api.md 2.1).
	Lacks []string

	// ByPut publishes the deletion of entries as the example of S2 has it, by PUT and not by POST.
	ByPut bool

	// Octavia makes the v2.0 family that of an OpenStack cloud: error bodies of Octavia, a next link after every full page,
	// also the last one, no markers of what is deleted, neither certificates nor a list of all members, nor the paths
	// of Huawei Cloud.
	Octavia bool

	// Script is what goes wrong. [New] panics when the script's Check finds something.
	Script Script
}

// Cloud is the simulated cloud. It is safe for use by many clients at a time and starts no goroutines.
type Cloud struct {
	options Options
	routes  map[string][]route // by method
	account Account
	home    home
	worlds  map[string]*world // by project; fixed, unlike what is in them
	mint    *mint
	quotas  quotas
	lanes   lanes
	queue   chan struct{} // one token: who holds it deletes
	faults  *faults

	mu     sync.RWMutex // guards tokens and everything in the worlds
	tokens map[string]token

	logMu sync.Mutex
	log   []*Request
}

// Account is what a client needs to connect to the cloud, besides its address.
type Account struct {
	ProjectID      string `json:"project_id"`
	Region         string `json:"region"`
	AccessKey      string `json:"access_key"`
	SecretKey      string `json:"secret_key"`
	Username       string `json:"username"`
	Password       string `json:"password"`
	DomainName     string `json:"domain_name"`
	APIGInstanceID string `json:"apig_instance_id"`
	ROMAInstanceID string `json:"roma_instance_id"`
}

// Request is one line of the log. Body is left out where it would hold a secret or is too large. Status is 0 while the request
// is under way and where its connection was cut before the work, and 499 when the client went away before its answer.
type Request struct {
	Method, Path, RawQuery, Body string
	Status                       int
}

// New builds the cloud and the world in it: the same options, the same world.
func New(o Options) *Cloud {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Octavia {
		o.Lacks = append(slices.Clip(o.Lacks), "/v2/*/elb/", "/v2.0/lbaas/certificates", "/v2.0/lbaas/members")
	}
	c := &Cloud{options: o, routes: routeTable(o), mint: newMint(o.Seed), tokens: map[string]token{}, queue: make(chan struct{}, 1), faults: arm(o.Script)}
	c.account, c.home, c.worlds = build(o)
	return c
}

// Account returns the credentials and ids of the simulated account.
func (c *Cloud) Account() Account { return c.account }

// Requests returns the requests so far, in the order of their arrival.
func (c *Cloud) Requests() []Request {
	c.logMu.Lock()
	defer c.logMu.Unlock()
	all := make([]Request, len(c.log))
	for i, r := range c.log {
		all[i] = *r
	}
	return all
}

// call is a request on its way through the cloud.
type call struct {
	*Cloud
	w         *world // of the project in the path or, without one, of the caller's
	request   *http.Request
	path      string // escaped
	query     url.Values
	body      []byte
	args      []string // what stands for the asterisks of the route, unescaped
	family    family
	requestID string
	who       identity
	skew      time.Duration // of the clock, as this request finds it
}

// ServeHTTP answers one request of any of the services.
func (c *Cloud) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	q := &call{Cloud: c, request: r, path: r.URL.EscapedPath(), query: r.URL.Query(), requestID: c.mint.uuid()}
	q.family = familyOf(q.path)
	// Read whole before anything else: only then does net/http notice a client that goes away.
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	q.body = body
	entry := c.record(q)

	var a answer
	switch {
	case err != nil:
		a = answer{status: statusClientGone}
	case len(body) > maxBody:
		a = q.front(http.StatusRequestEntityTooLarge, "APIGW.0201", "Request entity too large")
	default:
		a = c.exchange(r.Context(), q)
	}
	a.encode()
	c.logMu.Lock()
	entry.Status = a.status
	c.logMu.Unlock()

	header := rw.Header()
	header.Set("Date", q.clock().UTC().Format(http.TimeFormat))
	header.Set("X-Request-Id", q.requestID)
	if a.encoded != nil {
		header.Set("Content-Type", "application/json;charset=UTF-8")
	}
	for name, value := range a.header {
		header.Set(name, value)
	}
	if a.send == nil {
		a.send = whole
	}
	a.send(r.Context(), rw, r, a)
}

// exchange is the one place that every request passes through, from its arrival to its answer, and where the script acts.
func (c *Cloud) exchange(ctx context.Context, q *call) answer {
	c.faults.settle(q)
	serve := serving(c.serve)
	for _, s := range slices.Backward(c.faults.pick(q)) {
		serve = s.around(serve)
	}
	return serve(ctx, q)
}

// serve is the way of a request on which nothing goes wrong.
func (c *Cloud) serve(ctx context.Context, q *call) answer {
	gone := answer{status: statusClientGone}
	found, known := q.find(c.routes[q.request.Method])
	if found.lane {
		alone, leave := c.lanes.enter(q.args[0] + "/" + q.args[1])
		defer leave()
		if !alone {
			found.handle = (*call).collide
			found.items = nil
		}
	}
	trip := c.mint.around(c.options.Latency, c.options.Spread)
	if !wait(ctx, trip/2) {
		return gone
	}
	a := q.admit(found, known)
	if a.status == 0 {
		if found.items != nil && !q.labour(ctx, found.items(q)) {
			return gone
		}
		a = q.run(found.handle)
	}
	if !wait(ctx, trip-trip/2) {
		return gone
	}
	return a
}

// labour is the time that deleting n items takes; false: the client went away meanwhile.
func (c *Cloud) labour(ctx context.Context, n int) bool {
	if c.options.Queue {
		select {
		case c.queue <- struct{}{}:
			defer func() { <-c.queue }()
		case <-ctx.Done():
			return false
		}
	}
	return wait(ctx, time.Duration(n)*c.options.ItemCost)
}

// admit is everything that stands before the services: quota, published routes, authentication, project. An answer
// without status lets the request in.
func (q *call) admit(r route, known bool) answer {
	if over, text := q.quotas.over(q.options.Quota, q.family); over {
		return q.front(http.StatusTooManyRequests, "APIGW.0308", text)
	}
	if !known {
		return q.front(http.StatusNotFound, "APIGW.0101", "The API does not exist or has not been published in the environment")
	}
	if r.open {
		return answer{}
	}
	if a := q.authenticate(); a.status != 0 {
		return a
	}
	return q.enterProject()
}

// run does the work, alone when it changes something. The answer is encoded before anybody else may change what it
// points at.
func (q *call) run(handle func(*call) answer) answer {
	if q.request.Method == http.MethodGet {
		q.mu.RLock()
		defer q.mu.RUnlock()
	} else {
		q.mu.Lock()
		defer q.mu.Unlock()
	}
	a := handle(q)
	a.encode()
	return a
}

// clock is what the services take for the time.
func (q *call) clock() time.Time { return q.options.Now().Add(q.skew) }

// now is the time as ELB v3 writes it.
func (c *Cloud) now() string { return c.options.Now().UTC().Format(timeV3) }

// record puts the request into the log.
func (c *Cloud) record(q *call) *Request {
	entry := &Request{Method: q.request.Method, Path: q.path, RawQuery: q.request.URL.RawQuery, Body: string(q.body)}
	if len(q.body) > maxBody || strings.HasSuffix(q.path, "/auth/tokens") || strings.HasSuffix(q.path, "/certificates") {
		entry.Body = ""
	}
	c.logMu.Lock()
	defer c.logMu.Unlock()
	if len(c.log) >= 2*maxLog {
		c.log = append([]*Request(nil), c.log[len(c.log)-maxLog:]...)
	}
	c.log = append(c.log, entry)
	return entry
}

// wait returns false as soon as the client has gone.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// lanes count the requests under way where the service cannot take two at a time.
type lanes struct {
	mu   sync.Mutex
	busy map[string]int
}

// enter says whether nobody else is in the lane; leave must be called either way.
func (l *lanes) enter(lane string) (alone bool, leave func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy == nil {
		l.busy = map[string]int{}
	}
	l.busy[lane]++
	return l.busy[lane] == 1, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.busy[lane]--; l.busy[lane] == 0 {
			delete(l.busy, lane)
		}
	}
}

// object decodes the value of key in a JSON body; false when the body is not such an object.
func (q *call) object(key string) (json.RawMessage, bool) {
	var body map[string]json.RawMessage
	if json.Unmarshal(q.body, &body) != nil {
		return nil, false
	}
	value, ok := body[key]
	return value, ok && len(value) > 0 && value[0] == '{'
}

// list decodes the ids under key of a batch; false when there are none or they are not strings.
func (q *call) list(key string) ([]string, bool) {
	var body map[string]json.RawMessage
	var ids []string
	if json.Unmarshal(q.body, &body) != nil || json.Unmarshal(body[key], &ids) != nil {
		return nil, false
	}
	return ids, len(ids) > 0
}
