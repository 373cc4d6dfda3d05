package inventory_test

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime is how long this process has computed.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		tb.Fatal(err)
	}
	var made, ended, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(self, &made, &ended, &kernel, &user); err != nil {
		tb.Fatal(err)
	}
	ticks := func(f syscall.Filetime) int64 { return int64(f.HighDateTime)<<32 | int64(f.LowDateTime) }
	return time.Duration(100 * (ticks(kernel) + ticks(user))) // of 100 ns
}
