package profile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
)

// TestMain is also the command that the tests' secrets come from, so that they need no other program.
func TestMain(m *testing.M) {
	switch os.Getenv("JANITOR_TEST_COMMAND") {
	case "print":
		fmt.Println(strings.Join(os.Args[1:], "|"))
		fmt.Println("a second line")
		os.Exit(0)
	case "fail":
		fmt.Println("hunter2")
		fmt.Fprintln(os.Stderr, "hunter2")
		os.Exit(3)
	case "endless":
		for line := strings.Repeat("hunter2", 1000); ; {
			if _, err := fmt.Println(line); err != nil {
				os.Exit(3)
			}
		}
	case "silent":
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestSecretValues(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lookup := func(name string) (string, bool) {
		v, ok := map[string]string{"SK": "cmd:not run", "EMPTY": ""}[name]
		return v, ok
	}
	tests := []struct {
		name    string
		secret  Secret
		command string
		want    string
		fails   string
	}{
		{name: "itself", secret: "hunter2", want: "hunter2"},
		{name: "variable", secret: "env:SK", want: "cmd:not run"},
		{name: "no variable", secret: "env:NONE", fails: `variable "NONE" is not set`},
		{name: "empty variable", secret: "env:EMPTY", fails: `variable "EMPTY" is empty`},
		{name: "first line", secret: Secret("cmd:'" + self + "' a  'b c' \"d'e\" $HOME *.go ''"), command: "print", want: "a|b c|d'e|$HOME|*.go|"},
		{name: "failing", secret: Secret("cmd:'" + self + "' hunter2"), command: "fail", fails: "ended with exit status 3"},
		{name: "silent", secret: Secret("cmd:'" + self + "'"), command: "silent", fails: "printed nothing"},
		{name: "endless", secret: Secret("cmd:'" + self + "'"), command: "endless", fails: "printed more than 64 KiB"},
		{name: "no such command", secret: "cmd:no-such-command-here hunter2", fails: "not found"},
		{name: "no command", secret: "cmd: ", fails: "names no command"},
		{name: "open quote", secret: "cmd:echo 'hunter2", fails: "not closed"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("JANITOR_TEST_COMMAND", test.command)
			got, err := test.secret.value(t.Context(), lookup)
			switch {
			case test.fails == "" && (err != nil || got != test.want):
				t.Errorf("got %q, %v; want %q", got, err, test.want)
			case test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)):
				t.Errorf("got %q, %v; want an error that says %q", got, err, test.fails)
			case test.fails != "" && strings.Contains(err.Error(), "hunter2"):
				t.Errorf("%q gives the secret away", err)
			}
		})
	}
}

// Whoever does not want to wait for a command need not.
func TestACommandIsStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("JANITOR_TEST_COMMAND", "endless")
	if got, err := Secret("cmd:'"+self+"'").value(ctx, nil); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "was stopped") || got != "" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSecretsNeverShowThemselves(t *testing.T) {
	p := Profile{Name: "acme", Auth: Auth{
		AccessKey: "hunter2", SecretKey: "hunter2", SecurityToken: "hunter2", Username: "hunter2", Password: "hunter2", Token: "hunter2",
	}}
	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		shown = append(shown, fmt.Sprintf(verb, p), fmt.Sprintf(verb, p.Auth), fmt.Sprintf(verb, p.Auth.Token), fmt.Sprintf(verb, &p.Auth))
	}
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		data, err := marshal(p.Auth)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(data))
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("open", "auth", p.Auth, "token", p.Auth.Token)
	shown = append(shown, log.String())
	if i := slices.IndexFunc(shown, func(s string) bool {
		return strings.Contains(s, "hunter2") || strings.Contains(s, fmt.Sprintf("%x", "hunter2"))
	}); i >= 0 {
		t.Error(shown[i])
	}
}

// FuzzSplit: cutting a command never panics, and words without quotes or spaces come back as they went in.
func FuzzSplit(f *testing.F) {
	f.Add("pass show 'cloud key'")
	f.Add(`a "b ' c" d`)
	f.Fuzz(func(t *testing.T, command string) {
		words, err := split(command)
		if err == nil && (len(words) == 0 || words[0] == "") {
			t.Errorf("%q: %q", command, words)
		}
		if plain := utf8.ValidString(command) && !strings.ContainsAny(command, "'\" \t"); plain && command != "" && (err != nil || words[0] != command) {
			t.Errorf("%q: %q, %v", command, words, err)
		}
	})
}

// What is sent in a header holds no blanks; a password may.
func TestKeysAndTokensHoldNoBlanks(t *testing.T) {
	of := func(key, value string) Profile {
		p := Profile{Name: "acme", lookup: func(string) (string, bool) { return value, true }}
		switch key {
		case "access_key":
			p.Auth.AccessKey = "env:X"
		case "token":
			p.Auth.Token = "env:X"
		case "password":
			p.Auth.Password = "env:X"
		}
		return p
	}
	for _, c := range []struct{ key, value, want, says string }{
		{"access_key", " AKEXAMPLE\r\n", "AKEXAMPLE", ""},
		{"token", "\tMIIC=\n", "MIIC=", ""},
		{"password", " p w ", " p w ", ""},
		{"access_key", " \r", "", `profile "acme": access_key: holds nothing but blanks`},
		{"token", "MIIC\nMIIC", "", `profile "acme": token: holds a blank or a line break in the middle: copy it once more`},
	} {
		who, err := of(c.key, c.value).fetch(t.Context())
		if got := who.accessKey + who.token + who.password; got != c.want || (err != nil) != (c.says != "") {
			t.Errorf("%s %q: got %q, %v", c.key, c.value, got, err)
		}
		if err != nil && (err.Error() != c.says || !errors.Is(err, Credentials)) {
			t.Errorf("%s %q: %v", c.key, c.value, err)
		}
	}
}
