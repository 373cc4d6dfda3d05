package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"janitor/client"
	"janitor/tui/theme"
)

// The line is written over, fits the terminal, holds nothing that a terminal would obey, and is gone in the end. Without a
// terminal there is none.
func TestProgressIsOneLineThatIsWrittenOver(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, width: func() int { return 20 }}
	p.show("3/7, 1 in flight: the service \x1b]0;x\a says so")
	p.show("4/7")
	p.clear()
	p.clear()
	lines := strings.Split(out.String(), "\r\x1b[K")
	if len(lines) != 4 || lines[0] != "" || lines[2] != "4/7" || lines[3] != "" {
		t.Fatalf("%q", lines)
	}
	if theme.Width(lines[1]) > 19 || !strings.HasPrefix(lines[1], "3/7, 1 in flight") || strings.ContainsAny(lines[1], "\x1b\a") {
		t.Errorf("%q", lines[1])
	}
	if progressOn(&out).width != nil {
		t.Error("a buffer is taken for a terminal")
	}
}

// A long pause of a service is told once, another one again; a short one is not.
func TestLongPausesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		began := time.Now()
		stop := pauses(&out, func(service string) (time.Time, string) {
			switch at := time.Since(began); {
			case service == client.APIG:
				return time.Now().Add(longPause), "too short"
			case service != client.ELB:
				return time.Time{}, ""
			case at < 90*time.Second:
				return began.Add(time.Minute), "quota of 600/min"
			default:
				return began.Add(2 * time.Minute), "quota of 600/min"
			}
		})
		time.Sleep(3 * time.Minute)
		stop()
		const want = "Waiting 59 s: elb takes no requests before that (quota of 600/min).\n" +
			"Waiting 30 s: elb takes no requests before that (quota of 600/min).\n"
		if got := out.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
