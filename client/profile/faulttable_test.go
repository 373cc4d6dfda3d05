package profile

import (
	"encoding/json"
	"log/slog"
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

// Row 22: a session says that the clock of this computer is wrong, in a sentence and once in the log, and knows by how much,
// whichever way it has signed in; also when that is not so much that signatures are refused.
func faultSkew(t *testing.T) {
	t.Helper()
	for _, tt := range []struct {
		ahead time.Duration
		auth  func(simcloud.Account) Auth
		want  string
	}{
		{0, keysOf, ""},
		{0, loginOf, ""},
		{time.Hour, keysOf, "1h0m0s behind that of the services"},
		{-2 * time.Hour, keysOf, "2h0m0s ahead of that of the services"},
		{8 * time.Minute, keysOf, "8m0s behind that of the services"},
		{time.Hour, loginOf, "1h0m0s behind that of the services"},
		{-20 * time.Hour, loginOf, "20h0m0s ahead of that of the services"},
		{2 * time.Minute, loginOf, ""},
	} {
		ahead, want := tt.ahead, tt.want
		script := simcloud.Script{Rules: []simcloud.Rule{{Also: true, Do: simcloud.Act{Skew: ahead, Delay: time.Nanosecond}}}}
		cloud := simcloud.New(simcloud.Options{Seed: 1, Script: script})
		server := httptest.NewServer(cloud)
		t.Cleanup(server.Close)
		a := cloud.Account()
		var log strings.Builder
		s, err := Profile{
			Name: "sim", Region: a.Region, ProjectID: a.ProjectID, Auth: tt.auth(a), Endpoints: Endpoints{ELB: server.URL, IAM: server.URL + "/v3"},
			Log: slog.New(slog.NewTextHandler(&log, nil)),
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
		if known := s.Ahead(); (known-ahead).Abs() > 30*time.Second && want != "" || want == "" && known != 0 {
			t.Errorf("%v: goes by %v", ahead, known)
		}
		if n := strings.Count(log.String(), "clock of this computer"); n != 0 && want == "" || n != 1 && want != "" {
			t.Errorf("%v: %d lines of the log", ahead, n)
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
