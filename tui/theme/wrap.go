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
