package profile

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"janitor/client/simcloud"
)

// What the credentials can see, with the region that each project is in; both ways of being somebody see the same.
func TestProjectsOfASession(t *testing.T) {
	for name, who := range map[string]func(simcloud.Account) Auth{"keys": keysOf, "password": loginOf} {
		t.Run(name, func(t *testing.T) {
			_, account, p := simulated(t)
			p.Auth = who(account)
			s, err := p.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			all, err := s.Projects(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(all, func(q Project) bool { return q.ID == s.Project && q.Region == s.Region }) {
				t.Errorf("%+v does not hold %s of %s", all, s.Project, s.Region)
			}
			for _, q := range all {
				if q.Name == "MOS" || q.ID == "" || q.Region == "" {
					t.Errorf("%+v", q)
				}
			}
		})
	}
}

// A project may stand on any page of IAM's lists, for whoever looks it up by its name and for whoever wants to see them all.
func TestProjectsOnTheSecondPage(t *testing.T) {
	cloud, account, p := simulated(t)
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v3/projects" && r.URL.Path != "/v3/auth/projects" {
			cloud.ServeHTTP(w, r)
			return
		}
		asked = append(asked, r.URL.RequestURI())
		switch {
		case r.URL.Path == "/v3/projects": // whoever may not look by name sees the list of what is theirs
			w.WriteHeader(http.StatusForbidden)
		case r.URL.Query().Get("page") == "":
			fmt.Fprint(w, `{"projects":[{"id":"0a","name":"eu-de"}],"links":{"self":"x","previous":null,"next":"https://iam.example.com/v3/auth/projects?page=2"}}`)
		default:
			fmt.Fprintf(w, `{"projects":[{"id":%q,"name":%q}],"links":{"next":null}}`, account.ProjectID, account.Region)
		}
	}))
	defer server.Close()
	p.Auth, p.ProjectID, p.ProjectName = keysOf(account), "", account.Region
	p.Endpoints.IAM = server.URL
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if want := []string{"/v3/projects?name=" + account.Region, "/v3/auth/projects", "/v3/auth/projects?page=2"}; s.Project != account.ProjectID || !slices.Equal(asked, want) {
		t.Errorf("project %s, asked %q", s.Project, asked)
	}
	all, err := s.Projects(t.Context())
	if err != nil || len(all) != 2 || all[1].ID != account.ProjectID {
		t.Errorf("%+v, %v", all, err)
	}
}
