package inventory

import (
	"context"
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"janitor/client"
)

// Loader reads kinds, together with the lists that refer to them, into snapshots.
type Loader struct {
	Now func() time.Time // nil: time.Now
	// Ahead is how far the clock of the services, whose times are shown and judged, is ahead of Now as far as that is known; it
	// may be learnt on the way. nil: it is not.
	Ahead func() time.Duration
	// Protect says why the profile never wants a resource deleted, "" when it does not mind; nil: it minds nothing.
	Protect func(r *Resource, now time.Time) string

	client *client.Client
	cloud  *cloud
	scope  Scope
	detail bool
	brief  bool // it does not look for what the lists may hide, but goes by what is known of that
}

// NewLoader makes a loader of what the client sees; resources carry the scope.
func NewLoader(c *client.Client, s Scope) *Loader {
	return &Loader{client: c, cloud: &cloud{}, scope: s}
}

// WithDetail gives a loader that also reads what only signs and the trees of references look at: load balancers, the
// servers of pools, health monitors.
func (l *Loader) WithDetail() *Loader {
	detailed := *l
	detailed.detail = true
	return &detailed
}

// Whole gives a loader that reads lists in as few requests as it can, for those who need all of it before they go on.
func (l *Loader) Whole() *Loader {
	whole := *l
	whole.client = l.client.Whole()
	return &whole
}

// Moment gives a loader for one look; see [client.Client.Moment]. It does not find out whether the lists hide anything: many
// wait for it.
func (l *Loader) Moment() (in *Loader, end func()) {
	one := *l
	one.brief = true
	one.client, end = l.client.Moment()
	return &one, end
}

// Reveal tells the loader what another one has found out ([Snapshot.Hides]), so that it looks behind the lists from the beginning.
func (l *Loader) Reveal() { l.cloud.learn(true) }

// Load reads top-level kinds. All lists are read side by side; a snapshot comes after each page that arrived. When the
// caller is slow it gets the newest one and misses some in between; the last one has Done set and always comes unless the
// caller breaks out, which cancels what is still being read and waits for it. No failure ends the iteration: it is told
// in [Listing.Err], [Graph.State] and in the verdicts that depend on it.
func (l *Loader) Load(ctx context.Context, kinds ...KindID) iter.Seq[*Snapshot] {
	return l.read(ctx, true, nil, nil, kinds...)
}

// Open reads the children of these parents, in one listing, with what refers to them. See [Loader.Load].
func (l *Loader) Open(ctx context.Context, kind KindID, parents []Resource) iter.Seq[*Snapshot] {
	if parents == nil {
		parents = []Resource{}
	}
	return l.read(ctx, true, nil, parents, kind)
}

// List reads the resources of a kind (of these parents, nil for top-level kinds) and nothing around them: what
// is still there. Verdicts stay unknown where references matter. See [Loader.Load].
func (l *Loader) List(ctx context.Context, kind KindID, parents []Resource) iter.Seq[*Snapshot] {
	return l.read(ctx, false, nil, parents, kind)
}

// ListOf is [Loader.List] of a kind for those who only want to know which of these resources are still there: it leaves out the
// lists that show none of them.
func (l *Loader) ListOf(ctx context.Context, kind KindID, parents, wanted []Resource) iter.Seq[*Snapshot] {
	return l.read(ctx, false, wanted, parents, kind)
}

// read reads kinds with what is around them or without it; wanted are all that anybody wants to see of them, nil for anything.
func (l *Loader) read(ctx context.Context, around bool, wanted, parents []Resource, kinds ...KindID) iter.Seq[*Snapshot] {
	return func(yield func(*Snapshot) bool) {
		now := time.Now
		if l.Now != nil {
			now = l.Now
		}
		r := &reading{loader: l, began: now(), changed: make(chan struct{}, 1), rest: make(chan struct{}), parts: map[ListID]part{}}
		for _, id := range kinds {
			switch k, err := Lookup(id); {
			case err != nil:
				r.fail(&Kind{ID: id, One: string(id), Many: string(id), Title: string(id)}, err)
			case k.Within != "" && parents == nil:
				r.fail(k, fmt.Errorf("%s are listed within %s: open those first", k.Many, k.Within))
			case k.Within == "" && parents != nil:
				r.fail(k, fmt.Errorf("%s live within nothing: load them", k.Many))
			default:
				r.add(k, parents, wanted)
			}
		}
		for _, k := range slices.Clone(r.kinds) {
			if around {
				r.addAround(k)
			}
		}
		r.run(ctx, yield)
	}
}

// Waits tells until when the service that makes reading wait longest does so; the zero time when none does.
func (l *Loader) Waits() (until time.Time) {
	for _, service := range []string{"", client.ROMA, client.APIG} {
		if at := l.client.Pace(service).Until; at.After(until) {
			until = at
		}
	}
	return until
}

// Paused says until when a service, such as [client.ELB], makes reading wait, and why; the zero time when it does not.
func (l *Loader) Paused(service string) (until time.Time, why string) {
	s := l.client.Pace(service)
	if s.Until.IsZero() {
		return time.Time{}, ""
	}
	return s.Until, s.Why
}

// reading is one iteration of a loader under way.
type reading struct {
	loader  *Loader
	kinds   []*Kind
	changed chan struct{} // holds one token while there is something that no snapshot shows yet
	rest    chan struct{} // closed when all lists have ended that can name listeners or tell of enterprise projects

	onlyShared func() bool // of the cloud, found out when it matters

	began time.Time // by our clock

	mu       sync.Mutex // guards what follows
	ahead    time.Duration
	listings []*growing
	parts    map[ListID]part
	graph    *Graph // of parts; nil when they have changed since
	running  int    // lists that have not ended
	naming   int    // of these, those that rest waits for
	lasts    int    // of these, those that come last
	aside    []client.Listener
	binned   bool // the list of the recycle bin has answered
	divided  bool // objects say which enterprise project they are in
}

// growing is a listing while it grows. rows[:shown] are in a snapshot and never written again; rows[:judged] have
// verdicts, made when settled lists of all that matter had ended.
type growing struct {
	listing Listing
	lists   []list // those of the kind that are read
	home    ScopeID
	rows    []row
	shown   int
	judged  int
	settled int
	index   map[uint64]int // by hash
	seed    maphash.Seed
	running int
	errs    []error // one a list, nil for those without
}

func (r *reading) fail(k *Kind, err error) {
	r.listings = append(r.listings, &growing{listing: Listing{Kind: k}, errs: []error{err}})
}

func (r *reading) add(k *Kind, parents, wanted []Resource) {
	if slices.Contains(r.kinds, k) {
		return
	}
	r.kinds = append(r.kinds, k)
	g := r.grow(k)
	g.listing.Parents = parents
	for _, l := range k.lists {
		may := func(w Resource) bool { return w.Object == nil || l.shows(w) } // or else nothing is known of it
		if wanted == nil || l.shows == nil || slices.ContainsFunc(wanted, may) {
			r.read(g, l)
		}
	}
}

// addAround adds the lists that verdicts, consequences and, if wanted, details of a kind depend on.
func (r *reading) addAround(k *Kind) {
	wanted := slices.Concat(k.Needs, k.weighs)
	if r.loader.detail {
		wanted = append(wanted, k.looks...)
	}
	for _, other := range everything() {
		for _, l := range other.lists {
			if slices.Contains(wanted, l.id) {
				r.read(r.grow(other), l)
			}
		}
	}
}

// grow is the listing of a kind; a new one has no lists yet.
func (r *reading) grow(k *Kind) *growing {
	for _, g := range r.listings {
		if g.listing.Kind == k {
			return g
		}
	}
	g := &growing{listing: Listing{Kind: k}, home: r.loader.scope.ID(), index: map[uint64]int{}, seed: maphash.MakeSeed()}
	r.listings = append(r.listings, g)
	return g
}

// read notes that a list is to be read, once.
func (r *reading) read(g *growing, l list) {
	if _, known := r.parts[l.id]; !known {
		r.parts[l.id] = part{}
		g.lists, g.errs = append(g.lists, l), append(g.errs, nil)
	}
}

// run reads everything and hands out snapshots until all is read or the caller has enough.
func (r *reading) run(ctx context.Context, yield func(*Snapshot) bool) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	r.onlyShared = sync.OnceValue(func() bool { return r.loader.cloud.hasOnlyShared(ctx, r.loader.client) })

	var tasks []func()
	for _, g := range r.listings {
		for i, l := range g.lists {
			g.running++
			if l.names(g.listing.Kind) {
				r.naming++
			}
			if l.last {
				r.lasts++
			}
			tasks = append(tasks, func() { r.readList(ctx, g, i) })
		}
	}
	r.running = len(tasks)
	if r.naming == 0 {
		close(r.rest)
	}
	for _, task := range tasks {
		wg.Go(task)
	}
	if len(tasks) == 0 {
		r.signal()
	}
	for range r.changed {
		if s := r.snapshot(); !yield(s) || s.Done {
			return
		}
	}
}

// settleShared: the lists of shared load balancers are there together or not at all. One that is missing beside another
// that answers, or where there are no other load balancers, is not read: what it would list may use anything. r.mu is held.
func (r *reading) settleShared() {
	family := [...]ListID{sharedPools, sharedListeners, sharedL7Policies}
	there := r.loader.cloud.isOnlyShared() || slices.ContainsFunc(family[:], func(id ListID) bool {
		p, read := r.parts[id]
		return read && p.err == nil && p.lacking == nil
	})
	for _, id := range family {
		if p := r.parts[id]; there && p.lacking != nil {
			p.err = p.lacking
			r.parts[id], r.graph = p, nil
		}
	}
}

// signal never blocks: one token stands for all news.
func (r *reading) signal() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// take adds a page to the listing of its kind, if that is wanted; r.mu is held.
func (r *reading) take(page []Resource) {
	for _, g := range r.listings {
		if len(page) > 0 && g.listing.Kind.ID == page[0].Ref.Kind && g.index != nil {
			g.take(page)
		}
	}
}

// take adds rows. A resource that was seen before is joined with the new sighting in its old place.
func (g *growing) take(rows []Resource) {
	for _, r := range rows {
		i, again := g.find(r.Ref)
		if !again {
			g.rows = append(g.rows, row{object: r.Object})
			continue
		}
		if i < g.shown {
			g.rows, g.shown = slices.Clone(g.rows), 0
		}
		if merge := g.listing.Kind.merge; merge != nil {
			r = merge(g.at(i), r)
		}
		g.rows[i] = row{object: r.Object}
		g.judged = min(g.judged, i)
	}
}

// all are the first n rows.
func (g *growing) all(n int) Rows {
	return Rows{kind: g.listing.Kind, home: g.home, rows: g.rows[:n:n]}
}

func (g *growing) at(i int) Resource { return g.all(len(g.rows)).At(i) }

// find says where a resource stands; one that is new stands at the end from now on. Hashes keep the index small; of two
// resources with the same hash, the later one is found at the next free number.
func (g *growing) find(ref Ref) (at int, again bool) {
	for h := maphash.Comparable(g.seed, [2]string{ref.Parent, ref.ID}); ; h++ {
		i, taken := g.index[h]
		switch {
		case !taken:
			g.index[h] = len(g.rows)
			return len(g.rows), false
		case g.at(i).Ref == ref:
			return i, true
		}
	}
}

// snapshot judges what is new, and everything again when a list has ended that the verdicts depend on.
func (r *reading) snapshot() *Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.loader.Ahead != nil {
		r.goBy(r.loader.Ahead())
	}
	if r.graph == nil {
		kinds := make([]*Kind, len(r.listings))
		for i, g := range r.listings {
			kinds[i] = g.listing.Kind
		}
		r.graph = newGraph(r.at(), r.parts, kinds)
	}
	s := &Snapshot{At: r.at(), Ahead: r.ahead, Graph: r.graph, Done: r.running == 0, Hides: r.loader.cloud.mayHide(false), Listings: make([]Listing, len(r.listings))}
	for i, g := range r.listings {
		g.judge(r.graph, r.loader.guard(r.graph, r.at()))
		l := g.listing
		l.Resources = g.all(g.shown)
		l.Done = g.running == 0
		l.Err = join(g.errs)
		if l.Lacking = r.lacking(g); l.Lacking != nil && l.Note == "" {
			l.Note = l.Lacking.Error()
		}
		if note := r.loader.cloud.note(l.Kind); note != "" {
			l.Note = strings.TrimPrefix(l.Note+"; "+note, "; ")
		}
		s.Listings[i] = l
	}
	return s
}

// at is when this reading began, by the clock of the services.
func (r *reading) at() time.Time { return r.began.Add(r.ahead) }

// goBy has everything judged again when the services' clock turns out to differ by another amount.
func (r *reading) goBy(ahead time.Duration) {
	if ahead == r.ahead {
		return
	}
	r.ahead, r.graph = ahead, nil
	for _, g := range r.listings {
		g.judged = 0
	}
}

// guard asks what the profile protects, as of then.
func (l *Loader) guard(g *Graph, at time.Time) *guard {
	if l.Protect == nil {
		return &guard{graph: g}
	}
	return &guard{graph: g, ask: func(res *Resource) string { return l.Protect(res, at) }}
}

// judge makes the verdicts of all rows and lets a snapshot show them.
func (g *growing) judge(graph *Graph, kept *guard) {
	k := g.listing.Kind
	settled := 0
	for _, ids := range [...][]ListID{k.Needs, k.looks} {
		for _, id := range ids {
			if graph.lists[id].done {
				settled++
			}
		}
	}
	for _, l := range k.lists {
		if graph.lists[l.id].done {
			settled++
		}
	}
	if settled != g.settled {
		g.settled, g.judged = settled, 0
	}
	if g.judged < g.shown {
		g.rows, g.shown = slices.Clone(g.rows), 0
	}
	var r Resource
	var known recent
	for i := g.judged; i < len(g.rows) && k.Judge != nil; i++ {
		r = g.at(i)
		g.rows[i].verdict = known.share(kept.judge(k, &r))
	}
	if g.running == 0 && cap(g.rows) > len(g.rows)+len(g.rows)/8 {
		g.rows = slices.Clone(g.rows)
	}
	g.judged, g.shown = len(g.rows), len(g.rows)
}
