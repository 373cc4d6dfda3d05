package wire

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// stated matches what the gateways write: "…over ratelimit,limit:60,time:1 minute" (api.md 7). One minute may also be
// just a minute.
var stated = regexp.MustCompile(`(?i)limit\s*[:=]\s*(\d{1,9})\s*,\s*time\s*[:=]\s*(\d{0,4})\s*([a-z]+)`)

// quota reads the quota that a throttled answer states: so many requests per so long. ok is false when it states none
// that makes sense.
func quota(message string) (requests int, per time.Duration, ok bool) {
	found := stated.FindStringSubmatch(message)
	if found == nil {
		return 0, 0, false
	}
	requests, _ = strconv.Atoi(found[1])
	count := 1
	if found[2] != "" {
		count, _ = strconv.Atoi(found[2])
	}
	var unit time.Duration
	word := strings.ToLower(found[3])
	if word != "ms" { // whose s is no plural
		word = strings.TrimSuffix(word, "s")
	}
	switch word {
	case "ms", "msec", "millisecond":
		unit = time.Millisecond
	case "", "sec", "second":
		unit = time.Second
	case "m", "min", "minute":
		unit = time.Minute
	case "h", "hour":
		unit = time.Hour
	case "d", "day":
		unit = 24 * time.Hour
	default:
		return 0, 0, false
	}
	if requests == 0 || count == 0 {
		return 0, 0, false
	}
	return requests, time.Duration(count) * unit, true
}

// retryAfter reads the header as seconds or as a date; 0 when there is none or it lies in the past.
func retryAfter(header http.Header) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	// The service's own clock, where it tells it, spares us the difference to ours.
	now := time.Now()
	if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
		now = theirs
	}
	return max(0, at.Sub(now))
}
