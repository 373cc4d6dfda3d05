package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Service names: those of the two gateways as they stand in the path and in a profile.
const (
	ELB  = "elb"
	ROMA = "apic"
	APIG = "apigw"
)

// Gateway is one instance of ROMA Connect or API Gateway.
type Gateway struct {
	Service    string // [ROMA] or [APIG]
	InstanceID string
}

// Instance is a gateway instance as the services list them.
type Instance struct {
	ID      string
	Name    string
	Status  string // RUNNING, Running, …: compare without case
	Service string
}

// Idle says that it does not run. One that does not say how it is may well run: its list of channels will tell.
func (i Instance) Idle() bool { return i.Status != "" && !strings.EqualFold(i.Status, "running") }

// Channel is a VPC channel (load balance channel).
type Channel struct {
	ID              string        `json:"id"`
	Name            string        `json:"name"`
	Port            int           `json:"port"`
	BalanceStrategy int           `json:"balance_strategy"`
	MemberType      string        `json:"member_type"` // ip or ecs
	Type            ChannelType   `json:"type"`
	VPCChannelType  string        `json:"vpc_channel_type,omitempty"` // builtin, microservice, reference; APIG only
	Status          int           `json:"status"`                     // 1 normal, 2 abnormal
	MemberGroups    []MemberGroup `json:"member_groups,omitempty"`
	Microservice    FreeForm      `json:"microservice_info,omitzero"`
	CreateTime      Time          `json:"create_time"`
}

// MemberGroup is a server group within a channel; one that names another channel makes its channel a reference.
type MemberGroup struct {
	ID                 string `json:"member_group_id"`
	Name               string `json:"member_group_name"`
	ReferenceChannelID string `json:"reference_vpc_channel_id,omitempty"`
}

// ChannelMember is a backend server of a channel. Status: 1 enabled, 2 disabled, 0 not said.
type ChannelMember struct {
	ID           string `json:"id"`
	ChannelID    string `json:"vpc_channel_id"`
	Host         string `json:"host,omitempty"`
	Port         int    `json:"port"`
	Weight       *int   `json:"weight"` // 0–10000; nil = not said
	Backup       bool   `json:"is_backup"`
	GroupName    string `json:"member_group_name,omitempty"`
	GroupID      string `json:"member_group_id,omitempty"`
	Status       int    `json:"status"`
	ECSID        string `json:"ecs_id,omitempty"`
	ECSName      string `json:"ecs_name,omitempty"`
	HealthStatus string `json:"health_status,omitempty"` // unknown, healthy, unhealthy; APIG only
	CreateTime   Time   `json:"create_time"`
}

// Gateways are the gateway instances whose channels the profile shows; those that the configuration leaves open are
// looked up among the running instances. None configured, none given. A service that fails does not hide the instances
// of the other: those come along with the error. idle are the instances that were found and do not run.
func (c *Client) Gateways(ctx context.Context) (all []Gateway, idle []Instance, err error) {
	add := func(g Gateway) {
		if !slices.Contains(all, g) {
			all = append(all, g)
		}
	}
	for _, g := range c.gateways {
		if g.InstanceID != "" {
			add(g)
			continue
		}
		for page, failed := range c.Instances(ctx, g.Service) {
			if errors.Is(failed, RouteAbsent) {
				failed = fmt.Errorf("%w: say in the profile which gateway to use (gateway.service, gateway.instance_id)", failed)
			}
			switch {
			case failed != nil && err != nil:
				err = fmt.Errorf("%w; %w", err, failed)
			case failed != nil:
				err = failed
			}
			for _, instance := range page {
				if instance.Idle() {
					idle = append(idle, instance)
				} else {
					add(Gateway{Service: g.Service, InstanceID: instance.ID})
				}
			}
		}
	}
	return all, idle, err
}

// Instances lists the gateway instances of a service, [ROMA] or [APIG].
func (c *Client) Instances(ctx context.Context, service string) iter.Seq2[[]Instance, error] {
	api, err := c.gateway(service)
	prefix := "/v2/" + c.project // ROMA lists its instances beside the product (api.md 4.1)
	if service == APIG {
		prefix += "/" + APIG
	}
	r := c.on(api, err, prefix).sub("instances").doing("listing %s instances", service)
	return func(yield func([]Instance, error) bool) {
		for page, err := range offsets[instance](ctx, c, r, "instances") {
			instances := make([]Instance, len(page))
			for i, in := range page {
				instances[i] = Instance{ID: in.ID, Name: cmp.Or(in.APIGName, in.Name), Status: in.Status, Service: service}
			}
			if !yield(instances, err) {
				return
			}
		}
	}
}

// instance is how either service writes one (api.md 4.7).
type instance struct {
	ID       string `json:"id"`
	Name     string `json:"name"`          // ROMA
	APIGName string `json:"instance_name"` // APIG
	Status   string `json:"status"`
}

// Channels lists the channels of a gateway instance.
func (c *Client) Channels(ctx context.Context, g Gateway) iter.Seq2[[]Channel, error] {
	r := c.within(g).sub("vpc-channels").doing("listing channels of %s instance %s", g.Service, g.InstanceID)
	return offsets[Channel](ctx, c, r, "vpc_channels")
}

// Channel shows one.
func (c *Client) Channel(ctx context.Context, g Gateway, id string) (*Channel, error) {
	return show[Channel](ctx, c.within(g).sub("vpc-channels").id(id).doing("reading channel %s", id), "", id)
}

// ChannelMembers lists the members of a channel.
func (c *Client) ChannelMembers(ctx context.Context, g Gateway, channelID string) iter.Seq2[[]ChannelMember, error] {
	r := c.within(g).sub("vpc-channels").id(channelID).sub("members").doing("listing members of channel %s", channelID)
	return offsets[ChannelMember](ctx, c, r, "members")
}

// DeleteChannelMember deletes one member of a channel (S4). Two at once on one instance fail with APIG.9999.
func (d *Deleter) DeleteChannelMember(ctx context.Context, g Gateway, channelID, memberID string) error {
	return d.within(g).sub("vpc-channels").id(channelID).sub("members").id(memberID).
		doing("deleting member %s of channel %s", memberID, channelID).delete(ctx)
}
