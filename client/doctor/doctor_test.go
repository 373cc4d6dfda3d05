package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"janitor/client"
	"janitor/client/profile"
	"janitor/client/simcloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// recorder keeps what requests carry.
type recorder struct {
	handler http.Handler
	mu      sync.Mutex
	changes []string // requests other than GET that carry credentials
	all     int
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	r.all++
	named := req.Header.Get("X-Auth-Token") != "" || req.Header.Get("Authorization") != "" || req.Header.Get("X-Security-Token") != ""
	if req.Method != http.MethodGet && named || req.Method != http.MethodGet && req.Method != http.MethodPost {
		r.changes = append(r.changes, req.Method+" "+req.URL.Path)
	}
	if req.Method == http.MethodPost && req.URL.Path != "/v3/auth/tokens" && req.ContentLength != 0 {
		r.changes = append(r.changes, "a body: "+req.URL.Path)
	}
	r.mu.Unlock()
	r.handler.ServeHTTP(w, req)
}

func serve(t *testing.T, h http.Handler) (string, *recorder) {
	t.Helper()
	r := &recorder{handler: h}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return server.URL, r
}

func at(url string) profile.Endpoints {
	return profile.Endpoints{ELB: url, APIG: url, ROMA: url, IAM: url}
}

func keys(cloud *simcloud.Cloud, url string) profile.Profile {
	a := cloud.Account()
	return profile.Profile{Name: "sim", Region: a.Region, ProjectID: a.ProjectID, Endpoints: at(url),
		Auth: profile.Auth{AccessKey: profile.Secret(a.AccessKey), SecretKey: profile.Secret(a.SecretKey)}}
}

func login(cloud *simcloud.Cloud, url string) profile.Profile {
	a := cloud.Account()
	p := keys(cloud, url)
	p.Auth = profile.Auth{Username: profile.Secret(a.Username), Password: profile.Secret(a.Password), DomainName: profile.Secret(a.DomainName)}
	return p
}

func examine(t *testing.T, p profile.Profile) Report {
	t.Helper()
	r, err := Examine(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		if f.Area == "" || f.What == "" || f.State == "" || f.Says == "" || strings.ContainsAny(f.Says+f.Do, "\n\x1b") {
			t.Errorf("%+v is not a whole line", f)
		}
		if f.State == Bad && f.Do == "" {
			t.Errorf("%+v does not say what to do", f)
		}
	}
	return r
}

// finding is the one of an area and what.
func finding(t *testing.T, r Report, area, what string) Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Area == area && f.What == what {
			return f
		}
	}
	t.Fatalf("no finding %s %s in %+v", area, what, r.Findings)
	return Finding{}
}

func expect(t *testing.T, r Report, area, what string, state State, says ...string) {
	t.Helper()
	f := finding(t, r, area, what)
	if f.State != state {
		t.Errorf("%s %s is %s, want %s: %s", area, what, f.State, state, f.Says)
	}
	for _, word := range says {
		if !strings.Contains(f.Says+". "+f.Do, word) {
			t.Errorf("%s %s does not say %q: %s. %s", area, what, word, f.Says, f.Do)
		}
	}
}

func TestAHealthyProfileChangesNothing(t *testing.T) {
	for name, of := range map[string]func(*simcloud.Cloud, string) profile.Profile{"keys": keys, "login": login} {
		t.Run(name, func(t *testing.T) {
			cloud := simcloud.New(simcloud.Options{Seed: 1})
			url, record := serve(t, cloud)
			p := of(cloud, url)
			before := examine(t, p)
			if before.Count(Bad) > 0 || before.Count(Warning) > 1 || before.Refused() {
				t.Errorf("%+v", before.Findings)
			}
			a := cloud.Account()
			expect(t, before, "endpoint", "elb", OK, url, "ms")
			expect(t, before, "clock", "difference", OK)
			expect(t, before, "identity", "credentials", OK, a.DomainName, map[string]string{"keys": "access key " + a.AccessKey[:4], "login": "password of user " + a.Username}[name])
			expect(t, before, "identity", "project", OK, a.ProjectID, a.Region)
			expect(t, before, "list", "pools", OK, "works; 48")
			expect(t, before, "list", "API Gateway instances", OK)
			for _, what := range []string{"pools", "certificates", "IP group entries"} {
				expect(t, before, "batch", what, OK, "offered")
			}
			expect(t, before, "quota", "certificates", OK, "used, at most 120")
			expect(t, before, "permission", "delete pools", Unknown, "elb:pools:delete")
			after := examine(t, p)
			for _, f := range before.Findings {
				if f.Area == "list" || f.Area == "quota" {
					expect(t, after, f.Area, f.What, f.State, f.Says)
				}
			}
			if len(record.changes) > 0 {
				t.Errorf("sent with credentials or a body: %v", record.changes)
			}
			data, err := json.Marshal(after)
			if err != nil || strings.Contains(string(data), a.SecretKey) || strings.Contains(string(data), a.AccessKey) || strings.Contains(string(data), a.Password) {
				t.Errorf("%s, %v", data, err)
			}
		})
	}
}

func TestASisterCloudWithoutBatchCalls(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1, Lacks: []string{"/pools/batch-delete", "/certificates/batch-delete", "/members/batch-delete", "/v2.0/", "/v2/*/elb", "/apic/", "/v2/*/instances"}})
	url, record := serve(t, cloud)
	r := examine(t, keys(cloud, url))
	expect(t, r, "batch", "pools", Warning, "not offered", "one by one")
	expect(t, r, "batch", "certificates", Warning, "not offered")
	expect(t, r, "batch", "IP group entries", OK, "offered")
	expect(t, r, "list", "shared pools (v2.0)", Warning, "does not offer it", "APIGW.0101")
	expect(t, r, "list", "ROMA Connect", Unknown, "does not list its instances", "APIGW.0101", "gateway.instance_id")
	if r.Count(Bad) > 0 || len(record.changes) > 0 {
		t.Errorf("%+v, %v", r.Findings, record.changes)
	}
}

// What batch calls there are is told only where a cloud's answers to strangers tell it.
func TestCloudsThatDoNotTellStrangers(t *testing.T) {
	for name, test := range map[string]struct {
		handler func(cloud http.Handler) http.HandlerFunc
		says    string
	}{
		"401 for every path": {func(cloud http.Handler) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				cloud.ServeHTTP(w, r)
			}
		}, "does not tell unknown paths"},
		"no authentication at all": {func(cloud http.Handler) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					if r.Method != http.MethodGet {
						panic("a request that could change something was sent where strangers are let in")
					}
					fmt.Fprint(w, `{"pools":[]}`)
					return
				}
				cloud.ServeHTTP(w, r)
			}
		}, "answers without credentials"},
		"no authentication of what is called": {func(cloud http.Handler) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/batch-delete") {
					fmt.Fprint(w, `{}`)
					return
				}
				cloud.ServeHTTP(w, r)
			}
		}, "answers it without credentials"},
		"a page for strangers": {func(cloud http.Handler) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "" {
					w.WriteHeader(http.StatusForbidden)
					fmt.Fprint(w, "<html><title>Log in</title>")
					return
				}
				cloud.ServeHTTP(w, r)
			}
		}, "does not say 401"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := simcloud.New(simcloud.Options{Seed: 1})
			url, record := serve(t, test.handler(cloud))
			r := examine(t, keys(cloud, url))
			for _, what := range []string{"pools", "certificates", "IP group entries"} {
				expect(t, r, "batch", what, Unknown, "shows when first used", test.says)
			}
			if r.Count(Bad) > 0 || len(record.changes) > 0 {
				t.Errorf("%+v, %v", r.Findings, record.changes)
			}
		})
	}
}

func TestRefusedCredentials(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, cloud)
	p := login(cloud, url)
	p.Auth.Password = "hunter2"
	r := examine(t, p)
	if !r.Refused() {
		t.Error("not told as refused")
	}
	expect(t, r, "identity", "credentials", Bad, "The username or password is wrong", "janitor profiles")
	expect(t, r, "endpoint", "elb", OK)

	p = keys(cloud, url)
	p.Auth.SecretKey = "hunter2"
	r = examine(t, p)
	if !r.Refused() {
		t.Error("not told as refused")
	}
	expect(t, r, "identity", "credentials", Bad, "APIGW.0301", "correct the credentials, or the clock")
	if r.Count(Bad) != 1 {
		t.Errorf("one reason is told more than once: %+v", r.Findings)
	}
	if data, _ := json.Marshal(r); strings.Contains(string(data), "hunter2") {
		t.Error("the report holds a secret")
	}
}

func TestAProjectThatIsNotOurs(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, cloud)
	p := keys(cloud, url)
	p.ProjectID = "0123456789abcdef"
	r := examine(t, p)
	expect(t, r, "identity", "project", Bad, "0123456789abcdef is none of the projects", cloud.Account().Region, "project_id")
	expect(t, r, "list", "pools", Bad, "ELB.9802", "grant elb:pools:list")
	expect(t, r, "list", "listeners", Bad, "without it nothing is called unused")
}

func TestAClockThatIsWrong(t *testing.T) {
	for _, test := range []struct {
		skew  time.Duration
		state State
		says  []string
	}{
		{5 * time.Minute, Warning, []string{"this computer is 5m", "behind"}},
		{-time.Hour, Bad, []string{"this computer is 1h", "ahead of", "set the clock"}},
	} {
		cloud := simcloud.New(simcloud.Options{Seed: 1, Now: func() time.Time { return time.Now().Add(test.skew) }})
		url, _ := serve(t, cloud)
		r := examine(t, login(cloud, url))
		expect(t, r, "clock", "difference", test.state, test.says...)
	}
}

func TestServicesThatAreNotThere(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, cloud)
	gone := httptest.NewServer(nil)
	gone.Close()
	p := keys(cloud, url)
	p.Endpoints.ELB, p.Endpoints.ROMA = gone.URL, ""
	r := examine(t, p)
	expect(t, r, "endpoint", "elb", Bad, gone.URL+" does not answer", "check the network")
	expect(t, r, "endpoint", "roma", Unknown, "none in this profile")
	expect(t, r, "endpoint", "iam", OK)
	expect(t, r, "list", "pools", Bad, "no answer", "check the network")
	if r.Refused() {
		t.Error("a service that is down says nothing about the credentials")
	}

	p = login(cloud, url)
	p.Endpoints.IAM = gone.URL
	r = examine(t, p)
	expect(t, r, "endpoint", "iam", Bad, "does not answer")
	expect(t, r, "identity", "credentials", Bad, "no answer", "see the endpoint of iam")
	if r.Refused() {
		t.Error("a service that is down says nothing about the credentials")
	}
}

// Where the profile names the instance, janitor asks for no list of instances: a cloud need not have one.
func TestTheInstanceThatTheProfileNames(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/instances") {
			http.NotFound(w, r)
			return
		}
		cloud.ServeHTTP(w, r)
	}))
	p := keys(cloud, url)
	expect(t, examine(t, p), "list", "ROMA Connect", Unknown, "does not list its instances", "gateway.instance_id")
	id := cloud.Account().ROMAInstanceID
	p.Gateway = profile.Gateway{Service: client.ROMA, InstanceID: id}
	r := examine(t, p)
	expect(t, r, "list", "channels of "+id, OK, "works")
	for _, f := range r.Findings {
		if f.What == "ROMA Connect" || strings.HasPrefix(f.What, "API Gateway") {
			t.Errorf("%+v is not used with this profile", f)
		}
	}
}

// Whatever answers, the examination ends with lines and not with a failure.
func TestServersOfUnknownMake(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"nothing is found": http.NotFound,
		"only pages":       func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html><title>\x1b]0;evil\a</title>") },
		"redirects": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://login.example.com/")
			w.WriteHeader(http.StatusFound)
		},
		"errors": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"empty objects": func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Date"] = nil
			fmt.Fprint(w, `{}`)
		},
		"the wrong shape": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"projects":{},"quotas":"x","quota":[],"pools":7,"instances":false,"domains":null}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, record := serve(t, handler)
			p := profile.Profile{Name: "x", Region: "r1", ProjectID: "99", Endpoints: at(url), Auth: profile.Auth{AccessKey: "a", SecretKey: "hunter2"}}
			r := examine(t, p)
			if len(r.Findings) < 10 || r.Refused() || len(record.changes) > 0 {
				t.Errorf("%+v, %v", r, record.changes)
			}
			if name == "redirects" {
				expect(t, r, "endpoint", "elb", Warning, "redirects to https://login.example.com", "follows no redirects")
			}
			if name == "empty objects" {
				expect(t, r, "clock", "difference", Unknown, "no service says the time")
			}
		})
	}
}

func TestCertificatesOfServices(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	server := httptest.NewUnstartedServer(cloud)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // failing handshakes are what is tested
	server.StartTLS()
	defer server.Close()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	p := keys(cloud, server.URL)
	r := examine(t, p)
	expect(t, r, "endpoint", "elb", Bad, "certificate", "ca_file")
	p.CAFile = ca
	r = examine(t, p)
	expect(t, r, "tls", "elb", OK, "TLS 1.3", "Acme Co, good for", "days")
	expect(t, r, "list", "pools", OK)

	now := server.Certificate().NotAfter.Add(-3*24*time.Hour - time.Minute)
	c := contact{service: "elb", tls: &tls.ConnectionState{Version: tls.VersionTLS12, PeerCertificates: []*x509.Certificate{server.Certificate()}}}
	if f := c.secured(now); f.State != Warning || !strings.Contains(f.Says, "TLS 1.2") || !strings.Contains(f.Says, "good for 3 days") {
		t.Errorf("%+v", f)
	}
}

// What to do goes by what is wrong with the connection.
func TestWhatToDoAboutAConnection(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		proxy string
		do    string
	}{
		"unknown name":   {&net.DNSError{Err: "no such host", Name: "elb.eu-dee.example.com"}, "", "check cloud and region, or give endpoints.elb"},
		"another's name": {x509.HostnameError{Certificate: &x509.Certificate{}, Host: "elb.example.com"}, "", "the name that the certificate is for"},
		"unknown CA":     {x509.UnknownAuthorityError{}, "", "ca_file"},
		"expired":        {x509.CertificateInvalidError{Reason: x509.Expired}, "", "check the clock of this computer"},
		"a proxy":        {io.EOF, "proxy.example.com:3128", "check HTTPS_PROXY"},
		"nothing known":  {io.EOF, "", "check the network"},
	} {
		c := contact{service: "elb", at: "https://elb.example.com", proxy: test.proxy, err: fmt.Errorf("wrapped: %w", test.err)}
		if f := c.reached(); f.State != Bad || !strings.Contains(f.Do, test.do) || !strings.Contains(f.Says, "https://elb.example.com does not answer") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	c := contact{service: "elb", at: "https://elb.example.com", proxy: "proxy.example.com:3128", status: http.StatusOK}
	if f := c.reached(); f.State != OK || !strings.HasSuffix(f.Says, " through the proxy proxy.example.com:3128") {
		t.Errorf("%+v", f)
	}
}

// A service that has had enough is not waited for, nor called bad.
func TestAServiceThatIsBusy(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/quotas") {
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		cloud.ServeHTTP(w, r)
	}))
	expect(t, examine(t, keys(cloud, url)), "quota", "all", Unknown, "wait and try again")
}

// Without IAM keys work; what IAM would say is not known, and how that can be mended is said.
func TestWithoutIAM(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, cloud)
	p := keys(cloud, url)
	p.Endpoints.IAM = ""
	r := examine(t, p)
	expect(t, r, "endpoint", "iam", Unknown, "none in this profile")
	expect(t, r, "identity", "project", Unknown, "no endpoint for iam", "give endpoints.iam")
	expect(t, r, "list", "pools", OK)
	if r.Count(Bad) > 0 {
		t.Errorf("%+v", r.Findings)
	}
}

// Where nobody can be asked there is no report: on a server without an agency, or when somebody has had enough.
func TestNobodyToAsk(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	p, err := profile.Find(profile.Choice{Profile: "server/agency", Lookup: func(name string) (string, bool) {
		at, ok := map[string]string{"JANITOR_METADATA": gone.URL, "JANITOR_CONFIG": os.DevNull}[name]
		return at, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := Examine(t.Context(), p); !errors.Is(err, profile.Credentials) || !strings.Contains(err.Error(), "metadata service") || len(r.Findings) > 0 {
		t.Errorf("%v, %v", r, err)
	}
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, cloud)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if r, err := Examine(ctx, login(cloud, url)); !errors.Is(err, context.Canceled) || len(r.Findings) > 0 {
		t.Errorf("%v, %v", r, err)
	}
}

func TestHowLongCredentialsLast(t *testing.T) {
	for _, test := range []struct {
		way   string
		left  time.Duration
		state State
		says  string
	}{
		{"token", 10 * time.Hour, OK, "UTC"},
		{"token", 10 * time.Minute, Warning, "nobody renews"},
		{"token", -time.Minute, Bad, "past"},
		{"token", 0, Unknown, "not said"},
		{"password", time.Minute, OK, "renewed"},
		{"agency", time.Minute, OK, "renewed"},
		{"access key", 0, Unknown, "not known"},
	} {
		s := &profile.Session{Who: profile.Identity{Way: test.way}}
		if test.left != 0 {
			s.Who.Expires = time.Now().Add(test.left)
		}
		f := examination{session: s}.until()
		if f.State != test.state || !strings.Contains(f.Says+f.Do, test.says) {
			t.Errorf("%+v: %+v", test, f)
		}
	}
}

func TestQuotas(t *testing.T) {
	for _, test := range []struct {
		used, limit int
		want        State
	}{{0, 500, OK}, {449, 500, OK}, {450, 500, Warning}, {500, 500, Warning}, {900, -1, OK}, {0, 0, Warning}} {
		f := quota("pools", "pools", test.used, test.limit)
		if f.State != test.want || (f.Do == "janitor pools shows which are unused") != (test.want == Warning) {
			t.Errorf("%+v: %+v", test, f)
		}
	}
	cloud := simcloud.New(simcloud.Options{Seed: 1, Lacks: []string{"/quotas"}})
	for path, body := range map[string]string{
		"/elb/quotas": `{"request_id":"r","quota":{"pool":500,"certificate":-1,"condition_per_policy":10,"listener":null,"l7policy":"many"}}`,
		"/elb/quotas/details": `{"request_id":"r","quotas":[
			{"quota_key":"pool","quota_limit":500,"used":7,"unit":"count"},{"quota_key":"certificate","quota_limit":-1,"used":1},
			{"quota_key":"listener","quota_limit":null,"used":1},{"quota_key":"l7policy","quota_limit":"many","used":"some"}]}`,
	} {
		url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, path) {
				fmt.Fprint(w, body)
				return
			}
			cloud.ServeHTTP(w, r)
		}))
		r := examine(t, keys(cloud, url))
		expect(t, r, "quota", "pools", OK, "at most 500")
		expect(t, r, "quota", "certificates", OK, "no limit")
		for _, f := range r.Findings {
			if f.Area == "quota" && f.What != "pools" && f.What != "certificates" {
				t.Errorf("%s: %+v, of which no number was said", path, f)
			}
		}
	}
	url, _ := serve(t, cloud)
	r := examine(t, keys(cloud, url))
	expect(t, r, "quota", "all", Unknown, "does not say")
}

// TestAnInstanceThatDoesNotSayHowItIs may well run; one that says that it does not is left alone.
func TestAnInstanceThatDoesNotSayHowItIs(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/apigw/instances"):
			fmt.Fprint(w, `{"total":2,"size":2,"instances":[{"id":"a","instance_name":"mute"},{"id":"b","instance_name":"frozen","status":"Freezing"}]}`)
		case strings.Contains(r.URL.Path, "/apigw/instances/a/"):
			fmt.Fprint(w, `{"total":0,"size":0,"vpc_channels":[]}`)
		default:
			cloud.ServeHTTP(w, r)
		}
	}))
	r := examine(t, keys(cloud, url))
	expect(t, r, "list", "channels of mute", OK, "there are none")
	expect(t, r, "list", "channels of frozen", Unknown, "not running: Freezing")
}

func TestAReadOnlyProfile(t *testing.T) {
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	url, _ := serve(t, cloud)
	p := keys(cloud, url)
	p.ReadOnly = true
	expect(t, examine(t, p), "permission", "delete pools", OK, "read-only")
}

func TestAProfileThatIsWrongIsNotExamined(t *testing.T) {
	if _, err := Examine(t.Context(), profile.Profile{Name: "x"}); !errors.Is(err, profile.Usage) {
		t.Errorf("%v", err)
	}
}

// How much there is is what a list itself says: a gateway gives up to 500 at once, or as few as it likes. Nothing more than
// the first page is asked for.
func TestHowMuchThereIs(t *testing.T) {
	for _, test := range []struct {
		given, total int
		says         string
	}{{0, 0, "works; there are none"}, {300, 300, "works; 300"}, {500, 501, "works; 500 or more"}, {20, 300, "works; 20 or more"}} {
		cloud := simcloud.New(simcloud.Options{Seed: 1})
		var asked atomic.Int32
		url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/apigw/instances"):
				fmt.Fprint(w, `{"total":1,"size":1,"instances":[{"id":"a","instance_name":"gate","status":"Running"}]}`)
			case strings.Contains(r.URL.Path, "/apigw/instances/a/"):
				asked.Add(1)
				channels := make([]string, test.given)
				for i := range channels {
					channels[i] = fmt.Sprintf(`{"id":"c%d"}`, i)
				}
				fmt.Fprintf(w, `{"total":%d,"size":%d,"vpc_channels":[%s]}`, test.total, test.given, strings.Join(channels, ","))
			default:
				cloud.ServeHTTP(w, r)
			}
		}))
		r := examine(t, keys(cloud, url))
		if f := finding(t, r, "list", "channels of gate"); f.Says != test.says || asked.Load() != 1 {
			t.Errorf("%d of %d: %s, after %d requests", test.given, test.total, f.Says, asked.Load())
		}
	}
}

// The project may stand on any page of the list of ours.
func TestAProjectAmongMany(t *testing.T) {
	for _, test := range []struct {
		second func(simcloud.Account) string // page
		state  State
		says   string
	}{
		{func(a simcloud.Account) string { return a.ProjectID }, OK, "(ours)"},
		{func(simcloud.Account) string { return "99" }, Bad, "is none of the projects of these credentials: first, ours"},
	} {
		cloud := simcloud.New(simcloud.Options{Seed: 1})
		url, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.URL.Path != "/v3/auth/projects":
				cloud.ServeHTTP(w, r)
			case r.URL.RawQuery == "":
				fmt.Fprintf(w, `{"projects":[{"id":"1","name":"first"}],"links":{"next":"http://%s/v3/auth/projects?page=2"}}`, r.Host)
			default:
				fmt.Fprintf(w, `{"projects":[{"id":%q,"name":"ours"}],"links":{"next":null}}`, test.second(cloud.Account()))
			}
		}))
		expect(t, examine(t, keys(cloud, url)), "identity", "project", test.state, test.says)
	}
}
