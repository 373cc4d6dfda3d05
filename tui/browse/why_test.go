package browse

import (
	"testing"

	"janitor/client/inventory"
)

// TestWhatIsWorthALookComesFirst: a long reason leaves no room behind it, and the gravest that can be said of an entry in use is
// that it lets everybody in.
func TestWhatIsWorthALookComesFirst(t *testing.T) {
	because := []inventory.Reason{{Text: "listener web-443 (white)"}, {Text: "listener api-443 (white)"}}
	for state, want := range map[inventory.State]string{
		inventory.InUse:     "every address, listener web-443 (white) and 1 more",
		inventory.Unused:    "every address, listener web-443 (white) and 1 more",
		inventory.Unknown:   "listener web-443 (white) and 1 more, every address",
		inventory.Protected: "listener web-443 (white) and 1 more, every address",
	} {
		if got := why(inventory.Verdict{State: state, Reasons: because, Signs: []string{"every address"}}); got != want {
			t.Errorf("%v: %q, want %q", state, got, want)
		}
	}
}
