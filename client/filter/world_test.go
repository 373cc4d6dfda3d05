package filter_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"janitor/client"
	"janitor/client/inventory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const project = "99a3fff0d03c428eac3678da6a7d0f24"

var (
	now   = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	scope = inventory.Scope{Profile: "test", Region: "eu-example-1", Project: project}
)

func kind(tb testing.TB, id inventory.KindID) *inventory.Kind {
	tb.Helper()
	k, err := inventory.Lookup(id)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// children lists what lives in one parent, from a service that answers with these objects. Entries and members know
// their addresses only when they were listed.
func children(tb testing.TB, of inventory.KindID, objects []map[string]any) []inventory.Resource {
	tb.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/ipgroups/group-1"):
			json.NewEncoder(rw).Encode(map[string]any{"ipgroup": map[string]any{"id": "group-1", "name": "office", "ip_list": objects}})
		case strings.HasSuffix(r.URL.Path, "/members"):
			json.NewEncoder(rw).Encode(map[string]any{"total": len(objects), "size": len(objects), "members": objects})
		default:
			fmt.Fprintf(rw, `{%q:[]}`, r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:])
		}
	}))
	tb.Cleanup(srv.Close)
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)
	c, err := client.New(client.Config{Project: project, ELB: srv.URL, ROMA: srv.URL, Transport: transport})
	if err != nil {
		tb.Fatal(err)
	}
	gateway := client.Gateway{Service: client.ROMA, InstanceID: "eddc4d25480b4cd6b512f270a1b8b341"}
	parent := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: inventory.IPGroups, ID: "group-1"}, Name: "office"}
	if of == inventory.Members {
		channel := &inventory.Channel{Channel: client.Channel{ID: "channel-1", Name: "orders", Port: 8080}, Gateway: &gateway}
		parent = inventory.Resource{Ref: inventory.Ref{Scope: scope.Gateway(gateway), Kind: inventory.Channels, ID: "channel-1"}, Name: "orders", Object: channel}
	}
	l := inventory.NewLoader(c, scope)
	l.Now = func() time.Time { return now }
	listing := inventory.Last(l.Open(tb.Context(), of, []inventory.Resource{parent})).Listing(of)
	if listing.Err != nil || listing.Resources.Len() != len(objects) {
		tb.Fatalf("%s: %d of %d, %v", of, listing.Resources.Len(), len(objects), listing.Err)
	}
	return listing.Resources.All()
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

func refs(r *rand.Rand) client.IDs {
	var all []string
	for range r.IntN(4) {
		all = append(all, pick(r, "lb-1", "lb-2", "listener-1", "LISTENER-2"))
	}
	return client.NewIDs(all...)
}

// verdict is one that no kind gives, for anything may be there.
func verdict(r *rand.Rand) inventory.Verdict {
	v := inventory.Verdict{State: inventory.State(r.IntN(4))}
	for range r.IntN(4) {
		v.Reasons = append(v.Reasons, inventory.Reason{
			Text: pick(r, "listener api-443", "policy /images", "no listener", "l7policies could not be listed: 403"),
			Via:  pick(r, "", "default_pool_id", "redirect_pool_id", "listeners"),
			By:   pick(r, "", "listener-1", "policy-1"),
		})
	}
	for range r.IntN(3) {
		v.Signs = append(v.Signs, pick(r, "expired", "empty", "within 10.0.0.0/8"))
	}
	v.Partial = r.IntN(3) == 0
	return v
}

func moment(r *rand.Rand) time.Time {
	switch r.IntN(6) {
	case 0:
		return time.Time{}
	case 1: // the borders of what the expressions ask
		return pick(r, now.Add(-90*24*time.Hour), now.Add(-48*time.Hour), now.AddDate(0, 0, 30),
			time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 31, 10, 30, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC))
	}
	return now.Add(-time.Duration(r.Int64N(int64(400*24*time.Hour)))).Truncate(time.Second).AddDate(0, r.IntN(8), 0)
}

var names = []string{"prod-web", "Prod-API", "web-blue-old", "größe-1", "STRASSE", "日本-1", "x", ""}

// resources are n random ones of a kind.
func resources(tb testing.TB, r *rand.Rand, id inventory.KindID, n int) []inventory.Resource {
	tb.Helper()
	var all []inventory.Resource
	switch id {
	case inventory.Entries:
		var objects []map[string]any
		ips := []string{"10.1.2.3", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0-10.1.2.255", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1", "::/0",
			"nonsense", "10.9.0.0-10.1.0.0", "192.168.0.1", "10.1.2.3/8"}
		for i := len(ips); i < n; i++ { // each only once: an entry has no other id
			ips = append(ips, fmt.Sprintf(pick(r, "10.1.2.%d", "10.1.%d.0/24", "10.1.2.1-10.1.2.%d", "2001:db8:%x::/48", "office-%d"), i))
		}
		for _, ip := range ips {
			objects = append(objects, map[string]any{"ip": ip, "description": pick(r, "", "office", "VPN der Zentrale")})
		}
		all = children(tb, id, objects)
	case inventory.Members:
		var objects []map[string]any
		for i := range n {
			o := map[string]any{"id": fmt.Sprintf("m-%d", i), "host": pick(r, "10.1.2.3", "10.1.2.4", "2001:db8::1", "web.example.com", "")}
			if r.IntN(3) > 0 {
				o["weight"] = pick(r, 0, 1, 100)
			}
			if r.IntN(3) > 0 {
				o["port"] = pick(r, 80, 443)
			}
			o["status"] = r.IntN(3)
			o["is_backup"] = r.IntN(2) == 0
			o["health_status"] = pick(r, "", "unknown", "healthy", "unhealthy")
			o["member_group_name"] = pick(r, "", "default", "Blue")
			objects = append(objects, o)
		}
		all = children(tb, id, objects)
	default:
		for i := range n {
			x := inventory.Resource{Ref: inventory.Ref{Scope: scope.ID(), Kind: id, ID: fmt.Sprintf("id-%d", i)}, Name: pick(r, names...)}
			switch id {
			case inventory.Pools:
				x.Object = &inventory.Pool{Shared: r.IntN(2) == 0, Pool: client.Pool{
					Protocol: pick(r, "", "HTTP", "TCP"), Algorithm: pick(r, "", "ROUND_ROBIN"), Description: pick(r, "", "owned by payments"),
					Members: refs(r), Listeners: refs(r), LoadBalancers: refs(r), HealthMonitorID: pick(r, "", "monitor-1"),
				}}
			case inventory.Certificates:
				x.Object = &client.Certificate{
					Type: pick(r, "", "server", "client"), Domain: pick(r, "", "a.example.com", "a.example.com, B.example.com"),
					CommonName: pick(r, "", "a.example.com"), Source: pick(r, "", "scm"), Fingerprint: pick(r, "", "AB12"), Description: pick(r, "", "old"),
					ExpireTime: client.At(moment(r)),
				}
			case inventory.IPGroups:
				x.Object = &client.IPGroup{Entries: client.NewIPEntries(make([]client.IPEntry, r.IntN(3))...), Listeners: refs(r), Description: pick(r, "", "office")}
			case inventory.Channels:
				x.Object = &inventory.Channel{Channel: client.Channel{
					Port: pick(r, 0, 80, 8080), Status: r.IntN(3), BalanceStrategy: r.IntN(6), Type: client.ChannelType(pick(r, "", "builtin", "microservice")),
					VPCChannelType: pick(r, "", "reference"),
				}, Gateway: &client.Gateway{Service: pick(r, client.ROMA, client.APIG), InstanceID: "eddc4d25480b4cd6"}}
			}
			all = append(all, x)
		}
	}
	for i := range all {
		if id != inventory.Entries {
			all[i].Created = client.At(moment(r))
		}
		all[i].Verdict = verdict(r)
	}
	return all
}
