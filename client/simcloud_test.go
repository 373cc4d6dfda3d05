package client

import (
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"janitor/client/auth"
	"janitor/client/simcloud"
	"janitor/client/wire"
)

// simulate starts a simulated cloud and gives the profiles for both ways of saying who we are.
func simulate(t *testing.T, o simcloud.Options) (*simcloud.Cloud, map[string]Config) {
	t.Helper()
	cloud := simcloud.New(o)
	server := httptest.NewServer(cloud)
	base := wire.NewTransport()
	t.Cleanup(func() { base.CloseIdleConnections(); server.Close() })
	account := cloud.Account()
	hosts, err := auth.NewHosts(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := auth.NewTokens(auth.Login{
		Endpoint: server.URL, User: account.Username, Password: account.Password, Domain: account.DomainName, ProjectName: account.Region,
	}, hosts, base)
	if err != nil {
		t.Fatal(err)
	}
	session, err := tokens.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if session.ProjectID != account.ProjectID || time.Until(session.Expires) < time.Hour {
		t.Errorf("%+v", session)
	}
	signer := auth.Signer{AccessKey: account.AccessKey, SecretKey: account.SecretKey, ProjectID: account.ProjectID, Hosts: hosts}
	config := func(transport http.RoundTripper) Config {
		return Config{
			Project: account.ProjectID, ELB: server.URL, ROMA: server.URL, APIG: server.URL,
			Gateways:  []Gateway{{Service: ROMA}, {Service: APIG}},
			Transport: transport,
		}
	}
	return cloud, map[string]Config{"token": config(tokens.Transport(base)), "signature": config(signer.Transport(base))}
}

func TestEveryListOfTheSimulatedCloud(t *testing.T) {
	_, configs := simulate(t, simcloud.Options{Seed: 1})
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			c := reader(t, config)
			c.first, c.page, c.gatewayPage = 3, 7, 5 // many pages
			pools := some(t, c.Pools(ctx))
			some(t, c.SharedPools(ctx))
			some(t, c.Certificates(ctx))
			groups := some(t, c.IPGroups(ctx))
			listeners := some(t, c.Listeners(ctx))
			some(t, c.L7Policies(ctx))
			some(t, c.LoadBalancers(ctx))
			some(t, c.HealthMonitors(ctx))
			some(t, c.SharedHealthMonitors(ctx))
			some(t, c.SharedLoadBalancers(ctx))
			sharedListeners := some(t, c.SharedListeners(ctx))
			some(t, c.SharedL7Policies(ctx))
			if !slices.ContainsFunc(pools, func(p Pool) bool { return p.Members.Len() > 0 }) {
				t.Error("no pool has members")
			}
			of, all := map[string]bool{}, some(t, c.PoolMembers(ctx))
			for _, m := range all {
				of[m.ID] = m.Weight != nil
			}
			for _, p := range pools {
				for m := range p.Members.All() {
					if !of[m] {
						t.Errorf("member %s of pool %s is not among all, or says no weight", m, p.ID)
					}
				}
			}
			for _, m := range some(t, c.SharedPoolMembers(ctx)) {
				if !of[m.ID] {
					t.Errorf("shared member %+v", m)
				}
			}
			gateways, _, err := c.Gateways(ctx)
			if err != nil || len(gateways) < 2 {
				t.Fatalf("%v, %v", gateways, err)
			}
			for _, g := range gateways {
				channels := some(t, c.Channels(ctx, g))
				some(t, c.ChannelMembers(ctx, g, channels[0].ID))
				if one, err := c.Channel(ctx, g, channels[0].ID); err != nil || one.Name != channels[0].Name {
					t.Errorf("%v, %v", one, err)
				}
			}
			for _, err := range []error{
				second(c.Pool(ctx, pools[0].ID)), second(c.IPGroup(ctx, groups[0].ID)), second(c.Listener(ctx, listeners[0].ID)),
				second(c.SharedListener(ctx, sharedListeners[0].ID)),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			if _, err := c.Pool(ctx, "11111111-0000-4000-8000-ffffffffffff"); !errors.Is(err, NotFound) {
				t.Errorf("%v", err)
			}
		})
	}
}

// some reads a list that must not be empty.
func some[T any](t *testing.T, pages iter.Seq2[[]T, error]) []T {
	t.Helper()
	all, _, err := collect(pages)
	if err != nil || len(all) == 0 {
		t.Fatalf("%d of %T, %v", len(all), all, err)
	}
	return all
}

func TestDeletingInTheSimulatedCloud(t *testing.T) {
	cloud, configs := simulate(t, simcloud.Options{Seed: 2})
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			c, d := reader(t, config), deleter(t, config)

			cloud.AddPool("a/"+name, "slash")
			cloud.AddPool("b-"+name, "plain")
			batch, err := d.DeletePools(ctx, []string{"a/" + name, "b-" + name, "never-was"})
			if err != nil || batch.RequestID == "" || len(batch.Items) != 3 {
				t.Fatalf("%+v, %v", batch, err)
			}
			for i, want := range []string{"successful", "successful", "not found"} {
				if got := batch.Items[i]; got.Status != want {
					t.Errorf("%+v, want %s", got, want)
				}
			}
			cloud.AddPool("c/../"+name, "awkward")
			if err := d.DeletePool(ctx, "c/../"+name); err != nil || cloud.Has("c/../"+name) {
				t.Errorf("%v", err)
			}
			if err := d.DeletePool(ctx, "never-was"); !errors.Is(err, NotFound) {
				t.Errorf("%v", err)
			}

			pools, _, err := collect(c.Pools(ctx))
			if err != nil {
				t.Fatal(err)
			}
			used := pools[slices.IndexFunc(pools, func(p Pool) bool { return p.Listeners.Len() > 0 })]
			if err := d.DeletePool(ctx, used.ID); !errors.Is(err, InUse) || !strings.Contains(err.Error(), "ELB.8907") {
				t.Errorf("%v", err)
			}
			groups, _, err := collect(c.IPGroups(ctx))
			if err != nil {
				t.Fatal(err)
			}
			group := groups[slices.IndexFunc(groups, func(g IPGroup) bool { return g.Entries.Len() > 2 })]
			first := group.Entries.List()[0].IP
			left, _, err := d.DeleteEntries(ctx, group.ID, []string{first})
			if err != nil || slices.ContainsFunc(left.Entries.List(), func(e IPEntry) bool { return e.IP == first }) || left.Entries.Len() >= group.Entries.Len() {
				t.Errorf("%+v, %v", left, err)
			}
			busy := groups[slices.IndexFunc(groups, func(g IPGroup) bool { return g.Listeners.Len() > 0 })]
			if err := d.DeleteIPGroup(ctx, busy.ID); !errors.Is(err, InUse) {
				t.Errorf("%v", err)
			}
			gateways, _, err := c.Gateways(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range gateways {
				deleteOneMember(t, c, d, g)
			}
		})
	}
}

func deleteOneMember(t *testing.T, c *Client, d *Deleter, g Gateway) {
	t.Helper()
	channels, _, err := collect(c.Channels(t.Context(), g))
	if err != nil {
		t.Fatal(err)
	}
	deleted := false
	for _, channel := range channels {
		members, _, err := collect(c.ChannelMembers(t.Context(), g, channel.ID))
		if err != nil {
			t.Fatal(err)
		}
		reference := slices.ContainsFunc(channel.MemberGroups, func(m MemberGroup) bool { return m.ReferenceChannelID != "" })
		switch {
		case reference:
			if err := d.DeleteChannelMember(t.Context(), g, channel.ID, "any"); !errors.Is(err, Protected) {
				t.Errorf("reference channel %s: %v", channel.Name, err)
			}
		case len(members) > 0 && !deleted:
			deleted = true
			if err := d.DeleteChannelMember(t.Context(), g, channel.ID, members[0].ID); err != nil {
				t.Error(err)
			}
			if err := d.DeleteChannelMember(t.Context(), g, channel.ID, members[0].ID); !errors.Is(err, NotFound) {
				t.Errorf("a second time: %v", err)
			}
		}
	}
	if !deleted {
		t.Errorf("nothing to delete in %s", g.Service)
	}
}

// Each change that clears the way for a pool, until the pool itself goes.
func TestClearingTheWayInTheSimulatedCloud(t *testing.T) {
	cloud, configs := simulate(t, simcloud.Options{Seed: 6, KeepMembers: true})
	ctx := t.Context()
	c, d := reader(t, configs["signature"]), deleter(t, configs["signature"])
	listeners, policies := some(t, c.Listeners(ctx)), some(t, c.L7Policies(ctx))
	shared := map[string]bool{}
	for _, p := range some(t, c.SharedPools(ctx)) {
		shared[p.ID] = true
	}
	for _, pool := range some(t, c.Pools(ctx)) {
		isShared := shared[pool.ID]
		for _, r := range cloud.References(pool.ID) {
			var err error
			switch {
			case r.Kind == "listener" && isShared:
				err = d.DetachSharedListener(ctx, r.ID)
			case r.Kind == "listener":
				err = d.DetachListener(ctx, r.ID)
			case isShared:
				err = d.DetachSharedPolicy(ctx, r.ID)
			case r.Field == "redirect_pools_config":
				p := policies[slices.IndexFunc(policies, func(p L7Policy) bool { return p.ID == r.ID })]
				rest := slices.DeleteFunc(slices.Clone(p.WeightedPools), func(w WeightedPool) bool { return w.PoolID == pool.ID || !cloud.Has(w.PoolID) })
				if len(rest) == 0 {
					err = d.DeletePolicy(ctx, r.ID)
				} else {
					err = d.SetWeightedPools(ctx, r.ID, rest)
				}
			default:
				err = d.DeletePolicy(ctx, r.ID)
			}
			if err != nil {
				t.Fatalf("%v: %v", r, err)
			}
		}
		if left := cloud.References(pool.ID); left != nil {
			t.Fatalf("pool %s: %v", pool.ID, left)
		}
		if pool.MemberDeletionProtection {
			if err := d.DeletePoolMember(ctx, pool.ID, pool.Members.First()); !errors.Is(err, Protected) {
				t.Errorf("%v", err)
			}
			continue
		}
		if err := takeAway(t, d, pool, isShared); err != nil {
			t.Errorf("pool %s: %v", pool.ID, err)
		}
		if cloud.Has(pool.ID) {
			t.Errorf("pool %s is still there", pool.ID)
		}
	}
	if len(listeners) != len(some(t, c.Listeners(ctx))) {
		t.Error("a listener is gone")
	}
}

// takeAway deletes the members and the monitor of a pool, then the pool.
func takeAway(t *testing.T, d *Deleter, pool Pool, shared bool) error {
	t.Helper()
	ctx := t.Context()
	deletePool, deleteMember, deleteMonitor := d.DeletePool, d.DeletePoolMember, d.DeleteHealthMonitor
	if shared {
		deletePool, deleteMember, deleteMonitor = d.DeleteSharedPool, d.DeleteSharedPoolMember, d.DeleteSharedHealthMonitor
	}
	for m := range pool.Members.All() {
		if err := deleteMember(ctx, pool.ID, m); err != nil {
			return err
		}
	}
	if pool.HealthMonitorID != "" {
		if err := deleteMonitor(ctx, pool.HealthMonitorID); err != nil {
			return err
		}
	}
	return deletePool(ctx, pool.ID)
}

func TestACloudWithoutTheCall(t *testing.T) {
	cloud, configs := simulate(t, simcloud.Options{Seed: 3, Lacks: []string{"/pools/batch-delete", "/v2.0/", "/v2/*/elb"}})
	cloud.AddPool("p", "")
	for name, config := range configs {
		if _, err := deleter(t, config).DeletePools(t.Context(), []string{"p"}); !errors.Is(err, RouteAbsent) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := collect(reader(t, config).SharedPools(t.Context())); !errors.Is(err, RouteAbsent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !cloud.Has("p") {
		t.Error("deleted all the same")
	}
}

func TestWrongCredentials(t *testing.T) {
	_, configs := simulate(t, simcloud.Options{Seed: 4})
	config := configs["signature"]
	base := wire.NewTransport()
	defer base.CloseIdleConnections()
	hosts, err := auth.NewHosts(config.ELB)
	if err != nil {
		t.Fatal(err)
	}
	for name, transport := range map[string]http.RoundTripper{
		"key":   auth.Signer{AccessKey: "AK", SecretKey: "SK", ProjectID: config.Project, Hosts: hosts}.Transport(base),
		"token": auth.FixedToken("MIIwrong", hosts).Transport(base),
		"none":  base,
	} {
		config.Transport = transport
		if _, _, err := collect(reader(t, config).Pools(t.Context())); !errors.Is(err, Unauthorised) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAQuotaIsWaitedFor(t *testing.T) {
	cloud, configs := simulate(t, simcloud.Options{Seed: 5, Quota: simcloud.Quota{Requests: 2, Per: 100 * time.Millisecond}})
	d := deleter(t, configs["signature"])
	for _, id := range []string{"a", "b", "c", "d"} {
		cloud.AddPool(id, "")
		if err := d.DeletePool(t.Context(), id); err != nil || cloud.Has(id) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if p := d.Pace(ELB); !p.Until.IsZero() {
		t.Errorf("still paused: %+v", p)
	}
}
