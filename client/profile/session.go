package profile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

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

	base *http.Transport
}

// Close lets go of connections that are not in use.
func (s *Session) Close() { s.base.CloseIdleConnections() }

// Open checks the profile, fetches its secrets, logs in where it has a password and looks the project up where it has
// only a name. Errors are one line without secrets, of class [Usage], [Credentials] or, where a service fails, neither.
func (p Profile) Open(ctx context.Context) (*Session, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	who, err := p.fetch(ctx)
	if err != nil {
		return nil, err
	}
	e := p.resolve()
	hosts, err := auth.NewHosts(e.ELB, e.APIG, e.ROMA, e.IAM)
	if err != nil {
		return nil, usage("%v: %v", p, err)
	}
	base := wire.NewTransport()
	project, transport, err := p.identify(ctx, who, e, hosts, base)
	if err != nil {
		base.CloseIdleConnections()
		return nil, p.unidentified(err)
	}
	config := client.Config{
		Project: project, ELB: e.ELB, ROMA: e.ROMA, APIG: e.APIG,
		Gateways:  p.gateways(e),
		Transport: transport,
		Found:     &client.Found{},
	}
	s := &Session{Profile: p.Name, Region: p.Region, Project: project, base: base}
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
	case errors.Is(err, wire.Unauthorised), errors.Is(err, wire.Forbidden):
		return credentials(err, "%v", p)
	case errors.Is(err, wire.Transport):
		return fmt.Errorf("%v: %w; check the network and the address (endpoints.iam, or --endpoint iam=https://…)", p, err)
	}
	return fmt.Errorf("%v: %w", p, err)
}

// identity holds the credentials in clear; it lives no longer than opening takes.
type identity struct {
	accessKey, secretKey, securityToken, username, password, domainName, token string
}

func (p Profile) fetch(ctx context.Context) (identity, error) {
	lookup := p.lookup
	if lookup == nil {
		lookup = os.LookupEnv
	}
	var who identity
	for _, s := range []struct {
		key  string
		from Secret
		to   *string
	}{
		{"access_key", p.Auth.AccessKey, &who.accessKey},
		{"secret_key", p.Auth.SecretKey, &who.secretKey},
		{"security_token", p.Auth.SecurityToken, &who.securityToken},
		{"username", p.Auth.Username, &who.username},
		{"password", p.Auth.Password, &who.password},
		{"domain_name", p.Auth.DomainName, &who.domainName},
		{"token", p.Auth.Token, &who.token},
	} {
		var err error
		if *s.to, err = s.from.value(ctx, lookup); err != nil {
			return identity{}, credentials(err, "%v: %s", p, p.word(s.key))
		}
	}
	return who, nil
}

// identify makes the transport that carries the credentials and finds the project's id.
func (p Profile) identify(ctx context.Context, who identity, e Endpoints, hosts auth.Hosts, base http.RoundTripper) (string, http.RoundTripper, error) {
	switch {
	case who.accessKey != "":
		signer := auth.Signer{
			AccessKey: who.accessKey, SecretKey: who.secretKey, SecurityToken: who.securityToken,
			ProjectID: p.ProjectID, Hosts: hosts,
		}
		if signer.ProjectID == "" {
			id, err := p.lookUp(ctx, e.IAM, signer.Transport(base))
			if err != nil {
				return "", nil, err
			}
			signer.ProjectID = id
		}
		return signer.ProjectID, signer.Transport(base), nil

	case who.token != "":
		transport := auth.FixedToken(who.token, hosts).Transport(base)
		if p.ProjectID != "" {
			return p.ProjectID, transport, nil
		}
		id, err := p.lookUp(ctx, e.IAM, transport)
		return id, transport, err

	default:
		tokens, err := auth.NewTokens(auth.Login{
			Endpoint: e.IAM, User: who.username, Password: who.password, Domain: who.domainName,
			ProjectID: p.ProjectID, ProjectName: p.ProjectName,
		}, hosts, base)
		if err != nil {
			return "", nil, err
		}
		in, err := tokens.Login(ctx) // now, so that a wrong password is told before anything else happens
		switch {
		case err != nil:
			return "", nil, err
		case !projectForm.MatchString(in.ProjectID):
			return "", nil, errors.New("the login succeeded, but its answer names no project")
		case p.ProjectID != "" && p.ProjectID != in.ProjectID:
			return "", nil, fmt.Errorf("the login is for project %s instead of %s", in.ProjectID, p.ProjectID)
		}
		return in.ProjectID, tokens.Transport(base), nil
	}
}

// lookUp finds the id of the project called ProjectName (api.md 5).
func (p Profile) lookUp(ctx context.Context, iam string, t http.RoundTripper) (string, error) {
	api, err := wire.New(iam, t, wire.Options{})
	if err != nil {
		return "", err
	}
	var answer struct {
		Projects []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"projects"`
	}
	err = api.Do(ctx, wire.Call{
		Doing:  "looking up the project's id by its name",
		Method: http.MethodGet,
		Path:   "/v3/projects",
		Query:  url.Values{"name": {p.ProjectName}},
		Out:    &answer,
	})
	if err != nil {
		return "", err
	}
	var ids []string
	for _, found := range answer.Projects {
		if found.Name == p.ProjectName { // whatever else a service finds by a name
			ids = append(ids, found.ID)
		}
	}
	switch {
	case len(ids) == 0:
		return "", usage("there is no project %q that these credentials can see: check project_name, or give project_id", p.ProjectName)
	case len(ids) > 1:
		return "", usage("%d projects are called %q: give project_id, one of %s", len(ids), p.ProjectName, strings.Join(ids[:min(len(ids), 10)], ", "))
	case !projectForm.MatchString(ids[0]):
		return "", fmt.Errorf("the id of project %q is %q, which is not a project id", p.ProjectName, wire.Clean(ids[0]))
	}
	return ids[0], nil
}
