package inventory

import (
	"net/url"

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

// KindID names a kind; it is also the word of the command line.
type KindID string

// The six kinds.
const (
	Pools        KindID = "pools"
	Certificates KindID = "certificates"
	IPGroups     KindID = "ipgroups"
	Entries      KindID = "entries"
	Channels     KindID = "channels"
	Members      KindID = "members"
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
