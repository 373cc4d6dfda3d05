package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/tui/internal/screentest"
)

// asked is a desk with an item that has seen some trouble.
func asked() *desk {
	d := newDesk(30)
	d.phase(cleanup.Sending)
	d.run.requests = map[int][]cleanup.Request{4: {
		{N: 3, Call: "DELETE healthmonitors/{id}", Step: "health monitor", Items: 1, At: noon, Took: 240 * time.Millisecond, Answered: true},
		{
			N: 12, Call: "POST pools/batch-delete", Items: 50, At: noon.Add(time.Second), Took: 1200 * time.Millisecond, Answered: true,
			Status: 502, Message: "a web page instead of an answer", RequestID: "1a96ae74-a2f0-4321-a565-6ac340ff4a38", Doubt: true, Found: "there",
		},
		{
			N: 14, Call: "DELETE pools/{id}", Items: 1, At: noon.Add(4 * time.Second), Took: 90 * time.Millisecond, Answered: true,
			Said: "refused", Code: "ELB.8907", Message: "pool is used by listener api-443", RequestID: "0a1b2c3d",
		},
	}}
	d.deleted(0, 1, 2, 3)
	d.end(4, cleanup.Result{
		Outcome: cleanup.Blocked, Code: "ELB.8907", Message: "pool is used by listener api-443", RequestID: "0a1b2c3d", Took: 4 * time.Second,
	})
	return d
}

// everything that the requests about item 4 are known by, in its order.
var everything = []string{
	"3 requests about it",
	"#3", "12:00:00", "0.24 s", "DELETE healthmonitors/{id} (health monitor)", "done",
	"#12", "12:00:01", "1.20 s", "POST pools/batch-delete, 50 items", "status 502", "a web page instead of an answer",
	"in doubt; read back: still there", "request 1a96ae74-a2f0-4321-a565-6ac340ff4a38",
	"#14", "12:00:04", "0.09 s", "DELETE pools/{id}", "refused", "ELB.8907 pool is used by listener api-443", "request 0a1b2c3d",
}

// bare is s without blanks: a line can be broken anywhere.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// Opened, an item tells every request about it, whatever the size; where there is not enough room one can scroll.
func TestEveryRequestIsTold(t *testing.T) {
	for _, size := range [][2]int{{40, 8}, {50, 10}, {80, 22}, {120, 34}, {160, 46}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := asked()
			d.Update(screentest.Key("enter"))
			var seen []string // line by line
			for n := range 60 {
				lines := strings.Split(d.text(size[0], size[1]), "\n")
				from := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "───") }) + 1
				lines = slices.DeleteFunc(lines[from:], func(l string) bool { return strings.Contains(l, " more ") || bare(l) == "" })
				if n > 0 && len(lines) > 0 { // one line further, until the end
					lines = lines[len(lines)-1:]
				}
				seen = append(seen, lines...)
				d.Update(screentest.Key("down"))
			}
			rest := bare(strings.Join(seen, " "))
			for _, s := range everything {
				_, after, ok := strings.Cut(rest, bare(s))
				if !ok {
					t.Fatalf("no %q in its place in: %s\nall of it:\n%s", s, rest, strings.Join(seen, "\n"))
				}
				rest = after
			}
		})
	}
}

// Below the list every request has a line, and what came of it stands before what can be cut.
func TestRequestsBelowTheList(t *testing.T) {
	got := asked().text(120, 36)
	for _, want := range []string{
		"#3   12:00:00  0.24 s  done  DELETE healthmonitors/{id} (health monitor)",
		"#12  12:00:01  1.20 s  status 502, in doubt; read back: still there  POST pools/batch-delete, 50 items: a web page",
		"#14  12:00:04  0.09 s  refused  DELETE pools/{id}: ELB.8907 pool is used by listener api-443",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	small := asked().text(80, 22) // not enough room
	if !strings.Contains(small, "… enter shows all") || strings.Contains(small, "#14") {
		t.Errorf("cut without a word:\n%s", small)
	}
	if wide := asked().text(160, 46); !strings.Contains(wide, "│") || !strings.Contains(wide, "request 1a96ae74-a2f0-4321-a565-6ac340ff4a38") {
		t.Errorf("not beside the list:\n%s", wide)
	}
}

// The opened item stays the same when the run goes on; keys that lead back lead to the list first.
func TestReadingAnItemWhileTheRunGoesOn(t *testing.T) {
	for _, back := range []string{"enter", "d", "esc"} {
		d := asked()
		d.press("d")
		d.end(5, cleanup.Result{Outcome: cleanup.Failed, Message: "boom"})
		if got := d.text(80, 24); !strings.Contains(got, "3 requests about it") || strings.Contains(got, "boom") {
			t.Errorf("another item:\n%s", got)
		}
		if out := d.press(back); out != nil || d.reading >= 0 {
			t.Errorf("%s did not lead back to the list: %v", back, out)
		}
		if !d.follow {
			t.Errorf("%s: the list no longer follows the run", back)
		}
	}
}

func TestWhatCameOfARequest(t *testing.T) {
	d := newDesk(1)
	d.now = noon.Add(90 * time.Second)
	for _, tt := range []struct {
		request cleanup.Request
		want    string
	}{
		{cleanup.Request{}, "1:30 under way"},
		{cleanup.Request{Doubt: true}, "no answer: its program ended in doubt"},
		{cleanup.Request{Doubt: true, Found: "gone"}, "no answer: its program ended in doubt; read back: gone"},
		{cleanup.Request{Answered: true, Said: "deleted"}, "0.00 s deleted"},
		{cleanup.Request{Answered: true, Said: "made"}, "0.00 s made"},
		{cleanup.Request{Answered: true, Said: "gone", Code: "ELB.9903", Message: "not found"}, "0.00 s not there ELB.9903 not found"},
		{cleanup.Request{Answered: true, Said: "unclear", Doubt: true, Found: "unknown"}, "0.00 s unclear in doubt; read back: the list was not complete"},
		{cleanup.Request{Answered: true, Doubt: true, Found: "there"}, "0.00 s the answer does not mention it in doubt; read back: still there"},
		{cleanup.Request{Answered: true, Message: "connection reset", Doubt: true}, "0.00 s no answer connection reset in doubt"},
		{cleanup.Request{Answered: true, Status: 429, Code: "APIGW.0308", Message: "APIGW.0308: limit"}, "0.00 s status 429 APIGW.0308: limit"},
		{cleanup.Request{Answered: true}, "0.00 s done"},
	} {
		tt.request.N, tt.request.At, tt.request.Call = 1, noon, "CALL"
		d.run.requests = map[int][]cleanup.Request{0: {tt.request}}
		got := words(strings.Join(d.story(0, 100, d.now, true), " "))
		got = ansi.Strip(got)
		_, got, _ = strings.Cut(got, "12:00:00.000 ")
		if got = words(strings.Replace(got, "CALL", "", 1)); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.request, got, tt.want)
		}
	}
	for n, want := range map[int]string{0: "No request about it", 1: "1 request about it", cleanup.MaxRequests: "The last 100 requests about it"} {
		if got := d.heading(make([]cleanup.Request, n)); got != want {
			t.Errorf("%d requests: %q, want %q", n, got, want)
		}
	}
}
