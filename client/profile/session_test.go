package profile

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"janitor/client/simcloud"
)

// simulated is a cloud behind real HTTP and a profile for it without credentials.
func simulated(t *testing.T) (*simcloud.Cloud, simcloud.Account, Profile) {
	t.Helper()
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	a := cloud.Account()
	return cloud, a, Profile{
		Name: "sim", Region: a.Region, ProjectID: a.ProjectID,
		Endpoints: Endpoints{ELB: server.URL, APIG: server.URL, ROMA: server.URL, IAM: server.URL + "/v3"},
	}
}

func keysOf(a simcloud.Account) Auth {
	return Auth{AccessKey: Secret(a.AccessKey), SecretKey: Secret(a.SecretKey)}
}

func loginOf(a simcloud.Account) Auth {
	return Auth{Username: Secret(a.Username), Password: Secret(a.Password), DomainName: Secret(a.DomainName)}
}

func TestOpenEveryWay(t *testing.T) {
	defer goleak.VerifyNone(t)
	tests := []struct {
		name   string
		change func(*Profile, simcloud.Account)
	}{
		{"keys", func(p *Profile, a simcloud.Account) { p.Auth = keysOf(a) }},
		{"keys and project name", func(p *Profile, a simcloud.Account) { p.Auth = keysOf(a); p.ProjectID, p.ProjectName = "", a.Region }},
		{"password", func(p *Profile, a simcloud.Account) { p.Auth = loginOf(a) }},
		{"password and project name", func(p *Profile, a simcloud.Account) { p.Auth = loginOf(a); p.ProjectID, p.ProjectName = "", a.Region }},
		{"token", func(p *Profile, a simcloud.Account) { p.Auth = Auth{Token: token(t, *p, a)} }},
		{"token and project name", func(p *Profile, a simcloud.Account) {
			p.Auth = Auth{Token: token(t, *p, a)}
			p.ProjectID, p.ProjectName = "", a.Region
		}},
		{"variables", func(p *Profile, a simcloud.Account) {
			p.Auth = Auth{AccessKey: "env:AK", SecretKey: "env:SK"}
			p.lookup = func(name string) (string, bool) {
				v, ok := map[string]string{"AK": a.AccessKey, "SK": a.SecretKey}[name]
				return v, ok
			}
		}},
		{"variables from a file of another system", func(p *Profile, a simcloud.Account) {
			p.Auth = Auth{AccessKey: "env:AK", SecretKey: "env:SK"}
			p.lookup = func(name string) (string, bool) {
				v, ok := map[string]string{"AK": a.AccessKey + "\r", "SK": a.SecretKey + " \r"}[name]
				return v, ok
			}
		}},
		{"variables for a login", func(p *Profile, a simcloud.Account) {
			p.Auth = Auth{Username: "env:USER", Password: "env:PASS", DomainName: "env:DOMAIN"}
			p.lookup = func(name string) (string, bool) {
				v, ok := map[string]string{"USER": a.Username, "PASS": a.Password, "DOMAIN": a.DomainName}[name]
				return v, ok
			}
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, account, p := simulated(t)
			test.change(&p, account)
			s, err := p.Open(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if s.Project != account.ProjectID || s.Profile != "sim" || s.Region != account.Region || s.Deleter == nil || s.ReadOnlyWhy != "" {
				t.Errorf("opened %+v", s)
			}
			pools := 0
			for page, err := range s.Client.Pools(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				pools += len(page)
			}
			gateways, _, err := s.Client.Gateways(t.Context())
			if err != nil || pools == 0 || len(gateways) < 2 {
				t.Errorf("%d pools, gateways %v, %v", pools, gateways, err)
			}
		})
	}
}

// token logs in by hand: tokens of profiles come from other programs.
func token(t *testing.T, p Profile, a simcloud.Account) Secret {
	t.Helper()
	body, err := json.Marshal(map[string]any{"auth": map[string]any{
		"identity": map[string]any{"methods": []string{"password"}, "password": map[string]any{"user": map[string]any{
			"name": a.Username, "password": a.Password, "domain": map[string]string{"name": a.DomainName}}}},
		"scope": map[string]any{"project": map[string]string{"id": a.ProjectID}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(p.Endpoints.IAM+"/auth/tokens", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusCreated {
		t.Fatal(resp.Status)
	}
	return Secret(resp.Header.Get("X-Subject-Token"))
}

func TestAReadOnlySessionCannotDelete(t *testing.T) {
	_, account, p := simulated(t)
	p.Auth, p.ReadOnly = keysOf(account), true
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Deleter != nil || s.ReadOnlyWhy != "Read-only: profile sim was opened with --read-only; start janitor without it to delete" {
		t.Errorf("deleter %v, why %q", s.Deleter, s.ReadOnlyWhy)
	}

	for _, test := range []struct {
		config string
		flag   bool
		want   string // FILE is the config file
	}{
		{good, true, "Read-only: profile acme was opened with --read-only; start janitor without it to delete"},
		{edit(t, "    auth:", "    read_only: true\n    auth:"), false, "Read-only: profile acme says read_only: true in FILE"},
		{edit(t, "    auth:", "    read_only: true\n    auth:"), true, "Read-only: profile acme says read_only: true in FILE"},
	} {
		lookup := environ(t, test.config)
		p, err := Find(Choice{ReadOnly: test.flag, Lookup: lookup})
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		path, _ := lookup("JANITOR_CONFIG")
		if want := strings.Replace(test.want, "FILE", path, 1); s.Deleter != nil || s.ReadOnlyWhy != want {
			t.Errorf("deleter %v, why %q, want %q", s.Deleter, s.ReadOnlyWhy, want)
		}
	}
}

func TestOpenFails(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Profile, simcloud.Account)
		class  error
		says   []string
		silent bool // nothing may have been sent
	}{
		{"wrong password", func(p *Profile, a simcloud.Account) { p.Auth = loginOf(a); p.Auth.Password = "hunter2" }, Credentials, []string{`profile "sim"`, "401"}, false},
		{"wrong key", func(p *Profile, a simcloud.Account) {
			p.Auth = Auth{AccessKey: "hunter2", SecretKey: "hunter2"}
			p.ProjectID, p.ProjectName = "", a.Region
		}, Credentials, []string{`profile "sim"`, "looking up the project"}, false},
		{"no such project", func(p *Profile, a simcloud.Account) { p.Auth = keysOf(a); p.ProjectID, p.ProjectName = "", "nowhere" }, Usage,
			[]string{`no project "nowhere"`, "project_id"}, false},
		{"no such variable", func(p *Profile, _ simcloud.Account) { p.Auth = Auth{AccessKey: "env:NONE", SecretKey: "hunter2"} }, Credentials,
			[]string{"access_key", `"NONE" is not set`}, true},
		{"a command that is none", func(p *Profile, _ simcloud.Account) {
			p.Auth = Auth{AccessKey: "hunter2", SecretKey: "cmd:pass 'show"}
		}, Usage, []string{"secret_key", "a ' that is not closed"}, true},
		{"incomplete", func(p *Profile, a simcloud.Account) { p.Auth = keysOf(a); p.Region = "" }, Usage, []string{"no region"}, true},
		{"plain http", func(p *Profile, a simcloud.Account) { p.Auth = keysOf(a); p.Endpoints.ELB = "http://example.com" }, Usage, []string{"elb", "https"}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cloud, account, p := simulated(t)
			test.change(&p, account)
			_, err := p.Open(t.Context())
			if !errors.Is(err, test.class) {
				t.Fatalf("got %v, want class %v", err, test.class)
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.ContainsAny(err.Error(), "\n\r") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q has a line break or a secret", err)
			}
			if n := len(cloud.Requests()); test.silent && n > 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

// An answer to a login need not say more than the token: it is for the project that was asked for.
func TestALoginThatDoesNotNameTheProject(t *testing.T) {
	for _, status := range []int{http.StatusCreated, http.StatusOK} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path == "/v3/auth/tokens":
				w.Header().Set("X-Subject-Token", "t")
				w.WriteHeader(status)
				w.Write([]byte(`{"token":{"expires_at":"2019-02-13T06:52:13.855000Z"}}`))
			case r.Header.Get("X-Auth-Token") == "t":
				w.Write([]byte(`{"projects":[{"id":"cccc","name":"r1_sub"}]}`))
			default:
				w.WriteHeader(http.StatusUnauthorized)
			}
		}))
		t.Cleanup(server.Close)
		for _, p := range []Profile{{ProjectID: "cccc"}, {ProjectName: "r1_sub"}} {
			p.Name, p.Region, p.Endpoints = "x", "r1", Endpoints{ELB: server.URL, IAM: server.URL}
			p.Auth = Auth{Username: "u", Password: "p", DomainName: "d"}
			s, err := p.Open(t.Context())
			if err != nil || s.Project != "cccc" {
				t.Errorf("%d, %q: %v", status, p.ProjectName, err)
				continue
			}
			s.Close()
		}
	}
}

// A service that is down or broken says nothing about the credentials.
func TestALoginThatNobodyAnsweredIsNotRefused(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	t.Cleanup(broken.Close)
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, test := range []struct {
		name, at string
		says     []string
	}{
		{"down", gone.URL, []string{`profile "x"`, "check the network", "endpoints.iam", "--endpoint iam="}},
		{"broken", broken.URL, []string{`profile "x"`, "500"}},
	} {
		for _, who := range []Auth{{Username: "u", Password: "hunter2", DomainName: "d"}, {AccessKey: "a", SecretKey: "hunter2"}} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel() // each tries several times
				p := Profile{Name: "x", Region: "r1", ProjectName: "r1", Auth: who, Endpoints: Endpoints{ELB: test.at, IAM: test.at}}
				_, err := p.Open(t.Context())
				if err == nil || errors.Is(err, Credentials) || errors.Is(err, Usage) {
					t.Fatalf("got %v, want an error of neither class", err)
				}
				for _, says := range test.says {
					if !strings.Contains(err.Error(), says) {
						t.Errorf("%q does not say %q", err, says)
					}
				}
				if strings.ContainsAny(err.Error(), "\n\r") || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%q has a line break or a secret", err)
				}
			})
		}
	}
}

// TestATypedProjectIsLookedUp: ids of projects are hexadecimal, so that another word is most likely a name, even if it could be an
// id (S0). When it is neither, that is said before a service is asked about what cannot be there. Where IAM does not answer,
// it may be one.
func TestATypedProjectIsLookedUp(t *testing.T) {
	status := http.StatusOK
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.WriteHeader(status)
		if name := r.URL.Query().Get("name"); name != "" && name != "team" { // no other is called so
			w.Write([]byte(`{"projects":[]}`))
			return
		}
		w.Write([]byte(`{"projects":[{"id":"aaaa","name":"team"},{"id":"plain","name":"r1"}]}`))
	}))
	t.Cleanup(server.Close)
	config := "profiles:\n  x: {region: r1, project_id: bbbb, auth: {access_key: a, secret_key: b}, endpoints: {elb: " + server.URL + "}}\n"
	withIAM := strings.Replace(config, "{elb:", "{iam: "+server.URL+", elb:", 1)
	for _, test := range []struct {
		name, config, project string
		status                int
		want                  string // the id, or what the error says
		asked                 int
	}{
		{"a name", withIAM, "team", 200, "aaaa", 1},
		{"an id that could be a name", withIAM, "plain", 200, "plain", 2},
		{"neither", withIAM, "nosuchname", 200, `no project "nosuchname" in region r1`, 2},
		{"an id", withIAM, "0123456789abcdef", 200, "0123456789abcdef", 0},
		{"nobody to ask", config, "nosuchname", 200, "nosuchname", 0},
		{"no right to ask", withIAM, "nosuchname", 403, "nosuchname", 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, asked = test.status, 0
			p, err := Find(Choice{Project: test.project, Lookup: environ(t, test.config)})
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.Open(t.Context())
			var got string
			if err != nil {
				got = err.Error()
			} else {
				got = s.Project
				s.Close()
			}
			if got != test.want && (err == nil || !errors.Is(err, Usage) || !strings.Contains(got, test.want)) || asked != test.asked {
				t.Errorf("%s after %d requests, want %s after %d", got, asked, test.want, test.asked)
			}
		})
	}
}

// TestAProjectByItsName: it is asked for by name, or found among all that the credentials can use, where the former is not
// allowed or not there.
func TestAProjectByItsName(t *testing.T) {
	for _, refuse := range []int{0, http.StatusForbidden, http.StatusNotFound} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if refuse != 0 && r.URL.Path == "/v3/projects" {
				w.WriteHeader(refuse)
				w.Write([]byte(`{"error":{"code":403,"message":"You are not authorized to perform the requested action: identity:list_projects","title":"Forbidden"}}`))
				return
			}
			w.Write([]byte(`{"projects":[{"id":"aaaa","name":"r1"},{"id":"bbbb","name":"r1"},{"id":"cccc","name":"r1_sub"}]}`))
		}))
		t.Cleanup(server.Close)
		p := Profile{Name: "x", Region: "r1", ProjectName: "r1", Auth: Auth{AccessKey: "a", SecretKey: "b"}, Endpoints: Endpoints{ELB: server.URL, IAM: server.URL}}
		if _, err := p.Open(t.Context()); !errors.Is(err, Usage) || !strings.Contains(err.Error(), `2 projects are called "r1": give project_id, one of aaaa, bbbb`) {
			t.Errorf("%d: got %v", refuse, err)
		}
		p.ProjectName = "r1_sub"
		s, err := p.Open(t.Context())
		if err != nil || s.Project != "cccc" {
			t.Errorf("%d: got %+v, %v", refuse, s, err)
			continue
		}
		s.Close()
	}
}
