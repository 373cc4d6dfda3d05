package auth

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"encoding/json"

	"go.uber.org/goleak"

	"janitor/client/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const project = "99a3fff0d03c428eac3678da6a7d0f24"

func at(t *testing.T, date string) func() time.Time {
	t.Helper()
	now, err := time.Parse(dateLayout, date)
	if err != nil {
		t.Fatal(err)
	}
	return func() time.Time { return now }
}

func example(t *testing.T) Signer {
	t.Helper()
	return Signer{AccessKey: "EXAMPLEACCESSKEY0001", SecretKey: "ExampleSecretKeyExampleSecretKeyExample0", Now: at(t, "20260102T030405Z")}
}

// The five vectors of api.md 8.3.
func TestSignatureVectors(t *testing.T) {
	const (
		host   = "https://elb.eu-example-1.example.com"
		member = "/v2/" + project + "/apic/instances/eddc4d25480b4cd6b512f270a1b8b341/vpc-channels/56a7d7358e1b42459c9d730d65b14e59/members/be63c6260a1043888187f84af39c9f0e"
	)
	guide := Signer{AccessKey: "QTWAOYTTINDUT2QVKYUC", SecretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", Now: at(t, "20191115T033655Z")}
	for _, c := range []struct {
		name, method, url, body string
		signer                  Signer
		header                  http.Header
		signed                  []string
		canonical, signature    string
	}{
		{"1 list with a query", "GET", host + "/v3/" + project + "/elb/pools?limit=2000&name=web%20pool&name=api:v1", "", example(t),
			http.Header{"X-Project-Id": {project}}, []string{"host", "x-project-id", "x-sdk-date"},
			"ec0aaeb67a631e260a7ac8ba2677aa0cfbd7911e4b6a4b4cb234c20c20c4e9ca", "2c9285ed4feb967f31aabc107705817168bd2fb88b3fc2035e7323b7727b882d"},
		{"2 batch delete", "POST", host + "/v3/" + project + "/elb/pools/batch-delete",
			`{"pools":["de3404aeb44f499893fb42a0b218a515","de3404aeb44f499893fb42a0b218a123"]}`, example(t),
			http.Header{"X-Project-Id": {project}, "Content-Type": {"application/json"}}, []string{"host", "x-project-id", "x-sdk-date"},
			"c02f2945a6f1e7e744f396cb6cfe66c9fa6b58ea2063a7348ebb38d0338dd592", "454559fdaf34a559ad818f9d1226ca8ab0a9642d1fd22d10e04674ee26903a53"},
		{"3 with a security token", "DELETE", "https://roma.eu-example-1.example.com" + member, "", example(t),
			http.Header{"X-Project-Id": {project}, "X-Security-Token": {"example-security-token"}}, []string{"host", "x-project-id", "x-sdk-date", "x-security-token"},
			"e8f80877a9487b3fdd4d5f6afc0e505226adfaeafbd174d8d7b48a8babc88e32", "36a283d8329b15cea894895d2649c3c627338ae05f26487c01a7f094f4a798f4"},
		{"4 host not signed", "GET", host + "/v3/projects?name=eu-example-1", "", example(t), http.Header{}, []string{"x-sdk-date"},
			"a54ce83453da1aa25d08c30b813f9c0f7f57f2c14862dd52d2da2ed6b46c250c", "bd482323d266a8c77c277512b1af83eb45fdb5fffdc76cc338537db3bdfd5e96"},
		{"5 of the signing guide", "GET", "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", "", guide,
			http.Header{"Content-Type": {"application/json"}}, []string{"content-type", "host", "x-sdk-date"},
			"b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a", "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequest(c.method, c.url, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header = c.header
			req.Header.Set("X-Sdk-Date", c.signer.Now().Format(dateLayout))
			if got := digest([]byte(canonical(req, []byte(c.body), c.signed))); got != c.canonical {
				t.Errorf("canonical request\n%s", canonical(req, []byte(c.body), c.signed))
			}
			want := fmt.Sprintf("SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%s", c.signer.AccessKey, strings.Join(c.signed, ";"), c.signature)
			if got := c.signer.authorization(req, []byte(c.body), c.signed); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTheSignerSignsWhatIsSent(t *testing.T) {
	s := example(t)
	s.ProjectID = project
	var err error
	if s.Hosts, err = NewHosts("https://elb.eu-example-1.example.com"); err != nil {
		t.Fatal(err)
	}
	const body = `{"pools":["de3404aeb44f499893fb42a0b218a515","de3404aeb44f499893fb42a0b218a123"]}`
	sent := 0
	rt := s.Transport(trip(func(r *http.Request) (*http.Response, error) {
		sent++
		got, _ := io.ReadAll(r.Body)
		// Vector 2.
		if auth := r.Header.Get("Authorization"); string(got) != body || !strings.HasSuffix(auth, "Signature=454559fdaf34a559ad818f9d1226ca8ab0a9642d1fd22d10e04674ee26903a53") {
			t.Errorf("sent %s with %s", got, auth)
		}
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	}))
	req, err := http.NewRequest(http.MethodPost, "https://elb.eu-example-1.example.com/v3/"+project+"/elb/pools/batch-delete", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if len(req.Header) != 0 || sent != 1 {
		t.Errorf("the caller's request was changed: %v", req.Header)
	}
}

func TestTheSignedPathIsTheOneSent(t *testing.T) {
	for id, want := range map[string]string{
		"a/b":     "/pools/a%2Fb/",
		"a b:c":   "/pools/a%20b%3Ac/",
		"é%":      "/pools/%C3%A9%25/",
		"..":      "/pools/../", // never sent: wire refuses it
		"plain-1": "/pools/plain-1/",
	} {
		u := &url.URL{Path: "/pools/" + id, RawPath: "/pools/" + wire.Escape(id)}
		if got := canonicalPath(u); got != want || got != u.EscapedPath()+"/" {
			t.Errorf("%q: signed %s, sent %s", id, got, u.EscapedPath())
		}
	}
}

func TestEveryTryIsSignedAnew(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	seen := map[string]bool{}
	url, hosts, base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen[r.Header.Get("X-Sdk-Date")+r.Header.Get("Authorization")] = true
		now = now.Add(time.Minute)
		if len(seen) < 3 {
			w.WriteHeader(http.StatusBadGateway)
		} else {
			fmt.Fprint(w, "{}")
		}
	}))
	s := Signer{AccessKey: "AK", SecretKey: "SK", Hosts: hosts, Now: func() time.Time { return now }}
	api, err := wire.New(url, s.Transport(base), wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Do(t.Context(), wire.Call{Method: "GET", Path: "/x", Out: new(any)}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 3 {
		t.Errorf("%d different signatures for 3 tries", len(seen))
	}
}

func TestCredentialsStayWithTheirHosts(t *testing.T) {
	hosts, err := NewHosts("https://elb.example.com", "", "http://127.0.0.1:8080/prefix")
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	base := trip(func(r *http.Request) (*http.Response, error) {
		sent++
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	for name, rt := range map[string]http.RoundTripper{
		"signature": Signer{AccessKey: "AK", SecretKey: "SK", Hosts: hosts}.Transport(base),
		"token":     FixedToken("MIIsecret", hosts).Transport(base),
		"nobody":    Signer{AccessKey: "AK", SecretKey: "SK"}.Transport(base),
	} {
		for address, allowed := range map[string]bool{
			"https://elb.example.com/v3":      true,
			"https://ELB.example.com:443/v3":  true,
			"http://127.0.0.1:8080/v3":        true,
			"http://elb.example.com/v3":       false,
			"https://elb.example.com:8443/v3": false,
			"https://elb.example.com.evil/v3": false,
			"https://apig.example.com/v3":     false,
			"http://127.0.0.1:8081/v3":        false,
		} {
			allowed = allowed && name != "nobody"
			for _, host := range []string{"", "evil.example.com"} { // another one in the header
				sent = 0
				body := &noted{}
				req, err := http.NewRequest(http.MethodPost, address, body)
				if err != nil {
					t.Fatal(err)
				}
				if host != "" {
					req.Host = host
				}
				allowed := allowed && host == ""
				resp, err := rt.RoundTrip(req)
				if (err == nil) != allowed || (sent == 1) != allowed {
					t.Errorf("%s to %s %s: %v, sent %d", name, address, host, err, sent)
				}
				if e, ok := errors.AsType[*wire.Error](err); !allowed && (!ok || !e.Unsent || !body.closed) {
					t.Errorf("%s to %s %s: %v is not said to be unsent, or its body is left open", name, address, host, err)
				}
				if resp != nil {
					resp.Body.Close()
				}
			}
		}
	}
}

// noted is an empty body that knows whether it was closed.
type noted struct{ closed bool }

func (n *noted) Read([]byte) (int, error) { return 0, io.EOF }

func (n *noted) Close() error {
	n.closed = true
	return nil
}

func TestNothingPrintsASecret(t *testing.T) {
	hosts, _ := NewHosts("https://h")
	s := Signer{AccessKey: "AK", SecretKey: "hunter2", SecurityToken: "hunter2", Hosts: hosts}
	l := Login{Endpoint: "https://h", User: "u", Password: "hunter2", Domain: "d", ProjectID: project}
	tokens, err := NewTokens(l, hosts, nil)
	if err != nil {
		t.Fatal(err)
	}
	fixed := FixedToken("hunter2", hosts)
	for name, v := range map[string]any{
		"signer": s, "*signer": &s, "login": l, "*login": &l, "tokens": tokens, "fixed": fixed,
		"signing": s.Transport(nil), "carrying": fixed.Transport(nil), "renewing": tokens.Transport(nil),
		"within": struct{ S Signer }{s}, "client": http.Client{Transport: s.Transport(nil)}, "hidden": http.Client{Transport: fixed.Transport(nil)},
	} {
		var shown strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&shown, verb+"\n", v)
		}
		slog.New(slog.NewTextHandler(&shown, nil)).Info("x", "v", v)
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "v", v)
		if asJSON, err := json.Marshal(v); err == nil {
			shown.Write(asJSON)
		}
		if strings.Contains(shown.String(), "hunter2") || strings.Contains(shown.String(), fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("%s:\n%s", name, shown.String())
		}
	}
}
