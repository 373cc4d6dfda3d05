package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/tui/theme"
)

// progress is a line at a terminal that is written over while a run goes on; elsewhere it is nothing.
type progress struct {
	w     io.Writer
	width func() int // of the terminal; nil: there is none
	shown bool
}

// beat is how often the line changes.
const beat = 200 * time.Millisecond

func progressOn(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.width = func() int {
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil {
				return 80
			}
			return columns
		}
	}
	return p
}

// patience is how long somebody looks at a terminal on which nothing happens.
const patience = time.Second

// waiting tells somebody at a terminal what is waited for, when it takes long; stop ends that.
func waiting(stderr *os.File, what string) (stop func()) {
	if !term.IsTerminal(int(stderr.Fd())) {
		return func() {}
	}
	timer := time.AfterFunc(patience, func() { say(stderr, "%s", what) })
	return func() { timer.Stop() }
}

// longPause of a service that makes a command wait is told, at a terminal or not.
const longPause = 5 * time.Second

// pauses tells each time that a service takes no requests for long; stop ends that.
func pauses(stderr io.Writer, paused func(service string) (until time.Time, why string)) (stop func()) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		ticker := time.NewTicker(patience)
		defer ticker.Stop()
		told := map[string]time.Time{} // until then
		for {
			select {
			case <-done:
				return
			case now := <-ticker.C:
				for _, service := range []string{client.ELB, client.ROMA, client.APIG} {
					until, why := paused(service)
					if wait := until.Sub(now); wait > longPause && until.After(told[service]) {
						told[service] = until.Add(longPause)
						say(stderr, "Waiting %s: %s takes no requests before that (%s).", theme.Seconds(wait), service, why)
					}
				}
			}
		}
	})
	return func() {
		close(done)
		wg.Wait()
	}
}

// follow hands every event of a run to take, and shows in between how far it is.
func (p *progress) follow(run *cleanup.Run, take func(cleanup.Event)) {
	var tick <-chan time.Time
	if p.width != nil {
		ticker := time.NewTicker(beat)
		defer ticker.Stop()
		tick = ticker.C
	}
	ended := 0
	for {
		events, more := run.Take()
		for _, ev := range events {
			if ev.Step == cleanup.Ended {
				ended++
			}
			if ev.Note != "" {
				p.clear()
			}
			take(ev)
		}
		if more == nil {
			p.clear()
			return
		}
		select {
		case <-more:
		case <-tick:
			p.show(progressText(run, ended, time.Now()))
		}
	}
}

// progressText is "101/187, 4 in flight, 0:12 left", with what holds it back.
func progressText(run *cleanup.Run, ended int, now time.Time) string {
	pace := run.Pace()
	parts := []string{fmt.Sprintf("%d/%d", ended, len(run.Plan().Items))}
	if pace.InFlight > 0 {
		parts = append(parts, fmt.Sprintf("%d in flight", pace.InFlight))
	}
	if wait := pace.Until.Sub(now); wait > 0 {
		parts = append(parts, fmt.Sprintf("paused %d s", int(math.Ceil(wait.Seconds()))))
	} else if left := pace.Remaining.Round(time.Second); left > 0 {
		parts = append(parts, fmt.Sprintf("%d:%02d left", int(left.Minutes()), int(left.Seconds())%60))
	}
	text := strings.Join(parts, ", ")
	if pace.Why != "" {
		text += ": " + pace.Why
	}
	return text
}

func (p *progress) show(text string) {
	if width := p.width() - 1; theme.Width(text) > width {
		text = theme.Fit(text, max(width, 1))
	}
	p.shown = true
	fmt.Fprintf(p.w, "\r\x1b[K%s", client.Clean(text)) //nolint:errcheck // for people
}

func (p *progress) clear() {
	if p.shown {
		p.shown = false
		fmt.Fprint(p.w, "\r\x1b[K") //nolint:errcheck // for people
	}
}
