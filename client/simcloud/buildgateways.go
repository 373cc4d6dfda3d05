package simcloud

import (
	"fmt"
	"strings"
)

// gateways makes the instances of both services and their channels; it returns the ids of the two main ones.
func (b *builder) gateways() (apigID, romaID string) {
	add := func(name, service, status, spec string, channels int) string {
		i := &instance{id: b.hex32(), name: name, service: service, status: status, spec: spec, createdMS: b.born().UnixMilli()}
		b.w.instances = append(b.w.instances, i)
		b.channels(i, channels)
		return i.id
	}
	all := b.counts.channels
	part := all / 3
	apigID = add("apig-prod", serviceAPIG, "Running", "PROFESSIONAL", all-2*part)
	add("apig-staging", serviceAPIG, "Running", "BASIC", part)
	add("apig-poc-2022", serviceAPIG, "CreateFail", "BASIC", 0)
	romaID = add("roma-integration", serviceROMA, "RUNNING", "basic", part)
	add("roma-alt", serviceROMA, "FROZEN", "basic", 0)
	return apigID, romaID
}

// What a channel is like: n normal, l many servers in all states, o only one live server left, r reference to another
// channel, m microservice, e servers by ECS id, b backup servers too, z no server, d none enabled.
const channelRoles = "nlormebdznln"

func (b *builder) channels(i *instance, n int) {
	var latest *channel // what a reference refers to
	clear(b.usedNames)
	for k := range n {
		role := channelRoles[k%len(channelRoles)]
		created := b.born().Format(timeV3)
		c := &channel{
			ID: b.hex32(), Name: b.channelName(), Port: pick(b, []int{80, 8080, 443, 9000}), BalanceStrategy: 1 + b.n(4),
			MemberType: "ip", Type: 2, VPCChannelType: "builtin", Status: 1, CreateTime: created,
			MemberGroups: []memberGroup{{ID: b.hex32(), Name: "default"}},
		}
		for b.usedNames[c.Name] {
			c.Name = fmt.Sprintf("%s_%d", c.Name, k)
		}
		b.usedNames[c.Name] = true
		if b.chance(5) {
			c.CreateTime = "" // happens (api.md 4.3)
		}
		switch {
		case role == 'r' && latest != nil:
			c.VPCChannelType = "reference"
			c.MemberGroups[0].ReferenceChannelID = latest.ID
		case role == 'm':
			c.Type, c.VPCChannelType = 3, "microservice"
			c.Microservice = []byte(`{"service_type":"CCE","cce_info":{"cluster_id":"` + b.uuid() + `","namespace":"default","workload_type":"deployment"}}`)
			b.channelServers(c, role)
		default:
			if role == 'e' {
				c.MemberType = "ecs"
			}
			b.channelServers(c, role)
			latest = c
		}
		if role == 'd' {
			c.Status = 2
		}
		if i.service == serviceROMA {
			c.VPCChannelType = ""
			for _, s := range c.members {
				s.HealthStatus = ""
			}
		}
		i.channels.all = append(i.channels.all, c)
	}
}

func (b *builder) channelServers(c *channel, role byte) {
	n := 2 + b.n(3)
	switch role {
	case 'l':
		n = 6 + b.n(maxServers-5)
	case 'z':
		n = 0
	}
	first := b.address()
	network := first[:strings.LastIndexByte(first, '.')]
	host := 10 + b.n(150)
	for k := range n {
		host += 1 + b.n(8)
		s := &server{
			ID: b.hex32(), ChannelID: c.ID, Host: fmt.Sprintf("%s.%d", network, host), Port: c.Port, Weight: 1 + b.n(100),
			GroupName: "default", GroupID: c.MemberGroups[0].ID, Status: 1, HealthStatus: "healthy", CreateTime: c.CreateTime,
		}
		switch role {
		case 'l':
			switch k {
			case 1:
				s.Status = 2
			case 2:
				s.HealthStatus = "unhealthy"
			case 3:
				s.Weight = 0
			case 4:
				s.Backup = true
			case 5:
				s.Status, s.HealthStatus = 2, "unhealthy"
			}
		case 'o':
			if k > 0 {
				s.Status, s.HealthStatus = 2, "unhealthy"
			}
		case 'd':
			s.Status, s.HealthStatus = 2, "unknown"
		case 'b':
			s.Backup = k > 0
		case 'e':
			s.ECSID, s.ECSName, s.Host = b.uuid(), fmt.Sprintf("ecs-%s-%02d", pick(b, applications), k+1), ""
		}
		c.members = append(c.members, s)
	}
}
