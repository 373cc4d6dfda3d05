package inventory

import (
	"context"
	"maps"
	"slices"

	"janitor/client"
)

// list is one list of the service that is part of a kind's listing.
type list struct {
	id         ListID
	permission string // that reading it takes (api.md 2.12), "" where that differs between clouds
	optional   bool   // a cloud may lack it: one without shared load balancers lacks all of theirs
	// dedicated: it is of ELB v3, which a cloud lacks as a whole when it has only shared load balancers.
	dedicated bool
	beside    bool                // verdicts on what the kind's other lists show do not depend on it
	shows     func(Resource) bool // it may show this resource of the kind; nil: any
	last      bool                // it depends on what the others have told
	read      func(ctx context.Context, q *query) error
}

// names: its objects are listeners of this kind or can name some, or they can tell that there are enterprise projects, as
// certificates do. Whether more listeners are to be asked for is known when all such lists have ended.
func (l list) names(k *Kind) bool { return (k.names || k.project != nil) && !l.last }

// query is a list being read: what to read, and what has been read. Its methods may be called from several goroutines.
type query struct {
	client  *client.Client
	cloud   *cloud
	scope   Scope
	home    ScopeID // of scope, made once
	parents []Resource

	// page takes over rows of the list; all are of one kind. others takes in what rows of another kind refer to, and not the
	// rows. They are no methods because they look kinds up, and the variables of the kinds refer to what calls them.
	page, others func(rows []Resource)

	kind    *Kind
	reading *reading
	listing *growing // of the kind

	// What has been read; reading.mu guards it.
	part part
	rows int

	// For the list that comes last: what the others have told.
	unlisted []client.Listener // listeners that were kept aside and that no other list shows
	named    map[string]namer  // listeners that are named and were not listed
	listed   map[string]bool   // listeners that were listed, folded
	binned   bool              // the cloud has a recycle bin
	divided  bool              // objects are in enterprise projects, and these lists may not show all of them
}

func (q *query) take(rows []Resource) {
	r := q.reading
	r.mu.Lock()
	defer r.mu.Unlock()
	q.rows += len(rows)
	q.part.take(q.kind, rows)
	if q.kind.note != nil {
		q.kind.note(rows, &q.part)
	}
	if project := q.kind.project; project != nil {
		r.divided = r.divided || slices.ContainsFunc(rows, func(r Resource) bool { return project(r) != "" })
	}
	r.take(rows)
	r.signal()
}

func (q *query) takeOthers(rows []Resource) {
	if len(rows) == 0 {
		return
	}
	q.reading.mu.Lock()
	defer q.reading.mu.Unlock()
	if other, err := Lookup(rows[0].Ref.Kind); err == nil {
		q.part.take(other, rows)
	}
}

// remark says why something is not there that is no failure.
func (q *query) remark(note string) {
	q.reading.mu.Lock()
	defer q.reading.mu.Unlock()
	l := &q.listing.listing
	if l.Note != "" {
		note = l.Note + "; " + note
	}
	l.Note = note
}

// aside keeps listeners of the recycle bin for the list that comes last.
func (q *query) aside(page []client.Listener) {
	r := q.reading
	r.mu.Lock()
	defer r.mu.Unlock()
	r.aside, r.binned = append(r.aside, page...), true
	r.divided = r.divided || slices.ContainsFunc(page, func(l client.Listener) bool { return l.EnterpriseProjectID != "" })
}

// readList reads one list of a listing to its end, well or badly.
func (r *reading) readList(ctx context.Context, g *growing, nth int) {
	l := g.lists[nth]
	k := g.listing.Kind
	q := &query{
		client: r.loader.client, cloud: r.loader.cloud, scope: r.loader.scope, home: r.loader.scope.ID(), parents: g.listing.Parents,
		kind: k, reading: r, listing: g,
	}
	q.page, q.others = q.take, q.takeOthers
	if l.last {
		q.await(ctx)
	}
	err := l.read(ctx, q)
	switch {
	case err == nil:
		q.cloud.hasAnswered(l.id)
	case q.rows == 0 && r.lacks(l, err):
		q.part.lacking, err = err, nil
	}
	if k.compare != nil {
		k.compare(&q.part)
	}
	q.part.state = state{true, err, l.permission}

	r.mu.Lock()
	defer r.mu.Unlock()
	g.errs[nth] = needs(l.permission, err)
	g.running--
	r.parts[l.id], r.graph = q.part, nil
	r.running--
	if l.last {
		r.lasts--
	}
	if l.names(k) {
		if r.naming--; r.naming == 0 {
			r.settleShared()
			close(r.rest)
			if r.lasts > 0 { // these tell, mostly at once, and so everything is judged once less
				return
			}
		}
	}
	r.signal()
}

// await waits for the other lists and takes the listeners that no list of listeners shows: those kept aside, and those that
// other objects name. When a list of listeners has failed it takes none: then nothing is known of them anyway.
func (q *query) await(ctx context.Context) {
	r := q.reading
	select {
	case <-r.rest:
	case <-ctx.Done():
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	q.listed, q.named = map[string]bool{}, map[string]namer{}
	for _, id := range [...]ListID{listeners, sharedListeners, recycled} {
		if r.parts[id].err != nil {
			q.listed, q.named = nil, nil
			return
		}
		for l := range r.parts[id].names {
			q.listed[foldedID(l)] = true
		}
	}
	for _, l := range r.aside {
		if id := foldedID(l.ID); !q.listed[id] {
			q.listed[id] = true
			q.unlisted = append(q.unlisted, l)
		}
	}
	r.aside = nil
	for _, id := range slices.Sorted(maps.Keys(r.parts)) {
		for l, by := range r.parts[id].naming {
			if _, known := q.named[l]; !known && !q.listed[foldedID(l)] {
				q.named[l] = by
			}
		}
	}
	if len(q.named) > 0 {
		r.signal() // reading them takes its time
	}
	q.binned = r.binned
	q.divided = q.cloud.mayHide(r.divided && !r.loader.brief) // what is known is so whichever objects are listed
}
