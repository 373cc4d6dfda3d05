package inventory

import (
	"bytes"
	"slices"
	"strings"

	"janitor/client"
)

// link is one reference: a field of one of the two says that user sends something to used, or holds it.
type link struct {
	user, used Ref
	via        string // the field
	up, down   string // what they are to each other, where that is more than their kind: "SNI of listener", "SNI certificate"
	access     Access // of a listener to an IP group
	loose      bool   // nothing needs it: a pool that is merely on a load balancer
}

// near is a Ref of another top-level object of the same project or gateway instance.
func near(r Resource, kind KindID, id string) Ref { return Ref{Scope: r.Ref.Scope, Kind: kind, ID: id} }

// Access is what a listener makes of its IP groups.
type Access struct {
	Black bool // lets in everybody but the entries; white: nobody but the entries
	Odd   bool // neither: the service says something else, or nothing
	Off   bool // set up, but switched off
}

func (a Access) String() string {
	word := "white"
	switch {
	case a.Odd:
		word = "white or black"
	case a.Black:
		word = "black"
	}
	if a.Off {
		word += ", off"
	}
	return word
}

// part is what one list contributes to the graph once it has ended.
type part struct {
	state
	facts
	naming  map[string]namer // listener id → the first object of this list that names it
	lacking error            // how the cloud said that it does not have this list; nil when it has

	// Where uses and their texts are, while the list is read.
	reasons shelf[Reason]
	texts   textShelf
}

// facts are what lists tell beyond their rows.
type facts struct {
	uses     map[KindID]users
	names    map[string]string  // listener id → name
	controls map[string]control // by id of the listener
	ipGroups []*client.IPGroup  // each once, as it was listed last
	within   map[string]string  // IP group id → the one that covers all its entries
	open     map[string]bool    // IP groups whose entries cover every address of a family
	policies map[string]*Policy
	guarded  map[string]string         // listener id, folded → why it must not be changed
	unclear  map[KindID]string         // kind → which object may refer to some of it, in a way that is not understood
	servers  map[string]*client.Member // by id
	twins    kin                       // by fingerprint
	heirs    kin                       // by their names
	// certified are the certificates of ELB v3, which says more of them than the older API does of the same ones.
	certified map[string]bool
	missing   map[string]bool // listeners that are named and do not exist
	binned    map[string]bool // load balancers in the recycle bin whose listeners can have policies, which no list shows
}

// control is the access control of a listener.
type control struct {
	Access
	ids string // of the groups, as the service writes them
}

// groups are the ids of the groups, folded.
func (c control) groups() []string {
	ids := idsOfGroups(c.ids)
	for i := range ids {
		ids[i] = foldedID(ids[i])
	}
	return ids
}

// users are who refers to resources of a kind, by the id of the resource, folded; it needs no scope as all of a graph is in
// one project.
type users map[string][]Reason

// folded appends to b what an id has in common with those that mean the same object: services write the same UUID in upper
// case or without its dashes elsewhere (api.md 1). Two objects that differ in nothing else are both in use when one is. A
// UUID gets its dashes again, for so nearly all are written: then it is its own text.
func folded(b []byte, id string) []byte {
	from := len(b)
	for _, c := range []byte(strings.TrimSpace(id)) {
		switch {
		case c == '-':
		case 'A' <= c && c <= 'Z':
			b = append(b, c+'a'-'A')
		default:
			b = append(b, c)
		}
	}
	if digits := b[from:]; len(digits) == 32 {
		d := [32]byte(digits)
		b = append(append(append(b[:from], d[:8]...), '-'), d[8:12]...)
		b = append(append(append(b, '-'), d[12:16]...), '-')
		b = append(append(append(b, d[16:20]...), '-'), d[20:]...)
	}
	return b
}

// namer is an object that names another: "IP group office".
type namer struct{ one, label string }

func (n namer) String() string { return n.one + " " + n.label }

// judged are the kinds whose verdicts look at who refers to them. Those within others look at who refers to these.
var judged = func() map[KindID]bool {
	top := map[KindID]bool{}
	for _, k := range Top() {
		top[k.ID] = true
	}
	return top
}()

// take keeps what rows of a kind refer to, and which listeners they name.
func (p *part) take(k *Kind, rows []Resource) {
	if k.links == nil || len(rows) == 0 || rows[0].Ref.Kind != k.ID {
		return
	}
	for i := range rows {
		r := &rows[i]
		k.links(*r, func(l link) {
			switch {
			case l.used != r.Ref && judged[l.used.Kind] && !l.loose:
				p.refer(k, r, l)
			case l.used == r.Ref && l.user.Kind == Listeners, l.used.Kind == Listeners && l.user == r.Ref:
				p.name(k, r, l)
			}
		})
	}
}

func (p *part) refer(k *Kind, r *Resource, l link) {
	up := l.up
	if up == "" {
		up = k.One
	}
	use := Reason{Via: l.via, By: r.Ref.ID}
	if l.used.Kind == IPGroups {
		use.Text = p.texts.put(up, " ", r.Label(), " (", l.access.String(), ")")
	} else {
		use.Text = p.texts.put(up, " ", r.Label())
	}
	of, id := p.uses[l.used.Kind], foldedID(l.used.ID)
	if id != l.used.ID {
		id = p.texts.put(id)
	}
	switch known := of[id]; {
	case of == nil:
		set(&p.uses, l.used.Kind, users{id: p.reasons.put(use)})
	case known == nil:
		of[id] = p.reasons.put(use)
	default:
		of[id] = append(known, use)
	}
}

func (p *part) name(k *Kind, r *Resource, l link) {
	id := l.user.ID
	if l.used.Kind == Listeners {
		id = l.used.ID
	}
	if _, known := p.naming[id]; known {
		return
	}
	if p.naming == nil {
		p.naming = map[string]namer{}
	}
	p.naming[id] = namer{k.One, r.Label()}
}

// mergeShared prefers what v3 says of an object, which knows more fields than v2.0.
func mergeShared[T any](shared func(*T) *bool, v3 func(*T) *bool) func(seen, again Resource) Resource {
	return func(seen, again Resource) Resource {
		a, b := seen.Object.(*T), again.Object.(*T)
		best := again
		if *v3(a) && !*v3(b) {
			best = seen
		}
		joined := *best.Object.(*T)
		*shared(&joined) = *shared(a) || *shared(b)
		*v3(&joined) = *v3(a) || *v3(b)
		best.Object = &joined
		return best
	}
}

// sameID: the two mean the same object; see [folded].
func sameID(a, b string) bool {
	var x, y [64]byte // makes no text
	return a == b || bytes.Equal(folded(x[:0], a), folded(y[:0], b))
}

// foldedID is [folded] as text: the id itself, where that is how it is folded.
func foldedID(id string) string {
	var room [64]byte
	if f := folded(room[:0], id); string(f) != id {
		return string(f)
	}
	return id
}

// idsOfGroups splits the comma-separated ids of an access control (api.md 2.6).
func idsOfGroups(joined string) []string {
	ids := strings.Split(joined, ",")
	for i := range ids {
		ids[i] = strings.TrimSpace(ids[i])
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// set makes the map where there is none yet.
func set[M ~map[K]V, K comparable, V any](m *M, k K, v V) {
	if *m == nil {
		*m = M{}
	}
	(*m)[k] = v
}
