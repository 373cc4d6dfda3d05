package theme

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
)

// nasty are texts as a service may hold them, and worse.
var nasty = []string{
	"", "a", "web-blue-old", strings.Repeat("x", 10_000), "名前のとても長いプール", "수영장", "é", "e\u0301te\u0301",
	"👍🏽 thumbs", "👨‍👩‍👧‍👦 family", "❤️ heart", "🇩🇪🇫🇷🇪🇺", "स्ते", "\u202Egnp.exe", "a\u200bb", "\x1b[31mred\x1b[0m",
	"\x1b]52;c;aGk=\x07", "two\nlines\r\tand a tab", "\x00\x7f\u0085", "\xff\xfe\xc3", "e" + strings.Repeat("\u0301", 5000),
	"\u0301leading", "●▍✓✗◌…▲▼█░", "ﷺ", "\U000E0041\U000E0042", "ＡＢＣ", "a\u2028b", "👩\u200d", "名\u0301前\u200d\ufe0f가\u11a8", "ᄀᄀᄀ각", "\ufe0f\ufe0f",
}

// cells says how wide s is on terminals that count clusters and on those that count characters.
func cells(s string) (clusters, runes int) {
	return ansi.StringWidth(s), ansi.StringWidthWc(s)
}

func checkFit(t *testing.T, in, out string, w int) {
	t.Helper()
	clusters, runes := cells(out)
	if clusters != w || runes != w {
		t.Errorf("Fit(%.40q, %d) = %.60q: %d or %d columns", in, w, out, clusters, runes)
	}
	if len(out) > 40*w {
		t.Errorf("Fit(%.40q, %d) has %d bytes", in, w, len(out))
	}
	for _, r := range out {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("Fit(%.40q, %d) = %.60q: %U came through", in, w, out, r)
		}
	}
}

func TestFitIsExactWhateverTheText(t *testing.T) {
	for _, s := range nasty {
		for w := range 30 {
			checkFit(t, s, Fit(s, w), w)
			checkFit(t, s, FitRight(s, w), w)
		}
		if w := Width(s); w < 200 {
			checkFit(t, s, Fit(s, w), w)
			if strings.Contains(Fit(s, w), ellipsis) && !strings.Contains(s, ellipsis) {
				t.Errorf("Width(%q) = %d, but %q is cut", s, w, Fit(s, w))
			}
		}
	}
	seed := rand.Uint64()
	t.Log("seed", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for range 5000 {
		var b strings.Builder
		for range rng.IntN(6) {
			b.WriteString(piece(rng))
		}
		w := rng.IntN(20)
		checkFit(t, b.String(), Fit(b.String(), w), w)
		checkFit(t, b.String(), FitRight(b.String(), w), w)
	}
}

func piece(rng *rand.Rand) string {
	switch rng.IntN(5) {
	case 0:
		return string(rune(rng.IntN(0x250)))
	case 1:
		return string(rune(rng.IntN(0x20000)))
	case 2:
		return string([]byte{byte(rng.IntN(256)), byte(rng.IntN(256))})
	default:
		s := nasty[rng.IntN(len(nasty))]
		return s[:min(len(s), rng.IntN(20))]
	}
}

func FuzzFit(f *testing.F) {
	for _, s := range nasty {
		f.Add(s, 7)
	}
	f.Fuzz(func(t *testing.T, s string, w int) {
		w = max(min(w, 500), 0)
		checkFit(t, s, Fit(s, w), w)
		checkFit(t, s, FitRight(s, w), w)
		painted := New(Look{}).Paint(Bad, Fit(s, 2*w))
		clusters, runes := cells(FitPainted(painted, w))
		if clusters != w || runes != w {
			t.Errorf("FitPainted(%q, %d): %d or %d columns", painted, w, clusters, runes)
		}
	})
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{"pool", 6, "pool  "},
		{"pool", 4, "pool"},
		{"pool", 3, "po…"},
		{"pool", 1, "…"},
		{"pool", 0, ""},
		{"pool", -3, ""},
		{"名前", 4, "名前"},
		{"名前", 3, "名…"},
		{"名前", 2, "… "},
		{"名前x", 4, "名… "},
		{"e\u0301t", 2, "e\u0301t"},
		{"👍🏽", 3, "👍 "},
		{"❤️", 2, "❤ "},
		{"a\nb\tc", 5, "a b c"},
		{"\x1b[31mred", 7, "[31mred"},
		{"1f2e…, 3a4b…", 6, "1f2e… "}, // what is cut already is not cut twice
	} {
		if got := Fit(c.in, c.w); got != c.want {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
	}
	if got, want := FitRight("42", 5), "   42"; got != want {
		t.Errorf("FitRight = %q, want %q", got, want)
	}
	if got, want := FitRight("名前", 5), " 名前"; got != want {
		t.Errorf("FitRight = %q, want %q", got, want)
	}
}

func TestFitPaintedCutsTextAndKeepsColours(t *testing.T) {
	bold := "\x1b[1m"
	for _, c := range []struct {
		in   string
		w    int
		want string
	}{
		{bold + "pool" + reset, 6, bold + "pool" + reset + "  "},
		{bold + "pool" + reset, 3, bold + "po…" + reset},
		{"a " + bold + "pool" + reset + " b", 20, "a " + bold + "pool" + reset + " b" + strings.Repeat(" ", 12)},
		{"名前" + bold + "x", 4, "名… " + reset}, // the blank is the column that 前 would have taken
		{"\x1b[2Jgone", 8, "[2Jgone "},
		{"a\nb", 4, "a b "},
	} {
		got := FitPainted(c.in, c.w)
		if strings.TrimRight(ansi.Strip(got), " ") != strings.TrimRight(ansi.Strip(strings.ReplaceAll(c.want, "\x1b[2J", "")), " ") || ansi.StringWidth(got) != c.w {
			t.Errorf("FitPainted(%q, %d) = %q, want %q", c.in, c.w, got, c.want)
		}
		if strings.Contains(got, bold) && !strings.Contains(got, reset) {
			t.Errorf("FitPainted(%q, %d) = %q leaves the colour on", c.in, c.w, got)
		}
	}
}

func TestWrapLosesNothing(t *testing.T) {
	for _, c := range []struct {
		in   string
		w    int
		want []string
	}{
		{"", 5, []string{""}},
		{"listener api-443", 20, []string{"listener api-443"}},
		{"no listener, no policy", 12, []string{"no listener,", "no policy"}},
		{"unbreakable", 4, []string{"unbr", "eaka", "ble"}},
		{"in use by listener api-443", 22, []string{"in use by listener", "api-443"}}, // a name is not taken for two
		{"id 8f77-98a5-1f6b", 8, []string{"id", "8f77-", "98a5-", "1f6b"}},
		{"/v3/elb/pools/8f77", 10, []string{"/v3/elb/", "pools/8f77"}},
		{"a-longer-thing", 9, []string{"a-longer-", "thing"}},
		{"a-longerthing", 9, []string{"a-longert", "hing"}}, // a piece is worth its line
		{"request  method=GET", 30, []string{"request  method=GET"}},
		{"  indented", 30, []string{"  indented"}},
		{"ends in  ", 7, []string{"ends in"}},
		{"名前名前", 5, []string{"名前", "名前"}},
		{"anything", 0, []string{""}},
	} {
		if diff := cmp.Diff(c.want, Wrap(c.in, c.w)); diff != "" {
			t.Errorf("Wrap(%q, %d): %s", c.in, c.w, diff)
		}
	}
	letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
	for _, s := range nasty {
		for w := 2; w < 30; w++ {
			lines := Wrap(s, w)
			for _, line := range lines {
				if clusters, runes := cells(line); clusters > w || runes > w {
					t.Errorf("Wrap(%.40q, %d): %.60q is %d or %d wide", s, w, line, clusters, runes)
				}
			}
			if got, want := letters(strings.Join(lines, "")), letters(Fit(s, Width(s))); got != want {
				t.Errorf("Wrap(%.40q, %d) is %.60q", s, w, lines)
			}
		}
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		w    int
		want string
	}{
		{20, "left           right"},
		{11, "left  right"},
		{9, "le… right"},
		{6, "right "},
		{5, "right"},
		{3, "ri…"},
		{0, ""},
	} {
		if got := Spread("left", "right", c.w); got != c.want {
			t.Errorf("Spread(%d) = %q, want %q", c.w, got, c.want)
		}
	}
}

func TestBoxIsAsWideAsAsked(t *testing.T) {
	th := New(Look{NoColor: true})
	want := strings.Join([]string{
		"╭─ Delete 2 pools ───╮",
		"│ one                │",
		"│ 名前 and more tha… │",
		"╰────────────────────╯",
	}, "\n")
	if diff := cmp.Diff(want, th.Box("Delete 2 pools", "one\n名前 and more than fits", 22)); diff != "" {
		t.Error(diff)
	}
	for _, title := range nasty {
		for w := range 40 {
			for line := range strings.SplitSeq(New(Look{Dark: true}).DangerBox(title, title, w), "\n") {
				if strings.ContainsRune(title, '\n') {
					continue // a body of several lines
				}
				if clusters, runes := cells(line); clusters != w || runes != w {
					t.Errorf("Box(%.30q, %d): line %.60q is %d or %d wide", title, w, line, clusters, runes)
				}
			}
		}
	}
}

func TestProgressTellsTheTruth(t *testing.T) {
	th := New(Look{NoColor: true})
	for _, c := range []struct {
		done float64
		want string
	}{{0, "░░░░"}, {0.001, "█░░░"}, {0.5, "██░░"}, {0.999, "███░"}, {1, "████"}, {7, "████"}, {-1, "░░░░"}} {
		if got := th.Progress(c.done, 4); got != c.want {
			t.Errorf("Progress(%v) = %q, want %q", c.done, got, c.want)
		}
	}
}

func TestSparkShowsWhatIsThere(t *testing.T) {
	th := New(Look{NoColor: true})
	for _, c := range []struct {
		amounts []int
		want    string
	}{
		{nil, ""},
		{[]int{0, 0}, "▁▁"},
		{[]int{1}, "█"},
		{[]int{1, 1000, 500, 0}, "▂█▅▁"},
		{[]int{-3, 7}, "▁█"},
	} {
		if got := th.Spark(c.amounts); got != c.want {
			t.Errorf("Spark(%v) = %q, want %q", c.amounts, got, c.want)
		}
	}
	painted := New(Look{Dark: true}).Spark([]int{0, 1, 0})
	if ansi.Strip(painted) != "▁█▁" || !strings.HasSuffix(painted, reset) {
		t.Errorf("painted %q", painted)
	}
}

var looks = []Look{
	{}, {Dark: true}, {Basic: true}, {Basic: true, Dark: true}, {NoColor: true}, {NoColor: true, Dark: true, Basic: true},
}

var sequence = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// every text that a theme can paint, by name.
func everything(th *Theme) map[string]string {
	all := map[string]string{}
	for r := range roles {
		all[fmt.Sprintf("role %d", r)] = th.Paint(r, "x")
		all[fmt.Sprintf("role %d on the cursor row", r)] = th.PaintRow(r, "x")
	}
	return all
}

func TestNoColourMeansNone(t *testing.T) {
	for name, s := range everything(New(Look{NoColor: true, Dark: true})) {
		for _, m := range sequence.FindAllStringSubmatch(s, -1) {
			for p := range strings.SplitSeq(m[1], ";") {
				switch p {
				case "", "1", "4", "7": // reset, bold, underlined, reversed
				default:
					t.Errorf("%s: parameter %s in %q", name, p, s)
				}
			}
		}
	}
}

func TestBasicKeepsToThePalette(t *testing.T) {
	for _, look := range []Look{{Basic: true}, {Basic: true, Dark: true}} {
		for name, s := range everything(New(look)) {
			if strings.Contains(s, "38;") || strings.Contains(s, "48;") {
				t.Errorf("%+v %s: %q", look, name, s)
			}
		}
	}
}

func TestEveryPaintIsEnded(t *testing.T) {
	for _, look := range looks {
		for name, s := range everything(New(look)) {
			if strings.Contains(s, "\x1b") && !strings.HasSuffix(s, reset) {
				t.Errorf("%+v %s: %q", look, name, s)
			}
		}
	}
}

func TestCursorRowAndFocusShowWithoutColour(t *testing.T) {
	th := New(Look{NoColor: true})
	if th.PaintRow(Text, "x") == "x" {
		t.Error("the cursor row looks like any other")
	}
	focused, other := th.ButtonText("Delete", true, true), th.ButtonText("Delete", false, true)
	if ansi.Strip(focused) == ansi.Strip(other) {
		t.Errorf("focus is shown by attributes only: %q, %q", focused, other)
	}
	if ansi.StringWidth(focused) != ansi.StringWidth(other) {
		t.Errorf("focus moves the buttons: %q, %q", focused, other)
	}
}

// Every text has a contrast of 4.5 or more (WCAG AA) with the background it stands on: pure black or white, and the
// usual greys near them.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		look    Look
		grounds []int
		text    int // the colour of a terminal's default text
	}{
		{Look{Dark: true}, []int{16, 234}, 250},
		{Look{}, []int{231, 255}, 238},
	} {
		th := New(c.look)
		for r := range roles {
			if r == Border {
				continue // carries no text
			}
			for _, ground := range c.grounds {
				for _, prefix := range []string{th.plain[r], th.row[r]} {
					fg, bg := colours(prefix, c.text, ground)
					if ratio := contrast(fg, bg); ratio < 4.5 {
						t.Errorf("%+v role %d: %d on %d has a contrast of %.1f", c.look, r, fg, bg, ratio)
					}
				}
			}
		}
	}
}

// colours that a sequence sets; of two backgrounds the last one counts.
func colours(prefix string, fg, bg int) (int, int) {
	p := strings.TrimSuffix(strings.TrimPrefix(prefix, "\x1b["), "m")
	parts := strings.Split(p, ";")
	for i := 0; i+2 < len(parts); i++ {
		switch parts[i] + ";" + parts[i+1] {
		case "38;5":
			fmt.Sscan(parts[i+2], &fg)
		case "48;5":
			fmt.Sscan(parts[i+2], &bg)
		}
	}
	return fg, bg
}

func contrast(a, b int) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance of a colour of the 256, as WCAG 2 defines it.
func luminance(n int) float64 {
	r, g, b, _ := ansi.IndexedColor(n).RGBA()
	linear := func(v uint32) float64 {
		c := float64(v) / 0xffff
		if c <= 0.03928 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func BenchmarkAppendCell(b *testing.B) {
	th := New(Look{Dark: true})
	for name, s := range map[string]string{
		"ascii": "web-blue-old-and-older", "cjk": "名前のとても長いプール", "long": strings.Repeat("名", 10_000),
	} {
		b.Run(name, func(b *testing.B) {
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = th.AppendCell(buf[:0], Good, true, s, 20, false)
			}
		})
	}
}
