package card

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"janitor/client"
	"janitor/client/inventory"
	"janitor/tui/theme"
)

var plain = theme.New(theme.Look{NoColor: true})

func draw(tree []inventory.Branch, w int) []string {
	var lines []string
	for _, n := range Nodes(tree) {
		for _, line := range n.Lines(plain, w, false) {
			lines = append(lines, strings.TrimRight(ansi.Strip(line), " "))
		}
	}
	return lines
}

func TestATreeIsTiedTogether(t *testing.T) {
	tree := []inventory.Branch{
		{Text: "listener web-443", Via: "default_pool_id", Below: []inventory.Branch{
			{Text: "load balancer edge", Via: "loadbalancers", Note: "not listed"},
		}},
		{Text: "policy /images", Via: "redirect_pool_id", Below: []inventory.Branch{
			{Text: "listener api-443", Below: []inventory.Branch{
				{Text: "load balancer edge", Note: "seen above"},
				{Note: "4 more"},
			}},
		}},
	}
	for _, test := range []struct {
		w    int
		want string
	}{
		{60, `
  ├ listener web-443  default_pool_id
  │ └ load balancer edge  loadbalancers (not listed)
  └ policy /images  redirect_pool_id
    └ listener api-443
      ├ load balancer edge  (seen above)
      └ 4 more`},
		{26, `
  ├ listener web-443
  │ │ default_pool_id
  │ └ load balancer edge
  │     loadbalancers (not
  │     listed)
  └ policy /images
    │ redirect_pool_id
    └ listener api-443
      ├ load balancer edge
      │   (seen above)
      └ 4 more`},
	} {
		if diff := cmp.Diff(strings.Split(test.want[1:], "\n"), draw(tree, test.w)); diff != "" {
			t.Errorf("in %d columns (-want +got):\n%s", test.w, diff)
		}
	}
}

// TestNothingOfATreeIsLost at any width that has room for its twigs.
func TestNothingOfATreeIsLost(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, seed))
	words := []string{"listener", "web-443", "中文名字", "👩‍👩‍👧‍👦", strings.Repeat("x", 30), "\x1b[2J", "a\u202eb", "10.0.0.5:80"}
	some := func() string {
		var out []string
		for range random.IntN(6) {
			out = append(out, words[random.IntN(len(words))])
		}
		return strings.Join(out, " ")
	}
	var grown func(depth int) []inventory.Branch
	grown = func(depth int) []inventory.Branch {
		var tree []inventory.Branch
		for range random.IntN(4) {
			b := inventory.Branch{Text: some(), Via: some(), Note: some()}
			if depth > 0 {
				b.Below = grown(depth - 1)
			}
			tree = append(tree, b)
		}
		return tree
	}
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if strings.ContainsRune(" ├└│()", r) {
				return -1
			}
			return r
		}, s)
	}
	for round := range 300 {
		for _, n := range Nodes(grown(3)) {
			w := 1 + random.IntN(100)
			lines := n.Lines(plain, w, random.IntN(2) == 0)
			if len(lines) != n.Height(w) {
				t.Fatalf("seed %d, round %d: %d lines, said to be %d", seed, round, len(lines), n.Height(w))
			}
			for _, line := range lines {
				if got := theme.WidthPainted(line); got > w {
					t.Fatalf("seed %d, round %d: %d of %d columns: %q", seed, round, got, w, line)
				}
				if s := ansi.Strip(line); strings.ContainsAny(s, "\x1b\u202e\n") {
					t.Fatalf("seed %d, round %d: a control character in %q", seed, round, s)
				}
			}
			shown := theme.Fit(n.Text+n.Via+n.Note, theme.Width(n.Text+n.Via+n.Note))
			if got := letters(ansi.Strip(strings.Join(lines, ""))); w >= 30 && got != letters(shown) {
				t.Fatalf("seed %d, round %d, %d columns:\n%q is drawn as\n%q", seed, round, w, shown, got)
			}
		}
	}
}

func TestTheCursorFillsItsLines(t *testing.T) {
	for _, look := range []theme.Look{{}, {Dark: true}, {Basic: true}, {NoColor: true}} {
		th := theme.New(look)
		for _, n := range Nodes([]inventory.Branch{{Text: "listener web-443", Via: "sni_container_refs"}}) {
			for _, line := range n.Lines(th, 25, true) {
				if got := theme.WidthPainted(line); got != 25 {
					t.Errorf("%+v: %d columns: %q", look, got, line)
				}
			}
		}
	}
}

func certificate() inventory.Resource {
	return inventory.Resource{
		Ref: inventory.Ref{Kind: inventory.Certificates, ID: "5c7e"}, Name: "wildcard", Object: &client.Certificate{ID: "5c7e"},
		Verdict: inventory.Verdict{State: inventory.Unknown, Signs: []string{"expired"}, Reasons: []inventory.Reason{{Text: "listeners could not be listed"}}},
	}
}

func TestAKindThatIsNotJudgedHasNoVerdict(t *testing.T) {
	for _, test := range []struct {
		kind   *inventory.Kind
		judged bool
	}{
		{&inventory.Kind{One: "listener"}, false},
		{&inventory.Kind{One: "listener", Judge: func(inventory.Resource, *inventory.Graph) inventory.Verdict { return inventory.Verdict{} }}, true},
		{nil, true}, // not known: say so
	} {
		c := card{t: plain, w: 80}
		c.head(inventory.Resource{Name: "web-443"}, test.kind, false)
		if got := ansi.Strip(strings.Join(c.lines, "\n")); strings.Contains(got, "unknown") != test.judged {
			t.Errorf("judged %t:\n%s", test.judged, got)
		}
	}
}

func TestTheCardIsItsParts(t *testing.T) {
	r := certificate()
	now := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	lines := Lines(plain, r, nil, false, now, 60)
	if parts := slices.Concat(Head(plain, r, false, 60), Fields(plain, r, now, 60)); !slices.Equal(lines, parts) {
		t.Errorf("the card of what nothing uses is\n%s\nits head and fields\n%s", strings.Join(lines, "\n"), strings.Join(parts, "\n"))
	}
	got := ansi.Strip(strings.Join(lines, "\n"))
	at := 0
	for _, want := range []string{"wildcard", "certificate", "? unknown", "└ listeners could not be listed", "Worth a look", "! expired", "Fields", "5c7e"} {
		i := strings.Index(got[at:], want)
		if i < 0 {
			t.Fatalf("%q is missing, or not in its place:\n%s", want, got)
		}
		at += i
	}
}

func BenchmarkNodes(b *testing.B) {
	tree := make([]inventory.Branch, 3000)
	for i := range tree {
		tree[i] = inventory.Branch{Text: fmt.Sprintf("listener web-%d", i), Via: "sni_container_refs", Below: []inventory.Branch{{Text: "load balancer edge", Via: "loadbalancers"}}}
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, n := range Nodes(tree) {
			n.Height(80)
		}
	}
}
