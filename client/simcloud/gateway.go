package simcloud

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	serviceROMA = "apic"
	serviceAPIG = "apigw"
	// maxServers is how many members a channel takes by default (api.md 4.7).
	maxServers = 10
)

// gatewayID is the form of the ids of APIC and APIG (api.md 1).
var gatewayID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// instance is a gateway instance of either service; status is in the words of its service.
type instance struct {
	id, name, service, status, spec string
	createdMS                       int64
	channels                        table[*channel]
}

func (i *instance) running() bool { return strings.EqualFold(i.status, "running") }

// channel is a VPC channel. vpc_channel_type is shown by APIG only (api.md 4.3).
type channel struct {
	ID              string          `json:"id"`
	Name            string          `json:"name"`
	Port            int             `json:"port"`
	BalanceStrategy int             `json:"balance_strategy"`
	MemberType      string          `json:"member_type"` // ip or ecs
	Type            int             `json:"type"`        // 2 builtin, 3 microservice
	VPCChannelType  string          `json:"vpc_channel_type,omitempty"`
	Status          int             `json:"status"` // 1 normal, 2 abnormal
	DictCode        string          `json:"dict_code"`
	CreateTime      string          `json:"create_time"`
	MemberGroups    []memberGroup   `json:"member_groups"`
	Microservice    json.RawMessage `json:"microservice_info,omitempty"`

	members []*server
}

func (c *channel) key() string { return c.ID }

// reference says whether the channel only refers to another one: it has no servers of its own.
func (c *channel) reference() bool {
	return slices.ContainsFunc(c.MemberGroups, func(g memberGroup) bool { return g.ReferenceChannelID != "" })
}

type memberGroup struct {
	ID                 string `json:"member_group_id"`
	Name               string `json:"member_group_name"`
	Weight             int    `json:"member_group_weight"`
	ReferenceChannelID string `json:"reference_vpc_channel_id,omitempty"`
}

// server is a member of a channel. health_status is shown by APIG only.
type server struct {
	ID           string `json:"id"`
	ChannelID    string `json:"vpc_channel_id"`
	Host         string `json:"host,omitempty"`
	Port         int    `json:"port"`
	Weight       int    `json:"weight"`
	Backup       bool   `json:"is_backup"`
	GroupName    string `json:"member_group_name"`
	GroupID      string `json:"member_group_id"`
	Status       int    `json:"status"` // 1 enabled, 2 disabled
	ECSID        string `json:"ecs_id,omitempty"`
	ECSName      string `json:"ecs_name,omitempty"`
	HealthStatus string `json:"health_status,omitempty"`
	CreateTime   string `json:"create_time"`
}

// offsetPage cuts a page out of all: offset from 0, limit 20 by default and at most 500 (api.md 4.2).
func offsetPage[T any](query url.Values, plural string, all []T) answer {
	number := func(name string) int {
		n, _ := strconv.Atoi(query.Get(name))
		return n
	}
	from := min(max(number("offset"), 0), len(all))
	limit := number("limit")
	if limit <= 0 {
		limit = 20
	}
	cut := append([]T{}, all[from:min(from+min(limit, 500), len(all))]...)
	return answer{status: http.StatusOK, body: map[string]any{"total": len(all), "size": len(cut), plural: cut}}
}

// filtered keeps what matches the filters: a name matches in part unless precise_search lists it.
func filtered[T any](query url.Values, all []T, exact, fuzzy map[string]func(T) string) []T {
	precise := strings.Split(query.Get("precise_search"), ",")
	return slices.DeleteFunc(slices.Clone(all), func(one T) bool {
		for name, get := range exact {
			if query.Has(name) && get(one) != query.Get(name) {
				return true
			}
		}
		for name, get := range fuzzy {
			wanted := query.Get(name)
			if slices.Contains(precise, name) && query.Has(name) && get(one) != wanted || !strings.Contains(get(one), wanted) {
				return true
			}
		}
		return false
	})
}

func (q *call) listAPIGInstances() answer {
	type element struct {
		ID             string `json:"id"`
		ProjectID      string `json:"project_id"`
		Name           string `json:"instance_name"`
		Status         string `json:"status"`
		InstanceStatus int    `json:"instance_status"`
		Type           string `json:"type"`
		Spec           string `json:"spec"`
		CreateTime     int64  `json:"create_time"`
		EIP            string `json:"eip_address"`
	}
	all := []element{}
	for _, i := range q.w.instances {
		if i.service != serviceAPIG {
			continue
		}
		number := 1 // anything but 6 is not running
		if i.running() {
			number = 6
		}
		all = append(all, element{i.id, q.w.project, i.name, i.status, number, "apig", i.spec, i.createdMS, ""})
	}
	return offsetPage(q.query, "instances", filtered(q.query, all, map[string]func(element) string{
		"instance_id": func(e element) string { return e.ID }, "status": func(e element) string { return e.Status },
	}, map[string]func(element) string{"instance_name": func(e element) string { return e.Name }}))
}

func (q *call) listROMAInstances() answer {
	type element struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		Status     string `json:"status"`
		ProjectID  string `json:"project_id"`
		FlavorType string `json:"flavor_type"`
		CreateTime string `json:"create_time"`
	}
	all := []element{}
	for _, i := range q.w.instances {
		if i.service == serviceROMA {
			all = append(all, element{i.id, i.name, i.status, q.w.project, i.spec, millis(i.createdMS)})
		}
	}
	return offsetPage(q.query, "instances", filtered(q.query, all, map[string]func(element) string{
		"status": func(e element) string { return e.Status },
	}, nil))
}

// instance finds the instance that the path names, of the family's service.
func (q *call) instance() (*instance, answer) {
	service := serviceROMA
	if q.family == apig {
		service = serviceAPIG
	}
	for _, i := range q.w.instances {
		if i.id == q.args[0] && i.service == service {
			return i, answer{}
		}
	}
	return nil, channelError(http.StatusNotFound, "APIG.3030", "The instance does not exist,id:"+q.args[0])
}

func malformed(name string) answer {
	return channelError(http.StatusBadRequest, "APIG.2012", "Invalid parameter value,parameterName:"+name+". Please refer to the support documentation")
}

// channel finds the channel that the path names.
func (q *call) channel() (*channel, answer) {
	i, missing := q.instance()
	if i == nil {
		return nil, missing
	}
	if !gatewayID.MatchString(q.args[1]) {
		return nil, malformed("vpc_channel_id")
	}
	c, ok := i.channels.get(q.args[1])
	if !ok {
		return nil, channelError(http.StatusNotFound, "APIG.3023", "The VPC channel does not exist,id:"+q.args[1])
	}
	return c, answer{}
}

// changeable is a channel whose members may be changed: its instance runs and it is no reference to another channel,
// whose code APIG.3471 is a guess (api.md 4.5).
func (q *call) changeable() (*channel, answer) {
	c, missing := q.channel()
	if c == nil {
		return nil, missing
	}
	if i, _ := q.instance(); !i.running() {
		return nil, channelError(http.StatusConflict, "APIG.3718", "The instance is in the status "+i.status+": try again later")
	}
	if c.reference() {
		return nil, channelError(http.StatusForbidden, "APIG.3471", "This operation is not supported for a reference load balance channel")
	}
	return c, answer{}
}

func (q *call) listChannels() answer {
	i, missing := q.instance()
	if i == nil {
		return missing
	}
	return offsetPage(q.query, "vpc_channels", filtered(q.query, i.channels.all, map[string]func(*channel) string{
		"id": (*channel).key, "dict_code": func(c *channel) string { return c.DictCode },
		"vpc_channel_type": func(c *channel) string { return c.VPCChannelType },
	}, map[string]func(*channel) string{"name": func(c *channel) string { return c.Name }}))
}

// channelView is a channel with what only show tells.
type channelView struct {
	channel
	Members []*server       `json:"members"`
	Health  json.RawMessage `json:"vpc_health_config"`
}

func (q *call) showChannel() answer {
	c, missing := q.channel()
	if c == nil {
		return missing
	}
	health := fmt.Appendf(nil, `{"protocol":"TCP","port":%d,"threshold_normal":2,"threshold_abnormal":5,"time_interval":10,"timeout":5}`, c.Port)
	return answer{status: http.StatusOK, body: channelView{channel: *c, Members: append([]*server{}, c.members...), Health: health}}
}

func (q *call) listChannelMembers() answer {
	c, missing := q.channel()
	if c == nil {
		return missing
	}
	return offsetPage(q.query, "members", filtered(q.query, c.members, map[string]func(*server) string{
		"member_group_id": func(s *server) string { return s.GroupID },
	}, map[string]func(*server) string{
		"name":              func(s *server) string { return s.Host + s.ECSName },
		"member_group_name": func(s *server) string { return s.GroupName },
	}))
}

// addChannelMembers adds members or, where the address is known already, updates them.
func (q *call) addChannelMembers() answer {
	c, refused := q.changeable()
	if c == nil {
		return refused
	}
	var body map[string]json.RawMessage
	if json.Unmarshal(q.body, &body) != nil || body["members"] == nil {
		return malformed("members")
	}
	if refused := q.putServers(c, body["members"]); refused.status != 0 {
		return refused
	}
	return answer{status: http.StatusCreated, body: map[string]any{"members": c.members}}
}

// putServers takes over all of a list of members, or none of it. Of doubles in one request the first wins (api.md 4.6).
func (q *call) putServers(c *channel, raw json.RawMessage) answer {
	var list []map[string]json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return malformed("members")
	}
	address := func(s *server) string { return fmt.Sprintf("%s %s %d %s", s.Host, s.ECSID, s.Port, s.GroupName) }
	next := slices.Clone(c.members)
	known := map[string]int{}
	for i, s := range next {
		known[address(s)] = i
	}
	seen := map[string]bool{}
	for _, one := range list {
		s := &server{ChannelID: c.ID, Port: c.Port, Weight: 1, Status: 1, GroupName: c.MemberGroups[0].Name, CreateTime: q.now()}
		in := &fields{raw: one}
		in.take(s, "host port weight is_backup member_group_name status ecs_id ecs_name")
		if len(in.bad) > 0 {
			return malformed(in.bad[0])
		}
		g := slices.IndexFunc(c.MemberGroups, func(g memberGroup) bool { return g.Name == s.GroupName })
		switch {
		case s.Host == "" && s.ECSID == "":
			return malformed("host")
		case s.Weight < 0 || s.Weight > 10000:
			return malformed("weight")
		case g < 0:
			return malformed("member_group_name")
		}
		s.GroupID = c.MemberGroups[g].ID
		if q.family == apig {
			s.HealthStatus = "unknown"
		}
		if seen[address(s)] {
			continue
		}
		seen[address(s)] = true
		if i, ok := known[address(s)]; ok {
			s.ID, s.CreateTime, s.HealthStatus = next[i].ID, next[i].CreateTime, next[i].HealthStatus
			next[i] = s
			continue
		}
		s.ID = q.mint.hex32()
		next = append(next, s)
	}
	if len(next) > maxServers {
		return channelError(http.StatusForbidden, "APIG.3110", fmt.Sprintf("The number of servers exceeds the limit,limit:%d", maxServers))
	}
	c.members = next
	return answer{}
}

// deleteChannelMember is S4.
func (q *call) deleteChannelMember() answer {
	c, refused := q.changeable()
	if c == nil {
		return refused
	}
	id := q.args[2]
	if !gatewayID.MatchString(id) {
		return malformed("id")
	}
	i := slices.IndexFunc(c.members, func(s *server) bool { return s.ID == id })
	if i < 0 {
		return channelError(http.StatusNotFound, "APIG.3024", "The VPC instance does not exist,id:"+id)
	}
	c.members = slices.Delete(c.members, i, i+1)
	return deleted
}

// collide is what the second of two member operations at a time on one instance gets (api.md 4.5).
func (q *call) collide() answer {
	return channelError(http.StatusInternalServerError, "APIG.9999", "System error")
}
