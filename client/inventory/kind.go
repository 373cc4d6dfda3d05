package inventory

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"janitor/client"
)

// Kind describes one sort of resource, whole. Kinds are made once and never changed; they may be compared by pointer.
type Kind struct {
	ID       KindID
	One      string // "pool"
	Many     string // "pools"
	Title    string // "Pools"
	Within   KindID // the kind it lives in: entries within IP groups; "" for top-level kinds
	Holds    KindID // the kind that lives in it; "" for none
	Columns  []Column
	Needs    []ListID  // the lists a verdict depends on besides its own
	Deletion *Deletion // nil: janitor does not delete this kind
	WhyNot   string    // why Deletion is nil, as a sentence for the user

	Restore *Restoration // nil: what was deleted does not come back

	// Judge says what is known of r; g holds the lists of Needs and may still be incomplete. nil: there is no verdict on
	// this kind, it only explains others.
	Judge func(r Resource, g *Graph) Verdict
	// Fields are what the detail view shows, in order. How long ago times are is seen from now.
	Fields func(r Resource, now time.Time) []Field

	// weighs are lists that only Deletion.Effects looks at: without them its consequences are told less exactly.
	weighs []ListID
	// looks are lists that only signs and the trees of references look at. A plan does not read them.
	looks []ListID
	// lists are read side by side; together they are the kind's listing.
	lists []list
	// links are the references that the object's own fields hold, in either direction.
	links func(r Resource, tell func(link))
	// names: its objects are listeners or can name some.
	names bool
	// project is the enterprise project that an object says it is in; nil: those of this kind say none.
	project func(Resource) string
	// note keeps what verdicts and consequences want to know of the rows of one list, page by page.
	note func(page []Resource, p *part)
	// compare finds out what rows of one list are to one another, once all are noted.
	compare func(p *part)
	// row is the resource that an object of one of the lists is, without a verdict; home is where those without a gateway live.
	// It is called for every row that is drawn or compared.
	row func(home ScopeID, of Object) Resource
	// merge joins two sightings of one resource, the later one second; nil: the later one replaces the earlier one.
	merge func(seen, again Resource) Resource
	// partial: the list has left out something of a resource that its deletion depends on; whole reads it. nil: lists tell all.
	partial func(Resource) bool
	whole   func(ctx context.Context, c *client.Client, r *Resource) error
	// inside are the resources of the kind Holds that the object itself lists, and that go along with it; nil: none do.
	inside func(Resource) []Resource
	// parts are resources of a kind that has no lists, as the object itself tells all of them; nil: there are none.
	parts func(Resource) []Resource
	// parent gives what a resource lives in, as far as it knows it; nil for top-level kinds.
	parent func(Resource) Resource
}

// Kinds are all six: those at the top in the order of the tabs, then those within others.
func Kinds() []*Kind {
	return []*Kind{pools, certificates, ipGroups, channels, entries, members}
}

// around are the kinds that explain the others: what uses them and what they are made of.
func around() []*Kind {
	return []*Kind{loadBalancers, listenerKind, policyKind, servers, monitors, memberGroups}
}

func everything() []*Kind { return append(Kinds(), around()...) }

// Top are the kinds that have a tab of their own: those that live in no other.
func Top() []*Kind {
	return slices.DeleteFunc(Kinds(), func(k *Kind) bool { return k.Within != "" })
}

// Lookup finds a kind by its word, also one of those that only explain others.
func Lookup(id KindID) (*Kind, error) {
	for _, k := range everything() {
		if k.ID == id {
			return k, nil
		}
	}
	var known []string
	for _, k := range Kinds() {
		known = append(known, string(k.ID))
	}
	return nil, fmt.Errorf("unknown kind %q: the kinds are %s", client.Clean(string(id)), strings.Join(known, ", "))
}

// Resource is one object of any kind. It is a value that is never changed once it was handed out.
type Resource struct {
	Ref     Ref
	Name    string // as shown, may be ""
	In      string // name of the parent, "" for top-level kinds
	Created client.Time
	Updated client.Time // zero where the service does not tell
	Object  Object
	Verdict Verdict
}

// Label is how a sentence names the resource: its name, else its id.
func (r Resource) Label() string {
	if r.Name != "" {
		return r.Name
	}
	return r.Ref.ID
}

// Object is what the service said of a resource: [*Pool], [*client.Certificate], [*client.IPGroup], [*Entry],
// [*Channel], [*Member] or, around these, [*Listener], [*Policy], [*client.LoadBalancer], [*client.Member], [*Monitor] or
// [*client.MemberGroup]; only the kind's own functions look inside.
type Object any

// Parents are what these resources live in, each once, in order, ready for [Loader.Open]. Top-level kinds have none.
func Parents(of []Resource) []Resource {
	var parents []Resource
	seen := map[Ref]bool{}
	for _, r := range of {
		k, err := Lookup(r.Ref.Kind)
		if err != nil || k.parent == nil {
			continue
		}
		if p := k.parent(r); !seen[p.Ref] {
			seen[p.Ref] = true
			parents = append(parents, p)
		}
	}
	return parents
}

// Column is one column of a kind's table; screens, exports and filters read the same list. The first column of every
// kind is the name; a screen adds verdict and reason.
type Column struct {
	ID    string // word for filters and exports: "servers"
	Title string // heading: "SERVERS"
	// Value is what the cell shows; nil when Hidden. Ages and times left are seen from now: [Snapshot.At] of the snapshot
	// shown.
	Value   func(r Resource, now time.Time) string
	Compare func(a, b Resource) int // never nil; text without case, numbers and times as such
	// Type and Data are what filters and exports read; Data is never nil.
	Type   Type
	Data   func(r Resource, now time.Time) Datum
	Hidden bool // never in a table: for filters and exports
	Right  bool // aligned right
	Width  int  // columns of the terminal it wants; 0 = as wide as its widest shown value
	Extra  bool // only in the wide layout
	Parent bool // names the parent; says the same in every row where there is only one

	Means string   // one line for help: "servers in it"
	OneOf []string // all that a Text can say, where that is certain; nil = anything
}

// Field is a line of the detail view.
type Field struct{ Name, Value string }

// Undo grades how much of a deleted resource can be brought back.
type Undo uint8

// From best to worst.
const (
	Exact Undo = iota
	NewID
	Lossy
	Impossible
)

func (u Undo) String() string {
	return [...]string{"exact", "new id", "lossy", "impossible"}[min(u, Impossible)]
}

// Deletion describes how a kind is deleted and what that means. Only Route and Undo are never nil.
//
// Before, Demands and Detach are about what stands in the way of a deletion (S1).
type Deletion struct {
	// Route picks the call for a resource.
	Route func(Resource) *Route
	// UsedToo: resources that are in use may be deleted as well (entries and members act on live traffic by nature).
	UsedToo bool
	// Lane is where deletions must not meet, as [Step.Lane]; only for routes that take one item at a time. nil: they may.
	Lane func(Resource) string
	// Going says that the service has taken a deletion and is still at it: it shows the resource until it is done. nil:
	// what is shown is there.
	Going func(Resource) bool
	// Missing names the preconditions that do not hold ("has 3 members"); joined by commas they make one sentence.
	Missing func(Resource, *Graph) []string
	// Before are the requests that take away what a resource holds of its own, in order: members, then the health
	// monitor. They are made from r as it is now: what is gone already is not among them.
	Before func(r Resource, g *Graph) []Step
	// Demands says whether the service is known to refuse the deletion before Before is done (S1). Otherwise Before is
	// tried only after the service has refused.
	Demands func(Resource) bool
	// Detach are the requests that take a resource out of use, in order. They change live traffic, so they are only made
	// when the user asked for it. The error says why janitor cannot do that for this resource. nil: never for this kind.
	// doomed are all that are to be taken out of use together: what several of them are in loses them in one step.
	Detach func(r Resource, doomed map[Ref]bool, g *Graph) ([]Step, error)
	// Same is what a resource has in common with another that takes its place: whoever makes it again, under whatever id,
	// makes that. nil: its name.
	Same func(Resource) string
	// Settings are what people set in it, besides its name. They tell of an edit where the service tells no time of one.
	Settings func(Resource) []Field
	// Takes says what disappears along with it ("3 servers, 1 health monitor"), "" for nothing.
	Takes func(Resource) string
	// Undo grades the way back and says why it is not exact.
	Undo func(Resource) (Undo, string)
	// Effects are the consequences of deleting all of these together; present holds all known resources of the kind.
	Effects func(doomed, present []Resource, g *Graph) []Consequence
}

// Grade of a consequence.
type Grade uint8

// None needs no word, Care is shown, Danger must be typed for.
const (
	None Grade = iota
	Care
	Danger
)

func (g Grade) String() string {
	return [...]string{"none", "care", "danger"}[min(g, Danger)]
}

// Consequence is what a deletion would do to traffic, tied to the resources that cause it.
type Consequence struct {
	Of    []Ref
	Text  string
	Grade Grade
	Name  string // of a danger: what it befalls and what is typed to confirm it: the IP group, the channel, the pool
	// Key says what happens to whom, without what may change on the way: it is what was confirmed when the plan is checked
	// again; "" = Text. Much are amounts that must not have grown by then.
	Key  string
	Much []*big.Int
}

// Step is one request that has to go before a deletion. It is done when it succeeds and also when what it takes away
// is not there any more ([client.NotFound]).
type Step struct {
	What  string // what it takes away: "server", "health monitor", "default pool"
	Which string // which one, for people: "10.0.0.5:80", "of listener web-443"; may be "", and may change with what is listed
	ID    string // of the object that it changes or deletes
	Whole bool   // of Detach: the object is deleted, not only what it refers to is taken out of it
	Call  string // as in the documentation: "DELETE v2.0/lbaas/healthmonitors/{id}"
	Lane  string // steps of one lane never run side by side: the load balancer that each of them changes; "" = any
	Send  func(ctx context.Context, d *client.Deleter) error
}

func (s Step) String() string { return strings.TrimSpace(s.What + " " + s.Which) }

// Route is one way to delete: one API call and its rules. Routes are compared by pointer.
type Route struct {
	Call   string // as in the documentation: "POST pools/batch-delete"
	Max    int    // most items in one request; 1 = single
	Serial bool   // never more than one request at a time per [Ref.Scope]: gateway instances (S4)
	// Send deletes items of one parent. The answers are as the service gave them, in its order: ids may be missing,
	// doubled or foreign. An error means that the request as a whole has no per-item answer.
	Send func(ctx context.Context, d *client.Deleter, items []Resource) ([]Answer, error)
	// Instead takes over where the cloud lacks this call; nil = nothing can.
	Instead *Route
}

// Alone is the call that takes the items of this one's batches one by one, nil when there is none.
func (r *Route) Alone() *Route {
	if r.Instead == nil || r.Instead.Max > 1 {
		return nil
	}
	return r.Instead
}

// Answer is what the service said of one id.
type Answer struct {
	ID        string
	Said      Said
	Code      string // the service's error code, "" when none
	Message   string
	RequestID string
	New       string // SaidMade: the id that it has now
}

// Said is the meaning of an answer about one id.
type Said uint8

// Unclear must be read back.
const (
	Unclear Said = iota
	SaidDeleted
	SaidGone
	SaidRefused
	SaidMade // again, by an undo
)
