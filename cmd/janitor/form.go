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
func (f *form) flag(flags *pflag.FlagSet, of ...form) {
	*f = of[0]
	flags.VarP(&formFlag{f, of}, "output", "o", "output format: "+english.Or((&formFlag{of: of}).words()))
}

func forms(words []string) []form {
	of := make([]form, len(words))
	for i, w := range words {
		of[i] = form(w)
	}
	return of
}

type formFlag struct {
	to *form
	of []form
}

func (f *formFlag) Type() string   { return strings.Join(f.words(), "|") }
func (f *formFlag) String() string { return string(*f.to) }
func (f *formFlag) Set(s string) error {
	if !slices.Contains(f.of, form(s)) {
		return errors.New("it must be " + english.Or(f.words()))
	}
	*f.to = form(s)
	return nil
}

func (f *formFlag) words() []string {
	words := make([]string, len(f.of))
	for i, word := range f.of {
		words[i] = string(word)
	}
	return words
}
