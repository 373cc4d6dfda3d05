package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client/wire"
)

// iam plays IAM and, at every other path, a service that accepts the newest token only.
type iam struct {
	logins  atomic.Int32
	asked   atomic.Int32                                  // requests to the service
	body    atomic.Value                                  // of the last login
	answer  func(w http.ResponseWriter, login int32) bool // true: it answered; nil = never
	refuse  func(r *http.Request) (status int, body string)
	revoked atomic.Int32 // tokens up to this number are refused
}

func (i *iam) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in, _ := io.ReadAll(r.Body)
	if r.URL.Path != "/v3/auth/tokens" {
		i.asked.Add(1)
		var n int32
		if _, err := fmt.Sscanf(r.Header.Get("X-Auth-Token"), "token-%d", &n); err != nil || n <= i.revoked.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error_msg":"The token must be updated","error_code":"APIGW.0307","request_id":"r"}`)
			return
		}
		if i.refuse != nil {
			if status, body := i.refuse(r); status != 0 {
				w.WriteHeader(status)
				fmt.Fprint(w, body)
				return
			}
		}
		w.Write(in)
		return
	}
	n := i.logins.Add(1)
	i.body.Store(string(in))
	if i.answer != nil && i.answer(w, n) {
		return
	}
	w.Header().Set("X-Subject-Token", fmt.Sprintf("token-%d", n))
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"token":{"methods":["password"],"expires_at":"2019-02-13T06:52:13.855000Z","issued_at":"2019-02-12T06:52:13.855000Z",
		"project":{"id":%q,"name":"eu-example-1","domain":{"id":"d","name":"ACCOUNT"}},
		"user":{"name":"USER","domain":{"name":"ACCOUNT"}},"roles":[{"name":"elb_adm"},{"name":"te_\u001bagency"}],"catalog":[]}}`, project)
}

// serve lets a service answer, the only one that credentials may go to.
func serve(t *testing.T, service http.Handler) (url string, hosts Hosts, base *http.Transport) {
	t.Helper()
	server := httptest.NewServer(service)
	base = wire.NewTransport()
	t.Cleanup(func() { base.CloseIdleConnections(); server.Close() })
	hosts, err := NewHosts(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return server.URL, hosts, base
}

func (i *iam) start(t *testing.T, l Login) (tokens *Tokens, url string, client *http.Client) {
	t.Helper()
	url, hosts, base := serve(t, i)
	l.Endpoint = url
	tokens, err := NewTokens(l, hosts, base)
	if err != nil {
		t.Fatal(err)
	}
	return tokens, url, &http.Client{Transport: tokens.Transport(base)}
}

var user = Login{User: "USER", Password: "hunter2", Domain: "ACCOUNT", ProjectName: "eu-example-1"}

func post(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := c.Post(url+"/v3/x", "application/json", strings.NewReader("payload"))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

func TestLoginAsksForAProjectAndTellsIt(t *testing.T) {
	byID := Login{UserID: "U", Password: "hunter2", ProjectID: project}
	byDomain := Login{User: "USER", Password: "hunter2", DomainID: "D", ProjectName: "eu-example-1"}
	for _, c := range []struct {
		name        string
		login       Login
		user, scope string
	}{
		{"by name", user, `"domain":{"name":"ACCOUNT"},"name":"USER"`, `{"project":{"domain":{"name":"ACCOUNT"},"name":"eu-example-1"}}`},
		{"by id", byID, `"id":"U"`, `{"project":{"id":"` + project + `"}}`},
		{"by the id of the domain", byDomain, `"domain":{"id":"D"},"name":"USER"`, `{"project":{"domain":{"id":"D"},"name":"eu-example-1"}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &iam{}
			tokens, url, client := i.start(t, c.login)
			s, err := tokens.Login(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := Session{ProjectID: project, ProjectName: "eu-example-1", User: "USER", Account: "ACCOUNT",
				Roles: []string{"elb_adm", `te_\x1bagency`}, Expires: time.Date(2019, 2, 13, 6, 52, 13, 855_000_000, time.UTC)}
			if diff := cmp.Diff(want, s); diff != "" {
				t.Error(diff)
			}
			var sent struct {
				Auth struct{ Identity, Scope json.RawMessage }
			}
			if err := json.Unmarshal([]byte(i.body.Load().(string)), &sent); err != nil {
				t.Fatal(err)
			}
			identity := `{"methods":["password"],"password":{"user":{` + c.user + `,"password":"hunter2"}}}`
			if string(sent.Auth.Identity) != identity || string(sent.Auth.Scope) != c.scope {
				t.Errorf("sent %s", i.body.Load())
			}
			if status, body := post(t, client, url); status != 200 || body != "payload" || i.logins.Load() != 1 {
				t.Errorf("%d %s after %d logins", status, body, i.logins.Load())
			}
		})
	}
}

func TestALoginAnswerWithAByteOrderMark(t *testing.T) {
	i := &iam{answer: func(w http.ResponseWriter, _ int32) bool {
		w.Header().Set("X-Subject-Token", "token-1")
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, "\ufeff"+`{"token":{"user":{"name":"USER"}}}`)
		return true
	}}
	tokens, _, _ := i.start(t, user)
	if s, err := tokens.Login(t.Context()); err != nil || s.User != "USER" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestARefusedTokenIsRenewedOnceForAll(t *testing.T) {
	i := &iam{}
	tokens, url, client := i.start(t, user)
	if _, err := tokens.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.revoked.Store(1)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if status, body := post(t, client, url); status != 200 || body != "payload" {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	all.Wait()
	if i.logins.Load() != 2 {
		t.Errorf("%d logins", i.logins.Load())
	}
	i.revoked.Store(2) // soon after, and it was good
	if status, body := post(t, client, url); status != 200 || body != "payload" || i.logins.Load() != 3 {
		t.Errorf("%d %s after %d logins", status, body, i.logins.Load())
	}
}

// What cannot be sent again as it was is not sent again: half a request could be applied.
func TestABodyThatCannotBeHadAgain(t *testing.T) {
	i := &iam{}
	tokens, url, client := i.start(t, user)
	if _, err := tokens.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	i.revoked.Store(1)
	resp, err := client.Post(url+"/v3/x", "application/json", io.MultiReader(strings.NewReader("payload")))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized || i.asked.Load() != 1 {
		t.Errorf("%s after %d requests", resp.Status, i.asked.Load())
	}
}

func TestWhoseATokenIs(t *testing.T) {
	url, hosts, base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v3/auth/tokens" || r.Header.Get("X-Auth-Token") != "MIItoken" || r.Header.Get("X-Subject-Token") != "MIItoken" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `{"token":{"project":{"id":%q,"name":"eu-example-1"},"user":{"name":"US\u001bER","domain":{"name":"ACCOUNT"}},"roles":[{"name":"elb_adm"}]}}`, project)
	}))
	want := Session{ProjectID: project, ProjectName: "eu-example-1", User: `US\x1bER`, Account: "ACCOUNT", Roles: []string{"elb_adm"}}
	got, err := Introspect(t.Context(), url, "MIItoken", FixedToken("MIItoken", hosts).Transport(base))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := Introspect(t.Context(), "http://elb.example.com", "MIItoken", base); err == nil || !strings.Contains(err.Error(), "plain http") {
		t.Errorf("in the clear: %v", err)
	}
}

func TestATokenThatNobodyAcceptsIsNotRenewedForEver(t *testing.T) {
	i := &iam{}
	_, url, client := i.start(t, user)
	i.revoked.Store(1000)
	for range 5 {
		if status, body := post(t, client, url); status != 401 || !strings.Contains(body, "APIGW.0307") {
			t.Errorf("%d %s", status, body)
		}
	}
	if i.logins.Load() != 2 || i.asked.Load() != 6 {
		t.Errorf("%d logins, %d requests", i.logins.Load(), i.asked.Load())
	}
}

// One of the services may not take tokens that the others take: those are no reason to log in again for each of its requests.
func TestAServiceThatAcceptsNoTokenCausesFewLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &iam{refuse: func(r *http.Request) (int, string) {
			if r.URL.Host == "apig.example.com" {
				return 401, `{"error_code":"APIG.1002","error_msg":"Incorrect token or token resolution failed"}`
			}
			return 0, ""
		}}
		tokens, base := bubbled(t, i)
		client := &http.Client{Transport: tokens.Transport(base)}
		both := func() {
			for host, want := range map[string]int{"elb": 200, "apig": 401} {
				if status, body := post(t, client, "https://"+host+".example.com"); status != want {
					t.Errorf("%s: %d %s", host, status, body)
				}
			}
		}
		for range 5 {
			both()
		}
		if n := i.logins.Load(); n != 2 {
			t.Errorf("%d logins, want 2", n)
		}
		i.revoked.Store(2) // one that was accepted there is another matter
		both()
		if n := i.logins.Load(); n != 3 {
			t.Errorf("%d logins after the token was revoked, want 3", n)
		}
	})
}

func TestElbSaysUnauthorisedWith403(t *testing.T) {
	for body, logins := range map[string]int32{
		`{"error_code":"ELB.1102","error_msg":"token is empty or bad"}`: 2,
		`{"error_code":"SYS.0403","error_msg":"not allowed"}`:           1,
	} {
		i := &iam{}
		i.refuse = func(r *http.Request) (int, string) {
			if r.Header.Get("X-Auth-Token") == "token-1" {
				return 403, body
			}
			return 0, ""
		}
		_, url, client := i.start(t, user)
		status, got := post(t, client, url)
		if i.logins.Load() != logins || (logins == 1) != (status == 403 && got == body) {
			t.Errorf("%s: %d %s after %d logins", body, status, got, i.logins.Load())
		}
	}
}

func TestAWrongPasswordIsNotTriedAgainAndAgain(t *testing.T) {
	t.Run("401", func(t *testing.T) { wrongPassword(t, http.StatusUnauthorized) })
	t.Run("403", func(t *testing.T) { wrongPassword(t, http.StatusForbidden) })
}

func wrongPassword(t *testing.T, status int) {
	t.Helper()
	i := &iam{answer: func(w http.ResponseWriter, _ int32) bool {
		w.Header().Set("X-IAM-Trace-Id", "trace")
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":{"code":%d,"message":"The username or password hunter2 is wrong.","title":"Error"}}`, status)
		return true
	}}
	_, url, client := i.start(t, user)
	api, err := wire.New(url, client.Transport, wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := api.Do(t.Context(), wire.Call{Doing: "listing pools", Method: "GET", Path: "/x", Out: new(any)})
			want := "listing pools: logging in as user USER of ACCOUNT at " + url + ": The username or password [secret] is wrong. (HTTP " + fmt.Sprint(status) + ", request trace)"
			if !errors.Is(err, wire.Unauthorised) || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v", err)
			}
			var e *wire.Error
			if !errors.As(err, &e) || !e.Unsent {
				t.Error("it is not told that nothing was sent")
			}
		})
	}
	all.Wait()
	if i.logins.Load() != 1 || i.asked.Load() != 0 {
		t.Errorf("%d logins, %d requests", i.logins.Load(), i.asked.Load())
	}
}

// JSON writes some characters of a password in another way.
func TestAnEchoedPasswordIsHidden(t *testing.T) {
	i := &iam{answer: func(w http.ResponseWriter, _ int32) bool {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":{"code":401,"message":"hun\"ter\u00e92 is wrong","title":"Error"}}`)
		return true
	}}
	login := user
	login.Password = `hun"teré2`
	tokens, _, _ := i.start(t, login)
	if _, err := tokens.Login(t.Context()); err == nil || !strings.Contains(err.Error(), ": [secret] is wrong (HTTP 401") {
		t.Errorf("%v", err)
	}
}

// A password may be one of the words that IAM says; hiding it there would give it away.
func TestTheSentenceOfIAMStays(t *testing.T) {
	for _, password := range []string{"wrong", "password", "or"} {
		i := &iam{answer: func(w http.ResponseWriter, _ int32) bool {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}`)
			return true
		}}
		login := user
		login.Password = password
		tokens, _, _ := i.start(t, login)
		if _, err := tokens.Login(t.Context()); err == nil || !strings.Contains(err.Error(), ": The username or password is wrong. (HTTP 401") {
			t.Errorf("%s: %v", password, err)
		}
	}
}

func TestLoginErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		class  wire.Class
		says   string
		logins int32
	}{
		{"no token", func(w http.ResponseWriter) { w.WriteHeader(http.StatusCreated); fmt.Fprint(w, `{"token":{}}`) }, wire.BadAnswer, "holds no token", 1},
		{"a page", func(w http.ResponseWriter) { w.WriteHeader(http.StatusCreated); fmt.Fprint(w, `<html>`) }, wire.BadAnswer, "not JSON", 1},
		{"more than is read", func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"token":{}, "x":"`+strings.Repeat("x", loginCap)+`"}`)
		}, wire.BadAnswer, "not JSON", 1},
		{"a page of something else", func(w http.ResponseWriter) {
			fmt.Fprint(w, "<html><title>Sign in</title>")
		}, wire.BadAnswer, "the answer holds no token: something else than IAM answers (HTTP 200", 1},
		{"a redirect", func(w http.ResponseWriter) {
			w.Header().Set("Location", "https://evil.example.com")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, wire.BadAnswer, "redirects", 1},
		{"the newer shape", func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"error_code":"IAM.0011","error_msg":"no"}`)
		}, wire.Forbidden, "IAM.0011 no", 1},
		{"a password where the message is cut", func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":{"code":400,"message":"`+strings.Repeat("x", 249)+`hunter2hunter2"}}`)
		}, "", "xxx[secre…", 1},
		{"a gateway without IAM behind it", func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway); fmt.Fprint(w, "<html>") }, "", "502", 3},
		{"trouble of its own", func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }, "", "500", 3},
		{"being busy", func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, wire.Throttled, "429", 3},
		{"hanging up", func(w http.ResponseWriter) { c, _, _ := http.NewResponseController(w).Hijack(); c.Close() }, wire.Transport, "no answer", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			i := &iam{answer: func(w http.ResponseWriter, _ int32) bool { c.answer(w); return true }}
			tokens, _, _ := i.start(t, user)
			_, err := tokens.Login(t.Context())
			if c.class != "" && !errors.Is(err, c.class) || strings.Contains(err.Error(), "hunt") || !strings.Contains(err.Error(), c.says) || i.logins.Load() != c.logins {
				t.Errorf("%v after %d logins", err, i.logins.Load())
			}
		})
	}
}

func TestACancelledLoginLeavesTheOthersAlone(t *testing.T) {
	first := make(chan struct{})
	i := &iam{}
	i.answer = func(w http.ResponseWriter, n int32) bool {
		if n == 1 {
			<-first
		}
		return false
	}
	tokens, _, _ := i.start(t, user)
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		defer close(gaveUp)
		if _, err := tokens.Login(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	for i.logins.Load() == 0 {
		<-time.After(time.Millisecond)
	}
	all.Go(func() {
		if _, err := tokens.Login(t.Context()); err != nil {
			t.Errorf("%v", err)
		}
	})
	cancel()
	<-gaveUp
	close(first)
	all.Wait()
}

// bubbled are tokens of an IAM without a network, for the clock of a bubble; base leads to it.
func bubbled(t *testing.T, i *iam) (tokens *Tokens, base http.RoundTripper) {
	t.Helper()
	base = trip(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		if r.Body == nil {
			r.Body = http.NoBody
		}
		i.ServeHTTP(w, r)
		return w.Result(), nil
	})
	l := user
	l.Endpoint = "https://iam.example.com"
	hosts, _ := NewHosts("https://elb.example.com", "https://apig.example.com")
	tokens, err := NewTokens(l, hosts, base)
	if err != nil {
		t.Fatal(err)
	}
	return tokens, base
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := &iam{}
		tokens, _ := bubbled(t, i)
		// Issued and expiring years ago by IAM's clock, 24 h apart: only the difference counts.
		for _, step := range []struct {
			after  time.Duration
			logins int32
		}{{0, 1}, {21 * time.Hour, 1}, {time.Hour, 2}, {time.Hour, 2}} {
			<-time.After(step.after)
			if _, err := tokens.Login(t.Context()); err != nil || i.logins.Load() != step.logins {
				t.Errorf("%v after %d logins, want %d", err, i.logins.Load(), step.logins)
			}
		}
	})
}

// TestATokenThatCannotBeRenewed serves until it ends, or a service refuses it.
func TestATokenThatCannotBeRenewed(t *testing.T) {
	const password = `{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}`
	for _, c := range []struct {
		name    string
		status  int
		body    string
		revoked bool  // by the service, before the second request
		logins  int32 // after one minute in which it was to be renewed; 0 = however many
		ok      bool  // of the requests then
	}{
		{"IAM is away", 503, "<html>", false, 1 + 3*3, true},
		{"the password was changed", 401, password, false, 1 + 1, true},
		{"IAM is away, and the token is refused", 503, "<html>", true, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i := &iam{}
				tokens, base := bubbled(t, i)
				api, err := wire.New("https://elb.example.com", tokens.Transport(base), wire.Options{})
				if err != nil {
					t.Fatal(err)
				}
				ask := func() error {
					return api.Do(t.Context(), wire.Call{Method: "DELETE", Path: "/x"})
				}
				if err := ask(); err != nil {
					t.Fatal(err)
				}
				i.answer = func(w http.ResponseWriter, _ int32) bool {
					w.WriteHeader(c.status)
					fmt.Fprint(w, c.body)
					return true
				}
				<-time.After(22 * time.Hour)
				if c.revoked {
					i.revoked.Store(1)
				}
				for range 7 {
					if err := ask(); (err == nil) != c.ok {
						t.Error(err)
					}
					<-time.After(10 * time.Second)
				}
				if c.logins != 0 && i.logins.Load() != c.logins {
					t.Errorf("%d logins, want %d", i.logins.Load(), c.logins)
				}
				<-time.After(2 * time.Hour)
				for range 2 { // nor after a login in vain
					if err := ask(); err == nil {
						t.Error("it is used although it has expired")
					}
				}
				i.answer = nil
				<-time.After(restAfter)
				if err := ask(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestAFixedTokenIsUsedAsItIs(t *testing.T) {
	i := &iam{}
	_, url, _ := i.start(t, user)
	hosts, _ := NewHosts(url)
	base := wire.NewTransport()
	defer base.CloseIdleConnections()
	if status, _ := post(t, &http.Client{Transport: FixedToken("token-1", hosts).Transport(base)}, url); status != 200 {
		t.Error(status)
	}
	i.revoked.Store(1)
	if status, _ := post(t, &http.Client{Transport: FixedToken("token-1", hosts).Transport(base)}, url); status != 401 || i.logins.Load() != 0 {
		t.Error(status, i.logins.Load())
	}
}

func TestLoginsThatCannotWorkAreRefusedAtOnce(t *testing.T) {
	for says, change := range map[string]func(*Login){
		"plain http":                 func(l *Login) { l.Endpoint = "http://iam.example.com" },
		"no password":                func(l *Login) { l.Password = "" },
		"no user name":               func(l *Login) { l.User = "" },
		"no domain name":             func(l *Login) { l.Domain = "" },
		"either the id or the name":  func(l *Login) { l.ProjectID = project },
		"the name of the project":    func(l *Login) { l.ProjectName = "" },
		"endpoint \"\": want an add": func(l *Login) { l.Endpoint = "" },
	} {
		l := user
		l.Endpoint = "https://iam.example.com"
		change(&l)
		if _, err := NewTokens(l, Hosts{}, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
}

// A deadline that passed is not taken for somebody's cancelling, whether we ask ourselves or wait for who does.
func TestWhyAnAnswerWasNotWaitedFor(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, end := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer end()
	for want, ctx := range map[string]context.Context{"cancelled": cancelled, "out of time": late} {
		tokens, _, _ := new(iam).start(t, user)
		agency, _, _ := new(metadata).start(t)
		login := func() error { _, err := tokens.Login(ctx); return err }
		fetch := func() error { return agency.Fetch(ctx) }
		check := func(what string, err error) {
			t.Helper()
			if !errors.Is(err, ctx.Err()) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", what, err, want)
			}
		}
		check("a login", login())
		check("keys", fetch())
		tokens.renewing <- struct{}{} // somebody asks already
		agency.renewing <- struct{}{}
		check("waiting for a login", login())
		check("waiting for keys", fetch())
	}
}
