package main

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"janitor/client/profile"
)

// choiceFlags say which profile is used, and what instead of its own settings.
func choiceFlags(flags *pflag.FlagSet, choice *profile.Choice) {
	flags.StringVar(&choice.Profile, "profile", "", "profile of the config file to use, or one from elsewhere, such as env or clouds/NAME (see janitor profiles)")
	flags.StringVar(&choice.Region, "region", "", "region to use instead of the profile's")
	flags.StringVar(&choice.Project, "project", "", "project to use instead of the profile's, by id or name")
	flags.StringArrayVar(&choice.Endpoints, "endpoint", nil, "endpoint of a service as SERVICE=URL, SERVICE being elb, apig, roma or iam; may be repeated")
}

// warn tells what is dangerous about the profile and works all the same.
func warn(w io.Writer, p profile.Profile) {
	for _, said := range p.Warnings {
		fmt.Fprintf(w, "janitor: warning: %s\n", said) //nolint:errcheck // for people
	}
}
