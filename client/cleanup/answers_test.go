package cleanup

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client"
	"janitor/client/inventory"
)

type reply = func(w *world, n int, call string, ids []string) ([]inventory.Answer, error)

func fails(status int, class client.Class, code, message string) error {
	return &client.Error{Doing: "deleting", Status: status, Class: class, Code: code, Message: message, RequestID: "req"}
}

// What an item ends as, for every shape an answer can have. n counts the requests from 0.
func TestAnswers(t *testing.T) {
	after := func(applied int, err error) reply { // the first request fails after so many items were deleted
		return func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
			if n == 0 {
				w.remove(ids[:applied]...)
				return nil, err
			}
			return w.deleteAll(call, ids)
		}
	}
	lost := func(applied int) reply { return after(applied, fails(0, client.Transport, "", "connection reset")) }
	first := func(err error) reply { return after(0, err) }
	always := func(err error) reply {
		return func(*world, int, string, []string) ([]inventory.Answer, error) { return nil, err }
	}
	answers := func(remove string, said ...inventory.Answer) reply {
		return func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
			w.remove(strings.Fields(remove)...)
			return said, nil
		}
	}
	is := func(id string, said inventory.Said) inventory.Answer { return inventory.Answer{ID: id, Said: said} }
	const nope, del, no = inventory.SaidGone, inventory.SaidDeleted, inventory.SaidRefused

	for name, c := range map[string]struct {
		reply reply
		want  string // outcomes of a, b, c
		says  string // in the message of a
		sent  string // requests, "a b c | c"
	}{
		"all deleted":              {answers("a b c", is("a", del), is("b", del), is("c", del)), "deleted, deleted, deleted", "", "a b c"},
		"in another order":         {answers("a b c", is("c", del), is("a", del), is("b", del)), "deleted, deleted, deleted", "", "a b c"},
		"each its own":             {answers("b c", is("a", no), is("b", del), is("c", nope)), "blocked, deleted, already gone", "", "a b c"},
		"missing and still there":  {answers("b c", is("b", del), is("c", del)), "failed, deleted, deleted", "does not mention it; read back: still there", "a b c"},
		"missing and gone":         {answers("a b c", is("b", del), is("c", del)), "deleted, deleted, deleted", "does not mention it; read back: gone", "a b c"},
		"empty answer":             {answers("a"), "deleted, failed, failed", "", "a b c"},
		"doubled and equal (S3)":   {answers("a b", is("a", del), is("a", del), is("c", no)), "deleted, deleted, blocked", "", "a b c"},
		"doubled, other word (S0)": {answers("a b", is("a", del), is("a", nope), is("c", del)), "deleted, deleted, failed", "contradicts itself about \"a\"; read back: gone", "a b c"},
		"deleted and refused":      {answers("", is("a", del), is("a", no), is("b", del), is("c", del)), "failed, failed, failed", "contradicts itself", "a b c"},
		"unclear word, there":      {answers("b c", inventory.Answer{ID: "a", Message: "postponed"}, is("b", del), is("c", del)), "failed, deleted, deleted", "postponed; read back: still there", "a b c"},
		"unclear word, gone":       {answers("a b c", inventory.Answer{ID: "a", Message: "Successful?"}, is("b", del), is("c", del)), "deleted, deleted, deleted", "read back: gone", "a b c"},
		"said deleted, is not":     {answers("b c", is("a", del), is("b", del), is("c", del)), "reappeared, deleted, deleted", "closing list", "a b c"},
		"about something else":     {answers("a", is("a", del), is("x", del), is("b", del)), "deleted, failed, failed", `speaks of "x"`, "a b c"},
		"without an id":            {answers("a", is("", del), is("b", del)), "deleted, failed, failed", `speaks of ""`, "a b c"},

		"lost before":             {lost(0), "deleted, deleted, deleted", "", "a b c | a b c"},
		"lost after":              {lost(3), "deleted, deleted, deleted", "connection reset; read back: gone", "a b c"},
		"lost in between":         {lost(2), "deleted, deleted, deleted", "", "a b c | c"},
		"500 for good":            {always(fails(500, "", "APIG.9999", "System error")), "failed, failed, failed", "System error; read back: still there", "a b c | a b c | a b c | a | b | c"},
		"502 for good":            {always(fails(502, "", "APIGW.0610", "no backend")), "failed, failed, failed", "no backend; read back: still there", "a b c | a b c | a b c"},
		"408 once":                {first(fails(408, "", "", "timeout")), "deleted, deleted, deleted", "", "a b c | a b c"},
		"408 after two":           {after(2, fails(408, "", "", "timeout")), "deleted, deleted, deleted", "", "a b c | c"},
		"500 once":                {first(fails(500, "", "APIG.9999", "System error")), "deleted, deleted, deleted", "", "a b c | a b c"},
		"unreadable answer":       {first(fails(200, client.BadAnswer, "", "not JSON")), "deleted, deleted, deleted", "", "a b c | a b c"},
		"never left":              {always(&client.Error{Class: client.Transport, Unsent: true, Message: "no route to host"}), "cancelled, cancelled, cancelled", "not sent: the service cannot be reached: no route", "a b c"},
		"400 for the batch":       {first(fails(400, "", "ELB.8902", "Batch operations are not allowed")), "deleted, deleted, deleted", "", "a b c | a | b c"},
		"400 for each":            {always(fails(400, "", "ELB.8902", "invalid")), "failed, failed, failed", "invalid", "a b c | a | a | b c | b | b | c | c"},
		"refused after one":       {after(1, fails(409, client.InUse, "ELB.8907", "pool b is used")), "deleted, deleted, deleted", "is used; read back: gone", "a b c | b | c"},
		"bad after one":           {after(1, fails(400, "", "ELB.8902", "invalid")), "deleted, deleted, deleted", "invalid; read back: gone", "a b c | b | c"},
		"busy after two":          {after(2, fails(409, client.Pending, "ELB.8907", "pending")), "deleted, deleted, deleted", "pending; read back: gone", "a b c | c"},
		"refused after all":       {after(3, fails(409, client.InUse, "ELB.8907", "pool c is used")), "deleted, deleted, deleted", "is used; read back: gone", "a b c"},
		"413":                     {first(fails(413, "", "APIGW.0201", "too large")), "deleted, deleted, deleted", "", "a b c | a | b c"},
		"403":                     {always(fails(403, client.Forbidden, "SYS.0403", "elb:pools:delete")), "failed, failed, failed", "elb:pools:delete", "a b c"},
		"call does not exist":     {first(fails(404, client.RouteAbsent, "APIGW.0101", "no such API")), "deleted, deleted, deleted", "", "a b c | a | b | c"},
		"something not found":     {first(fails(404, client.NotFound, "ELB.8904", "not found")), "deleted, deleted, deleted", "", "a b c | a | b | c"},
		"backend not found, once": {first(fails(404, "", "APIGW.0103", "no backend")), "deleted, deleted, deleted", "", "a b c | a b c"},
		"a proxy's page":          {always(fails(404, client.BadAnswer, "", "a web page")), "failed, failed, failed", "a web page; read back: still there", "a b c | a b c | a b c"},
		"change under way, once":  {first(fails(409, client.Pending, "ELB.8907", "pending")), "deleted, deleted, deleted", "", "a b c | a b c"},
		"change under way":        {always(fails(409, client.Pending, "ELB.8907", "pending")), "blocked, blocked, blocked", "pending", "a b c | a b c | a b c | a | a | a | b c | b | b | c | c"},
		"change at one of them": {func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
			if slices.Contains(ids, "c") {
				return nil, fails(409, client.Pending, "ELB.8907", "pending")
			}
			return w.deleteAll(call, ids)
		}, "deleted, deleted, blocked", "", "a b c | a b c | a b c | a | b c | b | c | c"},
		"throttled, once": {first(fails(429, client.Throttled, "APIGW.0308", "limit")), "deleted, deleted, deleted", "", "a b c | a b c"},

		"500 for one of them": {func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
			switch {
			case !slices.Contains(ids, "a"):
				return w.deleteAll(call, ids)
			case len(ids) > 1:
				return nil, fails(500, "", "ELB.8906", "internal error")
			}
			return nil, fails(409, client.InUse, "ELB.8907", "it is used")
		}, "blocked, deleted, deleted", "it is used", "a b c | a b c | a b c | a | b | c"},
		"one spoils the batch": {func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
			if slices.Contains(ids, "a") {
				return nil, fails(409, client.InUse, "ELB.8907", "pool a is using this listener")
			}
			return w.deleteAll(call, ids)
		}, "blocked, deleted, deleted", "is using", "a b c | a | b c"},

		"gone after an attempt": {func(w *world, n int, call string, ids []string) ([]inventory.Answer, error) {
			if n == 0 { // applied only after it was read back
				return nil, fails(502, "", "", "bad gateway")
			}
			w.remove(ids...)
			return say(inventory.SaidGone, ids...), nil
		}, "deleted, deleted, deleted", "", "a b c | a b c"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).with("a", "b", "c", "other")
			p := w.plan(things)
			p.Items = p.Items[:3]
			w.watch(p)
			n := -1
			w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
				n++
				return c.reply(w, n, call, ids)
			}
			results := finished(t, w.engine(1).Start(t.Context(), p))
			got := make([]string, len(results))
			for i, res := range results {
				got[i] = res.Outcome.String()
				there := w.has(res.Ref)
				if there && gone(res.Outcome) {
					t.Errorf("%s is %s, and still there", res.Ref.ID, res.Outcome)
				}
				if gone(res.Outcome) && !res.Proved {
					t.Errorf("%s is %s without proof", res.Ref.ID, res.Outcome)
				}
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("outcomes %s\n    want %s", got, c.want)
			}
			if !strings.Contains(results[0].Message, c.says) {
				t.Errorf("message of a is %q, want %q in it", results[0].Message, c.says)
			}
			var sent []string
			for _, ids := range w.sent {
				sent = append(sent, strings.Join(ids, " "))
			}
			if got := strings.Join(sent, " | "); got != c.sent {
				t.Errorf("sent %s\nwant %s", got, c.sent)
			}
			if !w.has(inventory.Ref{Scope: here, Kind: things, ID: "other"}) {
				t.Error("a thing that nobody planned is gone")
			}
		})
	}
}

func TestSafetyStop(t *testing.T) {
	w := newWorld(t)
	for i := range 150 {
		w.with(fmt.Sprint("t", i))
	}
	w.answer = func(_ string, ids []string) ([]inventory.Answer, error) {
		w.remove(ids...)
		return say(inventory.SaidDeleted, append([]string{"stranger"}, ids...)...), nil
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	finished(t, run)
	s := run.Summary()
	if s.Counts[Deleted] != 50 || s.Counts[Cancelled] != 100 || len(w.sent) != 1 {
		t.Errorf("%v after %d requests, want 50 deleted, 100 cancelled after 1", s, len(w.sent))
	}
	if !strings.Contains(s.Stopped, `"stranger"`) || s.OK() {
		t.Errorf("the summary does not name the stranger: %s", s)
	}
}

func TestCredentialsRefusedStopTheRun(t *testing.T) {
	w := newWorld(t)
	for i := range 150 {
		w.with(fmt.Sprint("t", i))
	}
	w.answer = func(string, []string) ([]inventory.Answer, error) {
		return nil, fails(401, client.Unauthorised, "APIGW.0301", "bad token")
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	for _, res := range finished(t, run) {
		if res.Outcome != Failed || res.Code != "APIGW.0301" {
			t.Fatalf("%+v, want failed with the code", res)
		}
	}
	if len(w.sent) != 1 {
		t.Errorf("%d requests, want 1", len(w.sent))
	}
}

func TestReadingBackFails(t *testing.T) {
	w := newWorld(t).with("a", "b")
	p := w.plan(things)
	w.answer = func(string, []string) ([]inventory.Answer, error) {
		w.remove("a")
		return nil, fails(0, client.Transport, "", "connection reset")
	}
	t.Run("for good", func(t *testing.T) {
		w.listing = func(n int) error {
			if n > 0 {
				return fails(503, "", "", "down")
			}
			return nil
		}
		for _, res := range finished(t, w.engine(1).Start(t.Context(), p)) {
			if res.Outcome != Unknown || !strings.Contains(res.Message, "could not be read back") || res.Proved {
				t.Errorf("%+v, want unknown", res)
			}
		}
	})
	t.Run("until the closing list", func(t *testing.T) {
		w.with("a")
		w.lists = 0
		w.listing = func(n int) error {
			if n == 1 {
				return fails(503, "", "", "down")
			}
			return nil
		}
		got := outcomesOf(finished(t, w.engine(1).Start(t.Context(), p)))
		if want := map[string]Outcome{"a": Deleted, "b": Failed}; !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// A list that lags behind for a moment is not a thing that reappeared, nor one that stayed.
func TestLaggingList(t *testing.T) {
	for name, c := range map[string]struct {
		said []inventory.Answer
		late int // the list that shows it no more
	}{
		"said to be deleted": {say(inventory.SaidDeleted, "a"), 2}, // after the check and the first closing list
		"not mentioned":      {nil, 3},                             // after reading back as well
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t).with("a")
			p := w.plan(things)
			w.answer = func(string, []string) ([]inventory.Answer, error) { return c.said, nil }
			w.listing = func(n int) error {
				if n == c.late {
					w.rows[things] = nil
				}
				return nil
			}
			if res := finished(t, w.engine(1).Start(t.Context(), p))[0]; res.Outcome != Deleted || !res.Proved {
				t.Errorf("%+v, want deleted and proved", res)
			}
		})
	}
}

// Lists may lag for ten seconds (api.md 4.7).
func TestListLagsForTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t).with("a")
		p := w.plan(things)
		var deleted time.Time
		w.answer = func(string, []string) ([]inventory.Answer, error) {
			deleted = time.Now()
			return say(inventory.SaidDeleted, "a"), nil
		}
		w.listing = func(int) error {
			if !deleted.IsZero() && time.Since(deleted) >= 10*time.Second {
				w.rows[things] = nil
			}
			return nil
		}
		e := w.engine(1)
		e.rest = time.Second
		if res := finished(t, e.Start(t.Context(), p))[0]; res.Outcome != Deleted || !res.Proved {
			t.Errorf("%+v, want deleted and proved", res)
		}
	})
}

func TestBatchSizeIsLearnt(t *testing.T) {
	w := newWorld(t)
	for i := range 400 {
		w.with(fmt.Sprint("t", i))
	}
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		if len(ids) > 30 {
			return nil, fails(400, "", "ELB.8902", "too many")
		}
		return w.deleteAll(call, ids)
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	finished(t, run)
	if s := run.Summary(); !s.OK() {
		t.Error(s)
	}
	if want := 1 + 400/25; len(w.sent) != want {
		t.Errorf("%d requests, want %d: one refused, the rest of 25", len(w.sent), want)
	}
}

func TestOneBadItemDoesNotShrinkTheBatches(t *testing.T) {
	w := newWorld(t)
	for i := range 400 {
		w.with(fmt.Sprint("t", i))
	}
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		if slices.Contains(ids, "t7") {
			return nil, fails(400, "", "ELB.9899", "t7 is odd")
		}
		return w.deleteAll(call, ids)
	}
	run := w.engine(1).Start(t.Context(), w.plan(things))
	finished(t, run)
	if s := run.Summary(); s.Counts[Deleted] != 399 || s.Counts[Failed] != 1 {
		t.Error(s)
	}
	if len(w.sent) > 11+400/25 {
		t.Errorf("%d requests: batches stay small for one bad item", len(w.sent))
	}
}

func TestAMessageDoesNotRepeatWhatWasDone(t *testing.T) {
	login := &client.Error{Doing: "logging in as jane", Status: 401, Class: client.Unauthorised, Message: "wrong password"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&client.Error{Doing: "deleting pool p", Class: client.Unauthorised, Unsent: true, Err: login}, "logging in as jane: wrong password"},
		{&client.Error{Doing: "deleting pool p", Status: 409, Class: client.InUse}, "409 Conflict"},
		{&client.Error{Doing: "deleting pool p", Status: 409, Code: "ELB.8907", Message: "is in use"}, "is in use"},
	} {
		if v := endingOf(c.err); !strings.HasPrefix(v.message, c.want) {
			t.Errorf("%q, want %q", v.message, c.want)
		}
	}
}

func TestABatchCallThatRefusesEvenOneItemIsLeftAlone(t *testing.T) {
	w := newWorld(t).with("a", "b", "c")
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		if call == "batch" {
			return nil, fails(400, "", "ELB.8902", "invalid input")
		}
		return w.deleteAll(call, ids)
	}
	e := w.engine(1)
	run := e.Start(t.Context(), w.plan(things))
	finished(t, run)
	if s := run.Summary(); !s.OK() {
		t.Error(s)
	}
	w.with("d", "e")
	finished(t, e.Start(t.Context(), w.plan(things)))
	if want := []string{"batch", "batch", "single", "single", "single", "single", "single"}; !slices.Equal(w.calls, want) {
		t.Errorf("sent by %v, want %v", w.calls, want)
	}
}

func TestAbsentRouteIsRemembered(t *testing.T) {
	w := newWorld(t).with("a", "b")
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		if call == "batch" {
			return nil, fails(405, client.RouteAbsent, "", "method not allowed")
		}
		return w.deleteAll(call, ids)
	}
	e := w.engine(1)
	run := e.Start(t.Context(), w.plan(things))
	finished(t, run)
	w.with("c", "d")
	finished(t, e.Start(t.Context(), w.plan(things)))
	if want := []string{"batch", "single", "single", "single", "single"}; !slices.Equal(w.calls, want) {
		t.Errorf("calls %v, want %v", w.calls, want)
	}
}

// What was there when it was read back, and is gone when its turn comes again, is gone by the request whose answer was lost.
func TestALostRequestThatIsAppliedLate(t *testing.T) {
	w := newWorld(t).with("a")
	p := w.plan(things)
	clock, lists := time.Unix(1e9, 0), 0
	e := w.engine(1)
	var mu sync.Mutex
	e.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return clock
	}
	w.answer = func(string, []string) ([]inventory.Answer, error) {
		return nil, fails(0, client.Transport, "", "reset")
	}
	w.listing = func(int) error {
		switch lists++; lists {
		case 2: // read back; then it waits until what was seen is too old
			mu.Lock()
			clock = clock.Add(2 * time.Minute)
			mu.Unlock()
		case 3:
			w.rows[things] = nil
		}
		return nil
	}
	res := finished(t, e.Start(t.Context(), p))[0]
	if res.Outcome != Deleted || !res.Proved || res.Message != "gone: a request whose answer was lost has deleted it" || len(w.sent) != 1 {
		t.Errorf("%+v after %d requests", res, len(w.sent))
	}
}
