// Package theme holds every colour, glyph and border of the program. Screens name roles, never colours.
//
// No background is painted except under the cursor row, the active tab and a focused button, so that every look reads
// on the terminal's own background. What a colour says is always said by a glyph or a word as well.
package theme

// Role is what a piece of text is to the reader.
type Role uint8

// The roles. Text is the terminal's own colour.
const (
	Text Role = iota
	Muted
	Strong
	Accent
	Title
	Heading
	HeadingHot    // the letter of a heading that sorts by it
	HeadingSorted // the heading of the sorted column
	Key
	Good
	Warn
	Bad
	Info
	Mark
	Border
	Tab
	TabActive
	Button
	ButtonFocus
	ButtonDanger // the focused button that deletes
	roles
)

// Look is what the terminal can show. The zero value is the light look in 256 colours.
type Look struct {
	Dark    bool // the terminal's background is dark
	NoColor bool // no colour at all: bold and reverse only
	Basic   bool // the 16 colours of the terminal's own palette only
}

// Glyphs are the signs that stand for states. Each is one column wide.
type Glyphs struct {
	Mark, Bar                string    // a marked row, the cursor row
	OK, Fail, Busy, Left     string    // ended well, ended badly, under way, left out or worth care
	Wait, Skip               string    // not begun, passed over
	Free, Used, Kept, Unsure string    // verdicts: unused, in use, protected, unknown
	Ascending, Descending    string    // of the sorted column
	Ellipsis, Dot, Pointer   string    // cut text, between two words, the focused one of several
	Caret, Cursor            string    // under the place that is meant, where what is typed goes
	Becomes, Then            string    // before what something is now, between the steps of a way
	Edge, Line               string    // of panes and boxes: upright, level
	Full, Empty              string    // of a progress bar
	Levels                   [8]string // of a diagram, from nothing to all
}

// The lines that tie the objects of a tree together.
const (
	Fork = "├ " // to one that others follow
	End  = "└ " // to the last one
	Stem = "│ " // past those below one
)

// Theme paints. Screens share one by pointer; only the event loop calls Set.
type Theme struct {
	Glyphs
	look  Look
	plain [roles]string // SGR sequence before the text, "" for none
	row   [roles]string // the same on the cursor row
}

const reset = "\x1b[m"

// New makes the theme of a look.
func New(l Look) *Theme {
	t := &Theme{Glyphs: Glyphs{
		Mark: "●", Bar: "▍",
		OK: "✓", Fail: "✗", Busy: "◌", Left: "!",
		Wait: "·", Skip: "–",
		Free: "◇", Used: "◆", Kept: "■", Unsure: "?",
		Ascending: "▲", Descending: "▼",
		Ellipsis: "…", Dot: "·", Pointer: "▸",
		Caret: "^", Cursor: "▏", Becomes: "→", Then: "›",
		Edge: "│", Line: "─",
		Full: "█", Empty: "░",
		Levels: [8]string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	}}
	t.Set(l)
	return t
}

// Look is the one that was set last. It is comparable: widgets that keep painted text compare it.
func (t *Theme) Look() Look { return t.look }

// Set changes the look, for example when the terminal has told its background.
func (t *Theme) Set(l Look) {
	t.look = l
	p := paletteOf(l)
	for r := range roles {
		t.plain[r] = sgr(p.styles[r])
		if p.flatRow {
			// Colours of the terminal's own palette may vanish on any row background: the row is reversed as a whole.
			t.row[r] = sgr(p.row)
			continue
		}
		t.row[r] = sgr(join(p.row, p.styles[r])) // a background of its own wins
	}
}

// Paint gives s the look of a role. s must not be painted already.
func (t *Theme) Paint(r Role, s string) string { return wrap(t.plain[r], s) }

// PaintRow is Paint on the cursor row.
func (t *Theme) PaintRow(r Role, s string) string { return wrap(t.row[r], s) }

// Append is Paint into a buffer.
func (t *Theme) Append(dst []byte, r Role, s string) []byte { return appendWrapped(dst, t.plain[r], s) }

// AppendCell appends s in exactly w columns, painted, on the cursor row or not.
func (t *Theme) AppendCell(dst []byte, r Role, cursor bool, s string, w int, right bool) []byte {
	prefix := t.plain[r]
	if cursor {
		prefix = t.row[r]
	}
	dst = append(dst, prefix...)
	dst = appendFit(dst, s, w, right)
	if prefix != "" {
		dst = append(dst, reset...)
	}
	return dst
}

func wrap(prefix, s string) string {
	if prefix == "" || s == "" {
		return s
	}
	return prefix + s + reset
}

func appendWrapped(dst []byte, prefix, s string) []byte {
	if prefix == "" || s == "" {
		return append(dst, s...)
	}
	dst = append(dst, prefix...)
	dst = append(dst, s...)
	return append(dst, reset...)
}

func sgr(params string) string {
	if params == "" {
		return ""
	}
	return "\x1b[" + params + "m"
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ";" + b
}
