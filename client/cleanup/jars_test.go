package cleanup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"janitor/client"
	"janitor/client/inventory"
)

// Jars hold pieces of their own, which steps take away, and have users, which other steps take off.
const jars inventory.KindID = "jars"

type jar struct {
	demands  bool // documented not to go while it holds something (S1); it goes one by one
	stubborn bool // does not go while it holds something, although no document says so
	lane     string
	holds    []string
	users    []string // "policy /images"; what is in "share of x" leaves policy x together with all that are to leave
	bound    bool     // its users cannot be taken off
}

func jarOf(r inventory.Resource) jar { return r.Object.(jar) }

func (w *world) jarKind(batch, single *inventory.Route) *inventory.Kind {
	return &inventory.Kind{ID: jars, One: "jar", Many: "jars", Deletion: &inventory.Deletion{
		Route: func(r inventory.Resource) *inventory.Route {
			if jarOf(r).demands {
				return single
			}
			return batch
		},
		Undo: func(inventory.Resource) (inventory.Undo, string) { return inventory.NewID, "" },
		Takes: func(r inventory.Resource) string {
			var t tally
			for _, text := range jarOf(r).holds {
				t.add(text, false)
			}
			return t.all()
		},
		Before: func(r inventory.Resource, _ *inventory.Graph) []inventory.Step {
			var steps []inventory.Step
			for _, text := range jarOf(r).holds {
				steps = append(steps, w.step(r, text))
			}
			return steps
		},
		Demands: func(r inventory.Resource) bool { return jarOf(r).demands },
		Detach: func(r inventory.Resource, doomed map[inventory.Ref]bool, _ *inventory.Graph) ([]inventory.Step, error) {
			if jarOf(r).bound {
				return nil, errors.New("it is bound")
			}
			var steps []inventory.Step
			for _, text := range jarOf(r).users {
				if policy, ok := strings.CutPrefix(text, "share of "); ok {
					steps = append(steps, w.leave(r, policy, doomed))
				} else {
					steps = append(steps, w.step(r, text))
				}
			}
			return steps, nil
		},
	}}
}

// withJar adds a jar; the service's name for it is its id.
func (w *world) withJar(id string, j jar) *world {
	w.add(inventory.Resource{Ref: jarRef(id), Name: id, Object: j, Verdict: usedBy(j.users)})
	return w
}

func jarRef(id string) inventory.Ref { return inventory.Ref{Scope: here, Kind: jars, ID: id} }

func usedBy(users []string) inventory.Verdict {
	if len(users) == 0 {
		return state(inventory.Unused)
	}
	return state(inventory.InUse, users...)
}

// fill edits a jar, and with it what is thought of it.
func (w *world) fill(id string, edit func(*jar)) {
	w.change(id, func(r *inventory.Resource) {
		j := jarOf(*r)
		j.holds, j.users = slices.Clone(j.holds), slices.Clone(j.users)
		edit(&j)
		r.Object = j
		r.Verdict = usedBy(j.users)
	})
}

// take is what a step does when it works.
func (w *world) take(id, text string) {
	w.fill(id, func(j *jar) {
		same := func(s string) bool { return s == text }
		j.holds, j.users = slices.DeleteFunc(j.holds, same), slices.DeleteFunc(j.users, same)
	})
}

func (w *world) jar(id string) (jar, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.rows[jars] {
		if r.Ref.ID == id {
			return jarOf(r), true
		}
	}
	return jar{}, false
}

func (w *world) refuses(id string) bool {
	j, ok := w.jar(id)
	return ok && (len(j.users) > 0 || len(j.holds) > 0 && (j.demands || j.stubborn))
}

func (w *world) step(r inventory.Resource, text string) inventory.Step {
	id, lane := r.Ref.ID, jarOf(r).lane
	what, which := "health monitor", ""
	if text != what {
		what, which, _ = strings.Cut(text, " ")
	}
	return inventory.Step{What: what, Which: which, ID: id + " " + text, Call: "DELETE jars/{id}/pieces/{id}", Lane: lane, Send: func(context.Context, *client.Deleter) error {
		now, _ := w.jar(id)
		w.mu.Lock()
		what := id + ": " + text
		if w.planned != nil && !w.planned[r.Ref] {
			w.t.Errorf("%s: a step of what was never planned", what)
		}
		if len(now.users) > 0 && !w.detached[id] && !slices.Contains(w.late, id) {
			w.t.Errorf("%s: a step of what is in use", what)
		}
		if w.blind[what] {
			w.t.Errorf("%s: sent again and nothing was read", what)
		}
		w.steps = append(w.steps, what)
		at := place{parent: "lane " + lane}
		if w.flying[at]++; w.flying[at] > 1 && lane != "" {
			w.t.Errorf("two steps at once in lane %s", lane)
		}
		w.inFlight++
		w.most = max(w.most, w.inFlight)
		stepping := w.stepping
		w.mu.Unlock()

		if stepping == nil {
			stepping = w.apply
		}
		err := stepping(id, text)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.inFlight--
		w.flying[at]--
		if err != nil && !definite(err) && !errors.Is(err, client.Throttled) && !errors.Is(err, client.Pending) {
			w.blind[what] = true
		}
		return err
	}}
}

// leave takes a jar and all that are to go with it out of a policy; when no others are left in it, it is deleted.
func (w *world) leave(r inventory.Resource, policy string, doomed map[inventory.Ref]bool) inventory.Step {
	text := "share of " + policy
	w.mu.Lock()
	defer w.mu.Unlock()
	var leaving, stay []string
	for _, other := range w.rows[jars] {
		switch in := slices.Contains(jarOf(other).users, text); {
		case in && (other.Ref == r.Ref || doomed[other.Ref]):
			leaving = append(leaving, other.Ref.ID)
		case in:
			stay = append(stay, other.Ref.ID)
		}
	}
	s := inventory.Step{What: "share", Which: "of " + policy, ID: policy, Call: "PUT policies/{id}"}
	if len(stay) == 0 {
		s.What, s.Which, s.Whole, s.Call = "policy", policy, true, "DELETE policies/{id}"
	}
	s.Send = func(context.Context, *client.Deleter) error {
		w.mu.Lock()
		w.steps = append(w.steps, fmt.Sprintf("%s: %s without %s", r.Ref.ID, s.Call, strings.Join(leaving, " ")))
		w.mu.Unlock()
		if w.stepping != nil {
			if err := w.stepping(r.Ref.ID, text); err != nil {
				return err
			}
		}
		for _, id := range leaving {
			w.take(id, text)
		}
		return nil
	}
	return s
}

// apply is a step that works.
func (w *world) apply(id, text string) error {
	j, there := w.jar(id)
	if !there || !slices.Contains(slices.Concat(j.holds, j.users), text) {
		return fails(404, client.NotFound, "ELB.8904", "not found")
	}
	w.take(id, text)
	return nil
}

// did is what was sent for the jars, steps and deletions, in short.
func (w *world) did() string { return strings.Join(w.steps, " | ") }

func servers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("server 10.0.0.%d:80", i+1)
	}
	return out
}
