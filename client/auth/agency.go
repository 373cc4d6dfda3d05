package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"janitor/client/wire"
)

// MetadataService is where a server of these clouds finds out about itself (api.md 9.5). The address is the server's own
// link: nothing is sent there, credentials come from there.
const MetadataService = "http://169.254.169.254"

const (
	metadataTime  = 3 * time.Second  // for one question
	metadataReach = time.Second      // for the connection: elsewhere nobody answers
	metadataCap   = 64 << 10         // bytes of an answer
	metadataToken = "21600"          // seconds that its own token is good for
	renewBefore   = 10 * time.Minute // the services may see the time a little differently
)

// Agency signs with the temporary keys of the server that we run on, which the metadata service renews.
type Agency struct {
	base string
	http http.Client

	renewing chan struct{} // holds one item: the right to fetch
	mu       sync.Mutex
	keys     sealed[Signer] // nil = none yet
	set      int            // how many sets of keys there were
	expires  time.Time
	rest     time.Time // no further question before, after one in vain
}

// NewAgency asks the metadata service at base, usually [MetadataService], and no proxy. log is told of its requests; nil =
// nobody is.
func NewAgency(base string, log *slog.Logger) *Agency {
	t := wire.NewTransport()
	t.Proxy = nil
	t.DialContext = (&net.Dialer{Timeout: metadataReach}).DialContext
	t.DisableKeepAlives = true // it is asked every few hours
	return &Agency{
		base: strings.TrimRight(base, "/"),
		http: http.Client{
			Transport:     wire.Logged(t, log),
			Timeout:       metadataTime,
			CheckRedirect: wire.NoRedirect,
		},
		renewing: make(chan struct{}, 1),
	}
}

// Fetch gets keys unless good ones are there.
func (a *Agency) Fetch(ctx context.Context) error {
	if a.good() {
		return nil
	}
	select {
	case a.renewing <- struct{}{}:
		defer func() { <-a.renewing }()
	case <-ctx.Done():
		return stopped(ctx)
	}
	if a.good() { // somebody else was faster
		return nil
	}
	keys, expires, err := a.fetch(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		if ctx.Err() != nil || !time.Now().Before(a.expires) { // zero without keys
			return err
		}
		a.rest = time.Now().Add(restAfter) // meanwhile those that we have serve
		return nil
	}
	a.keys, a.expires, a.set = keys, expires, a.set+1
	return nil
}

func (a *Agency) fetch(ctx context.Context) (sealed[Signer], time.Time, error) {
	var answer struct {
		Credential struct {
			Access  string `json:"access"`
			Secret  string `json:"secret"`
			Token   string `json:"securitytoken"`
			Expires string `json:"expires_at"`
		} `json:"credential"`
	}
	if err := a.ask(ctx, "/openstack/latest/securitykey", &answer); err != nil {
		return nil, time.Time{}, err
	}
	c := answer.Credential
	if c.Access == "" || c.Secret == "" || c.Token == "" {
		return nil, time.Time{}, a.failed(&wire.Error{Class: wire.BadAnswer, Message: "its answer holds no keys"})
	}
	expires, err := time.Parse(time.RFC3339, c.Expires)
	if err != nil { // not known: ask again soon
		expires = time.Now().Add(2 * renewBefore)
	}
	return seal(Signer{AccessKey: c.Access, SecretKey: c.Secret, SecurityToken: c.Token}), expires, nil
}

// Current shows the access key, masked, and until when it is good.
func (a *Agency) Current() (accessKey string, expires time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.keys == nil {
		return "", time.Time{}
	}
	return Mask(a.keys().AccessKey), a.expires
}

func (a *Agency) good() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	return a.keys != nil && (now.Before(a.expires.Add(-renewBefore)) || now.Before(a.rest) && now.Before(a.expires))
}

// Place is where the server is: its region and project, "" where it is not said.
func (a *Agency) Place(ctx context.Context) (region, project string, err error) {
	var answer struct {
		Region  string `json:"region_id"`
		Project string `json:"project_id"`
	}
	err = a.ask(ctx, "/openstack/latest/meta_data.json", &answer)
	return wire.Clean(answer.Region), wire.Clean(answer.Project), err
}

// Transport signs every request with keys that are good and sends it through base.
func (a *Agency) Transport(project string, hosts Hosts, base http.RoundTripper) http.RoundTripper {
	return &served{agency: a, project: project, hosts: hosts, base: base}
}

type served struct {
	agency  *Agency
	project string
	hosts   Hosts
	base    http.RoundTripper

	mu      sync.Mutex
	set     int // of keys that it signs with
	signing *signing
}

func (s *served) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := s.hosts.check(req); err != nil {
		return nil, err
	}
	if err := s.agency.Fetch(req.Context()); err != nil {
		closeBody(req)
		return nil, err
	}
	return s.current().RoundTrip(req)
}

// current signs with the newest keys. What was learnt of the clocks stays, whatever the keys.
func (s *served) current() *signing {
	s.agency.mu.Lock()
	signer, set := s.agency.keys(), s.agency.set
	s.agency.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if set > s.set {
		signer.ProjectID, signer.Hosts = s.project, s.hosts
		now := signer.signing(s.base)
		if s.signing != nil {
			now.ahead = s.signing.learnt()
		}
		s.set, s.signing = set, now
	}
	return s.signing
}

// ask gets a document, with a token of the service where it has them: instances without (404, 405, 503) are asked plainly.
func (a *Agency) ask(ctx context.Context, path string, out any) error {
	token, err := a.token(ctx)
	if err != nil {
		return err
	}
	body, err := a.do(ctx, http.MethodGet, path, "X-Metadata-Token", token)
	if err != nil {
		return err
	}
	defer clear(body)
	if json.Unmarshal(body, out) != nil { // its error would quote the answer
		return a.failed(&wire.Error{Class: wire.BadAnswer, Message: "its answer is not the JSON expected: this is no server of the cloud"})
	}
	return nil
}

func (a *Agency) token(ctx context.Context) (string, error) {
	body, err := a.do(ctx, http.MethodPut, "/meta-data/latest/api/token", "X-Metadata-Token-Ttl-Seconds", metadataToken)
	if e, ok := errors.AsType[*wire.Error](err); ok && e.Status != 0 {
		return "", nil // the older service has no tokens, and says so in more than one way
	}
	return strings.TrimSpace(string(body)), err
}

func (a *Agency) do(ctx context.Context, method, path, header, value string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base+path, http.NoBody)
	if err != nil {
		return nil, a.failed(&wire.Error{Unsent: true, Err: err})
	}
	if value != "" {
		req.Header.Set(header, value)
	}
	resp, err := a.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return nil, a.failed(stopped(ctx))
		}
		return nil, a.failed(&wire.Error{Class: wire.Transport, Unsent: true, Message: "does not answer: this is no server of the cloud"})
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, metadataCap))
	switch {
	case err != nil:
		return nil, a.failed(&wire.Error{Class: wire.Transport, Message: "its answer broke off"})
	case resp.StatusCode == http.StatusUnauthorized && method == http.MethodGet:
		return nil, a.failed(&wire.Error{Status: resp.StatusCode, Message: "this server has no agency: give it one in the console"})
	case resp.StatusCode != http.StatusOK:
		e := wire.Answered(resp.StatusCode, resp.Header, body, nil, false)
		if e.Class == wire.RouteAbsent { // of this server, not of the cloud
			e.Class = ""
		}
		return nil, a.failed(e)
	}
	return body, nil
}

func (a *Agency) failed(e *wire.Error) error {
	e.Doing = "asking the metadata service " + wire.Clean(a.base)
	return e
}

// Mask shows enough of an access key to recognise it: its first four and last two characters.
func Mask(accessKey string) string {
	if len(accessKey) < 10 {
		return "…"
	}
	return wire.Clean(fmt.Sprintf("%s…%s", accessKey[:4], accessKey[len(accessKey)-2:]))
}
