// Package heap decides when the garbage collector runs.
package heap

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Usual is the room that the program leaves: a run of a thousand items takes less.
const Usual = 64 << 20

// Room lets a small heap grow by so many bytes from one collection to the next. Without it one of a few MB is collected
// every few milliseconds while lists are read and journals written, which takes a fifth of a short run. One that is more
// than twice as large grows by half.
func Room(bytes uint64) {
	debug.SetGCPercent(percent(alive(), bytes))
	runtime.AddCleanup(&marker{}, Room, bytes) // after each collection anew
}

// marker has no other use than to be garbage, and so tells of the next collection.
type marker struct{ _ *marker }

// alive is how much the last collection left, in bytes; 0 before the first one.
func alive() uint64 { return read("/gc/heap/live:bytes") }

// read is a number that the runtime keeps; 0 where it does not.
func read(name string) uint64 {
	one := []metrics.Sample{{Name: name}}
	metrics.Read(one)
	if one[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return one[0].Value.Uint64()
}

// Even an empty heap is taken for one of so many bytes: the percentages of the collector begin there.
const least = 4 << 20

func percent(alive, room uint64) int {
	return int(max(50, 100*room/max(alive, least)))
}

// Settle gives back to the system what reading an account has left, if the program has grown beyond its usual room: an idle
// one collects nothing for minutes. It takes as long as two collections: what a [sync.Pool] holds, such as buffers of
// answers, outlives one.
func Settle() {
	if held() > Usual {
		runtime.GC()
		debug.FreeOSMemory()
	}
}

// held is how much of the system's memory is ours, in bytes.
func held() uint64 {
	return read("/memory/classes/total:bytes") - read("/memory/classes/heap/released:bytes")
}
