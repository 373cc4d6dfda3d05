package keys

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the key table into the README")

// bytes are what a terminal sends for the keys that do not stand for themselves.
var bytes = map[string]string{
	"space": " ", "enter": "\r", "tab": "\t", "esc": "\x1b", "delete": "\x1b[3~",
	"shift+tab": "\x1b[Z", "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"shift+up": "\x1b[1;2A", "shift+down": "\x1b[1;2B", "home": "\x1b[H", "end": "\x1b[F",
	"pgup": "\x1b[5~", "pgdown": "\x1b[6~",
	"ctrl+a": "\x01", "ctrl+b": "\x02", "ctrl+c": "\x03", "ctrl+d": "\x04", "ctrl+f": "\x06", "ctrl+r": "\x12", "ctrl+s": "\x13",
	"ctrl+l": "\x0c", "ctrl+w": "\x17", "ctrl+z": "\x1a", "ctrl+space": "\x00", `ctrl+\`: "\x1c",
}

// press decodes what a terminal sends into the name that screens see.
func press(t *testing.T, sent string) string {
	t.Helper()
	n, event := new(uv.EventDecoder).Decode([]byte(sent))
	key, ok := event.(uv.KeyPressEvent)
	if !ok || n != len(sent) {
		t.Fatalf("%q is no single key press: %#v after %d bytes", sent, event, n)
	}
	return tea.KeyPressMsg(key).String()
}

func TestEveryBindingCanBePressed(t *testing.T) {
	m := Default()
	for c := range contexts {
		for _, b := range m.Own(c) {
			if len(b.Keys) == 0 && b.Instead == "" {
				t.Errorf("%s has no key", b.Action)
			}
			for _, key := range b.Keys {
				sent, ok := bytes[key]
				if !ok {
					if len(key) != 1 || key == " " {
						t.Errorf("%s: nobody knows what a terminal sends for %q", b.Action, key)
						continue
					}
					sent = key
				}
				if got := press(t, sent); got != key {
					t.Errorf("%s: bound to %q, but a terminal's %q is %q", b.Action, key, sent, got)
				}
				if a, ok := m.Action(c, press(t, sent)); !ok || a != b.Action {
					t.Errorf("%q in %q is %q, want %q", key, c.Title(), a, b.Action)
				}
			}
		}
	}
}

// The press that stands for a key is the one that the bindings know.
func TestPressOfEveryBinding(t *testing.T) {
	m := Default()
	for _, c := range Sections() {
		for _, b := range m.Own(c) {
			for _, name := range b.Keys {
				if got := Press(name).String(); got != name {
					t.Errorf("the press of %q is seen as %q", name, got)
				}
			}
		}
	}
	for _, name := range []string{"ctrl+alt+shift+f5", "+", "ctrl++", "名", "insert"} {
		if got := Press(name).String(); got != name {
			t.Errorf("the press of %q is seen as %q", name, got)
		}
	}
	if key := Press("q"); key.Text != "q" {
		t.Errorf("q types %q", key.Text)
	}
	if key := Press("ctrl+d"); key.Text != "" || key.Mod != tea.ModCtrl {
		t.Errorf("ctrl+d is %#v", key)
	}
}

// The other ways in which terminals send some of the keys: application cursor keys and the kitty protocol.
func TestOtherSpellingsOfTerminals(t *testing.T) {
	for sent, want := range map[string]string{
		"\x1bOA": "up", "\x1bOB": "down", "\x1bOH": "home", "\x1bOF": "end", "\x1b[1~": "home", "\x1b[4~": "end",
		"\x1b[32;5u": "ctrl+space", "\x1b[100;5u": "ctrl+d", "\x1b[92;5u": `ctrl+\`,
	} {
		if got := press(t, sent); got != want {
			t.Errorf("%q is %q, want %q", sent, got, want)
		}
	}
}

func TestNoKeyMeansTwoThings(t *testing.T) {
	m := Default()
	for c := range contexts {
		seen := map[string]Action{}
		for _, b := range m.Bindings(c) {
			for _, key := range b.Keys {
				if other, taken := seen[key]; taken && (other != LeaveRun || b.Action != Back) {
					t.Errorf("%s: %q is both %s and %s", c.Title(), key, other, b.Action)
				}
				seen[key] = b.Action
			}
		}
	}
	if a, _ := m.Action(Run, "esc"); a != LeaveRun {
		t.Errorf("esc in a run is %s", a)
	}
}

func TestAnActionHasTheSameKeysEverywhere(t *testing.T) {
	keys := map[Action][]string{}
	for _, b := range defaults() {
		// Leaving an input or a dialog and leaving a screen are one habit, but they need not share all keys.
		if b.In == Input || b.In == Dialog || b.In == Choosing {
			continue
		}
		if before, ok := keys[b.Action]; ok && !slices.Equal(before, b.Keys) {
			t.Errorf("%s: %q here, %q there", b.Action, before, b.Keys)
		}
		keys[b.Action] = b.Keys
	}
}

func TestSafetyOfTheDefaults(t *testing.T) {
	m := Default()
	for _, b := range m.bindings {
		for _, key := range b.Keys {
			if err := valid(key); err != nil {
				t.Errorf("%s: %v", b.Action, err)
			}
			if b.Action == Delete && types(key) {
				t.Errorf("delete is a bare letter: %q", key)
			}
			if b.Danger && key == "enter" {
				t.Errorf("enter is dangerous: %s", b.Action)
			}
		}
		if deletes := b.Action == Delete || b.Action == Retry || b.Action == Resume || b.Action == Yes; b.Danger != deletes {
			t.Errorf("%s is dangerous: %t", b.Action, b.Danger)
		}
		if b.Help == "" {
			t.Errorf("%s has no help", b.Action)
		}
	}
	for _, c := range []struct {
		in   Context
		key  string
		want Action
	}{
		{Dialog, "enter", Confirm}, // of the focused button, which is Cancel at first
		{Dialog, "q", ""},
		{Dialog, "ctrl+d", ""},
		{Dialog, "esc", No},
		{Dialog, "ctrl+c", QuitNow},
		{Input, "q", ""},
		{Input, "space", ""},
		{Input, "esc", Back},
		{Input, "ctrl+c", QuitNow},
		{Input, ":", ""},
		{Choosing, "q", ""},
		{Choosing, "ctrl+d", ""},
		{Choosing, "ctrl+c", QuitNow},
		{Dialog, ":", ""},
		{Run, ":", Go},
		{Browse, "ctrl+d", Delete},
		{Browse, "delete", Delete},
		{Browse, "space", Mark},
		{Browse, " ", ""},
		{Browse, "c", CopyID},
		{Run, "c", CancelRun},
		{Run, "r", Retry},
		{Run, "ctrl+d", ""},
		{Table, "ctrl+f", PageDown},
	} {
		if got, ok := m.Action(c.in, c.key); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q is %q, want %q", c.in.Title(), c.key, got, c.want)
		}
	}
}

func TestLabels(t *testing.T) {
	m := Default()
	for a, want := range map[Action]string{
		Up: "↑", RangeDown: "shift+↓", PageUp: "pgup", Mark: "space", Delete: "ctrl+d", ClearMarks: `ctrl+\`,
		SortColumn: "shift+letter", "no such": "",
	} {
		if got := m.Label(a); got != want {
			t.Errorf("Label(%s) = %q, want %q", a, got, want)
		}
	}
	if got := (Map{}).Label(Up); got != "" {
		t.Errorf("a map without bindings says %q", got)
	}
}

func TestOverride(t *testing.T) {
	m, err := Default().Override(map[Action][]string{Delete: {"ctrl+x"}, Raw: {"J"}, ShowRun: {"y"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in   Context
		key  string
		want Action
	}{
		{Browse, "ctrl+x", Delete}, {Browse, "ctrl+d", ""}, {Browse, "J", Raw}, {Reading, "J", Raw}, {Browse, "y", ShowRun},
		{Browse, "space", Mark},
	} {
		if got, _ := m.Action(c.in, c.key); got != c.want {
			t.Errorf("%q is %q, want %q", c.key, got, c.want)
		}
	}
	if a, _ := Default().Action(Browse, "ctrl+d"); a != Delete {
		t.Error("Override changed the map it was called on")
	}
	if got := m.Label(Delete); got != "ctrl+x" {
		t.Errorf("label %q", got)
	}
}

// What a text says of keys holds for those that are bound.
func TestTextsNameTheKeysThatAreBound(t *testing.T) {
	other, err := Default().Override(map[Action][]string{Range: {"ctrl+v"}, ShowRun: {"x"}, No: {"n", "ctrl+g"}, Go: {"ctrl+p"}})
	if err != nil {
		t.Fatal(err)
	}
	typed, err := other.Override(map[Action][]string{No: {"n"}, Range: {"w"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		m        Map
		in       Context
		of       Action
		want, as string
	}{
		{Default(), Table, Range, "mark a range: start, move, v again to end", "v"},
		{other, Table, Range, "mark a range: start, move, ctrl+v again to end", "ctrl+v"},
		{typed, Table, Range, "mark a range: start, move, w again to end", "w"},
		{Default(), Run, LeaveRun, "leave it running; r shows it again", "esc"},
		{other, Run, LeaveRun, "leave it running; x shows it again", "esc"},
		{Default(), Dialog, No, "no; where something has to be typed, only esc", "n"},
		{other, Dialog, No, "no; where something has to be typed, only ctrl+g", "n"},
		{typed, Dialog, No, "no; where something has to be typed, only enter", "n"},
		{Default(), Global, ShowLog, "the log: what was asked and answered in this session", ":log"},
		{other, Global, ShowLog, "the log: what was asked and answered in this session", "ctrl+p log"},
	} {
		for _, b := range c.m.Own(c.in) {
			if b.Action == c.of && (b.Help != c.want || b.Label() != c.as) {
				t.Errorf("%q, %q, want %q, %q", b.Label(), b.Help, c.as, c.want)
			}
			if strings.ContainsAny(b.Help+b.Instead, "{}") {
				t.Errorf("%s: %q names no action", b.Action, b.Help+b.Instead)
			}
		}
	}
}

func TestOverrideSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		with map[Action][]string
		want []string // all of these are said
	}{
		{map[Action][]string{"delte": {"x"}}, []string{"delte", "no such action", "delete"}},
		{map[Action][]string{Delete: {}}, []string{"delete", "at least one"}},
		{map[Action][]string{Delete: {""}}, []string{"delete", "empty"}},
		{map[Action][]string{Delete: {"space"}}, []string{`"space"`, "mark", "delete"}},
		{map[Action][]string{Mark: {" "}}, []string{"mark", `"space"`}},
		{map[Action][]string{RangeHere: {"ctrl+ "}}, []string{`"ctrl+space"`}},
		{map[Action][]string{RangeHere: {"ctrl+@"}}, []string{`"ctrl+space"`}},
		{map[Action][]string{Delete: {"ctrl+D"}}, []string{`"ctrl+d"`}},
		{map[Action][]string{Delete: {"shift+x"}}, []string{`"X"`}},
		{map[Action][]string{Delete: {"ctrl+i"}}, []string{"ctrl+i", "tab"}},
		{map[Action][]string{Delete: {"control+x"}}, []string{"control+x", "unknown"}},
		{map[Action][]string{Delete: {"shift+ctrl+f5"}}, []string{"order"}},
		{map[Action][]string{Back: {"b"}}, []string{`"b"`, "types a character"}},
		{map[Action][]string{SortColumn: {"s"}}, []string{"sort-column", "cannot be changed"}},
		{map[Action][]string{Yes: {"enter"}}, []string{`"enter"`, "confirm", "yes", "in a dialog"}},
	} {
		_, err := Default().Override(c.with)
		if err == nil {
			t.Errorf("%v was accepted", c.with)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %q does not say %q", c.with, err, want)
			}
		}
	}
}

// The README's key table stands between two comments: go test ./tui/keys -update writes it.
func TestREADME(t *testing.T) {
	const (
		file  = "../../README.md"
		begin = "<!-- keys -->\n"
		end   = "<!-- /keys -->"
	)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("README.md has no place for the key table: a line %q and, below it, a line %q", strings.TrimSpace(begin), end)
	}
	want := "\n" + Default().Markdown() + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, table); diff != "" {
		t.Errorf("the key table of README.md is out of date; go test ./tui/keys -update writes it (-want +README):\n%s", diff)
	}
}
