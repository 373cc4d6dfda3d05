package tui

import (
	"fmt"
	"html"
	"image/color"
	"strings"
	"testing"
	"time"

	uv "github.com/charmbracelet/ultraviolet"

	"janitor/client/simcloud"
	"janitor/tui/internal/golden"
)

// TestPictures: the pictures of the README show what the program draws.
func TestPictures(t *testing.T) {
	a := newAccount(t, simcloud.Options{Seed: 1})
	a.recorded(t)
	x := open(t, a.opts, 110, 28)
	shot := func(name string) {
		t.Helper()
		x.still()
		golden.Check(t, name+".svg", picture(x.screen))
	}
	x.see("listed just now").press("v", "j", "j", "j", "j", "j", "j", "j", "v", "j", "j")
	x.see("8 marked")
	shot("browse")
	x.press("ctrl+d").see("of 8 marked pools")
	a.clock.pass(time.Second)
	x.press("up")
	shot("confirm")
	x.press("y").see("(proved gone)")
	shot("run")
}

// A picture is SVG with real text: sharp at any size and a few kilobytes.
const (
	cellWide, cellHigh = 8.4, 17.0 // pixels of a cell in a 14 px monospace font
	pictureEdge        = 16.0
)

// cells is the part of a terminal that a picture is made from.
type cells interface {
	CellAt(x, y int) *uv.Cell
	Width() int
	Height() int
}

func picture(screen cells) string {
	const foreground, background = "#d4d7dd", "#16181d"
	w, h := screen.Width(), screen.Height()
	var shapes, texts strings.Builder
	for y := range h {
		for x := 0; x < w; {
			from, style := x, uv.Style{}
			var text strings.Builder
			for ; x < w; x++ {
				c := screen.CellAt(x, y)
				if c == nil || c.Width == 0 { // the second half of a wide character
					continue
				}
				// Wide characters stand alone, so that a font that is not exactly two cells wide moves nothing after them.
				if x > from && !blank(c, style) && (!c.Style.Equal(&style) || c.Width > 1 || wide(screen, from, y)) {
					break
				}
				if x == from {
					style = c.Style
				}
				text.WriteString(c.Content)
			}
			drawStrip(&shapes, &texts, strip{from, x, y, style, text.String()}, foreground, background)
		}
	}
	width, height := float64(w)*cellWide+2*pictureEdge, float64(h)*cellHigh+2*pictureEdge
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">
<rect width="100%%" height="100%%" rx="10" fill="%s"/>
%s<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="%s" xml:space="preserve">
%s</g>
</svg>
`, width, height, width, height, background, shapes.String(), foreground, texts.String())
}

// blank: nothing shows of the cell, whatever style the renderer found cheapest for it.
func blank(c *uv.Cell, among uv.Style) bool {
	bare := uv.Style{Bg: c.Style.Bg}
	return strings.TrimSpace(c.Content) == "" && bare.Equal(&uv.Style{Bg: among.Bg}) &&
		(c.Style.Attrs|among.Attrs)&uv.AttrReverse == 0 && c.Style.Underline == 0 && among.Underline == 0
}

func wide(screen cells, x, y int) bool {
	c := screen.CellAt(x, y)
	return c != nil && c.Width > 1
}

// strip is neighbouring cells of one style.
type strip struct {
	from, to, y int
	style       uv.Style
	text        string
}

func drawStrip(shapes, texts *strings.Builder, r strip, foreground, background string) {
	fg, bg := hex(r.style.Fg, foreground), hex(r.style.Bg, background)
	if r.style.Attrs&uv.AttrReverse != 0 {
		fg, bg = bg, fg
	}
	left, top := pictureEdge+float64(r.from)*cellWide, pictureEdge+float64(r.y)*cellHigh
	width := float64(r.to-r.from) * cellWide
	if bg != background {
		fmt.Fprintf(shapes, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", left, top, width, cellHigh, bg)
	}
	bare := strings.TrimLeft(r.text, " ")
	trimmed := strings.TrimRight(bare, " ")
	if strings.TrimSpace(trimmed) == "" {
		return
	}
	blanks := float64(len(r.text)-len(bare)) * cellWide
	left, width = left+blanks, width-blanks
	var more strings.Builder
	if fg != foreground {
		fmt.Fprintf(&more, ` fill="%s"`, fg)
	}
	if r.style.Attrs&uv.AttrBold != 0 {
		more.WriteString(` font-weight="bold"`)
	}
	if r.style.Underline != 0 {
		more.WriteString(` text-decoration="underline"`)
	}
	// textLength holds the columns whatever the font's advance is.
	length := width - float64(len(bare)-len(trimmed))*cellWide
	fmt.Fprintf(texts, "<text x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\"%s>%s</text>\n", left, top+13, length, more.String(), html.EscapeString(trimmed))
}

func hex(c color.Color, otherwise string) string {
	if c == nil {
		return otherwise
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
