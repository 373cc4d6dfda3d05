package wire

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestFaultTable are the rows of the fault table about the connection itself; see client/cleanup.
func TestFaultTable(t *testing.T) {
	t.Run("23_tls_and_redirects", faultTLS)
	t.Run("24_proxy", faultProxy)
	t.Run("29_connections", faultConnections)
}

// certificateFor is a server certificate that a pool of roots vouches for.
func certificateFor(t *testing.T, host string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// secure is a server with this certificate, and the count of requests that reached it.
func secure(t *testing.T, cert tls.Certificate) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var seen atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		io.WriteString(w, `{"proto":"`+r.Proto+`"}`)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, &seen
}

// Row 23: a connection that is not what it should be carries nothing; there is no way to switch that off.
func faultTLS(t *testing.T) {
	t.Helper()
	tomorrow, yesterday := time.Now().Add(24*time.Hour), time.Now().Add(-24*time.Hour)
	for name, c := range map[string]struct {
		host    string
		until   time.Time
		trusted bool
		says    string // "" = it works
	}{
		"as it should be": {"127.0.0.1", tomorrow, true, ""},
		"unknown CA":      {"127.0.0.1", tomorrow, false, "unknown authority"},
		"expired":         {"127.0.0.1", yesterday, true, "expired"},
		"another host":    {"elb.example.com", tomorrow, true, "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			cert, roots := certificateFor(t, c.host, c.until)
			server, seen := secure(t, cert)
			transport := NewTransport()
			t.Cleanup(transport.CloseIdleConnections)
			if c.trusted {
				transport.TLSClientConfig.RootCAs = roots
			}
			a, err := New(server.URL, transport, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var out struct{ Proto string }
			err = a.Do(t.Context(), Call{Doing: "deleting pool p", Method: http.MethodDelete, Path: "/p", Out: &out})
			if c.says == "" {
				if err != nil || seen.Load() != 1 {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Message, c.says) || !e.Unsent || seen.Load() != 0 {
				t.Errorf("%v, %d requests arrived", err, seen.Load())
			}
		})
	}
	t.Run("plain http", func(t *testing.T) {
		if _, err := New("http://elb.example.com", nil, Options{}); err == nil || !strings.Contains(err.Error(), "use https") {
			t.Error(err)
		}
	})
	t.Run("redirect to another host", func(t *testing.T) {
		var elsewhere atomic.Int32
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
		t.Cleanup(other.Close)
		for _, method := range []string{http.MethodGet, http.MethodDelete, http.MethodPost} {
			a := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
			})
			err := a.Do(t.Context(), Call{Doing: "x", Method: method, Path: "/p"})
			if !errors.Is(err, BadAnswer) || !strings.Contains(err.Error(), "redirects to another address, which is not followed") {
				t.Errorf("%s: %v", method, err)
			}
		}
		if elsewhere.Load() != 0 {
			t.Error("the redirect was followed")
		}
	})
}

// proxy takes CONNECT and does what answer says.
func proxy(t *testing.T, answer func(c net.Conn, r *http.Request)) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				answer(c, r)
			}
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return &url.URL{Scheme: "http", Host: l.Addr().String()}
}

// Row 24: the proxy of the environment is used, and an error that is the proxy's says so.
func faultProxy(t *testing.T) {
	t.Helper()
	through := func(t *testing.T, at *url.URL) error {
		t.Helper()
		transport := NewTransport()
		t.Cleanup(transport.CloseIdleConnections)
		if transport.Proxy == nil {
			t.Fatal("proxies are not looked for")
		}
		transport.Proxy = http.ProxyURL(at)
		a, err := New("https://elb.eu-de.example.com", transport, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return a.Do(t.Context(), Call{Doing: "deleting pool p", Method: http.MethodDelete, Path: "/p"})
	}
	for name, c := range map[string]struct {
		answer string
		says   []string
		again  bool
	}{
		"407": {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", []string{"407 Proxy Authentication Required", "user name and password", "HTTPS_PROXY"}, false},
		"403": {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", []string{"403 Forbidden", "NO_PROXY"}, false},
		"502": {"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", []string{"502 Bad Gateway"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int32
			at := proxy(t, func(conn net.Conn, r *http.Request) {
				asked.Add(1)
				if r.Method != http.MethodConnect || r.Host != "elb.eu-de.example.com:443" || r.Header.Get("Proxy-Authorization") == "" {
					t.Errorf("the proxy was asked %s %s %v", r.Method, r.Host, r.Header)
				}
				io.WriteString(conn, c.answer)
			})
			at.User = url.UserPassword("jane", "hunter2")
			err := through(t, at)
			var e *Error
			if !errors.As(err, &e) || !e.Unsent {
				t.Fatalf("%#v", err)
			}
			if tried := asked.Load(); (tried > 1) != c.again {
				t.Errorf("tried %d times", tried)
			}
			for _, want := range append(c.says, "the proxy http://"+at.Host) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%q gives the password away", err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		err := through(t, &url.URL{Scheme: "http", Host: "127.0.0.1:1"})
		var e *Error
		if !errors.As(err, &e) || !e.Unsent || !strings.Contains(err.Error(), "the proxy 127.0.0.1:1 of HTTPS_PROXY cannot be reached: ") {
			t.Errorf("%v", err)
		}
	})
	t.Run("of the environment", func(t *testing.T) {
		const child = "JANITOR_TEST_PROXY"
		if os.Getenv(child) == "" { // it is read once a process
			cmd := exec.Command(os.Args[0], "-test.v", "-test.run=^TestFaultTable$/^24_proxy$/^of_the_environment$")
			cmd.Env = append(os.Environ(), child+"=1", "HTTPS_PROXY=http://proxy.example.com:3128", "NO_PROXY=free.example.com")
			if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestFaultTable/24_proxy/of_the_environment") {
				t.Errorf("%v: %s", err, out)
			}
			return
		}
		for host, want := range map[string]string{"elb.example.com": "http://proxy.example.com:3128", "free.example.com": ""} {
			got, err := NewTransport().Proxy(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
			if err != nil || (got == nil) != (want == "") || got != nil && got.String() != want {
				t.Errorf("%s: %v, want %q, %v", host, got, want, err)
			}
		}
	})
	t.Run("not for this machine", func(t *testing.T) {
		a := serve(t, Options{}, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{}`) })
		t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
		if err := a.Do(t.Context(), Call{Doing: "x", Method: http.MethodGet, Path: "/p"}); err != nil {
			t.Error(err)
		}
	})
}

// Row 29: HTTP/2, whose GOAWAY leaves open what was applied, is not spoken, even to who offers it.
func faultConnections(t *testing.T) {
	t.Helper()
	cert, roots := certificateFor(t, "127.0.0.1", time.Now().Add(time.Hour))
	server, _ := secure(t, cert)
	transport := NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	transport.TLSClientConfig.RootCAs = roots
	a, err := New(server.URL, transport, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Proto string }
	if err := a.Do(t.Context(), Call{Doing: "x", Method: http.MethodGet, Path: "/p", Out: &out}); err != nil || out.Proto != "HTTP/1.1" {
		t.Errorf("%q, %v", out.Proto, err)
	}
	t.Run("a name that does not resolve", func(t *testing.T) {
		transport := NewTransport()
		tries := 0
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			tries++
			return nil, &net.DNSError{Err: "no such host", Name: "elb.eu-de.example.com", IsNotFound: true}
		}
		a, err := New("https://elb.eu-de.example.com", transport, Options{})
		if err != nil {
			t.Fatal(err)
		}
		transport.Proxy = nil
		err = a.Do(t.Context(), Call{Doing: "deleting pool p", Method: http.MethodDelete, Path: "/p"})
		var e *Error
		if !errors.As(err, &e) || e.Class != Transport || !e.Unsent || !strings.Contains(err.Error(), "no such host") || tries < 2 {
			t.Errorf("%v after %d tries", err, tries)
		}
	})
}
