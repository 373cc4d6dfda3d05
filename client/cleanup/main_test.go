package cleanup

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"janitor/client/heap"
)

// TestMain is also the program that TestCrash kills.
func TestMain(m *testing.M) {
	heap.Room(heap.Usual) // as the program does
	if order := os.Getenv(crashEnv); order != "" {
		os.Exit(crash(order))
	}
	goleak.VerifyTestMain(m)
}
