package detail

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

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

func listed(name, via string, below ...inventory.Branch) inventory.Branch {
	r := pool()
	r.Name, r.Ref.ID = name, "id of "+name
	return inventory.Branch{Ref: r.Ref, Text: name, Via: via, Resource: r, Listed: true, Below: below}
}

// bring gives the screen its trees, as its command would.
func bring(m *Model, usedBy, uses []inventory.Branch) {
	m.Update(grown{m, &trees{card.Nodes(usedBy), card.Nodes(uses)}})
}

// short is a screen that fits into 80×30, with two references to it and one of its own.
func short() *Model {
	r := pool()
	r.Verdict.Reasons, r.Object = nil, &inventory.Pool{}
	m := show(r, false)
	bring(m, []inventory.Branch{
		listed("listener web-443", "default_pool_id", listed("load balancer edge", "loadbalancers")),
		{Text: "policy /old", Via: "redirect_pool_id", Note: "not listed"},
	}, []inventory.Branch{listed("server 10.0.0.5:80", "members")})
	return m
}

// under is the text of the line that the cursor is on, "" when there is no cursor.
func under(m *Model, w, h int) string {
	for line := range strings.SplitSeq(ansi.Strip(m.View(w, h)), "\n") {
		if rest, ok := strings.CutPrefix(line, "▍"); ok {
			return strings.Trim(rest, " │├└")
		}
	}
	return ""
}

func TestTheTreesComeLater(t *testing.T) {
	m := New(show(pool(), false).env, Options{Resource: pool(), From: &inventory.Snapshot{Done: true}})
	cmd := m.Init()
	if got := ansi.Strip(m.View(80, 60)); strings.Count(got, "\n   …") != 2 {
		t.Errorf("does not say that the trees are being made:\n%s", got)
	}
	if got := notice(t, m, tea.KeyPressMsg{Code: tea.KeyEnter}); got != "The references are still being put together" {
		t.Errorf("enter says %q", got)
	}
	other := show(pool(), false)
	m.Update(grown{other, &trees{usedBy: card.Nodes([]inventory.Branch{listed("listener of another", "")})}})
	if got := ansi.Strip(m.View(80, 60)); strings.Contains(got, "listener of another") || !strings.Contains(got, "…") {
		t.Errorf("took what was for another screen:\n%s", got)
	}
	m.Update(cmd())
	if got := ansi.Strip(m.View(80, 60)); strings.Count(got, "nothing that is listed") != 2 || strings.Contains(got, "…") {
		t.Errorf("does not say that nothing is there:\n%s", got)
	}
	if got := notice(t, m, tea.KeyPressMsg{Code: tea.KeyEnter}); got != "Nothing to open: no references are known" {
		t.Errorf("enter says %q", got)
	}
}

func TestNothingSoFarIsNotNothing(t *testing.T) {
	m := New(show(pool(), false).env, Options{Resource: pool(), From: &inventory.Snapshot{}})
	m.Update(m.Init()())
	if got := ansi.Strip(m.View(80, 60)); strings.Count(got, "nothing that was listed so far") != 2 {
		t.Errorf("lists were still being read:\n%s", got)
	}
}

// notice is what a key says.
func notice(t *testing.T, m *Model, key tea.KeyPressMsg) string {
	t.Helper()
	cmd := m.Update(key)
	if cmd == nil {
		t.Fatalf("%s does nothing", key)
	}
	n, ok := cmd().(screen.Notice)
	if !ok {
		t.Fatalf("%s does not say why it does nothing", key)
	}
	return n.Text
}

func TestTheCursorGoesOverTheNodes(t *testing.T) {
	m := short()
	want := []string{
		"listener web-443  default_pool_id", "load balancer edge  loadbalancers",
		"policy /old  redirect_pool_id (not listed)", "server 10.0.0.5:80  members",
	}
	for _, w := range want {
		if got := under(m, 80, 40); got != w {
			t.Fatalf("the cursor is on %q, not on %q:\n%s", got, w, ansi.Strip(m.View(80, 40)))
		}
		press(m, 'j')
	}
	if got := under(m, 80, 40); got != want[3] {
		t.Errorf("after the last one it is on %q", got)
	}
	press(m, 'k')
	if got := under(m, 80, 40); got != want[2] {
		t.Errorf("up leads to %q", got)
	}
	press(m, 'g')
	if got := under(m, 80, 40); got != want[0] {
		t.Errorf("g leads to %q", got)
	}
	press(m, 'G')
	if got := under(m, 80, 40); got != want[3] {
		t.Errorf("G leads to %q", got)
	}
}

func TestEnterOpensWhatTheCursorIsOn(t *testing.T) {
	m := short()
	m.View(80, 40)
	press(m, 'j')
	enter := tea.KeyPressMsg{Code: tea.KeyEnter}
	open, ok := m.Update(enter)().(OpenMsg)
	if !ok || open.By != m || open.Next.resource.Name != "load balancer edge" {
		t.Fatalf("enter asks for %+v", open)
	}
	got := ansi.Strip(open.Next.View(80, 24))
	if lines := strings.Split(got, "\n"); strings.TrimSpace(lines[0]) != "pool web-blue › pool load balancer edge" || !strings.HasPrefix(lines[1], " load balancer edge") {
		t.Errorf("does not say where it is:\n%s", got)
	}
	if got := under(m, 80, 40); got != "load balancer edge  loadbalancers" {
		t.Errorf("the cursor has moved to %q", got)
	}
	press(m, 'j')
	if got := notice(t, m, enter); got != "policy /old cannot be opened: not listed" {
		t.Errorf("enter says %q", got)
	}
	press(m, 'y')
	if got := notice(t, m, enter); !strings.Contains(got, "y goes back to the references") {
		t.Errorf("in the JSON, enter says %q", got)
	}
	press(m, 'y')
	if got := under(m, 80, 40); !strings.HasPrefix(got, "policy /old") {
		t.Errorf("back from the JSON the cursor is on %q", got)
	}
	if !slices.Contains(m.Hints(), keys.Open) {
		t.Error("the foot does not name enter")
	}
}

func TestOpeningEndsSomewhere(t *testing.T) {
	m := short()
	for range deepest - 1 {
		m.View(80, 40)
		m = m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})().(OpenMsg).Next
		bring(m, []inventory.Branch{listed("listener web-443", "default_pool_id")}, nil)
	}
	m.View(80, 40)
	if got := notice(t, m, tea.KeyPressMsg{Code: tea.KeyEnter}); got != "30 details are open, one on the other: esc goes back" {
		t.Errorf("enter says %q", got)
	}
	for _, w := range []int{40, 80, 120} {
		way, _, _ := strings.Cut(ansi.Strip(m.View(w, 20)), "\n")
		if !strings.HasPrefix(way, " … › ") || !strings.HasSuffix(strings.TrimSpace(way), "› pool listener web-443") || ansi.StringWidth(way) > w {
			t.Errorf("at %d columns the way is %q", w, way)
		}
	}
}

func TestTheCursorStaysWhereItIsOnTheScreen(t *testing.T) {
	long := strings.Repeat("long ", 30)
	var tree []inventory.Branch
	for i := range 40 {
		tree = append(tree, listed(fmt.Sprintf("listener %d %s", i, long), "default_pool_id"))
	}
	m := show(pool(), false)
	bring(m, tree, nil)
	m.View(80, 24)
	for range 25 {
		press(m, 'j')
		m.View(80, 24)
	}
	row := func(w int) (string, int) {
		for i, line := range strings.Split(ansi.Strip(m.View(w, 24)), "\n") {
			if rest, ok := strings.CutPrefix(line, "▍"); ok {
				return strings.Join(strings.Fields(rest)[:3], " "), i
			}
		}
		t.Fatalf("no cursor:\n%s", ansi.Strip(m.View(w, 24)))
		return "", 0
	}
	before, at := row(80)
	for _, w := range []int{60, 200, 80} {
		if now, row := row(w); now != before || row != at {
			t.Errorf("at %d columns on %q in line %d, before on %q in line %d", w, now, row, before, at)
		}
	}
}

// random is a page of texts and nodes, to be seen through h lines of 60 columns.
func random(r *rand.Rand) (m *Model, h int) {
	m = show(pool(), false)
	p := page{w: 60, look: m.env.Theme.Look()}
	tree := func() []inventory.Branch {
		var out []inventory.Branch
		for range r.IntN(12) {
			out = append(out, listed(strings.Repeat("node ", 1+r.IntN(30)), "via"))
		}
		return out
	}
	for range 1 + r.IntN(4) {
		for range r.IntN(40) {
			p.text("text")
		}
		p.tree(card.Nodes(tree()), width(60))
	}
	p.ready()
	m.trees, m.card = &trees{}, p
	return m, 2 + r.IntN(30)
}

// TestEveryLineCanBeRead with the arrows alone, in both directions, and every node be reached.
func TestEveryLineCanBeRead(t *testing.T) {
	const seed = 3
	r := rand.New(rand.NewPCG(seed, seed))
	for round := range 25 {
		m, h := random(r)
		p := &m.card
		for _, key := range []rune{'j', 'k'} {
			seen, met := map[int]bool{}, map[*node]bool{}
			look := func() {
				m.View(60, h)
				for i := p.top; i < min(p.top+p.room, len(p.rows)); i++ {
					seen[i] = true
				}
				if n := p.current(); n != nil {
					met[n] = true
				}
			}
			look()
			for range len(p.rows) + len(p.nodes) {
				at := p.top
				press(m, key)
				if p.top > at+p.room || p.top < at-p.room {
					t.Fatalf("seed %d, round %d: from line %d to %d of %d, %d in view", seed, round, at, p.top, len(p.rows), p.room)
				}
				look()
			}
			if len(seen) != len(p.rows) {
				t.Errorf("seed %d, round %d: %c shows %d of %d lines", seed, round, key, len(seen), len(p.rows))
			}
			if len(met) != len(p.nodes) {
				t.Errorf("seed %d, round %d: %c comes to %d of %d nodes", seed, round, key, len(met), len(p.nodes))
			}
		}
	}
}

// TestTheCursorIsInView whatever the keys, when a node is; enter opens it and nothing else.
func TestTheCursorIsInView(t *testing.T) {
	const seed = 4
	r := rand.New(rand.NewPCG(seed, seed))
	pressed := []tea.KeyPressMsg{
		{Code: 'j', Text: "j"}, {Code: 'k', Text: "k"}, {Code: tea.KeyPgDown}, {Code: tea.KeyPgUp},
		{Code: '{', Text: "{"}, {Code: '}', Text: "}"}, {Code: 'g', Text: "g"}, {Code: 'G', Text: "G"},
	}
	for round := range 25 {
		m, h := random(r)
		for range 60 {
			m.Update(pressed[r.IntN(len(pressed))])
			view := ansi.Strip(m.View(60, h))
			if lines := strings.Count(view, "\n") + 1; lines != h {
				t.Fatalf("seed %d, round %d: %d lines of %d", seed, round, lines, h)
			}
			p := &m.card
			visible := slices.ContainsFunc(p.nodes, func(n node) bool { return n.row >= p.top && n.row < p.top+p.room })
			if marked := strings.Contains(view, "▍"); marked != visible {
				t.Fatalf("seed %d, round %d: a node in view %t, a cursor %t:\n%s", seed, round, visible, marked, view)
			}
			_, opens := m.Update(tea.KeyPressMsg{Code: tea.KeyEnter})().(OpenMsg)
			if opens != visible {
				t.Fatalf("seed %d, round %d: enter opens %t what is in view %t", seed, round, opens, visible)
			}
		}
	}
}

// TestAWideTreeCostsNoMoreToDraw than a narrow one.
func TestAWideTreeCostsNoMoreToDraw(t *testing.T) {
	cost := func(n int) float64 {
		m := show(pool(), false)
		bring(m, wide(n), nil)
		m.View(120, 36)
		press(m, 'G')
		return testing.AllocsPerRun(20, func() {
			press(m, 'k')
			m.View(120, 36)
		})
	}
	if few, many := cost(100), cost(30_000); many > few*1.1 {
		t.Errorf("a key costs %.0f allocations with 100 nodes and %.0f with 30 000", few, many)
	}
}

func wide(n int) []inventory.Branch {
	tree := make([]inventory.Branch, n)
	for i := range tree {
		tree[i] = listed(fmt.Sprintf("listener web-%d", i), "sni_container_refs")
	}
	return tree
}

func BenchmarkKeyInAWideTree(b *testing.B) {
	m := show(pool(), false)
	bring(m, wide(3000), nil)
	m.View(120, 36)
	b.ReportAllocs()
	for b.Loop() {
		press(m, 'j')
		m.View(120, 36)
	}
}

func BenchmarkLayingOutAWideTree(b *testing.B) {
	m := show(pool(), false)
	bring(m, wide(3000), nil)
	b.ReportAllocs()
	w := 80
	for b.Loop() {
		m.View(w, 36)
		w ^= 1
	}
}

func TestHostileTreesAtEverySize(t *testing.T) {
	evil := client.Clean("esc\x1b]52;c;AA==\x07 \u202eevil 👩‍👩‍👧‍👦 中文") + strings.Repeat("x", 200)
	deep := listed(evil, evil)
	for range 12 {
		deep = listed(evil, evil, deep, inventory.Branch{Text: evil, Note: evil}, inventory.Branch{Note: "4 more"})
	}
	for _, look := range []theme.Look{{Dark: true}, {NoColor: true}} {
		m := short()
		m.env.Theme.Set(look)
		m.trail = []string{evil, evil, evil}
		bring(m, []inventory.Branch{deep}, nil)
		for w := 1; w < 130; w += 7 {
			for h := 1; h < 30; h += 4 {
				press(m, 'j')
				screentest.Fits(t, "a tree", m.View(w, h), w, h)
			}
		}
	}
}
