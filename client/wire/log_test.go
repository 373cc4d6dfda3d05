package wire

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// scribe is a log in memory without times.
func scribe(to *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

// Each call is one line, however often it is sent; each refusal for a quota is one of its own.
func TestEachCallIsLogged(t *testing.T) {
	lost := func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset by peer") }
	for name, test := range map[string]struct {
		call    Call
		answers []func(*http.Request) (*http.Response, error)
		want    []string
	}{
		"well": {
			Call{Method: http.MethodGet, Path: "/v3/p/elb/pools", Query: url.Values{"limit": {"200"}, "marker": {"a b"}}},
			[]func(*http.Request) (*http.Response, error){answer(200, `{}`, "X-Request-Id", "r1")},
			[]string{`level=INFO msg=request method=GET status=200 took=0s path=/v3/p/elb/pools query="limit=200&marker=a%20b" request_id=r1`},
		},
		"refused": {
			Call{Method: http.MethodDelete, Path: "/v3/p/elb/pools/1", Named: true},
			[]func(*http.Request) (*http.Response, error){answer(409, `{"error_code":"ELB.8907","error_msg":"pool 1 is used by listener 2","request_id":"r2"}`)},
			[]string{`level=WARN msg=request method=DELETE status=409 code=ELB.8907 took=0s path=/v3/p/elb/pools/1 request_id=r2 says="pool 1 is used by listener 2"`},
		},
		"lost twice": {
			Call{Method: http.MethodGet, Path: "/v3/p/elb/pools"},
			[]func(*http.Request) (*http.Response, error){lost, lost, answer(200, `{}`)},
			[]string{`level=INFO msg=request method=GET status=200 took=0s waited=\S+ tries=3 path=/v3/p/elb/pools`},
		},
		"never answered": {
			Call{Method: http.MethodPost, Path: "/v3/p/elb/pools/batch-delete"},
			[]func(*http.Request) (*http.Response, error){lost},
			[]string{`level=WARN msg=request method=POST took=0s path=/v3/p/elb/pools/batch-delete says="no answer from elb.example.com: .*reset by peer"`},
		},
		"throttled": {
			Call{Method: http.MethodDelete, Path: "/v3/p/elb/pools/1"},
			[]func(*http.Request) (*http.Response, error){
				answer(429, `{"error_code":"APIG.0308","error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:1,time:1 minute","request_id":"r3"}`, "Retry-After", "30"),
				answer(204, ""),
			},
			[]string{
				`level=WARN msg=throttled method=DELETE status=429 code=APIG.0308 pause=\S+s why=".+" path=/v3/p/elb/pools/1 request_id=r3`,
				`level=INFO msg=request method=DELETE status=204 took=0s waited=\S+s tries=2 path=/v3/p/elb/pools/1`,
			},
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var got bytes.Buffer
			a, _ := play(t, Options{Log: scribe(&got)}, test.answers...)
			a.Do(t.Context(), test.call)
			lines := strings.Split(strings.TrimSpace(got.String()), "\n")
			for i, want := range test.want {
				if i >= len(lines) || !regexp.MustCompile("^"+want+"$").MatchString(lines[i]) {
					t.Errorf("%s: line %d of\n%s\ndoes not match\n%s", name, i, got.String(), want)
				}
			}
			if len(lines) != len(test.want) {
				t.Errorf("%s: %d lines:\n%s", name, len(lines), got.String())
			}
		})
	}
}

func TestACallThatNeverLeftIsLogged(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var got bytes.Buffer
	a, sent := play(t, Options{Log: scribe(&got)}, answer(200, `{}`))
	a.Do(ctx, Call{Method: http.MethodGet, Path: "/v3/p"})
	if want := "level=WARN msg=request method=GET took=0s tries=0 path=/v3/p says=cancelled\n"; got.String() != want || sent.Load() != 0 {
		t.Errorf("sent %d times, logged %q", sent.Load(), got.String())
	}
}

// Whatever is sent and answered: credentials are in no line, nor what a terminal would obey.
func TestTheLogHoldsNoCredentials(t *testing.T) {
	const token, signature, key = "MIIsecret", "00ff00ff", "-----BEGIN RSA PRIVATE KEY----- MIIE"
	var got bytes.Buffer
	log := scribe(&got)
	echo := trip(func(r *http.Request) (*http.Response, error) {
		r.Header.Set("X-Auth-Token", token)
		r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature="+signature)
		return answer(500, "debug \x1b[31m: X-Auth-Token: "+token+"; Signature="+signature+"; "+key, "X-Request-Id", "r\x1b]52;c")(r)
	})
	for _, call := range []Call{
		{Method: http.MethodPost, Path: "/v3/p", In: map[string]string{"password": "hunter2"}},
		{Method: http.MethodGet, Path: "/v3/p", Query: url.Values{"token": {token}, "secret_key": {"hunter2"}, "limit": {"2"}}},
	} {
		a, err := New("https://elb.example.com", echo, Options{Log: log})
		if err != nil {
			t.Fatal(err)
		}
		a.Do(t.Context(), call)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://iam.example.com/v3/auth/tokens?token="+token, strings.NewReader("hunter2"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := Logged(echo, log).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	for _, secret := range []string{token, signature, "MIIE", "hunter2", "\x1b"} {
		if strings.Contains(got.String(), secret) {
			t.Errorf("%q is logged:\n%s", secret, got.String())
		}
	}
	if n := strings.Count(got.String(), "status=500"); n != 3 || !strings.Contains(got.String(), "limit=2&") || !strings.Contains(got.String(), "path=/v3/auth/tokens") {
		t.Errorf("%d answers are logged:\n%s", n, got.String())
	}
	if _, silent := Logged(echo, nil).(logged); silent {
		t.Error("logs to nobody")
	}
}

func TestTimesAreShort(t *testing.T) {
	if got := brisk(41_234_567 * time.Nanosecond).String(); got != "41.2ms" {
		t.Error(got)
	}
}
