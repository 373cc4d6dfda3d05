package main

import (
	"io"

	"github.com/spf13/pflag"

	"janitor/client/profile"
)

// choiceFlags say which profile is used, and what instead of its own settings.
func choiceFlags(flags *pflag.FlagSet, choice *profile.Choice) {
	flags.StringVar(&choice.Profile, "profile", "", "profile to use (see janitor profiles)")
	flags.StringVar(&choice.Region, "region", "", "region instead of the profile's")
	flags.StringVar(&choice.Project, "project", "", "project instead of the profile's, id or name")
	endpointFlag(flags, choice)
}

func endpointFlag(flags *pflag.FlagSet, choice *profile.Choice) {
	flags.StringArrayVar(&choice.Endpoints, "endpoint", nil, "endpoint, as SERVICE=URL: elb, apig, roma, iam")
}

// warn tells what is dangerous about the profile and works all the same.
func warn(w io.Writer, p profile.Profile) {
	for _, said := range p.Warnings {
		say(w, "janitor: warning: %s", said)
	}
}
