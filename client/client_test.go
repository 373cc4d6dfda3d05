package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"janitor/client/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const project = "45977fa2dbd7482098dd68d0d8970117"

// exchange is a request that a test expects, and its answer.
type exchange struct {
	request string // "GET /path?query" and, on further lines, the body
	status  int
	answer  string
}

// script is a server that plays exchanges in order and complains about anything else.
func script(t *testing.T, exchanges ...exchange) Config {
	t.Helper()
	left := exchanges
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := strings.TrimSpace(r.Method + " " + r.RequestURI + "\n" + string(body))
		if len(left) == 0 {
			t.Errorf("unexpected request:\n%s", got)
			w.WriteHeader(http.StatusTeapot)
			return
		}
		now := left[0]
		left = left[1:]
		if got != now.request {
			t.Errorf("request\n%s\nwant\n%s", got, now.request)
		}
		w.WriteHeader(now.status)
		fmt.Fprint(w, now.answer)
	})
	t.Cleanup(func() {
		if len(left) > 0 {
			t.Errorf("never asked: %s", left[0].request)
		}
	})
	return c
}

func listen(t *testing.T, h http.HandlerFunc) Config {
	t.Helper()
	server := httptest.NewServer(h)
	base := wire.NewTransport()
	t.Cleanup(func() { base.CloseIdleConnections(); server.Close() })
	return Config{Project: project, ELB: server.URL, ROMA: server.URL, APIG: server.URL, Transport: base}
}

func reader(t *testing.T, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func deleter(t *testing.T, c Config) *Deleter {
	t.Helper()
	d, err := NewDeleter(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// collect reads a list to its end.
func collect[T any](pages iter.Seq2[[]T, error]) (all []T, sizes []int, err error) {
	for page, pageErr := range pages {
		if pageErr != nil {
			return all, sizes, pageErr
		}
		all, sizes = append(all, page...), append(sizes, len(page))
	}
	return all, sizes, nil
}

// The examples of the documents, verbatim.

func TestS0(t *testing.T) {
	c := script(t, exchange{
		"POST /v3/" + project + "/elb/pools/batch-delete\n" + `{"pools":["de3404aeb44f499893fb42a0b218a515","de3404aeb44f499893fb42a0b218a123"]}`, 200, `{
  "pools" : [ {
    "id" : "de3404aeb44f499893fb42a0b218a515",
    "ret_status" : "successful"
  }, {
    "id" : "de3404aeb44f499893fb42a0b218a515",
    "ret_status" : "not found",
    "ret_code" : "ELB.9903"
  } ],
  "request_id" : "98414965-856c-4be3-8a33-3e08432a222e"
}`})
	got, err := deleter(t, c).DeletePools(t.Context(), []string{"de3404aeb44f499893fb42a0b218a515", "de3404aeb44f499893fb42a0b218a123"})
	want := Batch{"98414965-856c-4be3-8a33-3e08432a222e", []BatchItem{
		{"de3404aeb44f499893fb42a0b218a515", "successful", ""},
		{"de3404aeb44f499893fb42a0b218a515", "not found", "ELB.9903"},
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestS1(t *testing.T) {
	c := script(t, exchange{"DELETE /v2.0/lbaas/pools/5a9a3e9e-d1aa-448e-af37-a70171f2a332", 204, ""})
	if err := deleter(t, c).DeleteSharedPool(t.Context(), "5a9a3e9e-d1aa-448e-af37-a70171f2a332"); err != nil {
		t.Error(err)
	}
}

// The document's URI says POST, its example PUT: POST is right (api.md 12).
func TestS2(t *testing.T) {
	c := script(t, exchange{
		"POST /v3/" + project + "/elb/ipgroups/8722e0e0-9cc9-4490-9660-8c9a5732fbb0/iplist/batch-delete\n" +
			`{"ipgroup":{"ip_list":[{"ip":"192.168.1.123"},{"ip":"192.168.3.0/24"}]}}`, 200, `{
  "ipgroup" : {
    "description" : "",
    "id" : "8722e0e0-9cc9-4490-9660-8c9a5732fbb0",
    "name" : "test_ipg",
    "project_id" : "45977fa2dbd7482098dd68d0d8970117",
    "ip_list" : [ {
      "ip" : "192.168.1.122",
      "description" : ""
    } ],
    "listeners" : [ {
      "id" : "88f9c079-29cb-435a-b98f-0c5c0b90c2bd"
    }, {
      "id" : "2f4c9644-d5d2-4cf8-a3c0-944239a4f58c"
    } ],
    "created_at" : "2018-01-16T03:19:16",
    "updated_at" : "2018-01-16T03:19:16"
  }
}`})
	got, _, err := deleter(t, c).DeleteEntries(t.Context(), "8722e0e0-9cc9-4490-9660-8c9a5732fbb0", []string{"192.168.1.123", "192.168.3.0/24"})
	at := parseTime(`"2018-01-16T03:19:16Z"`)
	want := IPGroup{
		ID: "8722e0e0-9cc9-4490-9660-8c9a5732fbb0", Name: "test_ipg",
		Entries:   NewIPEntries(IPEntry{IP: "192.168.1.122"}),
		Listeners: NewIDs("88f9c079-29cb-435a-b98f-0c5c0b90c2bd", "2f4c9644-d5d2-4cf8-a3c0-944239a4f58c"),
		CreatedAt: at, UpdatedAt: at,
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || at.IsZero() {
		t.Error(err, diff)
	}
}

func TestS3(t *testing.T) {
	c := script(t, exchange{
		"POST /v3/" + project + "/elb/certificates/batch-delete\n" + `{"certificates":["de3404aeb44f499893fb42a0b218a515","de3404aeb44f499893fb42a0b218a123"]}`, 200, `{
  "certificates" : [ {
    "id" : "de3404aeb44f499893fb42a0b218a515",
    "ret_status" : "successful"
  }, {
    "id" : "de3404aeb44f499893fb42a0b218a515",
    "ret_status" : "successful"
  } ],
  "request_id" : "98414965-856c-4be3-8a33-3e08432a222e"
}`})
	got, err := deleter(t, c).DeleteCertificates(t.Context(), []string{"de3404aeb44f499893fb42a0b218a515", "de3404aeb44f499893fb42a0b218a123"})
	same := BatchItem{"de3404aeb44f499893fb42a0b218a515", "successful", ""}
	if diff := cmp.Diff(Batch{"98414965-856c-4be3-8a33-3e08432a222e", []BatchItem{same, same}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestS4(t *testing.T) {
	const (
		channel = "56a7d7358e1b42459c9d730d65b14e59"
		member  = "be63c6260a1043888187f84af39c9f0e"
		request = "DELETE /v2/" + project + "/apic/instances/eddc4d25480b4cd6b512f270a1b8b341/vpc-channels/" + channel + "/members/" + member
	)
	gateway := Gateway{ROMA, "eddc4d25480b4cd6b512f270a1b8b341"}
	for _, answer := range []struct {
		status int
		body   string
		class  Class
		says   string
	}{
		{204, ``, "", ""},
		{400, `{
  "error_code" : "APIG.2012",
  "error_msg" : "Invalid parameter value,parameterName:id. Please refer to the support documentation"
}`, "", "APIG.2012 Invalid parameter value,parameterName:id. Please refer to the support documentation"},
		{401, `{
  "error_code" : "APIG.1002",
  "error_msg" : "Incorrect token or token resolution failed"
}`, Unauthorised, "APIG.1002 Incorrect token or token resolution failed"},
		{403, `{
  "error_code" : "APIG.1005",
  "error_msg" : "No permissions to request this method"
}`, Forbidden, "APIG.1005 No permissions to request this method"},
		{404, `{
  "error_code" : "APIG.3024",
  "error_msg" : "The VPC instance does not exist,id:be63c6260a1043888187f84af39c9f0e"
}`, NotFound, "APIG.3024 The VPC instance does not exist,id:be63c6260a1043888187f84af39c9f0e"},
		{500, `{
  "error_code" : "APIG.9999",
  "error_msg" : "System error"
}`, "", "APIG.9999 System error"},
	} {
		t.Run(fmt.Sprint(answer.status), func(t *testing.T) {
			c := script(t, exchange{request, answer.status, answer.body})
			err := deleter(t, c).DeleteChannelMember(t.Context(), gateway, channel, member)
			if answer.status == 204 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || e.Status != answer.status || e.Class != answer.class || e.Said() != answer.says {
				t.Errorf("%v", err)
			}
			if !strings.Contains(e.Error(), "deleting member "+member+" of channel "+channel) {
				t.Errorf("%v does not name the item", err)
			}
		})
	}
}

// The id of a request stands in its answer's body, else in a header; IAM calls it otherwise (api.md 6.1).
func TestNotingTheIDsOfRequests(t *testing.T) {
	for _, tt := range []struct {
		name, header, body string
		status             int
		want               string
	}{
		{"no body", "X-Request-Id", "", 204, "from-header"},
		{"IAM's header", "X-Iam-Trace-Id", "", 204, "from-header"},
		{"body", "X-Request-Id", `{"pools": [{"id": "p", "ret_status": "successful"}], "request_id": "from-body"}`, 200, "from-body"},
		{"neither", "X-Other", "", 204, ""},
		{"refused", "X-Request-Id", `{"error_code": "ELB.8907", "error_msg": "in use"}`, 409, "before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := deleter(t, listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set(tt.header, "from-header")
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.body)
			}))
			id := "before"
			var err error
			if tt.status == 204 {
				err = d.Noting(&id).DeletePool(t.Context(), "p")
			} else {
				var b Batch
				if b, err = d.Noting(&id).DeletePools(t.Context(), []string{"p"}); err == nil && b.RequestID != tt.want {
					t.Errorf("the batch has %q", b.RequestID)
				}
			}
			var e *Error
			if refused := errors.As(err, &e); id != tt.want || refused != (tt.status >= 400) || refused && e.RequestID != "from-header" {
				t.Errorf("noted %q, want %q; %v", id, tt.want, err)
			}
		})
	}
}

func TestEveryCallHasItsPath(t *testing.T) {
	v3, v2 := "/v3/"+project+"/elb/", "/v2.0/lbaas/"
	channels := "/v2/" + project + "/apigw/instances/i%2F1/vpc-channels"
	g := Gateway{APIG, "i/1"}
	type calls struct {
		*Client
		*Deleter
	}
	list := func(from iter.Seq2[[]Pool, error]) error { _, _, err := collect(from); return err }
	for _, c := range []struct {
		request, answer string
		call            func(context.Context, calls) error
	}{
		{"GET " + v3 + "pools?limit=200", `{"pools":[],"page_info":{}}`, func(ctx context.Context, c calls) error { return list(c.Pools(ctx)) }},
		{"GET " + v3 + "pools/a%2Fb", `{"pool":{"id":"a/b"}}`, func(ctx context.Context, c calls) error { _, err := c.Pool(ctx, "a/b"); return err }},
		{"GET " + v3 + "members?limit=200", `{"members":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.PoolMembers(ctx)); return err }},
		{"GET " + v3 + "healthmonitors?limit=200", `{"healthmonitors":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.HealthMonitors(ctx)); return err }},
		{"GET " + v3 + "listeners?limit=200", `{"listeners":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.Listeners(ctx)); return err }},
		{"GET " + v3 + "listeners/l", `{"listener":{"id":"l"}}`, func(ctx context.Context, c calls) error { _, err := c.Listener(ctx, "l"); return err }},
		{"GET " + v3 + "l7policies?limit=200", `{"l7policies":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.L7Policies(ctx)); return err }},
		{"GET " + v3 + "loadbalancers?limit=200", `{"loadbalancers":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.LoadBalancers(ctx)); return err }},
		{"GET " + v3 + "certificates?limit=200", `{"certificates":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.Certificates(ctx)); return err }},
		{"GET " + v3 + "ipgroups?limit=200", `{"ipgroups":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.IPGroups(ctx)); return err }},
		{"GET " + v3 + "ipgroups/g", `{"ipgroup":{"id":"g"}}`, func(ctx context.Context, c calls) error { _, err := c.IPGroup(ctx, "g"); return err }},
		{"GET " + v2 + "pools?limit=200", `{"pools":[]}`, func(ctx context.Context, c calls) error { return list(c.SharedPools(ctx)) }},
		{"GET " + v2 + "members?limit=200", `{"members":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.SharedPoolMembers(ctx)); return err }},
		{"GET " + v2 + "healthmonitors?limit=200", `{"healthmonitors":[]}`, func(ctx context.Context, c calls) error {
			_, _, err := collect(c.SharedHealthMonitors(ctx))
			return err
		}},
		{"GET " + v2 + "loadbalancers?limit=200", `{"loadbalancers":[]}`, func(ctx context.Context, c calls) error {
			_, _, err := collect(c.SharedLoadBalancers(ctx))
			return err
		}},
		{"GET " + v2 + "certificates?limit=200", `{"certificates":[],"instance_num":0}`, func(ctx context.Context, c calls) error {
			_, _, err := collect(c.SharedCertificates(ctx))
			return err
		}},
		{"GET " + v2 + "listeners/l%2F1", `{"listener":{"id":"l/1"}}`, func(ctx context.Context, c calls) error { _, err := c.SharedListener(ctx, "l/1"); return err }},
		{"GET " + v2 + "listeners?limit=200", `{"listeners":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.SharedListeners(ctx)); return err }},
		{"GET " + v2 + "l7policies?limit=200", `{"l7policies":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.SharedL7Policies(ctx)); return err }},
		{"GET /v2/" + project + "/instances?limit=500&offset=0", `{"total":0,"size":0,"instances":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.Instances(ctx, ROMA)); return err }},
		{"GET /v2/" + project + "/apigw/instances?limit=500&offset=0", `{"total":0,"size":0,"instances":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.Instances(ctx, APIG)); return err }},
		{"GET " + channels + "?limit=500&offset=0", `{"total":0,"size":0,"vpc_channels":[]}`, func(ctx context.Context, c calls) error { _, _, err := collect(c.Channels(ctx, g)); return err }},
		{"GET " + channels + "/c%20d", `{"id":"c d"}`, func(ctx context.Context, c calls) error { _, err := c.Channel(ctx, g, "c d"); return err }},
		{"GET " + channels + "/c/members?limit=500&offset=0", `{"total":0,"size":0,"members":[]}`, func(ctx context.Context, c calls) error {
			_, _, err := collect(c.ChannelMembers(ctx, g, "c"))
			return err
		}},
		{"DELETE " + v3 + "pools/p", ``, func(ctx context.Context, c calls) error { return c.DeletePool(ctx, "p") }},
		{"DELETE " + v3 + "certificates/c", ``, func(ctx context.Context, c calls) error { return c.DeleteCertificate(ctx, "c") }},
		{"DELETE " + v3 + "ipgroups/%3Fx%23", ``, func(ctx context.Context, c calls) error { return c.DeleteIPGroup(ctx, "?x#") }},
		{"DELETE " + v2 + "certificates/c%2F1", ``, func(ctx context.Context, c calls) error { return c.DeleteSharedCertificate(ctx, "c/1") }},
		{"DELETE " + v2 + "pools/p", ``, func(ctx context.Context, c calls) error { return c.DeleteSharedPool(ctx, "p") }},
		{"DELETE " + v3 + "pools/p/members/m%3F", ``, func(ctx context.Context, c calls) error { return c.DeletePoolMember(ctx, "p", "m?") }},
		{"DELETE " + v2 + "pools/p/members/m%3F", ``, func(ctx context.Context, c calls) error { return c.DeleteSharedPoolMember(ctx, "p", "m?") }},
		{"DELETE " + v3 + "healthmonitors/h%2F1", ``, func(ctx context.Context, c calls) error { return c.DeleteHealthMonitor(ctx, "h/1") }},
		{"DELETE " + v2 + "healthmonitors/h%2F1", ``, func(ctx context.Context, c calls) error { return c.DeleteSharedHealthMonitor(ctx, "h/1") }},
		{"DELETE " + v3 + "l7policies/f%2F1", ``, func(ctx context.Context, c calls) error { return c.DeletePolicy(ctx, "f/1") }},
		{"PUT " + v2 + "l7policies/f%2F1\n" + `{"l7policy":{"redirect_pool_id":null}}`, `{"l7policy":{"id":"f/1"}}`, func(ctx context.Context, c calls) error {
			return c.DetachSharedPolicy(ctx, "f/1")
		}},
		{"PUT " + v3 + "listeners/l%2F1\n" + `{"listener":{"default_pool_id":null}}`, `{"listener":{"id":"l/1"}}`, func(ctx context.Context, c calls) error {
			return c.DetachListener(ctx, "l/1")
		}},
		{"PUT " + v2 + "listeners/l%2F1\n" + `{"listener":{"default_pool_id":null}}`, `{"listener":{"id":"l/1"}}`, func(ctx context.Context, c calls) error {
			return c.DetachSharedListener(ctx, "l/1")
		}},
		// A weight that was never said is not made up; 0 is one.
		{"PUT " + v3 + "l7policies/f%2F1\n" + `{"l7policy":{"redirect_pools_config":[{"pool_id":"a","weight":90},{"pool_id":"b","weight":0},{"pool_id":"c"}]}}`,
			`{"l7policy":{"id":"f/1"}}`, func(ctx context.Context, c calls) error {
				return c.SetWeightedPools(ctx, "f/1", []WeightedPool{{"a", new(90)}, {"b", new(0)}, {"c", nil}})
			}},
		{"DELETE " + channels + "/c/members/m", ``, func(ctx context.Context, c calls) error { return c.DeleteChannelMember(ctx, g, "c", "m") }},
	} {
		t.Run(c.request, func(t *testing.T) {
			config := script(t, exchange{c.request, 200, c.answer})
			if err := c.call(t.Context(), calls{reader(t, config), deleter(t, config)}); err != nil {
				t.Error(err)
			}
		})
	}
}

// Errors begin with what was being done, in the words of the screen.
func TestChangesAreNamedInTheirErrors(t *testing.T) {
	refuse := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"error_code":"ELB.8907","error_msg":"in use"}`)
	}
	d, ctx := deleter(t, listen(t, refuse)), t.Context()
	for says, err := range map[string]error{
		"removing member m of pool p: ":                      d.DeletePoolMember(ctx, "p", "m"),
		"removing member m of shared pool p: ":               d.DeleteSharedPoolMember(ctx, "p", "m"),
		"deleting health monitor h: ":                        d.DeleteHealthMonitor(ctx, "h"),
		"deleting shared certificate c: ":                    d.DeleteSharedCertificate(ctx, "c"),
		"deleting shared health monitor h: ":                 d.DeleteSharedHealthMonitor(ctx, "h"),
		"deleting policy f: ":                                d.DeletePolicy(ctx, "f"),
		"taking the pool out of shared policy f: ":           d.DetachSharedPolicy(ctx, "f"),
		"taking the default pool out of listener l: ":        d.DetachListener(ctx, "l"),
		"taking the default pool out of shared listener l: ": d.DetachSharedListener(ctx, "l"),
		"setting the pools of policy f: ":                    d.SetWeightedPools(ctx, "f", []WeightedPool{{PoolID: "p"}}),
		"deleting 1 pools: ":                                 second(d.DeletePools(ctx, []string{"p"})),
		"deleting 1 certificates: ":                          second(d.DeleteCertificates(ctx, []string{"c"})),
	} {
		if !errors.Is(err, InUse) || !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%v, want %s", err, says)
		}
	}
}

func TestNothingIsSentForWhatIsNoID(t *testing.T) {
	d := deleter(t, script(t))
	g := Gateway{ROMA, "i"}
	for name, err := range map[string]error{
		"empty":              d.DeletePool(t.Context(), ""),
		"one up":             d.DeletePool(t.Context(), ".."),
		"here":               d.DeleteCertificate(t.Context(), "."),
		"shared":             d.DeleteSharedPool(t.Context(), ""),
		"group":              d.DeleteIPGroup(t.Context(), ""),
		"no instance":        d.DeleteChannelMember(t.Context(), Gateway{ROMA, ""}, "c", "m"),
		"no channel":         d.DeleteChannelMember(t.Context(), g, "", "m"),
		"no member":          d.DeleteChannelMember(t.Context(), g, "c", ""),
		"unknown service":    d.DeleteChannelMember(t.Context(), Gateway{"kafka", "i"}, "c", "m"),
		"member of no pool":  d.DeletePoolMember(t.Context(), "", "m"),
		"pool of no member":  d.DeletePoolMember(t.Context(), "p", ""),
		"shared member":      d.DeleteSharedPoolMember(t.Context(), "p", ".."),
		"monitor":            d.DeleteHealthMonitor(t.Context(), ""),
		"shared certificate": d.DeleteSharedCertificate(t.Context(), ".."),
		"shared monitor":     d.DeleteSharedHealthMonitor(t.Context(), "."),
		"policy":             d.DeletePolicy(t.Context(), ""),
		"shared policy":      d.DetachSharedPolicy(t.Context(), ""),
		"listener":           d.DetachListener(t.Context(), ""),
		"shared listener":    d.DetachSharedListener(t.Context(), ""),
		"pools of no policy": d.SetWeightedPools(t.Context(), "", []WeightedPool{{PoolID: "p"}}),
		"no weighted pools":  d.SetWeightedPools(t.Context(), "f", nil),
		"a weight of none":   d.SetWeightedPools(t.Context(), "f", []WeightedPool{{PoolID: "p"}, {Weight: new(1)}}),
		"no pools":           second(d.DeletePools(t.Context(), nil)),
		"an empty pool":      second(d.DeletePools(t.Context(), []string{"a", ""})),
		"no certificates":    second(d.DeleteCertificates(t.Context(), []string{})),
		"no entries":         third(d.DeleteEntries(t.Context(), "g", nil)),
		"an empty entry":     third(d.DeleteEntries(t.Context(), "g", []string{"10.0.0.1", ""})),
		"entries of none":    third(d.DeleteEntries(t.Context(), "", []string{"10.0.0.1"})),
		"entries one up":     third(d.DeleteEntries(t.Context(), "..", []string{"10.0.0.1"})),
		"channels of none":   third(collect(reader(t, script(t)).Channels(t.Context(), Gateway{APIG, ""}))),
	} {
		var e *Error
		if !errors.As(err, &e) || !e.Unsent || e.Doing == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

func TestAnAnswerThatIsNotAboutTheQuestion(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		call   func(context.Context, *Client, *Deleter) error
	}{
		"no batch result": {`{"request_id":"r"}`, func(ctx context.Context, _ *Client, d *Deleter) error {
			return second(d.DeletePools(ctx, []string{"a"}))
		}},
		"no group": {`{"request_id":"r"}`, func(ctx context.Context, _ *Client, d *Deleter) error {
			return third(d.DeleteEntries(ctx, "g", []string{"10.0.0.1"}))
		}},
		"no entries": {`{"ipgroup":{"id":"g"}}`, func(ctx context.Context, _ *Client, d *Deleter) error {
			return third(d.DeleteEntries(ctx, "g", []string{"10.0.0.1"}))
		}},
		"a group without id": {`{"ipgroup":{"ip_list":[]}}`, func(ctx context.Context, _ *Client, d *Deleter) error {
			return third(d.DeleteEntries(ctx, "g", []string{"10.0.0.1"}))
		}},
		"another pool": {`{"pool":{"id":"b"}}`, func(ctx context.Context, c *Client, _ *Deleter) error { return second(c.Pool(ctx, "a")) }},
		"no pool":      {`{}`, func(ctx context.Context, c *Client, _ *Deleter) error { return second(c.Pool(ctx, "a")) }},
		"no list":      {`{"request_id":"r"}`, func(ctx context.Context, c *Client, _ *Deleter) error { return third(collect(c.Pools(ctx))) }},
		"null":         {`null`, func(ctx context.Context, c *Client, _ *Deleter) error { return third(collect(c.Pools(ctx))) }},
		"no channels": {`{"total":0}`, func(ctx context.Context, c *Client, _ *Deleter) error {
			return third(collect(c.Channels(ctx, Gateway{ROMA, "i"})))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			config := listen(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, c.answer) })
			if err := c.call(t.Context(), reader(t, config), deleter(t, config)); !errors.Is(err, BadAnswer) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestAnEmptyGroupIsNotAMissingOne(t *testing.T) {
	for _, empty := range []string{"[]", "null"} {
		c := listen(t, func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"ipgroup":{"id":"g","ip_list":%s},"request_id":"r"}`, empty)
		})
		group, id, err := deleter(t, c).DeleteEntries(t.Context(), "g", []string{"10.0.0.1"})
		if err != nil || group.Entries.Len() != 0 || id != "r" {
			t.Errorf("%s: %v, %v, %q", empty, group, err, id)
		}
	}
}

func TestConfigurationsThatCannotWork(t *testing.T) {
	good := Config{Project: project, ELB: "https://elb.example.com"}
	for says, change := range map[string]func(*Config){
		"project id":                      func(c *Config) { c.Project = "" },
		"32 digits and lower-case":        func(c *Config) { c.Project = "../" + project[3:] },
		"project id \"4":                  func(c *Config) { c.Project = project + "0" },
		"elb: endpoint \"http://elb.exam": func(c *Config) { c.ELB = "http://elb.example.com" },
		"apig: endpoint":                  func(c *Config) { c.APIG = "nonsense" },
		"no endpoint \"roma\"":            func(c *Config) { c.Gateways = []Gateway{{ROMA, "i"}} },
		"gateway service \"kafka\"":       func(c *Config) { c.Gateways = []Gateway{{"kafka", "i"}} },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	c, err := New(Config{Project: project})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := collect(c.Pools(t.Context())); err == nil || !strings.Contains(err.Error(), `listing pools: the profile has no endpoint "elb"`) {
		t.Errorf("%v", err)
	}
	if gateways, idle, err := c.Gateways(t.Context()); err != nil || len(gateways)+len(idle) != 0 {
		t.Errorf("%v, %v, %v", gateways, idle, err)
	}
}

func TestGatewaysAreLookedUpWhereTheConfigurationIsOpen(t *testing.T) {
	c := script(t,
		exchange{"GET /v2/" + project + "/instances?limit=500&offset=0", 200,
			`{"total":3,"size":3,"instances":[{"id":"r1","name":"a","status":"RUNNING"},{"id":"r2","status":"FROZEN"},{"id":"r3","status":"RUNNING"}]}`},
		exchange{"GET /v2/" + project + "/apigw/instances?limit=500&offset=0", 200,
			`{"total":2,"size":2,"instances":[{"id":"a1","instance_name":"b","status":"Running","create_time":1594345678000},{"id":"a2","instance_status":6}]}`})
	c.Gateways = []Gateway{{ROMA, "r3"}, {ROMA, ""}, {APIG, "x"}, {APIG, ""}}
	got, idle, err := reader(t, c).Gateways(t.Context())
	want := []Gateway{{ROMA, "r3"}, {ROMA, "r1"}, {APIG, "x"}, {APIG, "a1"}, {APIG, "a2"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if diff := cmp.Diff([]Instance{{ID: "r2", Status: "FROZEN", Service: ROMA}}, idle); diff != "" {
		t.Error(diff)
	}
}

func TestOneGatewayServiceThatFailsDoesNotHideTheOther(t *testing.T) {
	c := script(t,
		exchange{"GET /v2/" + project + "/instances?limit=500&offset=0", 403, `{"error_code":"APIGW.0302","error_msg":"no"}`},
		exchange{"GET /v2/" + project + "/apigw/instances?limit=500&offset=0", 200, `{"total":1,"instances":[{"id":"a1","status":"Running"}]}`})
	c.Gateways = []Gateway{{ROMA, ""}, {APIG, ""}}
	got, _, err := reader(t, c).Gateways(t.Context())
	const why = "listing apic instances: APIGW.0302 no (HTTP 403)"
	if diff := cmp.Diff([]Gateway{{APIG, "a1"}}, got); diff != "" || !errors.Is(err, Forbidden) || err.Error() != why {
		t.Error(err, diff)
	}
}

func TestBothGatewayServicesFail(t *testing.T) {
	c := script(t,
		exchange{"GET /v2/" + project + "/instances?limit=500&offset=0", 403, `{"error_code":"APIGW.0302","error_msg":"no"}`},
		exchange{"GET /v2/" + project + "/apigw/instances?limit=500&offset=0", 404, `{"error_code":"APIGW.0101","error_msg":"none"}`})
	c.Gateways = []Gateway{{ROMA, ""}, {APIG, ""}}
	_, _, err := reader(t, c).Gateways(t.Context())
	if !errors.Is(err, Forbidden) || !errors.Is(err, RouteAbsent) || !strings.HasSuffix(err.Error(), "(gateway.service, gateway.instance_id)") {
		t.Error(err)
	}
}

// What is meant for one service never goes to another: each has its endpoint.
func TestEachServiceHasItsEndpoint(t *testing.T) {
	var asked []string
	c := listen(t, func(w http.ResponseWriter, r *http.Request) {
		service, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		asked = append(asked, service)
		w.WriteHeader(http.StatusTeapot)
	})
	c.ELB, c.ROMA, c.APIG = c.ELB+"/elb-host", c.ROMA+"/roma-host", c.APIG+"/apig-host"
	read, d := reader(t, c), deleter(t, c)
	ctx := t.Context()
	for _, tt := range []struct {
		host string
		do   func()
	}{
		{"elb-host", func() { collect(read.Pools(ctx)) }},
		{"elb-host", func() { collect(read.SharedPools(ctx)) }},
		{"elb-host", func() { d.DeletePool(ctx, "p") }},
		{"elb-host", func() { d.DeleteSharedPool(ctx, "p") }},
		{"roma-host", func() { collect(read.Instances(ctx, ROMA)) }},
		{"roma-host", func() { collect(read.Channels(ctx, Gateway{ROMA, "i"})) }},
		{"roma-host", func() { d.DeleteChannelMember(ctx, Gateway{ROMA, "i"}, "c", "m") }},
		{"apig-host", func() { collect(read.Instances(ctx, APIG)) }},
		{"apig-host", func() { collect(read.Channels(ctx, Gateway{APIG, "i"})) }},
		{"apig-host", func() { d.DeleteChannelMember(ctx, Gateway{APIG, "i"}, "c", "m") }},
	} {
		asked = nil
		if tt.do(); !slices.Equal(asked, []string{tt.host}) {
			t.Errorf("asked %q, want %s", asked, tt.host)
		}
	}
}
