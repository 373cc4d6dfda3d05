package inventory

import (
	"net/url"
	"strings"

	"janitor/client"
)

// Scope says where resources live.
type Scope struct{ Profile, Region, Project string }

// ScopeID is a scope in comparable form; for channels and members it names the gateway instance as well. Opaque
// outside this package.
type ScopeID string

// ID of the scope itself: where pools, certificates and IP groups live.
func (s Scope) ID() ScopeID {
	return ScopeID(url.PathEscape(s.Profile) + "/" + url.PathEscape(s.Region) + "/" + url.PathEscape(s.Project))
}

// Gateway is where the channels of that instance live.
func (s Scope) Gateway(g client.Gateway) ScopeID {
	return s.ID() + ScopeID("/"+url.PathEscape(g.Service)+"/"+url.PathEscape(g.InstanceID))
}

// Holds says whether what has this id is the scope itself, or a gateway instance in it.
func (s Scope) Holds(id ScopeID) bool {
	return id == s.ID() || strings.HasPrefix(string(id), string(s.ID())+"/")
}

// Service is where its resources live: [client.ELB], [client.ROMA] or [client.APIG].
func (id ScopeID) Service() string {
	if parts := strings.Split(string(id), "/"); len(parts) > 3 { // as Gateway writes it
		return parts[3] // the services' names need no escaping
	}
	return client.ELB
}

// KindID names a kind; it is also the word of the command line.
type KindID string

// The six kinds that are listed and cleaned up.
const (
	Pools        KindID = "pools"
	Certificates KindID = "certificates"
	IPGroups     KindID = "ipgroups"
	Entries      KindID = "entries"
	Channels     KindID = "channels"
	Members      KindID = "members"
)

// The kinds around them, which explain what is in use: shown in references and details, never deleted on their own.
const (
	LoadBalancers KindID = "loadbalancers"
	Listeners     KindID = "listeners"
	Policies      KindID = "l7policies"
	Servers       KindID = "poolmembers" // the members of pools
	Monitors      KindID = "healthmonitors"
	MemberGroups  KindID = "membergroups" // server groups within channels; Parent is the channel
)

// Ref is the identity of a resource everywhere: in marks, plans and outcomes. It is comparable; a row number or a
// bare id is never an identity. Parent is the id of the IP group or channel, "" for top-level kinds. The ID of an entry
// is its ip, spelled as the service spells it.
type Ref struct {
	Scope  ScopeID
	Kind   KindID
	Parent string
	ID     string
}
