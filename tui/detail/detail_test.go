package detail

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/tui/card"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

func pool() inventory.Resource {
	return inventory.Resource{
		Ref: inventory.Ref{Kind: inventory.Pools, ID: "0b5a"}, Name: "web-blue",
		Object: &inventory.Pool{Pool: client.Pool{ID: "0b5a", Name: "web-blue", Protocol: "HTTP", Description: strings.Repeat("a long description ", 40)}},
		Verdict: inventory.Verdict{State: inventory.Protected, Signs: []string{"no members"}, Reasons: []inventory.Reason{
			{Text: `"owned by payments"`, Via: "protection_status"},
			{Text: "listener api-443", Via: "default_pool_id", By: "11aa"},
		}},
	}
}

func show(r inventory.Resource, raw bool) *Model {
	env := &screen.Env{Theme: theme.New(theme.Look{NoColor: true}), Keys: keys.Default(), Now: time.Now}
	return New(env, Options{Resource: r, Raw: raw})
}

func press(m *Model, key rune) tea.Msg {
	cmd := m.Update(tea.KeyPressMsg{Code: key, Text: string(key)})
	if cmd == nil {
		return nil
	}
	return cmd()
}

func TestShowsVerdictReasonsSignsAndFields(t *testing.T) {
	got := ansi.Strip(show(pool(), false).View(80, 40))
	for _, want := range []string{
		"web-blue", "■ protected", `├ "owned by payments"  protection_status`, "└ listener api-443  default_pool_id 11aa",
		"Worth a look", "no members", "Protocol", "HTTP", "ID", "0b5a",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	if n := strings.Count(strings.Join(strings.Fields(got), " "), "a long description"); n < 30 {
		t.Errorf("the description was cut: %d of 40 repetitions", n)
	}
}

func TestRawIsTheObject(t *testing.T) {
	m := show(pool(), false)
	press(m, 'y')
	got := ansi.Strip(m.View(80, 60))
	for _, want := range []string{`"id": "0b5a"`, `"protocol": "HTTP"`, "}"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
	press(m, 'y')
	if got := ansi.Strip(m.View(80, 40)); !strings.Contains(got, "Fields") {
		t.Errorf("y does not go back to the fields:\n%s", got)
	}
}

func TestScrollsAndSaysHowMuchIsBelow(t *testing.T) {
	m := show(pool(), false)
	first := ansi.Strip(m.View(80, 8))
	var more int
	if _, err := fmt.Sscanf(strings.TrimSpace(first[strings.LastIndex(first, "▼")+len("▼"):]), "%d more", &more); err != nil || more <= 0 {
		t.Fatalf("does not say how much is below:\n%s", first)
	}
	press(m, 'j')
	if got := ansi.Strip(m.View(80, 8)); !strings.Contains(got, fmt.Sprintf("%d more", more-1)) {
		t.Errorf("one line down is not one line less:\n%s", got)
	}
	press(m, 'G')
	if got := ansi.Strip(m.View(80, 8)); strings.Contains(got, "more") {
		t.Errorf("something is below the end:\n%s", got)
	}
}

func TestEscLeaves(t *testing.T) {
	m := show(pool(), false)
	m.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
	if !m.Left() || m.Left() {
		t.Error("esc does not ask once to leave")
	}
}

func TestHostileFieldsAtEverySize(t *testing.T) {
	r := pool()
	r.Name = client.Clean("esc\x1b]52;c;AA==\x07 \u202eevil 👩‍👩‍👧‍👦 中文") + strings.Repeat("x", 300)
	r.Verdict.Reasons[0].Text = r.Name
	for _, raw := range []bool{false, true} {
		m := show(r, raw)
		for w := 1; w < 130; w += 3 {
			for h := 1; h < 30; h += 4 {
				screentest.Fits(t, "fields", m.View(w, h), w, h)
			}
		}
	}
}

// The verdict of before would mislead: it is gone as soon as the run says so, also while one looks at it.
func TestWhatARunHasDeletedSaysSo(t *testing.T) {
	gone := false
	m := New(show(pool(), false).env, Options{Resource: pool(), Gone: func(r inventory.Ref) bool { return gone && r == pool().Ref }})
	verdict := pool().Verdict.State.String()
	if got := ansi.Strip(m.View(80, 40)); !strings.Contains(got, verdict) || m.WhyNot(keys.Delete) != "" {
		t.Fatalf("not yet deleted: %q\n%s", m.WhyNot(keys.Delete), got)
	}
	gone = true
	got := ansi.Strip(m.View(80, 40))
	if !strings.Contains(got, "✓ deleted ") || !strings.Contains(got, "└ by a run of this session") || strings.Contains(got, "Worth a look") || !strings.Contains(got, "Fields") {
		t.Errorf("deleted:\n%s", got)
	}
	if why := m.WhyNot(keys.Delete); why != "A run of this session has deleted it" {
		t.Errorf("to delete it again: %q", why)
	}
}

func TestTheBeginningStaysInViewWhereNobodyHasMoved(t *testing.T) {
	m := show(pool(), false)
	node := card.Nodes([]inventory.Branch{{Text: "listener api-443 with a name that takes two lines", Listed: true}})
	m.trees = &trees{usedBy: node}
	for _, size := range [][2]int{{120, 36}, {40, 10}, {80, 24}} {
		if got := ansi.Strip(m.View(size[0], size[1])); !strings.HasPrefix(got, " web-blue ") {
			t.Errorf("%v:\n%s", size, got)
		}
	}
}
