package heap

import (
	"runtime"
	"runtime/debug"
	"sync"
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
		{128 << 20, 64 << 20, 50},
		{500 << 20, 64 << 20, 50},
		{8 << 20, 0, 50},
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
	if small < 300 || large != 50 || again < 300 {
		t.Errorf("%d %%, with 64 MB alive %d %%, afterwards %d %%", small, large, again)
	}
}

// What a large account has left goes back to the system at once.
func TestSettle(t *testing.T) {
	much := make([]byte, 3*Usual/2)
	for i := 0; i < len(much); i += 1024 {
		much[i] = 1
	}
	runtime.KeepAlive(much)
	before := held()
	Settle()
	if after := held(); before < 3*Usual/2 || after > before-Usual {
		t.Errorf("%d MB before, %d MB after", before>>20, after>>20)
	}
}

// What is kept for the next answer goes too: a sync.Pool lets go of it only at the second collection.
func TestSettleEmptiesPools(t *testing.T) {
	var pool sync.Pool
	for range 2 { // one that other threads find, too
		pool.Put(new(make([]byte, 3*Usual/2)))
	}
	Settle()
	if kept, ok := pool.Get().(*[]byte); ok {
		t.Errorf("%d MB are kept", len(*kept)>>20)
	}
}
