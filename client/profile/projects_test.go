package profile

import (
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
