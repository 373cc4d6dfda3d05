package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"janitor/client"
	"janitor/client/addresses"
)

// Member is a backend server of a channel, with the channel as it was when its members were opened.
type Member struct {
	client.ChannelMember
	Channel *Channel `json:"-"`

	scope ScopeID    // of the gateway
	label string     // where it is, ready to be shown
	host  netip.Addr // zero when Host is a name
	last  bool       // no other member of the channel is enabled
}

var members = &Kind{
	ID: Members, One: "member", Many: "members", Title: "Members", Within: Channels,
	Columns: []Column{
		addressColumn("HOST:PORT", compareMembers),
		{
			ID: "weight", Title: "WEIGHT", Right: true, Width: 6, Type: Number, Means: "share of requests, 0 to 10000",
			Value:   func(r Resource, _ time.Time) string { return optional(member(r).Weight) },
			Compare: func(a, b Resource) int { return cmp.Compare(weightOf(member(a)), weightOf(member(b))) },
			Data: func(r Resource, _ time.Time) Datum {
				if w := member(r).Weight; w != nil {
					return number(*w)
				}
				return Datum{}
			},
		},
		textColumn("status", "STATUS", 8, func(r Resource) string { return member(r).status() }).
			means("enabled or disabled").oneOf("enabled", "disabled"),
		textColumn("health", "HEALTH", 9, func(r Resource) string { return member(r).HealthStatus }).
			means("health check: healthy, unhealthy or unknown").oneOf("healthy", "unhealthy", "unknown"),
		textColumn("servergroup", "GROUP", 14, func(r Resource) string { return member(r).GroupName }).extra().
			means("server group within the channel"),
		textColumn("backup", "BACKUP", 6, func(r Resource) string { return member(r).backup() }).
			means("serves only when the others are down").typed(Flag, func(r Resource) Datum { return flag(member(r).Backup) }),
		inColumn("channel", "CHANNEL"),
		ageColumn().extra(),
		idColumn(),
		createdFact(),
		textFact("host", "address or name of the server", func(r Resource) string { return member(r).Host }),
		fact("port", Number, "port; the channel's where it has none", func(r Resource, _ time.Time) Datum {
			return port(cmp.Or(member(r).Port, member(r).Channel.Port))
		}),
		fact("enabled", Flag, "gets requests: enabled, weight not 0", func(r Resource, _ time.Time) Datum {
			m := member(r)
			off := m.Status == 2 || m.Weight != nil && *m.Weight == 0
			return Datum{Known: off || m.Status == 1, Number: flag(!off).Number}
		}),
		fact("addresses", Block, "its address", func(r Resource, _ time.Time) Datum {
			return blockDatum(addresses.Block{Low: member(r).host, High: member(r).host})
		}),
	},
	weighs: []ListID{ListID(Channels)},
	Judge:  judgeMember,
	Fields: func(r Resource, now time.Time) []Field {
		m := member(r)
		return fields(r, now,
			Field{"Channel", r.In},
			Field{"Channel id", r.Ref.Parent},
			Field{"Gateway", gatewayName(*m.Channel.Gateway)},
			Field{"Weight", optional(m.Weight)},
			Field{"Status", m.status()},
			Field{"Health", m.HealthStatus},
			Field{"Server group", m.GroupName},
			Field{"Backup", m.backup()},
			Field{"ECS", m.ECSName},
			Field{"ECS id", m.ECSID},
		)
	},
	Deletion: &Deletion{
		Route:   func(Resource) *Route { return deleteMember },
		UsedToo: true,
		Settings: func(r Resource) []Field {
			m := member(r)
			return []Field{{"weight", optional(m.Weight)}, {"status", m.status()}, {"server group", m.GroupName}, {"backup", m.backup()}}
		},
		Undo:    func(Resource) (Undo, string) { return NewID, "" },
		Effects: effectsOfMembers,
	},
	Restore: restoreMembers,
	lists:   []list{{id: ListID(Members), read: listMembers}},
	links: func(r Resource, tell func(link)) {
		tell(link{user: near(r, Channels, r.Ref.Parent), used: r.Ref, via: "members"})
		if id := cmp.Or(member(r).GroupID, member(r).GroupName); id != "" {
			group := Ref{Scope: r.Ref.Scope, Kind: MemberGroups, Parent: r.Ref.Parent, ID: id}
			tell(link{user: group, used: r.Ref, via: "member_group_id"})
		}
	},
	row: func(_ ScopeID, of Object) Resource {
		m := of.(*Member)
		return Resource{
			Ref:     Ref{Scope: m.scope, Kind: Members, Parent: m.Channel.ID, ID: m.ID},
			Name:    m.label,
			In:      cmp.Or(m.Channel.Name, m.Channel.ID),
			Created: m.CreateTime,
			Object:  m,
		}
	},
	parent: func(r Resource) Resource {
		parent := Resource{Ref: Ref{Scope: r.Ref.Scope, Kind: Channels, ID: r.Ref.Parent}, Name: r.In}
		if m, ok := r.Object.(*Member); ok && m.Channel != nil {
			parent.Object, parent.Created = m.Channel, m.Channel.CreateTime
		}
		return parent
	},
}

func member(r Resource) *Member { return r.Object.(*Member) }

// listMembers asks a few channels at a time; one that fails does not hide the members of the others, and one that is
// no longer there has none.
func listMembers(ctx context.Context, q *query) error {
	const together = 6
	free := make(chan struct{}, together)
	failures := make([]error, len(q.parents))
	notes := make([]string, len(q.parents))
	var wg sync.WaitGroup
	for i, parent := range q.parents {
		wg.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			var err error
			switch notes[i], err = q.membersOf(ctx, parent); {
			case gonePlainly(err):
				notes[i] = "channel " + parent.Label() + " is no longer there"
			case err != nil:
				failures[i] = fmt.Errorf("channel %s: %w", parent.Label(), err)
			}
		})
	}
	wg.Wait()
	for _, note := range notes {
		if note != "" {
			q.remark(note)
		}
	}
	return join(failures)
}

// askChannel is why nothing is said of the members of a channel that is known by its id only: at best it is gone. What a
// member means to its channel cannot be told without the channel.
func (q *query) askChannel(ctx context.Context, parent Resource) error {
	g, ok := gatewayOf(parent.Ref.Scope)
	if !ok {
		return errors.New("its gateway instance is not known: open it from the list of channels")
	}
	for _, err := range q.client.ChannelMembers(ctx, g, parent.Ref.ID) {
		if err != nil {
			return err
		}
	}
	return errors.New("it has members, and is not in the list of channels")
}

// membersOf collects a channel's members before it shows them: whether one is the last that is enabled needs all. The
// note says why there are none.
func (q *query) membersOf(ctx context.Context, parent Resource) (note string, err error) {
	c, ok := parent.Object.(*Channel)
	if !ok {
		return "", q.askChannel(ctx, parent)
	}
	var objects []*Member
	enabled := 0
	for page, err := range q.client.ChannelMembers(ctx, *c.Gateway, c.ID) {
		if err != nil {
			return "", err
		}
		for i := range page {
			m := &Member{ChannelMember: page[i], Channel: c, scope: parent.Ref.Scope, host: addresses.ParseOne(page[i].Host)}
			m.label = m.address()
			objects = append(objects, m)
			if m.enabled() {
				enabled++
			}
		}
	}
	rows := make([]Resource, len(objects))
	for i, m := range objects {
		m.last = enabled == 1 && m.enabled()
		rows[i] = q.kind.row(q.home, m)
	}
	q.page(rows)
	if len(rows) == 0 && c.reference() {
		note = "channel " + parent.Label() + " refers to " + q.referred(ctx, c) + ": its servers are there"
	}
	return note, nil
}

// referred names the channel that a reference channel refers to, by its id where its name cannot be read.
func (q *query) referred(ctx context.Context, c *Channel) string {
	id := c.refersTo()
	if id == "" {
		return "another channel"
	}
	if other, err := q.client.Channel(ctx, *c.Gateway, id); err == nil {
		return "channel " + cmp.Or(other.Name, id)
	}
	return "channel " + id
}

// address: "10.0.0.5:8080", or "web-1 (ecs id):8080" for a server named by its ECS; its id when it has neither. A member
// without a port takes the channel's.
func (m *Member) address() string {
	host := m.Host
	switch {
	case host == "" && m.ECSName != "":
		host = fmt.Sprintf("%s (%s)", m.ECSName, Brief(m.ECSID))
	case host == "":
		host = m.ECSID
	}
	if host == "" {
		return m.ID // a row without a name cannot be told from others
	}
	return withPort(host, strconv.Itoa(cmp.Or(m.Port, m.Channel.Port)))
}

// compareMembers puts addresses before names.
func compareMembers(a, b Resource) int {
	m, n := member(a), member(b)
	switch {
	case m.host.IsValid() && n.host.IsValid():
		return cmp.Or(m.host.Compare(n.host), cmp.Compare(cmp.Or(m.Port, m.Channel.Port), cmp.Or(n.Port, n.Channel.Port)))
	case m.host.IsValid():
		return -1
	case n.host.IsValid():
		return 1
	}
	return fold(a.Label(), b.Label())
}

// enabled: it gets requests, as far as the service says. A status or weight that is not said counts as on.
func (m *Member) enabled() bool {
	return m.Status != 2 && (m.Weight == nil || *m.Weight != 0)
}

func weightOf(m *Member) int {
	if m.Weight == nil {
		return -1
	}
	return *m.Weight
}

func (m *Member) status() string {
	switch m.Status {
	case 1:
		return "enabled"
	case 2:
		return "disabled"
	}
	return ""
}

func (m *Member) backup() string {
	if m.Backup {
		return "backup"
	}
	return ""
}

var (
	memberDisabled   = []Reason{{Text: "gets no requests", Via: "status"}}
	memberWeightless = []Reason{{Text: "gets no requests", Via: "weight"}}
)

func judgeMember(r Resource, _ *Graph) Verdict {
	m := member(r)
	var signs []string // the gravest first, for a row may have no room for the others
	if m.last {
		signs = append(signs, "last enabled")
	}
	if m.HealthStatus == "unhealthy" {
		signs = append(signs, "unhealthy")
	}
	if m.Backup {
		signs = append(signs, "backup only")
	}
	if m.Channel.microservice() {
		signs = append(signs, "may come back")
	}
	var protected, used []Reason
	if m.Channel.reference() {
		protected = []Reason{{Text: "belongs to another channel: delete it there", Via: "vpc_channel_type", By: m.Channel.ID}}
	}
	idle := memberDisabled
	switch {
	case m.Status == 2:
		signs = append(signs, "disabled")
	case !m.enabled():
		idle = memberWeightless
		signs = append(signs, "weight 0")
	case protected == nil:
		used = []Reason{{Text: "serves it", Via: "status", By: m.Channel.ID}} // the screen names the channel
	}
	return judge(r.Ref, protected, used, nil, idle, signs)
}

// One at a time per instance: two at once end as 500 APIG.9999 (api.md 4.5).
var deleteMember = &Route{
	Call: "DELETE vpc-channels/{id}/members/{member_id}", Max: 1, Serial: true,
	Send: func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error) {
		m := member(items[0])
		err := d.DeleteChannelMember(ctx, *m.Channel.Gateway, items[0].Ref.Parent, items[0].Ref.ID)
		if m.Channel.Gateway.Service == client.APIG { // no document has ROMA's names (api.md 4.7)
			err = needs("apig:vpcChannels:deleteInstance", err)
		}
		return single(items, err)
	},
}
