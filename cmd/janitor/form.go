package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"janitor/client/english"
)

// form is how a command prints: a table for people, or one of the forms for programs.
type form string

// flag is -o, which takes one of these; the first is the usual one.
func (f *form) flag(flags *pflag.FlagSet, of ...string) {
	*f = form(of[0])
	flags.VarP(&formFlag{f, of}, "output", "o", "output format: "+english.Or(of))
}

type formFlag struct {
	to *form
	of []string
}

func (f *formFlag) Type() string   { return strings.Join(f.of, "|") }
func (f *formFlag) String() string { return string(*f.to) }
func (f *formFlag) Set(s string) error {
	if !slices.Contains(f.of, s) {
		return errors.New("it must be " + english.Or(f.of))
	}
	*f.to = form(s)
	return nil
}
