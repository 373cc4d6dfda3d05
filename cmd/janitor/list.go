package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"janitor/client/inventory"
	"janitor/client/profile"
	"janitor/client/report"
	"janitor/tui/theme"
)

func listCommand() *cobra.Command {
	var (
		choice profile.Choice
		which  choosing
		out    form
		wide   bool
	)
	cmd := &cobra.Command{
		Use:   "list KIND",
		Short: "List resources with their verdicts",
		Long: `list prints the resources of a kind: ` + kindWords() + `. Each has its verdict: unused, in use,
protected, or unknown, and why. It changes nothing.

--where takes an expression, as the screen does after /=, without the =. Resources for which it cannot be decided are left
out; stderr says how many.

In json, ndjson and csv, lengths of time are in seconds and points in time in UTC. Unknown values are left out.`,
		Example: `  janitor list pools --where 'unused && age > 90d'
  janitor list entries --in office-acl -o csv
  janitor list certificates --where 'expires < 30d' -o json`,
		Args:              oneKind,
		ValidArgsFunction: kindArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, err := anyKind(args[0])
			if err != nil {
				return err
			}
			got, s, err := which.from(cmd.Context(), choice, kind)
			if err != nil {
				return err
			}
			defer closing(cmd, s.Session)
			if got.all == 0 && got.err != nil { // an empty list would say that there is nothing
				return got.incomplete()
			}
			if err := enough(printList(cmd.OutOrStdout(), out, wide, got)); err != nil {
				return err
			}
			for _, note := range got.notes() {
				say(cmd.ErrOrStderr(), "%s", note)
			}
			return got.incomplete()
		},
	}
	choiceFlags(cmd.Flags(), &choice)
	which.flags(cmd.Flags())
	out.flag(cmd.Flags(), "table", "json", "ndjson", "csv")
	cmd.Flags().BoolVar(&wide, "wide", false, "all columns of the table")
	return cmd
}

func kindWords() string { return strings.Join(allKinds(), ", ") }

func allKinds() []string { return kindIDs(inventory.Kinds()) }

func kindIDs(kinds []*inventory.Kind) []string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k.ID)
	}
	return words
}

func oneKind(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return noKind()
	case 1:
		return nil
	}
	return usage("%d arguments where one kind is expected: %s", len(args), kindWords())
}

func noKind() error { return usage("name a kind: %s", kindWords()) }

// unread is the error of output that could not be written to its end: nobody reads any more, or a disk is full. Nil stays nil.
func unread(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("not everything could be written to stdout: %w", err)
}

// enough is [unread] for commands that only read: whoever stops reading, as head does, has read enough.
func enough(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return unread(err)
}

func printList(w io.Writer, out form, wide bool, c *chosen) error {
	buf := bufio.NewWriter(w)
	var err error
	switch out {
	case "json":
		rows := make([]listRow, len(c.rows))
		for i := range c.rows {
			rows[i] = rowOf(c, &c.rows[i])
		}
		err = printJSON(buf, rows)
	case "ndjson":
		enc := json.NewEncoder(buf)
		enc.SetEscapeHTML(false)
		for i := range c.rows {
			if err = enc.Encode(rowOf(c, &c.rows[i])); err != nil {
				break
			}
		}
	case "csv":
		err = printCSV(buf, c)
	default:
		err = printListTable(buf, wide, c)
	}
	if err != nil {
		return err
	}
	return buf.Flush()
}

// listRow is a resource for a program.
type listRow struct {
	Kind    string         `json:"kind"`
	ID      string         `json:"id"`
	Name    string         `json:"name"`
	Parent  string         `json:"parent,omitempty"`
	Verdict string         `json:"verdict"`
	Why     []string       `json:"why"`
	Signs   []string       `json:"signs"`
	Created *time.Time     `json:"created,omitempty"`
	Fields  map[string]any `json:"fields"`
}

func rowOf(c *chosen, r *inventory.Resource) listRow {
	row := listRow{
		Kind: string(r.Ref.Kind), ID: r.Ref.ID, Name: r.Name, Parent: r.Ref.Parent,
		Verdict: r.Verdict.State.String(), Why: []string{}, Signs: append([]string{}, r.Verdict.Signs...), Fields: map[string]any{},
	}
	for _, why := range r.Verdict.Reasons {
		row.Why = append(row.Why, why.Text)
	}
	if !r.Created.IsZero() {
		created := r.Created.Time()
		row.Created = &created
	}
	for _, col := range c.kind.Columns {
		if v := value(col, r, c.snapshot.At); v != nil && col.ID != "id" && col.ID != "name" && col.ID != "created" {
			row.Fields[col.ID] = v
		}
	}
	return row
}

// value is what a column holds, for a program; nil when it is not known.
func value(col inventory.Column, r *inventory.Resource, now time.Time) any {
	return col.Data(*r, now).Value(col.Type)
}

// printCSV has the same head for every list of a kind.
func printCSV(w io.Writer, c *chosen) error {
	out := csv.NewWriter(w)
	head := []string{"kind", "id", "name", "parent", "verdict", "why", "signs"}
	var columns []inventory.Column
	for _, col := range c.kind.Columns {
		if col.ID != "id" && col.ID != "name" {
			columns = append(columns, col)
			name := col.ID
			if slices.Contains(head, name) {
				name = c.kind.One + "_" + name // channel_kind
			}
			head = append(head, name)
		}
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for i := range c.rows {
		r := &c.rows[i]
		row := rowOf(c, r)
		cells := []string{row.Kind, row.ID, row.Name, row.Parent, row.Verdict, strings.Join(row.Why, "; "), strings.Join(row.Signs, "; ")}
		for n := range cells {
			cells[n] = report.Unarmed(cells[n])
		}
		for _, col := range columns {
			cells = append(cells, cell(value(col, r, c.snapshot.At)))
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return report.Unarmed(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []string:
		return report.Unarmed(strings.Join(v, " "))
	}
	return fmt.Sprint(v)
}

// printListTable shows the columns of the screen, verdict and reason after the name.
func printListTable(w io.Writer, wide bool, c *chosen) error {
	var columns []inventory.Column
	head := []string{}
	for i, col := range c.kind.Columns {
		if col.Hidden || col.Extra && !wide && col.ID != "id" {
			continue
		}
		columns = append(columns, col)
		head = append(head, col.Title)
		if i == 0 {
			head = append(head, "VERDICT")
		}
	}
	head = append(head, "WHY")
	named := map[string]string{}
	for i := range c.rows {
		named[c.rows[i].Ref.Parent] = c.rows[i].In
	}
	tags := inventory.Tags(named) // by which groups of one name are told apart
	rows := [][]string{head}
	for i := range c.rows {
		r := &c.rows[i]
		var row []string
		for n, col := range columns {
			cell := col.Value(*r, c.snapshot.At)
			if col.Parent {
				cell = theme.Tagged(cell, tags[r.Ref.Parent], maxCell)
			}
			row = append(row, cell)
			if n == 0 {
				row = append(row, r.Verdict.State.String())
			}
		}
		why := r.Verdict.Why()
		if len(r.Verdict.Signs) > 0 {
			why = strings.TrimPrefix(why+"; "+strings.Join(r.Verdict.Signs, ", "), "; ")
		}
		rows = append(rows, append(row, why))
	}
	return printTable(w, rows)
}
