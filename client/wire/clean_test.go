package wire

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCleanShowsWhatWouldActOnATerminal(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"plain", "web-blue-old", "web-blue-old"},
		{"backslash stays", `C:\x`, `C:\x`},
		{"colour", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"clipboard, OSC 52", "\x1b]52;c;cm0gLXJm\x07", `\x1b]52;c;cm0gLXJm\x07`},
		{"8-bit CSI", "a\u009b31mb", `a\u009b31mb`},
		{"line breaks", "one\r\ntwo\tthree", `one\r\ntwo\tthree`},
		{"Unicode line breaks", "a\u2028b\u2029c\u0085d", `a\u2028b\u2029c\u0085d`},
		{"delete", "a\x7fb", `a\x7fb`},
		{"null", "a\x00b", `a\x00b`},
		{"bidi override", "exe\u202egpj", `exe\u202egpj`},
		{"bidi isolate", "a\u2066b\u2069", `a\u2066b\u2069`},
		{"zero width", "ad\u200bmin\ufeff\u2060", `ad\u200bmin\ufeff\u2060`},
		{"soft hyphen", "a\u00adb", `a\u00adb`},
		{"tag characters", "a\U000e0041b", `a\U000e0041b`},
		{"invisible letters", "a\u3164b\u115f", `a\u3164b\u115f`},
		{"all else that is drawn as nothing", "a\u034fb\u1160c\u17b4d\u17b5e\u180bf\u180fg\u2800h\uffa0i\U000e0100j\U000e01efk", `a\u034fb\u1160c\u17b4d\u17b5e\u180bf\u180fg\u2800h\uffa0i\U000e0100j\U000e01efk`},
		{"private use", "\ue0b0", `\ue0b0`},
		{"invalid UTF-8", "a\xffb\xc3", `a\xffb\xc3`},
		{"a replacement character that is meant", "a\ufffdb", "a\ufffdb"},
		{"Chinese", "生产环境-旧", "生产环境-旧"},
		{"Arabic letters", "قديم", "قديم"},
		{"emoji", "old 🧹🔥 ❤️", "old 🧹🔥 ❤️"},
		{"joined emoji come apart", "👨\u200d👩", `👨\u200d👩`},
		{"accents", "cafe\u0301", "cafe\u0301"},
		{"stacked accents", "a" + strings.Repeat("\u0301", 4), "a\u0301\u0301\u0301" + `\u0301`},
		{"just fits", strings.Repeat("é", 256), strings.Repeat("é", 256)},
		{"one too many", strings.Repeat("a", 257), strings.Repeat("a", 255) + "…"},
		{"10 kB", strings.Repeat("x", 10_000), strings.Repeat("x", 255) + "…"},
		{"an escape is not cut in two", strings.Repeat("a", 253) + "\x1b" + "bcd", strings.Repeat("a", 253) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Clean(c.in); got != c.want {
				t.Errorf("Clean(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
		})
	}
}

// harmful names the first rule that a cleaned string breaks.
func harmful(in, out string) string {
	switch {
	case !utf8.ValidString(out):
		return "invalid UTF-8"
	case utf8.RuneCountInString(out) > 256:
		return "too long"
	case Clean(out) != out:
		return "cleaning twice changes it"
	}
	for _, r := range out {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			return "a control or format character is left"
		}
	}
	if in == "" && out != "" || in != "" && out == "" {
		return "something out of nothing, or nothing out of something"
	}
	return ""
}

func TestCleanKeepsItsPromisesForAnyText(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	alphabet := []string{"a", "é", "中", "🧹", "\x1b", "\u202e", "\u200d", "\u0301", "\ufe0f", "\xff", "\n", "\u009b", `\`, "…", "\U000e0041", " "}
	for range 5000 {
		var b strings.Builder
		for range r.IntN(300) {
			if r.IntN(8) == 0 {
				b.WriteRune(rune(r.IntN(0x110000)))
			} else {
				b.WriteString(alphabet[r.IntN(len(alphabet))])
			}
		}
		if in := b.String(); harmful(in, Clean(in)) != "" {
			t.Fatalf("Clean(%q) = %q: %s", in, Clean(in), harmful(in, Clean(in)))
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "web", "\x1b]52;c;YQ==\x07", "a\u202eb", strings.Repeat("中", 300), "\xc3\x28", "a\u0301\u0301\u0301\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		if broken := harmful(in, Clean(in)); broken != "" {
			t.Errorf("Clean(%q) = %q: %s", in, Clean(in), broken)
		}
	})
}

func TestCleanLeavesOrdinaryNamesAlone(t *testing.T) {
	for _, s := range []string{"web-blue-old", "生产环境-旧 🧹"} {
		if n := testing.AllocsPerRun(100, func() { Clean(s) }); n != 0 {
			t.Errorf("Clean(%q) allocates %v times", s, n)
		}
	}
}

func TestEverythingDecodedIsCleaned(t *testing.T) {
	type part struct{ Name string }
	type hidden struct{ Deep string }
	var v struct {
		hidden
		Name  string
		Long  string `clean:"whole"`
		Parts []part
		Next  *part
		Word  Class
		Free  map[string]any
		Any   any
	}
	body := `{"Deep":"0\u001b","Name":"a\u001b","Parts":[{"Name":"b\u202e"}],"Next":{"Name":"c\n"},"Word":"d\u0007",
		"Any":["e\u0000",{"f\u001b":"g\u001b"}],
		"Free":{"h\u001b":{"i":["j\u001b",7,true,null]},"k":"l\u001b","user_info":{"user_name":"m","Password":"hunter2"},"api_token":"t"},
		"Long":"` + strings.Repeat("0123456789", 100) + `\u001b"}`
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatal(err)
	}
	cleanAll(&v)
	got, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Deep":"0\\x1b","Name":"a\\x1b","Long":"` + strings.Repeat("0123456789", 100) + `\\x1b","Parts":[{"Name":"b\\u202e"}],"Next":{"Name":"c\\n"},"Word":"d\\x07",` +
		`"Free":{"h\\x1b":{"i":["j\\x1b",7,true,null]},"k":"l\\x1b","user_info":{"user_name":"m"}},"Any":["e\\x00",{"f\\x1b":"g\\x1b"}]}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
