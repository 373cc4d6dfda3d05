package confirm_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/confirm"
	"janitor/tui/internal/screentest"
)

// Whatever the size: who says yes has the first item before them, or what does damage, and the buttons.
func TestNothingIsConfirmedUnseen(t *testing.T) {
	long := dangers("a-name-of-forty-characters-as-they-come1", "b-name-of-forty-characters-as-they-come2", "c-name-of-forty-characters-as-they-come3")
	many := plan(12, 5)
	for range 9 {
		many.Consequences = append(many.Consequences, inventory.Consequence{Grade: inventory.Danger, Name: "x", Text: "listener web-443 lets nobody in"})
	}
	many.Grade = inventory.Danger
	for name, tt := range map[string]struct {
		plan  cleanup.Plan
		typed string
		shows []string
	}{
		"y":              {plan(3, 1), "y", []string{"web-0", "Cancel"}},
		"y, both chosen": {mixed(false), "y", []string{"web-0", "Cancel", "also take"}},
		"a count":        {plan(12, 5), "12", []string{"web-0", "12", "Cancel"}},
		"a name":         {many, "x", []string{"listener", "Cancel"}},
		"names":          {long, long.Word(), []string{"listener", "a-name-of", "Cancel"}},
	} {
		confirmed := 0
		for _, h := range []int{5, 7, 8, 9, 10, 12, 14, 16, 20, 24, 36} {
			for _, w := range []int{20, 27, 28, 34, 56, 80, 130} {
				d := ready(tt.plan)
				d.View(w, h)
				var cmd tea.Cmd
				for _, r := range tt.typed {
					cmd = d.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
					d.View(w, h)
				}
				frame := d.text(w, h)
				if tt.typed != "y" {
					cmd = d.Update(screentest.Key("enter"))
				}
				if cmd == nil || !cmd().(confirm.Decision).Yes {
					continue
				}
				confirmed++
				for _, want := range tt.shows {
					if !strings.Contains(frame, want) {
						t.Fatalf("%s at %d×%d: deletes, and does not show %q:\n%s", name, w, h, want, frame)
					}
				}
			}
		}
		if confirmed < 20 {
			t.Errorf("%s: confirmed at %d sizes only", name, confirmed)
		}
	}
}

// What an item does stands worst first, also where some of it has no room above the items.
func TestEffectsKeepTheirOrder(t *testing.T) {
	p := plan(4, 0)
	for _, of := range []struct {
		grade inventory.Grade
		text  string
	}{
		{inventory.None, "third, short"}, {inventory.Care, "first " + strings.Repeat("of many words ", 60)}, {inventory.Care, "second, short"}, {inventory.Danger, "worst"},
	} {
		p.Consequences = append(p.Consequences, inventory.Consequence{Grade: of.grade, Text: of.text, Name: "x"})
	}
	p.Grade = inventory.Danger
	for _, h := range []int{12, 20, 24, 40} {
		d := ready(p)
		if got := d.text(80, h); !strings.Contains(got, "worst") {
			t.Errorf("%d lines: the worst is not in sight:\n%s", h, got)
		}
		var seen strings.Builder
		for range 40 {
			seen.WriteString(d.text(80, h))
			d.Update(screentest.Key("down"))
		}
		at := -1
		for _, text := range []string{"worst", "first of", "second, short", "third, short"} {
			i := strings.Index(seen.String(), text)
			if i <= at {
				t.Errorf("%d lines: %q stands before what is worse, or nowhere", h, text)
			}
			at = i
		}
	}
	p.Consequences, p.Grade = p.Consequences[:2], inventory.Care
	if got := ready(p).text(80, 20); !strings.Contains(got, "web-000") {
		t.Errorf("what is no danger takes all the room:\n%s", got)
	}
}

// Whoever scrolls to the end has seen every item, every item left out and every consequence.
func TestListIsWhole(t *testing.T) {
	p := plan(70, 30)
	for i := range 20 {
		p.Consequences = append(p.Consequences, inventory.Consequence{Grade: inventory.Care, Text: fmt.Sprintf("consequence-%02d %s", i, strings.Repeat("long text ", 12))})
	}
	for _, size := range [][2]int{{80, 24}, {120, 36}, {40, 12}, {28, 10}} {
		d := ready(p)
		var seen strings.Builder
		for range 600 {
			seen.WriteString(d.text(size[0], size[1]))
			d.Update(screentest.Key("down"))
		}
		for i := range 100 {
			if name := fmt.Sprintf("web-%03d", i); !strings.Contains(seen.String(), name) {
				t.Errorf("%v: %s was never shown", size, name)
			}
		}
		for i := range 20 {
			if name := fmt.Sprintf("consequence-%02d", i); !strings.Contains(seen.String(), name) {
				t.Errorf("%v: %s was never shown", size, name)
			}
		}
	}
}

// Beside the box nothing is left of the screen below; above and below it whole lines are.
func TestNoShreds(t *testing.T) {
	for _, w := range []int{40, 80, 121, 160} {
		below := strings.Repeat(strings.Repeat("x", w)+"\n", 48)
		for i, line := range strings.Split(ansi.Strip(ready(plan(3, 0)).Over(below, w, 30)), "\n") {
			if x := strings.Count(line, "x"); x != 0 && x != w {
				t.Errorf("%d columns, line %d: %s", w, i, line)
			}
		}
	}
}

// The counter counts items, however many lines other things take.
func TestCountsItems(t *testing.T) {
	p := plan(30, 3)
	p.Consequences = []inventory.Consequence{{Grade: inventory.Care, Text: strings.Repeat("long text ", 20)}}
	d := ready(p)
	if got := d.text(80, 24); !strings.Contains(got, " 1–") || !strings.Contains(got, " of 33 ") {
		t.Errorf("does not count the items:\n%s", got)
	}
	d.Update(tea.KeyPressMsg{Code: tea.KeyEnd})
	if got := d.text(80, 24); !strings.Contains(got, "–33 of 33 ") {
		t.Errorf("the last item is not the last:\n%s", got)
	}
}

// A small dialog still shows items, whole buttons and its keys.
func TestSmallSizes(t *testing.T) {
	p := plan(12, 5)
	for range 9 {
		p.Consequences = append(p.Consequences, inventory.Consequence{Grade: inventory.Danger, Name: "12", Text: "listener web-443 (white) lets nobody in"})
	}
	p.Grade = inventory.Danger
	for _, size := range [][2]int{{50, 10}, {40, 8}, {80, 22}} {
		d := ready(p)
		got := d.text(size[0], size[1])
		if size[1] < 16 && !strings.Contains(got, "effects below") {
			t.Errorf("%v: does not tell of what stands below:\n%s", size, got)
		}
		for _, want := range []string{"Delete 12 of 17 marked pools", "danger", "web-000", "web-001", "▸[ Cancel ]", "Type 12", "esc cancel", "–"} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: does not show %q:\n%s", size, want, got)
			}
		}
		if got := d.press(`"12"`).text(size[0], size[1]); !strings.Contains(got, "▸[ Delete") || strings.Count(got, " ]") != 1 {
			t.Errorf("%v: the button is cut:\n%s", size, got)
		}
		if got := d.press(`"3" enter`).text(size[0], size[1]); !strings.Contains(got, "That is not 12") {
			t.Errorf("%v: does not say what is wrong:\n%s", size, got)
		}
	}
}

func TestTooSmallToConfirm(t *testing.T) {
	d := ready(plan(3, 0))
	if got := d.text(20, 5); !strings.Contains(got, "Too small") || !strings.Contains(got, "n cancels") {
		t.Errorf("does not say what is wrong:\n%s", got)
	}
	if cmd := d.Update(tea.KeyPressMsg{Code: 'y', Text: "y"}); cmd != nil {
		t.Error("deletes what cannot be seen")
	}
	if got := d.text(80, 24); !strings.Contains(got, "Make the terminal larger") {
		t.Errorf("does not say why:\n%s", got)
	}
	if got := d.press(`"y"`).answer(); got != "yes" {
		t.Errorf("after resizing: decided %q", got)
	}
}
