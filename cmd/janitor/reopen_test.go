package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"janitor/client/cleanup"
	"janitor/client/profile"
)

// A profile that calls its project by a name says which one it is only when it is opened: another one than that of the run is
// refused then, before anything is asked of it.
func TestTheProjectOfANameIsThatOfTheRun(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v3/projects" {
			t.Errorf("asked for %s", r.URL)
		}
		fmt.Fprint(w, `{"projects":[{"id":"0b","name":"eu-de_prod"}]}`)
	}))
	t.Cleanup(server.Close)
	config := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf("profiles: {acme: {region: eu-de, project_name: eu-de_prod, auth: {access_key: KEY, secret_key: SECRET}, endpoints: {elb: %q, iam: %q}}}",
		server.URL, server.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("JANITOR_CONFIG", config)
	for project, says := range map[string]string{
		"0b": "",
		"0a": "run r is about project 0a of eu-de; profile \"acme\" (" + config + ":1) is for project 0b: give --profile",
	} {
		s, err := reopenAt(t.Context(), "run r", cleanup.Where{Profile: "acme", Region: "eu-de", Project: project}, profile.Choice{})
		switch {
		case err == nil:
			s.Close()
			if says != "" {
				t.Errorf("project %s is opened, want %q", project, says)
			}
		case says == "" || !strings.Contains(oneLine(err), says) || status(err) != statusUsage:
			t.Errorf("project %s: status %d, %v; want %q", project, status(err), err, says)
		}
	}
}
