package cleanup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

const (
	s1, s2, s3 = "server 10.0.0.1:80", "server 10.0.0.2:80", "server 10.0.0.3:80"
	monitor    = "health monitor"
)

// bare jar of S1 that holds two servers and a monitor.
func s1Jar() jar { return jar{demands: true, lane: "lb", holds: []string{s1, s2, monitor}} }

// What a jar of S1 ends as, for everything that its steps can come to. n counts the steps from 0.
func TestSteps(t *testing.T) {
	type reply = func(w *world, n int, id, text string) error
	at := func(when int, err error) reply { // one step fails without effect
		return func(w *world, n int, id, text string) error {
			if n == when {
				return err
			}
			return w.apply(id, text)
		}
	}
	lost := func(when int) reply { // one step works and its answer is lost
		return func(w *world, n int, id, text string) error {
			err := w.apply(id, text)
			if n == when {
				return fails(0, client.Transport, "", "connection reset")
			}
			return err
		}
	}
	always := func(err error) reply { return func(*world, int, string, string) error { return err } }
	pending := fails(409, client.Pending, "ELB.8907", "load balancer is PENDING_UPDATE")
	const whole = "a: " + s1 + " | a: " + s2 + " | a: " + monitor + " | delete a"
	for name, c := range map[string]struct {
		reply reply
		want  Outcome
		says  string // the message
		did   string
	}{
		"in order": {at(-1, nil), Deleted, "2 servers and 1 health monitor removed first", whole},
		"gone already": {func(w *world, n int, id, text string) error {
			w.take(id, s2) // by somebody else
			return w.apply(id, text)
		}, Deleted, "2 servers and 1 health monitor removed first", whole},
		"pending, once":       {at(1, pending), Deleted, "2 servers and 1 health monitor removed first", strings.Replace(whole, s2, s2+" | a: "+s2, 1)},
		"throttled, once":     {at(0, fails(429, client.Throttled, "APIGW.0308", "limit")), Deleted, "removed first", "a: " + s1 + " | " + whole},
		"pending for good":    {always(pending), Blocked, s1 + " could not be removed: load balancer is PENDING_UPDATE", strings.TrimSuffix(strings.Repeat("a: "+s1+" | ", maxWait+1), " | ")},
		"forbidden":           {at(1, fails(403, client.Forbidden, "SYS.0403", "needs elb:members:delete")), Failed, s2 + " could not be removed: needs elb:members:delete; 1 of 2 servers was removed", "a: " + s1 + " | a: " + s2},
		"protected":           {at(0, fails(409, client.Protected, "ELB.8999", "is protected")), Blocked, s1 + " could not be removed: is protected", "a: " + s1},
		"in use":              {at(2, fails(409, client.InUse, "ELB.8907", "is in use")), Blocked, "health monitor could not be removed: is in use; 2 servers were removed", "a: " + s1 + " | a: " + s2 + " | a: " + monitor},
		"bad request":         {at(0, fails(400, "", "ELB.8902", "invalid")), Failed, s1 + " could not be removed: invalid", "a: " + s1},
		"call does not exist": {at(2, fails(404, client.RouteAbsent, "APIGW.0101", "no such API")), Failed, "this cloud does not have the call DELETE jars/{id}/pieces/{id}", "a: " + s1 + " | a: " + s2 + " | a: " + monitor},
		"never left":          {at(0, &client.Error{Class: client.Transport, Unsent: true, Message: "no route to host"}), Cancelled, "not sent: the service cannot be reached: no route to host", "a: " + s1},
		"lost before":         {at(1, fails(500, "", "APIG.9999", "System error")), Deleted, "removed first", strings.Replace(whole, s2, s2+" | a: "+s2, 1)},
		"lost after":          {lost(1), Deleted, "2 servers and 1 health monitor removed first", whole},
		"last one lost":       {lost(2), Deleted, "2 servers and 1 health monitor removed first", whole},
		"unreadable answer":   {at(0, fails(200, client.BadAnswer, "", "not JSON")), Deleted, "removed first", "a: " + s1 + " | " + whole},
		"lost for good":       {always(fails(502, "", "", "bad gateway")), Failed, s1 + " could not be removed: bad gateway; read back: still there", "a: " + s1 + " | a: " + s1 + " | a: " + s1},
		"lost with the jar": {func(w *world, _ int, id, _ string) error {
			w.remove(id)
			return fails(0, client.Transport, "", "connection reset")
		}, AlreadyGone, "could not be removed: connection reset; gone before it was sent", "a: " + s1},
		"lost, then used": {func(w *world, _ int, id, _ string) error {
			w.fill(id, func(j *jar) { j.users = []string{"listener api"} })
			return fails(0, client.Transport, "", "connection reset")
		}, Skipped, "connection reset; changed: now in use by listener api", "a: " + s1},
		"lost, then fuller": {func(w *world, _ int, id, _ string) error {
			w.fill(id, func(j *jar) { j.holds = append(j.holds, s3) })
			return fails(0, client.Transport, "", "connection reset")
		}, Skipped, "changed: now holding " + s3, "a: " + s1},
		"came into use": {func(w *world, n int, id, text string) error {
			if n == 2 {
				defer w.fill(id, func(j *jar) { j.users = []string{"listener api"} })
			}
			return w.apply(id, text)
		}, Skipped, "changed: now in use by listener api; 2 servers and 1 health monitor were removed", strings.TrimSuffix(whole, " | delete a")},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", s1Jar()).withJar("other", s1Jar())
			p := w.plan(jars).only(func(i int) bool { return i == 0 })
			w.watch(p)
			n := -1
			w.stepping = func(id, text string) error {
				n++
				return c.reply(w, n, id, text)
			}
			run := w.engine(1).Start(t.Context(), p)
			res := finished(t, run)[0]
			if res.Outcome != c.want || !strings.Contains(res.Message, c.says) {
				t.Errorf("%s %q, want %s %q", res.Outcome, res.Message, c.want, c.says)
			}
			if w.did() != c.did {
				t.Errorf("sent %s\nwant %s", w.did(), c.did)
			}
			if j, _ := w.jar("other"); len(j.holds) != 3 {
				t.Errorf("a jar that nobody planned holds %v", j.holds)
			}
		})
	}
}

// Before the steps, what changed since the plan is skipped, and nothing of it is touched.
func TestCheckBeforeSteps(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*jar)
		want Outcome
		says string
	}{
		"used":     {func(j *jar) { j.users = []string{"listener api"} }, Skipped, "changed: now in use by listener api"},
		"fuller":   {func(j *jar) { j.holds = append(j.holds, s3) }, Skipped, "changed: now holding " + s3},
		"replaced": {func(j *jar) { j.holds[0] = s3 }, Skipped, "changed: now holding " + s3},
		"emptier":  {func(j *jar) { j.holds = j.holds[1:] }, Deleted, "1 server and 1 health monitor removed first"},
		"empty":    {func(j *jar) { j.holds = nil }, Deleted, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", s1Jar())
			p := w.plan(jars)
			w.fill("a", c.edit)
			res := finished(t, w.engine(1).Start(t.Context(), p))[0]
			if res.Outcome != c.want || res.Message != c.says {
				t.Errorf("%s %q, want %s %q", res.Outcome, res.Message, c.want, c.says)
			}
			if c.want == Skipped && len(w.steps) > 0 {
				t.Errorf("sent %s", w.did())
			}
		})
	}
}

// What can go as it is goes first, in its batches, then one of the others, as its deletion might not be allowed; the rest
// shares one look between its steps and its deletions.
func TestStepsShareALook(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		w.withJar(fmt.Sprint("easy", i), jar{holds: servers(2)})
	}
	for i := range 20 {
		w.withJar(fmt.Sprint("hard", i), jar{demands: true, holds: servers(2)})
	}
	run := w.engine(4).Start(t.Context(), w.plan(jars))
	finished(t, run)
	if s := run.Summary(); !s.OK() {
		t.Error(s)
	}
	if w.lists != 6 { // check; before the steps and before the deletions, of the first and of the rest; proof
		t.Errorf("%d lists were read", w.lists)
	}
	if len(w.steps) != 2+20*3 || !strings.HasPrefix(w.steps[0], "delete easy") || !strings.HasPrefix(w.steps[1], "delete easy") {
		t.Errorf("%d requests: %.80s", len(w.steps), w.did())
	}
	rest := w.steps[2+3:]
	last := slices.IndexFunc(rest, func(s string) bool { return strings.HasPrefix(s, "delete hard") })
	if w.steps[4][:11] != "delete hard" || slices.ContainsFunc(rest[last:], func(s string) bool { return strings.Contains(s, ": ") }) {
		t.Error("a step after the first deletion of the rest")
	}
}

// Steps of one lane never meet, over runs too; others go on meanwhile. The world watches.
func TestLanes(t *testing.T) {
	w := newWorld(t)
	for i := range 12 {
		w.withJar(fmt.Sprint("j", i), jar{demands: true, lane: fmt.Sprint("lb", i%3), holds: servers(3)})
	}
	w.stepping = func(id, text string) error {
		<-time.After(time.Millisecond)
		return w.apply(id, text)
	}
	w.halvesAtOnce(t, w.plan(jars))
}

// A busy lane is passed over: the steps of another go on while one is in flight.
func TestBusyLaneOfSteps(t *testing.T) {
	w := newWorld(t)
	for id, lane := range map[string]string{"a": "slow", "b": "slow", "c": "quick"} {
		w.withJar(id, jar{demands: true, lane: lane, holds: servers(1)})
	}
	w.withJar("bare", jar{demands: true}) // its deletion shows that it is allowed
	quick := make(chan struct{})
	w.stepping = func(id, text string) error {
		if id == "c" {
			close(quick)
		} else {
			select {
			case <-quick:
			case <-time.After(10 * time.Second):
				t.Error("no step of c while one of the slow lane was in flight")
			}
		}
		return w.apply(id, text)
	}
	run := w.engine(2).Start(t.Context(), w.plan(jars))
	finished(t, run)
	if s := run.Summary(); !s.OK() {
		t.Error(s)
	}
}

// What no document demands is tried only after the service has refused.
func TestRefusalThenSteps(t *testing.T) {
	const refusal = "has members"
	for name, c := range map[string]struct {
		jar    jar
		answer func(w *world, n int, call string, ids []string) ([]inventory.Answer, error)
		before func(w *world)
		want   Outcome
		says   string
		did    string
	}{
		"nothing refused": {jar: jar{holds: servers(1)}, want: Deleted, did: "delete a b"},
		"refused once":    {jar: jar{stubborn: true, holds: []string{s1, monitor}}, want: Deleted, says: "1 server and 1 health monitor removed first", did: "delete a b | a: " + s1 + " | a: " + monitor + " | delete a"},
		"refused by an error": {jar: jar{stubborn: true, holds: []string{s1}}, want: Deleted, says: "1 server removed first", did: "delete a b | delete a | delete b | a: " + s1 + " | delete a",
			answer: func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
				if slices.Contains(ids, "a") && w.refuses("a") {
					return nil, fails(409, client.InUse, "ELB.8907", refusal)
				}
				return w.deleteAll(call, ids)
			}},
		"refused twice": {jar: jar{stubborn: true, holds: []string{s1}}, want: Blocked, says: refusal + "; 1 server was removed", did: "delete a b | a: " + s1 + " | delete a",
			answer: func(w *world, _ int, call string, ids []string) ([]inventory.Answer, error) {
				w.remove("b")
				return append(say(inventory.SaidDeleted, ids[1:]...), inventory.Answer{ID: "a", Said: inventory.SaidRefused, Code: "ELB.8907", Message: refusal}), nil
			}},
		"refused and bare": {jar: jar{}, want: Blocked, says: refusal, did: "delete a b",
			answer: func(w *world, _ int, call string, ids []string) ([]inventory.Answer, error) {
				w.remove("b")
				return append(say(inventory.SaidDeleted, ids[1:]...), inventory.Answer{ID: "a", Said: inventory.SaidRefused, Message: refusal}), nil
			}},
		"refused as it is used by now": {jar: jar{stubborn: true, holds: []string{s1}}, want: Blocked, says: "now in use by listener api", did: "delete a b",
			answer: func(w *world, _ int, call string, ids []string) ([]inventory.Answer, error) {
				w.fill("a", func(j *jar) { j.users = []string{"listener api"} })
				return w.deleteAll(call, ids)
			}},
		"forbidden step": {jar: jar{stubborn: true, holds: []string{s1, s2}}, want: Failed, says: s2 + " could not be removed: no; 1 of 2 servers was removed", did: "delete a b | a: " + s1 + " | a: " + s2,
			before: func(w *world) {
				w.stepping = func(id, text string) error {
					if text == s2 {
						return fails(403, client.Forbidden, "SYS.0403", "no")
					}
					return w.apply(id, text)
				}
			}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", c.jar).withJar("b", jar{})
			n := -1
			if c.answer != nil {
				w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
					n++
					return c.answer(w, n, call, ids)
				}
			}
			if c.before != nil {
				c.before(w)
			}
			results := finished(t, w.engine(1).Start(t.Context(), w.plan(jars)))
			if got := results[0]; got.Outcome != c.want || got.Message != c.says {
				t.Errorf("%s %q, want %s %q", got.Outcome, got.Message, c.want, c.says)
			}
			if results[1].Outcome != Deleted {
				t.Errorf("b is %s", results[1].Outcome)
			}
			if w.did() != c.did {
				t.Errorf("sent %s\nwant %s", w.did(), c.did)
			}
		})
	}
}

// A cloud without the batch call says of a single jar what the others say in an answer, in any words: what it holds is
// taken away then, once. What others use, or what has another cause, is not emptied.
func TestRefusalOfOneThenSteps(t *testing.T) {
	const (
		emptied = "delete a | a: " + s1 + " | delete a"
		refused = "delete a"
	)
	pending := fails(409, client.Pending, "ELB.8907", "pool d1 has members")
	for name, c := range map[string]struct {
		jar  jar
		err  error
		want Outcome
		says string
		did  string
	}{
		"pending":             {jar{stubborn: true, holds: []string{s1}}, pending, Deleted, "1 server removed first", emptied},
		"bad request":         {jar{stubborn: true, holds: []string{s1}}, fails(400, "", "ELB.8902", "contains backend servers"), Deleted, "1 server removed first", emptied},
		"of what it holds":    {jar{stubborn: true, holds: []string{s1}}, fails(409, client.InUse, "ELB.8907", "healthmonitor d2 is using this pool"), Deleted, "1 server removed first", emptied},
		"without a reason":    {jar{stubborn: true, holds: []string{s1}}, fails(409, client.Pending, "ELB.8907", "no"), Deleted, "1 server removed first", emptied},
		"in use":              {jar{stubborn: true, holds: []string{s1}}, fails(409, client.InUse, "ELB.8907", "is in use"), Blocked, "is in use", refused},
		"used by another":     {jar{stubborn: true, holds: []string{s1}}, fails(409, client.InUse, "ELB.8907", "listener l1 is using this pool and its members"), Blocked, "listener l1 is using this pool and its members", refused},
		"a change under way":  {jar{stubborn: true, holds: []string{s1}}, fails(409, client.Pending, "ELB.8907", "immutable: PENDING_UPDATE"), Blocked, "immutable: PENDING_UPDATE", strings.TrimSuffix(strings.Repeat("delete a | ", maxWait+1), " | ")},
		"invalid":             {jar{stubborn: true, holds: []string{s1}}, fails(400, "", "ELB.8902", "no"), Failed, "no", refused},
		"pending and bare":    {jar{}, pending, Blocked, "pool d1 has members", strings.TrimSuffix(strings.Repeat("delete a | ", maxWait+1), " | ")},
		"bad and bare":        {jar{}, fails(400, "", "ELB.8902", "no"), Failed, "no", refused},
		"forbidden":           {jar{stubborn: true, holds: []string{s1}}, fails(403, client.Forbidden, "SYS.0403", "no"), Failed, "no", refused},
		"protected":           {jar{stubborn: true, holds: []string{s1}}, fails(409, client.Protected, "ELB.8999", "is protected"), Blocked, "is protected", refused},
		"credentials":         {jar{stubborn: true, holds: []string{s1}}, fails(401, client.Unauthorised, "APIGW.0301", "bad token"), Failed, "bad token", refused},
		"throttled":           {jar{stubborn: true, holds: []string{s1}}, fails(429, client.Throttled, "APIGW.0308", "limit"), Failed, "limit", strings.TrimSuffix(strings.Repeat("delete a | ", maxThrottled+1), " | ")},
		"not found":           {jar{stubborn: true, holds: []string{s1}}, fails(404, client.NotFound, "ELB.8904", "not found"), Failed, "not found; read back: still there", refused},
		"call does not exist": {jar{stubborn: true, holds: []string{s1}}, fails(404, client.RouteAbsent, "APIGW.0101", "no such API"), Failed, "this cloud does not have the call single (no such API)", refused},
		"never left":          {jar{stubborn: true, holds: []string{s1}}, &client.Error{Class: client.Transport, Unsent: true, Message: "no route to host"}, Cancelled, "not sent: the service cannot be reached: no route to host", refused},
		"emptied before":      {jar{demands: true, holds: []string{s1}}, fails(400, "", "ELB.8902", "no"), Failed, "no; 1 server was removed", "a: " + s1 + " | delete a"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", c.jar)
			w.kinds[jars].Deletion.Route = func(inventory.Resource) *inventory.Route {
				return &inventory.Route{Call: "single", Max: 1, Send: w.send("single", false)}
			}
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				if j, _ := w.jar("a"); w.refuses("a") || !j.stubborn {
					return nil, c.err
				}
				return w.deleteAll(call, ids)
			}
			res := finished(t, w.engine(1).Start(t.Context(), w.plan(jars)))[0]
			if res.Outcome != c.want || res.Message != c.says {
				t.Errorf("%s %q, want %s %q", res.Outcome, res.Message, c.want, c.says)
			}
			if w.did() != c.did {
				t.Errorf("sent %s\nwant %s", w.did(), c.did)
			}
		})
	}
}

// Between two steps nothing more is sent, and the item says what was done to it.
func TestCancelBetweenSteps(t *testing.T) {
	for name, c := range map[string]struct {
		when     string // the step during which the run is cancelled
		err      error
		applied  bool
		jar      jar
		want     Outcome
		says     string
		requests int
	}{
		"during the first":   {s1, nil, true, jar{demands: true, holds: servers(3)}, Cancelled, "cancelled after 1 of 3 servers was removed", 1},
		"during the second":  {s2, nil, true, jar{demands: true, holds: servers(3)}, Cancelled, "cancelled after 2 of 3 servers were removed", 2},
		"during the last":    {s3, nil, true, jar{demands: true, holds: servers(3)}, Cancelled, "cancelled after 3 servers were removed", 3},
		"pending":            {s2, fails(409, client.Pending, "ELB.8907", "pending"), false, jar{demands: true, holds: servers(3)}, Cancelled, "cancelled after 1 of 3 servers was removed", 2},
		"lost and applied":   {s2, fails(0, client.Transport, "", "reset"), true, jar{demands: true, holds: servers(3)}, Cancelled, "cancelled after 2 of 3 servers were removed", 2},
		"lost, not applied":  {s2, fails(0, client.Transport, "", "reset"), false, jar{demands: true, holds: servers(3)}, Cancelled, "cancelled after 1 of 3 servers was removed", 2},
		"forbidden":          {s2, fails(403, client.Forbidden, "SYS.0403", "no"), false, jar{demands: true, holds: servers(3)}, Failed, s2 + " could not be removed: no; 1 of 3 servers was removed", 2},
		"after a refusal":    {s1, nil, true, jar{stubborn: true, holds: servers(2)}, Blocked, "has members; 1 of 2 servers was removed", 2},
		"nothing was done":   {s1, fails(429, client.Throttled, "APIGW.0308", "limit"), false, jar{demands: true, holds: servers(2)}, Cancelled, "", 1},
		"credentials":        {s2, fails(401, client.Unauthorised, "APIGW.0301", "bad token"), false, jar{demands: true, holds: servers(2)}, Failed, s2 + " could not be removed: bad token; 1 of 2 servers was removed", 2},
		"a monitor is ahead": {s1, nil, true, jar{demands: true, holds: []string{monitor, s1, s2}}, Cancelled, "cancelled after 1 health monitor and 1 of 2 servers were removed", 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withJar("a", c.jar).withJar("b", jar{demands: true, holds: servers(2)})
			var run *Run
			started := make(chan struct{})
			w.stepping = func(id, text string) error {
				<-started
				if text != c.when {
					return w.apply(id, text)
				}
				if !errors.Is(c.err, client.Unauthorised) {
					run.Cancel()
				}
				if c.applied {
					w.take(id, text)
				}
				return c.err
			}
			run = w.engine(1).Start(t.Context(), w.plan(jars))
			close(started)
			results := finished(t, run)
			if got := results[0]; got.Outcome != c.want || got.Message != c.says {
				t.Errorf("%s %q, want %s %q", got.Outcome, got.Message, c.want, c.says)
			}
			if len(w.steps) != c.requests {
				t.Errorf("sent %s, want %d requests", w.did(), c.requests)
			}
			if j, _ := w.jar("b"); len(j.holds) != 2 {
				t.Error("b was touched")
			}
		})
	}
}

func TestAbortDuringAStep(t *testing.T) {
	w := newWorld(t).withJar("a", s1Jar()).withJar("b", s1Jar())
	ctx, abort := context.WithCancel(t.Context())
	w.listing = func(int) error { return ctx.Err() }
	w.stepping = func(string, string) error {
		abort()
		return &client.Error{Class: client.Transport, Message: "cancelled", Err: context.Canceled}
	}
	got := outcomesOf(finished(t, w.engine(1).Start(ctx, w.plan(jars))))
	if want := map[string]Outcome{"a": Failed, "b": Cancelled}; !maps.Equal(got, want) || len(w.steps) != 1 {
		t.Errorf("%v after %s, want %v", got, w.did(), want)
	}
}

// A run that was stopped half way is taken up again where it stands.
func TestRetryOfHalfCleared(t *testing.T) {
	w := newWorld(t).withJar("a", s1Jar())
	w.stepping = func(id, text string) error {
		if text == s2 {
			return fails(403, client.Forbidden, "SYS.0403", "no")
		}
		return w.apply(id, text)
	}
	e := w.engine(1)
	first := e.Start(t.Context(), w.plan(jars))
	if res := finished(t, first)[0]; res.Outcome != Failed {
		t.Fatalf("%+v", res)
	}
	w.steps, w.stepping = nil, nil
	again, ok := e.Retry(t.Context(), first)
	if !ok {
		t.Fatal("nothing to retry")
	}
	res := finished(t, again)[0]
	if want := "1 server and 1 health monitor removed first"; res.Outcome != Deleted || res.Message != want {
		t.Errorf("%s %q, want deleted %q", res.Outcome, res.Message, want)
	}
	if want := "a: " + s2 + " | a: " + monitor + " | delete a"; w.did() != want {
		t.Errorf("sent %s, want %s", w.did(), want)
	}
}

// Steps that take long are begun in rounds, so that nothing is taken from what somebody has begun to use meanwhile.
func TestLongClearingLooksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for i := range 6 {
			w.withJar(fmt.Sprint("j", i), jar{demands: true, lane: "lb", holds: servers(1)})
		}
		w.stepping = func(id, text string) error {
			<-time.After(15 * time.Second)
			if id == "j0" {
				w.fill("j5", func(j *jar) { j.users = []string{"listener api"} })
			}
			return w.apply(id, text)
		}
		e := w.engine(2)
		got := finished(t, e.Start(t.Context(), w.plan(jars)))
		for i, res := range got {
			want := Deleted
			if i == 5 {
				want = Skipped
			}
			if res.Outcome != want {
				t.Errorf("%s is %s %q, want %s", res.Ref.ID, res.Outcome, res.Message, want)
			}
		}
		if j, _ := w.jar("j5"); len(j.holds) != 1 {
			t.Error("a server was taken from what is in use")
		}
	})
}

// Between the steps of one item, too: what somebody has begun to use keeps the rest of its servers.
func TestLongStepsLookAgain(t *testing.T) {
	for name, c := range map[string]struct {
		jar  jar
		edit func(*jar) // during the third step
		want Outcome
		says string
		did  int
	}{
		"nothing":           {jar{demands: true, holds: servers(9)}, func(*jar) {}, Deleted, "9 servers removed first", 10},
		"used":              {jar{demands: true, holds: servers(9)}, func(j *jar) { j.users = []string{"listener api"} }, Skipped, "changed: now in use by listener api; 3 of 9 servers were removed", 3},
		"used, after a no":  {jar{stubborn: true, holds: servers(9)}, func(j *jar) { j.users = []string{"listener api"} }, Blocked, "now in use by listener api; 3 of 9 servers were removed", 4},
		"used by another":   {jar{users: []string{"listener web"}, demands: true, holds: servers(9)}, func(j *jar) { j.users = append(j.users, "listener api") }, Skipped, "changed: now in use: listener api; listener web was detached and 2 of 9 servers were removed", 3},
		"fuller":            {jar{demands: true, holds: servers(9)}, func(j *jar) { j.holds = append(j.holds, monitor) }, Skipped, "changed: now holding health monitor; 3 of 9 servers were removed", 3},
		"emptied by others": {jar{demands: true, holds: servers(9)}, func(j *jar) { j.holds = nil }, Deleted, "3 servers removed first", 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t).withJar("a", c.jar)
				n := 0
				w.stepping = func(id, text string) error {
					<-time.After(2 * time.Second)
					if n++; n == 3 {
						defer w.fill("a", c.edit)
					}
					return w.apply(id, text)
				}
				res := finished(t, w.engine(1).Start(t.Context(), w.planWith(Choice{Detach: true}, jars)))[0]
				if res.Outcome != c.want || res.Message != c.says {
					t.Errorf("%s %q, want %s %q", res.Outcome, res.Message, c.want, c.says)
				}
				if len(w.steps) != c.did {
					t.Errorf("sent %s, want %d requests", w.did(), c.did)
				}
			})
		})
	}
}

// A look that takes long is good for as long, so that most of the time goes into steps however large the account.
func TestSlowLooksAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).withJar("a", jar{demands: true, holds: servers(60)})
		p := w.plan(jars)
		w.delay = 30 * time.Second
		w.stepping = func(id, text string) error {
			<-time.After(2 * time.Second)
			return w.apply(id, text)
		}
		run := w.engine(1).Start(t.Context(), p)
		finished(t, run)
		if s := run.Summary(); !s.OK() || s.Took > 6*time.Minute {
			t.Errorf("%s in %s", s, s.Took)
		}
	})
}

// A step that is sent again is not told again.
func TestAStepIsToldOnce(t *testing.T) {
	w := newWorld(t).withJar("a", jar{demands: true, holds: []string{s1, monitor}})
	refusals := 0
	w.stepping = func(id, text string) error {
		if refusals++; refusals%3 != 0 {
			return fails(409, client.Pending, "ELB.8907", "load balancer is PENDING_UPDATE")
		}
		return w.apply(id, text)
	}
	run := w.engine(1).Start(t.Context(), w.plan(jars))
	run.Wait()
	var notes []string
	for ev := range eventsOf(run) {
		if ev.Step == Clearing {
			notes = append(notes, ev.Note)
		}
	}
	if want := []string{"removing " + s1, "removing " + monitor}; !slices.Equal(notes, want) {
		t.Errorf("told %q, want %q", notes, want)
	}
}

// The events of the steps say what is being done, and are few however many steps there are.
func TestStepsAreTold(t *testing.T) {
	w := newWorld(t).withJar("a", jar{demands: true, holds: append(servers(3), monitor)})
	w.withJar("crowd", jar{demands: true, holds: servers(200)})
	run := w.engine(1).Start(t.Context(), w.plan(jars))
	run.Wait()
	var notes []string
	crowd := 0
	for ev := range eventsOf(run) {
		switch {
		case ev.Step == Clearing && ev.Item == 0:
			notes = append(notes, ev.Note)
		case ev.Step == Clearing:
			crowd++
		}
	}
	want := []string{"removing server 1 of 3", "removing server 2 of 3", "removing server 3 of 3", "removing health monitor"}
	if !slices.Equal(notes, want) {
		t.Errorf("told %q, want %q", notes, want)
	}
	if crowd == 0 || crowd > maxCleared {
		t.Errorf("200 steps were told %d times", crowd)
	}
	if s := run.Summary(); !s.OK() {
		t.Error(s)
	}
}
