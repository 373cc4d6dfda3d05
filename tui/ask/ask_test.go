package ask

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/tui/internal/golden"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

var epoch = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

func dialog(now *time.Time, n int) *Model {
	env := &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: func() time.Time { return *now }}
	lines := make([]Line, n)
	for i := range lines {
		lines[i] = Line{Glyph: env.Theme.OK, Role: theme.Good, Name: fmt.Sprint("web-", i), Note: "new id"}
	}
	lines[0].Note = "lossy: its server web-7 is in another subnet and its weights are those of the day it was deleted, last " + strings.Repeat("x", 90)
	return New(env, Question{
		Title: "Undo run 20260731T120000Z-0001", Place: "acme · eu-de", Text: "40 pools will be brought back.",
		More: "What is there again already is left alone.", Verb: "Bring back", What: "40 pools", Lines: lines,
	})
}

// One key press does nothing by accident: not in the first moment, and enter is Cancel.
func TestAQuestionIsNotAnsweredByAccident(t *testing.T) {
	now := epoch
	answerOf := func(q *Model, names ...string) any {
		var cmd tea.Cmd
		for _, name := range names {
			cmd = q.Press(screentest.Key(name))
		}
		if cmd == nil {
			return nil
		}
		return cmd().(Answer).Yes
	}
	if got := answerOf(dialog(&now, 3), "y"); got != nil {
		t.Error("a key at once is taken")
	}
	for _, test := range []struct {
		keys []string
		want any
	}{
		{[]string{"y"}, true},
		{[]string{"n"}, false},
		{[]string{"esc"}, false},
		{[]string{"enter"}, false},
		{[]string{"tab", "enter"}, true},
		{[]string{"tab", "tab", "enter"}, false},
		{[]string{"x"}, nil},
		{[]string{"y", "y"}, nil}, // it is answered once
	} {
		now = epoch
		q := dialog(&now, 3)
		q.Over("", 80, 24)
		now = epoch.Add(screen.Grace)
		if got := answerOf(q, test.keys...); got != test.want {
			t.Errorf("%q: %v, want %v", test.keys, got, test.want)
		}
	}
	q := dialog(&now, 3)
	now = now.Add(time.Hour)
	if q.Over("", 20, 5); q.Press(screentest.Key("y")) != nil {
		t.Error("what cannot be read can be answered with yes")
	}
}

func TestAQuestionAtEverySize(t *testing.T) {
	now := epoch
	q := dialog(&now, 40)
	below := strings.Repeat("below ", 40)
	for w := 1; w < 150; w += 3 {
		for h := 1; h < 40; h += 2 {
			screentest.Fits(t, "a question", q.Over(below, w, h), w, h)
		}
	}
	golden.Check(t, "question.txt", ansi.Strip(q.Over("", 80, 22))+"\n")
	now = now.Add(screen.Grace)
	q.Press(screentest.Key("G"))
	if got := q.Over("", 80, 22); !strings.Contains(got, "web-39") || strings.Contains(got, "web-0 ") {
		t.Errorf("does not scroll:\n%s", got)
	}
}

// Names are cut only where notes need the room.
func TestNamesTakeWhatNotesLeave(t *testing.T) {
	now := epoch
	q := dialog(&now, 2)
	q.Lines[0] = Line{Glyph: "●", Name: "100.75.10.16-100.75.10.31 in partner-legacy-soap", Note: "exact"}
	if got := ansi.Strip(q.Over("", 80, 22)); !strings.Contains(got, "in partner-legacy-soap  exact") {
		t.Errorf("cut for nothing:\n%s", got)
	}
}

// A note that is too long for the column of notes stands beside its name all the same where that leaves it room.
func TestALongNoteStandsBesideAShortName(t *testing.T) {
	now := epoch
	q := dialog(&now, 3)
	q.Lines[0] = Line{Glyph: "✗", Name: "acme-shop-pricing-ssl", Note: "impossible: its private key is not kept"}
	q.Lines[1] = Line{Glyph: "✗", Name: "gitlab.acme-shop.example (bis 2024)", Note: "impossible: its private key is not kept"}
	got := ansi.Strip(q.Over("", 80, 22))
	for _, want := range []string{
		"│ ✗ acme-shop-pricing-ssl              impossible: its private key is not kept │",
		"│ ✗ gitlab.acme-shop.example (bis 2024)                                        │\n│     impossible: its private key is not kept ",
		"│ ✓ web-2                                new id  ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}

// What is in danger is told beside its grade, however long the names of the items are.
func TestAGradeHasItsNoteBesideIt(t *testing.T) {
	now := epoch
	q := dialog(&now, 1)
	q.Lines = []Line{
		{Glyph: "!", Name: "danger", Note: "channel backend-orders has no enabled member left; reference channel channel_cart uses this channel", Grade: true},
		{Glyph: "?", Name: "10.17.148.39:80 in channel_cms_Nov26", Note: "unknown: no answer from 10.0.0.1: connection refused"},
		{Glyph: "?", Name: "10.17.148.41:80 in channel_cms_Nov26", Note: "unknown"},
	}
	for w := 1; w < 100; w += 3 {
		screentest.Fits(t, "a question", q.Over("", w, 22), w, 22)
	}
	golden.Check(t, "grades.txt", ansi.Strip(q.Over("", 80, 22))+"\n")
}
