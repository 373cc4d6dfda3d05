package simcloud

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// subject is the object with an id, whatever it is; it stays usable when the object is gone.
type subject struct {
	pool    *pool
	member  *member
	cert    *certificate
	group   *ipGroup
	server  *server
	channel *channel // of the server
}

func (w *world) subject(id string) (s subject) {
	s.pool, _ = w.pools.get(id)
	s.member, _ = w.members.get(id)
	s.cert, _ = w.certificates.get(id)
	s.group, _ = w.groups.get(id)
	for _, i := range w.instances {
		for _, ch := range i.channels.all {
			if k := slices.IndexFunc(ch.members, func(one *server) bool { return one.ID == id }); k >= 0 {
				s.server, s.channel = ch.members[k], ch
			}
		}
	}
	return s
}

func (q *call) main() *world { return q.worlds[q.account.ProjectID] }

// lend finds what the hands are to act on, as it is now, and returns what lets them.
func (q *call) lend(hands []Hand, luck uint64) (act func()) {
	if len(hands) == 0 {
		return func() {}
	}
	q.mu.RLock()
	defer q.mu.RUnlock()
	var acts []func()
	for _, h := range hands {
		id, verb := h.target()
		if id == Asked {
			id = q.asked(luck)
		}
		s := q.main().subject(id)
		acts = append(acts, func() { verb(q, id, s) })
	}
	return func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		for _, act := range acts {
			act()
		}
	}
}

// asked is an object that the request is about: one of the ids in a list of its body, else the last one in its path.
func (q *call) asked(luck uint64) string {
	exists := func(id string) bool { return q.main().find(id) != nil }
	var body map[string]json.RawMessage
	_ = json.Unmarshal(q.body, &body) // no ids otherwise
	var ids []string
	for _, key := range slices.Sorted(maps.Keys(body)) {
		var elements []json.RawMessage
		_ = json.Unmarshal(body[key], &elements) // not a list
		for _, e := range elements {
			one := idOf(e)
			if one == "" {
				_ = json.Unmarshal(e, &one) // not a text
			}
			if exists(one) {
				ids = append(ids, one)
			}
		}
	}
	if len(ids) > 0 {
		return ids[luck%uint64(len(ids))]
	}
	for _, part := range slices.Backward(strings.Split(q.request.URL.Path, "/")) {
		if exists(part) {
			return part
		}
	}
	return ""
}

func (q *call) handDelete(id string, _ subject) {
	if remove := q.main().find(id); remove != nil {
		remove()
	}
}

func (q *call) handEdit(_ string, s subject) {
	const text = "changed by another client"
	switch {
	case s.pool != nil:
		s.pool.Description, s.pool.UpdatedAt = text, q.later(s.pool.UpdatedAt, timeV3)
	case s.cert != nil:
		s.cert.Description, s.cert.UpdatedAt = text, q.later(s.cert.UpdatedAt, timeV3)
	case s.group != nil:
		s.group.Description, s.group.UpdatedAt = text, q.later(s.group.UpdatedAt, timeBare)
	}
}

// later is the time of a change after the one before, "" where objects have no times.
func (q *call) later(before, layout string) string {
	if before == "" {
		return ""
	}
	now := q.options.Now().UTC()
	if now.Format(layout) == before {
		now = now.Add(time.Second)
	}
	return now.Format(layout)
}

func (q *call) handUse(_ string, s subject) {
	w := q.main()
	l := &listener{
		ID: q.mint.uuid(), Name: "by-another-client", ProjectID: w.project, EnterpriseProjectID: "0", Protocol: "HTTP", ProtocolPort: 8080,
		AdminStateUp: true, SNICerts: []string{}, LoadBalancers: []ref{}, ProtectionStatus: nonProtection, CreatedAt: q.now(), UpdatedAt: q.now(),
	}
	switch {
	case s.pool != nil:
		l.DefaultPoolID, l.LoadBalancers, l.shared = nullable(s.pool.ID), slices.Clone(s.pool.LoadBalancers), s.pool.shared
	case s.cert != nil:
		l.Protocol, l.ServerCert = "HTTPS", nullable(s.cert.ID)
	case s.group != nil:
		l.Access = &access{GroupIDs: s.group.ID, Enabled: true, Type: "white"}
	default:
		return
	}
	if l.shared {
		l.CreatedAt, l.UpdatedAt = "", ""
	}
	w.listeners.add(l)
	w.attach(l)
}

func (q *call) handRecreate(id string, s subject) {
	q.handDelete(id, s)
	w, now := q.main(), q.now()
	switch {
	case s.pool != nil:
		p := *s.pool
		p.ID, p.HealthMonitorID, p.Members, p.Listeners, p.policies = q.mint.uuid(), "", table[*member]{}, []ref{}, nil
		if !p.shared {
			p.CreatedAt, p.UpdatedAt = now, now
		}
		w.addPool(&p)
		for _, m := range s.pool.Members.all {
			again := *m
			again.ID = q.mint.uuid()
			w.addMember(&p, &again)
		}
	case s.member != nil:
		m := *s.member
		m.ID = q.mint.uuid()
		w.addMember(s.member.pool, &m)
	case s.cert != nil:
		c := *s.cert
		c.ID, c.listeners, c.CreatedAt, c.UpdatedAt = q.mint.hex32(), nil, now, now
		w.certificates.add(&c)
	case s.group != nil:
		g := *s.group
		g.ID, g.Entries, g.Listeners = q.mint.uuid(), slices.Clone(g.Entries), []ref{}
		g.CreatedAt = q.options.Now().UTC().Format(timeBare)
		g.UpdatedAt = g.CreatedAt
		w.groups.add(&g)
	case s.server != nil:
		one := *s.server
		one.ID, one.CreateTime = q.mint.hex32(), now
		s.channel.members = append(s.channel.members, &one)
	}
}

func (q *call) handReplace(id string, with []string) {
	g, ok := q.main().groups.get(id)
	if !ok {
		return
	}
	g.Entries = []entry{}
	for _, ip := range with {
		g.put(entry{IP: ip})
	}
	g.UpdatedAt = q.later(g.UpdatedAt, timeBare)
}

// balancersOf names a load balancer of what the request would change that is being changed already; otherwise begin
// makes all of them so, until for has passed.
func (q *call) balancersOf(d time.Duration) (busy string, begin func()) {
	if d == 0 || q.request.Method == http.MethodGet || q.family != elbV3 && q.family != sharedELB {
		return "", func() {}
	}
	ids := q.touched()
	q.faults.mu.Lock()
	defer q.faults.mu.Unlock()
	for _, id := range ids {
		if _, pending := q.faults.pending[id]; pending {
			return id, nil
		}
	}
	return "", func() {
		q.faults.mu.Lock()
		for _, id := range ids {
			q.faults.pending[id] = time.Now().Add(d)
		}
		q.faults.mu.Unlock()
		q.provision(ids, "PENDING_UPDATE")
	}
}

// touched are the load balancers of everything that the request names, in path and body.
func (q *call) touched() []string {
	q.mu.RLock()
	defer q.mu.RUnlock()
	w := q.main()
	found := map[string]bool{}
	all := func(refs []ref) {
		for _, r := range refs {
			found[r.ID] = true
		}
	}
	pools := func(refs []ref) {
		for _, r := range refs {
			if p, ok := w.pools.get(r.ID); ok {
				all(p.LoadBalancers)
			}
		}
	}
	for _, id := range q.names() {
		pools([]ref{{id}})
		if m, ok := w.members.get(id); ok {
			all(m.pool.LoadBalancers)
		}
		if m, ok := w.monitors.get(id); ok {
			pools(m.Pools)
		}
		if l, ok := w.listeners.get(id); ok {
			all(l.LoadBalancers)
		}
		if p, ok := w.policies.get(id); ok {
			if l, ok := w.listeners.get(p.ListenerID); ok {
				all(l.LoadBalancers)
			}
		}
		if lb, ok := w.balancers.get(id); ok {
			found[lb.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// names are all words of the request that could be ids.
func (q *call) names() []string {
	names := strings.Split(q.request.URL.Path, "/")
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			names = append(names, v)
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	var body any
	_ = json.Unmarshal(q.body, &body) // no ids otherwise
	walk(body)
	return names
}

// settle ends the changes of load balancers whose time has come.
func (f *faults) settle(q *call) {
	f.mu.Lock()
	var over []string
	for id, until := range f.pending {
		if !time.Now().Before(until) {
			over = append(over, id)
			delete(f.pending, id)
		}
	}
	f.mu.Unlock()
	if over != nil {
		q.provision(over, "ACTIVE")
	}
}

func (q *call) provision(ids []string, status string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, id := range ids {
		if lb, ok := q.main().balancers.get(id); ok {
			lb.ProvisioningStatus = status
		}
	}
}
