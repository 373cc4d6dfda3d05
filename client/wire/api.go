package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	errorCap = 64 << 10 // bytes of an error body
	keepMost = 4 << 20  // bytes of a buffer that is kept for the next answer
	idleMost = 32       // kept connections per host, at least the requests in flight

	sendsThrottled = 6 // sends of a request that is throttled each time
	sendsFailed    = 3 // sends of a reading request that gets no answer
	backoffFirst   = 200 * time.Millisecond
)

// MaxPause is the longest pause a service may impose unless the [Options] say otherwise.
const MaxPause = 10 * time.Minute

// Options of an API. The zero value is right for the real services.
type Options struct {
	Timeout  time.Duration // for one request from sending to the last byte; default 2 minutes
	BodyCap  int64         // bytes of an answer; default 64 MiB
	MaxPause time.Duration // longest pause a service may impose; what asks for more fails at once; default [MaxPause]
	Pacer    *Pacer        // shared with the other APIs of the service; nil = one of its own
	Log      *slog.Logger  // is told of every call; nil = nobody is
}

// API is one service endpoint. It is safe for concurrent use; a throttled answer makes all requests of its [Pacer] wait.
type API struct {
	base    *url.URL
	http    http.Client
	options Options
	buffers sync.Pool // of *[]byte, cleared: what answers are read into
	pacer   *Pacer
	log     *slog.Logger
}

// NewTransport is a fresh HTTP transport for [New]: HTTP/1.1, connections kept, proxies of the environment (for https they
// see no more than the host name). How long an answer may take is for the context of the request to say.
func NewTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns = 4 * idleMost
	t.MaxIdleConnsPerHost = idleMost
	t.MaxResponseHeaderBytes = 256 << 10
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12} // the clone's goes on offering HTTP/2 to servers
	t.OnProxyConnectResponse = proxyAnswered
	return t
}

// Endpoint parses the base URL of a service and refuses what would give credentials away: anything but https, except
// plain http to this machine, user names in the address, queries and fragments.
func Endpoint(base string) (*url.URL, error) {
	// Before parsing, whose errors quote what they are about.
	if at := strings.LastIndex(base, "@"); at >= 0 {
		return nil, fmt.Errorf("endpoint at %q: no user name or password in an address", Clean(base[at+1:]))
	}
	u, err := url.Parse(base)
	if err != nil {
		if bad, ok := errors.AsType[*url.Error](err); ok {
			err = bad.Err
		}
		return nil, fmt.Errorf("endpoint %q: %w", Clean(base), err)
	}
	host := u.Hostname()
	switch {
	case host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("endpoint %q: want an address such as https://elb.eu-de.example.com", Clean(base))
	case u.Scheme == "http" && !loopback(host):
		return nil, fmt.Errorf("endpoint %q: plain http only works for this machine (127.0.0.1); use https", Clean(base))
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("endpoint %q: leave out everything from ? or #", Clean(base))
	}
	return u, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// New makes an API of the service at base. t carries the credentials; nil = none.
func New(base string, t http.RoundTripper, o Options) (*API, error) {
	u, err := Endpoint(base)
	if err != nil {
		return nil, err
	}
	if t == nil {
		t = NewTransport()
	}
	o.Timeout = cmp.Or(o.Timeout, 2*time.Minute)
	o.BodyCap = cmp.Or(o.BodyCap, 64<<20)
	o.MaxPause = cmp.Or(o.MaxPause, MaxPause)
	if o.Pacer == nil {
		o.Pacer = NewPacer(Limits{})
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &API{
		base:    u,
		options: o,
		pacer:   o.Pacer,
		log:     o.Log,
		http: http.Client{
			Transport:     t,
			CheckRedirect: NoRedirect,
		},
	}, nil
}

// NoRedirect makes an [http.Client] follow none: a redirect would carry token or signature to a place that nobody chose.
func NoRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Call is one request.
type Call struct {
	Doing     string     // how an error begins: "listing pools"
	Method    string     // GET is sent again when no answer or an internal error comes, nothing else is
	Path      string     // below the base URL, begins with "/", every segment made by [Segment]
	Query     url.Values // nil = none
	In        any        // sent as JSON; nil = no body
	Out       any        // see [Decode]; a json.Unmarshaler checks itself whether it is JSON. nil = the content does not matter
	Named     bool       // the path names an object: "not found" speaks of it, else of the route
	RequestID *string    // where to put the service's id of a successful request; nil = nowhere

	// Seen gets the answer of a success before it is decoded, for whoever wants to [Decode] it in another way; its bytes are
	// cleared afterwards. nil = nobody does.
	Seen func(answer []byte)

	// Turn, from the API's pacer, lets the call go without waiting; it is sent once, even when it is throttled. nil = the call
	// waits itself.
	Turn *Turn

	// While says how long the call may be sent, and sent again; when it ends, a request in flight still goes on. nil = always.
	While context.Context
}

// Do sends the call and decodes its answer. It waits while the API is paused, sends throttled requests again (a
// throttled request was not applied), and reading ones also after lost answers and internal errors, a few times each. What
// changes something is otherwise sent once. Errors are of type [*Error]; those of a cancelled ctx also match ctx.Err().
func (a *API) Do(ctx context.Context, c Call) error {
	t := tries{begun: time.Now()}
	e := a.do(ctx, c, &t)
	a.done(ctx, c, &t, e)
	if e == nil {
		return nil // not a nil in an error
	}
	return e
}

func (a *API) do(ctx context.Context, c Call, t *tries) *Error {
	var body []byte
	if c.In != nil {
		var err error
		if body, err = json.Marshal(c.In); err != nil {
			return &Error{Doing: Clean(c.Doing), Unsent: true, Err: err}
		}
	}
	waiting := ctx
	if c.While != nil {
		var cancel context.CancelFunc
		waiting, cancel = context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(c.While, cancel)() //nolint:contextcheck // a second lifetime, on purpose
		if c.While.Err() != nil {                  // AfterFunc may take its time
			cancel()
		}
	}
	throttled, failed := 0, 0
	for {
		if err := a.wait(waiting, c); err != nil {
			return a.describe(c, &Error{Class: Transport, Unsent: true, Message: Stopped(err), Err: err})
		}
		sent := time.Now()
		t.sent, t.last = sent, received{}
		t.n++
		e := a.send(ctx, c, body, &t.last)
		if ctx.Err() == nil {
			a.pacer.answered(c.Method, sent, e)
		}
		if e == nil {
			return nil
		}
		e = a.describe(c, e)
		switch {
		case ctx.Err() != nil:
			return e
		case e.Class == Throttled:
			throttled++
			bearable := a.pacer.throttled(e, sent, a.options.MaxPause)
			a.refused(ctx, c, e)
			if !bearable || throttled == sendsThrottled || c.Turn != nil {
				return e
			}
		case c.again(e):
			failed++
			if failed == sendsFailed || !a.pacer.repeat() || sleep(waiting, failPause(e, failed)) != nil {
				return e
			}
		default:
			return e
		}
	}
}

// wait until the request may go. A call with a turn has waited already. Lists go at once, as somebody waits for them and few
// follow; how many changes follow is not known.
func (a *API) wait(ctx context.Context, c Call) error {
	if c.Turn.take(a.pacer) {
		return ctx.Err()
	}
	var more func() int
	if c.Method == http.MethodGet {
		more = func() int { return 0 }
	}
	_, err := a.pacer.admit(ctx, more)
	return err
}

// again says whether the call may be sent once more: it never left, or it only reads and got no proper answer.
func (c Call) again(e *Error) bool {
	if _, inner := errors.AsType[*Error](e.Err); inner { // the credentials' own request failed; it has been retried already
		return false
	}
	if e.Class == Transport && e.Unsent {
		return true
	}
	if c.Method != http.MethodGet {
		return false
	}
	switch e.Class {
	case Transport:
		return true
	case BadAnswer:
		return e.Status < 300 && !errors.Is(e.Err, errTooLarge)
	case "":
		switch e.Status {
		case http.StatusRequestTimeout,
			http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true // an internal error is often over at once (api.md 7)
		}
	}
	return false
}

func failPause(e *Error, tries int) time.Duration {
	if e.RetryAfter > 0 && e.RetryAfter <= throttleMost {
		return e.RetryAfter
	}
	return jitter(backoffFirst << (tries - 1))
}

// jitter keeps requests that failed together from coming back together.
func jitter(most time.Duration) time.Duration {
	return most/4 + rand.N(most*3/4)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send sends the request once.
func (a *API) send(ctx context.Context, c Call, body []byte, got *received) *Error {
	trying, cancel := context.WithTimeout(ctx, a.options.Timeout)
	defer cancel()
	// Hooks run on goroutines of the transport.
	var connecting, written atomic.Bool
	traced := httptrace.WithClientTrace(trying, &httptrace.ClientTrace{
		GetConn:      func(string) { connecting.Store(true) },
		WroteHeaders: func() { written.Store(true) },
	})
	req, err := a.request(traced, c, body)
	if err != nil {
		return &Error{Unsent: true, Err: err}
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return a.lost(ctx, trying, err, connecting.Load() && !written.Load())
	}
	defer resp.Body.Close()
	got.from(resp)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return failure(resp, c.Named)
	}
	answer, err := read(resp.Body, a.buffer(resp.ContentLength), a.options.BodyCap)
	defer func() { a.keep(answer) }()
	switch {
	case errors.Is(err, errTooLarge):
		e := unreadable(resp, fmt.Sprintf("the answer is larger than %d bytes", a.options.BodyCap))
		e.Err = err
		return e
	case err != nil:
		e := a.lost(ctx, trying, err, false)
		e.Status, e.RequestID = resp.StatusCode, requestID("", resp.Header)
		return e
	}
	return c.take(resp, unmarked(answer))
}

// unmarked is an answer without the byte order mark that some servers begin text with; JSON knows none.
func unmarked(answer []byte) []byte { return bytes.TrimPrefix(answer, []byte("\xef\xbb\xbf")) }

// failure describes an answer that is no success.
func failure(resp *http.Response, named bool) *Error {
	text, _ := read(resp.Body, nil, errorCap) // half a message is better than none
	defer clear(text)
	e := Answered(resp.StatusCode, resp.Header, text, sentWith(resp), named)
	if resp.StatusCode < 400 {
		e.Class, e.Message = BadAnswer, "redirects to another address, which is not followed"
	}
	return e
}

// take decodes the answer of a success.
func (c Call) take(resp *http.Response, answer []byte) *Error {
	if c.Seen != nil {
		c.Seen(answer)
	}
	text := func() said { return decode(answer[:min(len(answer), errorCap)]) }
	if c.Out == nil {
		if len(bytes.TrimSpace(answer)) > 0 && !json.Valid(answer) {
			return unreadable(resp, "the answer is not JSON: "+hide(text().message, sentWith(resp)))
		}
	} else if err := Decode(answer, c.Out); err != nil {
		if page := text(); page.html {
			return unreadable(resp, hide(page.message, sentWith(resp)))
		}
		return unreadable(resp, "the answer cannot be read: "+err.Error())
	}
	if c.RequestID != nil {
		var id struct {
			RequestID string `json:"request_id"`
		}
		if len(answer) > 0 {
			_ = json.Unmarshal(answer, &id) // no JSON, no id
		}
		*c.RequestID = requestID(id.RequestID, resp.Header)
	}
	return nil
}

// unreadable describes the answer of a success that makes no sense.
func unreadable(resp *http.Response, message string) *Error {
	return &Error{Status: resp.StatusCode, Class: BadAnswer, RequestID: requestID("", resp.Header), Message: Clean(message)}
}

// sentWith are the headers of the request as it was sent, credentials included; nil where a transport does not say.
func sentWith(resp *http.Response) http.Header {
	if resp.Request == nil {
		return nil
	}
	return resp.Request.Header
}

// Decode reads an answer as a [Call] reads it into its Out, and cleans it. A json.Unmarshaler is called directly: package json
// would check the whole answer once more before, which is dear with long lists. What has a method Harmless that says that
// none of its text needs cleaning is not walked through for that.
func Decode(answer []byte, out any) error {
	var err error
	if own, ok := out.(json.Unmarshaler); ok {
		err = own.UnmarshalJSON(answer)
	} else {
		err = json.Unmarshal(answer, out)
	}
	if err != nil {
		return err
	}
	if seen, ok := out.(interface{ Harmless() bool }); !ok || !seen.Harmless() {
		cleanAll(out)
	}
	return nil
}

func (a *API) request(ctx context.Context, c Call, body []byte) (*http.Request, error) {
	u, err := at(a.base, c.Path)
	if err != nil {
		return nil, err
	}
	u.RawQuery = query(c.Query)
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body) // lets a transport send it again after renewing a token
	}
	req, err := http.NewRequestWithContext(ctx, c.Method, u.String(), content)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "janitor")
	if body != nil {
		req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	}
	return req, nil
}

// lost describes a request without a whole answer.
func (a *API) lost(ctx, trying context.Context, err error, unsent bool) *Error {
	if inner, ok := errors.AsType[*Error](err); ok { // from the credentials' transport: nothing was applied
		of := *inner
		switch {
		case of.Class == Forbidden: // to be who we are, not to do this
			of.Class = Unauthorised
		case of.Class == BadAnswer, of.Status >= http.StatusInternalServerError && of.Class != Throttled:
			of.Class = Transport // who we are could not be asked
		case of.Class != Unauthorised && of.Class != Throttled && of.Class != Transport:
			of.Class = "" // what is not found or in use there is not what this request is about
		}
		return &Error{Class: of.Class, RetryAfter: of.RetryAfter, Unsent: true, Err: &of}
	}
	e := &Error{Class: Transport, Unsent: unsent}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the URL
	}
	switch {
	case ctx.Err() != nil:
		e.Message, e.Err = Stopped(ctx.Err()), ctx.Err()
	case trying.Err() != nil:
		e.Message, e.Err, e.timeout = fmt.Sprintf("no answer from %s within %s", a.base.Host, a.options.Timeout), err, true
	default:
		e.Message, e.Err = Clean(fmt.Sprintf("no answer from %s: %s", a.base.Host, Reason(a.base.Host, err))), err
		if slow, ok := errors.AsType[net.Error](err); ok {
			e.timeout = slow.Timeout()
		}
		if said, final, ok := proxyFailed(err); ok {
			e.Message = said
			if final {
				e.Class = ""
			}
		}
	}
	return e
}

// Reason says why no answer came from a service that was named as at just before.
func Reason(at string, err error) string {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Error() != err.Error() { // there is more to it
		return err.Error()
	}
	why := op.Err
	if call, ok := errors.AsType[*os.SyscallError](why); ok {
		why = call.Err
	}
	name, unknown := errors.AsType[*net.DNSError](why)
	switch {
	case unknown && strings.Contains(at, name.Name):
		return "looking up its name: " + name.Err
	case op.Addr == nil || op.Op != "dial" && op.Op != "read" && op.Op != "write":
		return err.Error()
	}
	if host, _, err := net.SplitHostPort(op.Addr.String()); err == nil && strings.Contains(at, host) {
		return why.Error()
	}
	return fmt.Sprintf("%v (%v)", why, op.Addr)
}

// Stopped says in a word why a context has ended; err is its error.
func Stopped(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "out of time"
	}
	return "cancelled"
}

func (a *API) describe(c Call, e *Error) *Error {
	e.Doing, e.Method, e.Path = Clean(c.Doing), c.Method, Clean(c.Path)
	return e
}

var errTooLarge = errors.New("answer too large")

// buffer is an empty one for an answer of that length, which is believed up to a bound. Pages of a list are much alike in
// size, so the buffer of one fits the next.
func (a *API) buffer(length int64) []byte {
	if b, ok := a.buffers.Get().(*[]byte); ok {
		return *b
	}
	if 0 < length && length <= keepMost {
		return make([]byte, 0, length+1) // one more to meet the end
	}
	return nil
}

// keep clears a buffer, for lists of certificates hold private keys, and keeps it for another answer.
func (a *API) keep(buf []byte) {
	buf = buf[:cap(buf)]
	clear(buf)
	if buf = buf[:0]; cap(buf) <= keepMost {
		a.buffers.Put(&buf)
	}
}

// read reads all of r into buf, at most limit bytes. Buffers that it outgrows are cleared: they may hold private keys.
func read(r io.Reader, buf []byte, limit int64) ([]byte, error) {
	for {
		if len(buf) == cap(buf) {
			if int64(len(buf)) > limit {
				return buf, errTooLarge
			}
			grown := make([]byte, len(buf), min(max(2*int64(cap(buf)), 4<<10), limit+1))
			copy(grown, buf)
			clear(buf)
			buf = grown
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return buf, errTooLarge
		case err == io.EOF:
			return buf, nil
		case err != nil:
			return buf, err
		}
	}
}
