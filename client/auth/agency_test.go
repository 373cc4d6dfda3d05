package auth

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"janitor/client/wire"
)

// metadata plays the service of that name, and at /v3/… a service that shows the signature.
type metadata struct {
	fetched  atomic.Int32
	life     time.Duration
	old      bool // no tokens of its own
	away     bool
	vain     atomic.Int32
	ahead    time.Duration // of the clock of the service that it signs for
	asked    atomic.Int32  // requests to that service
	answer   func(w http.ResponseWriter)
	accessed sync.Map // access keys that signed
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/v3/"):
		_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Access=")
		access, _, _ := strings.Cut(rest, ",")
		m.accessed.Store(access, r.Header.Get("X-Security-Token"))
		m.asked.Add(1)
		now := time.Now().Add(m.ahead)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		if signed, err := time.Parse(dateLayout, r.Header.Get("X-Sdk-Date")); err != nil || now.Sub(signed).Abs() > skewMost {
			w.WriteHeader(http.StatusUnauthorized)
		}
	case m.away:
		m.vain.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	case r.URL.Path == "/meta-data/latest/api/token" && m.old:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPut && r.URL.Path == "/meta-data/latest/api/token" && r.Header.Get("X-Metadata-Token-Ttl-Seconds") != "":
		fmt.Fprint(w, "metadata-token\n")
	case !m.old && r.Header.Get("X-Metadata-Token") != "metadata-token":
		w.WriteHeader(http.StatusForbidden)
	case r.URL.Path == "/openstack/latest/meta_data.json":
		fmt.Fprint(w, `{"uuid":"x","region_id":"eu-example-1","project_id":"`+project+`"}`)
	case m.answer != nil:
		m.answer(w)
	case r.URL.Path == "/openstack/latest/securitykey":
		n := m.fetched.Add(1)
		fmt.Fprintf(w, `{"credential":{"access":"ACCESSKEY00%d","secret":"hunter2","securitytoken":"token-%d","expires_at":%q}}`,
			n, n, time.Now().Add(m.life).UTC().Format("2006-01-02T15:04:05.000000Z"))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func TestAnAgencysKeysSignAndAreRenewedInTime(t *testing.T) {
	for _, c := range []struct {
		name    string
		life    time.Duration
		old     bool
		fetched int32
	}{
		{"good for long", 24 * time.Hour, false, 1},
		{"an older service", 24 * time.Hour, true, 1},
		{"about to end", renewBefore / 2, false, 11},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &metadata{life: c.life, old: c.old}
			a, client, url := m.start(t)
			if err := a.Fetch(t.Context()); err != nil {
				t.Fatal(err)
			}
			region, id, err := a.Place(t.Context())
			if err != nil || region != "eu-example-1" || id != project {
				t.Errorf("%s %s %v", region, id, err)
			}
			var all sync.WaitGroup
			for range 10 {
				all.Go(func() {
					resp, err := client.Get(url + "/v3/x")
					if err != nil {
						t.Error(err)
						return
					}
					resp.Body.Close()
				})
			}
			all.Wait()
			if got := m.fetched.Load(); got != c.fetched {
				t.Errorf("asked %d times for keys", got)
			}
			if token, _ := m.accessed.Load("ACCESSKEY001"); c.fetched == 1 && token != "token-1" {
				t.Errorf("signed with the token %v", token)
			}
			if key, expires := a.Current(); !strings.HasPrefix(key, "ACCE…") || expires.IsZero() {
				t.Errorf("%s until %v", key, expires)
			}
			if _, err := client.Get("http://127.0.0.1:1/v3/x"); err == nil || !strings.Contains(err.Error(), "no endpoint of the profile") {
				t.Errorf("another host: %v", err)
			}
		})
	}
}

// ask sends a request that an agency signs, and says whether it was answered well.
func (m *metadata) ask(t *testing.T, c *http.Client, url string) bool {
	t.Helper()
	resp, err := c.Get(url + "/v3/x")
	if err != nil {
		return false
	}
	resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// TestKeysThatCannotBeRenewed serve until they end.
func TestKeysThatCannotBeRenewed(t *testing.T) {
	m := &metadata{life: renewBefore / 2}
	a, c, url := m.start(t)
	for range 3 {
		if !m.ask(t, c, url) {
			t.Fatal("the keys are not good from the start")
		}
		m.away = true
	}
	if n := m.fetched.Load(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	if n := m.vain.Load(); n != 2 { // for a token, then for keys; the next request lets it rest
		t.Errorf("asked %d times in vain", n)
	}
	a.expires = time.Now()
	if m.ask(t, c, url) {
		t.Error("the keys are used although they have expired")
	}
	m.away = false
	if !m.ask(t, c, url) {
		t.Error("it does not recover")
	}
}

// TestAnAgencyLearnsTheClock: once, for all the keys that follow.
func TestAnAgencyLearnsTheClock(t *testing.T) {
	m := &metadata{life: renewBefore / 2, ahead: time.Hour} // new keys for each request
	_, c, url := m.start(t)
	for range 4 {
		if !m.ask(t, c, url) {
			t.Error("refused")
		}
	}
	if n := m.asked.Load(); n != 5 || m.fetched.Load() != 4 {
		t.Errorf("%d requests, want 4 and one that was signed again; %d sets of keys", n, m.fetched.Load())
	}
}

func (m *metadata) start(t *testing.T) (*Agency, *http.Client, string) {
	t.Helper()
	url, hosts, base := serve(t, m)
	a := NewAgency(url, nil)
	return a, &http.Client{Transport: a.Transport(project, hosts, base)}, url
}

// The log tells what was asked of the metadata service, and nothing of what it gave.
func TestTheLogOfAnAgency(t *testing.T) {
	server := httptest.NewServer(&metadata{life: time.Hour})
	defer server.Close()
	var log bytes.Buffer
	a := NewAgency(server.URL, slog.New(slog.NewTextHandler(&log, nil)))
	if err := a.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"method=PUT status=200", "path=/meta-data/latest/api/token", "method=GET status=200", "path=/openstack/latest/securitykey"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is not in the log:\n%s", want, &log)
		}
	}
	keys := a.keys()
	for _, secret := range []string{keys.AccessKey, keys.SecretKey, keys.SecurityToken} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, &log)
		}
	}
}

func TestServersWithoutAnAgency(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		says   string
	}{
		{"no agency", func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) }, "no agency"},
		{"another cloud", func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, "404"},
		{"a page", func(w http.ResponseWriter) { fmt.Fprint(w, "<html>hunter2") }, "no server of the cloud"},
		{"no keys", func(w http.ResponseWriter) { fmt.Fprint(w, `{"credential":{"secret":"hunter2"}}`) }, "holds no keys"},
		{"a redirect", func(w http.ResponseWriter) { w.Header().Set("Location", gone.URL); w.WriteHeader(http.StatusFound) }, "302"},
		{"nobody", nil, "does not answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(&metadata{answer: c.answer})
			defer server.Close()
			at := server.URL
			if c.answer == nil {
				at = gone.URL
			}
			err := NewAgency(at, nil).Fetch(t.Context())
			if errors.Is(err, wire.RouteAbsent) || errors.Is(err, wire.NotFound) {
				t.Errorf("%s: a lack of the cloud", err)
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "asking the metadata service "+at) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestMask(t *testing.T) {
	for key, want := range map[string]string{"ABCDEFGHIJKLMNOPQRST": "ABCD…ST", "ABCDEFGHI": "…", "": "…", "ABCD\x1b[1mxxxxYZ": "ABCD…YZ"} {
		if got := Mask(key); got != want {
			t.Errorf("%s: %s", key, got)
		}
	}
}
