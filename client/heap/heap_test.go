package heap

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		alive, room uint64
		want        int
	}{
		{0, 64 << 20, 1600},
		{1 << 20, 64 << 20, 1600},
		{8 << 20, 64 << 20, 800},
		{64 << 20, 64 << 20, 100},
		{500 << 20, 64 << 20, 100},
		{8 << 20, 0, 100},
	} {
		if got := percent(c.alive, c.room); got != c.want {
			t.Errorf("%d MB alive and room for %d MB: %d %%, want %d", c.alive>>20, c.room>>20, got, c.want)
		}
	}
}

// What is alive grows and shrinks, and the pace follows.
func TestRoomFollowsTheHeap(t *testing.T) {
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	now := func() int {
		for range 3 { // cleanups come after the collection that finds their object
			runtime.GC()
		}
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	Room(32 << 20)
	small := now()
	large := func() int {
		much := make([][]byte, 64)
		for i := range much {
			much[i] = make([]byte, 1<<20)
		}
		defer runtime.KeepAlive(much)
		return now()
	}()
	again := now()
	if small < 300 || large != 100 || again < 300 {
		t.Errorf("%d %%, with 64 MB alive %d %%, afterwards %d %%", small, large, again)
	}
}
