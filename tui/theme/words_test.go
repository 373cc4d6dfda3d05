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
