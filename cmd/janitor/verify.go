package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"janitor/client/cleanup"
	"janitor/client/inventory"
	"janitor/client/profile"
)

func verifyCommand() *cobra.Command {
	var out form
	var choice profile.Choice
	cmd := &cobra.Command{
		Use:   "verify RUN",
		Short: "Check again that what was deleted is gone",
		Long: `verify lists again what a finished run was about and says of every item whether it is gone, there, or not known because
its list could not be read. It changes nothing, and adds what it finds to the run's journal.

The exit status is 0 when everything that was said to be gone is gone, or was brought back by an undo; 4 when the
credentials are refused; else 1.`,
		Args:              oneRun,
		ValidArgsFunction: runArgs(verifiable),
		RunE: func(cmd *cobra.Command, args []string) error {
			runs := history()
			past, err := find(runs, args[0])
			if err != nil {
				return err
			}
			if err := past.CanVerify(); err != nil {
				return usage("%w: janitor resume %s goes on with it and proves it", err, past.ID)
			}
			choice.ReadOnly = true
			s, err := reopen(cmd.Context(), past, choice)
			if err != nil {
				return err
			}
			defer closing(cmd, s.Session)
			runs.ActAs(whoIs(s.Session))
			return verify(cmd, out, runs, past, s.loader)
		},
	}
	sessionFlags(cmd, &choice)
	out.flag(cmd.Flags(), "table", "ndjson")
	return cmd
}

func verify(cmd *cobra.Command, out form, runs *cleanup.History, past *cleanup.Past, loader *inventory.Loader) error {
	j, err := runs.Verify(past)
	if err != nil {
		return unrecorded(err)
	}
	found, err := cleanup.Verify(cmd.Context(), loader, past.Ledger, j)
	err = errors.Join(err, j.Close())
	if ctxErr := cmd.Context().Err(); ctxErr != nil {
		return interrupted(cmd.Context(), ctxErr)
	}
	broken := printFound(cmd.OutOrStdout(), out, past.Ledger, found)
	if err != nil {
		return unrecorded(err)
	}
	said, err := verified(past, found)
	if err != nil {
		return err
	}
	say(cmd.ErrOrStderr(), "%s (%s).", said, time.Now().UTC().Format("2006-01-02 15:04:05 UTC"))
	return enough(broken)
}

// printFound prints what became of each item of a run, and what was found of it.
func printFound(w io.Writer, out form, l *cleanup.Ledger, found []cleanup.Found) (err error) {
	enc, table := json.NewEncoder(w), tableOf(&l.Plan, "NOW")
	for i, f := range found {
		res := l.Items[i].Result
		line := lineOf("", &l.Plan, i, res, f.Is)
		line.Back = f.Back
		if f.Why != "" { // besides what the run says of it
			line.Message = strings.TrimPrefix(line.Message+"; "+f.Why, "; ")
		}
		if out == "ndjson" {
			err = cmp.Or(err, enc.Encode(line))
		}
		table.add(line, f.Is.Says(res.Outcome, f.Back))
	}
	if out == "table" {
		return table.print(w)
	}
	return err
}

// verified says that what was found of a run is what it should be; the error says what is not.
func verified(past *cleanup.Past, found []cleanup.Found) (said string, err error) {
	want, is, wrongly := "gone", cleanup.IsGone, "reappeared"
	undo := past.Ledger.Plan.Undoes != ""
	if undo {
		want, is, wrongly = "back", cleanup.IsThere, "gone again"
	}
	back := map[string]int{} // by the run that has brought it back
	wrong, unknown := 0, 0
	var cause error
	for i, f := range found {
		switch {
		case f.Is.Proves(past.Ledger.Items[i].Result.Outcome):
		case f.Is == cleanup.IsUnknown:
			unknown++
			cause = cmp.Or(cause, f.Err)
		case f.Back != "":
			back[f.Back]++
		default:
			wrong++
		}
	}
	if wrong+unknown > 0 {
		if undo {
			wrongly = are(wrong) + " " + wrongly
		}
		err := fmt.Errorf("run %s: of what was said to be %s, %d %s and %d %s not known", past.ID, want, wrong, wrongly, unknown, are(unknown))
		if cause != nil {
			err = fmt.Errorf("%w: %w", err, cause)
		}
		return "", err
	}
	said = fmt.Sprintf("Run %s: what was said to be %s is %s", past.ID, want, is)
	for _, run := range slices.Sorted(maps.Keys(back)) {
		said += fmt.Sprintf(", but %d %s brought back by run %s", back[run], are(back[run]), run)
	}
	return said, nil
}
