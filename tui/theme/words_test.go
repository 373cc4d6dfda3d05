package theme_test

import (
	"testing"
	"time"

	"janitor/tui/theme"
)

func TestFitTailKeepsTheTail(t *testing.T) {
	for _, tt := range []struct {
		s, tail string
		w       int
		want    string
	}{
		{"acl1", "", 6, "acl1  "},
		{"acl1", "a39e…", 12, "acl1 a39e…  "},
		{"a long name", "a39e…", 12, "a lon… a39e…"},
		{"a long name", "a39e…", 6, "a lon…"},
		{"acl1", "a39e…", 0, ""},
	} {
		if got := theme.FitTail(tt.s, tt.tail, tt.w); got != tt.want {
			t.Errorf("%q %q in %d: %q, want %q", tt.s, tt.tail, tt.w, got, tt.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1 000", 43087: "43 087", 1234567: "1 234 567", -100: "-100", -1000: "-1 000"} {
		if got := theme.Number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for d, want := range map[time.Duration]string{
		210 * time.Millisecond: "0.21 s", 9990 * time.Millisecond: "9.99 s", 9999 * time.Millisecond: "10.0 s", 59 * time.Second: "59.0 s",
		125 * time.Second: "2:05", 3599600 * time.Millisecond: "1:00:00", 90 * time.Minute: "1:30:00",
	} {
		if got := theme.Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// What is waited for is not there before the time that is told.
func TestSecondsAreRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Millisecond: "1 s", 12 * time.Second: "12 s", 12*time.Second + 1: "13 s"} {
		if got := theme.Seconds(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestSomeOfSeveral(t *testing.T) {
	for _, test := range []struct {
		n, of int
		want  string
	}{
		{1, 1, "1 pool is"}, {1, 23, "1 of the 23 pools is"}, {2, 2, "both pools are"}, {3, 3, "all 3 pools are"},
		{22, 23, "22 of the 23 pools are"}, {1, 2, "1 of the 2 pools is"}, {1000, 43087, "1 000 of the 43 087 pools are"}, {0, 3, "0 of the 3 pools are"},
	} {
		if got := theme.Are(test.n, test.of, "pool", "pools"); got != test.want {
			t.Errorf("%d of %d: %q, want %q", test.n, test.of, got, test.want)
		}
	}
}
