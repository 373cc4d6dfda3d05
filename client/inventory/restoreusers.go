package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"janitor/client"
)

// poolUser is what the deletion of a pool took it out of.
type poolUser struct {
	Is     string        `json:"is"` // ofDefaultPool, ofRedirect, ofShare or ofPolicy
	ID     string        `json:"id"` // of the listener or the policy
	Name   string        `json:"name,omitempty"`
	Shared bool          `json:"shared,omitempty"`
	Policy *client.Spec  `json:"policy,omitempty"` // as it was; of a share or a policy
	Rules  []client.Spec `json:"rules,omitempty"`  // of a policy
	Lacks  string        `json:"lacks,omitempty"`  // what of it could not be kept
}

// changesPolicy: to take the pool out again is to know the policy of ELB v3 that the step changes.
func changesPolicy(s Step) bool { return s.What == ofShare || s.What == ofPolicy }

// userOf keeps what a step is going to take a pool out of.
func userOf(ctx context.Context, c *client.Client, step Step, policies map[string]client.Spec) (poolUser, error) {
	u := poolUser{Is: step.What, ID: step.ID, Name: strings.TrimPrefix(step.Which, "of "), Shared: step.Call == putSharedListener || step.Call == putSharedPolicy}
	if !changesPolicy(step) {
		return u, nil
	}
	s, ok := policies[u.ID]
	if !ok {
		u.Lacks = "policy " + u.Name + " was not kept"
		return u, nil
	}
	u.Policy = &s
	if u.Is == ofPolicy && s.IDs("rules").Len() > 0 {
		err := pages(c.RuleSpecs(ctx, u.ID), func(r client.Spec) { u.Rules = append(u.Rules, r) })
		if err != nil && !denied(err) {
			return u, err
		}
		if err != nil || len(u.Rules) != s.IDs("rules").Len() {
			u.Rules, u.Lacks = nil, "the rules of policy "+u.Name+" were not kept: it does not come back"
		}
	}
	return u, nil
}

func (u *poolUser) String() string {
	if u.Is == ofPolicy {
		return "policy " + u.Name
	}
	return u.Is + " of " + u.Name
}

// part is called after the object, for several pools may have been taken out of it.
func (u *poolUser) part() string {
	if u.Is == ofDefaultPool {
		return "listener " + u.ID
	}
	return "policy " + u.ID
}

func (u *poolUser) lost() []string {
	if u.Lacks != "" {
		return []string{u.Lacks}
	}
	if u.Policy == nil {
		return nil
	}
	return []string{letters(*u.Policy, false, "name", "description")}
}

func (u *poolUser) taken(c *Comeback) bool {
	return slices.Contains(c.Taken, u.ID) && u.Lacks == ""
}

// next puts the pool back into what it was taken out of, when that was found as the deletion had left it.
func (u *poolUser) next(c *Comeback, b *poolBack) (Making, bool) {
	part := u.part()
	if !u.taken(c) {
		return Making{}, false
	}
	if m, ok := u.nextRule(c, b); ok {
		return m, true
	}
	if c.There[part] != "" || c.made(part) {
		return Making{}, false
	}
	m := Making{Part: part, What: u.Is, Which: "of " + u.Name, Lane: b.lane(), Late: true, Most: 1}
	do := func(call string, send func(ctx context.Context, d *client.Deleter, now string) (string, error)) (Making, bool) {
		m.Call = call
		m.Send = func(ctx context.Context, d *client.Deleter, _ []*Comeback) ([]string, error) {
			id, err := send(ctx, d, c.ID())
			return []string{id}, err
		}
		return m, true
	}
	put := func(call string, send func(ctx context.Context, d *client.Deleter, now string) error) (Making, bool) {
		return do(call, func(ctx context.Context, d *client.Deleter, now string) (string, error) {
			return u.ID, send(ctx, d, now)
		})
	}
	switch {
	case u.Is == ofDefaultPool && u.Shared:
		return put(putSharedListener, func(ctx context.Context, d *client.Deleter, now string) error {
			return d.SetSharedDefaultPool(ctx, u.ID, now)
		})
	case u.Is == ofDefaultPool:
		return put(putListener, func(ctx context.Context, d *client.Deleter, now string) error {
			return d.SetDefaultPool(ctx, u.ID, now)
		})
	case u.Is == ofRedirect:
		return put(putSharedPolicy, func(ctx context.Context, d *client.Deleter, now string) error {
			return d.SetSharedRedirect(ctx, u.ID, now)
		})
	case u.Is == ofShare:
		return put(putPolicy, func(ctx context.Context, d *client.Deleter, _ string) error {
			return d.SetWeightedPools(ctx, u.ID, u.weighted(c, true))
		})
	}
	m.Which = u.Name
	return do("POST l7policies", func(ctx context.Context, d *client.Deleter, _ string) (string, error) {
		s, err := u.renewed(c)
		if err != nil {
			return "", err
		}
		return d.CreateL7Policy(ctx, s)
	})
}

// nextRule gives a policy that was made again its rules, one after the other.
func (u *poolUser) nextRule(c *Comeback, b *poolBack) (Making, bool) {
	policy := c.There[u.part()]
	if u.Is != ofPolicy || policy == "" || policy == u.ID {
		return Making{}, false
	}
	for _, r := range u.Rules {
		part := "rule " + r.ID
		if c.There[part] != "" || c.made(part) {
			continue
		}
		return Making{
			Part: part, What: "rule", Which: "of policy " + u.Name, Call: "POST l7policies/{id}/rules", Lane: b.lane(), Late: true, Most: 1,
			Send: func(ctx context.Context, d *client.Deleter, _ []*Comeback) ([]string, error) {
				id, err := d.CreateRule(ctx, policy, r)
				return []string{id}, err
			},
		}, true
	}
	return Making{}, false
}

// weighted are the pools of the policy as they were: those that have come back by their new ids, and of those that have
// not, only the ones that were never taken out. back false: what the deletion had left.
func (u *poolUser) weighted(c *Comeback, back bool) []client.WeightedPool {
	var was, now []client.WeightedPool
	if u.Policy == nil || u.Policy.Into("redirect_pools_config", &was) != nil {
		return nil
	}
	for _, w := range was {
		switch id, taken := u.now(c, w.PoolID); {
		case !taken:
			now = append(now, w)
		case back && id != "":
			now = append(now, client.WeightedPool{PoolID: id, Weight: w.Weight})
		}
	}
	return now
}

// now is the id of a pool of the policy; taken: the deletion took it out.
func (u *poolUser) now(c *Comeback, pool string) (id string, taken bool) {
	if pool == c.Ref.ID {
		return c.ID(), true
	}
	ref := Ref{Scope: c.Ref.Scope, Kind: Pools, ID: pool}
	if c.Gone != nil && c.Gone(ref) {
		return c.New(ref), true
	}
	return pool, false
}

var errPoolMissing = errors.New("another pool that it sent to did not come back")

// renewed is the policy with the ids that its pools have now.
func (u *poolUser) renewed(c *Comeback) (client.Spec, error) {
	s := *u.Policy
	if id := s.Text("redirect_pool_id"); id != "" {
		now, _ := u.now(c, id)
		if now == "" {
			return s, errPoolMissing
		}
		s = s.With("redirect_pool_id", now)
	}
	if s.Has("redirect_pools_config") {
		var was []json.RawMessage
		all := u.weighted(c, true)
		if s.Into("redirect_pools_config", &was) != nil || len(all) != len(was) {
			return s, errPoolMissing
		}
		s = s.With("redirect_pools_config", all)
	}
	return s, nil
}

// referring are the listeners and policies there are, by id.
type referring struct {
	listeners map[string]client.Listener
	policies  map[string]client.L7Policy
	specs     map[string]client.Spec // of the policies of ELB v3
}

// readReferring reads them; shared: pools of shared load balancers are among all. Users of either API may be all that there
// are: then the cloud may lack the other one.
func readReferring(ctx context.Context, c *client.Client, all []*Comeback, shared bool) (referring, error) {
	r := referring{map[string]client.Listener{}, map[string]client.L7Policy{}, map[string]client.Spec{}}
	inV3 := gravest(
		pages(c.Listeners(ctx), func(l client.Listener) { r.listeners[l.ID] = l }),
		pages(c.L7Policies(ctx), func(p client.L7Policy) { r.policies[p.ID] = p }),
		pages(c.L7PolicySpecs(ctx), func(s client.Spec) { r.specs[s.ID] = s }),
	)
	var inShared error
	if shared {
		inShared = gravest(
			pages(c.SharedListeners(ctx), func(l client.Listener) { r.listeners[l.ID] = l }),
			pages(c.SharedL7Policies(ctx), func(p client.L7Policy) { r.policies[p.ID] = p }),
		)
	}
	ofV3 := !shared || slices.ContainsFunc(all, func(one *Comeback) bool {
		return slices.ContainsFunc(one.Back.(*poolBack).Users, func(u poolUser) bool { return !u.Shared })
	})
	switch {
	case inV3 != nil && (ofV3 || inShared != nil || !absent(inV3)):
		return r, inV3
	case inShared != nil && !absent(inShared):
		return r, inShared
	}
	return r, nil
}

// lookForUsers finds what referred to the pools: what is as the deletion has left it, what is back, and what is neither,
// which stays as it is.
func lookForUsers(ctx context.Context, c *client.Client, all []*Comeback, shared bool) error {
	now, err := readReferring(ctx, c, all, shared)
	if err != nil {
		return err
	}
	for _, one := range all {
		b := one.Back.(*poolBack)
		for i := range b.Users {
			u := &b.Users[i]
			if !u.taken(one) || one.Err != nil {
				continue
			}
			if one.Err = u.askFor(ctx, c, one, now); one.Err == nil {
				one.Err = u.look(ctx, c, one, now)
			}
		}
	}
	return nil
}

// askFor asks for what no list shows, and adds it to them: it may lie in the recycle bin, or belong to another enterprise
// project (api.md 2.2, 2.6).
func (u *poolUser) askFor(ctx context.Context, c *client.Client, one *Comeback, now referring) error {
	var listener, policy string
	switch u.Is {
	case ofDefaultPool:
		listener = u.ID
	case ofShare:
		policy = u.ID
	case ofPolicy:
		policy = one.Made[u.part()]
		if u.Policy != nil {
			listener = u.Policy.Text("listener_id")
		}
	}
	show := c.Listener
	if u.Shared {
		show = c.SharedListener
	}
	if err := askOne(ctx, now.listeners, listener, show); err != nil {
		return err
	}
	return askOne(ctx, now.policies, policy, c.L7Policy)
}

// askOne adds the object of this id to those that are known, if there is one.
func askOne[T any](ctx context.Context, known map[string]T, id string, show func(context.Context, string) (*T, error)) error {
	if _, ok := known[id]; ok || id == "" {
		return nil
	}
	o, err := show(ctx, id)
	switch {
	case err == nil:
		known[id] = *o
	case !errors.Is(err, client.NotFound) && !errors.Is(err, client.RouteAbsent):
		return err
	}
	return nil
}

// look finds whether the pool is back in what it was taken out of.
func (u *poolUser) look(ctx context.Context, c *client.Client, one *Comeback, now referring) error {
	id := one.ID()
	switch u.Is {
	case ofDefaultPool:
		l, ok := now.listeners[u.ID]
		u.lookForPool(one, ok, l.DefaultPoolID, "has another default pool now")
	case ofRedirect:
		p, ok := now.policies[u.ID]
		u.lookForPool(one, ok, p.RedirectPoolID, "redirects elsewhere now")
	case ofShare:
		p, ok := now.policies[u.ID]
		switch {
		case !ok:
			u.leave(one, "is no longer there")
		case id != "" && slices.ContainsFunc(p.WeightedPools, func(w client.WeightedPool) bool { return sameID(w.PoolID, id) }):
			one.found(u.part(), u.ID)
		case !u.asLeft(one, p.WeightedPools):
			u.leave(one, "sends to other pools now")
		}
	default:
		return u.lookForPolicy(ctx, c, one, now)
	}
	return nil
}

// lookForPool: pool is the only one that the user refers to now, "" for none. Another one says so.
func (u *poolUser) lookForPool(one *Comeback, there bool, pool, another string) {
	switch {
	case !there:
		u.leave(one, "is no longer there")
	case pool == "": // as the deletion has left it
	case sameID(pool, one.ID()):
		one.found(u.part(), u.ID)
	default:
		u.leave(one, another)
	}
}

// leave lets the user be as it is, and says why unless the undo itself has made it so.
func (u *poolUser) leave(one *Comeback, why string) {
	one.found(u.part(), u.ID)
	if !one.made(u.part()) {
		one.Aside = append(one.Aside, u.Name+" "+why+": left alone")
	}
}

// asLeft: less the pools that have come back, the policy sends to what the deletion had left it.
func (u *poolUser) asLeft(one *Comeback, now []client.WeightedPool) bool {
	rest := slices.DeleteFunc(slices.Clone(now), func(w client.WeightedPool) bool {
		return one.Came != nil && one.Came(w.PoolID)
	})
	return slices.EqualFunc(sortedShares(rest), sortedShares(u.weighted(one, false)), sameShare)
}

func sortedShares(all []client.WeightedPool) []client.WeightedPool {
	return slices.SortedFunc(slices.Values(all), func(a, b client.WeightedPool) int { return cmp.Compare(foldedID(a.PoolID), foldedID(b.PoolID)) })
}

func sameShare(a, b client.WeightedPool) bool {
	return sameID(a.PoolID, b.PoolID) && (a.Weight == nil) == (b.Weight == nil) && (a.Weight == nil || *a.Weight == *b.Weight)
}

// lookForPolicy finds a policy that was deleted as a whole, by its id or the one it was given, and its rules.
func (u *poolUser) lookForPolicy(ctx context.Context, c *client.Client, one *Comeback, now referring) error {
	part := u.part()
	if _, ok := now.policies[u.ID]; ok {
		one.found(part, u.ID)
		return nil
	}
	if made := one.Made[part]; made != "" {
		if _, ok := now.policies[made]; !ok {
			return nil // made once, and taken away since
		}
		one.found(part, made)
		if len(u.Rules) == 0 {
			return nil
		}
		var there []client.Spec
		if err := pages(c.RuleSpecs(ctx, made), func(r client.Spec) { there = append(there, r) }); err != nil {
			return err
		}
		for _, r := range u.Rules {
			for _, rule := range there {
				if rule.Like(r, "type", "compare_type", "value", "key") {
					one.found("rule "+r.ID, rule.ID)
				}
			}
		}
		return nil
	}
	if u.Policy == nil {
		return nil
	}
	if l := u.Policy.Text("listener_id"); now.listeners[l].ID == "" {
		one.found(part, u.ID)
		one.Aside = append(one.Aside, "policy "+u.Name+": its listener is no longer there: left alone")
		return nil
	}
	for id, s := range now.specs {
		if s.Like(*u.Policy, "name", "listener_id") {
			one.twin(part, id, s.Like(*u.Policy, "description", "action"))
		}
	}
	return nil
}
