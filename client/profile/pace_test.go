package profile

import (
	"testing"
	"time"

	"janitor/client"
)

func TestPaceIsReadAsItIsWritten(t *testing.T) {
	for _, c := range []struct {
		pace string
		want client.Limits
	}{
		{"", client.Limits{Use: 0.8}},
		{"    pace: {max_rate: 60/1m, share: 50%}\n", client.Limits{Requests: 60, Per: time.Minute, Use: 0.5}},
		{"    pace: {max_rate: 5/24h}\n", client.Limits{Requests: 5, Per: 24 * time.Hour, Use: 0.8}},
		{"    pace: {max_rate: 1/1ms}\n", client.Limits{Requests: 1, Per: time.Millisecond, Use: 0.8}},
		{"    pace: {max_rate: 5/1s}\n", client.Limits{Requests: 5, Per: time.Second, Use: 0.8}},
		{"    pace:\n      share: 0%\n", client.Limits{Use: 1}},
		{"    pace: {share: 90%}\n", client.Limits{Use: 0.1}},
	} {
		config, err := parseConfig("config.yaml", []byte(edit(t, "    auth:\n", c.pace+"    auth:\n")))
		if err != nil {
			t.Errorf("%q: %v", c.pace, err)
			continue
		}
		p := config.Profiles["acme"]
		if err := p.Check(); err != nil {
			t.Errorf("%q: %v", c.pace, err)
		}
		got := p.Pace.limits()
		if got.Requests != c.want.Requests || got.Per != c.want.Per || int(100*got.Use+0.5) != int(100*c.want.Use+0.5) {
			t.Errorf("%q: %+v, want %+v", c.pace, got, c.want)
		}
	}
}
