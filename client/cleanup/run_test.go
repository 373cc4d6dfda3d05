package cleanup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
)

// What changed between confirming and sending is not sent.
func TestCheckBeforeSending(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world)
		want   Outcome
		says   string
	}{
		"nothing":          {func(*world) {}, Deleted, ""},
		"removed":          {func(w *world) { w.remove("a") }, AlreadyGone, "gone before it was sent"},
		"used":             {func(w *world) { w.judge("a", state(inventory.InUse, "listener api-443")) }, Skipped, "changed: now in use by listener api-443"},
		"protected":        {func(w *world) { w.judge("a", state(inventory.Protected, `"mine"`)) }, Skipped, `changed: now protected: "mine"`},
		"unknown":          {func(w *world) { w.judge("a", state(inventory.Unknown, "listeners could not be listed: 403")) }, Failed, "could not be read again before deleting: not known to be unused"},
		"renamed":          {func(w *world) { w.change("a", func(r *inventory.Resource) { r.Name = "keep-me" }) }, Skipped, `changed: now named "keep-me"`},
		"created anew":     {func(w *world) { w.change("a", func(r *inventory.Resource) { r.Created = client.At(time.Unix(1, 0)) }) }, Skipped, "changed: another object has this id now"},
		"more goes along":  {func(w *world) { w.change("a", func(r *inventory.Resource) { r.Object = "5 servers" }) }, Skipped, "changed: now taking along 5 servers"},
		"list fails":       {func(w *world) { w.listing = failFirst }, Failed, "could not be read again before deleting: 403"},
		"lacks conditions": {func(w *world) { w.change("a", func(r *inventory.Resource) { r.In = "occupied" }) }, Skipped, "changed: now occupied"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).with("a", "b")
			d := w.kinds[things].Deletion
			d.Takes = func(r inventory.Resource) string { s, _ := r.Object.(string); return s }
			d.Missing = func(r inventory.Resource, _ *inventory.Graph) []string {
				if r.In != "" {
					return []string{r.In}
				}
				return nil
			}
			p := w.plan(things)
			c.change(w)
			results := finished(t, w.engine(1).Start(t.Context(), p))
			if got := results[0]; got.Outcome != c.want || !strings.Contains(got.Message, c.says) {
				t.Errorf("%s %q, want %s %q", got.Outcome, got.Message, c.want, c.says)
			}
			for _, ids := range w.sent {
				if c.want != Deleted && slices.Contains(ids, "a") {
					t.Error("a was sent")
				}
			}
			if name != "list fails" && results[1].Outcome != Deleted {
				t.Errorf("b is %s", results[1].Outcome)
			}
		})
	}
}

// What may be in use for all that is known goes when that was chosen, and only as long as nothing more is known.
func TestWhatMayBeInUseGoesWhenThatIsChosen(t *testing.T) {
	for name, c := range map[string]struct {
		now  inventory.Verdict
		want Outcome
		says string
	}{
		"still unknown":   {state(inventory.Unknown, "listeners could not be listed: 403"), Deleted, ""},
		"known: unused":   {state(inventory.Unused), Deleted, ""},
		"known: in use":   {state(inventory.InUse, "listener api-443"), Skipped, "changed: now in use by listener api-443"},
		"known: not ours": {state(inventory.Protected, `"mine"`), Skipped, `changed: now protected: "mine"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).with("a")
			w.judge("a", state(inventory.Unknown, "listeners could not be listed: 403"))
			p := w.planWith(Choice{Unknown: true}, things)
			want := []inventory.Consequence{{
				Of: []inventory.Ref{p.Items[0].Resource.Ref}, Grade: inventory.Danger, Name: "a",
				Text: "a may be in use: listeners could not be listed: 403",
			}}
			if diff := cmp.Diff(want, p.Consequences); diff != "" || p.Grade != inventory.Danger {
				t.Errorf("%s: %s", p.Grade, diff)
			}
			w.judge("a", c.now)
			got := finished(t, w.engine(1).Start(t.Context(), p))[0]
			if got.Outcome != c.want || !strings.Contains(got.Message, c.says) || (c.want == Deleted) != (len(w.sent) == 1) {
				t.Errorf("%s %q after %d requests, want %s %q", got.Outcome, got.Message, len(w.sent), c.want, c.says)
			}
		})
	}
}

// What may be in use is never emptied: what it holds may carry traffic, and the service may refuse the deletion after it.
func TestWhatMayBeInUseIsNotEmptied(t *testing.T) {
	unknown := state(inventory.Unknown, "listeners could not be listed: 403")
	w := newWorld(t).
		withJar("along", jar{holds: []string{s1}}).
		withJar("stubborn", jar{stubborn: true, holds: []string{s1}}).
		withJar("demanding", jar{demands: true, holds: []string{s1, monitor}})
	for _, id := range []string{"along", "stubborn", "demanding"} {
		w.judge(id, unknown)
	}
	if not := w.planWith(Choice{}, jars).LeftOut; not[2].CanTake || !not[0].CanTake || !not[1].CanTake {
		t.Errorf("offered: %+v", not)
	}
	p := w.planWith(Choice{Unknown: true}, jars)
	want := LeftOut{Ref: jarRef("demanding"), Label: "demanding", Why: "may be in use, and holds 1 server, 1 health monitor, to be taken away first"}
	if len(p.LeftOut) != 1 || p.LeftOut[0] != want || p.First() != "" || p.Along() != "2 servers" {
		t.Errorf("left out %+v, first %q, along %q", p.LeftOut, p.First(), p.Along())
	}
	got := finished(t, w.engine(1).Start(t.Context(), p))
	if got[0].Outcome != Deleted || got[1].Outcome != Blocked || w.did() != "delete along stubborn" {
		t.Errorf("%s and %s after %s", got[0].Outcome, got[1].Outcome, w.did())
	}
}

// Whoever waits long for the turn of an item, or while the service wants no requests, has it looked at again before it is
// sent: once for all that wait, and not before a minute is over.
func TestWhatWaitsIsLookedAtAgain(t *testing.T) {
	for name, c := range map[string]struct {
		wait  time.Duration // of the first request
		took  time.Duration // by a look
		want  Outcome       // of what is changed meanwhile
		looks int
	}{
		"a moment":                     {59 * time.Second, 0, Deleted, 1},
		"long":                         {61 * time.Second, 0, Skipped, 2},
		"long, for a look as long":     {61 * time.Second, 10 * time.Second, Deleted, 1},
		"longer, for a look that long": {101 * time.Second, 10 * time.Second, Skipped, 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withBox("box", "a", "b", "c", "d", "e", "f").withBox("crate", "g", "h")
			clock := time.Unix(1e9, 0)
			var mu sync.Mutex
			pass := func(d time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				clock = clock.Add(d)
			}
			looks := 0
			w.listing = func(int) error {
				looks++
				pass(c.took / 2) // the boxes and what is in them
				return nil
			}
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				if ids[0] == "a" {
					pass(c.wait)
					w.change("d", func(r *inventory.Resource) { r.Name = "keep-me" })
				}
				return w.deleteAll(call, ids)
			}
			p := w.plan(crumbs)
			looks = 0
			e := w.engine(2)
			e.now = func() time.Time {
				mu.Lock()
				defer mu.Unlock()
				return clock
			}
			for _, res := range finished(t, e.Start(t.Context(), p)) {
				want := Deleted
				if res.Ref.ID == "d" {
					want = c.want
				}
				if res.Outcome != want {
					t.Errorf("%s is %s: %s", res.Ref.ID, res.Outcome, res.Message)
				}
			}
			if looks != 2*(c.looks+1) { // with the proof
				t.Errorf("%d lists were read, want %d looks and the proof, two each", looks, c.looks)
			}
		})
	}
}

// What has to be emptied by the time its turn has come is emptied, and what is stopped meanwhile is not sent.
func TestWhatIsFoundWhenItIsLookedAtAgain(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(w *world) // after the first was sent
		looking   func(run *Run) // when the others are looked at again
		want      Outcome        // of these
		did       string
	}{
		"nothing new": {func(*world) {}, func(*Run) {}, Deleted, "delete a | delete b | delete c"},
		"filled": {func(w *world) { w.fill("b", func(j *jar) { j.holds = []string{s1} }) }, func(*Run) {}, Deleted,
			"delete a | delete c | b: " + s1 + " | delete b"},
		"cancelled": {func(*world) {}, func(run *Run) { run.Cancel() }, Cancelled, "delete a"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, id := range []string{"a", "b", "c"} {
				w.withJar(id, jar{demands: true, holds: []string{s1}})
			}
			p := w.plan(jars)
			for _, id := range []string{"a", "b", "c"} {
				w.take(id, s1)
			}
			var late atomic.Bool
			started := make(chan *Run, 1)
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				if ids[0] == "a" {
					late.Store(true)
					c.meanwhile(w)
				}
				return w.deleteAll(call, ids)
			}
			w.listing = func(int) error {
				if late.Load() {
					run := <-started
					started <- run
					c.looking(run)
				}
				return nil
			}
			e := w.engine(1)
			began := time.Now()
			e.now = func() time.Time {
				if late.Load() {
					return began.Add(2 * time.Minute)
				}
				return began
			}
			run := e.Start(t.Context(), p)
			started <- run
			results := finished(t, run)
			if results[0].Outcome != Deleted || results[1].Outcome != c.want || results[2].Outcome != c.want || w.did() != c.did {
				t.Errorf("%+v\nsent %s\nwant %s", results, w.did(), c.did)
			}
		})
	}
}

func failFirst(n int) error {
	if n == 0 {
		return errors.New("403 not for you")
	}
	return nil
}

func (w *world) judge(id string, v inventory.Verdict) {
	w.change(id, func(r *inventory.Resource) { r.Verdict = v })
}

// Kinds that may be deleted in use are skipped for users that nobody has confirmed.
func TestNewUserOfWhatIsUsedAnyway(t *testing.T) {
	for name, c := range map[string]struct {
		before, now inventory.Verdict
		want        Outcome
	}{
		"none":            {state(inventory.Unused), state(inventory.Unused), Deleted},
		"same":            {state(inventory.InUse, "web"), state(inventory.InUse, "web"), Deleted},
		"fewer":           {state(inventory.InUse, "web", "api"), state(inventory.InUse, "web"), Deleted},
		"no more":         {state(inventory.InUse, "web"), state(inventory.Unused), Deleted},
		"first":           {state(inventory.Unused, "no listener"), state(inventory.InUse, "web"), Skipped},
		"another":         {state(inventory.InUse, "web"), state(inventory.InUse, "web", "api"), Skipped},
		"used by whoever": {state(inventory.Unused), state(inventory.InUse), Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withBox("box", "crumb")
			w.judge("crumb", c.before)
			p := w.plan(crumbs)
			w.judge("crumb", c.now)
			if got := finished(t, w.engine(1).Start(t.Context(), p))[0]; got.Outcome != c.want {
				t.Errorf("%s %q, want %s", got.Outcome, got.Message, c.want)
			}
		})
	}
}

// Two of three crumbs were confirmed; when somebody else takes the third, deleting the two would empty the box.
func TestDangerThatWasNotConfirmed(t *testing.T) {
	w := newWorld(t).withBox("box", "a", "b", "c")
	w.kinds[crumbs].Deletion.Effects = func(doomed, present []inventory.Resource, _ *inventory.Graph) []inventory.Consequence {
		if len(doomed) == len(present) {
			return []inventory.Consequence{{Of: refsOf(doomed), Text: "listener web lets nobody in", Grade: inventory.Danger}}
		}
		return nil
	}
	p := w.plan(crumbs)
	p = p.only(func(i int) bool { return i < 2 })
	p.Consequences, p.Grade = nil, inventory.None
	w.remove("c")
	run := w.engine(1).Start(t.Context(), p)
	for _, res := range finished(t, run) {
		if res.Outcome != Skipped || res.Message != "changed: now listener web lets nobody in" {
			t.Errorf("%s %q, want skipped with the danger", res.Outcome, res.Message)
		}
	}
	t.Run("confirmed", func(t *testing.T) {
		run := w.engine(1).Start(t.Context(), w.plan(crumbs))
		finished(t, run)
		if s := run.Summary(); !s.OK() {
			t.Error(s)
		}
	})
}

// Whatever has become graver than was confirmed is skipped, danger or not; what has become less is no harm.
func TestGraverThanConfirmed(t *testing.T) {
	of := func(key, text string, grade inventory.Grade, much ...int64) inventory.Consequence {
		c := inventory.Consequence{Key: key, Text: text, Grade: grade}
		for _, n := range much {
			c.Much = append(c.Much, big.NewInt(n))
		}
		return c
	}
	const (
		web   = "listener web"
		none  = "nothing changes for listener web"
		care  = "listener web shuts out addresses"
		worst = "listener web lets nobody in"
	)
	unsaid := of(web, care, inventory.Care, 3, 9)
	unsaid.Much[0] = nil
	type consequences []inventory.Consequence
	for name, c := range map[string]struct {
		before, now consequences
		want        Outcome
	}{
		"none to none":          {consequences{of(web, none, inventory.None)}, consequences{of(web, none, inventory.None)}, Deleted},
		"none to care":          {consequences{of(web, none, inventory.None)}, consequences{of(web, care, inventory.Care)}, Skipped},
		"none to danger":        {consequences{of(web, none, inventory.None)}, consequences{of(web, worst, inventory.Danger)}, Skipped},
		"care to danger":        {consequences{of(web, care, inventory.Care)}, consequences{of(web, worst, inventory.Danger)}, Skipped},
		"unheard of":            {nil, consequences{of(web, care, inventory.Care)}, Skipped},
		"unheard of, none":      {nil, consequences{of(web, none, inventory.None)}, Deleted},
		"as confirmed":          {consequences{of(web, care, inventory.Care)}, consequences{of(web, care, inventory.Care)}, Deleted},
		"another text":          {consequences{of(web, care, inventory.Care)}, consequences{of(web, "in other words", inventory.Care)}, Deleted},
		"less grave":            {consequences{of(web, worst, inventory.Danger)}, consequences{of(web, care, inventory.Care)}, Deleted},
		"nothing any more":      {consequences{of(web, worst, inventory.Danger)}, nil, Deleted},
		"another listener":      {consequences{of(web, care, inventory.Care)}, consequences{of("listener api", care, inventory.Care)}, Skipped},
		"no key, another text":  {consequences{of("", care, inventory.Care)}, consequences{of("", worst, inventory.Care)}, Skipped},
		"no key, the same":      {consequences{of("", care, inventory.Care)}, consequences{of("", care, inventory.Care)}, Deleted},
		"more":                  {consequences{of(web, care, inventory.Care, 5)}, consequences{of(web, care, inventory.Care, 6)}, Skipped},
		"as much":               {consequences{of(web, care, inventory.Care, 5)}, consequences{of(web, care, inventory.Care, 5)}, Deleted},
		"fewer":                 {consequences{of(web, care, inventory.Care, 5)}, consequences{of(web, care, inventory.Care, 4)}, Deleted},
		"more of the second":    {consequences{of(web, care, inventory.Care, 5, 1)}, consequences{of(web, care, inventory.Care, 4, 2)}, Skipped},
		"amount not known":      {consequences{of(web, care, inventory.Care)}, consequences{of(web, care, inventory.Care, 4)}, Deleted},
		"one amount not known":  {consequences{unsaid}, consequences{of(web, care, inventory.Care, 4, 9)}, Deleted},
		"and more of the other": {consequences{unsaid}, consequences{of(web, care, inventory.Care, 4, 10)}, Skipped},
		"one of two covers it":  {consequences{of(web, none, inventory.None), of(web, care, inventory.Care)}, consequences{of(web, care, inventory.Care)}, Deleted},
		"covered in parts only": {consequences{of(web, care, inventory.Care, 1, 2), of(web, care, inventory.Care, 2, 1)}, consequences{of(web, care, inventory.Care, 2, 2)}, Skipped},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).withBox("box", "a", "b")
			told := c.before
			w.kinds[crumbs].Deletion.Effects = func(doomed, _ []inventory.Resource, _ *inventory.Graph) []inventory.Consequence {
				if doomed[0].Ref.ID != "a" {
					return nil
				}
				out := slices.Clone(told)
				for i := range out {
					out[i].Of = refsOf(doomed[:1])
				}
				return out
			}
			p := w.plan(crumbs)
			told = c.now
			results := finished(t, w.engine(1).Start(t.Context(), p))
			if got := results[0]; got.Outcome != c.want || c.want == Skipped && got.Message != "changed: now "+c.now[0].Text {
				t.Errorf("%s %q, want %s", got.Outcome, got.Message, c.want)
			}
			if results[1].Outcome != Deleted {
				t.Errorf("b is %s %q", results[1].Outcome, results[1].Message)
			}
		})
	}
}

// The danger that was confirmed for one box is not confirmed for another of the same name.
func TestDangerConfirmedElsewhere(t *testing.T) {
	w := newWorld(t).withBox("box", "a").withBox("crate", "b", "c")
	w.kinds[crumbs].Deletion.Effects = func(doomed, present []inventory.Resource, _ *inventory.Graph) []inventory.Consequence {
		var effects []inventory.Consequence
		for _, parent := range []string{"box", "crate"} {
			elsewhere := func(r inventory.Resource) bool { return r.Ref.Parent != parent }
			goes := slices.DeleteFunc(slices.Clone(doomed), elsewhere)
			if had := slices.DeleteFunc(slices.Clone(present), elsewhere); len(goes) > 0 && len(goes) == len(had) {
				effects = append(effects, inventory.Consequence{Of: refsOf(goes), Text: "channel web has no enabled member left", Grade: inventory.Danger})
			}
		}
		return effects
	}
	p := w.plan(crumbs)
	p = p.only(func(i int) bool { return i < 2 })
	p.Consequences = slices.DeleteFunc(p.Consequences, func(c inventory.Consequence) bool { return c.Of[0].Parent != "box" })
	w.remove("c")
	got := outcomesOf(finished(t, w.engine(1).Start(t.Context(), p)))
	if want := map[string]Outcome{"a": Deleted, "b": Skipped}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestGoneWithItsParent(t *testing.T) {
	w := newWorld(t).withBox("box", "a").withBox("crate", "b")
	p := w.plan(crumbs)
	w.remove("box", "a")
	got := outcomesOf(finished(t, w.engine(1).Start(t.Context(), p)))
	if want := map[string]Outcome{"a": AlreadyGone, "b": Deleted}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// One parent that cannot be listed does not keep the others from being cleaned.
func TestOneParentFails(t *testing.T) {
	w := newWorld(t).withBox("box", "a").withBox("crate", "b")
	p := w.plan(crumbs)
	w.listing = func(n int) error {
		if n == 1 || n == 2 { // boxes, both together, box alone, crate alone
			return errors.New("box is broken")
		}
		return nil
	}
	got := outcomesOf(finished(t, w.engine(1).Start(t.Context(), p)))
	if want := map[string]Outcome{"a": Failed, "b": Deleted}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// Whoever takes events while the run goes on gets each once, in order, and is told of more until the last was taken.
func TestEventsAreTakenOnceUpToTheLast(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		w.with(fmt.Sprint("t", i))
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	var all []Event
	for {
		events, more := run.Take()
		all = append(all, events...)
		if more == nil {
			break
		}
		<-more
	}
	ended := map[int]int{}
	for n, ev := range all {
		if ev.Step == Ended {
			ended[ev.Item]++
		}
		if last := n == len(all)-1; (ev.Step == Finished) != last {
			t.Errorf("event %d of %d is %+v", n, len(all), ev)
		}
	}
	for i := range 100 {
		if ended[i] != 1 {
			t.Errorf("item %d was told %d times to have ended", i, ended[i])
		}
	}
	if events, more := run.Take(); len(events) > 0 || more != nil {
		t.Errorf("after the last: %+v, more %v", events, more != nil)
	}
}

// Each outcome comes with its answer: the first is there while the second request is still in flight.
func TestOutcomesComeAsAnswersArrive(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		w.with(fmt.Sprint("t", i))
	}
	second := make(chan struct{})
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		if ids[0] == "t50" {
			<-second
		}
		return w.deleteAll(call, ids)
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	ended := 0
	for ev := range eventsOf(run) {
		if ev.Step == Ended {
			ended++
		}
		if ended == 50 {
			break
		}
	}
	if s := run.Summary(); s.Counts[Deleted] != 50 || s.Counts[Pending] != 50 {
		t.Error(s)
	}
	close(second)
	run.Wait()
	if s := run.Summary(); s.String() != "100 things: 100 deleted (proved gone)" || !s.OK() {
		t.Error(s)
	}
}

func TestCancel(t *testing.T) {
	for name, c := range map[string]struct {
		applied bool
		err     error
		want    Outcome
	}{
		"answered":            {true, nil, Deleted},
		"lost and applied":    {true, fails(0, client.Transport, "", "reset"), Deleted},
		"lost, not applied":   {false, fails(0, client.Transport, "", "reset"), Failed},
		"refused":             {false, fails(403, client.Forbidden, "SYS.0403", "no"), Failed},
		"not known any more":  {false, fails(401, client.Unauthorised, "APIGW.0301", "bad token"), Failed},
		"throttled":           {false, fails(429, client.Throttled, "APIGW.0308", "limit"), Cancelled},
		"would be sent again": {false, fails(404, client.RouteAbsent, "APIGW.0101", "no such API"), Cancelled},
		"would be halved":     {false, fails(400, "", "ELB.8902", "no batches"), Cancelled},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i := range 150 {
				w.with(fmt.Sprint("t", i))
			}
			var run *Run
			started := make(chan struct{})
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				<-started
				run.Cancel()
				run.Cancel()
				if s := run.Summary(); s.Counts[Cancelled] != 100 || s.Counts[Pending] != 50 {
					t.Errorf("right after cancelling: %s", s)
				}
				if c.applied {
					w.remove(ids...)
				}
				if c.err != nil {
					return nil, c.err
				}
				return say(inventory.SaidDeleted, ids...), nil
			}
			run = w.engine(1).Start(t.Context(), w.plan(things))
			close(started)
			for i, res := range finished(t, run) {
				want := Cancelled
				if i < 50 {
					want = c.want
				}
				if res.Outcome != want {
					t.Fatalf("item %d: %s %q, want %s", i, res.Outcome, res.Message, want)
				}
			}
			if len(w.sent) != 1 {
				t.Errorf("%d requests, want 1", len(w.sent))
			}
			if s := run.Summary(); s.Stopped != "" || s.Unauthorised || strings.Contains(s.String(), "stopped") {
				t.Error(s)
			}
		})
	}
}

// Nothing is sent any more while a survivor waits to be sent again: it ends as what is known of it.
func TestCancelWhileWaitingToSendAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).with("a")
		w.answer = func(string, []string) ([]inventory.Answer, error) {
			return nil, fails(500, "", "APIG.9999", "System error")
		}
		e := w.engine(1)
		e.rest = time.Hour
		run := e.Start(t.Context(), w.plan(things))
		synctest.Wait()
		run.Cancel()
		if res := finished(t, run)[0]; res.Outcome != Failed || res.Code != "APIG.9999" || len(w.sent) != 1 {
			t.Errorf("%+v after %d requests, want failed after 1", res, len(w.sent))
		}
	})
}

func TestAbort(t *testing.T) {
	w := newWorld(t)
	for i := range 100 {
		w.with(fmt.Sprint("t", i))
	}
	ctx, abort := context.WithCancel(t.Context())
	w.listing = func(int) error { return ctx.Err() }
	w.answer = func(string, []string) ([]inventory.Answer, error) {
		abort()
		return nil, &client.Error{Class: client.Transport, Message: "cancelled", Err: context.Canceled}
	}
	run := w.engine(1).Start(ctx, w.plan(things))
	for i, res := range finished(t, run) {
		want := Cancelled
		if i < 50 {
			want = Unknown
		}
		if res.Outcome != want {
			t.Fatalf("item %d: %s %q, want %s", i, res.Outcome, res.Message, want)
		}
	}
	t.Run("before it begins", func(t *testing.T) {
		p := newWorld(t).with("a").plan(things)
		run := w.engine(1).Start(ctx, p)
		if res := finished(t, run)[0]; res.Outcome != Cancelled {
			t.Errorf("%+v", res)
		}
	})
}

// Requests of serial routes never meet, over the boxes of one scope and over runs; those to one parent neither, others
// do, up to the bound.
func TestRequestsInFlight(t *testing.T) {
	for _, serial := range []bool{true, false} {
		t.Run(fmt.Sprint("serial ", serial), func(t *testing.T) {
			w := newWorld(t)
			if !serial {
				pairs := &inventory.Route{Call: "pairs", Max: 2, Send: w.send("pairs", false)}
				w.kinds[crumbs].Deletion.Route = func(inventory.Resource) *inventory.Route { return pairs }
			}
			for i := range 8 {
				box := fmt.Sprint("box", i)
				w.withBox(box, box+"a", box+"b", box+"c", box+"d", box+"e", box+"f")
				if serial {
					for j := range 50 {
						w.with(fmt.Sprintf("t%d-%d", i, j))
					}
				}
			}
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				<-time.After(time.Millisecond)
				return w.deleteAll(call, ids)
			}
			w.halvesAtOnce(t, w.plan(crumbs, things))
		})
	}
}

// A parent that is slow does not hold up the others.
func TestBusyLaneIsPassedOver(t *testing.T) {
	w := newWorld(t).withBox("slow", "a", "b", "c").withBox("quick", "d")
	one := &inventory.Route{Call: "one", Max: 1, Send: w.send("one", false)}
	w.kinds[crumbs].Deletion.Route = func(inventory.Resource) *inventory.Route { return one }
	quick := make(chan struct{})
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		switch ids[0] {
		case "d":
			close(quick)
		case "a":
			select {
			case <-quick:
			case <-time.After(10 * time.Second):
				t.Error("d was not sent while a was in flight")
			}
		}
		return w.deleteAll(call, ids)
	}
	run := w.engine(2).Start(t.Context(), w.plan(crumbs))
	finished(t, run)
	if s := run.Summary(); !s.OK() {
		t.Error(s)
	}
}

// Unclear items of one place share a list, which begins after the last of them became unclear.
func TestReadBacksShareAList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for i := range 200 {
			w.with(fmt.Sprint("t", i))
		}
		p := w.plan(things)
		w.delay = time.Second
		var all sync.WaitGroup
		all.Add(4)
		w.answer = func(_ string, ids []string) ([]inventory.Answer, error) {
			w.remove(ids...)
			all.Done()
			all.Wait()
			return nil, fails(0, client.Transport, "", "reset")
		}
		run := w.engine(4).Start(t.Context(), p)
		finished(t, run)
		if s := run.Summary(); s.Counts[Deleted] != 200 {
			t.Error(s)
		}
		if w.lists > 4 { // check, at most two to read back, proof
			t.Errorf("%d lists were read", w.lists)
		}
	})
}

func TestRetry(t *testing.T) {
	w := newWorld(t).with("fine", "refused", "broken", "lost", "gone", "renamed")
	p := w.plan(things)
	p.Consequences = []inventory.Consequence{
		{Of: refsOf(p.of(things)[:1]), Text: "of fine", Grade: inventory.Danger},
		{Of: refsOf(p.of(things)[:2]), Text: "of fine and refused", Grade: inventory.Care},
	}
	p.Grade, p.Detach = inventory.Danger, true
	w.remove("gone")
	w.change("renamed", func(r *inventory.Resource) { r.Name = "other" })
	broken := true
	w.listing = func(n int) error {
		if broken && n > 0 {
			return errors.New("down")
		}
		return nil
	}
	tried := make(chan struct{})
	w.answer = func(_ string, ids []string) ([]inventory.Answer, error) {
		<-tried
		w.remove("fine")
		return []inventory.Answer{
			{ID: "fine", Said: inventory.SaidDeleted}, {ID: "refused", Said: inventory.SaidRefused, Code: "ELB.8907"}, {ID: "broken", Said: inventory.SaidRefused},
		}, nil
	}
	e := w.engine(1)
	first := e.Start(t.Context(), p)
	if _, ok := e.Retry(t.Context(), first); ok {
		t.Error("a run that goes on is retried")
	}
	close(tried)
	got := outcomesOf(finished(t, first))
	if want := (map[string]Outcome{"fine": Deleted, "refused": Blocked, "broken": Blocked, "lost": Unknown, "gone": AlreadyGone, "renamed": Skipped}); !maps.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	broken, w.answer = false, nil
	second, ok := e.Retry(t.Context(), first)
	if !ok {
		t.Fatal("nothing to retry")
	}
	finished(t, second)
	if s := second.Summary().String(); s != "3 things: 3 deleted (proved gone)" {
		t.Error(s)
	}
	if c := second.Plan().Consequences; len(c) != 1 || c[0].Text != "of fine and refused" || second.Plan().Grade != inventory.Care || !second.Plan().Detach {
		t.Errorf("the plan of the retry: %+v", second.Plan())
	}
	if _, ok := e.Retry(t.Context(), second); ok {
		t.Error("there is nothing left to retry")
	}
}

func TestEmptyPlan(t *testing.T) {
	run := newWorld(t).engine(1).Start(t.Context(), Plan{})
	finished(t, run)
	if s := run.Summary(); s.String() != "0 items" || !s.OK() {
		t.Error(s)
	}
}

func TestUnknownKindIsNotSent(t *testing.T) {
	w := newWorld(t)
	ref := inventory.Ref{Scope: here, Kind: "dust", ID: "speck"}
	run := w.engine(1).Start(t.Context(), Plan{Items: []Item{{Resource: inventory.Resource{Ref: ref}}}})
	if res := finished(t, run)[0]; res.Outcome != Failed || !strings.Contains(res.Message, `"dust"`) {
		t.Errorf("%+v", res)
	}
}

func TestSummary(t *testing.T) {
	s := Summary{One: "pool", Many: "pools", Items: 10, Proved: 8}
	s.Counts[Deleted], s.Counts[AlreadyGone], s.Counts[Blocked] = 8, 1, 1
	if got, want := s.String(), "10 pools: 8 deleted (proved gone), 1 already gone, 1 blocked"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if s.OK() {
		t.Error("blocked is not OK")
	}
	s = Summary{One: "pool", Many: "pools", Items: 1, Stopped: "aborted"}
	s.Counts[Deleted] = 1
	if got, want := s.String(), "1 pool: 1 deleted (not proved); stopped: aborted"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	s.Items, s.Proved, s.Counts[Deleted] = 3, 2, 3
	if got, want := s.String(), "3 pools: 3 deleted (2 proved gone); stopped: aborted"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestCancelTooLate: a run that has finished, with nothing to prove, has nothing to stop.
func TestCancelTooLate(t *testing.T) {
	w := newWorld(t).with("a")
	w.answer = func(string, []string) ([]inventory.Answer, error) {
		return []inventory.Answer{{ID: "a", Said: inventory.SaidRefused}}, nil
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	before := outcomesOf(finished(t, run))
	run.Cancel()
	if after := outcomesOf(run.Results()); !maps.Equal(before, after) || run.Summary().Stopped != "" {
		t.Errorf("%v became %v", before, after)
	}
}
