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

// firstPage reads one page of a list.
func firstPage[T any](ctx context.Context, list func(context.Context) iter.Seq2[[]T, error]) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	for page, err := range list(ctx) {
		return len(page), err
	}
	return 0, nil
}

// amount of a first page, which is all there is unless it is full.
func amount(n int) string {
	switch {
	case n == 0:
		return "works; there are none"
	case n >= client.FirstPage:
		return fmt.Sprintf("works; %d or more", n)
	}
	return fmt.Sprintf("works; %d", n)
}

// lists reads the first page of everything that janitor lists of load balancers.
func (e examination) lists(ctx context.Context) []Finding {
	c := e.session.Client
	checks := []func() Finding{
		func() Finding { n, err := firstPage(ctx, c.Pools); return counted("pools", n, err, "elb:pools:list") },
		func() Finding {
			n, err := firstPage(ctx, c.PoolMembers)
			return counted("members", n, err, "elb:members:list")
		},
		func() Finding {
			n, err := firstPage(ctx, c.HealthMonitors)
			return counted("health monitors", n, err, "elb:healthmonitors:list")
		},
		func() Finding {
			n, err := firstPage(ctx, c.Certificates)
			return counted("certificates", n, err, "elb:certificates:list")
		},
		func() Finding {
			n, err := firstPage(ctx, c.IPGroups)
			return counted("IP groups", n, err, "elb:ipgroups:list")
		},
		func() Finding {
			n, err := firstPage(ctx, c.Listeners)
			return scanned(counted("listeners", n, err, "elb:listeners:list"))
		},
		func() Finding {
			n, err := firstPage(ctx, c.L7Policies)
			return scanned(counted("policies", n, err, "elb:l7policies:list"))
		},
		func() Finding {
			n, err := firstPage(ctx, c.LoadBalancers)
			return counted("load balancers", n, err, "elb:loadbalancers:list")
		},
		func() Finding {
			n, err := firstPage(ctx, c.SharedPools)
			return counted("shared pools (v2.0)", n, err, "elb:pools:list")
		},
	}
	found := make([]Finding, len(checks))
	var all sync.WaitGroup
	for i, check := range checks {
		all.Go(func() { found[i] = check() })
	}
	all.Wait()
	return found
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

// gateways reads the instances of each service and the first channels of a few of them.
func (e examination) gateways(ctx context.Context) []Finding {
	var found []Finding
	for _, service := range []struct{ name, word, at, permission string }{
		{client.ROMA, "ROMA Connect", e.reach.Endpoints.ROMA, ""},
		{client.APIG, "API Gateway", e.reach.Endpoints.APIG, "apig:instances:list"},
	} {
		if service.at == "" {
			continue
		}
		var instances []client.Instance
		_, err := firstPage(ctx, func(ctx context.Context) iter.Seq2[[]client.Instance, error] {
			return func(yield func([]client.Instance, error) bool) {
				for page, err := range e.session.Client.Instances(ctx, service.name) {
					instances = page
					if !yield(page, err) {
						return
					}
				}
			}
		})
		if errors.Is(err, wire.RouteAbsent) {
			found = append(found, Finding{Area: "list", What: service.word, State: OK, Says: "this cloud does not offer it"})
			continue
		}
		found = append(found, counted(service.word+" instances", len(instances), err, service.permission))
		for _, i := range instances[:min(len(instances), gatewaysMost)] {
			what := "channels of " + cut(i.Name)
			if i.Idle() {
				found = append(found, Finding{Area: "list", What: what, State: Unknown, Says: "the instance is not running: " + cut(i.Status)})
				continue
			}
			n, err := firstPage(ctx, func(ctx context.Context) iter.Seq2[[]client.Channel, error] {
				return e.session.Client.Channels(ctx, client.Gateway{Service: service.name, InstanceID: i.ID})
			})
			f := counted(what, n, err, map[string]string{client.APIG: "apig:vpcChannels:list"}[service.name])
			found = append(found, f)
		}
	}
	return found
}
