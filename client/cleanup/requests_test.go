package cleanup

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"janitor/client/inventory"
)

// lineOf writes a request as a line: what it was, what came of it.
func lineOf(q Request) string {
	s := fmt.Sprintf("#%d %s", q.N, q.Call)
	if q.Step != "" {
		s += " (" + q.Step + ")"
	}
	if q.Items > 1 {
		s += fmt.Sprintf(" of %d", q.Items)
	}
	word := q.Said
	switch {
	case !q.Answered:
		word = "no answer"
	case q.Said == "" && q.Status != 0:
		word = fmt.Sprint(q.Status)
	}
	s = strings.Join(strings.Fields(strings.Join([]string{s + ":", word, q.Code, q.Message}, " ")), " ")
	if q.Doubt {
		s += ", in doubt"
	}
	if q.Found != "" {
		s += ", read back: " + string(q.Found)
	}
	return s
}

func told(requests []Request) []string {
	var out []string
	for _, q := range requests {
		out = append(out, lineOf(q))
	}
	return out
}

// Every request about an item can be told, with or without a journal, and from the journal alone.
func TestRequestsOfAnItem(t *testing.T) {
	refused := inventory.Answer{ID: "a", Said: inventory.SaidRefused, Code: "ELB.8907", Message: "is in use", RequestID: "req-1"}
	for _, tt := range []struct {
		name   string
		answer []reply // one after the other
		want   []string
	}{
		{"deleted", []reply{func(w *world, _ int, call string, ids []string) ([]inventory.Answer, error) {
			return w.deleteAll(call, ids)
		}},
			[]string{"#1 batch of 2: deleted"}},
		{"refused", []reply{func(w *world, _ int, _ string, ids []string) ([]inventory.Answer, error) {
			return append(say(inventory.SaidDeleted, "b"), refused), nil
		}}, []string{"#1 batch of 2: refused ELB.8907 is in use"}},
		{"not mentioned", []reply{func(w *world, _ int, _ string, ids []string) ([]inventory.Answer, error) {
			w.remove(ids...)
			return say(inventory.SaidDeleted, "b"), nil
		}}, []string{"#1 batch of 2:, in doubt, read back: gone"}},
		{"lost, then halved, then deleted", []reply{
			func(*world, int, string, []string) ([]inventory.Answer, error) {
				return nil, fails(502, "", "", "bad gateway")
			},
			func(*world, int, string, []string) ([]inventory.Answer, error) {
				return nil, fails(400, "", "ELB.1", "too many")
			},
			func(w *world, _ int, call string, ids []string) ([]inventory.Answer, error) {
				return w.deleteAll(call, ids)
			},
		}, []string{
			"#1 batch of 2: 502 bad gateway, in doubt, read back: there",
			"#2 batch of 2: 400 ELB.1 too many",
			"#3 batch: deleted",
		}},
	} {
		for _, journaled := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, journal %v", tt.name, journaled), func(t *testing.T) {
				w := newWorld(t).with("a", "b")
				n := -1
				w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
					n = min(n+1, len(tt.answer)-1)
					return tt.answer[n](w, n, call, ids)
				}
				e := w.engine(1)
				e.rest = 0
				if journaled {
					e.journal = remember
				} else {
					e.journal = nil
				}
				began := time.Now()
				run := e.Start(t.Context(), w.plan(things))
				finished(t, run)
				got := run.Requests(0)
				if !slices.Equal(told(got), tt.want) {
					t.Errorf("requests\n%s\nwant\n%s", strings.Join(told(got), "\n"), strings.Join(tt.want, "\n"))
				}
				for _, q := range got {
					if q.At.Before(began) || q.Took < 0 || q.At.Add(q.Took).After(time.Now()) {
						t.Errorf("request %d left at %v and took %v", q.N, q.At, q.Took)
					}
				}
			})
		}
	}
}

// Steps before a deletion are requests too.
func TestStepsAreRequests(t *testing.T) {
	w := newWorld(t).withJar("a", jar{demands: true, holds: servers(2)})
	run := w.engine(1).Start(t.Context(), w.plan(jars))
	finished(t, run)
	var steps []string
	for _, q := range run.Requests(0) {
		steps = append(steps, q.Step)
	}
	if len(steps) != 3 || steps[0] == "" || steps[1] == "" || steps[0] == steps[1] || steps[2] != "" {
		t.Errorf("steps %q", steps)
	}
}

// While a request is under way it is shown as such; when its program has ended it may have been applied.
func TestARequestWithoutAnAnswer(t *testing.T) {
	w := newWorld(t).with("a")
	disk := &memory{}
	var run *Run
	started := make(chan struct{})
	var live []Request
	var l *Ledger
	w.answer = func(call string, ids []string) ([]inventory.Answer, error) {
		<-started
		live = run.Requests(0)
		l = replayed(t, run.Plan(), disk.bytes())
		return w.deleteAll(call, ids)
	}
	e := w.engine(1)
	e.journal = func(p Plan) (Journal, error) { return rememberOn(p, disk) }
	run = e.Start(t.Context(), w.plan(things))
	close(started)
	finished(t, run)
	if got := told(live); !slices.Equal(got, []string{"#1 batch: no answer"}) {
		t.Errorf("under way: %q", got)
	}
	lost := []string{"#1 batch: no answer, in doubt"}
	if got := told(l.Requests(0)); !slices.Equal(got, lost) {
		t.Errorf("of a program that has ended: %q", got)
	}
	next := l.book.goOn()
	if got := told(next.requests(0)); !slices.Equal(got, lost) {
		t.Errorf("taken up: %q", got)
	}
}

func TestRequestsAreBounded(t *testing.T) {
	b := newDealings(2)
	for n := range 3 * MaxRequests {
		b.send(intent{Request: n + 1, Call: "single", Items: []int{1}, IDs: []string{"x"}}, time.Time{})
		if n < 2*MaxRequests {
			b.answer(answer{Request: n + 1}, time.Time{})
		}
	}
	for n := range 3 * MaxRequests { // answers that come when their request is no longer kept
		b.answer(answer{Request: n + 1}, time.Time{})
	}
	got := b.requests(1)
	if len(got) != MaxRequests || got[0].N != 2*MaxRequests+1 || got[MaxRequests-1].N != 3*MaxRequests || len(b.waiting) != 0 {
		t.Errorf("%d requests kept, %d waiting", len(got), len(b.waiting))
	}
	for _, item := range []int{-1, 0, 2} {
		if got := b.requests(item); len(got) != 0 {
			t.Errorf("item %d has %v", item, got)
		}
	}
}
