package run

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/tui/internal/golden"
	"janitor/tui/theme"
)

// busy is a run of many pools in the middle of its work, with all that can be seen at once.
func busy() *desk {
	names := []string{
		"web-blue-old", "web-blue-older", "api-v2", "web-green", "在庫API-検証用", "a-name-of-sixty-characters-as-they-come-out-of-a-generator-01",
		"tail\x1b[31mred", "core-db",
	}
	p := plan(500)
	for i := range p.Items {
		name := names[i%len(names)]
		if i >= len(names) {
			name = fmt.Sprintf("%s-%03d", name, i)
		}
		p.Items[i].Resource.Name = name
		p.Items[i].Resource.Ref.ID = fmt.Sprintf("%08x-0000-4000-8000-%012x", uint32(i*2654435761), i)
	}
	d := deskOf(p)
	d.phase(cleanup.Sending)
	for i := range 110 {
		d.sent(i)
	}
	for i := range 60 {
		d.now = d.now.Add(time.Duration(i%7) * 100 * time.Millisecond)
		switch {
		case i == 2:
			d.end(i, cleanup.Result{
				Outcome: cleanup.Blocked, Code: "ELB.8907", RequestID: "0a1b2c3d4e5f60718293a4b5c6d7e8f9", Took: 420 * time.Millisecond,
				Message: "pool api-v2 is used by listener api-443",
			})
		case i == 45:
			d.end(i, cleanup.Result{
				Outcome: cleanup.Failed, RequestID: "1a96ae74-a2f0-4321-a565-6ac340ff4a38", Took: 12 * time.Second,
				Message: "a web page instead of an answer: 502 Bad Gateway; read back: still there",
			})
		case i == 50:
			d.say(cleanup.Event{Step: cleanup.Reading, Item: i})
		case i%9 == 0:
			d.end(i, cleanup.Result{Outcome: cleanup.AlreadyGone, Code: "ELB.9903", Message: "not found", Took: 210 * time.Millisecond})
		default:
			d.end(i, cleanup.Result{Outcome: cleanup.Deleted, RequestID: "31f48be2-0974-45fc-9dd4-639cc6d94990", Took: 1210 * time.Millisecond})
		}
	}
	d.run.pace = cleanup.Pace{
		InFlight: 3, Most: 10, Quota: 60, Per: time.Minute, Left: 9, Requests: 41, Throttled: 2, Remaining: 74 * time.Second,
	}
	d.run.why = "too many requests"
	d.run.requests = map[int][]cleanup.Request{45: {
		{
			N: 12, Call: "POST pools/batch-delete", Items: 50, At: noon.Add(time.Second), Took: 1200 * time.Millisecond, Answered: true, Status: 502,
			Message: "a web page instead of an answer: 502 Bad Gateway", RequestID: "1a96ae74-a2f0-4321-a565-6ac340ff4a38", Doubt: true, Found: "there",
		},
		{N: 14, Call: "POST pools/batch-delete", Items: 25, At: noon.Add(4 * time.Second), Took: 90 * time.Millisecond, Answered: true, Status: 429, Code: "APIGW.0308", Message: "The throttling threshold has been reached", RequestID: "0a1b2c3d"},
		{N: 19, Call: "POST pools/batch-delete", Items: 25, At: noon.Add(8 * time.Second)},
	}}
	return d
}

// ended is a run that went well but for a few.
func ended() *desk {
	d := busy()
	counts := map[cleanup.Outcome]int{}
	for i := range d.items {
		if d.items[i].result.Outcome == cleanup.Pending {
			d.deleted(i)
		}
		if r := &d.run.results[i]; r.Outcome == cleanup.Deleted {
			r.Proved = true
		}
		counts[d.run.results[i].Outcome]++
	}
	d.run.why, d.run.pace = "", cleanup.Pace{Requests: 61, Throttled: 2}
	s := summary(500, counts, counts[cleanup.Deleted])
	s.Took = 74 * time.Second
	d.finish(s)
	return d
}

func TestGolden(t *testing.T) {
	unfinished := func() *desk {
		l := ledger(40, cleanup.Deleted, cleanup.Deleted, cleanup.Blocked, cleanup.Deleted)
		l.Items[2].Result.Code, l.Items[2].Result.Message = "ELB.8907", "pool web-0002 is used by listener api-443"
		l.Items[4].Unread, l.Items[4].Sent = true, 1
		return past(&cleanup.Past{Ledger: l})
	}
	undo := func() *desk {
		d := newDesk(12)
		d.undoes = true
		d.phase(cleanup.Sending)
		d.sent(0, 1, 2, 3)
		d.end(0, cleanup.Result{Outcome: cleanup.Restored, NewID: "77dfc0b9-62d3-4936-87a3-9a8cb261d31c", Took: time.Second})
		d.end(1, cleanup.Result{Outcome: cleanup.AlreadyThere, Message: "an earlier undo has made it"})
		return d
	}
	dark := theme.Look{Dark: true}
	for _, shot := range []struct {
		name  string
		of    func() *desk
		keys  string
		look  theme.Look
		sizes string
	}{
		{"busy", busy, "", dark, "80x22 120x34 160x46 40x8"},
		{"detail", busy, "enter", dark, "80x22 120x34"},
		{"only", busy, "F F F", dark, "80x22"},
		{"ended", ended, "", dark, "80x22 120x34 160x46"},
		{"past", unfinished, "", dark, "80x22 120x34"},
		{"undo", undo, "", dark, "80x22"},
		{"look-no-colour", busy, "end", theme.Look{NoColor: true}, "80x22"},
		{"look-16-colours", busy, "end", theme.Look{Basic: true, Dark: true}, "80x22"},
		{"look-light", busy, "end", theme.Look{}, "80x22"},
	} {
		for size := range strings.FieldsSeq(shot.sizes) {
			name := shot.name + "-" + size
			t.Run(name, func(t *testing.T) {
				var w, h int
				if _, err := fmt.Sscanf(size, "%dx%d", &w, &h); err != nil {
					t.Fatal(err)
				}
				d := shot.of()
				d.env.Theme.Set(shot.look)
				d.press(strings.Fields(shot.keys)...)
				got := strings.ReplaceAll(d.View(w, h), "\x1b", "␛")
				if !strings.HasPrefix(shot.name, "look-") { // in their words alone
					got = ansi.Strip(d.View(w, h))
				}
				golden.Check(t, name+".txt", golden.Trim(got))
			})
		}
	}
}
