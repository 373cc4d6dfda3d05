package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"janitor/client/doctor"
	"janitor/client/simcloud"
)

// ends STATUS ARG...: janitor with these arguments ends with the status; later lines of the script look at what it wrote.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: ends STATUS ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec("janitor", args[1:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("ended with exit status %d, want %d", got, want)
	}
}

// misspell KEY FILE: writes config.yaml to the file, with another letter at the beginning of every value of the key.
func misspell(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: misspell KEY FILE")
	}
	data, err := os.ReadFile(ts.MkAbs("config.yaml"))
	ts.Check(err)
	key := []byte(args[0] + ": \"")
	if !bytes.Contains(data, key) {
		ts.Fatalf("config.yaml has no %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), bytes.ReplaceAll(data, key, append(key, '~')), 0o600))
}

var drawDoctor = flag.Bool("draw", false, "draw testdata/doctor.svg anew")

// TestPictureOfTheDoctor: the picture of the README shows what the command prints.
func TestPictureOfTheDoctor(t *testing.T) {
	sim := simulation{Options: simcloud.Options{Seed: 1, Size: simcloud.Large, Lacks: []string{"/certificates/batch-delete"}}}
	v, err := sim.serve(t.Context(), "127.0.0.1:0", io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	defer v.stop()
	p := v.profile("simulated")
	p.Auth = v.login()
	r, err := doctor.Examine(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	if err := printReport(&printed, "table", r); err != nil {
		t.Fatal(err)
	}
	text := printed.String()
	for _, moving := range []struct{ from, to string }{
		{`127\.0\.0\.1:\d+ answers in \d+ ms`, "127.0.0.1:8080 answers in 23 ms"},
		{`this computer .* (elb|apig|roma|iam)\b.*`, "this computer and elb agree to the second"},
		{`\d{4}-\d\d-\d\d \d\d:\d\d UTC`, "2026-12-01 09:30 UTC"},
	} {
		text = regexp.MustCompile(moving.from).ReplaceAllString(text, moving.to)
	}
	const path = "testdata/doctor.svg"
	got := drawn("$ janitor doctor --profile simulated-login\n" + text)
	if *drawDoctor {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("%s is stale (%v): go test ./cmd/janitor -run PictureOfTheDoctor -draw, then look at it", path, err)
	}
}

// drawn is text as a terminal shows it, in SVG: sharp at any size. Lines begin with the state, which has a colour.
func drawn(text string) string {
	const wide, high, edge = 8.4, 17.0, 16.0 // pixels of a cell in a 14 px monospace font, and around all of them
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	columns := 0
	var b strings.Builder
	for i, line := range lines {
		columns = max(columns, utf8.RuneCountInString(line))
		colour := map[string]string{"ok": "#7fb069", "warning": "#e5b567", "bad": "#e06c75", "unknown": "#8a919e", "STATE": "#8a919e"}[strings.SplitN(line, " ", 2)[0]]
		if strings.HasPrefix(strings.TrimSpace(line), "→") {
			colour = "#e5b567"
		}
		more := ""
		if colour != "" {
			more = fmt.Sprintf(" fill=%q", colour)
		}
		if trimmed := strings.TrimLeft(line, " "); trimmed != "" {
			left := utf8.RuneCountInString(line) - utf8.RuneCountInString(trimmed)
			fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\"%s>%s</text>\n", edge+float64(left)*wide, edge+float64(i)*high+13,
				float64(utf8.RuneCountInString(trimmed))*wide, more, html.EscapeString(trimmed))
		}
	}
	width, height := float64(columns)*wide+2*edge, float64(len(lines))*high+2*edge
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">
<rect width="100%%" height="100%%" rx="10" fill="#16181d"/>
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="#d4d7dd" xml:space="preserve">
%s</g>
</svg>
`, width, height, width, height, b.String())
}
