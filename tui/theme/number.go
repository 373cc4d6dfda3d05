package theme

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Number is n in groups of three digits: "43 087".
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// Count is a [Number] with its noun: "1 server", "12 000 servers".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

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

// Are begins a sentence about some of several things: "22 of the 23 pools are", "1 of the 23 pools is", "both pools are".
func Are(n, of int, one, many string) string {
	switch all := n == of; {
	case all && n == 1:
		return "1 " + one + " is"
	case all && n == 2:
		return "both " + many + " are"
	case all:
		return "all " + Number(n) + " " + many + " are"
	case n == 1:
		return "1 of the " + Number(of) + " " + many + " is"
	}
	return Number(n) + " of the " + Number(of) + " " + many + " are"
}

// Sentence begins with a capital letter.
func Sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Brief is enough of an id to know it by.
func (t *Theme) Brief(id string) string {
	if len(id) > 9 {
		return id[:8] + t.Ellipsis
	}
	return id
}
