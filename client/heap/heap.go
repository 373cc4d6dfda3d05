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
// every few milliseconds while lists are read and journals written, which takes a fifth of a short run. A heap that is
// larger than that doubles in between, as always.
func Room(bytes uint64) {
	debug.SetGCPercent(percent(alive(), bytes))
	runtime.AddCleanup(&marker{}, Room, bytes) // after each collection anew
}

// marker has no other use than to be garbage, and so tells of the next collection.
type marker struct{ _ *marker }

// alive is how much the last collection left, in bytes; 0 before the first one.
func alive() uint64 {
	read := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(read)
	if read[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return read[0].Value.Uint64()
}

// Even an empty heap is taken for one of so many bytes: the percentages of the collector begin there.
const least = 4 << 20

func percent(alive, room uint64) int {
	return int(max(100, 100*room/max(alive, least)))
}
