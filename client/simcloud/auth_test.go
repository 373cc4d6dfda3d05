package simcloud

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSignatureVectors are the five of api.md 8.3, from the point of view of the service.
func TestSignatureVectors(t *testing.T) {
	const (
		ak, sk = "EXAMPLEACCESSKEY0001", "ExampleSecretKeyExampleSecretKeyExample0"
		p      = "99a3fff0d03c428eac3678da6a7d0f24"
		elb    = "https://elb.eu-example-1.example.com"
		usual  = "host;x-project-id;x-sdk-date"
	)
	for i, v := range []struct {
		method, url, body, ak, sk, date, signed, signature string
		header                                             map[string]string
	}{
		{"GET", elb + "/v3/" + p + "/elb/pools?limit=2000&name=web%20pool&name=api:v1", "", ak, sk, "20260102T030405Z", usual,
			"2c9285ed4feb967f31aabc107705817168bd2fb88b3fc2035e7323b7727b882d", map[string]string{"X-Project-Id": p}},
		{"POST", elb + "/v3/" + p + "/elb/pools/batch-delete", `{"pools":["de3404aeb44f499893fb42a0b218a515","de3404aeb44f499893fb42a0b218a123"]}`,
			ak, sk, "20260102T030405Z", usual, "454559fdaf34a559ad818f9d1226ca8ab0a9642d1fd22d10e04674ee26903a53",
			map[string]string{"X-Project-Id": p, "Content-Type": "application/json"}},
		{"DELETE", "https://roma.eu-example-1.example.com/v2/" + p + "/apic/instances/eddc4d25480b4cd6b512f270a1b8b341/vpc-channels/56a7d7358e1b42459c9d730d65b14e59/members/be63c6260a1043888187f84af39c9f0e",
			"", ak, sk, "20260102T030405Z", usual + ";x-security-token", "36a283d8329b15cea894895d2649c3c627338ae05f26487c01a7f094f4a798f4",
			map[string]string{"X-Project-Id": p, "X-Security-Token": "example-security-token"}},
		{"GET", "https://anywhere.example.com/v3/projects?name=eu-example-1", "", ak, sk, "20260102T030405Z", "x-sdk-date",
			"bd482323d266a8c77c277512b1af83eb45fdb5fffdc76cc338537db3bdfd5e96", nil},
		{"GET", "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
			"", "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", "20191115T033655Z", "content-type;host;x-sdk-date",
			"7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe", map[string]string{"Content-Type": "application/json"}},
	} {
		r := httptest.NewRequest(v.method, v.url, nil)
		for name, value := range v.header {
			r.Header.Set(name, value)
		}
		r.Header.Set("X-Sdk-Date", v.date)
		r.Header.Set("Authorization", fmt.Sprintf("SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%s", v.ak, v.signed, v.signature))
		now, err := time.Parse("20060102T150405Z", v.date)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkSignature(r, []byte(v.body), v.ak, v.sk, now); err != nil {
			t.Errorf("vector %d: %v", i+1, err)
		}
		if err := checkSignature(r, []byte(v.body+" "), v.ak, v.sk, now); err == nil {
			t.Errorf("vector %d: passes with another body", i+1)
		}
		for _, skew := range []time.Duration{-14 * time.Minute, 14 * time.Minute} {
			if err := checkSignature(r, []byte(v.body), v.ak, v.sk, now.Add(skew)); err != nil {
				t.Errorf("vector %d, clocks apart by %s: %v", i+1, skew, err)
			}
		}
		for _, skew := range []time.Duration{-16 * time.Minute, 16 * time.Minute} {
			if err := checkSignature(r, []byte(v.body), v.ak, v.sk, now.Add(skew)); err == nil {
				t.Errorf("vector %d passes with clocks apart by %s", i+1, skew)
			}
		}
	}
}

// signed are the headers of a request signed by the account.
func (l *lab) signed(method, path, body string, header map[string]string) map[string]string {
	l.t.Helper()
	r := httptest.NewRequest(method, l.http.URL+path, nil)
	r.Header.Set("X-Sdk-Date", noon.Format("20060102T150405Z"))
	names := []string{"host", "x-sdk-date"}
	for name, value := range header {
		r.Header.Set(name, value)
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	names = slices.Compact(names)
	hash := func(s string) string { sum := sha256.Sum256([]byte(s)); return hex.EncodeToString(sum[:]) }
	content := r.Header.Get("X-Sdk-Content-Sha256")
	if content == "" {
		content = hash(body)
	}
	mac := hmac.New(sha256.New, []byte(l.account.SecretKey))
	fmt.Fprintf(mac, "SDK-HMAC-SHA256\n%s\n%s", r.Header.Get("X-Sdk-Date"), hash(canonicalRequest(r, names, content)))
	r.Header.Set("Authorization", fmt.Sprintf("SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=%x", l.account.AccessKey, strings.Join(names, ";"), mac.Sum(nil)))
	all := map[string]string{}
	for name := range r.Header {
		all[name] = r.Header.Get(name)
	}
	return all
}

func TestSignedRequests(t *testing.T) {
	l := newLab(t, Options{})
	pools := l.p + "/pools?limit=2&name=a%20b&name=%E4%B8%8A%E6%B5%B7&protocol="
	project := map[string]string{"X-Project-Id": l.account.ProjectID}
	for _, step := range []struct {
		name, path string
		header     map[string]string
		change     func(map[string]string)
		status     int
		code       string
	}{
		{"with project", pools, project, nil, 200, ""},
		{"without project", pools, nil, nil, 200, ""},
		{"v2.0 takes the project from the header", "/v2.0/lbaas/pools", project, nil, 200, ""},
		{"v2.0 without project", "/v2.0/lbaas/pools", nil, nil, 403, "ELB.9802"},
		{"project of the path is another", pools, map[string]string{"X-Project-Id": l.home.projects[1].ID}, nil, 403, "ELB.9802"},
		{"no such project", "/v3/0123456789abcdef0123456789abcdef/elb/pools", nil, nil, 403, "ELB.9802"},
		{"security token signed", pools, map[string]string{"X-Security-Token": "temporary"}, nil, 200, ""},
		{"security token not signed", pools, project, func(h map[string]string) { h["X-Security-Token"] = "temporary" }, 401, "APIGW.0301"},
		{"unsigned payload", pools, map[string]string{"X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}, nil, 200, ""},
		{"hash of another payload", pools, map[string]string{"X-Sdk-Content-Sha256": strings.Repeat("0", 64)}, nil, 401, "APIGW.0301"},
		{"other access key", pools, project, func(h map[string]string) {
			h["Authorization"] = strings.Replace(h["Authorization"], l.account.AccessKey, "SOMEBODYELSE", 1)
		}, 401, "APIGW.0301"},
		{"other date", pools, project, func(h map[string]string) { h["X-Sdk-Date"] = "20260102T120001Z" }, 401, "APIGW.0301"},
		{"no date", pools, project, func(h map[string]string) { delete(h, "X-Sdk-Date") }, 401, "APIGW.0301"},
		{"other algorithm", pools, project, func(h map[string]string) { h["Authorization"] = "V11-HMAC-SHA256 Access=x" }, 401, "APIGW.0301"},
		{"projects", "/v3/auth/projects", nil, nil, 200, ""},
	} {
		t.Run(step.name, func(t *testing.T) {
			header := l.signed("GET", step.path, "", step.header)
			if step.change != nil {
				step.change(header)
			}
			r := l.send("GET", step.path, "", header)
			if r.status != step.status || r.str("error_code") != step.code {
				t.Errorf("%d %s, want %d %s", r.status, r.text, step.status, step.code)
			}
		})
	}
}

const loginBody = `{"auth":{"identity":{"methods":["password"],
  "password":{"user":{"name":"%s","password":"%s","domain":{"name":"%s"}}}},
  "scope":%s}}`

func TestLogin(t *testing.T) {
	l := newLab(t, Options{})
	a := l.Account()
	byName, byID := `{"project":{"name":"`+a.Region+`"}}`, `{"project":{"id":"`+a.ProjectID+`"}}`
	for _, step := range []struct {
		name, user, password, domain, scope string
		login, pools                        int // statuses
	}{
		{"project by name", a.Username, a.Password, a.DomainName, byName, 201, 200},
		{"project by id", a.Username, a.Password, a.DomainName, byID, 201, 200},
		{"another project", a.Username, a.Password, a.DomainName, `{"project":{"name":"MOS"}}`, 201, 403},
		{"account", a.Username, a.Password, a.DomainName, `{"domain":{"name":"` + a.DomainName + `"}}`, 201, 403},
		{"no scope", a.Username, a.Password, a.DomainName, `null`, 201, 403},
		{"unknown project", a.Username, a.Password, a.DomainName, `{"project":{"name":"nowhere"}}`, 401, 0},
		{"wrong password", a.Username, "guess", a.DomainName, byName, 401, 0},
		{"wrong user", "guess", a.Password, a.DomainName, byName, 401, 0},
		{"wrong account", a.Username, a.Password, "guess", byName, 401, 0},
	} {
		t.Run(step.name, func(t *testing.T) {
			r := l.send("POST", "/v3/auth/tokens?nocatalog=true", fmt.Sprintf(loginBody, step.user, step.password, step.domain, step.scope), nil)
			token := r.header.Get("X-Subject-Token")
			if r.status != step.login || (token != "") != (step.login == 201) {
				t.Fatalf("login: %d, token %q\n%s", r.status, token, r.text)
			}
			if step.login != 201 {
				if r.str("error", "title") != "Unauthorized" || r.at("error", "code") != 401.0 {
					t.Errorf("error body: %s", r.text)
				}
				return
			}
			if got := r.str("token", "expires_at"); got != "2026-01-03T12:00:00.000000Z" {
				t.Errorf("expires_at %s", got)
			}
			if r.at("token", "catalog") != nil {
				t.Error("a catalogue in spite of nocatalog")
			}
			if strings.HasPrefix(step.name, "project by") && r.str("token", "project", "id") != a.ProjectID {
				t.Errorf("project: %s", r.text)
			}
			header := map[string]string{"X-Auth-Token": token}
			if r := l.send("GET", l.p+"/pools", "", header); r.status != step.pools {
				t.Errorf("pools: %d, want %d: %s", r.status, step.pools, r.text)
			}
			if r := l.send("GET", "/v2.0/lbaas/pools", "", header); step.pools == 200 && r.status != 200 {
				t.Errorf("shared pools: %d: %s", r.status, r.text)
			}
		})
	}
	if r := l.send("POST", "/v3/auth/tokens", fmt.Sprintf(loginBody, a.Username, a.Password, a.DomainName, byName), nil); len(r.at("token", "catalog").([]any)) == 0 {
		t.Error("no catalogue")
	}
	if r := l.send("POST", "/v3/auth/tokens", `{"auth":{}}`, nil); r.status != 400 {
		t.Errorf("without a method: %d", r.status)
	}
}

// TestRefusedInTheWordsOfTheFamily: nobody gets in without a token, and each family says so in its own way.
func TestRefusedInTheWordsOfTheFamily(t *testing.T) {
	now := noon
	l := newLab(t, Options{Now: func() time.Time { return now }})
	gateways := "/v2/" + l.account.ProjectID
	paths := map[string]string{ // to the code of a wrong token
		l.p + "/pools":                     "ELB.1104",
		l.p + "/certificates":              "ELB.1104",
		"/v2.0/lbaas/pools":                "ELB.1104",
		gateways + "/apigw/instances":      "APIG.1002",
		gateways + "/instances":            "APIG.1002",
		l.channels(l.world().instances[0]): "APIG.1002",
		"/v3/projects":                     "",
		"/v3/auth/projects":                "",
	}
	for path, code := range paths {
		for _, header := range []map[string]string{nil, {"X-Auth-Token": "nonsense"}} {
			r := l.send("GET", path, "", header)
			if code == "ELB.1104" && header == nil {
				code = "SYS.0401"
			} else if code == "SYS.0401" {
				code = "ELB.1104"
			}
			if r.status != 401 || r.str("error_code") != code || code == "" && r.at("error", "code") != 401.0 {
				t.Errorf("GET %s with %v: %d %s, want %s", path, header, r.status, r.text, code)
			}
		}
	}

	l.must(200, "GET", l.p+"/pools", "")
	now = now.Add(1001 * time.Hour)
	if r := l.do("GET", l.p+"/pools", ""); r.status != 401 || r.str("error_code") != "APIGW.0307" {
		t.Errorf("expired: %d %s", r.status, r.text)
	}
	now = noon
	l.RevokeTokens()
	if r := l.do("GET", gateways+"/apigw/instances", ""); r.status != 401 || r.str("error_code") != "APIGW.0307" {
		t.Errorf("revoked: %d %s", r.status, r.text)
	}
}

// Whoever may not enter a project is told of the permission that the request takes.
func TestPermissions(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	other := "/v3/" + l.home.projects[1].ID + "/elb"
	for request, want := range map[string]string{
		"GET /pools":                               "elb:pools:list",
		"GET /pools/x":                             "elb:pools:get",
		"POST /pools":                              "elb:pools:create",
		"DELETE /pools/x":                          "elb:pools:delete",
		"POST /pools/batch-delete":                 "elb:pools:delete",
		"GET /pools/x/members":                     "elb:members:list",
		"DELETE /pools/x/members/y":                "elb:members:delete",
		"DELETE /healthmonitors/x":                 "elb:healthmonitors:delete",
		"POST /certificates/batch-delete":          "elb:certificates:delete",
		"DELETE /ipgroups/x":                       "elb:ipgroups:delete",
		"POST /ipgroups/x/iplist/create-or-update": "elb:ipgroups:put",
		"POST /ipgroups/x/iplist/batch-delete":     "elb:ipgroups:put",
		"PUT /listeners/x":                         "elb:listeners:put",
	} {
		method, path, _ := strings.Cut(request, " ")
		r := l.do(method, other+path, "")
		if r.status != http.StatusForbidden || r.str("error_code") != "ELB.9802" || r.str("error_msg") != "Policy doesn't allow "+want+" to be performed." {
			t.Errorf("%s: %d %s, want %s", request, r.status, r.text, want)
		}
	}
}

func TestProjects(t *testing.T) {
	l := newLab(t, Options{})
	if r := l.must(200, "GET", "/v3/auth/projects", ""); len(r.ids("projects")) != 3 || r.str("projects", 0, "name") != l.account.Region {
		t.Errorf("all: %s", r.text)
	}
	r := l.must(200, "GET", "/v3/projects?name="+l.account.Region, "")
	if ids := r.ids("projects"); !slices.Equal(ids, []string{l.account.ProjectID}) {
		t.Errorf("by name: %v", ids)
	}
	if r := l.must(200, "GET", "/v3/projects?name=nowhere", ""); len(r.ids("projects")) != 0 || r.at("projects") == nil {
		t.Errorf("unknown name: %s", r.text)
	}
	// The other projects are the account's, but there is nothing in them.
	header := l.signed("GET", "/v3/"+l.home.projects[1].ID+"/elb/pools", "", nil)
	if r := l.send("GET", "/v3/"+l.home.projects[1].ID+"/elb/pools", "", header); r.status != http.StatusOK || len(r.ids("pools")) != 0 {
		t.Errorf("sandbox: %d %s", r.status, r.text)
	}
}
