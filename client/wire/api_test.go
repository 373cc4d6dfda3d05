package wire

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve is an API in front of a real server.
func serve(t *testing.T, o Options, h http.HandlerFunc) *API {
	t.Helper()
	server := httptest.NewServer(h)
	transport := NewTransport()
	t.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	a, err := New(server.URL, transport, o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// play is an API whose answers are scripted, for tests inside synctest where time is made up. The last answer repeats.
func play(t *testing.T, o Options, answers ...func(*http.Request) (*http.Response, error)) (*API, *atomic.Int32) {
	t.Helper()
	var sent atomic.Int32
	a, err := New("https://elb.example.com", trip(func(r *http.Request) (*http.Response, error) {
		n := int(sent.Add(1))
		return answers[min(n, len(answers))-1](r)
	}), o)
	if err != nil {
		t.Fatal(err)
	}
	return a, &sent
}

type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(status int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1, Request: r}
		for i := 0; i < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	}
}

func broken(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection reset by peer")
}

const throttledBody = `{"error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 minute","error_code":"APIGW.0308","request_id":"r"}`

func TestEndpointRefusesWhatGivesCredentialsAway(t *testing.T) {
	for _, ok := range []string{"https://elb.eu-de.example.com", "https://h:8443/prefix/", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"} {
		if _, err := Endpoint(ok); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for bad, part := range map[string]string{
		"http://elb.example.com":      "plain http",
		"http://127.0.0.1.nip.io":     "plain http",
		"http://10.0.0.1":             "plain http",
		"https://user:hunter2@h":      "no user name",
		"@h":                          "no user name",
		"https://h/?a=b":              "leave out",
		"https://h/?":                 "leave out",
		"https://h/#x":                "leave out",
		"elb.example.com":             "want an address",
		"ftp://h":                     "want an address",
		"https://":                    "want an address",
		"":                            "want an address",
		"https://h\x1b[2J":            "control character",
		"https://h:notaport":          "port",
		"http://localhost.example.io": "plain http",
	} {
		_, err := Endpoint(bad)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: %v, want something with %q", bad, err, part)
		} else if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\x1b") || strings.Contains(err.Error(), "parse ") {
			t.Errorf("%q: the error shows too much: %q", bad, err)
		}
	}
}

func TestThePathIsSentAsItIsEscaped(t *testing.T) {
	var got string
	a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		got = r.RequestURI
		w.WriteHeader(http.StatusNoContent)
	})
	a.base.Path = "/prefix/"
	for id, want := range map[string]string{
		"11111111-0000":    "11111111-0000",
		"AZaz09":           "AZaz09",
		"a/b":              "a%2Fb",
		"../x":             "..%2Fx",
		"a b+c:d@e&f":      "a%20b%2Bc%3Ad%40e%26f",
		"100%":             "100%25",
		"%2e%2e":           "%252e%252e",
		"é\x00":            "%C3%A9%00",
		"a;b?c#d":          "a%3Bb%3Fc%23d",
		"~-_.":             "~-_.",
		"(x)*'!$,=[]{}|^`": "%28x%29%2A%27%21%24%2C%3D%5B%5D%7B%7D%7C%5E%60",
	} {
		segment, err := Segment(id)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/pools/" + segment, Query: url.Values{"q": {"a b+c"}}}); err != nil {
			t.Fatal(err)
		}
		if got != "/prefix/pools/"+want+"?q=a%20b%2Bc" {
			t.Errorf("%q travels as %s", id, got)
		}
	}
	got = ""
	for _, path := range []string{"/pools/a b", "/pools/é", "/pools/%zz", "/pools/a?b"} {
		var e *Error
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: path}); !errors.As(err, &e) || !e.Unsent || got != "" {
			t.Errorf("%s travels as %q: %v", path, got, err)
		}
	}
	for _, id := range []string{"", ".", ".."} {
		if _, err := Segment(id); err == nil {
			t.Errorf("%q is taken for an id", id)
		}
	}
}

func TestAnswersAreDecodedCleanedAndTheirIDTold(t *testing.T) {
	a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if in, _ := io.ReadAll(r.Body); string(in) != `{"ids":["a"]}` || r.Header.Get("Content-Type") != "application/json;charset=UTF-8" {
			t.Errorf("got %s as %s", in, r.Header.Get("Content-Type"))
		}
		if r.Header.Get("Accept") != "application/json" || r.UserAgent() != "janitor" {
			t.Errorf("%s wants %s", r.UserAgent(), r.Header.Get("Accept"))
		}
		w.Header().Set("X-Request-Id", "of-the-header")
		fmt.Fprint(w, `{"name":"\u001b]0;x\u0007","request_id":"of-the-body"}`)
	})
	var out struct{ Name string }
	var id string
	err := a.Do(t.Context(), Call{Method: http.MethodPost, Path: "/x", In: map[string][]string{"ids": {"a"}}, Out: &out, RequestID: &id})
	if err != nil || out.Name != `\x1b]0;x\x07` || id != "of-the-body" {
		t.Errorf("%v, %q, %q", err, out.Name, id)
	}
}

func TestAByteOrderMarkIsPassedOver(t *testing.T) {
	a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/refused" {
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, "\ufeff"+`{"error_code":"ELB.8907","error_msg":"pool 1 is in use"}`)
			return
		}
		fmt.Fprint(w, "\ufeff"+`{"name":"web"}`)
	})
	var out struct{ Name string }
	if err := a.Do(t.Context(), Call{Method: http.MethodGet, Path: "/x", Out: &out}); err != nil || out.Name != "web" {
		t.Errorf("%q, %v", out.Name, err)
	}
	if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"}); err != nil {
		t.Error(err)
	}
	if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/refused"}); !errors.Is(err, InUse) {
		t.Error(err)
	}
}

// own is what sees itself whether it needs cleaning.
type own struct {
	Name     string
	harmless bool
}

func (o *own) Harmless() bool { return o.harmless }

func TestOnlyWhatSaysThatItIsHarmlessIsNotCleaned(t *testing.T) {
	a := serve(t, Options{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"name":"a\u001bb"}`) })
	for harmless, want := range map[bool]string{false: `a\x1bb`, true: "a\x1bb"} {
		out := own{harmless: harmless}
		if err := a.Do(t.Context(), Call{Method: http.MethodGet, Path: "/x", Out: &out}); err != nil || out.Name != want {
			t.Errorf("%v: %q, %v", harmless, out.Name, err)
		}
	}
}

func TestUnreadableSuccessIsABadAnswer(t *testing.T) {
	for _, c := range []struct {
		name, body string
		out        any
		says       string
	}{
		{"a page for people", "<html><title>Login</title></html>", new(struct{}), "a web page instead of an answer: Login"},
		{"a page after a delete", "<html><title>Login</title></html>", nil, "not JSON: a web page"},
		{"control characters after a delete", "gone\x1b]52;c;eA==\x07\r\nOK", nil, `not JSON: gone\x1b]52;c;eA==\x07\r\nOK`},
		{"a private key after a delete", "-----BEGIN PRIVATE KEY-----\nMIIE", nil, "not JSON: -----BEGIN [secret]"},
		{"half an object", `{"pools":[`, new(struct{}), "cannot be read: unexpected end of JSON input"},
		{"nothing", ``, new(struct{}), "cannot be read"},
		{"another type", `{"Name":5}`, new(struct{ Name string }), "cannot be read"},
		{"too deep", strings.Repeat("[", 20_000), new(any), "cannot be read"},
		{"too much", `"` + strings.Repeat("x", 40_000) + `"`, new(string), "larger than 32768 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent := 0
			a := serve(t, Options{BodyCap: 32 << 10}, func(w http.ResponseWriter, r *http.Request) {
				sent++
				w.Header().Set("X-Request-Id", "r")
				fmt.Fprint(w, c.body)
			})
			err := a.Do(t.Context(), Call{Doing: "deleting pool p", Method: http.MethodPost, Path: "/x", Out: c.out})
			var e *Error
			if !errors.As(err, &e) || !errors.Is(err, BadAnswer) || e.RequestID != "r" || e.Status != 200 || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v", err)
			}
			if e != nil && (Clean(err.Error()) != err.Error() || strings.Contains(err.Error(), "MIIE")) {
				t.Errorf("not harmless: %q", err)
			}
			if sent != 1 {
				t.Errorf("sent %d times", sent)
			}
		})
	}
}

func TestConnectionsSpeakHTTP1(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", r.Proto) }))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	transport := NewTransport()
	defer transport.CloseIdleConnections()
	transport.TLSClientConfig.RootCAs = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	a, err := New(server.URL, transport, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var proto string
	if err := a.Do(t.Context(), Call{Method: http.MethodGet, Path: "/x", Out: &proto}); err != nil || proto != "HTTP/1.1" {
		t.Errorf("%q, %v", proto, err)
	}
}

func TestAHeaderThatDoesNotEnd(t *testing.T) {
	a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-More", strings.Repeat("x", 300<<10))
	})
	if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"}); !errors.Is(err, Transport) {
		t.Errorf("%v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other host was asked") }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) })
		err := a.Do(t.Context(), Call{Doing: "listing pools", Method: http.MethodGet, Path: "/x", Out: new(any)})
		if !errors.Is(err, BadAnswer) || !strings.Contains(err.Error(), "redirects") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// keeper hands out a body in small pieces and keeps every buffer that it was read into.
type keeper struct {
	rest    string
	buffers [][]byte
}

func (k *keeper) Read(p []byte) (int, error) {
	if k.rest == "" {
		return 0, io.EOF
	}
	n := min(copy(p, k.rest), 1000) // what is beyond n a reader may use as it likes
	k.rest = k.rest[n:]
	k.buffers = append(k.buffers, p)
	return n, nil
}

func (k *keeper) Close() error { return nil }

func TestBuffersWithPrivateKeysAreCleared(t *testing.T) {
	for name, status := range map[string]int{"success": 200, "failure": 400} {
		t.Run(name, func(t *testing.T) {
			body := &keeper{rest: `{"certificates":[` + strings.Repeat(`{"id":"a","private_key":"-----BEGIN PRIVATE KEY-----"},`, 1000) + `{}]}`}
			a, _ := play(t, Options{}, func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: status, Body: body, ContentLength: -1, Request: r}, nil
			})
			var out struct{ Certificates []struct{ ID string } }
			err := a.Do(t.Context(), Call{Method: http.MethodGet, Path: "/x", Out: &out})
			if (err == nil) != (status == 200) {
				t.Fatal(err)
			}
			if len(body.buffers) < 50 {
				t.Fatalf("only %d reads", len(body.buffers))
			}
			for _, b := range body.buffers {
				if strings.Trim(string(b), "\x00") != "" {
					t.Fatalf("left in memory: %.60q", b)
				}
			}
		})
	}
}

func TestReadingCallsAreSentAgain(t *testing.T) {
	good := answer(200, `{}`)
	for _, c := range []struct {
		name    string
		method  string
		answers []func(*http.Request) (*http.Response, error)
		sends   int32
		class   Class // "" with ok
		ok      bool
	}{
		{"after a lost answer", "GET", []func(*http.Request) (*http.Response, error){broken, good}, 2, "", true},
		{"after a gateway's page", "GET", []func(*http.Request) (*http.Response, error){answer(502, "<html>"), answer(504, ""), good}, 3, "", true},
		{"after half an answer", "GET", []func(*http.Request) (*http.Response, error){answer(200, `{"pools":[`), good}, 2, "", true},
		{"but not for ever", "GET", []func(*http.Request) (*http.Response, error){broken}, 3, Transport, false},
		{"nor after a redirect", "GET", []func(*http.Request) (*http.Response, error){answer(302, ``)}, 1, BadAnswer, false},
		{"nor after more than is read", "GET", []func(*http.Request) (*http.Response, error){answer(200, `"`+strings.Repeat("x", 2000)+`"`)}, 1, BadAnswer, false},
		{"nor after a plain no", "GET", []func(*http.Request) (*http.Response, error){answer(403, ``)}, 1, Forbidden, false},
		{"after an internal error", "GET", []func(*http.Request) (*http.Response, error){answer(500, `{"error_code":"ELB.8906"}`), answer(500, `{"error_code":"APIG.9999"}`), good}, 3, "", true},
		{"after one without words", "GET", []func(*http.Request) (*http.Response, error){answer(500, ``), answer(500, `<html>`), good}, 3, "", true},
		{"nor after more of them", "GET", []func(*http.Request) (*http.Response, error){answer(500, `{"error_code":"APIG.3500"}`)}, 3, "", false},
		{"nor when what failed was not internal", "GET", []func(*http.Request) (*http.Response, error){answer(501, ``)}, 1, RouteAbsent, false},
		{"after a request that took too long to arrive", "GET", []func(*http.Request) (*http.Response, error){answer(408, ""), good}, 2, "", true},
		{"nor when it is gone with 503", "GET", []func(*http.Request) (*http.Response, error){answer(503, `{"error_code":"ELB.6002"}`)}, 1, NotFound, false},
		{"deleting ones are not", "DELETE", []func(*http.Request) (*http.Response, error){broken}, 1, Transport, false},
		{"nor batches", "POST", []func(*http.Request) (*http.Response, error){answer(503, ``)}, 1, "", false},
		{"nor after an internal error", "DELETE", []func(*http.Request) (*http.Response, error){answer(500, `{"error_code":"APIG.9999"}`)}, 1, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, sent := play(t, Options{BodyCap: 1000}, c.answers...)
				err := a.Do(t.Context(), Call{Method: c.method, Path: "/x", Out: new(any)})
				if (err == nil) != c.ok || c.class != "" && !errors.Is(err, c.class) {
					t.Errorf("%v", err)
				}
				if sent.Load() != c.sends {
					t.Errorf("sent %d times, want %d", sent.Load(), c.sends)
				}
			})
		})
	}
}

func TestWhetherARequestLeftIsKnown(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, _ := http.NewResponseController(w).Hijack()
		conn.Close()
	}))
	transport := NewTransport()
	defer transport.CloseIdleConnections()
	a, err := New(server.URL, transport, Options{})
	if err != nil {
		t.Fatal(err)
	}
	call := Call{Doing: "deleting pool p", Method: http.MethodDelete, Path: "/pools/p"}
	sent := 0
	var e *Error
	if err := a.Do(t.Context(), call); !errors.As(err, &e) || !errors.Is(err, Transport) || e.Unsent {
		t.Errorf("the server hung up after reading it: %v, unsent %v", err, e.Unsent)
	}
	half := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if sent++; sent > 1 {
			t.Error("it is sent again")
		}
		w.Header().Set("Content-Length", "100")
		w.Header().Set("X-Request-Id", "r")
		io.WriteString(w, `{"pools":`)
	})
	if err := half.Do(t.Context(), call); !errors.As(err, &e) || !errors.Is(err, Transport) || e.Unsent || e.Status != 200 || e.RequestID != "r" {
		t.Errorf("half an answer: %+v", e)
	}
	server.Close()
	if err := a.Do(t.Context(), call); !errors.As(err, &e) || !errors.Is(err, Transport) || !e.Unsent {
		t.Errorf("nobody listens: %v, unsent %v", err, e.Unsent)
	}
	if strings.Contains(e.Error(), "/pools/p") || !strings.HasPrefix(e.Error(), "deleting pool p: no answer from 127.0.0.1:") || strings.Count(e.Error(), "127.0.0.1") != 1 {
		t.Errorf("%v", e)
	}
}

// What comes after the name of the service does not name it a second time; another address is told.
func TestWhyThereIsNoAnswer(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 443}
	refused := &net.OpError{Op: "dial", Net: "tcp", Addr: at, Err: os.NewSyscallError("connect", errors.New("connection refused"))}
	for _, c := range []struct {
		at   string
		err  error
		want string
	}{
		{"192.0.2.7", refused, "connection refused"},
		{"https://192.0.2.7:443/v3", refused, "connection refused"},
		{"elb.example.com", refused, "connection refused (192.0.2.7:443)"},
		{"elb.example.com", &net.OpError{Op: "read", Net: "tcp", Source: at, Addr: at, Err: os.NewSyscallError("read", errors.New("connection reset by peer"))}, "connection reset by peer (192.0.2.7:443)"},
		{"elb.example.com", &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "elb.example.com", Server: "192.0.2.53:53"}}, "looking up its name: no such host"},
		{"elb.example.com", &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, "remote error: tls: handshake failure"},
		{"elb.example.com", io.ErrUnexpectedEOF, "unexpected EOF"},
	} {
		if got := Reason(c.at, c.err); got != c.want {
			t.Errorf("%s, %v: got %q, want %q", c.at, c.err, got, c.want)
		}
	}
}

// TestCredentialsThatFail: what their own request met says nothing of what this one is about, which never left.
func TestCredentialsThatFail(t *testing.T) {
	for class, want := range map[Class]Class{
		Unauthorised: Unauthorised, Forbidden: Unauthorised, Throttled: Throttled, Transport: Transport,
		BadAnswer: Transport, NotFound: "", RouteAbsent: "", InUse: "", Pending: "", "": "",
	} {
		synctest.Test(t, func(t *testing.T) {
			a, sent := play(t, Options{}, func(*http.Request) (*http.Response, error) {
				return nil, &Error{Doing: "logging in", Status: 404, Class: class, Message: "no such page", RetryAfter: time.Second}
			})
			err := a.Do(t.Context(), Call{Doing: "deleting pool p", Method: http.MethodDelete, Path: "/pools/p", Named: true})
			e, ok := errors.AsType[*Error](err)
			if !ok || !e.Unsent || e.Class != want || e.Status != 0 || e.RetryAfter != time.Second {
				t.Errorf("%s: %+v", class, e)
			}
			if n := sent.Load(); class != Throttled && n != 1 {
				t.Errorf("%s: tried %d times, and those of the credentials have been already", class, n)
			}
			for _, other := range []Class{Forbidden, NotFound, RouteAbsent, InUse, Pending, BadAnswer} {
				if errors.Is(err, other) {
					t.Errorf("%s: the request is %s", class, other)
				}
			}
			if !strings.HasPrefix(err.Error(), "deleting pool p: logging in: no such page (HTTP 404)") {
				t.Error(err)
			}
		})
	}
}

// TestALoginThatIsOutOfOrder: where the credentials' service has trouble of its own this one is out of reach.
func TestALoginThatIsOutOfOrder(t *testing.T) {
	for status, want := range map[int]Class{500: Transport, 503: Transport, 400: "", 409: ""} {
		a, _ := play(t, Options{}, func(*http.Request) (*http.Response, error) {
			return nil, &Error{Doing: "logging in", Status: status, Message: "not now"}
		})
		err := a.Do(t.Context(), Call{Doing: "deleting pool p", Method: http.MethodDelete, Path: "/pools/p", Named: true})
		if e, ok := errors.AsType[*Error](err); !ok || !e.Unsent || e.Class != want {
			t.Errorf("%d: %+v", status, e)
		}
	}
}

// TestASlowAnswerIsWaitedFor: as long as the profile says, and no shorter.
func TestASlowAnswerIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := NewTransport()
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				if _, err := http.ReadRequest(bufio.NewReader(there)); err != nil {
					t.Error(err)
				}
				time.Sleep(4 * time.Minute)
				_, _ = io.WriteString(there, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
			}()
			return here, nil
		}
		a, err := New("http://127.0.0.1:1", transport, Options{Timeout: 5 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"}); err != nil {
			t.Error(err)
		}
	})
}

func TestCancellingAndDeadlines(t *testing.T) {
	t.Run("cancelled while it waits for an answer", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
		err := a.Do(ctx, Call{Doing: "deleting pool p", Method: http.MethodGet, Path: "/x"})
		if !errors.Is(err, context.Canceled) || !errors.Is(err, Transport) || err.Error() != "deleting pool p: cancelled" {
			t.Errorf("%v", err)
		}
	})
	t.Run("a body that does not end", func(t *testing.T) {
		a := serve(t, Options{Timeout: 20 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				fmt.Fprint(w, " ")
				http.NewResponseController(w).Flush()
				<-time.After(time.Millisecond)
			}
		})
		err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x", Out: new(any)})
		if !errors.Is(err, Transport) || !strings.Contains(err.Error(), "within 20ms") {
			t.Errorf("%v", err)
		}
	})
	t.Run("cancelled while it is paused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			a, sent := play(t, Options{}, answer(429, "", "Retry-After", "60"))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := a.Do(ctx, Call{Method: http.MethodDelete, Path: "/x"})
			var e *Error
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &e) || !e.Unsent || sent.Load() != 1 {
				t.Errorf("%v after %d", err, sent.Load())
			}
		})
	})
}

// TestNothingIsSentOnceWhileIsOver: not after a pause either; what is in flight then is waited for.
func TestNothingIsSentOnceWhileIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		while, cancel := context.WithCancel(t.Context())
		a, sent := play(t, Options{}, func(r *http.Request) (*http.Response, error) {
			cancel()
			if time.Sleep(time.Second); r.Context().Err() != nil {
				t.Error("what was in flight is ended")
			}
			return answer(429, "", "Retry-After", "60")(r)
		})
		begun := time.Now()
		err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x", While: while})
		if e, ok := errors.AsType[*Error](err); !ok || !e.Unsent || sent.Load() != 1 || time.Since(begun) != time.Second {
			t.Errorf("%v after %d, %s", err, sent.Load(), time.Since(begun))
		}
	})
}

func TestAThrottledAnswerPausesTheWholeAPI(t *testing.T) {
	ok := answer(204, "")
	for _, c := range []struct {
		name     string
		throttle func(*http.Request) (*http.Response, error)
		min, max time.Duration
		why      string
	}{
		{"for the seconds it says", answer(429, throttledBody, "Retry-After", "5"), 5 * time.Second, 5 * time.Second, "quota of 60 requests per minute is used up"},
		{"until the date it says", answer(429, ``, "Date", "Fri, 02 Jan 2026 03:04:05 GMT", "Retry-After", "Fri, 02 Jan 2026 03:04:15 GMT"), 10 * time.Second, 10 * time.Second, "the service asks to wait"},
		{"for the window of its quota", answer(429, throttledBody), time.Minute, time.Minute, "quota of 60 requests per minute is used up"},
		{"for a random while without a word", answer(429, ``), throttleFirst / 4, throttleFirst, "too many requests"},
		{"with status 500", answer(500, `{"error_code":"APIG.9008","error_msg":"slow down"}`), throttleFirst / 4, throttleFirst, "too many requests"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, sent := play(t, Options{}, c.throttle, ok)
				start := time.Now()
				done := make(chan time.Duration, 1)
				go func() {
					if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/first"}); err != nil {
						t.Error(err)
					}
					done <- time.Since(start)
				}()
				synctest.Wait()
				if until, why := a.pacer.paused(); until.Sub(start) < c.min || until.Sub(start) > c.max || why != c.why {
					t.Errorf("paused for %v: %s", until.Sub(start), why)
				}
				if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/second"}); err != nil {
					t.Error(err)
				}
				for _, took := range []time.Duration{time.Since(start), <-done} {
					if took < c.min || took > c.max+2*time.Second {
						t.Errorf("took %v", took)
					}
				}
				if until, why := a.pacer.paused(); !until.IsZero() || why != "" {
					t.Errorf("still paused until %v: %s", until, why)
				}
				if sent.Load() != 3 {
					t.Errorf("sent %d times", sent.Load())
				}
			})
		})
	}
}

func TestThrottlingHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, sent := play(t, Options{}, answer(429, ``))
		if err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"}); !errors.Is(err, Throttled) || sent.Load() != sendsThrottled {
			t.Errorf("%v after %d", err, sent.Load())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		a, sent := play(t, Options{MaxPause: time.Minute}, answer(429, ``, "Retry-After", "86400"))
		err := a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"})
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, Throttled) || e.RetryAfter != 24*time.Hour || sent.Load() != 1 {
			t.Errorf("%v after %d", err, sent.Load())
		}
		if until, _ := a.pacer.paused(); !until.IsZero() {
			t.Error("paused for longer than anyone waits")
		}
	})
}

// A server that counts: so many requests per window, those it refuses count as well.
func TestAStatedQuotaIsKeptAndNobodyIsLeftBehind(t *testing.T) {
	for _, c := range []struct{ n, requests, parallel int }{{1, 12, 4}, {10, 60, 8}, {60, 200, 8}} {
		t.Run(fmt.Sprintf("%d per minute", c.n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var window, count, refused atomic.Int64
				start := time.Now()
				a, sent := play(t, Options{}, func(r *http.Request) (*http.Response, error) {
					if now := int64(time.Since(start) / time.Minute); window.Swap(now) != now {
						count.Store(0)
					}
					if count.Add(1) > int64(c.n) {
						refused.Add(1)
						return answer(429, fmt.Sprintf(`{"error_code":"APIGW.0308","error_msg":"over ratelimit,limit:%d,time:1 minute"}`, c.n))(r)
					}
					return answer(204, "")(r)
				})
				work := make(chan int)
				results := make(chan error, c.requests)
				for range c.parallel {
					go func() {
						for range work {
							results <- a.Do(t.Context(), Call{Method: http.MethodDelete, Path: "/x"})
						}
					}()
				}
				for i := range c.requests {
					work <- i
				}
				close(work)
				for range c.requests {
					if err := <-results; err != nil {
						t.Error(err)
					}
				}
				// Until the quota is known everyone who is in flight may run into it once.
				if refused.Load() > int64(2*c.parallel) {
					t.Errorf("%d of %d were refused", refused.Load(), sent.Load())
				}
			})
		})
	}
}
