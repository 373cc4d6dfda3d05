package theme

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks s into lines of at most w columns, at blanks where there are any, so that nothing is cut. There is at
// least one line. Like with Fit, nothing in s acts on the terminal, and s must not be painted.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return []string{""}
	}
	return strings.Split(ansi.Wrap(Fit(s, Width(s)), w, ""), "\n")
}

// WrapTo is Wrap in at most n lines: the last one is cut when there would be more.
func WrapTo(s string, w, n int) []string {
	lines := Wrap(s, w)
	if n = max(n, 1); len(lines) > n {
		lines[n-1] = Fit(lines[n-1]+" "+lines[n], w)
		lines = lines[:n]
	}
	return lines
}

// Fill makes exactly h lines of these.
func Fill(lines []string, h int) []string {
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:max(h, 0)]
}
