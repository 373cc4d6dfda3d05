package doctor

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"janitor/client"
	"janitor/client/wire"
)

// first is the first page of a list, and whether there is more.
type first[T any] struct {
	page []T
	more bool
}

// firstPage reads one page. What would be asked for after it is not sent: that something would be says that there is more.
func firstPage[T any](ctx context.Context, list func(context.Context) iter.Seq2[[]T, error]) (f first[T], err error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	read := false
	for page, err := range list(ctx) {
		if read {
			f.more = true
			return f, nil
		}
		if err != nil {
			return f, err
		}
		f.page, read = page, true
		cancel()
	}
	return f, nil
}

func (f first[T]) amount() string {
	switch {
	case f.more:
		return fmt.Sprintf("works; %d or more", len(f.page))
	case len(f.page) == 0:
		return "works; there are none"
	}
	return fmt.Sprintf("works; %d", len(f.page))
}

// lists reads the first page of everything that janitor lists of load balancers.
func (e examination) lists(ctx context.Context) []Finding {
	c := e.session.Client
	checks := []func() Finding{
		func() Finding { return listed(ctx, "pools", c.Pools, "elb:pools:list") },
		func() Finding { return listed(ctx, "members", c.PoolMembers, "elb:members:list") },
		func() Finding { return listed(ctx, "health monitors", c.HealthMonitors, "elb:healthmonitors:list") },
		func() Finding { return listed(ctx, "certificates", c.Certificates, "elb:certificates:list") },
		func() Finding { return listed(ctx, "IP groups", c.IPGroups, "elb:ipgroups:list") },
		func() Finding { return scanned(listed(ctx, "listeners", c.Listeners, "elb:listeners:list")) },
		func() Finding { return scanned(listed(ctx, "policies", c.L7Policies, "elb:l7policies:list")) },
		func() Finding { return listed(ctx, "load balancers", c.LoadBalancers, "elb:loadbalancers:list") },
		func() Finding { return listed(ctx, "shared pools (v2.0)", c.SharedPools, "elb:pools:list") },
	}
	found := make([]Finding, len(checks))
	var all sync.WaitGroup
	for i, check := range checks {
		all.Go(func() { found[i] = check() })
	}
	all.Wait()
	return found
}

// listed is the finding of a list whose first page is read.
func listed[T any](ctx context.Context, what string, list func(context.Context) iter.Seq2[[]T, error], permission string) Finding {
	f, err := firstPage(ctx, list)
	return f.finding(what, err, permission)
}

func (f first[T]) finding(what string, err error, permission string) Finding {
	if err != nil {
		return failed("list", what, err, permission)
	}
	return Finding{Area: "list", What: what, State: OK, Says: f.amount()}
}

// scanned is a list that tells what is in use.
func scanned(f Finding) Finding {
	if f.State != OK {
		f.Do = strings.TrimPrefix(f.Do+"; without it nothing is called unused", "; ")
	}
	return f
}

// gatewaysMost is how many instances are looked into.
const gatewaysMost = 5

// gateways reads the instances of each service and the first channels of a few of them; where the profile names an instance,
// only the channels of that one, as nothing else is used then.
func (e examination) gateways(ctx context.Context) []Finding {
	var found []Finding
	named := e.profile.Gateway
	for _, service := range []struct{ name, word, at, instances, channels string }{ // the last two are permissions; "" = not known
		{client.ROMA, "ROMA Connect", e.reach.Endpoints.ROMA, "", ""},
		{client.APIG, "API Gateway", e.reach.Endpoints.APIG, "apig:instances:list", "apig:vpcChannels:list"},
	} {
		if service.at == "" || named.Service != "" && named.Service != service.name {
			continue
		}
		channelsOf := func(what, id string) Finding {
			channels := func(ctx context.Context) iter.Seq2[[]client.Channel, error] {
				return e.session.Client.Channels(ctx, client.Gateway{Service: service.name, InstanceID: id})
			}
			return listed(ctx, "channels of "+cut(what), channels, service.channels)
		}
		if named.Service != "" && named.InstanceID != "" {
			found = append(found, channelsOf(named.InstanceID, named.InstanceID))
			continue
		}
		instances, err := firstPage(ctx, func(ctx context.Context) iter.Seq2[[]client.Instance, error] {
			return e.session.Client.Instances(ctx, service.name)
		})
		if errors.Is(err, wire.RouteAbsent) {
			found = append(found, Finding{
				Area: "list", What: service.word, State: Unknown, Says: "this cloud does not list its instances: " + short(err),
				Do: "if you use one, name it in the profile (gateway.service, gateway.instance_id)",
			})
			continue
		}
		found = append(found, instances.finding(service.word+" instances", err, service.instances))
		for _, i := range instances.page[:min(len(instances.page), gatewaysMost)] {
			if i.Idle() {
				found = append(found, Finding{Area: "list", What: "channels of " + cut(i.Name), State: Unknown, Says: "the instance is not running: " + cut(i.Status)})
				continue
			}
			found = append(found, channelsOf(i.Name, i.ID))
		}
	}
	return found
}
