package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"janitor/client/wire"
)

// Config says where the services of a profile are.
type Config struct {
	Project         string            // id: digits and lower-case letters, at most 32 (S0)
	ELB, ROMA, APIG string            // base URLs; "" = the profile has none
	Gateways        []Gateway         // whose channels are shown; one without InstanceID = every running instance of the service
	Transport       http.RoundTripper // carries the credentials
	Timeout         time.Duration     // of one request; 0 = the usual one
	Pacing          *Pacing           // shared by all that use the project; nil = one of its own
	Found           *Found            // shared by all that use the project; nil = of its own
	Log             *slog.Logger      // is told of every request; nil = nobody is
}

// Pacing keeps what is known of how fast each service may be used. A [Client] and a [Deleter] of one project share it: the
// services count their requests together.
type Pacing struct{ elb, roma, apig *wire.Pacer }

// MaxPause is the longest pause that a service may impose on a call; who asks for more refuses it.
const MaxPause = wire.MaxPause

// Limits of a [Pacing]; they hold for each service.
type Limits = wire.Limits

// Pace is how fast a service may be used at the moment; see [wire.Pace].
type Pace = wire.Pace

// NewPacing makes one that knows nothing yet.
func NewPacing(l Limits) *Pacing {
	return &Pacing{wire.NewPacer(l), wire.NewPacer(l), wire.NewPacer(l)}
}

// firstPage is how many objects the first page of a list of ELB holds at most: few, so that something is on the
// screen at once.
const firstPage = 200

// Client reads. It is safe for concurrent use.
type Client struct {
	services
	gateways []Gateway

	// Sizes of the first and the following pages, and the most pages of one list. Fields for tests.
	first, page, gatewayPage, mostPages int

	whole bool // see [Client.Whole]
}

// Deleter deletes, takes away what stands in the way of that, and makes again what was deleted. It has no reading calls, as
// a [Client] has no changing ones; a read-only profile never has one. It is safe for concurrent use; what must not run side
// by side is its caller's business.
type Deleter struct{ services }

// New makes the reading calls of a profile.
func New(c Config) (*Client, error) {
	s, err := newServices(c)
	if err != nil {
		return nil, err
	}
	for _, g := range c.Gateways {
		if _, err := s.gateway(g.Service); err != nil {
			return nil, err
		}
	}
	return &Client{
		services: s,
		gateways: c.Gateways,
		first:    firstPage, page: 2000, gatewayPage: 500, mostPages: 1000,
	}, nil
}

// Whole gives a Client that reads lists in as few requests as it can, for those who need all of a list before they go on.
func (c *Client) Whole() *Client {
	whole := *c
	whole.whole = true
	return &whole
}

// NewDeleter makes the deleting calls of a profile.
func NewDeleter(c Config) (*Deleter, error) {
	s, err := newServices(c)
	if err != nil {
		return nil, err
	}
	return &Deleter{s}, nil
}

// services are the endpoints of one project; nil = the profile has none.
type services struct {
	project         string
	elb, roma, apig *wire.API
	pacing          *Pacing
	found           *Found
	sharing         *sharing        // see [Client.Moment]; nil = everything is asked for
	while           context.Context // see [Deleter.While]
	turn            *wire.Turn      // see [Deleter.Enter]
	noted           *string         // see [Deleter.Noting]
}

func newServices(c Config) (services, error) {
	if !isProject(c.Project) {
		return services{}, fmt.Errorf("project id %q: want at most 32 digits and lower-case letters", Clean(c.Project))
	}
	s := services{project: c.Project, pacing: c.Pacing, found: cmp.Or(c.Found, &Found{})}
	if s.pacing == nil {
		s.pacing = NewPacing(Limits{})
	}
	for _, service := range []struct {
		name, base string
		pacer      *wire.Pacer
		api        **wire.API
	}{{"elb", c.ELB, s.pacing.elb, &s.elb}, {"roma", c.ROMA, s.pacing.roma, &s.roma}, {"apig", c.APIG, s.pacing.apig, &s.apig}} {
		if service.base == "" {
			continue
		}
		api, err := wire.New(service.base, c.Transport, wire.Options{Timeout: c.Timeout, Pacer: service.pacer, Log: c.Log})
		if err != nil {
			return services{}, fmt.Errorf("%s: %w", service.name, err)
		}
		*service.api = api
	}
	return s, nil
}

func isProject(id string) bool {
	return id != "" && len(id) <= 32 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyz") == ""
}

// gateway is the API of [ROMA] or [APIG].
func (s *services) gateway(service string) (*wire.API, error) {
	api, name := s.roma, "roma"
	switch service {
	case ROMA:
	case APIG:
		api, name = s.apig, "apig"
	default:
		return nil, fmt.Errorf("gateway service %q: want %s or %s", Clean(service), ROMA, APIG)
	}
	if api == nil {
		return nil, fmt.Errorf("gateway service %s: the profile has no endpoint %q", service, name)
	}
	return api, nil
}

// request is a call that is being made: an API, and a path that is built from ids segment by segment. The first thing
// that is wrong with it is what sending it returns.
type request struct {
	api   *wire.API
	call  wire.Call
	err   error
	quiet bool       // its lists say nothing about paging where they end (v2.0)
	also  url.Values // parameters of its lists besides those of paging

	sharing *sharing // see [Client.Moment]; nil = it is asked for
	asker   *asker   // who asks
}

// on begins a request below a fixed prefix.
func (s *services) on(api *wire.API, err error, prefix string) request {
	return request{api: api, err: err, call: wire.Call{Path: prefix, While: s.while, Turn: s.turn, RequestID: s.noted}, sharing: s.sharing, asker: &asker{}}
}

// dedicated begins a request to ELB v3.
func (s *services) dedicated() request {
	return s.on(s.elb, s.needELB(), "/v3/"+s.project+"/elb")
}

func (s *services) needELB() error {
	if s.elb == nil {
		return errors.New(`the profile has no endpoint "elb"`)
	}
	return nil
}

// within begins a request to one gateway instance.
func (s *services) within(g Gateway) request {
	api, err := s.gateway(g.Service)
	return s.on(api, err, "/v2/"+s.project+"/"+g.Service+"/instances").id(g.InstanceID)
}

// sub adds fixed words to the path.
func (r request) sub(words string) request {
	r.call.Path += "/" + words
	return r
}

// id adds an id to the path: escaped, never changed. From now on "not found" speaks of it.
func (r request) id(id string) request {
	segment, err := wire.Segment(id)
	if err != nil && r.err == nil {
		r.err = err
	}
	r.call.Path += "/" + segment
	r.call.Named = true
	return r
}

// doing says what it is for, as errors begin.
func (r request) doing(format string, args ...any) request {
	r.call.Doing = fmt.Sprintf(format, args...)
	return r
}

func (r request) get(ctx context.Context, query url.Values, out any) error {
	r.call.Method, r.call.Query, r.call.Out = http.MethodGet, query, out
	if r.sharing != nil && r.err == nil {
		return r.sharing.get(ctx, r)
	}
	return r.send(ctx)
}

func (r request) post(ctx context.Context, in, out any, requestID *string) error {
	return r.change(ctx, http.MethodPost, in, out, requestID)
}

func (r request) change(ctx context.Context, method string, in, out any, requestID *string) error {
	noted := r.call.RequestID
	r.call.Method, r.call.In, r.call.Out, r.call.RequestID = method, in, out, cmp.Or(requestID, noted)
	err := r.send(ctx)
	if noted != nil && err == nil {
		*noted = *r.call.RequestID
	}
	return err
}

// put changes an object. What the answer shows of it is not read: a change is proved by reading afresh.
func (r request) put(ctx context.Context, in any) error {
	r.call.Method, r.call.In = http.MethodPut, in
	return r.send(ctx)
}

func (r request) delete(ctx context.Context) error {
	r.call.Method = http.MethodDelete
	return r.send(ctx)
}

func (r request) send(ctx context.Context) error {
	if r.err != nil {
		return &Error{Doing: Clean(r.call.Doing), Unsent: true, Err: r.err}
	}
	return r.api.Do(ctx, r.call)
}

// bad is the error of an answer that was readable and yet cannot be right.
func (r request) bad(requestID, format string, args ...any) error {
	return &Error{
		Doing:     Clean(r.call.Doing),
		Path:      Clean(r.call.Path),
		RequestID: requestID,
		Class:     BadAnswer,
		Message:   Clean(fmt.Sprintf(format, args...)),
	}
}

// While gives a Deleter that sends nothing any more once ctx has ended, throttled requests included; what is in flight
// goes on. The error of a call that it did not send has Unsent set.
func (d *Deleter) While(ctx context.Context) *Deleter {
	s := d.services
	s.while = ctx
	return &Deleter{s}
}

// Enter waits until one more changing request may be sent to a service, [ELB], [ROMA] or [APIG], and gives a Deleter whose
// next call goes at once, and once: throttled, it fails. leave must be called when the call has ended, or none is made. more
// says how many requests are to follow, see [wire.Pacer.Enter].
func (d *Deleter) Enter(ctx context.Context, service string, more func() int) (in *Deleter, leave func(), err error) {
	turn, err := d.pacer(service).Enter(ctx, more)
	if err != nil {
		return nil, nil, err
	}
	s := d.services
	s.turn = turn
	return &Deleter{s}, turn.Done, nil
}

// Noting gives a Deleter that puts the service's id of each request that succeeds into id: that of the last one is there. The
// errors of others have their own ([Error.RequestID]). It is for one goroutine.
func (d *Deleter) Noting(id *string) *Deleter {
	s := d.services
	s.noted = id
	return &Deleter{s}
}

// Pace tells how fast a service may be used at the moment.
func (s *services) Pace(service string) Pace { return s.pacer(service).Pace() }

func (s *services) pacer(service string) *wire.Pacer {
	switch service {
	case ROMA:
		return s.pacing.roma
	case APIG:
		return s.pacing.apig
	}
	return s.pacing.elb
}
