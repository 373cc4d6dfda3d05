package profile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"janitor/client/auth"
	"janitor/client/wire"
)

// Project is one that the credentials of a session can see.
type Project struct {
	ID, Name string
	Region   string // that its name begins with: "eu-de" of "eu-de_dev"
}

// Projects lists them (api.md 5), those that are enabled.
func (s *Session) Projects(ctx context.Context) ([]Project, error) {
	api, err := wire.New(s.Endpoints.IAM, s.Signed, wire.Options{Log: s.log})
	if err != nil {
		return nil, err
	}
	var all []Project
	for page, err := range auth.Projects(ctx, api, "listing projects", "/v3/auth/projects", nil) {
		if err != nil {
			return nil, err
		}
		for _, p := range page {
			region, _, _ := strings.Cut(p.Name, "_")
			if projectForm.MatchString(p.ID) && regionForm.MatchString(region) && (p.Enabled == nil || *p.Enabled) {
				all = append(all, Project{p.ID, p.Name, region})
			}
		}
	}
	return all, nil
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
	return ids[0], p.rightID(ids[0])
}

// rightID refuses an id of another project than the one called ProjectName, where both are given.
func (p Profile) rightID(id string) error {
	if p.numbered == "" || p.numbered == id {
		return nil
	}
	return usage("%s says project %s, and %s says %q, which is %s: keep the right one", p.word("project_id"), p.numbered, p.word("project_name"), p.ProjectName, id)
}

// rightProject refuses credentials that are for another project than the profile, where they say what they are for.
func (p Profile) rightProject(what string, in auth.Session) error {
	switch {
	case in.ProjectID == "":
		return nil
	case p.ProjectID != "" && p.ProjectID != in.ProjectID,
		p.ProjectName != "" && in.ProjectName != "" && p.ProjectName != in.ProjectName:
		return p.wrongProject(what, in)
	case p.named != "" && in.ProjectName != "" && p.named != in.ProjectName:
		return p.wrongName(in.ProjectName)
	}
	return nil
}

// rightName refuses a name that is another project's than ProjectID's, where both are given and IAM shows it.
func (p Profile) rightName(ctx context.Context, iam string, t http.RoundTripper) error {
	if p.ProjectID == "" || p.named == "" || iam == "" {
		return nil
	}
	api, err := wire.New(iam, t, wire.Options{Log: p.Log})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, introspectTime)
	defer cancel()
	for page, err := range auth.Projects(ctx, api, "comparing the project's id with its name", "/v3/auth/projects", nil) {
		if err != nil {
			return nil // who cannot be told goes by the id
		}
		for _, found := range page {
			if found.ID == p.ProjectID && found.Name != p.named {
				return p.wrongName(found.Name)
			}
		}
	}
	return nil
}

func (p Profile) wrongName(called string) error {
	return usage("%s says project %s, which is called %q, and %s says %q: keep the right one",
		p.word("project_id"), p.ProjectID, wire.Clean(called), p.word("project_name"), p.named)
}

func (p Profile) wrongProject(what string, in auth.Session) error {
	called := ""
	if in.ProjectName != "" {
		called = fmt.Sprintf("; %s is called %q", in.ProjectID, in.ProjectName)
	}
	return credentials(nil, "the %s is for project %s instead of %s%s: get credentials for the profile's project, or change the profile's project",
		what, in.ProjectID, cmp.Or(p.ProjectID, p.ProjectName), called)
}
