package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"janitor/client"
	"janitor/client/english"
)

// poolBack is a pool as it was, with its members, its health monitor and what referred to it.
type poolBack struct {
	Pool    client.Spec   `json:"pool"`
	Shared  bool          `json:"shared,omitempty"`
	Members []client.Spec `json:"members,omitempty"`
	Monitor *client.Spec  `json:"monitor,omitempty"`
	Users   []poolUser    `json:"users,omitempty"`
	Lacks   []string      `json:"lacks,omitempty"` // what could not be kept: "its 3 servers were not kept"
	Shown   bool          `json:"shown,omitempty"` // kept as it was shown
	Stays   bool          `json:"stays,omitempty"` // the pool was not deleted: the rest was taken away before that
}

var restorePools = &Restoration{
	Keep: keepPools,
	Recall: func(_ Ref, kept json.RawMessage, shown bool) (Back, error) {
		if !shown {
			return recall[poolBack](kept)
		}
		var also struct {
			Shared bool `json:"shared"`
		}
		b := &poolBack{Shown: true}
		if err := cmp.Or(b.Pool.UnmarshalJSON(kept), json.Unmarshal(kept, &also)); err != nil {
			return nil, err
		}
		b.Shared = also.Shared
		b.miss(true, true)
		return b, nil
	},
	Remains: remainsOfPool,
	Look:    lookForPools,
}

func remainsOfPool(kept json.RawMessage, shown bool, away []string) (json.RawMessage, error) {
	if shown {
		return nil, nil // its members and its monitor are not in it
	}
	var b poolBack
	if err := json.Unmarshal(kept, &b); err != nil {
		return nil, fmt.Errorf("what was kept cannot be read: %w", err)
	}
	known := map[string]bool{}
	taken := func(id string) bool {
		known[id] = true
		return slices.Contains(away, id)
	}
	b.Stays, b.Lacks = true, nil
	b.Members = slices.DeleteFunc(b.Members, func(m client.Spec) bool { return !taken(m.ID) })
	if b.Monitor != nil && !taken(b.Monitor.ID) {
		b.Monitor = nil
	}
	b.Users = slices.DeleteFunc(b.Users, func(u poolUser) bool { return !taken(u.ID) })
	if n := len(slices.DeleteFunc(slices.Clone(away), func(id string) bool { return known[id] })); n > 0 {
		b.Lacks = []string{english.Count(n, "thing that was taken away was", "things that were taken away were") + " not kept"}
	}
	return json.Marshal(b)
}

// miss notes what of a pool was not kept.
func (b *poolBack) miss(members, monitor bool) {
	if n := b.Pool.IDs("members").Len(); members && n > 0 {
		b.Lacks = append(b.Lacks, "its "+english.Count(n, "server was", "servers were")+" not kept")
	}
	if monitor && b.Pool.Has("healthmonitor_id") {
		b.Lacks = append(b.Lacks, "its health monitor was not kept")
	}
}

// poolLists are the lists around pools as a whole, by id. Where one was denied nothing is in it.
type poolLists struct {
	v3, shared        map[string]client.Spec
	members, monitors map[string]client.Spec
	noMonitor         error // why these are not known, when the account may not read them
}

// readPools reads these lists side by side. dedicated, shared: which pools matter; inside: so does what they hold. Those of
// shared load balancers may be all that the cloud has, and on some only ELB v3 shows them.
func readPools(ctx context.Context, c *client.Client, dedicated, shared, inside bool) (*poolLists, error) {
	l := &poolLists{v3: map[string]client.Spec{}, shared: map[string]client.Spec{}, members: map[string]client.Spec{}, monitors: map[string]client.Spec{}}
	var mu sync.Mutex // of the maps that two lists go to
	read := func(all iter.Seq2[[]client.Spec, error], into map[string]client.Spec) func() error {
		return func() error {
			return pages(all, func(s client.Spec) {
				mu.Lock()
				defer mu.Unlock()
				into[s.ID] = s
			})
		}
	}
	never := func(error) bool { return false }
	withoutMonitors := func(err error) bool {
		if !denied(err) {
			return false
		}
		l.noMonitor = cmp.Or(l.noMonitor, err)
		return true
	}
	type part struct {
		ofV3 bool
		read func() error
		bear func(error) bool // it may fail with this error
		err  error
	}
	v3 := &part{ofV3: true, read: read(c.PoolSpecs(ctx), l.v3), bear: never}
	older := &part{read: read(c.SharedPoolSpecs(ctx), l.shared), bear: absent} // a cloud may have no shared load balancers
	parts := []*part{v3}
	if inside {
		parts = append(parts,
			&part{ofV3: true, read: read(c.PoolMemberSpecs(ctx), l.members), bear: denied}, // then each pool is asked for them
			&part{ofV3: true, read: read(c.HealthMonitorSpecs(ctx), l.monitors), bear: withoutMonitors})
	}
	if shared {
		parts = append(parts, older)
	}
	if shared && inside {
		parts = append(parts,
			&part{read: read(c.SharedPoolMemberSpecs(ctx), l.members), bear: denied},
			&part{read: read(c.SharedHealthMonitorSpecs(ctx), l.monitors), bear: withoutMonitors})
	}
	var wg sync.WaitGroup
	for _, p := range parts {
		wg.Go(func() { p.err = p.read() })
	}
	wg.Wait()
	noV3 := shared && !dedicated && absent(v3.err) && older.err == nil
	for _, p := range parts {
		switch {
		case p.err == nil, p.ofV3 && noV3 && absent(p.err), p.bear(p.err):
		default:
			return nil, p.err
		}
	}
	return l, nil
}

// pool is the pool as the lists show it; one of a shared load balancer may be in both, see [mergePools].
func (l *poolLists) pool(id string) (s client.Spec, shared, ok bool) {
	if s, ok = l.shared[id]; ok {
		v3, also := l.v3[id]
		if also {
			s = v3
		}
		return s, !also || !v3.Has("created_at"), true
	}
	s, ok = l.v3[id]
	return s, false, ok
}

// holding: one of these has members or a health monitor.
func (l *poolLists) holding(doomed []Doomed) bool {
	return slices.ContainsFunc(doomed, func(d Doomed) bool {
		s, _, ok := l.pool(d.Resource.Ref.ID)
		return ok && (s.Has("members") || s.Has("healthmonitor_id"))
	})
}

// membersOf are the members of a pool. What the lists of all pools and members do not show is read from the pool itself.
func (l *poolLists) membersOf(ctx context.Context, c *client.Client, p client.Spec, shared bool) ([]client.Spec, error) {
	var all []client.Spec
	known := p.Tells("members")
	for id := range p.IDs("members").All() {
		m, ok := l.members[id]
		known = known && ok
		all = append(all, m)
	}
	if known {
		return all, nil
	}
	list := c.MemberSpecs(ctx, p.ID)
	if shared {
		list = c.SharedMemberSpecs(ctx, p.ID)
	}
	all = nil
	err := pages(list, func(m client.Spec) { all = append(all, m) })
	return all, err
}

func keepPools(ctx context.Context, c *client.Client, doomed []Doomed) (map[Ref]Back, string, error) {
	dedicated, shared, used, inside := false, false, false, false
	for _, d := range doomed {
		p, known := d.Resource.Object.(*Pool)
		shared = shared || !known || p.Shared
		dedicated = dedicated || known && !p.Shared
		inside = inside || !known || !p.Members.Said() || p.Members.Len() > 0 || p.HealthMonitorID != ""
		used = used || slices.ContainsFunc(d.Users, changesPolicy)
	}
	l, err := readPools(ctx, c, dedicated, shared, inside)
	if err == nil && !inside && l.holding(doomed) { // since it was looked at
		l, err = readPools(ctx, c, dedicated, shared, true)
	}
	if err != nil {
		return nil, "", err
	}
	var policies map[string]client.Spec
	if used {
		policies = map[string]client.Spec{}
		if err := pages(c.L7PolicySpecs(ctx), func(s client.Spec) { policies[s.ID] = s }); err != nil {
			return nil, "", err
		}
	}
	kept := make(map[Ref]Back, len(doomed))
	var lacks string
	for _, d := range doomed {
		b, lacking, err := l.keep(ctx, c, d, policies)
		if err != nil {
			return nil, "", err
		}
		if b != nil {
			kept[d.Resource.Ref] = b
		}
		lacks = cmp.Or(lacking, lacks)
	}
	return kept, lacks, nil
}

// keep is a pool with all that it holds and is taken out of, nil when it has vanished; policies are those of ELB v3, as far as
// they matter. lacks says what of it cannot be read.
func (l *poolLists) keep(ctx context.Context, c *client.Client, d Doomed, policies map[string]client.Spec) (b *poolBack, lacks string, err error) {
	s, shared, ok := l.pool(d.Resource.Ref.ID)
	if !ok {
		return nil, "", nil
	}
	if p, known := d.Resource.Object.(*Pool); known {
		shared = shared || p.Shared
	}
	b = &poolBack{Pool: s, Shared: shared}
	switch b.Members, err = l.membersOf(ctx, c, s, shared); {
	case err != nil && denied(err):
		b.miss(true, false)
		lacks = "servers cannot be read to be kept: " + cause(err)
	case err != nil:
		return nil, "", err
	}
	if id := s.Text("healthmonitor_id"); id != "" {
		if m, ok := l.monitors[id]; ok {
			b.Monitor = &m
		} else if b.miss(false, true); l.noMonitor != nil {
			lacks = "health monitors cannot be read to be kept: " + cause(l.noMonitor)
		}
	}
	for _, step := range d.Users {
		u, err := userOf(ctx, c, step, policies)
		if err != nil {
			return nil, "", err
		}
		b.Users = append(b.Users, u)
	}
	return b, lacks, nil
}

func (b *poolBack) Grade() (Undo, string) {
	lost := slices.Clone(b.Lacks)
	why := newID
	if b.Stays {
		why = "it stayed, and gets back " + b.With()
	} else {
		lost = append(lost, onSeveral(b.Pool.IDs("loadbalancers")), letters(b.Pool, b.Shown, "name", "description"))
	}
	for _, m := range b.Members {
		lost = append(lost, letters(m, b.Shown, "name"))
	}
	for _, u := range b.Users {
		lost = append(lost, u.lost()...)
	}
	slices.Sort(lost)
	return lossy(NewID, why, slices.Compact(lost)...)
}

func onSeveral(balancers client.IDs) string {
	if n := balancers.Len(); n > 1 {
		return fmt.Sprintf("it was on %d load balancers and comes back on one", n)
	}
	return ""
}

func (b *poolBack) With() string {
	var parts []string
	if n := len(b.Members); n > 0 {
		parts = append(parts, english.Count(n, "server", "servers"))
	}
	if b.Monitor != nil {
		parts = append(parts, "1 health monitor")
	}
	for _, u := range b.Users {
		parts = append(parts, u.String())
	}
	return strings.Join(parts, ", ")
}

func (b *poolBack) Alike() string { return b.Pool.Text("name") + " " + b.Pool.Text("protocol") }

// lane: whoever changes a shared load balancer waits for the one before.
func (b *poolBack) lane() string {
	if b.Shared {
		return b.Pool.IDs("loadbalancers").First()
	}
	return ""
}

// Next: the pool, its health monitor, its members, and in the end what referred to it.
func (b *poolBack) Next(c *Comeback) (Making, bool) {
	id := c.ID()
	if b.Stays != (id == c.Ref.ID) {
		return Making{}, false // it came back by itself, or is no longer there
	}
	if id == "" {
		return b.making(Itself, "", "", "POST pools", "POST v2.0/lbaas/pools", func(ctx context.Context, d *client.Deleter) (string, error) {
			s := b.Pool
			if lb := s.IDs("loadbalancers").First(); lb != "" {
				s = s.With("loadbalancer_id", lb)
			}
			if b.Shared {
				return d.CreateSharedPool(ctx, s)
			}
			return d.CreatePool(ctx, s)
		}), true
	}
	if b.Monitor != nil && c.There["monitor"] == "" && !c.made("monitor") {
		return b.making("monitor", "health monitor", "", "POST healthmonitors", "POST v2.0/lbaas/healthmonitors", func(ctx context.Context, d *client.Deleter) (string, error) {
			if b.Shared {
				return d.CreateSharedHealthMonitor(ctx, id, *b.Monitor)
			}
			return d.CreateHealthMonitor(ctx, id, *b.Monitor)
		}), true
	}
	for _, m := range b.Members {
		part := "server " + m.ID
		if c.There[part] != "" || c.made(part) {
			continue
		}
		return b.making(part, "server", withPort(m.Text("address"), m.Text("protocol_port")), "POST pools/{id}/members", "POST v2.0/lbaas/pools/{id}/members", func(ctx context.Context, d *client.Deleter) (string, error) {
			if b.Shared {
				return d.CreateSharedPoolMember(ctx, id, m)
			}
			return d.CreatePoolMember(ctx, id, m)
		}), true
	}
	for i := range b.Users {
		if m, ok := b.Users[i].next(c, b); ok {
			return m, true
		}
	}
	return Making{}, false
}

func (b *poolBack) making(part, what, which, call, sharedCall string, send func(context.Context, *client.Deleter) (string, error)) Making {
	m := Making{
		Part: part, What: what, Which: which, Call: call, Lane: b.lane(), Most: 1,
		Send: func(ctx context.Context, d *client.Deleter, _ []*Comeback) ([]string, error) {
			id, err := send(ctx, d)
			return []string{id}, err
		},
	}
	if b.Shared {
		m.Call = sharedCall
	}
	return m
}

func lookForPools(ctx context.Context, c *client.Client, all []*Comeback) error {
	dedicated, shared, inside, users := false, false, false, false
	for _, one := range all {
		b := one.Back.(*poolBack)
		shared, dedicated = shared || b.Shared, dedicated || !b.Shared
		inside = inside || one.Made[Itself] != "" || b.Stays
		users = users || len(b.Users) > 0 && len(one.Taken) > 0
	}
	l, err := readPools(ctx, c, dedicated, shared, inside)
	if err != nil {
		return err
	}
	list := make([]client.Spec, 0, len(l.v3))
	for _, s := range l.v3 {
		list = append(list, s)
	}
	for id, s := range l.shared {
		if _, twice := l.v3[id]; !twice {
			list = append(list, s)
		}
	}
	show := func(one *Comeback, id string) (s client.Spec, err error) {
		into, ask := l.v3, c.PoolSpec
		if one.Back.(*poolBack).Shared {
			into, ask = l.shared, c.SharedPoolSpec
		}
		if s, err = ask(ctx, id); err == nil {
			into[id] = s
		}
		return s, err
	}
	lookForWhole(all, list, func(b Back) client.Spec { return b.(*poolBack).Pool }, show,
		[]string{"name", "protocol"}, []string{"description", "lb_algorithm", "type"})
	for _, one := range all {
		id := one.ID()
		if one.Err != nil || id == "" || id == one.Ref.ID && !one.Stays() {
			continue
		}
		one.Err = lookInside(ctx, c, l, one, id)
	}
	if !users {
		return nil
	}
	return lookForUsers(ctx, c, all, shared)
}

// lookInside finds the members and the health monitor of a pool that was made again.
func lookInside(ctx context.Context, c *client.Client, l *poolLists, one *Comeback, id string) error {
	b := one.Back.(*poolBack)
	p, _, _ := l.pool(id)
	if m := p.Text("healthmonitor_id"); m != "" {
		one.found("monitor", m)
	}
	if len(b.Members) == 0 {
		return nil
	}
	members, err := l.membersOf(ctx, c, p, b.Shared)
	if err != nil {
		if errors.Is(err, client.NotFound) {
			return fmt.Errorf("it went away while it was looked at: %w", err)
		}
		return err
	}
	there := map[[2]string]string{}
	for _, m := range members {
		there[[2]string{m.Text("address"), m.Text("protocol_port")}] = m.ID
	}
	for _, m := range b.Members {
		if now := there[[2]string{m.Text("address"), m.Text("protocol_port")}]; now != "" {
			one.found("server "+m.ID, now)
		}
	}
	return nil
}
