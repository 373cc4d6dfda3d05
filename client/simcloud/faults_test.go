package simcloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// troubled is a small cloud where the rules hold, with pools a to e that nobody uses.
func troubled(t *testing.T, rules ...Rule) *lab {
	t.Helper()
	l := newLab(t, Options{Size: Empty, Script: Script{Seed: 7, Rules: rules}})
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		l.AddPool(id, "pool-"+id)
	}
	return l
}

// always is a rule for every request.
func always(do Act) Rule { return Rule{Do: do} }

// ask sends a request of which anything may become.
func (l *lab) ask(ctx context.Context, method, path, body string, header map[string]string) (*http.Response, string, error) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, l.http.URL+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", l.token)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	client := *l.http.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response, string(data), err
}

func (l *lab) deletePools(ids ...string) reply {
	l.t.Helper()
	return l.must(200, "POST", l.p+"/pools/batch-delete", `{"pools":["`+strings.Join(ids, `","`)+`"]}`)
}

// said are the results of a batch as "id status".
func (r reply) said(plural string) []string {
	var all []string
	for i, id := range r.ids(plural) {
		all = append(all, fmt.Sprint(id, " ", r.at(plural, i, "ret_status")))
	}
	return all
}

// TestBatchAnswers are rows 1, 2, 3 and 5 of the fault table: whatever the answer says, everything was deleted.
func TestBatchAnswers(t *testing.T) {
	for _, test := range []struct {
		name string
		do   Batch
		want []string
	}{
		{"row 1: a subset", Batch{Omit: 2}, []string{"c successful"}},
		{"row 1: this one is missing", Batch{Omit: 1, IDs: []string{"b"}}, []string{"a successful", "c successful"}},
		{"row 1: nothing at all", Batch{Omit: 9}, nil},
		{"row 2: the same twice", Batch{Duplicate: 1}, []string{"a successful", "b successful", "c successful", "a successful"}},
		{"row 2: twice and contradictory", Batch{Contradict: 1, IDs: []string{"c"}}, []string{"a successful", "b successful", "c successful", "c not found"}},
		{"row 2: as in the sample of S0", Batch{Omit: 1, Contradict: 1}, []string{"b successful", "c successful", "b not found"}},
		{"row 3: an id that nobody asked for", Batch{Extra: []string{"z"}}, []string{"a successful", "b successful", "c successful", "z successful"}},
		{"row 5: an unknown word", Batch{RetStatus: "gone", IDs: []string{"a"}}, []string{"a gone", "b successful", "c successful"}},
		{"row 5: null", Batch{RetStatus: "null"}, []string{"a <nil>", "b <nil>", "c <nil>"}},
		{"row 5: another case", Batch{RetStatus: "Successful"}, []string{"a Successful", "b Successful", "c Successful"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := troubled(t, Rule{Path: "**/batch-delete", Do: Act{Batch: &test.do}})
			r := l.deletePools("a", "b", "c")
			if got := r.said("pools"); !slices.Equal(got, test.want) {
				t.Errorf("%q\nwant %q", got, test.want)
			}
			if l.Has("a") || l.Has("b") || l.Has("c") {
				t.Error("not everything was deleted")
			}
		})
	}
	l := troubled(t, always(Act{Batch: &Batch{RetCode: "ELB.0000"}}))
	if r := l.deletePools("a"); r.str("pools", 0, "ret_code") != "ELB.0000" {
		t.Errorf("row 5: an unknown ret_code: %s", r.text)
	}
}

// TestConnections are rows 6 and 29: the answer does not come, or not whole.
func TestConnections(t *testing.T) {
	for _, test := range []struct {
		name    string
		do      Act
		deleted bool
		want    error
	}{
		{"cut before the work", Act{Cut: Before}, false, io.EOF},
		{"cut after the work", Act{Cut: After}, true, io.EOF},
		{"truncated", Act{Truncate: 20}, true, io.ErrUnexpectedEOF},
		{"truncated before its end", Act{Truncate: 1 << 20}, true, io.ErrUnexpectedEOF},
		{"time is up before the work", Act{Delay: time.Hour}, false, context.DeadlineExceeded},
		{"time is up after the work", Act{Hold: time.Hour}, true, context.DeadlineExceeded},
		{"a byte now and then", Act{Dribble: &Dribble{Every: time.Hour}}, true, context.DeadlineExceeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := troubled(t, Rule{Nth: 1, Do: test.do})
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, got, err := l.ask(ctx, "POST", l.p+"/pools/batch-delete", `{"pools":["a","b"]}`, nil)
			if !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
			if test.do.Truncate == 20 && len(got) != 20 {
				t.Errorf("%d bytes arrived: %q", len(got), got)
			}
			if l.Has("a") == test.deleted || l.Has("b") == test.deleted {
				t.Errorf("a is there: %t, b: %t, want deleted: %t", l.Has("a"), l.Has("b"), test.deleted)
			}
			l.must(200, "GET", l.p+"/pools", "")
		})
	}
}

func TestADribbledAnswerArrivesWhole(t *testing.T) {
	l := troubled(t, always(Act{Dribble: &Dribble{Piece: 7, Every: time.Microsecond}}))
	if got := l.must(200, "GET", l.p+"/pools", "").ids("pools"); len(got) != 5 {
		t.Errorf("%q", got)
	}
}

// TestRefusals are rows 7, 8, 10, 12, 13 and 16: another answer instead, in the words of whoever would give it.
func TestRefusals(t *testing.T) {
	const gateway = "/v2/{project}/apigw/instances/i/vpc-channels/c/members/m"
	for _, test := range []struct {
		name         string
		method, path string
		do           Act
		want         string // status, type and body
	}{
		{"row 7: no batches", "POST", "{elb}/pools/batch-delete", Act{Status: 400, Code: "ELB.8902", Message: "Batch operations are not allowed."},
			`400 application/json;charset=UTF-8 {"error_msg":"Batch operations are not allowed.","error_code":"ELB.8902","request_id":"…"}`},
		{"row 7: too large", "POST", "{elb}/pools/batch-delete", Act{Status: 413, Code: "APIGW.0201", Message: "Request entity too large"},
			`413 application/json;charset=UTF-8 {"error_msg":"Request entity too large","error_code":"APIGW.0201","request_id":"…"}`},
		{"row 8: no such method", "POST", "{elb}/pools/batch-delete", Act{Status: 405, Body: "Method Not Allowed"},
			`405 text/plain; charset=utf-8 Method Not Allowed`},
		{"row 8: not published", "POST", "{elb}/pools/batch-delete", Act{Status: 404, Code: "APIGW.0101", Message: "none"},
			`404 application/json;charset=UTF-8 {"error_msg":"none","error_code":"APIGW.0101","request_id":"…"}`},
		{"row 10: HTML", "GET", "{elb}/pools", Act{Status: 502, Body: "<html><h1>502 Bad Gateway</h1></html>", ContentType: "text/html"},
			`502 text/html <html><h1>502 Bad Gateway</h1></html>`},
		{"row 10: unavailable", "GET", "{elb}/pools", Act{Status: 503}, `503 text/plain; charset=utf-8 `},
		{"row 10: no JSON on 200", "GET", "{elb}/pools", Act{Status: 200, Body: `{"pools":[`, ContentType: "application/json"},
			`200 application/json {"pools":[`},
		{"row 12: forbidden", "DELETE", "{elb}/pools/a", Act{Forbidden: "elb:pools:delete"},
			`403 application/json;charset=UTF-8 {"error_msg":"Policy doesn't allow elb:pools:delete to be performed.","error_code":"ELB.9802","request_id":"…"}`},
		{"row 12: forbidden by a gateway", "DELETE", gateway, Act{Forbidden: "apig:vpcChannels:delete"},
			`403 application/json;charset=UTF-8 {"error_msg":"No permissions to request this method: apig:vpcChannels:delete","error_code":"APIG.1005"}`},
		{"row 13: in use", "DELETE", "{elb}/pools/a", Act{Status: 409, Code: "ELB.8907", Message: "pool a is using this listener"},
			`409 application/json;charset=UTF-8 {"error_msg":"pool a is using this listener","error_code":"ELB.8907","request_id":"…"}`},
		{"row 13: in use, v2.0", "DELETE", "/v2.0/lbaas/pools/a", Act{Status: 409, Code: "EntityInUse", Message: "in use"},
			`409 application/json;charset=UTF-8 {"NeutronError":{"message":"in use","type":"EntityInUse","detail":""}}`},
		{"row 16: too many at a time", "DELETE", gateway, Act{Status: 500, Code: "APIG.9999", Message: "System error"},
			`500 application/json;charset=UTF-8 {"error_msg":"System error","error_code":"APIG.9999"}`},
		{"IAM", "GET", "/v3/projects", Act{Status: 500, Message: "oops"},
			`500 application/json;charset=UTF-8 {"error":{"code":500,"message":"oops","title":"Internal Server Error"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := troubled(t, always(test.do))
			path := strings.NewReplacer("{elb}", l.p, "{project}", l.account.ProjectID).Replace(test.path)
			response, text, err := l.ask(t.Context(), test.method, path, `{"pools":["a"]}`, nil)
			if err != nil {
				t.Fatal(err)
			}
			text = strings.ReplaceAll(text, response.Header.Get("X-Request-Id"), "…")
			if got := fmt.Sprint(response.StatusCode, " ", response.Header.Get("Content-Type"), " ", text); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
			if !l.Has("a") {
				t.Error("the work was done all the same")
			}
		})
	}
}

// TestAppliedAndRefused is row 10 at its worst: a gateway gives up on a request that the service still carries out.
func TestAppliedAndRefused(t *testing.T) {
	l := troubled(t, always(Act{Status: 504, Body: "Gateway Time-out", Applied: true, Headers: map[string]string{"Retry-After": "3"}}))
	response, text, err := l.ask(t.Context(), "DELETE", l.p+"/pools/a", "", nil)
	if err != nil || response.StatusCode != http.StatusGatewayTimeout || text != "Gateway Time-out" || response.Header.Get("Retry-After") != "3" {
		t.Errorf("%v %q %v", response, text, err)
	}
	if l.Has("a") {
		t.Error("the pool is still there")
	}
}

// TestSizeOfABatch is row 7: a limit that is written nowhere, and an id on which the service chokes.
func TestSizeOfABatch(t *testing.T) {
	tooMany := Act{Status: 400, Code: "ELB.8902", Message: "too many items"}
	l := troubled(t, Rule{MoreThan: 2, Do: tooMany}, Rule{Mentions: "poison", Do: Act{Status: 500, Code: "ELB.8906", Message: "internal"}})
	l.AddPool("poison", "")
	l.must(400, "POST", l.p+"/pools/batch-delete", `{"pools":["a","b","c"]}`)
	l.deletePools("a", "b")
	l.must(500, "POST", l.p+"/pools/batch-delete", `{"pools":["c","poison"]}`)
	l.must(500, "DELETE", l.p+"/pools/poison", "")
	l.must(204, "DELETE", l.p+"/pools/e", "")
	l.must(200, "GET", l.p+"/pools?limit=5", "")
}

// TestThrottles is row 9.
func TestThrottles(t *testing.T) {
	const reached = "The throttling threshold has been reached"
	for _, test := range []struct {
		name string
		do   Throttle
		want string // status, Retry-After, code, message
	}{
		{"neither", Throttle{}, "429  APIGW.0308 " + reached},
		{"seconds", Throttle{RetryAfter: 2500 * time.Millisecond}, "429 3 APIGW.0308 " + reached},
		{"a date", Throttle{RetryAfter: 90 * time.Second, AsDate: true}, "429 Fri, 02 Jan 2026 12:01:30 GMT APIGW.0308 " + reached},
		{"a quota", Throttle{Limit: 60}, "429  APIGW.0308 " + reached + ": policy user over ratelimit,limit:60,time:1 minute"},
		{"a quota of the address", Throttle{Limit: 5, Per: 5 * time.Second, Policy: "ip"}, "429  APIGW.0308 " + reached + ": policy ip over ratelimit,limit:5,time:5 second"},
		{"with status 500", Throttle{As500: true}, "500  APIG.9008 Too many requests"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := troubled(t, always(Act{Throttle: &test.do}))
			r := l.do("GET", l.p+"/pools", "")
			if got := fmt.Sprint(r.status, " ", r.header.Get("Retry-After"), " ", r.str("error_code"), " ", r.str("error_msg")); got != test.want {
				t.Errorf("%s\nwant %s", got, test.want)
			}
		})
	}
}

// TestRevokedTokens is row 11: 401 until there is a new login.
func TestRevokedTokens(t *testing.T) {
	l := troubled(t, Rule{Nth: 2, Do: Act{Revoke: true}})
	l.must(200, "GET", l.p+"/pools", "")
	for range 2 {
		if r := l.must(401, "GET", l.p+"/pools", ""); r.str("error_code") != "APIGW.0307" {
			t.Error(r.text)
		}
	}
	a := l.Account()
	r := l.must(201, "POST", "/v3/auth/tokens", fmt.Sprintf(loginBody, a.Username, a.Password, a.DomainName, `{"project":{"id":"`+a.ProjectID+`"}}`))
	l.token = r.header.Get("X-Subject-Token")
	l.must(200, "GET", l.p+"/pools", "")
}

// TestPendingLoadBalancer is row 13: after each change the load balancer refuses others for a while, and shows it.
func TestPendingLoadBalancer(t *testing.T) {
	l := newLab(t, Options{Size: Empty, Script: Script{Rules: []Rule{{Path: "/v3/*/elb/**", Do: Act{Pending: time.Hour}}}}})
	lb := &balancer{ID: "lb", Guaranteed: true, ProvisioningStatus: "ACTIVE", Listeners: []ref{}, Pools: []ref{}}
	l.world().balancers.add(lb)
	for _, id := range []string{"a", "b"} {
		l.world().addPool(&pool{ID: id, Listeners: []ref{}, LoadBalancers: []ref{{"lb"}}})
	}
	l.AddPool("free", "")
	l.must(204, "DELETE", l.p+"/pools/a", "")
	for _, step := range [][3]string{
		{"DELETE", "/pools/b", ""}, {"POST", "/pools/batch-delete", `{"pools":["free","b"]}`}, {"POST", "/listeners", `{"listener":{"loadbalancer_id":"lb"}}`},
	} {
		r := l.must(409, step[0], l.p+step[1], step[2])
		if r.str("error_code") != "ELB.8907" || !strings.Contains(r.str("error_msg"), "lb is immutable") {
			t.Error(r.text)
		}
	}
	if got := l.must(200, "GET", l.p+"/loadbalancers/lb", "").str("loadbalancer", "provisioning_status"); got != "PENDING_UPDATE" {
		t.Errorf("meanwhile it is %s", got)
	}
	l.deletePools("free") // of no load balancer

	l.faults.mu.Lock()
	l.faults.pending["lb"] = time.Now()
	l.faults.mu.Unlock()
	if got := l.must(200, "GET", l.p+"/loadbalancers/lb", "").str("loadbalancer", "provisioning_status"); got != "ACTIVE" {
		t.Errorf("later it is %s", got)
	}
	l.must(204, "DELETE", l.p+"/pools/b", "")
}

// TestClockSkew is row 22: the Date header tells by how much the clocks differ, and a signature with that passes.
func TestClockSkew(t *testing.T) {
	const skew = -20 * time.Minute
	l := troubled(t, always(Act{Skew: skew}))
	get := func(at time.Time) reply {
		path := l.p + "/pools"
		return l.send("GET", path, "", l.signed("GET", path, "", map[string]string{"X-Sdk-Date": at.Format("20060102T150405Z")}))
	}
	r := get(noon)
	if r.status != 401 || r.header.Get("Date") != noon.Add(skew).Format(http.TimeFormat) {
		t.Errorf("%d at %s", r.status, r.header.Get("Date"))
	}
	if r = get(noon.Add(skew)); r.status != 200 {
		t.Errorf("with the clock of the service: %d", r.status)
	}
}

// TestRedirect is row 23.
func TestRedirect(t *testing.T) {
	l := troubled(t, always(Act{Redirect: "https://elsewhere.example.com/"}))
	response, _, err := l.ask(t.Context(), "DELETE", l.p+"/pools/a?x=1", "", nil)
	if err != nil || response.StatusCode != http.StatusTemporaryRedirect || response.Header.Get("Location") != "https://elsewhere.example.com"+l.p+"/pools/a?x=1" {
		t.Errorf("%v %v", response, err)
	}
}

// TestPaging is row 25, for the three ways of paging. Each list is read as far as it goes, at most 8 pages.
func TestPaging(t *testing.T) {
	for _, test := range []struct {
		how                    Paging
		marker, links, offsets string // ids by page
	}{
		{"", "ab cd e", "ab cd e", "ab cd e"},
		{Repeat, "ab cd cd cd cd cd cd cd", "ab cd cd cd cd cd cd cd", "ab ab ab ab ab ab ab ab"},
		{Cycle, "ab cd e bc de bc de bc", "ab cd e bc de bc de bc", "ab cd e ab cd e ab cd"},
		{Hollow, "- - - - - - - -", "- - - - - - - -", "- - - - -"},
		{Larger, "abc de", "abc de", "abc de"},
		{Overlap, "ab bcd de", "ab bcd de", "ab bcd de"},
	} {
		t.Run("page "+string(test.how), func(t *testing.T) {
			var rules []Rule
			if test.how != "" {
				rules = []Rule{always(Act{Page: test.how})}
			}
			l := troubled(t, rules...)
			for _, p := range l.world().pools.all {
				p.shared = true
			}
			i := l.world().instances[0]
			ch := &channel{ID: strings.Repeat("0", 32), Name: "ch", MemberGroups: []memberGroup{}}
			for _, id := range []string{"a", "b", "c", "d", "e"} {
				ch.members = append(ch.members, &server{ID: id})
			}
			i.channels.add(ch)
			if got := l.pages(l.p+"/pools?limit=2", "pools"); got != test.marker {
				t.Errorf("markers: %s, want %s", got, test.marker)
			}
			if got := l.pages("/v2.0/lbaas/pools?limit=2", "pools"); got != test.links {
				t.Errorf("links: %s, want %s", got, test.links)
			}
			if got := l.pages("/v2/"+l.account.ProjectID+"/"+i.service+"/instances/"+i.id+"/vpc-channels/"+ch.ID+"/members?limit=2", "members"); got != test.offsets {
				t.Errorf("offsets: %s, want %s", got, test.offsets)
			}
		})
	}
}

// pages follows a list.
func (l *lab) pages(path, plural string) string {
	l.t.Helper()
	var pages []string
	next, offset := path, 0
	for next != "" && len(pages) < 8 {
		r := l.must(200, "GET", next, "")
		ids := r.ids(plural)
		page := strings.Join(ids, "")
		if page == "" {
			page = "-"
		}
		pages, next = append(pages, page), ""
		if marker := r.str("page_info", "next_marker"); marker != "" {
			next = path + "&marker=" + marker
		}
		links, _ := r.at(plural + "_links").([]any)
		for i := range links {
			if r.str(plural+"_links", i, "rel") == "next" {
				next = strings.TrimPrefix(r.str(plural+"_links", i, "href"), l.http.URL)
			}
		}
		if total, ok := r.at("total").(float64); ok {
			if offset += max(1, min(len(ids), 2)); int(total) > offset {
				if len(ids) == 3 && page == "abc" {
					offset++
				}
				next = fmt.Sprint(path, "&offset=", offset)
			}
		}
	}
	return strings.Join(pages, " ")
}

// TestHugeAnswers is row 26: large bodies, and small ones that unfold.
func TestHugeAnswers(t *testing.T) {
	const size = 8 << 20
	l := troubled(t, Rule{Nth: 1, Do: Act{Huge: size}}, Rule{Do: Act{GzipBomb: size}})
	_, text, err := l.ask(t.Context(), "GET", l.p+"/pools", "", nil)
	if err != nil || len(text) < size || !json.Valid([]byte(text)) || !strings.Contains(text, `"pool-e"`) {
		t.Errorf("huge: %d bytes, %v", len(text), err)
	}
	response, text, err := l.ask(t.Context(), "GET", l.p+"/pools", "", map[string]string{"Accept-Encoding": "gzip"})
	if err != nil || response.Header.Get("Content-Encoding") != "gzip" || len(text) > size/100 {
		t.Errorf("on the wire: %d bytes, %v", len(text), err)
	}
	response, text, err = l.ask(t.Context(), "GET", l.p+"/pools", "", nil) // the transport asks for gzip and unfolds it
	if err != nil || !response.Uncompressed || len(text) < size || !json.Valid([]byte(text)) {
		t.Errorf("unfolded: %d bytes, %v", len(text), err)
	}
	response, text, err = l.ask(t.Context(), "GET", l.p+"/pools", "", map[string]string{"Accept-Encoding": "identity"})
	if err != nil || response.Header.Get("Content-Encoding") != "" || len(text) > size/100 {
		t.Errorf("not asked for: %d bytes, %v", len(text), err)
	}
}

func TestAHugeAnswerEndsWithItsClient(t *testing.T) {
	l := troubled(t, always(Act{Huge: maxPayload}))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, l.http.URL+l.p+"/pools", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := l.http.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, response.Body, 1<<20); err != nil {
		t.Error(err)
	}
	cancel()
	response.Body.Close() // that of the server, at the end of the test, waits for the handler
}

// TestEntriesAnswer is row 27: the group in the answer is not the one that is left.
func TestEntriesAnswer(t *testing.T) {
	l := newLab(t, Options{Size: Empty, Script: Script{Rules: []Rule{{Path: "**/iplist/batch-delete", Do: Act{OmitEntries: 2}}}}})
	l.world().groups.add(&ipGroup{ID: "g", Entries: []entry{{IP: "10.0.0.1"}, {IP: "10.0.0.2"}, {IP: "10.0.0.3"}, {IP: "10.0.0.4"}}, Listeners: []ref{}})
	r := l.must(200, "POST", l.p+"/ipgroups/g/iplist/batch-delete", `{"ipgroup":{"ip_list":[{"ip":"10.0.0.1"}]}}`)
	if list, _ := r.at("ipgroup", "ip_list").([]any); len(list) != 1 || r.str("ipgroup", "ip_list", 0, "ip") != "10.0.0.4" {
		t.Errorf("said: %s", r.text)
	}
	if list, _ := l.must(200, "GET", l.p+"/ipgroups/g", "").at("ipgroup", "ip_list").([]any); len(list) != 3 {
		t.Errorf("left: %v", list)
	}
}

// TestAnotherClient are rows 4, 17 and 18: somebody changes things between look and deletion, or behind it.
func TestAnotherClient(t *testing.T) {
	named := func(l *lab, name string) (ids []string) {
		return l.must(200, "GET", l.p+"/pools?name="+name, "").ids("pools")
	}
	for _, test := range []struct {
		name  string
		do    Act
		said  string
		check func(*lab) bool
	}{
		{"row 4: deleted before", Act{Before: []Hand{{Delete: Asked}}}, "a not found", func(l *lab) bool { return !l.Has("a") }},
		{"row 17: in use before", Act{Before: []Hand{{Use: Asked}}}, "a failed", func(l *lab) bool {
			return l.Has("a") && len(l.References("a")) == 1
		}},
		{"row 17: edited before", Act{Before: []Hand{{Edit: "b"}}}, "a successful", func(l *lab) bool {
			r := l.must(200, "GET", l.p+"/pools/b", "")
			return r.str("pool", "description") != "" && r.str("pool", "updated_at") != r.str("pool", "created_at")
		}},
		{"row 17: another one under the same name", Act{Before: []Hand{{Recreate: Asked}}}, "a not found", func(l *lab) bool {
			ids := named(l, "pool-a")
			return len(ids) == 1 && ids[0] != "a"
		}},
		{"row 18: it comes back", Act{After: []Hand{{Recreate: Asked}}}, "a successful", func(l *lab) bool {
			ids := named(l, "pool-a")
			return len(ids) == 1 && ids[0] != "a"
		}},
		{"another one is deleted behind", Act{After: []Hand{{Delete: "e"}}}, "a successful", func(l *lab) bool { return !l.Has("e") }},
		{"nothing there", Act{Before: []Hand{{Delete: "x"}, {Use: "x"}, {Edit: "x"}, {Recreate: "x"}, {Replace: "x"}}}, "a successful", func(l *lab) bool {
			return len(l.world().pools.all) == 4 && len(l.world().listeners.all) == 0
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := troubled(t, Rule{Nth: 1, Do: test.do})
			if got := l.deletePools("a").said("pools"); !slices.Equal(got, []string{test.said}) {
				t.Errorf("said %q, want %q", got, test.said)
			}
			if !test.check(l) {
				t.Errorf("afterwards: %s", l.do("GET", l.p+"/pools", "").text)
			}
		})
	}
}

// TestAnotherClientOfOtherKinds: the hand knows certificates, IP groups and members too.
func TestAnotherClientOfOtherKinds(t *testing.T) {
	for _, asked := range []string{"the path", "the body"} {
		l := newLab(t, Options{Script: Script{Rules: []Rule{
			{Mentions: "/use", Do: Act{Before: []Hand{{Use: Asked}}}}, {Mentions: "/again", Do: Act{Before: []Hand{{Recreate: Asked}}}},
			{Mentions: "/edit", Do: Act{Before: []Hand{{Edit: Asked}}}}, {Mentions: "/replace", Do: Act{Before: []Hand{{Replace: Asked, With: []string{"192.0.2.7"}}}}},
		}}})
		hand := func(what, id string) {
			if asked == "the path" {
				l.do("GET", "/"+id+"/"+what, "")
			} else {
				l.do("POST", "/x/"+what, `{"members":[{"id":"`+id+`"}]}`)
			}
		}
		w := l.world()
		g, c, m := w.groups.all[0], w.certificates.all[0], w.members.all[0]
		for _, id := range []string{g.ID, c.ID} {
			before := len(l.References(id))
			hand("use", id)
			if n := len(l.References(id)); n != before+1 {
				t.Errorf("%s: %d references, want %d", asked, n, before+1)
			}
			hand("edit", id)
		}
		if g.Description != c.Description || g.Description == "" {
			t.Errorf("%s: edited: %q, %q", asked, g.Description, c.Description)
		}
		hand("replace", g.ID)
		if len(g.Entries) != 1 || g.Entries[0].IP != "192.0.2.7" {
			t.Errorf("%s: replaced: %v", asked, g.Entries)
		}
		var one *server
		for _, i := range w.instances {
			for _, ch := range i.channels.all {
				if len(ch.members) > 0 {
					one = ch.members[0]
				}
			}
		}
		members := len(m.pool.Members.all)
		for _, id := range []string{g.ID, c.ID, m.ID, one.ID} {
			hand("again", id)
			if l.Has(id) {
				t.Errorf("%s: %s is still there", asked, id)
			}
		}
		if len(m.pool.Members.all) != members || w.groups.all == nil {
			t.Errorf("%s: members: %d, want %d", asked, len(m.pool.Members.all), members)
		}
	}
}
