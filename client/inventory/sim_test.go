package inventory_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"janitor/client"
	"janitor/client/auth"
	"janitor/client/inventory"
	"janitor/client/simcloud"
)

// simulated connects to a simulated account of small size, signing every request.
func simulated(t *testing.T, o simcloud.Options) (*inventory.Loader, *client.Deleter, *simcloud.Cloud) {
	t.Helper()
	o.Now = func() time.Time { return now }
	cloud := simcloud.New(o)
	l, d := simulatedBy(t, cloud, o.Now)
	return l, d, cloud
}

// simulatedBy connects to a simulated account, whose time is that of at.
func simulatedBy(tb testing.TB, cloud *simcloud.Cloud, at func() time.Time) (*inventory.Loader, *client.Deleter) {
	tb.Helper()
	srv := httptest.NewServer(cloud)
	tb.Cleanup(srv.Close)
	hosts, err := auth.NewHosts(srv.URL)
	if err != nil {
		tb.Fatal(err)
	}
	a := cloud.Account()
	base := &http.Transport{MaxIdleConnsPerHost: 32}
	tb.Cleanup(base.CloseIdleConnections)
	signer := auth.Signer{AccessKey: a.AccessKey, SecretKey: a.SecretKey, ProjectID: a.ProjectID, Hosts: hosts, Now: at}
	c, d := clients(tb, client.Config{
		Project: a.ProjectID, ELB: srv.URL, ROMA: srv.URL, APIG: srv.URL,
		Gateways:  []client.Gateway{{Service: client.ROMA}, {Service: client.APIG}},
		Transport: signer.Transport(base),
	})
	l := inventory.NewLoader(c, inventory.Scope{Profile: "sim", Region: a.Region, Project: a.ProjectID})
	l.Now = at
	return l, d
}

// TestTheServiceAgrees: in simulated accounts, what janitor calls unused can be deleted, what it calls in use is refused
// by the service, and the service is asked about nothing else.
func TestTheServiceAgrees(t *testing.T) {
	seed := rand.Uint64()
	for i := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed+i), func(t *testing.T) {
			l, d, cloud := simulated(t, simcloud.Options{Seed: seed + i})
			s := inventory.Last(l.Load(t.Context(), inventory.Pools, inventory.Certificates, inventory.IPGroups))
			for _, listing := range s.Listings[:3] {
				if listing.Err != nil || listing.Resources.Len() == 0 {
					t.Fatalf("%s: %d, %v", listing.Kind.ID, listing.Resources.Len(), listing.Err)
				}
				states := map[inventory.State]int{}
				for _, r := range listing.Resources.All() {
					states[r.Verdict.State]++
					var before []inventory.Step // what S1 demands first
					del := listing.Kind.Deletion
					if del.Demands != nil && del.Demands(r) {
						before = del.Before(r, s.Graph)
					}
					want := inventory.SaidRefused
					switch {
					case r.Verdict.State == inventory.Protected, r.Verdict.State == inventory.Unknown:
						continue
					case r.Verdict.State == inventory.Unused && len(before) == 0:
						want = inventory.SaidDeleted
					}
					answers, err := del.Route(r).Send(t.Context(), d, []inventory.Resource{r})
					if err != nil || len(answers) != 1 || answers[0].Said != want || answers[0].ID != r.Ref.ID {
						t.Errorf("%s %s is %q, needs %d steps first; the service says %+v, %v", listing.Kind.One, r.Name, said(r.Verdict), len(before), answers, err)
					}
					if gone := !cloud.Has(r.Ref.ID); gone != (want == inventory.SaidDeleted) {
						t.Errorf("%s %s is gone: %v", listing.Kind.One, r.Name, gone)
					}
				}
				if states[inventory.Unused] == 0 || states[inventory.InUse] == 0 || states[inventory.Unknown] > 0 {
					t.Errorf("%s: %v", listing.Kind.ID, states)
				}
			}
		})
	}
}

// TestChildrenOfASimulatedAccount opens everything at once, deletes one child of each parent and looks again.
func TestChildrenOfASimulatedAccount(t *testing.T) {
	l, d, _ := simulated(t, simcloud.Options{Seed: 7})
	for _, kind := range []inventory.KindID{inventory.Entries, inventory.Members} {
		_, before := open(t, l, kind)
		var doomed []inventory.Resource
		for _, r := range before.Resources.All() {
			same := func(o inventory.Resource) bool {
				return o.Ref.Parent == r.Ref.Parent && o.Ref.Scope == r.Ref.Scope
			}
			if r.Verdict.State != inventory.Protected && !slices.ContainsFunc(doomed, same) {
				doomed = append(doomed, r)
			}
		}
		if len(doomed) < 3 {
			t.Fatalf("only %d %s to delete", len(doomed), kind)
		}
		for _, r := range doomed {
			answers, err := before.Kind.Deletion.Route(r).Send(t.Context(), d, []inventory.Resource{r})
			if err != nil || len(answers) != 1 || answers[0].Said != inventory.SaidDeleted {
				t.Errorf("%s of %s: %+v, %v", r.Name, r.In, answers, err)
			}
		}
		after := inventory.Last(l.Open(t.Context(), kind, before.Parents))
		if n := after.Listing(kind).Resources.Len(); n != before.Resources.Len()-len(doomed) {
			t.Errorf("%d %s left of %d after deleting %d", n, kind, before.Resources.Len(), len(doomed))
		}
		refs := make([]inventory.Ref, len(doomed))
		for i, r := range doomed {
			refs[i] = r.Ref
		}
		if found := after.Find(refs); len(found) != 0 {
			t.Errorf("%d deleted %s are still there", len(found), kind)
		}
	}
}

// TestColumnsOfASimulatedAccount: every column of every kind has a value somewhere, for the eye and for filters, and an order.
func TestColumnsOfASimulatedAccount(t *testing.T) {
	l, _, _ := simulated(t, simcloud.Options{Seed: 7})
	for _, k := range inventory.Kinds() {
		var listing *inventory.Listing
		if k.Within == "" {
			_, listing = load(t, l, k.ID)
		} else {
			_, listing = open(t, l, k.ID)
		}
		ids := map[string]bool{}
		for _, c := range k.Columns {
			if ids[c.ID] {
				t.Errorf("%s: two columns %q", k.ID, c.ID)
			}
			ids[c.ID] = true
			filled := false
			sorted := listing.Resources.All()
			slices.SortFunc(sorted, c.Compare)
			for i, r := range sorted {
				filled = filled || c.Data(r, now).Known && (c.Hidden || c.Value(r, now) != "")
				if i > 0 && c.Compare(sorted[i-1], r) > 0 {
					t.Errorf("%s: %s is not in order", k.ID, c.ID)
				}
			}
			if !filled {
				t.Errorf("%s: column %s is empty throughout", k.ID, c.ID)
			}
		}
		for _, r := range listing.Resources.All() {
			if len(k.Fields(r, now)) < 3 || len(inventory.JSON(r)) < 10 {
				t.Errorf("%s %s has no details", k.One, r.Name)
			}
		}
	}
}
