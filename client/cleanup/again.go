package cleanup

import "janitor/client/inventory"

// remember keeps what there was when the run looked for the first time: what is there later and was not has been made
// meanwhile. Lists that are not complete are no measure.
func (r *Run) remember(now *view) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known != nil {
		return
	}
	r.known = map[inventory.KindID]map[inventory.Ref]bool{}
	bad := map[inventory.KindID]bool{}
	for at := range now.bad {
		bad[at.kind] = true
	}
	for kind, rows := range now.rows {
		if bad[kind] {
			continue
		}
		r.known[kind] = make(map[inventory.Ref]bool, len(rows))
		for _, row := range rows {
			r.known[kind][row.Ref] = true
		}
	}
}

// spot is where something of a name stands. Controllers know what they make by its name.
type spot struct {
	kind   inventory.KindID
	scope  inventory.ScopeID
	parent string
	name   string
}

func spotOf(r inventory.Resource) spot { return spot{r.Ref.Kind, r.Ref.Scope, r.Ref.Parent, r.Name} }

// madeMeanwhile is what a view shows that was not there when the run began.
func (r *Run) madeMeanwhile(now *view) map[spot]inventory.Ref {
	made := map[spot]inventory.Ref{}
	for kind, rows := range now.rows {
		known, listed := r.known[kind]
		if !listed {
			continue
		}
		for _, row := range rows {
			if row.Name != "" && !known[row.Ref] {
				made[spotOf(row)] = row.Ref
			}
		}
	}
	return made
}
