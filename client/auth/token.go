package auth

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"janitor/client/wire"
)

const (
	loginTime  = 30 * time.Second
	loginCap   = 8 << 20 // bytes; the catalogue in the answer is long
	loginTries = 3
	restAfter  = 30 * time.Second // until the next login after one in vain: repeating a wrong password locks the account
)

// refusal is what IAM says of a wrong password, word for word.
const refusal = "The username or password is wrong."

// Login is what a password login needs.
type Login struct {
	Endpoint               string // of IAM, without the version
	User, Password, Domain string // Domain is the name of the account
	UserID, DomainID       string // UserID instead of User and Domain, DomainID instead of Domain
	ProjectID, ProjectName string // one of the two
}

// Format keeps the password out of every verb of package fmt.
func (l Login) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, l.user())
}

func (l Login) user() string {
	if l.UserID != "" {
		return "user " + wire.Clean(l.UserID)
	}
	return "user " + wire.Clean(l.User) + " of " + wire.Clean(cmp.Or(l.Domain, l.DomainID))
}

// LogValue keeps the password out of logs.
func (l Login) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(l)) }

// MarshalText keeps the password out of JSON and the like.
func (l Login) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(l)), nil }

// Session is what a login tells; everything is cleaned, and "" when it was not said.
type Session struct {
	ProjectID, ProjectName string
	User, Account          string
	Roles                  []string
	Expires                time.Time // zero = not said
}

// said is what IAM writes about a token.
type said struct {
	Expires string                    `json:"expires_at"`
	Issued  string                    `json:"issued_at"`
	Project struct{ ID, Name string } `json:"project"`
	Domain  struct{ Name string }     `json:"domain"`
	User    struct {
		Name   string                `json:"name"`
		Domain struct{ Name string } `json:"domain"`
	} `json:"user"`
	Roles []struct{ Name string } `json:"roles"`
}

func (a said) session() Session {
	s := Session{
		ProjectID: wire.Clean(a.Project.ID), ProjectName: wire.Clean(a.Project.Name),
		User: wire.Clean(a.User.Name), Account: wire.Clean(cmp.Or(a.User.Domain.Name, a.Domain.Name)),
	}
	for _, r := range a.Roles {
		s.Roles = append(s.Roles, wire.Clean(r.Name))
	}
	// A time that cannot be read is not known, and then the token is renewed when it is refused.
	s.Expires, _ = time.Parse(time.RFC3339, a.Expires)
	return s
}

// Introspect asks IAM, at its address without the version, whose a token is and what for; t carries it. Not every cloud
// answers.
func Introspect(ctx context.Context, iam, token string, t http.RoundTripper) (Session, error) {
	api, err := wire.New(iam, subject{t, seal(token)}, wire.Options{BodyCap: loginCap})
	if err != nil {
		return Session{}, err
	}
	var answer struct {
		Token said `json:"token"`
	}
	err = api.Do(ctx, wire.Call{
		Doing: "asking whose the token is", Method: http.MethodGet, Path: "/v3/auth/tokens",
		Query: url.Values{"nocatalog": {"true"}}, Out: &answer,
	})
	return answer.Token.session(), err
}

// subject names the token that a question is about.
type subject struct {
	base  http.RoundTripper
	token sealed[string]
}

func (s subject) RoundTrip(req *http.Request) (*http.Response, error) {
	out := req.Clone(req.Context())
	out.Header.Set("X-Subject-Token", s.token())
	return s.base.RoundTrip(out)
}

// Tokens are the tokens of one login: fetched when first needed, renewed before they expire and once after a 401, by
// one request at a time however many wait for it.
type Tokens struct {
	login sealed[Login]
	hosts Hosts
	base  http.RoundTripper
	fixed bool

	renewing chan struct{} // holds one item: the right to log in
	mu       sync.Mutex
	grant                    // the zero value = none yet
	replaced time.Time       // when the token took the place of one that was refused; zero = it took nobody's place
	accepted map[string]bool // hosts that have accepted the token
	refused  error
	rest     time.Time // no further login before, after IAM refused one
}

// grant is what a login gives.
type grant struct {
	token   sealed[string]
	session Session
	renewAt time.Time // by our clock, as the next one; zero where IAM does not say it
	expires time.Time
}

// NewTokens logs in by password when a token is needed; base sends the login. hosts are where the tokens may go. The
// password goes to the login's own endpoint only.
func NewTokens(l Login, hosts Hosts, base http.RoundTripper) (*Tokens, error) {
	if _, err := wire.Endpoint(l.Endpoint); err != nil {
		return nil, fmt.Errorf("IAM: %w", err)
	}
	switch {
	case l.User == "" && l.UserID == "":
		return nil, errors.New("login: no user name")
	case l.Password == "":
		return nil, errors.New("login: no password")
	case l.UserID == "" && l.Domain == "" && l.DomainID == "":
		return nil, errors.New("login: no domain name")
	case (l.ProjectID == "") == (l.ProjectName == ""):
		return nil, errors.New("login: give either the id or the name of the project")
	}
	return &Tokens{login: seal(l), hosts: hosts, base: base, renewing: make(chan struct{}, 1)}, nil
}

// FixedToken uses a token that was got elsewhere; it is never renewed.
func FixedToken(token string, hosts Hosts) *Tokens {
	return &Tokens{grant: grant{token: seal(token)}, hosts: hosts, fixed: true, renewing: make(chan struct{}, 1)}
}

// Login logs in now, unless a good token is there, and says what for. For a fixed token the Session is empty.
func (t *Tokens) Login(ctx context.Context) (Session, error) {
	if _, err := t.current(ctx, ""); err != nil {
		return Session{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.session, nil
}

// Transport adds the token to every request and sends it through base. A request that is answered with "not
// authorised" was not applied: it is sent once more with a new token, if its body can be had again.
func (t *Tokens) Transport(base http.RoundTripper) http.RoundTripper { return &carrying{t, base} }

type carrying struct {
	tokens *Tokens
	base   http.RoundTripper
}

func (c *carrying) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := c.tokens.hosts.check(req); err != nil {
		return nil, err
	}
	token, err := c.tokens.current(req.Context(), "")
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := c.base.RoundTrip(withToken(req, token))
	if err != nil || c.tokens.fixed {
		return resp, err
	}
	if !unauthorised(resp) {
		c.tokens.accept(token, req.URL.Host)
		return resp, nil
	}
	if c.tokens.hopeless(token, req.URL.Host) || req.Body != nil && req.GetBody == nil {
		return resp, nil
	}
	_ = resp.Body.Close() // the answer is thrown away
	if token, err = c.tokens.current(req.Context(), token); err != nil {
		return nil, err
	}
	again := withToken(req, token)
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	resp, err = c.base.RoundTrip(again)
	if err == nil && !unauthorised(resp) {
		c.tokens.accept(token, req.URL.Host)
	}
	return resp, err
}

func withToken(req *http.Request, token string) *http.Request {
	out := req.Clone(req.Context())
	out.Header.Set("X-Auth-Token", token)
	return out
}

// unauthorised says whether the answer wants a new token. Some say so with 403 (ELB.1102), so their body is looked at
// and put back.
func unauthorised(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		const most = 64 << 10
		body, err := io.ReadAll(io.LimitReader(resp.Body, most))
		resp.Body = readCloser{io.MultiReader(bytes.NewReader(body), resp.Body), resp.Body}
		return err == nil && errors.Is(wire.Answered(resp.StatusCode, resp.Header, body, nil, true), wire.Unauthorised)
	default:
		return false
	}
}

// current is a token that is not stale; it logs in when there is none.
func (t *Tokens) current(ctx context.Context, stale string) (string, error) {
	if token, ok := t.good(stale); ok {
		return token, nil
	}
	select {
	case t.renewing <- struct{}{}:
		defer func() { <-t.renewing }()
	case <-ctx.Done():
		return "", stopped(ctx)
	}
	if token, ok := t.good(stale); ok { // somebody else was faster
		return token, nil
	}
	t.mu.Lock()
	refused, rest := t.refused, t.rest
	t.mu.Unlock()
	if time.Now().Before(rest) {
		return "", refused
	}
	before, lasts := t.lasting(stale)
	asking, cancel := ctx, context.CancelFunc(func() {})
	if lasts { // there is no need to wait for long
		asking, cancel = context.WithTimeout(ctx, loginTime)
	}
	defer cancel()
	got, err := t.get(asking)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil {
		refused := errors.Is(err, wire.Unauthorised) || errors.Is(err, wire.Forbidden)
		if refused {
			t.refused, t.rest = err, time.Now().Add(restAfter)
		}
		if !lasts || ctx.Err() != nil {
			return "", err
		}
		t.renewAt = time.Now().Add(restAfter)
		if refused { // to ask again and again locks the account
			t.renewAt = t.expires
		}
		return before, nil
	}
	t.grant, t.accepted, t.replaced = got, map[string]bool{}, time.Time{}
	if stale != "" {
		t.replaced = time.Now()
	}
	return t.token(), nil
}

func (t *Tokens) good(stale string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == nil {
		return "", false
	}
	token := t.token()
	return token, t.fixed || token != stale && (t.renewAt.IsZero() || time.Now().Before(t.renewAt))
}

// lasting is a token that is due to be renewed and has not expired: it serves while it is not refused and no other one can be
// had.
func (t *Tokens) lasting(stale string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token == nil {
		return "", false
	}
	token := t.token()
	return token, token != stale && time.Now().Before(t.expires)
}

// accept remembers that a host accepted the token.
func (t *Tokens) accept(token, host string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token() == token {
		t.accepted[host] = true
	}
}

// hopeless says whether a host that refuses the token would refuse another one, too: the token has just replaced a refused
// one, and the host has never accepted it.
func (t *Tokens) hopeless(token, host string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token() == token && !t.accepted[host] && !t.replaced.IsZero() && time.Since(t.replaced) < restAfter
}

// get logs in, again after a pause when IAM is busy or does not answer.
func (t *Tokens) get(ctx context.Context) (grant, error) {
	for try := 1; ; try++ {
		got, err := t.once(ctx)
		e, failed := errors.AsType[*wire.Error](err)
		if !failed || try == loginTries || ctx.Err() != nil || !passing(e) {
			return got, err
		}
		select {
		case <-time.After(max(time.Duration(try)*500*time.Millisecond, min(e.RetryAfter, loginTime))):
		case <-ctx.Done():
			return grant{}, err
		}
	}
}

// passing: the next login may do better.
func passing(e *wire.Error) bool {
	switch e.Status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return errors.Is(e, wire.Throttled) || errors.Is(e, wire.Transport)
}

func (t *Tokens) once(ctx context.Context) (grant, error) {
	trying, cancel := context.WithTimeout(ctx, loginTime)
	defer cancel()
	login := t.login()
	iam := &gophercloud.ServiceClient{
		ProviderClient: &gophercloud.ProviderClient{HTTPClient: http.Client{
			Transport:     bounded{t.base},
			CheckRedirect: wire.NoRedirect,
		}},
		Endpoint: login.Endpoint + "/v3/",
	}
	options := &tokens.AuthOptions{
		Username: login.User,
		UserID:   login.UserID,
		Password: login.Password,
		Scope:    tokens.Scope{ProjectID: login.ProjectID},
	}
	if login.UserID == "" { // an id is one in all accounts
		options.DomainName, options.DomainID = login.Domain, login.DomainID
	}
	if login.ProjectName != "" {
		options.Scope = tokens.Scope{ProjectName: login.ProjectName, DomainName: login.Domain, DomainID: login.DomainID}
	}
	asked := time.Now()
	result := tokens.Create(trying, iam, options)
	if result.Err != nil {
		return grant{}, t.failed(ctx, result.Err)
	}
	token := result.Header.Get("X-Subject-Token")
	var answer said
	if err := result.ExtractIntoStructPtr(&answer, "token"); err != nil || token == "" {
		return grant{}, t.failure(&wire.Error{Class: wire.BadAnswer, Message: "the answer holds no token"})
	}
	got := grant{token: seal(token), session: answer.session()}
	// The lifetime by IAM's clock, counted on ours: their difference does not matter.
	issued, _ := time.Parse(time.RFC3339, answer.Issued)
	if life := got.session.Expires.Sub(issued); !got.session.Expires.IsZero() && !issued.IsZero() && life > 0 {
		got.renewAt, got.expires = asked.Add(life-life/10), asked.Add(life)
	}
	return got, nil
}

// failed turns gophercloud's errors, which quote bodies and URLs, into ours.
func (t *Tokens) failed(ctx context.Context, err error) error {
	if answered, ok := errors.AsType[gophercloud.ErrUnexpectedResponseCode](err); ok {
		e := wire.Answered(answered.Actual, answered.ResponseHeader, answered.Body, nil, true)
		if e.Message != refusal { // which would be spoilt by a password that is one of its words
			password := t.login().Password
			body := bytes.ReplaceAll(answered.Body, []byte(password), []byte("[secret]")) // before the message is cut
			e = wire.Answered(answered.Actual, answered.ResponseHeader, body, nil, true)
			e.Message = strings.ReplaceAll(e.Message, password, "[secret]") // what was escaped in JSON
		}
		switch {
		case answered.Actual < 300: // of a login, 201
			e.Class, e.Message = wire.BadAnswer, "the answer holds no token: something else than IAM answers"
		case answered.Actual < 400:
			e.Class, e.Message = wire.BadAnswer, "redirects to another address, which is not followed"
		}
		return t.failure(e)
	}
	if _, syntax := errors.AsType[*json.SyntaxError](err); syntax || errors.Is(err, io.ErrUnexpectedEOF) {
		return t.failure(&wire.Error{Class: wire.BadAnswer, Message: "the answer is not JSON"})
	}
	if ctx.Err() != nil {
		return t.failure(stopped(ctx))
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return t.failure(&wire.Error{Class: wire.Transport, Message: wire.Clean("no answer: " + wire.Reason(t.login().Endpoint, wrapped.Err)), Err: wrapped.Err})
	}
	return t.failure(&wire.Error{Message: "the login cannot be made from this user, domain and project"})
}

func (t *Tokens) failure(e *wire.Error) error {
	e.Doing = wire.Clean(fmt.Sprintf("logging in as %v at %s", t.login(), t.login().Endpoint))
	e.Method, e.Path, e.Unsent = http.MethodPost, "/v3/auth/tokens", true
	return e
}

// bounded caps the bodies of a transport for gophercloud, which reads them without a limit of its own, passes over a byte
// order mark, which it takes for wrong JSON, and lets it take a token that comes with status 200: it insists on 201.
type bounded struct{ base http.RoundTripper }

const mark = "\ufeff"

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := b.base.RoundTrip(req)
	if err == nil {
		body := bufio.NewReader(io.LimitReader(resp.Body, loginCap))
		if start, _ := body.Peek(len(mark)); string(start) == mark {
			_, _ = body.Discard(len(mark))
		}
		resp.Body = readCloser{body, resp.Body}
		if resp.StatusCode == http.StatusOK && resp.Header.Get("X-Subject-Token") != "" {
			resp.StatusCode = http.StatusCreated
		}
	}
	return resp, err
}

// readCloser is a body that is read through something else.
type readCloser struct {
	io.Reader
	io.Closer
}
