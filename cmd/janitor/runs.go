package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"janitor/client"
	"janitor/client/cleanup"
	"janitor/client/journal"
)

// history is the user's runs.
func history() *cleanup.History {
	return cleanup.NewHistory(filepath.Join(xdg.StateHome, "janitor"), version())
}

// oneRun takes the only argument of the commands about a run.
func oneRun(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return usage("name a run: janitor runs lists them")
	case 1:
		return nil
	}
	return usage("%d arguments where one run is expected: janitor runs lists them", len(args))
}

func runsCommand() *cobra.Command {
	var out form
	cmd := &cobra.Command{
		Use:   "runs [RUN]",
		Short: "List the runs, or the items of one",
		Long: `runs lists what was deleted from this machine, newest first: the journals below janitor/runs in the user's state
directory. RUN is the name of a run, or enough of its beginning or end; its items are shown with their outcomes.

A run is running, finished, unfinished (janitor resume RUN continues it), not begun (nothing was sent) or damaged.`,
		ValidArgsFunction: runArgs(anyRun),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("%d arguments where at most one run is expected", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			runs := history()
			if len(args) == 1 {
				past, err := find(runs, args[0])
				if err != nil {
					return err
				}
				return enough(printItems(cmd.OutOrStdout(), out, past))
			}
			all, err := runs.All()
			if err != nil {
				return err
			}
			if len(all) == 0 && out == "table" {
				_, err = fmt.Fprintln(cmd.ErrOrStderr(), "No run yet.")
				return err
			}
			return enough(printRuns(cmd.OutOrStdout(), out, all))
		},
	}
	out.flag(cmd.Flags(), "table", "ndjson")
	return cmd
}

// find is a run that can be read.
func find(runs *cleanup.History, name string) (*cleanup.Past, error) {
	if strings.TrimSpace(name) == "" { // a variable that is not set
		return nil, usage("name a run: its name is empty")
	}
	past, err := runs.Find(name)
	if errors.Is(err, cleanup.ErrNoRun) {
		return nil, usage("%w", err)
	}
	if err != nil {
		return nil, err
	}
	if past.Err != nil {
		return nil, usage("%w", past.Err)
	}
	return past, nil
}

func printRuns(w io.Writer, out form, all []*cleanup.Past) error {
	if out == "ndjson" {
		for _, p := range all {
			line := map[string]any{"run": p.ID, "state": p.State()}
			if l := p.Ledger; l != nil {
				line["started"], line["who"], line["where"] = l.Header.Started, l.Header.Who, l.Header.Where
				if l.Header.Why != (cleanup.Why{}) {
					line["why"] = l.Header.Why
				}
				line["items"], line["summary"] = len(l.Items), l.Counts().String()
			} else {
				line["error"] = p.Err.Error()
			}
			if err := json.NewEncoder(w).Encode(line); err != nil {
				return err
			}
		}
		return nil
	}
	rows := [][]string{{"RUN", "STATE", "WHERE", "WHAT"}}
	for _, p := range all {
		row := []string{p.ID, p.State(), "", ""}
		if l := p.Ledger; l != nil {
			at := l.Header.Where
			row[2], row[3] = at.Profile+" "+at.Region, l.Counts().String()
			if !l.Verified.IsZero() {
				row[3] += "; verified " + l.Verified.UTC().Format("2006-01-02 15:04 UTC")
			}
		} else {
			row[3] = p.Err.Error()
		}
		rows = append(rows, row)
	}
	return printTable(w, rows)
}

// itemLine is an item for a program.
type itemLine struct {
	Event     string           `json:"event,omitempty"`
	Kind      string           `json:"kind"`
	Parent    string           `json:"parent,omitempty"`
	In        string           `json:"in,omitempty"` // name of the parent
	ID        string           `json:"id"`
	Name      string           `json:"name"`
	NewID     string           `json:"new_id,omitempty"` // of what an undo has brought back
	Outcome   string           `json:"outcome"`
	Proved    bool             `json:"proved"`
	Found     cleanup.Presence `json:"found,omitempty"`
	Back      string           `json:"brought_back_by,omitempty"` // the run that has
	Code      string           `json:"code,omitempty"`
	Message   string           `json:"message,omitempty"`
	RequestID string           `json:"request_id,omitempty"`
}

func lineOf(event string, p *cleanup.Plan, i int, res cleanup.Result, found cleanup.Presence) itemLine {
	it := &p.Items[i]
	ref := it.Resource.Ref
	return itemLine{
		Event: event, Kind: string(ref.Kind), Parent: ref.Parent, In: it.Resource.In, ID: ref.ID, Name: it.Resource.Name, NewID: res.NewID,
		Outcome: res.Outcome.String(), Proved: res.Proved, Found: found, Code: res.Code, Message: res.Message, RequestID: res.RequestID,
	}
}

func printItems(w io.Writer, out form, p *cleanup.Past) error {
	s := p.Ledger.Status()
	enc, table := json.NewEncoder(w), tableOf(&s.Plan, "VERIFIED")
	for i := range s.Items {
		it := &s.Items[i]
		line := lineOf("", &s.Plan, i, it.Result, it.Found)
		line.Outcome, line.Back = it.Word(), it.Back
		if out == "ndjson" {
			if err := enc.Encode(line); err != nil {
				return err
			}
			continue
		}
		table.add(line, it.Found.Says(it.Result.Outcome, it.Back))
	}
	if out == "ndjson" {
		return nil
	}
	if err := table.print(w); err != nil {
		return err
	}
	by := s.Header.Who.String()
	if as := s.Header.Who.As.String(); as != "" {
		by += ", as " + as
	}
	_, err := fmt.Fprintf(w, "\n%s: %s\nbegun %s by %s\n", p.State(), client.CleanWhole(s.Summary.String()),
		s.Started.UTC().Format("2006-01-02 15:04:05 UTC"), client.CleanWhole(by))
	return err
}

// itemTable is a table of the items of a plan, for people.
type itemTable struct {
	rows [][]string
	in   map[string]string // see [cleanup.Plan.Parents]; nil: there is no column for what items are in
	undo bool              // there is one for new ids
}

// tableOf has the heading, with what is found of the items where that is asked for.
func tableOf(p *cleanup.Plan, found ...string) *itemTable {
	t := &itemTable{in: p.Parents(), undo: p.Undoes != ""}
	t.row("OUTCOME", itemLine{Kind: "KIND", Name: "NAME", ID: "ID", In: "IN", NewID: "NEW ID"}, found, "WHY")
	return t
}

func (t *itemTable) add(l itemLine, found ...string) {
	outcome := l.Outcome
	if l.Proved && (l.Outcome == cleanup.Deleted.String() || l.Outcome == cleanup.Restored.String()) {
		outcome += ", proved"
	}
	t.row(outcome, l, found, strings.TrimSpace(l.Code+" "+l.Message))
}

func (t *itemTable) row(outcome string, l itemLine, found []string, why string) {
	cells := []string{outcome, l.Kind, l.Name, l.ID}
	if t.in != nil {
		cells = append(cells, cmp.Or(t.in[l.Parent], l.In))
	}
	if t.undo {
		cells = append(cells, l.NewID)
	}
	t.rows = append(t.rows, slices.Concat(cells, found, []string{why}))
}

func (t *itemTable) print(w io.Writer) error { return printTable(w, t.rows) }

// unrecorded is the exit status of a journal that cannot be written, or is not begun since another janitor is or was at it;
// some errors bring their own.
func unrecorded(err error) error {
	if known, is := errors.AsType[*failure](err); is {
		return known
	}
	if _, held := errors.AsType[*journal.HeldError](err); held || errors.Is(err, cleanup.ErrOutdated) {
		return &failure{statusRefused, err}
	}
	return &failure{statusJournal, err}
}
