package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
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
