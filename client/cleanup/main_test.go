package cleanup

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the program that TestCrash kills.
func TestMain(m *testing.M) {
	if order := os.Getenv(crashEnv); order != "" {
		os.Exit(crash(order))
	}
	goleak.VerifyTestMain(m)
}
