package main

import (
	"bytes"
	"strings"
	"testing"

	"janitor/tui/theme"
)

// The line is written over, fits the terminal, holds nothing that a terminal would obey, and is gone in the end. Without a
// terminal there is none.
func TestProgressIsOneLineThatIsWrittenOver(t *testing.T) {
	var out bytes.Buffer
	p := &progress{w: &out, width: func() int { return 20 }}
	p.show("3/7, 1 in flight: the service \x1b]0;x\a says so")
	p.show("4/7")
	p.clear()
	p.clear()
	lines := strings.Split(out.String(), "\r\x1b[K")
	if len(lines) != 4 || lines[0] != "" || lines[2] != "4/7" || lines[3] != "" {
		t.Fatalf("%q", lines)
	}
	if theme.Width(lines[1]) > 19 || !strings.HasPrefix(lines[1], "3/7, 1 in flight") || strings.ContainsAny(lines[1], "\x1b\a") {
		t.Errorf("%q", lines[1])
	}
	if progressOn(&out).width != nil {
		t.Error("a buffer is taken for a terminal")
	}
}
