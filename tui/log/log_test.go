package log

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/logbook"
	"janitor/tui/internal/golden"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

// book is a log without a file.
type book struct {
	lines []logbook.Line
	err   error
}

func (b *book) Path() string { return "/home/jane/.local/state/janitor/janitor.log" }
func (b *book) Err() error   { return b.err }

func (b *book) Since(n int) (lines []logbook.Line, total int) { return b.lines[n:], len(b.lines) }

var epoch = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

func (b *book) say(level slog.Level, message, rest string) {
	b.lines = append(b.lines, logbook.Line{At: epoch.Add(time.Duration(len(b.lines)) * 700 * time.Millisecond), Level: level, Message: message, Rest: rest})
}

func (b *book) requests(n int) {
	for range n {
		b.say(slog.LevelInfo, "request", fmt.Sprintf("method=GET status=200 took=%d.%dms path=/v3/99a3fff0d03c428eac3678da6a7d0f24/elb/pools request_id=%08d", 20+n%7, len(b.lines)%10, len(b.lines)))
	}
}

// session is a log as sessions have it.
func session() *book {
	const project = "99a3fff0d03c428eac3678da6a7d0f24"
	b := &book{}
	b.say(slog.LevelInfo, "janitor begins", `version=v1.2.0 command="janitor" profile=acme-prod region=eu-de project=`+project)
	b.say(slog.LevelInfo, "request", "method=POST status=201 took=23.8ms path=/v3/auth/tokens request_id=3f3705a2-ff31-41d5-bd37-ccd0e1885d8d")
	b.say(slog.LevelInfo, "profile opened", "profile=acme-prod region=eu-de project="+project+" by=password read_only=false")
	b.requests(3)
	b.say(slog.LevelInfo, "run begins", "does=delete items=12 what=pools run=20260801T120002Z-1a2b3c")
	b.say(slog.LevelWarn, "throttled", `method=POST status=429 code=APIGW.0308 pause=12.4s why="quota of 60 per minute is used up" path=/v3/`+project+"/elb/pools/batch-delete request_id=6ad9")
	b.say(slog.LevelInfo, "request", "method=POST status=200 took=81.2ms waited=12.4s tries=2 path=/v3/"+project+"/elb/pools/batch-delete request_id=ecd4")
	b.say(slog.LevelWarn, "request", "method=DELETE status=409 code=ELB.8907 took=22.1ms path=/v3/"+project+`/elb/pools/1111e0e0-0001 request_id=77b1 says="pool 1111e0e0-0001 is used by listener api-443"`)
	b.say(slog.LevelWarn, "run ends", `took=13.1s came_to="12 pools: 11 deleted (proved gone), 1 blocked" resumable=false run=20260801T120002Z-1a2b3c`)
	b.say(slog.LevelError, "the certificates could not be listed: ELB.1102 not permitted 名前", "")
	return b
}

func show(b Book) *Model {
	return New(&screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: func() time.Time { return epoch }}, b, "99a3fff0d03c428eac3678da6a7d0f24")
}

func (m *Model) put(keys string) *Model {
	for _, r := range keys {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return m
}

var (
	enter  = tea.KeyPressMsg{Code: tea.KeyEnter}
	escape = tea.KeyPressMsg{Code: tea.KeyEscape}
	wide   = tea.KeyPressMsg{Code: 'w', Mod: tea.ModCtrl}
)

func text(m *Model, w, h int) string { return golden.Trim(ansi.Strip(m.View(w, h))) }

func TestGolden(t *testing.T) {
	long := session()
	long.requests(60)
	broken := session()
	broken.err = errors.New("the log cannot be written: open /home/jane/.local/state/janitor/janitor.log: no space left on device")
	for name, test := range map[string]struct {
		book *book
		do   func(m *Model)
	}{
		"cut":      {session(), func(*Model) {}},
		"whole":    {session(), func(m *Model) { m.Update(wide) }},
		"long":     {long, func(*Model) {}},
		"up":       {long, func(m *Model) { m.View(80, 22); m.put("g") }},
		"typing":   {session(), func(m *Model) { m.put("/warn !run") }},
		"filtered": {session(), func(m *Model) { m.put("/status=4"); m.Update(enter); m.Update(wide) }},
		"nothing":  {session(), func(m *Model) { m.put("/teapot"); m.Update(enter) }},
		"empty":    {&book{}, func(*Model) {}},
		"broken":   {broken, func(*Model) {}},
	} {
		for _, size := range [][2]int{{80, 24}, {120, 36}} {
			m := show(test.book)
			test.do(m)
			golden.Check(t, fmt.Sprintf("%dx%d-%s.txt", size[0], size[1], name), text(m, size[0], size[1]-2))
		}
	}
}

// The newest line is in sight and stays so, unless one has gone up to read.
func TestTheNewestIsInSight(t *testing.T) {
	b := session()
	b.requests(100)
	m := show(b)
	newest := func() string {
		last := strings.Split(strings.TrimRight(text(m, 80, 20), "\n"), "\n")
		return last[len(last)-1]
	}
	more := func() {
		t.Helper()
		b.requests(1)
		if m.Update(look{m}) == nil {
			t.Error("does not ask again")
		}
	}
	at := func(i int) string { return b.lines[i].At.Format("15:04:05") }
	if got := newest(); !strings.Contains(got, at(len(b.lines)-1)) {
		t.Errorf("the last line is %q", got)
	}
	more()
	if got := newest(); !strings.Contains(got, at(len(b.lines)-1)) {
		t.Errorf("after one more the last line is %q", got)
	}
	if short, tall := text(m, 80, 8), text(m, 80, 30); !strings.Contains(short, at(len(b.lines)-1)) || !strings.Contains(tall, at(len(b.lines)-1)) {
		t.Errorf("in another height:\n%s\n%s", short, tall)
	}
	text(m, 80, 20)
	m.Update(tea.KeyPressMsg{Code: tea.KeyUp})
	before := strings.Split(text(m, 80, 20), "\n")[1]
	more()
	if got := strings.Split(text(m, 80, 20), "\n")[1]; got != before {
		t.Errorf("moves under the reader: %q became %q", before, got)
	}
	if m.Update(look{show(b)}) != nil {
		t.Error("asks for another screen")
	}
}

// A session of days keeps the latest lines, and what is read stays in place when the oldest go.
func TestTheOldestLinesGo(t *testing.T) {
	b := &book{}
	b.requests(most)
	m := show(b)
	text(m, 80, 20)
	m.Update(tea.KeyPressMsg{Code: tea.KeyPgUp})
	before := strings.Split(text(m, 80, 20), "\n")[1]
	b.requests(1)
	m.Update(look{m})
	got := text(m, 80, 20)
	if strings.Split(got, "\n")[1] != before {
		t.Errorf("was %q, is\n%s", before, got)
	}
	if len(m.lines) != most/2 || !strings.Contains(got, "2 000 lines of 4 001") && !strings.Contains(got, "of 4") {
		t.Errorf("%d lines:\n%s", len(m.lines), got)
	}
}

func TestTheFilter(t *testing.T) {
	m := show(session())
	for _, test := range []struct {
		typed string
		shown int
	}{
		{"", 12}, {"request", 7}, {"REQUEST method=POST", 3}, {"warn", 3}, {"warn !method", 1}, {"warn ! method", 1}, {"12:00:01", 1}, {"!", 12}, {"名前", 1}, {"teapot", 0},
	} {
		m.put("/" + test.typed)
		m.View(80, 22)
		if m.shown != test.shown || !m.Typing() {
			t.Errorf("%q lets %d through, want %d", test.typed, m.shown, test.shown)
		}
		m.Update(escape)
		if m.Typing() || m.Left() || m.line.String() != "" {
			t.Errorf("%q: esc does not clear it", test.typed)
		}
	}
	m.put("/")
	m.Update(tea.PasteMsg{Content: "warn"})
	m.Update(enter)
	if m.View(80, 22); m.shown != 3 || m.Typing() {
		t.Errorf("pasted and kept: %d", m.shown)
	}
	if m.Update(escape); m.Left() || m.line.String() != "" {
		t.Error("the first esc does not clear the filter")
	}
	if m.Update(escape); !m.Left() {
		t.Error("the second esc does not leave")
	}
}

func TestEveryLineFits(t *testing.T) {
	b := session()
	b.say(slog.LevelError, strings.Repeat("名", 300), "")
	b.say(slog.LevelInfo, "\x1b[2J\u202e", "says=\x1b]52;c;x\a")
	for _, size := range [][2]int{{40, 8}, {41, 3}, {80, 22}, {120, 1}} {
		m := show(b)
		for range 2 {
			view := m.View(size[0], size[1])
			screentest.Fits(t, "the log", view, size[0], size[1])
			if strings.Contains(view, "\x1b[2J") {
				t.Errorf("%v: acts on the terminal: %q", size, view)
			}
			m.Update(wide)
		}
	}
}
