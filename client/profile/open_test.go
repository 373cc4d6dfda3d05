package profile

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/simcloud"
)

// logins counts what was asked of IAM.
func logins(cloud *simcloud.Cloud) int {
	n := 0
	for _, r := range cloud.Requests() {
		if r.Method == http.MethodPost && r.Path == "/v3/auth/tokens" {
			n++
		}
	}
	return n
}

func count(t *testing.T, s *Session) int {
	t.Helper()
	n := 0
	for page, err := range s.Client.Pools(t.Context()) {
		if err != nil {
			t.Error(err)
			return n
		}
		n += len(page)
	}
	return n
}

func TestATokenThatEndsMidRunIsRenewedOnceForAll(t *testing.T) {
	cloud, account, p := simulated(t)
	p.Auth = loginOf(account)
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	want := count(t, s)
	for range 3 {
		cloud.RevokeTokens()
		before := logins(cloud)
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if got := count(t, s); got != want {
					t.Errorf("%d pools, want %d", got, want)
				}
			})
		}
		all.Wait()
		if n := logins(cloud) - before; n != 1 {
			t.Errorf("%d logins", n)
		}
	}
}

func TestASecondRefusalIsUnauthorised(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	var refusing atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusing.Load() && r.URL.Path != "/v3/auth/tokens" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error_msg":"The token must be updated","error_code":"APIGW.0307"}`)
			return
		}
		cloud.ServeHTTP(w, r)
	}))
	defer server.Close()
	a := cloud.Account()
	p := Profile{Name: "sim", Region: a.Region, ProjectID: a.ProjectID, Auth: loginOf(a), Endpoints: Endpoints{ELB: server.URL, IAM: server.URL}}
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	refusing.Store(true)
	for range 3 {
		for _, err := range s.Client.Pools(t.Context()) {
			if !errors.Is(err, client.Unauthorised) || !strings.Contains(err.Error(), "APIGW.0307") || !strings.Contains(err.Error(), "check the credentials") {
				t.Errorf("%v", err)
			}
		}
	}
	if n := logins(cloud); n != 2 {
		t.Errorf("%d logins", n)
	}
}

func TestCredentialsForAnotherProjectAreRefusedWithWords(t *testing.T) {
	_, account, p := simulated(t)
	right := token(t, p, account)
	for _, test := range []struct {
		name   string
		change func(*Profile)
		class  error
		says   []string
	}{
		{"token and id", func(p *Profile) { p.Auth, p.ProjectID = Auth{Token: right}, "0123456789abcdef" }, Credentials,
			[]string{account.ProjectID, account.Region, "the token is for project " + account.ProjectID + " instead of 0123456789abcdef", "get credentials for the profile's project"}},
		{"token and name", func(p *Profile) {
			p.Auth, p.ProjectID, p.ProjectName = Auth{Token: right}, "", account.Region+"_other"
		}, Credentials, []string{account.ProjectID, account.Region + "_other"}},
		{"login and another name for the project", func(p *Profile) {
			p.Auth, p.named, p.variables = loginOf(account), "other", map[string]string{"project_id": "OS_PROJECT_ID", "project_name": "OS_PROJECT_NAME"}
		}, Usage, []string{"OS_PROJECT_ID says project " + account.ProjectID, account.Region, `OS_PROJECT_NAME says "other"`}},
		{"an account without the project", func(p *Profile) { p.Auth, p.ProjectID = loginOf(account), "0123456789abcdef" }, Credentials, []string{"project of the scope"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := p
			test.change(&p)
			_, err := p.Open(t.Context())
			if !errors.Is(err, test.class) {
				t.Fatalf("%v", err)
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.Contains(err.Error(), string(right)) {
				t.Error("the error holds the token")
			}
		})
	}
}

// opens finds and opens a profile at a simulated cloud: the project that it is for, or why it cannot be.
func opens(t *testing.T, c Choice, at Endpoints) (project string, err error) {
	t.Helper()
	c.Endpoints = []string{"elb=" + at.ELB, "iam=" + at.IAM}
	found, err := Find(c)
	if err != nil {
		return "", err
	}
	s, err := found.Open(t.Context())
	if err != nil {
		return "", err
	}
	s.Close()
	return s.Project, nil
}

// A project's id and its name may come from two places, of which nobody knows which is meant when they are for two projects.
func TestTheIDAndTheNameOfTwoProjects(t *testing.T) {
	_, account, p := simulated(t)
	keys := []string{"HUAWEICLOUD_SDK_AK=" + account.AccessKey, "HUAWEICLOUD_SDK_SK=" + account.SecretKey, "HUAWEICLOUD_SDK_REGION=" + account.Region}
	id, name := "HUAWEICLOUD_SDK_PROJECT_ID="+account.ProjectID, "HW_PROJECT_NAME="+account.Region
	for _, test := range []struct {
		name    string
		env     []string
		project string
		says    []string // nil: it opens
	}{
		{"one project", []string{id, name}, "", nil},
		{"another name", []string{id, "HW_PROJECT_NAME=other"}, "", []string{"HUAWEICLOUD_SDK_PROJECT_ID says project " + account.ProjectID, account.Region, `HW_PROJECT_NAME says "other"`}},
		{"another name, of OpenStack", []string{id, "OS_PROJECT_NAME=other"}, "", []string{`OS_PROJECT_NAME says "other"`}},

		{"the command line says which", []string{id, "HW_PROJECT_NAME=other"}, account.ProjectID, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := home(t, nil, slices.Concat(keys, test.env)...)
			c.Project = test.project
			project, err := opens(t, c, p.Endpoints)
			switch {
			case test.says == nil && project != account.ProjectID:
				t.Errorf("it is for %q: %v", project, err)
			case test.says != nil && !errors.Is(err, Usage):
				t.Errorf("it opened, or %v", err)
			}
			for _, says := range test.says {
				if err != nil && !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
		})
	}
}

// So they may where a config file has the name and the environment the id.
func TestTheNameOfAProfileAndTheIDOfTheEnvironment(t *testing.T) {
	_, account, p := simulated(t)
	config := fmt.Sprintf("profiles: {acme: {region: %s, project_name: %s, auth: {access_key: %s, secret_key: %s}}}", account.Region, account.Region, account.AccessKey, account.SecretKey)
	for id, says := range map[string]string{account.ProjectID: "", "0123": `HW_PROJECT_ID says project 0123, and project_name says "` + account.Region + `"`} {
		c := home(t, map[string]string{"config.yaml": config}, "HW_PROJECT_ID="+id)
		_, err := opens(t, c, p.Endpoints)
		if says == "" && err != nil || says != "" && (!errors.Is(err, Usage) || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// So they may where a profile leaves its credentials to clouds.yaml.
func TestTheProjectOfAProfileAndOfItsCloud(t *testing.T) {
	_, account, p := simulated(t)
	for _, test := range []struct{ config, cloud, says string }{
		{"project_id: '" + account.ProjectID + "'", "project_name: " + account.Region, ""},
		{"project_id: '" + account.ProjectID + "'", "project_name: other", `clouds.yaml:1 says "other"`},
		{"read_only: true", "project_name: other, project_id: '" + account.ProjectID + "'", "clouds.yaml:1 says project " + account.ProjectID},
		{"project_name: " + account.Region, "project_name: other, project_id: '0123'", `is for "other": take project_name out`},
		{"project_name: " + account.Region, "project_name: " + account.Region + ", project_id: '0123'", ""},
		{"project_name: " + account.Region, "project_id: '" + account.ProjectID + "'", ""},
		{"project_name: " + account.Region, "project_id: '0123'", `clouds.yaml:1 says project 0123, and project_name says "` + account.Region + `", which is ` + account.ProjectID},
	} {
		c := home(t, map[string]string{
			"config.yaml": fmt.Sprintf("profiles: {acme: {region: %s, %s, auth: {clouds: team}}}", account.Region, test.config),
			"clouds.yaml": fmt.Sprintf("clouds: {team: {auth: {ak: %s, sk: %s, %s}}}", account.AccessKey, account.SecretKey, test.cloud),
		})
		_, err := opens(t, c, p.Endpoints)
		if test.says == "" && err != nil || test.says != "" && (!errors.Is(err, Usage) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s, %s: %v", test.config, test.cloud, err)
		}
	}
}

// IAM may say less than one hopes for. What it says has to fit: an id is not taken on trust.
func TestWhatIAMSaysOfAProject(t *testing.T) {
	const (
		projects  = `{"projects":[{"id":"99","name":"team"}]}`
		noProject = `{"token":{"expires_at":"2099-01-01T00:00:00.000000Z"}}`
	)
	for _, test := range []struct {
		name        string
		auth        Auth
		id, called  string // the profile's project
		named       string // what the environment calls it
		numbered    string // the id that the environment says it has
		token, list string // what IAM says of the token and of the projects; "" = nothing, with 403
		says        string // "" = it opens
	}{
		{name: "a token for the project", auth: Auth{Token: "t"}, called: "team", token: `{"token":{"project":{"id":"99"}}}`, list: projects},
		{name: "a token for another one", auth: Auth{Token: "t"}, called: "team", token: `{"token":{"project":{"id":"77"}}}`, list: projects, says: "the token is for project 77 instead of team"},
		{name: "a token, told nothing", auth: Auth{Token: "t"}, id: "99", list: projects},
		{name: "a login, told no project", auth: Auth{Username: "u", Password: "p", DomainName: "d"}, id: "99", token: noProject, list: projects},
		{name: "a login for a name, told no project", auth: Auth{Username: "u", Password: "p", DomainName: "d"}, called: "team", token: noProject, list: projects},
		{name: "a login, told no project, and another name", auth: Auth{Username: "u", Password: "p", DomainName: "d"}, id: "99", named: "other", token: noProject, list: projects, says: `called "team"`},
		{name: "a login for what is no project", auth: Auth{Username: "u", Password: "p", DomainName: "d"}, id: "99", token: `{"token":{"project":{"id":"../99"}}}`, says: "not the id of a project"},
		{name: "keys and the right name", auth: Auth{AccessKey: "a", SecretKey: "s"}, id: "99", named: "team", list: projects},
		{name: "keys and another name", auth: Auth{AccessKey: "a", SecretKey: "s"}, id: "99", named: "other", list: projects, says: `called "team"`},
		{name: "keys that may not see projects", auth: Auth{AccessKey: "a", SecretKey: "s"}, id: "99", named: "other"},
		{name: "keys that do not see this project", auth: Auth{AccessKey: "a", SecretKey: "s"}, id: "98", named: "team", list: projects},
		{name: "keys and the right id", auth: Auth{AccessKey: "a", SecretKey: "s"}, called: "team", numbered: "99", list: projects},
		{name: "keys and another id", auth: Auth{AccessKey: "a", SecretKey: "s"}, called: "team", numbered: "98", list: projects, says: `project_id says project 98, and project_name says "team", which is 99`},
		{name: "a token and another id", auth: Auth{Token: "t"}, called: "team", numbered: "98", list: projects, says: `which is 99`},
		{name: "a login and the right id", auth: Auth{Username: "u", Password: "p", DomainName: "d"}, called: "team", numbered: "99", token: `{"token":{"project":{"id":"99"}}}`},
		{name: "a login and another id", auth: Auth{Username: "u", Password: "p", DomainName: "d"}, called: "team", numbered: "98", token: `{"token":{"project":{"id":"99"}}}`, says: `which is 99`},
		{name: "an id that is none", auth: Auth{AccessKey: "a", SecretKey: "s"}, called: "team", list: `{"projects":[{"id":"../99","name":"team"}]}`, says: "which is not a project id"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				answer := test.list
				if r.URL.Path == "/v3/auth/tokens" {
					answer = test.token
					w.Header().Set("X-Subject-Token", "t")
				}
				switch {
				case answer == "":
					w.WriteHeader(http.StatusForbidden)
				case r.Method == http.MethodPost:
					w.WriteHeader(http.StatusCreated)
				}
				fmt.Fprint(w, answer)
			}))
			t.Cleanup(server.Close)
			p := Profile{Name: "x", Region: "r1", ProjectID: test.id, ProjectName: test.called, named: test.named, numbered: test.numbered, Auth: test.auth, Endpoints: Endpoints{ELB: server.URL, IAM: server.URL}}
			s, err := p.Open(t.Context())
			switch {
			case err != nil && (test.says == "" || !strings.Contains(err.Error(), test.says)), err == nil && test.says != "":
				t.Errorf("%v, want %q", err, test.says)
			case err == nil:
				if want := cmp.Or(test.id, "99"); s.Project != want {
					t.Errorf("project %s, want %s", s.Project, want)
				}
				s.Close()
			}
		})
	}
}

// A cloud whose IAM does not tell whose a token is works all the same.
func TestATokenThatIAMDoesNotKnow(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	p := Profile{Name: "x", Region: "r1", ProjectID: "99", Auth: Auth{Token: "hunter2"}, Endpoints: Endpoints{ELB: server.URL, IAM: server.URL}}
	s, err := p.Open(t.Context())
	if err != nil || s.Project != "99" || s.Who.Way != "token" {
		t.Fatalf("%+v, %v", s, err)
	}
	s.Close()
}

func TestWhoWeAre(t *testing.T) {
	_, account, p := simulated(t)
	for name, a := range map[string]Auth{"password": loginOf(account), "token": {Token: token(t, p, account)}} {
		p.Auth = a
		s, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if w := s.Who; w.Way != name || w.User != account.Username || w.Account != account.DomainName || len(w.Roles) == 0 || time.Until(w.Expires) < time.Hour {
			t.Errorf("%s: %+v", name, w)
		}
	}
	p.Auth = keysOf(account)
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if w := s.Who; w.Way != "access key" || strings.Contains(account.AccessKey, w.AccessKey) || !strings.HasPrefix(w.AccessKey, account.AccessKey[:4]) {
		t.Errorf("%+v", w)
	}
}

// What temporary keys sign counts only with their token, wherever it was written.
func TestTemporaryKeysSignWithTheirToken(t *testing.T) {
	cloud, account, p := simulated(t)
	var without atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Security-Token") != "temporary" {
			without.Add(1)
		}
		cloud.ServeHTTP(w, r) // refuses a token that is not signed
	}))
	t.Cleanup(server.Close)
	p.Auth, p.Endpoints = keysOf(account), Endpoints{ELB: server.URL, IAM: server.URL}
	p.Auth.SecurityToken = "temporary"
	found, err := Find(home(t, nil, "OS_ACCESS_KEY="+account.AccessKey, "OS_SECRET_KEY="+account.SecretKey, "OS_SECURITY_TOKEN=temporary", "OS_REGION_NAME="+account.Region,
		"OS_PROJECT_NAME="+account.Region, "JANITOR_ENDPOINT_ELB="+server.URL, "OS_AUTH_URL="+server.URL))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Profile{p, found} {
		s, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if count(t, s) == 0 || without.Load() > 0 {
			t.Errorf("%v: no pools, or %d requests without the token", p, without.Load())
		}
		s.Close()
	}
}

// A profile may ask for one service or one instance; its channels are all that is shown.
func TestOnlyTheGatewaysOfTheProfile(t *testing.T) {
	_, account, p := simulated(t)
	p.Auth = keysOf(account)
	all := func(of Gateway) (found []client.Gateway) {
		p.Gateway = of
		s, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		found, _, err = s.Client.Gateways(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	every := all(Gateway{})
	for _, service := range []string{client.ROMA, client.APIG} {
		var mine []client.Gateway
		for _, g := range every {
			if g.Service == service {
				mine = append(mine, g)
			}
		}
		if got := all(Gateway{Service: service}); len(mine) == 0 || !slices.Equal(got, mine) {
			t.Errorf("%s: %v of %v", service, got, every)
		}
		if got := all(Gateway{service, mine[0].InstanceID}); len(got) != 1 || got[0] != mine[0] {
			t.Errorf("%v: %v", mine[0], got)
		}
	}
}

// onServer answers as the metadata service of a server in the account's project.
func onServer(t *testing.T, a simcloud.Account) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/openstack/latest/securitykey":
			fmt.Fprintf(w, `{"credential":{"access":%q,"secret":%q,"securitytoken":"t","expires_at":%q}}`,
				a.AccessKey, a.SecretKey, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		case "/openstack/latest/meta_data.json":
			fmt.Fprintf(w, `{"region_id":%q,"project_id":%q}`, a.Region, a.ProjectID)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestOnAServerWithAnAgencyNothingHasToBeWrittenDown(t *testing.T) {
	_, account, sim := simulated(t)
	c := home(t, nil, "JANITOR_METADATA="+onServer(t, account), "JANITOR_ENDPOINT_ELB="+sim.Endpoints.ELB, "JANITOR_ENDPOINT_IAM="+sim.Endpoints.IAM,
		"JANITOR_ENDPOINT_APIG="+sim.Endpoints.APIG, "JANITOR_ENDPOINT_ROMA="+sim.Endpoints.ROMA)
	for _, choice := range []struct{ project, want string }{{"", account.ProjectID}, {account.Region, account.ProjectID}} {
		c.Project = choice.project
		p, err := Find(c)
		if err != nil {
			t.Fatal(err)
		}
		s, err := p.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Profile != "server/agency" || s.Region != account.Region || s.Project != choice.want || s.Who.Way != "agency" || s.Who.Expires.IsZero() || count(t, s) == 0 {
			t.Errorf("%+v", s)
		}
		s.Close()
	}
}

// The metadata service says where the server is, unless the profile or a flag does.
func TestWhereAServerIs(t *testing.T) {
	_, account, sim := simulated(t)
	keys := fmt.Sprintf(`{"credential":{"access":%q,"secret":%q,"securitytoken":"t"}}`, account.AccessKey, account.SecretKey)
	for _, test := range []struct {
		name, place string
		choice      Choice
		off         bool
		class       error
		says        string // "" = it opens
	}{
		{name: "said by a flag", choice: Choice{Region: account.Region, Project: account.ProjectID}},
		{name: "half said by a flag", place: `{"region_id":"elsewhere","project_id":"` + account.ProjectID + `"}`, choice: Choice{Region: account.Region}},
		{name: "not said", place: `{}`, class: Usage, says: "does not say region and project: give --region and --project"},
		{name: "not answered", class: Credentials, says: "give region and project"},
		{name: "not asked", off: true, class: Credentials, says: "not asked while JANITOR_METADATA is off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/openstack/latest/securitykey":
					fmt.Fprint(w, keys)
				case test.place != "":
					fmt.Fprint(w, test.place)
				default:
					http.NotFound(w, r)
				}
			}))
			t.Cleanup(server.Close)
			at := server.URL
			if test.off {
				at = "off"
			}
			c := home(t, nil, "JANITOR_METADATA="+at, "JANITOR_ENDPOINT_ELB="+sim.Endpoints.ELB, "JANITOR_ENDPOINT_IAM="+sim.Endpoints.IAM)
			c.Profile, c.Region, c.Project = "server/agency", test.choice.Region, test.choice.Project
			p, err := Find(c)
			if err != nil {
				t.Fatal(err)
			}
			s, err := p.Open(t.Context())
			switch {
			case test.says != "" && (!errors.Is(err, test.class) || !strings.Contains(err.Error(), test.says)), test.says == "" && err != nil:
				t.Errorf("%v, want %q", err, test.says)
			case err == nil:
				if s.Region != account.Region || s.Project != account.ProjectID {
					t.Errorf("%+v", s)
				}
				s.Close()
			}
		})
	}
}

func TestElsewhereTheSearchIsToldWithTheServersSilence(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	p, err := Find(home(t, nil, "JANITOR_METADATA="+gone.URL))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Open(t.Context())
	if !errors.Is(err, Credentials) {
		t.Fatal(err)
	}
	for _, says := range []string{"no profile found", "config.yaml has none", "HW_ACCESS_KEY", "metadata service", "does not answer", "janitor demo"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	if _, err := Find(home(t, nil, "JANITOR_METADATA=http://169.254.169.254")); !errors.Is(err, Usage) {
		t.Errorf("plain http to another machine: %v", err)
	}
}

func write(t *testing.T, name string, block *pem.Block) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestACloudWithItsOwnCAThatWantsACertificate(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	server := httptest.NewUnstartedServer(cloud)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // failing handshakes are what is tested
	server.StartTLS()
	t.Cleanup(server.Close)
	key, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	ca := write(t, "ca.pem", &pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	private := write(t, "key.pem", &pem.Block{Type: "PRIVATE KEY", Bytes: key})
	huge := write(t, "huge.pem", &pem.Block{Type: "CERTIFICATE", Bytes: make([]byte, fileMax)})
	a := cloud.Account()
	for _, test := range []struct {
		name      string
		ca        string
		cert, key string
		class     error
		says      string
	}{
		{"both", ca, ca, private, nil, ""},
		{"unknown CA", "", ca, private, nil, "x509"},
		{"no certificate", ca, "", "", nil, "tls"},
		{"half", ca, ca, "", Usage, "cert_file and key_file belong together"},
		{"missing file", "/nowhere/ca.pem", "", "", Usage, `profile "sim": ca_file /nowhere/ca.pem does not exist`},
		{"missing certificate", ca, "/nowhere/c", private, Usage, `profile "sim": cert_file /nowhere/c does not exist`},
		{"missing key", ca, ca, "/nowhere/k", Usage, `profile "sim": key_file /nowhere/k does not exist`},
		{"folder", filepath.Dir(ca), "", "", Usage, `profile "sim": ca_file ` + filepath.Dir(ca) + " cannot be read: "},
		{"huge file", huge, "", "", Usage, `profile "sim": ca_file ` + huge + " is larger than 1048576 bytes: it holds something else"},
		{"no PEM", private, "", "", Usage, "no certificate in PEM"},
		{"no key", ca, ca, ca, Usage, "key_file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := Profile{
				Name: "sim", Region: a.Region, ProjectName: a.Region, Auth: keysOf(a), CAFile: test.ca, CertFile: test.cert, KeyFile: test.key,
				Endpoints: Endpoints{ELB: server.URL, IAM: server.URL},
			}
			s, err := p.Open(t.Context())
			if test.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				if count(t, s) == 0 {
					t.Error("no pools")
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Count(err.Error(), "cannot be read") > 1 || test.class != nil && !errors.Is(err, test.class) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAProxyIsNamedWhenItFails(t *testing.T) {
	base, err := Profile{}.transport()
	if err != nil {
		t.Fatal(err)
	}
	base.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://user:hunter2@127.0.0.1:1") }
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://elb.example.com/x", nil)
	_, err = proxied{base, &clock{}}.RoundTrip(req)
	if err == nil || !strings.Contains(err.Error(), "through the proxy http://127.0.0.1:1 (HTTPS_PROXY") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

func TestTheTimeoutOfARequest(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	p := Profile{Name: "x", Region: "r1", ProjectID: "99", Timeout: "1s", Auth: Auth{AccessKey: "a", SecretKey: "b"}, Endpoints: Endpoints{ELB: server.URL}}
	s, err := p.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Deleter.DeletePool(t.Context(), "p")
	if !errors.Is(err, client.Transport) || !strings.Contains(err.Error(), "within 1s") {
		t.Errorf("%v", err)
	}
	for _, wrong := range []string{"1", "soon", "100ms", "2h"} {
		p.Timeout = wrong
		if err := p.Check(); !errors.Is(err, Usage) || !strings.Contains(err.Error(), "timeout") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
