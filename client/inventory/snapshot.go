package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"janitor/client"
)

// Snapshot is what is known at one moment: immutable, handed from the loader to screens, plans and proofs.
// While lists still load, snapshots follow one another, each knowing at least as much as the one before.
type Snapshot struct {
	At       time.Time     // when loading began, by the clock of the services as far as that is known: what ages are seen from
	Ahead    time.Duration // how far that is ahead of ours
	Listings []Listing     // one a kind: those asked for, in that order, then those around them
	Graph    *Graph
	Done     bool // every list has ended, well or badly
	Hides    bool // the lists do not show what is in other enterprise projects; see [Loader.Reveal]
}

// Listing is what is known of one kind.
type Listing struct {
	Kind      *Kind
	Parents   []Resource // whose children these are; nil for top-level kinds
	Resources Rows
	Done      bool
	Err       error  // a list ended early: what is there is not all
	Lacking   error  // how the cloud said that it has none of this kind at all; not a failure
	Note      string // why nothing, or not all, is there although nothing failed, as a sentence for the user; mostly ""
}

// Began is when loading began by our clock.
func (s *Snapshot) Began() time.Time { return s.At.Add(-s.Ahead) }

// Listing of a kind; nil when the snapshot does not hold it.
func (s *Snapshot) Listing(kind KindID) *Listing {
	if s == nil {
		return nil
	}
	for i := range s.Listings {
		if s.Listings[i].Kind.ID == kind {
			return &s.Listings[i]
		}
	}
	return nil
}

// Named is the only resource of that id, else the only one of that name: an id is one only within its parent and gateway. The
// error says that there is none, or more than one.
func (l *Listing) Named(word string) (Resource, error) {
	var found, called []Resource
	for i := range l.Resources.Len() {
		r := l.Resources.At(i)
		switch word {
		case "": // names nothing, not even what has no name
		case r.Ref.ID:
			found = append(found, r)
		case r.Name:
			called = append(called, r)
		}
	}
	if len(found) == 0 {
		found = called
	}
	switch len(found) {
	case 0:
		err := fmt.Errorf("no %s has the name or id %q", l.Kind.One, client.Clean(word))
		if l.Lacking != nil {
			err = fmt.Errorf("%w: %w", err, l.Lacking)
		}
		return Resource{}, err
	case 1:
		return found[0], nil
	}
	return Resource{}, fmt.Errorf("%d %s are called %q%s", len(found), l.Kind.Many, client.Clean(word), apart(found))
}

// apart says what tells resources apart and how to give it.
func apart(found []Resource) string {
	ids, parents, names, scopes := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range found {
		ids[r.Ref.ID], parents[r.Ref.Parent], names[r.In] = true, true, true
		scopes[gatewayIn(r.Ref.Scope)] = true
	}
	some := func(words iter.Seq[string], by string) string {
		all := slices.Sorted(words)
		return strings.Join(all[:min(len(all), 10)], by)
	}
	switch {
	case len(ids) == len(found):
		return ": give the id, one of " + some(maps.Keys(ids), ", ")
	case len(parents) == 1:
		return ", of " + some(maps.Keys(scopes), " and ") + ": say in the profile which is meant, by gateway.service and gateway.instance_id"
	}
	within := map[string]bool{}
	for _, r := range found {
		name := r.In
		if name == "" || len(names) < len(parents) { // the parents' names do not tell them apart
			name = r.Ref.Parent
		}
		if len(scopes) > 1 {
			name += " (" + gatewayIn(r.Ref.Scope) + ")"
		}
		within[name] = true
	}
	return ": give --in, one of " + some(maps.Keys(within), ", ")
}

func gatewayIn(s ScopeID) string {
	if g, ok := gatewayOf(s); ok {
		return gatewayName(g)
	}
	return string(s)
}

// Find gives those of the refs that the snapshot holds, or that are parts of what it holds, in one pass.
func (s *Snapshot) Find(refs []Ref) map[Ref]Resource {
	found := make(map[Ref]Resource, len(refs))
	if s == nil || len(refs) == 0 {
		return found
	}
	wanted := make(map[Ref]bool, len(refs))
	holders := map[string]bool{} // ids of what may have a part that is wanted
	for _, ref := range refs {
		wanted[ref] = true
		holders[ref.Parent] = true
	}
	for _, l := range s.Listings {
		for i := range l.Resources.Len() {
			r := l.Resources.At(i)
			if wanted[r.Ref] {
				found[r.Ref] = r
			}
			if l.Kind.parts == nil || !holders[r.Ref.ID] {
				continue
			}
			for _, part := range l.Kind.parts(r) {
				if wanted[part.Ref] {
					found[part.Ref] = part
				}
			}
		}
	}
	return found
}

// Last waits for the last snapshot; nil when there is none.
func Last(snapshots iter.Seq[*Snapshot]) *Snapshot {
	var last *Snapshot
	for s := range snapshots {
		last = s
	}
	return last
}

// JSON is the object as the service gave it, less what was dropped while decoding, indented for reading.
func JSON(r Resource) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r.Object); err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimRight(out.Bytes(), "\n")
}
