package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"janitor/client/profile"
)

func profilesCommand() *cobra.Command {
	var out form
	var choice profile.Choice
	cmd := &cobra.Command{
		Use:   "profiles",
		Short: "Show which profiles are found, and where",
		Long: `profiles lists every profile in order of precedence: those of the config file; the environment (HUAWEICLOUD_SDK_…, HW_…,
OS_…); ~/.huaweicloud/credentials; clouds.yaml; KooCLI's ~/.hcloud/config.json; the agency of the server. The one in use is
marked with *; those that cannot be used say why.

It sends nothing, runs no command and shows no secret; of access keys it shows the first four and the last two characters.`,
		Example: `  janitor profiles
  janitor profiles -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, warnings, inactive, err := profile.List(choice)
			if err != nil {
				return err
			}
			if err := enough(printProfiles(cmd.OutOrStdout(), out, all, inactive)); err != nil {
				return err
			}
			warn(cmd.ErrOrStderr(), profile.Profile{Warnings: warnings})
			if inactive == nil {
				_, inactive = findProfile(choice) // what else is wrong with the config file
			}
			return inactive
		},
	}
	choiceFlags(cmd.Flags(), &choice)
	out.flag(cmd.Flags(), "table", "json")
	return cmd
}

func printProfiles(w io.Writer, out form, all []profile.Found, inactive error) error {
	if out == "json" {
		said := struct {
			Profiles []profile.Found `json:"profiles"`
			Error    string          `json:"error,omitempty"`
		}{Profiles: []profile.Found{}}
		for _, f := range all {
			f.Problem = oneLine(errors.New(f.Problem))
			said.Profiles = append(said.Profiles, f)
		}
		if inactive != nil {
			said.Error = oneLine(inactive)
		}
		return printJSON(w, said)
	}
	if len(all) == 0 {
		return nil
	}
	rows := [][]string{{" ", "NAME", "CLOUD", "REGION", "PROJECT", "AS", "WHERE"}}
	for _, f := range all {
		mark, where := " ", f.Where
		if f.Active {
			mark = "*"
		}
		if f.ReadOnly {
			where += ", read-only"
		}
		// Errors begin with the profile and its place, which stand here already.
		problem := strings.TrimPrefix(f.Problem, fmt.Sprintf("profile %q (%s)", f.Name, f.Where))
		if rest, of := strings.CutPrefix(problem, f.Where); of { // with the line
			where += rest
		} else if problem != "" {
			where += ": " + strings.TrimSpace(strings.TrimPrefix(problem, ":"))
		}
		rows = append(rows, []string{mark, strings.TrimSuffix(f.Name, "/"), f.Cloud, f.Region, f.Project, f.As, where})
	}
	return printTable(w, rows)
}
