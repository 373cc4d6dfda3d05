package simcloud

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// iamTime is the format of IAM's times.
const iamTime = "2006-01-02T15:04:05.000000Z"

type domain struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// project of an account. The main one of a region has the region's name (api.md 5).
type project struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	DomainID    string `json:"domain_id"`
	ParentID    string `json:"parent_id"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
	IsDomain    bool   `json:"is_domain"`
}

type tokenRequest struct {
	Auth struct {
		Identity struct {
			Methods  []string `json:"methods"`
			Password struct {
				User struct {
					ID       string `json:"id"`
					Name     string `json:"name"`
					Password string `json:"password"`
					Domain   domain `json:"domain"`
				} `json:"user"`
			} `json:"password"`
		} `json:"identity"`
		Scope *struct {
			Project *struct {
				ID   string `json:"id"`
				Name string `json:"name"`
			} `json:"project"`
			Domain *domain `json:"domain"`
		} `json:"scope"`
	} `json:"auth"`
}

// createToken is the login with a password, scoped to a project (by id or name), to the account or to nothing.
func (q *call) createToken() answer {
	var in tokenRequest
	if json.Unmarshal(q.body, &in) != nil || !slices.Contains(in.Auth.Identity.Methods, "password") {
		return iamError(http.StatusBadRequest, "The request body is invalid: auth.identity.methods must hold password")
	}
	account, user := q.account, in.Auth.Identity.Password.User
	home := q.home
	named := user.Name == account.Username && (user.Domain.Name == account.DomainName || user.Domain.ID == home.domainID)
	if !named && user.ID != home.userID || user.Password != account.Password {
		return iamError(http.StatusUnauthorized, "The username or password is wrong.")
	}
	t := token{expires: q.options.Now().Add(tokenLife)}
	if scope := in.Auth.Scope; scope != nil && scope.Project != nil {
		i := slices.IndexFunc(home.projects, func(p project) bool {
			return p.ID == scope.Project.ID || scope.Project.ID == "" && p.Name == scope.Project.Name
		})
		if i < 0 {
			return iamError(http.StatusUnauthorized, "The project of the scope does not exist or is not yours.")
		}
		t.project = home.projects[i].ID
	} else if scope != nil && scope.Domain != nil {
		if scope.Domain.Name != account.DomainName && scope.Domain.ID != home.domainID {
			return iamError(http.StatusUnauthorized, "The account of the scope does not exist or is not yours.")
		}
		t.account = true
	}
	said := q.told(t)
	if !q.query.Has("nocatalog") {
		said["catalog"] = catalogue("http://"+q.request.Host, account.Region, t.project)
	}
	id := q.mint.token()
	q.tokens[id] = t
	return answer{status: http.StatusCreated, header: map[string]string{"X-Subject-Token": id}, body: map[string]any{"token": said}}
}

// told is what IAM writes about a token, besides the catalogue.
func (q *call) told(t token) map[string]any {
	account := q.home.domain(q.account)
	said := map[string]any{
		"methods":    []string{"password"},
		"issued_at":  t.expires.Add(-tokenLife).UTC().Format(iamTime),
		"expires_at": t.expires.UTC().Format(iamTime),
		"user":       map[string]any{"id": q.home.userID, "name": q.account.Username, "domain": account, "password_expires_at": ""},
		"roles":      []map[string]string{{"id": "0", "name": "te_admin"}},
	}
	for _, p := range q.home.projects {
		if p.ID == t.project {
			said["project"] = map[string]any{"id": p.ID, "name": p.Name, "domain": account}
		}
	}
	if t.account {
		said["domain"] = account
	}
	return said
}

// catalogue names the services at their one address.
func catalogue(base, region, project string) []map[string]any {
	var services []map[string]any
	for _, s := range []struct{ kind, name, path string }{
		{"identity", "iam", "/v3"}, {"elb", "elb", "/v3/" + project + "/elb"}, {"network", "neutron", ""},
		{"apig", "apig", "/v2/" + project}, {"roma", "roma", "/v2/" + project},
	} {
		services = append(services, map[string]any{"type": s.kind, "name": s.name, "endpoints": []map[string]string{
			{"interface": "public", "region": region, "region_id": region, "url": base + s.path},
		}})
	}
	return services
}

// listProjects answers both GET /v3/projects and /v3/auth/projects.
func (q *call) listProjects() answer {
	found := []project{}
	for _, p := range q.home.projects {
		if matches(p, q.query, "name domain_id parent_id enabled is_domain", nil) {
			found = append(found, p)
		}
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"projects": found,
		"links":    map[string]any{"self": "http://" + q.request.Host + strings.TrimSuffix(q.path, "/"), "next": nil, "previous": nil},
	}}
}

// home is what IAM knows of the account besides its credentials.
type home struct {
	domainID, userID string
	projects         []project
}

func (h home) domain(a Account) domain { return domain{ID: h.domainID, Name: a.DomainName} }

// timeV3 is how ELB v3 and the gateways write times, timeBare how IP groups do (S2), all in UTC.
const (
	timeV3   = time.RFC3339
	timeBare = "2006-01-02T15:04:05"
)
