package confirm_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The focus goes Cancel, choice, Delete; space or enter on the choice asks for the other plan, and nothing else does.
func TestChoiceIsReached(t *testing.T) {
	for _, tt := range []struct {
		keys   string
		detach bool // the plan shown has it already
		want   string
	}{
		{"tab space", false, "on"},
		{"tab enter", false, "on"},
		{"right space", false, "on"},
		{"tab space space enter", false, "on"}, // asked once
		{"tab space", true, "off"},
		{"space", false, ""},
		{"tab tab space", false, ""},
		{"tab tab shift+tab space", false, "on"},
		{"tab shift+tab space", false, ""},
		{`tab "y"`, false, "yes"},
		{"tab tab enter", false, "yes"},
		{"tab tab tab enter", false, "no"},
		{"tab tab left left enter", false, "no"},
		{"shift+tab space", false, ""},
		{"shift+tab enter", false, "yes"},
		{"left left space", false, "on"},
		{"shift+tab space", true, "off"},
		{`left space`, true, "off"},
		{"tab esc", false, "no"},
		{"tab space esc", false, "on no"},
		{`tab space "y" tab enter`, false, "on"},
		{`"api-443" shift+tab space`, true, "off"},
		{`"api-443" enter`, true, "yes"},
		{`tab "api-443" enter`, true, "yes"},
		{`"api-443" tab enter`, true, "yes"},
		{`tab tab enter`, true, "no"},
	} {
		d := ready(mixed(tt.detach)).press(tt.keys)
		var got []string
		for _, c := range d.choices {
			got = append(got, map[bool]string{true: "on", false: "off"}[c.Detach])
			if c.By != d.Model {
				t.Errorf("%s: asked by somebody else", tt.keys)
			}
		}
		if a := d.answer(); a != "" {
			got = append(got, a)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.keys, got, tt.want)
		}
	}
}

// Two switches stand one after the other; each leaves the other as it is.
func TestTwoChoices(t *testing.T) {
	for _, tt := range []struct {
		keys  string
		taken bool // the plan shown has what may be in use
		want  string
	}{
		{"tab space", false, "detach"},
		{"tab tab space", false, "unknown"},
		{"tab tab enter", false, "unknown"},
		{"tab tab shift+tab space", false, "detach"},
		{"left left space", false, "unknown"}, // by Delete
		{"left left left space", false, "detach"},
		{"tab tab tab enter", false, "yes"},
		{"tab tab space esc", false, "unknown no"},
		{"tab space", true, "detach unknown"},
		{"tab tab space", true, "neither"},
		{"shift+tab space", true, "neither"},
		{`"web-010," space "web-011" tab enter`, true, "yes"},
	} {
		d := ready(doubtful(tt.taken)).press(tt.keys)
		var got []string
		for _, c := range d.choices {
			switch {
			case c.Detach && c.Unknown:
				got = append(got, "detach unknown")
			case c.Detach:
				got = append(got, "detach")
			case c.Unknown:
				got = append(got, "unknown")
			default:
				got = append(got, "neither")
			}
		}
		if a := d.answer(); a != "" {
			got = append(got, a)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.keys, got, tt.want)
		}
	}
}

func TestNoChoiceWithoutAnythingToDetach(t *testing.T) {
	d := ready(plan(3, 2)).press("tab space")
	if len(d.choices) != 0 || strings.Contains(d.text(80, 24), "out of use") {
		t.Errorf("offers what cannot be:\n%s", d.text(80, 24))
	}
}

// Where nothing can be deleted yet, what can be switched is a way on, and the dialog can be closed from there.
func TestAChoiceAlone(t *testing.T) {
	d := ready(onlyUsed()).press("tab")
	if got := d.text(80, 24); !strings.Contains(got, "n close") || !strings.Contains(got, "space switch") || strings.Contains(got, "enter close") {
		t.Errorf("does not name the keys:\n%s", got)
	}
	if got := d.press(`"n"`).answer(); got != "no" {
		t.Errorf("n decided %q", got)
	}
}

// The other plan comes as if the dialog had just been opened for it.
func TestReplace(t *testing.T) {
	d := ready(mixed(true)).press(`"api-443" shift+tab space`)
	if len(d.choices) != 1 {
		t.Fatalf("%d choices", len(d.choices))
	}
	if got := d.text(80, 24); !strings.Contains(got, "[ ] also take 1 pool") {
		t.Errorf("does not show what was chosen:\n%s", got)
	}
	if d.Replace(mixed(false)) == nil {
		t.Error("nothing redraws the dialog when it begins to take keys")
	}
	d.press(`"y" enter tab`)
	if d.answer() != "" {
		t.Error("takes keys at once")
	}
	d.now = d.now.Add(time.Second)
	if got := d.text(80, 24); !strings.Contains(got, "Delete 4 of 6 marked pools ─ "+scope) || !strings.Contains(got, "▸[ Cancel ]") || strings.Contains(got, "api-443 ✓") {
		t.Errorf("is not as if just opened:\n%s", got)
	}
	d.press(`"y"`)
	if d.answer() != "yes" || d.decisions[0].Plan.Detach || len(d.decisions[0].Plan.Items) != 4 {
		t.Errorf("decided %s on %+v", d.answer(), d.decisions)
	}
	if d.Replace(mixed(true)) != nil || d.press(`"y"`).answer() != "yes" {
		t.Error("a decided dialog takes another plan")
	}
}

func TestReplaceClearsWhatWasTyped(t *testing.T) {
	d := ready(mixed(true)).press(`"api-443" shift+tab space`)
	d.Replace(mixed(true))
	d.now = d.now.Add(time.Second)
	if got := d.text(80, 24); !strings.Contains(got, "Type api-443 to delete: ▏") {
		t.Errorf("keeps what was typed:\n%s", got)
	}
	if got := d.press("enter").answer(); got != "no" {
		t.Errorf("enter decided %q", got)
	}
}

func TestPaste(t *testing.T) {
	for _, tt := range []struct {
		pasted, keys, want string
	}{
		{"office-acl", "enter", "yes"},
		{" office-acl\n", "enter", "yes"},
		{"office\x1b[31m-acl", "enter", ""},
		{"office-acl\ny", "enter", ""},
		{"", "enter", "no"},
		{strings.Repeat("office-acl", 9), "enter", ""},
		{"office", `"-acl" enter`, "yes"},
	} {
		d := ready(dangerous())
		d.Update(tea.PasteMsg{Content: tt.pasted})
		if got := d.press(tt.keys).answer(); got != tt.want {
			t.Errorf("%q %s: decided %q, want %q", tt.pasted, tt.keys, got, tt.want)
		}
	}
	early := open(dangerous(), 0)
	early.Update(tea.PasteMsg{Content: "office-acl"})
	early.now = early.now.Add(time.Second)
	if got := early.press("enter").answer(); got != "no" {
		t.Errorf("what was pasted during the grace time was taken: enter decided %q", got)
	}
	without := ready(plan(3, 0))
	without.Update(tea.PasteMsg{Content: "y"})
	if got := without.press("enter").answer(); got != "no" {
		t.Errorf("pasted without a field: enter decided %q", got)
	}
}

// names are those that are typed with n characters: up to three, as long as they may be.
func names(n int) []string {
	var all []string
	for _, first := range []string{"a", "b", "c"} {
		size := min(n, 40)
		all = append(all, (first + strings.Repeat("-bcdefghi", 5))[:size])
		if n -= size + len(", "); n <= 0 {
			break
		}
	}
	return all
}

// What has to be typed and what was typed are both in sight, however long, and nothing moves while typing.
func TestFieldStaysInSight(t *testing.T) {
	for _, n := range []int{1, 8, 20, 33, 40, 66, 73, 74, 82, 124} {
		plan := dangers(names(n)...)
		want := plan.Word()
		if len(want) != n {
			t.Fatalf("%q has not %d characters", want, n)
		}
		for _, size := range [][2]int{{80, 24}, {120, 36}, {50, 24}} {
			d := ready(plan)
			lines := len(strings.Split(strings.TrimSpace(d.text(size[0], size[1])), "\n"))
			for _, r := range want + "more" {
				d.key(tea.KeyPressMsg{Code: r, Text: string(r)})
				got := d.text(size[0], size[1])
				shown := false
				for _, after := range []string{string(r) + "▏", string(r) + " ✓", string(r) + "✓", ">  ✓", string(r) + "  ", "> ▏"} {
					shown = shown || strings.Contains(got, after)
				}
				if !shown {
					t.Fatalf("%d in %v: the end of what was typed is out of sight:\n%s", n, size, got)
				}
				if now := len(strings.Split(strings.TrimSpace(got), "\n")); now != lines {
					t.Fatalf("%d in %v: %d lines have become %d:\n%s", n, size, lines, now, got)
				}
			}
		}
	}
}

// Of what is longer than what is wanted the end is in sight, and that there is more before it.
func TestMoreThanWasWantedIsSeen(t *testing.T) {
	long, longer := strings.Join(names(40), ", "), strings.Join(names(70), ", ")
	for _, test := range []struct {
		names []string
		typed string
		w, h  int
		shows string
	}{
		{[]string{"g2"}, "hello", 80, 24, "Type g2 to delete: hello▏"},
		{[]string{"g2"}, "hello, world", 80, 24, "Type g2 to delete: hello, wor▏"}, // the field takes no more
		{[]string{"g2"}, "hello", 40, 24, "│ g2: hello▏"},
		{[]string{"g2"}, "hello, world", 40, 24, "│ g2: …o, wor▏"},
		{[]string{"g2"}, "g2x", 40, 24, "│ g2: g2x▏"},
		{[]string{"g2"}, "g", 40, 24, "│ Type g2: g▏"},
		{names(40), long + "more", 80, 24, "> " + long + "more▏"},
		{names(70), longer + "and more", 80, 24, "> more▏"}, // goes on below
		{names(40), strings.Repeat("名", 60), 80, 24, "… " + strings.Repeat("名", 11) + "▏"},
	} {
		d := ready(dangers(test.names...))
		for _, r := range test.typed {
			d.key(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		if got := d.text(test.w, test.h); !strings.Contains(got, test.shows) {
			t.Errorf("%q of %q at %d×%d does not show %q:\n%s", test.typed, test.names, test.w, test.h, test.shows, got)
		}
	}
}

// Lines that are pasted do not run together: a wrong text never becomes right.
func TestAPastedBreakIsNoMatch(t *testing.T) {
	d := ready(plan(12, 0))
	d.Update(tea.PasteMsg{Content: "1\n2"})
	if got := d.press("enter").answer(); got != "" {
		t.Errorf("two lines are taken for 12: %s", got)
	}
	d.press("ctrl+u")
	d.Update(tea.PasteMsg{Content: "\t12\n"})
	if got := d.press("enter").answer(); got != "yes" {
		t.Errorf("a line is not taken for what it says: %q", got)
	}
}
