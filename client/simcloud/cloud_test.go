package simcloud

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := directLab(t, Options{Quota: Quota{Requests: 3, Per: time.Minute}})
		get := func(path string) reply { return l.direct(t.Context(), "GET", path, "") }
		for range 3 {
			if r := get(l.p + "/pools"); r.status != 200 {
				t.Fatalf("within the quota: %d", r.status)
			}
		}
		// v2.0 is the same host; the gateways and IAM have their own quotas.
		for _, path := range []string{l.p + "/pools", "/v2.0/lbaas/pools", l.p + "/certificates"} {
			l.same(get(path), http.StatusTooManyRequests, `{"error_msg":"The throttling threshold has been reached: policy user over ratelimit,limit:3,time:1 minute",
				"error_code":"APIGW.0308","request_id":"x"}`)
		}
		for _, path := range []string{"/v3/projects", "/v2/" + l.account.ProjectID + "/instances", "/v2/" + l.account.ProjectID + "/apigw/instances"} {
			if r := get(path); r.status != 200 {
				t.Errorf("%s: %d", path, r.status)
			}
		}
		time.Sleep(59 * time.Second)
		if r := get(l.p + "/pools"); r.status != 429 {
			t.Errorf("before the minute is over: %d", r.status)
		}
		time.Sleep(time.Second)
		if r := get(l.p + "/pools"); r.status != 200 {
			t.Errorf("in the next minute: %d", r.status)
		}
	})
	for per, want := range map[time.Duration]string{
		time.Minute: "1 minute", 5 * time.Minute: "5 minute", time.Second: "1 second", 90 * time.Second: "90 second", 2 * time.Hour: "2 hour",
		250 * time.Millisecond: "250 millisecond",
	} {
		if got := inUnits(per); got != want {
			t.Errorf("inUnits(%s) = %s, want %s", per, got, want)
		}
	}
}

func TestBucketQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := directLab(t, Options{Quota: Quota{Requests: 4, Per: 2 * time.Second, Bucket: true}})
		passed := func() (n int) {
			for l.direct(t.Context(), "GET", l.p+"/pools", "").status == 200 {
				n++
			}
			return n
		}
		if n := passed(); n != 4 {
			t.Errorf("%d requests out of a full bucket", n)
		}
		if r := l.direct(t.Context(), "GET", "/v3/projects", ""); r.status != 200 {
			t.Errorf("another family: %d", r.status)
		}
		for after, want := range map[time.Duration]int{500 * time.Millisecond: 1, time.Second: 2, time.Minute: 4} {
			if time.Sleep(after); passed() != want {
				t.Errorf("after %s there are not %d more", after, want)
			}
		}
	})
}

// TestTimeTaken: half the round trip before the work, half after it, and a part for every item that is deleted.
func TestTimeTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := directLab(t, Options{Size: Empty, Latency: 40 * time.Millisecond, ItemCost: 2 * time.Millisecond})
		l.AddPool("a", "")
		l.AddPool("b", "")
		took := func(method, path, body string) time.Duration {
			began := time.Now()
			l.direct(t.Context(), method, path, body)
			return time.Since(began)
		}
		if d := took("GET", l.p+"/pools", ""); d != 40*time.Millisecond {
			t.Errorf("list: %s", d)
		}
		if d := took("POST", l.p+"/pools/batch-delete", `{"pools":["a","b","c"]}`); d != 46*time.Millisecond {
			t.Errorf("batch of three: %s", d)
		}
		if d := took("DELETE", l.p+"/pools/a", ""); d != 42*time.Millisecond {
			t.Errorf("single: %s", d)
		}

		// A client that goes away before the work leaves everything as it was, after it the work is done all the same.
		for after, there := range map[time.Duration]bool{10 * time.Millisecond: true, 30 * time.Millisecond: false} {
			l.AddPool("x", "")
			ctx, cancel := context.WithTimeout(t.Context(), after)
			r := l.direct(ctx, "DELETE", l.p+"/pools/x", "")
			cancel()
			if r.status != statusClientGone || l.Has("x") != there {
				t.Errorf("gone after %s: status %d, pool there: %t", after, r.status, l.Has("x"))
			}
			l.Remove("x")
		}
	})
}

// TestQueue: deletions wait for each other, lists do not.
func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := directLab(t, Options{Size: Empty, Latency: 40 * time.Millisecond, ItemCost: 10 * time.Millisecond, Queue: true})
		began := time.Now()
		var took [4]time.Duration
		var clients sync.WaitGroup
		for i := range took {
			clients.Go(func() {
				if i == 3 {
					l.direct(t.Context(), "GET", l.p+"/pools", "")
				} else {
					l.direct(t.Context(), "POST", l.p+"/pools/batch-delete", `{"pools":["a","b"]}`)
				}
				took[i] = time.Since(began)
			})
		}
		clients.Wait()
		slices.Sort(took[:])
		want := [4]time.Duration{40 * time.Millisecond, 60 * time.Millisecond, 80 * time.Millisecond, 100 * time.Millisecond}
		if took != want {
			t.Errorf("%v, want %v", took, want)
		}

		// Who goes away while it waits deletes nothing.
		l.AddPool("x", "")
		go l.direct(t.Context(), "POST", l.p+"/pools/batch-delete", `{"pools":["a","b"]}`)
		time.Sleep(5 * time.Millisecond) // the other one comes first
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		if r := l.direct(ctx, "DELETE", l.p+"/pools/x", ""); r.status != statusClientGone || !l.Has("x") {
			t.Errorf("status %d, pool there: %t", r.status, l.Has("x"))
		}
		time.Sleep(time.Second)
	})
}

// TestSpread: round trips differ, around the latency, and the same seed draws the same ones.
func TestSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draw := func() (all []time.Duration) {
			l := directLab(t, Options{Size: Empty, Seed: 3, Latency: 40 * time.Millisecond, Spread: 0.5})
			for range 201 {
				began := time.Now()
				l.direct(t.Context(), "GET", l.p+"/pools", "")
				all = append(all, time.Since(began))
			}
			return all
		}
		first := draw()
		if !slices.Equal(first, draw()) {
			t.Error("another draw of the same seed is different")
		}
		slices.Sort(first)
		if median := first[100]; median < 35*time.Millisecond || median > 45*time.Millisecond || first[20] > 30*time.Millisecond || first[180] < 60*time.Millisecond {
			t.Errorf("median %s, from %s to %s", median, first[20], first[180])
		}
	})
}

// TestAddChannel: what is put into the account is found by the calls, and can be deleted.
func TestAddChannel(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	for service, gateway := range map[string]string{serviceROMA: "0123456789abcdef0123456789abcde0", serviceAPIG: "0123456789abcdef0123456789abcde1"} {
		l.AddGateway(service, gateway)
		const id = "0123456789abcdef0123456789abcdef"
		servers := l.AddChannel(gateway, id, "web", "10.0.0.1", "10.0.0.2")
		path := "/v2/" + l.account.ProjectID + "/" + service + "/instances/" + gateway + "/vpc-channels/" + id + "/members"
		if got := l.must(200, "GET", path, "").ids("members"); !slices.Equal(got, servers) || len(got) != 2 {
			t.Errorf("%s has %v, want %v", service, got, servers)
		}
		l.must(204, "DELETE", path+"/"+servers[0], "")
		if l.Has(servers[0]) || !l.Has(servers[1]) {
			t.Error("not the one that was meant")
		}
	}
	if l.AddChannel("nowhere", "x", "x", "10.0.0.1") != nil {
		t.Error("a channel without a gateway")
	}
}

func TestRequestLog(t *testing.T) {
	l := newLab(t, Options{})
	l.do("GET", l.p+"/pools?limit=1", "")
	l.do("POST", l.p+"/pools/batch-delete", `{"pools":["x"]}`)
	l.do("DELETE", "/v2.0/lbaas/pools/a%2Fb", "")
	want := []Request{
		{"GET", l.p + "/pools", "limit=1", "", 200}, {"POST", l.p + "/pools/batch-delete", "", `{"pools":["x"]}`, 200},
		{"DELETE", "/v2.0/lbaas/pools/a%2Fb", "", "", 404},
	}
	if got := l.Requests(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestUnpublishedPaths(t *testing.T) {
	l := newLab(t, Options{Lacks: []string{"/pools/batch-delete", "/v2.0/"}})
	for _, step := range [][2]string{
		{"POST", l.p + "/pools/batch-delete"}, {"GET", "/v2.0/lbaas/pools"}, {"GET", "/"}, {"GET", "/v3/x"}, {"PATCH", l.p + "/pools"},
		{"GET", l.p + "/nonsense"}, {"GET", l.p + "/pools//members"}, {"DELETE", l.p + "/pools/"},
	} {
		if r := l.do(step[0], step[1], "{}"); r.status != 404 || r.str("error_code") != "APIGW.0101" || r.str("request_id") == "" {
			t.Errorf("%s %s: %d %s", step[0], step[1], r.status, r.text)
		}
	}
	l.must(200, "POST", l.p+"/certificates/batch-delete", `{"certificates":["x"]}`)
}

func TestBodyTooLarge(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	if r := l.do("POST", l.p+"/pools/batch-delete", string(bytes.Repeat([]byte("x"), maxBody+1))); r.status != 413 || r.str("error_code") != "APIGW.0201" {
		t.Errorf("%d %s", r.status, r.text)
	}
}

// TestOddIDsAndNames: ids are opaque, names hold anything.
func TestOddIDsAndNames(t *testing.T) {
	l := newLab(t, Options{Size: Empty})
	name := "\x1b]52;c;eA==\a\u202eodd\n" + strings.Repeat("x", 10_000)
	l.AddPool("a/b c%\u4e0a", name)
	r := l.must(200, "GET", l.p+"/pools/a%2Fb%20c%25%E4%B8%8A", "")
	if r.str("pool", "name") != name {
		t.Errorf("name: %q", r.str("pool", "name"))
	}
	l.must(204, "DELETE", l.p+"/pools/a%2Fb%20c%25%E4%B8%8A", "")
}

// TestManyClients: lists and deletions side by side; every pool is deleted by exactly one of them.
func TestManyClients(t *testing.T) {
	l := newLab(t, Options{Size: 400})
	var ids []string
	for _, p := range l.world().pools.all {
		if len(p.Listeners)+len(p.policies) == 0 && !p.MemberDeletionProtection && !p.shared {
			ids = append(ids, p.ID)
		}
	}
	var clients sync.WaitGroup
	var mu sync.Mutex
	deletions := map[string]int{}
	for range 4 {
		clients.Go(func() {
			for from := 0; from < len(ids); from += 10 {
				batch := ids[from:min(from+10, len(ids))]
				r := l.direct(t.Context(), "POST", l.p+"/pools/batch-delete", `{"pools":["`+strings.Join(batch, `","`)+`"]}`)
				mu.Lock()
				for i := range batch {
					if r.str("pools", i, "ret_status") == "successful" {
						deletions[r.str("pools", i, "id")]++
					}
				}
				mu.Unlock()
				l.direct(t.Context(), "GET", l.p+"/pools?limit=50", "")
				l.direct(t.Context(), "GET", l.p+"/certificates?limit=5", "")
			}
		})
	}
	clients.Wait()
	for _, id := range ids {
		if deletions[id] != 1 || l.Has(id) {
			t.Errorf("pool %s was deleted %d times", id, deletions[id])
		}
	}
}
