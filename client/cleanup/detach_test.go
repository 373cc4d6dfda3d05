package cleanup

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

// What is in use is taken out of use first, when that was chosen: then what it holds, then itself.
func TestDetach(t *testing.T) {
	used := func() jar {
		return jar{demands: true, lane: "lb", users: []string{"policy /images", "listener api"}, holds: []string{s1}}
	}
	const whole = "a: policy /images | a: listener api | a: " + s1 + " | delete a"
	for name, c := range map[string]struct {
		jar      jar
		change   func(w *world)
		stepping func(w *world, text string) error
		want     Outcome
		says     string
		did      string
	}{
		"in order":        {jar: used(), want: Deleted, says: "policy /images and listener api detached and 1 server removed first", did: whole},
		"without holding": {jar: jar{users: []string{"policy /images"}, holds: servers(2)}, want: Deleted, says: "policy /images detached first", did: "a: policy /images | delete a"},
		"refused then": {jar: jar{stubborn: true, users: []string{"policy /images"}, holds: []string{s1}}, want: Deleted,
			says: "policy /images detached and 1 server removed first", did: "a: policy /images | delete a | a: " + s1 + " | delete a"},
		"one user left by itself": {jar: used(), change: func(w *world) { w.take("a", "policy /images") },
			want: Deleted, says: "listener api detached and 1 server removed first", did: "a: listener api | a: " + s1 + " | delete a"},
		"nobody uses it now": {jar: used(), change: func(w *world) { w.fill("a", func(j *jar) { j.users = nil }) },
			want: Deleted, says: "1 server removed first", did: "a: " + s1 + " | delete a"},
		"another user": {jar: used(), change: func(w *world) { w.fill("a", func(j *jar) { j.users = append(j.users, "listener new") }) },
			want: Skipped, says: "changed: now in use: listener new"},
		"bound by now": {jar: used(), change: func(w *world) { w.fill("a", func(j *jar) { j.bound = true }) },
			want: Skipped, says: "changed: it cannot be taken out of use now: it is bound"},
		"forbidden": {jar: used(), want: Failed, says: "listener api could not be detached: no; policy /images was detached", did: "a: policy /images | a: listener api",
			stepping: func(w *world, text string) error {
				if text == "listener api" {
					return fails(403, client.Forbidden, "SYS.0403", "no")
				}
				return w.apply("a", text)
			}},
		"without effect": {jar: used(), want: Blocked, says: "still in use by policy /images, listener api; policy /images and listener api were detached and 1 server was removed", did: strings.TrimSuffix(whole, " | delete a"),
			stepping: func(w *world, text string) error {
				if text == s1 {
					return w.apply("a", text)
				}
				return nil
			}},
		"another user meanwhile": {jar: used(), want: Skipped, did: strings.TrimSuffix(whole, " | delete a"),
			says: "changed: now in use by listener new; policy /images and listener api were detached and 1 server was removed",
			stepping: func(w *world, text string) error {
				if text == s1 {
					w.fill("a", func(j *jar) { j.users = append(j.users, "listener new") })
				}
				return w.apply("a", text)
			}},
		"lost": {jar: used(), want: Deleted, says: "policy /images and listener api detached and 1 server removed first", did: whole,
			stepping: func(w *world, text string) error {
				if err := w.apply("a", text); err != nil || text == s1 {
					return err
				}
				return fails(0, client.Transport, "", "reset")
			}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", c.jar)
			s := inventory.Last(w.snapshot([]inventory.KindID{jars}, nil))
			p, err := NewPlan([]inventory.Ref{jarRef("a")}, s, Choice{Detach: true})
			if err != nil || len(p.Items) != 1 {
				t.Fatalf("%+v, %v", p, err)
			}
			w.watch(p)
			if c.change != nil {
				c.change(w)
			}
			if c.stepping != nil {
				w.stepping = func(_, text string) error { return c.stepping(w, text) }
			}
			res := finished(t, w.engine(1).Start(t.Context(), p))[0]
			if res.Outcome != c.want || res.Message != c.says {
				t.Errorf("%s %q, want %s %q", res.Outcome, res.Message, c.want, c.says)
			}
			if w.did() != c.did {
				t.Errorf("sent %s\nwant %s", w.did(), c.did)
			}
		})
	}
}

// What several items are in is left by all of them in one step, and nothing else is done to it than was confirmed.
func TestDetachTogether(t *testing.T) {
	const share = "share of qw"
	for name, c := range map[string]struct {
		change func(w *world)
		want   map[string]Outcome
		says   string // of a
		did    string
	}{
		"together": {func(*world) {}, map[string]Outcome{"a": Deleted, "b": Deleted}, "share of qw detached first",
			"a: PUT policies/{id} without a b | delete a | delete b"},
		"b was there alone": {func(w *world) { w.take("a", share) }, map[string]Outcome{"a": Deleted, "b": Deleted}, "",
			"delete a | b: PUT policies/{id} without b | delete b"},
		"the other has left": {func(w *world) { w.take("c", share) }, map[string]Outcome{"a": Skipped, "b": Skipped}, "changed: now policy qw would have to be removed", ""},
		"one stays": {func(w *world) { w.change("b", func(r *inventory.Resource) { r.Name = "keep" }) },
			map[string]Outcome{"a": Deleted, "b": Skipped}, "share of qw detached first", "a: PUT policies/{id} without a | delete a"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, id := range []string{"a", "b", "c"} {
				w.withJar(id, jar{users: []string{share}})
			}
			w.judge("c", state(inventory.Protected, "mine"))
			p := w.planWith(Choice{Detach: true}, jars)
			c.change(w)
			results := finished(t, w.engine(1).Start(t.Context(), p))
			if got := outcomesOf(results); !maps.Equal(got, c.want) || results[0].Message != c.says {
				t.Errorf("%v %q, want %v %q", got, results[0].Message, c.want, c.says)
			}
			if w.did() != c.did {
				t.Errorf("sent %s\nwant %s", w.did(), c.did)
			}
		})
	}
}

// A policy that nothing is left in is deleted, once; when one item drops out it would not be, which nobody has confirmed.
func TestDetachAllTogether(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world)
		want   Outcome
		did    string
	}{
		"all":                        {func(*world) {}, Deleted, "a: DELETE policies/{id} without a b | delete a | delete b"},
		"one stays":                  {func(w *world) { w.change("b", func(r *inventory.Resource) { r.Name = "keep" }) }, Skipped, ""},
		"one stays and is the first": {func(w *world) { w.change("a", func(r *inventory.Resource) { r.Name = "keep" }) }, Skipped, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", jar{users: []string{"share of qw"}}).withJar("b", jar{users: []string{"share of qw"}})
			p := w.planWith(Choice{Detach: true}, jars)
			want := []Prerequisite{{What: "policy", Which: "qw", ID: "qw", Call: "DELETE policies/{id}"}}
			for _, it := range p.Items {
				if !slices.Equal(it.Detaches, want) {
					t.Errorf("%+v, want %+v", it.Detaches, want)
				}
			}
			c.change(w)
			for _, res := range finished(t, w.engine(1).Start(t.Context(), p)) {
				if res.Outcome != c.want {
					t.Errorf("%s is %s %q, want %s", res.Ref.ID, res.Outcome, res.Message, c.want)
				}
			}
			if w.did() != c.did {
				t.Errorf("sent %s, want %s", w.did(), c.did)
			}
		})
	}
}

// What a step for one item has done to another is told of both, also when the other goes no further.
func TestDetachTogetherIsToldOfBoth(t *testing.T) {
	const (
		share = "share of qw"
		lost  = "connection reset"
	)
	reset := fails(0, client.Transport, "", lost)
	for name, c := range map[string]struct {
		alone bool // nobody else is in the policy
		step  func(w *world, run *Run) error
		a, b  string
	}{
		"done":           {false, func(*world, *Run) error { return nil }, "deleted: share of qw detached first", "deleted: share of qw detached first"},
		"policy deleted": {true, func(*world, *Run) error { return nil }, "deleted: 1 policy removed first", "deleted: 1 policy removed first"},
		"cancelled": {false, func(_ *world, run *Run) error { run.Cancel(); return nil },
			"cancelled: cancelled after share of qw was detached", "cancelled: cancelled after share of qw was detached"},
		"cancelled and deleted": {true, func(_ *world, run *Run) error { run.Cancel(); return nil },
			"cancelled: cancelled after 1 policy was removed", "cancelled: cancelled after 1 policy was removed"},
		"cancelled and lost": {false, func(w *world, run *Run) error { run.Cancel(); w.take("a", share); w.take("b", share); return reset },
			"cancelled: cancelled after share of qw was detached", "cancelled: cancelled after share of qw was detached"},
		"cancelled without effect": {false, func(_ *world, run *Run) error { run.Cancel(); return reset }, "cancelled: ", "cancelled: "},
		"cancelled and refused": {false, func(_ *world, run *Run) error { run.Cancel(); return fails(403, client.Forbidden, "SYS.0403", "no") },
			"failed: share of qw could not be detached: no", "cancelled: "},
		"credentials": {false, func(*world, *Run) error { return fails(401, client.Unauthorised, "APIGW.0301", "bad token") },
			"failed: share of qw could not be detached: bad token", "failed: not sent: the credentials are not accepted: share of qw could not be detached: bad token"},
		"the other has changed": {false, func(w *world, _ *Run) error {
			w.change("b", func(r *inventory.Resource) { r.Name = "keep" })
			return nil
		}, "deleted: share of qw detached first", `skipped: changed: now named "keep"; share of qw was detached`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", jar{users: []string{share}}).withJar("b", jar{users: []string{share}})
			if !c.alone {
				w.withJar("c", jar{users: []string{share}})
				w.judge("c", state(inventory.Protected, "mine"))
			}
			var run *Run
			started := make(chan struct{})
			w.stepping = func(string, string) error {
				<-started
				return c.step(w, run)
			}
			run = w.engine(2).Start(t.Context(), w.planWith(Choice{Detach: true}, jars))
			close(started)
			results := finished(t, run)
			for i, want := range []string{c.a, c.b} {
				if got := results[i].Outcome.String() + ": " + results[i].Message; got != want {
					t.Errorf("%s is %q, want %q", results[i].Ref.ID, got, want)
				}
			}
		})
	}
}

// A list that shows an old user for ten seconds (api.md 4.7) does not block what was taken out of use.
func TestLaggingUsers(t *testing.T) {
	synctest.Test(t, testLaggingUsers)
}

func testLaggingUsers(t *testing.T) {
	w := newWorld(t).withJar("a", jar{users: []string{"listener api"}})
	p, err := NewPlan([]inventory.Ref{jarRef("a")}, inventory.Last(w.snapshot([]inventory.KindID{jars}, nil)), Choice{Detach: true})
	if err != nil {
		t.Fatal(err)
	}
	w.watch(p)
	var left time.Time
	w.stepping = func(string, string) error {
		left = time.Now()
		return nil
	}
	w.listing = func(int) error {
		if !left.IsZero() && time.Since(left) >= 10*time.Second && len(w.rows[jars]) > 0 {
			w.rows[jars] = slices.Clone(w.rows[jars])
			w.rows[jars][0].Object, w.rows[jars][0].Verdict = jar{}, state(inventory.Unused)
		}
		return nil
	}
	e := w.engine(1)
	e.rest = time.Second
	if res := finished(t, e.Start(t.Context(), p))[0]; res.Outcome != Deleted {
		t.Errorf("%+v, want deleted", res)
	}
}
