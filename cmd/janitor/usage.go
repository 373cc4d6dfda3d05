package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// plain says what is wrong with a number without naming functions of strconv.
func plain(err error) error {
	wrong, is := errors.AsType[*strconv.NumError](err)
	if !is {
		return err
	}
	says := "it must be a number, 0 or more"
	switch {
	case wrong.Func == "ParseBool":
		says = "it must be true or false"
	case errors.Is(wrong, strconv.ErrRange):
		says = "it is too large"
	}
	return errors.New(strings.Replace(err.Error(), wrong.Error(), says, 1))
}

// noneEmpty refuses flags with an empty value. It comes from a variable that is not set, and the default in its place would
// be another profile, or a list of everything.
func noneEmpty(cmd *cobra.Command) (err error) {
	free := []string{"reason", "ticket"}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && f.Value.Type() == "string" && strings.TrimSpace(f.Value.String()) == "" && !slices.Contains(free, f.Name) {
			err = usage("--%s is empty: give it a value, or leave it out", f.Name)
		}
	})
	return err
}

// noArguments is for commands that take none.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("it takes no arguments: leave out %q", args[0])
	}
	return nil
}

// usageErrors makes every wrong flag and argument of the commands a usage error.
func usageErrors(root *cobra.Command) {
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w (see %s --help)", plain(err), cmd.CommandPath())
	})
	for _, cmd := range root.Commands() {
		if check := cmd.Args; check != nil {
			cmd.Args = func(cmd *cobra.Command, args []string) error {
				if err := noneEmpty(cmd); err != nil { // before the check takes an empty --file for a missing KIND
					return err
				}
				if err := check(cmd, args); err != nil {
					return usage("%w (see %s --help)", err, cmd.CommandPath())
				}
				return nil
			}
		}
		usageErrors(cmd)
	}
}
