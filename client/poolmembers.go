package client

import (
	"context"
	"iter"
	"strings"
)

// Member is a backend server in a pool, whose [Pool.Members] holds its id: what the list of all members says about pools
// is not to be used (api.md 2.4). An account has more of them than of anything else, so only what is shown is kept; whoever
// makes one again reads it as a [Spec].
type Member struct {
	ID              string         `json:"id"`
	Name            string         `json:"name"`
	Address         string         `json:"address"`
	ProtocolPort    int            `json:"protocol_port"`
	Weight          *int           `json:"weight"`           // 0–100; 0 = no new requests; nil = not said
	OperatingStatus string         `json:"operating_status"` // ONLINE, OFFLINE, NO_MONITOR, INITIAL, UNKNOWN
	Statuses        []MemberStatus `json:"status,omitempty"` // what each listener finds; see [Member.Health]
	InstanceID      string         `json:"instance_id,omitempty"`
	CreatedAt       Time           `json:"created_at"`
}

// MemberStatus is how a member does for one listener, in the words of OperatingStatus.
type MemberStatus struct {
	ListenerID      string `json:"listener_id"`
	OperatingStatus string `json:"operating_status"`
}

// Health is what health checks say of a member.
type Health string

// A member without a check, or not checked yet, is neither online nor offline.
const (
	HealthUnknown Health = ""
	HealthOnline  Health = "online"
	HealthOffline Health = "offline"
)

// Health says whether the member answers. Where listeners have their own findings those alone count: one that reaches
// it is enough for online, all must fail for offline (api.md 2.4).
func (m Member) Health() Health {
	if len(m.Statuses) == 0 {
		return healthOf(m.OperatingStatus)
	}
	all := healthOf(m.Statuses[0].OperatingStatus)
	for _, s := range m.Statuses {
		switch one := healthOf(s.OperatingStatus); one {
		case HealthOnline:
			return HealthOnline
		case all:
		default:
			all = HealthUnknown
		}
	}
	return all
}

func healthOf(status string) Health {
	switch {
	case strings.EqualFold(status, "ONLINE"):
		return HealthOnline
	case strings.EqualFold(status, "OFFLINE"):
		return HealthOffline
	}
	return HealthUnknown
}

// PoolMembers lists the members of all pools; those of shared load balancers are among them on some clouds.
func (c *Client) PoolMembers(ctx context.Context) iter.Seq2[[]Member, error] {
	return markers[Member](ctx, c, c.dedicated().sub("members").doing("listing members of all pools"), "members")
}

// DeletePoolMember takes one member out of a pool.
func (d *Deleter) DeletePoolMember(ctx context.Context, poolID, memberID string) error {
	return d.dedicated().sub("pools").id(poolID).sub("members").id(memberID).
		doing("removing member %s of pool %s", memberID, poolID).delete(ctx)
}
