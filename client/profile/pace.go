package profile

import (
	"strconv"
	"strings"
	"time"

	"janitor/client"
)

// Pace limits how fast the services are used.
type Pace struct {
	MaxRate string `yaml:"max_rate"` // requests per time, such as 60/1m, to each service; "" = as fast as it allows
	Share   string `yaml:"share"`    // of a quota, what is left to others, such as 20%; "" = 20%
}

const shareMost = 90 // percent

func (p Profile) checkPace() error {
	if _, _, ok := p.Pace.rate(); !ok {
		return usage("%v: pace.max_rate %q: write it as requests per time, such as 60/1m or 5/1s", p, p.Pace.MaxRate)
	}
	if _, ok := p.Pace.share(); !ok {
		return usage("%v: pace.share %q: write what is left to others of a quota as 0%% to %d%%, such as 20%%", p, p.Pace.Share, shareMost)
	}
	return nil
}

// limits are those of a pace that was checked.
func (s Pace) limits() client.Limits {
	n, per, _ := s.rate()
	share, _ := s.share()
	return client.Limits{Requests: n, Per: per, Use: 1 - float64(share)/100}
}

func (s Pace) rate() (n int, per time.Duration, ok bool) {
	if s.MaxRate == "" {
		return 0, 0, true
	}
	count, long, found := strings.Cut(s.MaxRate, "/")
	n, err := strconv.Atoi(count)
	if !found || err != nil || n < 1 {
		return 0, 0, false
	}
	per, err = time.ParseDuration(long)
	return n, per, err == nil && per >= time.Millisecond && per <= 24*time.Hour
}

func (s Pace) share() (percent int, ok bool) {
	if s.Share == "" {
		return 20, true
	}
	number, found := strings.CutSuffix(s.Share, "%")
	percent, err := strconv.Atoi(number)
	return percent, found && err == nil && 0 <= percent && percent <= shareMost
}
