package theme

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

const ellipsis = "…"

// Fit makes s exactly w columns wide: filled with blanks at the right, or cut with … at the end. It counts what a
// reader sees: a CJK character or an emoji takes two columns, a combining mark none. Whatever s holds, no control byte
// comes through and the width is exact: line breaks and tabs become blanks, other control and formatting characters
// are dropped, and so are the parts of an emoji on whose width terminals disagree. s must not be painted.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	if len(s) == w && printable(s) {
		return s
	}
	return string(appendFit(make([]byte, 0, w+min(len(s), 3*w)), s, w, false))
}

// FitRight is Fit with the text at the right end.
func FitRight(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return string(appendFit(make([]byte, 0, w+min(len(s), 3*w)), s, w, true))
}

// Width is how many columns Fit needs to show s whole.
func Width(s string) int {
	if printable(s) {
		return len(s)
	}
	w := 0
	for in := (reader{rest: s}); in.rest != ""; {
		_, cw := in.next()
		w += cw
	}
	return w
}

// FitPainted is Fit for text that Paint has been over. Other escape sequences than colours and attributes are broken up.
func FitPainted(s string, w int) string {
	if w <= 0 {
		return ""
	}
	dst := make([]byte, 0, w+min(len(s), 8*w))
	used := 0
	cutAt, cutUsed := 0, 0
	painted, open := false, false
	for in := (reader{rest: s}); in.rest != ""; {
		if n := paintLen(in.rest); n > 0 {
			painted, open = true, in.rest[:n] != reset
			dst = append(dst, in.rest[:n]...)
			in = reader{rest: in.rest[n:]}
			continue
		}
		text, cw := in.next()
		if used+cw > w {
			dst, used = cut(dst[:cutAt], cutUsed)
			open = painted // what was cut off may have ended it
			break
		}
		dst = append(dst, text...)
		used += cw
		if used < w {
			cutAt, cutUsed = len(dst), used
		}
	}
	if open {
		dst = append(dst, reset...)
	}
	return string(appendBlanks(dst, w-used))
}

// WidthPainted is Width for text that Paint has been over.
func WidthPainted(s string) int {
	w := 0
	for in := (reader{rest: s}); in.rest != ""; {
		if n := paintLen(in.rest); n > 0 {
			in = reader{rest: in.rest[n:]}
			continue
		}
		_, cw := in.next()
		w += cw
	}
	return w
}

// paintLen is the length of the sequence that sets colours and attributes at the beginning of s.
func paintLen(s string) int {
	if len(s) < 3 || s[0] != '\x1b' || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && c != ':' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}

// Spread puts left and right at the ends of a line of w columns; left gives way when both do not fit. Both may be painted.
func Spread(left, right string, w int) string {
	rw := WidthPainted(right)
	switch {
	case rw == 0:
		return FitPainted(left, w)
	case rw+1 >= w:
		return FitPainted(right, w)
	default:
		return FitPainted(left, w-rw-1) + " " + FitPainted(right, rw)
	}
}

// appendFit stops reading s as soon as w columns are full, so that its cost does not grow with the length of s.
func appendFit(dst []byte, s string, w int, right bool) []byte {
	if w <= 0 {
		return dst
	}
	if len(s) <= w && printable(s) {
		if right {
			dst = appendBlanks(dst, w-len(s))
			return append(dst, s...)
		}
		dst = append(dst, s...)
		return appendBlanks(dst, w-len(s))
	}
	if len(s) > w && s[w] < utf8.RuneSelf && printable(s[:w+1]) {
		dst = append(dst, s[:w-1]...)
		return append(dst, ellipsis...)
	}

	start := len(dst)
	used := 0
	cutAt, cutUsed := start, 0 // the longest beginning that leaves a column for the ellipsis
	for in := (reader{rest: s}); in.rest != ""; {
		text, cw := in.next()
		if used+cw > w {
			dst, used = cut(dst[:cutAt], cutUsed)
			break
		}
		dst = append(dst, text...)
		used += cw
		if used < w {
			cutAt, cutUsed = len(dst), used
		}
	}
	if !right || used == w {
		return appendBlanks(dst, w-used)
	}
	pad := w - used
	dst = appendBlanks(dst, pad)
	copy(dst[start+pad:], dst[start:len(dst)-pad])
	for i := range pad {
		dst[start+i] = ' '
	}
	return dst
}

// cut ends what is kept of a text, so many columns, with … unless that is how it ends.
func cut(dst []byte, used int) ([]byte, int) {
	if bytes.HasSuffix(dst, []byte(ellipsis)) {
		return dst, used
	}
	return append(dst, ellipsis...), used + 1
}

// reader takes a text apart into what is printed of it.
type reader struct {
	rest string
	last string // what was printed before
	gap  bool   // something between last and rest was left out
}

// next takes one user-perceived character: what to print of it and how many columns that takes.
func (in *reader) next() (text string, width int) {
	text, width, n := cluster(in.rest)
	changed := len(text) != n
	in.rest = in.rest[n:]
	if in.gap && text != "" && text[0] >= utf8.RuneSelf && in.last != "" {
		// Neighbours that the text did not have may melt into one character.
		if first, _ := ansi.FirstGraphemeCluster(in.last+text, ansi.GraphemeWidth); len(first) != len(in.last) {
			return "", 0
		}
	}
	if text == "" {
		in.gap = true
		return "", 0
	}
	in.last, in.gap = text, changed
	return text, width
}

// cluster takes the first user-perceived character off s: what to print of it, its width and how many bytes of s it was.
func cluster(s string) (text string, width, n int) {
	if c := s[0]; c < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		switch {
		case c >= ' ' && c < 0x7f:
			return s[:1], 1, 1
		case c == '\n' || c == '\t':
			return " ", 1, 1
		default:
			return "", 0, 1
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	if ideograph(r) {
		if next, _ := utf8.DecodeRuneInString(s[size:]); len(s) == size || ideograph(next) || next < utf8.RuneSelf {
			return s[:size], 2, size
		}
	}
	switch {
	case r == utf8.RuneError && size == 1:
		return "\uFFFD", 1, 1
	case r == '\n' || r == '\t' || unicode.In(r, unicode.Zl, unicode.Zp):
		return " ", 1, size
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return "", 0, size
	}
	g, width := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
	n = len(g)
	emoji := 0x1F000 <= r && r < 0x1FB00
	if unicode.In(r, unicode.M, unicode.Other_Grapheme_Extend, joining) || !unicode.IsGraphic(r) && !emoji {
		// A mark with nothing to stand on would melt into what is printed before, and so may a character that is
		// not known here. Of emoji there are new ones every year; they do not.
		if width == 0 {
			return "", 0, n
		}
		return "\uFFFD", 1, n
	}
	// Terminals count either clusters or runes. Where that gives two answers, or where formatting characters or a
	// heap of marks hide in the cluster, only its first rune is printed.
	if n > size && (n > 24 || width != ansi.StringWidthWc(g) || !clean(g)) {
		g = g[:size]
		width = ansi.StringWidth(g)
	}
	switch {
	case width != ansi.StringWidthWc(g):
		return "\uFFFD", 1, n
	case width == 0:
		return "", 0, n
	default:
		return g, width, n
	}
}

// ideograph says of the common East Asian characters, which stand alone next to one another and before ASCII, that they
// are two columns wide. It spares names made of them the tables.
func ideograph(r rune) bool {
	return 0x4E00 <= r && r <= 0x9FFF || 0xAC00 <= r && r <= 0xD7A3 || 0x3041 <= r && r <= 0x3096 || 0x30A1 <= r && r <= 0x30FA
}

// joining are the characters, besides marks and formatting, that Unicode joins with a neighbour whatever it is:
// Grapheme_Cluster_Break=Prepend, two vowels and the skin tones.
var joining = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0D4E, Hi: 0x0D4E, Stride: 1}, {Lo: 0x0E33, Hi: 0x0E33, Stride: 1}, {Lo: 0x0EB3, Hi: 0x0EB3, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x111C2, Hi: 0x111C3, Stride: 1}, {Lo: 0x113D1, Hi: 0x113D1, Stride: 1}, {Lo: 0x1193F, Hi: 0x1193F, Stride: 1},
		{Lo: 0x11941, Hi: 0x11941, Stride: 1}, {Lo: 0x11A84, Hi: 0x11A89, Stride: 1}, {Lo: 0x11D46, Hi: 0x11D46, Stride: 1},
		{Lo: 0x11F02, Hi: 0x11F02, Stride: 1}, {Lo: 0x1F3FB, Hi: 0x1F3FF, Stride: 1},
	},
}

// clean says that nothing in a cluster acts on the terminal.
func clean(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf) {
			return false
		}
	}
	return true
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

const spaces = "                                                                                                                                "

func blanks(n int) string {
	if n <= len(spaces) {
		return spaces[:max(n, 0)]
	}
	return strings.Repeat(" ", n)
}

func appendBlanks(dst []byte, n int) []byte {
	for n > len(spaces) {
		dst = append(dst, spaces...)
		n -= len(spaces)
	}
	return append(dst, spaces[:max(n, 0)]...)
}
