package inventory

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"janitor/client"
)

// Channel is a VPC channel with the gateway instance it belongs to.
type Channel struct {
	client.Channel
	Gateway *client.Gateway `json:"gateway"` // shared by all its channels

	scope ScopeID // of the gateway
}

var channels = &Kind{
	ID: Channels, One: "channel", Many: "channels", Title: "Channels", Holds: Members,
	WhyNot: "Channels are not deleted by janitor: open one to delete its members",
	Columns: []Column{
		nameColumn("NAME"),
		numberColumn("port", "PORT", 5, func(r Resource) int { return channel(r).Port }).
			means("port of its members").typed(Number, func(r Resource) Datum { return port(channel(r).Port) }),
		textColumn("kind", "KIND", 12, func(r Resource) string { return channel(r).sort() }).
			means("builtin, microservice or reference").oneOf("builtin", "microservice", "reference"),
		textColumn("strategy", "STRATEGY", 26, func(r Resource) string { return channel(r).strategy() }).extra().
			means("how requests are spread: weighted round robin, …"),
		textColumn("gateway", "GATEWAY", 15, func(r Resource) string { return gatewayName(*channel(r).Gateway) }).
			means("ROMA or APIG, and the id of the instance").typed(Text, func(r Resource) Datum { return text(gatewayWhole(*channel(r).Gateway)) }),
		ageColumn(),
		idColumn(),
		createdFact(),
		textFact("status", "normal or abnormal", func(r Resource) string { return channel(r).status() }).oneOf("normal", "abnormal"),
	},
	Judge: func(r Resource, g *Graph) Verdict {
		var signs []string
		if channel(r).Status == 2 {
			signs = []string{"abnormal"}
		}
		// Which APIs use it the channel does not say (api.md 4.3): it is never known to be unused.
		used, _ := g.usedBy(Channels, r.Ref.ID, client.IDs{})
		return judge(r.Ref, nil, used, channelUnknown, nil, signs)
	},
	Fields: func(r Resource, now time.Time) []Field {
		c := channel(r)
		console := "API Gateway"
		if c.Gateway.Service == client.ROMA {
			console = "ROMA Connect"
		}
		groups := make([]string, len(c.MemberGroups))
		for i, g := range c.MemberGroups {
			groups[i] = g.Name
			if g.ReferenceChannelID != "" {
				groups[i] += " → channel " + g.ReferenceChannelID
			}
		}
		return fields(r, now,
			Field{"Kind", c.sort()},
			Field{"Gateway", gatewayName(*c.Gateway)},
			Field{"Gateway instance", c.Gateway.InstanceID},
			Field{"Port", strconv.Itoa(c.Port)},
			Field{"Strategy", c.strategy()},
			Field{"Member type", c.MemberType},
			Field{"Server groups", strings.Join(groups, ", ")},
			Field{"Used by", "janitor does not list the APIs of the gateway: look in the console under " + console + ", load balance channels"},
		)
	},
	lists: []list{{id: ListID(Channels), read: listChannels}},
	links: linksOfChannel,
	row: func(_ ScopeID, of Object) Resource {
		c := of.(*Channel)
		return Resource{Ref: Ref{Scope: c.scope, Kind: Channels, ID: c.ID}, Name: c.Name, Created: c.CreateTime, Object: c}
	},
	parts: func(r Resource) []Resource {
		groups := channel(r).MemberGroups
		rows := make([]Resource, len(groups))
		for i := range groups {
			rows[i] = groupRow(r, &groups[i])
		}
		return rows
	},
}

var channelUnknown = []Reason{{Text: "callers not listed"}}

func channel(r Resource) *Channel { return r.Object.(*Channel) }

// listChannels reads the gateways side by side; one that fails does not hide the channels of the others.
func listChannels(ctx context.Context, q *query) error {
	gateways, idle, err := q.client.Gateways(ctx)
	for _, instance := range idle {
		g := client.Gateway{Service: instance.Service, InstanceID: instance.ID}
		q.remark(fmt.Sprintf("%s does not run: it is %s", gatewayName(g), instance.Status))
	}
	if len(gateways) == 0 {
		if err == nil && len(idle) == 0 {
			q.remark("no gateway instance in this profile's project: see gateway and endpoints in the profile")
		}
		return err
	}
	failures := make([]error, len(gateways), len(gateways)+1)
	var wg sync.WaitGroup
	for i, gateway := range gateways {
		wg.Go(func() { failures[i] = q.channelsOf(gateway, q.client.Channels(ctx, gateway)) })
	}
	wg.Wait()
	return join(append(failures, err))
}

func (q *query) channelsOf(gateway client.Gateway, pages iter.Seq2[[]client.Channel, error]) error {
	scope := q.scope.Gateway(gateway)
	err := rowsOf(q, as(pages, func(c *client.Channel) Channel { return Channel{Channel: *c, Gateway: &gateway, scope: scope} }))
	if gateway.Service == client.APIG {
		err = needs("apig:vpcChannels:list", err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", gatewayName(gateway), err)
	}
	return nil
}

func groupRow(channel Resource, g *client.MemberGroup) Resource {
	return Resource{
		Ref:  Ref{Scope: channel.Ref.Scope, Kind: MemberGroups, Parent: channel.Ref.ID, ID: cmp.Or(g.ID, g.Name)},
		Name: g.Name, In: channel.Label(), Object: g,
	}
}

// linksOfChannel: its server groups, and the channel whose servers it takes (api.md 4.3).
func linksOfChannel(r Resource, tell func(link)) {
	for _, g := range channel(r).MemberGroups {
		tell(link{user: r.Ref, used: groupRow(r, &g).Ref, via: "member_groups"})
		if g.ReferenceChannelID != "" {
			tell(link{
				user: r.Ref, used: near(r, Channels, g.ReferenceChannelID), via: "reference_vpc_channel_id",
				up: "reference channel", down: "servers of channel",
			})
		}
	}
}

// gatewayName: "ROMA 1a2b3c4d…".
func gatewayName(g client.Gateway) string {
	service := "APIG"
	if g.Service == client.ROMA {
		service = "ROMA"
	}
	return service + " " + Brief(g.InstanceID)
}

// gatewayWhole is the name of the gateway with its whole id.
func gatewayWhole(g client.Gateway) string {
	service, _, _ := strings.Cut(gatewayName(g), " ")
	return service + " " + g.InstanceID
}

// reference: its servers belong to the channel it refers to and cannot be deleted here (S4, api.md 4.3).
func (c *Channel) reference() bool {
	return strings.EqualFold(c.VPCChannelType, "reference") || c.refersTo() != ""
}

// refersTo is the id of the channel that has the servers of a reference channel, "" when the service does not say.
func (c *Channel) refersTo() string {
	for _, g := range c.MemberGroups {
		if g.ReferenceChannelID != "" {
			return g.ReferenceChannelID
		}
	}
	return ""
}

// microservice: its servers come from a registry.
func (c *Channel) microservice() bool {
	return c.Type == "microservice" || strings.EqualFold(c.VPCChannelType, "microservice")
}

func (c *Channel) sort() string {
	switch {
	case c.reference():
		return "reference"
	case c.microservice():
		return "microservice"
	}
	return "builtin"
}

// status as the service says it in numbers (api.md 4.3).
func (c *Channel) status() string {
	switch c.Status {
	case 1:
		return "normal"
	case 2:
		return "abnormal"
	}
	return ""
}

func (c *Channel) strategy() string {
	switch c.BalanceStrategy {
	case 0:
		return ""
	case 1:
		return "weighted round robin"
	case 2:
		return "weighted least connections"
	case 3:
		return "source hash"
	case 4:
		return "URI hash"
	}
	return strconv.Itoa(c.BalanceStrategy)
}
