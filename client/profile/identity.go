package profile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"janitor/client/auth"
	"janitor/client/wire"
)

// Identity is who we are, without secrets.
type Identity struct {
	Way       string    // "access key", "password", "token" or "agency"
	AccessKey string    // masked
	User      string    // cleaned; "" = not known
	Account   string    // name or id of the account
	Roles     []string  // of the login
	Expires   time.Time // zero = never, or not said
}

// secrets holds the credentials in clear; it lives no longer than opening takes.
type secrets struct {
	accessKey, secretKey, securityToken, username, userID, password, domainName, domainID, token string
}

// fetch gets what each secret stands for. Its errors hold no value.
func (p Profile) fetch(ctx context.Context) (secrets, error) {
	var who secrets
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
				return secrets{}, usage("%v: %s: %v", p, p.word(s.key), err)
			}
			return secrets{}, credentials(err, "%v: %s", p, p.word(s.key))
		}
	}
	return who, nil
}

// identify says who the session is, makes the transport that carries its credentials and finds the project's id. server is
// nil but for an agency.
func (p Profile) identify(ctx context.Context, s *Session, who secrets, server *auth.Agency, hosts auth.Hosts) error {
	switch {
	case server != nil:
		err := p.useKeys(ctx, s, func(project string) http.RoundTripper { return server.Transport(project, hosts, s.Bare) })
		key, expires := server.Current()
		s.Who = Identity{Way: "agency", AccessKey: key, Expires: expires}
		return err
	case who.accessKey != "":
		s.Who = Identity{Way: "access key", AccessKey: auth.Mask(who.accessKey)}
		return p.useKeys(ctx, s, func(project string) http.RoundTripper {
			return auth.Signer{
				AccessKey: who.accessKey, SecretKey: who.secretKey, SecurityToken: who.securityToken,
				ProjectID: project, Hosts: hosts, Skewed: s.skewed,
			}.Transport(s.Bare)
		})
	case who.token != "":
		return p.useToken(ctx, s, who.token, hosts)
	}
	return p.logIn(ctx, s, who, hosts)
}

// useKeys signs with keys; carrier makes the transport that signs for a project, "" for none.
func (p Profile) useKeys(ctx context.Context, s *Session, carrier func(project string) http.RoundTripper) (err error) {
	if s.Project, err = p.projectBy(ctx, s.Endpoints, carrier); err != nil {
		return err
	}
	s.Signed = carrier(s.Project)
	return p.rightName(ctx, s.Endpoints.IAM, carrier(""))
}

// useToken uses a token that somebody else got.
func (p Profile) useToken(ctx context.Context, s *Session, token string, hosts auth.Hosts) (err error) {
	s.Signed = auth.FixedToken(token, hosts).Transport(s.Bare)
	var scope auth.Session
	s.Who, scope = p.introspect(ctx, token, s.Endpoints, s.Signed)
	if err := p.rightProject("token", scope); err != nil {
		return err
	}
	s.Project, err = p.projectBy(ctx, s.Endpoints, func(string) http.RoundTripper { return s.Signed })
	if err == nil && scope.ProjectID != "" && scope.ProjectID != s.Project {
		err = p.wrongProject("token", scope)
	}
	return err
}

// logIn gets a token for a user and password.
func (p Profile) logIn(ctx context.Context, s *Session, who secrets, hosts auth.Hosts) error {
	tokens, err := auth.NewTokens(auth.Login{
		Endpoint: s.Endpoints.IAM, User: who.username, UserID: who.userID, Password: who.password, Domain: who.domainName, DomainID: who.domainID,
		ProjectID: p.ProjectID, ProjectName: p.ProjectName,
	}, hosts, wire.Logged(s.Bare, p.Log))
	if err != nil {
		return err
	}
	in, err := tokens.Login(ctx) // now, so that a wrong password is told before anything else happens
	if err != nil {
		return err
	}
	s.Project, s.Signed, s.Who = in.ProjectID, tokens.Transport(s.Bare), identified("password", in)
	switch {
	case in.ProjectID == "": // the token is for the project that was asked for
		if s.Project, err = p.projectBy(ctx, s.Endpoints, func(string) http.RoundTripper { return s.Signed }); err != nil {
			return err
		}
		return p.rightName(ctx, s.Endpoints.IAM, s.Signed)
	case !projectForm.MatchString(in.ProjectID):
		return fmt.Errorf("the login succeeded, but for %q, which is not the id of a project", in.ProjectID)
	}
	return cmp.Or(p.rightProject("login", in), p.rightID(in.ProjectID))
}

func identified(way string, in auth.Session) Identity {
	return Identity{Way: way, User: in.User, Account: in.Account, Roles: in.Roles, Expires: in.Expires}
}

// introspect asks IAM whose a given token is. Some clouds do not say; then it is found out by using the token.
func (p Profile) introspect(ctx context.Context, token string, e Endpoints, transport http.RoundTripper) (Identity, auth.Session) {
	if e.IAM == "" {
		return Identity{Way: "token"}, auth.Session{}
	}
	ctx, cancel := context.WithTimeout(ctx, introspectTime)
	defer cancel()
	in, err := auth.Introspect(ctx, e.IAM, token, wire.Logged(transport, p.Log))
	if err != nil {
		return Identity{Way: "token"}, auth.Session{}
	}
	return identified("token", in), in
}

// introspectTime is what asking may take, as the answer only makes errors clearer.
const introspectTime = 3 * time.Second
