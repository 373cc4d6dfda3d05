package confirm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/tui/confirm"
	"janitor/tui/internal/screentest"
	"janitor/tui/keys"
	"janitor/tui/screen"
	"janitor/tui/theme"
)

const scope = "acme-prod · eu-de · 99a3fff0"

// dialog drives a model through keys and remembers what it decided.
type dialog struct {
	*confirm.Model
	theme     *theme.Theme
	now       time.Time
	word      func(cleanup.Plan) string
	decisions []confirm.Decision
	choices   []confirm.ChoiceMsg
	saves     []confirm.SaveMsg
}

func open(p cleanup.Plan, hidden int) *dialog {
	return openAsking(p, hidden, nil)
}

func openAsking(p cleanup.Plan, hidden int, word func(cleanup.Plan) string) *dialog {
	return openWith(keys.Default(), p, hidden, word)
}

func openWith(bound keys.Map, p cleanup.Plan, hidden int, word func(cleanup.Plan) string) *dialog {
	d := &dialog{theme: theme.New(theme.Look{Dark: true}), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), word: word}
	env := &screen.Env{Theme: d.theme, Keys: bound, Now: func() time.Time { return d.now }}
	var unseen []inventory.Ref // the last ones, and what is left out
	for i := range p.LeftOut {
		unseen = append(unseen, p.LeftOut[i].Ref)
	}
	for i := range hidden {
		unseen = append(unseen, p.Items[len(p.Items)-1-i].Resource.Ref)
	}
	if hidden == 0 {
		unseen = nil
	}
	d.Model = confirm.New(env, scope, p, unseen, d.word)
	d.View(80, 24)
	return d
}

// ready is open after the grace time.
func ready(p cleanup.Plan) *dialog {
	d := open(p, 0)
	d.now = d.now.Add(time.Second)
	return d
}

// press takes keys by their names, and text in quotes: `"12" tab enter`.
func (d *dialog) press(script string) *dialog {
	for word := range strings.FieldsSeq(script) {
		if text, ok := strings.CutPrefix(word, `"`); ok {
			for _, r := range strings.TrimSuffix(text, `"`) {
				d.key(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
			continue
		}
		d.key(screentest.Key(word))
	}
	return d
}

func (d *dialog) key(k tea.KeyPressMsg) {
	cmd := d.Update(k)
	d.View(80, 24) // as the program does after every message
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case confirm.Decision:
		d.decisions = append(d.decisions, msg)
	case confirm.ChoiceMsg:
		d.choices = append(d.choices, msg)
	case confirm.SaveMsg:
		d.saves = append(d.saves, msg)
	}
}

func (d *dialog) text(w, h int) string { return ansi.Strip(d.View(w, h)) }

// answer is "yes", "no", "" for none yet, or an unlawful "2 decisions".
func (d *dialog) answer() string {
	switch {
	case len(d.decisions) == 0:
		return ""
	case len(d.decisions) > 1:
		return fmt.Sprintf("%d decisions", len(d.decisions))
	case d.decisions[0].Yes:
		return "yes"
	default:
		return "no"
	}
}

// plan has n pools to delete and some that are left out.
func plan(n, leftOut int) cleanup.Plan {
	var p cleanup.Plan
	for i := range n {
		p.Items = append(p.Items, cleanup.Item{Resource: pool(i), Undo: inventory.NewID})
	}
	for i := range leftOut {
		p.LeftOut = append(p.LeftOut, cleanup.LeftOut{Ref: pool(n + i).Ref, Label: pool(n + i).Name, Why: "in use by listener api-443"})
	}
	return p
}

func pool(i int) inventory.Resource {
	return inventory.Resource{
		Ref:  inventory.Ref{Scope: "s", Kind: inventory.Pools, ID: fmt.Sprintf("%032d", i)},
		Name: fmt.Sprintf("web-%03d", i), Verdict: unused,
	}
}

var unused = inventory.Verdict{State: inventory.Unused}

// dangerous is one entry that must be typed for.
func dangerous() cleanup.Plan {
	r := inventory.Resource{Ref: inventory.Ref{Scope: "s", Kind: inventory.Entries, Parent: "g", ID: "10.0.0.0/8"}, Name: "10.0.0.0/8", In: "office-acl", Verdict: unused}
	return cleanup.Plan{
		Items:        []cleanup.Item{{Resource: r}},
		Consequences: []inventory.Consequence{{Of: []inventory.Ref{r.Ref}, Text: "listener web-443 (white) lets nobody in", Grade: inventory.Danger, Name: "office-acl"}},
		Grade:        inventory.Danger,
	}
}

// dangers is one entry that puts all of these in danger.
func dangers(names ...string) cleanup.Plan {
	p := dangerous()
	p.Consequences = nil
	for _, name := range names {
		p.Consequences = append(p.Consequences, inventory.Consequence{
			Of: []inventory.Ref{p.Items[0].Resource.Ref}, Text: "listener web-443 lets nobody in", Grade: inventory.Danger, Name: name,
		})
	}
	return p
}

// An id that has to be typed is explained, for it stands nowhere else.
func TestSaysWhoseIDIsTyped(t *testing.T) {
	p := dangers("白名单-invoice")
	r := &p.Items[0].Resource
	r.In, r.Ref.Parent = "白名单-invoice", "6c050e77-1111-4111-8111-000000000001"
	p.Consequences[0].Of[0] = r.Ref
	d := ready(p)
	for _, size := range [][2]int{{80, 24}, {80, 14}, {40, 24}} {
		got := strings.Join(strings.Fields(strings.ReplaceAll(d.text(size[0], size[1]), "│", " ")), " ")
		for _, want := range []string{"6c050e77 is the beginning of the id of 白名单-invoice.", "Type 6c050e77"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is missing:\n%s", want, d.text(size[0], size[1]))
			}
		}
	}
	alone := dangers("白名单-invoice")
	r = &alone.Items[0].Resource
	r.Name, r.Ref.Parent, r.Ref.ID = "白名单-invoice", "", "7d050e77-1111-4111-8111-000000000001"
	alone.Consequences[0].Of[0] = r.Ref
	if got := ready(alone).text(80, 24); !strings.Contains(got, "7d050e77 is the beginning of the id of 白名单-invoice.") {
		t.Errorf("does not say that it is the item's own id:\n%s", got)
	}
	if got := ready(dangers("office-acl")).text(80, 24); strings.Contains(got, "beginning") {
		t.Errorf("explains a name:\n%s", got)
	}
}

// A profile can always want a name.
func TestANameIsAlwaysTyped(t *testing.T) {
	always := func(p cleanup.Plan) string { return p.Name("acme-prod", "99a3fff0") }
	for _, tt := range []struct {
		plan cleanup.Plan
		keys string
		want string
	}{
		{plan(1, 0), `"y"`, ""},
		{plan(1, 0), `"1" enter`, ""},
		{plan(1, 0), `"web-000" enter`, "yes"},
		{plan(3, 1), `"y"`, ""},
		{plan(3, 1), `tab enter`, "no"},
		{plan(3, 1), `"3" enter`, ""},
		{plan(3, 1), `"acme-prod" enter`, "yes"},
		{plan(12, 0), `"12" enter`, ""},
		{plan(12, 0), `"acme-prod" enter`, "yes"},
		{dangerous(), `"acme-prod" enter`, ""},
		{dangerous(), `"office-acl" enter`, "yes"},
		{dangers("a", "b", "c", "d"), `"4" space "dangers" enter`, ""},
		{dangers("a", "b", "c", "d"), `"acme-prod" enter`, "yes"},
		{plan(0, 2), `"acme-prod" enter`, "no"}, // there is nothing to type a name for
		{plan(0, 2), `"n"`, "no"},
	} {
		d := openAsking(tt.plan, 0, always)
		d.now = d.now.Add(time.Second)
		if got := d.press(tt.keys).answer(); got != tt.want {
			t.Errorf("%d items, %s: decided %q, want %q\n%s", len(tt.plan.Items), tt.keys, got, tt.want, d.text(80, 24))
		}
	}
	d := openAsking(plan(3, 0), 0, always)
	d.Replace(plan(2, 0))
	d.now = d.now.Add(time.Second)
	if got := d.text(80, 24); !strings.Contains(got, "Type acme-prod to delete: ") {
		t.Errorf("another plan is not asked for by name:\n%s", got)
	}
}

func TestKeysDecide(t *testing.T) {
	for _, tt := range []struct {
		name string
		plan cleanup.Plan
		keys string
		want string
	}{
		{"enter is cancel", plan(3, 0), "enter", "no"},
		{"enter twice is cancel once", plan(3, 0), "enter enter", "no"},
		{"escape", plan(3, 0), "esc", "no"},
		{"n", plan(3, 0), `"n"`, "no"},
		{"y", plan(3, 0), `"y"`, "yes"},
		{"y then anything is one decision", plan(3, 0), `"y" enter esc "y"`, "yes"},
		{"tab enter", plan(3, 0), "tab enter", "yes"},
		{"right enter", plan(3, 0), "right enter", "yes"},
		{"tab tab enter", plan(3, 0), "tab tab enter", "no"},
		{"tab shift+tab enter", plan(3, 0), "tab shift+tab enter", "no"},
		{"right left enter", plan(3, 0), "right left enter", "no"},
		{"left of the first button is the last", plan(3, 0), "left enter", "yes"},
		{"left, and nothing typed", plan(12, 0), "left enter", "no"},
		{"blanks before the count", plan(12, 0), `space space "12" enter`, "yes"},
		{"the key that opened it", plan(3, 0), "ctrl+d ctrl+d", ""},
		{"digits without a field", plan(3, 0), `"3"`, ""},

		{"ten need no typing", plan(10, 0), `"y"`, "yes"},
		{"eleven do", plan(11, 0), `"y"`, ""},
		{"danger does", dangerous(), `"y"`, ""},
		{"enter cancels before the count", plan(12, 0), "enter", "no"},
		{"enter in the middle of the count", plan(12, 0), `"1" enter`, ""},
		{"escape in the middle of the count", plan(12, 0), `"1" esc`, "no"},
		{"enter after the field was emptied", plan(12, 0), `"1" backspace enter`, "no"},
		{"count enter", plan(12, 0), `"12" enter`, "yes"},
		{"count tab enter", plan(12, 0), `"12" tab enter`, "yes"},
		{"count tab tab enter", plan(12, 0), `"12" tab tab enter`, "no"},
		{"count left enter", plan(12, 0), `"12" left enter`, "no"},
		{"count shift+tab enter", plan(12, 0), `"12" shift+tab enter`, "no"},
		{"count left right enter", plan(12, 0), `"12" left right enter`, "yes"},
		{"count y", plan(12, 0), `"12y"`, ""},
		{"count n", plan(12, 0), `"12n"`, ""},
		{"n where something has to be typed", plan(12, 0), `"n"`, ""},
		{"n typed and taken back", plan(12, 0), `"12n" backspace enter`, "yes"},
		{"escape where something has to be typed", plan(12, 0), `esc`, "no"},
		{"tab does not reach Delete before the count", plan(12, 0), "tab tab tab enter", "no"},
		{"wrong count", plan(12, 0), `"13" tab enter`, ""},
		{"a digit too many", plan(12, 0), `"123" enter`, ""},
		{"corrected", plan(12, 0), `"13" backspace "2" enter`, "yes"},
		{"taken back", plan(12, 0), `"12" backspace enter`, ""},
		{"backspace in an empty field", plan(12, 0), `backspace "12" enter`, "yes"},
		{"all of it taken back", plan(12, 0), `"n1234" ctrl+u "12" enter`, "yes"},
		{"the count taken back", plan(12, 0), `"12" ctrl+u enter`, "no"},
		{"zeros before the count", plan(12, 0), `"012" enter`, ""},
		{"more digits than the field takes", plan(12, 0), `"` + strings.Repeat("12", 40) + `" enter`, ""},
		{"danger typed", dangerous(), `"office-acl" enter`, "yes"},
		{"danger typed in capitals", dangerous(), `"Office-acl" enter`, ""},
		{"danger not typed to the end", dangerous(), `"office-ac" enter`, ""},
		{"more than the danger", dangerous(), `"office-acls" enter`, ""},
		{"the count of a danger", dangerous(), `"1" enter`, ""},
		{"a name with blanks", dangers("home acl, 2"), `"home" space "acl," space "2" enter`, "yes"},
		{"keys that move and answer elsewhere", dangers("ny jkgG{}"), `"ny" space "jkgG{}" enter`, "yes"},
		{"scrolling decides nothing", plan(60, 0), "down up pgdown pgup", ""},

		{"nothing to delete, enter", plan(0, 2), "enter", "no"},
		{"nothing to delete, escape", plan(0, 2), "esc", "no"},
		{"nothing to delete, y", plan(0, 2), `"y"`, ""},
		{"nothing to delete, tab enter", plan(0, 2), "tab enter", "no"},
		{"nothing to delete, typed count", plan(0, 12), `"0" tab enter`, "no"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := ready(tt.plan).press(tt.keys).answer(); got != tt.want {
				t.Errorf("%s: decided %q, want %q", tt.keys, got, tt.want)
			}
		})
	}
}

// Instead of deleting, the plan that is shown can be written down; the dialog goes on as it was.
func TestThePlanShownIsSaved(t *testing.T) {
	p := plan(12, 1)
	d := ready(p).press(`"1" ctrl+s`)
	if len(d.saves) != 1 || d.saves[0].By != d.Model || len(d.saves[0].Plan.Items) != 12 || len(d.saves[0].Plan.LeftOut) != 1 {
		t.Fatalf("saves %+v", d.saves)
	}
	d.Say("Saved: plan.json")
	for _, size := range [][2]int{{80, 24}, {80, 12}} {
		if got := d.text(size[0], size[1]); !strings.Contains(got, "Saved: plan.json") || !strings.Contains(got, "Type 12 to delete: 1▏") {
			t.Errorf("%v: does not say what came of it, or forgets what was typed:\n%s", size, got)
		}
	}
	if got := d.press("down").text(80, 24); strings.Contains(got, "Saved") {
		t.Errorf("goes on saying it:\n%s", got)
	}
	if got := d.press(`"2" enter ctrl+s`).answer(); got != "yes" || len(d.saves) != 1 {
		t.Errorf("decided %q, %d saves", got, len(d.saves))
	}

	d = ready(plan(0, 1)).press("ctrl+s")
	if got := d.text(80, 24); len(d.saves) != 0 || !strings.Contains(got, "There is nothing to delete") || strings.Contains(got, "save the plan") {
		t.Errorf("%d saves of nothing:\n%s", len(d.saves), got)
	}
	if d = open(p, 0).press("ctrl+s"); len(d.saves) != 0 {
		t.Error("takes keys at once")
	}
	if d = ready(mixed(false)).press("tab space ctrl+s"); len(d.saves) != 0 {
		t.Error("saves a plan that is about to be replaced")
	}
}

func TestDecisionCarriesThePlanShown(t *testing.T) {
	p := plan(3, 1)
	d := ready(p).press(`"y"`)
	if got := d.decisions[0].Plan; len(got.Items) != 3 || got.Items[2].Resource.Ref != p.Items[2].Resource.Ref {
		t.Errorf("decided on %v", got)
	}
}

// Any keys, against the rules in their shortest form.
func TestKeysAtRandom(t *testing.T) {
	seed := rand.Uint64()
	rng := rand.New(rand.NewPCG(seed, 0))
	all := []string{"enter", "esc", "down", "backspace", "shift+tab", "left", "pgdown", `"y"`, `"n"`, `"1"`, `"1"`, `"2"`, `"2"`, `"3"`}
	rules := func(script []string) string {
		typed, onDelete := "", false
		for _, key := range script {
			switch key {
			case "enter":
				switch {
				case onDelete:
					return "yes"
				case typed == "" || typed == "12":
					return "no"
				}
			case "esc":
				return "no"
			case "shift+tab", "left":
				onDelete = !onDelete && typed == "12"
			case "backspace":
				typed = typed[:max(len(typed)-1, 0)]
				onDelete = typed == "12"
			case `"y"`, `"n"`, `"1"`, `"2"`, `"3"`:
				typed += key[1:2]
				onDelete = typed == "12"
			}
		}
		return ""
	}
	for range 1000 {
		script := make([]string, 1+rng.IntN(7))
		for i := range script {
			script[i] = all[rng.IntN(len(all))]
		}
		keys := strings.Join(script, " ")
		if got, want := ready(plan(12, 0)).press(keys).answer(), rules(script); got != want {
			t.Fatalf("seed %d: %s decided %q, want %q", seed, keys, got, want)
		}
	}
}

func TestGraceTakesNoKeys(t *testing.T) {
	for _, after := range []time.Duration{0, 100 * time.Millisecond, 399 * time.Millisecond} {
		d := open(plan(3, 0), 0)
		d.now = d.now.Add(after)
		d.press(`"y" esc "n" tab enter "3" down`)
		if got := d.answer(); got != "" {
			t.Errorf("after %v: decided %q", after, got)
		}
		d.now = d.now.Add(400 * time.Millisecond)
		if got := d.press("enter").answer(); got != "no" {
			t.Errorf("tab during the grace time moved the focus: enter decided %q", got)
		}
	}
	d := open(plan(12, 0), 0)
	d.press(`"12"`)
	d.now = d.now.Add(400 * time.Millisecond)
	if got := d.press(`enter`).answer(); got != "no" {
		t.Errorf("digits during the grace time were taken: enter decided %q", got)
	}
}

func TestButtonsLookDimDuringGrace(t *testing.T) {
	d := open(plan(3, 0), 0)
	early := d.View(80, 24)
	if msg := d.Init()(); d.Update(msg) != nil {
		t.Error("the tick asks for more ticks")
	}
	d.now = d.now.Add(400 * time.Millisecond)
	late := d.View(80, 24)
	if early == late {
		t.Error("the dialog looks the same before and after the grace time")
	}
	if ansi.Strip(early) != ansi.Strip(late) {
		t.Error("the text moves when the grace time ends")
	}
}

func TestFocusIsSeenWithoutColour(t *testing.T) {
	d := ready(plan(3, 0))
	if got := d.text(80, 24); !strings.Contains(got, "▸[ Cancel ]") || strings.Contains(got, "[ Delete 3 pools ]") {
		t.Errorf("Cancel has not the focus:\n%s", got)
	}
	if got := d.press("tab").text(80, 24); !strings.Contains(got, "▸[ Delete 3 pools ]") || strings.Contains(got, "[ Cancel ]") {
		t.Errorf("Delete has not the focus:\n%s", got)
	}
}

// That the text is right is said with a sign, whatever it is.
func TestWhatIsTypedRightHasItsSign(t *testing.T) {
	for text, p := range map[string]cleanup.Plan{"12": plan(12, 0), "partner-legacy-soap": dangers("partner-legacy-soap")} {
		d := ready(p)
		d.View(80, 24)
		for _, r := range text {
			d.key(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		if got := d.text(80, 24); !strings.Contains(got, ": "+text+" ✓") {
			t.Errorf("no sign:\n%s", got)
		}
	}
}

func TestSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		plan       cleanup.Plan
		keys, want string
	}{
		{plan(12, 0), "tab", "Type 12 first"},
		{plan(12, 0), "left", "Type 12 first"},
		{plan(12, 0), `"y" tab`, "That is not 12 "},
		{plan(12, 0), `"1" tab`, "That is not 12 "},
		{plan(12, 0), `"13" enter`, "That is not 12 "},
		{dangerous(), `tab`, "Type office-acl first"},
		{dangerous(), `"office" enter`, "That is not office-acl "},
		{dangers("a name that is long", "another name that is long"), `tab`, "Type the text first"},
		{dangers("a name that is long", "another name that is long"), `"a" tab`, "That is not the text "},
		{plan(0, 1), `"y"`, "There is nothing to delete"},
	} {
		if got := ready(tt.plan).press(tt.keys).text(80, 24); !strings.Contains(got, tt.want) {
			t.Errorf("%s: does not say %q:\n%s", tt.keys, tt.want, got)
		}
	}
}

func TestShows(t *testing.T) {
	certificate := inventory.Resource{Ref: inventory.Ref{Kind: inventory.Certificates, ID: "c"}, Name: "shop-2021", Verdict: unused}
	for _, tt := range []struct {
		name   string
		plan   cleanup.Plan
		hidden int
		want   []string
		not    []string
	}{
		{"counts and scope", plan(10, 2), 0,
			[]string{"Delete 10 of 12 marked pools ─ " + scope, "10 pools will be deleted, 2 are left out.", "Delete 10 pools", "undo: new id"}, []string{"Type", "hidden", "by hand"}},
		{"one of each", plan(1, 1), 1,
			[]string{"Delete 1 of 2 marked pools", "1 pool will be deleted, 1 is left out.", "All that will be deleted is hidden by the filter.", "● web-000  hidden  ", "Delete 1 pool "}, nil},
		{"hidden marks and some left out", plan(3, 2), 1, []string{"3 pools will be deleted, 2 are left out.", "1 of the 3 pools to delete is hidden by the filter.", "● web-002  hidden  "}, []string{"web-001  hidden", "web-000  hidden"}},
		{"hidden marks", plan(5, 0), 3, []string{"5 pools will be deleted. 3 of the 5 pools are hidden by the filter."}, nil},
		{"what y does", plan(3, 0), 0, []string{"│ Press y to delete ", "│ n cancel · tab other button"}, []string{"y delete"}},
		{"nothing can be pressed", plan(0, 1), 0, nil, []string{"Press"}},
		{"left out and why", plan(2, 1), 0, []string{"– web-002  left out: in use by listener api-443"}, nil},
		{"typed count", plan(12, 0), 0, []string{"Type 12 to delete: ▏"}, nil},
		{"consequences", dangerous(), 0,
			[]string{"! danger  listener web-443 (white) lets nobody in", "office-acl", "Type office-acl to delete: ▏"}, nil},
		{"what goes along, no way back", cleanup.Plan{Items: []cleanup.Item{{
			Resource: certificate, Takes: "2 things", Undo: inventory.Impossible, UndoWhy: "its private key is not kept"}}}, 0,
			[]string{"Delete 1 certificate ", "2 things go along; its private key is not kept", "undo: impossible"}, nil},
		{"no way back, said once", cleanup.Plan{
			Items:        []cleanup.Item{{Resource: certificate, Undo: inventory.Impossible, UndoWhy: "its private key is not kept"}},
			Consequences: []inventory.Consequence{{Of: []inventory.Ref{certificate.Ref}, Grade: inventory.Care, Text: "shop-2021 is lost"}},
		}, 0, []string{"care    shop-2021 is lost", "undo: impossible"}, []string{"private key"}},
		{"what it is taken out of, one or several", taken("policy /a"), 0, []string{"web-000", "policy /a goes first", "1 pool is taken out of use first."}, nil},
		{"what it is taken out of, two", taken("policy /a", "policy /b"), 0, []string{"policy /a and policy /b go first"}, nil},
		{"what it is taken out of, many", taken("policy /a", "policy /b", "policy /c", "policy /d"), 0, []string{"policy /a and 3 more go first"}, nil},
		{"one that cannot be", plan(0, 1), 0, []string{"This pool cannot be deleted."}, nil},
		{"large numbers", plan(43087, 1), 0,
			[]string{"Delete 43 087 of 43 088 marked pools", "43 087 pools will be", "Delete 43 087 pools", "Type 43087 to delete", "of 43 088"}, nil},
		{"nothing left", plan(0, 2), 0,
			[]string{"Nothing to delete ─", "None of the 2 marked pools can be deleted.", "[ Close ]", "web-001"}, []string{"[ Cancel", "Delete 0", "Type"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := open(tt.plan, tt.hidden).text(80, 24)
			for _, s := range tt.want {
				if !strings.Contains(got, s) {
					t.Errorf("does not show %q:\n%s", s, got)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(got, s) {
					t.Errorf("shows %q:\n%s", s, got)
				}
			}
		})
	}
}

// taken is a pool that is taken out of use first: out of all these.
func taken(of ...string) cleanup.Plan {
	p := plan(1, 0)
	p.Detach = true
	for _, one := range of {
		what, which, _ := strings.Cut(one, " ")
		p.Items[0].Detaches = append(p.Items[0].Detaches, cleanup.Prerequisite{What: what, Which: which})
	}
	return p
}

// What has one name is told apart, also from what is left out, and in a narrow dialog.
func TestSameNames(t *testing.T) {
	p := plan(3, 1)
	for i, id := range []string{"a39ea157-1111", "b39ea157-2222"} {
		p.Items[i].Resource.Ref.ID, p.Items[i].Resource.Name = id, "a-name-that-takes-much-room"
	}
	p.Items[2].Resource.Name, p.LeftOut[0].Label = "acl1", "acl1"
	p.Items[2].Resource.Ref.ID, p.LeftOut[0].Ref.ID = "c39ea157-3333", "d39ea157-4444"
	for _, size := range [][2]int{{80, 24}, {40, 10}} {
		got := ready(p).text(size[0], size[1])
		for _, want := range []string{" a39ea157…", " b39ea157…", "acl1 c39ea157…", "acl1 d39ea157…"} {
			if !strings.Contains(got, want) {
				t.Errorf("%v: does not show %q:\n%s", size, want, got)
			}
		}
	}
}

// Beside an entry stands its group, told from another one of that name whatever is in it.
func TestParentsOfOneName(t *testing.T) {
	p := plan(3, 0)
	for i, group := range []string{"a39ea157-1111", "b39ea157-2222", "c39ea157-3333"} {
		r := &p.Items[i].Resource
		r.Ref.Parent, r.In = group, "acl1"
	}
	p.Items[2].Resource.In = "office"
	got := ready(p).text(80, 24)
	for _, want := range []string{"web-000  acl1 a39ea157…  ", "web-001  acl1 b39ea157…  ", "web-002  office  "} {
		if !strings.Contains(got, want) {
			t.Errorf("does not show %q:\n%s", want, got)
		}
	}
}

var hostile = []string{
	"", "plain", strings.Repeat("x", 10_000), "漢字の名前がとても長いのでここで切られるはずです漢字漢字漢字", "👩‍👩‍👧‍👦 family", "e\u0301\u0301\u0301", "a\tb",
	"🇩🇪🇩🇪🇩🇪", "\u202egnp.exe", "tail\x1b[31mred", "line\nbreak", "\u200b\u200b", "\xff\xfe",
}

func hostilePlan() cleanup.Plan {
	var p cleanup.Plan
	for i, s := range hostile {
		r := inventory.Resource{Ref: inventory.Ref{Kind: inventory.Members, ID: strconv.Itoa(i)}, Name: s, In: hostile[len(hostile)-1-i], Verdict: unused}
		p.Items = append(p.Items, cleanup.Item{Resource: r, Takes: s, Undo: inventory.Undo(i % 4), UndoWhy: s})
		p.LeftOut = append(p.LeftOut, cleanup.LeftOut{Ref: r.Ref, Label: s, Why: s})
		p.Consequences = append(p.Consequences, inventory.Consequence{Text: s, Grade: inventory.Grade(i % 3)})
	}
	p.Grade = inventory.Danger
	return p
}

// At every size the dialog is exactly h lines, none wider than w, and nothing from the service acts on the terminal.
func TestEverySize(t *testing.T) {
	plans := map[string]*dialog{"plain": ready(plan(12, 3)), "hostile": ready(hostilePlan()), "nothing": ready(plan(0, 1)), "one": ready(plan(1, 0))}
	below := strings.Repeat("\x1b[31m漢字 a screen below that goes on and on\x1b[m\n", 40)
	for name, d := range plans {
		for h := 1; h <= 60; h += 1 + h/5 {
			for w := 1; w <= 200; w += 1 + w/8 {
				got := d.Over(below, w, h)
				screentest.Fits(t, name, got, w, h)
				if strings.Contains(got, "\x1b[31mred") {
					t.Fatalf("%s %d×%d: bytes of the service came through: %q", name, w, h, got)
				}
				d.Update(screentest.Key([]string{"down", "pgdown", "up"}[(w+h)%3]))
			}
		}
	}
}

func TestBoxIsAligned(t *testing.T) {
	for name, p := range map[string]cleanup.Plan{"plain": plan(12, 3), "hostile": hostilePlan(), "danger": dangerous()} {
		for _, size := range [][2]int{{80, 24}, {120, 36}, {60, 20}, {30, 10}} {
			for i, line := range strings.Split(ready(p).text(size[0], size[1]), "\n") {
				line = strings.TrimSpace(line)
				if line == "" {
					continue
				}
				if want := min(size[0], 120); size[0] >= 60 && ansi.StringWidth(line) != want {
					t.Errorf("%s %v: line %d is %d columns, want %d: %s", name, size, i, ansi.StringWidth(line), want, line)
				}
				if last := []rune(line)[len([]rune(line))-1]; !strings.ContainsRune("│╮╯", last) {
					t.Errorf("%s %v: line %d does not end at the border: %s", name, size, i, line)
				}
			}
		}
	}
}

func BenchmarkView(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			d := ready(plan(n, n/2))
			b.ReportAllocs()
			for b.Loop() {
				d.Update(screentest.Key("down"))
				d.View(120, 36)
			}
		})
	}
}

// The dialog names the keys that are bound.
func TestOtherKeysAreNamed(t *testing.T) {
	bound, err := keys.Default().Override(map[keys.Action][]string{
		keys.No: {"n", "ctrl+g"}, keys.Yes: {"f3"}, keys.Confirm: {"f2"}, keys.Up: {"ctrl+p"}, keys.Down: {"ctrl+n"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d := openWith(bound, plan(40, 0), 0, nil)
	d.now = d.now.Add(time.Second)
	d.press(`"40"`).key(tea.KeyPressMsg{Code: tea.KeyF3})
	got := d.text(110, 24)
	for _, want := range []string{"ctrl+g cancel", "ctrl+p ctrl+n scroll", "Press f2 on Delete"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

// A reason that several share stands there once, with their number, and they below it; nothing is lost by that.
func TestOneReasonStandsOnce(t *testing.T) {
	p := plan(2, 9)
	for i, why := range []string{"protected", "", "seen by nobody", "", "protected", "", "", "protected", ""} {
		if why != "" {
			p.LeftOut[i].Why = why
		}
	}
	const used = "in use by listener api-443"
	want := []string{
		"– 3 left out: protected", "web-002", "web-006", "web-009",
		"– 5 left out: " + used, "web-003", "web-005", "web-007", "web-008", "web-010",
		"– web-004  left out: seen by nobody",
	}
	lines := func(d *dialog, h int) (out []string) {
		for line := range strings.SplitSeq(d.text(80, h), "\n") {
			line = strings.TrimSpace(strings.Trim(strings.TrimSpace(line), "│"))
			if strings.Contains(line, "left out:") || strings.HasPrefix(line, "web-") {
				out = append(out, line)
			}
		}
		return out
	}
	if got := lines(ready(p), 40); !slices.Equal(got, want) {
		t.Errorf("shows\n%s", strings.Join(got, "\n"))
	}
	d := ready(p)
	seen := map[string]bool{}
	for range 20 {
		for _, line := range lines(d, 12) {
			seen[line] = true
		}
		d.Update(tea.KeyPressMsg{Code: tea.KeyDown})
	}
	for _, line := range want {
		if !seen[line] {
			t.Errorf("cannot be scrolled to: %s", line)
		}
	}
	if got := d.text(80, 12); !strings.Contains(got, "–11 of 11") {
		t.Errorf("does not count all:\n%s", got)
	}
}
