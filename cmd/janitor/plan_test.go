package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// change FILE OLD NEW TO: writes the file with all OLD replaced by NEW, in which \n is a new line, to another.
func change(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: change FILE OLD NEW TO")
	}
	before := ts.ReadFile(args[0])
	after := strings.ReplaceAll(before, args[1], strings.ReplaceAll(args[2], `\n`, "\n"))
	if after == before {
		ts.Fatalf("%s does not hold %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(after), 0o600))
}

// parses FORMAT: stdout of the last command is whole in that format: json, ndjson or csv.
func parses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: parses json|ndjson|csv")
	}
	out := ts.ReadFile("stdout")
	switch args[0] {
	case "json":
		if !json.Valid([]byte(out)) {
			ts.Fatalf("stdout is not JSON: %q", out)
		}
	case "ndjson":
		for line := range strings.Lines(out) {
			if !json.Valid([]byte(line)) {
				ts.Fatalf("a line of stdout is not JSON: %q", line)
			}
		}
	case "csv":
		if _, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil {
			ts.Fatalf("stdout is not CSV: %v", err)
		}
	default:
		ts.Fatalf("unknown format %q", args[0])
	}
}
