package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"janitor/client/profile"
	"janitor/client/simcloud"
)

// Whoever looks for another place in a demo is told that there is none, and why.
func TestADemoIsTheOnlyPlace(t *testing.T) {
	e := &elsewhere{s: &profile.Session{Profile: "demo", Region: "eu-sim-1", Project: "99a3"}, none: true}
	places, err := e.places(t.Context())
	if err != nil || len(places) != 3 {
		t.Fatal(places, err)
	}
	for i, name := range []string{"profile demo", "region eu-sim-1", "project 99a3"} {
		if p := places[i]; p.Name != name || !strings.HasPrefix(p.Why, "You are here, and there is no other") || e.choice(name) != nil {
			t.Errorf("%+v", p)
		}
	}
}

// What IAM knows of is a way to go, each by its region and project: but for where one is, and for regions that the endpoints of the
// profile are not for.
func TestTheProjectsToGoTo(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	a := cloud.Account()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v3/auth/projects" {
			cloud.ServeHTTP(w, r)
			return
		}
		fmt.Fprintf(w, `{"projects":[{"id":%q,"name":%q},{"id":"0a","name":"%s_sandbox"},{"id":"0b","name":"eu-sim-2"}]}`, a.ProjectID, a.Region, a.Region)
	}))
	t.Cleanup(server.Close)
	config := filepath.Join(t.TempDir(), "config.yaml")
	t.Setenv("JANITOR_CONFIG", config)
	for _, test := range []struct {
		elb   string // of the profile
		there bool   // another region can be gone to
	}{{server.URL, false}, {"", true}} {
		text := fmt.Sprintf("profiles: {acme: {cloud: huawei, region: %s, project_id: %s, auth: {access_key: %s, secret_key: %s}, endpoints: {elb: %q, iam: %q}}}",
			a.Region, a.ProjectID, a.AccessKey, a.SecretKey, test.elb, server.URL)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := profile.Find(profile.Choice{Profile: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		e := &elsewhere{p: p, s: s, to: map[string]profile.Choice{}}
		all, err := e.projects(t.Context())
		if err != nil || len(all) != 3 {
			t.Fatal(all, err)
		}
		far := "The endpoints of profile acme are given for " + a.Region + " only"
		if test.there {
			far = ""
		}
		for i, want := range []struct{ name, region, project, why string }{
			{"region " + a.Region, a.Region, a.ProjectID, "You are here"}, {"project " + a.Region + "_sandbox", a.Region, "0a", ""}, {"region eu-sim-2", "eu-sim-2", "0b", far},
		} {
			place, c := all[i], e.choice(want.name)
			if place.Name != want.name || place.About != want.project || !strings.HasPrefix(place.Why, want.why) || (place.Why == "") != (want.why == "") ||
				c == nil || c.Profile != "acme" || c.Region != want.region || c.Project != want.project {
				t.Errorf("%+v leads to %+v", place, c)
			}
		}
	}
}
