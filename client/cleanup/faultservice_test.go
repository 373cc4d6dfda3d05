package cleanup

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client/auth"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// Row 9: a throttled request waits as it was told, and so does its API, but no other; no item is marked failed for it.
func faultThrottled(t *testing.T) {
	t.Helper()
	for name, throttle := range map[string]simcloud.Throttle{
		"seconds":             {RetryAfter: 7 * time.Second},
		"date":                {RetryAfter: 7 * time.Second, AsDate: true},
		"Huawei's body":       {Limit: 30, Per: time.Minute},
		"both":                {Limit: 5, Per: 5 * time.Second, RetryAfter: 3 * time.Second, Policy: "ip"},
		"neither":             {},
		"500 APIG.9008":       {As500: true},
		"500 APIG.9008 quota": {As500: true, Limit: 100, Per: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				f := meet(t, simcloud.Options{}, by, 3, rules(simcloud.Rule{Path: poolBatch, Times: 2, Do: simcloud.Act{Throttle: &throttle}}))
				began := time.Now()
				got, results, _ := f.outcomes(t)
				if got != "deleted, deleted, deleted" || f.sent(t) != "3 3 3" {
					t.Errorf("%s after requests of %s: %+v", got, f.sent(t), results)
				}
				if waited := time.Since(began); waited < 2*throttle.RetryAfter {
					t.Errorf("it took %v", waited)
				}
			})
		})
	}
	t.Run("one by one", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			throttle := simcloud.Act{Throttle: &simcloud.Throttle{Limit: 60, Per: time.Minute}}
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, by, 4, rules(simcloud.Rule{Method: "DELETE", Every: 2, Do: throttle}))
			if got, results, _ := f.outcomes(t); got != "deleted, deleted, deleted, deleted" {
				t.Errorf("%s: %+v", got, results)
			}
		})
	})
	t.Run("other services go on", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			f := meet(t, simcloud.Options{}, by, 3, rules(simcloud.Rule{Path: poolBatch, Nth: 1, Do: simcloud.Act{Throttle: &simcloud.Throttle{RetryAfter: 5 * time.Minute}}}))
			pools := f.engine.Start(t.Context(), f.plan)
			for ev := range eventsOf(pools) {
				if ev.Step == Sent {
					break
				}
			}
			time.Sleep(time.Second) // of the bubble
			until, why := pools.Paused()
			if until.IsZero() || why == "" {
				t.Error("it does not say that it waits")
			}
			if s, _ := f.run(f.members(t, 2)); !s.OK() {
				t.Error(s)
			}
			if !time.Now().Before(until) {
				t.Error("the gateway waited for the load balancers")
			}
			pools.Wait()
			if s := pools.Summary(); !s.OK() {
				t.Error(s)
			}
		})
	})
}

// members is a plan of n members of one channel.
func (s *sim) members(t *testing.T, n int) Plan {
	t.Helper()
	channels := s.load(inventory.Channels).Listing(inventory.Channels).Resources.All()
	from := inventory.Last(s.loader.Open(t.Context(), inventory.Members, channels))
	held := map[string][]inventory.Resource{}
	for _, r := range from.Listing(inventory.Members).Resources.All() {
		if r.Verdict.State == inventory.Protected || r.Verdict.State == inventory.Unknown {
			continue
		}
		if held[r.Ref.Parent] = append(held[r.Ref.Parent], r); len(held[r.Ref.Parent]) == n {
			return s.plan(held[r.Ref.Parent], from)
		}
	}
	t.Fatalf("no channel has %d members", n)
	return Plan{}
}

// holding: a dedicated pool that nothing uses, with servers.
func holding(r inventory.Resource) bool {
	return unused(r) && dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 0
}

// A batch answers with a code and no reason. A pool that holds servers is asked about alone before they are taken away: if
// others use it they would use it empty.
func TestWhatIsUsedIsNotEmptied(t *testing.T) {
	for name, c := range map[string]struct {
		batch simcloud.Act
		alone simcloud.Act
		want  string
		says  string
	}{
		"in an answer":    {simcloud.Act{}, simcloud.Act{Status: 409, Code: "ELB.8907", Message: "listener 5555 is using this pool"}, "blocked", "listener 5555"},
		"as a whole":      {simcloud.Act{Status: 409, Code: "ELB.8907", Message: "listener 5555 is using pool"}, simcloud.Act{}, "blocked", "listener 5555"},
		"by another code": {simcloud.Act{Code: "ELB.2002"}, simcloud.Act{Status: 409, Code: "ELB.8907", Message: "listener 5555 is using this pool"}, "blocked", "listener 5555"},
		"in trouble":      {simcloud.Act{}, simcloud.Act{Status: 500, Code: "ELB.8906", Message: "internal error"}, "failed", "internal error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := meetThe(t, simcloud.Options{}, way{}, 1, holding, func(ids []string) []simcloud.Rule {
				batch := c.batch
				if batch.Status == 0 {
					batch = failedBatch(ids[0], cmp.Or(batch.Code, "ELB.8907"))
				}
				rules := []simcloud.Rule{{Path: poolBatch, Do: batch}}
				if c.alone.Status != 0 {
					rules = append(rules, simcloud.Rule{Method: "DELETE", Path: "/v3/*/elb/pools/*", Do: c.alone})
				}
				return rules
			})
			_, results, _ := f.outcomes(t)
			if res := results[0]; res.Outcome.String() != c.want || !strings.Contains(res.Message, c.says) {
				t.Errorf("%+v", res)
			}
			for _, r := range f.cloud.Requests() {
				if r.Method == http.MethodDelete && !strings.HasSuffix(r.Path, "/pools/"+results[0].Ref.ID) {
					t.Errorf("sent %s %s", r.Method, r.Path)
				}
			}
		})
	}
}

// failedBatch is an answer to a batch of one that failed.
func failedBatch(id, code string) simcloud.Act {
	return simcloud.Act{Status: 200, Body: fmt.Sprintf(`{"pools":[{"id":%q,"ret_status":"failed","ret_code":%q}]}`, id, code), ContentType: asJSON}
}

// Which codes there are in an answer is documented nowhere (api.md 13): what a pool holds is taken away when the other call says
// that this is why it failed, whatever the code was.
func TestFailedForWhatItHolds(t *testing.T) {
	f := meetThe(t, simcloud.Options{}, way{}, 1, holding, func(ids []string) []simcloud.Rule {
		return []simcloud.Rule{
			{Path: poolBatch, Do: failedBatch(ids[0], "ELB.2002")},
			{Method: "DELETE", Path: "/v3/*/elb/pools/*", Times: 1, Do: simcloud.Act{Status: 400, Code: "ELB.2002", Message: "the pool has members"}},
		}
	})
	summary, results, _ := f.outcomes(t)
	if summary != "deleted" || !strings.Contains(results[0].Message, "removed first") {
		t.Errorf("%s: %+v", summary, results[0])
	}
}

// An answer that spells the ids of what it was asked about in another way is not believed, for ids are compared as they are, but it
// speaks of nothing else: nobody is alarmed, neither now nor by the journal.
func TestIDsInAnotherSpelling(t *testing.T) {
	for name, spell := range map[string]func(string) string{
		"upper case":     strings.ToUpper,
		"without dashes": func(id string) string { return strings.ReplaceAll(id, "-", "") },
	} {
		t.Run(name, func(t *testing.T) {
			f := meet(t, simcloud.Options{}, way{}, 3, func(ids []string) []simcloud.Rule {
				var pairs []string
				for _, id := range ids {
					pairs = append(pairs, spell(id), "successful")
				}
				return []simcloud.Rule{{Path: poolBatch, Do: simcloud.Act{Status: 200, Body: batchAnswer(pairs...), ContentType: asJSON, Applied: true}}}
			})
			f.engine = NewEngine(f.deleter, f.loader, Options{Journal: remember})
			outcomes, results, run := f.outcomes(t)
			if s := run.Summary(); outcomes != "deleted, deleted, deleted" || s.Safety || !s.OK() {
				t.Errorf("%s: %s", outcomes, s)
			}
			says(t, results[0], "speaks of", "read back: gone")
			if l := replayed(t, f.plan, run.record.journal.(*memoryJournal).disk.bytes()); l.stop.Safety {
				t.Errorf("the journal says %+v", l.stop)
			}
		})
	}
}

// Where pools may not be deleted, no more than two lose what they hold.
func TestForbiddenDeletionsEmptyNothing(t *testing.T) {
	s := simulate(t, simcloud.Options{Size: 400, Script: simcloud.Script{Rules: []simcloud.Rule{
		{Method: "DELETE", Path: "/v2.0/lbaas/pools/*", Do: simcloud.Act{Status: 403, Code: "SYS.0403", Message: "elb:pools:delete is not allowed"}},
	}}}, nil)
	from := s.load(inventory.Pools)
	some := pick(from, inventory.Pools, 6, func(r inventory.Resource) bool {
		return unused(r) && !dedicated(r) && r.Object.(*inventory.Pool).Members.Len() > 0
	})
	summary, results := s.run(s.plan(some, from))
	if len(some) < 4 || summary.Counts[Failed] != len(some) || summary.Changed != mostScouts {
		t.Errorf("%d pools, %s: %+v", len(some), summary, results)
	}
	if last := results[len(results)-1]; last.Message != "not sent: 2 requests before it were not allowed: elb:pools:delete is not allowed" {
		t.Errorf("%+v", last)
	}
}

// Nobody has seen it go: what the service does not find and lists all the same was not deleted.
func TestNotFoundAndStillThere(t *testing.T) {
	for name, rule := range map[string]func(id string) simcloud.Rule{
		"in a batch": func(id string) simcloud.Rule {
			body := fmt.Sprintf(`{"pools":[{"id":%q,"ret_status":"not found","ret_code":"ELB.9903"}]}`, id)
			return simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Status: 200, Body: body, ContentType: asJSON}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := meet(t, simcloud.Options{}, way{}, 1, func(ids []string) []simcloud.Rule { return []simcloud.Rule{rule(ids[0])} })
			f.engine.rest = time.Millisecond
			says(t, f.check(t, "failed", "1")[0], "not found; the closing list still has it")
		})
	}
	t.Run("alone", func(t *testing.T) {
		t.Parallel()
		s := simulate(t, simcloud.Options{Script: simcloud.Script{Rules: []simcloud.Rule{
			{Method: "DELETE", Path: "**/elb/ipgroups/*", Do: simcloud.Act{Status: 404, Code: "ELB.8904", Message: "ip group not found"}},
		}}}, nil)
		s.engine.rest = time.Millisecond
		from := s.load(inventory.IPGroups)
		_, results := s.run(s.plan(pick(from, inventory.IPGroups, 1, unused), from))
		if res := results[0]; res.Outcome != Failed || !res.Proved || res.Message != "ip group not found; the closing list still has it" {
			t.Errorf("%+v", res)
		}
	})
}

// A list may show for some seconds what was deleted.
func TestAListThatLagsBehind(t *testing.T) {
	for lists, want := range map[int]Outcome{1: Deleted, maxLag: Deleted, maxLag + 1: Reappeared} {
		t.Run(fmt.Sprint(lists, " lists"), func(t *testing.T) {
			t.Parallel()
			var before atomic.Pointer[[]byte]
			var deleted atomic.Bool
			var late atomic.Int32
			s := simulateBy(t, simcloud.Options{}, way{around: func(c *simcloud.Cloud) front {
				return func(w http.ResponseWriter, r *http.Request) bool {
					list := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/elb/ipgroups")
					switch {
					case r.Method == http.MethodDelete:
						deleted.Store(true)
					case list && deleted.Load() && int(late.Add(1)) <= lists:
						w.Header().Set("Content-Type", "application/json")
						w.Write(*before.Load())
						return true
					case list && !deleted.Load():
						rec := httptest.NewRecorder()
						c.ServeHTTP(rec, r)
						body := rec.Body.Bytes()
						before.Store(&body)
					}
					return false
				}
			}})
			s.engine.rest = time.Millisecond
			from := s.load(inventory.IPGroups)
			_, results := s.run(s.plan(pick(from, inventory.IPGroups, 1, unused), from))
			if res := results[0]; res.Outcome != want {
				t.Errorf("%+v after %d lists", res, late.Load())
			}
		})
	}
}

// Row 10: pages of a gateway and answers that cannot be read are read back, tried again a few times, and never believed.
func faultBadAnswers(t *testing.T) {
	t.Helper()
	const page = "<html>\r\n<head><title>503 Service Unavailable</title></head>\r\n<body>upstream</body></html>"
	html := func(status int, applied bool) simcloud.Act {
		return simcloud.Act{Status: status, Body: page, ContentType: "text/html", Applied: applied}
	}
	for name, c := range map[string]struct {
		act            simcloud.Act
		outcomes, sent string
	}{
		"503":                     {html(503, false), "deleted, deleted", "2 2"},
		"502, applied":            {html(502, true), "deleted, deleted", "2"},
		"200 with a page":         {html(200, true), "deleted, deleted", "2"},
		"200 with a page, undone": {html(200, false), "deleted, deleted", "2 2"},
		"200 cut off":             {simcloud.Act{Truncate: 30}, "deleted, deleted", "2"},
		"200, not JSON":           {simcloud.Act{Status: 200, Body: `{"pools":[{"id"`, ContentType: asJSON, Applied: true}, "deleted, deleted", "2"},
		"200, something else":     {simcloud.Act{Status: 200, Body: `[]`, ContentType: asJSON, Applied: true}, "deleted, deleted", "2"},
		"200, no list":            {simcloud.Act{Status: 200, Body: `{}`, ContentType: asJSON, Applied: true}, "deleted, deleted", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				by := way{pipes: true}
				f := meet(t, simcloud.Options{}, by, 2, rules(simcloud.Rule{Path: poolBatch, Nth: 1, Do: c.act}))
				f.check(t, c.outcomes, c.sent)
			})
		})
	}
	for asked, least := range map[string]time.Duration{"": time.Second / 2, "30": 30 * time.Second, "36000": time.Second / 2} {
		t.Run("in trouble, asks for "+asked, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				act := html(503, false)
				if asked != "" {
					act.Headers = map[string]string{"Retry-After": asked}
				}
				f := meet(t, simcloud.Options{}, way{pipes: true}, 2, rules(simcloud.Rule{Path: poolBatch, Nth: 1, Do: act}))
				f.engine.rest = time.Second
				began := time.Now()
				f.check(t, "deleted, deleted", "2 2")
				if took := time.Since(began); took < least || took > least+time.Minute {
					t.Errorf("sent again after %v, want %v", took, least)
				}
			})
		})
	}
	t.Run("for good", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			f := meet(t, simcloud.Options{}, by, 2, rules(simcloud.Rule{Path: poolBatch, Do: html(503, false)}))
			got, results, _ := f.outcomes(t)
			if got != "failed, failed" {
				t.Error(got)
			}
			says(t, results[0], "read back: still there")
			neverTwice(t, f.cloud.Requests())
			if n := strings.Count(f.sent(t), "2"); n < 2 || n > 6 {
				t.Errorf("%d requests", n)
			}
		})
	})
	t.Run("and no list either", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			var sent atomic.Bool
			by.front = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "batch-delete") {
					sent.Store(true)
				}
				if sent.Load() && r.Method == http.MethodGet {
					w.Header().Set("Content-Type", "text/html")
					w.WriteHeader(http.StatusServiceUnavailable)
					w.Write([]byte(page))
					return true
				}
				return false
			}
			f := meet(t, simcloud.Options{}, by, 2, rules(simcloud.Rule{Path: poolBatch, Do: html(502, true)}))
			f.check(t, "unknown, unknown", "2")
		})
	})
	t.Run("lists are read again", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			var once []simcloud.Rule // the first answer of each list
			for _, list := range []string{"/v3/*/elb/pools", "/v3/*/elb/listeners", "/v3/*/elb/l7policies", "/v2.0/lbaas/pools", "/v2.0/lbaas/listeners"} {
				once = append(once, simcloud.Rule{Method: "GET", Path: list, Nth: 1, Do: html(502, false)})
			}
			f := meet(t, simcloud.Options{}, by, 2, rules(once...))
			f.check(t, "deleted, deleted", "2")
		})
	})
}

// byToken logs in by password, and counts who else does.
func byToken(t *testing.T, by way) way {
	t.Helper()
	by.carry = func(account simcloud.Account, hosts auth.Hosts, url string, base http.RoundTripper) http.RoundTripper {
		tokens, err := auth.NewTokens(auth.Login{
			Endpoint: url, User: account.Username, Password: account.Password, Domain: account.DomainName, ProjectID: account.ProjectID,
		}, hosts, base)
		if err != nil {
			t.Fatal(err)
		}
		return tokens.Transport(base)
	}
	return by
}

func (f *fault) logins() int {
	n := 0
	for _, r := range f.cloud.Requests() {
		if strings.HasSuffix(r.Path, "/auth/tokens") {
			n++
		}
	}
	return n
}

// Row 11: one login for all when the token is revoked; when that does not help the run stops, once.
func faultUnauthorised(t *testing.T) {
	t.Helper()
	t.Run("once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			by = byToken(t, by)
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}, Latency: 10 * time.Millisecond}, by, 8, rules(simcloud.Rule{Method: "DELETE", Nth: 3, Do: simcloud.Act{Revoke: true}}))
			if got, results, _ := f.outcomes(t); strings.Count(got, "deleted") != 8 {
				t.Error(got, results)
			}
			if n := f.logins(); n != 2 {
				t.Errorf("%d logins, want one more", n)
			}
			done := map[string]int{} // whatever was answered with 401 was not applied, and only that is sent again
			for _, r := range f.cloud.Requests() {
				if r.Method == http.MethodDelete && r.Status != http.StatusUnauthorized {
					if done[r.Path]++; done[r.Path] > 1 {
						t.Errorf("%s was sent twice", r.Path)
					}
				}
			}
		})
	})
	t.Run("for good", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			by = byToken(t, by)
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, by, 8, rules(simcloud.Rule{Method: "DELETE", From: 3, Do: simcloud.Act{Revoke: true}}))
			f.engine = oneAtOnce(NewEngine(f.deleter, f.loader, Options{Journal: remember}))
			got, results, run := f.outcomes(t)
			if got != "deleted, deleted, failed, failed, failed, failed, failed, failed" {
				t.Error(got)
			}
			if s := run.Summary(); !s.Unauthorised || s.Safety || !strings.Contains(s.Stopped, "credentials are not accepted") {
				t.Errorf("%+v", s)
			}
			says(t, results[7], "not sent")
			if n := f.logins(); n > 4 {
				t.Errorf("%d logins: too many wrong ones lock the account", n)
			}
		})
	})
	t.Run("a new login", faultRefusedLogin)
	t.Run("a new login for which there is no service", faultNoLogin)
	t.Run("to look", faultRefusedToLook)
}

// The token is revoked and the login for another one is refused, with 401 or 403: the run stops, and says that it was the login.
func faultRefusedLogin(t *testing.T) {
	t.Helper()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		synctest.Test(t, func(t *testing.T) {
			by := byToken(t, way{pipes: true})
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, by, 4, rules(
				simcloud.Rule{Method: "DELETE", Nth: 2, Do: simcloud.Act{Revoke: true}},
				simcloud.Rule{Path: "/v3/auth/tokens", From: 2, Do: simcloud.Act{Status: status, Message: "The account is locked."}},
			))
			f.engine = oneAtOnce(NewEngine(f.deleter, f.loader, Options{Journal: remember}))
			got, results, run := f.outcomes(t)
			if got != "deleted, failed, failed, failed" {
				t.Errorf("%d: %s %v", status, got, results)
			}
			const says = "the credentials could not be renewed: logging in as user "
			if s := run.Summary(); !s.Unauthorised || !strings.HasPrefix(s.Stopped, says) || !strings.Contains(s.Stopped, "The account is locked.") {
				t.Errorf("%d: %+v", status, s)
			}
			if want := "not sent: " + says; !strings.HasPrefix(results[3].Message, want) {
				t.Errorf("%d: %q, want %q", status, results[3].Message, want)
			}
			if n := f.logins(); n != 2 {
				t.Errorf("%d: %d logins, want one more", status, n)
			}
		})
	}
}

// The token is revoked and the service that gives new ones is out of order: the others would fare no better, and stay open.
func faultNoLogin(t *testing.T) {
	t.Helper()
	for name, act := range map[string]simcloud.Act{
		"IAM has trouble":     {Status: http.StatusServiceUnavailable, Message: "IAM is down."},
		"another one answers": {Status: http.StatusOK, Body: "<html>Log in to this hotel's network</html>", ContentType: "text/html"},
	} {
		synctest.Test(t, func(t *testing.T) {
			by := byToken(t, way{pipes: true})
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, by, 4, rules(
				simcloud.Rule{Method: "DELETE", Nth: 2, Do: simcloud.Act{Revoke: true}},
				simcloud.Rule{Path: "/v3/auth/tokens", From: 2, Do: act},
			))
			f.engine = oneAtOnce(NewEngine(f.deleter, f.loader, Options{Journal: remember}))
			run := f.engine.Start(t.Context(), f.plan)
			results := finished(t, run)
			if s := run.Summary(); !run.Resumable() || s.Unauthorised || s.Counts[Failed] > 0 || !strings.HasPrefix(s.Stopped, "the credentials could not be renewed: ") {
				t.Errorf("%s: %s: %+v", name, s, results)
			}
			if n := f.logins(); n > 10 { // besides the first, three for the deletion and for each of the two lists that prove
				t.Errorf("%s: %d logins", name, n)
			}
		})
	}
}

// The look before deleting is refused: the run stops as it does when a deletion is.
func faultRefusedToLook(t *testing.T) {
	t.Helper()
	f := meetLater(t, simcloud.Options{}, way{}, 4, bare, rules(simcloud.Rule{Method: "GET", Do: simcloud.Act{Status: 401, Code: "APIGW.0301", Message: "Incorrect IAM authentication information"}}))
	got, results, run := f.outcomes(t)
	if got != "failed, failed, failed, failed" {
		t.Error(got)
	}
	if s := run.Summary(); !s.Unauthorised || !strings.Contains(s.Stopped, "credentials are not accepted") {
		t.Errorf("%+v", s)
	}
	says(t, results[3], "not sent")
	if results[3].Code != "APIGW.0301" {
		t.Errorf("%+v", results[3])
	}
	for _, r := range f.cloud.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

// Row 12: each item that may not be deleted says which permission is missing; when nothing may be, that is soon enough.
func faultForbidden(t *testing.T) {
	t.Helper()
	const permission = "elb:pools:delete"
	t.Run("some", func(t *testing.T) {
		f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, way{}, 4, func(ids []string) []simcloud.Rule {
			return []simcloud.Rule{{Method: "DELETE", Mentions: ids[1], Do: simcloud.Act{Forbidden: permission}}}
		})
		results := f.check(t, "deleted, failed, deleted, deleted", "4 1 1 1 1")
		says(t, results[1], permission)
		if results[1].Code != "ELB.9802" || results[1].RequestID == "" {
			t.Errorf("%+v", results[1])
		}
	})
	t.Run("a batch", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 4, rules(simcloud.Rule{Path: poolBatch, Do: simcloud.Act{Forbidden: permission}}))
		for _, res := range f.check(t, "failed, failed, failed, failed", "4") {
			says(t, res, permission)
		}
	})
	t.Run("all", func(t *testing.T) {
		f := meet(t, simcloud.Options{Size: 600, Lacks: []string{oneByOne}}, way{}, 40, rules(simcloud.Rule{Method: "DELETE", Do: simcloud.Act{Forbidden: permission}}))
		_, results, run := f.outcomes(t)
		if s := run.Summary(); s.Counts[Failed] != 40 || s.Unauthorised {
			t.Errorf("%+v", s)
		}
		if n := strings.Count(f.sent(t), "1"); n > maxDenied+16 { // besides those in flight when the last of them came
			t.Errorf("%d requests that are not allowed", n)
		}
		unsent := slices.IndexFunc(results, func(r Result) bool { return strings.Contains(r.Message, "not sent") })
		if unsent < 0 {
			t.Fatal("all were sent")
		}
		says(t, results[unsent], permission)
	})
	t.Run("at the gateway", func(t *testing.T) {
		f := meet(t, simcloud.Options{}, way{}, 1, rules(simcloud.Rule{Method: "DELETE", Do: simcloud.Act{Forbidden: "apig:vpcChannel:update"}}))
		run := f.engine.Start(t.Context(), f.members(t, 2))
		for _, res := range finished(t, run) {
			if res.Outcome != Failed || res.Code != "APIG.1005" {
				t.Errorf("%+v", res)
			}
			says(t, res, "apig:vpcChannel:update")
		}
	})
}

// Row 13: what is in use says by whom; a load balancer that is being changed is waited for, and not for ever.
func faultConflict(t *testing.T) {
	t.Helper()
	for name, lacks := range map[string][]string{"in a batch": nil, "one by one": {oneByOne}} {
		t.Run("in use, "+name, func(t *testing.T) {
			path := poolBatch
			if lacks != nil {
				path = onePool
			}
			f := meet(t, simcloud.Options{Lacks: lacks}, way{}, 1, rules(simcloud.Rule{Path: path, Nth: 1, Do: simcloud.Act{Before: []simcloud.Hand{{Use: simcloud.Asked}}}}))
			got, results, run := f.outcomes(t)
			if got != "blocked" || results[0].Code != "ELB.8907" || results[0].RequestID == "" {
				t.Errorf("%+v", results[0])
			}
			by := f.cloud.References(f.ids[0])
			if len(by) != 1 || !strings.Contains(results[0].Message, "by-another-client") && !strings.Contains(results[0].Message, by[0].ID) {
				t.Errorf("%q does not name what uses it: %+v", results[0].Message, by)
			}
			if again, ok := f.engine.Retry(t.Context(), run); !ok || finished(t, again)[0].Outcome != Skipped {
				t.Error("a retry would send it again")
			}
		})
	}
	pending := func(times int) rulesFor {
		return rules(simcloud.Rule{Path: poolBatch, Times: times, Do: simcloud.Act{
			Status: 409, Code: "ELB.8907", Message: "Load Balancer 77 is immutable and cannot be updated: its provisioning_status is PENDING_UPDATE",
		}})
	}
	t.Run("pending", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			meet(t, simcloud.Options{}, by, 2, pending(2)).check(t, "deleted, deleted", "2 2 2")
		})
	})
	t.Run("pending for good", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			f := meet(t, simcloud.Options{}, by, 2, pending(0))
			got, results, _ := f.outcomes(t)
			if got != "blocked, blocked" {
				t.Error(got)
			}
			says(t, results[0], "PENDING_UPDATE")
		})
	})
	t.Run("pending load balancers", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			by := way{pipes: true}
			f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, by, 6, rules(simcloud.Rule{Path: "/v3/*/elb/**", Also: true, Do: simcloud.Act{Pending: 2 * time.Second}}))
			if got, results, _ := f.outcomes(t); strings.Count(got, "deleted") != 6 {
				t.Errorf("%s %+v", got, results)
			}
		})
	})
}

// Row 14: what is protected is refused here, before anything is sent, with the reason that its owner gave.
func faultProtected(t *testing.T) {
	t.Helper()
	for name, edit := range map[string]struct {
		change map[string]any
		why    string
	}{
		"consoleProtection":          {map[string]any{"protection_status": "consoleProtection", "protection_reason": "owned by payments"}, "owned by payments"},
		"member_deletion_protection": {map[string]any{"member_deletion_protection_enable": true}, "its members are protected from deletion"},
	} {
		t.Run(name, func(t *testing.T) {
			var on atomic.Bool
			var it string
			by := way{around: rewritten("pools", func(p map[string]any) {
				if on.Load() && p["id"] == it {
					maps.Copy(p, edit.change)
				}
			})}
			f := meet(t, simcloud.Options{}, by, 1, nil)
			it = f.ids[0]
			plan := f.plan
			on.Store(true)
			// Protected when it is marked: left out. Protected since it was confirmed: not sent.
			from := f.load(inventory.Pools)
			late := f.sim.plan(pick(from, inventory.Pools, 1, func(r inventory.Resource) bool { return r.Ref.ID == f.ids[0] }), from)
			if len(late.Items) != 0 || len(late.LeftOut) != 1 || !strings.Contains(late.LeftOut[0].Why, edit.why) {
				t.Errorf("%+v", late)
			}
			f.plan = plan
			says(t, f.check(t, "skipped", "")[0], "changed: now protected", edit.why)
		})
	}
	t.Run("told by the service", func(t *testing.T) {
		f := meet(t, simcloud.Options{Lacks: []string{oneByOne}}, way{}, 1, rules(simcloud.Rule{Method: "DELETE", Do: simcloud.Act{
			Status: 403, Code: "ELB.8907", Message: "the pool is protected by member_deletion_protection_enable",
		}}))
		says(t, f.check(t, "blocked", "1 1")[0], "member_deletion_protection_enable")
	})
}
