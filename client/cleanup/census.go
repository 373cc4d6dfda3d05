package cleanup

import (
	"sync"

	"janitor/client/inventory"
)

// census is what there was when a run looked for the first time: what is there later and was not has been made meanwhile.
type census struct {
	mu sync.Mutex
	of map[inventory.KindID]map[inventory.Ref]bool // by kind; one whose lists are not complete is no measure; nil: nobody has looked
}

// take keeps what the first look shows.
func (c *census) take(now *view) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of != nil {
		return
	}
	c.of = map[inventory.KindID]map[inventory.Ref]bool{}
	bad := map[inventory.KindID]bool{}
	for at := range now.bad {
		bad[at.kind] = true
	}
	for kind, rows := range now.rows {
		if bad[kind] {
			continue
		}
		c.of[kind] = make(map[inventory.Ref]bool, len(rows))
		for _, row := range rows {
			c.of[kind][row.Ref] = true
		}
	}
}

// since is what a later look shows that was not there then.
func (c *census) since(now *view, kinds map[inventory.KindID]*inventory.Kind) map[spot]inventory.Ref {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := map[spot]inventory.Ref{}
	for kind, rows := range now.rows {
		known, listed := c.of[kind]
		if !listed {
			continue
		}
		for _, row := range rows {
			if row.Name != "" && !known[row.Ref] {
				made[spotOf(kinds[kind], row)] = row.Ref
			}
		}
	}
	return made
}

// spot is where something of a name stands, or of the same addresses. Controllers know what they make by its name.
type spot struct {
	kind   inventory.KindID
	scope  inventory.ScopeID
	parent string
	name   string
}

func spotOf(kind *inventory.Kind, r inventory.Resource) spot {
	name := r.Name
	if kind != nil && kind.Deletion != nil && kind.Deletion.Same != nil {
		name = kind.Deletion.Same(r)
	}
	return spot{r.Ref.Kind, r.Ref.Scope, r.Ref.Parent, name}
}
