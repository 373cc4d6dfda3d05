package cleanup

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client/inventory"
)

func TestWhatACallTeaches(t *testing.T) {
	route := &inventory.Route{Max: 50}
	quick, slow := time.Second, 6*time.Second
	for _, c := range []struct {
		name  string
		teach func(l *lesson)
		large largeness
		want  int
	}{
		{"nothing", func(*lesson) {}, asTried, 100},
		{"nothing, and none is tried", func(*lesson) {}, asLearnt, 50},
		{"a full batch that was taken", func(l *lesson) { l.taken(route, 50, quick) }, asLearnt, 400},
		{"and another", func(l *lesson) { l.taken(route, 50, quick); l.taken(route, 125, quick) }, asTried, batchMost},
		{"many at once are one lesson", func(l *lesson) { l.taken(route, 50, quick); l.taken(route, 50, quick) }, asTried, 400},
		{"and it ends somewhere", func(l *lesson) {
			for n := 50; n <= 1000; n *= 2 {
				l.taken(route, min(n, batchMost), quick)
			}
		}, asTried, batchMost},
		{"what was learnt, where it is of no use", func(l *lesson) { l.taken(route, 50, quick) }, asRoute, 50},
		{"half a batch", func(l *lesson) { l.taken(route, 25, quick) }, asLearnt, 200},
		{"some", func(l *lesson) { l.taken(route, 4, quick) }, asTried, 100},
		{"a slow one", func(l *lesson) { l.taken(route, 50, slow) }, asTried, 83},
		{"slow small ones", func(l *lesson) { l.taken(route, 25, slow) }, asTried, 50},
		{"one that was slow as they grew", func(l *lesson) { l.taken(route, 50, quick); l.taken(route, 200, slow) }, asTried, 333},
		{"one refused", func(l *lesson) { l.tooBig(route, 50) }, asTried, 25},
		{"one refused, the half taken", func(l *lesson) { l.tooBig(route, 50); l.taken(route, 25, quick) }, asTried, 25},
		{"one refused and then a full one", func(l *lesson) { l.tooBig(route, 60); l.taken(route, 50, quick) }, asTried, 50},
		{"one refused that was larger than the route says", func(l *lesson) { l.tooBig(route, 80) }, asTried, 50},
		{"a large one refused", func(l *lesson) {
			l.taken(route, 50, quick)
			l.taken(route, 100, quick)
			l.tooBig(route, 200)
			l.taken(route, 100, quick)
		}, asTried, 100},
		{"a large one without an answer", func(l *lesson) {
			l.taken(route, 50, quick)
			l.taken(route, 100, quick)
			l.unanswered(route, 200)
			l.taken(route, 100, quick)
		}, asTried, 100},
		{"one as the route says without an answer", func(l *lesson) { l.unanswered(route, 50); l.taken(route, 50, quick) }, asTried, 400},
	} {
		var learnt lessons
		w := waypoint{route: route}
		learnt.learn(w, c.teach)
		if _, got := learnt.way(w, false, c.large); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	var learnt lessons
	single := waypoint{route: &inventory.Route{Max: 1}}
	learnt.learn(single, func(l *lesson) { l.taken(single.route, 1, quick) })
	if _, got := learnt.way(single, false, asTried); got != 1 {
		t.Errorf("a call for one item is given %d", got)
	}
}

// What is refused is refused soon: a batch that the service is at for longer is not too large, and others may follow.
func TestASizeIsGoodOnceItsRefusalWouldHaveCome(t *testing.T) {
	const soon = 80 * time.Millisecond
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var learnt lessons
	w := waypoint{route: &inventory.Route{Max: 50}}
	proven := func(n int, soon time.Duration, want bool, when string) {
		t.Helper()
		if got := learnt.proven(w, n, soon, now); got != want {
			t.Errorf("%s: %d items: %v, want %v", when, n, got, want)
		}
	}
	proven(50, soon, true, "nothing was sent")
	proven(51, soon, false, "nothing was sent")
	learnt.learn(w, func(l *lesson) { l.sent(400, now) })
	proven(400, soon, false, "just sent")
	now = now.Add(soon + 1)
	proven(400, soon, true, "not refused for a while")
	proven(401, soon, false, "not refused for a while")
	proven(400, 0, false, "how soon refusals come is not known")
	learnt.learn(w, func(l *lesson) { l.tooBig(w.route, 400) })
	proven(400, soon, false, "refused")
	learnt.learn(w, func(l *lesson) { l.taken(w.route, 200, time.Second) })
	proven(200, 0, true, "taken")
}

func TestWhatIsInFlightCountsByWhatIsLeftOfIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var learnt lessons
		w := waypoint{route: &inventory.Route{Max: 50}}
		aloft := []*flight{{50, time.Now()}, {100, time.Now().Add(-5 * time.Second)}, {50, time.Now().Add(-time.Hour)}}
		if got := learnt.stillAloft(w, aloft); !slices.Equal(got, []int{50, 100, 50}) {
			t.Errorf("%d, want all as long as nothing was answered", got)
		}
		learnt.learn(w, func(l *lesson) { l.taken(w.route, 10, time.Second) }) // 0.1 s an item
		if got := learnt.stillAloft(w, aloft); !slices.Equal(got, []int{50, 50, 0}) {
			t.Errorf("%d, want 50 of the first, half of the second and none of the third", got)
		}
	})
}
