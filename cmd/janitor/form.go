package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// form is how a command prints: a table for people, or one of the forms for programs.
type form string

// flag is -o, which takes one of these; the first is the usual one.
func (f *form) flag(flags *pflag.FlagSet, of ...form) {
	*f = of[0]
	flags.VarP(&formFlag{f, of}, "output", "o", "how to print: "+(&formFlag{of: of}).words(", ", " or "))
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

func (f *formFlag) Type() string   { return f.words("|", "|") }
func (f *formFlag) String() string { return string(*f.to) }
func (f *formFlag) Set(s string) error {
	if !slices.Contains(f.of, form(s)) {
		return errors.New("it is " + f.words(", ", " or "))
	}
	*f.to = form(s)
	return nil
}

func (f *formFlag) words(between, last string) string {
	var b strings.Builder
	for i, word := range f.of {
		switch {
		case i == 0:
		case i == len(f.of)-1:
			b.WriteString(last)
		default:
			b.WriteString(between)
		}
		b.WriteString(string(word))
	}
	return b.String()
}
