package profile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/exec"
	"strings"
	"time"
	"unicode"
)

// Secret is a credential as it is written down: the value itself, "env:NAME" (the variable's value) or "cmd:COMMAND"
// (the first line of what the command prints). It never prints itself.
//
// A command is split into words at spaces, with '…' and "…" around words that hold spaces; it runs directly, without a
// shell, so $, |, > and * are plain characters. It gets no input, 30 seconds, and may print 64 KiB.
type Secret string

const (
	commandTime  = 30 * time.Second
	commandMax   = 64 << 10 // bytes of output
	hiddenSecret = "(hidden)"
)

// verbatim marks a value that other programs wrote: it is never a variable or a command, however it begins. No text of
// a file or variable begins so.
const verbatim = "\x00"

// literal is the secret with this value, taken as it is.
func literal(value string) Secret {
	if value == "" {
		return ""
	}
	return Secret(verbatim + value)
}

// written says whether the secret's value itself stands where it was found.
func (s Secret) written() bool {
	return s != "" && !strings.HasPrefix(string(s), "env:") && !strings.HasPrefix(string(s), "cmd:")
}

// source says where the value comes from, "" when it is written down. The arguments of a command may be secrets.
func (s Secret) source() string {
	if command, ok := strings.CutPrefix(string(s), "cmd:"); ok {
		if words, err := split(command); err == nil {
			return "cmd:" + words[0]
		}
		return "cmd:"
	}
	if strings.HasPrefix(string(s), "env:") {
		return string(s)
	}
	return ""
}

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hiddenSecret
}

// GoString hides the value.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the value, so that no encoder writes it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue hides the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// value fetches what the secret stands for. Errors hold neither the value nor the command's arguments or output.
func (s Secret) value(ctx context.Context, lookup func(string) (string, bool)) (string, error) {
	if value, ok := strings.CutPrefix(string(s), verbatim); ok {
		return value, nil
	}
	if name, ok := strings.CutPrefix(string(s), "env:"); ok {
		switch v, set := lookup(name); {
		case v != "":
			return v, nil
		case set:
			return "", fmt.Errorf("the environment variable %q is empty", name)
		}
		return "", fmt.Errorf("the environment variable %q is not set", name)
	}
	command, ok := strings.CutPrefix(string(s), "cmd:")
	if !ok {
		return string(s), nil
	}
	words, err := split(command)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, commandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // the user's own config names the command
	cmd.WaitDelay = time.Second                             // a child that keeps the pipe open must not hold us up
	out := limited{max: commandMax}
	cmd.Stdout = &out
	err = cmd.Run()
	defer clear(out.data)
	switch {
	case out.over:
		return "", fmt.Errorf("the command %q printed more than %d KiB", words[0], commandMax>>10)
	case err != nil:
		return "", fmt.Errorf("the command %q %w", words[0], commandError(ctx, err))
	}
	line, _, _ := strings.Cut(string(out.data), "\n")
	if line = strings.TrimRight(line, "\r"); line == "" {
		return "", fmt.Errorf("the command %q printed nothing on its first line", words[0])
	}
	return line, nil
}

// bare is a key or token without what files, shells and the clipboard leave around it; it travels in a header, which takes no
// blanks.
func bare(value string) (string, error) {
	inner := strings.TrimSpace(value)
	switch {
	case inner == "" && value != "":
		return "", errors.New("holds nothing but blanks")
	case strings.ContainsFunc(inner, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return "", errors.New("holds a blank or a line break in the middle: copy it once more")
	}
	return inner, nil
}

// limited keeps what is written to it and refuses more than max bytes.
type limited struct {
	data []byte
	max  int
	over bool
}

func (l *limited) Write(p []byte) (int, error) {
	if len(l.data)+len(p) > l.max {
		l.over = true
		return 0, io.ErrShortWrite
	}
	if l.data == nil {
		l.data = make([]byte, 0, l.max) // growing would leave copies behind that nobody clears
	}
	l.data = append(l.data, p...)
	return len(p), nil
}

// commandError leaves out what the command printed.
func commandError(ctx context.Context, err error) error {
	exit, ended := errors.AsType[*exec.ExitError](err)
	start, unstarted := errors.AsType[*exec.Error](err)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("was stopped after at most %v: %w", commandTime, ctx.Err())
	case ended:
		return fmt.Errorf("ended with %v; run it by hand to see why", exit.ProcessState)
	case unstarted:
		return fmt.Errorf("cannot be run: %w", start.Err)
	default:
		return fmt.Errorf("has failed: %w", err)
	}
}

// split cuts a command into words; the first one is never empty.
func split(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	var quote rune
	open := false
	for _, r := range command {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\t':
			if open {
				words, open = append(words, word.String()), false
				word.Reset()
			}
		default:
			word.WriteRune(r)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	switch {
	case quote != 0:
		return nil, usage("cmd: has a %c that is not closed", quote)
	case len(words) == 0 || words[0] == "":
		return nil, usage("cmd: names no command")
	}
	return words, nil
}
