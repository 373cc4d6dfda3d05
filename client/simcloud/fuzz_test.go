package simcloud

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzCanonical: the form of a form is the form itself, and what is accepted has one.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"0.0.0.0", "0.0.0.0/0", "10.0.0.1-10.0.0.9", "0:0:0:0:0:0:0:1", "::1/128", "::ffff:1.2.3.4", "fe80::1%eth0", "-", "1.2.3.4/33", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		form, ok := canonical(s)
		if !ok {
			return
		}
		if again, ok := canonical(form); !ok || again != form {
			t.Errorf("canonical(%q) = %q, whose own form is %q, %t", s, form, again, ok)
		}
	})
}

// FuzzRequests: whatever is asked, there is an answer in JSON with a status that the services use.
func FuzzRequests(f *testing.F) {
	c := New(Options{Now: func() time.Time { return noon }})
	const id = "fuzz"
	c.tokens[id] = token{project: c.account.ProjectID, expires: noon.Add(time.Hour)}
	p := "/v3/" + c.account.ProjectID + "/elb"
	pool := c.worlds[c.account.ProjectID].pools.all[0].ID
	f.Add("GET", p+"/pools", "limit=3&marker="+pool, "")
	f.Add("POST", p+"/pools", "", `{"pool":{"protocol":"HTTP","lb_algorithm":"x","type":"ip","session_persistence":{"a":1},"name":null}}`)
	f.Add("PUT", p+"/pools/"+pool, "", `{"pool":{"member_deletion_protection_enable":"x"}}`)
	f.Add("POST", p+"/pools/batch-delete", "", `{"pools":["`+pool+`",""]}`)
	f.Add("POST", p+"/pools/"+pool+"/members", "", `{"member":{"address":"::1","protocol_port":80,"weight":1e3}}`)
	f.Add("GET", p+"/members", "limit=3&pool_id="+pool, "")
	f.Add("GET", "/v2.0/lbaas/members", "limit=1", "")
	f.Add("POST", p+"/ipgroups", "", `{"ipgroup":{"ip_list":[{"ip":"::1"},{"ip":"10.0.0.0/8","description":null}]}}`)
	f.Add("POST", p+"/l7policies", "", `{"l7policy":{"redirect_pools_extend_config":{"traffic_mirror_config":null}}}`)
	f.Add("GET", "/v2.0/lbaas/pools", "limit=1&page_reverse=True", "")
	f.Add("POST", "/v3/auth/tokens", "nocatalog", `{"auth":{"identity":{"methods":["password"]},"scope":{}}}`)
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		target, err := url.Parse("http://cloud.example" + path)
		if err != nil || !strings.HasPrefix(path, "/") {
			t.Skip()
		}
		target.RawQuery = query
		r, err := http.NewRequestWithContext(t.Context(), method, target.String(), strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		r.Header.Set("X-Auth-Token", id)
		recorder := httptest.NewRecorder()
		c.ServeHTTP(recorder, r)
		switch recorder.Code {
		case 200, 201, 400, 401, 403, 404, 409:
			if !json.Valid(recorder.Body.Bytes()) {
				t.Errorf("%d with %q", recorder.Code, recorder.Body)
			}
		case 204:
			if recorder.Body.Len() > 0 {
				t.Errorf("204 with %q", recorder.Body)
			}
		default:
			t.Errorf("status %d", recorder.Code)
		}
	})
}
