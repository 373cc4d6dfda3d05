package profile

import (
	"context"
	"net/http"
	"strings"

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
	var answer struct {
		Projects []struct {
			ID      string `json:"id"`
			Name    string `json:"name"`
			Enabled *bool  `json:"enabled"`
		} `json:"projects"`
	}
	err = api.Do(ctx, wire.Call{Doing: "listing projects", Method: http.MethodGet, Path: "/v3/auth/projects", Out: &answer})
	if err != nil {
		return nil, err
	}
	var all []Project
	for _, p := range answer.Projects {
		region, _, _ := strings.Cut(p.Name, "_")
		if projectForm.MatchString(p.ID) && regionForm.MatchString(region) && (p.Enabled == nil || *p.Enabled) {
			all = append(all, Project{p.ID, p.Name, region})
		}
	}
	return all, nil
}
