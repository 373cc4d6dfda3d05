package profile

import (
	"context"
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
