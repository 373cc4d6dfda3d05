package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// The README and the help know the same exit statuses.
func TestExitStatusesAreExplained(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(text), "\n## Exit status\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	help := statusTopic().Long
	for _, n := range []int{0, statusFailed, statusUsage, statusRefused, statusCredentials, statusJournal, statusSafety, statusInterrupted, statusDeadline, statusSomething} {
		if !strings.Contains(chapter, fmt.Sprintf("\n| %d | ", n)) {
			t.Errorf("the README lacks status %d", n)
		}
		if !strings.Contains(help, fmt.Sprintf("\n%5d  ", n)) {
			t.Errorf("the help lacks status %d", n)
		}
	}
}

// The README names every command, and no flag that there is none of.
func TestTheREADMENamesEveryCommand(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(text), "\n## Commands\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	root := program()
	known := map[string]bool{"--help": true, "--version": true}
	root.Flags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
	for _, name := range commands(root) {
		if name != "help" && !strings.Contains(chapter, "`janitor "+name+" ") && !strings.Contains(chapter, "`janitor "+name+"`") {
			t.Errorf("the README lacks janitor %s", name)
		}
		cmd, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
	}
	for _, word := range strings.FieldsFunc(chapter, func(r rune) bool { return !strings.ContainsRune("-abcdefghijklmnopqrstuvwxyz", r) }) {
		if len(word) > 2 && strings.HasPrefix(word, "--") && strings.Trim(word, "-") != "" && !known[word] {
			t.Errorf("the README names %s, which is no flag", word)
		}
	}
}
