// Command janitor finds what nobody uses on Huawei Cloud and its sister clouds, and deletes what was confirmed.
//
// This package is thin: it turns flags into a profile, the profile into a client and hands that to the screen.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	"unicode"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"janitor/client/profile"
)

// Exit statuses, as documented in the README. The others belong to commands that run plans unattended.
const (
	statusFailed      = 1
	statusUsage       = 2
	statusCredentials = 4
	statusInterrupted = 7
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := rootCommand()
	err := fang.Execute(ctx, root,
		fang.WithVersion(version()),
		fang.WithErrorHandler(func(w io.Writer, _ fang.Styles, err error) {
			fmt.Fprintf(w, "janitor: %s\n", oneLine(err)) //nolint:errcheck // nobody is left to be told
		}))
	return status(err)
}

// failure is an error with the exit status that it leads to.
type failure struct {
	status int
	error
}

func (f *failure) Unwrap() error { return f.error }

func usage(format string, args ...any) error {
	return &failure{statusUsage, fmt.Errorf(format, args...)}
}

func status(err error) int {
	var f *failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &f):
		return f.status
	case errors.Is(err, profile.Usage):
		return statusUsage
	case errors.Is(err, profile.Credentials):
		return statusCredentials
	}
	return statusFailed
}

// oneLine is an error as stderr shows it: one line, and nothing in it that a terminal would obey.
func oneLine(err error) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), " ") {
		if unicode.IsGraphic(r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// version is the module's, as the go command stamped it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

// usageErrors makes every wrong flag and argument of the commands a usage error.
func usageErrors(root *cobra.Command) {
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w (see %s --help)", err, cmd.CommandPath())
	})
	for _, cmd := range root.Commands() {
		check := cmd.Args
		if check == nil {
			continue
		}
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%w (see %s --help)", err, cmd.CommandPath())
			}
			return nil
		}
	}
}
