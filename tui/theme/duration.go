package theme

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Duration is short and keeps two or three digits: "0.21 s", "12.3 s", "2:05".
func Duration(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 9.995:
		return fmt.Sprintf("%.2f s", s)
	case s < 59.95:
		return fmt.Sprintf("%.1f s", s)
	default:
		return Clock(d)
	}
}

// Seconds are whole ones, rounded up: what is waited for is not there before: "12 s".
func Seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) + " s" }

// Clock is minutes and seconds, with hours where there are any.
func Clock(d time.Duration) string {
	s := int(d.Seconds() + 0.5)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
