package profile

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"janitor/client/simcloud"
)

// TestFaultTable are the rows of the fault table that a profile meets when it is opened; see client/cleanup.
func TestFaultTable(t *testing.T) {
	t.Run("22_clock_skew", faultSkew)
	t.Run("30_scope", faultScope)
}

// Row 22: a session says that the clock of this computer is wrong.
func faultSkew(t *testing.T) {
	t.Helper()
	for ahead, want := range map[time.Duration]string{0: "", time.Hour: "behind that of the services", -2 * time.Hour: "ahead of that of the services"} {
		script := simcloud.Script{Rules: []simcloud.Rule{{Also: true, Do: simcloud.Act{Skew: ahead, Delay: time.Nanosecond}}}}
		cloud := simcloud.New(simcloud.Options{Seed: 1, Script: script})
		server := httptest.NewServer(cloud)
		t.Cleanup(server.Close)
		a := cloud.Account()
		s, err := Profile{
			Name: "sim", Region: a.Region, ProjectID: a.ProjectID, Auth: keysOf(a), Endpoints: Endpoints{ELB: server.URL, IAM: server.URL + "/v3"},
		}.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for page, err := range s.Client.Pools(t.Context()) {
			if err != nil {
				t.Error(err)
			}
			n += len(page)
		}
		if got := s.Clock(); n == 0 || (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%v: %d pools, %q", ahead, n, got)
		}
		s.Close()
	}
}

// Row 30: a login for another project than the profile's is refused before anything else is sent.
func faultScope(t *testing.T) {
	t.Helper()
	cloud := simcloud.New(simcloud.Options{Seed: 1})
	const other = "0123456789abcdef0123456789abcdef"
	sent := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/auth/tokens") {
			sent++
			cloud.ServeHTTP(w, r)
			return
		}
		in := httptest.NewRecorder()
		cloud.ServeHTTP(in, r)
		var body map[string]map[string]any
		if err := json.Unmarshal(in.Body.Bytes(), &body); err != nil {
			t.Error(err)
		}
		body["token"]["project"] = map[string]string{"id": other, "name": "eu-other"}
		w.Header().Set("X-Subject-Token", in.Header().Get("X-Subject-Token"))
		w.WriteHeader(in.Code)
		json.NewEncoder(w).Encode(body)
	}))
	t.Cleanup(server.Close)
	a := cloud.Account()
	_, err := Profile{
		Name: "sim", Region: a.Region, ProjectID: a.ProjectID, Auth: loginOf(a), Endpoints: Endpoints{ELB: server.URL, IAM: server.URL + "/v3"},
	}.Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the login is for project "+other+" instead of "+a.ProjectID) || sent > 0 {
		t.Errorf("%v; %d requests beside the login", err, sent)
	}
}
