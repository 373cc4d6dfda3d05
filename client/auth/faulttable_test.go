package auth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"janitor/client/simcloud"
)

// TestFaultTable is row 22 of the fault table; see client/cleanup.
func TestFaultTable(t *testing.T) {
	t.Run("22_clock_skew", faultSkew)
}

// Row 22: the time of the service is learnt from its Date header, the request is signed once more, and somebody is told.
func faultSkew(t *testing.T) {
	t.Helper()
	for name, ahead := range map[string]time.Duration{"we are late": 40 * time.Minute, "we are early": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			cloud := simcloud.New(simcloud.Options{Script: simcloud.Script{Rules: []simcloud.Rule{{Also: true, Do: simcloud.Act{Skew: ahead}}}}})
			server := httptest.NewServer(cloud)
			t.Cleanup(server.Close)
			var mu sync.Mutex
			var told []time.Duration
			c := signedClient(t, cloud.Account(), server.URL, func(d time.Duration) {
				mu.Lock()
				told = append(told, d)
				mu.Unlock()
			})
			path := server.URL + "/v3/" + cloud.Account().ProjectID + "/elb/pools"
			for n := range 3 {
				resp, err := c.Get(path)
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					t.Errorf("request %d is answered with %s", n, resp.Status)
				}
			}
			resp, err := c.Post(path+"/batch-delete", "application/json", strings.NewReader(`{"pools":["00000000-0000-4000-8000-000000000000"]}`))
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v, %v", resp, err)
			} else {
				resp.Body.Close()
			}
			if n := len(cloud.Requests()); n != 5 {
				t.Errorf("%d requests, want 4 and one that was signed again", n)
			}
			if len(told) != 1 || (told[0]-ahead).Abs() > time.Minute {
				t.Errorf("told %v, want %v once", told, ahead)
			}
		})
	}
	t.Run("a body is sent again", func(t *testing.T) {
		cloud := simcloud.New(simcloud.Options{Script: simcloud.Script{Rules: []simcloud.Rule{{Also: true, Do: simcloud.Act{Skew: time.Hour}}}}})
		server := httptest.NewServer(cloud)
		t.Cleanup(server.Close)
		c := signedClient(t, cloud.Account(), server.URL, nil)
		resp, err := c.Post(server.URL+"/v3/"+cloud.Account().ProjectID+"/elb/pools/batch-delete", "application/json", strings.NewReader(`{"pools":["x"]}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		for _, r := range cloud.Requests() {
			if r.Body != `{"pools":["x"]}` {
				t.Errorf("%+v", r)
			}
		}
		if n := len(cloud.Requests()); n != 2 || resp.StatusCode != http.StatusOK {
			t.Errorf("%d requests, %s", n, resp.Status)
		}
	})
	t.Run("it is not the clock", func(t *testing.T) {
		cloud := simcloud.New(simcloud.Options{})
		server := httptest.NewServer(cloud)
		t.Cleanup(server.Close)
		a := cloud.Account()
		for name, c := range map[string]struct {
			now  time.Duration
			want int
		}{"clocks agree": {0, 1}, "they differ too": {time.Hour, 2}} {
			wrong := a
			wrong.SecretKey = "wrong"
			before := len(cloud.Requests())
			hc := signedClient(t, wrong, server.URL, func(time.Duration) { t.Errorf("%s: told of a clock", name) }, func() time.Time { return time.Now().Add(c.now) })
			resp, err := hc.Get(server.URL + "/v3/" + a.ProjectID + "/elb/pools")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if n := len(cloud.Requests()) - before; n != c.want || resp.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: %d requests, want %d; %s", name, n, c.want, resp.Status)
			}
		}
	})
}

func signedClient(t *testing.T, a simcloud.Account, url string, skewed func(time.Duration), now ...func() time.Time) *http.Client {
	t.Helper()
	hosts, err := NewHosts(url)
	if err != nil {
		t.Fatal(err)
	}
	s := Signer{AccessKey: a.AccessKey, SecretKey: a.SecretKey, ProjectID: a.ProjectID, Hosts: hosts, Skewed: skewed}
	if len(now) > 0 {
		s.Now = now[0]
	}
	base := &http.Transport{}
	t.Cleanup(base.CloseIdleConnections)
	return &http.Client{Transport: s.Transport(base)}
}
