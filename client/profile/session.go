package profile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/wire"
)

// Session is an open profile: the calls that it allows, and what to say about it.
type Session struct {
	Profile, Region, Project string // Project is the id
	Client                   *client.Client
	Deleter                  *client.Deleter // nil when the profile is read-only
	ReadOnlyWhy              string          // why Deleter is nil, as a sentence

	Who    Identity
	Signed http.RoundTripper // carries our credentials
	Reach

	skew atomic.Int64 // of the clocks, as it was learnt
	log  *slog.Logger // nil = nobody is told
}

// Clock says that the clock of this computer is wrong, as a sentence, when the services tell another time, or requests had to
// be signed by theirs; "" otherwise.
func (s *Session) Clock() string {
	ahead, is, goes := s.Ahead().Round(10*time.Second), "behind", "ages, expiry and signatures go by theirs"
	if ahead == 0 {
		ahead, goes = time.Duration(s.skew.Load()), "requests are signed by theirs"
	}
	switch {
	case ahead == 0:
		return ""
	case ahead < 0:
		ahead, is = -ahead, "ahead of"
	}
	return fmt.Sprintf("The clock of this computer is %s %s that of the services: %s. Set it right.", ahead, is, goes)
}

// Ahead is how far the services' clock is ahead of ours, as their answers tell so far; 0 for what does not matter.
func (s *Session) Ahead() time.Duration { return s.clock.by() }

func (s *Session) skewed(ahead time.Duration) { s.skew.Store(int64(ahead)) }

// Reach is the way to a profile's services without credentials.
type Reach struct {
	Endpoints Endpoints
	Bare      http.RoundTripper

	base  *http.Transport
	clock *clock
}

// Close lets go of connections that are not in use.
func (r Reach) Close() { r.base.CloseIdleConnections() }

// Reach is the way to the services for who does not open the profile.
func (p Profile) Reach() (Reach, error) {
	if err := p.Check(); err != nil {
		return Reach{}, err
	}
	base, err := p.transport()
	if err != nil {
		return Reach{}, err
	}
	return p.reach(base), nil
}

func (p Profile) reach(base *http.Transport) Reach {
	c := &clock{log: p.Log}
	return Reach{Endpoints: p.resolve(), Bare: proxied{base, c}, base: base, clock: c}
}

// Open checks the profile, fetches its secrets, logs in where it has a password and looks the project up where it has
// only a name. Errors are one line without secrets, of class [Usage], [Credentials] or, where a service fails, neither.
func (p Profile) Open(ctx context.Context) (*Session, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	base, err := p.transport()
	if err != nil {
		return nil, err
	}
	s, err := p.open(ctx, base)
	if err != nil {
		base.CloseIdleConnections()
	}
	return s, err
}

func (p Profile) open(ctx context.Context, base *http.Transport) (*Session, error) {
	if p.lookup == nil {
		p.lookup = os.LookupEnv
	}
	var server *auth.Agency
	if p.Auth.Agency {
		var err error
		if server, p, err = p.fromServer(ctx); err != nil {
			return nil, err
		}
	}
	who, err := p.fetch(ctx)
	if err != nil {
		return nil, err
	}
	reach := p.reach(base)
	e := reach.Endpoints
	hosts, err := auth.NewHosts(e.ELB, e.APIG, e.ROMA, e.IAM)
	if err != nil {
		return nil, usage("%v: %v", p, err)
	}
	s := &Session{Profile: p.Name, Region: p.Region, Reach: reach, log: p.Log}
	if err := p.identify(ctx, s, who, server, hosts); err != nil {
		return nil, p.unidentified(err)
	}
	timeout, err := p.timeout()
	if err != nil {
		return nil, err
	}
	config := client.Config{
		Project: s.Project, ELB: e.ELB, ROMA: e.ROMA, APIG: e.APIG,
		Gateways:  p.gateways(e),
		Transport: s.Signed, Timeout: timeout,
		Pacing: client.NewPacing(p.Pace.limits()),
		Found:  &client.Found{},
		Log:    p.Log,
	}
	if s.Client, err = client.New(config); err != nil {
		return nil, usage("%v: %v", p, err)
	}
	if p.ReadOnly {
		s.ReadOnlyWhy = p.readOnlyWhy()
		return s, nil
	}
	if s.Deleter, err = client.NewDeleter(config); err != nil {
		return nil, usage("%v: %v", p, err)
	}
	return s, nil
}

// readOnlyWhy is a sentence with the way out. The file comes first: the flag alone would not matter.
func (p Profile) readOnlyWhy() string {
	if p.readOnlyIn != "" {
		return fmt.Sprintf("Read-only: profile %s says read_only: true in %s", p.Name, p.readOnlyIn)
	}
	return fmt.Sprintf("Read-only: profile %s was opened with --read-only; start janitor without it to delete", p.Name)
}

// unidentified says why the profile could not be opened. It is of class [Credentials] only when they were refused: a
// service that is down says nothing about them.
func (p Profile) unidentified(err error) error {
	switch {
	case errors.Is(err, wire.Unauthorised), errors.Is(err, wire.Forbidden), errors.Is(err, Credentials):
		return credentials(err, "%v", p)
	case errors.Is(err, wire.Transport), errors.Is(err, wire.BadAnswer):
		return fmt.Errorf("%v: %w; check the network and the address (endpoints.iam, or --endpoint iam=https://…)", p, err)
	}
	return fmt.Errorf("%v: %w", p, err)
}
