package profile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
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

// Identity is who we are, without secrets.
type Identity struct {
	Way       string    // "access key", "password", "token" or "agency"
	AccessKey string    // masked
	User      string    // cleaned; "" = not known
	Account   string    // name or id of the account
	Roles     []string  // of the login
	Expires   time.Time // zero = never, or not said
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

// identity holds the credentials in clear; it lives no longer than opening takes.
type identity struct {
	accessKey, secretKey, securityToken, username, userID, password, domainName, domainID, token string
}

func (p Profile) fetch(ctx context.Context) (identity, error) {
	var who identity
	for _, s := range []struct {
		key  string
		from Secret
		to   *string
		bare bool // it holds no blanks
	}{
		{"access_key", p.Auth.AccessKey, &who.accessKey, true},
		{"secret_key", p.Auth.SecretKey, &who.secretKey, true},
		{"security_token", p.Auth.SecurityToken, &who.securityToken, true},
		{"username", p.Auth.Username, &who.username, false},
		{"user_id", p.Auth.UserID, &who.userID, false},
		{"password", p.Auth.Password, &who.password, false},
		{"domain_name", p.Auth.DomainName, &who.domainName, false},
		{"domain_id", p.Auth.DomainID, &who.domainID, false},
		{"token", p.Auth.Token, &who.token, true},
	} {
		value, err := s.from.value(ctx, p.lookup)
		if err == nil && s.bare {
			value, err = bare(value)
		}
		if *s.to = value; err != nil {
			if errors.Is(err, Usage) { // as it is written
				return identity{}, usage("%v: %s: %v", p, p.word(s.key), err)
			}
			return identity{}, credentials(err, "%v: %s", p, p.word(s.key))
		}
	}
	return who, nil
}

// identify says who the session is, makes the transport that carries its credentials and finds the project's id. server is
// nil but for an agency.
func (p Profile) identify(ctx context.Context, s *Session, who identity, server *auth.Agency, hosts auth.Hosts) error {
	switch {
	case server != nil:
		err := p.sign(ctx, s, func(project string) http.RoundTripper { return server.Transport(project, hosts, s.Bare) })
		key, expires := server.Current()
		s.Who = Identity{Way: "agency", AccessKey: key, Expires: expires}
		return err
	case who.accessKey != "":
		s.Who = Identity{Way: "access key", AccessKey: auth.Mask(who.accessKey)}
		return p.sign(ctx, s, func(project string) http.RoundTripper {
			return auth.Signer{
				AccessKey: who.accessKey, SecretKey: who.secretKey, SecurityToken: who.securityToken,
				ProjectID: project, Hosts: hosts, Skewed: s.skewed,
			}.Transport(s.Bare)
		})
	case who.token != "":
		return p.bring(ctx, s, who.token, hosts)
	}
	return p.logIn(ctx, s, who, hosts)
}

// sign uses keys, which sign for a project.
func (p Profile) sign(ctx context.Context, s *Session, carrier func(project string) http.RoundTripper) (err error) {
	s.Project, err = p.projectBy(ctx, s.Endpoints, carrier)
	s.Signed = carrier(s.Project)
	return err
}

// bring uses a token that was got elsewhere.
func (p Profile) bring(ctx context.Context, s *Session, token string, hosts auth.Hosts) (err error) {
	s.Signed = auth.FixedToken(token, hosts).Transport(s.Bare)
	var scope auth.Session
	s.Who, scope = p.introduce(ctx, token, s.Endpoints, s.Signed)
	if err := p.rightProject("token", scope); err != nil {
		return err
	}
	s.Project, err = p.projectBy(ctx, s.Endpoints, func(string) http.RoundTripper { return s.Signed })
	if err == nil && scope.ProjectID != "" && scope.ProjectID != s.Project {
		err = p.wrongProject("token", scope)
	}
	return err
}

// logIn uses a password.
func (p Profile) logIn(ctx context.Context, s *Session, who identity, hosts auth.Hosts) error {
	tokens, err := auth.NewTokens(auth.Login{
		Endpoint: s.Endpoints.IAM, User: who.username, UserID: who.userID, Password: who.password, Domain: who.domainName, DomainID: who.domainID,
		ProjectID: p.ProjectID, ProjectName: p.ProjectName,
	}, hosts, wire.Logged(s.Bare, p.Log))
	if err != nil {
		return err
	}
	in, err := tokens.Login(ctx) // now, so that a wrong password is told before anything else happens
	switch {
	case err != nil:
		return err
	case !projectForm.MatchString(in.ProjectID):
		return errors.New("the login succeeded, but its answer names no project")
	}
	s.Project, s.Signed, s.Who = in.ProjectID, tokens.Transport(s.Bare), identified("password", in)
	return p.rightProject("login", in)
}

func identified(way string, in auth.Session) Identity {
	return Identity{Way: way, User: in.User, Account: in.Account, Roles: in.Roles, Expires: in.Expires}
}

// projectBy is the profile's project, looked up by its name where the profile has no id.
func (p Profile) projectBy(ctx context.Context, e Endpoints, carrier func(project string) http.RoundTripper) (string, error) {
	switch {
	case p.ProjectID == "":
		return p.lookUp(ctx, e.IAM, carrier(""))
	case !p.typed || e.IAM == "":
		return p.ProjectID, nil
	}
	p.ProjectName = p.ProjectID
	id, err := p.lookUp(ctx, e.IAM, carrier(""))
	if err != nil && !errors.Is(err, Usage) && !errors.Is(err, wire.Unauthorised) && ctx.Err() == nil {
		return p.ProjectID, nil // who cannot be told whether it is one finds out by using it
	}
	return id, err
}

// introduce asks IAM whose a given token is. Some clouds do not say; then it is found out by using the token.
func (p Profile) introduce(ctx context.Context, token string, e Endpoints, transport http.RoundTripper) (Identity, auth.Session) {
	if e.IAM == "" {
		return Identity{Way: "token"}, auth.Session{}
	}
	ctx, cancel := context.WithTimeout(ctx, introduceTime)
	defer cancel()
	in, err := auth.Introduce(ctx, e.IAM, token, wire.Logged(transport, p.Log))
	if err != nil {
		return Identity{Way: "token"}, auth.Session{}
	}
	return identified("token", in), in
}

// introduceTime is what asking may take, as the answer only makes errors clearer.
const introduceTime = 3 * time.Second

// rightProject refuses credentials that are for another project than the profile, where they say what they are for.
func (p Profile) rightProject(what string, in auth.Session) error {
	switch {
	case in.ProjectID == "":
		return nil
	case p.ProjectID != "" && p.ProjectID != in.ProjectID,
		p.ProjectName != "" && in.ProjectName != "" && p.ProjectName != in.ProjectName:
		return p.wrongProject(what, in)
	case p.named != "" && in.ProjectName != "" && p.named != in.ProjectName:
		return usage("%s says project %s, which is called %q, and %s says %q: keep the right one",
			p.word("project_id"), in.ProjectID, in.ProjectName, p.word("project_name"), p.named)
	}
	return nil
}

func (p Profile) wrongProject(what string, in auth.Session) error {
	called := ""
	if in.ProjectName != "" {
		called = fmt.Sprintf("; %s is called %q", in.ProjectID, in.ProjectName)
	}
	return credentials(nil, "the %s is for project %s instead of %s%s: get credentials for the profile's project, or change the profile's project",
		what, in.ProjectID, cmp.Or(p.ProjectID, p.ProjectName), called)
}

// fromServer opens the metadata service of the server we are on; region and project are the server's unless the profile
// says them.
func (p Profile) fromServer(ctx context.Context) (*auth.Agency, Profile, error) {
	at, err := Choice{Lookup: p.lookup}.metadata()
	if err != nil {
		return nil, p, err
	}
	if at == "" {
		return nil, p, credentials(nil, "%v: the metadata service is not asked while JANITOR_METADATA is off", p)
	}
	server := auth.NewAgency(at, p.Log)
	if err := server.Fetch(ctx); err != nil {
		if p.searched != "" {
			return nil, p, p.nowhere(err.Error())
		}
		return nil, p, credentials(err, "%v", p)
	}
	if p.Region == "" || p.ProjectID == "" && p.ProjectName == "" {
		region, project, err := server.Place(ctx)
		if err != nil {
			return nil, p, credentials(err, "%v: give region and project", p)
		}
		p.Region = cmp.Or(p.Region, region)
		if p.ProjectID == "" && p.ProjectName == "" {
			p.ProjectID = project
		}
	}
	if p.Region == "" || p.ProjectID == "" && p.ProjectName == "" {
		return nil, p, usage("%v: the metadata service does not say region and project: give --region and --project", p)
	}
	return server, p, p.Check()
}

// metadata is the address of the metadata service, "" when it is not to be asked.
func (c Choice) metadata() (string, error) {
	switch at := c.get("JANITOR_METADATA"); at {
	case "":
		return auth.MetadataService, nil
	case "off":
		return "", nil
	default:
		if _, err := wire.Endpoint(at); err != nil {
			return "", usage("JANITOR_METADATA: %v; or off", err)
		}
		return at, nil
	}
}

// lookUp finds the id of the project called ProjectName. To ask for it by name may need a permission; the list of all that
// the credentials can use needs none (api.md 5).
func (p Profile) lookUp(ctx context.Context, iam string, t http.RoundTripper) (string, error) {
	api, err := wire.New(iam, t, wire.Options{Log: p.Log})
	if err != nil {
		return "", err
	}
	var ids []string
	look := func(path string, query url.Values) error {
		for page, err := range auth.Projects(ctx, api, "looking up the project's id by its name", path, query) {
			if err != nil {
				return err
			}
			for _, found := range page {
				if found.Name == p.ProjectName || p.typed && found.ID == p.ProjectID { // whatever else a service finds by a name
					ids = append(ids, found.ID)
				}
			}
		}
		return nil
	}
	err = look("/v3/projects", url.Values{"name": {p.ProjectName}})
	if errors.Is(err, wire.Forbidden) || errors.Is(err, wire.RouteAbsent) || err == nil && len(ids) == 0 && p.typed {
		ids = nil
		err = look("/v3/auth/projects", nil)
	}
	switch {
	case err != nil:
		return "", err
	case len(ids) == 0 && p.typed:
		return "", usage("there is no project %q in region %s that these credentials can see: check --project", p.ProjectName, p.Region)
	case len(ids) == 0:
		return "", usage("there is no project %q that these credentials can see: check project_name, or give project_id", p.ProjectName)
	case len(ids) > 1:
		return "", usage("%d projects are called %q: give project_id, one of %s", len(ids), p.ProjectName, strings.Join(ids[:min(len(ids), 10)], ", "))
	case !projectForm.MatchString(ids[0]):
		return "", fmt.Errorf("the id of project %q is %q, which is not a project id", p.ProjectName, wire.Clean(ids[0]))
	}
	return ids[0], nil
}
