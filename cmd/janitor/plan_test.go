package main

import (
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
