package inventory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"sync"

	"janitor/client"
)

// What a cloud does not have is nothing that could use anything; what merely fails may use everything. Clouds lack the API
// of shared load balancers (newer regions), that of dedicated ones (OpenStack), or single lists of them.

// cloud is what a loader has learnt of its cloud, over all that it reads.
type cloud struct {
	mu         sync.Mutex
	answered   map[ListID]bool // lists that have answered: the cloud has them, whatever it says later
	onlyShared bool            // it has no ELB v3
	asked      bool            // whether its lists show the objects of all enterprise projects, as far as we may see them
	hides      bool            // they do not
	refused    string          // why that may not be asked, as a sentence; "" when it may
}

// refuse keeps that the lists of other enterprise projects may not be read: there is nothing more to see for us, and the user is
// told so.
func (c *cloud) refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = "listeners of other enterprise projects may not be listed: " + cause(err)
}

// note is what to tell with the listing of a kind that listeners matter to.
func (c *cloud) note(k *Kind) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Contains(k.Needs, namedListeners) {
		return ""
	}
	return c.refused
}

// learn keeps whether the lists hide what is in other enterprise projects.
func (c *cloud) learn(hides bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked, c.hides = true, hides
}

// mayHide says whether they do, or, when that is not known, what to take for it.
func (c *cloud) mayHide(unknown bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asked {
		return unknown
	}
	return c.hides
}

func (c *cloud) hasAnswered(id ListID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	set(&c.answered, id, true)
}

func (c *cloud) has(id ListID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.answered[id]
}

// lacks says whether the cloud does not have a list that ended so, without any row.
func (r *reading) lacks(l list, err error) bool {
	switch {
	case !absent(err) || r.loader.cloud.has(l.id):
		return false
	case l.optional:
		return true
	}
	return l.dedicated && r.onlyShared()
}

// absent: the cloud does not have this list at all.
func absent(err error) bool {
	if errors.Is(err, client.RouteAbsent) {
		return true
	}
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Class == client.NotFound && e.Status == http.StatusNotFound
}

// gravest of errors: one that is not of what the cloud lacks, if there is one.
func gravest(errs ...error) error {
	for _, err := range errs {
		if err != nil && !absent(err) {
			return err
		}
	}
	return cmp.Or(errs...)
}

// hasOnlyShared asks, when a list of ELB v3 seems to be absent, whether that is so of all that could use something, while
// the older API answers; its listeners may be absent too, which [reading.settleShared] then does not take for nothing. A cloud
// that was found to be so is not asked again.
func (c *cloud) hasOnlyShared(ctx context.Context, from *client.Client) bool {
	c.mu.Lock()
	known := c.onlyShared
	for id := range c.answered {
		switch id {
		case ListID(Pools), listeners, l7policies, loadBalancerList:
			c.mu.Unlock()
			return false
		}
	}
	c.mu.Unlock()
	if known {
		return true
	}
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i, ask := range []func() error{
		func() error { return firstPage(from.Pools(ctx)) },
		func() error { return firstPage(from.Listeners(ctx)) },
		func() error { return firstPage(from.L7Policies(ctx)) },
		func() error { return firstPage(from.LoadBalancers(ctx)) },
		func() error { return firstPage(from.SharedPools(ctx)) },
		func() error { return firstPage(from.SharedListeners(ctx)) },
	} {
		wg.Go(func() { errs[i] = ask() })
	}
	wg.Wait()
	ofV3, ofPools, ofListeners := errs[:4], errs[4], errs[5]
	if slices.ContainsFunc(ofV3, func(err error) bool { return !absent(err) }) || ofPools != nil || ofListeners != nil && !absent(ofListeners) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onlyShared = true
	return true
}

// isOnlyShared says whether the cloud was found to be so.
func (c *cloud) isOnlyShared() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.onlyShared
}

func firstPage[T any](pages iter.Seq2[[]T, error]) error {
	for _, err := range pages {
		return err
	}
	return nil
}

// lacking says how the cloud told that it has none of the kind's lists, or nothing that the kind could live in; nil when it has
// one, or that is not known yet. r.mu is held.
func (r *reading) lacking(g *growing) error {
	for _, other := range r.listings {
		if within := g.listing.Kind.Within; within != "" && other.listing.Kind.ID == within {
			return r.lacking(other)
		}
	}
	var told []error
	for _, l := range g.lists {
		if p := r.parts[l.id]; p.done && p.err == nil && p.lacking != nil {
			told = append(told, p.lacking)
		}
	}
	if len(told) == 0 || len(told) < len(g.lists) {
		return nil
	}
	return fmt.Errorf("this cloud does not have %s (%s)", g.listing.Kind.Many, cause(told[0]))
}
