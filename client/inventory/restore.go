package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"janitor/client"
)

// Restoration describes how resources of a kind come back after they were deleted (api.md 11).
type Restoration struct {
	// Keep reads what it takes to make resources again, before they go: one list for all of them, not one for each. lacks
	// says what the account does not let us read, so that they would come back without it; "" for nothing. What has
	// vanished by itself is not among what it gives.
	Keep func(ctx context.Context, c *client.Client, doomed []Doomed) (kept map[Ref]Back, lacks string, err error)
	// Recall gives what Keep kept, from its JSON; shown: from the object as a screen shows it, for journals that hold no
	// more than that.
	Recall func(ref Ref, kept json.RawMessage, shown bool) (Back, error)
	// Remains is what was kept of a resource that stayed, less what it still has: of all these ids something was taken away
	// before its deletion, which did not come to pass. Its Back makes no more than that. nil, or the result: there is nothing.
	Remains func(kept json.RawMessage, shown bool, away []string) (json.RawMessage, error)
	// Look finds what of them is there.
	Look func(ctx context.Context, c *client.Client, all []*Comeback) error
}

// Doomed is a resource that is about to be deleted, with the steps that take it out of use before.
type Doomed struct {
	Resource Resource
	Users    []Step
}

// Back is what was kept of one resource, as JSON too; it knows the way back.
type Back interface {
	// Grade says how much of it comes back, and what does not or why.
	Grade() (Undo, string)
	// With says what comes back along with it: "3 servers, 1 health monitor".
	With() string
	// Alike is the same for those that could be taken for one another: they are made one after the other.
	Alike() string
	// Next is the next request of what is not there; false: there is none.
	Next(c *Comeback) (Making, bool)
}

// Itself is the part of a [Making] that is the resource, not something that it holds or that refers to it.
const Itself = ""

// Comeback is one resource on its way back.
type Comeback struct {
	Ref   Ref
	Back  Back
	Made  map[string]string // part → id: what this undo or one before it has made
	Taken []string          // ids of the objects that the deletion took it out of

	// New is the id of another resource of the same undo now; "" when it is not there. Gone says whether a resource is one
	// that the deletion deleted, Came whether an id is one that was given to such a one.
	New  func(Ref) string
	Gone func(Ref) bool
	Came func(id string) bool

	// What Look finds. Twins could be taken for what is to be made; those that Differ are not what would be made. Known are all
	// that were there.
	There  map[string]string // part → id
	Twins  map[string][]string
	Differ map[string]bool // by id
	Known  map[string]bool
	Aside  []string // what is left alone and why: "listener web-443 has another default pool now"
	Err    error    // why that is not known
}

// ID of the resource now, "" when it is not there.
func (c *Comeback) ID() string { return c.There[Itself] }

// Stays says that it was never deleted: what was taken away before that comes back, if it is still there.
func (c *Comeback) Stays() bool {
	b, ok := c.Back.(*poolBack)
	return ok && b.Stays
}

// found notes a part that is there.
func (c *Comeback) found(part, id string) { set(&c.There, part, id) }

// Lacking names what is not there of a resource of which these parts were made, "" for nothing.
func (c *Comeback) Lacking(made map[string]bool) string {
	switch c.ID() {
	case "":
		return "it"
	case c.Ref.ID:
		if !c.Stays() { // it came back by itself
			return ""
		}
	}
	for _, part := range slices.Sorted(maps.Keys(made)) {
		if c.There[part] == "" {
			return "its " + part
		}
	}
	return ""
}

// Awaits says whether a part of this name is among what is left to be made, not only next.
func (c *Comeback) Awaits(part string) bool {
	ahead := *c
	ahead.There = maps.Clone(c.There)
	for {
		next, more := c.Back.Next(&ahead)
		if !more || next.Part == part || ahead.There[next.Part] != "" {
			return more && next.Part == part
		}
		ahead.found(next.Part, "made by then")
	}
}

func (c *Comeback) begin(known map[string]bool) {
	c.There, c.Twins, c.Differ, c.Aside, c.Err, c.Known = map[string]string{}, map[string][]string{}, map[string]bool{}, nil, nil, known
}

// twin notes what could be taken for a part.
func (c *Comeback) twin(part, id string, equal bool) {
	c.Twins[part] = append(c.Twins[part], id)
	c.Differ[id] = !equal
}

// made says whether the part was made before: then it is not made again while the resource is there.
func (c *Comeback) made(part string) bool { return c.Made[part] != "" }

// Making is a request that makes something again.
type Making struct {
	Part   string // [Itself], or which: "server 4444", "listener 1234"
	What   string // for people: "server"
	Which  string // "10.0.0.5:80"
	Call   string // as in the documentation
	Lane   string // see [Step.Lane]
	Serial bool   // see [Route.Serial]
	// Late: it waits until all of the undo have been made, and concerns all of them that have a part of this name.
	Late bool
	// Most is how many resources of one parent can be made by one request; 1 for most kinds.
	Most int
	// Send gives the id of each of those that are made together, "" where the answer does not show it.
	Send func(ctx context.Context, d *client.Deleter, together []*Comeback) ([]string, error)
}

func (m Making) String() string { return strings.TrimSpace(m.What + " " + m.Which) }

// Keep reads what it takes to make resources of a kind again; see [Restoration].
func (l *Loader) Keep(ctx context.Context, k *Kind, doomed []Doomed) (kept map[Ref]Back, lacks string, err error) {
	if k.Restore == nil {
		return nil, "", nil
	}
	return k.Restore.Keep(ctx, l.client, doomed)
}

// Look finds what is there of resources of a kind; see [Restoration].
func (l *Loader) Look(ctx context.Context, k *Kind, all []*Comeback) error {
	return k.Restore.Look(ctx, l.client, all)
}

// recall decodes a Back; B is what its pointer is to.
func recall[B any, P interface {
	*B
	Back
}](kept json.RawMessage) (Back, error) {
	b := new(B)
	if err := json.Unmarshal(kept, b); err != nil {
		return nil, fmt.Errorf("what was kept cannot be read: %w", err)
	}
	return P(b), nil
}

// pages goes through all pages of a list, item by item, up to its first error.
func pages[T any](all iter.Seq2[[]T, error], each func(T)) error {
	for page, err := range all {
		if err != nil {
			return err
		}
		for _, one := range page {
			each(one)
		}
	}
	return nil
}

// denied: the account may not read it, or the cloud does not have it.
func denied(err error) bool {
	return errors.Is(err, client.Forbidden) || absent(err)
}

// gatewayOf is the gateway instance in the scope of a channel or a member.
func gatewayOf(s ScopeID) (client.Gateway, bool) {
	parts := strings.Split(string(s), "/")
	if len(parts) != 5 {
		return client.Gateway{}, false
	}
	service, err := url.PathUnescape(parts[3])
	instance, err2 := url.PathUnescape(parts[4])
	return client.Gateway{Service: service, InstanceID: instance}, err == nil && err2 == nil
}

// letters says what of a spec is not known to the letter, "" when all is.
func letters(s client.Spec, shown bool, names ...string) string {
	name := s.Garbled(names...)
	if shown && name == "" {
		name = s.Blurred(names...)
	}
	if name == "" {
		return ""
	}
	return "its " + name + " is not known to the letter"
}

// lossy grades by what is lost.
func lossy(best Undo, why string, lost ...string) (Undo, string) {
	lost = slices.DeleteFunc(lost, func(s string) bool { return s == "" })
	switch {
	case len(lost) > 0:
	case why == newID: // the grade says so
		return best, ""
	default:
		return best, why
	}
	text := strings.Join(lost, "; ")
	if why != "" {
		text = why + "; " + text
	}
	return Lossy, text
}

const newID = "it comes back with a new id"
