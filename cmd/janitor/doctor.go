package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"janitor/client/doctor"
	"janitor/client/english"
	"janitor/client/profile"
)

func doctorCommand() *cobra.Command {
	var out form
	var choice profile.Choice
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check the profile and what this cloud offers",
		Long: `doctor checks everything a profile needs: whether the services answer, their certificates, whether the clocks agree, who
you are and until when, whether every list works, which batch calls this cloud has, and the quotas. It changes nothing:
batch calls are tried without credentials, where the refusal tells whether they exist.

Each line is ok, a warning, bad or unknown, and says what to do. What cannot be found out without changing anything is
unknown; that is not bad. -o json prints an object with findings, each with area, what, state, says and do.

Exit status: 0 nothing is bad, 1 something is, 4 the credentials are refused.`,
		Example: `  janitor doctor
  janitor doctor --profile otc -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := findProfile(choice)
			if err != nil {
				return err
			}
			p := f.Profile
			warn(cmd.ErrOrStderr(), p)
			asking := waiting(os.Stderr, "Asking the services.")
			r, err := doctor.Examine(cmd.Context(), logged(cmd.Context(), p))
			asking()
			if err != nil {
				return interrupted(cmd.Context(), err)
			}
			if err := enough(printReport(cmd.OutOrStdout(), out, r)); err != nil {
				return err
			}
			switch bad := r.Count(doctor.Bad); {
			case r.Refused():
				return &failure{statusCredentials, fmt.Errorf("%v: the credentials are refused", p)}
			case bad > 0:
				return fmt.Errorf("%v: %d of %s %s bad", p, bad, english.Count(len(r.Findings), "finding", "findings"), are(bad))
			}
			return nil
		},
	}
	choiceFlags(cmd.Flags(), &choice)
	out.flag(cmd.Flags(), "table", "json")
	cmd.Flags().BoolVar(&choice.ReadOnly, "read-only", false, "check it as a session that never deletes")
	return cmd
}

func printReport(w io.Writer, out form, r doctor.Report) error {
	if out == "json" {
		return printJSON(w, r)
	}
	rows := [][]string{{"STATE", "AREA", "WHAT", "FOUND"}}
	for _, f := range r.Findings {
		rows = append(rows, []string{string(f.State), f.Area, f.What, f.Says})
		if f.Do != "" {
			rows = append(rows, []string{"", "", "", "→ " + f.Do})
		}
	}
	if err := printTable(w, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nProfile %s, region %s, project %s: %d ok, %s, %d bad, %d unknown\n", r.Profile, r.Region, r.Project,
		r.Count(doctor.OK), english.Count(r.Count(doctor.Warning), "warning", "warnings"), r.Count(doctor.Bad), r.Count(doctor.Unknown))
	return err
}
